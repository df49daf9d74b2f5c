"""How does the reader go from a text to its proposals?"""

from __future__ import annotations

from whitestone.evidence.reading.language import detect_language
from whitestone.evidence.reading.model import Reading

__all__ = ["read_claims"]


def read_claims(text: str, dated_on: str | None = None, title: str | None = None) -> Reading:
    """Propose the claims of a text, each with its span and its speaker.

    >>> read_claims("").claims
    ()
    """
    return Reading(language=detect_language(text))
