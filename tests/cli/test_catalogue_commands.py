"""Do the catalogue commands keep the contract: one object, exit codes, a next step, with and without a programme?"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from own_process import run_whitestone
from whitestone.programme.opening import init_programme


def call(target: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    return run_whitestone("-C", target, "--who", "anna", "catalogue", *words)


def answer(target: Path, *words: str) -> dict[str, Any]:
    """Run a command with --json and read its one object."""
    done = call(target, *words, "--json")
    assert done.returncode == 0, done.stderr
    value: dict[str, Any] = json.loads(done.stdout)
    return value


def test_types_are_looked_up_without_a_programme(tmp_path: Path) -> None:
    """List, show and find work in any folder."""
    listed = answer(tmp_path, "list", "--category", "AV mine", "--limit", "2")
    assert (listed["category"], listed["shown"], len(listed["types"])) == ("av_mine", 2, 2)
    assert listed["total"] > 50
    shown = answer(tmp_path, "show", "ПМН–2")
    assert (shown["id"], shown["category"], shown["treaty"]) == ("pmn-2", "ap_mine", "apmbc")
    assert shown["sources"][0]["publisher"]
    assert answer(tmp_path, "find", "OZM 72")["found"]["id"] == "ozm-72"
    nothing = answer(tmp_path, "find", "MON")
    assert nothing["found"] is None
    assert {each["id"] for each in nothing["near"]} >= {"mon-50", "mon-200"}
    assert "Do not touch" in call(tmp_path, "show", "pmn-2").stdout


@pytest.mark.parametrize("words", [("show", "zzz"), ("list", "--category", "zzz"), ("add", "a", "--parent", "pmn",
                                   "--designation", "A-7", "--source", "s", "--reason", "r")])  # fmt: skip
def test_a_wrong_call_has_a_code_and_a_next_step(words: tuple[str, ...], tmp_path: Path) -> None:
    """Exit 2, and no traceback."""
    done = call(tmp_path / "none", *words)
    assert done.returncode == 2
    assert "Next:" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_country_adds_a_type_and_every_command_knows_it(tmp_path: Path) -> None:
    """The row is a revision of a setting; a spelling that means another row is refused."""
    init_programme(str(tmp_path), name="P", who="anna").close()
    given = ("--parent", "pmn", "--designation", "KPM-5", "--source", "bulletin 7", "--reason", "found")
    assert answer(tmp_path, "add", "kpm-5", *given, "--spelling", "КПМ-5")["id"] == "kpm-5"
    row = answer(tmp_path, "find", "кпм 5")["found"]
    assert (row["id"], row["category"], row["parent"], row["sources"]) == ("kpm-5", "ap_mine", "pmn", ["bulletin 7"])
    refused = call(tmp_path, "add", "other", *given)
    assert refused.returncode == 2
    assert "already means kpm-5" in refused.stderr
