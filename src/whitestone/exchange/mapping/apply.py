"""How do the rows of a chunk become records under a mapping, with every row accounted for?

Work goes by column; a row is looked at on its own only when something in it was not understood.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import polars as pl

from whitestone.domain.extensions import lists
from whitestone.domain.kinds import KINDS
from whitestone.domain.settings import Settings
from whitestone.exchange.mapping.blocks import Faults, make_records
from whitestone.exchange.mapping.check import UNKNOWN_KIND
from whitestone.exchange.mapping.columns import View
from whitestone.exchange.mapping.corrections import corrected_chunk
from whitestone.exchange.mapping.linking import LinkSource
from whitestone.exchange.mapping.model import Mapping, RecordSpec, When
from whitestone.exchange.mapping.positions import Positions, Reference, from_columns, from_geometry
from whitestone.exchange.mapping.rows import (
    CORRECTION_COLUMNS,
    FOUND,
    HELD,
    HeldRow,
    Made,
    Mapped,
    RowFinding,
    digest_rows,
    digest_text,
    raw_row,
    sixteen,
)
from whitestone.exchange.readers.model import Chunk

__all__ = ["Applier", "apply"]


class Applier:
    """A mapping made ready for the files of one programme."""

    def __init__(
        self, mapping: Mapping, settings: Settings, *, crs: str | None = None, links: LinkSource | None = None,
        today: dt.date | None = None, digest_key: bytes | None = b"",
    ) -> None:  # fmt: skip
        """Take the file's declared reference system, what rows may link to, and the key of the row digests.

        Without a key (None) personal columns stay out of the digests: nobody can guess them from there.
        """
        self.mapping = mapping
        self.settings = settings
        self.lists = lists(settings.national_codes, settings.extra_fields)
        self.links = links
        self.today = today or dt.date.today()
        self.digest_key = digest_key or b""
        self.personal = mapping.personal_columns
        self.undigested = self.personal if digest_key is None else set()
        self.reference = _reference(mapping, settings, crs)

    def apply(self, chunk: Chunk) -> Mapped:
        """Turn a chunk into records, findings and held rows; the three outcomes add up to its input rows."""
        chunk, given = corrected_chunk(chunk)
        frame = chunk.frame
        numbers = chunk.rows()
        digests = digest_rows(frame.drop(self.undigested, strict=False), chunk.geometry, self.digest_key)
        if given is not None:
            digests = np.where(given == b"", digests, given)
        view = View(self._ready(frame))
        faults = Faults(numbers)
        self._refuse_rows(view, chunk, faults)
        made = [] if self._kind_unknown(faults, view.height) else self._records(view, chunk, faults)
        kept = np.ones(view.height, dtype=bool)
        kept[list(faults.held)] = False
        for records in made:
            records.keep(kept)
        return self._close(chunk, numbers, digests, made, faults)

    def unmapped(self, columns: list[str]) -> list[str]:
        """List the columns of a file that the mapping does not name; they are kept with the records."""
        named = {*self.mapping.columns, *CORRECTION_COLUMNS}
        return [column for column in self._renamed(columns) if column not in named]

    def missing(self, columns: list[str]) -> list[str]:
        """List the columns that the mapping needs and a file lacks."""
        there = {*self._renamed(columns), *self.mapping.optional_columns}
        return [column for column in self.mapping.columns if column not in there]

    def _renamed(self, columns: list[str]) -> list[str]:
        encoding = self.mapping.file.repair_text
        return [_unspoil(column, encoding) for column in columns] if encoding else columns

    def _ready(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Undo a wrong reading of the text, and give absent columns as empty ones."""
        encoding = self.mapping.file.repair_text
        if encoding:
            view = View(frame)
            mended = []
            for name in frame.columns:
                column = view.column(name)
                texts = pl.Series([_unspoil(text, encoding) for text in column.uniques], dtype=pl.String)
                mended.append(column.spread(texts).alias(_unspoil(name, encoding)))
            frame = pl.DataFrame(mended)
        absent = [name for name in self.mapping.columns if name not in frame.columns]
        if absent:
            frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in absent)
        return frame

    def _refuse_rows(self, view: View, chunk: Chunk, faults: Faults) -> None:
        frame = view.frame
        if not frame.width or not frame.height:
            return
        # One look at the first column tells for nearly every chunk that no row is empty or repeats the header.
        first = frame.columns[0]
        head = frame.get_column(first)
        if head.null_count() or (head == "").any():
            empty = frame.select(pl.all_horizontal((pl.all().is_null()) | (pl.all() == ""))).to_series().to_numpy()
            for row in np.flatnonzero(empty):
                if chunk.geometry is None:
                    faults.hold(int(row), "row-empty", "no cell of this row says anything")
        if (head == first).any():
            alike = frame.select(pl.all_horizontal(pl.col(name) == name for name in frame.columns)).to_series()
            for row in np.flatnonzero(alike.fill_null(value=False).to_numpy()):
                faults.hold(int(row), "header-repeated", f"this row repeats the header ({first!r} and the rest)")

    def _kind_unknown(self, faults: Faults, height: int) -> bool:
        if any(record.kind != UNKNOWN_KIND for record in self.mapping.records):
            return False
        for row in range(height):
            faults.hold(row, "kind-unknown", "the mapping does not say yet what kind of record a row of this file is")
        return True

    def _records(self, view: View, chunk: Chunk, faults: Faults) -> list[Made]:
        positions = self._positions(view, chunk.geometry)
        blocks = [record for record in self.mapping.records if record.kind != UNKNOWN_KIND]
        masks = [_takes(view, record.when) for record in blocks]
        taken = np.logical_or.reduce(masks) if masks else np.zeros(view.height, dtype=bool)
        for row in np.flatnonzero(~taken):
            faults.hold(int(row), "no-record", "no [[record]] block of the mapping takes this row")
        return make_records(self, view, blocks, masks, positions, faults)

    def _positions(self, view: View, geometry: list[bytes | None] | None) -> Positions | None:
        spec = self.mapping.position
        if spec is not None and (spec.x or spec.pair):
            return from_columns(view, spec, self.reference)
        if geometry is not None and any(KINDS[record.kind].geometry for record in self._ground()):
            return from_geometry(geometry, self.reference, self.settings.repair_policy)
        return None

    def _ground(self) -> list[RecordSpec]:
        return [record for record in self.mapping.records if record.kind in KINDS and record.geometry]

    def _close(
        self, chunk: Chunk, numbers: npt.NDArray[np.int64], digests: npt.NDArray[np.bytes_], made: list[Made],
        faults: Faults,
    ) -> Mapped:  # fmt: skip
        place = (numbers - chunk.first_row).astype(np.intp)
        count = len(numbers) + len(chunk.faults)
        outcomes = np.zeros(count, dtype=np.uint8)
        every = np.zeros(count, dtype="S16")
        every[place] = digests
        outcomes[place[list(faults.found)]] = FOUND
        outcomes[place[list(faults.held)]] = HELD
        held = []
        for row, reasons in faults.held.items():
            shape = chunk.geometry[row] if chunk.geometry is not None else None
            held.append(HeldRow(int(numbers[row]), sixteen(digests[row]), raw_row(chunk.frame, row, shape), reasons))
        for fault in chunk.faults:
            at = fault.row - chunk.first_row
            outcomes[at] = HELD
            digest = digest_text(fault.raw, self.digest_key)
            every[at] = digest
            raw = fault.raw.encode("utf-8", "surrogatepass")
            held.append(HeldRow(fault.row, digest, raw, [(fault.code, fault.message)]))
        findings = faults.findings + [
            RowFinding(row.row, None, None, code, message) for row in held for code, message in row.reasons
        ]
        held.sort(key=lambda row: row.row)
        return Mapped(chunk.first_row, outcomes, every, made, findings, held, place, chunk.frame, chunk.geometry)


