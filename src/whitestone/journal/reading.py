"""What was said of a record, by whom, and in which order?

Revisions as they were appended, with their act; and what a dataset's own ids stand for.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from whitestone.domain.revision import Nature, Revision, Workflow
from whitestone.errors import UnknownRecord
from whitestone.journal.drafts import instant_us
from whitestone.journal.envelope import names_of
from whitestone.journal.fold import ALL_COUNTING, APPROVED_ONLY, Entry, open_disputes
from whitestone.journal.projection import BASIS_ALL, BASIS_APPROVED, chunks, marks, read_entries
from whitestone.journal.values import decode_object, erased_parts, instant_of, optional_uuid, split_uuids, uuid_of

if TYPE_CHECKING:
    from whitestone.journal.dialect import Session
    from whitestone.journal.journal import Journal

__all__ = [
    "Conflict", "Mark", "conflicts", "find_external", "histories", "history", "last_said", "mark", "moved_since",
    "revision", "revisions",
]  # fmt: skip

_SELECT = """SELECT r.seq, r.revision_id, r.record_id, r.kind, r.parents, r.nature, r.corrects, r.workflow,
 r.information_date, a.recorded_at, r.source_recorded_at, a.author, a.organisation, a.node, a.dataset, a.run, a.source,
 a.reason, a.schema_version, r.body, r.extra, r.geometry, r.as_entered, r.sealed, r.tombs
FROM revision r JOIN act a ON a.act_id = r.act_id WHERE {} ORDER BY r.seq"""
_WHOLE_ALIAS = 5_000
"""From how many ids on reading all aliases of a dataset is faster than looking each up."""


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """One attribute of one record that two revisions dispute; the first value counts until a person decides."""

    record_id: uuid.UUID
    kind: str
    attribute: str
    values: tuple[Any, Any]
    revisions: tuple[uuid.UUID, uuid.UUID]


class Mark(msgspec.Struct, frozen=True):
    """What was known at a moment: the last entry, its hash (hexadecimal), and how many erasures there were."""

    seq: int
    head: str
    erasures: int


def mark(journal: Journal) -> Mark:
    """Mark what is known now."""
    from whitestone.journal.erasures import noted

    return Mark(*journal.head(), len(noted(journal.programme_id)))


def moved_since(journal: Journal, before: Mark, kind: str) -> bool:
    """Say whether records of a kind may be otherwise than at a mark: an entry about one came, something was erased, or
    the mark is of another journal."""
    if mark(journal).erasures != before.erasures:
        return True
    with journal.store.reading() as session:
        row = session.one("SELECT hash FROM revision WHERE seq = ?", [before.seq])
        if row is None or bytes(row[0]).hex() != before.head:
            return True
        sql = "SELECT 1 FROM revision WHERE seq > ? AND kind = ? LIMIT 1"
        return session.one(sql, [before.seq, journal.kinds.find(session, kind)]) is not None


def revisions(journal: Journal, condition: str, values: Sequence[Any]) -> Iterator[Revision]:
    """Stream the revisions for which a condition over `r` (revision) and `a` (act) holds, in their order."""
    with journal.store.reading() as session:
        for row in session.rows(_SELECT.format(condition), values):
            yield _revision(journal, session, row)


def _revision(journal: Journal, session: Session, row: tuple[Any, ...]) -> Revision:
    return Revision(
        seq=row[0], revision_id=uuid_of(row[1]), record_id=uuid_of(row[2]), kind=journal.kinds.name(session, row[3]),
        parents=split_uuids(row[4]), nature=Nature(row[5]), corrects=optional_uuid(row[6]), workflow=Workflow(row[7]),
        information_date=row[8], recorded_at=instant_of(row[9]),
        source_recorded_at=None if row[10] is None else instant_of(row[10]), author=row[11], organisation=row[12],
        node=uuid_of(row[13]), dataset=optional_uuid(row[14]), run=optional_uuid(row[15]), source=row[16],
        reason=row[17], schema_version=row[18], body=decode_object(row[19]), extra=decode_object(row[20]),
        geometry=row[21], as_entered=decode_object(row[22]), sealed=names_of(row[23]), erased=erased_parts(row[24]),
    )


def history(journal: Journal, record_id: uuid.UUID) -> list[Revision]:
    """Return all revisions of a record, oldest first; refuses a record that has none with UnknownRecord."""
    found = list(revisions(journal, "r.record_id = ?", [record_id.bytes]))
    if not found:
        raise UnknownRecord(record=record_id)
    return found


def histories(journal: Journal, record_ids: Iterable[uuid.UUID]) -> Iterator[Revision]:
    """Stream all revisions of some records, those of one record oldest first; records without any are left out."""
    for chunk in chunks(sorted({each.bytes for each in record_ids})):
        yield from revisions(journal, f"r.record_id IN ({marks(chunk)})", chunk)


def revision(journal: Journal, revision_id: uuid.UUID) -> Revision:
    """Return one revision; refuses an id that is not in the journal with UnknownRecord."""
    found = next(revisions(journal, "r.revision_id = ?", [revision_id.bytes]), None)
    if found is None:
        raise UnknownRecord(record=f"with a revision {revision_id}")
    return found


def find_external(journal: Journal, dataset: uuid.UUID, kind: str, ids: Iterable[str]) -> dict[str, uuid.UUID]:
    """Find which records a dataset's own ids stand for, exactly as written; absent ids are not in the answer."""
    wanted = sorted(set(ids))
    with journal.store.reading() as session:
        base = "SELECT external_id, record_id FROM alias WHERE dataset = ? AND kind = ?"
        values = [dataset.bytes, journal.kinds.find(session, kind)]
        if len(wanted) > _WHOLE_ALIAS:
            asked = set(wanted)
            return {text: uuid_of(record) for text, record in session.rows(base, values) if text in asked}
        found: dict[str, uuid.UUID] = {}
        for at in range(0, len(wanted), 500):
            chunk = wanted[at : at + 500]
            sql = f"{base} AND external_id IN ({marks(chunk)})"
            found.update((text, uuid_of(record)) for text, record in session.all(sql, [*values, *chunk]))
    return found


