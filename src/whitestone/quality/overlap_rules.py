"""Is one piece of ground in two records?

The ledger counts such ground once in any case; here a person learns which records to bring together.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from whitestone.quality.geometry_rules import related
from whitestone.quality.model import NOTICE, WARNING, Finding, Picture, Subject, called, rule
from whitestone.quality.shapes import is_polygon

__all__ = ["MIN_OVERLAP_M2", "RULES"]

MIN_OVERLAP_M2 = 1.0
"""Neighbours that share an edge overlap by rounding; less than one square metre is not reported."""


class _Overlap(msgspec.Struct, frozen=True):
    one: Subject
    two: Subject
    area_m2: float
    share: float
    where: tuple[float, float]


@rule("hazards-overlap", NOTICE, "Do two hazards of one organisation overlap by more than 1 m2?")
def hazards_overlap(picture: Picture) -> Iterator[Finding]:
    """Find hazards of one organisation that lie over each other."""
    for found in _overlaps(picture, "hazard"):
        if found.one.reporter == found.two.reporter:
            yield _finding(found, "one organisation")


@rule("hazards-overlap-across", WARNING, "Do hazards of two organisations overlap by more than 1 m2?")
def hazards_overlap_across(picture: Picture) -> Iterator[Finding]:
    """Find hazards of two organisations that lie over each other: perhaps one hazard, reported twice."""
    for found in _overlaps(picture, "hazard"):
        if found.one.reporter != found.two.reporter:
            yield _finding(found, "two organisations or datasets")


@rule("releases-overlap", WARNING, "Is the same ground released twice with the same outcome?")
def releases_overlap(picture: Picture) -> Iterator[Finding]:
    """Find ground that two releases claim with the same outcome (docs/guides/ledger.md)."""
    for found in _overlaps(picture, "release"):
        if found.one.body.get("outcome") == found.two.body.get("outcome"):
            yield _finding(found, "two releases with the same outcome")


def _finding(found: _Overlap, whose: str) -> Finding:
    return Finding(
        record_ids=(found.one.record_id, found.two.record_id),
        sentence=f"{called(found.one)} and {called(found.two)} of {whose} overlap by {found.area_m2:,.0f} m2 "
        f"({found.share:.0%} of the smaller).",
        todo="Declare them the same if they are one, or correct a boundary; the ledger counts the ground once.",
        value=f"{found.area_m2:.1f}",
        where=found.where,
    )


def _overlaps(picture: Picture, kind: str) -> list[_Overlap]:
    return picture.once(("overlaps", kind), lambda: list(_find_overlaps(picture, kind)))


def _find_overlaps(picture: Picture, kind: str) -> Iterator[_Overlap]:
    if picture.plane is None:
        return
    layer = picture.layer(kind)
    polygons = np.flatnonzero(is_polygon(layer.geometry) & (layer.area_m2 > 0))
    planar = layer.planar[polygons]
    left, right = shapely.STRtree(planar).query(planar, predicate="intersects")
    left, right = left[left < right], right[left < right]
    shared, area = _shared(planar, left, right)
    middle = shapely.point_on_surface(shared)
    for at in np.flatnonzero(area >= MIN_OVERLAP_M2):
        one, two = polygons[left[at]], polygons[right[at]]
        pair = [layer.subjects[one], layer.subjects[two]]
        smaller = min(layer.area_m2[one], layer.area_m2[two])
        # Exactly equal polygons are the business of polygon-duplicated.
        if related(pair) or _same(layer.geometry[one], layer.geometry[two]):
            continue
        place = picture.plane.unproject(np.array([middle[at]], dtype=object))[0]
        yield _Overlap(pair[0], pair[1], float(area[at]), float(area[at] / smaller), (place.x, place.y))


def _shared(
    planar: npt.NDArray[np.object_], left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.float64]]:
    shared = np.atleast_1d(shapely.intersection(planar[left], planar[right]))
    return shared, np.asarray(shapely.area(shared), dtype=np.float64)


def _same(one: shapely.Geometry, two: shapely.Geometry) -> bool:
    return bool(shapely.equals_exact(one, two, tolerance=1e-7, normalize=True))


RULES = (hazards_overlap, hazards_overlap_across, releases_overlap)
