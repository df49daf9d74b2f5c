"""How many persons does the register count for a question, and how many of them is it not sure of?

Each person once: casualty records, and what an accident states beyond the persons recorded for it. A date of less
precision acts on its last day, as everywhere; one that reaches over a border of the period is counted by that rule and
widens the interval.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from whitestone.domain.codes import folded
from whitestone.evidence.claim_model import Question, first_day, last_day
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
        number = person["persons"]
        recorded += number
        value += number if counts else 0
        low += number if counts and is_sure else 0
        high += number if counts or not is_sure else 0
    return Counted(value, low, high, recorded, high - low)


def _people(programme: Programme, clocks: Clocks) -> list[dict[str, Any]]:
    """List persons as rows of outcome, status, day, place and number; those of accidents beyond the recorded too."""
    names = ("accident_id", "occurred_on", "outcome", "person_status", "age_group", "age_years", "died_later_on",
             "persons", "place_id", "place_name")  # fmt: skip
    read = programme.journal.columns("casualty", names, clocks.on, clocks.known)
    outcomes, statuses = programme.lists["casualty_outcome"], programme.lists["person_status"]
    persons, recorded = [], Counter[tuple[str, str]]()
    events = events_of(programme, clocks)
    same = {str(absorbed): str(kept) for absorbed, kept in same_groups(programme.journal, known=clocks.known).items()}
    rows = zip(*(read[name] for name in names), strict=True)
    for record, row in zip(read["record_id"], rows, strict=True):
        if str(record) in same:  # the same person told by another list
            continue
        person = dict(zip(names, row, strict=True))
        person["accident_id"] = same.get(str(person["accident_id"]), person["accident_id"])
        outcome, status = person["outcome"], person["person_status"]
        person["outcome"] = outcomes.core(outcome) if outcome in outcomes.codes else "unknown"
        person["status"] = statuses.core(status) if status in statuses.codes else "unknown"
        if person["died_later_on"] and (first_day(str(person["died_later_on"])) or clocks.on) <= clocks.on:
            person["outcome"] = "killed"
        person["persons"] = 1 if person["persons"] is None else int(person["persons"])
        event = events.get(str(person["accident_id"]), {})
        for name in ("occurred_on", "place_id", "place_name"):
            person[name] = person[name] or event.get(name)
        recorded[str(person["accident_id"]), str(person["outcome"])] += person["persons"]
        persons.append(person)
    for record, event in events.items():
        persons += _beyond(record, event, recorded)
    return persons


def events_of(programme: Programme, clocks: Clocks) -> dict[str, dict[str, Any]]:
    """Return the accidents as known, id -> day, place and stated numbers; an empty table where there are none."""
    names = ("occurred_on", "killed", "injured", "outcome_unknown", "casualties", "place_id", "place_name")
    read = programme.journal.columns("accident", names, clocks.on, clocks.known)
    rows = zip(*(read[name] for name in names), strict=True)
    same = same_groups(programme.journal, known=clocks.known)
    told = zip(read["record_id"], rows, strict=True)
    return {str(record): dict(zip(names, row, strict=True)) for record, row in told if record not in same}


def _beyond(record: str, event: Mapping[str, Any], recorded: Counter[tuple[str, str]]) -> list[dict[str, Any]]:
    """List what an accident states beyond the persons recorded for it; a total alone is of unknown outcome."""
    stated = {"killed": event["killed"], "injured": event["injured"], "unknown": event["outcome_unknown"]}
    split = sum(int(each) for each in stated.values() if each is not None)
    if event["casualties"] is not None and int(event["casualties"]) > split:
        stated["unknown"] = int(stated["unknown"] or 0) + int(event["casualties"]) - split
    of_record = {outcome: recorded[record, outcome] for outcome in stated}
    room = max(0, sum(int(each or 0) for each in stated.values()) - sum(of_record.values()))
    rows = []
    for outcome, number in stated.items():
        more = min(room, max(0, int(number or 0) - of_record[outcome]))
        room -= more
        if more:
            rows.append({**event, "outcome": outcome, "status": "unknown", "age_group": None, "age_years": None,
                         "persons": more})  # fmt: skip
    return rows


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
        if person.get("age_years") is not None:
            return int(person["age_years"]) < 18
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
