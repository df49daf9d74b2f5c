"""Are pairs of one person found and explained, co-casualties kept apart, and anonymous rows never made sure?"""

from __future__ import annotations

import hashlib
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.casualties import linking, linking_model
from whitestone.casualties.linking import ANONYMOUS_CAP, COLUMNS, TOKEN_KINDS, link, link_frame
from whitestone.casualties.linking_model import Background, blockings_for, comparisons, date_weight, weight
from whitestone.casualties.names import sealed_tokens
from whitestone.casualties.simulating import KNOWN_TO, simulate_lists, true_pairs
from whitestone.errors import TooManyPairs

BASE = {"list": 0, "day": 737_000, "month": 201_810, "year": 2018, "lat": 40.1, "lon": 46.2, "place": None,
        "cell": "200/231", "sex": "male", "age": 38, "band": "adult", "outcome": "injured",
        "device": "ap_mine"}  # fmt: skip


def keyed(value: str) -> str:
    return hashlib.sha256(f"key {value}".encode()).hexdigest()


def rows(*changes: dict[str, Any]) -> tuple[pd.DataFrame, Any]:
    """Make rows out of changes to one, and the tokens of their names."""
    made = [{**BASE, **{name: value for name, value in each.items() if name != "name"}} for each in changes]
    frame = pd.DataFrame(made, columns=list(COLUMNS)).astype(object)
    return frame.where(frame.notna(), None), sealed_tokens([each.get("name") for each in changes], keyed)


def chances(*changes: dict[str, Any], names: bool = True) -> dict[tuple[int, int], linking.Pair]:
    frame, tokens = rows(*changes)
    return {(pair.left, pair.right): pair for pair in link(frame, tokens if names else None, threshold=0).pairs}


def test_one_person_in_two_scripts_is_proposed_as_sure_and_a_companion_is_not() -> None:
    found = chances({"name": "Marko Kovač"}, {"list": 1, "name": "Ковач Марко", "day": 737_001},
                    {"list": 1, "name": "Ivan Petrov", "age": 12, "band": "child"})  # fmt: skip
    assert found[0, 1].sure
    assert found[0, 1].probability > 0.99
    assert not found[0, 2].sure
    assert found.get((0, 2)).probability < 0.1  # hurt together, two people


def test_the_parts_of_a_pair_add_up_to_its_weight() -> None:
    """The waterfall explains the whole: what was likely before, and one part for each attribute."""
    frame, tokens = rows({"name": "Ana Dal"}, {"list": 1, "name": "Dal Ana", "age": None, "day": 737_020},
                         {"list": 1, "day": None, "outcome": "killed"})  # fmt: skip
    made = link(frame, tokens, threshold=0)
    before = math.log2(made.prior / (1 - made.prior))
    assert len(made.pairs) == 3
    for pair in made.pairs:
        assert sum(part.weight for part in pair.parts) + before == pytest.approx(pair.weight, abs=0.01)
        attributes = [part.attribute for part in pair.parts]
        assert attributes == ["date", "place", "age", "sex", "outcome", "device", "name", "list"]


@pytest.mark.parametrize(("second", "cap"), [({}, "one list"), ({"list": 1}, "two lists")])
def test_identical_anonymous_rows_are_never_sure(second: dict[str, Any], cap: str) -> None:
    for names in (True, False):
        pair = chances({}, second, names=names)[0, 1]
        assert pair.anonymous_twins
        assert not pair.sure
        assert pair.probability <= ANONYMOUS_CAP[cap]


def test_a_shared_name_within_one_accident_is_what_makes_it_sure() -> None:
    named = {"name": "Sokha Bopha"}
    with_names = chances(named, {**named, "list": 1})[0, 1]
    without = chances(named, {**named, "list": 1}, names=False)[0, 1]
    other = chances(named, {"name": "Marko Kovač", "list": 1})[0, 1]
    assert with_names.sure
    assert not without.sure
    assert other.probability < without.probability < with_names.probability


