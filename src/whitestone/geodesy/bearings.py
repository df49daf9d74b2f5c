"""Which way does a written bearing point, in which unit, turning which way, and from which north?

Units that occur: degrees, gon (400), mil6400 (NATO pattern) and mil6000 (Soviet pattern, written `15-00` for a right
angle; some compasses are graduated anticlockwise). 6000 read as 6400 is 9.8 m sideways in every 100 m, so the unit is
stated, never guessed from the number.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pyproj

from whitestone.errors import InvalidValue

__all__ = ["UNITS", "back", "convergence_deg", "degrees", "grid_from_true", "parse_bearing", "true_from_grid", "units"]

UNITS: Mapping[str, float] = MappingProxyType({"degrees": 360.0, "gon": 400.0, "mil6400": 6400.0, "mil6000": 6000.0})
"""Unit -> how many make a full turn."""

Floats = npt.NDArray[np.float64]
_THOUSANDTHS = re.compile(r"^(\d{1,2})\s*[-–—]\s*(\d{2})$")
_NUMBER = re.compile(r"^-?\d+(?:[.,]\d+)?$")


def degrees(value: npt.ArrayLike, unit: str, *, clockwise: bool = True) -> Floats:
    """Turn bearings of a unit into degrees clockwise from the same north, 0 up to but not 360.

    `clockwise=False` for instruments graduated the other way. Refuses an unknown unit with InvalidValue.

    >>> degrees([1500, 6000], "mil6000").tolist(), degrees([1600], "mil6400", clockwise=False).tolist()
    ([90.0, 0.0], [270.0])
    >>> degrees([], "gon").tolist()
    []
    """
    turned = np.asarray(value, dtype=float) * (360.0 / _turn(unit))
    return _wrapped(turned if clockwise else -turned)


def units(bearing_deg: npt.ArrayLike, unit: str, *, clockwise: bool = True) -> Floats:
    """Turn degrees into another unit, 0 up to but not a full turn: the way back of `degrees`.

    >>> units([90.0], "mil6000").tolist(), units([], "gon").tolist()
    ([1500.0], [])
    """
    turned = np.asarray(bearing_deg, dtype=float)
    return _wrapped(turned if clockwise else -turned) * (_turn(unit) / 360.0)


def parse_bearing(text: str, unit: str) -> float:
    """Read one bearing as written, in its unit's own numbers: `270`, `44,5`, `15-00` (mil6000 only).

    Refuses with InvalidValue: what is not a number, an unknown unit, `NN-NN` in another unit, a bearing below 0 or
    above a full turn. Never takes a number for another unit's because it would fit there.

    >>> parse_bearing("15-00", "mil6000"), parse_bearing("44,5", "degrees")
    (1500.0, 44.5)
    >>> parse_bearing("", "degrees")
    Traceback (most recent call last):
    ...
    whitestone.errors.InvalidValue: bearing: '' is not understood (expected a number of degrees).
    """
    turn = _turn(unit)
    written = text.strip()
    pair = _THOUSANDTHS.match(written)
    if pair and unit == "mil6000":
        value = int(pair[1]) * 100.0 + int(pair[2])
    elif _NUMBER.match(written):
        value = float(written.replace(",", "."))
    else:
        raise InvalidValue(field="bearing", value=text, why=f"expected a number of {unit}")
    if not 0 <= value <= turn:
        raise InvalidValue(field="bearing", value=text, why=f"a full turn is {turn:g} {unit}")
    return value


def back(bearing_deg: npt.ArrayLike) -> Floats:
    """Turn bearings round: how the far end sees the near one on the same plane.

    >>> back([10.0, 350.0]).tolist(), back([]).tolist()
    ([190.0, 170.0], [])
    """
    return _wrapped(np.asarray(bearing_deg, dtype=float) + 180.0)


def convergence_deg(lon: npt.ArrayLike, lat: npt.ArrayLike, code: str) -> Floats:
    """Compute the meridian convergence of a projected system at positions of its own datum, in degrees.

    Positive where grid north lies east of true north: `grid = true - convergence`. Refuses a system
    that is not projected with InvalidValue.

    >>> round(float(convergence_deg([46.93], [39.99], "EPSG:28408")[0]), 2), convergence_deg([], [], "EPSG:28408").size
    (1.24, 0)
    """
    east, north = np.atleast_1d(np.asarray(lon, dtype=float)), np.atleast_1d(np.asarray(lat, dtype=float))
    projection = _projection(code)
    if not east.size:
        return np.zeros(0)
    factors = projection.get_factors(east, north)
    return np.asarray(factors.meridian_convergence, dtype=float)


def grid_from_true(true_deg: npt.ArrayLike, convergence: npt.ArrayLike) -> Floats:
    """Turn true azimuths into grid ones by the convergence in degrees.

    >>> grid_from_true([1.0], [1.5]).tolist(), grid_from_true([], []).tolist()
    ([359.5], [])
    """
    return _wrapped(np.asarray(true_deg, dtype=float) - np.asarray(convergence, dtype=float))


def true_from_grid(grid_deg: npt.ArrayLike, convergence: npt.ArrayLike) -> Floats:
    """Turn grid azimuths into true ones by the convergence in degrees.

    >>> true_from_grid([359.5], [1.5]).tolist(), true_from_grid([], []).tolist()
    ([1.0], [])
    """
    return _wrapped(np.asarray(grid_deg, dtype=float) + np.asarray(convergence, dtype=float))


def _turn(unit: str) -> float:
    try:
        return UNITS[unit]
    except KeyError:
        raise InvalidValue(field="bearing unit", value=unit, why=f"one of {', '.join(UNITS)}") from None


def _wrapped(turned: Floats) -> Floats:
    wrapped = np.mod(turned, 360.0)
    # A tiny negative angle wraps to 360.0 itself in floating point.
    return np.where(wrapped >= 360.0, 0.0, wrapped)


@functools.lru_cache(maxsize=64)
def _projection(code: str) -> pyproj.Proj:
    crs = pyproj.CRS.from_user_input(code)
    if not crs.is_projected:
        raise InvalidValue(field="reference system", value=code, why="only a map projection has a grid north")
    return pyproj.Proj(crs)
