"""Does an export that comes home keep the house law: each row accounted for, nothing overwritten, all undoable?"""

from __future__ import annotations

import csv
import json
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft, Workflow
from whitestone.errors import UnreadableFile
from whitestone.exchange.exported import is_ours, read_back
from whitestone.exchange.readers import open_file
from whitestone.programme import importing
from whitestone.programme.exporting import export
from whitestone.programme.homecoming import bring_home, is_export
from whitestone.programme.importing_report import Report
from whitestone.programme.importing_runs import (
    find_run,
    held_rows,
    list_runs,
    preview_take_back,
    show_run,
    take_back,
    write_held,
)
from whitestone.programme.opening import Programme, init_programme

SQUARE = shapely.to_wkb(shapely.box(18.00012, 44.00012, 18.01034, 44.01034))
POINT = shapely.to_wkb(shapely.Point(18.50012, 44.50012))
FORMS = ("gpkg", "geojson", "kml", "csv", "xlsx")


@pytest.fixture
def programme(tmp_path: Path) -> Programme:
    made = init_programme(str(tmp_path / "programme"), name="Test", who="anna")
    made.journal.append(Act(author="anna"), [
        Draft(kind="hazard", record_id=new_id(), geometry=SQUARE, information_date="2014", extra={"old": "7"},
              body={"local_id": f"H-{number}", "classification": "cha", "status": "open", "area_reported_m2": 900000.5,
                    "remarks": "=1+1", "terrain": None, "report_date": "2999-01-01" if number == 2 else "2014"})
        for number in range(3)
    ])
    made.journal.append(Act(author="anna"), [
        Draft(kind="item", record_id=new_id(), body={"quantity": 3}, geometry=POINT),
        Draft(kind="organisation", record_id=new_id(), body={"name": "Општина"}),
    ])
    return made


def other(tmp_path: Path) -> Programme:
    return init_programme(str(tmp_path / "other"), name="Other", who="ben")


def adds_up(report: Report) -> None:
    standing = report.accepted + report.accepted_with_findings
    assert standing + report.held == report.input
    assert report.new + report.changed + report.unchanged == standing


def edited(path: Path, change: Callable[[list[dict[str, str]]], None]) -> Path:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = list(rows[0])
    change(rows)
    columns += [name for name in rows[0] if name not in columns]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


def exported(programme: Programme, tmp_path: Path, form: str = "csv", kind: str = "hazard") -> Path:
    path = tmp_path / f"out.{form}"
    export(programme, [kind], path, programme.clocks())
    return path


def test_it_is_a_run_like_any_other(programme: Programme, tmp_path: Path) -> None:
    path = exported(programme, tmp_path)
    with other(tmp_path) as home:
        report = bring_home(home, path)
        adds_up(report)
        assert (report.input, report.new, report.accepted_with_findings) == (3, 3, 1)
        assert {found.code for found in report.findings} == set(report.findings_by_code)
        (run,) = list_runs(home)
        assert (run["dataset"], run["state"], run["new"]) == ("whitestone-exports", "finished", 3)
        state = find_run(home, report.run)
        (kept,) = home.journal.attachments.list()
        assert (kept.sha256, kept.name, kept.sealed) == (state.body["file_sha256"], "out.csv", False)
        assert [entry.event for entry in home.journal.attachments.custody(kept.sha256)]
        assert sum(piece.count for piece in home.journal.runs.batches(state.record_id)) == 3
        assert [found["code"] for found in show_run(home, report.run)["findings"]] == ["date-future"]
        again = bring_home(home, path)
        adds_up(again)
        assert (again.new, again.changed, again.unchanged) == (0, 0, 3)
        assert home.journal.verify().ok


