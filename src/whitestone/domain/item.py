"""Which explosive ordnance item was found, where, and what became of it?

Identification only. The position is where it was found, never where it was destroyed.
"""

from __future__ import annotations

from whitestone.domain.attributes import UNSET, Count, DateText, Link, Links, Maybe, Record, Text, coded

__all__ = ["Item"]


class Item(Record, kw_only=True, omit_defaults=True):
    """One find, or several of one type at one place (domain.md 2.3, 7.3)."""

    category: Maybe[coded("eo_category")] = UNSET  # type: ignore[valid-type]
    state: Maybe[coded("eo_state")] = UNSET  # type: ignore[valid-type]
    model: Maybe[Text] = UNSET
    """Designation as written."""
    quantity: Maybe[Count] = UNSET
    found_on: Maybe[DateText] = UNSET
    depth_cm: Maybe[float] = UNSET
    condition: Maybe[Text] = UNSET
    disposal_outcome: Maybe[coded("disposal_outcome")] = UNSET  # type: ignore[valid-type]
    destroyed_on: Maybe[DateText] = UNSET
    quantity_destroyed: Maybe[Count] = UNSET
    activity_id: Maybe[Link("activity")] = UNSET  # type: ignore[valid-type]
    hazard_ids: Maybe[Links("hazard")] = UNSET  # type: ignore[valid-type]
    id_basis: Maybe[coded("id_basis")] = UNSET  # type: ignore[valid-type]
    id_confidence: Maybe[coded("id_confidence")] = UNSET  # type: ignore[valid-type]
    marking_text: Maybe[Text] = UNSET
    event_type: Maybe[coded("event_type")] = UNSET  # type: ignore[valid-type]
