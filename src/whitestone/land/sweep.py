"""How much ground does each combination of outlines cover, exactly, however bad the shapes are?

A line sweeps over the ground of one outline, the subject, from height to height at which an edge begins, ends or
crosses its neighbour. Between neighbours lies ground of one combination of outlines (even-odd): a cell. What an edge
bounds is counted once for as long as it divides the same two cells. Only what lies beside an event is looked at again;
edges that fell out of order by rounding cross at once and stand right again, and two edges change places at most once,
so that every sweep ends. No topology is built, so none can fail: crossed, touching, repeated and overlapping edges
give areas like all others. What is compiled here knows outlines and nothing else.

Compiled functions that run for every event take plain arrays of several columns, not tuples of arrays: each array of
a tuple would be counted in and out at every call, which costs more than the work itself.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from whitestone.land.cells import (
    DONE,
    FULL,
    NO_LIMIT,
    SPENT,
    TOO_BUSY,
    Cells,
    Whole,
    clear,
    new_cell,
    new_cells,
    place_of,
)
from whitestone.land.compiled import compiled, lean

__all__ = [
    "DONE", "FULL", "NO_LIMIT", "SLOPE", "TOO_BUSY", "X0", "X1", "Y0", "Y1", "Cells", "Edges", "Whole", "clear",
    "new_cells", "new_edges", "sweep",
]  # fmt: skip

Array = np.ndarray[Any, Any]
EVENT_STEPS = 8
"""What an event costs beside looking along the row, in edges looked at."""
SAME_M = 1e-9
"""Edges that pass each other by less than this between two heights have not crossed (a nanometre)."""

X0, Y0, X1, Y1, SLOPE = 0, 1, 2, 3, 4
"""Columns of edges: each rises from (x0, y0) to (x1, y1), or is level; and how far it goes right for a metre up."""

RUN_X, RUN_Y = 0, 1
"""Columns of runs: where an edge began to divide the cells that it divides now."""
LEFT, RIGHT = 0, 1
"""Columns of sides: the cells left and right of an edge for as long as its run (-1: none; THIN)."""
THIN = -2
"""No ground between an edge and the next, which stand on each other: their combination is no cell."""
KEY, HIDDEN = 0, 1
"""Columns of states, right of each place: the marks of all outlines there; 0 where the ground counts as the subject's.
"""
OUTSIDE = np.uint64(0xA0761D6478BD642F)
"""Mark of ground outside the subject."""


class Edges(NamedTuple):
    """Edges as `lines` (see X0 ... SLOPE); `of`: the local number of the outline that each bounds; `above`: the edge
    that goes on where one ends (-1: none)."""

    lines: Array
    of: Array
    above: Array


def new_edges(count: int) -> Edges:
    """Make room for so many edges.

    >>> new_edges(0).lines.shape
    (0, 5)
    """
    return Edges(np.empty((count, 5)), np.empty(count, dtype=np.int32), np.empty(count, dtype=np.int32))


@lean
def _x(lines: Array, e: int, y: float) -> Any:
    """Say where an edge stands at a height, never beyond its ends."""
    x = lines[e, X1] - (lines[e, Y1] - y) * lines[e, SLOPE]
    if lines[e, SLOPE] >= 0.0:
        return min(max(x, lines[e, X0]), lines[e, X1])
    return min(max(x, lines[e, X1]), lines[e, X0])


@lean
def _end_run(part: Array, runs: Array, sides: Array, e: int, x: float, y: float) -> None:
    """Count what lies between the sweep's origin and an edge, from the beginning of its run to (x, y)."""
    left, right = sides[e, LEFT], sides[e, RIGHT]
    if left != right:
        area = 0.5 * (runs[e, RUN_X] + x) * (y - runs[e, RUN_Y])
        if left >= 0:
            part[left] += area
        if right >= 0:
            part[right] -= area


@lean
def _is_thin(lines: Array, row: Array, m: int, j: int, y: float) -> Any:
    """Say whether the edges of a place and the next stand on each other until one ends, as along a cut or a border."""
    if j + 1 >= m:
        return False
    a, b = row[j], row[j + 1]
    if _x(lines, b, y) - _x(lines, a, y) > SAME_M:
        return False
    top = min(lines[a, Y1], lines[b, Y1])
    return abs(_x(lines, b, top) - _x(lines, a, top)) <= SAME_M