@pytest.mark.parametrize(("change", "attribute", "words"), [
    ({"day": None}, "date", "the same month, a day is not known"),
    ({"day": None, "month": None}, "date", "the same year, a month is not known"),
    ({"day": None, "month": None, "year": None}, "date", "a date is not known"),
    ({"day": 737_025}, "date", "at most 31 days apart"),
    ({"lat": 40.15}, "place", "1 to 10 km apart"),
    ({"lat": 40.4}, "place", "10 to 50 km apart"),
    ({"lat": 42.4}, "place", "another place"),
    ({"lat": None, "lon": None}, "place", "a place is not known"),
    ({"age": 40}, "age", "at most 2 years apart"),
    ({"age": None}, "age", "the same age group; an age is not known"),
    ({"age": None, "band": None}, "age", "one of the two does not say it"),
    ({"sex": "female"}, "sex", "another sex"),
])  # fmt: skip
def test_each_step_is_told_in_words(change: dict[str, Any], attribute: str, words: str) -> None:
    found = chances({}, {"list": 1, **change})[0, 1]
    told = {part.attribute: part for part in found.parts}
    assert told[attribute].words == words


def test_what_is_known_less_exactly_never_weighs_more() -> None:
    weights = []
    for change in ({}, {"day": 737_003}, {"day": 737_025}, {"day": 738_000, "month": 202_107, "year": 2021}):
        weights.append(chances({}, {"list": 1, **change})[0, 1].weight)
    assert weights == sorted(weights, reverse=True)


def test_no_rows_one_row_and_rows_that_say_nothing() -> None:
    nothing = dict.fromkeys(COLUMNS) | {"list": 0}
    frame, _ = rows({})
    assert link(frame).pairs == ()
    silent = pd.DataFrame([nothing, nothing, nothing], columns=list(COLUMNS)).astype(object)
    made = link(silent, threshold=0)
    assert set(made.missing) == {"date", "place", "age", "sex", "outcome", "device", "name"}
    assert all(not pair.sure and pair.probability <= ANONYMOUS_CAP["one list"] for pair in made.pairs)


def test_too_many_pairs_are_refused_before_they_are_compared() -> None:
    frame, tokens = rows(*({"age": age} for age in range(40)))
    with pytest.raises(TooManyPairs) as refusal:
        link(frame, tokens, max_pairs=100)
    assert "780" in str(refusal.value)
    assert "100" in str(refusal.value)
    assert "--lists" in refusal.value.next


def test_rules_are_counted_exactly() -> None:
    frame, _ = rows({}, {}, {"day": 1}, {"day": None})
    _, _, counted = link_frame(frame, None, rules=[linking_model.Blocking("days", ("day",))])
    assert counted == [{"rule": "days", "pairs": 1, "largest_block": 2}]


def test_rules_without_names_are_used_while_locked() -> None:
    assert all(not rule.names for rule in blockings_for(50_000, names=False))
    assert any(rule.names for rule in blockings_for(50_000, names=True))


@given(st.integers(2, 10_000_000), st.integers(1, 20_000), st.floats(0, 1), st.booleans(), st.booleans())
def test_shares_are_shares_for_any_background(count: int, days: int, place: float, several: bool, names: bool) -> None:
    background = Background(count, days, place, several)
    assert 0 < background.prior <= 0.05
    for each in comparisons(background, names=names):
        for level in each.levels:
            assert 0 < level.m <= 1
            assert 0 < level.u <= 1
            assert math.isfinite(weight(level))
        if each.name == "accident":
            assert all(math.isfinite(date_weight(each.levels, level)) for level in each.levels)


