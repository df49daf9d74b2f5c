"""Does leaving out releases that others lie over change no story and no claim, and does it leave little?"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.land.gather import gather
from whitestone.land.inputs import HazardSlice, ReleasePiece
from whitestone.land.outdone import no_rules, rules_of
from whitestone.land.pieces import Ground, vertices_to_meet
from whitestone.land.strips import count_cut
from whitestone.land.sweep import DONE, new_cells, new_edges
from whitestone.land.timeline import Timeline
from whitestone.land.units import stories_of

OUTCOMES = ("cleared", "reduced", "cancelled")
START = dt.date(2010, 1, 1)


def spot(seed: int, hazards: int, releases: int, spread_days: int, *, undated: float = 0.0, named: float = 0.0
         ) -> Ground:
    """Lay shapes of three kinds on one spot: hazards that are found and end on some days, releases on some days."""
    rng = np.random.default_rng(seed)

    def shape(at: int) -> Any:
        x, y = rng.normal(0, 12, 2)
        if at % 3 == 0:
            return shapely.Point(x, y).buffer(rng.uniform(20, 50), 5)
        if at % 3 == 1:
            return shapely.affinity.rotate(shapely.box(x - 40, y - 30, x + 40, y + 30), rng.uniform(0, 180))
        return shapely.box(*np.round([x - 40, y - 25, x + 40, y + 45]))

    def day(most: int) -> dt.date:
        return START + dt.timedelta(days=int(rng.integers(0, most + 1)))

    slices = []
    for at in range(hazards):
        found = None if rng.random() < 0.3 else day(spread_days)
        slices.append(HazardSlice(uuid.UUID(int=1 + at), found, None, ("sha", "cha")[at % 2], "open", shape(at)))
        if rng.random() < 0.3:  # redrawn later
            slices.append(HazardSlice(uuid.UUID(int=1 + at), day(60) + dt.timedelta(days=61), None, "cha", "open",
                                      shape(at)))
    done = [ReleasePiece(uuid.UUID(int=1_000 + at), OUTCOMES[rng.integers(3)],
                         None if rng.random() < undated else day(60),
                         (uuid.UUID(int=1 + int(rng.integers(hazards))),) if rng.random() < named else (), shape(at))
            for at in range(releases)]  # fmt: skip
    return Timeline(slices, done).ground()


def told(ground: Ground, unit: int, busy: int, *, leaves_out: bool) -> tuple[dict[Any, float], int]:
    """Tell the ground of a unit: each story with what is claimed, its square metres, and how many cells it took."""
    mine = ground.members[ground.first[unit] : ground.first[unit + 1]]
    subject = int(np.searchsorted(mine, unit))
    edges = new_edges(3 * int(vertices_to_meet(ground)[unit]) // 2 + 1)
    cells = new_cells(1 << 15, 1 << 20, mine.size)
    n = gather(ground.outlines, mine, ground.outlines.boxes[unit], 0, edges, np.empty(4), subject)
    rules = rules_of(ground.facts, mine) if leaves_out else no_rules(mine.size)
    assert count_cut(edges, n, rules, cells, subject, busy) == DONE
    found: dict[Any, float] = {}
    for lines, releases, until, area, kind in stories_of(ground.facts, cells, mine)[0]:
        key = (lines.tobytes(), releases.tobytes(), until.tobytes(), int(kind))
        found[key] = found.get(key, 0.0) + area
    return found, int(cells.counts[0])


def check(ground: Ground, busy: int) -> tuple[int, int]:
    """Ask that all units tell the same with and without; returns how many cells each took."""
    fewer = every = 0
    for unit in range(len(ground.first) - 1):
        if ground.first[unit] == ground.first[unit + 1]:
            continue
        less, some = told(ground, unit, busy, leaves_out=True)
        whole, many = told(ground, unit, busy, leaves_out=False)
        assert max((abs(less.get(key, 0.0) - whole.get(key, 0.0)) for key in {*less, *whole}), default=0.0) < 1e-6
        fewer, every = fewer + some, every + many
    return fewer, every


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(9, 26), st.sampled_from([0, 40]),
       st.sampled_from([1, 2_000]))
def test_no_story_and_no_claim_changes(seed: int, hazards: int, releases: int, spread_days: int, busy: int) -> None:
    check(spot(seed, hazards, releases, spread_days, undated=0.1, named=0.3), busy)


def test_of_many_releases_on_one_spot_few_are_looked_at() -> None:
    ground = spot(4, 1, 90, 0)
    fewer, every = (told(ground, 0, 2_000, leaves_out=leaves_out)[1] for leaves_out in (True, False))
    assert fewer < every / 3


@pytest.mark.parametrize("releases", [0, 8])
def test_where_few_lie_on_each_other_nothing_is_left_out(releases: int) -> None:
    fewer, every = check(spot(5, 2, releases, 0), 500)
    assert fewer == every
