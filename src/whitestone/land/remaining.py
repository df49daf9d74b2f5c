"""Which ground is left, as a shape for maps and exports, made by GEOS and only where it is asked for?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from whitestone.land.shapes import EMPTY, pack, subtract, union_by_group

if TYPE_CHECKING:
    from whitestone.land.timeline import Timeline

__all__ = ["Remaining"]

Array = np.ndarray[Any, Any]


class Remaining:
    """The unreleased ground of hazards on a day, in the plane; each shape is made once."""

    def __init__(self, line: Timeline, day: int) -> None:
        self.line, self.day = line, day
        self.now = line.now(day)
        self._own: dict[int, Any] = {}
        self._counted: dict[int, Any] = {}

    @cached_property
    def _work(self) -> Any:
        return shapely.STRtree(self.line.release_shapes)

    @cached_property
    def _hazards(self) -> Any:
        return shapely.STRtree(pack([self.shape(hazard) for hazard in range(len(self.now))]))

    def shape(self, hazard: int) -> Any:
        """Return the recorded ground of a hazard on the day, released or not."""
        return self.line.shapes[self.now[hazard]] if self.now[hazard] >= 0 else EMPTY

    def own(self, hazards: Sequence[int]) -> Array:
        """Return what each of some hazards has left by itself, whoever else claims the same ground."""
        missing = [each for each in dict.fromkeys(hazards) if each not in self._own]
        if missing:
            shapes = pack([self.shape(each) for each in missing])
            at, release = self._work.query(shapes)
            pairs = list(zip(at.tolist(), release.tolist(), strict=True))
            acting = [(place, self.line.release_shapes[each]) for place, each in pairs
                      if self._has_acted(each, missing[place])]
            acting += [(place, shape) for place, each in pairs if self.line.kin[missing[place]]
                       for shape in self._inherited(each, missing[place])]
            taken = union_by_group(pack([shape for _, shape in acting]),
                                   np.array([place for place, _ in acting], dtype=np.int64), len(missing))
            self._own |= dict(zip(missing, subtract(shapes, taken), strict=True))
        return pack([self._own[each] for each in hazards])

    def counted(self, hazards: Sequence[int]) -> Array:
        """Return what is left of each of some hazards and belongs to it where hazards overlap."""
        missing = [each for each in dict.fromkeys(hazards) if each not in self._counted]
        if missing:
            own = self.own(missing)
            at, other = self._hazards.query(own)
            first = [self._comes_before(there, missing[place]) for place, there in zip(at, other, strict=True)]
            at, other = at[first], other[first]
            before = union_by_group(self.own(other.tolist()), at, len(missing))
            self._counted |= dict(zip(missing, subtract(own, before), strict=True))
        return pack([self._counted[each] for each in hazards])

    def _has_acted(self, release: int, hazard: int) -> bool:
        acts = self.line.acts_on(int(release), hazard)
        return acts is not None and acts <= self.day

    def _inherited(self, release: int, hazard: int) -> list[Any]:
        """List what a release took, before a hazard was known, from those out of which it came (see `story`)."""
        line = self.line
        found = []
        for kin in line.kin[hazard]:
            acts = line.acts_on(release, kin)
            if acts is not None and acts < line.known[hazard] and acts <= self.day:
                held = line.slice_on(kin, acts)
                if held >= 0:
                    found.append(shapely.intersection(line.release_shapes[release], line.shapes[held]))
        return found

    def _comes_before(self, other: int, hazard: int) -> bool:
        now, there = self.now[hazard], self.now[other]
        return other != hazard and there >= 0 and bool(self.line.rank[there] < self.line.rank[now])
