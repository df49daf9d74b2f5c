"""Which days, months and years does a sentence name, as ISO dates of the precision that is known?"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import NamedTuple

from whitestone.evidence.reading.lexicon import Mark
from whitestone.evidence.reading.sentence import Sentence
from whitestone.evidence.reading.tokens import Token

__all__ = ["Day", "find_days", "opener_of"]

_NUMERIC = re.compile(r"(\d{1,2})[.](\d{1,2})[.](\d{4})")


class Day(NamedTuple):
    """A day, month or year as written, `iso` at its own precision."""

    first: int
    last: int
    iso: str


def find_days(sentence: Sentence) -> list[Day]:
    """List the dates of a sentence: with a month's name, in figures, or as a bare year after a word of time.

    A date without a year is not one; its tokens are passed over by whoever counts.
    """
    found = [*_numeric(sentence), *_named(sentence)]
    taken = {at for day in found for at in range(day.first, day.last)}
    found += [day for day in _years(sentence) if day.first not in taken]
    return sorted(found)


def _iso(year: int, month: int | None = None, day: int | None = None) -> str | None:
    if not 1900 <= year <= 2100:
        return None
    if month is None:
        return f"{year:04d}"
    if day is None:
        return f"{year:04d}-{month:02d}" if 1 <= month <= 12 else None
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return None


def _numeric(sentence: Sentence) -> list[Day]:
    found = []
    tokens = sentence.tokens
    for at, token in enumerate(tokens):
        if at in sentence.masked or not token.text[0].isdigit():
            continue
        whole = _NUMERIC.fullmatch(token.text)
        iso = _iso(int(whole[3]), int(whole[2]), int(whole[1])) if whole else None
        last = at + 1
        if iso is None and at + 4 < len(tokens) and tokens[at + 1].text == tokens[at + 3].text \
                and tokens[at + 1].text in "-/" and tokens[at + 4].end - token.start == _length(tokens[at : at + 5]):
            parts = [tokens[at + step].text for step in (0, 2, 4)]
            iso, last = _from_parts(parts), at + 5
        if iso:
            found.append(Day(at, last, iso))
    return found


def _length(tokens: Sequence[Token]) -> int:
    return sum(len(token.text) for token in tokens)


def _from_parts(parts: list[str]) -> str | None:
    if not all(part.isdigit() for part in parts):
        return None
    if len(parts[0]) == 4:
        return _iso(int(parts[0]), int(parts[1]), int(parts[2]))
    if len(parts[2]) == 4:
        return _iso(int(parts[2]), int(parts[1]), int(parts[0]))
    return None


def _year_at(sentence: Sentence, at: int) -> int | None:
    if not 0 <= at < len(sentence.tokens):
        return None
    text = sentence.tokens[at].text
    return int(text) if len(text) == 4 and text.isdigit() and 1900 <= int(text) <= 2100 else None


def _day_at(sentence: Sentence, at: int) -> int | None:
    if not 0 <= at < len(sentence.tokens):
        return None
    text = sentence.tokens[at].text
    return int(text) if text.isdigit() and len(text) <= 2 and 1 <= int(text) <= 31 else None


def _named(sentence: Sentence) -> list[Day]:
    found: list[Day] = []
    for mark in sentence.of("month"):
        word = sentence.tokens[mark.first].text
        if (word.islower() and sentence.words.month_capitals) or sentence.at("people", mark.first) is not None:
            continue
        first, last, day, year, second = mark.first, mark.last, None, None, None
        for back in (1, 2):
            between = sentence.low(mark.first - 1)
            if back == 2 and between not in ("-", ".") and between not in sentence.words.day_signs:
                break
            day = _day_at(sentence, mark.first - back)
            if day:
                first = mark.first - back
                break
        last = _past_links(sentence, last)
        year = _year_at(sentence, last)
        if year is None and _day_at(sentence, last) and (day is None):
            day = _day_at(sentence, last)
            second = _second_day(sentence, last + 1)
            step = second[0] + 1 if second else last + 1
            while sentence.low(step) == "," or sentence.low(step) in sentence.words.day_signs:
                step += 1
            year = _year_at(sentence, step)
            last = step + 1 if year and not second else last + 1
        elif year is not None:
            last += 1
        if year is None:
            year, first = _year_before(sentence, first)
        if year is None and found and _runs_on(sentence, found[-1].last, mark.first):
            year = int(found[-1].iso[:4])  # "2021-ci ilin yanvar-iyun aylarında"
        if year is None:
            year, last = _year_said(sentence, last)
        if year is None:
            year = _year_shared(sentence, mark, last)
        if year is None and (day or _is_when(sentence, mark)):
            year = _year_before_today(sentence.today, int(mark.code), day)
        last = last if year or day else mark.last
        iso = _iso(year, int(mark.code), day) if year else None
        shared = _day_shared(sentence, first) if day and _day_at(sentence, first) == day else None
        if iso:
            earlier = _iso(year, int(mark.code), shared[1]) if shared and year else None
            found += [Day(shared[0], shared[0] + 1, earlier)] if shared and earlier else []
            found.append(Day(first, last, iso))
            later = _iso(year, int(mark.code), second[1]) if second and year else None
            found += [Day(second[0], second[0] + 1, later)] if second and later else []
        elif day:
            sentence.masked.update(range(shared[0] if shared else first, second[0] + 1 if second else last))
    return found


def _is_when(sentence: Sentence, mark: Mark) -> bool:
    """Say whether a month alone tells when: "in May", "mart ayında", "ապրիլին"; the day and the year are unsaid."""
    words = sentence.words
    return any(word.last == mark.first for word in sentence.of("time", "in", "since")) \
        or sentence.low(mark.last) in words.month_words or sentence.low(mark.first - 1) in words.month_words \
        or (bool(words.month_cases) and sentence.low(mark.first).endswith(words.month_cases))


def _runs_on(sentence: Sentence, last: int, first: int) -> bool:
    """Say whether a month follows another at once: behind a dash, or where the one before says "from"."""
    endings = sentence.words.since_endings
    said_from = bool(endings) and sentence.low(last - 1).endswith(endings)
    return (first == last + 1 and sentence.low(last) in ("-", "–", "—")) or (first == last and said_from)


def _second_day(sentence: Sentence, at: int) -> tuple[int, int] | None:
    """Find the last day of "May 17 to 22", "mayın 17-dən 22-dək": small words between, and no month of its own."""
    step = at
    while step < at + 3 and (sentence.low(step) in ("-", *sentence.words.day_endings) or any(
            mark.first <= step < mark.last for mark in sentence.of("time", "to", "until"))):  # fmt: skip
        step += 1
    day = _day_at(sentence, step)
    own = any(mark.first in (step + 1, step + 2) for mark in sentence.of("month"))
    return (step, day) if day and step > at and not own else None


def _day_shared(sentence: Sentence, first: int) -> tuple[int, int] | None:
    """Find the day before a date that has its month: "between 2 and 9 March", "du 2 au 9 mars", "с 2 по 9 марта"."""
    at = first - 1
    while at > 0 and sentence.low(at) in sentence.words.definite:
        at -= 1
    join = next((mark for mark in sentence.of("time", "to", "and", "until") if mark.last == at + 1), None)
    day = _day_at(sentence, join.first - 1) if join is not None else None
    if join is None or not day:
        return None
    is_dash = sentence.low(join.first) in ("-", "–", "—")
    return (join.first - 1, day) if is_dash or opener_of(sentence, join.first - 1) is not None else None


def opener_of(sentence: Sentence, first: int) -> Mark | None:
    """Find "between", "from" or "since" before a date; an article may stand between them."""
    at = first - 1 if sentence.low(first - 1) in sentence.words.definite else first
    return next((mark for mark in sentence.of("time", "between", "from", "since") if mark.last in (first, at)), None)


def _year_before_today(today: str | None, month: int, day: int | None) -> int | None:
    """Take a day or month without a year as the last one before the document's date; None where that is not known."""
    said = f"{month:02d}-{day:02d}" if day else f"{month:02d}"
    if today is None or len(today) < len("YYYY-") + len(said):
        return None
    year = int(today[:4])
    return year if said <= today[5 : 5 + len(said)] else year - 1


