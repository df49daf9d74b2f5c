"""Can everything that is derived be made again from the truth, and is it then the same?

The projection is folded afresh, record by record, and compared by the hash of a canonical dump: rows in the order of
record, view, instant and slice, revisions by their ids, so that engines and nodes give the same hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from whitestone.journal import boxes
from whitestone.journal.books import drop_books
from whitestone.journal.layout import STATE_COLUMNS
from whitestone.journal.projection import boxes_of, project_sole, read_entries, state_rows

if TYPE_CHECKING:
    from whitestone.journal.dialect import Session
    from whitestone.journal.journal import Journal

__all__ = ["Rebuilt", "projection_hash", "rebuild", "rebuild_session"]

_EVERY = 10_000
_SEVERAL = "r.record_id IN (SELECT record_id FROM revision GROUP BY record_id HAVING count(*) > 1)"
_ALONE = "NOT EXISTS (SELECT 1 FROM revision o WHERE o.record_id = r.record_id AND o.seq <> r.seq)"
_STATES = """SELECT s.record_id, k.name, s.basis, s.slice, s.true_from, s.true_to, s.known_from, s.known_to, s.workflow,
 r.revision_id, g.revision_id, s.revisions, s.body, s.extra, s.conflicts
FROM state s JOIN kind k ON k.id = s.kind JOIN revision r ON r.seq = s.body_seq
LEFT JOIN revision g ON g.seq = s.geometry_seq ORDER BY s.record_id, s.basis, s.known_from, s.slice"""
_ALIASES = """SELECT a.dataset, k.name, a.external_id, a.record_id FROM alias a JOIN kind k ON k.id = a.kind
ORDER BY a.dataset, k.name, {}"""


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    """What a rebuild made: how many state rows, and the hash of the projection before and after."""

    states: int
    hash_before: str
    hash_after: str


def projection_hash(session: Session) -> str:
    """Hash the canonical dump of the projection."""
    digest = hashlib.sha256()
    encode = msgspec.msgpack.Encoder().encode
    # Servers order text by language; ids are compared as the bytes they are.
    order = "a.external_id" if session.dialect == "sqlite" else 'a.external_id COLLATE "C"'
    for sql in (_STATES, _ALIASES.format(order)):
        for row in session.rows(sql):
            digest.update(encode(row))
    return digest.hexdigest()


def rebuild(journal: Journal, progress: Callable[[int], None] | None = None) -> Rebuilt:
    """Make the projection again from the revisions, in one transaction; readers see the old one until it is done."""
    with journal.store.writing() as session:
        return rebuild_session(session, progress)


def rebuild_session(session: Session, progress: Callable[[int], None] | None = None) -> Rebuilt:
    """Make the projection again inside a transaction that holds the writing lock; see `rebuild`."""
    before = projection_hash(session)
    drop_books(session)
    session.run("DELETE FROM state")
    session.run("DELETE FROM alias")
    project_sole(session, _ALONE, [])
    _load(session, _folded(session, progress))
    session.run("INSERT INTO alias (dataset, kind, external_id, record_id) "
                "SELECT a.dataset, r.kind, r.external_id, r.record_id FROM revision r "
                "JOIN act a ON a.act_id = r.act_id WHERE r.external_id IS NOT NULL AND a.dataset IS NOT NULL "
                "ORDER BY r.seq ON CONFLICT DO NOTHING")
    _index_again(session)
    session.take_stock()
    count = session.one("SELECT count(*) FROM state")
    after = projection_hash(session)
    return Rebuilt(states=count[0] if count else 0, hash_before=before, hash_after=after)


def _folded(session: Session, progress: Callable[[int], None] | None) -> Iterator[list[tuple[Any, ...]]]:
    piece: list[tuple[Any, ...]] = []
    for done, (record, kind, entries) in enumerate(read_entries(session, _SEVERAL), 1):
        piece.extend(state_rows(session, record, kind, entries))
        if len(piece) >= _EVERY:
            yield piece
            piece = []
        if progress is not None and done % _EVERY == 0:
            progress(done)
    yield piece


def _load(session: Session, pieces: Iterator[list[tuple[Any, ...]]]) -> None:
    for piece in pieces:
        session.load("state", STATE_COLUMNS, piece)


def _index_again(session: Session) -> None:
    """Enter all boxes again where the engine does not do so itself."""
    if session.dialect != "sqlite":
        return
    boxes.clear(session)
    after = 0
    while rows := session.all("SELECT seq, geometry FROM revision WHERE seq > ? AND geometry IS NOT NULL "
                              "ORDER BY seq LIMIT 20000", [after]):
        bounds = boxes_of([geometry for _, geometry in rows])
        here = ~np.isnan(bounds).any(axis=1)
        if here.any():
            session.index_boxes(np.array([seq for seq, _ in rows], dtype=np.int64)[here], bounds[here])
        after = rows[-1][0]
