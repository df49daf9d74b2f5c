"""Does what was exported come home as it was, in every format?"""

from __future__ import annotations

import csv
import json
import uuid
from pathlib import Path

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whitestone.domain.kinds import KINDS
from whitestone.errors import InvalidValue, Refused
from whitestone.exchange.cells import OVERFLOW_CELL, cell_of, guard, unguard, value_of
from whitestone.exchange.exported import read_back
from whitestone.exchange.readers import open_file
from whitestone.exchange.writers import FORMATS, ExportRecord, about_path, write
from whitestone.exchange.writers.hxl import HXL_TAGS

TEXT = st.text(max_size=12) | st.sampled_from(
    [
        "=1+1",
        "'=1",
        "+7",
        "-2",
        "@x",
        "",
        " a ",
        "a;b",
        "a; b",
        "[1]",
        '"q"',
        "null",
        "true",
        "1.0",
        "two\nlines",
        "\r",
        "\x00",
        "_x0041_",
        "Херсон",
        "العربية",
        "a\tb",
        "#adm1",
        "{",
        "|x",
        "%x",
    ]
)
VALUES = {
    "count": st.integers(0, 2**62),
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "area": st.floats(0, 1e12),
    "share": st.floats(0, 1),
    "flag": st.booleans(),
    "texts": st.lists(TEXT, max_size=3),
    "links": st.lists(st.uuids().map(str), max_size=2),
    "codes": st.lists(st.sampled_from(["ap", "av"]), max_size=2),
}
POINT = st.tuples(st.floats(-180, 180), st.floats(-90, 90)).map(lambda xy: shapely.Point(*xy))
AREA = st.tuples(st.floats(-170, 170), st.floats(-80, 80), st.floats(1e-6, 1)).map(
    lambda box: shapely.box(box[0], box[1], box[0] + box[2], box[1] + box[2])
)


@st.composite
def records(draw: st.DrawFn, kind: str, geometry: st.SearchStrategy) -> ExportRecord:
    attributes = {name: each for name, each in KINDS[kind].attributes.items() if not each.personal}
    names = draw(st.lists(st.sampled_from(sorted(attributes)), max_size=6, unique=True))
    body = {name: draw(st.none() | VALUES.get(attributes[name].type, TEXT)) for name in names}
    shape = draw(st.none() | geometry)
    return ExportRecord(
        record_id=draw(st.uuids()),
        kind=kind,
        body=body,
        extra=draw(st.dictionaries(TEXT, TEXT | st.integers() | st.none(), max_size=2)),
        geometry=None if shape is None else shapely.to_wkb(shape),
        information_date=draw(st.none() | st.sampled_from(["2014", "2014-05", "2014-05-03"])),
        workflow=draw(st.sampled_from(["approved", "submitted"])),
        revisions=tuple(draw(st.lists(st.uuids(), max_size=2))),
    )


def same(one: ExportRecord, other: ExportRecord) -> None:
    assert (one.record_id, one.kind, one.extra, one.information_date, one.workflow, one.revisions) == (
        other.record_id,
        other.kind,
        other.extra,
        other.information_date,
        other.workflow,
        other.revisions,
    )
    assert one.body == other.body
    assert list(one.body) == list(one.body)
    if one.geometry is None or other.geometry is None:
        assert one.geometry == other.geometry
        return
    left, right = (shapely.normalize(shapely.from_wkb(each.geometry)) for each in (one, other))
    assert left == right


@pytest.mark.parametrize("form", [name for name in FORMATS if name != "gpx"])
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), hxl=st.booleans())
def test_what_left_comes_home_as_it_was(form: str, data: st.DataObject, hxl: bool, tmp_path_factory) -> None:
    made = data.draw(st.lists(records("hazard", AREA | POINT), max_size=4))
    path = tmp_path_factory.mktemp("out") / f"hazards.{form}"
    written = write(made, path, form, kind="hazard", hxl=hxl)
    assert written.count == len(made)
    home = list(read_back(path))
    assert len(home) == len(made)
    for one, other in zip(made, home, strict=True):
        same(one, other)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=st.lists(records("item", POINT), max_size=4))
def test_points_come_home_from_gpx_and_the_rest_is_counted(made: list[ExportRecord], tmp_path_factory) -> None:
    path = tmp_path_factory.mktemp("out") / "items.gpx"
    written = write(made, path, "gpx", kind="item")
    points = [record for record in made if record.geometry is not None]
    assert (written.count, written.left_out) == (len(points), len(made) - len(points))
    assert (len(points) > 0) or list(read_back(path)) == []
    if points:
        for one, other in zip(points, read_back(path), strict=True):
            same(one, other)


