"""Do Cambodia's accidents land in Cambodia, with every injured, amputated and killed person counted once?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from real_files import bring, bring_draft, features, geometries, new_programme, shapes_of

from own_process import run_whitestone
from whitestone.programme.opening import Programme


@pytest.fixture(params=["shipped", "drafted"])
def cambodia(request: pytest.FixtureRequest, tmp_path: Path, shared_data: Path) -> Iterator[Programme]:
    """Bring the file in, under the shipped mapping and under the one drafted from it."""
    path = shared_data / "cambodia_casualties/dataset.json"
    with new_programme(tmp_path / "p") as programme:
        drafted = request.param == "drafted"
        report = bring_draft(programme, path, tmp_path) if drafted else bring(programme, path, "cambodia_casualties")
        assert (report.input, report.new, report.held, report.records) == (124, 124, 0, {"accident": 124})
        yield programme


def test_points_land_in_cambodia(cambodia: Programme, shared_data: Path) -> None:
    """By an own transformation of the file's coordinates, and against the outline of another source."""
    path = shared_data / "cambodia_casualties/dataset.json"
    there = pyproj.Transformer.from_crs(32648, 4326, always_xy=True)
    raw = shapely.get_coordinates(shapes_of(features(path)))
    expected = np.column_stack(there.transform(raw[:, 0], raw[:, 1]))
    ours = shapely.get_coordinates(geometries(cambodia, "accident"))
    assert np.abs(np.sort(ours, axis=0) - np.sort(expected, axis=0)).max() < 1e-7
    countries = features(shared_data / "natural_earth/ne_110m_admin_0_countries.json")
    outline = next(shape for each, shape in zip(countries, shapes_of(countries), strict=True)
                   if each["properties"]["ADM0_A3"] == "KHM")  # fmt: skip
    # The outline is drawn at 1:110 million; the farthest accident by the border is 0.2 degrees off it.
    assert shapely.distance(shapely.points(ours), outline).max() < 0.2


def test_people_are_counted_once_and_amputees_are_injured(cambodia: Programme, shared_data: Path) -> None:
    inside = [each["properties"] for each in features(shared_data / "cambodia_casualties/dataset.json")]
    bodies = [state.body for state in cambodia.journal.states("accident")]

    def total(name: str) -> int:
        return sum(int(body[name]) for body in bodies)

    assert total("injured_with_amputation") == sum(each["AMPUTATION"] for each in inside) == 42
    assert total("injured") == sum(each["INJURE"] + each["AMPUTATION"] for each in inside) == 179
    assert total("killed") == sum(each["KILLED"] for each in inside) == 38
    assert total("casualties") == sum(each["VICTIM"] for each in inside) == 217
    assert all(body["injured"] >= body["injured_with_amputation"] for body in bodies)
    assert {body["local_id"] for body in bodies} == {str(int(each["IncidentID"])) for each in inside}
    days = Counter(body["occurred_on"] for body in bodies)
    assert days == Counter(each["Incident_D"].replace("/", "-") for each in inside)


def test_devices_are_named_from_three_columns(tmp_path: Path, shared_data: Path) -> None:
    with new_programme(tmp_path / "p") as programme:
        bring(programme, shared_data / "cambodia_casualties/dataset.json", "cambodia_casualties")
        found = Counter(state.body["device_category"] for state in programme.journal.states("accident"))
    assert found == {"ap_mine": 55, "av_mine": 10, "mortar": 32, "fuze": 17, "submunition": 5, "unknown_eo": 5}


def test_the_command_line_does_the_same(tmp_path: Path, shared_data: Path) -> None:
    """Draft, import, import again, held, check, verify: one object each on standard output, with counts that close."""
    path = str(shared_data / "cambodia_casualties/dataset.json")

    def answer(*words: str) -> dict[str, Any]:
        done = run_whitestone("-C", tmp_path / "p", *words)
        assert (done.returncode, done.stderr) == (0, "")
        value: dict[str, Any] = json.loads(done.stdout)
        return value

    answer("init", "--name", "Cambodia", "--json")
    answer("import", path, "--suggest", "--out", str(tmp_path / "draft.toml"), "--json")
    first = answer("import", path, "--mapping", str(tmp_path / "draft.toml"), "--json")
    assert first["accepted"] + first["accepted_with_findings"] + first["held"] == first["input"] == 124
    assert answer("import", path, "--mapping", str(tmp_path / "draft.toml"), "--json")["new"] == 0
    assert answer("runs", "held", "--json")["held"] == []
    assert answer("check", "--json")["open_errors"] == 0
    assert answer("verify", "--json")["ok"]
