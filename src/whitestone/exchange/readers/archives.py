"""Is it safe to look into this archive, and which file in it is meant?

Limits hold before and while unpacking: entries, total size, ratio, overlapping entries, names that leave the folder,
archives inside archives. What the directory promises is not trusted; bytes are counted as they come.
"""

from __future__ import annotations

import gzip
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

from whitestone.errors import UnreadableFile
from whitestone.exchange.readers.model import Reading

__all__ = ["ENTRY_LIMIT", "RATIO_LIMIT", "TOTAL_LIMIT_BYTES", "blocks_of", "open_gzip", "open_zip", "safe_zip"]

ENTRY_LIMIT = 10_000
TOTAL_LIMIT_BYTES = 4 << 30
RATIO_LIMIT = 200
_RATIO_FROM_BYTES = 64 << 20
_BLOCK_BYTES = 1 << 20
_DATA = (".csv", ".tsv", ".tab", ".txt", ".json", ".geojson", ".topojson", ".ndjson", ".geojsonl", ".xlsx", ".gpkg",
         ".shp", ".kml", ".gpx")
_SHAPE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".qpj", ".sbn", ".sbx")
_UNPACK = "Unpack it yourself where that is safe, and import the file."
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, OSError, RuntimeError,
           ValueError, IndexError, KeyError)


def safe_zip(path: Path) -> zipfile.ZipFile:
    """Open an archive whose directory keeps the limits; refuses any other with UnreadableFile."""
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN as error:
        raise UnreadableFile(path=path.name, why=f"the archive is damaged or cut off ({error})",
                             fix="Get the file again: it did not arrive whole.") from None
    why = _danger(archive, path.stat().st_size)
    if why:
        archive.close()
        raise UnreadableFile(path=path.name, why=why, fix=_UNPACK)
    return archive


def _danger(archive: zipfile.ZipFile, size: int) -> str | None:
    entries = archive.infolist()
    if len(entries) > ENTRY_LIMIT:
        return f"the archive has {len(entries)} entries, more than {ENTRY_LIMIT}"
    total, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if total > TOTAL_LIMIT_BYTES:
        return f"the archive unpacks to {total} bytes, more than {TOTAL_LIMIT_BYTES}"
    if total > _RATIO_FROM_BYTES and total > RATIO_LIMIT * size:
        return f"the archive unpacks to more than {RATIO_LIMIT} times its size, as a zip bomb does"
    if packed > size:
        return "entries of the archive overlap, as in a zip bomb"
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        if not name.strip("/"):
            return "an entry of the archive has no name"
        if name.startswith("/") or re.match(r"^[A-Za-z]:", name) or ".." in PurePosixPath(name).parts:
            return f"the entry {entry.filename[:80]!r} would be written outside its folder"
        if entry.flag_bits & 1:
            return "the archive is protected by a password"
    return None


