"""Which duties with a date do the treaties of mine action lay on a party, and when does each fall due?

The rules are data (`obligation_rules.toml`), versioned, with the article beside each. A due date is counted from the
day on which the instrument entered into force for the party; nothing here says whether a duty was met.
"""

from __future__ import annotations

import calendar
import datetime as dt
import functools
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

import msgspec

from whitestone.errors import InvalidValue

__all__ = ["Duty", "due_on", "duties", "instruments", "occurrences", "rules_version"]


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """One duty of an instrument: due once after `years` or `days`, or every year on `recurs_on` (month-day)."""

    key: str
    article: str
    duty: str
    rule: str
    years: int | None = None
    days: int | None = None
    extension_years: int | None = None
    recurs_on: str | None = None
    covers: str | None = None


def instruments() -> dict[str, str]:
    """Return the instruments that have rules, key -> title.

    >>> instruments()["ccm"]
    'Convention on Cluster Munitions'
    """
    return {key: str(each["title"]) for key, each in _data().items() if isinstance(each, dict)}


def duties(instrument: str) -> tuple[Duty, ...]:
    """Return the duties of an instrument; refuses one without rules with InvalidValue.

    >>> [each.article for each in duties("apmbc")]
    ['Article 4', 'Article 5(1)', 'Article 7(1)', 'Article 7(2)']
    >>> duties("")
    Traceback (most recent call last):
    ...
    whitestone.errors.InvalidValue: instrument: '' is not understood (one of apmbc, ccm, ccw_ap2, ccw_p5; others are \
added by hand).
    """
    if instrument not in instruments():
        why = f"one of {', '.join(instruments())}; others are added by hand"
        raise InvalidValue(field="instrument", value=instrument, why=why)
    return tuple(msgspec.convert(each, Duty) for each in _data()[instrument]["duty"])


def due_on(duty: Duty, in_force: dt.date) -> dt.date | None:
    """Return the day on which a duty that is due once falls due; None for one that returns every year.

    Years end on the same day of the year (29 February: on the last day of that month); days are counted.

    >>> due_on(duties("apmbc")[1], dt.date(1999, 3, 1)), due_on(duties("apmbc")[2], dt.date(1999, 3, 1))
    (datetime.date(2009, 3, 1), datetime.date(1999, 8, 28))
    >>> due_on(duties("apmbc")[3], dt.date(1999, 3, 1)) is None
    True
    """
    if duty.days is not None:
        return in_force + dt.timedelta(days=duty.days)
    if duty.years is None:
        return None
    year = in_force.year + duty.years
    return dt.date(year, in_force.month, min(in_force.day, calendar.monthrange(year, in_force.month)[1]))


def occurrences(recurs_on: str, in_force: dt.date | None, begins: dt.date, ends: dt.date) -> list[dt.date]:
    """List the days on which a yearly report is due within a period, from the year after entry into force on.

    Refuses what is no month and day with InvalidValue.

    >>> occurrences("04-30", dt.date(2020, 6, 1), dt.date(2020, 1, 1), dt.date(2022, 12, 31))
    [datetime.date(2021, 4, 30), datetime.date(2022, 4, 30)]
    >>> occurrences("04-30", None, dt.date(2022, 1, 1), dt.date(2021, 1, 1))
    []
    """
    try:
        month, day = (int(each) for each in recurs_on.split("-"))
        days = [dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))
                for year in range(begins.year, ends.year + 1)]  # fmt: skip
    except (ValueError, calendar.IllegalMonthError) as error:
        raise InvalidValue(field="recurs_on", value=recurs_on, why="month and day, as 04-30") from error
    first = in_force.year + 1 if in_force else begins.year
    return [each for each in days if begins <= each <= ends and each.year >= first]


def rules_version() -> str:
    """Return the version of the rules, printed with every calendar that they shaped.

    >>> rules_version()[:4].isdigit()
    True
    """
    return str(_data()["version"])


@functools.cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads((resources.files("whitestone.domain") / "obligation_rules.toml").read_text("utf-8"))
