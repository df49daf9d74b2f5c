"""Does the flow matrix agree with counting cells and hazards one by one, and does every row and column of it close?"""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections import Counter, defaultdict

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from land_cells import CELL_M2, Slice, Work, World, run
from test_oracle import DAYS, LAST, expected_key, hazard_id, ledger, programmes

from whitestone.errors import InvalidValue
from whitestone.land.grouping import RELEASE_DIMENSIONS
from whitestone.land.ledger import HazardSlice, ReleasePiece, compute
from whitestone.land.matrix import ALL, AREA_FLOWS, CLASSES, COUNT_FLOWS, Matrix, flow_matrix

BY = ["hazard", "class", "place", "contamination", "year", "organisation"]


def class_name(held: Slice) -> str:
    return held.classification if held.classification in ("sha", "cha") else "other"


def expected_areas(slices: list[Slice], done: list[Work], by: str, first: int) -> Counter[tuple[str, str, str]]:
    """Count cells by row, class and flow; what is transferred comes in pairs, out and in."""
    flows, world = run(slices, done, LAST).flows, World(slices, done, LAST)
    found: Counter[tuple[str, str, str]] = Counter()
    for at, (day, held, release, column) in enumerate(flows):
        if day < first:
            continue
        flow = {"discovered": "newly_identified"}.get(column, column)
        if column.startswith("transferred"):
            other = flows[at + 1][1] if column == "transferred_out" else flows[at - 1][1]
            direction = column.removeprefix("transferred_")
            if class_name(other) != class_name(held):
                flow = f"{'to' if direction == 'out' else 'from'}_{class_name(other)}"
            else:
                kin = other.hazard in world.came_from(held.hazard) or held.hazard in world.came_from(other.hazard)
                flow = f"{'lineage' if kin and other.hazard != held.hazard else 'moved'}_{direction}"
        found[expected_key(by, done, day, held, release), class_name(held), flow] += CELL_M2
    return found


def expected_counts(slices: list[Slice], first: int) -> dict[str, Counter[str]]:
    """Count open hazards by looking at each on each day on which anything changes, with no memory but yesterday's."""
    world = World(slices, [], LAST)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for hazard in world.hazards:
        before, was_here = None, False
        parents = {p for each in world.slices if each.hazard == hazard for p in each.parents if p != hazard}
        parents &= set(world.hazards)
        for day in world.days():
            held = world.holds(hazard, day)
            now = held if held is not None and not held.void and held.status == "open" else None
            for flow, each in steps(before, now, held, was_here, len(parents)):
                if day >= first:
                    found[class_name(each)][flow] += 1
                else:
                    found[class_name(each)]["opening"] += COUNT_FLOWS[flow]
            before, was_here = now, was_here or held is not None
        if before is not None:
            found[class_name(before)]["closing"] += 1
    return found


def steps(before: Slice | None, now: Slice | None, held: Slice | None, was_here: bool, parents: int
          ) -> list[tuple[str, Slice]]:
    if before is None and now is None:
        return []
    if before is None and now is not None:
        arrival = "newly_identified" if parents == 0 else "split_from" if parents == 1 else "merged_from"
        return [("reopened" if was_here else arrival, now)]
    if now is None and before is not None:
        return [("closed" if held is not None and not held.void else "withdrawn", before)]
    if class_name(before) != class_name(now):
        return [(f"to_{class_name(now)}", before), (f"from_{class_name(before)}", now)]
    face = (before.place, sorted(before.contamination), before.classification)
    if face != (now.place, sorted(now.contamination), now.classification):
        return [("moved_out", before), ("moved_in", now)]
    return []


def close(part: dict[str, dict[str, float]], flows: dict[str, int]) -> None:
    for name in (*CLASSES, ALL):
        row = part[name]
        moved = sum(sign * round(row[flow] * 100) for flow, sign in flows.items())
        assert round(row["opening"] * 100) + moved == round(row["closing"] * 100), (name, row)


@settings(max_examples=80, deadline=None)
@given(programmes, st.sampled_from(BY), st.sampled_from(DAYS))
def test_every_cell_of_the_matrix_is_what_counting_cells_gives(
    programme: tuple[list[Slice], list[Work]], by: str, start: dt.date | None
) -> None:
    slices, done = programme
    matrix = flow_matrix(ledger(programme, by, start))
    wanted = expected_areas(slices, done, by, 0 if start is None else start.toordinal())
    for row in matrix.rows:
        for name in CLASSES:
            for flow in AREA_FLOWS:
                assert row["areas"][name][flow] == wanted[row["key"], name, flow], (row["key"], name, flow)
    assert sum(wanted.values()) == sum(matrix.total["areas"][ALL][flow] for flow in AREA_FLOWS)


