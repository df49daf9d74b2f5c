"""Where in WGS 84 do the reference points of a sheet lie, under one hypothesis on reference system and axis order?

A landmark that a person found again counts before its written numbers. A zone that is lost is asked for, never
guessed: such a point has no position. The transformation is chosen by its EPSG operation code; where nobody named one,
the most accurate that covers the ground is taken and said to be assumed.
"""

from __future__ import annotations

import functools
import math

import msgspec

from whitestone.errors import InvalidValue
from whitestone.geodesy.coordinates import parse_positions
from whitestone.geodesy.crs import Operation, Transform, fits, is_projected, transformer
from whitestone.geodesy.grids import gauss_krueger, zone_family
from whitestone.minefields.sheet_parts import Crs, ReferencePoint, Sheet

__all__ = ["Anchor", "Hypothesis", "anchors", "epsg_of", "grid_code"]

_WGS84 = 4326


class Hypothesis(msgspec.Struct, frozen=True, kw_only=True):
    """One way of reading a sheet. `None` leaves a question as the sheet answers it (or as the default, said so).

    `unit`, `north` and `clockwise` answer where a leg is silent; with `whole` they replace what legs state as well.
    `epsg` and `operation` replace the sheet's own, `swapped` exchanges x and y, `pace_m` is the length of a pace.
    """

    epsg: int | None = None
    operation: int | None = None
    unit: str | None = None
    north: str | None = None
    clockwise: bool | None = None
    swapped: bool = False
    pace_m: float | None = None
    whole: bool = False


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """A reference point in WGS 84 degrees, or why it has no position (`fault`: code and sentence).

    `accuracy_m` is the root of the squares of what the sheet (or who resolved it) states and what the operation states;
    None where nothing is stated. `said` names what was assumed on the way.
    """

    no: str
    lon: float = math.nan
    lat: float = math.nan
    accuracy_m: float | None = None
    epsg: int | None = None
    operation: Operation | None = None
    resolved: bool = False
    said: tuple[str, ...] = ()
    fault: tuple[str, str] | None = None

    @property
    def placed(self) -> bool:
        """Say whether it has a position.

        >>> Anchor(no="R1").placed, Anchor(no="R1", lon=46.9, lat=40.0).placed
        (False, True)
        """
        return math.isfinite(self.lon) and math.isfinite(self.lat)


def anchors(sheet: Sheet, hypothesis: Hypothesis = Hypothesis()) -> tuple[Anchor, ...]:  # noqa: B008
    """Place the reference points of a sheet, in the sheet's order; those without a position carry their fault.

    Fault codes: `coordinates-missing`, `crs-unknown`, `crs-nonexistent`, `zone-missing`, `zone-unclear`,
    `out-of-range`, and those of `parse_positions`.

    >>> anchors(Sheet(id="A", key="A"))
    ()
    """
    return tuple(_anchor(point, sheet, hypothesis) for point in sheet.reference_points)


def epsg_of(point: ReferencePoint, sheet: Sheet, hypothesis: Hypothesis) -> int | None:
    """Return the EPSG code in which a point's numbers are read; None where nobody states one.

    >>> epsg_of(ReferencePoint(no="R1"), Sheet(id="A", key="A"), Hypothesis(epsg=28408))
    28408
    """
    return hypothesis.epsg or (point.crs.epsg if point.crs else None) or sheet.crs.epsg


def _anchor(point: ReferencePoint, sheet: Sheet, hypothesis: Hypothesis) -> Anchor:
    if point.resolved is not None:
        found = point.resolved
        return Anchor(no=point.no, lon=found.lon, lat=found.lat, accuracy_m=found.accuracy_m, resolved=True)
    if point.coordinate and not (point.x.readings and point.y.readings):
        return _from_text(point, sheet, hypothesis)
    x, y = (point.y, point.x) if hypothesis.swapped else (point.x, point.y)
    if x.middle is None or y.middle is None:
        return Anchor(no=point.no, fault=("coordinates-missing", f"reference point {point.no} has no coordinates"))
    said = tuple(
        f"reference point {point.no}: {name} {each.written!r} is in doubt, the middle reading is drawn"
        for name, each in (("x", point.x), ("y", point.y))
        if each.doubtful
    )
    return _from_numbers(point, x.middle, y.middle, sheet, hypothesis, said)


def _from_text(point: ReferencePoint, sheet: Sheet, hypothesis: Hypothesis) -> Anchor:
    epsg = epsg_of(point, sheet, hypothesis)
    try:
        placed = parse_positions(
            [point.coordinate],
            None,
            "auto",
            f"EPSG:{epsg or _WGS84}",
            _operation(point.crs or sheet.crs, hypothesis, epsg or _WGS84),
        )
    except InvalidValue as problem:
        return Anchor(no=point.no, fault=("crs-nonexistent", f"reference point {point.no}: {problem}"))
    if placed.faults:
        return Anchor(no=point.no, fault=placed.faults[0])
    return Anchor(
        no=point.no,
        lon=float(placed.lon[0]),
        lat=float(placed.lat[0]),
        epsg=epsg,
        said=placed.said,
        accuracy_m=_joined(point.accuracy_m, float(placed.accuracy_m[0])),
        operation=placed.operation,
    )


