"""How does one of our own exports come home: which files are ours, and what did each record say before it left?"""

from __future__ import annotations

import dataclasses
import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import shapely

from whitestone.domain.kinds import Attribute
from whitestone.domain.kinds import kind as kind_named
from whitestone.errors import InvalidValue, UnreadableFile
from whitestone.exchange.cells import (
    BACK_COLUMNS,
    CLASHES,
    EXPORT_COLUMN,
    GUARDED,
    OVERFLOW_CELL,
    OVERFLOW_COLUMNS,
    OVERFLOW_SHEET,
    WKT_COLUMN,
    value_of,
)
from whitestone.exchange.readers.model import Chunk, Reading, RowFault
from whitestone.exchange.writers.model import ExportRecord

__all__ = ["come_home", "from_wkt", "is_ours", "open_export", "read_back", "record_of", "renamed_in"]

_GUARD = "^'([" + re.escape(GUARDED) + "])"
_CORRECTED = "whitestone_digest"
"""The column of held rows that were written out for correction: their guards are undone where they are read."""
_SIGNED = re.compile(rb'"whitestone"\s*:\s*\{\s*"export_id"|<description>export id: |urn:whitestone:export')
"""How an export without a single record is known: by what it says of itself at its head."""
_HEAD_BYTES = 1 << 12


def is_ours(reading: Reading) -> bool:
    """Say whether a file is one of our own exports, by its columns, or by its head where it has no row."""
    if {"record_id", EXPORT_COLUMN} <= set(reading.columns):
        return True
    if reading.columns or reading.format not in ("geojson", "kml", "gpx"):
        return False
    with reading.path.open("rb") as file:
        return bool(_SIGNED.search(file.read(_HEAD_BYTES)))


def come_home(reading: Reading) -> Reading:
    """Undo, in a table of ours, what was done for spreadsheets: guards, geometry as text, cells that overflowed."""
    if not is_ours(reading) or reading.format not in ("csv", "tsv", "xlsx") or _CORRECTED in reading.columns:
        return reading
    inner = reading.source
    overflow = _overflow(reading.path) if reading.format == "xlsx" and OVERFLOW_SHEET in reading.layers else {}
    reading.source = _restored(inner, overflow)
    if WKT_COLUMN in reading.columns:
        reading.crs, reading.has_geometry = "EPSG:4326", True
    return reading


def _restored(
    inner: Callable[[Reading, int], Iterator[Chunk]], overflow: Mapping[tuple[str, str], str]
) -> Callable[[Reading, int], Iterator[Chunk]]:
    def chunks(reading: Reading, limit: int) -> Iterator[Chunk]:
        """Give back what the writer guarded, moved or wrote as text."""
        for chunk in inner(reading, limit):
            frame = chunk.frame.with_columns(pl.all().str.replace(_GUARD, "$1"))
            frame = _refilled(frame, overflow) if overflow else frame
            shapes = None
            if reading.has_geometry:
                shapes = from_wkt(frame[WKT_COLUMN] if WKT_COLUMN in frame.columns else None, frame.height)
            yield Chunk(chunk.first_row, frame, shapes, chunk.faults)

    return chunks


def _refilled(frame: pl.DataFrame, overflow: Mapping[tuple[str, str], str]) -> pl.DataFrame:
    """Put long texts back where a cell still says that they go on elsewhere; a cell that a person changed stands."""
    records = frame["record_id"].to_list()
    columns = []
    for name in sorted({column for _record, column in overflow} & set(frame.columns)):
        texts = [overflow.get((record or "", name), text) if text == OVERFLOW_CELL else text
                 for record, text in zip(records, frame[name].to_list(), strict=True)]
        columns.append(pl.Series(name, texts, dtype=pl.String))
    return frame.with_columns(columns)


def _overflow(path: Path) -> dict[tuple[str, str], str]:
    """Read the sheet of long texts: by record and column, its parts (JSON strings) joined in their order."""
    from whitestone.exchange.readers import open_file

    parts: dict[tuple[str, str], list[tuple[int, str]]] = {}
    reading = open_file(path, layer=OVERFLOW_SHEET)
    if not set(OVERFLOW_COLUMNS) <= set(reading.columns):
        return {}
    for chunk in reading.chunks():
        for record, column, part, text in chunk.frame.select(OVERFLOW_COLUMNS).iter_rows():
            try:
                parts.setdefault((record or "", column or ""), []).append((int(part), json.loads(text)))
            except (TypeError, ValueError):
                parts.pop((record or "", column or ""), None)  # damaged: its cell keeps saying so, and the row is held
    return {key: "".join(text for _number, text in sorted(each)) for key, each in parts.items()}


def from_wkt(texts: pl.Series | None, height: int) -> list[bytes | None]:
    """Read well-known texts as WKB, heights kept; what is none gives None.

    >>> from_wkt(pl.Series(["POINT (1 2)", "POINT (", None]), 3)[1:], from_wkt(None, 0)
    ([None, None], [])
    """
    if texts is None:
        return [None] * height
    shapes = shapely.from_wkt(np.array(texts.to_list(), dtype=object), on_invalid="ignore")
    return list(shapely.to_wkb(shapes, output_dimension=3))


