"""What was the situation on day D, as known at moment K?

One query over the projection of dated states: a row holds between two days and between two instants. Bodies are read
from the revision that a state points at, unless several revisions had to be folded.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from whitestone.domain.revision import State, Workflow
from whitestone.journal.drafts import day_number, instant_us
from whitestone.journal.projection import BASIS_ALL, BASIS_APPROVED, chunks, marks
from whitestone.journal.values import day_of, decode_object, instant_of, split_uuids, uuid_of

if TYPE_CHECKING:
    from whitestone.journal.dialect import Session
    from whitestone.journal.journal import Journal

__all__ = ["Question", "columns", "count", "dated_states", "mixed", "states", "within"]

_WORKFLOWS = tuple(Workflow(number) for number in range(len(Workflow)))
_OWN = frozenset({"record_id", "workflow", "true_from", "conflicts", "geometry"})
_WITHIN_ROWS = 2_000

_SELECT = """SELECT s.record_id, s.kind, s.workflow, s.true_from, s.true_to, s.known_from, s.conflicts, s.revisions,
 r.revision_id, s.body, s.extra, CASE WHEN s.body IS NULL THEN r.body END,
 CASE WHEN s.body IS NULL THEN r.extra END, {geometry}
FROM state s JOIN revision r ON r.seq = s.body_seq {join} WHERE {where}"""
_GEOMETRY_JOIN = "LEFT JOIN revision g ON g.seq = s.geometry_seq"


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Which states are asked for.

    `kinds`: None for all. `on`: None for the last dated state, which may begin in the future. `known`: None for now.
    `bbox`: min x, min y, max x, max y in degrees; a state is in it when its geometry's box meets it.
    """

    kinds: tuple[str, ...] | None = None
    on: dt.date | None = None
    known: dt.datetime | None = None
    bbox: tuple[float, float, float, float] | None = None
    ids: tuple[uuid.UUID, ...] | None = None
    approved_only: bool = True
    geometry: bool = True


def states(journal: Journal, question: Question) -> Iterator[State]:
    """Stream the states that a question asks for, in the order of their record ids."""
    with journal.store.reading() as session:
        found = _answers(journal, session, question, dated=False)
        yield from within(found, question.bbox) if question.bbox else found


def dated_states(journal: Journal, question: Question) -> Iterator[State]:
    """Stream all dated states of records, ordered by record and first day; `on` is not asked."""
    with journal.store.reading() as session:
        yield from _answers(journal, session, question, dated=True)


def _answers(journal: Journal, session: Session, question: Question, *, dated: bool) -> Iterator[State]:
    for where, values in _pieces(journal, session, question, dated=dated):
        sql = _SELECT.format(where=where, geometry="g.geometry" if question.geometry else "NULL",
                             join=_GEOMETRY_JOIN if question.geometry else "")
        yield from _read(journal, session, session.rows(sql + " ORDER BY s.record_id, s.slice", values))


def _read(journal: Journal, session: Session, rows: Iterable[tuple[Any, ...]]) -> Iterator[State]:
    names: dict[int, str] = {}
    make, workflows = State, _WORKFLOWS
    for (record, kind, workflow, true_from, true_to, known_from, conflicts, revisions, revision, body, extra, own_body,
         own_extra, geometry) in rows:
        if kind not in names:
            names[kind] = journal.kinds.name(session, kind)
        yield make(
            record_id=uuid_of(record), kind=names[kind], workflow=workflows[workflow],
            body=decode_object(body or own_body), extra=decode_object(extra or own_extra), geometry=geometry,
            true_from=day_of(true_from), true_to=day_of(true_to), known_from=instant_of(known_from),
            revisions=split_uuids(revisions) if revisions else (uuid_of(revision),),
            conflicts=tuple(msgspec.json.decode(conflicts)) if conflicts else (),
        )


def _pieces(journal: Journal, session: Session, question: Question, *, dated: bool) -> Iterator[tuple[str, list[Any]]]:
    """Give the conditions of one query, or of one for each piece of a long list of ids."""
    conditions, values = _clocks(question, dated=dated)
    if question.kinds is not None:
        numbers = [journal.kinds.find(session, name) for name in question.kinds]
        # Of records asked for by id the index of records is the one to take; a plus keeps the one of kinds away.
        conditions.append(f"{'' if question.ids is None else '+'}s.kind IN ({marks(numbers)})")
        values.extend(numbers)
    if question.bbox is not None and not dated:
        condition, box = session.in_box("s.geometry_seq", question.bbox)
        conditions.append(condition)
        values.extend(box)
    if question.ids is None:
        yield " AND ".join(conditions), values
        return
    for chunk in chunks(sorted({each.bytes for each in question.ids})):
        yield " AND ".join([*conditions, f"s.record_id IN ({marks(chunk)})"]), [*values, *chunk]


