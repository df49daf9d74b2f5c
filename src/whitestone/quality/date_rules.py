"""Can each date be, and do they follow one another?

A date of less precision is compared by the span in which it may lie: what is possible is not reported.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from functools import lru_cache

from whitestone.domain.dates import PartialDate, parse_partial
from whitestone.domain.kinds import KINDS
from whitestone.errors import InvalidValue
from whitestone.quality.model import ERROR, WARNING, Finding, Picture, called, rule

__all__ = ["EARLIEST_YEAR", "MAY_LIE_AHEAD", "ORDER", "RULES", "backwards", "read"]

EARLIEST_YEAR = 1900
"""Nothing that a programme records of the ground is older; such years are typing errors or empty spreadsheet dates."""
MAY_LIE_AHEAD = frozenset({"planned_from", "planned_to", "valid_to", "valid_until", "accredited_to", "ends_on",
                           "period_to", "due_on", "deadline_on"})  # fmt: skip
"""Plans, duties, deadlines, validities and periods point ahead by their nature."""
ORDER: dict[str, tuple[tuple[str, str], ...]] = {
    "hazard": (("discovered_on", "closed_on"),),
    "activity": (("started_on", "ended_on"), ("ended_on", "approved_on"), ("ended_on", "handed_over_on")),
    "release": (("completed_on", "approved_on"),),
    "task": (("planned_from", "planned_to"), ("issued_on", "withdrawn_on")),
    "item": (("found_on", "destroyed_on"), ("made_from", "made_to"), ("made_from", "found_on")),
    "minefield_record": (("laid_from", "laid_to"), ("laid_from", "recorded_on"), ("recorded_on", "transferred_on"),
                         ("laid_from", "lifted_on")),
    "casualty": (("occurred_on", "died_later_on"), ("birth_date", "occurred_on"), ("birth_date", "died_later_on")),
    "place": (("valid_from", "valid_to"),),
    "document": (("dated_on", "received_on"),),
}  # fmt: skip
"""Which date cannot come after which, by kind."""


@lru_cache(maxsize=65_536)
def read(text: str) -> PartialDate | None:
    """Read a partial date; None when no calendar has it.

    >>> read("2014-02-30") is None, read("2014").last_day
    (True, datetime.date(2014, 12, 31))
    """
    try:
        return parse_partial(text)
    except InvalidValue:
        return None


def _dates(picture: Picture) -> Iterator[tuple[int, str, str, str]]:
    """Give every stated date: position of its subject in its kind, kind, attribute, text."""
    for kind, subjects in picture.subjects.items():
        names = [name for name, each in KINDS[kind].attributes.items() if each.type == "date" and not each.personal]
        for at, subject in enumerate(subjects):
            for name in names:
                text = subject.body.get(name)
                if text:
                    yield at, kind, name, str(text)


@rule("date-impossible", ERROR, "Is a date one that no calendar has, or before 1900?")
def date_impossible(picture: Picture) -> Iterator[Finding]:
    """Find dates that no calendar has, and years before 1900."""
    for at, kind, name, text in _dates(picture):
        parsed = read(text)
        if parsed is None or parsed.year < EARLIEST_YEAR:
            subject = picture.of(kind)[at]
            yield Finding(
                record_ids=(subject.record_id,),
                sentence=f"{called(subject)}: {name} is {text!r}, which cannot be.",
                todo="Look at the paper: a day and month exchanged, or an empty date of a spreadsheet.",
                value=text,
                key=name,
            )


@rule("date-future", ERROR, "Does something that has happened carry a date that is still to come?")
def date_future(picture: Picture) -> Iterator[Finding]:
    """Find dates of things done that lie after the day of the check."""
    for at, kind, name, text in _dates(picture):
        parsed = read(text)
        if parsed is not None and name not in MAY_LIE_AHEAD and parsed.first_day > picture.today:
            subject = picture.of(kind)[at]
            yield Finding(
                record_ids=(subject.record_id,),
                sentence=f"{called(subject)}: {name} is {text}, after the day of this check ({picture.today}).",
                todo="Correct the year or the order of day and month.",
                value=text,
                key=name,
            )


@rule("dates-out-of-order", ERROR, "Does something end before it begins?")
def dates_out_of_order(picture: Picture) -> Iterator[Finding]:
    """Find pairs of dates in an impossible order, counting imprecise dates in their favour."""
    for kind, pairs in ORDER.items():
        for subject in picture.of(kind):
            for earlier, later in pairs:
                one, two = subject.body.get(earlier), subject.body.get(later)
                words = backwards(kind, (earlier, str(one)), (later, str(two))) if one and two else None
                if words is not None:
                    yield Finding(
                        record_ids=(subject.record_id,),
                        sentence=f"{called(subject)}: {words}",
                        todo="Look at the paper which of the two is right.",
                        value=str(two) if KINDS[kind].attributes[earlier].personal else f"{one} > {two}",
                        key=f"{earlier}>{later}",
                    )


def backwards(kind: str, earlier: tuple[str, str], later: tuple[str, str]) -> str | None:
    """Say that of two dates of a record (name, text) the later comes before the earlier; None where it may not.

    A finding is shown to everybody: the day itself is not told where it is personal.

    >>> backwards("casualty", ("occurred_on", "2020-05"), ("died_later_on", "2020-04-30"))
    'died_later_on (2020-04-30) is before occurred_on (2020-05).'
    >>> backwards("casualty", ("birth_date", "2021-05-06"), ("occurred_on", "2020"))
    'occurred_on (2020) is before birth_date (not shown).'
    >>> backwards("casualty", ("birth_date", ""), ("occurred_on", "2020")) is None
    True
    """
    first, second = read(earlier[1]), read(later[1])
    if first is None or second is None or first.first_day <= second.last_day:
        return None
    shown = "not shown" if KINDS[kind].attributes[earlier[0]].personal else earlier[1]
    return f"{later[0]} ({later[1]}) is before {earlier[0]} ({shown})."


@rule("release-before-hazard", WARNING, "Is a release older than the hazard that it releases?")
def release_before_hazard(picture: Picture) -> Iterator[Finding]:
    """Find releases completed before their hazard was discovered."""
    known: dict[str, tuple[dt.date, str]] = {}
    for hazard in picture.of("hazard"):
        discovered = read(str(hazard.body.get("discovered_on") or ""))
        if discovered is not None:
            known[str(hazard.record_id)] = (discovered.first_day, called(hazard))
    for release in picture.of("release"):
        completed = read(str(release.body.get("completed_on") or ""))
        for link in release.body.get("hazard_ids") or () if completed is not None else ():
            since, name = known.get(str(link), (dt.date.min, ""))
            if completed is not None and since > completed.last_day:
                ids = (release.record_id, uuid.UUID(str(link)))
                yield Finding(
                    record_ids=ids,
                    sentence=f"{called(release)} was completed on {completed}, before {name} was discovered ({since}).",
                    todo="Correct one of the dates, or the link if the work was on another hazard.",
                    value=str(completed),
                )


@rule("approved-in-advance", WARNING, "Is a release approved but without a date of completion?")
def approved_in_advance(picture: Picture) -> Iterator[Finding]:
    """Find releases with an approval but no completion: the ledger books on the later of the two."""
    for release in picture.of("release"):
        if release.body.get("approved_on") and not release.body.get("completed_on"):
            yield Finding(
                record_ids=(release.record_id,),
                sentence=f"{called(release)} was approved on {release.body['approved_on']}; "
                "its completion is not stated.",
                todo="Add the day on which the work was completed.",
            )


RULES = (date_impossible, date_future, dates_out_of_order, release_before_hazard, approved_in_advance)
