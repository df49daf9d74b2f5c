"""Are the right systems proposed, with their reasons, and is an ambiguous one shown as such?"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from whitestone.errors import InvalidValue
from whitestone.geodesy.plausibility import guess_system, sign_slips, swapped

AROUND = (45.0, 38.4, 48.0, 40.6)
RNG = np.random.default_rng(3)
LON, LAT = RNG.uniform(45.3, 47.7, 300), RNG.uniform(38.6, 40.4, 300)


@pytest.mark.parametrize(("code", "base", "notation"), [
    (32638, 4326, "utm"), (28408, 4284, "gk"), (2498, 4284, "gk_truncated"),
])
@pytest.mark.parametrize("turned", [False, True])
def test_the_system_and_the_order_of_axes_are_seen(code: int, base: int, notation: str, turned: bool) -> None:
    east, north = Transformer.from_crs(base, code, always_xy=True).transform(LON, LAT)
    found = guess_system(north, east, AROUND) if turned else guess_system(east, north, AROUND)
    assert (f"EPSG:{code}", notation, turned) in [(each.system, each.notation, each.swapped) for each in found]
    assert all(each.swapped == turned for each in found if each.inside > 0.95)
    assert all("%" in each.reason for each in found)


def test_utm_and_the_grid_without_prefix_look_alike_and_both_are_shown() -> None:
    east, north = Transformer.from_crs(4326, 32638, always_xy=True).transform(LON, LAT)
    systems = [each.system for each in guess_system(east, north, AROUND)]
    assert {"EPSG:32638", "EPSG:2498"} <= set(systems), "1,870 m apart: no box can tell them apart"
    assert systems[0] == "EPSG:32638"


def test_degrees_are_seen_either_way_round() -> None:
    assert guess_system(LON, LAT, AROUND)[0].swapped is False
    assert guess_system(LAT, LON, shapely.box(*AROUND))[0].swapped is True
    assert guess_system(LON, LAT)[0].system == "EPSG:4326"
    assert guess_system(-LON, LAT, AROUND) == []


def test_without_a_boundary_a_stated_zone_is_seen_and_a_missing_one_is_not_guessed() -> None:
    east, north = Transformer.from_crs(4284, 28408, always_xy=True).transform(LON, LAT)
    assert [(each.system, each.swapped) for each in guess_system(east, north)] == [("EPSG:28408", False)]
    assert [(each.system, each.swapped) for each in guess_system(north, east)] == [("EPSG:28408", True)]
    east, north = Transformer.from_crs(4326, 32638, always_xy=True).transform(LON, LAT)
    assert guess_system(east, north) == []


def test_the_datum_operations_come_with_the_candidate() -> None:
    east, north = Transformer.from_crs(4284, 28408, always_xy=True).transform(LON, LAT)
    best = guess_system(east, north, AROUND)[0]
    assert [each.code for each in best.operations[:2]] == [15865, 1808]


def test_no_numbers_no_guess() -> None:
    assert guess_system([], []) == []
    assert guess_system([np.nan, 0], [1, 0], AROUND) == []
    with pytest.raises(InvalidValue):
        guess_system([1.0], [])


def test_swapped_and_wrongly_signed_points_are_found() -> None:
    assert swapped([46, 39, 10], [39, 46, 10], AROUND).tolist() == [False, True, False]
    assert sign_slips([-46, 46, 46], [39, -39, 39], AROUND) == [(0, "lon"), (1, "lat")]


def test_the_colombian_point_with_the_wrong_sign_is_found(shared_data: Path) -> None:
    points = [each["geometry"]["coordinates"] for file in sorted((shared_data / "colombia_events").glob("*.json"))
              for each in json.loads(file.read_text("utf-8"))["features"] if each["geometry"]]
    lon, lat = np.array(points, dtype=float).T
    slips = sign_slips(lon, lat, (-82.0, -4.3, -66.8, 13.5))
    assert [axis for _, axis in slips] == ["lon"]


def test_the_cambodian_grid_is_seen_without_its_declaration(shared_data: Path) -> None:
    features = json.loads((shared_data / "cambodia_casualties" / "dataset.json").read_text("utf-8"))["features"]
    east, north = np.array([each["geometry"]["coordinates"] for each in features], dtype=float).T
    best = guess_system(east, north, (102.3, 10.3, 107.7, 14.8))[0]
    assert (best.system, best.swapped) == ("EPSG:32648", False)
    assert best.inside == 1
