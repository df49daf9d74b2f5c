"""How large must an effect be, and how long must one look, before the table would show it?

Computed exactly, look by look, over all counts that may come (no simulation): what has not raised an alarm by a look is
carried to the next. A table that shows no alarm says little where its power is low; so the power stands beside it.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import stats

from whitestone.errors import InvalidValue
from whitestone.evidence.looks import found_evidence, marks_evidence

__all__ = ["found_power", "marks_power", "power_table"]

Array = np.ndarray[Any, Any]

LATE_SHARES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5)
EXTRA_FINDS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)


@functools.cache
def marks_power(late_share: float, read_a_look: int, looks: int, misreading_rate: float, alpha: float) -> float:
    """Give the probability that marks alone raise an alarm within some looks, where a share is truly later than D.

    An item that is not later is read as later with the misreading rate; `late_share` 0 gives the false alarms. Refuses
    shares outside 0 to 1 and negative counts with InvalidValue.

    >>> marks_power(0.0, 2, 24, 0.01, 0.05) <= 0.05 < marks_power(0.5, 2, 24, 0.01, 0.05)
    True
    >>> marks_power(0.5, 0, 24, 0.01, 0.05)
    0.0
    """
    if not 0 <= late_share <= 1:
        raise InvalidValue(field="late_share", value=late_share, why="from 0 to 1")
    if read_a_look < 0 or looks < 0:
        raise InvalidValue(field="looks", value=looks, why="counts are not negative")
    rate = late_share + (1 - late_share) * misreading_rate
    step = stats.binom.pmf(np.arange(read_a_look + 1), read_a_look, rate)
    most = read_a_look * looks
    alarms = []
    for look in range(1, looks + 1):
        read = look * read_a_look
        later = np.minimum(np.arange(most + 1), read)[:, None]
        alarms.append(_alone(marks_evidence(np.full_like(later, read), later, misreading_rate)[:, 0], alpha))
    return _absorbed(step, alarms, most)


@functools.cache
def found_power(extra_a_year: float, expected_a_year: float, looks: int, alpha: float) -> float:
    """Give the probability that finds in released land alone raise an alarm within so many monthly looks.

    `extra_a_year` finds come on top of `expected_a_year` missed ones; 0 gives the false alarms. Refuses a negative
    extra, and an expectation that is not above 0, with InvalidValue.

    >>> found_power(0.0, 0.4, 24, 0.05) <= 0.05 < found_power(4.0, 0.4, 24, 0.05)
    True
    >>> found_power(4.0, 0.4, 0, 0.05)
    0.0
    """
    if extra_a_year < 0 or not expected_a_year > 0:
        raise InvalidValue(field="expected_a_year", value=expected_a_year, why="above 0, and no negative extra")
    mean = (extra_a_year + expected_a_year) / 12
    most = int(stats.poisson.isf(1e-9, mean * max(looks, 1))) + 1
    step = stats.poisson.pmf(np.arange(most + 1), mean)
    step[-1] += 1 - step.sum()
    alarms = []
    for look in range(1, looks + 1):
        found = np.arange(most + 1)[:, None]
        expected = np.full((most + 1, 1), expected_a_year * look / 12)
        alarms.append(_alone(found_evidence(found, expected, np.full((most + 1, 1), look / 12))[:, 0], alpha))
    return _absorbed(step, alarms, most)


def power_table(misreading_rate: float, alpha: float, *, looks: int = 24, read: Sequence[int] = (1, 3, 10),
                expected_a_year: Sequence[float] = (0.1, 0.4, 2.0)) -> dict[str, Any]:
    """Lay out the power by effect size: marks by their late share, finds by how many a year are added.

    Rows are effect sizes (the first is 0: false alarms), columns marks read a month, or missed items expected a year.

    >>> table = power_table(0.01, 0.05, looks=12, read=(1,), expected_a_year=(0.4,))
    >>> table["marks"][0]["late_share"], len(table["found"]), max(table["marks"][0]["power"]) <= 0.05
    (0.0, 6, True)
    """
    return {
        "looks": looks, "alpha": alpha, "misreading_rate": misreading_rate,
        "read_a_month": list(read), "expected_a_year": list(expected_a_year),
        "marks": [{"late_share": share, "power": [round(marks_power(share, each, looks, misreading_rate, alpha), 4)
                                                  for each in read]} for share in LATE_SHARES],
        "found": [{"extra_a_year": extra, "power": [round(found_power(extra, each, looks, alpha), 4)
                                                    for each in expected_a_year]} for extra in EXTRA_FINDS],
    }  # fmt: skip


def _alone(told: Array, alpha: float) -> Array:
    """Say at which counts the alarm goes off where the other kind of evidence is silent (e-value 1)."""
    return np.asarray(np.logaddexp(told, 0.0) - np.log(2) >= -np.log(alpha))


def _absorbed(step: Array, alarms: Sequence[Array], most: int) -> float:
    mass = np.zeros(most + 1)
    mass[0] = 1.0
    raised = 0.0
    for alarm in alarms:
        spread = np.convolve(mass, step)
        mass, beyond = spread[: most + 1].copy(), float(spread[most + 1 :].sum())
        mass[-1] += beyond
        raised += float(mass[alarm].sum())
        mass[alarm] = 0.0
    return min(1.0, raised)
