"""Do boundaries, codes and small tables come in as what they are, and is what cannot be understood held and named?"""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from pathlib import Path

import pytest
import shapely
from real_files import bring, bring_draft, features, geometries, new_programme, rows, shapes_of

from whitestone.programme.importing_runs import find_run, held_rows, preview_take_back, take_back, write_held

FORMATS = {".geojson": 1e-12, ".shp": 1e-12, ".topojson": 0.02, "_simplified.geojson": 0.02}
"""How far the area of a unit may be from that of the full outline: two of the four are generalised by their source."""

LINK = """
[dataset]
name = "visits"
licence = "none stated"
edition = "increment"

[[record]]
kind = "activity"

[record.fields]
activity_type = { constant = "clearance" }
place_name = "district"

[[record.links]]
attribute = "place_id"
place = { name = "district", country = "AZE" }
unknown = "finding"
"""


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("drafted", [False, True], ids=["shipped", "drafted"])
def test_boundaries_of_bosnia_in_four_formats(tmp_path: Path, shared_data: Path, suffix: str, drafted: bool) -> None:
    """Twelve units with their names, ids and ground, under the shipped mapping and under the drafted one."""
    path = shared_data / f"bosnia_boundaries/geoBoundaries-BIH-ADM2{suffix}"
    full = features(path.with_name("geoBoundaries-BIH-ADM2.geojson"))
    with new_programme(tmp_path / "p") as programme:
        report = bring_draft(programme, path, tmp_path) if drafted else bring(programme, path, "geoboundaries")
        assert (report.input, report.new, report.held, report.records) == (12, 12, 0, {"place": 12})
        states = {state.body["local_id"]: state for state in programme.journal.states("place")}
        assert {(key, state.body["name"]) for key, state in states.items()} == {
            (each["properties"]["shapeID"], each["properties"]["shapeName"]) for each in full}  # fmt: skip
        assert {(state.body["country"], state.body["admin_level"]) for state in states.values()} == {("BIH", 2)}
        for each, shape in zip(full, shapes_of(full), strict=True):
            ours = shapely.from_wkb(states[each["properties"]["shapeID"]].geometry)
            assert ours.area == pytest.approx(shapely.make_valid(shape).area, rel=FORMATS[suffix])


@pytest.mark.parametrize(("name", "mapping", "key", "count"), [
    ("ne_110m_admin_0_countries", "natural_earth_countries", "ADM0_A3", 177),
    ("ne_10m_admin_0_disputed_areas", "natural_earth_disputed", "BRK_A3", 80),
    ("ne_50m_admin_0_boundary_lines_disputed_areas", None, None, 24),
])  # fmt: skip
def test_natural_earth_is_taken_as_its_source_states_it(
    tmp_path: Path, shared_data: Path, name: str, mapping: str | None, key: str | None, count: int
) -> None:
    path = shared_data / "natural_earth" / f"{name}.json"
    inside = features(path)
    with new_programme(tmp_path / "drafted") as programme:
        report = bring_draft(programme, path, tmp_path)
        assert (report.new, report.held, report.records) == (count, 0, {"place": count})
        assert shapely.area(geometries(programme, "place")).sum() == pytest.approx(
            shapely.area(shapely.make_valid(shapes_of(inside))).sum(), rel=1e-9)  # fmt: skip
    if mapping and key:
        with new_programme(tmp_path / "shipped") as programme:
            assert bring(programme, path, mapping).new == count == len(inside)
            said = {state.body["local_id"] for state in programme.journal.states("place")}
            assert said == {each["properties"][key] for each in inside}


def test_two_districts_of_one_name_are_never_guessed(tmp_path: Path, shared_data: Path) -> None:
    """79 districts of Azerbaijan, two of them called Lankaran: a row that says so is linked to neither."""
    path = shared_data / "azerbaijan_boundaries/geoBoundaries-AZE-ADM2.geojson"
    names = Counter(each["properties"]["shapeName"] for each in features(path))
    assert [name for name, count in names.items() if count > 1] == ["Lankaran District"]
    (tmp_path / "visits.csv").write_text("district\nLankaran District\nKhachmaz District\nNowhere\n", encoding="utf-8")
    (tmp_path / "visits.toml").write_text(LINK, encoding="utf-8")
    with new_programme(tmp_path / "p") as programme:
        assert bring(programme, path, "geoboundaries").new == 79
        report = bring(programme, tmp_path / "visits.csv", tmp_path / "visits.toml")
        assert {(each.row, each.code) for each in report.findings} == {(1, "place-ambiguous"), (3, "place-unknown")}
        bodies = [state.body for state in programme.journal.states("activity")]
        linked = {body["place_name"]: body.get("place_id") for body in bodies}
        assert linked["Lankaran District"] is linked["Nowhere"] is None
        assert linked["Khachmaz District"]


