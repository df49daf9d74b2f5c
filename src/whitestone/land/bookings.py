"""How are millions of bookings kept so that a few of them can be exchanged without touching the rest?

Sums over bookings are whole numbers, so a sum over all of them is the sum over what was there, less what was taken out,
plus what was put in. The first is made once for every question and shared by all books that grow out of one another.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from whitestone.land.claims import ClaimSteps, claim_steps
from whitestone.land.dated import Pieces, join
from whitestone.land.elsewhere import Elsewhere
from whitestone.land.marks import OWN_IN, TRANSFER

__all__ = ["COLUMN_NAMES", "TRANSFERRED_IN", "Bookings", "EntryColumns", "Shelf"]

Array = np.ndarray[Any, Any]

COLUMN_NAMES = (
    "discovered", "boundary_increase", "boundary_decrease", "transferred_out", "cancelled", "reduced", "cleared",
    "reclassified", "transferred_in",
)  # fmt: skip
"""The columns of bookings, in the order of the kernel's; what is transferred in stands last."""
TRANSFERRED_IN = 8
MOST_ANSWERS = 128
"""How many answers about the base are remembered, the last ones; the largest have a number for each hazard."""
_SIGNS = np.array([1, 1, -1, -1, -1, -1, -1, 1, 1])


class EntryColumns(NamedTuple):
    """Bookings as arrays of equal length; `column` counts along COLUMN_NAMES, `signed` moves the stock.

    Areas are in hundredths of a square metre; `release`, `other` (hazard) and `other_account` are -1 where none is.
    """

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
        column = np.concatenate([lines[:, 2], np.full(len(came), TRANSFERRED_IN, dtype=lines.dtype)])
        every = np.concatenate([cents, amount])
        return cls(
            day=np.concatenate([lines[:, 1], came[:, 1]]),
            hazard=np.concatenate([lines[:, 3], came[:, 6]]),
            account=np.concatenate([lines[:, 4], came[:, 7]]),
            release=np.concatenate([lines[:, 5], came[:, 5]]),
            column=column,
            cents=every,
            signed=every * _SIGNS[column],
            other=np.concatenate([np.where(moved, lines[:, 6], -1), came[:, 3]]),
            other_account=np.concatenate([np.where(moved, lines[:, 7], -1), came[:, 4]]),
        )

    def only(self, chosen: Array) -> EntryColumns:
        """Return the chosen bookings (a mask or indexes)."""
        return EntryColumns(*(part[chosen] for part in self))


class Bookings:
    """The pieces of some units: their counted bookings, and what each hazard has by itself.

    >>> Bookings(join([])).columns.day.size
    0
    """

    def __init__(self, pieces: Pieces, steps: ClaimSteps | None = None) -> None:
        self.pieces, self._steps = pieces, steps

    @cached_property
    def columns(self) -> EntryColumns:
        """Return the counted bookings, in the order of units."""
        counted = self.pieces.lines[:, 2] < OWN_IN
        return EntryColumns.of(self.pieces.lines[counted], self.pieces.cents[counted])

    @cached_property
    def own(self) -> tuple[Array, Array, Array]:
        """Return day, hazard and signed hundredths of what each hazard has, whoever else claims the same ground."""
        own = self.pieces.lines[:, 2] >= OWN_IN
        lines, cents = self.pieces.lines[own], self.pieces.cents[own]
        return lines[:, 1], lines[:, 3], np.where(lines[:, 2] == OWN_IN, cents, -cents)

    @cached_property
    def _units(self) -> tuple[Array, Array, Array]:
        """Return the units of lines, sets and shots, in order as all pieces are, each close together in memory."""
        pieces = self.pieces
        lines, sets, shots = (np.ascontiguousarray(each[:, 0]) for each in (pieces.lines, pieces.sets, pieces.shots))
        return lines, sets, shots

    def claim_steps(self, days_of: Array) -> ClaimSteps:
        """Return what is claimed since ever by any day; `days_of` are the days of releases. Made once."""
        if self._steps is None:
            self._steps = claim_steps(self.pieces.sets, self.pieces.members, days_of)
        return self._steps

    def of_units(self, units: Array) -> Bookings:
        """Return the bookings of some units, given in order."""
        pieces = self.pieces
        lines, sets, shots = (_found(keys, units) for keys in self._units)
        first = pieces.sets[sets, 3]
        follows = np.minimum(sets + 1, len(pieces.sets) - 1)
        ends = np.where(sets + 1 < len(pieces.sets), pieces.sets[follows, 3], len(pieces.members))
        sizes = ends - first
        kept = pieces.sets[sets].copy()
        kept[:, 3] = np.cumsum(sizes) - sizes
        members = np.arange(int(sizes.sum())) + np.repeat(first - kept[:, 3], sizes)
        return Bookings(Pieces(pieces.lines[lines], pieces.cents[lines], kept, pieces.members[members],
                               pieces.shots[shots], pieces.shot_m2[shots]))  # fmt: skip


