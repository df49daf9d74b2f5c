"""Is the number of casualties in no list the published one, does its interval hold, and is it refused in time?"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.casualties.recapture import (
    FEW_SHARED,
    Histories,
    chapman,
    fold_histories,
    read_histories,
    refusal,
    warnings_of,
)
from whitestone.errors import InvalidValue

HEPATITIS = {"111": 28, "110": 21, "101": 17, "011": 18, "100": 69, "010": 55, "001": 63}
"""Hepatitis A in a college of northern Taiwan in 1995, three lists P, Q, E, 271 cases (Chao and others 2001)."""


def test_the_textbook_example_of_turtles_gives_its_published_figures() -> None:
    """Ten marked, fifteen caught later, five of them marked: 28 turtles, 22 to 65."""
    told = chapman(10, 15, 5)
    assert told.persons == pytest.approx(28 + 1 / 3)
    assert (round(told.low), round(told.high)) == (22, 65)
    assert told.standard_error**2 == pytest.approx(11 * 16 * 5 * 10 / (36 * 7))


def test_the_three_pairs_of_the_hepatitis_lists_give_their_published_petersen_figures() -> None:
    lists = read_histories(["P", "Q", "E"], HEPATITIS)
    assert lists.seen == 271
    assert [lists.in_all(at) for at in range(3)] == [135, 122, 126]
    pairs = [lists.in_all(a) * lists.in_all(b) / lists.in_all(a, b) for a, b in ((0, 1), (0, 2), (1, 2))]
    assert [round(each) for each in pairs] == [336, 378, 334]


@given(st.integers(1, 500), st.integers(0, 500), st.integers(0, 500))
@settings(max_examples=60, deadline=None)
def test_never_fewer_than_were_seen_and_the_figure_lies_in_its_interval(both: int, one: int, other: int) -> None:
    told = chapman(both + one, both + other, both)
    assert told.persons >= both + one + other - 1e-9
    assert both + one + other <= told.low <= told.persons <= told.high
    turned = chapman(both + other, both + one, both)  # the order of the lists does not matter
    assert (turned.persons, turned.low, turned.high) == pytest.approx((told.persons, told.low, told.high))


@given(st.integers(5, 60), st.integers(1, 60), st.integers(1, 60))
@settings(max_examples=40, deadline=None)
def test_a_hundred_times_the_persons_is_a_hundred_times_the_figure_with_a_tenth_of_the_doubt(
    both: int, one: int, other: int
) -> None:
    small = chapman(both + one, both + other, both)
    large = chapman(100 * (both + one), 100 * (both + other), 100 * both)
    petersen = (both + one) * (both + other) / both
    assert large.persons / 100 == pytest.approx(petersen, rel=0.02)
    assert (large.high - large.low) / 100 < 0.3 * (small.high - small.low)


@pytest.mark.parametrize(("persons", "first", "second"), [(50, 0.5, 0.5), (200, 0.3, 0.4), (1000, 0.2, 0.3)])
def test_the_interval_holds_the_truth_in_at_least_93_of_100_worlds(persons: int, first: float, second: float) -> None:
    """4,000 worlds gave .961, .960 and .951; here 600 with one seed."""
    rng = np.random.default_rng(20)
    held = 0
    for _ in range(600):
        one, other = rng.random(persons) < first, rng.random(persons) < second
        told = chapman(int(one.sum()), int(other.sum()), int((one & other).sum()))
        held += told.low <= persons <= told.high
    assert 0.93 <= held / 600 <= 0.99


def test_a_higher_level_gives_a_wider_interval() -> None:
    narrow, wide = chapman(100, 120, 40, 0.8), chapman(100, 120, 40, 0.99)
    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize(("lists", "counts", "said"), [
    (["A"], {"1": 5}, "one list only"), (["A", "B"], {}, "No person"), (["A", "B"], {"10": 5}, "List B holds nobody"),
    (["A", "B"], {"10": 5, "01": 4}, "shares nobody"), (["A", "B"], {"11": 9}, "one list twice"),
    (["A", "B", "C"], {"110": 5, "100": 3, "001": 9}, "List C shares nobody"),
    (list("ABCDEF"), {"111111": 5, "100000": 9, "010000": 4, "001000": 1, "000100": 2, "000010": 1, "000001": 1},
     "6 lists"),
])  # fmt: skip
def test_what_cannot_work_is_refused_with_its_reason(lists: list[str], counts: dict[str, int], said: str) -> None:
    assert said in (refusal(read_histories(lists, counts)) or "")


def test_lists_that_refer_to_each_other_are_refused_whatever_they_share() -> None:
    lists = read_histories(["A", "B"], {"11": 50, "10": 50, "01": 50})
    assert refusal(lists) is None
    for pair in (("A", "B"), ("B", "A")):
        assert "refer to each other" in (refusal(lists, [pair]) or "")
    assert refusal(lists, [("A", "C")]) is None


def test_few_shared_persons_and_a_list_inside_another_are_said_beside_the_figure() -> None:
    few = warnings_of(read_histories(["A", "B"], {"11": FEW_SHARED - 1, "10": 50, "01": 50}))
    assert [("6 persons only" in line) for line in few] == [True]
    inside = warnings_of(read_histories(["A", "B"], {"11": 40, "01": 50}))
    assert [("wholly inside" in line) for line in inside] == [True]
    assert not warnings_of(read_histories(["A", "B"], {"11": FEW_SHARED, "10": 50, "01": 50}))


@given(st.dictionaries(st.integers(), st.sets(st.sampled_from("ABCX")), max_size=30), st.permutations("ABC"))
@settings(max_examples=40, deadline=None)
def test_every_person_counts_once_whatever_the_order_of_lists(members: dict[int, set[str]], order: list[str]) -> None:
    told = fold_histories(order, members)
    assert told.seen == sum(bool(each & set("ABC")) for each in members.values())
    for at, name in enumerate(order):
        assert told.in_all(at) == sum(name in each for each in members.values())


@pytest.mark.parametrize("lists", [[], [""], ["A", "A"], [f"l{n}" for n in range(17)]])
def test_lists_without_names_of_their_own_are_refused(lists: list[str]) -> None:
    with pytest.raises(InvalidValue):
        read_histories(lists, {})


@pytest.mark.parametrize("word", ["", "0", "00", "1", "111", "1x"])
def test_a_history_that_is_none_is_refused(word: str) -> None:
    with pytest.raises(InvalidValue):
        read_histories(["A", "B"], {word: 1})


@pytest.mark.parametrize("count", [-1, 1.5, float("nan"), float("inf"), "many", None, True, 10**12])
def test_what_is_no_count_is_refused(count: object) -> None:
    with pytest.raises(InvalidValue):
        read_histories(["A", "B"], {"11": count})


@pytest.mark.parametrize("asked", [(10, 10, 0), (10, 10, 11), (-1, 5, 1), (10, 10, 5, 0.0), (10, 10, 5, 1.0)])
def test_two_lists_that_cannot_be_are_refused(asked: tuple[int, ...]) -> None:
    with pytest.raises(InvalidValue):
        chapman(*asked)


def test_words_that_were_not_given_stand_as_zero() -> None:
    told = Histories(("A", "B", "C"), read_histories("ABC", {"111": "3"}).counts)
    assert set(told.counts) == {"".join(each) for each in itertools.product("01", repeat=3)} - {"000"}
    assert told.seen == 3
