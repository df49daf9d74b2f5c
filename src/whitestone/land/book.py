"""What is written down while time runs: bookings, and whose ground is left?

Areas are booked in hundredths of a square metre, as a bank books cents: the rows of any table then add up to its total
to the last digit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely

from whitestone.land.inputs import STRENGTH
from whitestone.land.shapes import EMPTY, pack, subtract, union_by_group
from whitestone.land.timeline import Timeline

__all__ = ["CENTS", "Book", "Entry", "to_cents"]

CENTS = 100
"""Bookings per square metre: every figure is a whole number of 0.01 m2."""


class Entry(NamedTuple):
    """One booking: so many hundredths of a square metre, on a day, in an account, for one column of the ledger."""

    day: int
    hazard: int
    account: int
    release: int
    column: str
    cents: int


def to_cents(area_m2: float) -> int:
    """Round an area to whole hundredths of a square metre.

    >>> to_cents(0.0), to_cents(12.345678)
    (0, 1235)
    """
    return round(float(area_m2) * CENTS)


class Book:
    """The bookings and the ground that is left, hazard by hazard.

    `entries` are the counted bookings, `own` those of each hazard by itself (day, hazard, cents). `own_left[h]` is the
    unreleased ground of hazard h, `left[h]` the part that belongs to h where hazards overlap, with their areas in m2.
    `now[h]` is the slice that holds (-1: none), `accounts[h]` the account that is booked, `stock[h]` its balance.
    `out[h]` is ground that left by a weak outcome, kept only while a stronger release of h is still to come.
    `reclassified` lists (day, from outcome, to outcome, cents).
    """

    def __init__(self, line: Timeline) -> None:
        count = len(line.ids)
        self.line = line
        self.entries: list[Entry] = []
        self.own: list[tuple[int, int, int]] = []
        self.reclassified: list[tuple[int, str, str, int]] = []
        self.now = [-1] * count
        self.accounts = [-1] * count
        self.stock = [0] * count
        self.own_stock = [0] * count
        self.measured = [False] * count
        self.applied: list[list[int]] = [[] for _ in range(count)]
        self.out: dict[int, dict[str, Any]] = {}
        self.own_left = np.full(count, EMPTY, dtype=object)
        self.left = np.full(count, EMPTY, dtype=object)
        self.own_area = np.zeros(count)
        self.area = np.zeros(count)
        self._to_come = self._releases_by_hazard()

    def _releases_by_hazard(self) -> dict[int, list[tuple[int, int]]]:
        coming: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for day, pairs in self.line.acting.items():
            for hazard, release in pairs:
                coming[hazard].append((day, STRENGTH[self.line.releases[release].outcome]))
        return coming

    def is_stronger_to_come(self, day: int, hazard: int, outcome: str) -> bool:
        """Say whether a stronger release acts on this hazard on a later day."""
        return any(later > day and strength > STRENGTH[outcome] for later, strength in self._to_come[hazard])

    def write(self, day: int, hazard: int, account: int, release: int, column: str, cents: int) -> None:
        """Book one flow; the caller keeps `stock` in step."""
        self.entries.append(Entry(day, hazard, account, release, column, cents))

    def transfer(self, day: int, source: tuple[int, int], target: tuple[int, int], cents: int) -> None:
        """Book a transfer between two (hazard, account) pairs: two lines that sum to zero."""
        self.write(day, *source, -1, "transferred_out", cents)
        self.write(day, *target, -1, "transferred_in", cents)
        self.stock[source[0]] -= cents
        self.stock[target[0]] += cents

    def shape_now(self, hazard: int) -> Any:
        """Return the recorded ground of a hazard, released or not."""
        return self.line.shapes[self.now[hazard]] if self.now[hazard] >= 0 else EMPTY

    def has_ground(self, hazard: int) -> bool:
        """Say whether a hazard has recorded ground now: without any, its size is unknown."""
        return self.now[hazard] >= 0 and bool(self.line.has_ground[self.now[hazard]])

    def measure_own(self, day: int, hazards: Sequence[int]) -> None:
        """Book what each hazard has left by itself, whoever else claims the same ground."""
        self.own_area[hazards] = shapely.area(self.own_left[hazards])
        for hazard in hazards:
            cents = to_cents(self.own_area[hazard])
            if cents != self.own_stock[hazard]:
                self.own.append((day, hazard, cents - self.own_stock[hazard]))
                self.own_stock[hazard] = cents

    def settle_ownership(self, hazards: Sequence[int]) -> None:
        """Give each hazard its unreleased ground less that of the neighbours that come before it."""
        shapes: list[Any] = []
        owner: list[int] = []
        for position, hazard in enumerate(hazards):
            claims = {id(shape): shape for shape in (self.own_left[other] for other in self._before(hazard))}
            if id(self.own_left[hazard]) in claims:
                claims = {0: self.own_left[hazard]}
            shapes += claims.values()
            owner += [position] * len(claims)
        self.left[hazards] = self.own_left[hazards]
        if shapes:
            places, owners = np.unique(np.array(owner), return_inverse=True)
            index = np.array(hazards)[places]
            self.left[index] = subtract(self.own_left[index], union_by_group(pack(shapes), owners, len(index)))
        self.area[hazards] = shapely.area(self.left[hazards])

    def _before(self, hazard: int) -> Iterable[int]:
        now = self.now[hazard]
        if now < 0 or self.own_area[hazard] == 0:
            return ()
        mine = self.line.rank[now]
        return [other for other in self.line.neighbours[hazard]
                if self.now[other] >= 0 and self.own_area[other] > 0 and self.line.rank[self.now[other]] < mine]
