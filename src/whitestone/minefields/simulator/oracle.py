"""How well could true sheets be told from false ones by somebody who knows every parameter of the simulated world?

A yardstick, not an estimator: it is told the parameters, the reference system behind each sheet, where fields are dense
and which finds belong together, but not which sheet is true nor where its field lies. It asks which group of finds
belongs to which sheet (one to one, by belief propagation) and what it means that nothing was found.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from whitestone.minefields.simulator.plane import Plane

__all__ = ["oracle_chances"]

Floats = npt.NDArray[np.float64]
Json = dict[str, Any]

_SAMPLES = 800
_SPOTS = 32
_CELL_M = 10.0
_ROUNDS = 60
_TYPES_TELL = 3.0
"""One field in about three holds types that a given sheet allows; a sheet's own field always does."""
_FULL_TURN = {"degrees": 360.0, "mil6400": 6400.0, "mil6000": 6000.0}


def oracle_chances(batch: Json, truth: Json, seed: int = 0) -> dict[str, float]:
    """Return for each sheet the chance that its field exists or existed, as far as a knower of the parameters can say.

    >>> oracle_chances({"records": [], "finds": [], "searched": []}, {"centre": [0.0, 0.0], "sheets": {}})
    {}
    """
    if not batch["records"]:
        return {}
    rng = np.random.default_rng([seed, truth["seed"]])
    plane = Plane(*truth["centre"])
    regime = truth["regime"]
    seen = _Seen(batch, plane, regime["accident_share"], truth["side_m"])
    groups = _groups(batch, truth, plane)
    dense = _density(truth, plane, np.array([g["centre"] for g in groups]).reshape(-1, 2))
    lone = {s["id"]: s for s in batch["records"] if truth["sheets"][s["id"]]["copy_of"] is None}
    links, nothing = np.zeros((len(lone), len(groups))), np.ones(len(lone))
    true_share = 1 - regime["false_share"]
    kept = 1 - regime["lifted_share"]
    unfound = np.zeros(len(lone))
    for row, (name, sheet) in enumerate(lone.items()):
        spots = _spots(rng, sheet, truth["sheets"][name]["errors"], regime, truth["datum_m"], plane)
        if spots is None:
            unfound[row], nothing[row] = true_share, 1.0
            continue
        chance = seen.at(spots)
        left = max(sum(sheet["quantities"].values()) * (1 - regime["gone_share"]), 1.0)
        missed = float(np.mean(np.exp(-left * chance.mean(axis=1))))
        missed_lifted = float(np.mean(np.exp(-0.05 * left * chance.mean(axis=1))))
        unfound[row] = true_share * (kept * missed + (1 - kept) * missed_lifted)
        nothing[row] = unfound[row] + regime["false_share"]
        for column, group in enumerate(groups):
            links[row, column] = true_share * kept * _fit(group, spots, chance, left, sheet)
    links /= np.maximum(dense * (1 - regime["recorded_share"]), 1e-12)[None, :]
    linked = _matched(links / nothing[:, None])
    chances = linked + (1 - linked) * unfound / nothing
    found = dict(zip(lone, chances.tolist(), strict=True))
    return {name: found[sheet["copy_of"] or name] for name, sheet in truth["sheets"].items()}


class _Seen:
    """The chance, cell by cell, that a mine lying there has been found by now."""

    def __init__(self, batch: Json, plane: Plane, by_chance: float, side_m: float) -> None:
        self.half = side_m / 2 + 1000.0
        cells = int(2 * self.half / _CELL_M)
        missed = np.full((cells, cells), 1.0 - by_chance, dtype=np.float32)
        for each in batch["searched"]:
            shape = shapely.Polygon(plane.xy(each["geometry"]["coordinates"][0]))
            west, south, east, north = ((np.array(shape.bounds) + self.half) / _CELL_M).astype(int).clip(0, cells - 1)
            columns, rows = np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1))
            inside = shapely.contains_xy(shape, (columns + 0.5) * _CELL_M - self.half,
                                         (rows + 0.5) * _CELL_M - self.half)  # fmt: skip
            missed[rows[inside], columns[inside]] *= 1 - each["p_detect"]
        self.found = 1 - missed

    def at(self, spots: Floats) -> Floats:
        """Look up places (…, 2) in metres; outside the region nothing is ever found."""
        cells = ((spots + self.half) / _CELL_M).astype(int)
        size = len(self.found)
        inside = ((cells >= 0) & (cells < size)).all(axis=-1)
        cells = cells.clip(0, size - 1)
        return np.where(inside, self.found[cells[..., 1], cells[..., 0]], 0.0)


def _groups(batch: Json, truth: Json, plane: Plane) -> list[Json]:
    """Put the finds of one field together; strays cannot be taken for a field and are left out."""
    of: dict[str, list[Json]] = {}
    for find in batch["finds"]:
        field = truth["mines"][truth["finds"][find["id"]]]["field"]
        if field is not None:
            of.setdefault(field, []).append(find)
    groups = []
    for finds in of.values():
        at = plane.xy([[find["lon"], find["lat"]] for find in finds])
        groups.append({"centre": at.mean(axis=0), "n": len(finds), "types": {find["type"] for find in finds}})
    return groups


