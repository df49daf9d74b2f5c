"""Which of many boxes meet one of a few others?"""

from __future__ import annotations

from typing import Any

import numpy as np

from whitestone.land.rings import meeting

__all__ = ["meets"]

Array = np.ndarray[Any, Any]

MANY = 64
"""More boxes than this are looked up in a tree instead of one after the other."""


def meets(boxes: Array, others: Array) -> Array:
    """Say for each box whether it meets one of the others; touching counts, what is not a number meets nothing.

    >>> meets(np.array([[0.0, 0, 2, 2], [5, 5, 6, 6]]), np.array([[2.0, 2, 3, 3]])).tolist()
    [True, False]
    >>> meets(np.zeros((0, 4)), np.zeros((0, 4))).tolist()
    []
    """
    found = np.zeros(len(boxes), dtype=bool)
    if not len(others):
        return found
    # First the frame around all others in one pass: what changes lies close together.
    low, high = others[:, :2].min(axis=0), others[:, 2:].max(axis=0)
    near = np.flatnonzero((boxes[:, 0] <= high[0]) & (boxes[:, 2] >= low[0]) & (boxes[:, 1] <= high[1])
                          & (boxes[:, 3] >= low[1]))
    some = boxes[near]
    if len(others) > MANY:
        _, members = meeting(others, some)
        found[near[members]] = True
        return found
    met = np.zeros(len(near), dtype=bool)
    for x0, y0, x1, y1 in others:
        met |= (some[:, 0] <= x1) & (some[:, 2] >= x0) & (some[:, 1] <= y1) & (some[:, 3] >= y0)
    found[near] = met
    return found
