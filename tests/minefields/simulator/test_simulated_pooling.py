"""Are seeds pooled as they should be, and goals judged as they were asked?"""

from __future__ import annotations

import copy
from typing import Any

import pytest

from whitestone.minefields.simulator.as_written import assess_as_written
from whitestone.minefields.simulator.making import simulate
from whitestone.minefields.simulator.pooling import Goal, errors_by_finds, pool
from whitestone.minefields.simulator.regimes import REGIMES
from whitestone.minefields.simulator.scoring import score


def goals(scores: list[dict[str, Any]], **rest: float) -> dict[str, Goal]:
    """Pool and return by key."""
    return {goal.key: goal for goal in pool(scores, **rest)}


@pytest.fixture(scope="module")
def scored() -> dict[str, Any]:
    """One small world, drawn as written."""
    batch, truth = simulate(1, REGIMES["false-records"], fields=40)
    return score(batch, truth, assess_as_written(batch))


def test_coverage_is_pooled_over_mines_not_over_seeds(scored: dict[str, Any]) -> None:
    """One mine of one beside 44 of 99 is 45 of 100, within three points of a half only with slack."""
    first, second = copy.deepcopy(scored), copy.deepcopy(scored)
    first["coverage"]["50"] |= {"in": 1, "of": 1}
    second["coverage"]["50"] |= {"in": 44, "of": 99}
    goal = goals([first, second])["coverage_50"]
    assert goal.value == pytest.approx(0.45)
    assert goal.holds is False
    assert goals([first, second], slack=0.08)["coverage_50"].holds is True
    assert (goal.low, goal.high) == (pytest.approx(44 / 99, abs=0.05), pytest.approx(1.0, abs=0.05))


def test_errors_of_opposite_sign_do_not_cancel(scored: dict[str, Any]) -> None:
    """Five points too high and five too low are five points off, with no bias."""
    seeds = []
    for off in (0.05, -0.05):
        seed = copy.deepcopy(scored)
        seed["completeness"]["off"] = seed["accuracy"]["off"] = off
        seed["accuracy"]["sampling_error"] = 0.04
        seeds.append(seed)
    found = goals(seeds)
    assert found["completeness_off"].value == pytest.approx(0.05)
    assert found["completeness_off"].holds is False
    assert found["completeness_bias"].value == pytest.approx(0.0)
    assert found["accuracy_ratio"].value == pytest.approx(1.25)
    assert found["accuracy_ratio"].holds is True


@pytest.mark.parametrize(("held", "holds"), [(20, False), (18, True), (17, True), (16, False)])
def test_intervals_that_always_hold_are_too_wide(scored: dict[str, Any], held: int, holds: bool) -> None:
    """Ninety of a hundred are asked: 85 to 95."""
    seeds = []
    for number in range(20):
        seed = copy.deepcopy(scored)
        seed["completeness"]["held"] = number < held
        seeds.append(seed)
    assert goals(seeds)["completeness_held"].holds is holds


def test_the_gap_to_the_oracle_is_judged_where_it_is_known(scored: dict[str, Any]) -> None:
    """An oracle that is right everywhere is 1; without one nothing is said."""
    assert "roc_gap" not in goals([scored])
    known = copy.deepcopy(scored)
    for row in known["sheets"]["rows"]:
        row["oracle"] = float(row["kind"] != "false")
    found = goals([known])
    assert found["roc_oracle"].value == 1.0
    assert found["roc_gap"].value == pytest.approx(1.0 - found["roc_all"].value)


def test_the_error_after_ten_finds_is_the_median_of_the_fields(scored: dict[str, Any]) -> None:
    """Fields with fewer finds are not asked; a class in which the error rises is a missed goal."""
    seed = copy.deepcopy(scored)
    seed["errors"] = [{"finds": finds, "after_m": error, "before_m": 40.0, "written_m": 50.0}
                      for finds, error in ((0, 35.0), (4, 20.0), (10, 9.0), (15, 11.0), (19, 30.0))]  # fmt: skip
    found = goals([seed])
    assert found["error_after_m"].value == 11.0
    assert found["error_after_m"].holds is True
    assert found["error_before_m"].value == 40.0
    assert found["error_falls"].value == 1.0
    seed["errors"].append({"finds": 25, "after_m": 12.0, "before_m": 40.0, "written_m": 50.0})
    assert goals([seed])["error_falls"].holds is False
    rows = [row for row in errors_by_finds([seed]) if row["what"] == "after finds"]
    assert [row["finds"] for row in rows] == ["0", "3 to 5", "10 to 19", "20 or more"]
