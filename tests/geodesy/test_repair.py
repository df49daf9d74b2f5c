"""Is every fault found, placed and mended by the stated policy, and nothing else touched?"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.errors import InvalidValue
from whitestone.geodesy.repair import POLICIES, Fault, faults, polygons_only, repair

BOWTIE = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
TWICE = shapely.from_wkt(
    "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 3 1, 3 3, 1 3, 1 1), (2 2, 3.5 2, 3.5 3.5, 2 3.5, 2 2))"
)


def test_a_self_crossing_outline_is_found_at_its_crossing() -> None:
    assert faults([BOWTIE]) == [Fault("Self-intersection", 1.0, 1.0)]


def test_the_policies_read_the_same_outline_differently_and_say_so() -> None:
    by_lines, said = repair([TWICE], "linework")
    by_rings, said_too = repair([TWICE], "structure")
    assert by_lines[0].area != by_rings[0].area
    assert "linework" in (said[0] or "")
    assert "structure" in (said_too[0] or "")


@pytest.mark.parametrize("policy", POLICIES)
def test_valid_geometries_and_none_come_back_untouched(policy: str) -> None:
    given_in = [shapely.box(0, 0, 1, 1), None, shapely.Point(1, 2)]
    made, reasons = repair(given_in, policy)
    assert made.tolist() == given_in
    assert reasons == [None, None, None]


@pytest.mark.parametrize("policy", POLICIES)
def test_an_outline_without_ground_becomes_none_with_the_reason(policy: str) -> None:
    spike = shapely.Polygon([(0, 0), (1, 1), (2, 2), (0, 0)])
    made, reasons = repair([spike], policy)
    assert made[0] is None
    assert "holds no ground" in (reasons[0] or "")


@pytest.mark.filterwarnings("ignore:invalid value encountered")
def test_coordinates_that_are_not_numbers_are_left_out_with_the_reason() -> None:
    broken = shapely.Polygon([(0, 0), (float("nan"), 1), (1, 1), (0, 0)])
    made, reasons = repair([broken, BOWTIE], "linework")
    assert made[0] is None
    assert "not a number" in (reasons[0] or "")
    assert made[1].area == pytest.approx(2)


def test_an_unknown_policy_is_refused() -> None:
    with pytest.raises(InvalidValue):
        repair([BOWTIE], "buffer0")


def test_stray_lines_of_an_overlay_hold_no_ground() -> None:
    nested = shapely.GeometryCollection([shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)]),
                                         shapely.LineString([(5, 5), (6, 6)])])
    kept = polygons_only(np.array([nested, shapely.Polygon()], dtype=object))
    assert kept[0].area == 2
    assert kept[1] is None


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=3, max_size=9), st.sampled_from(POLICIES))
def test_whatever_the_outline_the_result_is_valid_ground_or_none(ring: list[tuple[int, int]], policy: str) -> None:
    made, reasons = repair([shapely.Polygon(ring)], policy)
    if made[0] is not None:
        assert made[0].is_valid
        assert made[0].geom_type in ("Polygon", "MultiPolygon")
        assert not made[0].is_empty
        again, said = repair(made, policy)
        assert said == [None]
        assert again[0] == made[0]
    else:
        assert reasons[0]


def test_the_invalid_areas_of_the_bosnian_map_are_all_found(shared_data: Path) -> None:
    counts = {}
    for name in ("suspect_areas_simplyfied", "cleared_areas_simplyfied"):
        features = json.loads((shared_data / "bosnia_mine_map" / f"{name}.geojson").read_text("utf-8"))["features"]
        raw = [shapely.geometry.shape(each["geometry"]) for each in features if each["geometry"]]
        geoms = np.array([each for each in raw if not each.is_empty], dtype=object)
        made, reasons = repair(geoms, "linework")
        counts[name] = sum(reason is not None for reason in reasons)
        assert shapely.is_valid(made).all() or all(made[at] is None for at in np.flatnonzero(~shapely.is_valid(made)))
        assert all(fault is None or fault.lon is not None for fault in faults(geoms))
    assert counts == {"suspect_areas_simplyfied": 467, "cleared_areas_simplyfied": 709}
