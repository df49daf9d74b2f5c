"""Is an area the same whoever computes it, and the same as on the ellipsoid?"""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from whitestone.errors import InvalidValue
from whitestone.geodesy.areas import Plane, geodesic_area_m2
from whitestone.geodesy.repair import repair

GEOD = Geod(ellps="WGS84")


def rectangle(lon: float, lat: float, north_m: float, east_m: float) -> shapely.Polygon:
    """Build a rectangle from its legs: 0, 90 and 180 degrees from a start."""
    points = [(lon, lat)]
    for azimuth, length in ((0, north_m), (90, east_m), (180, north_m)):
        points.append(GEOD.fwd(*points[-1], azimuth, length)[:2])
    return shapely.Polygon(points)


def test_the_fixture_measures_20000_1_m2_and_map_projections_do_not() -> None:
    fixture = rectangle(46.93, 39.99, 100, 200)
    assert geodesic_area_m2(fixture) == pytest.approx(20_000.13, abs=0.005)
    assert Plane(47.5, 40.2).area_m2([fixture])[0] == pytest.approx(20_000.13, abs=0.01)
    for code, expected in ((32638, 19_997.5), (28408, 20_013.5), (3857, 34_112.7)):
        there = Transformer.from_crs(4326, code, always_xy=True)
        flat = shapely.transform(fixture, lambda xy, there=there: np.column_stack(there.transform(*xy.T)))
        assert flat.area == pytest.approx(expected, abs=0.06), code


@settings(max_examples=150, deadline=None)
@given(st.floats(-170, 170), st.floats(-60, 75), st.floats(-4, 4), st.floats(-4, 4), st.floats(50, 60_000),
       st.integers(3, 12), st.integers(0, 2**32 - 1))
