"""Which claims wait for a person, and what does each say as long as nobody has confirmed it?

A draft counts nowhere, so the journal keeps no state of it: what it says is put together here from what was recorded.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from whitestone.domain.revision import Nature, Revision, State, Workflow
from whitestone.programme.opening import Clocks, Programme

__all__ = ["WAITING", "claim_state", "drafts", "every_claim", "put_together"]

WAITING = (Workflow.DRAFT, Workflow.SUBMITTED, Workflow.RETURNED)
"""How far a claim has come that no person has confirmed yet."""


def every_claim(programme: Programme, clocks: Clocks | None = None) -> list[State]:
    """Return all claims under both clocks: those that count, those submitted, and the drafts that wait."""
    on, known = (clocks.on, clocks.known) if clocks else (None, None)
    counted = list(programme.journal.states("claim", on=on, known=known, approved_only=False, geometry=False))
    return counted + drafts(programme, clocks, {state.record_id for state in counted})


def drafts(programme: Programme, clocks: Clocks | None = None, counted: Iterable[uuid.UUID] = ()) -> list[State]:
    """Return the drafts that wait for a person, without records of which something counts (`counted`)."""
    left_out = set(counted)
    held: dict[uuid.UUID, list[Revision]] = defaultdict(list)
    for each in programme.journal.revisions(kind="claim"):
        if clocks is None or clocks.known is None or each.recorded_at <= clocks.known:
            held[each.record_id].append(each)
    made = [put_together(history) for record, history in held.items() if record not in left_out]
    return [state for state in made if state is not None and state.workflow in WAITING]


def claim_state(programme: Programme, record_id: uuid.UUID, clocks: Clocks | None = None) -> State | None:
    """Return one claim under both clocks, also a draft; None where nothing was said of it by then."""
    on, known = (clocks.on, clocks.known) if clocks else (None, None)
    state = programme.journal.state(record_id, on=on, known=known, approved_only=False)
    if state is not None:
        return state
    history = programme.journal.history(record_id)
    return put_together([each for each in history if known is None or each.recorded_at <= known])


def put_together(history: Sequence[Revision]) -> State | None:
    """Lay what was stated of a record together, later over earlier, with the workflow that decisions gave it.

    What was withdrawn, and what a correction replaced, is left out; None where nothing stays.

    >>> put_together([]) is None
    True
    """
    stands: dict[uuid.UUID, Workflow] = {}
    for each in history:
        if each.nature == Nature.DECISION:
            stands |= {parent: each.workflow for parent in each.parents if parent in stands}
        else:
            stands[each.revision_id] = each.workflow
            if each.corrects is not None:
                stands.pop(each.corrects, None)
    left = [each for each in history if stands.get(each.revision_id, Workflow.WITHDRAWN) != Workflow.WITHDRAWN]
    if not left:
        return None
    body: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for each in left:
        body |= each.body
        extra |= each.extra
    last = left[-1]
    return State(record_id=last.record_id, kind=last.kind, workflow=stands[last.revision_id], body=body, extra=extra,
                 geometry=None, true_from=None, true_to=None, known_from=last.recorded_at,
                 revisions=tuple(each.revision_id for each in left))  # fmt: skip
