"""Does a field sheet say what is searched, by whom, until when, and never leave alone or unlogged?"""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft, Workflow
from whitestone.errors import InvalidValue, Problem, Refused, UnreadableFile, WrongCall
from whitestone.programme.field_sheets import field_sheet_file, hazards_there, searched_there, write_field_sheet
from whitestone.programme.opening import Programme, init_programme
from whitestone.reports.model import LAW_5

NAMES = {"g": "http://www.topografix.com/GPX/1/1"}


def square(half: float, lon: float = 46.93, lat: float = 39.99) -> shapely.Polygon:
    """Return a square about a place, `half` degrees each way."""
    return shapely.box(lon - half, lat - half, lon + half, lat + half)


def answer(**changes: Any) -> dict[str, Any]:
    """Return an assessment of one sheet, its outlines changed by `changes` (None: left out)."""
    shapes = {"50": square(0.0005), "90": square(0.001), "99": square(0.002)} | changes
    outlines = {level: shapely.geometry.mapping(shape) for level, shape in shapes.items() if shape is not None}
    return {"records_detail": [{"id": "A-17", "p_field": 0.9, "outlines": outlines, "centroid": [46.93, 39.99],
                                "finds_explained": 3, "further": "kept apart"}]}  # fmt: skip


@pytest.fixture
def programme(tmp_path: Path) -> Iterator[Programme]:
    made = init_programme(str(tmp_path / "programme"), name="Test", who="anna")
    drafts = [
        Draft(kind="hazard", record_id=new_id(), body={"local_id": "H-1"}, geometry=shapely.to_wkb(square(0.003))),
        Draft(kind="hazard", record_id=new_id(), body={"local_id": "H-far"},
              geometry=shapely.to_wkb(square(0.001, lon=47.5))),
        Draft(kind="hazard", record_id=new_id(), body={"local_id": "H-draft"}, workflow=Workflow.SUBMITTED,
              geometry=shapely.to_wkb(square(0.003))),
        Draft(kind="hazard", record_id=new_id(), body={"local_id": "H-bare"}),
    ]  # fmt: skip
    made.journal.append(Act(author="anna"), drafts)
    yield made
    made.close()


def make(programme: Programme, folder: Path, given: Any = None, **changes: Any) -> dict[str, Any]:
    """Write a field sheet of one sheet, with the call changed as asked."""
    path = folder / "assessed.json"
    path.write_text(given if isinstance(given, str) else json.dumps(given or answer()), encoding="utf-8")
    call: dict[str, Any] = {"sheets": ["A-17"], "hazards": ["H-1"], "team": "Team 3", "begins": "2026-12-01",
                            "until": "2027-01-15", "purpose": "task T-12"}  # fmt: skip
    call |= changes
    return write_field_sheet(programme, path, call.pop("sheets"), call.pop("hazards"), folder / "out", **call)


def exported(programme: Programme) -> list[Any]:
    """List what the access log tells of restricted things that left."""
    return [each for each in programme.journal.seals.access_log() if each.event == "restricted exported"]


def test_the_receiver_gets_the_hazard_first_and_the_words_on_every_track(programme: Programme, tmp_path: Path) -> None:
    """Widest first, each with house law 5 and the caveat, each ring closed."""
    make(programme, tmp_path)
    root = ET.parse(tmp_path / "out" / "field_sheet.gpx").getroot()
    tracks = root.findall("g:trk", NAMES)
    assert [track.findtext("g:name", namespaces=NAMES) for track in tracks] == [
        "Hazard H-1", "A-17 99 %", "A-17 90 %", "A-17 50 %"]
    for track in tracks:
        says = track.findtext("g:desc", namespaces=NAMES) or ""
        assert LAW_5 in says
        assert "RESTRICTED" in says
        points = [(p.get("lat"), p.get("lon")) for p in track.findall(".//g:trkpt", NAMES)]
        assert points[0] == points[-1]
        assert len(points) >= 4
    assert LAW_5 in (root.findtext("g:metadata/g:desc", namespaces=NAMES) or "")
    assert "until 2027-01-15" in (root.findtext("g:metadata/g:desc", namespaces=NAMES) or "")


