"""Between which months or years did the number of casualties change, and could chance have made it look so?

Poisson segments by exact dynamic programming over all places of change (Jackson and others 2005), their number by the
Bayesian information criterion. The search looks everywhere: whether anything changed at all is judged against the
largest jump that a search finds when all periods are shuffled, and each single change against the largest in level
series that are drawn with the same scatter.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from scipy import special

from whitestone.casualties.rates import garwood
from whitestone.casualties.trends import check_counts, check_exposure
from whitestone.errors import InvalidValue

__all__ = ["CHANGE_ASSUMPTIONS", "MOST_CHANGES", "Change", "Segment", "Segments", "find_changes"]

Array = np.ndarray[Any, Any]

MOST_CHANGES = 12
CHANGE_ASSUMPTIONS = [
    "Between changes the rate is level; a slow slope is then cut into steps, which are no events.",
    "If nothing changes, periods may be exchanged, and scatter as much as neighbours differ; where neighbours resemble "
    "each other for another reason, p is too small.",
    "A change of recording (a new source, a survey of old casualties) looks just like a change of the ground.",
]


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """Periods `start` to `stop` (not included) of one rate: casualties a unit of exposure, with its interval.

    The interval is Garwood's, widened by the scatter of the series.
    """

    start: int
    stop: int
    total: int
    exposure: float
    rate: float
    low: float
    high: float


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A change before period `at`: ratio of the rate after to the rate before (None from 0), and p of the search."""

    at: int
    ratio: float | None
    p: float


class Segments(msgspec.Struct, frozen=True, kw_only=True):
    """The segments of a series in order (their totals sum to that of the series), and the changes between them.

    `any_change_p` is the p value of at least one change; `dispersion` how much neighbouring counts differ (1: as
    Poisson), by which the price of a change was multiplied.
    """

    segments: list[Segment]
    changes: list[Change]
    any_change_p: float | None
    dispersion: float
    draws: int
    seed: int


def find_changes(counts: Sequence[int], exposure: Sequence[float] | None = None, *, draws: int = 999, seed: int = 1,
                 most: int = MOST_CHANGES, shortest: int = 1, level: float = 0.95, alpha: float = 0.05) -> Segments:
    """Cut a series of counts into segments of one rate each, and judge the cuts by Monte Carlo.

    At most `most` changes, no segment shorter than `shortest` periods; `draws` series from a generator seeded with
    `seed`. Where shuffling alone makes as large a jump more often than `alpha` there is no change; else a change that
    chance makes more often is taken back, the least likely first. With an exposure that varies, counts are drawn in
    proportion to it in place of being shuffled. Refuses counts and exposures that cannot be, and fewer than 19 draws,
    with InvalidValue.

    >>> found = find_changes([9, 11, 10, 10, 2, 1, 3, 2], draws=199)
    >>> [each.at for each in found.changes], [each.total for each in found.segments], found.any_change_p < 0.05
    ([4], [40, 8], True)
    >>> find_changes([]).segments, find_changes([0, 0, 0]).changes
    ([], [])
    """
    seen = check_counts(counts)
    share = check_exposure(exposure, len(seen))
    if draws < 19 or most < 0 or shortest < 1 or not 0 < alpha <= 1:
        raise InvalidValue(field="draws", value=draws, why="at least 19; changes not negative; segments of 1 or more")
    dispersion = _dispersion(seen, share)
    if len(seen) < 2 * shortest or not seen.sum():
        cuts = [0, len(seen)] if len(seen) else [0]
    else:
        cuts = _best_cuts(seen, share, dispersion, most, shortest)
    rng = np.random.default_rng(seed)
    overall = _any_change_p(seen, share, shortest, draws, rng)
    if overall is None or overall > alpha:
        cuts = [0, len(seen)] if len(seen) else [0]
    while True:
        segments = [_segment(seen, share, a, b, dispersion, level) for a, b in itertools.pairwise(cuts)]
        changes = [
            Change(at=after.start, ratio=after.rate / before.rate if before.rate else None,
                   p=_change_p(seen, share, before, after, dispersion, shortest, draws, rng))
            for before, after in itertools.pairwise(segments)
        ]  # fmt: skip
        weakest = max(changes, key=lambda each: each.p, default=None)
        if weakest is None or weakest.p <= alpha:
            break
        cuts.remove(weakest.at)
    return Segments(segments=segments, changes=changes, any_change_p=overall, dispersion=dispersion, draws=draws,
                    seed=seed)