@settings(max_examples=80, deadline=None)
@given(programmes, st.sampled_from(BY), st.sampled_from(DAYS))
def test_rows_and_columns_close_and_what_leaves_a_class_arrives_in_another(
    programme: tuple[list[Slice], list[Work]], by: str, start: dt.date | None
) -> None:
    found = ledger(programme, by, start)
    matrix = flow_matrix(found)
    for of, flows in (("areas", AREA_FLOWS), ("counts", COUNT_FLOWS)):
        close(matrix.total[of], flows)
        for row in matrix.rows if by not in RELEASE_DIMENSIONS else []:
            close(row[of], flows)
        for name in CLASSES:
            for other in CLASSES:
                assert matrix.total[of][name][f"to_{other}"] == matrix.total[of][other][f"from_{name}"]
            stock = () if by == "year" else ("opening", "closing")
            for flow in (*flows, *stock):
                assert sum(row[of][name][flow] for row in matrix.rows) == matrix.total[of][name][flow], (of, name, flow)
    areas = matrix.total["areas"][ALL]
    assert areas["lineage_in"] == areas["lineage_out"]
    assert areas["moved_in"] == areas["moved_out"]
    assert (areas["opening"], areas["closing"]) == (found.total["opening_m2"], found.total["closing_m2"])
    for flow in ("boundary_increase", "boundary_decrease", "cancelled", "reduced", "cleared", "reclassified"):
        assert areas[flow] == found.total[f"{flow}_m2"]
    rows = {row["key"]: row["areas"][ALL] for row in matrix.rows}
    for line in found.rows:
        assert rows[line["key"]]["closing"] == line["closing_m2"]
    if by == "year":
        for earlier, later in zip(matrix.rows, matrix.rows[1:], strict=False):
            for name in (*CLASSES, ALL):
                assert earlier["areas"][name]["closing"] == later["areas"][name]["opening"]
                assert earlier["counts"][name]["closing"] == later["counts"][name]["opening"]


@settings(max_examples=80, deadline=None)
@given(programmes, st.sampled_from(DAYS))
def test_counts_of_hazards_are_what_looking_at_each_hazard_each_day_gives(
    programme: tuple[list[Slice], list[Work]], start: dt.date | None
) -> None:
    slices = [each for each in programme[0] if each.end is None or each.begin is None or each.begin < each.end]
    found = flow_matrix(ledger((slices, programme[1]), "class", start)).total["counts"]
    wanted = expected_counts(slices, 0 if start is None else start.toordinal())
    for name in CLASSES:
        for flow in ("opening", *COUNT_FLOWS, "closing"):
            assert found[name][flow] == wanted[name][flow], (name, flow)


@settings(max_examples=40, deadline=None)
@given(programmes, st.sampled_from(BY), st.sampled_from(DAYS))
def test_what_stands_behind_a_cell_adds_up_to_it(
    programme: tuple[list[Slice], list[Work]], by: str, start: dt.date | None
) -> None:
    matrix = flow_matrix(ledger(programme, by, start))
    for row in [{"key": None, **matrix.total}, *matrix.rows]:
        for of, flows, unit in (("areas", AREA_FLOWS, 100), ("counts", COUNT_FLOWS, 1)):
            for name in (*CLASSES, ALL):
                for flow in ("opening", *flows, "closing"):
                    behind = matrix.behind(of, row["key"], name, flow)
                    amount = (behind.signed if flow in ("opening", "closing") else behind.amount).sum()
                    assert amount == round(row[of][name][flow] * unit), (row["key"], of, name, flow)


# Lineage: one field of strips is split and merged at random, always along the strips, so that no ground is made.

STRIPS = 8


def strips(which: frozenset[int]) -> shapely.Geometry:
    return shapely.union_all([shapely.box(10 * each, 0, 10 * each + 10, 50) for each in sorted(which)])


