"""Does the scorer give the numbers that a person works out by hand?"""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whitestone.errors import InvalidValue
from whitestone.minefields.simulator.as_written import assess_as_written
from whitestone.minefields.simulator.making import simulate
from whitestone.minefields.simulator.plane import Plane
from whitestone.minefields.simulator.regimes import REGIMES
from whitestone.minefields.simulator.scoring import area_under_roc, brier, calibration, sampling_error, score

PLANE = Plane(46.93, 39.99)


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """Return a rectangle in metres of the plane as GeoJSON in degrees."""
    corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [PLANE.lonlat(corners).tolist()]}


def ring(west: float, east: float) -> list[list[float]]:
    """Return the four corners of a rectangle of 100 m from south to north."""
    corners: list[list[float]] = box(west, 0, east, 100)["coordinates"][0][:4]
    return corners


def at(x: float, y: float) -> list[float]:
    """Return a place in metres as lon, lat."""
    return [float(value) for value in PLANE.lonlat([[x, y]])[0]]


def world() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Three fields 100 m square at x = 0, 1000 and 2000: described, undescribed, lifted; one false sheet; one stray.

    Field V-1 holds mines at x = 10, 30, 50, 90 (two found); V-2 holds one, found; a stray is found; V-3 holds none.
    """
    spots = [(10, "V-1"), (30, "V-1"), (50, "V-1"), (90, "V-1"), (1050, "V-2"), (5000, None)]
    mines = [{"lon": at(x, 50)[0], "lat": at(x, 50)[1], "type": "PMN", "field": field} for x, field in spots]
    fields = [
        {"id": name, "exists": name != "N-1", "lifted": name == "V-3", "outline": ring(1000 * n, 1000 * n + 100)}
        for n, name in enumerate(("V-1", "V-2", "V-3", "N-1"))
    ]
    sheets = {
        "A-1": {"field": "V-1", "kind": "real", "copy_of": None},
        "A-2": {"field": "V-3", "kind": "lifted", "copy_of": None},
        "A-3": {"field": "N-1", "kind": "false", "copy_of": None},
        "D-1": {"field": "V-1", "kind": "real", "copy_of": "A-1"},
    }
    truth = {
        "seed": 1, "regime": {"name": "orderly", "error_scale": 1.0}, "centre": [46.93, 39.99], "fields": fields,
        "mines": mines, "sheets": sheets, "finds": {"F-1": 0, "F-2": 3, "F-3": 4, "F-4": 5},
        "drawn": {"A-1": ring(40, 140)},
    }  # fmt: skip
    finds = [{"id": name, "lon": mines[n]["lon"], "lat": mines[n]["lat"]} for name, n in truth["finds"].items()]
    searched = [{"id": "S-1", "geometry": box(0, -100, 60, 200)}, {"id": "S-2", "geometry": box(2900, -9, 3200, 200)}]
    batch = {"records": [{"id": name} for name in sheets], "finds": finds, "searched": searched}
    outlines = {"50": box(0, 0, 40, 100), "90": box(0, 0, 100, 100), "99": box(-50, -50, 150, 150)}
    details = [
        {"id": "A-1", "p_field": 0.9, "outlines": outlines, "centroid": at(53, 54)},
        {"id": "A-2", "p_field": 0.5, "outlines": {}, "centroid": None},
        {"id": "A-3", "p_field": 0.6, "outlines": {"90": box(3000, 0, 3100, 100)}, "centroid": at(3050, 50)},
        {"id": "D-1", "p_field": 0.8, "outlines": outlines, "centroid": at(50, 50)},
    ]
    assessed = {
        "completeness": {"value": 0.6, "low": 0.4, "high": 0.7}, "accuracy": {"value": 0.7, "low": 0.6, "high": 0.74},
        "as_written_share": 0.25, "records_detail": details,
        "finds_detail": [
            {"id": "F-1", "p_recorded": 1.0, "record": "A-1"}, {"id": "F-2", "p_recorded": 0.8, "record": "A-3"},
            {"id": "F-3", "p_recorded": 0.5, "record": None}, {"id": "F-4", "p_recorded": 0.0, "record": None},
        ],
    }  # fmt: skip
    return batch, truth, assessed


def test_coverage_counts_the_true_mines_of_real_sheets_found_or_not() -> None:
    """Mines at 10 and 30 of four lie within 40 m; a duplicate is a sheet of its own; lifted ones are not asked."""
    found = score(*world())["coverage"]
    assert (found["50"]["in"], found["50"]["of"]) == (4, 8)
    assert (found["90"]["in"], found["90"]["of"]) == (8, 8)
    assert found["90"]["area_m2"] == pytest.approx(20_000, rel=1e-4)
    assert found["without_outline"] == 0


def test_a_real_sheet_without_an_outline_is_listed_and_not_hidden() -> None:
    """It would otherwise make coverage look better."""
    batch, truth, assessed = world()
    assessed["records_detail"][0]["outlines"] = {}
    found = score(batch, truth, assessed)["coverage"]
    assert found["without_outline"] == 1
    assert found["50"]["of"] == 4


def test_errors_run_from_centroid_to_centroid_with_the_finds_of_the_field() -> None:
    """3-4-5: (53, 54) is 5 m from the middle; as written the field lies 40 m east."""
    batch, truth, assessed = world()
    before = {"records_detail": [{"id": "A-1", "centroid": at(50, 80)}]}
    first, second = score(batch, truth, assessed, before)["errors"]
    assert first["after_m"] == pytest.approx(5, abs=1e-3)
    assert first["before_m"] == pytest.approx(30, abs=1e-3)
    assert first["written_m"] == pytest.approx(40, abs=1e-3)
    assert first["finds"] == second["finds"] == 2
    assert second["after_m"] == pytest.approx(0, abs=1e-6)
    assert second["before_m"] is None
    assert second["written_m"] is None


def test_completeness_and_accuracy_stand_against_the_truth() -> None:
    """Two finds of four lie in a described field; three sheets of four describe a field that is or was."""
    found = score(*world())
    assert found["completeness"]["truth"] == 0.5
    assert found["completeness"]["off"] == pytest.approx(0.1)
    assert found["completeness"]["held"] is True
    assert found["accuracy"]["truth"] == 0.75
    assert found["accuracy"]["held"] is False
    assert found["as_written"]["share"] == 0.25
    assert found["as_written"]["off"] == -0.25
    assert (found["as_written"]["mines_in"], found["as_written"]["mines_of"]) == (2, 4)


def test_a_sheet_counts_as_searched_from_half_of_its_90_percent_outline() -> None:
    """Sixty metres of a hundred are searched at A-1 and D-1, all at A-3; the lifted sheet has no outline."""
    found = score(*world())
    shares = {row["id"]: row["searched"] for row in found["sheets"]["rows"]}
    assert shares == {"A-1": 0.6, "A-2": 0.0, "A-3": 1.0, "D-1": 0.6}
    assert found["accuracy"]["searched_sheets"] == 3
    assert found["accuracy"]["known_off"] == pytest.approx(2 / 3 - 3 / 4)
    assert found["accuracy"]["sampling_error"] == pytest.approx((0.75 * 0.25 / 3 / 3) ** 0.5)


def test_true_sheets_are_told_from_false_ones() -> None:
    """0.9 and 0.8 stand above the false 0.6, the lifted 0.5 below: two of three pairs, both of the searched."""
    found = score(*world())["sheets"]
    assert found["roc_all"] == pytest.approx(2 / 3)
    assert found["roc_searched"] == 1.0
    assert found["brier"] == pytest.approx((0.01 + 0.25 + 0.36 + 0.04) / 4)


def test_chances_of_finds_are_marked() -> None:
    """F-1 and F-2 are recorded: (0 + .04 + .25 + 0) / 4; one of the two named sheets is the right one."""
    found = score(*world())["finds_recorded"]
    assert found["brier"] == pytest.approx(0.29 / 4)
    assert (found["named"], found["named_right"]) == (2, 1)


@pytest.mark.parametrize("change", ["missing", "twice", "invented"])
@pytest.mark.parametrize("part", ["records_detail", "finds_detail"])
def test_an_assessment_that_leaves_out_or_invents_an_answer_is_refused(part: str, change: str) -> None:
    """A sheet that is not answered for cannot be scored as if it were not there."""
    batch, truth, assessed = world()
    rows = assessed[part]
    if change == "missing":
        rows.pop()
    elif change == "twice":
        rows.append(copy.deepcopy(rows[0]))
    else:
        rows.append({**rows[0], "id": "X"})
    with pytest.raises(InvalidValue):
        score(batch, truth, assessed)


def test_the_perfect_answer_scores_perfectly_and_the_baseline_misses() -> None:
    """Truth told as an answer is right everywhere; drawing as written misses completeness by a quarter or more."""
    batch, truth = simulate(11, REGIMES["orderly"], fields=80)
    fields = {field["id"]: field for field in truth["fields"]}
    baseline = assess_as_written(batch)
    perfect = copy.deepcopy(baseline)
    said = score(batch, truth, baseline)
    for detail in perfect["records_detail"]:
        sheet = truth["sheets"][detail["id"]]
        ring = fields[sheet["field"]]["outline"]
        shape = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        detail |= {"p_field": float(sheet["kind"] != "false"), "outlines": {"50": shape, "90": shape, "99": shape}}
        xy = PLANE.xy(ring)
        from shapely import Polygon

        detail["centroid"] = PLANE.lonlat(Polygon(xy).centroid.coords)[0].tolist()
    told = {sheet["field"] for sheet in truth["sheets"].values() if sheet["kind"] != "false"}
    for detail in perfect["finds_detail"]:
        detail["p_recorded"] = float(truth["mines"][truth["finds"][detail["id"]]]["field"] in told)
    for key in ("completeness", "accuracy"):
        so = said[key]["truth"]
        perfect[key] = {"value": so, "low": so, "high": so}
    best = score(batch, truth, perfect)
    assert best["completeness"]["off"] == best["accuracy"]["off"] == 0
    assert best["completeness"]["held"]
    assert best["accuracy"]["held"]
    assert best["sheets"]["roc_all"] == 1.0
    assert best["finds_recorded"]["brier"] == 0.0
    assert max(row["after_m"] for row in best["errors"]) < 0.01
    assert best["coverage"]["90"]["in"] / best["coverage"]["90"]["of"] > 0.9, "noise puts few mines past the edge"
    assert said["completeness"]["off"] < -0.2


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=30))
def test_area_under_roc_is_the_share_of_pairs_in_the_right_order(rows: list[tuple[float, bool]]) -> None:
    """Counted one by one."""
    scores, truths = [row[0] for row in rows], [row[1] for row in rows]
    above = [s for s, t in rows if t]
    below = [s for s, t in rows if not t]
    found = area_under_roc(scores, truths)
    if not above or not below:
        assert found is None
    else:
        won = sum((a > b) + 0.5 * (a == b) for a in above for b in below)
        assert found == pytest.approx(won / (len(above) * len(below)))


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=30))
def test_calibration_counts_every_case_once(rows: list[tuple[float, bool]]) -> None:
    """Cases add up; each bin's truth lies between 0 and 1; the Brier score lies there too."""
    bins = calibration([row[0] for row in rows], [row[1] for row in rows])
    assert sum(each["cases"] for each in bins) == len(rows)
    assert all(0 <= each["so"] <= 1 and 0 <= each["stated"] <= 1 for each in bins)
    value = brier([row[0] for row in rows], [row[1] for row in rows])
    assert value is None if not rows else 0 <= value <= 1


@given(st.floats(0, 1), st.integers(0, 400), st.integers(0, 400))
def test_the_sampling_error_shrinks_to_nothing_when_all_is_known(share: float, searched: int, more: int) -> None:
    """Never above the binomial one, none where all sheets are searched, unknown where none is."""
    found = sampling_error(share, searched, searched + more)
    if not searched:
        assert found is None
    else:
        assert 0 <= found <= (share * (1 - share) / searched) ** 0.5 + 1e-12
        assert more or found == 0
