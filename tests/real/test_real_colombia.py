"""Do Colombia's registers stay whole: every person, every event of every year, every month of clearance?"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from real_files import VICTIMS, Loaded, bring, bring_draft, features, geometries, new_programme, rows

from whitestone.domain.codes import folded
from whitestone.errors import Refused
from whitestone.programme.accounts import ledger
from whitestone.programme.exporting import export
from whitestone.programme.homecoming import bring_home
from whitestone.programme.importing_links import dataset_id
from whitestone.programme.mappings import find_mapping
from whitestone.programme.reporting import situation

YEARS = range(1990, 2015)
KINDS = {"1": "accident", "2": "accident", "3": "item", "4": "activity", "5": "item", "6": "item", "7": "item",
         "8": "hazard"}  # fmt: skip
"""What each event is, from the source's own list of its eight types."""


@pytest.fixture(scope="module")
def events(shared_data: Path) -> dict[int, list[dict[str, Any]]]:
    return {year: features(shared_data / f"colombia_events/{year}.json") for year in YEARS}


@pytest.fixture(scope="module")
def gazetteer(shared_data: Path) -> dict[tuple[str, str], list[str]]:
    """P-codes of level 2 by the plain names of department and municipality, read without our code."""
    codes = [row for row in rows(shared_data / "pcodes/global_pcodes_adm_1_2.csv") if row["Location"] == "COL"]
    departments = {row["P-Code"]: bare(row["Name"]) for row in codes if row["Admin Level"] == "1"}
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in codes:
        if row["Admin Level"] == "2":
            found[departments[row["Parent P-Code"]], bare(row["Name"])].append(row["P-Code"])
    return found


def bare(name: str) -> str:
    """Leave letters and digits, without accents and case."""
    return "".join(each for each in folded(name) if each.isalnum())


@pytest.fixture(scope="module")
def by_place(colombia: Loaded) -> dict[str, Any]:
    """Take the account before a test adds to it."""
    return ledger(colombia.programme, colombia.programme.clocks(), by="place")


def said_of(programme: Any, kind: str, dataset: str) -> list[Any]:
    """Give what a dataset said of each of its records of a kind, in the order of its rows."""
    return list(programme.journal.revisions(kind=kind, dataset=dataset_id(programme.journal.programme_id, dataset)))


def test_every_place_code_is_a_place(colombia: Loaded, shared_data: Path) -> None:
    programme, reports = colombia.programme, colombia.reports
    codes = {row["P-Code"] for row in rows(shared_data / "pcodes/global_pcodes_adm_1_2.csv")}
    assert (reports["pcodes"].input, reports["pcodes"].new, reports["pcodes"].held) == (32_767, 32_767, 0)
    assert {state.body["pcode"] for state in programme.journal.states("place")} == codes


@pytest.mark.parametrize("name", ["victims", "workbook"])
def test_every_person_stays(colombia: Loaded, name: str) -> None:
    report = colombia.reports[name]
    assert (report.input, report.new, report.held, report.records) == (12_062, 12_062, 0, {"casualty": 12_062})


def test_counts_of_people_are_those_of_the_table(colombia: Loaded, shared_data: Path) -> None:
    """Outcome, sex, age, year and municipality, each counted from the CSV with the csv module."""
    programme = colombia.programme
    table = rows(shared_data / f"{VICTIMS}.csv")
    bodies = [each.body for each in said_of(programme, "casualty", "colombia-victims")]
    assert len(table) == len(bodies) == 12_062
    outcome = Counter({"Herido": "injured", "Muerto": "killed"}[row["estado"]] for row in table)
    assert Counter(body["outcome"] for body in bodies) == outcome == {"injured": 9_733, "killed": 2_329}
    assert Counter(body["sex"] for body in bodies) == {"male": 11_382, "female": 640, "unknown": 40}
    months = Counter(f"{row['ano']}-{int(row['mes']):02}" for row in table)
    assert Counter(body["occurred_on"] for body in bodies) == months
    codes = {str(state.record_id): state.body["pcode"] for state in programme.journal.states("place", geometry=False)}
    linked = Counter(codes[body["place_id"]] for body in bodies)
    assert linked == Counter(f"CO{row['codigodanemunicipio']:0>5}" for row in table)


