"""How large is a piece of ground, so that every square metre is counted once and in the same measure?

Printed areas are those of one equal-area plane per programme (Lambert azimuthal on the WGS 84 ellipsoid, its centre
fixed once): sums, overlaps and differences made in it add up exactly. The geodesic area is the oracle in tests.
A map projection is never used: 100 m by 200 m at 40 degrees north are 70 % too large in Web Mercator.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Geod, Transformer

from whitestone.errors import InvalidValue

__all__ = ["EDGE_TOLERANCE_M2", "EDGE_TOLERANCE_SHARE", "Plane", "geodesic_area_m2"]

EDGE_TOLERANCE_M2 = 0.01
EDGE_TOLERANCE_SHARE = 2e-9
"""How much ground one edge may misplace by being drawn straight in the plane: the larger of 0.01 m2 and 2e-9 of its
length squared. Edges that would misplace more are split along the geodesic first."""

Geometries = npt.NDArray[np.object_]
_GEOD = Geod(ellps="WGS84")
_POLYGONAL = (3, 6)
_COLLECTION = 7
_POINTS = (0, 4)
_EARTH_M = 6_371_007.2
"""Radius of the sphere of equal area."""


_ROUNDS_BACK = 3
"""How often the way back into degrees is corrected by the way there."""


class Plane:
    """The equal-area plane of a programme, centred at `lon`, `lat` (degrees, WGS 84); coordinates in metres.

    Refuses a centre that is not on the Earth with InvalidValue.

    >>> plane = Plane(46.93, 39.99)
    >>> corner = plane.project(np.array([shapely.Point(46.93, 39.99), None], dtype=object))
    >>> float(np.hypot(corner[0].x, corner[0].y)) < 1e-6, corner[1] is None
    (True, True)
    """

    def __init__(self, lon: float, lat: float) -> None:
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise InvalidValue(field="centre of the equal-area plane", value=(lon, lat), why="expected degrees")
        self.lon = float(lon)
        self.lat = float(lat)
        self.crs = CRS.from_proj4(f"+proj=laea +lat_0={self.lat!r} +lon_0={self.lon!r} +ellps=WGS84 +units=m +no_defs")
        geographic = CRS.from_proj4("+proj=longlat +ellps=WGS84 +no_defs")
        self._there = Transformer.from_crs(geographic, self.crs, always_xy=True)
        self._back = Transformer.from_crs(self.crs, geographic, always_xy=True)

    def __repr__(self) -> str:
        return f"Plane({self.lon!r}, {self.lat!r})"

    def xy(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Project positions in degrees to metres; NaN stays NaN.

        >>> [len(each) for each in Plane(0, 0).xy([], [])]
        [0, 0]
        """
        return _finite(self._there.transform(np.asarray(lon, float), np.asarray(lat, float)))

    def lonlat(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Bring metres of the plane back to degrees; NaN stays NaN.

        >>> [float(each[0]) for each in Plane(10, 20).lonlat([0.0], [0.0])]
        [10.0, 20.0]
        """
        return _finite(self._back.transform(np.asarray(x, float), np.asarray(y, float)))

    def project(self, geoms: Any) -> Geometries:
        """Project geometries (array or list, degrees) into the plane; None stays None, heights are dropped.

        Edges that would misplace ground (`EDGE_TOLERANCE_M2`) are split along the geodesic first, in the same places
        whichever way round a neighbour draws them. Refuses coordinates that are not finite with InvalidValue.

        >>> Plane(0, 0).project([]).tolist()
        []
        """
        degrees = np.atleast_1d(np.asarray(geoms, dtype=object))
        flat: Geometries = shapely.transform(degrees, self._forward)
        long = _has_long_edges(flat)
        for kind in np.unique(shapely.get_type_id(degrees[long])).tolist():
            rows = np.flatnonzero(long)[shapely.get_type_id(degrees[long]) == kind]
            flat[rows] = shapely.transform(self._densified(degrees[rows]), self._forward)
        return flat

    def unproject(self, geoms: Any) -> Geometries:
        """Bring geometries of the plane back to degrees (WGS 84), to a millimetre; None stays None.

        >>> Plane(0, 0).unproject([None]).tolist()
        [None]
        """
        flat = np.atleast_1d(np.asarray(geoms, dtype=object))
        back: Geometries = shapely.transform(flat, lambda xy: np.column_stack(self.lonlat(xy[:, 0], xy[:, 1])))
        return back

    def unproject_exactly(self, geoms: Any) -> Geometries:
        """Bring geometries of the plane back to the degrees (WGS 84) that it shows there, for areas to stay the same.

        >>> Plane(0, 0).unproject_exactly([None]).tolist()
        [None]
        """
        flat = np.atleast_1d(np.asarray(geoms, dtype=object))
        back: Geometries = shapely.transform(flat, self._backward)
        return back

    def _backward(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Find the positions that the plane shows at these metres: near its centre one way back is off by a millimetre.
        """
        x, y = xy[:, 0], xy[:, 1]
        for _ in range(_ROUNDS_BACK):
            there_x, there_y = self.xy(*self.lonlat(x, y))
            x, y = x + (xy[:, 0] - there_x), y + (xy[:, 1] - there_y)
        return np.column_stack(self.lonlat(x, y))

    def area_m2(self, geoms: Any) -> npt.NDArray[np.float64]:
        """Measure polygons given in degrees, in square metres; NaN for what has no area to measure.

        A hazard known only as a point, or not placed at all, is of unknown size: never 0 (house law 5).

        >>> Plane(0, 0).area_m2([None, shapely.Point(0, 0)]).tolist()
        [nan, nan]
        """
        flat = self.project(geoms)
        polygonal = np.isin(shapely.get_type_id(flat), _POLYGONAL)
        return np.where(polygonal, shapely.area(flat), np.nan)

    def _forward(self, lonlat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        x, y = self._there.transform(lonlat[:, 0], lonlat[:, 1])
        xy = np.column_stack((x, y))
        bad = ~np.isfinite(xy).all(axis=1)
        if bad.any():
            value = tuple(lonlat[bad.argmax()].tolist())
            raise InvalidValue(field="position", value=value, why="it is not a longitude and a latitude in degrees")
        return xy

    def _densified(self, degrees: Geometries) -> Geometries:
        """Split the long edges of geometries of one type, all at once."""
        if shapely.get_type_id(degrees[0]) == _COLLECTION:
            return np.array([self._collection(each) for each in degrees], dtype=object)
        kind, lonlat, offsets = shapely.to_ragged_array(degrees, include_z=False)
        lonlat, starts = _split(lonlat, self._forward(lonlat), offsets[0])
        made: Geometries = shapely.from_ragged_array(kind, lonlat, (starts, *offsets[1:]))
        return made

    def _collection(self, geometry: shapely.Geometry) -> shapely.Geometry:
        parts = [part if part.geom_type in ("Point", "MultiPoint") else self._densified(np.array([part]))[0]
                 for part in geometry.geoms]
        return shapely.GeometryCollection(parts)


def geodesic_area_m2(geom: shapely.Geometry | None) -> float:
    """Measure one polygon on the ellipsoid, edges as geodesics, square metres; NaN for None, 0 for no polygon.

    Karney's algorithm through PROJ: exact to the last digits and about 150 microseconds a polygon, so it is for tests
    and single figures; tables use `Plane.area_m2`.

    >>> round(geodesic_area_m2(shapely.box(0, 0, 1, 1)) / 1e6), geodesic_area_m2(None)
    (12309, nan)
    """
    if geom is None:
        return float("nan")
    total = 0.0
    for part in shapely.get_parts(geom):
        if part.geom_type == "Polygon" and not part.is_empty:
            total += abs(_GEOD.polygon_area_perimeter(*part.exterior.xy)[0])
            total -= sum(abs(_GEOD.polygon_area_perimeter(*ring.xy)[0]) for ring in part.interiors)
        elif part.geom_type in ("MultiPolygon", "GeometryCollection"):
            total += geodesic_area_m2(part)
    return total


def _finite(pair: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    first, second = (np.where(np.isfinite(each), each, np.nan) for each in pair)
    return first, second


def _pieces(start: npt.NDArray[np.float64], end: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Say into how many pieces each edge of the plane must be split.

    A geodesic at a distance d from the centre is curved by at most c = 0.75 d / R2 + e2 / R in the plane (the sphere's
    part and the ellipsoid's), so an edge of length L cuts off c L3 / 12; n pieces cut off a share 1/n2 of that.
    """
    length = np.hypot(*(end - start).T)
    distance = np.hypot(*((start + end) / 2).T)
    curvature = 0.75 * distance / _EARTH_M**2 + _GEOD.es / _EARTH_M
    misplaced = curvature * length**3 / 12
    allowed = np.maximum(EDGE_TOLERANCE_M2, EDGE_TOLERANCE_SHARE * length**2)
    pieces: npt.NDArray[np.int64] = np.maximum(np.ceil(np.sqrt(misplaced / allowed)), 1).astype(np.int64)
    return pieces


def _has_long_edges(flat: Geometries) -> npt.NDArray[np.bool_]:
    """Say which geometries have an edge to split, from the projected vertices alone."""
    xy, owner = shapely.get_coordinates(flat, return_index=True)
    long = np.zeros(len(flat), dtype=bool)
    if len(xy) < 2:
        return long
    # A step from one ring or part to the next also looks long: harmless, such a geometry is only looked at again.
    candidates = (_pieces(xy[:-1], xy[1:]) > 1) & (owner[1:] == owner[:-1])
    long[owner[1:][candidates]] = True
    return long & ~np.isin(shapely.get_type_id(flat), _POINTS)


def _split(
    lonlat: npt.NDArray[np.float64], xy: npt.NDArray[np.float64], starts: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Insert geodesic points on the edges of lines that begin at `starts`, always reckoned from the same end."""
    a, b = lonlat[:-1], lonlat[1:]
    turned = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
    pieces = _pieces(xy[:-1], xy[1:])
    pieces[starts[1:-1] - 1] = 1  # from the end of one line to the start of the next there is no edge
    edge = np.repeat(np.arange(len(pieces)), pieces - 1)
    rank = np.arange(len(edge)) - np.repeat(np.cumsum(pieces - 1) - (pieces - 1), pieces - 1) + 1
    rank = np.where(turned[edge], pieces[edge] - rank, rank)
    start, end = np.where(turned[:, None], b, a)[edge], np.where(turned[:, None], a, b)[edge]
    azimuth, _, length = _GEOD.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    lon, lat, _ = _GEOD.fwd(start[:, 0], start[:, 1], azimuth, np.asarray(length) * rank / pieces[edge])
    before = np.concatenate(([0], np.cumsum(pieces - 1)))
    moved = starts + before[np.minimum(starts, len(lonlat) - 1)]
    return np.insert(lonlat, edge + 1, np.column_stack((lon, lat)), axis=0), moved
