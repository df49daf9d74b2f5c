"""Is what nobody wrote down kept apart from what was not done?"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from whitestone.casualties.care import follow_up

STATED = st.sampled_from([None, UNSET, True, False, "", "none", "unknown", "rehabilitation", "2024-05-01", [], ["a"]])
PERSONS = st.lists(st.fixed_dictionaries({}, optional={
    "outcome": st.sampled_from(["killed", "injured", "unknown", None]), "referral": STATED, "follow_up": STATED,
    "referred_to": STATED, "referred_on": STATED, "followed_up_on": STATED, "died_later_on": STATED,
    "facility": STATED, "hours_to_facility": st.sampled_from([None, UNSET, 0, 1.5, -2, "3", "soon", float("nan")]),
}), max_size=20)  # fmt: skip


@given(PERSONS)
@settings(max_examples=60, deadline=None)
def test_every_survivor_stands_in_exactly_one_cell_of_each_question(persons: list[dict[str, Any]]) -> None:
    told = follow_up(persons)
    assert told["persons"] >= sum(each.get("outcome") != "killed" for each in persons)
    assert told["referred"] + told["not_referred"] + told["referral_unknown"] == told["persons"]
    parts = ("referred_followed_up", "referred_not_followed_up", "referred_follow_up_unknown")
    assert sum(told[part] for part in parts) == told["referred"]
    assert told["hours_known"] + told["hours_unknown"] == told["persons"]
    assert (told["median_hours_to_facility"] is None) == (told["hours_known"] == 0)


def test_who_died_later_was_in_the_chain_and_who_died_at_once_was_not() -> None:
    dead = {"outcome": "killed", "hours_to_facility": 4}
    assert follow_up([dead])["persons"] == 0
    assert follow_up([{**dead, "died_later_on": "2024-06-01"}])["median_hours_to_facility"] == 4


def test_silence_is_no_refusal() -> None:
    referred = {"outcome": "injured", "referred_to": "prosthetics"}
    told = follow_up([referred, {**referred, "follow_up": False}, {**referred, "followed_up_on": "2024-06"}])
    assert told["referred_follow_up_unknown"] == told["referred_not_followed_up"] == told["referred_followed_up"] == 1


@pytest.mark.parametrize(("hours", "median"), [([1, 3, 10], 3), ([1, 3], 2), (["2.5"], 2.5), ([-1, "x"], None)])
def test_the_median_is_over_stated_hours_only(hours: list[Any], median: float | None) -> None:
    assert follow_up([{"hours_to_facility": each} for each in hours])["median_hours_to_facility"] == median
