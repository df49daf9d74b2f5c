"""Does every sheet of a file end as a record, whatever is wrong with it, and does what is protected stay closed?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from whitestone.domain.validate import validate
from whitestone.errors import InvalidValue, UnreadableFile, WrongCall
from whitestone.exchange.sheet_book import write_sheet_book
from whitestone.minefields.sheets import read_sheets
from whitestone.minefields.traverse import lay_out
from whitestone.programme.minefield_entry import enter_file, recorded_file
from whitestone.programme.minefield_files import check_file
from whitestone.programme.minefield_interpretation import add_scan, georeference, pixel_lonlat, resolve_landmark
from whitestone.programme.opening import Programme, init_programme

SHEET: dict[str, Any] = {
    "id": "A-17", "batch": "first", "standard": "soviet_formulyar", "recorded_on": "1993-06-14",
    "prepared_by": "Invented Name",
    "crs": {"epsg": 28408}, "reference_points": [{"no": "R1", "description": "bridge", "x": 8664842, "y": 4430282}],
    "legs": [{"from": "R1", "to": "T1", "bearing": "12-45", "unit": "mil6000", "north": "magnetic", "distance": "2?0"}],
    "perimeter": ["T1"], "quantities": {"PMN-2": 120},
}  # fmt: skip
FILE = {"records": [SHEET, "no sheet"], "finds": [{"id": "F-1", "lon": 46.93, "lat": 39.99, "type": "PMN-2"}],
        "searched": [{"id": "S-1", "searched_on": "2022-08-20", "p_detect": 0.9, "geometry": {
            "type": "Polygon", "coordinates": [[[46.9, 39.9], [46.91, 39.9], [46.91, 39.91],
                                                 [46.9, 39.9]]]}}]}  # fmt: skip


@pytest.fixture
def programme(target: str) -> Iterator[Programme]:
    """Make a programme on each engine."""
    with init_programme(target, name="Test", who="clerk") as made:
        yield made


def written(tmp_path: Path, held: Any, name: str = "batch.json") -> Path:
    """Write a file as somebody sends it."""
    path = tmp_path / name
    path.write_text(json.dumps(held))
    return path


def test_a_file_is_entered_whole_with_its_counts(programme: Programme, tmp_path: Path) -> None:
    answer = enter_file(programme, written(tmp_path, FILE))
    assert answer["records"] == {"input": 1, "new": 1, "changed": 0, "unchanged": 0, "with_findings": 1}
    assert answer["held"] == [{"path": "records[1]", "value": "no sheet"}]
    state = next(programme.journal.states("minefield_record"))
    assert validate("minefield_record", state.body) == []
    assert state.geometry is None
    assert (state.body["transfer_batch"], state.body["quantity_reported"], state.body["sensitivity"]) == (
        "first",
        120,
        "restricted",
    )
    assert state.body["transcription"] == {key: value for key, value in SHEET.items() if key != "prepared_by"}
    assert [each["code"] for each in state.extra["findings_at_entry"]]


def test_the_name_of_a_person_and_the_file_itself_are_sealed(programme: Programme, tmp_path: Path) -> None:
    answer = enter_file(programme, written(tmp_path, FILE))
    state = next(programme.journal.states("minefield_record"))
    assert "Invented Name" not in json.dumps([state.body, state.extra])
    assert programme.journal.history(state.record_id)[0].sealed == ("prepared_by_name",)
    kept = {each.sha256: each for each in programme.journal.attachments.list()}
    assert kept[answer["sha256"]].sealed


def test_names_of_persons_are_sealed_wherever_they_stand_in_a_sheet(programme: Programme, tmp_path: Path) -> None:
    sheet = {
        **SHEET,
        "Laying officer": "Ivan Invented",
        "transfer": {"date": "2021-06-12", "received_by_name": "R. Made-Up"},
        "events": [{"kind": "lifted", "witnesses": ["W. Nobody", "N. Noone"], "quantity": {"PMN-2": 3}}],
    }  # fmt: skip
    answer = enter_file(programme, written(tmp_path, {"records": [sheet]}))
    state = next(programme.journal.states("minefield_record"))
    said = json.dumps([state.body, state.extra, answer], ensure_ascii=False)
    for name in ("Ivan Invented", "R. Made-Up", "W. Nobody", "N. Noone"):
        assert name not in said
    assert answer["records_detail"][0]["sealed"] == [
        "Laying officer", "events[0].witnesses", "prepared_by", "transfer.received_by_name",
    ]  # fmt: skip
    assert state.body["transcription"]["events"] == [{"kind": "lifted", "quantity": {"PMN-2": 3}}]


def test_the_same_file_again_changes_nothing_and_a_corrected_one_is_a_revision(
    programme: Programme, tmp_path: Path
) -> None:
    enter_file(programme, written(tmp_path, FILE))
    again = enter_file(programme, written(tmp_path, FILE))
    assert [again[name]["unchanged"] for name in ("records", "finds", "searched")] == [1, 1, 1]
    corrected = json.loads(json.dumps(FILE))
    corrected["records"][0]["legs"][0]["distance"] = "230"
    corrected["finds"][0]["lon"] = 46.94
    third = enter_file(programme, written(tmp_path, corrected))
    assert (third["records"]["changed"], third["finds"]["changed"], third["searched"]["unchanged"]) == (1, 1, 1)
    state = next(programme.journal.states("minefield_record"))
    assert len(programme.journal.history(state.record_id)) == 2


def test_a_workbook_enters_as_the_same_records(programme: Programme, tmp_path: Path) -> None:
    enter_file(programme, written(tmp_path, FILE))
    write_sheet_book(FILE, tmp_path / "batch.xlsx")
    assert enter_file(programme, tmp_path / "batch.xlsx")["records"]["unchanged"] == 1


def test_findings_of_a_workbook_name_sheet_and_row(tmp_path: Path) -> None:
    write_sheet_book(FILE, tmp_path / "batch.xlsx")
    places = {each["code"]: each["where"] for each in check_file(tmp_path / "batch.xlsx")["findings"]}
    assert places["digits-unreadable"] == "Legs row 2, distance"
    assert check_file(written(tmp_path, FILE))["findings"][0]["where"].startswith("records[")


def test_two_sheets_of_one_number_are_two_records(programme: Programme, tmp_path: Path) -> None:
    answer = enter_file(programme, written(tmp_path, [SHEET, {**SHEET, "remarks": "another"}]))
    assert answer["records"]["new"] == 2
    assert {state.body["local_id"] for state in programme.journal.states("minefield_record")} == {"A-17", "A-17#2"}


def test_what_no_database_holds_is_written_out(programme: Programme, tmp_path: Path) -> None:
    odd = tmp_path / "odd.json"
    odd.write_text(
        '{"records": [{"id": "B", "remarks": "a\\u0000b", "x": 1e999, "y": 123456789012345678901, "z": "\\ud800"}]}'
    )
    assert enter_file(programme, odd)["records"]["new"] == 1
    held = next(programme.journal.states("minefield_record")).body["transcription"]
    assert (held["x"], held["y"]) == ("inf", "123456789012345678901")


def test_a_file_that_cannot_be_read_writes_nothing(programme: Programme, tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text("{")
    before = programme.journal.head()[0]
    with pytest.raises(UnreadableFile):
        enter_file(programme, path)
    assert programme.journal.head()[0] == before


def test_a_resolved_landmark_is_a_revision_that_counts_before_the_written_numbers(
    programme: Programme, tmp_path: Path
) -> None:
    enter_file(programme, written(tmp_path, FILE))
    resolve_landmark(programme, "A-17", "R1", 46.95, 40.0, 5.0, method="1:50,000 sheet", reason="pier found")
    held = recorded_file(programme, purpose="placing")
    sheet = read_sheets(held).records[0]
    made = lay_out(sheet)
    assert made.anchor_lonlat == (46.95, 40.0)
    assert made.anchor_accuracy_m == 5.0
    state = next(programme.journal.states("minefield_record"))
    assert state.body["transcription"]["reference_points"][0]["x"] == 8664842
    assert "resolved" not in state.body["transcription"]["reference_points"][0]
    with pytest.raises(InvalidValue):
        resolve_landmark(programme, "A-17", "R1", 460.0, 40.0, 5.0, method="x", reason="x")


def test_the_own_records_come_back_as_the_file_that_was_entered_and_the_reading_is_logged(
    programme: Programme, tmp_path: Path
) -> None:
    enter_file(programme, written(tmp_path, FILE))
    held = recorded_file(programme, purpose="scores")
    batch = read_sheets(held)
    first = read_sheets(FILE)
    assert batch.records[0].legs == first.records[0].legs
    assert (batch.finds[0].lon, batch.finds[0].lat, batch.finds[0].type) == (46.93, 39.99, "PMN-2")
    assert (batch.searched[0].p_detect, batch.searched[0].geometry.area) == (0.9, first.searched[0].geometry.area)
    with pytest.raises(WrongCall):
        recorded_file(programme, purpose="")


def test_a_scan_is_sealed_and_a_sketch_is_laid_on_the_map_by_points_of_a_person(
    programme: Programme, tmp_path: Path
) -> None:
    enter_file(programme, written(tmp_path, FILE))
    picture = tmp_path / "sheet.png"
    picture.write_bytes(b"\x89PNG invented")
    scan = add_scan(programme, "A-17", picture, reason="the paper")["sha256"]
    points = [
        {"x": 0, "y": 0, "lon": 46.93, "lat": 40.0},
        {"x": 1000, "y": 0, "lon": 46.94, "lat": 40.0},
        {"x": 0, "y": 1300, "lon": 46.93, "lat": 39.99},
        {"x": 1000, "y": 1310, "lon": 46.94, "lat": 39.99},
    ]
    told = georeference(programme, "A-17", scan, points, kind="affine", reason="control points")
    assert len(told["residuals_m"]) == 4
    assert 0 < told["rms_m"] < 10
    state = next(programme.journal.states("minefield_record"))
    lon, lat = pixel_lonlat(state.body["georeferences"][scan], 0, 0)
    assert (lon, lat) == (pytest.approx(46.93, abs=1e-4), pytest.approx(40.0, abs=1e-4))
    assert validate("minefield_record", state.body) == []
    with pytest.raises(InvalidValue):
        georeference(programme, "A-17", "0" * 64, points, reason="no scan of this record")
    with pytest.raises(InvalidValue):
        georeference(programme, "A-17", scan, [{"x": 0}], reason="no numbers")


def test_a_record_of_another_kind_is_no_sheet(programme: Programme, tmp_path: Path) -> None:
    enter_file(programme, written(tmp_path, FILE))
    with pytest.raises(InvalidValue, match="minefield record"):
        resolve_landmark(programme, "F-1", "R1", 46.95, 40.0, 5.0, method="x", reason="x")


def test_a_sheet_that_the_programme_holds_under_another_number_is_told_and_kept(
    programme: Programme, tmp_path: Path
) -> None:
    """Sheets are typed in one at a time: the second of two copies comes months after the first."""
    assert not [each for each in enter_file(programme, written(tmp_path, FILE))["findings"]
                if each["code"] == "sheet-twice"]  # fmt: skip
    copy = {**SHEET, "id": "B-3", "batch": "second"}
    other = {**copy, "id": "C-1", "reference_points": [{"no": "R1", "x": 8664842, "y": 4431282}]}
    answer = enter_file(programme, written(tmp_path, {"records": [other, copy, {**other, "id": "C-2"}]}))
    told = [each for each in answer["findings"] if each["code"] == "sheet-twice"]
    # Of the file first, then of the programme; no pair is told twice.
    assert [(each["path"], each["sheet"]) for each in told] == [("records[2]", "C-2"), ("records[1]", "B-3")]
    assert "A-17" in told[1]["sentence"]
    assert answer["records"]["new"] == 3
    # The same number of the same batch is the same record, not a twin of itself.
    again = enter_file(programme, written(tmp_path, {"records": [copy]}))
    assert [each["sheet"] for each in again["findings"] if each["code"] == "sheet-twice"] == ["B-3"]


def test_findings_name_the_place_in_the_file_also_behind_what_is_held(programme: Programme, tmp_path: Path) -> None:
    """What is no record has a place in the file: the sheet behind it is not numbered as if it were not there."""
    bare = {"id": "N-1", "legs": "none", "remarks": "nothing else"}
    path = written(tmp_path, {"records": [SHEET, None, bare], "finds": [7, {"id": "F", "lon": -120, "lat": -50}]})
    found = {(each["code"], each["path"]) for each in check_file(path)["findings"]}
    assert ("not-understood", "records[2].legs[0]") in found
    assert ("reference-point-missing", "records[2].reference_points") in found
    assert ("find-far", "finds[1]") in found
    assert [each["findings"] > 2 for each in enter_file(programme, path)["records_detail"]] == [False, True]
