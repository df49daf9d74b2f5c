"""The oracle: the rules of the ledger on unit cells, one cell and one day at a time, with no geometry library.

Written from the rules alone and as plainly as possible; it shares no code with the land room.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

SIDE_M = 10
CELL_M2 = SIDE_M * SIDE_M
STRONG = {"cancelled": 1, "reduced": 2, "cleared": 3}
CLASS = {"cha": 0, "sha": 1}

Cells = frozenset[tuple[int, int]]


@dataclass(frozen=True)
class Slice:
    hazard: int
    begin: dt.date | None
    end: dt.date | None
    cells: Cells
    classification: str
    informed: dt.date | None = None
    status: str = "open"
    place: str | None = None
    contamination: tuple[str, ...] = ()
    void: bool = False
    parents: tuple[int, ...] = ()


@dataclass(frozen=True)
class Work:
    release: int
    outcome: str
    on: dt.date | None
    cells: Cells
    hazards: tuple[int, ...] = ()
    organisation: str | None = None


@dataclass
class Answer:
    flows: list[tuple[int, Slice, int | None, str]] = field(default_factory=list)
    """(day, slice in whose account, release, column), one per cell."""
    owner: dict[tuple[int, int], int] = field(default_factory=dict)
    own: Counter[int] = field(default_factory=Counter)


def number(day: dt.date | None) -> int:
    return 0 if day is None else day.toordinal()


class World:
    def __init__(self, slices: list[Slice], works: list[Work], last: dt.date) -> None:
        self.last = last.toordinal()
        self.slices = [each for each in slices if number(each.begin) <= self.last]
        self.works = [each for each in works if number(each.on) <= self.last]
        self.hazards = sorted({each.hazard for each in self.slices})
        self.known = {h: min(number(each.begin) for each in self.slices if each.hazard == h) for h in self.hazards}

    def came_from(self, hazard: int) -> set[int]:
        """The hazards out of which one was split or merged, those out of which these were, and so on."""
        found: set[int] = set()
        while True:
            older = {p for each in self.slices if each.hazard in {hazard, *found} for p in each.parents}
            older = (older & set(self.hazards)) - {hazard}
            if older <= found:
                return found
            found |= older

    def holds(self, hazard: int, day: int) -> Slice | None:
        mine = [each for each in self.slices if each.hazard == hazard and number(each.begin) <= day]
        if not mine:
            return None
        latest = max(mine, key=lambda each: number(each.begin))
        return latest if latest.end is None or day < latest.end.toordinal() else None

    def ground(self, hazard: int, day: int) -> Cells:
        held = self.holds(hazard, day)
        return held.cells if held is not None and not held.void else frozenset()

    def acts(self, work: Work, hazard: int) -> int | None:
        day = number(work.on)
        if day == 0 or self.known[hazard] <= day or hazard in work.hazards:
            return max(day, self.known[hazard])
        return None

    def free(self, hazard: int, cell: tuple[int, int], day: int, *, before: bool) -> bool:
        """Is the cell claimed by the hazard and not released, before or after the releases of the day?

        A part has no ground that was released, before it was known, from those out of which it came.
        """
        if cell not in self.ground(hazard, day):
            return False
        for older in self.came_from(hazard):
            for work in self.works:
                acts = self.acts(work, older)
                is_before = acts is not None and acts < self.known[hazard]
                if is_before and cell in work.cells and cell in self.ground(older, acts):
                    return False
        for work in self.works:
            acts = self.acts(work, hazard)
            if cell in work.cells and acts is not None and (acts < day if before else acts <= day):
                return False
        return True

    def owner(self, cell: tuple[int, int], day: int, *, before: bool) -> int | None:
        claims = [h for h in self.hazards if self.free(h, cell, day, before=before)]
        return min(claims, key=lambda h: self.rank(h, day)) if claims else None

    def rank(self, hazard: int, day: int) -> tuple[int, int, int]:
        held = self.holds(hazard, day)
        first = min((each for each in self.slices if each.hazard == hazard), key=lambda each: number(each.begin))
        return CLASS.get(held.classification, 2), number(first.informed), hazard

    def days(self) -> list[int]:
        found = {number(each.begin) for each in self.slices}
        found |= {each.end.toordinal() for each in self.slices if each.end is not None}
        found |= {acts for work in self.works for h in self.hazards if (acts := self.acts(work, h)) is not None}
        return sorted(day for day in found if day <= self.last)

    def was_measured(self, hazard: int, day: int) -> bool:
        return any(self.ground(hazard, earlier) for earlier in self.days() if earlier < day)

    def order(self, hazard: int, cell: tuple[int, int], day: int) -> list[Work]:
        acting = [work for work in self.works if cell in work.cells and self.acts(work, hazard) == day]
        return sorted(acting, key=lambda work: (-STRONG[work.outcome], work.release))


def account(slices: list[Slice], held: Slice) -> tuple[object, ...]:
    return held.hazard, held.classification, held.place, held.contamination


def run(slices: list[Slice], works: list[Work], last: dt.date) -> Answer:
    world, answer = World(slices, works, last), Answer()
    cells = {cell for each in world.slices for cell in each.cells}
    final = world.days()[-1] if world.days() else 0
    for cell in sorted(cells):
        run_cell(world, cell, answer)
        owner = world.owner(cell, final, before=False)
        if owner is not None:
            answer.owner[cell] = owner
        answer.own.update(h for h in world.hazards if world.free(h, cell, final, before=False))
    return answer


def run_cell(world: World, cell: tuple[int, int], answer: Answer) -> None:
    owner: int | None = None
    booked: Slice | None = None
    out: tuple[int, str] | None = None
    for day in world.days():
        new = world.owner(cell, day, before=True)
        held = world.holds(new, day) if new is not None else None
        if owner is None and new is not None and held is not None:
            column = "boundary_increase" if world.was_measured(new, day) else "discovered"
            answer.flows.append((day, held, None, column))
        elif owner is not None and booked is not None and new is None:
            answer.flows.append((day, booked, None, "boundary_decrease"))
        elif booked is not None and held is not None and account([], booked) != account([], held):
            answer.flows += [(day, booked, None, "transferred_out"), (day, held, None, "transferred_in")]
        owner, booked = new, held
        if out is not None and cell not in world.ground(out[0], day):
            parts = [h for h in world.hazards if out[0] in world.came_from(h) and cell in world.ground(h, day)]
            out = (min(parts, key=lambda h: world.rank(h, day)), out[1]) if parts else None
        if out is not None and (owner is not None or cell not in world.ground(out[0], day)):
            out = None
        if out is not None:
            stronger = [w for w in world.order(out[0], cell, day) if STRONG[w.outcome] > STRONG[out[1]]]
            where = world.holds(out[0], day)
            if stronger and where is not None:
                answer.flows.append((day, where, stronger[0].release, stronger[0].outcome))
                answer.flows.append((day, where, stronger[0].release, "reclassified"))
                out = (out[0], stronger[0].outcome)
        after = world.owner(cell, day, before=False)
        if owner is not None and booked is not None and after != owner:
            if after is None:
                first = world.order(owner, cell, day)[0]
                answer.flows.append((day, booked, first.release, first.outcome))
                owner, booked, out = None, None, (owner, first.outcome)
            else:
                heir = world.holds(after, day)
                answer.flows += [(day, booked, None, "transferred_out"), (day, heir, None, "transferred_in")]
                owner, booked = after, heir