def test_it_says_what_by_whom_until_when_and_is_logged_with_its_purpose(programme: Programme, tmp_path: Path) -> None:
    """The log tells who took which sheets out for what; the files beside tell the same and their hashes."""
    said = make(programme, tmp_path, level="90")
    assert (said["team"], said["from"], said["until"], said["outline"]) == ("Team 3", "2026-12-01", "2027-01-15", "90")
    assert (tmp_path / "out" / "field_sheet.pdf").read_bytes().startswith(b"%PDF")
    (entry,) = exported(programme)
    assert (entry.by, entry.purpose) == ("anna", "task T-12")
    assert "A-17" in entry.detail
    assert said["export_id"] in entry.detail
    beside = json.loads((tmp_path / "out" / "field_sheet.gpx.about.json").read_text())
    assert beside["sha256"] == said["files"]["field_sheet.gpx"]
    assert beside["caveat"].startswith("RESTRICTED")


def test_ground_outside_the_hazard_is_said(programme: Programme, tmp_path: Path) -> None:
    """An outline of twice the width of the hazard lies to three quarters outside it."""
    assert make(programme, tmp_path)["outside_hazard_m2"] == 0
    wide = make(programme, tmp_path, answer(**{"99": square(0.006)}))
    inside = 4 * (0.003 * 111_000) * (0.003 * 85_300)
    assert wide["outside_hazard_m2"] == pytest.approx(3 * inside, rel=0.02)


@pytest.mark.parametrize(("problem", "changes"), [
    (Refused, {"hazards": []}), (Refused, {"purpose": " "}), (Refused, {"hazards": ["H-draft"]}),
    (Refused, {"hazards": ["H-bare"]}), (WrongCall, {"hazards": ["H-far"]}), (Problem, {"hazards": ["H-none"]}),
    (InvalidValue, {"sheets": ["A-18"]}), (WrongCall, {"sheets": []}), (WrongCall, {"team": ""}),
    (InvalidValue, {"until": "2026-11-30"}), (InvalidValue, {"begins": "tomorrow"}), (InvalidValue, {"level": "95"}),
])  # fmt: skip
def test_what_must_not_leave_is_refused_and_nothing_is_written(
    programme: Programme, tmp_path: Path, problem: type[Problem], changes: dict[str, Any]
) -> None:
    """No hazard, no purpose, one nobody approved, one elsewhere, a sheet that is not there, dates that run back."""
    with pytest.raises(problem):
        make(programme, tmp_path, **changes)
    assert not (tmp_path / "out").exists()
    assert not exported(programme)


@pytest.mark.parametrize(("problem", "given"), [
    (InvalidValue, answer(**{"99": None})),
    (InvalidValue, answer(**{"50": square(0.004)})),
    (InvalidValue, answer(**{"90": shapely.LineString([(46.9, 39.9), (46.91, 39.9)])})),
    (InvalidValue, answer(**{"99": shapely.box(400, 39, 500, 40)})),
    (InvalidValue, {"records_detail": answer()["records_detail"] * 2}),
    (UnreadableFile, "[1, 2"), (UnreadableFile, {"records": []}),
])  # fmt: skip
def test_a_file_that_does_not_hold_is_refused(
    programme: Programme, tmp_path: Path, problem: type[Problem], given: Any
) -> None:
    """No outer outline, an inner one that leaves it, a line, numbers that are no degrees, one sheet twice, no file."""
    with pytest.raises(problem):
        make(programme, tmp_path, given)
    assert not exported(programme)


