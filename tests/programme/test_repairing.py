"""Does an accepted proposal do what its preview said, and can everything that was decided be taken back?"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import shapely

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft, Nature
from whitestone.errors import InvalidValue, UnknownRecord, WrongCall
from whitestone.geodesy.areas import Plane
from whitestone.land.repairs import LINES
from whitestone.programme.opening import Programme, init_programme
from whitestone.programme.repairing import accept, as_dict, find, leave, listed, preview, totals, undo, worklist

PLANE = Plane(45.0, 40.0)
FOUND = {"information_date": "2015-01-01"}
WORKED = {"outcome": "cleared", "completed_on": "2016-06-01"}


class Desk:
    """A programme with short words for what the tests state and ask."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme

    def say(self, kind: str, body: dict[str, Any], *box: float, **more: Any) -> uuid.UUID:
        record_id, shape = more.pop("record_id", None) or new_id(), None
        if box:
            drawn = np.array([shapely.box(*box)], dtype=object)
            shape = bytes(shapely.to_wkb(PLANE.unproject(drawn)[0]))
        parents = more.pop("parents", ())
        draft = Draft(kind=kind, record_id=record_id, body=body, geometry=shape, parents=parents, **more)
        self.programme.journal.append(Act(author="anna"), [draft])
        return record_id

    def figures(self, on: str | None = None) -> dict[str, float]:
        return totals(worklist(self.programme, self.programme.clocks(on)).opened.table(by="class"))

    def proposals(self, line: str) -> list[dict[str, Any]]:
        (found,) = listed(self.programme, self.programme.clocks(), line)["lines"]
        return [each for case in found["listed"] for each in case["proposals"] if each["proposal"]]

    def accept(self, line: str, kind: str) -> dict[str, Any]:
        """Accept the one proposal of a kind, and see that line, totals and every identity came out as previewed."""
        (mine,) = [each for each in self.proposals(line) if each["kind"] == kind]
        before = self.figures()
        done = accept(self.programme, mine["proposal"], reason="looked at the paper")
        after = self.figures()
        assert after[line] - before[line] == pytest.approx(mine["promised"], abs=0.05)
        assert after[line] == pytest.approx(done["after"], abs=0.02)
        for name, (_, expected) in done["moved"].items():
            assert after[name] == pytest.approx(expected, abs=0.05), name
        assert {name for name in after if abs(after[name] - before[name]) > 0.05} <= done["moved"].keys()
        assert after["residual_m2"] == 0
        return done


@pytest.fixture
def desk(tmp_path: Any) -> Iterator[Desk]:
    settings = {"equal_area_lon": 45.0, "equal_area_lat": 40.0}
    with init_programme(str(tmp_path / "p"), name="Test", who="anna", settings=settings) as programme:
        yield Desk(programme)


def overlapping(desk: Desk) -> tuple[uuid.UUID, uuid.UUID]:
    """State a suspected area three times, as editions of a file do, and a confirmed one inside it later."""
    wide = desk.say("hazard", {"local_id": "H-1", "classification": "sha", "status": "open"}, 0, 0, 100, 100, **FOUND)
    for status, year in (("worked_on", 2016), ("suspended", 2019)):
        last = desk.programme.journal.history(wide)[-1].revision_id
        desk.say("hazard", {"local_id": "H-1", "classification": "sha", "status": status}, 0, 0, 100, 100,
                 record_id=wide, information_date=f"{year}-01-01", parents=(last,))  # fmt: skip
    inner = desk.say("hazard", {"local_id": "H-2", "classification": "cha", "status": "open"}, 40, 40, 60, 60,
                     information_date="2017-01-01")  # fmt: skip
    return wide, inner


