"""Which files came with the records, are they still what they were, and through whose hands did they go?

Content-addressed by SHA-256 and deduplicated; the name that someone gave a file is kept as written beside it. Every
adding, reading, moving, checking and exporting is a line of custody. A sealed file is encrypted before it touches the
disk and opens only while the programme is unlocked, with a purpose.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import io
import os
import struct
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from whitestone.errors import InvalidValue, Locked, SealBroken, UnknownAttachment, WrongCall
from whitestone.journal.access import Entry, entries, log_access, log_custody, now_us
from whitestone.journal.cipher import DamagedError
from whitestone.journal.dialect import Session, Store
from whitestone.journal.envelope import KeyRow, key_id_of, open_envelope, seal_file_key, seal_with
from whitestone.journal.files import INCOMING, MAGIC, FileStore, Incoming, PlainReader
from whitestone.journal.seals import Seals, keep_keys, public_key

__all__ = ["Attachment", "Attachments", "Fault", "attachments_folder", "digest_of"]

Progress = Callable[[int], None]
NAME_MARK = "sealed name "
"""Before the envelope in which the custody log keeps the name of a sealed file."""

STALE_SECONDS = 86_400
"""After a day, a file that is still arriving is one that a crash left behind."""


class Attachment(msgspec.Struct, frozen=True):
    """A file as the journal knows it; `sha256` in hexadecimal, `size` in bytes of the content."""

    sha256: str
    name: str
    media_type: str
    size: int
    sealed: bool
    added_at: dt.datetime
    by: str


class Fault(msgspec.Struct, frozen=True):
    """What a re-hash check found wrong with one attachment."""

    sha256: str
    name: str
    why: str


def attachments_folder(programme_id: uuid.UUID, folder: Path | None) -> Path:
    """Name the folder of attachments: inside the programme's own, or for a server in `$WHITESTONE_DATA`.

    >>> attachments_folder(uuid.UUID(int=0), Path("north")).as_posix()
    'north/attachments'
    """
    if folder is None:
        named = os.environ.get("WHITESTONE_DATA")
        folder = (Path(named) if named else Path.home() / ".local" / "share" / "whitestone") / str(programme_id)
    return folder / "attachments"


class Attachments:
    """The attachments of one programme."""

    def __init__(self, store: Store, folder: Path, seals: Seals) -> None:
        self._store = store
        self._seals = seals
        self.files = FileStore(folder)

    def add(self, source: Path | BinaryIO | bytes, *, name: str, media_type: str, by: str, sealed: bool = False,
            progress: Progress | None = None) -> str:
        """Take in a file and return its SHA-256 in hexadecimal; the same content again is kept once.

        Memory is bounded whatever the size. Once sealed, content stays sealed, and so does its name, which may be a
        person's. Refuses with StoreFull when the disk has no room; what a name contains (`../`, NUL, a device) never
        becomes a path.
        """
        with self._store.reading() as session:
            public = public_key(session) if sealed else b""
        pending = seal_file_key(public, b"") if sealed else None
        detail: str | None
        with _stream(source) as stream:
            key = (pending[0].key_id, pending[1]) if pending else None
            incoming = self.files.receive(stream, key=key, progress=progress)
        try:
            with self._store.writing() as session:
                known = session.one("SELECT sealed FROM attachment WHERE sha256 = ?", [incoming.sha256])
                if known is None or (sealed and not known[0]) or self._is_lost(session, incoming.sha256, sealed):
                    shown = neutral_name(name, incoming.sha256) if sealed else writable(name)
                    self._enter(session, incoming, name=shown, media_type=media_type, by=by, sealed=sealed)
                    keep_keys(session, [msgspec.structs.replace(pending[0], file=incoming.sha256)] if pending else [])
                    detail = _sealed_name(name, pending, incoming.sha256) if pending else writable(name)
                else:
                    detail = None if sealed or known[0] else writable(name)
                event = "added" if known is None else "added again"
                log_custody(session, sha256=incoming.sha256, by=by, event=event, detail=detail)
            if sealed and known is not None and not known[0]:
                self.files.path(incoming.sha256, sealed=False).unlink(missing_ok=True)
        finally:
            incoming.path.unlink(missing_ok=True)
        return incoming.sha256.hex()

    def open(self, sha256: str, *, by: str | None = None, purpose: str | None = None) -> BinaryIO:
        """Open an attachment for reading; a named reader is a line of custody.

        A sealed one needs an unlocked programme (Locked), a name and a purpose (WrongCall), and is logged. Refuses
        an unknown or lost one with UnknownAttachment, an erased one with Erased.
        """
        digest = digest_of(sha256)
        found = self._find(sha256)
        if found.sealed:
            return self._open_sealed(digest, by, purpose)
        if by:
            self.log(sha256, by=by, event="read", detail=purpose)
        try:
            return self.files.path(digest, sealed=False).open("rb")
        except FileNotFoundError:
            raise UnknownAttachment(sha256=sha256) from None

    def name(self, sha256: str, *, by: str, purpose: str) -> str:
        """Give the name as it was written, also of a sealed file; refuses as `open` and is logged as that."""
        found = self._find(sha256)
        if not found.sealed:
            return found.name
        self.open(sha256, by=by, purpose=purpose).close()
        given = [line.detail or "" for line in self.custody(sha256) if (line.detail or "").startswith(NAME_MARK)]
        sealed = base64.b64decode(given[-1].removeprefix(NAME_MARK)) if given else b""
        what = f"The name of attachment {sha256}"
        try:
            with self._store.reading() as session:
                data_key = self._seals.file_key(session, key_id_of(sealed), what)
            return open_envelope(sealed, data_key, digest_of(sha256)).decode()
        except (DamagedError, struct.error) as error:
            raise SealBroken(what=what, why=error) from None

    def log(self, sha256: str, *, by: str, event: str, detail: str | None = None) -> None:
        """Add a line of custody: read, moved, exported, or what else happened to it."""
        with self._store.writing() as session:
            log_custody(session, sha256=digest_of(sha256), by=by, event=event, detail=detail and writable(detail))

    def list(self) -> Sequence[Attachment]:
        """List all attachments in the order in which they came."""
        with self._store.reading() as session:
            return [_attachment(row) for row in session.rows(f"{_SELECT} ORDER BY added_at, sha256")]

    def custody(self, sha256: str) -> Sequence[Entry]:
        """List what happened to an attachment, oldest first."""
        with self._store.reading() as session:
            return list(entries(session, "custody", "sha256", digest_of(sha256)))

    def check(self, *, by: str, progress: Progress | None = None) -> Sequence[Fault]:
        """Hash every attachment again and list those that are lost or changed; each is a line of custody.

        What is checked are the bytes on the disk, so a locked programme is checked too. Leftovers of crashes are
        cleared away.
        """
        with self._store.reading() as session:
            rows = session.all(f"{_SELECT_STORED} ORDER BY sha256")
        verdicts: dict[bytes, str | None] = {}
        for number, (digest, _, sealed, stored) in enumerate(rows, start=1):
            verdicts[bytes(digest)] = self._fault(bytes(digest), bool(sealed), bytes(stored))
            if progress:
                progress(number)
        if verdicts and not self._store.readonly:
            with self._store.writing() as session:
                for sha256, why in verdicts.items():
                    log_custody(session, sha256=sha256, by=by, event="re-hashed", detail=why or "unchanged")
        self._clear({self.files.path(bytes(digest), sealed=bool(sealed)) for digest, _, sealed, _ in rows})
        found = ((bytes(digest), name, verdicts[bytes(digest)]) for digest, name, _, _ in rows)
        return [Fault(digest.hex(), name, why) for digest, name, why in found if why]

    def _is_lost(self, session: Session, sha256: bytes, sealed: bool) -> bool:
        """Say whether what is known by its entry can no longer be read and now comes back in the same manner."""
        if not sealed:
            return not any(self.files.path(sha256, sealed=way).exists() for way in (False, True))
        alive = session.one("SELECT 1 FROM seal_key WHERE file = ? AND wrapped IS NOT NULL", [sha256])
        return alive is None or not self.files.path(sha256, sealed=True).exists()

    def _enter(
        self, session: Session, incoming: Incoming, *, name: str, media_type: str, by: str, sealed: bool
    ) -> None:
        # The file takes its place under the writing lock, so that of two equal ones only one does.
        self.files.settle(incoming, sealed=sealed)
        session.run("DELETE FROM attachment WHERE sha256 = ?", [incoming.sha256])
        session.run(
            'INSERT INTO attachment (sha256, name, media_type, size, sealed, stored, added_at, "by") '
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [incoming.sha256, writable(name), media_type, incoming.size, int(sealed), incoming.stored, now_us(), by],
        )

    def _find(self, sha256: str) -> Attachment:
        with self._store.reading() as session:
            row = session.one(f"{_SELECT} WHERE sha256 = ?", [digest_of(sha256)])
        if row is None:
            raise UnknownAttachment(sha256=sha256)
        return _attachment(row)

    def _open_sealed(self, digest: bytes, by: str | None, purpose: str | None) -> BinaryIO:
        what = f"Attachment {digest.hex()}"
        if self._seals.locked:
            raise Locked(what=what)
        if not by or not purpose:
            raise WrongCall(why="Opening what is sealed needs a stated purpose and a name.")
        try:
            raw = self.files.path(digest, sealed=True).open("rb")
        except FileNotFoundError:
            raise UnknownAttachment(sha256=digest.hex()) from None
        opened = False
        try:
            with self._store.writing() as session:
                data_key = self._key_of(session, raw, digest, what)
                log_access(session, by=by, purpose=purpose, event="attachment opened", detail=digest.hex())
                log_custody(session, sha256=digest, by=by, event="read", detail=writable(purpose))
            self._seals.keep_log()
            opened = True
        finally:
            if not opened:
                raw.close()
        return io.BufferedReader(PlainReader(raw, data_key))

    def _key_of(self, session: Session, raw: BinaryIO, digest: bytes, what: str) -> bytes:
        front = raw.read(len(MAGIC) + 16)
        raw.seek(0)
        key_id = front[len(MAGIC) :]
        owner = session.one("SELECT file FROM seal_key WHERE key_id = ?", [key_id])
        if front[: len(MAGIC)] != MAGIC or owner is None or bytes(owner[0] or b"") != digest:
            raise SealBroken(what=what, why="it does not begin as it was written")
        return self._seals.file_key(session, key_id, what)

    def _fault(self, digest: bytes, sealed: bool, stored: bytes) -> str | None:
        found = self.files.stored_digest(digest, sealed=sealed)
        if found is None:
            return "the file is not there"
        if found != stored:
            return "the bytes on the disk have changed"
        return None if sealed or found == digest else "the entry and the file disagree"

    def _clear(self, known: set[Path]) -> None:
        """Remove what no entry stands for: arrivals that a crash cut off, plain twins of what is sealed now."""
        if self._store.readonly:
            return
        limit = time.time() - STALE_SECONDS
        for path in list(self.files.all()):
            with contextlib.suppress(FileNotFoundError):
                stale = path.stat().st_mtime < limit
                twin = path.with_name(path.name + ".sealed") in known
                if path not in known and (twin or (path.parent.name == INCOMING and stale)):
                    path.unlink()


_SELECT = 'SELECT sha256, name, media_type, size, sealed, added_at, "by" FROM attachment'
_SELECT_STORED = "SELECT sha256, name, sealed, stored FROM attachment"


def digest_of(sha256: str) -> bytes:
    """Read a SHA-256 as a user gives it; refuses anything else with InvalidValue, so that it cannot be a path.

    >>> digest_of("AB" * 32)[:2].hex()
    'abab'
    >>> digest_of("")
    Traceback (most recent call last):
    whitestone.errors.InvalidValue: sha256: '' is not understood (64 hexadecimal digits name an attachment).
    """
    why = "64 hexadecimal digits name an attachment"
    if len(sha256) != 64 or not all(digit in "0123456789abcdefABCDEF" for digit in sha256):
        raise InvalidValue(field="sha256", value=sha256, why=why)
    return bytes.fromhex(sha256)


def neutral_name(name: str, sha256: bytes) -> str:
    """Name a sealed file without what its own name may say of a person; a short plain suffix stays.

    >>> neutral_name("Ana Kovač.PDF", bytes(32)), neutral_name("x.ana-kovač", bytes(32)), neutral_name("", bytes(32))
    ('sealed-00000000.pdf', 'sealed-00000000', 'sealed-00000000')
    """
    suffix = Path(writable(name)).suffix.lower()
    plain = suffix if suffix.isascii() and suffix[1:].isalnum() and len(suffix) <= 5 else ""
    return f"sealed-{sha256.hex()[:8]}{plain}"


def _sealed_name(name: str, key: tuple[KeyRow, bytes], sha256: bytes) -> str:
    sealed = seal_with(key[0].key_id, key[1], sha256, writable(name).encode())
    return NAME_MARK + base64.b64encode(sealed).decode()


def writable(text: str) -> str:
    r"""Spell out what no database stores in a text (NUL, halves of surrogate pairs); all else stays as written.

    >>> writable("a\x00b\udcff"), writable("")
    ('a\\x00b\\udcff', '')
    """
    return text.replace("\x00", "\\x00").encode("utf-8", "backslashreplace").decode()


@contextlib.contextmanager
def _stream(source: Path | BinaryIO | bytes) -> Iterator[BinaryIO]:
    if isinstance(source, bytes):
        yield io.BytesIO(source)
    elif isinstance(source, Path):
        with source.open("rb") as stream:
            yield stream
    else:
        yield source


def _attachment(row: tuple[object, ...]) -> Attachment:
    sha256, name, media_type, size, sealed, added_at, by = row
    added = dt.datetime.fromtimestamp(int(str(added_at)) / 1_000_000, dt.UTC)
    return Attachment(bytes(sha256).hex(), str(name), str(media_type), int(str(size)), bool(sealed), added, str(by))  # type: ignore[call-overload]
