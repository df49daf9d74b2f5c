"""What is recorded where? The map, its tiles, and what lies at one place."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from whitestone.domain.kinds import KINDS
from whitestone.errors import InvalidValue, UnknownRecord
from whitestone.exchange.writers import RESTRICTED_KINDS
from whitestone.programme.opening import Clocks
from whitestone.programme.tiling import MAPPED, MAX_ZOOM
from whitestone.web.desk import clocks_of, current

__all__ = ["at", "facts", "page", "shape", "tile"]

SHOWN_AT_ONCE = 40
"""How many records a click lists; the answer says when there are more."""


def page(request: HttpRequest) -> HttpResponse:
    """Show the map with its legend, the records without a place, and a panel for what is clicked."""
    desk, clocks = current(), clocks_of(request)
    context: dict[str, Any] = {
        "title": "Map",
        "clocks": clocks,
        "facts": _facts(request, clocks),
        "legend": _legend(clocks),
        "restricted": RESTRICTED_KINDS,
    }
    context["unlocated"] = [
        (name, len(ids))
        for name, ids in desk.tiler.picture(clocks).unlocated.items()
        if ids and name in ("hazard", "release", "accident", "item", "activity")
    ]
    return render(request, "whitestone/map.html", context)


def facts(request: HttpRequest) -> JsonResponse:
    """Give what the map script needs: tile address, bounds, zooms."""
    return JsonResponse(_facts(request, clocks_of(request)))


def _facts(request: HttpRequest, clocks: Clocks) -> dict[str, Any]:
    picture = current().tiler.picture(clocks)
    query = request.GET.copy()
    kept = "&".join(f"{name}={value}" for name in ("on", "known") if (value := query.get(name)))
    focus = request.GET.get("record")
    boundary = current().programme.settings.boundary_geojson
    return {
        "tiles": f"/tiles/{picture.key}/{{z}}/{{x}}/{{y}}.mvt" + (f"?{kept}" if kept else ""),
        "left": f"/tiles/{picture.key}-left/{{z}}/{{x}}/{{y}}.mvt?" + "&".join(filter(None, ["layer=left", kept])),
        "query": kept,
        "bounds": picture.bounds(land_only=True),
        "everything": picture.bounds(),
        "maxzoom": MAX_ZOOM,
        "kinds": [kind for kind, sheet in picture.sheets.items() if sheet.ids],
        "focus": focus,
        "boundary": json.loads(boundary) if isinstance(boundary, str) and boundary else boundary,
    }


def _legend(clocks: Clocks) -> dict[str, Any]:
    """Count what each line of the legend stands for; only the kinds that are there get a line."""
    looker = current().looker
    there = {name: count for name, count in looker.counts(clocks).items() if name in MAPPED}
    lines: dict[str, Any] = {"kinds": there}
    for name, attribute in (("hazard", "classification"), ("hazard", "status"), ("release", "outcome")):
        if name in there:
            table = looker.table(name, clocks)
            tally = table.tally(attribute) if attribute in table.columns else [(None, len(table.ids))]
            lines[attribute] = [(value or "unknown", count) for value, count in tally]
    return lines


def tile(request: HttpRequest, key: str, z: int, x: int, y: int) -> HttpResponse:
    """Answer one vector tile; what is drawn as marks is said in the tile and in two headers."""
    if not (0 <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise InvalidValue(field="tile", value=f"{z}/{x}/{y}", why=f"zoom 0 to {MAX_ZOOM}, x and y below 2^zoom")
    desk, clocks = current(), clocks_of(request)
    left = request.GET.get("layer") == "left"
    data, marks, merged = desk.tiler.tile(clocks, z, x, y, left=left)
    response = HttpResponse(data, content_type="application/vnd.mapbox-vector-tile")
    response.headers["Whitestone-Drawn-As-Marks"] = str(marks)
    response.headers["Whitestone-Sharing-A-Mark"] = str(merged)
    # The address names the picture: while the journal has not moved, the tile cannot change.
    is_same = key == desk.tiler.key(clocks, left=left)
    response.headers["Cache-Control"] = "private, max-age=86400, immutable" if is_same else "no-store"
    return response


def at(request: HttpRequest) -> HttpResponse:
    """List the records at a clicked place, smallest first, at most 40 and saying so."""
    desk, clocks = current(), clocks_of(request)
    try:
        lon, lat, reach = (float(request.GET[name]) for name in ("lon", "lat", "reach"))
    except (KeyError, ValueError):
        raise InvalidValue(
            field="place", value=request.META["QUERY_STRING"], why="lon, lat and reach in degrees"
        ) from None
    hidden = set(filter(None, request.GET.get("hidden", "").split(",")))
    found = [
        (kind, record)
        for kind, record in desk.tiler.picture(clocks).at(lon, lat, min(reach, 1.0))
        if kind not in hidden
    ]
    listed = [
        (kind, record, desk.looker.title(record, kind, clocks), _note(kind, record, clocks))
        for kind, record in found[:SHOWN_AT_ONCE]
    ]
    context = {"found": listed, "total": len(found), "lon": lon, "lat": lat, "clocks": clocks}
    return render(request, "whitestone/_at.html", context)


def _note(kind: str, record: uuid.UUID, clocks: Clocks) -> list[tuple[str, Any]]:
    table = current().looker.table(kind, clocks)
    row = table.places.get(record)
    shown = {
        "hazard": ("classification", "status"),
        "release": ("outcome",),
        "item": ("category",),
        "place": ("place_type",),
        "activity": ("activity_type",),
    }.get(kind, ())
    return [(name, table.columns[name][row] if name in table.columns and row is not None else None) for name in shown]


def shape(request: HttpRequest, record_id: uuid.UUID) -> JsonResponse:
    """Give one record's shape as GeoJSON with its box; null when its place is unknown."""
    import shapely

    clocks = clocks_of(request)
    state = current().programme.journal.state(record_id, on=clocks.on, known=clocks.known)
    if state is None or (KINDS[state.kind].name == "casualty"):
        raise UnknownRecord(record=str(record_id))
    found = shapely.from_wkb(state.geometry, on_invalid="ignore") if state.geometry else None
    geometry = json.loads(shapely.to_geojson(found)) if found is not None else None
    box = [float(side) for side in found.bounds] if found is not None and not found.is_empty else None
    return JsonResponse({"type": "Feature", "geometry": geometry, "bbox": box, "properties": {"kind": state.kind}})
