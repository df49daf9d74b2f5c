"""Which figures and which bookings does the closing of a year freeze?

Built from the ledger's own answers alone, and added up again before anything is signed: each frozen figure is the sum
of the frozen bookings behind it, or the year is not closed.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from typing import Any

import msgspec

from whitestone.errors import PeriodRefused
from whitestone.land.grouping import account_key, reported_only
from whitestone.land.ledger import DIMENSIONS, Ledger
from whitestone.land.restating import (
    NOT_ATTRIBUTED,
    STANDING,
    TOTAL,
    WORK_ROWS,
    Booking,
    Reported,
    Snapshot,
    tally,
)
from whitestone.programme.accounts import Accounts, accounts, answer
from whitestone.programme.accounts_beside import beside
from whitestone.programme.accounts_closed import bookings_by_row, bookings_of, cents_of
from whitestone.programme.drilling import behind as records_behind
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.periods_stored import Table

__all__ = ["Counted", "count_year"]

YEAR = "year"
"""A closed span is one reporting year: its only row by year is the total, and the snapshot needs no rows for it."""


class Counted(msgspec.Struct, kw_only=True):
    """A year as it is counted now: the answer of the ledger, the tables of every dimension, the bookings behind."""

    said: dict[str, Any]
    columns: list[str]
    tables: dict[str, Table]
    total: list[int]
    plane: dict[str, float]
    beside: dict[str, Any]
    snapshot: Snapshot


def count_year(programme: Programme, clocks: Clocks, start: dt.date, year: str) -> Counted:
    """Count the year from `start` to `clocks.on`, in every dimension, with the bookings behind every figure.

    Refuses with PeriodRefused when a figure is not the sum of its bookings: it could not be opened later.
    """
    opened = accounts(programme, clocks)
    ledgers = {by: opened.table(by=by, start=start) for by in DIMENSIONS}
    first = ledgers[DIMENSIONS[0]]
    columns = [name.removesuffix("_m2") for name in first.total]
    said = answer(programme, clocks, opened, ledgers[YEAR])
    snapshot = _snapshot(opened, ledgers, start)
    tables = {by: _table(opened, found) for by, found in ledgers.items()}
    counted = Counted(
        said=said,
        columns=columns,
        tables=tables,
        total=_values(first.total),
        plane={"lon": opened.inputs.plane.lon, "lat": opened.inputs.plane.lat},
        beside=beside(programme, clocks, opened, start),
        snapshot=snapshot,
    )
    _prove(counted, year)
    return counted


def _table(opened: Accounts, found: Ledger) -> Table:
    labels = opened.inputs.labels if found.by in ("hazard", "place") else {}
    rows = [(row["key"], labels.get(row["key"], row["key"]), _values(row)) for row in found.rows]
    if labels:
        rows.sort(key=lambda row: (row[0].startswith("("), row[1].casefold(), row[0]))
    return Table(rows=rows)


def _values(row: dict[str, Any]) -> list[int]:
    return [cents_of(value) if name.endswith("_m2") else int(value) for name, value in row.items() if name != "key"]


def _snapshot(opened: Accounts, ledgers: dict[str, Ledger], start: dt.date) -> Snapshot:
    by_hazard = ledgers["hazard"]
    bookings = bookings_of(by_hazard, "closing")
    dimensions = [by for by in ledgers if by != YEAR]
    own = {row["key"]: _own(row) for row in by_hazard.rows if row["hazards"]}
    return Snapshot(
        first_day=start.toordinal(),
        bookings=bookings,
        rows={by: _rows(ledgers[by], bookings, start.toordinal()) for by in dimensions},
        standing={by: _standing(opened, ledgers[by], list(own)) for by in dimensions},
        own=own,
        reported={**{by: _reported(opened, ledgers[by]) for by in dimensions},
                  TOTAL: _stated(opened, by_hazard, None)},
    )  # fmt: skip


def _own(row: dict[str, Any]) -> dict[str, int]:
    figures = {
        column: int(row[column]) if column in row else cents_of(row[f"{column}_m2"]) for column in STANDING
    }
    return {column: amount for column, amount in figures.items() if amount}


def _rows(ledger: Ledger, bookings: list[Booking], first_day: int) -> list[str]:
    """Say in which row of a dimension each booking stands; equal bookings are as good as each other."""
    if ledger.by == "hazard":
        return [each.hazard for each in bookings]
    places: dict[Booking, list[int]] = defaultdict(list)
    for at in range(len(bookings) - 1, -1, -1):
        places[bookings[at]].append(at)
    is_work = ledger.by in WORK_ROWS
    found: list[str] = [NOT_ATTRIBUTED if is_work and each.day < first_day else "" for each in bookings]
    # A row of hazards is opened by what built up its stock, a row of work by the flows of the year.
    behind = bookings_by_row(ledger, None if is_work else "closing")
    for row in ledger.rows:
        for booking in behind.get(row["key"], ()):
            if places[booking]:  # a booking that is in no list shows when all is added up
                found[places[booking].pop()] = row["key"]
    return found


def _standing(opened: Accounts, ledger: Ledger, hazards: list[str]) -> dict[str, str]:
    if ledger.by == "hazard":
        return {own: own for own in hazards}
    if ledger.by in WORK_ROWS:
        return dict.fromkeys(hazards, NOT_ATTRIBUTED)
    name, line, now = account_key(opened.book, ledger.by), opened.book.line, opened.book.now
    return {str(line.ids[each]): name(each, line.account[now[each]]) for each in opened.book.live.tolist()}


def _reported(opened: Accounts, ledger: Ledger) -> list[Reported]:
    first = ledger.start.toordinal() if ledger.start is not None else 0
    sums: dict[tuple[str, uuid.UUID], int] = defaultdict(int)
    for release, row, cents in reported_only(opened.book, first, ledger.by, ledger.year_start):
        sums[row, opened.book.line.releases[release].record_id] += cents
    kinds = {own: "activity" if own in opened.inputs.reporting else "release" for _, own in sums}
    return [Reported(row, kinds[own], str(own), cents) for (row, own), cents in sums.items()]


def _stated(opened: Accounts, ledger: Ledger, key: str | None) -> list[Reported]:
    return [
        Reported(key or TOTAL, each.kind, str(each.record_id), cents_of(each.m2 or 0.0))
        for each in records_behind(ledger, key, "reported_only", opened.inputs)
    ]


def _prove(counted: Counted, year: str) -> None:
    """Add everything up again from the snapshot: rows, total, column by column."""
    for by in (TOTAL, *counted.snapshot.rows):
        sums = tally(counted.snapshot, by)
        rows = [(TOTAL, TOTAL, counted.total)] if by == TOTAL else counted.tables[by].rows
        said = {key: dict(zip(counted.columns, values, strict=True)) for key, _, values in rows}
        for key in {*sums, *said}:
            for column in counted.columns:
                if sums.get(key, {}).get(column, 0) != said.get(key, {}).get(column, 0):
                    raise PeriodRefused(
                        year=year, act="closed",
                        why=f"by {by}, {column} of {key} is not the sum of the bookings behind it",
                        remedy="Nothing was closed. Run 'whitestone rebuild' and try again; if it stays, report it.",
                    )  # fmt: skip
