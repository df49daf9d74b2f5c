"""Which years are closed, do their signatures hold, what did they say, and what was learned of them since?"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from whitestone.errors import InvalidValue, UnknownPeriod
from whitestone.land.restating import COUNTED, TOTAL, behind
from whitestone.programme.accounts_closed import LAST_CLOSING
from whitestone.programme.periods import list_periods
from whitestone.programme.periods_stored import Frozen, Period, fault, load_figures, load_snapshot, periods
from whitestone.web import words
from whitestone.web.desk import clocks_of, current
from whitestone.web.views.ledger import ALWAYS, LABELS, LAST_LABEL, PROOF, SIGNS

__all__ = ["page", "records", "restated", "year"]

ROWS_SHOWN = 300
LISTED = 200
BESIDE = {"hazards": "Hazards", "not_accessible": "Land not accessible", "cleared_depth": "Cleared depth",
          "items_destroyed": "Items destroyed"}  # fmt: skip
CODES = {"class": "hazard_class", "contamination": "eo_category", "method": "operational_method"}


def page(request: HttpRequest) -> HttpResponse:
    """List the years that were ever closed, with the state of each signature."""
    clocks = clocks_of(request)
    rows = [(row, _slug(row["year"])) for row in list_periods(current().programme, clocks.known)["periods"]]
    return render(request, "whitestone/periods.html", {"title": "Periods", "clocks": clocks, "rows": rows})


def year(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the figures of a closed year as they were frozen, by a dimension; nothing is computed."""
    clocks, period = clocks_of(request), _period(request, slug)
    by = request.GET.get("by", "class")
    why = fault(current().programme, period.closing)
    context: dict[str, Any] = {
        "title": period.year, "clocks": clocks, "period": period, "closing": period.closing, "slug": slug, "fault": why,
        "by": by,
    }  # fmt: skip
    if why is None:
        frozen = load_figures(current().programme, period.closing)
        context |= {"frozen": frozen, "dimensions": list(frozen.tables), **_table(frozen, by)}
    return render(request, "whitestone/period.html", context)


def _table(frozen: Frozen, by: str) -> dict[str, Any]:
    """Choose the columns that say something; figures as they are booked, in m2."""
    rows = frozen.table(by).rows
    at = {name: number for number, name in enumerate(frozen.columns)}
    shown = [name for name in LABELS if name in at and (
        name in ALWAYS or frozen.total[at[name]] or any(values[at[name]] for _, _, values in rows))]  # fmt: skip

    def cells(values: list[int]) -> list[tuple[str, str]]:
        """Write the columns that are shown."""
        return [(name, _written(name, values[at[name]])) for name in shown]

    return {
        "columns": [(name, LABELS[name], SIGNS.get(name, ""), name in COUNTED) for name in shown],
        "rows": [(quote(key, safe=""), _label(by, key, label), cells(values)) for key, label, values in
                 rows[:ROWS_SHOWN]],
        "hidden_rows": max(0, len(rows) - ROWS_SHOWN),
        "total": cells(frozen.total),
        "proof": [(label, frozen.proof[name], "m²" if name.endswith("_m2") else "")
                  for name, label in {**PROOF, LAST_CLOSING: LAST_LABEL}.items() if name in frozen.proof],
    }  # fmt: skip


def _written(column: str, amount: float) -> str:
    return words.figure(amount) if column in COUNTED else words.figure(amount / 100, 2)


def _label(by: str, key: str, label: str) -> str:
    """Name a row for people: the label that was frozen, or that of its codes."""
    if by not in CODES or key.startswith("("):
        return label
    programme = current().programme
    return " + ".join(words.coded(CODES[by], part, programme.settings.languages, programme.lists)
                      for part in key.split("+"))  # fmt: skip


def restated(request: HttpRequest, slug: str) -> HttpResponse:
    """List the frozen figures that would be others today, each with the records that moved it, who, when and why."""
    clocks, period = clocks_of(request), _period(request, slug)
    desk = current()
    context: dict[str, Any] = {"title": period.year, "clocks": clocks, "period": period, "slug": slug}

    def compute() -> dict[str, Any]:
        """Count the year again; one at a time, as all that opens the book."""
        from whitestone.programme.restatements import restatements
        from whitestone.web.views.ledger import one_book

        with one_book:
            return restatements(desk.programme, period.year, known=clocks.known_on)

    ready, answer = desk.jobs.answer(
        ("restated", desk.programme.journal.head(), period.head, clocks.known), compute, patience_s=0.3
    )
    if not ready:
        return render(request, "whitestone/waiting.html", context | {"waiting_for": "ledger"}, status=202)
    wanted = request.GET.get("by", TOTAL)
    dimensions = list(dict.fromkeys([TOTAL, *(each["by"] for each in answer["figures"])]))
    chosen = [each for each in answer["figures"] if each["by"] == wanted]
    context |= {
        "answer": answer, "by": wanted, "dimensions": dimensions, "shown": chosen[:LISTED], "of": len(chosen),
        "figures": [_figure(answer, each) for each in chosen[:LISTED]],
        "beside": [_beside(answer, each) for each in answer["beside"][:LISTED]], "beside_of": len(answer["beside"]),
    }  # fmt: skip
    return render(request, "whitestone/period_restated.html", context)


