"""Does the table count every find once, say what it leaves out, and name nobody?"""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.errors import InvalidValue
from whitestone.evidence.dating import ELSEWHERE, NO_DISTRICT, Assumptions, Counted, count_finds
from whitestone.evidence.ladder import Find
from whitestone.evidence.marks import Mark, Reading
from whitestone.evidence.table import dating_table, follow_looks, marks_cell, released_cell

ASSUMED = Assumptions(after=dt.date(2020, 11, 10))
UNTIL = dt.date(2023, 12, 31)


def read(made: str) -> Mark:
    return Mark(first=Reading("3-21", "r1", "legible"), second=Reading("3-21", "r2", "legible"), made_from=made)


def find(number: int, day: str | None = "2022-03-04", x: float | None = None, **more: Any) -> Find:
    return Find(**{"id": f"F-{number}", "found_on": day, "district": "Upper Valley",
                   "x_m": 1000.0 * number if x is None else x, "y_m": 0.0, **more})  # fmt: skip


def table(finds: list[Find], land: dict[tuple[str, str], float] | None = None) -> dict[str, Any]:
    counted = count_finds(finds, ASSUMED, land or {}, UNTIL)
    return dating_table(follow_looks(counted.looks, ASSUMED), counted)


def test_a_row_of_mines_found_together_is_one_event_and_one_mark() -> None:
    near = [find(at, x=10.0 * at, mark=read("2021")) for at in range(40)]
    told = table(near)["districts"][0]
    assert told["events"] == 1
    assert told["items"] == 40
    assert told["at_last_look"]["marks"]["read"] == 1
    assert told["at_last_look"]["marks"]["later"] == 1


def test_an_event_speaks_with_its_first_legible_mark_whatever_is_read_later() -> None:
    finds = [find(1, "2022-01-01", 0.0), find(2, "2022-02-01", 10.0, mark=read("1988")),
             find(3, "2022-03-01", 20.0, mark=read("2021"))]  # fmt: skip
    marks = table(finds)["districts"][0]["at_last_look"]["marks"]
    assert (marks["read"], marks["later"]) == (1, 0)


def test_every_find_is_in_a_look_or_left_out_with_a_reason() -> None:
    finds = [find(1), find(2, None), find(3, "2020-11-10"), find(4, "2024-01-01"), find(5, district=None),
             find(6, kind="accident")]  # fmt: skip
    counted = count_finds(finds, ASSUMED, {}, UNTIL)
    assert counted.left_out == {"no date": 1, "found by the end of D": 1, "found after the last look": 1, ELSEWHERE: 0}
    looks = counted.looks
    assert int(looks.items.sum() + looks.accidents.sum()) + 3 == len(finds)
    assert NO_DISTRICT in looks.districts


def test_a_find_in_land_booked_to_another_district_is_left_out_of_the_test_and_told() -> None:
    finds = [find(1, released="cleared", released_on="2021-06-01")]
    counted = count_finds(finds, ASSUMED, {("Lower Valley", "2021-06"): 1.0}, UNTIL)
    assert counted.left_out[ELSEWHERE] == 1
    assert counted.looks.released.sum() == 0


def test_land_counts_from_the_month_of_its_release_on() -> None:
    looks = count_finds([], ASSUMED, {("Upper Valley", "2021-06"): 2.0}, UNTIL).looks
    at = looks.months.index("2021-06")
    assert looks.expected[0, at - 1] == 0
    assert looks.expected[0, at:] == pytest.approx(2.0 * 0.5 / 12)
    assert (looks.years[0] > 0).tolist() == (looks.expected[0] > 0).tolist()


def test_rungs_are_counted_by_event_and_c_needs_the_bayes_factor() -> None:
    finds = [find(at, f"2022-0{at + 1}-04", released="cleared", released_on="2021-06-01") for at in range(4)]
    few = table(finds, {("Upper Valley", "2021-06"): 0.1})["districts"][0]
    assert few["rungs"] == {"C": 4}
    assert few["at_last_look"]["released"]["bayes_factor"] >= 10
    many = table(finds, {("Upper Valley", "2021-06"): 10.0})["districts"][0]
    assert many["rungs"] == {"none": 4}


def test_each_result_says_in_its_own_cell_what_it_is_at_other_rates() -> None:
    cell = table([find(at, mark=read("2021")) for at in range(3)])["rows"][0]["by_then"]["marks"]
    assert cell["p_one_look"] == pytest.approx(1e-6)
    assert [each["misreading_rate"] for each in cell["sensitivity"]] == [0.005, 0.02, 0.05]
    assert [each["p_one_look"] for each in cell["sensitivity"]] == pytest.approx([0.005**3, 0.02**3, 0.05**3])
    es = [cell["sensitivity"][0]["e"], cell["e"], *(each["e"] for each in cell["sensitivity"][1:])]
    assert es == sorted(es, reverse=True)
    for rate in ("at 1 %", "0.5 %", "2 %", "5 %"):
        assert rate in cell["text"]


