"""What is wrong, by which rule, in which records, and what is there to do?"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from whitestone.programme.checking import Checked, check
from whitestone.programme.opening import Clocks
from whitestone.quality.rules import RULES
from whitestone.web.desk import Desk, clocks_of, current

__all__ = ["page", "rule", "start"]

SIZE = 50
RECORDS_SHOWN = 6
STATES = ("open", "accepted", "fixed")
SEVERITIES = ("error", "warning", "notice")


def start(desk: Desk, clocks: Clocks, patience_s: float = 0.0) -> tuple[bool, Checked | None]:
    """Have the findings computed once per head of the journal and clocks; (False, None) while they are not there."""
    key: Hashable = ("check", desk.programme.journal.head(), clocks.on, clocks.known)
    return desk.jobs.answer(key, lambda: check(desk.programme, clocks=clocks), patience_s=patience_s)


def page(request: HttpRequest) -> HttpResponse:
    """List every rule that ran with its question and counts, gravest first; a rule without a finding is listed too."""
    clocks = clocks_of(request)
    ready, checked = start(current(), clocks, 0.2)
    context: dict[str, Any] = {"title": "Findings", "clocks": clocks}
    if not ready or checked is None:
        return _wait(request, context)
    counts = checked.counts()
    rows = [(RULES[name], counts[name]) for name in checked.rules]
    rows.sort(key=lambda row: (not row[1]["open"], SEVERITIES.index(row[0].severity), -row[1]["open"], row[0].name))
    total = {state: sum(count[state] for _, count in rows) for state in STATES}
    context |= {
        "rows": rows,
        "total": total,
        "checked": checked,
        "quiet": sum(not any(count[state] for state in STATES) for _, count in rows),
    }
    return render(request, "whitestone/findings.html", context)


def rule(request: HttpRequest, rule: str) -> HttpResponse:
    """List the findings of one rule, each with its records, its place and what to do."""
    if rule not in RULES:
        raise Http404
    clocks = clocks_of(request)
    ready, checked = start(current(), clocks, 0.2)
    context: dict[str, Any] = {"title": rule, "clocks": clocks, "rule": RULES[rule]}
    if not ready or checked is None:
        return _wait(request, context)
    state = request.GET.get("state") if request.GET.get("state") in STATES else "open"
    found = [each for each in checked.findings if each.finding.rule == rule and each.state == state]
    pages = max(1, -(-len(found) // SIZE))
    number = min(max(1, int(request.GET["page"]) if request.GET.get("page", "").isdecimal() else 1), pages)
    shown = found[(number - 1) * SIZE : number * SIZE]
    looker = current().looker
    kinds = looker.kinds_of({own for each in shown for own in each.finding.record_ids[:RECORDS_SHOWN]}, clocks)
    rows = [
        (
            each,
            [
                (own, kinds.get(own), looker.title(own, kinds[own], clocks) if own in kinds else f"…{str(own)[-8:]}")
                for own in each.finding.record_ids[:RECORDS_SHOWN]
            ],
            len(each.finding.record_ids) - RECORDS_SHOWN,
        )
        for each in shown
    ]
    context |= {
        "rows": rows,
        "matching": len(found),
        "number": number,
        "pages": pages,
        "state": state,
        "counts": checked.counts()[rule],
        "first": (number - 1) * SIZE + 1,
        "last": (number - 1) * SIZE + len(shown),
    }
    return render(request, "whitestone/finding.html", context)


def _wait(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    context["waiting_for"] = "findings"
    return render(request, "whitestone/waiting.html", context, status=202)
