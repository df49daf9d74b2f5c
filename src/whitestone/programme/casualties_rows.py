"""Which casualties does a programme count, each person once, and where and when was each?

The rows of `casualty_table`, one by one, for the arithmetic of estimates: who counts is decided there alone. Nothing
here may identify a person.
"""

from __future__ import annotations

import datetime as dt
import math
import uuid
from typing import Any

import msgspec

from whitestone.domain.dates import PartialDate, parse_partial
from whitestone.errors import InvalidValue
from whitestone.programme.casualties_counting import casualty_table, date_texts, record_ids
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.sameness import same_groups

__all__ = ["COUNT_RULE", "CasualtyRow", "day_or_none", "read_casualties", "within"]

COUNT_RULE = (
    "Each person once, outcome killed, injured or unknown; records that a person declared the same count once; what an "
    "accident states beyond the persons recorded for it counts too."
)
_CARE = ("referral", "referred_to", "referred_on", "follow_up", "followed_up_on", "facility", "hours_to_facility",
         "died_later_on")  # fmt: skip


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
    """Read who counts, situation on a day as known on a day: persons in the order of record ids, then accidents.

    The persons are those of `count_casualties`, row by row; what is said of care and report is laid beside them.
    """
    table = casualty_table(programme, clocks)
    same = same_groups(programme.journal, known=clocks.known)
    told = _told(programme, clocks, "casualty", (*_CARE, "accident_id", "report_date"), same)
    reported = _told(programme, clocks, "accident", ("report_date",), same)
    columns = {name: getattr(table, name).texts() for name in ("outcome", "place", "place_name", "accident")}
    dates = date_texts(table)
    rows: list[CasualtyRow] = []
    beyond: dict[uuid.UUID, int] = {}
    for at, record in enumerate(record_ids(table)):
        persons, lon, lat = int(table.persons[at]), float(table.lon[at]), float(table.lat[at])
        is_stated = bool(table.from_accident[at])
        if is_stated and record in beyond:  # an accident states outcomes apart; here it is one row
            rows[beyond[record]] = msgspec.structs.replace(rows[beyond[record]],
                                                           persons=rows[beyond[record]].persons + persons)
            continue
        said = (reported if is_stated else told).get(record, {})
        accident = columns["accident"][at]
        if is_stated:
            beyond[record] = len(rows)
        rows.append(CasualtyRow(
            record=record, persons=persons, outcome=None if is_stated else columns["outcome"][at],
            event=str(uuid.UUID(accident)) if accident else _event(said.get("accident_id"), same),
            lon=None if math.isnan(lon) else lon, lat=None if math.isnan(lat) else lat, occurred_on=dates[at],
            place=columns["place"][at] or columns["place_name"][at], reported_on=said.get("report_date"),
            from_accident=is_stated, care={name: said[name] for name in _CARE if said.get(name) is not None},
        ))  # fmt: skip
    return rows


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
          same: dict[uuid.UUID, uuid.UUID]) -> dict[uuid.UUID, dict[str, Any]]:
    """Read what is said of each record of a kind; of records declared the same the kept one speaks, then the others."""
    columns = programme.journal.columns(kind, names, clocks.on, clocks.known)
    found: dict[uuid.UUID, dict[str, Any]] = {}
    absorbed = []
    for at, record in enumerate(columns["record_id"]):
        told = {name: columns[name][at] for name in names}
        if record in same:
            absorbed.append((same[record], told))
        else:
            found[record] = told
    for kept, told in absorbed:
        spoken = found.setdefault(kept, told)
        for name, value in told.items():
            if spoken[name] is None:
                spoken[name] = value
    return found


def _event(text: Any, same: dict[uuid.UUID, uuid.UUID]) -> str | None:
    if text is None:
        return None
    try:
        accident = uuid.UUID(str(text))
    except ValueError:
        return str(text)
    return str(same.get(accident, accident))
