"""Do the commands for minefield records say what is wrong and where, and keep to the contract of the command line?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from whitestone.cli import app, collect
from whitestone.errors import Problem
from whitestone.programme import minefield_assessing

GOOD = {
    "records": [
        {
            "id": "A-1",
            "crs": {"epsg": 4326},
            "reference_points": [{"no": "R1", "x": 46.93, "y": 39.99}],
            "recorded_on": "1993",
            "perimeter": ["R1", "A", "B"],
            "legs": [
                {"from": a, "to": b, "bearing": bearing, "unit": "degrees", "north": "true", "distance": 100}
                for a, b, bearing in (("R1", "A", 0), ("A", "B", 120), ("B", "R1", 240))
            ],
        }
    ]
}


def call(*words: str, code: int = 0) -> str:
    """Call the command line as a person does."""
    collect()
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, result.output
    return result.stdout


def written(tmp_path: Path, held: Any) -> str:
    """Write a file as somebody sends it."""
    path = tmp_path / "batch.json"
    path.write_text(json.dumps(held))
    return str(path)


def test_a_good_file_has_no_finding_and_ends_with_0(tmp_path: Path) -> None:
    text = call("records", "check", written(tmp_path, GOOD))
    assert "No finding." in text
    assert "no record is not safe" in text


def test_what_is_wrong_is_told_with_its_place_and_ends_with_1(tmp_path: Path) -> None:
    bad = json.loads(json.dumps(GOOD))
    bad["records"][0]["legs"][1] |= {"bearing": "63-20", "unit": "mil6000"}
    path = written(tmp_path, bad)
    assert "records[0].legs[1].bearing [sheet A-1]" in call("records", "check", path, code=1)
    answer = json.loads(call("records", "check", path, "--json", code=1))
    assert "bearing-over-turn" in [each["code"] for each in answer["findings"]]


def test_a_template_is_filled_checked_and_entered(tmp_path: Path) -> None:
    """The way of a person with one paper record."""
    out = tmp_path / "records.xlsx"
    call("records", "template", str(out))
    with pytest.raises(Problem, match="there already"):
        CliRunner().invoke(app, ["records", "template", str(out)], catch_exceptions=False)
    book = openpyxl.load_workbook(out)
    for sheet, values in (
        ("Records", {"id": "A-1", "recorded_on": "1993", "epsg": 4326}),
        ("Reference points", {"record": "A-1", "no": "R1", "x": 46.93, "y": 39.99}),
    ):
        heads = [cell.value for cell in book[sheet][1]]
        for head, value in values.items():
            head = f"crs_{head}" if sheet == "Records" and head == "epsg" else head
            book[sheet].cell(2, heads.index(head) + 1).value = value
    heads = [cell.value for cell in book["Legs"][1]]
    for row, leg in enumerate(GOOD["records"][0]["legs"], 2):  # type: ignore[arg-type]
        for head, value in {"record": "A-1", **leg}.items():  # type: ignore[dict-item]
            book["Legs"].cell(row, heads.index(head) + 1).value = value
    book.save(out)
    assert "No finding." in call("records", "check", str(out))
    programme = str(tmp_path / "programme")
    call("-C", programme, "init", "--name", "Test")
    entered = json.loads(call("-C", programme, "records", "enter", str(out), "--json"))
    assert entered["records"]["new"] == 1
    shown = call("-C", programme, "records", "list", "--kind", "minefield_record")
    assert "A-1" in shown
    call(
        "-C",
        programme,
        "records",
        "landmark",
        "A-1",
        "R1",
        "--lon",
        "46.931",
        "--lat",
        "39.99",
        "--accuracy",
        "4",
        "--method",
        "satellite image",
        "--reason",
        "pier seen",
    )


def test_a_scan_and_its_control_points(tmp_path: Path) -> None:
    programme = str(tmp_path / "programme")
    call("-C", programme, "init", "--name", "Test")
    call("-C", programme, "records", "enter", written(tmp_path, GOOD))
    (tmp_path / "sheet.png").write_bytes(b"invented")
    sha = json.loads(
        call("-C", programme, "records", "scan", "A-1", str(tmp_path / "sheet.png"), "--reason", "paper", "--json")
    )
    points = tmp_path / "points.json"
    points.write_text(
        json.dumps(
            [
                {"x": 0, "y": 0, "lon": 46.93, "lat": 40.0},
                {"x": 900, "y": 0, "lon": 46.94, "lat": 40.0},
                {"x": 0, "y": 1200, "lon": 46.93, "lat": 39.99},
            ]
        )
    )
    text = call("-C", programme, "records", "georeference", "A-1", sha["sha256"], str(points), "--reason", "by hand")
    assert "m a pixel" in text
    assert text.count("point") >= 3


def test_a_file_that_is_no_file_of_records_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("{")
    with pytest.raises(Problem) as caught:
        CliRunner().invoke(app, ["records", "check", str(path)], catch_exceptions=False)
    assert caught.value.code == "unreadable-file"


def test_what_matched_records_teach_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, GOOD)
    answer = minefield_assessing.assess_files([Path(path)], seed=1, sensitivity=False)
    off = {"east_m": {"value": 12.3, "low": 8.0, "high": 16.0}, "north_m": {"value": -4.2, "low": -9.0, "high": 1.0}}
    shift = {"of": "district", "name": "North", "sheets": 9, "matched_records": 7, "clear": True, **off}
    model = {"matched_records": 51, "learned_factors": {"mines_left": {"value": 1.2, "low": 0.9, "high": 1.5}}}
    levels = {"finds": 1_234, "fields": 40, "levels": {"50": 0.44, "90": 0.8, "99": 0.99}}
    quiet = shift | {"name": "South", "clear": False}
    taught = answer | {"error_model": model | {"shared_shifts": [shift, quiet], "outline_levels": levels}}
    monkeypatch.setattr(minefield_assessing, "assess_files", lambda *_, **__: taught)
    text = call("records", "assess", path)
    assert "Learned from 51 matched records, errors against those assumed: mines left x 1.20 (0.90 to 1.50)." in text
    assert ("Sheets of district North are off together: 12 m east (+8 to +16), 4 m south (-9 to +1); "
            "7 of 9 sheets matched.") in text  # fmt: skip
    assert "South" not in text
    assert "As 1,234 finds of 40 fields lie, fields with finds have the 50 % outline at 44 %, the 90 % outline" in text
    taught["error_model"]["shared_shifts"] = [quiet]
    assert "No batch, district or unit lies off as a whole." in call("records", "assess", path)
