"""How many were killed, injured, or are of unknown outcome, by which dimensions, and out of how many known?

Every answer adds up: the rows to the total, always, because each person stands in exactly one row. What is not known is
a row of its own, and every percentage is of known values, with its denominator and the number not known.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

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


class CasualtyCount(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A table of casualties. `by` names the dimensions; rows hold persons, none of them is empty, and sum to `total`.

    `sums` (r, 3) are the persons of each row by outcome, `codes` for each dimension the code of each row's value (r) in
    `words`; `rows` are the same as values. `unknown_values`: persons whose value of a dimension is not known.
    `of_accidents`: the part of the total that accidents state beyond the persons recorded. `died_later`: the part of
    the killed who died later. `undated` and `not_certain`: persons left out because nothing says when, and persons
    whose date of less precision overlaps a border of the period. `shares` holds for each dimension its values with
    persons, the known, and the unknown.
    """

    by: tuple[str, ...]
    sums: Int64
    codes: tuple[Int64, ...]
    words: tuple[tuple[str, ...], ...]
    of_accidents: Figures = Figures()
    died_later: int = 0
    undated: int = 0
    not_certain: int = 0

    @functools.cached_property
    def rows(self) -> tuple[Row, ...]:
        """Return the rows in the order of the words of the first dimension, then of the second, and so on."""
        words = [np.array(each, dtype=object)[codes] for each, codes in zip(self.words, self.codes, strict=True)]
        keys = list(zip(*words, strict=True)) if words else [()] * len(self.sums)
        return tuple(Row(tuple(key), Figures(*each)) for key, each in zip(keys, self.sums.tolist(), strict=True))

    @functools.cached_property
    def total(self) -> Figures:
        """Return the sum of all rows."""
        return Figures(*(int(each) for each in self.sums.sum(axis=0)))

    @functools.cached_property
    def shares(self) -> dict[str, dict[str, Any]]:
        """Say for each dimension how many of how many known have which value, and how many are not known."""
        return {name: _share(words, np.bincount(codes, weights=self.sums.sum(axis=1), minlength=len(words)))
                for name, codes, words in zip(self.by, self.codes, self.words, strict=True)}

    @property
    def unknown_values(self) -> dict[str, int]:
        """Say for each dimension of how many persons its value is not known."""
        return {name: each["unknown"] for name, each in self.shares.items()}


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
          gazetteer: Gazetteer = NO_PLACES, level: int | None = None, rows: Flags | None = None,
          columns: Callable[[str], Coded] | None = None) -> CasualtyCount:
    """Count persons by dimensions over a period, of some rows or of all (None); see CasualtyCount.

    `columns` gives the column of a dimension where the caller keeps them; otherwise they are made.

    >>> from whitestone.casualties.tabling import tabled
    >>> from whitestone.casualties.packing import nothing_said
    >>> count(tabled(*nothing_said(), 0), ["outcome"]).total.casualties
    0
    """
    get = columns or (lambda name: column_of(table, name, gazetteer, level))
    is_all = begins is None and ends is None and rows is None
    inside = in_period(table, begins, ends) if rows is None else in_period(table, begins, ends) & rows
    chosen = slice(None) if is_all else np.flatnonzero(inside)
    made = [get(name) for name in by]
    outcome, persons = table.outcome.codes[chosen], table.persons[chosen]
    sums, codes = _summed([(each.codes[chosen], max(len(each.words), 1)) for each in made], outcome, persons)
    stated = np.flatnonzero(table.from_accident[chosen])
    died = np.flatnonzero(table.died_later_day[chosen] != NO_DAY)
    asked = np.ones(len(table), dtype=bool) if rows is None else rows
    return CasualtyCount(
        by=tuple(by), sums=sums, codes=codes, words=tuple(each.words for each in made),
        of_accidents=_figures(outcome[stated], persons[stated]),
        died_later=int(persons[died][outcome[died] == 0].sum()),
        undated=0 if begins is None and ends is None else int(table.persons[(table.last_day == NO_DAY) & asked].sum()),
        not_certain=_not_certain(table, asked, begins, ends),
    )  # fmt: skip


def _summed(columns: list[tuple[Int32, int]], outcome: Int32, persons: Int64) -> tuple[Int64, tuple[Int64, ...]]:
    """Add persons up by every combination that holds any; gives (r, 3) sums and each dimension's codes (r)."""
    shape = [size for _, size in columns]
    key = np.zeros(len(persons), dtype=np.int64)
    for codes, size in columns:
        key *= size
        key += codes
    cells = int(np.prod([float(size) for size in shape])) if columns else 1
    key *= 3
    key += outcome
    several = np.flatnonzero(persons != 1)
    if cells <= max(4 * len(persons), 100_000):
        found, sums = np.arange(cells), _bins(key, persons, several, cells)
    else:
        found, sums = _runs(key, persons, several)
    holds = np.flatnonzero(sums.any(axis=1))
    parts = np.unravel_index(found[holds], shape) if columns else ()
    return sums[holds], tuple(np.asarray(part, dtype=np.int64) for part in parts)


def _bins(key: Int64, persons: Int64, several: Int64, cells: int) -> Int64:
    """Add up where every cell has room: each row as one, then the rows that stand for another number."""
    sums = np.bincount(key, minlength=3 * cells).astype(np.int64)
    if len(several):
        sums += np.bincount(key[several], weights=persons[several] - 1, minlength=3 * cells).astype(np.int64)
    return sums.reshape(-1, 3)


def _runs(key: Int64, persons: Int64, several: Int64) -> tuple[Int64, Int64]:
    """Add up where cells are many and mostly empty: sort, and count what stands together."""
    ordered = np.sort(key)
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else np.zeros(0, dtype=np.int64)
    met = ordered[starts]
    counts = np.diff(np.r_[starts, len(ordered)]).astype(np.int64)
    np.add.at(counts, np.searchsorted(met, key[several]), persons[several] - 1)
    cell, outcome = np.divmod(met, 3)
    first = np.r_[True, cell[1:] != cell[:-1]] if len(cell) else np.zeros(0, dtype=bool)
    sums = np.zeros((int(first.sum()), 3), dtype=np.int64)
    sums[np.cumsum(first) - 1, outcome] = counts
    return cell[first], sums


def _figures(outcome: Int32, persons: Int64) -> Figures:
    sums = np.bincount(outcome, weights=persons, minlength=len(OUTCOMES))
    return Figures(*(int(each) for each in sums))


def _share(words: tuple[str, ...], sums: npt.NDArray[Any]) -> dict[str, Any]:
    """Say how many of how many known, value by value, and how many are not known."""
    held = [(word, int(persons)) for word, persons in zip(words, sums.tolist(), strict=True) if persons]
    unknown = sum(persons for word, persons in held if word == UNKNOWN or word.endswith(f"-{UNKNOWN}"))
    known = sum(persons for _, persons in held) - unknown
    values = {word: {"persons": persons, "percent": round(100 * persons / known, 2)} for word, persons in held
              if word != UNKNOWN and not word.endswith(f"-{UNKNOWN}")}
    return {"values": values, "known": known, "unknown": unknown}


def _not_certain(table: CasualtyTable, asked: Flags, begins: int | None, ends: int | None) -> int:
    """Add up who may have been met inside or outside: the span of the date lies on both sides of a border."""
    if begins is None and ends is None:
        return 0
    crosses = np.zeros(len(table), dtype=bool)
    dated = (table.last_day != NO_DAY) & asked
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