def _year_before(sentence: Sentence, first: int) -> tuple[int | None, int]:
    """Find the year that some languages write before the month: 2020-ci il noyabrın 10-da."""
    for back in (1, 2, 3, 4):
        year = _year_at(sentence, first - back)
        if year:
            words = [sentence.low(first - step) for step in range(1, back)]
            is_plain = all(word == "-" or sentence.covers("year_word", first - step)
                           for step, word in enumerate(words, start=1))  # fmt: skip
            return (year, first - back) if is_plain else (None, first)
    return None, first


def _year_shared(sentence: Sentence, mark: Mark, last: int) -> int | None:
    """Take the year of the month that follows: between January and June 2021, с января по март 2023 года."""
    after = next((other for other in sentence.of("month") if last < other.first <= last + 3), None)
    if after is None or not any(last <= join.first < after.first for join in sentence.of("time", "to", "and", "until")):
        return None
    return _year_at(sentence, _past_links(sentence, after.last))


def _past_links(sentence: Sentence, at: int) -> int:
    """Go past what joins a month to its year: "noviembre de 2020", "nov. 2020"."""
    while sentence.low(at) == "." or sentence.low(at) in sentence.words.month_links:
        at += 1
    return at


def _year_said(sentence: Sentence, last: int) -> tuple[int | None, int]:
    """Read "July this year" and "May last year" by the date of the document."""
    said = next((mark for mark in sentence.of("time", "this_year", "last_year") if mark.first == last), None)
    if said is None or sentence.today is None:
        return None, last
    return int(sentence.today[:4]) - (said.code == "last_year"), said.last


def _years(sentence: Sentence) -> list[Day]:
    found = []
    for at in range(len(sentence.tokens)):
        year = _year_at(sentence, at)
        if year is None or at in sentence.masked or sentence.low(at - 1) in ("/", "$", "€", "№"):
            continue
        before, step = sentence.low(at - 1), at + 1
        if sentence.low(step) == "-" and sentence.at("year_word", step + 1):
            step += 1
        word = sentence.at("year_word", step) or sentence.at("time_after", step) or sentence.at("time_after", at + 1)
        timed = any(mark.last == at for mark in sentence.of("time"))
        paired = (before in ("-", "–", "—", "/") and _year_at(sentence, at - 2)) or (
            sentence.low(at + 1) in ("-", "–", "—") and _year_at(sentence, at + 2))  # fmt: skip
        follows_unit = any(mark.first in (at + 1, at + 2) and mark.kind in ("unit", "people", "outcome")
                           for mark in sentence.marks)  # fmt: skip
        alone = before in ("(", ",", "") or sentence.low(at + 1) in (")", ",", ".", ";", ":", "")
        if word or paired or (timed and not (follows_unit and sentence.ending("before", at))) or \
                (alone and not follows_unit):  # fmt: skip
            last = word.last if word and word.kind == "year_word" else at + 1
            found.append(Day(at, last, str(year)))
    return found