def lineage(seed: int, steps_taken: int, with_work: bool) -> tuple[list[HazardSlice], list[ReleasePiece]]:
    """Split and merge one hazard of eight strips at random; work clears strips on days between, also before a split."""
    rng = random.Random(seed)
    alive: dict[int, frozenset[int]] = {0: frozenset(range(STRIPS))}
    days = [dt.date(2014, 1, 1) + dt.timedelta(days=100 * step) for step in range(steps_taken + 1)]
    told: list[tuple[int, dt.date, frozenset[int], tuple[int, ...], bool]] = [(0, days[0], alive[0], (), False)]
    count = 1
    for day in days[1:]:
        whole = rng.choice(sorted(alive))
        if len(alive[whole]) > 1 and rng.random() < 0.6:
            part = frozenset(rng.sample(sorted(alive[whole]), rng.randint(1, len(alive[whole]) - 1)))
            alive[whole] -= part
            told += [(whole, day, alive[whole], (), False), (count, day, part, (whole,), False)]
            alive[count] = part
        elif len(alive) > 1:
            one, two = rng.sample(sorted(alive), 2)
            told += [(each, day, alive[each], (), True) for each in (one, two)]
            told.append((count, day, alive[one] | alive[two], (one, two), False))
            alive[count] = alive.pop(one) | alive.pop(two)
        else:
            continue
        count += 1
    slices = []
    for hazard, day, ground, parents, is_gone in told:
        later = [other for name, other, *_ in told if name == hazard and other > day]
        slices.append(HazardSlice(
            hazard_id(hazard), day, min(later, default=None), rng.choice(["sha", "cha"]),
            "closed" if is_gone else "open", strips(ground), days[0], void=is_gone,
            parents=tuple(map(hazard_id, parents)), closure="merged" if is_gone else None,
        ))  # fmt: skip
    work = [
        ReleasePiece(uuid.UUID(int=9000 + each), rng.choice(["cancelled", "reduced", "cleared"]),
                     days[0] + dt.timedelta(days=rng.randint(0, 100 * steps_taken)), (), strips(frozenset({each})))
        for each in (rng.sample(range(STRIPS), 4) if with_work else [])
    ]  # fmt: skip
    return slices, work


def matrix_of(slices: list[HazardSlice], work: list[ReleasePiece], by: str = "class", start: dt.date | None = None
              ) -> Matrix:
    return flow_matrix(compute(slices, work, start=start, end=LAST, by=by))


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 12), st.booleans())
def test_splits_and_merges_keep_their_ground_whenever_the_work_is_told(seed: int, taken: int, with_work: bool) -> None:
    slices, work = lineage(seed, taken, with_work)
    matrix = matrix_of(slices, work)
    areas = matrix.total["areas"][ALL]
    # The ground is discovered once, leaves once by each piece of work, and nothing else changes how much there is.
    assert areas["newly_identified"] == STRIPS * 500.0
    assert areas["cancelled"] + areas["reduced"] + areas["cleared"] == len(work) * 500.0
    assert areas["closing"] == (STRIPS - len(work)) * 500.0
    assert areas["boundary_increase"] == areas["boundary_decrease"] == areas["reclassified"] == 0.0
    assert (matrix.lineage.gained_m2, matrix.lineage.lost_m2, matrix.lineage.parts) == (0.0, 0.0, ())
    assert matrix.ledger.proof.residual_m2 == 0.0
    assert areas["moved_in"] == areas["moved_out"] == 0.0, "all that passes in one class passes by lineage"
    counts = matrix.total["counts"][ALL]
    assert counts["newly_identified"] == 1
    assert counts["closing"] == 1 + counts["split_from"] + counts["merged_from"] - counts["merged_away"]


def hazard(number: int, begin: dt.date, shape: object, *parents: int, end: dt.date | None = None, **about: object
           ) -> HazardSlice:
    values: dict[str, object] = {"classification": "sha", "status": "open", **about}
    return HazardSlice(hazard_id(number), begin, end, geometry=shape, parents=tuple(map(hazard_id, parents)),
                       **values)  # type: ignore[arg-type]


D1, D2, D3 = dt.date(2014, 3, 1), dt.date(2015, 3, 1), dt.date(2016, 3, 1)


def test_a_split_that_gains_and_loses_ground_is_told() -> None:
    whole = hazard(0, D1, shapely.box(0, 0, 100, 100), end=D2)
    rest = hazard(0, D2, shapely.box(0, 0, 50, 90))
    part = hazard(1, D2, shapely.box(50, 0, 120, 100), 0, classification="cha")
    found = matrix_of([whole, rest, part], [])
    assert (found.lineage.gained_m2, found.lineage.lost_m2, found.lineage.split_m2) == (2000.0, 500.0, 5000.0)
    assert {each.record_id: (each.gained_m2, each.lost_m2) for each in found.lineage.parts} == {
        hazard_id(0): (0.0, 500.0), hazard_id(1): (2000.0, 0.0)}  # fmt: skip
    assert found.total["areas"]["sha"]["to_cha"] == found.total["areas"]["cha"]["from_sha"] == 5000.0
    assert found.total["counts"]["cha"]["split_from"] == 1
    assert found.as_dict()["lineage"]["hazards"][0]["lost_m2"] == 500.0
    # A period that begins after the split tells nothing of it.
    later = matrix_of([whole, rest, part], [], start=dt.date(2015, 3, 2))
    assert (later.lineage.gained_m2, later.lineage.lost_m2) == (0.0, 0.0)


