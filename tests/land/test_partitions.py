"""Is a programme that is counted in parts, in any order, the same to the last bit as one counted at once?"""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_oracle import as_inputs, hazards, works

from whitestone.land.partitions import Part, PartNumbers, assemble, count, cut, sub_ground, whole, work_of
from whitestone.land.pieces import Ground, Pieces, join, measure
from whitestone.land.timeline import Timeline
from whitestone.programme.national.scale import arrays


def same(one: Pieces, other: Pieces) -> None:
    for name, here, there in zip(Pieces._fields, one, other, strict=True):
        assert here.dtype == there.dtype, name
        assert here.tobytes() == there.tobytes(), name


def ground_of(seed: int, number: int, releases: int) -> Ground:
    drawn = arrays(seed, number, releases)
    return Timeline(drawn.slices(), drawn.pieces()).ground()


def counted(ground: Ground, chosen: np.ndarray) -> Pieces:
    part, numbers = sub_ground(ground, chosen)
    return whole(count(part), numbers)


@settings(max_examples=60, deadline=None)
@given(hazards(), works(), st.data())
def test_any_partition_in_any_order_gives_the_same_pieces(slices: list, done: list, data: st.DataObject) -> None:
    """Units are dealt out at random, not even lying together."""
    ground = Timeline(*as_inputs(slices, done)).ground()
    units = ground.first.size - 1
    of = np.array(data.draw(st.lists(st.integers(0, 3), min_size=units, max_size=units)), dtype=np.int64)
    order = data.draw(st.permutations(range(4)))
    parts = [counted(ground, np.flatnonzero(of == each)) for each in order]
    same(assemble(parts), measure(ground, threads=1))


@settings(max_examples=12, deadline=None)
@given(st.integers(1, 10_000), st.integers(1, 40), st.randoms(use_true_random=False))
def test_a_drawn_programme_cut_into_parts_is_the_same_to_the_last_bit(seed: int, parts: int, dice: object) -> None:
    """Outlines of whole millimetres, hairlines and bow-ties: every booking is rounded as the whole rounds it."""
    ground = ground_of(seed, 60, 200)
    found = [counted(ground, chosen) for chosen in cut(ground, parts)]
    dice.shuffle(found)
    same(assemble(found), measure(ground, threads=1))


def test_parts_hold_each_unit_once_and_about_equal_work() -> None:
    ground = ground_of(3, 2_000, 6_000)
    parts = cut(ground, 7)
    work = work_of(ground)
    assert len(parts) == 7
    assert np.array_equal(np.sort(np.concatenate(parts)), np.flatnonzero(work))
    shares = np.array([work[part].sum() for part in parts])
    assert shares.max() < 1.05 * shares.mean()
    assert [part.tolist() for part in parts] == [part.tolist() for part in cut(ground, 7)]


def test_a_part_carries_its_own_neighbourhood_and_no_more() -> None:
    ground = ground_of(3, 2_000, 6_000)
    sizes = [len(sub_ground(ground, part)[0].ground.outlines.xy) for part in cut(ground, 8)]
    assert max(sizes) < len(ground.outlines.xy) / 4, "what lies around a part is sent with it, not the country"


def test_more_parts_than_units_and_a_programme_without_ground() -> None:
    few = ground_of(1, 3, 2)
    assert all(part.size == 1 for part in cut(few, 100))
    same(assemble([counted(few, part) for part in cut(few, 100)]), measure(few, threads=1))
    nothing = Timeline([], []).ground()
    assert cut(nothing, 3) == []
    same(assemble([]), measure(nothing))


def test_all_shapes_identical_is_one_unit_that_cannot_be_cut() -> None:
    drawn = arrays(1, 30, 0)
    drawn.hazards[:] = drawn.hazards[0]
    ground = Timeline(drawn.slices(), []).ground()
    assert [part.size for part in cut(ground, 4)] == [1]
    same(assemble([counted(ground, part) for part in cut(ground, 4)]), measure(ground, threads=1))


def test_a_part_that_came_over_a_wire_counts_alike() -> None:
    """Buffers of a message are read-only, and begin where the message before ended."""
    ground = ground_of(5, 40, 100)
    part, numbers = sub_ground(ground, np.arange(ground.first.size - 1))
    buffers: list[pickle.PickleBuffer] = []
    sent = pickle.dumps(part, protocol=5, buffer_callback=buffers.append)
    come = pickle.loads(sent, buffers=[bytes(each.raw()) for each in buffers])
    with pytest.raises(ValueError, match="read-only"):
        come.chosen[0] = 0
    same(whole(count(Part(*come)), PartNumbers(*numbers)), measure(ground, threads=1))


def test_joining_in_order_is_what_assembling_gives() -> None:
    ground = ground_of(8, 50, 120)
    units = np.arange(ground.first.size - 1)
    parts = [counted(ground, some) for some in np.array_split(units, 5)]
    same(assemble(parts[::-1]), join(parts))
