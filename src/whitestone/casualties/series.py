"""How many casualties fall into each month or year, and which dates are too vague for that?

Every period from the first to the last stands in the series, those without casualties as 0: an empty month is a count,
not a gap. What cannot be placed is counted beside it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import msgspec

from whitestone.domain.dates import PartialDate, parse_partial
from whitestone.errors import InvalidValue

__all__ = ["MOST_PERIODS", "STEPS", "Series", "count_series", "period_label", "period_of"]

STEPS = ("year", "month")
MOST_PERIODS = 3_000


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of `step` periods from number `first` on; `too_vague` are dates of less precision, `undated` none.

    A year is its number; a month is 12 times the year plus the month less 1.
    """

    step: str
    first: int
    counts: list[int]
    undated: int = 0
    too_vague: int = 0
    outside: int = 0

    @property
    def labels(self) -> list[str]:
        """Return the periods as people write them.

        >>> Series(step="month", first=24_251, counts=[1, 0]).labels, Series(step="year", first=0, counts=[]).labels
        (['2020-12', '2021-01'], [])
        """
        return [period_label(self.first + at, self.step) for at in range(len(self.counts))]


def count_series(dates: Iterable[tuple[str | None, int]], step: str, start: dt.date | None = None,
                 end: dt.date | None = None) -> Series:
    """Count dated persons by year or month; `dates` holds pairs of a date as stated and the persons it stands for.

    `start` and `end` bound the series, both included (default: the first and last period with anybody). Dates that are
    not understood count as undated. Refuses another step, an end before the start, and a series that would be longer
    than MOST_PERIODS, with InvalidValue.

    >>> count_series([("2020-11-03", 1), ("2021-01", 2), ("2020", 1), (None, 1)], "month")
    Series(step='month', first=24250, counts=[1, 0, 2], undated=1, too_vague=1, outside=0)
    >>> count_series([], "year").counts
    []
    """
    if step not in STEPS:
        raise InvalidValue(field="by", value=step, why=f"one of {', '.join(STEPS)}")
    found: dict[int, int] = {}
    undated = vague = outside = 0
    low, high = (None if day is None else _number(day, step) for day in (start, end))
    if low is not None and high is not None and high < low:
        raise InvalidValue(field="to", value=str(end), why="not before --from")
    for text, persons in dates:
        day = _day(text)
        if day is None:
            undated += persons
            continue
        period = period_of(day, step)
        if period is None:
            vague += persons
        elif (low is not None and period < low) or (high is not None and period > high):
            outside += persons
        else:
            found[period] = found.get(period, 0) + persons
    first = low if low is not None else min(found, default=high if high is not None else 0)
    last = high if high is not None else max(found, default=first if low is not None else first - 1)
    if last - first + 1 > MOST_PERIODS:
        raise InvalidValue(field="dates", value=f"{period_label(first, step)} to {period_label(last, step)}",
                           why=f"{MOST_PERIODS:,} periods at most: bound them with --from and --to")
    counts = [found.get(period, 0) for period in range(first, last + 1)]
    return Series(step=step, first=first, counts=counts, undated=undated, too_vague=vague, outside=outside)


def period_of(day: PartialDate, step: str) -> int | None:
    """Number the year or month of a date; None where the date is too vague for it.

    >>> period_of(parse_partial("2021-05"), "month"), period_of(parse_partial("2021"), "month")
    (24256, None)
    """
    first, last = _number(day.first_day, step), _number(day.last_day, step)
    return first if first == last else None


def period_label(period: int, step: str) -> str:
    """Write the number of a year or month as people do.

    >>> period_label(24_256, "month"), period_label(2021, "year")
    ('2021-05', '2021')
    """
    return f"{period // 12:04}-{period % 12 + 1:02}" if step == "month" else f"{period:04}"


def _number(day: dt.date, step: str) -> int:
    return day.year * 12 + day.month - 1 if step == "month" else day.year


def _day(text: str | None) -> PartialDate | None:
    if not text:
        return None
    try:
        return parse_partial(str(text))
    except InvalidValue:
        return None
