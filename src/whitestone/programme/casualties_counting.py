"""How many casualties does this programme know of, by what, when, where, and as of which two clocks?"""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
import numpy as np

from whitestone.casualties.columns import NO_DAY, CasualtyTable, Coded, coded
from whitestone.casualties.counting import CasualtyCount, column_of, count, read_dimensions, rules_of
from whitestone.casualties.places import Gazetteer, Spot
from whitestone.casualties.tabling import everybody
from whitestone.domain.codes import folded
from whitestone.errors import InvalidValue, WrongCall
from whitestone.journal.drafts import day_number, instant_us
from whitestone.programme.casualties_kept import KeptSaid, kept_said
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.sameness import same_groups

__all__ = ["ENTERED_HERE", "as_answer", "casualties_not_over", "casualty_table", "check_period", "count_casualties",
           "date_texts", "gazetteer", "places_named", "record_ids", "remembered"]

ENTERED_HERE = "entered here"
"""The source of a record that came in by no file."""
_MOST_IN_MEMORY = 12
_tables: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
_lock = threading.RLock()
T = TypeVar("T")


def casualty_table(programme: Programme, clocks: Clocks) -> CasualtyTable:
    """Return who counts under both clocks, each person once; kept in memory while nothing is recorded."""
    return _held(programme, clocks).table


def casualties_not_over(programme: Programme, clocks: Clocks) -> CasualtyTable:
    """Return those of a month or year that has begun and is not over on the day; they count when it is."""
    return _held(programme, clocks).not_over


def record_ids(table: CasualtyTable) -> list[uuid.UUID]:
    """Give the record id of each row.

    >>> from whitestone.casualties.packing import nothing_said
    >>> from whitestone.casualties.tabling import tabled
    >>> record_ids(tabled(*nothing_said(), 0))
    []
    """
    return [uuid.UUID(bytes=each.ljust(16, b"\0")) for each in table.ids.tolist()]


def date_texts(table: CasualtyTable) -> list[str | None]:
    """Write the date of each row to the day, month or year to which it is known; None where it is undated.

    >>> from whitestone.casualties.packing import nothing_said
    >>> from whitestone.casualties.tabling import tabled
    >>> date_texts(tabled(*nothing_said(), 0))
    []
    """
    known: dict[tuple[int, int], str | None] = {}
    texts = []
    for span in zip(table.first_day.tolist(), table.last_day.tolist(), strict=True):
        if span not in known:
            first, last = (str(np.datetime64(day, "D")) for day in span)
            exactly = 10 if first == last else 7 if first[:7] == last[:7] else 4
            known[span] = None if span[0] == NO_DAY else first[:exactly]
        texts.append(known[span])
    return texts


class _Held(msgspec.Struct):
    """A table with the columns of its dimensions, each made once, by name and level; and who is `not_over`."""

    table: CasualtyTable
    not_over: CasualtyTable
    columns: dict[tuple[str, int | None], Coded] = {}

    def column(self, name: str, places: Gazetteer, level: int | None) -> Coded:
        """Return the column of a dimension, kept from the last time."""
        key = (name, level if name == "place" else None)
        if key not in self.columns:
            self.columns[key] = column_of(self.table, name, places, level)
        return self.columns[key]


def _held(programme: Programme, clocks: Clocks) -> _Held:
    said = kept_said(programme)
    # Places may be renamed while no casualty changes: the whole journal's head is part of what columns depend on.
    key = ("table", programme.journal.programme_id, *programme.journal.head(), clocks.on, clocks.known)
    return remembered(key, lambda: _tabled(programme, said, clocks))


