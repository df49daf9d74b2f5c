"""Do rows end, and lanes miss, as often as a simulation of them does?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.errors import InvalidValue
from whitestone.minefields.stopping import lanes_miss, row_goes_on

shares = st.floats(0.05, 0.95)


def test_rows_that_go_silent_go_on_as_often_as_foretold() -> None:
    rng = np.random.default_rng(2)
    goes_on = rng.random(400_000) < 0.4
    shown = (rng.random((400_000, 2)) < 0.8 * 0.9).any(axis=1) & goes_on
    told = row_goes_on(8.0, 4.0, 0.9, present=0.8, prior=0.4)["goes_on"]
    assert goes_on[~shown].mean() == pytest.approx(told, abs=0.004)


@settings(max_examples=100, deadline=None)
@given(st.floats(0, 200), st.floats(0.5, 20), shares, shares, shares, st.floats(0.001, 0.3))
def test_the_stretch_needed_is_the_shortest_that_does_it(empty: float, spacing: float, detection: float, present: float,
                                                         prior: float, limit: float) -> None:
    told = row_goes_on(empty, spacing, detection, present=present, prior=prior, limit=limit)
    enough = row_goes_on(told["needed_m"], spacing, detection, present=present, prior=prior, limit=limit * (1 + 1e-6))
    assert enough["may_stop"]
    if told["needed_m"] > 0:
        nearly = told["needed_m"] - spacing / 2
        short = row_goes_on(nearly, spacing, detection, present=present, prior=prior, limit=limit)
        assert not short["may_stop"]
    assert told["may_stop"] == (told["goes_on"] <= limit)


@pytest.mark.parametrize(("row", "gap", "width", "spacing"),
                         [(60.0, 10.0, 2.0, 4.0), (25.0, 10.0, 1.0, 1.0), (5.0, 20.0, 2.0, 3.0)])
def test_lanes_miss_rows_as_often_as_simulated(row: float, gap: float, width: float, spacing: float) -> None:
    rng = np.random.default_rng(4)
    begin = rng.random(100_000) * gap
    crossings = np.floor((begin + row) / gap).astype(int)
    shown = min(1.0, width / spacing) * 0.9 * 0.95
    missed = (1 - shown) ** crossings
    told = lanes_miss(row, gap, width, spacing, 0.95, present=0.9)
    assert missed.mean() == pytest.approx(told["missed"], abs=0.005)


@settings(max_examples=100, deadline=None)
@given(st.floats(1, 300), st.floats(0.5, 3), st.floats(1, 10), shares)
def test_the_gap_needed_is_the_widest_that_does_it(row: float, width: float, spacing: float, detection: float) -> None:
    gap = lanes_miss(row, width + 5, width, spacing, detection)["needed_gap_m"]
    if gap is None:
        assert not lanes_miss(row, width, width, spacing, detection)["may_stop"]
        return
    assert lanes_miss(row, gap, width, spacing, detection, limit=0.05 * (1 + 1e-6))["may_stop"]
    assert lanes_miss(row, gap * 1.001 + 1e-6, width, spacing, detection)["missed"] > 0.05 - 1e-6


def test_each_answer_says_what_it_assumes_and_calls_nothing_safe() -> None:
    for told in (row_goes_on(8.0, 4.0, 0.9), lanes_miss(60.0, 10.0, 2.0, 4.0, 0.95)):
        assert len(told["assumptions"]) >= 3
        assert "safe" not in " ".join(told["assumptions"])


def test_what_cannot_be_is_refused() -> None:
    for wrong in (lambda: row_goes_on(-1.0, 4.0, 0.9), lambda: row_goes_on(1.0, 0.0, 0.9),
                  lambda: row_goes_on(1.0, 4.0, 0.0), lambda: row_goes_on(1.0, 4.0, 0.9, prior=1.0),
                  lambda: lanes_miss(-1.0, 10.0, 2.0, 4.0, 0.9),
                  lambda: lanes_miss(5.0, 1.0, 2.0, 4.0, 0.9)):  # fmt: skip
        with pytest.raises(InvalidValue):
            wrong()
