"""Do the stations of a sheet lie where an independent walk over the ellipsoid leads, and does the misclosure tell?"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import ppigrf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer
from walking import TURN, apart, walk

from whitestone.minefields.sheets import read_sheets
from whitestone.minefields.traverse import Hypothesis, SheetGeometry, lay_out, lay_out_many, to_lonlat, to_plane

START = (46.93, 39.99)


def leg(start: str, end: str, bearing: Any, distance: Any, **more: Any) -> dict[str, Any]:
    """Make one leg of true degrees and metres, unless `more` says otherwise."""
    stated = {"from": start, "to": end, "bearing": bearing, "distance": distance}
    return {**stated, "unit": "degrees", "north": "true", **more}


def sheet(legs: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Make a record in WGS 84 that starts at the fixture's place."""
    point = {"no": "R1", "x": START[0], "y": START[1]}
    return {"id": "A", "crs": {"epsg": 4326, "basis": "stated"}, "reference_points": [point], "legs": legs, **more}


def laid(record: dict[str, Any], **hypothesis: Any) -> SheetGeometry:
    """Read and lay out one record."""
    return lay_out(read_sheets([record]).records[0], Hypothesis(**hypothesis))


BOX = [leg("R1", "A", 0, 100), leg("A", "B", 90, 200), leg("B", "C", 180, 100)]


def test_the_fixture_traverse_lies_where_it_was_computed() -> None:
    """domain.md 4.5: three legs from 39.99 N 46.93 E, the closing leg, and the area."""
    made = laid(sheet(BOX))
    assert made.lat[1:].round(8).tolist() == [39.99090062, 39.99090060, 39.98999998]
    assert made.lon[1:].round(8).tolist() == [46.93, 46.93234178, 46.93234178]
    geod = Geod(ellps="WGS84")
    azimuth, _, distance = geod.inv(made.lon[3], made.lat[3], *START)
    assert (azimuth % 360, distance) == (pytest.approx(270.0, abs=0.002), pytest.approx(200.003, abs=0.0005))
    area, _ = geod.polygon_area_perimeter(made.lon, made.lat)
    assert abs(area) == pytest.approx(20_000.13, abs=0.005)


def test_the_same_bearings_taken_as_magnetic_move_the_corners() -> None:
    """With a declination of 6.41 degrees the corners move by 11.18, 25.00 and 22.36 m."""
    magnetic = [{**each, "north": "magnetic"} for each in BOX]
    turned = [leg(each["from"], each["to"], each["bearing"] + 6.41, each["distance"]) for each in BOX]
    plain, moved, dated = laid(sheet(BOX)), laid(sheet(turned)), laid(sheet(magnetic, recorded_on="2024-06-30"))
    gaps = [apart((moved.lon[k], moved.lat[k]), (plain.lon[k], plain.lat[k])) for k in (1, 2, 3)]
    assert gaps == pytest.approx([11.18, 25.00, 22.36], abs=0.01)
    assert dated.declination_deg == pytest.approx(6.41, abs=0.02)
    assert apart((dated.lon[3], dated.lat[3]), (moved.lon[3], moved.lat[3])) < 0.1


