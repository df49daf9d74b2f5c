"""Which ground is left, as a shape for maps and exports, made by GEOS and only where it is asked for?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from whitestone.land.rings import meeting
from whitestone.land.roster import Roster
from whitestone.land.shapes import EMPTY, intersect, pack, subtract, union_by_group

__all__ = ["Remaining"]

Array = np.ndarray[Any, Any]


class Remaining:
    """The unreleased ground of hazards on a day, in the plane; each shape is made once."""

    def __init__(self, line: Roster, day: int) -> None:
        self.line, self.day = line, day
        self.now = line.now(day)
        self._own: dict[int, Any] = {}
        self._counted: dict[int, Any] = {}

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

    def own(self, hazards: Sequence[int]) -> Array:
        """Return what each of some hazards has left by itself, whoever else claims the same ground."""
        missing = [each for each in dict.fromkeys(hazards) if each not in self._own]
        if missing:
            first, release = meeting(self._boxes[missing], self.line.release_boxes)
            at = np.repeat(np.arange(len(missing)), np.diff(first))
            acting = np.array([self._has_acted(each, missing[place])
                               for place, each in zip(at.tolist(), release.tolist(), strict=True)], dtype=bool)
            at, release = at[acting], release[acting]
            work, owner = self.line.release_shapes_of(release), at
            passed = self._inherited(missing)
            if passed:
                work = np.concatenate([work, pack([shape for _, shape in passed])])
                owner = np.concatenate([owner, np.array([place for place, _ in passed], dtype=np.int64)])
            taken = union_by_group(work, owner, len(missing))
            self._own |= dict(zip(missing, subtract(self.shapes(missing), taken), strict=True))
        return pack([self._own[each] for each in hazards])

    def counted(self, hazards: Sequence[int]) -> Array:
        """Return what is left of each of some hazards and belongs to it where hazards overlap."""
        missing = [each for each in dict.fromkeys(hazards) if each not in self._counted]
        if missing:
            first, other = meeting(self._boxes[missing], self._boxes)
            at = np.repeat(np.arange(len(missing)), np.diff(first))
            before = np.array([self._comes_before(there, missing[place])
                               for place, there in zip(at.tolist(), other.tolist(), strict=True)], dtype=bool)
            at, other = at[before], other[before]
            taken = union_by_group(self.own(other.tolist()), at, len(missing))
            self._counted |= dict(zip(missing, subtract(self.own(missing), taken), strict=True))
        return pack([self._counted[each] for each in hazards])

    def _has_acted(self, release: int, hazard: int) -> bool:
        acts = self.line.acts_on(release, hazard) if self.line.counts[release] else None
        return acts is not None and acts <= self.day

    def _inherited(self, hazards: list[int]) -> list[tuple[int, Any]]:
        """List, by place, what was taken before a hazard was known from those out of which it came (see `story`)."""
        line, found = self.line, []
        for place, hazard in enumerate(hazards):
            kin = line.kin_of(hazard)
            if not kin:
                continue
            _, releases = meeting(self._boxes[[hazard]], line.release_boxes)
            for release in releases.tolist():
                for each in kin:
                    acts = line.acts_on(release, each)
                    held = -1 if acts is None or acts >= line.known[hazard] else line.slice_on(each, acts)
                    if acts is not None and acts <= self.day and held >= 0 and line.counts[release]:
                        work = line.release_shapes_of(np.array([release]))
                        found.append((place, intersect(work, line.shapes_of(np.array([held])))[0]))
        return found

    def _comes_before(self, other: int, hazard: int) -> bool:
        there, now = int(self.now[other]), int(self.now[hazard])
        return other != hazard and self.line.rank(there) < self.line.rank(now)
