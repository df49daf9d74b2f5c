"""Is ground on which very many different shapes lie counted, or refused in a moment with where it lies?"""

from __future__ import annotations

import datetime as dt
import uuid

import numpy as np
import pytest
import shapely

from whitestone.errors import GroundTooCrowded
from whitestone.land.book import simulate
from whitestone.land.inputs import HazardSlice, ReleasePiece
from whitestone.land.toil import CROWD, SAMPLE


def spot(count: int) -> tuple[list[HazardSlice], list[ReleasePiece]]:
    """Draw so many different discs around (500, 300), a quarter of them hazards."""
    chance = np.random.default_rng(4)
    discs = [shapely.Point(x, y).buffer(radius, 8) for x, y, radius in
             zip(500 + chance.normal(0, 20, count), 300 + chance.normal(0, 20, count), chance.uniform(80, 120, count),
                 strict=True)]
    hazards = [HazardSlice(uuid.UUID(int=1 + at), None, None, "sha", "open", disc)
               for at, disc in enumerate(discs[: count // 4])]
    releases = [ReleasePiece(uuid.UUID(int=10_000 + at), "cleared", dt.date(2010, 1, 1) + dt.timedelta(at), (), disc)
                for at, disc in enumerate(discs[count // 4 :])]
    return hazards, releases


def test_within_the_limit_the_figure_is_exact() -> None:
    hazards, releases = spot(60)
    book = simulate(hazards, releases)
    ground, done = (shapely.union_all([each.geometry for each in some]) for some in (hazards, releases))
    assert int(book.stock.sum()) / 100 == pytest.approx(ground.difference(done).area, abs=0.02)


@pytest.mark.parametrize("threads", [1, 2])
def test_what_takes_more_steps_than_allowed_is_refused_with_where_it_lies(threads: int) -> None:
    with pytest.raises(GroundTooCrowded) as refused:
        simulate(*spot(60), threads=threads, most_steps=50_000)
    assert "lies under 59 others" in str(refused.value)
    assert "take-back" in refused.value.next


def test_the_same_ground_is_counted_or_refused_on_any_number_of_threads() -> None:
    few = spot(24)
    assert [int(simulate(*few, threads=threads).stock.sum()) for threads in (1, 2)] == [
        int(simulate(*few, threads=1, most_steps=10**9).stock.sum())] * 2


def test_a_large_crowd_is_foreseen_by_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    from whitestone.land import pieces

    parts: list[int] = []
    real = pieces._measure_part

    def counted(ground: pieces.Ground, chosen: np.ndarray, *more: object) -> object:
        parts.append(chosen.size)
        return real(ground, chosen, *more)

    monkeypatch.setattr(pieces, "_measure_part", counted)
    with pytest.raises(GroundTooCrowded):
        simulate(*spot(CROWD + 20), threads=1, most_steps=100_000)
    assert parts == [SAMPLE]