legs_drawn = st.lists(
    st.tuples(
        st.floats(0, 0.9999),
        st.integers(5, 1500),
        st.sampled_from(sorted(TURN)),
        st.booleans(),
        st.sampled_from(["true", "grid", "magnetic"]),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(legs_drawn, st.floats(43.0, 48.0), st.floats(38.5, 60.0), st.dates(dt.date(1970, 1, 1), dt.date(2020, 1, 1)))
def test_any_traverse_agrees_with_a_walk_in_space_within_a_decimetre_a_kilometre(
    drawn: list[tuple[float, int, str, bool, str]], lon: float, lat: float, day: dt.date
) -> None:
    """Units, direction of the scale and norths are worked out again here, in another way, at every station."""
    grid = Transformer.from_crs(4326, 32638, always_xy=True)
    here, legs, walked, length = (lon, lat), [], [], 0.0
    for at, (share, distance, unit, clockwise, north) in enumerate(drawn):
        number = round(share * TURN[unit], 2)
        legs.append(
            {
                "from": f"S{at}" if at else "R1",
                "to": f"S{at + 1}",
                "bearing": number,
                "unit": unit,
                "north": north,
                "distance": distance,
                "scale_direction": "clockwise" if clockwise else "anticlockwise",
            }
        )
        bearing = number / TURN[unit] * 360.0 * (1 if clockwise else -1)
        if north == "magnetic":
            east, up, _ = ppigrf.igrf(here[0], here[1], 0.0, dt.datetime(day.year, day.month, day.day))
            bearing += math.degrees(math.atan2(float(east[0]), float(up[0])))
        if north == "grid":
            first, second = grid.transform(*here), grid.transform(here[0], here[1] + 1e-4)
            bearing -= math.degrees(math.atan2(second[0] - first[0], second[1] - first[1]))
        here = walk(*here, bearing, distance)
        walked.append(here)
        length += distance / 1000.0
    record = {
        "id": "A",
        "crs": {"epsg": 32638},
        "recorded_on": day.isoformat(),
        "legs": legs,
        "reference_points": [{"no": "R1", **dict(zip("xy", grid.transform(lon, lat), strict=True))}],
    }
    made = laid(record)
    for at, place in enumerate(walked):
        station = made.stations.index(f"S{at + 1}")
        assert apart((made.lon[station], made.lat[station]), place) <= 0.1 * length + 0.001


@settings(max_examples=40, deadline=None)
@given(legs_drawn)
def test_plane_legs_add_up_to_the_stations(drawn: list[tuple[float, int, str, bool, str]]) -> None:
    """What an estimator disturbs are straight legs of the plane: undisturbed they lead exactly to the stations."""
    legs = [
        leg(f"S{at}" if at else "R1", f"S{at + 1}", share * 360, metres) for at, (share, metres, *_) in enumerate(drawn)
    ]
    made = laid(sheet(legs))
    east, north = np.zeros(len(made.stations)), np.zeros(len(made.stations))
    for at in made.order.tolist():
        via = made.tree_leg[at]
        if via >= 0:
            turned = math.radians(made.plane_bearing_deg[via])
            east[at] = east[made.parent[at]] + made.sign[at] * made.plane_length_m[via] * math.sin(turned)
            north[at] = north[made.parent[at]] + made.sign[at] * made.plane_length_m[via] * math.cos(turned)
    assert np.allclose(east, made.east_m, atol=1e-6)
    assert np.allclose(north, made.north_m, atol=1e-6)


@settings(max_examples=50, deadline=None)
@given(st.floats(-3000, 3000), st.floats(-3000, 3000), st.floats(-179, 179), st.floats(-80, 80))
def test_plane_and_degrees_undo_each_other(east: float, north: float, lon: float, lat: float) -> None:
    back = to_plane(*to_lonlat([east], [north], (lon, lat)), (lon, lat))
    assert (back[0][0], back[1][0]) == (pytest.approx(east, abs=1e-6), pytest.approx(north, abs=1e-6))


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 359.9), st.floats(50, 2000), st.sampled_from(["true", "grid", "magnetic"]))
def test_a_leg_walked_backwards_leads_back_to_its_start(bearing: float, metres: float, north: str) -> None:
    """Where only the far end has a position, the back azimuth leads to the near one."""
    ahead = laid(sheet([leg("R1", "T1", bearing, metres, north=north)], recorded_on="1993"))
    end = {"no": "T1", "x": float(ahead.lon[1]), "y": float(ahead.lat[1])}
    record = sheet([leg("R1", "T1", bearing, metres, north=north)], recorded_on="1993")
    record["reference_points"] = [end]
    behind = laid(record)
    start = behind.stations.index("R1")
    assert behind.sign[start] == -1
    assert apart((behind.lon[start], behind.lat[start]), START) < 0.001 + metres * 2e-6


def test_a_loop_tells_how_far_it_misses_and_one_in_how_much() -> None:
    loop = [*BOX, leg("C", "R1", 270, 190)]
    closure = laid(sheet(loop)).closures[0]
    assert closure.misclosure_m == pytest.approx(10.0, abs=0.01)
    assert closure.length_m == 590.0
    assert closure.one_in == pytest.approx(59.0, abs=0.1)


def test_two_reference_points_that_disagree_are_a_misclosure_and_the_first_one_counts() -> None:
    record = sheet([leg("R1", "R2", 90, 500)])
    lon, lat = to_lonlat([530.0], [0.0], START)
    record["reference_points"].append({"no": "R2", "x": float(lon[0]), "y": float(lat[0])})
    made = laid(record)
    assert made.closures[0].leg == -1
    assert made.misclosure_m == pytest.approx(30.0, abs=0.01)
    assert made.anchor_east_m.round(2).tolist() == [0.0, 530.0]


def test_a_sheet_without_a_place_keeps_its_shape_and_says_that_it_lies_nowhere() -> None:
    record = {"id": "A", "legs": BOX, "perimeter": ["A", "B", "C"]}
    made = laid(record)
    assert made.anchor_lonlat is None
    assert np.isnan(made.lon).all()
    assert made.east_m.round(1).tolist() == [0.0, 0.0, 200.0, 200.0]
    assert any("lies nowhere" in words for words in made.said)


@pytest.mark.parametrize(
    ("hypothesis", "bearing"),
    [
        ({}, 12.0),
        ({"north": "true"}, 12.0),
        ({"unit": "mil6400", "whole": True}, 11.25 / 360 * 360 / 60),
    ],
)
def test_a_hypothesis_answers_only_what_the_sheet_leaves_open_unless_it_is_for_the_whole(
    hypothesis: dict[str, Any], bearing: float
) -> None:
    made = laid(sheet([leg("R1", "T1", 12 if not hypothesis.get("whole") else 10 / 3, 100)]), **hypothesis)
    assert float(made.true_bearing_deg[0]) == pytest.approx(bearing)


