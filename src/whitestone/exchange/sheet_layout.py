"""Which sheet and column of the workbook of minefield records holds which member of the published format?

One record is spread over several sheets; its number in the column `record` holds them together. Numbers by type stand
one type a line. What has no column stands in the sheet `Other` as JSON, so that a workbook holds everything that a
JSON file holds.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from whitestone.minefields.sheet_format import OBJECTS, Field

__all__ = ["LAYOUTS", "OTHER", "OTHER_HEADS", "Column", "Layout", "Value", "fits", "spread", "whole"]

Value = Any
OTHER = "Other"
OTHER_HEADS = ("list", "number in the list", "member", "part", "JSON")
_CELL_LIMIT = 32_000
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_x[0-9A-Fa-f]{4}_|^\s|\s$")


class Column(msgspec.Struct, frozen=True):
    """One column: its head, the path of the member inside of its object, and the field of the format."""

    head: str
    path: tuple[str, ...]
    field: Field


class Layout(msgspec.Struct, frozen=True):
    """One sheet: its name, the list that it holds, its columns, and the member that holds numbers by type, if any.

    `owned` sheets belong to a record and start with the column `record`; `member` is then the record's member.
    """

    name: str
    member: str
    columns: tuple[Column, ...]
    counts: str | None = None
    owned: bool = True

    @property
    def heads(self) -> tuple[str, ...]:
        """Return the heads of all columns in order.

        >>> LAYOUTS[3].heads
        ('record', 'station')
        """
        own = tuple(column.head for column in self.columns)
        return (*(("record",) if self.owned else ()), *own, *(("type", "count") if self.counts else ()))


def _columns(name: str, *nested: str) -> tuple[Column, ...]:
    own = [Column(field.name, (field.name,), field) for field in OBJECTS[name] if field.type != "counts"]
    inner = [Column(f"{each}_{field.name}", (each, field.name), field) for each in nested for field in OBJECTS[each]]
    return (*own, *inner)


def _counted(name: str) -> str:
    return next(field.name for field in OBJECTS[name] if field.type == "counts")


_STATION = Field("station", "station", "Stations around the field, one a line, in order.")
LAYOUTS: tuple[Layout, ...] = (
    Layout("Records", "records", _columns("record", "crs", "transfer"), owned=False),
    Layout("Reference points", "reference_points", _columns("reference_points", "crs", "resolved")),
    Layout("Legs", "legs", _columns("legs")),
    Layout("Perimeter", "perimeter", (Column("station", (), _STATION),)),
    Layout("Rows", "rows", _columns("rows"), _counted("rows")),
    Layout("Quantities", "quantities", (), ""),
    Layout("Lanes", "lanes", _columns("lanes")),
    Layout("Items", "items", _columns("items")),
    Layout("Events", "events", _columns("events"), _counted("events")),
    Layout("Verification", "verifications", _columns("verifications"), _counted("verifications")),
    Layout("Finds", "finds", _columns("finds"), owned=False),
    Layout("Searched", "searched", _columns("searched"), owned=False),
)
"""The sheets in their order. `Quantities` are the record's own numbers by type."""
LAYOUTS = tuple(msgspec.structs.replace(each, counts="quantities") if each.counts == "" else each for each in LAYOUTS)


def fits(value: Value) -> bool:
    """Say whether a cell gives a value back exactly: text without odd characters, a number that no sheet rounds.

    >>> fits("12-45"), fits(230), fits(1.5), fits(None), fits(""), fits([1]), fits("a\\x00b"), fits(2**60)
    (True, True, True, False, False, False, False, False)
    """
    if isinstance(value, bool):
        return True
    if isinstance(value, int):
        return abs(value) < 10**15
    if isinstance(value, float):
        return math.isfinite(value) and float(f"{value:.15g}") == value
    return isinstance(value, str) and 0 < len(value) < _CELL_LIMIT and not _UNSAFE.search(value)


def spread(held: Mapping[str, Any], layout: Layout) -> tuple[list[Value], list[tuple[tuple[str, ...], Any]]]:
    """Lay one object into the cells of its columns; return the cells and what has no place there, by its path.

    Outlines are written as GeoJSON text. Members that are null are left out: they say as much as absent ones.

    >>> spread({"from": "R1", "to": "T1", "note": "x"}, LAYOUTS[2])[0][:3], spread({"note": "x"}, LAYOUTS[2])[1]
    (['R1', 'T1', None], [(('note',), 'x')])
    """
    cells: list[Value] = []
    placed: set[tuple[str, ...]] = set()
    for column in layout.columns:
        value = _at(held, column.path)
        if column.field.type == "geometry" and isinstance(value, dict):
            value = json.dumps(value)
        elif column.field.type != "flag" and isinstance(value, bool):
            value = None
        if fits(value):
            placed.add(column.path)
            cells.append(value)
        else:
            cells.append(None)
    return cells, list(_rest(held, placed, layout))


def whole(held: Any) -> Any:
    """Return a value without null members and empty lists, which say as much as absent ones: what is compared.

    >>> whole({"a": None, "b": [], "c": {"d": None}, "e": [None, 1]})
    {'e': [None, 1]}
    """
    if isinstance(held, dict):
        kept = {key: whole(value) for key, value in held.items()}
        return {key: value for key, value in kept.items() if value is not None and value != [] and value != {}}
    return [whole(each) for each in held] if isinstance(held, list) else held


def _rest(
    held: Mapping[str, Any], placed: set[tuple[str, ...]], layout: Layout
) -> Iterator[tuple[tuple[str, ...], Any]]:
    nested = {column.path[0] for column in layout.columns if len(column.path) > 1}
    elsewhere = {each.member for each in LAYOUTS if each.owned} if layout.member == "records" else {layout.counts}
    for key, value in held.items():
        if value is None or (key,) in placed or key in elsewhere:
            continue
        if key in nested and isinstance(value, dict):
            yield from (
                ((key, inner), each) for inner, each in value.items() if each is not None and (key, inner) not in placed
            )
        else:
            yield (key,), value


def _at(held: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        held = held.get(name) if isinstance(held, dict) else None
    return held
