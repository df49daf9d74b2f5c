"""Does every row of an import come to its account, however often, in whatever order, and wherever it stopped?"""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from own_process import run_whitestone
from whitestone.domain.revision import Act, Draft
from whitestone.errors import MappingInvalid, UnreadableFile, WrongCall
from whitestone.exchange.mapping.text import parse_mapping
from whitestone.programme.importing import import_file
from whitestone.programme.importing_report import Report
from whitestone.programme.importing_runs import (
    held_rows,
    list_runs,
    preview_take_back,
    show_run,
    take_back,
    write_held,
)
from whitestone.programme.opening import Programme, init_programme

HEAD = ["ID", "kind", "status", "found", "note"]
MAPPING = """
[dataset]
name = "hazards"
edition = "snapshot"
coverage = "district A"
[[record]]
kind = "hazard"
[record.fields]
local_id = "ID"
classification = "kind"
status = { column = "status", unknown = "hold" }
discovered_on = "found"
"""
PEOPLE = """
[dataset]
name = "people"
edition = "increment"
[[record]]
kind = "casualty"
[record.fields]
outcome = { column = "outcome", unknown = "hold" }
occurred_on = { columns = ["year", "month"] }
"""


@pytest.fixture
def programme(target: str) -> Iterator[Programme]:
    """Open a new programme, on each engine in turn."""
    with init_programme(target, name="Test") as made:
        yield made


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Programme]:
    """Open a new programme in a folder."""
    with init_programme(str(tmp_path / "laptop"), name="Test") as made:
        yield made


