"""Is the operation the one that was named, with its accuracy, and is an assumed one said to be assumed?"""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from whitestone.errors import InvalidValue
from whitestone.geodesy.crs import ReferenceSystem, fits, identify, operations, transformer

GEOD = Geod(ellps="WGS84")
AROUND = (45.0, 38.4, 48.0, 40.6)


def test_pulkovo_numbers_lie_102_6_m_at_264_6_degrees_from_the_same_numbers_in_wgs84() -> None:
    lon, lat = transformer("EPSG:4284", 15865)([46.93], [39.99])
    azimuth, _, distance = GEOD.inv(46.93, 39.99, lon[0], lat[0])
    assert distance == pytest.approx(102.6, abs=0.05)
    assert azimuth % 360 == pytest.approx(264.6, abs=0.05)


def test_the_grid_of_zone_8_is_that_of_the_fixture() -> None:
    east, north = Transformer.from_crs(4284, 28408, always_xy=True).transform(46.93, 39.99)
    assert (round(north), round(east)) == (4_430_282, 8_664_842)
    by_grid = transformer("EPSG:28408", 15865)([east], [north])
    by_degrees = transformer("EPSG:4284", 15865)([46.93], [39.99])
    assert GEOD.inv(by_grid[0][0], by_grid[1][0], by_degrees[0][0], by_degrees[1][0])[2] < 1e-3


def test_zone_8_read_as_utm_38n_is_1870_m_off() -> None:
    right = transformer("EPSG:28408", 15865)([8_664_842.0], [4_430_282.0])
    wrong = transformer("EPSG:32638")([664_842.0], [4_430_282.0])
    assert GEOD.inv(right[0][0], right[1][0], wrong[0][0], wrong[1][0])[2] == pytest.approx(1_870, abs=60)


def test_the_proper_operations_differ_by_metres_and_each_says_its_accuracy() -> None:
    places = {code: transformer("EPSG:4284", code)([46.93], [39.99]) for code in (15865, 1808, 5044, 1267)}
    first = places[15865]
    apart = {code: GEOD.inv(first[0][0], first[1][0], lon[0], lat[0])[2] for code, (lon, lat) in places.items()}
    assert 3.0 < apart[1808] < 3.9
    assert all(0 < apart[code] < 4.5 for code in (1808, 5044, 1267))
    accuracies = {code: transformer("EPSG:4284", code).accuracy_m for code in places}
    assert accuracies == {15865: 4.5, 1808: 5.0, 5044: 3.0, 1267: 4.0}


def test_candidates_that_cover_the_ground_come_before_finer_ones_made_for_elsewhere() -> None:
    listed = operations("EPSG:4284", AROUND)
    assert [each.code for each in listed[:2]] == [15865, 1808]
    assert all(each.covers for each in listed[:2])
    partly = operations("EPSG:4284", (45.0, 40.0, 48.0, 42.0))
    assert partly[0].code == 15865
    assert 5044 in [each.code for each in partly if not each.covers], "made for Russia, though it states 3 m"


def test_a_box_cannot_tell_neighbours_apart_but_a_country_can() -> None:
    box = (28.0, 46.0, 38.0, 50.0)
    assert "Russian Federation" in (operations("EPSG:4284", box)[0].area or "")
    in_ukraine = operations("EPSG:4284", box, "Ukraine")
    assert "Ukraine" in (in_ukraine[0].area or "")
    assert {each.code for each in in_ukraine} == {each.code for each in operations("EPSG:4284", box)}
    assert "made for Russian Federation" in transformer("EPSG:4284", area=box).sentence()


def test_a_usual_operation_fits_only_the_systems_of_its_datum() -> None:
    assert fits("EPSG:2498", 1808)
    assert fits("EPSG:4284", 1267), "superseded, still an operation of this datum"
    assert not fits("EPSG:32638", 1808)
    assert not fits("EPSG:4230", 1808)
    assert not fits("EPSG:4284", 99)


