"""How is an attribute of a noun declared, so that forms, mappings, exports and checks all read the same line?

Each attribute of each noun is a typed field; what the type cannot say (code list, unit, personal, link) is carried in
`msgspec.Meta(extra=...)` by the aliases here and in domain.coded. A revision states only some attributes: the default
is UNSET (nothing said); None means "stated as unknown", which is not zero and not absent.
"""

from __future__ import annotations

from typing import Annotated, TypeVar, Union

import msgspec
from msgspec import UNSET, Meta, UnsetType

from whitestone.domain.coded import InfoReliability, OrganisationLink, PlaceLink, Sensitivity, SourceReliability

__all__ = ["UNSET", "Count", "DateText", "Identifier", "Maybe", "Record", "Share", "SquareMetres", "Text", "Texts"]

T = TypeVar("T")
Maybe = Union[T, None, UnsetType]  # noqa: UP007 - a generic alias that msgspec resolves at run time

Text = Annotated[str, Meta(extra={"type": "text"})]
Texts = Annotated[list[str], Meta(extra={"type": "texts"})]
Identifier = Annotated[str, Meta(extra={"type": "identifier"})]
DateText = Annotated[str, Meta(extra={"type": "date"}, pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
Count = Annotated[int, Meta(extra={"type": "count"}, ge=0)]
SquareMetres = Annotated[float, Meta(extra={"type": "area", "unit": "m2"}, ge=0)]
Share = Annotated[float, Meta(extra={"type": "share"}, ge=0, le=1)]


class Record(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The header that every record may state (after IMAS 05.10)."""

    local_id: Maybe[Identifier] = UNSET
    """The id that people use; unique within its dataset and kind, kept as written."""
    name: Maybe[Text] = UNSET
    report_date: Maybe[DateText] = UNSET
    """The day on the report: not the day on which it was true, nor that of entry."""
    organisation_id: Maybe[OrganisationLink] = UNSET
    organisation_name: Maybe[Text] = UNSET
    """As the source writes it; the link is made by a match that a person can see."""
    donor: Maybe[Text] = UNSET
    place_id: Maybe[PlaceLink] = UNSET
    place_name: Maybe[Text] = UNSET
    geo_accuracy_m: Maybe[float] = UNSET
    geo_safe: Maybe[bool] = UNSET
    source_reliability: Maybe[SourceReliability] = UNSET
    info_reliability: Maybe[InfoReliability] = UNSET
    sensitivity: Maybe[Sensitivity] = UNSET
    legacy_ids: Maybe[Texts] = UNSET
    attachments: Maybe[Texts] = UNSET
    """SHA-256 of each attached file."""
    remarks: Maybe[Text] = UNSET
