"""How does a report become a PDF that can be signed, filed and read in any script?

Typst from a wheel: no system packages. The document is given as data (JSON), never as markup, so that no word of a
source can become an instruction.
"""

from __future__ import annotations

import json
import tempfile
from importlib import resources
from pathlib import Path
from typing import Any

from whitestone.reports.model import LAW_5, Report, Section, written

__all__ = ["LISTED_RECORDS", "render_pdf"]

LISTED_RECORDS = 24
"""Records printed under one figure; the workbook lists all, and the page says how many it left out."""


def render_pdf(report: Report) -> bytes:
    """Render a report as PDF bytes."""
    import typst

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = _data(report, folder)
        (folder / "report.json").write_text(json.dumps(data), encoding="utf-8")
        template = resources.files("whitestone.reports").joinpath("templates/report.typ").read_text("utf-8")
        (folder / "report.typ").write_text(template, encoding="utf-8")
        return bytes(typst.compile(str(folder / "report.typ")))


def _data(report: Report, folder: Path) -> dict[str, Any]:
    sections = []
    for index, section in enumerate(report.sections):
        drawing = None
        if section.svg:
            drawing = f"drawing-{index}.svg"
            (folder / drawing).write_text(section.svg, encoding="utf-8")
        sections.append(_section(section, drawing))
    period = [str(day) if day else "the beginning" for day in report.period] if report.period else None
    return {
        "title": report.title,
        "programme": report.programme,
        "marking": report.marking,
        "clocks": report.clocks,
        "period": period,
        "made": f"{report.made_at:%Y-%m-%d %H:%M UTC}",
        "head": report.head,
        "simulated": report.simulated,
        "law": LAW_5,
        "sections": sections,
        "figures": [_figure(figure) for figure in report.figures],
    }


def _section(section: Section, drawing: str | None) -> dict[str, Any]:
    table = section.table
    return {
        "title": section.title,
        "words": section.words,
        "drawing": drawing,
        "says": section.svg_says,
        "figures": [{"label": f.label, "text": f.text, "unit": f.unit, "key": f.key} for f in section.figures],
        "table": table
        and {
            "columns": list(table.columns),
            "numeric": list(table.numeric),
            "rows": [[written(cell) for cell in row] for row in table.rows],
            "total": [written(cell) for cell in table.total] if table.total else None,
            "limit": table.limit,
        },
    }


def _figure(figure: Any) -> dict[str, Any]:
    count = len(figure.records)
    names = [f"{name or record_id} ({kind})" for kind, record_id, name in figure.records[:LISTED_RECORDS]]
    rest = f" and {count - LISTED_RECORDS:,} more, all in the workbook" if count > LISTED_RECORDS else ""
    return {
        "key": figure.key,
        "label": figure.label,
        "text": f"{figure.text} {figure.unit}",
        "rule": figure.rule,
        "denominator": figure.denominator,
        "records": f"{count:,} records: {', '.join(names)}{rest}" if count else "no records",
    }
