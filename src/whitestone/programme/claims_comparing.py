"""What does everybody claim about one question, and what does the programme count beside it?

Approved claims only: a draft that nobody confirmed is listed as left out. Claims stand with their document and grade;
the own figure comes from `claims_own`, for the question and for the scope of each claim that states its days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from whitestone.domain.claim import UNJUDGED
from whitestone.domain.claim_words import metric, population_of, unit_of
from whitestone.domain.revision import State, Workflow
from whitestone.errors import InvalidValue, WrongCall
from whitestone.evidence.claim_model import Claimed, Question
from whitestone.evidence.comparing import compare, flags_of
from whitestone.programme.claims_drafts import WAITING, every_claim
from whitestone.programme.claims_own import own_figure
from whitestone.programme.claims_places import Places, places_of
from whitestone.programme.opening import Clocks, Programme

__all__ = ["DRAFT", "claims_of", "compare_claims", "flags", "list_claims", "question_of"]

DRAFT = "it is a draft that nobody confirmed yet"
"""Why a draft is left out."""
OWN_SCOPES = 100
"""For at most so many claims the own figure of the claim's own days is counted; the answer says when there are more."""


def question_of(*, metric_name: str, place: str | None = None, begins: str | None = None, ends: str | None = None,
                population: str | None = None) -> Question:
    """Read a question; days are `YYYY`, `YYYY-MM` or `YYYY-MM-DD` and reach from their first to their last day.

    Refuses an unknown measure or population, and what is no day, with InvalidValue; a period that ends before it
    begins with WrongCall.

    >>> question_of(metric_name="casualties", begins="2020", ends="2021-02").end
    datetime.date(2021, 2, 28)
    >>> question_of(metric_name="killed").start is None
    True
    """
    from whitestone.domain.dates import parse_partial

    metric(metric_name)
    if population and population_of(population) is None:
        why = "one of civilians, military, civilians and military, deminers, children, all"
        raise InvalidValue(field="population", value=population, why=why)
    start = parse_partial(begins).first_day if begins else None
    end = parse_partial(ends).last_day if ends else None
    if start and end and start > end:
        raise WrongCall(why=f"The period from {start} to {end} ends before it begins.", fix="Exchange the two days.")
    return Question(metric=metric_name, place=place or None, start=start, end=end, population=population or "all")


def compare_claims(programme: Programme, question: Question, clocks: Clocks, *, purpose: str | None = None
                   ) -> dict[str, Any]:
    """Lay all claims that answer a question side by side with the own figure, under both clocks.

    `question`, `own`, `claims`, `flags`, `series`, `left_out`, `assumptions`, `as_known_on`, `situation_on`; see
    `evidence.comparing.compare` for the rows. `purpose` is needed where the own figure is restricted (accuracy).
    """
    places = places_of(programme, clocks)
    states = every_claim(programme, clocks)
    approved = [state for state in states if state.workflow == Workflow.APPROVED]
    claims = claims_of(programme, approved, clocks, places, question.place)
    answer = compare(question, claims, own_figure(programme, question, clocks, places, purpose))
    answer["question"] = {"metric": question.metric, "place": question.place, "population": question.population,
                          "from": question.start.isoformat() if question.start else None,
                          "to": question.end.isoformat() if question.end else None}  # fmt: skip
    answer["left_out"] += [{"claim": str(state.record_id), "why": DRAFT}
                           for state in states if state.workflow in WAITING]  # fmt: skip
    _add_own_scopes(programme, question, clocks, places, answer)
    known_on = clocks.known_on or programme.today()
    return {**answer, "as_known_on": known_on.isoformat(), "situation_on": clocks.on.isoformat()}


def flags(programme: Programme, clocks: Clocks) -> list[dict[str, Any]]:
    """List all flags among all claims that count, whatever the question.

    >>> flags.__name__
    'flags'
    """
    states = programme.journal.states("claim", on=clocks.on, known=clocks.known, geometry=False)
    claims = claims_of(programme, list(states), clocks, places_of(programme, clocks), None)
    return [msgspec.to_builtins(flag) for flag in flags_of(claims)]


def list_claims(programme: Programme, clocks: Clocks, *, speaker: str | None = None, unit: str | None = None,
                workflow: str | None = None, document: str | None = None) -> list[dict[str, Any]]:
    """List claims by the day on which they were said, each with attribution, grade, workflow and status.

    Drafts are listed too and say so. `speaker` is a part of the name, `unit` a unit's name, `document` a record id.
    """
    documents = _documents(programme, clocks)
    rows = []
    for state in every_claim(programme, clocks):
        body = state.body
        known = unit_of(body.get("unit"))
        told = {
            "claim": str(state.record_id),
            "workflow": state.workflow.name.lower(),
            "status": body.get("claim_status") or "open",
            "grade": "".join(_grade(body)),
            "speaker": body.get("asserted_by"),
            **{name: body.get(name) for name in ("local_id", "subject", "value", "value_max", "qualifier", "unit",
                                                 "population", "about", "period_from", "period_to", "as_of", "quote",
                                                 "document_id", "locator", "quote_found")},
            "place": body.get("place_name"),
            "document": documents.get(str(body.get("document_id")), {}).get("title"),
            "published_by": body.get("published_by"),
        }  # fmt: skip
        if speaker and speaker.casefold() not in str(told["speaker"] or "").casefold():
            continue
        if unit and unit not in (body.get("unit"), known.name if known else None):
            continue
        if (workflow and workflow != told["workflow"]) or (document and document != told["document_id"]):
            continue
        rows.append(told)
    return sorted(rows, key=lambda row: (row["as_of"] or "9999", row["local_id"] or "", row["claim"]))