def test_identical_rows_are_different_people(colombia: Loaded, shared_data: Path) -> None:
    programme = colombia.programme
    table = rows(shared_data / f"{VICTIMS}.csv")
    assert len({tuple(row.values()) for row in table}) == 8_281
    assert len({each.record_id for each in said_of(programme, "casualty", "colombia-victims")}) == 12_062


def test_the_broken_workbook_says_the_same_of_the_same_people(colombia: Loaded, shared_data: Path) -> None:
    """Mac Roman letters and lost decimal points are put right by the mapping; two datasets stay two."""
    programme, reports = colombia.programme, colombia.reports
    table, book = (said_of(programme, "casualty", name) for name in ("colombia-victims", "colombia-victims-workbook"))
    assert not {each.record_id for each in table} & {each.record_id for each in book}

    def told(found: list[Any]) -> Counter[Any]:
        at = shapely.get_coordinates(shapely.from_wkb(np.array([each.geometry for each in found])))
        return Counter((*sorted(each.body.items()), *map(float, point)) for each, point in zip(found, at, strict=True))

    assert told(table) == told(book)
    assert reports["workbook"].findings_by_code["mojibake"] == 1
    assert "mojibake" not in reports["victims"].findings_by_code


def test_people_never_leave_row_by_row(colombia: Loaded, tmp_path: Path) -> None:
    programme = colombia.programme
    with pytest.raises(Refused):
        export(programme, ["casualty"], tmp_path / "people.csv", programme.clocks())
    assert not list(tmp_path.iterdir())
    told = said_of(programme, "casualty", "colombia-victims")
    assert "ethnicity" not in {name for each in told for name in each.body}


def test_every_year_adds_its_events(colombia: Loaded, events: dict[int, list[dict[str, Any]]]) -> None:
    reports = {year: colombia.reports[str(year)] for year in YEARS}
    for year, report in reports.items():
        assert report.input == report.new == len(events[year])
        assert (report.held, report.changed, report.gone) == (0, 0, 0)
        assert report.records == Counter(KINDS[each["properties"]["TIPO_EVENTO"]] for each in events[year])
    assert sum(report.new for report in reports.values()) == 30_866


def test_a_year_again_brings_nothing_new(colombia: Loaded, shared_data: Path) -> None:
    again = bring(colombia.programme, shared_data / "colombia_events/1999.json", "colombia_events")
    assert (again.input, again.new, again.changed, again.unchanged) == (81, 0, 0, 81)


def test_identical_events_stay_and_are_reported(colombia: Loaded, events: dict[int, list[dict[str, Any]]]) -> None:
    """4,789 features repeat another of their year in everything; the check counts them by kind."""
    every = [each for year in YEARS for each in events[year]]
    same = Counter((KINDS[each["properties"]["TIPO_EVENTO"]], *sorted(each["properties"].items()),
                    *each["geometry"]["coordinates"]) for each in every)  # fmt: skip
    repeated: Counter[str] = Counter()
    for what, count in same.items():
        repeated[what[0]] += count - 1
    assert sum(repeated.values()) == 4_789
    found = colombia.findings("rows-identical")
    for kind in ("hazard", "item", "accident", "activity"):
        sentence = next(each.sentence for each in found if f"of kind {kind} " in each.sentence)
        # Fields that the record does not tell apart may make a few more alike, never fewer.
        said = int(sentence.split(" of ", 1)[0].replace(",", ""))
        assert repeated[kind] <= said <= repeated[kind] * 1.05


