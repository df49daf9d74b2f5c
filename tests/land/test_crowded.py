"""Is it said where so many releases lie on each other that not all claims are kept, and is the figure exact?"""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import shapely

from whitestone.land.book import simulate
from whitestone.land.inputs import HazardSlice, ReleasePiece
from whitestone.land.proof import claimed_m2, crowded_m2
from whitestone.land.units import KEPT_CLAIMS, TWICE


@pytest.mark.parametrize("count", [KEPT_CLAIMS, KEPT_CLAIMS + 1, 40])
def test_ground_under_very_many_releases_is_told_apart_and_claimed_once(count: int) -> None:
    hazard = HazardSlice(uuid.UUID(int=1), None, None, "sha", "open", shapely.box(0, 0, 20, 10))
    # Each has an outline of its own; all share the left half.
    releases = [
        ReleasePiece(uuid.UUID(int=10 + at), ("cancelled", "reduced", "cleared")[at % 3],
                     dt.date(2010, 1, 1) + dt.timedelta(days=30 * at), (), shapely.box(0, 0, 10, 10 + at))
        for at in range(count)
    ]  # fmt: skip
    book = simulate([hazard], releases)
    many = count - KEPT_CLAIMS  # strips of one metre, beside the ten that all share, under more than are kept
    assert crowded_m2(book) == pytest.approx(10.0 * (9 + many) if many > 0 else 0.0, abs=0.01)
    # In and above the hazard: every strip but the topmost is claimed by two or more.
    assert claimed_m2(book, TWICE, 0) == pytest.approx(10.0 * (10 + count - 2), abs=0.01)
    assert int(book.stock.sum()) == 10_000
