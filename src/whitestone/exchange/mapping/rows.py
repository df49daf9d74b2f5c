"""What became of the rows of one chunk: the records they make, what was found, what is held, and who each row is?"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["ACCEPTED", "CORRECTION_COLUMNS", "FOUND", "HELD", "HeldRow", "Made", "Mapped", "RowFinding", "digest_rows",
           "digest_text", "raw_row", "sixteen"]

ACCEPTED, FOUND, HELD = 0, 1, 2
"""How a row ends: accepted, accepted with findings, held."""

CORRECTION_COLUMNS = ("whitestone_run", "whitestone_row", "whitestone_digest", "whitestone_reasons", "whitestone_wkt",
                      "whitestone_raw")
"""Columns that an export of held rows adds: they lead a corrected row back to the row that it corrects, and carry its
geometry (EWKT in the system of its file) and, where it could not be read, its whole text."""

Digests = npt.NDArray[np.bytes_]


class RowFinding(msgspec.Struct, frozen=True):
    """Something found in one row (None: in the run as a whole), as the import command prints it."""

    row: int | None
    column: str | None
    value: str | None
    code: str
    message: str


class HeldRow(msgspec.Struct, frozen=True):
    """A row that is kept but makes no record until someone corrects it."""

    row: int
    digest: bytes
    raw: bytes
    reasons: list[tuple[str, str]]


class Made(msgspec.Struct):
    """The records of one [[record]] block in one chunk, column by column; `at` are the frame rows that make them.

    `body` holds JSON members without braces, each with a leading comma, so that links can still be added.
    """

    label: str
    kind: str
    at: npt.NDArray[np.intp]
    body: pl.Series
    extra: pl.Series
    entered: pl.Series
    sealed: pl.Series
    dates: list[str | None]
    acts_on: list[int | None]
    ids: list[str | None] | None
    geometry: list[bytes | None] | None
    bounds: npt.NDArray[np.float64] | None
    same_row: list[tuple[str, str, bool]]
    """Links to other records of the row: attribute, their label, whether the attribute holds a list."""
    recorded: list[int | None] | None = None
    """When the source's database recorded the row, in microseconds since 1970 (UTC)."""
    held_ids: list[str] = []
    """Ids of records whose rows are held: the file names them, so they are not gone."""
    encoded: bool = False
    """The texts and the geometry were taken out and encoded."""

    def keep(self, kept: npt.NDArray[np.bool_]) -> None:
        """Drop the records of rows that are held (`kept` is a mask over the chunk's frame rows)."""
        mask = kept[self.at]
        if mask.all():
            return
        rows = np.flatnonzero(mask).tolist()
        if self.ids is not None:
            self.held_ids = self.held_ids + [self.ids[row] or "" for row in np.flatnonzero(~mask).tolist()]
        self.at = self.at[mask]
        for name in ("body", "extra", "entered", "sealed"):
            texts = getattr(self, name)
            setattr(self, name, texts if self.encoded and not len(texts) else texts.filter(pl.Series(mask)))
        self.dates = [self.dates[row] for row in rows]
        self.acts_on = [self.acts_on[row] for row in rows]
        self.ids = None if self.ids is None else [self.ids[row] for row in rows]
        self.recorded = None if self.recorded is None else [self.recorded[row] for row in rows]
        self.geometry = None if self.geometry is None else [self.geometry[row] for row in rows]
        self.bounds = None if self.bounds is None else self.bounds[mask]