def test_unknown_units_and_norths_are_assumed_and_said() -> None:
    made = laid(sheet([leg("R1", "T1", "15-00", 100, unit=None, north=None)], recorded_on="1993-06"))
    assert made.true_bearing_deg[0] == pytest.approx(90 + 4.65, abs=0.02)
    assert any("mil6000 is assumed" in words for words in made.said)
    assert any("magnetic is assumed" in words for words in made.said)


def test_a_number_beyond_a_full_turn_makes_the_reading_impossible_and_nothing_else() -> None:
    record = sheet([leg("R1", "T1", "63-20", 100, unit="mil6000")])
    assert laid(record).impossible
    assert not laid(record, unit="mil6400", whole=True).impossible
    assert laid(record, unit="mil6400", whole=True).true_bearing_deg[0] == pytest.approx(355.5)


@pytest.mark.parametrize(("unit", "metres"), [("pace", 75.0), ("step_pair", 150.0), ("yard", 91.44), ("km", 100_000.0)])
def test_distances_in_other_units(unit: str, metres: float) -> None:
    made = laid(sheet([leg("R1", "T1", 0, 100, distance_unit=unit)]))
    assert made.length_m[0] == pytest.approx(metres)
    assert made.pace[0] == (unit in ("pace", "step_pair"))


def test_the_length_of_a_pace_is_that_of_the_leg_the_sheet_or_the_hypothesis() -> None:
    record = sheet([leg("R1", "T1", 0, 100, distance_unit="pace")], pace_m=0.8)
    assert laid(record).length_m[0] == pytest.approx(80.0)
    assert laid(record, pace_m=0.7).length_m[0] == pytest.approx(70.0)


@pytest.mark.parametrize(
    ("epsg", "x", "y", "operation", "said"),
    [
        (28408, 8664842, 4430282, 15865, ""),
        (28408, 664842, 4430282, 15865, "zone 8"),
        (2498, 664842, 4430282, 15865, ""),
        (4284, 46.93, 39.99, 15865, ""),
        (None, 8664842, 4430282, 15865, "guessed"),
        (28407, 8664842, 4430282, 15865, "zone 8"),
    ],
)
def test_the_same_place_in_every_grid_that_a_sheet_may_use(
    epsg: int | None, x: float, y: float, operation: int, said: str
) -> None:
    """SK-42 39.99 N 46.93 E is zone 8 grid N 4,430,282, E 8,664,842; 102.6 m from the same numbers in WGS 84."""
    record = {
        "id": "A",
        "crs": {"epsg": epsg, "operation": operation},
        "reference_points": [{"no": "R1", "x": x, "y": y}],
        "legs": [leg("R1", "T1", 0, 100)],
    }
    made = laid(record)
    assert apart(made.anchor_lonlat, START) == pytest.approx(102.6, abs=0.5)
    assert made.operation.code == operation
    assert made.anchor_accuracy_m == pytest.approx(4.5)
    assert not said or any(said in words for words in made.said)


def test_swapped_coordinates_are_a_hypothesis_that_puts_them_right() -> None:
    record = {"id": "A", "crs": {"epsg": 28408}, "reference_points": [{"no": "R1", "x": 4430282, "y": 8664842}]}
    made = laid(record, swapped=True)
    assert apart(made.anchor_lonlat, START) < 110


def test_zone_8_read_as_utm_38n_is_1870_m_off() -> None:
    record = {"id": "A", "crs": {"epsg": 28408}, "reference_points": [{"no": "R1", "x": 8664842, "y": 4430282}]}
    right = laid(record)
    record = {"id": "A", "crs": {"epsg": 32638}, "reference_points": [{"no": "R1", "x": 664842, "y": 4430282}]}
    wrong = laid(record)
    assert apart(right.anchor_lonlat, wrong.anchor_lonlat) == pytest.approx(1870, abs=15)


def test_a_resolved_landmark_counts_before_its_written_numbers() -> None:
    record = sheet(BOX)
    record["reference_points"][0]["resolved"] = {"lon": 46.95, "lat": 40.0, "accuracy_m": 3, "by": "map"}
    made = laid(record)
    assert made.anchor_lonlat == (46.95, 40.0)
    assert made.anchor_accuracy_m == 3.0


def test_many_sheets_at_once_are_those_laid_out_one_by_one() -> None:
    records = [
        sheet([leg("R1", "T1", 10 * k, 300, north=n)], recorded_on=str(1990 + k))
        for k in range(4)
        for n in ("true", "grid", "magnetic")
    ]
    sheets = read_sheets(records).records
    together = lay_out_many([(each, Hypothesis()) for each in sheets])
    for each, made in zip(sheets, together, strict=True):
        alone = lay_out(each)
        assert np.allclose(alone.east_m, made.east_m, atol=1e-9)
        assert alone.declination_deg == pytest.approx(made.declination_deg, abs=1e-12)


def test_a_perimeter_that_is_not_stated_is_the_loop_of_the_legs() -> None:
    made = laid(sheet([leg("R1", "A", 0, 50), leg("A", "B", 90, 50), leg("B", "C", 180, 50), leg("C", "A", 315, 70)]))
    assert [made.stations[at] for at in made.perimeter] == ["A", "B", "C"]
    assert made.ring_lonlat.shape == (3, 2)
