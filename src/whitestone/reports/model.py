"""What is a figure in a document, so that it can always be asked where it comes from?"""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

__all__ = ["INTERNAL", "LAW_5", "Cell", "Figure", "Report", "Section", "Table", "written"]

LAW_5 = "Blank is not clear: no record of a hazard does not mean that there is none."
"""Printed on every map and every report (house law 5)."""

INTERNAL = "INTERNAL: not for publication"

Cell = str | int | float | None


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One number with everything that it takes to recompute it.

    `value` None is unknown and is written as such, never as 0 or blank. `record_ids` are the records behind it, as
    (kind, record id, local id or name).
    """

    key: str
    label: str
    value: float | int | None
    unit: str
    rule: str
    denominator: str
    records: tuple[tuple[str, str, str], ...] = ()

    @property
    def text(self) -> str:
        """Write the value with its thousands apart, or the word unknown.

        >>> Figure(key="F1", label="Open", value=12345, unit="m2", rule="", denominator="").text
        '12,345'
        >>> Figure(key="F1", label="Open", value=None, unit="m2", rule="", denominator="").text
        'unknown'
        """
        return written(self.value)


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table with its units in the head; `total` stands apart, `limit` says what was left out."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    limit: str | None = None
    numeric: tuple[bool, ...] = ()


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a report: words, figures, a table, a drawing (SVG)."""

    title: str
    words: str = ""
    figures: tuple[Figure, ...] = ()
    table: Table | None = None
    svg: str | None = None
    svg_says: str = ""
    """What the drawing shows, for those who do not see it."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A document before it is HTML, PDF or a workbook."""

    title: str
    programme: str
    situation_on: dt.date
    as_known_on: dt.date | None
    made_at: dt.datetime
    head: str
    sections: tuple[Section, ...]
    simulated: bool = False
    marking: str = INTERNAL
    period: tuple[dt.date | None, dt.date] | None = None

    @property
    def figures(self) -> tuple[Figure, ...]:
        """List every figure of the report in order."""
        return tuple(figure for section in self.sections for figure in section.figures)

    @property
    def clocks(self) -> str:
        """Say both clocks in one line.

        >>> made = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
        >>> Report(title="", programme="", situation_on=dt.date(2025, 12, 31), as_known_on=None, made_at=made, head="",
        ...        sections=()).clocks
        'Situation on 2025-12-31, as known on 2026-01-05 (now)'
        """
        known = self.as_known_on.isoformat() if self.as_known_on else f"{self.made_at:%Y-%m-%d} (now)"
        return f"Situation on {self.situation_on.isoformat()}, as known on {known}"


def written(value: Any) -> str:
    """Write one cell: unknown in words, integers and square metres with thousands apart.

    >>> written(None), written(1234.56), written("SHA"), written(0)
    ('unknown', '1,234.56', 'SHA', '0')
    """
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return str(value)
