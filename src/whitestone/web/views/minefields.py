"""Where do handed-over records put their fields, with what doubt, and how good is a batch of them?

Results are restricted: a page asks first what they are needed for, and every reading is logged with that purpose.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import shapely
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from whitestone.minefields.sheets import read_sheets
from whitestone.programme.assessments import assessments, batch_name, read_assessment
from whitestone.web.desk import clocks_of, current
from whitestone.web.views.minefields_drawing import lay_out_drawn
from whitestone.web.views.minefields_order import order_of, sheet_ordered
from whitestone.web.views.minefields_reading import transcription_of
from whitestone.web.writing import writer, writes

__all__ = [
    "OUTLINES",
    "ask_purpose",
    "assessment",
    "field_sheet",
    "overview",
    "purpose",
    "reading_words",
    "record",
    "shapes",
    "stated_purpose",
]

COOKIE = "minefields-purpose"
HOURS = 8
"""A purpose is asked for once in a working day."""
SIZE = 50
OUTLINES = ("50", "90", "99")
SORTS = ("id", "p_field", "p90_m2", "shift_m", "finds_explained", "searched_share")
SCORES = (
    (
        "completeness",
        "Completeness",
        "Share of the mines found that lie in a field which some sheet of the batch describes.",
    ),
    (
        "accuracy",
        "Accuracy",
        "Share of the sheets (duplicates count as sheets) that describe a field which exists or existed.",
    ),
)


def overview(request: HttpRequest) -> HttpResponse:
    """List the assessments that are kept, and what can be done with records."""
    clocks = clocks_of(request)
    counts = current().looker.counts(clocks)
    context = {"title": "Minefield records", "clocks": clocks, "kept": assessments(current().programme),
               "records": counts.get("minefield_record", 0), "purpose": stated_purpose(request)}  # fmt: skip
    return render(request, "whitestone/minefields.html", context)


@writes
def purpose(request: HttpRequest) -> HttpResponse:
    """Take what restricted results are needed for, keep it for a working day, and go back to the page asked for."""
    target = request.POST.get("next", "")
    response = HttpResponseRedirect(target if target.startswith("/minefields") else reverse("minefields"))
    stated = request.POST.get("purpose", "").strip()[:400]
    if stated:
        # Signed and in letters of ASCII, whatever the language in which the purpose was written.
        value = signing.dumps(stated, salt=COOKIE)
        response.set_cookie(COOKIE, value, max_age=HOURS * 3600, httponly=True, samesite="Strict")
    return response


def stated_purpose(request: HttpRequest) -> str | None:
    """Read what this browser said it needs restricted results for; None when it has not, or no longer counts."""
    try:
        return str(signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE, max_age=HOURS * 3600))
    except signing.BadSignature:
        return None


def ask_purpose(request: HttpRequest) -> HttpResponse:
    """Show the question for what restricted results are needed, before anything of them is read."""
    context = {"title": "What for?", "clocks": clocks_of(request), "next": request.get_full_path()}
    return render(request, "whitestone/minefields_purpose.html", context, status=403)


def assessment(request: HttpRequest, sha256: str) -> HttpResponse:
    """Show the scores of a batch with their intervals, and its records, least explained first where asked."""
    stated = stated_purpose(request)
    if stated is None:
        return ask_purpose(request)
    result = _read(sha256, stated)
    sort = request.GET.get("sort") if request.GET.get("sort") in SORTS else "id"
    rows = _sorted(result["records_detail"], str(sort))
    pages = max(1, -(-len(rows) // SIZE))
    number = min(max(1, int(request.GET["page"]) if request.GET.get("page", "").isdecimal() else 1), pages)
    context = {
        "title": f"Batch {batch_name(result)}", "clocks": clocks_of(request), "sha256": sha256,
        "result": result, "rows": rows[(number - 1) * SIZE : number * SIZE], "number": number, "pages": pages,
        "total": len(rows), "sort": sort, "sorts": SORTS,
        "scores": [(*said, result.get(said[0]) or {}, _moved(result, said[0])) for said in SCORES],
        "groups": _groups(result), "learned": _learned(result), "claims": result.get("claims") or [],
        "loose": sum(each.get("record") is None for each in result.get("finds_detail", [])),
    }  # fmt: skip
    return render(request, "whitestone/minefields_batch.html", context)


def record(request: HttpRequest, sha256: str, record_id: str) -> HttpResponse:
    """Show one record: outlines on the map, hypotheses with their weights, the sheet as written, finds explained."""
    stated = stated_purpose(request)
    if stated is None:
        return ask_purpose(request)
    result = _read(sha256, stated)
    row = _record(result, record_id)
    given = result.get("input") or {}
    sheet = next((each for each in given.get("records", []) if str(each.get("id")) == record_id), None)
    own = _own(record_id, (sheet or {}).get("batch"))
    order = order_of(request, current().programme, row, own)
    if order.is_sent:
        with writer() as programme:
            made = sheet_ordered(order, row, lambda _: _searched(given), programme, stated)
        if made is not None:
            return made
    mine: list[dict[str, Any]] = [
        found for found in result.get("finds_detail", []) if found.get("record") == record_id
    ]
    mine.sort(key=lambda found: -float(found.get("p_recorded") or 0.0))
    context = {
        "title": f"Record {record_id}", "clocks": clocks_of(request), "sha256": sha256, "row": row, "sheet": sheet,
        "batch": batch_name(result), "finds": mine, "written": transcription_of(sheet or {}),
        "own": own, "order": order, "order_action": reverse("minefields-sheet", args=(sha256, record_id)),
        "hypotheses": [(reading_words(each), each.get("share")) for each in row.get("hypotheses") or []],
    }  # fmt: skip
    return render(request, "whitestone/minefields_record.html", context, status=422 if order.is_sent else 200)


@writes
def field_sheet(request: HttpRequest, sha256: str, record_id: str) -> HttpResponse:
    """Make the field sheet that the form orders, as a file; where something is wrong, the page says it at its field."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("minefields-record", args=(sha256, record_id)) + "#field-sheet")
    return record(request, sha256, record_id)


