"""What happens on a site in twenty years?

Hazards are found, surveyed again, confirmed and doubted again, split, merged and withdrawn; they are released in
parts, cancelled in one year and cleared in a later one, worked on twice, and contaminated again. Each site has its own
chance: what happens on one changes nothing on another.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import msgspec

from whitestone.programme.national.dice import Dice
from whitestone.programme.national.habits import OPERATORS, Operator
from whitestone.programme.national.lattice import SIDE, Cells, rectangle
from whitestone.programme.national.register import Register
from whitestone.programme.national.statements import Look, Statement, Work

__all__ = ["History", "write_site"]

_OUTCOMES = {"cancelled": 0.4, "reduced": 0.25, "cleared": 0.35}
_KINDS = {"found": 0.62, "split": 0.14, "merged": 0.12, "again": 0.12}
_EVENTS = ((0.35, "surveyed"), (0.45, "cha"), (0.12, "sha"), (0.25, "closed"), (0.03, "void"))


class History(msgspec.Struct):
    """One hazard while its history is written: its statements and works so far, and whose it is."""

    operator: Operator
    said: list[Statement]
    works: list[Work]

    @property
    def last(self) -> Statement:
        """Return what was said last."""
        return self.said[-1]


def write_site(register: Register, site: int, place: str, hazards: int, releases: int) -> None:
    """Write the history of one site with so many hazards and releases; all on the register's seed."""
    teller = _Teller(register, site, place)
    for left in range(hazards, 0, -1):
        share = (releases - teller.released) // left if left > 1 else releases - teller.released
        teller.tell(share)
    for history in teller.histories:
        register.statements += teller.reported(history)
        for work in history.works:
            register.works += teller.corrected(work)