def test_a_text_longer_than_a_cell_goes_to_a_sheet_of_its_own(tmp_path: Path) -> None:
    texts = ["=" + "x" * 40_000, "_x0041_" * 9_000, "\U0001f4a3" * 20_000, " a\n" * 15_000, "short", OVERFLOW_CELL]
    ring = shapely.Point(18, 44).buffer(0.01, quad_segs=2_000)
    made = [ExportRecord(record_id=uuid.uuid4(), kind="hazard", body={"remarks": text}, extra={"note": text},
                         geometry=shapely.to_wkb(ring)) for text in texts]  # fmt: skip
    written = write(made, tmp_path / "a.xlsx", "xlsx", kind="hazard")
    assert (written.count, written.left_out) == (len(texts), 0)
    for one, other in zip(made, read_back(tmp_path / "a.xlsx"), strict=True):
        same(one, other)
    import openpyxl

    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    longest = max(len(str(cell)) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    assert longest <= 32_767
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_restricted_kinds_do_not_leave_by_default(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="restricted"):
        write([], tmp_path / "a.csv", "csv", kind="minefield_record")
    assert write([], tmp_path / "a.csv", "csv", kind="minefield_record", restricted=True).count == 0


def test_no_exported_cell_starts_a_formula(tmp_path: Path) -> None:
    evil = ["=cmd|'/c calc'!A1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "'=1"]
    made = [ExportRecord(record_id=uuid.uuid4(), kind="hazard", body={"name": text, "remarks": text}) for text in evil]
    write(made, tmp_path / "a.csv", "csv", kind="hazard")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == len(evil) + 1
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and cell[:1]]
    write(made, tmp_path / "a.xlsx", "xlsx", kind="hazard")
    import openpyxl

    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert [record.body["name"] for record in read_back(tmp_path / "a.xlsx")] == evil


def test_an_export_says_what_it_is(tmp_path: Path) -> None:
    record = ExportRecord(record_id=uuid.uuid4(), kind="hazard", body={"local_id": "A-1", "classification": "cha"})
    written = write([record], tmp_path / "a.kml", "kml", kind="hazard", caveat="Internal.")
    said = json.loads(about_path(tmp_path / "a.kml").read_text())
    assert said["sha256"] == written.sha256
    assert {"export_id", "exported_at", "filter", "caveat", "code_lists", "licence"} <= set(said)
    text = (tmp_path / "a.kml").read_text()
    assert "Internal." in text
    assert "7f0000ff" in text
    assert "Blank is not clear" in text


def test_casualties_do_not_leave_row_by_row(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="people are protected"):
        write([], tmp_path / "a.csv", "csv", kind="casualty")
    assert not list(tmp_path.iterdir())


def test_unknown_formats_and_kinds_are_refused(tmp_path: Path) -> None:
    for form, kind in (("pdf", "hazard"), ("csv", "unicorn")):
        with pytest.raises(InvalidValue):
            write([], tmp_path / "a", form, kind=kind)


def test_layers_share_a_geopackage(tmp_path: Path) -> None:
    path = tmp_path / "all.gpkg"
    for kind, shape in (("hazard", shapely.box(0, 0, 1, 1)), ("item", shapely.Point(0, 0)), ("organisation", None)):
        wkb = None if shape is None else shapely.to_wkb(shape)
        write([ExportRecord(record_id=uuid.uuid4(), kind=kind, geometry=wkb)], path, "gpkg", kind=kind)
    assert set(open_file(path).layers) == {"hazards", "items", "organisations"}


@given(TEXT)
def test_a_guard_is_undone(text: str) -> None:
    assert unguard(guard(text)) == text


@given(st.data())
def test_cells_read_as_what_they_were(data: st.DataObject) -> None:
    attribute = data.draw(st.sampled_from(sorted(KINDS["hazard"].attributes.items())))[1]
    value = data.draw(VALUES.get(attribute.type, TEXT))
    cell = cell_of(value, attribute)
    text = (
        {True: "true", False: "false"}[cell]
        if isinstance(cell, bool)
        else repr(cell)
        if isinstance(cell, float)
        else str(cell)
    )
    assert value_of(text, attribute) == value


def test_the_guide_publishes_the_hxl_mapping_as_it_is() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "exporting.md").read_text(encoding="utf-8")
    published = {row.split("|")[1].strip(" `"): row.split("|")[2].strip(" `") for row in guide.splitlines()
                 if row.startswith("| `") and row.split("|")[2].strip().startswith("`#")}  # fmt: skip
    assert published == dict(HXL_TAGS)
