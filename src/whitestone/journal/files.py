"""Where on the disk does an attachment lie, and how does it get there whole or not at all?

Named after the SHA-256 of its content and nothing else: `attachments/ab/cdef…`, with `.sealed` behind it when it is
encrypted. What a file was called is kept in the journal and never becomes a path. Content is written to a temporary
name, made durable, and renamed; a sealed file is encrypted on the way, so its plain bytes never touch the disk.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from whitestone.errors import InvalidValue, SealBroken, StoreFull
from whitestone.journal.cipher import FRAME_BYTES, DamagedError, FrameWriter, frames
from whitestone.journal.keys import sync_folder

__all__ = ["MAGIC", "FileStore", "Incoming", "PlainReader", "safe_name"]

MAGIC = b"whitestone-sealed-file-1\n"
"""A sealed file begins with this and its 16 byte key id, then frames (journal.cipher)."""

INCOMING = ".incoming"
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "123456789")}
DISK_FULL = (28, 122)  # ENOSPC, EDQUOT


class Incoming(msgspec.Struct, frozen=True):
    """A file that has arrived under a temporary name: what it is, and what lies on the disk."""

    path: Path
    sha256: bytes
    stored: bytes
    size: int


class FileStore:
    """Keep files by their content in one folder; nothing that a user writes is ever part of a path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: bytes, *, sealed: bool) -> Path:
        """Name the place of a file; refuses what is not a SHA-256 with InvalidValue."""
        if len(sha256) != 32:
            raise InvalidValue(field="sha256", value=sha256.hex(), why="64 hexadecimal digits name an attachment")
        name = sha256.hex()
        return self.folder / name[:2] / (name[2:] + (".sealed" if sealed else ""))

    def receive(self, source: BinaryIO, *, key: tuple[bytes, bytes] | None = None,
                progress: Callable[[int], None] | None = None) -> Incoming:
        """Copy a stream under a temporary name, encrypted under `key` (its id and itself) if given.

        Memory is bounded by two frames. Refuses with StoreFull when the disk has no room; leaves nothing then.
        """
        staging = self.folder / INCOMING / uuid.uuid4().hex
        staging.parent.mkdir(parents=True, exist_ok=True)
        whole = False
        try:
            with staging.open("wb") as raw:
                out = _Tee(raw)
                content = hashlib.sha256() if key is not None else None  # what is not encrypted is hashed once
                size = _copy(source, _sink(out, key), content, progress)
                raw.flush()
                os.fsync(raw.fileno())
            whole = True
        except OSError as error:
            if error.errno in DISK_FULL:
                raise StoreFull(where=self.folder) from error
            raise
        finally:
            if not whole:
                staging.unlink(missing_ok=True)
        stored = out.digest.digest()
        return Incoming(staging, stored if content is None else content.digest(), stored, size)

    def settle(self, incoming: Incoming, *, sealed: bool) -> None:
        """Give a received file its place, durably."""
        place = self.path(incoming.sha256, sealed=sealed)
        place.parent.mkdir(parents=True, exist_ok=True)
        incoming.path.replace(place)
        sync_folder(place.parent)
        sync_folder(self.folder)

    def stored_digest(self, sha256: bytes, *, sealed: bool) -> bytes | None:
        """Hash the bytes that lie on the disk; None when there are none."""
        try:
            with self.path(sha256, sealed=sealed).open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").digest()
        except FileNotFoundError:
            return None

    def all(self) -> Iterator[Path]:
        """List every file in the store, those left by a crash included."""
        yield from (path for path in self.folder.rglob("*") if path.is_file())


class PlainReader(io.RawIOBase):
    """Read a sealed file as plain bytes, frame by frame; nothing is given out that was not authenticated."""

    def __init__(self, stream: BinaryIO, data_key: bytes) -> None:
        front = stream.read(len(MAGIC) + 16)
        self._stream = stream
        self._frames = frames(stream, data_key, front)
        self._waiting = b""

    def readable(self) -> bool:
        """Say that this can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer with the next plain bytes."""
        while not self._waiting:
            try:
                piece = next(self._frames, None)
            except DamagedError as error:
                raise SealBroken(what="The sealed file", why=error) from None
            if piece is None:
                return 0
            self._waiting = piece
        count = min(len(buffer), len(self._waiting))
        buffer[:count] = self._waiting[:count]
        self._waiting = self._waiting[count:]
        return count

    def close(self) -> None:
        """Close the file underneath too."""
        self._stream.close()
        super().close()


class _Tee:
    """Hash what is written on its way to the disk."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Hash what is written on."""
        self.digest.update(data)
        return self._stream.write(data)


def _sink(out: _Tee, key: tuple[bytes, bytes] | None) -> _Tee | FrameWriter:
    if key is None:
        return out
    front = MAGIC + key[0]
    out.write(front)
    return FrameWriter(out, key[1], front)


def _copy(
    source: BinaryIO, sink: _Tee | FrameWriter, content: hashlib._Hash | None, progress: Callable[[int], None] | None
) -> int:
    size = 0
    while piece := source.read(FRAME_BYTES):
        if content is not None:
            content.update(piece)
        sink.write(piece)
        size += len(piece)
        if progress:
            progress(size)
    if isinstance(sink, FrameWriter):
        sink.close()
    return size


def safe_name(name: str) -> str:
    r"""Turn a name as someone wrote it into one that every system can save; for downloads and exports only.

    >>> safe_name("../../etc/passwd"), safe_name("C:\\temp\\a.csv"), safe_name("con.txt"), safe_name("")
    ('passwd', 'a.csv', '_con.txt', 'attachment')
    >>> safe_name("karta\x00 1?.pdf"), safe_name(" .. ")
    ('karta_ 1_.pdf', 'attachment')
    """
    last = re.split(r"[/\\]", name)[-1]
    plain = re.sub(r'[\x00-\x1f\x7f<>:"|?*\ud800-\udfff]', "_", last).strip(" .")
    if not plain:
        return "attachment"
    if plain.split(".")[0].strip().casefold() in DEVICES:
        plain = f"_{plain}"
    # Common file systems allow a name of 255 bytes, whatever the script.
    if len(plain.encode()) <= 200:
        return plain
    stem, dot, suffix = plain.rpartition(".") if "." in plain[-12:] else (plain, "", "")
    return stem.encode()[:180].decode(errors="ignore") + dot + suffix
