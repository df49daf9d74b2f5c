"""Do the commands for simulated batches and field sheets keep their contract: one object, exit codes, a next step?"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import shapely

from own_process import run_whitestone
from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.programme.opening import init_programme


def call(target: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run_whitestone("-C", target, "--who", "anna", *words)


def test_a_simulated_batch_needs_no_programme_and_comes_in_two_files(tmp_path: Path) -> None:
    """The counts of the answer are those of the file; a regime that is none exits 2 with the next step."""
    words = ("records", "simulate", "--seed", "3", "--regime", "chaotic", "--fields", "8", "--out", str(tmp_path / "w"))
    done = call(tmp_path, *words, "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    batch = json.loads(Path(said["batch"]).read_text(encoding="utf-8"))
    assert {key: said[key] for key in batch} == {key: len(rows) for key, rows in batch.items()}
    assert json.loads(Path(said["truth"]).read_text(encoding="utf-8"))["simulated"] is True
    wrong = call(tmp_path, "records", "simulate", "--regime", "tidy", "--out", str(tmp_path / "x"))
    assert wrong.returncode == 2
    assert "Next:" in wrong.stderr
    assert not (tmp_path / "x").exists()


def test_a_field_sheet_says_one_object_and_a_refusal_the_next_step(tmp_path: Path) -> None:
    """With its hazard it leaves; with a hazard that is not there it exits 2 and nothing is written."""
    ring = shapely.Point(46.93, 39.99).buffer(0.003)
    target = tmp_path / "p"
    with init_programme(str(target), name="Sheets", who="anna") as programme:
        programme.journal.append(Act(author="anna"), [Draft(kind="hazard", record_id=new_id(), body={"local_id": "H-1"},
                                                            geometry=shapely.to_wkb(ring))])  # fmt: skip
    placed = tmp_path / "assessed.json"
    outline = shapely.geometry.mapping(shapely.Point(46.93, 39.99).buffer(0.001))
    placed.write_text(json.dumps({"records_detail": [{"id": "A-1", "outlines": {"99": outline}}]}), encoding="utf-8")
    words = ["records", "field-sheet", str(placed), "--record", "A-1", "--by", "Team 3", "--from", "2026-12-01",
             "--until", "2026-12-31", "--purpose", "task T-12"]  # fmt: skip
    done = call(target, *words, "--hazard", "H-1", "--out", str(tmp_path / "out"), "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert sorted(said["files"]) == ["field_sheet.gpx", "field_sheet.pdf"]
    assert said["caveat"].startswith("RESTRICTED")
    refused = call(target, *words, "--hazard", "H-9", "--out", str(tmp_path / "none"))
    assert refused.returncode == 2
    assert "Next:" in refused.stderr
    assert not (tmp_path / "none").exists()
