"""How much ground does each combination of outlines cover, exactly, however bad the shapes are?

A line sweeps over the ground of one outline, the subject. Between two heights at which nothing begins, ends or crosses,
the ground falls into trapezoids, each inside one combination of outlines (even-odd): a cell. An edge is counted once
for as long as it divides the same two cells. No topology is built, so none can fail: crossed, touching, repeated and
overlapping edges give areas like all others. What is compiled here knows outlines and nothing else.

Compiled functions that run for every slab take plain arrays of several rows, not tuples of arrays: each array of a
tuple would be counted in and out at every call, which costs more than the work itself.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from whitestone.land.compiled import compiled

__all__ = [
    "DONE", "FULL", "NO_LIMIT", "TOO_BUSY", "X0", "X1", "Y0", "Y1", "Cells", "Whole", "clear", "new_cells", "sweep",
]  # fmt: skip

Array = np.ndarray[Any, Any]
Whole = Any
"""A whole number of 64 bits, with or without sign."""

DONE, FULL, TOO_BUSY = 0, 1, 2
"""How a sweep ends: counted; more cells or items than there is room for; more steps than it was given."""

NO_LIMIT = 1 << 62
SAME_M = 1e-9
"""Edges that pass each other by less than this between two heights have not crossed (a nanometre)."""

X0, Y0, X1, Y1 = 0, 1, 2, 3
"""Rows of edges: each rises from (x0, y0) to (x1, y1)."""

LOW, HIGH, SLOPE, RUN_X, RUN_Y = 0, 1, 2, 3, 4
"""Rows of lengths. By place along the row at hand: x at its foot, x at the top of the slab, slope; by edge: its run."""

EDGE, LEFT, RIGHT = 0, 1, 2
"""Rows of numbers. By place: the edge; by edge: the cells left and right of it for as long as its run (-1: none)."""

MARK, LEFT_KEY, RIGHT_KEY = 0, 1, 2
"""Rows of keys. By place: the mark of the edge's outline; by edge: the keys of the cells left and right of it."""


class Cells(NamedTuple):
    """The combinations met so far.

    Per cell: `area` in m2, `part` of the sweep at hand, `first` item, place in the table `at`. `items` are local
    numbers in order. `key`, `slot` are an open hash table (slot -1: free). `counts` holds [cells, items]; `inside` is
    scratch.
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


def new_cells(cells: int, items: int, outlines: int) -> Cells:
    """Make room for so many cells (a power of two) and items, of combinations of at most so many outlines.

    >>> new_cells(16, 64, 8).slot.size
    32
    """
    return Cells(
        np.zeros(cells), np.zeros(cells), np.zeros(cells + 1, dtype=np.int64), np.zeros(cells, dtype=np.int64),
        np.zeros(items, dtype=np.int32), np.zeros(2 * cells, dtype=np.uint64), np.full(2 * cells, -1, dtype=np.int32),
        np.zeros(2, dtype=np.int64), np.zeros(outlines, dtype=np.uint8),
    )  # fmt: skip


@compiled
def clear(cells: Cells) -> None:
    """Forget all cells."""
    slot, at, counts = cells.slot, cells.at, cells.counts
    for number in range(counts[0]):
        slot[at[number]] = -1
    counts[0] = counts[1] = 0


@compiled
def _mark(number: int) -> Whole:
    """Give a number its mark of 64 mixed bits (splitmix64); the marks of a combination are joined by exclusive or."""
    z = np.uint64(number + 1) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@compiled
def _place(keys: Array, slot: Array, key: Whole) -> Whole:
    """Find where a combination stands in the table, or would stand."""
    mask = np.uint64(keys.size - 1)
    at = np.int64(key & mask)
    while slot[at] >= 0 and keys[at] != key:
        at = np.int64(np.uint64(at + 1) & mask)
    return at


@compiled
def _new_cell(cells: Cells, of: Array, numbers: Array, keys: Array, upto: int) -> int:
    """Write down the combination right of a place: walk from the left and see who is inside; FULL without room."""
    number, items = cells.counts[0], cells.counts[1]
    if number + 1 >= cells.area.size or items + upto + 1 > cells.items.size:
        return FULL
    first, key = items, np.uint64(0)
    for j in range(upto + 1):
        cells.inside[of[numbers[EDGE, j]]] ^= 1
        key ^= keys[MARK, j]
    for j in range(upto + 1):
        local = of[numbers[EDGE, j]]
        if cells.inside[local]:
            cells.items[items] = local
            items += 1
            cells.inside[local] = 0
    cells.items[first:items].sort()
    at = _place(cells.key, cells.slot, key)
    cells.key[at], cells.slot[at], cells.at[number] = key, number, at
    cells.area[number] = cells.part[number] = 0.0
    cells.first[number], cells.first[number + 1] = first, items
    cells.counts[0], cells.counts[1] = number + 1, items
    return DONE


@compiled
def _end_run(part: Array, lengths: Array, numbers: Array, e: int, x: float, y: float) -> None:
    """Count what lies between the sweep's origin and an edge, from the beginning of its run to (x, y)."""
    area = 0.5 * (lengths[RUN_X, e] + x) * (y - lengths[RUN_Y, e])
    if numbers[LEFT, e] >= 0:
        part[numbers[LEFT, e]] += area
    if numbers[RIGHT, e] >= 0:
        part[numbers[RIGHT, e]] -= area


