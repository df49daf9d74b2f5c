"""Does a unit that is told strip by strip come to the same accounts, in memory that does not grow with its cells?"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import uuid
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from land_shapes import overlays

from whitestone.land import pieces
from whitestone.land.book import Book, simulate
from whitestone.land.inputs import HazardSlice, ReleasePiece

OUTCOMES = ("cleared", "reduced", "cancelled")


def programme(shapes: list[Any], hazards: int) -> tuple[list[HazardSlice], list[ReleasePiece]]:
    """Take the first shapes as hazards and the others as releases."""
    drawn = [HazardSlice(uuid.UUID(int=1 + at), dt.date(2010, 1, 1 + at), None, "sha", "open", shape)
             for at, shape in enumerate(shapes[:hazards])]
    done = [ReleasePiece(uuid.UUID(int=100 + at), OUTCOMES[at % 3], dt.date(2012, 1, 20 - at % 7), (), shape)
            for at, shape in enumerate(shapes[hazards:])]
    return drawn, done


def in_small_rooms(monkeypatch: pytest.MonkeyPatch, cells: int, lines: int = 4, sets: int = 2) -> None:
    """Let every unit of more than a few cells be told strip by strip, into an output of so much room."""
    for name, value in (("CELLS", cells), ("ITEMS", 8 * cells), ("MOST_CELLS", cells), ("LINES", lines), ("SETS", sets),
                        ("MEMBERS", 2 * sets)):
        monkeypatch.setattr(pieces, name, value)


def booked(book: Book) -> dict[tuple[int, ...], int]:
    """Sum the bookings of a book by all that they say."""
    sums: dict[tuple[int, ...], int] = {}
    for line, cents in zip(book.pieces.lines.tolist(), book.pieces.cents.tolist(), strict=True):
        sums[tuple(line)] = sums.get(tuple(line), 0) + cents
    return sums


def claimed(book: Book) -> dict[tuple[int, ...], int]:
    """Sum the claims of a book by unit, kind and releases."""
    sums: dict[tuple[int, ...], int] = {}
    ends = np.append(book.pieces.sets[1:, 3], len(book.pieces.members))
    for (unit, kind, cents, first), end in zip(book.pieces.sets.tolist(), ends.tolist(), strict=False):
        key = (unit, kind, *book.pieces.members[first:end].ravel().tolist())
        sums[key] = sums.get(key, 0) + cents
    return sums


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(overlays(9), st.integers(1, 3), st.sampled_from([2, 4, 16]))
def test_strip_by_strip_makes_the_same_bookings(shapes: list[Any], hazards: int, cells: int) -> None:
    whole = simulate(*programme(shapes, hazards), threads=1)
    with pytest.MonkeyPatch.context() as patch:
        in_small_rooms(patch, cells)
        folded = simulate(*programme(shapes, hazards), threads=1)
    ours, theirs = booked(folded), booked(whole)
    stories = 2 + len(whole.pieces.sets) + len(whole.pieces.lines)  # a hundredth for each that is rounded otherwise
    assert all(abs(ours.get(key, 0) - theirs.get(key, 0)) <= stories for key in ours.keys() | theirs.keys())
    assert abs(int(folded.stock.sum()) - int(whole.stock.sum())) <= len(shapes)
    ours, theirs = claimed(folded), claimed(whole)
    assert all(abs(ours.get(key, 0) - theirs.get(key, 0)) <= stories for key in ours.keys() | theirs.keys())
    assert folded.shot_m2() == pytest.approx(whole.shot_m2(), abs=1e-6)


def test_each_account_is_rounded_once_and_all_add_up_to_the_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    strips = [shapely.box(x, 0, x + 0.0333, 1) for x in range(60)] + [shapely.box(0, y / 60, 60, y / 60 + 0.0007)
                                                                      for y in range(60)]  # fmt: skip
    hazard = HazardSlice(uuid.UUID(int=1), None, None, "sha", "open", shapely.box(0, 0, 60, 1))
    done = [ReleasePiece(uuid.UUID(int=100 + at), "cleared", dt.date(2012, 1, 1) + dt.timedelta(days=at), (), shape)
            for at, shape in enumerate(strips)]
    in_small_rooms(monkeypatch, 64)
    book = simulate([hazard], done, threads=1)
    columns = book.columns
    assert int(columns.cents[columns.column == 0].sum()) == 6_000
    taken = np.bincount(columns.release[columns.release >= 0], columns.cents[columns.release >= 0], len(done)) / 100
    assert np.abs(taken[:60] - 0.0333).max() <= 0.0151
    assert np.abs(taken[60:] - 0.0007 * (60 - 60 * 0.0333)).max() <= 0.0151
    assert int(book.stock.sum()) / 100 == pytest.approx((60 - 60 * 0.0333) * (1 - 60 * 0.0007), abs=0.02)


@pytest.mark.parametrize("seed", range(4))
def test_the_room_that_an_output_begins_with_decides_nothing(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """An output that grows keeps all that it holds, also of units before, in any order of input."""
    rng = np.random.default_rng(seed)
    shapes = [shapely.Point(*rng.normal(0, 20, 2)).buffer(rng.uniform(20, 50), 3) for _ in range(40)]
    drawn, done = programme(shapes, 4)
    in_small_rooms(monkeypatch, 16, 1 << 14, 1 << 14)
    roomy = simulate(drawn, done, threads=1)
    assert len(roomy.pieces.lines) > 40
    assert len(np.unique(roomy.pieces.sets[:, 0])) > 1
    assert len(roomy.pieces.members) > 500
    for lines, sets in ((2, 1), (4, 2), (64, 1 << 14), (1 << 14, 8)):
        in_small_rooms(monkeypatch, 16, lines, sets)
        small = simulate(drawn[::-1], done[::-1], threads=1)
        for ours, theirs in zip(small.pieces, roomy.pieces, strict=True):
            np.testing.assert_array_equal(ours, theirs)


MEMORY = """
import datetime as dt, json, resource, sys, uuid
import shapely
from whitestone.land.book import simulate
from whitestone.land.compiled import compile_ahead
from whitestone.land.inputs import HazardSlice, ReleasePiece
count = int(sys.argv[1])
compile_ahead()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
at = [10 + 980 * each / count for each in range(count)]
lines = [shapely.box(x, 0, x + 0.01, 1000) for x in at] + [shapely.box(0, y, 1000, y + 0.01) for y in at]
book = simulate([HazardSlice(uuid.UUID(int=1), None, None, "sha", "open", shapely.box(0, 0, 1000, 1000))],
                [ReleasePiece(uuid.UUID(int=2 + each), "cleared", dt.date.fromordinal(735_000 + each), (), line)
                 for each, line in enumerate(lines)], threads=1)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([int(book.stock.sum()) / 100, (after - before) / 1024]))
"""


def test_memory_does_not_grow_with_the_combinations_of_a_unit() -> None:
    """With all 160,000 cells at once this took 270 MiB; they are told 65,536 at a time."""
    ran = subprocess.run([sys.executable, "-c", MEMORY, "400"], capture_output=True, text=True, check=True)
    left_m2, mib = json.loads(ran.stdout)
    assert left_m2 == pytest.approx((1_000 - 4) ** 2, abs=0.01)
    assert mib < 190
