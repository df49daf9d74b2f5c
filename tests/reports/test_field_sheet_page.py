"""Does the page of a field sheet hold the order, the map and its limits?"""

from __future__ import annotations

import datetime as dt

import shapely

from whitestone.reports.field_sheets import CORNERS, FieldSheet, SheetArea, field_sheet_report
from whitestone.reports.model import LAW_5, Report


def report(outer: shapely.Geometry, outside_m2: float = 0.0) -> Report:
    """Make the report of one sheet whose outer outline has these corners in degrees."""
    outlines = {"50": shapely.box(0, 0, 10, 10), "90": shapely.box(-5, -5, 15, 15), "99": shapely.box(-9, -9, 19, 19)}
    area = SheetArea(id="A-17", outlines=outlines, outer_degrees=outer, searched_share={"50": 0.25})
    sheet = FieldSheet(team="Team 3", begins=dt.date(2026, 12, 1), until=dt.date(2027, 1, 15), level="90",
                       sheets=(area,), outside_m2=outside_m2, hazards=(("H-1", shapely.box(-20, -20, 30, 30)),))
    return field_sheet_report(sheet, programme="Test", made_at=dt.datetime(2026, 11, 25, tzinfo=dt.UTC), head="3",
                              caveat="RESTRICTED", simulated=False)  # fmt: skip


def test_the_order_stands_first_and_unknown_is_no_zero() -> None:
    """Which outline is searched, which lie within and beyond, and what nobody said."""
    order = report(shapely.box(46, 39, 47, 40)).sections[0]
    assert "Team 3" in order.words
    assert "2027-01-15" in order.words
    assert "outside" not in order.words
    assert [(row[1], row[3], row[4]) for row in order.table.rows] == [
        ("50 %", 25.0, "within"), ("90 %", None, "search"), ("99 %", None, "beyond")]
    assert "outside the recorded hazard" in report(shapely.box(46, 39, 47, 40), 120.0).sections[0].words


def test_every_page_carries_the_marking_and_the_words() -> None:
    """Restricted in the head of the page; house law 5 on the map and at the end."""
    made = report(shapely.box(46, 39, 47, 40))
    assert made.marking == "RESTRICTED"
    assert LAW_5 in made.sections[-1].words
    assert LAW_5 in (made.sections[1].svg or "")
    assert "Hazard as recorded" in (made.sections[1].svg or "")


def test_a_long_outline_is_thinned_and_says_so() -> None:
    """A circle of many corners is printed with few, within the stated distance; a square as it is."""
    circle = shapely.Point(46.93, 39.99).buffer(0.002, quad_segs=64)
    table = report(circle).sections[2].table
    assert len(table.rows) <= CORNERS
    plain = report(shapely.box(46, 39, 47, 40)).sections[2].table
    assert (plain.limit, len(plain.rows)) == (None, 4)
