"""Who says what, in which document, with which words and how well graded?

A claim has an author and is never adopted; the claims issue fills this shape with reading and comparison.
"""

from __future__ import annotations

from whitestone.domain.attributes import UNSET, Count, DateText, Identifier, Maybe, Record, Text, Texts
from whitestone.domain.coded import (
    ClaimLinks,
    ClaimQualifier,
    ClaimStatus,
    DocumentLink,
    InfoReliability,
    SourceLink,
    SourceReliability,
    SourceType,
)

__all__ = ["Claim", "Document", "Source"]


class Source(Record, kw_only=True, omit_defaults=True):
    """One who says."""

    source_type: Maybe[SourceType] = UNSET
    affiliation: Maybe[Text] = UNSET
    language: Maybe[Text] = UNSET
    url: Maybe[Text] = UNSET
    archived_url: Maybe[Text] = UNSET


class Document(Record, kw_only=True, omit_defaults=True):
    """In what it is said; a letter has several dates and may have several symbols."""

    source_id: Maybe[SourceLink] = UNSET
    title: Maybe[Text] = UNSET
    dated_on: Maybe[DateText] = UNSET
    published_on: Maybe[DateText] = UNSET
    received_on: Maybe[DateText] = UNSET
    symbols: Maybe[Texts] = UNSET
    language: Maybe[Text] = UNSET
    pages: Maybe[Count] = UNSET
    sha256: Maybe[Identifier] = UNSET
    translation_of: Maybe[DocumentLink] = UNSET
    annexed_to: Maybe[DocumentLink] = UNSET


class Claim(Record, kw_only=True, omit_defaults=True):
    """What exactly is said."""

    document_id: Maybe[DocumentLink] = UNSET
    locator: Maybe[Text] = UNSET
    quote: Maybe[Text] = UNSET
    language: Maybe[Text] = UNSET
    translation: Maybe[Text] = UNSET
    subject: Maybe[Text] = UNSET
    value: Maybe[float] = UNSET
    value_max: Maybe[float] = UNSET
    qualifier: Maybe[ClaimQualifier] = UNSET
    unit: Maybe[Text] = UNSET
    population: Maybe[Text] = UNSET
    asserted_by: Maybe[Text] = UNSET
    about: Maybe[Text] = UNSET
    period_from: Maybe[DateText] = UNSET
    period_to: Maybe[DateText] = UNSET
    as_of: Maybe[DateText] = UNSET
    source_grade: Maybe[SourceReliability] = UNSET
    info_grade: Maybe[InfoReliability] = UNSET
    claim_status: Maybe[ClaimStatus] = UNSET
    repeats: Maybe[ClaimLinks] = UNSET
    supersedes: Maybe[ClaimLinks] = UNSET
