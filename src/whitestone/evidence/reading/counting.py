"""What do the numbers of a sentence count?"""

from __future__ import annotations

from whitestone.evidence.reading.lexicon import Mark
from whitestone.evidence.reading.nouns import OUTCOMES, noun_after, noun_before
from whitestone.evidence.reading.numbers import Number
from whitestone.evidence.reading.outcomes import Seen, outcomes_of
from whitestone.evidence.reading.persons import single_persons
from whitestone.evidence.reading.sentence import Sentence
from whitestone.evidence.reading.things import STOPS, Counted, accuracy_in, part_of_things, parted, thing_counted
from whitestone.evidence.reading.uncounted import counts_nothing, is_age, is_assisted, is_of_others, is_share
from whitestone.evidence.reading.unsaid import is_unsaid

__all__ = ["Counted", "count_in"]

_DASHES = ("-", "–", "—")
_MOVES = ("displaced", "returned")
_FAR = 7


def count_in(sentence: Sentence, numbers: list[Number], whole: str | None = None) -> list[Counted]:
    """Join each number with its noun and its verb; a number that counts nothing known is left out.

    Years, ages, money, lengths, ordinals, articles and list numbers count nothing; so does what is denied, negated,
    asked, planned or supposed. `whole` is the unit of the casualties that the sentence before
    counted: "Of them, nine were children" is of it.
    """
    numbers = [number for index, number in enumerate(numbers) if not is_age(sentence, numbers, index)
               and not _is_of_verb(sentence, number) and not _is_label(sentence, number)]  # fmt: skip
    seen = [_look(sentence, numbers, index) for index in range(len(numbers))]
    outcomes = outcomes_of(sentence, seen)
    found: list[Counted] = []
    for index, this in enumerate(seen):
        if this.is_excluded:
            continue
        made = _counted(sentence, seen, outcomes, index, found) or _of_whole(sentence, this, whole)
        if made is not None and not is_unsaid(sentence, made):
            found.append(made)
    singles = [made for made in single_persons(sentence, numbers) if not is_unsaid(sentence, made)]
    return sorted([*found, *singles], key=lambda made: made.number.first) if singles else found


def _is_label(sentence: Sentence, number: Number) -> bool:
    """Say whether a figure only tells one of many apart: "three members of Team 6 died"."""
    return not number.in_words and sentence.ending("skip_before", number.first, "label") is not None \
        and sentence.at("unit", number.end) is None and sentence.at("people", number.end) is None  # fmt: skip


def _is_of_verb(sentence: Sentence, number: Number) -> bool:
    """Say whether a number is a word of the outcome itself: the one of "ont perdu une jambe" counts no people."""
    mark = sentence.covers("outcome", number.first)
    return mark is not None and mark.first < number.first and number.last < mark.last


def _counted(sentence: Sentence, seen: list[Seen], outcomes: list[Mark | None], index: int,
             before: list[Counted]) -> Counted | None:  # fmt: skip
    this = seen[index]
    number, noun, outcome = this.number, this.noun, outcomes[index]
    if noun is not None and noun.kind == "percent":
        return accuracy_in(sentence, number)
    if noun is not None and noun.kind == "unit":
        if noun.code in OUTCOMES:
            code = noun.code
            near = outcome is not None and noun.code == "casualties" and 0 <= outcome.first - noun.last <= 4
            if near and outcome is not None and outcome.code in OUTCOMES:
                code = outcome.code
            if is_assisted(sentence, noun):
                return None
            population = _population(sentence, number, noun)
            if population == "all" and noun.code in ("killed", "injured"):
                population = _inherited(sentence, before, number) or "all"
            return Counted(number, "casualties", code, population, outcome if near else None)
        if noun.code == "accidents":
            return Counted(number, "accidents", "accidents", None, None)
        return thing_counted(sentence, number, noun, before)
    if _is_one_of(sentence, number, outcome, before):
        return None
    if outcome is not None:
        subject = "displacement" if outcome.code in _MOVES else "casualties"
        population = _population(sentence, number, noun) if noun else _inherited(sentence, before, number) or "all"
        return Counted(number, subject, outcome.code, population, outcome)
    if noun is not None:
        return _part(sentence, number, noun, before)
    return _carried(sentence, seen, index, before) or part_of_things(sentence, number, before)


def _is_one_of(sentence: Sentence, number: Number, outcome: Mark | None, before: list[Counted]) -> bool:
    """Say whether a person was counted before: "two were injured when one of them stepped on a mine"."""
    met = outcome is not None and outcome.code == "casualties" and sentence.at("including", number.end) is not None
    return met and any(made.subject == "casualties" for made in before)


