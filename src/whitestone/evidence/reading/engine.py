"""How does the reader go from a text to its proposals?"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterable

from msgspec import structs

from whitestone.evidence.designations import find_designations
from whitestone.evidence.reading.arithmetic import sums_that_differ
from whitestone.evidence.reading.attribution import reported_speaker, who_denies
from whitestone.evidence.reading.counting import Counted, count_in
from whitestone.evidence.reading.days import find_days
from whitestone.evidence.reading.heads import document_facts, find_symbols
from whitestone.evidence.reading.language import detect_language, languages_in
from whitestone.evidence.reading.lexicon import Lexicon, lexicon
from whitestone.evidence.reading.model import DOCUMENT, Flag, ProposedClaim, Reading
from whitestone.evidence.reading.naming import agent_of, place_near
from whitestone.evidence.reading.numbers import Number, find_numbers
from whitestone.evidence.reading.paragraphs import head_length, paragraphs_of, sentences_of
from whitestone.evidence.reading.period_of import period_of
from whitestone.evidence.reading.quotes import parts_of
from whitestone.evidence.reading.sentence import Sentence
from whitestone.evidence.reading.statements import Stated, statements_in
from whitestone.evidence.reading.times import Period, find_periods
from whitestone.evidence.reading.tokens import tokens_of

__all__ = ["read_claims"]

_NEAR = 2
"""Up to so many sentences before it in its paragraph tell what a sentence is about."""
_ON_MINES = 0.2
"""From this share of sentences that speak of mines on, the whole text is about mines."""
_SHORT, _ON_MINES_SHORT = 15, 0.07
"""In a text of so few sentences one that speaks of mines is enough."""
_HEADING = 20
_LONGEST_QUOTE = 80
"""A quote is short: of a sentence of more words (a name counts as one) only those around the claim are quoted."""
_PAGE_NUMBER = re.compile(r"^[ \t]*\d{1,4}[ \t]*$", re.MULTILINE)


class _Place:
    """One sentence in its surroundings."""

    def __init__(self, sentence: Sentence, start: int, end: int, paragraph: int) -> None:
        self.sentence, self.start, self.end, self.paragraph = sentence, start, end, paragraph
        self.number = 0
        self.on_mines = bool(sentence.of("context", "mine") or sentence.of("people", "deminers"))


def read_claims(text: str, dated_on: str | None = None, title: str | None = None) -> Reading:
    """Propose the claims of a text, each with its span and its speaker, none where the rules are not sure.

    `dated_on` (ISO) is the date of the document, which "last year" hangs on; without it the date that the text states
    at its head. `title` names the document; without it the text's own first line, if that stands alone. Offsets are
    characters of `text`, and `text[start:end] == quote`. A text in a language without a word list gives no claims; one
    with parts in several languages (a letter with an annex) is read part by part.
    Source of the rules: IMAS 05.10 and the terms of the Landmine Monitor, as written in `languages/`.

    >>> reading = read_claims("In 2023, more than 260 civilians were killed or injured by mines, said the governor.")
    >>> claim = reading.claims[0]
    >>> claim.value, claim.qualifier, claim.unit, claim.population, claim.period_from, claim.speaker
    (260.0, 'at_least', 'killed_or_injured', 'civilians', '2023', 'the governor')
    >>> read_claims("").claims
    ()
    """
    language = detect_language(text)
    parts = languages_in(text, language)
    if len(parts) == 1:
        return _read(text, language, dated_on, title)
    return _joined(text, language, parts, dated_on, title)


def _joined(text: str, language: str, parts: list[tuple[int, int, str]], dated_on: str | None, title: str | None
            ) -> Reading:
    """Read each language of a text with the others blanked out, so that every offset stays, and join the proposals."""
    facts, today = document_facts(text, lexicon(language), dated_on, title)
    claims: list[ProposedClaim] = []
    flags: list[Flag] = []
    for code in dict.fromkeys(code for _, _, code in parts):
        own = "".join(text[start:end] if each == code else re.sub(r"\S", " ", text[start:end])
                      for start, end, each in parts)  # fmt: skip
        read = _read(own, code, dated_on or today, title)
        flags += [structs.replace(flag, claims=tuple(at + len(claims) for at in flag.claims)) for flag in read.flags]
        claims += read.claims
    order = sorted(range(len(claims)), key=lambda at: claims[at].start)
    places = {at: place for place, at in enumerate(order)}
    flags = [structs.replace(flag, claims=tuple(places[at] for at in flag.claims)) for flag in flags]
    return Reading(language=language, document=facts, claims=tuple(claims[at] for at in order), flags=tuple(flags))


def _read(text: str, language: str, dated_on: str | None, title: str | None) -> Reading:
    """Read a text of one language."""
    words = lexicon(language)
    facts, today = document_facts(text, words, dated_on, title)
    places = _sentences(text, words, today)
    share = sum(place.on_mines for place in places) / len(places) if places else 0.0
    least = _ON_MINES_SHORT if len(places) <= _SHORT else _ON_MINES
    claims: list[ProposedClaim] = []
    flags: list[Flag] = []
    named = ""
    whole: ProposedClaim | None = None
    for at, place in enumerate(places):
        near = [other for other in places[max(0, at - _NEAR) : at] if other.paragraph == place.paragraph]
        around = share >= least or any(other.on_mines for other in near)
        first = len(claims)
        asked = places[at - 1] if at else None
        place.sentence.answers = asked is not None and (
            text[asked.end - 1] in "?؟" or "՞" in text[asked.start : asked.end])
        whole = whole if place.number else None
        made, named = _claims_of(text, place, today, around, named, whole)
        people = [claim for claim in made if claim.subject == "casualties"]
        whole = people[0] if people else whole
        claims += made
        flags += sums_that_differ(claims[first:], first, is_open=bool(place.sentence.of("including")),
                                  has_rest=bool(place.sentence.of("unknown")))  # fmt: skip
    claims, flags = _without_headline(text, places, claims, flags)
    return Reading(language=language, document=facts, claims=tuple(claims), flags=tuple(flags))


def _without_headline(text: str, places: list[_Place], claims: list[ProposedClaim],
                      flags: list[Flag]) -> tuple[list[ProposedClaim], list[Flag]]:  # fmt: skip
    """Leave out what the headline only announces: the same figure stands below with its place, time and speaker."""
    end = next((place.end for place in places[:1] if _is_heading(text, place)), 0)
    if not end:
        return claims, flags
    below = {_figure(claim) for claim in claims if claim.start >= end}
    kept = [at for at, claim in enumerate(claims)
            if claim.start >= end or claim.value is None or _figure(claim) not in below]  # fmt: skip
    moved = {at: new for new, at in enumerate(kept)}
    flags = [structs.replace(flag, claims=tuple(moved[at] for at in flag.claims)) for flag in flags
             if all(at in moved for at in flag.claims)]  # fmt: skip
    return [claims[at] for at in kept], flags


def _figure(claim: ProposedClaim) -> tuple[str, float | None, str | None]:
    return claim.subject, claim.value, claim.unit


def _sentences(text: str, words: Lexicon, today: str | None) -> list[_Place]:
    paragraphs = paragraphs_of(text)
    pages = {found.start(): found.end() for found in _PAGE_NUMBER.finditer(text, head_length(text))}
    symbols = [(found.start(), found.end()) for found in find_symbols(text)]
    inside = 0
    places: list[_Place] = []
    for part in parts_of(text, paragraphs, words):
        while inside + 1 < len(paragraphs) and paragraphs[inside][1] <= part.start:
            inside += 1
        for start, end in sentences_of(text, part.start, part.end):
            tokens = tokens_of(text, start, end)
            if not tokens:
                continue
            sentence = Sentence(words, tokens, part.speaker, quoted=part.speaker is not None, today=today)
            _mask(sentence, symbols)
            if pages:
                sentence.masked |= {at for at, token in enumerate(tokens) if _on_page_line(token.start, pages)}
            places.append(_Place(sentence, start, end, inside))
    lows = frozenset(token.low for place in places for token in place.sentence.tokens if token.is_name)
    starts = [mention.start for mention in find_designations(text)]
    for before, place in itertools.pairwise(places):
        place.number = before.number + 1 if before.paragraph == place.paragraph else 0
    for place in places:
        at = bisect.bisect_left(starts, place.start)
        named = set(starts[at : bisect.bisect_left(starts, place.end)])
        place.on_mines = place.on_mines or bool(named)
        place.sentence.types = frozenset(
            at for at, token in enumerate(place.sentence.tokens) if token.start in named) if named else frozenset()
    known = frozenset(stem for place in places for stem in place.sentence.capital_stems())
    for place in places:
        place.sentence.known_names, place.sentence.known_lows = known, lows
    return places


def _on_page_line(start: int, pages: dict[int, int]) -> bool:
    return any(first <= start < last for first, last in pages.items() if first <= start < first + 12)


def _mask(sentence: Sentence, spans: Iterable[tuple[int, int]]) -> None:
    first, last = sentence.tokens[0].start, sentence.tokens[-1].end
    for begin, end in spans:
        if begin < last and end > first:
            sentence.masked |= {at for at, token in enumerate(sentence.tokens) if begin <= token.start < end}


def _claims_of(text: str, place: _Place, today: str | None, around: bool, named: str,
               whole: ProposedClaim | None) -> tuple[list[ProposedClaim], str]:  # fmt: skip
    sentence = place.sentence
    if sentence.speaker:
        named = sentence.speaker if not sentence.speaker.startswith("~") else named
    if text[place.end - 1] in "?؟" or "՞" in text[place.start : place.end] or sentence.speaker == "":
        return [], named
    on_mines = place.on_mines or (around and not sentence.of("other_cause", "other_cause"))
    sentence.on_mines = on_mines
    if not on_mines and not sentence.of("outcome", "displaced", "returned") and not sentence.of("instrument"):
        return [], _last_named(text, sentence, named)
    days = find_days(sentence)
    for day in days:
        sentence.masked.update(range(day.first, day.last))
    numbers = find_numbers(sentence)
    periods = find_periods(sentence, days, numbers, today)
    found: list[tuple[ProposedClaim, str | None]] = []
    counts = [number for number in numbers if not _in_period(number, periods)]
    for counted in count_in(sentence, counts, whole.unit if whole is not None else None):
        if counted.subject != "displacement" and not (on_mines and _has_mines_near(sentence, counted.number)):
            continue
        said = _speaker(text, sentence, counted.number.begin, named)
        if said:
            found.append((_counted_claim(text, place, counted, periods, said), said))
    has_records = any(claim.subject == "records" and claim.value is not None for claim, _ in found)
    stated_here = statements_in(text, sentence, on_mines=on_mines, has_records=has_records)
    for stated in () if _is_heading(text, place) else stated_here:
        said = _speaker(text, sentence, stated.anchor.first, named)
        if said:
            found.append((_stated_claim(text, place, stated, said), said))
    return [claim for claim, _ in found], _last_named(text, sentence, named)


def _is_heading(text: str, place: _Place) -> bool:
    """Say whether a line is a heading: it states no duty and nobody's responsibility."""
    line_ends = not text[place.end : place.end + 2].strip()
    is_short = len(place.sentence.tokens) <= _HEADING and not place.sentence.quoted
    return place.number == 0 and is_short and line_ends and text[place.end - 1].isalnum()