def _density(truth: Json, plane: Plane, at: Floats) -> Floats:
    """Return how many fields there are per square metre about each place (a normal kernel of 400 m)."""
    centres = np.array([plane.xy(f["outline"]).mean(axis=0) for f in truth["fields"] if f["exists"]]).reshape(-1, 2)
    square = ((at[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    return np.asarray(np.exp(-square / (2 * 400.0**2)).sum(axis=1) / (2 * math.pi * 400.0**2))


def _spots(
    rng: np.random.Generator, sheet: Json, errors: Json, regime: Json, datum_m: Floats, plane: Plane
) -> Floats | None:
    """Draw where the field of a sheet may lie: places strewn over it (samples, spots, 2); None: cannot be drawn."""
    start = plane.xy(errors["landmark"])[0] + np.asarray(errors["landmark_m"]) + np.asarray(datum_m)
    size = np.where(rng.uniform(size=_SAMPLES) < regime["landmark_gross_share"], regime["landmark_gross_m"],
                    regime["landmark_m"])  # fmt: skip
    first = start - rng.normal(size=(_SAMPLES, 2)) * np.hypot(size, regime["datum_m"])[:, None]
    bias = rng.normal(0, regime["compass_bias_deg"], _SAMPLES)
    scale = 1 + rng.normal(0, regime["pace_scale"], _SAMPLES)
    known = {sheet["reference_points"][0]["no"]: first}
    turned = _turned(rng, sheet, errors)
    for leg in sheet["legs"]:
        if leg["to"] in known or leg["from"] not in known:
            continue
        written = float(leg["bearing"].replace("-", "").replace("?", "5")) * 360 / _FULL_TURN[errors["unit"]]
        bearing = written + turned - bias - rng.normal(0, regime["leg_bearing_deg"], _SAMPLES)
        bearing = np.radians(bearing + 180.0 * (rng.uniform(size=_SAMPLES) < regime["gross_leg_share"]))
        length = float(str(leg["distance"]).replace("?", "5")) / scale
        length = length + rng.normal(size=_SAMPLES) * (regime["leg_distance_share"] * length + regime["leg_distance_m"])
        known[leg["to"]] = known[leg["from"]] + length[:, None] * np.column_stack([np.sin(bearing), np.cos(bearing)])
    if any(corner not in known for corner in sheet["perimeter"]):
        return None
    return _strewn(rng, np.stack([known[corner] for corner in sheet["perimeter"]], axis=1))


def _turned(rng: np.random.Generator, sheet: Json, errors: Json) -> Floats:
    """Draw by how much the north of the sheet is turned, in degrees."""
    turns = {"magnetic": errors["declination_deg"], "grid": errors["convergence_deg"], "true": 0.0}
    if not sheet["legs"] or sheet["legs"][0]["north"] == "unknown":
        return np.asarray(rng.choice(list(turns.values()), _SAMPLES, p=[0.75, 0.18, 0.07]))
    return np.full(_SAMPLES, turns[errors["north"]])


def _strewn(rng: np.random.Generator, corners: Floats) -> Floats:
    """Strew places over each polygon (samples, corners, 2): the two long sides are met at equal parts of their way."""
    half = corners.shape[1] // 2
    sides = [np.roll(corners, -turn, axis=1) for turn in range(half)]
    lengths = [np.linalg.norm(side[:, 0] - side[:, -1], axis=1).mean() for side in sides]
    order = sides[int(np.argmin(lengths))]
    left, right = order[:, :half], order[:, half:][:, ::-1]
    along, across = rng.uniform(0, half - 1, _SPOTS), rng.uniform(0, 1, (_SPOTS, 1))
    at = np.minimum(along.astype(int), half - 2)
    part = (along - at)[:, None]
    ways = [side[:, at] * (1 - part) + side[:, at + 1] * part for side in (left, right)]
    return np.asarray(ways[0] * across + ways[1] * (1 - across))


def _fit(group: Json, spots: Floats, chance: Floats, left: float, sheet: Json) -> float:
    """Return how likely the sheet's field makes this group: its middle (per m2), its number and its types."""
    if not group["types"] <= set(sheet["quantities"]):
        return 0.0
    away = spots.mean(axis=1) - group["centre"]
    if (away**2).sum(axis=1).min() > 400.0**2:
        return 0.0
    weight = (chance + 1e-9) / (chance + 1e-9).sum(axis=1, keepdims=True)  # where nothing is found, the plain middle
    middle = (spots * weight[..., None]).sum(axis=1)
    apart = spots - middle[:, None]
    spread = np.einsum("ks,ksi,ksj->kij", weight, apart, apart) / group["n"] + np.eye(2) * 8.0**2
    off = middle - group["centre"]
    square = np.einsum("ki,kij,kj->k", off, np.linalg.inv(spread), off)
    fits = np.exp(-square / 2) / (2 * math.pi * np.sqrt(np.linalg.det(spread)))
    awaited = left * chance.mean(axis=1)
    counts = np.exp(group["n"] * np.log(awaited + 1e-9) - awaited - math.lgamma(group["n"] + 1))
    usual = 1 / (group["n"] + 10.0)  # about how often a field of any size shows this number of finds
    return float(np.mean(fits * counts / usual) * _TYPES_TELL)


def _matched(links: Floats) -> Floats:
    """Return for each sheet the chance that it is linked, one sheet to one group, by belief propagation."""
    back = np.ones_like(links)
    for _ in range(_ROUNDS):
        weighed = links * back
        ahead = links / (1 + weighed.sum(axis=1, keepdims=True) - weighed)
        back = 0.5 * back + 0.5 / (1 + ahead.sum(axis=0, keepdims=True) - ahead)
    total = (links * back).sum(axis=1)
    return np.asarray(total / (1 + total))
