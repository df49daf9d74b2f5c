"""Does each rule find its fault, and leave sound records alone?"""

from __future__ import annotations

import shapely
from picture_maker import LAT, LON, found, picture, point, ring, square, subject

from whitestone.quality.model import Subject
from whitestone.quality.rules import RULES, examine


def sound() -> list[Subject]:
    """A small programme in which nothing is wrong."""
    place = subject("place", square(-5000, -5000, 10_000), organisation=None, name="Anywhere")
    inside = {"place_id": str(place.record_id)}
    hazard = subject(
        "hazard",
        square(0, 0),
        local_id="H-1",
        classification="cha",
        discovered_on="2015-02-01",
        area_reported_m2=10_000.0,
        **inside,
    )
    activity = subject(
        "activity",
        square(0, 0),
        local_id="A-1",
        activity_type="clearance_manual",
        team_size=10,
        working_days=30.0,
        area_cleared_m2=10_000.0,
        items_found=3,
        ap_mines_found=3,
        started_on="2016-01-05",
        ended_on="2016-03-01",
        approved_on="2016-03",
        hazard_ids=[str(hazard.record_id)],
        depth_required_cm=13.0,
        depth_achieved_cm=15.0,
        **inside,
    )
    release = subject(
        "release",
        square(0, 0),
        local_id="R-1",
        outcome="cleared",
        completed_on="2016-03-01",
        approved_on="2016-03-15",
        hazard_ids=[str(hazard.record_id)],
        activity_id=str(activity.record_id),
        area_reported_m2=10_050.0,
        **inside,
    )
    item = subject(
        "item",
        point(50, 50),
        local_id="I-1",
        category="ap_mine",
        quantity=3,
        quantity_destroyed=3,
        found_on="2016-02-01",
        destroyed_on="2016-02-01",
        activity_id=str(activity.record_id),
        **inside,
    )
    accident = subject(
        "accident",
        point(20, 20),
        local_id="X-1",
        killed=1,
        injured=1,
        outcome_unknown=0,
        casualties=2,
        occurred_on="2015-01-20",
        **inside,
    )
    people = [
        subject("casualty", accident_id=str(accident.record_id), outcome=outcome, occurred_on="2015-01-20")
        for outcome in ("killed", "injured")
    ]
    return [place, hazard, activity, release, item, accident, *people]


def rules_of(*subjects: Subject, **settings: object) -> set[str]:
    """Name all rules that find something."""
    return {each.rule for each in examine(picture(*subjects, **settings))}


def test_a_sound_programme_has_no_finding() -> None:
    """Nothing is reported where nothing is wrong."""
    assert examine(picture(*sound())) == []
    assert examine(picture()) == []


def test_every_rule_has_a_name_a_question_and_a_severity() -> None:
    """The registry reads as a table."""
    for name, rule in RULES.items():
        assert rule.name == name == name.lower()
        assert rule.question.endswith("?")
        assert rule.severity in {"error", "warning", "notice"}


def test_an_invalid_polygon_is_found_with_the_place_of_the_fault() -> None:
    """The crossing of a bow tie is named to a centimetre."""
    bow = subject("hazard", ring([(0, 0), (100, 100), (100, 0), (0, 100)]))
    (one,) = found("polygon-invalid", bow)
    crossing = point(50 - 0.123, 50 - 0.456)
    assert abs(one.where[0] - crossing.x) < 1e-6
    assert abs(one.where[1] - crossing.y) < 1e-6


def test_a_polygon_repaired_at_entry_is_still_a_finding() -> None:
    """Its area depends on the repair, so the reporter is asked."""
    drawn = ring([(0, 0), (100, 100), (100, 0), (0, 100)])
    mended = Subject(
        record_id=subject("hazard").record_id,
        kind="hazard",
        body={},
        geometry=shapely.make_valid(drawn),
        as_drawn=drawn,
    )
    assert len(found("polygon-invalid", mended)) == 1


def test_shapes_that_enclose_nothing_repeat_vertices_or_run_far() -> None:
    """Each fault of drawing has its own rule."""
    corner = square().exterior.coords[0]
    flat = shapely.Polygon([corner, (corner[0] + 1e-4, corner[1]), corner, corner])
    assert len(found("polygon-too-few-vertices", subject("hazard", flat))) == 1
    twice = list(square().exterior.coords)
    twice.insert(1, twice[0])
    assert len(found("vertices-repeated", subject("hazard", shapely.Polygon(twice)))) == 1
    assert len(found("leg-too-long", subject("hazard", square(0, 0, 5_100)))) == 1
    assert found("leg-too-long", subject("hazard", square(0, 0, 4_900))) == []
    assert len(found("leg-too-long", subject("hazard", square(0, 0, 400)), long_leg_m=300.0)) == 1
    assert len(found("sliver", subject("hazard", ring([(0, 0), (300, 0), (300, 0.5), (0, 0.5)])))) == 1


