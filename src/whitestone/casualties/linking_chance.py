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

__all__ = ["count_chance", "step_sql", "with_chance"]

SEED = 20
_SAMPLED_ROWS = 1_100
"""Rows of which all pairs are counted: some 600,000."""
_AS_IF = 400.0
"""So many pairs are added to those counted, spread as linking_model says."""


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
