"""For one question, what does everybody claim, side by side, and what is the programme's own figure beside it?

Every claim keeps its author, its words and its grade. Repeats are folded under their origin and counted; only another
speaker on the very same thing confirms. What cannot both be true, and what does not add up, is flagged and left as it
was said; no claim is adopted, weighed against another or turned into the figure. The order of rows and flags depends on
dates, numbers and ids, never on a name.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec

from whitestone.domain.claim_words import metric
from whitestone.evidence.claim_model import ABOUT_SHARE, WORDS_FACTOR, Claimed, Flag, Own, Question, bounds, said_first
from whitestone.evidence.contradicting import agreeing, contradictions, restated, unit_shifts
from whitestone.evidence.origins import fold
from whitestone.evidence.overlaps import overlap
from whitestone.evidence.sums import failing_sums

__all__ = ["ASSUMPTIONS", "FLAGS_LISTED", "compare", "flags_of"]

FLAGS_LISTED = 1_000
"""A comparison lists so many flags; it says when there are more."""

ASSUMPTIONS = (
    f"A number that is claimed as 'about' is taken to hold within {ABOUT_SHARE:.0%} of it; one that is written in "
    f"words ('hundreds of thousands') from its least value up to {WORDS_FACTOR:.0f} times it.",
    "A claim that does not say whom it counts is compared as if it counted everybody; its overlap says 'unknown'.",
    "A claim that began on a day and names no end runs until the day on which it was made.",
    "One speaker with one figure for one period and place is one origin, however often it is printed.",
)
"""What every comparison takes for granted; printed with the answer."""


def compare(question: Question, claims: Sequence[Claimed], own: Own | None) -> dict[str, Any]:
    """Lay claims beside a question's own figure: `question`, `own`, `claims`, `flags`, `series`, `left_out`.

    A row has the claim as said, `measures` (same, part, wider, other), `low` and `high` (None: no bound), `grade`,
    `status`, `overlap` of period, population and place, `repeats` (how many only hand it on), `repeated_in`,
    `agrees_with` and `own_difference` (claim less own figure, only where both answer the same question to the letter).
    Claims of another measure or subject, or outside the question's days or place, are in `left_out` with the reason.
    Refuses an unknown measure with InvalidValue. Rules of ours, after the issue of contested figures: nothing is
    averaged, adopted or repaired.

    >>> answer = compare(Question(metric="casualties"), [Claimed(id="1", speaker="A", value=4, unit="killed")], None)
    >>> [(row["value"], row["measures"], row["grade"]) for row in answer["claims"]], answer["own"]
    ([(4, 'part', 'F6')], None)
    >>> compare(Question(metric="killed"), [], None)["claims"]
    []
    """
    asked, left_out = _asked(question, claims)
    folded, _ = fold(asked)
    by_id = {each.id: each for each in asked}
    origins = [each for each in asked if each.id not in folded or folded[each.id][0] not in by_id]
    standing = [each for each in origins if each.status != "withdrawn"]
    repeats: dict[str, list[Claimed]] = defaultdict(list)
    for each in asked:
        if each.id in folded:
            repeats[folded[each.id][0]].append(each)
    rows = [_row(question, each, repeats.get(each.id, []), folded, standing, own) for each in _ordered(origins)]
    flags = _flags_about(asked, claims)
    told = list(ASSUMPTIONS)
    if len(flags) > FLAGS_LISTED:
        told.append(f"The first {FLAGS_LISTED:,} of {len(flags):,} flags are listed.")
    return {
        "question": msgspec.to_builtins(question),
        "own": None if own is None else msgspec.to_builtins(own),
        "claims": rows,
        "flags": [msgspec.to_builtins(flag) for flag in flags[:FLAGS_LISTED]],
        "series": _series(_ordered(asked)),
        "left_out": left_out,
        "assumptions": told,
    }


def _flags_about(asked: Sequence[Claimed], claims: Sequence[Claimed]) -> list[Flag]:
    """List the flags that touch what is asked; only claims of a same place or document can be flagged with it."""
    ids = {each.id for each in asked}
    places, documents = {each.place_key for each in asked}, {each.document for each in asked if each.document}
    near = [each for each in claims if each.id in ids or each.place_key in places or each.document in documents
            or ids & set(each.repeats)]  # fmt: skip
    return [flag for flag in flags_of(near) if ids & set(flag.claims)]


def flags_of(claims: Sequence[Claimed]) -> list[Flag]:
    """List all that a person should look at among claims: rings, contradictions, restatements, units, sums.

    >>> flags_of([])
    []
    """
    claims = sorted(claims, key=said_first)
    folded, rings = fold(claims)
    replaced = {to for each in claims for to in each.supersedes}
    live = [each for each in claims if each.status != "withdrawn"]
    standing = [each for each in live if each.id not in replaced and each.id not in folded]
    found = [*rings, *contradictions(standing), *restated([each for each in live if each.id not in folded]),
             *unit_shifts(live), *failing_sums(live)]  # fmt: skip
    return sorted(found, key=lambda flag: (flag.flag, flag.claims, flag.sentence))


def _asked(question: Question, claims: Sequence[Claimed]) -> tuple[list[Claimed], list[dict[str, Any]]]:
    """Part claims that may answer the question from those that do not, with the reason."""
    wanted = metric(question.metric)
    asked, left_out = [], []
    for each in _ordered(claims):
        unit = each.measure
        held = overlap(each, question)
        why = None
        if unit is None or wanted.relation(unit.name) is None:
            why = f"it counts {each.unit or 'nothing that is said'}, which does not answer {question.metric}"
        elif not wanted.is_about(each.topic):
            why = f"it speaks of {each.topic or 'no subject that is said'}, not of {question.metric}"
        elif each.value is None:
            why = "it states no number"
        else:
            outside = [name for name in ("period", "population", "place") if held[name] == "outside"]
            why = f"its {' and '.join(outside)} lies outside the question" if outside else None
        if why is None and question.place and held["place"] == "unknown" and each.place:
            why = f"its place, written {each.place!r}, is not known to lie in {question.place!r}"
        if why is None:
            asked.append(each)
        else:
            left_out.append({"claim": each.id, "why": why})
    return asked, left_out


def _row(question: Question, claim: Claimed, repeats: list[Claimed], folded: dict[str, tuple[str, str]],
         standing: Sequence[Claimed], own: Own | None) -> dict[str, Any]:
    held, unit, limits = overlap(claim, question), claim.measure, bounds(claim)
    low, high = (None, None) if limits is None else (limits[0], limits[1] if math.isfinite(limits[1]) else None)
    measures = metric(question.metric).relation(unit.name) if unit else None
    return {
        "claim": claim.id,
        "speaker": claim.speaker,
        "about": claim.about,
        "subject": claim.subject,
        "value": claim.value,
        "value_max": claim.value_max,
        "qualifier": claim.qualifier,
        "low": low,
        "high": high,
        "unit": claim.unit,
        "measures": measures,
        "population": claim.population,
        "place": claim.place,
        "period_from": claim.period_from,
        "period_to": claim.period_to,
        "as_of": claim.as_of,
        "quote": claim.quote,
        "document": claim.document,
        "grade": "".join(claim.grade),
        "source_grade": claim.grade[0],
        "info_grade": claim.grade[1],
        "status": claim.status,
        "overlap": held,
        "repeats": len(repeats),
        "repeated_in": [{"claim": each.id, "as_of": each.as_of, "by": folded[each.id][1], **each.told}
                        for each in repeats],
        "origin": folded[claim.id][0] if claim.id in folded else None,
        "supersedes": list(claim.supersedes),
        "agrees_with": agreeing(claim, standing) if claim.status != "withdrawn" else [],
        "own_difference": _difference(question, claim, measures, own),
        **claim.told,
    }


def _difference(question: Question, claim: Claimed, measures: str | None, own: Own | None) -> float | None:
    """Return the claim's number less the own figure where both are about the very same days, people and things."""
    if own is None or own.value is None or claim.value is None or claim.measure is None or measures != "same":
        return None
    same_days = (question.start, question.end) == claim.span
    same_people = claim.people is not None and overlap(claim, question)["population"] == "inside"
    same_people = same_people and claim.people == Claimed(id="", population=question.population).people
    if not (same_days and same_people and overlap(claim, question)["place"] == "inside"):
        return None
    return claim.value * claim.measure.factor - own.value


def _series(claims: Sequence[Claimed]) -> list[dict[str, Any]]:
    """Lay out what each speaker says over time: points by unit, in the order in which they were said."""
    lines: dict[tuple[str, str], list[Claimed]] = defaultdict(list)
    for each in claims:
        if each.value is not None and each.measure is not None:
            lines[each.speaker_key, each.measure.name].append(each)
    return [
        {
            "speaker": group[0].speaker,
            "unit": unit,
            "points": [
                {"claim": each.id, "as_of": each.as_of, "period_from": each.period_from, "period_to": each.period_to,
                 "value": each.value, "qualifier": each.qualifier, "status": each.status}
                for each in group
            ],
        }
        for (_, unit), group in lines.items()
    ]  # fmt: skip


def _ordered(claims: Sequence[Claimed]) -> list[Claimed]:
    return sorted(claims, key=lambda each: (said_first(each)[0], each.period_from or "", each.value or 0, each.id))
