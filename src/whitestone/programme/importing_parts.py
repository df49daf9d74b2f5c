"""What is a block's share of a chunk when nothing but the writing lock is missing?

Where the rows are understood, mostly on another core, each part of a record becomes the very bytes that are stored,
and is salted and digested there. Handed over to the writing process a column is one piece of bytes and its lengths:
fifty thousand values on their own take four times as long.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl

from whitestone.exchange.mapping.rows import Made, Mapped
from whitestone.journal.entries import salted

__all__ = ["Column", "Parts", "braced", "pack", "parts_of", "prepare", "unpack"]

Column = list[bytes | None]


class Parts(msgspec.Struct):
    """The parts of a block's records, one value a record; None: no record of the block has that part.

    `body` is None too while links between the records of one row are still to come; salts and digests are then drawn
    when the records are appended. `sealed` is in the clear: it is encrypted, and salted, under the lock.
    """

    at: npt.NDArray[np.intp]
    """The frame rows that the records are made of."""
    body: Column | None
    extra: Column | None
    geometry: Column | None
    as_entered: Column | None
    sealed: Column | None
    salts: list[bytes] | None = None
    digests: list[bytes] | None = None

    def only(self, at: npt.NDArray[np.intp]) -> Parts:
        """Keep the parts of some of the frame rows, in their order."""
        if len(at) == len(self.at):
            return self
        rows = np.searchsorted(self.at, at).tolist()
        kept = [None if column is None else [column[row] for row in rows] for column in self._columns()]
        return Parts(at, *kept)

    def _columns(self) -> tuple[Any, ...]:
        return (self.body, self.extra, self.geometry, self.as_entered, self.sealed, self.salts, self.digests)

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpacked, (self.at, [pack(column) for column in self._columns()])


def _unpacked(at: npt.NDArray[np.intp], columns: Sequence[Any]) -> Parts:
    return Parts(at, *map(unpack, columns))


def prepare(mapped: Mapped) -> list[Parts]:
    """Encode, salt and digest the records of every block of a chunk."""
    return [parts_of(made) for made in mapped.made]


def parts_of(made: Made) -> Parts:
    """Encode the parts of a block's records, and take their texts out of the block."""
    body = None if made.same_row else _encoded(made.body)
    parts = Parts(made.at, body, _part(made.extra), made.geometry, _part(made.entered), _part(made.sealed))
    if body is not None:
        plain = (parts.body, parts.extra, parts.geometry, parts.as_entered, None)
        parts.salts, parts.digests = salted(plain, len(made.at))
    made.geometry, made.encoded = None, True
    nothing = pl.Series("text", [], dtype=pl.String)
    made.extra = made.entered = made.sealed = nothing
    if not made.same_row:
        made.body = nothing
    return parts


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


def _encoded(members: pl.Series) -> Column:
    found: Column = braced(members).cast(pl.Binary).to_list()
    return found


def _part(members: pl.Series) -> Column | None:
    """Encode a part of the records; a part that none of them has is left out."""
    return None if (members == "").all() else _encoded(members)


def pack(column: Sequence[bytes | None] | None) -> tuple[bytes, npt.NDArray[np.int32]] | None:
    """Put values end to end, with the length of each; -1 stands for none.

    >>> pack([b"ab", None])[0], pack([b"ab", None])[1].tolist(), pack([])[1].tolist(), pack(None)
    (b'ab', [2, -1], [], None)
    """
    if column is None:
        return None
    lengths = np.array([-1 if value is None else len(value) for value in column], dtype=np.int32)
    return b"".join([value for value in column if value is not None] if (lengths < 0).any() else column), lengths  # type: ignore[arg-type]


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
