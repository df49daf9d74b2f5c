"""Is the yardstick a fair one: calibrated, far better than drawing, and blind to what it must not see?"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from whitestone.minefields.simulator.making import simulate
from whitestone.minefields.simulator.oracle import oracle_chances
from whitestone.minefields.simulator.regimes import REGIMES
from whitestone.minefields.simulator.scoring import area_under_roc


@pytest.fixture(scope="module")
def worlds() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Two worlds of the regime with many false sheets."""
    return [simulate(seed, REGIMES["false-records"], fields=150) for seed in (21, 22)]


def test_it_tells_true_from_false_and_its_chances_are_what_comes_out(worlds: list[Any]) -> None:
    """Area above .85; the mean chance is the true share within 6 points, among sure ones as well."""
    chances, so = [], []
    for batch, truth in worlds:
        found = oracle_chances(batch, truth)
        assert set(found) == set(truth["sheets"])
        chances += list(found.values())
        so += [truth["sheets"][name]["kind"] != "false" for name in found]
    stated, true = np.array(chances), np.array(so)
    assert ((stated >= 0) & (stated <= 1)).all()
    assert (area_under_roc(stated, true) or 0) > 0.85
    assert abs(stated.mean() - true.mean()) < 0.06
    assert true[stated > 0.9].mean() > 0.85
    assert true[stated < 0.2].mean() < 0.35


def test_it_does_not_look_at_which_sheet_is_true(worlds: list[Any]) -> None:
    """With the kinds of all sheets turned round in the truth, it says the same."""
    batch, truth = worlds[0]
    turned = copy.deepcopy(truth)
    for sheet in turned["sheets"].values():
        sheet["kind"] = "real" if sheet["kind"] == "false" else "false"
        sheet["field"] = "?"
    assert oracle_chances(batch, turned) == oracle_chances(batch, truth)


def test_without_a_search_or_a_find_only_the_share_is_known(worlds: list[Any]) -> None:
    """Where nothing was done and nothing is met by chance, all sheets have the share of true sheets."""
    batch, truth = worlds[0]
    regime = {**truth["regime"], "accident_share": 0.0}
    found = oracle_chances({**batch, "finds": [], "searched": []}, {**truth, "finds": {}, "regime": regime})
    assert list(found.values()) == pytest.approx([1 - regime["false_share"]] * len(found))


def test_a_copy_is_no_second_witness(worlds: list[Any]) -> None:
    """A duplicate has the chance of its original."""
    batch, truth = worlds[0]
    found = oracle_chances(batch, truth)
    copies = {name: sheet["copy_of"] for name, sheet in truth["sheets"].items() if sheet["copy_of"]}
    assert copies
    assert all(found[name] == found[original] for name, original in copies.items())
