"""How are rows that were read cut into chunks, so that every input row ends in exactly one of them?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from whitestone.exchange.readers.model import Chunk, RowFault

__all__ = ["Gathering", "cut", "frame_of"]


def frame_of(names: Sequence[str], rows: Sequence[Sequence[str | None]]) -> pl.DataFrame:
    """Build a frame of String columns from rows as wide as `names`.

    >>> frame_of(["a"], [["1"], [None]]).height, frame_of(["a"], []).columns
    (2, ['a'])
    """
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pl.DataFrame({name: pl.Series(column, dtype=pl.String) for name, column in zip(names, columns, strict=True)})


def cut(frame: pl.DataFrame, numbers: np.ndarray, faults: list[RowFault], limit: int) -> Iterator[Chunk]:
    """Cut read rows (with their input row numbers) and faults into chunks of at most `limit` input rows.

    Together they must be consecutive; nothing gives no chunk.

    >>> [chunk.count for chunk in cut(frame_of(["a"], [["1"], ["3"]]), np.array([1, 3]), [RowFault(2, "x", "", "")], 2)]
    [2, 1]
    """
    total = frame.height + len(faults)
    if not total:
        return
    first = _first(numbers, faults)
    position = 0
    for start in range(first, first + total, limit):
        stop = min(start + limit, first + total)
        low, high = np.searchsorted(numbers, [start, stop])
        here = []
        while position < len(faults) and faults[position].row < stop:
            here.append(faults[position])
            position += 1
        yield Chunk(start, frame.slice(int(low), int(high - low)), None, here)


def _first(numbers: np.ndarray, faults: list[RowFault]) -> int:
    heads = ([int(numbers[0])] if len(numbers) else []) + ([faults[0].row] if faults else [])
    return min(heads)


class Gathering:
    """Collect rows one by one and hand them out as chunks; `names` may grow while it collects.

    Rows are dictionaries from column to text. Used by readers of features, whose keys differ from one to the next.
    """

    def __init__(self, names: list[str], limit: int, geometry: bool) -> None:
        self.names, self.limit, self.next_row = names, limit, 1
        self._geometry = geometry
        self._rows: list[dict[str, str | None]] = []
        self._shapes: list[bytes | None] = []
        self._faults: list[RowFault] = []
        self.known = set(names)

    @property
    def full(self) -> bool:
        """Say whether a chunk is due."""
        return len(self._rows) + len(self._faults) >= self.limit

    @property
    def waiting(self) -> int:
        """Count what is collected and not handed out."""
        return len(self._rows) + len(self._faults)

    def add(self, row: dict[str, str | None], geometry: bytes | None = None) -> None:
        """Add a row that was read."""
        if not row.keys() <= self.known:
            for name in row:
                if name not in self.known:
                    self.known.add(name)
                    self.names.append(name)
        self._rows.append(row)
        self._shapes.append(geometry)

    def fault(self, code: str, message: str, raw: str) -> None:
        """Add a row that could not be read."""
        self._faults.append(RowFault(self.next_row + self.waiting, code, message, raw))

    def chunk(self) -> Chunk:
        """Hand out what was collected, and begin anew."""
        rows, shapes, faults = self._rows, self._shapes, self._faults
        if rows and not self.names:
            # a frame without columns has no rows: features that state nothing get one column of nothing
            self.names.append("@nothing")
            self.known.add("@nothing")
        frame = pl.DataFrame({name: pl.Series([row.get(name) for row in rows], dtype=pl.String)
                              for name in self.names})
        made = Chunk(self.next_row, frame, shapes if self._geometry else None, faults)
        self.next_row += len(rows) + len(faults)
        self._rows, self._shapes, self._faults = [], [], []
        return made
