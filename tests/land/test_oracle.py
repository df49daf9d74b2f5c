"""For every programme: does the ledger from geometry agree with counting cells one by one, and do its sums close?"""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections import Counter, defaultdict

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from land_cells import CELL_M2, SIDE_M, Answer, Slice, Work, run

from whitestone.land.grouping import SIGNS, year_of
from whitestone.land.ledger import DIMENSIONS, HazardSlice, Ledger, ReleasePiece, compute

BASE = dt.date(2014, 1, 1)
LAST = dt.date(2019, 6, 30)
DAYS = [None, *(BASE + dt.timedelta(days=150 * step) for step in range(1, 12))]
SIZE = 7


def rectangle(draw: st.DrawFn) -> frozenset[tuple[int, int]]:
    x, y = draw(st.integers(0, SIZE - 2)), draw(st.integers(0, SIZE - 2))
    width, height = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    return frozenset((x + i, y + j) for i in range(width) for j in range(height))


def ground(draw: st.DrawFn, *, may_be_unknown: bool = True) -> frozenset[tuple[int, int]]:
    if may_be_unknown and draw(st.integers(0, 9)) == 0:
        return frozenset()
    cells = rectangle(draw)
    return cells | rectangle(draw) if draw(st.booleans()) else cells


@st.composite
def hazards(draw: st.DrawFn) -> list[Slice]:
    slices = []
    for hazard in range(draw(st.integers(1, 4))):
        days = sorted(draw(st.sets(st.sampled_from(DAYS), min_size=1, max_size=3)), key=lambda day: day or dt.date.min)
        informed = draw(st.sampled_from(DAYS))
        parents = tuple(draw(st.sets(st.integers(0, 3), max_size=2))) if draw(st.booleans()) else ()
        cells = ground(draw)
        for index, begin in enumerate(days):
            following = days[index + 1] if index + 1 < len(days) else None
            gap = draw(st.integers(0, 7)) == 0
            end = begin + dt.timedelta(days=70) if gap and begin is not None else following
            cells = cells if draw(st.integers(0, 2)) == 0 else ground(draw)
            slices.append(Slice(
                hazard, begin, end, cells, draw(st.sampled_from(["cha", "sha", "indication"])), informed,
                draw(st.sampled_from(["open", "open", "closed"])), draw(st.sampled_from(["A", "B", None])),
                draw(st.sampled_from([(), ("ap_mine",), ("uxo", "ap_mine")])), draw(st.integers(0, 9)) == 0,
                parents,
            ))  # fmt: skip
    return slices


@st.composite
def works(draw: st.DrawFn) -> list[Work]:
    return [
        Work(
            index,
            draw(st.sampled_from(["cleared", "reduced", "cancelled"])),
            draw(st.sampled_from(DAYS)),
            ground(draw, may_be_unknown=False),
            tuple(draw(st.sets(st.integers(0, 3), max_size=2))),
            draw(st.sampled_from(["X", "Y", None])),
        )
        for index in range(draw(st.integers(0, 6)))
    ]


programmes = st.tuples(hazards(), works())


def shape(cells: frozenset[tuple[int, int]]) -> shapely.Geometry | None:
    if not cells:
        return None
    squares = [shapely.box(x * SIDE_M, y * SIDE_M, (x + 1) * SIDE_M, (y + 1) * SIDE_M) for x, y in sorted(cells)]
    return shapely.union_all(squares)


def hazard_id(hazard: int) -> uuid.UUID:
    return uuid.UUID(int=1000 + hazard)


def as_inputs(slices: list[Slice], done: list[Work]) -> tuple[list[HazardSlice], list[ReleasePiece]]:
    return (
        [
            HazardSlice(
                hazard_id(each.hazard), each.begin, each.end, each.classification, each.status, shape(each.cells),
                each.informed, {"place": each.place, "contamination": each.contamination}, None, each.void,
                tuple(hazard_id(parent) for parent in each.parents if parent != each.hazard),
            )
            for each in slices
        ],
        [
            ReleasePiece(
                uuid.UUID(int=9000 + each.release), each.outcome, each.on, tuple(map(hazard_id, each.hazards)),
                shape(each.cells), None, {"organisation": each.organisation},
            )
            for each in done
        ],
    )


def ledger(
    programme: tuple[list[Slice], list[Work]], by: str = "class", start: dt.date | None = None, end: dt.date = LAST
) -> Ledger:
    slices, done = as_inputs(*programme)
    return compute(slices, done, start=start, end=end, by=by)


def expected_key(by: str, done: list[Work], day: int, held: Slice, release: int | None) -> str:
    if by == "year":
        return year_of(day)
    if by == "organisation":
        if release is None:
            return "(not attributed)"
        return next(work.organisation for work in done if work.release == release) or "(not stated)"
    if by == "hazard":
        return str(hazard_id(held.hazard))
    if by == "class":
        return held.classification
    if by == "place":
        return held.place or "(not stated)"
    return "+".join(sorted(held.contamination)) or "(not stated)"


def close_enough(row: dict[str, float], signed: bool = True) -> None:
    moved = sum(sign * round(row[f"{column}_m2"] * 100) for column, sign in SIGNS.items())
    assert round(row["opening_m2"] * 100) + moved == round(row["closing_m2"] * 100)


@settings(max_examples=150, deadline=None)
@given(programmes, st.sampled_from(["hazard", "class", "place", "contamination", "year", "organisation"]),
       st.sampled_from(DAYS))
