"""How are bytes of any length encrypted as a stream, so that a missing, moved or changed byte is always noticed?

AES-256-GCM in frames (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015): every frame's nonce
holds its number and whether it is the last, so frames cannot be dropped, repeated, reordered or cut off at the end.
Each key encrypts one stream only. Memory is bounded by one frame, whatever the length. A data key is wrapped for the
programme's public key: whoever holds only that can seal and cannot open.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Sequence
from hashlib import sha256
from hmac import compare_digest
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from whitestone.journal.keys import ProgrammeKey, derive

__all__ = ["FRAME_BYTES", "DamagedError", "FrameWriter", "Wrapper", "frames", "unwrap", "wrap_all"]

FRAME_BYTES = 1 << 20
"""Plain bytes in a frame: large enough for full speed, small enough for a laptop."""

NONCE_BYTES = 12
TAG_BYTES = 16
WRAP_PURPOSE = b"whitestone wrap 1"
MASK_PURPOSE = b"whitestone wrap 2"
MASKED = b"\x02"
KEY_AND_CHECK = 32 + 16
MASKED_BYTES = 1 + 32 + 4 + KEY_AND_CHECK
"""A masked key: format, public half of the agreement, number in the stream, key with check; a wrapped one has 92."""


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


def wrap_all(public: bytes, data_keys: Sequence[bytes], key_ids: Sequence[bytes]) -> list[bytes]:
    """Wrap many 32 byte data keys at once, each bound to its id: one stream made for this call masks them all.

    Under the mask every key stands with a digest of itself and its id, so that a foreign, changed or moved one is
    noticed; who holds the public key may seal anyway, so nothing more would be proved by a tag for each.

    >>> key = ProgrammeKey(b"1" * 32, b"")
    >>> [unwrap(key, box, at)[:1] for box, at in zip(wrap_all(key.public, [b"a" * 32, b"b" * 32], [b"1", b"2"]),
    ...                                              [b"1", b"2"])]
    [b'a', b'b']
    >>> wrap_all(key.public, [], [])
    []
    """
    ephemeral = X25519PrivateKey.generate()
    front = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    plain = b"".join([key + _check(key, key_id) for key, key_id in zip(data_keys, key_ids, strict=True)])
    # A fresh key for every call, so that the counter may begin at nought and no piece of a stream serves twice.
    masked = _stream(derive(shared, front + public, MASK_PURPOSE), 0, plain)
    head, pack = MASKED + front, struct.Struct(">I").pack
    return [head + pack(number) + masked[KEY_AND_CHECK * number : KEY_AND_CHECK * (number + 1)]
            for number in range(len(data_keys))]


def _check(data_key: bytes, key_id: bytes) -> bytes:
    return sha256(data_key + key_id).digest()[:16]


def _stream(key: bytes, number: int, text: bytes) -> bytes:
    """Mask or unmask with AES-256-CTR, from the place of key `number` in the stream on."""
    cipher = Cipher(AES(key), CTR((number * KEY_AND_CHECK // 16).to_bytes(16, "big"))).encryptor()
    return cipher.update(text) + cipher.finalize()


def unwrap(key: ProgrammeKey, wrapped: bytes, key_id: bytes) -> bytes:
    """Open a wrapped data key with the programme key; refuses (DamagedError) a foreign or changed one.

    >>> key = ProgrammeKey(b"1" * 32, b"")
    >>> unwrap(key, Wrapper(key.public).wrap(b"k" * 32, b"id"), b"id") == b"k" * 32
    True
    """
    if len(wrapped) == MASKED_BYTES and wrapped[:1] == MASKED:
        return _unmasked(key, wrapped, key_id)
    front, nonce, sealed = wrapped[:32], wrapped[32:44], wrapped[44:]
    try:
        shared = key.agree(front)
        return AESGCM(derive(shared, front + key.public, WRAP_PURPOSE)).decrypt(nonce, sealed, key_id)
    except (InvalidTag, ValueError):
        raise DamagedError("its wrapped key does not open") from None


def _unmasked(key: ProgrammeKey, wrapped: bytes, key_id: bytes) -> bytes:
    front, number = wrapped[1:33], struct.unpack_from(">I", wrapped, 33)[0]
    try:
        plain = _stream(derive(key.agree(front), front + key.public, MASK_PURPOSE), number, wrapped[37:])
    except ValueError:
        raise DamagedError("its wrapped key does not open") from None
    if not compare_digest(plain[32:], _check(plain[:32], key_id)):
        raise DamagedError("its wrapped key does not open")
    return plain[:32]


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
