"""Are the sample sizes those that were published, and does finding nothing mean what the plan says?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from whitestone.errors import InvalidValue
from whitestone.minefields.sampling import accept_on_zero, chance_of_zero, drawn_units

# ISPM 31 (FAO 2008), Table 1: 95 % confidence, detection 1, levels 5, 2, 1 and 0.5 %, by size of the lot.
ISPM_31 = {
    100: (45, 78, 95), 200: (51, 105, 155, 190), 300: (54, 117, 189, 285), 400: (55, 124, 211, 311),
    500: (56, 129, 225, 388), 1000: (57, 138, 258, 450),
}  # fmt: skip


@pytest.mark.parametrize("units", ISPM_31)
def test_sizes_are_those_of_table_1_of_ispm_31(units: int) -> None:
    shares = (0.05, 0.02, 0.01, 0.005)
    got = tuple(accept_on_zero(units, share, 0.95).sample for share in shares[: len(ISPM_31[units])])
    assert got == ISPM_31[units]


def test_sizes_are_those_of_cannon_and_roe_and_of_the_federal_code() -> None:
    """Cannon and Roe (1982), table for 99 %: 399 of 1,600 at 1 %. 40 CFR 1090.1805: 29 of many at 10 % and 95 %."""
    assert accept_on_zero(1600, 0.01, 0.99).sample == 399
    assert accept_on_zero(100_000, 0.10, 0.95).sample == 29
    assert accept_on_zero(10_000_000, 0.01, 0.95).sample == 299


@pytest.mark.parametrize(("detection", "binomial"),
                         [(0.5, 451), (0.6, 376), (0.7, 322), (0.8, 282), (0.9, 251), (0.99, 228)])  # fmt: skip
def test_detection_below_one_agrees_with_the_published_approximation(detection: float, binomial: int) -> None:
    """RSurveillance's n.freedom (N 500, 1 %) prints n = N/d (1 - 0.05^(1/D)); the exact size lies within 4 % of it."""
    assert accept_on_zero(500, 0.01, 0.95, detection).sample == pytest.approx(binomial, rel=0.04)


lots = st.integers(1, 400)


@settings(max_examples=100, deadline=None)
@given(lots, st.floats(0.001, 0.999), st.floats(0.5, 0.999), st.floats(0.3, 1.0))
def test_the_sample_is_the_smallest_that_does_it(units: int, share: float, confidence: float, detection: float) -> None:
    plan = accept_on_zero(units, share, confidence, detection)
    risk = 1 - confidence
    if plan.sample is None:
        assert chance_of_zero(units, plan.defective_units, units, detection) > risk
        return
    assert chance_of_zero(units, plan.defective_units, plan.sample, detection) <= risk * (1 + 1e-8)
    if plan.sample:
        assert chance_of_zero(units, plan.defective_units, plan.sample - 1, detection) > risk * (1 - 1e-8)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 120), st.data())
def test_the_chance_of_zero_is_a_sum_over_what_may_be_drawn(units: int, data: st.DataObject) -> None:
    defective, sample = (data.draw(st.integers(0, units)) for _ in range(2))
    detection = data.draw(st.floats(0, 1))
    drawn = np.arange(units + 1)
    want = np.sum(stats.hypergeom.pmf(drawn, units, defective, sample) * (1 - detection) ** drawn)
    assert chance_of_zero(units, defective, sample, detection) == pytest.approx(want, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(lots, st.floats(0.01, 0.5), st.floats(0.5, 0.99))
def test_a_worse_look_never_needs_fewer_units(units: int, share: float, confidence: float) -> None:
    sizes = [accept_on_zero(units, share, confidence, each).sample for each in (1.0, 0.9, 0.7)]
    counted = [units + 1 if each is None else each for each in sizes]
    assert counted == sorted(counted)


def test_lots_accepted_in_a_simulation_are_as_few_as_the_plan_says() -> None:
    plan = accept_on_zero(300, 0.03, 0.9, 0.8)
    rng = np.random.default_rng(5)
    drawn = rng.hypergeometric(plan.defective_units, 300 - plan.defective_units, plan.sample, 40_000)
    assert np.mean(rng.binomial(drawn, 0.8) == 0) == pytest.approx(1 - plan.reached, abs=0.006)


def test_even_all_units_are_not_enough_where_looks_miss_too_much() -> None:
    plan = accept_on_zero(50, 0.02, 0.95, 0.9)
    assert plan.sample is None
    assert plan.reached == pytest.approx(0.9)


def test_a_very_large_lot_is_planned() -> None:
    near = 1_000_000 / 0.95 * (1 - 0.05 ** (1 / 1000))
    assert accept_on_zero(1_000_000, 0.001, 0.95, 0.95).sample == pytest.approx(near, rel=0.001)


def test_the_draw_is_repeatable_and_without_repeats() -> None:
    assert drawn_units(1000, 57, 4) == drawn_units(1000, 57, 4) != drawn_units(1000, 57, 5)
    assert drawn_units(7, 7, 1) == [1, 2, 3, 4, 5, 6, 7]


def test_what_cannot_be_is_refused_and_every_plan_says_what_it_assumes() -> None:
    for wrong in ((0, 0.1, 0.9, 1.0), (10, 0.0, 0.9, 1.0), (10, 0.1, 1.0, 1.0), (10, 0.1, 0.9, 0.0)):
        with pytest.raises(InvalidValue):
            accept_on_zero(*wrong)
    with pytest.raises(InvalidValue):
        drawn_units(3, 4, 1)
    said = " ".join(accept_on_zero(10, 0.1, 0.9).assumptions)
    assert "do not say that there is nothing" in said
    assert "safe" not in said
