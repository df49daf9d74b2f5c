"""How many were killed, injured, or are of unknown outcome, by which dimensions, and out of how many known?

Every answer adds up: the rows to the total, always, because each person stands in exactly one row. What is not known is
a row of its own, and every percentage is of known values, with its denominator and the number not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from whitestone.casualties.columns import NO_DAY, CasualtyTable, Coded, Flags, Int32, Int64
from whitestone.casualties.places import NO_PLACES, Gazetteer, place_column
from whitestone.casualties.rules import OUTCOMES, RULES, UNKNOWN
from whitestone.errors import InvalidValue

__all__ = ["DIMENSIONS", "CasualtyCount", "Figures", "Row", "column_of", "count", "in_period", "read_dimensions",
           "rules_of"]

DIMENSIONS = ("outcome", "status", "person_status", "sex_age", "sex", "age_group", "device", "activity", "place",
              "month", "year", "source", "dataset", "amputation")  # fmt: skip
"""What can be counted by; `place:1` is the place at level 1 of the gazetteer."""


class Figures(msgspec.Struct, frozen=True):
    """Persons by outcome."""

    killed: int = 0
    injured: int = 0
    unknown: int = 0

    @property
    def casualties(self) -> int:
        """Add the outcomes up."""
        return self.killed + self.injured + self.unknown

    def as_dict(self) -> dict[str, int]:
        """Return killed, injured, unknown and their sum, casualties.

        >>> Figures(1, 2).as_dict()
        {'killed': 1, 'injured': 2, 'unknown': 0, 'casualties': 3}
        """
        return {"killed": self.killed, "injured": self.injured, "unknown": self.unknown, "casualties": self.casualties}


class Row(msgspec.Struct, frozen=True):
    """One line of a table: its value of each dimension, and the persons."""

    key: tuple[str, ...]
    figures: Figures


class CasualtyCount(msgspec.Struct, frozen=True, kw_only=True):
    """A table of casualties. `by` names the dimensions; rows hold persons, none of them is empty, and sum to `total`.

    `unknown_values`: persons whose value of a dimension is not known. `of_accidents`: the part of the total that
    accidents state beyond the persons recorded. `died_later`: the part of the killed who died later. `undated` and
    `not_certain`: persons left out because nothing says when, and persons whose date of less precision overlaps a
    border of the period. `shares` holds for each dimension its values with persons, the known, and the unknown.
    """

    by: tuple[str, ...]
    rows: tuple[Row, ...]
    total: Figures
    unknown_values: dict[str, int]
    of_accidents: Figures = Figures()
    died_later: int = 0
    undated: int = 0
    not_certain: int = 0
    shares: dict[str, dict[str, Any]] = {}


def read_dimensions(by: str | Sequence[str]) -> tuple[str, ...]:
    """Read names of dimensions, written with commas or one by one; each once, in the order asked for.

    Refuses a name that is none of DIMENSIONS, and a level that is no number, with InvalidValue.

    >>> read_dimensions("outcome, status,outcome"), read_dimensions(["place:2"]), read_dimensions("")
    (('outcome', 'status'), ('place:2',), ())
    """
    words = by.split(",") if isinstance(by, str) else list(by)
    names = list(dict.fromkeys(word.strip().replace("-", "_").lower() for word in words if word.strip()))
    for name in names:
        plain, _, level = name.partition(":")
        if plain not in DIMENSIONS or (":" in name and (plain != "place" or not level.isdecimal() or len(level) > 2)):
            raise InvalidValue(field="by", value=name, why=f"one or more of {', '.join(DIMENSIONS)}, place:LEVEL")
    return tuple(names)


def column_of(table: CasualtyTable, dimension: str, gazetteer: Gazetteer = NO_PLACES, level: int | None = None
              ) -> Coded:
    """Return the column of a dimension with every row coded; `level` serves `place` where it names none itself."""
    name, _, own = dimension.partition(":")
    if name == "place":
        asked = int(own) if own else level
        return place_column(table.place, table.place_name, gazetteer, asked, UNKNOWN)
    column: Coded = getattr(table, "source" if name == "dataset" else name)
    if name in ("source", "dataset"):
        words = (*(word for word in column.words if word != UNKNOWN), UNKNOWN)
        moved = np.array([*(words.index(word) for word in column.words), len(words) - 1], dtype=np.int32)
        return Coded(moved[column.codes], words)
    return column


def in_period(table: CasualtyTable, begins: int | None, ends: int | None) -> Flags:
    """Say which rows happened in a period (days since 1970-01-01, both included; None: open).

    A date of less precision acts at the end of its span, so that periods that follow one another add up. Undated rows
    are in no period that has a border.

    >>> from whitestone.casualties.tabling import tabled
    >>> from whitestone.casualties.packing import nothing_said
    >>> in_period(tabled(*nothing_said(), 0), 0, None).tolist()
    []
    """
    inside = np.ones(len(table), dtype=bool)
    if begins is None and ends is None:
        return inside
    inside &= table.last_day != NO_DAY
    if begins is not None:
        inside &= table.last_day >= begins
    if ends is not None:
        inside &= table.last_day <= ends
    return inside


def count(table: CasualtyTable, by: Sequence[str], *, begins: int | None = None, ends: int | None = None,
          gazetteer: Gazetteer = NO_PLACES, level: int | None = None, shares: bool = True) -> CasualtyCount:
    """Count persons by dimensions over a period; see CasualtyCount.

    >>> from whitestone.casualties.tabling import tabled
    >>> from whitestone.casualties.packing import nothing_said
    >>> count(tabled(*nothing_said(), 0), ["outcome"]).total.casualties
    0
    """
    inside = in_period(table, begins, ends)
    chosen = table.take(inside)
    columns = [column_of(chosen, name, gazetteer, level) for name in by]
    outcome = chosen.outcome.codes
    rows = _rows(columns, outcome, chosen.persons)
    total = _figures(outcome, chosen.persons)
    died = (chosen.died_later_day != NO_DAY) & (outcome == 0)
    unknown = {name: _unknown(column, chosen.persons) for name, column in zip(by, columns, strict=True)}
    return CasualtyCount(
        by=tuple(by), rows=rows, total=total, unknown_values=unknown,
        of_accidents=_figures(outcome[chosen.from_accident], chosen.persons[chosen.from_accident]),
        died_later=int(chosen.persons[died].sum()),
        undated=0 if inside.all() else int(table.persons[(table.last_day == NO_DAY) & ~inside].sum()),
        not_certain=_not_certain(table, begins, ends),
        shares={name: _share(column, chosen.persons) for name, column in zip(by, columns, strict=True)}
        if shares else {},
    )  # fmt: skip


def _rows(columns: list[Coded], outcome: Int32, persons: Int64) -> tuple[Row, ...]:
    """Add persons up by every combination that holds any, in the order of the words of the first column, and so on."""
    shape = [max(len(column.words), 1) for column in columns]
    cells = int(np.prod([float(size) for size in shape])) if columns else 1
    key = np.zeros(len(persons), dtype=np.int64)
    for size, column in zip(shape, columns, strict=True):
        key = key * size + column.codes
    if cells <= max(4 * len(persons), 100_000):
        met, place = np.arange(cells), key
    else:
        met, place = np.unique(key, return_inverse=True)
    sums = np.bincount(place * 3 + outcome, weights=persons, minlength=3 * len(met)).astype(np.int64).reshape(-1, 3)
    holds = sums.any(axis=1)
    parts = np.unravel_index(met[holds], shape) if columns else ()
    words = [np.array(column.words, dtype=object)[part] for column, part in zip(columns, parts, strict=True)]
    keys = list(zip(*words, strict=True)) if columns else [()] * int(holds.sum())
    return tuple(Row(tuple(own), Figures(*each)) for own, each in zip(keys, sums[holds].tolist(), strict=True))


def _figures(outcome: Int32, persons: Int64) -> Figures:
    sums = np.bincount(outcome, weights=persons, minlength=len(OUTCOMES))
    return Figures(*(int(each) for each in sums))


def _unknown(column: Coded, persons: Int64) -> int:
    is_unknown = np.array([word == UNKNOWN or word.endswith(f"-{UNKNOWN}") for word in column.words], dtype=bool)
    return int(persons[is_unknown[column.codes]].sum()) if len(column.codes) else 0


def _share(column: Coded, persons: Int64) -> dict[str, Any]:
    """Say how many of how many known, value by value, and how many are not known."""
    sums = np.bincount(column.codes, weights=persons, minlength=len(column.words)).astype(np.int64).tolist()
    unknown = _unknown(column, persons)
    known = sum(sums) - unknown
    values = {word: {"persons": count, "percent": round(100 * count / known, 2)}
              for word, count in zip(column.words, sums, strict=True)
              if count and word != UNKNOWN and not word.endswith(f"-{UNKNOWN}")}
    return {"values": values, "known": known, "unknown": unknown}


def _not_certain(table: CasualtyTable, begins: int | None, ends: int | None) -> int:
    """Add up who may have been met inside or outside: the span of the date lies on both sides of a border."""
    crosses = np.zeros(len(table), dtype=bool)
    dated = table.last_day != NO_DAY
    if begins is not None:
        crosses |= dated & (table.first_day < begins) & (table.last_day >= begins)
    if ends is not None:
        crosses |= dated & (table.first_day <= ends) & (table.last_day > ends)
    return int(table.persons[crosses].sum())


def rules_of(by: Sequence[str]) -> dict[str, str]:
    """Give the rule of each dimension, and of the outcome, in one sentence each.

    >>> list(rules_of(["status"]))
    ['outcome', 'status']
    """
    return {name: RULES[name.partition(":")[0]] for name in dict.fromkeys(("outcome", *by))}
