"""What is in this programme, at a glance?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from whitestone.domain.kinds import KINDS
from whitestone.programme.tiling import MAPPED
from whitestone.web.desk import clocks_of, current

__all__ = ["start"]


def start(request: HttpRequest) -> HttpResponse:
    """Show counts of every kind, hazards by class and status, releases by outcome, and the journal's head."""
    desk, clocks = current(), clocks_of(request)
    counts = desk.looker.counts(clocks)
    seq, digest = desk.programme.journal.head()
    context: dict[str, Any] = {
        "title": desk.programme.settings.name,
        "clocks": clocks,
        "kinds": [
            (name, count, _without_place(name, clocks)) for name, count in counts.items() if not KINDS[name].programme
        ],
        "about": [(name, count) for name, count in counts.items() if KINDS[name].programme and name != "run"],
        "runs": counts.get("run", 0),
        "breakdown": [
            each
            for each in (
                _split("hazard", "classification", counts, clocks),
                _split("hazard", "status", counts, clocks),
                _split("release", "outcome", counts, clocks),
            )
            if each
        ],
        "seq": seq,
        "digest": digest,
    }
    return render(request, "whitestone/start.html", context)


def _without_place(name: str, clocks: Any) -> int | None:
    return len(current().tiler.picture(clocks).unlocated[name]) if name in MAPPED else None


def _split(name: str, attribute: str, counts: dict[str, int], clocks: Any) -> dict[str, Any] | None:
    """Count one kind by one attribute, with each line's share for its bar."""
    if not counts.get(name):
        return None
    table = current().looker.table(name, clocks)
    lines = table.tally(attribute) if attribute in table.columns else [(None, len(table.ids))]
    rows = [(value, count, round(100 * count / max(1, len(table.ids)))) for value, count in lines]
    return {"kind": name, "attribute": attribute, "rows": rows, "total": len(table.ids)}
