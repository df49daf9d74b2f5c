"""Which kind of JSON is this: GeoJSON, a list of objects, one object a line, or TopoJSON (which GDAL reads)?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from whitestone.errors import UnreadableFile, WrongCall
from whitestone.exchange.readers.encodings import Encoding, detect_encoding, transcode
from whitestone.exchange.readers.geojson import GEOMETRIES, declared_crs, feature_chunks
from whitestone.exchange.readers.json_array import object_chunks
from whitestone.exchange.readers.json_elements import Element, Splitter, split_elements, split_lines
from whitestone.exchange.readers.json_values import NotJsonError, cell, raw_members
from whitestone.exchange.readers.model import Chunk, Reading

__all__ = ["open_json"]

_HEAD_BYTES = 8 << 20
_TAIL_BYTES = 1 << 16
_SAMPLE = 1_000
_LISTS = re.compile(r'"((?:[^"\\]|\\.){1,200})"\s*:\s*\[\s*\{')
Elements = Callable[[], Iterator[Element]]


def open_json(path: Path, *, encoding: str | None = None, layer: str | None = None) -> Reading:
    """Open a JSON file; `layer` names the list to read where the outer object holds several.

    Refuses, with UnreadableFile, a text that holds no list and no feature. A file cut off in the middle opens: what is
    whole is read and the rest is a fault.
    """
    try:
        found = detect_encoding(path, encoding)
    except LookupError:
        raise WrongCall(why=f"There is no encoding called {encoding!r}.") from None
    head = next((block for block in transcode(path, found) if block), b"")[:_HEAD_BYTES]
    text = head.decode("utf-8", "replace").lstrip(" \t\r\n\x1e\ufeff")
    if re.search(r'"type"\s*:\s*"Topology"', text[:4096]) or re.search(r'"type"\s*:\s*"Topology"', _tail(path)):
        from whitestone.exchange.readers.gis import open_gis

        return open_gis(path, layer=layer)
    reading = Reading(path, "json", _nothing, encoding=found.name)
    if text.startswith("["):
        _settle(reading, found, lambda: _split(reading, found, None))
    elif text.startswith("{"):
        _open_object(reading, found, text, layer)
    else:
        raise UnreadableFile(path=path.name, why="it is called JSON and does not begin like it",
                             fix="Export it again, or rename it to what it is.")
    if found.fallback or found.name != "utf-8":
        reading.note("encoding-detected", f"JSON is UTF-8 by its standard; this is {found.fallback or found.name}.")
    return reading


def _open_object(reading: Reading, found: Encoding, text: str, layer: str | None) -> None:
    path = reading.path
    if _is_lines(text):
        _settle(reading, found, lambda: split_lines(transcode(path, found)))
        return
    lists = _lists(text)
    if layer and layer not in lists:
        raise UnreadableFile(path=path.name, why=f"it has no list called {layer!r}",
                             fix=f"Name one of: {', '.join(lists) or 'it has none'}.")
    member = layer or ("features" if "features" in lists or _has_features(text) else lists[0] if lists else None)
    if member is None:
        _settle_single(reading, found)
        return
    reading.layers, reading.layer = tuple(lists) if len(lists) > 1 and "features" not in lists else (), layer
    reading.crs = declared_crs(text[: _TAIL_BYTES * 4]) or declared_crs(_tail(path))
    if reading.crs is None and re.search(r'"crs"\s*:\s*\{', text[: _TAIL_BYTES].partition('"features"')[0]):
        reading.note("crs-not-understood", "The file has a crs member that does not name its system: positions are "
                                           "taken for WGS 84; state the system in the mapping if they are not.")
    _settle(reading, found, lambda: _split(reading, found, member), features=member == "features")


def _split(reading: Reading, found: Encoding, member: str | None) -> Iterator[Element]:
    """Split the file at its elements; tell where it ends before its list does, for what stood behind is missing."""
    splitter = Splitter(member)
    yield from split_elements(transcode(reading.path, found), splitter)
    if not splitter.ended:
        reading.note("file-cut-off", "The file ends before its list is closed: it was cut off, and what stood behind "
                                     "is missing. Get it again.")


def _has_features(text: str) -> bool:
    return bool(re.search(r'"features"\s*:\s*\[', text) or re.search(r'"type"\s*:\s*"FeatureCollection"', text))


def _lists(text: str) -> list[str]:
    """Name the lists of objects that are members of the outer object, as far as the head shows."""
    names, depth, at, in_string = [], 0, 0, False
    starts = {match.end(): match.group(1) for match in _LISTS.finditer(text[: _TAIL_BYTES * 4])}
    for at, char in enumerate(text[: _TAIL_BYTES * 4]):
        if in_string:
            in_string = not (char == '"' and (text[at - 1] != "\\" or text[at - 2:at] == "\\\\"))
        elif char == '"':
            in_string = True
        elif char in "{[":
            depth += 1
            if depth == 3 and at + 1 in starts:
                names.append(starts[at + 1])
        elif char in "}]":
            depth -= 1
    return list(dict.fromkeys(names))


def _is_lines(text: str) -> bool:
    first, _, rest = text.partition("\n")
    if not rest.lstrip().startswith(("{", "\x1e")):
        return False
    try:
        raw_members(first.strip(" \r\x1e").encode())
    except NotJsonError:
        return False
    return True


def _tail(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - _TAIL_BYTES))
        return file.read().decode("utf-8", "replace")


def _settle_single(reading: Reading, found: Encoding) -> None:
    """Open a file that is one feature, one geometry or one object."""

    def elements() -> Iterator[Element]:
        """Give the whole file as one element; of an endless one, its first blocks."""
        whole = b"".join(islice(transcode(reading.path, found), 16)).strip(b" \t\r\n\x1e")
        yield Element(whole)

    _settle(reading, found, elements)


def _settle(reading: Reading, found: Encoding, elements: Elements, features: bool | None = None) -> None:
    """Learn the columns from the first elements, and choose how elements become rows."""
    if features is None:
        features = _are_features(islice(elements(), 20))
    make = feature_chunks if features else object_chunks
    reading.format = "geojson" if features else "json"
    reading.has_geometry = features

    def chunks(reading: Reading, limit: int) -> Iterator[Chunk]:
        """Split the file anew at each reading, and make rows of its elements."""
        yield from make(reading, elements(), limit)

    reading.source = chunks
    reading.samples(_SAMPLE)


def _are_features(elements: Iterator[Element]) -> bool:
    for element in elements:
        if element.broken:
            continue
        try:
            members = raw_members(element.raw)
        except NotJsonError:
            continue
        name = cell(members.get("type", b"null"))
        return name == "Feature" or ("geometry" in members and "properties" in members) or (
            name in GEOMETRIES and ("coordinates" in members or "geometries" in members))
    return False


def _nothing(_reading: Reading, _limit: int) -> Iterator[Chunk]:
    yield from ()
