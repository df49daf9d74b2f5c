"""Does every table add up, whatever is counted by what, and is each person in it once?"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from casualty_maker import accident_link, plain_group, plain_sex_age, record_id, said, table_of, total
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.casualties.columns import Said
from whitestone.casualties.counting import DIMENSIONS, Figures, count, read_dimensions
from whitestone.casualties.packing import pack, unpack
from whitestone.casualties.places import Gazetteer, Spot
from whitestone.errors import InvalidValue

PLACES = Gazetteer({"a": Spot("A", level=1), "b": Spot("B", level=2, parent="a"), "c": Spot("B", level=2, parent="a"),
                    "loop": Spot("L", level=3, parent="loop")})  # fmt: skip
CASUALTY = st.fixed_dictionaries({}, optional={
    "outcome": st.sampled_from(["killed", "injured", "unknown", None, "?"]),
    "died_later_on": st.sampled_from(["2024-05-10", "2030", None]),
    "sex": st.sampled_from(["male", "female", "other", "unknown", None]),
    "age_years": st.sampled_from([0, 17, 18, 90, 140, None]),
    "age_group": st.sampled_from(["child", "adult", "unknown", None]),
    "person_status": st.sampled_from(["civilian", "deminer", "public_force", None]),
    "device_category": st.sampled_from(["ap_mine", "mortar", "unknown_eo", None]),
    "activity_at_time": st.sampled_from(["farming", "usual_route", None]),
    "occurred_on": st.sampled_from(["2014-05-03", "2014-05", "2014", "2015-01-01", None, "x"]),
    "place_id": st.sampled_from(["a", "b", "c", "loop", "gone", None]),
    "place_name": st.sampled_from(["B", "elsewhere", None]),
    "accident_id": st.sampled_from([accident_link(100), accident_link(101), "x", None]),
    "dataset": st.sampled_from(["police", "hospital", None]),
    "amputation": st.sampled_from([True, False, None]),
    "persons": st.sampled_from([0, 1, 5, None]),
})  # fmt: skip
ACCIDENT = st.fixed_dictionaries({}, optional={
    name: st.sampled_from([0, 1, 3, None]) for name in ("killed", "injured", "injured_with_amputation",
                                                        "outcome_unknown", "casualties")
})  # fmt: skip
PEOPLE = st.lists(CASUALTY, max_size=12)
BY = st.lists(st.sampled_from([*DIMENSIONS, "place:1", "place:2"]), unique=True, max_size=4)


def added(rows: Any) -> Figures:
    """Add rows up."""
    return Figures(*(sum(getattr(row.figures, name) for row in rows) for name in ("killed", "injured", "unknown")))


@settings(max_examples=60, deadline=None)
@given(PEOPLE, st.lists(ACCIDENT, max_size=3), BY)
def test_rows_always_sum_to_the_total_and_no_row_stands_twice(
    people: list[dict[str, Any]], accidents: list[dict[str, Any]], by: list[str]
) -> None:
    table = table_of(people, accidents)
    counted = count(table, by, gazetteer=PLACES)
    assert added(counted.rows) == counted.total
    assert counted.total.casualties == total(table)
    assert len({row.key for row in counted.rows}) == len(counted.rows)
    assert all(row.figures.casualties > 0 and len(row.key) == len(by) for row in counted.rows)
    for name, share in counted.shares.items():
        assert share["known"] + share["unknown"] == counted.total.casualties
        assert share["unknown"] == counted.unknown_values[name]
        assert sum(each["persons"] for each in share["values"].values()) == share["known"]


@settings(max_examples=60, deadline=None)
@given(PEOPLE)
def test_a_table_says_what_counting_by_hand_says(people: list[dict[str, Any]]) -> None:
    counted = count(table_of(people), ["sex_age", "age_group"])
    by_hand: Counter[tuple[str, str]] = Counter()
    for each in people:
        persons = 1 if each.get("persons") is None else each["persons"]
        by_hand[plain_sex_age(each), plain_group(each)] += persons
    assert {row.key: row.figures.casualties for row in counted.rows} == {
        key: persons for key, persons in by_hand.items() if persons}  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(PEOPLE, st.sampled_from([16_000, 16_200, 16_436]))
def test_periods_that_follow_one_another_add_up_to_all_that_is_dated(people: list[dict[str, Any]], border: int) -> None:
    table = table_of(people)
    early, late, all_ = (count(table, ["year"], begins=begins, ends=ends)
                         for begins, ends in ((None, border), (border + 1, None), (None, None)))
    assert early.total.casualties + late.total.casualties + early.undated == all_.total.casualties
    assert all_.undated == all_.not_certain == 0


def test_a_date_that_crosses_the_border_of_a_period_is_said_to_be_uncertain() -> None:
    table = table_of([{"occurred_on": "2014"}, {"occurred_on": "2014-03-01"}])
    half = count(table, ["year"], begins=16_071, ends=16_251)  # the first half of 2014
    assert (half.total.casualties, half.not_certain) == (1, 1)


def test_places_are_counted_at_the_level_asked_for_and_names_that_repeat_are_told_apart() -> None:
    table = table_of([{"place_id": each} for each in ("b", "c", "a", "gone", None)] + [{"place_name": "elsewhere"}])
    at_one = {row.key[0]: row.figures.casualties for row in count(table, ["place:1"], gazetteer=PLACES).rows}
    assert at_one == {"A": 3, "unknown": 3}
    deepest = {row.key[0]: row.figures.casualties for row in count(table, ["place"], gazetteer=PLACES).rows}
    assert deepest == {"A": 1, "B (b)": 1, "B (c)": 1, "elsewhere": 1, "unknown": 2}
    assert count(table, ["place"], gazetteer=PLACES, level=1).rows == count(table, ["place:1"], gazetteer=PLACES).rows


def test_a_merged_group_is_one_person_with_all_its_sources_and_what_each_of_them_knows() -> None:
    people = [{"dataset": "police", "outcome": "injured"}, {"dataset": "hospital", "died_later_on": "2020-01-01"},
              {"dataset": "ngo", "sex": "female", "age_years": 30, "outcome": "killed"}, {"outcome": "killed"}]
    table = table_of(people, same={1: 0, 2: 0})
    counted = count(table, ["source", "sex_age"])
    assert {row.key: row.figures.as_dict() for row in counted.rows} == {
        ("hospital + ngo + police", "woman"): {"killed": 1, "injured": 0, "unknown": 0, "casualties": 1},
        ("unknown", "unknown"): {"killed": 1, "injured": 0, "unknown": 0, "casualties": 1},
    }
    assert sorted(table.members.tolist()) == [1, 3]


def test_a_group_whose_kept_record_is_not_there_counts_once_all_the_same() -> None:
    assert total(table_of([{"outcome": "killed"}, {"outcome": "killed"}], same={0: 7, 1: 7})) == 1


def test_persons_of_merged_accidents_are_set_against_one_accident() -> None:
    people = [{"accident_id": accident_link(each), "outcome": "killed"} for each in (100, 101)]
    accidents = [{"killed": 2}, {"killed": 2}]
    assert total(table_of(people, accidents)) == 4
    assert total(table_of(people, accidents, same={101: 100})) == 2


@settings(max_examples=30, deadline=None)
@given(PEOPLE, st.dictionaries(st.integers(0, 11), st.integers(0, 11), max_size=4))
def test_declaring_records_one_never_makes_persons(people: list[dict[str, Any]], pairs: dict[int, int]) -> None:
    kept = {absorbed: root for absorbed, root in pairs.items() if absorbed != root and root not in pairs}
    people = [{**each, "persons": 1} for each in people]
    present = {absorbed for absorbed in kept if absorbed < len(people)}
    groups = {kept[absorbed] for absorbed in present}
    lost = len(present) - sum(root >= len(people) for root in groups)
    assert total(table_of(people, same=kept)) == len(people) - lost


@settings(max_examples=30, deadline=None)
@given(PEOPLE)
def test_columns_are_the_same_after_being_kept(people: list[dict[str, Any]]) -> None:
    made = said("casualty", dict(enumerate(people)))
    again = unpack(pack(made))
    for name in Said.__struct_fields__:
        one, two = getattr(made, name), getattr(again, name)
        if isinstance(one, dict):
            assert one.keys() == two.keys()
            assert all(np.array_equal(getattr(one[key], "codes", one[key]), getattr(two[key], "codes", two[key]))
                       and getattr(one[key], "words", ()) == getattr(two[key], "words", ()) for key in one)
        else:
            assert np.array_equal(one, two, equal_nan=one.dtype.kind == "f")


def test_exchanging_records_leaves_the_others_in_their_order() -> None:
    made = said("casualty", {number: {"outcome": "killed"} for number in range(5)})
    now = made.without([record_id(3), record_id(9)]).joined(said("casualty", {3: {"outcome": "injured"}}))
    assert now.ids.tolist() == made.ids.tolist()
    assert now.texts["outcome"].texts() == ["killed", "killed", "killed", "injured", "killed"]


@pytest.mark.parametrize("name", ["victims", "place:x", "place:", "status:1", "outcome,,nothing"])
def test_a_dimension_that_is_none_is_refused_by_name(name: str) -> None:
    with pytest.raises(InvalidValue, match=name.split(",")[-1]):
        read_dimensions(name)


def test_many_dimensions_cost_no_more_memory_than_there_are_people() -> None:
    table = table_of([{"outcome": "killed", "place_name": f"p{number}", "occurred_on": f"{1900 + number}"}
                      for number in range(100)])  # fmt: skip
    counted = count(table, [name for name in DIMENSIONS if name != "dataset"], gazetteer=PLACES)
    assert len(counted.rows) == 100
