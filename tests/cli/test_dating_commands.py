"""Do `dating`, `sampling` and `residual` keep the contract of the command line, and give their guides' figures?"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from own_process import run_whitestone
from whitestone.programme.opening import init_programme

GUIDES = Path(__file__).resolve().parent.parent.parent / "docs" / "guides"


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return run_whitestone(*words)


def answer(*words: str) -> dict[str, Any]:
    ran = run(*words, "--json")
    assert ran.returncode == 0, ran.stderr
    read: dict[str, Any] = json.loads(ran.stdout)
    return read


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Take the example out of the guide."""
    found = re.search(r"```json\n(.*?)```", (GUIDES / "dating.md").read_text(), re.DOTALL)
    assert found
    path = tmp_path_factory.mktemp("guide") / "finds.json"
    path.write_text(found[1])
    return str(path)


def test_the_example_of_the_guide_gives_the_figures_worked_there_by_hand(example: str) -> None:
    told = answer("dating", "--file", example)
    valley = next(row for row in told["districts"] if row["district"] == "Upper Valley")
    state = valley["at_last_look"]
    assert valley["events"] == 3
    assert valley["rungs"] == {"A": 1, "C": 2}
    assert valley["alarm_in"] == "2022-03"
    assert state["released"]["expected"] == pytest.approx(0.3875)
    assert round(state["released"]["p_one_look"], 4) == 0.0073
    assert round(state["released"]["bayes_factor"]) == 11
    assert round(state["marks"]["e"], 1) == 50.5
    assert round(state["e"]) == 31
    assert "25 at 2 %" in state["marks"]["text"]
    rungs = {row["id"]: row["rung"] for row in told["finds"]}
    assert rungs == {"F-1": "A", "F-2": "C", "F-3": "C", "F-4": "C", "A-1": "E"}
    careless = answer("dating", "--file", example, "--misreading-rate", "0.05")
    assert next(row for row in careless["districts"] if row["district"] == "Upper Valley")["alarm_in"] is None


def test_the_text_prints_assumptions_plan_power_and_alternatives_and_names_nobody(example: str) -> None:
    ran = run("dating", "--file", example)
    assert ran.returncode == 0
    for heading in ("By district and month", "What stays open", "Assumptions", "Plan of looks", "Power"):
        assert heading in ran.stdout
    assert "moved by water" in ran.stdout
    assert not re.search(r"\b(laid|planted|placed|emplaced) by\b|\bresponsib|\bsafe\b", ran.stdout, re.I)
    assert "1 of 2 districts are shown" in run("dating", "--file", example, "--limit", "1").stdout


def test_a_programme_without_a_day_d_is_told_what_to_give(tmp_path: Path) -> None:
    init_programme(str(tmp_path / "p"), name="P", who="anna").close()
    ran = run("-C", str(tmp_path / "p"), "dating")
    assert ran.returncode == 2
    assert "--after" in ran.stderr
    assert "Traceback" not in ran.stderr
    told = answer("-C", str(tmp_path / "p"), "dating", "--after", "2020-11-10", "--every-month")
    assert told["districts"] == told["rows"] == []


NO_MONTH = '{"after": "2020", "counts": [{"district": "a", "month": "x"}]}'


