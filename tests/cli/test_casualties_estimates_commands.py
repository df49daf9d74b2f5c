"""Do the commands on estimates keep the contract of the command line, and does the text carry its warnings?"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from whitestone.cli import app, collect
from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.errors import Problem
from whitestone.programme.opening import init_programme

COMMON = {"rule", "assumptions", "n", "denominators", "as_known_on", "situation_on", "seed"}
PEOPLE = "place,population,source,year\nEast,5000,Census,2020\n"
HEPATITIS = {"111": 28, "110": 21, "101": 17, "011": 18, "100": 69, "010": 55, "001": 63}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a programme with five years of casualties in one place, and the files that commands read."""
    made = tmp_path_factory.mktemp("cli")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WHITESTONE_KEYS", str(made / "keys"))
        with init_programme(str(made / "p"), name="cli", who="test") as programme:
            drafts = [Draft(kind="casualty", record_id=new_id(), body={
                "occurred_on": f"{2018 + n % 5}-{n % 12 + 1:02}", "place_name": "East", "outcome": "injured"})
                for n in range(50)]  # fmt: skip
            programme.journal.append(Act(author="test"), drafts)
    (made / "people.csv").write_text(PEOPLE)
    (made / "matched.json").write_text(json.dumps({"lists": ["P", "Q", "E"], "histories": HEPATITIS}))
    return made


def invoke(folder: Path, *words: str) -> str:
    collect()
    ran = CliRunner().invoke(app, ["-C", str(folder / "p"), "casualties", *words], catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def answer(folder: Path, *words: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(invoke(folder, *words, "--json"))
    return read


@pytest.mark.parametrize("words", [
    ["trend", "--draws", "19"], ["trend", "--by", "month", "--draws", "19"], ["clusters", "--draws", "19"], ["care"],
    ["against-hazards"], ["rates", "--population", "people.csv"], ["estimate", "--matched", "matched.json"],
])  # fmt: skip
def test_every_answer_carries_its_rule_its_assumptions_its_numbers_clocks_and_seed(
    folder: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    told = answer(folder, *words)
    assert told.keys() >= COMMON
    assert "nan" not in json.dumps(told).lower().replace("financ", "")
    text = invoke(folder, *words)
    assert "Assumptions" in text
    assert "Rule: " in text
    assert "Denominators: " in text


def test_matched_counts_of_three_lists_give_the_figure_and_when_not_to_use_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    told = answer(folder, "estimate", "--matched", "matched.json", "--missed-links", "0.05")
    assert told["seen"] == 271
    assert told["models"][0]["name"] == told["chosen_model"]
    assert told["estimate"]["low"] >= 271
    assert told["linkage"]["stated"]["missed_links"] == 0.05
    text = invoke(folder, "estimate", "--matched", "matched.json")
    assert "Do not use it for" in text
    assert "If linkage slipped" in text


def test_the_period_is_read_to_its_last_day(folder: Path) -> None:
    assert answer(folder, "trend", "--from", "2019", "--to", "2020", "--draws", "19")["n"] == 20
    assert answer(folder, "trend", "--from", "2019-01", "--to", "2020-06", "--draws", "19", "--by", "month")["n"] == 15


def test_the_map_is_written_where_it_is_asked_for(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "map.geojson"
    invoke(folder, "against-hazards", "--out", str(out))
    assert json.loads(out.read_text()) == {"type": "FeatureCollection", "features": []}


@pytest.mark.parametrize("words", [
    ["estimate"], ["estimate", "--lists", "one"], ["estimate", "--lists", "a,b"],
    ["estimate", "--lists", "a,b", "--matched", "x"], ["estimate", "--matched", "nothing.json"],
    ["estimate", "--matched", "matched.json", "--level", "2"], ["trend", "--by", "week"], ["trend", "--from", "soon"],
    ["estimate", "--matched", "matched.json", "--criterion", "cic"], ["clusters", "--count", "limbs"],
    ["estimate", "--matched", "matched.json", "--refer", "P"], ["rates", "--population", "nothing.csv"],
    ["rates", "--population", "matched.json"], ["trend", "--from", "2020", "--to", "2019"],
    ["clusters", "--alpha", "7"],
    ["against-hazards", "--expected", "-1"], ["against-hazards", "--out", "/nowhere/at/all.geojson"],
    ["trend", "--exposure", "people.csv"], ["trend", "--level", "0"], ["care", "--to", "2020-02-30"],
])  # fmt: skip
def test_wrong_calls_are_problems_with_a_next_step(folder: Path, words: list[str],
                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    collect()
    ran = CliRunner().invoke(app, ["-C", str(folder / "p"), "casualties", *words, "--json"])
    assert isinstance(ran.exception, Problem), ran.output
    assert ran.exception.exit_code == 2
    assert ran.exception.next


def test_the_process_ends_with_two_a_code_and_no_traceback(folder: Path) -> None:
    ran = subprocess.run([sys.executable, "-m", "whitestone.cli", "-C", str(folder / "p"), "casualties", "estimate",
                          "--lists", "a", "--json"], capture_output=True, text=True, check=False)  # fmt: skip
    assert ran.returncode == 2
    assert json.loads(ran.stderr)["error"]["code"] == "wrong-call"
    assert not ran.stdout
