"""What happened in the simulated district, had it existed?

Everything is invented. The ground is inland ice at 75 degrees north on which nobody lives, chosen so that no real
place, field or family is meant. One seed gives one world, to the last digit.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import random
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import shapely
from shapely.affinity import translate

from whitestone.geodesy.areas import Plane

__all__ = ["COMMUNES", "LAT", "LON", "OPERATORS", "Row", "World", "imagine", "onto_globe"]

LON, LAT = -41.0, 75.0
COMMUNE_M = 10_000
COMMUNES = ("Kelith", "Morvane", "Tessary", "Ulden", "Vareth", "Zoluma")
"""Six invented communes, three by two, ten kilometres square each."""
OPERATORS = {
    "AM": "Operator Amber (simulated)",
    "BI": "Operator Birch (simulated)",
    "CE": "Operator Cedar (simulated)",
}
_CATEGORIES = (["ap_mine"], ["ap_mine", "av_mine"], ["av_mine"], ["submunition"], ["ap_mine", "other_uxo"])
_FINDS = {"ap_mine": "ap_mine", "av_mine": "av_mine", "submunition": "submunition", "other_uxo": "projectile"}

Row = dict[str, Any]
"""One record as its operator knows it; `shape` is in metres around the centre until the files are written."""


class World(msgspec.Struct):
    """All rows by kind; each has `operator` and `local_id`, links name local ids."""

    rows: dict[str, list[Row]]

    def of(self, kind: str, operator: str | None = None) -> list[Row]:
        """Give the rows of a kind, of one operator when asked."""
        return [row for row in self.rows[kind] if operator is None or row["operator"] == operator]


def onto_globe(shape: Any) -> Any:
    """Turn a shape in metres around the centre into degrees, to about a decimetre.

    >>> onto_globe(shapely.Point(0, 0)).wkt, onto_globe(None)
    ('POINT (-41 75)', None)
    """
    if shape is None:
        return None
    degrees = _plane().unproject([shape])[0]
    return shapely.transform(degrees, lambda xy: np.round(xy, 6))


@functools.cache
def _plane() -> Plane:
    return Plane(LON, LAT)


def imagine(seed: int, hazards_per_operator: int = 70) -> World:
    """Make ten years (2015-2024) of three operators' work, without a fault in it.

    >>> imagine(1, 2).rows["hazard"] == imagine(1, 2).rows["hazard"], len(imagine(1, 0).rows["hazard"])
    (True, 0)
    """
    dice = random.Random(seed)
    world = World({kind: [] for kind in ("hazard", "activity", "release", "item", "task")})
    cells = [(x, y) for x in range(1, 29) for y in range(1, 19) if x % 10 not in (0, 9) and y % 10 not in (0, 9)]
    dice.shuffle(cells)
    for operator in OPERATORS:
        for number in range(1, hazards_per_operator + 1):
            _hazard(world, dice, operator, number, cells.pop())
    return world


def commune_at(x: float, y: float) -> str:
    """Name the commune of a spot in metres around the centre."""
    column, row = int((x + 1.5 * COMMUNE_M) // COMMUNE_M), int((y + COMMUNE_M) // COMMUNE_M)
    return COMMUNES[min(max(column, 0), 2) + 3 * min(max(row, 0), 1)]


def _outline(dice: random.Random, x: float, y: float) -> shapely.Polygon:
    corners, turn = dice.randint(7, 9), dice.random()
    spread = dice.uniform(60, 190)
    points = []
    for corner in range(corners):
        angle, radius = (corner + turn) * 2 * math.pi / corners, spread * dice.uniform(0.75, 1.25)
        points.append((x + radius * math.cos(angle), y + radius * math.sin(angle)))
    return shapely.Polygon(points)


def _hazard(world: World, dice: random.Random, operator: str, number: int, cell: tuple[int, int]) -> None:
    x = cell[0] * 1000 - 1.5 * COMMUNE_M + dice.uniform(-200, 200)
    y = cell[1] * 1000 - COMMUNE_M + dice.uniform(-200, 200)
    shape = _outline(dice, x, y)
    found = dt.date(2015, 1, 10) + dt.timedelta(days=dice.randint(0, 2000))
    categories = dice.choice(_CATEGORIES)
    row: Row = {
        "operator": operator, "local_id": f"{operator}-H-{number:03d}", "shape": shape,
        "discovered_on": found.isoformat(), "classification": dice.choice(("sha", "sha", "cha")), "status": "open",
        "commune": commune_at(x, y), "contamination": categories, "area_reported_m2": round(shape.area),
        "area_basis": "mapped", "changes": [],
    }  # fmt: skip
    world.rows["hazard"].append(row)
    _work(world, dice, row, found)


def _work(world: World, dice: random.Random, hazard: Row, found: dt.date) -> None:
    """Let a hazard be surveyed and cleared in parts; one in four is not reached in ten years."""
    if dice.random() < 0.25:
        return
    west, middle, east = _thirds(hazard["shape"], dice)
    day = found + dt.timedelta(days=dice.randint(60, 500))
    outcomes = (("cancelled", "nts", west), ("reduced", "ts", middle), ("cleared", "clearance_manual", east))
    stop = dice.choice((1, 2, 3, 3, 3))
    for outcome, kind, shape in outcomes[:stop]:
        if outcome == "reduced" and hazard["classification"] == "sha":
            hazard["changes"].append({"on": day.isoformat(), "classification": "cha", "status": "worked_on"})
        day = _activity(world, dice, hazard, kind, outcome, shape, day)
        day += dt.timedelta(days=dice.randint(30, 400))
    if stop == 3:
        hazard["changes"].append({"on": day.isoformat(), "classification": "cha", "status": "closed",
                                  "closure_reason": "cleared", "closed_on": day.isoformat()})  # fmt: skip


def _thirds(shape: shapely.Polygon, dice: random.Random) -> list[shapely.Polygon]:
    west, south, east, north = shape.bounds
    first, second = west + (east - west) * dice.uniform(0.25, 0.4), west + (east - west) * dice.uniform(0.5, 0.7)
    edges = (west - 1, first, second, east + 1)
    bands = [shapely.box(left, south - 1, right, north + 1) for left, right in pairwise(edges)]
    parts = [shape.intersection(band) for band in bands]
    return [max(shapely.get_parts(part), key=lambda each: each.area) for part in parts]


def _activity(
    world: World, dice: random.Random, hazard: Row, kind: str, outcome: str, shape: shapely.Polygon, start: dt.date
) -> dt.date:
    """Do one piece of work on a hazard: task, activity, release, finds; return the day on which it ended."""
    operator, commune = hazard["operator"], hazard["commune"]
    number = len(world.of("activity", operator)) + 1
    team = dice.randint(8, 20)
    days = max(2, math.ceil(shape.area / (team * dice.uniform(20, 40))))
    end = start + dt.timedelta(days=round(days * 1.5))
    common = {"operator": operator, "commune": commune, "hazard": hazard["local_id"], "shape": shape}
    world.rows["task"].append(
        {
            **common,
            "local_id": f"{operator}-T-{number:03d}",
            "shape": shape.centroid,
            "issued_on": (start - dt.timedelta(days=20)).isoformat(),
            "task_status": "completed",
        }
    )
    items = _items(world, dice, hazard, shape, number, start, end) if outcome == "cleared" else []
    finds = sum(row["quantity"] for row in items)
    activity: Row = {
        **common, "local_id": f"{operator}-A-{number:03d}", "activity_type": kind, "started_on": start.isoformat(),
        "ended_on": end.isoformat(), "team_size": team, "working_days": days, "outcome": outcome,
        "area_m2": round(shape.area), "depth_required_cm": 13, "depth_achieved_cm": 15,
        "items_found": finds if outcome == "cleared" else None, "task": f"{operator}-T-{number:03d}",
    }  # fmt: skip
    release: Row = {
        **common, "local_id": f"{operator}-R-{number:03d}", "activity": activity["local_id"], "outcome": outcome,
        "completed_on": end.isoformat(), "approved_on": (end + dt.timedelta(days=dice.randint(5, 60))).isoformat(),
        "area_reported_m2": round(shape.area),
    }  # fmt: skip
    world.rows["activity"].append(activity)
    world.rows["release"].append(release)
    return end


def _items(
    world: World, dice: random.Random, hazard: Row, shape: shapely.Polygon, number: int, start: dt.date, end: dt.date
) -> list[Row]:
    middle, rows = shape.representative_point(), []
    for find in range(1, dice.randint(1, 6) + 1):
        spot = translate(middle, dice.uniform(-15, 15), dice.uniform(-15, 15))
        day = start + dt.timedelta(days=dice.randint(0, (end - start).days))
        category = _FINDS[dice.choice(hazard["contamination"])]
        quantity = 1 if category != "projectile" else dice.randint(1, 4)
        rows.append({
            "operator": hazard["operator"], "local_id": f"{hazard['operator']}-I-{number:03d}-{find}", "shape": spot,
            "activity": f"{hazard['operator']}-A-{number:03d}", "category": category, "quantity": quantity,
            "quantity_destroyed": quantity, "found_on": day.isoformat(), "destroyed_on": day.isoformat(),
            "depth_cm": dice.randint(0, 12), "commune": hazard["commune"],
        })  # fmt: skip
    world.rows["item"] += rows
    return rows
