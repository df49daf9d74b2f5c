"""Who counts on one day as known at one moment: how does what was said become the table that is counted?

A person's record speaks for the person; what it does not say of the event (date, place, device, activity) its accident
says. What an accident states beyond the persons recorded is counted as well, as persons of whom nothing else is known:
a line of its own in every answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from whitestone.casualties import rules
from whitestone.casualties.columns import NO_DAY, NOT_STATED, CasualtyTable, Coded, Int32, Int64, Said, coded
from whitestone.casualties.merging import merged, roots_of
from whitestone.domain.codes import CODE_LISTS, CodeList

__all__ = [
    "ACCIDENT_NUMBERS", "ACCIDENT_TEXTS", "CASUALTY_NUMBERS", "CASUALTY_TEXTS", "Beyond", "beyond", "everybody",
    "tabled",
]  # fmt: skip

OF_THE_EVENT = ("occurred_on", "device_category", "activity_at_time", "place_id", "place_name")
"""What a person's record leaves to its accident where it says nothing."""
CASUALTY_TEXTS = (*OF_THE_EVENT, "outcome", "died_later_on", "sex", "age_group", "age_band", "person_status",
                  "accident_id", "dataset")  # fmt: skip
CASUALTY_NUMBERS = ("age_years", "persons", "amputation")
ACCIDENT_TEXTS = (*OF_THE_EVENT, "dataset")
ACCIDENT_NUMBERS = ("killed", "injured", "injured_with_amputation", "outcome_unknown", "casualties")


class Beyond(NamedTuple):
    """What each accident states beyond the persons recorded, by outcome, and what is recorded beyond what it states."""

    killed: Int64
    injured: Int64
    unknown: Int64
    not_stated: Int64


def beyond(stated: Mapping[str, Int32], recorded: npt.NDArray[np.int64]) -> Beyond:
    """Subtract the persons recorded (n, 3: killed, injured, unknown) from what n accidents state.

    A total stated beyond its parts is of unknown outcome. An accident states no more persons missing than its total
    lacks: a death recorded later moves a person from injured to killed, and makes nobody. Source: IMAS 10.60, domain
    facts 5.2 (number killed, injured, unknown).

    >>> said = {"killed": 1, "injured": 2, "outcome_unknown": -1, "casualties": 4}
    >>> [each.tolist() for each in beyond({name: np.array([n]) for name, n in said.items()}, np.array([[2, 0, 0]]))]
    [[0], [1], [1], [0]]
    >>> beyond({name: np.zeros(0, int) for name in said}, np.zeros((0, 3), int)).killed.tolist()
    []
    """
    parts = [np.maximum(stated[name], 0).astype(np.int64) for name in ("killed", "injured", "outcome_unknown")]
    parts[2] = parts[2] + np.maximum(stated["casualties"] - sum(parts), 0)
    lacks = np.stack(parts, axis=1) - recorded
    is_stated = np.any([stated[name] != NOT_STATED for name in ("killed", "injured", "outcome_unknown", "casualties")],
                       axis=0)
    missing = np.where(is_stated, np.maximum(lacks.sum(axis=1), 0), 0)
    found = {}
    for column in (0, 2, 1):  # the injured last: a death that was recorded later is one injured less
        found[column] = np.minimum(np.maximum(lacks[:, column], 0), missing)
        missing = missing - found[column]
    return Beyond(found[0], found[1], found[2], np.where(is_stated, np.maximum(-lacks.sum(axis=1), 0), 0))


def tabled(casualties: Said, accidents: Said, day: int, moment_us: int | None = None,
           same: Mapping[bytes, bytes] | None = None, lists: Mapping[str, CodeList] = CODE_LISTS) -> CasualtyTable:
    """Make the table of all who count on a day (since 1970-01-01) as known at a moment (microseconds; None: now).

    `same` maps absorbed records to those that are kept, `lists` are the programme's code lists.
    """
    table = everybody(casualties, accidents, day, moment_us, same, lists)
    # What happened after the day is not yet true on it, even where the record itself carries no date of its own.
    return table.take(table.last_day <= day)


