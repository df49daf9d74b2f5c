"""How many casualties are in none of the lists, judged by how far the lists overlap?

Capture-recapture: persons who stand in several lists tell how complete each list is, and so how many stand in none.
Two lists: the estimator of Chapman (1951), nearly unbiased, with the interval of Sadinle (2009). Three lists or more:
see casualties/recapture_models.py. What cannot work is refused with the reason, never answered with a number.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from whitestone.errors import InvalidValue

__all__ = ["ASSUMPTIONS", "FEW_SHARED", "MOST_COUNT", "MOST_LISTS", "WHEN_NOT", "Estimate", "Histories", "chapman",
           "fold_histories", "normal_quantile", "read_histories", "refusal", "warnings_of"]

ASSUMPTIONS = [
    "Closed: all lists speak of the same period, the same area and the same kinds of persons.",
    "Linked: two entries are joined if and only if they are one person; what slips of linkage do stands in the table.",
    "Homogeneous: within at least one list of each pair, every person has the same chance to be listed; where some are "
    "seldom listed by anybody (remote places, fighters, minors, nomads), the figure is too low.",
    "Independent: to stand in one list changes nothing about standing in the other (two lists); with three lists or "
    "more, dependence of pairs is modelled, and that of all lists at once is assumed away.",
]
WHEN_NOT = [
    "One list only, or lists that share nobody: nothing tells how complete they are.",
    "Lists that refer to each other: one copied from, checked against or passed on to the other.",
    "Lists of different periods, areas or definitions (civilians only against all, killed only against all).",
    "Fewer than seven persons in two lists: the figure then says little more than that somebody is missing.",
    "Lists that were not linked person by person: counts alone do not overlap.",
    "To name, place or compensate anybody: the figure is a number of persons, and says nothing of who they are.",
]
FEW_SHARED = 7
"""So many persons in two lists make the bias of Chapman's estimator negligible (Robson and Regier 1964)."""
MOST_LISTS = 5
MOST_COUNT = 1_000_000_000
"""Counts beyond it are slips of the pen."""


class Histories(msgspec.Struct, frozen=True):
    """How many persons were seen by exactly which lists: `counts` maps a word such as "101" to persons, "0…0" absent.

    The places of a word are the lists in the order of `lists`.
    """

    lists: tuple[str, ...]
    counts: dict[str, int]

    @property
    def seen(self) -> int:
        """Return the number of distinct persons in any list.

        >>> Histories(("A", "B"), {"11": 2, "10": 3}).seen, Histories(("A", "B"), {}).seen
        (5, 0)
        """
        return sum(self.counts.values())

    def in_all(self, *lists: int) -> int:
        """Return how many persons stand in all of these lists (by index), whatever else they stand in.

        >>> Histories(("A", "B"), {"11": 2, "10": 3}).in_all(0), Histories(("A", "B"), {"11": 2, "10": 3}).in_all(0, 1)
        (5, 2)
        """
        return sum(count for word, count in self.counts.items() if all(word[at] == "1" for at in lists))


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """An estimated number of persons with its interval at `level`; `method` names the estimator and its source."""

    persons: float
    low: float
    high: float
    level: float
    standard_error: float
    method: str


def read_histories(lists: Sequence[str], counts: Mapping[str, Any]) -> Histories:
    """Check counts by history, and put all 2^k - 1 words in place, those not given as 0.

    Refuses no list, a list named twice, a word of other length or letters, the word of nobody, and what is no count,
    with InvalidValue.

    >>> read_histories(["A", "B"], {"11": 5, "10": 5}).counts
    {'01': 0, '10': 5, '11': 5}
    >>> read_histories(["A"], {}).counts
    {'1': 0}
    """
    names = tuple(str(each).strip() for each in lists)
    if not names or not all(names) or len(set(names)) != len(names):
        raise InvalidValue(field="lists", value=list(lists), why="at least one list, each with a name of its own")
    if len(names) > 16:
        raise InvalidValue(field="lists", value=len(names), why="at most 16 lists can be laid out")
    filled = {"".join(word): 0 for word in itertools.product("01", repeat=len(names)) if "1" in word}
    for word, count in counts.items():
        if word not in filled:
            raise InvalidValue(field="history", value=word, why=f"{len(names)} digits of 0 and 1, not all 0")
        filled[word] = _count(count, f"persons of history {word}")
    return Histories(names, filled)


def fold_histories(lists: Sequence[str], members: Mapping[Any, set[str]]) -> Histories:
    """Count persons by the lists they stand in; `members` maps each person to the names of her lists.

    Persons in none of these lists are not counted. Refuses what `read_histories` refuses.

    >>> fold_histories(["A", "B"], {"p": {"A", "B"}, "q": {"B"}, "r": {"C"}}).counts
    {'01': 1, '10': 0, '11': 1}
    """
    counts: dict[str, int] = {}
    for named in members.values():
        word = "".join("1" if each in named else "0" for each in lists)
        if "1" in word:
            counts[word] = counts.get(word, 0) + 1
    return read_histories(lists, counts)


