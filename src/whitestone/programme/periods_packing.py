"""How does the snapshot behind a closed year lie on the disk, small and exact?

Canonical JSON (keys in order), compressed. Every text stands once in a list, and bookings are columns of whole numbers.
"""

from __future__ import annotations

import gzip
from typing import Any

import msgspec

from whitestone.land.restating import Booking, Reported, Snapshot

__all__ = ["pack", "packed", "unpack", "unpack_bookings"]


class _Bookings(msgspec.Struct, kw_only=True):
    """Bookings as columns: numbers are places in `texts` (-1: none), day numbers, hundredths of m2."""

    texts: list[str]
    hazard: list[int]
    release: list[int]
    day: list[int]
    column: list[int]
    cents: list[int]

    def listed(self) -> list[Booking]:
        """Give the columns back as bookings, in their order."""
        texts = self.texts
        release = [None if at < 0 else texts[at] for at in self.release]
        hazard, column = [texts[at] for at in self.hazard], [texts[at] for at in self.column]
        return list(map(Booking, hazard, release, self.day, column, self.cents))


class _Columns(_Bookings, kw_only=True):
    """A snapshot as columns: its bookings, and in which rows all of it stands."""

    first_day: int
    rows: dict[str, list[int]]
    standing: dict[str, list[tuple[int, int]]]
    own: list[tuple[int, dict[str, int]]]
    reported: dict[str, list[tuple[int, int, int, int]]]


class _Texts:
    def __init__(self) -> None:
        self.places: dict[str, int] = {}

    def __call__(self, text: str | None) -> int:
        return -1 if text is None else self.places.setdefault(text, len(self.places))


def packed(content: Any) -> bytes:
    """Write a value as canonical JSON, compressed: the stored bytes are what is hashed and signed.

    >>> gzip.decompress(packed({"b": 1, "a": 2}))
    b'{"a":2,"b":1}'
    """
    return gzip.compress(msgspec.json.encode(content, order="sorted"), compresslevel=6, mtime=0)


def pack(snapshot: Snapshot) -> bytes:
    """Write a snapshot; `unpack` gives it back as it was.

    >>> empty = Snapshot(first_day=1, bookings=[], rows={}, standing={}, own={}, reported={})
    >>> unpack(gzip.decompress(pack(empty))) == empty
    True
    """
    text = _Texts()
    bookings = snapshot.bookings
    columns = _Columns(
        texts=[],
        first_day=snapshot.first_day,
        hazard=[text(each.hazard) for each in bookings],
        release=[text(each.release) for each in bookings],
        day=[each.day for each in bookings],
        column=[text(each.column) for each in bookings],
        cents=[each.cents for each in bookings],
        rows={by: [text(key) for key in keys] for by, keys in snapshot.rows.items()},
        standing={by: [(text(own), text(key)) for own, key in rows.items()] for by, rows in snapshot.standing.items()},
        own=[(text(own), figures) for own, figures in snapshot.own.items()],
        reported={
            by: [(text(each.key), text(each.kind), text(each.record), each.cents) for each in stated]
            for by, stated in snapshot.reported.items()
        },
    )
    columns.texts = list(text.places)
    return packed(columns)


def unpack(content: bytes) -> Snapshot:
    """Read a snapshot from its JSON; the caller has proved its digest."""
    found = msgspec.json.decode(content, type=_Columns)
    texts = found.texts
    return Snapshot(
        first_day=found.first_day,
        bookings=found.listed(),
        rows={by: [texts[at] for at in keys] for by, keys in found.rows.items()},
        standing={by: {texts[own]: texts[key] for own, key in homes} for by, homes in found.standing.items()},
        own={texts[own]: figures for own, figures in found.own},
        reported={
            by: [Reported(texts[key], texts[kind], texts[record], cents) for key, kind, record, cents in stated]
            for by, stated in found.reported.items()
        },
    )


def unpack_bookings(content: bytes) -> list[Booking]:
    """Read only the bookings of a snapshot: a third of the work, where rows are not asked for."""
    return msgspec.json.decode(content, type=_Bookings).listed()