def test_a_split_is_stated_from_its_day_on_and_no_earlier_closing_moves(desk: Desk) -> None:
    wide, _ = overlapping(desk)
    days = [f"{year}-12-31" for year in range(2014, 2021)]
    before = [desk.figures(day)["closing_m2"] for day in days]
    done = desk.accept("hazards_overlap_m2", "split")
    assert [desk.figures(day)["closing_m2"] for day in days] == pytest.approx(before, abs=0.02)
    assert desk.figures("2016-06-01")["own_closing_m2"] == pytest.approx(10_000, abs=1)
    made = [each for each in desk.programme.journal.history(wide) if str(each.revision_id) in done["revisions"]]
    assert [each.nature for each in made] == [Nature.CHANGE, Nature.CORRECTION]
    assert {each.reason for each in made} == {"looked at the paper"}
    assert all("proposed repair of hazards_overlap_m2" in (each.source or "") for each in made)
    assert [each.body["status"] for each in desk.programme.journal.dated_states("hazard", ids=[wide])] == [
        "open", "worked_on", "worked_on", "suspended",
    ]  # fmt: skip
    assert desk.programme.journal.conflicts() == []
    assert desk.programme.journal.verify().ok
    decided = desk.programme.journal.history(uuid.UUID(done["case"]))  # one act: the repair and that it was decided
    assert {each.recorded_at for each in [*made, *decided]} == {made[0].recorded_at}


def test_what_was_accepted_can_be_taken_back(desk: Desk) -> None:
    overlapping(desk)
    before = desk.figures()
    done = desk.accept("hazards_overlap_m2", "split")
    undo(desk.programme, done["case"], reason="the line was right after all")
    assert desk.figures() == before
    assert [each["kind"] for each in desk.proposals("hazards_overlap_m2")] == ["split"]
    with pytest.raises(UnknownRecord):
        undo(desk.programme, done["case"], reason="twice")


def test_two_records_of_one_release_become_one_and_two_again(desk: Desk) -> None:
    desk.say("hazard", {"classification": "cha"}, 0, 0, 100, 100, **FOUND)
    for name in ("Alpha", "Beta"):
        desk.say("release", WORKED | {"organisation_name": name}, 0, 0, 50, 50, **FOUND)
    before = desk.figures()
    done = desk.accept("claimed_twice_m2", "declare_same")
    undo(desk.programme, done["case"], reason="two teams, two days")
    assert desk.figures() == before


def test_links_dates_units_points_and_closings_are_restated(desk: Desk) -> None:
    late = desk.say("hazard", {"local_id": "H-9", "classification": "cha"}, 0, 0, 100, 100,
                    information_date="2018-01-01")  # fmt: skip
    work = desk.say("release", WORKED | {"area_reported_m2": 0.25}, 0, 0, 50, 50, information_date="2016-06-01")
    desk.accept("outside_any_hazard_m2", "link")
    state = desk.programme.journal.state(work)
    assert state.body["hazard_ids"] == [str(late)]
    assert state.body["area_reported_m2"] == 0.25
    desk.accept("reported_minus_computed_m2", "rescale_reported")
    desk.accept("releases_older_than_hazard", "unlink")
    assert desk.figures()["closing_m2"] == pytest.approx(10_000, abs=1)


def test_a_hazard_that_says_when_it_was_discovered_is_dated_so(desk: Desk) -> None:
    hazard = desk.say("hazard", {"classification": "cha", "discovered_on": "2012"}, 0, 0, 100, 100,
                      information_date="2018-01-01")  # fmt: skip
    desk.say("release", WORKED | {"hazard_ids": [str(hazard)]}, 0, 0, 50, 50, information_date="2016-06-01")
    desk.accept("releases_older_than_hazard", "redate")
    assert desk.figures("2013-01-01")["closing_m2"] == pytest.approx(10_000, abs=1)


