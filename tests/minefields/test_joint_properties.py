"""What holds of every assessment, whatever the batch: order, seed, nesting, weights, sets that hold what they say?"""

from __future__ import annotations

import json
import math
import random
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whitestone.minefields.assessing import assess, placements, report
from whitestone.minefields.batch_model import posed
from whitestone.minefields.error_model import ErrorModel
from whitestone.minefields.joint import Effort
from whitestone.minefields.sheets import read_sheets

MOMENT = Effort(chains=2, burn=6, draws=12)
LON, LAT = 46.93, 39.99
EAST_M, NORTH_M = 111_320.0 * math.cos(math.radians(LAT)), 111_040.0
TYPES = ("PMN-2", "OZM-72", None)
ROUTE = (("R1", "T1"), ("T1", "T2"), ("T2", "T3"), ("T3", "T4"))

WHERE = st.tuples(st.integers(-600, 600), st.integers(-600, 600))
SHEETS = st.lists(
    st.fixed_dictionaries({
        "at": WHERE, "bearings": st.tuples(*(st.integers(0, 359) for _ in ROUTE)),
        "lengths": st.tuples(*(st.integers(20, 250) for _ in ROUTE)), "count": st.integers(1, 90),
        "north": st.sampled_from(["magnetic", "true", "unknown"]), "unit": st.sampled_from(["degrees", "unknown"]),
    }),
    min_size=0, max_size=4,
)  # fmt: skip
FINDS = st.lists(st.tuples(WHERE, st.sampled_from(TYPES)), max_size=25)
GROUND = st.lists(st.tuples(WHERE, st.integers(20, 400), st.floats(0.1, 0.99)), max_size=2)


def degrees(east: float, north: float) -> list[float]:
    """Turn metres from the middle into degrees."""
    return [LON + east / EAST_M, LAT + north / NORTH_M]


def sheet(name: str, made: dict[str, Any]) -> dict[str, Any]:
    """Write a sheet as it is handed over."""
    x, y = degrees(*made["at"])
    legs = [{"from": start, "to": end, "bearing": bearing, "unit": made["unit"], "north": made["north"],
             "distance": length, "distance_unit": "m", "method": "pace"}
            for (start, end), bearing, length
            in zip(ROUTE, made["bearings"], made["lengths"], strict=True)]  # fmt: skip
    return {"id": name, "recorded_on": "1993-06", "crs": {"epsg": 4326, "basis": "stated"}, "legs": legs,
            "reference_points": [{"no": "R1", "x": x, "y": y}], "perimeter": ["T1", "T2", "T3", "T4"],
            "quantities": {"PMN-2": made["count"]}}  # fmt: skip


@st.composite
def batches(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """Draw a batch: sheets near each other, finds of some types, searched ground."""
    finds = [{"id": f"F-{number}", "lon": degrees(*at)[0], "lat": degrees(*at)[1], "type": kind}
             for number, (at, kind) in enumerate(draw(FINDS))]  # fmt: skip
    searched = [
        {"id": f"S-{number}", "p_detect": p, "geometry": shapely.geometry.mapping(
            shapely.transform(shapely.Point(*at).buffer(far, quad_segs=2),
                              lambda points: points / [EAST_M, NORTH_M] + [LON, LAT]))}
        for number, (at, far, p) in enumerate(draw(GROUND))
    ]  # fmt: skip
    records = [sheet(f"A-{number}", made) for number, made in enumerate(draw(SHEETS))]
    return {"records": records, "finds": finds, "searched": searched}


def told(given_batch: dict[str, Any], seed: int = 3, threads: int | None = None) -> dict[str, Any]:
    """Assess for a moment; what holds for every batch holds for a short search as well."""
    answer: dict[str, Any] = json.loads(
        json.dumps(report(assess(read_sheets(given_batch), seed=seed, effort=MOMENT, threads=threads)))
    )
    return answer


MANY = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))


@MANY
@given(batches(), st.integers(0, 2**31), st.randoms(use_true_random=False))
def test_the_same_seed_gives_the_same_answer_in_any_order_and_on_any_number_of_threads(
    batch: dict[str, Any], seed: int, chance: random.Random
) -> None:
    shuffled = {name: chance.sample(rows, len(rows)) for name, rows in batch.items()}
    before = told(batch, seed, threads=2)
    after = told(shuffled, seed, threads=1)
    by_id = [sorted(each["records_detail"], key=lambda row: row["id"]) for each in (before, after)]
    assert by_id[0] == by_id[1]
    assert {**before, "records_detail": 0} == {**after, "records_detail": 0}


