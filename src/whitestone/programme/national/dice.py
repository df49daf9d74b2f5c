"""How is chance made the same on every machine?

Only `random.Random.random` is used, whose stream Python keeps from version to version, and a text as seed, which is
hashed by SHA-512 and never by the interpreter's own hash.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from typing import TypeVar

__all__ = ["Dice"]

T = TypeVar("T")


class Dice:
    """Chance for one purpose: the same parts of a seed give the same throws.

    >>> Dice(1, "a").whole(0, 999) == Dice(1, "a").whole(0, 999), Dice().chance(0)
    (True, False)
    """

    def __init__(self, *seed: object) -> None:
        self.share = random.Random("/".join(map(str, seed))).random

    def chance(self, probability: float) -> bool:
        """Say yes with a probability from 0 to 1."""
        return self.share() < probability

    def whole(self, low: int, high: int) -> int:
        """Throw a whole number from low to high, both included."""
        return low + int(self.share() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """Take one of several; each is as likely as the next."""
        return choices[int(self.share() * len(choices))]

    def weighted(self, weights: dict[str, float]) -> str:
        """Take one of several by its weight; weights sum to 1.

        >>> Dice().weighted({"only": 1.0})
        'only'
        """
        rest = self.share()
        for each, weight in weights.items():
            rest -= weight
            if rest < 0:
                return each
        return next(reversed(weights))

    def day(self, first: dt.date, last: dt.date) -> dt.date:
        """Take a day from first to last, both included."""
        return first + dt.timedelta(days=self.whole(0, max(0, (last - first).days)))
