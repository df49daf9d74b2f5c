"""What of some edges lies on one side of a line, so that they are a set of outlines like the whole?

What an upright cut opens is closed along it. A level cut opens nothing for a sweep that rises: it enters and leaves
there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from whitestone.land.compiled import compiled, lean
from whitestone.land.sweep import SLOPE, X0, X1, Y0, Y1, Edges

__all__ = ["ends", "keep_before", "marks_along", "nothing_of", "one_side", "reach_of", "slab", "some_of", "standing"]

Array = np.ndarray[Any, Any]


@lean
def _put(edges: Edges, n: int, x0: float, y0: float, x1: float, y1: float, local: int) -> int:
    lines = edges.lines
    if y0 < y1 or (y0 == y1 and x0 != x1):
        lines[n, X0], lines[n, Y0], lines[n, X1], lines[n, Y1] = x0, y0, x1, y1
        lines[n, SLOPE] = (x1 - x0) / (y1 - y0) if y0 < y1 else 0.0
        edges.of[n], edges.above[n] = local, -1
        n += 1
    return n


@lean
def ends(lines: Array) -> tuple[float, float]:
    """Give the least and the greatest height of edges that rise."""
    low, high = np.inf, -np.inf
    for e in range(lines.shape[0]):
        if lines[e, Y0] < lines[e, Y1]:
            low, high = min(low, lines[e, Y0]), max(high, lines[e, Y1])
    return low, high


@compiled
def _close(edges: Edges, n: int, x: float, mark_of: Array, mark_y: Array) -> int:
    """Stand edges on a cut where an outline is inside: between its first and second mark, third and fourth, ..."""
    by_height = np.argsort(mark_y, kind="mergesort")
    order = by_height[np.argsort(mark_of[by_height], kind="mergesort")]
    at = 0
    while at + 1 < order.size:
        first, second = order[at], order[at + 1]
        if mark_of[first] != mark_of[second]:  # a mark without a partner: rounding at an end of the cut
            at += 1
            continue
        n = _put(edges, n, x, mark_y[first], x, mark_y[second], mark_of[first])
        at += 2
    return n


@compiled
def standing(of: Array, place: Array) -> Array:
    """List the outlines that have edges, as they are met, and write into `place` where each stands in that list.

    `place` has a number for each outline of the unit. There may be very many, of which a strip holds few: what is asked
    of every strip looks at its own alone.
    """
    found = np.empty(of.size, dtype=np.int64)
    place[of] = -1
    count = 0
    for each in of:
        if place[each] < 0:
            place[each], found[count] = count, each
            count += 1
    return found[:count].copy()


@compiled
def marks_along(lines: Array, of: Array, x: float, place: Array) -> tuple[Array, Array]:
    """List where outlines go in or out along the line at x, from the least to the greatest height of the edges.

    `place` is scratch: a number for each outline of the unit.
    """
    mine = standing(of, place)
    n, count = of.size, 0
    mark_of, mark_y = np.empty(n + 2 * mine.size, dtype=np.int32), np.empty(n + 2 * mine.size)
    low, high = ends(lines)
    odd_low, odd = np.zeros(mine.size, dtype=np.uint8), np.zeros(mine.size, dtype=np.uint8)
    for e in range(n):
        if lines[e, Y0] == lines[e, Y1] and not low < lines[e, Y0] < high:
            continue
        if lines[e, Y0] == low and lines[e, X0] < x:
            odd_low[place[of[e]]] ^= 1
        if (lines[e, X0] < x) != (lines[e, X1] < x):
            mark_of[count], mark_y[count] = of[e], _height(lines, e, x)
            odd[place[of[e]]] ^= 1
            count += 1
    for at in range(mine.size):
        if odd_low[at]:
            mark_of[count], mark_y[count] = mine[at], low
            count += 1
        if odd_low[at] ^ odd[at]:
            mark_of[count], mark_y[count] = mine[at], high
            count += 1
    return mark_of[:count], mark_y[:count]


@lean
def _height(lines: Array, e: int, x: float) -> Any:
    """Say at which height an edge meets the line at x, never beyond its ends."""
    share = (x - lines[e, X0]) / (lines[e, X1] - lines[e, X0])
    return min(max(lines[e, Y0] + (lines[e, Y1] - lines[e, Y0]) * share, lines[e, Y0]), lines[e, Y1])


@compiled
def _keep(edges: Edges, x: float, is_left: bool, kept: Edges) -> int:
    """Keep what of the edges lies on one side of the line at x, without the cut itself."""
    lines, of, above = edges.lines, edges.of, edges.above
    begins = np.full(of.size, -1, dtype=np.int32)
    ends = np.full(of.size, -1, dtype=np.int32)
    n = 0
    for e in range(of.size):
        x0, y0, x1, y1 = lines[e, X0], lines[e, Y0], lines[e, X1], lines[e, Y1]
        before = n
        if (x0 < x) == (x1 < x):
            if (x0 < x) == is_left:
                n = _put(kept, n, x0, y0, x1, y1, of[e])
        elif (x0 < x) == is_left:
            n = _put(kept, n, x0, y0, x, _height(lines, e, x), of[e])
        else:
            n = _put(kept, n, x, _height(lines, e, x), x1, y1, of[e])
        if n > before and kept.lines[before, Y0] < kept.lines[before, Y1]:
            begins[e] = before if (x0 < x) == is_left else -1
            ends[e] = before if (x1 < x) == is_left else -1
    for e in range(of.size):
        if ends[e] >= 0 and above[e] >= 0:
            kept.above[ends[e]] = begins[above[e]]
    return n


@compiled
def one_side(edges: Edges, x: float, is_left: bool, mark_of: Array, mark_y: Array) -> Edges:
    """Give the part of a strip left or right of the line at x, closed along it."""
    room = edges.of.size + mark_of.size
    kept = Edges(np.empty((room, 5)), np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32))
    n = _close(kept, _keep(edges, x, is_left, kept), x, mark_of, mark_y)
    return Edges(kept.lines[:n].copy(), kept.of[:n].copy(), kept.above[:n].copy())


@compiled
def nothing_of(strip: Edges) -> Edges:
    """Give a set of no edges, of the kind of another."""
    return Edges(strip.lines[:0].copy(), strip.of[:0].copy(), strip.above[:0].copy())


@compiled
def reach_of(strip: Edges, subject: int) -> tuple[float, float, float, float]:
    """Give the least x and y and the greatest x and y of the edges of the subject that rise."""
    left, low, right, high = np.inf, np.inf, -np.inf, -np.inf
    lines = strip.lines
    for e in range(strip.of.size):
        if strip.of[e] == subject and lines[e, Y0] < lines[e, Y1]:
            left, right = min(left, lines[e, X0], lines[e, X1]), max(right, lines[e, X0], lines[e, X1])
            low, high = min(low, lines[e, Y0]), max(high, lines[e, Y1])
    return left, low, right, high


@compiled
def keep_before(strip: Edges, right: float) -> Edges:
    """Keep the edges that stand left of a line at least in part."""
    lines, size = strip.lines, strip.of.size
    chosen = np.empty(size, dtype=np.bool_)
    for e in range(size):
        chosen[e] = min(lines[e, X0], lines[e, X1]) < right or lines[e, X0] + lines[e, X1] <= 2.0 * right
    return some_of(strip, chosen)


@compiled
def some_of(strip: Edges, chosen: Array) -> Edges:
    """Keep the chosen edges, and which of them go on into each other."""
    size = strip.of.size
    place, kept = np.full(size, -1, dtype=np.int32), np.empty(size, dtype=np.int64)
    n = 0
    for e in range(size):
        if chosen[e]:
            place[e], kept[n] = n, e
            n += 1
    found = Edges(strip.lines[kept[:n]], strip.of[kept[:n]], np.full(n, -1, dtype=np.int32))
    for at in range(n):
        goes_on = strip.above[kept[at]]
        if goes_on >= 0:
            found.above[at] = place[goes_on]
    return found


@compiled
def slab(edges: Edges, y: float, is_lower: bool) -> Edges:
    """Give the part of a strip below or above a height. Nothing has to be closed: a sweep enters and leaves there."""
    size = edges.of.size
    kept = Edges(np.empty((size, 5)), np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32))
    place = np.full(size, -1, dtype=np.int32)
    n = 0
    for e in range(size):
        x0, y0, x1, y1 = edges.lines[e, X0], edges.lines[e, Y0], edges.lines[e, X1], edges.lines[e, Y1]
        if (y0 >= y and is_lower) or (y1 <= y and not is_lower):
            continue
        at = x0 if y0 == y1 else min(max(x0 + (y - y0) * edges.lines[e, SLOPE], min(x0, x1)), max(x0, x1))
        if is_lower and y1 > y:
            x1, y1 = at, y
        elif not is_lower and y0 < y:
            x0, y0 = at, y
        before = n
        n = _put(kept, n, x0, y0, x1, y1, edges.of[e])
        place[e] = before if n > before and y0 < y1 else -1
    for e in range(size):
        goes_on = edges.above[e]
        if goes_on >= 0 and place[e] >= 0 and not (is_lower and edges.lines[e, Y1] >= y):
            kept.above[place[e]] = place[goes_on]
    return Edges(kept.lines[:n].copy(), kept.of[:n].copy(), kept.above[:n].copy())
