"""Where does a field lie when its sheet is drawn as written, believing every number and doubting nothing?

What a clearance operator draws before anything is known, what the simulated operators searched first, and the baseline
beside which every score is printed. Bearings from magnetic north get the declination of the day; an unknown north is
taken for grid north, an unknown unit for 6000, an unknown reference system for zone 8.
"""

from __future__ import annotations

import datetime
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

_FULL_TURN = {"degrees": 360.0, "gon": 400.0, "mil6400": 6400.0, "mil6000": 6000.0, "unknown": 6000.0}


def drawn_as_written(sheet: dict[str, Any], plane: Plane) -> Floats | None:
    """Return the corners (n, 2) in metres of the plane, or None where the sheet cannot be drawn or lies nowhere near.

    >>> drawn_as_written({"reference_points": [], "legs": [], "perimeter": [], "crs": {}}, Plane(46.93, 39.99))
    """
    if not sheet["reference_points"] or len(sheet["perimeter"]) < 3:
        return None
    point = sheet["reference_points"][0]
    numbers = np.array([[float(point["x"]), float(point["y"])]])
    epsg = sheet["crs"].get("epsg") or 28408
    if epsg == 28408 and numbers[0, 0] < 1_000_000:
        numbers[0, 0] += 8_000_000
    at = positions_of(numbers, epsg)
    if not np.isfinite(at).all() or np.linalg.norm(plane.xy(at)) > 250_000:
        return None
    known = {point["no"]: (float(at[0, 0]), float(at[0, 1]))}
    day = datetime.date.fromisoformat(sheet["recorded_on"])
    turn = {"magnetic": float(declinations_deg(at, [day])[0]), "true": 0.0}
    turn["grid"] = turn["unknown"] = float(convergences_deg(at, 28408)[0])
    for leg in sheet["legs"]:
        if leg["from"] in known and leg["to"] not in known:
            bearing = float(str(leg["bearing"]).replace("-", "")) * 360.0 / _FULL_TURN[leg["unit"]]
            distance = float(str(leg["distance"]).replace("?", "5"))
            known[leg["to"]] = walk(*known[leg["from"]], bearing + turn[leg["north"]], distance)
    if not all(corner in known for corner in sheet["perimeter"]):
        return None
    return plane.xy([known[corner] for corner in sheet["perimeter"]])
