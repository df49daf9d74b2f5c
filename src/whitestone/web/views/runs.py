"""What became of every file that was brought in: counts, held rows with reasons, findings, what was not understood?"""

from __future__ import annotations

import itertools
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from whitestone.errors import UnknownRecord
from whitestone.web.desk import clocks_of, current

__all__ = ["page", "run"]

LISTED = 200
ROWS = (("input", "accepted", "accepted_with_findings", "held"), ("new", "changed", "unchanged", "gone", "conflicts"))


def page(request: HttpRequest) -> HttpResponse:
    """List all imports, newest first, each with its counts."""
    clocks = clocks_of(request)
    states = list(current().programme.journal.states("run", known=clocks.known, geometry=False))
    states.sort(key=lambda state: state.known_from, reverse=True)
    names = {
        own: current().looker.title(own, "dataset", clocks) for own in current().looker.table("dataset", clocks).ids
    }
    rows = [(state, state.body.get("counts") or {}, _dataset(state.body.get("dataset_id"), names)) for state in states]
    return render(request, "whitestone/runs.html", {"title": "Runs", "clocks": clocks, "rows": rows})


def _dataset(text: Any, names: dict[uuid.UUID, str]) -> str:
    return next((name for own, name in names.items() if str(own) == str(text)), "")


def run(request: HttpRequest, run: uuid.UUID) -> HttpResponse:
    """Show one import: whether the counts add up, the held rows, the findings, the columns that were not mapped."""
    clocks = clocks_of(request)
    journal = current().programme.journal
    state = journal.state(run, known=clocks.known)
    if state is None or state.kind != "run":
        raise UnknownRecord(record=str(run))
    counts = dict(state.body.get("counts") or {})
    held = list(itertools.islice(journal.runs.held(run), LISTED + 1))
    findings = list(itertools.islice(journal.runs.findings(run), LISTED + 1))
    context: dict[str, Any] = {
        "title": state.body.get("file_name") or "Import",
        "clocks": clocks,
        "state": state,
        "run": run,
        "listed": LISTED,
        "counts": [[(name, counts[name]) for name in line if name in counts] for line in ROWS],
        "adds_up": _adds_up(counts),
        "records": sorted((counts.get("records") or {}).items()),
        "unmapped": state.body.get("unmapped_columns") or counts.get("unmapped_columns") or [],
        "held": [
            (row.row, row.reasons, row.personal, row.raw.decode("utf-8", "replace")[:500]) for row in held[:LISTED]
        ],
        "more_held": len(held) > LISTED,
        "findings": findings[:LISTED],
        "more_findings": len(findings) > LISTED,
    }
    return render(request, "whitestone/run.html", context)


def _adds_up(counts: dict[str, Any]) -> bool | None:
    """Say whether accepted and held give the input, and new, changed and unchanged what was accepted."""
    try:
        taken = counts["accepted"] + counts["accepted_with_findings"]
        return bool(
            taken + counts["held"] == counts["input"]
            and counts["new"] + counts["changed"] + counts["unchanged"] == taken
        )
    except (KeyError, TypeError):
        return None
