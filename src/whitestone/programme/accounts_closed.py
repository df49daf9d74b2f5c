"""Does this year open as the last one was closed, and if not, which records make the difference?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from whitestone.errors import ClosingBroken
from whitestone.land.restating import Booking, Line, closing_lines
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.periods_stored import (
    DAY,
    Closing,
    Period,
    describe,
    load_bookings,
    load_figures,
    periods,
    printed_row,
)

if TYPE_CHECKING:
    from whitestone.land.ledger import Ledger

__all__ = ["LAST_CLOSING", "add_last_closing", "bookings_by_row", "bookings_of", "cents_of", "closed_before"]

LAST_CLOSING = "difference_to_last_closing_m2"
"""The proof line: what the period opens with, less what the year before it was closed with."""


def cents_of(area_m2: float) -> int:
    """Give an area of the ledger in whole hundredths of a square metre, as it is booked.

    >>> cents_of(0.0), cents_of(1234567.89)
    (0, 123456789)
    """
    return round(area_m2 * 100)


def bookings_of(ledger: Ledger, column: str | None, key: str | None = None) -> list[Booking]:
    """List the bookings behind a row (None: all) and a column of a ledger, as plain values."""
    return [_booking(each) for each in ledger.explain(key, column)]


def bookings_by_row(ledger: Ledger, column: str | None) -> dict[str, list[Booking]]:
    """List the bookings behind every row and a column of a ledger, as plain values, in one pass."""
    return {key: [_booking(each) for each in found] for key, found in ledger.explain_rows(column).items()}


def _booking(said: dict[str, Any]) -> Booking:
    day = dt.date.fromisoformat(said["on"]).toordinal() if said["on"] else 0
    return Booking(said["hazard"], said["release"], day, said["column"], cents_of(said["m2"]))


def closed_before(programme: Programme, clocks: Clocks, start: dt.date) -> Period | None:
    """Find the closed year that ends on the day before `start`, as known then; None: no such year is closed."""
    found = periods(programme, clocks.known)
    return next((each for each in found if each.is_closed and each.ends_on == start - DAY), None)


def add_last_closing(
    programme: Programme,
    clocks: Clocks,
    start: dt.date | None,
    opening: Callable[[], list[Booking]],
    answered: dict[str, Any],
) -> None:
    """Add the proof line to an answer: 0.00 where the period opens as the year before closed, None where none closed.

    `opening` gives the bookings that the period from `start` opens with. `last_closing` then says which closing it is
    compared with, and gives the lines that add up to the difference, each with its records and the revisions that
    moved them. Where what was signed has been changed since, a note says so.
    """
    answered["proof"] = {**answered["proof"], LAST_CLOSING: None}
    period = closed_before(programme, clocks, start) if start is not None else None
    if period is None:
        return
    closing = period.closing
    try:
        frozen, closed = load_figures(programme, closing), load_bookings(programme, closing)
    except ClosingBroken as broken:
        # Today's figures are as good as ever: the ledger is given, and says that it cannot be compared.
        answered["notes"] = [*answered["notes"], f"{broken} This opening could not be compared with it."]
        return
    lines = closing_lines(closed, opening())
    closed_m2 = printed_row(frozen.columns, frozen.total)["closing_m2"]
    difference = sum(line.amount for line in lines)
    answered["proof"][LAST_CLOSING] = difference / 100
    answered["last_closing"] = {
        **describe(closing),
        "closing_m2": closed_m2,
        "opening_m2": (cents_of(closed_m2) + difference) / 100,
        "difference_m2": difference / 100,
        **_explained(programme, clocks, closing, lines),
    }


def _explained(programme: Programme, clocks: Clocks, closing: Closing, lines: list[Line]) -> dict[str, Any]:
    if not lines:
        return {"explained": [], "revisions": {}, "labels": {}}
    from whitestone.programme.restatement_causes import Causes

    causes = Causes(programme, closing, on=clocks.on, known=clocks.known)
    return {
        "explained": [causes.told(line, "closing_m2") for line in lines],
        "revisions": causes.revisions(),
        "labels": {record: causes.label(record) for line in lines for _, record in line.records},
    }