def write(path: Path, rows: list[list[str]], head: list[str] | None = None) -> Path:
    """Write a CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head or HEAD, *rows])
    return path


def bring(programme: Programme, path: Path, text: str = MAPPING, **more: int) -> Report:
    """Import a file and check that its counts close."""
    report = import_file(programme, path, parse_mapping(text), **more)
    assert report.accepted + report.accepted_with_findings + report.held == report.input
    assert report.new + report.changed + report.unchanged == report.accepted + report.accepted_with_findings
    return report


def hazards(programme: Programme) -> dict[str, dict]:
    """Read the hazards by their ids."""
    return {state.body["local_id"]: state.body for state in programme.journal.states("hazard")}


A = ["A1", "SHA", "open", "2014-05", "by the road"]
B = ["B1", "CHA", "open", "2015", ""]


def test_the_same_file_again_says_nothing_new(programme: Programme, tmp_path: Path) -> None:
    """New, then unchanged; one revision for each record however often it comes."""
    path = write(tmp_path / "one.csv", [A, B])
    first = bring(programme, path)
    assert (first.new, first.records, first.unmapped_columns) == (2, {"hazard": 2}, ["note"])
    head = [revision.revision_id for revision in programme.journal.revisions(kind="hazard")]
    again = bring(programme, path)
    assert (again.new, again.changed, again.unchanged, again.gone) == (0, 0, 2, 0)
    assert [revision.revision_id for revision in programme.journal.revisions(kind="hazard")] == head


def test_an_edition_changes_what_differs_and_names_what_is_gone(programme: Programme, tmp_path: Path) -> None:
    """A change states only what differs; gone is a finding, never a deletion."""
    bring(programme, write(tmp_path / "one.csv", [A, B]))
    changed = bring(programme, write(tmp_path / "two.csv", [["A1", "SHA", "closed", "2014-05", "by the road"]]))
    assert (changed.new, changed.changed, changed.unchanged, changed.gone) == (0, 1, 0, 1)
    assert set(hazards(programme)) == {"A1", "B1"}
    assert hazards(programme)["A1"]["status"] == "closed"
    last = list(programme.journal.revisions(kind="hazard"))[-1]
    assert last.body == {"status": "closed"}
    assert len(last.parents) == 1
    assert [found.code for found in changed.findings] == ["gone"]
    back = bring(programme, write(tmp_path / "three.csv", [A, B]))
    assert (back.changed, back.unchanged, back.gone) == (1, 1, 0)


def test_an_increment_makes_nothing_gone(laptop: Programme, tmp_path: Path) -> None:
    """Only a snapshot is the whole truth of its source."""
    text = MAPPING.replace("snapshot", "increment")
    bring(laptop, write(tmp_path / "one.csv", [A, B]), text)
    assert bring(laptop, write(tmp_path / "two.csv", [A]), text).gone == 0


def test_an_attribute_that_is_said_no_longer_becomes_unknown(laptop: Programme, tmp_path: Path) -> None:
    """An emptied cell is a statement: unknown, not the old value."""
    bring(laptop, write(tmp_path / "one.csv", [A]))
    bring(laptop, write(tmp_path / "two.csv", [["A1", "", "open", "2014-05", ""]]))
    assert hazards(laptop)["A1"].get("classification") is None
    assert list(laptop.journal.revisions(kind="hazard"))[-1].body == {"classification": None}


def test_a_date_that_moves_is_a_correction(laptop: Programme, tmp_path: Path) -> None:
    """The event was not on two days: the old statement no longer counts on any day."""
    bring(laptop, write(tmp_path / "one.csv", [A]))
    bring(laptop, write(tmp_path / "two.csv", [["A1", "SHA", "open", "2012", "by the road"]]))
    dated = [state.true_from for state in laptop.journal.dated_states("hazard")]
    assert [day.isoformat() for day in dated if day] == ["2012-12-31"]


def test_where_both_moved_it_is_a_conflict_and_where_one_moved_it_is_not(programme: Programme, tmp_path: Path) -> None:
    """An edition is compared with what its dataset said last, not with the current state."""
    bring(programme, write(tmp_path / "one.csv", [A, B]))
    for state in list(programme.journal.states("hazard")):
        body = {"classification": "cha" if state.body["local_id"] == "A1" else "eod_spot"}
        programme.journal.append(Act(author="anna"), [
            Draft(kind="hazard", record_id=state.record_id, body=body, parents=state.revisions, information_date="2016")
        ])  # fmt: skip
    second = bring(programme, write(tmp_path / "two.csv", [["A1", "indication", "open", "2014-05", "by the road"],
                                                          ["B1", "CHA", "closed", "2015", ""]]))
    assert (second.changed, second.conflicts) == (2, 1)
    assert hazards(programme)["B1"]["classification"] == "eod_spot"
    assert hazards(programme)["B1"]["status"] == "closed"


def test_rows_without_an_id_are_a_multiset_and_no_person_is_lost(programme: Programme, tmp_path: Path) -> None:
    """Identical rows are different people; a changed row shows as new."""
    head, row = ["outcome", "year", "month"], ["killed", "2014", "5"]
    first = bring(programme, write(tmp_path / "one.csv", [row, row, ["injured", "2014", ""]], head), PEOPLE)
    assert (first.new, first.records) == (3, {"casualty": 3})
    second = bring(programme, write(tmp_path / "two.csv", [row, row, row], head), PEOPLE)
    assert (second.new, second.unchanged) == (1, 2)
    assert programme.journal.count("casualty") == {"casualty": 4}


def test_a_new_version_of_the_mapping_makes_revisions_of_the_same_records(programme: Programme, tmp_path: Path) -> None:
    """Rows keep their records when they are read anew."""
    head, rows = ["outcome", "year", "month", "who"], [["killed", "2014", "5", "male"], ["killed", "2014", "5", "male"]]
    path = write(tmp_path / "one.csv", rows, head)
    bring(programme, path, PEOPLE)
    better = bring(programme, path, PEOPLE + 'sex = "who"\n')
    assert (better.new, better.changed) == (0, 2)
    states = list(programme.journal.states("casualty"))
    assert [state.body["sex"] for state in states] == ["male", "male"]
    assert [state.extra.get("who") for state in states] == [None, None]


def test_held_rows_are_written_out_corrected_and_brought_in_again(programme: Programme, tmp_path: Path) -> None:
    """A corrected row keeps the digest of the row it corrects: the old file brings nothing back."""
    path = write(tmp_path / "one.csv", [A, ["B1", "CHA", "haunted", "2015", "=1+1"]])
    first = bring(programme, path)
    assert (first.held, first.new) == (1, 1)
    assert held_rows(programme)[0]["reasons"][0]["code"] == "code-not-understood"
    out = tmp_path / "held.csv"
    assert write_held(programme, first.run, out) == 1
    text = out.read_text(encoding="utf-8-sig")
    assert "'=1+1" in text, "an exported cell never starts a formula"
    out.write_text(text.replace("haunted", "open"), encoding="utf-8")
    second = bring(programme, out)
    assert (second.new, second.held, second.gone) == (1, 0, 0)
    assert held_rows(programme) == []
    state = next(each for each in programme.journal.states("hazard") if each.body["local_id"] == "B1")
    assert state.extra == {"note": "=1+1"}
    again = bring(programme, path)
    assert (again.held, again.unchanged, again.gone) == (0, 2, 0)
    assert "corrected-before" in again.findings_by_code


def test_ids_that_stand_twice_are_never_merged_silently(programme: Programme, tmp_path: Path) -> None:
    """Word for word the same row is accepted with a finding; other content is held."""
    rows = [A, A, ["A1", "CHA", "open", "2014-05", "elsewhere"], B]
    report = bring(programme, write(tmp_path / "one.csv", rows))
    assert (report.new, report.unchanged, report.held) == (2, 1, 1)
    assert report.findings_by_code["id-duplicated"] == 2
    chunked = bring(programme, write(tmp_path / "two.csv", [["C1", *A[1:]], B, B, ["C1", *B[1:]]]), chunk_rows=1)
    assert (chunked.new, chunked.unchanged, chunked.held) == (1, 2, 1)


def test_a_file_of_unknown_kind_is_held_whole_and_comes_in_later(laptop: Programme, tmp_path: Path) -> None:
    """It still gets a mapping and a report, and the rows wait."""
    path = write(tmp_path / "one.csv", [A, B])
    unknown = '[dataset]\nname = "hazards"\nedition = "increment"\n[[record]]\nkind = "unknown"\n'
    report = bring(laptop, path, unknown)
    assert (report.held, report.findings_by_code) == (2, {"kind-unknown": 2})
    assert bring(laptop, path).new == 2
    assert held_rows(laptop) == []


def test_a_run_is_taken_back_as_one_act_and_brought_back(programme: Programme, tmp_path: Path) -> None:
    """Nothing is deleted: decisions withdraw the run's revisions, and other decisions let them count again."""
    path = write(tmp_path / "one.csv", [A, B])
    first = bring(programme, path)
    second = bring(programme, write(tmp_path / "two.csv", [["A1", "CHA", "open", "2014-05", "by the road"], B]))
    preview = preview_take_back(programme, second.run)
    assert (preview.revisions, preview.records, preview.leave) == (1, {"hazard": 1}, 0)
    take_back(programme, second.run, reason="wrong file")
    assert hazards(programme)["A1"]["classification"] == "sha"
    with pytest.raises(WrongCall):
        take_back(programme, second.run)
    take_back(programme, second.run, undo=True)
    assert hazards(programme)["A1"]["classification"] == "cha"
    assert preview_take_back(programme, first.run).leave == 1
    take_back(programme, first.run)
    take_back(programme, second.run)
    assert hazards(programme) == {}
    assert {run["state"] for run in list_runs(programme)} == {"taken_back"}
    fresh = bring(programme, path)
    assert fresh.new == 2
    assert len(list(programme.journal.states("hazard"))) == 2


