"""How does a book become bytes that can be kept, and a book again, without counting anything?

Facts in MessagePack, arrays as the bytes that they are. Shapes are not in it: they lie with their records.
"""

from __future__ import annotations

import uuid
from typing import Any, TypeVar

import msgspec
import numpy as np

from whitestone.land.book import Book
from whitestone.land.bookings import Bookings, Shelf
from whitestone.land.changing import Change
from whitestone.land.claims import ClaimSteps
from whitestone.land.columns import Faces, ReleaseFace, Releases, SliceFace, Slices
from whitestone.land.dated import Pieces
from whitestone.land.roster import Part, Roster, Shapes

__all__ = ["FORMAT", "Kept", "pack_book", "pack_change", "unpack_book", "unpack_change"]

Array = np.ndarray[Any, Any]
Thing = TypeVar("Thing")

FORMAT = 2
"""Which writing this is: what was written otherwise is not read but counted again."""


class Kept(msgspec.Struct, array_like=True):
    """A book as it is kept: its roster, its pieces, and where its units lie."""

    line: Part
    pieces: Pieces
    unit_boxes: np.ndarray
    steps: ClaimSteps
    met: np.ndarray


def pack_book(book: Book) -> bytes:
    """Write a book of all days down.

    >>> from whitestone.land.book import simulate
    >>> unpack_book(pack_book(simulate([], [])), None, None).stock.tolist()
    []
    """
    pieces = book.pieces
    base = book.shelf.base if not book.shelf.is_changed else Bookings(pieces)
    steps = base.claim_steps(book.line.days)
    met = np.array([(*pair, shared) for pair, shared in book.shelf.met.items()], dtype=np.int32).reshape(-1, 3)
    boxes = np.where(book.unit_stands[:, None], book.unit_boxes, np.nan)
    return _pack(Kept(book.line.part(), pieces, boxes, steps, met))


def unpack_book(data: bytes, shapes_of: Shapes | None, release_shapes_of: Shapes | None) -> Book:
    """Read a book again; the two functions find shapes by number where they are asked for."""
    kept = _unpack(data, Kept)
    line = Roster.of(kept.line, shapes_of or _no_shapes, release_shapes_of or _no_shapes)
    shelf = Shelf(Bookings(kept.pieces, kept.steps))
    shelf.met = {(work, held): bool(shared) for work, held, shared in kept.met.tolist()}
    return Book(line, shelf, kept.unit_boxes)


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
        return (value.dtype.str, value.shape, np.ascontiguousarray(value).data.cast("B") if value.size else b"")
    if isinstance(value, Slices):
        return (value.ids, value.days, value.stated_m2, value.face, value.faces.every, list(value.parents.items()))
    if isinstance(value, Releases):
        return (value.ids, value.on, value.stated_m2, value.face, value.named_to, value.named, value.namer,
                value.faces.every)
    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError(f"{type(value).__name__} is no part of a book")


def _array_in(kind: type, value: Any) -> Any:
    if kind is Slices:
        ids, days, stated_m2, face, faces, parents = value
        return Slices(_array(ids), _array(days), _array(stated_m2), _array(face),
                      Faces(msgspec.convert(faces, list[SliceFace])),
                      msgspec.convert(dict(parents), dict[int, tuple[uuid.UUID, ...]]))
    if kind is Releases:
        ids, on, stated_m2, face, named_to, named, namer, faces = value
        return Releases(_array(ids), _array(on), _array(stated_m2), _array(face), _array(named_to), _array(named),
                        _array(namer), Faces(msgspec.convert(faces, list[ReleaseFace])))
    return _array(value)


def _array(value: Any) -> Array:
    # Read where it lies: nobody writes into an array of a book; what grows is moved first.
    dtype, shape, data = value
    return np.frombuffer(data, dtype=dtype).reshape(shape)
