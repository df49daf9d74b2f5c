"""Does the joint assessment find fields, keep its head about false sheets, and give the same answer twice?"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from whitestone.minefields.assessing import assess, report
from whitestone.minefields.joint import Effort
from whitestone.minefields.outlines import Spread, outline_of, sets_of, spread_of
from whitestone.minefields.sheets import read_sheets
from whitestone.minefields.templates import COLUMNS, ROWS, Frame, frame_of, plain_template, scattered

SHORT = Effort(chains=2, burn=40, draws=30)
LON, LAT = 46.93, 39.99


def degrees(east: float, north: float) -> tuple[float, float]:
    return LON + east / (111_320.0 * math.cos(math.radians(LAT))), LAT + north / 111_040.0


def sheet(name: str, east: float, north: float, count: int = 40) -> dict[str, object]:
    lon, lat = degrees(east, north)
    legs = [("R1", "T1", 0, 100), ("T1", "T2", 90, 200), ("T2", "T3", 180, 50), ("T3", "T4", 270, 200)]
    return {
        "id": name,
        "crs": {"epsg": 4326, "basis": "stated"},
        "recorded_on": "1993-06-14",
        "reference_points": [{"no": "R1", "x": lon, "y": lat}],
        "legs": [
            {
                "from": a,
                "to": b,
                "bearing": str(bearing),
                "unit": "degrees",
                "north": "true",
                "distance": far,
                "distance_unit": "m",
                "method": "pace",
            }
            for a, b, bearing, far in legs
        ],
        "perimeter": ["T1", "T2", "T3", "T4"],
        "quantities": {"PMN-2": count},
    }


def box(west: float, south: float, east: float, north: float) -> dict[str, object]:
    ring = [degrees(*corner) for corner in ((west, south), (east, south), (east, north), (west, north), (west, south))]
    return {"type": "Polygon", "coordinates": [ring]}


def batch(seed: int = 1, shift: tuple[float, float] = (25.0, -15.0)) -> dict[str, list[dict[str, object]]]:
    """Two sheets, 1,500 m apart; 40 mines are found by the first, off by `shift`; the second's ground holds nothing."""
    rng = np.random.default_rng(seed)
    finds = []
    for number, (u, v) in enumerate(rng.uniform(0, 1, (40, 2))):
        lon, lat = degrees(shift[0] + 200 * u, 50 + shift[1] + 50 * v)
        finds.append({"id": f"F-{number}", "lon": lon, "lat": lat, "accuracy_m": 3, "type": "PMN-2"})
    ground = [
        {"id": "S-1", "p_detect": 0.99, "geometry": box(-150, -150, 400, 300)},
        {"id": "S-2", "p_detect": 0.99, "geometry": box(900, -600, 2400, 800)},
    ]
    return {"records": [sheet("A-1", 0, 0), sheet("A-2", 1500, 0)], "finds": finds, "searched": ground}


@pytest.fixture(scope="module")
def told() -> dict[str, object]:
    return report(assess(read_sheets(batch()), seed=5, effort=SHORT))


def detail(told: dict[str, object], name: str) -> dict[str, object]:
    return next(each for each in told["records_detail"] if each["id"] == name)


def test_a_sheet_with_its_mines_found_is_true_and_one_whose_ground_is_empty_is_not(told: dict[str, object]) -> None:
    assert detail(told, "A-1")["p_field"] > 0.95
    assert detail(told, "A-2")["p_field"] < 0.6
    assert detail(told, "A-1")["finds_explained"] > 36


def test_finds_move_the_field_to_where_they_lie(told: dict[str, object]) -> None:
    lon, lat = degrees(25 + 100, 50 - 15 + 25)
    found = detail(told, "A-1")["centroid"]
    off = math.hypot((found[0] - lon) * 85_300, (found[1] - lat) * 111_040)
    assert off < 12.0
    assert 12.0 < detail(told, "A-1")["shift_m"] < 50.0


def test_the_answer_is_the_same_for_the_same_seed_whatever_the_order_and_the_threads(told: dict[str, object]) -> None:
    turned = {name: rows[::-1] for name, rows in batch().items()}
    again = report(assess(read_sheets(turned), seed=5, effort=SHORT, threads=1))
    assert json.dumps(again["records_detail"]) == json.dumps(told["records_detail"])
    assert again["finds_detail"] == told["finds_detail"]
    assert again["completeness"] == told["completeness"]


