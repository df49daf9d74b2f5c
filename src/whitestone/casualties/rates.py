"""How many casualties are there for each hundred thousand people and year, and how sure is that?

The population is given with its source and year, never invented; a place without one has no rate, and is listed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from whitestone.errors import InvalidValue

__all__ = ["PER_PERSONS", "Rate", "as_row", "garwood", "rate_of", "rate_rows"]

PER_PERSONS = 100_000


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """Casualties for each 100,000 person-years, with the interval; None with the reason where there is none."""

    casualties: int
    person_years: float | None
    rate: float | None
    low: float | None
    high: float | None
    why_not: str | None = None


def garwood(count: float, level: float = 0.95) -> tuple[float, float]:
    """Give the exact interval of a Poisson mean of which `count` was seen (Garwood 1936).

    A count that is not whole is one divided by its scatter. Refuses a negative count and a level that is no share with
    InvalidValue.

    >>> [round(each, 3) for each in garwood(10)], [round(each, 3) for each in garwood(0)]
    ([4.795, 18.39], [0.0, 3.689])
    """
    from scipy import special

    if not (count >= 0 and math.isfinite(count)) or not 0 < level < 1:
        raise InvalidValue(field="count", value=count, why="not negative; the level above 0 and below 1")
    tail = (1 - level) / 2
    low = float(special.gammaincinv(count, tail)) if count else 0.0
    return low, float(special.gammaincinv(count + 1, 1 - tail))


def rate_of(casualties: int, population: float | None, years: float, level: float = 0.95) -> Rate:
    """Divide casualties by person-years, with Garwood's interval; `population` persons, on average over `years`.

    A population that is not known (None, NaN) or not above 0 gives no rate and the reason. Refuses a negative count and
    years that are not above 0 with InvalidValue.

    >>> found = rate_of(10, 50_000, 2.0)
    >>> found.rate, round(found.low, 2), round(found.high, 2)
    (10.0, 4.8, 18.39)
    >>> rate_of(0, None, 1.0).why_not
    'no population is given'
    """
    if casualties < 0:
        raise InvalidValue(field="casualties", value=casualties, why="a count is not negative")
    if not (math.isfinite(years) and years > 0):
        raise InvalidValue(field="years", value=years, why="above 0")
    why_not = None
    if population is None or math.isnan(population):
        why_not = "no population is given"
    elif not (math.isfinite(population) and population > 0):
        why_not = f"the population is {population:g}"
    if population is None or why_not is not None:
        return Rate(casualties=casualties, person_years=None, rate=None, low=None, high=None, why_not=why_not)
    low, high = garwood(casualties, level)
    by = PER_PERSONS / (population * years)
    return Rate(casualties=casualties, person_years=population * years, rate=casualties * by, low=low * by,
                high=high * by)


def rate_rows(casualties: Mapping[str, int], population: Mapping[str, float | None], years: float,
              level: float = 0.95) -> tuple[list[tuple[str, Rate]], Rate]:
    """Give the rate of each place, and of all places with a population together.

    Places with a population and no casualty have the rate 0 with its interval; places without a population have none,
    and their casualties are not in the total. Refuses what `rate_of` refuses.

    >>> rows, total = rate_rows({"east": 3, "west": 2}, {"east": 1000.0, "north": 500.0}, 1.0)
    >>> [(place, each.rate) for place, each in rows], total.casualties, total.rate
    ([('east', 300.0), ('north', 0.0), ('west', None)], 3, 200.0)
    >>> rate_rows({}, {}, 1.0)[1].why_not
    'no population is given'
    """
    rows = [(place, rate_of(casualties.get(place, 0), population.get(place), years, level))
            for place in sorted({*casualties, *population})]  # fmt: skip
    known = [(place, each) for place, each in rows if each.why_not is None]
    people = sum(_people(population, [place for place, _ in known]))
    total = rate_of(sum(each.casualties for _, each in known), people if known else None, years, level)
    return rows, total


def _people(population: Mapping[str, float | None], places: Sequence[str]) -> list[float]:
    return [float(population[place] or 0.0) for place in places]


def as_row(place: str, rate: Rate) -> dict[str, Any]:
    """Lay a rate out as a row of a table.

    >>> as_row("east", rate_of(0, None, 1.0))["why_not"]
    'no population is given'
    """
    return {"place": place, **msgspec.structs.asdict(rate)}
