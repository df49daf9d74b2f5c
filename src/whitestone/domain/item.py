"""Which explosive ordnance item was found, where, and what became of it?

Identification only. The position is where it was found, never where it was destroyed. A mark is kept as two readers
read it; what somebody makes of it is kept apart. It dates manufacture, and says nothing of who laid the item.
"""

from __future__ import annotations

from whitestone.domain.attributes import UNSET, Count, DateText, Maybe, Record, Text, Texts
from whitestone.domain.coded import (
    ActivityLink,
    CustodyStatus,
    DisposalOutcome,
    EoCategory,
    EoState,
    EventType,
    HazardLinks,
    IdBasis,
    IdConfidence,
    MarkLegibility,
    MarkTechnique,
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
    mark_place: Maybe[Text] = UNSET
    """Where on the item the mark stands; the mark that may date it, others are written in `marking_text`."""
    mark_technique: Maybe[MarkTechnique] = UNSET
    mark_script: Maybe[Text] = UNSET
    mark_reading_1: Maybe[Text] = UNSET
    """The mark as the first reader wrote it down, sign by sign, `?` for a sign that cannot be read."""
    mark_legibility_1: Maybe[MarkLegibility] = UNSET
    mark_reader_1: Maybe[Text] = UNSET
    """A code for the reader, the same wherever the same person reads; no name."""
    mark_reading_2: Maybe[Text] = UNSET
    """The mark as a second reader wrote it down who had not seen the first reading."""
    mark_legibility_2: Maybe[MarkLegibility] = UNSET
    mark_reader_2: Maybe[Text] = UNSET
    mark_photographs: Maybe[Texts] = UNSET
    """Photographs on which the mark can be read: SHA-256 of the attachment, or the number on its paper."""
    lot: Maybe[Text] = UNSET
    """Lot or batch as written on the item."""
    made_from: Maybe[DateText] = UNSET
    """Interpretation: the earliest day of manufacture that the mark allows."""
    made_to: Maybe[DateText] = UNSET
    """Interpretation: the latest day of manufacture that the mark allows."""
    made_basis: Maybe[Text] = UNSET
    """By which reference the mark was interpreted."""
    made_confidence: Maybe[IdConfidence] = UNSET
    custody: Maybe[CustodyStatus] = UNSET
    custody_steps: Maybe[Texts] = UNSET
    """Each: day, who handed it to whom (by function), where it lies."""
