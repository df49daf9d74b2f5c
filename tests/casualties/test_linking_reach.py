"""Does the cheap bound leave out only pairs below the threshold, and is what is counted from the rows right?"""

from __future__ import annotations

import hashlib
import math

import pandas as pd
import pytest

from whitestone.casualties import linking
from whitestone.casualties.linking import link, link_frame
from whitestone.casualties.linking_model import BLOCKINGS, Blocking
from whitestone.casualties.names import sealed_tokens
from whitestone.casualties.simulating import SimulatedLists, simulate_lists, true_pairs


def keyed(value: str) -> str:
    return hashlib.sha256(f"key {value}".encode()).hexdigest()


def made_of(rows: int, seed: int) -> SimulatedLists:
    made = simulate_lists(rows, seed=seed)
    # What no rule foresees: rows that say nearly nothing, and a value that nobody else has.
    made.frame.loc[0, ["day", "month", "year", "lat", "lon", "age", "sex"]] = None
    made.frame.loc[1, ["sex", "device"]] = ["other", "unheard of"]
    return made


@pytest.mark.parametrize(("size", "names", "rules", "threshold"), [
    (700, True, None, 0.01), (700, True, None, 0.9), (700, False, None, 0.5), (5_600, False, None, 0.1),
    (5_600, True, BLOCKINGS, 0.95), (5_600, True, BLOCKINGS, 0.05),
    (5_600, True, (Blocking("one year", ("year",)),), 0.5),
])  # fmt: skip
def test_pairs_that_cannot_reach_the_threshold_are_left_out_and_no_other(
    monkeypatch: pytest.MonkeyPatch, size: int, names: bool, rules: tuple[Blocking, ...] | None, threshold: float
) -> None:
    """Every pair scored gives the very same table as only those that the bound lets pass."""
    made = made_of(size, seed=7)
    tokens = sealed_tokens(made.names, keyed) if names else None
    quick, _, _ = link_frame(made.frame, tokens, threshold=threshold, rules=rules)
    monkeypatch.setattr(linking, "reach_sql", lambda *_: "TRUE")
    whole, _, _ = link_frame(made.frame, tokens, threshold=threshold, rules=rules)
    pd.testing.assert_frame_equal(quick, whole)
    assert len(quick) == len(quick[["row_l", "row_r"]].drop_duplicates())
    assert len(quick) > 50


def test_the_parts_of_a_pair_add_up_where_rare_values_weigh_more() -> None:
    made = made_of(5_600, seed=8)
    found = link(made.frame, sealed_tokens(made.names, keyed), threshold=0.8)
    before = math.log2(found.prior / (1 - found.prior))
    assert found.counted
    assert len(found.pairs) > 500
    for pair in found.pairs[::7]:
        assert sum(part.weight for part in pair.parts) + before == pytest.approx(pair.weight, abs=0.01)
    ages = {part.weight for pair in found.pairs for part in pair.parts if part.words == "the same age"}
    assert len(ages) > 10
    assert max(ages) - min(ages) > 1


def test_how_many_are_told_twice_is_counted_from_names_that_meet_on_one_day() -> None:
    """Three lists of one people, one list of them alone, and three with names locked."""
    made = simulate_lists(12_000, seed=9)
    truth = 2 * true_pairs(made.person) / len(made.frame)
    _, several, _ = link_frame(made.frame, sealed_tokens(made.names, keyed), threshold=0.9)
    assert several.background.counterparts == pytest.approx(truth, rel=0.25)
    first = made.frame["list"].to_numpy() == 0
    names = [name for name, is_first in zip(made.names, first, strict=True) if is_first]
    alone = made.frame[first].reset_index(drop=True)
    assert len(alone) > linking.COUNT_ROWS - 100
    more = pd.concat([alone, alone.head(200).assign(day=None, month=None)], ignore_index=True)
    _, one, _ = link_frame(more, sealed_tokens([*names, *[None] * 200], keyed), threshold=0.9)
    assert one.background.counterparts in (0.4, 0.05)
    _, locked, _ = link_frame(made.frame, None, threshold=0.9)
    assert locked.background.counterparts == 0.4


def test_how_near_two_places_are_by_chance_is_counted_not_taken_from_cells() -> None:
    made = simulate_lists(5_600, seed=3)
    _, setting, _ = link_frame(made.frame, None, threshold=0.9)
    near, *_ = setting.background.apart
    assert sum(setting.background.apart) == pytest.approx(1.0)
    assert 0 < near < setting.background.same_place
