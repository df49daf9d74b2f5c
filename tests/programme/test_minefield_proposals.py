"""Does a hazard drawn from a record wait for somebody to accept it, and count nowhere until then?"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from whitestone.domain.revision import Act, Draft, Workflow
from whitestone.errors import InvalidValue, UnknownRecord, UnreadableFile, WrongCall
from whitestone.programme.accounts import ledger
from whitestone.programme.minefield_proposals import propose_from_file, propose_hazard
from whitestone.programme.opening import Programme, init_programme
from whitestone.programme.revising import decide

SQUARE = {"type": "Polygon", "coordinates": [[[46.93, 39.99], [46.931, 39.99], [46.931, 39.991], [46.93, 39.991],
                                              [46.93, 39.99]]]}  # fmt: skip
PLACED = {"outlines": {"50": None, "90": SQUARE}, "p_field": 0.8, "seed": 1}


@pytest.fixture
def programme(target: str) -> Iterator[Programme]:
    """Make a programme on each engine."""
    with init_programme(target, name="Test", who="clerk") as made:
        yield made


@pytest.fixture
def record(programme: Programme) -> uuid.UUID:
    """Enter a record."""
    draft = Draft(kind="minefield_record", record_id=uuid.uuid4(), body={"local_id": "A-17"})
    programme.journal.append(Act(author="clerk", reason="entered"), [draft])
    return draft.record_id


def remaining_m2(programme: Programme) -> float:
    """Ask the ledger how much ground remains."""
    return float(ledger(programme, programme.clocks())["total"]["closing_m2"])


def test_it_is_submitted_names_its_record_and_counts_only_once_accepted(
    programme: Programme, record: uuid.UUID
) -> None:
    made = propose_hazard(programme, record, PLACED, share="90", reason="twelve finds in a row")
    state = programme.journal.state(uuid.UUID(made["hazard"]), approved_only=False)
    assert state.workflow == Workflow.SUBMITTED
    assert state.body["minefield_record_ids"] == [str(record)]
    assert state.extra["drawn_from"] == {"record": str(record), "share": "90", "seed": 1, "p_field": 0.8}
    assert not list(programme.journal.states("hazard"))
    assert remaining_m2(programme) == 0.0
    decide(programme, state.record_id, "approved", reason="the authority accepts it")
    assert remaining_m2(programme) == pytest.approx(85.4 * 111.0, rel=0.01)


def test_an_outline_that_is_not_there_is_refused(programme: Programme, record: uuid.UUID) -> None:
    for share in ("50", "99", "75", ""):
        with pytest.raises(InvalidValue, match="share"):
            propose_hazard(programme, record, PLACED, share=share, reason="believed")
    assert not list(programme.journal.states("hazard", approved_only=False))


def test_only_a_record_is_drawn_from_and_only_for_a_reason(programme: Programme, record: uuid.UUID) -> None:
    other = Draft(kind="item", record_id=uuid.uuid4(), body={"local_id": "F-1"})
    programme.journal.append(Act(author="clerk", reason="entered"), [other])
    attempts: list[tuple[Any, str, type[Exception]]] = [
        (record, " ", WrongCall), (uuid.uuid4(), "believed", UnknownRecord),
        (other.record_id, "believed", InvalidValue),
    ]  # fmt: skip
    for record_id, reason, error in attempts:
        with pytest.raises(error):
            propose_hazard(programme, record_id, PLACED, share="90", reason=reason)


def test_a_file_of_places_proposes_by_the_sheets_own_number(
    programme: Programme, record: uuid.UUID, tmp_path: Path
) -> None:
    path = tmp_path / "places.json"
    detail = {"id": "A-17", "outlines": {"99": SQUARE, "90": None}, "p_field": 0.8}
    path.write_text(json.dumps({"seed": 7, "records_detail": [detail]}))
    made = propose_from_file(programme, path, "A-17", share="99", reason="believed")
    state = programme.journal.state(uuid.UUID(made["hazard"]), approved_only=False)
    assert (made["name"], made["record"]) == ("A-17/99", str(record))
    assert state.extra["drawn_from"] == {"record": str(record), "share": "99", "seed": 7, "p_field": 0.8}
    for sheet, share, error in (("A-18", "99", InvalidValue), ("A-17", "90", InvalidValue)):
        with pytest.raises(error):
            propose_from_file(programme, path, sheet, share=share, reason="believed")
    path.write_text("{}")
    with pytest.raises(UnreadableFile):
        propose_from_file(programme, path, "A-17", share="99", reason="believed")
