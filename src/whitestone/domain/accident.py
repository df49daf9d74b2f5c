"""What happened to people, told without saying who they are?

The statistical part only: what may identify a person is personal and sealed. An accident without casualties is an
accident; an unknown outcome is a category, not a gap (domain.md 5).
"""

from __future__ import annotations

from whitestone.domain.attributes import UNSET, Count, DateText, Link, Links, Maybe, Record, Text, coded, personal

__all__ = ["Accident", "Casualty"]


class Accident(Record, kw_only=True, omit_defaults=True):
    """A harmful event with explosive ordnance (IMAS 10.60; domain.md 5.2)."""

    occurred_on: Maybe[DateText] = UNSET
    accident_class: Maybe[coded("accident_class")] = UNSET  # type: ignore[valid-type]
    event_type: Maybe[coded("event_type")] = UNSET  # type: ignore[valid-type]
    device_category: Maybe[coded("eo_category")] = UNSET  # type: ignore[valid-type]
    device_confidence: Maybe[coded("id_confidence")] = UNSET  # type: ignore[valid-type]
    activation: Maybe[coded("activation")] = UNSET  # type: ignore[valid-type]
    activity_at_time: Maybe[coded("casualty_activity")] = UNSET  # type: ignore[valid-type]
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
    hazard_known_before: Maybe[bool] = UNSET
    hazard_ids: Maybe[Links("hazard")] = UNSET  # type: ignore[valid-type]


class Casualty(Record, kw_only=True, omit_defaults=True):
    """A person killed, injured or of unknown outcome; the statistical part (domain.md 5.3)."""

    accident_id: Maybe[Link("accident")] = UNSET  # type: ignore[valid-type]
    occurred_on: Maybe[DateText] = UNSET
    outcome: Maybe[coded("casualty_outcome")] = UNSET  # type: ignore[valid-type]
    died_later_on: Maybe[DateText] = UNSET
    sex: Maybe[coded("sex")] = UNSET  # type: ignore[valid-type]
    age_years: Maybe[Count] = UNSET
    age_group: Maybe[coded("age_group")] = UNSET  # type: ignore[valid-type]
    age_band: Maybe[Text] = UNSET
    """As the source bands it; the band set is never forced into another."""
    person_status: Maybe[coded("person_status")] = UNSET  # type: ignore[valid-type]
    activity_at_time: Maybe[coded("casualty_activity")] = UNSET  # type: ignore[valid-type]
    device_category: Maybe[coded("eo_category")] = UNSET  # type: ignore[valid-type]
    event_type: Maybe[coded("event_type")] = UNSET  # type: ignore[valid-type]
    area_type: Maybe[Text] = UNSET
    amputation: Maybe[bool] = UNSET
    persons: Maybe[Count] = UNSET
    """How many persons this row stands for; absent means one."""
    person_name: Maybe[personal()] = UNSET  # type: ignore[valid-type]
    birth_date: Maybe[personal("date")] = UNSET  # type: ignore[valid-type]
    home: Maybe[personal()] = UNSET  # type: ignore[valid-type]
    contact: Maybe[personal()] = UNSET  # type: ignore[valid-type]
    document_number: Maybe[personal()] = UNSET  # type: ignore[valid-type]
    ethnicity: Maybe[personal()] = UNSET  # type: ignore[valid-type]
