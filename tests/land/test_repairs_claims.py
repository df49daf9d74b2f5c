"""Do proposals for ground elsewhere, disputed, unapproved or undated keep their promise, and is no date made up?"""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from test_repairs import DAY, END, World, adds_up, closing, hazard, own, release

from whitestone.land.inputs import HazardSlice
from whitestone.land.ledger import Ledger, compute
from whitestone.land.proof import disagreement_m2
from whitestone.land.repairs import Beside, Case, Claim, Dating, Repair, Side, View, cases

WEST, EAST = shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)
LEVEL = {"east": EAST, "west": WEST}
LINES = ("in_conflict_m2", "not_approved_m2")


class Placed(World):
    """A world with two places, of which the ledger is computed too."""

    def __init__(self, hazards: Any, releases: Any, beside: Beside | None = None) -> None:
        super().__init__(hazards, releases, msgspec.structs.replace(beside or Beside(), levels=(LEVEL,)))
        self.ledger: Ledger = compute(hazards, releases, start=None, end=END, by="class", places=LEVEL)


def booked(number: int, *box: float, place: str, **more: Any) -> HazardSlice:
    return hazard(number, *box, keys={"place": place}, **more)


def test_a_hazard_that_lies_mostly_in_another_place_is_booked_there() -> None:
    world = Placed([booked(1, 70, 0, 170, 100, place="west")], [])
    (case,) = world.cases("elsewhere_m2")
    assert case.m2 == pytest.approx(7_000)
    assert case.ground.area == pytest.approx(7_000)
    after = world.keeps_promise("elsewhere_m2", "rebook")
    assert after.ledger.proof.elsewhere_m2 == pytest.approx(3_000)
    assert closing(after) == closing(world)
    assert [each.kind for case in after.cases("elsewhere_m2") for each in case.proposals] == []


def test_a_hazard_across_a_boundary_is_booked_whole_and_may_stay() -> None:
    world = Placed([booked(1, 20, 0, 120, 100, place="west"), booked(2, 10, 10, 20, 20, place="west")], [])
    (case,) = world.cases("elsewhere_m2")
    assert case.proposals == ()
    assert "may stay" in case.note


def test_a_hazard_far_from_its_place_is_looked_at_and_never_moved() -> None:
    world = Placed([booked(1, 5_200, 0, 5_300, 100, place="west")], [])
    look = world.proposal("elsewhere_m2", "look")
    assert not look.writes
    assert "5.1 km" in look.sentence


def test_only_ground_that_is_left_lies_elsewhere() -> None:
    world = Placed([booked(1, 70, 0, 170, 100, place="west")], [release(9, 100, 0, 170, 100)])
    assert world.cases("elsewhere_m2") == []


def test_a_place_that_was_another_before_stays_what_it_was() -> None:
    hazards = [booked(1, 70, 0, 170, 100, place="east", true_to=dt.date(2018, 1, 1)),
               booked(1, 70, 0, 170, 100, place="west", on=dt.date(2018, 1, 1))]
    world = Placed(hazards, [])
    after = world.after(world.proposal("elsewhere_m2", "rebook"))
    assert [each.keys["place"] for each in after.hazards] == ["east", "east"]
    hazards[0] = booked(1, 70, 0, 170, 100, place="north", true_to=dt.date(2018, 1, 1))
    after = Placed(hazards, []).after(world.proposal("elsewhere_m2", "rebook"))
    assert [each.keys["place"] for each in after.hazards] == ["north", "east"]


def side(number: int, *box: float, day: dt.date | None = DAY, what: str = "one") -> Side:
    return Side(own(number), what, "Alpha", day, shapely.box(*box) if box else None, (own(100 + number),))


def claims(line: str, *found: Claim) -> Beside:
    return Beside(claims={line: found})


def falls(beside: Beside, line: str, without: Claim) -> float:
    left = [(each.counted.shape, each.other.shape) for each in beside.claims[line] if each is not without]
    every = [(each.counted.shape, each.other.shape) for each in beside.claims[line]]
    return disagreement_m2(left) - disagreement_m2(every)


def kinds(case: Case) -> dict[str, Repair]:
    return {each.kind: each for each in case.proposals}


def test_a_dispute_is_settled_for_either_side_and_both_are_drawn() -> None:
    claim = Claim(own(1), "hazard", side(1, 0, 0, 100, 100), side(1, 0, 0, 60, 100, day=dt.date(2018, 1, 1)))
    world = World([hazard(1, 0, 0, 100, 100)], [release(9, 0, 0, 10, 100)], claims(LINES[0], claim))
    (case,) = world.cases(LINES[0])
    assert [each.shape.area for each in case.parties] == [10_000, 6_000]
    assert case.ground.area == 4_000
    assert {each.promised for each in case.proposals} == {-4_000}
    keep, take = kinds(case)["keep_counted"], kinds(case)["take_other"]
    assert closing(world.after(keep)) == closing(world) == 9_000
    after = world.after(take)
    assert closing(after) == 5_000
    adds_up(after.ledger)
    before = compute(after.hazards, after.releases, start=None, end=dt.date(2017, 12, 31), by="class")
    assert before.total["closing_m2"] == 9_000  # from the later of both dates on
    assert case.proposal_id(0) != case.proposal_id(1)


