"""Do the models of three lists or more give published figures, hold the truth, and carry dependence of lists?"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from whitestone.casualties.recapture import Histories, chapman, read_histories
from whitestone.casualties.recapture_models import fit_models, profile_interval
from whitestone.errors import InvalidValue

HEPATITIS = {"111": 28, "110": 21, "101": 17, "011": 18, "100": 69, "010": 55, "001": 63}


def a_world(rng: np.random.Generator, persons: int, *, drawn_to: float = 0.0, lists: int = 3) -> Histories:
    """Draw persons into lists; the second draws on the first as strongly as `drawn_to`."""
    seen = rng.random((persons, lists)) < np.array([0.4, 0.35, 0.3, 0.3])[:lists]
    if drawn_to:
        seen[:, 1] = rng.random(persons) < np.where(seen[:, 0], 0.25 + drawn_to, 0.25)
    words, counts = np.unique(["".join("01"[int(each)] for each in row) for row in seen], return_counts=True)
    told = {str(word): int(count) for word, count in zip(words, counts, strict=True) if "1" in word}
    return read_histories(list("ABCD")[:lists], told)


def test_the_hepatitis_example_gives_its_published_models() -> None:
    """Independent lists: 388 with a deviance of 24.36 on 3 degrees of freedom; all pairs dependent: 1,313."""
    found = {each.name: each for each in fit_models(read_histories(["P", "Q", "E"], HEPATITIS)).models}
    assert len(found) == 8
    plain = found["independent"]
    assert (round(271 + plain.missing), round(plain.deviance, 1), plain.freedom) == (388, 24.4, 3)
    full = found["PQ PE QE"]
    assert 271 + full.missing == pytest.approx(271 + 28 * 69 * 55 * 63 / (21 * 17 * 18), rel=1e-6)
    assert (full.deviance, full.freedom) == (pytest.approx(0, abs=1e-6), 0)
    assert sum(each.weight for each in found.values()) == pytest.approx(1)


def test_a_model_with_one_dependent_pair_has_the_closed_form_of_the_textbook() -> None:
    """A and B depend, C on neither: missing = (persons of A or B, not C) x C alone / persons of A or B, and C."""
    found = {each.name: each for each in fit_models(read_histories("ABC", HEPATITIS)).models}
    without, both = 69 + 55 + 21, 17 + 18 + 28
    assert found["AB"].missing == pytest.approx(without * 63 / both, rel=1e-6)


@pytest.mark.parametrize("counts", [
    HEPATITIS, {"111": 4, "110": 9, "101": 2, "011": 7, "100": 31, "010": 12, "001": 20},
])  # fmt: skip
def test_every_model_has_the_largest_likelihood_that_another_way_of_climbing_finds(counts: dict[str, int]) -> None:
    """Poisson likelihoods climbed by Newton's own steps, in seven lines that share nothing with the program."""
    seen = np.array(list(counts.values()), float)
    sides = np.array([[int(one) for one in word] for word in counts], float)
    pairs = {"AB": (0, 1), "AC": (0, 2), "BC": (1, 2)}
    found = {each.name: each for each in fit_models(read_histories("ABC", counts)).models}
    for number in range(4):
        for some in itertools.combinations(pairs, number):
            crossed = [sides[:, pairs[each][0]] * sides[:, pairs[each][1]] for each in some]
            design = np.column_stack([np.ones(7), sides, *crossed])
            beta = np.linalg.lstsq(design, np.log(seen + 0.5), rcond=None)[0]
            for _ in range(50):
                mean = np.exp(design @ beta)
                beta = beta + np.linalg.solve(design.T @ (design * mean[:, None]), design.T @ (seen - mean))
            mean = np.exp(design @ beta)
            told = found[" ".join(some) or "independent"]
            assert told.missing == pytest.approx(math.exp(beta[0]), rel=1e-5)
            assert told.deviance == pytest.approx(2 * (seen * np.log(seen / mean) - seen + mean).sum(), abs=1e-5)


