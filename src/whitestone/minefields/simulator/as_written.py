"""What would an assessment say that draws every sheet as written and counts the finds inside?

The baseline: the answer has the form of `records assess --json`, its three outlines are the drawn polygon, and its
interval is that of a share. It shows by how much a method that doubts nothing misses, and that the scorer sees it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import shapely

from whitestone.minefields.simulator.drawing import drawn_as_written
from whitestone.minefields.simulator.plane import Plane

__all__ = ["assess_as_written"]

Json = dict[str, Any]


def assess_as_written(batch: Json, lon: float = 46.93, lat: float = 39.99) -> Json:
    """Assess a batch by drawing it as written; the plane is centred at `lon`, `lat` (degrees).

    >>> answer = assess_as_written({"records": [], "finds": [], "searched": []})
    >>> answer["completeness"], answer["records_detail"]
    ({'value': None, 'low': None, 'high': None}, [])
    """
    plane = Plane(lon, lat)
    drawn = drawn_as_written(batch["records"], plane)
    shapes = [None if at is None else shapely.make_valid(shapely.Polygon(at)) for at in drawn]
    finds = plane.xy([[find["lon"], find["lat"]] for find in batch["finds"]])
    holder: list[str | None] = [None] * len(finds)
    details = []
    for sheet, shape in zip(batch["records"], shapes, strict=True):
        inside = np.flatnonzero(shapely.contains_xy(shape or shapely.Polygon(), finds))
        for at in inside:
            holder[at] = sheet["id"]
        details.append(_detail(sheet["id"], shape, len(inside), plane))
    share = float(np.mean([name is not None for name in holder])) if holder else None
    hit = float(np.mean([detail["finds_explained"] > 0 for detail in details])) if details else None
    return {
        "batch": None, "records": len(details), "finds": len(finds),
        "completeness": _interval(share, len(holder)), "accuracy": _interval(hit, len(details)),
        "as_written_share": share, "records_detail": details,
        "finds_detail": [{"id": find["id"], "p_recorded": float(name is not None), "record": name}
                         for find, name in zip(batch["finds"], holder, strict=True)],
    }  # fmt: skip


def _interval(share: float | None, of: int) -> Json:
    """State a share with the interval of a simple random sample (normal, 90 %)."""
    if share is None:
        return {"value": None, "low": None, "high": None}
    half = 1.645 * math.sqrt(share * (1 - share) / of)
    return {"value": share, "low": max(share - half, 0.0), "high": min(share + half, 1.0)}


def _detail(name: str, shape: shapely.Geometry | None, finds: int, plane: Plane) -> Json:
    outlines, centroid, area = {}, None, None
    if shape is not None and shape.area:
        there = shapely.geometry.mapping(shapely.transform(shape, plane.lonlat))
        outlines = {"50": there, "90": there, "99": there}
        centroid = plane.lonlat(shape.centroid.coords)[0].tolist()
        area = float(shape.area)
    return {"id": name, "p_field": 0.9 if finds else 0.5, "p50_m2": area, "p90_m2": area, "outlines": outlines,
            "centroid": centroid, "shift_m": 0.0, "finds_explained": finds, "searched_share": None}  # fmt: skip
