"""Where do the stations of one sheet lie, taken as written under one hypothesis, and does the traverse close?

Reference point, benchmark, start point, turning points, perimeter, rows: each leg is a geodesic from its start, its
bearing turned to true north by the declination of the record's date or the convergence of its grid. Nothing is
adjusted here: the misclosure is told, and an adjusted version is another one, with its label. Legs count as lengths
on the ellipsoid; at 1,000 m above it that is 0.16 m in a kilometre.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import msgspec
import numpy as np
import numpy.typing as npt
from pyproj import Geod

from whitestone.geodesy.crs import Operation
from whitestone.minefields.anchors import Anchor, Hypothesis, anchors
from whitestone.minefields.directions import Legs, North, norths_around, read_legs
from whitestone.minefields.network import Network, connect
from whitestone.minefields.sheet_parts import Sheet

__all__ = ["Closure", "Hypothesis", "SheetGeometry", "lay_out", "lay_out_many", "to_lonlat", "to_plane"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Point = tuple[float, float]

UNDATED = dt.date(1990, 1, 1)
"""Day for the declination of a sheet that bears no date, where the caller names no better one; said to be assumed."""
_GEOD = Geod(ellps="WGS84")


class Closure(msgspec.Struct, frozen=True):
    """How far a leg misses a station that was reached before (`leg` -1: a reference point with its own position).

    `length_m` is the way round, `one_in` what 1 metre of misclosure comes to (None: it closes within a millimetre).
    """

    leg: int
    station: int
    east_m: float
    north_m: float
    length_m: float

    @property
    def misclosure_m(self) -> float:
        """Return the distance by which it misses, in metres.

        >>> Closure(0, 0, 3.0, 4.0, 500.0).misclosure_m
        5.0
        """
        return float(np.hypot(self.east_m, self.north_m))

    @property
    def one_in(self) -> float | None:
        """Return n of "1:n"; None where it closes within a millimetre.

        >>> Closure(0, 0, 3.0, 4.0, 500.0).one_in, Closure(0, 0, 0.0, 0.0, 500.0).one_in
        (100.0, None)
        """
        return None if self.misclosure_m < 0.001 else self.length_m / self.misclosure_m


class SheetGeometry(msgspec.Struct, frozen=True, kw_only=True):
    """One sheet laid out: stations s, legs n, in metres east and north of the first anchor and in WGS 84.

    The plane is azimuthal equidistant around `anchor_lonlat`. `true_bearing_deg` and `length_m` are those of the legs,
    `plane_bearing_deg` and `plane_length_m` the same legs as straight lines of the plane, which add up to the stations
    exactly. `order` lists the stations that are reached, each after its `parent`, by the leg `tree_leg` (-1: an anchor)
    walked forwards (`sign` 1) or backwards (-1). NaN: not reached, or not known.
    """

    key: str
    hypothesis: Hypothesis
    anchor_lonlat: Point | None
    anchor_accuracy_m: float | None
    anchors: tuple[Anchor, ...]
    operation: Operation | None
    stations: tuple[str, ...]
    lon: Floats
    lat: Floats
    east_m: Floats
    north_m: Floats
    anchor_stations: Ints
    anchor_east_m: Floats
    anchor_north_m: Floats
    leg_start: Ints
    leg_end: Ints
    true_bearing_deg: Floats
    length_m: Floats
    plane_bearing_deg: Floats
    plane_length_m: Floats
    pace: npt.NDArray[np.bool_]
    magnetic: npt.NDArray[np.bool_]
    doubtful: npt.NDArray[np.bool_]
    order: Ints
    parent: Ints
    tree_leg: Ints
    sign: npt.NDArray[np.int8]
    perimeter: Ints
    rows: Ints
    """[r, 2] stations at which each row starts and ends; -1 unknown."""
    impossible: bool
    """A bearing is more than a full turn of its unit: this hypothesis cannot be right."""
    said: tuple[str, ...]
    closures: tuple[Closure, ...]
    declination_deg: float | None = None
    convergence_deg: float | None = None
    measured_on: dt.date | None = None

    @property
    def misclosure_m(self) -> float | None:
        """Return the worst misclosure in metres; None where nothing closes a loop.

        >>> lay_out(Sheet(id="A", key="A")).misclosure_m is None
        True
        """
        return max((each.misclosure_m for each in self.closures), default=None)

    @property
    def misclosure_one_in(self) -> float | None:
        """Return the worst "1:n"; None where nothing closes a loop, or all close within a millimetre.

        >>> lay_out(Sheet(id="A", key="A")).misclosure_one_in is None
        True
        """
        return min((each.one_in for each in self.closures if each.one_in is not None), default=None)

    @property
    def ring_lonlat(self) -> Floats:
        """Return the perimeter as [k, 2] WGS 84 degrees, the first not repeated; NaN where a station is not reached.

        >>> lay_out(Sheet(id="A", key="A")).ring_lonlat.shape
        (0, 2)
        """
        return np.column_stack([self.lon[self.perimeter], self.lat[self.perimeter]])


def lay_out(sheet: Sheet, hypothesis: Hypothesis = Hypothesis(), *, undated: dt.date = UNDATED) -> SheetGeometry:  # noqa: B008
    """Lay out all stations of a sheet under one hypothesis, as written.

    `undated` is the day for the declination of a sheet that bears none. A sheet without any placed reference point is
    laid out around its first station (`anchor_lonlat` None, lon and lat NaN); its compass bearings are then taken
    without declination, and said so. Never refuses a sheet.

    >>> lay_out(Sheet(id="A", key="A")).stations
    ()
    """
    return lay_out_many([(sheet, hypothesis)], undated=undated)[0]


def lay_out_many(pairs: Iterable[tuple[Sheet, Hypothesis]], *, undated: dt.date = UNDATED) -> list[SheetGeometry]:
    """Lay out many sheets, or one under many hypotheses; the field model is asked once for all of them.

    >>> lay_out_many([])
    []
    """
    asked = [(sheet, hypothesis, anchors(sheet, hypothesis)) for sheet, hypothesis in pairs]
    firsts = [next((each for each in placed if each.placed), None) for _, _, placed in asked]
    norths = iter(
        norths_around(
            [
                (first.lon, first.lat, first.epsg, sheet.measured_on or undated, sheet.measured_on is None)
                for (sheet, _, _), first in zip(asked, firsts, strict=True)
                if first is not None
            ]
        )
    )
    return [
        _one(sheet, hypothesis, placed, first, next(norths) if first is not None else None)
        for (sheet, hypothesis, placed), first in zip(asked, firsts, strict=True)
    ]


def to_plane(lon: npt.ArrayLike, lat: npt.ArrayLike, centre: Point) -> tuple[Floats, Floats]:
    """Turn WGS 84 degrees into metres east and north of a centre: azimuthal equidistant, by geodesics.

    >>> [round(float(each[0]), 1) for each in to_plane([46.94], [39.99], (46.93, 39.99))]
    [854.1, 0.0]
    >>> to_plane([], [], (0.0, 0.0))[0].size
    0
    """
    east, north = np.atleast_1d(np.asarray(lon, dtype=float)), np.atleast_1d(np.asarray(lat, dtype=float))
    if not east.size:
        return np.zeros(0), np.zeros(0)
    azimuth, _, distance = _GEOD.inv(np.full_like(east, centre[0]), np.full_like(north, centre[1]), east, north)
    turned = np.radians(azimuth)
    good = np.isfinite(east) & np.isfinite(north)
    return (np.where(good, distance * np.sin(turned), np.nan), np.where(good, distance * np.cos(turned), np.nan))


def to_lonlat(east_m: npt.ArrayLike, north_m: npt.ArrayLike, centre: Point) -> tuple[Floats, Floats]:
    """Turn metres east and north of a centre back into WGS 84 degrees: the way back of `to_plane`.

    >>> [float(each[0].round(6)) for each in to_lonlat([854.2], [0.0], (46.93, 39.99))]
    [46.940002, 39.99]
    >>> to_lonlat([], [], (0.0, 0.0))[0].size
    0
    """
    east, north = np.atleast_1d(np.asarray(east_m, dtype=float)), np.atleast_1d(np.asarray(north_m, dtype=float))
    if not east.size:
        return np.zeros(0), np.zeros(0)
    azimuth, distance = np.degrees(np.arctan2(east, north)), np.hypot(east, north)
    lon, lat, _ = _GEOD.fwd(np.full_like(east, centre[0]), np.full_like(north, centre[1]), azimuth, distance)
    return np.asarray(lon), np.asarray(lat)


def _one(
    sheet: Sheet, hypothesis: Hypothesis, placed: tuple[Anchor, ...], first: Anchor | None, north: North | None
) -> SheetGeometry:
    legs = read_legs(sheet, hypothesis)
    net = connect(sheet, legs, [each.no for each in placed if each.placed])
    own = {each.no: (each.lon, each.lat) for each in reversed(placed) if each.placed}
    # A sheet that hangs on nothing keeps its shape: it is laid out around 0, 0 and gets no place.
    centre = (first.lon, first.lat) if first else (0.0, 0.0)
    true_deg = np.full(len(sheet.legs), np.nan)
    lonlat = _walk(net, legs, north, own if first else {}, centre, true_deg)
    east, northing = to_plane(lonlat[:, 0], lonlat[:, 1], centre)
    anchor_points = np.array([own[net.stations[at]] for at in net.anchors]).reshape(-1, 2)
    anchor_east, anchor_north = to_plane(anchor_points[:, 0], anchor_points[:, 1], centre)
    ends = _ends(net, legs, true_deg, lonlat, centre)
    start_east, start_north = east[net.leg_start], northing[net.leg_start]
    along_east, along_north = ends[:, 0] - start_east, ends[:, 1] - start_north
    said = (*legs.said, *(words for each in placed for words in each.said), *_doubts(sheet, north, legs, first))
    return SheetGeometry(
        key=sheet.key,
        hypothesis=hypothesis,
        anchor_lonlat=centre if first else None,
        anchor_accuracy_m=first.accuracy_m if first else None,
        anchors=placed,
        operation=first.operation if first else None,
        stations=net.stations,
        lon=lonlat[:, 0] if first else np.full(len(net.stations), np.nan),
        lat=lonlat[:, 1] if first else np.full(len(net.stations), np.nan),
        east_m=east,
        north_m=northing,
        anchor_stations=net.anchors,
        anchor_east_m=anchor_east,
        anchor_north_m=anchor_north,
        leg_start=net.leg_start,
        leg_end=net.leg_end,
        true_bearing_deg=true_deg,
        length_m=legs.length_m,
        plane_bearing_deg=np.degrees(np.arctan2(along_east, along_north)) % 360.0,
        plane_length_m=np.hypot(along_east, along_north),
        pace=legs.pace,
        magnetic=legs.north == 2,
        doubtful=legs.doubtful,
        order=net.order,
        parent=net.parent,
        tree_leg=net.tree_leg,
        sign=net.sign,
        perimeter=net.perimeter,
        rows=net.rows,
        impossible=bool(legs.over.any()),
        said=tuple(dict.fromkeys(said)),
        closures=_closures(net, legs, ends, east, northing, anchor_east, anchor_north),
        declination_deg=north.declination[0] if north else None,
        convergence_deg=north.convergence[0] if north else None,
        measured_on=north.on if north else None,
    )


def _doubts(sheet: Sheet, north: North | None, legs: Legs, first: Anchor | None) -> Iterable[str]:
    magnetic = bool((legs.north == 2).any())
    if first is None and sheet.legs:
        yield "no reference point has a position: the sheet is drawn, but lies nowhere, and bearings stay as written"
    if north is not None and north.assumed and magnetic:
        yield f"the sheet bears no date: the declination of {north.on.isoformat()} is assumed"


def _walk(
    net: Network, legs: Legs, north: North | None, own: dict[str, Point], centre: Point, true_deg: Floats
) -> Floats:
    """Place the stations, each after its parent, and fill in the true bearing of every leg that starts somewhere."""
    places = np.full((len(net.stations), 2), np.nan)
    for at in net.order.tolist():
        leg = int(net.tree_leg[at])
        if leg < 0:
            places[at] = own.get(net.stations[at], centre)
            continue
        lon, lat = places[net.parent[at]].tolist()
        true = _true(legs, leg, north, lon, lat)
        if net.sign[at] > 0:
            places[at] = _GEOD.fwd(lon, lat, true, legs.length_m[leg])[:2]
        else:
            places[at] = _backwards(legs, leg, north, lon, lat)
    for leg, start in enumerate(net.leg_start.tolist()):
        lon, lat = places[start].tolist()
        true_deg[leg] = _true(legs, leg, north, lon, lat) % 360.0
    return places


def _backwards(legs: Legs, leg: int, north: North | None, lon: float, lat: float) -> Point:
    """Find where a leg started that ends here: its bearing holds at its start, so guess, look, and correct once."""
    length = legs.length_m[leg]
    start = _GEOD.fwd(lon, lat, _true(legs, leg, north, lon, lat) + 180.0, length)[:2]
    bent = _GEOD.inv(start[0], start[1], lon, lat)[0] - _true(legs, leg, north, *start)
    found = _GEOD.fwd(lon, lat, _true(legs, leg, north, lon, lat) + 180.0 - bent, length)
    return float(found[0]), float(found[1])


def _true(legs: Legs, leg: int, north: North | None, lon: float, lat: float) -> float:
    """Turn a leg's bearing to true north where it starts."""
    written, which = float(legs.bearing_deg[leg]), legs.north[leg]
    if north is None or which == 0 or not np.isfinite(lon):
        return written
    if which == 1:
        return written + north.convergence_at(lon, lat)
    return written + north.declination_at(lon, lat)


