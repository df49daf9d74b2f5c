"""How is an attribute of a noun declared, so that forms, mappings, exports and checks all read the same line?

Each attribute of each noun is a typed field; what the type cannot say (code list, unit, personal, link) is carried in
`msgspec.Meta(extra=...)` by the aliases here. A revision states only some attributes: the default is UNSET (nothing
said); None means "stated as unknown", which is not zero and not absent.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar, Union

import msgspec
from msgspec import UNSET, Meta, UnsetType

__all__ = ["UNSET", "Count", "DateText", "Identifier", "Link", "Links", "Maybe", "Record", "Share", "SquareMetres",
           "Text", "Texts", "coded", "personal"]

T = TypeVar("T")
Maybe = Union[T, None, UnsetType]  # noqa: UP007 - a generic alias that msgspec resolves at run time

Text = Annotated[str, Meta(extra={"type": "text"})]
Texts = Annotated[list[str], Meta(extra={"type": "texts"})]
Identifier = Annotated[str, Meta(extra={"type": "identifier"})]
DateText = Annotated[str, Meta(extra={"type": "date"}, pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
Count = Annotated[int, Meta(extra={"type": "count"}, ge=0)]
SquareMetres = Annotated[float, Meta(extra={"type": "area", "unit": "m2"}, ge=0)]
Share = Annotated[float, Meta(extra={"type": "share"}, ge=0, le=1)]


def Link(kind: str) -> Any:  # noqa: N802 - reads as a type
    """Declare a link to one record of `kind`, by record id."""
    return Annotated[str, Meta(extra={"type": "link", "to": kind})]


def Links(kind: str) -> Any:  # noqa: N802 - reads as a type
    """Declare links to several records of `kind`, by record id."""
    return Annotated[list[str], Meta(extra={"type": "links", "to": kind})]


def coded(codes: str, *, many: bool = False) -> Any:
    """Declare an attribute whose value is a code of the list `codes` (domain.codes), or several."""
    extra = {"type": "codes" if many else "code", "codes": codes}
    return Annotated[list[str], Meta(extra=extra)] if many else Annotated[str, Meta(extra=extra)]


def personal(kind_of: str = "text") -> Any:
    """Declare an attribute that may identify a person: it is sealed, never stored or shown in the clear."""
    return Annotated[str, Meta(extra={"type": kind_of, "personal": True})]


class Record(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The header that every record may state (domain.md 2.1, after IMAS 05.10)."""

    local_id: Maybe[Identifier] = UNSET
    """The id that people use; unique within its dataset and kind, kept as written."""
    name: Maybe[Text] = UNSET
    report_date: Maybe[DateText] = UNSET
    """The day on the report: not the day on which it was true, nor that of entry."""
    organisation_id: Maybe[Link("organisation")] = UNSET  # type: ignore[valid-type]
    organisation_name: Maybe[Text] = UNSET
    """As the source writes it; the link is made by a match that a person can see."""
    donor: Maybe[Text] = UNSET
    place_id: Maybe[Link("place")] = UNSET  # type: ignore[valid-type]
    place_name: Maybe[Text] = UNSET
    geo_accuracy_m: Maybe[float] = UNSET
    geo_safe: Maybe[bool] = UNSET
    source_reliability: Maybe[coded("source_reliability")] = UNSET  # type: ignore[valid-type]
    info_reliability: Maybe[coded("info_reliability")] = UNSET  # type: ignore[valid-type]
    sensitivity: Maybe[coded("sensitivity")] = UNSET  # type: ignore[valid-type]
    legacy_ids: Maybe[Texts] = UNSET
    attachments: Maybe[Texts] = UNSET
    """SHA-256 of each attached file."""
    remarks: Maybe[Text] = UNSET
