"""Who says what, in which document, with which words and how well graded?

A claim has an author and is never adopted: it is kept as it was said, beside others and beside the programme's own
figure. A grade belongs to one claim (source, statement, moment): neither a letter's grade nor a source's passes on to
what is annexed to it or said by it. F and 6 say that nobody has judged yet; they are where every claim begins.
"""

from __future__ import annotations

from typing import Any

from whitestone.domain.attributes import UNSET, Count, DateText, Identifier, Maybe, Record, Text, Texts
from whitestone.domain.coded import (
    ClaimLinks,
    ClaimQualifier,
    ClaimStatus,
    DocumentLink,
    InfoReliability,
    Personal,
    SourceLink,
    SourceReliability,
    SourceType,
)

__all__ = ["QUOTE_LIMIT", "UNJUDGED", "Claim", "Document", "Source"]

QUOTE_LIMIT = 600
"""Characters of a quote at most: enough to see what was said, no copy of the document."""

UNJUDGED = ("F", "6")
"""The grades of source and statement of a claim that nobody has judged."""


class Source(Record, kw_only=True, omit_defaults=True):
    """One who says."""

    source_type: Maybe[SourceType] = UNSET
    affiliation: Maybe[Text] = UNSET
    language: Maybe[Text] = UNSET
    url: Maybe[Text] = UNSET
    archived_url: Maybe[Text] = UNSET


class Document(Record, kw_only=True, omit_defaults=True):
    """In what it is said; a letter has several dates and may have several symbols.

    A report that is annexed to a letter is a document of its own, with its own author: `annexed_to` names the letter.
    """

    source_id: Maybe[SourceLink] = UNSET
    title: Maybe[Text] = UNSET
    dated_on: Maybe[DateText] = UNSET
    """The day on the document itself; of a letter, the day on which it was written."""
    masthead_on: Maybe[DateText] = UNSET
    """The day under the symbol of the body that circulates it."""
    published_on: Maybe[DateText] = UNSET
    received_on: Maybe[DateText] = UNSET
    symbols: Maybe[Texts] = UNSET
    """Document symbols, normalised (`domain.claim_words.symbol`); a letter to two organs has two."""
    symbols_as_written: Maybe[Texts] = UNSET
    addressee: Maybe[Text] = UNSET
    circulated_for: Maybe[Text] = UNSET
    """At whose request it was circulated; circulation is no endorsement."""
    url: Maybe[Text] = UNSET
    archived_url: Maybe[Text] = UNSET
    language: Maybe[Text] = UNSET
    pages: Maybe[Count] = UNSET
    sha256: Maybe[Identifier] = UNSET
    """The original, kept as a sealed attachment with its log of custody."""
    text_sha256: Maybe[Identifier] = UNSET
    """The working copy: the text that spans of claims count in, with names of persons blotted out."""
    original_name: Maybe[Personal] = UNSET
    """The name of the file, which may be a person's."""
    names_in_text: Maybe[Personal] = UNSET
    """Names of persons that were blotted out of the working copy, one a line."""
    translation_of: Maybe[DocumentLink] = UNSET
    annexed_to: Maybe[DocumentLink] = UNSET
    withdrawn_on: Maybe[DateText] = UNSET
    """When its source took it back; it stays, and so do its claims, marked."""


class Claim(Record, kw_only=True, omit_defaults=True):
    """What exactly is said."""

    document_id: Maybe[DocumentLink] = UNSET
    locator: Maybe[Text] = UNSET
    """Page or paragraph, as a reader of the original counts them."""
    quote: Maybe[Text] = UNSET
    """Verbatim, at most QUOTE_LIMIT characters, names of persons blotted out."""
    quote_start: Maybe[Count] = UNSET
    quote_end: Maybe[Count] = UNSET
    """Characters into the working copy of the document's text: first, and first after."""
    quote_found: Maybe[bool] = UNSET
    """Whether the quote stood at its span when it was entered; nothing where the document has no text here."""
    quote_in_full: Maybe[Personal] = UNSET
    """The quote with the names that were blotted out."""
    language: Maybe[Text] = UNSET
    translation: Maybe[Text] = UNSET
    subject: Maybe[Text] = UNSET
    value: Maybe[float] = UNSET
    """The least number that the words allow."""
    value_max: Maybe[float] = UNSET
    value_as_written: Maybe[Text] = UNSET
    qualifier: Maybe[ClaimQualifier] = UNSET
    unit: Maybe[Text] = UNSET
    """What is counted, by the words of `domain.claim_words.UNITS` where one of them fits."""
    unit_as_written: Maybe[Text] = UNSET
    parts: Maybe[list[dict[str, Any]]] = UNSET
    """What the claim itself adds up: each part with value and, where said, unit or population; never repaired."""
    population: Maybe[Text] = UNSET
    asserted_by: Maybe[Text] = UNSET
    """Who says it: the speaker; who printed it is the document's source."""
    about: Maybe[Text] = UNSET
    period_from: Maybe[DateText] = UNSET
    period_to: Maybe[DateText] = UNSET
    period_as_written: Maybe[Text] = UNSET
    as_of: Maybe[DateText] = UNSET
    """The day on which it was said."""
    published_by: Maybe[Text] = UNSET
    published_on: Maybe[DateText] = UNSET
    source_url: Maybe[Text] = UNSET
    """Who printed it, when and where, as a table of claims says; `claims gather` makes documents and sources of it."""
    source_grade: Maybe[SourceReliability] = UNSET
    info_grade: Maybe[InfoReliability] = UNSET
    claim_status: Maybe[ClaimStatus] = UNSET
    withdrawn_on: Maybe[DateText] = UNSET
    repeats: Maybe[ClaimLinks] = UNSET
    """The claim that this one hands on: it confirms nothing."""
    supersedes: Maybe[ClaimLinks] = UNSET
    supports: Maybe[ClaimLinks] = UNSET
    contradicts: Maybe[ClaimLinks] = UNSET
