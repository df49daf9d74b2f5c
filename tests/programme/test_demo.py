"""Is the demonstration whole: every planted fault found, every kind of record there, sums that close?"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

from whitestone.domain.kinds import KINDS
from whitestone.errors import ProgrammeExists
from whitestone.programme.checking import check
from whitestone.programme.demo import colombia
from whitestone.programme.demo.district import generate
from whitestone.programme.demo.running import run_demo
from whitestone.programme.opening import open_programme
from whitestone.programme.periods import list_periods
from whitestone.programme.repairing import listed
from whitestone.quality.rules import RULES


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """Make the simulated district once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WHITESTONE_KEYS", str(tmp_path_factory.mktemp("keys")))
        yield run_demo(tmp_path_factory.mktemp("demo"), with_colombia=False, who="Zed")


def test_check_finds_every_planted_fault(demo) -> None:  # type: ignore[no-untyped-def]
    """The list of what was planted is the test of the rules; and every rule has something planted for it."""
    assert [fault for fault in demo.planted if not fault["found"]] == []
    assert {fault["rule"] for fault in demo.planted} == set(RULES)


def test_who_makes_it_is_the_author_of_its_runs(demo) -> None:  # type: ignore[no-untyped-def]
    """The simulated desks keep their own names; what was brought in was brought in by the person who asked."""
    with open_programme(demo.folder, readonly=True) as programme:
        assert {each.author for each in programme.journal.revisions() if each.run} == {"Zed"}


def test_the_faults_are_few_beside_what_is_sound(demo) -> None:  # type: ignore[no-untyped-def]
    """A rule that cried at everything would find its fault too: no rule finds much more than was planted."""
    planted = {rule: sum(fault["rule"] == rule for fault in demo.planted) for rule in RULES}
    for rule, count in demo.findings.items():
        assert count["open"] + count["accepted"] <= planted[rule] + 4, rule


def test_every_row_is_accounted_for(demo) -> None:  # type: ignore[no-untyped-def]
    """The three outcomes add up to the rows handed in, file by file."""
    rows = demo.rows
    assert rows["accepted"] + rows["accepted_with_findings"] + rows["held"] == rows["input"] > 1500
    assert rows["held"] == 0
    assert rows["files"] >= 15


def test_every_kind_of_record_about_the_ground_is_there(demo) -> None:  # type: ignore[no-untyped-def]
    """From places to claims; and the district says that it is simulated."""
    with open_programme(demo.folder, readonly=True) as programme:
        counted = programme.journal.count(approved_only=False)
        assert {name for name in KINDS if not counted.get(name)} <= {"period"}
        assert programme.settings.simulated
        simulated = [state.body.get("simulated") for state in programme.journal.states("dataset")]
        assert simulated
        assert all(simulated)


def test_the_ledger_of_the_district_closes(demo) -> None:  # type: ignore[no-untyped-def]
    """Opening and changes make the closing, and nothing is left over."""
    total, proof = demo.ledger["total"], demo.ledger["proof"]
    gained = total["opening_m2"] + total["discovered_m2"] + total["boundary_increase_m2"] + total["transferred_in_m2"]
    lost = sum(
        total[f"{name}_m2"] for name in ("boundary_decrease", "transferred_out", "cancelled", "reduced", "cleared")
    )
    assert total["closing_m2"] == pytest.approx(gained - lost + total["reclassified_m2"], abs=0.1)
    assert abs(proof["residual_m2"]) < 0.1
    assert total["cleared_m2"] > 0
    assert proof["not_approved_m2"] > 0
    assert proof["in_conflict_m2"] > 0


def test_history_split_correction_late_paper_and_decisions_are_there(demo) -> None:  # type: ignore[no-untyped-def]
    """Ten years leave more than states."""
    with open_programme(demo.folder, readonly=True) as programme:
        natures = {revision.nature.name for revision in programme.journal.revisions(kind="hazard")}
        assert {"CHANGE", "CORRECTION"} <= natures
        assert programme.journal.conflicts()
        assert any(state.body.get("parent_ids") for state in programme.journal.states("hazard"))
        assert programme.journal.count("decision")["decision"] == 1
        assert programme.journal.count("finding")["finding"] == 1
        counts = check(programme, ["leg-too-long"]).counts()
        assert counts["leg-too-long"] == {"severity": "warning", "open": 0, "accepted": 1, "fixed": 0}
        assert programme.journal.verify().ok


def test_names_of_people_lie_sealed_in_the_simulated_district_too(demo) -> None:  # type: ignore[no-untyped-def]
    """No invented name can be read in the database file."""
    data = (Path(demo.folder) / "programme.db").read_bytes()
    assert b"Simulated person" not in data


