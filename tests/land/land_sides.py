"""Which two editions of one invented country do the tests of reconciliation look at?"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from whitestone.land.sides import Side, make_side

STATUS = ("open", "worked_on", "closed")


def outlines(dice: np.random.Generator, count: int, spacing_m: float = 900.0) -> Any:
    """Draw uneven outlines of eleven corners, each in a square of its own, so that none covers another."""
    angles = np.linspace(0, 2 * np.pi, 11, endpoint=False)
    radius = dice.uniform(40, 200, (count, 1)) * dice.uniform(0.7, 1.3, (count, 11))
    across = int(np.ceil(np.sqrt(max(count, 1))))
    rows, columns = np.divmod(np.arange(count), across)
    centres = np.column_stack([columns, rows]) * spacing_m + dice.uniform(-80, 80, (count, 2))
    xy = centres[:, None, :] + np.stack([radius * np.cos(angles), radius * np.sin(angles)], axis=-1)
    return shapely.polygons(np.concatenate([xy, xy[:, :1]], axis=1)) if count else np.array([], dtype=object)


def moved(shapes: Any, east_m: float, north_m: float) -> Any:
    """Move shapes by one offset."""
    offset = np.array([east_m, north_m])
    return shapely.transform(shapes, lambda xy: xy + offset)


def redrawn(dice: np.random.Generator, shapes: Any, spread_m: float) -> Any:
    """Draw outlines anew, every corner by an unsteady hand."""
    drawn = []
    for shape in shapes:
        corners = shapely.get_coordinates(shape)[:-1]
        drawn.append(shapely.Polygon(corners + dice.normal(0, spread_m, corners.shape)))
    return shapely.make_valid(np.array(drawn, dtype=object))


def side_of(shapes: Any, prefix: str, *, with_ids: bool = False, dice: np.random.Generator | None = None,
            groups: Any = ()) -> Side:  # fmt: skip
    """Make a side of shapes; statuses come from the dice, ids run from 0."""
    count = len(shapes)
    words = [STATUS[each] for each in (dice.integers(0, 3, count) if dice is not None else [0] * count)]
    ids = [f"H-{number}" for number in range(count)] if with_ids else ()
    names = [f"{prefix}{number:06}" for number in range(count)]
    return make_side(names, shapes, [{"status": word} for word in words], own_ids=ids, groups=groups)
