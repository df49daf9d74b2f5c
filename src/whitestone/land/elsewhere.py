"""How much of each hazard lies outside the place to which it is booked, without drawing again what did not change?

Most hazards lie within their place as a whole, with their box: that is looked at once for each slice. What crosses a
border is drawn; its share stays until something changes on its ground.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from whitestone.land.places import elsewhere_shares

if TYPE_CHECKING:
    from whitestone.land.book import Book

__all__ = ["Elsewhere", "elsewhere_by_hazard"]

Array = np.ndarray[Any, Any]

MOST_DAYS = 4
"""For how many days the shares are remembered."""
WITHIN, CROSSING = 1, 2


class Elsewhere:
    """What was found of the ground outside its place: `lies` by slice (0: not looked at), shares by day and hazard.

    Numbers do not move, so what was found of one book serves those that grow out of it, but for what changed.
    """

    def __init__(self, places: Mapping[str, Any] | None = None) -> None:
        self.places = places
        self.lies = np.zeros(0, dtype=np.int8)
        self.shares: dict[int, tuple[Array, Array]] = {}

    def after(self, slices: int, is_touched: Array) -> Elsewhere:
        """Return what stays true of the first so many slices, and of hazards on whose ground nothing changed.

        >>> Elsewhere().after(0, np.zeros(0, dtype=bool)).shares
        {}
        """
        made = Elsewhere(self.places)
        made.lies = self.lies[:slices].copy()
        for day, (shares, is_known) in self.shares.items():
            count = min(len(shares), len(is_touched))
            made.shares[day] = shares[:count].copy(), is_known[:count] & ~is_touched[:count]
        return made

    def on(self, day: int, hazards: int) -> tuple[Array, Array]:
        """Give for a day the shares of so many hazards, and which of them are known; both may be written to."""
        shares, is_known = self.shares.pop(day, (np.zeros(0), np.zeros(0, dtype=bool)))
        more = hazards - len(shares)
        self.shares[day] = np.append(shares, np.zeros(more)), np.append(is_known, np.zeros(more, dtype=bool))
        for oldest in list(self.shares)[:-MOST_DAYS]:
            del self.shares[oldest]
        return self.shares[day]


def elsewhere_by_hazard(book: Book, places: Mapping[str, Any]) -> Array:
    """Measure for each hazard of the book (in the order of `book.line.ids`) its m2 outside the place it is booked to.

    >>> from whitestone.land.book import simulate
    >>> elsewhere_by_hazard(simulate([], []), {}).tolist()
    []
    """
    line = book.line
    if not places or not line.slices:
        return np.zeros(len(line.ids))
    if book.shelf.elsewhere.places is not places:
        book.shelf.elsewhere = Elsewhere(places)
    found = book.shelf.elsewhere
    shares, is_known = found.on(book.last_day, len(line.ids))
    hazards = np.flatnonzero(~is_known)
    shares[hazards] = 0.0
    hazards = hazards[book.now[hazards] >= 0]
    hazards = hazards[line.has_ground[book.now[hazards]]]
    homes, crossing = _homes(book, hazards), np.zeros(0, dtype=np.int64)
    placed = np.array([home in places for home in homes], dtype=bool)
    hazards, homes = hazards[placed], [home for home, is_placed in zip(homes, placed, strict=True) if is_placed]
    _look(book, found, hazards, homes)
    crossing = np.flatnonzero(found.lies[book.now[hazards]] == CROSSING)
    if crossing.size:
        left = book.remaining.counted(hazards[crossing].tolist())
        shares[hazards[crossing]] = elsewhere_shares(left, [homes[each] for each in crossing.tolist()], places)
    is_known[:] = True
    return shares.copy()


def _homes(book: Book, hazards: Array) -> list[Any]:
    """Name the place to which each hazard is booked."""
    said = book.line.said
    codes, names = said.faces.named("home", lambda each: each.keys.get("place"))
    return [names[each] for each in codes[said.face[book.now[hazards]]].tolist()]


def _look(book: Book, found: Elsewhere, hazards: Array, homes: list[Any]) -> None:
    """Find out which of the slices that hold lie within their place with their box; what was looked at is known."""
    line, more = book.line, len(book.line.slices) - len(found.lies)
    found.lies = np.append(found.lies, np.zeros(more, dtype=np.int8))
    at = book.now[hazards]
    new = np.flatnonzero(found.lies[at] == 0)
    if new.size and found.places is not None:
        outside = elsewhere_shares(shapely.box(*line.boxes[at[new]].T), [homes[each] for each in new], found.places)
        found.lies[at[new]] = np.where(outside > 0, CROSSING, WITHIN)
