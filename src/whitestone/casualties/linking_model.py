"""Which attributes of two casualties are compared, in which steps, and which pairs are looked at in the first place?

All of it is data that a person can read. Each step of an attribute has two shares: `m`, how often two statements about
one person meet in it, and `u`, how often two about different persons do; log2(m/u) is what it weighs (Fellegi and
Sunter, 1969). Date and place are one comparison, because people who are hurt together share both: what the date says
and what the place adds to it are told apart only in the explanation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

__all__ = ["BLOCKINGS", "EVERYTHING_ROWS", "SLOTS", "Background", "Blocking", "Comparison", "Level", "blockings_for",
           "comparisons"]  # fmt: skip


class Level(msgspec.Struct, frozen=True):
    """One step of a comparison: in words, as a condition on columns `*_l` and `*_r`, and both shares.

    `date` is set in the steps of date with place: the words for the date alone. `agrees` where nothing differs. The
    shares are those among pairs of which as much is `known`: that an age is stated says nothing of who it is. `rare`
    names the column of whose values a rare one says more where two agree in it, and the least share that one counts.
    """

    words: str
    sql: str
    m: float
    u: float
    date: str | None = None
    agrees: bool = False
    known: str = ""
    rare: tuple[str, float] | None = None

    @property
    def differs(self) -> bool:
        """Say whether the two differ here in all that the step looks at: nothing of it can speak for one person.

        >>> Level("another sex", "TRUE", 0.02, 0.3).differs, Level("another place", "", 0.1, 0.1, "that day").differs
        (True, False)
        """
        return all(words.startswith("another") for words in (self.words, self.date) if words is not None)


class Comparison(msgspec.Struct, frozen=True):
    """One attribute: its name, the condition under which it says nothing, its steps (the last catches the rest).

    `coarse` holds cheap conditions, each with the numbers of the steps that are possible where it is the first to hold;
    the steps that it names nowhere are possible where none does.
    """

    name: str
    missing: str
    levels: tuple[Level, ...]
    coarse: tuple[tuple[str, tuple[int, ...]], ...] = ()


class Blocking(msgspec.Struct, frozen=True):
    """Pairs that agree in all `keys` are looked at; `names` where it needs the open compartment."""

    words: str
    keys: tuple[str, ...]
    names: bool = False


class Background(msgspec.Struct, frozen=True):
    """What is known of the rows before any two are compared.

    `rows` how many; `days` over how many days they spread; `same_place` the share of pairs that share a place by
    chance; `several` whether there is more than one list; `apart` how often two placed rows of other dates meet in each
    step of the place by chance, where that was counted (`linking_chance`): a cell is wider than a place; `counterparts`
    how many other rows of its person a row has, which is counted as well where names are open.
    """

    rows: int
    days: int
    same_place: float
    several: bool
    apart: tuple[float, ...] = ()
    counterparts: float = 0.4

    @property
    def prior(self) -> float:
        """Return the share of all pairs that are one person; not counted, one row in five has two: an assumption."""
        return min(self.counterparts / max(self.rows - 1, 1), 0.05)


EVERYTHING_ROWS = 1_000
"""Up to so many rows every pair is looked at."""

BLOCKINGS: tuple[Blocking, ...] = (
    Blocking("the same whole name, in one year", ("name_full", "year"), names=True),
    Blocking("the same consonants of the whole name, in one year", ("name_key", "year"), names=True),
    Blocking("the same consonants of the whole name, within one place", ("name_key", "cell"), names=True),
    Blocking("the same day and place", ("day", "cell")),
    Blocking("the same day, sex and age", ("day", "sex", "age")),
    Blocking("the same month, place, sex and outcome", ("month", "cell", "sex", "outcome")),
)
"""Which pairs are looked at in more than EVERYTHING_ROWS rows; a pair that no rule brings together is never seen."""


def blockings_for(rows: int, *, names: bool) -> tuple[Blocking, ...]:
    """Return the rules that apply: every pair in a small programme, those without names while it is locked.

    >>> [rule.keys for rule in blockings_for(3, names=False)], len(blockings_for(10_000, names=False))
    ([()], 3)
    """
    if rows <= EVERYTHING_ROWS:
        return (Blocking("every pair", ()),)
    return tuple(rule for rule in BLOCKINGS if names or not rule.names)


# Squared kilometres through the globe between two points: a chord is short of the arc by 3 parts in a million at 50 km.
_KM2 = "((x_l - x_r) * (x_l - x_r) + (y_l - y_r) * (y_l - y_r) + (z_l - z_r) * (z_l - z_r))"
_PLACED = "x_l IS NOT NULL AND x_r IS NOT NULL"
_NAMED = f"NOT ({_PLACED}) AND place_l = place_r"
# The commonest step stands first, written so that no other can hold: the engine stops at the first that does.
_DATES = (
    ("another date", "(abs(day_l - day_r) > 31 OR ((day_l IS NULL OR day_r IS NULL) AND month_l <> month_r) OR "
                     "((month_l IS NULL OR month_r IS NULL) AND year_l <> year_r))", 0.03),
    ("the same day", "day_l = day_r", 0.72),
    ("at most 3 days apart", "abs(day_l - day_r) <= 3", 0.09),
    ("the same month, a day is not known", "(day_l IS NULL OR day_r IS NULL) AND month_l = month_r", 0.07),
    ("at most 31 days apart", "abs(day_l - day_r) <= 31", 0.06),
    ("the same year, a month is not known", "(month_l IS NULL OR month_r IS NULL) AND year_l = year_r", 0.03),
    ("a date is not known", "TRUE", 1.0),
)
_PLACES = (
    ("the same place, or at most 1 km apart", f"({_KM2} <= 1 OR ({_NAMED}))", 0.62),
    ("1 to 10 km apart", f"{_KM2} <= 100", 0.2),
    ("10 to 50 km apart", f"{_KM2} <= 2500", 0.08),
    ("another place", f"(({_PLACED}) OR (place_l IS NOT NULL AND place_r IS NOT NULL))", 0.1),
    ("a place is not known", "TRUE", 1.0),
)
_AGREE = frozenset(("the same day", "the same month, a day is not known", "the same year, a month is not known",
                    "a date is not known", "the same place, or at most 1 km apart",
                    "a place is not known"))  # fmt: skip
"""Steps of date and of place in which the two do not differ."""


def comparisons(background: Background, *, names: bool) -> tuple[Comparison, ...]:
    """Return the comparisons with their starting shares; `names` only while the compartment is open.

    >>> [each.name for each in comparisons(Background(10, 3650, 0.01, False), names=False)]
    ['accident', 'age', 'sex', 'outcome', 'device']
    """
    places = len(_PLACES)
    dates = tuple((on, tuple(range(at * places, (at + 1) * places))) for at, (_, on, _) in enumerate(_DATES))
    made = [Comparison("accident", "FALSE", _accident(background), dates), *_PERSON]
    if names:
        made.append(_NAME)
    if background.several:
        made.append(_LISTS)
    return tuple(made)


def _accident(background: Background) -> tuple[Level, ...]:
    """Cross date with place; what chance brings together is the share of people hurt together, and coincidence."""
    together = min(1.2 / max(background.rows - 1, 1), 0.12)
    day = 1 / max(background.days, 30)
    # For each step of the date: people hurt together whose dates differ so by error, and coincidence.
    by_date = ((0.0, 1.0), (together, day), (0.2 * together, 6 * day), (0.078 * together, 2.3 * day),
               (0.1 * together, 56 * day), (0.033 * together, 12 * day), (0.0, 1.0))  # fmt: skip
    near = min(max(background.same_place, 1e-4), 0.9)
    levels = []
    for (date, on, m_date), (companions, coincidence) in zip(_DATES, by_date, strict=True):
        share = min(companions + coincidence, 0.95)
        here = companions / (companions + coincidence)
        # People who are hurt together share the errors of their lists too: their places differ as one person's do.
        chance = background.apart or (near, 0.06 * (1 - near), 0.1 * (1 - near), 0.84 * (1 - near))
        by_place = (*(here * m + (1 - here) * u for (_, _, m), u in zip(_PLACES, chance, strict=False)), 1.0)
        levels += [
            Level(where, f"{on} AND {at_place}", m_date * m_place, share * by_place[number], date,
                  date in _AGREE and where in _AGREE)
            for number, (where, at_place, m_place) in enumerate(_PLACES)
        ]
    return tuple(levels)


_AGES = "(age_l IS NOT NULL AND age_r IS NOT NULL)"
_PERSON = (
    Comparison("age", f"NOT {_AGES} AND (band_l IS NULL OR band_r IS NULL)", (
        Level("the same age", "age_l = age_r", 0.64, 0.025, agrees=True, rare=("age", 2e-3)),
        Level("at most 2 years apart", "abs(age_l - age_r) <= 2", 0.18, 0.09),
        Level("at most 5 years apart", "abs(age_l - age_r) <= 5", 0.13, 0.11),
        Level("another age", _AGES, 0.05, 0.775),
        Level("the same age group; an age is not known", "band_l = band_r", 0.95, 0.7, agrees=True, known="group"),
        Level("another age group; an age is not known", "TRUE", 0.05, 0.3, known="group"),
    ), (("abs(age_l - age_r) > 5", (3,)), ("age_l <> age_r", (1, 2)), ("age_l = age_r", (0,)))),
    Comparison("sex", "sex_l IS NULL OR sex_r IS NULL", (
        Level("the same sex", "sex_l = sex_r", 0.98, 0.7, agrees=True, rare=("sex", 0.05)),
        Level("another sex", "TRUE", 0.02, 0.3),
    )),
    Comparison("outcome", "outcome_l IS NULL OR outcome_r IS NULL", (
        Level("the same outcome", "outcome_l = outcome_r", 0.9, 0.6, agrees=True, rare=("outcome", 0.05)),
        Level("another outcome (one may have died later)", "TRUE", 0.1, 0.4),
    )),
    Comparison("device", "device_l IS NULL OR device_r IS NULL", (
        Level("the same kind of device", "device_l = device_r", 0.8, 0.62, agrees=True, rare=("device", 0.02)),
        Level("another kind of device", "TRUE", 0.2, 0.38),
    )),
)  # fmt: skip
SLOTS = {"bones": 4, "sound": 6}
"""So many tokens of a kind are compared, the smallest: the same of them in whatever row they stand."""


MASK = "list_reduce([1::BIGINT << (token % 63) FOR token IN tokens[1:{slots}]], lambda one, other: one | other)"
"""The compared tokens of a kind as bits of one number: where no bit is in both numbers no token is."""


def _meets(kind: str) -> tuple[str, ...]:
    """Write, for each token of one side, that it is among those of the other: equalities, since lists are slow."""
    others = ", ".join(f"{kind}{slot}_r" for slot in range(SLOTS[kind]))
    return tuple(f"{kind}{slot}_l IN ({others})" for slot in range(SLOTS[kind]))


def _any(kind: str) -> str:
    return "(" + " OR ".join(_meets(kind)) + ")"


def _two(kind: str) -> str:
    return "(" + " + ".join(f"coalesce(CAST({each} AS INTEGER), 0)" for each in _meets(kind)) + ") > 1"


_NAME = Comparison("name", "name_full_l IS NULL OR name_full_r IS NULL", (
    Level("the same whole name", "name_full_l = name_full_r", 0.4, 0.0006, rare=("name_full", 1e-6)),
    Level("every word of the name agrees in its consonants", "name_key_l = name_key_r", 0.3, 0.0008,
          rare=("name_key", 1e-6)),
    Level("two words of the name agree in sound", _two("bones"), 0.12, 0.004),
    Level("one word of the name agrees in its consonants", _any("bones"), 0.08, 0.02),
    Level("one word of the name agrees in sound", _any("sound"), 0.05, 0.05),
    Level("another name", "TRUE", 0.05, 0.925),
), (("(name_full_l = name_full_r OR name_key_l = name_key_r OR bones_l & bones_r <> 0)", (0, 1, 2, 3)),))  # fmt: skip
_LISTS = Comparison("list", "FALSE", (
    Level("from two lists", "list_l <> list_r", 0.9, 0.55), Level("both from one list", "TRUE", 0.1, 0.45),
))  # fmt: skip


def weight(level: Level) -> float:
    """Return what a step weighs, in bits: log2(m/u).

    >>> weight(Level("", "", 0.5, 0.25))
    1.0
    """
    return math.log2(level.m / level.u)


def date_weight(levels: Sequence[Level], chosen: Level) -> float:
    """Return what the date alone weighs in a step of date with place: both shares summed over all places.

    >>> both = (Level("", "", 0.4, 0.1, "d"), Level("", "", 0.4, 0.1, "d"), Level("", "", 0.2, 0.8, "e"))
    >>> date_weight(both, both[0])
    2.0
    """
    same = [level for level in levels if level.date == chosen.date]
    # A place that is not known is no part of the sum: its step repeats the shares of the date.
    known = [level for level in same if level.words != _PLACES[-1][0]] or same
    return math.log2(sum(level.m for level in known) / sum(level.u for level in known))
