"""Is what is claimed by a day, looked up, what counting all claims of that day gives?"""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from whitestone.land.claims import CROWDED, OUTSIDE, TWICE, chosen_claims, claim_steps, claimed_by
from whitestone.land.marks import NEVER

members = st.lists(st.tuples(st.integers(0, 5), st.sampled_from([1, 3, 4, 6, NEVER])), max_size=4)
claims = st.lists(st.tuples(st.sampled_from([OUTSIDE, TWICE, CROWDED]), st.integers(1, 500), members), max_size=8)
days = st.lists(st.sampled_from([0, 1, 2, 3, 5, 7]), min_size=6, max_size=6)


def arrays(said: list[tuple[int, int, list[tuple[int, int]]]]) -> tuple[np.ndarray, np.ndarray]:
    firsts = np.cumsum([0, *(len(each) for _, _, each in said)])
    sets = [(at, kind, cents, firsts[at]) for at, (kind, cents, _) in enumerate(said)]
    every = [each for _, _, some in said for each in some]
    return np.array(sets, dtype=np.int64).reshape(-1, 4), np.array(every, dtype=np.int64).reshape(-1, 2)


@given(claims, days, st.sampled_from([OUTSIDE, TWICE]), st.integers(0, 8), st.sampled_from([0, 1, 2, 4, 9, NEVER]))
def test_claims_of_a_period_are_those_told_one_by_one(
    said: list[tuple[int, int, list[tuple[int, int]]]], of: list[int], kind: int, first: int, last: int
) -> None:
    expected = []
    for own, _, some in said:
        known = [(of[release], until) for release, until in some if of[release] <= last]
        if kind == OUTSIDE:
            expected.append(own == OUTSIDE and any(day >= first and until > last for day, until in known))
        else:
            expected.append(own != OUTSIDE and len(known) > 1 and any(day >= first for day, _ in known))
    assert chosen_claims(*arrays(said), np.array(of), kind, first, last).tolist() == expected


@given(claims, days, st.sampled_from([OUTSIDE, TWICE]))
def test_what_is_looked_up_for_a_day_is_what_counting_that_day_gives(
    said: list[tuple[int, int, list[tuple[int, int]]]], of: list[int], kind: int
) -> None:
    sets, every = arrays(said)
    steps = claim_steps(sets, every, np.array(of))
    for day in (0, 1, 2, 3, 4, 5, 6, 7, NEVER):
        chosen = chosen_claims(sets, every, np.array(of), kind, 0, day)
        assert claimed_by(steps, kind, day, np.array(of)) == sets[chosen, 2].sum()
