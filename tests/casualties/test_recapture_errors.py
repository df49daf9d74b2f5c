"""Do stated slips of linkage move the figure as far, and the way, that they truly would?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.casualties.recapture import Histories, chapman, read_histories
from whitestone.casualties.recapture_errors import correct_histories, ding_fienberg, sensitivity
from whitestone.casualties.recapture_models import fit_models
from whitestone.errors import InvalidValue


def slipped(rng: np.random.Generator, persons: int, missed: float, *, lists: int) -> Histories:
    """Draw persons into lists that are independent; of some in several lists one entry is not joined."""
    counts: dict[str, int] = {}
    for row in rng.random((persons, lists)) < 0.45:
        words = ["".join("01"[int(each)] for each in row)]
        if row.sum() > 1 and rng.random() < missed:
            lost = rng.choice(np.flatnonzero(row))
            words = ["".join("1" if at == lost else "0" for at in range(lists)),
                     "".join("0" if at == lost else "01"[int(each)] for at, each in enumerate(row))]  # fmt: skip
        for word in words:
            if "1" in word:
                counts[word] = counts.get(word, 0) + 1
    return read_histories(list("ABC")[:lists], counts)


def test_missed_links_make_the_figure_too_large_and_the_correction_takes_it_back() -> None:
    world = slipped(np.random.default_rng(1), 20_000, 0.2, lists=2)
    raw = chapman(world.in_all(0), world.in_all(1), world.in_all(0, 1)).persons
    assert raw == pytest.approx(25_000, rel=0.03)
    assert sensitivity(world, missed=(0.2,), false=(0.0,))[0]["persons"] == pytest.approx(20_000, rel=0.03)
    own = ding_fienberg(world.in_all(0), world.in_all(1), world.in_all(0, 1), 0.2, 0.0)
    assert own == pytest.approx(20_000, rel=0.03)


def test_three_lists_are_put_right_as_well() -> None:
    world = slipped(np.random.default_rng(2), 20_000, 0.15, lists=3)
    raw = next(each for each in fit_models(world).models if each.name == "independent")
    assert world.seen + raw.missing > 21_500
    told = correct_histories(world, 0.15, 0.0)
    whole = Histories(world.lists, {word: round(count) for word, count in told.counts.items()})
    plain = next(each for each in fit_models(whole).models if each.name == "independent")
    assert whole.seen + plain.missing == pytest.approx(20_000, rel=0.03)


def test_false_links_make_the_figure_too_small_and_ding_and_fienberg_take_it_back() -> None:
    """Of the persons of the first list without a pair, one in twenty is joined to somebody else's entry."""
    rng = np.random.default_rng(3)
    one, other = rng.random(40_000) < 0.4, rng.random(40_000) < 0.4
    pairs = int((one & other).sum())
    links = pairs + int(rng.binomial(int(one.sum()) - pairs, 0.05))
    assert chapman(int(one.sum()), int(other.sum()), links).persons < 38_000
    assert ding_fienberg(int(one.sum()), int(other.sum()), links, 0.0, 0.05) == pytest.approx(40_000, rel=0.03)


@given(st.integers(20, 400), st.integers(20, 400), st.integers(20, 400), st.floats(0, 0.2), st.floats(0, 0.1))
@settings(max_examples=40, deadline=None)
def test_for_two_lists_both_corrections_say_the_same(both: int, one: int, other: int, missed: float,
                                                     false: float) -> None:
    """The chance of a false link follows from the share of links that are false."""
    lists = read_histories(["A", "B"], {"11": both, "10": one, "01": other})
    told = correct_histories(lists, missed, false)
    if told.counts is None:
        return
    pairs = told.counts["11"]
    assert pairs == pytest.approx(both * (1 - false) / (1 - missed))
    alone = both + one - pairs
    if alone > 0 and both * false / alone < 1 - missed:
        own = ding_fienberg(both + one, both + other, both, missed, both * false / alone)
        assert own == pytest.approx((both + one) * (both + other) / pairs)
    # Nobody is lost from a list by joining or parting: each list keeps its length.
    assert told.counts["11"] + told.counts["10"] == pytest.approx(both + one)
    assert told.counts["11"] + told.counts["01"] == pytest.approx(both + other)


@given(st.lists(st.integers(0, 300), min_size=7, max_size=7))
@settings(max_examples=30, deadline=None)
def test_without_slips_the_counts_stay_as_they_are(counts: list[int]) -> None:
    words = ["001", "010", "011", "100", "101", "110", "111"]
    lists = read_histories("ABC", dict(zip(words, counts, strict=True)))
    assert correct_histories(lists, 0.0, 0.0).counts == pytest.approx(lists.counts)


def test_the_table_falls_with_missed_links_and_rises_with_false_ones() -> None:
    rows = sensitivity(read_histories(["A", "B"], {"11": 400, "10": 600, "01": 600}))
    figures = {(row["missed_links"], row["false_links"]): row["persons"] for row in rows}
    assert len(figures) == 20
    assert figures[0.0, 0.0] == pytest.approx(chapman(1000, 1000, 400).persons)
    assert figures[0.2, 0.0] < figures[0.05, 0.0] < figures[0.0, 0.0] < figures[0.0, 0.02] < figures[0.0, 0.05]


def test_rates_that_leave_fewer_than_nobody_have_no_figure_and_a_reason() -> None:
    rows = sensitivity(read_histories(["A", "B"], {"11": 95, "10": 2, "01": 3}), missed=(0.2,), false=(0.0,))
    assert rows[0]["persons"] is None
    assert "fewer than no person" in rows[0]["why_not"]
    assert ding_fienberg(97, 98, 95, 0.2, 0.0) is None


@pytest.mark.parametrize(("missed", "false"), [(-0.1, 0), (1.0, 0), (0, 1.0), (float("nan"), 0)])
def test_rates_that_are_no_shares_are_refused(missed: float, false: float) -> None:
    with pytest.raises(InvalidValue):
        correct_histories(read_histories(["A", "B"], {"11": 4}), missed, false)
    with pytest.raises(InvalidValue):
        ding_fienberg(10, 10, 5, missed, false)


def test_more_links_than_persons_are_refused() -> None:
    for asked in ((10, 10, 11, 0.0, 0.0), (0, 10, 0, 0.0, 0.0), (10, 10, 5, 0.5, 0.5)):
        with pytest.raises(InvalidValue):
            ding_fienberg(*asked)
