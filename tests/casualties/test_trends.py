"""Is the rate ratio the one worked by hand, does its interval hold the truth, and does it say when not to be read?"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize

from whitestone.casualties.trends import FEWEST_PERIODS, fit_trend
from whitestone.errors import InvalidValue


def by_hand(counts: list[int], exposure: list[float], a_year: int = 1) -> tuple[float, float]:
    """Find slope and standard error of a Poisson regression by its likelihood alone."""
    seen, share, time = np.array(counts, float), np.array(exposure), np.arange(len(counts)) / a_year

    def minus_log_likelihood(at: np.ndarray) -> float:
        mean = share * np.exp(at[0] + at[1] * (time - time.mean()))
        return float(np.sum(mean - seen * np.log(mean)))

    start = np.array([math.log(seen.sum() / share.sum()), 0.0])
    found = optimize.minimize(minus_log_likelihood, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9})
    mean = share * np.exp(found.x[0] + found.x[1] * (time - time.mean()))
    design = np.column_stack((np.ones(len(seen)), time - time.mean()))
    return float(found.x[1]), float(np.sqrt(np.linalg.inv(design.T @ (mean[:, None] * design))[1, 1]))


def test_the_rate_ratio_and_its_interval_are_those_worked_by_hand() -> None:
    counts, exposure = [31, 24, 29, 18, 22, 11, 14], [10.0, 11.0, 12.0, 12.0, 13.0, 13.0, 14.0]
    slope, error = by_hand(counts, exposure)
    told = fit_trend(counts, exposure=exposure)
    assert told.model == "Poisson"
    assert told.rate_ratio == pytest.approx(math.exp(slope), rel=1e-5)
    t = 2.5706  # Student's t, 5 degrees of freedom
    assert (told.low, told.high) == (pytest.approx(math.exp(slope - t * error), rel=1e-3),
                                     pytest.approx(math.exp(slope + t * error), rel=1e-3))  # fmt: skip


def test_an_exposure_that_falls_with_the_counts_leaves_no_trend() -> None:
    people = [1000.0 * 0.8**year for year in range(10)]
    counts = [round(each / 10) for each in people]
    assert fit_trend(counts).rate_ratio == pytest.approx(0.8, abs=0.02)
    assert fit_trend(counts, exposure=people).rate_ratio == pytest.approx(1.0, abs=0.02)


def test_ten_times_the_exposure_changes_no_ratio() -> None:
    counts, exposure = [31, 24, 29, 18, 22], [10.0, 11.0, 12.0, 12.0, 13.0]
    one, ten = fit_trend(counts, exposure=exposure), fit_trend(counts, exposure=[10 * each for each in exposure])
    assert ten.rate_ratio == pytest.approx(one.rate_ratio)
    assert ten.high == pytest.approx(one.high)


@pytest.mark.parametrize("scatter", [1.0, 4.0])
def test_the_interval_holds_the_truth_however_much_the_counts_scatter(scatter: float) -> None:
    """A rate ratio of 0.9 a year over 15 years, drawn 100 times."""
    rng, held, models = np.random.default_rng(7), 0, set()
    mean = 60 * 0.9 ** np.arange(15)
    for _ in range(100):
        rate = mean if scatter == 1 else rng.gamma(mean / (scatter - 1), scatter - 1)
        told = fit_trend(rng.poisson(rate).tolist())
        held += told.low <= 0.9 <= told.high
        models.add(told.model)
    assert held >= 89
    if scatter > 1:
        assert "negative binomial" in models


def test_counts_that_scatter_more_have_a_wider_interval() -> None:
    even = [50, 48, 46, 45, 43, 41, 40, 38, 37, 35]
    uneven = [80, 20, 70, 18, 73, 16, 66, 12, 62, 6]
    assert fit_trend(uneven).dispersion > 5 > 1 > fit_trend(even).dispersion
    assert fit_trend(uneven).high - fit_trend(uneven).low > 3 * (fit_trend(even).high - fit_trend(even).low)


def test_months_are_told_as_a_ratio_a_year_with_a_yearly_wave() -> None:
    month = np.arange(60)
    counts = np.round(100 * 0.7 ** (month / 12) * np.exp(0.4 * np.sin(2 * np.pi * month / 12))).astype(int)
    told = fit_trend(counts.tolist(), 12)
    assert told.has_season
    assert told.rate_ratio == pytest.approx(0.7, abs=0.01)
    assert not fit_trend(counts[:24].tolist(), 12).has_season


def test_a_series_that_rises_and_falls_is_said_to_have_no_one_rate() -> None:
    told = fit_trend([10, 30, 60, 90, 100, 90, 60, 30, 10, 5])
    assert told.bending_p < 0.001
    assert any("does not describe this series" in line for line in told.notes)
    assert any("resemble each other" in line for line in told.notes)
    straight = fit_trend([100, 80, 64, 51, 41, 33, 26, 21])
    assert straight.bending_p > 0.5
    assert not straight.notes


@pytest.mark.parametrize(("counts", "said"), [
    ([], "0 periods"), ([5] * (FEWEST_PERIODS - 1), "3 periods"), ([0] * 9, "no casualty"),
    ([0, 0, 0, 0, 9], "did not come to an end"),
])  # fmt: skip
def test_what_tells_of_no_trend_has_a_reason_and_no_figure(counts: list[int], said: str) -> None:
    told = fit_trend(counts)
    assert told.rate_ratio is None
    assert said in told.why_not


def test_an_unbroken_level_has_a_ratio_of_one() -> None:
    told = fit_trend([7] * 12)
    assert told.rate_ratio == pytest.approx(1)
    assert told.low < 1 < told.high


@pytest.mark.parametrize("counts", [[1, -1, 2, 3], [1.5, 2, 3, 4], [float("nan"), 1, 2, 3]])
def test_what_is_no_count_is_refused(counts: list[float]) -> None:
    with pytest.raises(InvalidValue):
        fit_trend(counts)


@pytest.mark.parametrize("exposure", [[1, 1, 1], [1, 1, 1, 0], [1, 1, 1, float("nan")], [1, 1, 1, -3]])
def test_an_exposure_that_cannot_be_is_refused(exposure: list[float]) -> None:
    with pytest.raises(InvalidValue):
        fit_trend([4, 3, 2, 1], exposure=exposure)
    with pytest.raises(InvalidValue):
        fit_trend([4, 3, 2, 1], level=1.5)
    with pytest.raises(InvalidValue):
        fit_trend([4, 3, 2, 1], 7)
