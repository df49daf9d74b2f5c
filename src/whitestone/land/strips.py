"""How is ground on which very many edges stand beside each other counted in reasonable time?

It is cut into strips until each is easy: the work then grows with the number of edges and of crossings, not with its
square. What a cut opens is closed along it, so that every strip is a set of outlines like the whole. Strips in which
the subject has no edge are not counted at all; what lies beyond its ground, or cannot change what is told there (see
`outdone`), is left out.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from whitestone.land.cells import ALLOWED, SPENT, TOO_MUCH
from whitestone.land.claims import KEPT_CLAIMS
from whitestone.land.compiled import compiled, lean
from whitestone.land.cutting import ends, keep_before, marks_along, nothing_of, one_side, reach_of, slab, some_of
from whitestone.land.outdone import Rules, load_of, no_rules, what_matters
from whitestone.land.sweep import DONE, FULL, NO_LIMIT, TOO_BUSY, X0, X1, Y0, Y1, Cells, Edges, sweep

__all__ = ["BUSY_STEPS", "count_at_once", "count_cut", "count_ground", "count_strips", "cut_strip", "waiting_strips"]

Array = np.ndarray[Any, Any]

BUSY_STEPS = 400_000
"""Steps (edges beside each other, summed over heights and crossings) from which a strip is cut in two."""
CUT_STEPS = 200
"""What a cut costs for each edge, in steps."""
STEPS_OF_CUT = 1 << 5
"""A strip that takes more steps for each edge is worth a try to cut: much of it may lie beyond the subject."""
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
HEAVY_LOAD = 12.0
"""Where so many outlines lie on each other on average, ground is cut into squares: some of them then lie over all of
a piece, and others can be left out there."""


@compiled
def _is_busy(lines: Array, steps: int) -> Any:
    """Foresee, from how many edges stand beside each other on average, whether a strip should be cut at once."""
    low, high = ends(lines)
    return high > low and (lines[:, Y1] - lines[:, Y0]).sum() / (high - low) * lines.shape[0] > steps


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
    status = count_at_once(edges, n, cells, subject, busy)
    if status != TOO_BUSY:
        return status
    return count_cut(edges, n, no_rules(outlines), cells, subject, busy)


@compiled
def count_cut(edges: Edges, n: int, rules: Rules, cells: Cells, subject: int, busy: int) -> int:
    """Count the ground of the subject strip by strip; DONE or FULL."""
    return count_strips(waiting_strips(edges, n), rules, cells, subject, busy)


@compiled
def count_at_once(edges: Edges, n: int, cells: Cells, subject: int, busy: int) -> int:
    """Count the ground of the subject in one piece; DONE, FULL, or TOO_BUSY: nothing is counted, it should be cut."""
    if n == 0:
        return DONE
    if n > SMALL_EDGES and _is_busy(edges.lines[:n], busy):
        return TOO_BUSY
    status = sweep(edges, n, cells, subject, busy if n > SMALL_EDGES else NO_LIMIT)
    _settle(cells, status == DONE)
    return status


@compiled
def waiting_strips(edges: Edges, n: int) -> Any:
    """Begin a list of strips that wait to be counted: edges, and how often they were cut."""
    return [(Edges(edges.lines[:n].copy(), edges.of[:n].copy(), edges.above[:n].copy()), 0)]


@compiled
def count_strips(waiting: Any, rules: Rules, cells: Cells, subject: int, busy: int) -> int:
    """Count the strips that wait, the last first; DONE, or FULL: then what has no room waits again, as the last.

    TOO_MUCH as soon as more steps were taken than are allowed for all ground.
    """
    while len(waiting) > 0:
        left = cells.toil[ALLOWED] - cells.toil[SPENT]
        if left < 0:
            return TOO_MUCH
        strip, depth = waiting.pop()
        may_cut = strip.of.size > SMALL_EDGES and depth < DEEPEST
        steps = min(busy, STEPS_OF_CUT * strip.of.size)
        status = TOO_BUSY
        if not (may_cut and _is_busy(strip.lines, steps)):
            status = sweep(strip, strip.of.size, cells, subject, steps if may_cut else left)
            _settle(cells, status == DONE)
        cells.toil[SPENT] += CUT_STEPS * strip.of.size if status == TOO_BUSY else 0
        if status == TOO_BUSY and not cut_strip(waiting, (strip, depth), rules, subject, np.bool_(False)):
            status = sweep(strip, strip.of.size, cells, subject, left)
            _settle(cells, status == DONE)
        if status == FULL:
            waiting.append((strip, depth))
            return FULL
    return DONE


@compiled
def _about(strip: Edges, rules: Rules, subject: int) -> Edges:
    """Leave out of a strip what lies beyond the ground of the subject, where that is a fair share, and who does not
    matter there.

    What lies right of it is dropped, since ground is told from the left; what lies left of it closes along its side.
    No edge is left where the subject has no ground, or one outline before it covers all of that.
    """
    left, low, right, high = reach_of(strip, subject)
    if low >= high:
        return nothing_of(strip)
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
        strip = slab(slab(strip, high, True), low, False)
    if behind > fair:
        strip = keep_before(strip, right)
    if before > fair or (before > 0 and rules.local.size > KEPT_CLAIMS):
        mark_of, mark_y = marks_along(strip.lines, strip.of, left, rules.place)
        strip = one_side(strip, left, False, mark_of, mark_y)
    matters = what_matters(strip, rules, subject, (left, low, right, high))
    return strip if matters.all() else some_of(strip, matters)


@compiled
def _box_m2(strip: Edges, subject: int) -> float:
    """Give the area of the box of the subject's ground."""
    left, low, right, high = reach_of(strip, subject)
    return (right - left) * (high - low) if low < high else 0.0


