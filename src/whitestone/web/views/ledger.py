"""How much is left, what took the rest, does it add up, and which records say so?"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from whitestone.domain.dates import parse_partial
from whitestone.errors import InvalidValue
from whitestone.land.ledger import DIMENSIONS, Ledger
from whitestone.land.matrix import Matrix, flow_matrix
from whitestone.programme.accounts import accounts
from whitestone.programme.accounts_beside import beside
from whitestone.programme.accounts_closed import LAST_CLOSING, add_last_closing, bookings_of
from whitestone.programme.accounts_inputs import Inputs
from whitestone.programme.drilling import PROOF_LINES, Behind, behind_proof
from whitestone.programme.drilling import behind as behind_figure
from whitestone.programme.flows import behind_cell
from whitestone.programme.opening import Clocks
from whitestone.web import words
from whitestone.web.desk import Desk, clocks_of, current
from whitestone.web.views import flows

__all__ = ["behind", "one_book", "page", "start"]

ROWS_SHOWN = 300
LISTED = 200
UNITS: dict[str, tuple[float, int, str]] = {"km2": (1e6, 4, "km²"), "ha": (1e4, 2, "ha"), "m2": (1.0, 2, "m²")}
COUNT_COLUMNS = ("hazards", "size_unknown")
LABELS = {
    "opening": "Opening",
    "discovered": "Discovered",
    "boundary_increase": "Boundary increase",
    "boundary_decrease": "Boundary decrease",
    "transferred_in": "Transferred in",
    "transferred_out": "Transferred out",
    "cancelled": "Cancelled",
    "reduced": "Reduced",
    "cleared": "Cleared",
    "reclassified": "Reclassified",
    "closing": "Closing",
    "own_closing": "Closing, own figures",
    "reported_only": "Reported only",
    "closed_unproven": "Closed, unproven",
    "closing_reported": "Closing as reported",
    "hazards": "Hazards",
    "size_unknown": "Size unknown",
}
SIGNS = {
    "discovered": "+",
    "boundary_increase": "+",
    "boundary_decrease": "−",
    "transferred_in": "+",
    "transferred_out": "−",
    "cancelled": "−",
    "reduced": "−",
    "cleared": "−",
    "reclassified": "±",
    "closing": "=",
}
ALWAYS = ("opening", "cancelled", "reduced", "cleared", "closing", "hazards", "size_unknown")
PROOF = {
    "outside_any_hazard_m2": "Work outside any hazard",
    "claimed_twice_m2": "Ground released more than once",
    "hazards_overlap_m2": "Hazards that overlap (own figures hold more than the counted)",
    "no_geometry": "Hazards without geometry",
    "size_unknown": "Hazards of unknown size",
    "releases_no_geometry": "Releases without geometry",
    "releases_older_than_hazard": "Releases older than the hazard that they cross",
    "reported_minus_computed_m2": "Reported less computed, of releases",
    "elsewhere_m2": "Booked to a place, lying elsewhere",
    "in_conflict_m2": "In conflict between statements",
    "not_approved_m2": "Not yet approved",
    "order_unknown_m2": "Hazard and release overlap, both undated: which is older is not known",
    "residual_m2": "Residual: telescoped less one-shot closing (must be 0)",
}
LAST_LABEL = "Difference to last year's closing"


class Shown(msgspec.Struct):
    """A ledger with the names of its rows, the notes that its makers left, and what it was computed from."""

    ledger: Ledger
    labels: Mapping[str, str]
    notes: Sequence[str]
    inputs: Inputs
    key: Hashable
    """What it was asked by: journal head, clocks, dimension, period. What is computed of it is kept under the same."""
    last: Mapping[str, Any] | None = None
    """How the opening differs from the closing of the year before; None where that year is not closed."""


one_book = threading.Lock()
"""The desk of accounts keeps its books for one caller at a time."""


def start(
    desk: Desk, clocks: Clocks, by: str = "class", begin: str = "", end: str = "", patience_s: float = 0.0
) -> tuple[bool, Shown | None]:
    """Have a ledger computed once per head, clocks, dimension and period; (False, None) while it is not there."""
    key: Hashable = ("ledger", desk.programme.journal.head(), clocks.on, clocks.known, by, begin, end)
    return desk.jobs.answer(key, lambda: _compute(desk, clocks, key, by, begin, end), patience_s=patience_s)


def _compute(desk: Desk, clocks: Clocks, key: Hashable, by: str, begin: str, end: str) -> Shown:
    first = parse_partial(begin, "from").first_day if begin else None
    last = parse_partial(end, "to").last_day if end else None
    if last is not None and last > clocks.on:
        raise InvalidValue(field="to", value=end, why=f"not after the situation of {clocks.on.isoformat()}")
    with one_book:
        opened = accounts(desk.programme, clocks, last)
        table = opened.table(by=by, start=first)
        said: dict[str, Any] = {"proof": {}, "notes": list(opened.inputs.notes)}
        add_last_closing(desk.programme, clocks, first, lambda: bookings_of(table, "opening"), said)
        return Shown(table, opened.inputs.labels, said["notes"], opened.inputs, key, said.get("last_closing"))


def _beside(desk: Desk, clocks: Clocks, ledger: Ledger) -> tuple[Matrix, Mapping[str, Any]]:
    """Compute what only the page of the ledger shows: the flow matrix, and what stands beside the areas."""
    with one_book:
        opened = accounts(desk.programme, clocks, ledger.end)
        return flow_matrix(ledger), beside(desk.programme, clocks, opened, ledger.start)


def _asked(request: HttpRequest) -> dict[str, str]:
    by = request.GET.get("by", "class")
    return {
        "by": by if by in DIMENSIONS else "class",
        "begin": request.GET.get("from", ""),
        "end": request.GET.get("to", ""),
    }


def page(request: HttpRequest) -> HttpResponse:
    """Show the ledger of a period by a dimension: figures, a chart from opening to closing, proof lines."""
    clocks, asked = clocks_of(request), _asked(request)
    context: dict[str, Any] = {
        "title": "Ledger",
        "clocks": clocks,
        "dimensions": DIMENSIONS,
        **asked,
        "unit": request.GET.get("unit", "km2") if request.GET.get("unit", "km2") in UNITS else "km2",
        "units": UNITS,
    }
    ready, shown = start(current(), clocks, **asked, patience_s=0.2)
    if not ready or shown is None:
        context["waiting_for"] = "ledger"
        return render(request, "whitestone/waiting.html", context, status=202)
    desk, ledger = current(), shown.ledger
    ready, more = desk.jobs.answer(("beside", shown.key), lambda: _beside(desk, clocks, ledger), patience_s=0.5)
    if not ready or more is None:
        context["waiting_for"] = "ledger"
        return render(request, "whitestone/waiting.html", context, status=202)
    context |= _table(shown, context["unit"]) | _account(shown, more, request.GET.get("row", ""), context["unit"])
    return render(request, "whitestone/ledger.html", context)


def _table(shown: Shown, unit: str) -> dict[str, Any]:
    """Choose the columns that say something, and write every figure in one unit and one rounding."""
    ledger = shown.ledger
    divisor, decimals, _ = UNITS[unit]
    columns = [
        name
        for name in LABELS
        if name in ALWAYS or ledger.total.get(_key(name)) or any(row.get(_key(name)) for row in ledger.rows)
    ]

    def cells(row: dict[str, Any]) -> list[tuple[str, str]]:
        return [
            (
                name,
                words.figure(row[name]) if name in COUNT_COLUMNS else words.figure(row[_key(name)] / divisor, decimals),
            )
            for name in columns
        ]

    rows = (
        ledger.rows
        if ledger.by == "year"
        else sorted(ledger.rows, key=lambda row: (row["key"].startswith("("), -row["closing_m2"]))
    )
    proof = [
        (
            line,
            label,
            _proof_figure(getattr(ledger.proof, line), line, unit),
            line in PROOF_LINES,
            getattr(ledger.proof, line),
        )
        for line, label in PROOF.items()
        if hasattr(ledger.proof, line)
    ]
    return {
        "columns": [(name, LABELS[name], SIGNS.get(name, ""), name in COUNT_COLUMNS) for name in columns],
        "silent": [LABELS[name] for name in LABELS if name not in columns],
        "rows": [
            (row["key"], quote(row["key"], safe=""), _row_label(shown, row["key"]), cells(row))
            for row in rows[:ROWS_SHOWN]
        ],
        "hidden_rows": max(0, len(rows) - ROWS_SHOWN),
        "total": cells(ledger.total),
        "proof": proof,
        "last": None if shown.last is None else {
            "year": shown.last["year"], "slug": shown.last["year"].replace("/", "-"), "label": LAST_LABEL,
            "text": _proof_figure(shown.last["difference_m2"], LAST_CLOSING, unit),
        },
        "is_exact": unit == "m2",
        "unit_label": UNITS[unit][2],
        "could_not_be_known": [*ledger.undated.get("could_not_be_known", []), *shown.notes],
    }


def _key(column: str) -> str:
    return column if column in COUNT_COLUMNS else f"{column}_m2"


def _proof_figure(value: float, line: str, unit: str) -> str:
    divisor, decimals, label = UNITS[unit]
    return f"{words.figure(value / divisor, decimals)} {label}" if line.endswith("_m2") else words.figure(value)


def _row_label(shown: Shown, key: str) -> str:
    """Name a row for people: the record's own title, or the label of its codes."""
    if key in shown.labels:
        return shown.labels[key]
    codes = {"class": "hazard_class", "contamination": "eo_category", "method": "operational_method"}.get(
        shown.ledger.by
    )
    if codes and not key.startswith("("):
        programme = current().programme
        languages, lists = programme.settings.languages, programme.lists
        return " + ".join(words.coded(codes, part, languages, lists) for part in key.split("+"))
    return key