@compiled
def _renew_runs(of: Array, lengths: Array, numbers: Array, keys: Array, m: int, y: float, part: Array, table: Array,
                slot: Array, subject: int) -> int:
    """Walk along the row; where an edge no longer divides what it did, count its run and begin a new one.

    Only ground of the subject counts, and of that only what no outline before it covers: those lead there. Returns -1,
    or the place right of which a combination begins that is not in the table yet.
    """
    key = before = left_key = np.uint64(0)
    left: Whole = -1
    is_inside = False
    for j in range(m):
        e = numbers[EDGE, j]
        local = of[e]
        key ^= keys[MARK, j]
        if local == subject:
            is_inside = not is_inside
        elif local < subject:
            before ^= keys[MARK, j]
        right_key = key if is_inside and before == np.uint64(0) else np.uint64(0)
        if right_key != keys[RIGHT_KEY, e] or left_key != keys[LEFT_KEY, e]:
            right: Whole = -1
            if right_key != np.uint64(0):
                right = np.int64(slot[_place(table, slot, right_key)])
                if right < 0:
                    return j
            _end_run(part, lengths, numbers, e, lengths[LOW, j], y)
            lengths[RUN_X, e], lengths[RUN_Y, e] = lengths[LOW, j], y
            numbers[LEFT, e], numbers[RIGHT, e] = left, right
            keys[LEFT_KEY, e], keys[RIGHT_KEY, e] = left_key, right_key
        left, left_key = np.int64(numbers[RIGHT, e]), right_key
    return -1


@compiled
def _sort(lengths: Array, numbers: Array, keys: Array, m: int) -> None:
    """Order the edges at hand from left to right, by x below, then x above; they are nearly in order."""
    for i in range(1, m):
        x, up = lengths[LOW, i], lengths[HIGH, i]
        if lengths[LOW, i - 1] < x or (lengths[LOW, i - 1] == x and lengths[HIGH, i - 1] <= up):
            continue
        slope, e, own = lengths[SLOPE, i], numbers[EDGE, i], keys[MARK, i]
        j = i
        while j > 0 and (lengths[LOW, j - 1] > x or (lengths[LOW, j - 1] == x and lengths[HIGH, j - 1] > up)):
            for each in range(3):
                lengths[each, j] = lengths[each, j - 1]
            numbers[EDGE, j], keys[MARK, j] = numbers[EDGE, j - 1], keys[MARK, j - 1]
            j -= 1
        lengths[LOW, j], lengths[HIGH, j], lengths[SLOPE, j] = x, up, slope
        numbers[EDGE, j], keys[MARK, j] = e, own


@compiled
def _first_crossing(lengths: Array, m: int) -> float:
    """Say at which share of the slab two neighbours cross first; 2 where none do."""
    is_crossed = False
    for j in range(m - 1):
        is_crossed |= lengths[HIGH, j] - lengths[HIGH, j + 1] > SAME_M
    first = 2.0
    if is_crossed:
        for j in range(m - 1):
            after = lengths[HIGH, j] - lengths[HIGH, j + 1]
            if after > SAME_M:
                before = max(lengths[LOW, j + 1] - lengths[LOW, j], 0.0)
                first = min(first, before / (before + after))
    return first


