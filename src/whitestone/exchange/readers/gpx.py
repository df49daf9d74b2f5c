"""What do the waypoints, tracks and routes of a GPX file say?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import shapely

from whitestone.exchange.readers.kml import Row, feature_reading, line_or_point
from whitestone.exchange.readers.model import Reading
from whitestone.exchange.readers.shapes import BadGeometryError
from whitestone.exchange.readers.xml_features import Feature, Node

__all__ = ["open_gpx"]


def open_gpx(path: Path) -> Reading:
    """Open a GPX file: a row per waypoint, track and route, in EPSG:4326; `@feature` says which it is.

    Times and other values of single points of a track are kept as JSON in `points`. Refuses as `open_kml` does.
    """
    return feature_reading(path, "gpx", ("wpt", "trk", "rte"), _feature)


def _feature(feature: Feature) -> tuple[Row, Any]:
    node = feature.node
    if node is None:
        raise BadGeometryError("it is no feature")
    row: Row = {"@feature": {"wpt": "waypoint", "trk": "track"}.get(node.name, "route")}
    for child in node.children:
        if child.name not in ("trkseg", "rtept", "ele") or (child.name == "ele" and node.name != "wpt"):
            _values(child, row, "")
    if node.name == "wpt":
        height = node.child("ele")
        if height is not None:
            row["ele"] = height.text or None
        return row, shapely.points(_position(node))
    segments = [part.all("trkpt") for part in node.all("trkseg")] if node.name == "trk" else [node.all("rtept")]
    details = [[_details(point) for point in points] for points in segments]
    if any(detail for points in details for detail in points):
        row["points"] = json.dumps(details, ensure_ascii=False)
    lines = [line_or_point("LineString", [_position(point) for point in points]) for points in segments if points]
    if not lines:
        return row, None
    return row, lines[0] if len(lines) == 1 else shapely.multilinestrings(lines)


def _values(node: Node, row: Row, path: str) -> None:
    name = f"{path}{node.name}"
    if not node.children:
        text = node.text or node.attributes.get("href", "")
        key, number = name, 1
        while key in row:
            number += 1
            key = f"{name}.{number}"
        row[key] = text or None
    for child in node.children:
        _values(child, row, "" if node.name == "extensions" else f"{name}.")


def _details(point: Node) -> dict[str, str | None]:
    row: Row = {}
    for child in point.children:
        if child.name != "ele":
            _values(child, row, "")
    return row


def _position(node: Node) -> list[float]:
    try:
        x, y = float(node.attributes["lon"]), float(node.attributes["lat"])
    except KeyError as error:
        raise BadGeometryError(f"a point has no {error.args[0]}") from None
    if not (abs(x) < 1e9 and abs(y) < 1e9):
        raise BadGeometryError("a coordinate is not a finite number")
    height = node.child("ele")
    try:
        return [x, y, float(height.text)] if height is not None and height.text else [x, y]
    except ValueError:
        return [x, y]
