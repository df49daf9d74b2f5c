"""How is a file of held rows, written out and corrected by a person, led back to the rows that it corrects?"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from whitestone.exchange.mapping.rows import CORRECTION_COLUMNS
from whitestone.exchange.readers.model import Chunk

__all__ = ["corrected_chunk", "holds_corrections"]

_RUN, _ROW, _DIGEST, _REASONS, _SHAPE, _RAW = CORRECTION_COLUMNS
_GUARDED = r"^'([=@+\-\t\r])"


def holds_corrections(path: Path) -> bool:
    """Say whether a file is an export of held rows."""
    with path.open("rb") as file:
        head = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip(b'"')
    return head.startswith(_RUN.encode())


def corrected_chunk(chunk: Chunk) -> tuple[Chunk, npt.NDArray[np.bytes_] | None]:
    """Take the leading columns off a chunk of corrected rows; give the digest of the row that each corrects.

    The digest is empty where a row has none; None: this is no chunk of corrected rows. Geometry comes back from its
    own column, and the apostrophe goes that kept a spreadsheet from running a cell. The text of a row that could not
    be read is for the person who corrects it: it goes too, for it may name somebody whom the mapping seals.
    """
    frame = chunk.frame
    if _DIGEST not in frame.columns:
        return chunk, None
    given = frame.get_column(_DIGEST).str.strip_chars().str.decode("hex", strict=False).to_list()
    digests = np.array([each if each is not None and len(each) == 16 else b"" for each in given], dtype="S16")
    geometry = chunk.geometry
    if _SHAPE in frame.columns and geometry is None:
        geometry = _shapes(frame.get_column(_SHAPE).to_list())
    rest = frame.drop(CORRECTION_COLUMNS, strict=False).with_columns(pl.all().str.replace(_GUARDED, "$1"))
    return dataclasses.replace(chunk, frame=rest, geometry=geometry), digests


def _shapes(texts: list[str | None]) -> list[bytes | None] | None:
    import shapely

    if not any(texts):
        return None
    shapes = shapely.from_wkt([(text or "").split(";")[-1] or None for text in texts], on_invalid="ignore")
    return list(shapely.to_wkb(shapes, byte_order=1))
