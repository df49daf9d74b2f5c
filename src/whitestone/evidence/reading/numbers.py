"""Which numbers does a sentence state, in digits and in words, and how are they meant?"""

from __future__ import annotations

import re
from typing import NamedTuple

from whitestone.evidence.reading.sentence import Sentence
from whitestone.evidence.reading.tokens import Token

__all__ = ["Number", "find_numbers", "value_of"]

_GROUPED = re.compile(r"\d{1,3}(?:([.,'\u2019 \u00a0\u202f\u2009])\d{3})(?:\1\d{3})*")
_DIGITS = 6
"""8.3 million are 8,300,000, and not 8,300,000.000000001."""
_CHANGE = 9
"""So many words may part both ends of a change: "from 180 in 2019 to 95"."""
_DASHES = {"-", "–", "—", "‑", "−"}


class Number(NamedTuple):
    """A number with its qualifier: the least and the greatest value that the words allow.

    `first` to `last` are the number's own tokens, `begin` and `end` with the qualifier's words.
    """

    first: int
    last: int
    begin: int
    end: int
    value: float
    value_max: float | None
    qualifier: str
    in_words: bool
    plain: bool
    """Bare digits without thousands: what a year looks like."""


class _Core(NamedTuple):
    first: int
    last: int
    value: float
    about: bool
    in_words: bool
    plain: bool
    scale: float


def value_of(written: str, decimal: str = ".") -> float | None:
    """Read digits with separators of thousands and decimals; None where the marks make no number.

    A single mark with three digits after it separates thousands where the language's decimal mark is the other one
    or the digits before are one to three and no zero leads (quantities counted here are whole more often than not).

    >>> value_of("3,883,230"), value_of("189 000"), value_of("1,5", ","), value_of("1.709", ","), value_of("3.7")
    (3883230.0, 189000.0, 1.5, 1709.0, 3.7)
    >>> value_of("12.11.2020"), value_of("")
    (None, None)
    """
    text = re.sub("[\u00a0\u202f\u2009]", " ", written.replace("\u2019", "'"))
    found = _GROUPED.match(text)
    if found and found.end() == len(text):
        mark = found.group(1)
        if not (mark == decimal and mark == "." and text.count(mark) == 1) and not text.startswith("0"):
            return float(re.sub(r"[.,' \u00a0\u202f\u2009]", "", text))
        return float(text.replace(",", ".")) if " " not in text else None
    if found and len(text) > found.end() and text[found.end()] in ".," and text[found.end() + 1 :].isdigit():
        whole = re.sub(r"\D", "", text[: found.end()])
        return float(f"{whole}.{text[found.end() + 1 :]}")
    if re.fullmatch(r"\d+(?:[.,]\d+)?", text):
        return float(text.replace(",", "."))
    return None


def find_numbers(sentence: Sentence) -> list[Number]:
    """List the numbers of a sentence in their order, ranges as one; masked tokens (dates, symbols) are passed over."""
    cores = _cores(sentence)
    found: list[Number] = []
    at = 0
    while at < len(cores):
        core = cores[at]
        after = cores[at + 1] if at + 1 < len(cores) else None
        span = _range(sentence, core, after) if after else None
        if after and span:
            low = core.value * after.scale if after.scale > 1 and core.scale == 1 and core.value < after.value \
                else core.value  # fmt: skip
            low = low if low < after.value else core.value
            end = span[1]
            found.append(Number(core.first, after.last, span[0], end, low, after.value, "about", core.in_words, False))
            at += 2
            continue
        found.append(_qualified(sentence, core))
        at += 1
    return found


def _qualified(sentence: Sentence, core: _Core) -> Number:
    begin, end, words = core.first, core.last, set()
    for _ in range(4):
        before = sentence.ending("before", begin)
        if before is None and sentence.low(begin - 1) == ",":
            before = sentence.ending("before", begin - 1, "sum")
        if before is None or _within_action(sentence, before.first, before.last) or _is_end(sentence, before.first):
            break
        begin = before.first
        words.add(before.code)
    for _ in range(2):
        after = sentence.at("after", end)
        if after is None:
            break
        end = after.last
        words.add(after.code)
    if core.about:
        words.add("about")
    order = ("at_least", "up_to", "about", "sum")
    code = next((code for code in order if code in words), "exact")
    return Number(core.first, core.last, begin, end, core.value, None, code, core.in_words, core.plain)


