"""What happened to people, told without saying who they are?

The statistical part only: what may identify a person is personal and sealed. An accident without casualties is an
accident; an unknown outcome is a category, not a gap.
"""

from __future__ import annotations

from whitestone.domain.attributes import UNSET, Count, DateText, Maybe, Record, Text
from whitestone.domain.coded import (
    AccidentClass,
    AccidentLink,
    Activation,
    AgeGroup,
    CasualtyActivity,
    CasualtyOutcome,
    EoCategory,
    EventType,
    HazardLinks,
    IdConfidence,
    Personal,
    PersonalDate,
    PersonStatus,
    Sex,
)

__all__ = ["Accident", "Casualty"]


class Accident(Record, kw_only=True, omit_defaults=True):
    """A harmful event with explosive ordnance (IMAS 10.60)."""

    occurred_on: Maybe[DateText] = UNSET
    accident_class: Maybe[AccidentClass] = UNSET
    event_type: Maybe[EventType] = UNSET
    device_category: Maybe[EoCategory] = UNSET
    device_confidence: Maybe[IdConfidence] = UNSET
    activation: Maybe[Activation] = UNSET
    activity_at_time: Maybe[CasualtyActivity] = UNSET
    area_type: Maybe[Text] = UNSET
    killed: Maybe[Count] = UNSET
    injured: Maybe[Count] = UNSET
    injured_with_amputation: Maybe[Count] = UNSET
    """Of the injured; an injury with amputation is an injury."""
    outcome_unknown: Maybe[Count] = UNSET
    casualties: Maybe[Count] = UNSET
    animals_killed: Maybe[Count] = UNSET
    marked_before: Maybe[bool] = UNSET
    cleared_before: Maybe[bool] = UNSET
    cleared_by: Maybe[Text] = UNSET
    hazard_known_before: Maybe[bool] = UNSET
    hazard_ids: Maybe[HazardLinks] = UNSET


class Casualty(Record, kw_only=True, omit_defaults=True):
    """A person killed, injured or of unknown outcome; the statistical part."""

    accident_id: Maybe[AccidentLink] = UNSET
    occurred_on: Maybe[DateText] = UNSET
    outcome: Maybe[CasualtyOutcome] = UNSET
    died_later_on: Maybe[DateText] = UNSET
    sex: Maybe[Sex] = UNSET
    age_years: Maybe[Count] = UNSET
    age_group: Maybe[AgeGroup] = UNSET
    age_band: Maybe[Text] = UNSET
    """As the source bands it; the band set is never forced into another."""
    person_status: Maybe[PersonStatus] = UNSET
    activity_at_time: Maybe[CasualtyActivity] = UNSET
    device_category: Maybe[EoCategory] = UNSET
    event_type: Maybe[EventType] = UNSET
    area_type: Maybe[Text] = UNSET
    amputation: Maybe[bool] = UNSET
    persons: Maybe[Count] = UNSET
    """How many persons this row stands for; absent means one."""
    person_name: Maybe[Personal] = UNSET
    birth_date: Maybe[PersonalDate] = UNSET
    home: Maybe[Personal] = UNSET
    contact: Maybe[Personal] = UNSET
    document_number: Maybe[Personal] = UNSET
    ethnicity: Maybe[Personal] = UNSET
    photograph: Maybe[Personal] = UNSET
    """SHA-256 of the sealed attachment, or where it lies."""
    witnesses: Maybe[Personal] = UNSET
