"""Do columns and tables grow without a change for who read them before, also where two grow out of the same one?"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from whitestone.land import growing
from whitestone.land.growing import Room, Table


@given(st.lists(st.integers(), max_size=5), st.data())
def test_columns_that_grow_out_of_any_earlier_one_hold_what_was_put_into_them(
    first: list[int], data: st.DataObject
) -> None:
    start = np.array([each % 1000 for each in first], dtype=np.int64)
    made = [(Room(start), start, start.tolist())]
    for _ in range(data.draw(st.integers(0, 8))):
        room, column, held = data.draw(st.sampled_from(made))
        more = data.draw(st.lists(st.integers(0, 999), max_size=70))
        made.append((*room.longer(len(column), np.array(more, dtype=np.int64)), [*held, *more]))
    for _, column, held in made:
        assert column.tolist() == held


def test_a_column_is_not_copied_for_each_row() -> None:
    room, column = Room(np.zeros(1000)).longer(1000, np.ones(1))
    for _ in range(50):
        before = column
        room, column = room.longer(len(column), np.ones(1))
        assert np.shares_memory(before, column)


def test_what_was_read_from_a_file_is_never_written_to() -> None:
    data = np.frombuffer(bytes(80), dtype=np.int64)
    _, column = Room(data).longer(10, np.array([7]))
    assert column.tolist() == [0] * 10 + [7]
    assert data.tolist() == [0] * 10


@given(st.data())
def test_a_table_is_what_a_dictionary_would_be_and_leaves_the_one_before_alone(data: st.DataObject) -> None:
    key, pairs = st.integers(0, 6), st.dictionaries(st.integers(0, 6), st.integers(), max_size=4)
    base = data.draw(pairs)
    table: Table[int, int] = Table(dict(base))
    said: list[tuple[Table[int, int], dict[int, int]]] = [(table, dict(base))]
    for _ in range(data.draw(st.integers(0, 6))):
        table, held = said[-1]
        more, gone = data.draw(pairs), data.draw(st.sets(key, max_size=3))
        said.append((table.changed(more, gone), {at: each for at, each in held.items() if at not in gone} | more))
    for table, held in said:
        assert dict(table) == held
        assert len(table) == len(held)
        assert {at for at in range(8) if at in table} == set(held)
        assert [table.get(at) for at in range(8)] == [held.get(at) for at in range(8)]


def test_a_table_with_many_entries_of_its_own_becomes_a_base(monkeypatch: Any) -> None:
    monkeypatch.setattr(growing, "MOST_ADDED", 2)
    table = Table({1: "a", 2: "b"}).changed({3: "c", 4: "d"}, [1])
    assert table.base == {2: "b", 3: "c", 4: "d"}
    assert not table.added
    assert not table.gone
