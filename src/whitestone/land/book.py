"""What is written down of every square metre, and what stands at the end of a day?

Areas are booked in hundredths of a square metre, as a bank books cents: the rows of any table then add up to its total
to the last digit. One book holds all days; a period is a choice among its bookings.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from whitestone.land.bookings import COLUMN_NAMES, Bookings, EntryColumns, Shelf
from whitestone.land.dated import Pieces
from whitestone.land.growing import Room
from whitestone.land.inputs import STRENGTH, HazardSlice, ReleasePiece
from whitestone.land.marks import NEVER, RECLASSIFIED
from whitestone.land.remaining import Remaining
from whitestone.land.roster import Roster
from whitestone.land.toil import MOST_STEPS

if TYPE_CHECKING:
    from whitestone.land.pieces import Ground

__all__ = ["CENTS", "COLUMN_NAMES", "Book", "Entry", "simulate", "to_cents"]

CENTS = 100
"""Bookings per square metre: every figure is a whole number of 0.01 m2."""

Array = np.ndarray[Any, Any]
_BY_STRENGTH = {strength: outcome for outcome, strength in STRENGTH.items()}


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

    `line` holds hazards and releases by number, `shelf` the dated bookings of all days, `unit_boxes` where each unit of
    ground lies and `unit_stands` which of them count. `now[h]` is the slice of hazard h that holds on the last day (-1:
    none), `stock[h]` its balance and `own_stock[h]` what it has by itself, in hundredths.
    """

    def __init__(self, line: Roster, shelf: Shelf, unit_boxes: Array, last_day: int = NEVER, *,
                 unit_stands: Array | None = None, unit_room: Room | None = None) -> None:
        self.line, self.shelf, self.unit_boxes, self.last_day = line, shelf, unit_boxes, last_day
        self.unit_stands = np.ones(len(unit_boxes), dtype=bool) if unit_stands is None else unit_stands
        self.unit_room = Room(unit_boxes) if unit_room is None else unit_room
        self.now = line.now(last_day)

    def until(self, last_day: int) -> Book:
        """Return the same book up to and including another day."""
        return Book(self.line, self.shelf, self.unit_boxes, last_day, unit_stands=self.unit_stands,
                    unit_room=self.unit_room)

    @cached_property
    def pieces(self) -> Pieces:
        """Return the dated bookings of all days."""
        return self.shelf.pieces

    @cached_property
    def columns(self) -> EntryColumns:
        """Return the bookings up to the last day as arrays, transfers as two lines each."""
        columns = Bookings(self.pieces).columns if self.shelf.is_changed else self.shelf.base.columns
        within = columns.day <= self.last_day
        return columns if within.all() else columns.only(within)

    @cached_property
    def stock(self) -> Array:
        """Return what is left of each hazard, in hundredths of a square metre."""
        return self.stock_on(self.last_day)

    def stock_on(self, day: int) -> Array:
        """Return what was left of each hazard after a day, in hundredths of a square metre."""

        def answer(bookings: Bookings) -> Array:
            columns = bookings.columns
            within = columns.day <= day
            return _sums(columns.hazard[within], columns.signed[within])

        return self._padded(self.shelf.sum(("stock", day), answer))

    @cached_property
    def own_stock(self) -> Array:
        """Return what each hazard has left by itself, whoever else claims the same ground, in hundredths."""
        return self.own_on(self.last_day)

    def own_on(self, day: int) -> Array:
        """Return what each hazard had by itself after a day, in hundredths of a square metre."""

        def answer(bookings: Bookings) -> Array:
            days, hazards, signed = bookings.own
            return _sums(hazards[days <= day], signed[days <= day])

        return self._padded(self.shelf.sum(("own", day), answer))

    def _padded(self, sums: Array) -> Array:
        found = np.zeros(max(len(self.line.ids), len(sums)), dtype=np.int64)
        found[: len(sums)] = sums
        return found[: len(self.line.ids)]

    @cached_property
    def live(self) -> Array:
        """Return the numbers of hazards that stand on the last day, void ones left out."""
        found = np.flatnonzero(self.now >= 0)
        live: Array = found[~self.line.is_void[self.now[found]]]
        return live

    @cached_property
    def remaining(self) -> Remaining:
        """Give the geometry of what is left, made where it is asked for."""
        return Remaining(self.line, self.last_day)

    @property
    def reclassified(self) -> list[tuple[int, str, str, int]]:
        """List (day, weaker outcome, stronger outcome, hundredths) of ground that a stronger outcome came over."""
        pieces = self.pieces
        chosen = (pieces.lines[:, 2] == RECLASSIFIED) & (pieces.lines[:, 1] <= self.last_day)
        return [
            (int(line[1]), _BY_STRENGTH[int(line[7])], self.line.releases[int(line[5])].outcome, int(cents))
            for line, cents in zip(pieces.lines[chosen], pieces.cents[chosen], strict=True)
        ]

    def reclassified_cents(self, first_day: int) -> dict[tuple[str, str], int]:
        """Sum what a stronger outcome came over in a period that ends on the last day, by weaker and stronger outcome.

        >>> simulate([], []).reclassified_cents(0)
        {}
        """
        last = self.last_day
        done = self.line.done
        codes, strengths = done.faces.named("strength", lambda each: STRENGTH[each.outcome])
        strength = np.array(strengths or [0])

        def answer(bookings: Bookings) -> Array:
            lines = bookings.pieces.lines
            chosen = (lines[:, 2] == RECLASSIFIED) & (lines[:, 1] >= first_day) & (lines[:, 1] <= last)
            sums = np.zeros((4, 4), dtype=np.int64)
            came = strength[codes[done.face[lines[chosen, 5]]]]
            np.add.at(sums, (lines[chosen, 7], came), bookings.pieces.cents[chosen])
            return sums

        sums = self.shelf.sum(("reclassified", first_day, last), answer)
        return {(_BY_STRENGTH[weaker], _BY_STRENGTH[stronger]): int(sums[weaker, stronger])
                for weaker, stronger in zip(*np.nonzero(sums), strict=True)}

    def entries(self, chosen: Array | None = None) -> Iterator[Entry]:
        """List bookings, all or the chosen ones of `columns`.

        >>> list(simulate([], []).entries())
        []
        """
        found = self.columns if chosen is None else self.columns.only(chosen)
        for day, hazard, account, release, column, cents, _, other, account_there in zip(
            *(part.tolist() for part in found), strict=True
        ):
            yield Entry(day, hazard, account, release, COLUMN_NAMES[column], cents, other, account_there)

    def has_ground(self, hazard: int) -> bool:
        """Say whether a hazard has recorded ground now: without any, its size is unknown."""
        return bool(self.now[hazard] >= 0 and self.line.has_ground[self.now[hazard]])

    def shot_m2(self) -> float:
        """Return the stock of the last day as told in the other way, in m2 (see `shots`)."""
        last = self.last_day
        told = self.shelf.sum(("shots", last), lambda each: np.array(
            [each.pieces.shot_m2[each.pieces.shots[:, 1] <= last].sum()]))
        return float(told[0])


