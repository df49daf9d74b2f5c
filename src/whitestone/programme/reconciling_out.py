"""How do the differences between two parties go out as a table that a person sends to the other side?"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from whitestone.errors import InvalidValue
from whitestone.programme.reconciling import Reconciliation
from whitestone.programme.reconciling_kept import rows_of

__all__ = ["write_table"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_table(found: Reconciliation, path: Path, *, everything: bool = False) -> int:
    """Write the differences to a CSV or a workbook (with a sheet of totals); return how many rows there are.

    No cell is ever a formula. Refuses another ending than .csv and .xlsx with InvalidValue.
    """
    rows = rows_of(found, everything=everything)
    if path.suffix.lower() == ".csv":
        _csv(path, rows)
    elif path.suffix.lower() == ".xlsx":
        _xlsx(path, rows, found)
    else:
        raise InvalidValue(field="out", value=path.name, why="a file that ends in .csv or .xlsx")
    return len(rows)


def _csv(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_columns(rows))
        for row in rows:
            writer.writerow([_plain(value) for value in row.values()])


def _plain(value: Any) -> Any:
    """Keep a spreadsheet from computing a text that begins like a formula."""
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULA) else value


def _columns(rows: list[dict[str, Any]]) -> list[str]:
    return list(rows[0]) if rows else ["id", "kind", "status", "state", "ours", "theirs"]


def _xlsx(path: Path, rows: list[dict[str, Any]], found: Reconciliation) -> None:
    import openpyxl
    from openpyxl.cell import WriteOnlyCell

    book = openpyxl.Workbook(write_only=True)
    for title, table in (("differences", [_columns(rows), *([*row.values()] for row in rows)]),
                         ("totals", _totals(found))):  # fmt: skip
        sheet = book.create_sheet(title)
        for line in table:
            cells = []
            for value in line:
                cell = WriteOnlyCell(sheet, value=value)
                if isinstance(value, str):
                    cell.data_type = "s"
                cells.append(cell)
            sheet.append(cells)
    book.save(path)


def _totals(found: Reconciliation) -> list[list[Any]]:
    table: list[list[Any]] = [
        ["ours", found.ours.label], ["theirs", found.theirs.label],
        ["situation on", found.clocks.on.isoformat()], ["blank", "Blank is not clear."],
    ]  # fmt: skip
    for name, each in found.kinds.items():
        table += [[], [name, each.as_dict(found.at, everything=False)["shift"]["sentence"]],
                  ["line", "records ours", "records theirs", "ours m2", "theirs m2", "difference m2"]]  # fmt: skip
        table += [list(line.values()) for line in each.totals["lines"]]
        table.append(["total", len(each.said[0]), len(each.said[1]), each.totals["ours_m2"], each.totals["theirs_m2"],
                      each.totals["difference_m2"]])  # fmt: skip
    return table