@pytest.mark.parametrize("text", ["", "{", '{"finds": 3}', NO_MONTH])
def test_a_file_that_cannot_be_read_ends_with_two_and_no_traceback(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.json").write_text(text)
    ran = run("dating", "--file", str(tmp_path / "bad.json"), "--json")
    assert ran.returncode == 2
    assert json.loads(ran.stderr)["error"]["code"] in ("unreadable-file", "invalid-value")
    assert run("dating", "--file", str(tmp_path / "none.json")).returncode == 2


def test_a_spreadsheet_of_marks_comes_in_and_is_dated(tmp_path: Path) -> None:
    """The draft recognises the columns by their headings; readings stay as written."""
    here, table, mapping = str(tmp_path / "p"), tmp_path / "finds.csv", str(tmp_path / "m.toml")
    table.write_text(
        "local_id,category,found_on,lon,lat,mark_reading_1,mark_legibility_1,mark_reader_1,mark_reading_2,"
        "mark_legibility_2,mark_reader_2,made_from,custody\n"
        "I-1,ap_mine,2022-03-04,46.93123,39.99123,3-21,legible,r1,3 - 21,legible,r2,2021,unbroken\n"
        "I-2,ap_mine,2022-04-04,46.94123,39.99123,?-21,partly_legible,r1,,,,,unknown\n"
    )
    init_programme(here, name="P", who="anna").close()
    assert run("-C", here, "import", str(table), "--suggest", "--out", mapping).returncode == 0
    assert run("-C", here, "import", str(table), "--mapping", mapping).returncode == 0
    finds = {row["name"]: row for row in answer("-C", here, "dating", "--after", "2020-11-10")["finds"]}
    assert (finds["I-1"]["rung"], finds["I-1"]["mark"]["reading_2"]) == ("B", "3 - 21")
    assert finds["I-2"]["mark"]["verdict"] == "one_reader"


def test_samples_are_those_of_the_guide() -> None:
    asked = ("sampling", "accept-on-zero", "--units", "10", "--defective-share", "0.2")
    sizes = [answer(*asked, "--confidence", confidence, "--detection", detection)["sample"]
             for confidence, detection in (("0.8", "1"), ("0.8", "0.9"), ("0.9", "0.9"), ("0.9", "1"))]  # fmt: skip
    assert sizes == [6, 6, 8, 7]
    drawn = answer(*asked, "--seed", "4")
    assert len(drawn["drawn"]) == drawn["sample"]
    assert "do not say that there is nothing" in run(*asked).stdout


def test_even_all_units_are_not_enough_is_said_and_wrong_values_end_with_two() -> None:
    asked = ("sampling", "accept-on-zero", "--units", "50", "--defective-share", "0.02", "--detection", "0.9")
    assert "Not even looking at all 50 units" in run(*asked).stdout
    ran = run("sampling", "accept-on-zero", "--units", "0", "--defective-share", "0.02")
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr


def test_what_remains_and_when_to_stop_are_those_of_the_guide() -> None:
    left = answer("residual", "items", "--found", "9", "--area-ha", "1", "--detection", "0.9", "--prior-per-ha", "10",
                  "--prior-shape", "1")  # fmt: skip
    assert (round(left["mean"], 3), round(left["none"], 3)) == (1.0, 0.386)
    row = answer("residual", "row", "--empty-m", "8", "--spacing-m", "4", "--detection", "0.98")
    assert (round(row["goes_on"], 3), row["may_stop"], row["needed_m"]) == (0.014, False, 12.0)
    lanes = answer("residual", "lanes", "--row-m", "60", "--lane-gap-m", "10", "--lane-width-m", "2",
                   "--spacing-m", "4", "--detection", "0.95")  # fmt: skip
    assert (round(lanes["missed"], 3), lanes["may_stop"]) == (0.035, True)
    scattered = answer("residual", "scattered", "--found", "0", "--searched-ha", "2", "--limit-per-ha", "0.5",
                       "--detection", "0.9")  # fmt: skip
    assert not scattered["may_stop"]


@pytest.mark.parametrize("words", [
    ("residual", "items", "--found", "9", "--area-ha", "1", "--seeded", "58/60"),
    ("residual", "row", "--empty-m", "8", "--spacing-m", "4", "--detection", "0.98"),
    ("residual", "lanes", "--row-m", "60", "--lane-gap-m", "10", "--lane-width-m", "2", "--spacing-m", "4",
     "--detection", "0.95"),
    ("residual", "scattered", "--found", "0", "--searched-ha", "2", "--limit-per-ha", "0.5", "--detection", "0.9"),
])  # fmt: skip
def test_each_answer_is_printed_with_its_assumptions(words: tuple[str, ...]) -> None:
    ran = run(*words)
    assert ran.returncode == 0
    assert "Assumptions:\n  - " in ran.stdout
    assert "safe" not in ran.stdout


def test_a_test_with_targets_that_is_no_pair_is_told() -> None:
    ran = run("residual", "items", "--found", "9", "--area-ha", "1", "--seeded", "many")
    assert ran.returncode == 2
    assert "58/60" in ran.stderr
