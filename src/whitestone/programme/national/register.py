"""How are ids and reports made while history is written, so that each is made once and the same for a seed?"""

from __future__ import annotations

import calendar
import datetime as dt
import uuid
from collections import Counter

from whitestone.programme.national.dice import Dice
from whitestone.programme.national.habits import Operator
from whitestone.programme.national.lattice import Cells, Lattice
from whitestone.programme.national.statements import Statement, Work

__all__ = ["Register"]

_CATEGORIES = (("ap_mine",), ("ap_mine", "av_mine"), ("av_mine",), ("submunition",), ("ap_mine", "other_uxo"))
_NAMES = uuid.UUID("5d0c1d3a-7c5e-5f0b-9a3e-6f1b2a4c8d90")
"""The namespace of simulated ids: they are never those of a programme."""


class Register:
    """The book in which the simulated programme enters what it hears: statements and works, in the order of writing."""

    def __init__(self, seed: int, lattice: Lattice, first: dt.date, last: dt.date) -> None:
        self.seed, self.lattice, self.first, self.last = seed, lattice, first, last
        self.statements: list[Statement] = []
        self.works: list[Work] = []
        self._serial: Counter[tuple[str, str]] = Counter()

    def name(self, operator: Operator, letter: str, day: dt.date | None) -> tuple[uuid.UUID, str]:
        """Give the next id in the operator's own scheme, and the record id that follows from it."""
        self._serial[operator.code, letter] += 1
        local_id = operator.serial.format(
            letter=letter, year=(day or self.first).year, number=self._serial[operator.code, letter]
        )
        return uuid.uuid5(_NAMES, f"{self.seed}/{operator.code}/{letter}/{local_id}"), local_id

    def arrival(self, dice: Dice, operator: Operator, day: dt.date | None) -> dt.date:
        """Say when paper about a day arrives: within weeks, or years late, as the operator's habit is."""
        if day is None:
            return dice.day(self.first, self.last)
        late = dice.chance(operator.late)
        return day + dt.timedelta(days=dice.whole(*operator.late_days) if late else dice.whole(1, 40))

    def dated(self, dice: Dice, operator: Operator, day: dt.date) -> tuple[dt.date, bool]:
        """Date work as the operator knows it: to the day, or to the month, which acts on its last day (rule 11)."""
        if not dice.chance(operator.monthly):
            return day, False
        return day.replace(day=calendar.monthrange(day.year, day.month)[1]), True

    def reported(self, operator: Operator, site: int, cells: Cells) -> float | None:
        """State the area as the operator rounds it, in m2."""
        if not cells:
            return None
        area = self.lattice.cents(site, cells) / 100
        return float(round(area / operator.rounding_m2) * operator.rounding_m2) if operator.rounding_m2 else area

    def contamination(self, dice: Dice) -> tuple[str, ...]:
        """Take what a hazard is contaminated with."""
        return dice.pick(_CATEGORIES)
