"""Does a find stand on the rung that its evidence reaches, with the alternatives always beside it?"""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.evidence.ladder import ALTERNATIVES, NO_RUNG, RUNGS, Find, explained, rung_of, speaks_for_released
from whitestone.evidence.marks import Mark, Reading

DAY = dt.date(2020, 11, 10)
READ = {"first": Reading("3-21", "r1", "legible"), "second": Reading("3-21", "r2", "legible"), "made_from": "2021"}
KEPT = Mark(**READ, photographed=True, custody="unbroken")  # type: ignore[arg-type]


def find(**more: object) -> Find:
    return Find(**{"id": "1", "found_on": "2023-05-01", **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "bayes", "rung"),
    [
        (find(mark=KEPT, released="cleared", released_on="2019-01-01"), 1.0, "A"),
        (find(mark=KEPT, released="reduced", released_on="2019-01-01"), 1.0, "B"),
        (find(mark=KEPT), 1.0, "B"),
        (find(mark=Mark(**READ, photographed=False, custody="unbroken"), released="cleared"), 1.0, "B"),
        (find(mark=Mark(**READ, photographed=True, custody="gap"), released="cleared"), 1.0, "B"),
        (find(released="cleared", released_on="2021-06-01"), 10.0, "C"),
        (find(released="cleared", released_on="2021-06-01", in_hazard=False), 9.9, NO_RUNG),
        (find(released="cleared", released_on="2020-11-09"), 99.0, NO_RUNG),
        (find(released="cleared", released_on="2020"), 99.0, NO_RUNG),
        (find(in_hazard=False), 1.0, "D"),
        (find(in_hazard=True), 99.0, NO_RUNG),
        (find(in_hazard=None), 99.0, NO_RUNG),
        (find(kind="accident", in_hazard=False), 99.0, "E"),
        (find(mark=KEPT, found_on="2020-11-10"), 99.0, NO_RUNG),
        (find(mark=KEPT, found_on=None), 99.0, NO_RUNG),
    ],
)  # fmt: skip
def test_rungs(found: Find, bayes: float, rung: str) -> None:
    assert rung_of(found, DAY, bayes) == rung


def test_an_old_mark_puts_a_find_on_no_higher_rung_and_on_no_lower() -> None:
    old = Mark(**{**READ, "made_from": "1988"})  # type: ignore[arg-type]
    assert rung_of(find(mark=old, in_hazard=False), DAY, 1.0) == "D"


@pytest.mark.parametrize("rung", [*RUNGS, NO_RUNG])
def test_a_missed_item_a_misplaced_polygon_and_water_are_always_listed(rung: str) -> None:
    assert {"missed", "misplaced", "moved"} <= set(explained(rung)) <= set(ALTERNATIVES)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([None, "2019", "2020-11", "2021-06-01", "2024"]), st.sampled_from(["cleared", "reduced", None]),
       st.sampled_from(["item", "accident"]), st.floats(0, 100), st.sampled_from([True, False, None]))
def test_a_stronger_bayes_factor_never_lowers_a_find(released_on: str | None, released: str | None, kind: str,
                                                     bayes: float, in_hazard: bool | None) -> None:
    told = find(kind=kind, released=released, released_on=released_on, in_hazard=in_hazard)
    order = [*RUNGS, NO_RUNG]
    assert order.index(rung_of(told, DAY, bayes + 20)) <= order.index(rung_of(told, DAY, bayes))
    if rung_of(told, DAY, bayes) == "C":
        assert speaks_for_released(told, DAY)
        assert bayes >= 10
