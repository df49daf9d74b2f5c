"""Does every dated person fall into its month, and are late reports foretold only where delays were clocked?"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.casualties.delays import FEWEST_RECORDS, estimate_late
from whitestone.casualties.series import MOST_PERIODS, count_series
from whitestone.errors import InvalidValue

DATES = st.one_of(st.sampled_from([None, "", "May", "2020-13", "2020", "2020-02"]),
                  st.dates(dt.date(2015, 1, 1), dt.date(2022, 12, 31)).map(dt.date.isoformat))  # fmt: skip


@given(st.lists(st.tuples(DATES, st.integers(1, 5)), max_size=40), st.sampled_from(["year", "month"]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_every_person_is_counted_in_exactly_one_place(dates: list[tuple[str | None, int]], step: str,
                                                      is_bounded: bool) -> None:
    start, end = (dt.date(2018, 1, 1), dt.date(2020, 12, 31)) if is_bounded else (None, None)
    told = count_series(dates, step, start, end)
    assert sum(told.counts) + told.undated + told.too_vague + told.outside == sum(persons for _, persons in dates)
    assert len(told.labels) == len(told.counts)
    if is_bounded:
        assert len(told.counts) == (3 if step == "year" else 36)


def test_empty_months_between_stand_as_zero() -> None:
    told = count_series([("2021-11-30", 2), ("2022-02", 1)], "month")
    assert dict(zip(told.labels, told.counts, strict=True)) == {"2021-11": 2, "2021-12": 0, "2022-01": 0, "2022-02": 1}


@pytest.mark.parametrize(("dates", "asked"), [
    ([], ("week", None, None)), ([], ("year", dt.date(2020, 1, 1), dt.date(2019, 1, 1))),
    ([("0001-01", 1), ("2020-01", 1)], ("month", None, None)),
])  # fmt: skip
def test_a_series_that_cannot_be_is_refused(dates: list[tuple[str, int]], asked: tuple[object, ...]) -> None:
    assert MOST_PERIODS < 2020 * 12
    with pytest.raises(InvalidValue):
        count_series(dates, *asked)


def a_stream(seed: int, months: int, share_at_once: float) -> tuple[np.ndarray, np.ndarray]:
    """Draw 100 reports a month, some at once, the others one or two months later."""
    rng = np.random.default_rng(seed)
    happened = np.repeat(np.arange(months), 100)
    later = rng.integers(1, 3, len(happened))
    return happened, happened + np.where(rng.random(len(happened)) < share_at_once, 0, later)


def test_the_last_months_are_foretold_from_how_long_reports_took() -> None:
    happened, came = a_stream(1, 48, 0.6)
    now = 47
    told = estimate_late(happened.tolist(), came.tolist(), now)
    last = told.months[-1]
    assert last.reported == int(np.sum((happened == now) & (came <= now)))
    assert last.share_known == pytest.approx(0.6, abs=0.03)
    assert last.expected == pytest.approx(100, rel=0.15)
    assert last.low <= 100 <= last.high
    assert told.months[0].share_known == 1
    assert told.months[0].expected == told.months[0].reported == 100


def test_what_is_known_later_than_now_does_not_count() -> None:
    happened, came = a_stream(2, 48, 0.6)
    cut = came <= 40
    assert estimate_late(happened.tolist(), came.tolist(), 40) == estimate_late(happened[cut].tolist(),
                                                                                came[cut].tolist(), 40)  # fmt: skip


def test_twenty_years_brought_in_one_night_say_nothing_of_delays() -> None:
    told = estimate_late(list(range(240)), [239] * 240, 239)
    assert "brought in" in told.why_not
    assert all(each.expected is None for each in told.months)
    assert told.months[-1].reported == 1


def test_few_records_say_nothing_either() -> None:
    told = estimate_late(list(range(FEWEST_RECORDS - 1)), list(range(FEWEST_RECORDS - 1)), 40)
    assert "29 records" in told.why_not
    with pytest.raises(InvalidValue):
        estimate_late([1, 2], [1], 3)


def test_a_month_of_which_nothing_is_ever_known_at_once_has_no_figure() -> None:
    months = list(range(40))
    told = estimate_late(months * 2, [each + 1 for each in months] * 2, 39)
    assert (told.months[-1].share_known, told.months[-1].expected) == (0.0, None)
    assert told.median_delay_months == 1
