"""Are rates exact, and is no population ever made up?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from whitestone.casualties.rates import garwood, rate_of, rate_rows
from whitestone.errors import InvalidValue


@pytest.mark.parametrize(("count", "low", "high"), [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668),
                                                    (10, 4.795, 18.390), (50, 37.111, 65.919)])  # fmt: skip
def test_the_interval_is_the_published_table(count: int, low: float, high: float) -> None:
    assert garwood(count) == (pytest.approx(low, abs=2e-3), pytest.approx(high, abs=2e-3))


@given(st.integers(0, 100_000), st.floats(0.5, 0.999))
@settings(max_examples=50, deadline=None)
def test_the_interval_is_that_of_chi_square(count: int, level: float) -> None:
    low, high = garwood(count, level)
    tail = (1 - level) / 2
    assert low == pytest.approx(stats.chi2.ppf(tail, 2 * count) / 2 if count else 0, rel=1e-6)
    assert high == pytest.approx(stats.chi2.isf(tail, 2 * count + 2) / 2, rel=1e-6)
    assert low <= count <= high


def test_the_interval_never_falls_short_of_its_level() -> None:
    drawn = np.random.default_rng(1).poisson(4.2, 2000)
    held = [low <= 4.2 <= high for low, high in map(garwood, drawn.tolist())]
    assert np.mean(held) >= 0.95


@given(st.dictionaries(st.sampled_from("abcde"), st.integers(0, 50)),
       st.dictionaries(st.sampled_from("abcdef"), st.one_of(st.none(), st.just(0.0), st.floats(1, 1e7))),
       st.floats(0.1, 50))
@settings(max_examples=60, deadline=None)
def test_the_total_is_that_of_the_places_with_people_and_nobody_is_lost(
    counts: dict[str, int], people: dict[str, float | None], years: float
) -> None:
    rows, total = rate_rows(counts, people, years)
    assert sum(each.casualties for _, each in rows) == sum(counts.values())
    assert total.casualties == sum(each.casualties for _, each in rows if each.why_not is None)
    for place, each in rows:
        assert (each.rate is None) == (not people.get(place))
        if each.rate is not None:
            assert each.low <= each.rate <= each.high
            assert each.rate * each.person_years == pytest.approx(each.casualties * 100_000)


@pytest.mark.parametrize("population", [None, float("nan"), 0.0, -5.0, float("inf")])
def test_without_a_population_there_is_no_rate_but_the_count_stays(population: float | None) -> None:
    told = rate_of(7, population, 1.0)
    assert (told.casualties, told.rate, told.low, told.high) == (7, None, None, None)
    assert told.why_not


@pytest.mark.parametrize("asked", [(-1, 10.0, 1.0), (1, 10.0, 0.0), (1, 10.0, float("nan"))])
def test_what_cannot_be_is_refused(asked: tuple[int, float, float]) -> None:
    with pytest.raises(InvalidValue):
        rate_of(*asked)
    with pytest.raises(InvalidValue):
        garwood(-1)
