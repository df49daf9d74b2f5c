"""Which hazards and releases does a book speak of, by number, and what is true of each on a day?

Numbers never move: what is recorded later is added at the end, and what it replaces is crossed out. So bookings made
before stay right when one record changes.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
import numpy as np
import shapely

from whitestone.land.inputs import UNDATED, HazardSlice, ReleasePiece, day_number
from whitestone.land.story import NEVER

__all__ = ["CLASS_ORDER", "CLOSED", "Gone", "Part", "Roster", "Shapes", "boxes_of", "slice_ends"]

Array = np.ndarray[Any, Any]
Shapes = Callable[[Array], Array]
"""Gives the ground of slices, or of releases, by number (EMPTY where there is none), from memory or from a store."""

CLASS_ORDER = {"cha": 0, "sha": 1}
CLOSED = ("closed", "handed_over")


class Part(NamedTuple):
    """What a roster holds of some slices and releases, as arrays in their order: see `Roster` for each.

    `ids` are the hazards that these slices bring in; `hazard_of` and `account` are numbers of the whole.
    """

    slices: list[HazardSlice]
    releases: list[ReleasePiece]
    ids: list[uuid.UUID]
    hazard_of: Array
    account: Array
    begins: Array
    ends: Array
    has_ground: Array
    has_position: Array
    is_void: Array
    is_closed: Array
    boxes: Array
    stands: Array
    slice_known: Array
    days: Array
    is_drawn: Array
    area_m2: Array
    reported_m2: Array
    release_boxes: Array
    counts: Array


class Gone(NamedTuple):
    """Numbers of slices and releases that are replaced or withdrawn, and the hazards whose slices they were."""

    slices: Array
    releases: Array
    hazards: Array


_ARRAYS = Part._fields[3:]


class Roster:
    """Slices of hazards and releases by number, crossed out where `stands` and `counts` are False.

    Per slice: `slices`, `hazard_of`, `begins`, `ends`, `account` (those of one hazard with equal keys share one),
    `has_ground`, `has_position` (also a point), `is_void`, `is_closed`, `boxes`, `stands`, `slice_known` (since when
    its hazard is known). Per hazard: `ids`, `number` (by record id), `known` (first day), `measured` (first day with
    ground), `parents`, `kin`. Per release: `releases`, `days`, `is_drawn`, `counts`, `area_m2`, `reported_m2` (not a
    number: none), `release_boxes`. `shapes` and `release_shapes` are made where asked for.
    """

    slices: list[HazardSlice]
    releases: list[ReleasePiece]
    ids: list[uuid.UUID]
    number: dict[uuid.UUID, int]
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
        self._faces: dict[str, tuple[Array, dict[str, int]]] = {}
        self._releases_of: dict[uuid.UUID, list[int]] | None = None

    @classmethod
    def of(cls, part: Part, shapes_of: Shapes, release_shapes_of: Shapes) -> Roster:
        """Make a roster of what was kept of one."""
        made = Roster(shapes_of, release_shapes_of)
        made.slices, made.releases, made.ids = part.slices, part.releases, part.ids
        for name in _ARRAYS:
            setattr(made, name, getattr(part, name))
        made.number = {each: at for at, each in enumerate(part.ids)}
        made.known = np.full(len(part.ids), NEVER, dtype=np.int64)
        np.minimum.at(made.known, part.hazard_of[part.stands], part.begins[part.stands])
        made.measured = np.full(len(part.ids), NEVER, dtype=np.int64)
        measured = part.stands & part.has_ground
        np.minimum.at(made.measured, part.hazard_of[measured], part.begins[measured])
        return made

    def part(self) -> Part:
        """Return all that has to be kept of this roster; shapes lie with their records."""
        return Part([msgspec.structs.replace(each, geometry=None) for each in self.slices],
                    [msgspec.structs.replace(each, geometry=None) for each in self.releases],
                    self.ids, *(getattr(self, name) for name in _ARRAYS))  # fmt: skip

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
    def _lineage(self) -> list[int]:
        """List the slices that name parents; few do, and what is added is looked at once."""
        return [index for index, each in enumerate(self.slices) if each.parents]

    @cached_property
    def parents(self) -> list[list[int]]:
        """List for each hazard those out of which it was split or merged, as its slices say."""
        found: list[list[int]] = [[]] * len(self.ids)
        for index in self._lineage:
            if self.stands[index]:
                hazard = int(self.hazard_of[index])
                named = {self.number[one] for one in self.slices[index].parents if one in self.number} - {hazard}
                found[hazard] = sorted({*found[hazard], *named})
        return found

    @cached_property
    def _children(self) -> dict[uuid.UUID, set[int]]:
        """Map each record that a slice names as a parent to the hazards that name it, whether it is here or not."""
        named: dict[uuid.UUID, set[int]] = {}
        for index in self._lineage:
            if self.stands[index]:
                for parent in self.slices[index].parents:
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

    @cached_property
    def kin(self) -> list[list[int]]:
        """List for each hazard its parents and theirs, over any number of splits and merges; a ring ends."""
        found = list(self.parents)
        for hazard, parents in enumerate(self.parents):
            kin: set[int] = set()
            ahead = list(parents)
            while ahead:
                each = ahead.pop()
                if each not in kin and each != hazard:
                    kin.add(each)
                    ahead += self.parents[each]
            if kin:
                found[hazard] = sorted(kin)
        return found

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

    def names(self, key: str, count: int, name: Callable[[int], str]) -> tuple[Array, list[str]]:
        """Give equal names one number: for things 0..count-1 the number of each one's name, and the names by number.

        Numbers never move, so that what was summed by them stays right when things are added.
        """
        code, number = self._faces.get(key, (np.zeros(0, dtype=np.int64), {}))
        if len(code) < count:
            more = [number.setdefault(name(each), len(number)) for each in range(len(code), count)]
            code = np.concatenate([code, np.array(more, dtype=np.int64)])
            self._faces[key] = (code, number)
        return code, list(number)

    def releases_of(self, record_id: uuid.UUID) -> list[int]:
        """Return the numbers of the releases of a record that count; an activity may report several."""
        return self._by_record().get(record_id, [])

    def _by_record(self) -> dict[uuid.UUID, list[int]]:
        if self._releases_of is None:
            self._releases_of = {}
            for index in np.flatnonzero(self.counts).tolist():
                self._releases_of.setdefault(self.releases[index].record_id, []).append(index)
        return self._releases_of

    def _renumbered(self, more: Part, gone: Gone) -> dict[uuid.UUID, list[int]]:
        """Give the releases by record as they are when some are added and some are crossed out."""
        found = dict(self._by_record())
        crossed = set(gone.releases.tolist())
        for index in crossed:
            record = self.releases[index].record_id
            found[record] = [each for each in found.get(record, []) if each not in crossed]
        for at, each in enumerate(more.releases):
            found[each.record_id] = [*found.get(each.record_id, []), len(self.releases) + at]
        return found

    def grown(self, more: Part, gone: Gone, shapes_of: Shapes, release_shapes_of: Shapes) -> Roster:
        """Return a roster with some slices and releases more at its end, and some crossed out."""
        joined = [np.concatenate([getattr(self, name), getattr(more, name)]) for name in _ARRAYS]
        part = Part([*self.slices, *more.slices], [*self.releases, *more.releases], [*self.ids, *more.ids], *joined)
        part.stands[gone.slices] = part.counts[gone.releases] = False
        part.boxes[gone.slices] = part.release_boxes[gone.releases] = np.nan
        made = Roster.of(part, shapes_of, release_shapes_of)
        first = len(self.slices)
        made._lineage = [*self._lineage, *(first + at for at, each in enumerate(more.slices) if each.parents)]
        made._releases_of = self._renumbered(more, gone)
        made._faces = {key: (code, dict(number)) for key, (code, number) in self._faces.items()}
        return made


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
