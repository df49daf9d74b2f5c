"""How does the projection of dated states follow what was appended, touching only the records that changed?

A state row is a rectangle: the days for which a fold holds, and the instants between which it was what we knew. A
record with one revision is one row that points at it. Records that were there before are folded again; rows that still
hold stay, the others are closed at this instant and stand for "as known before".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from whitestone.domain.revision import Nature, Workflow
from whitestone.errors import InvalidValue
from whitestone.journal.fold import ALL_COUNTING, APPROVED_ONLY, Entry, Slice, fold, is_mixed
from whitestone.journal.layout import STATE_COLUMNS

if TYPE_CHECKING:
    from whitestone.journal.dialect import Session
    from whitestone.journal.drafts import EncodedBatch

__all__ = ["BASIS_ALL", "BASIS_APPROVED", "BASIS_BOTH", "boxes_of", "chunks", "index_aliases", "index_boxes",
           "known_before", "marks", "project_batch", "project_sole", "read_entries", "renew", "state_rows"]

BASIS_BOTH, BASIS_APPROVED, BASIS_ALL = 0, 1, 2
CHUNK = 500
_ALL = frozenset(int(workflow) for workflow in ALL_COUNTING)

_Held = dict[tuple[Any, ...], tuple[int, int]]  # what a state row says -> its id, and since when it is known

_ENTRIES = """SELECT r.record_id, r.kind, r.seq, r.revision_id, {}, r.nature, r.workflow, r.parents,
 r.corrects, r.acts_on, r.body, r.extra, r.geometry IS NOT NULL
FROM revision r JOIN act a ON a.act_id = r.act_id WHERE {} ORDER BY r.record_id, r.seq"""
_OPEN = """SELECT record_id, basis, state_id, slice, true_from, true_to, workflow, body_seq, geometry_seq, revisions,
 body, extra, conflicts, known_from FROM state WHERE known_to IS NULL AND record_id IN ({})"""
_ENDED = _OPEN.replace("known_to IS NULL", "known_to = {}")
_FRESH = """INSERT INTO state (record_id, kind, basis, slice, true_from, known_from, workflow, body_seq, geometry_seq)
SELECT r.record_id, r.kind, {basis}, 0, r.acts_on, {now}, r.workflow, r.seq,
 CASE WHEN r.geometry IS NULL THEN NULL ELSE r.seq END
FROM revision r WHERE r.seq BETWEEN ? AND ? ORDER BY r.seq"""
_SOLE = """INSERT INTO state (record_id, kind, basis, slice, true_from, known_from, workflow, body_seq, geometry_seq)
SELECT r.record_id, r.kind, CASE WHEN r.workflow = 3 THEN 0 ELSE 2 END, 0, r.acts_on, a.recorded_at, r.workflow, r.seq,
 CASE WHEN r.geometry IS NULL THEN NULL ELSE r.seq END
FROM revision r JOIN act a ON a.act_id = r.act_id
WHERE r.nature <> 2 AND r.workflow IN (1, 2, 3) AND {} ORDER BY r.seq"""


def index_boxes(session: Session, seqs: npt.NDArray[np.int64], boxes: npt.NDArray[np.float64]) -> None:
    """Enter the boxes (n, 4) of entries; those of empty geometries are NaN and left out."""
    if session.dialect != "sqlite":  # the server generates geometry and index from the stored WKB
        return
    here = np.flatnonzero(~np.isnan(boxes).any(axis=1))
    if len(here):
        session.index_boxes(seqs[here], boxes[here])


def boxes_of(geometry: Sequence[bytes | None]) -> npt.NDArray[np.float64]:
    """Measure min x, min y, max x, max y of WKB; refuses bytes that are none with InvalidValue.

    >>> boxes_of([None]).shape
    (1, 4)
    """
    import shapely

    try:
        read = shapely.from_wkb(np.array(geometry, dtype=object))
    except shapely.errors.ShapelyError as error:
        raise InvalidValue(field="geometry", value="WKB", why=str(error)) from error
    found: npt.NDArray[np.float64] = shapely.bounds(read)
    return found


def index_aliases(session: Session, dataset: bytes, first: int, last: int) -> None:
    """Enter the sources' own ids of new entries; the first record that a dataset gave an id keeps it."""
    session.run("INSERT INTO alias (dataset, kind, external_id, record_id) "
                "SELECT ?, kind, external_id, record_id FROM revision WHERE seq BETWEEN ? AND ? "
                "AND external_id IS NOT NULL ORDER BY kind, external_id, seq ON CONFLICT DO NOTHING",
                [dataset, first, last])


