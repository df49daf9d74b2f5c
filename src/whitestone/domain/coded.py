"""Which alias declares each coded or linked attribute, so that a type checker can read the nouns?

One alias per code list and per link. `codes` must name a list of domain.codes, `to` a kind of domain.kinds; tests
keep both. Plain aliases, because a type checker does not run calls inside annotations.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

__all__ = [
    "AccidentClass",
    "AccidentLink",
    "Activation",
    "ActivityLink",
    "ActivityStatus",
    "ActivityType",
    "AgeGroup",
    "AreaBasis",
    "BlockageCodes",
    "BodyPartCodes",
    "CasualtyActivity",
    "CasualtyLink",
    "CasualtyOutcome",
    "ClaimLinks",
    "ClaimQualifier",
    "ClaimStatus",
    "ClosureReason",
    "ConsentForm",
    "ConsentPurpose",
    "CustodyStatus",
    "DatasetEdition",
    "DatasetLink",
    "DecisionType",
    "DisplacementStatus",
    "DisposalOutcome",
    "DocumentLink",
    "DocumentLinks",
    "EoCategory",
    "EoCategoryCodes",
    "EoState",
    "EventType",
    "EvidenceDirectCodes",
    "EvidenceIndirectCodes",
    "FindingSeverity",
    "FindingState",
    "HazardAccess",
    "HazardClass",
    "HazardLinks",
    "HazardStatus",
    "IdBasis",
    "IdConfidence",
    "InfoReliability",
    "InjuryTypeCodes",
    "InspectionResult",
    "InspectionType",
    "InvestigationType",
    "MappingLink",
    "MarkLegibility",
    "MarkTechnique",
    "MinefieldRecordLinks",
    "OperationalMethod",
    "OrganisationLink",
    "OrganisationType",
    "PeriodStatus",
    "PersonStatus",
    "Personal",
    "PersonalDate",
    "PlaceLink",
    "PlacePrecision",
    "PlaceType",
    "ProtectedRole",
    "RecordStandard",
    "ReleaseOutcome",
    "ReopenedReason",
    "RunStatus",
    "Sensitivity",
    "Sex",
    "SharedWith",
    "SourceLink",
    "SourceReliability",
    "SourceType",
    "TaskLink",
    "TaskStatus",
    "TransportMeans",
]

AccidentClass = Annotated[str, Meta(extra={"type": "code", "codes": "accident_class"})]
Activation = Annotated[str, Meta(extra={"type": "code", "codes": "activation"})]
ActivityStatus = Annotated[str, Meta(extra={"type": "code", "codes": "activity_status"})]
ActivityType = Annotated[str, Meta(extra={"type": "code", "codes": "activity_type"})]
AgeGroup = Annotated[str, Meta(extra={"type": "code", "codes": "age_group"})]
AreaBasis = Annotated[str, Meta(extra={"type": "code", "codes": "area_basis"})]
CasualtyActivity = Annotated[str, Meta(extra={"type": "code", "codes": "casualty_activity"})]
CasualtyOutcome = Annotated[str, Meta(extra={"type": "code", "codes": "casualty_outcome"})]
ClaimQualifier = Annotated[str, Meta(extra={"type": "code", "codes": "claim_qualifier"})]
ClaimStatus = Annotated[str, Meta(extra={"type": "code", "codes": "claim_status"})]
ClosureReason = Annotated[str, Meta(extra={"type": "code", "codes": "closure_reason"})]
CustodyStatus = Annotated[str, Meta(extra={"type": "code", "codes": "custody_status"})]
DatasetEdition = Annotated[str, Meta(extra={"type": "code", "codes": "dataset_edition"})]
DecisionType = Annotated[str, Meta(extra={"type": "code", "codes": "decision_type"})]
DisplacementStatus = Annotated[str, Meta(extra={"type": "code", "codes": "displacement_status"})]
DisposalOutcome = Annotated[str, Meta(extra={"type": "code", "codes": "disposal_outcome"})]
EoCategory = Annotated[str, Meta(extra={"type": "code", "codes": "eo_category"})]
EoState = Annotated[str, Meta(extra={"type": "code", "codes": "eo_state"})]
EventType = Annotated[str, Meta(extra={"type": "code", "codes": "event_type"})]
FindingSeverity = Annotated[str, Meta(extra={"type": "code", "codes": "finding_severity"})]
FindingState = Annotated[str, Meta(extra={"type": "code", "codes": "finding_state"})]
HazardAccess = Annotated[str, Meta(extra={"type": "code", "codes": "hazard_access"})]
HazardClass = Annotated[str, Meta(extra={"type": "code", "codes": "hazard_class"})]
HazardStatus = Annotated[str, Meta(extra={"type": "code", "codes": "hazard_status"})]
IdBasis = Annotated[str, Meta(extra={"type": "code", "codes": "id_basis"})]
IdConfidence = Annotated[str, Meta(extra={"type": "code", "codes": "id_confidence"})]
InfoReliability = Annotated[str, Meta(extra={"type": "code", "codes": "info_reliability"})]
InspectionResult = Annotated[str, Meta(extra={"type": "code", "codes": "inspection_result"})]
InspectionType = Annotated[str, Meta(extra={"type": "code", "codes": "inspection_type"})]
InvestigationType = Annotated[str, Meta(extra={"type": "code", "codes": "investigation_type"})]
MarkLegibility = Annotated[str, Meta(extra={"type": "code", "codes": "mark_legibility"})]
MarkTechnique = Annotated[str, Meta(extra={"type": "code", "codes": "mark_technique"})]
OperationalMethod = Annotated[str, Meta(extra={"type": "code", "codes": "operational_method"})]
OrganisationType = Annotated[str, Meta(extra={"type": "code", "codes": "organisation_type"})]
PeriodStatus = Annotated[str, Meta(extra={"type": "code", "codes": "period_status"})]
PersonStatus = Annotated[str, Meta(extra={"type": "code", "codes": "person_status"})]
PlacePrecision = Annotated[str, Meta(extra={"type": "code", "codes": "place_precision"})]
PlaceType = Annotated[str, Meta(extra={"type": "code", "codes": "place_type"})]
RecordStandard = Annotated[str, Meta(extra={"type": "code", "codes": "record_standard"})]
ReleaseOutcome = Annotated[str, Meta(extra={"type": "code", "codes": "release_outcome"})]
ReopenedReason = Annotated[str, Meta(extra={"type": "code", "codes": "reopened_reason"})]
RunStatus = Annotated[str, Meta(extra={"type": "code", "codes": "run_status"})]
Sensitivity = Annotated[str, Meta(extra={"type": "code", "codes": "sensitivity"})]
Sex = Annotated[str, Meta(extra={"type": "code", "codes": "sex"})]
SourceReliability = Annotated[str, Meta(extra={"type": "code", "codes": "source_reliability"})]
SourceType = Annotated[str, Meta(extra={"type": "code", "codes": "source_type"})]
TaskStatus = Annotated[str, Meta(extra={"type": "code", "codes": "task_status"})]
TransportMeans = Annotated[str, Meta(extra={"type": "code", "codes": "transport_means"})]

BlockageCodes = Annotated[list[str], Meta(extra={"type": "codes", "codes": "blockage"})]
BodyPartCodes = Annotated[list[str], Meta(extra={"type": "codes", "codes": "body_part"})]
EoCategoryCodes = Annotated[list[str], Meta(extra={"type": "codes", "codes": "eo_category"})]
EvidenceDirectCodes = Annotated[list[str], Meta(extra={"type": "codes", "codes": "evidence_direct"})]
EvidenceIndirectCodes = Annotated[list[str], Meta(extra={"type": "codes", "codes": "evidence_indirect"})]
InjuryTypeCodes = Annotated[list[str], Meta(extra={"type": "codes", "codes": "injury_type"})]

AccidentLink = Annotated[str, Meta(extra={"type": "link", "to": "accident"})]
ActivityLink = Annotated[str, Meta(extra={"type": "link", "to": "activity"})]
DatasetLink = Annotated[str, Meta(extra={"type": "link", "to": "dataset"})]
DocumentLink = Annotated[str, Meta(extra={"type": "link", "to": "document"})]
MappingLink = Annotated[str, Meta(extra={"type": "link", "to": "mapping"})]
OrganisationLink = Annotated[str, Meta(extra={"type": "link", "to": "organisation"})]
PlaceLink = Annotated[str, Meta(extra={"type": "link", "to": "place"})]
SourceLink = Annotated[str, Meta(extra={"type": "link", "to": "source"})]
TaskLink = Annotated[str, Meta(extra={"type": "link", "to": "task"})]
ClaimLinks = Annotated[list[str], Meta(extra={"type": "links", "to": "claim"})]
DocumentLinks = Annotated[list[str], Meta(extra={"type": "links", "to": "document"})]
HazardLinks = Annotated[list[str], Meta(extra={"type": "links", "to": "hazard"})]
MinefieldRecordLinks = Annotated[list[str], Meta(extra={"type": "links", "to": "minefield_record"})]

CasualtyLink = Annotated[str, Meta(extra={"type": "link", "to": "casualty"})]
ConsentForm = Annotated[str, Meta(extra={"type": "code", "codes": "consent_form"})]
ConsentPurpose = Annotated[str, Meta(extra={"type": "code", "codes": "consent_purpose"})]
ProtectedRole = Annotated[str, Meta(extra={"type": "code", "codes": "protected_role"})]
SharedWith = Annotated[str, Meta(extra={"type": "code", "codes": "shared_with"})]

# Personal values are sealed before they touch the disk; they are never stored or shown in the clear.
Personal = Annotated[str, Meta(extra={"type": "text", "personal": True})]
PersonalDate = Annotated[str, Meta(extra={"type": "date", "personal": True})]
