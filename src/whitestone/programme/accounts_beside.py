"""What stands beside the areas: how many hazards, land out of reach, cleared depth, items destroyed?

Counts obey no sum of square metres: hazards split and merge. What is not known is a row of its own in each list.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from whitestone.domain.dates import parse_partial
from whitestone.domain.extensions import as_core
from whitestone.domain.revision import State
from whitestone.errors import InvalidValue
from whitestone.land.grouping import year_of
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.sameness import same_groups

if TYPE_CHECKING:
    from whitestone.programme.accounts import Accounts

__all__ = ["NOT_REACHED", "UNKNOWN", "beside", "destroyed"]

UNKNOWN = "unknown"
DESTROYED = ("destroyed_in_situ", "removed_destroyed")
NOT_REACHED = ("not_accessible", "seasonal")


def beside(programme: Programme, clocks: Clocks, opened: Accounts, start: dt.date | None) -> dict[str, Any]:
    """Give what national and treaty forms ask for beside the areas, from `start` (None: since ever) to the book's end.

    `hazards` counts records by class and status on the day; `not_accessible` their own closing in m2 by access;
    `cleared_depth` the drawn ground of releases booked in the period by depth in cm; `items_destroyed` items by
    category, reporting year and the kind of work that found them. Records declared the same count once.
    """
    reader = _Reader(programme, clocks, opened, start)
    return {
        "hazards": reader.hazards(),
        "not_accessible": reader.not_accessible(),
        "cleared_depth": reader.cleared_depth(),
        "items_destroyed": reader.itemsdestroyed(),
    }


class _Reader:
    def __init__(self, programme: Programme, clocks: Clocks, opened: Accounts, start: dt.date | None) -> None:
        self.programme, self.clocks, self.opened, self.start = programme, clocks, opened, start
        self.absorbed = same_groups(programme.journal, known=clocks.known)

    def _bodies(self, kind: str) -> Iterator[tuple[State, dict[str, Any]]]:
        journal, codes = self.programme.journal, self.programme.settings.national_codes
        for state in journal.states(kind, on=self.opened.end, known=self.clocks.known, geometry=False):
            if state.record_id not in self.absorbed:
                yield state, as_core(kind, state.body, codes)

    @cached_property
    def _hazard_bodies(self) -> list[tuple[State, dict[str, Any]]]:
        return list(self._bodies("hazard"))

    def _is_within(self, day: dt.date | None) -> bool:
        """Say whether a day belongs to the period; what has no date belongs to a period without a beginning."""
        if day is None:
            return self.start is None
        return day <= self.opened.end and (self.start is None or day >= self.start)

    def hazards(self) -> list[dict[str, Any]]:
        """Count hazards by class and status on the last day."""
        counted = Counter(
            (str(body.get("classification") or UNKNOWN), str(body.get("status") or UNKNOWN))
            for _, body in self._hazard_bodies
        )
        return [
            {"class": classification, "status": status, "hazards": count}
            for (classification, status), count in sorted(counted.items())
        ]

    def not_accessible(self) -> list[dict[str, Any]]:
        """Add up the closing of hazards that cannot be reached, or not all year; unknown sizes are counted."""
        access = {
            str(state.record_id): str(body["access"])
            for state, body in self._hazard_bodies
            if body.get("access") in NOT_REACHED
        }
        if not access:
            return []
        found: dict[str, dict[str, Any]] = {}
        for row in self.opened.table(by="hazard", start=self.start).rows:
            if row["key"] in access:
                name = access[row["key"]]
                entry = found.setdefault(name, {"access": name, "hazards": 0, "closing_m2": 0.0, "size_unknown": 0})
                entry["hazards"] += row["hazards"]
                entry["closing_m2"] = round(entry["closing_m2"] + row["closing_m2"], 2)
                entry["size_unknown"] += row["size_unknown"]
        return [found[name] for name in NOT_REACHED if name in found]

    def cleared_depth(self) -> list[dict[str, Any]]:
        """Add up the drawn ground of cleared releases by depth; overlaps between releases are not taken out here."""
        found: dict[float | None, list[float]] = defaultdict(list)
        line = self.opened.book.line
        for at in np.flatnonzero(line.counts & line.is_drawn).tolist():
            piece = line.releases[at]
            if piece.outcome == "cleared" and self._is_within(piece.on):
                own = piece.keys.get("depth_cm")
                found[None if own is None else float(str(own))].append(float(line.area_m2[at]))
        ordered = sorted(found, key=lambda each: (each is None, each or 0.0))
        return [
            {"depth_cm": own, "releases": len(found[own]), "drawn_m2": round(sum(found[own]), 2)} for own in ordered
        ]

    def itemsdestroyed(self) -> list[dict[str, Any]]:
        """Count destroyed items by category, reporting year and kind of work; finds without a quantity are told."""
        work = {
            str(state.record_id): str(body.get("activity_type") or UNKNOWN) for state, body in self._bodies("activity")
        }
        sums: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
        for _, body in self._bodies("item"):
            quantity, day = destroyed(body)
            if quantity is False or not self._is_within(day):
                continue
            year = "undated" if day is None else year_of(day.toordinal(), self.opened.year_start)
            method = work.get(str(body.get("activity_id")), UNKNOWN)
            entry = sums[str(body.get("category") or UNKNOWN), year, method]
            entry[0] += quantity or 0
            entry[1] += 1
            entry[2] += quantity is None
        return [
            {"category": category, "year": year, "method": method, "items": entry[0], "records": entry[1],
             "quantity_unknown": entry[2]}
            for (category, year, method), entry in sorted(sums.items())
        ]  # fmt: skip


def destroyed(body: dict[str, Any]) -> tuple[int | bool | None, dt.date | None]:
    """Say how many items of a find were destroyed (False: none, None: not known) and when.

    >>> destroyed({"quantity": 3, "disposal_outcome": "destroyed_in_situ", "destroyed_on": "2019-05"})
    (3, datetime.date(2019, 5, 31))
    >>> destroyed({"quantity": 3, "disposal_outcome": "pending"}), destroyed({"quantity_destroyed": 0})
    ((False, None), (False, None))
    """
    stated = body.get("quantity_destroyed")
    is_destroyed = bool(stated) or body.get("disposal_outcome") in DESTROYED or bool(body.get("destroyed_on"))
    if not is_destroyed or stated == 0:
        return False, None
    quantity = stated if stated is not None else body.get("quantity")
    return quantity, _day(body.get("destroyed_on")) or _day(body.get("found_on"))


def _day(text: Any) -> dt.date | None:
    try:
        return parse_partial(text).last_day if isinstance(text, str) else None
    except InvalidValue:
        return None