def claims_of(programme: Programme, states: Sequence[State], clocks: Clocks, places: Places, place: str | None
              ) -> list[Claimed]:
    """Turn states of claims into what is compared, each with its document and how its place lies to `place`."""
    documents = _documents(programme, clocks)
    read = programme.journal.states("source", on=clocks.on, known=clocks.known, geometry=False)
    sources = {str(state.record_id): state.body.get("name") for state in read}
    return [_claimed(state, documents.get(str(state.body.get("document_id")), {}), sources, places, place)
            for state in states]  # fmt: skip


def _claimed(state: State, document: Mapping[str, Any], sources: Mapping[str, Any], places: Places, place: str | None
             ) -> Claimed:
    body = state.body
    name, place_id = body.get("place_name"), body.get("place_id")
    taken_back = document.get("withdrawn_on") and body.get("claim_status") != "withdrawn"
    return Claimed(
        id=str(state.record_id),
        speaker=body.get("asserted_by") or sources.get(str(document.get("source_id"))),
        value=body.get("value"),
        value_max=body.get("value_max"),
        qualifier=body.get("qualifier"),
        unit=body.get("unit"),
        population=body.get("population"),
        place=name,
        place_key=places.key(name, place_id),
        place_overlap=places.overlap(name, place_id, place) if place else "inside",
        period_from=body.get("period_from"),
        period_to=body.get("period_to"),
        as_of=body.get("as_of") or document.get("dated_on"),
        about=body.get("about"),
        subject=body.get("subject"),
        quote=body.get("quote"),
        remarks=body.get("remarks"),
        parts=tuple(each for each in body.get("parts") or () if isinstance(each, dict)),
        document=body.get("document_id") or body.get("source_url"),
        grade=_grade(body),
        status="withdrawn" if taken_back else body.get("claim_status") or "open",
        repeats=tuple(body.get("repeats") or ()),
        supersedes=tuple(body.get("supersedes") or ()),
        told={
            "local_id": body.get("local_id"),
            "title": document.get("title"),
            "dated_on": document.get("dated_on"),
            "symbols": list(document.get("symbols") or []),
            "locator": body.get("locator"),
            "published_by": sources.get(str(document.get("source_id"))) or body.get("published_by"),
            "published_on": body.get("published_on") or document.get("published_on"),
            "source_url": body.get("source_url") or document.get("url"),
            "language": body.get("language"),
            "translation": body.get("translation"),
            "remarks": body.get("remarks"),
        },
    )


def _documents(programme: Programme, clocks: Clocks) -> dict[str, dict[str, Any]]:
    states = programme.journal.states("document", on=clocks.on, known=clocks.known, approved_only=False, geometry=False)
    return {str(state.record_id): state.body for state in states}


def _grade(body: Mapping[str, Any]) -> tuple[str, str]:
    """Return both grades of a claim; what nobody judged is F6, and a document's or source's grade is never taken."""
    source = body.get("source_grade") or body.get("source_reliability") or UNJUDGED[0]
    return str(source), str(body.get("info_grade") or body.get("info_reliability") or UNJUDGED[1])


def _add_own_scopes(programme: Programme, question: Question, clocks: Clocks, places: Places, answer: dict[str, Any]
                    ) -> None:
    """Add to each claim about persons what the register counts for that claim's own days, people and unit."""
    done: dict[Question, Any] = {}
    for row in answer["claims"]:
        row["own_for_claim"] = None
        unit = unit_of(row["unit"])
        if metric(question.metric).name not in ("casualties", "killed", "injured") or unit is None:
            continue
        begins, ends = Claimed(id="", period_from=row["period_from"], period_to=row["period_to"],
                               as_of=row["as_of"]).span  # fmt: skip
        if not (begins and ends) or row["overlap"]["place"] != "inside":
            continue
        known = population_of(row["population"]) is not None
        wanted = unit.name if unit.name in ("killed", "injured") else "casualties"
        scope = Question(metric=wanted, place=row["place"] or question.place, start=begins, end=ends,
                         population=row["population"] if known else "all")  # fmt: skip
        if scope not in done and len(done) < OWN_SCOPES:
            done[scope] = own_figure(programme, scope, clocks, places)
        if (own := done.get(scope)) is not None and own.value is not None:
            row["own_for_claim"] = {"value": own.value, "low": own.low, "high": own.high}
    if len(done) >= OWN_SCOPES:
        told = f"The own figure for a claim's own days was counted for the first {OWN_SCOPES} different scopes only."
        answer["assumptions"].append(told)

