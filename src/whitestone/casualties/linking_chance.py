"""How often do two different persons meet in a step of a comparison by chance, among these very rows?

It is counted over random pairs of the rows, and heard the more the more pairs say something. How often two statements
about one person meet is not learnt from the rows: expectation maximisation finds whatever parts the pairs best, and
with few people told twice that is the list or the district that they come from. It was measured on simulated lists:
what linking_model says of errors finds as much as what was learnt, more where names are locked, and never nonsense.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from whitestone.casualties.linking_model import Comparison

if TYPE_CHECKING:
    import duckdb

__all__ = ["chance_of_places", "count_chance", "count_counterparts", "step_sql", "with_chance"]

SEED = 20
_SAMPLED_ROWS = 1_100
"""Rows of which all pairs are counted: some 600,000."""
_AS_IF = 400.0
"""So many pairs are added to those counted, spread as linking_model says."""
_DAYS_AGREE = 0.81
"""How often two statements about one person are at most three days apart, as linking_model says."""
_BY_CHANCE = 0.0228
"""Of two days drawn from one year: how often at most three days apart against more than 31."""


def step_sql(compared: Comparison) -> str:
    """Write the number of the step in which a pair meets as SQL, -1 where one of the two says nothing.

    >>> from whitestone.casualties.linking_model import Level
    >>> step_sql(Comparison("sex", "sex_l IS NULL", (Level("", "sex_l = sex_r", 1, 1), Level("", "TRUE", 1, 1))))
    'CASE WHEN sex_l IS NULL THEN -1 WHEN sex_l = sex_r THEN 0 WHEN TRUE THEN 1 END'
    """
    steps = " ".join(f"WHEN {level.sql} THEN {number}" for number, level in enumerate(compared.levels))
    return f"CASE WHEN {compared.missing} THEN -1 {steps} END"


def count_chance(connection: duckdb.DuckDBPyConnection, compared: Sequence[Comparison]) -> list[list[int]]:
    """Count in which steps random pairs of the table `casualty` meet: for each comparison one count for each step."""
    columns = [str(each[0]) for each in connection.execute("DESCRIBE casualty").fetchall()]
    drawn = f"SELECT * FROM casualty ORDER BY hash(row + {SEED}), row LIMIT {_SAMPLED_ROWS}"  # noqa: S608
    connection.execute(f"CREATE OR REPLACE TEMP TABLE drawn AS {drawn}")
    sides = ", ".join(f"(SELECT {', '.join(f'{name} AS {name}_{side}' for name in columns)} FROM drawn)"  # noqa: S608
                      for side in ("l", "r"))
    steps = ", ".join(f"{step_sql(each)} AS {each.name}" for each in compared)
    connection.execute("CREATE OR REPLACE TEMP TABLE met AS "  # noqa: S608 - conditions are constants
                       f"SELECT {steps} FROM {sides} WHERE row_l < row_r")
    found = []
    for each in compared:
        told = dict(connection.execute(f"SELECT {each.name}, count(*) FROM met GROUP BY 1").fetchall())  # noqa: S608
        found.append([int(told.get(number, 0)) for number in range(len(each.levels))])
    connection.execute("DROP TABLE met")
    connection.execute("DROP TABLE drawn")
    return found


def chance_of_places(accident: Comparison, met: Sequence[int]) -> tuple[float, ...]:
    """Return how often two placed rows of other dates meet in each step of the place, as random pairs `met` did.

    Other dates, so that people hurt together do not count as chance. `accident` is the comparison of date with place,
    its first steps those of another date; the last of them, a place that is not known, is left out.

    >>> from whitestone.casualties.linking_model import Background, comparisons
    >>> accident = comparisons(Background(9_000, 3_650, 0.02, False), names=False)[0]
    >>> [round(each, 3) for each in chance_of_places(accident, [600, 6_000, 9_000, 80_000, 500, *[0] * 30])]
    [0.006, 0.063, 0.094, 0.837]
    >>> [round(each, 3) for each in chance_of_places(accident, [0] * 35)]
    [0.02, 0.059, 0.098, 0.823]
    """
    placed = [number for number, level in enumerate(accident.levels) if level.date == accident.levels[0].date][:-1]
    counted, started = sum(met[number] for number in placed), sum(accident.levels[number].u for number in placed)
    return tuple((met[number] + _AS_IF * accident.levels[number].u / started) / (counted + _AS_IF)
                 for number in placed)  # fmt: skip


def count_counterparts(connection: duckdb.DuckDBPyConnection, started: float) -> float:
    """Count how many other rows of its person a row of `casualty` has: from names that meet on one day, not by chance.

    Names whose consonants agree within three days are one person or namesakes; namesakes of one year who are more than
    31 days apart say how many of these there are. Names written otherwise are not added, twice the scatter is taken
    off, `started` stays where nothing is left, and the answer lies between 0.05 and 2.
    """
    pair = ("FROM casualty AS l JOIN casualty AS r ON l.name_key = r.name_key AND l.year = r.year AND l.row < r.row "
            "WHERE l.day IS NOT NULL AND r.day IS NOT NULL")  # fmt: skip
    near, far = connection.execute("SELECT count(*) FILTER (abs(l.day - r.day) <= 3), "
                                   f"count(*) FILTER (abs(l.day - r.day) > 31) {pair}").fetchall()[0]  # fmt: skip
    every, named = connection.execute("SELECT count(*), count(*) FILTER (name_key IS NOT NULL AND day IS NOT NULL) "
                                      "FROM casualty").fetchall()[0]  # fmt: skip
    met = near - _BY_CHANCE * far - 2 * (near + _BY_CHANCE**2 * far) ** 0.5
    if met <= 0:
        return started
    share = _DAYS_AGREE * (named / every) ** 2
    return float(min(max(2 * met / share / every, 0.05), 2.0))


def with_chance(compared: Comparison, met: Sequence[int]) -> Comparison:
    """Return a comparison with the shares by chance as random pairs `met`, one count for each step.

    Among the steps of which as much is known they sum to 1, and a step in which all differs never speaks for one
    person. Date with place stays as it is: its shares by chance follow from the rows already, people hurt together too.

    >>> from whitestone.casualties.linking_model import Level
    >>> start = Comparison("sex", "", (Level("the same sex", "", 0.98, 0.7), Level("another sex", "", 0.02, 0.3)))
    >>> [round(each.u, 2) for each in with_chance(start, [540, 60]).levels]
    [0.82, 0.18]
    >>> with_chance(start, [0, 0]) == start
    True
    """
    if compared.name == "accident":
        return compared
    levels = list(compared.levels)
    for known in dict.fromkeys(level.known for level in levels):
        at = [number for number, level in enumerate(levels) if level.known == known]
        counted, started = sum(met[number] for number in at), sum(levels[number].u for number in at)
        for number in at:
            level = levels[number]
            u = (met[number] + _AS_IF * level.u / started) / (counted + _AS_IF)
            levels[number] = msgspec.structs.replace(level, u=u, m=min(level.m, u) if level.differs else level.m)
    return msgspec.structs.replace(compared, levels=tuple(levels))
