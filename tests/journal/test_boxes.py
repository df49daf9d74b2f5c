"""Does the packed index of boxes find exactly what a look at every box finds, and forget what was erased?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.journal import boxes
from whitestone.journal.dialect import SqliteStore


@pytest.fixture
def store(tmp_path: Path):
    """A file with nothing in it but the index of boxes."""
    made = SqliteStore(tmp_path)
    made.create_tables()
    yield made
    made.close()


def scattered(count: int, seed: int) -> np.ndarray:
    """Boxes of all sizes, points among them, over both hemispheres."""
    rng = np.random.default_rng(seed)
    corner = np.column_stack((rng.uniform(-180, 170, count), rng.uniform(-90, 80, count)))
    return np.hstack((corner, corner + rng.choice([0.0, 0.001, 0.5, 9.0], (count, 2))))


def met(all_boxes: np.ndarray, window: tuple[float, ...]) -> np.ndarray:
    """Look at every box, as wide as the tree's 32 bits make it."""
    west, south, east, north = window
    return ((all_boxes[:, 2] >= west) & (all_boxes[:, 0] <= east) & (all_boxes[:, 3] >= south)
            & (all_boxes[:, 1] <= north))


def found(session, window) -> set[int]:
    """Ask the index."""
    condition, values = boxes.in_box(session, "w.seq", window)
    return {seq for (seq,) in session.all(f"SELECT w.seq FROM every w WHERE {condition}", values)}  # noqa: S608


def fill(store: SqliteStore, sizes: list[int]) -> np.ndarray:
    """Enter batches, large ones packed and small ones not; give all boxes by seq - 1."""
    parts, first = [], 1
    with store.writing() as session:
        session.run("CREATE TABLE every (seq INTEGER PRIMARY KEY)")
        for number, size in enumerate(sizes):
            part = scattered(size, number)
            session.index_boxes(np.arange(first, first + size), part)
            session.many("INSERT INTO every VALUES (?)", [(seq,) for seq in range(first, first + size)])
            parts.append(part)
            first += size
    return np.vstack(parts)


WINDOWS = [(-180, -90, 180, 90), (-10, -10, 10, 10), (20, 40, 20.5, 40.5), (100, 80, 170, 90), (0, 0, 0, 0)]


def test_windows_find_what_a_look_at_every_box_finds(store):
    every = fill(store, [3, boxes.PACKED, 5_000, 7])
    with store.reading() as session:
        for window in WINDOWS:
            exact = set((np.flatnonzero(met(every, window)) + 1).tolist())
            candidates = found(session, window)
            assert exact <= candidates
            # unpacked boxes are candidates by their rounding to 32 bits; nothing else may come with them
            assert len(candidates - exact) <= 2


def test_large_batches_put_few_boxes_into_the_tree(store):
    fill(store, [6_400])
    with store.reading() as session:
        assert session.one("SELECT count(*) FROM bbox") == (100,)
        assert session.one("SELECT count(*) FROM leaf_box") == (6_400,)


def test_an_erased_box_is_found_no_more_and_no_leaf_tells_where_it_was(store):
    every = fill(store, [2_000, 4])
    east = int(np.argmax(every[:2_000, 2])) + 1
    with store.writing() as session:
        boxes.forget(session, [east, 2_002])
        boxes.forget(session, [])
    with store.reading() as session:
        assert found(session, WINDOWS[0]) == set(range(1, 2_005)) - {east, 2_002}
        rest = np.delete(every, [east - 1, 2_001], axis=0)
        assert session.one("SELECT max(max_x) FROM bbox")[0] == pytest.approx(rest[:, 2].max(), abs=1e-4)


def test_a_journal_from_before_leaves_is_read_and_written(store):
    with store.writing() as session:
        session.run("DROP TABLE leaf_box")
    every = fill(store, [10])
    with store.reading() as session:
        assert found(session, WINDOWS[0]) == set(range(1, 11))
    with store.writing() as session:
        session.index_boxes(np.arange(11, 11 + boxes.PACKED), scattered(boxes.PACKED, 9))
        boxes.clear(session)
        assert session.one("SELECT count(*) FROM leaf_box") == (0,)
    assert len(every) == 10


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 700), st.integers(0, 10_000))
def test_every_box_lies_in_its_leaf_and_every_leaf_is_full_but_the_last(count, seed):
    every = scattered(count, seed)
    order, leaves, bounds = boxes.packed(every)
    assert sorted(order.tolist()) == list(range(count))
    inside = bounds[leaves]
    assert (inside[:, :2] <= every[order, :2]).all()
    assert (inside[:, 2:] >= every[order, 2:]).all()
    assert np.bincount(leaves, minlength=len(bounds)).tolist()[:-1] == [boxes.LEAF] * max(0, len(bounds) - 1)
