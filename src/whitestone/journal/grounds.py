"""Where are shapes kept that were made of records, and how is it seen that one of those records moved?

What is kept lies beside the books, under a key of its own: it is derived, goes when books go (an erasure, a rebuild),
and is in no backup and in no hash. Nothing is marked when a record comes in: its number in the journal is the mark.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from whitestone.journal.projection import marks
from whitestone.journal.values import uuid_of

if TYPE_CHECKING:
    import datetime as dt

    from whitestone.journal.journal import Journal
    from whitestone.journal.store import Session

__all__ = ["BUCKETS", "bucket_of", "keep_grounds", "read_grounds", "versions"]

BUCKETS = 1024
"""How many lots kept shapes are put into by their record: a change writes the lots of what it touched, no others."""
_KEY = "ground"
_AT_ONCE = 500


def bucket_of(record_id: uuid.UUID) -> int:
    """Say in which lot the shapes of a record are kept (never 0, which is the whole of a book).

    >>> bucket_of(uuid.UUID(int=0)), bucket_of(uuid.UUID(int=BUCKETS))
    (1, 1)
    """
    return 1 + record_id.int % BUCKETS


def read_grounds(session: Session, buckets: Iterable[int], stamp: str) -> dict[int, bytes]:
    """Return what is kept in some lots that was made by the rules of `stamp`; a lot without any is left out."""
    found: dict[int, bytes] = {}
    wanted = sorted(set(buckets))
    for first in range(0, len(wanted), _AT_ONCE):
        some = wanted[first : first + _AT_ONCE]
        sql = f"SELECT part, data FROM book WHERE key = ? AND stamp = ? AND part IN ({marks(some)})"  # noqa: S608
        found |= {int(part): bytes(data) for part, data in session.rows(sql, [_KEY, stamp, *some])}
    return found


def keep_grounds(session: Session, lots: dict[int, bytes], seq: int, stamp: str) -> None:
    """Keep lots in the place of what was kept in them, as made at entry `seq`."""
    session.many("DELETE FROM book WHERE key = ? AND part = ?", [(_KEY, part) for part in lots])
    session.load("book", ("key", "part", "seq", "stamp", "turn", "data"),
                 [(_KEY, part, seq, stamp, 0, data) for part, data in sorted(lots.items())])


def versions(journal: Journal, session: Session, kinds: Iterable[str], known: dt.datetime | None
             ) -> dict[uuid.UUID, int]:
    """Give for each record of some kinds the number of the last entry about it by a moment (None: now)."""
    numbers = [journal.kinds.find(session, kind) for kind in kinds]
    until, values = "", list(numbers)
    if known is not None:
        from whitestone.journal.drafts import instant_us

        row = session.one("SELECT max(act_id) FROM act WHERE recorded_at <= ?", [instant_us(known)])
        until, values = " AND act_id <= ?", [*numbers, row[0] if row and row[0] is not None else -1]
    sql = f"SELECT record_id, max(seq) FROM revision WHERE kind IN ({marks(numbers)}){until} GROUP BY record_id"  # noqa: S608
    return {uuid_of(record): int(seq) for record, seq in session.rows(sql, values)}
