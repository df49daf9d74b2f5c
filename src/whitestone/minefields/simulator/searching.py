"""Which ground has been searched in the simulated world, and what was found where?

Teams search what a sheet draws, follow what they find, and search other fields that people told them of. Not every mine
in searched ground is found, positions carry the error of the receiver, and some mines are met by chance elsewhere.
"""

from __future__ import annotations

import datetime
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from whitestone.minefields.simulator.ground import Field, Ground
from whitestone.minefields.simulator.plane import Plane
from whitestone.minefields.simulator.regimes import Regime

__all__ = ["Mines", "Searches", "gather_mines", "search"]

Floats = npt.NDArray[np.float64]


class Mines(msgspec.Struct):
    """All mines of the region: place (n, 2) in metres, type, and the field that each belongs to, None for a stray."""

    xy: Floats
    kinds: list[str]
    fields: list[str | None]


class Searches(msgspec.Struct):
    """Searched polygons and finds as handed over, and which mine each find is."""

    searched: list[dict[str, Any]]
    finds: list[dict[str, Any]]
    found: dict[str, int]
    """Find -> number of the mine."""


def gather_mines(ground: Ground) -> Mines:
    """Put the mines of all fields and the strays into one list."""
    xy = np.vstack([field.mines for field in ground.fields] + [ground.strays]) if ground.fields else ground.strays
    kinds = [kind for field in ground.fields for kind in field.kinds] + ground.stray_kinds
    fields: list[str | None] = [field.id for field in ground.fields for _ in field.kinds]
    return Mines(xy=xy, kinds=kinds, fields=fields + [None] * len(ground.strays))


def search(
    rng: np.random.Generator, regime: Regime, ground: Ground, mines: Mines, drawn: dict[str, tuple[str, Floats]],
    plane: Plane,
) -> Searches:  # fmt: skip
    """Search a share of the sheets and of the fields without one; `drawn`: sheet -> its field and drawn corners."""
    jobs = _jobs(rng, regime, ground, drawn)
    made = Searches(searched=[], finds=[], found={})
    tree = shapely.STRtree(shapely.points(mines.xy)) if len(mines.xy) else None
    is_found = np.zeros(len(mines.xy), dtype=bool)
    is_searched = np.zeros(len(mines.xy), dtype=bool)
    day = datetime.date(2021, 9, 1)
    for polygon in [jobs[int(at)] for at in rng.permutation(len(jobs))]:
        day += datetime.timedelta(days=float(rng.exponential(1200 / max(len(jobs), 1))))
        chance = round(float(rng.choice([0.996, 0.98, 0.95, 0.90], p=[0.5, 0.25, 0.15, 0.1])), 3)
        inside = np.sort(tree.query(polygon, predicate="contains")) if tree is not None else np.empty(0, dtype=int)
        hits = inside[~is_found[inside] & (rng.uniform(size=len(inside)) < chance)]
        is_searched[inside] = True
        is_found[hits] = True
        accuracy = float(rng.choice([1.0, 3.0, 5.0], p=[0.2, 0.65, 0.15]))
        for hit in hits:
            _find(rng, made, mines, int(hit), day, accuracy, plane)
        corners = plane.lonlat(np.asarray(polygon.exterior.coords)).round(8).tolist()
        made.searched.append({
            "id": f"S-{len(made.searched) + 1}", "searched_on": day.isoformat(), "p_detect": chance,
            "geometry": {"type": "Polygon", "coordinates": [corners]},
        })  # fmt: skip
    for hit in np.flatnonzero(~is_searched & ~is_found & (rng.uniform(size=len(mines.xy)) < regime.accident_share)):
        by_chance = datetime.date(2021, 1, 1) + datetime.timedelta(days=int(rng.integers(1400)))
        _find(rng, made, mines, int(hit), by_chance, 10.0, plane)
    return made


def _jobs(
    rng: np.random.Generator, regime: Regime, ground: Ground, drawn: dict[str, tuple[str, Floats]]
) -> list[shapely.Polygon]:
    """Choose what is searched: sheets as drawn and the fields behind them, then fields that no sheet tells of."""
    fields = {field.id: field for field in ground.fields}
    jobs, told = [], set()
    for field_id, corners in drawn.values():
        is_first = field_id not in told
        told.add(field_id)
        if not is_first or rng.uniform() >= regime.searched_share:
            continue
        shape = shapely.Polygon(corners)
        if shape.is_valid and shape.area > 0:
            jobs.append(_grown(rng, shape, 20.0, 60.0))
        field = fields[field_id]
        if not field.phantom and not field.lifted and rng.uniform() < regime.followed_share:
            jobs.append(_around(rng, regime, field))
    for field in ground.fields:
        if field.id not in told and not field.phantom and rng.uniform() < regime.searched_share:
            jobs.append(_around(rng, regime, field))
    return jobs


def _grown(rng: np.random.Generator, shape: shapely.Polygon, least: float, most: float) -> shapely.Polygon:
    return shape.buffer(rng.uniform(least, most), quad_segs=2).simplify(2.0)


def _around(rng: np.random.Generator, regime: Regime, field: Field) -> shapely.Polygon:
    """Draw a search about a field itself; some are broken off before the end of the field."""
    whole = _grown(rng, shapely.Polygon(field.outline), 10.0, 40.0)
    if rng.uniform() >= regime.partly_share:
        return whole
    spine = field.outline[0] - field.outline[len(field.outline) // 2 - 1]
    towards = spine / np.linalg.norm(spine) * (1 if rng.uniform() < 0.5 else -1)
    centre = np.asarray(whole.centroid.coords[0]) + towards * rng.uniform(-0.2, 0.3) * np.linalg.norm(spine)
    sideways = np.array([-towards[1], towards[0]])
    far = 3000.0
    half = shapely.Polygon([
        centre + sideways * far, centre + sideways * far + towards * far, centre - sideways * far + towards * far,
        centre - sideways * far,
    ])  # fmt: skip
    kept = whole.intersection(half)
    return kept if kept.geom_type == "Polygon" and kept.area > 0 else whole


def _find(
    rng: np.random.Generator, made: Searches, mines: Mines, mine: int, day: datetime.date, accuracy_m: float,
    plane: Plane,
) -> None:  # fmt: skip
    """Write down one find; the accuracy is the root mean square of the distance to the truth."""
    name = f"F-{len(made.finds) + 1}"
    lon, lat = plane.lonlat(mines.xy[mine] + rng.normal(0, accuracy_m / np.sqrt(2), 2))[0]
    made.finds.append({"id": name, "found_on": day.isoformat(), "lon": round(float(lon), 7),
                       "lat": round(float(lat), 7), "accuracy_m": accuracy_m, "type": mines.kinds[mine]})  # fmt: skip
    made.found[name] = mine
