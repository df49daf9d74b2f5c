"""Does a mark date manufacture, and only where two readers agree on every sign?"""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.errors import InvalidValue
from whitestone.evidence.marks import LATER, NOT_COUNTED, NOT_LATER, Mark, Reading, agreement, verdict

DAY = dt.date(2020, 11, 10)


def mark(one: str = "3-21", two: str = "3-21", **more: str | bool | None) -> Mark:
    made = {"made_from": "2021", **more}
    return Mark(first=Reading(one, "r1", "legible"), second=Reading(two, "r2", "legible"), **made)  # type: ignore[arg-type]


def test_a_mark_of_a_later_year_is_later_and_of_the_same_year_is_not() -> None:
    assert verdict(mark(made_from="2021"), DAY) == LATER
    assert verdict(mark(made_from="2020"), DAY) == NOT_LATER
    assert verdict(mark(made_from="2020-11-10"), DAY) == NOT_LATER
    assert verdict(mark(made_from="2020-11-11"), DAY) == LATER
    assert verdict(mark(made_from=None, made_to="1994"), DAY) == NOT_LATER
    assert verdict(mark(made_from="1988", made_to="2022"), DAY) == NOT_LATER


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (None, "unread"),
        (Mark(), "unread"),
        (Mark(first=Reading("3-21", "r1", "legible"), made_from="2021"), "one_reader"),
        (Mark(first=Reading("3-21", "r1", "legible"), second=Reading("3-21", "r1", "legible"), made_from="2021"),
         "one_reader"),
        (mark("3-21", "3-27"), "readers_differ"),
        (mark("3-2?", "3-2?"), "illegible"),
        (mark(made_from=None), "not_interpreted"),
    ],
)  # fmt: skip
def test_a_mark_that_two_readers_cannot_vouch_for_counts_nowhere_and_says_why(found: Mark | None, code: str) -> None:
    assert verdict(found, DAY) == code
    assert code in NOT_COUNTED


def test_a_reader_who_could_not_read_every_sign_is_enough_to_leave_it_out() -> None:
    partly = Mark(first=Reading("3-21", "r1", "legible"), second=Reading("3-21", "r2", "partly_legible"),
                  made_from="2021")  # fmt: skip
    assert verdict(partly, DAY) == "illegible"


def test_a_mark_later_than_the_find_is_a_misreading_and_never_evidence() -> None:
    assert verdict(mark(made_from="2023"), DAY, dt.date(2022, 5, 1)) == "later_than_find"


def test_an_interpretation_that_is_no_date_is_refused() -> None:
    with pytest.raises(InvalidValue, match="made_from"):
        verdict(mark(made_from="21"), DAY)


signs = st.text(alphabet="0123456789-–— AБв", min_size=1, max_size=12).filter(str.strip)


@settings(max_examples=100, deadline=None)
@given(signs, signs)
def test_agreement_asks_neither_who_reads_first_nor_for_blanks_case_or_dashes(one: str, two: str) -> None:
    there, back = mark(one, two), mark(two, one)
    assert agreement(there) == agreement(back)
    spaced = mark(one, f"  {' '.join(one.swapcase())} ".replace("-", "–"))
    assert agreement(spaced) == "agreed"


@settings(max_examples=100, deadline=None)
@given(st.dates(dt.date(1940, 1, 1), dt.date(2030, 1, 1)), st.dates(dt.date(1990, 1, 1), dt.date(2030, 1, 1)))
def test_a_later_day_d_never_makes_a_mark_later(made: dt.date, after: dt.date) -> None:
    said = verdict(mark(made_from=made.isoformat()), after)
    assert (said == LATER) == (made > after)
    if said == NOT_LATER:
        assert verdict(mark(made_from=made.isoformat()), after + dt.timedelta(days=400)) == NOT_LATER
