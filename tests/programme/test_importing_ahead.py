"""Is a large file, understood in a second process, row for row the import that one process makes?"""

from __future__ import annotations

import csv
import sys
import uuid
from pathlib import Path

import pytest

from whitestone.domain.revision import Act, Draft
from whitestone.errors import MappingInvalid
from whitestone.exchange.mapping.text import parse_mapping
from whitestone.programme import importing_ahead
from whitestone.programme.importing import import_file
from whitestone.programme.opening import init_programme

MAPPING = """
[dataset]
name = "people"
edition = "snapshot"
coverage = "all"
[position]
x = "x"
y = "y"
crs = "EPSG:4326"
[[record]]
kind = "casualty"
[record.fields]
outcome = { column = "outcome", unknown = "hold" }
occurred_on = { columns = ["year", "month"] }
sex = "sex"
ethnicity = { column = "people", optional = true }
[[record.links]]
attribute = "place_id"
place = { pcode = "code" }
unknown = "finding"
"""
HEAD = ["outcome", "year", "month", "sex", "people", "x", "y", "code", "note"]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of 900 rows with rows to hold, findings, short rows, odd bytes, and equal rows."""
    path = tmp_path_factory.mktemp("ahead") / "people.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        for at in range(900):
            outcome = "lost?" if at % 97 == 5 else ("injured", "killed")[at % 2]
            row = [outcome, 2000 + at % 20, at % 13, "male", "A" if at % 3 else "", f"{at / 100:.3f}", "4.5",
                   f"P{at % 5}", "" if at % 4 else f"“{at}”"]
            writer.writerow(row[:7] if at % 211 == 7 else row)
            if at % 50 == 0:
                writer.writerow(row)
    return path


def brought_in(folder: Path, table: Path, mapping: str = MAPPING) -> tuple[list[object], object]:
    """Import in chunks of 100; give all that was written apart from ids and instants, and the report's counts."""
    with init_programme(str(folder), name="Test") as programme:
        places = [Draft(kind="place", record_id=uuid.UUID(int=at + 1),
                        body={"name": f"Place {at}", "pcode": f"P{at}"}) for at in range(4)]
        programme.journal.append(Act(author="anna"), places)
        report = import_file(programme, table, parse_mapping(mapping), chunk_rows=100)
        run = uuid.UUID(report.run)
        said = [(each.body, each.extra, each.geometry, each.as_entered, sorted(each.sealed), each.information_date)
                for each in programme.journal.revisions(kind="casualty")]
        rows = [(piece.first_row, piece.count, piece.outcomes, piece.changes, piece.findings)
                for piece in programme.journal.runs.batches(run)]
        held = [(row.row, row.reasons) for row in programme.journal.runs.held(run)]
        assert programme.journal.verify().ok
        programme.journal.seals.unlock()
        again = import_file(programme, table, parse_mapping(mapping), chunk_rows=100)
        assert (again.new, again.changed, again.gone) == (0, 0, 0)
        return [said, rows, held], report.counts()


def counted_workers(monkeypatch: pytest.MonkeyPatch, lost_after: int | None = None) -> list[int]:
    """Take every file for a large one; count the pieces that the second process hands over."""
    handed: list[int] = []
    load = importing_ahead.pickle.load

    def counting(stream: object) -> object:
        if lost_after is not None and len(handed) == lost_after:
            raise EOFError
        told = load(stream)
        handed.append(1)
        return told

    monkeypatch.setattr(importing_ahead, "LARGE_BYTES", 0)
    monkeypatch.setattr(importing_ahead.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(importing_ahead.pickle, "load", counting)
    return handed


@pytest.fixture(scope="module")
def alone(table: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[object], object]:
    """What one process makes of the table."""
    return brought_in(tmp_path_factory.mktemp("alone") / "p", table)


def test_two_processes_write_what_one_writes(table, alone, tmp_path, monkeypatch):
    handed = counted_workers(monkeypatch)
    assert brought_in(tmp_path / "p", table) == alone
    assert len(handed) >= 20, "ten chunks and the end, twice"


@pytest.mark.parametrize("lost_after", [0, 1, 4])
def test_a_second_process_that_dies_changes_nothing(table, alone, tmp_path, monkeypatch, lost_after):
    counted_workers(monkeypatch, lost_after)
    assert brought_in(tmp_path / "p", table) == alone


def test_without_a_second_process_the_work_is_done_here(table, alone, tmp_path, monkeypatch):
    counted_workers(monkeypatch)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no such program"))
    assert brought_in(tmp_path / "p", table) == alone


def test_a_mapping_that_does_not_fit_is_refused_before_anything_is_written(table, tmp_path, monkeypatch):
    counted_workers(monkeypatch)
    with pytest.raises(MappingInvalid):
        brought_in(tmp_path / "p", table, MAPPING.replace('sex = "sex"', 'sex = "gender"'))