def test_of_two_records_that_are_one_either_outline_may_stand() -> None:
    kept, other = side(1, 0, 0, 100, 100, day=None), side(2, 50, 0, 150, 100, day=None)
    world = World([hazard(1, 0, 0, 100, 100)], [], claims(LINES[0], Claim(own(1), "hazard", kept, other)))
    (case,) = world.cases(LINES[0])
    keep, take = kinds(case)["keep_counted"], kinds(case)["take_other"]
    assert [each.record_id for each in (*keep.statements, *take.statements)] == [own(2), own(1)]
    assert closing(world.after(keep)) == closing(world)
    assert world.after(take).hazards[0].geometry.equals(other.shape)


def test_what_awaits_approval_is_approved_or_returned() -> None:
    waits = (hazard(1, 0, 0, 100, 100, true_to=dt.date(2018, 1, 1)), hazard(1, 0, 0, 100, 40, on=dt.date(2018, 1, 1)))
    claim = Claim(own(1), "hazard", side(1, 0, 0, 100, 100), side(1, 0, 0, 100, 40), "submitted", waits)
    new = Claim(own(8), "release", side(8), side(8, 0, 0, 50, 40), "verified", (release(8, 0, 0, 50, 40),))
    world = World([hazard(1, 0, 0, 100, 100)], [], claims(LINES[1], claim, new))
    first, second = sorted(world.cases(LINES[1]), key=lambda case: case.parties[0].record_id)
    assert [len(case.parties) for case in (first, second)] == [2, 1]
    assert "another outline counts" in first.sentence
    assert "nothing of it counts" in second.sentence
    assert closing(world.after(kinds(first)["approve"])) == 4_000
    done = world.after(kinds(second)["approve"])
    assert done.ledger.total["cleared_m2"] == 2_000
    for case in (first, second):
        assert closing(world.after(kinds(case)["return"])) == closing(world)
        assert kinds(case)["return"].promised == kinds(case)["approve"].promised


BOX = st.tuples(*[st.integers(0, 12)] * 2, *[st.integers(1, 8)] * 2).map(
    lambda each: shapely.box(each[0], each[1], each[0] + each[2], each[1] + each[3]))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.none() | BOX, BOX), min_size=1, max_size=5), st.sampled_from(LINES))
def test_each_case_promises_what_the_line_falls_by_without_it(pairs: list[Any], line: str) -> None:
    said = [Claim(own(at), "hazard", Side(own(at), "a", None, DAY, left), Side(own(at), "b", None, DAY, right),
                  "submitted" if line == LINES[1] else "") for at, (left, right) in enumerate(pairs, 1)]
    beside = claims(line, *said)
    found = list(cases(View(compute([], [], start=None, end=END, by="class").book, beside), line))
    assert len(found) == len(pairs)
    assert sum(case.m2 or 0.0 for case in found) == pytest.approx(disagreement_m2(pairs), abs=0.02)
    by_record = {case.parties[0].record_id: case for case in found}
    for each in said:
        for repair in by_record[each.record_id].proposals:
            assert repair.promised == pytest.approx(falls(beside, line, each), abs=1e-6)
            assert repair.writes


def dated(**found: Dating) -> Beside:
    return Beside(dates=lambda record: [each for key, each in found.items() if own(int(key[1:])) == record])


def test_a_date_is_proposed_where_a_statement_gives_one_and_never_made_up() -> None:
    hazards, releases = [hazard(1, 0, 0, 100, 100, on=None)], [release(9, 0, 0, 40, 50, on=None, hazards=(1,))]
    silent = World(hazards, releases)
    assert silent.ledger.proof.order_unknown_m2 == 2_000
    (case,) = silent.cases("order_unknown_m2")
    assert [(each.kind, each.writes) for each in case.proposals] == [("ask", False)]
    assert case.ground.area == 2_000
    day = dt.date(2014, 5, 1)
    told = World(hazards, releases, dated(h1=Dating(day, "why", "R-7 names it"), r9=Dating(day, "why", "R-8")))
    after = told.keeps_promise("order_unknown_m2", "date_hazard")
    assert closing(after) == closing(told) == 8_000
    assert compute(after.hazards, after.releases, start=None, end=dt.date(2014, 4, 30), by="class").total[
        "closing_m2"] == 0
    after = told.keeps_promise("order_unknown_m2", "date_release")
    assert after.releases[0].on == day
    assert closing(after) == 8_000
    late = World(hazards, releases, dated(h1=Dating(END + dt.timedelta(1), "why", "R-7")))
    assert [each.kind for case in late.cases("order_unknown_m2") for each in case.proposals] == ["ask"]


def test_a_hazard_is_not_dated_after_what_is_dated_of_it() -> None:
    hazards = [hazard(1, 0, 0, 100, 100, on=None, true_to=dt.date(2012, 1, 1)),
               msgspec.structs.replace(hazard(1, 0, 0, 100, 90, on=dt.date(2012, 1, 1)), information_date=None)]
    day = Dating(dt.date(2014, 5, 1), "why", "R-7")
    world = World(hazards, [release(9, 0, 0, 40, 50, on=None)], dated(h1=day))
    assert [each.kind for case in world.cases("order_unknown_m2") for each in case.proposals] == ["ask"]


def test_where_others_are_undated_too_no_figure_is_promised() -> None:
    hazards = [hazard(1, 0, 0, 100, 100, on=None), hazard(2, 50, 0, 150, 100, on=None)]
    day = Dating(dt.date(2014, 5, 1), "why", "R-7")
    world = World(hazards, [release(9, 0, 0, 40, 50, on=None)], dated(h1=day))
    assert world.proposal("order_unknown_m2", "date_hazard").promised is None