def _part(sentence: Sentence, number: Number, noun: Mark, before: list[Counted]) -> Counted | None:
    """Let people be a part of the casualties before them: "of the 48 casualties, 31 were children", "263: 156 …"."""
    wholes = [made for made in before if made.subject == "casualties"]
    named = wholes and any(sentence.covers("including", at) for at in range(wholes[-1].number.end, number.begin))
    whole = (wholes[-1] if named else wholes[0]) if wholes else None
    if whole is None or noun.kind != "people" or noun.code == "all":
        return None
    between = range(whole.number.end, number.begin)
    opens = any(mark.first <= 1 and sentence.gap(mark.last, whole.number.first) <= 2
                and mark.last <= whole.number.first for mark in sentence.of("partitive"))  # fmt: skip
    joined = any(sentence.low(at) in (":", "(") or sentence.covers("including", at) is not None for at in between)
    joined = joined or sentence.at("including", number.end) is not None
    return whole._replace(number=number, population=noun.code) if opens or joined else None


def _of_whole(sentence: Sentence, this: Seen, whole: str | None) -> Counted | None:
    """Let people be a part of what was counted before: of the sentence before, or of casualties named at once.

    "Of these, 9 were children"; "among the casualties, 41 children".
    """
    noun, number = this.noun, this.number
    if noun is None or noun.kind != "people" or noun.code == "all":
        return None
    if any(mark.last <= number.begin and sentence.gap(mark.last, number.begin) <= 2
           for mark in sentence.of("unit", "casualties")):  # fmt: skip
        return Counted(number, "casualties", "casualties", noun.code, None)
    opens = any(mark.first <= 1 for kind in ("including", "partitive") for mark in sentence.of(kind))
    return Counted(number, "casualties", whole, noun.code, None) if whole is not None and opens else None


def _carried(sentence: Sentence, seen: list[Seen], index: int, before: list[Counted]) -> Counted | None:
    """Let "from 300 cases in 2008 to 186 in 2012" and "fell to 186" count what the number before counts."""
    number = seen[index].number
    last = before[-1] if before else None
    if last is None or sentence.gap(last.number.end, number.begin) > 8:
        return None
    word = sentence.ending("range", number.begin)
    compared = sentence.ending("compared", number.begin) is not None and any(
        at in sentence.masked for at in range(number.end, number.end + 4))  # fmt: skip
    if (not compared and (word is None or word.code != "to")) or last.subject not in ("accidents", "casualties"):
        return None
    return last._replace(number=number)


def _in_parts(sentence: Sentence, number: Number) -> bool:
    """Say whether a number stands in a list of parts: "(including 77 boys and 12 girls)"."""
    return any(mark.last <= number.begin and sentence.gap(mark.last, number.begin) <= _FAR
               and not parted(sentence, mark.last, number.begin, {")", ";"}) for mark in sentence.of("including"))


def _inherited(sentence: Sentence, before: list[Counted], number: Number) -> str | None:
    """Give the kind of people that was counted last, parts of a whole left aside."""
    last = next((made for made in reversed(before) if not _in_parts(sentence, made.number)), None)
    is_near = last is not None and last.subject == "casualties" and sentence.gap(last.number.end, number.begin) <= 20
    return last.population if is_near and last is not None else None


