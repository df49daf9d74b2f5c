"""What does the page about casualties show: when, where, who, doing what, which device, and which rows stand behind?

Statistical rows only: month, coarse square, classes. No name, no exact position, no record id of a person gets here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from whitestone.casualties.columns import CasualtyTable, Coded, coded
from whitestone.casualties.counting import Figures, column_of, in_period
from whitestone.casualties.rules import OUTCOMES, UNKNOWN
from whitestone.journal.drafts import day_number
from whitestone.programme.casualties_counting import (
    casualties_not_over,
    casualty_table,
    check_period,
    gazetteer,
    remembered,
)
from whitestone.programme.opening import Clocks, Programme

__all__ = ["CELL_DEG", "PANELS", "Bar", "Panel", "Picture", "look"]

PANELS = ("outcome", "year", "month", "place", "sex_age", "status", "device", "activity", "amputation", "source")
"""What can be looked at, and narrowed to by a click on a bar."""
CELL_DEG = 0.25
"""The side of a square on the map: positions are shown no finer."""
MOST_BARS = 40
MOST_CELLS = 2_000


class Bar(msgspec.Struct, frozen=True):
    """One value of a panel with its persons, and its share of the known in per cent (None: it is not known)."""

    value: str
    figures: Figures
    percent: float | None


class Panel(msgspec.Struct, frozen=True):
    """One dimension: its bars, largest first (time in its order), the known and the unknown, and bars left out."""

    name: str
    bars: tuple[Bar, ...]
    known: int
    unknown: int
    left_out: int


class Picture(msgspec.Struct, frozen=True):
    """What is chosen: the totals, the panels, the squares of the map and some rows.

    `cells`: longitude and latitude of the middle of a square, and its persons; `unplaced`: persons without a position;
    `not_over`: persons of a month or year that is not over on the day, who are in no figure yet.
    """

    total: Figures
    of_accidents: Figures
    undated: int
    not_over: int
    panels: dict[str, Panel]
    cells: list[tuple[float, float, Figures]]
    unplaced: int
    rows: list[dict[str, Any]]
    row_count: int


class _Columns(msgspec.Struct):
    table: CasualtyTable
    columns: dict[str, Coded]


def look(programme: Programme, clocks: Clocks, chosen: Mapping[str, str], *, begins: dt.date | None = None,
         ends: dt.date | None = None, level: int = 1, rows: int = 0, first: int = 0) -> Picture:
    """Count what is chosen (dimension -> value, `cell` for a square) in a period, panel by panel.

    `rows`: how many statistical rows are listed, from row `first` on. Choices of what is no panel are left alone.
    Refuses a period that ends before it begins with WrongCall.
    """
    check_period(begins, ends)
    made = _columns(programme, clocks, level)
    table = made.table
    holds = in_period(table, None if begins is None else day_number(begins), None if ends is None else day_number(ends))
    undated = 0 if holds.all() else int(table.persons[(table.last_day < -(10**6)) & ~holds].sum())
    for name, value in chosen.items():
        column = made.columns.get(name)
        if column is not None:
            code = column.words.index(value) if value in column.words else len(column.words)
            holds = holds & (column.codes == code)
    at = np.flatnonzero(holds)
    outcome, persons = table.outcome.codes[at], table.persons[at]
    stated = table.from_accident[at]
    panels = {name: _panel(name, made.columns[name], at, outcome, persons) for name in PANELS}
    cells, unplaced = _cells(made.columns["cell"], at, outcome, persons)
    not_over = int(casualties_not_over(programme, clocks).persons.sum())
    return Picture(_figures(outcome, persons), _figures(outcome[stated], persons[stated]), undated, not_over, panels,
                   cells, unplaced, _listed(made, at[first : first + rows]), len(at))


def _columns(programme: Programme, clocks: Clocks, level: int) -> _Columns:
    def make() -> _Columns:
        """Put every row into its value of each panel once."""
        table, places = casualty_table(programme, clocks), gazetteer(programme, clocks)
        columns = {name: column_of(table, name, places, level if places.spots else None) for name in PANELS}
        return _Columns(table, columns | {"cell": _squares(table)})

    journal = programme.journal
    return remembered(("look", journal.programme_id, *journal.head(), clocks.on, clocks.known, level), make)


def _squares(table: CasualtyTable) -> Coded:
    """Name the square of each position by its middle, `latitude,longitude`."""
    known = np.flatnonzero(~np.isnan(table.lon))
    codes = np.full(len(table), 0, dtype=np.int32)
    if not len(known):
        return Coded(codes, (UNKNOWN,))
    corners = np.floor(np.stack([table.lat[known], table.lon[known]], axis=1) / CELL_DEG)
    found, place = np.unique(corners, axis=0, return_inverse=True)
    codes[known] = place.ravel() + 1
    words = [f"{(north + 0.5) * CELL_DEG:.3f},{(east + 0.5) * CELL_DEG:.3f}" for north, east in found.tolist()]
    return Coded(codes, (UNKNOWN, *words))


def _figures(outcome: npt.NDArray[np.int32], persons: npt.NDArray[np.int64]) -> Figures:
    return Figures(*(int(each) for each in np.bincount(outcome, weights=persons, minlength=len(OUTCOMES))))


def _sums(column: Coded, at: npt.NDArray[np.int64], outcome: npt.NDArray[np.int32], persons: npt.NDArray[np.int64]
          ) -> npt.NDArray[np.int64]:
    key = column.codes[at].astype(np.int64) * 3 + outcome
    return np.bincount(key, weights=persons, minlength=3 * len(column.words)).astype(np.int64).reshape(-1, 3)


def _panel(name: str, column: Coded, at: npt.NDArray[np.int64], outcome: npt.NDArray[np.int32],
           persons: npt.NDArray[np.int64]) -> Panel:
    sums = _sums(column, at, outcome, persons)
    held = [(word, Figures(*row)) for word, row in zip(column.words, sums.tolist(), strict=True) if any(row)]
    unknown = sum(figures.casualties for word, figures in held if _is_unknown(word))
    known = sum(figures.casualties for _, figures in held) - unknown
    if name not in ("year", "month", "outcome"):
        held.sort(key=lambda each: (_is_unknown(each[0]), -each[1].casualties))
    shown = held[-MOST_BARS:] if name in ("year", "month") else held[:MOST_BARS]
    bars = tuple(Bar(word, figures, None if _is_unknown(word) else 100 * figures.casualties / known)
                 for word, figures in shown)
    return Panel(name, bars, known, unknown, len(held) - len(shown))


def _is_unknown(word: str) -> bool:
    return word == UNKNOWN or word.endswith(f"-{UNKNOWN}")


def _cells(column: Coded, at: npt.NDArray[np.int64], outcome: npt.NDArray[np.int32], persons: npt.NDArray[np.int64]
           ) -> tuple[list[tuple[float, float, Figures]], int]:
    sums = _sums(column, at, outcome, persons)
    held = np.flatnonzero(sums[1:].any(axis=1)) + 1
    held = held[np.argsort(-sums[held].sum(axis=1), kind="stable")[:MOST_CELLS]]
    cells = []
    for code in held.tolist():
        lat, lon = column.words[code].split(",")
        cells.append((float(lon), float(lat), Figures(*sums[code].tolist())))
    return cells, int(sums[0].sum())


def _listed(made: _Columns, at: npt.NDArray[np.int64]) -> list[dict[str, Any]]:
    """Write statistical rows: what each says by the rules, no finer than a month and a square."""
    table = made.table.take(at)
    columns = {name: made.columns[name].take(at).texts() for name in (*PANELS, "cell")}
    died = coded([None if day < -(10**6) else str(np.datetime64(int(day), "D"))[:7]
                  for day in table.died_later_day.tolist()]).texts()
    rows = []
    for number in range(len(at)):
        row: dict[str, Any] = {name: words[number] for name, words in columns.items()}
        row |= {"persons": int(table.persons[number]), "from_accident": bool(table.from_accident[number]),
                "died_later": died[number], "records": int(table.members[number])}
        rows.append(row)
    return rows
