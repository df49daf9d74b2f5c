"""Are features read with their exact values, and do broken ones stand alone?"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
import shapely
from exchange_reading import read_all
from exchange_seeds import KML, layers, workbook
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whitestone.errors import UnreadableFile
from whitestone.exchange.readers import Reading, open_file
from whitestone.exchange.readers.json_elements import Splitter, split_elements

POINT = '{"type": "Point", "coordinates": [1, 2]}'


def opened(path: Path, data: bytes | str) -> tuple[Reading, list[dict], list, list]:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    reading = open_file(path)
    chunks = read_all(reading)
    shapes = [shape and shapely.from_wkb(shape) for chunk in chunks for shape in chunk.geometry or []]
    return (
        reading,
        [row for chunk in chunks for row in chunk.frame.to_dicts()],
        shapes,
        [fault for chunk in chunks for fault in chunk.faults],
    )


def collection(*features: str, head: str = "") -> str:
    return f'{{"type": "FeatureCollection",{head} "features": [{", ".join(features)}]}}'


def feature(geometry: str = POINT, properties: str = '{"a": 1}') -> str:
    return f'{{"type": "Feature", "properties": {properties}, "geometry": {geometry}}}'


def test_numbers_stay_as_they_are_written(tmp_path: Path) -> None:
    properties = '{"a": 1.0, "b": 9007199254740993, "c": 1e-7, "d": "01", "e": true, "f": null, "g": {"x": [1.50]}}'
    _, rows, _, _ = opened(tmp_path / "a.geojson", collection(feature(properties=properties)))
    assert rows == [
        {"a": "1.0", "b": "9007199254740993", "c": "1e-7", "d": "01", "e": "true", "f": None, "g": '{"x": [1.50]}'}
    ]


@pytest.mark.parametrize(
    ("head", "crs"),
    [
        ("", None),
        (' "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32648"}},', "EPSG:32648"),
        (' "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},', "EPSG:4326"),
        (' "crs": {"type": "EPSG", "properties": {"code": 3857}},', "EPSG:3857"),
    ],
)
def test_an_old_crs_member_is_believed(head: str, crs: str | None, tmp_path: Path) -> None:
    assert opened(tmp_path / "a.geojson", collection(feature(), head=head))[0].crs == crs


@pytest.mark.parametrize(
    ("geometry", "words"),
    [
        ('{"type": "Point", "coordinates": [NaN, 1]}', "finite"),
        ('{"type": "Point", "coordinates": [[1, 2]]}', "deeper"),
        ('{"type": "Polygon", "coordinates": [1, 2]}', "levels"),
        ('{"type": "Point", "coordinates": ["1", "2"]}', "expected"),
        ('{"type": "Point", "coordinates": [1e999, 2]}', "finite"),
        ('{"type": "Circle", "coordinates": [1, 2]}', "Circle"),
        ('"POINT (1 2)"', "not an object"),
        ('{"type": "Point", "coordinates": [1]}', "fewer than two"),
    ],
)
def test_what_is_no_geometry_is_a_fault_of_its_feature(geometry: str, words: str, tmp_path: Path) -> None:
    _, rows, _, faults = opened(tmp_path / "a.geojson", collection(feature(), feature(geometry), feature()))
    assert len(rows) == 2
    assert [(fault.row, fault.code) for fault in faults] == [(2, "geometry-unreadable")]
    assert words in faults[0].message
    assert '"properties"' in faults[0].raw


def test_geometries_that_need_care(tmp_path: Path) -> None:
    _, _, shapes, faults = opened(
        tmp_path / "a.geojson",
        collection(
            feature("null"),
            feature('{"type": "Polygon", "coordinates": []}'),
            feature('{"type": "Point", "coordinates": [1, 2, 3]}'),
            feature('{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}'),
            feature('{"type": "Polygon", "coordinates": [[[0, 0], [1, 0]]]}'),
            feature(f'{{"type": "GeometryCollection", "geometries": [{POINT}]}}'),
        ),
    )
    assert not faults
    assert shapes[0] is None
    assert shapes[1] is None
    assert shapes[2].has_z
    assert shapes[3].equals(shapely.Polygon([(0, 0), (1, 0), (1, 1)]))
    assert not shapes[4].is_valid
    assert shapes[5].geom_type == "GeometryCollection"


def test_a_feature_that_breaks_does_not_take_the_rest(tmp_path: Path) -> None:
    broken = '{"type": "Feature", "properties": {"a": 1, "geometry": null}'
    _, rows, _, faults = opened(
        tmp_path / "a.geojson", collection(feature(), broken, feature(), feature(), "17", "null")
    )
    assert (len(rows), len(faults)) == (3, 3)
    assert all(fault.raw for fault in faults)


@pytest.mark.parametrize(
    "text",
    [
        POINT,
        feature(),
        f"[{feature()}]",
        f"{feature()}\n{feature()}\n",
        collection(feature())[:-2],
        '{"features": [' + feature() + "]}",
        f"\x1e{feature()}\n\x1e{feature()}",
    ],
)
def test_geojson_in_other_clothes(text: str, tmp_path: Path) -> None:
    reading, rows, shapes, _ = opened(tmp_path / "a.json", text)
    assert reading.format == "geojson"
    assert rows
    assert all(shape.equals(shapely.Point(1, 2)) for shape in shapes)


def test_keys_that_come_later_are_columns_from_then_on(tmp_path: Path) -> None:
    features = [feature(properties='{"a": 1}')] * 1500 + [feature(properties='{"late": 2}')]
    reading, rows, _, _ = opened(tmp_path / "a.geojson", collection(*features))
    assert reading.columns == ["a", "late"]
    assert rows[-1] == {"a": None, "late": "2"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    objects=st.lists(st.dictionaries(st.text(max_size=5), JSON, max_size=4), max_size=8),
    size=st.integers(1, 30),
    indent=st.sampled_from([None, 1]),
    ascii_only=st.booleans(),
)
def test_elements_are_found_whatever_the_blocks(objects: list, size: int, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(
        {"type": "x", "features": objects, "z": [{"features": [{}]}]}, indent=indent, ensure_ascii=ascii_only
    )
    data = text.encode("utf-8", "surrogatepass")
    blocks = [data[at : at + size] for at in range(0, len(data), size)]
    found = list(split_elements(blocks, Splitter("features")))
    assert not [element for element in found if element.broken]
    assert [json.loads(element.raw.decode("utf-8", "surrogatepass")) for element in found] == objects


def test_kml_keeps_folders_data_and_shapes(tmp_path: Path) -> None:
    reading, rows, shapes, faults = opened(tmp_path / "a.kml", KML)
    assert rows[0] == {"folder": "All / North", "@id": "a", "name": "A & B", "class": "SHA"}
    assert (shapes[0].wkt, shapes[2], reading.crs, faults) == ("POINT Z (10 20 30)", None, "EPSG:4326", [])


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE kml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><kml><Placemark><name>&b;</name></Placemark></kml>',
        '<!DOCTYPE kml SYSTEM "file:///etc/passwd"><kml><Placemark/></kml>',
        '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml><Placemark><name>&x;</name></Placemark></kml>',
        "<html><body>no</body></html>",
        "<kml>" + "<a>" * 500,
    ],
)
@pytest.mark.parametrize("name", ["a.kml", "a.gpx"])
def test_dangerous_xml_is_refused(text: str, name: str, tmp_path: Path) -> None:
    text = text.replace("kml", name[2:])
    with pytest.raises(UnreadableFile):
        opened(tmp_path / name, text)


def test_kml_goes_on_after_a_broken_placemark(tmp_path: Path) -> None:
    text = KML.replace("<name>B</name>", "<name>B &nbsp; <b></name>")
    _, rows, _, faults = opened(tmp_path / "a.kml", text)
    assert [row["name"] for row in rows] == ["A & B", "C"]
    assert [(fault.row, fault.code) for fault in faults] == [(2, "xml-broken")]
    assert "&nbsp;" in faults[0].raw
    assert rows[1]["folder"] == "All"


def test_a_workbook_is_read_as_it_shows(tmp_path: Path) -> None:
    reading, rows, _, faults = opened(tmp_path / "a.xlsx", workbook(tmp_path / "seed.xlsx").read_bytes())
    assert not faults
    assert rows[0] == {"id": "1", "place": "Херсон", "killed": "2", "date": "2014-05-03"}
    assert rows[4] == {"id": "5", "place": "merged", "killed": "1.25", "date": "2014-05-03"}
    assert rows[5] == {"id": "6", "place": "merged", "killed": "=A6+1", "date": None}
    assert reading.layers == ("Sheet", "Other")
    assert {"merged-cells", "formulas", "formula-without-result", "excel-dates", "several-sheets"} <= {
        note.code for note in reading.notes
    }


def test_dates_of_1904_and_a_named_sheet(tmp_path: Path) -> None:
    import datetime as dt

    import openpyxl
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(["nothing"])
    sheet = book.create_sheet("Data")
    sheet.append(["day", "moment"])
    sheet.append([dt.date(2014, 5, 3), dt.datetime(2014, 5, 3, 6, 30)])
    book.save(tmp_path / "a.xlsx")
    reading = open_file(tmp_path / "a.xlsx", layer="Data")
    assert reading.samples().frame.rows() == [("2014-05-03", "2014-05-03T06:30:00")]
    with pytest.raises(UnreadableFile, match="no sheet"):
        open_file(tmp_path / "a.xlsx", layer="Nowhere")


def test_layers_keep_whole_numbers_whole(tmp_path: Path) -> None:
    import numpy as np
    from pyogrio import raw

    mask = np.array([False, True, False])
    raw.write(
        tmp_path / "a.gpkg",
        np.array([shapely.to_wkb(shapely.Point(1, 2))] * 3, dtype=object),
        [np.array([2**60 + 1, 0, 3])],
        np.array(["n"]),
        field_mask=[mask],
        geometry_type="Point",
        crs="EPSG:32648",
        driver="GPKG",
    )
    reading = open_file(tmp_path / "a.gpkg")
    assert reading.samples().frame["n"].to_list() == [str(2**60 + 1), None, "3"]
    assert reading.crs == "EPSG:32648"


def test_a_shapefile_without_its_parts(tmp_path: Path) -> None:
    shape = layers(tmp_path)[".shp"]
    (tmp_path / "seed.prj").unlink()
    reading = open_file(shape)
    assert reading.crs is None
    assert "crs-missing" in {note.code for note in reading.notes}
    data = shape.read_bytes()
    shape.write_bytes(data[:-20])
    chunks = read_all(open_file(shape))
    assert [fault.code for chunk in chunks for fault in chunk.faults] == ["truncated"]
    (tmp_path / "seed.dbf").unlink()
    with pytest.raises(UnreadableFile, match=r"\.dbf"):
        open_file(shape)


def test_archives_that_are_a_danger_are_refused(tmp_path: Path) -> None:
    cases = {
        "bomb": ("a.csv", b"a,b\n" + b"0,0\n" * 40_000_000),
        "path": ("../a.csv", b"a\n1\n"),
        "absolute": ("/a.csv", b"a\n1\n"),
        "nothing": ("a.exe", b"MZ"),
        "nested": ("inner.zip", b"PK\x03\x04"),
    }
    for name, (entry, data) in cases.items():
        path = tmp_path / f"{name}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(entry, data)
        with pytest.raises(UnreadableFile) as raised:
            open_file(path)
        assert raised.value.next, name


def test_the_named_file_of_an_archive_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("one.csv", "a\n1\n")
        archive.writestr("folder/two.csv", "b\n2\n")
    reading = open_file(tmp_path / "two.zip")
    assert (reading.columns, reading.layers) == (["a"], ("one.csv", "folder/two.csv"))
    assert open_file(tmp_path / "two.zip", layer="folder/two.csv").columns == ["b"]
