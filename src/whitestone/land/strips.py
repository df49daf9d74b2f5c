"""How is ground on which very many edges stand beside each other counted in reasonable time?

It is cut into upright strips until each is easy: the work then grows with the number of edges and of crossings, not
with its square. What a cut opens is closed along it, so that every strip is a set of outlines like the whole.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from whitestone.land.compiled import compiled
from whitestone.land.rings import Outlines
from whitestone.land.sweep import DONE, NO_LIMIT, TOO_BUSY, X0, X1, Y0, Y1, Cells, sweep

__all__ = ["count_ground", "gather"]

Array = np.ndarray[Any, Any]

BUSY_STEPS = 60_000
"""Steps (edges times heights and crossings) from which a strip is cut in two."""
SMALL_EDGES = 48
"""A strip of so few edges is not cut."""
DEEPEST = 60
"""How often in a row a strip may be cut."""
LITTLE_GAIN = 0.9
"""A cut that leaves more than this share of the edges on one side is not worth it."""


@compiled
def gather(shapes: Outlines, members: Array, box: Array, across: int, edges: Array, of: Array) -> int:
    """Collect the edges of the members (numbered as they come) that matter within a box; returns how many.

    Kept is what lies within the heights of the box; what lies left of it stands on its left side, and what lies right
    of it is of no matter. `across` 1 exchanges x and y, of the box too: the same ground swept the other way.
    Lengths are told from the middle of the box, where they are most exact.
    """
    xy, rings, first_ring = shapes.xy, shapes.rings, shapes.first_ring
    left, low, right, high = box[across], box[1 - across], box[2 + across], box[3 - across]
    middle = 0.5 * (left + right)
    n = 0
    for local in range(members.size):
        outline = members[local]
        for ring in range(first_ring[outline], first_ring[outline + 1]):
            xb, yb = xy[rings[ring], across], xy[rings[ring], 1 - across]
            for at in range(rings[ring] + 1, rings[ring + 1]):
                x0, y0 = xb, yb
                xb, yb = xy[at, across], xy[at, 1 - across]
                x1, y1 = xb, yb
                if y0 > y1:
                    x0, y0, x1, y1 = x1, y1, x0, y0
                if y1 <= low or y0 >= high or y0 == y1 or (x0 > right and x1 > right):
                    continue
                if y0 < low or y1 > high:
                    slope = (x1 - x0) / (y1 - y0)
                    x0, y0 = (x0 + (low - y0) * slope, low) if y0 < low else (x0, y0)
                    x1, y1 = (x1 - (y1 - high) * slope, high) if y1 > high else (x1, y1)
                if x0 < left and x1 < left:
                    x0 = x1 = left
                n = _add(edges, of, n, x0 - middle, y0, x1 - middle, y1, local)
    return n


@compiled
def _add(edges: Array, of: Array, n: int, x0: float, y0: float, x1: float, y1: float, local: int) -> int:
    if y0 < y1:
        edges[X0, n], edges[Y0, n], edges[X1, n], edges[Y1, n], of[n] = x0, y0, x1, y1, local
        n += 1
    return n


@compiled
def _is_busy(edges: Array) -> Any:
    """Foresee, from how many edges stand beside each other on average, whether a strip should be cut at once."""
    low, high = edges[Y0].min(), edges[Y1].max()
    return (edges[Y1] - edges[Y0]).sum() / (high - low) * edges.shape[1] > BUSY_STEPS


@compiled
def _close(edges: Array, of: Array, n: int, x: float, mark_of: Array, mark_y: Array) -> int:
    """Stand edges on a cut where an outline is inside: between its first and second mark, third and fourth, ..."""
    by_height = np.argsort(mark_y, kind="mergesort")
    order = by_height[np.argsort(mark_of[by_height], kind="mergesort")]
    at = 0
    while at + 1 < order.size:
        first, second = order[at], order[at + 1]
        if mark_of[first] != mark_of[second]:  # a mark without a partner: rounding at an end of the cut
            at += 1
            continue
        n = _add(edges, of, n, x, mark_y[first], x, mark_y[second], mark_of[first])
        at += 2
    return n


@compiled
def _marks(edges: Array, of: Array, x: float, outlines: int) -> tuple[Array, Array]:
    """List where outlines go in or out along the line at x, from the least to the greatest height of the edges."""
    n, count = of.size, 0
    mark_of, mark_y = np.empty(n + 2 * outlines, dtype=np.int32), np.empty(n + 2 * outlines)
    low, high = edges[Y0].min(), edges[Y1].max()
    odd_low, odd = np.zeros(outlines, dtype=np.uint8), np.zeros(outlines, dtype=np.uint8)
    for e in range(n):
        if edges[Y0, e] == low and edges[X0, e] < x:
            odd_low[of[e]] ^= 1
        if (edges[X0, e] < x) != (edges[X1, e] < x):
            share = (x - edges[X0, e]) / (edges[X1, e] - edges[X0, e])
            mark_of[count], mark_y[count] = of[e], edges[Y0, e] + (edges[Y1, e] - edges[Y0, e]) * share
            odd[of[e]] ^= 1
            count += 1
    for each in range(outlines):
        if odd_low[each]:
            mark_of[count], mark_y[count] = each, low
            count += 1
        if odd_low[each] ^ odd[each]:
            mark_of[count], mark_y[count] = each, high
            count += 1
    return mark_of[:count], mark_y[:count]


@compiled
def _keep(edges: Array, of: Array, x: float, is_left: bool, kept: Array, kept_of: Array) -> int:
    """Keep what of the edges lies on one side of the line at x, without the cut itself."""
    n = 0
    for e in range(of.size):
        x0, y0, x1, y1 = edges[X0, e], edges[Y0, e], edges[X1, e], edges[Y1, e]
        if (x0 < x) == (x1 < x):
            if (x0 < x) == is_left:
                n = _add(kept, kept_of, n, x0, y0, x1, y1, of[e])
            continue
        y = y0 + (y1 - y0) * ((x - x0) / (x1 - x0))
        if (x0 < x) == is_left:
            n = _add(kept, kept_of, n, x0, y0, x, y, of[e])
        else:
            n = _add(kept, kept_of, n, x, y, x1, y1, of[e])
    return n


@compiled
def _side(edges: Array, of: Array, x: float, is_left: bool, mark_of: Array, mark_y: Array) -> tuple[Array, Array]:
    """Give the part of a strip left or right of the line at x, closed along it."""
    room = of.size + mark_of.size
    kept, kept_of = np.empty((4, room)), np.empty(room, dtype=np.int32)
    n = _close(kept, kept_of, _keep(edges, of, x, is_left, kept, kept_of), x, mark_of, mark_y)
    return kept[:, :n].copy(), kept_of[:n].copy()


@compiled
def _settle(cells: Cells, is_counted: bool) -> None:
    """Take over what a sweep counted, or drop what it counted before it gave up."""
    area, part = cells.area, cells.part
    for number in range(cells.counts[0]):
        if is_counted:
            area[number] += part[number]
        part[number] = 0.0


@compiled
def count_ground(edges: Array, of: Array, n: int, outlines: int, cells: Cells, subject: int) -> int:
    """Count the ground of the subject within n edges of so many outlines into the cells; DONE or FULL."""
    if n == 0:
        return DONE
    waiting = [(edges[:, :n].copy(), of[:n].copy(), 0)]
    while len(waiting) > 0:
        strip, strip_of, depth = waiting.pop()
        may_cut = strip_of.size > SMALL_EDGES and depth < DEEPEST
        status = TOO_BUSY
        if not (may_cut and _is_busy(strip)):
            status = sweep(strip, strip_of, strip_of.size, cells, subject, BUSY_STEPS if may_cut else NO_LIMIT)
            _settle(cells, status == DONE)
        if status == TOO_BUSY:
            x = np.median(0.5 * (strip[X0] + strip[X1]))
            mark_of, mark_y = _marks(strip, strip_of, x, outlines)
            left, left_of = _side(strip, strip_of, x, True, mark_of, mark_y)
            right, right_of = _side(strip, strip_of, x, False, mark_of, mark_y)
            if max(left_of.size, right_of.size) > LITTLE_GAIN * strip_of.size:
                status = sweep(strip, strip_of, strip_of.size, cells, subject, NO_LIMIT)
                _settle(cells, status == DONE)
            else:
                waiting.append((right, right_of, depth + 1))
                waiting.append((left, left_of, depth + 1))
                status = DONE
        if status != DONE:
            return status
    return DONE
