"""Who checked the work, what did not conform, and was it put right?"""

from __future__ import annotations

from typing import Any

from whitestone.domain.attributes import UNSET, Count, DateText, Link, Maybe, Record, SquareMetres, Text, coded

__all__ = ["Inspection"]


class Inspection(Record, kw_only=True, omit_defaults=True):
    """A QA visit or a QC sample (IMAS 07.40, 09.20; domain.md 2.3)."""

    inspection_type: Maybe[coded("inspection_type")] = UNSET  # type: ignore[valid-type]
    inspected_on: Maybe[DateText] = UNSET
    activity_id: Maybe[Link("activity")] = UNSET  # type: ignore[valid-type]
    inspected_organisation_id: Maybe[Link("organisation")] = UNSET  # type: ignore[valid-type]
    result: Maybe[coded("inspection_result")] = UNSET  # type: ignore[valid-type]
    nonconformities: Maybe[list[dict[str, Any]]] = UNSET
    """Each: severity (nonconformity), text, measure, deadline, closed_on."""
    lot_area_m2: Maybe[SquareMetres] = UNSET
    sample_area_m2: Maybe[SquareMetres] = UNSET
    items_missed: Maybe[Count] = UNSET
    method: Maybe[Text] = UNSET