def last_said(journal: Journal, dataset: uuid.UUID, kind: str, record_ids: Iterable[uuid.UUID]
              ) -> dict[uuid.UUID, Revision]:
    """Return what a dataset last said of each record: its newest revision that is not a decision."""
    found: dict[uuid.UUID, Revision] = {}
    with journal.store.reading() as session:
        number = journal.kinds.find(session, kind)
        for chunk in chunks(sorted({each.bytes for each in record_ids})):
            condition = f"a.dataset = ? AND r.kind = ? AND r.nature <> 2 AND r.record_id IN ({marks(chunk)})"
            for row in session.all(_SELECT.format(condition), [dataset.bytes, number, *chunk]):
                found[uuid_of(row[2])] = _revision(journal, session, row)
    return found


def conflicts(journal: Journal, known: dt.datetime | None, *, approved_only: bool,
              ids: Iterable[uuid.UUID] | None = None) -> Iterator[Conflict]:
    """Stream the attributes that revisions dispute as known at a moment (None: now), by record, of some or of all."""
    basis = BASIS_ALL if approved_only else BASIS_APPROVED
    moment = None if known is None else instant_us(known)
    told, then = ("s.known_to IS NULL", []) if moment is None else (
        "s.known_from <= ? AND (s.known_to IS NULL OR s.known_to > ?)", [moment, moment])
    allowed = APPROVED_ONLY if approved_only else ALL_COUNTING
    with journal.store.reading() as session:
        sql = (f"SELECT DISTINCT s.record_id FROM state s WHERE s.conflicts IS NOT NULL AND {told} "  # noqa: S608
               f"AND s.basis <> {basis}")
        few = [None] if ids is None else list(chunks(sorted({each.bytes for each in ids})))
        records = sorted({bytes(record) for some in few for (record,) in (
            session.all(sql, then) if some is None
            else session.all(f"{sql} AND s.record_id IN ({marks(some)})", [*then, *some]))})
        for chunk in chunks(records):
            by_then = "" if moment is None else " AND a.recorded_at <= ?"
            asked = f"r.record_id IN ({marks(chunk)}){by_then}"
            for record, kind, entries in read_entries(session, asked, [*chunk, *then[:1]]):
                name = journal.kinds.name(session, kind)
                for attribute, pair in _disputed(session, entries, allowed):
                    yield Conflict(record_id=uuid_of(record), kind=name, attribute=attribute,
                                   values=(_value(session, pair[0], attribute), _value(session, pair[1], attribute)),
                                   revisions=(uuid_of(pair[0].revision_id), uuid_of(pair[1].revision_id)))


def _disputed(session: Session, entries: list[Entry], allowed: frozenset[Workflow]
              ) -> Iterator[tuple[str, tuple[Entry, Entry]]]:
    by_id = {each.revision_id: each for each in entries}
    for dispute in open_disputes(entries, allowed, lambda seq: _geometry(session, seq)):
        yield dispute.attribute, (by_id[dispute.winner], by_id[dispute.loser])


def _geometry(session: Session, seq: int) -> bytes:
    row = session.one("SELECT geometry FROM revision WHERE seq = ?", [seq])
    return bytes(row[0]) if row and row[0] is not None else b""


def _value(session: Session, entry: Entry, attribute: str) -> Any:
    if attribute == "geometry":
        return _geometry(session, entry.seq)
    if attribute.startswith("extra."):
        return decode_object(entry.extra).get(attribute.removeprefix("extra."))
    return decode_object(entry.body).get(attribute)