@lean
def _from(row: Array, sides: Array, at: int) -> int:
    """Give the first place to look at again where something happened at one: ground right of the one before it may
    have been thin."""
    if at > 0 and sides[row[at - 1], RIGHT] == THIN:
        return at - 1
    return at


@lean
def _renew(lines: Array, of: Array, row: Array, states: Array, runs: Array, sides: Array, marks: Array, m: int,
           low: int, high: int, y: float, part: Array, table: Array, slot: Array, subject: int) -> int:
    """Walk over the places that events touched; where an edge no longer divides what it did, begin a new run.

    Only ground of the subject counts, and of that only what no outline before it covers: those lead there. Returns -1,
    or the place right of which a combination begins that is not in the table yet.
    """
    key, hidden = np.uint64(0), OUTSIDE
    left: Whole = -1
    if low > 0:
        key, hidden, left = states[low - 1, KEY], states[low - 1, HIDDEN], np.int64(sides[row[low - 1], RIGHT])
    for j in range(low, m):
        e = row[j]
        local = of[e]
        key ^= marks[local]
        if local == subject:
            hidden ^= OUTSIDE
        elif local < subject:
            hidden ^= marks[local]
        right: Whole = -1
        if hidden == np.uint64(0):
            right = np.int64(slot[place_of(table, slot, key)])
            if right < 0:
                if not _is_thin(lines, row, m, j, y):
                    return j
                right = THIN
        is_same = np.int64(sides[e, RIGHT]) == right
        if sides[e, LEFT] != left or sides[e, RIGHT] != right:
            x = _x(lines, e, y)
            _end_run(part, runs, sides, e, x, y)
            runs[e, RUN_X], runs[e, RUN_Y] = x, y
            sides[e, LEFT], sides[e, RIGHT] = left, right
        if j >= high and is_same and states[j, KEY] == key and states[j, HIDDEN] == hidden:
            break
        states[j, KEY], states[j, HIDDEN] = key, hidden
        left = right
    return -1


@lean
def _foresee(lines: Array, row: Array, until: Array, m: int, j: int, y: float) -> None:
    """Write at which height a place changes next: where its edge ends, or crosses that of the next place."""
    if j < 0 or j >= m:
        return
    a = row[j]
    until[j] = lines[a, Y1]
    if j + 1 == m:
        return
    b = row[j + 1]
    top = min(lines[a, Y1], lines[b, Y1])
    if top > y:
        after = _x(lines, a, top) - _x(lines, b, top)
        if after > SAME_M:
            before = max(_x(lines, b, y) - _x(lines, a, y), 0.0)
            until[j] = min(until[j], y + (top - y) * (before / (before + after)))


@lean
def _is_left(lines: Array, a: int, b: int, y: float) -> Any:
    """Say whether edge a stands left of edge b at a height, or above it where both stand at one point."""
    apart = _x(lines, a, y) - _x(lines, b, y)
    if abs(apart) > SAME_M:
        return apart < 0.0
    top = min(lines[a, Y1], lines[b, Y1])
    return _x(lines, a, top) < _x(lines, b, top)


@lean
def _enter(lines: Array, row: Array, until: Array, states: Array, runs: Array, sides: Array, m: int, e: int, y: float
           ) -> int:
    """Let an edge stand in the row of m edges; returns its place."""
    runs[e, RUN_X], runs[e, RUN_Y] = lines[e, X0], lines[e, Y0]
    sides[e, LEFT] = sides[e, RIGHT] = -1
    low, high = 0, m
    while low < high:
        middle = (low + high) // 2
        if _is_left(lines, row[middle], e, y):
            low = middle + 1
        else:
            high = middle
    for j in range(m, low, -1):
        row[j], until[j] = row[j - 1], until[j - 1]
        states[j, KEY], states[j, HIDDEN] = states[j - 1, KEY], states[j - 1, HIDDEN]
    row[low] = e
    states[low, KEY], states[low, HIDDEN] = np.uint64(0), OUTSIDE
    if low > 0:
        states[low, KEY], states[low, HIDDEN] = states[low - 1, KEY], states[low - 1, HIDDEN]
    _foresee(lines, row, until, m + 1, low - 1, y)
    _foresee(lines, row, until, m + 1, low, y)
    return low


@lean
def _leave(lines: Array, row: Array, until: Array, states: Array, m: int, at: int, y: float) -> None:
    """Take the edge at a place out of the row of m edges."""
    for j in range(at, m - 1):
        row[j], until[j] = row[j + 1], until[j + 1]
        states[j, KEY], states[j, HIDDEN] = states[j + 1, KEY], states[j + 1, HIDDEN]
    _foresee(lines, row, until, m - 1, at - 1, y)


