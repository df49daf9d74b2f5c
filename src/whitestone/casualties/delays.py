"""How many casualties of the last months are still to be reported?

Each record says when it happened and when it became known here. How long reports took in the past says what share of a
month is known by now (reverse-time life table: Lawless 1994; the chain ladder of insurers). Only delays that were
really clocked count: twenty years that were brought in one night say nothing about delays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from whitestone.casualties.series import period_label
from whitestone.errors import InvalidValue

__all__ = ["DELAY_RULE", "LateMonth", "Lateness", "estimate_late"]

Array = np.ndarray[Any, Any]

LONGEST_MONTHS = 24
FEWEST_RECORDS = 30
DELAY_RULE = (
    "Share of reports that come within so many months, from records of the past by their two clocks; what comes later "
    f"than {LONGEST_MONTHS} months is not foretold. Expected: reported over that share. The interval (95 %) "
    "holds the chance of the reports still to come, not that delays change."
)


class LateMonth(msgspec.Struct, frozen=True, kw_only=True):
    """A recent month: what is reported, which share of it is known by now, and what to expect in the end."""

    month: str
    reported: int
    share_known: float | None
    expected: float | None
    low: float | None
    high: float | None


class Lateness(msgspec.Struct, frozen=True, kw_only=True):
    """The recent months, and the median delay; None with the reason where delays are not known."""

    months: list[LateMonth]
    records: int
    median_delay_months: int | None
    why_not: str | None = None


def estimate_late(occurred: Sequence[int], known: Sequence[int], now: int, *, months: int = 12) -> Lateness:
    """Foretell the recent months' counts; `occurred`, `known` and `now` number months (12 a year plus month less 1).

    Records known before they occurred, or after `now`, are left out. Gives the reason in place of figures where fewer
    than FEWEST_RECORDS delays are known, or where records came to be known in two months only. Refuses columns of
    different lengths with InvalidValue.

    >>> months = list(range(100, 140))
    >>> told = estimate_late(months * 2, months + [month + 1 for month in months], 139)
    >>> told.months[-1].reported, told.months[-1].share_known, told.months[-1].expected
    (1, 0.5, 2.0)
    >>> estimate_late([], [], 139).why_not
    'delays of 0 records are known, and 30 are the fewest'
    """
    if len(occurred) != len(known):
        raise InvalidValue(field="known", value=len(known), why=f"as many as occurred: {len(occurred)}")
    happened, came = np.asarray(occurred, dtype=np.int64), np.asarray(known, dtype=np.int64)
    fits = (came >= happened) & (came <= now)
    happened, delay = happened[fits], (came - happened)[fits]
    recent = [now - back for back in range(months - 1, -1, -1)]
    reported = {month: int(np.sum(happened == month)) for month in recent}
    why_not = _why_not(came[fits])
    if why_not is not None:
        bare = [LateMonth(month=period_label(month, "month"), reported=reported[month], share_known=None, expected=None,
                          low=None, high=None) for month in recent]  # fmt: skip
        return Lateness(months=bare, records=len(delay), median_delay_months=None, why_not=why_not)
    shares = _shares_known(happened, delay, now)
    return Lateness(
        months=[_late_month(month, reported[month], float(shares[min(now - month, LONGEST_MONTHS)]))
                for month in recent],
        records=len(delay), median_delay_months=int(np.argmax(shares >= 0.5)),
    )  # fmt: skip


def _why_not(came: Array) -> str | None:
    if len(came) < FEWEST_RECORDS:
        return f"delays of {len(came)} records are known, and {FEWEST_RECORDS} are the fewest"
    if len(np.unique(came)) < 3:
        return "the records came to be known in two months or one: they were brought in, not reported one by one"
    return None


def _shares_known(happened: Array, delay: Array, now: int) -> Array:
    """Give for each delay d the share of reports that come within d months (of those within LONGEST_MONTHS).

    P(delay <= d - 1 | delay <= d) is taken from months that are at least d months old, and multiplied up from the
    longest delay down.
    """
    shares = np.ones(LONGEST_MONTHS + 1)
    for months in range(LONGEST_MONTHS, 0, -1):
        old = happened <= now - months
        within, at = np.sum(old & (delay <= months)), np.sum(old & (delay == months))
        shares[months - 1] = shares[months] * (1 - at / within if within else 1.0)
    return shares


def _late_month(month: int, reported: int, share: float) -> LateMonth:
    if share <= 0:
        return LateMonth(month=period_label(month, "month"), reported=reported, share_known=0.0, expected=None,
                         low=None, high=None)
    from scipy import stats

    # What is still to come, foretold from what came: a negative binomial (Poisson with Jeffreys' prior for its mean).
    low, high = (0.0, 0.0) if share >= 1 else stats.nbinom.ppf((0.025, 0.975), reported + 0.5, share)
    return LateMonth(month=period_label(month, "month"), reported=reported, share_known=share,
                     expected=reported / share, low=reported + float(low), high=reported + float(high))