def _look(sentence: Sentence, numbers: list[Number], index: int) -> Seen:
    number = numbers[index]
    left_edge = numbers[index - 1].end if index else 0
    rest = (after for after in numbers[index + 1 :] if not _is_aside_number(sentence, after))
    right_edge = next((after.begin for after in rest), len(sentence.tokens))
    noun = noun_after(sentence, number, right_edge)
    marks = sentence.of("outcome")
    lefts = [mark for mark in marks if left_edge <= mark.first and mark.last <= number.begin
             and not _is_place(sentence, mark)
             and not _has_own_subject(sentence, mark, left_edge, number, noun)
             and not _is_in_relative(sentence, mark.last, number.begin)
             and not parted(sentence, mark.last, number.begin, STOPS | ({","} if mark.code in _MOVES else set())
                            | ({"."} if sentence.words.point_parts else set()))]
    begin = number.end + (sentence.low(number.end) in _DASHES)  # "27 – загинули"
    rights = [mark for mark in marks if number.end <= mark.first and mark.last <= right_edge
              and not parted(sentence, begin, mark.first, STOPS)
             and not _is_in_brackets(sentence, number.end, mark.first)
             and not _is_out_of_brackets(sentence, number, mark.first)
              and sentence.gap(number.end, mark.first) <= 2 * _FAR + 4]  # fmt: skip
    rights = [mark for mark in rights if not _is_relative_closed(sentence, number, mark)]
    rights = rights or _behind_brackets(sentence, noun, marks)
    beside = sentence.ending("unit", number.begin) if sentence.words.verb_final and noun is None else None
    if beside is not None and beside.code == "mines" and sentence.low(number.end) == ",":
        noun = beside  # "piyada əleyhinə 93, tank əleyhinə 33 mina"
    if noun is None and not (rights and sentence.gap(number.end, rights[0].first) <= 3):
        noun = noun_before(sentence, number, left_edge)
    bare = noun is None or (noun.kind == "unit" and noun.first > number.end)
    of_others = index > 0 and bare and is_of_others(sentence, numbers[index - 1], number) \
        and _is_other(sentence, numbers[index - 1])  # fmt: skip
    if of_others or (noun is None and _is_other(sentence, number)):
        return Seen(number, None, None, None, True)
    apart = [mark for mark in rights if noun is None or not noun.first <= mark.first < noun.last]
    rights = apart or rights  # displaced people have returned
    if rights and rights[0].code == "displaced":
        rights = [mark for mark in rights if mark.code == "returned"] or rights
    if len(rights) > 1 and rights[0].code == "casualties" and sentence.gap(rights[0].last, rights[1].first) <= 1:
        rights = rights[1:]  # "minaya düşərək yaralanıb": what came of it says more
    reached = sentence.ending("counted", number.begin)  # "the number of citizens killed by mines has reached 163"
    far = 2 * _FAR if reached is not None and sentence.low(reached.first) not in sentence.words.common else _FAR
    left = lefts[-1] if lefts and sentence.gap(lefts[-1].last, number.begin) <= far else None
    return Seen(number, noun, left, rights[0] if rights else None, counts_nothing(sentence, number, noun)
                 or is_share(sentence, numbers[index - 1] if index else None, number, noun))


def _is_place(sentence: Sentence, mark: Mark) -> bool:
    """Say whether an outcome is told by a place, which says nothing of what follows it: "in hospital are 36 beds"."""
    endings = sentence.words.place_endings
    return sentence.at("place", mark.first) is not None or (
        bool(endings) and mark.last - mark.first == 1 and sentence.low(mark.first).endswith(endings))


def _is_aside_number(sentence: Sentence, number: Number) -> bool:
    """Say whether a number counts something else, so that a verb behind it is still the one before's.

    "4 380 nəfər altı kənddəki evlərinə qayıdıb": six villages.
    """
    return sentence.words.verb_final and _is_other(sentence, number)


def _is_in_brackets(sentence: Sentence, first: int, last: int) -> bool:
    """Say whether brackets open between two positions and do not close there."""
    signs = [sentence.tokens[at].text for at in range(first, last)]
    return signs.count("(") > signs.count(")")


def _is_out_of_brackets(sentence: Sentence, number: Number, at: int) -> bool:
    """Say whether brackets that a number stands in close before a position: "4 dead (1 woman), 3 injured"."""
    opens = _is_in_brackets(sentence, 0, number.begin)
    return opens and any(sentence.tokens[step].text == ")" for step in range(number.end, at))


def _behind_brackets(sentence: Sentence, noun: Mark | None, marks: list[Mark]) -> list[Mark]:
    """Find the outcome behind brackets that part what was counted: "15 people (4 civilians) were killed"."""
    if noun is None or sentence.low(noun.last) != "(":
        return []
    close = next((at for at in range(noun.last, len(sentence.tokens)) if sentence.tokens[at].text == ")"), None)
    if close is None:
        return []
    near = (mark for mark in marks if 0 < mark.first - close <= 4)
    return [mark for mark in near if not parted(sentence, close + 1, mark.first, STOPS)]


def _may_be_people(sentence: Sentence, number: Number, at: int) -> bool:
    """Say whether a noun that no list knows is of people: what is killed or wounded at once and is no beast or car."""
    known = sentence.at("no_people", at) is not None or sentence.tokens[at].is_name
    harmed = [mark.last + (sentence.low(mark.last) in sentence.words.be_links) for mark in sentence.of("outcome")]
    led = number.begin not in harmed and (
        sentence.ending("place", number.begin) is not None or sentence.ending("time", number.begin) is not None)
    if known or led or sentence.at("skip_after", at) is not None:
        return False
    harms = [mark for mark in sentence.of("outcome") if mark.code in OUTCOMES[:3]
             and sentence.low(mark.first) not in sentence.words.takes]  # fmt: skip
    after = (mark for mark in harms if 0 <= mark.first - at - 1 <= 4 and _only_links(sentence, at + 1, mark.first))
    before = (mark.last + (sentence.low(mark.last) in sentence.words.be_links) for mark in harms)
    return next(after, None) is not None or number.begin in before


