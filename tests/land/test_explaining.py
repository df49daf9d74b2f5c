"""Do the bookings behind all rows, listed in one pass, say what they say of each row alone?"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_oracle import LAST, as_inputs, hazards, works

from whitestone.errors import InvalidValue
from whitestone.land.ledger import DIMENSIONS, compute


@settings(max_examples=40, deadline=None)
@given(hazards(), works(), st.sampled_from([each for each in DIMENSIONS if each != "year"]),
       st.sampled_from([None, "opening", "closing", "cleared", "discovered"]),
       st.sampled_from([None, dt.date(2015, 1, 1)]))
def test_all_rows_at_once_say_what_each_row_says_alone(sites: Any, done: Any, by: str, column: str | None,
                                                       start: dt.date | None) -> None:
    slices, pieces = as_inputs(sites, done)
    ledger = compute(slices, pieces, start=start, end=LAST, by=by)
    at_once = ledger.explain_rows(column)
    for row in ledger.rows:
        assert at_once.pop(row["key"], []) == ledger.explain(row["key"], column), row["key"]
    assert not any(at_once.values())


def test_rows_by_year_are_refused() -> None:
    with pytest.raises(InvalidValue):
        compute([], [], start=None, end=LAST, by="year").explain_rows("closing")