@MANY
@given(batches())
def test_sets_are_nested_and_every_share_lies_between_nothing_and_all(batch: dict[str, Any]) -> None:
    answer = told(batch)
    assert [each["id"] for each in answer["finds_detail"]] == sorted(each["id"] for each in batch["finds"])
    for row in answer["records_detail"]:
        assert 0.0 <= row["p_field"] <= 1.0
        assert 0.0 < row["p50_m2"] <= row["p90_m2"] <= row["p99_m2"]
        inner, middle, outer = (shapely.make_valid(shapely.from_geojson(json.dumps(row["outlines"][each])))
                                for each in ("50", "90", "99"))  # fmt: skip
        for one, other in ((inner, middle), (middle, outer)):
            assert one.difference(other.buffer(1e-7)).area <= 1e-3 * one.area
        assert abs(sum(each["share"] for each in row["hypotheses"]) - 1.0) < 2e-3
        assert 0.0 <= row["searched_share"] <= 1.0
    for name in ("completeness", "accuracy"):
        score = answer[name]
        if score["value"] is not None:
            assert 0.0 <= score["low"] <= score["value"] + 1e-9 <= score["high"] + 2e-9 <= 1.0 + 3e-9
    assert all(0.0 <= each["p_recorded"] <= 1.0 for each in answer["finds_detail"])
    explained = sum(row["finds_explained"] for row in answer["records_detail"])
    assert explained <= len(batch["finds"]) + 0.05


@MANY
@given(batches())
def test_weights_of_placements_are_none_below_nothing_and_those_of_hypotheses_sum_to_one(batch: dict[str, Any]) -> None:
    question = posed(read_sheets(batch), ErrorModel(), seed=2, samples=400)
    for prior in question.priors:
        assert abs(float(np.sum(prior.share)) - 1.0) < 1e-6
        assert abs(float(np.sum(prior.shares)) - 1.0) < 1e-6
        assert float(np.min(prior.share)) >= 0.0
    assessment = assess(read_sheets(batch), seed=2, effort=MOMENT)
    for number in range(len(assessment.question.priors)):
        at, weight = placements(assessment, number)
        assert np.isfinite(at).all()
        assert len(at) == len(weight)
        assert weight.min() >= 0.0 < weight.sum()


def laid(rng: np.random.Generator, made: dict[str, Any], model: ErrorModel) -> npt.NDArray[np.float64]:
    """Lay the field of a sheet in the ground by plain sines, as wrong as the model says that people are."""
    gross = rng.random() < model.landmark_gross_share
    at = np.array(made["at"], float) + rng.normal(0, model.landmark_gross_m if gross else model.landmark_m, 2)
    bias, scale = rng.normal(0, model.compass_bias_deg), 1 + rng.normal(0, model.pace_scale)
    corners = []
    for bearing, length in zip(made["bearings"], made["lengths"], strict=True):
        turn = math.radians(bearing + bias + rng.normal(0, model.leg_bearing_deg))
        far = length * scale * (1 + rng.normal(0, model.leg_distance_share)) + rng.normal(0, model.leg_distance_m)
        if rng.random() < model.gross_leg_share:
            far = -far
        at = at + far * np.array([math.sin(turn), math.cos(turn)])
        corners.append(at)
    return np.array(corners)


def test_the_sets_of_50_and_90_percent_hold_so_many_of_the_mines_before_any_find() -> None:
    """On 150 fields laid by other code; a sheet's mines stand or fall together: spread 0.03 for each share."""
    rng, model = np.random.default_rng(11), ErrorModel()
    written, mines = [], []
    for number in range(150):
        turn = int(rng.integers(0, 360))
        made = {"at": (3000 * (number % 15), 3000 * (number // 15)), "count": 40, "north": "true", "unit": "degrees",
                "bearings": tuple((turn + each) % 360 for each in (0, 90, 180, 270)),
                "lengths": (int(rng.integers(60, 300)), 200, 60, 200)}  # fmt: skip
        written.append(sheet(f"A-{number:03d}", made))
        one, two, three, four = laid(rng, made, model)
        u, v = rng.random((2, 40, 1))
        mines.append((1 - v) * ((1 - u) * one + u * two) + v * ((1 - u) * four + u * three))
    answer = report(assess(read_sheets({"records": written}), seed=4, effort=Effort(chains=1, burn=1, draws=4)))
    for name, share in (("50", 0.5), ("90", 0.9)):
        held = []
        for row, places in zip(answer["records_detail"], mines, strict=True):
            shape = shapely.make_valid(shapely.geometry.shape(row["outlines"][name]))
            held.append(shapely.contains_xy(shape, places[:, 0] / EAST_M + LON, places[:, 1] / NORTH_M + LAT).mean())
        assert abs(float(np.mean(held)) - share) < 0.08, (name, np.mean(held), np.std(held))
