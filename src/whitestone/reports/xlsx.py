"""How does a report become a workbook in which every figure can be followed to every record?"""

from __future__ import annotations

import io
from typing import Any

from whitestone.reports.model import LAW_5, Report

__all__ = ["plain_cell", "render_xlsx"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def plain_cell(value: Any) -> Any:
    """Return a value that no spreadsheet takes for a formula; numbers stay numbers, None is written unknown.

    >>> plain_cell("=1+1"), plain_cell(None), plain_cell(-2)
    ("'=1+1", 'unknown', -2)
    """
    if value is None:
        return "unknown"
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value


def render_xlsx(report: Report) -> bytes:
    """Render a report as a workbook: about, one sheet a table, figures with their rules, records of every figure."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    _about(book, report)
    names: set[str] = {"About", "Figures", "Records"}
    for section in report.sections:
        if section.table:
            _sheet(book, _unique(section.title, names), section.table)
    figures = book.create_sheet("Figures")
    _write(
        figures, ("figure", "label", "value", "unit", "rule", "denominator", "situation on", "as known on", "records")
    )
    records = book.create_sheet("Records")
    _write(records, ("figure", "kind", "record", "own id or name"))
    known = report.as_known_on or report.made_at.date()
    for figure in report.figures:
        _write(figures, (figure.key, figure.label, figure.value, figure.unit, figure.rule, figure.denominator,
                         report.situation_on.isoformat(), known.isoformat(), len(figure.records)))  # fmt: skip
        for kind, record_id, name in figure.records:
            _write(records, (figure.key, kind, record_id, name))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _about(book: Any, report: Report) -> None:
    sheet = book.create_sheet("About")
    sheet.column_dimensions["A"].width = 22
    sheet.column_dimensions["B"].width = 90
    for row in (
        (report.marking, ""),
        ("Report", report.title),
        ("Programme", report.programme),
        ("Clocks", report.clocks),
        ("Made", f"{report.made_at:%Y-%m-%d %H:%M UTC}"),
        ("Journal entry", report.head),
        ("Simulated", "yes: an invented programme" if report.simulated else "no"),
        ("Read this", LAW_5),
    ):
        _write(sheet, row)
    for section in report.sections:
        _write(sheet, (section.title, section.words))


def _sheet(book: Any, name: str, table: Any) -> None:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    _write(sheet, table.columns)
    for row in (*table.rows, *([table.total] if table.total else [])):
        _write(sheet, row)
    if table.limit:
        _write(sheet, (table.limit,))


def _write(sheet: Any, row: Any) -> None:
    sheet.append([plain_cell(value) for value in row])


def _unique(title: str, taken: set[str]) -> str:
    name = "".join(character for character in title if character not in r"[]:*?/\\")[:28]
    while name in taken:
        name = f"{name[:26]} {len(taken)}"
    taken.add(name)
    return name
