"""Are records matched, split, merged and told apart as they were made, from either side alike, to the last digit?"""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from land_sides import moved, outlines, side_of

from whitestone.land.comparing import Comparison, compare
from whitestone.land.differences import account, attribute_differences, once_m2
from whitestone.land.sides import Side, make_side


def edition(seed: int, count: int = 120, *, with_ids: bool) -> tuple[Side, Side]:
    """Make a country and a later edition of it: shifted, some enlarged, moved, dropped, added, restated."""
    dice = np.random.default_rng(seed)
    shapes = outlines(dice, count)
    later = moved(shapes, 9, -5)
    fate = dice.random(count)
    grown = fate < 0.1
    later[grown] = shapely.buffer(later[grown], 8, quad_segs=2)
    ours = side_of(shapes, "a", with_ids=with_ids, dice=dice)
    theirs_all = side_of(later, "b", with_ids=with_ids)
    kept = np.flatnonzero(fate < 0.9)
    bodies = [dict(ours.bodies[row]) for row in kept]
    for body in bodies[::7]:
        body["status"] = "handed_over"
    return ours, make_side([theirs_all.names[row] for row in kept], later[kept], bodies,
                           own_ids=[theirs_all.own_ids[row] for row in kept])  # fmt: skip


def told(found: Comparison, turned: bool = False) -> tuple[object, ...]:
    """Say all that was found, seen from ours or, turned, from theirs."""
    ours, theirs = (found.theirs, found.ours) if turned else (found.ours, found.theirs)
    a, b = (found.pairs.b, found.pairs.a) if turned else (found.pairs.a, found.pairs.b)
    left, right = (found.only_theirs, found.only_ours) if turned else (found.only_ours, found.only_theirs)
    groups = {(tuple(sorted(ours.names[row] for row in (each.b if turned else each.a))),
               tuple(sorted(theirs.names[row] for row in (each.a if turned else each.b)))) for each in found.groups}
    pairs = {(ours.names[x], theirs.names[y], bool(same), round(float(score), 6)) for x, y, same, score in
             zip(a.tolist(), b.tolist(), found.same, found.scores.total, strict=True)}  # fmt: skip
    return pairs, {ours.names[row] for row in left}, {theirs.names[row] for row in right}, groups


@pytest.mark.parametrize("with_ids", [True, False])
def test_every_record_finds_its_twin_through_shift_growth_and_restatement(with_ids: bool) -> None:
    ours, theirs = edition(1, with_ids=with_ids)
    found = compare(ours, theirs)
    right = [ours.names[a][1:] == theirs.names[b][1:] for a, b in zip(found.pairs.a, found.pairs.b, strict=True)]
    assert all(right)
    assert len(right) == len(theirs)
    assert len(found.only_ours) == len(ours) - len(theirs)
    assert found.shifts.common.distance_m == pytest.approx(np.hypot(9, 5), abs=1e-6)
    restated = {number for number, row in enumerate(found.pairs.b.tolist())
                if theirs.bodies[row]["status"] == "handed_over"}
    assert set(attribute_differences(found, range(len(found.pairs)))) == restated
    grown = found.pairs.scale < 0.999
    assert (found.same == ~grown & ~np.isin(np.arange(len(found.pairs)), sorted(restated))).all()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), with_ids=st.booleans(), count=st.integers(0, 60))
def test_the_answer_mirrors_itself(seed: int, with_ids: bool, count: int) -> None:
    """Ours against theirs and theirs against ours are one answer seen from two sides, totals included."""
    ours, theirs = edition(seed, count, with_ids=with_ids)
    here, there = compare(ours, theirs), compare(theirs, ours)
    assert told(here) == told(there, turned=True)
    one, two = account(here), account(there)
    assert (one.ours, one.theirs) == (two.theirs, two.ours)
    assert abs(one.ground.common - two.ground.common) <= 1
    mirrored = {"only_ours": "only_theirs", "only_theirs": "only_ours", "split": "merged", "merged": "split",
                "twice_in_ours": "twice_in_theirs", "twice_in_theirs": "twice_in_ours"}
    back = {mirrored.get(line.name, line.name): line for line in two.lines}
    for line in one.lines:
        assert (line.ours, line.theirs) == (back[line.name].theirs, back[line.name].ours)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(0, 40), spacing=st.sampled_from([25.0, 150.0, 900.0]))
