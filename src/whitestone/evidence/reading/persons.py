"""Which single persons does a sentence count without a number: "a shepherd was killed", "погиб тракторист"?"""

from __future__ import annotations

from whitestone.evidence.reading.lexicon import Mark
from whitestone.evidence.reading.numbers import Number
from whitestone.evidence.reading.sentence import Sentence
from whitestone.evidence.reading.things import Counted

__all__ = ["single_persons"]

_HARMS = ("killed", "injured")
_COUNTED = 4
_LONGEST = 6
"""So many words may stand between an article and its noun: "a 34-year-old local farmer"."""
_STOPS = {",", ";", ":", "—", "–", "(", ")", ".", "\"", "«", "»", "“", "”"}


def single_persons(sentence: Sentence, numbers: list[Number]) -> list[Counted]:
    """Count one for each person whom an article, a possessive or the singular of noun and verb shows to be one.

    Only where the outcome stands beside the person; "a person who is injured", and what a number counts, give none.
    """
    found = []
    for mark in sentence.of("one_more"):  # "and a fourth was injured"
        outcome = _outcome_beside(sentence, mark.first, mark.last, is_one=True)
        if outcome is not None and outcome.first >= mark.last:
            one = Number(mark.first, mark.last, mark.first, mark.last, 1.0, None, "exact", True, False)
            found.append(Counted(one, "casualties", outcome.code, "all", outcome))
    for first, last, code in _persons(sentence):
        if any(number.begin <= at < number.end for number in numbers for at in (first, last - 1)):
            continue
        if any(number.end <= first and sentence.gap(number.end, first) <= _COUNTED and not any(
            sentence.tokens[at].text in _STOPS for at in range(number.end, first)) for number in numbers):  # fmt: skip
            continue  # "361 человек": the number counts them
        outcome = _outcome_beside(sentence, first, last)
        if outcome is not None:
            one = Number(first, last, first, last, 1.0, None, "exact", True, False)
            found.append(Counted(one, "casualties", outcome.code, code, outcome))
    return found


def _persons(sentence: Sentence) -> list[tuple[int, int, str]]:
    """List the persons: first and last token with the article, and who they are."""
    found = [(mark.first, mark.last, _kind(sentence, mark)) for mark in sentence.of("single")]
    words = sentence.words
    for at in range(len(sentence.tokens)):
        low = sentence.low(at)
        if low in words.articles:
            noun = next((mark for step in range(1, _LONGEST + 2) if (mark := sentence.at("people", at + step))), None)
            if noun is None or any(_ends(sentence, step) for step in range(at + 1, noun.first)):
                continue
            if sentence.low(noun.last - 1).endswith("s") or noun.code == "civilians_and_military":
                continue
            found.append((at, noun.last, noun.code))
        elif low in words.possessives and (kin := sentence.at("kin", at + 1)) is not None:
            found.append((at, kin.last, "all"))
    return found


def _kind(sentence: Sentence, mark: Mark) -> str:
    people = sentence.at("people", mark.first)
    return people.code if people is not None else "all"


def _ends(sentence: Sentence, at: int) -> bool:
    """Say whether a word cannot stand between an article and the person: a sign, a verb, another noun."""
    if sentence.tokens[at].text in _STOPS or sentence.low(at) in sentence.words.common:
        return True
    return any(sentence.covers(kind, at) is not None for kind in ("outcome", "unit", "say", "action", "including"))


def _outcome_beside(sentence: Sentence, first: int, last: int, *, is_one: bool = False) -> Mark | None:
    """Find the outcome right before the person, or after it where a form of "to be" or the singular leads it in."""
    words = sentence.words
    following = last + (sentence.low(last) == ",")
    if sentence.low(following) in words.relatives:
        return None
    for mark in sentence.of("outcome"):
        if mark.code not in _HARMS:
            continue
        single = _is_single(sentence, mark)
        if mark.last == first and (single or words.articles):
            return mark
        between = range(last, mark.first)
        if mark.first >= last and len(between) <= 3 and all(sentence.low(at) in words.one_links for at in between) \
                and (len(between) > 0 or single or is_one or _acts(sentence, mark)):  # fmt: skip
            return mark
    return None


def _is_single(sentence: Sentence, outcome: Mark) -> bool:
    return any(act.first < outcome.last and outcome.first < act.last for act in sentence.of("single_act"))


def _acts(sentence: Sentence, outcome: Mark) -> bool:
    """Say whether the verb itself says that it happened to its subject: "a shepherd lost a leg", "a boy died".

    A verb that takes needs behind it what was taken: "my cousin lost eleven cows".
    """
    words, low = sentence.words, sentence.low(outcome.first)
    is_bare = outcome.last - outcome.first == 1 and outcome.code == "killed" and low in words.takes
    leads = low in words.one_links - words.takes and outcome.last - outcome.first > 1  # "resultó herida"
    return leads or (low in words.own_verbs and not is_bare)
