"""Which ways of reading a sheet are kept, how likely is each, and how is each walked?

What a sheet states is kept as stated; what it leaves open (north, unit, reference system, axis order, direction)
becomes a hypothesis with its share. A reading that puts the field much farther from everything else of the batch than
another one does is dropped, not because it is wrong on paper but because nobody can have meant it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from whitestone.minefields.anchors import Hypothesis
from whitestone.minefields.error_model import ErrorModel
from whitestone.minefields.sheet_parts import Sheet
from whitestone.minefields.traverse import SheetGeometry, lay_out_many, to_plane
from whitestone.minefields.walking import Way

__all__ = ["Reading", "read_ways", "way_of"]

Floats = npt.NDArray[np.float64]
Point = tuple[float, float]

NEAR_M = 30_000.0
"""A reading is dropped where another of the same sheet lies so much nearer to the ground that the batch is about."""
_FAR_TIMES = 5.0
"""What lies so many times as far from the middle as half of a batch does, and `NEAR_M` more, is a slip of its own."""
_NOWHERE = np.zeros((0, 2))
_FULL = {"degrees": 360.0, "gon": 400.0, "mil6400": 6400.0, "mil6000": 6000.0}


class Reading(msgspec.Struct, frozen=True):
    """One hypothesis on one sheet: its share, its layout, and its anchor in metres of the plane of the batch."""

    share: float
    hypothesis: Hypothesis
    geometry: SheetGeometry
    at: tuple[float, float]
    turn_deg: float
    """What the north of the sheet's own plane is turned by in that of the batch, clockwise."""


def read_ways(
    sheets: Sequence[Sheet], model: ErrorModel, middle: Point, places: Floats = _NOWHERE
) -> list[list[Reading]]:
    """Return the readings of each sheet, the likeliest first, shares summing to one; none where nothing places it.

    `middle` is the middle of the batch in WGS 84 degrees, `places` (n, 2) what is known of its ground beside the sheets
    (finds, searched ground), metres from there. A batch may be of a whole country: what counts is the nearest of all.

    >>> read_ways([], ErrorModel(), (46.93, 39.99))
    []
    """
    asked = [
        (at, hypothesis, share)
        for at, sheet in enumerate(sheets)
        for hypothesis, share in _hypotheses(sheet, model, _systems(sheets, middle))
    ]
    held: list[list[Reading]] = [[] for _ in sheets]
    over: list[list[Reading]] = [[] for _ in sheets]
    for at, reading in _laid(sheets, asked, middle):
        (over if reading.geometry.impossible else held)[at].append(reading)
    # A bearing beyond a full turn of the unit that is stated: the unit is the other one, or a digit is a slip of the
    # pen and the bearing goes round once more. Both stand with equal shares: nothing on the sheet decides.
    broken = [at for at, readings in enumerate(held) if not readings and over[at]]
    other = [(at, msgspec.structs.replace(each.hypothesis, unit="mil6400", whole=True), each.share)
             for at in broken for each in over[at] if _in_mils(sheets[at])]  # fmt: skip
    for at, reading in _laid(sheets, other, middle):
        if not reading.geometry.impossible:
            held[at].append(reading)
    for at in broken:
        held[at] += over[at]
    return _plausible(held, places)


def _laid(
    sheets: Sequence[Sheet], asked: Sequence[tuple[int, Hypothesis, float]], middle: Point
) -> Iterator[tuple[int, Reading]]:
    """Lay sheets out as asked (number, hypothesis, share); what has no place is left out."""
    laid = lay_out_many([(sheets[at], hypothesis) for at, hypothesis, _ in asked])
    for (at, hypothesis, share), geometry in zip(asked, laid, strict=True):
        if geometry.anchor_lonlat is None:
            continue
        lon, lat = geometry.anchor_lonlat
        x, y = to_plane([lon], [lat], middle)
        turn = (lon - middle[0]) * math.sin(math.radians((lat + middle[1]) / 2.0))
        yield at, Reading(share, hypothesis, geometry, (float(x[0]), float(y[0])), -turn)


def _in_mils(sheet: Sheet) -> bool:
    return any(leg.unit == "mil6000" or (leg.unit == "unknown" and leg.hundreds) for leg in sheet.legs)


