"""Does ground cut into strips give the same areas as ground in one piece?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from land_kernel import apart, kernel, pack
from land_shapes import overlays, star

from whitestone.land.gather import gather
from whitestone.land.rings import to_outlines
from whitestone.land.strips import count_ground
from whitestone.land.sweep import DONE, new_cells, new_edges


@settings(max_examples=120, deadline=None)
@given(overlays(7), st.sampled_from([1, 500, 5_000]), st.sampled_from([0, 1]))
def test_strips_change_no_area(shapes: list[Any], busy: int, across: int) -> None:
    assert apart(kernel(shapes, busy=busy, across=across), kernel(shapes, across=across)) < 1e-4


def test_level_edges_close_what_a_cut_opens() -> None:
    steps = shapely.union_all([shapely.box(x, 0, x + 1, 1 + (7 * x) % 11) for x in range(60)])
    boxes = [shapely.box(x, 0, x + 7, 5) for x in range(0, 60, 5)]
    assert apart(kernel([steps, *boxes], busy=1), kernel([steps, *boxes])) < 1e-9


@pytest.mark.parametrize("busy", [1, 10_000])
def test_a_comb_of_many_teeth_is_counted_strip_by_strip(busy: int) -> None:
    teeth = [shapely.Polygon([(x, 0), (x + 0.5, 100), (x + 1, 0)]) for x in range(400)]
    comb = shapely.union_all([shapely.box(0, -1, 400, 0), *teeth])
    assert sum(kernel([comb], busy=busy).values()) == pytest.approx(comb.area, abs=1e-6)


def slanting(rng: np.random.Generator, count: int) -> list[Any]:
    turn, middle = rng.uniform(0, np.pi, count), rng.uniform(40, 60, (count, 2))
    along = np.stack([np.cos(turn), np.sin(turn)], axis=-1) * 60
    return [shapely.LineString([at - way, at + way]).buffer(0.05, cap_style="flat")
            for at, way in zip(middle, along, strict=True)]


@pytest.mark.parametrize("busy", [100, 3_000])
def test_hairlines_that_cross_aslant_are_cut_until_little_stands_beside_each(busy: int) -> None:
    shapes = slanting(np.random.default_rng(5), 60)
    assert apart(kernel(shapes, busy=busy), kernel(shapes)) < 1e-6


def test_a_cut_makes_no_combination_without_ground() -> None:
    rng = np.random.default_rng(6)
    outlines = to_outlines(pack([shapely.Point(*rng.uniform(0, 5, 2)).buffer(20, 8) for _ in range(20)]))
    cells, edges = new_cells(1 << 14, 1 << 18, 20), new_edges(4_000)
    everyone = np.arange(20)
    n = gather(outlines, everyone, outlines.boxes[0], 0, edges, np.empty(4), 0)
    assert count_ground(edges, n, 20, cells, 0, 500) == DONE
    assert (cells.area[: cells.counts[0]] != 0.0).all()


def test_many_stars_on_each_other() -> None:
    rng = np.random.default_rng(8)
    shapes = [star(rng, 80) for _ in range(12)]
    assert apart(kernel(shapes, busy=2_000), kernel(shapes)) < 1e-4
