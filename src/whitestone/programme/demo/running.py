"""How is the demonstration made, from an empty folder to figures that can be asked about?"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import shapely

from whitestone.errors import ProgrammeExists
from whitestone.programme.accounts import ledger
from whitestone.programme.checking import Checked, check
from whitestone.programme.demo import colombia, district
from whitestone.programme.demo.country import Country, make_country
from whitestone.programme.demo.faults import Planted
from whitestone.programme.demo.paper import district_outline
from whitestone.programme.demo.world import LAT, LON
from whitestone.programme.importing_report import Report
from whitestone.programme.opening import Programme, init_programme

__all__ = ["NAME", "Demo", "found_faults", "run_demo"]

NAME = "Demonstration: a simulated district, and open data of Colombia"
Say = Callable[[str], None]


class Demo(msgspec.Struct):
    """What the demonstration brought: where it lies, rows, ledger, findings by rule, planted faults, seconds."""

    folder: str
    rows: dict[str, Any]
    ledger: dict[str, Any]
    findings: dict[str, dict[str, Any]]
    planted: list[dict[str, Any]]
    seconds: dict[str, float]
    country: Country | None = None
    """The simulated country beside it, a programme of its own."""

    def as_dict(self) -> dict[str, Any]:
        """Return what `demo --json` prints."""
        return {"name": NAME, "simulated": True, **msgspec.structs.asdict(self),
                "country": msgspec.to_builtins(self.country)}


def run_demo(
    folder: Path,
    *,
    seed: int = district.SEED,
    with_colombia: bool = True,
    with_country: bool = True,
    who: str | None = None,
    say: Say | None = None,
) -> Demo:
    """Make the demonstration's programme in a folder, load the district and Colombia, and account for both.

    `with_country` makes the simulated country beside it, in a programme of its own with closed years. Files as the
    operators handed them in stay beside the programme, in `files/`. `who` is the author of the runs (None: as
    everywhere, the environment's or the system's user). Refuses a folder that already holds a programme with
    ProgrammeExists.
    """
    tell, seconds = say or (lambda words: None), {}
    target = folder / "programme"
    if target.exists():
        raise ProgrammeExists(where=str(target))
    started = time.perf_counter()
    with init_programme(str(target), name=NAME, who=who, settings=_settings(with_colombia)) as programme:
        tell("The simulated district: ten years, three operators …")
        made = district.generate(folder / "files" / "simulated_district", seed)
        reports = district.bring_in(programme, made)
        seconds["district"] = time.perf_counter() - started
        if with_colombia:
            tell("Colombia's open data: places, events of 25 years, casualties, clearance …")
            reports += colombia.bring_in(programme, folder / "files" / "colombia")
            seconds["colombia"] = time.perf_counter() - started - seconds["district"]
        tell("The ledger …")
        before = time.perf_counter()
        account = ledger(programme, programme.clocks())
        seconds["ledger"] = time.perf_counter() - before
        tell("The findings …")
        checked = check(programme)
        seconds["check"] = checked.seconds
        planted = found_faults(programme, checked, made.planted)
    beside = None
    if with_country:
        tell("The simulated country: twenty years, five operators, each year closed when it was over …")
        beside = make_country(folder, who=who)
        seconds["country"] = beside.seconds
    seconds["all"] = time.perf_counter() - started
    rounded = {name: round(value, 2) for name, value in seconds.items()}
    return Demo(str(target), _rows(reports), account, checked.counts(), planted, rounded, beside)


def found_faults(programme: Programme, checked: Checked, planted: list[Planted]) -> list[dict[str, Any]]:
    """Say of each planted fault whether the check finds it: by rule and record, in whatever state the finding is."""
    found: dict[str, set[Any]] = {}
    for each in checked.findings:
        found.setdefault(each.finding.rule, set()).update(each.finding.record_ids)
    ids: dict[tuple[str, str], set[Any]] = {}
    for kind in {fault.kind for fault in planted}:
        for state in programme.journal.states(kind, approved_only=False, geometry=False):
            ids.setdefault((kind, str(state.body.get("local_id"))), set()).add(state.record_id)
    return [
        {
            **msgspec.structs.asdict(fault),
            "found": bool(ids.get((fault.kind, fault.local_id), set()) & found.get(fault.rule, set())),
        }
        for fault in planted
    ]


def _settings(with_colombia: bool) -> dict[str, Any]:
    areas = [district_outline()] + ([shapely.box(*colombia.OUTLINE)] if with_colombia else [])
    boundary = shapely.MultiPolygon(areas)
    return {
        "simulated": True,
        "equal_area_lon": LON,
        "equal_area_lat": LAT,
        "boundary_geojson": {"type": "MultiPolygon", "coordinates": _coordinates(boundary)},
    }


def _coordinates(shape: shapely.MultiPolygon) -> list[Any]:
    return [[[list(xy) for xy in part.exterior.coords]] for part in shape.geoms]


def _rows(reports: list[Report]) -> dict[str, Any]:
    """Add up what became of all rows of all files."""
    records: Counter[str] = Counter()
    for report in reports:
        records.update(report.records)
    names = ("input", "accepted", "accepted_with_findings", "held", "new", "changed", "unchanged")
    return {"files": len(reports), **{name: sum(getattr(each, name) for each in reports) for name in names},
            "records": dict(records)}  # fmt: skip