def test_what_nobody_named_is_assumed_and_says_so() -> None:
    assumed = transformer("EPSG:4284", area=AROUND)
    assert assumed.assumed
    assert "assumed" in assumed.sentence()
    assert len(assumed.candidates) > 1
    stated = transformer("EPSG:4284", 1808, AROUND)
    assert not stated.assumed
    assert "EPSG:1808" in stated.sentence()
    assert "5 m" in stated.sentence()


def test_systems_on_wgs84_need_no_operation() -> None:
    utm = transformer("EPSG:32648")
    assert utm.operation is None
    assert utm.accuracy_m == 0
    lon, lat = utm([765536.9854223175], [1390350.5899649533])
    assert (round(lon[0], 3), round(lat[0], 3)) == (107.444, 12.566)


@pytest.mark.parametrize(("code", "operation"), [
    ("EPSG:1", None), ("nonsense", None), ("EPSG:4284", 16), ("EPSG:4284", 1133), ("EPSG:4230", 15865),
])
def test_what_cannot_be_meant_is_refused(code: str, operation: int | None) -> None:
    with pytest.raises(InvalidValue):
        transformer(code, operation)


BASES = {"EPSG:28408": "EPSG:4284", "EPSG:2498": "EPSG:4284", "EPSG:3908": "EPSG:3906", "EPSG:23038": "EPSG:4230"}


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(BASES)), st.floats(-3, 3), st.floats(36, 45))
def test_a_grid_and_the_degrees_under_it_lead_to_the_same_place(code: str, east: float, lat: float) -> None:
    lon = {"EPSG:28408": 45, "EPSG:2498": 45, "EPSG:3908": 18, "EPSG:23038": 45}[code] + east
    operation = transformer(BASES[code]).operation
    x, y = Transformer.from_crs(BASES[code], code, always_xy=True).transform(lon, lat)
    by_grid = transformer(code, operation.code)([x], [y])
    by_degrees = transformer(BASES[code], operation.code)([lon], [lat])
    assert GEOD.inv(by_grid[0][0], by_grid[1][0], by_degrees[0][0], by_degrees[1][0])[2] < 1e-3
    assert GEOD.inv(lon, lat, by_grid[0][0], by_grid[1][0])[2] < 1_000, "a datum shift is not a kilometre"


def test_geometries_are_moved_whole_and_none_stays_none() -> None:
    way = transformer("EPSG:28408", 15865)
    square = shapely.box(8_664_842, 4_430_282, 8_664_942, 4_430_382)
    moved = way.geometries(np.array([square, None], dtype=object))
    assert moved[0].centroid.distance(shapely.Point(46.9294, 39.9904)) < 1e-3
    assert moved[1] is None
    assert np.isnan(way([float("nan")], [1.0])[0][0])


@pytest.mark.parametrize(("text", "code"), [
    ("EPSG:4326", "EPSG:4326"), ("epsg:28408", "EPSG:28408"), ("urn:ogc:def:crs:EPSG::32648", "EPSG:32648"),
    ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"), ("http://www.opengis.net/def/crs/EPSG/0/4284", "EPSG:4284"),
    ("", None), ("EPSG:1", None), ("some local grid", None),
])
def test_what_a_file_says_of_its_system_is_read(text: str, code: str | None) -> None:
    assert identify(text) == code


def test_the_text_of_a_prj_file_is_identified() -> None:
    from pyproj import CRS

    assert identify(CRS(4326).to_wkt("WKT1_ESRI")) == "EPSG:4326"
    assert identify(CRS(32633).to_wkt("WKT1_ESRI")) == "EPSG:32633"
    assert identify(CRS(28408).to_wkt("WKT1_GDAL")) == "EPSG:28408"


def test_a_reference_system_has_its_name() -> None:
    assert ReferenceSystem("EPSG:2498", "guessed").name == "Pulkovo 1942 / Gauss-Kruger CM 45E"
