"""Where are accounts kept that were made of the journal, until something they were made of moves?

A book is derived: it can be dropped at any time and made again, is in no backup and in no hash. Under a key lies one
whole (part 0) and the changes that followed it, each valid up to the entry `seq` of the journal; the `stamp` says by
which rules and settings it was made.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from whitestone.journal.projection import BASIS_ALL, chunks, marks
from whitestone.journal.values import uuid_of

if TYPE_CHECKING:
    import uuid

    from whitestone.journal.journal import Journal
    from whitestone.journal.store import Session

__all__ = ["StoredPart", "add_change", "changed_since", "drop_books", "entry_hash", "is_kept",
           "keep_shapes", "keep_whole", "learned_since", "moot", "read_chain", "read_parts", "read_shapes"]

MOST_KEPT = 8
"""How many books are kept, one for each moment of knowledge that was asked for; the oldest goes first."""


SHAPES = -1
"""The number under which shapes lie beside the parts of a book."""


class StoredPart(NamedTuple):
    """One part of a kept book: its number (0: the whole), the entry up to which it holds, its stamp, turn and bytes.

    Every whole has a turn of its own: turn and number of parts say together which chain of changes this is.
    """

    part: int
    seq: int
    stamp: str
    turn: int
    data: bytes


def read_parts(session: Session, key: str) -> list[StoredPart]:
    """Return the parts of a kept book in their order; an empty list when none is kept."""
    sql = "SELECT part, seq, stamp, turn, data FROM book WHERE key = ? AND part >= 0 ORDER BY part"
    rows = session.rows(sql, [key])
    return [StoredPart(part, seq, stamp, turn, bytes(data)) for part, seq, stamp, turn, data in rows]


def read_chain(session: Session, key: str) -> tuple[int, list[int]]:
    """Return the turn of a kept book (0: none) and up to which entry each of its parts holds."""
    rows = session.all("SELECT seq, turn FROM book WHERE key = ? AND part >= 0 ORDER BY part", [key])
    return (rows[0][1] if rows else 0), [seq for seq, _ in rows]


def keep_whole(session: Session, key: str, seq: int, stamp: str, data: bytes) -> int:
    """Keep a book in the place of what is kept under its key, and let go of the oldest beyond a few; give its turn."""
    session.run("DELETE FROM book WHERE key = ? AND part >= 0", [key])
    last = session.one("SELECT max(turn) FROM book")
    turn = (last[0] if last and last[0] is not None else 0) + 1
    session.load("book", ("key", "part", "seq", "stamp", "turn", "data"), [(key, 0, seq, stamp, turn, data)])
    kept = [name for (name,) in session.all("SELECT key FROM book WHERE part = 0 ORDER BY turn DESC")]
    for name in kept[MOST_KEPT:]:
        session.run("DELETE FROM book WHERE key = ?", [name])
    return int(turn)


def keep_shapes(session: Session, key: str, seq: int, numbering: str, data: bytes) -> None:
    """Keep the shapes of a book beside it; `numbering` says of which numbers of slices and releases they are."""
    session.run("DELETE FROM book WHERE key = ? AND part = ?", [key, SHAPES])
    session.load("book", ("key", "part", "seq", "stamp", "turn", "data"), [(key, SHAPES, seq, numbering, 0, data)])


def read_shapes(session: Session, key: str, numbering: str) -> bytes | None:
    """Return the shapes that lie beside a book; None where none do, or of other numbers."""
    sql = "SELECT data FROM book WHERE key = ? AND part = ? AND stamp = ?"
    row = session.one(sql, [key, SHAPES, numbering])
    return bytes(row[0]) if row else None


def add_change(session: Session, key: str, part: int, seq: int, stamp: str, data: bytes) -> None:
    """Keep a change that follows the parts of a book."""
    session.load("book", ("key", "part", "seq", "stamp", "turn", "data"), [(key, part, seq, stamp, 0, data)])


def drop_books(session: Session) -> None:
    """Drop all kept books: what they were made of was erased, or is made again."""
    session.run("DELETE FROM book")


def is_kept(session: Session, key: str) -> bool:
    """Say whether a book is kept under a key."""
    return session.one("SELECT 1 FROM book WHERE key = ? AND part = 0", [key]) is not None


def entry_hash(session: Session, seq: int) -> bytes | None:
    """Return the hash of an entry; None where there is none of that number."""
    row = session.one("SELECT hash FROM revision WHERE seq = ?", [seq])
    return bytes(row[0]) if row else None


def moot(journal: Journal, session: Session, known_us: int | None, ids: Iterable[uuid.UUID] | None = None
         ) -> frozenset[uuid.UUID]:
    """Find the hazards and releases, some or all, that are disputed or not approved as a whole, as known at a moment.

    `known_us` is the moment in microseconds, None: now.
    """
    told, then = ("s.known_to IS NULL", []) if known_us is None else (
        "s.known_from <= ? AND (s.known_to IS NULL OR s.known_to > ?)", [known_us, known_us])
    numbers = [journal.kinds.find(session, kind) for kind in ("hazard", "release")]
    sql = f"""SELECT DISTINCT s.record_id FROM state s WHERE {told} AND +s.kind IN ({marks(numbers)})
 AND (s.conflicts IS NOT NULL OR s.basis = {BASIS_ALL})"""  # noqa: S608
    if ids is None:
        return frozenset(uuid_of(record) for (record,) in session.all(sql, [*then, *numbers]))
    found: set[uuid.UUID] = set()
    for some in chunks(sorted({each.bytes for each in ids})):
        asked = f"{sql} AND s.record_id IN ({marks(some)})"
        found.update(uuid_of(record) for (record,) in session.all(asked, [*then, *numbers, *some]))
    return frozenset(found)


def learned_since(journal: Journal, session: Session, known_us: int) -> list[tuple[str, uuid.UUID]]:
    """List (kind, record) of what is known otherwise now than at a moment (in microseconds), each once."""
    sql = "SELECT DISTINCT kind, record_id FROM state WHERE known_from > ? OR known_to > ?"
    return [(journal.kinds.name(session, kind), uuid_of(record))
            for kind, record in session.all(sql, [known_us, known_us])]


def changed_since(journal: Journal, session: Session, seq: int, kinds: Iterable[str], most: int
                  ) -> list[tuple[str, uuid.UUID]] | None:
    """List (kind, record) of some kinds of what entered after an entry, each once; None where that are too many."""
    numbers = [journal.kinds.find(session, kind) for kind in kinds]
    sql = f"""SELECT DISTINCT kind, record_id FROM revision WHERE seq > ? AND kind IN ({marks(numbers)})
 LIMIT {most + 1}"""  # noqa: S608
    rows: list[Any] = session.all(sql, [seq, *numbers])
    if len(rows) > most:
        return None
    return [(journal.kinds.name(session, kind), uuid_of(record)) for kind, record in rows]