def test_links_find_records_by_id_and_places_by_name_and_never_guess(laptop: Programme, tmp_path: Path) -> None:
    """An ambiguous name is a finding with its candidates."""
    places = """
    [dataset]
    name = "places"
    edition = "increment"
    [[record]]
    kind = "place"
    [record.fields]
    local_id = "code"
    pcode = "code"
    name = "name"
    parent_pcode = "parent"
    """
    rows = [["P1", "North", ""], ["P2", "South", ""], ["P11", "San Carlos", "P1"], ["P21", "San Carlos", "P2"]]
    bring(laptop, write(tmp_path / "places.csv", rows, ["code", "name", "parent"]), places)
    bring(laptop, write(tmp_path / "hazards.csv", [A]))
    finds = """
    [dataset]
    name = "finds"
    edition = "increment"
    [[record]]
    kind = "item"
    [record.fields]
    model = "model"
    [[record.links]]
    attribute = "place_id"
    place = { name = "town", within = "region" }
    [[record.links]]
    attribute = "hazard_ids"
    dataset = "hazards"
    column = "hazard"
    split = ";"
    """
    rows = [["PMN", "SAN CARLOS", "north", "A1"], ["PMN", "San Carlos", "", "A1; Z9"], ["PMN", "Nowhere", "", ""]]
    report = bring(laptop, write(tmp_path / "finds.csv", rows, ["model", "town", "region", "hazard"]), finds)
    assert report.findings_by_code == {"place-ambiguous": 1, "place-unknown": 1, "link-broken": 1}
    known = {state.body.get("pcode"): str(state.record_id) for state in laptop.journal.states("place")}
    hazard = next(str(state.record_id) for state in laptop.journal.states("hazard"))
    linked = sorted((state.body.get("place_id", ""), tuple(state.body.get("hazard_ids", ())))
                    for state in laptop.journal.states("item"))  # fmt: skip
    assert linked == sorted([("", ()), ("", (hazard,)), (known["P11"], (hazard,))])


