"""When may a survey stop, where items lie in a pattern: has this row ended, and would lanes have met one at all?

A row is followed from item to item at the spacing that its own finds show; what is missing, or missed, looks like its
end. Lanes across an area meet a row in some places only. Both are told as probabilities with what they rest on.
Nothing here says how a pattern is laid: spacing and gaps are what was observed.
"""

from __future__ import annotations

import math
from typing import Any

from whitestone.errors import InvalidValue

__all__ = ["lanes_miss", "row_goes_on"]


LEAST_M, MOST_M = 0.01, 1e6
"""Lengths outside these bounds are slips of the pen, metres."""


def row_goes_on(empty_m: float, spacing_m: float, detection: float, *, present: float = 0.9, prior: float = 0.5,
                limit: float = 0.01) -> dict[str, Any]:
    """Give the probability that a row goes on beyond a stretch without a find, and the stretch after which it may be
    left.

    `empty_m` was searched beyond the last find, in the direction of the row; `spacing_m` is the observed distance
    between its items; `detection` the probability of finding an item that is there; `present` the share of places in a
    row that still hold one; `prior` the probability that the row goes on, before looking; `limit` the probability at
    which it may be left. Refuses what cannot be with InvalidValue.

    >>> told = row_goes_on(20.0, 4.0, 0.99, present=0.9)
    >>> told["places"], f"{told['goes_on']:.1e}", told["may_stop"], told["needed_m"]
    (5, '1.5e-05', True, 12.0)
    >>> row_goes_on(0.0, 4.0, 0.99)["goes_on"]
    0.5
    """
    _shares(detection=detection, present=present, prior=prior, limit=limit)
    if not (0 <= empty_m <= MOST_M and LEAST_M <= spacing_m <= MOST_M):
        raise InvalidValue(field="spacing_m", value=spacing_m,
                           why=f"from {LEAST_M:g} m, and stretches up to {MOST_M:g} m")
    silent = 1 - present * detection
    places = math.floor(round(empty_m / spacing_m, 9))
    goes_on = _posterior(prior, silent, places)
    needed = _places_needed(prior, silent, limit)
    return {
        "places": places, "goes_on": goes_on, "limit": limit, "may_stop": goes_on <= limit,
        "needed_m": needed * spacing_m, "more_m": max(0.0, needed * spacing_m - empty_m),
        "assumptions": [
            f"The row keeps its direction and its observed spacing of {spacing_m:g} m; a bend or a wider gap is not "
            f"foreseen.",
            f"Of its places, {present:.0%} still hold an item, and an item that is there is found with probability "
            f"{detection:g}, each on its own.",
            f"Before looking, the row was as likely as {prior:.0%} to go on.",
            "That this row ends says nothing of another row.",
        ],
    }  # fmt: skip


def lanes_miss(row_m: float, lane_gap_m: float, lane_width_m: float, spacing_m: float, detection: float, *,
               present: float = 0.9, limit: float = 0.05) -> dict[str, Any]:
    """Give the probability that parallel lanes meet no item of a row of some length, and the gap that would be narrow
    enough.

    Lanes of `lane_width_m` lie `lane_gap_m` apart (middle to middle) and cross the row, which may lie anywhere along
    them; a crossing shows an item with the probability that the lane holds one of its places, that an item is there,
    and that it is found. Refuses what cannot be, and lanes wider than their gap, with InvalidValue.

    >>> told = lanes_miss(60.0, 10.0, 2.0, 4.0, 0.95)
    >>> round(told["missed"], 3), told["may_stop"], round(told["needed_gap_m"], 1)
    (0.035, True, 11.0)
    >>> lanes_miss(0.0, 10.0, 2.0, 4.0, 0.95)["missed"]
    1.0
    """
    _shares(detection=detection, present=present, limit=limit)
    lanes_fit = LEAST_M <= lane_width_m <= lane_gap_m <= MOST_M
    if not (0 <= row_m <= MOST_M and spacing_m >= LEAST_M and lanes_fit):
        raise InvalidValue(field="lane_gap_m", value=lane_gap_m,
                           why="not less than the lane's width, and lengths above 0")
    shown = min(1.0, lane_width_m / spacing_m) * present * detection
    missed = _missed(row_m, lane_gap_m, shown)
    return {
        "missed": missed, "limit": limit, "may_stop": missed <= limit, "crossing_shows": shown,
        "needed_gap_m": _widest(row_m, lane_width_m, shown, limit),
        "assumptions": [
            f"A row of {row_m:g} m lies across the lanes, anywhere between them; a row along the lanes is not met "
            f"by them.",
            f"Places in the row are {spacing_m:g} m apart, {present:.0%} still hold an item, and an item that is "
            f"there is "
            f"found with probability {detection:g}; crossings show it each on its own.",
            "Shorter rows and single items are missed more often; ground between the lanes was not searched.",
        ],
    }  # fmt: skip


def _posterior(prior: float, silent: float, places: int) -> float:
    goes_on = prior * silent**places
    return goes_on / (goes_on + 1 - prior)


def _places_needed(prior: float, silent: float, limit: float) -> int:
    """Count the silent places after which the row goes on with the limit's probability at most."""
    if prior <= limit:
        return 0
    if silent <= 0:
        return 1
    odds = math.log(limit / (1 - limit)) - math.log(prior / (1 - prior))
    return max(0, math.ceil(round(odds / math.log(silent), 9)))


def _missed(row_m: float, gap_m: float, shown: float) -> float:
    """Average over where the row begins: it crosses one lane more in the share of cases that the remainder gives."""
    crossings = math.floor(row_m / gap_m)
    one_more = row_m / gap_m - crossings
    return float((1 - shown) ** crossings * (1 - one_more * shown))


def _widest(row_m: float, lane_width_m: float, shown: float, limit: float) -> float | None:
    """Find the widest gap at which a row is missed rarely enough, by halving; None where lanes side by side do not
    do."""
    low, high = lane_width_m, max(row_m, lane_width_m) / max(limit, 1e-9)
    if _missed(row_m, low, shown) > limit:
        return None
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _missed(row_m, middle, shown) <= limit else (low, middle)
    return low


def _shares(**values: float) -> None:
    for field, value in values.items():
        if not 0 < value < 1 and not (value == 1 and field in ("detection", "present")):
            raise InvalidValue(field=field, value=value, why="a share above 0 and below 1")
