"""What do the placemarks of a KML file say: their names, extended data, folders, times and shapes?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from whitestone.errors import UnreadableFile
from whitestone.exchange.readers.chunking import Gathering
from whitestone.exchange.readers.model import Chunk, Reading, clip_raw
from whitestone.exchange.readers.safe_xml import xml_blocks
from whitestone.exchange.readers.shapes import BadGeometryError, wkb
from whitestone.exchange.readers.xml_features import Feature, FeatureStream, Node

__all__ = ["feature_reading", "line_or_point", "open_kml"]

_GEOMETRIES = ("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Track", "MultiTrack", "Model")
_CHUNK_BYTES = 8 << 20
_SAMPLE = 1_000
Row = dict[str, str | None]


def open_kml(path: Path) -> Reading:
    """Open a KML file as a stream of placemarks in EPSG:4326.

    Refuses, with UnreadableFile, entities, external references, and XML that is not KML. Network links are not
    followed and overlays not read; both are noted.
    """
    return feature_reading(path, "kml", ("Placemark",), _placemark, others=("NetworkLink", "GroundOverlay",
                                                                            "ScreenOverlay", "PhotoOverlay"))


def feature_reading(path: Path, name: str, tags: tuple[str, ...], understand: Callable[[Feature], tuple[Row, Any]],
                    others: tuple[str, ...] = ()) -> Reading:
    """Open an XML file whose features are called `tags`; `understand` turns one into cells and a shape."""
    found, blocks = xml_blocks(path)

    def chunks(reading: Reading, limit: int) -> Iterator[Chunk]:
        """Stream the features, and say at the end what was met beside them."""
        stream = FeatureStream(path, blocks, tags, others)
        yield from _chunks(reading, stream, understand, limit)
        _note(reading, stream, name)

    reading = Reading(path, name, chunks, encoding=found.name, crs="EPSG:4326", has_geometry=True)
    reading.samples(_SAMPLE)
    return reading


def _note(reading: Reading, stream: FeatureStream, name: str) -> None:
    if stream.root.lower() != name and not reading.columns:
        raise UnreadableFile(path=reading.path.name, why=f"it is not {name.upper()}",
                             fix="Export it again, or rename it to what it is.")
    for kind, count in stream.met.items():
        if kind == "damage":
            reading.note("xml-damaged", f"The XML is damaged between features ({count} place(s)); reading went on.")
        else:
            reading.note("not-read", f"{count} {kind} element(s) are not read: they are no features.")
    if stream.truncated:
        reading.note("truncated", "The file ends before its last element is closed.")


def _chunks(reading: Reading, stream: FeatureStream, understand: Callable[[Feature], tuple[Row, Any]],
            limit: int) -> Iterator[Chunk]:
    gathering, size = Gathering(reading.columns, limit, geometry=True), 0
    for feature in stream:
        size += _gather(gathering, feature, understand)
        if gathering.full or size > _CHUNK_BYTES:
            yield gathering.chunk()
            size = 0
    if gathering.waiting:
        yield gathering.chunk()


def _gather(gathering: Gathering, feature: Feature, understand: Callable[[Feature], tuple[Row, Any]]) -> int:
    if feature.node is None:
        gathering.fault("xml-broken", f"The XML is broken in this feature: {feature.why}.", clip_raw(feature.raw))
        return len(feature.raw)
    try:
        row, shape = understand(feature)
        packed = wkb([shape])[0] if shape is not None and not shape.is_empty else None
    except (BadGeometryError, ValueError, TypeError, shapely.errors.GEOSException) as error:
        text = json.dumps(_plain(feature.node), ensure_ascii=False)
        gathering.fault("geometry-unreadable", f"The geometry cannot be read: {error}.", clip_raw(text))
        return len(text)
    gathering.add(row, packed)
    return sum(len(value or "") for value in row.values()) + len(packed or b"") + 100


def _plain(node: Node) -> Any:
    return {"element": node.name, **node.attributes, "text": node.text,
            "children": [_plain(each) for each in node.children]}


def _placemark(feature: Feature) -> tuple[Row, Any]:
    node = feature.node
    if node is None:
        raise BadGeometryError("it is no placemark")
    row: Row = {}
    if feature.folders:
        row["folder"] = " / ".join(name for name in feature.folders if name)
    for key, value in node.attributes.items():
        row[f"@{key}"] = value
    shapes = []
    for child in node.children:
        if child.name in _GEOMETRIES:
            shapes.append(_shape(child, row))
        elif child.name == "ExtendedData":
            _extended(child, row)
        else:
            _member(child, row)
    return row, _together([shape for shape in shapes if shape is not None])


def _member(node: Node, row: Row) -> None:
    """Keep a plain child under its name; one with children (a time span, a style) as paths of names."""
    if not node.children:
        _put(row, node.name, node.text)
    for child in node.children:
        if node.name in ("TimeStamp", "TimeSpan") and not child.children:
            _put(row, child.name, child.text)
        else:
            _member(Node(f"{node.name}.{child.name}", child.attributes, child.children, child.words), row)


def _put(row: Row, name: str, text: str) -> None:
    number, key = 1, name
    while key in row:
        number += 1
        key = f"{name}.{number}"
    row[key] = text or None


def _extended(node: Node, row: Row) -> None:
    for child in node.children:
        if child.name == "Data":
            value = child.child("value")
            _put(row, child.attributes.get("name", "Data"), value.text if value else "")
        elif child.name == "SchemaData":
            for simple in child.children:
                _put(row, simple.attributes.get("name", simple.name), simple.text)
        else:
            _member(child, row)


def _shape(node: Node, row: Row) -> Any:
    if node.name in ("Point", "LineString", "LinearRing"):
        child = node.child("coordinates")
        return line_or_point(node.name, _positions(child.text if child else ""))
    if node.name == "Polygon":
        outer = node.child("outerBoundaryIs", "LinearRing", "coordinates")
        rings = [_positions(outer.text if outer else "")]
        for inner in node.all("innerBoundaryIs"):
            rings += [_positions(text.text) for ring in inner.all("LinearRing") if (text := ring.child("coordinates"))]
        return _polygon(rings)
    if node.name in ("Track", "MultiTrack"):
        return _track(node, row)
    if node.name == "MultiGeometry":
        parts = [_shape(child, row) for child in node.children if child.name in _GEOMETRIES]
        return _together([part for part in parts if part is not None])
    raise BadGeometryError(f"a {node.name} has no place on the ground")


def _track(node: Node, row: Row) -> Any:
    if node.name == "MultiTrack":
        lines = [_track(child, row) for child in node.all("Track")]
        return _together([line for line in lines if line is not None])
    times = [child.text for child in node.all("when") if child.text]
    if times:
        _put(row, "times", json.dumps(times))
    return line_or_point("LineString", [_numbers(child.text.split()) for child in node.all("coord") if child.text])


def _positions(text: str) -> list[list[float]]:
    joined = ",".join(part.strip() for part in text.split(",")) if ", " in text or " ," in text else text
    return [_numbers(part.split(",")) for part in joined.split()]


def _numbers(parts: list[str]) -> list[float]:
    numbers = [float(part) for part in parts[:3] if part]
    if len(numbers) < 2:
        raise BadGeometryError(f"the position {','.join(parts)[:60]!r} has fewer than two numbers")
    if not np.isfinite(numbers).all():
        raise BadGeometryError("a coordinate is not a finite number")
    return numbers


def line_or_point(name: str, positions: list[list[float]]) -> Any:
    """Build a Point, LineString or LinearRing (as a line); no positions give None.

    >>> line_or_point("LineString", [[1, 2], [3, 4]]).wkt, line_or_point("Point", []) is None
    ('LINESTRING (1 2, 3 4)', True)
    """
    if not positions:
        return None
    if name == "Point":
        return shapely.points(positions[0])
    size = min(len(position) for position in positions)
    line = [position[:size] for position in positions]
    return shapely.linestrings(np.array(line if len(line) > 1 else line * 2, float))


def _polygon(rings: list[list[list[float]]]) -> Any:
    if not rings[0]:
        return None
    made = []
    for ring in rings:
        if not ring:
            continue
        size = min(len(position) for position in ring)
        line = [position[:size] for position in ring]
        line = line if line[0] == line[-1] else [*line, line[0]]
        made.append(shapely.linearrings(np.array([*line, *[line[-1]] * (4 - len(line))], float)))
    return shapely.polygons(made[0], holes=made[1:] or None)


def _together(shapes: list[Any]) -> Any:
    """Join shapes: one as it is, several of a type as a multi-geometry, others as a collection."""
    if len(shapes) < 2:
        return shapes[0] if shapes else None
    kinds = {shape.geom_type for shape in shapes}
    makers = {"Point": shapely.multipoints, "LineString": shapely.multilinestrings, "Polygon": shapely.multipolygons}
    maker = makers.get(next(iter(kinds))) if len(kinds) == 1 else None
    return maker(shapes) if maker else shapely.geometrycollections(shapes)
