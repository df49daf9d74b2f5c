"""Is each accident laid against what was known and released before its day, and against nothing else?"""

from __future__ import annotations

import datetime as dt

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.casualties.against_hazards import (
    SHARED_BY,
    WORDS,
    Accident,
    Ground,
    lay_against,
    released_km2_years,
    shared_positions,
)
from whitestone.domain.dates import parse_partial
from whitestone.errors import InvalidValue

FIELD = shapely.box(0, 0, 100, 100)


def hazard(since: str | None, outline: shapely.Geometry = FIELD, **more: object) -> Ground:
    return Ground(id="hazard", outline=outline, since=since and dt.date.fromisoformat(since), status="open", **more)


def release(since: str | None, outcome: str = "cleared", outline: shapely.Geometry = FIELD) -> Ground:
    return Ground(id=outcome, outline=outline, since=since and dt.date.fromisoformat(since), outcome=outcome)


def lies(day: str | None, hazards: list[Ground], releases: list[Ground], x: float = 50.0, **more: object) -> str:
    accident = Accident(id="a", point=shapely.Point(x, 50), day=day and parse_partial(day), **more)
    return lay_against([accident], hazards, releases)[0].lies


@pytest.mark.parametrize(("day", "word"), [
    ("2019-12-31", "outside_known_hazards"), ("2020-01-01", "outside_known_hazards"), ("2020-01-02", "in_known_hazard"),
    ("2021-01-01", "in_known_hazard"), ("2021-01-02", "in_released_land"), ("2019", "outside_known_hazards"),
    ("2020", "undated"), ("2021-01", "undated"), ("2022", "in_released_land"), (None, "undated"),
])  # fmt: skip
def test_only_what_was_known_and_released_before_the_day_counts(day: str | None, word: str) -> None:
    """A hazard known on 1 January 2020, released on 1 January 2021."""
    assert lies(day, [hazard("2020-01-01")], [release("2021-01-01")]) == word


def test_ground_suspected_again_after_its_release_is_a_hazard_again() -> None:
    assert lies("2023", [hazard("2022-05-01")], [release("2021-01-01")]) == "in_known_hazard"
    assert lies("2023", [hazard("2021-01-01")], [release("2021-01-01")]) == "in_known_hazard"
    # A later statement about the old hazard, such as its closing, does not make it a new one.
    closed = hazard("2020-01-01", stood_from=dt.date(2021, 6, 1))
    assert lies("2023", [closed], [release("2021-01-01")]) == "in_released_land"


def test_the_last_release_speaks_and_of_one_day_the_strongest() -> None:
    found = lay_against([Accident(id="a", point=shapely.Point(5, 5), day=parse_partial("2023"))], [],
                        [release("2020-01-01"), release("2021-01-01", "cancelled"), release("2021-01-01", "reduced")])
    assert (found[0].outcome, found[0].since) == ("reduced", "2021-01-01")


def test_an_outline_that_was_given_up_before_the_accident_holds_nothing() -> None:
    moved = hazard("2015-01-01", stood_from=dt.date(2015, 1, 1), stood_to=dt.date(2018, 1, 1))
    assert lies("2017-06-01", [moved], []) == "in_known_hazard"
    assert lies("2018-01-01", [moved], []) == "in_known_hazard"
    assert lies("2018-01-02", [moved], []) == "outside_known_hazards"


def test_ground_without_a_date_counts_as_known_before() -> None:
    assert lies("2001", [hazard(None)], []) == "in_known_hazard"
    assert lies("2001", [], [release(None)]) == "in_released_land"


