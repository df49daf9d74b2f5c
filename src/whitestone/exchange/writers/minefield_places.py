"""How do the places of minefield records leave for a GIS: outlines and sampled middles, and P(in field) as a raster?

Every outline carries its share and the words that ground outside of it is not free of mines.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["raster_names", "write_places", "write_raster"]

WORDS = "Holds {share} % of the mines expected, if the record describes a field. Ground outside is not free of mines."


def write_places(
    path: Path, records: Sequence[Mapping[str, Any]], centres: Sequence[tuple[str, float, float, float]]
) -> None:
    """Write a GeoPackage with the layers `outlines` and `centres` (EPSG:4326); a file that is there is written over."""
    import geopandas
    import shapely

    path.unlink(missing_ok=True)
    rows = [
        {
            "record": record["id"],
            "share": int(share),
            "p_field": record["p_field"],
            "area_m2": record[f"p{share}_m2"],
            "says": WORDS.format(share=share),
            "geometry": shapely.geometry.shape(shape),
        }
        for record in records
        if record["outlines"]
        for share, shape in record["outlines"].items()
    ]
    columns = ["record", "share", "p_field", "area_m2", "says", "geometry"]
    outlines = geopandas.GeoDataFrame(rows, columns=columns, geometry="geometry", crs="EPSG:4326")
    outlines.to_file(path, layer="outlines", driver="GPKG", engine="pyogrio")
    points = geopandas.GeoDataFrame(
        {"record": [row[0] for row in centres], "weight": [row[3] for row in centres]},
        geometry=geopandas.points_from_xy([row[1] for row in centres], [row[2] for row in centres]),
        crs="EPSG:4326",
    )
    points.to_file(path, layer="centres", driver="GPKG", engine="pyogrio")


def raster_names(records: Sequence[str], longest: int = 80) -> list[str]:
    """Name the raster of each record in the letters of its sheet; no two names are the same, whatever their case.

    >>> raster_names(["A-17", "A/17", "a-17", "А-17"])
    ['in_field_A-17.tif', 'in_field_A_17.tif', 'in_field_a-17-2.tif', 'in_field_А-17.tif']
    >>> raster_names([])
    []
    """
    taken: set[str] = set()
    held = []
    for record in records:
        stem = "in_field_" + re.sub(r"[^\w.-]+", "_", record)[:longest]
        names = (f"{stem}.tif" if at == 1 else f"{stem}-{at}.tif" for at in itertools.count(1))
        name = next(each for each in names if each.casefold() not in taken)
        taken.add(name.casefold())
        held.append(name)
    return held


def write_raster(
    path: Path,
    record: str,
    share: npt.NDArray[np.uint16],
    west: float,
    south: float,
    cell_m: float,
    middle: tuple[float, float],
) -> None:
    """Write one record's P(in field) as a GeoTIFF (uint16, 65,535 is certain).

    The plane is azimuthal equidistant around `middle` (WGS 84 degrees); rows of `share` run from the south.
    """
    import rasterio
    from rasterio.transform import Affine

    place = Affine(cell_m, 0.0, west, 0.0, -cell_m, south + share.shape[0] * cell_m)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=share.shape[0],
        width=share.shape[1],
        count=1,
        dtype="uint16",
        crs=f"+proj=aeqd +lat_0={middle[1]} +lon_0={middle[0]} +datum=WGS84 +units=m",
        transform=place,
        compress="deflate",
    ) as file:
        file.write(share[::-1], 1)
        file.scales = (1.0 / 65535.0,)
        file.update_tags(
            record=record,
            meaning="P(in field) if the record describes a field; 65535 is certain. "
            "A low value is not ground free of mines.",
        )
