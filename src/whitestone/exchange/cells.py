"""How is a value written into one cell of any format, so that it can be read back as it was?

Absent is an empty cell; "stated as unknown" is an empty cell whose attribute is named in the column `stated_unknown`.
Text stands as it is, or as a JSON string where a format would lose something of it (empty text, control characters,
spaces at its ends); lists are parted by semicolons where that is safe. No text can start a formula in a spreadsheet.
"""

from __future__ import annotations

import json
import re
from typing import Any

from whitestone.domain.kinds import Attribute

__all__ = ["BACK_COLUMNS", "CLASHES", "EXPORT_COLUMN", "GUARDED", "OVERFLOW_CELL", "OVERFLOW_COLUMNS",
           "OVERFLOW_SHEET", "WKT_COLUMN", "cell_of", "guard", "unguard", "value_of"]

EXPORT_COLUMN = "whitestone_export"
"""The column by which a reader knows one of our own exports; it holds the export's id."""
WKT_COLUMN = "geometry_wkt"
CLASHES = {"name": "record_name"}
"""Attributes whose column has another name in KML and GPX, where every feature has a name of its own."""
BACK_COLUMNS = ("stated_unknown", "extra", "information_date", "workflow", "revision_ids", EXPORT_COLUMN)
OVERFLOW_SHEET = "long texts"
"""The sheet of a workbook that holds what is longer than a cell may be (32,767 characters), part by part."""
OVERFLOW_COLUMNS = ("record_id", "column", "part", "text")
OVERFLOW_CELL = "[see the sheet 'long texts']"
"""What stands in the cell of a text that is in that sheet."""
GUARDED = "=+-@\t\r\n'|%"
"""A text that starts with one of these gets an apostrophe before it."""
_NUMERIC = frozenset(("count", "number", "area", "share"))
_LISTS = frozenset(("texts", "links", "codes"))
_UNSAFE = re.compile(r'^["\s\[{]|\s$|[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]')


def cell_of(value: Any, attribute: Attribute | None = None) -> str | int | float | bool | None:
    """Write a value as a cell: numbers and flags as they are, everything else as text; None is an empty cell.

    >>> cell_of("a"), cell_of(""), cell_of(["x", "y"]), cell_of([]), cell_of(2.5), cell_of(None)
    ('a', '""', 'x; y', '[]', 2.5, None)
    """
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return json.dumps(value) if not value or _UNSAFE.search(value) else value
    if isinstance(value, (list, tuple)) and value and all(_is_plain_part(part) for part in value):
        return "; ".join(value)
    return json.dumps(value, ensure_ascii=True, sort_keys=True, default=str)


def _is_plain_part(part: Any) -> bool:
    return isinstance(part, str) and bool(part) and ";" not in part and not _UNSAFE.search(part)


def value_of(text: str, attribute: Attribute) -> Any:
    """Read a cell back as a value of its attribute; the inverse of `cell_of`.

    >>> value_of("x; y", Attribute("a", "codes")), value_of('""', Attribute("a", "text"))
    (['x', 'y'], '')
    >>> value_of("2.5", Attribute("a", "area")), value_of("true", Attribute("a", "flag"))
    (2.5, True)
    >>> value_of("", Attribute("a", "text"))
    ''
    """
    if attribute.type in _NUMERIC or attribute.type == "flag":
        value = json.loads(text)
        whole = attribute.type == "count" and isinstance(value, float) and value.is_integer()
        return int(value) if whole else value
    if attribute.type in _LISTS:
        return json.loads(text) if text.startswith("[") else [part.strip() for part in text.split(";")]
    if text.startswith(('"', "[", "{")):
        return json.loads(text)
    return _plain(text) if attribute.type == "value" else text


def _plain(text: str) -> Any:
    """Read a value of no stated type: a number or a flag where it is exactly one."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def guard(text: str) -> str:
    """Keep a text from being taken for a formula.

    >>> guard("=1+1"), guard("'=1"), guard("plain"), guard("")
    ("'=1+1", "''=1", 'plain', '')
    """
    return f"'{text}" if text[:1] and text[0] in GUARDED else text


def unguard(text: str) -> str:
    """Undo `guard`.

    >>> unguard("'=1+1"), unguard("plain"), unguard("")
    ('=1+1', 'plain', '')
    """
    return text[1:] if text[:1] == "'" and text[1:2] and text[1] in GUARDED else text