def _ends(net: Network, legs: Legs, true_deg: Floats, lonlat: Floats, centre: Point) -> Floats:
    """Return where each leg ends when walked from its start: [n, 2] metres of the plane."""
    starts = lonlat[net.leg_start]
    good = np.isfinite(starts).all(axis=1) & np.isfinite(true_deg) & np.isfinite(legs.length_m)
    ends = np.full((len(true_deg), 2), np.nan)
    if good.any():
        lon, lat, _ = _GEOD.fwd(starts[good, 0], starts[good, 1], true_deg[good], legs.length_m[good])
        ends[good] = np.column_stack(to_plane(lon, lat, centre))
    return ends


def _closures(
    net: Network, legs: Legs, ends: Floats, east: Floats, north: Floats, anchor_east: Floats, anchor_north: Floats
) -> tuple[Closure, ...]:
    found = []
    for leg in net.spare:
        end = int(net.leg_end[leg])
        gap = ends[leg] - (east[end], north[end])
        if np.isfinite(gap).all():
            found.append(Closure(leg, end, float(gap[0]), float(gap[1]), net.round(legs.length_m, leg)))
    for at, x, y in zip(net.anchors.tolist(), anchor_east.tolist(), anchor_north.tolist(), strict=True):
        if net.tree_leg[at] >= 0 and np.isfinite(east[at]):
            found.append(Closure(-1, at, float(east[at]) - x, float(north[at]) - y, net.way(legs.length_m, at)))
    return tuple(found)
