"""Which accidents happened outside every hazard that was known, and which in land that had been released?

As of the day of each accident, situation and knowledge of the two clocks asked. The tests are those of the dating
table: a share with its exact interval, and finds in released land against those that are always missed. They say that
something was missed, misplaced or added; never who did it, and never that other ground is clear.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import numpy as np
import shapely

from whitestone.casualties.against_hazards import (
    AGAINST_RULE,
    WORDS,
    Accident,
    Ground,
    Placed,
    lay_against,
    released_km2_years,
    shared_positions,
)
from whitestone.domain.revision import State
from whitestone.errors import InvalidValue
from whitestone.evidence.chances import bayes_factor, released_finds_p, share_interval
from whitestone.evidence.events import event_of
from whitestone.land.inputs import HazardSlice
from whitestone.programme.accounts_inputs import Inputs, read_inputs, shapes_of_states
from whitestone.programme.casualties_rows import day_or_none
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.sameness import same_groups

__all__ = ["against_hazards"]

_SPOTS = ("exact", "near")
_VAGUE = ("settlement", "admin")
"""Precisions of a place of which the position is not that of the accident."""
ALTERNATIVES = [
    "An item that was missed when the ground was cleared.",
    "A clearance or hazard polygon that lies in the wrong place.",
    "An item that was moved by water, with soil or by people.",
    "A position of the accident that is wrong, or less accurate than it says.",
    "An older hazard that nobody had reported.",
]


def against_hazards(programme: Programme, clocks: Clocks, *, start: dt.date | None = None, end: dt.date | None = None,
                    usual_accuracy_m: float = 100.0, coarsest_m: float = 1_000.0,
                    expected_per_km2_year: float | None = None) -> dict[str, Any]:
    """Lay every accident against the hazards and releases of its day; counts, tests, a row each, and a map.

    `usual_accuracy_m` where a position's accuracy is not stated, `coarsest_m` beyond which it places nothing;
    `expected_per_km2_year`: accidents with missed items to expect on released land, for the test (None: no test, since
    no rate is invented). Refuses values that are not above 0 with InvalidValue.
    """
    if expected_per_km2_year is not None and not 0 < expected_per_km2_year < 1e6:
        raise InvalidValue(field="expected", value=expected_per_km2_year, why="above 0: some items are always missed")
    if start is not None and end is not None and end < start:
        raise InvalidValue(field="to", value=str(end), why="not before --from")
    inputs = read_inputs(programme, clocks)
    states, outside = _accident_states(programme, clocks, start, end)
    accidents, shared = _accidents(inputs, states)
    hazards, releases = _hazards(inputs), _releases(inputs)
    placed = lay_against(accidents, hazards, releases, usual_accuracy_m=usual_accuracy_m, coarsest_m=coarsest_m)
    counts = Counter(each.lies for each in placed)
    rows = [_row(inputs, state, accident, told)
            for state, accident, told in zip(states, accidents, placed, strict=True)]  # fmt: skip
    decided = {word: counts[word] for word in ("in_released_land", "in_known_hazard", "outside_known_hazards")}
    return {
        **clocks.as_dict(), "from": start.isoformat() if start else None, "to": end.isoformat() if end else None,
        "n": len(accidents), "seed": None, "counts": {word: counts[word] for word in WORDS}, "words": WORDS,
        "in_hazards_by_status": dict(Counter(each.status or "unknown" for each in placed
                                             if each.lies == "in_known_hazard")),
        "in_released_by_outcome": dict(Counter(each.outcome or "unknown" for each in placed
                                               if each.lies == "in_released_land")),
        "tests": {
            "outside_known_hazards": _share(decided["outside_known_hazards"], sum(decided.values())),
            "in_released_land": _share(decided["in_released_land"], sum(decided.values())),
            "released_land": _released_test(programme, inputs, accidents, placed, releases, clocks, start, end,
                                            expected_per_km2_year),
        },
        "rows": rows, "map": {"type": "FeatureCollection", "features": [_feature(row) for row in rows if row["lon"]]},
        "denominators": {"accidents_placed_and_dated": sum(decided.values()), "hazard_states": len(hazards),
                         "releases_with_an_outline": sum(each.outline is not None for each in releases),
                         "positions_of_a_place_only": shared},
        "left_out": {"outside_the_period": outside,
                     "casualties_without_an_accident_record": _loose(programme, clocks)},
        "rule": AGAINST_RULE, "alternatives": ALTERNATIVES, "cautions": [] if hazards or not accidents else [
            "No hazard with an outline is known here: all accidents lie outside the known ones for that reason alone."],
        "assumptions": [
            f"A position of unknown accuracy is good to {usual_accuracy_m:g} m, one worse than {coarsest_m:g} m places "
            "nothing; a position said to be that of a settlement or unit, or that ten accidents or more share without "
            "saying how accurate it is, is that of a place.",
            "Outlines are those that the programme has; a hazard or release without one cannot hold an accident.",
            "Blank ground is not clear: it is ground of which nothing is recorded.",
        ],
    }  # fmt: skip


def _accident_states(programme: Programme, clocks: Clocks, start: dt.date | None,
                     end: dt.date | None) -> tuple[list[State], int]:
    same = same_groups(programme.journal, clocks.on, clocks.known)
    kept, outside = [], 0
    for state in programme.journal.states("accident", on=clocks.on, known=clocks.known):
        if state.record_id in same:
            continue
        day = day_or_none(state.body.get("occurred_on"))
        is_in = (start is None or (day is not None and day.first_day >= start)) \
            and (end is None or (day is not None and day.last_day <= end))
        kept += [state] if is_in else []
        outside += not is_in
    return kept, outside


def _accidents(inputs: Inputs, states: list[State]) -> tuple[list[Accident], int]:
    """Place accidents in the plane; a position that many share without saying how accurate it is places nothing."""
    points = [None if shape is None else shapely.centroid(shape) for shape in shapes_of_states(inputs.plane, states)]
    accuracy = [_accuracy(state) for state in states]
    keys = [None if point is None else (round(point.x, 2), round(point.y, 2)) for point in points]
    precision = [state.body.get("place_precision") for state in states]
    shared = [word in _VAGUE or (is_shared and word not in _SPOTS)
              for is_shared, word in zip(shared_positions(keys, accuracy), precision, strict=True)]  # fmt: skip
    made = [Accident(id=str(state.record_id), point=None if is_shared else point, accuracy_m=metres,
                     day=day_or_none(state.body.get("occurred_on")))
            for state, point, metres, is_shared in zip(states, points, accuracy, shared, strict=True)]  # fmt: skip
    return made, sum(shared)


def _accuracy(state: State) -> float | None:
    stated = state.body.get("geo_accuracy_m")
    return None if stated is None else float(stated)


def _hazards(inputs: Inputs) -> list[Ground]:
    """Take each state of each hazard as ground, known since the hazard was first known; void records are none."""
    first: dict[Any, dt.date | None] = {}
    for each in inputs.hazards:
        first[each.record_id] = _earlier(first[each.record_id], each) if each.record_id in first else _since(each)
    return [Ground(id=inputs.labels.get(str(each.record_id), str(each.record_id)), outline=each.geometry,
                   since=first[each.record_id], status=each.status, stood_from=each.true_from, stood_to=each.true_to)
            for each in inputs.hazards if each.geometry is not None and not each.void]  # fmt: skip


def _since(each: HazardSlice) -> dt.date | None:
    days = [day for day in (each.information_date, each.true_from) if day is not None]
    return min(days, default=None)


def _earlier(first: dt.date | None, each: HazardSlice) -> dt.date | None:
    since = _since(each)
    return None if first is None or since is None else min(first, since)


def _releases(inputs: Inputs) -> list[Ground]:
    return [Ground(id=str(each.record_id), outline=each.geometry, since=each.on, outcome=each.outcome)
            for each in inputs.releases if each.geometry is not None]  # fmt: skip


def _share(part: int, whole: int) -> dict[str, Any]:
    share, low, high = share_interval(part, whole)
    return {"accidents": part, "of": whole, "share": share if whole else None, "low": low if whole else None,
            "high": high if whole else None, "interval": "95 %, exact (Clopper and Pearson 1934)"}  # fmt: skip


def _released_test(programme: Programme, inputs: Inputs, accidents: list[Accident], placed: list[Placed],
                   releases: list[Ground], clocks: Clocks, start: dt.date | None, end: dt.date | None,
                   rate: float | None) -> dict[str, Any]:
    """Test accidents in released land against missed items alone (Poisson); near ones count as one event."""
    until = min(clocks.on, end or clocks.on)
    km2_years = released_km2_years(releases, start, until)
    inside = [accident for accident, told in zip(accidents, placed, strict=True) if told.lies == "in_released_land"]
    inside.sort(key=lambda each: (each.day is None or each.day.first_day, each.id))
    within_m = programme.settings.dating_cluster_m
    events = len(set(event_of([each.point.x for each in inside], [each.point.y for each in inside], within_m)))
    told: dict[str, Any] = {"accidents": len(inside), "events": events, "events_within_m": within_m,
                            "released_km2_years": km2_years, "expected": None, "p": None, "bayes_factor": None}
    if rate is None:
        return {**told, "why_not": "no rate of accidents with missed items is given (--expected, per km2 and year)"}
    expected = rate * km2_years
    if not expected > 0:
        return {**told, "why_not": "no land with an outline and a date was released by then"}
    years = max(1 / 12, (until - min((each.since for each in releases if each.since), default=until)).days / 365.25)
    return {**told, "expected": expected, "p": released_finds_p(events, expected),
            "bayes_factor": bayes_factor(events, expected, years), "why_not": None,
            "test": "Poisson mean of what is missed against an extra rate (as in the dating table)"}  # fmt: skip


def _row(inputs: Inputs, state: State, accident: Accident, told: Placed) -> dict[str, Any]:
    lon = lat = None
    if accident.point is not None:
        east, north = inputs.plane.lonlat(np.array([accident.point.x]), np.array([accident.point.y]))
        lon, lat = round(float(east[0]), 6), round(float(north[0]), 6)
    body = state.body
    return {
        "record": told.id, "local_id": body.get("local_id"), "occurred_on": body.get("occurred_on"), "lies": told.lies,
        "ground": told.ground, "outcome": told.outcome, "status": told.status, "since": told.since,
        "distance_m": None if told.distance_m is None else round(told.distance_m, 1),
        "accuracy_m": accident.accuracy_m, "lon": lon, "lat": lat,
    }  # fmt: skip


def _feature(row: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
            "properties": {key: value for key, value in row.items() if key not in ("lon", "lat")}}  # fmt: skip


def _loose(programme: Programme, clocks: Clocks) -> int:
    columns = programme.journal.columns("casualty", ("accident_id", "persons"), clocks.on, clocks.known)
    return sum(1 if persons is None else int(persons)
               for accident, persons in zip(columns["accident_id"], columns["persons"], strict=True)
               if accident is None)  # fmt: skip
