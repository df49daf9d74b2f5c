"""What happened to the mines, items, ground and records that a sentence counts?"""

from __future__ import annotations

from typing import NamedTuple

from whitestone.evidence.reading.lexicon import Mark
from whitestone.evidence.reading.numbers import Number
from whitestone.evidence.reading.sentence import Sentence

__all__ = ["STOPS", "Counted", "accuracy_in", "part_of_things", "parted", "thing_counted"]

STOPS = {";", ":", "—", "–"}
"""Signs that part a number from what happened before or after them."""
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_FEW = 3
_DESCRIBES = 12
"""So many steps further away is a verb that only describes what is counted: the main verb decides."""
_AREAS = ("m2", "hectares", "km2")
_HAPPENS = ("laid", "planted", "cleared", "stockpile", "surveyed", "other")
_TRANSFERS = ("given", "withheld")
_THINGS = ("mines", "items", "minefields")
_NEAR = 8
"""So many steps behind ground that was counted an area is of the same."""


class Counted(NamedTuple):
    """One number with what it counts; `anchor` is the mark that says what happened, None where the noun says it."""

    number: Number
    subject: str
    unit: str
    population: str | None
    anchor: Mark | None


def accuracy_in(sentence: Sentence, number: Number) -> Counted | None:
    """Read a share as how accurate records are said to be; None where the sentence does not speak of that."""
    right = sentence.of("action", "accurate")
    if not right or sentence.of("action", "inaccurate") or number.value > 100 or (not sentence.of("unit", "records") \
            and not sentence.of("statement", "information")):  # fmt: skip
        return None
    number = number._replace(qualifier="exact") if number.qualifier == "sum" else number  # "cəmi 25 faiz": only
    return Counted(number, "records", "per_cent_accurate", None, right[0])


def thing_counted(sentence: Sentence, number: Number, noun: Mark, before: list[Counted]) -> Counted | None:
    """Say what happened to mines, items, ground or records: the action nearest to the number decides."""
    action = _nearest(sentence, number, noun, _TRANSFERS if noun.code == "records" else _HAPPENS)
    last = _last_thing(before)
    of_last = action is None or action.first < noun.last or _begins_anew(sentence, noun, action)
    if last is not None and noun.code in _THINGS and of_last and any(
            sentence.covers("including", number.begin - back) is not None for back in (1, 2)):  # fmt: skip
        return last._replace(number=number, unit=noun.code)
    if action is not None and _tells_of_others(sentence, number, action):
        return None
    if _is_on_maps(sentence, number, noun):
        given = _nearest(sentence, number, noun, _TRANSFERS[:1])
        if noun.code == "mines":
            return Counted(number, "records", "mines", None, given)
        return None if given is None else Counted(number, "records", "records", None, given)
    if noun.code == "records":
        return None if action is None or action.code == "withheld" else Counted(number, "records", "records", None,
                                                                                action)  # fmt: skip
    if action is None:
        return _without_verb(sentence, number, noun, last)
    return _with_verb(sentence, number, noun, action)


def _begins_anew(sentence: Sentence, noun: Mark, action: Mark) -> bool:
    """Say whether "and" leads in an action behind what is counted: "including 84 mines, and surveyed 210 hectares"."""
    return action.first >= noun.last and any(sentence.low(at) in sentence.words.joiners
                                             for at in (action.first - 1, action.first - 2) if at >= noun.last)


def _last_thing(before: list[Counted]) -> Counted | None:
    """Give what was counted last where that was ground or mines: contamination or clearance."""
    return before[-1] if before and before[-1].subject in ("contamination", "clearance") else None


def _tells_of_others(sentence: Sentence, number: Number, action: Mark) -> bool:
    """Say whether an action is not what happened to what is counted.

    Ground that was looked at, mines that were bought: neither contaminated nor cleared by that. "Of the 300 hectares,
    120 were cleared": the 300 were not.
    """
    whole = sentence.ending("partitive", number.begin)
    opens = whole is not None and whole.first <= 1
    return action.code in ("surveyed", "other") or (opens and action.code == "cleared")


def _is_on_maps(sentence: Sentence, number: Number, noun: Mark) -> bool:
    """Say whether mines are counted by maps of them: "maps of 97,000 mines", "97 հազար ականի քարտեզ".

    Also minefields: "handed over maps of 17 minefields" says nothing of how many there are.
    """
    of_maps = [*sentence.of("unit", "records"), *sentence.of("statement", "information")]
    led = (mark for mark in of_maps if mark.last <= number.begin and _is_of(sentence, mark.last, number.begin))
    if noun.code in ("mines", "minefields") and next(led, None) is not None:
        return True
    genitive = sentence.at("genitive", noun.first)
    following = sentence.at("unit", genitive.last) if genitive is not None else None
    return following is not None and following.code == "records"


