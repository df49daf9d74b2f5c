"""What exactly is hashed, so that no stored word can change unnoticed and an erased part still verifies?

    entry hash = SHA-256( previous hash | act digest | header | digest of each part that is present )
    part digest = one byte (its place in PARTS) + SHA-256( 16 byte salt | stored bytes )

The header is the MessagePack of the first twelve REVISION_COLUMNS with the kind by its name. A part and its salt can
be erased: its digest then stands in `tombs`. The salt keeps short values (a birth date) from being guessed from a
digest that stays behind.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any

import msgspec
import numpy as np

from whitestone.journal.layout import PARTS

__all__ = ["GENESIS", "SALT_BYTES", "act_digest", "chain", "digest_parts", "entry_hash", "header", "part_digest",
           "salted", "split_salts", "split_tombs"]

GENESIS = bytes(32)
"""The hash before the first entry."""

SALT_BYTES = 16
DIGEST_BYTES = 32
_TAGS = tuple(bytes([place]) for place in range(len(PARTS)))
_sha256 = hashlib.sha256

header = msgspec.msgpack.Encoder().encode
"""Encode the header of an entry: the first twelve REVISION_COLUMNS as a tuple, the kind by its name."""


def act_digest(fields: Sequence[Any]) -> bytes:
    """Digest an act: ACT_COLUMNS in their order, without the digest itself.

    >>> len(act_digest((1, 0, b"", "anna", None, None, None, None, None, 1)))
    32
    """
    return _sha256(b"act" + msgspec.msgpack.encode(tuple(fields))).digest()


def part_digest(place: int, salt: bytes, stored: bytes) -> bytes:
    """Digest one part by its place in PARTS.

    >>> part_digest(0, bytes(16), b"{}")[:1]
    b'\\x00'
    """
    return _TAGS[place] + _sha256(salt + stored).digest()


def digest_parts(salts: bytes, parts: Sequence[bytes | None]) -> bytes:
    """Digest the parts of an entry of which nothing was erased, as `salted` did when it was written.

    >>> digest_parts(bytes(16), [b"{}", None, None, None, None]) == part_digest(0, bytes(16), b"{}")
    True
    >>> digest_parts(b"", [None] * 5)
    b''
    """
    body = parts[0]
    if len(salts) == SALT_BYTES and body is not None:
        return _TAGS[0] + _sha256(salts + body).digest()
    digests, at = b"", 0
    for tag, part in zip(_TAGS, parts, strict=True):
        if part is not None:
            digests += tag + _sha256(salts[at : at + SALT_BYTES] + part).digest()
            at += SALT_BYTES
    return digests


def entry_hash(previous: bytes, act: bytes, head: bytes, digests: bytes) -> bytes:
    """Hash one entry onto the one before it.

    >>> len(entry_hash(GENESIS, b"", b"", b""))
    32
    """
    return _sha256(previous + act + head + digests).digest()


def salted(columns: Sequence[Sequence[bytes | None] | None], count: int) -> tuple[list[bytes], list[bytes]]:
    """Draw salts for the parts of `count` entries and digest them: (salts, digests), one bytes value an entry each.

    `columns` are the five PARTS in their order; None: no entry has that part.

    >>> salted([None] * 5, 2)
    ([b'', b''], [b'', b''])
    """
    present = [(tag, column, all(column) or None not in column)
               for tag, column in zip(_TAGS, columns, strict=True) if column is not None]
    if not present or not count:
        return [b""] * count, [b""] * count
    # One draw of randomness for all of them: this is the hot path of an import.
    pool = os.urandom(SALT_BYTES * len(present) * count)
    drawn = np.frombuffer(pool, dtype=f"V{SALT_BYTES}").reshape(count, len(present))
    salts: list[bytes] = np.frombuffer(pool, dtype=f"V{SALT_BYTES * len(present)}").tolist()
    each = [drawn[:, place].tolist() for place in range(len(present))]
    digests = [_digests(tag, each[place], column, full) for place, (tag, column, full) in enumerate(present)]
    join = b"".join
    if not all(full for _, _, full in present):  # a part that an entry has not takes no salt
        kept = [[b"" if part is None else salt for salt, part in zip(drawn_for, column, strict=True)]
                for drawn_for, (_, column, _) in zip(each, present, strict=True)]
        salts = list(map(join, zip(*kept, strict=True)))
    return salts, digests[0] if len(digests) == 1 else list(map(join, zip(*digests, strict=True)))


def _digests(tag: bytes, salts: list[bytes], column: Sequence[bytes | None], full: bool) -> list[bytes]:
    sha256 = _sha256
    if full:
        return [tag + sha256(salt + part).digest() for salt, part in zip(salts, column, strict=True)]  # type: ignore[operator]
    return [b"" if part is None else tag + sha256(salt + part).digest()
            for salt, part in zip(salts, column, strict=True)]


def chain(previous: bytes, act: bytes, heads: Iterable[bytes], digests: Iterable[bytes]) -> list[bytes]:
    """Hash entries one onto the other; returns the hash of each.

    >>> chain(GENESIS, b"", [], [])
    []
    """
    sha256 = _sha256
    hashes: list[bytes] = []
    add = hashes.append
    for head, digest in zip(heads, digests, strict=True):
        previous = sha256(previous + act + head + digest).digest()
        add(previous)
    return hashes


def split_salts(salts: bytes, places: Sequence[int]) -> dict[int, bytes]:
    """Tell which salt belongs to which of the parts that an entry has or had.

    >>> split_salts(b"", [])
    {}
    """
    return {place: salts[at * SALT_BYTES : (at + 1) * SALT_BYTES] for at, place in enumerate(places)}


def split_tombs(tombs: bytes | None) -> dict[int, bytes]:
    """Read the digests that erased parts left behind, by place in PARTS.

    >>> split_tombs(None)
    {}
    """
    step = 1 + DIGEST_BYTES
    return {tombs[at]: tombs[at : at + step] for at in range(0, len(tombs), step)} if tombs else {}


def heads_of(columns: Sequence[Any], count: int) -> list[bytes]:
    """Encode headers from twelve columns; a column that is no list holds for every entry.

    >>> heads_of([[1], [b""], [b""], "hazard", 0, 3, None, None, None, None, None, None], 1) == [
    ...     header((1, b"", b"", "hazard", 0, 3, None, None, None, None, None, None))]
    True
    >>> heads_of([None] * 12, 0)
    []
    """
    spread = [column if isinstance(column, list) else repeat(column, count) for column in columns]
    return list(map(header, zip(*spread, strict=True)))
