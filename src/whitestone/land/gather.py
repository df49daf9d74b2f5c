"""Which edges of which outlines matter for the ground of one of them?

Only what lies within its box. What sticks out below, above or to the right is cut off; what sticks out to the left is
drawn along the left side, because a ray from the left has to meet it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from whitestone.land.compiled import lean
from whitestone.land.rings import Outlines
from whitestone.land.sweep import SLOPE, X0, X1, Y0, Y1, Edges, Whole

__all__ = ["gather"]

Array = np.ndarray[Any, Any]

BEGAN, NOW, WAY, FIRST_WAY = 0, 1, 2, 3
"""Pen: from which height to which a line along the left side waits to be drawn; which way the last edge went, and the
first."""
FELL, ROSE, LEVEL = 0.0, 1.0, 2.0
"""Ways of edges. A level one bounds nothing for a sweep that rises; where ground is cut into strips it must be met."""


@lean
def gather(
    shapes: Outlines, members: Array, box: Array, across: Whole, edges: Edges, pen: Array, subject: Whole
) -> int:
    """Collect the edges of the members (numbered as they come) that matter within a box; returns how many.

    None where a member before the subject covers the whole box: no ground there counts as the subject's.
    `across` 1 exchanges x and y, of the box too: the same ground swept the other way. Lengths are told from the middle
    and the foot of the box, where they are most exact. There are at most three edges for two vertices; `pen` is scratch
    (4).
    """
    xy, rings, first_ring = shapes.xy, shapes.rings, shapes.first_ring
    middle, foot = 0.5 * (box[across] + box[2 + across]), box[1 - across]
    left, right, top = box[across] - middle, box[2 + across] - middle, box[3 - across] - foot
    n: Whole = np.int64(0)
    for local in range(members.size):
        outline, before = members[local], n
        for ring in range(first_ring[outline], first_ring[outline + 1]):
            n = _ring(xy, rings[ring], rings[ring + 1], across, middle, foot, left, right, top, local, edges.lines,
                      edges.of, edges.above, n, pen)
        if local < subject and n == before + 1 and _spans(edges.lines, before, left, top):
            return 0
    return int(n)


@lean
def _spans(lines: Array, e: int, left: float, top: float) -> Any:
    """Say whether an edge is the whole left side of the box: alone, its outline covers all of it."""
    return lines[e, X0] == left and lines[e, X1] == left and lines[e, Y0] == 0.0 and lines[e, Y1] == top


@lean
def _ring(xy: Array, begin: int, end: int, across: int, middle: float, foot: float, left: float, right: float,
          top: float, local: int, lines: Array, of: Array, above: Array, n: int, pen: Array) -> int:
    """Draw one ring, in its order; returns how many edges there are then."""
    first = n
    pen[BEGAN] = pen[NOW] = 0.0
    xb, yb = xy[begin, across] - middle, xy[begin, 1 - across] - foot
    for at in range(begin + 1, end):
        x0, y0 = xb, yb
        xb, yb = xy[at, across] - middle, xy[at, 1 - across] - foot
        x1, y1 = xb, yb
        rises = y0 < y1
        if not rises:  # cut always from below: what two outlines share is cut alike, whichever way it is written
            x0, y0, x1, y1 = x1, y1, x0, y0
        if y1 <= 0.0 or y0 >= top or (x0 > right and x1 > right):
            continue
        if y0 == y1:
            n = _draw_level(lines, of, above, n, first, max(min(x0, x1), left), max(x0, x1), y0, local, pen)
            continue
        if y0 < 0.0 or y1 > top:
            slope = (x1 - x0) / (y1 - y0)
            x0, y0 = (x0 - y0 * slope, 0.0) if y0 < 0.0 else (x0, y0)
            x1, y1 = (x1 - (y1 - top) * slope, top) if y1 > top else (x1, y1)
        if x0 <= left and x1 <= left:
            n = _wait(lines, of, above, n, first, left, y0 if rises else y1, y1 if rises else y0, local, pen)
            continue
        low, high = y0, y1
        if x0 < left or x1 < left:
            cut = y0 + (y1 - y0) * ((left - x0) / (x1 - x0))
            x0, low = (left, cut) if x0 < left else (x0, y0)
            x1, high = (left, cut) if x1 < left else (x1, y1)
        if rises:
            n = _wait(lines, of, above, n, first, left, y0, low, local, pen)
            n = _flush(lines, of, above, n, first, left, local, pen)
            n = _draw(lines, of, above, n, first, x0, low, x1, high, True, local, pen)
            n = _wait(lines, of, above, n, first, left, high, y1, local, pen)
        else:
            n = _wait(lines, of, above, n, first, left, y1, high, local, pen)
            n = _flush(lines, of, above, n, first, left, local, pen)
            n = _draw(lines, of, above, n, first, x0, low, x1, high, False, local, pen)
            n = _wait(lines, of, above, n, first, left, low, y0, local, pen)
    n = _flush(lines, of, above, n, first, left, local, pen)
    if n - first > 1:
        _join(lines, above, n - 1, first, pen)
    return n


@lean
def _wait(lines: Array, of: Array, above: Array, n: int, first: int, left: float, begin: float, end: float, local: int,
          pen: Array) -> int:
    """Go along the left side from one height to another; drawn later, as one line for all that goes on from it."""
    if begin != end:
        if pen[NOW] != begin:
            n = _flush(lines, of, above, n, first, left, local, pen)
            pen[BEGAN] = begin
        pen[NOW] = end
    return n


@lean
def _flush(lines: Array, of: Array, above: Array, n: int, first: int, left: float, local: int, pen: Array) -> int:
    """Draw what waits along the left side."""
    begin, end = pen[BEGAN], pen[NOW]
    pen[BEGAN] = end
    return _draw(lines, of, above, n, first, left, min(begin, end), left, max(begin, end), begin < end, local, pen)


@lean
def _draw(lines: Array, of: Array, above: Array, n: int, first: int, x0: float, y0: float, x1: float, y1: float,
          rises: bool, local: int, pen: Array) -> int:
    """Add an edge, and say where it goes on from the one before."""
    if not y0 < y1:
        return n
    lines[n, X0], lines[n, Y0], lines[n, X1], lines[n, Y1] = x0, y0, x1, y1
    lines[n, SLOPE] = (x1 - x0) / (y1 - y0)
    of[n], above[n] = local, -1
    if (n > first and rises and pen[WAY] == ROSE) and (lines[n - 1, X1] == x0 and lines[n - 1, Y1] == y0):
        above[n - 1] = n
    elif (n > first and not rises and pen[WAY] == FELL) and (lines[n - 1, X0] == x1 and lines[n - 1, Y0] == y1):
        above[n] = n - 1
    pen[WAY] = ROSE if rises else FELL
    if n == first:
        pen[FIRST_WAY] = pen[WAY]
    return n + 1


@lean
def _draw_level(lines: Array, of: Array, above: Array, n: int, first: int, x0: float, x1: float, y: float, local: int,
                pen: Array) -> int:
    """Add a level edge."""
    if not x0 < x1:
        return n
    lines[n, X0], lines[n, Y0], lines[n, X1], lines[n, Y1], lines[n, SLOPE] = x0, y, x1, y, 0.0
    of[n], above[n] = local, -1
    pen[WAY] = LEVEL
    if n == first:
        pen[FIRST_WAY] = LEVEL
    return n + 1


@lean
def _join(lines: Array, above: Array, last: int, first: int, pen: Array) -> None:
    """Let the ring's last edge and its first go on into each other."""
    if pen[WAY] != pen[FIRST_WAY] or pen[WAY] == LEVEL:
        return
    below, over = (last, first) if pen[WAY] == ROSE else (first, last)
    if lines[below, X1] == lines[over, X0] and lines[below, Y1] == lines[over, Y0]:
        above[below] = over
