"""Which noun says what a number counts?"""

from __future__ import annotations

from whitestone.evidence.reading.lexicon import Mark
from whitestone.evidence.reading.numbers import Number
from whitestone.evidence.reading.sentence import Sentence
from whitestone.evidence.reading.things import parted

__all__ = ["OUTCOMES", "noun_after", "noun_before"]

OUTCOMES = ("killed", "injured", "killed_or_injured", "casualties")
"""Units that say what happened to people."""
_FAR = 7
_ENDS = {",", ";", ":", "—", "–", "(", ")"}


def noun_after(sentence: Sentence, number: Number, edge: int) -> Mark | None:
    """Find the noun that follows a number: the first unit or kind of people within some steps and no stop."""
    at, people_only, strange, words = number.end, False, False, sentence.words
    if sentence.low(at) == "-" and sentence.low(at + 1) in words.of_them_endings:
        at, people_only = at + 2, True  # "12-si mina partlayışında yaralanıb": twelve of them
    while at < edge and sentence.gap(number.end, at) <= _FAR:
        if (scene := sentence.at("scene", at)) is not None:
            at = scene.last  # "ikisi hadisə yerində": the scene of the accident, no accidents
            continue
        if (share := sentence.at("percent", at)) is not None:
            return share
        unit = sentence.at("unit", at)
        unit = None if people_only and unit is not None and unit.code not in OUTCOMES else unit
        if unit is not None and sentence.low(unit.last) == "-" and not words.suffix_dash \
                and _is_touching(sentence, unit.last):  # fmt: skip
            at, strange = unit.last + 2, True  # "1,398 mine-affected communities"
            continue
        if (noun := _noun_at(sentence, number, at, edge, unit, may_be_things=not people_only)) is not None:
            return noun
        if sentence.tokens[at].text in ("—", "–") and (of := sentence.at("including", number.end)) and of.last == at:
            at, people_only = at + 1, True  # "пятеро из них — дети"
            continue
        if sentence.tokens[at].text in _ENDS or sentence.at("outcome", at) or sentence.at("say", at):
            return None
        low = sentence.tokens[at].low
        if strange and low in words.noun_links and low not in words.joiners:
            return None  # five boxes of mines are not five mines
        strange = strange or (sentence.tokens[at].text[0].isalpha() and sentence.name_at(at) is None
                              and low not in words.noun_links and low not in words.be_links)  # fmt: skip
        people_only = people_only or (low in words.be_links and low not in words.noun_links)
        if sentence.name_at(at) is None and low not in words.noun_links and low not in words.be_links and (
            low in words.common or sentence.covers("stop", at) is not None
        ):
            return None
        run = sentence.name_at(at)
        at = run[1] if run and run[1] > at else at + 1
    return None


def _noun_at(sentence: Sentence, number: Number, at: int, edge: int, unit: Mark | None, *, may_be_things: bool
             ) -> Mark | None:  # fmt: skip
    """Choose what a position names: the unit, or the people where they say more; None where it names neither."""
    people, outcome = sentence.at("people", at), sentence.at("outcome", at)
    if unit is not None and outcome is not None and unit.code in ("killed", "injured"):
        unit = unit if outcome.last <= unit.last and unit.code == outcome.code else None
    if people is not None and any(number.end <= mark.first < at for mark in sentence.of("action", "planted")):
        people = None  # "126 установленных боевиками мин": who laid them is not counted
    if people is None or (unit is not None and people.last <= unit.last):
        return _head(sentence, unit, edge) if unit is not None else None
    following = sentence.at("unit", people.last)
    harmed = sentence.at("outcome", people.last)
    if following is not None and following.code in ("casualties", "killed", "injured") and following.last <= edge \
            and harmed is None:  # fmt: skip
        return following  # "33 child casualties"
    is_things = following is not None and following.code not in OUTCOMES and following.last <= edge \
        and not sentence.at("scene", people.last) and sentence.covers("outcome", people.last) is None  # fmt: skip
    if following is None or people.code != "all" or not may_be_things or not is_things:
        return people
    return _head(sentence, following, edge)  # "eleven other devices": others are no people here


def _is_touching(sentence: Sentence, at: int) -> bool:
    """Say whether a sign touches a word behind it, as the hyphen of a compound does."""
    after = sentence.tokens[at + 1] if at + 1 < len(sentence.tokens) else None
    return after is not None and after.text[0].isalpha() and after.start == sentence.tokens[at].end


def _head(sentence: Sentence, unit: Mark, edge: int) -> Mark:
    """Prefer what is counted over what stands before it as its kind: "mine accidents", "minefield maps"."""
    takes, head = {"mines", "items", "minefields"}, unit
    if sentence.at("genitive", unit.first) is not None:
        return unit  # "97 հազար ականի քարտեզ": maps of so many mines
    while head.code in takes:
        step = head.last + (sentence.low(head.last) in ("/", "-"))
        following = sentence.at("unit", step)
        if following is None or following.last > edge:
            return unit
        head = following
    return head


def noun_before(sentence: Sentence, number: Number, edge: int) -> Mark | None:
    """Find the noun of "the number of casualties reached 345": noun, a word of counting, number, side by side."""
    counted = sentence.ending("counted", number.begin)
    if counted is None:
        return None
    units = sentence.of("unit")
    heads = [mark for mark in units if mark.code in OUTCOMES or mark.code == "accidents"]
    for mark in [*reversed(heads), *reversed(units)]:  # casualties of mines reached 345: casualties, not mines
        stops = _ENDS - {","} if sentence.ending("range", number.begin) is not None else _ENDS
        if edge <= mark.first and mark.last <= counted.first and sentence.gap(mark.last, counted.first) <= 5 \
                and not parted(sentence, mark.last, counted.first, stops):  # fmt: skip
            if mark.code not in (*OUTCOMES, "accidents") and sentence.low(counted.first) in sentence.words.common \
                    and counted.last - counted.first == 1:  # fmt: skip
                continue  # "mines from eleven countries"
            harmed = any(edge <= other.first and other.last <= mark.first and other.code in OUTCOMES
                         for other in sentence.of("outcome"))  # fmt: skip
            return None if harmed and mark.code not in OUTCOMES and mark.code != "accidents" else mark
    return None
