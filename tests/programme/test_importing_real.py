"""Do the published files come in whole, with what is odd about each said and nothing guessed?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import shapely

from whitestone.exchange.mapping.text import read_mapping
from whitestone.programme.importing import import_file
from whitestone.programme.importing_report import Report
from whitestone.programme.mappings import find_mapping, shipped
from whitestone.programme.opening import Programme, init_programme


@pytest.fixture(scope="module")
def programme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programme]:
    """Open one programme for all files of this module, with keys of its own."""
    folder = tmp_path_factory.mktemp("real")
    before = os.environ.get("WHITESTONE_KEYS")
    os.environ["WHITESTONE_KEYS"] = str(folder / "keys")
    with init_programme(str(folder / "programme"), name="Real files") as made:
        yield made
    if before is not None:
        os.environ["WHITESTONE_KEYS"] = before


@pytest.fixture(scope="module")
def places(programme: Programme, shared_data: Path) -> Report:
    """Bring the gazetteer in first: rows are linked to places that are known."""
    return bring(programme, shared_data / "pcodes" / "global_pcodes_adm_1_2.csv", "pcodes")


def bring(programme: Programme, path: Path, mapping: str) -> Report:
    """Import a file under a shipped mapping and check that its counts close."""
    report = import_file(programme, path, find_mapping(mapping))
    assert report.accepted + report.accepted_with_findings + report.held == report.input
    assert report.new + report.changed + report.unchanged == report.input - report.held
    return report


@pytest.mark.parametrize("name", shipped())
def test_shipped_mappings_are_sound_and_say_why(name: str) -> None:
    """Each reads without fault and carries comments."""
    path = find_mapping(name)
    assert read_mapping(path).dataset.licence
    assert path.read_text(encoding="utf-8").startswith("# ")


def test_all_place_codes_are_places(places: Report) -> None:
    """32,767 codes of many countries."""
    assert (places.input, places.new, places.held) == (32_767, 32_767, 0)


def test_all_colombian_casualties_stay(programme: Programme, places: Report, shared_data: Path) -> None:
    """Identical rows are different people: 12,062 rows, 12,062 persons, also the second time and from the workbook."""
    folder = shared_data / "colombia_victims"
    table = folder / "Situaci_n_V_ctimas_Minas_Antipersonal_en_Colombia.csv"
    first = bring(programme, table, "colombia_victims")
    assert (first.input, first.new, first.held, first.records) == (12_062, 12_062, 0, {"casualty": 12_062})
    again = bring(programme, table, "colombia_victims")
    assert (again.new, again.changed, again.unchanged, again.gone) == (0, 0, 12_062, 0)
    state = next(programme.journal.states("casualty"))
    assert "place_id" in state.body
    assert "ethnicity" not in state.body
    book = folder / "Situaci_n_V_ctimas_Minas_Antipersonal_en_Colombia_excel.xlsx"
    spoilt = bring(programme, book, "colombia_victims_workbook")
    assert (spoilt.new, spoilt.held) == (12_062, 0)
    found = list(programme.journal.states("casualty"))
    assert len(found) == 24_124
    west, south, east, north = shapely.total_bounds(shapely.from_wkb(np.array([each.geometry for each in found])))
    assert -79 < west < east < -66
    assert -5 < south < north < 13


def test_colombian_clearance_is_the_same_from_both_formats(
    programme: Programme, places: Report, shared_data: Path
) -> None:
    """A row makes an activity and the release that it reports; a municipality that is not certain is a finding."""
    folder = shared_data / "colombia_clearance"
    first = bring(programme, folder / "anti-personnel-mines.csv", "colombia_clearance")
    assert (first.new, first.held, first.records) == (333, 0, {"activity": 333, "release": 333})
    uncertain = {found.row for found in first.findings if found.code in ("place-unknown", "place-ambiguous")}
    assert uncertain
    assert first.accepted_with_findings >= len(uncertain)
    book = "Departamento_Administrativo_de_la_Presidencia.situaciondesminadohumanitario.xlsx"
    second = bring(programme, folder / book, "colombia_clearance")
    assert (second.new, second.changed, second.unchanged, second.gone) == (0, 0, 333, 0)
    activities = {str(state.record_id) for state in programme.journal.states("activity")}
    releases = list(programme.journal.states("release"))
    assert all(state.body["activity_id"] in activities for state in releases if "area_reported_m2" in state.body)


def test_a_wrong_sign_is_a_finding_with_a_proposal(programme: Programme, places: Report, shared_data: Path) -> None:
    """One event of 2004 lies in India; the finding says where it would fit."""
    report = bring(programme, shared_data / "colombia_events" / "2004.json", "colombia_events")
    assert report.input == 2_029
    wrong = [found for found in report.findings if found.code == "sign-wrong"]
    assert len(wrong) == 1
    assert "-74.23417, 4.19778" in wrong[0].message
    assert report.records == {"accident": 547, "activity": 988, "item": 429, "hazard": 65}


def test_cambodian_accidents_land_in_cambodia(programme: Programme, shared_data: Path) -> None:
    """From the old `crs` member; 42 amputees are among the injured."""
    before = set(programme.journal.columns("accident", [])["record_id"])
    report = bring(programme, shared_data / "cambodia_casualties" / "dataset.json", "cambodia_casualties")
    assert (report.input, report.new, report.held) == (124, 124, 0)
    states = [each for each in programme.journal.states("accident") if each.record_id not in before]
    states = [each for each in states if each.body.get("injured_with_amputation") is not None]
    west, south, east, north = shapely.total_bounds(shapely.from_wkb(np.array([each.geometry for each in states])))
    assert 102 < west < east < 108
    assert 10 < south < north < 15
    assert sum(each.body["injured_with_amputation"] for each in states) == 42
    assert all(each.body["injured"] >= each.body["injured_with_amputation"] for each in states)
    assert all(each.body["injured"] + each.body["killed"] == each.body["casualties"] for each in states)


def test_bosnian_hazards_without_geometry_are_hazards_of_unknown_size(programme: Programme, shared_data: Path) -> None:
    """3,097 null or empty geometries stood for real map objects: accepted, listed, not dropped."""
    path = shared_data / "bosnia_mine_map" / "suspect_areas_simplyfied.geojson"
    report = bring(programme, path, "bosnia_suspected")
    assert (report.input, report.new, report.held) == (11_068, 11_068, 0)
    assert report.findings_by_code["geometry-missing"] == 3_097
    assert report.findings_by_code["polygon-invalid"] == 467
    shapes = [each.geometry for each in programme.journal.states("hazard") if "fileId" in each.extra]
    assert sum(shape is None for shape in shapes) == 3_097
    assert shapely.is_valid(shapely.from_wkb(np.array(shapes, dtype=object))).sum() >= 11_068 - 3_097
    cleared = bring(programme, path.with_name("cleared_areas_simplyfied.geojson"), "bosnia_cleared")
    assert (cleared.new, cleared.findings_by_code["geometry-missing"]) == (8_329, 113)


@pytest.mark.parametrize("suffix", [".geojson", "_simplified.geojson", ".shp", ".topojson"])
def test_boundaries_come_in_from_four_formats(tmp_path: Path, shared_data: Path, suffix: str) -> None:
    """Twelve units, whatever the format."""
    with init_programme(str(tmp_path / "p"), name="Boundaries") as programme:
        path = shared_data / "bosnia_boundaries" / f"geoBoundaries-BIH-ADM2{suffix}"
        report = bring(programme, path, "geoboundaries")
        assert (report.input, report.new, report.records) == (12, 12, {"place": 12})
        assert {state.body["admin_level"] for state in programme.journal.states("place")} == {2}
        assert bring(programme, path, "geoboundaries").unchanged == 12
