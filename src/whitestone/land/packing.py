"""How does a book become bytes that can be kept, and a book again, without counting anything?

Facts in MessagePack, arrays as the bytes that they are. Shapes are not in it: they lie with their records.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
import numpy as np

from whitestone.land.book import Book
from whitestone.land.bookings import Bookings, Shelf
from whitestone.land.pieces import Pieces
from whitestone.land.renewing import Change
from whitestone.land.roster import Part, Roster, Shapes

__all__ = ["Kept", "pack_book", "pack_change", "unpack_book", "unpack_change"]

Array = np.ndarray[Any, Any]
Thing = TypeVar("Thing")


class Kept(msgspec.Struct, array_like=True):
    """A book as it is kept: its roster, its pieces, and where its units lie."""

    line: Part
    pieces: Pieces
    unit_boxes: np.ndarray


def pack_book(book: Book) -> bytes:
    """Write a book of all days down.

    >>> from whitestone.land.book import simulate
    >>> unpack_book(pack_book(simulate([], [])), None, None).stock.tolist()
    []
    """
    return _pack(Kept(book.line.part(), book.pieces, book.unit_boxes))


def unpack_book(data: bytes, shapes_of: Shapes | None, release_shapes_of: Shapes | None) -> Book:
    """Read a book again; the two functions find shapes by number where they are asked for."""
    kept = _unpack(data, Kept)
    line = Roster.of(kept.line, shapes_of or _no_shapes, release_shapes_of or _no_shapes)
    return Book(line, Shelf(Bookings(kept.pieces)), kept.unit_boxes)


def pack_change(change: Change) -> bytes:
    """Write a change of a book down."""
    return _pack(change)


def unpack_change(data: bytes) -> Change:
    """Read a change again."""
    return _unpack(data, Change)


def _no_shapes(index: Array) -> Array:
    raise LookupError("this book was read without a way to its shapes")


def _pack(thing: Any) -> bytes:
    return msgspec.msgpack.encode(thing, enc_hook=_array_out)


def _unpack(data: bytes, kind: type[Thing]) -> Thing:
    return msgspec.msgpack.decode(data, type=kind, dec_hook=_array_in)


def _array_out(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return (value.dtype.str, value.shape, value.tobytes())
    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError(f"{type(value).__name__} is no part of a book")


def _array_in(kind: type, value: Any) -> Any:
    dtype, shape, data = value
    return np.frombuffer(data, dtype=dtype).reshape(shape).copy()
