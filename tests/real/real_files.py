"""What do the tests on real data share: bringing a file in with its counts checked, and reading it without our code?"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from whitestone.exchange.mapping.suggest import suggest
from whitestone.programme.checking import Checked
from whitestone.programme.importing import import_file
from whitestone.programme.importing_report import Report
from whitestone.programme.mappings import find_mapping
from whitestone.programme.opening import Programme, init_programme
from whitestone.quality.model import Finding

Shapes = npt.NDArray[Any]

class Loaded(NamedTuple):
    """A programme with real files in it: what each run answered, and what the check found when all were in."""

    programme: Programme
    reports: dict[str, Report]
    checked: Checked

    def findings(self, rule: str) -> list[Finding]:
        """Give the findings of one rule."""
        return [each.finding for each in self.checked.findings if each.finding.rule == rule]


VICTIMS = "colombia_victims/Situaci_n_V_ctimas_Minas_Antipersonal_en_Colombia"


@contextmanager
def keys_in(folder: Path) -> Iterator[None]:
    """Keep keys in a folder while a programme for many tests is made."""
    before = os.environ.get("WHITESTONE_KEYS")
    os.environ["WHITESTONE_KEYS"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["WHITESTONE_KEYS"]
        else:
            os.environ["WHITESTONE_KEYS"] = before


def bring(programme: Programme, path: Path, mapping: Path | str) -> Report:
    """Import a file under a mapping (a shipped one by its name); every count must add up."""
    report = import_file(programme, path, find_mapping(mapping))
    assert report.accepted + report.accepted_with_findings + report.held == report.input
    assert report.new + report.changed + report.unchanged == report.accepted + report.accepted_with_findings
    return report


def bring_draft(programme: Programme, path: Path, folder: Path) -> Report:
    """Import a file under the mapping that is drafted from it, as it is, twice: the second time brings nothing new."""
    draft = folder / f"{path.name}.toml"
    draft.write_text(suggest(path).toml, encoding="utf-8")
    report = bring(programme, path, draft)
    again = bring(programme, path, draft)
    assert (again.new, again.changed, again.unchanged) == (0, 0, report.input - report.held)
    return report


def new_programme(folder: Path) -> Programme:
    """Make an empty programme in a folder."""
    return init_programme(str(folder), name=folder.name, who="test")


def features(path: Path) -> list[dict[str, Any]]:
    """Read the features of a GeoJSON file with the json module alone."""
    read: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["features"]
    return read


def rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV with the csv module alone."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def shapes_of(found: list[dict[str, Any]]) -> Shapes:
    """Turn features into shapes; what has no coordinates is None."""
    return np.array([_shape(each["geometry"]) for each in found], dtype=object)


def _shape(geometry: dict[str, Any] | None) -> Any:
    if geometry is None or not geometry.get("coordinates"):
        return None
    return shapely.geometry.shape(geometry)


def dissolved(shapes: Shapes, lon: float, lat: float) -> Any:
    """Make valid, project to an equal-area plane and dissolve at once: one ground, each square metre once."""
    kept = shapely.make_valid(shapes[[shape is not None for shape in shapes]], method="linework")
    plane = pyproj.CRS.from_proj4(f"+proj=laea +lon_0={lon} +lat_0={lat} +ellps=WGS84 +units=m")
    there = pyproj.Transformer.from_crs("EPSG:4326", plane, always_xy=True)
    flat = shapely.transform(kept, lambda at: np.column_stack(there.transform(at[:, 0], at[:, 1])))
    return shapely.union_all(shapely.make_valid(flat[shapely.area(flat) > 0], method="linework"))


def geometries(programme: Programme, kind: str) -> Shapes:
    """Give the shapes of all records of a kind."""
    bytes_ = [state.geometry for state in programme.journal.states(kind)]
    shapes: Shapes = shapely.from_wkb(np.array(bytes_, dtype=object))
    return shapes