def blocks_of(path: Path, archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Stream one entry; refuses more bytes than the limits allow, and damaged ones, with UnreadableFile."""
    try:
        entry = archive.getinfo(name)
        limit = min(TOTAL_LIMIT_BYTES, max(_RATIO_FROM_BYTES, RATIO_LIMIT * path.stat().st_size))
        read = 0
        with archive.open(entry) as file:
            while block := file.read(_BLOCK_BYTES):
                read += len(block)
                if read > limit:
                    raise UnreadableFile(path=path.name, why=f"{name} unpacks to more than {limit} bytes, as a bomb "
                                         "does", fix=_UNPACK)
                yield block
    except _BROKEN as error:
        raise UnreadableFile(path=path.name, why=f"the entry {name} is damaged or missing ({error})",
                             fix="Get the file again: it did not arrive whole.") from None


def open_zip(path: Path, *, layer: str | None = None, **given: Any) -> Reading:
    """Open a workbook, a KMZ, or the one data file (or the named one) inside an archive.

    Refuses, with UnreadableFile, an archive that holds no file of a known format or only another archive.
    """
    with safe_zip(path) as archive:
        names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
        if "xl/workbook.xml" in names or "[Content_Types].xml" in names:
            from whitestone.exchange.readers.xlsx import open_xlsx

            return open_xlsx(path, layer=layer, header_row=given.get("header_row"))
        data = [name for name in names if name.lower().endswith(_DATA) and not name.startswith("__MACOSX/")
                and not PurePosixPath(name).name.startswith(".")]
        if path.suffix.lower() == ".kmz" or (data and all(name.lower().endswith(".kml") for name in data)):
            data = [name for name in data if name.lower().endswith(".kml")][:1]
        if not data:
            nested = any(name.lower().endswith((".zip", ".kmz", ".gz")) for name in names)
            inner = ", and an archive inside it is not opened" if nested else ""
            raise UnreadableFile(path=path.name, why=f"the archive holds no file of a format that is known here{inner}",
                                 fix="Unpack it and import the files in it.")
        shapes = [name for name in data if name.lower().endswith((".shp", ".gpkg"))]
        chosen, inner_layer = _choose(path, shapes or data, layer)
        folder = tempfile.TemporaryDirectory(prefix="whitestone-")
        inside = _unpack(path, archive, chosen, Path(folder.name))
    return _inside(path, inside, folder, chosen, shapes or data, inner_layer, given)


def _choose(path: Path, data: list[str], layer: str | None) -> tuple[str, str | None]:
    if layer is None or len(data) == 1:
        return data[0], None if len(data) > 1 or layer in data else layer
    for name in data:
        if layer in (name, PurePosixPath(name).name, PurePosixPath(name).stem):
            return name, None
    raise UnreadableFile(path=path.name, why=f"the archive has no file {layer!r}",
                         fix=f"Name one of: {', '.join(data[:20])}.")


def _unpack(path: Path, archive: zipfile.ZipFile, chosen: str, folder: Path) -> Path:
    """Write the chosen entry, and the parts of a shapefile beside it, under names of our own."""
    stem = PurePosixPath(chosen).with_suffix("").as_posix().lower()
    parts = [chosen]
    if chosen.lower().endswith(".shp"):
        parts = [entry.filename for entry in archive.infolist()
                 if PurePosixPath(entry.filename).with_suffix("").as_posix().lower() == stem
                 and PurePosixPath(entry.filename).suffix.lower() in _SHAPE_PARTS]
    for name in parts:
        target = folder / ("data" + PurePosixPath(name).suffix.lower())
        with target.open("wb") as file:
            for block in blocks_of(path, archive, name):
                file.write(block)
    return folder / ("data" + PurePosixPath(chosen).suffix.lower())


def _inside(path: Path, inside: Path, folder: tempfile.TemporaryDirectory[str], chosen: str, data: list[str],
            layer: str | None, given: dict[str, Any]) -> Reading:
    from whitestone.exchange.readers.detect import detect_format, open_file

    if detect_format(inside) in ("zip", "gzip") and inside.suffix != ".xlsx":
        raise UnreadableFile(path=path.name, why="an archive inside an archive is not opened", fix="Unpack it first.")
    reading = open_file(inside, layer=layer, **{key: value for key, value in given.items() if value is not None})
    reading.keep = folder
    if len(data) > 1:
        reading.layers = tuple(data)
        reading.layer = chosen
        reading.note("several-files", f"The archive holds {len(data)} data files; {chosen} is read; name another as "
                                      "layer.")
    return reading


def open_gzip(path: Path, **given: Any) -> Reading:
    """Open the file inside a gzip file, within the same limits."""
    folder = tempfile.TemporaryDirectory(prefix="whitestone-")
    inside = Path(folder.name) / (Path(path.stem).name if Path(path.stem).suffix else "data.csv")
    limit = min(TOTAL_LIMIT_BYTES, max(_RATIO_FROM_BYTES, RATIO_LIMIT * path.stat().st_size))
    try:
        with gzip.open(path) as packed, inside.open("wb") as file:
            _copy(path, packed, file, limit)
    except _BROKEN as error:
        raise UnreadableFile(path=path.name, why=f"the archive is damaged or cut off ({error})",
                             fix="Get the file again: it did not arrive whole.") from None
    return _inside(path, inside, folder, path.name, [path.name], given.pop("layer", None), given)


def _copy(path: Path, packed: gzip.GzipFile, file: IO[bytes], limit: int) -> None:
    while block := packed.read(_BLOCK_BYTES):
        file.write(block)
        if file.tell() > limit:
            raise UnreadableFile(path=path.name, why=f"it unpacks to more than {limit} bytes, as a bomb does",
                                 fix=_UNPACK)
