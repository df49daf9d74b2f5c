"""How does a personal value become bytes that say nothing while the programme is locked?

One envelope per revision or held row: format, key id, the names of what is inside (never its values), nonce, and the
values under AES-256-GCM. The data key belongs to one record (a person) or one file and is wrapped for the programme's
public key, so sealing needs no secret, and destroying the wrapped key destroys what it opened.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from whitestone.domain.ids import new_ids
from whitestone.journal.cipher import NONCE_BYTES, DamagedError, Wrapper, wrap_all

__all__ = ["KeyRow", "key_id_of", "names_of", "open_envelope", "plain_values", "seal_file_key", "seal_records",
           "seal_rows", "seal_with"]

FORMAT = b"\x01"
FRONT_BYTES = 1 + 16 + 2

_names_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])


class KeyRow(msgspec.Struct, frozen=True):
    """One wrapped data key as the table `seal_key` keeps it: for a record, or for a file (a SHA-256, or a run's id)."""

    key_id: bytes
    record_id: bytes | None
    file: bytes | None
    wrapped: bytes


def seal_records(
    public: bytes, record_ids: Sequence[bytes], sealed: Sequence[bytes | None]
) -> tuple[list[bytes | None], list[KeyRow]]:
    """Seal the personal values (JSON objects) of many revisions; give the envelopes and the keys to keep with them.

    Shapes: both sequences of the same length n; n envelopes, one key per record that has something to seal.

    >>> from whitestone.journal.keys import ProgrammeKey
    >>> key = ProgrammeKey(b"1" * 32, b"")
    >>> envelopes, rows = seal_records(key.public, [b"r" * 16, b"s" * 16], [b'{"person_name": "Ana"}', None])
    >>> names_of(envelopes[0]), envelopes[1], len(rows), b"Ana" in envelopes[0]
    (('person_name',), None, 1, False)
    >>> seal_records(key.public, [], [])
    ([], [])
    """
    owners = list(dict.fromkeys(owner for owner, values in zip(record_ids, sealed, strict=True) if values is not None))
    if not owners:
        return [None] * len(sealed), []
    pool = os.urandom(32 * len(owners))
    made = [pool[at : at + 32] for at in range(0, len(pool), 32)]
    ids = new_ids(len(owners))
    wrapped = wrap_all(public, made, ids)
    rows = [KeyRow(key_id, owner, None, box) for key_id, owner, box in zip(ids, owners, wrapped, strict=True)]
    keys = dict(zip(owners, zip(ids, made, strict=True), strict=True))
    return _sealed(keys, record_ids, sealed), rows


def _sealed(
    keys: dict[bytes, tuple[bytes, bytes]], record_ids: Sequence[bytes], sealed: Sequence[bytes | None]
) -> list[bytes | None]:  # fmt: skip
    """Seal each value under its owner's key, as `seal_with` does; equal values have equal names, written once."""
    nonces = os.urandom(NONCE_BYTES * len(sealed))
    named: dict[bytes, bytes] = {}
    envelopes: list[bytes | None] = []
    for at, (owner, values) in enumerate(zip(record_ids, sealed, strict=True)):
        if values is None:
            envelopes.append(None)
            continue
        names = named.get(values)
        if names is None:
            names = named[values] = _names(values)
        key_id, data_key = keys[owner]
        front = FORMAT + key_id + names
        nonce = nonces[NONCE_BYTES * at : NONCE_BYTES * at + NONCE_BYTES]
        envelopes.append(front + nonce + AESGCM(data_key).encrypt(nonce, values, front + owner))
    return envelopes


def _names(values: bytes) -> bytes:
    names = msgspec.json.encode(list(_names_decoder.decode(values)))
    return struct.pack(">H", len(names)) + names


def seal_rows(public: bytes, owner: bytes, raws: Sequence[bytes]) -> tuple[list[bytes], list[KeyRow]]:
    """Seal rows of one file (held rows that contain personal columns) under one key of that file.

    >>> from whitestone.journal.keys import ProgrammeKey
    >>> envelopes, rows = seal_rows(ProgrammeKey(b"1" * 32, b"").public, b"f" * 32, [b"Ana;1990"])
    >>> len(envelopes), rows[0].file == b"f" * 32, seal_rows(b"", b"", [])
    (1, True, ([], []))
    """
    if not raws:
        return [], []
    row, data_key = seal_file_key(public, owner)
    return [seal_with(row.key_id, data_key, owner, raw) for raw in raws], [row]


def seal_file_key(public: bytes, owner: bytes) -> tuple[KeyRow, bytes]:
    """Make the data key of one file; give the row to keep and the key itself.

    >>> from whitestone.journal.keys import ProgrammeKey
    >>> len(seal_file_key(ProgrammeKey(b"1" * 32, b"").public, b"f" * 32)[1])
    32
    """
    key_id, data_key = new_ids(1)[0], os.urandom(32)
    return KeyRow(key_id, None, owner, Wrapper(public).wrap(data_key, key_id)), data_key


def names_of(envelope: bytes | None) -> tuple[str, ...]:
    """List the names of the attributes that an envelope holds; works while locked.

    >>> names_of(None)
    ()
    """
    if not envelope:
        return ()
    size = struct.unpack_from(">H", envelope, 17)[0]
    names: list[str] = msgspec.json.decode(envelope[FRONT_BYTES : FRONT_BYTES + size], type=list[str])
    return tuple(names)


def key_id_of(envelope: bytes) -> bytes:
    """Give the id of the data key under which an envelope was sealed.

    >>> key_id_of(b"\\x01" + b"k" * 16 + b"rest") == b"k" * 16
    True
    """
    return envelope[1:17]


def open_envelope(envelope: bytes, data_key: bytes, owner: bytes) -> bytes:
    """Open an envelope with its data key; refuses (DamagedError) a changed one or one moved to another owner.

    >>> open_envelope(seal_with(b"k" * 16, b"d" * 32, b"r" * 16, b"{}"), b"d" * 32, b"r" * 16)
    b'{}'
    """
    front = envelope[: FRONT_BYTES + struct.unpack_from(">H", envelope, 17)[0]]
    nonce = envelope[len(front) : len(front) + NONCE_BYTES]
    try:
        return AESGCM(data_key).decrypt(nonce, envelope[len(front) + NONCE_BYTES :], front + owner)
    except InvalidTag:
        raise DamagedError("what was sealed was changed") from None


def seal_with(key_id: bytes, data_key: bytes, owner: bytes, values: bytes, *, named: bool = False) -> bytes:
    """Seal one value for its owner; `named`: it is a JSON object, whose names show.

    >>> b"Ana" in seal_with(b"k" * 16, b"d" * 32, b"r" * 16, b"Ana")
    False
    """
    front = FORMAT + key_id + (_names(values) if named else b"\x00\x02[]")
    nonce = os.urandom(NONCE_BYTES)
    return front + nonce + AESGCM(data_key).encrypt(nonce, values, front + owner)


def plain_values(opened: bytes) -> dict[str, Any]:
    """Read what an opened envelope holds.

    >>> plain_values(b"{}")
    {}
    """
    values: dict[str, Any] = msgspec.json.decode(opened)
    return values
