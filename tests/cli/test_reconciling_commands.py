"""Does `reconcile` keep the contract of the command line: one object, exit 0, 1 or 2, and what to do next?"""

from __future__ import annotations

import json
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest
import shapely

from own_process import run_whitestone
from whitestone.domain.revision import Act, Draft
from whitestone.geodesy.areas import Plane
from whitestone.programme.opening import init_programme

PLANE = Plane(46.0, 40.0)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return run_whitestone(*words)


def answer(ran: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert "Traceback" not in ran.stderr
    read: dict[str, Any] = json.loads(ran.stdout)
    return read


def make(folder: Path, side: int, states: list[str]) -> str:
    drafts = []
    for number, status in enumerate(states):
        flat = shapely.box(500 * number, 0, 500 * number + 120 + number, 90)
        drafts.append(Draft(kind="hazard", record_id=uuid.UUID(int=100 * side + number + 1),
                            body={"local_id": f"H-{number}", "classification": "sha", "status": status},
                            geometry=bytes(shapely.to_wkb(PLANE.unproject([flat])[0]))))  # fmt: skip
    settings = {"equal_area_lon": 46.0, "equal_area_lat": 40.0}
    with init_programme(str(folder), name=folder.name, who="anna", settings=settings) as programme:
        programme.journal.append(Act(author="anna"), drafts)
    return str(folder)


@pytest.fixture
def both(tmp_path: Path) -> tuple[str, str]:
    """Make two programmes that differ in one status."""
    states = ["open"] * 12
    return make(tmp_path / "ours", 1, states), make(tmp_path / "theirs", 2, [*states[:-1], "closed"])


def test_differences_end_with_one_and_no_difference_with_zero(both: tuple[str, str]) -> None:
    ours, theirs = both
    found = run("-C", ours, "reconcile", theirs, "--json")
    assert found.returncode == 1
    said = answer(found)
    assert said["open"] == 1
    hazard = said["kinds"]["hazard"]
    assert hazard["counts"] == {"same": 11, "differs": 1, "split": 0, "merged": 0, "only_ours": 0, "only_theirs": 0,
                                "shift": 0}  # fmt: skip
    assert hazard["totals"]["difference_m2"] == hazard["totals"]["sum_of_lines_m2"] == 0
    row = hazard["differences"][0]
    assert row["attributes"][0]["theirs"] == "closed"
    words = ("--decide", row["id"][:13], "dispute", "--reason", "our team was there")
    decided = run("-C", ours, "reconcile", theirs, *words, "--json")
    assert decided.returncode == 0
    assert answer(decided)["decided"][0]["state"] == "disputed"
    again = run("-C", ours, "reconcile", theirs, "--json")
    assert (again.returncode, answer(again)["kinds"]["hazard"]["differences"]) == (0, [])
    everything = answer(run("-C", ours, "reconcile", theirs, "--all", "--json"))
    assert [each["state"] for each in everything["kinds"]["hazard"]["differences"]] == ["disputed"]


def test_the_text_says_the_totals_and_what_is_undecided(both: tuple[str, str], tmp_path: Path) -> None:
    ours, theirs = both
    told = run("-C", ours, "reconcile", theirs, "--out", str(tmp_path / "d.csv"))
    assert told.returncode == 1
    for words in ("hazard: 11 same, 1 differs", "No constant shift", "total", "undecided 1", "status differs"):
        assert words in told.stdout
    assert (tmp_path / "d.csv").read_text(encoding="utf-8-sig").startswith("id,kind,status")


def test_a_dry_run_writes_nothing(both: tuple[str, str]) -> None:
    ours, theirs = both
    before = run("-C", ours, "verify", "--json").stdout
    assert run("-C", ours, "reconcile", theirs, "--dry-run", "--json").returncode == 1
    assert run("-C", ours, "verify", "--json").stdout == before
    assert not (Path(ours) / "reconciliations").exists()


@pytest.mark.parametrize(("words", "code"), [
    (["nowhere"], "not-a-programme"), ([], None), (["THEIRS", "--decide", "0", "agree"], "wrong-call"),
    (["THEIRS", "--kind", "casualty"], "refused"), (["THEIRS", "--out", "x.pdf"], "invalid-value"),
    (["THEIRS", "--decide", "ffffffff", "agree", "--reason", "w"], "unknown-record"), (["OURS"], "wrong-call"),
    (["THEIRS", "--mapping", "bosnia_cleared"], "wrong-call"),
    (["THEIRS", "--dry-run", "--decide", "0", "agree"], "wrong-call"),
])  # fmt: skip
def test_what_cannot_be_done_ends_with_two_and_says_what_next(
    both: tuple[str, str], words: list[str], code: str | None
) -> None:
    named = [{"THEIRS": both[1], "OURS": both[0]}.get(word, word) for word in words]
    ran = run("-C", both[0], "reconcile", *named, "--json")
    assert ran.returncode == 2
    assert ran.stdout == ""
    if code is not None:
        error = json.loads(ran.stderr)["error"]
        assert error["next"]
        assert error["code"] == code
