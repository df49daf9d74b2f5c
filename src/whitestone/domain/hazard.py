"""What is a hazard: an area, a spot or an indication where explosive ordnance is suspected or confirmed?

Classification, workflow status and the outcome of releases are three attributes (after IMAS 07.11): systems that merge
them into one status column cannot say how much is left.
"""

from __future__ import annotations

from whitestone.domain.attributes import UNSET, Count, DateText, Maybe, Record, SquareMetres, Text
from whitestone.domain.coded import (
    AreaBasis,
    BlockageCodes,
    ClosureReason,
    EoCategoryCodes,
    EvidenceDirectCodes,
    EvidenceIndirectCodes,
    HazardAccess,
    HazardClass,
    HazardLinks,
    HazardStatus,
    MinefieldRecordLinks,
    Personal,
    ReopenedReason,
)

__all__ = ["Hazard"]


class Hazard(Record, kw_only=True, omit_defaults=True):
    """A suspected or confirmed hazardous area, spot or indication (IMAS 04.10, 08.10)."""

    classification: Maybe[HazardClass] = UNSET
    status: Maybe[HazardStatus] = UNSET
    status_changed_on: Maybe[DateText] = UNSET
    status_reason: Maybe[Text] = UNSET
    closure_reason: Maybe[ClosureReason] = UNSET
    closed_on: Maybe[DateText] = UNSET
    discovered_on: Maybe[DateText] = UNSET
    contamination: Maybe[EoCategoryCodes] = UNSET
    contamination_confirmed: Maybe[EoCategoryCodes] = UNSET
    evidence_direct: Maybe[EvidenceDirectCodes] = UNSET
    evidence_indirect: Maybe[EvidenceIndirectCodes] = UNSET
    area_reported_m2: Maybe[SquareMetres] = UNSET
    area_basis: Maybe[AreaBasis] = UNSET
    remaining_reported_m2: Maybe[SquareMetres] = UNSET
    blockages: Maybe[BlockageCodes] = UNSET
    beneficiaries_expected: Maybe[Count] = UNSET
    beneficiaries_confirmed: Maybe[Count] = UNSET
    access: Maybe[HazardAccess] = UNSET
    """Whether teams can reach it: land that cannot be reached is told beside the ledger."""
    access_note: Maybe[Text] = UNSET
    terrain: Maybe[Text] = UNSET
    slope: Maybe[Text] = UNSET
    soil: Maybe[Text] = UNSET
    metal_contamination: Maybe[Text] = UNSET
    vegetation: Maybe[Text] = UNSET
    marking: Maybe[Text] = UNSET
    marked_on: Maybe[DateText] = UNSET
    marking_checked_on: Maybe[DateText] = UNSET
    marking_condition: Maybe[Text] = UNSET
    landowner: Maybe[Personal] = UNSET
    land_use_before: Maybe[Text] = UNSET
    land_use_after: Maybe[Text] = UNSET
    reopened_from: Maybe[HazardLinks] = UNSET
    """Closed hazards on whose ground this one lies: a missed item, or new contamination (`reopened_reason`)."""
    reopened_reason: Maybe[ReopenedReason] = UNSET
    parent_ids: Maybe[HazardLinks] = UNSET
    """Hazards out of which this one was split or merged."""
    minefield_record_ids: Maybe[MinefieldRecordLinks] = UNSET