def test_the_answer_has_the_members_of_every_import(programme: Programme, tmp_path: Path) -> None:
    answer = bring_home(programme, exported(programme, tmp_path)).as_dict()
    assert {"run", "input", "accepted", "accepted_with_findings", "held", "new", "changed", "unchanged", "gone",
            "conflicts", "records", "unmapped_columns", "findings"} <= set(answer)
    assert (answer["unchanged"], answer["records"]) == (3, {"hazard": 3})


def test_a_damaged_row_is_held_and_comes_in_corrected(programme: Programme, tmp_path: Path) -> None:
    def damage(rows: list[dict[str, str]]) -> None:
        rows[0]["area_reported_m2"] = "much"
        rows[1]["geometry_wkt"] = "POLYGON ((broken"

    path = edited(exported(programme, tmp_path), damage)
    with other(tmp_path) as home:
        report = bring_home(home, path)
        adds_up(report)
        assert (report.new, report.held) == (1, 2)
        assert {row["row"] for row in held_rows(home)} == {1, 2}
        out = tmp_path / "held.csv"
        assert write_held(home, report.run, out) == 2

        def mend(rows: list[dict[str, str]]) -> None:
            rows[0]["area_reported_m2"] = "900000.5"
            rows[1]["geometry_wkt"] = shapely.from_wkb(SQUARE).wkt

        corrected = bring_home(home, edited(out, mend))
        adds_up(corrected)
        assert (corrected.new, corrected.held) == (2, 0), corrected.findings
        assert held_rows(home) == []
        ours, theirs = ({state.record_id: (state.body, state.extra) for state in each.journal.states("hazard")}
                        for each in (programme, home))
        assert ours == theirs
        assert all(state.geometry for state in home.journal.states("hazard"))
        again = bring_home(home, path)  # the damaged file once more: the corrections stand
        adds_up(again)
        assert (again.held, again.new, again.changed) == (0, 0, 0)


@pytest.mark.parametrize(("column", "value", "code"), [
    ("record_id", "", "record-id-missing"), ("kind", "unicorn", "kind-unknown"), ("kind", "casualty", "person-row"),
    ("kind", "run", "kind-unknown"), ("workflow", "withdrawn", "unknown-code"),
    ("classification", "haunted", "unknown-code"),
    ("record_id", "x", "row-damaged"), ("extra", "{", "row-damaged"), ("geometry_wkt", "POINT (400 4)", None),
    ("information_date", "soon", "row-damaged"),
])  # fmt: skip
def test_a_row_that_cannot_be_taken_is_held_with_its_reason(
    programme: Programme, tmp_path: Path, column: str, value: str, code: str | None
) -> None:
    def damage(rows: list[dict[str, str]]) -> None:
        rows[0][column] = value

    report = bring_home(programme, edited(exported(programme, tmp_path), damage))
    adds_up(report)
    assert (report.held, report.unchanged) == (1, 2)
    (row,) = held_rows(programme)
    assert code is None or row["reasons"][0]["code"] == code
    assert row["sealed"] is (value == "casualty")


def test_a_row_that_stands_twice(programme: Programme, tmp_path: Path) -> None:
    def double(rows: list[dict[str, str]]) -> None:
        rows += [dict(rows[0]), {**rows[1], "name": "other"}]

    report = bring_home(programme, edited(exported(programme, tmp_path), double))
    adds_up(report)
    assert (report.input, report.unchanged, report.held) == (5, 4, 1)
    assert report.findings_by_code["id-duplicated"] == 2