@compiled
def _starts(lines: Array, above: Array, n: int) -> Array:
    """List the edges that do not go on where another ends, from the lowest to the highest."""
    goes_on = np.zeros(n, dtype=np.bool_)
    for e in range(n):
        if lines[e, Y0] == lines[e, Y1]:  # a level edge bounds nothing
            goes_on[e] = True
        if above[e] >= 0:
            goes_on[above[e]] = True
    found = np.flatnonzero(~goes_on)
    return found[np.argsort(lines[found, Y0])]


@compiled
def sweep(edges: Edges, n: int, cells: Cells, subject: int, limit: int) -> int:
    """Count the ground of the subject within n edges into `part` of the cells, in at most so many steps.

    Edges may lie in any order, level ones are passed over; an outline's edges must close, or end at the least and
    greatest height of all.
    """
    order = _starts(edges.lines, edges.above, n)
    row, until, states = np.empty(n, dtype=np.int32), np.empty(n), np.empty((n, 2), dtype=np.uint64)
    runs, sides = np.empty((n, 2)), np.empty((n, 2), dtype=np.int32)
    return _sweep(edges, order, row, until, states, runs, sides, cells, subject, limit)


@lean
def _sweep(edges: Edges, order: Array, row: Array, until: Array, states: Array, runs: Array, sides: Array,
           cells: Cells, subject: int, limit: int) -> int:
    """Go from event to event; what events at one height touched is renewed before the next height."""
    lines, of, above = edges.lines, edges.of, edges.above
    part, table, slot, marks = cells.part, cells.key, cells.slot, cells.marks
    m: Whole = np.int64(0)
    following = steps = 0
    high: Whole = np.int64(-1)
    low, y = row.size, -np.inf
    while True:
        next_y, at = np.inf, -1
        for j in range(m):
            if until[j] < next_y:
                next_y, at = until[j], j
        if following < order.size and lines[order[following], Y0] <= next_y:
            next_y, at = lines[order[following], Y0], -1
        if next_y > y and low < row.size:
            missing = 0
            while missing >= 0:
                missing = _renew(lines, of, row, states, runs, sides, marks, m, low, high, y, part, table, slot,
                                 subject)
                if missing >= 0 and new_cell(cells, of, row, missing) == FULL:
                    cells.toil[SPENT] += steps
                    return FULL
                high = max(high, missing)  # what lies before it is renewed already, and looks like untouched
            low, high = row.size, -1
        if next_y == np.inf:
            cells.toil[SPENT] += steps
            return DONE
        y = max(y, next_y)
        steps += m + EVENT_STEPS
        if steps > limit:
            cells.toil[SPENT] += steps
            return TOO_BUSY
        if at < 0:
            at = _enter(lines, row, until, states, runs, sides, m, order[following], y)
            following, m = following + 1, m + 1
            low, high = min(low, _from(row, sides, at)), max(high + 1, at)
        elif lines[row[at], Y1] > y:
            row[at], row[at + 1] = row[at + 1], row[at]
            for j in range(at - 1, at + 2):
                _foresee(lines, row, until, m, j, y)
            low, high = min(low, _from(row, sides, at)), max(high, at + 1)
        elif _goes_on(lines, above, row, until, runs, sides, part, m, at, y):
            begin = _from(row, sides, at)
            if begin < at or sides[row[at], RIGHT] == THIN:
                low, high = min(low, begin), max(high, at + 1)
        else:
            low = min(low, _from(row, sides, at))
            _leave(lines, row, until, states, m, at, y)
            m -= 1
            high = max(high - 1, at)


@lean
def _goes_on(lines: Array, above: Array, row: Array, until: Array, runs: Array, sides: Array, part: Array, m: int,
             at: int, y: float) -> bool:
    """Count the run of an edge that ends, and set the edge that goes on from it in its place; says whether one does."""
    e = row[at]
    _end_run(part, runs, sides, e, lines[e, X1], lines[e, Y1])
    f = above[e]
    if f < 0:
        return False
    row[at] = f
    runs[f, RUN_X], runs[f, RUN_Y] = lines[f, X0], lines[f, Y0]
    sides[f, LEFT], sides[f, RIGHT] = sides[e, LEFT], sides[e, RIGHT]
    _foresee(lines, row, until, m, at - 1, y)
    _foresee(lines, row, until, m, at, y)
    return True