def test_a_closed_hazard_with_land_left(desk: Desk) -> None:
    hazard = desk.say("hazard", {"classification": "cha", "status": "worked_on"}, 0, 0, 100, 100, **FOUND)
    first = desk.programme.journal.history(hazard)[-1].revision_id
    desk.say("hazard", {"status": "closed", "closure_reason": "cleared"}, record_id=hazard,
             information_date="2017-01-01", parents=(first,))  # fmt: skip
    desk.say("release", WORKED, 0, 0, 100, 80, information_date="2016-06-01")
    kinds = {each["kind"] for each in desk.proposals("closed_unproven_m2")}
    assert kinds == {"reopen", "withdraw"}
    done = desk.accept("closed_unproven_m2", "withdraw")
    assert desk.figures()["closing_m2"] == 0
    undo(desk.programme, done["case"], reason="it was mined")
    desk.accept("closed_unproven_m2", "reopen")
    assert desk.figures()["closing_m2"] == pytest.approx(2_000, abs=1)


def test_a_find_says_where_a_hazard_without_a_place_is(desk: Desk) -> None:
    hazard = desk.say("hazard", {"classification": "sha"}, **FOUND)
    point = PLANE.unproject(np.array([shapely.Point(30, 40)], dtype=object))[0]
    draft = Draft(kind="item", record_id=new_id(), body={"category": "ap_mine", "hazard_ids": [str(hazard)]},
                  geometry=bytes(shapely.to_wkb(point)), information_date="2016-01-01")  # fmt: skip
    desk.programme.journal.append(Act(author="anna"), [draft])
    desk.accept("no_geometry", "place_point")
    assert desk.figures()["size_unknown"] == 1


def test_a_case_that_is_left_stays_left_until_a_record_moves(desk: Desk) -> None:
    desk.say("hazard", {"classification": "cha"}, 0, 0, 100, 100, **FOUND)
    desk.say("release", WORKED, 0, 0, 50, 50, information_date="2016-06-01")
    other = desk.say("release", WORKED, 40, 0, 90, 50, information_date="2016-06-01")
    (line,) = listed(desk.programme, desk.programme.clocks(), "claimed_twice_m2")["lines"]
    before = desk.figures()
    leave(desk.programme, line["listed"][0]["case"], reason="two lanes meet here")
    (line,) = listed(desk.programme, desk.programme.clocks(), "claimed_twice_m2")["lines"]
    assert (line["cases"], line["left_as_they_are"], line["listed"]) == (1, 1, [])
    (line,) = listed(desk.programme, desk.programme.clocks(), "claimed_twice_m2", with_left=True)["lines"]
    assert line["listed"][0]["left"]["reason"] == "two lanes meet here"
    assert desk.figures() == before
    last = desk.programme.journal.history(other)[-1].revision_id
    desk.say("release", WORKED, 30, 0, 90, 50, record_id=other, information_date="2016-06-01", parents=(last,))
    assert [each["kind"] for each in desk.proposals("claimed_twice_m2")] == ["cut_outline"]


def test_what_cannot_be_decided_is_refused(desk: Desk) -> None:
    overlapping(desk)
    work = worklist(desk.programme, desk.programme.clocks())
    (case,) = work.cases("hazards_overlap_m2")
    with pytest.raises(WrongCall):
        accept(desk.programme, str(case.proposal_id(0)), reason=" ")
    with pytest.raises(WrongCall):
        accept(desk.programme, str(case.case_id), reason="a case is no proposal")
    with pytest.raises(WrongCall):
        find(work, "ab")
    with pytest.raises(UnknownRecord):
        leave(desk.programme, "00000000", reason="no such case")
    with pytest.raises(InvalidValue):
        listed(desk.programme, desk.programme.clocks(), "residual_m2")
    assert preview(work, case, case.proposals[0])["after"] == 0
    assert as_dict(work, case)["proposals"][0]["evidence"]


def test_an_empty_programme_has_every_line_and_no_case(desk: Desk) -> None:
    lines = listed(desk.programme, desk.programme.clocks())["lines"]
    assert [each["line"] for each in lines] == list(LINES)
    assert all(each["cases"] == 0 for each in lines)
