"""Do the outlines of fields hold as many of the finds of a batch as they say, and at which level would they?

How mines lie in a field no sheet tells: all over it, in rows, in its middle or along its edges. Where many finds of a
batch lie in fields, they tell. Each find stands at a level of its field: the share of the mines that are expected where
more are expected than there. If expectations are right, half of the finds stand below one half.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from whitestone.minefields.outlines import SHARES, Spread, order_of

__all__ = ["Levels", "finds_at", "learned_levels"]

Floats = npt.NDArray[np.float64]

MANY_FINDS = 10.0
"""A field that explains so many finds teaches, and takes over all that others taught."""
_FIELDS = 4.0
"""How much the expectation weighs against what fields teach: as so many fields."""
_MOST_FINDS = 40.0
"""More finds than this of one field weigh no more: they may all lie in one heap."""
_RANGE = {50: (0.25, 0.75), 90: (0.7, 0.98), 99: (0.99, 0.998)}
"""No level moves further than that, and the outermost only outwards."""
_INWARDS = {50: 1.0, 90: 0.5, 99: 0.0}
"""Which part of the way a level moves inwards: a mine left out of an order of search costs more than ground searched in
vain."""


class Levels(msgspec.Struct, frozen=True):
    """At which level of what is expected an outline holds its share (per cent) of the finds; how many teach it."""

    level: Mapping[int, float]
    fields: int
    finds: int

    def of(self, finds: float) -> dict[int, float]:
        """Return the level for each share, for a field that explains so many finds.

        >>> learned_levels([]).of(20.0)
        {50: 0.5, 90: 0.9, 99: 0.99}
        """
        part = min(finds / MANY_FINDS, 1.0)
        return {share: share / 100.0 + part * (level - share / 100.0) for share, level in self.level.items()}


def finds_at(spread: Spread, x: Floats, y: Floats) -> Floats:
    """Return the level (n,) of finds at places of the plane in metres; 1 outside of the ground that is expected."""
    rows, columns = spread.mass.shape
    order = order_of(spread)
    level = np.empty(spread.mass.size)
    total = np.cumsum(spread.mass.ravel()[order])
    level[order] = total - 0.5 * spread.mass.ravel()[order]
    column = ((np.asarray(x) - spread.west) // spread.cell_m).astype(np.int64)
    row = ((np.asarray(y) - spread.south) // spread.cell_m).astype(np.int64)
    inside = (column >= 0) & (row >= 0) & (column < columns) & (row < rows)
    return np.where(inside, level[np.where(inside, row * columns + column, 0)], 1.0)


def learned_levels(fields: Sequence[Floats]) -> Levels:
    """Return the levels that the finds of fields teach; `fields` has the levels (n,) of the finds of each.

    What few fields teach counts little. The 90 % outline shrinks by half of what they teach, that of 99 % never.

    >>> rows = [np.linspace(0.0, 0.8, 40)] * 36
    >>> {share: round(level, 2) for share, level in learned_levels(rows).level.items()}
    {50: 0.41, 90: 0.82, 99: 0.99}
    """
    held = [each for each in fields if len(each)]
    level = {share: share / 100.0 for share in SHARES}
    if held:
        every = np.concatenate(held)
        weight = np.concatenate([np.full(len(each), min(len(each), _MOST_FINDS) / len(each)) for each in held])
        order = np.argsort(every)
        total = (np.cumsum(weight[order]) - 0.5 * weight[order]) / weight.sum()
        for share, (low, high) in _RANGE.items():
            taught = float(np.interp(share / 100.0, total, every[order]))
            moved = (taught - share / 100.0) * len(held) / (len(held) + _FIELDS)
            level[share] = min(max(share / 100.0 + moved * (_INWARDS[share] if moved < 0.0 else 1.0), low), high)
    return Levels(level, len(held), sum(len(each) for each in held))