def test_the_plane_agrees_with_the_geodesic_area_to_1e7(
    lon: float, lat: float, east: float, north: float, size_m: float, corners: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    angles = np.sort(rng.uniform(0, 360, corners)) + np.linspace(0, 1, corners)
    centre = (lon + east, lat + north)
    ring = [GEOD.fwd(*centre, angle, size_m * radius)[:2]
            for angle, radius in zip(angles, rng.uniform(0.3, 1, corners), strict=True)]
    polygon = shapely.Polygon([(x + 360 if x < centre[0] - 180 else x - 360 if x > centre[0] + 180 else x, y)
                               for x, y in ring])
    exact = geodesic_area_m2(polygon)
    if not polygon.is_valid or exact < size_m**2 * 0.05:
        return
    assert Plane(lon, lat).area_m2([polygon])[0] == pytest.approx(exact, rel=1e-7, abs=0.01 * corners)


@given(st.floats(-179, 179), st.floats(-85, 85), st.floats(-3, 3), st.floats(-3, 3))
def test_positions_come_back_from_the_plane(lon: float, lat: float, east: float, north: float) -> None:
    plane = Plane(lon, lat)
    at = (max(-180.0, min(180.0, lon + east)), max(-89.0, min(89.0, lat + north)))
    back = plane.lonlat(*plane.xy([at[0]], [at[1]]))
    # PROJ's series back from the authalic latitude closes to about a millimetre; the way there is exact.
    assert abs((back[0][0] - at[0] + 180) % 360 - 180) * np.cos(np.radians(at[1])) < 5e-8
    assert back[1][0] == pytest.approx(at[1], abs=5e-8)


def test_a_long_edge_is_split_in_the_same_places_from_both_sides() -> None:
    left = shapely.Polygon([(10, 40), (11, 40), (11, 41.5), (10, 41)])
    right = shapely.Polygon([(11, 40), (12, 40), (12, 41), (11, 41.5)])
    flat = Plane(11, 40.5).project([left, right])
    assert shapely.get_num_coordinates(flat[0]) > 100
    assert shapely.intersection(*flat).area == pytest.approx(0, abs=1e-6)
    assert shapely.union(*flat).area == pytest.approx(flat[0].area + flat[1].area, rel=1e-12)


def test_holes_multipolygons_and_collections_are_measured() -> None:
    outer, hole = rectangle(46.93, 39.99, 1000, 1000), rectangle(46.932, 39.991, 100, 200)
    ring = shapely.Polygon(outer.exterior, [hole.exterior])
    plane = Plane(46.9, 40)
    parts = shapely.MultiPolygon([ring, rectangle(47.2, 39.99, 100, 200)])
    areas = plane.area_m2([ring, parts])
    assert areas[0] == pytest.approx(geodesic_area_m2(ring), rel=1e-7)
    assert areas[1] - areas[0] == pytest.approx(20_000.13, abs=0.01)
    collection = shapely.GeometryCollection([parts, shapely.Point(0, 0)])
    assert geodesic_area_m2(collection) == pytest.approx(areas[1], rel=1e-7)


def test_large_shapes_of_every_type_are_split_whole() -> None:
    plane = Plane(17, 44)
    outer, hole = shapely.box(16, 43, 18, 45), shapely.box(16.5, 43.5, 17.5, 44.5)
    ring = shapely.Polygon(outer.exterior, [hole.exterior])
    many = shapely.MultiPolygon([ring, shapely.box(19, 43, 20, 44), shapely.box(20.5, 43, 20.501, 43.001)])
    collection = shapely.GeometryCollection([shapely.Point(17, 44), many])
    flat = plane.project([outer, ring, many, collection])
    for projected, given_in in zip(flat, (outer, ring, many, collection), strict=True):
        assert projected.geom_type == given_in.geom_type
        assert projected.is_valid
        assert projected.area == pytest.approx(geodesic_area_m2(given_in), rel=1e-7)
    lines = shapely.MultiLineString([[(16, 43), (18, 45)], [(18, 43), (16, 45), (16, 43)]])
    length = sum(GEOD.line_length(*part.xy) for part in lines.geoms)
    assert plane.project([lines])[0].length == pytest.approx(length, rel=1e-3)
    assert len(plane.project([lines])[0].geoms) == 2


def test_points_stay_the_points_they_are() -> None:
    points = shapely.MultiPoint([(16, 43), (18, 45), (17, 44)])
    flat = Plane(17, 44).project([points, shapely.Point(16, 43), shapely.Polygon(), None])
    assert shapely.get_num_coordinates(flat).tolist() == [3, 1, 0, 0]


def test_unknown_size_is_not_zero() -> None:
    line = shapely.LineString([(0, 0), (1, 1)])
    sizes = Plane(0, 0).area_m2([None, shapely.Point(1, 1), line, shapely.box(0, 0, 1, 1)])
    assert [math.isnan(size) for size in sizes] == [True, True, True, False]


def test_a_position_that_is_no_position_is_refused() -> None:
    with pytest.raises(InvalidValue, match="longitude"):
        Plane(0, 0).project([shapely.Point(float("nan"), 1)])
    with pytest.raises(InvalidValue):
        Plane(0, 91)


def test_heights_are_dropped_and_lines_keep_their_kind() -> None:
    flat = Plane(10, 10).project([shapely.Point(10, 10, 500), shapely.LineString([(10, 10), (10.1, 10)])])
    assert not shapely.has_z(flat).any()
    assert flat[1].geom_type == "LineString"
    assert flat[1].length == pytest.approx(GEOD.inv(10, 10, 10.1, 10)[2], rel=1e-6)


def test_bosnian_suspected_areas_agree_with_the_ellipsoid(shared_data: Path) -> None:
    file = shared_data / "bosnia_mine_map" / "suspect_areas_simplyfied.geojson"
    features = json.loads(file.read_text("utf-8"))["features"]
    raw = [shapely.geometry.shape(each["geometry"]) for each in features[:600] if each["geometry"]]
    geoms, _ = repair([each for each in raw if not each.is_empty], "linework")
    areas = Plane(17.8, 44.2).area_m2(geoms)
    exact = np.array([geodesic_area_m2(geometry) for geometry in geoms])
    assert np.nansum(areas) == pytest.approx(np.nansum(exact), rel=1e-7)
