"""What did a closed year say, what would it say today, and which records account for every hundredth between?

Plain values only, and nothing heavy: a snapshot is the bookings behind the figures of one closed span, each with the
row that it stood in. Every figure is a sum over it, so two snapshots of one span differ by lines that add up exactly.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

__all__ = ["COUNTED", "FLOWS", "NOT_ATTRIBUTED", "STANDING", "TOTAL", "WORK_ROWS", "Booking", "Line", "Reported",
           "Restated", "Snapshot", "behind", "closing_lines", "restate", "tally"]

FLOWS = {
    "discovered": 1, "boundary_increase": 1, "boundary_decrease": -1, "transferred_in": 1, "transferred_out": -1,
    "cancelled": -1, "reduced": -1, "cleared": -1, "reclassified": 1,
}  # fmt: skip
"""How each flow moves the stock, as the ledger does (a test keeps the two equal: this room is read without NumPy)."""

COUNTED = ("hazards", "size_unknown")
STANDING = ("own_closing", "closed_unproven", "closing_reported", *COUNTED)
"""Figures of the last day that each standing hazard says by itself."""

TOTAL = "total"
WORK_ROWS = ("organisation", "donor", "method")
"""Dimensions of releases: their stock stands in one row, that of what is not attributed."""

NOT_ATTRIBUTED = "(not attributed)"

Record = tuple[str, str]
"""Kind and record id."""


class Booking(NamedTuple):
    """One booking as the book had it: record ids, day number (0: undated), column, hundredths of a square metre."""

    hazard: str
    release: str | None
    day: int
    column: str
    cents: int


class Reported(NamedTuple):
    """What one release or activity states without drawing it, in hundredths of m2, and in which row that stands."""

    key: str
    kind: str
    record: str
    cents: int


class Snapshot(msgspec.Struct, kw_only=True):
    """The bookings behind the figures of one span that begins on day number `first_day`.

    `rows[dimension]` holds for each booking the row that it stands in; `standing[dimension]` the row of each hazard on
    the last day, and `own` what that hazard says by itself. What stands before the span is, in a dimension of work,
    not attributed.
    """

    first_day: int
    bookings: list[Booking]
    rows: dict[str, list[str]]
    standing: dict[str, dict[str, str]]
    own: dict[str, dict[str, int]]
    reported: dict[str, list[Reported]]

    def opening(self) -> list[Booking]:
        """List the bookings that the span opens with."""
        return [each for each in self.bookings if each.day < self.first_day]


class Line(NamedTuple):
    """The part of a difference that stands with these records: hundredths of m2, or records where those are counted."""

    records: tuple[Record, ...]
    amount: int


class Restated(msgspec.Struct, frozen=True, kw_only=True):
    """A figure that is not what it was: `lines` add up to `new - old`, to the last digit."""

    by: str
    key: str
    column: str
    old: int
    new: int
    lines: tuple[Line, ...]


_Figure = tuple[str, str, str]
_Shares = defaultdict[tuple[Record, ...], int]


def tally(snapshot: Snapshot, by: str) -> dict[str, dict[str, int]]:
    """Add a snapshot up: the rows of a dimension (`total`: one row), by column; a figure of 0 may be absent.

    >>> tally(Snapshot(first_day=1, bookings=[], rows={}, standing={}, own={}, reported={}), "total")
    {}
    """
    table: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (_, key, column), _, amount in _amounts(snapshot, by, zip(snapshot.bookings, _rows(snapshot, by), strict=True)):
        table[key][column] += amount
    return {key: dict(row) for key, row in table.items()}


def behind(snapshot: Snapshot, by: str, key: str, column: str) -> list[Line]:
    """List the records behind one figure of a snapshot, the largest share first; shares add up to the figure.

    >>> empty = Snapshot(first_day=1, bookings=[], rows={}, standing={}, own={}, reported={})
    >>> behind(empty, "total", "total", "closing")
    []
    """
    shares: _Shares = defaultdict(int)
    asked = zip(snapshot.bookings, _rows(snapshot, by), strict=True)
    for figure, records, amount in _amounts(snapshot, by, asked):
        if figure[1:] == (key, column):
            shares[records] += amount
    return _lines(shares)


def restate(old: Snapshot, new: Snapshot) -> list[Restated]:
    """Compare two snapshots of one span: every figure that differs, with lines that add up to the difference.

    Rows of both are compared in the dimensions that both have, and the total. What compensates itself within a figure
    shows in the rows by hazard.

    >>> empty = Snapshot(first_day=1, bookings=[], rows={}, standing={}, own={}, reported={})
    >>> restate(empty, empty)
    []
    >>> found = Snapshot(first_day=1, bookings=[Booking("h", None, 5, "discovered", 700)], rows={}, standing={}, own={},
    ...                  reported={})
    >>> [(each.column, each.old, each.new, each.lines[0].amount) for each in restate(empty, found)]
    [('closing', 0, 700, 700), ('discovered', 0, 700, 700)]
    """
    dimensions = [TOTAL, *(by for by in old.rows if by in new.rows)]
    shares: dict[_Figure, _Shares] = defaultdict(lambda: defaultdict(int))
    moved = _moved(old, new, dimensions)
    for sign, side, bookings in ((-1, old, moved[0]), (1, new, moved[1])):
        for at, by in enumerate(dimensions):
            asked = ((booking, keys[at]) for booking, keys in bookings)
            for figure, records, amount in _amounts(side, by, asked):
                shares[figure][records] += sign * amount
    then, now = {by: tally(old, by) for by in dimensions}, {by: tally(new, by) for by in dimensions}
    found = []
    for by, key, column in sorted(shares, key=lambda each: (dimensions.index(each[0]), *each[1:])):
        before, after = then[by].get(key, {}).get(column, 0), now[by].get(key, {}).get(column, 0)
        if before != after:
            lines = tuple(_lines(shares[by, key, column]))
            found.append(Restated(by=by, key=key, column=column, old=before, new=after, lines=lines))
    return found


def closing_lines(closed: Iterable[Booking], today: Iterable[Booking]) -> list[Line]:
    """Explain the difference between a stock as it was closed and as it is opened now, record by record.

    >>> closing_lines([Booking("h", None, 5, "discovered", 700)], [Booking("h", "r", 6, "cleared", 200)])
    [Line(records=(('hazard', 'h'),), amount=-700), Line(records=(('hazard', 'h'), ('release', 'r')), amount=-200)]
    >>> closing_lines([], [])
    []
    """
    shares: _Shares = defaultdict(int)
    for sign, side in ((-1, closed), (1, today)):
        for booking in side:
            shares[_records(booking)] += sign * FLOWS[booking.column] * booking.cents
    return _lines(shares)


_Keyed = tuple[Booking, tuple[str, ...]]


def _moved(old: Snapshot, new: Snapshot, dimensions: list[str]) -> tuple[list[_Keyed], list[_Keyed]]:
    """Drop the bookings that both sides have in the same rows: most of them."""

    def keyed(side: Snapshot) -> Counter[_Keyed]:
        """Count bookings together with the rows in which they stand."""
        rows = [_rows(side, by) for by in dimensions]
        return Counter(zip(side.bookings, zip(*rows, strict=True), strict=True))

    before, after = keyed(old), keyed(new)
    return list((before - after).elements()), list((after - before).elements())


def _rows(snapshot: Snapshot, by: str) -> list[str]:
    return [TOTAL] * len(snapshot.bookings) if by == TOTAL else snapshot.rows[by]


def _amounts(
    snapshot: Snapshot, by: str, bookings: Iterable[tuple[Booking, str]]
) -> Iterator[tuple[_Figure, tuple[Record, ...], int]]:
    """Say which figures of a dimension each booking, standing hazard and report is a part of, and by how much."""
    for booking, key in bookings:
        records, signed = _records(booking), FLOWS[booking.column] * booking.cents
        home = NOT_ATTRIBUTED if by in WORK_ROWS else key
        if booking.day < snapshot.first_day:
            yield (by, home, "opening"), records, signed
        else:
            yield (by, key, booking.column), records, booking.cents
        yield (by, home, "closing"), records, signed
    for hazard, figures in snapshot.own.items():
        home = TOTAL if by == TOTAL else snapshot.standing[by][hazard]
        for column, amount in figures.items():
            yield (by, home, column), (("hazard", hazard),), amount
    for stated in snapshot.reported.get(by, ()):
        yield (by, stated.key, "reported_only"), ((stated.kind, stated.record),), stated.cents


def _records(booking: Booking) -> tuple[Record, ...]:
    hazard = ("hazard", booking.hazard)
    return (hazard,) if booking.release is None else (hazard, ("release", booking.release))


def _lines(shares: _Shares) -> list[Line]:
    found = [Line(records, amount) for records, amount in shares.items() if amount]
    return sorted(found, key=lambda line: (-abs(line.amount), line.records))
