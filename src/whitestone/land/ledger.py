"""How much land is left, what took the rest, and does it add up?

The ledger of square metres (docs/guides/ledger.md):

    closing = opening + discovered + boundary_increase - boundary_decrease + transferred_in - transferred_out
              - cancelled - reduced - cleared + reclassified

Every figure is a whole number of 0.01 m2, booked once per square metre; rows add up to the total to the last digit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from whitestone.errors import InvalidValue
from whitestone.land.book import CENTS, COLUMN_NAMES, Book, Entry, simulate
from whitestone.land.grouping import (
    COLUMNS,
    COUNTS,
    DIMENSIONS,
    UNDATED_ROW,
    Keys,
    entry_keys,
    rows,
    stock_keys,
    year_days,
)
from whitestone.land.inputs import UNDATED, HazardSlice, ReleasePiece
from whitestone.land.places import assign
from whitestone.land.proof import Proof, prove, undated

if TYPE_CHECKING:
    from whitestone.land.pieces import Ground, Pieces

__all__ = ["DIMENSIONS", "HazardSlice", "Ledger", "ReleasePiece", "compute", "open_book", "tabulate"]

STOCK_COLUMNS = ("opening", "closing", "own_closing")


class Ledger(msgspec.Struct):
    """A ledger for one period and one dimension: `rows` and `total` in m2, `proof` lines, and what is `undated`."""

    start: dt.date | None
    end: dt.date
    by: str
    rows: list[dict[str, Any]]
    total: dict[str, Any]
    proof: Proof
    undated: dict[str, Any]
    reclassified: dict[str, float]
    book: Book
    year_start: tuple[int, int] = (1, 1)

    def as_dict(self) -> dict[str, Any]:
        """Return what `ledger --json` prints: areas in m2, counts of records.

        >>> sorted(compute([], [], start=None, end=dt.date(2020, 1, 1), by="class").as_dict())[:4]
        ['by', 'from', 'proof', 'reclassified']
        """
        return {
            "from": None if self.start is None else self.start.isoformat(),
            "to": self.end.isoformat(),
            "by": self.by,
            "rows": self.rows,
            "total": self.total,
            "proof": msgspec.structs.asdict(self.proof),
            "reclassified": self.reclassified,
            "undated": self.undated,
        }

    def explain(self, key: str | None = None, column: str | None = None) -> list[dict[str, Any]]:
        """List the bookings behind a row (None: all rows) and a column (None: all; "opening", "closing": stock).

        Each has `hazard` and `release` (record ids as text, release None where no release moved it), `on` (None:
        undated), `column` and `m2`; stock columns list the bookings that built it up.

        >>> compute([], [], start=None, end=dt.date(2020, 1, 1), by="class").explain("sha")
        []
        """
        found = self.book.columns
        chosen = self._builds(key, column) if column in STOCK_COLUMNS else found.day >= self._first_day
        if column is not None and column not in STOCK_COLUMNS:
            chosen &= found.column == (COLUMN_NAMES.index(column) if column in COLUMN_NAMES else -1)
        if key is not None and column not in STOCK_COLUMNS:
            chosen &= self._stands_in(key, entry_keys(self.book, self.by, self.year_start))
        sums: dict[Entry, int] = {}
        for entry in self.book.entries(chosen):  # one booking may lie in several units of ground
            face = entry._replace(cents=0)
            sums[face] = sums.get(face, 0) + entry.cents
        return [self._booking(face._replace(cents=cents)) for face, cents in sorted(sums.items())]

    def explain_rows(self, column: str | None = None) -> dict[str, list[dict[str, Any]]]:
        """List the bookings behind every row at once, by its key: for each what `explain` gives of that row alone.

        Refuses rows by year with InvalidValue: in these a booking of the stock stands in every later row too.

        >>> compute([], [], start=None, end=dt.date(2020, 1, 1), by="class").explain_rows("closing")
        {}
        """
        if self.by == "year":
            raise InvalidValue(field="by", value=self.by, why="a dimension in which each booking has one row")
        is_stock = column in STOCK_COLUMNS
        chosen = self._builds(None, column) if is_stock and column else self.book.columns.day >= self._first_day
        code, names = stock_keys(self.book, self.by) if is_stock else entry_keys(self.book, self.by, self.year_start)
        if column is not None and not is_stock:
            chosen &= self.book.columns.column == (COLUMN_NAMES.index(column) if column in COLUMN_NAMES else -1)
        sums: dict[tuple[int, Entry], int] = {}
        for row, entry in zip(code[chosen].tolist(), self.book.entries(chosen), strict=True):
            face = (row, entry._replace(cents=0))
            sums[face] = sums.get(face, 0) + entry.cents
        found: dict[str, list[dict[str, Any]]] = {}
        for (row, face_of_row), cents in sorted(sums.items()):
            found.setdefault(names[row], []).append(self._booking(face_of_row._replace(cents=cents)))
        return found

    @property
    def _first_day(self) -> int:
        return UNDATED if self.start is None else self.start.toordinal()

    def _builds(self, key: str | None, column: str) -> np.ndarray[Any, Any]:
        """Choose the bookings that are part of the stock of a row (None: of all) at its beginning or end."""
        days = self.book.columns.day
        if self.by == "year" and key is not None:
            begins, ends = year_days(key, self._first_day, self.end.toordinal(), self.year_start)
            return days < begins if column == "opening" else days <= ends
        chosen = days < self._first_day if column == "opening" else np.ones(days.shape, dtype=bool)
        return chosen if key is None else chosen & self._stands_in(key, stock_keys(self.book, self.by))

    @staticmethod
    def _stands_in(key: str, keys: Keys) -> np.ndarray[Any, Any]:
        code, names = keys
        chosen: np.ndarray[Any, Any] = code == (names.index(key) if key in names else -1)
        return chosen

    def _booking(self, entry: Entry) -> dict[str, Any]:
        line = self.book.line
        return {
            "hazard": str(line.ids[entry.hazard]),
            "release": str(line.releases[entry.release].record_id) if entry.release >= 0 else None,
            "on": None if entry.day == UNDATED else dt.date.fromordinal(entry.day).isoformat(),
            "column": entry.column,
            "m2": entry.cents / CENTS,
        }


def open_book(
    hazards: Sequence[HazardSlice],
    releases: Sequence[ReleasePiece],
    *,
    end: dt.date,
    places: Mapping[str, Any] | None = None,
    count: Callable[[Ground], Pieces] | None = None,
) -> tuple[Book, int]:
    """Run time up to and including `end`; return the book, and how many hazards were booked to a place by location.

    One book serves every dimension and every period that ends on `end`: `tabulate` reads it. `count` says who counts
    the ground (see `simulate`).

    >>> open_book([], [], end=dt.date(2020, 1, 1))[1]
    0
    """
    located = 0
    if places:
        hazards, located = assign(hazards, places)
    return simulate(hazards, releases, end.toordinal(), count=count), located


def tabulate(
    book: Book, *, start: dt.date | None, end: dt.date, by: str, proof: Proof, year_start: tuple[int, int] = (1, 1)
) -> Ledger:
    """Lay out a book by a dimension for the period from `start` (None: since ever) to `end`, both days included.

    Refuses an unknown dimension, and a period that ends before it begins, with InvalidValue.

    >>> book, _ = open_book([], [], end=dt.date(2020, 1, 1))
    >>> tabulate(book, start=None, end=dt.date(2020, 1, 1), by="year", proof=prove(book, 0, places={})).rows
    []
    """
    if by not in DIMENSIONS:
        raise InvalidValue(field="by", value=by, why=f"one of {', '.join(DIMENSIONS)}")
    if start is not None and start > end:
        raise InvalidValue(field="from", value=start.isoformat(), why=f"not after {end.isoformat()}")
    first = UNDATED if start is None else start.toordinal()
    table, total = rows(book, first, end.toordinal(), by, year_start)
    ordered = sorted(table, key=lambda key: (key != UNDATED_ROW, key.startswith("("), key))
    pairs = {f"{weaker}_to_{stronger}_m2": cents / CENTS
             for (weaker, stronger), cents in book.reclassified_cents(first).items()}
    return Ledger(
        start=start,
        end=end,
        by=by,
        rows=[{"key": key, **_printed(table[key])} for key in ordered],
        total=_printed(total),
        proof=proof,
        undated=undated(book),
        reclassified={name: round(area, 2) for name, area in sorted(pairs.items())},
        book=book,
        year_start=year_start,
    )


def compute(
    hazards: Sequence[HazardSlice],
    releases: Sequence[ReleasePiece],
    *,
    start: dt.date | None,
    end: dt.date,
    by: str,
    places: Mapping[str, Any] | None = None,
    year_start: tuple[int, int] = (1, 1),
    in_conflict_m2: float = 0.0,
    not_approved_m2: float = 0.0,
) -> Ledger:
    """Compute the ledger of a period, days included, with its proof lines.

    Shapes are in metres in an equal-area plane, valid as repaired at entry; `places` maps a place key to its shape.

    >>> compute([], [], start=None, end=dt.date(2020, 1, 1), by="class").total["closing_m2"]
    0.0
    """
    book, located = open_book(hazards, releases, end=end, places=places)
    first = UNDATED if start is None else start.toordinal()
    proof = prove(
        book, first, places=places or {}, in_conflict_m2=in_conflict_m2, not_approved_m2=not_approved_m2
    )
    ledger = tabulate(book, start=start, end=end, by=by, proof=proof, year_start=year_start)
    ledger.undated["places_by_location"] = located
    return ledger


def _printed(row: dict[str, int]) -> dict[str, Any]:
    return {
        name if name in COUNTS else f"{name}_m2": row[name] if name in COUNTS else row[name] / CENTS
        for name in COLUMNS
    }
