"""Which finds are one event, so that a row of mines lifted in an afternoon does not count forty times?

In the order in which they were found, each find joins the event of an earlier find nearby, else it begins one. What was
counted stays counted: no later find joins two events or takes one back, which the plan of looks relies on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from whitestone.errors import InvalidValue

__all__ = ["event_of"]

_Cell = tuple[int, int]


def event_of(x_m: Sequence[float], y_m: Sequence[float], within_m: float) -> list[int]:
    """Give each find, in the order found, the index of the find that begins its event; its own index where it does.

    Coordinates in metres of one plane; NaN is a find without a position: an event of its own, which nothing joins.
    Chains count: a find joins where any earlier find of the event lies within `within_m` metres. Refuses a negative
    distance or columns of different lengths with InvalidValue. Ten thousand finds on one spot cost no more than apart.

    >>> event_of([0, 30, 60, 500], [0, 0, 0, 0], 50), event_of([], [], 50)
    ([0, 0, 0, 3], [])
    """
    if within_m < 0 or len(x_m) != len(y_m):
        raise InvalidValue(field="within_m", value=within_m, why="not negative, and as many x as y")
    begun: list[int] = []
    size = within_m / math.sqrt(2) or 1.0
    cells: dict[_Cell, list[int]] = {}
    for at, (x, y) in enumerate(zip(x_m, y_m, strict=True)):
        if not (math.isfinite(x) and math.isfinite(y)):
            begun.append(at)
            continue
        cell = (math.floor(x / size), math.floor(y / size))
        near = _near(x_m, y_m, at, cell, cells, within_m)
        begun.append(at if near is None else begun[near])
        cells.setdefault(cell, []).append(at)
    return begun


def _near(x_m: Sequence[float], y_m: Sequence[float], at: int, cell: _Cell, cells: dict[_Cell, list[int]],
          within_m: float) -> int | None:
    """Name an earlier find within reach; two in one cell always are, so that a crowd is never walked through."""
    if within_m > 0 and cell in cells:
        return cells[cell][0]
    for east in range(-2, 3):
        for north in range(-2, 3):
            for other in cells.get((cell[0] + east, cell[1] + north), ()):
                if math.hypot(x_m[other] - x_m[at], y_m[other] - y_m[at]) <= within_m:
                    return other
    return None
