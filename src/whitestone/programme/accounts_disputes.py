"""On which ground do statements disagree, and which would change if all that was submitted were approved?"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import shapely

from whitestone.domain.revision import State, Workflow
from whitestone.land.proof import Disagreement

if TYPE_CHECKING:
    from whitestone.geodesy.areas import Plane
    from whitestone.journal import Journal
    from whitestone.programme.opening import Clocks

__all__ = ["awaiting", "disputed"]


def disputed(
    journal: Journal, clocks: Clocks, plane: Plane, same: Mapping[uuid.UUID, uuid.UUID],
    among: Collection[uuid.UUID] | None = None,
) -> list[Disagreement]:
    """Pair the shapes of records declared the same, and the shapes that two revisions dispute, of some records or all.
    """
    pairs = []
    if same:
        last = _last_slices(journal, clocks, {*same, *same.values()})
        for absorbed, kept in same.items():
            if absorbed in last and kept in last:
                pair = _pair(plane, last[absorbed].geometry, last[kept].geometry, "hazard", kept)
                pairs.append(pair._replace(other_id=absorbed))
    found = [each for each in journal.conflicts(clocks.known, approved_only=True, ids=among)
             if each.attribute == "geometry"]
    if found:
        named = {each.record_id for each in found}
        states = [*_last_slices(journal, clocks, named).values(), *_work(journal, clocks, named).values()]
        open_now = {state.record_id for state in states if "geometry" in state.conflicts}
        pairs += [_pair(plane, *each.values, each.kind, each.record_id)._replace(revisions=each.revisions)
                  for each in found if each.record_id in open_now]
    return pairs


def awaiting(journal: Journal, clocks: Clocks, plane: Plane, among: Collection[uuid.UUID] | None = None
             ) -> list[Disagreement]:
    """Pair what is approved with what it would be if all that was submitted were approved, where they differ.

    Of some records, or of all.
    """
    pairs = []
    for kind in ("hazard", "release"):
        mixed = journal.mixed(kind, clocks.known, ids=among)
        if not mixed:
            continue
        said = list(journal.states(kind, on=clocks.on, known=clocks.known, ids=mixed, approved_only=False))
        waiting = [state for state in said if state.workflow != Workflow.APPROVED]
        ids = [state.record_id for state in waiting]
        counted = {state.record_id: state for state in journal.states(kind, on=clocks.on, known=clocks.known, ids=ids)}
        for state in waiting:
            before = counted.get(state.record_id, msgspec.structs.replace(state, geometry=None))
            if before.geometry != state.geometry:
                pair = _pair(plane, before.geometry, state.geometry, kind, state.record_id)
                pairs.append(pair._replace(revisions=state.revisions))
    return pairs


def _pair(plane: Plane, left: bytes | None, right: bytes | None, kind: str, record_id: uuid.UUID) -> Disagreement:
    shapes: list[Any] = [None if not value else shapely.from_wkb(value) for value in (left, right)]
    projected = plane.project(np.array(shapes, dtype=object))
    return Disagreement(projected[0], projected[1], kind, record_id)


def _last_slices(journal: Journal, clocks: Clocks, ids: set[uuid.UUID]) -> dict[uuid.UUID, State]:
    """Read of some hazards the last state that began by the day."""
    return {
        state.record_id: state
        for state in journal.dated_states("hazard", known=clocks.known, ids=ids)
        if _began(state, clocks.on)
    }


def _work(journal: Journal, clocks: Clocks, ids: set[uuid.UUID]) -> dict[uuid.UUID, State]:
    """Read of some releases the last statement by the day; of one reported later, the first."""
    found: dict[uuid.UUID, State] = {}
    for state in journal.dated_states("release", known=clocks.known, ids=ids):
        if state.record_id not in found or (state.true_from is not None and state.true_from <= clocks.on):
            found[state.record_id] = state
    return found


def _began(state: State, day: dt.date) -> bool:
    return state.true_from is None or state.true_from <= day
