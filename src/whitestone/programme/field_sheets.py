"""How does a placed sheet go out to a team: a page and a file for the receiver, restricted, logged, with its hazard?

The positions come from a file of `records assess` or `records place`; the hazards are records of the programme that a
person accepted. Nothing is written before the access log has told who takes it out, and for what (house law 10).
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import shapely

from whitestone.domain.revision import State
from whitestone.errors import InvalidValue, Refused, WrongCall
from whitestone.exchange.assessments import LEVELS, Placed, read_placed, read_searched
from whitestone.exchange.writers import file_sha256, write_about
from whitestone.exchange.writers.gpx_outlines import LAW_10, WRITERS, HazardOutline, drawn
from whitestone.geodesy.areas import Plane
from whitestone.programme.exporting import RESTRICTED
from whitestone.programme.opening import Programme
from whitestone.programme.recalling import resolve
from whitestone.reports.field_sheets import FieldSheet, SheetArea, field_sheet_report
from whitestone.reports.model import LAW_5
from whitestone.reports.pdf import render_pdf

__all__ = ["FORMATS", "HazardThere", "field_sheet_file", "hazards_there", "searched_there", "write_field_sheet"]

FORMATS = ("pdf", *WRITERS)
"""What a field sheet is written as: a page, and files for a receiver or a phone."""


def write_field_sheet(
    programme: Programme,
    assessed: Path,
    sheets: Sequence[str],
    hazards: Sequence[str],
    out: Path,
    *,
    team: str,
    begins: str,
    until: str,
    purpose: str,
    level: str = "99",
    batch: Path | None = None,
    formats: Sequence[str] = ("pdf", "gpx"),
) -> dict[str, Any]:
    """Write `field_sheet.pdf` and `field_sheet.gpx` for some sheets into a folder; return what they say of themselves.

    `level` is the outline that is ordered to be searched; `batch` the file with the ground that was searched already;
    `formats` of pdf, gpx, kml, geojson: the page, and files for a receiver or a phone, each with the hazard.
    Refuses with Refused a call without a hazard or a purpose and hazards that are not approved or have no outline, with
    InvalidValue what the file does not hold and dates that run backwards, with WrongCall a hazard that lies elsewhere.
    """
    if not purpose.strip():
        raise Refused(
            what="A field sheet",
            rule="reconstructed positions are restricted, and every reading of them is logged (house law 10)",
            remedy='Say for what: --purpose "WHY".',
        )
    for each in formats:
        if each not in FORMATS:
            raise InvalidValue(field="format", value=each, why=f"some of {', '.join(FORMATS)}")
    span = _span(begins, until)
    if level not in LEVELS:
        raise InvalidValue(field="outline", value=level, why=f"one of {', '.join(LEVELS)}")
    if not team.strip() or not sheets:
        raise WrongCall(why="A field sheet names a team and at least one sheet.")
    placed = read_placed(assessed, sheets)
    _hold(placed, level)
    named = _hazards(programme, hazards)
    searched = read_searched(batch) if batch else None
    plane = programme.plane() or Plane(*_centre(named))
    sheet = _on_the_ground(placed, named, searched, plane, (team.strip(), *span, level))
    out.mkdir(parents=True, exist_ok=True)
    export_id = str(uuid.uuid4())
    beside = ", ".join(hazard.name for hazard in named)
    detail = f"field sheet {export_id}: sheets {', '.join(sheets)} with hazards {beside}; {team}"
    programme.journal.seals.note(purpose=purpose, by=programme.who, event="restricted exported", detail=detail)
    return _write(programme, out, sheet, named, placed, (export_id, tuple(dict.fromkeys(formats))))


def _span(begins: str, until: str) -> tuple[dt.date, dt.date]:
    try:
        first, last = dt.date.fromisoformat(begins), dt.date.fromisoformat(until)
    except ValueError as error:
        raise InvalidValue(field="dates of the order", value=(begins, until), why=str(error)) from None
    if last < first:
        raise InvalidValue(field="dates of the order", value=(begins, until), why="the last day is before the first")
    return first, last


def _hold(placed: Sequence[Placed], level: str) -> None:
    for sheet in placed:
        if level not in sheet.outlines:
            raise InvalidValue(field="outline", value=f"{sheet.id} {level} %", why="the file does not hold it")


def _hazards(programme: Programme, names: Sequence[str]) -> list[HazardOutline]:
    """Look up the hazards as they stand, approved; each must have an outline."""
    if not names:
        raise Refused(
            what="A field sheet without a hazard",
            rule=LAW_10,
            remedy="Draw the hazard, have a person accept it, and name it: --hazard.",
        )
    meant = {name: resolve(programme, name) for name in names}
    found_now = programme.journal.states("hazard", on=programme.today(), ids=set(meant.values()))
    standing = {state.record_id: state for state in found_now}
    found = []
    for name in names:
        state = standing.get(meant[name])
        if state is None or state.geometry is None:
            raise Refused(
                what=f"A field sheet with {name}", rule=LAW_10, remedy="Have the hazard approved, with its outline."
            )
        found.append(HazardOutline(name=_called(state), shape=shapely.from_wkb(state.geometry)))
    return found


def _called(state: State) -> str:
    return str(state.body.get("local_id") or state.body.get("name") or state.record_id)


class HazardThere(msgspec.Struct, frozen=True):
    """An approved hazard that touches a placed sheet: its record, its name, whether it names the sheet's record."""

    record: uuid.UUID
    name: str
    is_its_own: bool


