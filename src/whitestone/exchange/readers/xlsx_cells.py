"""What does each cell of a sheet say, as text: typed values, dates, formulas with their last result, errors?"""

from __future__ import annotations

from whitestone.exchange.readers.xlsx_values import Book, SheetRow, date_text, number_text, unescaped

__all__ = ["CellCollector", "column_index"]

_COLUMN_LIMIT = 16_384


class CellCollector:
    """Collect rows from the events of a sheet's XML."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._rows: list[SheetRow] = []
        self._row = SheetRow(0, {}, [], [], 0, 0)
        self._column = -1
        self._kind = self._style = ""
        self._value: list[str] = []
        self._formula: list[str] | None = None
        self._into: list[str] | None = None
        self._phonetic = False

    def taken(self) -> list[SheetRow]:
        """Hand out the whole rows so far."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, given: dict[str, str]) -> None:
        """Take the start of an element."""
        if name == "c":
            reference = given.get("r")
            self._column = column_index(reference) if reference else self._column + 1
            self._kind, self._style = given.get("t", "n"), given.get("s", "")
            self._value, self._formula = [], None
        elif name == "v" or (name == "t" and not self._phonetic):
            self._into = self._value
        elif name == "f":
            self._formula = []
            self._into = self._formula
        elif name == "rPh":
            self._phonetic = True
        elif name == "row":
            number = given.get("r", "")
            following = self._row.number + 1
            self._row = SheetRow(int(number) if number.isdigit() else following, {}, [], [], 0, 0)
            self._column = -1

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if name in ("v", "f", "t"):
            self._into = None
        elif name == "rPh":
            self._phonetic = False
        elif name == "c":
            self._finish_cell()
        elif name == "row" and self._row.cells:
            self._rows.append(self._row)

    def text(self, data: str) -> None:
        """Take text."""
        if self._into is not None:
            self._into.append(data)

    def _finish_cell(self) -> None:
        if not 0 <= self._column < _COLUMN_LIMIT:
            return
        written = "".join(self._value)
        if self._formula is not None:
            self._row.formulas.append(self._column)
            if not written:
                self._row.uncached.append(self._column)
                self._row.cells[self._column] = "=" + "".join(self._formula)
                return
        value = self._understood(written)
        if value:
            self._row.cells[self._column] = value

    def _understood(self, written: str) -> str:
        kind = self._kind
        if kind == "s":
            strings = self._book.strings
            return strings[int(written)] if written.isdigit() and int(written) < len(strings) else written
        if kind == "b":
            return {"1": "true", "0": "false"}.get(written.strip(), written)
        if kind in ("inlineStr", "str"):
            return unescaped(written)
        if kind == "e":
            self._row.errors += 1
            return written
        if kind == "d":
            return written
        styles = self._book.date_styles
        if written and self._style.isdigit() and int(self._style) < len(styles) and styles[int(self._style)]:
            day = date_text(written, self._book.from_1904)
            if day:
                self._row.dates += 1
                return day
        return number_text(written.strip())


def column_index(reference: str) -> int:
    """Turn a cell reference into a column index from 0; -1 for what is none.

    >>> column_index("A1"), column_index("AB12"), column_index("")
    (0, 27, -1)
    """
    index = 0
    for char in reference[:4]:
        if not ("A" <= char <= "Z"):
            break
        index = index * 26 + ord(char) - 64
    return index - 1
