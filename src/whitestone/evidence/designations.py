"""Which types of ordnance does a text name, where, and in which spelling?

The words are those of the catalogue (`domain.catalogue`), and every hyphen, space or script that one of them is met in.
A text is cut into runs of letters and of digits once; a walk down one tree of all spellings finds the longest. What a
spelling alone proves decides what it needs: `PMN-2` stands for itself, `TM-62` wants an ordnance word nearby, `M14` or
`Type 72` wants one that governs it (`ordnance_words`). A designation that the catalogue does not have is reported only
where an ordnance word governs it, with `catalogue_id` None.
"""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Iterator, Sequence

import msgspec

from whitestone.domain.catalogue import Catalogue, core_catalogue
from whitestone.evidence.ordnance_words import (
    NARROW,
    NEARBY,
    NO_DESIGNATION,
    UNKNOWN,
    is_governed,
    is_list_gap,
    is_something_else,
    may_follow,
)
from whitestone.evidence.spelling_tree import ALONE, GOVERNED, NEAR, Hit, SpellingTree

__all__ = ["Mention", "find_designations"]

_NEAR_SIGNS = 300
"""How far an ordnance word may stand from a designation of two letters, in signs: about two sentences."""
_LONGEST_GAP = 24
_SERIES = re.compile(r"\s{0,2}/\s{0,2}[-\u2010-\u2015\u2212]?(\d{1,4}[^\W\d_]{0,2}\d?)(?![\w])|"
                     r"(?:\s?,\s?|\s(?:and|or|и|або|или|та|y|et|und)\s)[-\u2010-\u2015\u2212](\d{1,4}[^\W\d_]{0,2}\d?)(?![\w])")


class Mention(msgspec.Struct, frozen=True):
    """One designation in a text: `text[start:end] == as_written`; `catalogue_id` is None for a type not catalogued."""

    designation: str
    """As the catalogue writes it; as written in the text where the catalogue does not have it."""
    catalogue_id: str | None
    start: int
    end: int
    as_written: str


def find_designations(text: str, catalogue: Catalogue | None = None) -> list[Mention]:
    """Find the designations of a text, in its order, none over another; the longest spelling wins.

    `catalogue` is that of a programme (default: the shipped rows). Offsets count signs of the text as it is given.

    >>> [(each.as_written, each.catalogue_id) for each in find_designations("ПМН–2, PMN 2 and MON-50/90 were found.")]
    [('ПМН–2', 'pmn-2'), ('PMN 2', 'pmn-2'), ('MON-50', 'mon-50'), ('90', 'mon-90')]
    >>> [(each.designation, each.catalogue_id) for each in find_designations("Two XYZ-77 mines near the M14 highway.")]
    [('XYZ-77', None)]
    >>> find_designations("")
    []
    """
    rows = catalogue if catalogue is not None else core_catalogue()
    hits = _proven(text, list(_hits(text, rows)))
    return [
        Mention(rows[hit.id].designation if hit.id else text[hit.start:hit.end], hit.id, hit.start, hit.end,
                text[hit.start:hit.end])
        for hit in hits
    ]  # fmt: skip


@functools.lru_cache(maxsize=8)
def _tree(catalogue: Catalogue) -> SpellingTree:
    return SpellingTree(catalogue)


def _hits(text: str, catalogue: Catalogue) -> Iterator[Hit]:
    """Give every spelling met, with what continues its series (MON-50/90/100), then what only looks like one."""
    tree = _tree(catalogue)
    end, found = 0, []
    for hit in tree.hits(text):
        if hit.start >= end:
            found.append(hit)
            found += (series := list(_series(text, hit, tree)))
            end = series[-1].end if series else hit.end
    yield from _merged(found, _unknown(text, found))


def _series(text: str, hit: Hit, tree: SpellingTree) -> Iterator[Hit]:
    at = hit.end
    while hit.stem and (more := _SERIES.match(text, at)):
        group = 1 if more.group(1) else 2
        found = tree.id_of(hit.stem + more.group(group))
        if found is None:
            return
        # The dash belongs to what was written ("TM-57, -62"), a slash does not.
        start = more.start(group) - (text[more.start(group) - 1] in "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212")
        yield Hit(found, start, more.end(group), hit.needs, hit.stem, is_series=True)
        at = more.end(group)


def _unknown(text: str, known: Sequence[Hit]) -> Iterator[Hit]:
    starts = [hit.start for hit in known]
    for match in UNKNOWN.finditer(text):
        at = bisect.bisect_right(starts, match.start()) - 1
        overlaps = at >= 0 and known[at].end > match.start()
        overlaps = overlaps or (at + 1 < len(known) and known[at + 1].start < match.end())
        if not overlaps and not NO_DESIGNATION.fullmatch(match.group()):
            yield Hit(None, match.start(), match.end(), GOVERNED)


def _merged(one: Sequence[Hit], other: Iterator[Hit]) -> list[Hit]:
    return sorted([*one, *other], key=lambda hit: hit.start)


def _proven(text: str, hits: list[Hit]) -> list[Hit]:
    """Keep what its spelling, a governing word, a list with a proven neighbour, or an ordnance word nearby proves."""
    sure = [_stands(text, hit) for hit in hits]
    links = [_linked(text, hits[at], hits[at + 1]) for at in range(len(hits) - 1)]
    for order in (range(1, len(hits)), range(len(hits) - 2, -1, -1)):
        for at in order:
            beside = at - 1 if order.step > 0 else at + 1
            sure[at] = sure[at] or (sure[beside] and links[min(at, beside)])
    anchors = [hit.start for hit, is_sure in zip(hits, sure, strict=True) if is_sure]
    return [hit for hit, is_sure in zip(hits, sure, strict=True)
            if is_sure or (hit.needs == NEAR and _near(text, hit, anchors))]  # fmt: skip


def _stands(text: str, hit: Hit) -> bool:
    if hit.needs == ALONE:
        return not is_something_else(text, hit.start, hit.end)
    return not hit.is_series and is_governed(text, hit.start, hit.end, is_known=hit.id is not None)


def _linked(text: str, one: Hit, other: Hit) -> bool:
    if other.is_series:
        return True
    gap = text[one.end:other.start]
    if (one.id is None or other.id is None) and NARROW.search(gap):
        return False
    if other.start - one.end > _LONGEST_GAP or is_something_else(text, other.start, other.end):
        return False
    return is_list_gap(gap) and may_follow(text, other.end)


def _near(text: str, hit: Hit, anchors: Sequence[int]) -> bool:
    if is_something_else(text, hit.start, hit.end):
        return False
    low, high = max(0, hit.start - _NEAR_SIGNS), hit.end + _NEAR_SIGNS
    at = bisect.bisect_left(anchors, low)
    return (at < len(anchors) and anchors[at] <= high) or NEARBY.search(text, low, high) is not None
