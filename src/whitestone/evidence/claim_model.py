"""What does comparing need to know of a claim, of a question, and of the programme's own figure?

Plain values: who reads records fills them in (`programme.claims_comparing`). Days are inclusive at both ends; None is
"not said", which is neither "all" nor "none".
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import re
from typing import Any

import msgspec

from whitestone.domain.claim_words import TOPICS, Unit, population_of, unit_of
from whitestone.domain.codes import folded
from whitestone.domain.dates import parse_partial
from whitestone.errors import InvalidValue

__all__ = ["ABOUT_SHARE", "Claimed", "Flag", "Own", "Question", "bounds", "first_day", "last_day",
           "said_first"]  # fmt: skip

ABOUT_SHARE = 0.10
"""An `about` with digits is taken to hold within a tenth; stated in every answer that it shapes."""
WORDS_FACTOR = 10.0
"""An `about` without digits ("hundreds of thousands") is taken to hold from its least number up to ten times it."""
_DIGITS = re.compile(r"\d[\d  .,']*")
_BELOW = ("up_to", "at_most", "less_than")
_ABOVE = ("at_least", "more_than")


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """One claim, ready to be laid beside others; `value` is the least number that its words allow."""

    id: str
    speaker: str | None = None
    value: float | None = None
    value_max: float | None = None
    qualifier: str | None = None
    unit: str | None = None
    population: str | None = None
    place: str | None = None
    place_key: str | None = None
    """What makes two places one: the gazetteer's id, else the folded name."""
    place_overlap: str = "unknown"
    """How the place lies to the question's: inside, partly, outside, unknown."""
    period_from: str | None = None
    period_to: str | None = None
    as_of: str | None = None
    about: str | None = None
    subject: str | None = None
    quote: str | None = None
    remarks: str | None = None
    parts: tuple[dict[str, Any], ...] = ()
    document: str | None = None
    grade: tuple[str, str] = ("F", "6")
    status: str = "open"
    repeats: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    told: dict[str, Any] = {}
    """What is shown and never computed with: local id, title, symbols, locator, publisher, translation."""

    @property
    def measure(self) -> Unit | None:
        """Return the unit that is understood; None where it is not."""
        return unit_of(self.unit)

    @property
    def people(self) -> frozenset[str] | None:
        """Return who is counted; None where it is not said or not understood."""
        return population_of(self.population)

    @property
    def topic(self) -> str | None:
        """Return what the claim is about where that changes what its unit means; None where it is not said.

        >>> Claimed(id="1", subject="Clearance").topic, Claimed(id="1", subject="quantity").topic
        ('clearance', None)
        """
        subject = (self.subject or "").strip().casefold()
        return subject if subject in TOPICS else None

    @property
    def speaker_key(self) -> str:
        """Return the speaker as two spellings of one are compared.

        >>> Claimed(id="1", speaker="The  Agency").speaker_key, Claimed(id="1").speaker_key
        ('the agency', '')
        """
        return folded(self.speaker or "")

    @property
    def span(self) -> tuple[dt.date | None, dt.date | None]:
        """Return first and last day of what the claim is about; one that began and was not ended runs until it is said.

        >>> Claimed(id="1", period_from="2014", as_of="2018-04-04").span
        (datetime.date(2014, 1, 1), datetime.date(2018, 4, 4))
        >>> Claimed(id="1").span
        (None, None)
        """
        begins = first_day(self.period_from)
        ends = last_day(self.period_to) or (last_day(self.as_of) if begins else None)
        return begins, ends


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: which measure, where, from and to which day (None: no bound), of whom."""

    metric: str
    place: str | None = None
    start: dt.date | None = None
    end: dt.date | None = None
    population: str = "all"


class Own(msgspec.Struct, frozen=True, kw_only=True):
    """The programme's own figure, with the rule that made it; `value` None: the register cannot say."""

    value: float | None
    rule: str
    unit: str
    as_known_on: str
    low: float | None = None
    high: float | None = None
    denominator: str | None = None
    notes: tuple[str, ...] = ()
    records: int | None = None
    beside: tuple[Own, ...] = ()
    """Figures of other sides of the same question: items found, beside ground that was cleared."""


class Flag(msgspec.Struct, frozen=True):
    """Something that a person should look at: which claims, in one sentence, with the numbers; nothing is repaired."""

    flag: str
    claims: tuple[str, ...]
    sentence: str
    numbers: dict[str, Any] = {}


def bounds(claim: Claimed) -> tuple[float, float] | None:
    """Return the least and the greatest number that a claim allows; None where it states none.

    Rules of ours, stated in the answer: `about` with digits holds within a tenth, in words up to ten times the least.

    >>> bounds(Claimed(id="1", value=260, qualifier="at_least")), bounds(Claimed(id="1", value=9, qualifier="up_to"))
    ((260, inf), (0.0, 9))
    >>> bounds(Claimed(id="1", value=200000, qualifier="about", quote="hundreds of thousands of mines"))
    (200000, 2000000.0)
    >>> bounds(Claimed(id="1")) is None
    True
    """
    value = claim.value
    if value is None or not math.isfinite(value):
        return None
    if claim.value_max is not None and claim.value_max >= value:
        return value, claim.value_max
    if claim.qualifier in _ABOVE:
        return value, math.inf
    if claim.qualifier in _BELOW:
        return min(0.0, value), value
    if claim.qualifier == "about":
        if claim.quote and not _has_digits(claim.quote, value):
            return value, value * WORDS_FACTOR
        return value * (1 - ABOUT_SHARE), value * (1 + ABOUT_SHARE)
    return value, value


def _has_digits(quote: str, value: float) -> bool:
    """Say whether a quote writes a number in digits that begins as this value does (`1.2 million` for 1,200,000)."""
    wanted = f"{value:.0f}".strip("0") or "0"
    return any(re.sub(r"\D", "", found).strip("0") == wanted for found in _DIGITS.findall(quote))


def said_first(claim: Claimed) -> tuple[str, str]:
    """Order claims by the day on which they were said; a month acts at its end, and no day stands last.

    >>> said_first(Claimed(id="1", as_of="2014-04")), said_first(Claimed(id="2"))
    (('2014-04-30', '1'), ('9999', '2'))
    """
    day = last_day(claim.as_of)
    return (day.isoformat() if day else "9999", claim.id)


@functools.lru_cache(65_536)
def first_day(text: str | None) -> dt.date | None:
    """Return the first day of a partial date; None where there is none or it cannot be read.

    >>> first_day("2014-05"), first_day(None)
    (datetime.date(2014, 5, 1), None)
    """
    try:
        return parse_partial(text).first_day if text else None
    except InvalidValue:
        return None


@functools.lru_cache(65_536)
def last_day(text: str | None) -> dt.date | None:
    """Return the last day of a partial date; None where there is none or it cannot be read.

    >>> last_day("2014-02"), last_day("")
    (datetime.date(2014, 2, 28), None)
    """
    try:
        return parse_partial(text).last_day if text else None
    except InvalidValue:
        return None
