"""Are changes found where they are, is chance held to its rate, and do the segments add up to the whole?"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.casualties.changes import find_changes
from whitestone.errors import InvalidValue


def best_by_trying_all(counts: list[int], changes: int) -> float:
    """Give the least Poisson cost with so many changes, all places of change tried."""
    def cost(part: list[int]) -> float:
        total = sum(part)
        return -2 * (total * np.log(total / len(part)) - total) if total else 0.0

    inner = range(1, len(counts))
    return min(sum(cost(counts[a:b]) for a, b in itertools.pairwise((0, *cuts, len(counts))))
               for cuts in itertools.combinations(inner, changes))


@given(st.lists(st.integers(0, 60), max_size=40), st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_the_segments_follow_one_another_and_sum_to_the_total(counts: list[int], shortest: int) -> None:
    told = find_changes(counts, draws=19, shortest=shortest)
    assert sum(each.total for each in told.segments) == sum(counts)
    bounds = [each.start for each in told.segments] + [each.stop for each in told.segments[-1:]]
    assert bounds == sorted(set(bounds))
    assert bounds[:1] + bounds[-1:] == ([0, len(counts)] if counts else [])
    assert [each.at for each in told.changes] == bounds[1:-1]
    for each in told.segments:
        assert each.total == sum(counts[each.start:each.stop])
        assert each.low <= each.rate <= each.high
        assert each.stop - each.start >= shortest or len(told.segments) == 1


@given(st.lists(st.integers(0, 30), min_size=4, max_size=9).filter(sum))
@settings(max_examples=25, deadline=None)
def test_no_other_places_of_as_many_changes_fit_better(counts: list[int]) -> None:
    told = find_changes(counts, draws=19, alpha=1.0)
    parts = [counts[each.start:each.stop] for each in told.segments]
    own = sum(-2 * (sum(part) * np.log(sum(part) / len(part)) - sum(part)) if sum(part) else 0.0 for part in parts)
    assert own == pytest.approx(best_by_trying_all(counts, len(parts) - 1))


def test_two_planted_changes_are_found_where_they_are() -> None:
    rng = np.random.default_rng(4)
    counts = np.concatenate([rng.poisson(rate, 20) for rate in (40, 15, 30)]).tolist()
    told = find_changes(counts, draws=199)
    assert len(told.changes) == 2
    assert all(abs(each.at - true) <= 1 for each, true in zip(told.changes, (20, 40), strict=True))
    assert all(each.p <= 0.01 for each in told.changes)
    assert told.changes[0].ratio == pytest.approx(15 / 40, rel=0.25)
    assert told.any_change_p <= 0.01


@pytest.mark.parametrize("scatter", [1.0, 5.0])
def test_a_level_series_is_said_to_change_no_more_often_than_alpha(scatter: float) -> None:
    """100 level series of 30 periods each; the p value of any change pays for the search."""
    rng, alarms, cuts = np.random.default_rng(9), 0, 0
    for _ in range(100):
        rate = np.full(30, 12.0) if scatter == 1 else rng.gamma(12 / (scatter - 1), scatter - 1, 30)
        told = find_changes(rng.poisson(rate).tolist(), draws=99)
        alarms += told.any_change_p <= 0.05
        cuts += bool(told.changes)
    assert alarms <= 10
    assert cuts <= 12


def test_an_exposure_that_changes_is_no_change_of_rate() -> None:
    rng = np.random.default_rng(5)
    exposure = [100.0] * 15 + [300.0] * 15
    counts = rng.poisson(np.array(exposure) * 0.2).tolist()
    assert [each.at for each in find_changes(counts, draws=99).changes] == [15]
    with_it = find_changes(counts, exposure, draws=99)
    assert not with_it.changes
    assert with_it.any_change_p > 0.05
    assert with_it.segments[0].rate == pytest.approx(0.2, rel=0.1)


def test_the_same_seed_gives_the_same_answer() -> None:
    counts = [5, 7, 6, 20, 22, 19, 4]
    assert find_changes(counts, draws=99, seed=3) == find_changes(counts, draws=99, seed=3)


def test_nothing_and_no_casualty_have_no_change() -> None:
    assert find_changes([]).any_change_p is None
    told = find_changes([0] * 10)
    assert (len(told.segments), told.segments[0].rate, told.any_change_p) == (1, 0.0, None)
    assert find_changes([5]).segments[0].total == 5


@pytest.mark.parametrize("asked", [{"draws": 10}, {"most": -1}, {"shortest": 0}, {"alpha": 0.0}, {"exposure": [1.0]}])
def test_what_cannot_be_asked_is_refused(asked: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        find_changes([3, 4], **asked)
    with pytest.raises(InvalidValue):
        find_changes([3, -4])