def test_every_flow_of_every_row_is_what_counting_cells_gives(
    programme: tuple[list[Slice], list[Work]], by: str, start: dt.date | None
) -> None:
    slices, done = programme
    answer = run(slices, done, LAST)
    found = ledger(programme, by, start)
    first = 0 if start is None else start.toordinal()
    wanted: dict[str, Counter[str]] = defaultdict(Counter)
    for day, held, release, column in answer.flows:
        if day >= first:
            wanted[expected_key(by, done, day, held, release)][column] += CELL_M2
    for row in found.rows:
        for column in SIGNS:
            assert row[f"{column}_m2"] == wanted[row["key"]][column], (row["key"], column)
    assert {key for key, columns in wanted.items() if columns} <= {row["key"] for row in found.rows}


@settings(max_examples=100, deadline=None)
@given(programmes)
def test_closing_own_and_overlap_are_what_counting_cells_gives(programme: tuple[list[Slice], list[Work]]) -> None:
    answer: Answer = run(*programme, LAST)
    found = ledger(programme, "hazard")
    owned = Counter(answer.owner.values())
    for row in found.rows:
        hazard = uuid.UUID(row["key"]).int - 1000
        assert row["closing_m2"] == owned[hazard] * CELL_M2
        assert row["own_closing_m2"] == answer.own[hazard] * CELL_M2
    assert found.total["closing_m2"] == len(answer.owner) * CELL_M2
    assert found.proof.hazards_overlap_m2 == (answer.own.total() - len(answer.owner)) * CELL_M2


@settings(max_examples=60, deadline=None)
@given(programmes, st.sampled_from(DAYS))
def test_identities_close_rows_sum_to_the_total_and_the_total_is_one(
    programme: tuple[list[Slice], list[Work]], start: dt.date | None
) -> None:
    totals = []
    for by in DIMENSIONS:
        found = ledger(programme, by, start)
        close_enough(found.total)
        assert found.proof.residual_m2 == 0
        flows = [f"{column}_m2" for column in SIGNS]
        stock = ["opening_m2", "closing_m2", "own_closing_m2", "closed_unproven_m2"]
        for column in flows if by == "year" else flows + stock:
            assert round(sum(row[column] for row in found.rows), 2) == found.total[column], (by, column)
        if by not in ("organisation", "donor", "method"):
            for row in found.rows:
                close_enough(row)
        if by == "year" and found.rows:
            assert all(found.rows[-1][column] == found.total[column] for column in stock[1:])
            assert found.rows[-1]["hazards"] == found.total["hazards"]
            for earlier, later in zip(found.rows, found.rows[1:], strict=False):
                assert earlier["closing_m2"] == later["opening_m2"]
        assert found.total["transferred_in_m2"] == found.total["transferred_out_m2"]
        totals.append(found.total)
    assert all(total == totals[0] for total in totals)


@settings(max_examples=40, deadline=None)
@given(programmes, st.sampled_from(["hazard", "class", "year", "organisation"]), st.sampled_from(DAYS))
def test_the_bookings_behind_a_figure_add_up_to_it(
    programme: tuple[list[Slice], list[Work]], by: str, start: dt.date | None
) -> None:
    found = ledger(programme, by, start)
    for row in [*found.rows, {"key": None, **found.total}]:
        for column in (*SIGNS, "opening", "closing"):
            behind = found.explain(row["key"], column)
            signs = [SIGNS[each["column"]] if column in ("opening", "closing") else 1 for each in behind]
            total = sum(sign * each["m2"] for sign, each in zip(signs, behind, strict=True))
            assert round(total, 2) == row[f"{column}_m2"], (row["key"], column)


@settings(max_examples=60, deadline=None)
@given(programmes, st.randoms(use_true_random=False))
def test_order_of_arrival_does_not_matter(
    programme: tuple[list[Slice], list[Work]], shuffler: random.Random
) -> None:
    slices, done = as_inputs(*programme)
    before = compute(slices, done, start=None, end=LAST, by="hazard").as_dict()
    shuffler.shuffle(slices)
    shuffler.shuffle(done)
    assert compute(slices, done, start=None, end=LAST, by="hazard").as_dict() == before


@settings(max_examples=60, deadline=None)
@given(programmes, st.sampled_from(DAYS), st.sampled_from(DAYS[1:]))
def test_two_periods_in_a_row_add_up_to_the_whole(
    programme: tuple[list[Slice], list[Work]], start: dt.date | None, middle: dt.date
) -> None:
    if start is not None and start > middle:
        start, middle = middle, start
    whole = ledger(programme, "class", start)
    first = ledger(programme, "class", start, middle)
    second = ledger(programme, "class", middle + dt.timedelta(days=1))
    assert first.total["closing_m2"] == second.total["opening_m2"]
    assert first.total["opening_m2"] == whole.total["opening_m2"]
    for column in SIGNS:
        name = f"{column}_m2"
        assert round(first.total[name] + second.total[name], 2) == whole.total[name], column


@pytest.mark.parametrize("count", [0, 1])
def test_a_programme_of_nothing_closes(count: int) -> None:
    nothing = [HazardSlice(hazard_id(0), None, None, "sha", "open", None)] * count
    found = compute(nothing, [], start=None, end=LAST, by="hazard")
    assert found.total["closing_m2"] == 0
    assert found.total["size_unknown"] == found.proof.no_geometry == count