def test_the_order_of_the_lists_does_not_matter() -> None:
    first = fit_models(read_histories("PQE", HEPATITIS))
    for order in itertools.permutations(range(3)):
        turned = {"".join(word[at] for at in order): count for word, count in HEPATITIS.items()}
        other = fit_models(read_histories(["PQE"[at] for at in order], turned))
        assert other.averaged.persons == pytest.approx(first.averaged.persons, rel=1e-6)
        assert other.averaged.high == pytest.approx(first.averaged.high, rel=1e-6)
        assert sorted(other.models[0].name) == sorted(first.models[0].name)


@pytest.mark.parametrize("drawn_to", [0.0, 0.3])
@pytest.mark.parametrize("criterion", ["aic", "bic"])
def test_the_averaged_interval_holds_the_truth_in_most_worlds(drawn_to: float, criterion: str) -> None:
    """150 worlds gave .98 (AIC) and .94 to .97 (BIC); the chosen model's own interval .87 to .92, as the guide says."""
    rng = np.random.default_rng(3)
    told = [fit_models(a_world(rng, 300, drawn_to=drawn_to), criterion=criterion) for _ in range(25)]
    held = [each.averaged.low <= 300 <= each.averaged.high for each in told if each.averaged]
    assert len(held) == 25
    assert sum(held) >= 21
    assert np.median([each.averaged.persons for each in told]) == pytest.approx(300, rel=0.08)


def test_dependence_of_two_lists_misleads_two_and_is_seen_by_three() -> None:
    world = a_world(np.random.default_rng(8), 4000, drawn_to=0.3)
    two = chapman(world.in_all(0), world.in_all(1), world.in_all(0, 1))
    three = fit_models(world)
    assert two.high < 3000
    assert three.models[0].name.startswith("AB")
    assert three.averaged.low <= 4000 <= three.averaged.high


def test_never_fewer_than_seen_and_the_best_model_comes_first() -> None:
    for seed in range(6):
        world = a_world(np.random.default_rng(seed), 80)
        told = fit_models(world)
        for figure in (told.averaged, told.chosen):
            assert world.seen <= figure.low <= figure.persons <= figure.high
        usable = [each.criterion for each in told.models if each.why_not is None]
        assert usable == sorted(usable)


def test_four_lists_are_modelled_with_all_sets_of_pairs() -> None:
    told = fit_models(a_world(np.random.default_rng(2), 400, lists=4))
    assert len(told.models) == 64
    assert told.averaged.low <= 400 <= told.averaged.high


def test_a_profile_interval_is_the_normal_one_for_many_persons_and_lopsided_for_few() -> None:
    large = fit_models(a_world(np.random.default_rng(4), 100_000))
    plain = next(each for each in large.models if each.name == "independent")
    told = profile_interval(a_world(np.random.default_rng(4), 100_000), plain)
    assert told.high - told.persons == pytest.approx(told.persons - told.low, rel=0.05)
    assert (told.high - told.low) / 3.92 == pytest.approx(plain.missing * plain.log_error, rel=0.05)
    few = profile_interval(read_histories("ABC", HEPATITIS), fit_models(read_histories("ABC", HEPATITIS)).models[0])
    assert few.high - few.persons > few.persons - few.low


def test_a_pair_that_shares_nobody_has_no_dependence_to_estimate() -> None:
    told = fit_models(read_histories("ABC", {"101": 20, "011": 20, "100": 30, "010": 30, "001": 30}))
    left = {each.name: each.why_not for each in told.models if each.why_not}
    assert all("share nobody" in left[each.name] for each in told.models if "AB" in each.name)
    assert "independent" not in left
    assert told.averaged.persons >= 130


def test_lists_of_nobody_have_no_figure() -> None:
    told = fit_models(read_histories("ABC", {}))
    assert told.averaged is None
    assert told.chosen is None
    assert all(each.why_not and math.isnan(each.missing) for each in told.models)


@pytest.mark.parametrize("asked", [{"criterion": "cic"}, {"level": 1.0}])
def test_another_criterion_or_level_is_refused(asked: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        fit_models(read_histories("ABC", HEPATITIS), **asked)
    with pytest.raises(InvalidValue):
        fit_models(read_histories("AB", {"11": 3}))
