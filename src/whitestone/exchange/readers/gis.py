"""What do the features of a GeoPackage, a Shapefile or a TopoJSON file say, as GDAL reads them?

GDAL gives typed values; they are written as text without rounding. What the file promises and GDAL does not deliver
becomes faults, feature by feature.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyogrio

from whitestone.errors import UnreadableFile
from whitestone.exchange.readers.gis_shapefile import dbf_encoding, promised_rows, whole_rows
from whitestone.exchange.readers.model import Chunk, Reading, RowFault

__all__ = ["open_gis"]

_CHUNK_BYTES = 8 << 20
_TOPOJSON_LIMIT_BYTES = 256 << 20
_ERRORS = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError,
           pyogrio.errors.FieldError, pyogrio.errors.GeometryError, pyogrio.errors.CRSError, ValueError, OverflowError,
           UnicodeDecodeError)


def open_gis(path: Path, *, encoding: str | None = None, layer: str | None = None) -> Reading:
    """Open one layer of a file that GDAL reads: the named one, or the first.

    Refuses, with UnreadableFile, a file that GDAL cannot open, a Shapefile without its .shx or .dbf, a layer that is
    not there, and TopoJSON of more than 256 MiB (it cannot be read as a stream).
    """
    if path.suffix.lower() == ".shp":
        _require_parts(path)
        encoding = encoding or dbf_encoding(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            layers = [str(name) for name, _kind in pyogrio.list_layers(path)]
            info = pyogrio.read_info(path, layer=_chosen(path, layers, layer), encoding=encoding,
                                     force_feature_count=True)
    except _ERRORS as error:
        raise UnreadableFile(path=path.name, why=f"it is damaged or of no known format ({str(error)[:200]})",
                             fix="Export it again from its program, as GeoPackage or GeoJSON if it can.") from None
    if info["driver"] == "TopoJSON" and path.stat().st_size > _TOPOJSON_LIMIT_BYTES:
        raise UnreadableFile(path=path.name, why=f"it is TopoJSON of more than {_TOPOJSON_LIMIT_BYTES} bytes",
                             fix="Convert it to GeoJSON or GeoPackage.")
    name = {"GPKG": "gpkg", "ESRI Shapefile": "shapefile", "TopoJSON": "topojson"}.get(info["driver"], "gis")
    reading = Reading(path, name, _source(info, encoding), encoding=encoding or info["encoding"],
                      columns=[str(field) for field in info["fields"]], crs=_crs(info["crs"]), layers=tuple(layers),
                      layer=info["layer_name"], has_geometry=info["geometry_type"] is not None)
    _note(reading, info, layers)
    return reading


def _require_parts(path: Path) -> None:
    for suffix in (".shx", ".dbf"):
        if not any(path.with_suffix(each).is_file() for each in (suffix, suffix.upper())):
            raise UnreadableFile(path=path.name, why=f"a Shapefile needs its {suffix} file beside it",
                                 fix="Put all its parts (.shp, .shx, .dbf, .prj) into one folder or one zip file.")


def _chosen(path: Path, layers: list[str], layer: str | None) -> str | None:
    if layer is not None and layer not in layers:
        raise UnreadableFile(path=path.name, why=f"it has no layer called {layer!r}",
                             fix=f"Name one of: {', '.join(layers) or 'it has none'}.")
    if not layers:
        raise UnreadableFile(path=path.name, why="it has no layers", fix="Check that it was exported with content.")
    return layer or layers[0]


def _crs(declared: str | None) -> str | None:
    """Give `EPSG:n` where the declaration has one, the declaration where not, None for none or "undefined"."""
    if not declared or "Undefined" in declared:
        return None
    if declared.upper().startswith(("EPSG:", "ESRI:")):
        return declared
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        code = CRS.from_user_input(declared).to_epsg(min_confidence=70)
    except CRSError:
        return declared
    return f"EPSG:{code}" if code else declared


def _note(reading: Reading, info: dict[str, Any], layers: list[str]) -> None:
    if len(layers) > 1:
        reading.note("several-layers", f"The layer {reading.layer!r} is read; there are also "
                     + ", ".join(repr(other) for other in layers if other != reading.layer) + ".")
    if reading.crs is None and reading.has_geometry and info["driver"] != "TopoJSON":
        reading.note("crs-missing", "The file does not say in which reference system its positions are.")


def _source(info: dict[str, Any], encoding: str | None) -> Callable[[Reading, int], Iterator[Chunk]]:
    def chunks(reading: Reading, limit: int) -> Iterator[Chunk]:
        """Read range after range; what the directory promises and the file lacks are faults."""
        shapefile = reading.format == "shapefile"
        promised = promised_rows(reading.path) if shapefile else max(0, int(info["features"]))
        whole = whole_rows(reading.path, promised) if shapefile else promised
        size = max(1, reading.path.stat().st_size // max(1, promised))
        step = max(1, min(limit, _CHUNK_BYTES // size))
        reader = _LayerReader(reading, encoding)
        at = 0
        while at < whole:
            yield from reader.read(at, min(step, whole - at))
            at += step
        for start in range(whole, promised, limit):
            faults = [RowFault(row + 1, "truncated", "The file is cut off before this feature.", "")
                      for row in range(start, min(start + limit, promised))]
            yield Chunk(start + 1, reader.empty(), [] if reading.has_geometry else None, faults)

    return chunks


class _LayerReader:
    """Read ranges of one layer; a range that GDAL refuses is halved until the feature at fault stands alone."""

    def __init__(self, reading: Reading, encoding: str | None) -> None:
        self._reading, self._encoding = reading, encoding

    def empty(self) -> pl.DataFrame:
        """Give a frame of no rows with the columns of the layer."""
        return pl.DataFrame(schema=dict.fromkeys(self._reading.columns, pl.String))

    def read(self, at: int, count: int) -> Iterator[Chunk]:
        """Read `count` features from number `at` (0-based) on."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                meta, fids, shapes, fields = pyogrio.raw.read(
                    self._reading.path, layer=self._reading.layer, encoding=self._encoding, skip_features=at,
                    max_features=count, return_fids=True, datetime_as_string=True,
                    read_geometry=self._reading.has_geometry)
        except _ERRORS as error:
            if count == 1:
                fault = RowFault(at + 1, "feature-unreadable", f"The feature cannot be read: {str(error)[:300]}.", "")
                yield Chunk(at + 1, self.empty(), [] if self._reading.has_geometry else None, [fault])
                return
            yield from self.read(at, count // 2)
            yield from self.read(at + count // 2, count - count // 2)
            return
        columns = {str(name): pl.Series(self._texts(values, kind, subtype, str(name), fids), dtype=pl.String)
                   for name, values, kind, subtype in zip(meta["fields"], fields, meta["ogr_types"],
                                                          meta["ogr_subtypes"], strict=True)}
        height = len(fids)
        missing = [RowFault(at + height + index + 1, "feature-missing", "The file promises a feature and has none.", "")
                   for index in range(count - height)]
        packed = None if shapes is None else [None if shape is None else bytes(shape) for shape in shapes]
        if self._reading.has_geometry and packed is None:
            packed = [None] * height
        yield Chunk(at + 1, pl.DataFrame(columns), packed, missing)

    def _texts(self, values: np.ndarray, kind: str, subtype: str, name: str, fids: np.ndarray) -> list[str | None]:
        """Write a column as text. Whole numbers with gaps come as floats, which round: those are read again."""
        if values.dtype.kind == "f" and kind.startswith("OFTInteger"):
            return self._whole(values, name, fids)
        if values.dtype.kind == "f":
            return [None if value != value else repr(value) for value in values.tolist()]
        if values.dtype.kind == "b" or subtype == "OFSTBoolean":
            return [None if value is None else "true" if value else "false" for value in values.tolist()]
        return [None if value is None else _text(value) for value in values.tolist()]

    def _whole(self, values: np.ndarray, name: str, fids: np.ndarray) -> list[str | None]:
        present = ~np.isnan(values)
        texts: list[str | None] = [None] * len(values)
        exact = values[present]
        if np.abs(exact).max(initial=0) > 2**53:
            _meta, again, _shapes, fields = pyogrio.raw.read(
                self._reading.path, layer=self._reading.layer, columns=[name], fids=fids[present],
                read_geometry=False, return_fids=True)
            by_fid = dict(zip(again.tolist(), fields[0].tolist(), strict=True))
            exact = np.array([by_fid[fid] for fid in fids[present].tolist()], dtype=object)
        for index, value in zip(np.flatnonzero(present).tolist(), exact.tolist(), strict=True):
            texts[index] = str(int(value))
        return texts


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (list, tuple, np.ndarray)):
        return json.dumps([each.item() if isinstance(each, np.generic) else each for each in value], ensure_ascii=False,
                          default=str)
    return str(value)
