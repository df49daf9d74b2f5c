"""Do operations move numbers as their published parameters say, worked out by hand, in every system that occurs?"""

from __future__ import annotations

import math

import pytest
from pyproj import CRS, Geod, Proj
from pyproj.crs import CoordinateOperation

from whitestone.geodesy.crs import operations, transformer

GEOD = Geod(ellps="WGS84")
WGS = (6378137.0, 1 / 298.257223563)
ARC = math.pi / 180 / 3600


def to_space(lon: float, lat: float, a: float, f: float) -> list[float]:
    """Turn degrees on an ellipsoid into metres of its own frame."""
    e2, x, y = f * (2 - f), math.radians(lon), math.radians(lat)
    n = a / math.sqrt(1 - e2 * math.sin(y) ** 2)
    return [n * math.cos(y) * math.cos(x), n * math.cos(y) * math.sin(x), n * (1 - e2) * math.sin(y)]


def from_space(x: float, y: float, z: float) -> tuple[float, float]:
    """Turn metres of the WGS 84 frame into degrees."""
    a, f = WGS
    e2 = f * (2 - f)
    lat = math.atan2(z, math.hypot(x, y) * (1 - e2))
    for _ in range(8):
        n = a / math.sqrt(1 - e2 * math.sin(lat) ** 2)
        lat = math.atan2(z + e2 * n * math.sin(lat), math.hypot(x, y))
    return math.degrees(math.atan2(y, x)), math.degrees(lat)


def helmert(lon: float, lat: float, operation: int, *, flipped: bool = False) -> tuple[float, float]:
    """Move degrees of a datum to WGS 84 by the published parameters; `flipped` takes the rotations the wrong way."""
    found = CoordinateOperation.from_epsg(operation)
    value = {each.name: each.value for each in found.params}
    ellipsoid = CRS.from_epsg(found.to_json_dict()["source_crs"]["id"]["code"]).ellipsoid
    x, y, z = to_space(lon, lat, ellipsoid.semi_major_metre, 1 / ellipsoid.inverse_flattening)
    sign = -1.0 if "Coordinate Frame" in found.method_name else 1.0
    sign = -sign if flipped else sign
    rx, ry, rz = (sign * value.get(f"{axis}-axis rotation", 0.0) * ARC for axis in "XYZ")
    scale = 1 + value.get("Scale difference", 0.0) * 1e-6
    dx, dy, dz = (value[f"{axis}-axis translation"] for axis in "XYZ")
    return from_space(
        dx + scale * (x - rz * y + ry * z), dy + scale * (rz * x + y - rx * z), dz + scale * (-ry * x + rx * y + z)
    )


def apart(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Return the metres between two places."""
    return GEOD.inv(*first, *second)[2]


@pytest.mark.parametrize(
    ("datum", "operation", "lon", "lat"),
    [
        (4284, 15865, 46.93, 39.99),
        (4284, 1808, 46.93, 39.99),
        (4284, 5044, 46.93, 39.99),
        (4284, 1267, 46.93, 39.99),
        (4284, 1807, 46.93, 39.99),
        (4284, 15865, 36.3, 50.0),
        (4284, 15865, 68.8, 38.5),
        (4230, 1133, 33.4, 35.1),
        (3906, 3962, 18.4, 43.9),
        (4179, 15995, 22.5, 44.5),
        (4200, 5043, 46.0, 43.3),
    ],
)
def test_an_operation_moves_degrees_as_its_parameters_say(datum: int, operation: int, lon: float, lat: float) -> None:
    made = transformer(f"EPSG:{datum}", operation)([lon], [lat])
    assert apart((float(made[0][0]), float(made[1][0])), helmert(lon, lat, operation)) < 0.005


def test_rotations_taken_the_wrong_way_are_28_m_off() -> None:
    """127 m instead of 100 m from the same numbers in WGS 84: nothing about the result looks wrong."""
    right, wrong = helmert(46.93, 39.99, 1267), helmert(46.93, 39.99, 1267, flipped=True)
    assert apart((46.93, 39.99), wrong) - apart((46.93, 39.99), right) == pytest.approx(27, abs=3)


def test_the_proper_operations_for_karabakh_lie_within_3_7_m_of_the_usual_one() -> None:
    """GOST's (20), its forerunner (17), and those made for Azerbaijan, against (16)."""
    usual = helmert(46.93, 39.99, 15865)
    assert max(apart(usual, helmert(46.93, 39.99, operation)) for operation in (5044, 1267, 1807, 1808)) <= 3.7


@pytest.mark.parametrize(
    ("code", "lon", "lat"),
    [
        (28408, 46.9, 40.0),
        (28406, 35.0, 49.0),
        (2498, 46.9, 40.0),
        (2494, 21.5, 49.0),
        (2523, 21.2, 49.0),
        (2532, 48.2, 40.0),
        (2582, 21.2, 49.0),
        (2591, 48.2, 40.0),
        (3334, 22.5, 44.5),
        (20008, 46.0, 43.3),
        (32638, 46.9, 40.0),
        (23036, 33.4, 35.1),
        (3907, 15.5, 44.5),
        (3908, 18.4, 43.9),
        (3909, 20.9, 42.6),
        (3910, 22.5, 42.0),
        (31275, 15.5, 44.5),
        (31276, 18.4, 43.9),
        (31277, 20.9, 42.6),
    ],
)
def test_every_grid_leads_to_the_place_that_its_projection_and_an_operation_by_code_give(
    code: int, lon: float, lat: float
) -> None:
    """The grid is undone exactly, the datum moved by the operation that the answer names, with its stated accuracy."""
    east, north = Proj(CRS.from_epsg(code))(lon, lat)
    area = (lon - 0.05, lat - 0.05, lon + 0.05, lat + 0.05)
    way = transformer(f"EPSG:{code}", None, area)
    made = way([east], [north])
    expected = (lon, lat)
    if way.operation is not None and way.operation.code is not None:
        expected = helmert(lon, lat, way.operation.code)
    assert apart((float(made[0][0]), float(made[1][0])), expected) < 0.01


@pytest.mark.parametrize(("old", "new"), [(31275, 3907), (31276, 3908), (31277, 3909), (31279, 3910)])
def test_the_withdrawn_balkans_grids_are_the_same_grids(old: int, new: int) -> None:
    numbers = [[each.value for each in CRS.from_epsg(code).coordinate_operation.params] for code in (old, new)]  # type: ignore[union-attr]
    assert numbers[0] == numbers[1]
    assert operations(f"EPSG:{old}", (17.0, 42.5, 22.0, 45.0)) == operations(f"EPSG:{new}", (17.0, 42.5, 22.0, 45.0))
