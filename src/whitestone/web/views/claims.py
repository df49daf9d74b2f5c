"""Who claims what, in which words of which document, how is it graded, and what does a person make of a draft?"""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from whitestone.domain.codes import code_list
from whitestone.domain.kinds import KINDS
from whitestone.domain.revision import State
from whitestone.errors import InvalidValue, UnknownRecord
from whitestone.programme.claims_comparing import list_claims
from whitestone.programme.claims_documents import custody_of, document_text, state_of
from whitestone.programme.claims_drafts import WAITING, claim_state
from whitestone.programme.claims_register import confirm, correct, grade, grades, withdraw
from whitestone.web.desk import clocks_of, current
from whitestone.web.writing import writer, writes

__all__ = ["claim", "decide", "page"]

SIZE = 100
AROUND = 700
"""Characters of the document's text that stand before and after the quote."""
EDITED = ("asserted_by", "about", "value", "value_max", "qualifier", "unit", "population", "place_name", "period_from",
          "period_to", "as_of", "subject", "locator")  # fmt: skip
"""What the form of a draft corrects; the quote and its span stay those of the document."""
_NUMBERS = ("value", "value_max")
_RELATED = (("repeats", "Repeats"), ("supersedes", "Supersedes"), ("supports", "Supports"),
            ("contradicts", "Contradicts"))  # fmt: skip


def page(request: HttpRequest) -> HttpResponse:
    """List claims with who says them, filtered by speaker, unit and workflow; drafts first where they wait."""
    clocks = clocks_of(request)
    asked = {name: request.GET.get(name, "").strip() for name in ("speaker", "unit", "workflow", "text")}
    every = list_claims(current().programme, clocks)
    rows = list_claims(current().programme, clocks, speaker=asked["speaker"] or None, unit=asked["unit"] or None,
                       workflow=asked["workflow"] or None)  # fmt: skip
    wanted = asked["text"].casefold()
    if wanted:
        rows = [row for row in rows if any(wanted in str(row[name] or "").casefold()
                                           for name in ("quote", "place", "subject", "local_id", "document"))]
    pages = max(1, -(-len(rows) // SIZE))
    number = min(max(1, int(request.GET["page"]) if request.GET.get("page", "").isdecimal() else 1), pages)
    context: dict[str, Any] = {
        "title": "Claims", "clocks": clocks, "filters": asked, "rows": rows[(number - 1) * SIZE:number * SIZE],
        "matching": len(rows), "total": len(every), "number": number, "pages": pages,
        "drafts": sum(row["workflow"] == "draft" for row in every),
        "units": sorted({str(row["unit"]) for row in every if row["unit"]}),
        "workflows": sorted({row["workflow"] for row in every}),
    }  # fmt: skip
    return render(request, "whitestone/claims.html", context)


def claim(request: HttpRequest, record_id: uuid.UUID) -> HttpResponse:
    """Show one claim: its words in the document's text, the document, grades, relations, and what may be done."""
    clocks, programme = clocks_of(request), current().programme
    state = claim_state(programme, record_id, clocks)
    if state is None or state.kind != "claim":
        raise UnknownRecord(record=record_id)
    document = _document(state)
    before, quote, after, cut = _in_text(state, document)
    body = state.body
    context: dict[str, Any] = {
        "title": "Claim", "clocks": clocks, "record_id": record_id, "body": body, "state": state,
        "workflow": state.workflow.name.lower(), "document": document.body if document else None,
        "document_id": document.record_id if document else None, "before": before, "quote": quote, "after": after,
        "cut": cut, "grades": grades(programme, str(record_id))[::-1],
        "grade": f"{body.get('source_grade') or 'F'}{body.get('info_grade') or '6'}",
        "related": [(words, body.get(name) or []) for name, words in _RELATED if body.get(name)],
        "edited": [(name, KINDS["claim"].attributes[name], body.get(name)) for name in EDITED],
        "qualifiers": list(code_list("claim_qualifier").codes),
        "is_draft": state.workflow in WAITING,
        "custody": custody_of(programme, document),
        "sources": list(code_list("source_reliability").codes.values()),
        "infos": list(code_list("info_reliability").codes.values()),
    }  # fmt: skip
    return render(request, "whitestone/claim.html", context)


@writes
def decide(request: HttpRequest, record_id: uuid.UUID) -> HttpResponse:
    """Take what a person decided about a claim: confirm, correct, grade or withdraw it, with the reason."""
    act, reason = request.POST.get("act", ""), request.POST.get("reason", "").strip()
    if request.method != "POST":
        raise Http404
    name = str(record_id)
    with writer() as programme:
        if act == "confirm":
            confirm(programme, name, reason=reason or "confirmed as it stands")
        elif act == "correct":
            correct(programme, name, _stated(request, state_of(programme, name, "claim")), reason=reason)
        elif act == "grade":
            grade(programme, name, request.POST.get("source_grade", ""), request.POST.get("info_grade", ""),
                  reason=reason)  # fmt: skip
        elif act == "withdraw":
            withdraw(programme, name, on=request.POST.get("on") or None, reason=reason)
        else:
            raise InvalidValue(field="act", value=act, why="one of confirm, correct, grade, withdraw")
    return HttpResponseRedirect(reverse("claim", args=(record_id,)))


def _stated(request: HttpRequest, state: State) -> dict[str, Any]:
    """Read the fields of the form that say something else than the claim does; an emptied field is unknown."""
    stated: dict[str, Any] = {}
    for name in EDITED:
        text = request.POST.get(name)
        if text is None:
            continue
        value: Any = text.strip() or None
        if value is not None and name in _NUMBERS:
            try:
                value = float(text.replace(",", "").replace("\u202f", ""))
            except ValueError:
                raise InvalidValue(field=name, value=text, why="a number is expected") from None
        if value != state.body.get(name):
            stated[name] = value
    return stated


def _document(state: State) -> State | None:
    about = state.body.get("document_id")
    try:
        return state_of(current().programme, str(about), "document") if about else None
    except (UnknownRecord, InvalidValue):
        return None


def _in_text(state: State, document: State | None) -> tuple[str, str, str, bool]:
    """Cut the document's text around the quote; where no text is kept, only the quote stands."""
    text = document_text(current().programme, document)
    quote = str(state.body.get("quote") or "")
    start, end = state.body.get("quote_start"), state.body.get("quote_end")
    if text is None or start is None or end is None or text[start:end] != quote:
        return "", quote, "", False
    first, last = max(0, start - AROUND), min(len(text), end + AROUND)
    return text[first:start], quote, text[end:last], first > 0 or last < len(text)