def test_what_was_changed_meanwhile_is_a_conflict_only_where_both_moved(programme: Programme, tmp_path: Path) -> None:
    path = exported(programme, tmp_path)
    states = {state.body["local_id"]: state for state in programme.journal.states("hazard")}
    for name, body in (("H-0", {"name": "ours"}), ("H-1", {"status": "worked_on"})):
        state = states[name]
        programme.journal.append(Act(author="eve"), [Draft(kind="hazard", record_id=state.record_id, body=body,
                                                           information_date="2015", parents=state.revisions[-1:])])

    def change(rows: list[dict[str, str]]) -> None:
        for row in rows:
            row["name"] = "theirs" if row["local_id"] in ("H-0", "H-1") else ""

    report = bring_home(programme, edited(path, change))
    adds_up(report)
    assert (report.changed, report.unchanged, report.conflicts) == (2, 1, 1)
    now = {state.body["local_id"]: state for state in programme.journal.states("hazard")}
    assert now["H-0"].conflicts == ("name",)
    assert (now["H-1"].conflicts, now["H-1"].body["name"], now["H-1"].body["status"]) == ((), "theirs", "worked_on")


def test_an_old_export_undoes_nothing(programme: Programme, tmp_path: Path) -> None:
    path = exported(programme, tmp_path)
    for state in list(programme.journal.states("hazard")):
        programme.journal.append(Act(author="eve"), [Draft(kind="hazard", record_id=state.record_id,
                                 body={"status": "worked_on"}, information_date="2015", parents=state.revisions[-1:])])
    report = bring_home(programme, path)
    assert (report.changed, report.unchanged) == (0, 3)
    assert {state.body["status"] for state in programme.journal.states("hazard")} == {"worked_on"}


def test_one_export_may_be_edited_again_and_back(programme: Programme, tmp_path: Path) -> None:
    path = exported(programme, tmp_path)
    for text in ("first", "second", ""):
        def change(rows: list[dict[str, str]], text: str = text) -> None:
            rows[0]["name"] = text

        report = bring_home(programme, edited(path, change))
        adds_up(report)
        assert report.changed == (1 if text else 0)
        assert report.conflicts == 0
    assert report.findings_by_code["cell-emptied"] == 1  # said, never silently ignored
    assert "second" in {state.body.get("name") for state in programme.journal.states("hazard")}


def test_a_run_is_taken_back_and_brought_back(programme: Programme, tmp_path: Path) -> None:
    path = exported(programme, tmp_path)
    with other(tmp_path) as home:
        report = bring_home(home, path)
        assert preview_take_back(home, report.run).records == {"hazard": 3}
        take_back(home, report.run)
        assert list(home.journal.states("hazard")) == []
        again = bring_home(home, path)
        adds_up(again)
        assert again.new == 3
        take_back(home, again.run)
        take_back(home, report.run, undo=True)
        assert len(list(home.journal.states("hazard"))) == 3


def test_it_goes_on_where_it_was_stopped(programme: Programme, tmp_path: Path) -> None:
    path = exported(programme, tmp_path)
    with other(tmp_path) as home:
        def stop(done: int) -> None:
            if done == 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            bring_home(home, path, chunk_rows=1, progress=stop)
        assert len(list(home.journal.states("hazard"))) == 2
        report = bring_home(home, path, chunk_rows=1)
        adds_up(report)
        assert (report.input, report.new) == (3, 3)
        assert len(list_runs(home)) == 1
        assert all(len(home.journal.history(state.record_id)) == 1 for state in home.journal.states("hazard"))


