"""The kernel asked directly: which combination of outlines covers how much, and the same by GEOS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from whitestone.land.gather import gather
from whitestone.land.rings import meeting, to_outlines
from whitestone.land.strips import BUSY_STEPS, count_ground
from whitestone.land.sweep import DONE, new_cells, new_edges

Combinations = dict[frozenset[int], float]


def pack(shapes: Sequence[Any]) -> np.ndarray[Any, Any]:
    packed = np.empty(len(shapes), dtype=object)
    packed[:] = shapes
    return packed


def kernel(shapes: Sequence[Any], *, across: int = 0, busy: int = BUSY_STEPS) -> Combinations:
    """Count every combination of the shapes, unit by unit."""
    outlines = to_outlines(pack(shapes))
    first, members = meeting(outlines.boxes, outlines.boxes)
    edges = new_edges(3 * int(outlines.vertices.sum()) // 2 + 1)
    found: Combinations = {}
    for unit in range(len(shapes)):
        mine = members[first[unit] : first[unit + 1]]
        if not mine.size:
            continue
        cells = new_cells(1 << 16, 1 << 19, len(mine))
        subject = int(np.searchsorted(mine, unit))
        n = gather(outlines, mine, outlines.boxes[unit], across, edges, np.empty(4), subject)
        assert count_ground(edges, n, len(mine), cells, subject, busy) == DONE
        for cell in range(cells.counts[0]):
            key = frozenset(mine[cells.items[cells.first[cell] : cells.first[cell + 1]]].tolist())
            assert key not in found or abs(cells.area[cell]) < 1e-6
            assert min(key) == unit
            found[key] = found.get(key, 0.0) + float(cells.area[cell])
    return found


def polygons(shape: Any) -> Any:
    """Keep what has an area, as one valid shape."""
    parts = shapely.get_parts(shapely.make_valid(shape))
    flat = [each for part in parts for each in shapely.get_parts(part) if each.geom_type == "Polygon"]
    return shapely.union_all(flat) if flat else shapely.Polygon()


def geos(shapes: Sequence[Any]) -> Combinations:
    """Cut the plane by one shape after the other.

    Where edges nearly coincide GEOS itself loses ground (tens of square metres were seen): the combinations of a shape
    then no longer add up to its own area. Such a case is asked again on a grid of a tenth of a micrometre.
    """
    found = _cut(shapes, None)
    for number, shape in enumerate(shapes):
        if abs(sum(area for key, area in found.items() if number in key) - shape.area) > 1e-6 * (1 + shape.area):
            return _cut(shapes, 1e-7)
    return found


def _cut(shapes: Sequence[Any], grid: float | None) -> Combinations:
    parts: list[tuple[frozenset[int], Any]] = []
    for number, shape in enumerate(shapes):
        rest, cut = shape, []
        for key, part in parts:
            cut.append((key | {number}, polygons(shapely.intersection(part, shape, grid_size=grid))))
            cut.append((key, polygons(shapely.difference(part, shape, grid_size=grid))))
            rest = polygons(shapely.difference(rest, part, grid_size=grid))
        parts = [(key, part) for key, part in [*cut, (frozenset({number}), rest)] if not part.is_empty]
    found: Combinations = {}
    for key, part in parts:
        found[key] = found.get(key, 0.0) + part.area
    return found


def apart(left: Combinations, right: Combinations) -> float:
    """Say by how much two answers differ at most: m2 beyond 1e-9 of the area."""
    return max((abs(left.get(key, 0.0) - right.get(key, 0.0)) - 1e-9 * right.get(key, 0.0)
                for key in left.keys() | right.keys()), default=0.0)  # fmt: skip