def test_outlines_lie_in_one_another_and_say_how_much_ground_they_hold(told: dict[str, object]) -> None:
    for each in told["records_detail"]:
        assert 0 < each["p50_m2"] < each["p90_m2"] < each["p99_m2"]
        assert set(each["outlines"]) == {"50", "90", "99"}


def test_the_same_sheet_under_two_numbers_is_one_witness_and_two_sheets() -> None:
    twice = batch()
    twice["records"].append(sheet("D-1", 0, 0))
    told = report(assess(read_sheets(twice), seed=5, effort=SHORT))
    assert detail(told, "D-1")["p_field"] == detail(told, "A-1")["p_field"] > 0.9
    assert told["records"] == 3


def test_nothing_at_all_is_no_score() -> None:
    told = report(assess(read_sheets([]), seed=1, effort=SHORT))
    assert told["completeness"]["value"] is None
    assert told["accuracy"]["value"] is None
    assert told["as_written_share"] is None


def test_a_sheet_without_a_reference_point_is_kept_without_a_place() -> None:
    held = batch()
    held["records"].append({"id": "A-9", "legs": [], "perimeter": []})
    told = report(assess(read_sheets(held), seed=5, effort=SHORT))
    assert detail(told, "A-9")["outlines"] is None
    assert 0.0 < detail(told, "A-9")["p_field"] < 1.0


def test_a_sheet_that_states_no_mines_is_placed_where_no_find_tells_a_type_either() -> None:
    alone = {key: value for key, value in sheet("A-1", 0, 0).items() if key != "quantities"}
    told = report(assess(read_sheets({"records": [alone]}), seed=5, effort=SHORT))
    assert 0.0 < detail(told, "A-1")["p50_m2"] < detail(told, "A-1")["p90_m2"]
    lon, lat = degrees(100.0, 70.0)
    told = report(assess(read_sheets({"records": [alone], "finds": [{"id": "F", "lon": lon, "lat": lat}]}), seed=5))
    assert told["finds"] == 1


def test_ten_thousand_finds_at_one_spot_do_not_break_it() -> None:
    held = batch()
    lon, lat = degrees(120, 60)
    held["finds"] = [{"id": f"F-{number}", "lon": lon, "lat": lat, "type": "PMN-2"} for number in range(2_000)]
    told = report(assess(read_sheets(held), seed=5, effort=Effort(chains=1, burn=5, draws=5)))
    assert told["finds"] == 2_000


def test_a_batch_of_a_whole_country_places_sheets_closely_and_says_how_coarse_its_searched_ground_is() -> None:
    held = batch()
    assert report(assess(read_sheets(held), seed=5, effort=SHORT))["limits"] == []
    far = [dict(each, id=f"far-{each['id']}", lon=each["lon"] + 3.0) for each in held["finds"]]
    told = report(assess(read_sheets({**held, "finds": [*held["finds"], *far]}), seed=5, effort=SHORT))
    (said,) = told["limits"]
    assert "in cells of" in said
    assert all(each["shift_m"] < 200.0 and each["p50_m2"] < 30_000.0 for each in told["records_detail"])


def test_the_smallest_set_holds_its_share() -> None:
    frame = frame_of(np.array([[0.0, 0.0], [200.0, 0.0], [200.0, 50.0], [0.0, 50.0]]))
    template = plain_template(np.array([[0.0, 0.0], [200.0, 0.0], [200.0, 50.0], [0.0, 50.0]]), frame, 5.0)
    spread = spread_of(np.tile(frame.at, (10, 1)), np.ones(10), template)
    sets = sets_of(spread)
    assert spread.mass[sets[50]].sum() == pytest.approx(0.5, abs=0.01)
    assert spread.mass[sets[90]].sum() == pytest.approx(0.9, abs=0.01)
    assert not (sets[50] & ~sets[90]).any()


def test_outlines_that_are_walked_have_no_speckles_and_are_hardly_larger() -> None:
    """Cells left out one by one among others make a set hardly smaller, and nobody can walk along it."""
    rng = np.random.default_rng(2)
    mass = rng.gamma(2.0, 1.0, (60, 60)) * np.exp(-np.hypot(*np.mgrid[-30:30, -30:30]) / 8.0)
    spread = Spread(mass / mass.sum(), 0.0, 0.0, 5.0)
    sets = sets_of(spread)
    falling = np.sort(spread.mass, axis=None)[::-1]

    def parts(inside: np.ndarray[Any, Any]) -> int:
        shape = outline_of(inside, spread)
        return sum(1 + len(part.interiors) for part in getattr(shape, "geoms", [shape]))

    for share in (50, 90, 99):
        assert spread.mass[sets[share]].sum() == pytest.approx(share / 100.0, abs=0.002)
        least = int(np.searchsorted(np.cumsum(falling), share / 100.0))
        assert sets[share].sum() < (1.6 if share == 50 else 1.3) * least  # this ground is rougher than any real one
        assert parts(sets[share]) < parts(spread.mass >= falling[least]) / 5
    assert not (sets[50] & ~sets[90]).any()
    assert not (sets[90] & ~sets[99]).any()