def refusal(histories: Histories, refer: Sequence[tuple[str, str]] = ()) -> str | None:
    """Say why no number of missing persons can be estimated from these lists; None where one can.

    `refer` are pairs of lists of which one is known to draw on the other.

    >>> refusal(read_histories(["A"], {"1": 5}))
    'There is one list only: nothing tells how complete it is.'
    >>> refusal(read_histories(["A", "B"], {"11": 5, "10": 5})) is None
    True
    """
    names, several = histories.lists, range(len(histories.lists))
    if not histories.seen:
        return "No person stands in any of these lists."
    if len(names) == 1:
        return "There is one list only: nothing tells how complete it is."
    for at in several:
        if not histories.in_all(at):
            return f"List {names[at]} holds nobody."
    for drawn, source in refer:
        if drawn in names and source in names:
            return (f"Lists {drawn} and {source} refer to each other: what they share tells of copying, not of who is "
                    "missing.")  # fmt: skip
    for at in several:
        shared = sum(count for word, count in histories.counts.items() if word[at] == "1" and word.count("1") > 1)
        if not shared:
            return (f"List {names[at]} shares nobody with any other list. Either the lists speak of different persons, "
                    "or they were not linked yet.")  # fmt: skip
    for one, other in itertools.combinations(several, 2):
        both = histories.in_all(one, other)
        if both == histories.in_all(one) == histories.in_all(other):
            return f"Lists {names[one]} and {names[other]} hold the very same persons: they are one list twice."
    if len(names) > MOST_LISTS:
        return f"There are {len(names)} lists, and models are compared for {MOST_LISTS} at most: join some of them."
    return None


def warnings_of(histories: Histories) -> list[str]:
    """Say what makes a figure doubtful though it can be had: few shared persons, one list inside another.

    >>> warnings_of(read_histories(["A", "B"], {"11": 3, "10": 5, "01": 9}))[0]
    'Lists A and B share 3 persons only; with fewer than 7 the figure may be far too low.'
    >>> warnings_of(read_histories(["A", "B"], {"11": 30, "10": 50, "01": 90}))
    []
    """
    said = []
    for one, other in itertools.combinations(range(len(histories.lists)), 2):
        names, both = (histories.lists[one], histories.lists[other]), histories.in_all(one, other)
        if both < FEW_SHARED:
            said.append(f"Lists {names[0]} and {names[1]} share {both} persons only; with fewer than {FEW_SHARED} the "
                        "figure may be far too low.")  # fmt: skip
        for inner, outer in ((one, other), (other, one)):
            if both == histories.in_all(inner) > 0:
                said.append(f"List {histories.lists[inner]} lies wholly inside list {histories.lists[outer]}: is it an "
                            "extract of it? Then the figure means nothing.")  # fmt: skip
    return said


def chapman(first: int, second: int, both: int, level: float = 0.95) -> Estimate:
    """Estimate a number of persons from two lists: `first` and `second` persons, `both` of them in the two.

    Estimator of Chapman (1951), variance of Seber (1970); interval by the transformed logit of Sadinle (2009), which
    never falls below the persons seen and keeps its level for small numbers. Refuses counts that cannot be, and no
    shared person, with InvalidValue.

    >>> turtles = chapman(10, 15, 5)
    >>> round(turtles.persons, 2), round(turtles.low), round(turtles.high)
    (28.33, 22, 65)
    >>> chapman(5, 5, 5).persons
    5.0
    """
    for field, count in (("first", first), ("second", second), ("both", both)):
        _count(count, field)
    _level(level)
    if not 0 < both <= min(first, second):
        raise InvalidValue(field="both", value=both, why=f"from 1 to the {min(first, second)} of the shorter list")
    total = (first + 1) * (second + 1) / (both + 1) - 1
    variance = (first + 1) * (second + 1) * (first - both) * (second - both) / ((both + 1) ** 2 * (both + 2))
    seen, only, other, shared = first + second - both, first - both + 0.5, second - both + 0.5, both + 0.5
    spread = normal_quantile(level) * math.sqrt(1 / shared + 1 / only + 1 / other + shared / (only * other))
    missed = only * other / shared
    low, high = (seen - 0.5 + missed * math.exp(sign * spread) for sign in (-1, 1))
    return Estimate(
        persons=total, low=max(float(seen), min(low, total)), high=max(high, total), level=level,
        standard_error=math.sqrt(variance),
        method="Chapman (1951), variance of Seber (1970), transformed logit interval of Sadinle (2009)",
    )  # fmt: skip


def normal_quantile(level: float) -> float:
    """Give how many standard errors on either side hold a share `level` of a normal distribution.

    >>> round(normal_quantile(0.95), 2), normal_quantile(0.0)
    (1.96, 0.0)
    """
    from scipy import special

    return float(special.ndtri(0.5 + level / 2))


def _count(value: Any, field: str) -> int:
    try:
        whole = int(value)
    except (TypeError, ValueError, OverflowError):
        whole = -1
    if isinstance(value, bool) or not 0 <= whole <= MOST_COUNT or whole != _number(value):
        raise InvalidValue(field=field, value=value, why=f"a whole number from 0 to {MOST_COUNT:,}")
    return whole


def _number(value: Any) -> float:
    return float(value) if not isinstance(value, str) else float(int(value))


def _level(level: float) -> None:
    if not 0 < level < 1:
        raise InvalidValue(field="level", value=level, why="above 0 and below 1, such as 0.95")
