"""Where do the paragraphs and sentences of a text begin and end, also where its lines were cut to a width?"""

from __future__ import annotations

import itertools
import re
import statistics
from collections.abc import Iterator

__all__ = ["head_length", "paragraphs_of", "sentences_of"]

_FINAL = ".!?:;…։՞۔؟»”\")"
_BREAK = re.compile(r"(?:(?<![.])[.]|[!?…։۔؟]|:(?=\s*$))[)\]»”’\"']*(?=\s+|$)|\n\s*\n")
_SHORT = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|No|Nos|Gen|Col|Lt|Capt|Sgt|Prof|Art|para|p|pp|vol|cf|approx|incl|etc|e\.g|i\.e|vs|fig|sq|"
    r"Sr|Sra|Dra|núm|art|pág|M|MM|Mme|env|г|гг|тыс|млн|млрд|чел|кв|см|им|ст|п|пп|обл|р|рр|тис|св|т|cca|tj|br|"
    r"Inc|Ltd|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|janv|févr|avr|juil|янв|февр|апр|авг|сент|окт|нояб|дек)"
    r"|\b[A-ZА-ЯԱ-Ֆ])\.$"
)
_LONGEST_LEAD = 7
_CUT, _CUT_BEFORE_CAPITAL, _WIDEST = 40, 80, 140
"""Signs from which on a line is taken for cut off, and beyond which none was."""
_BULLETS = "-–—•*·▪"
_YEAR_SHORT = re.compile(r"(?<=\d)\s?(?:г|гг|р|рр|թ|թթ)\.$")
_LEADS = re.compile(
    r"(?:что|і|и|а|но|та|що|але|որ|և)?\s*(?:в|во|с|со|за|к|до|по|от|на|из|у|із|з|від|впродовж|протягом|упродовж|после|"
    r"після|начиная|починаючи|летом|весной|осенью|зимой|еще|ще|только|лише|\d{4}|\d{1,2}\s)", re.I)
"""What a time begins with that leads a clause in: after "в марте 2018 г." the sentence goes on."""
_HEAD_LINE = re.compile(r"#\s*[a-z][a-z_-]{1,24}\s*:(?:\s|$)|#+\s*$")
"""`# key: value`: a heading of Markdown or a tag of short news is text."""
_LINES = re.compile(r"[^\n]*\n|[^\n]+$")


def head_length(text: str) -> int:
    """Measure the block of `# key: value` lines at the head of a text: it says where the text is from and is not read.

    >>> head_length("# year: 1996\\n\\nText"), head_length("Text"), head_length("")
    (13, 0, 0)
    """
    length = 0
    for line in _LINES.finditer(text):
        if _HEAD_LINE.match(line.group()) is None and not (length and line.group().startswith("#  ")):
            break
        length = line.end()
    return length


def paragraphs_of(text: str) -> list[tuple[int, int]]:
    """List the paragraphs as spans of characters, without the head and without white space around.

    Blank lines part paragraphs. Where lines were cut to a width, a line's end is a space, unless the line is short and
    the next begins like a paragraph; elsewhere every line is a paragraph. "[...]" and page numbers stand alone.

    >>> [("One.\\n\\nTwo")[a:b] for a, b in paragraphs_of("One.\\n\\nTwo")], paragraphs_of("")
    (['One.', 'Two'], [])
    """
    start = head_length(text)
    lines = [(found.start(), found.end()) for found in _LINES.finditer(text, start)]
    width = _width(text, lines)
    spans: list[tuple[int, int]] = []
    begin: int | None = None
    last = start
    for first, stop in lines:
        line = text[first:stop].strip()
        if not line or line in ("[...]", "[…]", "***", "---"):
            if begin is not None:
                spans.append((begin, last))
            begin = None
            continue
        if begin is not None and _breaks(text[begin:last], line, width):
            spans.append((begin, last))
            begin = None
        if begin is None:
            begin = first + (len(text[first:stop]) - len(text[first:stop].lstrip()))
        last = first + len(text[first:stop].rstrip())
    if begin is not None:
        spans.append((begin, last))
    return spans


def sentences_of(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a paragraph, or a part of one, into sentences; abbreviations, initials and numbers end none.

    >>> [("Mr. A said so. B did not.")[a:b] for a, b in sentences_of("Mr. A said so. B did not.", 0, 25)]
    ['Mr. A said so.', 'B did not.']
    >>> list(sentences_of("", 0, 0))
    []
    """
    begin = start
    for found in _BREAK.finditer(text, start, end):
        stop = found.end()
        tail = text[max(begin, found.start() - 12) : found.start() + 1]
        follows = text[stop:end].lstrip()
        if found.group()[0] == "." and (_is_short(text, begin, found.start() + 1, tail, follows)
                                        or (follows and follows[0].islower())):  # fmt: skip
            continue
        if found.group()[0] == "." and re.search(r"(?:^|\s)\d{1,3}\.$", tail) and stop - begin < 6:
            continue
        if text[begin:stop].strip():
            yield _trimmed(text, begin, stop)
        begin = stop
    if text[begin:end].strip():
        yield _trimmed(text, begin, end)


def _is_short(text: str, begin: int, stop: int, tail: str, follows: str) -> bool:
    """Say whether a full stop only shortens a word; the short form of "year" ends a sentence too.

    "… in 2018 г. Next …" ends one before a capital letter; "В марте 2018 г. Ардания …" does not.
    """
    if _SHORT.search(tail) is None and _YEAR_SHORT.search(tail) is None:
        return False
    if _YEAR_SHORT.search(tail) is None or not follows[:1].isupper():
        return True
    clause = re.split(r"[,;:—]\s", text[begin:stop])[-1].strip()
    return len(clause.split()) <= _LONGEST_LEAD and _LEADS.match(clause) is not None


def _trimmed(text: str, begin: int, end: int) -> tuple[int, int]:
    part = text[begin:end]
    return begin + len(part) - len(part.lstrip()), begin + len(part.rstrip())


def _width(text: str, lines: list[tuple[int, int]]) -> float:
    """Find the width that lines were cut to; 0 where each line is a paragraph."""
    inner = [text[first:stop].rstrip() for first, stop in lines[:400]]
    followed = [line for line, after in itertools.pairwise(inner) if line.strip() and after.strip()]
    if len(followed) < 2:
        return 0.0
    open_ended = [line for line in followed if line[-1] not in _FINAL]
    middle = statistics.median(len(line) for line in followed)
    if len(open_ended) < 0.5 * len(followed) or middle > 130:
        return 0.0
    return float(middle)


def _runs_on(last: str, line: str) -> bool:
    """Say whether one line of a text that shows no width was cut off all the same: it is long, open, and goes on.

    Two lines are too few to tell a width by; a heading is shorter than the lines of a letter are.
    """
    if last[-1] in _FINAL or line[0] in _BULLETS or line.isdigit():
        return False
    return len(last) >= (_CUT if line[0].islower() else _CUT_BEFORE_CAPITAL) and max(len(last), len(line)) <= _WIDEST


def _breaks(before: str, line: str, width: float) -> bool:
    last = before.rsplit("\n", 1)[-1].strip()
    if width == 0.0:
        return not _runs_on(last, line)
    if line.isdigit() or last.isdigit():
        return False
    if before[0] in _BULLETS and line[0] == before[0] and line[1:2].isspace():
        return True  # a list: every line is a point of its own
    opens = line[0].isupper() or line[0] in "«“\"„—–-•*" or bool(re.match(r"(?:\(?\d{1,2}[.)]|\([a-z]\))\s", line))
    return opens and len(last) < 0.6 * width
