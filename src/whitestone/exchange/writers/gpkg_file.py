"""How is the table written as a layer of a GeoPackage, typed, in batches, beside the layers that are there?"""

from __future__ import annotations

import errno
import shutil
import warnings
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio

from whitestone.domain.kinds import kind as kind_named
from whitestone.exchange.writers.model import Table

__all__ = ["write_gpkg"]

_BATCH = 20_000
_ROOM_BYTES = 1 << 20
"""A disk with less is full: GDAL writes pages and gives up before the last byte."""
_FLOATS = frozenset(("number", "area", "share"))


def write_gpkg(table: Table, path: Path, *, hxl: bool = False) -> int:
    """Write the table as a layer named after the kind (`hazards`, `releases`, …); GDAL dates it (`last_change`)."""
    layer = kind_named(table.kind).plural.replace(" ", "_")
    rows = table.rows()
    said = {key.replace(" ", "_"): words for key, words in table.about.lines().items()}
    append = False
    while batch := list(islice(rows, _BATCH)) or not append:
        given = batch if isinstance(batch, list) else []
        try:
            _write(table, path, layer, given, said, append)
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError) as error:
            if shutil.disk_usage(path.parent).free > _ROOM_BYTES:
                raise
            raise OSError(errno.ENOSPC, str(error), str(path)) from error  # GDAL does not say why: the disk is asked
        append = True
        if len(given) < _BATCH:
            break
    return 0


def _write(table: Table, path: Path, layer: str, batch: list[tuple[dict[str, Any], Any]], said: dict[str, str],
           append: bool) -> None:
    columns = table.columns
    data, masks = zip(*_arrays(table, columns, batch), strict=True)
    shapes = np.array([record.geometry for _cells, record in batch], dtype=object)
    spatial = bool(kind_named(table.kind).geometry)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.raw.write(path, shapes if spatial else None, list(data), np.array(columns, dtype=object),
                          field_mask=list(masks), layer=layer, driver="GPKG", crs="EPSG:4326" if spatial else None,
                          geometry_type="Unknown" if spatial else None, append=append, nan_as_null=True,
                          layer_metadata=None if append else said,
                          layer_options=None if append else {
                              "IDENTIFIER": f"{table.about.programme}: {layer}",
                              "DESCRIPTION": f"{table.about.caveat} Filter: {table.about.filter}"})


def _arrays(table: Table, columns: list[str], batch: list[tuple[dict[str, Any], Any]]) -> Iterator[tuple[Any, Any]]:
    """Make a typed array and the mask of its gaps for each column: gaps in whole numbers stay gaps, unrounded."""
    attributes = kind_named(table.kind).attributes
    for column in columns:
        kind = attributes[column].type if column in attributes else "text"
        cells = [row.get(column) for row, _record in batch]
        mask = np.array([cell is None for cell in cells], dtype=bool)
        if kind == "count":
            yield np.array([0 if cell is None else int(cell) for cell in cells], dtype=np.int64), mask
        elif kind in _FLOATS:
            yield np.array([np.nan if cell is None else float(cell) for cell in cells], dtype=np.float64), mask
        elif kind == "flag":
            yield np.array([bool(cell) for cell in cells], dtype=bool), mask
        else:
            yield np.array([None if cell is None else str(cell) for cell in cells], dtype=object), None
