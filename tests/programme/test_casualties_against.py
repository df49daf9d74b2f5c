"""Are accidents laid against the hazards and releases of their day, with the tests of the dating table?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.errors import InvalidValue
from whitestone.evidence.chances import released_finds_p
from whitestone.programme.casualties_against import against_hazards
from whitestone.programme.opening import Programme, init_programme


def square(lon: float, size: float = 0.01) -> bytes:
    return bytes(shapely.to_wkb(shapely.box(lon, 40.0, lon + size, 40.0 + size)))


def point(lon: float, lat: float = 40.005) -> bytes:
    return bytes(shapely.to_wkb(shapely.Point(lon, lat)))


def put(programme: Programme, kind: str, body: dict[str, Any], geometry: bytes | None = None,
        since: str | None = None) -> str:
    draft = Draft(kind=kind, record_id=new_id(), body=body, geometry=geometry, information_date=since)
    programme.journal.append(Act(author="test"), [draft])
    return str(draft.record_id)


@pytest.fixture
def programme(tmp_path: Path) -> Iterator[Programme]:
    """One hazard known since 2015 whose left half was cleared in May 2018."""
    settings = {"equal_area_lon": 46.0, "equal_area_lat": 40.0}
    with init_programme(str(tmp_path / "p"), name="against", who="test", settings=settings) as made:
        put(made, "hazard", {"local_id": "H-1", "classification": "cha", "status": "open"}, square(46.0), "2015-03-01")
        put(made, "release", {"outcome": "cleared", "completed_on": "2018-05-01", "approved_on": "2018-05-01"},
            bytes(shapely.to_wkb(shapely.box(46.0, 40.0, 46.005, 40.01))), "2018-05-01")  # fmt: skip
        for name, day, lon in (("in hazard", "2017-06-01", 46.002), ("released", "2019-06-01", 46.002),
                               ("other half", "2019-06-01", 46.008), ("outside", "2019-06-01", 46.2),
                               ("before all", "2014-01-01", 46.002), ("of 2018", "2018", 46.002),
                               ("beside", "2019-06-01", 46.0105)):  # fmt: skip
            put(made, "accident", {"local_id": name, "occurred_on": day, "killed": 1}, point(lon))
        put(made, "accident", {"local_id": "vague", "occurred_on": "2019-06-01", "geo_accuracy_m": 5000}, point(46.002))
        put(made, "accident", {"local_id": "a village", "occurred_on": "2019", "place_precision": "settlement"},
            point(46.002))  # fmt: skip
        put(made, "accident", {"local_id": "no position", "occurred_on": "2019-06-01"})
        yield made


def test_each_accident_lies_where_it_lay_on_its_day(programme: Programme) -> None:
    told = against_hazards(programme, programme.clocks())
    assert {row["local_id"]: row["lies"] for row in told["rows"]} == {
        "in hazard": "in_known_hazard", "released": "in_released_land", "other half": "in_known_hazard",
        "outside": "outside_known_hazards", "before all": "outside_known_hazards", "of 2018": "undated",
        "beside": "within_accuracy", "vague": "not_placed", "a village": "not_placed", "no position": "not_placed",
    }  # fmt: skip
    assert sum(told["counts"].values()) == told["n"] == 10
    assert told["in_released_by_outcome"] == {"cleared": 1}
    assert told["in_hazards_by_status"] == {"open": 2}
    assert told["tests"]["outside_known_hazards"]["accidents"] == 2
    assert told["tests"]["outside_known_hazards"]["of"] == 5
    assert {"rule", "assumptions", "denominators", "as_known_on", "seed", "alternatives"} <= told.keys()


def test_the_map_holds_what_has_a_position_and_nothing_that_names_a_person(programme: Programme) -> None:
    put(programme, "casualty", {"outcome": "killed", "person_status": "civilian"})
    told = against_hazards(programme, programme.clocks())
    features = told["map"]["features"]
    assert len(features) == 8
    assert all(len(each["geometry"]["coordinates"]) == 2 for each in features)
    assert told["left_out"]["casualties_without_an_accident_record"] == 1


def test_released_land_is_tested_only_against_a_rate_that_is_given(programme: Programme) -> None:
    bare = against_hazards(programme, programme.clocks("2021-05-01"))["tests"]["released_land"]
    assert bare["p"] is None
    assert "no rate" in bare["why_not"]
    asked = against_hazards(programme, programme.clocks("2021-05-01"), expected_per_km2_year=0.5)
    told = asked["tests"]["released_land"]
    area_km2 = 0.427 * 1.11
    assert told["released_km2_years"] == pytest.approx(area_km2 * 3, rel=0.02)
    assert told["events"] == 1
    assert told["p"] == pytest.approx(released_finds_p(1, told["expected"]))
    assert told["bayes_factor"] > 0


def test_two_accidents_at_one_spot_are_one_event(programme: Programme) -> None:
    put(programme, "accident", {"occurred_on": "2019-06-02"}, point(46.0021))
    told = against_hazards(programme, programme.clocks(), expected_per_km2_year=0.5)["tests"]["released_land"]
    assert (told["accidents"], told["events"]) == (2, 1)


def test_what_was_not_known_then_holds_nothing(programme: Programme) -> None:
    told = against_hazards(programme, programme.clocks(None, "2001-01-01"))
    assert told["n"] == 0
    before = against_hazards(programme, programme.clocks("2018-01-01"))
    assert next(row["lies"] for row in before["rows"] if row["local_id"] == "in hazard") == "in_known_hazard"


def test_a_position_that_ten_accidents_share_is_that_of_a_place_unless_it_is_exact(programme: Programme) -> None:
    for _ in range(10):
        put(programme, "accident", {"occurred_on": "2019-06-01", "local_id": "seat"}, point(46.15))
        put(programme, "accident", {"occurred_on": "2019-06-01", "place_precision": "exact", "local_id": "bridge"},
            point(46.16))  # fmt: skip
    told = against_hazards(programme, programme.clocks())
    assert {row["lies"] for row in told["rows"] if row["local_id"] == "seat"} == {"not_placed"}
    assert {row["lies"] for row in told["rows"] if row["local_id"] == "bridge"} == {"outside_known_hazards"}
    assert told["denominators"]["positions_of_a_place_only"] == 11


def test_the_period_bounds_the_accidents(programme: Programme) -> None:
    told = against_hazards(programme, programme.clocks(), start=dt.date(2019, 1, 1), end=dt.date(2019, 12, 31))
    assert told["n"] == 7
    assert told["left_out"]["outside_the_period"] == 3
    with pytest.raises(InvalidValue):
        against_hazards(programme, programme.clocks(), start=dt.date(2020, 1, 1), end=dt.date(2019, 1, 1))


@pytest.mark.parametrize("asked", [{"usual_accuracy_m": 0.0}, {"coarsest_m": -1.0}, {"expected_per_km2_year": 0.0}])
def test_what_cannot_be_asked_is_refused(programme: Programme, asked: dict[str, float]) -> None:
    with pytest.raises(InvalidValue):
        against_hazards(programme, programme.clocks(), **asked)


def test_an_empty_programme_has_empty_answers(tmp_path: Path) -> None:
    with init_programme(str(tmp_path / "e"), name="empty", who="test") as empty:
        told = against_hazards(empty, empty.clocks(), expected_per_km2_year=1.0)
    assert (told["n"], told["rows"], told["map"]["features"]) == (0, [], [])
    assert told["tests"]["outside_known_hazards"]["share"] is None
    assert told["tests"]["released_land"]["why_not"]
