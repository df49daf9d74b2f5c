"""How does a person copy one paper record, and what does the program understand of it while she does?

While she types, the sheet is drawn exactly as written and every doubt is listed with its place in the sheet; nothing is
kept until she asks for it.
"""

from __future__ import annotations

import json
import tempfile
import uuid
from pathlib import Path
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from whitestone.domain.codes import CODE_LISTS, label
from whitestone.errors import InvalidValue
from whitestone.minefields.batch_checks import check_batch
from whitestone.minefields.sheet_format import OBJECTS
from whitestone.minefields.sheet_parts import Batch, Sheet
from whitestone.minefields.sheets import read_sheets
from whitestone.minefields.traverse import SheetGeometry, lay_out
from whitestone.web.desk import clocks_of
from whitestone.web.views.minefields_drawing import drawn_as_written
from whitestone.web.views.minefields_plain import plain_ground
from whitestone.web.views.minefields_reading import facts_of, finding_place
from whitestone.web.writing import writer, writes

__all__ = ["check", "enter"]

SCAN_BYTES = 60_000_000
SYSTEMS = (
    (4326, "WGS 84"), (4284, "Pulkovo 1942 (SK-42), degrees"),
    *((28400 + zone, f"SK-42 Gauss-Krüger, zone {zone} (6°, easting {zone}…)") for zone in range(2, 33)),
    *((2493 + at, f"SK-42 Gauss-Krüger, easting without zone, {15 + 6 * at}° E (6°)") for at in range(1, 28)),
    *((2523 + at, f"SK-42 Gauss-Krüger, zone {7 + at} (3°, easting {7 + at}…)") for at in range(26)),
    *((2582 + at, f"SK-42 Gauss-Krüger, easting without zone, {21 + 3 * at}° E (3°)") for at in range(26)),
    (4179, "Pulkovo 1942(58), degrees"), (31275, "MGI Balkans zone 5"), (31276, "MGI Balkans zone 6"),
    (31277, "MGI Balkans zone 7"),
    *((32600 + zone, f"WGS 84 UTM {zone} N") for zone in range(28, 49)),
    *((23000 + zone, f"ED50 UTM {zone} N") for zone in range(28, 39)),
)  # fmt: skip
"""What the form offers; another EPSG code is typed beside it."""
UNITS = (("unknown", "unknown"), ("degrees", "degrees"), ("gon", "gon"), ("mil6000", "6000 (00-00)"),
         ("mil6400", "6400 mil"))  # fmt: skip
NORTHS = (("unknown", "unknown"), ("magnetic", "magnetic"), ("grid", "grid"), ("true", "true"))
LENGTHS = (("m", "m"), ("pace", "paces"), ("step_pair", "pairs of paces"), ("yard", "yards"), ("foot", "feet"),
           ("km", "km"), ("unknown", "unknown"))  # fmt: skip
METHODS = (("unknown", "unknown"), ("pace", "paced"), ("tape", "tape"), ("instrument", "instrument"), ("gnss", "GNSS"),
           ("map", "from the map"), ("estimate", "by eye"))  # fmt: skip
AT_HAND = ("id", "batch", "standard", "laid_from", "laid_to", "recorded_on", "total", "pace_m", "scale_direction",
           "remarks")  # fmt: skip
"""Members of a sheet that the form asks for at once; the others wait in a part that is opened."""
LISTS = ("lanes", "items", "events", "verifications")
"""Further lists of a sheet, each a table of the form with the members that the published format gives it."""
TITLES = {"lanes": gettext_lazy("Lanes and gaps"), "items": gettext_lazy("Items that the sheet places one by one"),
          "events": gettext_lazy("What happened since"), "verifications": gettext_lazy("Compared with the ground"),
          "transfer": gettext_lazy("How it was handed over, and what was said of it")}  # fmt: skip


@writes
def enter(request: HttpRequest) -> HttpResponse:
    """Show the form for one sheet; what is sent is kept as a record with its scan, and the answer says where."""
    if request.method == "POST":
        return _keep(request)
    standards = [(code, label("record_standard", code)) for code in CODE_LISTS["record_standard"].codes]
    context = {"title": "Enter a record", "clocks": clocks_of(request), "standards": standards, "systems": SYSTEMS,
               "units": UNITS, "norths": NORTHS, "lengths": LENGTHS, "methods": METHODS,
               "more": [each for each in OBJECTS["record"] if each.name not in AT_HAND],
               "transfer": OBJECTS["transfer"], "titles": TITLES,
               "lists": [(name, TITLES[name], OBJECTS[name]) for name in LISTS]}  # fmt: skip
    return render(request, "whitestone/minefields_enter.html", context)


@writes
def check(request: HttpRequest) -> JsonResponse:
    """Say what is understood of a sheet: findings with their places, the misclosure, and what it draws as GeoJSON.

    A sheet without a place draws its shape on plain ground instead (`plain`, a part of the page; blank: no shape).
    """
    batch = _read(request.body)
    laid = lay_out(batch.records[0])
    told = [(finding_place(each), each.sentence, each.severity) for each in check_batch(batch)
            if each.code != "id-missing"]  # fmt: skip
    told += [("", said, "notice") for said in laid.said]
    return JsonResponse({
        "findings": [{"where": where, "message": message, "severity": severity} for where, message, severity in told],
        "facts": facts_of(laid), "drawn": drawn_as_written(laid), "plain": _plain(batch.records[0], laid),
    })  # fmt: skip


def _plain(sheet: Sheet, laid: SheetGeometry) -> str:
    ground = plain_ground(sheet, laid)
    next_step = _("Keep the record as it is: a landmark can be found again on the map, on the page of the record. That "
                  "is a revision of its own, and what the sheet says stays.")  # fmt: skip
    drawn = {"ground": ground, "next_step": next_step}
    return render_to_string("whitestone/_plain_ground.html", drawn) if ground else ""


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
        answer = enter_file(programme, written, reason="copied from paper on the page")
        kept = answer["records_detail"][0]
        if sent is not None:
            image = Path(folder) / f"scan{Path(sent.name or '').suffix[:8]}"
            image.write_bytes(sent.read())
            add_scan(programme, kept["record"], image, reason="scan of the sheet, with its transcription")
    address = reverse("minefields-own", args=(uuid.UUID(kept["record"]),))
    twins = [each["sentence"] for each in answer["findings"] if each["code"] == "sheet-twice"]
    became = {"new": _("Kept."), "changed": _("Kept as a new revision of the record with this number."),
              "unchanged": _("Nothing new: the programme holds this sheet as it is written here.")}  # fmt: skip
    return JsonResponse({"words": became[kept["became"]], "address": address, "link_words": _("See where to look"),
                         "record": kept["record"], "twins": twins})  # fmt: skip


def _read(content: bytes) -> Batch:
    try:
        held = msgspec.json.decode(content, type=dict[str, Any])
    except (msgspec.DecodeError, msgspec.ValidationError):
        raise InvalidValue(field="sheet", value=content[:40].decode(errors="replace"), why="one JSON object") from None
    return read_sheets({"records": [held]})
