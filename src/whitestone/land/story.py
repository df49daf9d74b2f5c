"""What happened to a point of ground, day by day, when these slices of hazards and these releases cover it?

The rules of the ledger (docs/guides/ledger.md) for one combination of outlines: who owned the ground, when it entered
and left the account, and by whose work. No geometry here, and no area: the same story holds for every point of a cell.
Everything is compiled; days, slices, hazards and releases are whole numbers.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from whitestone.land.compiled import compiled, lean
from whitestone.land.marks import (
    DECREASE,
    DISCOVERED,
    INCREASE,
    NEVER,
    OWN_IN,
    OWN_OUT,
    RECLASSIFIED,
    RELEASED,
    TRANSFER,
)  # fmt: skip
from whitestone.land.sweep import Whole

__all__ = [
    "DECREASE", "DISCOVERED", "INCREASE", "NEVER", "OWN_IN", "OWN_OUT", "RECLASSIFIED", "TRANSFER",
    "Facts", "acts_on", "claims", "cover", "list_days", "listed", "taken_on", "tell",
]  # fmt: skip

Array = np.ndarray[Any, Any]

HAZARD, BEGIN, END, RANK, ACCOUNT = 0, 1, 2, 3, 4
"""Rows of slices: whose, from and until which day, its rank where hazards overlap (the least owns), its account."""
KNOWN, MEASURED = 0, 1
"""Rows of hazards: the first day on which one is known, and on which it has ground."""
DAY, STRENGTH = 0, 1
"""Rows of releases: when one acts (0: undated), and how strong its outcome is."""


class Facts(NamedTuple):
    """Slices, hazards and releases as whole numbers, and which of them each outline stands for.

    `named[named_first[r]:named_first[r + 1]]` are the hazards that release r names, in order; in the same way
    `slice_of` and `work_of` hold the slices and the releases of each outline, and `kin` the hazards out of which each
    hazard came by splits and merges, its parents and theirs.
    """

    slices: Array
    hazards: Array
    works: Array
    named_first: Array
    named: Array
    slice_first: Array
    slice_of: Array
    work_first: Array
    work_of: Array
    kin_first: Array
    kin: Array


@compiled
def listed(first: Array, values: Array, outlines: Array) -> Array:
    """List in their order the values of some outlines: `values[first[o]:first[o + 1]]` are those of outline o.

    >>> one = np.array([0], dtype=np.int64)
    >>> listed(np.array([0, 2, 3]), np.array([7, 5, 6]), one).tolist(), listed(one, one[:0], one[:0]).tolist()
    ([5, 7], [])
    """
    count = 0
    for each in outlines:
        count += first[each + 1] - first[each]
    found = np.empty(count, dtype=np.int64)
    count = 0
    for each in outlines:
        for at in range(first[each], first[each + 1]):
            found[count] = values[at]
            count += 1
    found.sort()
    return found


@lean
def acts_on(facts: Facts, release: int, hazard: int) -> Whole:
    """Give the day on which a release acts on a hazard that it crosses; NEVER where it does not.

    It acts on what was known on its day, on what it names, and without a date on everything; never before the hazard
    is known, because ground cannot leave an account that it has not entered.
    """
    day, known = facts.works[DAY, release], facts.hazards[KNOWN, hazard]
    if day == 0 or known <= day:
        return max(day, known)
    for at in range(facts.named_first[release], facts.named_first[release + 1]):
        if facts.named[at] == hazard:
            return known
    return NEVER


@lean
def cover(facts: Facts, covering: Array, hazard: int, day: int) -> Whole:
    """Find the slice of a hazard that covers the point on a day; -1 where none does.

    Slices are numbered hazard by hazard, so those of one are found in the middle of very many at once.
    """
    slices = facts.slices
    low, high = 0, covering.size
    while low < high:
        middle = (low + high) // 2
        if slices[HAZARD, covering[middle]] < hazard:
            low = middle + 1
        else:
            high = middle
    while low < covering.size and slices[HAZARD, covering[low]] == hazard:
        each = covering[low]
        if slices[BEGIN, each] <= day < slices[END, each]:
            return each
        low += 1
    return -1


@lean
def taken_on(facts: Facts, covering: Array, release: int, hazard: int) -> Whole:
    """Give the first day on which a release takes the point from a hazard that covers it; NEVER where it does not.

    A part is the ground of the hazards that it came from: what a release took here from one of those, before the part
    was known, is not there for the part either. So a split conserves ground, also when paper about the time before it
    comes late.
    """
    day, known = acts_on(facts, release, hazard), facts.hazards[KNOWN, hazard]
    for at in range(facts.kin_first[hazard], facts.kin_first[hazard + 1]):
        earlier = acts_on(facts, release, facts.kin[at])
        if earlier < min(day, known) and cover(facts, covering, facts.kin[at], earlier) >= 0:
            day = earlier
    return day


@lean
def _passed(facts: Facts, covering: Array, hazard: int, day: int) -> int:
    """Find the slice that covers the point on a day and came out of a hazard; the first in rank, -1 where none does."""
    slices = facts.slices
    found = -1
    for at in range(covering.size):
        each = covering[at]
        if not slices[BEGIN, each] <= day < slices[END, each]:
            continue
        own = slices[HAZARD, each]
        for kin in range(facts.kin_first[own], facts.kin_first[own + 1]):
            if facts.kin[kin] == hazard and (found < 0 or slices[RANK, each] < slices[RANK, found]):
                found = each
    return found


@lean
def _find_gone(facts: Facts, covering: Array, releases: Array, gone: Array) -> None:
    """Give for each covering slice the first day on which a release takes the point from its hazard."""
    gone[:] = NEVER
    for at in range(covering.size):
        hazard = facts.slices[HAZARD, covering[at]]
        if at > 0 and facts.slices[HAZARD, covering[at - 1]] == hazard:
            gone[at] = gone[at - 1]
            continue
        for each in range(releases.size):
            gone[at] = min(gone[at], taken_on(facts, covering, releases[each], hazard))


@lean
def _owner(facts: Facts, covering: Array, gone: Array, day: int, after: int) -> int:
    """Find the slice that owns the point before (0) or after (1) the releases of a day; -1 where none does."""
    slices = facts.slices
    owner = -1
    for at in range(covering.size):
        each = covering[at]
        holds = slices[BEGIN, each] <= day < slices[END, each] and gone[at] >= day + after
        if holds and (owner < 0 or slices[RANK, each] < slices[RANK, owner]):
            owner = each
    return owner


@lean
def _strongest(facts: Facts, releases: Array, hazard: int, day: int, above: int) -> int:
    """Find the release that acts first on a hazard on a day: the strongest above a strength, then the least number."""
    found = -1
    for at in range(releases.size):
        each = releases[at]
        strength = facts.works[STRENGTH, each]
        least = above if found < 0 else facts.works[STRENGTH, found]
        if strength > least and acts_on(facts, each, hazard) == day:
            found = each
    return found


@lean
def list_days(facts: Facts, covering: Array, releases: Array, days: Array) -> int:
    """List the days on which anything may happen at the point, as they come; returns how many: three for each slice
    and one for each release.

    A release acts on its own day or on the one since which a hazard is known (see `acts_on`): so these are all days
    there can be, without looking at each pair. On a day more than needed nothing happens.
    """
    count = 0
    for at in range(covering.size):
        days[count], days[count + 1] = facts.slices[BEGIN, covering[at]], facts.slices[END, covering[at]]
        days[count + 2] = facts.hazards[KNOWN, facts.slices[HAZARD, covering[at]]]
        count += 3
    for each in range(releases.size):
        days[count] = facts.works[DAY, releases[each]]
        count += 1
    return count


@lean
def _write(lines: Array, n: int, day: int, column: int, facts: Facts, source: int, release: int, target: int) -> int:
    """Write a line: day, column, hazard and account of a slice, release, hazard and account that it passes to."""
    lines[n, 0], lines[n, 1] = day, column
    lines[n, 2], lines[n, 3] = facts.slices[HAZARD, source], facts.slices[ACCOUNT, source]
    lines[n, 4] = release
    lines[n, 5] = facts.slices[HAZARD, target] if target >= 0 else -1
    lines[n, 6] = facts.slices[ACCOUNT, target] if target >= 0 else -1
    return n + 1


@lean
def _change(facts: Facts, lines: Array, n: int, day: int, old: int, new: int) -> int:
    """Write what a change of the records moves."""
    if old < 0 and new >= 0:
        measured = facts.hazards[MEASURED, facts.slices[HAZARD, new]]
        return _write(lines, n, day, INCREASE if measured < day else DISCOVERED, facts, new, -1, -1)
    if old >= 0 and new < 0:
        return _write(lines, n, day, DECREASE, facts, old, -1, -1)
    if old >= 0 and facts.slices[ACCOUNT, old] != facts.slices[ACCOUNT, new]:
        return _write(lines, n, day, TRANSFER, facts, old, -1, new)
    return n


@lean
def _own_lines(facts: Facts, covering: Array, gone: Array, lines: Array, n: int) -> int:
    """Write when each hazard, whoever else claims the point, has it and has it no more.

    The slices of a hazard stand one after the other in the order of their days, and nothing but they and the day on
    which it is gone decide.
    """
    has: Whole = np.int64(-1)
    until: Whole = np.int64(NEVER)
    for at in range(covering.size):
        each = covering[at]
        begin, end = facts.slices[BEGIN, each], min(facts.slices[END, each], gone[at])
        if has >= 0 and (facts.slices[HAZARD, has] != facts.slices[HAZARD, each] or begin != until or begin >= end):
            if until < NEVER:
                n = _write(lines, n, until, OWN_OUT, facts, has, -1, -1)
            has = -1
        if begin < end:
            if has < 0:
                n = _write(lines, n, begin, OWN_IN, facts, each, -1, -1)
            has, until = each, end
    if has >= 0 and until < NEVER:
        n = _write(lines, n, until, OWN_OUT, facts, has, -1, -1)
    return n


@lean
def tell(facts: Facts, covering: Array, releases: Array, days: Array, gone: Array, lines: Array) -> int:
    """Tell the story of a point covered by slices and releases (both in order): its lines, see `_write`; how many.

    `days` are those of `list_days` in order; `gone` is scratch, a number for each slice; `lines` has room for four
    lines a day and two a slice. On each day the records change first, then the releases of the day act; ground that
    another hazard still holds, on which they do not act, passes to it. A stronger outcome over ground that left by a
    weaker one is a pair: the work, and the same ground given back in RECLASSIFIED, whose line carries the weaker
    strength as its last number.
    """
    _find_gone(facts, covering, releases, gone)
    n: Whole = np.int64(0)
    owner: Whole = np.int64(-1)
    out: Whole = np.int64(-1)
    strength: Whole = np.int64(0)
    for at in range(days.size):
        day = days[at]
        if day >= NEVER or (at > 0 and day == days[at - 1]):
            continue
        new = _owner(facts, covering, gone, day, 0)
        n = _change(facts, lines, n, day, owner, new)
        owner = new
        held = cover(facts, covering, out, day) if out >= 0 else -1
        if out >= 0 and held < 0:
            held = _passed(facts, covering, out, day)
            out = facts.slices[HAZARD, held] if held >= 0 else -1
        if owner >= 0 or held < 0:
            out = -1
        if out >= 0:
            stronger = _strongest(facts, releases, out, day, strength)
            if stronger >= 0:
                n = _write(lines, n, day, RELEASED + facts.works[STRENGTH, stronger], facts, held, stronger, -1)
                n = _write(lines, n, day, RECLASSIFIED, facts, held, stronger, -1)
                lines[n - 1, 6] = strength
                strength = facts.works[STRENGTH, stronger]
        if owner < 0:
            continue
        hazard = facts.slices[HAZARD, owner]
        heir = _owner(facts, covering, gone, day, 1)
        if heir < 0:
            first = _strongest(facts, releases, hazard, day, 0)
            strength = facts.works[STRENGTH, first]
            n = _write(lines, n, day, RELEASED + strength, facts, owner, first, -1)
            owner, out = -1, hazard
        elif facts.slices[HAZARD, heir] != hazard:
            n = _write(lines, n, day, TRANSFER, facts, owner, -1, heir)
            owner = heir
    return _own_lines(facts, covering, gone, lines, n)


@lean
def claims(facts: Facts, covering: Array, releases: Array, until: Array) -> None:
    """Give for each release the day until which it lies here outside every hazard on which it acts (NEVER: always).

    A release that acts here on its own day is outside until that day, that is on no day at all.
    """
    until[:] = NEVER
    for at in range(releases.size):
        for each in range(covering.size):
            hazard = facts.slices[HAZARD, covering[each]]
            day = acts_on(facts, releases[at], hazard)
            if day < until[at] and cover(facts, covering, hazard, day) >= 0:
                until[at] = day
