"""What do the features of a GeoJSON file say, however large the file and whatever became of some of them?

RFC 7946 and what came before it: an old `crs` member, null and empty geometry, collections, heights, a collection that
forgets its type, single features and bare geometries, one feature a line. Properties are text as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from whitestone.exchange.readers.chunking import Gathering
from whitestone.exchange.readers.json_elements import FEATURE_START, Element, Splitter, split_elements
from whitestone.exchange.readers.json_values import NotJsonError, cell, raw_members
from whitestone.exchange.readers.model import Chunk, Reading, clip_raw
from whitestone.exchange.readers.shapes import geojson_to_wkb

__all__ = ["GEOMETRIES", "declared_crs", "feature_chunks"]

GEOMETRIES = frozenset({"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon",
                        "GeometryCollection"})
_CHUNK_BYTES = 8 << 20
_SWALLOWED = 10_000
_Read = tuple[dict[str, str | None] | None, bytes | None, tuple[str, str] | None]
_CRS = re.compile(r'"crs"\s*:\s*\{.{0,300}?"(?:name|code)"\s*:\s*"?([^"{},]+)"?\s*\}', re.DOTALL)
_MENDED = {
    "empty": ("geometry-empty", "Empty geometries are read as missing ones."),
    "ring-closed": ("ring-closed", "Rings that were open are closed by their first point."),
    "ring-short": ("ring-short", "Lines or rings with too few points are kept by repeating the last point."),
}


def declared_crs(text: str) -> str | None:
    """Find the reference system that an old `crs` member declares; None when there is none.

    Positions in the chunks are always x, y: CRS84 is given as EPSG:4326.

    >>> declared_crs('{"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32648"}}}')
    'EPSG:32648'
    >>> declared_crs("{}") is None
    True
    """
    match = _CRS.search(text)
    if not match:
        return None
    name = match.group(1).strip()
    if "CRS84" in name.upper():
        return "EPSG:4326"
    code = re.search(r"EPSG:(?:[\d.]*:)?(\d{4,6})$", name, re.IGNORECASE) or re.fullmatch(r"(\d{4,6})", name)
    return f"EPSG:{code.group(1)}" if code else name


def feature_chunks(reading: Reading, elements: Iterable[Element], limit: int) -> Iterator[Chunk]:
    """Turn features into chunks; one that is none, or whose geometry is none, becomes a fault with its text."""
    batch: list[tuple[Element, _Read]] = []
    size = 0
    gathering = Gathering(reading.columns, limit, geometry=True)
    for element in elements:
        for part in _parts(element):
            batch.append(part)
            size += len(part[0].raw)
            if len(batch) >= limit or size >= _CHUNK_BYTES:
                yield _chunk(reading, gathering, batch)
                batch, size = [], 0
    if batch:
        yield _chunk(reading, gathering, batch)


def _parts(element: Element) -> Iterator[tuple[Element, _Read]]:
    """Read a feature; in one whose brackets do not pair up look for those that it swallowed."""
    read = _read(element)
    starts = []
    if read[2] and read[2][0] == "feature-not-json":
        starts = [match.start() for match in FEATURE_START.finditer(element.raw, 1)][:_SWALLOWED]
    if not starts:
        yield element, read
        return
    for start, stop in pairwise([0, *starts, len(element.raw)]):
        text = element.raw[start:stop].rstrip(b", \t\r\n")
        for piece in split_elements([b"[", text, b"]"], Splitter(None)):
            yield piece, _read(piece)


def _chunk(reading: Reading, gathering: Gathering, batch: list[tuple[Element, _Read]]) -> Chunk:
    before = len(gathering.names)
    read = [each for _element, each in batch]
    shapes, reasons, mended = geojson_to_wkb([None if row is None else raw for row, raw, _fault in read])
    for kind in sorted(mended):
        reading.note(*_MENDED[kind])
    for index, (row, _raw, fault) in enumerate(read):
        if index in reasons:
            fault = ("geometry-unreadable", f"The geometry cannot be read: {reasons[index]}.")
        if row is None or fault:
            code, message = fault or ("not-a-feature", "")
            gathering.fault(code, message, clip_raw(batch[index][0].raw.decode("utf-8", "replace")))
        else:
            gathering.add(row, shapes[index])
    if before and len(gathering.names) > before:
        reading.note("column-later", "Some properties first appear far into the file: "
                     + ", ".join(gathering.names[before:][:20]) + ".")
    return gathering.chunk()


def _read(element: Element) -> _Read:
    """Split a feature into its cells and the text of its geometry, or say why it is none."""
    if element.broken:
        return None, None, element.broken
    try:
        members = raw_members(element.raw)
        if cell(members.get("type", b"null")) in GEOMETRIES:
            return {}, element.raw, None
        if "geometry" not in members and "properties" not in members:
            return None, None, ("not-a-feature", "This has neither geometry nor properties.")
        properties = members.pop("properties", b"null")
        row = {name: cell(value) for name, value in raw_members(properties).items()} if properties[:1] != b"n" else {}
    except NotJsonError as error:
        return None, None, ("feature-not-json", f"This is not JSON: {error}.")
    geometry = members.pop("geometry", None)
    members.pop("type", None)
    for name, value in members.items():
        row[f"@{name}"] = cell(value)
    return row, geometry, None
