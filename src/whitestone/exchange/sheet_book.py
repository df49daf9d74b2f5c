"""How is the workbook of minefield records written, empty as a template or full, and how is it read back?"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from whitestone.errors import UnreadableFile
from whitestone.exchange.sheet_grid import Grid, Line, Taken, from_grid, to_grid
from whitestone.exchange.sheet_layout import LAYOUTS, OTHER, OTHER_HEADS, Layout

__all__ = ["read_sheet_book", "write_sheet_book"]

_ABOUT = "Read me"
_LISTS = "Lists"
_ROWS = 2_000
"""Rows for which a template has drop-downs and text cells; more may be written below."""
_MOST_BYTES = 512 * 1024 * 1024
_HEAD_FILL = PatternFill("solid", fgColor="FFE8E4DC")
_WORDS = (
    "Minefield records, finds and searched ground",
    "One line a record in 'Records'. Its number in the column 'record' of the other sheets holds its lines together; a "
    "blank 'record' means that of the line above.",
    "Write what stands on the paper, as it stands there: 12-45, 4?7 (a digit that nobody can read), 4[17]7 (1 or 7).",
    "Blank is unknown. Never write a guess: a unit, a north or a zone that the sheet does not state stays blank.",
    "Rows, quantities, events and comparisons: one type of item a line; repeat the row's number.",
    "Dates: 1993, 1993-05 or 1993-05-14. Outlines: lon lat, lon lat, … in WGS 84, or WKT, or GeoJSON.",
    "Columns of your own are kept. The sheet 'Other' holds what has no column, as JSON, and counts last.",
    "A record is evidence of where items may lie. Blank ground on it is not clear, and no record is not safe.",
)


def write_sheet_book(held: dict[str, Any], path: Path) -> None:
    """Write a file's content as a workbook with notes and drop-downs; an empty one (`{}`) is the template.

    Reading it back gives the same content, null members and empty lists aside.
    """
    grid = to_grid(held)
    book = openpyxl.Workbook()
    about: Any = book.active
    about.title = _ABOUT
    for at, words in enumerate(_WORDS, 1):
        _text(about.cell(at, 1), words)
        about.cell(at, 1).alignment = Alignment(wrap_text=True, vertical="top")
    about.column_dimensions["A"].width = 110
    about["A1"].font = Font(bold=True, size=14)
    choices = _lists(book)
    for layout in LAYOUTS:
        _sheet(book, layout, grid[layout.name], choices)
    if grid[OTHER]:
        _fill(book.create_sheet(OTHER), OTHER_HEADS, grid[OTHER])
    book.move_sheet(_LISTS, offset=len(book.sheetnames))
    book.save(path)


def read_sheet_book(content: bytes, name: str = "the workbook") -> Taken:
    """Read a workbook back: content, the row behind each path, and what is odd. Sheets of other names are kept.

    Refuses what is no workbook, or unpacks to more than 512 MiB, with UnreadableFile.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > _MOST_BYTES:
                raise UnreadableFile(path=name, why="it unpacks to more than 512 MiB",
                                     fix="Split it into workbooks of fewer rows.")
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True, read_only=False)
    except (
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        SyntaxError,
        OSError,
        EOFError,
    ) as error:
        raise UnreadableFile(path=name, why=f"it is no workbook ({type(error).__name__})",
                             fix="Save it again as .xlsx, or give JSON.") from None
    grid: Grid = {}
    known = {layout.name.casefold(): layout.name for layout in LAYOUTS} | {OTHER.casefold(): OTHER}
    strange: dict[str, list[list[Any]]] = {}
    for sheet in book.worksheets:
        own = known.get(sheet.title.strip().casefold())
        if own is not None:
            grid[own] = _lines(sheet)
        elif sheet.title not in (_ABOUT, _LISTS):
            rows = [[_plain(value) for value in row] for row in sheet.iter_rows(values_only=True)]
            strange |= {sheet.title: rows} if any(any(row) for row in rows) else {}
    taken = from_grid(grid)
    if strange:
        taken.held["other_sheets"] = strange
        taken.odd += [(title, 1, "the sheet is not known; it is kept as it is") for title in strange]
    return taken


