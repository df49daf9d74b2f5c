"""Which casualties does a programme count, each person once, and where and when was each?

The seam between the journal and the arithmetic of estimates: records declared the same count once, and what an accident
states beyond the persons that are recorded for it counts as well. Nothing here may identify a person.
"""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections import Counter
from typing import Any

import msgspec
import numpy as np
import shapely

from whitestone.domain.dates import PartialDate, parse_partial
from whitestone.errors import InvalidValue
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.sameness import same_groups

__all__ = ["COUNT_RULE", "CasualtyRow", "day_or_none", "read_casualties", "within"]

COUNT_RULE = (
    "Each person once, outcome killed, injured or unknown; records that a person declared the same count once; what an "
    "accident states beyond the persons recorded for it counts too."
)
_EVENT = ("occurred_on", "place_id", "place_name", "report_date")
_CARE = ("referral", "referred_to", "referred_on", "follow_up", "followed_up_on", "facility", "hours_to_facility",
         "died_later_on")  # fmt: skip
_STATED = ("killed", "injured", "outcome_unknown", "casualties")


class CasualtyRow(msgspec.Struct, frozen=True, kw_only=True):
    """One counted row: `persons` casualties of one record, or stated by an accident and not recorded as persons.

    `place` is the record id of its place, else the name as written; `event` the accident it belongs to; `lon`, `lat`
    degrees, None without a position; `care` what is stated of the care chain.
    """

    record: uuid.UUID
    persons: int
    occurred_on: str | None = None
    outcome: str | None = None
    place: str | None = None
    event: str | None = None
    lon: float | None = None
    lat: float | None = None
    reported_on: str | None = None
    from_accident: bool = False
    care: dict[str, Any] = {}


def read_casualties(programme: Programme, clocks: Clocks) -> list[CasualtyRow]:
    """Read who counts, situation on a day as known on a day, in the order of record ids."""
    same = same_groups(programme.journal, clocks.on, clocks.known)
    accidents = {str(told["record"]): told for told in _told(programme, clocks, "accident", (*_EVENT, *_STATED), same)}
    rows, recorded = [], Counter[str]()
    for told in _told(programme, clocks, "casualty", (*_EVENT, *_CARE, "accident_id", "persons", "outcome"), same):
        event = _event(told["accident_id"], same)
        stated = accidents.get(event or "", dict.fromkeys((*_EVENT, "point")))
        persons = 1 if told["persons"] is None else int(told["persons"])
        recorded[event or ""] += persons
        lon, lat = told["point"] or stated["point"] or (None, None)
        rows.append(CasualtyRow(
            record=told["record"], persons=persons, outcome=told["outcome"], event=event, lon=lon, lat=lat,
            occurred_on=told["occurred_on"] or stated["occurred_on"], place=_place(told) or _place(stated),
            reported_on=told["report_date"], care={name: told[name] for name in _CARE if told[name] is not None},
        ))  # fmt: skip
    return rows + _only_stated(accidents, recorded)


def within(rows: list[CasualtyRow], start: dt.date | None, end: dt.date | None) -> tuple[list[CasualtyRow], int, int]:
    """Keep rows whose whole date lies from `start` to `end`; return them, the undated and those outside, in persons.

    Without bounds all rows stay. Refuses an end before the start with InvalidValue.

    >>> row = CasualtyRow(record=uuid.UUID(int=1), persons=2, occurred_on="2020-05")
    >>> within([row], dt.date(2020, 1, 1), None)[1:], within([row], None, dt.date(2020, 5, 30))[1:]
    ((0, 0), (0, 2))
    >>> within([], None, None)
    ([], 0, 0)
    """
    if start is not None and end is not None and end < start:
        raise InvalidValue(field="to", value=str(end), why="not before --from")
    if start is None and end is None:
        return rows, 0, 0
    kept, undated, outside = [], 0, 0
    for row in rows:
        day = day_or_none(row.occurred_on)
        if day is None:
            undated += row.persons
        elif (start is None or day.first_day >= start) and (end is None or day.last_day <= end):
            kept.append(row)
        else:
            outside += row.persons
    return kept, undated, outside


def day_or_none(text: str | None) -> PartialDate | None:
    """Read a date as stated; None where there is none or it is not understood (the check lists it).

    >>> str(day_or_none("2020-05")), day_or_none("May"), day_or_none(None)
    ('2020-05', None, None)
    """
    try:
        return parse_partial(text) if text else None
    except InvalidValue:
        return None


def _told(programme: Programme, clocks: Clocks, kind: str, names: tuple[str, ...],
          same: dict[uuid.UUID, uuid.UUID]) -> list[dict[str, Any]]:
    """Read what is said of each record of a kind; of records declared the same the kept one speaks, then the others.

    How many persons a record stands for is its own, and is never filled from another.
    """
    columns = programme.journal.columns(kind, (*names, "geometry"), clocks.on, clocks.known)
    points = _points(columns["geometry"])
    found: dict[uuid.UUID, dict[str, Any]] = {}
    absorbed = []
    for at, record in enumerate(columns["record_id"]):
        told = {"record": record, "point": points[at], **{name: columns[name][at] for name in names}}
        if record in same:
            absorbed.append(told)
        else:
            found[record] = told
    for told in absorbed:
        kept = found.setdefault(same[told["record"]], {**told, "record": same[told["record"]]})
        for name, value in told.items():
            if kept[name] is None and name != "persons":
                kept[name] = value
    return list(found.values())


def _only_stated(accidents: dict[str, dict[str, Any]], recorded: Counter[str]) -> list[CasualtyRow]:
    """Make a row of what each accident states beyond the persons recorded for it."""
    rows = []
    for event, told in accidents.items():
        parts = sum(int(told[name] or 0) for name in ("killed", "injured", "outcome_unknown"))
        beyond = max(parts, int(told["casualties"] or 0)) - recorded[event]
        if beyond > 0:
            lon, lat = told["point"] or (None, None)
            rows.append(CasualtyRow(record=told["record"], persons=beyond, occurred_on=told["occurred_on"], event=event,
                                    place=_place(told), lon=lon, lat=lat, reported_on=told["report_date"],
                                    from_accident=True))  # fmt: skip
    return rows


def _event(text: Any, same: dict[uuid.UUID, uuid.UUID]) -> str | None:
    if text is None:
        return None
    try:
        accident = uuid.UUID(str(text))
    except ValueError:
        return str(text)
    return str(same.get(accident, accident))


def _place(told: dict[str, Any]) -> str | None:
    place = told["place_id"] or told["place_name"]
    return None if place is None else str(place)


def _points(geometries: list[bytes | None]) -> list[tuple[float, float] | None]:
    """Give the middle of each geometry in degrees; None where there is none."""
    held = [at for at, each in enumerate(geometries) if each is not None]
    found: list[tuple[float, float] | None] = [None] * len(geometries)
    if held:
        middles = shapely.centroid(shapely.from_wkb(np.array([geometries[at] for at in held], dtype=object)))
        for at, lon, lat in zip(held, shapely.get_x(middles).tolist(), shapely.get_y(middles).tolist(), strict=True):
            found[at] = (lon, lat) if math.isfinite(lon) and math.isfinite(lat) else None
    return found