def _dispersion(seen: Array, share: Array) -> float:
    """Compare neighbouring counts, which share a rate nearly everywhere: mean squared difference over what Poisson has.

    Chance alone scatters it, so that only an excess over 1 counts.
    """
    if len(seen) < 3:
        return 1.0
    expected = (seen[1:] + seen[:-1]) / (share[1:] + share[:-1]) * (1 / share[1:] + 1 / share[:-1])
    told = (seen[1:] / share[1:] - seen[:-1] / share[:-1]) ** 2
    here = expected > 0
    return max(1.0, float(np.mean(told[here] / expected[here]))) if here.any() else 1.0


def _best_cuts(seen: Array, share: Array, dispersion: float, most: int, shortest: int) -> list[int]:
    """Find the cuts of least cost for each number of segments, and take the number by BIC: two parameters a change."""
    size = len(seen)
    sums, shares = (np.concatenate(([0.0], np.cumsum(each))) for each in (seen, share))
    best, back = np.full((most + 2, size + 1), np.inf), np.zeros((most + 2, size + 1), int)
    best[0, 0] = 0.0
    for segments in range(1, most + 2):
        for stop in range(segments * shortest, size + 1):
            starts = np.arange(0, stop - shortest + 1)
            cost = best[segments - 1, starts] + _cost(sums[stop] - sums[starts], shares[stop] - shares[starts])
            at = int(np.argmin(cost))
            best[segments, stop], back[segments, stop] = cost[at], starts[at]
    price = 2 * math.log(size) * dispersion
    totals = best[1:, size] + price * np.arange(most + 1)
    segments = int(np.argmin(totals)) + 1
    cuts = [size]
    for left in range(segments, 0, -1):
        cuts.append(int(back[left, cuts[-1]]))
    return cuts[::-1]


def _cost(total: Array, share: Array) -> Array:
    """Give minus twice the Poisson log-likelihood of segments at their own rates, up to what no cut changes."""
    return np.asarray(-2 * (special.xlogy(total, total / share) - total))


def _segment(seen: Array, share: Array, start: int, stop: int, dispersion: float, level: float) -> Segment:
    total, exposure = int(seen[start:stop].sum()), float(share[start:stop].sum())
    low, high = (dispersion * bound / exposure for bound in garwood(total / dispersion, level))
    return Segment(start=start, stop=stop, total=total, exposure=exposure, rate=total / exposure, low=low, high=high)


def _any_change_p(seen: Array, share: Array, shortest: int, draws: int, rng: np.random.Generator) -> float | None:
    """Compare the largest jump of any single cut with the largest of each shuffled series."""
    if len(seen) < 2 * shortest or not seen.sum():
        return None
    if np.ptp(share):
        drawn = rng.multinomial(int(seen.sum()), share / share.sum(), size=draws).astype(float)
    else:
        drawn = rng.permuted(np.tile(seen, (draws, 1)), axis=1)
    return _monte_carlo_p(seen, drawn, share, shortest)


def _change_p(seen: Array, share: Array, before: Segment, after: Segment, dispersion: float, shortest: int, draws: int,
              rng: np.random.Generator) -> float:
    """Compare the largest jump in two neighbouring segments with those of level series of the same total and scatter.

    Shuffling would not do: three periods have six orders only.
    """
    here = slice(before.start, after.stop)
    mean = share[here] * (before.total + after.total) / (before.exposure + after.exposure)
    rate = np.tile(mean, (draws, 1))
    if dispersion > 1:
        rate = rng.gamma(mean / (dispersion - 1), dispersion - 1, size=rate.shape)
    return _monte_carlo_p(seen[here], rng.poisson(rate).astype(float), share[here], shortest)


def _monte_carlo_p(seen: Array, drawn: Array, share: Array, shortest: int) -> float:
    told = _largest_jump(np.vstack((seen, drawn)), share, shortest)
    return float(1 + np.sum(told[1:] >= told[0] - 1e-9)) / (len(drawn) + 1)


def _largest_jump(rows: Array, share: Array, shortest: int) -> Array:
    sums, shares = np.cumsum(rows, axis=1), np.cumsum(share)
    cut = slice(shortest - 1, rows.shape[1] - shortest)
    before, exposed = sums[:, cut], shares[cut]
    whole = _cost(sums[:, -1:], shares[-1:])
    return np.asarray(np.max(whole - _cost(before, exposed) - _cost(sums[:, -1:] - before, shares[-1] - exposed),
                             axis=1))  # fmt: skip
