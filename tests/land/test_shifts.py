"""Is a constant shift found with amount and direction, is none made up, and do changed records not pull it?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from land_sides import moved, outlines, redrawn, side_of

from whitestone.land.candidates import id_pairs
from whitestone.land.shifts import find_shift, find_shifts

NO_IDS = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000), distance=st.floats(0.5, 5_000), bearing=st.floats(0, 360),
    changed=st.floats(0, 0.5), noise=st.sampled_from([0.0, 0.01, 0.1]), count=st.integers(60, 400),
)  # fmt: skip
def test_a_shift_is_found_whatever_a_third_of_the_records_does(
    seed: int, distance: float, bearing: float, changed: float, noise: float, count: int
) -> None:
    """Half may lie anywhere else; amount and direction come out within the noise."""
    dice = np.random.default_rng(seed)
    truth = distance * np.array([np.sin(np.radians(bearing)), np.cos(np.radians(bearing))])
    offsets = truth + noise * dice.standard_normal((count, 2))
    strayed = dice.random(count) < changed
    offsets[strayed] += dice.uniform(-400, 400, (int(strayed.sum()), 2))
    found = find_shift(offsets)
    assert found.is_found, found.why
    assert np.hypot(*(np.array([found.dx_m, found.dy_m]) - truth)) <= max(0.02, noise)
    assert found.agree >= 0.8 * (~strayed).sum()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), spread=st.floats(0.0, 200), count=st.integers(0, 500))
def test_scatter_around_nothing_is_no_shift(seed: int, spread: float, count: int) -> None:
    """Offsets that point every way are said to be none, with the reason."""
    offsets = spread * np.random.default_rng(seed).standard_normal((count, 2))
    found = find_shift(offsets)
    assert not found.is_found
    assert found.why
    assert found.sentence().startswith("No constant shift: ")


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(0, 120))
def test_the_other_side_sees_the_opposite_shift(seed: int, count: int) -> None:
    offsets = np.random.default_rng(seed).normal((7, -2), 3, (count, 2))
    here, there = find_shift(offsets), find_shift(-offsets)
    assert here.is_found == there.is_found
    assert (here.dx_m, here.dy_m) == pytest.approx((-there.dx_m, -there.dy_m), abs=1e-9)
    assert (here.agree, here.pairs) == (there.agree, there.pairs)


def test_a_few_records_that_moved_together_are_not_the_shift_of_all() -> None:
    offsets = np.zeros((100, 2))
    offsets[:15] = [20, 20]
    assert not find_shift(offsets).is_found


@pytest.mark.parametrize("with_ids", [True, False])
def test_two_editions_without_one_place_in_common_are_brought_together(with_ids: bool) -> None:
    """400 m apart every outline lies nearer to a stranger: ids or outlines say which is which."""
    shapes = outlines(np.random.default_rng(5), 300)
    ours = side_of(shapes, "a", with_ids=with_ids)
    theirs = side_of(moved(shapes, -240, 320), "b", with_ids=with_ids)
    found = find_shifts(ours, theirs, id_pairs(ours, theirs)[:2]).common
    assert found.is_found
    assert (found.dx_m, found.dy_m) == pytest.approx((-240, 320), abs=1e-6)
    assert found.evidence == ("id" if with_ids else "outline")
    assert "400.00 m to the north-west" in found.sentence()


def test_outlines_that_were_all_drawn_anew_still_show_the_shift() -> None:
    """No id and no outline is the same: nearest neighbours tell."""
    dice = np.random.default_rng(11)
    shapes = outlines(dice, 400)
    ours, theirs = side_of(shapes, "a"), side_of(moved(redrawn(dice, shapes, 6), 25, 0), "b")
    found = find_shifts(ours, theirs, NO_IDS).common
    assert found.is_found
    assert np.hypot(found.dx_m - 25, found.dy_m) < 1.0


def test_one_operator_alone_may_lie_otherwise() -> None:
    """Its shift is told apart and taken off its own records only."""
    shapes = outlines(np.random.default_rng(2), 200)
    groups = ["North" if number % 4 else "South" for number in range(200)]
    later = shapes.copy()
    south = np.array([group == "South" for group in groups])
    later[south] = moved(shapes[south], 0, -13)
    ours = side_of(shapes, "a", with_ids=True, groups=groups)
    theirs = side_of(later, "b", with_ids=True, groups=groups)
    found = find_shifts(ours, theirs, id_pairs(ours, theirs)[:2])
    assert not found.common.is_found
    assert list(found.groups) == ["South"]
    assert (found.groups["South"].dx_m, found.groups["South"].dy_m) == pytest.approx((0, -13), abs=1e-6)
    back = theirs.moved(-found.offsets(theirs))
    assert np.abs(back.centres_m - ours.centres_m).max() < 1e-6


def test_identical_editions_lie_on_the_same_place() -> None:
    shapes = outlines(np.random.default_rng(3), 50)
    found = find_shifts(side_of(shapes, "a"), side_of(shapes, "b"), NO_IDS).common
    assert not found.is_found
    assert "on the same place" in found.sentence()