@settings(max_examples=2, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_pair(dice: Any) -> None:
    changes = [{"name": "Ana Dal", "age": 20}, {"list": 1, "name": "Dal Ana", "age": 20}, {"age": 50},
               {"list": 1, "age": 51}, {"day": 731_000, "month": 200_206, "year": 2002}]  # fmt: skip
    order = list(range(len(changes)))
    dice.shuffle(order)
    plain, mixed = chances(*changes), chances(*(changes[at] for at in order))
    for (left, right), pair in mixed.items():
        before = plain[min(order[left], order[right]), max(order[left], order[right])]
        assert (before.probability, before.sure) == (pair.probability, pair.sure)


def test_twice_the_same_gives_the_same_in_the_same_order() -> None:
    made = simulate_lists(400, seed=3)
    tokens = sealed_tokens(made.names, keyed)
    assert link(made.frame, tokens, threshold=0.3).pairs == link(made.frame, tokens, threshold=0.3).pairs


@pytest.mark.parametrize(("size", "names", "precision", "recall"), [
    (700, True, 0.97, 0.75), (700, False, 0.75, 0.25), (6_500, True, 0.98, 0.75),
])  # fmt: skip
def test_simulated_lists_are_linked_well(size: int, names: bool, precision: float, recall: float) -> None:
    """Small lists with what is assumed of chance, larger ones with what was counted, and locked ones."""
    made = simulate_lists(size, seed=5)
    tokens = sealed_tokens(made.names, keyed) if names else None
    found, setting, _ = link_frame(made.frame, tokens, threshold=0.9 if names else 0.6)
    same = made.person[found["row_l"].to_numpy()] == made.person[found["row_r"].to_numpy()]
    assert setting.is_large == (size > linking.COUNT_ROWS)
    assert same.mean() >= precision
    assert same.sum() / true_pairs(made.person) >= recall


def district_beside_a_register() -> tuple[pd.DataFrame, Any]:
    """Make a large register that says little of each person, and a district whose people are told in detail, once."""
    rng = np.random.default_rng(4)

    def day() -> dict[str, int]:
        days = int(rng.integers(0, 3_000))
        return {"day": 735_000 + days, "month": 201_301 + days // 365 * 100 + days % 365 // 31,
                "year": 2013 + days // 365}  # fmt: skip

    little = {"age": None, "lat": None, "lon": None, "device": "ap_mine"}
    register = [{**little, **day(), "place": f"P{rng.integers(300)}", "cell": None,
                 "band": "adult" if rng.random() < 0.9 else "child", "sex": "male" if rng.random() < 0.95 else "female",
                 "outcome": "injured" if rng.random() < 0.8 else "killed"} for _ in range(5_400)]  # fmt: skip
    district = [{**day(), "list": 1, "name": "Simulated Person", "lat": 40 + rng.random() / 5, "device": None,
                 "lon": 46 + rng.random() / 5, "age": int(rng.integers(8, 70)), "cell": "1/1",
                 "sex": rng.choice(["male", "female"]), "outcome": rng.choice(["injured", "killed"])}
                for _ in range(66)]  # fmt: skip
    return rows(*register, *district)


def test_people_of_one_district_are_not_one_person_because_it_is_told_in_detail() -> None:
    """Nothing of how much a list says speaks for one person; all share one name here, and nobody is told twice."""
    frame, tokens = district_beside_a_register()
    likely = link(frame, tokens, threshold=0.5).pairs
    assert [pair for pair in likely if pair.probability > ANONYMOUS_CAP["one list"]] == []
    found = link(frame, tokens, threshold=1e-6)
    assert found.counted
    apart = {"another sex", "another age", "another outcome (one may have died later)", "another name"}
    weights = [part.weight for pair in found.pairs for part in pair.parts if part.words in apart]
    assert weights
    assert max(weights) <= 0.0


def test_the_simulation_is_what_it_says() -> None:
    one, again, other = simulate_lists(900, seed=1), simulate_lists(900, seed=1), simulate_lists(900, seed=2)
    assert one.names == again.names != other.names
    assert one.frame.equals(again.frame)
    assert list(one.frame.columns) == list(COLUMNS)
    sizes = one.frame["list"].value_counts()
    assert sizes[0] > sizes[1] > sizes[2] > 0
    assert len(one.frame) == pytest.approx(900, rel=0.15)
    assert len(one.names) == len(one.person) == len(one.frame)
    assert 0.05 < sum(name is None for name in one.names) / len(one.names) < 0.2
    scripts = {ord(name[0]) // 0x80 for name in one.names if name}
    assert len(scripts) >= 3
    assert len(KNOWN_TO) == 3
    assert set(sealed_tokens([], keyed)) >= set(TOKEN_KINDS)


@pytest.mark.parametrize("less", [{"day": None}, {"day": None, "month": None}, {"age": None}, {"sex": None},
                                  {"lat": None, "lon": None}, {"outcome": None, "device": None}])  # fmt: skip
def test_rows_that_differ_in_nothing_are_twins_also_where_one_says_less(less: dict[str, Any]) -> None:
    pair = chances({}, {"list": 1, **less})[0, 1]
    assert pair.anonymous_twins
    assert pair.probability <= ANONYMOUS_CAP["two lists"]
    assert not chances({}, {"list": 1, **less, "day": 737_001})[0, 1].anonymous_twins
