"""How much of what a claim is about lies inside a question: its days, its people?

Four words: `inside`, `partly`, `outside`, `unknown`. Unknown is said wherever the claim does not say enough: it is
neither inside nor outside.
"""

from __future__ import annotations

import datetime as dt

from whitestone.domain.claim_words import population_of
from whitestone.evidence.claim_model import Claimed, Question

__all__ = ["OVERLAPS", "contains", "overlap", "people_overlap", "period_overlap"]

OVERLAPS = ("inside", "partly", "outside", "unknown")
Span = tuple[dt.date | None, dt.date | None]


def overlap(claim: Claimed, question: Question) -> dict[str, str]:
    """Say how period, population and place of a claim lie to those of a question.

    >>> overlap(Claimed(id="1", period_from="2020", period_to="2021", population="civilians"),
    ...         Question(metric="casualties", start=dt.date(2020, 1, 1), end=dt.date(2022, 12, 31)))
    {'period': 'inside', 'population': 'inside', 'place': 'inside'}
    >>> overlap(Claimed(id="1"), Question(metric="casualties", place="North", start=dt.date(2020, 1, 1)))
    {'period': 'unknown', 'population': 'unknown', 'place': 'unknown'}
    """
    return {
        "period": period_overlap(claim.span, (question.start, question.end)),
        "population": people_overlap(claim.people, population_of(question.population)),
        "place": claim.place_overlap if question.place else "inside",
    }


def period_overlap(claim: Span, question: Span) -> str:
    """Say how a claim's days lie to a question's; a question without bounds holds every day.

    >>> day = dt.date(2020, 1, 1), dt.date(2020, 12, 31)
    >>> period_overlap(day, (dt.date(2021, 1, 1), None)), period_overlap((None, None), (None, None))
    ('outside', 'inside')
    """
    begins, ends = question
    if begins is None and ends is None:
        return "inside"
    first, last = claim
    if (first and ends and first > ends) or (last and begins and last < begins):
        return "outside"
    if first is None or last is None:
        return "unknown"
    held = (begins is None or first >= begins) and (ends is None or last <= ends)
    return "inside" if held else "partly"


def people_overlap(claim: frozenset[str] | None, question: frozenset[str] | None) -> str:
    """Say how the people of a claim lie to those of a question.

    >>> people_overlap(frozenset({"civilian"}), frozenset({"civilian", "military"}))
    'inside'
    >>> people_overlap(None, None)
    'unknown'
    """
    if claim is None or question is None:
        return "unknown"
    if claim <= question:
        return "inside"
    return "partly" if claim & question else "outside"


def contains(outer: Claimed, inner: Claimed) -> bool:
    """Say whether all that one claim counts is among what another counts: same place, days, people and things.

    A population that is not said is taken for all persons; days that are not said make two claims incomparable.

    >>> year = Claimed(id="1", unit="casualties", place_key="x", period_from="2020", period_to="2020")
    >>> part = Claimed(id="2", unit="killed", place_key="x", period_from="2020-05", period_to="2020-06")
    >>> contains(year, part), contains(part, year), contains(Claimed(id="1"), Claimed(id="2"))
    (True, False, False)
    """
    if outer.measure is None or inner.measure is None or outer.place_key is None:
        return False
    if outer.topic != inner.topic and outer.topic is not None and inner.topic is not None:
        return False  # what was cleared is not what is contaminated, in whatever unit
    if outer.place_key != inner.place_key or not inner.measure.covers <= outer.measure.covers:
        return False
    everyone = population_of("all") or frozenset()
    if not (inner.people or everyone) <= (outer.people or everyone):
        return False
    (outer_first, outer_last), (inner_first, inner_last) = outer.span, inner.span
    if not (outer_first and outer_last and inner_first and inner_last):
        return False
    return outer_first <= inner_first and inner_last <= outer_last
