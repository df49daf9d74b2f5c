"""Which hazards and releases meet, and on which day does each release act on each hazard?

Everything that geometry decides once, before time runs: slices in order, hazards that share ground, and for each
release the hazards that it acts on with the day on which it does.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from whitestone.land.inputs import STRENGTH, UNDATED, HazardSlice, ReleasePiece, day_number
from whitestone.land.shapes import distinct, ground, pack

__all__ = ["NEVER", "Timeline", "lay_out"]

NEVER = 10**9
"""The day number after every calendar day."""

_CLASS_ORDER = {"cha": 0, "sha": 1}
Array = np.ndarray[Any, Any]


class Timeline:
    """Slices, releases and who meets whom, by index; made by `lay_out`, read by the rest of the room.

    `outlines` are the distinct outlines of hazards, `work` those of releases. Per slice: `slices`, `outline_of`,
    `shapes` (ground, EMPTY where unknown or void), `has_ground`, `hazard_of`, `begins`, `ends`, `account` (slices of
    one hazard with equal keys share one), `rank` (who owns shared ground: the smallest). Per hazard: `ids`,
    `slices_of`, `known` (first day), `neighbours`. Per release: `releases`, `work_of`, `release_shapes`, `is_drawn`,
    `days`. `acting` maps a day to its (hazard, release) pairs in the order in which they act; `bystanders` maps a
    release to the hazards that it crosses without acting on them, because they were found later.
    """

    def __init__(self, hazards: Sequence[HazardSlice], releases: Sequence[ReleasePiece], last_day: int) -> None:
        self.last_day = last_day
        self.slices = sorted(
            (each for each in hazards if day_number(each.true_from) <= last_day),
            key=lambda each: (each.record_id, day_number(each.true_from)),
        )
        self.releases = sorted(
            (each for each in releases if day_number(each.on) <= last_day), key=lambda each: each.record_id
        )
        self.ids: list[uuid.UUID] = []
        self.slices_of: list[list[int]] = []
        self._number_hazards()
        self.hazard_of = np.empty(len(self.slices), dtype=np.int64)
        for hazard, members in enumerate(self.slices_of):
            self.hazard_of[members] = hazard
        self.begins = np.array([day_number(each.true_from) for each in self.slices], dtype=np.int64)
        self.ends = self._slice_ends()
        shapes = ground(pack([None if each.void else each.geometry for each in self.slices]))
        self.outlines, self.outline_of = distinct(shapes)
        # One object for one outline: equal ground is then told by identity, however often it is recorded.
        self.shapes = self.outlines[self.outline_of]
        self.work, self.work_of = distinct(ground(pack([each.geometry for each in self.releases])))
        self.release_shapes = self.work[self.work_of]
        self.has_ground = ~shapely.is_empty(self.shapes)
        self.is_drawn = ~shapely.is_empty(self.release_shapes)
        self.days = np.array([day_number(each.on) for each in self.releases], dtype=np.int64)
        self.known = [int(self.begins[members].min()) for members in self.slices_of]
        self.account = self._accounts()
        self.rank = self._ranks()
        self.neighbours: list[set[int]] = [set() for _ in self.ids]
        self.acting: dict[int, list[tuple[int, int]]] = {}
        self.bystanders: dict[int, set[int]] = defaultdict(set)

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

    def _ranks(self) -> list[tuple[int, int, uuid.UUID]]:
        ranks: list[tuple[int, int, uuid.UUID]] = []
        for members in self.slices_of:
            informed = day_number(self.slices[members[0]].information_date)
            for index in members:
                each = self.slices[index]
                ranks.append((_CLASS_ORDER.get(each.classification or "", 2), informed, each.record_id))
        return ranks

    def slice_on(self, hazard: int, day: int) -> int:
        """Return the slice of a hazard that holds on a day, -1 where none does."""
        for index in reversed(self.slices_of[hazard]):
            if self.begins[index] <= day:
                return index if day < self.ends[index] else -1
        return -1

    def acts_on(self, release: int, hazard: int) -> int | None:
        """Return the day on which a release acts on a hazard that it crosses, None where it does not.

        It acts on what was known on its day, on what it names, and without a date on everything; never before the
        hazard is known, because ground cannot leave an account that it has not entered.
        """
        day, known = int(self.days[release]), self.known[hazard]
        piece = self.releases[release]
        if day == UNDATED or known <= day or self.ids[hazard] in piece.hazard_ids:
            return max(day, known)
        return None


def lay_out(hazards: Sequence[HazardSlice], releases: Sequence[ReleasePiece], last_day: int = NEVER) -> Timeline:
    """Order slices and releases known by `last_day` and find, with one tree, who meets whom.

    >>> lay_out([], []).ids
    []
    """
    line = Timeline(hazards, releases, last_day)
    drawn = np.flatnonzero(~shapely.is_empty(line.outlines))
    if not drawn.size:
        return line
    hazards_of: dict[int, set[int]] = defaultdict(set)
    for outline, hazard in zip(line.outline_of.tolist(), line.hazard_of.tolist(), strict=True):
        hazards_of[outline].add(hazard)
    tree = shapely.STRtree(line.outlines[drawn])
    _meet_neighbours(line, tree, drawn, hazards_of)
    _meet_releases(line, tree, drawn, hazards_of)
    return line


def _meet_neighbours(line: Timeline, tree: Any, drawn: Array, hazards_of: dict[int, set[int]]) -> None:
    left, right = tree.query(line.outlines[drawn], predicate="intersects")
    once = left < right
    first, second = drawn[left[once]], drawn[right[once]]
    # Shapes that share only an edge never share ground: leaving them out keeps the overlays few.
    share = ~shapely.touches(line.outlines[first], line.outlines[second])
    met = list(zip(first[share].tolist(), second[share].tolist(), strict=True))
    for one, other in [*met, *((each, each) for each in drawn.tolist())]:
        for hazard in hazards_of[one]:
            line.neighbours[hazard] |= hazards_of[other]
        for hazard in hazards_of[other]:
            line.neighbours[hazard] |= hazards_of[one]
    for hazard, neighbours in enumerate(line.neighbours):
        neighbours.discard(hazard)


def _meet_releases(line: Timeline, tree: Any, drawn: Array, hazards_of: dict[int, set[int]]) -> None:
    releases_of: dict[int, list[int]] = defaultdict(list)
    for release, shape in enumerate(line.work_of.tolist()):
        releases_of[shape].append(release)
    left, right = tree.query(line.work, predicate="intersects")
    crossed: dict[int, set[int]] = defaultdict(set)
    for shape, outline in zip(left.tolist(), drawn[right].tolist(), strict=True):
        crossed[shape] |= hazards_of[outline]
    by_day: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for shape, hazards in crossed.items():
        for release in releases_of[shape]:
            for hazard in hazards:
                day = line.acts_on(release, hazard)
                if day is None:
                    line.bystanders[release].add(hazard)
                elif day <= line.last_day:
                    by_day[day].append((hazard, release))
    for day, met in by_day.items():
        line.acting[day] = sorted(met, key=lambda pair: (pair[0], -STRENGTH[line.releases[pair[1]].outcome], pair[1]))
