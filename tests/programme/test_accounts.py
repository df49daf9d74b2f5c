"""Does the ledger of a programme count what its journal holds, under both clocks, and open its records?"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import shapely

from own_process import run_whitestone
from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft, Nature, Workflow
from whitestone.errors import InvalidValue
from whitestone.geodesy.areas import Plane
from whitestone.programme.accounts import ledger
from whitestone.programme.accounts_inputs import booked_on
from whitestone.programme.opening import Programme, init_programme
from whitestone.programme.sameness import declare_same, undo_same

PLANE = Plane(45.0, 40.0)


def wkb(x: float, y: float, width: float, height: float) -> bytes:
    """Draw a rectangle of the plane, in degrees."""
    box = np.array([shapely.box(x, y, x + width, y + height)], dtype=object)
    return bytes(shapely.to_wkb(PLANE.unproject(box)[0]))


class Desk:
    """A programme with short words for what the tests state."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme

    def say(self, kind: str, body: dict[str, Any], shape: bytes | None = None, **more: Any) -> uuid.UUID:
        record_id = more.pop("record_id", None) or new_id()
        draft = Draft(kind=kind, record_id=record_id, body=body, geometry=shape, **more)
        self.programme.journal.append(Act(author="anna"), [draft])
        return record_id

    def ledger(
        self, by: str = "class", on: str = "2020-12-31", known: str | None = None, **more: Any
    ) -> dict[str, Any]:
        return ledger(self.programme, self.programme.clocks(on, known), by=by, **more)


@pytest.fixture
def desk(target: str) -> Iterator[Desk]:
    settings = {"equal_area_lon": 45.0, "equal_area_lat": 40.0}
    with init_programme(target, name="Test", who="anna", settings=settings) as programme:
        yield Desk(programme)


def rounded(row: dict[str, Any], *names: str) -> tuple[float, ...]:
    """Round to square metres: shapes went to degrees and back."""
    return tuple(round(row[f"{name}_m2"]) for name in names)


def test_a_release_is_booked_on_the_later_of_completed_and_approved(desk: Desk) -> None:
    hazard = desk.say("hazard", {"classification": "sha"}, wkb(0, 0, 100, 100), information_date="2015-01-01")
    desk.say("release", {"outcome": "cleared", "completed_on": "2018-12-20", "approved_on": "2019-01-10",
                         "hazard_ids": [str(hazard)]}, wkb(0, 0, 50, 100), information_date="2018-12-20")
    rows = {row["key"]: row for row in desk.ledger("year")["rows"]}
    assert rounded(rows["2018"], "cleared", "closing") == (0, 10_000)
    assert rounded(rows["2019"], "opening", "cleared", "closing") == (10_000, 5_000, 5_000)


def test_the_situation_on_a_day_and_what_was_known_then(desk: Desk) -> None:
    hazard = desk.say("hazard", {"classification": "sha"}, wkb(0, 0, 100, 100), information_date="2015-01-01")
    desk.say("hazard", {}, wkb(0, 0, 200, 100), record_id=hazard, information_date="2017-06-01")
    assert rounded(desk.ledger(on="2016-12-31")["total"], "closing") == (10_000,)
    found = desk.ledger(on="2017-12-31", start=dt.date(2017, 1, 1))["total"]
    assert rounded(found, "opening", "boundary_increase", "closing") == (10_000, 10_000, 20_000)
    assert desk.ledger(known="2001-01-01")["total"]["hazards"] == 0


def test_work_reported_late_is_booked_when_it_was_done(desk: Desk) -> None:
    desk.say("hazard", {"classification": "sha"}, wkb(0, 0, 100, 100), information_date="2015-01-01")
    desk.say("release", {"outcome": "cleared", "completed_on": "2016-05-01"}, wkb(0, 0, 50, 100),
             information_date="2018-03-01")
    desk.say("release", {"outcome": "cleared"}, wkb(50, 0, 10, 100), information_date="2018-03-01")
    assert rounded(desk.ledger(on="2016-12-31")["total"], "cleared", "closing") == (5_000, 5_000)
    found = desk.ledger(on="2018-12-31", start=dt.date(2017, 1, 1))["total"]
    assert rounded(found, "opening", "cleared", "closing") == (5_000, 1_000, 4_000)


