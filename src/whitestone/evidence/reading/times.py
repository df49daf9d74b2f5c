"""Which periods does a sentence name, as ISO dates of the precision that is known?"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from whitestone.evidence.reading.days import Day, opener_of
from whitestone.evidence.reading.lexicon import Mark
from whitestone.evidence.reading.numbers import Number
from whitestone.evidence.reading.sentence import Sentence

__all__ = ["RELATIVE", "Period", "find_periods", "in_order", "is_dateline"]


RELATIVE = ("last_year", "this_year", "last_month", "this_month", "yesterday", "today")
"""Words of time that say nothing without the date of the document."""


class Period(NamedTuple):
    """A span of time as ISO dates; None: open or unknown on that side."""

    first: int
    last: int
    begin: str | None
    end: str | None


_QUARTERS = {"half_1": (1, 6), "half_2": (7, 12), "quarter_1": (1, 3), "quarter_2": (4, 6), "quarter_3": (7, 9),
             "quarter_4": (10, 12), "nine_months": (1, 9), "eight_months": (1, 8)}  # fmt: skip


def find_periods(sentence: Sentence, days: list[Day], numbers: list[Number], today: str | None) -> list[Period]:
    """List the periods of a sentence; `today` is the date of the document, which "last year" hangs on."""
    found = _relative(sentence, numbers, today)
    used: set[int] = set()
    for index, day in enumerate(days):
        if index in used or is_dateline(sentence, day):
            continue
        after = days[index + 1] if index + 1 < len(days) else None
        both = _between(sentence, day, after) if after else None
        if both:
            found.append(both)
            used.add(index + 1)
            continue
        found.append(_single(sentence, day, today))
    for mark in sentence.of("time", "year_before"):
        year = _year_named(sentence, days, mark.first, today)
        found += [Period(mark.first, mark.last, year, year)] if year else []
    for mark in sentence.of("time", *RELATIVE):
        span = _calendar(mark.code, today)
        if span and not _month_of(sentence, days, mark.first):
            found.append(Period(mark.first, mark.last, *span))
    return sorted(found, key=lambda period: period.first)


def _year_named(sentence: Sentence, days: list[Day], at: int, today: str | None) -> str | None:
    """Give the year before the one that stands nearest before "the previous year", or before the document's."""
    named = [day.iso for day in days if day.last <= at] or ([today] if today else [])
    return str(int(named[-1][:4]) - 1) if named else None


def is_dateline(sentence: Sentence, day: Day) -> bool:
    """Say whether a date stands before the report itself: "KYIV, 4 November 2023 (Agency) - At least …"."""
    after = sentence.tokens[day.last].text if day.last < len(sentence.tokens) else ""
    before = sentence.tokens[day.first - 1].text if day.first else ""
    after_token = sentence.tokens[min(day.last, len(sentence.tokens) - 1)]
    if after_token.start == sentence.tokens[day.last - 1].end and after != ".":
        return False
    alone = day.first == 0 and after == "." and len(day.iso) == 10
    return (sentence.gap(0, day.first) <= 6 and before in (",", ")", "") and after in ("(", "—", "–", "-")) or alone


def in_order(begin: str | None, end: str | None) -> bool:
    """Say whether a period does not end before it begins, at the precision that both have.

    >>> in_order("2020-11", "2020"), in_order("2021", "2020-05"), in_order(None, None)
    (True, False, True)
    """
    if begin is None or end is None:
        return True
    width = min(len(begin), len(end))
    return begin[:width] <= end[:width]


def _between(sentence: Sentence, day: Day, after: Day) -> Period | None:
    gap = after.first - day.last
    endings = sentence.words.since_endings
    if gap == 0 and endings and sentence.low(day.last - 1).endswith(endings) and in_order(day.iso, after.iso):
        return Period(day.first, after.last, day.iso, after.iso)
    if not 0 < gap <= 3 or not in_order(day.iso, after.iso):
        return None
    if any(sentence.tokens[at].text[0].isdigit() for at in range(day.last, after.first)):
        return None
    opener = opener_of(sentence, day.first)
    join = [mark for mark in sentence.of("time", "to", "and", "until") if day.last <= mark.first < after.first]
    dash = sentence.low(day.last) in ("-", "–", "—") and gap == 1
    if not (dash or (join and (opener or join[0].code != "and"))):
        return None
    return Period(opener.first if opener else day.first, after.last, day.iso, after.iso)


