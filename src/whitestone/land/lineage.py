"""Did splits and merges keep their ground, and if not, how much was gained or lost?

A split or a merge moves ground between records and makes none. Ground of a part that no parent had is *gained by
lineage*; ground of a parent that no part took over is *lost by lineage*. Neither is hidden: the first is part of what
was newly identified, the second of the boundary decrease.
"""

from __future__ import annotations

import bisect
import uuid
from collections import defaultdict
from typing import Any

import msgspec
import numpy as np

from whitestone.land.book import CENTS, COLUMN_NAMES, Book
from whitestone.land.counts import MERGED
from whitestone.land.marks import NEVER
from whitestone.land.roster import Roster

__all__ = ["Lineage", "Part", "is_by_lineage", "trace"]

Array = np.ndarray[Any, Any]

_OUT, _IN = COLUMN_NAMES.index("transferred_out"), COLUMN_NAMES.index("transferred_in")
_FOUND, _DECREASE = COLUMN_NAMES.index("discovered"), COLUMN_NAMES.index("boundary_decrease")


class Part(msgspec.Struct, frozen=True):
    """One hazard of a split or merge: what it gained that no parent had, what it lost that no part took, in m2."""

    record_id: uuid.UUID
    gained_m2: float
    lost_m2: float


class Lineage(msgspec.Struct, frozen=True):
    """What splits and merges moved in a period, in m2, and which hazards did not keep their ground."""

    split_m2: float
    merged_m2: float
    gained_m2: float
    lost_m2: float
    parts: tuple[Part, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the areas, and the hazards by id.

        >>> Lineage(0.0, 0.0, 0.0, 0.0, ()).as_dict()["hazards"]
        []
        """
        hazards = [{"hazard": str(each.record_id), "gained_m2": each.gained_m2, "lost_m2": each.lost_m2}
                   for each in self.parts]
        areas = {"split_m2": self.split_m2, "merged_m2": self.merged_m2, "gained_m2": self.gained_m2,
                 "lost_m2": self.lost_m2}
        return {**areas, "hazards": hazards}


def is_by_lineage(book: Book) -> Array:
    """Say for each booking of `book.columns` whether it passes ground between relatives, by a split or a merge.

    >>> from whitestone.land.book import simulate
    >>> is_by_lineage(simulate([], [])).tolist()
    []
    """
    line, columns = book.line, book.columns
    count = len(line.ids)
    pairs = [(part, kin) for part in range(count) for kin in line.kin[part]]
    related = np.array([[a * count + b, b * count + a] for a, b in pairs], dtype=np.int64).ravel()
    moves = (columns.column == _OUT) | (columns.column == _IN)
    by_kin = np.isin(columns.hazard.astype(np.int64) * count + columns.other, related)
    source = np.where(columns.column == _OUT, columns.hazard, columns.other)
    by_merge = np.isin(source * np.int64(NEVER) + columns.day, _merged_on(line))
    result: Array = moves & (columns.other != columns.hazard) & (by_kin | by_merge)
    return result


def trace(book: Book, first_day: int, last_day: int) -> Lineage:
    """Sum what splits and merges moved, gained and lost from the first day to the last, both included.

    Lost is what left a parent's outline on the day on which a part first had ground, on the parent's next change after
    it, or when the parent was withdrawn as merged.

    >>> from whitestone.land.book import simulate
    >>> trace(simulate([], []), 0, 9).gained_m2
    0.0
    """
    line, columns = book.line, book.columns
    within = (columns.day >= first_day) & (columns.day <= last_day)
    arrived = within & (columns.column == _IN) & is_by_lineage(book)
    # More than one parent, or a parent that was withdrawn as merged: a merge. Else ground went from a whole to a part.
    many = np.array([len(each) > 1 for each in line.parents], dtype=bool)
    merged = arrived & np.isin(columns.other * np.int64(NEVER) + columns.day, _merged_on(line))
    if many.size:
        merged |= arrived & many[columns.hazard]
    has_parents = np.array([bool(each) for each in line.parents], dtype=bool)
    gained = within & (columns.column == _FOUND)
    gained &= has_parents[columns.hazard] if has_parents.size else False
    left = np.isin(columns.hazard * np.int64(NEVER) + columns.day, _left_on(line))
    lost = within & (columns.column == _DECREASE) & left
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for side, chosen in enumerate((gained, lost)):
        for hazard, cents in zip(columns.hazard[chosen].tolist(), columns.cents[chosen].tolist(), strict=True):
            sums[hazard][side] += cents
    split_m2, merged_m2, gained_m2, lost_m2 = (int(columns.cents[chosen].sum()) / CENTS
                                               for chosen in (arrived & ~merged, merged, gained, lost))
    parts = tuple(Part(line.ids[hazard], *(cents / CENTS for cents in sums[hazard])) for hazard in sorted(sums))
    return Lineage(split_m2, merged_m2, gained_m2, lost_m2, parts)


def _merged_on(line: Roster) -> Array:
    """List hazards, each with the day on which it was withdrawn as merged, as one number."""
    return np.array([line.hazard_of[at] * np.int64(NEVER) + line.begins[at] for at, each in enumerate(line.slices)
                     if line.stands[at] and each.void and each.closure == MERGED], dtype=np.int64)


def _left_on(line: Roster) -> Array:
    """List hazards that others came out of, each with the days on which it may have lost ground to nobody."""
    found = _merged_on(line).tolist()
    for part, parents in enumerate(line.parents):
        day = line.measured[part]
        for parent in parents if day < NEVER else ():
            found.append(parent * NEVER + day)
            begins = [int(line.begins[each]) for each in line.slices_of(parent).tolist()]
            following = bisect.bisect_left(begins, day)
            if following < len(begins):
                found.append(parent * NEVER + begins[following])
    return np.array(found, dtype=np.int64)
