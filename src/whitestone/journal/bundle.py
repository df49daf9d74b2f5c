"""What does a backup file look like, from its first byte to its last, whatever the engine?

A clear head (magic, version, programme id, salt), then encrypted frames (journal.cipher) around a compressed stream of
messages: `begin`, rows of each truth table in the order of their keys, the attachments as they lie on the disk, and
`end` with the manifest: counts, a SHA-256 per table over its canonical rows, one over the attachments, and the head of
the chain. Every message is bounded, so memory is too. The key is derived from the programme key and a random salt.
"""

from __future__ import annotations

import base64
import hashlib
import os
import struct
import uuid
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import msgspec

from whitestone.journal.cipher import DamagedError, FrameWriter, frames
from whitestone.journal.keys import ProgrammeKey, derive

__all__ = ["VERSION", "BundleWriter", "Head", "TableDigest", "messages", "read_head"]

MAGIC = b"whitestone-backup\n"
VERSION = 1
PURPOSE = b"whitestone backup 1"
LEVEL = 3
"""Of zlib: half the bytes of a typical programme at several times the speed of the default."""

PIECE_BYTES = 1 << 18
"""How much of the compressed stream is inflated at once: bounds memory whatever the ratio."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder().decode


class Head(msgspec.Struct, frozen=True):
    """The clear part of a backup: enough to find the key, nothing of the content."""

    version: int
    programme_id: uuid.UUID
    public: bytes
    salt: bytes


class TableDigest:
    """Sum up a table in the order of its keys; equal on every engine when the rows are.

    >>> TableDigest().value() == TableDigest().value(), TableDigest().count
    (True, 0)
    """

    def __init__(self) -> None:
        self.count = 0
        self._hash = hashlib.sha256()

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """Take rows of plain values: int, float, str, bytes, None."""
        for row in rows:
            self._hash.update(_encode(row))
        self.count += len(rows)

    def value(self) -> bytes:
        """Give the SHA-256 over all rows so far."""
        return self._hash.digest()


class BundleWriter:
    """Write messages into an encrypted, compressed stream; only `close` makes it whole."""

    def __init__(self, stream: BinaryIO, programme_id: uuid.UUID, key: ProgrammeKey) -> None:
        salt = os.urandom(32)
        head = msgspec.json.encode(
            {
                "programme_id": str(programme_id),
                "public": base64.b64encode(key.public).decode(),
                "salt": base64.b64encode(salt).decode(),
            }
        )
        front = MAGIC + struct.pack(">BH", VERSION, len(head)) + head
        stream.write(front)
        self._frames = FrameWriter(stream, _backup_key(key, salt), front)
        self._deflate = zlib.compressobj(LEVEL)

    def message(self, name: str, value: Any) -> None:
        """Write one message: a short name and a value of plain types."""
        payload = _encode([name, value])
        self._frames.write(self._deflate.compress(struct.pack(">I", len(payload)) + payload))

    def close(self) -> None:
        """Write what is left and the last frame."""
        self._frames.write(self._deflate.flush())
        self._frames.close()


def read_head(stream: BinaryIO) -> Head:
    """Read the clear head; refuses (DamagedError) what is no backup or of a later version."""
    return _read_front(stream)[0]


def messages(stream: BinaryIO, key: ProgrammeKey) -> Iterator[tuple[str, Any]]:
    """Read a backup's messages; refuses (DamagedError) a foreign key, a cut or a changed byte, wherever it lies.

    Nothing is yielded that was not authenticated; that the file is whole is known when the iteration ends.
    """
    head, front = _read_front(stream)
    if head.public != key.public:
        raise DamagedError("it was made with the key of another programme")
    plain = _inflated(frames(stream, _backup_key(key, head.salt), front))
    buffer = bytearray()
    for piece in plain:
        buffer += piece
        yield from _whole(buffer)
    if buffer:
        raise DamagedError("its last message is cut off")


def _backup_key(key: ProgrammeKey, salt: bytes) -> bytes:
    return derive(key.private + key.secret, salt, PURPOSE)


def _read_front(stream: BinaryIO) -> tuple[Head, bytes]:
    front = stream.read(len(MAGIC) + 3)
    if front[: len(MAGIC)] != MAGIC or len(front) < len(MAGIC) + 3:
        raise DamagedError("it does not begin as a backup does")
    version, size = struct.unpack(">BH", front[len(MAGIC) :])
    if version != VERSION:
        raise DamagedError(f"its format has version {version}, this program reads version {VERSION}")
    raw = stream.read(size)
    try:
        named = msgspec.json.decode(raw, type=dict[str, str])
        public, salt = (base64.b64decode(named[field]) for field in ("public", "salt"))
        head = Head(version, uuid.UUID(named["programme_id"]), public, salt)
    except (msgspec.DecodeError, KeyError, ValueError):
        raise DamagedError("its head is damaged or cut off") from None
    return head, front + raw


def _inflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    inflate = zlib.decompressobj()
    for piece in pieces:
        waiting, plain = piece, b""
        # Output may still wait inside when all input is taken: go on until a piece comes back short.
        while waiting or len(plain) == PIECE_BYTES:
            plain = inflate.decompress(waiting, PIECE_BYTES)
            waiting = inflate.unconsumed_tail
            yield plain
    if not inflate.eof or inflate.unused_data:
        raise DamagedError("its compressed stream is not whole")


def _whole(buffer: bytearray) -> Iterator[tuple[str, Any]]:
    """Take the whole messages off the front of the buffer."""
    at = 0
    while len(buffer) - at >= 4:
        size = struct.unpack_from(">I", buffer, at)[0]
        if len(buffer) - at - 4 < size:
            break
        name, value = _decode(bytes(buffer[at + 4 : at + 4 + size]))
        at += 4 + size
        yield name, value
    del buffer[:at]
