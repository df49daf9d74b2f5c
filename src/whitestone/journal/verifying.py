"""Is every word of the journal still the one that was acknowledged, and is none missing?

Walks the chain from the first entry, recomputing what each hash covers, and names the first entry that does not fit:
a changed body, header or act, a deleted or swapped entry, a tail that a signed checkpoint vouches for. Parts that were
erased verify by the digest that they left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from whitestone.journal import checkpoints, surroundings
from whitestone.journal.entries import (
    GENESIS,
    act_digest,
    digest_parts,
    entry_hash,
    header,
    part_digest,
    split_salts,
    split_tombs,
)
from whitestone.journal.envelope import key_id_of
from whitestone.journal.layout import ACT_COLUMNS, REVISION_COLUMNS

if TYPE_CHECKING:
    from whitestone.journal.dialect import Session
    from whitestone.journal.journal import Journal

__all__ = ["Verdict", "verify", "verify_session"]

_EVERY = 20_000
_HEADER = 12
_PARTS_FROM = REVISION_COLUMNS.index("body")
_SEALED = REVISION_COLUMNS.index("sealed")


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What verifying found: `head` is (seq, hash in hexadecimal); `first_broken` names the entry that does not fit.

    `signed_through` is the last entry that a signed checkpoint vouches for; later ones hang on the chain alone.
    """

    ok: bool
    entries: int
    head: tuple[int, str]
    first_broken: int | None = None
    why: str | None = None
    signed_through: int = 0


class _Broken(Exception):
    """A way out of the walk, never seen outside."""

    def __init__(self, seq: int | None, why: str) -> None:
        self.seq, self.why = seq, why


class _Walk:
    def __init__(self, session: Session) -> None:
        self.names = {number: name for number, name in session.all("SELECT id, name FROM kind")}  # noqa: C416
        self.nodes = {key.removeprefix("node:"): bytes.fromhex(value) for key, value in
                      session.all("SELECT key, value FROM meta WHERE key >= 'node:' AND key < 'node;'")}
        self.acts = _acts(session)
        self.marks = {row[0]: row for row in session.all(
            "SELECT seq, hash, node, signature, made_at FROM checkpoint ORDER BY seq")}
        self.seq = 0
        self.hash = GENESIS
        self.signed = 0
        self.erased: list[tuple[int, bytes]] = []
        self.key_ids: dict[bytes, int] = {}

    def entries(self, rows: Any, progress: Callable[[int], None] | None) -> None:
        """Walk all entries. The hot loop: the common entry takes no call but those that hash."""
        acts, names, marks = self.acts, self.names, self.marks
        for row in rows:
            seq = row[0]
            if seq != self.seq + 1:
                raise _Broken(self.seq + 1, "the entry is missing")
            act = acts.get(row[12])
            if act is None:
                raise _Broken(seq, "its act is missing or was changed")
            head = header((seq, row[1], row[2], names.get(row[3]), *row[4:_HEADER]))
            digests = digest_parts(row[13], row[_PARTS_FROM:]) if row[14] is None else _digests(
                row[13], row[14], row[_PARTS_FROM:])
            found = entry_hash(self.hash, act, head, digests)
            if found != row[15]:
                raise _Broken(seq, "what it says, or its place, is not what was recorded")
            self.seq, self.hash = seq, found
            if row[14] is not None:
                self.erased.append((seq, bytes(row[2])))
            if row[_SEALED] is not None:
                self.key_ids.setdefault(key_id_of(bytes(row[_SEALED])), seq)
            if seq in marks:
                self.checkpoint(marks[seq])
            if progress is not None and seq % _EVERY == 0:
                progress(seq)

    def checkpoint(self, mark: Sequence[Any]) -> None:
        """Prove one signature: of a node of this programme, over the entry that stands there."""
        seq, signed_hash, node, signature, made_at = mark
        public = self.nodes.get(bytes(node).hex())
        if public is None or not checkpoints.is_signed(public, signature, seq, signed_hash, made_at):
            raise _Broken(seq, "the signature of its checkpoint is not that of a node of this programme")
        if bytes(signed_hash) != self.hash:
            raise _Broken(seq, "it is not the entry that its node signed")
        self.signed = seq

    def end(self) -> None:
        """Refuse a chain that ends before an entry that was signed."""
        if self.marks and max(self.marks) > self.seq:
            raise _Broken(self.seq + 1, f"entries up to {max(self.marks)} were signed and are missing")


def verify(journal: Journal, progress: Callable[[int], None] | None = None,
           against: tuple[int, str] | None = None) -> Verdict:
    """Walk the chain; never raises for a broken one, the verdict names the first entry that does not fit.

    `against` is a head kept elsewhere (printed, in a backup's manifest): the journal must still contain it.
    """
    with journal.store.reading() as session:
        verdict = verify_session(session, progress, against)
        cut = surroundings.cut_off(session) if verdict.ok else None
        return verdict if cut is None else msgspec.structs.replace(verdict, ok=False, why=cut)


def verify_session(session: Session, progress: Callable[[int], None] | None = None,
                   against: tuple[int, str] | None = None) -> Verdict:
    """Walk the chain as one transaction sees it; see `verify`."""
    walk = _Walk(session)
    try:
        if against is not None:
            _still_there(session, against)
        walk.entries(session.rows(f"SELECT {', '.join(REVISION_COLUMNS)} FROM revision ORDER BY seq"), progress)  # noqa: S608
        walk.end()
        beside = surroundings.fault(session, walk.erased, walk.key_ids)
        if beside is not None:
            raise _Broken(*beside)
    except _Broken as broken:
        return Verdict(ok=False, entries=walk.seq, head=(walk.seq, walk.hash.hex()), first_broken=broken.seq,
                       why=broken.why, signed_through=walk.signed)
    return Verdict(ok=True, entries=walk.seq, head=(walk.seq, walk.hash.hex()), signed_through=walk.signed)


def _still_there(session: Session, against: tuple[int, str]) -> None:
    row = session.one("SELECT hash FROM revision WHERE seq = ?", [against[0]])
    if row is None:
        raise _Broken(against[0], "the head that was kept elsewhere is missing here")
    if bytes(row[0]).hex() != against[1]:
        raise _Broken(against[0], "it is not the entry that was kept elsewhere")


def _acts(session: Session) -> dict[int, bytes]:
    """Read the acts whose stored fields give their digest; the others count as missing."""
    rows = session.rows(f"SELECT {', '.join(ACT_COLUMNS)} FROM act")  # noqa: S608
    return {row[0]: row[-1] for row in rows if act_digest(row[:-1]) == row[-1]}


def _digests(salts: bytes, tombs: bytes | None, parts: Sequence[bytes | None]) -> bytes:
    gone = split_tombs(tombs) if tombs else {}
    places = [place for place, part in enumerate(parts) if part is not None or place in gone]
    drawn = split_salts(salts, places)
    # A part that is there beside its own tomb was put back by hand: its digest must then be the tomb's.
    return b"".join(gone[place] if place in gone and parts[place] is None
                    else part_digest(place, drawn[place], parts[place] or b"") for place in places)

