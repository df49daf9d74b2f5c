"""What does everybody claim about one question, beside the programme's own figure, and which duties stand when?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from whitestone.domain.claim_words import METRICS
from whitestone.domain.obligation_rules import instruments
from whitestone.programme.claims_comparing import compare_claims, question_of
from whitestone.programme.claims_obligations import calendar_of
from whitestone.reports.claims_chart import claims_spec
from whitestone.web.desk import clocks_of, current

__all__ = ["compare", "obligations"]

POPULATIONS = ("all", "civilians", "military", "civilians_and_military", "deminers", "children")


def compare(request: HttpRequest) -> HttpResponse:
    """Show the question, the own figure with its rule, all claims side by side, what is flagged, and a chart."""
    clocks = clocks_of(request)
    asked = {name: request.GET.get(name, "").strip() for name in ("metric", "place", "from", "to", "population")}
    context: dict[str, Any] = {"title": "Claims compared", "clocks": clocks, "asked_for": asked,
                               "metrics": sorted(METRICS), "populations": POPULATIONS}  # fmt: skip
    if not asked["metric"]:
        return render(request, "whitestone/claims_compare.html", context)
    question = question_of(metric_name=asked["metric"], place=asked["place"] or None, begins=asked["from"] or None,
                           ends=asked["to"] or None, population=asked["population"] or None)  # fmt: skip
    desk = current()
    key = ("claims", desk.programme.journal.head(), clocks.on, clocks.known, question)
    ready, answer = desk.jobs.answer(key, lambda: compare_claims(desk.programme, question, clocks), patience_s=5.0)
    if not ready or answer is None:
        return render(request, "whitestone/waiting.html", context | {"waiting_for": "comparison"}, status=202)
    drawn = [row for row in answer["claims"] if row["as_of"] and row["value"] is not None
             and row["measures"] != "other"]  # fmt: skip
    flagged = {claim for each in answer["flags"] for claim in each["claims"]}
    context |= {
        "answer": answer,
        "own": answer["own"],
        "rows": [(row, row["claim"] in flagged) for row in answer["claims"]],
        "flags": answer["flags"],
        "names": {row["claim"]: _called(row) for row in answer["claims"]},
        "left_out": answer["left_out"],
        "chart": claims_spec(drawn, answer["own"], width="container") if drawn else None,
        "undrawn": len(answer["claims"]) - len(drawn),
    }
    return render(request, "whitestone/claims_compare.html", context)


def _called(row: dict[str, Any]) -> str:
    number = f"{row['value']:,g} {row['unit'] or ''}".replace("_", " ") if row["value"] is not None else ""
    return str(row["local_id"] or f"{row['speaker'] or row['claim'][-6:]}, {number}")


def obligations(request: HttpRequest) -> HttpResponse:
    """Show the calendar of duties, and each duty with the evidence for and against side by side."""
    clocks = clocks_of(request)
    asked = {name: request.GET.get(name, "").strip() for name in ("party", "from", "to")}
    answer = calendar_of(current().programme, clocks, begins=asked["from"] or None, ends=asked["to"] or None,
                         party=asked["party"] or None)  # fmt: skip
    context: dict[str, Any] = {
        "title": "Obligations", "clocks": clocks, "asked_for": asked, "answer": answer,
        "instruments": instruments(), "parties": sorted({str(each["party"]) for each in answer["obligations"]}),
    }  # fmt: skip
    return render(request, "whitestone/obligations.html", context)
