"""How many persons does the register count for a question, and how many of them is it not sure of?

Each person once: the rows that every table of casualties counts (`casualty_table`). A date of less
precision acts on its last day, as everywhere; one that reaches over a border of the period is counted by that rule and
widens the interval.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from whitestone.domain.codes import folded
from whitestone.evidence.claim_model import Question, first_day, last_day
from whitestone.journal.drafts import day_number
from whitestone.programme.casualties_counting import casualties_not_over, casualty_table, date_texts
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.sameness import same_groups

__all__ = ["PERSONS_RULE", "Counted", "count_persons", "events_of", "in_days"]

PERSONS_RULE = (
    "Persons of the register, each once: casualty records, and what an accident states beyond the persons recorded for "
    "it. Killed includes who died later; an injury with amputation is an injury. The interval holds persons whose "
    "outcome, status, place or day is not known well enough; it says nothing of persons whom no source recorded."
)
_STATUS = {"civilians": {"civilian"}, "military": {"military", "police_security"}, "deminers": {"deminer"},
           "civilians_and_military": {"civilian", "military", "police_security"}}  # fmt: skip
Inside = Callable[[Mapping[str, Any]], bool | None] | None


class Counted(msgspec.Struct, frozen=True):
    """Persons by the rule, the least and most they may be, all persons recorded, and those not known well enough."""

    value: int
    low: int
    high: int
    recorded: int
    unsure: int


def count_persons(programme: Programme, question: Question, clocks: Clocks, inside: Inside) -> Counted:
    """Count the persons of a question under both clocks; `inside` says whether a row lies in its place (None: any).

    Nobody recorded is counted as 0 of 0 recorded: the denominator says so.
    """
    value = low = high = recorded = 0
    for person in _people(programme, clocks):
        counts, is_sure = _judged(question, person, inside)
        if person["early"] and counts:
            counts, is_sure = False, False
        number = person["persons"]
        recorded += number
        value += number if counts else 0
        low += number if counts and is_sure else 0
        high += number if counts or not is_sure else 0
    return Counted(value, low, high, recorded, high - low)


def _people(programme: Programme, clocks: Clocks) -> Iterator[dict[str, Any]]:
    """List persons as rows of outcome, status, age group, day, place and number: who counts, then who does not yet.

    Those of a month or year that is not over are `early`: no table counts them yet, so only the highest figure does.
    """
    for table in (casualty_table(programme, clocks), casualties_not_over(programme, clocks)):
        columns = {
            "outcome": table.outcome.texts(), "status": table.person_status.texts(),
            "age_group": table.age_group.texts(), "occurred_on": date_texts(table), "place_id": table.place.texts(),
            "place_name": table.place_name.texts(), "persons": table.persons.tolist(),
            "early": (table.last_day > day_number(clocks.on)).tolist(),
        }  # fmt: skip
        for row in zip(*columns.values(), strict=True):
            yield dict(zip(columns, row, strict=True))


def events_of(programme: Programme, clocks: Clocks) -> dict[str, dict[str, Any]]:
    """Return the accidents as known, id -> day, place and stated numbers; an empty table where there are none."""
    names = ("occurred_on", "killed", "injured", "outcome_unknown", "casualties", "place_id", "place_name")
    read = programme.journal.columns("accident", names, clocks.on, clocks.known)
    rows = zip(*(read[name] for name in names), strict=True)
    same = same_groups(programme.journal, known=clocks.known)
    told = zip(read["record_id"], rows, strict=True)
    return {str(record): dict(zip(names, row, strict=True)) for record, row in told if record not in same}


def _judged(question: Question, person: Mapping[str, Any], inside: Inside) -> tuple[bool, bool]:
    """Say whether a row counts, and whether that is sure."""
    wanted = {"killed": {"killed"}, "injured": {"injured"}}.get(question.metric, {"killed", "injured", "unknown"})
    of_outcome = None if person["outcome"] == "unknown" and question.metric != "casualties" else True
    answers = [
        False if of_outcome and person["outcome"] not in wanted else of_outcome,
        _of_population(question.population, person),
        True if inside is None else inside(person),
    ]
    days, is_certain = in_days(question, person["occurred_on"]), True
    if days is None:
        acts = last_day(str(person["occurred_on"] or ""))
        begins, ends = question.start or dt.date.min, question.end or dt.date.max
        days, is_certain = acts is not None and begins <= acts <= ends, False
    if False in answers or (not days and is_certain):
        return False, True
    return days and None not in answers, is_certain and None not in answers


def _of_population(population: str, person: Mapping[str, Any]) -> bool | None:
    word = folded(population).replace(" ", "_")
    if word == "children":
        return {"child": True, "adult": False}.get(str(person.get("age_group")))
    if word not in _STATUS:
        return True
    return None if person["status"] == "unknown" else person["status"] in _STATUS[word]


def in_days(question: Question, when: Any) -> bool | None:
    """Say whether a date lies in the period of a question; None where it only overlaps it, or is not known.

    >>> year = Question(metric="killed", start=dt.date(2020, 1, 1), end=dt.date(2020, 6, 30))
    >>> in_days(year, "2020-05"), in_days(year, "2020"), in_days(year, "2021"), in_days(year, None)
    (True, None, False, None)
    """
    if question.start is None and question.end is None:
        return True
    first, last = first_day(str(when or "")), last_day(str(when or ""))
    if first is None or last is None:
        return None
    begins, ends = question.start or dt.date.min, question.end or dt.date.max
    if last < begins or first > ends:
        return False
    return True if first >= begins and last <= ends else None
