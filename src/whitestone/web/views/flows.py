"""What did the classes pass to one another, and what stands beside the areas, as the ledger page shows it?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from whitestone.land.grouping import NOT_ATTRIBUTED, RELEASE_DIMENSIONS
from whitestone.land.ledger import Ledger
from whitestone.land.matrix import Matrix
from whitestone.reports.charts import bars_spec, waterfall_spec
from whitestone.reports.matrix import CLASS_WORDS, LINES, flow_spec, shown_classes, shown_lines
from whitestone.web import words
from whitestone.web.desk import current

__all__ = ["account_chart", "beside_tables", "cell_heading", "matrix_table"]

_WORDS = {flow: text for flow, text, _ in LINES}
_TAKEN = ("cancelled", "reduced", "cleared")


def account_chart(ledger: Ledger, row: Mapping[str, Any] | None) -> dict[str, Any]:
    """Draw an account from opening to closing; of a row that has no stock of its own, what its releases took."""
    if row is not None and ledger.by in RELEASE_DIMENSIONS:
        taken = [{"name": _WORDS[each], "value": row[f"{each}_m2"] / 1e6} for each in _TAKEN]
        spec = bars_spec(taken, title="km²", height=180)
    else:
        spec = waterfall_spec(row or ledger.total, height=200)
    return spec | {"width": "container", "background": "transparent"}


def matrix_table(matrix: Matrix, key: str | None, divisor: float, decimals: int) -> dict[str, Any]:
    """Lay out the matrix of a row (None: the total): classes, lines with links' parts, and the drawing.

    A row of a dimension of releases has no stock, so that nothing can be drawn from opening to closing.
    """
    part = next((row for row in matrix.rows if row["key"] == key), matrix.total)
    areas, counts = part["areas"], part["counts"]
    classes = shown_classes(areas, counts)
    has_stock = key is None or key == NOT_ATTRIBUTED or matrix.ledger.by not in RELEASE_DIMENSIONS
    lines = [
        {
            "words": _(line.words),
            "sign": line.sign,
            "flow": line.flow,
            "cells": [
                *_cells("areas", classes, line.areas, lambda area: words.figure(area / divisor, decimals)),
                *_cells("counts", classes, line.counts, words.figure),
            ],
        }
        for line in shown_lines(areas, counts, classes, has_stock=has_stock)
    ]
    is_drawn = key is None or matrix.ledger.by not in RELEASE_DIMENSIONS
    return {
        "matrix_classes": [CLASS_WORDS[each] for each in classes],
        "matrix_lines": lines,
        "lineage": _lineage(matrix),
        "flow_chart": flow_spec(areas, width="container") | {"background": "transparent"} if is_drawn else None,
        "is_release_row": key is not None and matrix.ledger.by in RELEASE_DIMENSIONS,
    }


def _cells(of: str, classes: tuple[str, ...], values: Any, write: Any) -> list[tuple[str, str, str | None]]:
    return [(of, name, None if value is None else write(value)) for name, value in zip(classes, values, strict=True)]


def _lineage(matrix: Matrix) -> dict[str, Any]:
    told = matrix.lineage
    return {
        "gained": words.figure(told.gained_m2, 2), "lost": words.figure(told.lost_m2, 2),
        "passed": words.figure(told.split_m2 + told.merged_m2, 2), "is_kept": not told.parts,
    }  # fmt: skip


def cell_heading(of: str, of_class: str, flow: str) -> str:
    """Name a cell of the matrix.

    >>> cell_heading("areas", "sha", "to_cha"), cell_heading("counts", "all", "closing")
    ('SHA, to CHA', 'All classes, closing: hazards')
    """
    words_of = _WORDS.get(flow, flow)
    name = "All classes" if of_class == "all" else CLASS_WORDS.get(of_class, of_class)
    return f"{name}, {words_of[:1].lower()}{words_of[1:]}{': hazards' if of == 'counts' else ''}"


def beside_tables(beside: Mapping[str, Any], divisor: float, decimals: int) -> dict[str, Any]:
    """Write what stands beside the areas for the page: counts, land not accessible, cleared depth, items destroyed."""
    programme = current().programme
    languages, lists = programme.settings.languages, programme.lists

    def coded(codes: str, value: str) -> str:
        """Name a code for people; unknown is written out."""
        return _("unknown") if value == "unknown" else words.coded(codes, value, languages, lists)

    items = [
        ((coded("eo_category", row["category"]), row["year"], coded("activity_type", row["method"])),
         (words.figure(row["items"]), words.figure(row["records"]), words.figure(row["quantity_unknown"])),
         row["category"])
        for row in beside["items_destroyed"]
    ]  # fmt: skip
    return {
        "hazards": [(coded("hazard_class", row["class"]), coded("hazard_status", row["status"]),
                     words.figure(row["hazards"]), row["class"], row["status"]) for row in beside["hazards"]],
        "not_accessible": [(coded("hazard_access", row["access"]),
                            (words.figure(row["hazards"]), words.figure(row["closing_m2"] / divisor, decimals),
                             words.figure(row["size_unknown"])), row["access"])
                           for row in beside["not_accessible"]],
        "cleared_depth": [(_("not stated") if row["depth_cm"] is None else f"{row['depth_cm']:g} cm",
                           (words.figure(row["releases"]), words.figure(row["drawn_m2"] / divisor, decimals)))
                          for row in beside["cleared_depth"]],
        "items": items,
        "item_sum": words.figure(sum(row["items"] for row in beside["items_destroyed"])),
        "items_silent": words.figure(sum(row["quantity_unknown"] for row in beside["items_destroyed"])),
    }  # fmt: skip
