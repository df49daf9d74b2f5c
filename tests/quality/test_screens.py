"""Do the screens see defaults, copies and inventions, and keep quiet about honest habits?"""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from picture_maker import found, picture, point, ring, square, subject

from whitestone.quality import chance
from whitestone.quality.model import Subject
from whitestone.quality.rules import examine

RANDOM = np.random.default_rng(7)


def outline(x: float, y: float, seed: int, corners: int = 7) -> shapely.Polygon:
    """Draw an irregular polygon around x, y."""
    random = np.random.default_rng(seed)
    radius = random.uniform(40, 120, corners)
    angle = np.arange(corners) * 2 * math.pi / corners
    return ring([(x + r * math.cos(a), y + r * math.sin(a)) for r, a in zip(radius, angle, strict=True)])


def test_one_place_with_an_improbable_share() -> None:
    """A place that holds most records, and three times the next one's, is shown."""
    even = [subject("accident", place_name=f"P{number % 10}") for number in range(100)]
    assert found("place-share", *even) == []
    (one,) = found("place-share", *even, *(subject("accident", place_name="P3") for _ in range(60)))
    assert "70 of 160" in one.sentence


def test_one_position_used_again_and_again() -> None:
    """Fifty records on one spot are a centroid or a default."""
    spread = [subject("casualty", point(number * 13, number * 17)) for number in range(60)]
    assert found("default-coordinates", *spread) == []
    (one,) = found("default-coordinates", *spread, *(subject("casualty", point(5, 5)) for _ in range(50)))
    at = point(5, 5)
    assert one.where == pytest.approx((at.x, at.y), abs=1e-6)


def test_exact_copies_of_rows_are_counted_and_people_are_not_called_duplicates() -> None:
    """Equal rows of people are different people."""
    rows = [subject("casualty", occurred_on=f"20{number:02d}", local_id=str(number)) for number in range(60)]
    assert found("rows-identical", *rows) == []
    (one,) = found(
        "rows-identical", *rows, *(subject("casualty", occurred_on="2005", local_id=f"x{n}") for n in range(3))
    )
    assert "3 of 63" in one.sentence
    assert "never remove" in one.todo


def test_a_copied_outline_is_seen_wherever_it_was_moved() -> None:
    """The hash does not change under a shift, another first vertex, or the other direction."""
    honest = [subject("hazard", outline(300 * number, 0, seed=number)) for number in range(30)]
    assert found("shape-repeated", *honest) == []
    moved = list(outline(9000, 5000, seed=4).exterior.coords)[:-1]
    copy = shapely.Polygon([*moved[3:], *moved[:3]][::-1])
    (one,) = found("shape-repeated", *honest, subject("hazard", copy))
    assert len(one.record_ids) == 2
    assert found("shape-repeated", *(subject("hazard", square(200 * n, 0)) for n in range(9))) == []


def test_invented_digits_are_told_from_rounding() -> None:
    """Endings 0 and 5 are honest; one ending in every second figure is not."""
    honest = [subject("release", area_reported_m2=float(value)) for value in RANDOM.integers(1000, 90_000, 400)]
    rounded = [subject("release", area_reported_m2=float(value) * 100, organisation="B") for value in range(11, 411)]
    assert found("digits-unnatural", *honest, *rounded) == []
    invented = [
        subject("release", area_reported_m2=float(value // 10 * 10 + (7 if value % 2 else 3)), organisation="C")
        for value in RANDOM.integers(1000, 90_000, 400)
    ]
    (one,) = found("digits-unnatural", *honest, *invented)
    assert "Holm" in one.sentence


def test_rates_no_team_can_reach() -> None:
    """Ten deminers do not clear 100,000 m2 in five days; ten machines' crews may."""
    fast = {"area_cleared_m2": 100_000.0, "team_size": 10, "working_days": 5.0}
    assert len(found("rate-out-of-reach", subject("activity", activity_type="clearance_manual", **fast))) == 1
    assert found("rate-out-of-reach", subject("activity", activity_type="clearance_mechanical", **fast)) == []
    no_days = {"area_cleared_m2": 9_000.0, "team_size": 10, "started_on": "2016-01-01", "ended_on": "2016-01-02"}
    (one,) = found("rate-out-of-reach", subject("activity", activity_type="clearance_manual", **no_days))
    assert "calendar days" in one.sentence


def test_chi_square_against_a_monte_carlo_of_its_definition() -> None:
    """The closed form agrees with sums of squared normals."""
    for degrees in (3, 7, 8):
        drawn = (RANDOM.standard_normal((200_000, degrees)) ** 2).sum(axis=1)
        for at in (degrees * 0.5, degrees, degrees * 2.0):
            assert abs(chance.chi_square_tail(at, degrees) - (drawn >= at).mean()) < 0.005


def parties() -> list[Subject]:
    """Records of two organisations with something to find in both."""
    made = [
        subject(
            "hazard",
            square(120 * n, 0),
            organisation=who,
            number=100 + n,
            local_id=f"H-{n}",
            area_reported_m2=10_000.0 + 90 * n,
        )
        for n, who in enumerate(["North", "South", "North", "South", "North", "South"])
    ]
    made += [subject("hazard", square(60, 30), organisation="North", number=200, local_id="H-1 ", place_name="Oldname")]
    made += [subject("release", square(0, 0), organisation="South", number=300, completed_on="2030", outcome="cleared")]
    return made


def test_swapping_the_parties_names_leaves_the_findings_the_same() -> None:
    """No rule reads a name: not that of a party, not that of a place."""
    swap = {"North": "South", "South": "North"}
    swapped = [
        Subject(
            record_id=each.record_id,
            kind=each.kind,
            body=each.body,
            geometry=each.geometry,
            organisation=swap[each.organisation or ""],
        )
        for each in parties()
    ]
    first, second = (examine(picture(*each)) for each in (parties(), swapped))
    assert len(first) > 5
    assert [(each.finding_id, each.severity, each.proposal) for each in first] == [
        (each.finding_id, each.severity, each.proposal) for each in second
    ]
    assert [each.sentence for each in first] == [each.sentence for each in second]


def test_how_a_place_is_called_is_never_a_finding() -> None:
    """One place under three names by three sources: nothing to report."""
    place = subject("place", square(-500, -500, 1000), names=[{"name": "Alpha"}, {"name": "Альфа"}, {"name": "Beta"}])
    hazards = [
        subject("hazard", square(n * 150 - 400, 0), local_id=f"N-{n}", place_id=str(place.record_id), place_name=name)
        for n, name in enumerate(["Alpha", "Альфа", "Beta"])
    ]
    assert examine(picture(place, *hazards)) == []


def test_the_order_in_which_records_arrive_does_not_matter() -> None:
    """The same findings about the same records, whichever came first."""
    records = parties()
    wanted = {each.finding_id for each in examine(picture(*records))}
    for seed in range(5):
        shuffled = [records[at] for at in np.random.default_rng(seed).permutation(len(records))]
        assert {each.finding_id for each in examine(picture(*shuffled))} == wanted
