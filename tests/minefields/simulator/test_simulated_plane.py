"""Is the simulator's own geodesy right by fixtures that were computed elsewhere?"""

from __future__ import annotations

import datetime

import numpy as np
import ppigrf
import pytest

from whitestone.minefields.simulator.plane import (
    Plane,
    convergences_deg,
    declinations_deg,
    grid_numbers,
    positions_of,
    true_legs,
    walk,
)

HERE = np.array([[46.93, 39.99]])


def test_the_square_of_the_fixture_is_walked() -> None:
    """Three legs of the fixture of domain.md 4.5, and the way back to the start."""
    at = (46.93, 39.99)
    for azimuth, length, lat, lon in ((0, 100, 39.99090062, 46.93), (90, 200, 39.99090060, 46.93234178),
                                      (180, 100, 39.98999998, 46.93234178)):  # fmt: skip
        at = walk(*at, azimuth, length)
        assert at == pytest.approx((lon, lat), abs=1.1e-8)
    azimuth, length = true_legs(np.array([at]), HERE)
    assert azimuth[0] == pytest.approx(270.0, abs=0.01)
    assert length[0] == pytest.approx(200.003, abs=0.001)


def test_numbers_of_the_old_map_lie_a_hundred_metres_from_those_read_as_today() -> None:
    """Zone 8: convergence 1.24 degrees; Pulkovo numbers taken for WGS 84 are 102 m off."""
    assert convergences_deg(HERE, 28408)[0] == pytest.approx(1.24, abs=0.005)
    shifted = positions_of(np.array([[8664842.0, 4430282.0]]), 28408)
    _, off = true_legs(shifted, HERE)
    assert off[0] == pytest.approx(102.6, abs=4.0)


@pytest.mark.parametrize("epsg", [28408, 32638, 4284])
def test_grid_numbers_lead_back(epsg: int) -> None:
    """There and back within half a millimetre (the height that a shift of datum makes is dropped)."""
    places = np.array([[46.7, 39.8], [47.2, 40.2]])
    _, off = true_legs(places, positions_of(grid_numbers(places, epsg), epsg))
    assert off.max() < 5e-4


def test_declinations_between_the_corners_are_those_of_the_model() -> None:
    """What is taken as linear over a region and two years is within 0.01 degrees of IGRF itself."""
    rng = np.random.default_rng(1)
    places = np.column_stack([rng.uniform(46.2, 47.7, 12), rng.uniform(39.4, 40.6, 12)])
    days = [datetime.date(1992, 3, 1) + datetime.timedelta(days=int(each)) for each in rng.integers(0, 800, 12)]
    for place, day, ours in zip(places, days, declinations_deg(places, days), strict=True):
        east, north, _ = ppigrf.igrf(place[0], place[1], 0.0, datetime.datetime.combine(day, datetime.time()))
        assert ours == pytest.approx(np.degrees(np.arctan2(east, north)).item(), abs=0.01)


def test_the_plane_keeps_lengths_of_the_region() -> None:
    """Ten kilometres from the centre a kilometre is one within 2 mm."""
    plane = Plane(46.93, 39.99)
    ends = plane.lonlat([[7000.0, 7000.0], [7000.0, 8000.0]])
    _, length = true_legs(ends[:1], ends[1:])
    assert length[0] == pytest.approx(1000.0, abs=0.002)
