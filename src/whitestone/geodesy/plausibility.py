"""In which system could these numbers have been written, if their ground is known, and are the axes swapped?

A suggestion with its reasons, for a person to confirm: every candidate is tried on a sample, and judged by how much
of it lands in the programme's area. Numbers that fit several systems are shown with all of them; nothing is adopted.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import msgspec
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from whitestone.errors import InvalidValue
from whitestone.geodesy.crs import WGS84, Operation, operations, transformer
from whitestone.geodesy.grids import zone_family

__all__ = ["Candidate", "guess_system", "sign_slips", "swapped"]

Floats = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]
_SAMPLE = 1_000
_MARGIN_DEG = 0.2
_ENOUGH = 0.5


class Candidate(msgspec.Struct, frozen=True):
    """One reading of the numbers: system, notation, whether x and y are swapped, share inside, the reason in words."""

    system: str
    notation: str
    swapped: bool
    inside: float
    reason: str
    operations: tuple[Operation, ...] = ()
    """Transformations to WGS 84 to choose from; empty when none is needed."""


def guess_system(x: npt.ArrayLike, y: npt.ArrayLike, boundary: Box | shapely.Geometry | None = None) -> list[Candidate]:
    """Rank the systems in which numbers may be written, the likeliest first; x is the column named east or longitude.

    `boundary` is where the data should lie: west, south, east, north in degrees, or a geometry in WGS 84; without it
    only degrees can be told, and the grids that state their zone, whose numbers must then lie where the grid is used.
    Ranked by the share of a sample that lands inside, plainer readings first where shares are equal. Empty when
    nothing fits half of the numbers, or there are none.

    >>> best = guess_system([4430282.0], [8664842.0], (44.7, 38.3, 51.0, 42.0))[0]
    >>> best.system, best.swapped, guess_system([], [])
    ('EPSG:28408', True, [])
    """
    east, north = _sample(x, y)
    if not len(east):
        return []
    area = _bounds(boundary)
    found = []
    for rank, (system, notation, turned) in enumerate(_readings(east, north, area)):
        a, b = (north, east) if turned else (east, north)
        lon, lat = _to_wgs84(system, a, b, area)
        inside = float(np.mean(_inside(lon, lat, boundary if boundary is not None else _used_in(system))))
        if inside >= _ENOUGH:
            found.append((-round(inside, 2), rank, _candidate(system, notation, turned, inside, area)))
    return [candidate for _, _, candidate in sorted(found, key=lambda each: each[:2])]


def swapped(lon: npt.ArrayLike, lat: npt.ArrayLike, boundary: Box | shapely.Geometry) -> npt.NDArray[np.bool_]:
    """Say which positions lie outside of the boundary and would lie inside with latitude and longitude exchanged.

    >>> swapped([46.9, 39.9], [39.9, 46.9], (44.0, 38.0, 51.0, 42.0)).tolist(), swapped([], [], (0, 0, 1, 1)).tolist()
    ([False, True], [])
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    return ~_inside(lon, lat, boundary) & _inside(lat, lon, boundary)


