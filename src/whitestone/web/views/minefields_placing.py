"""Where does one record of this programme most likely put its field, and what can a person add to it?

The record is placed by itself, before any find, each time it is opened; sliders place it again with other errors and
keep nothing. A landmark found again is a revision; a hazard drawn from the record is a proposal that somebody accepts.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Hashable, Mapping
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from whitestone.errors import InvalidValue
from whitestone.minefields.error_model import REASONS, ErrorModel, model_of
from whitestone.programme.assessments import Assessment, assessments
from whitestone.programme.field_sheets import searched_there
from whitestone.programme.opening import Programme
from whitestone.web import words
from whitestone.web.desk import clocks_of, current
from whitestone.web.views.minefields import OUTLINES, ask_purpose, reading_words, stated_purpose
from whitestone.web.views.minefields_drawing import lay_out_drawn
from whitestone.web.views.minefields_order import order_of, sheet_ordered
from whitestone.web.views.minefields_plain import plain_ground
from whitestone.web.views.minefields_reading import facts_of, finding_place, transcription_of
from whitestone.web.views.minefields_sketch import scans_of
from whitestone.web.writing import writer, writes

__all__ = ["field_sheet", "landmark", "placed", "propose", "record", "scan"]

SEED = 1
"""The page places with one seed, so that the same record looks the same each time it is opened."""
ANYWHERE = (-20.0, -40.0, 150.0, 60.0)
"""What a map shows of a programme that knows no place yet, degrees."""
ALONE = {"chains": 1, "burn": 1, "draws": 4}
"""One sheet without finds has nothing to be explained jointly: its place is that of its own sampled walks."""
SLIDERS = (
    ("landmark_m", gettext_lazy("Landmark"), "m", 1.0, 120.0, 1.0),
    ("compass_bias_deg", gettext_lazy("Compass of the sheet"), "°", 0.0, 10.0, 0.1),
    ("leg_bearing_deg", gettext_lazy("Each bearing"), "°", 0.0, 5.0, 0.1),
    ("pace_scale", gettext_lazy("Length of a pace"), "", 0.0, 0.2, 0.005),
    ("leg_distance_share", gettext_lazy("Each distance"), "", 0.0, 0.2, 0.005),
    ("north_magnetic_share", gettext_lazy("Unstated north is magnetic"), "", 0.0, 1.0, 0.05),
)


def record(request: HttpRequest, record_id: uuid.UUID) -> HttpResponse:
    """Show one record of the programme: its outlines on the map, readings with weights, the sheet, sliders."""
    stated = stated_purpose(request)
    return ask_purpose(request) if stated is None else _show(request, record_id, stated)


@writes
def field_sheet(request: HttpRequest, record_id: uuid.UUID) -> HttpResponse:
    """Make the field sheet that the form orders, as a file; where something is wrong, the page says it at its field."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("minefields-own", args=(record_id,)) + "#field-sheet")
    return record(request, record_id)


def _show(request: HttpRequest, record_id: uuid.UUID, stated: str) -> HttpResponse:
    context: dict[str, Any] = {"title": "Minefield record", "clocks": clocks_of(request), "record_id": record_id}
    from whitestone.programme.minefield_entry import recorded_sheet, sheet_to_place

    here = current().programme
    usual, patience_s = model_of(here.settings), 60.0 if request.method == "POST" else 2.0
    done, answer = _place(record_id, sheet_to_place(here, record_id), usual, patience_s=patience_s)
    # Whoever waits, or only asks whether the page is there (HEAD), is shown nothing of the record: that is no reading.
    if not done:
        return render(request, "whitestone/waiting.html", {**context, "waiting_for": "record"}, status=202)
    if request.method == "HEAD":
        return HttpResponse()
    with writer() as programme:
        sheet = recorded_sheet(programme, record_id, purpose=stated)
        state = programme.journal.state(record_id)
        scans = scans_of(programme, state.body if state else {})
    row = answer["row"]
    order = order_of(request, current().programme, row, record_id)
    if order.is_sent:
        # No find was asked here, so none that it explains can be counted: that is unknown, not nought.
        alone = {**row, "finds_explained": None}
        with writer() as programme:
            made = sheet_ordered(order, alone, lambda opened: searched_there(opened, row), programme, stated)
        if made is not None:
            return made
    context |= {
        "order": order, "order_action": reverse("minefields-own-sheet", args=(record_id,)),
        "title": f"Record {sheet.get('id')}", "row": row, "sheet": sheet, "scans": scans,
        "written": transcription_of(sheet), "facts": answer["facts"], "findings": answer["findings"],
        "ground": answer["ground"], "assessed": _assessed(sheet.get("batch")),
        "hypotheses": [(reading_words(each), each["share"]) for each in row.get("hypotheses") or []],
        "points": [str(each.get("no")) for each in sheet.get("reference_points") or [] if isinstance(each, dict)],
        "sliders": [{"name": name, "label": label, "unit": unit, "min": least, "max": most, "step": step,
                     "value": getattr(usual, name), "why": REASONS[name]}
                    for name, label, unit, least, most, step in SLIDERS],
    }  # fmt: skip
    status = 422 if order.is_sent else 200
    return render(request, "whitestone/minefields_placing.html", context, status=status)


