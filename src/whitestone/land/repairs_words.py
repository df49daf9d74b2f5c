"""How do cases speak of areas and days, and how do two shapes share ground?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from whitestone.land.shapes import intersect, pack, subtract

__all__ = ["area", "common", "day_of", "said", "without"]


def area(m2: float | None) -> str:
    """Write an area in m2 for a sentence; None is unknown.

    >>> area(1234.5), area(None)
    ('1,234.50 m2', 'an unknown area')
    """
    return "an unknown area" if m2 is None else f"{m2:,.2f} m2"


def common(left: Any, right: Any) -> Any:
    """Return the ground that two shapes share.

    >>> import shapely
    >>> common(shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)).area, common(*[shapely.Polygon()] * 2).area
    (1.0, 0.0)
    """
    return intersect(pack([left]), pack([right]))[0]


def day_of(number: int) -> dt.date | None:
    """Return the calendar day of a day number, None for undated.

    >>> day_of(0), day_of(1)
    (None, datetime.date(1, 1, 1))
    """
    return dt.date.fromordinal(number) if 0 < number <= dt.date.max.toordinal() else None


def said(day: int) -> str:
    """Write a day number for a sentence.

    >>> said(0), said(1)
    ('no known day', '0001-01-01')
    """
    found = day_of(day)
    return found.isoformat() if found is not None else "no known day"


def without(left: Any, right: Any) -> Any:
    """Return the first shape without the second.

    >>> import shapely
    >>> without(shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)).area, without(*[shapely.Polygon()] * 2).area
    (1.0, 0.0)
    """
    return subtract(pack([left]), pack([right]))[0]
