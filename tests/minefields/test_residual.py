"""Is what remains foretold as often as it then is?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from whitestone.errors import InvalidValue
from whitestone.minefields.residual import residual_items, scattered_stop

RUNS = 20_000


def fields(seed: int, detection: float) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Draw fields of 2 ha from the prior (mean 3 a hectare, shape 1.5), search them, and tell found and left."""
    rng = np.random.default_rng(seed)
    laid = rng.poisson(2 * rng.gamma(1.5, 2.0, RUNS))
    found = rng.binomial(laid, detection)
    return found, laid - found


@pytest.mark.parametrize("detection", [0.6, 0.9])
def test_fields_drawn_from_the_prior_hold_what_is_foretold(detection: float) -> None:
    found, left = fields(1, detection)
    for count in (0, 3, 8):
        same = left[found == count]
        told = residual_items(count, 2.0, detection, prior_per_ha=3.0, prior_shape=1.5)
        assert same.mean() == pytest.approx(told.mean, abs=5 * same.std() / np.sqrt(same.size))
        assert np.mean(same == 0) == pytest.approx(told.none, abs=5 * 0.5 / np.sqrt(same.size))
        for level, most in told.not_more_than.items():
            assert np.mean(same <= most) >= float(level) - 4 * 0.5 / np.sqrt(same.size)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 60), st.floats(0.1, 20), st.floats(0.05, 1.0), st.floats(0.05, 20), st.floats(0.1, 5))
def test_what_remains_is_a_negative_binomial(found: int, area: float, detection: float, mean: float,
                                             shape: float) -> None:
    told = residual_items(found, area, detection, prior_per_ha=mean, prior_shape=shape)
    rate = shape / mean
    stays = (rate + area * detection) / (rate + area)
    assert told.mean == pytest.approx((shape + found) * (1 - stays) / stays, rel=1e-9, abs=1e-12)
    for level, most in told.not_more_than.items():
        assert stats.nbinom.cdf(most, shape + found, stays) >= float(level) - 1e-9
        assert most == 0 or stats.nbinom.cdf(most - 1, shape + found, stays) < float(level) + 1e-9


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 30), st.integers(1, 200), st.data())
def test_a_test_with_targets_lies_between_its_doubts_and_nears_its_share(found: int, placed: int,
                                                                         data: st.DataObject) -> None:
    hit = data.draw(st.integers(0, placed))
    told = residual_items(found, 1.0, seeded=(hit, placed))
    assert 0 <= told.none <= 1
    assert 0 < told.detection < 1
    sure = residual_items(found, 1.0, seeded=(90_000, 100_000))
    assert sure.mean == pytest.approx(residual_items(found, 1.0, 0.9).mean, rel=0.02)


def test_few_targets_leave_more_doubt_than_many() -> None:
    few, many = (residual_items(5, 1.0, seeded=pair) for pair in ((9, 10), (900, 1000)))
    assert few.not_more_than["0.99"] >= many.not_more_than["0.99"]
    assert few.mean > many.mean


def test_ground_that_was_not_searched_keeps_its_items() -> None:
    told = residual_items(4, 10.0, 1.0, searched_ha=1.0)
    assert told.mean == pytest.approx(9.0 * told.density_per_ha)
    assert residual_items(4, 1.0, 1.0).none == 1.0


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10), st.floats(0, 50), st.floats(0.2, 1), st.floats(0.05, 5), st.floats(0.5, 0.99))
def test_a_survey_may_stop_exactly_when_no_more_is_needed(found: int, searched: float, detection: float, limit: float,
                                                          confidence: float) -> None:
    told = scattered_stop(found, searched, detection, limit, confidence)
    more = scattered_stop(found, searched + told["more_ha"] * 1.0001 + 1e-6, detection, limit, confidence)
    assert more["may_stop"]
    if told["more_ha"] > 1e-3:
        assert not told["may_stop"]


def test_surveys_that_stopped_lie_below_the_limit_as_often_as_asked() -> None:
    rng = np.random.default_rng(3)
    density = rng.gamma(0.5, 2.0, RUNS)
    found = rng.poisson(density * 4.0 * 0.9)
    stopped = np.array([scattered_stop(int(each), 4.0, 0.9, 1.0, 0.9)["may_stop"] for each in range(found.max() + 1)])
    held = density[stopped[found]] < 1.0
    assert held.mean() >= 0.9


def test_what_cannot_be_is_refused() -> None:
    for wrong in (lambda: residual_items(-1, 1.0, 0.9), lambda: residual_items(1, 0.0, 0.9),
                  lambda: residual_items(1, 1.0), lambda: residual_items(1, 1.0, 0.9, seeded=(1, 2)),
                  lambda: residual_items(1, 1.0, 0.0), lambda: residual_items(1, 1.0, seeded=(3, 2)),
                  lambda: residual_items(1, 1.0, 0.9, prior_shape=0.0),
                  lambda: residual_items(1, 1.0, 0.9, searched_ha=2),
                  lambda: scattered_stop(0, 1.0, 0.9, 0.0, 0.9)):  # fmt: skip
        with pytest.raises(InvalidValue):
            wrong()