def hazards_there(
    programme: Programme, placed: Mapping[str, Any], record_id: uuid.UUID | None = None
) -> list[HazardThere]:
    """List the approved hazards that touch the 99 % outline of a placed sheet, first those drawn from its record.

    `placed` is a record of an assessment, `record_id` the record of the programme behind it; one without an outline
    touches none.
    """
    outer = _outer(placed)
    if outer is None:
        return []
    found = []
    for state in programme.journal.states("hazard", on=programme.today(), bbox=outer.bounds):
        if state.geometry and shapely.from_wkb(state.geometry).intersects(outer):
            is_its_own = str(record_id) in (state.body.get("minefield_record_ids") or [])
            found.append(HazardThere(state.record_id, _called(state), is_its_own))
    return sorted(found, key=lambda each: (not each.is_its_own, each.name, each.record))


def searched_there(programme: Programme, placed: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """List the ground that the programme knows to be searched around a placed sheet, as GeoJSON; None where it is none.

    Counts activities that say which share of items a search there finds: others do not say what was looked for.
    """
    outer = _outer(placed)
    states = programme.journal.states("activity", bbox=outer.bounds) if outer is not None else ()
    found = [shapely.from_wkb(state.geometry) for state in states if state.geometry and "p_detect" in state.extra]
    return [json.loads(shapely.to_geojson(each)) for each in found if each.area > 0] or None


def _outer(placed: Mapping[str, Any]) -> Any:
    given = (placed.get("outlines") or {}).get("99")
    return shapely.make_valid(shapely.from_geojson(json.dumps(given))) if given else None


def field_sheet_file(
    programme: Programme,
    placed: Mapping[str, Any],
    hazards: Sequence[str],
    *,
    form: str,
    searched: Sequence[Mapping[str, Any]] | None = None,
    **order: Any,
) -> bytes:
    """Make the field sheet of one placed sheet as one file, and return its bytes; nothing of it stays on the disk.

    `placed` is a record of an assessment (its `id` and `outlines`), `searched` GeoJSON geometries of searched ground
    (None: unknown); `order` is `team`, `begins`, `until`, `purpose`, `level` as `write_field_sheet` takes them, which
    also says what is refused.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        assessed, batch = folder / "assessed.json", folder / "batch.json"
        assessed.write_bytes(msgspec.json.encode({"records_detail": [placed], "seed": placed.get("seed")}))
        if searched is not None:
            batch.write_bytes(msgspec.json.encode({"searched": [{"geometry": each} for each in searched]}))
        write_field_sheet(programme, assessed, [str(placed["id"])], hazards, folder / "out", formats=[form],
                          batch=None if searched is None else batch, **order)  # fmt: skip
        return (folder / "out" / f"field_sheet.{form}").read_bytes()


def _centre(hazards: Sequence[HazardOutline]) -> tuple[float, float]:
    middle = hazards[0].shape.centroid
    return float(middle.x), float(middle.y)


def _project(plane: Plane, shapes: Sequence[Any]) -> list[Any]:
    return list(plane.project(np.array(list(shapes), dtype=object))) if shapes else []


def _on_the_ground(
    placed: Sequence[Placed],
    hazards: Sequence[HazardOutline],
    searched: Sequence[Any] | None,
    plane: Plane,
    order: tuple[str, dt.date, dt.date, str],
) -> FieldSheet:
    """Bring everything into the plane; refuse a sheet whose outer outline no hazard touches."""
    team, begins, until, level = order
    shapes = [shapely.make_valid(shape) for shape in _project(plane, [hazard.shape for hazard in hazards])]
    done = _project(plane, searched or [])
    hazard_ground, done_ground = shapely.union_all(shapes), shapely.union_all(done)
    areas, outside = [], 0.0
    for sheet in placed:
        laid = map(shapely.make_valid, _project(plane, list(sheet.outlines.values())))
        outlines = dict(zip(sheet.outlines, laid, strict=True))
        if not outlines["99"].intersects(hazard_ground):
            raise WrongCall(why=f"The named hazards lie elsewhere than the 99 % outline of sheet {sheet.id}.")
        outside += float(shapely.difference(outlines[level], hazard_ground).area)
        shares = {
            name: None if searched is None else float(shape.intersection(done_ground).area / shape.area)
            for name, shape in outlines.items()
        }
        areas.append(
            SheetArea(
                id=sheet.id,
                outlines=outlines,
                outer_degrees=sheet.outlines[level],
                p_field=sheet.p_field,
                finds_explained=sheet.finds_explained,
                searched_share=shares,
            )
        )
    near = shapely.union_all([shape for each in areas for shape in each.outlines.values()]).buffer(200)
    return FieldSheet(
        team=team,
        begins=begins,
        until=until,
        level=level,
        sheets=tuple(areas),
        hazards=tuple(zip([hazard.name for hazard in hazards], shapes, strict=True)),
        searched=tuple(each for each in done if each.intersects(near)),
        outside_m2=outside,
    )


def _write(
    programme: Programme,
    out: Path,
    sheet: FieldSheet,
    hazards: list[HazardOutline],
    placed: list[Placed],
    asked: tuple[str, tuple[str, ...]],
) -> dict[str, Any]:
    export_id, formats = asked
    made_at = dt.datetime.now(dt.UTC)
    seq, digest = programme.journal.head()
    simulated = programme.settings.simulated
    report = field_sheet_report(
        sheet,
        programme=programme.settings.name,
        made_at=made_at,
        head=f"{seq} ({digest[:12]})",
        caveat=RESTRICTED,
        simulated=simulated,
    )
    about = (
        f"{LAW_5} Field sheet {export_id} of {programme.settings.name}: searched by {sheet.team} "
        f"from {sheet.begins} until {sheet.until}.{' SIMULATED DATA.' if simulated else ''}"
    )
    areas, tracks = drawn(hazards, placed, law=LAW_5, caveat=RESTRICTED), 0
    for each in formats:
        path = out / f"field_sheet.{each}"
        if each == "pdf":
            path.write_bytes(render_pdf(report))
        else:
            count = WRITERS[each](path, areas, head=RESTRICTED, about=about)
            tracks = count if each == "gpx" else tracks
    answer = {
        "export_id": export_id,
        "caveat": RESTRICTED,
        "law": LAW_5,
        "team": sheet.team,
        "from": sheet.begins.isoformat(),
        "until": sheet.until.isoformat(),
        "outline": sheet.level,
        "sheets": [each.id for each in sheet.sheets],
        "hazards": [name for name, _ in sheet.hazards],
        "outside_hazard_m2": round(sheet.outside_m2, 2),
        "tracks": tracks,
        "simulated": simulated,
        "exported_at": made_at.isoformat(timespec="seconds"),
    }
    files = {}
    for path in (out / f"field_sheet.{each}" for each in formats):
        files[path.name] = file_sha256(path)
        write_about(path, {**answer, "file": path.name, "sha256": files[path.name]})
    return {**answer, "folder": str(out), "files": files}
