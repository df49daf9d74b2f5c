"""Which of the periods of a sentence is the one of a number?"""

from __future__ import annotations

from whitestone.evidence.reading.numbers import Number
from whitestone.evidence.reading.sentence import Sentence
from whitestone.evidence.reading.things import Counted
from whitestone.evidence.reading.times import RELATIVE, Period

__all__ = ["period_of"]


def period_of(sentence: Sentence, counted: Counted, periods: list[Period]) -> Period | None:
    """Choose the period of a number: one that follows it at once, else the nearest in the sentence."""
    number = counted.number
    usable = [period for period in periods if (period.begin or period.end) and not any(
        number.last <= verb.first < period.first for verb in sentence.of("say", "verb"))]  # fmt: skip
    usable = [period for period in usable if not _is_day_of_speech(sentence, number, period)]
    usable = [period for period in usable if not _tells_of_other(sentence, number, period)]
    usable = [period for period in usable if not _is_of_other_clause(sentence, period, number)
              and not (counted.subject == "casualties" and _is_of_laying(sentence, period))]  # fmt: skip
    if not usable:
        return None
    if any(0 <= mark.first - number.last <= 2 and not any(period.first <= mark.first < period.last for period in usable)
           for mark in sentence.of("time", *RELATIVE)):  # fmt: skip
        return None  # "the 60 incidents last year", and nobody knows which year
    leads = [period for period in usable
             if period.last <= number.first and not _has_comma(sentence, period.last, number.first)]  # fmt: skip
    after = [period for period in usable if number.last <= period.first
             and sentence.gap(number.last, period.first) <= 3
             and not (leads and _has_comma(sentence, number.last, period.first))]  # fmt: skip
    if after:
        return after[0]
    if leads:
        usable = [period for period in usable if period in leads or not _has_comma(sentence, number.last, period.first)]
    return min(usable, key=lambda period: min(abs(period.first - number.last), abs(number.first - period.last)))


def _is_of_other_clause(sentence: Sentence, period: Period, number: Number) -> bool:
    """Say whether a semicolon, or a comma and a word that opens a clause, parts a period from a number.

    "Since 1999, 40 were killed, while 12 await treatment": the twelve wait now.
    """
    first, last = sorted((period.first, number.first))
    if any(sentence.tokens[at].text == ";" for at in range(first, last)) or _is_aside(sentence, period, number):
        return True
    opens = sentence.words.contrasts
    return period.first < number.first and any(
        sentence.tokens[at].text == "," and sentence.low(at + 1) in opens for at in range(period.last, last))


def _has_comma(sentence: Sentence, first: int, last: int) -> bool:
    return any(sentence.tokens[at].text == "," for at in range(first, last))


def _tells_of_other(sentence: Sentence, number: Number, period: Period) -> bool:
    """Say whether a period names a war, a record ("the highest toll since 2006") or what a figure is compared with."""
    war = sentence.covers("other_cause", period.last)
    if war is not None and war.code == "other_cause":
        return True
    records = [mark for mark in sentence.of("record") if mark.last <= period.first]
    if any(sentence.gap(mark.last, period.first) <= 3 for mark in records):
        return True
    first, last = (period.last, number.begin) if period.last <= number.begin else (number.end, period.first)
    return any(first <= mark.first < mark.last <= last for mark in sentence.of("compared"))


def _is_aside(sentence: Sentence, period: Period, number: Number) -> bool:
    """Say whether a period stands in an aside that the number is not in: "the war, which ended in 2003, …"."""
    stops = [at for at, token in enumerate(sentence.tokens) if token.text == ","]
    begin = max((at for at in stops if at < period.first), default=None)
    end = min((at for at in stops if at >= period.last), default=len(sentence.tokens))
    if begin is None or begin < number.first < end:
        return False
    return sentence.low(begin + 1) in sentence.words.relatives or sentence.low(begin + 2) in sentence.words.relatives


def _is_of_laying(sentence: Sentence, period: Period) -> bool:
    """Say whether a period tells when mines were laid: "mines laid in 1993 have killed 300 people"."""
    laid = sentence.of("action", "planted")
    if period.begin != period.end or len(period.begin or "") != len("YYYY"):
        return False
    if sentence.words.verb_final:
        return any(0 <= sentence.gap(period.last, mark.first) <= 3 and mark.first >= period.last
                   and sentence.at("unit", mark.last) is not None for mark in laid)  # fmt: skip
    before = [mark for mark in [*laid, *sentence.of("outcome")] if mark.last <= period.first]
    last = max(before, key=lambda mark: mark.last, default=None)
    near = last is not None and sentence.gap(last.last, period.first) <= 6
    return near and last is not None and last.kind == "action" and not any(
        sentence.tokens[at].text == "," for at in range(last.last, period.first))


def _is_day_of_speech(sentence: Sentence, number: Number, period: Period) -> bool:
    """Say whether a day belongs to who spoke on it: "On 5 April 2022 the minister said that …"."""
    if period.begin != period.end or len(period.begin or "") < len("YYYY-MM-DD"):
        return False
    that = {mark.first - step for mark in sentence.of("say", "that") for step in (0, 1)}
    return any(period.last <= verb.first and verb.last <= number.first and verb.last in that
               for verb in sentence.of("say", "verb", "weak"))  # fmt: skip
