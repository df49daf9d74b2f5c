"""Which ground has been searched, how well, and where in the batch's plane do the finds lie?"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely

from whitestone.minefields.joint_state import Ground
from whitestone.minefields.sheet_parts import Batch, Find, Searched
from whitestone.minefields.traverse import to_plane

__all__ = ["CELL_M", "USUAL_DETECTION", "find_places", "ground_of", "kinds_of", "said_searched", "searched_raster"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Point = tuple[float, float]

USUAL_DETECTION = 0.9
"""Share of items that a search finds where nobody states it."""
CELL_M = 4.0
"""Cells of searched ground are no smaller."""
_NET_M = 40.0
_FIRST_CHANCE = 0.01
"""Chance that a mine outside of searched ground has been met, until more is known."""
_MOST_CELLS = 30_000_000
_CROWD, _CROWD_M, _CROWD_SEEN = 4, 40.0, 0.4
"""Finds outside of searched ground: so many so near mean that somebody worked there, and found that share."""


def kinds_of(batch: Batch) -> dict[str, int]:
    """Number the types that sheets and finds name, without regard to case; sorted, so that order does not matter.

    >>> kinds_of(Batch())
    {}
    """
    names = {name.casefold().strip() for sheet in batch.records for name in sheet.quantities}
    names |= {find.type.casefold().strip() for find in batch.finds if find.type}
    return {name: at for at, name in enumerate(sorted(names))}


def find_places(finds: Sequence[Find], middle: Point) -> Floats:
    """Return finds in metres (n, 2) of the plane around `middle`; NaN where a find has no position.

    >>> find_places([], (0.0, 0.0)).shape
    (0, 2)
    """
    x, y = to_plane([find.lon for find in finds], [find.lat for find in finds], middle)
    return np.column_stack([x, y])


def searched_raster(
    searched: Sequence[Searched], places: Floats, middle: Point
) -> tuple[npt.NDArray[np.float32], Floats]:
    """Return the chance that a mine in each cell has been found, and (west, south, size, columns, rows) in metres.

    Ground searched twice counts both times. Cells are `CELL_M`, larger where the ground is wider than some 20 km.
    """
    shapes = [(_in_plane(each.geometry, middle), each.p_detect) for each in searched if not each.geometry.is_empty]
    boxes = [shape.bounds for shape, _ in shapes if not shape.is_empty]
    if len(places):
        boxes.append((*(places.min(axis=0) - 100.0), *(places.max(axis=0) + 100.0)))
    if not boxes:
        return np.zeros((1, 1), np.float32), np.array([0.0, 0.0, CELL_M, 1.0, 1.0])
    west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
    east, north = max(box[2] for box in boxes), max(box[3] for box in boxes)
    size = max(CELL_M, math.sqrt((east - west) * (north - south) / _MOST_CELLS))
    columns, rows = int((east - west) / size) + 2, int((north - south) / size) + 2
    net = np.array([west, south, size, float(columns), float(rows)])
    missed = _missed(shapes, net)
    if len(places):
        _crowds(places, missed, net)
    return (1.0 - missed).astype(np.float32), net


def said_searched(searched: Sequence[Searched], net: Floats, middle: Point) -> npt.NDArray[np.bool_]:
    """Return which cells of the net somebody says were searched; crowds of finds are no such statement.

    >>> said_searched([], np.array([0.0, 0.0, 4.0, 2.0, 1.0]), (0.0, 0.0))
    array([[False, False]])
    """
    return _missed([(_in_plane(each.geometry, middle), 1.0) for each in searched], net) < 1.0


def _missed(shapes: Sequence[tuple[shapely.Geometry, float | None]], net: Floats) -> npt.NDArray[np.float32]:
    """Return the chance that a mine in each cell was missed by all searches of the ground it lies in."""
    west, south, size, columns, rows = net.tolist()
    missed = np.ones((int(rows), int(columns)), np.float32)
    for shape, chance in shapes:
        _burn(shape, chance if chance is not None else USUAL_DETECTION, missed, (west, south, size))
    return missed


def ground_of(
    places: Floats, kinds: Ints, types: int, seen: npt.NDArray[np.float32], seen_net: Floats
) -> tuple[Ground, Ints]:
    """Sort the finds into a net; return the ground and the order in which the finds now stand."""
    west, south = (places.min(axis=0) - 1.0) if len(places) else (0.0, 0.0)
    size = _NET_M
    if len(places):
        size = max(size, math.sqrt(float(np.prod(np.ptp(places, axis=0) + 2.0)) / 4_000_000))
    columns = int((places[:, 0].max() - west) / size) + 1 if len(places) else 1
    rows = int((places[:, 1].max() - south) / size) + 1 if len(places) else 1
    cell = ((places[:, 1] - south) // size).astype(np.int64) * columns + ((places[:, 0] - west) // size).astype(
        np.int64
    )
    order = np.lexsort((places[:, 1], places[:, 0], kinds, cell))
    start = np.searchsorted(cell[order], np.arange(columns * rows + 1))
    mix = np.bincount(kinds[kinds >= 0], minlength=max(types, 1)).astype(float) + 0.5
    return Ground(
        places[order, 0].copy(),
        places[order, 1].copy(),
        kinds[order].astype(np.int64),
        start.astype(np.int64),
        np.array([west, south, size, float(columns), float(rows)]),
        seen,
        seen_net,
        mix / mix.sum(),
        _seen_at(places[order], seen, seen_net) == 0.0,
        np.array([_FIRST_CHANCE]),
    ), order


def _seen_at(places: Floats, seen: npt.NDArray[np.float32], net: Floats) -> Floats:
    """Return the chance that what lies at places (n, 2) inside of the net has been found."""
    west, south, size = net[:3]
    return np.asarray(seen[((places[:, 1] - south) / size).astype(int), ((places[:, 0] - west) / size).astype(int)])


def _in_plane(shape: shapely.Geometry, middle: Point) -> shapely.Geometry:
    moved = shapely.transform(shape, lambda points: np.column_stack(to_plane(points[:, 0], points[:, 1], middle)))
    return moved if moved.is_valid else shapely.make_valid(moved)


def _burn(
    shape: shapely.Geometry, chance: float, missed: npt.NDArray[np.float32], net: tuple[float, float, float]
) -> None:
    if shape.is_empty or shape.area <= 0.0:
        return
    west, south, size = net
    left, low, right, high = shape.bounds
    c0, c1 = max(int((left - west) / size), 0), min(int((right - west) / size) + 1, missed.shape[1])
    r0, r1 = max(int((low - south) / size), 0), min(int((high - south) / size) + 1, missed.shape[0])
    x, y = np.meshgrid(west + (np.arange(c0, c1) + 0.5) * size, south + (np.arange(r0, r1) + 0.5) * size)
    shapely.prepare(shape)
    inside = shapely.contains_xy(shape, x, y)
    missed[r0:r1, c0:c1][inside] *= 1.0 - min(max(chance, 0.0), 1.0)


def _crowds(places: Floats, missed: npt.NDArray[np.float32], net: Floats) -> None:
    from scipy.spatial import cKDTree

    west, south, size = net[:3]
    column = ((places[:, 0] - west) / size).astype(np.int64)
    row = ((places[:, 1] - south) / size).astype(np.int64)
    outside = places[missed[row, column] >= 1.0]
    if len(outside) < _CROWD:
        return
    tree = cKDTree(outside)
    counts = np.array([len(each) for each in tree.query_ball_point(outside, _CROWD_M)])
    half = int(12.0 / size) + 1
    for x, y in outside[counts >= _CROWD]:
        c, r = int((x - west) / size), int((y - south) / size)
        part = missed[max(r - half, 0) : r + half + 1, max(c - half, 0) : c + half + 1]
        part[part >= 1.0] = 1.0 - _CROWD_SEEN
