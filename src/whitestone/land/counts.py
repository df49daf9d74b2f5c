"""How many hazards stood open at the beginning and the end of a period, and what changed their number?

Counts do not follow the square metres: a split makes two of one and moves no ground. They have an identity of their
own, in each class and in each row:

    closing = opening + newly_identified + split_from + merged_from + reopened + from other classes - to other classes
              + moved_in - moved_out - closed - handed_over - merged_away - withdrawn

Counted are open hazards: neither closed nor handed over nor withdrawn. A part counts as split from its one parent, or
as merged from several (`parent_ids`); a parent that goes on counts on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from whitestone.land.grouping import CLOSED
from whitestone.land.marks import NEVER
from whitestone.land.roster import Roster

__all__ = ["CLASSES", "COUNT_FLOWS", "Events", "class_of", "count_events"]

Array = np.ndarray[Any, Any]

CLASSES = ("sha", "cha", "other")
"""The classes of the matrix; `other` holds indications, spots, storage sites and hazards whose class is not stated."""

COUNT_FLOWS = {
    "newly_identified": 1, "split_from": 1, "merged_from": 1, "reopened": 1,
    "from_sha": 1, "from_cha": 1, "from_other": 1, "to_sha": -1, "to_cha": -1, "to_other": -1,
    "moved_in": 1, "moved_out": -1, "closed": -1, "handed_over": -1, "merged_away": -1, "withdrawn": -1,
}  # fmt: skip
"""What changes the number of open hazards, and how: closing = opening plus the signed flows."""

MERGED = "merged"
"""The closure reason of a hazard whose ground went on in another."""

_NUMBER = {name: number for number, name in enumerate(COUNT_FLOWS)}


class Events(NamedTuple):
    """What changed the number of open hazards, one event an element: flows count along COUNT_FLOWS."""

    day: Array
    hazard: Array
    account: Array
    of_class: Array
    flow: Array
    signed: Array


def class_of(line: Roster) -> Array:
    """Give the number of the class (along CLASSES) of each slice.

    >>> from whitestone.land.timeline import Timeline
    >>> class_of(Timeline([], [])).tolist()
    []
    """
    names = {name: number for number, name in enumerate(CLASSES)}
    return np.array([names.get(each.classification or "", 2) for each in line.slices], dtype=np.int64)


def count_events(line: Roster, last_day: int = NEVER) -> Events:
    """List what changed the number of open hazards up to and including a day, in the order of hazards and days.

    >>> from whitestone.land.timeline import Timeline
    >>> count_events(Timeline([], [])).day.tolist()
    []
    """
    classes = class_of(line)
    found = [event for hazard in range(len(line.ids)) for event in _of_hazard(line, classes, hazard, last_day)]
    table = np.array(found, dtype=np.int64).reshape(-1, 5)
    signs = np.array(list(COUNT_FLOWS.values()), dtype=np.int64)
    return Events(table[:, 0], table[:, 1], table[:, 2], table[:, 3], table[:, 4], signs[table[:, 4]])


def _of_hazard(line: Roster, classes: Array, hazard: int, last_day: int) -> Iterator[tuple[int, ...]]:
    """Tell what changed for one hazard: (day, hazard, account, class, flow)."""
    open_as, ends, was_here = -1, 0, False

    def event(day: int, at: int, flow: str) -> tuple[int, ...]:
        """Write one event as numbers."""
        return day, hazard, line.account[at], int(classes[at]), _NUMBER[flow]

    for at in line.slices_of(hazard).tolist():
        begin, end = int(line.begins[at]), int(line.ends[at])
        if begin >= end or begin > last_day:
            continue
        if open_as >= 0 and ends < begin:
            yield event(ends, open_as, "withdrawn")
            open_as = -1
        is_open = not line.slices[at].void and line.slices[at].status not in CLOSED
        if is_open and open_as < 0:
            yield event(begin, at, "reopened" if was_here else _arrival(len(line.parents[hazard])))
        elif is_open and classes[at] != classes[open_as]:
            yield event(begin, open_as, f"to_{CLASSES[classes[at]]}")
            yield event(begin, at, f"from_{CLASSES[classes[open_as]]}")
        elif is_open and line.account[at] != line.account[open_as]:
            yield event(begin, open_as, "moved_out")
            yield event(begin, at, "moved_in")
        elif open_as >= 0 and not is_open:
            yield event(begin, open_as, _departure(line, at))
        open_as, ends, was_here = at if is_open else -1, end, True
    if open_as >= 0 and ends <= last_day:
        yield event(ends, open_as, "withdrawn")


def _arrival(parents: int) -> str:
    return "newly_identified" if parents == 0 else "split_from" if parents == 1 else "merged_from"


def _departure(line: Roster, at: int) -> str:
    each = line.slices[at]
    if each.void:
        return "merged_away" if each.closure == MERGED else "withdrawn"
    return "handed_over" if each.status == "handed_over" else "closed"
