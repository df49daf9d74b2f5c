"""Which figures stand at the head of a report, by which rule, out of how many, from which records?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from whitestone.domain.revision import State
from whitestone.programme.casualties_counting import count_casualties
from whitestone.programme.opening import Clocks, Programme
from whitestone.reports.model import Figure

__all__ = ["CLOSED", "glance"]

CLOSED = ("closed", "handed_over", "invalid")
_OUTCOMES = ("cancelled", "reduced", "cleared")
_APPROVED = "approved hazards known under both clocks"

_NO_SIZE = "No polygon is known: a point, or nothing. Unknown is not zero, and not in the ground still open."

_Rough = tuple[str, float | int | None, str, str, str, Sequence[State]]
"""Label, value, unit, rule, denominator and the records behind a figure, before it has a key."""


def glance(
    programme: Programme, clocks: Clocks, states: Mapping[str, Sequence[State]], account: Mapping[str, Any]
) -> tuple[Figure, ...]:
    """List the figures of the first page, keys F1, F2, …; casualties as a count without records."""
    people = programme.journal.count("casualty", on=clocks.on, known=clocks.known).get("casualty", 0)
    rough = [*_ground(states, account["total"]), *_events(states, people), *_people(programme, clocks)]
    return tuple(
        Figure(
            key=f"F{number}",
            label=label,
            value=value,
            unit=unit,
            rule=rule,
            denominator=denominator,
            records=tuple(_named(behind)),
        )
        for number, (label, value, unit, rule, denominator, behind) in enumerate(rough, 1)
    )


def _ground(states: Mapping[str, Sequence[State]], total: Mapping[str, Any]) -> Iterable[_Rough]:
    hazards = states["hazard"]
    rule = "Ledger closing: each square metre once, less what was released. What has no outline is in no square metre."
    # Where no hazard has an outline the ground that is open is unknown, and 0 would say that there is none.
    is_unknown = bool(total["hazards"]) and total["size_unknown"] == total["hazards"]
    yield "Ground still open", None if is_unknown else total["closing_m2"], "m²", rule, _APPROVED, hazards
    open_ = [state for state in hazards if state.body.get("status") not in CLOSED]
    rule = f"Status is none of {', '.join(CLOSED)}."
    for code in ("cha", "sha"):
        chosen = [state for state in open_ if state.body.get("classification") == code]
        yield f"Open hazards, {code.upper()}", len(chosen), "hazards", rule, f"{len(hazards):,} {_APPROVED}", chosen
    sizeless = [state for state in hazards if state.geometry is None]
    rule = "No revision states a geometry."
    yield "Hazards of unknown size and location", len(sizeless), "hazards", rule, _APPROVED, sizeless
    yield "Hazards of unknown size", total["size_unknown"], "hazards", _NO_SIZE, _APPROVED, _without_ground(hazards)
    rule = "Inside recorded hazards, on the date of the first approved release over it."
    for outcome in _OUTCOMES:
        chosen = [state for state in states["release"] if state.body.get("outcome") == outcome]
        out_of = f"{len(chosen):,} approved releases {outcome}"
        yield f"Land {outcome}", total[f"{outcome}_m2"], "m²", rule, out_of, chosen
    undrawn = [state for state in states["release"] if state.geometry is None]
    rule = "Areas that releases and finished work state without a polygon; in no other figure."
    out_of = f"{len(states['release']):,} approved releases"
    yield "Released, reported only", total["reported_only_m2"], "m²", rule, out_of, undrawn


def _without_ground(hazards: Sequence[State]) -> list[State]:
    """Choose the hazards whose outline is not known; those of no location are among them."""
    shapes = shapely.from_wkb(np.array([state.geometry for state in hazards], dtype=object))
    return [state for state, area in zip(hazards, shapely.area(shapes).tolist(), strict=True) if not area > 0]


def _events(states: Mapping[str, Sequence[State]], people: int) -> Iterable[_Rough]:
    quantities = [state.body.get("quantity") for state in states["item"]]
    stated = [value for value in quantities if value is not None]
    rule = f"Sum of stated quantities; {len(quantities) - len(stated):,} finds state none."
    # Finds that all lack a quantity are an unknown number of items, not none.
    items = None if quantities and not stated else sum(stated)
    yield "Items found", items, "items", rule, f"{len(quantities):,} finds", states["item"]
    accidents = states["accident"]
    rule = "Accident records, with or without casualties."
    yield "Accidents", len(accidents), "accidents", rule, "all accidents", accidents
    rule = "Counted only; a record may stand for several persons, and several records for one."
    yield "Casualty records", people, "records", rule, "all casualty records", ()


def _people(programme: Programme, clocks: Clocks) -> Iterable[_Rough]:
    """Count persons, each once (docs/guides/casualties.md); their records are not listed."""
    counted = count_casualties(programme, ("outcome",), clocks=clocks)
    total = counted.total
    rule = "Each person once; who died later counts as killed from the day of death on. Internal: not for publication."
    out_of = f"{total.casualties:,} casualties, {total.unknown:,} of unknown outcome"
    yield "Killed", total.killed, "persons", rule, out_of, ()
    yield "Injured", total.injured, "persons", rule, out_of, ()
    rule = f"{rule} {counted.of_accidents.casualties:,} are stated by accidents, no person recorded."
    yield "Casualties", total.casualties, "persons", rule, "killed, injured and of unknown outcome", ()


def _named(states: Sequence[State]) -> Iterable[tuple[str, str, str]]:
    for state in states:
        yield state.kind, str(state.record_id), str(state.body.get("local_id") or state.body.get("name") or "")
