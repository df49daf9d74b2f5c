"""Where in a sheet of cells does the table begin: which row is the header, which holds HXL tags, which is only a title?

Shared by text and spreadsheet readers. A guess is always noted; a person can state the row instead.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import msgspec

__all__ = ["TOTALS", "TOTAL_ROW", "Cells", "Layout", "adds_up", "column_names", "guess_layout"]

Cells = Sequence[str | None]
_NUMBER = re.compile(r"^[+-]?[\d\s.,'’]*\d[\d\s.,'’]*([eE][+-]?\d+)?%?$")
_DATE = re.compile(r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?$")
_HXL = re.compile(r"^\s*#[A-Za-z][\w]*(\s*\+\s*[A-Za-z]\w*)*\s*$")

_TOTAL_WORDS = ("total", "totals", "grand total", "total general", "sum", "suma", "somme", "total général", "итого",
                "всего", "ukupno", "svega", "zbir", "разом", "усього", "ընդամենը", "cəmi", "yekun", "toplam")
TOTALS = frozenset(
    form + end
    for word in _TOTAL_WORDS for form in (word, word.upper(), word.capitalize(), word.title()) for end in ("", ":")
)
"""How a row that adds up others begins, as it is written."""
TOTAL_ROW = ("total-row", "This row adds up others and is no record. If it is one, give it what the other rows have "
             "and bring it in again.")
"""Code and sentence of the fault that such a row is."""


class Layout(msgspec.Struct, frozen=True):
    """What the first rows of a sheet are. `header` is None when there is none; indexes count from 0."""

    header: int | None
    data: int
    names: list[str]
    hxl: dict[str, str] | None
    preamble: list[str]
    notes: list[tuple[str, str]]


def guess_layout(rows: Sequence[Cells], stated: int | None = None, *, widest: bool = False) -> Layout:
    """Tell header, tags and titles from data in the first rows of a sheet.

    `stated` is the header's row counted from 1, 0 for "there is none". `widest`: the table is as wide as its widest row
    (spreadsheets) and not as most rows are (text, where a longer row is a fault). An empty sheet gives no columns.

    >>> guess_layout([["Casualties 2006"], [], ["place", "year"], ["#adm2", "#date"], ["Kherson", "2006"]]).hxl
    {'place': '#adm2', 'year': '#date'}
    >>> guess_layout([["Areas 2019"] * 3, ["id", "type", "area"], ["1", "SHA", "850"]]).names
    ['id', 'type', 'area']
    >>> guess_layout([["4", "2.5"], ["5", "2.7"]]).names
    ['column_1', 'column_2']
    >>> guess_layout([]).names
    []
    """
    trimmed = [_trimmed(row) for row in rows]
    filled = [len(row) for row in trimmed if any(cell for cell in row)]
    if not filled:
        return Layout(None, len(rows), [], None, [], [])
    width = Counter(filled[1:] or filled).most_common(1)[0][0]
    if stated:
        header: int | None = min(stated, len(trimmed)) - 1
    elif stated == 0:
        header = None
    else:
        header = _find_header(trimmed, width)
    return _lay_out(trimmed, header, max(filled) if widest else width)


def _lay_out(rows: list[list[str | None]], header: int | None, width: int) -> Layout:
    notes: list[tuple[str, str]] = []
    first = 0 if header is None else header + 1
    skipped = [" | ".join(dict.fromkeys(cell for cell in row if cell)) for row in rows[: header or 0] if any(row)]
    if header is None:
        width = max((len(row) for row in rows[: max(1, len(rows) - 1)]), default=width)
        notes.append(("no-header", f"No header row was found; the {width} columns are numbered."))
        names = [f"column_{number}" for number in range(1, width + 1)]
    else:
        names, said = column_names(rows[header], max(len(rows[header]), width))
        notes += said
    if skipped:
        notes.append(("rows-above-header", f"{len(skipped)} line(s) above the header are kept as the file's preamble."))
    tags = None
    if first < len(rows) and _is_hxl(rows[first]):
        tags = {name: cell.strip() for name, cell in zip(names, rows[first], strict=False) if cell}
        notes.append(("hxl-row", "The row under the header holds HXL tags; it is not counted as data."))
        first += 1
    elif header is not None and _is_hxl(rows[header]):
        tags = {name: name for name in names if name.startswith("#")}
        notes.append(("hxl-row", "The header is a row of HXL tags."))
    return Layout(header, first, names, tags, skipped, notes)


def _trimmed(row: Cells) -> list[str | None]:
    cells = list(row)
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _is_hxl(row: Cells) -> bool:
    cells = [cell for cell in row if cell and cell.strip()]
    return bool(cells) and sum(bool(_HXL.match(cell)) for cell in cells) >= max(1, 0.6 * len(cells))


def _find_header(rows: list[list[str | None]], width: int) -> int | None:
    """Take the first row that is as wide as the table and reads as names rather than as values."""
    wide = [index for index, row in enumerate(rows)
            if len(row) >= max(1, width * 0.6) and _fill(row) >= 0.5 and not _is_title(row)]
    if not wide:
        return 0
    first = wide[0]
    if not all(len(row) < max(2, width * 0.6) or _is_title(row) for row in rows[:first] if row):
        first = 0
    body = [rows[index] for index in wide if index > first and not _is_hxl(rows[index])][:50]
    return first if _reads_as_names(rows[first], body) else None


def _is_title(row: Cells) -> bool:
    """Tell a title or a group of headings, merged over several columns, from names, which differ from each other."""
    filled = [cell for cell in row if cell]
    return len(filled) >= 3 and len(set(filled)) * 2 <= len(filled)


def _fill(row: Cells) -> float:
    return sum(bool(cell and cell.strip()) for cell in row) / max(1, len(row))


def _reads_as_names(row: Cells, body: list[list[str | None]]) -> bool:
    if _is_hxl(row):
        return True
    values = sum(_is_value(cell) for cell in row if cell)
    if not body:
        return values == 0
    names_over_values = values_over_values = repeated = 0
    for index, cell in enumerate(row):
        below = [other for line in body if index < len(line) and (other := line[index])]
        if not below or not cell:
            continue
        if sum(map(_is_value, below)) > len(below) / 2:
            names_over_values += not _is_value(cell)
            values_over_values += _is_value(cell)
        elif cell in below:
            repeated += 1
    if names_over_values or values_over_values:
        return names_over_values >= values_over_values
    return repeated < max(1, len(row) / 2) and values <= len(row) / 2


def _is_value(cell: str) -> bool:
    text = cell.strip()
    return bool(_NUMBER.match(text) or _DATE.match(text))


def adds_up(row: Cells) -> bool:
    """Tell a row of totals: its first text is the word, and half of it or more is empty.

    Taken for a record, it would count everything a second time.

    >>> adds_up(["Total", None, "", "850"]), adds_up(["Total", "SHA", "open", "850"]), adds_up([])
    (True, False, False)
    """
    filled = [cell.strip() for cell in row if cell and cell.strip()]
    return bool(filled) and filled[0] in TOTALS and len(filled) * 2 <= len(row)


def column_names(row: Cells, width: int) -> tuple[list[str], list[tuple[str, str]]]:
    """Make each header cell a name that occurs once; say which were empty or repeated.

    >>> column_names(["id", "", "id"], 3)[0]
    ['id', 'column_2', 'id.2']
    >>> column_names([], 0)
    ([], [])
    """
    names: list[str] = []
    notes = []
    taken: set[str] = set()
    for index in range(width):
        written = ((row[index] if index < len(row) else None) or "").strip()
        name = written or f"column_{index + 1}"
        number = 1
        while name in taken:
            number += 1
            name = f"{written or f'column_{index + 1}'}.{number}"
        if not written:
            notes.append(("column-unnamed", f"Column {index + 1} has no name in the header; it is called {name}."))
        elif name != written:
            notes.append(("column-repeated", f"Column {index + 1} repeats the name {written!r}; it is called {name}."))
        taken.add(name)
        names.append(name)
    return names, notes