def open_export(path: Path) -> Reading:
    """Open an export of ours whole: all its layers of records, one after the other, as one reading.

    Refuses, with UnreadableFile, a file that is not one of ours.
    """
    from whitestone.exchange.readers import open_file

    reading = open_file(path)
    if len(reading.layers) > 1 and reading.format == "gpkg":
        layers = [open_file(path, layer=layer) for layer in reading.layers]
        ours = [layer for layer in layers if is_ours(layer)]
        if ours:
            return _joined(ours, [str(layer.layer) for layer in layers if not is_ours(layer)])
    if not is_ours(reading):
        raise UnreadableFile(path=path.name, why="it is not an export of this program",
                             fix="Import it with a mapping: whitestone import FILE --suggest --out MAPPING.toml.")
    reading.notes = [note for note in reading.notes if note.code != "several-sheets"]  # the other sheets explain it
    return reading


def _joined(layers: list[Reading], others: list[str]) -> Reading:
    def chunks(reading: Reading, limit: int) -> Iterator[Chunk]:
        """Read the layers one behind the other, their rows numbered through."""
        before = 0
        for layer in layers:
            count = 0
            for chunk in layer.source(layer, limit):
                faults = [RowFault(each.row + before, each.code, each.message, each.raw) for each in chunk.faults]
                count += chunk.count
                yield Chunk(chunk.first_row + before, chunk.frame, chunk.geometry, faults)
            before += count

    columns = list(dict.fromkeys(name for layer in layers for name in layer.columns))
    whole = dataclasses.replace(layers[0], source=chunks, columns=columns, layer=None, notes=[],
                                has_geometry=any(layer.has_geometry for layer in layers))
    if others:
        whole.note("layers-not-ours", "These layers are no export of records and were not read: "
                   + ", ".join(others) + ". Bring them in with a mapping.")
    return whole


def renamed_in(form: str) -> Mapping[str, str]:
    """Say which attributes have another column in a format, where every feature has a name of its own.

    >>> renamed_in("kml"), renamed_in("")
    ({'name': 'record_name'}, {})
    """
    return CLASHES if form in ("kml", "gpx") else {}


def read_back(path: Path) -> Iterator[ExportRecord]:
    """Read an export back: the records as they were written, in order.

    Refuses, with UnreadableFile, a file that is not one of ours, and one whose cells no longer read as what they were.
    """
    reading = open_export(path)
    for chunk in reading.chunks():
        if chunk.faults:
            fault = chunk.faults[0]
            raise UnreadableFile(path=path.name, why=f"row {fault.row} is damaged: {fault.message}",
                                 fix="Export it again.")
        shapes = chunk.geometry or [None] * chunk.frame.height
        for row, geometry, number in zip(chunk.frame.iter_rows(named=True), shapes, chunk.rows().tolist(), strict=True):
            try:
                yield record_of(row, geometry, renamed_in(reading.format))
            except (ValueError, KeyError, TypeError, InvalidValue) as error:
                raise UnreadableFile(path=path.name, why=f"row {number} no longer reads as it was written ({error})",
                                     fix="Undo the change, or import the file with a mapping.") from None


def record_of(row: Mapping[str, str | None], geometry: bytes | None, renamed: Mapping[str, str]) -> ExportRecord:
    """Make a record of its cells again; `renamed` says which attributes stand in another column.

    Raises ValueError, KeyError or TypeError where a cell is not what was written, InvalidValue for an unknown kind.

    >>> row = {"record_id": str(uuid.UUID(int=1)), "kind": "item", "quantity": "2"}
    >>> record_of(row, None, {}).body, record_of({**row, "quantity": None}, None, {}).body
    ({'quantity': 2}, {})
    """
    name = row.get("kind") or ""
    attributes = kind_named(name).attributes
    body: dict[str, Any] = {}
    unknown = _parts(row.get("stated_unknown"))
    for attribute in attributes:
        text = row.get(renamed.get(attribute, attribute))
        if attribute in unknown:
            body[attribute] = None
        elif text == OVERFLOW_CELL:
            raise ValueError(f"the text of {attribute} that stood in the sheet {OVERFLOW_SHEET!r} is gone")
        elif text:
            body[attribute] = _value(attribute, text, attributes[attribute])
    if row.get(WKT_COLUMN) and geometry is None:
        raise ValueError(f"{WKT_COLUMN} is no geometry: {str(row[WKT_COLUMN])[:60]!r}")
    extra = json.loads(row.get("extra") or "{}")
    for key in [key for key in extra if key.startswith("body:")]:
        body[key.removeprefix("body:")] = extra.pop(key)
    return ExportRecord(record_id=uuid.UUID(row.get("record_id") or ""), kind=name, body=body, extra=extra,
                        geometry=geometry, information_date=row.get(BACK_COLUMNS[2]) or None,
                        workflow=row.get("workflow") or "approved",
                        revisions=tuple(uuid.UUID(part) for part in _parts(row.get("revision_ids"))))


def _value(name: str, text: str, attribute: Attribute) -> Any:
    try:
        return value_of(text, attribute)
    except ValueError:
        raise ValueError(f"{name} is not a {attribute.type}: {text[:60]!r}") from None


def _parts(text: str | None) -> list[str]:
    return [part.strip() for part in text.split(";")] if text else []
