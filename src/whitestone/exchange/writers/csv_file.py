"""How is the table written as CSV: UTF-8 with a byte order mark (spreadsheets need it), ISO dates, no formulas?"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import shapely

from whitestone.exchange.cells import WKT_COLUMN, guard
from whitestone.exchange.writers.hxl import hxl_tag
from whitestone.exchange.writers.model import Table
from whitestone.exchange.writers.wkt import exact_wkt

__all__ = ["plain_columns", "plain_row", "write_csv"]


def write_csv(table: Table, path: Path, *, hxl: bool = False) -> int:
    """Write the table as CSV; geometry as WKT, and as longitude and latitude where it is a point."""
    columns = plain_columns(table)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(columns)
        if hxl:
            out.writerow([hxl_tag(column) for column in columns])
        for row in table.rows():
            out.writerow([_text(cell) for cell in plain_row(columns, *row)])
    return 0


def plain_columns(table: Table) -> list[str]:
    """List the columns of formats that have no geometry of their own."""
    return [*table.columns[:-1], "longitude", "latitude", WKT_COLUMN, table.columns[-1]]


def plain_row(columns: Sequence[str], cells: dict[str, Any], record: Any) -> list[Any]:
    """Put a record's cells in the order of the columns, its geometry among them, texts guarded against formulas."""
    if record.geometry is not None:
        shape = shapely.from_wkb(record.geometry)
        cells[WKT_COLUMN] = exact_wkt(shape)
        if shape.geom_type == "Point" and not shape.is_empty:
            cells["longitude"], cells["latitude"] = shape.x, shape.y
    values = (cells.get(column) for column in columns)
    return [guard(value) if isinstance(value, str) else value for value in values]


def _text(cell: Any) -> Any:
    return {True: "true", False: "false"}[cell] if isinstance(cell, bool) else repr(cell) if isinstance(
        cell, float) else cell
