"""Is ground that lies over the 180th meridian or around a pole counted like any other, up to the ledger?"""

from __future__ import annotations

import datetime as dt
import uuid

import numpy as np
import pytest
import shapely
from pyproj import Geod

from whitestone.geodesy.areas import Plane
from whitestone.land.inputs import HazardSlice, ReleasePiece
from whitestone.land.ledger import compute

GEOD = Geod(ellps="WGS84")
EAST, WEST = shapely.box(179.99, -17.01, 180, -17.0), shapely.box(-180, -17.01, -179.99, -17.0)
CASES = {
    "edges that jump over the meridian": (
        (179.9, -17.0),
        shapely.Polygon([(179.99, -17.01), (-179.99, -17.01), (-179.99, -17.0), (179.99, -17.0)]), EAST),
    "two parts cut at the meridian (RFC 7946)": ((180.0, -17.0), shapely.MultiPolygon([EAST, WEST]), EAST),
    "longitudes beyond 180": ((-179.9, -17.0), shapely.box(179.99, -17.01, 180.01, -17.0), EAST),
    "around the north pole": (
        (0.0, 89.0), shapely.Polygon([(lon, 89.9) for lon in range(-180, 180, 5)]),
        shapely.Polygon([(-180, 90), *((lon, 89.9) for lon in range(-180, 1, 5)), (0, 90)])),
    "around the south pole": (
        (0.0, -89.0), shapely.Polygon([(lon, -89.9) for lon in range(180, -180, -5)]),
        shapely.Polygon([(180, -90), *((lon, -89.9) for lon in range(180, -1, -5)), (0, -90)])),
}  # fmt: skip


def geodesic_m2(shape: shapely.Geometry) -> float:
    return sum(abs(GEOD.geometry_area_perimeter(each)[0]) for each in getattr(shape, "geoms", [shape]))


@pytest.mark.parametrize("name", CASES)
def test_ground_over_the_seams_of_the_map_is_counted_as_the_ellipsoid_has_it(name: str) -> None:
    (lon, lat), whole, east = CASES[name]
    drawn, half = Plane(lon, lat).project(np.array([whole, east], dtype=object))
    hazard = HazardSlice(uuid.UUID(int=1), None, None, "sha", "open", drawn)
    release = ReleasePiece(uuid.UUID(int=2), "cleared", dt.date(2020, 5, 1), (), half)
    ledger = compute([hazard], [release], start=None, end=dt.date(2021, 1, 1), by="class")
    total, within = ledger.total, 0.02 + 1e-8 * geodesic_m2(whole)
    assert total["cleared_m2"] + total["closing_m2"] == pytest.approx(geodesic_m2(whole), abs=within)
    # A long edge and its two halves are different geodesics: what lies between them is outside the hazard.
    assert total["cleared_m2"] + ledger.proof.outside_any_hazard_m2 == pytest.approx(geodesic_m2(east), abs=within)
    assert ledger.proof.outside_any_hazard_m2 < 1e-4 * geodesic_m2(east)
    assert ledger.proof.residual_m2 == 0
