"""Do the commands about casualties keep their contract to the letter, and stay calm when they are called wrongly?"""

from __future__ import annotations

import csv
import json
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from own_process import run_whitestone
from whitestone.domain.revision import Act, Draft
from whitestone.programme.opening import init_programme

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path, keys_dir: Path) -> Run:
    """Make a programme with some casualties, and call the command line in it."""
    with init_programme(str(tmp_path / "p"), name="p", who="t") as programme:
        bodies = [{"outcome": "killed", "sex": "male", "age_years": 30, "person_status": "civilian",
                   "occurred_on": "2020-01-05"}] * 8
        bodies += [{"outcome": "injured", "sex": "female", "age_years": 9, "person_status": "civilian",
                    "occurred_on": "2020"}, {"outcome": None, "persons": 3}]
        drafts = [Draft(kind="casualty", record_id=uuid.uuid4(), body=body) for body in bodies]
        programme.journal.append(Act(author="t"), drafts)

    def call(*words: str) -> subprocess.CompletedProcess[str]:
        return run_whitestone("-C", tmp_path / "p", "casualties", *words)

    return call


def answer(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Read the one object on standard output."""
    assert (done.returncode, done.stderr) == (0, "")
    value: dict[str, Any] = json.loads(done.stdout)
    return value


def test_a_table_has_the_shape_that_was_promised(run: Run) -> None:
    told = answer(run("table", "--by", "outcome,status", "--from", "2020", "--to", "2020-12-31", "--json"))
    assert set(told) >= {"as_known_on", "rows", "total", "unknown_values"}
    figures = {"killed", "injured", "unknown", "casualties"}
    assert set(told["total"]) == figures
    assert all(set(row) == {"key", *figures} and set(row["key"]) == {"outcome", "status"} for row in told["rows"])
    assert told["total"] == {"killed": 8, "injured": 1, "unknown": 0, "casualties": 9}
    assert {name: sum(row[name] for row in told["rows"]) for name in figures} == told["total"]
    assert told["unknown_values"] == {"outcome": 0, "status": 0}
    assert told["left_out"] == {"undated": 3, "date_not_over": 0}


def test_both_clocks_are_kept(run: Run) -> None:
    told = answer(run("table", "--by", "outcome", "--situation-on", "2024", "--as-known-on", "2001-02", "--json"))
    assert (told["situation_on"], told["as_known_on"]) == ("2024-12-31", "2001-02-28")
    assert told["rows"] == []
    assert told["total"]["casualties"] == 0


def test_a_person_reads_a_table_with_its_denominators_and_without_the_wider_word(run: Run) -> None:
    for words in (("table", "--by", "sex_age,month"), ("public", "--by", "status", "--preview"), ("--help",),
                  ("table", "--help"), ("public", "--help")):  # fmt: skip
        done = run(*words)
        assert done.returncode == 0
        assert "victim" not in (done.stdout + done.stderr).lower()
    table = run("table", "--by", "sex_age").stdout
    assert "sex_age: of 9 known man 88.9 %" in table
    assert "3 unknown" in table


def test_a_public_table_goes_into_a_file_with_its_rule_beside_it(run: Run, tmp_path: Path) -> None:
    told = answer(run("public", "--by", "sex_age,outcome", "--json", "--out", str(tmp_path / "a.csv")))
    assert told["files"] == [str(tmp_path / "a.csv"), str(tmp_path / "a.about.json")]
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["casualties"] for row in rows if row["sex_age"] == "girl"} <= {"suppressed"}
    about = json.loads((tmp_path / "a.about.json").read_text())
    assert about["rule"]["sex_age"]
    assert about["min_cell"] == 3
    assert answer(run("public", "--by", "status", "--out", str(tmp_path / "b.xlsx"), "--json"))["earlier_releases"] == 1
    assert openpyxl.load_workbook(tmp_path / "b.xlsx").sheetnames == ["casualties", "about"]


@pytest.mark.parametrize("words", [
    ("table", "--by", "nothing"), ("table", "--from", "yesterday"), ("table", "--from", "2021", "--to", "2020"),
    ("table", "--place", "Atlantis"), ("table", "--as-known-on", "2020-02-31"), ("table", "--by", "place:x"),
    ("public", "--min-cell", "1"), ("public", "--from", "2020-01-15"), ("public", "--by", "grid"),
    ("public", "--out", "x.pdf"), ("public", "--by", "name"), ("public", "--out", "no-such-folder/x.csv"),
])  # fmt: skip
def test_a_wrong_call_ends_with_2_a_code_and_the_next_step(run: Run, words: tuple[str, ...]) -> None:
    done = run(*words, "--json")
    assert (done.returncode, done.stdout) == (2, "")
    error = json.loads(done.stderr)["error"]
    assert error["code"]
    assert error["next"]
    assert "Traceback" not in done.stderr


def test_an_empty_programme_is_counted_as_nobody_recorded(tmp_path: Path, keys_dir: Path) -> None:
    init_programme(str(tmp_path / "empty"), name="empty", who="t").close()
    for words in (["table", "--by", "outcome,place,month", "--json"], ["public", "--by", "status", "--json"]):
        told = answer(run_whitestone("-C", tmp_path / "empty", "casualties", *words))
        assert (told["rows"], told["total"]["casualties"]) == ([], 0)
