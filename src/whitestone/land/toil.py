"""How much work is it to count ground on which very many different shapes lie, and when is it too much?

Ground that ten shapes cover costs microseconds; where thousands of different ones lie on one spot there are millions of
combinations, each with a story of its own. The work is counted in steps, so that the same ground is counted or refused
on every machine, and a person has an answer in minutes: a figure, or where it is too crowded and what to do.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from whitestone.errors import GroundTooCrowded

__all__ = ["MOST_STEPS", "SURELY", "crowded_sample", "steps_of", "too_crowded"]

Array = np.ndarray[Any, Any]

_PER_MINUTE = 30_000_000_000
MOST_STEPS = 10 * _PER_MINUTE
"""Steps that a count may take where no setting says otherwise. A step takes 0.7 to 2.9 nanoseconds of one processor
(measured on discs, blobs and hairlines), so this is 4 to 14 minutes of one. A country of 60,000 hazards and 200,000
releases takes two thousand million."""
CROWD = 300
"""A unit that has to look at more outlines than this is crowded."""
SAMPLE = 24
"""Of so many crowded units the work is foreseen where they are ten times as many, or more."""
SURELY = 2.0
"""Refused at once is what would take so many times the steps that are allowed, as far as the sample tells."""


def steps_of(minutes: float) -> int:
    """Give the steps of so many minutes of one ordinary processor: the same limit on every machine.

    >>> steps_of(10) == MOST_STEPS, steps_of(0)
    (True, 0)
    """
    return round(minutes * _PER_MINUTE)


def crowded_sample(first: Array, chosen: Array) -> tuple[Array, float]:
    """Choose a few of the crowded units among the chosen ones, evenly by number, and say for how many each stands.

    `first` says where the outlines begin that each unit looks at. Nothing is chosen where few units are crowded.

    >>> some, share = crowded_sample(np.arange(0, 301 * 1000, 1000), np.arange(300))
    >>> some.size, share, crowded_sample(np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64))[0].size
    (24, 12.5, 0)
    """
    crowded = np.sort(chosen[first[chosen + 1] - first[chosen] > CROWD])
    if crowded.size < 10 * SAMPLE:
        return crowded[:0], 0.0
    at = ((np.arange(SAMPLE) + 0.5) * crowded.size / SAMPLE).astype(np.int64)
    return crowded[at], crowded.size / SAMPLE


def too_crowded(first: Array, boxes: Array) -> GroundTooCrowded:
    """Say that counting takes too many steps, and where most outlines lie on each other.

    >>> problem = too_crowded(np.array([0, 2, 4]), np.array([[0.0, 0, 2, 2], [1, 1, 3, 3]]))
    >>> problem.code, "lies under 1 other" in str(problem)
    ('ground-too-crowded', True)
    """
    meet = np.diff(first)
    worst = int(meet.argmax())
    x_m, y_m = (f"{boxes[worst, [at, at + 2]].mean():,.0f}" for at in (0, 1))
    return GroundTooCrowded(on_it=f"{meet[worst] - 1:,}", x_m=x_m, y_m=y_m)
