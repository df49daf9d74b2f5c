"""Which claims does the plain text of a document make, by rules that a person can read and extend?"""

from __future__ import annotations

from whitestone.evidence.reading.engine import read_claims
from whitestone.evidence.reading.language import detect_language, why_not_read
from whitestone.evidence.reading.model import (
    DOCUMENT,
    SUBJECTS,
    UNITS,
    DocumentFacts,
    Flag,
    ProposedClaim,
    Reading,
)

__all__ = [
    "DOCUMENT", "SUBJECTS", "UNITS", "DocumentFacts", "Flag", "ProposedClaim", "Reading", "detect_language",
    "read_claims", "why_not_read",
]  # fmt: skip
