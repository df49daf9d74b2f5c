"""What does a national programme look like after twenty years, with each year closed when it was over?

The simulated country of `programme.national`, brought in as its paper arrived: year after year, and each year closed
before the paper of the next came. So late paper restates closed years, and the proof lines hold work. It is a programme
of its own beside the district: a closed year freezes all that a programme holds.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec

from whitestone.programme.accounts import ledger
from whitestone.programme.importing import import_file
from whitestone.programme.importing_report import Report
from whitestone.programme.national import imagine, settings_for, write_paper
from whitestone.programme.national.paper import Paper
from whitestone.programme.opening import Programme, init_programme
from whitestone.programme.periods import close_period
from whitestone.programme.restatements import restatements

__all__ = ["HAZARDS", "NAME", "Country", "make_country"]

NAME = "Demonstration: a simulated country, twenty years"
SEED, HAZARDS, YEARS = 1, 80, 20
_RESTATED = 2012
"""The closed year of which the restatements are counted for the summary; all can be asked for."""


class Country(msgspec.Struct):
    """What was brought in: where it lies, its files and rows, its ledger by year, the closed years, and one restated.

    `restated` counts what would be otherwise in the figures of `restated_year` today.
    """

    folder: str
    files: int
    rows: int
    held: int
    ledger: dict[str, Any]
    closed: list[str]
    restated_year: str
    restated: dict[str, int]
    seconds: float


def make_country(folder: Path, *, who: str | None = None, hazards: int = HAZARDS) -> Country:
    """Write the country's files into `folder/files/simulated_country`, and bring them in as `folder/country`.

    Refuses a folder that already holds such a programme with ProgrammeExists.
    """
    started = time.perf_counter()
    world = imagine(seed=SEED, hazards=hazards, years=YEARS)
    settings = settings_for(world)
    with init_programme(str(folder / "country"), name=NAME, who=who, settings=settings) as programme:
        paper = write_paper(world, folder / "files" / "simulated_country")
        last = world.last.year
        reports, closed = _live_through(programme, paper, last - YEARS + 1, last)
        by_year = ledger(programme, programme.clocks(), by="year")
        counts = restatements(programme, str(_RESTATED))["counts"]
    return Country(
        folder=str(folder / "country"), files=len(reports), rows=sum(each.input for each in reports),
        held=sum(each.held for each in reports), ledger=by_year, closed=closed, restated_year=str(_RESTATED),
        restated=counts, seconds=round(time.perf_counter() - started, 2),
    )  # fmt: skip


def _live_through(programme: Programme, paper: Paper, first: int, last: int) -> tuple[list[Report], list[str]]:
    """Bring paper in as it arrived, and close each year when it is over."""
    reports: list[Report] = []
    closed: list[str] = []
    for year in sorted({*paper.years(), *range(first, last + 1)}):
        reports += [import_file(programme, each.path, each.mapping) for each in paper.arrived(year)]
        if first <= year <= last:
            close_period(programme, str(year))
            closed.append(str(year))
    return reports, closed
