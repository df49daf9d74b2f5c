"""Who checked the work, what did not conform, and was it put right?"""

from __future__ import annotations

from typing import Any

from whitestone.domain.attributes import UNSET, Count, DateText, Maybe, Record, SquareMetres, Text
from whitestone.domain.coded import ActivityLink, InspectionResult, InspectionType, OrganisationLink

__all__ = ["Inspection"]


class Inspection(Record, kw_only=True, omit_defaults=True):
    """A QA visit or a QC sample (IMAS 07.40, 09.20)."""

    inspection_type: Maybe[InspectionType] = UNSET
    inspected_on: Maybe[DateText] = UNSET
    activity_id: Maybe[ActivityLink] = UNSET
    inspected_organisation_id: Maybe[OrganisationLink] = UNSET
    checklist: Maybe[Text] = UNSET
    """Which checklist was used, with its version."""
    result: Maybe[InspectionResult] = UNSET
    measures_taken: Maybe[Text] = UNSET
    deadline_on: Maybe[DateText] = UNSET
    closed_on: Maybe[DateText] = UNSET
    nonconformities: Maybe[list[dict[str, Any]]] = UNSET
    """Each: severity (nonconformity), text, measure, deadline, closed_on."""
    lot_area_m2: Maybe[SquareMetres] = UNSET
    sample_area_m2: Maybe[SquareMetres] = UNSET
    items_missed: Maybe[Count] = UNSET
    method: Maybe[Text] = UNSET
