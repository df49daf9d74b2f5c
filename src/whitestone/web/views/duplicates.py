"""Which casualties may be one person, and what does a person decide about each pair?

Statistical fields only: nothing sealed is on a page. Pairs are those of the last `casualties duplicates find`; a
decision is written through `web.writing`, with its reason, and can be taken back.
"""

from __future__ import annotations

import math
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from whitestone.errors import InvalidValue
from whitestone.programme.casualties_linking import (
    DECISIONS,
    STATES,
    decide_pair,
    kept_pairs,
    shown_pair,
    split_pair,
    states_of,
    taken_back,
)
from whitestone.web.desk import current
from whitestone.web.writing import writer, writes

__all__ = ["decide", "page", "pair"]

SIZE = 50
WIDTH = 100.0
"""Width of the drawing of a waterfall, in units of its own."""

WORDS = {"open": gettext_lazy("to be decided"), "later": gettext_lazy("later"), "merged": gettext_lazy("one person"),
         "not-the-same": gettext_lazy("not the same")}  # fmt: skip


def page(request: HttpRequest) -> HttpResponse:
    """List the proposed pairs of one state, likeliest first."""
    programme = current().programme
    kept, decided = kept_pairs(programme), states_of(programme)
    context: dict[str, Any] = {"title": _("The same person twice"), "searched": kept is not None}
    if kept is None:
        return render(request, "whitestone/duplicates.html", context)
    state = request.GET.get("state") if request.GET.get("state") in STATES else "open"
    found = [(each, decided.get(each.pair, "open")) for each in kept.pairs]
    rows = [each for each, its in found if its == state]
    pages = max(1, math.ceil(len(rows) / SIZE))
    number = min(max(1, int(request.GET["page"]) if request.GET.get("page", "").isdecimal() else 1), pages)
    shown = rows[(number - 1) * SIZE : number * SIZE]
    gone = taken_back(programme, (side for each in shown for side in (each.left, each.right)))
    context |= {
        "answer": kept.answer, "lists": sum(each["rows"] > 0 for each in kept.answer.get("lists", ())),
        "state": state, "at": str(kept.answer.get("found_at"))[:16].replace("T", " "),
        "states": [(name, WORDS[name], sum(its == name for _each, its in found)) for name in STATES],
        "rows": [(each, _heaviest(each.parts), bool(gone & {each.left, each.right})) for each in shown],
        "matching": len(rows), "number": number, "pages": pages, "first": (number - 1) * SIZE + 1,
        "last": (number - 1) * SIZE + len(shown),
    }  # fmt: skip
    return render(request, "whitestone/duplicates.html", context)


def pair(request: HttpRequest, name: str) -> HttpResponse:
    """Show one pair side by side, with what each attribute weighs, and take what a person decides."""
    programme = current().programme
    shown = shown_pair(programme, name)
    kept = kept_pairs(programme)
    prior = float(kept.answer.get("prior") or 0) if kept else 0.0
    context = {
        "title": _("Two records, perhaps one person"), "shown": shown, "state_words": WORDS[shown["state"]],
        "bars": _waterfall(shown["parts"], prior), "limits": kept.answer.get("limits", []) if kept else [],
        "differ": {each["attribute"] for each in shown["attributes"] if each["left"] != each["right"]
                   and None not in (each["left"], each["right"])},
        "prior": prior, "width": WIDTH, "decided": [(each, WORDS[each["decision"]]) for each in shown["decisions"]],
    }  # fmt: skip
    return render(request, "whitestone/duplicates_pair.html", context)


@writes
def decide(request: HttpRequest, name: str) -> HttpResponse:
    """Take a decision: merge, not the same, later, or a merge back; back to the list, or to the pair after a split."""
    decision, reason = request.POST.get("decision", ""), request.POST.get("reason", "")
    if decision not in (*DECISIONS, "split"):
        raise InvalidValue(field="decision", value=decision, why=f"one of {', '.join(DECISIONS)}, split")
    if not reason.strip():
        raise InvalidValue(field="reason", value="", why="it is kept with the decision, so it has to be said")
    with writer() as programme:
        if decision == "split":
            split_pair(programme, name, reason=reason)
        else:
            decide_pair(programme, name, decision, reason=reason)
    back = reverse("duplicate", args=(name,)) if decision == "split" else reverse("duplicates")
    return HttpResponseRedirect(back)


def _heaviest(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Choose the three attributes that weigh most, for the list."""
    return sorted((part for part in parts if abs(part["weight"]) > 0.05), key=lambda part: -abs(part["weight"]))[:3]


def _waterfall(parts: list[dict[str, Any]], prior: float) -> list[dict[str, Any]]:
    """Lay the weights end to end, from what was likely before any comparison to the sum, in units of WIDTH."""
    start = math.log2(prior / (1 - prior)) if 0 < prior < 1 else 0.0
    steps = [{"attribute": "before", "words": _("any two records of these lists"), "weight": start}, *parts]
    edges, at = [0.0], 0.0
    for step in steps:
        at += float(step["weight"])
        edges.append(at)
    low, high = min(edges), max(edges)
    scale = WIDTH / max(high - low, 1e-9)
    bars = []
    for number, step in enumerate(steps):
        left, right = sorted((edges[number], edges[number + 1]))
        bars.append({**step, "x": round((left - low) * scale, 2), "width": round(max((right - left) * scale, 0.4), 2),
                     "is_for": step["weight"] >= 0})  # fmt: skip
    # Above zero the two are likelier one person than two.
    bars.append({"attribute": "sum", "words": _("right of the line: likelier one person than two"), "weight": at,
                 "x": round((min(at, 0) - low) * scale, 2), "width": round(max(abs(at) * scale, 0.4), 2),
                 "is_for": at > 0})
    for bar in bars:
        bar["zero"] = round(-low * scale, 2)
    return bars
