"""What happened to each square metre, day by day?

Time runs once over the programme. On each day the records change first, then the releases of the day act. Ground is
followed by the areas of what each hazard still owns, so that every flow is the difference of two stocks and the
identities close by construction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from whitestone.land.book import Book
from whitestone.land.changes import change_records
from whitestone.land.inputs import HazardSlice, ReleasePiece
from whitestone.land.releasing import release_ground
from whitestone.land.timeline import NEVER, lay_out

__all__ = ["simulate"]


def simulate(hazards: Sequence[HazardSlice], releases: Sequence[ReleasePiece], last_day: int = NEVER) -> Book:
    """Run time over a programme up to and including a day; shapes in m, in an equal-area plane.

    Nothing is refused: a shape without area is booked with none. Source of the rules: docs/guides/ledger.md.

    >>> simulate([], []).entries
    []
    """
    line = lay_out(hazards, releases, last_day)
    book = Book(line)
    changes: dict[int, set[int]] = defaultdict(set)
    for index, hazard in enumerate(line.hazard_of.tolist()):
        changes[int(line.begins[index])].add(hazard)
        if line.ends[index] <= last_day:
            changes[int(line.ends[index])].add(hazard)
    changes.pop(NEVER, None)
    for day in sorted({*changes, *line.acting}):
        if day in changes:
            change_records(book, day, sorted(changes[day]))
        if day in line.acting:
            release_ground(book, day, line.acting[day])
    return book
