"""Do trend, clusters, rates and care of a programme add up to what it holds, and say what they left out?"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from whitestone.casualties.clusters import Cylinders
from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.errors import InvalidValue, WrongCall
from whitestone.programme.casualties_files import Population
from whitestone.programme.casualties_trends import care, clusters, rates, trend
from whitestone.programme.opening import Programme, init_programme

YEARS = {2018: 40, 2019: 30, 2020: 22, 2021: 16, 2022: 12}


@pytest.fixture
def programme(tmp_path: Path) -> Iterator[Programme]:
    with init_programme(str(tmp_path / "p"), name="trends", who="test") as made:
        yield made


def record(programme: Programme, bodies: list[dict[str, Any]], kind: str = "casualty",
           at: list[tuple[float, float]] | None = None) -> list[str]:
    points = [None] * len(bodies) if at is None else [shapely.to_wkb(shapely.Point(*each)) for each in at]
    drafts = [Draft(kind=kind, record_id=new_id(), body=body, geometry=point)
              for body, point in zip(bodies, points, strict=True)]  # fmt: skip
    programme.journal.append(Act(author="test"), drafts)
    return [str(each.record_id) for each in drafts]


def dated(year: int, count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"occurred_on": f"{year}-{at % 12 + 1:02}", "outcome": "injured", **more} for at in range(count)]


def people(**figures: float | None) -> Population:
    return Population(people=figures, sources=dict.fromkeys(figures, "Census, 2020"))


def test_the_trend_counts_every_person_once_and_says_who_is_not_in_it(programme: Programme) -> None:
    record(programme, [each for year, count in YEARS.items() for each in dated(year, count)])
    record(programme, [{"occurred_on": "2019", "persons": 3}, {"outcome": "killed"}])
    told = trend(programme, programme.clocks())
    counts = {row["period"]: row["casualties"] for row in told["rows"]}
    assert counts == {"2018": 40, "2019": 33, "2020": 22, "2021": 16, "2022": 12}
    assert (told["n"], told["left_out"]["undated"]) == (123, 1)
    assert told["trend"]["rate_ratio"] == pytest.approx(0.74, abs=0.03)
    assert sum(each["casualties"] for each in told["changes"]["segments"]) == 123
    assert {"rule", "assumptions", "denominators", "as_known_on", "seed"} <= told.keys()
    by_month = trend(programme, programme.clocks(), "month")
    assert by_month["left_out"]["date_too_vague"] == 3
    assert sum(row["casualties"] for row in by_month["rows"]) == 120


def test_a_year_that_is_not_whole_is_said(programme: Programme) -> None:
    record(programme, [*dated(2020, 12), *dated(2021, 12), *dated(2022, 12), *dated(2023, 5)])
    assert "2023-05" in trend(programme, programme.clocks())["cautions"][0]
    assert not trend(programme, programme.clocks(), end=dt.date(2022, 12, 31))["cautions"]


def test_an_exposure_divides_and_a_period_without_one_is_a_wrong_call(programme: Programme) -> None:
    record(programme, [each for year, count in YEARS.items() for each in dated(year, count)])
    shares = {str(year): float(count * 10) for year, count in YEARS.items()}
    told = trend(programme, programme.clocks(), exposure=(shares, ["Registry, 2023"]))
    assert told["trend"]["rate_ratio"] == pytest.approx(1.0, abs=0.01)
    assert told["denominators"]["exposure"] == ["Registry, 2023"]
    with pytest.raises(WrongCall, match="2022"):
        trend(programme, programme.clocks(), exposure=({key: 1.0 for key in shares if key != "2022"}, []))


def test_an_empty_programme_has_no_trend_no_cluster_and_no_care(programme: Programme) -> None:
    clocks = programme.clocks()
    told = trend(programme, clocks)
    assert told["rows"] == []
    assert told["trend"]["why_not"]
    assert clusters(programme, clocks)["why_not"]
    assert care(programme, clocks)["n"] == 0
    with pytest.raises(WrongCall):
        rates(programme, clocks, people(East=1000.0))
    with pytest.raises(InvalidValue):
        trend(programme, clocks, "week")


def test_reports_that_came_late_in_the_past_are_expected_again(programme: Programme) -> None:
    """Half of each month's persons are reported a month later; those of the last month are not there yet."""
    bodies = [{"occurred_on": f"{2020 + month // 12}-{month % 12 + 1:02}-05", "report_date": day}
              for month in range(30) for late in (0, 1) for _ in range(4)
              for day in [f"{2020 + (month + late) // 12}-{(month + late) % 12 + 1:02}-20"]
              if month + late < 30]  # fmt: skip
    record(programme, bodies)
    told = trend(programme, programme.clocks("2022-06-30", None), "month")["late"]
    last = told["months"][-1]
    # The clock of knowing is the day of the report; the situation ends with June 2022.
    assert (last["month"], last["reported"]) == ("2022-06", 4)
    assert last["expected"] == pytest.approx(8)
    assert last["low"] <= 8 <= last["high"]