def _lists(book: Any) -> dict[tuple[str, ...], str]:
    """Write the words of all drop-downs into a sheet of their own; return where each list stands."""
    sheet = book.create_sheet(_LISTS)
    places: dict[tuple[str, ...], str] = {}
    for layout in LAYOUTS:
        for column in layout.columns:
            words = ("true", "false") if column.field.type == "flag" else column.field.choices
            if not words or words in places:
                continue
            at = len(places) + 1
            for row, word in enumerate(words, 1):
                _text(sheet.cell(row, at), word)
            letter = get_column_letter(at)
            places[words] = f"'{_LISTS}'!${letter}$1:${letter}${len(words)}"
    sheet.sheet_state = "hidden"
    return places


def _sheet(book: Any, layout: Layout, lines: list[Line], choices: dict[tuple[str, ...], str]) -> None:
    sheet = book.create_sheet(layout.name)
    own = [head for line in lines for head in line.cells if head not in layout.heads]
    heads = (*layout.heads, *dict.fromkeys(own))
    _fill(sheet, heads, lines)
    helps = {column.head: column for column in layout.columns}
    for at, head in enumerate(heads, 1):
        letter = get_column_letter(at)
        column = helps.get(head)
        words = column.field.help if column else _HELP.get(head)
        if words:
            sheet.cell(1, at).comment = Comment(words, "Whitestone", height=90, width=260)
        listed = column and (("true", "false") if column.field.type == "flag" else column.field.choices)
        if listed:
            check = DataValidation(
                type="list",
                formula1=choices[listed],
                allow_blank=True,
                errorStyle="warning",
                error="Another word is kept as written and counts as unknown.",
                showErrorMessage=True,
            )
            sheet.add_data_validation(check)
            check.add(f"{letter}2:{letter}{max(_ROWS, len(lines) + 1)}")
        # A sheet that guesses types turns the bearing 12-05 into a date: cells are text from the start.
        sheet.column_dimensions[letter].number_format = "@"
        sheet.column_dimensions[letter].width = max(12, len(head) + 3)


_HELP = {
    "record": "Number of the record, as in the sheet Records; blank: that of the line above.",
    "type": "Type of item, as written.",
    "count": "How many of this type. Digits that cannot be read: 4?",
}


def _fill(sheet: Any, heads: tuple[str, ...], lines: list[Line]) -> None:
    for at, head in enumerate(heads, 1):
        cell = sheet.cell(1, at)
        _text(cell, head)
        cell.font, cell.fill = Font(bold=True), _HEAD_FILL
    for row, line in enumerate(lines, 2):
        for at, head in enumerate(heads, 1):
            value = line.cells.get(head)
            if isinstance(value, str):
                _text(sheet.cell(row, at), value)
            elif value is not None:
                sheet.cell(row, at).value = value
    sheet.freeze_panes = "B2"


def _text(cell: Any, words: str) -> None:
    """Write text that no program computes, whatever it begins with."""
    cell.value = words
    cell.data_type = "s"
    cell.number_format = "@"


def _lines(sheet: Any) -> list[Line]:
    rows = sheet.iter_rows(values_only=True)
    heads = [str(head).strip() if head is not None else None for head in next(rows, ())]
    found = []
    for number, row in enumerate(rows, 2):
        cells = {head: _plain(value) for head, value in zip(heads, row, strict=False) if head and _said(value)}
        unnamed = {
            f"column {at + 1}": _plain(value)
            for at, value in enumerate(row)
            if _said(value) and (at >= len(heads) or not heads[at])
        }
        if cells or unnamed:
            found.append(Line(number, cells | unnamed))
    return found


def _said(value: Any) -> bool:
    return value is not None and not (isinstance(value, str) and not value.strip())


def _plain(value: Any) -> Any:
    """Turn what a spreadsheet took for a date back into text; true and false typed as text are flags."""
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return str(value)
    return value
