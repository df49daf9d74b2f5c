"""What happened to people, told without saying who they are?

The statistical part only: what may identify a person is personal and sealed. An accident without casualties is an
accident; an unknown outcome is a category, not a gap.
"""

from __future__ import annotations

from typing import Any

from whitestone.domain.attributes import UNSET, Count, DateText, Maybe, Record, Text, Texts
from whitestone.domain.coded import (
    AccidentClass,
    AccidentLink,
    Activation,
    AgeGroup,
    BodyPartCodes,
    CasualtyActivity,
    CasualtyOutcome,
    DisplacementStatus,
    EoCategory,
    EventType,
    HazardLinks,
    IdConfidence,
    InjuryTypeCodes,
    InvestigationType,
    OrganisationLink,
    Personal,
    PersonalDate,
    PersonStatus,
    PlacePrecision,
    Sex,
    TransportMeans,
)

__all__ = ["Accident", "Casualty"]


class Accident(Record, kw_only=True, omit_defaults=True):
    """A harmful event with explosive ordnance (IMAS 10.60)."""

    occurred_on: Maybe[DateText] = UNSET
    """As exactly as it is known: day, month or year."""
    occurred_at: Maybe[Text] = UNSET
    """The time of day, as written."""
    place_precision: Maybe[PlacePrecision] = UNSET
    accident_class: Maybe[AccidentClass] = UNSET
    event_type: Maybe[EventType] = UNSET
    device_category: Maybe[EoCategory] = UNSET
    device_confidence: Maybe[IdConfidence] = UNSET
    device_model: Maybe[Text] = UNSET
    """As written; what it means is a matter of the catalogue."""
    sources_named: Maybe[Texts] = UNSET
    """Lists and organisations said to have reported it, beside the dataset that it came with; never a person."""
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
    vehicle_damage: Maybe[Text] = UNSET
    marked_before: Maybe[bool] = UNSET
    marked_after: Maybe[bool] = UNSET
    ordnance_moved_before: Maybe[bool] = UNSET
    cleared_before: Maybe[bool] = UNSET
    cleared_by: Maybe[Text] = UNSET
    hazard_known_before: Maybe[bool] = UNSET
    hazard_ids: Maybe[HazardLinks] = UNSET
    terrain: Maybe[Text] = UNSET
    protective_equipment: Maybe[Text] = UNSET
    """Worn at the time, as the report says (demining accidents)."""
    investigation_type: Maybe[InvestigationType] = UNSET
    investigated_by: Maybe[OrganisationLink] = UNSET
    investigation_reported_on: Maybe[DateText] = UNSET
    root_cause: Maybe[Text] = UNSET
    recommendations: Maybe[Text] = UNSET


class Casualty(Record, kw_only=True, omit_defaults=True):
    """A person killed, injured or of unknown outcome; the statistical part."""

    accident_id: Maybe[AccidentLink] = UNSET
    occurred_on: Maybe[DateText] = UNSET
    occurred_at: Maybe[Text] = UNSET
    """The time of day, as written."""
    place_precision: Maybe[PlacePrecision] = UNSET
    outcome: Maybe[CasualtyOutcome] = UNSET
    died_later_on: Maybe[DateText] = UNSET
    """Counts as injured until then, as killed from then on; the day of the accident stays."""
    sex: Maybe[Sex] = UNSET
    age_years: Maybe[Count] = UNSET
    age_group: Maybe[AgeGroup] = UNSET
    age_band: Maybe[Text] = UNSET
    """As the source bands it; the band set is never forced into another."""
    person_status: Maybe[PersonStatus] = UNSET
    activity_at_time: Maybe[CasualtyActivity] = UNSET
    device_category: Maybe[EoCategory] = UNSET
    device_confidence: Maybe[IdConfidence] = UNSET
    device_model: Maybe[Text] = UNSET
    event_type: Maybe[EventType] = UNSET
    area_type: Maybe[Text] = UNSET
    displacement_status: Maybe[DisplacementStatus] = UNSET
    knew_danger: Maybe[bool] = UNSET
    device_seen: Maybe[bool] = UNSET
    education_before: Maybe[bool] = UNSET
    """Risk education received before the accident."""
    previous_accidents: Maybe[Count] = UNSET
    sources_named: Maybe[Texts] = UNSET
    """Lists and organisations said to have reported it, beside the dataset that it came with; never a person."""
    amputation: Maybe[bool] = UNSET
    """An injury with amputation is an injury."""
    injured_parts: Maybe[BodyPartCodes] = UNSET
    injury_types: Maybe[InjuryTypeCodes] = UNSET
    injuries: Maybe[list[dict[str, Any]]] = UNSET
    """Which was where, as far as a form tells: each has body_part and injury_type, codes of these lists."""
    first_aid: Maybe[bool] = UNSET
    """Given at the place of the accident."""
    transport_means: Maybe[TransportMeans] = UNSET
    hours_to_facility: Maybe[float] = UNSET
    facility: Maybe[Text] = UNSET
    """The first facility that the person was taken to."""
    referred_to: Maybe[Text] = UNSET
    referred_on: Maybe[DateText] = UNSET
    followed_up_on: Maybe[DateText] = UNSET
    follow_up: Maybe[Text] = UNSET
    """What became of the referral."""
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
