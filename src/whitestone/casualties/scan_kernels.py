"""How is every cylinder of a space-time scan visited a thousand times over within seconds?

A cylinder can only be the largest if its expected number lies below a threshold for its count, which falls out of the
largest likelihood ratio so far. One look at the longest window from a period on mostly rules out all shorter ones.
Compiled; plain arrays only.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from whitestone.kernels import compiled_into, folder_of

__all__ = ["cache_folder", "collect", "largest", "log_ratio"]

Array = np.ndarray[Any, Any]
Function = TypeVar("Function", bound=Callable[..., Any])

_TABLED = 200
"""Thresholds are kept for so many cases; larger counts, which are rare, are worked out each time."""


@functools.cache
def cache_folder() -> Path:
    """Return where compiled code of this room is kept.

    >>> cache_folder().name.startswith("whitestone-casualties-")
    True
    """
    return folder_of(Path(__file__).parent, [Path(__file__)])


def _kernel(function: Function) -> Function:
    return compiled_into(cache_folder(), function, error_model="numpy")


@_kernel
def log_ratio(cases: float, expected: float, total: float) -> float:
    """Give Kulldorff's log-likelihood ratio of a cylinder with more cases than expected; 0 with as many or fewer.

    >>> round(log_ratio(10.0, 2.0, 100.0), 2), log_ratio(2.0, 2.0, 100.0), log_ratio(0.0, 0.0, 0.0)
    (8.43, 0.0, 0.0)
    """
    if cases <= expected or expected <= 0.0:
        return 0.0
    inside = cases * math.log(cases / expected)
    if cases >= total:
        return inside
    return inside + (total - cases) * math.log((total - cases) / (total - expected))


@_kernel
def _threshold(cases: float, least: float, total: float) -> float:
    """Give an expected number below which so many cases have a ratio above `least`: bisection on its logarithm.

    It is a little too high, never too low: nothing is lost by it.
    """
    low, high = -40.0, math.log(cases)
    for _ in range(24 if least > 0.0 else 0):
        middle = 0.5 * (low + high)
        if log_ratio(cases, math.exp(middle), total) > least:
            low = middle
        else:
            high = middle
    return math.exp(high)


@_kernel
def _fill(table: Array, fewest: int, least: float, total: float) -> None:
    for cases in range(max(1, fewest), table.size):
        table[cases] = _threshold(float(cases), least, total)


@_kernel
def largest(counts: Array, order: Array, reach: Array, place: Array, period: Array, longest: int, fewest: int,
            only_last: bool) -> float:
    """Find the largest log-likelihood ratio of all cylinders.

    `counts` cases by place and period (int64); `order` the places about each place, nearest first, of which `reach`
    are scanned; expected is place x period, both float64, whose product sums to all cases; windows of up to `longest`
    periods with at least `fewest` cases, with `only_last` those that end with the last period.
    """
    places, periods = counts.shape
    total = float(counts.sum())
    exposed = np.zeros(periods + 1)
    exposed[1:] = np.cumsum(period)
    table = np.zeros(min(counts.sum(), _TABLED) + 1)
    sums, series, starts = np.zeros(periods + 1, np.int64), np.zeros(periods, np.int64), np.zeros(periods + 1, np.int64)
    begin = max(0, periods - longest) if only_last else 0
    best = level = 0.0
    _fill(table, fewest, level, total)
    for centre in range(places):
        series[:] = 0
        weight = 0.0
        for near in range(reach[centre]):
            row = order[centre, near]
            weight += place[row]
            listed = 0
            for at in range(periods):
                series[at] += counts[row, at]
                sums[at + 1] = sums[at] + series[at]
                # A window that begins with an empty period is never the largest. No branch: none could be foretold.
                starts[listed] = at
                listed += series[at] > 0
            for index in range(listed):
                start = starts[index]
                if start < begin:
                    continue
                end = min(start + longest, periods)
                first = end if only_last else start + 1
                while first <= end:
                    # Windows of 1, 2 to 3, 4 to 7, … periods: none has more cases than the last, none expects fewer
                    # than the first.
                    last = min(2 * first - start - 1, end)
                    most = sums[last] - sums[start]
                    if most >= table.size or weight * (exposed[first] - exposed[start]) < table[most]:
                        for stop in range(first, last + 1):
                            cases = sums[stop] - sums[start]
                            expected = weight * (exposed[stop] - exposed[start])
                            if cases >= fewest and (cases >= table.size or expected < table[cases]):
                                best = max(best, log_ratio(float(cases), expected, total))
                    first = last + 1
            if best > level * 1.05 + 0.1:
                level = best
                _fill(table, fewest, level, total)
    return best


@_kernel
def collect(counts: Array, order: Array, reach: Array, place: Array, period: Array, longest: int, fewest: int,
            only_last: bool) -> tuple[Array, Array, Array]:
    """Find for each place and first period the best cylinder: its ratio, its end (not included), how many places.

    Arguments as in `largest`; a ratio of 0 says that no cylinder there has more cases than expected.
    """
    places, periods = counts.shape
    total = float(counts.sum())
    exposed = np.zeros(periods + 1)
    exposed[1:] = np.cumsum(period)
    ratio = np.zeros((places, periods))
    ends, sizes = np.zeros((places, periods), np.int64), np.zeros((places, periods), np.int64)
    sums, series = np.zeros(periods + 1, np.int64), np.zeros(periods, np.int64)
    for centre in range(places):
        series[:] = 0
        weight = 0.0
        for near in range(reach[centre]):
            row = order[centre, near]
            weight += place[row]
            for at in range(periods):
                series[at] += counts[row, at]
                sums[at + 1] = sums[at] + series[at]
            for start in range(periods):
                end = min(start + longest, periods)
                if series[start] == 0 or (only_last and end < periods):
                    continue
                for stop in range(end if only_last else start + 1, end + 1):
                    cases = sums[stop] - sums[start]
                    expected = weight * (exposed[stop] - exposed[start])
                    if cases < fewest or cases <= expected:
                        continue
                    told = log_ratio(float(cases), expected, total)
                    if told > ratio[centre, start]:
                        ratio[centre, start], ends[centre, start], sizes[centre, start] = told, stop, near + 1
    return ratio, ends, sizes
