"""Which small files does every reader start from? One of each format, for tests and for a fuzzer to spoil."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import shapely

TABLE = [
    ["id", "place", "killed", "date"],
    ["1", "Херсон", "2", "2014-05-03"],
    ["2", "Brčko, north", "", "2014"],
    ["3", 'the "Hill"', "0", "2014-05"],
    ["4", "two\nlines", "1", "03/05/2014"],
]
FEATURES = [
    {
        "type": "Feature",
        "id": 9007199254740993,
        "properties": {"a": 1.0, "b": 'x \\ " ]}', "c": None},
        "geometry": {"type": "Point", "coordinates": [1.5, 2.5]},
    },
    {"type": "Feature", "properties": {"a": -0.50, "d": {"e": [1, 2]}}, "geometry": None},
    {
        "type": "Feature",
        "properties": {"a": True},
        "geometry": {"type": "Polygon", "coordinates": [[[0, 0, 5], [1, 0, 5], [1, 1, 5], [0, 0, 5]]]},
    },
    {
        "type": "Feature",
        "properties": None,
        "geometry": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Point", "coordinates": [1, 1]},
                {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
            ],
        },
    },
]
KML = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>All</name>
<Folder><name>North</name><Placemark id="a"><name>A &amp; B</name><ExtendedData><Data name="class"><value>SHA</value>
</Data></ExtendedData><Point><coordinates>10,20,30</coordinates></Point></Placemark><Placemark><name>B</name><Polygon>
<outerBoundaryIs><LinearRing><coordinates>0,0 1,0 1,1 0,0</coordinates></LinearRing></outerBoundaryIs></Polygon>
</Placemark></Folder><Placemark><name>C</name></Placemark></Document></kml>"""
GPX = """<?xml version="1.0"?><gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1"><wpt lat="1"
lon="2"><ele>5</ele><name>W</name></wpt><trk><name>T</name><trkseg><trkpt lat="1" lon="2"><time>2014-01-01T00:00:00Z
</time></trkpt><trkpt lat="2" lon="3"/></trkseg></trk></gpx>"""


def delimited(delimiter: str = ",", rows: list[list[str]] | None = None) -> str:
    """Write the table as text."""
    import csv

    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows or TABLE)
    return out.getvalue()


def workbook(path: Path) -> Path:
    """Write the table as a workbook with a date, a formula, a merged range and a second sheet."""
    import datetime as dt

    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in TABLE:
        sheet.append(row)
    sheet.append([5, "merged", 1.25, dt.date(2014, 5, 3)])
    sheet.append([6, None, "=A6+1", None])
    sheet.merge_cells("B6:B7")
    book.create_sheet("Other").append(["x"])
    book.save(path)
    return path


def layers(folder: Path) -> dict[str, Path]:
    """Write a GeoPackage and a Shapefile of three features, one without geometry."""
    from pyogrio import raw

    shapes = np.array([shapely.to_wkb(shapely.Point(1, 2)), None, shapely.to_wkb(shapely.Point(3, 4))], dtype=object)
    made = {}
    for suffix, driver in ((".gpkg", "GPKG"), (".shp", "ESRI Shapefile")):
        path = folder / f"seed{suffix}"
        raw.write(
            path,
            shapes,
            [np.array(["x", None, "ü"], dtype=object), np.array([1, 2, 3])],
            np.array(["name", "n"]),
            geometry_type="Point",
            crs="EPSG:4326",
            driver=driver,
            encoding="UTF-8",
        )
        made[suffix] = path
    return made


def seeds(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Make one file of each format: name -> (bytes, rows)."""
    collection = {"type": "FeatureCollection", "features": FEATURES}
    objects = [dict(zip(TABLE[0], row, strict=True)) for row in TABLE[1:]]
    made = layers(folder)
    shape_zip = io.BytesIO()
    with zipfile.ZipFile(shape_zip, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.glob("seed.*")):
            if part.suffix in (".shp", ".shx", ".dbf", ".prj"):
                archive.write(part, part.name)
    kmz = io.BytesIO()
    with zipfile.ZipFile(kmz, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", KML)
    topology = {
        "type": "Topology",
        "transform": {"scale": [1, 1], "translate": [0, 0]},
        "arcs": [[[0, 0], [1, 0], [0, 1], [-1, -1]]],
        "objects": {
            "o": {
                "type": "GeometryCollection",
                "geometries": [
                    {"type": "Polygon", "arcs": [[0]], "properties": {"n": 1}},
                    {"type": "Point", "coordinates": [1, 1], "properties": {"n": 2}},
                ],
            }
        },
    }
    return {
        "a.csv": (delimited().encode(), 4),
        "semicolon.csv": (delimited(";").encode("utf-8-sig"), 4),
        "a.tsv": (delimited("\t").encode("utf-16"), 4),
        "cyrillic.csv": (b"id,place\n1," + "Херсон, юг".replace(",", "").encode("cp1251") + b"\n2,x\n", 2),
        "pretty.geojson": (json.dumps(collection, indent=1).encode(), 4),
        "a.geojson": (json.dumps(collection).encode(), 4),
        "lines.geojsonl": ("\n".join(json.dumps(each) for each in FEATURES).encode(), 4),
        "list.json": (json.dumps(objects, ensure_ascii=False).encode(), 4),
        "nested.json": (json.dumps({"meta": {"n": 1}, "data": objects}).encode(), 4),
        "a.topojson": (json.dumps(topology).encode(), 2),
        "a.kml": (KML.encode(), 3),
        "a.kmz": (kmz.getvalue(), 3),
        "a.gpx": (GPX.encode(), 2),
        "a.xlsx": (workbook(folder / "seed.xlsx").read_bytes(), 6),
        "a.gpkg": (made[".gpkg"].read_bytes(), 3),
        "shape.zip": (shape_zip.getvalue(), 3),
        "a.csv.gz": (gzip.compress(delimited().encode()), 4),
    }
