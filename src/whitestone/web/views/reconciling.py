"""Where did this programme and other parties differ when they were last laid against each other?

For reading: the figures are those of the last `whitestone reconcile`, and the page says of when they are.
"""

from __future__ import annotations

import uuid
from typing import Any

import shapely
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from whitestone.errors import UnknownRecord
from whitestone.programme.reconciling_kept import Kept, kept
from whitestone.web.desk import clocks_of, current

__all__ = ["difference", "page", "shapes"]

SIZE = 50
STATES = ("open", "agreed", "disputed", "adopted")
STATUSES = ("shift", "differs", "split", "merged", "only_ours", "only_theirs")
LINES = {
    "same": "The same in both", "differs": "Matched, and differ", "split": "One of ours, several of theirs",
    "merged": "Several of ours, one of theirs", "only_ours": "Only ours", "only_theirs": "Only theirs",
    "twice_in_ours": "Claimed twice within ours", "twice_in_theirs": "Claimed twice within theirs",
    "shift": "A shift between the editions",
}  # fmt: skip
SIDES = ("ours", "theirs", "moved")


def page(request: HttpRequest) -> HttpResponse:
    """Show what the last reconciliation with a party came to: shift, totals, backlog, and every difference."""
    clocks = clocks_of(request)
    found = kept(current().programme)
    context: dict[str, Any] = {"title": "Reconciliation", "clocks": clocks, "parties": found}
    if not found:
        return render(request, "whitestone/reconciling.html", context)
    chosen = _chosen(found, request.GET.get("with"))
    kinds = chosen.answer["kinds"]
    kind = request.GET.get("kind") if request.GET.get("kind") in kinds else next(iter(kinds), None)
    compared_at = str(chosen.answer["compared_at"])[:16].replace("T", " ")
    context |= {"chosen": chosen, "answer": chosen.answer, "kinds": list(kinds), "kind": kind, "at": compared_at,
                "stale": list(chosen.head) != list(current().programme.journal.head())}  # fmt: skip
    if kind is not None:
        context |= _of_kind(request, kinds[kind])
    return render(request, "whitestone/reconciling.html", context)


def _of_kind(request: HttpRequest, of: dict[str, Any]) -> dict[str, Any]:
    state = request.GET.get("state") if request.GET.get("state") in STATES else "open"
    status = request.GET.get("status") if request.GET.get("status") in STATUSES else None
    in_state = [each for each in of["differences"] if each["state"] == state]
    rows = [each for each in in_state if status is None or each["status"] == status]
    pages = max(1, -(-len(rows) // SIZE))
    number = min(max(1, int(request.GET["page"]) if request.GET.get("page", "").isdecimal() else 1), pages)
    shown = rows[(number - 1) * SIZE : number * SIZE]
    counted = {name: sum(each["status"] == name for each in in_state) for name in STATUSES}
    return {
        "of": of, "state": state, "status": status, "rows": [(each, LINES[each["status"]]) for each in shown],
        "states": [(name, of["backlog"][name]) for name in STATES],
        "statuses": [(name, LINES[name], count) for name, count in counted.items() if count],
        "lines": [(LINES[each["line"]], each) for each in of["totals"]["lines"]], "matching": len(rows),
        "number": number, "pages": pages, "first": (number - 1) * SIZE + 1, "last": (number - 1) * SIZE + len(shown),
        "not_listed": of.get("not_listed", 0),
    }  # fmt: skip


def _chosen(found: list[Kept], name: str | None) -> Kept:
    if name is None:
        return found[0]
    chosen = next((each for each in found if each.name == name), None)
    if chosen is None:
        raise Http404
    return chosen


def difference(request: HttpRequest, name: str, difference: uuid.UUID) -> HttpResponse:
    """Show one difference: the score part by part, statements side by side, square metres, and both outlines."""
    clocks = clocks_of(request)
    chosen = _chosen(kept(current().programme), name)
    row = next((each for of in chosen.answer["kinds"].values() for each in of["differences"]
                if each["id"] == str(difference)), None)  # fmt: skip
    if row is None:
        raise UnknownRecord(record=f"of a difference {difference}")
    drawn = chosen.shapes.get(str(difference)) or {}
    here = current().looker.kinds_of({uuid.UUID(each) for each in row["ours"]}, clocks)
    context: dict[str, Any] = {
        "title": LINES[row["status"]], "clocks": clocks, "chosen": chosen, "answer": chosen.answer, "row": row,
        "status_words": LINES[row["status"]], "sides": [side for side in SIDES if drawn.get(side)],
        "ours": [(key, label, uuid.UUID(key) in here) for key, label in
                 zip(row["ours"], row["labels"]["ours"], strict=True)],
        "theirs": list(zip(row["theirs"], row["labels"]["theirs"], strict=True)),
    }  # fmt: skip
    return render(request, "whitestone/reconciling_difference.html", context)


def shapes(request: HttpRequest, name: str, difference: uuid.UUID) -> JsonResponse:
    """Give both outlines of a difference as GeoJSON: `ours`, `theirs` as drawn, and `moved` without the shift."""
    clocks_of(request)
    drawn = _chosen(kept(current().programme), name).shapes.get(str(difference)) or {}
    features = [{"type": "Feature", "properties": {"side": side}, "geometry": drawn[side]} for side in SIDES
                if drawn.get(side)]  # fmt: skip
    box = None
    if features:
        import json

        every = [shapely.from_geojson(json.dumps(each["geometry"])) for each in features]
        box = [float(side) for side in shapely.total_bounds(every)]
    return JsonResponse({"type": "FeatureCollection", "features": features, "bbox": box})
