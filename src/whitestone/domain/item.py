"""Which explosive ordnance item was found, where, and what became of it?

Identification only. The position is where it was found, never where it was destroyed.
"""

from __future__ import annotations

from whitestone.domain.attributes import UNSET, Count, DateText, Maybe, Record, Text
from whitestone.domain.coded import (
    ActivityLink,
    DisposalOutcome,
    EoCategory,
    EoState,
    EventType,
    HazardLinks,
    IdBasis,
    IdConfidence,
)

__all__ = ["Item"]


class Item(Record, kw_only=True, omit_defaults=True):
    """One find, or several of one type at one place (after IMAS 05.10)."""

    category: Maybe[EoCategory] = UNSET
    state: Maybe[EoState] = UNSET
    model: Maybe[Text] = UNSET
    """Designation as written."""
    quantity: Maybe[Count] = UNSET
    found_on: Maybe[DateText] = UNSET
    depth_cm: Maybe[float] = UNSET
    condition: Maybe[Text] = UNSET
    disposal_outcome: Maybe[DisposalOutcome] = UNSET
    destroyed_on: Maybe[DateText] = UNSET
    quantity_destroyed: Maybe[Count] = UNSET
    activity_id: Maybe[ActivityLink] = UNSET
    hazard_ids: Maybe[HazardLinks] = UNSET
    id_basis: Maybe[IdBasis] = UNSET
    id_confidence: Maybe[IdConfidence] = UNSET
    marking_text: Maybe[Text] = UNSET
    event_type: Maybe[EventType] = UNSET
