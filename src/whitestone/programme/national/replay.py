"""What happened to each cell of a site, day by day, by the rules alone?

Cells that the same statements and the same work cover share one history. A history knows no shapes: on each day it asks
who claims the ground, who of them owns it, and which work takes it.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from typing import NamedTuple

from whitestone.programme.national.lattice import Cell
from whitestone.programme.national.statements import Statement, Work, numbered

__all__ = ["Flow", "Site"]

_STRENGTH = {"cancelled": 1, "reduced": 2, "cleared": 3}
_CLASS = {"cha": 0, "sha": 1}
_CLOSED = ("closed", "handed_over")
_NEVER = 10**9

Cover = frozenset[tuple[int, int]]
"""Which statements cover a cell: (hazard, number of the statement)."""


class Flow(NamedTuple):
    """One movement of ground: on a day (0: undated), in the account of a hazard's class, in hundredths of m2."""

    day: int
    hazard: uuid.UUID
    classification: str
    release: uuid.UUID | None
    column: str
    cents: int


class Site:
    """One site: its hazards with what was said of them, and the work on it; hazards are numbers in the order of ids.

    `follow` fills `flows`, `closing` and `own` (hundredths of m2 by hazard) and `proof` (counts and hundredths of m2).
    """

    def __init__(self, statements: list[Statement], works: list[Work], last: int, district: str) -> None:
        self.last, self.district = last, district
        self.ids = sorted({each.record_id for each in statements})
        number = {record_id: index for index, record_id in enumerate(self.ids)}
        self.said: list[list[Statement]] = [[] for _ in self.ids]
        for each in sorted(statements, key=lambda each: numbered(each.begins)):
            self.said[number[each.record_id]].append(each)
        self.works = sorted(works, key=lambda work: work.record_id)
        self.begins = [[numbered(each.begins) for each in said] for said in self.said]
        self.measured = [
            min((numbered(each.begins) for each in said if each.cells and not each.void), default=_NEVER)
            for said in self.said
        ]
        self.flows: list[Flow] = []
        self.closing: Counter[uuid.UUID] = Counter()
        self.own: Counter[uuid.UUID] = Counter(dict.fromkeys(self.ids, 0))
        self.proof: Counter[str] = Counter()
        self.older: set[int] = set()

    def holding(self, hazard: int, day: int) -> int:
        """Return the number of the statement that holds of a hazard on a day, -1 before the first."""
        return sum(begins <= day for begins in self.begins[hazard]) - 1

    def acts(self, work: int, hazard: int) -> int:
        """Return the day on which work acts on a hazard (rules 4 and 5 of the ledger)."""
        day, known = numbered(self.works[work].on), self.begins[hazard][0]
        if day == 0 or known <= day or self.ids[hazard] in self.works[work].names:
            return max(day, known)
        return _NEVER

    def rank(self, hazard: int, day: int) -> tuple[int, int, int]:
        """Return who owns shared ground: the smallest (rule 6)."""
        held = self.said[hazard][self.holding(hazard, day)]
        return _CLASS.get(held.classification, 2), numbered(self.said[hazard][0].informed), hazard

    def follow(self, areas: dict[Cell, int]) -> None:
        """Follow every cell to the last day; `areas` gives hundredths of m2 by cell."""
        for (cover, works), cents in self._alike(areas).items():
            history = _History(self, cover, works)
            self.flows += history.run(cents)
            if history.owner >= 0:
                self.closing[self.ids[history.owner]] += cents
            for hazard in history.hazards:
                if history.is_free(hazard, self.last, before=False):
                    self.own[self.ids[hazard]] += cents
            self._prove_ground(history, cents)
        self._prove_hazards()
        self._prove_works(areas)

    def _alike(self, areas: dict[Cell, int]) -> Counter[tuple[Cover, tuple[int, ...]]]:
        """Sum the areas of cells that the same statements and the same works cover."""
        cover: dict[Cell, list[tuple[int, int]]] = defaultdict(list)
        worked: dict[Cell, list[int]] = defaultdict(list)
        for hazard, said in enumerate(self.said):
            for number, each in enumerate(said):
                for cell in each.cells:
                    cover[cell].append((hazard, number))
        for number, work in enumerate(self.works):
            for cell in work.cells:
                worked[cell].append(number)
        sums: Counter[tuple[Cover, tuple[int, ...]]] = Counter()
        for cell in sorted({*cover, *worked}):
            sums[frozenset(cover.get(cell, ())), tuple(worked.get(cell, ()))] += areas[cell]
        return sums

    def _prove_ground(self, history: _History, cents: int) -> None:
        works = history.works
        if len(works) > 1:
            self.proof["claimed_twice_m2"] += cents
        outside = False
        for work in works:
            met = [(each, self.acts(work, each)) for each in history.hazards]
            outside |= not any(day <= self.last and history.is_recorded(each, day) for each, day in met)
            on = numbered(self.works[work].on)
            if any(0 < on < self.begins[each][0] and day <= self.last for each, day in met):
                self.older.add(work)
        if outside:
            self.proof["outside_any_hazard_m2"] += cents

    def _prove_hazards(self) -> None:
        for hazard, said in enumerate(self.said):
            last = said[-1]
            left = self.closing[self.ids[hazard]]
            if last.status in _CLOSED:
                self.proof["closed_unproven_m2"] += left
            if last.place != self.district:
                self.proof["elsewhere_m2"] += left
            if not last.void:
                self.proof["no_geometry"] += last.look == "nothing"
                self.proof["size_unknown"] += not last.cells

    def _prove_works(self, areas: dict[Cell, int]) -> None:
        self.proof["releases_older_than_hazard"] += len(self.older)
        for work in self.works:
            reported = round((work.area_reported_m2 or 0) * 100)
            if not work.cells:
                self.proof["releases_no_geometry"] += 1
                self.proof["reported_only_m2"] += reported
            elif work.area_reported_m2 is not None:
                self.proof["reported_minus_computed_m2"] += reported - sum(areas[cell] for cell in work.cells)
        undated_work = {work.record_id for work in self.works if work.on is None}
        undated_hazards = {self.ids[hazard] for hazard, begins in enumerate(self.begins) if begins[0] == 0}
        for flow in self.flows:
            if flow.column in _STRENGTH and flow.release in undated_work and flow.hazard in undated_hazards:
                self.proof["order_unknown_m2"] += flow.cents


