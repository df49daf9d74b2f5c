"""What does the reader propose of a sentence or two?"""

from __future__ import annotations

from whitestone.evidence.reading import ProposedClaim, read_claims

DATED_ON = "2023-06-15"


def read(text: str, dated_on: str | None = DATED_ON) -> list[ProposedClaim]:
    """List the proposals of a short text."""
    return list(read_claims(text, dated_on).claims)


def values(text: str, dated_on: str | None = DATED_ON) -> list[tuple[str, float | None, str | None]]:
    """List subject, value and unit of what is proposed."""
    return [(claim.subject, claim.value, claim.unit) for claim in read(text, dated_on)]
