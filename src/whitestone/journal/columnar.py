"""What do all dated states of one kind say, row by row, as cheaply as the engine can stream them?

For tables that are made of every record at once. Only what lies open is read: bodies and positions, never a seal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from whitestone.journal.projection import BASIS_ALL, chunks, marks

if TYPE_CHECKING:
    from whitestone.journal.journal import Journal
    from whitestone.journal.store import Session

__all__ = ["StateRow", "records_since", "state_rows"]


class StateRow(NamedTuple):
    """One dated state of what is approved: ids as 16 bytes, days since 1970-01-01, microseconds since 1970 UTC.

    `body` is JSON, `geometry` WKB in EPSG:4326, `dataset` the one that last stated the record, else the first that did.
    """

    record: bytes
    true_from: int | None
    true_to: int | None
    known_from: int
    known_to: int | None
    body: bytes | None
    geometry: bytes | None
    dataset: bytes | None


_ROWS = f"""SELECT s.record_id, s.true_from, s.true_to, s.known_from, s.known_to, COALESCE(s.body, r.body), g.geometry,
 COALESCE(a.dataset, (SELECT f.dataset FROM revision e JOIN act f ON f.act_id = e.act_id
  WHERE e.record_id = s.record_id AND f.dataset IS NOT NULL ORDER BY e.seq LIMIT 1))
FROM state s JOIN revision r ON r.seq = s.body_seq JOIN act a ON a.act_id = r.act_id
LEFT JOIN revision g ON g.seq = s.geometry_seq
WHERE s.kind = ? AND s.basis <> {BASIS_ALL}{{}} ORDER BY s.record_id"""  # noqa: S608


def state_rows(journal: Journal, session: Session, kind: str, ids: Iterable[bytes] | None = None
               ) -> Iterator[StateRow]:
    """Stream the dated states of all records of a kind, or of some, ordered by record; all moments of knowledge."""
    number = journal.kinds.find(session, kind)
    if ids is None:
        yield from map(StateRow._make, session.rows(_ROWS.format(""), [number]))
        return
    for some in chunks(sorted(set(ids))):
        sql = _ROWS.format(f" AND s.record_id IN ({marks(some)})")
        yield from map(StateRow._make, session.rows(sql, [number, *some]))


def records_since(journal: Journal, session: Session, kinds: Iterable[str], seq: int) -> dict[str, set[bytes]]:
    """Find, by kind, the records of which something was said after an entry of the journal."""
    found: dict[str, set[bytes]] = {}
    for kind in kinds:
        number = journal.kinds.find(session, kind)
        rows = session.all("SELECT DISTINCT record_id FROM revision WHERE seq > ? AND kind = ?", [seq, number])
        found[kind] = {bytes(record) for (record,) in rows}
    return found
