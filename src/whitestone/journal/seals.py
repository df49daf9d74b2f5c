"""Who may read what identifies a person, when, and how is it erased for good?

Sealing needs no secret: a locked programme takes personal data in. Opening needs the programme key, a purpose and a
name, and is logged before the value is given out. Erasing a record destroys the wrapped keys of everything that was
sealed for it, and the sealed part with its salt; digest and tombstone stay, so that `verify` stays sound.
"""

from __future__ import annotations

import base64
import datetime as dt
import time
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from whitestone.errors import Erased, InvalidValue, Locked, SealBroken, UnknownRecord, WrongCall
from whitestone.journal import envelope, erasures
from whitestone.journal.access import Entry, entries, log_access, log_heads, now_us
from whitestone.journal.cipher import DamagedError, unwrap
from whitestone.journal.dialect import Session, Store
from whitestone.journal.keys import ProgrammeKey, key_path, load_key, remember_logs
from whitestone.journal.layout import PARTS

__all__ = ["PUBLIC_KEY", "Erasing", "Seals", "encrypt_batch", "encrypt_rows", "keep_keys", "public_key"]

PUBLIC_KEY = "seal_public_key"
"""The row of `meta` that holds the programme's public key, in base64."""

SCRUB_SECONDS = 5.0
"""How long erasing waits for readers to let go of the write-ahead log."""


class Erasing(msgspec.Struct, frozen=True):
    """What an erasure did: how many keys and parts are gone, and whether the disk still holds old pages of the log."""

    keys: int
    parts: int
    pages_remain: bool


