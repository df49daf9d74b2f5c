"""What does a document say of itself: its title, its dates and its symbols?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from whitestone.evidence.reading.days import find_days
from whitestone.evidence.reading.lexicon import Lexicon
from whitestone.evidence.reading.model import DocumentFacts
from whitestone.evidence.reading.paragraphs import head_length, paragraphs_of, sentences_of
from whitestone.evidence.reading.sentence import Sentence
from whitestone.evidence.reading.times import is_dateline
from whitestone.evidence.reading.tokens import tokens_of

__all__ = ["document_facts", "find_symbols"]

_SYMBOL = re.compile(
    r"(?<![\w/.:-])[A-Z]{1,6}(?:/[A-Z0-9][A-Za-z0-9]*(?:[.\-][A-Za-z0-9]+|\([A-Za-z0-9]+\))*)+(?![\w/])")
_HEAD_DATE = re.compile(r"^#?\s*(?:date|dated|published|year)\s*:?\s*(\d{4}(?:-\d{2}(?:-\d{2})?)?)\b", re.I | re.M)
_MARK = re.compile(r"#{1,6}\s+(?=\S)")
_HEAD = 12
"""So many first paragraphs may state the date of a document."""
_SHORT = 110
_BLOCK, _LINE = 5, 70
"""A block of so many lines of so many characters at most is the head of a press release, not a paragraph."""
_TITLE_WORDS = 2
_BULLETS = "-–—•*·▪"
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")


def find_symbols(text: str) -> Iterator[re.Match[str]]:
    """Find symbols of documents of the United Nations and of conferences: S/2024/1, A/78/123, APLC/MSP.11/2011/8.

    >>> [found.group() for found in find_symbols("A/78/123–S/2023/456, and/or, HIV/AIDS")], list(find_symbols(""))
    (['A/78/123', 'S/2023/456'], [])
    """
    return (found for found in _SYMBOL.finditer(text) if any(sign.isdigit() for sign in found.group()))


def document_facts(text: str, words: Lexicon, dated_on: str | None,
                   title: str | None) -> tuple[DocumentFacts, str | None]:  # fmt: skip
    """Read title, dates and symbols; and give the date that relative times hang on (None where none is stated).

    The dates are those of the head, first the one given; the symbols those of the whole text in their order.
    """
    dates = [dated_on] if dated_on else []
    dates += [found.group(1) for found in _HEAD_DATE.finditer(text, 0, max(head_length(text), 300))]
    paragraphs = [(start + _mark_length(text, start), end) for start, end in paragraphs_of(text)[:_HEAD]]
    for start, end in (line for paragraph in paragraphs for line in _lines(text, *paragraph)):
        dates += _dates_of(text, start, end, words)
    dates = list(dict.fromkeys(dates))
    full = [day for day in dates if len(day) == 10]
    today = dated_on or (full[0] if full else dates[0] if dates else None)
    symbols = tuple(dict.fromkeys(found.group() for found in find_symbols(text)))
    facts = DocumentFacts(title=title or _title(text, paragraphs, words), dates=tuple(dates), symbols=symbols)
    return facts, today


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Take a block of short lines that ends no sentence (kind of document, office, place and date) line by line."""
    part = text[start:end]
    lines = part.split("\n")
    if len(lines) == 1 or len(lines) > _BLOCK or part[-1] in ".!?;:,։" or max(map(len, lines)) > _LINE:
        return [(start, end)]
    found = []
    for line in lines:
        found += [(start, start + len(line))] if line.strip() else []
        start += len(line) + 1
    return found


def _mark_length(text: str, start: int) -> int:
    """Measure the mark of a Markdown heading at the beginning of a paragraph."""
    found = _MARK.match(text, start)
    return found.end() - start if found else 0


def _dates_of(text: str, start: int, end: int, words: Lexicon) -> list[str]:
    """Read the dates of a paragraph of the head: of a line that is hardly more, after "dated", or before an agency."""
    stop = end if end - start <= _SHORT else next((last for _, last in sentences_of(text, start, end)), end)
    sentence = Sentence(words, tokens_of(text, start, min(stop, start + 400)), None)
    if not sentence.tokens:
        return []
    found = []
    for day in find_days(sentence):
        is_bare = day.last - day.first == 1 and len(sentence.tokens[day.first].text) <= 2
        if len(day.iso) < 7 or is_bare:
            continue  # the first day of "5-11 October" is not the day of the document
        led = any(mark.last == day.first for mark in sentence.of("dated"))
        is_line = end - start <= _SHORT and len(sentence.tokens) <= 14 and not sentence.of("outcome") \
            and (led or not any(mark.last == day.first for mark in sentence.of("time", "since")))  # fmt: skip
        if led or is_line or is_dateline(sentence, day):
            found.append(day.iso)
    return found


def _says_more(line: str, words: Lexicon) -> bool:
    """Say whether a line with a year in it says something beside a date: "Annual Report 2019"."""
    sentence = Sentence(words, tokens_of(line), None)
    dated = ("month", "weekday", "year_word", "dated", "time", "time_after")
    return sum(token.text[0].isalpha() and len(token.text) > 2 and token.low not in words.common
               and not any(sentence.covers(kind, at) for kind in dated)
               for at, token in enumerate(sentence.tokens)) >= _TITLE_WORDS  # fmt: skip


def _title(text: str, paragraphs: list[tuple[int, int]], words: Lexicon) -> str | None:
    """Take the first line of letters that stands alone and ends no sentence as the title."""
    for start, end in paragraphs[:2]:
        line = text[start:end]
        if re.match(r"date\b|\d", line) or (_YEAR.search(line) and not _says_more(line, words)):
            continue
        if line[0] in _BULLETS:
            return None
        if "\n" in line or len(line) > 200 or not any(sign.isalpha() for sign in line):
            return None
        fits = line[-1] not in ".!;:,”»\"։" and len(paragraphs) > 1 and len(line.split()) >= 3
        return line if fits else None
    return None