class _History:
    """The story of ground that the same statements and works cover; `owner` is who holds it at last (-1: nobody)."""

    def __init__(self, site: Site, cover: Cover, works: tuple[int, ...]) -> None:
        self.site, self.cover, self.works = site, cover, works
        self.hazards = sorted({hazard for hazard, _ in cover})
        self.released = {
            hazard: min((site.acts(work, hazard) for work in works), default=_NEVER) for hazard in self.hazards
        }
        self.owner = -1
        self.left_by: tuple[int, str] | None = None
        """The hazard that the ground left last and the outcome by which it left, until it is back or out of it."""

    def is_recorded(self, hazard: int, day: int) -> bool:
        """Say whether a hazard claims the ground on a day, released or not."""
        number = self.site.holding(hazard, day)
        return (hazard, number) in self.cover and not self.site.said[hazard][number].void

    def is_free(self, hazard: int, day: int, *, before: bool) -> bool:
        """Say whether a hazard claims the ground and no work took it, before or after the work of the day."""
        gone = self.released[hazard] < day if before else self.released[hazard] <= day
        return not gone and self.is_recorded(hazard, day)

    def run(self, cents: int) -> list[Flow]:
        """Tell what moved, from the first day to the last."""
        site, flows = self.site, list[tuple[int, int, str, int, str]]()
        days = {begins for hazard in self.hazards for begins in site.begins[hazard]}
        days |= {site.acts(work, hazard) for work in self.works for hazard in self.hazards}
        account = ""
        for day in sorted(each for each in days if each <= site.last):
            account = self._change(day, account, flows)
            self._strengthen(day, flows)
            account = self._release(day, account, flows)
        return [
            Flow(day, site.ids[hazard], name, site.works[work].record_id if work >= 0 else None, column, cents)
            for day, hazard, name, work, column in flows
        ]

    def _owner(self, day: int, *, before: bool) -> int:
        claims = [hazard for hazard in self.hazards if self.is_free(hazard, day, before=before)]
        return min(claims, key=lambda hazard: self.site.rank(hazard, day)) if claims else -1

    def _account(self, hazard: int, day: int) -> str:
        return self.site.said[hazard][self.site.holding(hazard, day)].classification if hazard >= 0 else ""

    def _change(self, day: int, account: str, flows: list[tuple[int, int, str, int, str]]) -> str:
        """Take over what is said from this day on: ground enters, leaves as a correction, or changes the account."""
        old, new = self.owner, self._owner(day, before=True)
        name = self._account(new, day)
        if old < 0 <= new:
            column = "boundary_increase" if self.site.measured[new] < day else "discovered"
            flows.append((day, new, name, -1, column))
        elif new < 0 <= old:
            flows.append((day, old, account, -1, "boundary_decrease"))
        elif old >= 0 and (old, account) != (new, name):
            flows += [(day, old, account, -1, "transferred_out"), (day, new, name, -1, "transferred_in")]
        self.owner = new
        if self.left_by is not None and (new >= 0 or not self.is_recorded(self.left_by[0], day)):
            self.left_by = None
        return name

    def _strengthen(self, day: int, flows: list[tuple[int, int, str, int, str]]) -> None:
        """Book a stronger outcome over ground that left before: the work, and the same ground given back (rule 3)."""
        if self.left_by is None:
            return
        hazard, outcome = self.left_by
        first = self._first(hazard, day)
        if first >= 0 and _STRENGTH[self.site.works[first].outcome] > _STRENGTH[outcome]:
            stronger, name = self.site.works[first].outcome, self._account(hazard, day)
            flows += [(day, hazard, name, first, stronger), (day, hazard, name, first, "reclassified")]
            self.left_by = (hazard, stronger)

    def _release(self, day: int, account: str, flows: list[tuple[int, int, str, int, str]]) -> str:
        """Let the work of the day act: ground leaves, or passes to a hazard on which the work does not act."""
        old, new = self.owner, self._owner(day, before=False)
        if old < 0 or new == old:
            return account
        self.owner, name = new, self._account(new, day)
        if new >= 0:
            flows += [(day, old, account, -1, "transferred_out"), (day, new, name, -1, "transferred_in")]
            return name
        first = self._first(old, day)
        flows.append((day, old, account, first, self.site.works[first].outcome))
        self.left_by = (old, self.site.works[first].outcome)
        return ""

    def _first(self, hazard: int, day: int) -> int:
        """Return the work that counts on a day: the stronger outcome, then the smaller id (rules 1 and 2); -1: none."""
        acting = [work for work in self.works if self.site.acts(work, hazard) == day]
        return min(acting, key=lambda work: (-_STRENGTH[self.site.works[work].outcome], work), default=-1)
