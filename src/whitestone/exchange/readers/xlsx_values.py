"""What does one cell of a workbook say, as text: numbers as typed, serial days as dates?"""

from __future__ import annotations

import datetime as dt
import re

import msgspec

__all__ = ["BUILT_IN_DATES", "Book", "SheetRow", "date_text", "is_date_format", "number_text", "unescaped"]

BUILT_IN_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
"""Number formats that show a date or time without saying so (ECMA-376 part 1, 18.8.30)."""


class Book(msgspec.Struct):
    """A workbook: sheet name -> part, shared strings, which cell styles are dates, and from when days count."""

    sheets: dict[str, str]
    strings: list[str]
    date_styles: list[bool]
    from_1904: bool


class SheetRow(msgspec.Struct):
    """One row as written: its number in the sheet, its cells by column index, columns with formulas, errors, dates."""

    number: int
    cells: dict[int, str]
    formulas: list[int]
    uncached: list[int]
    errors: int
    dates: int


def unescaped(text: str) -> str:
    """Undo `_x000D_`, by which a workbook writes characters that XML forbids.

    >>> unescaped("a_x0041_"), unescaped("")
    ('aA', '')
    """
    if "_x" not in text:
        return text
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found.group(1), 16)), text).encode(
        "utf-16", "surrogatepass").decode("utf-16", "replace")


def is_date_format(code: str) -> bool:
    """Say whether a number format shows a date or a time.

    >>> is_date_format("dd/mm/yyyy"), is_date_format('0.00 "metres"'), is_date_format("[Red]0"), is_date_format("")
    (True, False, False, False)
    """
    bare = re.sub(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', "", code.lower().split(";")[0])
    return "general" not in bare and bool(re.search(r"[dmyhs]", bare))


def date_text(number: str, from_1904: bool) -> str | None:
    """Turn a serial day number into ISO text; None for what no calendar has (day 60 of 1900 among them).

    >>> date_text("41762", False), date_text("40300", True), date_text("41762.5", False)
    ('2014-05-03', '2014-05-03', '2014-05-03T12:00:00')
    >>> date_text("60", False) is None, date_text("", False) is None
    (True, True)
    """
    try:
        serial = float(number)
    except ValueError:
        return None
    if not 0 <= serial < 2_958_466 or (not from_1904 and 60 <= serial < 61):
        return None
    base = dt.datetime(1904, 1, 1) if from_1904 else dt.datetime(1899, 12, 30 if serial >= 61 else 31)
    seconds = round((serial % 1) * 86_400)
    if serial < 1:
        return (dt.datetime(1904, 1, 1) + dt.timedelta(seconds=min(seconds, 86_399))).time().isoformat()
    moment = base + dt.timedelta(days=int(serial), seconds=seconds)
    return moment.date().isoformat() if not seconds else moment.isoformat()


def number_text(written: str) -> str:
    """Give a number as a person typed it: the shortest text of the same double, without exponent for whole numbers.

    >>> number_text("1521.8199999999999"), number_text("6143703"), number_text("1.2E3"), number_text("")
    ('1521.82', '6143703', '1200', '')
    """
    digits = sum(char.isdigit() for char in written)
    if digits <= 15 and "e" not in written.lower():
        return written
    try:
        value = float(written)
    except ValueError:
        return written
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return written if digits > 15 and value.is_integer() and "e" not in written.lower() else repr(value)
