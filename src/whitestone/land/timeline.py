"""Which slices and releases are there, in which order, and what does each outline stand for?

Everything that is decided once, before ground is counted: slices and releases in the order of their records, distinct
outlines, days as numbers, who owns ground where hazards overlap.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from whitestone.land.inputs import STRENGTH, UNDATED, HazardSlice, ReleasePiece, day_number
from whitestone.land.pieces import Ground, meet
from whitestone.land.rings import to_outlines
from whitestone.land.shapes import distinct, ground, pack
from whitestone.land.story import NEVER, Facts

__all__ = ["NEVER", "Timeline"]

_CLASS_ORDER = {"cha": 0, "sha": 1}
Array = np.ndarray[Any, Any]


class Timeline:
    """Slices, releases and their outlines, by index.

    `outlines` are the distinct outlines of hazards, `work` those of releases. Per slice: `slices`, `outline_of`,
    `shapes` (ground, EMPTY where unknown or void), `has_ground`, `hazard_of`, `begins`, `ends`, `account` (slices of
    one hazard with equal keys share one), `rank` (who owns shared ground: the smallest). Per hazard: `ids`,
    `slices_of`, `known` (first day), `measured` (first day with ground), `parents` (hazards out of which it was split
    or merged), `kin` (those and theirs). Per release: `releases`, `work_of`, `release_shapes`, `is_drawn`, `days`.

    >>> Timeline([], []).ids
    []
    """

    def __init__(self, hazards: Sequence[HazardSlice], releases: Sequence[ReleasePiece]) -> None:
        self.slices = sorted(hazards, key=lambda each: (each.record_id, day_number(each.true_from)))
        self.releases = sorted(releases, key=lambda each: each.record_id)
        self.ids: list[uuid.UUID] = []
        self.slices_of: list[list[int]] = []
        self._number_hazards()
        self.hazard_of = np.empty(len(self.slices), dtype=np.int64)
        for hazard, members in enumerate(self.slices_of):
            self.hazard_of[members] = hazard
        self.begins = np.array([day_number(each.true_from) for each in self.slices], dtype=np.int64)
        self.ends = self._slice_ends()
        self.outlines, self.outline_of = distinct(ground(pack([None if each.void else each.geometry
                                                               for each in self.slices])))
        self.shapes = self.outlines[self.outline_of]
        self.work, self.work_of = distinct(ground(pack([each.geometry for each in self.releases])))
        self.release_shapes = self.work[self.work_of]
        self.has_ground = ~shapely.is_empty(self.shapes)
        self.is_drawn = ~shapely.is_empty(self.release_shapes)
        self.days = np.array([day_number(each.on) for each in self.releases], dtype=np.int64)
        self.known = [int(self.begins[members].min()) for members in self.slices_of]
        self.measured = [min((int(self.begins[each]) for each in members if self.has_ground[each]), default=NEVER)
                         for members in self.slices_of]
        self.account = self._accounts()
        self.rank = self._ranks()
        self.number = {record_id: hazard for hazard, record_id in enumerate(self.ids)}
        self.parents = [self._parents(hazard) for hazard in range(len(self.ids))]
        self.kin = [self._kin(hazard) for hazard in range(len(self.ids))]

    def _number_hazards(self) -> None:
        for index, each in enumerate(self.slices):
            if not self.ids or self.ids[-1] != each.record_id:
                self.ids.append(each.record_id)
                self.slices_of.append([])
            self.slices_of[-1].append(index)

    def _slice_ends(self) -> Array:
        ends = np.array(
            [NEVER if each.true_to is None else each.true_to.toordinal() for each in self.slices], dtype=np.int64
        )
        # A slice that claims to last beyond the beginning of the next one ends there: one truth per day.
        same = self.hazard_of[:-1] == self.hazard_of[1:]
        ends[:-1] = np.where(same, np.minimum(ends[:-1], self.begins[1:]), ends[:-1])
        return ends

    def _accounts(self) -> list[int]:
        accounts: list[int] = []
        for members in self.slices_of:
            seen: dict[tuple[Any, ...], int] = {}
            for index in members:
                each = self.slices[index]
                face = (each.classification, *sorted((name, str(value)) for name, value in each.keys.items()))
                accounts.append(seen.setdefault(face, index))
        return accounts

    def _ranks(self) -> Array:
        keys: list[tuple[int, int, uuid.UUID]] = []
        for members in self.slices_of:
            informed = day_number(self.slices[members[0]].information_date)
            for index in members:
                each = self.slices[index]
                keys.append((_CLASS_ORDER.get(each.classification or "", 2), informed, each.record_id))
        place = {key: number for number, key in enumerate(sorted(set(keys)))}
        return np.array([place[key] for key in keys], dtype=np.int64)

    def _parents(self, hazard: int) -> list[int]:
        named = {each for index in self.slices_of[hazard] for each in self.slices[index].parents}
        return sorted({self.number[each] for each in named if each in self.number} - {hazard})

    def _kin(self, hazard: int) -> list[int]:
        """List the hazards out of which one came, over any number of splits and merges; a ring ends where it began."""
        found: set[int] = set()
        ahead = list(self.parents[hazard])
        while ahead:
            each = ahead.pop()
            if each not in found and each != hazard:
                found.add(each)
                ahead += self.parents[each]
        return sorted(found)

    def slice_on(self, hazard: int, day: int) -> int:
        """Return the slice of a hazard that holds on a day, -1 where none does."""
        for index in reversed(self.slices_of[hazard]):
            if self.begins[index] <= day:
                return index if day < self.ends[index] else -1
        return -1

    def now(self, day: int) -> list[int]:
        """Return for each hazard the slice that holds on a day, -1 where none does or where it is not known yet."""
        return [self.slice_on(hazard, day) for hazard in range(len(self.ids))]

    def acts_on(self, release: int, hazard: int) -> int | None:
        """Return the day on which a release acts on a hazard that it crosses, None where it does not (see story)."""
        day, known = int(self.days[release]), self.known[hazard]
        if day == UNDATED or known <= day or self.ids[hazard] in self.releases[release].hazard_ids:
            return max(day, known)
        return None

    def ground(self) -> Ground:
        """Give what the kernel counts: outlines of hazards first, then those of releases, and what they stand for."""
        shapes = np.concatenate([self.outlines, self.work])
        return meet(to_outlines(shapes), self.facts())

    def facts(self) -> Facts:
        """Give slices, hazards and releases as whole numbers."""
        named = [sorted({self.number[each] for each in piece.hazard_ids if each in self.number})
                 for piece in self.releases]
        named_first = np.cumsum([0, *map(len, named)])
        strength = [STRENGTH[piece.outcome] for piece in self.releases]
        lasting = np.flatnonzero(self.begins < self.ends)
        slice_first, slice_of = _grouped(self.outline_of[lasting], lasting, len(self.outlines), len(self.work))
        work_first, work_of = _grouped(len(self.outlines) + self.work_of, np.arange(len(self.releases)),
                                       len(self.outlines) + len(self.work), 0)
        return Facts(
            np.array([self.hazard_of, self.begins, self.ends, self.rank, self.account], dtype=np.int64),
            np.array([self.known, self.measured], dtype=np.int64),
            np.array([self.days, strength], dtype=np.int64),
            named_first, np.array([each for some in named for each in some], dtype=np.int64),
            slice_first, slice_of, work_first, work_of,
            np.cumsum([0, *map(len, self.kin)]), np.array([each for some in self.kin for each in some], dtype=np.int64),
        )  # fmt: skip


def _grouped(keys: Array, values: Array, count: int, more: int) -> tuple[Array, Array]:
    """Gather values by key 0..count-1 (and `more` keys that have none): starts, and the values in order."""
    order = np.argsort(keys, kind="stable")
    first = np.zeros(count + more + 1, dtype=np.int64)
    np.cumsum(np.bincount(keys, minlength=count + more), out=first[1:])
    return first, values[order].astype(np.int64)