def test_personal_rows_are_sealed_wherever_they_lie(laptop: Programme, tmp_path: Path) -> None:
    """Not in the database, not in the attachments, not in the held rows."""
    text = PEOPLE.replace("[[record]]", 'personal_note = 1\n[[record]]').replace("personal_note = 1\n", "")
    text += 'person_name = "name"\n'
    secret = "Zaphira Example"
    rows = [["killed", "2014", "5", secret], ["vanished", "2014", "5", secret]]
    report = bring(laptop, write(tmp_path / "one.csv", rows, ["outcome", "year", "month", "name"]), text)
    assert (report.new, report.held) == (1, 1)
    assert held_rows(laptop)[0]["cells"] is None
    folder = laptop.journal.folder
    laptop.journal.close()
    for path in folder.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path.name


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(6)), size=st.integers(1, 7))
def test_the_order_of_rows_and_the_size_of_chunks_do_not_matter(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], size: int
) -> None:
    """The same rows make the same records."""
    rows = [A, B, ["C1", "sha", "open", "", ""], ["D1", "zzz", "open", "2015-01-02", "x"], ["", "sha", "open", "", ""],
            ["E1", "sha", "lost", "", ""]]
    folder = tmp_path_factory.mktemp("order")
    with init_programme(str(folder / "p"), name="Test") as programme:
        report = bring(programme, write(folder / "one.csv", [rows[at] for at in order]), chunk_rows=size)
        assert (report.input, report.new, report.held) == (6, 4, 2)
        assert hazards(programme)["A1"] == {"local_id": "A1", "classification": "sha", "status": "open",
                                            "discovered_on": "2014-05"}


def test_a_mapping_that_names_other_columns_is_refused_with_all_of_them(laptop: Programme, tmp_path: Path) -> None:
    """Before anything is written."""
    with pytest.raises(MappingInvalid) as told:
        bring(laptop, write(tmp_path / "one.csv", [["1"]], ["other"]))
    assert all(name in str(told.value) for name in ("'ID'", "'kind'", "'status'", "'found'", "'other'"))
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(UnreadableFile):
        bring(laptop, tmp_path / "empty.csv")
    assert laptop.journal.count("hazard") == {}
    header_only = bring(laptop, write(tmp_path / "header.csv", []))
    assert header_only.input == 0


def people_file(folder: Path, count: int) -> Path:
    """Write a table of people without ids, some rows alike."""
    rows = [[random.Random(at).choice(["killed", "injured"]), str(2000 + at % 20), str(at % 13)] for at in range(count)]
    return write(folder / "people.csv", rows, ["outcome", "year", "month"])


SCRIPT = """
import sys
from whitestone.programme.importing import import_file
from whitestone.programme.opening import open_programme
with open_programme(sys.argv[1]) as programme:
    report = import_file(programme, sys.argv[2], sys.argv[3], chunk_rows=500)
    print(report.run, report.new, report.unchanged)
"""


