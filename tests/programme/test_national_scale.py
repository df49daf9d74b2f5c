"""Has the programme without truth the shape of a large real one, the same for a seed?"""

from __future__ import annotations

import datetime as dt
import hashlib

import numpy as np
import pytest
import shapely

from whitestone.land.ledger import compute
from whitestone.programme.national import Arrays, arrays

MADE = arrays(1, hazards=6_000, releases=20_000)


def repaired(shapes: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    """Repair as at entry."""
    return shapely.make_valid(shapes, method="linework")


def digest(made: Arrays) -> str:
    """Hash outlines, days, outcomes and links."""
    total = hashlib.sha256()
    for shapes in (made.hazards, made.releases):
        total.update(np.ascontiguousarray(shapely.get_coordinates(shapes), dtype="<f8").tobytes())
    for numbers in (made.found, made.on, made.outcome, made.of, made.confirmed):
        total.update(np.ascontiguousarray(numbers, dtype="<i8").tobytes())
    return total.hexdigest()


def test_one_seed_gives_the_same_arrays_on_every_machine() -> None:
    """To the last millimetre; another seed gives others."""
    assert digest(arrays(1, 500, 1_500)) == "e4ce571560e8d62cbd7df10a1fbc144870f90ec2dc7f9af86b3dacaa3a723599"
    assert digest(arrays(2, 500, 1_500)) != digest(arrays(1, 500, 1_500))


def test_counts_and_vertices_are_those_of_a_national_programme() -> None:
    """About 46 vertices a hazard and 33 a release, from small to large."""
    hazards, releases = (shapely.get_num_coordinates(shapes) for shapes in (MADE.hazards, MADE.releases))
    assert (len(hazards), len(releases)) == (6_000, 20_000)
    assert 44 < hazards.mean() < 48
    assert 31 < releases.mean() < 35
    assert hazards.max() >= 120
    assert releases.min() <= 8


def test_a_hazard_meets_between_seven_and_eight_releases() -> None:
    """7.6 pairs a hazard at 60,000 by 200,000; a small country has more border, and so a few less."""
    left, _ = shapely.STRtree(repaired(MADE.hazards)).query(repaired(MADE.releases), predicate="intersects")
    assert 7.0 < len(left) / 6_000 < 8.2


def test_neighbours_overlap_by_hairlines_and_by_real_areas() -> None:
    """Both kinds, each many times."""
    shapes = repaired(MADE.hazards)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = left < right
    common = shapely.intersection(shapes[left[once]], shapes[right[once]])
    areas, widths = shapely.area(common), 2 * shapely.area(common) / np.maximum(shapely.length(common), 1e-9)
    assert ((areas > 0) & (widths < 0.25)).sum() > 200
    assert (areas > 1_000).sum() > 1_000


def test_a_few_percent_of_the_outlines_are_invalid_and_all_can_be_repaired() -> None:
    """Rings that cross themselves, spikes, and vertices that repeat."""
    for shapes in (MADE.hazards, MADE.releases):
        bad = ~shapely.is_valid(shapes)
        assert 0.015 < bad.mean() < 0.035
        reasons = " ".join(shapely.is_valid_reason(shapes[bad]))
        assert "Self-intersection" in reasons
        assert "Ring Self-intersection" in reasons
        assert (shapely.area(repaired(shapes)) > 0).all()
        first, second = (shapely.get_coordinates(shapely.get_point(shapely.get_exterior_ring(shapes), at))
                         for at in (1, 2))  # fmt: skip
        assert 0.004 < (first == second).all(axis=1).mean() < 0.012


def test_outlines_are_repeated_dates_are_missing_and_links_name_hazards() -> None:
    """What a benchmark must bear besides vertices."""
    whole = {shapely.to_wkb(shape) for shape in MADE.hazards}
    assert 0.04 < np.mean([shapely.to_wkb(shape) in whole for shape in MADE.releases]) < 0.11
    assert len({shapely.to_wkb(shape) for shape in MADE.releases}) < len(MADE.releases)
    assert 0.01 < (MADE.on == 0).mean() < 0.03
    assert 0.01 < (MADE.found == 0).mean() < 0.03
    assert MADE.on.max() <= MADE.last.toordinal()
    named = MADE.of >= 0
    assert 0.85 < named.mean() < 0.95
    near = shapely.distance(MADE.releases[named], MADE.hazards[MADE.of[named]])
    assert np.quantile(near, 0.99) < 400


@pytest.mark.parametrize(("hazards", "releases"), [(1, 1), (1, 0), (9, 40), (8_193, 10)])
def test_any_size_can_be_asked_for(hazards: int, releases: int) -> None:
    """One, none, and one more than a block."""
    made = arrays(3, hazards, releases)
    assert (len(made.hazards), len(made.releases), len(made.of)) == (hazards, releases, releases)
    assert not any(shape is None for shape in [*made.hazards, *made.releases])


def test_the_ledger_takes_it_in_and_its_sum_closes() -> None:
    """As plain values of the land room, invalid rings and all."""
    made = arrays(4, 150, 500)
    found = compute(made.slices(), made.pieces(), start=None, end=made.last, by="class")
    assert found.proof.residual_m2 == pytest.approx(0, abs=0.01)
    assert found.total["closing_m2"] > 0
    assert found.proof.hazards_overlap_m2 > 0
    assert found.end == dt.date(2024, 12, 31)
