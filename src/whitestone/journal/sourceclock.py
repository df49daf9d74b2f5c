"""What did a migrated database know at moment K, by its own clock?

A migration records twenty years in one night. Asked by the source's clock, a revision counts as recorded when the old
system said so, and when it was appended here where the old system said nothing. Folded from the revisions themselves:
the question is rare, and a second projection would cost every import.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from whitestone.domain.revision import State, Workflow
from whitestone.journal.asof import Question, within
from whitestone.journal.drafts import day_number, instant_us
from whitestone.journal.fold import ALL_COUNTING, APPROVED_ONLY, Entry, Slice, fold
from whitestone.journal.projection import chunks, marks, read_entries
from whitestone.journal.values import day_of, decode_object, instant_of, split_uuids, uuid_of

if TYPE_CHECKING:
    from whitestone.journal.dialect import Session
    from whitestone.journal.journal import Journal

__all__ = ["states_by_source"]

_INSTANT = "COALESCE(r.source_recorded_at, a.recorded_at)"


def states_by_source(journal: Journal, question: Question) -> Iterator[State]:
    """Stream the states that a question asks for by the clock of the sources, in the order of record ids."""
    with journal.store.reading() as session:
        found = _answers(journal, session, question)
        yield from within((each for each in found if each.geometry), question.bbox) if question.bbox else found


def _answers(journal: Journal, session: Session, question: Question) -> Iterator[State]:
    allowed = APPROVED_ONLY if question.approved_only else ALL_COUNTING
    known = None if question.known is None else instant_us(question.known)
    for condition, values in _pieces(journal, session, question):
        for record, kind, entries in read_entries(session, condition, values, _INSTANT):
            by_then = [each for each in entries if known is None or each.recorded_at <= known]
            held = _on(fold(by_then, allowed, lambda seq: _geometry(session, seq) or b""), question.on)
            if held is not None:
                name = journal.kinds.name(session, kind)
                yield _state(session, record, name, held, by_then, geometry=question.geometry)


def _pieces(journal: Journal, session: Session, question: Question) -> Iterator[tuple[str, list[Any]]]:
    kinds = [journal.kinds.find(session, name) for name in question.kinds or ()]
    condition = f"r.kind IN ({marks(kinds)})" if question.kinds is not None else "1 = 1"
    if question.ids is None:
        yield condition, kinds
        return
    for chunk in chunks(sorted({each.bytes for each in question.ids})):
        yield f"{condition} AND r.record_id IN ({marks(chunk)})", [*kinds, *chunk]


def _on(slices: Sequence[Slice], on: dt.date | None) -> Slice | None:
    if on is None:
        return slices[-1] if slices else None
    day = day_number(on)
    return next((each for each in slices if (each.true_from is None or each.true_from <= day)
                 and (each.true_to is None or each.true_to > day)), None)


def _state(session: Session, record: bytes, kind: str, held: Slice, entries: Sequence[Entry], *,
           geometry: bool) -> State:
    by_seq = {each.seq: each for each in entries}
    last = by_seq[held.body_seq]
    folded = [each for each in entries if each.revision_id in _ids(held, last)]
    body, extra = (last.body, last.extra) if held.body is None else (held.body, held.extra)
    return State(
        record_id=uuid_of(record), kind=kind, workflow=Workflow(held.workflow), body=decode_object(body),
        extra=decode_object(extra),
        geometry=_geometry(session, held.geometry_seq) if geometry and held.geometry_seq is not None else None,
        true_from=day_of(held.true_from), true_to=day_of(held.true_to),
        known_from=instant_of(max(each.recorded_at for each in folded)),
        revisions=split_uuids(held.revisions) if held.revisions else (uuid_of(last.revision_id),),
        conflicts=tuple(msgspec.json.decode(held.conflicts)) if held.conflicts else (),
    )


def _ids(held: Slice, last: Entry) -> set[bytes]:
    joined = held.revisions or last.revision_id
    return {joined[at : at + 16] for at in range(0, len(joined), 16)}


def _geometry(session: Session, seq: int) -> bytes | None:
    row = session.one("SELECT geometry FROM revision WHERE seq = ?", [seq])
    return row[0] if row else None