@pytest.mark.parametrize("seed", [1, 2, 3, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(4, 60))])
def test_a_killed_import_loses_nothing_acknowledged_and_goes_on(tmp_path: Path, seed: int) -> None:
    """SIGKILL at a random moment; the next call ends with every row once."""
    target = tmp_path / "p"
    init_programme(str(target), name="Test").close()
    path, mapping = people_file(tmp_path, 20_000), tmp_path / "m.toml"
    mapping.write_text(PEOPLE)
    command = [sys.executable, "-c", SCRIPT, str(target), str(path), str(mapping)]
    process = subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL)
    wait_for_rows(target, process)
    time.sleep(random.Random(seed).random() * 0.3)
    process.send_signal(signal.SIGKILL)
    process.wait()
    ended = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=True)
    run, new, unchanged = ended.stdout.split()
    assert int(new) + int(unchanged) == 20_000
    from whitestone.programme.opening import open_programme

    with open_programme(str(target)) as programme:
        assert programme.journal.count("casualty") == {"casualty": 20_000}
        assert programme.journal.verify().ok
        first = next(iter(programme.journal.states("run"))).record_id
        assert sum(programme.journal.runs.pieces(first).values()) == 20_000
        assert show_run(programme, run)["state"] == "finished"


def wait_for_rows(target: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until the first chunk is acknowledged."""
    from whitestone.journal import open_journal

    for _ in range(400):
        if process.poll() is not None:
            return
        with open_journal(target, readonly=True) as journal:
            if journal.count("casualty"):
                return
        time.sleep(0.02)


def test_two_imports_at_once_take_turns(target: str, tmp_path: Path) -> None:
    """The same file twice at once is one run; two editions of one dataset share their ids."""
    init_programme(target, name="Test").close()
    same = write(tmp_path / "same.csv", [[f"S{at}", "sha", "open", "2014", ""] for at in range(300)])
    other = write(tmp_path / "other.csv", [[f"S{at}", "cha", "open", "2014", ""] for at in range(150, 450)])
    text = MAPPING.replace("snapshot", "increment")
    failures: list[BaseException] = []

    def work(path: Path) -> None:
        from whitestone.programme.opening import open_programme

        try:
            with open_programme(target) as programme:
                bring(programme, path, text, chunk_rows=40)
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(path,)) for path in (same, same, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    from whitestone.programme.opening import open_programme

    with open_programme(target) as programme:
        assert len(list(programme.journal.states("hazard"))) == 450
        assert set(hazards(programme)) == {f"S{at}" for at in range(450)}
        assert programme.journal.verify().ok


def test_the_command_line_answers_with_the_counts(tmp_path: Path) -> None:
    """`import --json` prints one object; `runs` lists and takes back."""
    target = str(tmp_path / "p")
    init_programme(target, name="Test").close()
    path, mapping = write(tmp_path / "one.csv", [A, ["B1", "CHA", "haunted", "2015", ""]]), tmp_path / "m.toml"
    mapping.write_text(MAPPING)

    def call(*words: str) -> dict:
        ran = run_whitestone("-C", target, *words, "--json")
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    report = call("import", str(path), "--mapping", str(mapping))
    assert [report[name] for name in ("input", "accepted", "accepted_with_findings", "held", "new", "changed",
                                      "unchanged", "gone", "conflicts", "records", "unmapped_columns")] == [
        2, 1, 0, 1, 1, 0, 0, 0, 0, {"hazard": 1}, ["note"]]
    assert set(report["findings"][0]) == {"row", "column", "value", "code", "message"}
    assert call("runs", "list")["runs"][0]["run"] == report["run"]
    assert call("runs", "held", report["run"][:8])["held"][0]["row"] == 2
    assert call("runs", "take-back", report["run"])["revisions"] == 1
    assert call("runs", "take-back", report["run"], "--yes")["state"] == "taken_back"
    draft = call("import", str(path), "--suggest", "--out", str(tmp_path / "draft.toml"))
    assert draft["kinds"] == ["hazard"]
