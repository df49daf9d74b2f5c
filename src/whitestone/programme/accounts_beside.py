"""What stands beside the areas: how many hazards, land out of reach, cleared depth, items destroyed?

Counts obey no sum of square metres: hazards split and merge. What is not known is a row of its own in each list.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from whitestone.domain.dates import parse_partial
from whitestone.domain.extensions import as_core
from whitestone.domain.revision import State
from whitestone.errors import InvalidValue
from whitestone.land.columns import Ids
from whitestone.land.grouping import year_of
from whitestone.land.inputs import UNDATED
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.sameness import same_groups

if TYPE_CHECKING:
    from whitestone.programme.accounts import Accounts

__all__ = ["NOT_REACHED", "UNKNOWN", "beside", "destroyed"]

Array = np.ndarray[Any, Any]

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
        "items_destroyed": reader.items_destroyed(),
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
    def _present(self) -> Array:
        """Choose the slices whose records hold on the last day; a record without an information date always does."""
        line, end = self.opened.book.line, self.opened.end.toordinal()
        said = line.said
        codes, always = said.faces.named("discovered", lambda each: each.discovered)
        is_always = np.array(always, dtype=bool)[codes[said.face]]
        ends = said.days[:, 1]
        return np.flatnonzero(line.stands & ((line.begins <= end) | is_always) & ((ends == 0) | (ends > end)))

    def _is_within(self, day: dt.date | None) -> bool:
        """Say whether a day belongs to the period; what has no date belongs to a period without a beginning."""
        if day is None:
            return self.start is None
        return day <= self.opened.end and (self.start is None or day >= self.start)

    def hazards(self) -> list[dict[str, Any]]:
        """Count hazards by class and status on the last day."""
        said = self.opened.book.line.said
        codes, names = said.faces.named("standing", lambda each: (
            str(each.classification or UNKNOWN), str(each.status or UNKNOWN)))
        counts = np.bincount(codes[said.face[self._present]], minlength=len(names)).tolist()
        counted = {name: count for name, count in zip(names, counts, strict=True) if count}
        return [
            {"class": classification, "status": status, "hazards": count}
            for (classification, status), count in sorted(counted.items())
        ]

    def not_accessible(self) -> list[dict[str, Any]]:
        """Add up the closing of hazards that cannot be reached, or not all year; unknown sizes are counted."""
        said = self.opened.book.line.said
        codes, names = said.faces.named("access", lambda each: each.access)
        code = codes[said.face[self._present]]
        reached = [name in NOT_REACHED for name in names]
        chosen = np.array(reached, dtype=bool)[code]
        access = {str(own): str(names[at]) for own, at in
                  zip(Ids(said.ids[self._present[chosen]]), code[chosen].tolist(), strict=True)}
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
        line, end = self.opened.book.line, self.opened.end.toordinal()
        first = UNDATED if self.start is None else self.start.toordinal()
        codes, depths = line.done.faces.named("depth", lambda each: (each.outcome == "cleared", _depth(each.keys)))
        counted = np.flatnonzero(line.counts & line.is_drawn & (line.days >= first) & (line.days <= end))
        code = codes[line.done.face[counted]]
        found = []
        for number, (is_cleared, depth) in enumerate(depths):
            areas = line.area_m2[counted[code == number]] if is_cleared else counted[:0]
            if len(areas):
                # Summed exactly, so that the figure is the same in whatever order records came.
                found.append({"depth_cm": depth, "releases": len(areas), "drawn_m2": round(math.fsum(areas), 2)})
        return sorted(found, key=lambda each: (each["depth_cm"] is None, each["depth_cm"] or 0.0))

    def items_destroyed(self) -> list[dict[str, Any]]:
        """Count destroyed items by category, reporting year and kind of work; finds without a quantity are told."""
        items = list(self._bodies("item"))
        work = {str(state.record_id): str(body.get("activity_type") or UNKNOWN)
                for state, body in (self._bodies("activity") if items else ())}
        sums: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
        for _, body in items:
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


def _depth(keys: dict[str, Any]) -> float | None:
    own = keys.get("depth_cm")
    return None if own is None else float(str(own))


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
