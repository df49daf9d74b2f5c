"""Does the guide's example, from an invented sheet to a searched field, run as written and say what the guide says?"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import shapely
from typer.testing import CliRunner

from whitestone.cli import app, collect

DOCS = Path(__file__).parents[2] / "docs"
FILES = DOCS / "examples" / "a17"
STEP = re.compile(r"records place (\w+)\.json --seed 1.{0,160}?([\d,]+) m² hold 50 %, ([\d,]+) m² hold 90 %, "
                  r"([\d,]+) m² hold 99 %", re.S)  # fmt: skip


def call(*words: str) -> str:
    """Call the command line as a person does."""
    collect()
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Place the sheet before any find, with finds, and with searched ground."""
    made = {name: tmp_path_factory.mktemp(name) for name in ("sheet", "found", "searched")}
    for name, folder in made.items():
        call("records", "place", str(FILES / f"{name}.json"), "--seed", "1", "--out", str(folder))
    return made


def row(folder: Path) -> dict[str, Any]:
    """Read what was placed."""
    (held,) = json.loads((folder / "places.json").read_text())["records_detail"]
    return dict(held)


def test_the_guide_prints_what_the_program_says(placed: dict[str, Path]) -> None:
    steps = STEP.findall((DOCS / "guides" / "minefield_records.md").read_text())
    assert [name for name, *_ in steps] == list(placed)
    for name, *areas in steps:
        said = [float(area.replace(",", "")) for area in areas]
        # Another processor may round differently, and then the search goes another way: the same ground, not to a cell.
        assert [row(placed[name])[key] for key in ("p50_m2", "p90_m2", "p99_m2")] == pytest.approx(said, rel=0.2), name


def test_finds_and_ground_searched_in_vain_sharpen_the_outlines(placed: dict[str, Path]) -> None:
    before, found, searched = (row(placed[name]) for name in placed)
    assert before["p90_m2"] > found["p90_m2"] > searched["p90_m2"]
    assert found["finds_explained"] == pytest.approx(12, abs=0.1)


def test_only_ground_that_somebody_searched_counts_as_searched(placed: dict[str, Path]) -> None:
    """A row of finds says that somebody worked there, not how far: nobody may read it as a share that is done."""
    assert row(placed["found"])["searched_share"] == 0.0
    given = json.loads((FILES / "searched.json").read_text())["searched"]
    lane = shapely.union_all([shapely.geometry.shape(each["geometry"]) for each in given])
    held = row(placed["searched"])
    ground = shapely.geometry.shape(held["outlines"]["90"])
    assert held["searched_share"] == pytest.approx(ground.intersection(lane).area / ground.area, abs=0.02)
    assert held["searched_share"] > 0.0


def test_from_the_sheet_to_the_order_of_search_on_the_command_line(placed: dict[str, Path], tmp_path: Path) -> None:
    trial = ("-C", str(tmp_path / "trial"))
    call(*trial, "init", "--name", "Trial", "--set", "simulated=true")
    call(*trial, "records", "enter", str(FILES / "sheet.json"))
    before = str(placed["sheet"] / "places.json")
    call(*trial, "records", "propose", before, "--record", "A-17", "--outline", "99", "--reason", "believed")

    def remaining_m2() -> float:
        return float(json.loads(call(*trial, "ledger", "--json"))["total"]["closing_m2"])

    assert remaining_m2() == 0.0
    call(*trial, "records", "decide", "A-17/99", "approved", "--reason", "accepted")
    assert remaining_m2() == pytest.approx(row(placed["sheet"])["p99_m2"], rel=0.001)
    out = tmp_path / "out"
    call(*trial, "records", "field-sheet", str(placed["searched"] / "places.json"), "--record", "A-17",
         "--hazard", "A-17/99", "--by", "Team 3", "--from", "2022-09-01", "--until", "2022-10-15",
         "--purpose", "search of A-17", "--batch", str(FILES / "searched.json"), "--out", str(out))  # fmt: skip
    assert (out / "field_sheet.pdf").read_bytes()[:5] == b"%PDF-"
    assert "Blank is not clear" in (out / "field_sheet.gpx").read_text()
