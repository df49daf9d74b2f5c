"""Which combinations of outlines has a sweep met, and how much ground has each?

A combination is told by the marks of its outlines, joined: a table finds it without looking at the outlines. Who they
are is written down once, when it is met.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from whitestone.land.compiled import lean

__all__ = [
    "ALLOWED", "DONE", "FULL", "NO_LIMIT", "SPENT", "TOO_BUSY", "TOO_MUCH", "Cells", "Whole", "clear", "new_cell",
    "new_cells", "place_of",
]  # fmt: skip

Array = np.ndarray[Any, Any]
Whole = Any
"""A whole number of 64 bits, with or without sign."""

DONE, FULL, TOO_BUSY, TOO_MUCH = 0, 1, 2, 5
"""How a sweep ends: counted; more cells or items than there is room for; more steps than it was given; more than are
allowed for all ground."""
NO_LIMIT = 1 << 62
SPENT, ALLOWED = 0, 1
"""Where `toil` holds how many steps were taken, and how many are allowed. A step takes 0.7 to 2.9 nanoseconds."""

MANY, SPARSE = 24, 16
"""From so many edges on outlines are put in order by looking at all numbers between, if those are at most so many times
as many: sorting by insertion is quicker for few."""


class Cells(NamedTuple):
    """The combinations met so far.

    Per cell: `area` in m2, `part` of the sweep at hand, `first` item, place in the table `at`. `items` are local
    numbers in order. `key`, `slot` are an open hash table (slot -1: free). `counts` holds [cells, items]; `inside` is
    scratch, `marks` the mark of each outline. All threads
    write into one `toil`: see SPENT.
    """

    area: Array
    part: Array
    first: Array
    at: Array
    items: Array
    key: Array
    slot: Array
    counts: Array
    inside: Array
    marks: Array
    toil: Array


def new_cells(cells: int, items: int, outlines: int, toil: Array | None = None) -> Cells:
    """Make room for so many cells (a power of two) and items, of combinations of at most so many outlines.

    >>> new_cells(16, 64, 8).slot.size
    32
    """
    return Cells(
        np.zeros(cells), np.zeros(cells), np.zeros(cells + 1, dtype=np.int64), np.zeros(cells, dtype=np.int64),
        np.zeros(items, dtype=np.int32), np.zeros(2 * cells, dtype=np.uint64), np.full(2 * cells, -1, dtype=np.int32),
        np.zeros(2, dtype=np.int64), np.zeros(outlines, dtype=np.uint8), _marks(outlines),
        np.array([0, NO_LIMIT]) if toil is None else toil,
    )  # fmt: skip


def _marks(count: int) -> Array:
    """Give each number its mark of 64 mixed bits (splitmix64); marks of a combination are joined by exclusive or."""
    z = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    marks: Array = z ^ (z >> np.uint64(31))
    return marks


@lean
def clear(cells: Cells) -> None:
    """Forget all cells."""
    slot, at, counts = cells.slot, cells.at, cells.counts
    for number in range(counts[0]):
        slot[at[number]] = -1
    counts[0] = counts[1] = 0


@lean
def place_of(keys: Array, slot: Array, key: Whole) -> Whole:
    """Find where a combination stands in the table, or would stand."""
    mask = np.uint64(keys.size - 1)
    at = np.int64(key & mask)
    while slot[at] >= 0 and keys[at] != key:
        at = np.int64(np.uint64(at + 1) & mask)
    return at


@lean
def _order(items: Array, first: int, end: int) -> None:
    for i in range(first + 1, end):
        item, j = items[i], i
        while j > first and items[j - 1] > item:
            items[j] = items[j - 1]
            j -= 1
        items[j] = item


@lean
def _list_inside(inside: Array, of: Array, row: Array, upto: int, items: Array, first: int) -> int:
    """Write those who are inside, in order, and forget them; returns where the list ends."""
    low, high = inside.size, -1
    for j in range(upto + 1):
        local = of[row[j]]
        low, high = min(low, local), max(high, local)
    end = first
    if upto > MANY and high - low < SPARSE * upto:
        for local in range(low, high + 1):
            if inside[local]:
                items[end] = local
                end += 1
                inside[local] = 0
        return end
    for j in range(upto + 1):
        local = of[row[j]]
        if inside[local]:
            items[end] = local
            end += 1
            inside[local] = 0
    _order(items, first, end)
    return end


@lean
def new_cell(cells: Cells, of: Array, row: Array, upto: int) -> int:
    """Write down the combination right of a place: walk from the left and see who is inside; FULL without room."""
    number, first = cells.counts[0], cells.counts[1]
    if number + 1 >= cells.area.size or first + upto + 1 > cells.items.size:
        return FULL
    key = np.uint64(0)
    for j in range(upto + 1):
        local = of[row[j]]
        cells.inside[local] ^= 1
        key ^= cells.marks[local]
    items = _list_inside(cells.inside, of, row, upto, cells.items, first)
    at = place_of(cells.key, cells.slot, key)
    cells.key[at], cells.slot[at], cells.at[number] = key, number, at
    cells.area[number] = cells.part[number] = 0.0
    cells.first[number], cells.first[number + 1] = first, items
    cells.counts[0], cells.counts[1] = number + 1, items
    return DONE
