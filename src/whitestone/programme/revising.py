"""How does a person state something about a record, or decide about what was stated, under the lifecycle's guards?"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from whitestone.domain.extensions import NO_CODES, NationalCodes, as_core
from whitestone.domain.kinds import kind
from whitestone.domain.lifecycle import HazardFacts, TransitionEvent, hazard_approval, hazard_transition
from whitestone.domain.revision import Act, Draft, Nature, Revision, State, Workflow
from whitestone.domain.validate import validate
from whitestone.errors import InvalidValue, Refused, UnknownRecord
from whitestone.journal.append import Batch
from whitestone.programme.accounts import ledger
from whitestone.programme.opening import Programme

__all__ = ["decide", "decide_within", "facts_of", "revise"]

_GUARDED = ("classification", "status")
_NEW = "geometry"
_WORDS = frozenset({"text", "identifier", "date"})


def revise(
    programme: Programme,
    record_id: uuid.UUID,
    values: Mapping[str, Any],
    *,
    reason: str,
    date: str | None = None,
    correction: bool = False,
    event: Mapping[str, Any] | None = None,
    workflow: Workflow = Workflow.APPROVED,
) -> uuid.UUID:
    """State attributes of a record as one new revision; `geometry` is a GeoJSON geometry in WGS 84.

    A change of a hazard's class or status needs `event` (domain.lifecycle.TransitionEvent) and is refused with
    TransitionRefused where the lifecycle forbids it (domain.lifecycle, after IMAS 07.11). A correction replaces the
    last revision that stated one of the attributes: the ground did not change. The revision is made from all that
    counted, so where two sources dispute an attribute, stating it settles it. Refuses unknown attributes and values
    with InvalidValue, personal attributes with Refused (they come in through a mapping, which seals them), and unknown
    records with UnknownRecord. Returns the id of the revision.
    """
    history = programme.journal.history(record_id)
    state = programme.journal.state(record_id)
    if state is None:
        raise UnknownRecord(record=record_id)
    body = {key: _as_words(state.kind, key, value) for key, value in values.items() if key != _NEW}
    _validate(programme, state.kind, body)
    if state.kind == "hazard" and not correction and any(key in body for key in _GUARDED):
        _guard(programme, state, body, event or {}, date or programme.today().isoformat(), reason)
    corrected = _corrected(history, values) if correction else None
    stated = {**corrected.body, **body} if corrected else body
    draft = Draft(
        kind=state.kind,
        record_id=record_id,
        body=stated,
        extra=corrected.extra if corrected else {},
        geometry=_geometry(programme, values.get(_NEW)) or (corrected.geometry if corrected else None),
        as_entered={_NEW: values[_NEW]} if _NEW in values else {},
        information_date=date or (corrected.information_date if corrected else programme.today().isoformat()),
        nature=Nature.CORRECTION if corrected else Nature.CHANGE,
        corrects=corrected.revision_id if corrected else None,
        parents=_made_from(state, corrected),
        workflow=workflow,
    )
    return programme.journal.append(Act(author=programme.who, reason=reason), [draft]).revision_ids[0]


def decide(
    programme: Programme, record_id: uuid.UUID, workflow: str, *, reason: str,
    about: Collection[uuid.UUID] | None = None,
) -> uuid.UUID:  # fmt: skip
    """Decide how far statements about a record have come; a decision is itself a revision and can be decided back.

    `about` names the revisions (None: all statements about the record). Approving what moves a hazard's class or status
    is refused with TransitionRefused where the lifecycle forbids it (domain.lifecycle.hazard_approval). Refuses an
    unknown word with InvalidValue and an unknown record with UnknownRecord.
    """
    with programme.journal.writing(Act(author=programme.who, reason=reason)) as batch:
        return decide_within(programme, batch, record_id, workflow, about)


def decide_within(
    programme: Programme, batch: Batch, record_id: uuid.UUID, workflow: str, about: Collection[uuid.UUID] | None = None
) -> uuid.UUID:
    """Decide as part of a larger act; refuses as `decide` does, and then nothing of the act is kept."""
    try:
        decided = Workflow[workflow.upper()]
    except KeyError:
        words = ", ".join(each.name.lower() for each in Workflow)
        raise InvalidValue(field="workflow", value=workflow, why=f"one of {words}") from None
    history = programme.journal.history(record_id)
    every = tuple(each.revision_id for each in history if each.nature != Nature.DECISION)
    draft = Draft(
        kind=history[0].kind,
        record_id=record_id,
        nature=Nature.DECISION,
        workflow=decided,
        parents=every if about is None else tuple(each for each in every if each in about),
        information_date=programme.today().isoformat(),
    )
    before = programme.journal.state(record_id)
    (made,) = batch.append([draft])
    if history[0].kind == "hazard" and decided == Workflow.APPROVED and before is not None:
        _guard_approval(programme, batch, before)
    return made


def _guard_approval(programme: Programme, batch: Batch, before: State) -> None:
    """Judge what a hazard has become in a batch against what it was before."""
    with programme.journal.store.seeing(batch.session):
        after = programme.journal.state(before.record_id)
    if after is None or all(before.body.get(key) == after.body.get(key) for key in _GUARDED):
        return
    own = programme.settings.national_codes
    hazard_approval(facts_of(before, national=own),
                    facts_of(after, remaining_m2=_remaining(programme, after), national=own),
                    tolerance_m2=programme.settings.closing_tolerance_m2)


def facts_of(
    state: State, *, remaining_m2: float | None = None, area_m2: float | None = None, national: NationalCodes = NO_CODES
) -> HazardFacts:
    """Return what the lifecycle's guards need to know of a hazard's state; a national code stands as its parent."""
    body = as_core("hazard", state.body, national)
    return HazardFacts(
        record=str(body.get("local_id") or state.record_id),
        classification=body.get("classification"),
        status=body.get("status"),
        closure_reason=body.get("closure_reason"),
        evidence_direct=tuple(body.get("evidence_direct") or ()),
        evidence_direct_placed=bool(body.get("evidence_direct")) and state.geometry is not None,
        evidence_indirect=tuple(body.get("evidence_indirect") or ()),
        area_m2=area_m2,
        remaining_m2=remaining_m2,
        reopened_from=tuple(body.get("reopened_from") or ()),
        reopened_reason=body.get("reopened_reason"),
    )


def _as_words(name: str, key: str, value: Any) -> Any:
    """Take a whole number for words where an attribute holds words: a year, a lot, a number of a sheet."""
    attribute = kind(name).attributes.get(key)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number and attribute is not None and attribute.type in _WORDS else value


def _validate(programme: Programme, name: str, body: Mapping[str, Any]) -> None:
    for attribute, value, _, message in validate(name, body, lists=programme.lists):
        raise InvalidValue(field=attribute, value=value, why=message)
    sealed = [key for key in body if kind(name).attributes[key].personal]
    if sealed:
        raise Refused(
            what=f"Stating {', '.join(sealed)} by hand",
            rule="what may identify a person is sealed and comes in through a mapping (house law 9)",
            remedy="Import it from a file whose mapping marks the column personal.",
        )


def _guard(
    programme: Programme, state: State, body: Mapping[str, Any], event: Mapping[str, Any], date: str, reason: str
) -> None:
    after = msgspec.structs.replace(state, body={**state.body, **body})
    if all(state.body.get(key) == after.body.get(key) for key in _GUARDED):
        return
    tolerance = {"tolerance_m2": programme.settings.closing_tolerance_m2}
    given = {"name": "", "happened_on": date, "decided_by": programme.who, "reason": reason, **event, **tolerance}
    try:
        moved = msgspec.convert(given, TransitionEvent, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidValue(field="event", value=dict(event), why=str(error)) from error
    left = _remaining(programme, state)
    own = programme.settings.national_codes
    hazard_transition(facts_of(state, national=own), facts_of(after, remaining_m2=left, national=own), moved)


def _remaining(programme: Programme, state: State) -> float | None:
    """Return the hazard's own open ground in m2 from the ledger; None where its size is unknown."""
    if state.geometry is None:
        return None
    rows = ledger(programme, programme.clocks(), by="hazard")["rows"]
    return next((row["own_closing_m2"] for row in rows if row["key"] == str(state.record_id)), None)