@compiled
def _pass_crossing(lengths: Array, numbers: Array, keys: Array, m: int, share: float) -> None:
    """Rise to a crossing and let the neighbours that cross there change places."""
    j = 0
    while j < m - 1:
        after = lengths[HIGH, j] - lengths[HIGH, j + 1]
        before = max(lengths[LOW, j + 1] - lengths[LOW, j], 0.0)
        if after > SAME_M and before / (before + after) <= share * (1.0 + 1e-12):
            for each in range(3):
                lengths[each, j], lengths[each, j + 1] = lengths[each, j + 1], lengths[each, j]
            numbers[EDGE, j], numbers[EDGE, j + 1] = numbers[EDGE, j + 1], numbers[EDGE, j]
            keys[MARK, j], keys[MARK, j + 1] = keys[MARK, j + 1], keys[MARK, j]
            j += 1
        j += 1
    for j in range(m):
        lengths[LOW, j] += (lengths[HIGH, j] - lengths[LOW, j]) * share


@compiled
def _enter(edges: Array, of: Array, lengths: Array, numbers: Array, keys: Array, m: int, e: int) -> None:
    """Let an edge stand at the right end of the row."""
    lengths[LOW, m] = edges[X0, e]
    lengths[SLOPE, m] = (edges[X1, e] - edges[X0, e]) / (edges[Y1, e] - edges[Y0, e])
    numbers[EDGE, m], keys[MARK, m] = e, _mark(of[e])


@compiled
def _reach(edges: Array, lengths: Array, numbers: Array, m: int, next_y: float) -> float:
    """Find the top of the slab, where the next edge begins or one ends, and each edge's x there."""
    top = next_y
    for j in range(m):
        top = min(top, edges[Y1, numbers[EDGE, j]])
    for j in range(m):
        e = numbers[EDGE, j]
        lengths[HIGH, j] = edges[X1, e] - (edges[Y1, e] - top) * lengths[SLOPE, j]
    return top


@compiled
def _rise(edges: Array, lengths: Array, numbers: Array, keys: Array, m: int, top: float, part: Array) -> int:
    """Keep the edges that go on above a height, count the runs of the others."""
    kept = 0
    for j in range(m):
        e = numbers[EDGE, j]
        if edges[Y1, e] > top:
            lengths[LOW, kept], lengths[SLOPE, kept] = lengths[HIGH, j], lengths[SLOPE, j]
            numbers[EDGE, kept], keys[MARK, kept] = e, keys[MARK, j]
            kept += 1
        else:
            _end_run(part, lengths, numbers, e, lengths[HIGH, j], top)
    return kept


@compiled
def sweep(edges: Array, of: Array, n: int, cells: Cells, subject: int, limit: int) -> int:
    """Count the ground of the subject within n edges into `part` of the cells, in at most so many steps.

    `edges` has the rows X0, Y0, X1, Y1, `of` the local number of the outline that each edge bounds. Edges may lie in
    any order; an outline's edges must close, or end at the least and greatest height of all.
    """
    part, table, slot = cells.part, cells.key, cells.slot
    order = np.argsort(edges[Y0, :n])
    lengths, numbers = np.empty((5, n)), np.full((3, n), -1, dtype=np.int32)
    keys = np.zeros((3, n), dtype=np.uint64)
    m = following = steps = 0
    y = edges[Y0, order[0]]
    while following < n or m > 0:
        if m == 0:
            y = edges[Y0, order[following]]
        while following < n and edges[Y0, order[following]] <= y:
            _enter(edges, of, lengths, numbers, keys, m, order[following])
            m += 1
            following += 1
        top = _reach(edges, lengths, numbers, m, edges[Y0, order[following]] if following < n else np.inf)
        _sort(lengths, numbers, keys, m)
        share = 0.0
        while share < 1.0:
            missing = 0
            while missing >= 0:
                missing = _renew_runs(of, lengths, numbers, keys, m, y, part, table, slot, subject)
                if missing >= 0 and _new_cell(cells, of, numbers, keys, missing) == FULL:
                    return FULL
            share = _first_crossing(lengths, m)
            if share < 1.0:
                _pass_crossing(lengths, numbers, keys, m, share)
                y += (top - y) * share
            steps += m
            if steps > limit:
                return TOO_BUSY
        m = _rise(edges, lengths, numbers, keys, m, top, part)
        y = top
    return DONE