def test_all_codes_come_in_under_the_drafted_mapping(tmp_path: Path, shared_data: Path) -> None:
    """Also the two that the list publishes without a name."""
    path = shared_data / "pcodes/global_pcodes_adm_1_2.csv"
    inside = rows(path)
    with new_programme(tmp_path / "p") as programme:
        report = bring_draft(programme, path, tmp_path)
        assert (report.new, report.held, report.records) == (32_767, 0, {"place": 32_767})
        told = {(state.body["pcode"], state.body.get("name", ""), state.body["admin_level"], state.body["country"])
                for state in programme.journal.states("place")}  # fmt: skip
    assert told == {(row["P-Code"], row["Name"], int(row["Admin Level"]), row["Location"]) for row in inside}


def test_spoilt_letters_are_noticed_and_rows_of_no_known_kind_are_held(tmp_path: Path, shared_data: Path) -> None:
    """UTF-8 read as Latin-1 on its way: the finding shows what was meant; nothing says what a row is, so all wait."""
    path = shared_data / "bosnia_boundaries/landmine_areas.csv"
    with new_programme(tmp_path / "p") as programme:
        report = bring_draft(programme, path, tmp_path)
        assert (report.input, report.held, report.new) == (12, 12, 0)
        assert report.findings_by_code["mojibake"] == 1
        assert "Goražde" in next(each.message for each in report.findings if each.code == "mojibake")
        assert len(held_rows(programme, report.run)) == 12
        assert write_held(programme, report.run, tmp_path / "held.csv") == 12
        held = rows(tmp_path / "held.csv")
        assert [row["shapeName"] for row in held] == [row["shapeName"] for row in rows(path)]


@pytest.mark.parametrize("census", ["census_1991.csv", "census_2013.csv"])
def test_a_census_waits_for_a_person(tmp_path: Path, shared_data: Path, census: str) -> None:
    with new_programme(tmp_path / "p") as programme:
        report = bring_draft(programme, shared_data / "bosnia_mine_map" / census, tmp_path)
        assert (report.input, report.held, report.records) == (142, 142, {})


def test_held_rows_come_in_once_corrected_and_a_run_is_taken_back(tmp_path: Path, shared_data: Path) -> None:
    """Three rows of the clearance table spoilt by hand: held, written out, corrected, in; then all of it taken back."""
    table = rows(shared_data / "colombia_clearance/anti-personnel-mines.csv")
    for row in table[:3]:
        row["areadespejada"] = "plenty"
    with (tmp_path / "spoilt.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    with new_programme(tmp_path / "p") as programme:
        report = bring(programme, tmp_path / "spoilt.csv", "colombia_clearance")
        if report.held:
            assert write_held(programme, report.run, tmp_path / "held.csv") == report.held == 3
            text = (tmp_path / "held.csv").read_text(encoding="utf-8-sig")
            (tmp_path / "held.csv").write_text(text.replace("plenty", "12"), encoding="utf-8")
            corrected = bring(programme, tmp_path / "held.csv", "colombia_clearance")
            assert (corrected.input, corrected.new, corrected.held) == (3, 3, 0)
            assert held_rows(programme) == []
        else:
            assert report.accepted_with_findings >= 3
        assert str(find_run(programme, report.run).record_id) == report.run
        preview = preview_take_back(programme, report.run)
        assert preview.revisions == sum(report.records.values())
        take_back(programme, report.run, reason="the wrong table")
        left = {"activity": 3, "release": 3} if report.held else {}
        assert {kind: sum(1 for _ in programme.journal.states(kind)) for kind in left} == left


def test_layers_of_bosnia_come_in_under_drafted_mappings(tmp_path: Path, shared_data: Path) -> None:
    """What each layer is, is read from what its features say; null geometries are records too."""
    expected = {"cantons": ("place", 142), "administrative_level_1": ("place", 3),
                "suspect_areas_simplyfied": ("hazard", 11_068), "cleared_areas_simplyfied": ("release", 8_329),
                "lifted_minefields": ("activity", 925), "incidents": ("accident", 1_442)}  # fmt: skip
    with new_programme(tmp_path / "p") as programme:
        for name, (kind, count) in expected.items():
            report = bring_draft(programme, shared_data / f"bosnia_mine_map/{name}.geojson", tmp_path)
            assert (report.records, report.new, report.held) == ({kind: count}, count, 0)
        hazards = list(programme.journal.states("hazard"))
        assert {(state.body["classification"], state.body.get("status")) for state in hazards} == {("sha", "open")}
        assert {state.body["outcome"] for state in programme.journal.states("release")} == {"cleared"}


def test_a_copy_of_a_file_under_another_name_is_the_same_file(tmp_path: Path, shared_data: Path) -> None:
    path = shared_data / "azerbaijan_boundaries/geoBoundaries-AZE-ADM2.geojson"
    shutil.copy(path, tmp_path / "copy.geojson")
    with new_programme(tmp_path / "p") as programme:
        bring(programme, path, "geoboundaries")
        again = bring(programme, tmp_path / "copy.geojson", "geoboundaries")
        assert (again.new, again.unchanged) == (0, 79)
