"""Does each stated area agree with the ground that was drawn?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from whitestone.quality.model import ERROR, WARNING, Finding, Picture, called, rule
from whitestone.quality.shapes import is_polygon

__all__ = ["RULES", "mismatch"]


def mismatch(reported_m2: Any, computed_m2: Any, floor_m2: float, share: float) -> Any:
    """Say where a reported area differs from the computed one by more than max(floor, share of computed).

    Shipped: more than max(100 m2, 2 %), both settings. Works on numbers and arrays; nan never differs.

    >>> bool(mismatch(10_000.0, 10_150.0, 100.0, 0.02)), bool(mismatch(10_000.0, 11_000.0, 100.0, 0.02))
    (False, True)
    >>> mismatch(np.array([]), np.array([]), 100.0, 0.02).tolist()
    []
    """
    return np.abs(np.subtract(reported_m2, computed_m2)) > np.maximum(floor_m2, share * np.asarray(computed_m2))


@rule("area-mismatch", WARNING, "Does the reported area differ from the drawn one by more than max(100 m2, 2 %)?")
def area_mismatch(picture: Picture) -> Iterator[Finding]:
    """Find hazards and releases whose reported area is not that of their polygon."""
    if picture.plane is None:
        return
    settings = picture.settings
    for layer in (picture.layer("hazard"), picture.layer("release")):
        stated = [each.body.get("area_reported_m2") for each in layer.subjects]
        reported = np.array([np.nan if value is None else float(value) for value in stated])
        wrong = mismatch(reported, layer.area_m2, settings.area_mismatch_m2, settings.area_mismatch_share)
        for at in np.flatnonzero(wrong & is_polygon(layer.geometry)):
            subject, middle = layer.subjects[at], shapely.centroid(layer.geometry[at])
            yield Finding(
                record_ids=(subject.record_id,),
                sentence=f"{called(subject)} reports {reported[at]:,.0f} m2, "
                f"its polygon has {layer.area_m2[at]:,.0f} m2.",
                todo="Ask which of the two was measured; the ledger uses the polygon and shows the difference.",
                value=f"{reported[at]:.1f}",
                where=(middle.x, middle.y),
                proposal={"area_reported_m2": round(float(layer.area_m2[at]), 1)},
            )


@rule("area-larger-than-place", ERROR, "Is a hazard larger than the place that it is said to be in?")
def area_larger_than_place(picture: Picture) -> Iterator[Finding]:
    """Find hazards, drawn or reported, that are larger than their place."""
    if picture.plane is None or not picture.places:
        return
    ids = list(picture.places)
    areas = shapely.area(picture.plane.project(np.array([picture.places[each] for each in ids], dtype=object)))
    place_area = {str(place): float(area) for place, area in zip(ids, areas, strict=True)}
    layer = picture.layer("hazard")
    drawn = dict(zip((each.record_id for each in layer.subjects), layer.area_m2.tolist(), strict=True))
    for subject in picture.of("hazard"):
        limit = place_area.get(str(subject.body.get("place_id")))
        area = max(drawn.get(subject.record_id, 0.0), float(subject.body.get("area_reported_m2") or 0.0))
        if limit is not None and area > limit:
            yield Finding(
                record_ids=(subject.record_id,),
                sentence=f"{called(subject)} has {area:,.0f} m2, more than its whole place ({limit:,.0f} m2).",
                todo="Check the unit (m2, ha, km2) and the turning points.",
                value=f"{area:.0f}",
            )


@rule("activity-area-mismatch", WARNING, "Does a completion report's area differ from the sum of its releases?")
def activity_area_mismatch(picture: Picture) -> Iterator[Finding]:
    """Find activities whose cancelled, reduced or cleared area is not the sum of their release polygons."""
    layer, settings = picture.layer("release"), picture.settings
    drawn: dict[tuple[str, str], float] = defaultdict(float)
    for release, area in zip(layer.subjects, layer.area_m2.tolist(), strict=True):
        drawn[str(release.body.get("activity_id")), str(release.body.get("outcome"))] += area
    for activity in picture.of("activity") if picture.plane is not None else ():
        for outcome in ("cancelled", "reduced", "cleared"):
            reported = activity.body.get(f"area_{outcome}_m2")
            total = drawn.get((str(activity.record_id), outcome))
            if reported is None or total is None:
                continue
            if mismatch(float(reported), total, settings.area_mismatch_m2, settings.area_mismatch_share):
                yield Finding(
                    record_ids=(activity.record_id,),
                    sentence=f"{called(activity)} reports {reported:,.0f} m2 {outcome}, "
                    f"its releases have {total:,.0f} m2.",
                    todo="Find the missing or the doubled release polygon, or correct the report.",
                    value=f"{float(reported):.1f}",
                    key=outcome,
                )


@rule("spot-task-with-area", ERROR, "Does a spot task claim square metres cleared?")
def spot_task_with_area(picture: Picture) -> Iterator[Finding]:
    """Find spot tasks that claim cleared area: removing one item clears no ground (IMAS 04.10)."""
    for activity in picture.of("activity"):
        area = activity.body.get("area_cleared_m2")
        if activity.body.get("activity_type") == "eod_spot" and area:
            yield Finding(
                record_ids=(activity.record_id,),
                sentence=f"{called(activity)} is a spot task and claims {area:,.0f} m2 cleared.",
                todo="Record it as clearance with polygon and depth if the ground was searched; else remove the area.",
                value=f"{float(area):.1f}",
            )


RULES = (area_mismatch, area_larger_than_place, activity_area_mismatch, spot_task_with_area)
