"""Where on the earth is a point of the simulated region, and what would an old map and a compass say of it?

The simulator's own geodesy, straight from PROJ and IGRF: it shares nothing with the reader of sheets, so that a slip in
one of them is seen and not cancelled.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyproj

__all__ = [
    "OPERATION", "Plane", "convergences_deg", "declinations_deg", "grid_numbers", "positions_of", "true_legs", "walk",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

OPERATION = 15865
"""EPSG code of the operation from Pulkovo 1942 to WGS 84 that holds in the simulated world."""

_GEOD = pyproj.Geod(ellps="WGS84")
_BACK = pyproj.enums.TransformDirection.INVERSE


class Plane:
    """Metres east and north of a centre (azimuthal equidistant) to lay out in; azimuths come from the ellipsoid."""

    def __init__(self, lon: float, lat: float) -> None:
        """Centre the plane at a position in degrees."""
        self.centre = (lon, lat)
        here = f"+proj=aeqd +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m"
        self._from_plane = pyproj.Transformer.from_crs(here, "EPSG:4326", always_xy=True)

    def lonlat(self, xy: npt.ArrayLike) -> Floats:
        """Turn metres (n, 2) into longitude and latitude in degrees (n, 2).

        >>> Plane(46.93, 39.99).lonlat([[0.0, 0.0]]).round(9).tolist(), Plane(46.93, 39.99).lonlat([]).shape
        ([[46.93, 39.99]], (0, 2))
        """
        points = np.asarray(xy, dtype=float).reshape(-1, 2)
        return np.column_stack(self._from_plane.transform(points[:, 0], points[:, 1])).reshape(-1, 2)

    def xy(self, lonlat: npt.ArrayLike) -> Floats:
        """Turn longitude and latitude (n, 2) into metres (n, 2): the way back of `lonlat`.

        >>> Plane(46.93, 39.99).xy([[46.93, 39.99]]).round(6).tolist()
        [[0.0, 0.0]]
        """
        points = np.asarray(lonlat, dtype=float).reshape(-1, 2)
        return np.column_stack(self._from_plane.transform(points[:, 0], points[:, 1], direction=_BACK)).reshape(-1, 2)


def true_legs(start: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Return true azimuths (degrees, 0 to 360) and lengths (m) of the geodesics between positions in degrees (n, 2)."""
    azimuth, _, length = _GEOD.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    return np.asarray(azimuth) % 360.0, np.asarray(length)


def walk(lon: float, lat: float, azimuth_deg: float, length_m: float) -> tuple[float, float]:
    """Go along a geodesic; return where it ends."""
    there = _GEOD.fwd(lon, lat, azimuth_deg, length_m)
    return float(there[0]), float(there[1])


def declinations_deg(lonlat: Floats, days: Sequence[datetime.date]) -> Floats:
    """Return the declination (IGRF, degrees east) at each position on each one's own day, both of length n.

    The field is computed at the corners of the positions' box on the first and last day and taken as linear between,
    which holds within 0.01 degrees for a region of 200 km and a span of three years.

    >>> declinations_deg(np.array([[46.93, 39.99]]), [datetime.date(1993, 6, 1)]).round(1).tolist()
    [4.6]
    >>> declinations_deg(np.empty((0, 2)), []).tolist()
    []
    """
    import ppigrf

    if not len(days):
        return np.empty(0)
    west, south = lonlat.min(axis=0)
    east, north = lonlat.max(axis=0) + 1e-9
    first, last = min(days), max(days)
    ends = [datetime.datetime.combine(day, datetime.time()) for day in (first, last)]
    lon, lat = np.array([west, east, west, east]), np.array([south, south, north, north])
    be, bn, _ = ppigrf.igrf(lon, lat, 0.0, ends)
    corners = np.degrees(np.arctan2(be, bn))
    u = (lonlat[:, 0] - west) / (east - west)
    v = (lonlat[:, 1] - south) / (north - south)
    weights = np.stack([(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v])
    span = max((last - first).days, 1)
    w = np.array([(day - first).days / span for day in days])
    at = corners @ weights
    return np.asarray(at[0] * (1 - w) + at[1] * w)


def grid_numbers(lonlat: Floats, epsg: int) -> Floats:
    """Return easting and northing (n, 2) that a map of the reference system `epsg` gives these positions.

    Systems of Pulkovo 1942 go by `OPERATION`; others as PROJ has them. Geographic systems give longitude and latitude.
    """
    plain, shift = _ways(epsg)
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    if shift is not None:
        lat, lon = shift.transform(lat, lon, direction=_BACK)
    return np.column_stack(plain.transform(lon, lat))


def positions_of(numbers: Floats, epsg: int) -> Floats:
    """Return longitude and latitude (n, 2) of grid numbers: the way back of `grid_numbers`."""
    plain, shift = _ways(epsg)
    lon, lat = plain.transform(numbers[:, 0], numbers[:, 1], direction=_BACK)
    if shift is not None:
        lat, lon = shift.transform(lat, lon)
    return np.column_stack([lon, lat])


@functools.cache
def _ways(epsg: int) -> tuple[pyproj.Transformer, pyproj.Transformer | None]:
    """Return the way from degrees to the numbers of a system, and the shift of its datum where it is Pulkovo 1942."""
    crs = pyproj.CRS.from_epsg(epsg)
    geodetic = crs.geodetic_crs
    if geodetic is None or geodetic.name != "Pulkovo 1942":
        return pyproj.Transformer.from_crs(4326, crs, always_xy=True), None
    shift = pyproj.Transformer.from_pipeline(f"urn:ogc:def:coordinateOperation:EPSG::{OPERATION}")
    return pyproj.Transformer.from_crs(geodetic, crs, always_xy=True), shift


def convergences_deg(lonlat: Floats, epsg: int) -> Floats:
    """Return by how many degrees grid north of a projected system lies east of true north at these positions."""
    factors = pyproj.Proj(pyproj.CRS.from_epsg(epsg)).get_factors(lonlat[:, 0], lonlat[:, 1])
    return np.atleast_1d(np.asarray(factors.meridian_convergence, dtype=float))
