"""Which hazards, releases and places does the ledger count, and how is each booked?

From the journal's states under the two clocks to the plain values of the land room: shapes in the programme's plane,
dates by its approval rule, keys of the dimensions. What was declared the same counts once.
"""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
import numpy as np
import shapely

from whitestone.domain.dates import PartialDate, parse_partial
from whitestone.domain.extensions import as_core
from whitestone.domain.revision import State
from whitestone.domain.treaty import treaties, treaty_flags, undetermined
from whitestone.errors import InvalidValue
from whitestone.geodesy.areas import Plane
from whitestone.land.inputs import OUTCOMES, HazardSlice, RecordedSlice, ReleasePiece
from whitestone.land.proof import Disagreement
from whitestone.programme.accounts_disputes import awaiting, disputed
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.sameness import same_groups

__all__ = [
    "EVER", "Inputs", "booked_on", "read_inputs", "read_places", "read_records", "shapes_of_states", "treaty_key",
]  # fmt: skip

WITHDRAWN_AS = ("merged", "duplicate", "data_error")
"""Closure reasons that say the record was wrong, not the ground released: it leaves as a correction or a transfer."""

CLOSED = ("closed", "handed_over", "invalid")
LISTED = 100
"""How many records of imprecise date are listed; all are counted."""


EVER = dt.date.max
"""The day of the situation under which all that is dated is read."""


class Inputs(msgspec.Struct):
    """What a ledger is computed from.

    `places` maps a place's record id to its shape in the plane, deepest level last in `levels`; `labels` names hazards
    and places for people. `disputed` and `awaiting` are pairs of shapes that disagree, and shapes that await approval.
    `reporting` are the activities that state an area and have no release: they stand among the releases.
    `imprecise` lists (day, record) of dates known to the month or year only. `valid_from`: read under `EVER`, the same
    is right for every situation on or after this day (None: any). `activity_of` names the activity of each release.
    """

    plane: Plane
    hazards: list[HazardSlice]
    releases: list[ReleasePiece]
    places: dict[str, Any]
    levels: list[dict[str, Any]]
    labels: Mapping[str, str]
    disputed: list[Disagreement]
    awaiting: list[Disagreement]
    imprecise: dict[str, list[tuple[int, str]]]
    notes: list[str]
    reporting: frozenset[uuid.UUID] = frozenset()
    valid_from: dt.date | None = None
    activity_of: Mapping[uuid.UUID, str] = {}


def booked_on(completed: str | None, approved: str | None, rule: str) -> PartialDate | None:
    """Return the date on which a release is booked under the programme's approval rule; None when it has none.

    Where the rule's own date is missing the other one serves: a date known is better than none. A date that is not
    understood counts as missing (the check lists it).

    >>> str(booked_on("2014-05-03", "2014-07", "later_of_completed_and_approved"))
    '2014-07'
    >>> str(booked_on("2014-05-03", "2014-07", "completed")), booked_on(None, None, "completed")
    ('2014-05-03', None)
    """
    done, agreed = _date(completed), _date(approved)
    if rule == "completed":
        return done or agreed
    if rule == "approved":
        return agreed or done
    known = [each for each in (done, agreed) if each is not None]
    return max(known, key=lambda each: each.last_day) if known else None


@functools.cache
def treaty_key(categories: tuple[str, ...]) -> tuple[str, ...]:
    """Name the treaties under which ground of these categories is reported; what cannot be derived says so.

    >>> treaty_key(("ap_mine", "submunition")), treaty_key(("unknown_mine",)), treaty_key(())
    (('apmbc', 'ccm'), ('undetermined',), ())
    """
    found: set[str] = set()
    for category in categories:
        try:
            derived = treaties(treaty_flags([category]))
            found |= {*derived, *(["undetermined"] if undetermined([category]) else [])}
        except InvalidValue:
            found.add("undetermined")  # a code of no list, from elsewhere: one record must not stop the country's sum
    return tuple(sorted(found))


def read_inputs(programme: Programme, clocks: Clocks) -> Inputs:
    """Read what the ledger counts, situation on `clocks.on` as known at `clocks.known`."""
    return _Reader(programme, clocks).read()