def everybody(casualties: Said, accidents: Said, day: int, moment_us: int | None = None,
              same: Mapping[bytes, bytes] | None = None, lists: Mapping[str, CodeList] = CODE_LISTS) -> CasualtyTable:
    """Make the table of all who are told of, also of a month or year that is not over on the day; as `tabled`.

    >>> from whitestone.casualties.packing import nothing_said
    >>> len(everybody(*nothing_said(), 0))
    0
    """
    joined = same or {}
    persons, members = merged(casualties.take(casualties.rows_at(day, moment_us)), joined)
    events, _ = merged(accidents.take(accidents.rows_at(day, moment_us)), joined)
    at = _accidents_of(persons, events, joined)
    table = _persons(persons, members, events, at, day, lists)
    more = _stated_by_accidents(events, at, table, lists)
    return table if more is None else _both(table, more)


def _accidents_of(persons: Said, events: Said, same: Mapping[bytes, bytes]) -> Int64:
    """Find the row of each person's accident (-1: none), through accidents that were declared the same."""
    words = persons.texts["accident_id"].words
    if not words or not len(events):
        return np.full(len(persons), -1, dtype=np.int64)
    place = {each: at for at, each in enumerate(roots_of(events.ids, same).tolist())}
    wanted = roots_of(np.array([_id_bytes(word) for word in words], dtype="S16"), same).tolist()
    found = np.array([*(place.get(each, -1) for each in wanted), -1], dtype=np.int64)
    return found[persons.texts["accident_id"].codes]


def _id_bytes(word: str) -> bytes:
    try:
        return bytes.fromhex(word.replace("-", ""))[:16]
    except ValueError:
        return b""


def _persons(said: Said, members: Int32, events: Said, at: Int64, day: int,
             lists: Mapping[str, CodeList]) -> CasualtyTable:
    texts, lon, lat = dict(said.texts), said.lon, said.lat
    if len(events) and (at >= 0).any():
        for name in OF_THE_EVENT:
            codes = np.append(events.texts[name].codes, NOT_STATED)[at].astype(np.int32)
            texts[name] = texts[name].filled(Coded(codes, events.texts[name].words))
        # A place that the person's record names in words is not overruled by the accident's link.
        named = (said.texts["place_id"].codes == NOT_STATED) & (said.texts["place_name"].codes != NOT_STATED)
        texts["place_id"] = Coded(np.where(named, NOT_STATED, texts["place_id"].codes).astype(np.int32),
                                  texts["place_id"].words)
        is_open = np.isnan(lon)
        lon = np.where(is_open, np.append(events.lon, np.nan)[at], lon)
        lat = np.where(is_open, np.append(events.lat, np.nan)[at], lat)
    dates, died = rules.dates_of(texts["occurred_on"]), rules.dates_of(texts["died_later_on"]).last_day
    years = said.numbers["age_years"]
    sex = rules.sex_of(texts["sex"], lists)
    age_group = rules.age_group_of(years, texts["age_group"], texts["age_band"], lists)
    return CasualtyTable(
        ids=said.ids, persons=rules.persons_of(said.numbers["persons"]),
        outcome=rules.outcome_of(texts["outcome"], died, day), sex=sex, age_group=age_group,
        sex_age=rules.sex_age_of(sex, age_group), status=rules.status_of(texts["person_status"], lists),
        person_status=rules.person_status_of(texts["person_status"], lists),
        device=rules.device_of(texts["device_category"], lists),
        activity=rules.activity_of(texts["activity_at_time"], lists),
        amputation=rules.amputation_of(said.numbers["amputation"]), month=dates.month, year=dates.year,
        source=texts["dataset"], place=texts["place_id"], place_name=texts["place_name"],
        accident=_accident_ids(events, at), age_years=years, first_day=dates.first_day, last_day=dates.last_day,
        died_later_day=died, lon=lon, lat=lat, from_accident=np.zeros(len(said), dtype=bool), members=members,
    )  # fmt: skip


def _accident_ids(events: Said, at: Int64) -> Coded:
    used = np.unique(at[at >= 0])
    codes = np.full(len(at), NOT_STATED, dtype=np.int32)
    codes[at >= 0] = np.searchsorted(used, at[at >= 0])
    raw = events.ids[used].astype("S16").tolist()
    return Coded(codes, tuple(each.ljust(16, b"\0").hex() for each in raw))


