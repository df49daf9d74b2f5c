"""What do counts of casualties leave out, as a page: trend, changes, missing persons, clusters, released land?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from whitestone.casualties.series import STEPS
from whitestone.errors import InvalidValue
from whitestone.programme.casualties_against import against_hazards
from whitestone.programme.casualties_estimates import estimate_missing, split_lists
from whitestone.programme.casualties_trends import clusters, trend
from whitestone.reports.casualty_charts import counts_spec
from whitestone.web.desk import clocks_of, current

__all__ = ["accidents", "page"]

SIZE = 40
SPEAKING = ("in_released_land", "outside_known_hazards")
LETTERS = {"in_released_land": "R", "in_known_hazard": "H", "outside_known_hazards": "O"}


def page(request: HttpRequest) -> HttpResponse:
    """Show trend, change-points and accidents against hazards; missing persons and clusters when they are asked for."""
    by, lists = request.GET.get("by") or "year", (request.GET.get("lists") or "").strip()
    if by not in STEPS:
        raise InvalidValue(field="by", value=by, why=f"one of {', '.join(STEPS)}")
    clocks = clocks_of(request)
    names = split_lists(lists) if lists else []
    context: dict[str, Any] = {"title": "Casualties: what is missing", "clocks": clocks, "by": by, "lists": lists,
                               "steps": STEPS, "clusters_asked": bool(request.GET.get("clusters"))}  # fmt: skip
    programme = current().programme
    asked: dict[str, tuple[Any, Callable[[], Any]]] = {
        "trend": (by, lambda: trend(programme, clocks, by)),
        "against": (None, lambda: against_hazards(programme, clocks)),
    }
    if names:
        asked["estimate"] = (tuple(names), lambda: estimate_missing(programme, clocks, names))
    if context["clusters_asked"]:
        asked["clusters"] = (by, lambda: clusters(programme, clocks, by))
    for name, (key, work) in asked.items():
        ready, answer = _answer(request, name, key, work)
        if not ready or answer is None:
            return render(request, "whitestone/waiting.html", context | {"waiting_for": "estimates"}, status=202)
        context[name] = answer
    against = context["against"]
    speaking = [row for row in against["rows"] if row["lies"] in SPEAKING]
    context |= {
        "chart": counts_spec(context["trend"]["rows"], context["trend"]["changes"]["segments"]),
        "words": [(against["words"][word], count) for word, count in against["counts"].items()],
        "accidents": [(row, against["words"][row["lies"]]) for row in speaking[:SIZE]],
        "accident_count": len(speaking),
        "on_map": any(row["lon"] is not None for row in against["rows"]),
    }
    return render(request, "whitestone/casualties_missing.html", context)


def accidents(request: HttpRequest) -> JsonResponse:
    """Give accidents as GeoJSON points, each with the letter of how it lies; exact positions, for work inside."""
    clocks = clocks_of(request)
    programme = current().programme
    ready, answer = _answer(request, "against", None, lambda: against_hazards(programme, clocks), patience_s=60.0)
    rows = [row for row in (answer["rows"] if ready and answer else ()) if row["lon"] is not None]
    features = [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
                 "properties": {"lies": LETTERS.get(row["lies"], "none")}} for row in rows]  # fmt: skip
    lons, lats = ([row[name] for row in rows] for name in ("lon", "lat"))
    edge = 0.002
    box = [min(lons) - edge, min(lats) - edge, max(lons) + edge, max(lats) + edge] if rows else None
    return JsonResponse({"type": "FeatureCollection", "features": features, "bbox": box})


def _answer(request: HttpRequest, name: str, key: Any, work: Callable[[], Any],
            patience_s: float = 2.0) -> tuple[bool, Any]:
    """Have an answer computed once per head of the journal, clocks and question; (False, None) while it is not."""
    desk, clocks = current(), clocks_of(request)
    question = ("casualties-missing", name, desk.programme.journal.head(), clocks.on, clocks.known, key)
    return desk.jobs.answer(question, work, patience_s=patience_s)