def test_what_was_searched_already_comes_from_the_batch(programme: Programme, tmp_path: Path) -> None:
    """A search over the western half of all outlines is half of each."""
    from whitestone.exchange.assessments import read_placed, read_searched
    from whitestone.exchange.writers.gpx_outlines import HazardOutline
    from whitestone.geodesy.areas import Plane
    from whitestone.programme.field_sheets import _on_the_ground

    west = shapely.box(46.92, 39.98, 46.93, 40.0)
    batch = tmp_path / "batch.json"
    batch.write_text(json.dumps({"records": [], "finds": [], "searched": [
        {"id": "S-1", "p_detect": 0.9, "geometry": shapely.geometry.mapping(west)}]}))  # fmt: skip
    make(programme, tmp_path, batch=batch)
    placed = read_placed(tmp_path / "assessed.json", ["A-17"])
    order = ("Team 3", programme.today(), programme.today(), "99")
    hazards = [HazardOutline("H-1", square(0.003))]
    sheet = _on_the_ground(placed, hazards, read_searched(batch), Plane(46.93, 39.99), order)
    assert sheet.sheets[0].searched_share == pytest.approx({"50": 0.5, "90": 0.5, "99": 0.5}, abs=1e-3)
    unknown = _on_the_ground(placed, hazards, None, Plane(46.93, 39.99), order)
    assert set(unknown.sheets[0].searched_share.values()) == {None}, "not known is not zero"
    batch.write_text("[]")
    with pytest.raises(UnreadableFile):
        make(programme, tmp_path, batch=batch)


def test_a_phone_gets_the_same_areas_with_the_same_words(programme: Programme, tmp_path: Path) -> None:
    """KML and GeoJSON hold what the tracks hold: the hazard first, then every outline, law 5 on each."""
    said = make(programme, tmp_path, formats=["kml", "geojson"])
    assert sorted(said["files"]) == ["field_sheet.geojson", "field_sheet.kml"]
    names = ["Hazard H-1", "A-17 99 %", "A-17 90 %", "A-17 50 %"]
    whole = json.loads((tmp_path / "out" / "field_sheet.geojson").read_text())
    assert [each["properties"]["name"] for each in whole["features"]] == names
    assert all(LAW_5 in each["properties"]["says"] for each in whole["features"])
    assert all(shapely.geometry.shape(each["geometry"]).area > 0 for each in whole["features"])
    marks = ET.parse(tmp_path / "out" / "field_sheet.kml").getroot().findall(".//{*}Placemark")
    assert [mark.findtext("{*}name") for mark in marks] == names
    assert all(LAW_5 in (mark.findtext("{*}description") or "") for mark in marks)
    assert (tmp_path / "out" / "field_sheet.kml.about.json").exists()
    with pytest.raises(InvalidValue, match="shp"):
        make(programme, tmp_path, formats=["shp"])


def test_one_file_leaves_for_a_record_as_it_was_placed(programme: Programme) -> None:
    """Hazards are those that are approved and touch the outer outline; searches those that say what they would find."""
    (row,) = answer()["records_detail"]
    offered = hazards_there(programme, row)
    assert [(each.name, each.is_its_own) for each in offered] == [("H-1", False)]
    assert hazards_there(programme, {}) == []
    assert (searched_there(programme, {}), searched_there(programme, row)) == (None, None)
    west = shapely.to_wkb(shapely.box(46.92, 39.98, 46.93, 40.0))
    drafts = [Draft(kind="activity", record_id=new_id(), body={}, geometry=west, extra=extra)
              for extra in ({"p_detect": 0.9}, {})]  # fmt: skip
    programme.journal.append(Act(author="anna"), drafts)
    searched = searched_there(programme, row)
    assert [shapely.geometry.shape(each).area for each in searched or []] == [pytest.approx(0.0002)]
    order = {"team": "Team 3", "begins": "2026-12-01", "until": "2027-01-15", "purpose": "task T-12"}
    content = field_sheet_file(programme, row, [str(offered[0].record)], form="gpx", searched=searched, **order)
    assert content.startswith(b"<?xml")
    assert [each.purpose for each in exported(programme)] == ["task T-12"]
    with pytest.raises(Refused):
        field_sheet_file(programme, row, [], form="pdf", **order)
