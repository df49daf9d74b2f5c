"""What does a reader of documents propose, value by value?

A proposal is not a claim yet: a person confirms or corrects it before it counts.
"""

from __future__ import annotations

from msgspec import Struct, field

__all__ = ["DOCUMENT", "SUBJECTS", "UNITS", "DocumentFacts", "Flag", "ProposedClaim", "Reading"]

DOCUMENT = "document"
"""The speaker of what stands outside quotes and is attributed to nobody else."""

SUBJECTS = (
    "casualties", "accidents", "contamination", "clearance", "stockpiles", "records", "displacement", "producer",
    "responsibility", "obligation",
)  # fmt: skip
"""What a proposal can be about."""

UNITS = (
    "killed", "injured", "killed_or_injured", "casualties", "accidents", "mines", "items", "m2", "hectares", "km2",
    "minefields", "records", "per_cent", "per_cent_accurate", "displaced", "returned",
)  # fmt: skip
"""What can be counted; areas keep the unit as written."""


class ProposedClaim(Struct, frozen=True, kw_only=True):
    """One proposed claim: `text[start:end] == quote`, offsets in characters.

    `value` is the least number that the words allow, `value_max` the greatest of a range; both None for a statement
    without a quantity, and `unit` with them. `qualifier` is a code of claim_qualifier. Days are ISO dates of the
    precision that is known (2020, 2020-11, 2020-11-10). `about` and `place` stand as written. `instruments` names
    the agreements and duties of an obligation as written.
    """

    subject: str
    value: float | None
    value_max: float | None
    qualifier: str | None
    unit: str | None
    population: str | None
    place: str | None
    period_from: str | None
    period_to: str | None
    speaker: str
    about: str | None
    quote: str
    start: int
    end: int
    instruments: tuple[str, ...] = ()


class Flag(Struct, frozen=True, kw_only=True):
    """Figures of one text that do not add up; they are shown, never repaired. `claims` are positions in `claims`."""

    code: str
    total: float
    parts: tuple[float, ...]
    sum: float
    claims: tuple[int, ...]
    start: int
    end: int


class DocumentFacts(Struct, frozen=True, kw_only=True):
    """What a document says of itself: title, dates (ISO) and document symbols, as found at its head and in its text."""

    title: str | None = None
    dates: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()


class Reading(Struct, frozen=True, kw_only=True):
    """What was read out of one text; `language` is a two-letter code, or `und` where no rule decides."""

    language: str
    document: DocumentFacts = field(default_factory=DocumentFacts)
    claims: tuple[ProposedClaim, ...] = ()
    flags: tuple[Flag, ...] = ()
