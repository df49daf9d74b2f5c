"""Is each casualty counted by the rule that is published, whatever a source says and leaves out?"""

from __future__ import annotations

import numpy as np
import pytest
from casualty_maker import accident_link, table_of

from whitestone.casualties import rules
from whitestone.casualties.bands import age_group_of_band
from whitestone.casualties.columns import NO_DAY, coded
from whitestone.casualties.counting import count
from whitestone.domain.codes import CODE_LISTS


def by(name: str, *casualties: dict, **more: object) -> dict[str, int]:
    """Count some casualties by one dimension."""
    counted = count(table_of(list(casualties), **more), [name])  # type: ignore[arg-type]
    return {row.key[0]: row.figures.casualties for row in counted.rows}


def test_who_died_later_is_one_casualty_injured_before_and_killed_after() -> None:
    casualty = {"outcome": "injured", "died_later_on": "2024-05-10", "occurred_on": "2024-05-01"}
    on = {day: by("outcome", casualty, day=rules.dates_of(coded([day])).last_day[0]) for day in
          ("2024-05-09", "2024-05-10")}  # fmt: skip
    assert on == {"2024-05-09": {"injured": 1}, "2024-05-10": {"killed": 1}}


def test_a_death_of_which_the_month_is_known_acts_at_its_end() -> None:
    died = rules.dates_of(coded(["2024-05"])).last_day
    assert rules.outcome_of(coded(["injured"]), died, int(died[0]) - 1).texts() == ["injured"]
    assert rules.outcome_of(coded(["injured"]), died, int(died[0])).texts() == ["killed"]


def test_a_killed_person_with_a_later_day_of_death_was_injured_until_then() -> None:
    table = table_of([{"outcome": "killed", "died_later_on": "2024-05-10"}], day=0)
    assert table.outcome.texts() == ["injured"]
    assert table.died_later_day[0] != NO_DAY


def test_an_amputation_is_an_injury_and_never_a_further_casualty() -> None:
    counted = count(table_of([{"outcome": "injured", "amputation": True}, {"outcome": "injured"}]), ["amputation"])
    assert counted.total.injured == counted.total.casualties == 2
    assert {row.key[0]: row.figures.injured for row in counted.rows} == {"yes": 1, "unknown": 1}


def test_what_happens_after_the_day_is_not_yet_true_on_it() -> None:
    people = [{"outcome": "killed", "occurred_on": each} for each in ("2020-05-03", "2020", "2020-05", None)]
    on = {day: len(table_of(people, [{"killed": 1, "occurred_on": "2020-07"}],
                            day=int(rules.dates_of(coded([day])).last_day[0])))
          for day in ("2020-05-02", "2020-05-03", "2020-05-31", "2020-07-31", "2020-12-31")}
    assert on == {"2020-05-02": 1, "2020-05-03": 2, "2020-05-31": 3, "2020-07-31": 4, "2020-12-31": 5}


def test_an_unknown_outcome_is_a_category() -> None:
    assert by("outcome", {"outcome": None}, {"outcome": "no code"}, {"outcome": "unknown"}) == {"unknown": 3}


def test_boys_and_girls_are_under_eighteen_and_a_half_known_person_is_unknown() -> None:
    people = [{"sex": "male", "age_years": 17}, {"sex": "female", "age_years": 18}, {"sex": "female", "age_years": 0},
              {"sex": "male"}, {"age_years": 30}, {"sex": "other", "age_years": 30}]  # fmt: skip
    assert by("sex_age", *people) == {"boy": 1, "girl": 1, "woman": 1, "unknown": 3}


def test_an_age_that_nobody_reaches_is_not_believed_and_the_group_stated_counts() -> None:
    assert by("age_group", {"age_years": 140, "age_group": "child"}, {"age_years": 121}) == {"child": 1, "unknown": 1}


def test_the_exact_age_decides_before_the_group_and_the_group_before_the_band() -> None:
    assert by("age_group", {"age_years": 20, "age_group": "child"}, {"age_group": "adult", "age_band": "5-12"},
              {"age_group": "unknown", "age_band": "5-12"}) == {"child": 1, "adult": 2}  # fmt: skip


@pytest.mark.parametrize(("band", "group"), [
    ("0-9", "child"), ("10–17", "child"), ("18-45", "adult"), ("46+", "adult"), ("15-24", "unknown"), ("<18", "child"),
    ("18 and over", "adult"), ("Mayor de 18 años", "adult"), ("moins de 18 ans", "child"), ("до 18 лет", "child"),
    ("Under 5", "child"), ("under 25", "unknown"), ("16+", "unknown"), ("30-20", "unknown"), ("young", "unknown"),
    ("", "unknown"), ("17", "child"), ("5 to 12 years", "child"),
])  # fmt: skip
def test_bands_of_different_countries_are_mapped_where_they_can_be_and_never_forced(band: str, group: str) -> None:
    assert age_group_of_band(band) == group