def _is_end(sentence: Sentence, at: int) -> bool:
    """Say whether "to" leads a number in as the end of a change: "reduced from 174,000 to 139,000"."""
    word = sentence.at("range", at)
    if word is None or word.code != "to" or at == 0:
        return False
    for mark in sentence.of("range", "from"):
        between = range(mark.last, at)
        counts = sentence.tokens[mark.last].text[0].isdigit() and mark.last not in sentence.masked
        parts = any(sentence.tokens[step].text in ",;:" for step in between)
        if counts and not parts and 0 < len(between) <= _CHANGE:
            return True
    return False


def _within_action(sentence: Sentence, first: int, last: int) -> bool:
    """Say whether a word belongs to a verb: "handed over 214 maps" is not "over 214"."""
    marks = (sentence.covers("action", first), sentence.covers("outcome", first))
    return any(mark is not None and mark.first < first and mark.last >= last for mark in marks)


def _range(sentence: Sentence, low: _Core, high: _Core) -> tuple[int, int] | None:
    """Give begin and end of a range "20-30", "between 20 and 30", "from 20 to 30"; None where it is none."""
    between = high.first - low.last
    if between == 0 or between > 4 or high.value <= 0:
        return None
    if low.value >= high.value and not (low.scale == 1 and low.value * high.scale < high.value):
        return None
    middle = sentence.tokens[low.last : high.first]
    if len(middle) == 1 and middle[0].text in _DASHES and not low.in_words:
        return _range_qualified(sentence, low.first), high.last
    joins = [mark for mark in sentence.of("range") if low.last <= mark.first and mark.last <= high.first]
    opener = next((sentence.ending("range", low.first - back, "between", "from") for back in (0, 1)
                   if sentence.ending("range", low.first - back, "between", "from")), None)  # fmt: skip
    if not joins:
        return None
    word = joins[-1]
    rest = high.first - word.last + (word.first - low.last)
    if rest > 2 or any(sentence.covers("unit", at) is None and sentence.covers("before", at) is None
                       for at in [*range(low.last, word.first), *range(word.last, high.first)]):  # fmt: skip
        return None
    if opener is not None and (opener.code, word.code) in (("between", "and"), ("from", "to"), ("between", "to")):
        return opener.first, high.last
    if word.code == "to" and rest == 0 and sentence.ending("skip_before", low.first) is None:
        return _range_qualified(sentence, low.first), high.last
    return None


def _range_qualified(sentence: Sentence, begin: int) -> int:
    before = sentence.ending("before", begin)
    return before.first if before else begin


def _cores(sentence: Sentence) -> list[_Core]:
    tokens, found, at = sentence.tokens, [], 0
    while at < len(tokens):
        core = None
        unit = sentence.covers("unit", at)
        if at not in sentence.masked and (unit is None or unit.first == at):
            core = _vague(sentence, at) or (_digits(sentence, at) if tokens[at].text[0].isdigit() else None)
            core = core or _worded(sentence, at)
        if core is None:
            at += 1
            continue
        found.append(core)
        at = core.last
    return found


def _vague(sentence: Sentence, at: int) -> _Core | None:
    mark = sentence.at("number_vague", at)
    if mark is None:
        return None
    scale = sentence.at("number_scales", at)
    if scale is not None and scale.last == mark.last and sentence.ending("before", at) is not None:
        return _Core(scale.first, scale.last, scale.value, False, True, False, scale.value)
    longer = _worded(sentence, at)
    if longer and longer.last > mark.last:
        return None
    more = sentence.at("number_scales", mark.last)
    if more is not None and more.value > 1:  # "несколько десятков тысяч"
        return _Core(mark.first, more.last, mark.value * more.value, True, True, False, mark.value * more.value)
    return _Core(mark.first, mark.last, mark.value, True, True, False, mark.value)


