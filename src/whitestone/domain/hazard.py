"""What is a hazard: an area, a spot or an indication where explosive ordnance is suspected or confirmed?

Classification, workflow status and the outcome of releases are three attributes (domain.md 1.3): systems that merge
them into one status column cannot say how much is left.
"""

from __future__ import annotations

from whitestone.domain.attributes import UNSET, Count, DateText, Links, Maybe, Record, SquareMetres, Text, coded

__all__ = ["Hazard"]


class Hazard(Record, kw_only=True, omit_defaults=True):
    """A suspected or confirmed hazardous area, spot or indication (IMAS 04.10, 08.10; domain.md 2.2)."""

    classification: Maybe[coded("hazard_class")] = UNSET  # type: ignore[valid-type]
    status: Maybe[coded("hazard_status")] = UNSET  # type: ignore[valid-type]
    status_changed_on: Maybe[DateText] = UNSET
    status_reason: Maybe[Text] = UNSET
    closure_reason: Maybe[coded("closure_reason")] = UNSET  # type: ignore[valid-type]
    closed_on: Maybe[DateText] = UNSET
    discovered_on: Maybe[DateText] = UNSET
    contamination: Maybe[coded("eo_category", many=True)] = UNSET  # type: ignore[valid-type]
    contamination_confirmed: Maybe[coded("eo_category", many=True)] = UNSET  # type: ignore[valid-type]
    evidence_direct: Maybe[coded("evidence_direct", many=True)] = UNSET  # type: ignore[valid-type]
    evidence_indirect: Maybe[coded("evidence_indirect", many=True)] = UNSET  # type: ignore[valid-type]
    area_reported_m2: Maybe[SquareMetres] = UNSET
    area_basis: Maybe[coded("area_basis")] = UNSET  # type: ignore[valid-type]
    remaining_reported_m2: Maybe[SquareMetres] = UNSET
    blockages: Maybe[coded("blockage", many=True)] = UNSET  # type: ignore[valid-type]
    beneficiaries_expected: Maybe[Count] = UNSET
    terrain: Maybe[Text] = UNSET
    vegetation: Maybe[Text] = UNSET
    marking: Maybe[Text] = UNSET
    land_use_before: Maybe[Text] = UNSET
    land_use_after: Maybe[Text] = UNSET
    reopened_from: Maybe[Links("hazard")] = UNSET  # type: ignore[valid-type]
    """Closed hazards on whose ground this one lies: a missed item, or new contamination (`reopened_reason`)."""
    reopened_reason: Maybe[coded("reopened_reason")] = UNSET  # type: ignore[valid-type]
    parent_ids: Maybe[Links("hazard")] = UNSET  # type: ignore[valid-type]
    """Hazards out of which this one was split or merged."""
    minefield_record_ids: Maybe[Links("minefield_record")] = UNSET  # type: ignore[valid-type]
