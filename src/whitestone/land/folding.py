"""How is ground of millions of combinations told without keeping all of them?

Strip by strip: as soon as the cells have no room, what they lived through is booked, and they are forgotten. What stays
for each account (what a release took from a hazard) is how much ground was told and how much of it is booked. So each
account is rounded once, however many strips there were, and in the end all of them add up to the area of the unit.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from whitestone.land.cells import place_of
from whitestone.land.compiled import compiled
from whitestone.land.gather import gather
from whitestone.land.outdone import Rules, rules_of
from whitestone.land.rings import Outlines
from whitestone.land.shots import tell_cells
from whitestone.land.story import Facts
from whitestone.land.strips import BUSY_STEPS, count_strips, cut_strip, waiting_strips
from whitestone.land.sweep import DONE, FULL, Cells, Edges, Whole, clear
from whitestone.land.units import CENTS, NOISE_M2, Output, in_lead, stories_of, take_back, write_story

__all__ = ["count_crowded", "shots_crowded"]

Array = np.ndarray[Any, Any]


@compiled
def count_crowded(shapes: Outlines, facts: Facts, first: Array, members: Array, unit: int, edges: Edges, cells: Cells,
                  output: Output) -> tuple[int, int, Output]:
    """Count and book one unit strip by strip; returns how many were booked, why it ended (as `count_units`), and the
    output: another one, with what this one held, where it had too little room.

    FULL only where a single strip has no room and cannot be cut.
    """
    mine = members[first[unit] : first[unit + 1]]
    subject = np.searchsorted(mine, unit)
    waiting = waiting_strips(edges, gather(shapes, mine, shapes.boxes[unit], np.int64(0), edges, np.empty(4), subject))
    rules = rules_of(facts, mine)
    before = output.counts[0], output.counts[1], output.counts[2]
    numbers, sums, booked = {np.int64(-2): np.int64(-1)}, [0.0][:0], [np.int64(0)][:0]
    kept = [(np.empty((0, 7), dtype=np.int64), mine[:0], mine[:0], 0.0, 0)][:0]
    while len(waiting) > 0:
        status = _next_strips(waiting, rules, cells, subject)
        if status != DONE:
            take_back(output, before)
            return 0, status, output
        output = _fold(facts, cells, mine, unit, output, before[0], numbers, sums, booked, kept)
    return 1, DONE, _settle_accounts(facts, unit, output, before[0], numbers, sums, booked, kept)


@compiled
def _next_strips(waiting: Any, rules: Rules, cells: Cells, subject: Whole) -> int:
    """Count as many strips as the cells have room for; FULL where that is none."""
    while True:
        clear(cells)
        status = count_strips(waiting, rules, cells, subject, BUSY_STEPS)
        if status != FULL:
            return status
        for cell in range(cells.counts[0]):
            if cells.area[cell] != 0.0:
                return DONE
        if not cut_strip(waiting, waiting.pop(), rules, subject, np.bool_(True)):
            return FULL


@compiled
def _fold(facts: Facts, cells: Cells, members: Array, unit: int, output: Output, first: int, numbers: Any, sums: Any,
          booked: Any, kept: Any) -> Output:
    """Book what the cells lived through, and return the output (see `_with_room`).

    Of each account one story is kept, the shortest, to settle it in the end.
    """
    stories, keys, lead = stories_of(facts, cells, members)
    order = in_lead(keys, lead)
    at = 0
    while at < order.size:
        story, account = stories[order[at]], lead[order[at]]
        area = story[3]
        at += 1
        while at < order.size and keys[order[at]] == keys[order[at - 1]]:
            area += stories[order[at]][3]
            at += 1
        number = numbers.get(account, np.int64(-1))
        if number < 0:
            number = np.int64(len(sums))
            numbers[account] = number
            sums.append(0.0)
            booked.append(np.int64(0))
            kept.append((story[0][:0], members[:0], members[:0], 0.0, 0))
        sums[number] += area
        if area < NOISE_M2:
            continue
        length = kept[number][0].shape[0]
        if length == 0 or story[0].shape[0] < length:
            kept[number] = (story[0].copy(), members[:0], members[:0], 0.0, 0)
        cents = np.int64(np.round(sums[number] * CENTS)) - booked[number]
        booked[number] += cents
        output = _with_room(output, story, first)
        write_story(facts, story, cents, unit, first, output)
    return output


@compiled
def _settle_accounts(facts: Facts, unit: int, output: Output, first: int, numbers: Any, sums: Any, booked: Any,
                     kept: Any) -> Output:
    """Move a hundredth here and there, so that the accounts add up to the area of the unit; returns the output."""
    leads = np.empty(len(sums), dtype=np.int64)
    for lead, number in numbers.items():
        if number >= 0:
            leads[number] = lead
    sum_m2, total = 0.0, np.int64(0)
    for number in np.argsort(leads):
        sum_m2 += sums[number]
        if kept[number][0].shape[0] == 0:
            continue
        cents = np.int64(np.round(sum_m2 * CENTS)) - total
        total += cents
        output = _with_room(output, kept[number], first)
        write_story(facts, kept[number], cents - booked[number], unit, first, output)
    return output


@compiled
def _with_room(output: Output, story: Any, first: int) -> Output:
    """Give an output that has room for a story: this one, or a larger one that holds what it holds.

    `first` is the first line of the unit at hand. A unit of millions of claims is not counted anew for want of room.
    """
    more, releases = story[0].shape[0], story[1].size
    lines, sets, members = output.counts
    room = output.cents.size
    if (lines + more < room and sets + 2 < output.sets.shape[0]
            and members + 2 * releases <= output.members.shape[0]):
        return output
    while lines + more >= room:
        room *= 2
    larger = Output(
        np.empty((room, 8), dtype=np.int32), np.zeros(room, dtype=np.int64),
        np.empty((max(output.sets.shape[0], 2 * (sets + 2)), 4), dtype=np.int64),
        np.empty((max(output.members.shape[0], 2 * (members + 2 * releases)), 2), dtype=np.int32),
        output.counts, np.zeros(2 * room, dtype=np.uint64), np.full(2 * room, -1, dtype=np.int32),
    )  # fmt: skip
    larger.lines[:lines], larger.cents[:lines] = output.lines[:lines], output.cents[:lines]
    larger.sets[:sets], larger.members[:members] = output.sets[:sets], output.members[:members]
    for at in range(output.slot.size):
        if output.slot[at] >= first:
            place = place_of(larger.key, larger.slot, output.key[at])
            larger.key[place], larger.slot[place] = output.key[at], output.slot[at]
    return larger


@compiled
def shots_crowded(shapes: Outlines, facts: Facts, first: Array, members: Array, unit: int, edges: Edges, cells: Cells
                  ) -> tuple[int, Array, Array]:
    """Tell the stock of one unit strip by strip: why it ended, on which days it changes, and by how many m2."""
    mine = members[first[unit] : first[unit + 1]]
    subject = np.searchsorted(mine, unit)
    waiting = waiting_strips(edges, gather(shapes, mine, shapes.boxes[unit], np.int64(1), edges, np.empty(4), subject))
    rules = rules_of(facts, mine)
    by_day = {np.int64(-1): 0.0}
    status = DONE
    while len(waiting) > 0 and status == DONE:
        status = _next_strips(waiting, rules, cells, subject)
        if status == DONE:
            days, changes = tell_cells(facts, cells, mine)
            for at in range(len(days)):
                by_day[days[at]] = by_day.get(days[at], 0.0) + changes[at]
    found, areas = np.empty(len(by_day) - 1, dtype=np.int64), np.empty(len(by_day) - 1)
    count = 0
    for day in by_day:
        if day >= 0:
            found[count], areas[count] = day, by_day[day]
            count += 1
    order = np.argsort(found)
    return status, found[order], areas[order]