def test_the_lines_sum_to_the_difference_to_the_last_digit(seed: int, count: int, spacing: float) -> None:
    """Also where records of one side lie over each other; each square metre counts once, held to GEOS."""
    dice = np.random.default_rng(seed)
    ours = side_of(outlines(dice, count, spacing), "a", dice=dice)
    theirs = side_of(outlines(dice, max(count - 3, 0), spacing), "b", dice=dice)
    found = compare(ours, theirs)
    counted = account(found)
    assert sum(line.difference for line in counted.lines) == counted.difference == counted.ours - counted.theirs
    assert counted.ground.only_ours - counted.ground.only_theirs == counted.difference
    for total, side in ((counted.ours, ours), (counted.theirs, theirs)):
        assert total / 100 == pytest.approx(once_m2(side.shapes), abs=0.011)
    a, b = (shapely.union_all(side.shapes) for side in (ours, found.theirs_drawn))
    assert counted.drawn.common / 100 == pytest.approx(a.intersection(b).area, abs=0.02)
    records = [sum(line.records_ours for line in counted.lines), sum(line.records_theirs for line in counted.lines)]
    assert records == [len(ours), len(theirs)]


def test_names_of_the_parties_change_nothing() -> None:
    """Swap who is who in every text that names an organisation: the same pairs, the same scores."""
    def world(first: str, second: str) -> Comparison:
        dice = np.random.default_rng(8)
        shapes = outlines(dice, 80)
        sides = []
        for prefix, drawn in (("a", shapes), ("b", moved(shapes, 3, 4))):
            names = [first if number % 2 else second for number in range(80)]
            side = side_of(drawn, prefix, groups=names)
            for body, name in zip(side.bodies, names, strict=True):
                body["organisation_name"] = name
            sides.append(side)
        return compare(*sides)

    assert told(world("Party A", "Party B")) == told(world("Party B", "Party A"))


def test_what_was_split_is_told_as_a_split_and_from_the_other_side_as_merged() -> None:
    other = shapely.box(900, 0, 950, 50)
    whole = make_side(["w", "x"], [shapely.box(0, 0, 300, 100), other], [{}, {}], own_ids=["W", "X"])
    parts = make_side(["p", "q", "y"], [shapely.box(0, 0, 120, 100), shapely.box(120, 0, 295, 100), other],
                      [{}] * 3, own_ids=["W", "W-2", "X"])  # fmt: skip
    found = compare(whole, parts)
    assert [(each.a, each.b, each.is_split) for each in found.groups] == [((0,), (0, 1), True)]
    assert found.groups[0].cover == pytest.approx(295 / 300)
    assert found.same.tolist() == [True]
    back = compare(parts, whole)
    assert [(each.a, each.b, each.is_split) for each in back.groups] == [((0, 1), (0,), False)]
    line = next(each for each in account(found).lines if each.name == "split")
    assert (line.ours, line.theirs, line.records_ours, line.records_theirs) == (3_000_000, 2_950_000, 1, 2)


def test_ids_that_mean_other_places_are_not_believed() -> None:
    """Two offices number from 1: the ground says which is which, and the answer says that ids were not used."""
    dice = np.random.default_rng(4)
    shapes = outlines(dice, 60)
    order = dice.permutation(60)
    ours, theirs = side_of(shapes, "a", with_ids=True), side_of(shapes[order], "b", with_ids=True)
    found = compare(ours, theirs)
    assert not found.trust.is_trusted
    assert found.trust.sentence().startswith("Ids are not used")
    assert (order[found.pairs.b] == found.pairs.a).all()
    assert found.same.all()


def test_one_id_on_another_place_is_one_record_that_differs() -> None:
    """Where ids can be trusted, a record that was moved stays the same record."""
    shapes = outlines(np.random.default_rng(6), 40)
    later = shapes.copy()
    later[3] = moved(shapes[3], 5_000, 0)
    found = compare(side_of(shapes, "a", with_ids=True), side_of(later, "b", with_ids=True))
    at = found.pairs.a.tolist().index(3)
    assert found.pairs.b[at] == 3
    assert not found.same_ground[at]
    assert found.pairs.apart_m[at] == pytest.approx(5_000, abs=1e-6)


def test_one_outline_elsewhere_is_found_again_without_an_id() -> None:
    shapes = outlines(np.random.default_rng(6), 40, 3_000)
    later = shapes.copy()
    later[3] = moved(shapes[3], 450, 0)
    found = compare(side_of(shapes, "a"), side_of(later, "b"))
    at = found.pairs.a.tolist().index(3)
    assert found.pairs.b[at] == 3
    assert found.pairs.form[at] == pytest.approx(1.0)
    assert not found.same_ground[at]


def test_records_without_a_shape_are_matched_by_id_or_by_saying_the_same() -> None:
    def side(prefix: str, ids: list[str | None]) -> Side:
        return make_side([f"{prefix}{number}" for number in range(4)], [None] * 4,
                         [{"status": "open"}, {"status": "closed"}, {"status": "open"}, {}], own_ids=ids)  # fmt: skip

    found = compare(side("a", ["H-1", None, None, None]), side("b", [None, "H-1", None, None]))
    pairs = dict(zip(found.pairs.a.tolist(), found.pairs.b.tolist(), strict=True))
    assert pairs == {0: 1, 2: 0, 3: 3}
    assert found.only_ours.tolist() == [1]
    assert found.only_theirs.tolist() == [2]
    assert account(found).unknown_size_ours == 4


