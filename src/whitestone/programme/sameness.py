"""Which records are one and the same thing, who said so, and how is that taken back?

Two operators report one hazard: both records stay, with all that each said; a decision names the one that is kept and
those it absorbs. Undo is a further decision. Only decisions count, never likeness.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

import msgspec

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft, State
from whitestone.errors import UnknownRecord, WrongCall
from whitestone.journal import Journal
from whitestone.programme.opening import Programme

__all__ = ["Sameness", "declare_same", "resolve_groups", "same_draft", "same_groups", "undo_decision", "undo_same"]


class Sameness(msgspec.Struct, frozen=True):
    """One decision that stands: its record, the record that is kept and the one absorbed."""

    decision_id: uuid.UUID
    kept_id: uuid.UUID
    absorbed_id: uuid.UUID


def same_groups(
    journal: Journal, on: dt.date | None = None, known: dt.datetime | None = None
) -> dict[uuid.UUID, uuid.UUID]:
    """Map each absorbed record to the one that is kept, as decided by `known`; chains are followed to their end.

    Sameness is about records, not about the ground: a decision holds for every day `on`, so only `known` matters.
    """
    return resolve_groups([(each.absorbed_id, each.kept_id) for each in _standing(journal, known)])


def resolve_groups(pairs: list[tuple[uuid.UUID, uuid.UUID]]) -> dict[uuid.UUID, uuid.UUID]:
    """Follow pairs (absorbed, kept) to the record that is kept in the end.

    >>> a, b, c = (uuid.UUID(int=n) for n in (1, 2, 3))
    >>> resolve_groups([(a, b), (b, c)]) == {a: c, b: c}, resolve_groups([])
    (True, {})
    """
    step = dict(pairs)
    groups: dict[uuid.UUID, uuid.UUID] = {}
    for absorbed in step:
        kept, seen = step[absorbed], {absorbed}
        while kept in step and kept not in seen:
            seen.add(kept)
            kept = step[kept]
        # Two people may close a ring on two nodes; then the smallest id of it is kept, on every node.
        final = min(seen) if kept in seen else kept
        if final != absorbed:
            groups[absorbed] = final
    return groups


def declare_same(
    programme: Programme, record: uuid.UUID, other: uuid.UUID, *, reason: str, decision: uuid.UUID | None = None,
    beside: Mapping[str, Any] | None = None,
) -> uuid.UUID:  # fmt: skip
    """Declare `other` the same as `record`, which is kept; return the decision's record id.

    `decision` is the record that tells it where there is one already (of a proposed pair), `beside` what else that
    record states. Refuses no reason with WrongCall, and what `same_draft` refuses.
    """
    if not reason.strip():
        raise WrongCall(why="A decision needs a reason.", fix="Say with --reason why.")
    draft = same_draft(programme, record, other, decision=decision, beside=beside)
    programme.journal.append(Act(author=programme.who, reason=reason), [draft])
    return draft.record_id


def same_draft(
    programme: Programme, record: uuid.UUID, other: uuid.UUID, *, decision: uuid.UUID | None = None,
    beside: Mapping[str, Any] | None = None,
) -> Draft:  # fmt: skip
    """Write down that `other` is the same as `record`, for an act that is still to be made; see `declare_same`.

    Refuses a record that is not here with UnknownRecord; records of two kinds, a record and itself, and what is
    declared already, with WrongCall.
    """
    kept, absorbed = _state(programme, record), _state(programme, other)
    if kept.kind != absorbed.kind:
        raise WrongCall(why=f"A {kept.kind} and a {absorbed.kind} cannot be the same.",
                        fix="Link them instead: 'whitestone records state'.")
    groups = same_groups(programme.journal)
    if groups.get(record, record) == groups.get(other, other):
        raise WrongCall(why="These two are one record already.", fix="Nothing is to be done; --undo parts them.")
    told = decision or new_id()
    # The head of each group is absorbed, so that earlier decisions stay as they were made.
    body = {
        "decision_type": "same",
        "kept_id": str(groups.get(record, record)),
        "absorbed_ids": [str(groups.get(other, other))],
        "decided_on": programme.today().isoformat(),
        **(beside or {}),
    }
    return Draft(kind="decision", record_id=told, body=body, parents=_last(programme, told))


def undo_same(programme: Programme, record: uuid.UUID, other: uuid.UUID, *, reason: str) -> uuid.UUID:
    """Take back the decision that made the two one; return its record id. Everything said of either is as before.

    Refuses no reason, and two records that no single decision joined, with WrongCall.
    """
    if not reason.strip():
        raise WrongCall(why="A decision needs a reason.", fix="Say with --reason why.")
    standing = _standing(programme.journal, None)
    found = next((each for each in standing if {each.kept_id, each.absorbed_id} == {record, other}), None)
    if found is None:
        raise WrongCall(why="No decision that stands joined these two records.",
                        fix="See 'whitestone history' of each.")
    undo_decision(programme, found.decision_id, reason=reason)
    return found.decision_id


def undo_decision(programme: Programme, decision: uuid.UUID, *, reason: str) -> None:
    """Take back one decision by its record; refuses no reason and one that does not stand with WrongCall."""
    if not reason.strip():
        raise WrongCall(why="A decision needs a reason.", fix="Say with --reason why.")
    if decision not in {each.decision_id for each in _standing(programme.journal, None)}:
        raise WrongCall(why="No decision that stands joined these two records.",
                        fix="See 'whitestone history' of each.")
    body = {"decision_type": "undone", "decided_on": programme.today().isoformat()}
    draft = Draft(kind="decision", record_id=decision, body=body, parents=_last(programme, decision))
    programme.journal.append(Act(author=programme.who, reason=reason), [draft])


def _last(programme: Programme, decision: uuid.UUID) -> tuple[uuid.UUID, ...]:
    try:
        return (programme.journal.history(decision)[-1].revision_id,)
    except UnknownRecord:
        return ()


def _standing(journal: Journal, known: dt.datetime | None) -> list[Sameness]:
    found = []
    for state in journal.states("decision", known=known, geometry=False):
        if state.body.get("decision_type") == "same":
            kept = uuid.UUID(str(state.body["kept_id"]))
            found += [
                Sameness(state.record_id, kept, uuid.UUID(str(absorbed)))
                for absorbed in state.body.get("absorbed_ids") or ()
            ]
    return found


def _state(programme: Programme, record: uuid.UUID) -> State:
    state = programme.journal.state(record, approved_only=False)
    if state is None:
        raise UnknownRecord(record=record)
    return state