def _single(sentence: Sentence, day: Day, today: str | None) -> Period:
    word = None
    for back in range(3):
        codes = ("since", "until", "as_of", "in", *_QUARTERS)
        marks = [mark for mark in sentence.of("time", *codes) if mark.last == day.first - back]
        if marks:
            word = min(marks, key=lambda mark: mark.first)
            break
        before = sentence.low(day.first - 1 - back)
        if before not in sentence.words.definite and before not in sentence.words.year_parts:
            break
    trailing = next((mark for mark in sentence.of("time_after")
                     if day.first < mark.first <= day.last < mark.last), None)  # fmt: skip
    word = word if word is not None and word.code != "in" else _since_before(sentence, day) or word
    code = trailing.code if trailing else word.code if word else "in"
    months = _first_months(sentence, day) if len(day.iso) == 4 else None
    if months:
        return Period(months[0], trailing.last if trailing else day.last, f"{day.iso}-01", f"{day.iso}-{months[1]:02d}")
    if any(mark.first == day.last for mark in sentence.of("time", "so_far")):
        code = "since"
    month = next((mark for mark in sentence.of("month") if day.first <= mark.first < day.last), None)
    if trailing is None and month is not None and sentence.words.since_endings \
            and sentence.low(month.first).endswith(sentence.words.since_endings):  # fmt: skip
        code = "since"
    first, last = (word.first if word else day.first), (trailing.last if trailing else day.last)
    if code in _QUARTERS and len(day.iso) == 4:
        begin, end = _QUARTERS[code]
        return Period(first, last, f"{day.iso}-{begin:02d}", f"{day.iso}-{end:02d}")
    if code == "since":
        later = today if today and in_order(day.iso, today) else None
        return Period(first, last, day.iso, later)
    if code in ("until", "as_of"):
        return Period(first, last, None, day.iso)
    return Period(first, last, day.iso, day.iso)


def _first_months(sentence: Sentence, day: Day) -> tuple[int, int] | None:
    """Read "the first four months of 2015": the first token, and how many months."""
    for unit in sentence.of("time", "months"):
        if not 0 <= day.first - unit.last <= 3:
            continue
        near = range(max(unit.first - 3, 0), unit.first)
        if not any(mark.first in near for mark in sentence.of("first")):
            continue
        words = [mark.value for mark in sentence.of("number_words") if mark.first in near]
        words += [float(sentence.low(at)) for at in near if sentence.low(at).isdigit()]
        if len(words) == 1 and 1 <= words[0] <= 12:
            return near.start, int(words[0])
    return None


def _since_before(sentence: Sentence, day: Day) -> Mark | None:
    """Find the "since" of "since the war ended in 1995": some words before, no comma and no figure between."""
    for mark in sentence.of("time", "since"):
        between = range(mark.last, day.first)
        if between and sentence.gap(mark.last, day.first) <= 7 and not any(
            sentence.tokens[at].text in ",;:()" or sentence.tokens[at].text[0].isdigit() for at in between
        ) and not any(other.first in between for other in sentence.of("time", "until", "to")):
            return mark
    return None


def _month_of(sentence: Sentence, days: list[Day], at: int) -> bool:
    return any(day.first <= at < day.last for day in days)


def _calendar(code: str, today: str | None) -> tuple[str | None, str | None] | None:
    if today is None:
        return None
    year = int(today[:4])
    if code == "last_year":
        return str(year - 1), str(year - 1)
    if code == "this_year":
        return str(year), today if len(today) > 4 else str(year)
    if len(today) >= 7 and code in ("last_month", "this_month"):
        month = int(today[5:7]) - (code == "last_month")
        iso = f"{year}-{month:02d}" if month else f"{year - 1}-12"
        return iso, iso
    if len(today) == 10 and code in ("today", "yesterday"):
        day = (dt.date.fromisoformat(today) - dt.timedelta(days=code == "yesterday")).isoformat()
        return day, day
    return None


def _relative(sentence: Sentence, numbers: list[Number], today: str | None) -> list[Period]:
    """Read "over the past two years", "за последние два года", "son iki ildə": past, number and unit, side by side."""
    found = []
    for unit in sentence.of("time", "years", "months", "weeks", "days"):
        number = next((number for number in numbers if unit.first - 2 <= number.last <= unit.first), None)
        past = [mark for mark in sentence.of("time", "past") if abs(mark.last - unit.first) <= 3
                or abs(mark.first - unit.last) <= 1]  # fmt: skip
        if not past or number is None:
            continue
        first = min(past[0].first, unit.first, number.first)
        last = max(past[0].last, unit.last)
        begin = _back(today, unit.code, int(number.value))
        found.append(Period(first, last, begin, today if begin else None))
    return found


def _back(today: str | None, unit: str, many: int) -> str | None:
    if today is None or many <= 0 or many > 200:
        return None
    year = int(today[:4])
    if unit == "years":
        moved = f"{year - many:04d}{today[4:]}"
        return moved if not moved.endswith("02-29") else f"{moved[:-2]}28"
    if unit == "months" and len(today) >= 7:
        months = year * 12 + int(today[5:7]) - 1 - many
        begin = f"{months // 12:04d}-{months % 12 + 1:02d}"
        day = min(int(today[8:10]), 28) if len(today) == 10 else None
        return f"{begin}-{day:02d}" if day else begin
    if len(today) == 10:
        days = many * (7 if unit == "weeks" else 1)
        return (dt.date.fromisoformat(today) - dt.timedelta(days=days)).isoformat()
    return None