def test_records_without_a_shape_that_state_nothing_in_common_are_not_called_the_same() -> None:
    ours = make_side(["a"], [None], [{"status": "open"}], own_ids=["H-1"])
    found = compare(ours, make_side(["b"], [None], [{"terrain": "hill"}], own_ids=["X-9"]))
    assert (len(found.pairs), found.only_ours.tolist(), found.only_theirs.tolist()) == (0, [0], [0])
    # Two that state nothing at all are told apart by nothing: each side holds one of them.
    assert len(compare(make_side(["c"], [None], [{}]), make_side(["d"], [None], [{}])).pairs) == 1


def test_any_of_several_former_ids_tells_a_record() -> None:
    """What was merged has the ids of all its parts; one that stands with two records tells nothing."""
    ours = make_side(["a", "b"], [None, None], [{"status": "open"}, {"status": "open"}], own_ids=["N-1", "N-2"],
                     former_ids=[("O-1", "O-2"), ("O-2", "O-3")])  # fmt: skip
    theirs = make_side(["x", "y"], [None, None], [{"status": "closed"}] * 2, own_ids=["O-3", "O-1"])
    found = compare(ours, theirs)
    assert {(ours.names[a], theirs.names[b]) for a, b in zip(found.pairs.a, found.pairs.b, strict=True)} == {
        ("a", "y"), ("b", "x")}  # fmt: skip
    shared = make_side(["z"], [None], [{"status": "closed"}], own_ids=["O-2"])
    assert len(compare(ours, shared).pairs) == 0


def test_points_are_matched_by_nearness() -> None:
    ours = make_side(["a", "b"], [shapely.Point(0, 0), shapely.Point(500, 0)], [{}, {}])
    theirs = make_side(["c", "d"], [shapely.Point(3, 4), shapely.Point(580, 0)], [{}, {}])
    found = compare(ours, theirs)
    assert (found.pairs.a.tolist(), found.pairs.b.tolist()) == ([0], [0])
    assert not found.same_ground[0]
    assert found.scores.parts["place"][0] == pytest.approx(0.9)


@pytest.mark.parametrize("count", [1, 300])
def test_a_heap_of_one_outline_is_paired_in_order_and_never_hangs(count: int) -> None:
    heap = [shapely.box(0, 0, 100, 100)] * count
    found = compare(side_of(heap, "a"), side_of(heap, "b"))
    assert len(found.pairs) == count
    assert found.same.all()
    assert bool(found.limits) == (count > 8)
    counted = account(found)
    assert (counted.ours, counted.ground.common) == (1_000_000, 1_000_000)


def test_thousands_on_one_point_are_paired_in_order() -> None:
    """A default coordinate is real: everything that nobody located lies on it."""
    heap = [shapely.Point(5, 5)] * 3_000
    found = compare(side_of(heap, "a"), side_of(heap, "b"))
    assert len(found.pairs) == 3_000
    assert found.limits


def test_hundreds_of_hairline_overlaps_are_matched_and_bounded() -> None:
    fan = [shapely.box(0.05 * number, 0, 0.05 * number + 400, 300) for number in range(600)]
    found = compare(side_of(fan, "a"), side_of(fan, "b"))
    assert found.same.all()
    assert (found.pairs.a == found.pairs.b).all()
    assert any("most alike" in limit for limit in found.limits)
    counted = account(found)
    assert counted.ours == counted.ground.common == round(100 * once_m2(fan))


def test_bad_shapes_neither_stop_nor_vanish() -> None:
    """Bow-tie, spike, empty, NaN, a line there and back: each stands in the answer once."""
    bad = [
        shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10), (0, 0)]), shapely.Polygon(),
        shapely.LineString([(0, 0), (5, 5)]), shapely.Polygon([(0, 0), (9, 9), (0, 0)]), None,
        shapely.Polygon([(20, 0), (30, 0), (30, 10), (20, 0)]), shapely.GeometryCollection([shapely.Point(1, 1)]),
    ]  # fmt: skip
    found = compare(side_of(bad, "a"), side_of(bad[::-1], "b"))
    lines = account(found).lines
    assert sum(line.records_ours for line in lines) == len(bad)
    assert sum(line.records_theirs for line in lines) == len(bad)


def test_what_one_side_never_states_is_not_a_difference() -> None:
    ours = make_side(["a"], [shapely.box(0, 0, 9, 9)], [{"status": "open", "terrain": "hill"}])
    theirs = make_side(["b"], [shapely.box(0, 0, 9, 9)], [{"status": "open", "slope": None}])
    found = compare(ours, theirs)
    assert found.same.all()
    assert found.compared == ["status"]
    assert found.not_compared == {"slope": "ours", "terrain": "theirs"}
