"""Does a position lie where the programme works, and if not, which slip of the pen would explain it?

Swapped axes, a lost sign and zeros are proposals for a person: a position is never moved by a rule. The extent is the
programme's boundary, else the union of its places; without both it is guessed from where most positions lie, and then
only slips are reported, never "outside".
"""

from __future__ import annotations

import json
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

__all__ = ["INSIDE", "OUTSIDE", "SIGN", "SWAPPED", "UNKNOWN", "ZERO", "Extent", "Verdicts", "boundary_extent",
           "guessed_extent", "judge"]  # fmt: skip

INSIDE, OUTSIDE, SWAPPED, SIGN, ZERO, UNKNOWN = range(6)
TOLERANCE_DEG = 0.01
"""About 1 km: published boundaries are generalised, and a border village is not a fault."""
FEWEST = 20
"""A guess from fewer positions would only repeat them."""

Floats = npt.NDArray[np.float64]


class Extent(msgspec.Struct, frozen=True):
    """Where positions are expected (polygon in EPSG:4326), and whether that is stated or guessed."""

    area: Any
    stated: bool


class Verdicts(msgspec.Struct, frozen=True):
    """For each position a verdict, and the proposed longitude and latitude (nan where there is none)."""

    verdict: npt.NDArray[np.int8]
    lon: Floats
    lat: Floats


def boundary_extent(boundary_geojson: Any, places: list[Any]) -> Extent | None:
    """Take the stated extent: the boundary setting (GeoJSON text or object), else the places' polygons, else None.

    >>> boundary_extent(None, []) is None
    True
    >>> boundary_extent(None, [shapely.box(0, 0, 1, 1)]).stated
    True
    """
    if boundary_geojson:
        text = boundary_geojson if isinstance(boundary_geojson, str) else json.dumps(boundary_geojson)
        parts = shapely.get_parts(shapely.from_geojson(text))
    elif places:
        parts = np.array(places, dtype=object)
    else:
        return None
    area = shapely.disjoint_subset_union_all(shapely.make_valid(parts))
    return Extent(shapely.buffer(shapely.simplify(area, TOLERANCE_DEG / 4), TOLERANCE_DEG, quad_segs=2), True)


def guessed_extent(lon: Floats, lat: Floats) -> Extent | None:
    """Guess the extent from where nine positions of ten lie, three times their spread around; None from fewer than 20.

    >>> guessed_extent(np.zeros(3), np.zeros(3)) is None
    True
    """
    seen = np.isfinite(lon) & np.isfinite(lat) & ((lon != 0) | (lat != 0))
    if seen.sum() < FEWEST:
        return None
    (west, east), (south, north) = np.quantile(lon[seen], [0.05, 0.95]), np.quantile(lat[seen], [0.05, 0.95])
    wide, high = 3 * max(east - west, 0.25), 3 * max(north - south, 0.25)
    return Extent(shapely.box(west - wide, south - high, east + wide, north + high), False)


def judge(lon: Floats, lat: Floats, extent: Extent | None) -> Verdicts:
    """Judge positions against an extent; proposals are tried in the order sign of longitude, of latitude, both, swap.

    A sign alone is the smaller slip, so it is tried before the exchange of axes. Without an extent only zeros and
    latitudes beyond 90 degrees can be seen.

    >>> here = Extent(shapely.box(44, 39, 48, 41), True)
    >>> found = judge(np.array([45.0, 40.0, -45.0, 0.0, 10.0]), np.array([40.0, 45.0, 40.0, 0.0, 10.0]), here)
    >>> found.verdict.tolist() == [INSIDE, SWAPPED, SIGN, ZERO, OUTSIDE]
    True
    >>> judge(np.array([]), np.array([]), None).verdict.tolist()
    []
    """
    verdict = np.full(len(lon), INSIDE, dtype=np.int8)
    new_lon, new_lat = np.full(len(lon), np.nan), np.full(len(lon), np.nan)
    seen = np.isfinite(lon) & np.isfinite(lat)
    verdict[~seen] = UNKNOWN
    if extent is not None:
        shapely.prepare(extent.area)
        astray = np.flatnonzero(seen)[~_within(extent, lon[seen], lat[seen])]
    else:
        astray = np.flatnonzero(seen & (np.abs(lat) > 90))
    verdict[astray] = OUTSIDE if extent is None or extent.stated else UNKNOWN
    for code, across, up in ((SIGN, -lon, lat), (SIGN, lon, -lat), (SIGN, -lon, -lat), (SWAPPED, lat, lon)):
        open_ = astray[(verdict[astray] == OUTSIDE) | (verdict[astray] == UNKNOWN)]
        fits = open_[_within(extent, across[open_], up[open_])]
        verdict[fits], new_lon[fits], new_lat[fits] = code, across[fits], up[fits]
    zero = seen & (np.abs(lon) < 1e-9) & (np.abs(lat) < 1e-9)
    verdict[zero], new_lon[zero], new_lat[zero] = ZERO, np.nan, np.nan
    return Verdicts(verdict, new_lon, new_lat)


def _within(extent: Extent | None, lon: Floats, lat: Floats) -> npt.NDArray[np.bool_]:
    if extent is None:  # nothing to compare with: only what lies on the globe at all
        return np.asarray(np.abs(lat) <= 90) & np.asarray(np.abs(lon) <= 180)
    return np.asarray(shapely.intersects_xy(extent.area, lon, lat), dtype=bool)
