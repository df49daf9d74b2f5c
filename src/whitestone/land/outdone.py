"""Which releases can change nothing on a piece of ground, because others lie over all of it?

Where very many releases lie on each other, each point asks only for few of them: the first two by day and the last
(the claims that are kept), and of each outcome the first that acts on each hazard. As soon as a piece of ground lies
wholly under releases that come before another in all of this, the other one is left out there: the combinations then
grow with the releases, not with their square, and no story and no claim changes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from whitestone.land.claims import KEPT_CLAIMS
from whitestone.land.compiled import compiled
from whitestone.land.cutting import standing
from whitestone.land.story import BEGIN, DAY, END, HAZARD, KNOWN, STRENGTH, Facts, listed
from whitestone.land.sweep import X0, X1, Y0, Y1, Edges

__all__ = ["Rules", "load_of", "no_rules", "rules_of", "what_matters"]

Array = np.ndarray[Any, Any]

AWAY, CUT, OVER = 0, 1, 2
"""How an outline lies to a piece of ground: beyond it, in part on it, over all of it."""


class Rules(NamedTuple):
    """How the outlines of a unit (by local number) act: `stays` where one must never be left out.

    Per release, by day, then by number: whose outline it has (`local`), its `era` and `strength`, and whether it is
    `late`: names a hazard that is known only after its day. Within an era no hazard or slice of the unit begins or
    ends: of those of one strength each acts on whatever a later one acts on, and earlier.
    `works[first[o]:first[o + 1]]` are the releases of outline o; `place` is scratch (see `standing`).
    """

    stays: Array
    local: Array
    era: Array
    strength: Array
    late: Array
    first: Array
    works: Array
    place: Array


@compiled
def no_rules(outlines: int) -> Rules:
    """Leave out nothing of so many outlines.

    >>> no_rules(2).stays.tolist(), no_rules(0).local.size
    ([True, True], 0)
    """
    nobody = np.empty(0, dtype=np.int64)
    return Rules(np.ones(outlines, dtype=np.bool_), nobody, nobody, nobody, np.empty(0, dtype=np.bool_),
                 np.zeros(outlines + 1, dtype=np.int64), nobody, np.empty(outlines, dtype=np.int64))


@compiled
def rules_of(facts: Facts, members: Array) -> Rules:
    """Say how the outlines that a unit has to look at act."""
    stays = np.zeros(members.size, dtype=np.bool_)
    slices = works = 0
    for at in range(members.size):
        outline = members[at]
        stays[at] = facts.slice_first[outline] < facts.slice_first[outline + 1]
        slices += facts.slice_first[outline + 1] - facts.slice_first[outline]
        works += facts.work_first[outline + 1] - facts.work_first[outline]
    changes = np.empty(3 * slices, dtype=np.int64)
    local, releases = np.empty(works, dtype=np.int64), np.empty(works, dtype=np.int64)
    slices = works = 0
    for at in range(members.size):
        outline = members[at]
        for each in facts.slice_of[facts.slice_first[outline] : facts.slice_first[outline + 1]]:
            changes[slices], changes[slices + 1] = facts.slices[BEGIN, each], facts.slices[END, each]
            changes[slices + 2] = facts.hazards[KNOWN, facts.slices[HAZARD, each]]
            slices += 3
        for each in facts.work_of[facts.work_first[outline] : facts.work_first[outline + 1]]:
            local[works], releases[works] = at, each
            works += 1
    changes.sort()
    by_number = np.argsort(releases, kind="mergesort")
    order = by_number[np.argsort(facts.works[DAY, releases[by_number]], kind="mergesort")]
    era, late = np.empty(works, dtype=np.int64), np.zeros(works, dtype=np.bool_)
    first = np.zeros(members.size + 1, dtype=np.int64)
    for at in range(works):
        each = releases[order[at]]
        day = facts.works[DAY, each]
        era[at] = np.searchsorted(changes, day, side="right")
        first[1 + local[at]] += 1
        for name in facts.named[facts.named_first[each] : facts.named_first[each + 1]]:
            late[at] |= day > 0 and facts.hazards[KNOWN, name] > day
    local = local[order]
    return Rules(stays, local, era, facts.works[STRENGTH, releases[order]], late, np.cumsum(first),
                 np.argsort(local, kind="mergesort"), np.empty(members.size, dtype=np.int64))


@compiled
def _ways_to_lie(strip: Edges, outlines: int, place: Array, box: tuple[float, float, float, float]) -> Array:
    """Say how each outline that stands in a strip lies to a box (left, low, right, high): AWAY, CUT or OVER.

    OVER only where one edge alone stands left of the whole box; CUT wherever that is not plain.
    """
    left, low, right, high = box
    lines, of = strip.lines, strip.of
    way, one = np.zeros(outlines, dtype=np.int8), np.zeros(outlines, dtype=np.bool_)
    for e in range(of.size):
        at = place[of[e]]
        least, greatest = min(lines[e, X0], lines[e, X1]), max(lines[e, X0], lines[e, X1])
        if lines[e, Y0] == lines[e, Y1]:
            if low < lines[e, Y0] < high and least < right and greatest > left:
                way[at] = CUT
        elif lines[e, Y0] < high and lines[e, Y1] > low and least < right:
            spans = greatest <= left and lines[e, Y0] <= low and lines[e, Y1] >= high
            way[at] = OVER if spans and not one[at] and way[at] == AWAY else CUT
            one[at] = True
    return way


@compiled
def what_matters(strip: Edges, rules: Rules, subject: int, box: tuple[float, float, float, float]) -> Array:
    """Say which edges matter for the ground of the subject, all of which lies in a box; none where an outline before it
    covers all of that."""
    mine = standing(strip.of, rules.place)
    way = _ways_to_lie(strip, mine.size, rules.place, box)
    matters = np.zeros(mine.size, dtype=np.bool_)
    for at in range(mine.size):
        if mine[at] < subject and way[at] == OVER:
            nobody: Array = np.zeros(strip.of.size, dtype=np.bool_)
            return nobody
        # What outlines before the subject cover is theirs.
        matters[at] = mine[at] == subject or (way[at] != AWAY and (mine[at] < subject or rules.stays[mine[at]]))
    _mark_works(rules, mine, way, matters)
    chosen: Array = matters[rules.place[strip.of]]
    return chosen


@compiled
def _mark_works(rules: Rules, mine: Array, way: Array, matters: Array) -> None:
    """Mark which outlines matter for a release of theirs; all, where few of them lie over the whole box."""
    over, last = 0, -1
    for at in range(mine.size):
        if way[at] == OVER:
            over += rules.first[mine[at] + 1] - rules.first[mine[at]]
    if over <= KEPT_CLAIMS:
        matters |= way != AWAY
        return
    works = listed(rules.first, rules.works, mine)  # by day, then by number
    for at in range(works.size):
        if way[rules.place[rules.local[works[at]]]] == OVER:
            last = at
    seen = np.zeros(4, dtype=np.bool_)
    before = era = 0
    for at in range(works.size):
        each = works[at]
        local, strength = rules.place[rules.local[each]], rules.strength[each]
        if way[local] == AWAY:
            continue
        if rules.era[each] != era:  # they come in the order of days
            era = rules.era[each]
            seen[:] = False
        enough = KEPT_CLAIMS if way[local] == OVER else 1
        matters[local] |= not (before > enough and at < last and seen[strength]) or rules.late[each]
        if way[local] == OVER:
            before += 1
            seen[strength] = True


@compiled
def load_of(strip: Edges, place: Array, box: tuple[float, float, float, float]) -> float:
    """Estimate how many outlines lie on each other in a box: the sum of their boxes in it, as shares of it.

    `place` is scratch (see `standing`).
    """
    left, low, right, high = box
    lines, of = strip.lines, strip.of
    reach = np.empty((standing(of, place).size, 4))
    reach[:, 0], reach[:, 1], reach[:, 2], reach[:, 3] = right, high, left, low
    for e in range(of.size):
        each = reach[place[of[e]]]
        each[0] = min(each[0], max(left, min(lines[e, X0], lines[e, X1])))
        each[1] = min(each[1], max(low, lines[e, Y0]))
        each[2] = max(each[2], min(right, max(lines[e, X0], lines[e, X1])))
        each[3] = max(each[3], min(high, lines[e, Y1]))
    load = 0.0
    for each in reach:
        load += max(0.0, each[2] - each[0]) * max(0.0, each[3] - each[1])
    return load / ((right - left) * (high - low))
