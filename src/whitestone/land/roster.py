"""Which hazards and releases does a book speak of, by number, and what is true of each on a day?

Numbers never move: what is recorded later is added at the end, and what it replaces is crossed out. So bookings made
before stay right when one record changes.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import shapely

from whitestone.land.columns import Ids, Releases, Slices, ids_of, same_ids
from whitestone.land.growing import Room, Table
from whitestone.land.inputs import UNDATED, HazardSlice, ReleasePiece, day_number
from whitestone.land.marks import NEVER

__all__ = [
    "CLASS_ORDER", "CLOSED", "PER_RELEASE", "PER_SLICE", "Gone", "Part", "Roster", "Shapes", "boxes_of", "slice_ends",
]  # fmt: skip

Array = np.ndarray[Any, Any]
Shapes = Callable[[Array], Array]
"""Gives the ground of slices, or of releases, by number (EMPTY where there is none), from memory or from a store."""

CLASS_ORDER = {"cha": 0, "sha": 1}
CLOSED = ("closed", "handed_over")


class Part(NamedTuple):
    """What a roster holds of some slices and releases, as arrays in their order: see `Roster` for each.

    `ids` are the hazards that these slices bring in; `hazard_of` and `account` are numbers of the whole.
    """

    slices: Slices
    releases: Releases
    ids: Array
    hazard_of: Array
    account: Array
    begins: Array
    ends: Array
    has_ground: Array
    has_position: Array
    is_void: Array
    is_closed: Array
    boxes: Array
    slice_known: Array
    days: Array
    is_drawn: Array
    area_m2: Array
    reported_m2: Array
    release_boxes: Array
    stands: Array
    counts: Array
    names_hazard: Array


class Gone(NamedTuple):
    """Numbers of slices and releases that are replaced or withdrawn, and the hazards whose slices they were."""

    slices: Array
    releases: Array
    hazards: Array


_ARRAYS = Part._fields[3:]
_GROWING = Part._fields[3:-3]
PER_SLICE = (
    "begins", "ends", "has_ground", "has_position", "is_void", "is_closed", "boxes", "slice_known", "stands",
)  # fmt: skip
PER_RELEASE = ("days", "is_drawn", "area_m2", "reported_m2", "release_boxes", "counts")
"""Arrays of a part with one value a slice, and with one a release, that are no numbers of the whole."""


class Roster:
    """Slices of hazards and releases by number, crossed out where `stands` and `counts` are False.

    Per slice: `slices`, `hazard_of`, `begins`, `ends`, `account` (those of one hazard with equal keys share one),
    `has_ground`, `has_position` (also a point), `is_void`, `is_closed`, `boxes`, `stands`, `slice_known` (since when
    its hazard is known). Per hazard: `ids`, `number` (by record id), `known` (first day), `measured` (first day with
    ground), `parents`, `kin`. Per release: `releases`, `days`, `is_drawn`, `counts`, `area_m2`, `reported_m2` (not a
    number: none), `release_boxes`. `names_hazard`: the number of each hazard that a release names, in the order of
    `done.named` (-1: none here). `shapes` and `release_shapes` are made where asked for.
    """

    slices: Sequence[HazardSlice]
    releases: Sequence[ReleasePiece]
    ids: Sequence[uuid.UUID]
    hazard_of: Array
    begins: Array
    ends: Array
    account: Array
    has_ground: Array
    has_position: Array
    is_void: Array
    is_closed: Array
    stands: Array
    known: Array
    measured: Array
    days: Array
    is_drawn: Array
    counts: Array
    area_m2: Array
    reported_m2: Array
    slice_known: Array
    boxes: Array
    release_boxes: Array

    def __init__(self, shapes_of: Shapes, release_shapes_of: Shapes) -> None:
        self.shapes_of, self.release_shapes_of = shapes_of, release_shapes_of
        self._rooms: dict[str, Room] = {}
        self.is_fork = False
        """Whether another roster grew out of the same one before: what was kept by number of new things is not ours."""

    @classmethod
    def of(cls, part: Part, shapes_of: Shapes, release_shapes_of: Shapes) -> Roster:
        """Make a roster of what was kept of one."""
        made = Roster(shapes_of, release_shapes_of)
        made.slices, made.releases, made.ids = part.slices, part.releases, Ids(part.ids)
        for name in _ARRAYS:
            setattr(made, name, getattr(part, name))
        made.known = np.full(len(part.ids), NEVER, dtype=np.int64)
        made.measured = made.known.copy()
        made._find_first(np.flatnonzero(made.stands))
        return made

    def part(self) -> Part:
        """Return all that has to be kept of this roster; shapes lie with their records."""
        ids = self.ids.pairs if isinstance(self.ids, Ids) else ids_of(self.ids)
        return Part(self.said, self.done, ids, *(getattr(self, name) for name in _ARRAYS))

    @cached_property
    def said(self) -> Slices:
        """Return the slices as columns."""
        return self.slices if isinstance(self.slices, Slices) else Slices.of(self.slices)

    @cached_property
    def done(self) -> Releases:
        """Return the releases as columns."""
        return self.releases if isinstance(self.releases, Releases) else Releases.of(self.releases)

    @cached_property
    def number(self) -> Mapping[uuid.UUID, int]:
        """Map record ids of hazards to their numbers."""
        return Table({each: at for at, each in enumerate(self.ids)})

    @cached_property
    def names_hazard(self) -> Array:
        """Number the hazards that releases name."""
        return np.array([self.number.get(each, -1) for each in Ids(self.done.named)], dtype=np.int32)

    def _find_first(self, slices: Array) -> None:
        """Note the first day, and the first with ground, of the hazards of some slices."""
        np.minimum.at(self.known, self.hazard_of[slices], self.begins[slices])
        measured = slices[self.has_ground[slices]]
        np.minimum.at(self.measured, self.hazard_of[measured], self.begins[measured])

    @cached_property
    def shapes(self) -> Array:
        """Return the ground of all slices."""
        return self.shapes_of(np.arange(len(self.slices)))

    @cached_property
    def release_shapes(self) -> Array:
        """Return the ground of all releases."""
        return self.release_shapes_of(np.arange(len(self.releases)))

    def now(self, day: int) -> Array:
        """Return for each hazard the slice that holds on a day, -1 where none does or it is not known yet."""
        day = min(day, NEVER - 1)  # after all days: the last calendar day there is
        found = np.full(len(self.ids), -1, dtype=np.int64)
        holding = np.flatnonzero(self.stands & (self.begins <= day) & (day < self.ends))
        found[self.hazard_of[holding]] = holding
        return found

    @cached_property
    def _in_order(self) -> tuple[Array, Array]:
        standing = np.flatnonzero(self.stands)
        order = standing[np.lexsort((self.begins[standing], self.hazard_of[standing]))]
        return order, np.searchsorted(self.hazard_of[order], np.arange(len(self.ids) + 1))

    def slices_of(self, hazard: int) -> Array:
        """Return the standing slices of a hazard, in the order of their days."""
        order, first = self._in_order
        mine: Array = order[first[hazard] : first[hazard + 1]]
        return mine

    @cached_property
    def _lineage(self) -> Mapping[int, tuple[uuid.UUID, ...]]:
        """Map the slices that name parents to these; few do."""
        if isinstance(self.slices, Slices):
            return self.slices.parents
        return {index: each.parents for index, each in enumerate(self.slices) if each.parents}

    @cached_property
    def _parents(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for index, named in self._lineage.items():
            if self.stands[index]:
                hazard = int(self.hazard_of[index])
                numbers = {self.number[one] for one in named if one in self.number} - {hazard}
                if numbers:
                    found[hazard] = sorted({*found.get(hazard, []), *numbers})
        return found

    @cached_property
    def parents(self) -> list[list[int]]:
        """List for each hazard those out of which it was split or merged, as its slices say."""
        return [self._parents.get(hazard, []) for hazard in range(len(self.ids))]

    @cached_property
    def _children(self) -> dict[uuid.UUID, set[int]]:
        """Map each record that a slice names as a parent to the hazards that name it, whether it is here or not."""
        named: dict[uuid.UUID, set[int]] = {}
        for index, parents in self._lineage.items():
            if self.stands[index]:
                for parent in parents:
                    named.setdefault(parent, set()).add(int(self.hazard_of[index]))
        return named

    def descended(self, records: Collection[uuid.UUID]) -> set[int]:
        """Return the hazards that came out of some records, over any number of splits and merges."""
        found: set[int] = set()
        ahead = list(records) if self._children else []
        while ahead:
            for child in self._children.get(ahead.pop(), set()) - found:
                found.add(child)
                ahead.append(self.ids[child])
        return found

    def kin_of(self, hazard: int) -> list[int]:
        """List the parents of a hazard and theirs, over any number of splits and merges; a ring ends."""
        kin: set[int] = set()
        ahead = list(self._parents.get(hazard, ()))
        while ahead:
            each = ahead.pop()
            if each not in kin and each != hazard:
                kin.add(each)
                ahead += self._parents.get(each, ())
        return sorted(kin)

    @cached_property
    def kin(self) -> list[list[int]]:
        """List for each hazard its parents and theirs (see `kin_of`)."""
        return [self.kin_of(hazard) if hazard in self._parents else [] for hazard in range(len(self.ids))]

    def slice_on(self, hazard: int, day: int) -> int:
        """Return the slice of a hazard that holds on a day, -1 where none does."""
        for index in self.slices_of(hazard)[::-1].tolist():
            if self.begins[index] <= day:
                return int(index) if day < self.ends[index] else -1
        return -1

    def acts_on(self, release: int, hazard: int) -> int | None:
        """Return the day on which a release acts on a hazard that it crosses, None where it does not (see story)."""
        day, known = int(self.days[release]), int(self.known[hazard])
        if day == UNDATED or known <= day or self.ids[hazard] in self.releases[release].hazard_ids:
            return max(day, known)
        return None

    def rank(self, index: int) -> tuple[int, int, uuid.UUID]:
        """Return who owns shared ground, the smallest: by class, then the hazard's first information date, then id."""
        each = self.slices[index]
        first = self.slices[int(self.slices_of(int(self.hazard_of[index]))[0])]
        return CLASS_ORDER.get(each.classification or "", 2), day_number(first.information_date), each.record_id

    def releases_of(self, record_ids: Collection[uuid.UUID]) -> Array:
        """Return the numbers of the releases of some records that count; an activity may report several."""
        found = same_ids(self.done.ids, ids_of(record_ids))
        return found[self.counts[found]]

    def grown(self, more: Part, gone: Gone, shapes_of: Shapes, release_shapes_of: Shapes) -> Roster:
        """Return a roster with some slices and releases more at its end, and some crossed out.

        Nothing of this one changes; what both have in common is not copied. Boxes of what is crossed out stay.
        """
        made = Roster(shapes_of, release_shapes_of)
        made.slices, made.releases = self.said.grown(more.slices), self.done.grown(more.releases)
        pairs = self.ids.pairs if isinstance(self.ids, Ids) else ids_of(self.ids)
        for name, old in (("ids", pairs), *((name, getattr(self, name)) for name in _GROWING)):
            before = self._rooms.get(name) or Room(old)
            room, column = before.longer(len(old), getattr(more, name))
            made.is_fork |= room is not before
            made._rooms[name] = room
            setattr(made, name, Ids(column) if name == "ids" else column)
        first = len(self.ids)
        if "number" in self.__dict__:  # else it is made where somebody asks for it
            made.number = self._numbers.changed({each: first + at for at, each in enumerate(Ids(more.ids))})
        made.stands, made.counts = (np.concatenate([getattr(self, each), getattr(more, each)])
                                    for each in ("stands", "counts"))
        made.stands[gone.slices] = made.counts[gone.releases] = False
        made._know_again(self, np.concatenate([gone.hazards, more.hazard_of]))
        made.names_hazard = made._resolved(self.names_hazard, more.names_hazard, first)
        return made

    @property
    def _numbers(self) -> Table[uuid.UUID, int]:
        return self.number if isinstance(self.number, Table) else Table(dict(self.number))

    def _know_again(self, before: Roster, hazards: Array) -> None:
        """Take the first days from before, but for hazards that changed."""
        count = len(self.ids) - len(before.ids)
        self.known, self.measured = (np.concatenate([each, np.full(count, NEVER, dtype=np.int64)])
                                     for each in (before.known, before.measured))
        is_changed = np.zeros(len(self.ids), dtype=bool)
        is_changed[hazards] = True
        self.known[is_changed] = self.measured[is_changed] = NEVER
        self._find_first(np.flatnonzero(is_changed[self.hazard_of] & self.stands))

    def _resolved(self, before: Array, more: Array, first: int) -> Array:
        """Number what releases name: as before, what came, and what is here only now."""
        named, found = self.done.named, np.concatenate([before, more])
        if len(self.ids) > first:
            open_now = np.flatnonzero(found[: len(before)] < 0)
            fresh = self.ids.pairs[first:] if isinstance(self.ids, Ids) else ids_of(self.ids[first:])
            for at in open_now[same_ids(named[open_now], fresh)].tolist():
                found[at] = self.number[Ids(named)[at]]
        return found

    def first_slices(self) -> Array:
        """Return for each hazard the slice that holds on the day since which it is known; -1 where none does."""
        found = np.full(len(self.ids), -1, dtype=np.int64)
        at = np.flatnonzero(self.stands & (self.begins == self.known[self.hazard_of]))
        found[self.hazard_of[at]] = at
        held = found >= 0
        found[held] = np.where(self.begins[found[held]] < self.ends[found[held]], found[held], -1)
        return found


def slice_ends(slices: Sequence[HazardSlice], hazard_of: Array, begins: Array) -> Array:
    """Give the day until which each slice holds; one that claims to last beyond the next begins ends there.

    >>> slice_ends([], np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)).tolist()
    []
    """
    ends = np.array([NEVER if each.true_to is None else each.true_to.toordinal() for each in slices], dtype=np.int64)
    same = hazard_of[:-1] == hazard_of[1:]
    ends[:-1] = np.where(same, np.minimum(ends[:-1], begins[1:]), ends[:-1])
    return ends


def boxes_of(shapes: Array) -> Array:
    """Return the boxes of shapes: least x, least y, greatest x, greatest y; not a number where there is no ground.

    >>> boxes_of(np.array([shapely.box(0, 0, 2, 1)])).tolist(), boxes_of(np.array([], dtype=object)).shape
    ([[0.0, 0.0, 2.0, 1.0]], (0, 4))
    """
    boxes: Array = shapely.bounds(shapes).reshape(-1, 4)
    return boxes