def _plausible(held: list[list[Reading]], places: Floats) -> list[list[Reading]]:
    """Drop readings that lie much farther from all other sheets, finds and searches than another of the same sheet."""
    own = [at for at, readings in enumerate(held) if readings]
    likeliest = [max(held[at], key=lambda each: each.share).at for at in own]
    known = np.vstack([np.array(likeliest).reshape(-1, 2), places[np.isfinite(places).all(axis=1)]])
    owner = np.concatenate([own, np.full(len(known) - len(own), -1)])
    far = np.hypot(*(known - np.median(known, axis=0)).T) if len(known) else np.zeros(0)
    about = far <= NEAR_M + _FAR_TIMES * np.median(far) if len(far) else np.zeros(0, dtype=bool)
    known, owner = known[about], owner[about]
    tree = cKDTree(known) if len(known) else None

    def away_m(at: int, reading: Reading) -> float:
        far_m, number = tree.query(reading.at, k=[1, 2]) if tree is not None else (np.full(2, np.inf), [0, 0])
        first = 1 if far_m[0] < np.inf and owner[number[0]] == at else 0  # a sheet does not bear itself out
        return float(far_m[first]) if far_m[first] < np.inf else math.hypot(*reading.at)

    kept = []
    for at, readings in enumerate(held):
        away = [away_m(at, each) for each in readings]
        kept.append(_joined([each for each, far_m in zip(readings, away, strict=True) if far_m <= min(away) + NEAR_M]))
    return kept


def _joined(near: list[Reading]) -> list[Reading]:
    """Join readings that come to the same shape at the same place, and leave out those that weigh nothing."""
    seen: dict[tuple[int, ...], Reading] = {}
    for each in near:
        ring = each.geometry
        key = (
            *(round(value) for value in each.at),
            *np.nan_to_num(ring.east_m).round().astype(int).tolist(),
            *np.nan_to_num(ring.north_m).round().astype(int).tolist(),
        )
        old = seen.get(key)
        seen[key] = each if old is None else msgspec.structs.replace(old, share=old.share + each.share)
    total = sum(each.share for each in seen.values())
    kept = sorted(seen.values(), key=lambda each: -each.share)
    kept = [each for each in kept if each.share >= 0.002 * total][:12]
    total = sum(each.share for each in kept)
    return [msgspec.structs.replace(each, share=each.share / total) for each in kept]


