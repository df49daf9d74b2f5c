"""Which pairs can reach the threshold at all, before splink scores them?

Most pairs that a rule brings together differ in what weighs most. What a pair can weigh at most is told by cheap
comparisons: of a date with every place that place which weighs most, of names whether any word can be the same, of a
value that both share the rarest. Below the threshold nothing need be scored; the bound is never below the weight, so
that the answers stay the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from whitestone.casualties.linking_model import Blocking, Comparison, weight

if TYPE_CHECKING:
    import duckdb

__all__ = ["bits_needed", "rarest_shares", "reach_sql", "reachable_pairs"]

_SLACK = 1e-3
"""Bits by which a bound may miss for the rounding of sums; a pair too many costs nothing but its scoring."""


def bits_needed(threshold: float, prior: float) -> float:
    """Return how many bits the parts of a pair must add to lift it from the prior to the threshold.

    >>> bits_needed(0.5, 0.25), bits_needed(0.5, 0.5)
    (1.5849625007211563, 0.0)
    """
    return math.log2(threshold / (1 - threshold)) - math.log2(prior / (1 - prior))


def reach_sql(compared: Sequence[Comparison], needed: float, rarest: Mapping[str, float] | None = None) -> str:
    """Write the condition on two rows (columns `*_l`, `*_r`) without which their weight stays below `needed` bits.

    `rarest` says for columns whose rare values weigh more the least share that a value shared by two rows has.

    >>> from whitestone.casualties.linking_model import Level
    >>> sex = Comparison("sex", "", (Level("", "", 0.9, 0.5), Level("", "", 0.1, 0.5)))
    >>> reach_sql([sex], 2.0), reach_sql([], -1.0)
    ('FALSE', 'TRUE')
    >>> reach_sql([Comparison("sex", "sex_l IS NULL", (Level("", "sex_l = sex_r", 1, 0.5), Level("", "", 1, 2)))], 0.5)
    '(CASE WHEN sex_l IS NULL THEN 0.0 WHEN sex_l = sex_r THEN 1.000000 ELSE -1.000000 END >= 0.499000)'
    """
    shares = rarest or {}
    most = sum(max(*_bits(each, shares), float("-inf") if each.missing == "FALSE" else 0.0) for each in compared)
    if not compared or most + _SLACK < needed:
        return "FALSE" if most + _SLACK < needed else "TRUE"
    return f"({' + '.join(_bound(each, shares) for each in compared)} >= {needed - _SLACK:.6f})"


def _bits(compared: Comparison, rarest: Mapping[str, float]) -> list[float]:
    """Return the most that each step can weigh: with the rarest value that two rows share."""
    bits = []
    for level in compared.levels:
        column, least = level.rare or ("", 0.0)
        more = math.log2(level.u / max(rarest[column], least)) if column in rarest else 0.0
        bits.append(weight(level) + more)
    return bits


def _bound(compared: Comparison, rarest: Mapping[str, float]) -> str:
    """Write the most that a pair can weigh in one comparison, by its coarse steps."""
    bits, steps = _bits(compared, rarest), []
    seen: set[int] = set()
    for condition, levels in compared.coarse or _as_they_are(compared):
        steps.append(f"WHEN {condition} THEN {max(bits[number] for number in levels):.6f}")
        seen.update(levels)
    rest = [value for number, value in enumerate(bits) if number not in seen]
    missing = "" if compared.missing == "FALSE" else f"WHEN {compared.missing} THEN 0.0 "
    return f"CASE {missing}{' '.join(steps)} ELSE {max(rest) if rest else 0.0:.6f} END"


def _as_they_are(compared: Comparison) -> list[tuple[str, tuple[int, ...]]]:
    return [(level.sql, (number,)) for number, level in enumerate(compared.levels[:-1])]


def rarest_shares(connection: duckdb.DuckDBPyConnection, compared: Sequence[Comparison]) -> dict[str, float]:
    """Return for each column whose rare values weigh more the least share that a value of two rows or more has."""
    found = {}
    for column in (level.rare[0] for each in compared for level in each.levels if level.rare):
        counts = f"SELECT count(*) AS n FROM casualty WHERE {column} IS NOT NULL GROUP BY {column}"  # noqa: S608
        least, every = connection.execute(f"SELECT min(n) FILTER (n > 1), sum(n) FROM ({counts})").fetchall()[0]  # noqa: S608
        found[column] = float(least or 1) / float(every or 1)
    return found


def reachable_pairs(connection: duckdb.DuckDBPyConnection, rules: Sequence[Blocking], reach: str, table: str) -> None:
    """Make a table of the pairs that the rules bring together and that `reach` lets pass, each pair once.

    Columns as splink wants them: `match_key` (the number of the first rule), `join_key_l` and `join_key_r`.
    """
    columns = [str(each[0]) for each in connection.execute("DESCRIBE casualty").fetchall()]
    parts = []
    for number, rule in enumerate(rules):
        keys = " AND ".join(f"l.{key}_l = r.{key}_r" for key in rule.keys) or "TRUE"
        known = "".join(f" AND {_same(other)} IS NOT TRUE" for other in rules[:number])
        parts.append(f"SELECT '{number}' AS match_key, row_l AS join_key_l, row_r AS join_key_r "  # noqa: S608
                     f"FROM side_l AS l JOIN side_r AS r ON {keys} AND row_l < row_r WHERE {reach}{known}")
    sides = ", ".join(
        f"side_{side} AS NOT MATERIALIZED (SELECT {', '.join(f'{name} AS {name}_{side}' for name in columns)} "  # noqa: S608
        "FROM casualty)" for side in ("l", "r"))
    connection.execute(f"CREATE TABLE {table} AS WITH {sides} {' UNION ALL '.join(parts)}").fetchall()


def _same(rule: Blocking) -> str:
    return "(" + (" AND ".join(f"{key}_l = {key}_r" for key in rule.keys) or "TRUE") + ")"
