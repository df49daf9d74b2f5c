"""What do the operators hand in, year by year, so that a programme can import it?

Each operator has its own id scheme, words, columns, date formats, units and reference system, and files one file of
hazards and one of releases for each year in which its paper arrived. Late paper and corrections stand in the file of
the year in which they came. Every file has a mapping with which it is imported as it is.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import shapely

from whitestone.exchange.mapping.text import to_toml
from whitestone.geodesy.areas import Plane
from whitestone.programme.demo.files import Delivery, write_features
from whitestone.programme.demo.world import LAT, LON
from whitestone.programme.national.dice import Dice
from whitestone.programme.national.forms import FORMS, Form, district_mapping, finds_mapping
from whitestone.programme.national.statements import Fault, Statement, Work, numbered
from whitestone.programme.national.world import World

__all__ = ["Paper", "settings_for", "write_paper"]

_DIGITS = 9
"""A tenth of a millimetre: shared edges stay shared."""
_UTM_DIGITS = 4
_FINDS = 16
_ORDER = ("districts", "hazard", "release", "finds")


class Paper(msgspec.Struct, frozen=True):
    """What was written: files with their mappings in the order in which they arrived, by year, and every fault.

    `deliveries[0]` are the districts (year 0). `faults` are those of the world and those that only paper can have.
    """

    folder: Path
    deliveries: list[tuple[int, Delivery]]
    faults: list[Fault]

    def years(self) -> list[int]:
        """List the years in which paper arrived, 0 for the districts, in order."""
        return sorted({year for year, _ in self.deliveries})

    def arrived(self, year: int) -> list[Delivery]:
        """Give the files that arrived in a year, hazards before releases."""
        return [each for when, each in self.deliveries if when == year]


def settings_for(world: World) -> dict[str, Any]:
    """Give the settings of a programme that takes this paper in: its plane is that of the world.

    >>> from whitestone.programme.national.world import imagine
    >>> sorted(settings_for(imagine(1, 0)))
    ['boundary_geojson', 'equal_area_lat', 'equal_area_lon', 'simulated']
    """
    (outline,) = _in_degrees([shapely.segmentize(world.country.outline(), 2_000)])
    return {
        "simulated": True,
        "equal_area_lon": LON,
        "equal_area_lat": LAT,
        "boundary_geojson": json.loads(shapely.to_geojson(outline)),
    }


def write_paper(world: World, folder: Path) -> Paper:
    """Write the districts, every operator's files of every year with their mappings, and `faults.json`, into a folder.

    Import them in the order of `deliveries`: `import FILE --mapping MAPPING`. The folder is made; what lies there under
    the same names is written over.

    >>> import tempfile
    >>> from whitestone.programme.national.world import imagine
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [len(write_paper(imagine(1, count), Path(folder)).deliveries) > 1 for count in (0, 3)]
    [False, True]
    """
    folder.mkdir(parents=True, exist_ok=True)
    deliveries = [(0, _districts(world, folder))]
    for form in FORMS:
        home = folder / form.operator
        home.mkdir(exist_ok=True)
        names = {each.record_id: each.local_id for each in world.statements if each.operator == form.operator}
        for kind, said in (("hazard", world.statements), ("release", world.works)):
            mine = [each for each in said if each.operator == form.operator]
            deliveries += _yearly(world, form, home / kind, mine, names)
    found, faults = _finds(world, folder / FORMS[0].operator)
    deliveries = sorted([*deliveries, *found], key=lambda each: (each[0], _ORDER.index(each[1].mapping.stem)))
    listed = [*world.faults, *faults]
    text = json.dumps([msgspec.to_builtins(each) for each in listed], indent=1)
    (folder / "faults.json").write_text(text + "\n", encoding="utf-8")
    return Paper(folder, deliveries, listed)


def _in_degrees(shapes: Iterable[Any]) -> list[Any]:
    drawn = list(shapes)
    if not drawn:
        return []
    degrees = shapely.transform(Plane(LON, LAT).unproject(drawn), lambda xy: np.round(xy, _DIGITS))
    return list(degrees)


def _districts(world: World, folder: Path) -> Delivery:
    shapes = _in_degrees(shapely.segmentize(district.outline, 2_000) for district in world.districts)
    rows = [
        {"code": district.code, "name": district.name, "_shape": shape}
        for district, shape in zip(world.districts, shapes, strict=True)
    ]
    write_features(folder / "districts.geojson", rows)
    (folder / "districts.toml").write_text(to_toml(district_mapping()), encoding="utf-8")
    return Delivery(folder / "districts.geojson", folder / "districts.toml")


def _yearly(
    world: World, form: Form, path: Path, said: Sequence[Statement | Work], names: dict[Any, str]
) -> list[tuple[int, Delivery]]:
    """Write one file for each year of arrival; what is said twice of one record in a year stands in a second file."""
    mapping = path.with_suffix(".toml")
    mapping.write_text(to_toml(form.mapping(path.name)), encoding="utf-8")
    districts = {district.code: district.name for district in world.districts}
    files: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    filed: Counter[tuple[Any, int]] = Counter()
    shapes = _in_degrees(world.shape(each) for each in said)
    arriving = sorted(range(len(said)), key=lambda at: (said[at].known_from, numbered(_begins(said[at])), at))
    for at in arriving:
        each = said[at]
        year = each.known_from.year
        files[year, filed[each.record_id, year]].append({**form.cells(each, names, districts), "_shape": shapes[at]})
        filed[each.record_id, year] += 1
    deliveries = []
    for (year, part), rows in sorted(files.items()):
        name = f"{path.name}_{year}" + (f"_part_{part + 1}" if part else "")
        write_features(path.with_name(f"{name}.geojson"), rows, form.crs, _UTM_DIGITS)
        deliveries.append((year, Delivery(path.with_name(f"{name}.geojson"), mapping)))
    return deliveries


def _begins(said: Statement | Work) -> dt.date | None:
    return said.begins if isinstance(said, Statement) else said.on


def _finds(world: World, home: Path) -> tuple[list[tuple[int, Delivery]], list[Fault]]:
    """Write two files of finds: one sound but for a date to come, one with longitude and latitude exchanged."""
    if not world.faults:
        return [], []
    mapping = home / "finds.toml"
    mapping.write_text(to_toml(finds_mapping()), encoding="utf-8")
    year, dice = world.first.year + 1, Dice(world.seed, "finds")
    rows = [_find(world, dice, number, year) for number in range(_FINDS)]
    rows[0]["found_on"] = "2093-05-04"
    for row in rows[_FINDS // 2 :]:
        row["longitude"], row["latitude"] = row["latitude"], row["longitude"]
    deliveries = []
    for part, some in (("", rows[: _FINDS // 2]), ("_exchanged", rows[_FINDS // 2 :])):
        path = home / f"finds_{year}{part}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, some[0].keys())
            writer.writeheader()
            writer.writerows(some)
        deliveries.append((year, Delivery(path, mapping)))
    ids = tuple(str(row["id"]) for row in rows)
    return deliveries, [
        Fault("date-to-come", (), ids[:1], "a year that is still to come", rule="date-future", rule_kind="item"),
        Fault("axes-exchanged", (), ids[_FINDS // 2 :], "a whole file with longitude and latitude exchanged",
              rule="axes-swapped", rule_kind="item"),
    ]  # fmt: skip


def _find(world: World, dice: Dice, number: int, year: int) -> dict[str, Any]:
    x, y = world.country.origin(dice.whole(0, len(world.faults) - 1))
    (spot,) = _in_degrees([shapely.Point(x + dice.whole(0, 700), y + dice.whole(0, 700))])
    found = dt.date(year, dice.whole(1, 12), dice.whole(1, 28))
    return {
        "id": f"AM-F-{number + 1:04d}", "longitude": f"{spot.x:.6f}", "latitude": f"{spot.y:.6f}",
        "category": "ap_mine", "quantity": 1, "found_on": found.isoformat(),
    }  # fmt: skip
