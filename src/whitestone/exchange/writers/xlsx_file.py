"""How is the table written as a workbook: the records, a dictionary of the columns, and what it says of itself?"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell

from whitestone.domain.kinds import kind as kind_named
from whitestone.exchange.cells import OVERFLOW_CELL, OVERFLOW_COLUMNS, OVERFLOW_SHEET
from whitestone.exchange.writers.csv_file import plain_columns, plain_row
from whitestone.exchange.writers.hxl import hxl_tag
from whitestone.exchange.writers.model import Table

__all__ = ["write_xlsx"]

_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""A text that reads like the escape of a workbook is escaped itself."""
_CELL_LIMIT = 32_767
_PART = 5_000
"""Characters of one part of a long text: as JSON, where a character takes six at most, it fits into a cell."""
_ROW_LIMIT = 1_048_575
_HEADS = ("column", "type", "unit", "code list", "links to", "HXL tag")


def write_xlsx(table: Table, path: Path, *, hxl: bool = False) -> int:
    """Write the table as XLSX; a text too long for a cell goes to a sheet of its own, part by part.

    Returns how many records are left out: what lies beyond the last row that a sheet may have.
    """
    book = openpyxl.Workbook(write_only=True)
    columns, left_out = plain_columns(table), 0
    sheet = book.create_sheet(kind_named(table.kind).plural[:31])
    long_texts: list[tuple[str, str, int, str]] = []
    sheet.append(columns)
    if hxl:
        sheet.append([hxl_tag(column) for column in columns])
    for cells, record in table.rows():
        if table.count > _ROW_LIMIT - hxl:
            left_out += 1
            continue
        values = plain_row(columns, cells, record)
        for at, value in enumerate(values):
            if isinstance(value, str) and _length(value) > _CELL_LIMIT:
                long_texts += _split(str(cells[columns[at]]), str(record.record_id), columns[at])
                values[at] = OVERFLOW_CELL
        sheet.append([_cell(sheet, value) for value in values])
    _dictionary(book, table, columns)
    about = book.create_sheet("about")
    for name, words in (*table.about.lines().items(), ("records sha256", table.digest.hexdigest())):
        about.append([_cell(about, name), _cell(about, words)])
    if long_texts:
        _overflow(book, long_texts)
    book.save(path)
    return left_out


def _length(text: str) -> int:
    """Count as a spreadsheet does: in UTF-16, escapes included."""
    return len(_ESCAPED.sub("_x005F_", text).encode("utf-16-le", "surrogatepass")) // 2 if len(text) > _PART else 0


def _split(text: str, record: str, column: str) -> list[tuple[str, str, int, str]]:
    parts = [text[at : at + _PART] for at in range(0, len(text), _PART)]
    return [(record, column, number, json.dumps(part, ensure_ascii=False)) for number, part in enumerate(parts, 1)]


def _overflow(book: Any, long_texts: list[tuple[str, str, int, str]]) -> None:
    sheet = book.create_sheet(OVERFLOW_SHEET)
    sheet.append(OVERFLOW_COLUMNS)
    for row in long_texts:
        sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet: Any, value: Any) -> Any:
    """Make a cell that no program computes: texts are texts, and numbers that a sheet would round are texts too."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        value = str(value)
    if isinstance(value, float) and float(f"{value:.16g}") != value:
        value = repr(value)
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value=_ESCAPED.sub("_x005F_", value))
    cell.data_type = "s"
    return cell


def _dictionary(book: Any, table: Table, columns: list[str]) -> None:
    sheet = book.create_sheet("dictionary")
    sheet.append(_HEADS)
    attributes = kind_named(table.kind).attributes
    for column in columns:
        known = attributes.get(column)
        sheet.append([column, known.type if known else "text", known.unit if known else None,
                      known.codes if known else None, known.links_to if known else None, hxl_tag(column)])
