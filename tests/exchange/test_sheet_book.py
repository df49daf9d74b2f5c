"""Does a workbook of minefield records give back everything that was written into it, whatever that was?"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from whitestone.errors import UnreadableFile
from whitestone.exchange.sheet_book import read_sheet_book, write_sheet_book
from whitestone.exchange.sheet_grid import Line, from_grid, to_grid
from whitestone.exchange.sheet_layout import LAYOUTS, OTHER, OTHER_HEADS, whole
from whitestone.minefields.batch_checks import check_batch
from whitestone.minefields.sheet_format import OBJECTS, Field
from whitestone.minefields.sheets import read_sheets

texts = st.text(max_size=8) | st.sampled_from(
    ["R1", "T1", "12-45", "4?7", "=1+1", " x ", "_x0041_", "true", "a\rb", "7"]
)
numbers = st.integers(-(10**6), 10**18) | st.floats(allow_nan=False, allow_infinity=False) | texts
counts = st.dictionaries(texts, numbers, max_size=3)
strange = st.recursive(
    st.none() | st.booleans() | numbers,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)


def value_of(field: Field) -> st.SearchStrategy[Any]:
    """Draw what a careless or a careful writer writes into one member."""
    if field.type == "counts":
        return counts
    if field.type == "geometry":
        ring = st.just([[[0.5, 0.25], [1, 0.25], [1, 1], [0.5, 0.25]]])
        return st.fixed_dictionaries({"type": st.just("Polygon"), "coordinates": ring})
    usual = numbers if field.type in ("number", "code", "station") else texts
    return usual | st.none() | (st.booleans() if field.type == "flag" else strange)


def object_of(name: str, **more: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw an object of the format with any of its members, and one that the format does not know."""
    members = {field.name: value_of(field) for field in OBJECTS[name]}
    return st.fixed_dictionaries({}, optional={**members, **more, "own": strange})


records = object_of(
    "record", crs=object_of("crs") | strange, transfer=object_of("transfer"), quantities=counts | strange,
    perimeter=st.lists(numbers, max_size=4), rows=st.lists(object_of("rows"), max_size=3),
    reference_points=st.lists(object_of("reference_points", resolved=object_of("resolved"), crs=strange), max_size=2),
    legs=st.lists(object_of("legs"), max_size=3) | strange, lanes=st.lists(object_of("lanes"), max_size=1),
    events=st.lists(object_of("events"), max_size=2), items=st.lists(object_of("items"), max_size=2),
    verifications=st.lists(object_of("verifications"), max_size=2))  # fmt: skip
files = st.fixed_dictionaries({}, optional={
    "records": st.lists(records | strange, max_size=3), "finds": st.lists(object_of("finds") | strange, max_size=2),
    "searched": st.lists(object_of("searched") | strange, max_size=2), "made_by": strange})  # fmt: skip