def placed(request: HttpRequest, record_id: uuid.UUID) -> JsonResponse:
    """Give the outlines of a record under the errors asked for (`?landmark_m=30&…`), as GeoJSON, and their areas."""
    stated = stated_purpose(request)
    if stated is None:
        return JsonResponse({"type": "FeatureCollection", "features": [], "bbox": None}, status=403)
    asked = _asked(request)
    with writer() as programme:
        from whitestone.programme.minefield_entry import recorded_sheet

        sheet, frame = recorded_sheet(programme, record_id, purpose=stated), _frame(programme, record_id, request)
        model = msgspec.structs.replace(model_of(programme.settings), **asked)
    done, answer = _place(record_id, sheet, model, patience_s=20.0)
    if not done:
        return JsonResponse({"type": "FeatureCollection", "features": [], "bbox": None}, status=202)
    row = answer["row"]
    drawn = row.get("outlines") or {}
    features = [{"type": "Feature", "properties": {"role": "outline", "level": level}, "geometry": drawn[level]}
                for level in reversed(OUTLINES) if drawn.get(level)]  # fmt: skip
    features += answer["written"]["features"]
    return JsonResponse({
        "type": "FeatureCollection", "features": features, "bbox": answer["bbox"] or frame,
        "p50": words.figure(row["p50_m2"]), "p90": words.figure(row["p90_m2"]), "p99": words.figure(row["p99_m2"]),
        "words": _("Placed by itself under these errors; nothing is kept."),
    })  # fmt: skip


@writes
def landmark(request: HttpRequest, record_id: uuid.UUID) -> HttpResponse:
    """Take where a person found a landmark again; it is a revision with its own accuracy and reason."""
    from whitestone.programme.minefield_interpretation import resolve_landmark

    lon, lat, accuracy = (_number(request, name) for name in ("lon", "lat", "accuracy_m"))
    said = {name: request.POST.get(name, "").strip() for name in ("point", "method", "reason")}
    for name, text in said.items():
        if not text:
            raise InvalidValue(field=name, value="", why="it is kept with the revision, so it has to be said")
    with writer() as programme:
        resolve_landmark(programme, str(record_id), said["point"], lon, lat, accuracy, method=said["method"],
                         reason=said["reason"])  # fmt: skip
    return HttpResponseRedirect(reverse("minefields-own", args=(record_id,)))


@writes
def propose(request: HttpRequest, record_id: uuid.UUID) -> HttpResponse:
    """Submit a hazard drawn from the record as it is placed, for somebody else to accept."""
    from whitestone.programme.minefield_entry import recorded_sheet
    from whitestone.programme.minefield_proposals import propose_hazard

    stated = stated_purpose(request)
    if stated is None:
        return ask_purpose(request)
    with writer() as programme:
        sheet = recorded_sheet(programme, record_id, purpose=stated)
        _done, answer = _place(record_id, sheet, model_of(programme.settings), patience_s=60.0)
        share, reason = (request.POST.get(name, "") for name in ("share", "reason"))
        made = propose_hazard(programme, record_id, answer["row"] if answer else {}, share=share, reason=reason)
    return HttpResponseRedirect(reverse("record", args=(uuid.UUID(made["hazard"]),)))


