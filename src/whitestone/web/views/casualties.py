"""Who was killed or injured, when, where, doing what, by which device, as a page whose every figure opens its rows?"""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from whitestone.domain.dates import parse_partial
from whitestone.errors import InvalidValue
from whitestone.programme.casualties_counting import gazetteer
from whitestone.programme.casualties_looking import CELL_DEG, PANELS, Panel, Picture, look
from whitestone.reports.casualties import LABELS, panel_spec, value_label
from whitestone.web.desk import clocks_of, current

__all__ = ["cells", "page", "rows"]

SHOWN = ("year", "month", "place", "sex_age", "status", "device", "activity", "amputation", "source")
PAGE_ROWS = 100
_KEPT = ("on", "known", "dir", "from", "to", "level")


def page(request: HttpRequest) -> HttpResponse:
    """Show the dashboard: totals, charts and tables of what is chosen, and the map."""
    chosen, picture, context = _asked(request, rows=0)
    panels, silent = [], []
    for name in SHOWN:
        panel = picture.panels[name]
        if not panel.bars or (name == "month" and "year" not in chosen) or (name == "source" and len(panel.bars) < 2):
            continue
        if not panel.known and name not in chosen:
            silent.append(LABELS[name])
            continue
        panels.append(_shown(request, panel, chosen))
    context |= {"title": _("Casualties"), "panels": panels, "silent": silent, "on_map": bool(picture.cells),
                "by_outcome": _outcomes(request, picture, chosen)}
    return render(request, "whitestone/casualties.html", context)


def rows(request: HttpRequest) -> HttpResponse:
    """List the statistical rows behind a figure, a page at a time; nothing that could identify a person."""
    text = request.GET.get("page", "1")
    number = max(int(text), 1) if text.isdecimal() and len(text) < 9 else 1
    _chosen, picture, context = _asked(request, rows=PAGE_ROWS, first=(number - 1) * PAGE_ROWS)
    listed = [[(LABELS[name], value_label(name, row[name])) for name in PANELS if name != "year"] + [("row", row)]
              for row in picture.rows]
    context |= {"title": _("Casualties: rows"), "listed": [(dict(each)["row"], each[:-1]) for each in listed],
                "heads": [LABELS[name] for name in PANELS if name != "year"], "number": number,
                "pages": max(-(-picture.row_count // PAGE_ROWS), 1)}
    return render(request, "whitestone/casualties_rows.html", context)


def cells(request: HttpRequest) -> JsonResponse:
    """Give the squares that hold anybody as GeoJSON points in their middles, with figures and the way to their rows."""
    chosen, picture, _context = _asked(request, rows=0)
    features = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]},
         "properties": {**figures.as_dict(), "href": _link(request, "casualties", chosen | {
             "cell": f"{lat:.3f},{lon:.3f}"})}}
        for lon, lat, figures in picture.cells
    ]  # fmt: skip
    lons, lats = [lon for lon, _lat, _figures in picture.cells], [lat for _lon, lat, _figures in picture.cells]
    box = [min(lons) - CELL_DEG, min(lats) - CELL_DEG, max(lons) + CELL_DEG, max(lats) + CELL_DEG] if lons else None
    return JsonResponse({"type": "FeatureCollection", "features": features, "bbox": box})


def _asked(request: HttpRequest, rows: int, first: int = 0) -> tuple[dict[str, str], Picture, dict[str, Any]]:
    """Read clocks, period and choices from an address, and look."""
    clocks = clocks_of(request)
    chosen = {name: request.GET[f"f.{name}"] for name in (*PANELS, "cell") if request.GET.get(f"f.{name}")}
    begins, ends = _day(request, "from", is_first=True), _day(request, "to")
    level = _level(request)
    programme = current().programme
    picture = look(programme, clocks, chosen, begins=begins, ends=ends, level=level, rows=rows, first=first)
    chips = [(LABELS[name], value_label(name, value), _link(request, None, {
        key: kept for key, kept in chosen.items() if key != name})) for name, value in chosen.items()]  # fmt: skip
    levels = sorted({spot.level for spot in gazetteer(programme, clocks).spots.values() if spot.level is not None})
    context = {"clocks": clocks, "picture": picture, "chips": chips, "begins": request.GET.get("from", ""),
               "ends": request.GET.get("to", ""), "level": level, "levels": levels, "choices": chosen,
               "rows_link": _link(request, "casualties-rows", chosen), "back": _link(request, "casualties", chosen),
               "cells_link": _link(request, "casualties-cells", chosen), "everything": _link(request, None, {})}
    return chosen, picture, context


def _shown(request: HttpRequest, panel: Panel, chosen: dict[str, str]) -> dict[str, Any]:
    """Lay one panel out: its drawing, and the same figures as a table, both leading on."""
    bars = []
    for bar in panel.bars:
        narrowed = chosen | {panel.name: bar.value}
        bars.append({"value": bar.value, "label": value_label(panel.name, bar.value), "figures": bar.figures,
                     "percent": bar.percent, "href": _link(request, "casualties", narrowed),
                     "rows": _link(request, "casualties-rows", narrowed)})
    return {"name": panel.name, "label": LABELS[panel.name], "bars": bars, "known": panel.known,
            "unknown": panel.unknown, "left_out": panel.left_out, "spec": panel_spec(panel.name, bars),
            "is_chosen": panel.name in chosen}


def _outcomes(request: HttpRequest, picture: Picture, chosen: dict[str, str]) -> list[tuple[str, int, str]]:
    total = picture.total.as_dict()
    return [(name, total[name], _link(request, "casualties-rows", chosen | {"outcome": name}))
            for name in ("killed", "injured", "unknown")]


def _link(request: HttpRequest, name: str | None, chosen: dict[str, str]) -> str:
    path = reverse(name) if name else request.path
    query = {key: request.GET[key] for key in _KEPT if request.GET.get(key)}
    query |= {f"f.{key}": value for key, value in chosen.items()}
    return f"{path}?{urlencode(query)}" if query else path


def _day(request: HttpRequest, name: str, *, is_first: bool = False) -> dt.date | None:
    text = request.GET.get(name)
    if not text:
        return None
    read = parse_partial(text, name)
    return read.first_day if is_first else read.last_day


def _level(request: HttpRequest) -> int:
    text = request.GET.get("level") or "1"
    if not text.isdecimal() or len(text) > 1:
        raise InvalidValue(field="level", value=text, why="an administrative level from 0 to 9")
    return int(text)
