"""What is written down of every square metre, and what stands at the end of a day?

Areas are booked in hundredths of a square metre, as a bank books cents: the rows of any table then add up to its total
to the last digit. One book holds all days; a period is a choice among its bookings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from whitestone.land.inputs import STRENGTH, HazardSlice, ReleasePiece
from whitestone.land.pieces import Pieces, measure
from whitestone.land.remaining import Remaining
from whitestone.land.story import OWN_IN, RECLASSIFIED, TRANSFER
from whitestone.land.timeline import NEVER, Timeline

__all__ = ["CENTS", "COLUMN_NAMES", "Book", "Entry", "simulate", "to_cents"]

CENTS = 100
"""Bookings per square metre: every figure is a whole number of 0.01 m2."""

Array = np.ndarray[Any, Any]
_BY_STRENGTH = {strength: outcome for outcome, strength in STRENGTH.items()}


COLUMN_NAMES = (
    "discovered", "boundary_increase", "boundary_decrease", "transferred_out", "cancelled", "reduced", "cleared",
    "reclassified", "transferred_in",
)  # fmt: skip
"""The columns of bookings, in the order of the kernel's; what is transferred in stands last."""


class Entry(NamedTuple):
    """One booking: so many hundredths of a square metre, on a day, in an account, for one column of the ledger.

    `release` is -1 where no release moved it; a transfer stands as two entries, each with the `other` hazard and
    account (-1 elsewhere).
    """

    day: int
    hazard: int
    account: int
    release: int
    column: str
    cents: int
    other: int = -1
    other_account: int = -1


class Book:
    """The bookings of a programme up to and including `last_day`.

    `line` holds hazards and releases by index, `pieces` the dated bookings. `now[h]` is the slice of hazard h that
    holds on the last day (-1: none), `stock[h]` its balance and `own_stock[h]` what it has by itself, in hundredths.
    """

    def __init__(self, line: Timeline, pieces: Pieces, last_day: int = NEVER) -> None:
        self.line, self.pieces, self.last_day = line, pieces, last_day
        counted = pieces.lines[:, 1] <= last_day
        own = pieces.lines[:, 2] >= OWN_IN
        self.lines, self.cents = pieces.lines[counted & ~own], pieces.cents[counted & ~own]
        self.own_lines, self.own_cents = pieces.lines[counted & own], pieces.cents[counted & own]
        self.now = line.now(last_day)

    @cached_property
    def columns(self) -> EntryColumns:
        """Return the bookings as arrays, transfers as two lines each."""
        return EntryColumns.of(self.lines, self.cents)

    @cached_property
    def stock(self) -> Array:
        """Return what is left of each hazard, in hundredths of a square metre."""
        return self.stock_on(self.last_day)

    def stock_on(self, day: int) -> Array:
        """Return what was left of each hazard after a day, in hundredths of a square metre."""
        columns = self.columns
        counted = columns.day <= day
        return _sums(columns.hazard[counted], columns.signed[counted], len(self.line.ids))

    @cached_property
    def own_stock(self) -> Array:
        """Return what each hazard has left by itself, whoever else claims the same ground, in hundredths."""
        return self.own_on(self.last_day)

    def own_on(self, day: int) -> Array:
        """Return what each hazard had by itself after a day, in hundredths of a square metre."""
        counted = self.own_lines[:, 1] <= day
        signed = np.where(self.own_lines[:, 2] == OWN_IN, self.own_cents, -self.own_cents)
        return _sums(self.own_lines[counted, 3], signed[counted], len(self.line.ids))

    @cached_property
    def live(self) -> Array:
        """Return the indexes of hazards that stand on the last day, void ones left out."""
        return np.array([each for each, now in enumerate(self.now) if now >= 0 and not self.line.slices[now].void],
                        dtype=np.int64)

    @cached_property
    def remaining(self) -> Remaining:
        """Give the geometry of what is left, made where it is asked for."""
        return Remaining(self.line, self.last_day)

    @property
    def reclassified(self) -> list[tuple[int, str, str, int]]:
        """List (day, weaker outcome, stronger outcome, hundredths) of ground that a stronger outcome came over."""
        chosen = self.lines[:, 2] == RECLASSIFIED
        return [
            (int(line[1]), _BY_STRENGTH[int(line[7])], self.line.releases[int(line[5])].outcome, int(cents))
            for line, cents in zip(self.lines[chosen], self.cents[chosen], strict=True)
        ]

    def entries(self, chosen: Array | None = None) -> Iterator[Entry]:
        """List bookings, all or the chosen ones of `columns`.

        >>> list(simulate([], []).entries())
        []
        """
        found = self.columns if chosen is None else self.columns.only(chosen)
        for day, hazard, account, release, column, cents, other, account_there in zip(
            *(part.tolist() for part in (found.day, found.hazard, found.account, found.release, found.column,
                                         found.cents, found.other, found.other_account)), strict=True,
        ):  # fmt: skip
            yield Entry(day, hazard, account, release, COLUMN_NAMES[column], cents, other, account_there)

    def has_ground(self, hazard: int) -> bool:
        """Say whether a hazard has recorded ground now: without any, its size is unknown."""
        return self.now[hazard] >= 0 and bool(self.line.has_ground[self.now[hazard]])

    def shot_m2(self) -> float:
        """Return the stock of the last day as told in the other way, in m2 (see `shots`)."""
        return float(self.pieces.shot_m2[self.pieces.shots[:, 1] <= self.last_day].sum())


