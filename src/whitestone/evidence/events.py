"""Which finds are one event, so that a row of mines lifted in an afternoon does not count forty times?

Look by look: finds of one look that lie near each other are one event, and join an event of an earlier look nearby.
What was counted stays counted: no later find joins two events or takes one back, which the plan of looks relies on.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence

import numpy as np
from scipy.spatial import cKDTree

from whitestone.errors import InvalidValue

__all__ = ["event_of"]

_Cell = tuple[float, float]
_BRUTE = 64
"""Up to so many pairs are measured one by one; more are asked of a tree."""


def event_of(x_m: Sequence[float], y_m: Sequence[float], within_m: float,
             looks: Sequence[Hashable] | None = None) -> list[int]:
    """Give each find, in the order found, the index of the find that begins its event; its own index where it does.

    Coordinates in metres of one plane; NaN is a find without a position: an event of its own, which nothing joins.
    `looks` names the look of each find (default: each find is a look of its own); finds of a look stand together.
    Chains count: a find joins where any find of the event lies within `within_m` metres; of several earlier events the
    first. Refuses a negative distance or columns of different lengths with InvalidValue.

    >>> event_of([0, 30, 60, 500], [0, 0, 0, 0], 50), event_of([], [], 50)
    ([0, 0, 0, 3], [])
    >>> event_of([0, 80, 40], [0, 0, 0], 50), event_of([0, 80, 40], [0, 0, 0], 50, ["May", "May", "May"])
    ([0, 1, 0], [0, 0, 0])
    """
    if within_m < 0 or len(x_m) != len(y_m) or (looks is not None and len(looks) != len(x_m)):
        raise InvalidValue(field="within_m", value=within_m, why="not negative, and columns of one length")
    ground = _Ground(np.column_stack((np.asarray(x_m, float), np.asarray(y_m, float))), float(within_m))
    at = 0
    for _, group in itertools.groupby(range(len(x_m)) if looks is None else looks):
        size = sum(1 for _ in group)
        ground.add(range(at, at + size))
        at += size
    return ground.begun


class _Ground:
    """What was found so far, in cells so small that two finds in one always are near: a crowd is one unit of work."""

    def __init__(self, xy: np.ndarray[tuple[int, int], np.dtype[np.float64]], within_m: float) -> None:
        self.xy, self.within_m = xy, within_m
        self.begun: list[int] = [-1] * len(xy)
        self._size = within_m / math.sqrt(2)
        self._old: dict[_Cell, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))

    def add(self, look: range) -> None:
        """Join the finds of one look to one another and to what was found before."""
        new: dict[_Cell, list[int]] = defaultdict(list)
        for at in look:
            if np.isfinite(self.xy[at]).all():
                new[self._cell(at)].append(at)
            else:
                self.begun[at] = at
        joined = {cell: cell for cell in new}
        touched = {cell: self._touched(cell, members) for cell, members in new.items()}
        for cell, members in new.items():
            for other in self._around(cell):
                if other not in new or _root(joined, cell) == _root(joined, other):
                    continue
                if self._are_near(members, new[other]):
                    joined[_root(joined, cell)] = _root(joined, other)
        for cells in _grouped(joined):
            members = [at for cell in cells for at in new[cell]]
            begins = min(min(members), *(touched[cell] for cell in cells))
            for cell in cells:
                self._old[cell][begins] += new[cell]
            for at in members:
                self.begun[at] = begins

    def _cell(self, at: int) -> _Cell:
        x, y = float(self.xy[at, 0]), float(self.xy[at, 1])
        return (math.floor(x / self._size), math.floor(y / self._size)) if self._size else (x, y)

    def _around(self, cell: _Cell) -> Iterator[_Cell]:
        reach = range(-2, 3) if self._size else range(1)
        return ((cell[0] + east, cell[1] + north) for east in reach for north in reach)

    def _touched(self, cell: _Cell, members: list[int]) -> int:
        """Name the first of the earlier events that lie near the finds of a cell; beyond all finds where none does."""
        first = min(self._old[cell], default=len(self.xy)) if cell in self._old else len(self.xy)
        for other in self._around(cell):
            for event, olds in self._old[other].items() if other in self._old else ():
                if event < first and self._are_near(members, olds):
                    first = event
        return first

    def _are_near(self, some: list[int], others: list[int]) -> bool:
        one, two = self.xy[some], self.xy[others]
        if len(one) * len(two) <= _BRUTE:
            return bool((np.hypot(*(one[:, None] - two[None]).transpose(2, 0, 1)) <= self.within_m).any())
        return bool((cKDTree(one).query(two, k=1)[0] <= self.within_m).any())


def _root(joined: dict[_Cell, _Cell], cell: _Cell) -> _Cell:
    while joined[cell] != cell:
        joined[cell] = joined[joined[cell]]
        cell = joined[cell]
    return cell


def _grouped(joined: dict[_Cell, _Cell]) -> list[list[_Cell]]:
    groups: dict[_Cell, list[_Cell]] = defaultdict(list)
    for cell in joined:
        groups[_root(joined, cell)].append(cell)
    return list(groups.values())