def simulate(
    hazards: Sequence[HazardSlice], releases: Sequence[ReleasePiece], last_day: int = NEVER, *,
    threads: int | None = None, count: Callable[[Ground], Pieces] | None = None, most_steps: int = MOST_STEPS,
) -> Book:
    """Count a programme's ground up to and including a day; shapes in m, in an equal-area plane.

    `count` (None: so many threads here) counts the ground elsewhere; it gives what `measure` gives.
    A shape without area is booked with none. Refused with GroundTooCrowded is only what takes more than `most_steps`
    to count here (see `toil`). Source of the rules: docs/guides/ledger.md.

    >>> simulate([], []).stock.tolist()
    []
    """
    # Only who counts needs the kernel and its compiler; a book that is kept is read without them.
    from whitestone.land.pieces import measure
    from whitestone.land.timeline import Timeline

    workers = threads or os.cpu_count() or 1
    line = Timeline(hazards, releases, workers)
    ground = line.ground(workers)
    pieces = measure(ground, threads=threads, most_steps=most_steps) if count is None else count(ground)
    return Book(line, Shelf(Bookings(pieces)), ground.outlines.boxes, last_day)


def to_cents(area_m2: float) -> int:
    """Round an area to whole hundredths of a square metre.

    >>> to_cents(0.0), to_cents(12.345678)
    (0, 1235)
    """
    return round(float(area_m2) * CENTS)


def _sums(keys: Array, values: Array) -> Array:
    # Whole numbers, not the floats of bincount: sums must hold to the last digit.
    sums = np.zeros(int(keys.max(initial=-1)) + 1, dtype=np.int64)
    np.add.at(sums, keys, values)
    return sums
