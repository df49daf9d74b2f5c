"""Which ground is left, as a shape for maps and exports, made by GEOS and only where it is asked for?

`basis` and `first_claims` say of what a shape is made: whoever keeps shapes makes only those anew of which that moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from whitestone.land.inputs import UNDATED
from whitestone.land.rings import meeting
from whitestone.land.roster import Roster
from whitestone.land.shapes import EMPTY, intersect, pack, subtract, union_by_group

__all__ = ["Basis", "Remaining"]

Array = np.ndarray[Any, Any]


class Basis(NamedTuple):
    """Of what the ground left of a hazard by itself is made: its slice (-1: none), the releases that acted on it, and
    (release, slice) of what was taken before it was known from those out of which it came (see `story`); by number."""

    held: int
    releases: tuple[int, ...]
    inherited: tuple[tuple[int, int], ...]


class Remaining:
    """The unreleased ground of hazards on a day, in the plane; each shape is made once."""

    def __init__(self, line: Roster, day: int) -> None:
        self.line, self.day = line, day
        self.now = line.now(day)
        self._basis: dict[int, Basis] = {}
        self._first: dict[int, tuple[int, ...]] = {}
        self._own: dict[int, Any] = {}
        self._counted: dict[int, Any] = {}
        self._ranks: dict[int, Any] = {}

    @cached_property
    def _boxes(self) -> Array:
        boxes = np.full((len(self.now), 4), np.nan)
        live = self.now >= 0
        boxes[live] = self.line.boxes[self.now[live]]
        return boxes

    def shapes(self, hazards: Sequence[int]) -> Array:
        """Return the recorded ground of some hazards on the day, released or not."""
        index = self.now[list(hazards)]
        found = np.full(len(index), EMPTY, dtype=object)
        found[index >= 0] = self.line.shapes_of(index[index >= 0])
        return found

    def basis(self, hazards: Sequence[int]) -> list[Basis]:
        """Say for each of some hazards of what the ground that it has left by itself is made; no shape is read.

        >>> from whitestone.land.book import simulate
        >>> simulate([], []).remaining.basis([])
        []
        """
        missing = [each for each in dict.fromkeys(hazards) if each not in self._basis]
        if missing:
            first, release = meeting(self._boxes[missing], self.line.release_boxes)
            at = np.repeat(np.arange(len(missing)), np.diff(first))
            has_acted = self._has_acted(release, np.array(missing, dtype=np.int64)[at])
            ends = np.cumsum(np.bincount(at[has_acted], minlength=len(missing)))
            acted = np.split(release[has_acted], ends[:-1])
            for each, works in zip(missing, acted, strict=True):
                self._basis[each] = Basis(int(self.now[each]), tuple(works.tolist()), self._inherited(each))
        return [self._basis[each] for each in hazards]

    def first_claims(self, hazards: Sequence[int]) -> list[tuple[int, ...]]:
        """Say for each of some hazards which others own the ground where they overlap, by number.

        >>> from whitestone.land.book import simulate
        >>> simulate([], []).remaining.first_claims([])
        []
        """
        missing = [each for each in dict.fromkeys(hazards) if each not in self._first]
        if missing:
            first, other = meeting(self._boxes[missing], self._boxes)
            for place, each in enumerate(missing):
                near = other[first[place] : first[place + 1]].tolist()
                self._first[each] = tuple(there for there in near if self._comes_before(there, each))
        return [self._first[each] for each in hazards]

    def own(self, hazards: Sequence[int]) -> Array:
        """Return what each of some hazards has left by itself, whoever else claims the same ground."""
        missing = [each for each in dict.fromkeys(hazards) if each not in self._own]
        if missing:
            made_of = self.basis(missing)
            release = [each for basis in made_of for each in basis.releases]
            passed = [pair for basis in made_of for pair in basis.inherited]
            work = self.line.release_shapes_of(np.array(release, dtype=np.int64))
            owner = np.repeat(np.arange(len(missing)), [len(basis.releases) for basis in made_of])
            if passed:
                taken_from = np.array(passed, dtype=np.int64)
                before = intersect(self.line.release_shapes_of(taken_from[:, 0]),
                                   self.line.shapes_of(taken_from[:, 1]))
                work = np.concatenate([work, before])
                heirs = np.repeat(np.arange(len(missing)), [len(basis.inherited) for basis in made_of])
                owner = np.concatenate([owner, heirs])
            taken = union_by_group(work, owner, len(missing))
            self._own |= dict(zip(missing, subtract(self.shapes(missing), taken), strict=True))
        return pack([self._own[each] for each in hazards])

    def counted(self, hazards: Sequence[int]) -> Array:
        """Return what is left of each of some hazards and belongs to it where hazards overlap."""
        missing = [each for each in dict.fromkeys(hazards) if each not in self._counted]
        if missing:
            claims = self.first_claims(missing)
            other = [each for some in claims for each in some]
            at = np.repeat(np.arange(len(missing)), [len(some) for some in claims])
            taken = union_by_group(self.own(other), at, len(missing))
            self._counted |= dict(zip(missing, subtract(self.own(missing), taken), strict=True))
        return pack([self._counted[each] for each in hazards])

    def _has_acted(self, release: Array, hazard: Array) -> Array:
        """Say for pairs whether the release acted on the hazard by the day: `Roster.acts_on` on whole arrays."""
        line = self.line
        days, known = line.days[release], line.known[hazard]
        acts = (days == UNDATED) | (known <= days)
        counts = line.counts[release] & (np.maximum(days, known) <= self.day)
        for at in np.flatnonzero(counts & ~acts).tolist():
            acts[at] = line.ids[hazard[at]] in line.releases[release[at]].hazard_ids
        found: Array = acts & counts
        return found

    def _inherited(self, hazard: int) -> tuple[tuple[int, int], ...]:
        line, found = self.line, []
        kin = line.kin_of(hazard)
        if not kin:
            return ()
        _, releases = meeting(self._boxes[[hazard]], line.release_boxes)
        for release in releases.tolist():
            for each in kin:
                acts = line.acts_on(release, each)
                held = -1 if acts is None or acts >= line.known[hazard] else line.slice_on(each, acts)
                if acts is not None and acts <= self.day and held >= 0 and line.counts[release]:
                    found.append((release, held))
        return tuple(found)

    def _comes_before(self, other: int, hazard: int) -> bool:
        return other != hazard and bool(self._rank(other) < self._rank(hazard))

    def _rank(self, hazard: int) -> Any:
        if hazard not in self._ranks:
            self._ranks[hazard] = self.line.rank(int(self.now[hazard]))
        return self._ranks[hazard]
