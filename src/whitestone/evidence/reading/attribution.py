"""Whom do the words around a statement name as its speaker?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from whitestone.evidence.reading.lexicon import Lexicon, Mark
from whitestone.evidence.reading.model import DOCUMENT
from whitestone.evidence.reading.paragraphs import sentences_of
from whitestone.evidence.reading.sentence import Sentence
from whitestone.evidence.reading.tokens import tokens_of

__all__ = ["reported_speaker", "speaker_around", "speaker_within", "who_denies"]

_STOPS = {",", ";", ":", ".", "(", ")", "—", "–", "“", "”", "«", "»", "\"", "„", "!", "?", "։", "՝", "[", "]", "،"}
_CLOSERS = {"»": "«", "”": "“", "“": "„", "\"": "\""}
_LONGEST_NAME = 6
_LONGEST = 14
_TITLE = 3
_NO_SUBJECT = ("number_words", "number_vague", "unit", "month", "time", "outcome", "before", "context")
_QUOTED_NAME = re.compile(r"«\s?[^\W\d_][^«»,.;:!?]{0,50}»|[„“][^\W\d_][^“”„,.;:!?]{0,50}[“”](?!\s*,)")
"""A name between quotation marks («Арменпресс»): no speech, and no end of what names a speaker."""
_BARE_WITHIN = 3
"""So many signs and words before it, a verb of saying after a quote is of whom the text named last: «…», sostuvo."""
_DASHED = re.compile(r"[,!?…]\s*[—–-]\s+([^—–«»]{4,160}?)(?=[.,;]\s*[—–-]|\.\s*$|[.»])")


def speaker_around(text: str, start: int, end: int, quote_start: int, quote_end: int, words: Lexicon) -> str:
    """Name the speaker of a quote from the rest of its paragraph; an empty string where nobody is named.

    First what follows the quote up to the end of its sentence (", the letter says", "— заявил министр"), then what
    comes before it in its sentence ("the diplomat wrote:").
    """
    after = _rest(text, quote_end, end)
    before = _lead(text, start, quote_start)
    last = text[quote_end - 2 : quote_end - 1] if quote_end - 2 > quote_start else ""
    orders = [after, before] if last == "," or not before.strip().endswith(":") else [before, after]
    for stretch in orders:
        begin, stop = stretch_span = (quote_end, quote_end + len(stretch)) if stretch is after else (
            quote_start - len(stretch), quote_start)  # fmt: skip
        sentence = Sentence(words, tokens_of(text, *stretch_span), None)
        said = _named(text, sentence, is_after=begin >= quote_end)
        if said and stop >= begin:
            return said
    sentence = Sentence(words, tokens_of(text, quote_end, quote_end + len(after)), None)
    return "~" if any(verb.first <= _BARE_WITHIN for verb in _verbs(sentence)) else ""


def reported_speaker(text: str, sentence: Sentence, at: int) -> tuple[str | None, int, int]:
    """Name whom an unquoted sentence reports for the words at a token, with the tokens of the attribution.

    `According to X`, `X said that`, `, said X`. None where the sentence names nobody: then it is the voice around it.
    The tokens come back as first and last, 0 and 0 where there are none.
    """
    for mark in sentence.of("say", "his"):
        return "~" + text[sentence.tokens[mark.first].start : sentence.tokens[mark.last - 1].end], mark.first, mark.last
    for mark in reversed(sentence.of("say", "according")):
        if any(sentence.covers("instrument", mark.last + step) is not None for step in (0, 1)):
            continue  # "under the Convention" names no speaker
        first, last = _phrase_after(sentence, mark.last)
        if last > first:
            return _said(text, sentence, first, last), mark.first, last
    for mark in sentence.of("said_by"):
        first, last = _phrase_before(sentence, mark.first)
        if last > first:
            return _said(text, sentence, first, last), first, mark.last
    verbs = _verbs(sentence)
    subject = _first_subject(sentence, verbs[-1]) if verbs and sentence.words.reported_endings else 0
    if subject:
        return _said(text, sentence, 0, subject), 0, subject
    before = [verb for verb in verbs if verb.last <= at]
    for verb in reversed(before):
        first, last = _phrase_before(sentence, verb.first)
        if last > first:
            return _said(text, sentence, first, last), first, verb.last
        if sentence.low(verb.last - 1) in sentence.words.listener_verbs:
            continue  # "told members that": they have listened
        first, last = _phrase_after(sentence, verb.last)
        that = sentence.at("say", last) or sentence.at("say", last + 1)
        if last > first and verb.first and sentence.low(verb.first - 1) == "," == sentence.low(last):
            return _said(text, sentence, first, last), verb.first, last  # "the toll, said the minister, stands at"
        if last > first and that is not None and that.code == "that":
            return _said(text, sentence, first, last), verb.first, last
    for verb in verbs:
        if verb.first <= at:
            continue
        found = _trailing(sentence, verb)
        if found:
            return _said(text, sentence, *found), min(found[0], verb.first), max(found[1], verb.last)
    return None, 0, 0


def _first_subject(sentence: Sentence, verb: Mark) -> int:
    """Say where the subject ends that a sentence opens with and its last verb belongs to, 0 where there is none.

    "Ordu 40 hektar ərazini təmizlədiyini bildirir": what is reported stands between the army and its verb.
    """
    reported = sentence.low(verb.first - 1).endswith(sentence.words.reported_endings)
    if not reported or len(sentence.tokens) - verb.last > 2:
        return 0
    last = 0
    while last < verb.first and sentence.tokens[last].text not in _STOPS and sentence.gap(0, last) <= _LONGEST_NAME:
        if sentence.tokens[last].text[0].isdigit() or any(
                mark.first == last and mark.kind in _NO_SUBJECT for mark in sentence.marks):  # fmt: skip
            break
        last += 1
    return last


def who_denies(text: str, sentence: Sentence) -> str:
    """Name who denies in a sentence without a verb of saying, for the "it said" after it; empty where nobody does."""
    for mark in sentence.of("no", "denied"):
        first, last = _phrase_before(sentence, mark.first)
        if last > first:
            said = _said(text, sentence, first, last) or ""
            return "" if said.startswith("~") or said == DOCUMENT else said
    return ""


def speaker_within(text: str, start: int, end: int, words: Lexicon) -> str:
    """Name the speaker whom a quote names between dashes inside its own marks: «…, — said X. — …».

    An empty string where nobody is named.
    """
    for found in _DASHED.finditer(text, start, end):
        sentence = Sentence(words, tokens_of(text, found.start(1), found.end(1)), None)
        if _verbs(sentence) and len(sentence.tokens) <= 20:
            said = _named(text, sentence, is_after=True)
            if said:
                return said
    return ""


def _rest(text: str, start: int, end: int) -> str:
    """Cut what follows a quote at the end of its sentence, or at the next quote."""
    stretch = text[start:end]
    named = [found.span() for found in _QUOTED_NAME.finditer(stretch)]
    opens = [at for at, sign in enumerate(stretch) if sign in "“„«\"" and not _lies_in(at, named)]
    stretch = stretch[: opens[0]] if opens else stretch
    first = next(sentences_of(stretch, 0, len(stretch)), None)
    return stretch[: first[1]] if first else ""


def _lead(text: str, start: int, end: int) -> str:
    """Cut what comes before a quote at the beginning of its sentence, or after the quote before."""
    stretch = text[start:end]
    begin = 0
    for first, _ in sentences_of(stretch, 0, len(stretch)):
        begin = first
    named = [found.span() for found in _QUOTED_NAME.finditer(stretch)]
    ends = [at + 1 for at, sign in enumerate(stretch) if sign in "”»\"" and not _lies_in(at, named)]
    return stretch[max([begin, *ends]) :]


def _lies_in(at: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(first <= at < last for first, last in spans)


def _named(text: str, sentence: Sentence, *, is_after: bool) -> str:
    for mark in sentence.of("say", "according"):
        first, last = _phrase_after(sentence, mark.last)
        if last > first:
            return _said(text, sentence, first, last) or ""
    for mark in sentence.of("said_by"):
        first, last = _phrase_before(sentence, mark.first)
        if last > first:
            return _said(text, sentence, first, last) or ""
    verbs = _verbs(sentence)
    for verb in verbs if is_after else reversed(verbs):
        follows = is_after and verb.first > 0 and sentence.tokens[verb.first - 1].text == ","
        order = (_phrase_before, _phrase_after) if _has_subject(sentence, verb, is_after) and not follows else (
            _phrase_after, _phrase_before)  # fmt: skip
        for way in order:
            first, last = way(sentence, verb.last if way is _phrase_after else verb.first)
            if last > first:
                return _said(text, sentence, first, last) or ""
    return ""


def _verbs(sentence: Sentence) -> list[Mark]:
    """List the verbs of saying; a capital letter inside a sentence makes a name of one (the States)."""
    return [mark for mark in sentence.of("say", "verb", "weak")
            if (mark.first == 0 or not sentence.tokens[mark.first].is_name)
            and (mark.code == "verb" or _reports(sentence, mark)) and not _is_passive(sentence, mark)]  # fmt: skip


def _is_passive(sentence: Sentence, mark: Mark) -> bool:
    """Say whether a verb of saying tells of what was said: "progress was reported", "casualties reported in 2020"."""
    words = sentence.words
    if sentence.low(mark.first - 1) in words.passive_links:
        return True
    that = any(mark.last <= other.first <= mark.last + _LONGEST_NAME for other in sentence.of("say", "that"))
    return sentence.low(mark.last) in words.of_report and not that and mark.first > 0 \
        and sentence.tokens[mark.first - 1].text not in _STOPS  # fmt: skip


def _reports(sentence: Sentence, mark: Mark) -> bool:
    """Say whether a verb that has other meanings reports here: before "that", or at a stop or the end."""
    after = sentence.at("say", mark.last + (sentence.low(mark.last) == ","))
    ends = mark.last >= len(sentence.tokens) or sentence.tokens[mark.last].text in _STOPS
    return ends or (after is not None and after.code == "that")


def _has_subject(sentence: Sentence, verb: Mark, is_after: bool) -> bool:
    before = [token for token in sentence.tokens[: verb.first] if token.text not in _STOPS and token.text != "-"]
    return bool(before) or not is_after


def _trailing(sentence: Sentence, verb: Mark) -> tuple[int, int] | None:
    """Find the speaker of ", said X" or ", X said" at the end of a sentence."""
    tokens = sentence.tokens
    if verb.first and tokens[verb.first - 1].text in _STOPS | {"-"}:
        first, last = _phrase_after(sentence, verb.last)
        return (first, last) if last > first else None
    if verb.last < len(tokens) and tokens[verb.last].text not in _STOPS and verb.last < len(tokens) - 8:
        return None
    first, last = _phrase_before(sentence, verb.first)
    opens = first and tokens[first - 1].text in _STOPS | {"-"}
    return (first, last) if last > first and opens else None


def _phrase_after(sentence: Sentence, at: int) -> tuple[int, int]:
    """Take the words of a speaker after a position: up to a stop, a verb of saying, "that", a number or a time."""
    tokens = sentence.tokens
    if at < len(tokens) and tokens[at].text in (":",):
        at += 1
    while (listener := sentence.at("listener", at)) is not None or sentence.at("weekday", at) is not None:
        at = listener.last if listener is not None else at + 1
    said = sentence.at("say", at)
    if said is not None and said.code == "pronoun" and said.first == at:
        return at, said.last
    lead = sentence.at("place", at)
    if lead is not None and sentence.name_at(lead.last) is not None:
        at = lead.last
    last = at
    while last < len(tokens) and sentence.gap(at, last) < _LONGEST:
        if tokens[last].text in _STOPS and not _inner_stop(sentence, last):
            close = _name_closes(sentence, last)
            if close is None:
                break
            last = close
            continue
        if (sentence.name_at(last) is None and _ends_speaker(sentence, last)) or _begins_clause(sentence, at, last):
            break
        last += 1
    while last > at and (tokens[last - 1].low in sentence.words.common or tokens[last - 1].text == "-"):
        last -= 1
    return at, last


def _inner_stop(sentence: Sentence, at: int) -> bool:
    before = sentence.tokens[at - 1] if at else None
    if sentence.tokens[at].text == "." and before is not None and before.is_name and (len(before.text) == 1 or (
            len(before.text) <= _TITLE and at + 1 < len(sentence.tokens) and sentence.tokens[at + 1].is_name)):
        return True  # an initial, or Ms.
    return sentence.name_at(at) is not None and at + 1 < len(sentence.tokens) and sentence.name_at(at + 1) is not None


def _begins_clause(sentence: Sentence, first: int, at: int) -> bool:
    """Say whether a number or "their" begins what is said behind a speaker: "according to the Ministry three people".

    "The two ministries", "officials of three provinces": small words before the number, so it is the speaker's.
    """
    words = sentence.words
    led = sentence.low(at - 1) in words.common or sentence.low(at - 1) in words.noun_links
    if at <= first or led or sentence.low(at - 1) in words.possessives:
        return False
    return sentence.low(at) in words.possessives or any(
        mark.first == at and mark.kind == "number_words" for mark in sentence.marks)


def _ends_speaker(sentence: Sentence, at: int) -> bool:
    if at and sentence.tokens[at - 1].text in "'’ʼ" and sentence.tokens[at - 1].end == sentence.tokens[at].start:
        return False  # здоров'я
    if sentence.tokens[at].text[0].isdigit():
        return True
    ending = [mark for mark in sentence.marks if mark.first == at]
    return any(mark.kind in ("say", "outcome", "stop") or (mark.kind == "before" and mark.code != "skip")
               or (mark.kind == "time" and mark.code not in ("in", "and", "to", "from", "until")
                   and not (mark.code == "since" and len(sentence.tokens[at].text) <= 2))
               or (mark.kind == "time" and (at + 1 >= len(sentence.tokens)
                   or sentence.tokens[at + 1].text[0].isdigit() or sentence.at("month", at + 1) is not None))
               or (mark.kind == "number_scales" or mark.kind == "number_vague") for mark in ending)  # fmt: skip


def _phrase_before(sentence: Sentence, at: int) -> tuple[int, int]:
    """Take the words of a speaker before a verb of saying: back to a stop; a leading "In a letter," stays out."""
    tokens = sentence.tokens
    spoken = sentence.ending("stop", at)
    if spoken is not None and any(sentence.at("weekday", step) for step in range(spoken.first, at)):
        at = spoken.first  # "the report on Tuesday said"
    listener = sentence.ending("listener", at)
    at = listener.first if listener is not None else at  # "Perova jurnalistlərə bildirib"
    first = aside = at
    if first > 2 and tokens[first - 1].text == ",":
        aside = next((step for step in range(first - 2, max(first - 10, -1), -1)
                      if tokens[step].text in _STOPS and not _inner_stop(sentence, step)), first)  # fmt: skip
        first = aside if aside < first and tokens[aside].text == "," else first
    while first > 0 and sentence.gap(first, at) < _LONGEST:
        step = tokens[first - 1]
        if step.text in _STOPS and not _inner_stop(sentence, first - 1):
            opener = _name_opens(sentence, first - 1)
            opener = _short_form(sentence, first - 1) if opener is None else opener
            if opener is None:
                break
            first = opener
            continue
        if step.text in "'‘" and first > 1 and step.start > tokens[first - 2].end:
            break  # a quote within a quote opens here
        mark = sentence.covers("say", first - 1) or sentence.covers("stop", first - 1)
        if mark is not None and sentence.name_at(first - 1) is None and mark.code not in ("pronoun", "self"):
            first = _behind_aside(sentence, mark, first, at)
            break
        if step.text[0].isdigit() and sentence.name_at(first - 1) is None and not (
                first - 1 in sentence.masked and sentence.low(first - 2) in sentence.words.dated_by):
            if sentence.covers("outcome", first) is not None:
                return at, at  # "20 wounded and said": the subject stands before the figures
            break
        first -= 1
    return _trimmed(sentence, first, at)


def _trimmed(sentence: Sentence, first: int, last: int) -> tuple[int, int]:
    """Leave away what stands around a speaker: words of time and place before, auxiliaries and asides behind."""
    tokens = sentence.tokens
    if last > first + 1 and tokens[last - 1].text == ",":
        last -= 1
    if last > first + 2 and tokens[last - 2].text == "," and sentence.ending("lead", last) is not None:
        last -= 2  # "the spokesman, however, said"
    while last > first and tokens[last - 1].low in sentence.words.auxiliaries:
        last -= 1
    while last > first + 1 and tokens[last - 1].low in sentence.words.adverbs:
        last -= 1  # "the ministry further said"
    while first < last and (sentence.covers("lead", first) is not None or tokens[first].text in "-–—'‘’"):
        first += 1
    while first < last and (sentence.at("month", first) or sentence.at("year_word", first)):
        first += 1  # "10 листопада президент заявив"
    lead = sentence.at("place", first)
    if lead is not None and lead.code == "in" and lead.last < last and sentence.name_at(lead.last) is not None:
        first = lead.last  # "У ДСНС зазначають", "в МЧС сообщили"
    clause = (step for step in range(first + 1, last - 1)
              if tokens[step].text == "," and tokens[step + 1].low in sentence.words.relatives)  # fmt: skip
    return first, next(clause, last)  # "the colonel, whose unit is 120 strong, said"


def _behind_aside(sentence: Sentence, mark: Mark, first: int, at: int) -> int:
    """Find where the speaker begins behind "in its annual report": at the next article."""
    if mark.kind != "stop" or sentence.low(mark.first) not in sentence.words.aside_words:
        return first
    articles = (step for step in range(first, min(first + 4, at)) if sentence.low(step) in sentence.words.definite)
    return next(articles, first)


def _short_form(sentence: Sentence, close: int) -> int | None:
    """Find where a short form in brackets opens behind a name: "the Mine Action Centre (BHMAC) confirmed"."""
    if sentence.tokens[close].text != ")":
        return None
    opener = next((at for at in range(close - 2, max(close - 5, 0), -1) if sentence.tokens[at].text == "("), None)
    fits = opener is not None and all(token.is_name for token in sentence.tokens[opener + 1 : close])
    return opener if fits else None


def _name_opens(sentence: Sentence, close: int) -> int | None:
    """Find where a name between quotation marks opens whose closing mark is given; None where it is no name."""
    sign = _CLOSERS.get(sentence.tokens[close].text)
    if sign is None:
        return None
    back = range(close - 2, max(close - 2 - _LONGEST_NAME, -1), -1)
    opener = next((at for at in back if sentence.tokens[at].text == sign), None)
    return opener if opener is not None and _is_name(sentence, opener + 1, close) else None


def _name_closes(sentence: Sentence, opener: int) -> int | None:
    """Find the token after a name between quotation marks whose opening mark is given; None where it is no name."""
    ahead = range(opener + 2, min(opener + 3 + _LONGEST_NAME, len(sentence.tokens)))
    close = next((at for at in ahead if _CLOSERS.get(sentence.tokens[at].text) == sentence.tokens[opener].text), None)
    return close + 1 if close is not None and _is_name(sentence, opener + 1, close) else None


def _is_name(sentence: Sentence, first: int, last: int) -> bool:
    inside = range(first, last)
    speaks = any(sentence.covers(kind, at) is not None for kind in ("outcome", "number_words", "say") for at in inside)
    return sentence.tokens[first].is_name and not speaks and not any(
        sentence.tokens[at].text in _STOPS or sentence.tokens[at].text[0].isdigit() for at in inside)  # fmt: skip


def _said(text: str, sentence: Sentence, first: int, last: int) -> str | None:
    """Give the speaker as written, without white space around; a speaker who is "we" is the document itself."""
    tokens: Sequence = sentence.tokens  # type: ignore[type-arg]
    mark = sentence.covers("say", first)
    if mark is not None and mark.last >= last:
        if mark.code == "self":
            return DOCUMENT
        if mark.code == "pronoun":
            return f"~{tokens[first].text}"
    return " ".join(text[tokens[first].start : tokens[last - 1].end].split())
