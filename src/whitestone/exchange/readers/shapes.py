"""How do GeoJSON geometries become WKB, and what is said of those that cannot?"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

__all__ = ["BadGeometryError", "geojson_to_wkb", "wkb"]

_DEPTH = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}


class BadGeometryError(ValueError):
    """Raised when a text is no geometry; the message says why."""


def geojson_to_wkb(raws: Sequence[bytes | None]) -> tuple[list[bytes | None], dict[int, str], set[str]]:
    """Turn GeoJSON geometries into WKB (three dimensions kept).

    Returns the WKB (None for null or empty), the reasons by index for those that are no geometry, and what was mended
    (`empty`, `ring-closed`, `ring-short`). Rings that are open or too short are closed, so that the fault shows as an
    invalid polygon and not as a loss.

    >>> shapely.from_wkb(geojson_to_wkb([b'{"type": "Point", "coordinates": [1, 2]}', None])[0][0]).wkt
    'POINT (1 2)'
    >>> geojson_to_wkb([b'{"type": "Point", "coordinates": [[1, 2]]}'])[1]
    {0: 'the coordinates are nested one level deeper than a Point has them'}
    >>> geojson_to_wkb([])
    ([], {}, set())
    """
    made: list[Any] = [None] * len(raws)
    present = [index for index, raw in enumerate(raws) if raw and raw.strip() != b"null"]
    texts = np.array([_text(raws[index]) for index in present], dtype=object)
    with np.errstate(all="ignore"):
        shapes = shapely.from_geojson(texts, on_invalid="ignore") if present else np.array([], dtype=object)
    reasons: dict[int, str] = {}
    mended: set[str] = set()
    for index, shape in zip(present, shapes, strict=True):
        if shape is None or shape.is_empty or not _is_plain(shape):
            try:
                shape = _careful(raws[index] or b"", mended)
            except BadGeometryError as error:
                reasons[index] = str(error)
                shape = None
        made[index] = shape
    return wkb(made), reasons, mended


def wkb(shapes: Sequence[Any]) -> list[bytes | None]:
    """Write shapes as WKB, heights kept; None stays None."""
    if not len(shapes):
        return []
    return list(shapely.to_wkb(np.array(shapes, dtype=object), output_dimension=3))


def _text(raw: bytes | None) -> str:
    return (raw or b"").decode("utf-8", "replace").replace("\x00", " ")


def _is_plain(shape: Any) -> bool:
    return bool(np.isfinite(shape.bounds).all())


def _careful(raw: bytes, mended: set[str]) -> Any:
    """Read one geometry that GEOS refused, to mend what can be mended or to say what is wrong."""
    try:
        value = json.loads(_text(raw))
    except (ValueError, RecursionError):
        raise BadGeometryError("it is not a JSON object") from None
    return _shape(value, mended, 0)


def _shape(value: Any, mended: set[str], level: int) -> Any:
    if not isinstance(value, dict):
        raise BadGeometryError("it is not an object with type and coordinates")
    name = value.get("type")
    if name == "GeometryCollection":
        parts = value.get("geometries")
        if not isinstance(parts, list) or level > 8:
            raise BadGeometryError("the collection has no list of geometries, or is nested too deep")
        shapes = [shape for part in parts if (shape := _shape(part, mended, level + 1)) is not None]
        return shapely.geometrycollections(shapes) if shapes else _empty(mended)
    if not isinstance(name, str) or name not in _DEPTH:
        raise BadGeometryError(f"{str(name)[:40]!r} is not a type of geometry")
    coordinates = value.get("coordinates")
    if coordinates is None or coordinates == []:
        return _empty(mended)
    _check(coordinates, name)
    try:
        return _build(name, coordinates, mended)
    except (shapely.errors.GEOSException, ValueError, TypeError) as error:
        raise BadGeometryError(str(error)) from None


def _empty(mended: set[str]) -> None:
    mended.add("empty")


def _check(coordinates: Any, name: str) -> None:
    """Refuse coordinates of the wrong depth, or that are no finite numbers."""
    depth, first = 0, coordinates
    while isinstance(first, list) and first and depth < 12:
        depth, first = depth + 1, first[0]
    difference = depth - 1 - _DEPTH[name]
    if difference:
        words = {1: "one level deeper", -1: "one level less"}.get(difference, f"{difference:+d} levels")
        raise BadGeometryError(f"the coordinates are nested {words} than a {name} has them")
    _numbers(coordinates, _DEPTH[name])


def _numbers(part: Any, depth: int) -> None:
    if not isinstance(part, list):
        raise BadGeometryError("a list of coordinates is missing")
    if depth:
        for each in part:
            _numbers(each, depth - 1)
        return
    if len(part) < 2:
        raise BadGeometryError("a position has fewer than two numbers")
    for number in part[:3]:
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            raise BadGeometryError(f"{json.dumps(number)[:40]} stands where a coordinate was expected")
        if not _finite(number):
            raise BadGeometryError("a coordinate is not a finite number (NaN or infinite)")


def _finite(number: int | float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def _build(name: str, coordinates: Any, mended: set[str]) -> Any:
    if name == "Point":
        return shapely.points(coordinates[:3])
    if name == "MultiPoint":
        return shapely.multipoints([shapely.points(each[:3]) for each in coordinates])
    if name == "LineString":
        return shapely.linestrings(_even(_long(coordinates, 2, mended)))
    if name == "MultiLineString":
        lines = [shapely.linestrings(_even(_long(each, 2, mended))) for each in coordinates if each]
        return shapely.multilinestrings(lines)
    if name == "Polygon":
        return _polygon(coordinates, mended)
    return shapely.multipolygons([_polygon(each, mended) for each in coordinates if each])


def _polygon(rings: Any, mended: set[str]) -> Any:
    closed = [shapely.linearrings(_even(_ring(ring, mended))) for ring in rings if ring]
    return shapely.polygons(closed[0], holes=closed[1:] or None) if closed else shapely.Polygon()


def _ring(ring: list[list[float]], mended: set[str]) -> list[list[float]]:
    if ring[0] != ring[-1]:
        mended.add("ring-closed")
        ring = [*ring, ring[0]]
    return _long(ring, 4, mended)


def _long(line: list[list[float]], least: int, mended: set[str]) -> list[list[float]]:
    if len(line) < least:
        mended.add("ring-short")
        line = [*line, *[line[-1]] * (least - len(line))]
    return line


def _even(line: list[list[float]]) -> np.ndarray:
    """Give every position the dimensions of the least: a height that only some have is no line's height."""
    size = min(3, *(len(each) for each in line))
    return np.array([each[:size] for each in line], float)
