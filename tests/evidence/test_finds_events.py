"""Do clustered finds count as one event, and does what was counted stay counted?"""

from __future__ import annotations

import itertools
import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.errors import InvalidValue
from whitestone.evidence.events import event_of

points = st.lists(st.tuples(st.integers(-300, 300), st.integers(-300, 300)), max_size=40)


def slow(xy: list[tuple[int, int]], within: float) -> list[int]:
    """Tell events by comparing every pair."""
    begun: list[int] = []
    for at, (x, y) in enumerate(xy):
        near = [other for other in range(at) if math.hypot(xy[other][0] - x, xy[other][1] - y) <= within]
        begun.append(begun[near[0]] if near else at)
    return begun


@settings(max_examples=100, deadline=None)
@given(points, st.sampled_from([0, 10, 50, 120]))
def test_a_find_begins_an_event_exactly_where_no_earlier_find_is_near(xy: list[tuple[int, int]], within: int) -> None:
    got = event_of([x for x, _ in xy], [y for _, y in xy], within)
    want = slow(xy, within)
    assert [at for at, own in enumerate(got) if own == at] == [at for at, own in enumerate(want) if own == at]
    assert all(got[own] == own for own in got)


def slow_looks(xy: list[tuple[int, int]], within: float, looks: list[int]) -> list[int]:
    """Tell events look by look, by comparing every pair until nothing changes."""
    begun = [-1] * len(xy)
    for look in sorted(set(looks)):
        members = [at for at in range(len(xy)) if looks[at] == look]
        label = {at: at for at in members}
        for _ in members:
            for one, two in itertools.product(members, members):
                if math.dist(xy[one], xy[two]) <= within:
                    label[one] = label[two] = min(label[one], label[two])
        for first in set(label.values()):
            group = [at for at in members if label[at] == first]
            old = [begun[b] for b in range(members[0]) for at in group if math.dist(xy[b], xy[at]) <= within]
            for at in group:
                begun[at] = min(old, default=first)
    return begun


@settings(max_examples=100, deadline=None)
@given(points, st.sampled_from([0, 10, 50, 120]), st.data())
def test_finds_of_one_look_are_joined_in_whatever_order_they_came(
    xy: list[tuple[int, int]], within: int, data: st.DataObject
) -> None:
    looks = sorted(data.draw(st.lists(st.integers(0, 4), min_size=len(xy), max_size=len(xy))))
    assert event_of([x for x, _ in xy], [y for _, y in xy], within, looks) == slow_looks(xy, within, looks)


@settings(max_examples=100, deadline=None)
@given(points, st.integers(0, 40))
def test_what_comes_later_changes_no_event(xy: list[tuple[int, int]], cut: int) -> None:
    whole = event_of([x for x, _ in xy], [y for _, y in xy], 50)
    part = event_of([x for x, _ in xy[:cut]], [y for _, y in xy[:cut]], 50)
    assert whole[: len(part)] == part


def test_ten_thousand_finds_on_one_spot_are_one_event_at_no_cost() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(0, 10, 10_000), rng.normal(0, 10, 10_000)
    began = time.process_time()
    found = event_of(x.tolist(), y.tolist(), 50.0)
    assert len(set(event_of(x.tolist(), y.tolist(), 50.0, ["May"] * 10_000))) == 1
    assert time.process_time() - began < 5
    assert len(set(found)) <= 3


def test_a_find_without_a_position_is_an_event_of_its_own() -> None:
    assert event_of([0, math.nan, 1, math.nan], [0, 0, 1, math.nan], 50) == [0, 1, 0, 3]


def test_a_negative_reach_is_refused() -> None:
    with pytest.raises(InvalidValue):
        event_of([0], [0], -1)