def test_a_merge_that_loses_ground_is_told() -> None:
    old = [(0, shapely.box(0, 0, 100, 100)), (1, shapely.box(100, 0, 200, 100))]
    slices = [each for number, shape in old for each in (
        hazard(number, D1, shape, end=D2), hazard(number, D2, shape, void=True, status="closed", closure="merged"))]
    slices.append(hazard(2, D2, shapely.box(0, 0, 190, 100), 0, 1))
    found = matrix_of(slices, [])
    assert (found.lineage.merged_m2, found.lineage.gained_m2, found.lineage.lost_m2) == (19_000.0, 0.0, 1_000.0)
    counts = found.total["counts"]["sha"]
    assert (counts["newly_identified"], counts["merged_from"], counts["merged_away"], counts["closing"]) == (2, 1, 2, 1)
    assert found.total["areas"]["sha"]["lineage_out"] == 19_000.0


def test_late_paper_about_a_hazard_that_was_split_since_reaches_its_parts() -> None:
    slices = [hazard(0, D1, shapely.box(0, 0, 100, 100), end=D2), hazard(0, D2, shapely.box(0, 0, 50, 100)),
              hazard(1, D2, shapely.box(50, 0, 100, 100), 0)]
    late = [ReleasePiece(uuid.UUID(int=7), "cancelled", dt.date(2014, 9, 1), (hazard_id(0),),
                         shapely.box(40, 0, 60, 100))]
    years = {row["key"]: row["areas"]["sha"] for row in matrix_of(slices, late, by="year").rows}
    assert years["2014"]["cancelled"] == 2000.0
    assert years["2015"]["lineage_in"] == years["2015"]["lineage_out"] == 4000.0
    assert years["2015"]["newly_identified"] == 0.0, "what was cancelled does not come back with the part"
    assert matrix_of(slices, late).total["areas"]["sha"]["closing"] == 8000.0


def test_cancelled_before_a_split_and_cleared_after_it_is_a_pair_of_the_later_year() -> None:
    slices = [hazard(0, D1, shapely.box(0, 0, 100, 100), end=D2), hazard(0, D2, shapely.box(0, 0, 50, 100)),
              hazard(1, D2, shapely.box(50, 0, 100, 100), 0)]
    ground = shapely.box(60, 0, 70, 100)
    work = [ReleasePiece(uuid.UUID(int=7), "cancelled", dt.date(2014, 9, 1), (), ground),
            ReleasePiece(uuid.UUID(int=8), "cleared", D3, (), ground)]
    years = {row["key"]: row["areas"]["sha"] for row in matrix_of(slices, work, by="year").rows}
    assert (years["2014"]["cancelled"], years["2014"]["cleared"]) == (1000.0, 0.0)
    assert (years["2016"]["cleared"], years["2016"]["reclassified"]) == (1000.0, 1000.0)
    assert years["2016"]["opening"] == years["2016"]["closing"] == 9000.0


def test_what_remains_as_a_shape_leaves_out_what_was_taken_before_the_split() -> None:
    slices = [hazard(0, D1, shapely.box(0, 0, 100, 100), end=D2), hazard(0, D2, shapely.box(0, 0, 50, 100)),
              hazard(1, D2, shapely.box(50, 0, 100, 100), 0)]
    work = [ReleasePiece(uuid.UUID(int=7), "cancelled", dt.date(2014, 9, 1), (), shapely.box(40, 0, 60, 100))]
    book = matrix_of(slices, work).ledger.book
    assert [round(each.area, 6) for each in book.remaining.counted([0, 1])] == [4000.0, 4000.0]


def test_a_ring_of_parents_and_a_parent_that_is_not_there_stop_nothing() -> None:
    slices = [hazard(0, D1, shapely.box(0, 0, 10, 10), 1), hazard(1, D2, shapely.box(10, 0, 20, 10), 0, 1, 77)]
    found = matrix_of(slices, [])
    close(found.total["areas"], AREA_FLOWS)
    assert found.total["areas"][ALL]["closing"] == 200.0


@pytest.mark.parametrize("by", ["hazard", "place", "class", "year", "organisation"])
def test_a_hazard_that_never_had_ground_and_is_gone_is_counted_in_a_row(by: str) -> None:
    gone = HazardSlice(hazard_id(0), D1, dt.date(2014, 8, 9), "cha", "open", None, keys={"place": "A"})
    found = matrix_of([gone], [], by=by)
    for part in (found.total, next(row for row in found.rows if row["counts"]["cha"]["newly_identified"])):
        assert part["counts"]["cha"]["newly_identified"] == part["counts"]["cha"]["withdrawn"] == 1


@pytest.mark.parametrize(("of", "key", "name", "flow"), [
    ("weights", None, "sha", "opening"), ("areas", "nowhere", "sha", "opening"), ("areas", None, "red", "opening"),
    ("areas", None, "sha", "reopened"),
])  # fmt: skip
def test_a_cell_that_is_not_in_the_matrix_is_refused(of: str, key: str | None, name: str, flow: str) -> None:
    with pytest.raises(InvalidValue):
        matrix_of([], []).behind(of, key, name, flow)