def _from_numbers(
    point: ReferencePoint, x: float, y: float, sheet: Sheet, hypothesis: Hypothesis, said: tuple[str, ...]
) -> Anchor:
    epsg = epsg_of(point, sheet, hypothesis)
    crs = point.crs or sheet.crs
    if epsg is None:
        epsg, words = _guessed(x, y)
        if epsg is None:
            return Anchor(no=point.no, fault=("crs-unknown", f"reference point {point.no}: {words}"))
        said += (words,)
    try:
        epsg, x, zone = _zoned(x, y, epsg)
        said += (zone,) if zone else ()
        way = _way(epsg, _operation(crs, hypothesis, epsg), x, y)
    except InvalidValue as problem:
        code = "zone-unclear" if problem.details.get("field") == "zone" else "crs-nonexistent"
        return Anchor(no=point.no, fault=(code, f"reference point {point.no}: {problem}"))
    lon, lat = (float(each) for each in way(x, y))
    if not (math.isfinite(lon) and math.isfinite(lat)) or abs(lon) > 180 or abs(lat) > 90:
        return Anchor(no=point.no, epsg=epsg, fault=("out-of-range", f"({x:g}, {y:g}) is nowhere in EPSG:{epsg}"))
    if way.assumed:
        said += (way.sentence(),)
    return Anchor(
        no=point.no,
        lon=lon,
        lat=lat,
        accuracy_m=_joined(point.accuracy_m, way.accuracy_m),
        epsg=epsg,
        operation=way.operation,
        said=said,
    )


def _guessed(x: float, y: float) -> tuple[int | None, str]:
    """Take degrees for WGS 84 and a zone prefix for Pulkovo 1942, said so; a number without its zone stays nowhere."""
    if abs(x) <= 180 and abs(y) <= 90:
        return _WGS84, "no reference system is stated; degrees are read as WGS 84 (assumed)"
    placed = gauss_krueger([str(x)], [str(y)], None)
    if placed.code[0] and 0 <= y <= 10_000_000:
        code = int(placed.code[0])
        return code, f"no reference system is stated; the zone prefix is read as EPSG:{code} (guessed)"
    return None, f"({x:g}, {y:g}) states no reference system and no zone: they are asked for, not guessed"


def _zoned(x: float, y: float, epsg: int) -> tuple[int, float, str | None]:
    """Put a lost zone prefix back where the system states the zone; follow a prefix that contradicts the system."""
    if zone_family(epsg) is None or x >= 100_000_000:
        return epsg, x, None
    zone = int(x // 1_000_000)
    if 100_000 <= x <= 900_000:
        prefix = _zone(epsg)
        words = f"easting {x:g} has lost its zone; zone {prefix} of EPSG:{epsg} is put back"
        return epsg, x + prefix * 1_000_000.0, words
    if zone == _zone(epsg):
        return epsg, x, None
    placed = gauss_krueger([str(x)], [str(y)], epsg)
    if placed.faults:
        raise InvalidValue(field="zone", value=x, why=placed.faults[0][1])
    code = int(placed.code[0])
    return code, x, f"easting {x:g} bears zone {zone}, EPSG:{epsg} is zone {_zone(epsg)}: read as EPSG:{code}"


@functools.lru_cache(maxsize=256)
def _zone(epsg: int) -> int:
    """Return the zone of a Gauss-Krueger code with prefix, from the false easting that EPSG gives it."""
    import pyproj

    parameters = {each.name: each.value for each in pyproj.CRS.from_epsg(epsg).coordinate_operation.params}
    return int(parameters["False easting"] // 1_000_000)


def _operation(crs: Crs, hypothesis: Hypothesis, epsg: int) -> int | None:
    """Return the operation that is stated and leads from this system; another system's is not for these numbers."""
    for stated in (hypothesis.operation, crs.operation):
        if stated is not None and _fits(epsg, stated):
            return stated
    return None


@functools.lru_cache(maxsize=1024)
def _fits(epsg: int, operation: int) -> bool:
    return fits(f"EPSG:{epsg}", operation)


def _way(epsg: int, operation: int | None, x: float, y: float) -> Transform:
    """Choose the operation by its code; else the most accurate that covers the degree square of the point."""
    code = f"EPSG:{epsg}"
    if operation is not None:
        return transformer(code, operation)
    first = transformer(code)
    if first.operation is None:
        return first
    lon, lat = (float(each) for each in first(x, y))
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return first
    west, south = math.floor(lon), math.floor(lat)
    return transformer(code, None, (float(west), float(south), float(west + 1), float(south + 1)))


def _joined(*parts: float | None) -> float | None:
    known = [part for part in parts if part is not None and math.isfinite(part)]
    return math.hypot(*known) if known and any(known) else None


def grid_code(epsg: int | None, lon: float) -> str:
    """Name the projection whose grid north a grid bearing means; the usual grid of the datum where degrees are stated.

    >>> grid_code(28408, 46.9), grid_code(4284, 46.9), grid_code(4326, 46.9), grid_code(None, 46.9)
    ('EPSG:28408', 'EPSG:28408', 'EPSG:32638', 'EPSG:32638')
    """
    if epsg is not None and is_projected(f"EPSG:{epsg}"):
        return f"EPSG:{epsg}"
    zone = int((lon + 180.0) // 6.0) % 60
    if epsg == 4284 and 1 <= zone - 29 <= 32:
        return f"EPSG:{28400 + zone - 29}"
    return f"EPSG:{32600 + zone + 1}"
