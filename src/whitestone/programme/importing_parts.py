"""What is a block's share of a chunk when nothing but the writing lock is missing?

Where the rows are understood, mostly on another core, each part of a record becomes the very bytes that are stored,
and is salted and digested there. A column is handed over as one piece of bytes and its lengths, and taken apart when it
is written; both go by a few thousand rows at a time, which stay in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl

from whitestone.exchange.mapping.rows import Made, Mapped
from whitestone.journal.entries import salted

__all__ = ["ROWS", "Column", "Columns", "Parts", "aligned", "braced", "pack", "prepare", "unpack"]

Column = list[bytes | None]
Packed = tuple[bytes, npt.NDArray[np.int32]]

ROWS = 4_000
"""Records that are encoded, and written, at a time."""


class Columns(msgspec.Struct):
    """The parts of some records, one value a record; None: none of them has that part.

    `body` is None too while links between the records of one row are still to come; salts and digests are then drawn
    when the records are appended. `sealed` is in the clear: it is encrypted, and salted, under the lock.
    """

    body: Column | None
    extra: Column | None
    geometry: Column | None
    as_entered: Column | None
    sealed: Column | None
    salts: list[bytes] | None = None
    digests: list[bytes] | None = None

    def only(self, rows: list[int]) -> Columns:
        """Keep some of the rows."""
        values = (getattr(self, name) for name in self.__struct_fields__)
        return Columns(*(None if column is None else [column[row] for row in rows] for column in values))


class Parts(msgspec.Struct):
    """The packed parts of up to ROWS records of a block; `at` are the frame rows that they are made of."""

    at: npt.NDArray[np.intp]
    packed: list[Packed | None]

    def columns(self, at: npt.NDArray[np.intp]) -> Columns:
        """Take the columns apart, for some of the frame rows."""
        every = Columns(*map(unpack, self.packed))
        return every if len(at) == len(self.at) else every.only(np.searchsorted(self.at, at).tolist())


def prepare(mapped: Mapped) -> list[list[Parts]]:
    """Encode, salt and digest the records of every block of a chunk, and take their texts out of the blocks."""
    return [_parts_of(made) for made in mapped.made]


def _parts_of(made: Made) -> list[Parts]:
    open_body = bool(made.same_row)
    texts = [_closed(column) for column in (made.body, made.extra, made.entered, made.sealed)]
    found = [_encoded(made, [None if open_body else texts[0], *texts[1:]], first)
             for first in range(0, len(made.at), ROWS)]
    made.geometry, made.encoded = None, True
    nothing = pl.Series("text", [], dtype=pl.String)
    made.extra = made.entered = made.sealed = nothing
    if not open_body:
        made.body = nothing
    return found


def _encoded(made: Made, texts: list[pl.Series | None], first: int) -> Parts:
    body, extra, entered, sealed = (None if column is None else column.slice(first, ROWS).to_list() for column in texts)
    geometry = None if made.geometry is None else made.geometry[first:first + ROWS]
    columns = Columns(body, extra, geometry, entered, sealed)
    at = made.at[first:first + ROWS]
    if body is not None:
        columns.salts, columns.digests = salted((body, extra, geometry, entered, None), len(at))
    return Parts(at, [pack(getattr(columns, name)) for name in columns.__struct_fields__])


def _closed(members: pl.Series) -> pl.Series | None:
    """Close the members of a part into objects; a part that none of the records has is left out."""
    return None if (members == "").all() else braced(members).cast(pl.Binary)


def aligned(parts: Sequence[Parts], at: npt.NDArray[np.intp]) -> Iterator[tuple[slice, Parts]]:
    """Tell for each piece which of a block's records, those that are still made, are its own."""
    for piece in parts:
        low = int(np.searchsorted(at, piece.at[0]))
        high = int(np.searchsorted(at, piece.at[-1], side="right"))
        if high > low:
            yield slice(low, high), piece


def braced(members: pl.Series) -> pl.Series:
    """Close a series of JSON members (each with a leading comma) into objects; nothing gives null.

    >>> braced(pl.Series([',"a":1', ""])).to_list(), braced(pl.Series([], dtype=pl.String)).to_list()
    (['{"a":1}', None], [])
    """
    frame = members.to_frame("members")
    closed = pl.concat_str([pl.lit("{"), pl.col("members").str.slice(1), pl.lit("}")])
    if not (members == "").any():  # the usual column needs no condition for each of its cells
        return frame.select(closed.alias("object")).to_series()
    return frame.select(pl.when(pl.col("members") != "").then(closed).alias("object")).to_series()


def pack(column: Sequence[bytes | None] | None) -> tuple[bytes, npt.NDArray[np.int32]] | None:
    """Put values end to end, with the length of each; -1 stands for none.

    >>> pack([b"ab", None])[0], pack([b"ab", None])[1].tolist(), pack([])[1].tolist(), pack(None)
    (b'ab', [2, -1], [], None)
    """
    if column is None:
        return None
    if all(column):  # nothing is missing, and nothing is empty
        return b"".join(column), np.fromiter(map(len, column), np.int32, len(column))  # type: ignore[arg-type]
    lengths = np.array([-1 if value is None else len(value) for value in column], dtype=np.int32)
    return b"".join([value for value in column if value is not None]), lengths


def unpack(packed: tuple[bytes, npt.NDArray[np.int32]] | None) -> list[Any] | None:
    """Take values apart that were put end to end.

    >>> unpack(pack([b"ab", None, b"", b"c"])), unpack(pack([b"ab", b"cd"])), unpack(pack([])), unpack(None)
    ([b'ab', None, b'', b'c'], [b'ab', b'cd'], [], None)
    """
    if packed is None:
        return None
    data, lengths = packed
    if len(lengths) and lengths[0] > 0 and (lengths == lengths[0]).all():
        alike: list[Any] = np.frombuffer(data, dtype=f"V{lengths[0]}").tolist()
        return alike
    ends = np.cumsum(np.maximum(lengths, 0), dtype=np.int64)
    pieces = [data[start:end] for start, end in zip((ends - lengths).tolist(), ends.tolist(), strict=True)]
    missing = np.flatnonzero(lengths < 0).tolist()
    for row in missing:
        pieces[row] = None  # type: ignore[call-overload]
    return pieces
