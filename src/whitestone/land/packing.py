"""How does a book become bytes that can be kept, and a book again, without counting anything?

Facts in MessagePack, arrays as the bytes that they are. Shapes are not in it: they lie with their records, and those of
the first count in a writing of their own, for who needs many.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
import numpy as np
import shapely

from whitestone.land.book import Book
from whitestone.land.bookings import Bookings, Shelf
from whitestone.land.changing import Change
from whitestone.land.claims import ClaimSteps
from whitestone.land.columns import Faces, ReleaseFace, Releases, SliceFace, Slices
from whitestone.land.dated import Pieces
from whitestone.land.roster import Part, Roster, Shapes

__all__ = [
    "FORMAT", "Kept", "pack_book", "pack_change", "pack_shapes", "unpack_book", "unpack_change", "unpack_shapes",
]  # fmt: skip

Array = np.ndarray[Any, Any]
Thing = TypeVar("Thing")

FORMAT = 3
"""Which writing this is: what was written otherwise is not read but counted again."""


class Kept(msgspec.Struct, array_like=True):
    """A book as it is kept: its roster, its pieces, where its units lie, what is looked up, and what stands beside."""

    line: Part
    pieces: Pieces
    unit_boxes: np.ndarray
    steps: ClaimSteps
    met: np.ndarray
    beside: bytes


def pack_book(book: Book, beside: bytes = b"") -> bytes:
    """Write a book of all days down, and what its keeper puts beside it.

    >>> from whitestone.land.book import simulate
    >>> book, beside = unpack_book(pack_book(simulate([], []), b"more"), None, None)
    >>> book.stock.tolist(), beside
    ([], b'more')
    """
    pieces = book.pieces
    base = book.shelf.base if not book.shelf.is_changed else Bookings(pieces)
    steps = base.claim_steps(book.line.days)
    met = np.array([(*pair, shared) for pair, shared in book.shelf.met.items()], dtype=np.int32).reshape(-1, 3)
    boxes = np.where(book.unit_stands[:, None], book.unit_boxes, np.nan)
    return _pack(Kept(book.line.part(), pieces, boxes, steps, met, beside))


def unpack_book(data: bytes, shapes_of: Shapes | None, release_shapes_of: Shapes | None) -> tuple[Book, bytes]:
    """Read a book again, and what stands beside it; the two functions find shapes by number where they are asked for.

    Refuses nothing: what was written otherwise is told apart by FORMAT before it is read.
    """
    kept = _unpack(data, Kept)
    line = Roster.of(kept.line, shapes_of or _no_shapes, release_shapes_of or _no_shapes)
    shelf = Shelf(Bookings(kept.pieces, kept.steps))
    shelf.met = {(work, held): bool(shared) for work, held, shared in kept.met.tolist()}
    return Book(line, shelf, kept.unit_boxes), kept.beside


class Drawn(msgspec.Struct, array_like=True):
    """Shapes as they are kept: of slices first, then of releases."""

    slices: int
    kind: int
    xy: np.ndarray
    offsets: tuple[np.ndarray, ...]


def pack_shapes(of_slices: Array, of_releases: Array) -> bytes:
    """Write the ground of slices and of releases down, by number, in metres of the plane.

    >>> [len(each) for each in unpack_shapes(pack_shapes(np.zeros(0, dtype=object), np.zeros(0, dtype=object)))]
    [0, 0]
    """
    every = np.concatenate([of_slices, of_releases])
    if not len(every):
        return _pack(Drawn(0, 0, np.zeros((0, 2)), ()))
    kind, xy, offsets = shapely.to_ragged_array(every, include_z=False)
    return _pack(Drawn(len(of_slices), int(kind), xy, offsets))


def unpack_shapes(data: bytes) -> tuple[Array, Array]:
    """Read the ground of slices and of releases again, by number."""
    kept = _unpack(data, Drawn)
    if not kept.offsets:
        return np.zeros(0, dtype=object), np.zeros(0, dtype=object)
    every = shapely.from_ragged_array(shapely.GeometryType(kept.kind), kept.xy, kept.offsets)
    # As they are drawn elsewhere: what has one part is no collection.
    alone = np.flatnonzero((shapely.get_type_id(every) == shapely.GeometryType.MULTIPOLYGON)
                           & (shapely.get_num_geometries(every) == 1))
    every[alone] = shapely.get_geometry(every[alone], 0)
    return every[: kept.slices], every[kept.slices :]


def pack_change(change: Change) -> bytes:
    """Write a change of a book down."""
    return _pack(change)


def unpack_change(data: bytes) -> Change:
    """Read a change again."""
    return _unpack(data, Change)


def _no_shapes(index: Array) -> Array:
    raise LookupError("this book was read without a way to its shapes")


def _pack(thing: Any) -> bytes:
    """Write what is small in MessagePack, and behind it the arrays as they lie in memory, so that none is read twice.

    First stand eight bytes with the length of the small part; every array begins at a multiple of sixteen.
    """
    arrays: list[Array] = []
    end = 0

    def out(value: Any) -> Any:
        nonlocal end
        if isinstance(value, np.ndarray):
            place, end = end, _aligned(end + value.nbytes)
            arrays.append(np.ascontiguousarray(value))
            return value.dtype.str, value.shape, place
        return _columns_out(value)

    small = msgspec.msgpack.encode(thing, enc_hook=out)
    parts: list[Any] = [len(small).to_bytes(8, "little"), small, bytes(_aligned(8 + len(small)) - 8 - len(small))]
    for each in arrays:
        parts += [each.data.cast("B") if each.size else b"", bytes(_aligned(each.nbytes) - each.nbytes)]
    return b"".join(parts)


def _unpack(data: bytes, kind: type[Thing]) -> Thing:
    length = int.from_bytes(data[:8], "little")
    first = _aligned(8 + length)

    def array(value: Any) -> Array:
        # Read where it lies: nobody writes into an array of a book; what grows is moved first.
        dtype, shape, place = value
        if 0 in shape:
            return np.zeros(shape, dtype=dtype)
        return np.frombuffer(data, dtype=dtype, count=math.prod(shape), offset=first + place).reshape(shape)

    def into(kind: type, value: Any) -> Any:
        return array(value) if kind not in (Slices, Releases) else _columns_in(kind, value, array)

    return msgspec.msgpack.decode(memoryview(data)[8 : 8 + length], type=kind, dec_hook=into)


def _aligned(size: int) -> int:
    return -(-size // 16) * 16


def _columns_out(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Slices):
        return (value.ids, value.days, value.stated_m2, value.face, value.faces.every, list(value.parents.items()))
    if isinstance(value, Releases):
        return (value.ids, value.on, value.stated_m2, value.face, value.named_to, value.named, value.namer,
                value.faces.every)
    raise NotImplementedError(f"{type(value).__name__} is no part of a book")


def _columns_in(kind: type, value: Any, array: Callable[[Any], Array]) -> Any:
    if kind is Slices:
        ids, days, stated_m2, face, faces, parents = value
        return Slices(array(ids), array(days), array(stated_m2), array(face),
                      Faces(msgspec.convert(faces, list[SliceFace])),
                      msgspec.convert(dict(parents), dict[int, tuple[uuid.UUID, ...]]))
    ids, on, stated_m2, face, named_to, named, namer, faces = value
    return Releases(array(ids), array(on), array(stated_m2), array(face), array(named_to), array(named),
                    array(namer), Faces(msgspec.convert(faces, list[ReleaseFace])))
