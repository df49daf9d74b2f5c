"""Which proof lines are work to do, which cases stand behind each, and what is proposed for them?

One immutable registry: line -> its name, the function that lists its cases and the one that opens a case. A line is
added by two functions in a module `repairs_…` and one entry here. Proposals never look
at names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from whitestone.errors import InvalidValue
from whitestone.land import repairs_disputes as of_disputes
from whitestone.land import repairs_hazards as of_hazards
from whitestone.land import repairs_order as of_order
from whitestone.land import repairs_places as of_places
from whitestone.land import repairs_twice as of_twice
from whitestone.land import repairs_work as of_work
from whitestone.land.repairs_applied import applied
from whitestone.land.repairs_model import BASES, Beside, Case, Claim, Dating, Party, Repair, Side, Statement, View

__all__ = [
    "BASES", "LINES", "Beside", "Case", "Claim", "Dating", "Line", "Party", "Repair", "Side", "Statement", "View",
    "applied", "cases", "count",
]  # fmt: skip


class Line(msgspec.Struct, frozen=True):
    """A proof line as work: its name for people, its unit, and its two functions."""

    label: str
    unit: str
    seeds: Callable[[View], list[tuple[float | None, Any]]]
    opens: Callable[[View, str, float | None, Any], Case]


LINES: Mapping[str, Line] = MappingProxyType({
    "outside_any_hazard_m2": Line("work outside any hazard", "m2", of_work.outside, of_work.open_outside),
    "claimed_twice_m2": Line("ground claimed by two releases", "m2", of_twice.claimed_twice,
                             of_twice.open_claimed_twice),
    "hazards_overlap_m2": Line("hazards that overlap", "m2", of_hazards.overlap, of_hazards.open_overlap),
    "no_geometry": Line("hazards without any geometry", "records", of_hazards.nowhere, of_hazards.open_nowhere),
    "size_unknown": Line("hazards of unknown size", "records", of_hazards.unmeasured, of_hazards.open_unmeasured),
    "releases_no_geometry": Line("releases without an outline", "records", of_work.undrawn, of_work.open_undrawn),
    "reported_minus_computed_m2": Line("releases: reported against computed", "m2", of_work.mismatched,
                                       of_work.open_mismatched),
    "releases_older_than_hazard": Line("releases older than a hazard that they name", "records", of_work.older,
                                       of_work.open_older),
    "elsewhere_m2": Line("ground outside the place to which it is booked", "m2", of_places.elsewhere,
                         of_places.open_elsewhere),
    "in_conflict_m2": Line("ground on which statements disagree", "m2", of_disputes.disputed,
                           of_disputes.open_disputed),
    "not_approved_m2": Line("ground that awaits approval", "m2", of_disputes.awaiting, of_disputes.open_awaiting),
    "order_unknown_m2": Line("undated work on an undated hazard", "m2", of_order.unordered, of_order.open_unordered),
    "closed_unproven_m2": Line("closed with land left", "m2", of_hazards.closed_unproven,
                               of_hazards.open_closed_unproven),
})  # fmt: skip


def count(view: View, line: str) -> int:
    """Count the cases of a line; refuses a line that is no work with InvalidValue.

    >>> from whitestone.land.book import simulate
    >>> count(View(simulate([], [])), "claimed_twice_m2")
    0
    """
    return len(_line(line).seeds(view))


def cases(view: View, line: str) -> Iterator[Case]:
    """Open the cases of a line one by one, the largest first; refuses a line that is no work with InvalidValue.

    >>> from whitestone.land.book import simulate
    >>> list(cases(View(simulate([], [])), "outside_any_hazard_m2"))
    []
    """
    found = _line(line)
    for m2, about in sorted(found.seeds(view), key=lambda seed: -abs(seed[0] or 0.0)):
        yield found.opens(view, line, m2, about)


def _line(name: str) -> Line:
    if name not in LINES:
        raise InvalidValue(field="line", value=name, why=f"one of {', '.join(LINES)}")
    return LINES[name]
