"""Can what is said of a person be: the age, the day, the injury, beside what the accident says?

A finding is a question about a record, never a judgement about a person; nothing is changed and all stay counted.
"""

from __future__ import annotations

from collections.abc import Iterator

from whitestone.domain.codes import CODE_LISTS
from whitestone.domain.dates import PartialDate
from whitestone.quality.date_rules import read
from whitestone.quality.model import ERROR, WARNING, Finding, Picture, Subject, called, exceeding, rule

__all__ = ["ADULT_FROM_YEARS", "OLDEST_YEARS", "RULES"]

OLDEST_YEARS = 120
"""Nobody is known to have been much older; a greater number is a typing error or a year."""
ADULT_FROM_YEARS = 18
"""A child is under 18 (Convention on the Rights of the Child, article 1)."""


@rule("age-impossible", ERROR, "Is a person older than 120 years?")
def age_impossible(picture: Picture) -> Iterator[Finding]:
    """Find ages in years that nobody reaches; no age group is counted from them."""
    for casualty in picture.of("casualty"):
        years = casualty.body.get("age_years")
        if isinstance(years, int) and years > OLDEST_YEARS:
            yield Finding(
                record_ids=(casualty.record_id,),
                sentence=f"{called(casualty)}: the age is {years} years.",
                todo="Look at the paper: months, a year of birth, or a digit too many. Until then the age is unknown.",
                value=str(years),
            )


@rule("age-against-group", WARNING, "Do the age in years and the age group say the same?")
def age_against_group(picture: Picture) -> Iterator[Finding]:
    """Find persons whose age makes them a child and whose group an adult, or the other way round."""
    for casualty in picture.of("casualty"):
        years, group = casualty.body.get("age_years"), casualty.body.get("age_group")
        if not isinstance(years, int) or group not in ("child", "adult"):
            continue
        if (years < ADULT_FROM_YEARS) != (group == "child"):
            yield Finding(
                record_ids=(casualty.record_id,),
                sentence=f"{called(casualty)}: {years} years of age, and the group is {group} (a child is under 18).",
                todo="Look at the paper which is right; the age in years is counted while it can be.",
                value=f"{years}, {group}",
            )


@rule("casualty-against-accident-date", WARNING, "Was a person killed or injured on another day than the accident?")
def casualty_against_accident_date(picture: Picture) -> Iterator[Finding]:
    """Find persons met before or after their accident, or dead before it, counting imprecise dates in their favour."""
    accidents = {str(each.record_id): each for each in picture.of("accident")}
    for casualty in picture.of("casualty"):
        accident = accidents.get(str(casualty.body.get("accident_id")))
        when = None if accident is None else _date(accident, "occurred_on")
        if accident is None or when is None:
            continue
        met, died = _date(casualty, "occurred_on"), _date(casualty, "died_later_on")
        for name, day in (("occurred_on", met), ("died_later_on", died)):
            is_before = day is not None and day.last_day < when.first_day
            is_after = name == "occurred_on" and day is not None and day.first_day > when.last_day
            if is_before or is_after:
                yield Finding(
                    record_ids=(casualty.record_id, accident.record_id),
                    sentence=f"{called(casualty)}: {name} is {day}, {'before' if is_before else 'after'} "
                    f"{called(accident)} on {when}.",
                    todo="Correct one of the dates, or the link if it was another accident.",
                    value=str(day),
                    key=name,
                )


def _date(subject: Subject, name: str) -> PartialDate | None:
    text = subject.body.get(name)
    return read(str(text)) if text else None


@rule("amputees-exceed-injured", ERROR, "Does an accident state more amputees than injured persons?")
def amputees_exceed_injured(picture: Picture) -> Iterator[Finding]:
    """Find accidents with more amputees than injured: an injury with amputation is an injury."""
    for accident, amputees, injured in exceeding(picture, "accident", "injured_with_amputation", "injured"):
        yield Finding(
            record_ids=(accident.record_id,),
            sentence=f"{called(accident)}: {amputees} persons with amputation, {injured} injured.",
            todo="Add those with amputation to the injured if the source counts them apart.",
            value=f"{amputees} > {injured}",
        )


@rule("injury-not-coded", WARNING, "Does each injury name a part of the body and a kind that the lists have?")
def injury_not_coded(picture: Picture) -> Iterator[Finding]:
    """Find injuries whose part or kind is no code of its list; they are kept as they are said."""
    for casualty in picture.of("casualty"):
        for number, injury in enumerate(casualty.body.get("injuries") or ()):
            said = injury if isinstance(injury, dict) else {}
            wrong = [name for name, codes in (("body_part", "body_part"), ("injury_type", "injury_type"))
                     if said.get(name) not in CODE_LISTS[codes].codes]  # fmt: skip
            if wrong:
                yield Finding(
                    record_ids=(casualty.record_id,),
                    sentence=f"{called(casualty)}: injury {number + 1} has no known {' and no known '.join(wrong)}.",
                    todo="Choose a code of the list; unknown is one.",
                    key=str(number),
                )


RULES = (age_impossible, age_against_group, casualty_against_accident_date, amputees_exceed_injured, injury_not_coded)
