"""How does a claim enter the register, how far does it count, and how is it graded, corrected and withdrawn?

Nothing is overwritten: each step is a revision with who, when and why. A proposal of a reader is a draft and counts
nowhere until a person confirms or corrects it. A grade belongs to the claim, never to its document or source; grading
again adds to the history of grades. What its author withdraws stays, marked.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from whitestone.domain.chains import cycles
from whitestone.domain.claim import QUOTE_LIMIT, UNJUDGED
from whitestone.domain.claim_words import unit_of
from whitestone.domain.codes import code_list
from whitestone.domain.revision import Act, Draft, Nature, State, Workflow
from whitestone.errors import InvalidValue, QuoteNotFound, Refused, WrongCall
from whitestone.evidence.claim_model import first_day, last_day
from whitestone.programme.claims_documents import BLOT, blotted, checked, document_text, span_of, state_of
from whitestone.programme.claims_drafts import WAITING, every_claim
from whitestone.programme.opening import Programme

__all__ = ["RELATIONS", "add_claim", "confirm", "correct", "drafted", "grade", "grades", "relate", "withdraw",
           "withdraw_all_of", "withdraw_source"]  # fmt: skip

RELATIONS = ("repeats", "supersedes", "supports", "contradicts")
_GRADED = ("source_grade", "info_grade")


def add_claim(programme: Programme, document: str | None, values: Mapping[str, Any], *, names: Iterable[str] = (),
              reason: str) -> dict[str, Any]:
    """Enter a claim by hand, approved: it needs a speaker, a quote, and a unit where it states a number.

    The quote must stand in the document's working copy where there is one; its span is found where it is not given.
    `names` of persons are blotted out of the quote, whose full words are sealed. Without a grade it is F6: not judged.
    Refuses with QuoteNotFound, with Refused what lacks a speaker, quote or unit, with InvalidValue a value that does
    not fit, and with WrongCall no reason.
    """
    _with_reason(reason)
    about = state_of(programme, document, "document") if document else None
    body, sealed = _prepared(programme, about, dict(values), names)
    _complete(body)
    draft = drafted(body, sealed, workflow=Workflow.APPROVED)
    checked(programme, "claim", draft.body)
    programme.journal.append(Act(author=programme.who, reason=reason), [draft])
    return {"claim": str(draft.record_id), **draft.body, "workflow": "approved", "sealed": sorted(sealed)}


def drafted(body: Mapping[str, Any], sealed: Mapping[str, Any], *, workflow: Workflow = Workflow.DRAFT) -> Draft:
    """Make the first revision of a claim, ungraded unless it says a grade, dated by the day on which it was said.

    >>> made = drafted({"asserted_by": "A", "as_of": "2022-12-03"}, {})
    >>> made.body["source_grade"], made.body["info_grade"], made.workflow.name, made.information_date
    ('F', '6', 'DRAFT', '2022-12-03')
    >>> drafted({}, {}).information_date is None
    True
    """
    start = dict(zip(_GRADED, UNJUDGED, strict=True)) | {"claim_status": "open"}
    stated = {**start, **{name: value for name, value in body.items() if value is not None}}
    return Draft(kind="claim", record_id=uuid.uuid4(), body=stated, sealed=dict(sealed), workflow=workflow,
                 information_date=stated.get("as_of"))  # fmt: skip


def confirm(programme: Programme, claim: str, *, reason: str) -> dict[str, Any]:
    """Confirm a draft as it stands: from now on it counts. Refuses as `add_claim`; what is no draft with Refused."""
    return correct(programme, claim, {}, reason=reason)


def correct(programme: Programme, claim: str, values: Mapping[str, Any], *, names: Iterable[str] = (),
            reason: str) -> dict[str, Any]:
    """Correct what a reader proposed, or what was entered wrongly: the claim as corrected counts, and both are kept.

    Refuses as `add_claim`; confirming (no values) what is no draft with Refused.
    """
    _with_reason(reason)
    state = state_of(programme, claim, "claim")
    if not values and state.workflow not in WAITING:
        raise Refused(what="Confirming this claim", rule=f"it is {state.workflow.name.lower()}, no draft",
                      remedy="Correct a value of it, or grade it.")  # fmt: skip
    merged = {**state.body, **values}
    moved = {"quote", "quote_start", "quote_end", "document_id"} & values.keys()
    if moved and "quote_start" not in values:
        merged = {name: value for name, value in merged.items() if name not in ("quote_start", "quote_end")}
    about = merged.get("document_id")
    document = state_of(programme, str(about), "document") if about else None
    body, sealed = _prepared(programme, document, merged, names)
    _complete(body)
    checked(programme, "claim", body)
    history = programme.journal.history(state.record_id)
    wrong = next((each for each in reversed(history) if each.nature != Nature.DECISION), None)
    # A day that was understood too late must not leave the wrong statement in front of the right one.
    since = max((day for day in (body.get("as_of"), *(each.information_date for each in history)) if day), default=None)
    draft = Draft(kind="claim", record_id=state.record_id, body=body, sealed=sealed, extra=dict(state.extra),
                  geometry=state.geometry, information_date=since, workflow=Workflow.APPROVED,
                  nature=Nature.CORRECTION, corrects=wrong.revision_id if wrong else None,
                  parents=tuple(state.revisions))  # fmt: skip
    programme.journal.append(Act(author=programme.who, reason=reason), [draft])
    return {"claim": str(state.record_id), **body, "workflow": "approved"}


def grade(programme: Programme, claim: str, source_grade: str, info_grade: str, *, reason: str) -> dict[str, Any]:
    """Grade one claim on both scales (A-F, 1-6; STANAG 2511), as a new revision that keeps the grades before.

    Refuses a grade that is on neither scale with InvalidValue, no reason with WrongCall.
    """
    _with_reason(reason)
    state = state_of(programme, claim, "claim")
    body = {"source_grade": source_grade.strip().upper(), "info_grade": info_grade.strip()}
    checked(programme, "claim", body)
    _state(programme, state, body, reason)
    return {"claim": str(state.record_id), **body, "grades": grades(programme, claim)}


def grades(programme: Programme, claim: str) -> list[dict[str, Any]]:
    """List the grades that a claim was given, oldest first: both scales, grader, when, and why."""
    told: list[dict[str, Any]] = []
    for each in programme.journal.history(state_of(programme, claim, "claim").record_id):
        given = tuple(each.body.get(name) for name in _GRADED)
        if any(given) and (not told or given != (told[-1]["source_grade"], told[-1]["info_grade"])):
            told.append({"source_grade": given[0], "info_grade": given[1], "grader": each.author,
                         "graded_at": each.recorded_at.isoformat(), "reason": each.reason})  # fmt: skip
    return told


def withdraw(programme: Programme, claim: str, *, on: str | None = None, reason: str) -> dict[str, Any]:
    """Mark a claim that its author took back: it stays, and is compared no more. Refuses no reason with WrongCall."""
    _with_reason(reason)
    state = state_of(programme, claim, "claim")
    body = {"claim_status": "withdrawn", "withdrawn_on": on or programme.today().isoformat()}
    checked(programme, "claim", body)
    _state(programme, state, body, reason, body["withdrawn_on"])
    return {"claim": str(state.record_id), **body}


def withdraw_source(programme: Programme, document: str, *, on: str | None = None, reason: str) -> dict[str, Any]:
    """Mark a document that its source took back, and every claim read in it; annexes are documents of their own."""
    _with_reason(reason)
    state = state_of(programme, document, "document")
    day = on or programme.today().isoformat()
    checked(programme, "document", {"withdrawn_on": day})
    _state(programme, state, {"withdrawn_on": day}, reason, day)
    held = [each for each in every_claim(programme) if each.body.get("document_id") == str(state.record_id)]
    for each in held:
        _state(programme, each, {"claim_status": "withdrawn", "withdrawn_on": day}, reason, day)
    return {"document": str(state.record_id), "withdrawn_on": day, "claims": [str(each.record_id) for each in held]}


def withdraw_all_of(programme: Programme, source: str, *, on: str | None = None, reason: str) -> dict[str, Any]:
    """Mark all documents of a source that took back what it said, with the claims read in them.

    Refuses a source that is not known with UnknownRecord, no reason with WrongCall.
    """
    _with_reason(reason)
    state = state_of(programme, source, "source")
    documents = [str(each.record_id) for each in programme.journal.states("document", geometry=False)
                 if each.body.get("source_id") == str(state.record_id)]  # fmt: skip
    marked = [withdraw_source(programme, each, on=on, reason=reason) for each in documents]
    return {"source": str(state.record_id), "withdrawn_on": on or programme.today().isoformat(), "documents": documents,
            "claims": [claim for each in marked for claim in each["claims"]]}  # fmt: skip


def relate(programme: Programme, claim: str, relation: str, other: str, *, reason: str) -> dict[str, Any]:
    """Say that a claim repeats, supersedes, supports or contradicts another; what it said before of others stays.

    Refuses with Refused a chain of repeats or supersedes that would come back to itself, an unknown word with
    InvalidValue.
    """
    _with_reason(reason)
    if relation not in RELATIONS:
        raise InvalidValue(field="relation", value=relation, why=f"one of {', '.join(RELATIONS)}")
    one, two = state_of(programme, claim, "claim"), state_of(programme, other, "claim")
    linked = list(dict.fromkeys([*(one.body.get(relation) or []), str(two.record_id)]))
    if relation in ("repeats", "supersedes"):
        links = {str(each.record_id): each.body.get(relation) or [] for each in every_claim(programme)}
        if any(str(one.record_id) in ring for ring in cycles({**links, str(one.record_id): linked})):
            raise Refused(what=f"That this claim {relation} that one", rule="the chain would come back to itself",
                          remedy="Find the claim that was made first: that one is the origin.")  # fmt: skip
    _state(programme, one, {relation: linked}, reason)
    return {"claim": str(one.record_id), relation: linked}


def _prepared(programme: Programme, document: State | None, values: dict[str, Any], names: Iterable[str]
              ) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make the body of a claim and what is sealed of it; find the quote's span, blot names, normalise its words."""
    body = {name: value for name, value in values.items() if value is not None}
    sealed: dict[str, Any] = {}
    quote = str(body.get("quote") or "")
    if len(quote) > QUOTE_LIMIT:
        raise InvalidValue(field="quote", value=f"{quote[:40]}…", why=f"at most {QUOTE_LIMIT} characters are kept")
    if document is not None:
        body["document_id"] = str(document.record_id)
        text = document_text(programme, document)
        if text is not None and quote:
            _place(body, text, quote, names)
    hidden, times = blotted(str(body.get("quote") or ""), names)
    if times or (BLOT in hidden and BLOT not in quote):
        sealed["quote_in_full"] = quote
    if hidden:
        body["quote"] = hidden
    known = unit_of(body["unit"]) if isinstance(body.get("unit"), str) else None
    if known is not None and body["unit"] != known.name:
        body |= {"unit_as_written": body.get("unit_as_written") or body["unit"], "unit": known.name}
    if isinstance(body.get("qualifier"), str):
        body["qualifier"] = code_list("claim_qualifier").understand(body["qualifier"]) or body["qualifier"]
    return body, sealed