class Shelf:
    """Bookings of which a few were exchanged: `base`, what counts no more, what came instead."""

    def __init__(self, base: Bookings, gone: Bookings | None = None, more: Sequence[Bookings] = (),
                 made: dict[Hashable, Array] | None = None) -> None:
        self.base, self.more = base, tuple(more)
        self.gone = gone or Bookings(join([]))
        self._made = {} if made is None else made
        self.elsewhere = Elsewhere()
        self.met: dict[tuple[int, int], bool] = {}
        """Whether a release and a slice, by numbers, share ground: numbers do not move, so it is measured once."""

    @property
    def is_changed(self) -> bool:
        """Say whether anything was exchanged."""
        return bool(self.more) or len(self.gone.pieces.lines) > 0 or len(self.gone.pieces.sets) > 0

    def sum(self, question: Hashable, answer: Callable[[Bookings], Array]) -> Array:
        """Answer a question that is a sum of whole numbers, of any shape that grows along its first axis.

        >>> Shelf(Bookings(join([]))).sum("days", lambda each: np.array([each.columns.day.sum()])).tolist()
        [0]
        """
        total = self._made.pop(question, None)
        if total is None:
            total = answer(self.base)
        self._made[question] = total
        for oldest in list(self._made)[:-MOST_ANSWERS]:
            self._made.pop(oldest, None)
        for sign, each in [(-1, self.gone), *((1, each) for each in self.more)] if self.is_changed else []:
            part = answer(each)
            rows = max(len(total), len(part))
            grown = np.zeros((rows, *total.shape[1:]), dtype=total.dtype)
            grown[: len(total)] = total
            grown[: len(part)] += sign * part
            total = grown
        return total

    def exchange(self, units: Array, instead: Pieces) -> Shelf:
        """Take the bookings of some units out and put others in; this shelf stays as it is."""
        more = [each.of_units(_others(each, units)) for each in self.more]
        gone = join([self.gone.pieces, self.base.of_units(np.setdiff1d(units, self.gone_units)).pieces])
        kept = [each for each in [*more, Bookings(instead)] if len(each.pieces.lines) or len(each.pieces.sets)]
        made = Shelf(self.base, Bookings(gone), [Bookings(join([each.pieces for each in kept]))], self._made)
        made.met = self.met
        return made

    @cached_property
    def gone_units(self) -> Array:
        """Return the units of the base that count no more."""
        pieces = self.gone.pieces
        return np.unique(np.concatenate([pieces.lines[:, 0], pieces.sets[:, 0], pieces.shots[:, 0]]))

    @cached_property
    def pieces(self) -> Pieces:
        """Return all pieces that count, in the order of units."""
        if not self.is_changed:
            return self.base.pieces
        left = self.base.of_units(_others(self.base, self.gone_units))
        return join([left.pieces, *(each.pieces for each in self.more)])


def _found(keys: Array, wanted: Array) -> Array:
    """Give the places of all whose key is wanted; both in order."""
    wanted = wanted.astype(keys.dtype)  # else the search would convert all keys
    low, high = np.searchsorted(keys, wanted, "left"), np.searchsorted(keys, wanted, "right")
    sizes = high - low
    places: Array = np.arange(int(sizes.sum())) + np.repeat(low - (np.cumsum(sizes) - sizes), sizes)
    return places


def _others(bookings: Bookings, units: Array) -> Array:
    pieces = bookings.pieces
    every = np.unique(np.concatenate([pieces.lines[:, 0], pieces.sets[:, 0], pieces.shots[:, 0]]))
    return np.setdiff1d(every, units)
