"""How does an analyst date finds that lie in a file, or counts that somebody else made?

The same table as of a programme, from one JSON file: single finds, or counts by district and month. What the file
leaves out of the assumptions has the default that the settings of a programme have.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from whitestone.domain.settings import Settings
from whitestone.errors import InvalidValue, UnreadableFile
from whitestone.evidence.dating import Assumptions, Looks, count_finds, months_between
from whitestone.evidence.ladder import Find, day_of
from whitestone.evidence.marks import Mark
from whitestone.evidence.table import dating_table, follow_looks
from whitestone.geodesy.areas import Plane

__all__ = ["CountRow", "DatingFile", "FindRow", "date_file", "read_dating_file"]

_USUAL = Settings()
_Month = str


class FindRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One find of the file; positions in degrees (WGS 84), the rest as evidence.ladder.Find has it."""

    id: str
    name: str = ""
    kind: str = "item"
    found_on: str | None = None
    district: str | None = None
    lon: float | None = None
    lat: float | None = None
    mark: Mark | None = None
    released: str | None = None
    released_on: str | None = None
    in_hazard: bool | None = None


class LandRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much land, not released since D before, was released in a district and month (`YYYY-MM`)."""

    district: str
    month: _Month
    km2: float


class CountRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Counts of one district and month: marks read and of them later than D, events in released land, missed
    expected."""

    district: str
    month: _Month
    read: int = 0
    later: int = 0
    found: int = 0
    expected: float = 0.0


class DatingFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file: day D, the last day of the looks, assumptions, and either finds with land, or counts."""

    after: str | None = None
    until: str | None = None
    misreading_rate: float | None = None
    missed_per_km2_year: float | None = None
    cluster_m: float | None = None
    alpha: float | None = None
    finds: list[FindRow] = []
    released: list[LandRow] = []
    counts: list[CountRow] = []


def read_dating_file(path: str) -> DatingFile:
    """Read the file; refuses what is not there or not understood with UnreadableFile that names the place in it."""
    fix = "See docs/guides/dating.md for what the file holds."
    try:
        given = msgspec.json.decode(Path(path).read_bytes(), type=DatingFile)
    except msgspec.DecodeError as error:
        raise UnreadableFile(path=path, why=str(error), fix=fix) from None
    twice = [own for own, count in Counter(row.id for row in given.finds).items() if count > 1]
    if twice:
        raise UnreadableFile(path=path, why=f"{len(twice)} ids name more than one find, first {twice[0]!r}", fix=fix)
    return given


def date_file(given: DatingFile, *, after: str | None = None, until: str | None = None,
              misreading_rate: float | None = None, missed_per_km2_year: float | None = None,
              alpha: float | None = None, is_whole: bool = False) -> dict[str, Any]:
    """Make the dating table of a file; what is given here goes before what the file says.

    Looks end with `until`, else with the last find, land or count. Refuses finds and counts together, an absent day D,
    and values that cannot be, with InvalidValue.

    >>> date_file(DatingFile(after="2020-11-10", until="2021-01-31"))["rows"]
    []
    """
    day = day_of(after or given.after)
    if day is None:
        raise InvalidValue(field="after", value=None, why="the day D is needed, in the file or as --after")
    if given.counts and (given.finds or given.released):
        raise InvalidValue(field="counts", value=len(given.counts), why="finds or counts, not both in one table")
    rate, missed, level = _chosen(misreading_rate, given.misreading_rate, _USUAL.dating_misreading_rate), _chosen(
        missed_per_km2_year, given.missed_per_km2_year, _USUAL.dating_missed_per_km2_year), _chosen(
        alpha, given.alpha, _USUAL.dating_alpha)  # fmt: skip
    assumed = Assumptions(after=day.last_day, misreading_rate=rate, missed_per_km2_year=missed, alpha=level,
                          cluster_m=_chosen(None, given.cluster_m, _USUAL.dating_cluster_m))
    if given.counts:
        return dating_table(follow_looks(_looks(given.counts), assumed), is_whole=is_whole)
    finds = _placed(given.finds)
    land: dict[tuple[str, str], float] = {}
    for row in given.released:
        land[row.district, _month(row.month)] = land.get((row.district, row.month), 0.0) + row.km2
    counted = count_finds(finds, assumed, land, _last_day(until or given.until, finds, land, day.last_day))
    answer = dating_table(follow_looks(counted.looks, assumed), counted, is_whole=is_whole)
    where = {row.id: (row.lon, row.lat) for row in given.finds}
    for found in answer["finds"]:
        found["lon"], found["lat"] = where[found["id"]]
    return answer


def _chosen(asked: float | None, told: float | None, usual: float) -> float:
    return asked if asked is not None else told if told is not None else usual


def _placed(rows: list[FindRow]) -> list[Find]:
    """Bring positions into a plane of their own, centred on them."""
    known = [(row.lon, row.lat) for row in rows if row.lon is not None and row.lat is not None]
    middle = np.median(np.array(known), axis=0) if known else (0.0, 0.0)
    plane = Plane(float(middle[0]), float(middle[1]))
    lon = [np.nan if row.lon is None else row.lon for row in rows]
    lat = [np.nan if row.lat is None else row.lat for row in rows]
    x, y = plane.xy(lon, lat)
    return [
        Find(id=row.id, name=row.name, kind=row.kind, found_on=row.found_on, district=row.district,
             x_m=float(x[at]), y_m=float(y[at]), mark=row.mark, released=row.released, released_on=row.released_on,
             in_hazard=row.in_hazard)
        for at, row in enumerate(rows)
    ]  # fmt: skip


def _last_day(until: str | None, finds: list[Find], land: dict[tuple[str, str], float], after: dt.date) -> dt.date:
    told = day_of(until)
    if told is not None:
        return told.last_day
    ends = [day.last_day for day in (day_of(find.found_on) for find in finds) if day is not None]
    ends += [day.last_day for day in (day_of(month) for _, month in land) if day is not None]
    return max([after, *ends])


def _looks(rows: list[CountRow]) -> Looks:
    """Lay counts out by district and month; months between that no row names hold nothing."""
    names = sorted({row.district for row in rows})
    months = months_between(min(_month(row.month) for row in rows), max(row.month for row in rows))
    row_of, column_of = ({name: at for at, name in enumerate(each)} for each in (names, months))
    shape = (len(names), len(months))
    counts = {name: np.zeros(shape, dtype=np.int64) for name in ("read", "later", "released")}
    expected = np.zeros(shape)
    for row in rows:
        at = row_of[row.district], column_of[_month(row.month)]
        for name, value in (("read", row.read), ("later", row.later), ("released", row.found)):
            counts[name][at] += value
        expected[at] += row.expected
    empty = np.zeros(shape, dtype=np.int64)
    return Looks(districts=names, months=months, events=counts["released"], items=empty, accidents=empty,
                 expected=expected, years=np.where(expected > 0, 1 / 12, 0.0), **counts)


def _month(text: str) -> str:
    day = day_of(text)
    if day is None or day.precision != "month":
        raise InvalidValue(field="month", value=text, why="YYYY-MM")
    return text
