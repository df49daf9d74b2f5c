"""How exactly is a date known, and on which day does it act?

A partial date is written as far as it is known: `2014`, `2014-05` or `2014-05-03` (ISO 8601 reduced precision).
It acts at the end of its span, so that a release "in 2014" leaves the account on 31 December 2014.
"""

from __future__ import annotations

import calendar
import re
from datetime import date

import msgspec

from whitestone.errors import InvalidValue

__all__ = ["PartialDate", "parse_partial"]

_ISO = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")


class PartialDate(msgspec.Struct, frozen=True, order=True):
    """A calendar date known to the day, the month or the year.

    >>> PartialDate(2014, 2).last_day
    datetime.date(2014, 2, 28)
    >>> str(PartialDate(2014)), PartialDate(2014).precision
    ('2014', 'year')
    """

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def precision(self) -> str:
        """Say how exactly the date is known: `day`, `month` or `year`."""
        return "day" if self.day else "month" if self.month else "year"

    @property
    def first_day(self) -> date:
        """Return the first day of the span."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last_day(self) -> date:
        """Return the last day of the span: the day on which the date acts."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def __str__(self) -> str:
        parts = [f"{self.year:04d}", *(f"{part:02d}" for part in (self.month, self.day) if part)]
        return "-".join(parts)


def parse_partial(text: str, field: str = "date") -> PartialDate:
    """Read `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.

    Refuses anything else, and days that no calendar has, with InvalidValue, which names the `field`. Other spellings
    are the business of a mapping's date formats, where the source is known.

    >>> parse_partial("2014-05")
    PartialDate(year=2014, month=5, day=None)
    >>> parse_partial("")
    Traceback (most recent call last):
    ...
    whitestone.errors.InvalidValue: date: '' is not understood (expected YYYY, YYYY-MM or YYYY-MM-DD).
    """
    match = _ISO.match(text)
    if not match:
        raise InvalidValue(field=field, value=text, why="expected YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, day = (int(part) if part else None for part in match.groups())
    parsed = PartialDate(year or 0, month, day)
    try:
        _ = (parsed.first_day, parsed.last_day)
    except ValueError as error:
        raise InvalidValue(field=field, value=text, why=str(error)) from error
    return parsed
