"""How does a person lay the scan of a sketch on the map, and see how far it is off, before anything of it is kept?"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import msgspec
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from whitestone.errors import InvalidValue
from whitestone.programme.minefield_interpretation import fit_points, georeference, pixel_lonlat
from whitestone.programme.opening import Programme
from whitestone.web import words
from whitestone.web.views.minefields import stated_purpose
from whitestone.web.writing import writer, writes

__all__ = ["scans_of", "sketch"]


class _Point(msgspec.Struct):
    """A place on the scan, in pixels, y downwards, and where it lies, in degrees of WGS 84."""

    x: float
    y: float
    lon: float
    lat: float


class _Asked(msgspec.Struct):
    """What the page sends: points, the kind of fit, the size of the scan in pixels; kept where a reason is given."""

    points: list[_Point]
    kind: str = "helmert"
    width: float = 0.0
    height: float = 0.0
    reason: str = ""
    keep: bool = False


@writes
def sketch(request: HttpRequest, record_id: uuid.UUID, sha256: str) -> JsonResponse:
    """Fit a scan to control points and tell how far each is off; kept as a revision only where that is asked for."""
    if stated_purpose(request) is None:
        return JsonResponse({}, status=403)
    try:
        asked = msgspec.json.decode(request.body, type=_Asked)
    except msgspec.MsgspecError as error:
        raise InvalidValue(field="control points", value="…", why=f"each has numbers x, y, lon, lat: {error}") from None
    points = [msgspec.structs.asdict(each) for each in asked.points]
    fit = fit_points(points, asked.kind)
    if asked.keep:
        if not asked.reason.strip():
            raise InvalidValue(field="reason", value="", why="it is kept with the revision, so it has to be said")
        with writer() as programme:
            georeference(programme, str(record_id), sha256, points, kind=asked.kind, reason=asked.reason.strip())
    return JsonResponse({**_told(fit, asked), "kept": asked.keep})


def _told(fit: Mapping[str, Any], asked: _Asked) -> dict[str, Any]:
    corners = [(0.0, 0.0), (asked.width, 0.0), (asked.width, asked.height), (0.0, asked.height)]
    rms = _("none: no point to spare") if fit["rms_m"] is None else f"{words.figure(fit['rms_m'], 1)} m"
    facts = {
        _("Root mean square"): rms,
        _("Metres a pixel"): words.figure(fit["metres_a_pixel"], 3),
        _("Turned by"): f"{words.figure(fit['turn_deg'], 1)}°",
    }
    said = _("Kept as a revision of its own.") if asked.keep else _("Tried; nothing is kept.")
    return {"residuals": [words.figure(each, 1) for each in fit["residuals_m"]], "facts": facts, "words": said,
            "corners": [pixel_lonlat(fit, *each) for each in corners]}  # fmt: skip


def scans_of(programme: Programme, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List the scans of a record: SHA-256, whether a page can show it, its fit and control points where it has some.

    >>> class Bare:
    ...     class journal:
    ...         attachments: list = []
    >>> scans_of(Bare(), {})
    []
    """
    named = body.get("scans") or []
    media = {each.sha256: each.media_type for each in programme.journal.attachments.list()} if named else {}
    laid = body.get("georeferences") or {}
    return [{"sha256": each, "shown": media.get(each, "").startswith("image/") and "tif" not in media[each],
             "laid": laid.get(each), "points": msgspec.json.encode((laid.get(each) or {}).get("points") or []).decode()}
            for each in named]  # fmt: skip
