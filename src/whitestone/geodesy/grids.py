"""Which grid do eastings and northings belong to, when each row may name its own zone?

A zone is stated by the row (a UTM zone in the cell, a Gauss-Krueger easting with its zone prefix) or by the mapping's
reference system. A zone that nobody stated is asked for, never guessed: a wrong one is hundreds of kilometres off.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import msgspec
import numpy as np
import numpy.typing as npt

from whitestone.geodesy.numerals import blank, metres, plain_numbers

__all__ = ["Placed", "gauss_krueger", "projected", "truncated", "utm", "zone_family"]

Floats = npt.NDArray[np.float64]
Cells = Sequence[str | None]
Faults = dict[int, tuple[str, str]]

_UTM = re.compile(
    r"^(?:utm\s*)?(?:zone\s*)?(?P<zone>\d{1,2})\s*(?P<letter>[A-Za-z])?[\s,;]+(?P<east>[\d.,]+)\s*(?:m?\s*e)?"
    r"(?:[\s,;]+(?P<north>[\d.,]+)\s*(?:m?\s*n)?)?$",
    re.IGNORECASE,
)
_FAMILIES: Mapping[str, tuple[tuple[int, int, int], ...]] = MappingProxyType({
    "Pulkovo 1942, 6 degree zones": ((28400, 2, 32),),
    "Pulkovo 1995, 6 degree zones": ((20000, 4, 32),),
    "Pulkovo 1942, 3 degree zones": ((2516, 7, 33), (2517, 34, 64)),
})
"""Family of Gauss-Krueger zones with prefix -> runs of (what is added to the zone for the EPSG code, first, last)."""
_USUAL_FAMILY = "Pulkovo 1942, 6 degree zones"
_BAND_S_NORTHING_M = (3_500_000.0, 4_450_000.0)
"""Northings of the band S, 32 to 40 degrees north: there the letter S could also mean the southern hemisphere."""


class Placed(msgspec.Struct):
    """Eastings and northings with the EPSG code of the grid of each row (0: none), resolution in metres, faults."""

    east: Floats
    north: Floats
    code: npt.NDArray[np.int64]
    resolution_m: Floats
    faults: Faults


def projected(x: Cells, y: Cells, code: int) -> Placed:
    """Read eastings and northings of one grid, the EPSG code of which is stated.

    >>> placed = projected(["500000.5", "", "abc"], ["4430282", "", "1"], 32638)
    >>> placed.east.tolist()[0], placed.code.tolist(), placed.faults[2][0], len(projected([], [], 32638).east)
    (500000.5, [32638, 0, 0], 'number-unclear', 0)
    """
    faults: Faults = {}
    east, fine_x = _metres(x, faults)
    north, fine_y = _metres(y, faults)
    good = np.isfinite(east) & np.isfinite(north)
    for at in np.flatnonzero(~good).tolist():
        if not (blank(x[at]) and blank(y[at])):
            faults.setdefault(at, ("half-position", f"({x[at]!r}, {y[at]!r}) is only half a position"))
    codes = np.where(good, code, 0).astype(np.int64)
    return Placed(east, north, codes, np.maximum(fine_x, fine_y), faults)


def gauss_krueger(x: Cells, y: Cells, system: int | None) -> Placed:
    """Read Gauss-Krueger eastings that carry their zone as a prefix: 8 664 842 lies in zone 8.

    `system` is any EPSG code of the family meant (284xx or none: Pulkovo 1942 in 6 degree zones; 2523 to 2580: in 3
    degree zones; 200xx: Pulkovo 1995). Faults: `zone-missing` (no prefix), `zone-unclear` (no such zone, or an
    easting that none of its ground has).

    >>> gauss_krueger(["8664842"], ["4430282"], None).code.tolist(), gauss_krueger([], [], None).code.tolist()
    ([28408], [])
    """
    placed = projected(x, y, 1)
    family = _zone_of(system)[0]
    zone = np.nan_to_num(placed.east // 1_000_000).astype(np.int64)
    within = placed.east - zone * 1_000_000.0
    given = placed.code != 0
    missing = given & (zone < 1)
    code = np.zeros_like(zone)
    for base, first, last in _FAMILIES[family]:
        code = np.where((zone >= first) & (zone <= last), zone + base, code)
    unclear = given & ~missing & ((code == 0) | (within < 100_000) | (within > 900_000))
    _blame(placed, missing, "zone-missing", lambda at: f"easting {x[at]!r} has no zone prefix: state the zone")
    _blame(placed, unclear, "zone-unclear", lambda at: f"easting {x[at]!r} lies in no zone of {family}")
    placed.code = np.where(placed.code != 0, code, 0)
    return placed


def truncated(x: Cells, y: Cells, system: int | None) -> Placed:
    """Read Gauss-Krueger eastings without zone prefix; the zone must come from `system`, an EPSG code.

    2494 to 2522 and 2582 to 2640 are grids without prefix (6 and 3 degrees); for a grid with prefix the prefix is
    put back. Without a zone every row is the fault `zone-missing`.

    >>> truncated(["664842"], ["4430282"], 28408).east.tolist(), truncated(["664842"], ["1"], None).faults[0][0]
    ([8664842.0], 'zone-missing')
    >>> truncated([], [], None).faults
    {}
    """
    placed = projected(x, y, system or 1)
    given = placed.code != 0
    if system is None:
        _blame(placed, given, "zone-missing", lambda at: f"easting {x[at]!r} has no zone: state it, it is not guessed")
        return placed
    prefixed = given & (placed.east >= 1_000_000)
    _blame(placed, prefixed, "zone-unclear", lambda at: f"easting {x[at]!r} carries a zone prefix: none was expected")
    placed.east = placed.east + _zone_of(system)[1] * 1_000_000.0
    return placed


def utm(x: Cells, y: Cells, system: int | None) -> Placed:
    """Read UTM, the zone in the cell (`38T 512345 4430000`, or zone and easting in x) or from `system`.

    `system` is an EPSG code of a UTM grid, 4230 or 230xx for ED50 zones. Faults: `zone-missing`, `zone-unclear` (no
    such zone), `hemisphere-unclear` (no letter; or S, which is a band of the north and means south).

    >>> utm(["38T 512345 4430000"], [None], None).code.tolist(), utm(["512345"], ["4430000"], None).faults[0][0]
    ([32638], 'zone-missing')
    >>> utm([], [], None).code.tolist()
    []
    """
    count = len(x)
    east: list[str | None] = [None] * count
    north: list[str | None] = [None] * count
    codes = np.zeros(count, dtype=np.int64)
    faults: Faults = {}
    for at in range(count):
        match = _UTM.match((x[at] or "").strip())
        if match is None:
            east[at], north[at], codes[at] = x[at], y[at], system or 0
            continue
        east[at], north[at] = match["east"], match["north"] or y[at]
        code = _utm_code(int(match["zone"]), (match["letter"] or "").upper(), north[at], system)
        if isinstance(code, str):
            faults[at] = (code, f"{x[at]!r}: the zone must be 1 to 60 with N, S or a band letter that means one thing")
        else:
            codes[at] = code
    placed = projected(east, north, 1)
    given = placed.code != 0
    placed.code = np.where(given, codes, 0)
    placed.faults |= faults
    missing = given & (codes == 0)
    missing[list(faults)] = False
    _blame(placed, missing, "zone-missing", lambda at: f"easting {x[at]!r} has no zone: state it, it is not guessed")
    return placed


def _utm_code(zone: int, letter: str, north: str | None, system: int | None) -> int | str:
    ed50 = system == 4230 or (system is not None and 23028 <= system <= 23038)
    if not 1 <= zone <= 60 or letter in ("A", "B", "I", "O", "Y", "Z"):
        return "zone-unclear"
    if not letter:
        if system is None or not (32600 < system <= 32760):
            return "hemisphere-unclear"
        return system // 100 * 100 + zone
    if letter == "S":
        try:
            northing = metres(north or "")[0]
        except ValueError:
            return "hemisphere-unclear"
        if _BAND_S_NORTHING_M[0] <= northing <= _BAND_S_NORTHING_M[1]:
            return "hemisphere-unclear"
    if ed50:
        return 23000 + zone
    return (32700 if letter < "N" or letter == "S" else 32600) + zone


def zone_family(system: int | None) -> str | None:
    """Name the family of Gauss-Krueger grids with zone prefix that an EPSG code belongs to; None when it has none.

    >>> zone_family(28408), zone_family(4326), zone_family(None)
    ('Pulkovo 1942, 6 degree zones', None, None)
    """
    name, zone = _zone_of(system)
    return name if zone else None


def _zone_of(system: int | None) -> tuple[str, int]:
    """Return the family of grids with prefix that an EPSG code belongs to, and its zone (0: the code is of none)."""
    for name, runs in _FAMILIES.items():
        for base, first, last in runs:
            if system is not None and first <= system - base <= last:
                return name, system - base
    return _USUAL_FAMILY, 0


def _blame(placed: Placed, rows: npt.NDArray[np.bool_], code: str, say: Callable[[int], str]) -> None:
    for at in np.flatnonzero(rows).tolist():
        placed.faults[at] = (code, say(at))
    placed.code = np.where(rows, 0, placed.code)


def _metres(texts: Cells, faults: Faults) -> tuple[Floats, Floats]:
    values, rest = plain_numbers(texts)
    fine = np.ones(len(texts))
    for at, text in enumerate(texts):
        if text and (point := text.find(".")) >= 0:
            fine[at] = 10.0 ** (point + 1 - len(text))
    for at in rest:
        try:
            values[at], fine[at] = metres(texts[at] or "")
        except ValueError as error:
            faults[at] = ("number-unclear", str(error))
    return values, fine