def _beside(answer: dict[str, Any], figure: dict[str, Any]) -> dict[str, Any]:
    """Write a count beside the areas: the list and its row, its column, both figures, and what moved it."""
    unit = " m²" if figure["column"].endswith("_m2") else ""
    decimals = 2 if unit else 0

    def written(value: float) -> str:
        return words.figure(value, decimals) + unit

    return {"list": BESIDE[figure["by"]], "row": figure["row"].replace("_", " "),
            "column": words.attribute_label(figure["column"]),
            **{name: written(figure[name]) for name in ("old", "new", "difference")},
            "lines": _lines(answer, figure, written)}  # fmt: skip


def _figure(answer: dict[str, Any], figure: dict[str, Any]) -> dict[str, Any]:
    column = figure["column"].removesuffix("_m2")
    unit, decimals = ("", 0) if column in COUNTED else ("m²", 2)

    def written(value: float) -> str:
        """Write an amount with its unit."""
        return f"{words.figure(value, decimals)} {unit}".strip()

    return {
        "column": LABELS.get(column, column),
        "row": None if figure["by"] == TOTAL else _label(figure["by"], figure["row"], figure["label"]),
        "behind": f"by={quote(figure['by'])}&key={quote(figure['row'], safe='')}&column={column}",
        "now": _now(answer, figure, column),
        **{name: written(figure[name]) for name in ("old", "new", "difference")},
        "lines": _lines(answer, figure, written),
    }  # fmt: skip


def _lines(answer: dict[str, Any], figure: dict[str, Any], written: Callable[[float], str]) -> list[dict[str, Any]]:
    """Write what moved a figure: each record with its part, and the statements that moved it."""
    return [
        {
            "amount": written(line.get("difference_m2", line.get("difference"))),
            "records": [(kind, line[kind], answer["labels"].get(line[kind], line[kind]))
                        for kind in ("hazard", "release", "activity", "item") if kind in line],
            "moved_by": [answer["revisions"][revision] for revision in line["moved_by"]],
            "cause": line.get("cause"),
        }
        for line in figure["lines"]
    ]  # fmt: skip


def _now(answer: dict[str, Any], figure: dict[str, Any], column: str) -> str:
    """Ask the ledger of today for the same figure: its days are those of the year, whatever the page's clock says."""
    row = {} if figure["by"] == TOTAL else {"key": figure["row"]}
    by = "class" if figure["by"] == TOTAL else figure["by"]
    asked = {"by": by, "from": answer["from"], "to": answer["to"], "on": answer["to"], "column": column, **row}
    return urlencode(asked)


def records(request: HttpRequest, slug: str) -> HttpResponse:
    """List the records behind one frozen figure, each with its share; the shares add up to the figure."""
    clocks, period = clocks_of(request), _period(request, slug)
    by, key, column = (request.GET.get(name, TOTAL) for name in ("by", "key", "column"))
    desk = current()
    frozen, snapshot = load_figures(desk.programme, period.closing), load_snapshot(desk.programme, period.closing)
    if by == "year":
        by, key = TOTAL, TOTAL
    if by != TOTAL and by not in snapshot.rows:
        raise InvalidValue(field="by", value=by, why=f"one of {', '.join(snapshot.rows)}")
    if column not in frozen.columns:
        raise InvalidValue(field="column", value=column, why=f"one of {', '.join(frozen.columns)}")
    if by != TOTAL and key not in {own for own, _, _ in frozen.table(by).rows}:
        raise InvalidValue(field="key", value=key, why=f"a row of the frozen figures by {by}")
    lines = behind(snapshot, by, key, column)
    names = {own: label for own, label, _ in frozen.table("hazard").rows}
    context: dict[str, Any] = {
        "title": "Behind a frozen figure", "clocks": clocks, "period": period, "slug": slug, "by": by,
        "heading": LABELS.get(column, column), "row": None if by == TOTAL else _label(by, key, _row(frozen, by, key)),
        "is_count": column in COUNTED,
        "lines": [
            ([(kind, own, names.get(own) or desk.looker.title(uuid.UUID(own), kind, clocks))
              for kind, own in line.records], _written(column, line.amount))
            for line in lines[:LISTED]
        ],
        "count": len(lines), "listed": LISTED,
        "sum": _written(column, sum(line.amount for line in lines)),
    }  # fmt: skip
    return render(request, "whitestone/period_records.html", context)


def _row(frozen: Frozen, by: str, key: str) -> str:
    return next((label for own, label, _ in frozen.table(by).rows if own == key), key)


def _slug(name: str) -> str:
    return name.replace("/", "-")


def _period(request: HttpRequest, slug: str) -> Period:
    """Find a year that was ever closed, as known on the clock of the page; refuses another with UnknownPeriod."""
    known = clocks_of(request).known
    found = [each for each in periods(current().programme, known) if _slug(each.year) == slug]
    if not found:
        raise UnknownPeriod(year=slug)
    return next((each for each in found if each.is_closed), found[-1])