class Seals:
    """The seals of one open programme; locked until `unlock`."""

    def __init__(self, programme_id: uuid.UUID, store: Store) -> None:
        self._programme_id = programme_id
        self._store = store
        self._key: ProgrammeKey | None = None

    @property
    def locked(self) -> bool:
        """Say whether nothing sealed can be opened now."""
        return self._key is None

    def unlock(self, key: Path | None = None) -> None:
        """Load the programme key (default: from the folder of keys); refuses with KeyMissing or KeyInvalid."""
        with self._store.reading() as session:
            public = public_key(session)
        self._key = load_key(key or key_path(self._programme_id), public)

    def lock(self) -> None:
        """Forget the key."""
        self._key = None

    def token(self, value: str) -> str:
        """Make the matching token of a personal value (HMAC under the programme key); refuses while Locked."""
        return self._unlocked("The token of a personal value").token(value)

    def open_sealed(self, revision_id: uuid.UUID, purpose: str, by: str) -> dict[str, Any]:
        """Open the personal values of one revision, logged; refuses Locked, Erased, UnknownRecord, no purpose."""
        return self._open("revision_id", revision_id, purpose, by)

    def open_record(self, record_id: uuid.UUID, purpose: str, by: str) -> dict[str, Any]:
        """Open the personal values of a record, later statements over earlier, logged; refuses as `open_sealed`."""
        return self._open("record_id", record_id, purpose, by)

    def open_many(
        self, record_ids: Iterable[uuid.UUID], attributes: Sequence[str], purpose: str, by: str
    ) -> dict[uuid.UUID, dict[str, Any]]:
        """Open some personal values of many records at once; one line of the log tells which values and of how many.

        Records of which none of `attributes` is sealed, or whose seal was erased, are left out. Refuses Locked, and no
        purpose or name (WrongCall).
        """
        key = self._unlocked("Personal values of many records")
        _stated(purpose, by)
        query = "SELECT sealed FROM revision WHERE record_id = ? AND sealed IS NOT NULL ORDER BY seq"
        opened: dict[uuid.UUID, dict[str, Any]] = {}
        wanted = frozenset(attributes)
        with self._store.writing() as session:
            for record_id in record_ids:
                values: dict[str, Any] = {}
                for (sealed,) in session.all(query, [record_id.bytes]):
                    if wanted.intersection(envelope.names_of(bytes(sealed))):
                        plain = _opened(session, key, bytes(sealed), record_id.bytes, f"What is sealed of {record_id}")
                        values.update(envelope.plain_values(plain))
                if kept := {name: value for name, value in values.items() if name in wanted}:
                    opened[record_id] = kept
            detail = f"{', '.join(sorted(wanted))} of {len(opened)} records"
            log_access(session, by=by, purpose=purpose, event="opened in bulk", detail=detail)
        self.keep_log()
        return opened

    def open_held(self, run: uuid.UUID, row: int, purpose: str, by: str) -> bytes:
        """Give a held row as it stood in the file, logged if it was sealed; refuses as `open_sealed`."""
        with self._store.reading() as session:
            found = session.one('SELECT raw, sealed FROM held WHERE run = ? AND "row" = ?', [run.bytes, row])
        if found is None:
            raise UnknownRecord(record=f"row {row} of run {run}")
        raw, sealed = found
        if not sealed:
            return bytes(raw)
        what = f"Row {row} of run {run}"
        key = self._unlocked(what)
        _stated(purpose, by)
        with self._store.writing() as session:
            plain = _opened(session, key, bytes(raw), run.bytes, what)
            log_access(session, by=by, purpose=purpose, event="held row opened", detail=f"run {run} row {row}")
        self.keep_log()
        return plain

    def file_key(self, session: Session, key_id: bytes, what: str) -> bytes:
        """Unwrap the data key of a sealed file; refuses Locked and Erased. The caller logs the opening."""
        return _data_key(session, self._unlocked(what), key_id, what)

    def erase(self, record_id: uuid.UUID, by: str, reason: str, *, parts: Iterable[str] = ("sealed",)) -> Erasing:
        """Destroy the keys of a record and erase the named parts of its revisions; final, also for older backups.

        Refuses an unknown record (UnknownRecord), an unknown part (InvalidValue), no reason (WrongCall). Works locked.
        """
        wanted = tuple(parts)
        for part in wanted:
            if part not in PARTS:
                raise InvalidValue(field="part", value=part, why=f"one of {', '.join(PARTS)}")
        _stated(reason, by)
        with self._store.reading() as session:
            keys = _living_keys(session, "record_id", record_id.bytes)
            known = session.one("SELECT seq FROM revision WHERE record_id = ? LIMIT 1", [record_id.bytes])
        if not keys and known is None:
            raise UnknownRecord(record=record_id)
        return self._erase(
            erasures.Erasure(at=now_us(), by=by, reason=reason, record_id=record_id, key_ids=keys, parts=wanted)
        )

    def erase_file(self, owner: bytes, by: str, reason: str) -> Erasing:
        """Destroy the keys of a sealed attachment (its SHA-256) or of a run's held rows (its id); final."""
        _stated(reason, by)
        with self._store.reading() as session:
            keys = _living_keys(session, "file", owner)
        if not keys:
            raise UnknownRecord(record=f"sealed file {owner.hex()}")
        return self._erase(erasures.Erasure(at=now_us(), by=by, reason=reason, file=owner.hex(), key_ids=keys))

    def holders(self) -> list[tuple[uuid.UUID | None, bytes | None, dt.datetime]]:
        """List whose seals still open: a record, or a file (SHA-256 of an attachment, id of a run), and sealed when.

        The time is that of the last sealing, UTC. Works locked. Oldest first.
        """
        query = ("SELECT record_id, file, max(made_at) FROM seal_key WHERE wrapped IS NOT NULL "
                 "GROUP BY record_id, file ORDER BY max(made_at), record_id, file")  # fmt: skip
        with self._store.reading() as session:
            rows = session.all(query)
        return [(uuid.UUID(bytes=bytes(record)) if record is not None else None,
                 bytes(file) if file is not None else None, dt.datetime.fromtimestamp(at / 1_000_000, dt.UTC))
                for record, file, at in rows]  # fmt: skip

    def access_log(self, record_id: uuid.UUID | None = None) -> list[Entry]:
        """List who opened or erased what and why, oldest first."""
        with self._store.reading() as session:
            if record_id is None:
                return list(entries(session, "access_log"))
            return list(entries(session, "access_log", "record_id", record_id.bytes))

    def note(self, *, event: str, purpose: str, by: str, detail: str) -> None:
        """Log the reading of something restricted that is not sealed; refuses no purpose or no name (WrongCall)."""
        _stated(purpose, by)
        with self._store.writing() as session:
            log_access(session, by=by, purpose=purpose, event=event, detail=detail)
        self.keep_log()

    def keep_log(self) -> None:
        """Keep the last line of each log beside the keys: whoever cuts lines off in the database is noticed."""
        with self._store.reading() as session:
            stated, heads = session.one("SELECT value FROM meta WHERE key = 'node_id'"), log_heads(session)
        if stated:
            remember_logs(uuid.UUID(stated[0]), heads)

    def _unlocked(self, what: str) -> ProgrammeKey:
        if self._key is None:
            raise Locked(what=what)
        return self._key

    def _open(self, column: str, asked: uuid.UUID, purpose: str, by: str) -> dict[str, Any]:
        key = self._unlocked(str(asked))
        _stated(purpose, by)
        query = f"SELECT record_id, revision_id, sealed, tombs FROM revision WHERE {column} = ? ORDER BY seq"  # noqa: S608
        values: dict[str, Any] = {}
        with self._store.writing() as session:
            rows = session.all(query, [asked.bytes])
            if not rows:
                raise UnknownRecord(record=asked)
            record_id = bytes(rows[0][0])
            if _all_erased(rows):
                raise Erased(what=f"What was sealed of {asked}", when=_erased_on(session, record_id))
            for _, _, sealed, _ in rows:
                if sealed is not None:
                    plain = _opened(session, key, bytes(sealed), record_id, f"What is sealed of {asked}")
                    values.update(envelope.plain_values(plain))
            log_access(
                session, by=by, purpose=purpose, event="opened", record_id=record_id,
                revision_id=asked.bytes if column == "revision_id" else None, detail=", ".join(sorted(values)),
            )
        self.keep_log()
        return values

    def _erase(self, erasure: erasures.Erasure) -> Erasing:
        # The list outside comes first: an erasure that was ordered must outlive a crash in the middle of it.
        erasures.note(self._programme_id, erasure)
        with self._store.writing() as session:
            keys, parts = erasures.apply(session, erasure)
            log_access(
                session, by=erasure.by, purpose=erasure.reason, event="erased",
                record_id=erasure.record_id.bytes if erasure.record_id else None, detail=erasure.file,
            )
        self.keep_log()
        return Erasing(keys, parts, not self._scrubbed(thorough=bool(set(erasure.parts) - {"sealed"})))

    def _scrubbed(self, *, thorough: bool) -> bool:
        """Take the old pages off the disk; False when a reader held on to them for too long."""
        until = time.monotonic() + SCRUB_SECONDS
        while not self._store.scrub(thorough=thorough):
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True