def _stated_by_accidents(events: Said, at: Int64, table: CasualtyTable, lists: Mapping[str, CodeList]
                         ) -> CasualtyTable | None:
    """Make rows of what accidents state beyond the persons recorded; None where they state nothing beyond."""
    if not len(events):
        return None
    recorded = np.zeros((len(events), 3), dtype=np.int64)
    has = at >= 0
    np.add.at(recorded, (at[has], table.outcome.codes[has]), table.persons[has])
    more = beyond(events.numbers, recorded)
    lost = np.zeros(len(events), dtype=np.int64)
    known = table.amputation.codes[has] == 0
    np.add.at(lost, at[has][known], table.persons[has][known])
    stated = events.numbers["injured_with_amputation"].astype(np.int64)
    with_loss = np.minimum(np.maximum(stated - lost, 0), more.injured)
    says_no = np.where(stated == NOT_STATED, 2, 1)
    parts = ((0, 2, more.killed), (1, 0, with_loss), (1, says_no, more.injured - with_loss), (2, 2, more.unknown))
    rows = [(np.flatnonzero(count), outcome, amputation, count) for outcome, amputation, count in parts]
    at_rows = np.concatenate([each[0] for each in rows])
    if not len(at_rows):
        return None
    outcomes = np.concatenate([np.full(len(each[0]), each[1], np.int32) for each in rows])
    persons = np.concatenate([each[3][each[0]] for each in rows])
    losses = np.concatenate([np.broadcast_to(each[2], len(events))[each[0]] for each in rows]).astype(np.int32)
    return _of_accidents(events.take(at_rows), outcomes, persons, losses, lists)


def _of_accidents(said: Said, outcomes: Int32, persons: Int64, losses: Int32, lists: Mapping[str, CodeList]
                  ) -> CasualtyTable:
    count = len(said)
    nothing, dates = coded([None] * count), rules.dates_of(said.texts["occurred_on"])
    none = np.full(count, NOT_STATED, dtype=np.int32)
    sex, age_group = rules.sex_of(nothing), rules.age_group_of(none, nothing, nothing)
    return CasualtyTable(
        ids=said.ids, persons=persons, outcome=Coded(outcomes, rules.OUTCOMES), sex=sex, age_group=age_group,
        sex_age=rules.sex_age_of(sex, age_group), status=rules.status_of(nothing),
        person_status=rules.person_status_of(nothing), device=rules.device_of(said.texts["device_category"], lists),
        activity=rules.activity_of(said.texts["activity_at_time"], lists), amputation=Coded(losses, rules.YES_NO),
        month=dates.month, year=dates.year, source=said.texts["dataset"], place=said.texts["place_id"],
        place_name=said.texts["place_name"],
        accident=coded([each.ljust(16, b"\0").hex() for each in said.ids.tolist()]), age_years=none,
        first_day=dates.first_day, last_day=dates.last_day, died_later_day=np.full(count, NO_DAY, dtype=np.int32),
        lon=said.lon, lat=said.lat, from_accident=np.ones(count, dtype=bool), members=np.ones(count, dtype=np.int32),
    )  # fmt: skip


def _both(one: CasualtyTable, two: CasualtyTable) -> CasualtyTable:
    made: dict[str, Any] = {}
    for name in CasualtyTable.__struct_fields__:
        first, second = getattr(one, name), getattr(two, name)
        made[name] = first.joined(second) if isinstance(first, Coded) else np.concatenate([first, second])
    months, years = made["month"], made["year"]
    return CasualtyTable(**{**made, "month": _sorted(months), "year": _sorted(years)})


def _sorted(column: Coded) -> Coded:
    """Put the words of a column into their order again, unknown last."""
    words = tuple(sorted(column.words, key=lambda word: (word == rules.UNKNOWN, word)))
    moved = np.array([*(words.index(word) for word in column.words), NOT_STATED], dtype=np.int32)
    return Coded(moved[column.codes], words)
