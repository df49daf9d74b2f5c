"""What did each unit of ground live through, and how much of it: the bookings of a programme, unit by unit?

A unit is the ground of one outline less that of the outlines before it, so that units share no ground and each can be
counted alone: on another thread, on another machine, or again when one record changes. Areas are booked in hundredths
of a square metre; they are rounded so that the bookings of a unit add up to its area.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from whitestone.land.cells import ALLOWED, SPENT, TOO_MUCH
from whitestone.land.claims import CROWDED, KEPT_CLAIMS, OUTSIDE, TWICE
from whitestone.land.compiled import compiled, lean
from whitestone.land.gather import gather
from whitestone.land.outdone import rules_of
from whitestone.land.rings import Outlines
from whitestone.land.story import DAY, HAZARD, NEVER, STRENGTH, Facts, acts_on, claims, cover, list_days, tell
from whitestone.land.strips import BUSY_STEPS, count_at_once, count_cut
from whitestone.land.sweep import DONE, TOO_BUSY, Cells, Edges, Whole, clear

__all__ = [
    "CENTS", "CROWDED", "FULL_CLAIMS", "FULL_OUTPUT", "KEPT_CLAIMS", "NOISE_M2", "OUTSIDE", "TWICE", "Output",
    "count_told", "count_units", "in_lead", "new_output", "stories_of", "take_back", "write_story",
]  # fmt: skip

Array = np.ndarray[Any, Any]

NOISE_M2 = 1e-4
"""Areas below this are rounding of coordinates, not land (a square centimetre)."""
CENTS = 100.0
MANY = 24
"""So many numbers are put in order one by one; more are sorted."""
FULL_OUTPUT, FULL_CLAIMS = 3, 4
"""A unit ended because its bookings, or its claims, have no room; FULL of the sweep says that its cells have none."""


class Output(NamedTuple):
    """Where units write: `lines` (unit, then as `story.tell`) with their `cents`, and `sets` of claims.

    A set is unit, kind, cents, and where its members begin; `members` are (release, until which day). `counts` holds
    how many lines, sets and members there are. `key`, `slot` are a hash table of the lines of the unit at hand.
    """

    lines: Array
    cents: Array
    sets: Array
    members: Array
    counts: Array
    key: Array
    slot: Array


def new_output(lines: int, sets: int, members: int) -> Output:
    """Make room for so many lines (a power of two), sets and members.

    >>> new_output(8, 4, 4).lines.shape
    (8, 8)
    """
    return Output(
        np.empty((lines, 8), dtype=np.int32), np.zeros(lines, dtype=np.int64), np.empty((sets + 1, 4), dtype=np.int64),
        np.empty((members, 2), dtype=np.int32), np.zeros(3, dtype=np.int64), np.zeros(2 * lines, dtype=np.uint64),
        np.full(2 * lines, -1, dtype=np.int32),
    )  # fmt: skip


@lean
def _mix(key: Whole, value: Whole) -> Whole:
    z = (key ^ np.uint64(value)) * np.uint64(0x9E3779B97F4A7C15)
    return z ^ (z >> np.uint64(29))


@lean
def _count_covering(facts: Facts, cells: Cells, members: Array, cell: int) -> tuple[int, int]:
    """Count the slices and the releases that the outlines of a cell stand for."""
    slices = works = 0
    for at in range(cells.first[cell], cells.first[cell + 1]):
        outline = members[cells.items[at]]
        slices += facts.slice_first[outline + 1] - facts.slice_first[outline]
        works += facts.work_first[outline + 1] - facts.work_first[outline]
    return slices, works


@lean
def _list_covering(facts: Facts, cells: Cells, members: Array, cell: int, covering: Array, releases: Array) -> None:
    """Write down the slices and the releases that the outlines of a cell stand for; few in order, many as they come."""
    slices = works = 0
    for at in range(cells.first[cell], cells.first[cell + 1]):
        outline = members[cells.items[at]]
        for each in range(facts.slice_first[outline], facts.slice_first[outline + 1]):
            _put_in(covering, slices, facts.slice_of[each])
            slices += 1
        for each in range(facts.work_first[outline], facts.work_first[outline + 1]):
            _put_in(releases, works, facts.work_of[each])
            works += 1


@lean
def _put_in(numbers: Array, count: int, number: Whole) -> None:
    """Put a number behind so many others: where it belongs if there will be few, else at the end."""
    if numbers.size <= MANY:
        while count > 0 and numbers[count - 1] > number:
            numbers[count] = numbers[count - 1]
            count -= 1
    numbers[count] = number


@lean
def _order_few(numbers: Array) -> None:
    """Put numbers in order, if they are few."""
    for at in range(numbers.size if numbers.size <= MANY else 0):
        _put_in(numbers, at, numbers[at])


@compiled
def _fewer(facts: Facts, covering: Array, releases: Array) -> Array:
    """Leave out releases that change neither the story nor which claims are kept, where very many lie on each other."""
    by_day = releases[np.argsort(facts.works[DAY, releases], kind="mergesort")]
    keep = np.zeros(by_day.size, dtype=np.bool_)
    keep[0] = keep[1] = keep[-1] = True
    for at in range(covering.size):
        hazard = facts.slices[HAZARD, covering[at]]
        # Of the releases that act on one hazard only those count that are earlier or stronger than all others. For its
        # parts those count that found it here on their day (see `story.taken_on`).
        for here in range(2):
            best = np.full(4, NEVER, dtype=np.int64)
            chosen = np.full(4, -1, dtype=np.int64)
            for each in range(by_day.size):
                day, strength = acts_on(facts, by_day[each], hazard), facts.works[STRENGTH, by_day[each]]
                if day == NEVER or (here == 1 and cover(facts, covering, hazard, day) < 0):
                    continue
                if day < best[strength] or (day == best[strength] and by_day[each] < by_day[chosen[strength]]):
                    best[strength], chosen[strength] = day, each
            for strength in range(1, 4):
                if chosen[strength] >= 0:
                    keep[chosen[strength]] = True
    kept = by_day[keep]
    kept.sort()
    return kept


@lean
def _hash(facts: Facts, lines: Array, releases: Array, until: Array) -> Whole:
    """Mix all that a story says into one key: equal stories have equal keys, others have not."""
    key: Whole = np.uint64(lines.shape[0] + 1)
    for at in range(lines.shape[0]):
        for each in range(7):
            key = _mix(key, lines[at, each])
    if _has_claims(facts, releases, until):
        for at in range(releases.size):
            key = _mix(_mix(key, releases[at] + 1), until[at])
    return key


@lean
def _has_claims(facts: Facts, releases: Array, until: Array) -> bool:
    return releases.size > 1 or (releases.size == 1 and until[0] > facts.works[DAY, releases[0]])


@lean
def _first_account(lines: Array) -> Whole:
    """Number the account from which a story's ground leaves first: those stand together, and are rounded together."""
    for at in range(lines.shape[0]):
        if lines[at, 4] >= 0:
            return lines[at, 4] * (1 << 31) + lines[at, 2]
    return -1


