"""How is the table written as GeoJSON (RFC 7946): WGS 84, counter-clockwise outlines, full precision?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import shapely

from whitestone.exchange.writers.model import Table

__all__ = ["write_geojson"]


def write_geojson(table: Table, path: Path, *, hxl: bool = False) -> int:
    """Write the table as a stream of features; what the export says of itself is the member `whitestone`."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        about = json.dumps(msgspec.to_builtins(table.about), ensure_ascii=False)
        file.write(f'{{"type": "FeatureCollection",\n"whitestone": {about},\n"features": [')
        for index, (cells, record) in enumerate(table.rows()):
            feature = {"type": "Feature", "id": str(record.record_id), "properties": cells,
                       "geometry": _geometry(record.geometry)}
            file.write((",\n" if index else "\n") + json.dumps(feature, ensure_ascii=False))
        file.write(f'\n],\n"records_sha256": "{table.digest.hexdigest()}"}}\n')
    return 0


def _geometry(wkb: bytes | None) -> Any:
    if wkb is None:
        return None
    shape = shapely.from_wkb(wkb)
    return shapely.geometry.mapping(shapely.orient_polygons(shape, exterior_cw=False))
