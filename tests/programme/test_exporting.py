"""Do records leave as they stood, and are they the same records when they come home?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft, Workflow
from whitestone.errors import InvalidValue, Problem, Refused, WrongCall
from whitestone.exchange.readers import open_file
from whitestone.programme.exporting import export
from whitestone.programme.homecoming import bring_home, is_export
from whitestone.programme.opening import Programme, init_programme

SQUARE = shapely.to_wkb(shapely.box(18, 44, 18.01, 44.01))
POINT = shapely.to_wkb(shapely.Point(18.5, 44.5))


@pytest.fixture
def programme(tmp_path: Path) -> Programme:
    made = init_programme(str(tmp_path / "programme"), name="Test", who="anna")
    hazard = {"local_id": "H-1", "classification": "cha", "status": "open", "area_reported_m2": 120.5,
              "contamination": ["ap_mine", "av_mine"], "remarks": "=1+1", "terrain": None}
    made.journal.append(Act(author="anna"), [
        Draft(kind="hazard", record_id=new_id(), body=hazard, extra={"old": "7"}, geometry=SQUARE,
              information_date="2014-05-03"),
        Draft(kind="hazard", record_id=new_id(), body={"local_id": "H-2"}, workflow=Workflow.SUBMITTED),
        Draft(kind="item", record_id=new_id(), body={"quantity": 3}, geometry=POINT),
        Draft(kind="casualty", record_id=new_id(), body={"outcome": "killed"}, sealed={"person_name": "Nobody"}),
    ])
    return made


@pytest.mark.parametrize("form", ["gpkg", "geojson", "kml", "csv", "xlsx"])
def test_an_export_comes_home_as_the_same_records(programme: Programme, form: str, tmp_path: Path) -> None:
    path = tmp_path / f"out.{form}"
    told = export(programme, ["hazard"], path, programme.clocks())
    assert told["kinds"]["hazard"]["count"] == 1
    assert is_export(path)
    report = bring_home(programme, path)
    assert (report.input, report.new, report.changed, report.unchanged) == (1, 0, 0, 1)
    with init_programme(str(tmp_path / "other"), name="Other", who="ben") as other:
        report = bring_home(other, path)
        assert (report.new, report.unchanged) == (1, 0), report.findings
        ours, theirs = (next(each.journal.states("hazard")) for each in (programme, other))
        assert (ours.record_id, ours.body, ours.extra, ours.true_from) == (
            theirs.record_id, theirs.body, theirs.extra, theirs.true_from)
        assert shapely.from_wkb(ours.geometry).equals(shapely.from_wkb(theirs.geometry))
        again = export(other, ["hazard"], tmp_path / f"again.{form}", other.clocks())
        assert again["kinds"]["hazard"]["count"] == 1


def test_what_was_changed_in_a_spreadsheet_becomes_a_revision(programme: Programme, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    export(programme, ["hazard"], path, programme.clocks())
    path.write_text(path.read_text(encoding="utf-8-sig").replace("120.5", "130"), encoding="utf-8-sig")
    report = bring_home(programme, path)
    assert (report.changed, report.unchanged) == (1, 0)
    state = next(programme.journal.states("hazard"))
    assert state.body["area_reported_m2"] == 130
    assert len(programme.journal.history(state.record_id)) == 2


def test_only_approved_statements_leave_unless_asked(programme: Programme, tmp_path: Path) -> None:
    told = export(programme, ["hazard"], tmp_path / "a.csv", programme.clocks(), approved_only=False)
    assert told["kinds"]["hazard"]["count"] == 2
    assert "every workflow step" in told["filter"]


def test_an_export_stands_on_its_clocks(programme: Programme, tmp_path: Path) -> None:
    told = export(programme, ["hazard"], tmp_path / "a.csv", programme.clocks("2013"))
    assert told["kinds"]["hazard"]["count"] == 0
    assert told["situation_on"] == "2013-12-31"
    said = json.loads((tmp_path / "a.csv.about.json").read_text())
    assert (said["sha256"], said["situation_on"]) == (told["sha256"], "2013-12-31")


def test_casualties_are_refused_and_all_leaves_them_out(programme: Programme, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        export(programme, ["casualty"], tmp_path / "a.gpkg", programme.clocks())
    told = export(programme, ["all"], tmp_path / "a.gpkg", programme.clocks())
    assert set(told["kinds"]) == {"hazard", "item"}
    assert set(open_file(tmp_path / "a.gpkg").layers) == {"hazards", "items"}
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.gpkg", "a.gpkg.about.json", "programme"]


def test_wrong_calls_write_nothing(programme: Programme, tmp_path: Path) -> None:
    for kinds, name, problem in ((["hazard", "item"], "a.csv", WrongCall), (["hazard"], "a.pdf", InvalidValue),
                                 (["setting"], "a.csv", InvalidValue), (["hazard"], "nowhere/a.csv", WrongCall),
                                 (["unicorn"], "a.csv", InvalidValue)):
        with pytest.raises(problem) as raised:
            export(programme, kinds, tmp_path / name, programme.clocks())
        assert isinstance(raised.value, Problem)
    assert [each.name for each in tmp_path.iterdir()] == ["programme"]


def test_points_leave_as_waypoints(programme: Programme, tmp_path: Path) -> None:
    assert export(programme, ["item"], tmp_path / "a.gpx", programme.clocks())["kinds"]["item"]["count"] == 1
    assert bring_home(programme, tmp_path / "a.gpx").unchanged == 1


def test_minefield_records_leave_for_a_stated_purpose_which_is_logged(programme: Programme, tmp_path: Path) -> None:
    programme.journal.append(Act(author="anna"), [Draft(kind="minefield_record", record_id=new_id(), geometry=POINT)])
    path = tmp_path / "a.gpkg"
    with pytest.raises(Refused, match="restricted"):
        export(programme, ["minefield_record"], path, programme.clocks())
    told = export(programme, ["all"], path, programme.clocks())
    assert told["protected_left_out"] == {"casualty": 1, "minefield_record": 1}
    assert "minefield_record" not in told["kinds"]
    assert programme.journal.seals.access_log() == []
    told = export(programme, ["all"], path, programme.clocks(), purpose="clearance of Polje")
    assert (told["kinds"]["minefield_record"]["count"], told["protected_left_out"]) == (1, {"casualty": 1})
    assert told["caveat"].startswith("RESTRICTED")
    (entry,) = programme.journal.seals.access_log()
    assert (entry.by, entry.event, entry.purpose) == ("anna", "restricted exported", "clearance of Polje")
    assert told["export_id"] in (entry.detail or "")
    assert programme.journal.verify().ok
    bring_home(programme, path)
    assert [kept.sealed for kept in programme.journal.attachments.list()] == [True]


def test_an_export_says_which_code_lists_it_speaks(programme: Programme, tmp_path: Path) -> None:
    import openpyxl
    import pyogrio

    def version(name: str) -> str:
        export(programme, ["hazard"], tmp_path / name, programme.clocks())
        said = json.loads((tmp_path / f"{name}.about.json").read_text())
        assert "not screened" in said["caveat"]
        return str(said["code_lists"])

    before = version("a.xlsx")
    assert "sha256:" in before
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert ("code lists", before) in [tuple(row) for row in book["about"].iter_rows(values_only=True)]
    assert version("a.gpkg") == before
    assert pyogrio.read_info(tmp_path / "a.gpkg", layer="hazards")["layer_metadata"]["code_lists"] == before
    more = {"hazard_class": {"cha_dense": {"parent": "cha", "labels": {"en": "Dense"}}}}
    programme.set({"national_codes": more}, reason="a national code")
    assert version("b.xlsx") != before