def test_missing_geometry_is_listed_for_kinds_about_ground() -> None:
    """Unknown is not zero."""
    assert len(found("geometry-missing", subject("hazard"), subject("item"), subject("casualty"))) == 2


def test_copied_polygons_within_a_record_across_records_and_across_organisations() -> None:
    """A copy is found whatever its first vertex and direction."""
    twice = shapely.MultiPolygon([square(), square()])
    assert len(found("parts-identical", subject("hazard", twice))) == 1
    turned = shapely.Polygon([*square().exterior.coords[2:], *square().exterior.coords[1:3]][::-1])
    one, two, other = (
        subject("hazard", square()),
        subject("hazard", turned),
        subject("hazard", square(), organisation="B"),
    )
    assert len(found("polygon-duplicated", one, two)) == 1
    assert found("polygon-duplicated-across", one, two) == []
    assert len(found("polygon-duplicated-across", one, other)) == 1


def test_overlap_within_and_across_organisations_but_not_by_lineage() -> None:
    """Neighbours that touch do not overlap; a part split off its parent does so by right."""
    one, over = subject("hazard", square()), subject("hazard", square(50, 0))
    across = subject("hazard", square(50, 50), organisation="B")
    (inside,) = found("hazards-overlap", one, over)
    assert abs(float(inside.value) - 5000) < 1
    assert len(found("hazards-overlap-across", one, across)) == 1
    assert found("hazards-overlap", one, subject("hazard", square(100, 0))) == []
    child = subject("hazard", square(50, 0), parent_ids=[str(one.record_id)])
    assert found("hazards-overlap", one, child) == []


def test_ground_released_twice_with_one_outcome() -> None:
    """Reduced and later cleared is no fault; cleared twice is one."""
    first = subject("release", square(), outcome="cleared")
    assert len(found("releases-overlap", first, subject("release", square(50, 0), outcome="cleared"))) == 1
    assert found("releases-overlap", first, subject("release", square(50, 0), outcome="reduced")) == []


def test_reported_area_against_the_drawn_one() -> None:
    """More than max(100 m2, 2 %)."""
    assert found("area-mismatch", subject("hazard", square(), area_reported_m2=10_190.0)) == []
    (one,) = found("area-mismatch", subject("hazard", square(), area_reported_m2=10_210.0))
    assert abs(one.proposal["area_reported_m2"] - 10_000) < 0.2
    assert found("area-mismatch", subject("hazard", square(0, 0, 10), area_reported_m2=199.0)) == []


def test_areas_that_cannot_be() -> None:
    """Larger than the place; a spot task that clears ground; a report that its releases do not carry."""
    place = subject("place", square(0, 0, 1000))
    large = subject("hazard", point(), area_reported_m2=1_246_700e6, place_id=str(place.record_id))
    assert len(found("area-larger-than-place", place, large)) == 1
    assert len(found("spot-task-with-area", subject("activity", activity_type="eod_spot", area_cleared_m2=50.0))) == 1
    activity = subject("activity", area_cleared_m2=20_000.0)
    release = subject("release", square(), outcome="cleared", activity_id=str(activity.record_id))
    assert len(found("activity-area-mismatch", activity, release)) == 1


def test_slips_of_the_pen_come_with_a_proposal() -> None:
    """Swapped axes, a lost sign, zeros: proposed, never applied."""
    place = subject("place", square(-5000, -5000, 10_000))
    (swapped,) = found("axes-swapped", place, subject("item", shapely.Point(LAT + 1e-5, LON + 1e-5)))
    assert swapped.proposal == {"lon": LON + 1e-5, "lat": LAT + 1e-5}
    (sign,) = found("sign-wrong", place, subject("item", shapely.Point(-LON, LAT)))
    assert sign.proposal == {"lon": LON, "lat": LAT}
    assert len(found("coordinates-zero", place, subject("item", shapely.Point(0, 0)))) == 1
    assert len(found("outside-programme", place, subject("item", shapely.Point(10.12345, 10.12345)))) == 1


def test_a_lost_sign_is_seen_without_any_boundary() -> None:
    """Where most positions lie is enough to propose; it is not enough to call something outside."""
    many = [subject("item", point(x * 700, y * 900)) for x in range(6) for y in range(6)]
    (one,) = found("sign-wrong", *many, subject("item", shapely.Point(41.00001, 75.00001)))
    assert one.proposal == {"lon": -41.00001, "lat": 75.00001}
    assert found("outside-programme", *many, subject("item", shapely.Point(10.1, 10.1))) == []


def test_the_boundary_setting_counts_before_the_places() -> None:
    """The deployment chooses where its area ends."""
    boundary = {"type": "Polygon", "coordinates": [[[-42, 74], [-40, 74], [-40, 76], [-42, 76], [-42, 74]]]}
    away = subject("item", point(0, 20_000))
    place = subject("place", square(-500, -500, 1000))
    assert len(found("outside-programme", place, away)) == 1
    assert found("outside-programme", place, away, boundary_geojson=boundary) == []


