"""Does the paper of the simulated country, brought in file by file, give the truth, and are its faults found?"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from whitestone.programme.accounts import ledger
from whitestone.programme.checking import check
from whitestone.programme.importing import import_file
from whitestone.programme.importing_report import Report
from whitestone.programme.national import Paper, World, imagine, settings_for, write_paper
from whitestone.programme.national.truth import FLOWS
from whitestone.programme.opening import Clocks, Programme, init_programme

YEARS = 8
TOLERANCE_M2 = 1.0
"""What a whole country may differ by: coordinates on paper are rounded to a tenth of a millimetre."""


class Brought(NamedTuple):
    """A world, its paper, the programme that took it in, the reports, and the moment after each year's paper."""

    world: World
    paper: Paper
    programme: Programme
    reports: dict[str, Report]
    moments: dict[int, dt.datetime]


@pytest.fixture(scope="module")
def brought(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brought]:
    """Bring a small country in, year by year, as its paper arrived."""
    home = tmp_path_factory.mktemp("national")
    world = imagine(1, hazards=60, releases=130, years=YEARS)
    paper = write_paper(world, home / "files")
    reports, moments = {}, {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WHITESTONE_KEYS", str(home / "keys"))
        with init_programme(
            str(home / "programme"), name="Simulated country", who="Zed", settings=settings_for(world)
        ) as made:
            for year in paper.years():
                for each in paper.arrived(year):
                    reports[str(each.path.relative_to(paper.folder))] = import_file(made, each.path, each.mapping)
                moments[year] = dt.datetime.now(dt.UTC)
            yield Brought(world, paper, made, reports, moments)


def figures(brought: Brought, known: int | None, by: str = "year") -> dict[str, Any]:
    """Ask the programme for its ledger, as known after a year's paper (None: all of it)."""
    day = None if known is None else dt.date(known, 12, 31)
    moment = None if known is None else brought.moments[known]
    return ledger(brought.programme, Clocks(on=brought.world.last, known_on=day, known=moment), by=by)


@pytest.mark.parametrize("known", [None, 2006, 2008, 2010, 2012])
def test_the_ledger_of_the_programme_is_the_truth_at_every_moment(brought: Brought, known: int | None) -> None:
    """Late paper and corrections are there from the day on which they came, in the years of which they speak."""
    found = figures(brought, known)
    truth = brought.world.truth(known=None if known is None else dt.date(known, 12, 31))
    for column, m2 in truth.total().items():
        assert found["total"][f"{column}_m2"] == pytest.approx(m2, abs=TOLERANCE_M2), column
    years = truth.by_year()
    for row in found["rows"]:
        for column in FLOWS:
            wanted = years.get(row["key"], {}).get(column, 0.0)
            assert row[f"{column}_m2"] == pytest.approx(wanted, abs=TOLERANCE_M2), (row["key"], column)
    assert found["proof"]["residual_m2"] == 0


def test_proof_lines_of_the_programme_are_those_of_the_truth(brought: Brought) -> None:
    """Counts to the record, ground to the rounding of coordinates."""
    found = figures(brought, None)
    for line, figure in brought.world.truth().proof.items():
        computed = found["total"].get(line, found["proof"].get(line))
        assert computed == pytest.approx(figure, abs=TOLERANCE_M2 if line.endswith("_m2") else 0), line


def test_every_row_comes_in_and_the_paper_is_as_each_operator_writes_it(brought: Brought) -> None:
    """Nothing is held, every file has a mapping of its operator, and no two operators write alike."""
    assert sum(report.held for report in brought.reports.values()) == 0
    assert all(report.input > 0 for report in brought.reports.values())
    assert sum(each.input for name, each in brought.reports.items() if "hazard" in name) == len(
        brought.world.statements
    )
    assert sum(each.input for name, each in brought.reports.items() if "release" in name) == len(brought.world.works)
    heads = set()
    for operator in brought.world.operators:
        file = sorted((brought.paper.folder / operator.code).glob("release_*.geojson"))[0]
        content = json.loads(file.read_text())
        heads.add((*content["features"][0]["properties"], str(content.get("crs"))))
        assert (file.parent / "release.toml").exists()
    assert len(heads) == len(brought.world.operators)


def test_check_finds_every_fault_that_has_a_rule(brought: Brought) -> None:
    """On the record at fault; of the file with exchanged axes, on every row."""
    found: dict[str, set[Any]] = {}
    for each in check(brought.programme).findings:
        found.setdefault(each.finding.rule, set()).update(each.finding.record_ids)
    ids: dict[tuple[str, str], Any] = {}
    for kind in ("hazard", "release", "item"):
        for state in brought.programme.journal.states(kind, geometry=False):
            ids[kind, str(state.body["local_id"])] = state.record_id
    ruled = [fault for fault in brought.paper.faults if fault.rule is not None]
    assert {fault.kind for fault in brought.world.faults} < {fault.kind for fault in brought.paper.faults}
    assert len(ruled) >= 14
    for fault in ruled:
        at_fault = fault.local_ids if fault.rule_kind == "item" else fault.local_ids[:1]
        for local_id in at_fault:
            assert ids[fault.rule_kind, local_id] in found.get(fault.rule or "", set()), fault.kind


def test_the_list_of_faults_lies_beside_the_files_and_says_that_all_is_simulated(brought: Brought) -> None:
    """A reader without Python finds what was planted; every file and the programme say that they are invented."""
    listed = json.loads((brought.paper.folder / "faults.json").read_text())
    assert [each["kind"] for each in listed] == [fault.kind for fault in brought.paper.faults]
    assert all(each["says"] and each["local_ids"] for each in listed)
    assert brought.programme.settings.simulated
    assert all("simulated = true" in path.read_text() for path in brought.paper.folder.rglob("*.toml"))
    assert all("simulated" in operator.name for operator in brought.world.operators)


def test_the_same_world_gives_the_same_paper(brought: Brought, tmp_path: Path) -> None:
    """To the last byte."""
    again = write_paper(imagine(1, hazards=60, releases=130, years=YEARS), tmp_path)
    assert [each.path.name for _, each in again.deliveries] == [each.path.name for _, each in brought.paper.deliveries]
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (brought.paper.folder / path.relative_to(tmp_path)).read_bytes()


def test_an_empty_country_hands_in_its_districts(tmp_path: Path) -> None:
    """No hazards, no files of them."""
    paper = write_paper(imagine(1, 0), tmp_path)
    assert [each.path.name for _, each in paper.deliveries] == ["districts.geojson"]
    assert paper.faults == []