def count_casualties(programme: Programme, by: str | Sequence[str], begins: dt.date | None = None,
                     ends: dt.date | None = None, clocks: Clocks | None = None, place: str | None = None,
                     level: int | None = None) -> CasualtyCount:
    """Count casualties by dimensions over a period (both days included; None: open) under both clocks.

    `place`: only those in a place, by record id, code or name; `level`: of the gazetteer, for the dimension `place`.
    Refuses an unknown dimension or place with InvalidValue, a period that ends before it begins with WrongCall.
    """
    names = read_dimensions(by)
    check_period(begins, ends)
    asked = clocks or programme.clocks()
    held, places = _held(programme, asked), gazetteer(programme, asked)
    rows = _inside(held.table.place, places, places_named(places, place)) if place else None
    return count(held.table, names, begins=None if begins is None else day_number(begins),
                 ends=None if ends is None else day_number(ends), rows=rows,
                 columns=lambda name: held.column(name, places, level))


def check_period(begins: dt.date | None, ends: dt.date | None) -> None:
    """Refuse a period that ends before it begins with WrongCall; None is an open border.

    >>> check_period(dt.date(2020, 1, 1), dt.date(2020, 1, 1)), check_period(None, None)
    (None, None)
    """
    if begins is not None and ends is not None and begins > ends:
        raise WrongCall(why=f"The period from {begins} to {ends} ends before it begins.", fix="Exchange the two days.")


def gazetteer(programme: Programme, clocks: Clocks) -> Gazetteer:
    """Return the places of a programme as known at `clocks.known`, whatever day they are valid on."""
    key = ("places", programme.journal.programme_id, *programme.journal.head(), clocks.known)
    return remembered(key, lambda: _gazetteer(programme, clocks))


def places_named(places: Gazetteer, text: str) -> frozenset[str]:
    """Find the places that a word means: a record id, a code, else a name, whatever its case and accents.

    Refuses a word that means no place with InvalidValue. A name that several places share means all of them.

    >>> places = Gazetteer({"a": Spot("Ávila", "X1")})
    >>> sorted(places_named(places, "avila")), sorted(places_named(places, "x1"))
    (['a'], ['a'])
    """
    wanted = folded(text)
    for which in (0, 1, 2):
        found = frozenset(key for key, spot in places.spots.items()
                          if folded((key, spot.code or "", spot.name)[which]) == wanted)
        if found and wanted:
            return found
    raise InvalidValue(field="place", value=text, why="no place of the gazetteer has this id, code or name")


def as_answer(programme: Programme, counted: CasualtyCount, clocks: Clocks, begins: dt.date | None = None,
              ends: dt.date | None = None) -> dict[str, Any]:
    """Write a count as the command line and the API say it; `as_known_on` is a date, today where none was asked for."""
    not_over = int(casualties_not_over(programme, clocks).persons.sum())
    return {
        "situation_on": clocks.on.isoformat(),
        "as_known_on": (clocks.known_on or programme.today()).isoformat(),
        "from": begins.isoformat() if begins else None,
        "to": ends.isoformat() if ends else None,
        "rows": [{"key": dict(zip(counted.by, row.key, strict=True)), **row.figures.as_dict()} for row in counted.rows],
        "total": counted.total.as_dict(),
        "unknown_values": counted.unknown_values,
        "percentages": counted.shares,
        "accidents_beyond_persons": counted.of_accidents.as_dict(),
        "died_later": counted.died_later,
        "left_out": {"undated": counted.undated, "date_not_over": not_over},
        "date_not_certain": counted.not_certain,
        "rule": rules_of(counted.by),
    }


def remembered(key: tuple[Any, ...], make: Callable[[], T]) -> T:
    """Return what `make` makes, made once for a key while it is among the last few that were asked for.

    >>> remembered(("an example",), lambda: 1), remembered(("an example",), lambda: 2)
    (1, 1)
    """
    found = _tables.get(key)
    if found is None:
        with _lock:  # many pages ask at once; one of them makes it
            found = _tables.get(key)
            if found is None:
                found = _tables[key] = make()
                while len(_tables) > _MOST_IN_MEMORY:
                    _tables.popitem(last=False)
    return found


