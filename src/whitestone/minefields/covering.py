"""By what share of many sampled fields is each cell of a raster covered?

Each outline is told row by row by where it begins and ends; one sum along the rows at the end makes shares of all of
them. Drawing every outline by itself costs some hundred times as much.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from whitestone.minefields.kernels import kernel

__all__ = ["covering"]

Floats = npt.NDArray[np.float64]


@kernel
def covering(
    rings: Floats, part: Floats, west: float, south: float, cell_m: float, rows: int, columns: int
) -> Floats:
    """Return (rows, columns) the sum of the parts (n,) of those rings (n, corners, 2) that hold each cell's middle.

    Rings close themselves; where one crosses itself, what it holds an even number of times is outside. Row 0 is the
    southern one.

    >>> square = np.array([[[0.0, 0.0], [20.0, 0.0], [20.0, 10.0], [0.0, 10.0]]])
    >>> covering(square, np.ones(1), 0.0, 0.0, 10.0, 2, 3).tolist()
    [[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    >>> covering(square[:0], np.ones(0), 0.0, 0.0, 10.0, 1, 2).tolist()
    [[0.0, 0.0]]
    """
    steps = np.zeros((rows, columns + 1))
    corners = rings.shape[1]
    cuts = np.empty(corners)
    for n in range(rings.shape[0]):
        ring = rings[n]
        low, high = ring[:, 1].min(), ring[:, 1].max()
        first = max(math.ceil((low - south) / cell_m - 0.5), 0)
        last = min(math.floor((high - south) / cell_m - 0.5), rows - 1)
        for row in range(first, last + 1):
            y = south + (row + 0.5) * cell_m
            found = 0
            for a in range(corners):
                b = a + 1 if a + 1 < corners else 0
                if (ring[a, 1] <= y) != (ring[b, 1] <= y):
                    x = ring[a, 0] + (ring[b, 0] - ring[a, 0]) * (y - ring[a, 1]) / (ring[b, 1] - ring[a, 1])
                    at = found
                    while at > 0 and cuts[at - 1] > x:
                        cuts[at] = cuts[at - 1]
                        at -= 1
                    cuts[at] = x
                    found += 1
            for pair in range(0, found - 1, 2):
                begin = math.ceil((cuts[pair] - west) / cell_m - 0.5)
                end = math.ceil((cuts[pair + 1] - west) / cell_m - 0.5)
                steps[row, int(min(max(begin, 0), columns))] += part[n]
                steps[row, int(min(max(end, 0), columns))] -= part[n]
    held = np.empty((rows, columns))
    for row in range(rows):
        total = 0.0
        for column in range(columns):
            total += steps[row, column]
            held[row, column] = total
    return held
