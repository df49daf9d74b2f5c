"""Are boxes that meet found, and is a spot on which everything lies refused before it fills the memory?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whitestone.errors import GroundTooCrowded
from whitestone.land.rings import meeting


def boxes(seed: int, count: int, side: float) -> np.ndarray:
    rng = np.random.default_rng(seed)
    low = np.round(rng.uniform(0, side, (count, 2)))
    found = np.concatenate([low, low + np.round(rng.uniform(0, 5, (count, 2)))], axis=1)
    found[rng.random(count) < 0.1] = np.nan
    return found


@given(st.integers(0, 1_000), st.integers(0, 40), st.integers(0, 40))
def test_every_pair_that_meets_is_listed_in_order(seed: int, count: int, other_count: int) -> None:
    ours, theirs = boxes(seed, count, 30), boxes(seed + 1, other_count, 30)
    starts, members = meeting(ours, theirs)
    for at, (x0, y0, x1, y1) in enumerate(ours):
        meets = [each for each, (a0, b0, a1, b1) in enumerate(theirs)
                 if a0 <= x1 and a1 >= x0 and b0 <= y1 and b1 >= y0]
        assert members[starts[at] : starts[at + 1]].tolist() == meets


def test_lists_longer_than_a_chunk_are_joined() -> None:
    row = np.arange(10_000.0)
    line = np.stack([row, row * 0, row + 0.5, row * 0 + 1], axis=1)
    starts, members = meeting(line, line)
    assert members.tolist() == list(range(10_000))
    assert starts.tolist() == list(range(10_001))


def test_a_spot_on_which_everything_lies_is_refused_and_said_where() -> None:
    spot = np.tile([90.0, 190.0, 110.0, 210.0], (6_000, 1))
    with pytest.raises(GroundTooCrowded) as refused:
        meeting(spot, spot, most=20_000_000)
    assert "5,999 others" in str(refused.value)
    assert "100 m east and 200 m north" in str(refused.value)
    assert "take-back" in refused.value.next
