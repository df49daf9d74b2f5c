"""Do monthly looks leave the false alarms at most alpha, and would looking at a plain p value each month not?"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from whitestone.errors import InvalidValue
from whitestone.evidence.chances import bayes_factor
from whitestone.evidence.looks import follow, found_evidence, listed, marks_evidence

DISTRICTS, LOOKS, ALPHA, RATE = 10_000, 60, 0.05, 0.02


def world(seed: int, late_share: float = 0.0, extra_a_year: float = 0.0, districts: int = DISTRICTS):  # type: ignore[no-untyped-def]
    """Simulate counts of each look: marks read and late, finds in released land with what was expected."""
    rng = np.random.default_rng(seed)
    shape = (districts, LOOKS)
    read = rng.poisson(rng.gamma(1.0, 2.0, (districts, 1)), shape)
    later = rng.binomial(read, late_share + (1 - late_share) * RATE)
    expected = np.cumsum(rng.gamma(0.2, 0.02, shape), axis=1)
    found = rng.poisson(expected + extra_a_year / 12)
    return read, later, found, expected


def told(counts, alpha: float = ALPHA):  # type: ignore[no-untyped-def]
    read, later, found, expected = counts
    years = np.full(found.shape, 1 / 12)
    return follow(marks_evidence(read, later, RATE), found_evidence(found, expected, years), alpha)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_false_alarms_stay_below_alpha_over_ten_thousand_districts_and_sixty_looks(seed: int, alpha: float) -> None:
    assert np.mean(told(world(seed), alpha).alarm >= 0) <= alpha


def test_looking_at_a_plain_p_value_each_month_would_cry_wolf() -> None:
    read, later, _, _ = world(1)
    n, k = np.cumsum(read, axis=1), np.cumsum(later, axis=1)
    ever = (stats.binom.sf(k - 1, n, RATE) <= ALPHA).any(axis=1)
    assert np.mean(ever) > 1.5 * ALPHA


def test_each_kind_of_evidence_alone_is_an_e_value_at_every_look() -> None:
    read, later, found, expected = world(4, districts=15_000)
    for evidence in (marks_evidence(read, later, RATE), found_evidence(found, expected, np.full(found.shape, 1 / 12))):
        means = np.exp(evidence).mean(axis=0)
        spread = np.exp(evidence).std(axis=0) / np.sqrt(len(evidence))
        assert (means <= 1 + 5 * spread + 0.02).all()


def test_a_smaller_true_rate_than_assumed_makes_fewer_alarms() -> None:
    read, later, found, expected = world(5)
    careful = np.random.default_rng(6).binomial(later, 0.5)
    assert np.mean(told((read, careful, found, expected)).alarm >= 0) <= np.mean(
        told((read, later, found, expected)).alarm >= 0)  # fmt: skip


def test_an_effect_is_found_and_a_larger_one_sooner() -> None:
    shares = [np.mean(told(world(7, late_share=share, districts=400)).alarm >= 0) for share in (0.0, 0.1, 0.5)]
    assert shares[0] < 0.05 < 0.6 < shares[1] <= shares[2]
    months = [np.median(told(world(7, late_share=share, districts=400)).alarm) for share in (0.2, 0.8)]
    assert months[1] < months[0]


def test_the_list_over_all_districts_holds_few_in_error_and_only_grows() -> None:
    true = world(8, late_share=0.3, districts=200)
    false = world(9, districts=800)
    evidence = told(tuple(np.concatenate(pair) for pair in zip(true, false, strict=True)))
    since = listed(evidence, ALPHA)
    named = since >= 0
    assert named[:200].mean() > 0.5
    assert named[200:].sum() <= ALPHA * named.sum()
    early = listed(follow(evidence.marks[:, :20], evidence.found[:, :20], ALPHA), ALPHA)
    assert ((early < 0) | (early == since)).all()


def test_districts_without_anything_laid_after_d_make_an_empty_list() -> None:
    lists = [(listed(told(world(seed, districts=1000)), ALPHA) >= 0).any() for seed in range(20, 40)]
    assert np.mean(lists) <= 0.15


def test_looks_of_one_rate_add_up_to_the_bayes_factor_of_the_whole_time() -> None:
    found = np.array([[0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0]])
    each = found_evidence(found, np.full((1, 12), 0.4 / 12), np.full((1, 12), 1 / 12))
    assert np.exp(each[0, -1]) == pytest.approx(bayes_factor(3, 0.4))


def test_cutting_months_in_two_changes_nothing() -> None:
    read, later, found, expected = world(10, districts=50)
    split = [np.repeat(each, 2, axis=1) for each in (read, later, found)]
    for each in split:
        each[:, 1::2] = 0
    half = np.repeat(expected / 2, 2, axis=1)
    years = np.full(half.shape, 1 / 24)
    fine = follow(marks_evidence(split[0], split[1], RATE), found_evidence(split[2], half, years), ALPHA)
    whole = told((read, later, found, expected))
    assert fine.both[:, 1::2] == pytest.approx(whole.both, abs=1e-9)


def test_what_cannot_be_is_refused() -> None:
    one = np.ones((1, 2), dtype=int)
    for wrong in (lambda: marks_evidence(one, 2 * one, RATE), lambda: marks_evidence(one, one, 1.0),
                  lambda: found_evidence(one, 0.0 * one, 1.0 * one), lambda: found_evidence(-one, 1.0 * one, 1.0 * one),
                  lambda: follow(np.zeros((1, 1)), np.zeros((1, 1)), 0.0)):  # fmt: skip
        with pytest.raises(InvalidValue):
            wrong()
