"""Does the field of which nobody wrote get its own finds, and do sheets in quiet ground lose a little, not all?"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import scipy.stats
from tests.minefields.test_joint import batch, box, degrees, detail, sheet
from tests.minefields.test_joint_claims import scene_of

from whitestone.minefields.assessing import assess, report
from whitestone.minefields.batch_model import posed
from whitestone.minefields.error_model import ErrorModel
from whitestone.minefields.joint import Effort
from whitestone.minefields.joint_laying import covered, unsearched
from whitestone.minefields.joint_state import LANES, Field
from whitestone.minefields.joint_terms import told as told_density
from whitestone.minefields.joint_terms import told_by, told_weights, unwritten_mean
from whitestone.minefields.scores import of_few, score
from whitestone.minefields.sheets import read_sheets


def finds(rng: np.random.Generator, number: int, west: float, south: float, kind: str) -> list[dict[str, Any]]:
    """Lay finds evenly in 200 by 50 m."""
    places = [degrees(west + 200 * u, south + 50 * v) for u, v in rng.uniform(0, 1, (number, 2))]
    return [{"id": f"F-{kind}-{west}-{at}", "lon": lon, "lat": lat, "accuracy_m": 3, "type": kind}
            for at, (lon, lat) in enumerate(places)]  # fmt: skip


def crowd() -> dict[str, Any]:
    """Six true sheets with all mines found; a false one of ten mines beside a field of eighty of which nobody wrote."""
    rng = np.random.default_rng(3)
    made: dict[str, Any] = {"records": [], "finds": [], "searched": []}
    for number in range(6):
        east = 1200.0 * number
        made["records"].append(sheet(f"A-{number}", east, 0.0, 40))
        made["finds"] += finds(rng, 36, east + 10, 60, "PMN-2")
        around = box(east - 150, -100, east + 350, 250)
        made["searched"].append({"id": f"S-{number}", "p_detect": 0.99, "geometry": around})
    made["records"].append(sheet("Z-1", 0.0, 2000.0, 10))
    made["finds"] += finds(rng, 80, 60, 2085, "PMN-2")
    made["searched"].append({"id": "S-9", "p_detect": 0.99, "geometry": box(-200, 1850, 500, 2300)})
    return made


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    return report(assess(read_sheets(crowd()), seed=5))


def test_a_sheet_of_ten_mines_does_not_take_the_eighty_of_a_neighbour(told: dict[str, Any]) -> None:
    # Ten of eighty mines can be its own: finds alone leave about even odds. Only against this sheet do they speak.
    assert detail(told, "Z-1")["p_field"] < 0.75
    assert detail(told, "Z-1")["finds_explained"] < 10
    assert all(detail(told, f"A-{number}")["p_field"] > 0.9 for number in range(6))


def test_completeness_leaves_the_field_out_of_which_nobody_wrote(told: dict[str, Any]) -> None:
    assert told["completeness"]["value"] == pytest.approx(216 / 296, abs=0.08)


def test_few_sheets_of_a_district_leave_the_interval_of_few(told: dict[str, Any]) -> None:
    row = told["by"]["district"][0]["accuracy"]
    assert 0.0 < row["low"] < 0.75
    assert row["low"] <= row["value"] <= row["high"]


def test_the_interval_of_a_share_narrows_with_the_number_it_is_of_and_holds_that_of_the_draws() -> None:
    draws = np.array([0.75, 0.75, 1.0, 0.75])
    few, many = of_few(draws, 4), of_few(draws, 400)
    assert few.value == many.value == score(draws).value
    assert many.high - many.low < few.high - few.low
    for each in (few, many):
        assert each.low <= score(draws).low <= score(draws).high <= each.high


def test_the_priors_of_fields_without_a_sheet_are_those_of_the_sheets_of_the_batch() -> None:
    held = crowd()
    for each in held["records"][:3]:
        each["quantities"] = {"TM-62M": 40}
    beliefs = posed(read_sheets(held), ErrorModel(), seed=1).beliefs
    assert math.isclose(float(beliefs.mix_share.sum()), 1.0)
    assert len(beliefs.mix_share) == 3  # any mix, PMN-2 alone, TM-62M alone
    assert (beliefs.mixes > 0.0).all()
    usual = unwritten_mean(np.array([0.0, 0.0, 0.0, math.log(200.0), math.log(50.0)]), beliefs)
    assert 20.0 < usual < 45.0
    nothing = posed(read_sheets([]), ErrorModel(), seed=1).beliefs
    assert math.isclose(float(nothing.mix_share.sum()), 1.0)
    assert nothing.mines_shape > 0.0


def test_finds_of_one_type_tell_which_set_of_types_a_field_holds() -> None:
    held = crowd()
    for each in held["records"][:3]:
        each["quantities"] = {"TM-62M": 40}
    beliefs = posed(read_sheets(held), ErrorModel(), seed=1).beliefs
    number = next(at for at in range(1, 3) if beliefs.mixes[at, 1] > beliefs.mixes[at, 0])
    drawn = [told_by(np.array([0.0, 12.0]), beliefs) for _ in range(200)]
    assert np.mean(np.array(drawn) == number) > 0.75
    assert len({told_by(np.zeros(2), beliefs) for _ in range(300)}) == 3


def test_what_is_found_of_a_field_is_what_was_searched_and_a_chance_for_the_rest() -> None:
    question = posed(read_sheets(batch()), ErrorModel(), seed=1)
    scene = scene_of(question, 3, 0.5)
    for east in (-300.0, 0.0, 300.0, 5000.0):
        at = question.priors[0].frame.at + np.array([east, 0.0, 0.0, 0.0, 0.0])
        field = Field(at, 40.0, np.ones(1), np.ones(LANES), 1)
        open_share = unsearched(field, scene)
        seen = [
            covered(field, scene._replace(ground=question.ground._replace(chance=np.array([chance]))))
            for chance in (0.0, 0.1)
        ]
        assert 0.0 <= open_share <= 1.0
        assert seen[1] - seen[0] == pytest.approx(0.1 * open_share, abs=1e-6)


def test_a_large_field_that_nobody_ever_met_is_less_likely_than_those_that_somebody_met() -> None:
    rng = np.random.default_rng(8)
    held: dict[str, Any] = {"records": [], "finds": [], "searched": []}
    for number in range(10):
        east = 1500.0 * number
        held["records"].append(sheet(f"A-{number}", east, 0.0, 120))
        if number != 5:
            held["finds"] += finds(rng, 3, east + 5, 55, "PMN-2")
    answer = report(assess(read_sheets(held), seed=2, effort=Effort(chains=2, burn=60, draws=150)))
    met = [detail(answer, f"A-{number}")["p_field"] for number in range(10) if number != 5]
    assert min(met) > detail(answer, "A-5")["p_field"] + 0.2


@pytest.mark.parametrize("found", [(0.0, 0.0), (3.0, 1.0)])
def test_the_types_of_a_field_of_which_nobody_wrote_are_a_mixture_of_the_sets_that_sheets_name(
    found: tuple[float, float],
) -> None:
    """Against the densities of another library, with finds counted and without."""
    held = crowd()
    held["records"][0]["quantities"] = {"OZM-72": 40}
    beliefs = posed(read_sheets(held), ErrorModel(), seed=1).beliefs
    counts, mix = np.array(found), np.array([0.3, 0.7])
    before = [
        share * scipy.stats.dirichlet_multinomial.pmf(counts, parameters, int(counts.sum()))
        for share, parameters in zip(beliefs.mix_share, beliefs.mixes, strict=True)
    ]
    shares = np.array(before) / sum(before)
    assert told_weights(counts, beliefs) == pytest.approx(shares)
    density = sum(s * scipy.stats.dirichlet.pdf(mix, p + counts) for s, p in zip(shares, beliefs.mixes, strict=True))
    assert told_density(mix, counts, beliefs) == pytest.approx(math.log(density))