def test_deminers_are_a_class_of_their_own_and_police_stand_with_the_military() -> None:
    people = [{"person_status": each} for each in ("civilian", "deminer", "police_security", "public_force", "military",
                                                   "nsag_member", None)]  # fmt: skip
    assert by("status", *people) == {"civilian": 1, "deminer": 1, "military": 3, "nsag_member": 1, "unknown": 1}
    assert by("person_status", *people)["police_security"] == 1


def test_every_code_of_a_device_and_a_status_has_its_class() -> None:
    """A new code cannot slip into `unknown` unseen."""
    for codes, name in (("eo_category", "device"), ("person_status", "status")):
        core = {code for code, entry in CODE_LISTS[codes].codes.items() if entry.parent is None}
        assert core == set(rules.monitor()[name])


def test_a_date_known_to_the_year_stands_by_itself_and_is_never_spread_over_months() -> None:
    people = [{"occurred_on": each} for each in ("2014-05-03", "2014-05", "2014", None, "2014-02-31")]
    assert by("month", *people) == {"2014-05": 2, "2014-unknown": 1, "unknown": 2}
    assert by("year", *people) == {"2014": 3, "unknown": 2}
    assert count(table_of(people), ["month"]).unknown_values == {"month": 3}


def test_a_row_that_stands_for_several_persons_counts_them_all() -> None:
    assert by("outcome", {"outcome": "killed", "persons": 4}, {"outcome": "killed"}, {"outcome": "killed", "persons": 0}
              ) == {"killed": 5}  # fmt: skip


def test_what_a_persons_record_does_not_say_of_the_event_its_accident_says() -> None:
    accident = {"device_category": "submunition", "occurred_on": "2020-01-02", "place_name": "X",
                "activity_at_time": "farming"}  # fmt: skip
    table = table_of([{"accident_id": accident_link(100), "outcome": "killed", "activity_at_time": "herding"}],
                     [accident])
    assert (table.device.texts(), table.activity.texts(), table.month.texts(), table.place_name.texts()) == (
        ["submunition"], ["herding"], ["2020-01"], ["X"])  # fmt: skip


def test_an_accident_that_states_more_than_persons_recorded_adds_a_line_of_its_own() -> None:
    person = {"accident_id": accident_link(100), "outcome": "killed"}
    counted = count(table_of([person], [{"killed": 1, "injured": 2, "device_category": "mortar"}]), ["device"])
    assert counted.total.as_dict() == {"killed": 1, "injured": 2, "unknown": 0, "casualties": 3}
    assert counted.of_accidents.as_dict() == {"killed": 0, "injured": 2, "unknown": 0, "casualties": 2}


def test_more_persons_than_the_accident_says_are_all_counted_and_nothing_is_subtracted() -> None:
    people = [{"accident_id": accident_link(100), "outcome": "injured"}] * 3
    counted = count(table_of(people, [{"killed": 0, "injured": 1}]), ["outcome"])
    assert (counted.total.injured, counted.of_accidents.casualties) == (3, 0)


def test_a_death_after_the_accidents_count_makes_nobody() -> None:
    """Stated: one killed, two injured. One of the injured died later: still three persons."""
    people = [{"accident_id": accident_link(100), "outcome": outcome} for outcome in ("killed", "killed", "injured")]
    counted = count(table_of(people, [{"killed": 1, "injured": 2}]), ["outcome"])
    assert counted.total.as_dict() == {"killed": 2, "injured": 1, "unknown": 0, "casualties": 3}


def test_amputees_of_an_accident_are_among_its_injured() -> None:
    counted = count(table_of([], [{"killed": 1, "injured": 4, "injured_with_amputation": 3}]), ["amputation"])
    assert counted.total.injured == 4
    assert {row.key[0]: row.figures.injured for row in counted.rows if row.figures.injured} == {"yes": 3, "no": 1}


def test_an_accident_without_casualties_counts_nobody() -> None:
    assert count(table_of([], [{"killed": 0, "injured": 0}, {}]), ["outcome"]).rows == ()


def test_absurd_numbers_are_not_stated_and_break_nothing() -> None:
    table = table_of([{"persons": 10**30, "age_years": -4, "outcome": 7, "sex": ["x"]}], [{"killed": 2**80}])
    assert table.persons.tolist() == [1]
    assert np.array_equal(table.age_years, [-1])


def test_a_link_to_no_accident_leaves_the_person_counted() -> None:
    people = [{"accident_id": word, "outcome": "killed"} for word in ("zz", "", accident_link(150))]
    assert by("outcome", *people, accidents=[{"killed": 1}]) == {"killed": 4}