def _digits(sentence: Sentence, at: int) -> _Core | None:
    token = sentence.tokens[at]
    value = value_of(token.text, sentence.words.decimal)
    if value is None or _glued(sentence, at):
        return None
    last, scale = at + 1, 1.0
    half = sentence.at("half", last)
    if half is not None and sentence.at("number_scales", half.last) is not None:
        value, last = value + 0.5, half.last
    while True:
        step = last
        if sentence.words.suffix_dash and sentence.low(step) == "-" and sentence.at("number_scales", step + 1):
            step += 1
        mark = sentence.at("number_scales", step)
        if mark is None or mark.value <= 1:
            break
        scale *= mark.value
        last = mark.last
        if sentence.low(last) == "." and len(sentence.low(last - 1)) <= 4 and sentence.low(last + 1):
            last += 1
    plain = token.text.isdigit() and scale == 1 and len(token.text) == 4
    return _Core(at, last, round(value * scale, _DIGITS), False, False, plain, scale)


def _glued(sentence: Sentence, at: int) -> bool:
    """Say whether digits belong to a name: PMN-2, ArmHiTec -2016, M14, 2/3, a number in the middle of a symbol."""
    tokens = sentence.tokens
    before: Token | None = tokens[at - 1] if at else None
    after: Token | None = tokens[at + 1] if at + 1 < len(tokens) else None
    here = tokens[at]
    if before is not None and before.text in ("/", "_", "№", "#"):
        return True
    if before is not None and before.end == here.start and before.text[-1].isalpha() and before.text[0].isupper():
        return True
    if before is not None and before.text in _DASHES and before.end == here.start and at >= 2:
        word = tokens[at - 2]
        return word.text[-1].isalpha() and (before.start == word.end or before.end == here.start)
    if after is not None and after.start == here.end and (after.text in ("/", "_") or _is_glued_word(sentence, at + 1)):
        return True
    if after is not None and after.text == ":" and at + 2 < len(tokens) and tokens[at + 2].text[0].isdigit():
        return tokens[at + 2].start == after.end
    return before is not None and before.text == ":" and at >= 2 and tokens[at - 2].text[0].isdigit() \
        and before.end == here.start  # fmt: skip


def _is_glued_word(sentence: Sentence, at: int) -> bool:
    """Say whether letters that touch a figure make a name of it (9M27K) and are no unit or ending (5km, 3rd)."""
    word = sentence.tokens[at]
    if not word.text[0].isalpha() or not word.text[0].isupper() or not word.text[0].isascii():
        return False
    after = sentence.tokens[at + 1] if at + 1 < len(sentence.tokens) else None
    runs_on = after is not None and after.start == word.end and after.text[0].isdigit()
    return runs_on or not any(mark.first == at for mark in sentence.marks)


def _worded(sentence: Sentence, at: int) -> _Core | None:
    """Compose a number out of its words: two hundred and sixty, quatre-vingt-dix, двести шестьдесят, iki yüz."""
    total = current = 0.0
    last, seen, scale = at, 0, 1.0
    position = at
    previous = float("inf")
    while position < len(sentence.tokens) and position not in sentence.masked:
        mark = sentence.at("number_scales", position)
        word = sentence.at("number_words", position)
        if word is not None and (mark is None or word.last >= mark.last) and (word.value < previous or seen == 0):
            if seen and word.value >= 100 and current and current % 1000 >= 100:
                break
            current, previous, position = current + word.value, _order(word.value), word.last
        elif mark is not None:
            if not seen and mark.value > 1000 and not sentence.words.bare_millions:
                break
            if mark.value == 100:
                current, previous = max(current, 1) * 100, 100
            else:
                total, current, previous = total + max(current, 1) * mark.value, 0, mark.value
            scale, position = mark.value, mark.last
        elif seen and current and (half := sentence.at("half", position)) is not None \
                and sentence.at("number_scales", half.last) is not None:  # fmt: skip
            current, position = current + 0.5, half.last
        else:
            break
        seen, last = seen + 1, position
        step = position
        if sentence.low(step) in sentence.words.joiners or sentence.low(step) == "-":
            step += 1
        following = sentence.at("number_words", step)
        if step != position and following is not None and following.value < previous:
            position = step
    if not seen or total + current <= 0:
        return None
    return _Core(at, last, total + current, False, True, False, scale)


def _order(value: float) -> float:
    """Say below which value the next word of a number must lie: 10 after twenty, 100 after two hundred."""
    return 10 if value == 10 else 1 if value < 20 else 20 if value in (60, 80) else 10 if value < 100 else 100
