"""What became of each row of an export that comes home: a record as it was written, findings, or held with a reason?

The counterpart of a mapping's `Applier` for files whose columns are ours: same outcomes, same rules at entry.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from whitestone.domain.dates import parse_partial
from whitestone.domain.kinds import KINDS
from whitestone.errors import InvalidValue
from whitestone.exchange.cells import BACK_COLUMNS, CLASHES, WKT_COLUMN
from whitestone.exchange.exported import from_wkt, record_of, renamed_in
from whitestone.exchange.mapping.apply import Applier
from whitestone.exchange.mapping.blocks import Faults
from whitestone.exchange.mapping.corrections import corrected_chunk
from whitestone.exchange.mapping.positions import Positions, Reference, from_geometry
from whitestone.exchange.mapping.rows import CORRECTION_COLUMNS, Mapped, digest_rows
from whitestone.exchange.readers.model import Chunk
from whitestone.exchange.writers import REFUSED_KINDS
from whitestone.exchange.writers.model import ExportRecord
from whitestone.quality.entry import EntryBatch, screen

__all__ = ["ExportApplier", "Homed", "entered_geometry"]

_BY_READERS = frozenset(("@id", "@feature", "folder", "styleUrl", "longitude", "latitude", "whitestone_raw"))
"""Columns that a format or its reader adds to those of the record."""
_SCREENED = ("date", "count", "number", "area")
_WORKFLOWS = frozenset(("draft", "submitted", "verified", "approved"))


class Homed(Mapped):
    """What one chunk became, with the record of each frame row (None: held) and its place."""

    records: list[ExportRecord | None]
    bounds: npt.NDArray[np.float64]
    entered: pl.Series
    """The geometry as it came, where it had to be repaired: JSON or null."""


class ExportApplier(Applier):
    """Reads the rows of our own exports; a chunk gives what a mapping gives, and the records themselves."""

    form: str = ""

    def apply(self, chunk: Chunk) -> Homed:
        """Read a chunk back; the outcomes of its rows add up to its input rows."""
        chunk, given = self._corrected(chunk)
        frame, numbers = chunk.frame, chunk.rows()
        digests = digest_rows(frame, chunk.geometry, self.digest_key)
        if given is not None:
            digests = np.where(given == b"", digests, given)
        faults = Faults(numbers)
        shapes = chunk.geometry or [None] * frame.height
        positions = from_geometry(shapes, Reference(), self.settings.repair_policy)
        valid = shapely.is_valid(shapely.from_wkb(np.array(shapes, dtype=object), on_invalid="ignore"))
        sound = [shape if whole else mended for shape, mended, whole in zip(shapes, positions.wkb, valid, strict=True)]
        records = self._read(frame, sound, positions, faults)
        self._screen(records, positions, faults)
        every = [None if row in faults.held else record for row, record in enumerate(records)]
        mapped = self._close(chunk, numbers, digests, [], faults)
        return Homed(mapped.first_row, mapped.outcomes, mapped.digests, [], mapped.findings, mapped.held, mapped.place,
                     mapped.frame, mapped.shapes, every, positions.bounds,
                     positions.entered.set(pl.Series(valid), None))

    def unmapped(self, columns: list[str]) -> list[str]:
        """List the columns that no export has: somebody added them; their cells are kept with the records."""
        ours = {"record_id", "kind", WKT_COLUMN, *BACK_COLUMNS, *CORRECTION_COLUMNS, *_BY_READERS}
        ours |= set(CLASHES) | set(CLASHES.values())
        ours |= {name for record in self.mapping.records for name in KINDS[record.kind].attributes}
        return [column for column in columns if column not in ours]

    def missing(self, columns: list[str]) -> list[str]:
        """List nothing: what an export of ours needs is asked row by row."""
        return []

    def _corrected(self, chunk: Chunk) -> tuple[Chunk, npt.NDArray[np.bytes_] | None]:
        """Lead corrected rows back; where geometry stands as text of its own, that text is what was corrected."""
        chunk, given = corrected_chunk(chunk)
        if given is not None and WKT_COLUMN in chunk.frame.columns:
            shapes = from_wkt(chunk.frame[WKT_COLUMN], chunk.frame.height)
            chunk = Chunk(chunk.first_row, chunk.frame, shapes, chunk.faults)
        return chunk, given

    def _read(self, frame: pl.DataFrame, shapes: list[bytes | None], positions: Positions,
                 faults: Faults) -> list[ExportRecord | None]:  # fmt: skip
        renamed = renamed_in(self.form)
        added = self.unmapped(frame.columns)
        made: list[ExportRecord | None] = []
        for row, cells in enumerate(frame.iter_rows(named=True)):
            made.append(None)
            if (fault := _refusal(cells)) is not None:
                faults.hold(row, *fault)
                continue
            try:
                record = record_of(cells, shapes[row], renamed)
                _ = parse_partial(record.information_date) if record.information_date else None
            except (ValueError, KeyError, TypeError, InvalidValue) as error:
                faults.hold(row, "row-damaged", f"this row no longer reads as it was written: {error}")
                continue
            if row in positions.faults:
                faults.hold(row, *positions.faults[row])
                continue
            record.extra.update({name: cells[name] for name in added if cells[name]})
            self._compare_places(row, cells, record, faults)
            made[-1] = record
        return made

    @staticmethod
    def _compare_places(row: int, cells: dict[str, str | None], record: ExportRecord, faults: Faults) -> None:
        """Note where longitude and latitude, which stand beside the geometry as text, say something else."""
        typed = cells.get("longitude"), cells.get("latitude")
        if WKT_COLUMN not in cells or not any(typed):
            return
        shape = None if record.geometry is None else shapely.from_wkb(record.geometry)
        here = (repr(shape.x), repr(shape.y)) if shape is not None and shape.geom_type == "Point" else None
        try:
            same = here is not None and all(float(text or "nan") == float(is_) for text, is_ in zip(typed, here,
                                                                                                   strict=True))
        except ValueError:
            same = False
        if not same:
            faults.find(row, "longitude+latitude", f"{typed[0]} {typed[1]}", "position-twice",
                        f"longitude and latitude differ from {WKT_COLUMN}, which is what counts; correct it there")

    def _screen(self, records: list[ExportRecord | None], positions: Positions, faults: Faults) -> None:
        """Run the rules at entry over the records of each kind."""
        by_kind: dict[str, list[int]] = {}
        for row, record in enumerate(records):
            if record is not None:
                by_kind.setdefault(record.kind, []).append(row)
        for kind, rows in by_kind.items():
            attributes = {name: each for name, each in KINDS[kind].attributes.items() if each.type in _SCREENED}
            bodies = [record.body for row in rows if (record := records[row]) is not None]
            columns: dict[str, list[Any]] = {
                name: [_screenable(body.get(name), each.type) for body in bodies] for name, each in attributes.items()
                if any(name in body for body in bodies)
            }  # fmt: skip
            shapes = positions.shapes[rows] if positions.shapes is not None and KINDS[kind].geometry else None
            batch = EntryBatch(kind=kind, columns=columns, today=self.today, geometry=shapes)
            for found in screen(batch, self.settings):
                faults.find(rows[found.index], found.column, found.value, found.code, found.message)


def _screenable(value: Any, of_type: str) -> Any:
    if of_type == "date":
        return value if isinstance(value, str) else None
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _refusal(cells: dict[str, str | None]) -> tuple[str, str] | None:
    """Say why a row makes no record whatever its cells say."""
    kind = cells.get("kind")
    if not cells.get("record_id"):
        return "record-id-missing", "this row names no record; bring new things in under a mapping"
    if kind is None or kind not in KINDS or KINDS[kind].programme:
        return "kind-unknown", f"{kind or 'nothing'!r} is no kind of record that an export holds"
    if kind in REFUSED_KINDS:
        return "person-row", "exports hold no rows about persons; import them from their source, under a mapping"
    if (workflow := cells.get("workflow")) and workflow not in _WORKFLOWS:
        return "unknown-code", f"{workflow!r} is no step of the workflow in which something counts"
    return None


def entered_geometry(entered: str | None) -> dict[str, Any]:
    """Give what is kept of a geometry as it came.

    >>> entered_geometry(None), entered_geometry('{"wkt":"POINT (1 2)"}')
    ({}, {'position': {'wkt': 'POINT (1 2)'}})
    """
    return {"position": json.loads(entered)} if entered else {}
