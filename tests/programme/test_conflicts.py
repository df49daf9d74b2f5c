"""Where two sources moved the same attribute, which one counts, who is told, and how does a person settle it?

A dataset says A, a person changes it to B, the dataset's next edition says C: on each engine in turn.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
from shapely.geometry import mapping as as_geojson

from whitestone.domain.revision import State, Workflow
from whitestone.exchange.mapping.text import parse_mapping
from whitestone.programme.accounts import ledger
from whitestone.programme.importing import import_file
from whitestone.programme.importing_report import Report
from whitestone.programme.opening import Programme, init_programme
from whitestone.programme.revising import decide, revise

MAPPING = """
[dataset]
name = "Operator"
edition = "snapshot"
coverage = "all"
[[record]]
kind = "hazard"
[record.fields]
local_id = "id"
name = "name"
remarks = "remarks"
discovered_on = "date"
"""
EAST, WEST, NORTH = (shapely.box(x, y, x + 0.01, y + 0.01) for x, y in ((46.0, 40.0), (46.005, 40.0), (46.0, 40.005)))


@pytest.fixture
def programme(target: str) -> Iterator[Programme]:
    """Open a new programme, on each engine in turn, with a plane through the records."""
    with init_programme(target, name="Two sources", settings={"equal_area_lon": 46.0, "equal_area_lat": 40.0}) as made:
        yield made


def edition(
    programme: Programme, folder: Path, *, name: str = "a", remarks: str = "", shape: object = EAST
) -> Report:
    """Import one row of the dataset's next edition."""
    path = folder / f"{uuid.uuid4().hex}.geojson"
    said = {"id": "H-1", "name": name, "remarks": remarks, "date": "2014-05-01"}
    feature = {"type": "Feature", "properties": said, "geometry": as_geojson(shape)}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return import_file(programme, path, parse_mapping(MAPPING))


def hazard(programme: Programme, *, approved_only: bool = True) -> State:
    """Read the one hazard."""
    (found,) = programme.journal.states("hazard", approved_only=approved_only)
    return found


def say(programme: Programme, **values: object) -> uuid.UUID:
    """Let a person state something of the one hazard."""
    return revise(programme, hazard(programme, approved_only=False).record_id, values, reason="visited")


def test_the_earlier_recorded_counts_and_the_import_says_that_there_is_a_conflict(
    programme: Programme, tmp_path: Path
) -> None:
    """A, then B by a person, then C by the dataset: B counts, both stay, and the import counts one conflict."""
    assert edition(programme, tmp_path).conflicts == 0
    person = say(programme, name="b")
    assert edition(programme, tmp_path, remarks="only this").conflicts == 0
    third = edition(programme, tmp_path, name="c", remarks="only this")
    assert (third.changed, third.conflicts) == (1, 1)
    state = hazard(programme)
    assert (state.body["name"], state.body["remarks"], state.conflicts) == ("b", "only this", ("name",))
    (found,) = programme.journal.conflicts()
    assert (found.attribute, found.values, found.revisions[0]) == ("name", ("b", "c"), person)


def test_the_person_counts_still_when_the_dataset_goes_on_and_agreement_ends_it(
    programme: Programme, tmp_path: Path
) -> None:
    """The dispute is with what the dataset says now, not with all that it ever said."""
    edition(programme, tmp_path)
    say(programme, name="b")
    for name in ("c", "d"):
        edition(programme, tmp_path, name=name)
        assert hazard(programme).body["name"] == "b"
        assert [found.values for found in programme.journal.conflicts()] == [("b", name)]
    assert edition(programme, tmp_path, name="b").conflicts == 0
    assert (hazard(programme).body["name"], programme.journal.conflicts()) == ("b", [])


def test_the_higher_workflow_rank_counts_before_the_earlier(programme: Programme, tmp_path: Path) -> None:
    """What is only submitted gives way to what is approved, however early it was recorded."""
    edition(programme, tmp_path)
    record = hazard(programme).record_id
    revise(programme, record, {"name": "b"}, reason="heard", workflow=Workflow.SUBMITTED)
    edition(programme, tmp_path, name="c")
    assert hazard(programme).body["name"] == hazard(programme, approved_only=False).body["name"] == "c"
    assert programme.journal.conflicts(approved_only=True) == []
    assert [found.values for found in programme.journal.conflicts()] == [("c", "b")]


def test_stating_the_attribute_settles_it_and_stating_another_does_not(programme: Programme, tmp_path: Path) -> None:
    """A person's next statement is made from both sides; it settles only what it states."""
    edition(programme, tmp_path)
    say(programme, name="b")
    edition(programme, tmp_path, name="c")
    say(programme, remarks="nothing about the name")
    assert (hazard(programme).body["name"], hazard(programme).conflicts) == ("b", ("name",))
    say(programme, name="c")
    assert (hazard(programme).body["name"], hazard(programme).conflicts) == ("c", ())
    assert programme.journal.conflicts() == []
    assert edition(programme, tmp_path, name="c").conflicts == 0
    assert edition(programme, tmp_path, name="e").conflicts == 1


def test_a_decision_about_both_settles_it(programme: Programme, tmp_path: Path) -> None:
    """Who approves all that was said has seen both sides: what counts goes on counting."""
    edition(programme, tmp_path)
    say(programme, name="b")
    edition(programme, tmp_path, name="c")
    decide(programme, hazard(programme).record_id, "approved", reason="the visit stands")
    assert (hazard(programme).body["name"], hazard(programme).conflicts) == ("b", ())
    assert programme.journal.conflicts() == []


def test_disputed_ground_is_a_proof_line_as_known_then(programme: Programme, tmp_path: Path) -> None:
    """The ledger counts one outline; where the two differ is in_conflict_m2, until it is settled and not after."""
    edition(programme, tmp_path)
    say(programme, geometry=as_geojson(WEST))
    edition(programme, tmp_path, shape=NORTH)
    clocks = programme.clocks()
    figures = ledger(programme, clocks, by="class")
    west, north = programme.plane().project([WEST, NORTH])  # type: ignore[union-attr]
    disputed = figures["proof"]["in_conflict_m2"]
    assert disputed == pytest.approx(west.symmetric_difference(north).area, abs=0.01)
    assert figures["total"]["closing_m2"] == pytest.approx(west.area, abs=0.01)
    before = dt.datetime.now(dt.UTC)
    say(programme, geometry=as_geojson(NORTH))
    assert ledger(programme, clocks, by="class")["proof"]["in_conflict_m2"] == 0
    (known,) = programme.journal.conflicts(before)
    assert known.values == (WEST.wkb, NORTH.wkb)
    assert programme.journal.conflicts() == []
    assert programme.journal.rebuild().hash_before == programme.journal.projection_hash()
