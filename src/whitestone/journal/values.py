"""How do stored numbers and bytes become the typed values that callers see, a million at a time?

Dates, instants and ids are made by the hundred thousand in one answer, so they are remembered or built directly.
"""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from typing import Any

import msgspec

from whitestone.journal.layout import PARTS

__all__ = ["day_of", "decode_object", "erased_parts", "instant_of", "optional_uuid", "split_uuids", "uuid_of"]

_EPOCH_ORDINAL = dt.date(1970, 1, 1).toordinal()
_INSTANT_ZERO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_decoder = msgspec.json.Decoder(dict[str, Any])
_new = object.__new__
_set = object.__setattr__
_UUID = uuid.UUID
_SAFE = uuid.SafeUUID.unknown


def uuid_of(raw: bytes) -> uuid.UUID:
    """Make a UUID of 16 bytes, several times as fast as its constructor.

    >>> uuid_of(bytes(15) + b"x") == uuid.UUID(bytes=bytes(15) + b"x")
    True
    """
    made = _new(_UUID)
    _set(made, "int", int.from_bytes(raw, "big"))
    _set(made, "is_safe", _SAFE)
    return made


def optional_uuid(raw: bytes | None) -> uuid.UUID | None:
    """Make a UUID, or None of None.

    >>> optional_uuid(None)
    """
    return None if raw is None else uuid_of(raw)


def split_uuids(raw: bytes | None) -> tuple[uuid.UUID, ...]:
    """Cut joined ids apart.

    >>> split_uuids(None), len(split_uuids(bytes(32)))
    ((), 2)
    """
    return tuple(uuid_of(raw[at : at + 16]) for at in range(0, len(raw), 16)) if raw else ()


@functools.lru_cache(maxsize=65_536)
def day_of(number: int | None) -> dt.date | None:
    """Turn days since 1970-01-01 into a date.

    >>> day_of(0), day_of(None)
    (datetime.date(1970, 1, 1), None)
    """
    return None if number is None else dt.date.fromordinal(number + _EPOCH_ORDINAL)


@functools.lru_cache(maxsize=65_536)
def instant_of(us: int) -> dt.datetime:
    """Turn microseconds since 1970 into an instant, exactly.

    >>> instant_of(1).microsecond
    1
    """
    return _INSTANT_ZERO + dt.timedelta(microseconds=us)


def decode_object(raw: bytes | None) -> dict[str, Any]:
    """Read a stored JSON object; nothing stored is an empty one.

    >>> decode_object(b'{"a":1}'), decode_object(None)
    ({'a': 1}, {})
    """
    return _decoder.decode(raw) if raw else {}


def erased_parts(tombs: bytes | None) -> tuple[str, ...]:
    """Name the parts that were erased.

    >>> erased_parts(None), erased_parts(b"\\x04" + bytes(32))
    ((), ('sealed',))
    """
    return tuple(PARTS[place] for place in tombs[::33]) if tombs else ()