def apply(mapping: Mapping, chunk: Chunk, settings: Settings | None = None) -> Mapped:
    """Apply a mapping to one chunk without a programme: links to other records stay open, places are not looked up."""
    return Applier(mapping, settings or Settings()).apply(chunk)


def _reference(mapping: Mapping, settings: Settings, declared: str | None) -> Reference:
    """Decide the reference system: what the mapping says, else what the file declares, else the programme's."""
    spec = mapping.position
    if spec is not None and spec.crs is not None:
        crs, basis = _same(spec.crs), spec.basis
    else:
        crs, basis = (_same(declared), "stated") if declared else (settings.default_crs, "assumed")
    return Reference(crs, basis, _operation(crs, spec.operation if spec else None, settings.default_operation))


def _operation(crs: str, stated: int | None, usual: int | None) -> int | None:
    """Take the operation that the mapping names; the programme's usual one only where it leads from this system."""
    if crs == "EPSG:4326" or stated is not None or usual is None:
        return stated if crs != "EPSG:4326" else None
    from whitestone.geodesy.crs import fits

    return usual if fits(crs, usual) else None


def _same(code: str) -> str:
    """Name WGS 84 in the order longitude, latitude by one name: data of either name is stored so."""
    return "EPSG:4326" if code.upper() in ("OGC:CRS84", "CRS84", "EPSG:4326") else code


def _takes(view: View, when: When | None) -> npt.NDArray[np.bool_]:
    if when is None:
        return np.ones(view.height, dtype=bool)
    text = view.series(when.column).str.strip_chars().fill_null("")
    if isinstance(when.is_in, list):
        return text.is_in(when.is_in).to_numpy()
    if when.not_in:
        return ~text.is_in(when.not_in).to_numpy()
    filled: npt.NDArray[np.bool_] = (text != "").to_numpy()
    return filled if when.present else ~filled


def _unspoil(text: str, encoding: str) -> str:
    """Undo a reading of UTF-8 as another encoding; text that was never spoilt stays as it is."""
    try:
        return text.encode(encoding).decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text