def _account(shown: Shown, more: tuple[Matrix, Mapping[str, Any]], wanted: str, unit: str) -> dict[str, Any]:
    """Draw the account of the row wanted (else of the total): from opening to closing, between classes, and beside."""
    ledger, (divisor, decimals, _) = shown.ledger, UNITS[unit]
    row = next((each for each in ledger.rows if each["key"] == wanted), None)
    key = None if row is None else str(row["key"])
    return {
        "ledger": ledger,
        "row": key,
        "row_quoted": None if key is None else quote(key, safe=""),
        "row_label": None if key is None else _row_label(shown, key),
        "chart": flows.account_chart(ledger, row),
        "beside": flows.beside_tables(more[1], divisor, decimals),
        **flows.matrix_table(more[0], key, divisor, decimals),
    }


def behind(request: HttpRequest) -> HttpResponse:
    """List the records behind one figure or one proof line, each with its share and a way to the map."""
    clocks, asked = clocks_of(request), _asked(request)
    ready, shown = start(current(), clocks, **asked, patience_s=0.2)
    line, column, key = request.GET.get("line", ""), request.GET.get("column", "closing"), request.GET.get("key")
    context: dict[str, Any] = {"title": "Behind a figure", "clocks": clocks, **asked, "waiting_for": "ledger"}
    if not ready or shown is None:
        return render(request, "whitestone/waiting.html", context, status=202)
    ledger = shown.ledger
    flow, of_class, of = request.GET.get("flow", ""), request.GET.get("class", "all"), request.GET.get("of", "areas")

    def listed() -> list[Behind]:
        if flow:
            return behind_cell(flow_matrix(ledger), key, of_class, flow, of)
        return behind_proof(ledger, line, shown.inputs) if line else behind_figure(ledger, key, column, shown.inputs)

    done, found = current().jobs.answer(
        ("behind", shown.key, line, key, column, flow, of_class, of), listed, patience_s=0.2
    )
    if not done:
        return render(request, "whitestone/waiting.html", context, status=202)
    heading = PROOF.get(line, line) if line else LABELS.get(column, column)
    heading = flows.cell_heading(of, of_class, flow) if flow else heading
    context |= {
        "heading": heading,
        "line": line,
        "is_count": of == "counts" and bool(flow),
        "row": _row_label(shown, key) if key else None,
        "ledger": ledger,
        "groups": [
            _group(kind, found, clocks)
            for kind in ("hazard", "release", "activity")
            if any(each.kind == kind for each in found)
        ],
    }
    return render(request, "whitestone/ledger_records.html", context)


def _group(kind: str, found: list[Behind], clocks: Clocks) -> dict[str, Any]:
    mine = [each for each in found if each.kind == kind]
    rows = [
        (
            each.record_id,
            current().looker.title(each.record_id, kind, clocks),
            words.figure(each.m2, 2) if each.m2 is not None else "",
        )
        for each in mine[:LISTED]
    ]
    measured = [each.m2 for each in mine if each.m2 is not None]
    return {
        "kind": kind,
        "rows": rows,
        "count": len(mine),
        "sum": words.figure(sum(measured), 2) if measured else None,
        "listed": LISTED,
    }