def test_the_point_with_the_wrong_sign_is_a_finding_with_a_proposal(
    colombia: Loaded, events: dict[int, list[dict[str, Any]]]
) -> None:
    east = [(year, each["geometry"]["coordinates"]) for year in YEARS for each in events[year]
            if each["geometry"]["coordinates"][0] > 0]  # fmt: skip
    assert [year for year, _ in east] == [2004]
    lon, lat = east[0][1]
    wrong = [each for year in YEARS for each in colombia.reports[str(year)].findings if each.code == "sign-wrong"]
    assert len(wrong) == 1
    assert f"{-lon:.5f}, {lat:.5f}" in wrong[0].message
    checked = colombia.findings("sign-wrong")
    assert len(checked) == 1
    assert f"{-lon:.5f}" in str(checked[0].proposal) or f"{-lon:.5f}" in checked[0].sentence
    at = shapely.get_coordinates(geometries(colombia.programme, "activity"))
    assert (at[:, 0] > 0).sum() == 1  # shown and proposed, never moved


def test_positions_used_often_are_named(colombia: Loaded, events: dict[int, list[dict[str, Any]]]) -> None:
    used: Counter[Any] = Counter()
    for year in YEARS:
        for each in events[year]:
            used[KINDS[each["properties"]["TIPO_EVENTO"]], *each["geometry"]["coordinates"]] += 1
    often = {what for what, count in used.items() if count >= 50}
    named = [each for each in colombia.findings("default-coordinates") if "casualty" not in each.sentence]
    assert len(named) == len(often)


def test_clearance_links_only_what_is_certain(
    colombia: Loaded, shared_data: Path, gazetteer: dict[tuple[str, str], list[str]]
) -> None:
    """A name within its department that is not exactly one place is a finding; no row is linked to another place."""
    programme, reports = colombia.programme, colombia.reports
    table = rows(shared_data / "colombia_clearance/anti-personnel-mines.csv")
    codes = {str(state.record_id): state.body["pcode"] for state in programme.journal.states("place", geometry=False)}
    told = said_of(programme, "activity", "colombia-clearance")
    assert len(told) == len(table) == 333
    uncertain = {each.row for each in reports["clearance"].findings if each.code.startswith("place-")}
    for number, (row, each) in enumerate(zip(table, told, strict=True), start=1):
        meant = gazetteer.get((bare(row["departamento"]), bare(row["municipio"])), [])
        assert each.body["place_name"] == row["municipio"]
        if len(meant) == 1:
            assert codes[each.body["place_id"]] == meant[0]
        else:
            assert "place_id" not in each.body
        assert (number in uncertain) == (len(meant) != 1)
    assert len(uncertain) == reports["clearance"].accepted_with_findings == 33


def test_clearance_figures_are_those_of_the_table(colombia: Loaded, shared_data: Path) -> None:
    """Areas, devices, and the 103 rows that cleared ground and found nothing, which is true and not missing."""
    programme, reports = colombia.programme, colombia.reports
    assert reports["clearance"].records == {"activity": 333, "release": 333}
    table = rows(shared_data / "colombia_clearance/anti-personnel-mines.csv")
    bodies = [each.body for each in said_of(programme, "activity", "colombia-clearance")]
    for attribute, column in (("area_cleared_m2", "areadespejada"), ("items_found", "totalartefactosdestruidos"),
                              ("ap_mines_found", "map"), ("erw_found", "muse")):  # fmt: skip
        assert math.fsum(body[attribute] for body in bodies) == math.fsum(float(row[column]) for row in table)
    nothing = [row for row in table if float(row["areadespejada"]) > 0 and row["totalartefactosdestruidos"] == "0"]
    assert len(nothing) == 103
    assert len(colombia.findings("clearance-without-find")) == 103


