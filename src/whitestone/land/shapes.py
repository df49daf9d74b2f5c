"""How are polygons added and taken away so that no shape, however bad, stops the sum?

GEOS does the work on whole arrays. What it refuses is tried again alone, repaired, and at last on a fine grid; after
each step only polygon parts are kept, because a line has no area and breaks the next step.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import shapely

__all__ = [
    "EMPTY", "GRID_M", "NOISE_M2", "aside", "distinct", "ground", "intersect", "measured_ground", "pack", "spread",
    "subtract", "union", "union_by_group",
]  # fmt: skip

EMPTY = shapely.Polygon()
"""No ground: the neutral shape, so that arrays hold no None."""

NOISE_M2 = 1e-4
"""Areas below this are rounding of coordinates, not land (a square centimetre)."""

GRID_M = 1e-4
"""The grid, in metres, onto which two shapes are snapped when nothing else lets GEOS overlay them."""

WRITTEN = 256
"""So many shapes are written out at a time, to be compared."""

_POLYGON, _MULTIPOLYGON, _COLLECTION = 3, 6, 7


def pack(shapes: Any) -> np.ndarray[Any, Any]:
    """Return the shapes as a one-dimensional object array (an empty one for none).

    >>> pack([]).shape, pack([EMPTY, None]).shape
    ((0,), (2,))
    """
    packed = np.empty(len(shapes), dtype=object)
    packed[:] = shapes
    return packed


def spread(function: Callable[[Any], Any], values: np.ndarray[Any, Any], threads: int) -> np.ndarray[Any, Any]:
    """Ask a function of GEOS that lets other threads run about an array, piece by piece on so many threads.

    >>> spread(shapely.area, pack([shapely.box(0, 0, 1, 2)] * 3), 2).tolist(), spread(shapely.area, pack([]), 2).size
    ([2.0, 2.0, 2.0], 0)
    """
    if threads < 2 or len(values) < 2 * threads:
        return np.asarray(function(values))
    with ThreadPoolExecutor(threads) as pool:
        return np.concatenate(list(pool.map(function, np.array_split(values, 4 * threads))))


def aside(threads: int, function: Callable[..., Any], *given: Any) -> Callable[[], Any]:
    """Begin a call on a thread of its own, or make it at once where there is one thread; what comes back waits for it.

    For what runs without Python's lock, while the caller does what needs it.

    >>> aside(2, sum, [1, 2])(), aside(1, sum, [])()
    (3, 0)
    """
    if threads < 2:
        found = function(*given)
        return lambda: found
    pool = ThreadPoolExecutor(1)
    begun = pool.submit(function, *given)
    pool.shutdown(wait=False)
    return begun.result


def ground(shapes: np.ndarray[Any, Any], threads: int = 1) -> np.ndarray[Any, Any]:
    """Keep what has an area: polygon parts, valid; None, points and lines become EMPTY.

    Shapes are expected as repaired at entry; an invalid one is made valid by linework, so that nothing is refused. One
    with a coordinate that is no number has no known ground.

    >>> ground(pack([None, shapely.Point(1, 1), shapely.box(0, 0, 1, 1)]))[2].area
    1.0
    >>> ground(pack([])).size
    0
    """
    return measured_ground(shapes, threads)[0]


def measured_ground(
    shapes: np.ndarray[Any, Any], threads: int = 1
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Give ground as `ground` does, and the area of each shape in m2.

    >>> measured_ground(pack([None, shapely.box(0, 0, 1, 2)]))[1].tolist(), measured_ground(pack([]))[1].size
    ([0.0, 2.0], 0)
    """
    out = _polygons_only(shapes)
    areas = np.asarray(shapely.area(out))
    unknown = ~np.isfinite(areas)  # every coordinate enters the area
    out[unknown], areas[unknown] = EMPTY, 0.0
    bad = ~spread(shapely.is_valid, out, threads)
    if bad.any():
        out[bad] = _polygons_only(shapely.make_valid(out[bad], method="linework"))
        areas[bad] = shapely.area(out[bad])
    return out, areas


