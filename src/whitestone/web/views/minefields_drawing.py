"""What does the map of a minefield record draw of the sheet itself: legs, rows, field, stations, reference points?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from whitestone.minefields.sheets import read_sheets
from whitestone.minefields.traverse import SheetGeometry, lay_out

__all__ = ["drawn_as_written", "lay_out_drawn"]


def lay_out_drawn(sheet: Mapping[str, Any]) -> dict[str, Any]:
    """Lay out one sheet of the published format and draw it; its field goes by the role `as_written`."""
    drawn = drawn_as_written(lay_out(read_sheets({"records": [dict(sheet)]}).records[0]))
    for each in drawn["features"]:
        if each["properties"]["role"] == "field":
            each["properties"]["role"] = "as_written"
    return drawn


def drawn_as_written(laid: SheetGeometry) -> dict[str, Any]:
    """Draw the sheet as written: legs, rows, the field, stations and reference points."""
    at = [[float(lon), float(lat)] if math.isfinite(lon) and math.isfinite(lat) else None
          for lon, lat in zip(laid.lon, laid.lat, strict=True)]  # fmt: skip
    features = []

    def draw(role: str, kind: str, coordinates: Any, name: str = "") -> None:
        geometry = {"type": kind, "coordinates": coordinates}
        features.append({"type": "Feature", "properties": {"role": role, "name": name}, "geometry": geometry})

    ring = [at[station] for station in laid.perimeter if station >= 0]
    if len(ring) > 2 and all(ring):
        draw("field", "Polygon", [[*ring, ring[0]]])
    lines = [("leg", pair) for pair in zip(laid.leg_start, laid.leg_end, strict=True)]
    lines += [("row", row) for row in laid.rows]
    for role, (one, two) in lines:
        if one >= 0 and two >= 0 and at[one] and at[two]:
            draw(role, "LineString", [at[one], at[two]])
    anchors = set(laid.anchor_stations.tolist())
    for number, (name, place) in enumerate(zip(laid.stations, at, strict=True)):
        if place:
            draw("reference" if number in anchors else "station", "Point", place, name)
    known = [each for each in at if each]
    box = [min(each[0] for each in known), min(each[1] for each in known), max(each[0] for each in known),
           max(each[1] for each in known)] if known else None  # fmt: skip
    return {"features": features, "bbox": box}
