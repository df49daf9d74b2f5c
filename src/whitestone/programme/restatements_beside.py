"""What stood beside the areas of a closed year that would stand otherwise today, and which records moved it?

Counts of hazards, land not accessible, cleared depth and items destroyed are sums over records. Each list is taken
apart by record, as known at the closing and as known now; where the first does not give what was frozen, the rest is
the computation's and says so.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from whitestone.domain.extensions import as_core
from whitestone.land.grouping import year_of
from whitestone.land.restating import Line
from whitestone.programme.accounts import Accounts, accounts
from whitestone.programme.accounts_beside import NOT_REACHED, UNKNOWN, destroyed
from whitestone.programme.accounts_closed import cents_of
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.restatement_causes import Causes
from whitestone.programme.sameness import same_groups

__all__ = ["KEYS", "READ_BESIDE", "restated_beside", "shares"]

KEYS: Mapping[str, tuple[str, ...]] = {
    "hazards": ("class", "status"),
    "not_accessible": ("access",),
    "cleared_depth": ("depth_cm",),
    "items_destroyed": ("category", "year", "method"),
}
"""Each list and the columns that name its rows; all others are sums over records."""

READ_BESIDE: Mapping[str, frozenset[str]] = {
    "hazard": frozenset({"classification", "status", "closure_reason", "access", "discovered_on"}),
    "release": frozenset({"outcome", "completed_on", "approved_on", "depth_cm", "activity_id"}),
    "activity": frozenset({"activity_type", "depth_achieved_cm", "ended_on", "approved_on"}),
    "item": frozenset({"category", "quantity", "quantity_destroyed", "disposal_outcome", "destroyed_on", "found_on",
                       "activity_id"}),
}  # fmt: skip
"""What these lists read of each kind: a revision that states none of it moves none of them."""

_Key = tuple[Any, ...]
_Share = tuple[_Key, tuple[str, str], dict[str, int]]
"""The row, the record (kind, id), and its part of each column: counts, and hundredths of m2."""


def restated_beside(
    programme: Programme, frozen: Mapping[str, Any], today: Mapping[str, Any], causes: Causes, clocks: Clocks,
    known_at: dt.datetime, start: dt.date,
) -> list[dict[str, Any]]:  # fmt: skip
    """List each figure of `today` that is not what was `frozen`, with lines by record that add up to the difference.

    `clocks` are those of today's count, `known_at` the moment of knowledge of the closing. A list that is as it was
    costs nothing; of the others the records are read twice.
    """
    found: list[dict[str, Any]] = []
    for name, keys in KEYS.items():
        old, new = _figures(frozen.get(name, ()), keys), _figures(today.get(name, ()), keys)
        if old == new:
            continue
        then = Clocks(clocks.on, None, known_at)
        before, after = (_by_record(programme, name, each, start) for each in (then, clocks))
        for row, column in sorted(old.keys() | new.keys(), key=str):
            was, now = old.get((row, column), 0), new.get((row, column), 0)
            if was != now:
                lines = _lines(before.get((row, column), {}), after.get((row, column), {}))
                found.append(_told(name, row, column, was, now, lines, causes))
    return found


def shares(programme: Programme, name: str, clocks: Clocks, start: dt.date) -> Iterator[_Share]:
    """Give what each record adds to the rows of a list, for the period from `start` to `clocks.on`."""
    yield from _SHARES[name](_Asked(programme, clocks, start))


class _Asked:
    def __init__(self, programme: Programme, clocks: Clocks, start: dt.date) -> None:
        self.programme, self.clocks, self.start = programme, clocks, start
        self.absorbed = same_groups(programme.journal, known=clocks.known)

    def bodies(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        codes = self.programme.settings.national_codes
        for state in self.programme.journal.states(kind, on=self.clocks.on, known=self.clocks.known, geometry=False):
            if state.record_id not in self.absorbed:
                yield str(state.record_id), as_core(kind, state.body, codes)

    def is_within(self, day: dt.date | None) -> bool:
        return day is not None and self.start <= day <= self.clocks.on

    def opened(self) -> Accounts:
        return accounts(self.programme, self.clocks)


def _hazards(asked: _Asked) -> Iterator[_Share]:
    for own, body in asked.bodies("hazard"):
        key = (str(body.get("classification") or UNKNOWN), str(body.get("status") or UNKNOWN))
        yield key, ("hazard", own), {"hazards": 1}


def _not_accessible(asked: _Asked) -> Iterator[_Share]:
    access = {own: str(body["access"]) for own, body in asked.bodies("hazard") if body.get("access") in NOT_REACHED}
    if not access:
        return
    for row in asked.opened().table(by="hazard", start=asked.start).rows:
        if row["key"] in access:
            yield (access[row["key"]],), ("hazard", row["key"]), {
                "hazards": row["hazards"], "closing_m2": cents_of(row["closing_m2"]),
                "size_unknown": row["size_unknown"],
            }  # fmt: skip


def _cleared_depth(asked: _Asked) -> Iterator[_Share]:
    line = asked.opened().book.line
    for at in np.flatnonzero(line.counts & line.is_drawn).tolist():
        piece = line.releases[at]
        if piece.outcome == "cleared" and asked.is_within(piece.on):
            depth = piece.keys.get("depth_cm")
            yield (None if depth is None else float(str(depth)),), ("release", str(piece.record_id)), {
                "releases": 1, "drawn_m2": cents_of(float(line.area_m2[at]))}  # fmt: skip


def _items(asked: _Asked) -> Iterator[_Share]:
    work = {own: str(body.get("activity_type") or UNKNOWN) for own, body in asked.bodies("activity")}
    month, day_of_month = (int(part) for part in asked.programme.settings.reporting_year_start.split("-"))
    for own, body in asked.bodies("item"):
        quantity, day = destroyed(body)
        if quantity is not False and day is not None and asked.is_within(day):
            key = (str(body.get("category") or UNKNOWN), year_of(day.toordinal(), (month, day_of_month)),
                   work.get(str(body.get("activity_id")), UNKNOWN))  # fmt: skip
            yield key, ("item", own), {"items": int(quantity or 0), "records": 1, "quantity_unknown": quantity is None}


_SHARES: Mapping[str, Callable[[_Asked], Iterator[_Share]]] = {
    "hazards": _hazards, "not_accessible": _not_accessible, "cleared_depth": _cleared_depth, "items_destroyed": _items,
}  # fmt: skip

_Cell = tuple[_Key, str]


def _figures(rows: Any, keys: tuple[str, ...]) -> dict[_Cell, int]:
    return {
        (tuple(row[key] for key in keys), column): cents_of(value) if column.endswith("_m2") else int(value)
        for row in rows for column, value in row.items() if column not in keys and value
    }  # fmt: skip


def _by_record(programme: Programme, name: str, clocks: Clocks, start: dt.date
               ) -> dict[_Cell, dict[tuple[str, str], int]]:
    found: dict[_Cell, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for key, record, amounts in shares(programme, name, clocks, start):
        for column, amount in amounts.items():
            found[key, column][record] += int(amount)
    return found


def _lines(before: Mapping[tuple[str, str], int], after: Mapping[tuple[str, str], int]) -> list[Line]:
    moved = {record: after.get(record, 0) - before.get(record, 0) for record in {*before, *after}}
    lines = [Line((record,), amount) for record, amount in moved.items() if amount]
    return sorted(lines, key=lambda line: (-abs(line.amount), line.records))


def _told(name: str, row: _Key, column: str, old: int, new: int, lines: list[Line], causes: Causes) -> dict[str, Any]:
    unit = 100 if column.endswith("_m2") else 1
    told = [causes.told(line, column) for line in lines]
    rest = new - old - sum(line.amount for line in lines)
    if rest:  # sums of areas are rounded once, their parts each; more than that is the computation's
        said = "difference_m2" if unit > 1 else "difference"
        rounding = unit > 1 and abs(rest) <= max(1, len(lines))
        told.append({said: rest / unit if unit > 1 else rest, "moved_by": [],
                     "cause": "rounding" if rounding else "computed otherwise than when the year was closed"})
    amounts = (old, new, new - old)
    printed = [each / unit if unit > 1 else each for each in amounts]
    return {
        "by": name, "row": ", ".join(UNKNOWN if part is None else f"{part:g}" if isinstance(part, float) else str(part)
                                     for part in row),
        "column": column, "old": printed[0], "new": printed[1], "difference": printed[2], "lines": told,
    }  # fmt: skip