def _has_mines_near(sentence: Sentence, number: Number) -> bool:
    """Say whether the part of a sentence between semicolons that holds a number names no other cause than mines."""
    stops = [at for at, token in enumerate(sentence.tokens) if token.text == ";"]
    first = max((at for at in stops if at < number.first), default=-1)
    last = min((at for at in stops if at >= number.last), default=len(sentence.tokens))
    marks = [*sentence.of("context"), *sentence.of("other_cause", "other_cause")]
    part = {mark.code for mark in marks if first < mark.first < last}
    if part != {"mine", "other_cause"}:
        return "other_cause" not in part
    begin, end = _clause_around(sentence, number)
    return {mark.code for mark in marks if begin <= mark.first < end} != {"other_cause"}


def _clause_around(sentence: Sentence, number: Number) -> tuple[int, int]:
    """Give the stretch around a number up to a comma or an "and": "shelling killed 12 and mines killed 4"."""
    begin, end = number.begin, number.end
    while begin > 0 and not _parts(sentence, begin - 1):
        begin -= 1
    while end < len(sentence.tokens) and not _parts(sentence, end):
        end += 1
    return begin, end


def _parts(sentence: Sentence, at: int) -> bool:
    """Say whether a token parts clauses: a sign, or "and" unless it joins within a phrase that is known."""
    if sentence.tokens[at].text in ",;:()—–":
        return True
    joins = sentence.low(at) in sentence.words.joiners
    within = (mark for mark in sentence.marks if mark.first < at < mark.last - 1)
    return joins and next(within, None) is None


