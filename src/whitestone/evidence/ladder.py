"""How far up the ladder of evidence does one find stand, and what else could explain it?

The ladder is about one question, whether an item was laid after a day D, and each rung names the alternatives that
stay open. No rung says who laid anything: that is a claim, and claims have authors.
"""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType

import msgspec

from whitestone.domain.dates import PartialDate, parse_partial
from whitestone.evidence.marks import LATER, Mark, verdict

__all__ = ["ALTERNATIVES", "ENOUGH", "NO_RUNG", "RUNGS", "Find", "day_of", "explained", "rung_of",
           "speaks_for_released"]

ENOUGH = 10.0
"""Rung C: the Bayes factor against "missed when cleared" from which finds in released land count."""

RUNGS = MappingProxyType({
    "A": "legible mark later than D, photographed, custody unbroken, in ground certified clear before the find",
    "B": "legible mark later than D",
    "C": "found in land released on or after D, where the Bayes factor against 'missed when cleared' is at least "
         f"{ENOUGH:g}",
    "D": "found outside every hazard known before the find, and outside released land",
    "E": "an accident only: nothing was recovered that could be read",
})
NO_RUNG = "none"
ALTERNATIVES = MappingProxyType({
    "missed": "an item that was missed when the ground was cleared",
    "misplaced": "a clearance polygon that lies in the wrong place, so that the ground was never searched",
    "moved": "an item that was moved by water, with soil or by people",
    "misread": "a mark that both readers misread in the same way, or a reference that dates it wrongly",
    "unknown_hazard": "an older hazard that nobody had reported",
})
"""What stays open, by code. The first three are listed with every find, whatever its rung."""

_ALWAYS = ("missed", "misplaced", "moved")
_MORE = {"A": ("misread",), "B": ("misread",), "C": (), "D": ("unknown_hazard",), "E": ("unknown_hazard",)}


class Find(msgspec.Struct, frozen=True, kw_only=True):
    """One find or accident as the ladder sees it.

    `kind` is `item` or `accident`; `x_m`, `y_m` metres of one plane (None: no position); `released` the outcome of the
    last release over its position that was completed before the find, `released_on` its day; `in_hazard` whether it
    lies in a hazard that was known before the find (None: not known). `name` is the id that people use.
    """

    id: str
    name: str = ""
    kind: str = "item"
    found_on: str | None = None
    district: str | None = None
    x_m: float | None = None
    y_m: float | None = None
    mark: Mark | None = None
    released: str | None = None
    released_on: str | None = None
    in_hazard: bool | None = None


def day_of(text: str | None) -> PartialDate | None:
    """Read a date that may be absent; refuses what is no date with InvalidValue.

    >>> str(day_of("2021-05")), day_of(None)
    ('2021-05', None)
    """
    return None if text is None else parse_partial(text)


def rung_of(find: Find, after: dt.date, bayes: float) -> str:
    """Name the highest rung, A to E, on which a find stands for laying after D (`after`); `none` where on none.

    `bayes` is the Bayes factor of the find's district against "missed when cleared". A find made by the end of D
    stands on no rung. A date of less precision counts by its earliest day where it has to lie after D.

    >>> rung_of(Find(id="1", found_on="2023", released="cleared", released_on="2021-05"), dt.date(2020, 11, 10), 12.0)
    'C'
    >>> rung_of(Find(id="1", found_on="2023", released="cleared", released_on="2019-05"), dt.date(2020, 11, 10), 12.0)
    'none'
    >>> rung_of(Find(id="2"), dt.date(2020, 11, 10), 12.0)
    'none'
    """
    found = day_of(find.found_on)
    if found is None or found.last_day <= after:
        return NO_RUNG
    if find.kind == "accident":
        return "E"
    if verdict(find.mark, after, found.last_day) == LATER and find.mark is not None:
        kept = find.mark.photographed and find.mark.custody == "unbroken"
        return "A" if kept and find.released == "cleared" else "B"
    if speaks_for_released(find, after):
        return "C" if bayes >= ENOUGH else NO_RUNG
    return "D" if find.in_hazard is False and find.released is None else NO_RUNG


def speaks_for_released(find: Find, after: dt.date) -> bool:
    """Say whether a find lies in land released on or after D: only there does laid since mean laid after D.

    >>> speaks_for_released(Find(id="1", released="cleared", released_on="2021"), dt.date(2020, 11, 10))
    True
    >>> speaks_for_released(Find(id="1", released="cleared"), dt.date(2020, 11, 10))
    False
    """
    released = day_of(find.released_on)
    return find.kind == "item" and find.released is not None and released is not None and released.first_day >= after


def explained(rung: str) -> list[str]:
    """List the alternatives that stay open on a rung, as codes of ALTERNATIVES; never an empty list.

    >>> explained("B"), explained("none")
    (['missed', 'misplaced', 'moved', 'misread'], ['missed', 'misplaced', 'moved'])
    """
    return [*_ALWAYS, *_MORE.get(rung, ())]