@compiled
def in_lead(keys: Array, lead: Array) -> Array:
    """Put stories in order: by the release that leads, then as they were met, equal ones together.

    Never by the key itself: it mixes the numbers of hazards and releases, and what is rounded up or down must not
    depend on how a part of a programme numbers them.
    """
    by_key = np.argsort(keys, kind="mergesort")
    met = np.empty(keys.size, dtype=np.int64)
    for at in range(keys.size):
        same = at > 0 and keys[by_key[at]] == keys[by_key[at - 1]]
        met[by_key[at]] = met[by_key[at - 1]] if same else by_key[at]
    as_met = np.argsort(met, kind="mergesort")
    return as_met[np.argsort(lead[as_met], kind="mergesort")]


@lean
def _write_lines(lines: Array, cents: Whole, unit: int, first: int, output: Output) -> bool:
    """Add the lines of a story to those of its unit; says whether there was room."""
    for at in range(lines.shape[0]):
        key: Whole = np.uint64(1)
        for each in range(7):
            key = _mix(key, lines[at, each])
        mask = np.uint64(output.key.size - 1)
        place = np.int64(key & mask)
        while output.slot[place] >= first and output.key[place] != key:
            place = np.int64(np.uint64(place + 1) & mask)
        number = np.int64(output.slot[place])
        if number < first:  # what earlier units wrote there is of no matter
            number = output.counts[0]
            if number + 1 >= output.cents.size:
                return False
            output.key[place], output.slot[place] = key, number
            output.lines[number, 0] = unit
            for each in range(7):
                output.lines[number, 1 + each] = lines[at, each]
            output.cents[number] = 0
            output.counts[0] = number + 1
        output.cents[number] += cents
    return True