def back(held: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """Write a workbook and read it back."""
    path = tmp_path / "book.xlsx"
    write_sheet_book(held, path)
    return read_sheet_book(path.read_bytes()).held


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(files)
def test_rows_of_cells_lose_nothing(held: dict[str, Any]) -> None:
    assert whole(from_grid(to_grid(held)).held) == whole({"records": [], "finds": [], "searched": [], **held})


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(held=files)
def test_a_workbook_written_and_read_back_loses_nothing(held: dict[str, Any], tmp_path_factory: Any) -> None:
    assert whole(back(held, tmp_path_factory.mktemp("book"))) == whole(held)


def test_a_plain_record_lies_in_plain_columns_and_nothing_in_other(tmp_path: Path) -> None:
    held = {"records": [{"id": "A-17", "crs": {"epsg": 28408, "basis": "stated"},
                         "reference_points": [{"no": "R1", "x": 8664842, "y": 4430282}],
                         "legs": [{"from": "R1", "to": "T1", "bearing": "12-05", "unit": "mil6000", "distance": "4?7"}],
                         "rows": [{"no": 1, "from": "T1", "to": "T2", "count": {"PMN-2": 40, "OZM-72": 3}}],
                         "perimeter": ["T1", "T2", "T3"], "quantities": {"PMN-2": 120}}],
            "finds": [{"id": "F-1", "lon": 46.93, "lat": 39.99}]}  # fmt: skip
    write_sheet_book(held, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert "Other" not in book.sheetnames
    assert [cell.value for cell in book["Rows"][3]][:3] == ["A-17", 1, None]
    assert book["Legs"]["D2"].value == "12-05"
    assert book["Legs"]["D2"].number_format == "@"
    taken = read_sheet_book((tmp_path / "a.xlsx").read_bytes())
    assert taken.places["records[0].legs[0]"] == ("Legs", 2)
    assert whole(taken.held) == held


def test_the_template_has_every_sheet_with_notes_and_drop_downs(tmp_path: Path) -> None:
    write_sheet_book({}, tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames[0] == "Read me"
    for layout in LAYOUTS:
        sheet = book[layout.name]
        assert tuple(cell.value for cell in sheet[1]) == layout.heads
        assert all(cell.comment for cell in sheet[1]), layout.name
        listed = [column for column in layout.columns if column.field.choices or column.field.type == "flag"]
        assert len(sheet.data_validations.dataValidation) == len(listed)
    assert whole(read_sheet_book((tmp_path / "t.xlsx").read_bytes()).held) == {}


cells = st.none() | st.booleans() | numbers | st.sampled_from(["A", "records", '"legs/0"', '"id"', "[[", "1"])
heads = st.sampled_from(
    sorted(
        {head for layout in LAYOUTS for head in layout.heads}
        | set(OTHER_HEADS)
        | {"legs", "crs", "quantity", "quantities", "own", "perimeter"}
    )
)
lines = st.lists(st.builds(Line, st.integers(2, 99), st.dictionaries(heads, cells, max_size=6)), max_size=4)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from([*(layout.name for layout in LAYOUTS), OTHER]), lines))
def test_whatever_stands_in_the_cells_is_read_and_checked(grid: Any) -> None:
    """A workbook typed by anybody, with columns named like lists and numbers of nothing, never breaks its reader."""
    taken = from_grid(grid)
    batch = read_sheets(taken.held)
    check_batch(batch)
    listed = len(grid.get("Records", []))
    assert len(batch.records) + len(
        [path for path, _ in batch.held if path.startswith("records[")]
    ) >= listed or grid.get(OTHER)


def typed(**sheets: list[list[Any]]) -> Any:
    """Make a workbook as a person types it."""
    book = openpyxl.Workbook()
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.replace("_", " "))
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return read_sheet_book(out.getvalue())


def test_a_blank_record_means_that_of_the_line_above_and_own_columns_are_kept() -> None:
    taken = typed(Records=[["id", "my note"], ["A", "wet"]], Legs=[["record", "from", "to"], ["A", "R1", "T1"],
                                                                 [None, "T1", "T2"]])  # fmt: skip
    assert taken.held["records"] == [{"id": "A", "my note": "wet", "legs": [{"from": "R1", "to": "T1"},
                                                                           {"from": "T1", "to": "T2"}]}]  # fmt: skip
    assert taken.odd == []


def test_a_record_that_nobody_listed_is_made_and_told() -> None:
    taken = typed(Legs=[["record", "from", "to"], ["B", "R1", "T1"]])
    assert taken.held["records"][0]["id"] == "B"
    assert [(sheet, row) for sheet, row, _ in taken.odd] == [("Legs", 2)]


@pytest.mark.parametrize(
    "written", ["46.9 39.9, 46.91 39.9, 46.91 39.91", "POLYGON ((46.9 39.9, 46.91 39.9, 46.91 39.91, 46.9 39.9))"]
)
def test_an_outline_may_be_typed_as_pairs_or_as_wkt(written: str) -> None:
    taken = typed(Searched=[["id", "geometry"], ["S", written]])
    ground = read_sheets(taken.held).searched[0].geometry
    assert ground.bounds == pytest.approx((46.9, 39.9, 46.91, 39.91))


def test_an_outline_that_cannot_be_read_is_kept_and_told() -> None:
    batch = read_sheets(typed(Searched=[["id", "geometry"], ["S", "by the river"]]).held)
    assert batch.searched[0].as_written["geometry"] == "by the river"
    assert [each.code for each in batch.findings] == ["ground-missing"]


def test_a_date_that_the_spreadsheet_made_of_a_date_is_text_again() -> None:
    import datetime as dt

    taken = typed(Records=[["id", "laid_from"], ["A", dt.datetime(1993, 5, 2)]])
    assert taken.held["records"][0]["laid_from"] == "1993-05-02"


def test_a_sheet_of_another_name_is_kept_and_told() -> None:
    taken = typed(Notes=[["a", "b"], [1, None]])
    assert taken.held["other_sheets"] == {"Notes": [["a", "b"], [1, None]]}
    assert taken.odd[0][0] == "Notes"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"records", json.dumps({}).encode()])
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read_sheet_book(content)
