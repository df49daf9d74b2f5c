"""Does the ledger say what a person computes by hand? The example of docs/guides/ledger.md, in squares of 100 m."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import shapely

from whitestone.errors import InvalidValue
from whitestone.land.ledger import HazardSlice, Ledger, ReleasePiece, compute
from whitestone.land.matrix import flow_matrix

FOREST, FIELD, ROAD, SPOT, RUMOUR = (uuid.UUID(int=number) for number in range(1, 6))
R1, R2, R3, R4, R5 = (uuid.UUID(int=number) for number in range(11, 16))
PLACES = {"north": shapely.box(-100, -100, 650, 300), "south": shapely.box(900, -100, 1200, 300)}
START, END = dt.date(2014, 1, 1), dt.date(2014, 12, 31)


def day(month: int, year: int = 2014) -> dt.date:
    return dt.date(year, month, 15)


def hazard(
    record_id: uuid.UUID, begin: dt.date, end: dt.date | None, classification: str, shape: object, **more: object
) -> HazardSlice:
    place = more.pop("place", "north")
    return HazardSlice(
        record_id, begin, end, classification, str(more.pop("status", "open")), shape, begin,
        {"place": place, "contamination": more.pop("contamination", ()), "treaty": ()},  # type: ignore[dict-item]
    )


def hazards() -> list[HazardSlice]:
    road, less_road = shapely.box(1000, 0, 1100, 100), shapely.box(1000, 0, 1100, 50)
    return [
        hazard(FOREST, day(1, 2012), None, "cha", shapely.box(0, 0, 400, 200), contamination=("uxo", "ap_mine")),
        hazard(FIELD, day(1, 2013), day(4), "sha", shapely.box(300, 0, 600, 200)),
        hazard(FIELD, day(4), None, "sha", shapely.box(300, 0, 700, 200)),
        hazard(ROAD, day(3), day(5), "sha", road, place="south"),
        hazard(ROAD, day(5), day(9), "sha", less_road, place="south"),
        hazard(ROAD, day(9), day(12), "cha", less_road, place="south"),
        hazard(ROAD, day(12), None, "cha", less_road, place="south", status="closed"),
        hazard(SPOT, day(6), None, "sha", shapely.Point(50, 50)),
        hazard(RUMOUR, day(6), None, "indication", None, place=None),
    ]


def releases() -> list[ReleasePiece]:
    alpha = {"organisation": "Alpha", "method": "manual", "donor": None}
    beta = {"organisation": "Beta", "method": None, "donor": "Fund"}
    return [
        ReleasePiece(R1, "cancelled", day(6), (FIELD,), shapely.box(500, 0, 700, 100), None, beta),
        ReleasePiece(R2, "cleared", day(7), (FOREST,), shapely.box(0, -50, 100, 100), 16000.0, alpha),
        ReleasePiece(R3, "reduced", day(8), (FOREST,), shapely.box(50, 0, 150, 100), None, alpha),
        ReleasePiece(R4, "cleared", day(10), (FIELD,), shapely.box(500, 0, 600, 100), None, alpha),
        ReleasePiece(R5, "cancelled", day(11), (FIELD,), None, 3000.0, beta),
    ]


def ledger(by: str, start: dt.date | None = START, end: dt.date = END) -> Ledger:
    return compute(hazards(), releases(), start=start, end=end, by=by, places=PLACES)


def row(found: Ledger, key: str) -> dict[str, object]:
    [only] = [each for each in found.rows if each["key"] == key]
    return {name: value for name, value in only.items() if value}


def test_the_total_is_what_the_hand_says() -> None:
    assert ledger("class").total == {
        "opening_m2": 120_000.0,
        "discovered_m2": 10_000.0,
        "boundary_increase_m2": 20_000.0,
        "boundary_decrease_m2": 5_000.0,
        "transferred_in_m2": 5_000.0,
        "transferred_out_m2": 5_000.0,
        "cancelled_m2": 20_000.0,
        "reduced_m2": 5_000.0,
        "cleared_m2": 20_000.0,
        "reclassified_m2": 10_000.0,
        "closing_m2": 110_000.0,
        "own_closing_m2": 130_000.0,
        "reported_only_m2": 3_000.0,
        "closed_unproven_m2": 5_000.0,
        "closing_reported_m2": 102_000.0,
        "hazards": 5,
        "size_unknown": 2,
    }


def test_the_flow_matrix_is_what_the_hand_says() -> None:
    found = flow_matrix(ledger("class")).total

    def said(of: str, name: str) -> dict[str, float]:
        return {flow: value for flow, value in found[of][name].items() if value}

    assert said("areas", "sha") == {
        "opening": 40_000.0, "newly_identified": 10_000.0, "boundary_increase": 20_000.0, "boundary_decrease": 5_000.0,
        "to_cha": 5_000.0, "cancelled": 20_000.0, "cleared": 10_000.0, "reclassified": 10_000.0, "closing": 40_000.0,
    }
    assert said("areas", "cha") == {
        "opening": 80_000.0, "from_sha": 5_000.0, "reduced": 5_000.0, "cleared": 10_000.0, "closing": 70_000.0,
    }
    assert said("areas", "other") == {}
    assert said("counts", "sha") == {"opening": 1, "newly_identified": 2, "to_cha": 1, "closing": 2}
    assert said("counts", "cha") == {"opening": 1, "from_sha": 1, "closed": 1, "closing": 1}
    assert said("counts", "other") == {"newly_identified": 1, "closing": 1}


def test_the_rows_of_hazards_are_what_the_hand_says() -> None:
    found = ledger("hazard")
    assert row(found, str(FOREST)) == {
        "key": str(FOREST), "opening_m2": 80_000.0, "reduced_m2": 5_000.0, "cleared_m2": 10_000.0,
        "closing_m2": 65_000.0, "own_closing_m2": 65_000.0, "closing_reported_m2": 65_000.0, "hazards": 1,
    }
    assert row(found, str(FIELD)) == {
        "key": str(FIELD), "opening_m2": 40_000.0, "boundary_increase_m2": 20_000.0, "cancelled_m2": 20_000.0,
        "cleared_m2": 10_000.0, "reclassified_m2": 10_000.0, "closing_m2": 40_000.0, "own_closing_m2": 60_000.0,
        "reported_only_m2": 3_000.0, "closing_reported_m2": 37_000.0, "hazards": 1,
    }
    assert row(found, str(ROAD)) == {
        "key": str(ROAD), "discovered_m2": 10_000.0, "boundary_decrease_m2": 5_000.0, "transferred_in_m2": 5_000.0,
        "transferred_out_m2": 5_000.0, "closing_m2": 5_000.0, "own_closing_m2": 5_000.0,
        "closed_unproven_m2": 5_000.0, "hazards": 1,
    }
    assert row(found, str(SPOT)) == {"key": str(SPOT), "hazards": 1, "size_unknown": 1}


def test_a_change_of_class_is_a_transfer_between_classes() -> None:
    found = ledger("class")
    assert row(found, "cha")["transferred_in_m2"] == row(found, "sha")["transferred_out_m2"] == 5_000.0
    assert row(found, "cha")["closing_m2"] == 70_000.0
    assert row(found, "sha")["closing_m2"] == 40_000.0


def test_the_proof_lines_are_what_the_hand_says() -> None:
    proof = ledger("class").proof
    assert proof.outside_any_hazard_m2 == 5_000.0
    assert proof.claimed_twice_m2 == 15_000.0
    assert proof.hazards_overlap_m2 == 20_000.0
    assert (proof.no_geometry, proof.size_unknown) == (1, 2)
    assert proof.reported_minus_computed_m2 == 1_000.0
    assert proof.elsewhere_m2 == 5_000.0
    assert proof.residual_m2 == 0.0
    assert proof.releases_no_geometry == 1


def test_a_stronger_outcome_later_is_a_pair_that_moves_nothing() -> None:
    found = ledger("class")
    assert found.reclassified == {"cancelled_to_cleared_m2": 10_000.0}
    before = ledger("class", end=dt.date(2014, 9, 30))
    assert before.total["closing_m2"] == found.total["closing_m2"]


def test_work_is_split_by_who_did_it_and_the_rest_is_not_attributed() -> None:
    found = ledger("organisation")
    assert row(found, "Alpha") == {
        "key": "Alpha", "reduced_m2": 5_000.0, "cleared_m2": 20_000.0, "reclassified_m2": 10_000.0,
    }
    assert row(found, "Beta") == {"key": "Beta", "cancelled_m2": 20_000.0, "reported_only_m2": 3_000.0}
    rest = row(found, "(not attributed)")
    assert (rest["opening_m2"], rest["closing_m2"]) == (120_000.0, 110_000.0)


def test_mixed_contamination_stands_once_under_the_joined_codes() -> None:
    assert row(ledger("contamination"), "ap_mine+uxo")["closing_m2"] == 65_000.0


def test_years_run_from_the_first_ground_to_the_day_asked() -> None:
    found = ledger("year", start=None)
    assert [each["key"] for each in found.rows] == ["2012", "2013", "2014"]
    assert [each["closing_m2"] for each in found.rows] == [80_000.0, 120_000.0, 110_000.0]
    assert [each["opening_m2"] for each in found.rows] == [0.0, 80_000.0, 120_000.0]
    assert [each["hazards"] for each in found.rows] == [1, 2, 5]


def test_a_figure_opens_its_records() -> None:
    [booking] = ledger("class").explain("sha", "cancelled")
    assert booking == {
        "hazard": str(FIELD), "release": str(R1), "on": "2014-06-15", "column": "cancelled", "m2": 20_000.0,
    }
    opening = ledger("class").explain("cha", "opening")
    assert [each["hazard"] for each in opening] == [str(FOREST)]


def test_a_hazard_without_a_place_is_booked_where_it_lies_and_the_ledger_says_so() -> None:
    nameless = [HazardSlice(FOREST, day(1), None, "cha", "open", shapely.box(600, 0, 660, 10), day(1))]
    found = compute(nameless, [], start=None, end=END, by="place", places=PLACES)
    assert [each["key"] for each in found.rows] == ["north"]
    assert found.undated["places_by_location"] == 1
    assert found.proof.elsewhere_m2 == 100.0


def test_a_split_conserves_area_as_transfers() -> None:
    whole, left, right = shapely.box(0, 0, 200, 100), shapely.box(0, 0, 80, 100), shapely.box(80, 0, 200, 100)
    parts = [
        HazardSlice(FOREST, day(1), day(6), "sha", "open", whole, day(1)),
        HazardSlice(FOREST, day(6), None, "sha", "closed", whole, day(1), void=True),
        HazardSlice(FIELD, day(6), None, "cha", "open", left, day(6)),
        HazardSlice(ROAD, day(6), None, "sha", "open", right, day(6)),
    ]
    total = compute(parts, [], start=START, end=END, by="hazard").total
    assert (total["transferred_out_m2"], total["transferred_in_m2"], total["closing_m2"]) == (20_000.0,) * 3
    assert (total["discovered_m2"], total["boundary_decrease_m2"]) == (20_000.0, 0.0)


def test_missed_ground_found_again_is_a_new_hazard_on_released_ground() -> None:
    """Closed ground where something is found is discovered anew; the old release does not act on it (IMAS 07.11)."""
    ground = shapely.box(0, 0, 100, 100)
    slices = [
        HazardSlice(FOREST, day(1, 2012), None, "cha", "closed", ground, day(1, 2012)),
        HazardSlice(FIELD, day(3), None, "cha", "open", shapely.box(0, 0, 50, 100), day(3)),
    ]
    done = [ReleasePiece(R1, "cancelled", day(6, 2012), (), ground)]
    found = compute(slices, done, start=START, end=END, by="hazard").total
    assert (found["opening_m2"], found["discovered_m2"], found["closing_m2"]) == (0.0, 5_000.0, 5_000.0)
    # Cleared later, also where it had been cancelled for the first hazard: the new account settles it once.
    done.append(ReleasePiece(R2, "cleared", day(9), (), ground))
    again = compute(slices, done, start=START, end=END, by="hazard")
    assert again.total["closing_m2"] == 0.0
    assert again.total["cleared_m2"] == 10_000.0
    assert again.reclassified == {"cancelled_to_cleared_m2": 5_000.0}


def test_bosnia_2017_adds_up_as_published() -> None:
    """0.30 cleared + 2.48 reduced + 2.45 cancelled = 5.23 km2 released (Landmine Monitor 2018)."""
    ground = [HazardSlice(FOREST, None, None, "sha", "open", shapely.box(0, 0, 10_000, 1_000))]
    done = [
        ReleasePiece(R1, "cleared", day(5, 2017), (), shapely.box(0, 0, 300, 1_000)),
        ReleasePiece(R2, "reduced", day(6, 2017), (), shapely.box(300, 0, 2_780, 1_000)),
        ReleasePiece(R3, "cancelled", day(7, 2017), (), shapely.box(2_780, 0, 5_230, 1_000)),
    ]
    total = compute(ground, done, start=dt.date(2017, 1, 1), end=dt.date(2017, 12, 31), by="year").total
    assert (total["cleared_m2"], total["reduced_m2"], total["cancelled_m2"]) == (300_000.0, 2_480_000.0, 2_450_000.0)
    assert total["opening_m2"] - total["closing_m2"] == 5_230_000.0


@pytest.mark.parametrize("shape", [
    shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)]),
    shapely.GeometryCollection([shapely.box(0, 0, 10, 10), shapely.LineString([(0, 0), (500, 500)])]),
    shapely.Polygon([(0, 0), (100, 0), (50, 0)]),
    shapely.MultiPolygon([shapely.box(0, 0, 10, 10), shapely.box(5, 5, 15, 15)]),
    shapely.Polygon(),
    shapely.Polygon([(0, 0), (1, float("nan")), (1, 1)]),
])  # fmt: skip
def test_no_shape_stops_the_sum(shape: object) -> None:
    ground = [HazardSlice(each, None, None, "sha", "open", shape) for each in (FOREST, FIELD)]
    found = compute(ground, [ReleasePiece(R1, "cleared", None, (), shape)], start=None, end=END, by="class")
    assert found.total["closing_m2"] == 0.0
    assert found.proof.residual_m2 == 0.0


def test_one_shape_recorded_a_hundred_times_is_one_ground() -> None:
    circle = shapely.Point(0, 0).buffer(100, 32)
    ground = [HazardSlice(uuid.UUID(int=n + 1), day(1), None, "sha", "open", circle) for n in range(100)]
    done = [ReleasePiece(uuid.UUID(int=n + 500), "cleared", day(1 + n % 12, 2015), (), circle) for n in range(100)]
    found = compute(ground, done, start=None, end=dt.date(2015, 12, 31), by="class")
    assert found.total["discovered_m2"] == found.total["cleared_m2"] == round(circle.area, 2)
    assert found.proof.claimed_twice_m2 == round(circle.area, 2)
    assert (found.proof.residual_m2, found.total["own_closing_m2"]) == (0.0, 0.0)


def test_an_unknown_dimension_and_a_period_that_ends_before_it_begins_are_refused() -> None:
    with pytest.raises(InvalidValue, match="colour"):
        ledger("colour")
    with pytest.raises(InvalidValue, match="not after"):
        ledger("class", start=dt.date(2015, 1, 1))


def test_overlap_of_undated_layers_is_a_line_because_nobody_knows_which_is_older() -> None:
    suspected = HazardSlice(uuid.UUID(int=1), None, None, "sha", "open", shapely.box(0, 0, 10, 10))
    dated = HazardSlice(uuid.UUID(int=2), day(1), None, "sha", "open", shapely.box(20, 0, 30, 10))
    cleared = ReleasePiece(uuid.UUID(int=3), "cleared", None, (), shapely.box(5, 0, 25, 10))
    found = compute([suspected, dated], [cleared], start=None, end=END, by="class")
    assert found.total["cleared_m2"] == 100.0
    assert found.proof.order_unknown_m2 == 50.0, "only where neither has a date"
