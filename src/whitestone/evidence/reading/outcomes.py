"""Which outcome is whose, where a sentence counts several people: killed, injured, or what a neighbour's verb says?"""

from __future__ import annotations

from typing import NamedTuple

from whitestone.evidence.reading.lexicon import Mark
from whitestone.evidence.reading.nouns import OUTCOMES
from whitestone.evidence.reading.numbers import Number
from whitestone.evidence.reading.sentence import Sentence
from whitestone.evidence.reading.things import parted

__all__ = ["Seen", "is_part", "outcomes_of"]


class Seen(NamedTuple):
    """A number with what stands around it: its noun, and the outcomes to its left and right."""

    number: Number
    noun: Mark | None
    left: Mark | None
    right: Mark | None
    is_excluded: bool


def outcomes_of(sentence: Sentence, seen: list[Seen]) -> list[Mark | None]:
    """Decide for every number which outcome is its own: the one before it, after it, or a neighbour's.

    "killed 20 and injured 30" and "20 killed and 30 injured" are told apart by who has taken an outcome already.
    """
    taken: set[Mark] = set()
    found: list[Mark | None] = []
    for index, this in enumerate(seen):
        left = this.left if this.left not in taken else None
        right = None if _is_of_next(sentence, seen, index) else this.right
        if left is not None and right is not None:
            right = None if _prefers_left(sentence, seen, index, left, right) else right
        chosen = right if right is not None else left
        if this.is_excluded or (this.noun is not None and this.noun.kind == "unit" and this.noun.code not in OUTCOMES):
            chosen = None
        if chosen is not None:
            taken.add(chosen)
        found.append(chosen)
    for index in range(1, len(seen)):
        if found[index] is None and found[index - 1] is not None and is_part(sentence, seen[index].number) \
                and _linked(sentence, seen, index - 1, index):  # fmt: skip
            found[index] = found[index - 1]
    for index in reversed(range(len(seen) - 1)):
        if found[index] is None and _linked(sentence, seen, index, index + 1) and _is_list(sentence, seen, index) \
                and not _is_of_part(sentence, seen[index + 1]):  # fmt: skip
            after = found[index + 1]
            found[index] = after if after is not None and after.first >= seen[index + 1].number.end else None
    for index in range(1, len(seen)):
        if found[index] is None and _linked(sentence, seen, index - 1, index) and _is_person(seen[index].noun) \
                and not _has_own_verb(sentence, seen, index, found[index - 1]):  # fmt: skip
            found[index] = found[index - 1]
    return found


def _is_of_next(sentence: Sentence, seen: list[Seen], index: int) -> bool:
    """Say whether the outcome after a number is the next number's: "carrying 40 passengers, killing 14"."""
    right, after = seen[index].right, seen[index + 1] if index + 1 < len(seen) else None
    if right is None or after is None or after.left != right or after.right is not None or after.is_excluded:
        return False
    ends = (seen[index].noun or seen[index].number).last
    joins = any(sentence.low(at) in sentence.words.joiners for at in range(ends, right.first))
    return (joins or parted(sentence, ends, right.first, {","})) and sentence.gap(right.last, after.number.begin) <= 1


def _prefers_left(sentence: Sentence, seen: list[Seen], index: int, left: Mark, right: Mark) -> bool:
    number = seen[index].number
    left_gap = sentence.gap(left.last, number.begin)
    apart = parted(sentence, left.last, number.begin, {","}) and not parted(sentence, number.end, right.first, {","})
    if left_gap > 4 or apart or sentence.words.outcome_last:
        return False
    if sentence.gap(number.end, right.first) == 0:
        return left_gap == 0 and index + 1 < len(seen) and seen[index + 1].number.begin == right.last
    after = seen[index + 1] if index + 1 < len(seen) else None
    return after is None or sentence.gap(right.last, after.number.begin) <= 2 or left_gap <= 1


def _linked(sentence: Sentence, seen: list[Seen], first: int, second: int) -> bool:
    one, two = seen[first], seen[second]
    if one.is_excluded or two.is_excluded or (one.noun is not None and not _is_person(one.noun)):
        return False
    if one.noun is None and two.noun is None:
        return False
    start = one.noun.last if one.noun is not None else one.number.end
    between = range(start, two.number.begin)
    signs = [sentence.tokens[at].text for at in between]
    if signs.count(")") > signs.count("("):
        return False  # "4 dead (1 woman), 3 injured"
    if two.noun is None and all(sentence.low(at) == "," for at in between) and not any(
            sentence.at("including", at) is not None for at in range(two.number.end, two.number.end + 1)):
        return False  # "three children died, nine are in hospital"
    joined = any(sentence.low(at) in sentence.words.joiners or sentence.low(at) == "," or sentence.low(at) == "("
                 or sentence.covers("including", at) is not None for at in between)  # fmt: skip
    return joined and sentence.gap(start, two.number.begin) <= 6


def _is_of_part(sentence: Sentence, part: Seen) -> bool:
    """Say whether an outcome is a part's alone: "266 became victims, of which 48 people died"."""
    ends = (part.noun or part.number).last
    return part.right is not None and is_part(sentence, part.number) and not parted(
        sentence, ends, part.right.first, {","}) and sentence.gap(ends, part.right.first) <= 2


def _has_own_verb(sentence: Sentence, seen: list[Seen], index: int, before: Mark | None) -> bool:
    """Say whether people whom "and" joins to some who were harmed go on to a verb that no list knows.

    "Eight people died, and 45 soldiers were left with a disability": not dead.
    """
    noun, last = seen[index].noun, (seen[index - 1].noun or seen[index - 1].number).last
    only_comma = all(sentence.low(at) == "," for at in range(last, seen[index].number.begin))
    if noun is None or before is None or sentence.words.verb_final or (
            before.first < seen[index - 1].number.end and not only_comma):  # fmt: skip
        return False
    at = noun.last
    return at + 1 < len(sentence.tokens) and sentence.tokens[at].text[0].isalpha() and sentence.name_at(at) is None \
        and sentence.covers("place", at) is None and sentence.covers("time", at) is None \
        and sentence.low(at) not in sentence.words.joiners  # fmt: skip


def _is_list(sentence: Sentence, seen: list[Seen], index: int) -> bool:
    """Say whether more than a comma joins a number to the next, or that to one more: "12 men, 3 women and 5 children".

    "In a village of 1,200 inhabitants, eleven people lost a leg": no list.
    """
    start = (seen[index].noun or seen[index].number).last
    only_comma = all(sentence.low(at) == "," for at in range(start, seen[index + 1].number.begin))
    one, two = seen[index].noun, seen[index + 1].noun
    of_them = sentence.at("including", seen[index + 1].number.end) is not None  # "64 villagers, 20 of them women"
    if not only_comma or one is None or two is None or of_them:
        return True
    return index + 2 < len(seen) and _linked(sentence, seen, index + 1, index + 2)


def _is_person(noun: Mark | None) -> bool:
    return noun is None or noun.kind == "people"


def is_part(sentence: Sentence, number: Number) -> bool:
    """Say whether a number is named as a part of the one before it: "including 4 children"."""
    return any(sentence.covers("including", number.begin - back) is not None for back in (1, 2))
