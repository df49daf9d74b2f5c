"""Does a list of impossible casualties come in whole, under its own draft, and does `check` name each fault?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from whitestone.cli import app, collect

ACCIDENTS = """accident_id,date,killed,injured,casualties
A1,2020-05-05,1,1,2
A2,2020-06-01,2,3,4
A3,2020-07-01,-1,3,2
"""
PERSONS = """id,accident_id,date,outcome,sex,age,died_on
P1,A1,2020-05-05,killed,male,30,
P2,A1,2020-05-05,injured,female,140,
P3,A1,2020-05-05,injured,male,8,
P4,A1,2020-04-01,killed,male,25,2020-04-01
P5,A1,2020-05-05,injured,male,-3,2019-01-01
P6,A9,2020-05-05,killed,male,child of 140 years,
P7,A1,2020-05-06,injured,female,17,
"""
LINK = '\n[[record.links]]\nattribute = "accident_id"\ndataset = "accidents"\ncolumn = "accident_id"\n'


def called(*words: str) -> Any:
    collect()
    result = CliRunner().invoke(app, [*words, "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return json.loads(result.stdout)


def brought(folder: Path, name: str, text: str, more: str = "") -> Any:
    """Draft the mapping of a table and import it under that draft, with what a person added."""
    table, draft = folder / f"{name}.csv", folder / f"{name}.toml"
    table.write_text(text)
    said = called("-C", str(folder / "p"), "import", str(table), "--suggest", "--out", str(draft))
    assert said
    draft.write_text(draft.read_text() + more)
    return called("-C", str(folder / "p"), "import", str(table), "--mapping", str(draft))


def test_impossible_casualties_are_kept_counted_and_named(tmp_path: Path) -> None:
    called("-C", str(tmp_path / "p"), "init", "--name", "p")
    accidents = brought(tmp_path, "accidents", ACCIDENTS)
    assert (accidents["input"], accidents["held"], accidents["new"]) == (3, 0, 3)
    assert {"number-out-of-range", "accident-sum"} <= {each["code"] for each in accidents["findings"]}
    persons = brought(tmp_path, "persons", PERSONS, LINK)
    assert (persons["input"], persons["held"], persons["new"]) == (7, 0, 7)
    assert {"number-out-of-range", "number-not-understood", "link-broken", "dates-out-of-order"} <= {
        each["code"] for each in persons["findings"]}  # fmt: skip
    found = [each["rule"] for each in called("-C", str(tmp_path / "p"), "check")["findings"]]
    assert {"accident-sum", "casualties-differ-from-accident", "age-impossible", "casualty-against-accident-date",
            "dates-out-of-order"} <= set(found)  # fmt: skip
    total = called("-C", str(tmp_path / "p"), "casualties", "table", "--by", "outcome,sex_age")
    # Seven persons, and what A2 and A3 state beyond them.
    assert total["total"]["casualties"] == 7 + 8
    ages = {row["key"]["sex_age"]: 0 for row in total["rows"]}
    assert "woman" not in ages, "140 years make no woman: her age is not known"


def test_a_draft_tells_of_the_cell_that_is_no_count_and_of_the_column_that_names_accidents(tmp_path: Path) -> None:
    called("-C", str(tmp_path / "p"), "init", "--name", "p")
    brought(tmp_path, "accidents", ACCIDENTS)
    assert "NOT understood: '-1'" in (tmp_path / "accidents.toml").read_text()
    brought(tmp_path, "persons", PERSONS)
    assert 'attribute = "accident_id"' in (tmp_path / "persons.toml").read_text()