def sign_slips(lon: npt.ArrayLike, lat: npt.ArrayLike, boundary: Box | shapely.Geometry) -> list[tuple[int, str]]:
    """List positions outside of the boundary that a change of sign brings inside, with the axis: `lon`, `lat`, `both`.

    >>> sign_slips([-75.1, 75.1], [6.1, 6.1], (-82.0, -5.0, -66.0, 14.0)), sign_slips([], [], (0, 0, 1, 1))
    ([(1, 'lon')], [])
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    out = ~_inside(lon, lat, boundary) & np.isfinite(lon) & np.isfinite(lat)
    slips: dict[int, str] = {}
    for axis, (sign_x, sign_y) in (("lon", (-1, 1)), ("lat", (1, -1)), ("both", (-1, -1))):
        for at in np.flatnonzero(out & _inside(sign_x * lon, sign_y * lat, boundary)).tolist():
            slips.setdefault(at, axis)
    return sorted(slips.items())


def _sample(x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Floats, Floats]:
    east, north = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if len(east) != len(north):
        raise InvalidValue(field="coordinates", value=(len(east), len(north)), why="two columns of the same length")
    good = np.flatnonzero(np.isfinite(east) & np.isfinite(north) & ((east != 0) | (north != 0)))
    # Spread over the whole column: a file is often sorted by region.
    chosen = good[np.linspace(0, len(good) - 1, min(len(good), _SAMPLE)).astype(int)] if len(good) else good
    return east[chosen], north[chosen]


def _readings(east: Floats, north: Floats, area: Box | None) -> Iterator[tuple[str, str, bool]]:
    """Propose systems, the plainest first; each as it is and with the axes exchanged."""
    if max(np.median(np.abs(east)), np.median(np.abs(north))) <= 360:
        yield WGS84, "dd", False
        yield WGS84, "dd", True
        return
    for turned in (False, True):
        prefix = np.median((north if turned else east) // 1_000_000)
        if 2 <= prefix <= 32:
            yield f"EPSG:{28400 + int(prefix)}", "gk", turned
        if 7 <= prefix <= 64:
            yield f"EPSG:{(2516 if prefix <= 33 else 2517) + int(prefix)}", "gk", turned
    for turned in (False, True):
        for system, notation in _zones(area):
            yield system, notation, turned
        if area is not None:
            yield "EPSG:3857", "projected", turned


def _zones(area: Box | None) -> Iterator[tuple[str, str]]:
    """Propose the zoned grids whose zones meet the area, WGS 84 first."""
    if area is None:
        return
    west, south, east, north = area
    utm = range(max(int((west + 180) // 6) + 1, 1), min(int((east + 180) // 6) + 1, 60) + 1)
    for zone in utm:
        if north > 0:
            yield f"EPSG:{32600 + zone}", "utm"
        if south < 0:
            yield f"EPSG:{32700 + zone}", "utm"
    for zone in range(max(int(west // 6) + 1, 2), min(int(east // 6) + 1, 32) + 1):
        if zone >= 4 and west > 18:
            yield f"EPSG:{2490 + zone}", "gk_truncated"
    for zone in range(max(round(west / 3), 7), min(round(east / 3), 60) + 1):
        yield f"EPSG:{2575 + zone}", "gk_truncated"
    for zone in utm:
        if 28 <= zone <= 38 and north > 0:
            yield f"EPSG:{23000 + zone}", "utm"
    if 13 <= (west + east) / 2 <= 23 and 40 <= (south + north) / 2 <= 47:
        for code in (3907, 3908, 3909, 3910):
            yield f"EPSG:{code}", "projected"


def _to_wgs84(system: str, x: Floats, y: Floats, area: Box | None) -> tuple[Floats, Floats]:
    if system == WGS84:
        return x, y
    try:
        transform = transformer(system, area=area)
    except InvalidValue:
        return np.full(len(x), np.nan), np.full(len(x), np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return transform(x, y)


def _used_in(system: str) -> Box:
    """Return where EPSG says that a system is used; degrees are used everywhere."""
    area = None if system == WGS84 else pyproj.CRS.from_user_input(system).area_of_use
    return tuple(area.bounds) if area else (-180.0, -90.0, 180.0, 90.0)


def _inside(lon: Floats, lat: Floats, boundary: Box | shapely.Geometry) -> npt.NDArray[np.bool_]:
    if isinstance(boundary, shapely.Geometry):
        near = shapely.buffer(boundary, _MARGIN_DEG)
        shapely.prepare(near)
        inside: npt.NDArray[np.bool_] = shapely.contains_xy(near, lon, lat)
        return inside
    west, south, east, north = boundary
    return ((lon >= west - _MARGIN_DEG) & (lon <= east + _MARGIN_DEG)
            & (lat >= south - _MARGIN_DEG) & (lat <= north + _MARGIN_DEG))


def _bounds(boundary: Box | shapely.Geometry | None) -> Box | None:
    if isinstance(boundary, shapely.Geometry):
        west, south, east, north = (float(each) for each in boundary.bounds)
        return west, south, east, north
    return boundary


def _candidate(system: str, notation: str, turned: bool, inside: float, area: Box | None) -> Candidate:
    family = zone_family(int(system[5:]))
    what = f"a zone prefix of {family}" if family and notation == "gk" else {
        "dd": "decimal degrees", "utm": "a UTM zone of the area", "gk_truncated": "a zone without prefix",
    }.get(notation, "a grid used there")
    where = "inside the programme's area" if area else "where the system is used"
    order = ", with x and y exchanged" if turned else ""
    reason = f"read as {system} ({what}){order}, {inside:.0%} of the sample lie {where}"
    return Candidate(system, notation, turned, inside, reason, tuple(operations(system, area)))
