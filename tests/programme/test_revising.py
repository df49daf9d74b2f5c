"""Does what a person states become a revision under guard, and a decision one that can be decided back?"""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
import shapely

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft, Nature, Workflow
from whitestone.errors import InvalidValue, Refused, TransitionRefused, UnknownRecord
from whitestone.programme.opening import Programme, init_programme
from whitestone.programme.recalling import describe
from whitestone.programme.revising import decide, revise

SQUARE = {"type": "Polygon", "coordinates": [[[10, 40], [10.01, 40], [10.01, 40.01], [10, 40.01], [10, 40]]]}


@pytest.fixture
def programme(tmp_path: Path) -> Programme:
    plane = {"equal_area_lon": 10.0, "equal_area_lat": 40.0}
    return init_programme(str(tmp_path / "p"), name="Simulated", settings=plane)


@pytest.fixture
def hazard(programme: Programme) -> uuid.UUID:
    record_id = new_id()
    body = {"local_id": "H-1", "classification": "sha", "status": "open", "evidence_indirect": ["verbal"]}
    shape = bytes(shapely.to_wkb(shapely.box(10, 40, 10.01, 40.01)))
    draft = Draft(kind="hazard", record_id=record_id, body=body, geometry=shape, information_date="2020-01-01")
    programme.journal.append(Act(author="a"), [draft])
    return record_id


def test_a_statement_is_a_revision_and_the_old_one_stays(programme: Programme, hazard: uuid.UUID) -> None:
    revise(programme, hazard, {"terrain": "steep"}, reason="seen on a visit", date="2021-05")
    assert len(programme.journal.history(hazard)) == 2
    before = programme.journal.state(hazard, on=programme.clocks("2021-04").on)
    after = programme.journal.state(hazard, on=programme.clocks("2021-05").on)
    assert "terrain" not in before.body
    assert after.body["terrain"] == "steep"


def test_a_correction_replaces_what_was_said_on_its_own_day(programme: Programme, hazard: uuid.UUID) -> None:
    revise(programme, hazard, {"geometry": SQUARE, "local_id": "H-01"}, reason="mistyped", correction=True)
    last = programme.journal.history(hazard)[-1]
    assert last.nature == Nature.CORRECTION
    assert last.information_date == "2020-01-01"
    state = programme.journal.state(hazard, on=programme.clocks("2020-02").on)
    assert state.body["local_id"] == "H-01"
    with pytest.raises(InvalidValue, match="no correction"):
        revise(programme, hazard, {"vegetation": "dense"}, reason="mistyped", correction=True)


def test_a_class_moves_only_by_a_lawful_event_with_its_evidence(programme: Programme, hazard: uuid.UUID) -> None:
    event = {"name": "confirm", "organisation": "Operator A", "document": "report 7"}
    with pytest.raises(TransitionRefused, match="direct evidence"):
        revise(programme, hazard, {"classification": "cha"}, reason="found", event=event)
    with pytest.raises(TransitionRefused, match="does not lead there"):
        revise(programme, hazard, {"classification": "cha"}, reason="found")
    revise(programme, hazard, {"evidence_direct": ["visual"]}, reason="seen")
    revise(programme, hazard, {"classification": "cha"}, reason="found", event=event)
    state = programme.journal.state(hazard)
    assert state.body["classification"] == "cha"


def test_a_hazard_does_not_close_while_ground_is_left(programme: Programme, hazard: uuid.UUID) -> None:
    event = {"name": "cancel", "organisation": "A", "document": "d", "effort_complete": True, "approved": True}
    with pytest.raises(TransitionRefused, match="released first"):
        revise(programme, hazard, {"status": "closed", "closure_reason": "cancelled"}, reason="surveyed", event=event)


def test_wrong_words_personal_words_and_unknown_records_are_refused(programme: Programme, hazard: uuid.UUID) -> None:
    with pytest.raises(InvalidValue):
        revise(programme, hazard, {"classification": "safe"}, reason="x")
    with pytest.raises(UnknownRecord):
        revise(programme, new_id(), {"terrain": "x"}, reason="x")
    casualty = new_id()
    programme.journal.append(Act(author="a"), [Draft(kind="casualty", record_id=casualty, body={"outcome": "injured"})])
    with pytest.raises(Refused, match="sealed"):
        revise(programme, casualty, {"person_name": "x"}, reason="x")


def test_a_withdrawn_record_comes_back_by_another_decision(programme: Programme, hazard: uuid.UUID) -> None:
    decide(programme, hazard, "withdrawn", reason="wrong file")
    assert programme.journal.state(hazard) is None
    decide(programme, hazard, "approved", reason="right after all")
    assert programme.journal.state(hazard).record_id == hazard
    with pytest.raises(InvalidValue):
        decide(programme, hazard, "maybe", reason="x")


def submit(programme: Programme, hazard: uuid.UUID, body: dict[str, object]) -> uuid.UUID:
    """State something that waits for approval, as a file of an operator does: no event comes with it."""
    last = programme.journal.history(hazard)[-1].revision_id
    draft = Draft(kind="hazard", record_id=hazard, body=body, workflow=Workflow.SUBMITTED, parents=(last,),
                  information_date="2021-01-01")  # fmt: skip
    return programme.journal.append(Act(author="operator"), [draft]).revision_ids[0]


@pytest.mark.parametrize(("body", "rule"), [
    ({"classification": "cha"}, "direct evidence"), ({"status": "closed"}, "released first"),
    ({"status": "suspended"}, "not suspended"), ({"status": "handed_over"}, "no step leads there"),
])  # fmt: skip
def test_what_the_lifecycle_forbids_is_not_approved(programme: Programme, hazard: uuid.UUID, body: dict[str, object],
                                                    rule: str) -> None:  # fmt: skip
    stated = submit(programme, hazard, body)
    before = len(programme.journal.history(hazard))
    with pytest.raises(TransitionRefused, match=rule):
        decide(programme, hazard, "approved", reason="as they say", about=[stated])
    assert len(programme.journal.history(hazard)) == before


def test_a_lawful_step_is_approved(programme: Programme, hazard: uuid.UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left of the hazard is asked while the decision is being written: nobody waits for a lock of his own."""
    stated = submit(programme, hazard, {"classification": "cha", "evidence_direct": ["visual"]})
    monkeypatch.setattr(programme.journal.store, "_translate", lambda error: pytest.fail(f"it waited: {error}"))
    decide(programme, hazard, "approved", reason="seen", about=[stated])
    assert [each.body["classification"] for each in programme.journal.states("hazard")] == ["cha"]


def test_one_casualty_is_not_shown(programme: Programme) -> None:
    person = new_id()
    programme.journal.append(Act(author="a"), [Draft(kind="casualty", record_id=person, body={"sex": "female"})])
    with pytest.raises(Refused, match="counts only"):
        describe(programme, person, programme.clocks())


def test_a_year_or_a_number_on_a_label_is_taken_as_words(programme: Programme, hazard: uuid.UUID) -> None:
    """On the command line `local_id=17` reads as a number; the attribute holds words."""
    revise(programme, hazard, {"local_id": 17}, reason="the number on the sign")
    assert programme.journal.state(hazard).body["local_id"] == "17"
    with pytest.raises(InvalidValue, match="not understood"):
        revise(programme, hazard, {"status": 17}, reason="no status")
