"""Does a raster of sampled fields say what point in polygon says of each cell's middle?"""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.minefields.covering import covering
from whitestone.minefields.outlines import field_raster

CORNER = st.tuples(st.floats(-60, 160), st.floats(-60, 160))
RINGS = st.lists(st.tuples(CORNER, CORNER, CORNER), min_size=0, max_size=5)


@settings(max_examples=200, deadline=None)
@given(RINGS, st.integers(1, 12), st.integers(1, 12), st.data())
def test_it_holds_what_point_in_polygon_holds(
    rings: list[tuple[tuple[float, float], ...]], rows: int, columns: int, data: st.DataObject
) -> None:
    parts = np.array([data.draw(st.floats(0, 1)) for _ in rings])
    west, south, cell = -7.3, -3.1, 9.7
    found = covering(np.array(rings).reshape(-1, 3, 2), parts, west, south, cell, rows, columns)
    x, y = np.meshgrid(west + (np.arange(columns) + 0.5) * cell, south + (np.arange(rows) + 0.5) * cell)
    expected, unclear = np.zeros((rows, columns)), np.zeros((rows, columns), bool)
    for ring, part in zip(rings, parts, strict=True):
        shape = shapely.Polygon(ring)
        if shape.area > 0:
            expected += part * shapely.contains_xy(shape, x, y)
        with np.errstate(divide="ignore", invalid="ignore"):
            unclear |= shapely.distance(shapely.LinearRing(ring), shapely.points(x, y)) < 1e-9
    assert np.allclose(found[~unclear], expected[~unclear], atol=1e-9)


def test_a_ring_that_crosses_itself_is_outside_where_it_is_held_twice() -> None:
    bow = np.array([[[0.0, 1.0], [40.0, 41.0], [40.0, 1.0], [0.0, 41.0]]])
    found = covering(bow, np.ones(1), 0.0, 0.0, 10.0, 4, 4)
    assert found.tolist() == [[0, 0, 0, 0], [1, 0, 0, 1], [1, 1, 1, 1], [1, 0, 0, 1]]


def test_placements_are_weighed_and_the_whole_is_65535() -> None:
    square = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
    size = np.log(20.0)
    at = np.array([[10.0, 10.0, 0.0, size, size], [30.0, 10.0, 0.0, size, size], [10.0, 10.0, 0.0, size, size]])
    found = field_raster(at, np.array([1.0, 2.0, 1.0]), square, 0.0, 0.0, 10.0, 2, 5)
    assert found.tolist() == [[32768, 32768, 32768, 32768, 0]] * 2
