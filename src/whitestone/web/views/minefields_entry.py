"""How does a person copy one paper record, and what does the program understand of it while she does?

While she types, the sheet is drawn exactly as written and every doubt is listed with its place in the sheet; nothing is
kept until she asks for it.
"""

from __future__ import annotations

import json
import math
import tempfile
import uuid
from pathlib import Path
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from whitestone.domain.codes import CODE_LISTS, label
from whitestone.errors import InvalidValue
from whitestone.minefields.sheet_parts import Batch, SheetFinding
from whitestone.minefields.sheets import read_sheets
from whitestone.minefields.traverse import SheetGeometry, lay_out
from whitestone.web import words
from whitestone.web.desk import clocks_of
from whitestone.web.views.minefields_drawing import drawn_as_written
from whitestone.web.writing import writer, writes

__all__ = ["check", "enter"]

SCAN_BYTES = 60_000_000
SYSTEMS = (
    (4326, "WGS 84"), (4284, "Pulkovo 1942 (SK-42), degrees"),
    *((28400 + zone, f"SK-42 Gauss-Krüger, zone {zone}") for zone in range(2, 33)),
    (4179, "Pulkovo 1942(58), degrees"), (31275, "MGI Balkans zone 5"), (31276, "MGI Balkans zone 6"),
    (31277, "MGI Balkans zone 7"),
    *((32600 + zone, f"WGS 84 UTM {zone} N") for zone in range(28, 49)),
    *((23000 + zone, f"ED50 UTM {zone} N") for zone in range(28, 39)),
)  # fmt: skip
"""What the form offers; a file may name any EPSG code."""
UNITS = (("degrees", "degrees"), ("gon", "gon"), ("mil6000", "6000 (00-00)"), ("mil6400", "6400 mil"),
         ("unknown", "unknown"))  # fmt: skip
NORTHS = (("magnetic", "magnetic"), ("grid", "grid"), ("true", "true"), ("unknown", "unknown"))
LENGTHS = (("m", "m"), ("pace", "paces"), ("step_pair", "pairs of paces"), ("yard", "yards"), ("foot", "feet"),
           ("km", "km"), ("unknown", "unknown"))  # fmt: skip
METHODS = (("pace", "paced"), ("tape", "tape"), ("instrument", "instrument"), ("gnss", "GNSS"), ("map", "from the map"),
           ("estimate", "by eye"), ("unknown", "unknown"))  # fmt: skip


@writes
def enter(request: HttpRequest) -> HttpResponse:
    """Show the form for one sheet; what is sent is kept as a record with its scan, and the answer says where."""
    if request.method == "POST":
        return _keep(request)
    standards = [(code, label("record_standard", code)) for code in CODE_LISTS["record_standard"].codes]
    context = {"title": "Enter a record", "clocks": clocks_of(request), "standards": standards, "systems": SYSTEMS,
               "units": UNITS, "norths": NORTHS, "lengths": LENGTHS, "methods": METHODS}  # fmt: skip
    return render(request, "whitestone/minefields_enter.html", context)


@writes
def check(request: HttpRequest) -> JsonResponse:
    """Say what is understood of a sheet: findings with their places, the misclosure, and what it draws as GeoJSON."""
    batch = _read(request.body)
    laid = lay_out(batch.records[0])
    faults = [(f"reference point {each.no}", each.fault[1]) for each in laid.anchors if each.fault]
    told = [(_where(each), each.sentence) for each in batch.findings if each.code != "id-missing"] + faults
    told += [("", said) for said in laid.said]
    return JsonResponse({
        "findings": [{"where": where, "message": message} for where, message in told],
        "facts": _facts(laid), "drawn": drawn_as_written(laid),
    })  # fmt: skip


def _keep(request: HttpRequest) -> JsonResponse:
    """Keep one sheet as a record of this programme, its scan beside it, restricted."""
    from whitestone.programme.minefield_entry import enter_file
    from whitestone.programme.minefield_interpretation import add_scan

    text = request.POST.get("sheet", "")
    batch = _read(text.encode())
    number = str(batch.records[0].as_written.get("id") or "").strip()
    if not number:
        raise InvalidValue(field="number", value="", why="the number that stands on the sheet")
    sent = request.FILES.get("scan")
    if sent is not None and (sent.size or 0) > SCAN_BYTES:
        raise InvalidValue(field="scan", value=sent.name, why=f"at most {SCAN_BYTES // 1_000_000} MB")
    with writer() as programme, tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "sheet.json"
        written.write_text(json.dumps({"records": [json.loads(text)]}, ensure_ascii=False), encoding="utf-8")
        kept = enter_file(programme, written, reason="copied from paper on the page")["records_detail"][0]
        if sent is not None:
            image = Path(folder) / f"scan{Path(sent.name or '').suffix[:8]}"
            image.write_bytes(sent.read())
            add_scan(programme, kept["record"], image, reason="scan of the sheet, with its transcription")
    address = reverse("minefields-own", args=(uuid.UUID(kept["record"]),))
    became = {"new": _("Kept."), "changed": _("Kept as a new revision of the record with this number."),
              "unchanged": _("Nothing new: the programme holds this sheet as it is written here.")}  # fmt: skip
    return JsonResponse({"words": became[kept["became"]], "address": address, "link_words": _("See where to look"),
                         "record": kept["record"]})  # fmt: skip


def _read(content: bytes) -> Batch:
    try:
        held = msgspec.json.decode(content, type=dict[str, Any])
    except (msgspec.DecodeError, msgspec.ValidationError):
        raise InvalidValue(field="sheet", value=content[:40].decode(errors="replace"), why="one JSON object") from None
    return read_sheets({"records": [held]})


def _where(finding: SheetFinding) -> str:
    """Name the place of a finding in the sheet for people: `$.records[0].legs[2].bearing` -> leg 3, bearing."""
    parts = []
    for part in finding.path.replace("$", "").split("."):
        name, _sign, rest = part.partition("[")
        if name in ("", "records"):
            continue
        at = rest.rstrip("]")
        shown = words.attribute_label(name).lower()
        parts.append(f"{shown.removesuffix('s')} {int(at) + 1}" if at.isdecimal() else shown)
    return ", ".join(parts)


def _facts(laid: SheetGeometry) -> dict[str, str]:
    """Say what the traverse comes to, in the words of the page."""
    facts: dict[str, str] = {}
    reached = int(sum(math.isfinite(each) for each in laid.lon))
    facts[_("Points reached")] = f"{reached} / {len(laid.stations)}"
    if laid.declination_deg is not None:
        facts[_("Declination")] = f"{laid.declination_deg:.2f}° ({laid.measured_on or _('date assumed')})"
    if laid.operation is not None:
        facts[_("Transformation")] = str(getattr(laid.operation, "name", laid.operation))
    if laid.misclosure_m is not None:
        one_in = laid.misclosure_one_in
        facts[_("Misclosure")] = f"{words.figure(laid.misclosure_m, 1)} m" + (f", 1:{one_in:.0f}" if one_in else "")
    return facts
