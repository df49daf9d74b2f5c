"""Is what cannot be of a person found, and is what may be left alone?"""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from picture_maker import found, subject

ACCIDENT = uuid.UUID(int=9)


def person(**body: Any) -> Any:
    return subject("casualty", local_id="C-1", **body)


def accident(**body: Any) -> Any:
    return subject("accident", number=9, local_id="A-1", **body)


def test_a_child_of_140_years_is_found_by_its_age_and_by_its_group() -> None:
    assert "the age is 140 years" in found("age-impossible", person(age_years=140, age_group="child"))[0].sentence
    assert len(found("age-against-group", person(age_years=140, age_group="child"))) == 1
    assert found("age-impossible", person(age_years=120), person(), person(age_years=None)) == []


@pytest.mark.parametrize(("years", "group", "count"), [(17, "adult", 1), (18, "child", 1), (17, "child", 0),
                                                        (18, "adult", 0), (18, "unknown", 0), (None, "child", 0)])
def test_age_and_group_are_set_against_each_other(years: int | None, group: str, count: int) -> None:
    assert len(found("age-against-group", person(age_years=years, age_group=group))) == count


def test_who_was_killed_before_the_accident_is_found_and_names_both_records() -> None:
    link = str(ACCIDENT)
    finding, = found("casualty-against-accident-date", accident(occurred_on="2014-05-03"),
                     person(accident_id=link, occurred_on="2014-05-02"))
    assert "occurred_on is 2014-05-02, before accident A-1 on 2014-05-03" in finding.sentence
    assert ACCIDENT in finding.record_ids
    died, = found("casualty-against-accident-date", accident(occurred_on="2014-05-03"),
                  person(accident_id=link, died_later_on="2014-04"))
    assert "died_later_on is 2014-04, before" in died.sentence


@pytest.mark.parametrize("body", [
    {"occurred_on": "2014-05-03"}, {"occurred_on": "2014"}, {"occurred_on": "2014-05", "died_later_on": "2015"}, {},
    {"occurred_on": "nonsense"},
])  # fmt: skip
def test_dates_that_may_agree_are_left_alone(body: dict[str, Any]) -> None:
    people = [person(accident_id=str(ACCIDENT), **body), person(accident_id=str(uuid.uuid4()), occurred_on="1990")]
    assert found("casualty-against-accident-date", accident(occurred_on="2014-05-03"), *people) == []
    assert found("casualty-against-accident-date", accident(), *people) == []


def test_more_casualties_than_the_accident_says_are_found() -> None:
    link = str(ACCIDENT)
    people = [person(accident_id=link, outcome="killed"), person(accident_id=link, outcome="killed")]
    finding, = found("casualties-differ-from-accident", accident(killed=1), *people)
    assert "killed is 1, persons recorded as killed are 2" in finding.sentence


def test_amputees_are_among_the_injured() -> None:
    assert len(found("amputees-exceed-injured", accident(injured=1, injured_with_amputation=2))) == 1
    assert found("amputees-exceed-injured", accident(injured=2, injured_with_amputation=2), accident()) == []


def test_an_injury_that_no_list_knows_is_found_and_a_coded_one_is_not() -> None:
    good = [{"body_part": "foot", "injury_type": "amputation"}]
    assert found("injury-not-coded", person(injuries=good), person()) == []
    finding, = found("injury-not-coded", person(injuries=[*good, {"body_part": "tail"}]))
    assert "injury 2 has no known body_part and no known injury_type" in finding.sentence
    assert len(found("injury-not-coded", person(injuries=["foot"]))) == 1