def public_key(session: Session) -> bytes:
    """Read the key under which this programme seals; refuses a programme without one with SealBroken."""
    found = session.one("SELECT value FROM meta WHERE key = ?", [PUBLIC_KEY])
    if found is None:
        raise SealBroken(what="The programme", why="its public key is missing")
    return base64.b64decode(found[0])


def encrypt_batch(
    session: Session, record_ids: Sequence[bytes], sealed: Sequence[bytes | None]
) -> list[bytes | None]:
    """Seal the JSON objects of many revisions; the wrapped keys go into the same transaction. Works locked."""
    envelopes, rows = envelope.seal_records(public_key(session), record_ids, sealed)
    keep_keys(session, rows)
    return envelopes


def encrypt_rows(session: Session, run: bytes, raws: Sequence[bytes]) -> list[bytes]:
    """Seal held rows of a run (its 16 byte id) under a key of that run's file, in the same transaction."""
    envelopes, rows = envelope.seal_rows(public_key(session), run, raws)
    keep_keys(session, rows)
    return envelopes


def keep_keys(session: Session, rows: Sequence[envelope.KeyRow]) -> None:
    """Insert the wrapped keys of a batch in the transaction that inserts what they sealed."""
    at = now_us()
    if rows:
        columns = ("key_id", "record_id", "file", "wrapped", "made_at")
        session.load("seal_key", columns, [(row.key_id, row.record_id, row.file, row.wrapped, at) for row in rows])


def _stated(purpose: str, by: str) -> None:
    if not purpose.strip() or not by.strip():
        raise WrongCall(why="Opening or erasing what is sealed needs a stated purpose or reason and a name.")


def _living_keys(session: Session, column: str, owner: bytes) -> tuple[str, ...]:
    query = f"SELECT key_id FROM seal_key WHERE {column} = ? AND wrapped IS NOT NULL"  # noqa: S608
    return tuple(bytes(key_id).hex() for (key_id,) in session.all(query, [owner]))


def _all_erased(rows: Sequence[tuple[Any, ...]]) -> bool:
    place = PARTS.index("sealed")
    dead = any(place in bytes(tombs or b"")[::33] for _, _, _, tombs in rows)
    return dead and all(sealed is None for _, _, sealed, _ in rows)


def _opened(session: Session, key: ProgrammeKey, sealed: bytes, owner: bytes, what: str) -> bytes:
    data_key = _data_key(session, key, envelope.key_id_of(sealed), what)
    try:
        return envelope.open_envelope(sealed, data_key, owner)
    except DamagedError as error:
        raise SealBroken(what=what, why=error) from None


def _data_key(session: Session, key: ProgrammeKey, key_id: bytes, what: str) -> bytes:
    found = session.one("SELECT wrapped, erased_at FROM seal_key WHERE key_id = ?", [key_id])
    if found is None:
        raise SealBroken(what=what, why="its wrapped key is missing")
    wrapped, erased_at = found
    if wrapped is None:
        raise Erased(what=what, when=_day(erased_at))
    try:
        return unwrap(key, bytes(wrapped), key_id)
    except DamagedError as error:
        raise SealBroken(what=what, why=error) from None


def _erased_on(session: Session, record_id: bytes) -> str:
    query = "SELECT min(erased_at) FROM seal_key WHERE record_id = ? AND erased_at IS NOT NULL"
    found = session.one(query, [record_id])
    return _day(found[0] if found else None)


def _day(at_us: int | None) -> str:
    if at_us is None:
        return "an unknown day"
    return dt.datetime.fromtimestamp(at_us / 1_000_000, dt.UTC).date().isoformat()
