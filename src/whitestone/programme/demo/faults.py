"""Which faults lie in the simulated district, and which rule must find each?

Every fault is planted on purpose and listed: the list is the test of `check`, and a reader of the demo can look up
what the finding is about.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import msgspec
import shapely
from shapely.affinity import translate

from whitestone.programme.demo.world import Row, World

__all__ = ["Planted", "plant"]


class Planted(msgspec.Struct, frozen=True):
    """One planted fault: the rule that must find it, and the record by kind and own id."""

    rule: str
    kind: str
    local_id: str
    what: str


class _Planter:
    """Takes sound rows out of a world one by one, so that two faults never meet on one record."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.dice = random.Random(seed)
        self.used: set[str] = set()
        self.planted: list[Planted] = []

    def take(self, kind: str, operator: str, fits: Callable[[Row], Any] = lambda row: True) -> Row:
        """Take a row of an operator that no fault was planted on yet."""
        for row in self.world.of(kind, operator):
            if row["local_id"] not in self.used and fits(row):
                self.used.add(row["local_id"])
                return row
        raise LookupError(f"no sound {kind} of {operator} is left")

    def new(self, kind: str, like: Row, suffix: str, **changes: Any) -> Row:
        """Add a row that is like another."""
        row = {**like, "local_id": f"{like['local_id']}{suffix}", "changes": [], **changes}
        self.used.add(row["local_id"])
        self.world.rows[kind].append(row)
        return row

    def note(self, rule: str, kind: str, row: Row, what: str) -> None:
        """List a fault."""
        self.planted.append(Planted(rule, kind, row["local_id"], what))


def plant(world: World, seed: int) -> list[Planted]:
    """Plant the faults into a world and list them; each on rows of their own."""
    planter = _Planter(world, seed)
    for sow in (_shapes, _copies, _areas, _positions, _dates, _reports, _screens, _designations):
        sow(planter)
    return planter.planted


def _idle(row: Row) -> bool:
    """Say whether a hazard has not been worked on: its shape may change without touching releases."""
    return not row["changes"] and row.get("idle", False)


def _shapes(planter: _Planter) -> None:
    worked = {row["hazard"] for row in planter.world.of("release")}
    for row in planter.world.of("hazard"):
        row["idle"] = row["local_id"] not in worked
    bow = planter.take("hazard", "AM", _idle)
    corners = list(bow["shape"].exterior.coords)[:-1]
    corners[1], corners[3] = corners[3], corners[1]
    bow["shape"] = shapely.Polygon(corners)
    planter.note("polygon-invalid", "hazard", bow, "two turning points exchanged: the ring crosses itself")
    flat = planter.take("hazard", "BI", _idle)
    first, second = flat["shape"].exterior.coords[:2]
    flat.update(shape=shapely.Polygon([first, second, first, first]), area_reported_m2=None)
    planter.note("polygon-too-few-vertices", "hazard", flat, "a perimeter of two points")
    twice = planter.take("hazard", "CE", _idle)
    points = list(twice["shape"].exterior.coords)
    twice["shape"] = shapely.Polygon([points[0], points[0], *points[1:]])
    planter.note("vertices-repeated", "hazard", twice, "a turning point typed twice")
    road = planter.take("hazard", "AM", _idle)
    x, y = road["shape"].centroid.coords[0]
    road.update(shape=shapely.LineString([(x, y), (x + (6200 if x < 0 else -6200), y)]), area_reported_m2=None)
    planter.note("leg-too-long", "hazard", road, "a road given by its two ends")
    lost = planter.take("hazard", "BI", _idle)
    lost.update(shape=None, area_reported_m2=None)
    planter.note("geometry-missing", "hazard", lost, "a hazard that a village reported, never drawn")
    double = planter.take("hazard", "CE", _idle)
    double["shape"] = shapely.MultiPolygon([double["shape"], double["shape"]])
    planter.note("parts-identical", "hazard", double, "one polygon entered twice in one record")


