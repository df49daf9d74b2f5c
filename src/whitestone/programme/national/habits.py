"""Who works in the simulated country, and how does each of them draw, date and report?

Five invented operators. A habit is a number: how often, how late, how round. The files in which they hand in their
work follow the same table (`paper`).
"""

from __future__ import annotations

import msgspec

__all__ = ["OPERATORS", "Operator"]


class Operator(msgspec.Struct, frozen=True):
    """One invented operator: shares are from 0 to 1, `late_days` the two ends of how late its late paper is.

    `serial` is how it numbers hazards and releases (letter, year, number); `parts` how many rectangles of cells it
    draws a hazard from; `beyond` how often its work goes past the outline; `monthly` how often it knows only the month;
    `undated` how often a release has no date; `rounding_m2` what it rounds reported areas to (0: not at all); `unit_m2`
    the unit in which it states them; `unnamed` how often its releases do not say which hazard they are of.
    """

    code: str
    name: str
    serial: str
    parts: int
    beyond: float
    monthly: float
    late: float
    late_days: tuple[int, int]
    undated: float
    corrected: float
    rounding_m2: int
    unit_m2: float
    unnamed: float
    method: str


OPERATORS = (
    Operator("AM", "Operator Amber (simulated)", "AM-{letter}-{number:05d}", 1, 0.05, 0.0, 0.02, (200, 500), 0.0, 0.04,
             0, 1.0, 0.02, "manual"),
    Operator("BI", "Operator Birch (simulated)", "BI/{year}/{letter}{number:04d}", 2, 0.10, 0.0, 0.05, (300, 900), 0.0,
             0.02, 10, 1.0, 0.05, "mechanical"),
    Operator("CE", "Operator Cedar (simulated)", "{number:06d}.{letter}", 2, 0.15, 0.5, 0.08, (200, 1500), 0.01, 0.03,
             100, 1.0, 0.10, "manual"),
    Operator("DO", "Operator Dogwood (simulated)", "dw-{letter}{number}", 1, 0.45, 0.1, 0.03, (150, 400), 0.0, 0.05,
             1, 10_000.0, 0.25, "mdd"),
    Operator("EL", "Operator Elder (simulated)", "{letter} {number:03d} ({year})", 3, 0.20, 0.2, 0.25, (400, 2200),
             0.05, 0.08, 50, 1.0, 0.15, "manual"),
)  # fmt: skip
"""From the neat one to the one whose paper comes years late."""
