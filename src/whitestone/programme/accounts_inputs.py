"""Which hazards, releases and places does the ledger count, and how is each booked?

From the journal's states under the two clocks to the plain values of the land room: shapes in the programme's plane,
dates by its approval rule, keys of the dimensions. What was declared the same counts once.
"""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import numpy as np
import shapely

from whitestone.domain.dates import PartialDate, parse_partial
from whitestone.domain.extensions import as_core
from whitestone.domain.revision import State, Workflow
from whitestone.domain.treaty import treaties, treaty_flags, undetermined
from whitestone.errors import InvalidValue
from whitestone.geodesy.areas import Plane
from whitestone.land.inputs import OUTCOMES, HazardSlice, ReleasePiece
from whitestone.land.proof import Disagreement
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.sameness import same_groups

__all__ = ["Inputs", "booked_on", "read_inputs", "treaty_key"]

WITHDRAWN_AS = ("merged", "duplicate", "data_error")
"""Closure reasons that say the record was wrong, not the ground released: it leaves as a correction or a transfer."""

CLOSED = ("closed", "handed_over", "invalid")
LISTED = 100
"""How many records of imprecise date are listed; all are counted."""


class Inputs(msgspec.Struct):
    """What a ledger is computed from.

    `places` maps a place's record id to its shape in the plane, deepest level last in `levels`; `labels` names hazards
    and places for people. `disputed` and `awaiting` are pairs of shapes that disagree, and shapes that await approval.
    `reporting` are the activities that state an area and have no release: they stand among the releases.
    """

    plane: Plane
    hazards: list[HazardSlice]
    releases: list[ReleasePiece]
    places: dict[str, Any]
    levels: list[dict[str, Any]]
    labels: dict[str, str]
    disputed: list[Disagreement]
    awaiting: list[Disagreement]
    imprecise: dict[str, list[str]]
    notes: list[str]
    reporting: frozenset[uuid.UUID] = frozenset()


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


