"""Do bearings keep their direction through every unit, and is a wrong unit ever taken silently?"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer

from whitestone.errors import InvalidValue
from whitestone.geodesy.bearings import (
    UNITS,
    back,
    convergence_deg,
    degrees,
    grid_from_true,
    parse_bearing,
    true_from_grid,
    units,
)

DEGREES = st.floats(0, 360, exclude_max=True)


@given(DEGREES, st.sampled_from(sorted(UNITS)), st.booleans())
def test_units_there_and_back_close(bearing: float, unit: str, clockwise: bool) -> None:
    there = units([bearing], unit, clockwise=clockwise)
    assert 0 <= there[0] < UNITS[unit] + 1e-9
    again = degrees(there, unit, clockwise=clockwise)[0]
    assert abs((again - bearing + 180) % 360 - 180) < 1e-9


@given(DEGREES)
def test_turning_round_twice_is_the_same_direction(bearing: float) -> None:
    assert abs((back(back([bearing]))[0] - bearing + 180) % 360 - 180) < 1e-9


@given(DEGREES, st.floats(-5, 5))
def test_grid_and_true_north_undo_each_other(bearing: float, convergence: float) -> None:
    again = true_from_grid(grid_from_true([bearing], [convergence]), [convergence])[0]
    assert abs((again - bearing + 180) % 360 - 180) < 1e-9


@given(st.floats(-1e-12, 0))
def test_a_bearing_is_never_360(bearing: float) -> None:
    assert 0 <= degrees([bearing], "degrees")[0] < 360


def test_a_right_angle_in_soviet_thousandths_read_as_nato_mils_is_9_8_m_off_in_100() -> None:
    value = parse_bearing("15-00", "mil6000")
    assert degrees([value], "mil6000")[0] == 90
    wrong = degrees([value], "mil6400")[0]
    assert wrong == 84.375
    assert 100 * math.sin(math.radians(90 - wrong)) == pytest.approx(9.8, abs=0.01)


@pytest.mark.parametrize(("text", "unit", "value"), [
    ("00-25", "mil6000", 25), ("59-99", "mil6000", 5999), (" 7-05 ", "mil6000", 705), ("44,5", "degrees", 44.5),
    ("399.9", "gon", 399.9), ("6400", "mil6400", 6400), ("15–00", "mil6000", 1500),
])
def test_spellings_of_bearings(text: str, unit: str, value: float) -> None:
    assert parse_bearing(text, unit) == value


@pytest.mark.parametrize(("text", "unit"), [
    ("15-00", "degrees"), ("15-00", "mil6400"), ("400", "degrees"), ("60-01", "mil6000"), ("-5", "degrees"),
    ("NE", "gon"), ("90", "turns"), ("15-0", "mil6000"),
])
def test_what_does_not_fit_its_unit_is_refused_not_converted(text: str, unit: str) -> None:
    with pytest.raises(InvalidValue):
        parse_bearing(text, unit)


def test_convergence_of_the_fixture_and_at_the_zone_edge() -> None:
    assert convergence_deg([46.93], [39.99], "EPSG:28408")[0] == pytest.approx(1.24, abs=0.005)
    assert convergence_deg([48.0], [39.99], "EPSG:28408")[0] == pytest.approx(1.92, abs=0.02)
    assert convergence_deg([45.0], [39.99], "EPSG:28408")[0] == pytest.approx(0, abs=1e-9)
    with pytest.raises(InvalidValue):
        convergence_deg([45.0], [40.0], "EPSG:4284")


@given(st.floats(42.2, 47.8), st.floats(36, 60))
def test_convergence_agrees_with_a_short_walk_north(lon: float, lat: float) -> None:
    """Independent: step 10 m to true north on the ellipsoid and measure the direction on the grid."""
    there = Transformer.from_crs(CRS(28408).geodetic_crs, 28408, always_xy=True)
    ahead = Geod(ellps="krass").fwd(lon, lat, 0, 10)
    (x0, y0), (x1, y1) = there.transform(lon, lat), there.transform(ahead[0], ahead[1])
    walked = math.degrees(math.atan2(x1 - x0, y1 - y0))
    expected = grid_from_true([0.0], convergence_deg([lon], [lat], "EPSG:28408"))[0]
    assert abs((walked - expected + 180) % 360 - 180) < 1e-4


def test_the_fixture_traverse_closes() -> None:
    geod = Geod(ellps="WGS84")
    at = (46.93, 39.99)
    for bearing, length in zip(degrees(["0", "1600", "3200"], "mil6400"), (100, 200, 100), strict=True):
        at = geod.fwd(*at, bearing, length)[:2]
    assert at == pytest.approx((46.93234178, 39.98999998), abs=1e-8)
    azimuth, _, distance = geod.inv(*at, 46.93, 39.99)
    assert np.mod(azimuth, 360) == pytest.approx(270.0, abs=0.01)
    assert distance == pytest.approx(200.003, abs=0.001)
