"""Do the tables of real registers say what counting their files without our code says?"""

from __future__ import annotations

import csv
import json
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from real_files import VICTIMS, Loaded, bring, new_programme

from whitestone.programme.casualties_counting import count_casualties

OUTCOMES = {"Herido": "injured", "Muerto": "killed"}
STATUSES = {"Civil": "civilian", "Fuerza pública": "military"}
SEX_AGES = {("Masculino", "Mayor de 18 años"): "man", ("Masculino", "Menor de 18 años"): "boy",
            ("Femenino", "Mayor de 18 años"): "woman", ("Femenino", "Menor de 18 años"): "girl"}  # fmt: skip


@pytest.fixture(scope="module")
def register(shared_data: Path) -> list[dict[str, str]]:
    """Read Colombia's register with csv alone."""
    with (shared_data / f"{VICTIMS}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def counted(programme: Any, by: str, **more: Any) -> dict[tuple[str, ...], int]:
    """Count with our own, key -> casualties."""
    return {row.key: row.figures.casualties for row in count_casualties(programme, by, **more).rows}


@pytest.fixture(scope="module", params=["csv", "xlsx"])
def colombia_alone(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, shared_data: Path,
                   real_keys: Path) -> Any:
    """Bring in one of the two files of the one register; the workbook was made from the CSV and broken on its way."""
    ending, mapping = {"csv": (".csv", "colombia_victims"), "xlsx": ("_excel.xlsx", "colombia_victims_workbook")}[
        request.param]  # fmt: skip
    with new_programme(tmp_path_factory.mktemp("one") / "p") as programme:
        report = bring(programme, shared_data / f"{VICTIMS}{ending}", mapping)
        assert (report.input, report.new, report.held) == (12_062, 12_062, 0)
        yield programme


def test_both_files_of_colombias_register_give_the_counts_of_the_csv(
    colombia_alone: Any, register: list[dict[str, str]]
) -> None:
    assert counted(colombia_alone, "outcome,status") == Counter(
        (OUTCOMES[row["estado"]], STATUSES[row["condicion"]]) for row in register)
    assert counted(colombia_alone, "sex_age") == Counter(
        (SEX_AGES.get((row["genero"], row["rangoedad"]), "unknown"),) for row in register)
    assert counted(colombia_alone, "month") == Counter((f"{row['ano']}-{int(row['mes']):02d}",) for row in register)
    assert sum(counted(colombia_alone, "device,activity").values()) == len(register) == 12_062


def test_departments_of_colombia_are_counted_at_the_first_level(
    colombia: Loaded, register: list[dict[str, str]]
) -> None:
    """The session's programme holds both files of the register: everybody is in it twice, and nobody is merged."""
    assert sum(counted(colombia.programme, "source").values()) == 2 * 12_062
    ours = {_plain(key[0]): count for key, count in counted(colombia.programme, "place", level=1).items()}
    theirs = Counter(_plain(row["departamento"]) for row in register)
    alike = {name for name in theirs if ours.get(name) == 2 * theirs[name]}
    assert len(alike) >= 28, sorted(set(theirs) - alike)
    assert sum(ours.values()) == 2 * 12_062


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if letter.isalpha() and not unicodedata.combining(letter))


def test_cambodias_accidents_count_their_people_and_amputees_among_the_injured(
    tmp_path: Path, shared_data: Path
) -> None:
    path = shared_data / "cambodia_casualties/dataset.json"
    inside = [each["properties"] for each in json.loads(path.read_text(encoding="utf-8"))["features"]]
    with new_programme(tmp_path / "p") as programme:
        bring(programme, path, "cambodia_casualties")
        table = count_casualties(programme, "amputation")
        assert table.total.as_dict() == {
            "killed": sum(each["KILLED"] for each in inside),
            "injured": sum(each["INJURE"] + each["AMPUTATION"] for each in inside),
            "unknown": 0, "casualties": sum(each["VICTIM"] for each in inside),
        }  # fmt: skip
        assert table.of_accidents == table.total, "no person is recorded; all are stated by accidents"
        assert {row.key[0]: row.figures.injured for row in table.rows if row.figures.injured} == {"yes": 42, "no": 137}
        by_hand: Counter[tuple[str, ...]] = Counter()
        for each in inside:
            by_hand[each["Incident_D"][:7].replace("/", "-"),] += each["VICTIM"]
        assert counted(programme, "month") == by_hand
        devices = counted(programme, "device")
        assert devices["ap_mine",] == sum(each["VICTIM"] for each in inside if each["MINE_TYPE"] == "Anti-personnel")
        assert devices["submunition",] == sum(each["VICTIM"] for each in inside
                                              if each["ERW_TYPE"] == "CBU Submunition")
