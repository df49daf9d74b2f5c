"""Which ground does a military grid reference name: which cell, how large, and where is its middle?

A reference truncates: it names the cell whose south-west corner its digits give, not a point. The
position given here is the middle of the cell, with the size of the cell as its accuracy, and is flagged as such.
Grid zones, bands and 100 km letters after NGA.STND.0037 (UTM, and UPS at the poles), in arrays.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import msgspec
import numpy as np
import numpy.typing as npt
import pyproj

__all__ = ["Cells", "parse_mgrs"]

Floats = npt.NDArray[np.float64]
_SHAPE = re.compile(r"^(?:(\d{1,2})([C-HJ-NP-X])|([ABYZ]))([A-HJ-NP-Z])([A-HJ-NP-Z])(\d*)$")
_COLUMNS = ("ABCDEFGH", "JKLMNPQR", "STUVWXYZ")
_ROWS = "ABCDEFGHJKLMNPQRSTUV"
_BANDS = "CDEFGHJKLMNPQRSTUVWX"
_SQUARE_M = 100_000.0
_ROW_CYCLE_M = 2_000_000.0
_METRES_A_DEGREE_NORTH = 110_900.0
"""Mean length of a degree of latitude on the UTM grid: good to 0.3 degrees, enough to choose between bands."""
_BAND_SLACK_DEG = 1.5
_ZONE_SLACK_DEG = 1.5
_MISSING_ZONES = frozenset({"32X", "34X", "36X"})
"""Zones that Svalbard's neighbours take over."""

_POLAR: Mapping[str, tuple[str, float, str, float, int]] = MappingProxyType({
    "A": ("JKLPQRSTUXYZ", 800_000.0, "ABCDEFGHJKLMNPQRSTUVWXYZ", 800_000.0, 5042),
    "B": ("ABCFGHJKLPQR", 2_000_000.0, "ABCDEFGHJKLMNPQRSTUVWXYZ", 800_000.0, 5042),
    "Y": ("RSTUXYZ", 1_300_000.0, "ABCDEFGHJKLMNP", 1_300_000.0, 5041),
    "Z": ("ABCFGHJ", 2_000_000.0, "ABCDEFGHJKLMNP", 1_300_000.0, 5041),
})
"""Polar band -> column letters and their first easting, row letters and their first northing, EPSG code of UPS."""


class Cells(msgspec.Struct, frozen=True):
    """What references name, in degrees: the middle of each cell, its size in metres, and what is not understood.

    `faults` maps the index to code and sentence; such positions, and empty texts, are NaN.
    """

    lon: Floats
    lat: Floats
    cell_m: Floats
    faults: dict[int, tuple[str, str]]


def parse_mgrs(texts: Sequence[str | None]) -> Cells:
    """Read grid references such as `38S NJ 12345 67890`; empty ones are NaN without a fault.

    Faults: `mgrs-unclear` (not a reference, odd number of digits), `mgrs-zone` (no such zone, or the letters lie
    outside of it). The middle of the cell is given, never its corner as if it were a point.

    >>> cells = parse_mgrs(["33U XP 04 05", "", "33UXP040"])
    >>> cells.cell_m.tolist(), cells.faults[2][0], len(parse_mgrs([]).lon)
    ([1000.0, nan, nan], 'mgrs-unclear', 0)
    """
    lon, lat, cell = (np.full(len(texts), np.nan) for _ in range(3))
    faults: dict[int, tuple[str, str]] = {}
    grids: dict[int, list[tuple[int, float, float, float, float]]] = {}
    for at, text in enumerate(texts):
        if text is None or not text.strip():
            continue
        try:
            code, row = _read(text)
        except ValueError as error:
            faults[at] = (error.args[0], f"{text!r}: {error.args[1]}")
            continue
        grids.setdefault(code, []).append((at, *row))
    for code, rows in grids.items():
        table = np.array(rows, dtype=float)
        where = table[:, 0].astype(int)
        lon[where], lat[where] = _grid(code).transform(table[:, 1], table[:, 2])
        cell[where] = table[:, 3]
        for at in where[_astray(lon[where], table[:, 4])]:
            faults[int(at)] = ("mgrs-zone", f"{texts[at]!r}: its letters lie outside of its zone")
            lon[at] = lat[at] = cell[at] = np.nan
    return Cells(lon, lat, cell, faults)