@lean
def _write_set(facts: Facts, releases: Array, until: Array, kind: int, unit: int, cents: Whole, output: Output) -> bool:
    """Write one set of claims, if it has members; says whether there was room."""
    number, first = output.counts[1], output.counts[2]
    count = first
    if number + 1 >= output.sets.shape[0] or count + releases.size > output.members.shape[0]:
        return False
    for at in range(releases.size):
        if kind != OUTSIDE or until[at] > facts.works[DAY, releases[at]]:
            output.members[count, 0], output.members[count, 1] = releases[at], until[at]
            count += 1
    if count > first:
        output.sets[number, 0], output.sets[number, 1], output.sets[number, 2] = unit, kind, cents
        output.sets[number, 3] = first
        output.counts[1], output.counts[2] = number + 1, count
    return True


@compiled
def stories_of(facts: Facts, cells: Cells, members: Array) -> Any:
    """Tell what each cell lived through: stories (lines, releases, until, area, kind of claims), keys and leads.

    What is only needed while one cell is told lies in arrays that serve for all; what is called with the facts makes
    no arrays (see `lean`), because the facts would be counted in and out for every cell.
    """
    stories = [(np.empty((0, 7), dtype=np.int64), members[:0], members[:0], 0.0, TWICE)][:0]
    keys = np.empty(cells.counts[0], dtype=np.uint64)
    lead = np.empty(cells.counts[0], dtype=np.int64)
    numbers, room = np.empty(0, dtype=np.int64), np.empty((0, 7), dtype=np.int64)
    for cell in range(cells.counts[0]):
        if cells.area[cell] <= 0.0:
            continue
        slices, works = _count_covering(facts, cells, members, cell)
        count = 3 * slices + works
        if numbers.size < 2 * slices + count:
            numbers = np.empty(2 * (2 * slices + count), dtype=np.int64)
            room = np.empty((8 * (slices + count), 7), dtype=np.int64)
        covering, gone = numbers[:slices], numbers[slices : 2 * slices]
        releases = np.empty(works, dtype=np.int64)
        _list_covering(facts, cells, members, cell, covering, releases)
        if max(slices, works) > MANY:
            covering.sort()
            releases.sort()
        kind = TWICE
        if works > KEPT_CLAIMS:
            kind, releases = CROWDED, _fewer(facts, covering, releases)
        days = numbers[2 * slices : 2 * slices + 3 * slices + releases.size]
        list_days(facts, covering, releases, days)
        _order_few(days)
        if days.size > MANY:
            days.sort()
        cells.toil[SPENT] += days.size * (slices + releases.size) + slices * works
        lines = room[: tell(facts, covering, releases, days, gone, room)].copy()
        until = np.empty(releases.size, dtype=np.int64)
        claims(facts, covering, releases, until)
        keys[len(stories)], lead[len(stories)] = _hash(facts, lines, releases, until), _first_account(lines)
        keys[len(stories)] = _mix(keys[len(stories)], kind)
        stories.append((lines, releases, until, cells.area[cell], kind))
    return stories, keys[: len(stories)], lead[: len(stories)]


