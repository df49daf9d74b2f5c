"""What does the situation report say, figure by figure, and which records stand behind each?"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from whitestone.domain.codes import label
from whitestone.domain.extensions import as_core
from whitestone.domain.revision import State
from whitestone.errors import WrongCall
from whitestone.programme.accounts import ledger
from whitestone.programme.checking import check
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.reporting_closed import closed_years
from whitestone.programme.reporting_figures import CLOSED, glance
from whitestone.programme.sameness import same_groups
from whitestone.reports import charts
from whitestone.reports.html import render_html
from whitestone.reports.maps import MapLayer, draw_map
from whitestone.reports.matrix import CLASS_WORDS, flow_spec, shown_classes, shown_lines
from whitestone.reports.model import Report, Section, Table, written
from whitestone.reports.pdf import render_pdf
from whitestone.reports.xlsx import render_xlsx

__all__ = ["FORMATS", "situation", "write_report"]

FORMATS: Mapping[str, Callable[[Report], bytes]] = {
    "html": lambda report: render_html(report).encode(),
    "pdf": render_pdf,
    "xlsx": render_xlsx,
}

_AREA_COLUMNS = ("opening_m2", *(key for key, _, _ in charts.FLOWS), "closing_m2", "own_closing_m2",
                 "reported_only_m2", "closed_unproven_m2")  # fmt: skip
_PROOF_WORDS = {
    "outside_any_hazard_m2": ("Released outside any recorded hazard", "m²"),
    "claimed_twice_m2": ("Claimed by more than one release", "m²"),
    "hazards_overlap_m2": ("Covered by more than one hazard", "m²"),
    "no_geometry": ("Hazards without any geometry", "hazards"),
    "size_unknown": ("Hazards of unknown size (unknown is not zero)", "hazards"),
    "releases_no_geometry": ("Releases without a polygon", "releases"),
    "reported_minus_computed_m2": ("Reported less computed", "m²"),
    "elsewhere_m2": ("Lying outside the place that it is booked to", "m²"),
    "in_conflict_m2": ("In conflict between sources", "m²"),
    "not_approved_m2": ("Not yet approved", "m²"),
    "order_unknown_m2": ("Hazard and release overlap, both undated: which is older is not known", "m²"),
    "residual_m2": ("Residual (must be 0)", "m²"),
}


def situation(programme: Programme, clocks: Clocks, *, by: str = "place", start: dt.date | None = None) -> Report:
    """Assemble the situation report under two clocks, from `start` (None: the beginning) to the day asked."""
    account = ledger(programme, clocks, by=by, start=start, matrix=True)
    states = {
        kind: _states(programme, kind, clocks) for kind in ("hazard", "release", "item", "accident", "place")
    }
    seq, digest = programme.journal.head()
    sections = (
        Section(title="At a glance", figures=glance(programme, clocks, states, account)),
        _map(programme, states),
        _ledger(account, by),
        _flows(account["matrix"]),
        _proof(account),
        *closed_years(programme, clocks),
        _casualties(programme, clocks),
        _findings(programme, clocks),
        _sources(programme),
    )
    return Report(
        title="Situation report",
        programme=programme.settings.name,
        situation_on=clocks.on,
        as_known_on=clocks.known_on,
        made_at=dt.datetime.now(dt.UTC),
        head=f"{seq:,} ({digest[:12]})",
        sections=sections,
        simulated=programme.settings.simulated,
        period=(start, clocks.on),
    )


def write_report(report: Report, formats: list[str], folder: Path) -> list[Path]:
    """Write a report in each format into `folder`; refuses unknown formats with WrongCall before it writes."""
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise WrongCall(why=f"No report is made as {', '.join(unknown)}.", fix=f"Name some of {', '.join(FORMATS)}.")
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in formats:
        path = folder / f"situation-{report.situation_on.isoformat()}.{name}"
        path.write_bytes(FORMATS[name](report))
        paths.append(path)
    return paths


def _states(programme: Programme, kind: str, clocks: Clocks) -> list[State]:
    """Read the records of a kind, those declared the same once; a national code counts as the core code above it."""
    absorbed = same_groups(programme.journal, known=clocks.known)
    read = programme.journal.states(kind, on=clocks.on, known=clocks.known)
    states = [state for state in read if state.record_id not in absorbed]
    national = programme.settings.national_codes
    if not national:
        return states
    return [msgspec.structs.replace(state, body=as_core(kind, state.body, national)) for state in states]


def _map(programme: Programme, states: dict[str, list[State]]) -> Section:
    import numpy as np
    import shapely

    plane = programme.plane()

    def shapes(chosen: list[State]) -> Any:
        """Bring the outlines of some states into the plane; those without one are left out."""
        wkb = [state.geometry for state in chosen if state.geometry is not None]
        geometry = shapely.from_wkb(np.array(wkb, dtype=object)) if wkb else np.array([], dtype=object)
        return plane.project(geometry) if plane is not None and len(wkb) else np.array([], dtype=object)

    sorts: dict[str, list[State]] = {"sha": [], "cha": [], "other": [], "closed": [], "invalid": []}
    for state in states["hazard"]:
        status, named = state.body.get("status"), str(state.body.get("classification"))
        open_as = named if named in ("sha", "cha") else "other"
        sorts["invalid" if status == "invalid" else "closed" if status in CLOSED else open_as].append(state)
    layers = [
        MapLayer("place", shapes([state for state in states["place"] if (state.body.get("admin_level") or 9) <= 2])),
        *(MapLayer(sort, shapes(sorts[sort])) for sort in ("closed", "other", "sha", "cha")),
        MapLayer("released", shapes(states["release"])),
        MapLayer("item", shapes(states["item"])),
        MapLayer("accident", shapes(states["accident"])),
    ]
    drawn = sum(len(layer.geometry) for layer in layers)
    missing = sum(state.geometry is None for kind in ("hazard", "release") for state in states[kind])
    says = f"{drawn:,} features drawn; {missing:,} hazards and releases have no location and are not on the map."
    if sorts["invalid"]:
        says += f" {len(sorts['invalid']):,} hazards were withdrawn as invalid and are not drawn."
    # So high that it stands on the first page, below the figures.
    drawing = draw_map([layer for layer in layers if len(layer.geometry)], height=420)
    return Section(title="Map", svg=drawing, svg_says=says)


def _ledger(account: dict[str, Any], by: str, limit: int = 60) -> Section:
    rows = sorted(account["rows"], key=lambda row: (-(row["closing_m2"] or 0), -(row["reported_only_m2"] or 0)))
    always = ("opening_m2", "closing_m2", "own_closing_m2")
    columns = [name for name in _AREA_COLUMNS if name in always or any(row[name] for row in rows)]
    heads = [name.removesuffix("_m2").replace("_", " ") + " m²" for name in columns]
    cells = [
        (str(row.get("label") or row["key"]), *(row[name] for name in columns), row["hazards"]) for row in rows[:limit]
    ]
    total = ("Total", *(account["total"][name] for name in columns), account["total"]["hazards"])
    cut = "Columns that are 0 throughout are left out."
    if len(rows) > limit:
        cut += f" The {limit} rows with most ground left of {len(rows):,}; the ledger command lists all."
    table = Table(
        columns=(by, *heads, "hazards"),
        rows=tuple(cells),
        total=total,
        limit=cut,
        numeric=(False, *[True] * (len(heads) + 1)),
    )
    words = (
        "Closing = opening + discovered + boundary increase − boundary decrease + transferred in − transferred out"
        " − cancelled − reduced − cleared ± reclassified. Rows are counted once and sum to the total;"
        " own closing is the hazard's own; reported only is area that a release states and nobody drew."
    )
    drawing = charts.svg(charts.waterfall_spec(account["total"]))
    return Section(
        title=f"Ledger by {by}", words=words, table=table, svg=drawing, svg_says="From opening to closing, in km²."
    )


def _flows(matrix: dict[str, Any]) -> Section:
    """Write the flow matrix of the whole programme: areas and open hazards by class, and what lineage did to ground."""
    areas, counts = matrix["total"]["areas"], matrix["total"]["counts"]
    classes = shown_classes(areas, counts)
    rows = tuple(
        (line.words + (f" ({line.sign})" if line.sign in ("+", "−") else ""),
         *("–" if each is None else each for each in (*line.areas, *line.counts)))
        for line in shown_lines(areas, counts, classes)
    )
    heads = [f"{CLASS_WORDS[each]} {unit}" for unit in ("m²", "hazards") for each in classes]
    lineage = matrix["lineage"]
    words = (
        "Each class from its opening to its closing; what leaves one class arrives in another. Hazards counted are"
        " open: neither closed nor handed over nor withdrawn. Splits and merges passed"
        f" {written(lineage['split_m2'] + lineage['merged_m2'])} m², gained {written(lineage['gained_m2'])} m² that no"
        f" parent had, and lost {written(lineage['lost_m2'])} m² that no part took over."
    )
    return Section(
        title="Flows between the classes",
        words=words,
        table=Table(columns=("Flow", *heads), rows=rows, numeric=(False, *[True] * len(heads)),
                    limit="Lines that are 0 throughout are left out; – does not apply."),
        svg=charts.svg(flow_spec(areas)),
        svg_says="What came into each class (left) and where it went (right), in km²; the table has the same figures.",
    )  # fmt: skip


def _proof(account: dict[str, Any]) -> Section:
    rows = tuple((words, account["proof"][key], unit) for key, (words, unit) in _PROOF_WORDS.items())
    last = account.get("last_closing")
    if last:
        rows += ((f"Difference to last year's closing ({last['year']})", last["difference_m2"], "m²"),)
    table = Table(columns=("Proof line", "Value", "Unit"), rows=rows, numeric=(False, True, False))
    undated = account.get("undated") or {}
    words = "Nothing that does not fit is hidden: each line is work to do."
    said = ", ".join(
        f"{key.replace('_', ' ')}: {written(value)}"
        for key, value in undated.items()
        if value and not isinstance(value, (list, dict))
    )
    if said:
        words += f" Undated data acts on all days ({said})."
    return Section(title="Proof lines", words=words, table=table)


def _casualties(programme: Programme, clocks: Clocks) -> Section:
    columns = programme.journal.columns("casualty", ["occurred_on", "outcome", "persons"], clocks.on, clocks.known)
    outcomes = programme.lists["casualty_outcome"]
    years: dict[str, Counter[str]] = defaultdict(Counter)
    for when, outcome, persons in zip(columns["occurred_on"], columns["outcome"], columns["persons"], strict=True):
        counted = outcomes.core(outcome) if outcome in outcomes.codes else "unknown"
        years[str(when)[:4] if when else "unknown"][counted] += 1 if persons is None else int(persons)
    every = sum(years.values(), Counter[str]())
    rows = tuple(_outcomes(year, count) for year, count in sorted(years.items()))
    table = Table(
        columns=("Year", "Killed", "Injured", "Outcome unknown", "Casualties"),
        rows=rows,
        total=_outcomes("Total", every),
        numeric=(False, True, True, True, True),
    )
    words = "Persons, by year of the accident. An injury with amputation is an injury."
    return Section(title="Casualties, counts only", words=words, table=table)


def _outcomes(name: str, count: Counter[str]) -> tuple[str | int, ...]:
    return (name, count["killed"], count["injured"], count["unknown"], count.total())


def _findings(programme: Programme, clocks: Clocks) -> Section:
    counts = check(programme, clocks=clocks).counts()
    found = sorted((row["severity"], rule, row["open"], row["accepted"]) for rule, row in counts.items())
    rows = tuple((rule, severity, open_, accepted) for severity, rule, open_, accepted in found if open_ or accepted)
    columns = ("Rule", "Severity", "Open findings", "Accepted with reason")
    table = Table(columns=columns, rows=rows, numeric=(False, False, True, True))
    return Section(
        title="Findings by rule", words="Open findings of the quality rules over the whole programme.", table=table
    )


def _sources(programme: Programme) -> Section:
    names = {str(state.record_id): state.body.get("name") for state in programme.journal.states("dataset")}
    rows = []
    for state in programme.journal.states("run"):
        counts = state.body.get("counts") or {}
        rows.append((
            str(names.get(str(state.body.get("dataset_id"))) or "unknown"),
            str(state.body.get("file_name") or "unknown"),
            *(counts.get(key) for key in ("input", "accepted", "accepted_with_findings", "held")),
            label("run_status", str(state.body.get("run_status") or ""), programme.settings.languages, programme.lists),
        ))  # fmt: skip
    columns = ("Dataset", "File", "Rows", "Accepted", "With findings", "Held", "Run")
    table = Table(columns=columns, rows=tuple(rows), numeric=(False, False, True, True, True, True, False))
    return Section(
        title="What it stands on",
        words="Every row that came in ended accepted, accepted with findings or held.",
        table=table,
    )