def distinct(
    shapes: np.ndarray[Any, Any], areas: np.ndarray[Any, Any] | None = None
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return each shape that is written alike once, and for every input the index of its own.

    `areas` are those of the shapes, where they were measured before.

    >>> [len(part) for part in distinct(pack([EMPTY, EMPTY, shapely.box(0, 0, 1, 1)]))]
    [2, 3]
    >>> distinct(pack([]))[1].tolist()
    []
    """
    # Only shapes of one area, to the last bit, can be alike: few have to be written out.
    _, of, count = np.unique(shapely.area(shapes) if areas is None else areas, return_inverse=True,
                             return_counts=True)
    own = np.arange(len(shapes))
    found: dict[bytes, int] = {}
    alike = np.flatnonzero(count[of] > 1)
    for begin in range(0, len(alike), WRITTEN):
        some = alike[begin : begin + WRITTEN]
        own[some] = [found.setdefault(each, position)
                     for each, position in zip(shapely.to_wkb(shapes[some]), some.tolist(), strict=True)]
    is_first = own == np.arange(len(shapes))
    return shapes[is_first], (np.cumsum(is_first) - 1)[own]


def subtract(left: np.ndarray[Any, Any], right: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return each left shape without the right one beside it.

    >>> subtract(pack([shapely.box(0, 0, 2, 1)]), pack([shapely.box(1, 0, 2, 1)]))[0].area
    1.0
    """
    return _overlay(shapely.difference, left, right)


def intersect(left: np.ndarray[Any, Any], right: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the common ground of each pair; shapes that only touch have none.

    >>> intersect(pack([shapely.box(0, 0, 1, 1)]), pack([shapely.box(1, 0, 2, 1)]))[0].is_empty
    True
    """
    return _overlay(shapely.intersection, left, right)


def union(shapes: np.ndarray[Any, Any]) -> Any:
    """Return the ground that any of the shapes covers, in one pass over clusters that do not touch.

    >>> union(pack([shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)])).area, union(pack([])).area
    (3.0, 0.0)
    """
    if not len(shapes):
        return EMPTY
    try:
        merged = shapely.disjoint_subset_union_all(shapes)
    except shapely.errors.GEOSException:
        merged = shapely.union_all(shapely.set_precision(shapely.make_valid(shapes), GRID_M))
    return _polygons_only(pack([merged]))[0]


def union_by_group(
    shapes: np.ndarray[Any, Any], groups: np.ndarray[Any, Any], count: int
) -> np.ndarray[Any, Any]:
    """Return the union of the shapes of each group 0..count-1; a group without shapes is EMPTY.

    >>> [u.area for u in union_by_group(pack([shapely.box(0, 0, 1, 1)] * 2), np.array([1, 1]), 2)]
    [0.0, 1.0]
    """
    out = np.full(count, EMPTY, dtype=object)
    if not len(shapes):
        return out
    # A shape that comes twice into a group adds nothing, and GEOS is slowest where edges lie on edges.
    once = np.unique(np.column_stack([groups, [id(shape) for shape in shapes]]), axis=0, return_index=True)[1]
    # In the order given, not that of addresses in memory: the same input, the same last digit.
    once = np.sort(once)
    once = once[np.argsort(groups[once], kind="stable")]
    shapes, groups = shapes[once], groups[once]
    present, first, sizes = np.unique(groups, return_index=True, return_counts=True)
    single = sizes == 1
    out[present[single]] = shapes[first[single]]
    if not single.all():
        many = np.isin(groups, present[~single])
        labels = np.searchsorted(present[~single], groups[many])
        out[present[~single]] = _union_many(shapes[many], labels, int((~single).sum()))
    return out


def _union_many(shapes: np.ndarray[Any, Any], labels: np.ndarray[Any, Any], count: int) -> np.ndarray[Any, Any]:
    # Areas are taken apart first: a collection of multipolygons is legal, but GEOS unions plain polygons faster.
    parts, owner = shapely.get_parts(shapes, return_index=True)
    collections = shapely.geometrycollections(parts, indices=labels[owner], out=np.full(count, EMPTY, dtype=object))
    try:
        return _polygons_only(shapely.union_all(collections.reshape(-1, 1), axis=1))
    except shapely.errors.GEOSException:
        return pack([union(shapes[labels == label]) for label in range(count)])


def _overlay(
    operation: Callable[..., Any], left: np.ndarray[Any, Any], right: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    if not len(left):
        return pack([])
    try:
        return _polygons_only(operation(left, right))
    except shapely.errors.GEOSException:
        return _polygons_only(pack([_alone(operation, a, b) for a, b in zip(left, right, strict=True)]))


def _alone(operation: Callable[..., Any], left: Any, right: Any) -> Any:
    try:
        return operation(left, right)
    except shapely.errors.GEOSException:
        return operation(shapely.make_valid(left), shapely.make_valid(right), grid_size=GRID_M)


def _polygons_only(shapes: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    kinds = shapely.get_type_id(shapes)
    fits = (kinds == _POLYGON) | (kinds == _MULTIPOLYGON)
    if fits.all():
        return np.array(shapes, dtype=object, copy=True)
    out = np.array(shapes, dtype=object, copy=True)
    out[~fits] = EMPTY
    for index in np.flatnonzero(kinds == _COLLECTION):
        out[index] = _polygon_parts(shapes[index])
    return out


def _polygon_parts(shape: Any) -> Any:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in ("Polygon", "MultiPolygon")]
    nested = [_polygon_parts(part) for part in shapely.get_parts(shape) if part.geom_type == "GeometryCollection"]
    polygons = [part for part in parts + nested if not part.is_empty]
    return shapely.union_all(polygons) if polygons else EMPTY