def _searched(given: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """List the searched ground with which a batch was assessed, as far as it has an outline; None: none is told."""
    told = read_sheets({"searched": given.get("searched") or []}).searched
    return [shapely.geometry.mapping(each.geometry) for each in told if each.geometry.area > 0] or None


def shapes(request: HttpRequest, sha256: str, record_id: str) -> JsonResponse:
    """Give what the map of a record draws, as GeoJSON: outlines by probability, finds near it, ground searched."""
    stated = stated_purpose(request)
    if stated is None:
        return JsonResponse({"type": "FeatureCollection", "features": [], "bbox": None}, status=403)
    result = _read(sha256, stated)
    row = _record(result, record_id)
    drawn = [_feature("outline", row["outlines"][level], level=level) for level in reversed(OUTLINES)
             if row.get("outlines", {}).get(level)]  # fmt: skip
    drawn += _as_written(result, record_id)
    box = _bounds(drawn)
    drawn += _around(result, record_id, box)
    return JsonResponse({"type": "FeatureCollection", "features": drawn, "bbox": box})


def reading_words(held: Mapping[str, Any]) -> str:
    """Write one reading of a sheet for people: what differs from the sheet as it answers by itself."""
    names = {"north": _("north"), "unit": _("unit"), "epsg": "EPSG", "operation": _("operation"), "pace_m": _("pace")}
    parts = [f"{label} {held[name]}" for name, label in names.items() if held.get(name) is not None]
    if held.get("swapped"):
        parts.append(_("east and north exchanged"))
    if held.get("clockwise") is False:
        parts.append(_("scale against the clock"))
    return ", ".join(parts) or _("as the sheet says")


def _as_written(result: dict[str, Any], record_id: str) -> list[dict[str, Any]]:
    """Draw the sheet exactly as it is written, where the assessment was kept with it."""
    given = (result.get("input") or {}).get("records", [])
    sheet = next((each for each in given if str(each.get("id")) == record_id), None)
    return lay_out_drawn(sheet)["features"] if sheet is not None else []


def _around(result: dict[str, Any], record_id: str, box: list[float] | None) -> list[dict[str, Any]]:
    """Find what lies near a record: finds, told by whether it explains them, and the ground that was searched."""
    given = result.get("input", {})
    if box is None:
        return []
    reach = max(box[2] - box[0], box[3] - box[1])
    near = shapely.box(box[0] - reach, box[1] - reach, box[2] + reach, box[3] + reach)
    explained = {str(each["id"]): each for each in result.get("finds_detail", [])}
    found = []
    for each in given.get("searched", []):
        shape = shapely.from_geojson(_text(each.get("geometry")), on_invalid="ignore")
        if shape is not None and shape.intersects(near):
            found.append(_feature("searched", each["geometry"], id=each.get("id")))
    for each in given.get("finds", []):
        if each.get("lon") is None or each.get("lat") is None:
            continue
        if not near.contains(shapely.Point(each["lon"], each["lat"])):
            continue
        said = explained.get(str(each["id"]), {})
        role = "mine" if said.get("record") == record_id else "other" if said.get("record") else "loose"
        point = {"type": "Point", "coordinates": [each["lon"], each["lat"]]}
        found.append(_feature("find", point, id=each["id"], whose=role, p=said.get("p_recorded")))
    return found


def _read(sha256: str, stated: str) -> dict[str, Any]:
    with writer() as programme:
        return read_assessment(programme, sha256, purpose=stated)


def _record(result: dict[str, Any], record_id: str) -> dict[str, Any]:
    found: dict[str, Any] | None = next(
        (each for each in result["records_detail"] if str(each.get("id")) == record_id), None
    )
    if found is None:
        raise Http404
    return found


def _own(number: str, batch: object) -> uuid.UUID | None:
    """Find the record of the programme behind a sheet of an assessment, by its number and its batch."""
    named = [state for state in current().programme.journal.states("minefield_record", approved_only=False,
             geometry=False) if state.body.get("local_id") == number]  # fmt: skip
    same = [state for state in named if str(state.body.get("transfer_batch") or "") == str(batch or "")]
    return next((state.record_id for state in (*same, *named)), None)


def _sorted(rows: Sequence[dict[str, Any]], by: str) -> list[dict[str, Any]]:
    """Sort by one column, what is not known last."""
    if by == "id":
        return sorted(rows, key=lambda row: str(row["id"]))
    return sorted(rows, key=lambda row: (row.get(by) is None, row.get(by) or 0.0, str(row["id"])))


def _groups(result: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]], bool, bool]]:
    """Give the scores by batch, district, unit, year and type, where they say more than the whole does.

    Each with whether any row has an accuracy, and whether any has a completeness.
    """
    return [(name, rows, any("accuracy" in row for row in rows), any("completeness" in row for row in rows))
            for name, rows in (result.get("by") or {}).items() if len(rows) > 1]  # fmt: skip