def _only_links(sentence: Sentence, first: int, last: int) -> bool:
    """Say whether only small words, and one more of what the people are, stand before what happened to them."""
    words, strange = sentence.words, 0
    for at in range(first, last):
        low = sentence.low(at)
        if low in words.common or low in words.be_links or low in words.adverbs:
            continue
        strange += 1
        if strange > 1 or not low.isalpha() or at > first or sentence.at("no_people", at) is not None \
                or any(mark.first <= at < mark.last for mark in sentence.marks):  # fmt: skip
            return False
    return True


def _has_own_subject(sentence: Sentence, mark: Mark, edge: int, number: Number, noun: Mark | None) -> bool:
    """Say whether an outcome has its own people before it and "and" parts it from the next number and its people.

    "One soldier died and two others were taken to hospital": the two did not die.
    """
    if sentence.words.verb_final or noun is None or noun.kind != "people":
        return False
    joins = any(sentence.low(at) in sentence.words.joiners for at in range(mark.last, number.begin))
    subject = any(edge <= people.last <= mark.first and sentence.gap(people.last, mark.first) <= 3
                  for people in sentence.of("people"))  # fmt: skip
    follows = sentence.gap(noun.last, len(sentence.tokens)) >= 2
    return joins and subject and follows and not any(
        sentence.covers("including", at) is not None for at in range(mark.last, number.begin))


def _is_relative_closed(sentence: Sentence, number: Number, mark: Mark) -> bool:
    """Say whether a number stands in an aside that ends before an outcome: "the bus, in which 17 people sat, hit"."""
    ends = any(sentence.tokens[at].text == "," for at in range(number.end, mark.first))
    comma = next((at for at in reversed(range(number.begin)) if sentence.tokens[at].text == ","), None)
    opens = comma is not None and sentence.covers("including", comma + 1) is None
    return ends and comma is not None and opens and _is_in_relative(sentence, comma, comma + 1)


def _is_in_relative(sentence: Sentence, first: int, last: int) -> bool:
    """Say whether a clause that describes opens between an outcome and a number: "the bus, in which 40 people sat"."""
    words = sentence.words
    return any(sentence.tokens[at].text == "," and (sentence.low(at + 1) in words.relatives
               or sentence.low(at + 2) in words.relatives) for at in range(first, last))  # fmt: skip


def _is_other(sentence: Sentence, number: Number) -> bool:
    """Say whether a number counts something that no list knows: 40 passengers, 300 sheep. Names may be people."""
    at = number.end
    while at < number.end + 2 and sentence.low(at) in sentence.words.noun_links:
        at += 1  # "в трех наших районах"
    if at >= len(sentence.tokens) or not sentence.tokens[at].text[0].isalpha() or sentence.name_at(at) is not None:
        return False
    kinds = ("outcome", "either", "including", "say", "said_by", "before", "after", "time", "time_after", "place",
             "counted", "stop", "partitive", "no", "action", "month", "percent", "range", "lead", "year_word",
             "instrument", "other_cause", "unit", "people", "assisted")  # fmt: skip
    low = sentence.low(at)
    if low in sentence.words.common or low in sentence.words.noun_links or low in sentence.words.be_links \
            or len(low) <= 2 or _may_be_people(sentence, number, at):  # fmt: skip
        return False
    return not any(sentence.at(kind, at) is not None for kind in kinds)


def _population(sentence: Sentence, number: Number, noun: Mark | None) -> str:
    kind = None
    if noun is not None and noun.kind == "unit":
        kind = sentence.ending("people", noun.first) or sentence.at("people", noun.first)
    if kind is not None and kind.code != "all":
        return kind.code
    if noun is not None and noun.kind == "people" and noun.code != "all":
        joined = sentence.low(noun.last) in sentence.words.joiners
        following = sentence.at("people", noun.last + 1) if joined else None
        if following is not None and {noun.code, following.code} == {"civilians", "military"}:
            return "civilians_and_military"
        return noun.code
    of_them = sentence.at("including", number.end) or sentence.at("partitive", number.end)
    named = sentence.at("people", of_them.last) if of_them is not None else None
    if named is not None and named.code != "all":
        return named.code  # "12 of them soldiers"
    near = range(number.end, (noun.last if noun else number.end) + 2)
    if sentence.ending("partitive", number.begin) is not None:  # five of the six killed were deminers
        near = range(number.end, noun.last if noun else number.end)
    marks = [mark for mark in sentence.of("people") if mark.first in near and mark.code != "all"
             and not parted(sentence, number.end, mark.first, {",", "(", ";"})]  # fmt: skip
    return marks[0].code if marks else "all"