def test_a_correction_of_a_boundary_is_not_a_change_of_it(desk: Desk) -> None:
    hazard = desk.say("hazard", {"classification": "sha"}, wkb(0, 0, 100, 100), information_date="2015-01-01")
    first = desk.programme.journal.history(hazard)[0].revision_id
    desk.say("hazard", {"classification": "sha"}, wkb(0, 0, 90, 100), record_id=hazard, information_date="2015-01-01",
             nature=Nature.CORRECTION, corrects=first)
    found = desk.ledger(start=None)["total"]
    assert rounded(found, "discovered", "boundary_decrease", "closing") == (9_000, 0, 9_000)


def test_undated_layers_work_and_say_what_could_not_be_known(desk: Desk) -> None:
    desk.say("hazard", {"classification": "sha"}, wkb(0, 0, 100, 100))
    desk.say("hazard", {"classification": "sha"})
    desk.say("release", {"outcome": "cleared"}, wkb(0, 0, 50, 100))
    found = desk.ledger("year")
    assert rounded(found["rows"][0], "discovered", "cleared", "closing") == (10_000, 5_000, 5_000)
    assert found["rows"][0]["key"] == "undated"
    assert (found["undated"]["hazards"], found["undated"]["releases"]) == (2, 1)
    assert found["proof"]["no_geometry"] == found["total"]["size_unknown"] == 1
    assert len(found["undated"]["could_not_be_known"]) == 3


def test_records_declared_the_same_count_once_and_their_difference_is_in_conflict(desk: Desk) -> None:
    one = desk.say("hazard", {"classification": "sha"}, wkb(0, 0, 100, 100), information_date="2015-01-01")
    two = desk.say("hazard", {"classification": "sha"}, wkb(10, 0, 100, 100), information_date="2015-01-01")
    assert rounded(desk.ledger()["total"], "closing") == (11_000,)
    declare_same(desk.programme, one, two, reason="one field, two operators")
    found = desk.ledger()
    assert rounded(found["total"], "closing") == (10_000,)
    assert (found["total"]["hazards"], round(found["proof"]["in_conflict_m2"])) == (1, 2_000)
    undo_same(desk.programme, one, two, reason="they were two")
    assert rounded(desk.ledger()["total"], "closing") == (11_000,)


def test_what_is_not_approved_is_not_counted_and_is_a_line(desk: Desk) -> None:
    desk.say("hazard", {"classification": "sha"}, wkb(0, 0, 100, 100), information_date="2015-01-01")
    desk.say("release", {"outcome": "cleared", "completed_on": "2016-01-01"}, wkb(0, 0, 40, 100),
             information_date="2016-01-01", workflow=Workflow.SUBMITTED)
    found = desk.ledger()
    assert rounded(found["total"], "closing") == (10_000,)
    assert round(found["proof"]["not_approved_m2"]) == 4_000


def test_places_assigned_and_by_location(desk: Desk) -> None:
    west = desk.say("place", {"name": "West", "admin_level": 2}, wkb(-1000, -1000, 1000, 3000))
    east = desk.say("place", {"name": "East", "admin_level": 2}, wkb(0, -1000, 1000, 3000))
    desk.say("place", {"name": "Both", "admin_level": 1}, wkb(-1000, -1000, 2000, 3000))
    desk.say("hazard", {"classification": "sha", "place_id": str(west)}, wkb(-50, 0, 100, 100))
    desk.say("hazard", {"classification": "sha"}, wkb(200, 0, 100, 100))
    found = desk.ledger("place")
    assert {row["label"]: rounded(row, "closing") for row in found["rows"]} == {"West": (10_000,), "East": (10_000,)}
    assert {row["key"] for row in found["rows"]} == {str(west), str(east)}
    assert found["undated"]["places_by_location"] == 1
    assert round(found["proof"]["elsewhere_m2"]) == 5_000


