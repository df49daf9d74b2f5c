"""Which numbers of a sentence count nothing that a claim could be about?"""

from __future__ import annotations

from whitestone.evidence.reading.lexicon import Mark
from whitestone.evidence.reading.numbers import Number
from whitestone.evidence.reading.sentence import Sentence

__all__ = ["counts_nothing", "is_age", "is_assisted", "is_of_others", "is_share"]

_ENDS = {",", ";", ":", "—", "–", "(", ")", "."}
_LARGEST_SHARE = 100
_OLDEST = 120
_MEAN_WITHIN = 10
_TARGET_WITHIN = 3
_RATE_BEFORE = 3
_THINGS = ("mines", "items", "minefields", "records", "m2", "hectares", "km2")


def is_age(sentence: Sentence, numbers: list[Number], index: int) -> bool:
    """Say whether a number is an age in years, or is joined to one: it parts nothing ("two boys of 8 and 11 years")."""
    number = numbers[index]
    mark = sentence.at("skip_after", number.last)
    if mark is not None and mark.code in ("age", "time"):
        return number.value <= _OLDEST
    if _is_apposed(sentence, number, one=False):
        return True
    after = numbers[index + 1] if index + 1 < len(numbers) else None
    joins = (*sentence.words.joiners, "-", "–", ",")
    if after is None or after.first != number.last + 1 or sentence.low(number.last) not in joins:
        return False
    return is_age(sentence, numbers, index + 1)


def counts_nothing(sentence: Sentence, number: Number, noun: Mark | None) -> bool:
    """Say whether a number is a year, an age, money, a length, an ordinal, a rate, a part of a whole or a list number.

    `noun` is what stands behind it as counted, None where nothing does.
    """
    positions = range(number.first, number.last)
    if any(at in sentence.masked for at in positions):
        return True
    skipped = sentence.at("skip_after", number.end) or sentence.at("skip_after", number.last)
    if skipped and (noun is None or noun.first > number.end or noun.last <= number.first):
        return True
    if _is_led_out(sentence, number) or _is_part_of(sentence, number) or _is_mean(sentence, number) \
            or _is_age_at_death(sentence, number):  # fmt: skip
        return True
    first = sentence.tokens[number.first]
    ends = noun.last if noun is not None and noun.first >= number.end else number.end
    if any(_is_rate(sentence, number, mark, ends) for mark in sentence.of("rate")):
        return True  # so many a day is no total
    if any(_is_interval(sentence, mark) for mark in sentence.of("every")):
        return True
    if _is_target(sentence, number, ends):
        return True
    if number.plain and 1900 <= number.value <= 2100 and (noun is None or noun.first > number.end + 1
                                                          or noun.last <= number.first):  # fmt: skip
        return not (sentence.at("outcome", number.end))
    if sentence.low(number.last) in (".", ")") and not number.in_words and (number.first == 0 or (
            number.last - number.first == 1 and len(first.text) <= 2 and sentence.low(number.last) == "." and (
                number.last + 1 < len(sentence.tokens) or sentence.low(number.first - 1) in (",", ";")))):  # fmt: skip
        return True  # "1. Calls upon all parties"
    if number.value <= 0 or (first.text == "0"):
        return True
    if noun is None and (_is_apposed(sentence, number) or _is_bare_age(sentence, number)):
        return True
    if noun is None and sentence.of("skip_after", "age") and number.value <= _OLDEST and number.plain is False \
            and not number.in_words and sentence.at("outcome", number.end) is None:  # fmt: skip
        return True  # "the two killed 42 and 52 years old and the injured 34"
    is_person = noun is not None and noun.kind == "people" and noun.first <= number.end + 1
    verb = next((at for at in range(number.end, number.end + 3) if sentence.low(at) not in sentence.words.adverbs),
                number.end)  # fmt: skip
    is_harmed = sentence.at("outcome", verb) or sentence.ending("outcome", number.begin) \
        or any(mark.first == number.first for mark in sentence.of("ratio", "them"))  # fmt: skip
    return number.value == 1 and number.in_words and not (is_person or is_harmed)


def _is_rate(sentence: Sentence, number: Number, mark: Mark, ends: int) -> bool:
    """Say whether words of a rate belong to a number: at the head of the sentence, behind its noun, or before it."""
    if mark.last <= number.begin:
        within = _RATE_BEFORE if sentence.words.verb_final else 0
        return mark.first <= 1 or sentence.gap(mark.last, number.begin) <= within
    return number.end <= mark.first <= ends + 4 and not any(
        sentence.tokens[at].text in _ENDS for at in range(ends, mark.first))


def _is_interval(sentence: Sentence, every: Mark) -> bool:
    """Say whether words begin an interval: "one person every 20 minutes"."""
    near = range(every.last, every.last + 3)
    return any(mark.code == "time" and mark.first in near for mark in sentence.of("skip_after"))


