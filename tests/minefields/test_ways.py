"""Does every sheet that has a place keep one, also where what it states cannot be meant?"""

from __future__ import annotations

from typing import Any

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
