"""Does a sheet that is laid out say by which operation, how it closes, and keep the adjusted version apart?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from whitestone.errors import InvalidValue
from whitestone.programme.minefield_walks import AS_WRITTEN, lay_out_file


def leg(start: str, end: str, bearing: float, distance: float, north: str = "true") -> dict[str, Any]:
    """Make one leg in degrees and metres."""
    return {"from": start, "to": end, "bearing": bearing, "unit": "degrees", "north": north, "distance": distance}


SQUARE = [leg("R1", "A", 0, 100), leg("A", "B", 90, 200), leg("B", "C", 180, 100)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Write three sheets: the fixture of domain.md 4.5, one that misses its start, one without a place."""
    wgs = {"crs": {"epsg": 4326}, "reference_points": [{"no": "R1", "x": 46.93, "y": 39.99}]}
    start = [{"no": "R1", "x": 8664842, "y": 4430282}]
    grid = {"crs": {"epsg": 28408, "operation": 1808}, "reference_points": start}
    back = [*SQUARE, leg("C", "R1", 270, 206)]
    sheets = [{"id": "open", "legs": SQUARE, **wgs}, {"id": "closed", "legs": back, **grid},
              {"id": "nowhere", "legs": SQUARE}]  # fmt: skip
    held = tmp_path / "sheets.json"
    held.write_text(json.dumps({"records": sheets}))
    return held


def test_the_fixture_lies_where_it_was_computed_and_nothing_is_adjusted(path: Path) -> None:
    (walk,) = lay_out_file(path, record="open")["records"]
    (only,) = walk["versions"]
    assert only["label"] == AS_WRITTEN
    assert [each["lat"] for each in only["stations"]] == [39.99, 39.99090062, 39.9909006, 39.98999998]
    assert walk["misclosure_m"] is None


def test_what_closes_tells_its_misclosure_and_has_an_adjusted_version_with_its_label(path: Path) -> None:
    (walk,) = lay_out_file(path, record="closed")["records"]
    assert walk["reference_points"][0]["operation"]["code"] == 1808
    assert walk["reference_points"][0]["operation"]["accuracy_m"] is not None
    assert walk["misclosure_m"] == pytest.approx(6.0, abs=0.05)
    assert walk["misclosure_one_in"] == pytest.approx(101, abs=1)
    written, adjusted = walk["versions"]
    assert written["label"] == AS_WRITTEN
    assert "not as written" in adjusted["label"]
    assert adjusted["stations"][0]["moved_m"] == 0.0
    assert adjusted["stations"][3]["moved_m"] == pytest.approx(6.0 * 400 / 606, abs=0.1)


def test_a_sheet_without_a_place_keeps_its_shape_and_is_not_drawn(path: Path, tmp_path: Path) -> None:
    (walk,) = lay_out_file(path, record="nowhere", out=tmp_path / "stations.geojson")["records"]
    assert [each["lon"] for each in walk["versions"][0]["stations"]] == [None] * 4
    assert json.loads((tmp_path / "stations.geojson").read_text())["features"] == []
    with pytest.raises(InvalidValue, match="Q-1"):
        lay_out_file(path, record="Q-1")