def _is_target(sentence: Sentence, number: Number, ends: int) -> bool:
    """Say whether a number is what was planned: "312 ha against a target of 400 ha", "при плане 320 га"."""
    for mark in sentence.of("target"):
        if mark.last <= number.first:
            between = range(mark.last, number.first)
            if sentence.gap(mark.last, number.first) <= _TARGET_WITHIN and not any(
                    sentence.tokens[at].text in ",;(" for at in between):  # fmt: skip
                return True
        elif mark.first == ends and not any(sentence.low(mark.last + step)[:1].isdigit() for step in (0, 1)):
            return True
    return False


def _is_mean(sentence: Sentence, number: Number) -> bool:
    """Say whether a number is an average: "the average age of the casualties was 24", "12 mines on average"."""
    return any(not any(sentence.tokens[at].text in _ENDS for at in range(*sorted((mark.first, number.first))))
               for mark in sentence.of("mean") if sentence.gap(*sorted((mark.first, number.first))) <= _MEAN_WITHIN)


def _is_led_out(sentence: Sentence, number: Number) -> bool:
    """Say whether a word of ages, money or numbering leads a number in, or one joined to it: "aged 14 and 62"."""
    joins = (*sentence.words.joiners, "-", "–", ",")
    for at in (number.begin, number.first):
        while at >= 2 and sentence.low(at - 1) in joins and sentence.low(at - 2).isdigit():
            at -= 2
        if sentence.ending("skip_before", at) is not None:
            return True
    return False


def _is_apposed(sentence: Sentence, number: Number, *, one: bool = True) -> bool:
    """Say whether a bare number stands between commas behind a person, as an age does: "Mr. Ivanov, 45, …".

    Also one of several: "two brothers, 8 and 11, were killed".
    """
    first, last = number.first, number.last
    joins = (*sentence.words.joiners, "-")
    while first >= 2 and sentence.low(first - 1) in joins and sentence.low(first - 2).isdigit():
        first -= 2
    while sentence.low(last) in joins and sentence.low(last + 1).isdigit():
        last += 2
    opens, closes = sentence.low(first - 1), sentence.low(last)
    if (opens, closes) not in ((",", ","), ("(", ")")) or number.value > _OLDEST or number.in_words or first < 2:
        return False
    several = sentence.covers("people", first - 2) is not None
    return several or (one and sentence.name_at(first - 2) is not None)


def _is_bare_age(sentence: Sentence, number: Number) -> bool:
    """Say whether a bare number behind "at" is an age: "he died at 52"."""
    follows = sentence.at("outcome", number.end) or sentence.at("people", number.end)
    return sentence.ending("age_before", number.first) is not None and number.value <= _OLDEST and not follows


def _is_age_at_death(sentence: Sentence, number: Number) -> bool:
    """Say whether an outcome and "at" lead a number in: "stepped on a mine and died at 52"."""
    led = sentence.ending("age_before", number.first)
    return led is not None and sentence.ending("outcome", led.first) is not None and number.value <= _OLDEST


def _is_part_of(sentence: Sentence, number: Number) -> bool:
    """Say whether only a part of a number is meant: "half of the 300 mines"; small words may stand between."""
    at = number.first
    for _ in range(4):
        if sentence.ending("part_of", at) is not None:
            return True
        low = sentence.low(at - 1)
        small = low in sentence.words.common or low in sentence.words.noun_links
        if low in sentence.words.joiners or not (small or sentence.covers("before", at - 1) is not None):
            return False
        at -= 1
    return False


def is_share(sentence: Sentence, before: Number | None, number: Number, noun: Mark | None) -> bool:
    """Say whether a number is a half of a share: "one in five", "un sur dix", "nueve de cada diez"."""
    if any(mark.first <= number.first < mark.last or number.value == 1 for mark in sentence.of("ratio", "one")):
        return True
    part = sentence.ending("partitive", number.begin)
    if part is not None and before is not None and part.first == before.end and noun is not None \
            and noun.code in _THINGS and before.value < number.value:  # fmt: skip
        return True  # "15 of 29 areas": the whole is not what happened
    words = sentence.ending("ratio", number.begin)
    if words is None or number.value > _LARGEST_SHARE:
        return False
    return words.code == "one" or (before is not None and words.first == before.end and before.value < number.value)


def is_assisted(sentence: Sentence, noun: Mark) -> bool:
    """Say whether casualties are counted as those who were helped: "12 victims received prostheses"."""
    for mark in sentence.of("assisted"):
        between = range(noun.last, mark.first)
        if 0 <= len(between) <= 8 and not any(
            sentence.tokens[at].text in ";:.(" or sentence.tokens[at].text[0].isdigit() for at in between
        ):
            return True
    return False


def is_of_others(sentence: Sentence, before: Number, number: Number) -> bool:
    """Say whether a number without a noun is a part of the one before: "of the 1,122 towns, 673 are affected"."""
    led = sentence.ending("partitive", before.begin) or sentence.ending("partitive", before.first)
    return led is not None and sentence.gap(before.end, number.begin) <= 3
