"""Is the declination that of the day and the place, as the model's own code gives it one by one?"""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import ppigrf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.errors import InvalidValue
from whitestone.geodesy.declination import declination_deg


@pytest.mark.parametrize(
    ("lon", "lat", "year", "expected"),
    [
        (46.93, 39.99, 1982, 4.49),
        (46.93, 39.99, 1993, 4.65),
        (46.93, 39.99, 2005, 5.24),
        (46.93, 39.99, 2024, 6.41),
        (18.41, 43.86, 1993, 2.07),
        (18.41, 43.86, 2024, 5.0),
        (-57.85, -51.69, 1982, 5.09),
        (-57.85, -51.69, 2024, 2.32),
        (104.92, 11.56, 1993, 0.0),
    ],
)
def test_declinations_of_known_places_and_years(lon: float, lat: float, year: int, expected: float) -> None:
    """Near Aghdam, Sarajevo, Stanley, Phnom Penh: the field turned by degrees since the records were made."""
    found = declination_deg(lon, lat, dt.date(year, 6, 30))
    assert float(found) == pytest.approx(expected, abs=0.6 if expected == 0.0 else 0.12)


@settings(max_examples=25, deadline=None)
@given(st.floats(-179, 179), st.floats(-75, 75), st.dates(dt.date(1900, 1, 1), dt.date(2029, 12, 31)))
def test_any_day_agrees_with_the_model_asked_for_that_day(lon: float, lat: float, day: dt.date) -> None:
    """Between two epochs the field is linear in time; where it is horizontal enough for a compass the angle agrees."""
    east, north, _ = ppigrf.igrf(lon, lat, 0.0, dt.datetime(day.year, day.month, day.day))
    if math.hypot(float(east[0]), float(north[0])) < 2_000:
        return
    expected = math.degrees(math.atan2(float(east[0]), float(north[0])))
    turned = (float(declination_deg(lon, lat, day)) - expected + 180) % 360 - 180
    assert abs(turned) < 0.0005


def test_many_points_and_days_are_those_asked_one_by_one() -> None:
    lon, lat = np.array([46.93, 18.41, np.nan, 46.93]), np.array([39.99, 43.86, 1.0, 39.99])
    days = [dt.date(1993, 6, 14), dt.date(2005, 1, 1), dt.date(1980, 1, 1), dt.date(2024, 12, 31)]
    together = declination_deg(lon, lat, days)
    assert math.isnan(together[2])
    for at in (0, 1, 3):
        assert together[at] == pytest.approx(float(declination_deg(lon[at], lat[at], days[at])), abs=1e-9)


@pytest.mark.parametrize("day", ["1899-12-31", "2030-01-01"])
def test_days_that_the_model_does_not_know_are_refused(day: str) -> None:
    with pytest.raises(InvalidValue, match="1900 to 2029"):
        declination_deg(46.93, 39.99, day)
