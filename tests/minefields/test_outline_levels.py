"""Do outlines hold the share of the finds that they say, however mines lie in fields?"""

from __future__ import annotations

import numpy as np
import pytest
from tests.minefields.test_joint import SHORT, batch, detail
from tests.minefields.test_shared_shifts import told

from whitestone.minefields.assessing import assess, report
from whitestone.minefields.outline_levels import finds_at, learned_levels
from whitestone.minefields.outlines import Spread, sets_of
from whitestone.minefields.sheets import read_sheets

HILL = Spread(np.outer(*[np.array([1.0, 2.0, 4.0, 2.0, 1.0]) / 10.0] * 2), 100.0, 200.0, 10.0)


def test_a_find_stands_at_the_share_of_the_mines_that_are_expected_where_more_are() -> None:
    levels = finds_at(HILL, np.array([125.0, 101.0, 500.0, -5.0]), np.array([225.0, 201.0, 225.0, 225.0]))
    assert levels[0] == pytest.approx(0.08)  # the top holds .16: its middle
    assert levels[1] > 0.95
    assert levels[2:].tolist() == [1.0, 1.0]


@pytest.mark.parametrize(("most", "named"), [(0.8, (0.4, 0.81)), (1.0, (0.5, 0.9))])
def test_the_level_is_that_below_which_so_many_finds_stand(most: float, named: tuple[float, float]) -> None:
    learned = learned_levels([np.linspace(0.0, most, 401)] * 400)
    assert learned.level[50] == pytest.approx(named[0], abs=0.01)
    assert learned.level[90] == pytest.approx(named[1], abs=0.01)  # inwards half of the way
    assert learned.level[99] == pytest.approx(0.99, abs=0.001)  # the outermost never shrinks
    half = learned.of(5.0)
    assert half[50] == pytest.approx((0.5 + learned.level[50]) / 2)
    assert learned.of(0.0) == {50: 0.5, 90: 0.9, 99: 0.99}
    assert learned.of(10.0) == learned.of(500.0) == learned.level


def test_what_one_field_says_counts_little_and_a_heap_of_finds_no_more_than_forty() -> None:
    one = learned_levels([np.full(5_000, 0.3)])
    assert one.level[50] == pytest.approx((0.3 + 4 * 0.5) / 5)
    spread = np.linspace(0.0, 1.0, 41)
    heaped = learned_levels([np.full(10_000, 0.3), *[spread] * 20])
    assert heaped.level[50] == pytest.approx(0.5, abs=0.03)
    assert (heaped.fields, heaped.finds) == (21, 10_820)


def test_levels_stay_within_bounds_and_in_order_whatever_finds_say() -> None:
    for odd in ([np.zeros(50)] * 99, [np.ones(50)] * 99, [np.empty(0)], []):
        level = learned_levels(odd).level
        assert 0.25 <= level[50] < level[90] < level[99] <= 0.998
    inside = sets_of(HILL, {50: 0.4, 90: 0.95})
    assert inside[50].sum() < sets_of(HILL)[50].sum()
    assert inside[90].sum() > sets_of(HILL)[90].sum()


def test_the_answer_says_what_taught_its_outlines_and_a_batch_without_finds_says_nothing() -> None:
    taught = told("district")["error_model"]["outline_levels"]
    assert taught["fields"] == 10
    assert taught["finds"] > 180
    assert 0.25 <= taught["levels"]["50"] < taught["levels"]["90"] < taught["levels"]["99"]
    bare = report(assess(read_sheets({**batch(), "finds": []}), seed=5, effort=SHORT))
    assert "outline_levels" not in bare["error_model"]
    assert detail(bare, "A-1")["p50_m2"] < detail(bare, "A-1")["p90_m2"]
