"""Which real files are brought in once for all tests here, and with what did each run answer?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from real_files import VICTIMS, Loaded, bring, keys_in, new_programme

from whitestone.programme.checking import check


@pytest.fixture(scope="session")
def real_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give all programmes of real data one folder of keys."""
    return tmp_path_factory.mktemp("real-keys")


@pytest.fixture(autouse=True)
def keys_dir(real_keys: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Use that folder in every test here, in place of one for each test."""
    monkeypatch.setenv("WHITESTONE_KEYS", str(real_keys))
    return real_keys


@pytest.fixture(scope="session")
def bosnia(tmp_path_factory: pytest.TempPathFactory, real_keys: Path, shared_data: Path) -> Iterator[Loaded]:
    """Bring in all layers of Bosnia's map, the municipalities as places first."""
    layers = {"cantons": "geoboundaries", "suspect_areas_simplyfied": "bosnia_suspected",
              "cleared_areas_simplyfied": "bosnia_cleared", "lifted_minefields": "bosnia_lifted",
              "incidents": "bosnia_incidents"}  # fmt: skip
    with keys_in(real_keys), new_programme(tmp_path_factory.mktemp("real") / "bosnia") as programme:
        folder = shared_data / "bosnia_mine_map"
        reports = {name: bring(programme, folder / f"{name}.geojson", it) for name, it in layers.items()}
        yield Loaded(programme, reports, check(programme))


@pytest.fixture(scope="session")
def colombia(tmp_path_factory: pytest.TempPathFactory, real_keys: Path, shared_data: Path) -> Iterator[Loaded]:
    """Bring in the place codes, both files of the register of casualties, clearance, and events year by year."""
    files = {"pcodes": ("pcodes/global_pcodes_adm_1_2.csv", "pcodes"),
             "victims": (f"{VICTIMS}.csv", "colombia_victims"),
             "workbook": (f"{VICTIMS}_excel.xlsx", "colombia_victims_workbook"),
             "clearance": ("colombia_clearance/anti-personnel-mines.csv", "colombia_clearance")}  # fmt: skip
    files |= {str(year): (f"colombia_events/{year}.json", "colombia_events") for year in range(1990, 2015)}
    with keys_in(real_keys), new_programme(tmp_path_factory.mktemp("real") / "colombia") as programme:
        reports = {name: bring(programme, shared_data / path, it) for name, (path, it) in files.items()}
        yield Loaded(programme, reports, check(programme))
