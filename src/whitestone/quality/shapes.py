"""What can be seen of many geometries at once: faults, doubled vertices, long legs, slivers, rounding?

Kernels on arrays of Shapely geometries in EPSG:4326; the rules at entry and over the whole programme share them.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import shapely

__all__ = ["fault_places", "fewest_vertices", "is_coarse", "is_polygon", "longest_leg", "mean_width_m", "outlines",
           "repeated_vertices"]  # fmt: skip

Geometries = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_REASON = re.compile(r"^(.*?)\[(\S+) (\S+)\]$")
_EARTH_M = 6_371_008.8  # mean radius (IUGG)


def is_polygon(geometry: Geometries) -> Flags:
    """Tell polygons and multipolygons from the rest; None is neither.

    >>> is_polygon(np.array([shapely.Point(0, 0), None, shapely.box(0, 0, 1, 1)], dtype=object)).tolist()
    [False, False, True]
    """
    return np.isin(shapely.get_type_id(geometry), (3, 6))


def fault_places(geometry: Geometries) -> list[tuple[int, str, float, float]]:
    """List the invalid geometries: index, GEOS's reason, longitude and latitude of the fault (nan if not given).

    >>> bow = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    >>> fault_places(np.array([shapely.box(0, 0, 1, 1), bow, None], dtype=object))
    [(1, 'Self-intersection', 1.0, 1.0)]
    >>> fault_places(np.array([], dtype=object))
    []
    """
    present = ~shapely.is_missing(geometry)
    bad = np.flatnonzero(present & ~np.asarray(shapely.is_valid(geometry), dtype=bool))
    found = []
    for index, reason in zip(bad, np.atleast_1d(shapely.is_valid_reason(geometry[bad])), strict=True):
        match = _REASON.match(str(reason))
        words, lon, lat = (match[1], float(match[2]), float(match[3])) if match else (str(reason), np.nan, np.nan)
        found.append((int(index), words.strip(), lon, lat))
    return found


def outlines(geometry: Geometries) -> tuple[Floats, Ints, Ints]:
    """Take all rings and lines apart: coordinates (n, 2), the line that each belongs to, and each line's owner.

    >>> xy, line, owner = outlines(np.array([shapely.box(0, 0, 1, 1), None], dtype=object))
    >>> xy.shape, line.tolist(), owner.tolist()
    ((5, 2), [0, 0, 0, 0, 0], [0])
    """
    parts, part_owner = shapely.get_parts(geometry, return_index=True)
    kinds = shapely.get_type_id(parts)
    rings, ring_part = shapely.get_rings(parts[kinds == 3], return_index=True)
    lines = np.concatenate([rings, parts[(kinds == 1) | (kinds == 2)]])
    owner = np.concatenate([part_owner[kinds == 3][ring_part], part_owner[(kinds == 1) | (kinds == 2)]])
    xy, line = shapely.get_coordinates(lines, return_index=True)
    return xy, line.astype(np.int64), owner.astype(np.int64)


def fewest_vertices(geometry: Geometries) -> Ints:
    """Count the distinct vertices of each polygon's poorest ring; other geometries get a count that never offends.

    >>> flat = shapely.Polygon([(0, 0), (1, 1), (0, 0), (0, 0)])
    >>> fewest_vertices(np.array([flat, shapely.Point(0, 0)], dtype=object)).tolist()
    [2, 999999]
    """
    fewest = np.full(len(geometry), 999_999, dtype=np.int64)
    polygons = np.flatnonzero(is_polygon(geometry))
    if not len(polygons):
        return fewest
    xy, line, owner = outlines(geometry[polygons])
    # A vertex is new when no vertex of its ring sorts equal before it.
    order = np.lexsort((xy[:, 1], xy[:, 0], line))
    sorted_xy, sorted_line = xy[order], line[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (sorted_line[1:] != sorted_line[:-1]) | (sorted_xy[1:] != sorted_xy[:-1]).any(axis=1)
    distinct = np.bincount(sorted_line[new], minlength=len(owner))
    np.minimum.at(fewest, polygons[owner], distinct)
    return fewest


def repeated_vertices(geometry: Geometries) -> list[tuple[int, int, float, float]]:
    """List geometries that state a vertex twice in a row: index, how often, and where first.

    >>> twice = shapely.Polygon([(0, 0), (1, 0), (1, 0), (1, 1)])
    >>> repeated_vertices(np.array([twice, shapely.box(0, 0, 1, 1)], dtype=object))
    [(0, 1, 1.0, 0.0)]
    """
    xy, line, owner = outlines(geometry)
    if len(xy) < 2:
        return []
    same = np.flatnonzero((line[1:] == line[:-1]) & (xy[1:] == xy[:-1]).all(axis=1)) + 1
    owners = owner[line[same]]
    indexes, first, counts = np.unique(owners, return_index=True, return_counts=True)
    return [
        (int(index), int(count), float(xy[same[at], 0]), float(xy[same[at], 1]))
        for index, at, count in zip(indexes, first, counts, strict=True)
    ]


def longest_leg(geometry: Geometries) -> tuple[Floats, Floats]:
    """Measure each geometry's longest leg in metres (0 if it has none) and give its starting vertex (n, 2).

    On the sphere: within 0.6 % of the ellipsoid, which a threshold of kilometres does not feel.

    >>> metres, start = longest_leg(np.array([shapely.LineString([(0, 0), (0, 1)]), None], dtype=object))
    >>> metres.round(-2).tolist(), start[0].tolist()
    ([111200.0, 0.0], [0.0, 0.0])
    """
    longest, start = np.zeros(len(geometry)), np.full((len(geometry), 2), np.nan)
    xy, line, owner = outlines(geometry)
    if len(xy) < 2:
        return longest, start
    lon, lat = np.radians(xy[:, 0]), np.radians(xy[:, 1])
    half = np.sin(np.diff(lat) / 2) ** 2 + np.cos(lat[1:]) * np.cos(lat[:-1]) * np.sin(np.diff(lon) / 2) ** 2
    metres = 2 * _EARTH_M * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    metres[line[1:] != line[:-1]] = 0
    owners = owner[line[:-1]]
    np.maximum.at(longest, owners, metres)
    at = np.flatnonzero((metres == longest[owners]) & (metres > 0))[::-1]  # the first one is written last
    start[owners[at]] = xy[at]
    return longest, start


def mean_width_m(area_m2: Floats, perimeter_m: Floats) -> Floats:
    """Give the width that a strip of this area and perimeter has: twice the area by the perimeter; nan without one.

    >>> mean_width_m(np.array([100.0, 0.0]), np.array([202.0, 0.0])).round(2).tolist()
    [0.99, nan]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(perimeter_m > 0, 2 * area_m2 / perimeter_m, np.nan)


def is_coarse(geometry: Geometries, decimals: int) -> Flags:
    """Tell which geometries state no coordinate with as many as `decimals` decimals (3 decimals: 111 m).

    >>> rough, fine = shapely.Point(44.12, 39.5), shapely.Point(44.12345, 39.5)
    >>> is_coarse(np.array([rough, fine, None], dtype=object), 4).tolist()
    [True, False, False]
    """
    xy, owner = shapely.get_coordinates(geometry, return_index=True)
    # Stated to fewer decimals: shorter rounding changes nothing. 1e-9 degrees is the noise of one conversion.
    fine = (np.abs(xy - np.round(xy, decimals - 1)) > 1e-9).any(axis=1)
    has_fine = np.zeros(len(geometry), dtype=bool)
    has_fine[owner[fine]] = True
    seen = np.zeros(len(geometry), dtype=bool)
    seen[owner] = True
    return seen & ~has_fine
