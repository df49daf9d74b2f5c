"""Do the lines of any two snapshots of one span add up to the difference of every figure, to the last hundredth?"""

from __future__ import annotations

import subprocess
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.land.grouping import NOT_ATTRIBUTED as ROW_OF_THE_LEDGER
from whitestone.land.grouping import RELEASE_DIMENSIONS, SIGNS
from whitestone.land.restating import (
    FLOWS,
    NOT_ATTRIBUTED,
    STANDING,
    TOTAL,
    WORK_ROWS,
    Booking,
    Reported,
    Snapshot,
    behind,
    closing_lines,
    restate,
    tally,
)

FIRST_DAY = 100
HAZARDS, KEYS = ("h1", "h2", "h3"), ("sha", "cha")


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    booking = st.builds(
        Booking,
        st.sampled_from(HAZARDS),
        st.sampled_from((None, "r1", "r2")),
        st.sampled_from((0, 50, FIRST_DAY, 150)),
        st.sampled_from(sorted(FLOWS)),
        st.integers(-500, 500),
    )
    bookings = draw(st.lists(booking, max_size=12))
    keys = st.lists(st.sampled_from(KEYS), min_size=len(bookings), max_size=len(bookings))
    work = [NOT_ATTRIBUTED if each.day < FIRST_DAY else f"by {key}"
            for each, key in zip(bookings, draw(keys), strict=True)]  # fmt: skip
    own = draw(st.dictionaries(st.sampled_from(HAZARDS),
                               st.dictionaries(st.sampled_from(STANDING), st.integers(1, 900))))  # fmt: skip
    reports = st.builds(Reported, st.sampled_from(KEYS), st.sampled_from(("release", "activity")),
                        st.sampled_from(("r3", "r4")), st.integers(1, 50))  # fmt: skip
    stated = draw(st.lists(reports, max_size=3))
    return Snapshot(
        first_day=FIRST_DAY,
        bookings=bookings,
        rows={"class": draw(keys), "organisation": work},
        standing={"class": {each: draw(st.sampled_from(KEYS)) for each in own},
                  "organisation": dict.fromkeys(own, NOT_ATTRIBUTED)},
        own=own,
        reported={"class": stated, TOTAL: [each._replace(key=TOTAL) for each in stated]},
    )  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(snapshots(), snapshots())
def test_lines_add_up_and_nothing_that_differs_is_left_out(old: Snapshot, new: Snapshot) -> None:
    found = {(each.by, each.key, each.column): each for each in restate(old, new)}
    for each in found.values():
        assert sum(line.amount for line in each.lines) == each.new - each.old != 0
    for by in (TOTAL, "class", "organisation"):
        then, now = tally(old, by), tally(new, by)
        for key in {*then, *now}:
            for column in {*then.get(key, {}), *now.get(key, {})}:
                pair = (then.get(key, {}).get(column, 0), now.get(key, {}).get(column, 0))
                told = found.get((by, key, column))
                assert pair == ((told.old, told.new) if told else (pair[0], pair[0]))
    assert restate(old, old) == []


@settings(max_examples=100, deadline=None)
@given(snapshots())
def test_a_figure_is_the_sum_of_what_stands_behind_it(snapshot: Snapshot) -> None:
    for by in (TOTAL, "class", "organisation"):
        for key, row in tally(snapshot, by).items():
            for column, amount in row.items():
                assert sum(line.amount for line in behind(snapshot, by, key, column)) == amount


@settings(max_examples=100, deadline=None)
@given(snapshots(), snapshots())
def test_closing_and_lines_give_the_opening(closed: Snapshot, today: Snapshot) -> None:
    lines = closing_lines(closed.bookings, today.opening())
    closing = tally(closed, TOTAL).get(TOTAL, {}).get("closing", 0)
    opening = tally(today, TOTAL).get(TOTAL, {}).get("opening", 0)
    assert closing + sum(line.amount for line in lines) == opening


def test_the_words_are_those_of_the_ledger() -> None:
    assert (FLOWS, WORK_ROWS, NOT_ATTRIBUTED) == (SIGNS, RELEASE_DIMENSIONS, ROW_OF_THE_LEDGER)


def test_the_room_of_closed_years_is_light() -> None:
    code = "import sys, whitestone.land.restating; print({'numpy', 'shapely', 'numba'} & sys.modules.keys() or 'light')"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "light"
