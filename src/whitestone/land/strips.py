"""How is ground on which very many edges stand beside each other counted in reasonable time?

It is cut into strips until each is easy: the work then grows with the number of edges and of crossings, not with its
square. What a cut opens is closed along it, so that every strip is a set of outlines like the whole. Strips in which
the subject has no edge are not counted at all.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from whitestone.land.compiled import compiled, lean
from whitestone.land.sweep import DONE, FULL, NO_LIMIT, SLOPE, TOO_BUSY, X0, X1, Y0, Y1, Cells, Edges, sweep

__all__ = ["BUSY_STEPS", "count_ground", "count_strips", "cut_strip", "waiting_strips"]

Array = np.ndarray[Any, Any]

BUSY_STEPS = 400_000
"""Steps (edges beside each other, summed over heights and crossings) from which a strip is cut in two."""
SMALL_EDGES = 48
"""A strip of so few edges is not cut."""
DEEPEST = 60
"""How often in a row a strip may be cut."""
LITTLE_GAIN = 0.9
"""A cut that leaves more than this share of the edges on one side is not worth it."""
LESS_GROUND = 0.75
"""A cut is worth it also where the subject's boxes on both sides hold less than this share of its box before: ground
that runs aslant leaves edges behind only after several cuts."""
FAIR_SHARE = 0.1
"""What lies beyond the subject is left out of a strip where it is more than this share of its edges."""


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
def _ends(lines: Array) -> tuple[float, float]:
    """Give the least and the greatest height of edges that rise."""
    low, high = np.inf, -np.inf
    for e in range(lines.shape[0]):
        if lines[e, Y0] < lines[e, Y1]:
            low, high = min(low, lines[e, Y0]), max(high, lines[e, Y1])
    return low, high


@compiled
def _is_busy(lines: Array, steps: int) -> Any:
    """Foresee, from how many edges stand beside each other on average, whether a strip should be cut at once."""
    low, high = _ends(lines)
    return high > low and (lines[:, Y1] - lines[:, Y0]).sum() / (high - low) * lines.shape[0] > steps


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
def _marks(lines: Array, of: Array, x: float, outlines: int) -> tuple[Array, Array]:
    """List where outlines go in or out along the line at x, from the least to the greatest height of the edges."""
    n, count = of.size, 0
    mark_of, mark_y = np.empty(n + 2 * outlines, dtype=np.int32), np.empty(n + 2 * outlines)
    low, high = _ends(lines)
    odd_low, odd = np.zeros(outlines, dtype=np.uint8), np.zeros(outlines, dtype=np.uint8)
    for e in range(n):
        if lines[e, Y0] == lines[e, Y1] and not low < lines[e, Y0] < high:
            continue
        if lines[e, Y0] == low and lines[e, X0] < x:
            odd_low[of[e]] ^= 1
        if (lines[e, X0] < x) != (lines[e, X1] < x):
            mark_of[count], mark_y[count] = of[e], _height(lines, e, x)
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
def _side(edges: Edges, x: float, is_left: bool, mark_of: Array, mark_y: Array) -> Edges:
    """Give the part of a strip left or right of the line at x, closed along it."""
    room = edges.of.size + mark_of.size
    kept = Edges(np.empty((room, 5)), np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32))
    n = _close(kept, _keep(edges, x, is_left, kept), x, mark_of, mark_y)
    return Edges(kept.lines[:n].copy(), kept.of[:n].copy(), kept.above[:n].copy())


@lean
def _settle(cells: Cells, is_counted: bool) -> None:
    """Take over what a sweep counted, or drop what it counted before it gave up."""
    area, part = cells.area, cells.part
    for number in range(cells.counts[0]):
        if is_counted:
            area[number] += part[number]
        part[number] = 0.0


@compiled
def count_ground(edges: Edges, n: int, outlines: int, cells: Cells, subject: int, busy: int) -> int:
    """Count the ground of the subject within n edges of so many outlines into the cells; DONE or FULL.

    What takes more than `busy` steps is cut into strips; the areas are the same whatever their number.
    """
    if n == 0:
        return DONE
    if n <= SMALL_EDGES or not _is_busy(edges.lines[:n], busy):
        status = sweep(edges, n, cells, subject, busy if n > SMALL_EDGES else NO_LIMIT)
        _settle(cells, status == DONE)
        if status != TOO_BUSY:
            return status
    return count_strips(waiting_strips(edges, n), outlines, cells, subject, busy)


@compiled
def waiting_strips(edges: Edges, n: int) -> Any:
    """Begin a list of strips that wait to be counted: edges, and how often they were cut."""
    return [(Edges(edges.lines[:n].copy(), edges.of[:n].copy(), edges.above[:n].copy()), 0)]


@compiled
def count_strips(waiting: Any, outlines: int, cells: Cells, subject: int, busy: int) -> int:
    """Count the strips that wait, the last first; DONE, or FULL: then what has no room waits again, as the last."""
    while len(waiting) > 0:
        strip, depth = waiting.pop()
        may_cut = strip.of.size > SMALL_EDGES and depth < DEEPEST
        status = TOO_BUSY
        if not (may_cut and _is_busy(strip.lines, busy)):
            status = sweep(strip, strip.of.size, cells, subject, busy if may_cut else NO_LIMIT)
            _settle(cells, status == DONE)
        if status == TOO_BUSY and not cut_strip(waiting, (strip, depth), outlines, subject, False):
            status = sweep(strip, strip.of.size, cells, subject, NO_LIMIT)
            _settle(cells, status == DONE)
        if status == FULL:
            waiting.append((strip, depth))
            return FULL
    return DONE


@compiled
def _about(strip: Edges, outlines: int, subject: int) -> Edges:
    """Leave out of a strip what lies beyond the ground of the subject, where that is a fair share.

    What lies right of it is dropped, since ground is told from the left; what lies left of it closes along its side.
    No edge is left where the subject has no ground, or one outline before it covers all of that.
    """
    left, low, right, high = _reach(strip, subject)
    if low >= high:
        return _nothing_of(strip)
    lines = strip.lines
    below = above = before = behind = 0
    for e in range(strip.of.size):
        if lines[e, Y1] <= low:
            below += 1
        elif lines[e, Y0] >= high:
            above += 1
        elif min(lines[e, X0], lines[e, X1]) >= right and lines[e, X0] + lines[e, X1] > 2.0 * right:
            behind += 1
        elif max(lines[e, X0], lines[e, X1]) < left:
            before += 1
    fair = FAIR_SHARE * strip.of.size
    if below + above > fair:
        strip = _slab(_slab(strip, high, True), low, False)
    if behind > fair:
        strip = _keep_before(strip, right)
    if before > fair:
        mark_of, mark_y = _marks(strip.lines, strip.of, left, outlines)
        strip = _side(strip, left, False, mark_of, mark_y)
    return _nothing_of(strip) if _is_covered(strip, subject, left, low, high) else strip


@compiled
def _nothing_of(strip: Edges) -> Edges:
    return Edges(strip.lines[:0].copy(), strip.of[:0].copy(), strip.above[:0].copy())


@compiled
def _reach(strip: Edges, subject: int) -> tuple[float, float, float, float]:
    """Give the least x and y and the greatest x and y of the edges of the subject that rise."""
    left, low, right, high = np.inf, np.inf, -np.inf, -np.inf
    lines = strip.lines
    for e in range(strip.of.size):
        if strip.of[e] == subject and lines[e, Y0] < lines[e, Y1]:
            left, right = min(left, lines[e, X0], lines[e, X1]), max(right, lines[e, X0], lines[e, X1])
            low, high = min(low, lines[e, Y0]), max(high, lines[e, Y1])
    return left, low, right, high


@compiled
def _box_m2(strip: Edges, subject: int) -> float:
    """Give the area of the box of the subject's ground."""
    left, low, right, high = _reach(strip, subject)
    return (right - left) * (high - low) if low < high else 0.0