def test_rounded_coordinates_and_the_wrong_place() -> None:
    """Three decimals are 111 m; more than 1 km outside the named place is a finding with the right one proposed."""
    assert len(found("precision-too-low", subject("item", shapely.Point(-41.12, 75.123)))) == 1
    here, there = subject("place", square(0, 0, 3000)), subject("place", square(5000, 0, 3000))
    (one,) = found("outside-place", here, there, subject("item", point(6000, 1000), place_id=str(here.record_id)))
    assert one.proposal == {"place_id": str(there.record_id)}
    near = subject("item", point(3500, 1000), place_id=str(here.record_id))
    assert found("outside-place", here, there, near) == []


def test_dates_that_cannot_be() -> None:
    """Future, impossible, in the wrong order; imprecise dates get the benefit of the doubt."""
    assert len(found("date-future", subject("item", found_on="2027-01-01"))) == 1
    assert found("date-future", subject("task", planned_to="2030-01-01"), subject("item", found_on="2026")) == []
    ahead = (subject("obligation", due_on="2031"), subject("consent", valid_until="2031-01-01"),
             subject("inspection", deadline_on="2026-07-01"))  # fmt: skip
    assert found("date-future", *ahead) == []
    assert (
        len(found("date-impossible", subject("item", found_on="2014-02-30"), subject("item", found_on="1899-12-30")))
        == 2
    )
    assert len(found("dates-out-of-order", subject("activity", started_on="2016-05-02", ended_on="2016-05-01"))) == 1
    assert found("dates-out-of-order", subject("activity", started_on="2016-05-02", ended_on="2016")) == []
    assert len(found("dates-out-of-order", subject("item", made_from="2023", found_on="2022-05-01"))) == 1
    assert found("dates-out-of-order", subject("item", made_from="2022", found_on="2022-05-01")) == []
    hazard = subject("hazard", discovered_on="2018")
    release = subject("release", completed_on="2017-12", hazard_ids=[str(hazard.record_id)])
    assert len(found("release-before-hazard", hazard, release)) == 1
    assert len(found("approved-in-advance", subject("release", approved_on="2017"))) == 1


def test_links_and_ids() -> None:
    """A link leads to a record of its kind; ids are compared after trimming and folding, and never merged."""
    hazard, item = subject("hazard", local_id="H-1"), subject("item")
    assert len(found("link-broken", hazard, subject("release", hazard_ids=["nowhere"]))) == 1
    assert len(found("link-broken", item, subject("release", hazard_ids=[str(item.record_id)]))) == 1
    assert found("link-broken", hazard, subject("release", hazard_ids=[str(hazard.record_id)])) == []
    assert len(found("id-duplicated", hazard, subject("hazard", local_id="H-1"))) == 1
    assert len(found("id-duplicated-folded", hazard, subject("hazard", local_id="h-1 "))) == 1
    assert found("id-duplicated", hazard, subject("hazard", local_id="H-1", organisation="B")) == []
    assert found("id-duplicated", hazard, subject("release", local_id="H-1")) == []


def test_reports_against_the_records_behind_them() -> None:
    """Identity E, and the same of people."""
    activity = subject("activity", items_found=4, ap_mines_found=2)
    items = [
        subject("item", activity_id=str(activity.record_id), category=each, quantity=2)
        for each in ("ap_mine", "grenade")
    ]
    assert found("finds-do-not-sum", activity, *items) == []
    assert len(found("finds-do-not-sum", activity, items[1])) == 2
    assert found("finds-do-not-sum", activity) == []
    nothing = subject("activity", activity_type="clearance_mdd", area_cleared_m2=5000.0, items_found=0)
    assert len(found("clearance-without-find", nothing)) == 1
    for remarks, told in (("Записей о минном поле нет", 1), ("No record. Houses stand there, lived in.", 0), (None, 0)):
        assert len(found("cancelled-without-record", subject("release", outcome="cancelled", remarks=remarks))) == told
    assert found("cancelled-without-record", subject("release", outcome="cleared", remarks="no record of it")) == []
    assert len(found("destroyed-exceeds-found", subject("item", quantity=1, quantity_destroyed=2))) == 1
    assert len(found("depth-not-reached", subject("activity", depth_required_cm=20.0, depth_achieved_cm=13.0))) == 1
    assert len(found("accident-sum", subject("accident", killed=1, injured=2, casualties=2))) == 1
    accident = subject("accident", killed=0, injured=2)
    people = [subject("casualty", accident_id=str(accident.record_id), outcome="injured", persons=2)]
    assert found("casualties-differ-from-accident", accident, *people) == []
    people.append(subject("casualty", accident_id=str(accident.record_id), outcome="killed"))
    assert len(found("casualties-differ-from-accident", accident, *people)) == 1
