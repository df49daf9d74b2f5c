"""Which ground is claimed outside every hazard, or by several releases, by a day and in a period?

Claims are sets of releases on ground (see `units`). What is claimed since ever by any day is a step for each day on
which it changes; these are summed once, so that a day is looked up. A period looks at all sets.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from whitestone.land.marks import NEVER

__all__ = ["CROWDED", "KEPT_CLAIMS", "OUTSIDE", "TWICE", "ClaimSteps", "chosen_claims", "claim_steps", "claimed_by"]

Array = np.ndarray[Any, Any]

OUTSIDE, TWICE, CROWDED = 0, 1, 2
"""Kinds of claims: releases that lie outside every hazard on which they act; ground released more than once; ground
released more often than all claims are kept of (see KEPT_CLAIMS)."""
KEPT_CLAIMS = 8
"""Of ground under more releases than this the claims keep the first two by day and the last."""


class ClaimSteps(NamedTuple):
    """From which day on how much is claimed since ever, in hundredths of m2: days in order, and sums up to each.

    `sets` and `members` are the ground outside every hazard that several releases claim: it is looked at as it is.
    """

    twice_days: np.ndarray
    twice_cents: np.ndarray
    outside_days: np.ndarray
    outside_cents: np.ndarray
    sets: np.ndarray
    members: np.ndarray


def chosen_claims(sets: Array, members: Array, days_of: Array, kind: int, first_day: int, last_day: int) -> Array:
    """Say which sets count: ground that a release of the period claims OUTSIDE any hazard, or TWICE.

    `days_of` are the days of releases.

    >>> none = np.zeros((0, 4), dtype=np.int64), np.zeros((0, 2), dtype=np.int32)
    >>> chosen_claims(*none, np.zeros(0), TWICE, 0, 9).tolist()
    []
    """
    chosen = np.zeros(len(sets), dtype=bool)
    some = np.flatnonzero(_sizes(sets, members) > 0)
    if not some.size:
        return chosen
    first = sets[some, 3]
    days = days_of[members[:, 0]]
    known = days <= last_day
    if kind == OUTSIDE:
        claims = known & (days >= first_day) & (members[:, 1] > last_day)
        chosen[some] = np.logical_or.reduceat(claims, first) & (sets[some, 1] == kind)
        return chosen
    many = np.add.reduceat(known, first, dtype=np.int32) > 1
    within = np.logical_or.reduceat(known & (days >= first_day), first)
    chosen[some] = many & within & (sets[some, 1] != OUTSIDE)
    return chosen


def claim_steps(sets: Array, members: Array, days_of: Array) -> ClaimSteps:
    """Sum what is claimed since ever, by the days on which it changes; `days_of` are the days of releases.

    >>> sets, members = np.array([[0, TWICE, 700, 0]]), np.array([[0, NEVER], [1, NEVER]])
    >>> steps = claim_steps(sets, members, np.array([5, 3]))
    >>> steps.twice_days.tolist(), steps.twice_cents.tolist(), claimed_by(steps, TWICE, 4, np.zeros(0))
    ([5], [700], 0)
    >>> claim_steps(sets[:0], members[:0], np.zeros(0)).twice_days.size
    0
    """
    sizes = _sizes(sets, members)
    is_outside = sets[:, 1] == OUTSIDE
    twice = _steps(*_second_days(sets, members, days_of, np.flatnonzero(~is_outside & (sizes > 1)), sizes))
    alone = np.flatnonzero(is_outside & (sizes == 1))
    at = sets[alone, 3]
    begins, ends, cents = days_of[members[at, 0]], members[at, 1], sets[alone, 2]
    lasting = begins < ends
    outside = _steps(np.concatenate([begins[lasting], ends[lasting]]),
                     np.concatenate([cents[lasting], -cents[lasting]]))
    several = np.flatnonzero(is_outside & (sizes > 1))
    kept = sets[several].copy()
    kept[:, 3] = np.cumsum(sizes[several]) - sizes[several]
    return ClaimSteps(*twice, *outside, kept, members[_members_of(sets, several, sizes)])


def claimed_by(steps: ClaimSteps, kind: int, day: int, days_of: Array) -> int:
    """Look up what is claimed since ever by a day, in hundredths of m2; `days_of` are the days of releases.

    >>> claimed_by(claim_steps(np.zeros((0, 4), int), np.zeros((0, 2), int), np.zeros(0)), OUTSIDE, 9, np.zeros(0))
    0
    """
    days, cents = steps[0:2] if kind == TWICE else steps[2:4]
    at = int(np.searchsorted(days, day, side="right"))
    found = int(cents[at - 1]) if at else 0
    if kind == OUTSIDE:
        chosen = chosen_claims(steps.sets, steps.members, days_of, OUTSIDE, 0, day)
        found += int(steps.sets[chosen, 2].sum())
    return found


def _sizes(sets: Array, members: Array) -> Array:
    return np.diff(np.append(sets[:, 3], len(members)))


def _members_of(sets: Array, chosen: Array, sizes: Array) -> Array:
    """Give the places of the members of some sets."""
    mine = sizes[chosen]
    places: Array = np.arange(int(mine.sum())) + np.repeat(sets[chosen, 3] - (np.cumsum(mine) - mine), mine)
    return places


def _second_days(sets: Array, members: Array, days_of: Array, chosen: Array, sizes: Array) -> tuple[Array, Array]:
    """Give for each chosen set the day of its second release, and its hundredths."""
    if not chosen.size:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    days = days_of[members[_members_of(sets, chosen, sizes), 0]].astype(np.int64)
    mine = sizes[chosen]
    first = np.cumsum(mine) - mine
    owner = np.repeat(np.arange(chosen.size), mine)
    earliest = np.flatnonzero(days == np.minimum.reduceat(days, first)[owner])
    days[earliest[np.unique(owner[earliest], return_index=True)[1]]] = NEVER
    return np.minimum.reduceat(days, first), sets[chosen, 2]


def _steps(days: Array, cents: Array) -> tuple[Array, Array]:
    """Sum changes by day: the days in order, and the sum up to and including each."""
    every, index = np.unique(np.asarray(days, dtype=np.int64), return_inverse=True)
    sums = np.zeros(len(every), dtype=np.int64)
    np.add.at(sums, index, cents)
    return every, np.cumsum(sums)
