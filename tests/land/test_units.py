"""Is each account what Shapely gives it, on any number of threads and for any choice of units?"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import numpy as np
import pytest
import shapely

from whitestone.geodesy.repair import repair
from whitestone.land.book import Book, simulate
from whitestone.land.bookings import Bookings, Shelf
from whitestone.land.inputs import HazardSlice, ReleasePiece
from whitestone.land.pieces import measure
from whitestone.land.proof import prove
from whitestone.land.story import DISCOVERED
from whitestone.land.timeline import Timeline
from whitestone.programme.national import arrays

LAST = dt.date(2024, 12, 31)


def programme(seed: int, hazards: int = 100, releases: int = 330) -> tuple[list[HazardSlice], list[ReleasePiece]]:
    made = arrays(seed, hazards, releases)
    made.found[:] = 0
    made.hazards = repair(made.hazards, "linework")[0]
    made.releases = repair(made.releases, "linework")[0]
    return made.slices(), made.pieces()


@pytest.mark.parametrize("seed", range(4))
def test_every_account_is_what_shapely_gives_it(seed: int) -> None:
    hazards, releases = programme(seed)
    book = simulate(hazards, releases, LAST.toordinal())
    line, columns = book.line, book.columns
    booked: dict[tuple[int, int], int] = defaultdict(int)
    units: dict[tuple[int, int], set[int]] = defaultdict(set)  # an account may lie in several, each rounded by itself
    for row in book.pieces.lines:
        units[int(row[3]), int(row[5])].add(int(row[0]))
    for hazard, release, column, cents in zip(columns.hazard, columns.release, columns.column, columns.cents,
                                              strict=True):  # fmt: skip
        if column in (4, 5, 6):
            booked[int(hazard), int(release)] += int(cents)
        elif column == 7:  # work done again on the same ground by a stronger outcome
            booked[int(hazard), int(release)] -= int(cents)
    order = sorted(range(len(releases)), key=lambda each: (line.days[each], -_strength(line.releases[each]), each))
    for hazard, slice_ in enumerate(line.slices):
        before = [other for other in range(len(line.slices)) if line.rank(other) < line.rank(hazard)]
        left = shapely.difference(line.shapes[hazard], shapely.union_all(line.shapes[before]))
        for release in order:
            if line.release_shapes[release].is_empty or not shapely.intersects(left, line.release_shapes[release]):
                assert abs(booked[hazard, release]) <= 1
                continue
            rest = shapely.difference(left, line.release_shapes[release])
            gone = left.area - rest.area
            allowed = 0.01 + 0.01 * len(units[hazard, release]) + 1e-9 * gone
            assert abs(booked[hazard, release] / 100 - gone) <= allowed, (slice_.record_id, release)
            left = rest
        rounded = 0.01 + 0.01 * len({int(row[0]) for row in book.pieces.lines if row[3] == hazard})
        assert abs(book.stock[hazard] / 100 - left.area) <= rounded + 1e-9 * left.area


def _strength(piece: ReleasePiece) -> int:
    return {"cleared": 3, "reduced": 2, "cancelled": 1}[piece.outcome]


def test_the_stock_told_in_the_other_way_leaves_no_residual() -> None:
    book = simulate(*programme(9), LAST.toordinal())
    assert abs(book.shot_m2() - int(book.stock.sum()) / 100) < 0.01 * len(np.unique(book.pieces.lines[:, 0]))


@pytest.mark.parametrize("moved", [(60,), (60, -60)])
def test_an_error_in_one_unit_is_a_residual_however_many_units_there_are(moved: tuple[int, ...]) -> None:
    """Rounding is judged unit by unit: what 330 units may round together must not hide 0.60 m2, nor errors cancel."""
    book = simulate(*programme(9), LAST.toordinal())
    assert prove(book, 0, places={}).residual_m2 == 0
    lines = book.pieces.lines
    found = np.flatnonzero(lines[:, 2] == DISCOVERED)
    few = found[np.bincount(lines[:, 0])[lines[found, 0]] <= 40][: len(moved)]
    assert len(set(lines[few, 0])) == len(moved)
    cents = book.pieces.cents.copy()
    cents[few] += moved
    wrong = Book(book.line, Shelf(Bookings(book.pieces._replace(cents=cents))), book.unit_boxes, book.last_day)
    assert prove(wrong, 0, places={}).residual_m2 == pytest.approx(0.6 * len(moved), abs=0.25 * len(moved))


def test_any_number_of_threads_gives_identical_pieces() -> None:
    ground = Timeline(*programme(5, 300, 1_000)).ground()
    one = measure(ground, threads=1)
    for threads in (2, 5):
        assert all(np.array_equal(left, right) for left, right in zip(one, measure(ground, threads=threads),
                                                                      strict=True))  # fmt: skip


def test_a_unit_counted_alone_is_as_it_is_among_all() -> None:
    line = Timeline(*programme(6))
    ground = line.ground()
    every = measure(ground, threads=1)
    chosen = np.arange(3, ground.first.size - 1, 11)
    some = measure(ground, chosen, threads=1)
    assert len(some.lines)
    assert np.array_equal(every.lines[np.isin(every.lines[:, 0], chosen)], some.lines)
    assert np.array_equal(every.cents[np.isin(every.lines[:, 0], chosen)], some.cents)