def _copies(planter: _Planter) -> None:
    original = planter.take("hazard", "AM", _idle)
    planter.note("polygon-duplicated", "hazard", planter.new("hazard", original, "-B"), "entered again under a new id")
    other = planter.take("hazard", "AM", _idle)
    copy = planter.new("hazard", other, "", operator="CE", local_id="CE-H-201")
    planter.note("polygon-duplicated-across", "hazard", copy, "two operators drew one hazard from one map")
    one = planter.take("hazard", "AM", _idle)
    box = shapely.box(*one["shape"].bounds)
    beside = planter.new("hazard", one, "-C", shape=translate(box, box.bounds[2] - box.bounds[0] - 40, 0))
    beside["area_reported_m2"] = round(beside["shape"].area)
    one["shape"] = box
    one["area_reported_m2"] = round(box.area)
    planter.note("hazards-overlap", "hazard", beside, "two surveys of one team run into each other")
    two = planter.take("hazard", "BI", _idle)
    half = shapely.box(*two["shape"].bounds)
    across = planter.new("hazard", two, "", operator="CE", local_id="CE-H-202", shape=translate(half, 50, 30))
    across["area_reported_m2"] = round(half.area)
    planter.note("hazards-overlap-across", "hazard", across, "two operators surveyed the same field")
    # This one is no fault any more: the authority declares the two records the same (paper.decisions).
    known = planter.take("hazard", "BI", _idle)
    planter.new("hazard", known, "=CE", operator="CE")
    source = planter.take("hazard", "CE", _idle)
    target = planter.take("hazard", "CE", _idle)
    (x, y), (u, v) = source["shape"].centroid.coords[0], target["shape"].centroid.coords[0]
    target["shape"] = translate(source["shape"], u - x, v - y)
    target["area_reported_m2"] = round(target["shape"].area)
    planter.note("shape-repeated", "hazard", target, "an outline copied to another village")
    cleared = planter.take("release", "AM", lambda row: row["outcome"] == "cleared")
    again = planter.new("release", cleared, "-B", shape=cleared["shape"].buffer(-4), activity=None)
    again["area_reported_m2"] = round(again["shape"].area)
    planter.note("releases-overlap", "release", again, "the same ground handed in a second time")
    strip = planter.take("release", "BI", lambda row: row["outcome"] == "reduced")
    _, south, _, north = strip["shape"].bounds
    middle = strip["shape"].centroid.x
    sliver = shapely.box(middle, south, middle + 0.4, north).intersection(strip["shape"])
    left = planter.new("release", strip, "-S", shape=sliver, outcome="cleared", activity=None)
    left["area_reported_m2"] = round(sliver.area)
    planter.note("sliver", "release", left, "left over from cutting one layer by another")
    cased = planter.new("hazard", planter.take("hazard", "AM", lambda row: not row["idle"]), "")
    cased.update(local_id=cased["local_id"].lower(), shape=None, area_reported_m2=None)
    planter.note("id-duplicated-folded", "hazard", cased, "the same id in small letters")


def _areas(planter: _Planter) -> None:
    hectares = planter.take("hazard", "BI", _idle)
    hectares["area_reported_m2"] = round(hectares["shape"].area / 10_000, 1)
    planter.note("area-mismatch", "hazard", hectares, "hectares typed as square metres")
    vast = planter.take("hazard", "CE", _idle)
    vast.update(shape=vast["shape"].centroid, area_reported_m2=1_200_000_000)
    planter.note("area-larger-than-place", "hazard", vast, "a hazard larger than its commune")
    report = planter.take("activity", "AM", lambda row: row["outcome"] == "reduced")
    report["area_m2"] += 25_000
    planter.note("activity-area-mismatch", "activity", report, "a completion report larger than its polygons")
    spot = planter.take("activity", "BI", lambda row: row["outcome"] == "cleared")
    spot["activity_type"] = "eod_spot"
    planter.note("spot-task-with-area", "activity", spot, "a spot task that claims cleared ground")


