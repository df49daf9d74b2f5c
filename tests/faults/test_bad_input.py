"""Do the spreadsheets that people keep come in whole: titles, totals, mixed dates, names of victims?"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest
from openpyxl import Workbook

from whitestone.domain.settings import Settings
from whitestone.exchange.mapping.apply import Applier
from whitestone.exchange.mapping.corrections import corrected_chunk
from whitestone.exchange.mapping.suggest import Suggestion, suggest
from whitestone.exchange.readers import open_file

HEAD = ["No.", "Hazard ID", "Type of area", "Status", "Date of survey", "Coordinates", "Area (m²)", "Contact person"]


def hazards(folder: Path) -> Path:
    """Make a sheet as an operator keeps it: merged title, header repeated halfway, total at the bottom."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["List of hazardous areas 2019"])
    sheet.merge_cells("A1:H1")
    sheet.append([])
    sheet.append(HEAD)
    days: list[object] = ["12.05.2019", "2019", "May 2019", "05/2019", dt.date(2019, 7, 3), 43600]
    areas = ["1.234,56", "12.345,00", "850", "1.000.000,5", "333,25", "2.500"]
    for number in range(12):
        if number == 6:
            sheet.append(HEAD)
        sheet.append([number, f"HA-{number}", ["Suspected", "CHA"][number % 2], "Open", days[number % 6],
                      f"44°{10 + number}'30.2\"N 17°{20 + number}'12.5\"E", areas[number % 6], "Amir Canary"])
    sheet.append(["Total", None, None, None, None, None, "99.999,00"])
    path = folder / "hazards.xlsx"
    book.save(path)
    return path


def table(folder: Path, name: str, head: list[str], rows: list[list[str]]) -> Suggestion:
    """Draft the mapping of a small table."""
    path = folder / name
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=";").writerows([head, *rows])
    return suggest(path)


def test_a_kept_sheet_needs_no_correction(tmp_path: Path) -> None:
    """Its dates keep their precision, its areas their points, its total and second header are held."""
    path = hazards(tmp_path)
    draft = suggest(path)
    assert [record.kind for record in draft.mapping.records] == ["hazard"]
    assert "Contact person" in draft.mapping.personal_columns
    assert "Canary" not in draft.toml
    assert draft.mapping.position.pair == "Coordinates"
    chunk = next(open_file(path).chunks())
    assert [fault.code for fault in chunk.faults] == ["repeated-header", "total-row"]
    made = Applier(draft.mapping, Settings()).apply(chunk)
    assert {found.code for found in made.findings} == {"repeated-header", "total-row"}
    fields = draft.mapping.records[0].fields
    assert fields["area_reported_m2"].thousands == "."
    assert fields["area_reported_m2"].decimal == ","
    assert {"%d.%m.%Y", "%m/%Y", "%Y", "%Y-%m-%d", "excel"} <= set(fields["discovered_on"].formats)


@pytest.mark.parametrize("head", ["Nom de la victime", "Nombre de la víctima", "Victim's name", "Имя пострадавшего",
                                  "Ime i prezime žrtve", "Reported by", "Reporter phone", "Téléphone"])
def test_whoever_is_named_is_sealed(head: str, tmp_path: Path) -> None:
    """In each language at hand, and in files about the ground as in files about people."""
    rows = [["1", "Blessé", "F", "12/05/2018", "Canary"], ["2", "Tué", "M", "13/05/2018", "Canary Two"]]
    draft = table(tmp_path, "accidents.csv", ["Id", "Outcome", "Sexe", "Date", head], rows)
    assert head in draft.mapping.personal_columns
    assert "Canary" not in draft.toml


def test_a_number_by_which_somebody_is_reached_is_sealed_whatever_its_heading(tmp_path: Path) -> None:
    """Content tells what a heading does not."""
    rows = [[str(number), "SHA", "open", f"+387 61 200 30{number}"] for number in range(5)]
    assert "Misc" in table(tmp_path, "h.csv", ["Hazard ID", "Type", "Status", "Misc"], rows).mapping.personal_columns


def test_utm_with_its_zone_in_a_column(tmp_path: Path) -> None:
    """Russian headings; the zone says which system."""
    rows = [[f"Р-{n}", "Предполагаемая опасная зона", "Открыта", "38N", str(500_000 + n), "4400000"] for n in range(5)]
    head = ["Номер", "Тип опасности", "Статус", "Зона", "Восток", "Север"]
    position = table(tmp_path, "h.csv", head, rows).mapping.position
    assert position.crs == "EPSG:32638"


def test_several_areas_in_a_row_are_several_releases(tmp_path: Path) -> None:
    """Cleared and reduced stand apart, each only where it says something."""
    rows = [[f"T-{n}", "2021-01-03", f"{n + 10}/01/2021", "1.234,56", "" if n else "100", str(n)] for n in range(5)]
    head = ["Código de tarea", "Fecha de inicio", "Fecha de finalización", "Área despejada (m²)", "Área reducida (m²)",
            "MAP destruidas"]
    draft = table(tmp_path, "despeje.csv", head, rows)
    assert [record.kind for record in draft.mapping.records] == ["activity", "release", "release"]
    assert draft.mapping.records[1].when is None
    assert draft.mapping.records[2].when.column == "Área reducida (m²)"


def test_an_ordinary_row_is_no_total(tmp_path: Path) -> None:
    """A place may be called so; a row of which most is filled is kept."""
    path = tmp_path / "t.csv"
    path.write_text("id,type,area,x\n1,SHA,5,2\nTotal,SHA,7,3\nTotal:,,12,\n")
    chunk = next(open_file(path).chunks())
    assert chunk.frame.height == 2
    assert [fault.row for fault in chunk.faults] == [3]


def test_the_text_of_an_unread_row_does_not_enter_the_record_that_corrects_it(tmp_path: Path) -> None:
    """It may name somebody whom the mapping seals."""
    path = tmp_path / "held.csv"
    lead = "whitestone_run,whitestone_row,whitestone_digest,whitestone_reasons,whitestone_wkt,whitestone_raw"
    path.write_text(f"{lead},ID\nr,1,{'ab' * 16},why,,1;Canary,1\n")
    rest, digests = corrected_chunk(next(open_file(path).chunks()))
    assert rest.frame.to_dict(as_series=False) == {"ID": ["1"]}
    assert digests.tolist() == [b"\xab" * 16]
