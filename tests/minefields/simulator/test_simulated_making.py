"""Is a simulated world the same from the same seed, of the promised form, and true to its own truth?"""

from __future__ import annotations

import datetime
import json
import math
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.errors import InvalidValue
from whitestone.minefields.simulator.drawing import drawn_as_written
from whitestone.minefields.simulator.making import simulate
from whitestone.minefields.simulator.plane import Plane
from whitestone.minefields.simulator.regimes import ERROR_SIZES, REGIMES, Regime, regime_of

UNITS = {"degrees", "gon", "mil6400", "mil6000", "unknown"}
NORTHS = {"true", "grid", "magnetic", "unknown"}
EXACT = Regime(
    name="exact", recorded_share=1.0, false_share=0.0, duplicate_share=0.0, lifted_share=0.0, stray_share=0.0,
    gone_share=0.0, landmark_m=0.0, landmark_gross_m=0.0, datum_m=0.0, compass_bias_deg=0.0, leg_bearing_deg=0.0,
    pace_scale=0.0, leg_distance_share=0.0, leg_distance_m=0.0, gross_leg_share=0.0, north_unknown_share=0.0,
    unit_unknown_share=0.0, crs_unknown_share=0.0, zone_lost_share=0.0, swapped_share=0.0,
)  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), regime=st.sampled_from(sorted(REGIMES)), fields=st.integers(0, 25))
def test_a_batch_has_the_form_that_the_assessment_reads(seed: int, regime: str, fields: int) -> None:
    """Every word is one of the lists, every leg starts and ends at a named point, ids are unique, JSON holds it."""
    batch, truth = simulate(seed, REGIMES[regime], fields=fields)
    assert json.loads(json.dumps(batch)) == batch
    assert json.loads(json.dumps(truth)) == truth
    for sheet in batch["records"]:
        points = {point["no"] for point in sheet["reference_points"]}
        for leg in sheet["legs"]:
            assert leg["unit"] in UNITS
            assert leg["north"] in NORTHS
            points |= {leg["from"], leg["to"]}
        assert set(sheet["perimeter"]) <= points
        assert len(sheet["perimeter"]) >= 3
        assert datetime.date.fromisoformat(sheet["laid_from"]) <= datetime.date.fromisoformat(sheet["recorded_on"])
    for kind in ("records", "finds", "searched"):
        ids = [each["id"] for each in batch[kind]]
        assert len(ids) == len(set(ids))
    assert set(truth["sheets"]) == {sheet["id"] for sheet in batch["records"]}
    assert set(truth["finds"]) == {find["id"] for find in batch["finds"]}
    assert len(set(truth["finds"].values())) == len(truth["finds"]), "a mine is found once"


def test_the_same_seed_makes_the_same_world_and_another_seed_another() -> None:
    """Nothing but the arguments decides."""
    first, again, other = (simulate(seed, REGIMES["chaotic"], fields=12) for seed in (3, 3, 4))
    assert first == again
    assert first[0] != other[0]


def test_a_sheet_without_errors_leads_back_to_its_field() -> None:
    """Only rounding to 10 thousandths, whole degrees and metres is left: under one part in forty of the way."""
    batch, truth = simulate(7, EXACT, fields=40)
    plane = Plane(*truth["centre"])
    fields = {field["id"]: shapely.Polygon(plane.xy(field["outline"])) for field in truth["fields"]}
    for sheet, drawn in zip(batch["records"], drawn_as_written(batch["records"], plane), strict=True):
        way = sum(float(leg["distance"]) for leg in sheet["legs"])
        off = shapely.Polygon(drawn).centroid.distance(fields[truth["sheets"][sheet["id"]]["field"]].centroid)
        assert off < 2 + way / 40


def test_true_sizes_of_error_follow_the_switch() -> None:
    """Half and double the error give about half and double the distance of the drawn field."""
    medians = []
    for scale in (0.5, 1.0, 2.0):
        batch, truth = simulate(5, regime_of("orderly", error_scale=scale), fields=120)
        plane = Plane(*truth["centre"])
        fields = {field["id"]: shapely.Polygon(plane.xy(field["outline"])).centroid for field in truth["fields"]}
        drawn = drawn_as_written(batch["records"], plane)
        medians.append(np.median([
            shapely.Polygon(at).centroid.distance(fields[truth["sheets"][sheet["id"]]["field"]])
            for sheet, at in zip(batch["records"], drawn, strict=True)
            if at is not None and truth["sheets"][sheet["id"]]["kind"] == "real"
        ]))  # fmt: skip
    assert medians[0] < 0.75 * medians[1] < 0.75 * 0.75 * medians[2]


