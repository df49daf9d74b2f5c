"""How does somebody order a search from the page of a record: who, until when, with which hazard, as which file?

The file is that of `records field-sheet`, made under the same rules and logged in the same way. What is missing is said
beside the field that it belongs to, and what was written stays.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from whitestone.errors import Problem
from whitestone.programme.field_sheets import HazardThere, field_sheet_file, hazards_there
from whitestone.programme.opening import Programme
from whitestone.reports.model import LAW_5

__all__ = ["Order", "order_of", "sheet_ordered"]

FORMS = (("pdf", gettext_lazy("Page to print (PDF)"), "application/pdf"),
         ("gpx", gettext_lazy("Tracks for a receiver (GPX)"), "application/gpx+xml"),
         ("kml", gettext_lazy("Areas for a phone (KML)"), "application/vnd.google-earth.kml+xml"),
         ("geojson", gettext_lazy("Areas for a map (GeoJSON)"), "application/geo+json"))  # fmt: skip
LEVELS = ("99", "90", "50")
MOST_HAZARDS = 20
"""More hazards at one place are not offered one by one; the first are, and the page says so."""
LONGEST = 200
_UNNAMEABLE = re.compile(r"[^\w-]+")


class Order(msgspec.Struct):
    """What the form holds: the words written, hazards offered and chosen, what is wrong by field, why there is none."""

    said: dict[str, str]
    offered: list[HazardThere]
    chosen: list[str]
    left_out: int = 0
    wrong: dict[str, str] = {}
    none_because: str = ""
    is_sent: bool = False
    forms: Sequence[tuple[str, Any, str]] = FORMS
    levels: Sequence[str] = LEVELS
    law: str = LAW_5

    @property
    def choices(self) -> list[tuple[str, HazardThere, bool]]:
        """Give each hazard that is offered with its id as the form sends it, and whether it is chosen."""
        return [(str(each.record), each, str(each.record) in self.chosen) for each in self.offered]

    @property
    def first_wrong(self) -> str | None:
        """Name the field at which the person goes on, None where nothing is wrong."""
        return next(iter(self.wrong), None)


def order_of(request: HttpRequest, programme: Programme, row: Mapping[str, Any], record_id: uuid.UUID | None) -> Order:
    """Read the form as it was sent, or fill it in for the first time; without an outline or a hazard there is none.

    `row` is the record as it was placed, `record_id` the programme's own record behind it, None where it holds none.
    """
    there = hazards_there(programme, row, record_id)
    sent = request.POST if request.method == "POST" else None
    own = [str(each.record) for each in there if each.is_its_own or len(there) == 1]
    usual = {"team": "", "begins": programme.today().isoformat(), "until": "", "level": "99", "form": "pdf"}
    order = Order(
        said={name: sent.get(name, "").strip()[:LONGEST] if sent is not None else text for name, text in usual.items()},
        offered=there[:MOST_HAZARDS], left_out=max(0, len(there) - MOST_HAZARDS),
        chosen=own if sent is None else sent.getlist("hazard"), is_sent=sent is not None,
    )  # fmt: skip
    if not (row.get("outlines") or {}).get("99"):
        order.none_because = _("This record has no place yet, so it orders no ground to be searched. Find one of its "
                               "landmarks again on the map; the field sheet can be made then.")  # fmt: skip
    elif not there:
        order.none_because = _("A field sheet shows the hazard that a person accepted for this record, and no approved "
                               "hazard touches its 99 % outline yet. Propose one from the record; once somebody has "
                               "approved it, the field sheet can be made here.")  # fmt: skip
    elif sent is not None:
        order.wrong = _wrong(order)
    return order


def sheet_ordered(
    order: Order,
    row: Mapping[str, Any],
    searched: Callable[[Programme], Sequence[Mapping[str, Any]] | None],
    programme: Programme,
    purpose: str,
) -> HttpResponse | None:
    """Make the file that a whole order asks for; None where something is wrong, which the order then says.

    `programme` is open for writing, since the export is logged before anything leaves; `searched` gives the ground
    around the record that was searched already, None: not known.
    """
    if not order.is_sent or order.none_because or order.wrong:
        return None
    said = order.said
    try:
        content = field_sheet_file(
            programme, row, order.chosen, form=said["form"], searched=searched(programme), team=said["team"],
            begins=said["begins"], until=said["until"], purpose=purpose, level=said["level"],
        )  # fmt: skip
    except Problem as problem:
        order.wrong = {"whole": f"{problem} {problem.next}"}
        return None
    media = next(media for form, _label, media in FORMS if form == said["form"])
    number = _UNNAMEABLE.sub("_", str(row["id"])).strip("_")[:60] or "record"
    answer = HttpResponse(content, content_type=media)
    named = content_disposition_header(True, f"field_sheet_{number}.{said['form']}")
    answer.headers["Content-Disposition"] = named or "attachment"
    return answer


def _wrong(order: Order) -> dict[str, str]:
    """Say what an order lacks, by field, in the order of the form."""
    said, wrong = order.said, {}
    if not said["team"]:
        wrong["team"] = _("Say who searches: the team and its organisation.")
    days = {}
    for name, missing in (("begins", _("Say on which day the search begins.")),
                          ("until", _("Say until which day the order holds."))):  # fmt: skip
        try:
            days[name] = dt.date.fromisoformat(said[name])
        except ValueError:
            wrong[name] = f"{missing} {_('A day is written as 2027-01-15.')}"
    if len(days) == 2 and days["until"] < days["begins"]:
        wrong["until"] = _("The last day lies before the first one.")
    if said["level"] not in LEVELS:
        wrong["level"] = _("Choose one of the outlines.")
    if said["form"] not in [form for form, _label, _media in FORMS]:
        wrong["form"] = _("Choose one of the formats.")
    offered = {str(each.record) for each in order.offered}
    if not order.chosen or not offered.issuperset(order.chosen):
        wrong["hazard"] = _("Choose the hazard that this search belongs to.")
    return wrong