def scan(request: HttpRequest, record_id: uuid.UUID, sha256: str) -> HttpResponse:
    """Give the scan of a sheet, the master, opened for the stated purpose; refuses while the key is not here."""
    stated = stated_purpose(request)
    if stated is None:
        return ask_purpose(request)
    with writer() as programme:
        state = programme.journal.state(record_id)
        if state is None or sha256 not in (state.body.get("scans") or []):
            raise InvalidValue(field="scan", value=sha256, why="a scan of this record")
        programme.journal.seals.unlock()
        try:
            with programme.journal.attachments.open(sha256, by=programme.who, purpose=stated) as stream:
                content = stream.read()
        finally:
            programme.journal.seals.lock()
    media = next((kind for mark, kind in _MEDIA if content.startswith(mark)), "application/octet-stream")
    answer = HttpResponse(content, content_type=media)
    if not media.startswith("image/"):
        answer.headers["Content-Disposition"] = f'attachment; filename="{sha256[:12]}"'
    return answer


_MEDIA = ((b"\x89PNG", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"), (b"RIFF", "image/webp"),
          (b"%PDF", "application/pdf"))  # fmt: skip
"""Told by their first bytes, never by a name; what is none of these is only handed out as a file."""


def _assessed(batch: object) -> list[Assessment]:
    """Name the newest assessment that is kept of a batch, if there is one: what it says of a record is logged there."""
    if not batch:
        return []
    named = (each for each in assessments(current().programme) if str(batch).strip() in each.batch.split(", "))
    return list(itertools.islice(named, 1))


def _place(record_id: uuid.UUID, sheet: Mapping[str, Any], model: ErrorModel, *, patience_s: float) -> tuple[bool, Any]:
    key: Hashable = ("placed", record_id, msgspec.json.encode(sheet), model)
    return current().jobs.answer(key, lambda: _placed(sheet, model), patience_s=patience_s)


def _placed(sheet: Mapping[str, Any], model: ErrorModel) -> dict[str, Any]:
    from whitestone.minefields.assessing import assess, report
    from whitestone.minefields.batch_checks import check_batch
    from whitestone.minefields.joint import Effort
    from whitestone.minefields.sheets import read_sheets
    from whitestone.minefields.traverse import lay_out

    batch = read_sheets({"records": [dict(sheet)]})
    found = [(finding_place(each), each.sentence, each.severity) for each in check_batch(batch)]
    row = report(assess(batch, seed=SEED, model=model, effort=Effort(**ALONE), threads=1))["records_detail"][0]
    written = lay_out_drawn(sheet)
    outer = (row.get("outlines") or {}).get("99")
    box = written["bbox"]
    if outer:
        import json

        import shapely

        box = [float(side) for side in shapely.from_geojson(json.dumps(outer)).bounds]
    laid = lay_out(batch.records[0])
    return {"row": {**row, "seed": SEED}, "written": written, "bbox": box, "findings": found, "facts": facts_of(laid),
            "ground": plain_ground(batch.records[0], laid)}  # fmt: skip


def _frame(programme: Programme, record_id: uuid.UUID, request: HttpRequest) -> list[float]:
    """Frame the ground on which a landmark of a record without a place is looked for: its sketch, else all that is
    known."""
    state = programme.journal.state(record_id)
    laid = (state.body.get("georeferences") or {}).values() if state else ()
    points = [(each["lon"], each["lat"]) for fit in laid for each in fit["points"]]
    if points:
        lon, lat = zip(*points, strict=True)
        return [min(lon) - 0.01, min(lat) - 0.01, max(lon) + 0.01, max(lat) + 0.01]
    known = current().tiler.picture(clocks_of(request)).bounds()
    return list(known or ANYWHERE)


def _asked(request: HttpRequest) -> dict[str, float]:
    asked = {}
    for name, _label, _unit, least, most, _step in SLIDERS:
        text = request.GET.get(name)
        if text is None:
            continue
        try:
            value = float(text)
        except ValueError:
            raise InvalidValue(field=name, value=text, why="a number") from None
        if not least <= value <= most:
            raise InvalidValue(field=name, value=text, why=f"between {least:g} and {most:g}")
        asked[name] = value
    return asked


def _number(request: HttpRequest, name: str) -> float:
    text = request.POST.get(name, "").strip().replace(",", ".")
    try:
        return float(text)
    except ValueError:
        raise InvalidValue(field=name, value=text, why="a number") from None