def test_a_large_export_is_read_as_ours_too(programme: Programme, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(importing, "worth_it", lambda path: True)
    with other(tmp_path) as home:
        assert bring_home(home, exported(programme, tmp_path)).new == 3


@pytest.mark.parametrize("form", [*FORMS, "gpx"])
def test_an_export_of_nothing_is_known_as_ours(programme: Programme, tmp_path: Path, form: str) -> None:
    path = exported(programme, tmp_path, form, "accident")
    assert is_export(path)
    report = bring_home(programme, path)
    assert (report.input, report.new, report.held) == (0, 0, 0)
    assert list(read_back(path)) == []


def test_every_layer_of_a_geopackage_comes_home(programme: Programme, tmp_path: Path) -> None:
    path = exported(programme, tmp_path, "gpkg", "all")
    with other(tmp_path) as home:
        report = bring_home(home, path)
        adds_up(report)
        assert report.records == {"hazard": 3, "item": 1, "organisation": 1}
        assert bring_home(home, path).unchanged == 5


@pytest.mark.parametrize("form", FORMS)
def test_a_date_comes_home_as_exactly_as_it_was_known(programme: Programme, tmp_path: Path, form: str) -> None:
    with other(tmp_path) as home:
        bring_home(home, exported(programme, tmp_path, form))
        for state in home.journal.states("hazard"):
            assert home.journal.history(state.record_id)[0].information_date == "2014"
            assert (state.body["terrain"], state.extra) == (None, {"old": "7"})


def test_columns_that_somebody_added_are_kept_and_listed(programme: Programme, tmp_path: Path) -> None:
    def add(rows: list[dict[str, str]]) -> None:
        for row in rows:
            row["Notes"] = "seen" if row is rows[0] else ""

    report = bring_home(programme, edited(exported(programme, tmp_path), add))
    assert (report.unmapped_columns, report.changed, report.unchanged) == (["Notes"], 1, 2)
    assert sorted(state.extra.get("Notes", "") for state in programme.journal.states("hazard")) == ["", "", "seen"]


def test_longitude_beside_the_geometry_never_misleads_silently(programme: Programme, tmp_path: Path) -> None:
    def move(rows: list[dict[str, str]]) -> None:
        rows[0]["longitude"] = "19"

    report = bring_home(programme, edited(exported(programme, tmp_path, kind="item"), move))
    assert (report.unchanged, report.findings_by_code["position-twice"]) == (1, 1)


def test_a_step_of_the_workflow_is_not_taken_by_a_file(programme: Programme, tmp_path: Path) -> None:
    def submit(rows: list[dict[str, str]]) -> None:
        rows[0] |= {"workflow": "submitted", "name": "x"}

    report = bring_home(programme, edited(exported(programme, tmp_path), submit))
    assert (report.changed, report.findings_by_code["workflow-not-taken"]) == (1, 1)
    assert all(state.workflow == Workflow.APPROVED for state in programme.journal.states("hazard"))


def test_what_is_not_ours_is_refused(programme: Programme, tmp_path: Path) -> None:
    for name, text in (("a.csv", "a,b\n1,2\n"), ("a.geojson", '{"type": "FeatureCollection", "features": []}')):
        (tmp_path / name).write_text(text)
        assert not is_ours(open_file(tmp_path / name))
        with pytest.raises(UnreadableFile):
            bring_home(programme, tmp_path / name)


def test_json_that_was_cut_off_loses_nothing_that_was_read(programme: Programme, tmp_path: Path) -> None:
    path = exported(programme, tmp_path, "geojson")
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rindex(b'"geometry"')])
    with other(tmp_path) as home:
        report = bring_home(home, path)
        adds_up(report)
        assert (report.new, report.held) == (2, 1)
        assert json.dumps(held_rows(home))
        assert uuid.UUID(report.run)


def test_the_command_asks_for_no_mapping(programme: Programme, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from whitestone.cli import app, collect

    collect()

    path, out = exported(programme, tmp_path), tmp_path / "draft.toml"
    asked = ["-C", str(tmp_path / "programme"), "import", str(path)]
    told = CliRunner().invoke(app, [*asked, "--suggest", "--out", str(out), "--json"])
    assert told.exit_code == 0
    assert "needs no mapping" in json.loads(told.stdout)["notes"][0]
    assert not out.exists()
    done = CliRunner().invoke(app, [*asked, "--json"])
    assert (done.exit_code, json.loads(done.stdout)["unchanged"]) == (0, 3)
    refused = CliRunner().invoke(app, [*asked[:2], "export", "--kind", "minefield_record", "--restricted", "--out",
                                       str(tmp_path / "m.csv")])  # fmt: skip
    assert refused.exit_code != 0
    assert not (tmp_path / "m.csv").exists()
