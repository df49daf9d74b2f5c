"""Is a draft for a real file right as it stands, and does it say why, and where headings contradict their content?"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from whitestone.domain.settings import Settings
from whitestone.exchange.mapping.apply import Applier
from whitestone.exchange.mapping.model import FieldSpec, PositionSpec
from whitestone.exchange.mapping.rows import HELD
from whitestone.exchange.mapping.suggest import Suggestion, suggest
from whitestone.exchange.mapping.suggest_profile import profile
from whitestone.exchange.mapping.text import parse_mapping
from whitestone.exchange.readers import open_file

BOSNIA = "bosnia_mine_map/"
REAL = {
    "colombia_victims/Situaci_n_V_ctimas_Minas_Antipersonal_en_Colombia.csv": ["casualty"],
    "colombia_victims/Situaci_n_V_ctimas_Minas_Antipersonal_en_Colombia_excel.xlsx": ["casualty"],
    "colombia_clearance/anti-personnel-mines.csv": ["activity", "release"],
    "colombia_clearance/Departamento_Administrativo_de_la_Presidencia.situaciondesminadohumanitario.xlsx": [
        "activity", "release"],
    "colombia_events/1990.json": ["accident", "activity", "hazard", "item"],
    "colombia_events/2004.json": ["accident", "activity", "hazard", "item"],
    "cambodia_casualties/dataset.json": ["accident"],
    BOSNIA + "suspect_areas_simplyfied.geojson": ["hazard"], BOSNIA + "cleared_areas_simplyfied.geojson": ["release"],
    BOSNIA + "incidents.geojson": ["accident"], BOSNIA + "lifted_minefields.geojson": ["activity"],
    BOSNIA + "cantons.geojson": ["place"], BOSNIA + "administrative_level_1.geojson": ["place"],
    "bosnia_boundaries/geoBoundaries-BIH-ADM2.geojson": ["place"],
    "bosnia_boundaries/geoBoundaries-BIH-ADM2_simplified.geojson": ["place"],
    "bosnia_boundaries/geoBoundaries-BIH-ADM2.shp": ["place"],
    "bosnia_boundaries/geoBoundaries-BIH-ADM2.topojson": ["place"],
    "azerbaijan_boundaries/geoBoundaries-AZE-ADM2.geojson": ["place"],
    "natural_earth/ne_110m_admin_0_countries.json": ["place"],
    "natural_earth/ne_10m_admin_0_disputed_areas.json": ["place"],
    "pcodes/global_pcodes_adm_1_2.csv": ["place"],
}  # fmt: skip


@pytest.mark.parametrize("name", REAL)
def test_a_draft_for_a_published_file_needs_no_correction(shared_data: Path, name: str) -> None:
    """It names the kind, reads back as it was written, and holds no row."""
    draft = suggest(shared_data / name)
    assert [record.kind for record in draft.mapping.records] == REAL[name]
    mapping = parse_mapping(draft.toml)
    assert mapping == draft.mapping
    reading = open_file(shared_data / name)
    applier = Applier(mapping, Settings(), crs=reading.crs)
    assert applier.missing(reading.columns) == []
    odd: set[str] = set()
    for chunk in reading.chunks():
        made = applier.apply(chunk)
        assert not (made.outcomes == HELD).any()
        odd |= {found.code for found in made.findings}
    assert not {code for code in odd if code.endswith("not-understood")}


def test_every_line_of_a_draft_that_was_guessed_gives_its_reason(shared_data: Path) -> None:
    """A person reads why before she relies on it."""
    draft = suggest(shared_data / "colombia_victims" / "Situaci_n_V_ctimas_Minas_Antipersonal_en_Colombia.csv")
    fields = draft.toml.split("[record.fields]")[1]
    assert all("  # " in line for line in fields.splitlines() if "=" in line)
    assert "Herido → injured" in draft.toml
    assert "ethnicity" in draft.mapping.records[0].fields


def test_a_workbook_that_spoilt_letters_and_points_is_seen_through(shared_data: Path) -> None:
    """Mac Roman is undone, and the positions come from the column that still has their points."""
    name = "Situaci_n_V_ctimas_Minas_Antipersonal_en_Colombia_excel.xlsx"
    draft = suggest(shared_data / "colombia_victims" / name)
    assert draft.mapping.file.repair_text == "mac_roman"
    assert draft.mapping.position == PositionSpec(pair="Ubicación", crs="EPSG:4326", basis="assumed")


def test_the_injured_are_found_by_arithmetic_where_the_heading_leaves_some_out(shared_data: Path) -> None:
    """VICTIM = INJURE + AMPUTATION + KILLED in every row: an amputation is an injury."""
    draft = suggest(shared_data / "cambodia_casualties" / "dataset.json")
    fields = draft.mapping.records[0].fields
    assert fields["injured"] == FieldSpec(columns=["INJURE", "AMPUTATION"], sum=True)
    assert draft.mapping.position == PositionSpec(crs="EPSG:32648")
    assert fields["local_id"].whole


def drafted(folder: Path, head: list[str], rows: list[list[str]], **more: object) -> Suggestion:
    """Draft the mapping of a small table."""
    path = folder / "accidents.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])
    return suggest(path, **more)  # type: ignore[arg-type]


def test_headings_that_contradict_their_numbers_are_told(tmp_path: Path) -> None:
    """A latitude above 90 is none."""
    draft = drafted(tmp_path, ["Latitude", "Longitude", "Killed", "Injured"], [["104.5", "12.1", "1", "0"]] * 3)
    assert (draft.mapping.position.x, draft.mapping.position.y) == ("Latitude", "Longitude")
    assert "swapped" in draft.toml


def test_metres_are_told_from_degrees_where_the_area_is_known(tmp_path: Path) -> None:
    """Gauss-Krueger with its zone in front, by plausibility."""
    rows = [["8664842", "4430282", "1", "0"], ["8664900", "4430300", "0", "1"]]
    draft = drafted(tmp_path, ["Easting", "Northing", "Killed", "Injured"], rows, boundary=(44.7, 38.3, 51.0, 42.0))
    assert draft.mapping.position.crs == "EPSG:28408"
    assert draft.mapping.position.basis == "guessed"


def test_hxl_tags_say_what_headings_do_not(tmp_path: Path) -> None:
    """The tag row is the author's word."""
    draft = drafted(tmp_path, ["c1", "c2", "c3"], [["#date", "#affected+killed", "#affected+injured"],
                                                  ["2014-05-03", "1", "2"], ["2014-06-03", "0", "1"]])
    fields = draft.mapping.records[0].fields
    assert draft.mapping.records[0].kind == "accident"
    assert (fields["occurred_on"].column, fields["killed"].column, fields["injured"].column) == ("c1", "c2", "c3")