def _without_verb(sentence: Sentence, number: Number, noun: Mark, last: Counted | None) -> Counted | None:
    """Count things and ground of which no verb says what happened: by what the sentence else tells."""
    if noun.code in _THINGS and sentence.of("action", "stockpile"):
        return Counted(number, "stockpiles", noun.code, None, None)
    if noun.code in ("mines", "minefields"):
        return _bare_mines(sentence, number, noun)
    if noun.code not in _AREAS:
        return None
    if (made := _area(sentence, number, noun)) is not None:
        return made
    near = last is not None and sentence.gap(last.number.end, number.begin) <= _NEAR
    return last._replace(number=number, unit=noun.code) if last and near and not sentence.of("found") else None


def _bare_mines(sentence: Sentence, number: Number, noun: Mark) -> Counted | None:
    """Take "hundreds of mines" to lie there, and the mines of deminers to be cleared; what else came of them is unsaid.

    "1,800 mines." says after a question what was asked, and that stands in the question. "By 2030: another 70,000
    mines" is a plan.
    """
    is_more = sentence.low(number.first - 1) in sentence.words.more_words
    if sentence.answers or is_more or _is_doubtful(sentence, number, noun):
        return None
    by_deminers = any(mark.last <= number.begin for mark in sentence.of("people", "deminers"))
    is_vague = number.qualifier == "about" and number.in_words
    if noun.code == "mines" and not (is_vague or by_deminers):
        return None
    subject = "clearance" if by_deminers and noun.code == "mines" else "contamination"
    acts = any(noun.last <= mark.first <= noun.last + 2 for mark in sentence.of("outcome"))
    return None if acts else Counted(number, subject, noun.code, None, None)


def _with_verb(sentence: Sentence, number: Number, noun: Mark, action: Mark) -> Counted | None:
    """Count things and ground by the verb that says what happened to them."""
    if _only_describes(sentence, noun, action) and _is_doubtful(sentence, number, noun):
        return None  # "очистит 45 гектаров заминированной земли": the verb is another
    if action.code == "stockpile" or sentence.of("action", "stockpile"):
        return Counted(number, "stockpiles", noun.code, None, action) if noun.code in _THINGS else None
    if action.code == "cleared" and _lies_ahead(sentence, action):
        return Counted(number, "contamination", noun.code, None, action)
    if noun.code in _AREAS and not sentence.on_mines:
        return None
    is_found = sentence.covers("found", action.first) is not None
    is_cleared = action.code == "cleared" and not (is_found and noun.code == "minefields")
    return Counted(number, "clearance" if is_cleared else "contamination", noun.code, None, action)


def _area(sentence: Sentence, number: Number, noun: Mark) -> Counted | None:
    """Read "61 km² of hazardous area" and "returned 2,100 hectares to farmers": no verb of mines says it."""
    named = any(noun.last <= mark.first and sentence.gap(noun.last, mark.first) <= 3
                and not parted(sentence, noun.last, mark.first, {",", *STOPS})
                for mark in sentence.of("unit", "minefields"))  # fmt: skip
    if named:
        return Counted(number, "contamination", noun.code, None, None)
    back = any((mark.last <= number.begin and sentence.gap(mark.last, number.begin) <= 4
                and not parted(sentence, mark.last, number.begin, {",", *STOPS}))
               or (noun.last <= mark.first and sentence.gap(noun.last, mark.first) <= 4
                   and not parted(sentence, noun.last, mark.first, {",", *STOPS}))
               for mark in sentence.of("restored"))  # fmt: skip
    return Counted(number, "clearance", noun.code, None, None) if back and sentence.on_mines else None


def _lies_ahead(sentence: Sentence, action: Mark) -> bool:
    """Say whether what is left is still to be cleared: "quedan por destruir 91.000 minas"."""
    endings = sentence.words.infinitives
    if not endings or not sentence.low(action.first).endswith(endings):
        return False
    return any(mark.last <= action.first and sentence.gap(mark.last, action.first) <= _FEW
               for mark in sentence.of("action", "laid"))  # fmt: skip


def _is_of(sentence: Sentence, first: int, last: int) -> bool:
    """Say whether only small words lead from maps to a number: "maps of 97,000 mines", not "maps show that 400,000"."""
    return sentence.gap(first, last) <= _FEW and not any(mark.first in range(first, last) for mark in [
        *sentence.of("say", "that"), *sentence.of("action", "cleared", "planted", "laid")])  # fmt: skip


