"""Which pairs can reach the threshold at all, before splink scores them?

Most pairs that a rule brings together differ in what weighs most: with another date and another age no name is rare
enough. What a pair can weigh at most is told by a few cheap comparisons, with the best step of all others; below the
threshold it need not be scored. The bound is never below the weight, so that the answers stay the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from whitestone.casualties.linking_model import Blocking, Comparison, weight

if TYPE_CHECKING:
    import duckdb

__all__ = ["LEAST_SHARE", "bits_needed", "reach_sql", "reachable_pairs"]

LEAST_SHARE = 1e-6
"""No name counts as rarer than this share of the rows."""

_SLACK = 1e-3
"""Bits by which a bound may miss for the rounding of sums; a pair too many costs nothing but its scoring."""

CHEAP = (("accident", "age"), ("accident", "age", "name"))
"""Comparisons that are looked at together, the cheapest first."""


def bits_needed(threshold: float, prior: float) -> float:
    """Return how many bits the parts of a pair must add to lift it from the prior to the threshold.

    >>> bits_needed(0.5, 0.25), bits_needed(0.5, 0.5)
    (1.584962500721156, 0.0)
    """
    return math.log2(threshold / (1 - threshold)) - math.log2(prior / (1 - prior))


def reach_sql(compared: Sequence[Comparison], needed: float, rarest: float | None = None) -> str:
    """Write the condition on two rows (columns `*_l`, `*_r`) without which their weight stays below `needed` bits.

    `rarest` is the least share of the rows that a name shared by two of them can have, None where rarity adds nothing.

    >>> from whitestone.casualties.linking_model import Level
    >>> sex = Comparison("sex", "", (Level("", "", 0.9, 0.5), Level("", "", 0.1, 0.5)))
    >>> reach_sql([sex], 2.0), reach_sql([], -1.0), reach_sql([sex], 0.5)
    ('FALSE', 'TRUE', 'TRUE')
    """
    most = {each.name: max(0.0, *_bits(each, rarest)) if each.missing != "FALSE" else max(_bits(each, rarest))
            for each in compared}  # fmt: skip
    if sum(most.values()) + _SLACK < needed:
        return "FALSE"
    conditions = []
    for names in CHEAP:
        looked = [each for each in compared if each.name in names and each.coarse]
        rest = sum(bits for name, bits in most.items() if name not in {each.name for each in looked})
        if looked:
            conditions.append(f"({' + '.join(_bound(each, rarest) for each in looked)} >= "
                              f"{needed - rest - _SLACK:.6f})")  # fmt: skip
    return " AND ".join(dict.fromkeys(conditions)) or "TRUE"


def _bits(compared: Comparison, rarest: float | None) -> list[float]:
    """Return the most that each step can weigh: the whole name with the rarest that two rows share."""
    bits = [weight(level) for level in compared.levels]
    if compared.name == "name" and rarest is not None:
        bits[0] += math.log2(compared.levels[0].u / max(rarest, LEAST_SHARE))
    return bits


def _bound(compared: Comparison, rarest: float | None) -> str:
    """Write the most that a pair can weigh in one comparison, by its coarse steps."""
    bits, seen, steps = _bits(compared, rarest), set(), []
    for condition, levels in compared.coarse:
        steps.append(f"WHEN {condition} THEN {max(bits[number] for number in levels):.6f}")
        seen.update(levels)
    rest = [value for number, value in enumerate(bits) if number not in seen]
    missing = "" if compared.missing == "FALSE" else f"WHEN {compared.missing} THEN 0.0 "
    return f"CASE {missing}{' '.join(steps)} ELSE {max(rest) if rest else 0.0:.6f} END"


def reachable_pairs(connection: duckdb.DuckDBPyConnection, rules: Sequence[Blocking], reach: str, table: str) -> None:
    """Make a table of the pairs that the rules bring together and that `reach` lets pass, each pair once.

    Columns as splink wants them: `match_key` (the number of the first rule), `join_key_l` and `join_key_r`.
    """
    columns = sorted((str(each[0]) for each in connection.execute("DESCRIBE casualty").fetchall()), key=len)
    parts = []
    for number, rule in enumerate(rules):
        keys = " AND ".join(f"l.{key}_l = r.{key}_r" for key in rule.keys) or "TRUE"
        before = " OR ".join(f"coalesce({_same(other)}, FALSE)" for other in rules[:number])
        known = f" AND NOT ({before})" if before else ""
        parts.append(f"SELECT '{number}' AS match_key, row_l AS join_key_l, row_r AS join_key_r "  # noqa: S608
                     f"FROM side_l AS l JOIN side_r AS r ON {keys} AND row_l < row_r WHERE {reach}{known}")
    sides = ", ".join(
        f"side_{side} AS NOT MATERIALIZED (SELECT {', '.join(f'{name} AS {name}_{side}' for name in columns)} "  # noqa: S608
        "FROM casualty)" for side in ("l", "r"))
    connection.execute(f"CREATE TABLE {table} AS WITH {sides} {' UNION ALL '.join(parts)}").fetchall()


def _same(rule: Blocking) -> str:
    return "(" + (" AND ".join(f"{key}_l = {key}_r" for key in rule.keys) or "TRUE") + ")"