@lean
def write_story(facts: Facts, story: Any, cents: Whole, unit: int, first: int, output: Output) -> int:
    """Book so many hundredths with a story; DONE, or which part of the output has no room."""
    lines, releases, until, _, kind = story
    if cents == 0:
        return DONE
    if not _write_lines(lines, cents, unit, first, output):
        return FULL_OUTPUT
    if _has_claims(facts, releases, until):
        if not _write_set(facts, releases, until, OUTSIDE, unit, cents, output):
            return FULL_CLAIMS
        if releases.size > 1 and not _write_set(facts, releases, until, kind, unit, cents, output):
            return FULL_CLAIMS
    return DONE


@lean
def take_back(output: Output, before: Any) -> None:
    """Forget what was written since the output held so many lines, sets and members."""
    output.counts[0], output.counts[1], output.counts[2] = before
    output.slot[:] = -1


@compiled
def _book(facts: Facts, cells: Cells, members: Array, unit: int, output: Output) -> int:
    """Write what the cells of a unit lived through; DONE, or what is full, with nothing of the unit written."""
    before = output.counts[0], output.counts[1], output.counts[2]
    stories, keys, lead = stories_of(facts, cells, members)
    count = len(stories)
    order = in_lead(keys, lead)
    at = 0
    sum_m2, booked = 0.0, np.int64(0)
    while at < count:
        story = stories[order[at]]
        area = story[3]
        at += 1
        while at < count and keys[order[at]] == keys[order[at - 1]]:
            area += stories[order[at]][3]
            at += 1
        sum_m2 += area  # also of what is too small for a booking of its own: the next one carries it
        if area < NOISE_M2:
            continue
        cents = np.int64(np.round(sum_m2 * CENTS)) - booked
        booked += cents
        status = write_story(facts, story, cents, unit, before[0], output)
        if status != DONE:
            take_back(output, before)
            return status
    return DONE


@compiled
def count_told(facts: Facts, members: Array, edges: Edges, n: int, cells: Cells, subject: Whole) -> int:
    """Count the ground of the subject; DONE or FULL. Where it has to be cut, releases that change nothing that is told
    there are left out."""
    status = count_at_once(edges, n, cells, subject, BUSY_STEPS)
    if status != TOO_BUSY:
        return status
    return count_cut(edges, n, rules_of(facts, members), cells, subject, BUSY_STEPS)


@compiled
def count_units(shapes: Outlines, facts: Facts, first: Array, members: Array, chosen: Array, across: int,
                edges: Edges, cells: Cells, output: Output) -> tuple[int, int]:
    """Count and book the chosen units one after the other; returns how many were booked, and why it ended.

    `members[first[u]:first[u + 1]]` are the outlines whose boxes meet that of unit u, in order, its own among them.
    DONE: all; FULL: the cells, FULL_OUTPUT or FULL_CLAIMS: the output has no room for the next unit; TOO_MUCH: more
    steps were taken than are allowed.
    """
    pen = np.empty(4)
    for at in range(chosen.size):
        unit = chosen[at]
        mine = members[first[unit] : first[unit + 1]]
        clear(cells)
        subject = np.searchsorted(mine, unit)
        n = gather(shapes, mine, shapes.boxes[unit], across, edges, pen, subject)
        status = count_told(facts, mine, edges, n, cells, subject)
        if status == DONE:
            status = _book(facts, cells, mine, unit, output)
        if status == DONE and cells.toil[SPENT] > cells.toil[ALLOWED]:
            status = TOO_MUCH
        if status != DONE:
            return at, status
    return chosen.size, DONE