def test_mixed_ground_stands_once_under_its_treaties(desk: Desk) -> None:
    mixed = {"classification": "cha", "contamination": ["ap_mine"], "contamination_confirmed": ["submunition"]}
    desk.say("hazard", mixed, wkb(0, 0, 100, 100))
    desk.say("hazard", {"classification": "sha"}, wkb(500, 0, 100, 100))
    rows = {row["key"]: rounded(row, "closing") for row in desk.ledger("treaty")["rows"]}
    assert rows == {"apmbc+ccm": (10_000,), "(not stated)": (10_000,)}
    assert "ap_mine+submunition" in {row["key"] for row in desk.ledger("contamination")["rows"]}


def test_reported_without_a_polygon_and_closed_without_proof(desk: Desk) -> None:
    hazard = desk.say("hazard", {"classification": "cha", "status": "open"}, wkb(0, 0, 100, 100),
                      information_date="2015-01-01")
    activity = desk.say("activity", {"area_cleared_m2": 700.0, "ended_on": "2016-05", "hazard_ids": [str(hazard)],
                                     "organisation_name": "Alpha"}, information_date="2016-05")
    total = desk.ledger()["total"]
    assert rounded(total, "reported_only", "closing", "closing_reported") == (700, 10_000, 9_300)
    desk.say("hazard", {"status": "closed", "closed_on": "2017-01-01"}, record_id=hazard, information_date="2017-01-01")
    total = desk.ledger()["total"]
    assert rounded(total, "closed_unproven", "closing", "closing_reported") == (10_000, 10_000, 0)
    rows = {row["key"]: row for row in desk.ledger("organisation")["rows"]}
    assert rounded(rows["Alpha"], "reported_only") == (700,)
    # A release of that activity says the same with a shape: the typed figure is no longer counted beside it.
    desk.say("release", {"outcome": "cleared", "activity_id": str(activity)}, wkb(0, 0, 10, 70))
    found = desk.ledger("organisation")
    assert rounded(found["total"], "reported_only", "cleared") == (0, 700)
    assert {row["key"]: row for row in found["rows"]}["Alpha"]["cleared_m2"] == found["total"]["cleared_m2"]


def test_a_record_withdrawn_as_a_duplicate_is_a_correction_never_a_release(desk: Desk) -> None:
    hazard = desk.say("hazard", {"classification": "sha"}, wkb(0, 0, 100, 100), information_date="2015-01-01")
    desk.say("hazard", {"status": "closed", "closure_reason": "duplicate"}, record_id=hazard,
             information_date="2016-01-01")
    total = desk.ledger()["total"]
    assert rounded(total, "boundary_decrease", "cancelled", "closing", "closed_unproven") == (10_000, 0, 0, 0)
    assert total["hazards"] == 0


def test_a_book_is_made_again_after_one_new_revision(desk: Desk) -> None:
    desk.say("hazard", {"classification": "sha"}, wkb(0, 0, 100, 100), information_date="2015-01-01")
    assert rounded(desk.ledger()["total"], "closing") == (10_000,)
    desk.say("release", {"outcome": "reduced", "completed_on": "2016"}, wkb(0, 0, 100, 10), information_date="2016")
    found = desk.ledger()
    assert rounded(found["total"], "reduced", "closing") == (1_000, 9_000)
    assert found["undated"]["less_precise"]["releases"] == 1


def test_a_row_opens_its_records(desk: Desk) -> None:
    hazard = desk.say("hazard", {"classification": "sha", "local_id": "H-1"}, wkb(0, 0, 100, 100))
    release = desk.say("release", {"outcome": "cleared", "completed_on": "2016-02-03"}, wkb(0, 0, 10, 100),
                       information_date="2016-02-03")
    explained = desk.ledger("hazard", explain="H-1")["explained"]
    assert explained["key"] == str(hazard)
    [cleared] = explained["columns"]["cleared"]
    assert (cleared["hazard"], cleared["release"], cleared["on"]) == (str(hazard), str(release), "2016-02-03")
    with pytest.raises(InvalidValue, match="explain"):
        desk.ledger("hazard", explain="H-2")


