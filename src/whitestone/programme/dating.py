"""Which of the programme's finds speak for laying after day D, by district and month?

Items and accidents as of two clocks are laid over the releases and hazards that were known before each find, and the
room `evidence` does the counting. A record is booked to its assigned place, else to where it lies.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from whitestone.domain.revision import State
from whitestone.errors import InvalidValue, WrongCall
from whitestone.evidence.dating import NO_DISTRICT, Assumptions, count_finds, month_of
from whitestone.evidence.ladder import Find, day_of
from whitestone.evidence.marks import Mark, Reading
from whitestone.evidence.table import dating_table, follow_looks
from whitestone.land.inputs import STRENGTH, ReleasePiece
from whitestone.land.places import locate
from whitestone.programme.accounts_inputs import Inputs, read_inputs, shapes_of_states
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.sameness import same_groups

__all__ = ["ACCURACY_UNKNOWN_M", "assumptions_of", "date_finds", "district_outlines", "mark_of"]

Array = np.ndarray[Any, Any]

ACCURACY_UNKNOWN_M = 100.0
"""How far from every known hazard a find has to lie to be outside them, where its accuracy is not known, metres."""
_USUAL_LEVEL = 2


def assumptions_of(programme: Programme, after: str | None = None, misreading_rate: float | None = None,
                   missed_per_km2_year: float | None = None, alpha: float | None = None) -> Assumptions:
    """Take what a dating table stands on from the programme's settings, unless it is given here.

    Refuses a table without a day D with WrongCall, and what is no day or no share with InvalidValue.
    """
    settings = programme.settings
    day = day_of(after or settings.dating_after)
    if day is None:
        raise WrongCall(why="The dating table needs a day D.",
                        fix="Give --after YYYY-MM-DD, or 'whitestone settings --set dating_after=YYYY-MM-DD'.")
    given = (misreading_rate, missed_per_km2_year, alpha)
    usual = (settings.dating_misreading_rate, settings.dating_missed_per_km2_year, settings.dating_alpha)
    rate, missed, level = (own if own is not None else other for own, other in zip(given, usual, strict=True))
    for field, value in (("misreading_rate", rate), ("alpha", level)):
        if not 0 < value < 1:
            raise InvalidValue(field=field, value=value, why="above 0 and below 1")
    if not missed > 0:
        raise InvalidValue(field="missed_per_km2_year", value=missed, why="above 0: some items are always missed")
    return Assumptions(after=day.last_day, misreading_rate=rate, missed_per_km2_year=missed,
                       cluster_m=settings.dating_cluster_m, alpha=level)


def date_finds(programme: Programme, clocks: Clocks, assumed: Assumptions, level: int | None = None, *,
               is_whole: bool = False) -> dict[str, Any]:
    """Make the dating table of a programme as of two clocks; looks end with the month of the situation.

    `level` is the administrative level of the districts (default: 2 where there is one, else the deepest). Refuses a
    level that no place has with InvalidValue.
    """
    inputs = read_inputs(programme, clocks)
    districts = _Districts(programme, clocks, inputs, level)
    states = _states(programme, clocks)
    finds, where = _finds(inputs, districts, states)
    released = _released_km2(inputs, districts, assumed.after)
    counted = count_finds(finds, assumed, released, clocks.on)
    answer = dating_table(follow_looks(counted.looks, assumed), counted, is_whole=is_whole)
    for row in answer["finds"]:
        row["lon"], row["lat"] = where[row["id"]]
    unplaced = sum(each.geometry is None for each in inputs.hazards)
    return {**clocks.as_dict(), "level": districts.level, **answer, "notes": [
        *inputs.notes,
        f"{unplaced:,} states of hazards have no position: a find that lies in one counts as outside every known "
        f"hazard.",
        f"A find is outside every known hazard when none lies within its accuracy ({ACCURACY_UNKNOWN_M:g} m where "
        f"not known).",
    ]}  # fmt: skip


def district_outlines(programme: Programme, clocks: Clocks, level: int | None) -> dict[str, Any]:
    """Give the outlines (degrees) of the districts of a level by name, as the table names them; empty without a level.

    Edges are drawn to 50 m: enough for an overview, and light enough for a page.
    """
    if level is None:
        return {}
    found = {}
    for state in programme.journal.states("place", on=clocks.on, known=clocks.known):
        if state.body.get("admin_level") == level and state.geometry is not None:
            shape = shapely.simplify(shapely.from_wkb(state.geometry), 0.0005)
            if shape.geom_type in ("Polygon", "MultiPolygon"):
                found[str(state.body.get("name") or state.body.get("pcode") or state.record_id)] = shape
    return found


def mark_of(body: Mapping[str, Any]) -> Mark | None:
    """Read the mark that an item states; None where it states none.

    >>> mark_of({"mark_reading_1": "7-21", "mark_reader_1": "a", "mark_legibility_1": "legible"}).first.text
    '7-21'
    >>> mark_of({}) is None
    True
    """
    if not any(body.get(name) for name in ("mark_reading_1", "mark_reading_2", "made_from", "made_to")):
        return None
    first, second = (Reading(body.get(f"mark_reading_{n}"), body.get(f"mark_reader_{n}"),
                             body.get(f"mark_legibility_{n}") or "unknown") for n in (1, 2))
    return Mark(first=first, second=second, photographed=bool(body.get("mark_photographs")),
                custody=body.get("custody") or "unknown", made_from=body.get("made_from"), made_to=body.get("made_to"))


class _Districts:
    """Names the district of a record: of its assigned place the unit at the level asked, else of where it lies."""

    def __init__(self, programme: Programme, clocks: Clocks, inputs: Inputs, level: int | None) -> None:
        states = {str(each.record_id): each.body for each in
                  programme.journal.states("place", on=clocks.on, known=clocks.known, geometry=False)}
        found = {int(body["admin_level"]) for body in states.values() if body.get("admin_level") is not None}
        if level is not None and level not in found:
            raise InvalidValue(field="level", value=level, why=f"a level of the places here: {sorted(found)}")
        usual = _USUAL_LEVEL if _USUAL_LEVEL in found else max(found, default=None)
        self.level = usual if level is None else level
        self._bodies, self._labels = states, inputs.labels
        self._units = {key: shape for key, shape in inputs.places.items()
                       if states.get(key, {}).get("admin_level") == self.level}

    def name(self, assigned: str | None, written: str | None, located: str | None) -> str | None:
        """Name the district of a record by its assigned place, its place as written, or where it lies."""
        at, seen = assigned, set()
        while at in self._bodies and at not in seen and self._bodies[at].get("admin_level") != self.level:
            seen.add(at)
            above = self._bodies[at].get("parent_id")
            if above not in self._bodies:
                at = located or at
                break
            at = above
        key = at if at in self._bodies else located
        return str(self._labels.get(key, key)) if key is not None else (written or assigned)

    def located(self, shapes: Sequence[Any]) -> list[str | None]:
        """Find the unit in which each shape (plane) lies."""
        return locate(shapes, self._units)


def _states(programme: Programme, clocks: Clocks) -> list[State]:
    absorbed = same_groups(programme.journal, clocks.on, clocks.known)
    return [state for kind in ("item", "accident")
            for state in programme.journal.states(kind, on=clocks.on, known=clocks.known)
            if state.record_id not in absorbed]  # fmt: skip


def _finds(inputs: Inputs, districts: _Districts, states: Sequence[State]) -> tuple[list[Find], dict[str, Any]]:
    points = [None if shape is None else shapely.centroid(shape)
              for shape in shapes_of_states(inputs.plane, list(states))]
    located = districts.located(points)
    days = [_found_on(state) for state in states]
    ground = _last_releases(inputs.releases, points, days)
    outside = _outside_hazards(inputs, points, days, [_accuracy_m(state) for state in states])
    finds, where = [], {}
    for at, state in enumerate(states):
        body, point, release = state.body, points[at], ground.get(at)
        own = str(state.record_id)
        where[own] = (None, None) if point is None else _lonlat(inputs, point)
        finds.append(Find(
            id=own, name=str(body.get("local_id") or body.get("name") or own), kind=state.kind,
            found_on=None if days[at] is None else str(days[at]),
            district=districts.name(body.get("place_id"), body.get("place_name"), located[at]),
            x_m=None if point is None else float(point.x), y_m=None if point is None else float(point.y),
            mark=mark_of(body) if state.kind == "item" else None,
            released=None if release is None else release.outcome,
            released_on=None if release is None or release.on is None else release.on.isoformat(),
            in_hazard=None if point is None else not outside[at],
        ))  # fmt: skip
    return finds, where


def _lonlat(inputs: Inputs, point: Any) -> tuple[float, float]:
    lon, lat = inputs.plane.lonlat([point.x], [point.y])
    return round(float(lon[0]), 6), round(float(lat[0]), 6)


def _found_on(state: State) -> Any:
    """Give the partial date of a find; where it is not stated or no date, the information date of the record."""
    try:
        day = day_of(state.body.get("found_on") or state.body.get("occurred_on"))
    except InvalidValue:
        day = None  # the check lists it
    return day or (None if state.true_from is None else day_of(state.true_from.isoformat()))


def _accuracy_m(state: State) -> float:
    stated = state.body.get("geo_accuracy_m")
    return ACCURACY_UNKNOWN_M if stated is None else float(stated)


def _last_releases(releases: Sequence[ReleasePiece], points: Sequence[Any],
                   days: Sequence[Any]) -> dict[int, ReleasePiece]:
    """Find for each point the last release over it that was completed before the find; of one day the strongest.

    An undated release may have come before: it counts where no dated one did, so that its ground is not outside it.
    """
    drawn = [each for each in releases if each.geometry is not None]
    here = [at for at, point in enumerate(points) if point is not None and days[at] is not None]
    if not drawn or not here:
        return {}
    tree = shapely.STRtree([each.geometry for each in drawn])
    which, over = tree.query([points[at] for at in here], predicate="intersects")
    found: dict[int, ReleasePiece] = {}
    for row, index in zip(which.tolist(), over.tolist(), strict=True):
        at, release = here[row], drawn[index]
        is_before = release.on is None or release.on < days[at].first_day
        if is_before and _rank(release) > _rank(found.get(at)):
            found[at] = release
    return found


def _rank(release: ReleasePiece | None) -> tuple[dt.date, int]:
    if release is None:
        return dt.date.min, 0
    return release.on or dt.date.min, STRENGTH.get(release.outcome, 0)


def _outside_hazards(inputs: Inputs, points: Sequence[Any], days: Sequence[Any],
                     within_m: Sequence[float]) -> list[bool]:
    """Say which points lie outside every hazard that was known before the find, by more than their accuracy."""
    outside = [True] * len(points)
    known = [each for each in inputs.hazards if each.geometry is not None and not each.void]
    here = [at for at, point in enumerate(points) if point is not None]
    if not known or not here:
        return outside
    tree = shapely.STRtree([each.geometry for each in known])
    rows, over = tree.query([points[at] for at in here], predicate="dwithin", distance=[within_m[at] for at in here])
    for row, index in zip(rows.tolist(), over.tolist(), strict=True):
        at, since = here[row], known[index].information_date
        if since is None or days[at] is None or since < days[at].last_day:
            outside[at] = False
    return outside


def _released_km2(inputs: Inputs, districts: _Districts, after: dt.date) -> dict[tuple[str, str], float]:
    """Measure the land that newly counts as released since D, by district and month, each square metre once."""
    drawn = sorted((each for each in inputs.releases
                    if each.geometry is not None and each.on is not None and each.on >= after),
                   key=lambda each: (each.on or after, str(each.record_id)))  # fmt: skip
    if not drawn:
        return {}
    shapes = [each.geometry for each in drawn]
    located = districts.located(shapes)
    overlaps: dict[int, list[int]] = defaultdict(list)
    rows, others = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    for at, other in zip(rows.tolist(), others.tolist(), strict=True):
        if other < at:
            overlaps[at].append(other)
    found: dict[tuple[str, str], float] = defaultdict(float)
    for at, release in enumerate(drawn):
        new = shapes[at]
        if overlaps[at]:
            new = shapely.difference(new, shapely.union_all([shapes[other] for other in overlaps[at]]))
        place = release.keys.get("place")
        name = districts.name(*_place(place), located[at])
        if release.on is not None:
            found[name or NO_DISTRICT, month_of(release.on)] += float(shapely.area(new)) / 1e6
    return dict(found)


def _place(place: Any) -> tuple[str | None, str | None]:
    """Tell the id of a place from a place as written."""
    try:
        return str(uuid.UUID(str(place))), None
    except ValueError:
        return None, place if isinstance(place, str) else None
