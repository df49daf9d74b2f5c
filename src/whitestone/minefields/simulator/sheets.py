"""What did somebody write about a field, and which mistakes crept in on the way?

The truth is measured the way a crew does it: from a landmark by compass and pace round the corners, each leg with its
own error, then rounded and written in the unit and from the north of the sheet. The errors are kept in the truth.
"""

from __future__ import annotations

import datetime
import itertools
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from whitestone.minefields.simulator.ground import Field
from whitestone.minefields.simulator.plane import (
    Plane,
    convergences_deg,
    declinations_deg,
    grid_numbers,
    true_legs,
)
from whitestone.minefields.simulator.regimes import Regime

__all__ = ["Sheet", "write_sheets"]

Floats = npt.NDArray[np.float64]

_MAP, _OTHER_MAP = 28408, 32638
"""Pulkovo 1942 zone 8, and what else the numbers of a sheet without a reference system may be: UTM 38N."""

_LANDMARKS = ("bridge, east pier", "corner of a stone wall", "water tower", "crossroads", "well", "culvert", "ruin",
              "pump house", "triangulation pillar", "bend of the canal")  # fmt: skip


class Sheet(msgspec.Struct):
    """One sheet: as it is handed over (`written`), and what is true of it."""

    written: dict[str, Any]
    field: str
    kind: str
    """real, lifted or false; a duplicate has the kind of what it copies and `copy_of`."""
    copy_of: str | None = None
    errors: dict[str, Any] = msgspec.field(default_factory=dict)


class _Walk(msgspec.Struct):
    """The points of one sheet in the order in which they were measured, in metres, and the legs between them."""

    places: dict[str, Floats]
    legs: list[tuple[str, str]]
    corners: list[str]
    rows: list[tuple[str, str]]


def write_sheets(
    rng: np.random.Generator, regime: Regime, fields: list[Field], plane: Plane, datum_m: Floats
) -> list[Sheet]:
    """Write one sheet about each field, in an order that tells nothing; then some of them again under other numbers."""
    order = [fields[int(at)] for at in rng.permutation(len(fields))]
    walks = [_walk(rng, field) for field in order]
    starts = np.array([w.places[a] for w in walks for a, _ in w.legs]).reshape(-1, 2)
    ends = np.array([w.places[b] for w in walks for _, b in w.legs]).reshape(-1, 2)
    begun = plane.lonlat(starts)
    azimuths, lengths = true_legs(begun, plane.lonlat(ends))
    days = [field.laid_to for field, walk in zip(order, walks, strict=True) for _ in walk.legs]
    declinations = declinations_deg(begun, days)
    convergences = convergences_deg(begun, _MAP) if len(begun) else np.empty(0)
    sheets, at = [], 0
    for number, (field, walk) in enumerate(zip(order, walks, strict=True)):
        part = slice(at, at + len(walk.legs))
        at += len(walk.legs)
        measured = (azimuths[part], lengths[part], declinations[part], convergences[part])
        sheets.append(_write(rng, regime, f"A-{number + 1}", field, walk, measured, plane, datum_m))
    return sheets + _copies(rng, regime, sheets)


