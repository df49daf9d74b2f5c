"""Where does a field lie when its sheet is drawn as written, believing every number and doubting nothing?

What a clearance operator draws before anything is known, what the simulated operators searched first, and the baseline
beside which every score is printed. Bearings from magnetic north get the declination of the day; an unknown north is
taken for grid north, an unknown unit for 6000, an unknown reference system for zone 8, an unreadable digit for 5.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from whitestone.minefields.simulator.plane import (
    Plane,
    convergences_deg,
    declinations_deg,
    positions_of,
    walk,
)

__all__ = ["drawn_as_written"]

Floats = npt.NDArray[np.float64]
Sheet = dict[str, Any]

_MAP = 28408
_FULL_TURN = {"degrees": 360.0, "gon": 400.0, "mil6400": 6400.0, "mil6000": 6000.0, "unknown": 6000.0}
_FARTHEST_M = 250_000.0


def drawn_as_written(sheets: Sequence[Sheet], plane: Plane) -> list[Floats | None]:
    """Return for each sheet its corners (n, 2) in metres of the plane; None: cannot be drawn, or lies nowhere near.

    >>> drawn_as_written([], Plane(46.93, 39.99))
    []
    >>> bare = {"reference_points": [], "legs": [], "perimeter": [], "crs": {}}
    >>> drawn_as_written([bare], Plane(46.93, 39.99))
    [None]
    """
    drawn: list[Floats | None] = [None] * len(sheets)
    starts = _starts(sheets, plane)
    if not starts:
        return drawn
    at = np.array(list(starts.values()))
    days = [datetime.date.fromisoformat(sheets[number]["recorded_on"]) for number in starts]
    declinations, convergences = declinations_deg(at, days), convergences_deg(at, _MAP)
    for row, number in enumerate(starts):
        grid = float(convergences[row])
        turned = {"magnetic": float(declinations[row]), "true": 0.0, "grid": grid, "unknown": grid}
        drawn[number] = _round(sheets[number], (float(at[row, 0]), float(at[row, 1])), turned, plane)
    return drawn


def _starts(sheets: Sequence[Sheet], plane: Plane) -> dict[int, tuple[float, float]]:
    """Place the first reference point of each sheet that has one, all of one reference system at once."""
    numbers: dict[int, list[tuple[int, float, float]]] = {}
    for number, sheet in enumerate(sheets):
        if not sheet["reference_points"] or len(sheet["perimeter"]) < 3:
            continue
        point, epsg = sheet["reference_points"][0], sheet["crs"].get("epsg") or _MAP
        x = float(point["x"])
        x += 8_000_000 if epsg == _MAP and x < 1_000_000 else 0
        numbers.setdefault(epsg, []).append((number, x, float(point["y"])))
    starts = {}
    for epsg, rows in numbers.items():
        at = positions_of(np.array([[x, y] for _, x, y in rows]), epsg)
        for (number, _, _), place in zip(rows, at, strict=True):
            is_sound = bool(np.isfinite(place).all() and np.abs(place).max() < 360)
            if is_sound and np.linalg.norm(plane.xy(place)) < _FARTHEST_M:
                starts[number] = (float(place[0]), float(place[1]))
    return dict(sorted(starts.items()))


def _round(sheet: Sheet, start: tuple[float, float], turned: dict[str, float], plane: Plane) -> Floats | None:
    """Go the legs of one sheet; return its corners, None where a corner is not reached."""
    known = {sheet["reference_points"][0]["no"]: start}
    for leg in sheet["legs"]:
        if leg["from"] in known and leg["to"] not in known:
            turn = _FULL_TURN[leg["unit"]]
            bearing = float(str(leg["bearing"]).replace("-", "").replace("?", "5")) * 360.0 / turn
            distance = float(str(leg["distance"]).replace("?", "5"))
            known[leg["to"]] = walk(*known[leg["from"]], bearing + turned[leg["north"]], distance)
    if not all(corner in known for corner in sheet["perimeter"]):
        return None
    return plane.xy([known[corner] for corner in sheet["perimeter"]])
