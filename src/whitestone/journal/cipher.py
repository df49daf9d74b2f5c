"""How are bytes of any length encrypted as a stream, so that a missing, moved or changed byte is always noticed?

AES-256-GCM in frames (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015): every frame's nonce
holds its number and whether it is the last, so frames cannot be dropped, repeated, reordered or cut off at the end.
Each key encrypts one stream only. Memory is bounded by one frame, whatever the length. A data key is wrapped for the
programme's public key: whoever holds only that can seal and cannot open.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from whitestone.journal.keys import ProgrammeKey, derive

__all__ = ["FRAME_BYTES", "DamagedError", "FrameWriter", "Wrapper", "frames", "unwrap"]

FRAME_BYTES = 1 << 20
"""Plain bytes in a frame: large enough for full speed, small enough for a laptop."""

NONCE_BYTES = 12
TAG_BYTES = 16
WRAP_PURPOSE = b"whitestone wrap 1"


class DamagedError(ValueError):
    """Say why a stream does not open; callers turn it into the Problem that fits what the user asked for."""


class Sink(Protocol):
    """Whatever takes bytes."""

    def write(self, data: bytes, /) -> int:
        """Take bytes."""
        ...


class FrameWriter:
    """Encrypt what is written into frames on `stream`; `close` writes the last frame and leaves `stream` open."""

    def __init__(self, stream: Sink, key: bytes, bound: bytes) -> None:
        self._stream = stream
        self._cipher = AESGCM(key)
        self._bound = bound
        self._buffer = bytearray()
        self._number = 0

    def write(self, data: bytes) -> None:
        """Take plain bytes; whole frames go out at once, the rest waits."""
        view = memoryview(data)
        while len(view):
            room = FRAME_BYTES - len(self._buffer)
            # A full frame waits until more follows: only then is it known not to be the last.
            if room == 0:
                self._frame(last=False)
                continue
            self._buffer += view[:room]
            view = view[room:]

    def close(self) -> None:
        """Write the last frame; without it the stream does not open."""
        self._frame(last=True)

    def _frame(self, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last), bytes(self._buffer), self._bound)
        self._stream.write(struct.pack(">I", len(sealed)))
        self._stream.write(sealed)
        self._buffer.clear()
        self._number += 1


def frames(stream: BinaryIO, key: bytes, bound: bytes) -> Iterator[bytes]:
    """Decrypt the frames of a stream, one at a time; refuses (DamagedError) whatever is not exactly what was written.

    Shapes: each yielded piece is at most FRAME_BYTES; nothing that was not authenticated is ever yielded. Whether the
    stream is whole is known only when the iteration ends.

    >>> import io
    >>> box = io.BytesIO(); writer = FrameWriter(box, bytes(32), b""); writer.write(b"stone"); writer.close()
    >>> b"".join(frames(io.BytesIO(box.getvalue()), bytes(32), b""))
    b'stone'
    >>> list(frames(io.BytesIO(b""), bytes(32), b""))
    Traceback (most recent call last):
    whitestone.journal.cipher.DamagedError: it is cut off
    """
    cipher = AESGCM(key)
    number = 0
    sealed = _frame_bytes(stream)
    while True:
        if sealed is None:
            raise DamagedError("it is cut off")
        following = _frame_bytes(stream)
        try:
            yield cipher.decrypt(_nonce(number, following is None), sealed, bound)
        except InvalidTag:
            raise DamagedError(_why(cipher, number, sealed, bound, following is None)) from None
        if following is None:
            return
        sealed = following
        number += 1


class Wrapper:
    """Wrap data keys for one programme's public key; one key agreement serves all the keys of an act."""

    def __init__(self, public: bytes) -> None:
        ephemeral = X25519PrivateKey.generate()
        self._front = ephemeral.public_key().public_bytes_raw()
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
        self._cipher = AESGCM(derive(shared, self._front + public, WRAP_PURPOSE))

    def wrap(self, data_key: bytes, key_id: bytes) -> bytes:
        """Wrap a 32 byte data key; bound to its id, so that wrapped keys cannot change places."""
        nonce = os.urandom(NONCE_BYTES)
        return self._front + nonce + self._cipher.encrypt(nonce, data_key, key_id)


def unwrap(key: ProgrammeKey, wrapped: bytes, key_id: bytes) -> bytes:
    """Open a wrapped data key with the programme key; refuses (DamagedError) a foreign or changed one.

    >>> key = ProgrammeKey(b"1" * 32, b"")
    >>> unwrap(key, Wrapper(key.public).wrap(b"k" * 32, b"id"), b"id") == b"k" * 32
    True
    """
    front, nonce, sealed = wrapped[:32], wrapped[32:44], wrapped[44:]
    try:
        shared = key.agree(front)
        return AESGCM(derive(shared, front + key.public, WRAP_PURPOSE)).decrypt(nonce, sealed, key_id)
    except (InvalidTag, ValueError):
        raise DamagedError("its wrapped key does not open") from None


def _nonce(number: int, last: bool) -> bytes:
    return struct.pack(">QxxxB", number, last)


def _frame_bytes(stream: BinaryIO) -> bytes | None:
    head = stream.read(4)
    if not head:
        return None
    size = struct.unpack(">I", head)[0] if len(head) == 4 else 0
    if not TAG_BYTES <= size <= FRAME_BYTES + TAG_BYTES:
        raise DamagedError("it is cut off" if len(head) < 4 else "a frame has an impossible length")
    sealed = stream.read(size)
    if len(sealed) < size:
        raise DamagedError("it is cut off")
    return sealed


def _why(cipher: AESGCM, number: int, sealed: bytes, bound: bytes, at_end: bool) -> str:
    """Tell a stream that was cut between two frames from one that was changed."""
    try:
        cipher.decrypt(_nonce(number, not at_end), sealed, bound)
    except InvalidTag:
        return "it was changed, or the key is not the one that it was made with"
    return "it is cut off" if at_end else "something follows its end"
