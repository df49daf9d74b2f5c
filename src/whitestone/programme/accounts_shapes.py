"""Where are the shapes of a kept book's slices and releases? With their records: they are read where asked for."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from whitestone.domain.revision import State
from whitestone.journal import books
from whitestone.land.columns import Ids
from whitestone.land.packing import unpack_shapes
from whitestone.land.roster import Roster
from whitestone.land.shapes import EMPTY, ground, pack
from whitestone.programme.accounts_inputs import shapes_of_states
from whitestone.programme.opening import Programme

if TYPE_CHECKING:
    from whitestone.geodesy.areas import Plane

__all__ = ["ShapesOfRecords", "shapes_beside"]

Array = np.ndarray[Any, Any]
Packed = Callable[[], tuple[Array, Array] | None]
"""Gives the ground of the first slices and releases as it was counted, by number; None where it is kept no more."""

MANY = 2_000
"""More shapes than this are read as they were counted, beside the book, instead of with their records."""


class ShapesOfRecords:
    """Finds the ground of slices and releases of a roster by number, as known at a moment (None: now)."""

    def __init__(self, programme: Programme, plane: Plane, known: dt.datetime | None) -> None:
        self.programme, self.plane, self.known = programme, plane, known
        self.line: Roster | None = None
        self.packed: Packed | None = None
        self._found: dict[tuple[str, int], Any] = {}

    def following(self) -> ShapesOfRecords:
        """Return a finder for a roster that grew out of this one: numbers do not move, so what was found stays."""
        made = ShapesOfRecords(self.programme, self.plane, self.known)
        made._found, made.packed = self._found, self.packed
        return made

    def forget(self, slices: int, releases: int) -> None:
        """Keep only what was found of the first so many: higher numbers were another's."""
        least = {"slice": slices, "release": releases}
        self._found = {(kind, at): shape for (kind, at), shape in self._found.items() if at < least[kind]}

    def of_slices(self, index: Array) -> Array:
        """Return the ground of some slices: the dated state of their hazard that begins on their day."""
        assert self.line is not None
        line = self.line
        missing = self._missing("slice", index)
        wanted = [each for each in missing if line.stands[each] and line.has_ground[each]]
        by_record: dict[uuid.UUID, list[State]] = {}
        slices = line.said.drawn(np.array(wanted, dtype=np.int64), [None] * len(wanted))
        for state in self._states("hazard", {each.record_id for each in slices}):
            by_record.setdefault(state.record_id, []).append(state)
        states = [_beginning(by_record.get(each.record_id, []), each.true_from, each.true_to) for each in slices]
        self._take("slice", wanted, states)
        return self._given("slice", index)

    def of_releases(self, index: Array) -> Array:
        """Return the ground of some releases: the last statement of their record."""
        assert self.line is not None
        line = self.line
        missing = self._missing("release", index)
        wanted = [each for each in missing if line.counts[each] and line.is_drawn[each]]
        records = list(Ids(line.done.ids[np.array(wanted, dtype=np.int64)]))
        last = {state.record_id: state for state in self._states("release", set(records))}
        self._take("release", wanted, [last.get(each) for each in records])
        return self._given("release", index)

    def _missing(self, kind: str, index: Array) -> list[int]:
        """List what is not found yet; of many, first those are found that lie beside the book."""
        missing = [each for each in index.tolist() if (kind, each) not in self._found]
        if len(missing) <= MANY or self.packed is None:
            return missing
        packed = self.packed()
        shapes = pack([]) if packed is None else packed[0] if kind == "slice" else packed[1]
        here = [each for each in missing if each < len(shapes)]
        self._found.update(((kind, each), shapes[each]) for each in here)
        return [each for each in missing if each >= len(shapes)]

    def _states(self, kind: str, ids: set[uuid.UUID]) -> list[State]:
        return list(self.programme.journal.dated_states(kind, known=self.known, ids=ids)) if ids else []

    def _take(self, kind: str, wanted: list[int], states: list[State | None]) -> None:
        known = [(at, state) for at, state in zip(wanted, states, strict=True) if state is not None]
        shapes = np.array([None, *shapes_of_states(self.plane, [state for _, state in known])], dtype=object)[1:]
        for (at, _), shape in zip(known, ground(shapes), strict=True):
            self._found[kind, at] = shape

    def _given(self, kind: str, index: Array) -> Array:
        found = np.empty(len(index), dtype=object)
        found[:] = [self._found.get((kind, each), EMPTY) for each in index.tolist()]
        return found


def _beginning(states: list[State], begins: dt.date | None, ends: dt.date | None) -> State | None:
    """Find the state that a slice was made of: by its first day, or, where that was read elsewhere, by its last."""
    for state in states:
        if state.true_from == begins or (state.true_from is None and state.true_to == ends):
            return state
    return None


def shapes_beside(programme: Programme, key: str, numbering: str) -> Packed:
    """Return how the shapes are found that lie beside a book."""

    def read() -> tuple[Any, Any] | None:
        with programme.journal.store.reading() as session:
            data = books.read_shapes(session, key, numbering)
        return None if data is None else unpack_shapes(data)

    return read