def _read(text: str) -> tuple[int, tuple[float, float, float, float]]:
    """Return the EPSG code of the grid and (easting, northing of the middle, cell, central meridian)."""
    match = _SHAPE.match(re.sub(r"[\s\u00a0\-]+", "", text.upper()))
    if match is None:
        raise ValueError("mgrs-unclear", "it is not a military grid reference")
    zone, band, pole, column, row, digits = match.groups()
    if len(digits) % 2 or len(digits) > 10:
        raise ValueError("mgrs-unclear", f"{len(digits)} digits cannot be halved into east and north")
    half = len(digits) // 2
    cell = 10.0 ** (5 - half)
    inside = tuple(float(part or 0) * cell + cell / 2 for part in (digits[:half], digits[half:]))
    if pole:
        code, corner, meridian = _polar_corner(pole, column, row)
    else:
        code, corner, meridian = _corner(int(zone), band, column, row)
    return code, (corner[0] + inside[0], corner[1] + inside[1], cell, meridian)


def _corner(zone: int, band: str, column: str, row: str) -> tuple[int, tuple[float, float], float]:
    if not 1 <= zone <= 60 or f"{zone}{band}" in _MISSING_ZONES:
        raise ValueError("mgrs-zone", f"there is no zone {zone}{band}")
    columns = _COLUMNS[(zone - 1) % 3]
    if column not in columns or row not in _ROWS:
        raise ValueError("mgrs-zone", f"zone {zone} has no square {column}{row}")
    easting = (columns.index(column) + 1) * _SQUARE_M
    rank = _ROWS.index(row) - (5 if zone % 2 == 0 else 0)
    south = band < "N"
    northing = _northing(rank % len(_ROWS) * _SQUARE_M, band, south)
    if northing is None:
        raise ValueError("mgrs-zone", f"square {column}{row} does not lie in band {band}")
    return (32700 if south else 32600) + zone, (easting, northing), _meridian(zone)


def _northing(within_cycle: float, band: str, south: bool) -> float | None:
    """Choose the cycle of 2,000 km in which the square lies in its band, or overlaps it."""
    low = -80.0 + 8.0 * _BANDS.index(band)
    high = 84.0 if band == "X" else low + 8.0
    origin = 10_000_000.0 if south else 0.0
    best = None
    for cycle in range(6):
        northing = within_cycle + cycle * _ROW_CYCLE_M
        lat = (northing + _SQUARE_M / 2 - origin) / _METRES_A_DEGREE_NORTH
        off = max(low - lat, lat - high, 0.0)
        if off <= _BAND_SLACK_DEG and (best is None or off < best[0]):
            best = (off, northing)
    return None if best is None else best[1]


def _polar_corner(pole: str, column: str, row: str) -> tuple[int, tuple[float, float], float]:
    columns, first_east, rows, first_north, code = _POLAR[pole]
    if column not in columns or row not in rows:
        raise ValueError("mgrs-zone", f"polar zone {pole} has no square {column}{row}")
    return code, (first_east + columns.index(column) * _SQUARE_M, first_north + rows.index(row) * _SQUARE_M), np.nan


def _meridian(zone: int) -> float:
    return zone * 6.0 - 183.0


def _astray(lon: Floats, meridian: Floats) -> npt.NDArray[np.bool_]:
    """Say which lie far outside of their zone; Norway and Svalbard widen zones to 9 and 12 degrees at most."""
    off = np.abs((lon - meridian + 180.0) % 360.0 - 180.0)
    astray: npt.NDArray[np.bool_] = ~np.isfinite(lon) | (off > 6.0 + _ZONE_SLACK_DEG)
    return astray


@functools.lru_cache(maxsize=130)
def _grid(code: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(f"EPSG:{code}", "EPSG:4326", always_xy=True)
