"""Which finds speak for laying after day D, as a page: by district and month, on the map, with all that stays open?"""

from __future__ import annotations

import json
from typing import Any

import shapely
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from whitestone.errors import InvalidValue
from whitestone.evidence.ladder import NO_RUNG
from whitestone.programme.dating import assumptions_of, date_finds, district_outlines
from whitestone.programme.opening import Clocks
from whitestone.web.desk import clocks_of, current

__all__ = ["page", "shapes"]

SIZE = 40
ALWAYS_OPEN = ("missed", "misplaced", "moved")


def page(request: HttpRequest) -> HttpResponse:
    """Show the dating table of a day D, with assumptions, plan, power and alternatives; ask for D where none is set."""
    clocks = clocks_of(request)
    after = request.GET.get("after") or current().programme.settings.dating_after
    level = request.GET.get("level", "")
    context: dict[str, Any] = {"title": "Dating", "clocks": clocks, "after": after, "level": level}
    if not after:
        return render(request, "whitestone/dating.html", context)
    ready, table = _answer(request, clocks, after)
    if not ready or table is None:
        return render(request, "whitestone/waiting.html", context | {"waiting_for": "dating"}, status=202)
    month, district = request.GET.get("month"), request.GET.get("district")
    rows = [row for row in table["rows"] if _chosen(row["month"], month) and _chosen(row["district"], district)]
    finds = [row for row in table["finds"]
             if _chosen((row["found_on"] or "")[:7], month) and _chosen(row["district"], district)]  # fmt: skip
    rungs = [*table["rungs"], NO_RUNG]
    finds.sort(key=lambda row: (rungs.index(row["rung"]), row["found_on"] or "", row["name"]))
    context |= {
        "table": table, "month": month, "district": district, "rung_names": rungs,
        "districts": [(row, [row["rungs"].get(rung, 0) for rung in rungs]) for row in table["districts"]],
        "rows": [(row, [row["rungs"].get(rung, 0) for rung in rungs]) for row in rows[:SIZE]],
        "row_count": len(rows),
        "finds": [(row, [table["alternatives"][code] for code in row["open"]]) for row in finds[:SIZE]],
        "find_count": len(finds),
        "alternatives": [table["alternatives"][code] for code in ALWAYS_OPEN],
        "left_out": [(reason, count) for reason, count in table["left_out"].items() if count],
        "not_counted": [row for row in table["marks"].get("not_counted", {}).values() if row["marks"]],
        "on_map": sum(row["lon"] is not None for row in finds),
    }  # fmt: skip
    return render(request, "whitestone/dating.html", context)


def shapes(request: HttpRequest) -> JsonResponse:
    """Give finds as GeoJSON points with their rung, and districts with their alarm, of a month and district if asked.

    With a month, a district's alarm is what it was by the end of that month.
    """
    clocks = clocks_of(request)
    after = request.GET.get("after") or current().programme.settings.dating_after
    ready, table = _answer(request, clocks, after or "", patience_s=60.0)
    month, district = request.GET.get("month"), request.GET.get("district")
    finds = [row for row in (table["finds"] if ready and table else ())
             if row["lon"] is not None and _chosen((row["found_on"] or "")[:7], month)
             and _chosen(row["district"], district)]  # fmt: skip
    features = [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
                 "properties": {"rung": row["rung"], "name": row["name"], "month": (row["found_on"] or "")[:7]}}
                for row in finds]  # fmt: skip
    if finds:
        features = [*_districts(clocks, table, month, {row["district"] for row in finds}), *features]
    lons, lats = ([row[name] for row in finds] for name in ("lon", "lat"))
    edge = 0.002
    box = [min(lons) - edge, min(lats) - edge, max(lons) + edge, max(lats) + edge] if finds else None
    return JsonResponse({"type": "FeatureCollection", "features": features, "bbox": box})


def _districts(clocks: Clocks, table: dict[str, Any], month: str | None,
               names: set[str | None]) -> list[dict[str, Any]]:
    outlines = district_outlines(current().programme, clocks, table["level"])
    alarms = {row["district"]: row["alarm_in"] for row in table["districts"]}
    return [{"type": "Feature", "geometry": json.loads(shapely.to_geojson(outlines[name])),
             "properties": {"district": name, "alarm": bool(alarms.get(name) and alarms[name] <= (month or "9")),
                            **({"alarm_in": alarms[name]} if alarms.get(name) else {})}}
            for name in sorted(filter(None, names)) if name in outlines]  # fmt: skip


def _answer(request: HttpRequest, clocks: Clocks, after: str, patience_s: float = 0.5) -> tuple[bool, Any]:
    """Have the table computed once per head of the journal, clocks and question; (False, None) while it is not."""
    desk = current()
    level = _level(request.GET.get("level"))
    assumed = assumptions_of(desk.programme, after)
    key = ("dating", desk.programme.journal.head(), clocks.on, clocks.known, assumed, level)
    return desk.jobs.answer(key, lambda: date_finds(desk.programme, clocks, assumed, level), patience_s=patience_s)


def _level(text: str | None) -> int | None:
    if not text:
        return None
    if not text.isdecimal():
        raise InvalidValue(field="level", value=text, why="an administrative level, a whole number")
    return int(text)


def _chosen(value: str | None, wanted: str | None) -> bool:
    return not wanted or value == wanted