def _only_describes(sentence: Sentence, noun: Mark, action: Mark) -> bool:
    """Say whether a word of contamination tells of what kind an area is: "45 hectares of mined land"."""
    words = sentence.words
    if action.code != "laid" or not 0 <= action.first - noun.last <= 2 or words.verb_final:
        return False
    if any(sentence.low(at) in words.noun_links for at in range(noun.last, action.first)):
        return True
    following = sentence.low(action.last)
    return words.inflects and action.first == noun.last and following.isalpha() and following not in words.common


def _is_doubtful(sentence: Sentence, number: Number, noun: Mark) -> bool:
    """Say whether a word that no list knows stands where the verb does: "sacamos de la tierra 2.764 minas".

    Without a verb that is known, things that are counted are taken to lie there; an unknown one may say otherwise.
    """
    at = noun.last if sentence.words.verb_final else number.begin - 1
    if sentence.words.verb_final and sentence.low(number.begin - 1) in sentence.words.be_links:
        at = number.begin - 2  # "հանվել է 1204 ական"
    if not 0 <= at < len(sentence.tokens) or not sentence.tokens[at].text[0].isalpha() \
            or sentence.name_at(at) is not None or sentence.tokens[at].is_name:  # fmt: skip
        return False
    low, words = sentence.low(at), sentence.words
    known = low in words.common or low in words.noun_links or low in words.joiners or len(low) <= 2
    return not known and not any(mark.first <= at < mark.last for mark in sentence.marks)


def part_of_things(sentence: Sentence, number: Number, before: list[Counted]) -> Counted | None:
    """Let a bare number be a part of the things before it: "40,000 mines, of which only 6,500 were removed"."""
    last = before[-1] if before else None
    if last is None or last.unit not in (*_THINGS, *_AREAS) or last.subject not in ("contamination", "clearance"):
        return None
    led = any(last.number.end <= mark.first and mark.last <= number.begin and sentence.gap(mark.last, number.begin) <= 4
              for mark in sentence.of("including"))  # fmt: skip
    marks = sentence.of("action", "cleared", "laid")
    behind = next((mark for mark in marks if mark.first >= number.end
                   and sentence.gap(number.end, mark.first) <= 4), None)  # fmt: skip
    right_before = next((mark for mark in marks if last.number.end <= mark.first and number.begin in (
        mark.last, mark.last + (sentence.low(mark.last) in sentence.words.be_links))), None)  # fmt: skip
    action = right_before or (behind if led else None)
    is_year = number.plain and _FIRST_YEAR <= number.value <= _LAST_YEAR
    if action is None or (is_year and not led):
        return None
    return Counted(number, "clearance" if action.code == "cleared" else "contamination", last.unit, None, action)


def _nearest(sentence: Sentence, number: Number, noun: Mark, codes: tuple[str, ...]) -> Mark | None:
    best: tuple[int, Mark] | None = None
    for mark in sentence.of("action", *codes):
        if noun.code in _AREAS and sentence.covers("found", mark.first) is not None:
            continue  # what is found on an area does not clear it
        if mark.last <= number.begin:
            away = sentence.gap(mark.last, number.begin) * 2 + (_DESCRIBES // 2 if sentence.words.verb_final else 0)
            is_label = mark.first <= 2 and sentence.low(number.begin - 1) == ":"  # "Handed over: 3 records"
            is_apart = parted(sentence, mark.last, number.begin, STOPS - {":"} if is_label else STOPS)
        elif mark.first >= noun.last:
            away = sentence.gap(noun.last, mark.first) * 2 - 1
            if mark.code == "laid" and any(sentence.low(at) in sentence.words.noun_links
                                           for at in range(noun.last, min(noun.last + 2, mark.first))):  # fmt: skip
                away += _DESCRIBES // 2  # "497 km² of land suspected to be contaminated was released"
            if not sentence.words.verb_final and any(
                    sentence.low(at) in sentence.words.joiners for at in range(noun.last, mark.first)):
                away += _DESCRIBES // 2  # "surveyed 1,640,000 m² and cleared 512,000"
            is_apart = parted(sentence, noun.last, mark.first, STOPS)
        elif mark.first >= number.end:  # "12 mines laid …" has it behind; between the two it only describes them
            away, is_apart = (_DESCRIBES if mark.code in ("planted", "laid") else 0), False
        else:
            continue
        if not is_apart and (best is None or away < best[0]):
            best = (away, mark)
    return best[1] if best else None


def parted(sentence: Sentence, first: int, last: int, signs: set[str]) -> bool:
    """Say whether one of some signs stands between two positions of a sentence."""
    return any(sentence.tokens[at].text in signs for at in range(first, last))