def test_a_template_holds_all_mines_of_its_field_once() -> None:
    frame = Frame(0.0, 0.0, 0.3, 180.0, 40.0)
    ring = np.array([[-90.0, -20.0], [90.0, -20.0], [90.0, 20.0], [-90.0, 20.0]])
    made = plain_template(ring, frame, 4.0)
    cell = 4.0 * made.reach[0] * made.reach[1] / made.density.size
    assert float(made.density.sum()) * cell == pytest.approx(1.0, abs=1e-3)


def test_places_of_mines_lie_as_densely_as_the_template_says_and_not_in_lumps() -> None:
    frame = Frame(0.0, 0.0, 0.0, 200.0, 50.0)
    ring = np.array([[-100.0, -25.0], [100.0, -25.0], [100.0, 25.0], [-100.0, 25.0]])
    made = plain_template(ring, frame, 6.0, 2.0)
    places = scattered(made, 2_048)
    column = ((places[:, 0] / made.reach[0] + 1.0) / 2.0 * COLUMNS).astype(int)
    row = ((places[:, 1] / made.reach[1] + 1.0) / 2.0 * ROWS).astype(int)
    told = np.zeros((ROWS, COLUMNS))
    np.add.at(told, (row, column), 1.0 / 2_048)
    so = made.mines / made.mines.sum()
    for axis in (0, 1):
        assert np.abs(np.cumsum(told.sum(axis=axis)) - np.cumsum(so.sum(axis=axis))).max() < 0.02
    assert len(np.unique(places, axis=0)) == 2_048


def test_mines_are_less_blurred_than_their_finds() -> None:
    frame = Frame(0.0, 0.0, 0.0, 200.0, 50.0)
    ring = np.array([[-100.0, -25.0], [100.0, -25.0], [100.0, 25.0], [-100.0, 25.0]])
    made = plain_template(ring, frame, 8.0, 2.0)
    middle = ROWS // 2
    inside = np.abs((np.arange(COLUMNS) + 0.5) / COLUMNS * 2.0 - 1.0) * made.reach[0] < 0.5
    assert made.mines[middle, inside].sum() / made.mines[middle].sum() > 0.98
    assert made.density[middle, inside].sum() / made.density[middle].sum() < 0.97


def test_the_outer_set_of_a_few_placements_holds_its_share_of_a_field_that_lies_as_they_do() -> None:
    """Two hundred placements far apart: without a wide blur the 99 % set is the speckles of the sample."""
    frame = Frame(0.0, 0.0, 0.0, 120.0, 40.0)
    ring = np.array([[-60.0, -20.0], [60.0, -20.0], [60.0, 20.0], [-60.0, 20.0]])
    template, rng = plain_template(ring, frame, 4.0), np.random.default_rng(3)

    def laid(count: int) -> np.ndarray[Any, Any]:
        return frame.at + rng.normal(0.0, 1.0, (count, 5)) * (40.0, 40.0, 0.4, 0.1, 0.1)

    spread = spread_of(laid(200), np.ones(200), template)
    others = spread_of(laid(4_000), np.ones(4_000), template)
    sets = sets_of(spread)
    row, column = np.nonzero(others.mass)
    r = ((others.south + (row + 0.5) * others.cell_m - spread.south) // spread.cell_m).astype(int)
    c = ((others.west + (column + 0.5) * others.cell_m - spread.west) // spread.cell_m).astype(int)
    inside = (r >= 0) & (c >= 0) & (r < spread.mass.shape[0]) & (c < spread.mass.shape[1])
    held = {share: float(others.mass[row[inside], column[inside]][sets[share][r[inside], c[inside]]].sum())
            for share in (50, 90, 99)}  # fmt: skip
    assert held == pytest.approx({50: 0.5, 90: 0.9, 99: 0.99}, abs=0.03)
    parts = outline_of(sets[99], spread)
    assert len(getattr(parts, "geoms", [parts])) < 6
