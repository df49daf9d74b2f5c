"""Does one report say the same in HTML, PDF and workbook, with every figure open to its records?"""

from __future__ import annotations

import datetime as dt
import io
import re

import numpy as np
import openpyxl
import pytest
import shapely

from whitestone.reports.charts import FLOWS, svg, waterfall_spec
from whitestone.reports.html import SHOWN_RECORDS, render_html
from whitestone.reports.maps import STYLES, MapLayer, draw_map
from whitestone.reports.model import LAW_5, Figure, Report, Section, Table
from whitestone.reports.pdf import render_pdf
from whitestone.reports.xlsx import render_xlsx

RECORDS = tuple(("hazard", f"0190-{index:04d}", f"=H-{index}") for index in range(SHOWN_RECORDS + 50))


@pytest.fixture
def report() -> Report:
    figures = (
        Figure(
            key="F1",
            label="Open",
            value=1234.5,
            unit="m2",
            rule="Sum of open ground.",
            denominator="approved hazards",
            records=RECORDS,
        ),
        Figure(key="F2", label="Not measured", value=None, unit="m2", rule="No polygon.", denominator="all"),
    )
    table = Table(
        columns=("Place", "Closing m2"),
        rows=(("=cmd()", 12.5), ("<b>Ö</b>", None)),
        total=("Total", 12.5),
        numeric=(False, True),
        limit="2 of 3 places are shown.",
    )
    return Report(
        title="Situation report",
        programme="Программа العربية",
        situation_on=dt.date(2025, 12, 31),
        as_known_on=None,
        made_at=dt.datetime(2026, 1, 5, tzinfo=dt.UTC),
        head="12 / ab",
        simulated=True,
        sections=(Section(title="At a glance", figures=figures), Section(title="Ledger", table=table)),
    )


def test_html_writes_unknown_marks_internal_and_says_what_it_left_out(report: Report) -> None:
    page = render_html(report)
    for words in (
        "INTERNAL",
        "SIMULATED",
        LAW_5,
        "unknown",
        "1,234.50",
        "Sum of open ground.",
        "approved hazards",
        f"The first {SHOWN_RECORDS} of {len(RECORDS)}",
        "2 of 3 places are shown.",
        "Situation on 2025-12-31",
    ):
        assert words in page
    assert "<b>Ö</b>" not in page, "a source's words became markup"
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_the_workbook_lists_every_record_and_starts_no_formula(report: Report) -> None:
    book = openpyxl.load_workbook(io.BytesIO(render_xlsx(report)))
    assert len(list(book["Records"].rows)) == 1 + len(RECORDS)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert not (isinstance(cell.value, str) and cell.value.startswith("="))
    values = [[cell.value for cell in row] for row in book["Figures"].rows]
    assert values[1][2] == 1234.5
    assert values[2][2] == "unknown"


def test_the_pdf_holds_every_script_and_is_a_pdf(report: Report) -> None:
    made = render_pdf(report)
    assert made.startswith(b"%PDF")
    assert len(made) > 5000


def test_a_map_says_law_5_counts_dots_and_draws_nothing_as_an_empty_frame() -> None:
    big, tiny = shapely.box(0, 0, 100_000, 80_000), shapely.box(10, 10, 20, 20)
    drawn = draw_map([MapLayer("place", np.array([big])), MapLayer("sha", np.array([tiny, None], dtype=object))])
    assert LAW_5 in drawn
    assert "1 area smaller than a point" in drawn
    assert "Nothing with a position" in draw_map([])
    assert "Nothing with a position" not in drawn


def test_a_hazard_known_by_a_point_is_a_mark_that_can_be_seen_and_is_said() -> None:
    spots = np.array([shapely.Point(0, 0), shapely.Point(9_000, 7_000)])
    drawn = draw_map([MapLayer("sha", spots), MapLayer("item", spots[:1])])
    marks = re.findall(r'<circle cx="[^"]*" cy="[^"]*" r="([^"]*)" fill="([^"]*)" stroke="([^"]*)"', drawn)
    assert [(float(radius) >= 3, fill) for radius, fill, _ in marks[:2]] == [(True, STYLES["sha"].fill)] * 2
    assert all(stroke != fill for _, fill, stroke in marks)
    assert "2 hazards are known by a point only" in drawn
    assert "smaller than a point of this print" not in drawn


def test_a_waterfall_ends_where_the_account_closes() -> None:
    row = {"opening_m2": 100.0, "closing_m2": 100.0 + sum(sign * 2.0 for _, _, sign in FLOWS)}
    row |= {key: 2.0 for key, _, _ in FLOWS}
    steps = waterfall_spec(row)["data"]["values"]
    assert steps[-2]["to_km2"] == pytest.approx(row["closing_m2"] / 1e6)
    assert "<svg" in svg(waterfall_spec(row))
