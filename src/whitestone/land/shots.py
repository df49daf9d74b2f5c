"""How much stands in the account on each day, told again in another way?

A sum that closes by construction proves nothing by itself. Here the ground is swept along the other axis, and what
stands on a day is asked of that day alone: is there a hazard that covers the point, and has no release taken it from
that hazard by then? No owner, no flow, no rounding. The difference to the bookings is the residual.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from whitestone.land.compiled import compiled
from whitestone.land.gather import gather
from whitestone.land.rings import Outlines
from whitestone.land.story import BEGIN, END, HAZARD, NEVER, Facts, listed, taken_on
from whitestone.land.sweep import DONE, Cells, Edges, Whole, clear
from whitestone.land.units import FULL_OUTPUT, count_told

__all__ = ["count_shots", "tell_cells"]

Array = np.ndarray[Any, Any]


@compiled
def _ends(facts: Facts, outlines: Array) -> tuple[Array, Array]:
    """Give the days from and until which the ground below some outlines stands, slice by slice."""
    covering = listed(facts.slice_first, facts.slice_of, outlines)
    begins, ends = np.empty(covering.size, dtype=np.int64), np.empty(covering.size, dtype=np.int64)
    count = 0
    for one in covering:
        gone = NEVER
        for other in outlines:
            for release in facts.work_of[facts.work_first[other] : facts.work_first[other + 1]]:
                gone = min(gone, taken_on(facts, covering, release, facts.slices[HAZARD, one]))
        begins[count], ends[count] = facts.slices[BEGIN, one], min(facts.slices[END, one], gone)
        if begins[count] < ends[count]:
            count += 1
    return begins[:count], ends[:count]


@compiled
def _tell_stock(begins: Array, ends: Array, area_m2: float, days: list[int], changes: list[float]) -> None:
    """Write on which days the ground begins and ceases to stand: the union of the spans of its slices."""
    order = np.argsort(begins)
    at = 0
    while at < order.size:
        begin, end = begins[order[at]], ends[order[at]]
        while at + 1 < order.size and begins[order[at + 1]] <= end:
            at += 1
            end = max(end, ends[order[at]])
        days.append(begin)
        changes.append(area_m2)
        if end < NEVER:
            days.append(end)
            changes.append(-area_m2)
        at += 1


@compiled
def tell_cells(facts: Facts, cells: Cells, members: Array) -> Any:
    """List on which days the ground of cells begins and ceases to stand, and by how many m2 each changes the stock."""
    days, changes = [0][:0], [0.0][:0]
    for cell in range(cells.counts[0]):
        if cells.area[cell] == 0.0:
            continue
        outlines = members[cells.items[cells.first[cell] : cells.first[cell + 1]]]
        begins, ends = _ends(facts, outlines)
        if begins.size > 0:
            _tell_stock(begins, ends, cells.area[cell], days, changes)
    return days, changes


@compiled
def _sum_days(days: list[int], changes: list[float], unit: int, rows: Array, areas: Array, count: int) -> int:
    """Add up by day what the cells of a unit tell; returns the new count of rows, -1 without room."""
    by_day = np.argsort(np.array(days), kind="mergesort")
    for at in range(by_day.size):
        day = days[by_day[at]]
        if at == 0 or day != days[by_day[at - 1]]:
            if count >= areas.size:
                return -1
            rows[count, 0], rows[count, 1], areas[count] = unit, day, 0.0
            count += 1
        areas[count - 1] += changes[by_day[at]]
    return count


@compiled
def count_shots(shapes: Outlines, facts: Facts, first: Array, members: Array, chosen: Array, edges: Edges,
                cells: Cells, rows: Array, areas: Array) -> tuple[int, int, int]:
    """Tell the stock of the chosen units: rows (unit, day) and by how many m2 it changes then.

    Returns how many units were told, why it ended (as `units.count_units`), and how many rows there are.
    """
    count: Whole = np.int64(0)
    pen = np.empty(4)
    for at in range(chosen.size):
        unit = chosen[at]
        mine = members[first[unit] : first[unit + 1]]
        clear(cells)
        subject = np.searchsorted(mine, unit)
        n = gather(shapes, mine, shapes.boxes[unit], np.int64(1), edges, pen, subject)
        status = count_told(facts, mine, edges, n, cells, subject)
        if status != DONE:
            return at, status, count
        days, changes = tell_cells(facts, cells, mine)
        if len(days) > 0:
            after = _sum_days(days, changes, unit, rows, areas, count)
            if after < 0:
                return at, FULL_OUTPUT, count
            count = after
    return chosen.size, DONE, count
