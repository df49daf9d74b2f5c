"""Which lines of a printed page belong to one paragraph, and was a word broken at the end of a line?

A page of a PDF knows lines, not paragraphs. Two lines are one paragraph when they stand one line apart in one type size
and the first word of the second would not have fitted at the end of the first. A hyphen at the end of a line is kept
where the document itself writes the word with one, or where what follows is a number or a capital.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from statistics import median

import msgspec

__all__ = ["HYPHEN", "Line", "join_lines", "join_pages"]

HYPHEN = "\x02"
"""A hyphen at the end of a line of which nobody can say yet whether it belongs to the word."""
_ITEM = re.compile(r"[•●▪■◦‣·*\uf0b7]\s|[–—-]\s|\(?\d{1,3}[.)]\s|\(?[a-zа-я]\)\s|\(?[ivx]{1,5}[.)]\s")
_FULL_STOP = re.compile(r"[.!?…:;։。؟][\"'”’»)\]]*$")
_WINDOW = 10
_BROKEN = re.compile(rf"([^\W\d_]+(?:-[^\W\d_]+)*){HYPHEN}([^\W\d_]+)")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_HYPHENATED = frozenset({
    "anti", "non", "post", "pre", "self", "cross", "ex", "vice", "well", "long", "short", "twenty", "thirty", "forty",
    "fifty", "sixty", "seventy", "eighty", "ninety", "semi", "mid", "all", "half",
})  # fmt: skip
"""What is written with a hyphen more often than not, where the document itself does not say."""


class Line(msgspec.Struct, frozen=True):
    """One line of a page: its words, left and right end, height of its middle and size of its type, in points."""

    text: str
    left: float
    right: float
    middle: float
    size: float


def join_lines(lines: Sequence[Line]) -> str:
    """Join the lines of one page into paragraphs, parted by an empty line.

    >>> join_lines([Line("We found mi-", 0, 100, 90, 10), Line("nes here.", 0, 60, 78, 10), Line("So.", 0, 20, 40, 10)])
    'We found mi\\x02nes here.\\n\\nSo.'
    >>> join_lines([])
    ''
    """
    steps = [one.middle - two.middle for one, two in itertools.pairwise(lines)]
    pitch = median([step for step in steps if step > 0] or [0.0])
    parts: list[str] = []
    for at, line in enumerate(lines):
        if not parts or not _goes_on(lines, at, pitch):
            parts.append(line.text)
        else:
            parts[-1] = _joined(parts[-1], line.text)
    return "\n\n".join(parts)


def _joined(before: str, after: str) -> str:
    if before.endswith(HYPHEN):
        return before + after
    if before[-1] in "-\u2010\u00ad" and before[-2:-1].isalnum() and after[0].isalnum():
        plain = before[-2].isalpha() and after[0].islower()
        return before[:-1] + HYPHEN + after if plain else before + after
    return f"{before} {after}"


def _goes_on(lines: Sequence[Line], at: int, pitch: float) -> bool:
    before, line = lines[at - 1], lines[at]
    if _ITEM.match(line.text):
        return False
    if not before.size or not line.size or before.right <= before.left:
        return _runs_on(before.text, line.text)  # no places: by the words alone
    step = before.middle - line.middle
    is_next = 0 < step <= 1.6 * max(pitch, min(before.size, line.size))
    if not is_next or abs(before.size - line.size) > 0.15 * before.size:
        return False
    if line.left - before.left > 1.2 * line.size and _FULL_STOP.search(before.text):
        return False  # the first line of a paragraph stands further in
    sign = (before.right - before.left) / max(1, len(before.text))
    room = _right_edge(lines, at) - before.right
    first = line.text.split(maxsplit=1)[0]
    return (len(first) + 1) * sign > room or _runs_on(before.text, line.text)


def _right_edge(lines: Sequence[Line], at: int) -> float:
    """Return how far the column reaches to the right: the lines near by that share ground with this one."""
    here = lines[at - 1]
    near = lines[max(0, at - _WINDOW):at + _WINDOW]
    return max(each.right for each in near if each.left < here.right and each.right > here.left
               and each.left > here.left - 4 * here.size)  # fmt: skip


def _runs_on(before: str, after: str) -> bool:
    return not _FULL_STOP.search(before) and after[:1].islower()


def join_pages(pages: Sequence[str]) -> tuple[str, list[int]]:
    """Join pages into one text and return where each begins; a sentence that goes over the edge goes on.

    >>> join_pages(["One", "two.", ""])
    ('One two.', [0, 4, 8])
    >>> join_pages([])
    ('', [])
    """
    known = _words(pages) if any(HYPHEN in page for page in pages) else frozenset()
    starts, parts, size, before = [], [], 0, ""
    for page in pages:
        words = _BROKEN.sub(lambda found: _mended(found, known), page).replace(HYPHEN, "-") if HYPHEN in page else page
        gap = "" if not before or not words else " " if _runs_on(before, words) else "\n\n"
        starts.append(size + len(gap))
        parts += [gap, words]
        size += len(gap) + len(words)
        before = words or before
    return "".join(parts), starts


def _words(pages: Sequence[str]) -> frozenset[str]:
    """Collect the words that stand whole in the document."""
    return frozenset(
        word.group().lower()
        for page in pages for word in _WORD.finditer(page)
        if page[word.end():word.end() + 1] != HYPHEN and (not word.start() or page[word.start() - 1] != HYPHEN)
    )


def _mended(found: re.Match[str], known: frozenset[str]) -> str:
    one, two = found.groups()
    whole, hyphenated = f"{one}{two}", f"{one}-{two}"
    if hyphenated.lower() in known or (two[0].isupper() and not one.isupper()):
        return hyphenated
    return hyphenated if whole.lower() not in known and one.lower() in _HYPHENATED else whole
