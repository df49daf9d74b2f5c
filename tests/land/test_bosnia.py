"""Does the ledger of the real Bosnian layers agree with an independent union, and hide nothing?"""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from whitestone.geodesy.areas import Plane
from whitestone.geodesy.repair import repair
from whitestone.land.ledger import HazardSlice, Ledger, ReleasePiece, compute
from whitestone.land.repairs import View, applied, cases

END = dt.date(2024, 12, 31)


def read(path: Path) -> np.ndarray[Any, Any]:
    shapes, _ = repair(shapely.from_wkb(pyogrio.raw.read(path)[2]), "linework")
    return Plane(17.8, 44.2).project(shapes)


@pytest.fixture(scope="module")
def layers(shared_data: Path) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], dict[str, Any]]:
    folder = shared_data / "bosnia_mine_map"
    places = read(folder / "cantons.geojson")
    return (
        read(folder / "suspect_areas_simplyfied.geojson"),
        read(folder / "cleared_areas_simplyfied.geojson"),
        {f"{number:03}": place for number, place in enumerate(places)},
    )


@pytest.fixture(scope="module")
def found(layers: Any) -> Ledger:
    suspected, cleared, places = layers
    hazards = [HazardSlice(uuid.UUID(int=n), None, None, "sha", "open", shape) for n, shape in enumerate(suspected)]
    releases = [
        ReleasePiece(uuid.UUID(int=2**64 + n), "cleared", None, (), shape) for n, shape in enumerate(cleared)
    ]
    return compute(hazards, releases, start=None, end=END, by="place", places=places)


def dissolved(shapes: np.ndarray[Any, Any]) -> Any:
    """Union everything at once: what no part of the land room does."""
    return shapely.union_all(shapely.make_valid(shapes[[shape is not None for shape in shapes]]))


def test_suspected_and_cleared_agree_with_an_independent_union(layers: Any, found: Ledger) -> None:
    suspected, cleared = dissolved(layers[0]), dissolved(layers[1])
    total, proof = found.total, found.proof
    assert total["discovered_m2"] == pytest.approx(suspected.area, rel=1e-8)
    assert total["cleared_m2"] == pytest.approx(suspected.intersection(cleared).area, rel=1e-6)
    assert total["closing_m2"] == pytest.approx(suspected.difference(cleared).area, rel=1e-8)
    assert proof.outside_any_hazard_m2 == pytest.approx(cleared.difference(suspected).area, rel=1e-8)
    assert proof.order_unknown_m2 == pytest.approx(suspected.intersection(cleared).area, rel=1e-6)
    assert proof.residual_m2 == 0


def test_nothing_is_dropped_and_the_overlap_is_shown(found: Ledger) -> None:
    assert found.total["hazards"] == 11_068
    assert found.total["size_unknown"] == found.proof.no_geometry == 3_097
    assert found.undated["hazards"] == 11_068
    assert found.undated["releases"] == 8_329
    assert 800e6 < found.total["closing_m2"] < 807e6
    assert found.proof.hazards_overlap_m2 > 5e6
    assert found.total["cleared_m2"] == pytest.approx(1.14e6, rel=0.01)


def test_municipalities_by_location_sum_to_the_country(layers: Any, found: Ledger) -> None:
    suspected, cleared, places = layers
    for column in ("discovered_m2", "cleared_m2", "closing_m2", "own_closing_m2", "hazards", "size_unknown"):
        assert round(sum(row[column] for row in found.rows), 2) == found.total[column], column
    assert 100 < len(found.rows) <= len(places) + 1
    assert found.undated["places_by_location"] > 7_900
    left = dissolved(suspected).difference(dissolved(cleared))
    largest = max((row for row in found.rows if row["key"] in places), key=lambda row: row["closing_m2"])
    inside = left.intersection(places[largest["key"]]).area
    assert largest["closing_m2"] == pytest.approx(inside, rel=0.1)


@pytest.mark.parametrize("line", ["claimed_twice_m2", "hazards_overlap_m2"])
def test_the_largest_proposals_do_what_they_promise_and_leave_the_closing(found: Ledger, line: str) -> None:
    held = found.book.line
    for case in itertools.islice(cases(View(found.book), line), 3):
        for proposal in case.proposals:
            after = compute(*applied(held.slices, held.releases, proposal), start=None, end=END, by="place")
            moved = getattr(after.proof, line) - getattr(found.proof, line)
            assert moved == pytest.approx(proposal.promised, abs=0.05)
            assert after.total["closing_m2"] == pytest.approx(found.total["closing_m2"], abs=0.05)
            assert after.proof.residual_m2 == 0
