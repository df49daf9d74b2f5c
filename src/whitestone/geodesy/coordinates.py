"""Where do the coordinates of a column lie in WGS 84, how sure is that, and which rows cannot be placed?

One entry for every notation that occurs: decimal degrees, degrees with minutes and seconds, military grid references,
UTM, Gauss-Krueger with and without zone prefix, any projected system. A row that could mean two things, or whose
zone nobody stated, is a fault with a code; it is never placed on a guess.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import msgspec
import numpy as np
import numpy.typing as npt

from whitestone.errors import InvalidValue
from whitestone.geodesy import grids
from whitestone.geodesy.angles import METRES_A_DEGREE, Angle, AngleError, parse_angle
from whitestone.geodesy.crs import WGS84, Operation, is_projected, transformer
from whitestone.geodesy.mgrs import parse_mgrs
from whitestone.geodesy.numerals import blank, decimals, metres, plain_numbers

__all__ = ["NOTATIONS", "Positions", "guess_notation", "parse_positions", "split_pairs"]

NOTATIONS = ("auto", "dd", "dms", "ddm", "mgrs", "utm", "gk", "gk_truncated", "projected")
"""Decimal degrees; degrees, minutes, seconds; degrees, minutes; military grid; UTM; Gauss-Krueger with its zone as
prefix, and without; another projected system, named by its code."""

Floats = npt.NDArray[np.float64]
Cells = Sequence[str | None]
Faults = dict[int, tuple[str, str]]
Box = tuple[float, float, float, float]


class Positions(msgspec.Struct):
    """Positions in WGS 84 degrees, one per row; NaN where a row states none or has a fault.

    `accuracy_m` is the root of the squares of its parts: `resolution_m`, what the last written digit is worth (for a
    grid reference the size of the cell), and the stated accuracy of `operation`; the truth may be worse, never
    better. `cell_middle` flags positions that stand in the middle of a cell instead of at a point. `assumed` says
    that nobody named the operation, `said` what was done in one sentence per reference system.
    """

    lon: Floats
    lat: Floats
    accuracy_m: Floats
    faults: Faults
    resolution_m: Floats
    cell_middle: npt.NDArray[np.bool_]
    operation: Operation | None = None
    assumed: bool = False
    said: tuple[str, ...] = ()


def parse_positions(x: Cells, y: Cells | None, notation: str = "auto", system: str = WGS84,
                    operation: int | None = None, *, language: str | None = None,
                    area: Box | None = None) -> Positions:
    """Read two columns (x east or longitude, y north or latitude) as written into WGS 84.

    Grid references, and UTM with its zone, may stand in x alone (y None). `system` is the EPSG code in which the
    numbers are written, `operation` the EPSG code of the transformation meant, `language` settles hemisphere letters
    that differ between languages, `area` (west, south, east, north) which transformations fit when none is named.
    Blank rows are NaN without a fault. Refuses an unknown notation, system or operation, and columns of different
    length, with InvalidValue; faults of rows are collected, codes: `angle-unclear`, `half-position`,
    `hemisphere-axis`, `hemisphere-unclear`, `minutes-range`, `fraction-inside`, `mgrs-unclear`, `mgrs-zone`,
    `number-unclear`, `out-of-range`, `zone-missing`, `zone-unclear`.

    >>> placed = parse_positions(["46°55'48\\"E", "", "200"], ["39°59'24\\"N", "", "10"])
    >>> round(float(placed.lon[0]), 6), round(float(placed.lat[0]), 6), placed.faults[2][0], list(placed.faults)
    (46.93, 39.99, 'out-of-range', [2])
    >>> len(parse_positions([], [], "dd").lon)
    0
    """
    if notation not in NOTATIONS:
        raise InvalidValue(field="notation", value=notation, why=f"one of {', '.join(NOTATIONS)}")
    north: Cells = [None] * len(x) if y is None else y
    if len(x) != len(north):
        raise InvalidValue(field="coordinates", value=(len(x), len(north)), why="two columns of the same length")
    if notation == "auto":
        notation = guess_notation(x, north, system) or "dd"
    way = _Way(system, operation, language, area)
    return _READERS[notation](x, north, way)


class _Way(msgspec.Struct, frozen=True):
    """What holds for all rows: system, operation, language, area."""

    system: str
    operation: int | None
    language: str | None
    area: Box | None

    @property
    def number(self) -> int | None:
        """Return the number of the EPSG code; None for WGS 84, which names no grid."""
        tail = self.system.rpartition(":")[2]
        return int(tail) if tail.isdigit() and self.system != WGS84 else None


def _degrees(x: Cells, y: Cells, way: _Way, *, packed: bool = False) -> Positions:
    if is_projected(way.system):
        raise InvalidValue(field="reference system", value=way.system, why="degrees need a system in degrees")
    faults: Faults = {}
    lon, fine_x = _axis(x, "EW", way, packed, faults)
    lat, fine_y = _axis(y, "NS", way, packed, faults)
    for at in np.flatnonzero(np.isnan(lon) != np.isnan(lat)).tolist():
        faults.setdefault(at, ("half-position", f"({x[at]!r}, {y[at]!r}) is only half a position"))
    for at in np.flatnonzero((np.abs(lon) > 180) | (np.abs(lat) > 90)).tolist():
        turned = abs(lon[at]) <= 90 and abs(lat[at]) <= 180
        hint = ": are the columns swapped?" if turned else ": is it a grid, and which?"
        faults.setdefault(at, ("out-of-range", f"({x[at]!r}, {y[at]!r}) is not a longitude and a latitude{hint}"))
    rows = list(faults)
    lon[rows] = lat[rows] = np.nan
    resolution = np.where(np.isnan(lon), np.nan, np.maximum(fine_x, fine_y) * METRES_A_DEGREE)
    return _in_system(lon, lat, resolution, faults, way, way.system)


def _axis(texts: Cells, letters: str, way: _Way, packed: bool, faults: Faults) -> tuple[Floats, Floats]:
    """Read one column of angles: plain numbers at once, the rest one by one."""
    if packed:
        values, rest = np.full(len(texts), np.nan), [at for at, text in enumerate(texts) if not blank(text)]
    else:
        values, rest = plain_numbers(texts)
    fine = 10.0 ** -decimals(texts).astype(float)
    for at in rest:
        try:
            angle: Angle = parse_angle(texts[at] or "", way.language, packed=packed)
        except AngleError as error:
            faults.setdefault(at, (error.code, str(error)))
            continue
        if angle.hemisphere and angle.hemisphere not in letters:
            which = "a latitude" if letters == "EW" else "a longitude"
            faults.setdefault(at, ("hemisphere-axis", f"{texts[at]!r} is {which}: are the columns swapped?"))
            continue
        values[at], fine[at] = angle.degrees, angle.resolution_deg
    return values, fine


def _sexagesimal(x: Cells, y: Cells, way: _Way) -> Positions:
    return _degrees(x, y, way, packed=True)


def _mgrs(x: Cells, y: Cells, way: _Way) -> Positions:
    joined = [text if blank(other) else f"{text} {other}" for text, other in zip(x, y, strict=True)]
    cells = parse_mgrs(joined)
    placed = _in_system(cells.lon, cells.lat, cells.cell_m, dict(cells.faults), way, WGS84)
    placed.cell_middle = np.isfinite(placed.lon)
    return placed


def _gridded(read: Callable[[Cells, Cells, int | None], grids.Placed]) -> Callable[[Cells, Cells, _Way], Positions]:
    def reader(x: Cells, y: Cells, way: _Way) -> Positions:
        """Read references of this grid."""
        return _from_grid(read(x, y, way.number), way)

    return reader


def _projected(x: Cells, y: Cells, way: _Way) -> Positions:
    if way.number is None:
        raise InvalidValue(field="reference system", value=way.system, why="a projected system by its code is needed")
    return _from_grid(grids.projected(x, y, way.number), way)


def _from_grid(placed: grids.Placed, way: _Way) -> Positions:
    """Bring each row from its own grid to WGS 84."""
    resolution = np.where(placed.code != 0, placed.resolution_m, np.nan)
    whole = _empty(len(placed.east), dict(placed.faults))
    for code in np.unique(placed.code[placed.code != 0]).tolist():
        rows = np.flatnonzero(placed.code == code)
        part = _in_system(placed.east[rows], placed.north[rows], resolution[rows], {}, way, f"EPSG:{code}")
        whole.lon[rows], whole.lat[rows], whole.accuracy_m[rows] = part.lon, part.lat, part.accuracy_m
        whole.resolution_m[rows] = part.resolution_m
        whole.operation, whole.assumed = part.operation or whole.operation, whole.assumed or part.assumed
        whole.said += part.said
        for at in rows[~np.isfinite(part.lon)].tolist():
            where = f"({placed.east[at]:.0f}, {placed.north[at]:.0f})"
            whole.faults.setdefault(at, ("out-of-range", f"{where} is nowhere in EPSG:{code}"))
    return whole


def _in_system(x: Floats, y: Floats, resolution: Floats, faults: Faults, way: _Way, code: str) -> Positions:
    """Transform numbers of one system and reckon their accuracy."""
    if code == WGS84:
        return Positions(x, y, resolution.copy(), faults, resolution, np.zeros(len(x), dtype=bool))
    transform = transformer(code, way.operation, way.area)
    lon, lat = transform(x, y)
    # An operation of unknown accuracy says nothing about the result: NaN, not zero.
    part = np.nan if transform.accuracy_m is None else transform.accuracy_m
    return Positions(lon, lat, np.hypot(resolution, part), faults, resolution, np.zeros(len(x), dtype=bool),
                     transform.operation, transform.assumed, (transform.sentence(),))


def _empty(count: int, faults: Faults) -> Positions:
    nan = [np.full(count, np.nan) for _ in range(4)]
    return Positions(nan[0], nan[1], nan[2], faults, nan[3], np.zeros(count, dtype=bool))


_READERS: Mapping[str, Callable[[Cells, Cells, _Way], Positions]] = MappingProxyType({
    "dd": _degrees, "dms": _sexagesimal, "ddm": _degrees, "mgrs": _mgrs, "utm": _gridded(grids.utm),
    "gk": _gridded(grids.gauss_krueger), "gk_truncated": _gridded(grids.truncated), "projected": _projected,
})

_MGRS_LOOK = re.compile(r"^\d{1,2}\s*[C-HJ-NP-X]\s*[A-HJ-NP-Z]{2}[\s\d]*$", re.IGNORECASE)
_UTM_LOOK = re.compile(r"^(?:utm\s*)?(?:zone\s*)?\d{1,2}\s*[A-Z][\s,;]+\d{6}", re.IGNORECASE)
_PAIR = re.compile(r"^[\s(\[]*(?P<first>[^,;]+?)\s*[,;]\s*(?P<second>[^,;]+?)[\s)\]]*$")


def guess_notation(sample: Cells, other: Cells | None = None, system: str = WGS84) -> str | None:
    """Say in which notation most cells of a sample are written; None when none fits or all are blank.

    Plain metres are `projected`; that they carry a zone prefix is only said where `system` is of such a family,
    because a northing looks the same (see plausibility.guess_system).

    >>> guess_notation(["38SNJ1234567890", ""]), guess_notation(["46° 55' 48\\""]), guess_notation([None])
    ('mgrs', 'dms', None)
    """
    looks = Counter(look for text in [*sample[:500], *(other or ())[:500]] if (look := _look(text)) is not None)
    if not looks:
        return None
    if looks["metres"] > sum(looks.values()) / 2:
        family = grids.zone_family(int(tail)) if (tail := system.rpartition(":")[2]).isdigit() else None
        return "gk" if family else "projected"
    best = max((look for look in looks if look != "metres"), key=lambda look: (looks[look], look == "dms"))
    return "projected" if best == "dd" and is_projected(system) else best


def _look(text: str | None) -> str | None:
    if text is None or blank(text):
        return None
    if _MGRS_LOOK.match(text.strip()):
        return "mgrs"
    if _UTM_LOOK.match(text.strip()):
        return "utm"
    try:
        return parse_angle(text).notation
    except AngleError as error:
        if error.code == "hemisphere-unclear":
            return "dms"
    try:
        return "metres" if abs(metres(text)[0]) > 360 else None
    except ValueError:
        return None


def split_pairs(texts: Cells, *, latitude_first: bool = True) -> tuple[list[str | None], list[str | None]]:
    """Split cells that hold both coordinates, `(6.14, -75.18)`, into x and y columns; others become None in both.

    >>> split_pairs(["(6.143703, -75.185183)", "", "6,14;-75,18"])
    (['-75.185183', None, None], ['6.143703', None, None])
    >>> split_pairs([])
    ([], [])
    """
    firsts: list[str | None] = []
    seconds: list[str | None] = []
    for text in texts:
        match = _PAIR.match(text or "")
        firsts.append(match["first"] if match else None)
        seconds.append(match["second"] if match else None)
    return (seconds, firsts) if latitude_first else (firsts, seconds)
