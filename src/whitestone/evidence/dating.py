"""Which finds speak for laying after day D, by district and month, how strongly, and what stays open?

From single finds to the dating table: finds are joined to events, each look counts what came in that month, and
evidence is followed under the plan of looks. What cannot be counted is a line of its own. The table says whether
something was laid after D; it never says by whom.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from whitestone.errors import InvalidValue
from whitestone.evidence.events import event_of
from whitestone.evidence.ladder import Find, day_of, speaks_for_released
from whitestone.evidence.marks import LATER, NOT_LATER, verdict

__all__ = ["NO_DISTRICT", "Assumptions", "Counted", "Looks", "count_finds", "month_of", "months_between"]

NO_DISTRICT = "(no district)"
ELSEWHERE = "in released land that is booked to another district: not in the test of released land"
Array = np.ndarray[Any, Any]


class Assumptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a dating table stands on; each is a setting of the programme and printed with the table.

    `after` is day D; `misreading_rate` the share of marks read as later though they are not; `missed_per_km2_year` how
    many missed items come to light on a km2 of released land in a year; `cluster_m` the reach of one event; `alpha`
    the share of districts that may have a false alarm, over all looks.
    """

    after: dt.date
    misreading_rate: float = 0.01
    missed_per_km2_year: float = 0.5
    cluster_m: float = 50.0
    alpha: float = 0.05


class Looks(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of each look, arrays of districts by months: events, legible and late marks, finds in released land.

    `expected` is how many missed items each look was to bring to light in land released since D, `years` the length of
    the look where there is such land.
    """

    districts: list[str]
    months: list[str]
    events: Array
    items: Array
    accidents: Array
    read: Array
    later: Array
    released: Array
    expected: Array
    years: Array


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """Finds as counted: the looks, the event of each find (its first find's id), and what is in no look, by reason."""

    looks: Looks
    finds: list[Find]
    event: list[str]
    left_out: dict[str, int]
    marks: dict[str, int]


def month_of(day: dt.date) -> str:
    """Name the month of a day.

    >>> month_of(dt.date(2021, 5, 31))
    '2021-05'
    """
    return f"{day.year:04d}-{day.month:02d}"


def months_between(first: str, last: str) -> list[str]:
    """List the months from the first to the last; none where the last comes first.

    >>> months_between("2020-11", "2021-01"), months_between("2021-01", "2020-11")
    (['2020-11', '2020-12', '2021-01'], [])
    """
    begin, end = (int(text[:4]) * 12 + int(text[5:]) - 1 for text in (first, last))
    return [f"{at // 12:04d}-{at % 12 + 1:02d}" for at in range(begin, end + 1)]


def count_finds(finds: Sequence[Find], assumed: Assumptions, released_km2: Mapping[tuple[str, str], float],
                until: dt.date, districts: Sequence[str] = ()) -> Counted:
    """Join finds to events and count them by district and month, from the month of D to that of `until`.

    `released_km2` says how much land newly counts as released in a district and month (`YYYY-MM`), of releases on or
    after D; it stays exposed from then on. `districts` are listed even where nothing was found. An event counts in the
    month in which it first says something: of marks the first legible one, of released land the first find in it, so
    that a crowd at one spot is one. Refuses dates that are none, and negative land, with InvalidValue.

    >>> told = count_finds([], Assumptions(after=dt.date(2020, 11, 10)), {}, dt.date(2021, 1, 31))
    >>> told.looks.months, told.looks.events.shape
    (['2020-11', '2020-12', '2021-01'], (0, 3))
    """
    if any(area < 0 for area in released_km2.values()):
        raise InvalidValue(field="released_km2", value="negative", why="an area is not negative")
    dated, left_out = _dated(finds, assumed.after, until)
    order = [find for _, find in dated]
    begun = event_of([_metres(find.x_m) for find in order], [_metres(find.y_m) for find in order], assumed.cluster_m,
                     [month_of(day) for day, _ in dated])
    names = sorted({*districts, *(district for district, _ in released_km2), *(_named(find) for find in order)})
    months = months_between(month_of(assumed.after), month_of(until))
    looks = _empty(names, months)
    _exposed(looks, released_km2, assumed.missed_per_km2_year)
    row_of, column_of = ({name: at for at, name in enumerate(each)} for each in (names, months))
    marks: Counter[str] = Counter()
    said: dict[str, set[int]] = defaultdict(set)
    for (day, find), event in zip(dated, begun, strict=True):
        at = row_of[_named(find)], column_of[month_of(day)]
        looks.items[at] += find.kind == "item"
        looks.accidents[at] += find.kind == "accident"
        _once(looks.events, at, said["event"], event)
        if find.kind != "item":
            continue
        judged = verdict(find.mark, assumed.after, day)
        marks[judged] += 1
        if judged in (LATER, NOT_LATER) and event not in said["mark"]:
            looks.later[at] += judged == LATER
            _once(looks.read, at, said["mark"], event)
        if speaks_for_released(find, assumed.after) and not looks.expected[at] > 0:
            left_out[ELSEWHERE] += 1
        elif speaks_for_released(find, assumed.after):
            _once(looks.released, at, said["released"], event)
    return Counted(looks=looks, finds=order, event=[order[at].id for at in begun], left_out=left_out, marks=dict(marks))


def _once(counts: Array, at: tuple[int, int], seen: set[int], event: int) -> None:
    if event not in seen:
        seen.add(event)
        counts[at] += 1


def _dated(finds: Sequence[Find], after: dt.date, until: dt.date) -> tuple[list[tuple[dt.date, Find]], dict[str, int]]:
    """Order the finds after D by day, then id; the rest is counted by reason."""
    left_out = {"no date": 0, "found by the end of D": 0, "found after the last look": 0, ELSEWHERE: 0}
    dated = []
    for find in finds:
        day = day_of(find.found_on)
        if day is None:
            left_out["no date"] += 1
        elif day.last_day <= after:
            left_out["found by the end of D"] += 1
        elif day.last_day > until:
            left_out["found after the last look"] += 1
        else:
            dated.append((day.last_day, find))
    return sorted(dated, key=lambda pair: (pair[0], pair[1].id)), left_out


def _empty(names: list[str], months: list[str]) -> Looks:
    shape = (len(names), len(months))
    counts = {name: np.zeros(shape, dtype=np.int64)
              for name in ("events", "items", "accidents", "read", "later", "released")}
    return Looks(districts=names, months=months, expected=np.zeros(shape), years=np.zeros(shape), **counts)


def _exposed(looks: Looks, released_km2: Mapping[tuple[str, str], float], missed_per_km2_year: float) -> None:
    """Let land count from the month of its release on: what it was to bring to light grows with it, never shrinks."""
    places = {name: at for at, name in enumerate(looks.districts)}
    when = {name: at for at, name in enumerate(looks.months)}
    for (district, month), area in released_km2.items():
        if month in when:
            looks.expected[places[district], when[month] :] += area * missed_per_km2_year / 12
    looks.years[looks.expected > 0] = 1 / 12


def _metres(value: float | None) -> float:
    return float("nan") if value is None else value


def _named(find: Find) -> str:
    return find.district or NO_DISTRICT