def test_a_cell_without_a_mark_or_without_land_says_so() -> None:
    assert marks_cell(0, 0, 1.0, [1.0, 1.0, 1.0], ASSUMED)["text"] == "no mark that counts"
    assert released_cell(0, 0.0, 1.0, [1.0, 1.0, 1.0])["p_one_look"] is None


def test_every_answer_carries_assumptions_plan_power_and_alternatives() -> None:
    told = table([])
    assert told["rows"] == told["districts"] == told["finds"] == []
    for part in ("assumptions", "plan", "power", "alternatives", "rungs"):
        assert told[part]


def test_readers_who_differ_are_counted_beside_the_rate_that_is_assumed() -> None:
    differ = Mark(first=Reading("3-21", "r1", "legible"), second=Reading("3-27", "r2", "legible"), made_from="2021")
    marks = table([find(1, mark=differ), find(2, mark=read("2021")), find(3)])["marks"]
    assert (marks["read_twice"], marks["readers_differ"], marks["later"]) == (2, 1, 1)
    assert marks["not_counted"]["unread"]["marks"] == 1


def test_negative_land_and_dates_that_are_none_are_refused() -> None:
    with pytest.raises(InvalidValue):
        count_finds([], ASSUMED, {("Upper Valley", "2021-06"): -1.0}, UNTIL)
    with pytest.raises(InvalidValue):
        count_finds([find(1, "May 2022")], ASSUMED, {}, UNTIL)


finds_any = st.lists(
    st.builds(
        find,
        st.integers(0, 10**6),
        st.sampled_from([None, "2019", "2021", "2022-03", "2022-03-04", "2023-11-30"]),
        st.floats(-2000, 2000),
        kind=st.sampled_from(["item", "accident"]),
        district=st.sampled_from([None, "Upper Valley", "Lower Valley"]),
        mark=st.sampled_from([None, read("1988"), read("2021"), Mark()]),
        released=st.sampled_from([None, "cleared"]),
        released_on=st.sampled_from([None, "2019-01-01", "2021-06-01"]),
        in_hazard=st.sampled_from([True, False, None]),
    ),
    max_size=25,
    unique_by=lambda each: each.id,
)


@settings(max_examples=60, deadline=None)
@given(finds_any, st.sampled_from([0.0, 0.01, 3.0]))
def test_the_order_in_which_finds_are_given_changes_nothing(finds: list[Find], km2: float) -> None:
    land = {("Upper Valley", "2021-06"): km2}
    assert table(finds, land) == table(finds[::-1], land)


@settings(max_examples=60, deadline=None)
@given(finds_any)
def test_rows_add_up_to_districts_and_districts_to_all_finds(finds: list[Find]) -> None:
    counted = count_finds(finds, ASSUMED, {}, UNTIL)
    told = dating_table(follow_looks(counted.looks, ASSUMED), counted)
    left = sum(count for reason, count in counted.left_out.items() if reason != ELSEWHERE)
    assert sum(row["items"] + row["accidents"] for row in told["districts"]) + left == len(finds)
    for name in ("events", "items", "accidents"):
        assert sum(row[name] for row in told["rows"]) == sum(row[name] for row in told["districts"])
    assert sum(sum(row["rungs"].values()) for row in told["districts"]) == len(set(counted.event))
    assert sum(row["events"] for row in told["districts"]) == len(set(counted.event))


@settings(max_examples=60, deadline=None)
@given(finds_any)
def test_what_is_found_later_changes_no_earlier_look(finds: list[Find]) -> None:
    def state(some: list[Find]) -> np.ndarray[Any, Any]:
        counted: Counted = count_finds(some, ASSUMED, {("Upper Valley", "2021-06"): 1.0}, UNTIL, ["Lower Valley",
                                       NO_DISTRICT])  # fmt: skip
        cut = counted.looks.months.index("2022-12") + 1
        return follow_looks(counted.looks, ASSUMED).evidence.both[:, :cut]

    before = [each for each in finds if (each.found_on or "9") < "2023"]
    assert state(finds) == pytest.approx(state(before))


ACCUSING = re.compile(r"\b(laid|planted|emplaced|mined|placed) by\b|\b(responsib|culprit|guilt|perpetrat)\w*", re.I)


@settings(max_examples=60, deadline=None)
@given(finds_any)
def test_no_sentence_names_who_laid_anything_or_calls_a_place_safe(finds: list[Find]) -> None:
    said = json.dumps(table(finds))
    assert not ACCUSING.search(said)
    assert not re.search(r"\bsafe\b", said, re.I)
    assert "never says who laid it" in said