def _made_from(state: State, corrected: Revision | None) -> tuple[uuid.UUID, ...]:
    """Name all that the person saw: what two sides dispute of a stated attribute is settled, the rest stays open."""
    return tuple(dict.fromkeys([*state.revisions, *([corrected.revision_id] if corrected else [])]))


def _corrected(history: list[Revision], values: Mapping[str, Any]) -> Revision:
    """Find the statement that a correction replaces: the last one about one of these attributes."""
    for revision in reversed(history):
        stated = {*revision.body, *([_NEW] if revision.geometry is not None else [])}
        if revision.nature != Nature.DECISION and stated & values.keys():
            return revision
    raise InvalidValue(
        field="correction", value=", ".join(values), why="nothing was said of it before, so it is no correction"
    )


def _geometry(programme: Programme, shape: Any) -> bytes | None:
    """Read a GeoJSON geometry and repair it once, by the programme's policy."""
    if shape is None:
        return None
    import numpy as np
    import shapely

    from whitestone.geodesy.repair import repair

    try:
        read = shapely.from_geojson(json.dumps(shape))
    except shapely.GEOSException as error:
        raise InvalidValue(field=_NEW, value=shape, why=str(error)) from error
    mended, _ = repair(np.array([read], dtype=object), programme.settings.repair_policy)
    return bytes(shapely.to_wkb(mended[0]))
