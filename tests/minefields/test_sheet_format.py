"""Is the published schema that of the code, and does it hold for what the program itself reads and writes?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from whitestone.minefields.sheet_format import OBJECTS, sheet_schema
from whitestone.minefields.sheet_words import DISTANCES, METHODS, NORTHS, UNITS
from whitestone.minefields.sheets import read_sheets

PUBLISHED = Path(__file__).resolve().parents[2] / "docs" / "reference" / "minefield_sheet.schema.json"
CHECK = jsonschema.Draft202012Validator(sheet_schema())
EXAMPLE: dict[str, Any] = {
    "records": [
        {
            "id": "A-17",
            "batch": "2021-06-12",
            "standard": "soviet_formulyar",
            "laid_from": "1993-05",
            "crs": {"epsg": 28408, "operation": None, "basis": "stated"},
            "scale_direction": "anticlockwise",
            "pace_m": 0.7,
            "reference_points": [
                {
                    "no": "R1",
                    "x": "86?4842",
                    "y": 4430282,
                    "accuracy_m": None,
                    "resolved": {"lon": 46.93, "lat": 39.99, "accuracy_m": 5},
                }
            ],
            "legs": [
                {
                    "from": "R1",
                    "to": "T1",
                    "bearing": "12-45",
                    "unit": "mil6000",
                    "north": "unknown",
                    "distance": "4?7",
                    "distance_unit": "pace",
                    "method": "pace",
                }
            ],
            "perimeter": ["T1", "T2", "T3"],
            "rows": [{"no": 1, "from": "T1", "to": "T2", "count": {"PMN-2": "4?"}}],
            "lanes": [{"no": 1, "from": "T1", "to": "T3", "width_m": 4}],
            "items": [{"type": "PMN-2", "at": "T1", "count": 1}],
            "events": [{"kind": "partly_lifted", "on": "1995", "quantity": {"PMN-2": 5}}],
            "transfer": {"from_party": "party A", "to_party": "party B", "claim": "complete", "claimed_by": "party A"},
            "verifications": [{"result": "partial", "offset_m": 30, "found": {"PMN-2": 3}}],
            "quantities": {"PMN-2": 40},
        }
    ],
    "finds": [{"id": "F-1", "lon": 46.93, "lat": 39.99, "type": None}],
    "searched": [{"id": "S-1", "p_detect": 0.99, "geometry": {"type": "MultiPolygon", "coordinates": []}}],
}


@pytest.mark.parametrize("name", ["sheet", "found", "searched"])
def test_the_example_of_the_guide_is_what_a_careful_writer_writes(name: str) -> None:
    CHECK.validate(json.loads((PUBLISHED.parents[1] / "examples" / "a17" / f"{name}.json").read_text("utf-8")))


def test_the_published_schema_is_that_of_the_code() -> None:
    assert json.loads(PUBLISHED.read_text("utf-8")) == sheet_schema()


def test_the_schema_is_a_schema_and_holds_for_an_example_with_every_list() -> None:
    jsonschema.Draft202012Validator.check_schema(sheet_schema())
    assert list(CHECK.iter_errors(EXAMPLE)) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("records", 0, "legs", 0, "unit"), "furlong"),
        (("records", 0, "laid_from"), "May 1993"),
        (("finds", 0, "lon"), [1]),
        (("records", 0, "legs", 0), {"to": "T1"}),
        (("searched", 0, "geometry", "type"), "Point"),
    ],
)
def test_what_a_careful_writer_does_not_write_breaks_the_schema(place: tuple[Any, ...], value: Any) -> None:
    held = json.loads(json.dumps(EXAMPLE))
    here = held
    for step in place[:-1]:
        here = here[step]
    here[place[-1]] = value
    assert list(CHECK.iter_errors(held))


def test_what_holds_by_the_schema_is_read_without_a_word_that_is_not_understood() -> None:
    batch = read_sheets(EXAMPLE)
    assert {each.code for each in batch.findings} <= {"digits-unreadable", "ground-missing"}
    sheet = batch.records[0]
    assert (sheet.clockwise, sheet.pace_m, sheet.lanes[0].width_m) == (False, 0.7, 4.0)
    assert (sheet.transfer.claimed_by, sheet.verifications[0].offset_m) == ("party A", 30.0)
    assert sheet.events[0].quantity["PMN-2"].value == 5.0


def test_every_word_of_a_drop_down_is_understood_by_the_reader() -> None:
    meanings = {"unit": UNITS, "north": NORTHS, "distance_unit": DISTANCES, "method": METHODS}
    for field in OBJECTS["legs"]:
        if field.name in meanings:
            assert [meanings[field.name]["".join(filter(str.isalnum, word))] for word in field.choices] == list(
                field.choices
            )
