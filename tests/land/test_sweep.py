"""Does the sweep count every combination of outlines as GEOS does, whatever they look like and wherever they lie?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st
from land_kernel import apart, geos, kernel, pack
from land_shapes import KINDS, overlays, shape

from whitestone.geodesy.areas import Plane

SMALL_M2 = 0.01
"""Beside 1e-9 of the area: how far an area may lie from that of GEOS."""


@settings(max_examples=150, deadline=None)
@given(overlays())
def test_every_combination_has_the_area_that_geos_gives_it(shapes: list[Any]) -> None:
    assert apart(kernel(shapes), geos(shapes)) < SMALL_M2


@settings(max_examples=80, deadline=None)
@given(overlays())
def test_both_axes_give_the_same(shapes: list[Any]) -> None:
    assert apart(kernel(shapes, across=1), kernel(shapes)) < 1e-4


@settings(max_examples=80, deadline=None)
@given(overlays(8))
def test_combinations_sum_to_the_union(shapes: list[Any]) -> None:
    whole = shapely.union_all(pack(shapes), grid_size=None if len(shapes) < 7 else 1e-6).area
    assert abs(sum(kernel(shapes).values()) - whole) < SMALL_M2 + 1e-9 * whole


@settings(max_examples=60, deadline=None)
@given(overlays(4), st.sampled_from([1e6, -3e6]))
def test_far_from_the_origin_nothing_is_lost(shapes: list[Any], far: float) -> None:
    moved = [shapely.affinity.translate(each, far, -far) for each in shapes]
    assert apart(kernel(moved), geos(moved)) < SMALL_M2


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_shape_alone_has_its_own_area(kind: str) -> None:
    rng = np.random.default_rng(KINDS.index(kind))
    for _ in range(30):
        one = shape(kind, rng, [])
        assert abs(sum(kernel([one]).values()) - one.area) < 1e-6


def test_stars_with_many_crossings() -> None:
    rng = np.random.default_rng(5)
    shapes = [shape("tangle", rng, []) for _ in range(3)]
    turn = np.linspace(0, 2 * np.pi, 101, endpoint=False) * 50
    shapes.append(shapely.make_valid(shapely.Polygon(40 + 40 * np.column_stack([np.cos(turn), np.sin(turn)]))))
    assert apart(kernel(shapes), geos(shapes)) < SMALL_M2


def test_an_outline_that_crosses_itself_counts_by_even_and_odd() -> None:
    bow = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    twice = shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4), (0, 0), (1, 1), (3, 1), (3, 3), (1, 3), (1, 1), (0, 0)])
    assert kernel([bow])[frozenset({0})] == pytest.approx(2.0)
    assert kernel([twice])[frozenset({0})] == pytest.approx(12.0)


def test_geodesic_area_agrees_through_the_plane_of_the_programme() -> None:
    geod = pyproj.Geod(ellps="WGS84")
    plane = Plane(17.8, 44.2)
    rng = np.random.default_rng(3)
    for _ in range(20):
        middle = np.array([17.8, 44.2]) + rng.uniform(-1.5, 1.5, 2)
        turn = np.sort(rng.uniform(0, 2 * np.pi, 40))
        ring = middle + np.column_stack([np.cos(turn), np.sin(turn)]) * rng.uniform(0.005, 0.02, (40, 1))
        there = shapely.segmentize(shapely.Polygon(ring), 1e-4)
        wanted = abs(geod.geometry_area_perimeter(there)[0])
        found = sum(kernel([plane.project(pack([there]))[0]]).values())
        assert found == pytest.approx(wanted, rel=1e-7)