def read_records(programme: Programme, clocks: Clocks, hazards: set[uuid.UUID], releases: set[uuid.UUID],
                 activities: set[uuid.UUID]) -> Inputs:
    """Read some hazards and releases, and what some activities report without a release; no places, no disputes."""
    return _Reader(programme, clocks).read_some(hazards, releases, activities)


def read_places(programme: Programme, clocks: Clocks, plane: Plane) -> Inputs:
    """Read only the places: their shapes by level, and their names."""
    reader = _Reader(programme, clocks)
    reader.plane = plane
    levels, places = reader.places()
    return Inputs(plane, [], [], places, levels, reader.labels, [], [], {}, [], valid_from=reader.valid_from)


def shapes_of_states(plane: Plane, states: list[State]) -> list[Any]:
    """Project each distinct geometry once, so that slices that share one share the object too."""
    distinct = list(dict.fromkeys(state.geometry for state in states if state.geometry is not None))
    if not distinct:
        return [None] * len(states)
    projected = plane.project(shapely.from_wkb(np.array(distinct, dtype=object)))
    found = dict(zip(distinct, projected, strict=True))
    return [None if state.geometry is None else found[state.geometry] for state in states]


class _Reader:
    def __init__(self, programme: Programme, clocks: Clocks) -> None:
        self.programme, self.clocks = programme, clocks
        self.journal = programme.journal
        self.rule = programme.settings.approval_rule
        self.same = same_groups(self.journal, clocks.on, clocks.known)
        self.labels: dict[str, str] = {}
        self.imprecise: dict[str, list[tuple[int, str]]] = {"hazard": [], "release": []}
        self.notes: list[str] = []
        self.valid_from: dt.date | None = None

    def read(self) -> Inputs:
        """Read everything once, hazards in all their dated states."""
        slices = [
            state
            for state in self.journal.dated_states("hazard", known=self.clocks.known)
            if state.true_from is None or state.true_from <= self.clocks.on
        ]
        releases = self._work("release")
        self.plane = self._plane([*slices, *releases])
        self._read_organisations()
        self.activities = {str(state.record_id): state for state in self._work("activity", geometry=False)}
        hazards, pieces = self._hazards(slices), self._releases(releases)
        unreleased = self._work_without_release({str(state.body.get("activity_id")) for state in releases})
        levels, places = self.places()
        found = self._inputs(hazards, [*pieces, *unreleased], unreleased, releases)
        found.levels, found.places = levels, places
        found.disputed = disputed(self.journal, self.clocks, self.plane, self.same)
        found.awaiting = awaiting(self.journal, self.clocks, self.plane)
        found.valid_from = self.valid_from
        return found

    def read_some(self, hazards: set[uuid.UUID], releases: set[uuid.UUID], activities: set[uuid.UUID]) -> Inputs:
        """Read some records as `read` does."""
        known = self.clocks.known
        slices = list(self.journal.dated_states("hazard", known=known, ids=hazards)) if hazards else []
        works = self._work("release", ids=releases) if releases else []
        self.plane = self._plane([*slices, *works])
        self._read_organisations()
        named = {_as_id(state.body.get("activity_id")) for state in works} | activities
        asked = {each for each in named if each is not None}
        told = self._work("activity", geometry=False, ids=asked) if asked else []
        self.activities = {str(state.record_id): state for state in told}
        found, pieces = self._hazards(slices), self._releases(works)
        others = {own_id for own_id in self.activities if _as_id(own_id) not in activities}
        unreleased = self._work_without_release(others)
        inputs = self._inputs(found, [*pieces, *unreleased], unreleased, works)
        inputs.valid_from = self.valid_from
        return inputs

    def _inputs(self, hazards: list[HazardSlice], pieces: list[ReleasePiece], unreleased: list[ReleasePiece],
                works: list[State]) -> Inputs:
        activity_of = {state.record_id: str(state.body["activity_id"]) for state in works
                       if state.body.get("activity_id")}
        return Inputs(self.plane, hazards, pieces, {}, [], self.labels, [], [], self.imprecise, self.notes,
                      frozenset(each.record_id for each in unreleased), None, activity_of)  # fmt: skip

    def _read_organisations(self) -> None:
        states = list(self._states("organisation", geometry=False))
        self._depends_on(states)
        self.organisations = {str(each.record_id): str(each.body.get("name") or each.record_id) for each in states}

    def _depends_on(self, states: Iterable[State]) -> None:
        """Remember that a situation before the first day of one of these states would be read otherwise."""
        for state in states:
            if state.true_from is not None and (self.valid_from is None or state.true_from > self.valid_from):
                self.valid_from = state.true_from

    def _states(self, kind: str, **options: Any) -> Iterator[State]:
        return self.journal.states(kind, on=self.clocks.on, known=self.clocks.known, **options)

    def _work(self, kind: str, *, geometry: bool = True, ids: set[uuid.UUID] | None = None) -> list[State]:
        """Read work as last stated by the day asked; of work reported later, the first statement.

        Work is booked on its own dates: a report dated after the day may tell of work done before it.
        """
        found: dict[uuid.UUID, State] = {}
        for state in self.journal.dated_states(kind, known=self.clocks.known, geometry=geometry, ids=ids):
            if state.record_id not in found or (state.true_from is not None and state.true_from <= self.clocks.on):
                if state.record_id in found:
                    self._depends_on([state])
                found[state.record_id] = state
        return list(found.values())

    def _plane(self, states: list[State]) -> Plane:
        fixed = self.programme.plane()
        if fixed is not None:
            return fixed
        drawn = [state.geometry for state in states if state.geometry is not None]
        if not drawn:
            return Plane(0.0, 0.0)
        bounds = shapely.total_bounds(shapely.from_wkb(drawn))
        self.notes.append("The centre of the equal-area plane is not fixed yet; the middle of the records is used.")
        return Plane(float(bounds[0] + bounds[2]) / 2, float(bounds[1] + bounds[3]) / 2)

    def _hazards(self, states: list[State]) -> list[HazardSlice]:
        found: list[HazardSlice] = []
        informed: dict[uuid.UUID, dt.date | None] = {}
        for state, shape in zip(states, shapes_of_states(self.plane, states), strict=True):
            if state.record_id in self.same:
                continue
            body, begins, is_discovered = self._core(state), state.true_from, False
            if state.record_id not in informed:
                begins = begins or self._discovered(state)
                is_discovered = begins != state.true_from
                informed[state.record_id] = begins
            self.labels[str(state.record_id)] = str(body.get("local_id") or body.get("name") or state.record_id)
            found.append(
                RecordedSlice(
                    record_id=state.record_id,
                    true_from=begins,
                    true_to=state.true_to,
                    classification=body.get("classification"),
                    status=body.get("status"),
                    geometry=shape,
                    information_date=informed[state.record_id],
                    keys=self._hazard_keys(body),
                    area_reported_m2=body.get("area_reported_m2"),
                    void=_is_void(body),
                    parents=self._named(body.get("parent_ids") or ()),
                    closure=body.get("closure_reason"),
                    access=body.get("access"),
                    discovered=is_discovered,
                )
            )
        return found

    def _discovered(self, state: State) -> dt.date | None:
        """Date a record that came without an information date by the day on which it says it was discovered."""
        stated = _date(state.body.get("discovered_on"))
        if stated is None or (state.true_to is not None and stated.last_day >= state.true_to):
            return None
        if stated.precision != "day":
            self.imprecise["hazard"].append((stated.last_day.toordinal(), str(state.record_id)))
        return stated.last_day

    def _hazard_keys(self, body: dict[str, Any]) -> dict[str, str | tuple[str, ...] | None]:
        categories = tuple(sorted({*(body.get("contamination") or ()), *(body.get("contamination_confirmed") or ())}))
        return {
            "place": body.get("place_id"),
            "place_name": body.get("place_name"),
            "contamination": categories,
            "treaty": treaty_key(categories),
        }

    def _releases(self, states: list[State]) -> list[ReleasePiece]:
        found = []
        for state, shape in zip(states, shapes_of_states(self.plane, states), strict=True):
            body, activity = self._core(state), self._activity(state)
            if state.record_id in self.same or body.get("outcome") not in OUTCOMES:
                continue
            day = booked_on(body.get("completed_on"), body.get("approved_on"), self.rule)
            day = day or booked_on(activity.get("ended_on"), activity.get("approved_on"), self.rule)
            if day is not None and day.precision != "day":
                self.imprecise["release"].append((day.last_day.toordinal(), str(state.record_id)))
            on = day.last_day if day is not None else state.true_from
            if on is not None and on > self.clocks.on:
                continue
            found.append(
                ReleasePiece(
                    record_id=state.record_id,
                    outcome=str(body["outcome"]),
                    on=on,
                    hazard_ids=self._named([*(body.get("hazard_ids") or ()), *(activity.get("hazard_ids") or ())]),
                    geometry=shape,
                    area_reported_m2=body.get("area_reported_m2"),
                    keys=self._work_keys(body, activity),
                )
            )
        return found

    def _activity(self, state: State) -> dict[str, Any]:
        activity = self.activities.get(str(state.body.get("activity_id")))
        return self._core(activity) if activity is not None else {}

    def _core(self, state: State) -> dict[str, Any]:
        """Give the body with national codes as their parents: figures are made on core codes."""
        return as_core(state.kind, state.body, self.programme.settings.national_codes)

    def _named(self, ids: Iterable[str]) -> tuple[uuid.UUID, ...]:
        named = []
        for text in dict.fromkeys(ids):
            try:
                record_id = uuid.UUID(text)
            except ValueError:
                continue  # a broken link: the check lists it
            named.append(self.same.get(record_id, record_id))
        return tuple(named)

    def _work_keys(self, body: dict[str, Any], activity: dict[str, Any]) -> dict[str, str | tuple[str, ...] | None]:
        organisation = body.get("organisation_id") or activity.get("organisation_id")
        name = body.get("organisation_name") or activity.get("organisation_name")
        return {
            "organisation": self.organisations.get(str(organisation), str(organisation)) if organisation else name,
            "donor": body.get("donor") or activity.get("donor"),
            "depth_cm": _number(body.get("depth_cm") or activity.get("depth_achieved_cm")),
            "method": body.get("method") or activity.get("method"),
            "place": body.get("place_id") or activity.get("place_id")
            or body.get("place_name") or activity.get("place_name"),
        }

    def _work_without_release(self, drawn: set[str]) -> list[ReleasePiece]:
        """Make reported-only pieces of activities that state an area and have no release: figures without a shape."""
        found = []
        for own_id, state in self.activities.items():
            day = booked_on(state.body.get("ended_on"), state.body.get("approved_on"), self.rule)
            on = day.last_day if day is not None else state.true_from
            if own_id in drawn or state.record_id in self.same or (on is not None and on > self.clocks.on):
                continue
            for outcome in OUTCOMES:
                area = state.body.get(f"area_{outcome}_m2")
                if area:
                    keys = self._work_keys({}, self._core(state))
                    named = self._named(state.body.get("hazard_ids") or ())
                    found.append(ReleasePiece(state.record_id, outcome, on, named, None, float(area), keys))
        return found

    def places(self) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Return the shapes of places, and the same by administrative level, the deepest first."""
        states = list(self._states("place"))
        self._depends_on(states)
        levels: dict[int, dict[str, Any]] = defaultdict(dict)
        places: dict[str, Any] = {}
        for state, shape in zip(states, shapes_of_states(self.plane, states), strict=True):
            key = str(state.record_id)
            self.labels[key] = str(state.body.get("name") or state.body.get("pcode") or key)
            if shape is not None and shape.geom_type in ("Polygon", "MultiPolygon") and not shape.is_empty:
                places[key] = shape
                levels[int(state.body.get("admin_level") or 0)][key] = shape
        return [levels[level] for level in sorted(levels, reverse=True)], places


def _as_id(text: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None


def _number(value: Any) -> str | None:
    return None if value is None else f"{float(value):g}"


def _is_void(body: dict[str, Any]) -> bool:
    if body.get("status") == "invalid":
        return True
    return body.get("status") in CLOSED and body.get("closure_reason") in WITHDRAWN_AS


def _date(text: Any) -> PartialDate | None:
    if not isinstance(text, str):
        return None
    try:
        return parse_partial(text)
    except InvalidValue:
        return None