def _last_named(text: str, sentence: Sentence, named: str) -> str:
    if sentence.quoted:
        return named
    if not (sentence.of("say", "verb", "weak", "according", "self") or sentence.of("said_by")):
        return who_denies(text, sentence) or named
    said, _, _ = reported_speaker(text, sentence, len(sentence.tokens))
    return said if said and not said.startswith("~") and said != DOCUMENT else named


def _speaker(text: str, sentence: Sentence, at: int, named: str) -> str:
    """Name who says it: whom the sentence reports, else the quote's speaker, else the document."""
    around = sentence.speaker if sentence.speaker is not None else DOCUMENT
    said: str | None = None
    if sentence.of("say", "verb", "weak", "according", "his") or sentence.of("said_by"):
        said, _, _ = reported_speaker(text, sentence, at)
    if said == DOCUMENT:
        said = around
    chosen = said or around
    if chosen.startswith("~"):
        return named
    return chosen


def _in_period(number: Number, periods: list[Period]) -> bool:
    return any(period.first <= number.first < period.last for period in periods)


def _quoted(text: str, place: _Place, first: int, last: int) -> tuple[str, int, int]:
    """Give the sentence as the quote; of a very long one the words around the tokens that matter."""
    start, end = place.start, place.end
    tokens = place.sentence.tokens
    if place.sentence.gap(0, len(tokens)) > _LONGEST_QUOTE:
        begin, stop = place.sentence.window(first, last, _LONGEST_QUOTE // 2)
        start, end = tokens[begin].start, tokens[stop - 1].end
    return text[start:end], start, end


def _counted_claim(text: str, place: _Place, counted: Counted, periods: list[Period], said: str) -> ProposedClaim:
    sentence, number = place.sentence, counted.number
    period = period_of(sentence, counted, periods)
    about = None
    if counted.anchor is not None and counted.anchor.code in ("planted", "given"):
        about = agent_of(text, sentence, counted.anchor, number.first)
    quote, start, end = _quoted(text, place, number.first, number.last)
    return ProposedClaim(
        subject=counted.subject, value=number.value, value_max=number.value_max, qualifier=number.qualifier,
        unit=counted.unit, population=counted.population, place=place_near(text, sentence, number.first, number.last),
        period_from=period.begin if period else None, period_to=period.end if period else None, speaker=said,
        about=about, quote=quote, start=start, end=end,
    )  # fmt: skip


def _stated_claim(text: str, place: _Place, stated: Stated, said: str) -> ProposedClaim:
    quote, start, end = _quoted(text, place, stated.anchor.first, stated.anchor.last)
    return ProposedClaim(
        subject=stated.subject, value=None, value_max=None, qualifier=None, unit=None, population=None, place=None,
        period_from=None, period_to=None, speaker=said, about=stated.about, quote=quote, start=start, end=end,
        instruments=stated.instruments,
    )  # fmt: skip