def project_batch(session: Session, batch: EncodedBatch, kind_id: int, first: int, now: int, known: set[bytes]) -> None:
    """Bring the projection up to date after a batch that begins at entry `first`; `known` records were there before."""
    if not known and len(set(batch.record_ids)) == len(batch.record_ids):
        if batch.nature != Nature.DECISION and batch.workflow in _ALL:
            basis = BASIS_BOTH if batch.workflow == Workflow.APPROVED else BASIS_ALL
            last = first + len(batch.record_ids) - 1
            session.run(_FRESH.format(basis=basis, now=int(now)), [first, last])
        return
    several = {record for record, count in Counter(batch.record_ids).items() if count > 1}
    touched = known | several
    sole = [(record, kind_id, BASIS_BOTH if batch.workflow == Workflow.APPROVED else BASIS_ALL, 0,
             _at(batch.acts_on, at), None, now, None, int(batch.workflow), first + at,
             first + at if batch.geometry is not None and batch.geometry[at] is not None else None,
             None, None, None, None)
            for at, record in enumerate(batch.record_ids) if record not in touched]
    if sole and batch.nature != Nature.DECISION and batch.workflow in _ALL:
        session.load("state", STATE_COLUMNS, sole)
    # In the order of their ids, so that every engine lays the rows down alike and indexes append.
    renew(session, sorted(touched), now)


def _at(column: Any, at: int) -> Any:
    return column[at] if isinstance(column, list) else column


def project_sole(session: Session, condition: str, values: Sequence[Any]) -> None:
    """Point at the revisions of records that have only one."""
    session.run(_SOLE.format(condition), values)


def known_before(session: Session, record_ids: Sequence[bytes]) -> set[bytes]:
    """Find which records have entries already; where none lies between their least and greatest, one look tells."""
    query = "SELECT record_id FROM revision WHERE record_id <= ? ORDER BY record_id DESC LIMIT 1"
    below = session.one(query, [max(record_ids)])
    if below is None or below[0] < min(record_ids):
        return set()
    found: set[bytes] = set()
    for chunk in chunks([record for record in record_ids if record <= below[0]]):
        sql = f"SELECT DISTINCT record_id FROM revision WHERE record_id IN ({marks(chunk)})"  # noqa: S608
        found.update(row[0] for row in session.all(sql, chunk))
    return found


def renew(session: Session, record_ids: Sequence[bytes], now: int) -> None:
    """Fold records again and bring their state rows up to date as of the instant `now` (µs)."""
    for chunk in chunks(record_ids):
        entries = read_entries(session, f"r.record_id IN ({marks(chunk)})", chunk)
        _renew_chunk(session, {record: (kind, found) for record, kind, found in entries}, chunk, now)


def _renew_chunk(session: Session, entries: dict[bytes, tuple[int, list[Entry]]], chunk: Sequence[bytes],
                 now: int) -> None:
    mixed = {record for record, (_, found) in entries.items() if is_mixed(found)}
    if mixed:
        _split_views(session, sorted(mixed))
    closed: list[int] = []
    dropped: list[int] = []
    fresh: list[tuple[Any, ...]] = []
    open_rows = _open_rows(session, chunk)
    twice = [record for record, (_, found) in entries.items() if sum(each.recorded_at == now for each in found) > 1]
    ended = _open_rows(session, twice, now) if twice else {}
    again: list[int] = []
    for record in chunk:
        if record not in entries:
            continue
        kind, found = entries[record]
        for basis, slices in _views(session, found, record in mixed):
            held = open_rows.get((record, basis), {})
            wanted = {_key(each): each for each in slices}
            for key, (state_id, known_from) in held.items():
                if key not in wanted:
                    (dropped if known_from == now else closed).append(state_id)
            # What an earlier part of this same act ended, and what is so again, has never ended.
            back = ended.get((record, basis), {})
            again += [back[key][0] for key in wanted if key not in held and key in back]
            fresh.extend(_row(record, kind, basis, each, now) for key, each in wanted.items()
                         if key not in held and key not in back)
    if again:
        session.many("UPDATE state SET known_to = NULL WHERE state_id = ?", [(each,) for each in again])
    _write(session, closed, dropped, fresh, now)


def _write(session: Session, closed: list[int], dropped: list[int], fresh: list[tuple[Any, ...]], now: int) -> None:
    if closed:
        session.many("UPDATE state SET known_to = ? WHERE state_id = ?", [(now, each) for each in closed])
    if dropped:  # rows of this same act: nobody has seen them
        session.many("DELETE FROM state WHERE state_id = ?", [(each,) for each in dropped])
    if fresh:
        session.load("state", STATE_COLUMNS, fresh)