def _walk(rng: np.random.Generator, field: Field) -> _Walk:
    """Choose the landmark, the way in and the way round of one field."""
    outline = np.roll(field.outline, -int(rng.integers(len(field.outline))), axis=0)
    away = float(np.clip(rng.lognormal(np.log(350), 0.6), 40, 1500))
    turn = rng.uniform(0, 2 * np.pi)
    landmark = outline[0] + away * np.array([np.cos(turn), np.sin(turn)])
    places: dict[str, Floats] = {"R1": landmark}
    names = ["R1"]
    for stop in range(int(away // 300)):
        part = (stop + 1) / (away // 300 + 1)
        places[f"B{stop + 1}"] = landmark + part * (outline[0] - landmark) + rng.normal(0, 0.08 * away, 2)
        names.append(f"B{stop + 1}")
    corners = [f"T{at + 1}" for at in range(len(outline))]
    places.update(dict(zip(corners, outline, strict=True)))
    legs = list(zip(names, [*names[1:], "T1"], strict=True)) + list(itertools.pairwise(corners))
    if rng.uniform() < 0.5:
        legs.append((corners[-1], "T1"))
    rows = []
    for at, ends in enumerate(field.rows):
        start, end = f"S{at + 1}", f"E{at + 1}"
        places[start], places[end] = ends
        near = corners[int(np.argmin(np.linalg.norm(outline - ends[0], axis=1)))]
        legs += [(near, start), (start, end)]
        rows.append((start, end))
    return _Walk(places=places, legs=legs, corners=corners, rows=rows)


def _write(
    rng: np.random.Generator, regime: Regime, name: str, field: Field, walk: _Walk,
    measured: tuple[Floats, Floats, Floats, Floats], plane: Plane, datum_m: Floats,
) -> Sheet:  # fmt: skip
    azimuths, lengths, declinations, convergences = measured
    true_north = str(rng.choice(["magnetic", "grid", "true"], p=[0.75, 0.18, 0.07]))
    north = "unknown" if rng.uniform() < regime.north_unknown_share else true_north
    true_unit = str(rng.choice(["mil6000", "degrees", "mil6400"], p=[0.75, 0.2, 0.05]))
    unit = "unknown" if true_unit != "degrees" and rng.uniform() < regime.unit_unknown_share else true_unit
    bias, scale = rng.normal(0, regime.compass_bias_deg), rng.normal(0, regime.pace_scale)
    turned = {"magnetic": declinations, "grid": convergences, "true": np.zeros(len(azimuths))}[true_north]
    seen = azimuths - turned + bias + rng.normal(0, regime.leg_bearing_deg, len(azimuths))
    gross = rng.uniform(size=len(azimuths)) < regime.gross_leg_share
    spread = regime.leg_distance_share * lengths + regime.leg_distance_m
    paced = np.maximum(1, np.round(lengths * (1 + scale) + rng.normal(0, 1, len(lengths)) * spread))
    legs = []
    for at, (a, b) in enumerate(walk.legs):
        bearing, distance = _bearing(float(seen[at]) + 180.0 * gross[at], true_unit, unit), int(paced[at])
        leg = {"from": a, "to": b, "bearing": bearing, "unit": unit, "north": north, "distance": distance,
               "distance_unit": "m", "method": "pace"}  # fmt: skip
        if rng.uniform() < regime.unreadable_share:
            leg["distance"] = _blot(rng, str(distance))
        legs.append(leg)
    crs, point, errors = _landmark(rng, regime, walk.places["R1"], plane, datum_m)
    errors |= {"north": true_north, "unit": true_unit, "compass_bias_deg": float(bias), "pace_scale": float(scale),
               "gross_legs": np.flatnonzero(gross).tolist(),
               "declination_deg": float(declinations.mean()),
               "convergence_deg": float(convergences.mean())}  # fmt: skip
    written = _header(rng, name, field) | {
        "crs": crs, "reference_points": [point], "legs": legs, "perimeter": walk.corners,
        "rows": [{"no": at + 1, "from": a, "to": b, "count": field.row_counts[at]}
                 for at, (a, b) in enumerate(walk.rows)],
        "quantities": _quantities(rng, field), "remarks": "Simulated sheet",
    }  # fmt: skip
    kind = "false" if field.phantom else "lifted" if field.lifted else "real"
    return Sheet(written=written, field=field.id, kind=kind, errors=errors)


def _header(rng: np.random.Generator, name: str, field: Field) -> dict[str, Any]:
    days = int(rng.integers(0, 15))
    batch = str(rng.choice(["2021-06-12", "2021-07-03", "2021-10-19"], p=[0.3, 0.5, 0.2]))
    return {
        "id": name, "batch": batch, "standard": "soviet_formulyar", "district": field.district,
        "unit_as_written": field.unit,
        "laid_from": field.laid_from.isoformat(), "laid_to": field.laid_to.isoformat(),
        "recorded_on": (field.laid_to + datetime.timedelta(days=days)).isoformat(),
    }  # fmt: skip


def _quantities(rng: np.random.Generator, field: Field) -> dict[str, int]:
    said = dict(field.laid)
    if said and rng.uniform() < 0.05:
        kind = str(rng.choice(list(said)))
        said[kind] = max(1, said[kind] + int(rng.choice([-10, 10])))
    return said


def _bearing(degrees: float, true_unit: str, unit: str) -> str:
    """Write a bearing as the sheet does: 10 thousandths or a whole degree is the finest that a crew reads."""
    if true_unit == "degrees":
        return str(round(degrees) % 360)
    turn = 6000 if true_unit == "mil6000" else 6400
    value = 10 * round(degrees / 360 * turn / 10) % turn
    return f"{value // 100:02d}-{value % 100:02d}" if unit == "mil6000" else f"{value:04d}"


def _blot(rng: np.random.Generator, text: str) -> str:
    """Make one digit unreadable."""
    at = int(rng.integers(len(text)))
    return text[:at] + "?" + text[at + 1 :]


def _landmark(
    rng: np.random.Generator, regime: Regime, place: Floats, plane: Plane, datum_m: Floats
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Read the landmark off a map: with the map reader's error, the region's shift and the slips of a clerk."""
    is_gross = bool(rng.uniform() < regime.landmark_gross_share)
    off = rng.normal(0, regime.landmark_gross_m if is_gross else regime.landmark_m, 2)
    is_unknown = rng.uniform() < regime.crs_unknown_share
    is_lost = not is_unknown and rng.uniform() < regime.zone_lost_share
    is_swapped = rng.uniform() < regime.swapped_share
    epsg = _OTHER_MAP if is_unknown and rng.uniform() < 0.5 else _MAP
    at = plane.lonlat((place + off + datum_m)[None])
    x, y = (round(float(value)) for value in grid_numbers(at, epsg)[0])
    if is_lost:
        x -= 8_000_000
    crs: dict[str, Any] = {"epsg": epsg, "operation": None, "basis": "stated"}
    if is_unknown or is_lost:
        crs = {"epsg": None, "operation": None, "basis": "unknown"}
    if is_swapped:
        x, y = y, x
    what = str(rng.choice(_LANDMARKS))
    point = {"no": "R1", "description": what, "x": x, "y": y, "accuracy_m": None}
    errors = {"landmark_m": off.tolist(), "landmark_gross": is_gross, "epsg": epsg, "zone_lost": bool(is_lost),
              "swapped": bool(is_swapped), "landmark": plane.lonlat(place[None])[0].tolist()}  # fmt: skip
    return crs, point, errors


def _copies(rng: np.random.Generator, regime: Regime, sheets: list[Sheet]) -> list[Sheet]:
    """Hand some sheets over a second time, under another number and in another batch."""
    copied = [sheet for sheet in sheets if rng.uniform() < regime.duplicate_share]
    made = []
    for number, sheet in enumerate(copied):
        written = msgspec.json.decode(msgspec.json.encode(sheet.written))
        written |= {"id": f"D-{number + 1}", "batch": "2021-11-29"}
        made.append(Sheet(written=written, field=sheet.field, kind=sheet.kind, copy_of=sheet.written["id"],
                          errors=sheet.errors))  # fmt: skip
    return made