@compiled
def _halves(strip: Edges, is_level: bool, rules: Rules, subject: int) -> tuple[Edges, Edges]:
    """Cut a strip in the middle of its edges, and leave of both sides what matters."""
    lines = strip.lines
    if is_level:
        y = np.median(0.5 * (lines[:, Y0] + lines[:, Y1]))
        return _about(slab(strip, y, True), rules, subject), _about(slab(strip, y, False), rules, subject)
    x = np.median(0.5 * (lines[:, X0] + lines[:, X1]))
    mark_of, mark_y = marks_along(lines, strip.of, x, rules.place)
    return (_about(one_side(strip, x, True, mark_of, mark_y), rules, subject),
            _about(one_side(strip, x, False, mark_of, mark_y), rules, subject))


@compiled
def cut_strip(waiting: Any, cut: Any, rules: Rules, subject: int, may_level: Any) -> bool:
    """Let what matters of the two sides of a strip wait instead of it; False where no cut makes less of it.

    It is cut upright; level only where it has to be (`may_level`), because a level cut saves a sweep nothing but room,
    or where so many releases lie on each other that pieces are soon wholly under some of them.
    """
    strip, depth = cut
    left, low, right, high = reach_of(strip, subject)
    if low >= high:
        return True
    is_heavy = (rules.local.size > KEPT_CLAIMS
                and load_of(strip, rules.place, (left, low, right, high)) > HEAVY_LOAD)
    is_level = is_heavy and high - low > right - left
    for turn in range(2):
        first, second = _halves(strip, is_level, rules, subject)
        is_less = _box_m2(first, subject) + _box_m2(second, subject) <= LESS_GROUND * _box_m2(strip, subject)
        if max(first.of.size, second.of.size) <= LITTLE_GAIN * strip.of.size or is_less:
            for side in (second, first):
                if side.of.size > 0:
                    waiting.append((side, depth + 1))
            return True
        is_level = not is_level
        if turn == 0 and is_level and not (may_level or is_heavy):
            break
    return False  # edges counted with what closes the cut: else strips could grow for ever
