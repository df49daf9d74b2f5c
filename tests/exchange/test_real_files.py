"""Do the files that others published open whole, with the rows that are known to be in them?"""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely
from exchange_reading import read_all

from whitestone.exchange.readers import open_file, undo_mojibake

ROWS = {
    "bosnia_mine_map/suspect_areas_simplyfied.geojson": 11_068,
    "bosnia_mine_map/cleared_areas_simplyfied.geojson": 8_329,
    "bosnia_mine_map/incidents.geojson": 1_442,
    "bosnia_mine_map/lifted_minefields.geojson": 925,
    "bosnia_mine_map/administrative_level_1.geojson": 3,
    "bosnia_mine_map/cantons.geojson": 142,
    "bosnia_mine_map/census_1991.csv": 142,
    "bosnia_mine_map/census_2013.csv": 142,
    "bosnia_boundaries/geoBoundaries-BIH-ADM2.geojson": 12,
    "bosnia_boundaries/geoBoundaries-BIH-ADM2.shp": 12,
    "bosnia_boundaries/geoBoundaries-BIH-ADM2.topojson": 12,
    "bosnia_boundaries/landmine_areas.csv": 12,
    "bosnia_boundaries/geoBoundaries-BIH-ADM2_simplified.geojson": 12,
    "colombia_victims/Situaci_n_V_ctimas_Minas_Antipersonal_en_Colombia.csv": 12_062,
    "colombia_victims/Situaci_n_V_ctimas_Minas_Antipersonal_en_Colombia_excel.xlsx": 12_062,
    "colombia_clearance/anti-personnel-mines.csv": 333,
    "colombia_clearance/Departamento_Administrativo_de_la_Presidencia.situaciondesminadohumanitario.xlsx": 333,
    "cambodia_casualties/dataset.json": 124,
    "azerbaijan_boundaries/geoBoundaries-AZE-ADM2.geojson": 79,
    "natural_earth/ne_110m_admin_0_countries.json": 177,
    "natural_earth/ne_10m_admin_0_disputed_areas.json": 80,
    "pcodes/global_pcodes_adm_1_2.csv": 32_767,
    "field_form_example/fields.csv": 407,
    "texts/claims.csv": 37,
}


@pytest.mark.parametrize("name", ROWS)
def test_every_row_is_read(name: str, shared_data: Path) -> None:
    chunks = read_all(open_file(shared_data / name), rows=5_000)
    assert sum(chunk.count for chunk in chunks) == ROWS[name]
    assert not [fault for chunk in chunks for fault in chunk.faults]


def test_the_events_of_colombia_are_all_there(shared_data: Path) -> None:
    files = sorted((shared_data / "colombia_events").glob("*.json"))
    assert sum(chunk.count for path in files for chunk in read_all(open_file(path))) == 30_866
    assert "AÑO" in open_file(files[0]).columns


def test_missing_geometries_of_bosnia_are_counted(shared_data: Path) -> None:
    for name, missing in (("suspect_areas", 3_097), ("cleared_areas", 113)):
        chunks = read_all(open_file(shared_data / f"bosnia_mine_map/{name}_simplyfied.geojson"))
        shapes = [shape for chunk in chunks for shape in chunk.geometry or []]
        assert sum(shape is None for shape in shapes) == missing


def test_the_broken_workbook_of_colombia_reads(shared_data: Path) -> None:
    reading = open_file(shared_data / "colombia_victims/Situaci_n_V_ctimas_Minas_Antipersonal_en_Colombia_excel.xlsx")
    assert "Ubicaci√≥n" in reading.columns
    assert undo_mojibake("Ubicaci√≥n") == ("Ubicación", "mac_roman")
    assert "mojibake" in {note.code for note in reading.notes}
    assert reading.samples(1).frame["latitudcabecera"][0] == "6143703"


def test_cambodia_declares_its_system(shared_data: Path) -> None:
    reading = open_file(shared_data / "cambodia_casualties/dataset.json")
    assert reading.crs == "EPSG:32648"
    assert reading.samples().frame["IncidentID"][0] == "64458.0"


def test_boundaries_agree_in_three_formats(shared_data: Path) -> None:
    areas = []
    for suffix in ("geojson", "shp", "topojson"):
        chunk = open_file(shared_data / f"bosnia_boundaries/geoBoundaries-BIH-ADM2.{suffix}").samples()
        areas.append(sorted(shapely.area(shapely.from_wkb(chunk.geometry)).tolist()))
    assert areas[0] == pytest.approx(areas[1], rel=1e-6)
    assert areas[0] == pytest.approx(areas[2], rel=0.02)