def test_a_cluster_is_told_with_its_places_and_two_people_of_one_accident_are_one_event(programme: Programme) -> None:
    rng = np.random.default_rng(1)
    names = [f"place {n}" for n in range(8)]
    spots = {name: (float(n), 0.0) for n, name in enumerate(names)}
    drawn = [(names[int(rng.integers(8))], int(rng.integers(36))) for _ in range(160)] + [("place 3", 20)] * 14
    bodies = [{"occurred_on": f"{2019 + month // 12}-{month % 12 + 1:02}", "place_name": name} for name, month in drawn]
    record(programme, bodies, at=[spots[name] for name, _ in drawn])
    record(programme, [{"occurred_on": "2020-01", "place_name": "nowhere"}, {"occurred_on": "2020"}, {}])
    told = clusters(programme, programme.clocks(), draws=99)
    first = told["clusters"][0]
    assert (first["places"], first["from"], first["to"], first["alarm"]) == (["place 3"], "2020-09", "2020-09", True)
    assert told["left_out"]["in_places_without_position"] == 1
    assert (told["left_out"]["date_too_vague"], told["left_out"]["undated"]) == (1, 1)
    assert told["n"] == 174
    events = clusters(programme, programme.clocks(), count="events", draws=99)
    assert events["n"] == len(set(drawn))
    assert not any(each["alarm"] for each in events["clusters"])


def test_persons_of_one_accident_are_moved_together(programme: Programme) -> None:
    rng = np.random.default_rng(2)
    names = [f"place {n}" for n in range(8)]
    drawn = [(int(rng.integers(8)), int(rng.integers(36))) for _ in range(160)]
    record(programme, [{"occurred_on": f"{2019 + month // 12}-{month % 12 + 1:02}", "place_name": names[at]}
                       for at, month in drawn], at=[(float(at), 0.0) for at, _ in drawn])  # fmt: skip
    bus = {"occurred_on": "2020-09-04", "place_name": "place 3"}
    (accident,) = record(programme, [bus], "accident", at=[(3.0, 0.0)])
    record(programme, [{"accident_id": accident}] * 12)
    told = clusters(programme, programme.clocks(), draws=99)
    assert told["denominators"]["units"] == 161
    assert told["clusters"][0]["observed"] >= 12
    assert not told["clusters"][0]["alarm"]
    with pytest.raises(InvalidValue):
        clusters(programme, programme.clocks(), count="limbs")


def test_a_population_makes_the_scan_one_of_risk_and_places_without_one_are_left_out(programme: Programme) -> None:
    at = [(0.0, 0.0)] * 60 + [(5.0, 0.0)] * 60 + [(9.0, 0.0)] * 7
    bodies = [{"occurred_on": f"2020-{n % 12 + 1:02}", "place_name": name}
              for n, name in enumerate(["East"] * 60 + ["West"] * 60 + ["Far"] * 7)]  # fmt: skip
    record(programme, bodies, at=at)
    asked = {"draws": 99, "cylinders": Cylinders(longest=6, most_share=1.0)}
    told = clusters(programme, programme.clocks(), population=people(East=100.0, West=9000.0), **asked)
    assert told["model"].startswith("Poisson")
    assert told["clusters"][0]["places"] == ["East"]
    assert told["left_out"]["in_places_without_population"] == 7
    assert told["denominators"]["population"] == ["Census, 2020"]


def test_rates_climb_to_the_place_that_the_file_names(programme: Programme) -> None:
    (above,) = record(programme, [{"name": "East", "pcode": "XE", "admin_level": 1}], "place")
    (village,) = record(programme, [{"name": "Mill", "pcode": "XE01", "admin_level": 2, "parent_id": above}], "place")
    record(programme, [*dated(2020, 6, place_id=village), *dated(2021, 4, place_id=above),
                       *dated(2020, 3, place_name="mill"), *dated(2021, 2, place_name="Elsewhere"), *dated(2021, 1)])
    told = rates(programme, programme.clocks(), people(XE=10_000.0, West=500.0))
    rows = {row["place"]: row for row in told["rows"]}
    assert told["from"], told["to"] == ("2020-01-01", "2021-12-31")
    assert rows["East (XE)"]["casualties"] == 13
    assert rows["East (XE)"]["rate"] == pytest.approx(13 / (10_000 * told["years"]) * 100_000)
    assert rows["West"]["rate"] == 0
    assert rows["Elsewhere"]["why_not"] == "no population is given"
    assert told["left_out"]["without_a_place"] == 1
    assert told["left_out"]["in_places_without_population"] == 2
    assert sum(row["casualties"] for row in told["rows"]) + 1 == told["n"] == 16
    assert told["denominators"]["places_of_the_file_not_known_here"] == ["West"]
    assert rows["East (XE)"]["source"] == "Census, 2020"
    with pytest.raises(InvalidValue):
        rates(programme, programme.clocks(), people(XE=1.0, East=1.0))


def test_both_clocks_stand_over_every_answer(programme: Programme) -> None:
    record(programme, dated(2020, 24))
    then = programme.clocks("2020-12-31", "2019-01-01")
    assert trend(programme, then)["n"] == 0
    for told in (trend(programme, then), clusters(programme, then), care(programme, then)):
        assert (told["situation_on"], told["as_known_on"]) == ("2020-12-31", "2019-01-01")


def test_care_counts_persons_not_rows_and_leaves_out_who_is_only_stated(programme: Programme) -> None:
    record(programme, [{"outcome": "injured", "persons": 2}, {"outcome": "killed"}, {"occurred_on": "2020-01"}])
    record(programme, [{"injured": 5, "occurred_on": "2020-01"}], "accident")
    told = care(programme, programme.clocks())
    assert (told["n"], told["persons"], told["left_out"]["stated_by_an_accident_only"]) == (4, 3, 5)
    assert told["referral_unknown"] == 3
    assert Counter(told["left_out"].values())[0] == 2
