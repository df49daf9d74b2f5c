"""Which proof lines are work to do, which records stand behind each, where do they lie, and what is proposed?

For reading: a page says which command accepts a proposal, and accepts nothing itself.
"""

from __future__ import annotations

import uuid
from collections.abc import Hashable
from itertools import islice
from typing import Any

import shapely
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from whitestone.land.repairs import BASES, LINES, Case
from whitestone.programme.opening import Clocks
from whitestone.programme.repairing import Worklist, as_dict, preview, totals, worklist
from whitestone.web import words
from whitestone.web.desk import clocks_of, current
from whitestone.web.views import ledger

__all__ = ["case", "line", "overview", "shapes"]

SHOWN = 20
DRAWN = 8
"""How many outlines the map of a case draws; the answer says when there are more."""


def _work(clocks: Clocks) -> Worklist | None:
    """Have the work list opened once per head and clocks; None while it is not there."""
    desk = current()

    def open_list() -> Worklist:
        with ledger.one_book:
            return worklist(desk.programme, clocks)

    key: Hashable = ("worklist", desk.programme.journal.head(), clocks.on, clocks.known)
    ready, work = desk.jobs.answer(key, open_list, patience_s=0.2)
    return work if ready else None


def _once(clocks: Clocks, name: str, compute: Any) -> tuple[bool, Any]:
    key: Hashable = ("repairs", name, current().programme.journal.head(), clocks.on, clocks.known)
    return current().jobs.answer(key, compute, patience_s=0.5)


def overview(request: HttpRequest) -> HttpResponse:
    """List the proof lines that are work, each with its figure and how many cases it has."""
    clocks = clocks_of(request)
    work, context = _work(clocks), {"title": "Proof lines as work", "clocks": clocks}
    if work is None:
        return _wait(request, context)
    done, rows = _once(clocks, "overview", lambda: _rows(work))
    if not done:
        return _wait(request, context)
    return render(request, "whitestone/repairs.html", {**context, "rows": rows})


def _rows(work: Worklist) -> list[tuple[str, str, str, int, int]]:
    figures = totals(work.opened.table(by="class"))
    left = [each["line"] for each in work.left.values()]
    return [(name, each.label, _figure(figures[name], name), work.count(name), left.count(name))
            for name, each in LINES.items()]  # fmt: skip


def _figure(value: float, line: str) -> str:
    return f"{words.figure(value, 2)} m²" if line.endswith("_m2") else words.figure(value)


def line(request: HttpRequest, line: str) -> HttpResponse:
    """List the largest cases of a proof line: records, whose they are, their share, and what is proposed."""
    if line not in LINES:
        raise Http404
    clocks, with_left = clocks_of(request), request.GET.get("left") == "1"
    work, context = _work(clocks), {"title": LINES[line].label, "clocks": clocks, "line": line, "about": LINES[line]}
    if work is None:
        return _wait(request, context)
    name = f"{line} {with_left}"
    done, found = _once(clocks, name, lambda: list(islice(work.cases(line, with_left=with_left), SHOWN)))
    if not done:
        return _wait(request, context)
    left = sum(each["line"] == line for each in work.left.values())
    context |= {
        "value": _figure(totals(work.opened.table(by="class"))[line], line),
        "cases": [(as_dict(work, each), _share(each)) for each in found],
        "total": work.count(line),
        "left": left,
        "with_left": with_left,
        "hidden": work.count(line) - len(found) - (0 if with_left else left),
    }
    return render(request, "whitestone/repairs_line.html", context)


def _share(case: Case) -> str | None:
    return None if case.m2 is None else words.figure(case.m2, 2)


def case(request: HttpRequest, line: str, case_id: uuid.UUID) -> HttpResponse:
    """Show one case: both outlines on a map, what is proposed, and what each proposal would do to the ledger."""
    clocks = clocks_of(request)
    context: dict[str, Any] = {"title": "Case", "clocks": clocks, "line": line}
    if line not in LINES:
        raise Http404
    work = _work(clocks)
    if work is None:
        return _wait(request, context)
    done, found = _once(clocks, f"case {case_id}", lambda: _find(work, line, case_id))
    if not done:
        return _wait(request, context)
    if found is None:
        raise Http404
    done, moved = _once(clocks, f"previews {case_id}", lambda: [
        preview(work, found, each) if each.writes else None for each in found.proposals])  # fmt: skip
    said = as_dict(work, found)
    context |= {
        "about": LINES[line],
        "case": said,
        "share": _share(found),
        "bases": BASES,
        "proposals": [(each, _moved(moved[at]) if done else None) for at, each in enumerate(said["proposals"])],
        "counting": not done,
        "has_shape": any(each.shape is not None for each in found.parties),
        "more": max(0, len(found.parties) - DRAWN),
        "has_ground": found.ground is not None and not shapely.is_empty(found.ground),
    }
    return render(request, "whitestone/repairs_case.html", context)


def _moved(moved: dict[str, Any] | None) -> list[tuple[str, str, str]]:
    """Write what a proposal moves: name, before, after; the line first."""
    if moved is None:
        return []
    rows = {moved["line"]: [moved["before"], moved["after"]]} | moved["moved"]
    return [(words.attribute_label(name), _figure(before, name), _figure(after, name))
            for name, (before, after) in rows.items()]  # fmt: skip


def _find(work: Worklist, line: str, case_id: uuid.UUID) -> Case | None:
    return next((each for each in work.cases(line, with_left=True) if each.case_id == case_id), None)


def shapes(request: HttpRequest, line: str, case_id: uuid.UUID) -> JsonResponse:
    """Give the outlines of a case as GeoJSON, in the order of its records, and the ground in question last."""
    clocks = clocks_of(request)
    work = _work(clocks)
    if line not in LINES or work is None:
        raise Http404
    found = _once(clocks, f"case {case_id}", lambda: _find(work, line, case_id))[1]
    if found is None:
        raise Http404
    drawn = [(str(at), each.shape) for at, each in enumerate(found.parties[:DRAWN]) if each.shape is not None]
    if found.ground is not None and not shapely.is_empty(found.ground):
        drawn.append(("ground", found.ground))
    degrees = work.opened.inputs.plane.unproject([each for _, each in drawn])
    features = [{"type": "Feature", "properties": {"role": role}, "geometry": shapely.geometry.mapping(each)}
                for (role, _), each in zip(drawn, degrees, strict=True)]  # fmt: skip
    box = [float(side) for side in shapely.total_bounds(degrees)] if drawn else None
    return JsonResponse({"type": "FeatureCollection", "bbox": box, "features": features})


def _wait(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    return render(request, "whitestone/waiting.html", {**context, "waiting_for": "ledger"}, status=202)
