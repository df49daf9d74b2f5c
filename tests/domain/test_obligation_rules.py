"""Do deadlines follow from the treaties' own rules, on every calendar day?"""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whitestone.domain.chains import cycles
from whitestone.domain.obligation_rules import due_on, duties, instruments, occurrences, rules_version
from whitestone.errors import InvalidValue

DAYS = st.dates(dt.date(1980, 1, 1), dt.date(2080, 12, 31))


@pytest.mark.parametrize(
    ("instrument", "key", "due"),
    [
        ("apmbc", "stockpile", "2003-03-01"),
        ("apmbc", "clearance", "2009-03-01"),
        ("apmbc", "first-report", "1999-08-28"),
        ("ccm", "stockpile", "2007-03-01"),
        ("ccm", "clearance", "2009-03-01"),
    ],
)
def test_deadlines_of_a_party_of_the_first_day(instrument: str, key: str, due: str) -> None:
    """The convention of 1997 entered into force on 1 March 1999."""
    duty = next(each for each in duties(instrument) if each.key == key)
    assert str(due_on(duty, dt.date(1999, 3, 1))) == due


def test_yearly_reports_are_due_on_the_days_of_the_texts() -> None:
    recurring = {(name, each.recurs_on) for name in instruments() for each in duties(name) if each.recurs_on}
    assert recurring == {("apmbc", "04-30"), ("ccm", "04-30"), ("ccw_ap2", "03-31"), ("ccw_p5", "03-31")}


@given(DAYS)
def test_every_deadline_is_a_day_after_entry_into_force(in_force: dt.date) -> None:
    for name in instruments():
        for each in duties(name):
            day = due_on(each, in_force)
            assert (day is None) == (each.recurs_on is not None)
            assert day is None or day > in_force
            assert all([each.rule, each.article, each.duty])


@given(DAYS, DAYS, DAYS)
def test_a_yearly_report_stands_once_a_year_inside_the_period(in_force: dt.date, one: dt.date, two: dt.date) -> None:
    begins, ends = sorted((one, two))
    days = occurrences("04-30", in_force, begins, ends)
    assert len({day.year for day in days}) == len(days)
    assert all(begins <= day <= ends and day.year > in_force.year for day in days)


@pytest.mark.parametrize("text", ["", "13-01", "4", "04-30-01", "april", "00-10"])
def test_what_is_no_day_of_a_year_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        occurrences(text, None, dt.date(2020, 1, 1), dt.date(2021, 1, 1))


def test_the_rules_say_their_version() -> None:
    assert rules_version()


@given(st.dictionaries(st.integers(0, 12).map(str), st.lists(st.integers(0, 12).map(str), max_size=3), max_size=13))
def test_rings_are_found_exactly_where_a_link_leads_back(links: dict[str, list[str]]) -> None:
    def reaches(start: str) -> bool:
        seen: set[str] = set()
        open_ = list(links.get(start, ()))
        while open_:
            node = open_.pop()
            if node == start:
                return True
            if node not in seen:
                seen.add(node)
                open_ += links.get(node, ())
        return False

    assert bool(cycles(links)) == any(reaches(each) for each in links)
