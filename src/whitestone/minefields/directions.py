"""Which true bearing and how many metres is each leg of a sheet, under one hypothesis?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from whitestone.geodesy.bearings import UNITS, convergence_deg, degrees
from whitestone.geodesy.declination import FIRST_YEAR, LAST_YEAR, declination_deg
from whitestone.minefields.anchors import Hypothesis, grid_code
from whitestone.minefields.sheet_parts import Leg, Sheet

__all__ = ["PACE_M", "Legs", "North", "bearing_over_turn", "north_around", "norths_around", "read_legs"]

Floats = npt.NDArray[np.float64]

PACE_M = 0.75
"""Length of a pace where the sheet states none: a usual marching pace, an assumption; a programme may set its own."""
_METRES = {"m": 1.0, "km": 1000.0, "yard": 0.9144, "foot": 0.3048, "unknown": 1.0}
_SPAN_DEG = 0.02
"""How far the second and third place lie from which the slope of declination and convergence is taken: about 2 km."""


class Legs(msgspec.Struct, frozen=True):
    """The legs in the sheet's order: bearing in degrees from its own north, metres (NaN: unknown), and flags.

    `north` is 0 true, 1 grid, 2 magnetic; `pace` whether it was paced; `doubtful` whether a digit is in doubt;
    `over` whether the number is more than a full turn of the unit, so that the unit cannot be right.
    """

    bearing_deg: Floats
    length_m: Floats
    north: npt.NDArray[np.int8]
    declination_deg: Floats
    pace: npt.NDArray[np.bool_]
    doubtful: npt.NDArray[np.bool_]
    over: npt.NDArray[np.bool_]
    said: tuple[str, ...]


class North(msgspec.Struct, frozen=True):
    """Declination and convergence around a place: the value there and its slope per degree east and north."""

    lon: float
    lat: float
    declination: tuple[float, float, float]
    convergence: tuple[float, float, float]
    on: dt.date
    assumed: bool = False

    def declination_at(self, lon: float, lat: float) -> float:
        """Return the declination in degrees near the place, positive east.

        >>> North(0.0, 0.0, (4.0, 1.0, 0.0), (0.0, 0.0, 0.0), dt.date(1993, 1, 1)).declination_at(0.5, 0.0)
        4.5
        """
        return _linear(self.declination, lon - self.lon, lat - self.lat)

    def convergence_at(self, lon: float, lat: float) -> float:
        """Return the convergence in degrees near the place: what a grid bearing lacks to the true one.

        >>> North(0.0, 0.0, (0.0, 0.0, 0.0), (1.0, 0.5, 0.0), dt.date(1993, 1, 1)).convergence_at(1.0, 0.0)
        1.5
        """
        return _linear(self.convergence, lon - self.lon, lat - self.lat)


def read_legs(sheet: Sheet, hypothesis: Hypothesis) -> Legs:
    """Turn the legs of a sheet into degrees and metres; what the sheet leaves open is assumed, and said.

    Unit not stated: thousandths of 6000 where a leg is written in hundreds (`12-45`), else degrees up to 360, else
    6400. North not stated: magnetic, as a compass gives it. Scale: clockwise. Pace: `PACE_M`.

    >>> legs = read_legs(Sheet(id="A", key="A"), Hypothesis())
    >>> legs.bearing_deg.size, legs.said
    (0, ())
    """
    said: list[str] = []
    bearings = [_bearing(leg, sheet, hypothesis, said) for leg in sheet.legs]
    lengths = [_length(leg, sheet, hypothesis, said) for leg in sheet.legs]
    norths = [_north(leg, hypothesis, said) for leg in sheet.legs]
    return Legs(
        np.array([each[0] for each in bearings], dtype=float),
        np.array(lengths, dtype=float),
        np.array(norths, dtype=np.int8),
        np.array([np.nan if leg.declination_deg is None else leg.declination_deg for leg in sheet.legs], dtype=float),
        np.array([_paced(leg) for leg in sheet.legs], dtype=bool),
        np.array([leg.bearing.doubtful or leg.distance.doubtful for leg in sheet.legs], dtype=bool),
        np.array([each[1] for each in bearings], dtype=bool),
        tuple(dict.fromkeys(said)),
    )


def bearing_over_turn(leg: Leg, unit: str) -> bool:
    """Say whether every reading of a leg's bearing is more than a full turn of a unit: that unit cannot be meant.

    >>> from whitestone.minefields.readings import Reading
    >>> leg = Leg(start="R1", end="T1", bearing=Reading("61-20", 6120.0, (6120.0,)), hundreds=True)
    >>> bearing_over_turn(leg, "mil6000"), bearing_over_turn(leg, "mil6400")
    (True, False)
    """
    numbers = [_in_unit(leg, unit, value) for value in leg.bearing.readings]
    return bool(numbers) and all(number is None or number > UNITS[unit] for number in numbers)


def north_around(lon: float, lat: float, epsg: int | None, on: dt.date, *, assumed: bool = False) -> North:
    """Compute declination and convergence around a place, for a day and the grid of a reference system.

    A day outside of the model is taken at its nearest end.

    >>> round(north_around(46.93, 39.99, 28408, dt.date(1993, 6, 14)).convergence_at(46.93, 39.99), 2)
    1.24
    """
    return norths_around([(lon, lat, epsg, on, assumed)])[0]


def norths_around(places: Sequence[tuple[float, float, int | None, dt.date, bool]]) -> list[North]:
    """Compute `north_around` for many places at once: the field model is vectorised, single calls cost 26 ms each.

    >>> norths_around([])
    []
    """
    if not places:
        return []
    lon = np.array([[place[0], place[0] + _SPAN_DEG, place[0]] for place in places])
    lat = np.array([[place[1], place[1], place[1] + _SPAN_DEG] for place in places])
    days = np.array([[_within(place[3])] * 3 for place in places], dtype="datetime64[D]")
    declination = declination_deg(lon, lat, days)
    convergence = np.zeros_like(lon)
    codes = [grid_code(place[2], place[0]) for place in places]
    for code in set(codes):
        rows = [at for at, each in enumerate(codes) if each == code]
        convergence[rows] = convergence_deg(lon[rows].ravel(), lat[rows].ravel(), code).reshape(-1, 3)
    return [
        North(place[0], place[1], _plane(declination[at]), _plane(convergence[at]), place[3], place[4])
        for at, place in enumerate(places)
    ]


def _plane(values: Floats) -> tuple[float, float, float]:
    here, east, north = values.tolist()
    return here, (east - here) / _SPAN_DEG, (north - here) / _SPAN_DEG


def _linear(plane: tuple[float, float, float], east: float, north: float) -> float:
    # Over the 180th meridian the next longitude is a whole turn away.
    return plane[0] + plane[1] * ((east + 180.0) % 360.0 - 180.0) + plane[2] * north


def _within(day: dt.date) -> dt.date:
    return min(max(day, dt.date(FIRST_YEAR, 1, 1)), dt.date(LAST_YEAR - 1, 12, 31))


def _bearing(leg: Leg, sheet: Sheet, hypothesis: Hypothesis, said: list[str]) -> tuple[float, bool]:
    unit = hypothesis.unit if hypothesis.unit and (hypothesis.whole or leg.unit == "unknown") else leg.unit
    number = leg.bearing.middle
    if number is None:
        return np.nan, False
    if unit == "unknown":
        unit = "mil6000" if leg.hundreds else "degrees" if number <= UNITS["degrees"] else "mil6400"
        said.append(f"no unit of bearings is stated: {unit} is assumed")
    value = _in_unit(leg, unit, number)
    if value is None:
        return np.nan, True
    stated = leg.clockwise if leg.clockwise is not None else sheet.clockwise
    if hypothesis.clockwise is not None and (hypothesis.whole or stated is None):
        stated = hypothesis.clockwise
    return float(degrees(value, unit, clockwise=stated is not False)), value > UNITS[unit]


def _in_unit(leg: Leg, unit: str, number: float) -> float | None:
    """Return a bearing in a unit's own numbers; NN-NN in degrees is degrees and minutes, in gon a hundredth part."""
    if not leg.hundreds or unit.startswith("mil"):
        return number
    whole, part = divmod(number, 100.0)
    if unit == "degrees":
        return whole + part / 60.0 if part < 60.0 else None
    return whole + part / 100.0


def _length(leg: Leg, sheet: Sheet, hypothesis: Hypothesis, said: list[str]) -> float:
    number = leg.distance.middle
    if number is None:
        return np.nan
    if leg.distance_unit not in ("pace", "step_pair"):
        if leg.distance_unit == "unknown":
            said.append("no unit of distances is stated: metres are assumed")
        return number * _METRES[leg.distance_unit]
    pace = hypothesis.pace_m or leg.pace_m or sheet.pace_m
    if pace is None:
        said.append(f"no length of a pace is stated: {PACE_M} m is assumed")
        pace = PACE_M
    return number * pace * (2.0 if leg.distance_unit == "step_pair" else 1.0)


def _north(leg: Leg, hypothesis: Hypothesis, said: list[str]) -> int:
    north = hypothesis.north if hypothesis.north and (hypothesis.whole or leg.north == "unknown") else leg.north
    if north == "unknown":
        said.append("no north is stated: magnetic is assumed, as a compass gives it")
        north = "magnetic"
    return ("true", "grid", "magnetic").index(north)


def _paced(leg: Leg) -> bool:
    return leg.method == "pace" or leg.distance_unit in ("pace", "step_pair")