def _views(session: Session, entries: list[Entry], mixed: bool) -> Iterator[tuple[int, list[Slice]]]:
    def geometry_of(seq: int) -> bytes:
        """Read the geometry of one entry, nothing where it has none."""
        row = session.one("SELECT geometry FROM revision WHERE seq = ?", [seq])
        return bytes(row[0]) if row and row[0] is not None else b""

    if not mixed:
        yield BASIS_BOTH, fold(entries, APPROVED_ONLY, geometry_of)
        return
    yield BASIS_APPROVED, fold(entries, APPROVED_ONLY, geometry_of)
    yield BASIS_ALL, fold(entries, ALL_COUNTING, geometry_of)


def state_rows(session: Session, record: bytes, kind: int, entries: list[Entry]) -> list[tuple[Any, ...]]:
    """Make all state rows of one record from nothing: every fold that was ever known, as `renew` left them."""
    rows: list[tuple[Any, ...]] = []
    moments = sorted({each.recorded_at for each in entries})
    for basis in (BASIS_APPROVED, BASIS_ALL) if is_mixed(entries) else (BASIS_BOTH,):
        held: dict[tuple[Any, ...], int] = {}
        for now in moments:
            known = [each for each in entries if each.recorded_at <= now]
            slices = next(s for view, s in _views(session, known, basis != BASIS_BOTH) if view in (basis, BASIS_BOTH))
            wanted = {_key(each): each for each in slices}
            for key in [key for key in held if key not in wanted]:
                at = held.pop(key)
                rows[at] = (*rows[at][:7], now, *rows[at][8:])
            for key, each in wanted.items():
                if key not in held:
                    held[key] = len(rows)
                    rows.append(_row(record, kind, basis, each, now))
    return rows


def _row(record: bytes, kind: int, basis: int, each: Slice, now: int) -> tuple[Any, ...]:
    return (record, kind, basis, each.number, each.true_from, each.true_to, now, None, each.workflow, each.body_seq,
            each.geometry_seq, each.revisions, each.body, each.extra, each.conflicts)


def _key(each: Slice) -> tuple[Any, ...]:
    return (each.number, each.true_from, each.true_to, each.workflow, each.body_seq, each.geometry_seq, each.revisions,
            each.body, each.extra, each.conflicts)


def _open_rows(session: Session, chunk: Sequence[bytes], ended: int | None = None) -> dict[tuple[bytes, int], _Held]:
    """Read the rows that hold now, or those that ended at an instant (µs)."""
    rows: dict[tuple[bytes, int], _Held] = {}
    sql = _OPEN.format(marks(chunk)) if ended is None else _ENDED.format(int(ended), marks(chunk))
    for record, basis, state_id, *key, known_from in session.all(sql, chunk):
        rows.setdefault((record, basis), {})[tuple(key)] = (state_id, known_from)
    return rows


def _split_views(session: Session, records: Sequence[bytes]) -> None:
    """Give records that are no longer all approved a row for each view; nothing happens to those that have."""
    columns = ", ".join(STATE_COLUMNS)
    copied = columns.replace("basis", str(BASIS_ALL))
    condition = f"basis = {BASIS_BOTH} AND record_id IN ({marks(records)})"
    session.run(f"INSERT INTO state ({columns}) SELECT {copied} FROM state WHERE {condition}", records)  # noqa: S608
    session.run(f"UPDATE state SET basis = {BASIS_APPROVED} WHERE {condition}", records)  # noqa: S608


def read_entries(session: Session, condition: str, values: Sequence[Any] = (), instant: str = "a.recorded_at"
                 ) -> Iterator[tuple[bytes, int, list[Entry]]]:
    """Stream (record id, kind, entries) in the order of record ids; the kind is that of the last entry.

    `instant` is what counts as the moment of recording: this journal's own, or another system's.
    """
    current: bytes | None = None
    kind = 0
    found: list[Entry] = []
    for row in session.rows(_ENTRIES.format(instant, condition), values):
        if row[0] != current:
            if current is not None:
                yield current, kind, found
            current, found = row[0], []
        kind = row[1]
        found.append(Entry(*row[2:]))
    if current is not None:
        yield current, kind, found


def chunks(values: Sequence[bytes], size: int = CHUNK) -> Iterator[list[bytes]]:
    """Cut ids into pieces that fit one statement.

    >>> list(chunks([b"a", b"b", b"c"], 2)), list(chunks([]))
    ([[b'a', b'b'], [b'c']], [])
    """
    for at in range(0, len(values), size):
        yield list(values[at : at + size])


def marks(values: Iterable[Any]) -> str:
    """Give a question mark for each value.

    >>> marks([1, 2]), marks([])
    ('?,?', '')
    """
    return ",".join("?" for _ in values)