def _place(body: dict[str, Any], text: str, quote: str, names: Iterable[str]) -> None:
    start, end = body.get("quote_start"), body.get("quote_end")
    try:
        span = span_of(text, quote, start, end)
    except QuoteNotFound:
        # The working copy has names blotted out that the person copied from the original.
        span = span_of(text, blotted(quote, names)[0], start, end)
    body |= {"quote": text[slice(*span)], "quote_start": span[0], "quote_end": span[1], "quote_found": True}
    body.setdefault("language", None)
    if body["language"] is None:
        del body["language"]


def _complete(body: Mapping[str, Any]) -> None:
    """Refuse what may not count: no speaker, no quote, a number without its unit."""
    missing = [words for name, words in (("asserted_by", "a speaker"), ("quote", "a quote")) if not body.get(name)]
    if body.get("value") is not None and not body.get("unit"):
        missing.append("a unit for its number")
    if missing:
        raise Refused(what="This claim", rule=f"it lacks {' and '.join(missing)}",
                      remedy="State it (asserted_by=…, quote=…, unit=…), then call again.")  # fmt: skip
    _in_order(body)


def _in_order(body: Mapping[str, Any]) -> None:
    """Refuse numbers and days that no sentence can mean; that two claims contradict each other is never refused."""
    value, most = body.get("value"), body.get("value_max")
    if isinstance(value, (int, float)) and value < 0:
        raise InvalidValue(field="value", value=value, why="nothing is counted below nought")
    if isinstance(value, (int, float)) and isinstance(most, (int, float)) and most < value:
        raise InvalidValue(field="value_max", value=most, why=f"the greatest is not less than the least, {value}")
    begins, ends = first_day(body.get("period_from")), last_day(body.get("period_to"))
    if begins and ends and ends < begins:
        raise InvalidValue(field="period_to", value=body["period_to"], why=f"it ends before it begins, {begins}")


def _state(programme: Programme, state: State, body: dict[str, Any], reason: str, day: str | None = None) -> None:
    """Append what a person states of a claim or document, true of it since it was said unless a day is given."""
    workflow = state.workflow if state.workflow in WAITING else Workflow.APPROVED
    since = day or state.body.get("as_of") or state.body.get("dated_on")
    draft = Draft(kind=state.kind, record_id=state.record_id, body=body, parents=tuple(state.revisions),
                  information_date=since, workflow=workflow)  # fmt: skip
    programme.journal.append(Act(author=programme.who, reason=reason), [draft])


def _with_reason(reason: str) -> None:
    if not reason.strip():
        raise WrongCall(why="A claim is entered, decided and graded with a reason.", fix="Say with --reason why.")
