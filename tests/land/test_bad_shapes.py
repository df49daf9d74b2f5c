"""Does every shape that can go wrong end as a figure, without a crash, a hang or a silent loss?"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely

from whitestone.land.book import Book, simulate
from whitestone.land.inputs import HazardSlice, ReleasePiece

DAY = dt.date(2015, 5, 1)
OUTCOMES = ("cleared", "reduced", "cancelled")
COUNTRY = shapely.box(-300_000, -300_000, 300_000, 300_000)


def hazard(shape: Any, number: int = 1) -> HazardSlice:
    return HazardSlice(uuid.UUID(int=number), None, None, "sha", "open", shape)


def release(shape: Any, number: int = 1, outcome: str = "cleared", day: int = 0) -> ReleasePiece:
    return ReleasePiece(uuid.UUID(int=10**6 + number), outcome, DAY + dt.timedelta(days=day), (), shape)


def left_m2(book: Book) -> float:
    assert abs(book.shot_m2() - int(book.stock.sum()) / 100) <= 0.01 * (1 + len(np.unique(book.pieces.lines[:, 0])))
    return int(book.stock.sum()) / 100


BAD = {
    "bow-tie": (shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)]), 50.0),
    "spike": (shapely.Polygon([(0, 0), (10, 0), (10, 10), (30, 30), (10, 10), (0, 10)]), 100.0),
    "repeated vertices": (shapely.Polygon([(0, 0), (0, 0), (10, 0), (10, 0), (10, 10), (0, 10), (0, 10)]), 100.0),
    "not a number": (shapely.Polygon(np.array([(0, 0), (10, 0), (np.nan, 10), (0, 10), (0, 0)])), 0.0),
    "ring of two points": (shapely.Polygon([(0, 0), (10, 10), (0, 0), (10, 10)]), 0.0),
    "hole outside": (shapely.Polygon([(0, 0), (10, 0), (10, 10), (0, 10)],
                                     [[(20, 20), (30, 20), (30, 30), (20, 30)]]), 200.0),
    "nothing": (None, 0.0),
    "a point": (shapely.Point(1, 1), 0.0),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("name", BAD)
def test_a_bad_outline_is_a_figure(name: str) -> None:
    shape, area = BAD[name]
    assert left_m2(simulate([hazard(shape)], [])) == pytest.approx(area)
    assert left_m2(simulate([hazard(COUNTRY)], [release(shape)])) == pytest.approx(COUNTRY.area - area)
    assert left_m2(simulate([hazard(shape)], [release(COUNTRY)])) == 0.0


def check_many_vertices(count: int) -> None:
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    radius = 1_000 + np.random.default_rng(1).uniform(-3, 3, count)
    shape = shapely.Polygon(np.column_stack([np.cos(turn), np.sin(turn)]) * radius[:, None])
    box = shapely.box(-2_000, -2_000, 0, 2_000)
    # Seen from the middle an outline is a fan of triangles: what lies right of the line through it is half of the fan,
    # and of the two triangles that the line cuts, what lies on its right.
    corners = np.column_stack([np.cos(turn), np.sin(turn)]) * radius[:, None]
    corners[np.abs(corners) < 1e-9] = 0.0
    after = np.roll(corners, -1, axis=0)
    twice = corners[:, 0] * after[:, 1] - after[:, 0] * corners[:, 1]
    left, right = np.minimum(corners[:, 0], after[:, 0]), np.maximum(corners[:, 0], after[:, 0])
    share = np.clip(right / np.where(right > left, right - left, 1.0), 0.0, 1.0)
    share = np.where(left >= 0, 1.0, np.where(right <= 0, 0.0, share))
    assert left_m2(simulate([hazard(shape)], [release(box)])) == pytest.approx(
        0.5 * float((twice * share).sum()), abs=0.01, rel=1e-9
    )


def check_many_releases_on_one_hazard(across: int) -> None:
    tiles = [shapely.box(x, y, x + 10, y + 10) for x in range(0, 10 * across, 10) for y in range(0, 10 * across, 10)]
    ground = shapely.box(0, 0, 10 * across + 5, 10 * across)
    book = simulate([hazard(ground)], [release(each, number) for number, each in enumerate(tiles)])
    assert left_m2(book) == pytest.approx(5 * 10 * across)


def check_all_shapes_identical(count: int) -> None:
    shape = shapely.Point(0, 0).buffer(100)
    book = simulate([hazard(shape, number + 1) for number in range(count)],
                    [release(shape, number, day=number % 7) for number in range(count)])
    assert left_m2(book) == 0.0
    assert int(book.pieces.cents[book.pieces.lines[:, 2] == 6].sum()) / 100 == pytest.approx(shape.area, abs=0.01)


def check_hairlines_that_cross(count: int) -> None:
    size, width = 1_000.0, 0.01
    at = np.linspace(10, size - 10, count // 2)
    lines = [shapely.box(x, 0, x + width, size) for x in at] + [shapely.box(0, y, size, y + width) for y in at]
    book = simulate([hazard(shapely.box(0, 0, size, size))],
                    [release(each, number, day=number) for number, each in enumerate(lines)])
    taken = count * width * size - (count // 2) ** 2 * width**2
    assert left_m2(book) == pytest.approx(size * size - taken, abs=0.02)


def check_hairlines_that_cross_aslant(count: int) -> None:
    rng = np.random.default_rng(3)
    turn = np.pi / 4 + rng.normal(0, 0.3, count)
    along = np.stack([np.cos(turn), np.sin(turn)], axis=-1) * np.where(np.arange(count) % 2, 1, [[1], [-1]]).T * 500
    aside = np.stack([-along[:, 1], along[:, 0]], axis=-1) * (0.025 / 500)
    centre = rng.uniform(300, 700, (count, 2))
    rings = np.stack([centre - along + aside, centre + along + aside, centre + along - aside, centre - along - aside],
                     axis=1)
    lines = shapely.polygons(np.concatenate([rings, rings[:, :1]], axis=1))
    ground = shapely.box(0, 0, 1_000, 1_000)
    book = simulate([hazard(ground)], [release(each, number, day=number) for number, each in enumerate(lines)])
    taken = shapely.intersection(shapely.union_all(lines), ground).area
    assert left_m2(book) == pytest.approx(ground.area - taken, abs=0.02)


def check_discs_on_one_spot(count: int) -> None:
    rng = np.random.default_rng(4)
    discs = shapely.buffer(shapely.points(500 + rng.normal(0, 30, (count, 2))), rng.uniform(80, 120, count))
    ground = shapely.box(0, 0, 1_000, 1_000)
    book = simulate([hazard(ground)], [release(each, number, day=number) for number, each in enumerate(discs)])
    assert left_m2(book) == pytest.approx(ground.area - shapely.union_all(discs).area, abs=0.02)


def check_releases_that_overlap_at_random(count: int) -> None:
    rng = np.random.default_rng(1)
    side = 10_000 * (count / 100_000) ** 0.5  # eight on each other on average
    turn = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    radius = rng.uniform(20, 80, (count, 1)) * rng.uniform(0.8, 1.2, (count, 12))
    xy = rng.uniform(0, side, (count, 1, 2)) + np.stack([radius * np.cos(turn), radius * np.sin(turn)], axis=-1)
    shapes = shapely.polygons(np.concatenate([xy, xy[:, :1]], axis=1))
    ground = shapely.box(0, 0, side, side)
    book = simulate([hazard(ground)], [release(shape, number, OUTCOMES[number % 3], number % 3_000)
                                       for number, shape in enumerate(shapes)])
    assert left_m2(book) == pytest.approx(ground.area - shapely.intersection(shapely.union_all(shapes), ground).area,
                                          abs=0.01, rel=1e-9)


def test_many_of_everything() -> None:
    check_releases_that_overlap_at_random(400)
    check_many_vertices(20_000)
    check_many_releases_on_one_hazard(40)
    check_all_shapes_identical(300)
    check_hairlines_that_cross(60)
    check_hairlines_that_cross_aslant(60)
    check_discs_on_one_spot(30)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("check", "count"), [
    (check_many_vertices, 2_000_000), (check_many_releases_on_one_hazard, 316), (check_all_shapes_identical, 10_000),
    (check_hairlines_that_cross, 5_000), (check_hairlines_that_cross_aslant, 1_000), (check_discs_on_one_spot, 400),
    (check_releases_that_overlap_at_random, 100_000),
])  # fmt: skip
def test_the_same_at_full_size(check: Callable[[int], None], count: int) -> None:
    check(count)
