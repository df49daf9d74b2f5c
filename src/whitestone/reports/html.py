"""How does a report read in a browser and on a printer, as one file that needs no network?"""

from __future__ import annotations

from functools import cache

import jinja2

from whitestone.reports.model import LAW_5, Report, written

__all__ = ["SHOWN_RECORDS", "render_html"]

SHOWN_RECORDS = 200
"""Records listed under one figure; the workbook lists all, and the page says how many it left out."""


def render_html(report: Report) -> str:
    """Render a report as one self-contained HTML page; every figure links to its rule, denominator and records."""
    return _template().render(report=report, law=LAW_5, shown=SHOWN_RECORDS)


@cache
def _template() -> jinja2.Template:
    loader = jinja2.PackageLoader("whitestone.reports", "templates")
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=False
    )
    environment.filters["written"] = written
    return environment.get_template("report.html")
