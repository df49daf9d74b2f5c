"""What format is a file in, by what it holds rather than by what it is called?"""

from __future__ import annotations

import importlib
import re
from pathlib import Path

from whitestone.errors import UnreadableFile
from whitestone.exchange.readers.model import Reading

__all__ = ["detect_format", "open_file"]

_HEAD_BYTES = 1 << 16
_MODULES = {
    "text": ("text", "open_text"), "json": ("json_files", "open_json"), "gis": ("gis", "open_gis"),
    "kml": ("kml", "open_kml"), "gpx": ("gpx", "open_gpx"), "zip": ("archives", "open_zip"),
    "gzip": ("archives", "open_gzip"),
}
_ALL = ("encoding", "layer", "header_row", "delimiter")
_TAKES: dict[str, tuple[str, ...]] = {
    "text": ("encoding", "header_row", "delimiter"), "json": ("encoding", "layer"), "gis": ("encoding", "layer"),
    "kml": (), "gpx": (), "zip": _ALL, "gzip": _ALL,
}


def open_file(path: str | Path, *, encoding: str | None = None, layer: str | None = None,
              header_row: int | None = None, delimiter: str | None = None) -> Reading:
    """Open an input file of any known format for reading.

    What is given is a person's word and wins over detection: `encoding` of text, `layer` (sheet, layer, list) where
    there are several, `header_row` from 1 (0: none), `delimiter`. Refuses with UnreadableFile what is missing, empty,
    of no known format or a danger to open; a fault further in becomes a fault of its row.
    """
    path = Path(path)
    if not path.is_file():
        raise UnreadableFile(path=path.name, why="there is no such file", fix="Check the name and the folder.")
    try:
        name = detect_format(path)
    except OSError as error:
        raise UnreadableFile(path=path.name, why=str(error.strerror), fix="Check the file's permissions.") from error
    module, function = _MODULES[name]
    given = {"encoding": encoding, "layer": layer, "header_row": header_row, "delimiter": delimiter}
    opener = getattr(importlib.import_module(f"whitestone.exchange.readers.{module}"), function)
    reading: Reading = opener(path, **{key: given[key] for key in _TAKES[name]})
    from whitestone.exchange.exported import come_home  # it reads what the writers write, and they are heavy

    return come_home(reading)


def detect_format(path: Path) -> str:
    """Name the family of formats by the first bytes; refuses what is empty or known to be unreadable here."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head.strip(b"\xef\xbb\xbf \t\r\n\x00"):
        raise UnreadableFile(path=path.name, why="it is empty", fix="Export it again and check that it has content.")
    suffix = path.suffix.lower()
    for magic, name in ((b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"\x1f\x8b", "gzip"),
                        (b"SQLite format 3\x00", "gis"), (b"\x00\x00\x27\x0a", "gis")):
        if head.startswith(magic):
            return name
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile(path=path.name, why="it is an old Excel or Office file (before 2007)",
                             fix="Open it and save it as XLSX or CSV.")
    if head.startswith(b"%PDF"):
        raise UnreadableFile(path=path.name, why="it is a PDF", fix="Attach it as a document; import its table as CSV.")
    if suffix in (".csv", ".tsv", ".tab", ".txt"):
        return "json" if suffix == ".txt" and _looks_json(head) else "text"
    if suffix in (".shp", ".gpkg"):
        return "gis"
    return _by_text(path, head, suffix)


def _by_text(path: Path, head: bytes, suffix: str) -> str:
    plain = _plain(head)
    if suffix in (".json", ".geojson", ".topojson", ".ndjson", ".jsonl", ".geojsonl", ".geojsons") or _looks_json(head):
        return "json"
    if suffix == ".kml":
        return "kml"
    if suffix == ".gpx":
        return "gpx"
    if plain.startswith("<"):
        if re.search(r"<(\w+:)?kml\b", plain):
            return "kml"
        if re.search(r"<(\w+:)?gpx\b", plain):
            return "gpx"
        raise UnreadableFile(path=path.name, why="it is XML or HTML of a kind that is not known here",
                             fix="Export it as KML, GPX, GeoJSON, GeoPackage, XLSX or CSV.")
    return "text"


def _plain(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="replace").lstrip()
    return head.replace(b"\x00", b"").decode("latin-1").removeprefix("ï»¿").lstrip()


def _looks_json(head: bytes) -> bool:
    return bool(re.match(r'\x1e?\s*(\{\s*("|\}|$)|\[\s*(\{|\]|\[|"|-?\d|$))', _plain(head)))
