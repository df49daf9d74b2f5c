"""How does a simulated list of casualties come into a programme of the tests?"""

from __future__ import annotations

from pathlib import Path

from whitestone.exchange.mapping.text import parse_mapping
from whitestone.programme.importing import Report, import_file
from whitestone.programme.opening import Programme

_MAPPING = """[dataset]
name = "{name}"
source = "Simulated {name}"
{edition}
[file]
encoding = "{encoding}"
{position}
[[record]]
kind = "casualty"
[record.fields]
local_id = "id"
occurred_on = "date"
outcome = "outcome"
sex = "sex"
age_years = "age"
person_name = "{person}"
{more}
"""
_SNAPSHOT = 'edition = "snapshot"\ncoverage = "all"'
INCREMENT = 'edition = "increment"'


def bring(programme: Programme, folder: Path, name: str, text: str, encoding: str = "utf-8", *,
          places: tuple[str, str] | None = None, person: str = "name", edition: str = _SNAPSHOT,
          more: str = "") -> Report:  # fmt: skip
    """Import one list: id, date, outcome, sex, age and name; `places` are its columns of latitude and longitude."""
    path = folder / f"{name}.csv"
    path.write_bytes(text.encode(encoding))
    position = '[position]\ny = "{}"\nx = "{}"\ncrs = "EPSG:4326"'.format(*places) if places else ""
    values = {"name": name, "edition": edition, "encoding": encoding, "position": position, "person": person}
    return import_file(programme, path, parse_mapping(_MAPPING.format(**values, more=more)))
