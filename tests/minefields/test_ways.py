"""Does every sheet that has a place keep one, also where what it states cannot be meant?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from whitestone.minefields.error_model import ErrorModel
from whitestone.minefields.sheets import read_sheets
from whitestone.minefields.ways import Reading, read_ways

MIDDLE = (46.93, 39.99)


def readings(bearing: str, unit: str = "mil6000", **sheet: Any) -> list[Reading]:
    leg = {"unit": unit, "north": "grid", "distance": 100, "distance_unit": "m"}
    record = {
        "id": "A", "crs": {"epsg": 4326}, "reference_points": [{"no": "R1", "x": 46.93, "y": 39.99}],
        "legs": [{"from": "R1", "to": "T1", "bearing": "15-00", **leg},
                 {"from": "T1", "to": "T2", "bearing": bearing, **leg}],
        **sheet,
    }  # fmt: skip
    return read_ways(read_sheets({"records": [record]}).records, ErrorModel(), MIDDLE)[0]


@pytest.mark.parametrize("bearing", ["30-00", "61-20", "75-00", "4?-00", "?"])
def test_shares_of_the_readings_of_a_sheet_sum_to_one(bearing: str) -> None:
    assert sum(each.share for each in readings(bearing)) == pytest.approx(1.0)


def test_a_bearing_in_the_62nd_hundred_is_6400_or_a_slip_of_the_pen_and_keeps_the_sheet_its_place() -> None:
    found = readings("61-20")
    by_unit = {unit: sum(each.share for each in found if each.hypothesis.unit == unit) for unit in ("mil6400", None)}
    assert by_unit["mil6400"] == pytest.approx(by_unit[None], rel=0.05)


def test_a_bearing_beyond_both_circles_goes_round_once_more() -> None:
    found = readings("75-00")
    assert {each.hypothesis.unit for each in found} == {None}
    plain = readings("15-00")
    assert found[0].geometry.east_m[-1] == pytest.approx(plain[0].geometry.east_m[-1])


def test_a_possible_bearing_is_read_in_the_unit_that_is_stated_alone() -> None:
    assert {each.hypothesis.unit for each in readings("30-00")} == {None}


def test_a_sheet_without_a_reference_point_has_no_reading() -> None:
    assert readings("30-00", reference_points=[]) == []


COUNTRY = [(16.0 + 0.6 * at, 43.0 + 0.4 * (at % 5)) for at in range(8)]
"""Where sheets lie that are spread over 350 km; with axes exchanged each of them lies on another continent."""


def of_country(*written: tuple[float, float], places: Any = None) -> list[list[Reading]]:
    """Read sheets with these landmarks (longitude, latitude as written), in a plane about the middle of the country."""
    leg = {"from": "R1", "to": "T1", "bearing": 45, "unit": "degrees", "north": "true", "distance": 100}
    records = [{"id": f"A-{at}", "crs": {"epsg": 4326}, "legs": [leg],
                "reference_points": [{"no": "R1", "x": x, "y": y}]} for at, (x, y) in enumerate(written)]  # fmt: skip
    more = {} if places is None else {"places": places}
    return read_ways(read_sheets({"records": records}).records, ErrorModel(), (18.1, 43.8), **more)


def swapped(found: list[list[Reading]]) -> list[set[bool]]:
    return [{each.hypothesis.swapped for each in readings} for readings in found]


def test_a_batch_of_a_whole_country_puts_no_sheet_on_another_continent() -> None:
    """A far reading of one sheet in a hundred would stretch its outline over thousands of kilometres."""
    assert swapped(of_country(*COUNTRY)) == [{False}] * 8
    assert swapped(of_country(COUNTRY[0])) == [{False}]
    assert swapped(of_country(COUNTRY[0], COUNTRY[7])) == [{False}] * 2


def test_a_sheet_whose_axes_are_exchanged_is_read_beside_the_others_and_takes_none_with_it() -> None:
    lon, lat = COUNTRY[3]
    assert swapped(of_country(*COUNTRY[:3], (lat, lon), *COUNTRY[4:])) == [{False}] * 3 + [{True}] + [{False}] * 4
    # Finds alone tell as well, and one that lies on the other continent tells nothing.
    near, far = [[1_000.0 * at, 0.0] for at in range(9)], [3.0e6, -3.0e6]
    assert swapped(of_country((lat, lon), places=np.array([*near, far, [np.nan, np.nan]]))) == [{True}]