def test_columns_that_may_identify_a_person_are_proposed_as_personal(tmp_path: Path) -> None:
    """Names and contacts are sealed from the first import on."""
    draft = drafted(tmp_path, ["Victim name", "Sex", "Age", "Outcome", "Phone", "Witness"],
                    [["A B", "male", "30", "killed", "1", "C D"], ["E F", "female", "20", "injured", "2", "G H"]])
    assert draft.mapping.records[0].kind == "casualty"
    assert draft.mapping.personal_columns >= {"Victim name", "Phone", "Witness"}


def test_a_file_that_says_nothing_gets_a_mapping_all_the_same(tmp_path: Path) -> None:
    """Its rows will be held with the code `kind-unknown`."""
    draft = drafted(tmp_path, ["p", "q"], [["1", "2"]])
    assert [record.kind for record in parse_mapping(draft.toml).records] == ["unknown"]


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (["2014-05-03", "2014-06-01"], ""), (["31/05/2014", "01/02/2014"], "%d/%m/%Y"),
        (["05/31/2014", "01/02/2014"], "%m/%d/%Y"), (["3.5.2014"], "%d.%m.%Y"), (["2014", "2015"], "%Y"),
        (["2014-05-03", "2014", "2014-06", "2014-07-01"], ""),
        (["May 2014"], "%B %Y"), (["abc", "def"], None), ([], None),
    ],
)  # fmt: skip
def test_the_format_of_dates_is_told_from_the_column_as_a_whole(values: list[str], form: str | None) -> None:
    """One value above twelve tells day first from month first."""
    import polars as pl

    found = profile("date", pl.Series(values, dtype=pl.String)).date_format
    assert found == form or (form == "%B %Y" and found == "%b %Y")