def test_a_period_after_the_situation_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidValue, match="not after the situation"):
        desk.ledger(on="2016-01-01", end=dt.date(2017, 1, 1))


def test_the_approval_rule_decides_the_date() -> None:
    assert str(booked_on("2014-05-03", "2014-04-01", "later_of_completed_and_approved")) == "2014-05-03"
    assert str(booked_on("2014-05-03", "2014-07-01", "approved")) == "2014-07-01"
    assert booked_on("soon", None, "completed") is None


def test_the_command_prints_one_object_or_a_table_with_units(desk: Desk, target: str) -> None:
    desk.say("hazard", {"classification": "sha"}, wkb(0, 0, 100, 100))
    said = run_whitestone("-C", target, "ledger", "--by", "class", "--json")
    answer = json.loads(said.stdout)
    assert set(answer) >= {"situation_on", "as_known_on", "from", "to", "rows", "total", "proof", "undated"}
    text = run_whitestone("-C", target, "ledger", "--by", "class", "--explain", "total").stdout
    assert "m2" in text
    assert "Proof lines" in text
    assert "residual" in text
    refused = run_whitestone("-C", target, "ledger", "--by", "colour")
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr


def test_counts_stand_beside_the_areas_by_reporting_year_and_what_is_unknown_is_said(desk: Desk) -> None:
    """Hazards by class and status, land out of reach, cleared depth, items destroyed by type, year and work."""
    desk.programme.set({"reporting_year_start": "07-01"}, reason="the fiscal year")
    desk.say("hazard", {"classification": "sha", "status": "open", "access": "not_accessible"},
             wkb(0, 0, 100, 100), information_date="2015-01-01")
    desk.say("hazard", {"classification": "cha", "access": "not_accessible"}, information_date="2015-01-01")
    work = desk.say("activity", {"activity_type": "clearance_manual", "depth_achieved_cm": 13.0})
    for at, body in enumerate(({"depth_cm": 20.0}, {"activity_id": str(work)}, {})):
        desk.say("release", {"outcome": "cleared", "completed_on": "2019-03-01", **body},
                 wkb(200 * at + 200, 0, 10, 100), information_date="2019-03-01")
    find = {"category": "ap_mine", "activity_id": str(work)}
    for body in ({"quantity": 3, "destroyed_on": "2019-06-30"}, {"quantity": 2, "destroyed_on": "2019-07-01"},
                 {"disposal_outcome": "destroyed_in_situ", "found_on": "2019-08"},
                 {"quantity": 7, "disposal_outcome": "pending"}):
        desk.say("item", {**find, **body}, information_date="2019-06-01")
    beside = desk.ledger()["beside"]
    assert [(row["class"], row["status"], row["hazards"]) for row in beside["hazards"]] == [
        ("cha", "unknown", 1), ("sha", "open", 1)]
    (unreached,) = beside["not_accessible"]
    assert (unreached["hazards"], round(unreached["closing_m2"]), unreached["size_unknown"]) == (2, 10_000, 1)
    assert [(row["depth_cm"], round(row["drawn_m2"])) for row in beside["cleared_depth"]] == [
        (13.0, 1000), (20.0, 1000), (None, 1000)]
    assert [tuple(row.values()) for row in beside["items_destroyed"]] == [
        ("ap_mine", "2018/2019", "clearance_manual", 3, 1, 0), ("ap_mine", "2019/2020", "clearance_manual", 2, 2, 1)]
    later = desk.ledger(start=dt.date(2019, 7, 1))["beside"]
    assert later["cleared_depth"] == []
    assert [row["year"] for row in later["items_destroyed"]] == ["2019/2020"]