class EntryColumns(NamedTuple):
    """Bookings as arrays of equal length; `column` counts along COLUMN_NAMES, `signed` moves the stock."""

    day: Array
    hazard: Array
    account: Array
    release: Array
    column: Array
    cents: Array
    signed: Array
    other: Array
    other_account: Array

    @classmethod
    def of(cls, lines: Array, cents: Array) -> EntryColumns:
        """Read lines, each transfer as what goes out and what comes in."""
        moved = lines[:, 2] == TRANSFER
        came, amount = lines[moved], cents[moved]
        arrived = np.full(len(came), 8, dtype=lines.dtype)
        other = np.where(moved, lines[:, 6], -1)
        other_account = np.where(moved, lines[:, 7], -1)
        column = np.concatenate([lines[:, 2], arrived])
        every = np.concatenate([cents, amount])
        return cls(
            day=np.concatenate([lines[:, 1], came[:, 1]]),
            hazard=np.concatenate([lines[:, 3], came[:, 6]]),
            account=np.concatenate([lines[:, 4], came[:, 7]]),
            release=np.concatenate([lines[:, 5], came[:, 5]]),
            column=column,
            cents=every,
            signed=every * np.array([1, 1, -1, -1, -1, -1, -1, 1, 1])[column],
            other=np.concatenate([other, came[:, 3]]),
            other_account=np.concatenate([other_account, came[:, 4]]),
        )

    def only(self, chosen: Array) -> EntryColumns:
        """Return the chosen bookings (a mask or indexes)."""
        return EntryColumns(*(part[chosen] for part in self))


def simulate(
    hazards: Sequence[HazardSlice], releases: Sequence[ReleasePiece], last_day: int = NEVER, *,
    threads: int | None = None,
) -> Book:
    """Count a programme's ground up to and including a day; shapes in m, in an equal-area plane.

    Nothing is refused: a shape without area is booked with none. Source of the rules: docs/guides/ledger.md.

    >>> simulate([], []).stock.tolist()
    []
    """
    line = Timeline(hazards, releases)
    return Book(line, measure(line.ground(), threads=threads), last_day)


def to_cents(area_m2: float) -> int:
    """Round an area to whole hundredths of a square metre.

    >>> to_cents(0.0), to_cents(12.345678)
    (0, 1235)
    """
    return round(float(area_m2) * CENTS)


def _sums(keys: Array, values: Array, count: int) -> Array:
    # Whole numbers, not the floats of bincount: sums must hold to the last digit.
    sums = np.zeros(count, dtype=np.int64)
    np.add.at(sums, keys, values)
    return sums