def _moved(result: dict[str, Any], name: str) -> list[tuple[float, dict[str, Any]]]:
    """Give one score under other sizes of error: by which factor, and what it then is."""
    return [(each["errors_times"], each.get(name) or {}) for each in result.get("sensitivity") or []]


def _learned(result: dict[str, Any]) -> list[tuple[str, int, str, dict[str, float]]]:
    """Give what matched records say of the error model: what, of how many records, in which unit, and the value."""
    model = result.get("error_model") or {}
    names = {"place": _("Errors of place, against those assumed"), "turn": _("Errors of direction"),
             "size": _("Errors of length"), "mines_left": _("Mines in the ground, against those stated")}  # fmt: skip
    rows = [(names.get(name, name), model["matched_records"], "×", each)
            for name, each in (model.get("learned_factors") or {}).items()]  # fmt: skip
    for each in (shift for shift in model.get("shared_shifts") or [] if shift.get("clear")):
        of = _("All sheets together are off") if each["name"] is None else _("Sheets of %(of)s %(name)s are off") % each
        rows += [(f"{of}, {side}", each["matched_records"], "m", each[key])
                 for key, side in (("east_m", _("to the east")), ("north_m", _("to the north")))]  # fmt: skip
    learned = model.get("outline_levels") or {}
    rows += [(_("Level at which the %(share)s %% outline holds its share") % {"share": share}, learned["fields"], "",
              {"value": level}) for share, level in (learned.get("levels") or {}).items()]  # fmt: skip
    return rows


def _feature(role: str, geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"role": role, **properties}, "geometry": geometry}


def _bounds(features: Sequence[dict[str, Any]]) -> list[float] | None:
    shapes = [shapely.from_geojson(_text(each["geometry"]), on_invalid="ignore") for each in features]
    box = shapely.total_bounds([each for each in shapes if each is not None])
    return None if any(side != side for side in box) else [float(side) for side in box]


def _text(geometry: Any) -> str:
    import json

    return json.dumps(geometry)