class _Reader:
    def __init__(self, programme: Programme, clocks: Clocks) -> None:
        self.programme, self.clocks = programme, clocks
        self.journal = programme.journal
        self.rule = programme.settings.approval_rule
        self.same = same_groups(self.journal, clocks.on, clocks.known)
        self.labels: dict[str, str] = {}
        self.imprecise: dict[str, list[str]] = {"hazard": [], "release": []}
        self.notes: list[str] = []

    def read(self) -> Inputs:
        """Read everything once, hazards in all their dated states."""
        slices = [
            state
            for state in self.journal.dated_states("hazard", known=self.clocks.known)
            if state.true_from is None or state.true_from <= self.clocks.on
        ]
        releases = self._work("release")
        self.plane = self._plane([*slices, *releases])
        self.organisations = {
            str(state.record_id): str(state.body.get("name") or state.record_id)
            for state in self._states("organisation", geometry=False)
        }
        self.activities = {str(state.record_id): state for state in self._work("activity", geometry=False)}
        hazards = self._hazards(slices)
        pieces = self._releases(releases)
        unreleased = self._work_without_release(releases)
        levels, places = self._places()
        return Inputs(
            plane=self.plane,
            hazards=hazards,
            releases=[*pieces, *unreleased],
            places=places,
            levels=levels,
            labels=self.labels,
            disputed=self._disputed(slices, releases),
            awaiting=self._awaiting(),
            imprecise=self.imprecise,
            notes=self.notes,
            reporting=frozenset(each.record_id for each in unreleased),
        )

    def _states(self, kind: str, **options: Any) -> Iterator[State]:
        return self.journal.states(kind, on=self.clocks.on, known=self.clocks.known, **options)

    def _work(self, kind: str, *, geometry: bool = True) -> list[State]:
        """Read work as last stated by the day asked; of work reported later, the first statement.

        Work is booked on its own dates: a report dated after the day may tell of work done before it.
        """
        found: dict[uuid.UUID, State] = {}
        for state in self.journal.dated_states(kind, known=self.clocks.known, geometry=geometry):
            if state.record_id not in found or (state.true_from is not None and state.true_from <= self.clocks.on):
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

    def _shapes(self, states: list[State]) -> list[Any]:
        """Project each distinct geometry once, so that slices that share one share the object too."""
        distinct = list(dict.fromkeys(state.geometry for state in states if state.geometry is not None))
        if not distinct:
            return [None] * len(states)
        projected = self.plane.project(shapely.from_wkb(np.array(distinct, dtype=object)))
        found = dict(zip(distinct, projected, strict=True))
        return [None if state.geometry is None else found[state.geometry] for state in states]

    def _hazards(self, states: list[State]) -> list[HazardSlice]:
        found: list[HazardSlice] = []
        informed: dict[uuid.UUID, dt.date | None] = {}
        for state, shape in zip(states, self._shapes(states), strict=True):
            if state.record_id in self.same:
                continue
            body, begins = self._core(state), state.true_from
            if state.record_id not in informed:
                begins = begins or self._discovered(state)
                informed[state.record_id] = begins
            self.labels[str(state.record_id)] = str(body.get("local_id") or body.get("name") or state.record_id)
            found.append(
                HazardSlice(
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
                )
            )
        return found

    def _discovered(self, state: State) -> dt.date | None:
        """Date a record that came without an information date by the day on which it says it was discovered."""
        stated = _date(state.body.get("discovered_on"))
        if stated is None or (state.true_to is not None and stated.last_day >= state.true_to):
            return None
        if stated.precision != "day":
            self.imprecise["hazard"].append(str(state.record_id))
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
        for state, shape in zip(states, self._shapes(states), strict=True):
            body, activity = self._core(state), self._activity(state)
            if state.record_id in self.same or body.get("outcome") not in OUTCOMES:
                continue
            day = booked_on(body.get("completed_on"), body.get("approved_on"), self.rule)
            day = day or booked_on(activity.get("ended_on"), activity.get("approved_on"), self.rule)
            if day is not None and day.precision != "day":
                self.imprecise["release"].append(str(state.record_id))
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
            "method": body.get("method") or activity.get("method"),
            "place": body.get("place_id") or activity.get("place_id")
            or body.get("place_name") or activity.get("place_name"),
        }

    def _work_without_release(self, releases: list[State]) -> list[ReleasePiece]:
        """Make reported-only pieces of activities that state an area and have no release: figures without a shape."""
        drawn = {str(state.body.get("activity_id")) for state in releases}
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

    def _places(self) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Return the shapes of places, and the same by administrative level, the deepest first."""
        states = list(self._states("place"))
        levels: dict[int, dict[str, Any]] = defaultdict(dict)
        places: dict[str, Any] = {}
        for state, shape in zip(states, self._shapes(states), strict=True):
            key = str(state.record_id)
            self.labels[key] = str(state.body.get("name") or state.body.get("pcode") or key)
            if shape is not None and shape.geom_type in ("Polygon", "MultiPolygon") and not shape.is_empty:
                places[key] = shape
                levels[int(state.body.get("admin_level") or 0)][key] = shape
        return [levels[level] for level in sorted(levels, reverse=True)], places

    def _disputed(self, slices: list[State], releases: list[State]) -> list[Disagreement]:
        """Pair the shapes of records declared the same, and the shapes that two revisions dispute."""
        last = {state.record_id: state for state in slices}
        pairs = []
        for absorbed, kept in self.same.items():
            if absorbed in last and kept in last:
                left, right = self._shapes([last[absorbed], last[kept]])
                pairs.append(Disagreement(left, right, "hazard", kept))
        open_now = {each.record_id for each in (*last.values(), *releases) if "geometry" in each.conflicts}
        return pairs + (self._conflicts(open_now) if open_now else [])

    def _conflicts(self, records: set[uuid.UUID]) -> list[Disagreement]:
        pairs = []
        for conflict in self.journal.conflicts(self.clocks.known, approved_only=True):
            if conflict.record_id in records and conflict.attribute == "geometry":
                left, right = (None if not value else shapely.from_wkb(value) for value in conflict.values)
                projected = self.plane.project(np.array([left, right], dtype=object))
                pairs.append(Disagreement(projected[0], projected[1], conflict.kind, conflict.record_id))
        return pairs

    def _awaiting(self) -> list[Disagreement]:
        """Pair what is approved with what it would be if all that was submitted were approved, where they differ."""
        pairs = []
        for kind in ("hazard", "release"):
            said = self.journal.columns(kind, ["workflow"], self.clocks.on, self.clocks.known, approved_only=False)
            waiting = [
                record_id
                for record_id, workflow in zip(said["record_id"], said["workflow"], strict=True)
                if workflow != Workflow.APPROVED
            ]
            if not waiting:
                continue
            counted = {state.record_id: state for state in self._states(kind, ids=waiting)}
            for state in self._states(kind, ids=waiting, approved_only=False):
                before = counted.get(state.record_id, msgspec.structs.replace(state, geometry=None))
                if before.geometry != state.geometry:
                    left, right = self._shapes([before, state])
                    pairs.append(Disagreement(left, right, kind, state.record_id))
        return pairs


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