def test_area_reported_without_a_polygon_stands_by_its_place(
    colombia: Loaded, by_place: dict[str, Any], shared_data: Path, gazetteer: dict[tuple[str, str], list[str]]
) -> None:
    """Nothing is drawn, so nothing leaves the account; what is reported is summed by municipality as in the table."""
    programme = colombia.programme
    codes = {str(state.record_id): state.body["pcode"] for state in programme.journal.states("place", geometry=False)}
    expected: Counter[str] = Counter()
    for row in rows(shared_data / "colombia_clearance/anti-personnel-mines.csv"):
        meant = gazetteer.get((bare(row["departamento"]), bare(row["municipio"])), [])
        # What the list does not hold under that name is booked by its name as written, linked to nothing.
        place = meant[0] if len(meant) == 1 else row["municipio"].strip()
        expected[place] += round(float(row["areadespejada"]) * 100)
    said = by_place
    found = {codes.get(row["key"], row["key"]): round(row["reported_only_m2"] * 100) for row in said["rows"]}
    assert {key: area for key, area in found.items() if area} == {key: area for key, area in expected.items() if area}
    assert said["total"]["reported_only_m2"] == 2_170_631.03
    assert said["total"]["cleared_m2"] == 0
    assert said["total"]["size_unknown"] == 1_692
    figures = {figure.label: figure for figure in situation(programme, programme.clocks()).figures}
    assert figures["Released, reported only"].value == 2_170_631.03
    assert figures["Hazards of unknown size"].value == len(figures["Hazards of unknown size"].records) == 1_692


def test_without_the_department_an_ambiguous_name_is_said_to_be(
    colombia: Loaded, shared_data: Path, gazetteer: dict[tuple[str, str], list[str]], tmp_path: Path
) -> None:
    text = find_mapping("colombia_clearance").read_text(encoding="utf-8").replace(', within = "departamento"', "")
    text = text.replace('name = "colombia-clearance"', 'name = "by-name-alone"')
    (tmp_path / "by_name.toml").write_text(text, encoding="utf-8")
    path = shared_data / "colombia_clearance/anti-personnel-mines.csv"
    table = rows(path)
    report = bring(colombia.programme, path, tmp_path / "by_name.toml")
    alike: Counter[str] = Counter()
    for (_, name), found in gazetteer.items():
        alike[name] += len(found)
    expected = {number for number, row in enumerate(table, start=1) if alike[bare(row["municipio"])] > 1}
    assert {each.row for each in report.findings if each.code == "place-ambiguous"} == expected
    assert len(expected) == 112
    told = said_of(colombia.programme, "activity", "by-name-alone")
    assert all("place_id" not in each.body for number, each in enumerate(told, start=1) if number in expected)


def test_events_come_home_from_an_export(colombia: Loaded, tmp_path: Path) -> None:
    programme = colombia.programme
    for kind, form in (("accident", "geojson"), ("item", "csv")):
        export(programme, [kind], tmp_path / f"{kind}.{form}", programme.clocks())
        with new_programme(tmp_path / kind) as other:
            assert bring_home(other, tmp_path / f"{kind}.{form}").new == programme.journal.count(kind)[kind]
            home = {state.record_id: state.body for state in other.journal.states(kind)}
        assert home == {state.record_id: state.body for state in programme.journal.states(kind)}


def test_drafted_mappings_do_without_correction(shared_data: Path, tmp_path: Path) -> None:
    """What is drafted from each file, used as it is, brings every row in as what it is."""
    expected = {f"{VICTIMS}.csv": {"casualty": 12_062}, f"{VICTIMS}_excel.xlsx": {"casualty": 12_062},
                "colombia_clearance/anti-personnel-mines.csv": {"activity": 333, "release": 333},
                "colombia_events/2004.json": {"accident": 547, "activity": 988, "hazard": 65, "item": 429}}  # fmt: skip
    with new_programme(tmp_path / "drafted") as programme:
        for path, records in expected.items():
            report = bring_draft(programme, shared_data / path, tmp_path)
            assert (report.records, report.held) == (records, 0)
        states = list(programme.journal.states("casualty"))
        assert Counter(state.body["outcome"] for state in states) == {"injured": 2 * 9_733, "killed": 2 * 2_329}
        west, south, east, north = shapely.total_bounds(geometries(programme, "casualty"))
        assert -79 < west < east < -66
        assert -5 < south < north < 13
        names = {state.body["name"] for state in programme.journal.states("dataset")}
        assert len(names) == 4
