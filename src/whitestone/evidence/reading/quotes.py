"""Which parts of a text are quoted, and who is named around each quote as its speaker?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from whitestone.evidence.reading.attribution import speaker_around, speaker_within
from whitestone.evidence.reading.lexicon import Lexicon

__all__ = ["Part", "parts_of"]

_OPEN, _CLOSE = "“„«‟〝『「❝", "”»“〞』」❞"
_CLOSERS = {"“": "”\"〞", "„": "“”\"", "«": "»", "‟": "”", "〝": "〞", "『": "』", "「": "」", "\"": "\"”", "❝": "❞",
            "‘": "’", "‹": "›"}  # fmt: skip
_LEAST_WORDS = 6
_SAID = re.compile(r"[,.]?\s*,\s*[—–-]\s")
"""What follows speech where a language names its speaker after a dash: «…», — сообщил он."""


class Part(NamedTuple):
    """One stretch of a text in one voice; `speaker` None: outside of quotes, "": quoted, and nobody is named."""

    start: int
    end: int
    speaker: str | None


class _Quote(NamedTuple):
    start: int
    """Of the opening mark."""
    end: int
    """After the closing mark, or of the paragraph where it stays open."""
    is_open: bool
    runs_on: bool
    """The paragraph opens with a mark while the quote of the one before is still open."""


def parts_of(text: str, paragraphs: Sequence[tuple[int, int]], words: Lexicon) -> list[Part]:
    """Cut paragraphs into quoted and unquoted parts, each with its speaker.

    Short quotes of some words ("silent killers") stay where they stand. A running quote opens each paragraph and is
    closed at the end of the last. A quote whose paragraph names nobody is of the speaker of the quote before it, if
    that ended the paragraph before. A quote within a quote has a speaker of its own or none.
    """
    parts: list[Part] = []
    running: list[int] = []
    before, open_before = "", False
    for start, end in paragraphs:
        quotes = _quotes(text, start, end, open_before)
        at = start
        for index, quote in enumerate(quotes):
            if quote.start > at:
                parts.append(Part(at, quote.start, None))
            named = speaker_around(text, start, end, quote.start, quote.end, words)
            named = named or speaker_within(text, quote.start + 1, quote.end - 1, words)
            named = before if named == "~" and before else named
            said = named or (before if index or quote.runs_on or quote.start == start else "")
            running = running if quote.runs_on else []
            for part, is_outer in _inner(text, quote, said, words):
                running += [len(parts)] if is_outer else []
                parts.append(part)
            for position in running if said else ():
                parts[position] = parts[position]._replace(speaker=parts[position].speaker or said)
            before, at = said, quote.end
        if at < end:
            parts.append(Part(at, end, None))
        open_before = bool(quotes) and quotes[-1].is_open
        if not quotes or (not open_before and len(text[at:end].split()) > 25):
            before = ""
    return parts


def _inner(text: str, quote: _Quote, said: str, words: Lexicon) -> list[tuple[Part, bool]]:
    """Cut quotes within a quote out of it: each has the speaker whom the words around it name, or nobody."""
    start, end = quote.start + 1, quote.end - (0 if quote.is_open else 1)
    mark = text[quote.start]
    parts: list[tuple[Part, bool]] = []
    at = start
    for inner in _quotes(text, start, end, False, outer=mark):
        if inner.start > at:
            parts.append((Part(at, inner.start, said), True))
        inside = speaker_around(text, start, end, inner.start, inner.end, words)
        parts.append((Part(inner.start + 1, inner.end - (0 if inner.is_open else 1), inside or ""), False))
        at = inner.end
    if at < end:
        parts.append((Part(at, end, said), True))
    return parts


def _quotes(text: str, start: int, end: int, open_before: bool, outer: str = "") -> list[_Quote]:
    found: list[_Quote] = []
    at = start
    while at < end:
        sign = text[at]
        if not _opens(text, at, start, end, outer):
            at += 1
            continue
        close = _closing(text, at, end)
        stop = close + 1 if close is not None else end
        if close is None and sign in "‘‹":
            at += 1
            continue
        runs_on = open_before and at == start
        if _weighs(text[at + 1 : stop], runs_on or close is None or _SAID.match(text, stop, end) is not None):
            found.append(_Quote(at, stop, close is None, runs_on))
            at = stop
        else:
            at = stop if close is not None else at + 1
    return found


def _opens(text: str, at: int, start: int, end: int, outer: str) -> bool:
    sign = text[at]
    if at + 1 >= end or sign == outer:
        return False
    before = text[at - 1] if at > start else " "
    if sign in _OPEN:
        return sign != "“" or before.isspace() or not before.isalnum()
    fits = (before.isspace() or before in "([—–-:,") and not text[at + 1].isspace()
    return sign in "\"‘‹" and fits


def _closing(text: str, at: int, end: int) -> int | None:
    closers = _CLOSERS[text[at]]
    opener, depth = text[at], 0
    for position in range(at + 1, end):
        sign = text[position]
        if sign == opener and sign not in closers:
            depth += 1
        elif sign in closers:
            if sign == "’" and position + 1 < end and text[position + 1].isalpha():
                continue
            if sign == "\"" and text[position - 1].isspace() and position + 1 < end and text[position + 1].isalnum():
                continue
            if depth == 0:
                return position
            depth -= 1
    return None


def _weighs(inside: str, is_open: bool) -> bool:
    """Say whether a quote is speech: some words, or a whole sentence."""
    count = len(inside.split())
    last = inside.rstrip("”»\"“’").rstrip()[-1:]
    return count >= _LEAST_WORDS or (count >= 3 and (is_open or last in (".", ",", "!", "?", "։")))
