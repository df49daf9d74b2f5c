"""What do the rows of a spreadsheet say: sheets, merged cells, dates, formulas with results?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from xml.parsers import expat

import msgspec

from whitestone.errors import UnreadableFile
from whitestone.exchange.readers.archives import blocks_of, safe_zip
from whitestone.exchange.readers.chunking import Gathering
from whitestone.exchange.readers.encodings import undo_mojibake
from whitestone.exchange.readers.model import Chunk, Reading, clip_raw
from whitestone.exchange.readers.tables import TOTAL_ROW, Layout, adds_up, guess_layout
from whitestone.exchange.readers.xlsx_cells import column_index
from whitestone.exchange.readers.xlsx_parts import open_book, sheet_rows
from whitestone.exchange.readers.xlsx_values import Book, SheetRow

__all__ = ["open_xlsx"]

_SAMPLE_ROWS = 200
_MERGES_LIMIT = 100_000
_CHUNK_CHARACTERS = 24 << 20
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')


class Merge(msgspec.Struct):
    """A merged range: rows from 1, columns from 0, both ends included, and the value it shows."""

    first_row: int
    last_row: int
    first: int
    last: int
    value: str | None = None


def open_xlsx(path: Path, *, layer: str | None = None, header_row: int | None = None) -> Reading:
    """Open one sheet of a workbook: the named one, or the first that holds a table.

    Refuses, with UnreadableFile, a damaged or empty workbook, and a sheet that is not there.
    """
    with safe_zip(path) as archive:
        if "xl/workbook.xml" not in archive.NameToInfo:
            raise UnreadableFile(path=path.name, why="it is an Office file but no workbook",
                                 fix="Export its table as XLSX or CSV.")
        book = open_book(path, archive)
    if layer is not None and layer not in book.sheets:
        raise UnreadableFile(path=path.name, why=f"it has no sheet called {layer!r}",
                             fix=f"Name one of: {', '.join(book.sheets) or 'it has none'}.")
    for name in [layer] if layer is not None else book.sheets:
        merges = _merges(path, book.sheets[name])
        rows = _first_rows(path, book, name, merges)
        layout = guess_layout([_list(row) for row in rows], header_row, widest=True)
        if layout.names:
            return _opened(path, book, name, layout, rows, header_row)
    raise UnreadableFile(path=path.name, why="its sheets hold no rows", fix="Check that it was exported with content.")


def _first_rows(path: Path, book: Book, name: str, merges: list[Merge]) -> list[SheetRow]:
    rows: list[SheetRow] = []
    with safe_zip(path) as archive:
        try:
            for row in islice(sheet_rows(path, archive, book, book.sheets[name]), _SAMPLE_ROWS):
                rows.append(row)
        except expat.ExpatError:
            pass  # the rows before the damage are read; the damage is a fault when the rows are asked for
    filler = _Filler(merges)
    for row in rows:
        filler.fill(row)
    return rows


def _list(row: SheetRow) -> list[str | None]:
    return [row.cells.get(index) for index in range(max(row.cells, default=-1) + 1)]


def _opened(path: Path, book: Book, name: str, layout: Layout, rows: list[SheetRow], stated: int | None) -> Reading:
    after = rows[layout.data - 1].number if layout.data else 0
    reading = Reading(path, "xlsx", _source(book, name, after), columns=layout.names, layers=tuple(book.sheets),
                      layer=name, hxl=layout.hxl, preamble=layout.preamble)
    for code, message in layout.notes:
        reading.note(code, message)
    if len(book.sheets) > 1:
        reading.note("several-sheets", f"The sheet {name!r} is read; there are also "
                     + ", ".join(repr(other) for other in book.sheets if other != name) + ".")
    cells = [cell for row in rows for cell in row.cells.values()]
    spoilt = next(((cell, mended) for cell in cells if (mended := undo_mojibake(cell))), None)
    if spoilt:
        reading.note("mojibake", f"Some letters were spoilt before this file was made ({spoilt[0]!r} was "
                                 f"{spoilt[1][0]!r}, UTF-8 read as {spoilt[1][1]}); they are kept as written.")
    return reading


def _merges(path: Path, part: str) -> list[Merge]:
    """Find the merged ranges, which a sheet lists after its rows; the text is scanned, not parsed."""
    merges, tail = [], b""
    with safe_zip(path) as archive:
        for block in blocks_of(path, archive, part):
            text = tail + block
            if b"mergeCell " in text:
                for found in _MERGE.finditer(text):
                    left, top, right, bottom = (group.decode() for group in found.groups())
                    merges.append(Merge(int(top), int(bottom), column_index(left), column_index(right)))
            tail = text[text.rfind(b"<"):] if b"<" in text[-200:] else b""
            if len(merges) > _MERGES_LIMIT:
                break
    return sorted(merges[:_MERGES_LIMIT], key=lambda merge: merge.first_row)


class _Filler:
    """Fill merged ranges with the value of their first cell, row by row in order."""

    def __init__(self, merges: list[Merge]) -> None:
        self._waiting = list(reversed(merges))
        self._open: list[Merge] = []
        self.used = False

    def fill(self, row: SheetRow) -> None:
        """Write into a row what merged cells above or left of it say."""
        while self._waiting and self._waiting[-1].first_row <= row.number:
            merge = self._waiting.pop()
            merge.value = row.cells.get(merge.first) if merge.first_row == row.number else None
            self._open.append(merge)
        if not self._open:
            return
        self._open = [merge for merge in self._open if merge.last_row >= row.number]
        for merge in self._open:
            for column in range(merge.first, merge.last + 1):
                if merge.value and not row.cells.get(column):
                    row.cells[column] = merge.value
                    self.used = True


def _source(book: Book, name: str, after: int) -> Callable[[Reading, int], Iterator[Chunk]]:
    def chunks(reading: Reading, limit: int) -> Iterator[Chunk]:
        """Stream the rows of the sheet below its header."""
        gathering, size = Gathering(reading.columns, limit, geometry=False), 0
        for row, broken in _rows(reading, book, name):
            if broken:
                gathering.fault("sheet-damaged", broken, "")
            elif row.number > after:
                size += _gather(gathering, reading, row)
            if gathering.full or size > _CHUNK_CHARACTERS:
                yield gathering.chunk()
                size = 0
        if gathering.waiting:
            yield gathering.chunk()

    return chunks


def _rows(reading: Reading, book: Book, name: str) -> Iterator[tuple[SheetRow, str]]:
    """Yield the filled rows; damage further in ends them with a reason."""
    filler = _Filler(_merges(reading.path, book.sheets[name]))
    last = SheetRow(0, {}, [], [], 0, 0)
    with safe_zip(reading.path) as archive:
        try:
            for last in sheet_rows(reading.path, archive, book, book.sheets[name]):
                filler.fill(last)
                yield last, ""
        except (expat.ExpatError, UnreadableFile) as error:
            yield last, f"The sheet is damaged after row {last.number}; what follows cannot be read ({error})."
    if filler.used:
        reading.note("merged-cells", "Merged cells are filled with the value that they show.")


def _gather(gathering: Gathering, reading: Reading, row: SheetRow) -> int:
    names = reading.columns
    if row.formulas:
        reading.note("formulas", "Cells with formulas are read as their last result"
                     + (f" (column {names[row.formulas[0]]})." if row.formulas[0] < len(names) else "."))
    if row.uncached:
        reading.note("formula-without-result", "Some formulas were saved without a result; they are read as written.")
    if row.errors:
        reading.note("cell-errors", "Some cells hold an error of the spreadsheet (such as #REF!), kept as written.")
    if row.dates:
        reading.note("excel-dates", "Cells formatted as dates are read as ISO dates.")
    beyond = [column for column in row.cells if column >= len(names)]
    if beyond:
        raw = "\t".join(cell or "" for cell in _list(row))
        gathering.fault("too-many-cells", f"Row {row.number} of the sheet has a value in column {max(beyond) + 1}, the "
                        f"table {len(names)} columns.", clip_raw(raw))
        return len(raw)
    values: dict[str, str | None] = {names[column]: value for column, value in row.cells.items()}
    if len(values) > 1 and len(values) * 2 > len(names) and all(
            (value or "").strip().lower() == name.lower() for name, value in values.items()):
        gathering.fault("repeated-header", "The header row is repeated here.",
                        clip_raw("\t".join(cell or "" for cell in _list(row))))
    elif adds_up([values.get(name) for name in names]):
        gathering.fault(*TOTAL_ROW, clip_raw("\t".join(cell or "" for cell in _list(row))))
    else:
        gathering.add(values)
    return sum(map(len, row.cells.values())) + 50
