"""Do the commands on proof lines keep their contract: one object, exit codes, a next step, a look changes nothing?"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import shapely

from own_process import run_whitestone
from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.programme.opening import init_programme


def call(target: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run_whitestone("-C", target, "--who", "anna", *words)


def answer(target: Path, *words: str) -> dict[str, Any]:
    done = call(target, *words, "--json")
    assert done.returncode == 0, done.stderr
    value: dict[str, Any] = json.loads(done.stdout)
    return value


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Make a programme in which one hazard was recorded by two operators."""
    settings = {"equal_area_lon": 18.0, "equal_area_lat": 44.0}
    with init_programme(str(tmp_path / "p"), name="Lines", who="anna", settings=settings) as programme:
        for name, operator in (("H-1", "Alpha"), ("H-1b", "Beta")):
            body = {"local_id": name, "classification": "sha", "status": "open", "organisation_name": operator}
            shape = bytes(shapely.to_wkb(shapely.box(18.0, 44.0, 18.001, 44.001)))
            draft = Draft(kind="hazard", record_id=new_id(), body=body, geometry=shape, information_date="2015-01-01")
            programme.journal.append(Act(author="anna"), [draft])
    return tmp_path / "p"


def test_a_proposal_is_shown_accepted_and_taken_back(target: Path) -> None:
    def overlap() -> float:
        return float(answer(target, "ledger")["proof"]["hazards_overlap_m2"])

    before = overlap()
    (line,) = answer(target, "repairs", "--line", "hazards_overlap_m2")["lines"]
    assert (line["cases"], line["value"]) == (1, before)
    (case,) = line["listed"]
    assert {each["organisation"] for each in case["records"]} == {"Alpha", "Beta"}
    (proposal,) = case["proposals"]
    text = call(target, "repairs").stdout
    assert f"[accept {proposal['proposal'][:8]}]" in text
    shown = answer(target, "repairs", "show", proposal["proposal"][:8])
    assert shown["proposals"][0]["preview"]["after"] == 0
    assert overlap() == before
    done = answer(target, "repairs", "accept", proposal["proposal"][:8], "--reason", "one survey, two reports")
    assert (done["before"], done["after"]) == (before, 0)
    assert overlap() == 0
    answer(target, "repairs", "undo", case["case"], "--reason", "two fields after all")
    assert overlap() == before


def test_a_case_is_left_with_its_reason(target: Path) -> None:
    (line,) = answer(target, "repairs", "--line", "hazards_overlap_m2")["lines"]
    case = line["listed"][0]["case"]
    assert "Left as it is" in call(target, "repairs", "leave", case, "--reason", "asked both; waiting").stdout
    (line,) = answer(target, "repairs", "--line", "hazards_overlap_m2")["lines"]
    assert (line["listed"], line["left_as_they_are"]) == ([], 1)
    assert "asked both; waiting" in call(target, "repairs", "--left").stdout


@pytest.mark.parametrize(("words", "code"), [
    (("repairs", "--line", "residual_m2"), "invalid-value"),
    (("repairs", "show", "0123456789"), "unknown-record"),
    (("repairs", "accept", "0123", "--reason", "x"), "wrong-call"),
    (("repairs", "leave", "0123456789", "--reason", " "), "wrong-call"),
    (("repairs", "undo", "0123456789", "--reason", "x"), "unknown-record"),
])  # fmt: skip
def test_a_wrong_call_ends_with_2_and_says_what_next(target: Path, words: tuple[str, ...], code: str) -> None:
    done = call(target, *words, "--json")
    assert done.returncode == 2
    told = json.loads(done.stderr)["error"]
    assert told["code"] == code
    assert told["next"]
    assert "Traceback" not in done.stderr
