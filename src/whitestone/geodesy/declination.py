"""How far did a compass point from true north, at a place, on a day?

Declination comes from the International Geomagnetic Reference Field, 1900 to 2030, for the day of the measurement:
today's value for a record of 1993 turns it by 1.8 degrees at Fizuli, 15 m in every 500 m. The field is linear in time
between the model's epochs, so that a table of two epochs serves every day between them, exactly, and many points at
once.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

import numpy as np
import numpy.typing as npt

from whitestone.errors import InvalidValue

__all__ = ["FIRST_YEAR", "LAST_YEAR", "MODEL", "declination_deg"]

FIRST_YEAR, LAST_YEAR = 1900, 2030
"""Years that the model knows, both included as its first and last epoch."""
MODEL = "IGRF-14"

_EPOCH_YEARS = 5
_DAYS = "datetime64[D]"
Floats = npt.NDArray[np.float64]


def declination_deg(lon: npt.ArrayLike, lat: npt.ArrayLike, on: Any) -> Floats:
    """Compute the declination in degrees, positive east, at WGS 84 positions on days; all three broadcast.

    `on` is a day or an array of days (datetime.date, datetime64, ISO text); heights are taken as sea level, which
    costs less than 0.01 degrees below 3 km. NaN where a position is NaN. Refuses days before 1900 and after 2029
    with InvalidValue: an extrapolated field is a guess. Source: IAGA, IGRF-14, by `ppigrf`.

    >>> declination_deg([46.93], [39.99], dt.date(1993, 6, 14)).round(2).tolist(), declination_deg([], [], []).size
    ([4.65], 0)
    """
    days = np.asarray(on, dtype=_DAYS)
    east, north, when = np.broadcast_arrays(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float), days)
    if not when.size:
        return np.zeros(when.shape)
    years = when.astype("datetime64[Y]").astype(int) + 1970
    if (outside := (years < FIRST_YEAR) | (years >= LAST_YEAR)).any():
        raise InvalidValue(
            field="date of the compass",
            value=str(when[outside].flat[0]),
            why=f"{MODEL} knows {FIRST_YEAR} to {LAST_YEAR - 1}",
        )
    epochs = years // _EPOCH_YEARS * _EPOCH_YEARS
    found = np.full(when.shape, np.nan)
    for epoch in np.unique(epochs).tolist():
        rows = (epochs == epoch) & np.isfinite(east) & np.isfinite(north)
        if rows.any():
            found[rows] = _between(east[rows], north[rows], when[rows], epoch)
    return found


def _between(lon: Floats, lat: Floats, when: npt.NDArray[Any], epoch: int) -> Floats:
    """Interpolate the horizontal field between two epochs; the angle is taken last, as it is not linear."""
    first, last = (np.datetime64(f"{year}-01-01") for year in (epoch, epoch + _EPOCH_YEARS))
    share = (when - first) / (last - first)
    unique, back = np.unique(np.column_stack([lon, lat]), axis=0, return_inverse=True)
    east, north = _field(unique.tobytes(), len(unique), epoch)
    back = back.reshape(-1)
    towards_east = east[0, back] + share * (east[1, back] - east[0, back])
    towards_north = north[0, back] + share * (north[1, back] - north[0, back])
    return np.asarray(np.degrees(np.arctan2(towards_east, towards_north)), dtype=float)


@functools.lru_cache(maxsize=256)
def _field(points: bytes, count: int, epoch: int) -> tuple[Floats, Floats]:
    """Evaluate the field at both ends of an epoch; kept, since one sheet is asked for many times."""
    import ppigrf

    xy = np.frombuffer(points, dtype=float).reshape(count, 2)
    ends = [dt.datetime(epoch, 1, 1), dt.datetime(epoch + _EPOCH_YEARS, 1, 1)]
    east, north, _ = ppigrf.igrf(xy[:, 0], xy[:, 1], 0.0, ends)
    return np.asarray(east, dtype=float), np.asarray(north, dtype=float)