@pytest.mark.parametrize(("x", "accuracy_m", "word"), [
    (150.0, None, "within_accuracy"), (250.0, None, "outside_known_hazards"), (150.0, 10.0, "outside_known_hazards"),
    (600.0, 500.0, "within_accuracy"), (50.0, 1.0, "in_known_hazard"), (50.0, 1000.0, "in_known_hazard"),
    (50.0, 1000.1, "not_placed"), (50.0, float("nan"), "not_placed"),
])  # fmt: skip
def test_a_position_counts_as_far_as_it_is_accurate(x: float, accuracy_m: float | None, word: str) -> None:
    assert lies("2022", [hazard("2020-01-01")], [], x, accuracy_m=accuracy_m) == word


def test_an_accident_without_a_position_is_counted_apart() -> None:
    told = lay_against([Accident(id="a", day=parse_partial("2022")),
                        Accident(id="b", point=shapely.Point(), day=parse_partial("2022"))], [hazard(None)], [])
    assert [each.lies for each in told] == ["not_placed", "not_placed"]
    assert told[0].distance_m is None


def test_how_far_the_nearest_ground_is_follows_what_was_known_then() -> None:
    far = hazard("2010-01-01", shapely.box(1000, 0, 1100, 100))
    near = hazard("2022-01-01", shapely.box(300, 0, 400, 100))
    days = ["2009", "2015", "2023"]
    told = lay_against([Accident(id=day, point=shapely.Point(0, 50), day=parse_partial(day)) for day in days],
                       [far, near], [])
    assert [each.distance_m for each in told] == [None, 1000.0, 300.0]


def test_a_position_that_many_share_is_that_of_a_place() -> None:
    many = [(1.0, 1.0)] * SHARED_BY + [(2.0, 2.0)] * (SHARED_BY - 1) + [None]
    assert sum(shared_positions(many, [None] * len(many))) == SHARED_BY
    assert not any(shared_positions(many, [5.0] * len(many)))


@given(st.lists(st.tuples(st.floats(-50, 250), st.sampled_from(["2019", "2020-06", "2021-03-04", "2023", None])),
                max_size=20),
       st.lists(st.tuples(st.floats(0, 200), st.integers(2018, 2023), st.booleans()), max_size=8))  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_every_accident_has_one_word_and_their_order_or_that_of_the_ground_does_not_matter(
    accidents: list[tuple[float, str | None]], ground: list[tuple[float, int, bool]]
) -> None:
    asked = [Accident(id=str(at), point=shapely.Point(x, 50), day=day and parse_partial(day))
             for at, (x, day) in enumerate(accidents)]  # fmt: skip
    made = [Ground(id=str(at), outline=shapely.box(x, 0, x + 60, 100), since=dt.date(year, 1, 1),
                   outcome="cleared" if is_release else None)
            for at, (x, year, is_release) in enumerate(ground)]  # fmt: skip
    hazards, releases = [each for each in made if not each.outcome], [each for each in made if each.outcome]
    told = lay_against(asked, hazards, releases)
    assert [each.id for each in told] == [each.id for each in asked]
    assert all(each.lies in WORDS for each in told)
    turned = lay_against(asked[::-1], hazards[::-1], releases[::-1])
    assert [each.lies for each in turned[::-1]] == [each.lies for each in told]


def test_released_land_is_summed_once_from_its_first_release() -> None:
    square = shapely.box(0, 0, 1000, 1000)
    first, again = release("2020-01-01", outline=square), release("2021-01-01", "reduced", square)
    more = release("2021-01-01", outline=shapely.box(500, 0, 1500, 1000))
    end = dt.date(2022, 1, 1)
    assert released_km2_years([first, again], None, end) == pytest.approx(2, rel=0.01)
    assert released_km2_years([more, first], None, end) == pytest.approx(2.5, rel=0.01)
    assert released_km2_years([first], dt.date(2021, 7, 1), end) == pytest.approx(0.5, rel=0.01)
    assert released_km2_years([release("2023-01-01"), release(None)], None, end) == 0


def test_accuracies_that_cannot_be_are_refused() -> None:
    with pytest.raises(InvalidValue):
        lay_against([], [], [], usual_accuracy_m=0)
