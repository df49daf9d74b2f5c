"""May one look again every month without crying wolf in the end?

Yes, with evidence that is kept as an e-value: a likelihood ratio, averaged over effects, whose mean is at most 1 as
long as nothing was laid after D, on every look. The chance that it ever reaches 1/alpha is then at most alpha,
however often one looks and whenever one stops (Ville 1939; Ramdas, Gruenwald, Vovk and Shafer 2023). Two of them are
kept for a district, one of marks and one of finds in released land, and their mean counts.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from whitestone.errors import InvalidValue
from whitestone.evidence.chances import EXTRA_A_YEAR, benjamini_yekutieli

__all__ = ["SHARES", "Evidence", "first_reached", "follow", "found_evidence", "listed", "marks_evidence",
           "plan_of_looks"]

Array = np.ndarray[Any, Any]

SHARES = 50
"""Over how many equally likely shares of late items, from the misreading rate to 1, the evidence is averaged."""
_BLOCK = 2_000_000
"""So many numbers are held at once."""


class Evidence(msgspec.Struct, frozen=True):
    """What a plan of looks knows, each an array of districts by looks, in natural logarithms but for `p`.

    `marks` and `found` are the two e-values, `both` their mean, `p` the p value that holds at any look: one over the
    largest mean so far. `alarm` is the look at which a district's alarm went off (-1: never).
    """

    marks: Array
    found: Array
    both: Array
    p: Array
    alarm: Array


def marks_evidence(read: Array, later: Array, misreading_rate: float) -> Array:
    """Give ln of the marks' e-value at each look; `read` and `later` are counts of each look, districts by looks.

    Under the null hypothesis each mark reads as later than D with at most the misreading rate. Refuses counts that
    cannot be, and a rate outside 0 to 1, with InvalidValue.

    >>> float(np.round(np.exp(marks_evidence(np.array([[1, 2]]), np.array([[1, 0]]), 0.01))[0, 1], 2))
    8.58
    >>> marks_evidence(np.zeros((0, 3), int), np.zeros((0, 3), int), 0.01).shape
    (0, 3)
    """
    if not 0 < misreading_rate < 1:
        raise InvalidValue(field="misreading_rate", value=misreading_rate, why="above 0 and below 1")
    if read.shape != later.shape or (later < 0).any() or (later > read).any():
        raise InvalidValue(field="later", value=str(later.shape), why="as many as read, and none above")
    sums = np.stack((np.cumsum(read, axis=-1), np.cumsum(later, axis=-1)), axis=-1).reshape(-1, 2)
    different, which = np.unique(sums, axis=0, return_inverse=True)
    steps = (np.arange(SHARES) + 0.5) / SHARES
    shares = misreading_rate + (1 - misreading_rate) * steps
    late, early = np.log(shares / misreading_rate), np.log1p(-shares) - np.log1p(-misreading_rate)
    told = different[:, 1, None] * late + (different[:, 0] - different[:, 1])[:, None] * early
    return np.asarray(_log_mean(told)[which.reshape(-1)].reshape(read.shape))


def found_evidence(found: Array, expected: Array, years: Array) -> Array:
    """Give ln of the e-value of finds in released land at each look: the Bayes factor so far, look by look.

    `expected` is how many missed items each look was to bring to light at most, `years` how long the look is (0 where
    there is no released land). Refuses finds where none could be, and negative values, with InvalidValue.

    >>> one = np.full((1, 12), 0.4 / 12)
    >>> finds = np.zeros((1, 12), int); finds[0, [3, 6, 8]] = 1
    >>> round(float(np.exp(found_evidence(finds, one, np.full((1, 12), 1 / 12))[0, -1])))
    10
    >>> found_evidence(np.zeros((0, 3), int), np.zeros((0, 3)), np.zeros((0, 3))).shape
    (0, 3)
    """
    if (found < 0).any() or (expected < 0).any() or (years < 0).any():
        raise InvalidValue(field="found", value="negative", why="counts, expectations and years are not negative")
    if ((found > 0) & (expected <= 0)).any():
        raise InvalidValue(field="expected", value=0, why="above 0 where something was found in released land")
    told = np.empty(found.shape)
    spans = np.where(expected > 0, years, 0.0)
    block = max(1, _BLOCK // max(1, found.shape[-1] * EXTRA_A_YEAR.size))
    for at in range(0, len(found), block):
        part = slice(at, at + block)
        extra = spans[part, :, None] * EXTRA_A_YEAR
        usual = np.where(spans[part] > 0, expected[part], 1.0)[:, :, None]
        ratio = np.log(usual + extra) - np.log(usual)
        told[part] = _log_mean(np.cumsum(found[part, :, None] * ratio - extra, axis=1))
    return told


def follow(marks: Array, found: Array, alpha: float) -> Evidence:
    """Join both kinds of evidence (ln, districts by looks) and say where a district's alarm goes off.

    The mean of two e-values is one, whatever they share. Refuses an alpha outside 0 to 1 with InvalidValue.

    >>> ln = np.log(np.array([[1.0, 50.0, 3.0]]))
    >>> told = follow(ln, np.zeros((1, 3)), 0.05)
    >>> told.alarm.tolist(), np.round(told.p, 3).tolist()
    ([1], [[1.0, 0.039, 0.039]])
    """
    if not 0 < alpha < 1:
        raise InvalidValue(field="alpha", value=alpha, why="above 0 and below 1")
    both = np.logaddexp(marks, found) - np.log(2)
    largest = np.maximum.accumulate(both, axis=1) if both.shape[1] else both
    return Evidence(marks, found, both, np.minimum(1.0, np.exp(-largest)), first_reached(largest >= -np.log(alpha)))


def listed(evidence: Evidence, alpha: float) -> Array:
    """Give for each district the first look at which it is listed over all districts (-1: never).

    At most a share alpha of what is listed is there in error, on average (false discovery rate; Benjamini and
    Yekutieli on p values that hold at any look). Such p values only fall, so a list only grows, and its last state
    keeps the promise for all looks.

    >>> ln = np.log(np.array([[1.0, 5000.0], [1.0, 1.0]]))
    >>> listed(follow(ln, np.zeros((2, 2)), 0.05), 0.05).tolist()
    [1, -1]
    """
    looks = evidence.p.shape[1]
    adjusted = [benjamini_yekutieli(evidence.p[:, look].tolist()) for look in range(looks)]
    by_district = np.array(adjusted).reshape(looks, len(evidence.p)).T
    return first_reached(by_district <= alpha)


def plan_of_looks(alpha: float) -> list[str]:
    """Say the plan in sentences, as it stands beside every table.

    >>> len(plan_of_looks(0.05))
    4
    """
    return [
        "One look at the end of every month, for as long as the table is kept; none is left out, none is special.",
        "Two e-values are kept for each district, of marks and of finds in released land; their mean counts. Under the "
        "null hypothesis its mean is at most 1 at every look.",
        f"A district's alarm goes off when that mean reaches {1 / alpha:g} (1/alpha). Where nothing was "
        f"laid after D, at most {alpha:.1%} of districts ever have an alarm, over all looks together.",
        f"Over all districts, those are listed whose adjusted p value is at most {alpha:g} (Benjamini and "
        "Yekutieli): at most that share of the list is there in error, on average.",
    ]


def first_reached(reached: Array) -> Array:
    """Give the first look (column) that is true in each row, -1 where none is.

    >>> first_reached(np.array([[False, True], [False, False]])).tolist()
    [1, -1]
    """
    if not reached.shape[1]:
        return np.full(len(reached), -1)
    return np.where(reached.any(axis=1), reached.argmax(axis=1), -1)


def _log_mean(told: Array) -> Array:
    highest = told.max(axis=-1, keepdims=True) if told.size else np.zeros((*told.shape[:-1], 1))
    return np.asarray(highest[..., 0] + np.log(np.mean(np.exp(told - highest), axis=-1)))
