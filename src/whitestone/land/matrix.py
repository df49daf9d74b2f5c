"""Where did the ground of each class come from in a period, and where did it go?

The flow matrix: in each class (suspected, confirmed, any other), in each row of any dimension, and in the total

    closing = opening + newly_identified + boundary_increase - boundary_decrease + from other classes - to other classes
              + lineage_in - lineage_out + moved_in - moved_out - cancelled - reduced - cleared + reclassified

Areas are sums of the bookings of the ledger, whole hundredths of a square metre; what leaves one class arrives in
another. Beside them stands the number of open hazards with an identity of its own (see `counts`). Rows by organisation,
donor and method hold what releases took; the stock and all else stand on the row "(not attributed)", as in the ledger.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import msgspec
import numpy as np

from whitestone.errors import InvalidValue
from whitestone.land.book import CENTS, COLUMN_NAMES
from whitestone.land.counts import CLASSES, COUNT_FLOWS, Events, class_of, count_events
from whitestone.land.grouping import (
    NOT_ATTRIBUTED,
    RELEASE_DIMENSIONS,
    UNDATED_ROW,
    account_key,
    entry_keys,
    stock_keys,
    year_days,
    year_of,
)
from whitestone.land.inputs import UNDATED
from whitestone.land.ledger import Ledger
from whitestone.land.lineage import Lineage, is_by_lineage, trace

__all__ = ["ALL", "AREA_FLOWS", "CLASSES", "COUNT_FLOWS", "Matrix", "Moved", "flow_matrix"]

Array = np.ndarray[Any, Any]

AREA_FLOWS = {
    "newly_identified": 1, "boundary_increase": 1, "boundary_decrease": -1,
    "from_sha": 1, "from_cha": 1, "from_other": 1, "to_sha": -1, "to_cha": -1, "to_other": -1,
    "lineage_in": 1, "lineage_out": -1, "moved_in": 1, "moved_out": -1,
    "cancelled": -1, "reduced": -1, "cleared": -1, "reclassified": 1,
}  # fmt: skip
"""What moves the ground of a class, and how: closing = opening plus the signed flows."""

ALL = "all"
"""Beside the classes: their sum."""

_AREA = {name: number for number, name in enumerate(AREA_FLOWS)}
_TO, _FROM = _AREA["to_sha"], _AREA["from_sha"]
_OUT, _IN = COLUMN_NAMES.index("transferred_out"), COLUMN_NAMES.index("transferred_in")
_PLAIN = np.array([_AREA[{"discovered": "newly_identified"}.get(name, name)] if name[:11] != "transferred" else -1
                   for name in COLUMN_NAMES])  # fmt: skip


class Moved(NamedTuple):
    """Bookings or events of the matrix, an element each: its row, class and flow, day, hazard and release, how much.

    `home` is the row in which its stock stands; `amount` is in hundredths of a square metre, or 1 for a hazard.
    """

    row: Array
    home: Array
    of_class: Array
    flow: Array
    day: Array
    hazard: Array
    release: Array
    amount: Array
    signed: Array


class Matrix(msgspec.Struct):
    """The flow matrix of a ledger: rows and total, each with `areas` (m2) and `counts` (open hazards) by class."""

    ledger: Ledger
    rows: list[dict[str, Any]]
    total: dict[str, Any]
    lineage: Lineage
    ground: Moved
    hazards: Moved

    def as_dict(self) -> dict[str, Any]:
        """Return what `ledger --matrix --json` adds: rows, total, and what splits and merges gained and lost."""
        return {"classes": [*CLASSES, ALL], "rows": self.rows, "total": self.total, "lineage": self.lineage.as_dict()}

    def behind(self, of: str, key: str | None, of_class: str, flow: str) -> Moved:
        """Choose what makes up one cell: `of` areas or counts, in a row (None: the total), class and flow.

        Opening and closing are made of all that was booked before the first day, and up to the last. Refuses what is no
        part of the matrix with InvalidValue.
        """
        flows = AREA_FLOWS if of == "areas" else COUNT_FLOWS
        _one_of("of", of, ("areas", "counts"))
        _one_of("class", of_class, (*CLASSES, ALL))
        _one_of("flow", flow, ("opening", *flows, "closing"))
        keys = [row["key"] for row in self.rows]
        if key is not None:
            _one_of("key", key, keys)
        moved = self.ground if of == "areas" else self.hazards
        chosen = np.ones(moved.day.shape, dtype=bool)
        if of_class != ALL:
            chosen &= moved.of_class == CLASSES.index(of_class)
        first, last = self._days(key)
        if flow == "opening":
            chosen &= moved.day < first
        elif flow == "closing":
            chosen &= moved.day <= last
        else:
            chosen &= (moved.flow == list(flows).index(flow)) & (moved.day >= first) & (moved.day <= last)
        if key is not None and self.ledger.by != "year":
            chosen &= (moved.home if flow in ("opening", "closing") else moved.row) == keys.index(key)
        return Moved(*(part[chosen] for part in moved))

    def _days(self, key: str | None) -> tuple[int, int]:
        first, last = _period(self.ledger)
        if self.ledger.by == "year" and key is not None:
            return year_days(key, first, last, self.ledger.year_start)
        return first, last


def flow_matrix(ledger: Ledger) -> Matrix:
    """Lay out the flows between the classes for the period and the rows of a ledger.

    >>> from whitestone.land.ledger import compute
    >>> empty = flow_matrix(compute([], [], start=None, end=dt.date(2020, 1, 1), by="year"))
    >>> empty.rows, empty.total["areas"]["sha"]["closing"], empty.total["counts"]["all"]["closing"]
    ([], 0.0, 0)
    """
    events = count_events(ledger.book.line, ledger.end.toordinal())
    names = _event_names(ledger, events)
    keys = _keys(ledger, events, names)
    ground, hazards = _ground(ledger, keys), _hazards(events, names, keys)
    areas = _laid_out(ledger, keys, ground, AREA_FLOWS, CENTS)
    counts = _laid_out(ledger, keys, hazards, COUNT_FLOWS, 1)
    rows = [{"key": key, "areas": areas[at], "counts": counts[at]} for at, key in enumerate(keys)]
    total = {"areas": areas[-1], "counts": counts[-1]}
    return Matrix(ledger, rows, total, trace(ledger.book, *_period(ledger)), ground, hazards)


def _one_of(field: str, value: str, allowed: tuple[str, ...] | list[str]) -> None:
    if value not in allowed:
        raise InvalidValue(field=field, value=value, why=f"one of {', '.join(allowed[:20])}")


def _period(ledger: Ledger) -> tuple[int, int]:
    return UNDATED if ledger.start is None else ledger.start.toordinal(), ledger.end.toordinal()


def _event_names(ledger: Ledger, events: Events) -> list[str]:
    """Name the row of each event in the life of hazards."""
    if ledger.by == "year":
        return [year_of(day, ledger.year_start) for day in events.day.tolist()]
    if ledger.by in RELEASE_DIMENSIONS:
        return [NOT_ATTRIBUTED] * len(events.day)
    name_of = account_key(ledger.book, ledger.by)
    return [name_of(*each) for each in zip(events.hazard.tolist(), events.account.tolist(), strict=True)]


def _keys(ledger: Ledger, events: Events, names: list[str]) -> list[str]:
    """List the rows: those of the ledger, and those in which hazards were counted that never had any ground."""
    first, last = _period(ledger)
    found = [row["key"] for row in ledger.rows]
    counted = [name for name, day in zip(names, events.day.tolist(), strict=True) if first <= day <= last]
    found += set(counted) - set(found)
    years = [int(key[:4]) for key in found if key[:4].isdigit()] if ledger.by == "year" else []
    if years:
        between = (year_of(dt.date(year, *ledger.year_start).toordinal(), ledger.year_start)
                   for year in range(min(years), max(years) + 1))
        found = list(dict.fromkeys([*found, *between]))
    return sorted(found, key=lambda key: (key != UNDATED_ROW, key.startswith("("), key))


def _ground(ledger: Ledger, keys: list[str]) -> Moved:
    """Read the bookings of the book as flows of the matrix."""
    book, columns = ledger.book, ledger.book.columns
    classes = class_of(book.line)
    here = classes[columns.account]
    # An account of -1 (no other) reads the last slice's class; such bookings are no transfers and leave it unread.
    there = classes[columns.other_account] if len(classes) else here
    flow = _PLAIN[columns.column]
    by_lineage = is_by_lineage(book)
    for column, changed, lineage, moved in ((_OUT, _TO, "lineage_out", "moved_out"),
                                            (_IN, _FROM, "lineage_in", "moved_in")):
        chosen = columns.column == column
        flow[chosen] = np.where(here[chosen] != there[chosen], changed + there[chosen],
                                np.where(by_lineage[chosen], _AREA[lineage], _AREA[moved]))
    row = _numbered(keys, *entry_keys(book, ledger.by, ledger.year_start))
    home = row if ledger.by == "year" else _numbered(keys, *stock_keys(book, ledger.by))
    return Moved(row, home, here, flow, columns.day, columns.hazard, columns.release, columns.cents, columns.signed)


def _hazards(events: Events, names: list[str], keys: list[str]) -> Moved:
    """Read the events in the life of hazards as flows of the matrix."""
    row = _numbered(keys, np.arange(len(names)), names)
    nothing = np.full(len(names), -1)
    one = np.ones(len(names), dtype=np.int64)
    return Moved(row, row, events.of_class, events.flow, events.day, events.hazard, nothing, one, events.signed)


def _numbered(keys: list[str], code: Array, names: list[str]) -> Array:
    """Number rows in their order; -1 for a row that has nothing in the period."""
    place = {key: at for at, key in enumerate(keys)}
    numbers = np.array([place.get(name, -1) for name in names], dtype=np.int64)
    return numbers[code] if len(numbers) else np.zeros(0, dtype=np.int64)


def _laid_out(ledger: Ledger, keys: list[str], moved: Moved, flows: dict[str, int], per_unit: int
              ) -> list[dict[str, dict[str, Any]]]:
    """Sum by row, class and flow; the last element is the total, summed without looking at rows."""
    first, last = _period(ledger)
    count = len(keys)
    sums = np.zeros((count + 1, len(CLASSES), len(flows)), dtype=np.int64)
    within = (moved.day >= first) & (moved.day <= last)
    for place in (moved.row, np.full(moved.row.shape, count)):
        chosen = within & (place >= 0)
        np.add.at(sums, (place[chosen], moved.of_class[chosen], moved.flow[chosen]), moved.amount[chosen])
    opening, closing = (_stocks(count, moved, day) for day in (first - 1, last))
    if ledger.by == "year":
        for at, key in enumerate(keys):
            begins, ends = year_days(key, first, last, ledger.year_start)
            opening[at], closing[at] = (_by_class(moved, moved.day <= day) for day in (begins - 1, ends))
    return [_printed(sums[at], opening[at], closing[at], flows, per_unit) for at in range(count + 1)]


def _stocks(rows: int, moved: Moved, day: int) -> Array:
    """Sum what stood at the end of a day by row and class, and in the last row without looking at rows."""
    stock = np.zeros((rows + 1, len(CLASSES)), dtype=np.int64)
    chosen = (moved.day <= day) & (moved.home >= 0)
    np.add.at(stock, (moved.home[chosen], moved.of_class[chosen]), moved.signed[chosen])
    stock[-1] = _by_class(moved, moved.day <= day)
    return stock


def _by_class(moved: Moved, chosen: Array) -> Array:
    return np.array([moved.signed[chosen & (moved.of_class == each)].sum() for each in range(len(CLASSES))])


def _printed(sums: Array, opening: Array, closing: Array, flows: dict[str, int], per_unit: int
             ) -> dict[str, dict[str, Any]]:
    table = np.column_stack([opening, sums, closing])
    table = np.vstack([table, table.sum(axis=0)])
    values = table.tolist() if per_unit == 1 else (table / per_unit).tolist()
    return {
        name: dict(zip(("opening", *flows, "closing"), values[at], strict=True))
        for at, name in enumerate((*CLASSES, ALL))
    }
