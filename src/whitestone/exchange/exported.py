"""How does one of our own exports come home: which files are ours, and what did each record say before it left?"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import shapely

from whitestone.domain.kinds import kind as kind_named
from whitestone.errors import UnreadableFile
from whitestone.exchange.cells import BACK_COLUMNS, CLASHES, EXPORT_COLUMN, GUARDED, WKT_COLUMN, value_of
from whitestone.exchange.readers.model import Chunk, Reading
from whitestone.exchange.writers.model import ExportRecord

__all__ = ["come_home", "is_ours", "read_back"]

_GUARD = "^'([" + re.escape(GUARDED) + "])"


def is_ours(reading: Reading) -> bool:
    """Say whether a file is one of our own exports, by its columns."""
    return {"record_id", EXPORT_COLUMN} <= set(reading.columns)


def come_home(reading: Reading) -> Reading:
    """Undo, in a table of ours, what was done for spreadsheets: the guards against formulas, geometry as text."""
    if not is_ours(reading) or reading.format not in ("csv", "tsv", "xlsx"):
        return reading
    inner = reading.source
    reading.source = _unguarded(inner)
    if WKT_COLUMN in reading.columns:
        reading.crs, reading.has_geometry = "EPSG:4326", True
    return reading


def _unguarded(inner: Callable[[Reading, int], Iterator[Chunk]]) -> Callable[[Reading, int], Iterator[Chunk]]:
    def chunks(reading: Reading, limit: int) -> Iterator[Chunk]:
        for chunk in inner(reading, limit):
            frame = chunk.frame.with_columns(pl.all().str.replace(_GUARD, "$1"))
            shapes = None
            if reading.has_geometry:
                shapes = _from_wkt(frame[WKT_COLUMN] if WKT_COLUMN in frame.columns else None, frame.height)
            yield Chunk(chunk.first_row, frame, shapes, chunk.faults)

    return chunks


def _from_wkt(texts: pl.Series | None, height: int) -> list[bytes | None]:
    if texts is None:
        return [None] * height
    shapes = shapely.from_wkt(np.array(texts.to_list(), dtype=object), on_invalid="ignore")
    return list(shapely.to_wkb(shapes, output_dimension=3))


def read_back(path: Path) -> Iterator[ExportRecord]:
    """Read an export back: the records as they were written, in order.

    Refuses, with UnreadableFile, a file that is not one of ours, and one whose cells no longer read as what they were.
    """
    from whitestone.exchange.readers import open_file

    reading = open_file(path)
    if not is_ours(reading):
        raise UnreadableFile(path=path.name, why="it is not an export of this program",
                             fix="Import it with a mapping: whitestone import FILE --suggest --out MAPPING.toml.")
    for chunk in reading.chunks():
        if chunk.faults:
            fault = chunk.faults[0]
            raise UnreadableFile(path=path.name, why=f"row {fault.row} is damaged: {fault.message}",
                                 fix="Export it again.")
        shapes = chunk.geometry or [None] * chunk.frame.height
        for row, geometry, number in zip(chunk.frame.iter_rows(named=True), shapes, chunk.rows().tolist(), strict=True):
            try:
                yield _record(row, geometry, CLASHES if reading.format in ("kml", "gpx") else {})
            except (ValueError, KeyError, TypeError) as error:
                raise UnreadableFile(path=path.name, why=f"row {number} no longer reads as it was written ({error})",
                                     fix="Undo the change, or import the file with a mapping.") from None


def _record(row: dict[str, str | None], geometry: bytes | None, renamed: Mapping[str, str]) -> ExportRecord:
    name = row["kind"] or ""
    attributes = kind_named(name).attributes
    body: dict[str, Any] = {}
    unknown = _parts(row.get("stated_unknown"))
    for attribute in attributes:
        text = row.get(renamed.get(attribute, attribute))
        if attribute in unknown:
            body[attribute] = None
        elif text is not None:
            body[attribute] = value_of(text, attributes[attribute])
    extra = json.loads(row.get("extra") or "{}")
    for key in [key for key in extra if key.startswith("body:")]:
        body[key.removeprefix("body:")] = extra.pop(key)
    return ExportRecord(record_id=uuid.UUID(row["record_id"] or ""), kind=name, body=body, extra=extra,
                        geometry=geometry, information_date=row.get(BACK_COLUMNS[2]) or None,
                        workflow=row.get("workflow") or "approved",
                        revisions=tuple(uuid.UUID(part) for part in _parts(row.get("revision_ids"))))


def _parts(text: str | None) -> list[str]:
    return [part.strip() for part in text.split(";")] if text else []
