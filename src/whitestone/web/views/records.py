"""Which records are there, and what exactly does each say, since when, by whom?"""

from __future__ import annotations

import uuid
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from whitestone.domain.kinds import KINDS
from whitestone.errors import Refused
from whitestone.exchange.writers import RESTRICTED_KINDS
from whitestone.programme.looking import ALL_PERSONS, Page, Table
from whitestone.programme.opening import Clocks
from whitestone.web import words
from whitestone.web.desk import clocks_of, current

__all__ = ["card", "listing", "overview", "record", "table_context"]

SIZES = (50, 200)
FIRST_COLUMNS = ("local_id", "name", "classification", "status", "outcome", "category", "activity_type", "place_type")
SHOWN_COLUMNS = 9
_FACET_LIMIT = 12


def overview(request: HttpRequest) -> HttpResponse:
    """List the kinds of record and how many of each there are."""
    clocks = clocks_of(request)
    counts = current().looker.counts(clocks)
    return render(
        request,
        "whitestone/records.html",
        {
            "title": "Records",
            "clocks": clocks,
            "kinds": [(name, count, KINDS[name].programme) for name, count in counts.items()],
        },
    )


def listing(request: HttpRequest, kind: str) -> HttpResponse:
    """Show the table of one kind: sorted, filtered and cut on the server; casualties as counts only."""
    clocks = clocks_of(request)
    table = current().looker.table(kind, clocks)
    context: dict[str, Any] = {"title": words.kind_label(kind, many=True), "kind": kind, "clocks": clocks}
    if kind in ALL_PERSONS:
        return render(
            request, "whitestone/counts_only.html", context | {"tallies": _tallies(table), "total": len(table.ids)}
        )
    context |= table_context(request.GET, table)
    template = "whitestone/_table.html" if request.headers.get("HX-Request") else "whitestone/listing.html"
    return render(request, template, context)


def table_context(query: QueryDict, table: Table, ids: list[uuid.UUID] | None = None) -> dict[str, Any]:
    """Read sort, filters and page from an address and give the template its rows."""
    columns = _columns(table)
    sort = query.get("sort", "")
    equal = {name.removeprefix("f."): str(query[name]) for name in query if name.startswith("f.") and query[name]}
    located = {"yes": True, "no": False}.get(query.get("located", ""))
    size = SIZES[1] if query.get("size") == str(SIZES[1]) else SIZES[0]
    number = int(query.get("page", "1")) if query.get("page", "1").isdecimal() else 1
    page: Page = current().looker.page(
        table,
        sort=sort if sort in table.columns else None,
        descending=query.get("desc") == "1",
        text=query.get("q", "").strip(),
        equal=equal,
        located=located,
        ids=ids,
        number=number,
        size=size,
    )
    rows = [
        (
            table.ids[at],
            [(name, table.columns[name][at]) for name in columns],
            None if table.located is None else table.located[at],
        )
        for at in page.rows
    ]
    return {
        "table": table,
        "columns": columns,
        "rows": rows,
        "page": page,
        "sort": sort,
        "desc": query.get("desc") == "1",
        "q": query.get("q", ""),
        "facets": _facets(table, equal),
        "located": query.get("located", ""),
        "size": size,
        "last": page.first + len(rows),
        "more_columns": len(table.columns) - len(columns),
        "filtered": page.matching != page.total,
        "short": {name for name in columns if KINDS[table.kind].attributes[name].type in ("date", "identifier")},
        "numeric": {
            name for name in columns if KINDS[table.kind].attributes[name].type in ("area", "number", "count", "share")
        },
    }


def _columns(table: Table) -> list[str]:
    """Choose the columns for a screen: what names and classes a record first, then as the registry has them."""
    about = KINDS[table.kind].attributes
    known = [name for name in table.columns if about[name].type not in ("texts", "value", "link", "links")]
    first = [name for name in FIRST_COLUMNS if name in known]
    return (first + [name for name in known if name not in first])[:SHOWN_COLUMNS]