def _systems(sheets: Sequence[Sheet], middle: Point) -> list[int]:
    """List reference systems that a sheet without one may mean: those of other sheets, and the zones here."""
    stated = [sheet.crs.epsg for sheet in sheets if sheet.crs.epsg is not None]
    common = sorted(set(stated), key=lambda code: (-stated.count(code), code))[:3]
    zone = int((middle[0] + 180.0) // 6.0) % 60 + 1
    usual = [
        *([28400 + zone - 30] if 1 <= zone - 30 <= 32 else []),
        (32600 if middle[1] >= 0 else 32700) + zone,
        4284,
        4326,
    ]
    return list(dict.fromkeys([*common, *usual]))


def _hypotheses(sheet: Sheet, model: ErrorModel, systems: list[int]) -> list[tuple[Hypothesis, float]]:
    norths: list[tuple[str | None, float]] = [(None, 1.0)]
    if any(leg.north == "unknown" for leg in sheet.legs):
        magnetic, grid = model.north_magnetic_share, model.north_grid_share
        norths = [("magnetic", magnetic), ("grid", grid), ("true", max(1.0 - magnetic - grid, 1e-3))]
    units: list[tuple[str | None, float]] = [(None, 1.0)]
    if any(leg.unit == "unknown" for leg in sheet.legs):
        units = _units(sheet, model)
    turns: list[tuple[bool | None, float]] = [(None, 1.0)]
    mils = any(leg.unit in ("mil6000", "unknown") for leg in sheet.legs)
    if mils and sheet.clockwise is None and all(leg.clockwise is None for leg in sheet.legs):
        turns = [(True, 1.0 - model.anticlockwise_share), (False, model.anticlockwise_share)]
    swaps = [(False, 1.0 - model.swapped_share), (True, model.swapped_share)]
    if all(point.resolved is not None for point in sheet.reference_points):
        swaps = [(False, 1.0)]
    codes: list[tuple[int | None, float]] = [(None, 1.0)]
    if sheet.crs.epsg is None:
        codes = [(None, 0.01), *((code, 1.0 / (1 + at)) for at, code in enumerate(systems))]
    return [
        (Hypothesis(north=n, unit=u, clockwise=t, swapped=s, epsg=c), math.prod((pn, pu, pt, ps, pc)))
        for (n, pn), (u, pu), (t, pt), (s, ps), (c, pc) in itertools.product(norths, units, turns, swaps, codes)
    ]


def _units(sheet: Sheet, model: ErrorModel) -> list[tuple[str | None, float]]:
    numbers = [leg.bearing.middle or 0.0 for leg in sheet.legs]
    if any(leg.hundreds for leg in sheet.legs) or max(numbers, default=0.0) > 400.0:
        return [("mil6000", model.unit_6000_share), ("mil6400", 1.0 - model.unit_6000_share)]
    return [("degrees", 0.85), ("gon", 0.05), ("mil6000", 0.10)]


def way_of(reading: Reading, sheet: Sheet, model: ErrorModel) -> Way:
    """Prepare one reading for walking."""
    geometry = reading.geometry
    order = geometry.order
    anchors = {int(station): at for at, station in enumerate(geometry.anchor_stations)}
    spreads = {
        anchor.no: _landmark(anchor.resolved, anchor.accuracy_m, point_m, model)
        for anchor, point_m in zip(
            geometry.anchors, [point.accuracy_m for point in sheet.reference_points], strict=True
        )
    }
    cos, sin = math.cos(math.radians(reading.turn_deg)), math.sin(math.radians(reading.turn_deg))
    own = np.column_stack([geometry.anchor_east_m, geometry.anchor_north_m]) @ np.array([[cos, -sin], [sin, cos]])
    own = own + np.array(reading.at)
    start, landmark = np.zeros((order.size, 2)), np.ones((order.size, 2))
    parent = np.where(geometry.tree_leg[order] < 0, -1, geometry.parent[order])
    for step, station in enumerate(order.tolist()):
        if parent[step] < 0:
            start[step] = own[anchors[station]] if station in anchors else reading.at
            landmark[step] = spreads.get(geometry.stations[station], (model.landmark_m, model.landmark_gross_m))
    checked = [station for station in anchors if geometry.tree_leg[station] >= 0]
    checked_at = np.array([[*own[anchors[station]], *spreads[geometry.stations[station]]] for station in checked])
    bearing = np.radians(geometry.plane_bearing_deg + reading.turn_deg)
    length = np.nan_to_num(geometry.plane_length_m)
    turn, rounding, stretch = _leg_errors(sheet, length, model)
    wanted = [
        station
        for station in dict.fromkeys([*geometry.perimeter.tolist(), *geometry.rows.ravel().tolist()])
        if station >= 0 and np.isfinite(geometry.east_m[station])
    ] or order.tolist()[-1:]
    closing = [
        (closure.leg, int(geometry.leg_start[closure.leg]), closure.station)
        for closure in geometry.closures
        if closure.leg >= 0
    ]
    magnetic = model.compass_bias_deg
    return Way(
        order,
        parent,
        np.maximum(geometry.tree_leg[order], 0),
        geometry.sign[order].astype(float),
        start,
        landmark,
        np.nan_to_num(length * np.sin(bearing)),
        np.nan_to_num(length * np.cos(bearing)),
        np.array([1.0 if leg.method in ("pace", "unknown", "estimate") else 0.1 for leg in sheet.legs]),
        turn,
        rounding,
        stretch,
        np.array(closing, dtype=np.int64).reshape(-1, 3),
        np.array(checked, dtype=np.int64),
        checked_at.reshape(-1, 4),
        np.array(wanted, dtype=np.int64),
        math.radians(magnetic),
        model.pace_scale,
        model.datum_m,
        model.landmark_gross_share,
        model.gross_leg_share,
        len(geometry.stations),
    )


def _landmark(
    resolved: bool, stated_m: float | None, written_m: float | None, model: ErrorModel
) -> tuple[float, float]:
    if resolved:
        known = stated_m or model.resolved_landmark_m
        return known, 4.0 * known
    known = math.hypot(written_m, 5.0) if written_m else model.landmark_m
    return known, max(model.landmark_gross_m, 3.0 * known)


def _leg_errors(sheet: Sheet, length: Floats, model: ErrorModel) -> tuple[Floats, Floats, Floats]:
    turn, rounding, stretch = (np.zeros(len(sheet.legs)) for _ in range(3))
    for at, leg in enumerate(sheet.legs):
        full = _FULL.get(leg.unit, 6000.0)
        step = model.rounding_mil / full if full >= 6000.0 else 1.0 / full
        rounding[at] = math.pi * step
        fine = leg.method in ("tape", "instrument", "gnss", "map")
        turn[at] = math.radians(model.leg_bearing_deg) * (0.5 if leg.method in ("instrument", "gnss") else 1.0)
        metres = max(float(length[at]), 0.5)
        share = model.leg_distance_share * (0.3 if fine else 1.0) + model.leg_distance_m / metres
        if leg.distance.doubtful:
            share = math.hypot(share, float(np.std(leg.distance.readings)) / metres)
        if leg.bearing.doubtful:
            turn[at] = math.hypot(turn[at], float(np.std(leg.bearing.readings)) / full * 2.0 * math.pi)
        stretch[at] = share
    return turn, rounding, stretch