def _positions(planter: _Planter) -> None:
    """Spoil positions; the slips that only degrees can show are marked and made when the files are written."""
    slips = (
        ("outside-programme", "AM", "away", "eleven degrees too far east"),
        ("axes-swapped", "AM", "swapped", "latitude typed into the longitude"),
        ("sign-wrong", "CE", "sign", "west typed without its minus"),
        ("coordinates-zero", "AM", "zero", "an empty cell that became 0, 0"),
        ("precision-too-low", "CE", "coarse", "two decimals of a degree"),
    )
    for rule, operator, slip, what in slips:
        row = planter.take("item", operator)
        row["slip"] = slip
        planter.note(rule, "item", row, what)
    moved = planter.take("item", "BI", lambda row: row["commune"] != "Zoluma")
    moved["commune"] = "Kelith" if moved["commune"] != "Kelith" else "Zoluma"
    planter.note("outside-place", "item", moved, "booked to a commune in which it does not lie")


def _dates(planter: _Planter) -> None:
    ahead = planter.take("item", "AM")
    ahead.update(found_on="2093-05-04", destroyed_on="2093-05-04")
    planter.note("date-future", "item", ahead, "a year that is still to come")
    empty = planter.take("item", "AM")
    empty.update(found_on="1899-12-30")
    planter.note("date-impossible", "item", empty, "an empty date of a spreadsheet")
    turned = planter.take("activity", "AM", lambda row: row["outcome"] == "cancelled")
    turned["started_on"], turned["ended_on"] = turned["ended_on"], turned["started_on"]
    planter.note("dates-out-of-order", "activity", turned, "it ends before it begins")
    early = planter.take("release", "CE")
    early.update(completed_on="2014-06-01", approved_on="2014-07-01")
    planter.note("release-before-hazard", "release", early, "completed before its hazard was discovered")
    signed = planter.take("release", "AM")
    signed["completed_on"] = None
    planter.note("approved-in-advance", "release", signed, "approved without a completion")


def _reports(planter: _Planter) -> None:
    short = planter.take("activity", "CE", lambda row: row["items_found"])
    short["items_found"] += 2
    planter.note("finds-do-not-sum", "activity", short, "two items of the report were never listed")
    spoilt = {row["activity"] for row in planter.world.of("item") if row["local_id"] in planter.used}
    barren = planter.take("activity", "AM", lambda row: row["items_found"] and row["local_id"] not in spoilt)
    barren["items_found"] = 0
    planter.world.rows["item"] = [row for row in planter.world.of("item") if row["activity"] != barren["local_id"]]
    planter.note("clearance-without-find", "activity", barren, "ground cleared on which nothing was found")
    many = planter.take("item", "CE")
    many["quantity_destroyed"] = many["quantity"] + 3
    planter.note("destroyed-exceeds-found", "item", many, "more destroyed than found")
    shallow = planter.take("activity", "CE", lambda row: row["outcome"] == "cleared")
    shallow["depth_achieved_cm"] = 6
    planter.note("depth-not-reached", "activity", shallow, "rock at 6 cm")
    fast = planter.take("activity", "CE", lambda row: row["outcome"] == "cleared" and row["area_m2"] > 4_000)
    fast["working_days"] = max(1, round(fast["area_m2"] / fast["team_size"] / 400))
    planter.note("rate-out-of-reach", "activity", fast, "four hundred square metres a deminer and day")


def _screens(planter: _Planter) -> None:
    like = planter.take("task", "CE")
    for number in range(60):
        row = planter.new("task", like, f"-{number:02d}", operator="CE")
    planter.note("default-coordinates", "task", row, "sixty tasks at one position")
    item = planter.take("item", "CE", lambda each: not each.get("slip"))
    for number in range(4):
        copy = planter.new("item", item, f"-X{number}", activity=None)
    planter.note("rows-identical", "item", copy, "one find listed five times")
    for row in planter.world.of("release", "CE"):
        if row["area_reported_m2"]:
            row["area_reported_m2"] = row["area_reported_m2"] // 10 * 10 + (7 if row["area_reported_m2"] % 2 else 3)
    planter.note("digits-unnatural", "release", planter.take("release", "CE"), "areas that all end in 3 or 7")


def _designations(planter: _Planter) -> None:
    unknown = planter.take("item", "BI")
    unknown["model"] = "XYZ-77"
    planter.note("designation-not-catalogued", "item", unknown, "a designation that no list has")
    other = planter.take("item", "BI", lambda row: row["category"] == "ap_mine")
    other["model"] = "TM-62M"
    planter.note("designation-contradicts-category", "item", other, "an anti-personnel mine called TM-62M")
