"""Where does each row of a delimited text begin and end, and how many cells has it, when quotes may hide line ends?

Two ways that agree: whole blocks by counting separators with NumPy (quoting is regular: every quote opens after a
separator and closes before one), and one row at a time where it is not. Neither lets one stray quote swallow the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
import numpy as np

__all__ = ["Dialect", "Row", "RowTable", "careful_rows", "row_table"]

_QUOTE, _NEWLINE, _RETURN = 34, 10, 13


class Dialect(msgspec.Struct, frozen=True):
    """How a delimited text is written: one ASCII delimiter; rows end at a newline (or at a carriage return)."""

    delimiter: str = ","
    newline: str = "\n"


class RowTable(msgspec.Struct):
    """Rows of a block: byte offsets of each, its cells, and how many bytes whole rows take."""

    starts: np.ndarray
    ends: np.ndarray
    widths: np.ndarray
    consumed: int


class Row(msgspec.Struct):
    """One row read with care: its bytes, and its cells or what is wrong with it."""

    start: int
    end: int
    cells: list[str | None]
    fault: tuple[str, str] | None = None


def row_table(block: bytes, dialect: Dialect) -> RowTable | None:
    """Find the whole rows of a block that starts at a row; None when its quoting is irregular.

    >>> row_table(b'a,"b\\n",c\\n1,2', Dialect()).consumed
    9
    >>> row_table(b'a"b,c\\n', Dialect()) is None, row_table(b"", Dialect()).widths.size
    (True, 0)
    """
    data = np.frombuffer(block, np.uint8)
    delimiter, newline = ord(dialect.delimiter), ord(dialect.newline)
    separators = np.flatnonzero((data == delimiter) | (data == newline))
    quotes = np.flatnonzero(data == _QUOTE)
    if quotes.size:
        if not _regular(data, quotes, delimiter, newline):
            return None
        separators = separators[~_quoted(separators, quotes, data.size)]
    line_ends = np.flatnonzero(data[separators] == newline)
    ends = separators[line_ends]
    starts = np.empty_like(ends)
    if ends.size:
        starts[0], starts[1:] = 0, ends[:-1] + 1
    widths = np.diff(line_ends, prepend=-1)
    return RowTable(starts, ends, widths, int(ends[-1]) + 1 if ends.size else 0)


def _quoted(separators: np.ndarray, quotes: np.ndarray, size: int) -> np.ndarray:
    """Mark the separators that stand between a quote that opens and the one that closes."""
    opening, closing = quotes[0::2], quotes[1::2]
    if closing.size < opening.size:
        closing = np.append(closing, size)
    low, high = np.searchsorted(separators, opening), np.searchsorted(separators, closing)
    holding = high > low  # of these no two begin, and no two end, at one place
    edges = np.zeros(separators.size + 1, np.int8)
    edges[low[holding]] += 1
    edges[high[holding]] -= 1
    return np.cumsum(edges[:-1], dtype=np.int8) > 0


def _regular(data: np.ndarray, quotes: np.ndarray, delimiter: int, newline: int) -> bool:
    """Check that each quote opens a cell, closes one, or is doubled inside one."""
    opening, closing = quotes[0::2], quotes[1::2]
    before = data[np.maximum(opening - 1, 0)]
    opens = (opening == 0) | (before == delimiter) | (before == newline) | (before == _QUOTE)
    if not opens.all():
        return False
    last = data.size - 1
    after = data[np.minimum(closing + 1, last)]
    closes = (closing == last) | (after == delimiter) | (after == newline) | (after == _QUOTE)
    if newline == _NEWLINE:
        second = data[np.minimum(closing + 2, last)]
        closes |= (after == _RETURN) & ((second == newline) | (closing + 1 >= last))
    return bool(closes.all())


def careful_rows(block: bytes, dialect: Dialect, final: bool, give_up: bool = False) -> Iterator[Row]:
    """Read the rows of a block one at a time; a row whose quoting is broken is one fault of one line.

    Stops before a row that the block does not hold whole, unless `final`. `give_up` takes an unclosed quote at the
    block's start as broken although more may follow: the bound on how far one quote may reach.
    """
    newline = dialect.newline.encode()
    quoted = re.compile(rb'"([^"]*(?:""[^"]*)*)"')
    plain = re.compile(b"[^" + re.escape((dialect.delimiter + dialect.newline).encode()) + b"]*")
    start, size = 0, len(block)
    while start < size:
        row = _careful_row(block, start, dialect, quoted, plain, final)
        line_end = block.find(newline, start)
        if row is None and not (final or (give_up and start == 0 and line_end >= 0)):
            return
        if row is None or row.fault:
            end = size if line_end < 0 else line_end
            if line_end < 0 and not final:
                return
            fault = ("quote-not-closed", "A quote opens in this line and is never closed.")
            row = Row(start, end, [], row.fault if row else fault)
        yield row
        start = row.end + 1


def _careful_row(block: bytes, start: int, dialect: Dialect, quoted: re.Pattern[bytes], plain: re.Pattern[bytes],
                 final: bool) -> Row | None:
    """Read the row at `start`; None when the block ends inside it."""
    delimiter, newline = dialect.delimiter.encode(), dialect.newline.encode()
    cells: list[str | None] = []
    at, size = start, len(block)
    while True:
        if block[at:at + 1] == b'"':
            match = quoted.match(block, at)
            if not match:
                return None
            end = match.end()
            cells.append(match.group(1).replace(b'""', b'"').decode("utf-8", errors="replace"))
            if newline == b"\n" and block[end:end + 2] == b"\r\n":
                end += 1
            elif block[end:] == b"\r" and newline == b"\n":
                return Row(start, size, cells) if final else None
        else:
            end = plain.match(block, at).end()  # type: ignore[union-attr]  # it matches the empty cell too
            text = block[at:end]
            if newline == b"\n" and text.endswith(b"\r") and block[end:end + 1] != delimiter:
                text = text[:-1]
            cells.append(text.decode("utf-8", errors="replace") if text else None)
        after = block[end:end + 1]
        if after == delimiter:
            at = end + 1
        elif after == newline:
            return Row(start, end, cells)
        elif end >= size:
            return Row(start, size, cells) if final else None
        else:
            return Row(start, end, [], ("quote-misplaced", "Text follows a closing quote in this line."))
