"""Which record is meant, and what is known of it on a day, as known on a day?"""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Iterator
from typing import Any

from whitestone.domain.kinds import KINDS, kind
from whitestone.domain.revision import State
from whitestone.errors import Refused, UnknownRecord, WrongCall
from whitestone.programme.opening import Clocks, Programme

__all__ = ["COUNTED_ONLY", "describe", "find", "list_states", "resolve"]

COUNTED_ONLY = frozenset({"casualty", "consent", "protected_source"})
"""Kinds of which rows are never listed here, only counted, until disclosure control exists."""


def resolve(programme: Programme, text: str) -> uuid.UUID:
    """Find the one record that `text` names: its id, the beginning of it, or its own id as written.

    Refuses what names none with UnknownRecord, and what names several with WrongCall.
    """
    try:
        record_id = uuid.UUID(text)
    except ValueError:
        states = list(find(programme, text, exact=True))
        # Ids that differ only in case or blanks are two ids: the one that is written just so goes before the others.
        found = [state.record_id for state in states if state.body.get("local_id") == text]
        found = found or [state.record_id for state in states]
        if len(found) > 1:
            some = ", ".join(str(each) for each in found[:5])
            raise WrongCall(why=f"{text!r} names {len(found)} records: {some}.", fix="Give the record id.") from None
        if not found:
            raise UnknownRecord(record=text) from None
        return found[0]
    programme.journal.history(record_id)
    return record_id


def find(programme: Programme, text: str, *, exact: bool = False) -> Iterator[State]:
    """Find records by own id, name or the beginning of a record id; case, accents and outer blanks do not matter."""
    wanted = _fold(text)
    kinds = [name for name, each in KINDS.items() if not each.programme and name not in COUNTED_ONLY]
    for state in programme.journal.states(kinds, approved_only=False, geometry=False):
        named = [_fold(str(state.body.get(key) or "")) for key in ("local_id", "name")]
        if exact:
            if wanted in named or str(state.record_id).startswith(wanted):
                yield state
        elif any(wanted in each for each in named) or str(state.record_id).startswith(wanted):
            yield state


def list_states(
    programme: Programme, name: str, clocks: Clocks, limit: int, *, source_clock: bool = False
) -> tuple[list[State], int]:
    """List the first `limit` records of a kind, and count them all; casualties are counted, never listed.

    `source_clock` asks what was known by the clocks of the databases that the records came from.
    """
    kind(name)
    journal = programme.journal
    if source_clock:
        found = list(journal.states(name, on=clocks.on, known=clocks.known, source_clock=True, geometry=False))
        return ([] if name in COUNTED_ONLY else found[:limit]), len(found)
    total = journal.count(name, on=clocks.on, known=clocks.known).get(name, 0)
    if name in COUNTED_ONLY:
        return [], total
    states = journal.states(name, on=clocks.on, known=clocks.known, approved_only=False)
    return [state for _, state in zip(range(limit), states, strict=False)], total


def describe(
    programme: Programme, record_id: uuid.UUID, clocks: Clocks, *, source_clock: bool = False
) -> dict[str, Any]:
    """Say what is known of one record under two clocks, as plain values; `source_clock` as in `list_states`.

    Refuses an unknown record with UnknownRecord, and one casualty with Refused: persons are shown as counts only.
    """
    asked = programme.journal.states(on=clocks.on, known=clocks.known, ids=[record_id], source_clock=source_clock)
    state = next(asked, None)
    if state is None:
        raise UnknownRecord(record=record_id)
    if state.kind in COUNTED_ONLY:
        raise Refused(
            what=f"Showing one {state.kind}",
            rule="persons are shown as counts only (house law 9)",
            remedy="Use the counts of 'whitestone report situation'.",
        )
    return {
        **clocks.as_dict(),
        "record": str(record_id),
        "kind": state.kind,
        "workflow": state.workflow.name.lower(),
        "true_from": state.true_from.isoformat() if state.true_from else None,
        "attributes": state.body,
        "extra": state.extra,
        "geometry": _shape(state.geometry),
        "conflicts": list(state.conflicts),
        "revisions": [str(each) for each in state.revisions],
    }


def _shape(wkb: bytes | None) -> dict[str, Any] | None:
    if wkb is None:
        return None
    import json

    import shapely

    shape: dict[str, Any] = json.loads(shapely.to_geojson(shapely.from_wkb(wkb)))
    return shape


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(character for character in plain if not unicodedata.combining(character))