class Mapped(msgspec.Struct):
    """What one chunk became. Arrays are one per input row, faulty ones included, in the file's order."""

    first_row: int
    outcomes: npt.NDArray[np.uint8]
    digests: Digests
    made: list[Made]
    findings: list[RowFinding]
    held: list[HeldRow]
    place: npt.NDArray[np.intp]
    """Where each frame row stands among the input rows of the chunk."""
    frame: pl.DataFrame
    shapes: list[bytes | None] | None

    @property
    def count(self) -> int:
        """Count the input rows."""
        return len(self.outcomes)

    def hold(self, reasons: dict[int, tuple[str, str]]) -> None:
        """Hold more frame rows, each for its reason (code, sentence): they make no records."""
        if not reasons:
            return
        for row, reason in reasons.items():
            place = int(self.place[row])
            shape = self.shapes[row] if self.shapes is not None else None
            digest = sixteen(self.digests[place])
            self.held.append(HeldRow(self.first_row + place, digest, raw_row(self.frame, row, shape), [reason]))
            self.outcomes[place] = HELD
        self.drop(list(reasons))

    def drop(self, rows: list[int]) -> None:
        """Make no records of some frame rows."""
        kept = np.ones(len(self.place), dtype=bool)
        kept[rows] = False
        for made in self.made:
            made.keep(kept)


def sixteen(digest: bytes) -> bytes:
    """Restore the zero bytes at the end that NumPy's byte strings drop.

    >>> len(sixteen(b"a")), len(sixteen(b""))
    (16, 16)
    """
    return bytes(digest).ljust(16, b"\0")


def digest_text(text: str, key: bytes = b"") -> bytes:
    """Hash the raw text of a row that could not be read as one.

    >>> digest_text("") == digest_text(""), len(digest_text("a;b"))
    (True, 16)
    """
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=key, person=b"raw row").digest()


def digest_rows(frame: pl.DataFrame, geometry: Sequence[bytes | None] | None = None, key: bytes = b"") -> Digests:
    """Hash the raw cells of every row to 16 bytes: column names with their texts, in the order of the names.

    So the order of the columns and columns that are empty in a row do not matter: a file that gained an empty column
    says the same. With `key` the digests of personal rows cannot be guessed without it.

    >>> one = digest_rows(pl.DataFrame({"a": ["1"], "b": [None]}, schema={"a": pl.String, "b": pl.String}))
    >>> bool(one[0] == digest_rows(pl.DataFrame({"a": ["1"]}))[0]), len(digest_rows(pl.DataFrame({"a": []})))
    (True, 0)
    """
    texts = _joined(frame)
    if geometry is not None:
        texts = [text + b"\x1d" + (shape or b"") for text, shape in zip(texts, geometry, strict=True)]
    blake = hashlib.blake2b
    made = b"".join([blake(text, digest_size=16, key=key).digest() for text in texts])
    return np.frombuffer(made, dtype="S16")


def _joined(frame: pl.DataFrame) -> list[bytes]:
    if frame.width == 0 or frame.height == 0:
        return [b""] * frame.height
    parts: list[pl.Expr] = []
    for name in sorted(frame.columns):
        column = frame.get_column(name)
        cell = [pl.lit(name + "\x1e"), pl.col(name), pl.lit("\x1f")]
        if column.null_count() == 0 and not (column == "").any():
            parts += cell  # a full column, as most are, needs no condition for each of its cells
        else:
            said = pl.col(name).is_not_null() & (pl.col(name) != "")
            parts.append(pl.when(said).then(pl.concat_str(cell)).otherwise(pl.lit("")))
    joined = frame.select(pl.concat_str(parts).cast(pl.Binary).alias("row")).to_series()
    texts: list[bytes] = joined.to_list()
    return texts


def raw_row(frame: pl.DataFrame, row: int, shape: bytes | None = None) -> bytes:
    """Keep one row as it came: a JSON object of its cells, and its geometry.

    >>> raw_row(pl.DataFrame({"a": ["1"]}), 0)
    b'{"cells": {"a": "1"}}'
    """
    kept: dict[str, object] = {"cells": frame.row(row, named=True)}
    if shape is not None:
        kept["wkb"] = base64.b64encode(shape).decode("ascii")
    return json.dumps(kept, ensure_ascii=False).encode("utf-8", "surrogatepass")