@compiled
def _keep_before(strip: Edges, right: float) -> Edges:
    """Keep the edges that stand left of a line at least in part."""
    lines, size = strip.lines, strip.of.size
    place = np.full(size, -1, dtype=np.int32)
    kept = np.empty(size, dtype=np.int64)
    n = 0
    for e in range(size):
        if min(lines[e, X0], lines[e, X1]) < right or lines[e, X0] + lines[e, X1] <= 2.0 * right:
            place[e], kept[n] = n, e
            n += 1
    found = Edges(lines[kept[:n]], strip.of[kept[:n]], np.full(n, -1, dtype=np.int32))
    for at in range(n):
        goes_on = strip.above[kept[at]]
        if goes_on >= 0:
            found.above[at] = place[goes_on]
    return found


@compiled
def _is_covered(strip: Edges, subject: int, left: float, low: float, high: float) -> bool:
    """Say whether one outline before the subject covers all that lies right of a line between two heights."""
    edges, stands = np.zeros(subject, dtype=np.int64), np.zeros(subject, dtype=np.bool_)
    lines = strip.lines
    for e in range(strip.of.size):
        local = strip.of[e]
        if local < subject and lines[e, Y0] < lines[e, Y1]:
            edges[local] += 1
            stands[local] = max(lines[e, X0], lines[e, X1]) <= left and lines[e, Y0] <= low and lines[e, Y1] >= high
    return bool((stands & (edges == 1)).any())


@compiled
def cut_strip(waiting: Any, cut: Any, outlines: int, subject: int, may_level: bool) -> bool:
    """Let what matters of the two sides of a strip wait instead of it; False where no cut makes less of it.

    It is cut upright; level only where it has to be (`may_level`), because a level cut saves a sweep nothing but room.
    """
    strip, depth = cut
    lines, most = strip.lines, LITTLE_GAIN * strip.of.size
    x = np.median(0.5 * (lines[:, X0] + lines[:, X1]))
    mark_of, mark_y = _marks(lines, strip.of, x, outlines)
    first = _about(_side(strip, x, True, mark_of, mark_y), outlines, subject)
    second = _about(_side(strip, x, False, mark_of, mark_y), outlines, subject)
    if may_level and max(first.of.size, second.of.size) > most:
        y = np.median(0.5 * (lines[:, Y0] + lines[:, Y1]))
        first = _about(_slab(strip, y, True), outlines, subject)
        second = _about(_slab(strip, y, False), outlines, subject)
    is_less = _box_m2(first, subject) + _box_m2(second, subject) <= LESS_GROUND * _box_m2(strip, subject)
    if max(first.of.size, second.of.size) > most and not is_less:
        return False  # edges counted with what closes the cut: else strips could grow for ever
    for side in (second, first):
        if side.of.size > 0:
            waiting.append((side, depth + 1))
    return True


@compiled
def _slab(edges: Edges, y: float, is_lower: bool) -> Edges:
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
