"""What does the mark on an item say, as two people read it, and may it date anything?

Readings are kept as written, legible or not; what an analyst makes of them stands apart. A dated mark dates
manufacture: the item was laid on that day or later (terminus post quem). It never says who laid it.
"""

from __future__ import annotations

import datetime as dt
import unicodedata

import msgspec

from whitestone.domain.dates import PartialDate, parse_partial
from whitestone.errors import InvalidValue

__all__ = ["LATER", "NOT_COUNTED", "NOT_LATER", "VERDICTS", "Mark", "Reading", "agreement", "verdict"]

LATER, NOT_LATER = "later", "not_later"
NOT_COUNTED = {
    "unread": "no reading is recorded",
    "one_reader": "one reader only",
    "readers_differ": "the two readers read it differently",
    "illegible": "not legible, every sign, to both readers",
    "not_interpreted": "read by both, but nobody said what it means",
    "later_than_find": "read as later than the day of the find: a misreading, or a wrong day",
}
"""Why a mark is in no count, by code."""
VERDICTS = {LATER: "made later than D", NOT_LATER: "not shown to be made later than D", **NOT_COUNTED}

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")


class Reading(msgspec.Struct, frozen=True):
    """What one reader wrote down: the signs, a code for the reader (no name), and how well it could be read."""

    text: str | None = None
    reader: str | None = None
    legibility: str = "unknown"


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One mark: two readings, how it was kept, and apart from them the interpretation `made_from` to `made_to`."""

    first: Reading = Reading()
    second: Reading = Reading()
    photographed: bool = False
    custody: str = "unknown"
    made_from: str | None = None
    made_to: str | None = None


def agreement(mark: Mark) -> str:
    """Say how two readings stand to one another: `agreed`, `differ`, `one_reader` or `not_read`.

    Blanks, letter case and kinds of dash make no difference. Two readings by one code are those of one reader.

    >>> agreement(Mark(first=Reading("7-21-15", "a"), second=Reading("7 \u2013 21 \u2013 15", "b")))
    'agreed'
    >>> agreement(Mark(first=Reading("7-21-15", "a"), second=Reading("7-27-15", "b"))), agreement(Mark())
    ('differ', 'not_read')
    """
    written = [each for each in (mark.first, mark.second) if each.text and each.text.strip()]
    if not written:
        return "not_read"
    if len(written) < 2 or (mark.first.reader is not None and mark.first.reader == mark.second.reader):
        return "one_reader"
    return "agreed" if _signs(mark.first.text) == _signs(mark.second.text) else "differ"


def verdict(mark: Mark | None, after: dt.date, found: dt.date | None = None) -> str:
    """Judge a mark against day D (`after`): `later`, `not_later`, or the code of NOT_COUNTED that says why not.

    Later means that even the earliest day that the mark allows lies after D; a mark of D's own year is not later.
    `found` is the day of the find: a mark later than that is a misreading. Refuses an interpretation that is no date
    with InvalidValue.

    >>> day = dt.date(2020, 11, 10)
    >>> read = Reading("1-21", "a", "legible"), Reading("1-21", "b", "legible")
    >>> verdict(Mark(first=read[0], second=read[1], made_from="2021"), day)
    'later'
    >>> verdict(Mark(first=read[0], second=read[1], made_from="2020"), day), verdict(None, day)
    ('not_later', 'unread')
    """
    state = "not_read" if mark is None else agreement(mark)
    if mark is None or state != "agreed":
        return {"not_read": "unread", "differ": "readers_differ"}.get(state, state)
    if not all(each.legibility == "legible" and "?" not in str(each.text) for each in (mark.first, mark.second)):
        return "illegible"
    begins, ends = _date(mark.made_from), _date(mark.made_to)
    if begins is None and ends is None:
        return "not_interpreted"
    if begins is not None and found is not None and begins.first_day > found:
        return "later_than_find"
    return LATER if begins is not None and begins.first_day > after else NOT_LATER


def _signs(text: str | None) -> str:
    folded = unicodedata.normalize("NFKC", text or "").translate(_DASHES).casefold()
    return "".join(folded.split())


def _date(text: str | None) -> PartialDate | None:
    if text is None:
        return None
    try:
        return parse_partial(text)
    except InvalidValue as problem:
        raise InvalidValue(field="made_from or made_to", value=text, why=problem.details["why"]) from None