def test_a_draft_quotes_no_free_text_about_persons(tmp_path: Path) -> None:
    path = tmp_path / "victims.csv"
    rows = "".join(f"C-{n},male,killed,2014-05-{n:02d},brother of Canary {n}\n" for n in range(1, 20))
    path.write_text("victim id,sex,outcome,date,remarks\n" + rows)
    assert "Canary" not in suggest(path).toml


def test_columns_of_a_grown_spreadsheet_are_drafted_with_what_is_not_understood(tmp_path: Path) -> None:
    """A heading that says what a column is outweighs some cells that do not: those become findings."""
    head = ["Обозначение участка", "Тип (SHA/CHA)", "Дата обнаружения ", "Площадь, кв.м", "Загрязнение", "Кто сообщил"]
    rows = [
        ["УО-001", "SHA", "2019-05-03", "8.200,5", "ППМ", "Simulated Person One"],
        ["УО-002", "CHA", "03.06.2019", "3500", "ППМ; ПТМ", "Simulated Person Two"],
        ["УО-003", "SHA", "2019-07-15", "неизвестно", "ПТМ", ""],
        ["УО-004", "SHA", "июль 2020", "12500", "ППМ;ПТМ", ""],
    ]
    draft = drafted(tmp_path, head, rows)
    fields = draft.mapping.records[0].fields
    assert fields["discovered_on"] == FieldSpec(column="Дата обнаружения", formats=["%Y-%m-%d", "%d.%m.%Y"])
    assert fields["area_reported_m2"] == FieldSpec(column="Площадь, кв.м", decimal=",", thousands=".")
    assert fields["contamination"] == FieldSpec(column="Загрязнение", split=";")
    assert "NOT understood: 'июль 2020'" in draft.toml
    assert "NOT understood: 'неизвестно'" in draft.toml
    assert "check the unit" not in draft.toml
    assert draft.mapping.personal == ["Кто сообщил"]
    assert "Simulated Person" not in draft.toml


@pytest.mark.parametrize(
    ("head", "factor"),
    [("Площадь, га", 10_000.0), ("Area (ha)", 10_000.0), ("Площадь, км²", 1e6), ("Površina m2", 1.0)],
)
def test_the_unit_of_an_area_is_read_from_its_heading(tmp_path: Path, head: str, factor: float) -> None:
    draft = drafted(tmp_path, ["Hazard id", "Hazard type", head], [["H-1", "SHA", "1.5"], ["H-2", "CHA", "2.5"]])
    assert draft.mapping.records[0].fields["area_reported_m2"].factor == factor
    assert "check the unit" not in draft.toml


def test_a_column_of_which_less_than_half_is_dates_or_numbers_is_left_alone(tmp_path: Path) -> None:
    rows = [["H-1", "SHA", "soon", "large"], ["H-2", "CHA", "in May", "small"], ["H-3", "SHA", "03.06.2019", "12"]]
    draft = drafted(tmp_path, ["Hazard id", "Hazard type", "Survey date", "Area m2"], rows)
    assert not {"discovered_on", "area_reported_m2"} & draft.mapping.records[0].fields.keys()