def test_shares_of_a_regime_come_out() -> None:
    """Recorded, false and duplicate sheets are as many as the regime says."""
    regime = REGIMES["false-records"]
    _, truth = simulate(2, regime, fields=400)
    sheets = list(truth["sheets"].values())
    first = [sheet for sheet in sheets if sheet["copy_of"] is None]
    false = sum(sheet["kind"] == "false" for sheet in first)
    assert sum(sheet["kind"] != "false" for sheet in first) == round(400 * regime.recorded_share)
    assert false / len(first) == pytest.approx(regime.false_share, abs=0.005)
    assert (len(sheets) - len(first)) / len(first) == pytest.approx(regime.duplicate_share, abs=0.04)


def test_finds_lie_near_their_mines_and_searched_ground_gives_up_most_of_them() -> None:
    """The root mean square distance of a find is its stated accuracy; detection is the share that was stated."""
    batch, truth = simulate(9, REGIMES["orderly"], fields=200)
    plane = Plane(*truth["centre"])
    mines = plane.xy([[mine["lon"], mine["lat"]] for mine in truth["mines"]])
    found = plane.xy([[find["lon"], find["lat"]] for find in batch["finds"]])
    off = np.linalg.norm(found - mines[[truth["finds"][find["id"]] for find in batch["finds"]]], axis=1)
    stated = np.array([find["accuracy_m"] for find in batch["finds"]])
    for accuracy in (1.0, 3.0, 5.0):
        rms = math.sqrt(np.mean(off[stated == accuracy] ** 2))
        assert rms == pytest.approx(accuracy, rel=0.1)
    ground = shapely.union_all([shapely.Polygon(plane.xy(s["geometry"]["coordinates"][0])) for s in batch["searched"]])
    inside = shapely.contains_xy(ground, mines)
    hit = np.isin(np.arange(len(mines)), list(truth["finds"].values()))
    assert 0.9 < hit[inside].mean() <= 1.0
    assert 0.0 < hit[~inside].mean() < 0.06


def test_a_false_sheet_has_no_mines_and_a_lifted_field_few() -> None:
    """Truth says which is which."""
    _, truth = simulate(1, msgspec.structs.replace(REGIMES["false-records"], lifted_share=0.3), fields=200)
    count: dict[str, int] = {}
    for mine in truth["mines"]:
        count[mine["field"]] = count.get(mine["field"], 0) + 1
    kinds = {"false": [], "lifted": [], "real": []}
    for sheet in truth["sheets"].values():
        kinds[sheet["kind"]].append(count.get(sheet["field"], 0))
    assert not any(kinds["false"])
    assert kinds["false"]
    assert np.mean(kinds["lifted"]) < 0.15 * np.mean(kinds["real"])


def test_an_unreadable_digit_is_written_as_such() -> None:
    """A doubt stays a doubt."""
    batch, _ = simulate(1, msgspec.structs.replace(REGIMES["orderly"], unreadable_share=1.0), fields=10)
    assert all("?" in leg["distance"] for sheet in batch["records"] for leg in sheet["legs"])


@pytest.mark.parametrize("call", [
    lambda: simulate(-1, REGIMES["orderly"]), lambda: simulate(1, REGIMES["orderly"], fields=-1),
    lambda: regime_of("tidy"), lambda: regime_of("orderly", error_scale=0.0),
    lambda: regime_of("orderly", error_scale=math.nan),
])  # fmt: skip
def test_what_makes_no_world_is_refused(call: object) -> None:
    """Named, not guessed."""
    with pytest.raises(InvalidValue):
        call()  # type: ignore[operator]


def test_only_sizes_are_scaled() -> None:
    """Shares and rounding stay what they are."""
    plain, wide = REGIMES["chaotic"], regime_of("chaotic", error_scale=2.0)
    for name in plain.__struct_fields__:
        if name in ERROR_SIZES:
            assert getattr(wide, name) == 2 * getattr(plain, name)
        elif name != "error_scale":
            assert getattr(wide, name) == getattr(plain, name)


def test_the_command_writes_batch_and_truth(tmp_path: Path) -> None:
    """Files only: what an estimator sees is one file, the truth another."""
    words = ["--seed", "4", "--regime", "few-records", "--fields", "10", "--out", str(tmp_path / "made")]
    ran = subprocess.run([sys.executable, "-m", "whitestone.minefields.simulator", *words], capture_output=True,
                         text=True, check=False, timeout=120)  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    batch, truth = simulate(4, REGIMES["few-records"], fields=10)
    assert json.loads((tmp_path / "made" / "batch.json").read_text()) == batch
    assert json.loads((tmp_path / "made" / "truth.json").read_text()) == truth
    assert not set(batch) & {"truth", "fields", "mines", "sheets"}