def _facets(table: Table, equal: dict[str, str]) -> list[dict[str, Any]]:
    """Offer the coded attributes with few values as filters, with counts."""
    facets = []
    for name in table.columns:
        tally = table.tally(name) if KINDS[table.kind].attributes[name].type in ("code", "flag") else []
        if 1 < len(tally) <= _FACET_LIMIT or (name in equal and tally):
            facets.append(
                {
                    "name": name,
                    "chosen": equal.get(name, ""),
                    "values": [(value or "unknown", value, count) for value, count in tally],
                }
            )
    return facets[:6]


def _tallies(table: Table) -> list[dict[str, Any]]:
    """Count persons by each coded attribute; small cells stay inside this internal page, rows are never shown."""
    coded = [name for name in table.columns if KINDS[table.kind].attributes[name].type in ("code", "flag")]
    return [{"name": name, "rows": table.tally(name)} for name in coded if len(table.tally(name)) <= 60]


def record(request: HttpRequest, record_id: uuid.UUID) -> HttpResponse:
    """Show a record: every attribute, its whole history, what it is linked with, and where it lies."""
    context = _record_context(request, record_id)
    return render(request, "whitestone/record.html", context)


def card(request: HttpRequest, record_id: uuid.UUID) -> HttpResponse:
    """Show the short form of a record beside the map."""
    return render(request, "whitestone/_card.html", _record_context(request, record_id))


def _record_context(request: HttpRequest, record_id: uuid.UUID) -> dict[str, Any]:
    clocks = clocks_of(request)
    looker = current().looker
    view = looker.record(record_id, clocks)
    if view.kind in ALL_PERSONS:
        raise Refused(
            what="Showing one casualty",
            rule="persons are shown as counts only (house law 9)",
            remedy="Look at the counts under Records, Casualties.",
        )
    about = KINDS[view.kind].attributes
    body = view.state.body if view.state else {}
    linked = {name for name, *_ in view.outgoing}
    stated = [(name, body[name]) for name in about if name in body and name not in linked]
    return {
        "title": f"{words.kind_label(view.kind)} {looker.title(record_id, view.kind, clocks)}",
        "clocks": clocks,
        "view": view,
        "kind": view.kind,
        "restricted": view.kind in RESTRICTED_KINDS,
        "stated": stated,
        "silent": [name for name in about if name not in body and not about[name].personal],
        "extra": sorted((view.state.extra if view.state else {}).items()),
        "has_shape": bool(view.state and view.state.geometry),
        "conflicts": view.state.conflicts if view.state else (),
        "sealed": sorted({name for step in view.steps for name in step.revision.sealed}),
        "steps": [_step(step) for step in view.steps],
        "workflow": view.state.workflow.name.lower() if view.state else None,
        "incoming": _grouped(view.incoming[:200]),
        "incoming_total": len(view.incoming),
        "datasets": _datasets(clocks),
    }


def _grouped(links: list[tuple[str, str, uuid.UUID, str]]) -> list[tuple[str, str, list[tuple[uuid.UUID, str]]]]:
    """Gather the records that name this one by attribute and kind."""
    groups: dict[tuple[str, str], list[tuple[uuid.UUID, str]]] = {}
    for attribute, kind, own, title in links:
        groups.setdefault((attribute, kind), []).append((own, title))
    return [(attribute, kind, found) for (attribute, kind), found in groups.items()]


def _step(step: Any) -> dict[str, Any]:
    """Lay one revision out for the template: differences as (attribute, before, after, as entered)."""
    as_entered = dict(step.revision.as_entered)
    cells = as_entered.pop("cells", {})
    entered = {name: words.said(stated) for name, stated in {**cells, **as_entered}.items()}
    changes = [
        (name, before, after, before is not msgspec.UNSET, entered.pop(name, None))
        for name, (before, after) in step.changes.items()
    ]
    return {
        "revision": step.revision,
        "changes": changes,
        "moved": step.moved,
        "counted": step.counted,
        "entered": sorted(entered.items()),
        "nature": step.revision.nature.name.lower(),
        "workflow": step.revision.workflow.name.lower(),
    }


def _datasets(clocks: Clocks) -> dict[uuid.UUID, str]:
    table = current().looker.table("dataset", clocks)
    return {own: current().looker.title(own, "dataset", clocks) for own in table.ids}
