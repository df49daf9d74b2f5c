"""How improbable are the late marks, and the finds in released land, if nothing was laid after day D?

Exact tests for one look, Bayes factors, and what becomes of a list of p values when many districts are asked. For looks
that are repeated month by month see evidence/looks.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import special

from whitestone.errors import InvalidValue

__all__ = ["EXTRA_A_YEAR", "bayes_factor", "benjamini_hochberg", "benjamini_yekutieli", "late_marks_p",
           "released_finds_p", "share_interval", "tolerated_rate"]

Array = np.ndarray[Any, Any]

EXTRA_A_YEAR: Array = 0.03 * (10.0 / 0.03) ** ((np.arange(48) + 0.5) / 48)
"""How many extra finds a year laying after D might add in a district: from one in thirty years to ten a year, every
order of size as likely as the next. All are weighed, so that nobody picks the rate after seeing the data."""


def late_marks_p(later: int, read: int, misreading_rate: float) -> float:
    """Give P(at least `later` of `read` marks read as later than D) if all are misreadings (exact binomial, one look).

    Refuses counts or a rate that cannot be with InvalidValue.

    >>> f"{late_marks_p(3, 3, 0.01):.0e}", round(late_marks_p(3, 50, 0.02), 2), late_marks_p(0, 0, 0.01)
    ('1e-06', 0.08, 1.0)
    """
    if not 0 <= later <= read:
        raise InvalidValue(field="later", value=later, why=f"from 0 to the {read} marks read")
    _rate(misreading_rate)
    return float(special.betainc(later, read - later + 1, misreading_rate)) if later else 1.0


def released_finds_p(found: int, expected: float) -> float:
    """Give P(at least `found` finds in released land) if all were missed when it was cleared (Poisson, one look).

    Refuses a negative count, and an expectation that is not above 0, with InvalidValue: nobody misses nothing.

    >>> round(released_finds_p(3, 0.4), 3), round(released_finds_p(3, 2.0), 2), released_finds_p(0, 0.4)
    (0.008, 0.32, 1.0)
    """
    _counts(found, expected)
    return float(special.gammainc(found, expected)) if found else 1.0


def bayes_factor(found: int, expected: float, years: float = 1.0) -> float:
    """Weigh "something was added" against "missed when cleared": how much better it foretells the finds of some years.

    The mean of what was missed stands against that mean and an extra rate, averaged over EXTRA_A_YEAR. Refuses what
    `released_finds_p` refuses, and years that are not above 0, with InvalidValue.

    >>> round(bayes_factor(3, 0.4)), round(bayes_factor(3, 2.0), 1)
    (10, 0.9)
    >>> bayes_factor(0, 0.4) < 1
    True
    """
    _counts(found, expected)
    if not years > 0:
        raise InvalidValue(field="years", value=years, why="above 0")
    extra = EXTRA_A_YEAR * years
    return float(np.mean(np.exp(found * np.log1p(extra / expected) - extra)))


def share_interval(part: int, whole: int, level: float = 0.95) -> tuple[float, float, float]:
    """Give a share with its exact interval (Clopper and Pearson 1934); nan and 0 to 1 of nothing.

    >>> [round(each, 3) for each in share_interval(247, 345)]
    [0.716, 0.665, 0.763]
    >>> share_interval(0, 0)[1:]
    (0.0, 1.0)
    """
    if not 0 <= part <= whole:
        raise InvalidValue(field="part", value=part, why=f"from 0 to {whole}")
    if whole == 0:
        return float("nan"), 0.0, 1.0
    tail = (1 - level) / 2
    low = special.betaincinv(part, whole - part + 1, tail) if part else 0.0
    high = special.betaincinv(part + 1, whole - part, 1 - tail) if part < whole else 1.0
    return part / whole, float(low), float(high)


def tolerated_rate(later: int, read: int, alpha: float) -> float:
    """Give the largest misreading rate at which the late marks still have p <= alpha; 0 without a late mark.

    >>> round(tolerated_rate(3, 3, 0.05), 2), tolerated_rate(0, 10, 0.05)
    (0.37, 0.0)
    """
    return float(special.betaincinv(later, read - later + 1, alpha)) if later else 0.0


def benjamini_hochberg(ps: Sequence[float]) -> list[float]:
    """Adjust p values so that those at or below q hold a share of false ones of at most q, where tests are independent.

    (Benjamini and Hochberg 1995.)

    >>> [round(each, 3) for each in benjamini_hochberg([0.01, 0.04, 0.03])], benjamini_hochberg([])
    ([0.03, 0.04, 0.04], [])
    """
    return list(map(float, _stepped(np.asarray(ps, float), 1.0)))


def benjamini_yekutieli(ps: Sequence[float]) -> list[float]:
    """Adjust p values as `benjamini_hochberg`, for tests that depend on one another in whatever way.

    Districts share readers and clearance operators, so that this is the procedure of the dating table. (Benjamini and
    Yekutieli 2001.)

    >>> [round(each, 3) for each in benjamini_yekutieli([0.01, 0.04, 0.03])], benjamini_yekutieli([])
    ([0.055, 0.073, 0.073], [])
    """
    return list(map(float, _stepped(np.asarray(ps, float), float(np.sum(1 / np.arange(1, len(ps) + 1))))))


def _stepped(ps: Array, factor: float) -> Array:
    order = np.argsort(ps)[::-1]
    ranks = np.arange(len(ps), 0, -1)
    falling = np.minimum.accumulate(ps[order] * factor * len(ps) / ranks) if len(ps) else ps
    adjusted = np.empty(len(ps))
    adjusted[order] = np.minimum(falling, 1.0)
    return adjusted


def _rate(rate: float) -> None:
    if not 0 < rate < 1:
        raise InvalidValue(field="misreading_rate", value=rate, why="above 0 and below 1: nobody reads without a slip")


def _counts(found: int, expected: float) -> None:
    if found < 0:
        raise InvalidValue(field="found", value=found, why="a count is not negative")
    if not expected > 0:
        raise InvalidValue(field="expected", value=expected, why="above 0: some items are always missed")
