"""Are the figures of one look those of the exact tests, and do many districts not make a finding?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from whitestone.errors import InvalidValue
from whitestone.evidence.chances import (
    EXTRA_A_YEAR,
    bayes_factor,
    benjamini_hochberg,
    benjamini_yekutieli,
    late_marks_p,
    released_finds_p,
    share_interval,
    tolerated_rate,
)

counts = st.integers(0, 200)
rates = st.floats(1e-4, 0.5)
p_values = st.lists(st.floats(0, 1), max_size=60)


def test_the_figures_that_are_known() -> None:
    assert late_marks_p(3, 3, 0.01) == pytest.approx(1e-6)
    assert round(late_marks_p(3, 50, 0.02), 2) == 0.08
    assert round(released_finds_p(3, 0.4), 3) == 0.008
    assert round(bayes_factor(3, 0.4)) == 10
    assert round(bayes_factor(3, 2.0), 1) == 0.9
    assert [round(each, 3) for each in share_interval(247, 345)] == [0.716, 0.665, 0.763]


@settings(max_examples=100, deadline=None)
@given(counts, counts, rates)
def test_late_marks_are_the_tail_of_a_binomial(later: int, more: int, rate: float) -> None:
    assert late_marks_p(later, later + more, rate) == pytest.approx(stats.binom.sf(later - 1, later + more, rate), 1e-6)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 60), st.floats(0.01, 50))
def test_released_finds_are_the_tail_of_a_poisson(found: int, expected: float) -> None:
    known = stats.poisson.sf(found - 1, expected)
    assert released_finds_p(found, expected) == pytest.approx(known, rel=1e-6, abs=1e-12)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 12), st.floats(0.05, 5))
def test_the_bayes_factor_is_a_likelihood_averaged_over_the_extra_rates(found: int, expected: float) -> None:
    low, high = np.log([0.03, 10.0])
    assert low < np.log(EXTRA_A_YEAR[0]) < np.log(EXTRA_A_YEAR[-1]) < high
    whole = integrate.quad(lambda u: stats.poisson.pmf(found, expected + np.exp(u)), low, high)[0] / (high - low)
    assert bayes_factor(found, expected) == pytest.approx(whole / stats.poisson.pmf(found, expected), rel=0.02)


@settings(max_examples=100, deadline=None)
@given(st.floats(0.05, 5))
def test_the_bayes_factor_averages_to_one_where_nothing_was_added(expected: float) -> None:
    """What makes it an e-value: sum over all counts of probability times factor is 1."""
    ks = np.arange(0, 120)
    mean = sum(stats.poisson.pmf(k, expected) * bayes_factor(int(k), expected) for k in ks)
    assert mean == pytest.approx(1.0, abs=1e-6)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 50), st.integers(0, 50))
def test_the_tolerated_rate_is_where_p_reaches_alpha(later: int, more: int) -> None:
    rate = tolerated_rate(later, later + more, 0.05)
    assert late_marks_p(later, later + more, rate) == pytest.approx(0.05, rel=1e-6)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 60), st.integers(0, 60))
def test_the_interval_is_that_of_clopper_and_pearson(part: int, more: int) -> None:
    if part + more == 0:
        return
    low, high = share_interval(part, part + more)[1:]
    known = stats.binomtest(part, part + more).proportion_ci(0.95, "exact")
    assert (low, high) == (pytest.approx(known.low, abs=1e-9), pytest.approx(known.high, abs=1e-9))


@settings(max_examples=100, deadline=None)
@given(p_values)
def test_adjusted_values_are_those_of_a_library(ps: list[float]) -> None:
    if ps:
        assert benjamini_hochberg(ps) == pytest.approx(stats.false_discovery_control(ps, method="bh"))
        assert benjamini_yekutieli(ps) == pytest.approx(stats.false_discovery_control(ps, method="by"))


@settings(max_examples=100, deadline=None)
@given(p_values, st.floats(0, 1), st.data())
def test_a_smaller_p_never_takes_anything_off_the_list(ps: list[float], alpha: float, data: st.DataObject) -> None:
    if not ps:
        return
    at = data.draw(st.integers(0, len(ps) - 1))
    fewer = [*ps[:at], ps[at] / 2, *ps[at + 1 :]]
    before, after = benjamini_yekutieli(ps), benjamini_yekutieli(fewer)
    assert all(new <= old + 1e-12 for old, new in zip(before, after, strict=True))


def test_what_cannot_be_is_refused() -> None:
    for wrong in (lambda: late_marks_p(4, 3, 0.01), lambda: late_marks_p(1, 3, 0.0), lambda: released_finds_p(1, 0.0),
                  lambda: bayes_factor(-1, 1.0), lambda: bayes_factor(1, 1.0, 0.0), lambda: share_interval(3, 2)):
        with pytest.raises(InvalidValue):
            wrong()