class _Teller:
    def __init__(self, register: Register, site: int, place: str) -> None:
        self.register, self.site, self.place = register, site, place
        self.dice = Dice(register.seed, "site", site)
        self.home = self.dice.pick(OPERATORS)
        self.histories: list[History] = []

    @property
    def released(self) -> int:
        """Count the releases told so far."""
        return sum(len(history.works) for history in self.histories)

    def tell(self, releases: int) -> None:
        """Tell of one more hazard: found, split off, merged into another, or found again on released ground."""
        kinds: dict[str, Callable[[], History | None]] = {
            "split": self._split, "merged": self._merged, "again": self._again, "found": self._found,
        }  # fmt: skip
        kind = self.dice.weighted(_KINDS) if self.histories else "found"
        history = kinds[kind]() or self._found()
        self.histories.append(history)
        if kind == "found":
            self._happen(history)
        self._work(history, releases)

    def _found(self) -> History:
        register, dice = self.register, self.dice
        operator = self.home if dice.chance(0.85) else dice.pick(OPERATORS)
        span = (register.last - register.first).days
        begins: dt.date | None = register.first + dt.timedelta(days=dice.whole(-span // 10, span * 7 // 10))
        if dice.chance(0.02):
            begins = None
        return self._open(operator, begins, self._area(operator), dice.pick(("sha", "sha", "cha")))

    def _open(self, operator: Operator, begins: dt.date | None, cells: Cells, classification: str) -> History:
        record_id, local_id = self.register.name(operator, "H", begins)
        said = Statement(
            record_id=record_id, local_id=local_id, operator=operator.code, site=self.site, begins=begins,
            known_from=self.register.arrival(self.dice, operator, begins), cells=cells, classification=classification,
            place=self.place, contamination=self.register.contamination(self.dice), informed=begins,
            area_reported_m2=self.register.reported(operator, self.site, cells), look=self._look(),
        )  # fmt: skip
        return History(operator, [said], [])

    def _look(self) -> Look:
        return self.dice.pick(("spike", "repeated")) if self.dice.chance(0.02) else "drawn"

    def _area(self, operator: Operator) -> Cells:
        """Draw a hazard: often across or beside one that is there already, as two surveys do."""
        dice, cells = self.dice, Cells()
        x, y = dice.whole(0, SIDE - 4), dice.whole(0, SIDE - 4)
        if self.histories and dice.chance(0.5):
            near = sorted(dice.pick(self.histories).said[0].cells)
            if near:
                x, y = near[-1] if dice.chance(0.5) else near[0]
        for _ in range(operator.parts):
            cells |= rectangle(x, y, dice.whole(2, 5), dice.whole(2, 5))
            x, y = x + dice.whole(-2, 2), y + dice.whole(-2, 2)
        inner = sorted(cell for cell in cells if rectangle(cell[0] - 1, cell[1] - 1, 3, 3) <= cells)
        if inner and dice.chance(0.1):
            # A village in the middle that was never contaminated.
            cells -= {dice.pick(inner)}
        return cells or rectangle(0, 0, 2, 2)

    def _say(self, history: History, day: dt.date, **changes: Any) -> None:
        """Add what is said of a hazard from a day on."""
        said = history.last
        cells = changes.get("cells", said.cells)
        changes["area_reported_m2"] = self.register.reported(history.operator, self.site, cells)
        arrived = self.register.arrival(self.dice, history.operator, day)
        history.said.append(msgspec.structs.replace(said, begins=day, known_from=arrived, look="drawn", **changes))

    def _later(self, history: History, least: int = 30) -> dt.date | None:
        """Take a day after the last thing that was said of a hazard; None where there is none left."""
        first = (history.last.begins or self.register.first) + dt.timedelta(days=least)
        if history.last.void or history.last.status == "closed" or first >= self.register.last:
            return None
        span = min((self.register.last - first).days, 2500)
        return self.dice.day(first, first + dt.timedelta(days=span))

    def _happen(self, history: History) -> None:
        """Survey a hazard again, change its class, close it with or without proof, or withdraw it."""
        for probability, event in _EVENTS:
            if not self.dice.chance(probability):
                continue
            day = self._later(history)
            if day is None:
                return
            if event == "surveyed":
                self._say(history, day, cells=self._surveyed(history.last.cells))
            elif event == "closed":
                self._say(history, day, status="closed", closure_reason="cleared")
            elif event == "void":
                self._say(history, day, status="closed", closure_reason="data_error", void=True)
            elif history.last.classification != event:
                self._say(history, day, classification=event)

    def _surveyed(self, cells: Cells) -> Cells:
        x, y = min(cells)
        wider = cells | rectangle(x + self.dice.whole(-2, 3), y + self.dice.whole(-2, 3), 3, 3)
        cut = self.dice.whole(x, x + 2)
        return frozenset(cell for cell in wider if cell[0] >= cut) or cells

    def _split(self) -> History | None:
        """Give the eastern half of a hazard, as far as it is not released, to a new one on the same day."""
        parent = self.dice.pick(self.histories)
        day = self._later(parent, 100)
        columns = sorted({x for x, _ in parent.last.cells})
        if day is None or len(columns) < 2:
            return None
        middle = columns[len(columns) // 2]
        gone = frozenset(cell for work in parent.works if work.on and work.on <= day for cell in work.cells)
        east = frozenset(cell for cell in parent.last.cells if cell[0] >= middle) - gone
        if not east:
            return None
        child = self._open(parent.operator, day, east, parent.last.classification)
        child.said[0] = msgspec.structs.replace(child.last, parent=parent.last.local_id)
        self._say(parent, day, cells=frozenset(cell for cell in parent.last.cells if cell[0] < middle))
        return child

    def _merged(self) -> History | None:
        """Find a hazard beside another, and merge it into that one years later."""
        heir = self.dice.pick(self.histories)
        day = self._later(heir, 400)
        if day is None:
            return None
        begins = day - dt.timedelta(days=self.dice.whole(60, 390))
        twin = self._open(heir.operator, begins, self._area(heir.operator), self.dice.pick(("sha", "cha")))
        self._say(heir, day, cells=heir.last.cells | twin.last.cells)
        self._say(twin, day, status="closed", closure_reason="merged", void=True)
        return twin

    def _again(self) -> History | None:
        """Find ground contaminated again after it had been released: a new hazard, on which old work does not act."""
        done = [work for history in self.histories for work in history.works if work.on and work.cells]
        if not done:
            return None
        work = self.dice.pick(done)
        first = (work.on or self.register.first) + dt.timedelta(days=60)
        if first >= self.register.last:
            return None
        cells = frozenset(sorted(work.cells)[: self.dice.whole(1, 9)])
        return self._open(self.home, self.dice.day(first, self.register.last), cells, "cha")

    def _work(self, history: History, releases: int) -> None:
        """Release a hazard in parts: strip by strip, over ground that was released before, and past the outline."""
        for number in range(releases):
            ground = history.said[self.dice.whole(0, len(history.said) - 1)].cells
            if history.works and self.dice.chance(0.18):
                ground = self.dice.pick(history.works).cells
            columns = sorted({x for x, _ in ground}) or [0]
            strip = columns[number % len(columns)]
            width = self.dice.whole(1, 2)
            cells = frozenset(cell for cell in ground if strip <= cell[0] < strip + width)
            if self.dice.chance(history.operator.beyond):
                cells |= rectangle(*min(cells, default=(0, 0)), width, 4)
            history.works.append(self._released(history, cells))

    def _released(self, history: History, cells: Cells) -> Work:
        dice, register = self.dice, self.register
        operator = history.operator if dice.chance(0.9) else dice.pick(OPERATORS)
        first = history.said[0].begins or register.first
        day, monthly = register.dated(dice, operator, dice.day(min(first, register.last), register.last))
        undated, drawn = dice.chance(operator.undated), bool(cells) and not dice.chance(0.02)
        on = None if undated else day
        record_id, local_id = register.name(operator, "R", day)
        names: tuple[uuid.UUID, ...] = ()
        if operator is history.operator and not dice.chance(operator.unnamed):
            names = (history.last.record_id,)
        arrived = register.arrival(dice, operator, on)
        if dice.chance(0.05):
            names += self._others(history, operator, cells)
        return Work(
            record_id=record_id, local_id=local_id, operator=operator.code, site=self.site, on=on, known_from=arrived,
            cells=cells if drawn else Cells(), outcome=dice.weighted(_OUTCOMES), place=self.place, names=names,
            area_reported_m2=register.reported(operator, self.site, cells), look=self._look() if drawn else "nothing",
            precision="month" if monthly and not undated else "day",
        )  # fmt: skip

    def _others(self, history: History, operator: Operator, cells: Cells) -> tuple[uuid.UUID, ...]:
        """Name the operator's other hazards on this ground, whether their paper had come by then or not."""
        said = (each.said[0] for each in self.histories if each is not history and each.operator is operator)
        return tuple(each.record_id for each in said if each.cells & cells)

    def reported(self, history: History) -> list[Statement]:
        """Give the statements of a hazard, some of them in two versions: as first reported, and corrected later.

        Each arrives when it arrives: what was true earlier may come years after what was true later.
        """
        found: list[Statement] = []
        for said in history.said:
            arrived = said.known_from
            wrong = frozenset(cell for cell in said.cells if cell != max(said.cells))
            if self.dice.chance(history.operator.corrected) and wrong:
                corrected = arrived + dt.timedelta(days=self.dice.whole(30, 900))
                area = self.register.reported(history.operator, self.site, wrong)
                found.append(
                    msgspec.structs.replace(said, cells=wrong, known_to=corrected, area_reported_m2=area, look="drawn")
                )
                said = msgspec.structs.replace(said, known_from=corrected)
            found.append(said)
        return found

    def corrected(self, work: Work) -> list[Work]:
        """Give a release, some in two versions: with another outcome first, and corrected later."""
        operator = next(each for each in OPERATORS if each.code == work.operator)
        if not self.dice.chance(operator.corrected):
            return [work]
        corrected = work.known_from + dt.timedelta(days=self.dice.whole(30, 900))
        outcome = "cleared" if work.outcome != "cleared" else "reduced"
        return [
            msgspec.structs.replace(work, outcome=outcome, known_to=corrected),
            msgspec.structs.replace(work, known_from=corrected),
        ]