def test_one_seed_gives_one_district(tmp_path: Path) -> None:
    """The same files to the last byte, except where a format carries the time at which it was written."""
    one, two, other = generate(tmp_path / "1"), generate(tmp_path / "2"), generate(tmp_path / "3", seed=7)
    assert one.planted == two.planted
    plain = [each for each in one.deliveries if each.path.suffix != ".xlsx"]
    for each in plain:
        name = each.path.relative_to(tmp_path / "1")
        assert each.path.read_bytes() == (tmp_path / "2" / name).read_bytes()
    assert plain[0].path.read_bytes() != (tmp_path / "3" / plain[0].path.relative_to(tmp_path / "1")).read_bytes()
    assert len(other.planted) == len(one.planted)


def test_the_country_beside_it_has_twenty_closed_years_with_restatements_and_work(demo) -> None:  # type: ignore[no-untyped-def]
    """A new user sees late paper move closed years, and proof lines with cases; the district stays as it was."""
    country = demo.country
    assert country.closed == [str(year) for year in range(2005, 2025)]
    assert country.restated["figures"] > 0
    assert country.restated["revisions"] > 0
    assert {row["key"] for row in country.ledger["rows"]} >= set(country.closed[1:])
    assert country.ledger["proof"]["residual_m2"] == 0
    with open_programme(country.folder, readonly=True) as programme:
        assert programme.settings.simulated
        assert "simulated" in programme.settings.name
        assert list_periods(programme)["ok"]
        listed_lines = listed(programme, programme.clocks(), limit=0)["lines"]
        assert sum(each["cases"] > 0 for each in listed_lines) >= 8
        assert programme.journal.verify().ok
    with open_programme(demo.folder, readonly=True) as programme:
        assert list_periods(programme)["periods"] == []


def test_a_second_demonstration_does_not_write_over_the_first(demo) -> None:  # type: ignore[no-untyped-def]
    """A programme is never made over another."""
    with pytest.raises(ProgrammeExists):
        run_demo(Path(demo.folder).parent)


def test_the_shipped_copies_are_small_named_and_without_what_identifies_people() -> None:
    """No ethnicity, no site, no coordinates of casualties; source and licence beside the files."""
    folder = resources.files(colombia)
    sizes = [len(each.read_bytes()) for each in folder.iterdir() if each.name.endswith(".gz")]
    assert len(sizes) == 28
    assert sum(sizes) < 2_500_000
    header = gzip.decompress((folder / "casualties.csv.gz").read_bytes()).decode().splitlines()
    assert not {"grupoetnico", "sitio", "latitudcabecera", "longitudcabecera", "Ubicación"} & set(header[0].split(","))
    assert len(header) == 12_063
    source = (folder / "SOURCE.md").read_text()
    assert "CC BY-SA 4.0" in source
    assert "MIT" in source


def test_the_shipped_copies_are_made_from_the_published_files(shared_data: Path, tmp_path: Path) -> None:
    """The tool makes the same bytes again."""
    import importlib.util

    path = Path(__file__).resolve().parents[2] / "tools" / "make_demo_data.py"
    spec = importlib.util.spec_from_file_location("make_demo_data", path)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    tool.TARGET = tmp_path
    for make in (tool.events, tool.casualties, tool.clearance, tool.municipalities):
        make(shared_data)
    for made in tmp_path.iterdir():
        shipped = (resources.files(colombia) / made.name).read_bytes()
        assert gzip.decompress(made.read_bytes()) == gzip.decompress(shipped)


def test_the_demonstration_with_colombia_from_the_command_line(tmp_path: Path) -> None:
    """Both are loaded; all casualties stay; the point with the wrong sign has a proposal; it ends with 0."""
    command = [sys.executable, "-m", "whitestone.cli", "demo", "--folder", str(tmp_path), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["rows"]["records"]["casualty"] == 12_062
    assert (
        answer["rows"]["accepted"] + answer["rows"]["accepted_with_findings"] + answer["rows"]["held"]
        == (answer["rows"]["input"])
    )
    assert [fault for fault in answer["planted"] if not fault["found"]] == []
    assert answer["findings"]["sign-wrong"]["open"] == 2
    with open_programme(answer["folder"], readonly=True) as programme:
        slips = check(programme, ["sign-wrong"]).findings
        colombian = next(each.finding for each in slips if each.finding.where and each.finding.where[0] > 70)
        assert colombian.proposal == {"lon": -74.23416667, "lat": 4.197777778}