def _tabled(programme: Programme, said: KeptSaid, clocks: Clocks) -> _Held:
    same = {absorbed.bytes: kept.bytes for absorbed, kept in same_groups(programme.journal, known=clocks.known).items()}
    names = _dataset_names(programme)
    casualties, accidents = (
        msgspec.structs.replace(each, texts={**each.texts, "dataset": _named(each.texts["dataset"], names)})
        for each in (said.casualties, said.accidents)
    )
    moment = None if clocks.known is None else instant_us(clocks.known)
    day = day_number(clocks.on)
    told = everybody(casualties, accidents, day, moment, same, programme.lists)
    not_over = told.take((told.first_day <= day) & (told.last_day > day))
    return _Held(_placed(programme, told.take(told.last_day <= day), clocks), _placed(programme, not_over, clocks))


def _placed(programme: Programme, table: CasualtyTable, clocks: Clocks) -> CasualtyTable:
    """Give those who name no place of the gazetteer the smallest one whose outline holds their position."""
    open_ = np.flatnonzero((table.place.codes < 0) & ~np.isnan(table.lon))
    if not len(open_):
        return table
    read = programme.journal.columns("place", ("admin_level", "geometry"), known=clocks.known)
    drawn = [at for at, geometry in enumerate(read["geometry"]) if geometry is not None]
    if not drawn:
        return table
    import shapely

    # Deepest level first, so that the first outline that holds a point is the smallest.
    drawn.sort(key=lambda at: -(read["admin_level"][at] or 0))
    shapes = shapely.from_wkb(np.array([read["geometry"][at] for at in drawn], dtype=object))
    spots, which = np.unique(np.stack([table.lon[open_], table.lat[open_]], axis=1), axis=0, return_inverse=True)
    point, place = shapely.STRtree(shapes).query(shapely.points(spots), predicate="within")
    first = np.full(len(spots), len(drawn), dtype=np.int64)
    np.minimum.at(first, point, place)
    words: list[str | None] = [None] * len(table)
    names = [*(str(read["record_id"][at]) for at in drawn), None]
    for row, found in zip(open_.tolist(), first[which.ravel()].tolist(), strict=True):
        words[row] = names[found]
    return msgspec.structs.replace(table, place=table.place.filled(coded(words)))


def _dataset_names(programme: Programme) -> dict[str, str]:
    states = list(programme.journal.states("dataset", geometry=False))
    plain = {state.record_id.hex: str(state.body.get("local_id") or state.body.get("name") or state.record_id)
             for state in states}
    often = Counter(plain.values())
    return {key: f"{name} ({key[-8:]})" if often[name] > 1 else name for key, name in plain.items()}


def _named(column: Coded, names: Mapping[str, str]) -> Coded:
    words = tuple(names.get(word, word) for word in column.words)
    codes = np.where(column.codes < 0, len(words), column.codes).astype(np.int32)
    return Coded(codes, (*words, ENTERED_HERE))


def _gazetteer(programme: Programme, clocks: Clocks) -> Gazetteer:
    read = programme.journal.columns("place", ("name", "pcode", "admin_level", "parent_id", "parent_pcode"),
                                     known=clocks.known)
    ids = [str(record) for record in read["record_id"]]
    by_code = {code: key for key, code in zip(ids, read["pcode"], strict=True) if code}
    spots = {}
    for at, key in enumerate(ids):
        parent = read["parent_id"][at] or by_code.get(read["parent_pcode"][at])
        level = read["admin_level"][at]
        name = str(read["name"][at] or read["pcode"][at] or key)
        spots[key] = Spot(name, read["pcode"][at], level if isinstance(level, int) else None, parent)
    same = {str(absorbed): str(kept) for absorbed, kept in same_groups(programme.journal, known=clocks.known).items()}
    return Gazetteer(spots, {absorbed: kept for absorbed, kept in same.items() if absorbed in spots and kept in spots})


def _inside(column: Coded, places: Gazetteer, wanted: frozenset[str]) -> Any:
    """Say which rows lie in some places, or in places that lie in them."""
    found = np.array([*(not wanted.isdisjoint(places.chain(word)) for word in column.words), False])
    return found[column.codes]