def _clocks(question: Question, *, dated: bool) -> tuple[list[str], list[Any]]:
    conditions = [f"s.basis <> {BASIS_ALL if question.approved_only else BASIS_APPROVED}"]
    values: list[Any] = []
    if question.known is None:
        conditions.append("s.known_to IS NULL")
    else:
        moment = instant_us(question.known)
        conditions.append("s.known_from <= ? AND (s.known_to IS NULL OR s.known_to > ?)")
        values += [moment, moment]
    if dated:
        return conditions, values
    if question.on is None:
        conditions.append("s.true_to IS NULL")
    else:
        day = day_number(question.on)
        conditions.append("(s.true_from IS NULL OR s.true_from <= ?) AND (s.true_to IS NULL OR s.true_to > ?)")
        values += [day, day]
    return conditions, values


def within(found: Iterator[State], bbox: tuple[float, float, float, float]) -> Iterator[State]:
    """Leave out candidates of the index that the exact boxes do not confirm: its floats have 32 bits."""
    import numpy as np
    import shapely

    min_x, min_y, max_x, max_y = bbox
    while piece := [state for _, state in zip(range(_WITHIN_ROWS), found, strict=False)]:
        boxes = shapely.bounds(shapely.from_wkb(np.array([state.geometry for state in piece], dtype=object)))
        inside = ((boxes[:, 2] >= min_x) & (boxes[:, 0] <= max_x) & (boxes[:, 3] >= min_y) & (boxes[:, 1] <= max_y))
        yield from (state for state, keep in zip(piece, inside.tolist(), strict=True) if keep)


def mixed(journal: Journal, question: Question) -> list[uuid.UUID]:
    """List records that have a view of their own of all that counts: not all of it is approved."""
    with journal.store.reading() as session:
        found: set[uuid.UUID] = set()
        for where, values in _pieces(journal, session, question, dated=True):
            sql = f"SELECT DISTINCT s.record_id FROM state s WHERE {where} AND s.basis = {BASIS_ALL}"  # noqa: S608
            found.update(uuid_of(record) for (record,) in session.all(sql, values))
        return sorted(found)


def count(journal: Journal, question: Question) -> dict[str, int]:
    """Count the records that have a state, by kind."""
    with journal.store.reading() as session:
        where, values = next(_pieces(journal, session, question, dated=False))
        sql = f"SELECT s.kind, count(*) FROM state s WHERE {where} GROUP BY s.kind"  # noqa: S608
        found = {journal.kinds.name(session, number): total for number, total in session.all(sql, values)}
    return dict(sorted(found.items()))


def columns(journal: Journal, attributes: Sequence[str], question: Question) -> dict[str, list[Any]]:
    """Read states as columns: `record_id` (UUID), then each attribute asked for; None where it is not stated.

    Beside attributes of the body: `workflow`, `true_from`, `conflicts`, `geometry` (WKB).
    """
    wanted = [name for name in attributes if name not in _OWN]
    reader = _reader(wanted)
    answer: dict[str, list[Any]] = {"record_id": [], **{name: [] for name in attributes}}
    asked = msgspec.structs.replace(question, geometry="geometry" in attributes)
    with journal.store.reading() as session:
        for where, values in _pieces(journal, session, asked, dated=False):
            sql = _SELECT.format(where=where, geometry="g.geometry" if asked.geometry else "NULL",
                                 join=_GEOMETRY_JOIN if asked.geometry else "")
            for row in session.rows(sql + " ORDER BY s.record_id", values):
                answer["record_id"].append(uuid_of(row[0]))
                stated = reader(row[9] or row[11] or b"{}")
                for at, name in enumerate(wanted):
                    answer[name].append(getattr(stated, f"f{at}"))
                _own_columns(answer, row)
    return answer


def _own_columns(answer: dict[str, list[Any]], row: tuple[Any, ...]) -> None:
    if "workflow" in answer:
        answer["workflow"].append(_WORKFLOWS[row[2]])
    if "true_from" in answer:
        answer["true_from"].append(day_of(row[3]))
    if "conflicts" in answer:
        answer["conflicts"].append(tuple(msgspec.json.decode(row[6])) if row[6] else ())
    if "geometry" in answer:
        answer["geometry"].append(row[13])


def _reader(wanted: Sequence[str]) -> Any:
    """Make a decoder that skips what is not wanted: twice as fast as reading whole objects."""
    fields = [(f"f{at}", Any, msgspec.field(default=None, name=name)) for at, name in enumerate(wanted)]
    return msgspec.json.Decoder(msgspec.defstruct("Wanted", fields, gc=False)).decode
