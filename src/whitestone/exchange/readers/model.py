"""What does every reader give, whatever the format: text cells, geometry, and the rows that could not be read?

One law binds all readers (house law 1): every data row or feature of a file ends in exactly one chunk, either as a row
of its frame or as a fault. Cells are text exactly as written; understanding them is the mapping's business.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

if TYPE_CHECKING:
    import polars as pl

__all__ = ["RAW_LIMIT", "Chunk", "Note", "Reading", "RowFault", "clip_raw"]

RAW_LIMIT = 1 << 20
"""Characters of a faulty row that a fault carries; what was cut is said at its end (house law 11)."""


class Note(msgspec.Struct, frozen=True):
    """Something about the whole file that a person should know before relying on it."""

    code: str
    message: str


class RowFault(msgspec.Struct, frozen=True):
    """A row or feature that could not be read as one, with its text so that it can be corrected and brought in."""

    row: int
    code: str
    message: str
    raw: str


@dataclasses.dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive input rows: those that were read, in `frame`, and those that were not, in `faults`.

    `frame` has String columns only: the text as written; null is a cell with nothing in it, "" an empty text that was
    written as one. `geometry` (one per frame row; None: the file has none at all) is WKB in the file's own system.
    """

    first_row: int
    frame: pl.DataFrame
    geometry: list[bytes | None] | None = None
    faults: list[RowFault] = dataclasses.field(default_factory=list)

    @property
    def count(self) -> int:
        """Count the input rows, faulty ones included."""
        return self.frame.height + len(self.faults)

    def rows(self) -> np.ndarray:
        """Give the input row number (from 1) of each frame row, as int64."""
        numbers = np.arange(self.first_row, self.first_row + self.count, dtype=np.int64)
        if not self.faults:
            return numbers
        return numbers[~np.isin(numbers, np.fromiter((fault.row for fault in self.faults), np.int64))]


@dataclasses.dataclass
class Reading:
    """An open file: what is known before its rows are read, and the rows in chunks.

    `columns` lists the columns in the file's order; a key that first appears later in a JSON-like file is added to it,
    to the frames from then on, and to `notes`. `crs` is what the file declares, never a guess. `hxl` maps a column to
    its tag. `preamble` keeps the lines above the header. Chunks can be asked for more than once.
    """

    path: Path
    format: str
    source: Callable[[Reading, int], Iterator[Chunk]]
    encoding: str | None = None
    columns: list[str] = dataclasses.field(default_factory=list)
    crs: str | None = None
    layers: tuple[str, ...] = ()
    layer: str | None = None
    notes: list[Note] = dataclasses.field(default_factory=list)
    hxl: dict[str, str] | None = None
    preamble: list[str] = dataclasses.field(default_factory=list)
    has_geometry: bool = False
    keep: object = None
    """What must live as long as the reading does: the folder into which an archive was unpacked."""

    def chunks(self, rows: int = 50_000) -> Iterator[Chunk]:
        """Read from the start in chunks of at most `rows` input rows; memory stays bounded for any file size."""
        return self.source(self, max(1, rows))

    def samples(self, n: int = 1_000) -> Chunk:
        """Read the first `n` rows as one chunk; a shorter file gives what it has, an empty one an empty frame."""
        import polars as pl

        for chunk in self.chunks(n):
            return chunk
        return Chunk(1, pl.DataFrame(schema=dict.fromkeys(self.columns, pl.String)),
                     [] if self.has_geometry else None)

    def note(self, code: str, message: str) -> None:
        """Add a note unless the same one was made already (chunks may be read more than once)."""
        made = Note(code, message)
        if made not in self.notes:
            self.notes.append(made)


def clip_raw(text: str) -> str:
    """Cut the text of a faulty row to what a fault carries, and say so.

    >>> clip_raw("a;b"), clip_raw("")
    ('a;b', '')
    >>> clip_raw("x" * (RAW_LIMIT + 5))[-23:]
    'xx … [5 characters cut]'
    """
    excess = len(text) - RAW_LIMIT
    return text if excess <= 0 else f"{text[:RAW_LIMIT]} … [{excess} characters cut]"
