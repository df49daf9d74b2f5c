"""Do the entry rules find the same faults row by row, fast, and say so in words?"""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from picture_maker import LAT, LON, TODAY, found, point, ring, square, subject

from whitestone.domain.settings import Settings
from whitestone.quality import positions, shapes
from whitestone.quality.entry import EntryBatch, screen

PLANE = Settings(equal_area_lon=LON, equal_area_lat=LAT)


def codes(kind: str, geometry: list[Any] | None = None, **columns: list[Any]) -> list[tuple[int, str]]:
    """Screen a batch and give index and code of each finding."""
    array = None if geometry is None else np.array(geometry, dtype=object)
    batch = EntryBatch(kind=kind, columns=columns, today=TODAY, geometry=array)
    return [(each.index, each.code) for each in screen(batch, PLANE)]


def test_faults_of_shape_are_found_at_entry() -> None:
    """The rows at fault, and no others."""
    bow, sliver = ring([(0, 0), (100, 100), (100, 0), (0, 100)]), ring([(0, 0), (300, 0), (300, 0.5), (0, 0.5)])
    got = codes("hazard", [square(), bow, sliver, None, square(0, 0, 5100)])
    assert got == [(1, "polygon-invalid"), (2, "sliver"), (3, "geometry-missing"), (4, "leg-too-long")]


def test_faults_of_figures_dates_and_ids_are_found_at_entry() -> None:
    """Columns without geometry."""
    assert codes("hazard", [square(), square(500, 0)], area_reported_m2=[10_050.0, 12_000.0]) == [(1, "area-mismatch")]
    dates = ["2014", "2014-02-30", None, "2031-01-01"]
    assert codes("item", found_on=dates) == [(1, "date-impossible"), (3, "date-future")]
    assert codes("activity", started_on=["2015-02", "2016-01-02"], ended_on=["2015-02-01", "2016-01-01"]) == [
        (1, "dates-out-of-order")
    ]
    births = ["2021-05-06", "2021-05", "2020-01-02", None]
    assert codes("casualty", birth_date=births, occurred_on=["2020-05-06", "2021-05-01", "2020-01-02", "2020"]) == [
        (0, "dates-out-of-order")
    ]
    assert codes("hazard", local_id=["A-1", "a-1 ", "A-1", None]) == [(1, "id-duplicated-folded"), (2, "id-duplicated")]
    assert codes("item", quantity=[2, 1, None], quantity_destroyed=[1, 2, 1]) == [(1, "destroyed-exceeds-found")]
    assert codes("accident", casualties=[3, 1], killed=[1, 1], injured=[2, 1]) == [(1, "accident-sum")]


def test_the_point_with_the_wrong_sign_gets_a_proposal() -> None:
    """Among points of one country, the one with a lost minus is proposed back."""
    many = [point(x * 900, y * 700) for x in range(5) for y in range(5)]
    batch = EntryBatch(
        kind="item", columns={}, today=TODAY, geometry=np.array([*many, shapely.Point(41.00123, 75.00321)])
    )
    (one,) = [each for each in screen(batch, Settings()) if each.code == "sign-wrong"]
    assert one.index == 25
    assert one.proposal == {"lon": -41.00123, "lat": 75.00321}


def test_entry_and_whole_programme_agree_on_faults_of_shape() -> None:
    """One kernel serves both."""
    for shape in (ring([(0, 0), (100, 100), (100, 0), (0, 100)]), square(0, 0, 6000), square()):
        entry = {code for _, code in codes("hazard", [shape])}
        for rule in ("polygon-invalid", "leg-too-long", "sliver", "polygon-too-few-vertices"):
            assert (rule in entry) == bool(found(rule, subject("hazard", shape)))


def test_fifty_thousand_rows_without_polygons_are_cheap() -> None:
    """A batch of 50,000 casualty rows takes well under a second (goal: about 50 ms)."""
    count = 50_000
    dates = [f"{1990 + n % 30}-{1 + n % 12:02d}" for n in range(count)]
    lon, lat = np.random.default_rng(1).uniform(-78, -67, count), np.random.default_rng(2).uniform(-4, 12, count)
    columns = {"occurred_on": dates, "local_id": [str(n) for n in range(count)]}
    batch = EntryBatch(kind="casualty", columns=columns, today=dt.date(2026, 1, 1), lon=lon, lat=lat)
    started = time.process_time()
    assert screen(batch, Settings()) == []
    assert time.process_time() - started < 1.0


degrees = st.floats(-89, 89).map(lambda value: round(value, 6))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(degrees, degrees), min_size=1, max_size=30))
def test_a_proposal_always_lies_inside_the_extent(pairs: list[tuple[float, float]]) -> None:
    """What is proposed fits; what fits already is left alone."""
    here = positions.Extent(shapely.box(40, 35, 50, 42), True)
    lon, lat = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
    judged = positions.judge(lon, lat, here)
    for at, verdict in enumerate(judged.verdict):
        if verdict in (positions.SIGN, positions.SWAPPED):
            assert here.area.covers(shapely.Point(judged.lon[at], judged.lat[at]))
            assert sorted(map(abs, (judged.lon[at], judged.lat[at]))) == sorted(map(abs, (lon[at], lat[at])))
        assert (verdict == positions.INSIDE) == here.area.intersects(shapely.Point(lon[at], lat[at]))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=3, max_size=8))
def test_distinct_vertices_are_counted_as_a_set_counts_them(corners: list[tuple[int, int]]) -> None:
    """The vectorised count equals Python's set."""
    polygon = shapely.Polygon(corners)
    assert shapes.fewest_vertices(np.array([polygon], dtype=object))[0] == len(set(corners))
