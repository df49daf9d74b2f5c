"""Which figures of one sentence should add up and do not?"""

from __future__ import annotations

from collections.abc import Sequence

from whitestone.evidence.reading.model import Flag, ProposedClaim

__all__ = ["sums_that_differ"]

_WHOLES = ("casualties", "killed_or_injured")
_EXACT = ("exact", "sum")


def sums_that_differ(claims: Sequence[ProposedClaim], offset: int = 0, *,
                     is_open: bool = False, has_rest: bool = False) -> list[Flag]:  # fmt: skip
    """Flag totals of one sentence whose parts, killed and injured or civilians and military, give another sum.

    `offset` is the position of the first claim among all claims of the text. `is_open`: the parts are named as some of
    the whole ("including", "of whom"), so that they may lack some but never exceed it. `has_rest`:
    some have an unknown outcome, so that nothing needs to add up. Figures are shown, not repaired.

    >>> sums_that_differ([])
    []
    """
    if has_rest:
        return []
    numbered = [(offset + at, claim) for at, claim in enumerate(claims) if claim.subject == "casualties"]
    totals = [(at, claim) for at, claim in numbered if claim.unit in _WHOLES and claim.population in (None, "all")]
    found = []
    for at, total in totals[:1]:
        for parts in (_by_outcome(numbered), _by_population(numbered, total.unit)):
            whole = [claim for _, claim in parts]
            if len(parts) != 2 or any(claim.qualifier not in _EXACT for claim in [total, *whole]):
                continue
            values = tuple(claim.value or 0.0 for claim in whole)
            if total.value is not None and (
                sum(values) > total.value if is_open else sum(values) != total.value
            ):
                where = (at, *(position for position, _ in parts))
                found.append(Flag(code="sum-differs", total=total.value, parts=values, sum=sum(values), claims=where,
                                  start=total.start, end=total.end))  # fmt: skip
    return found


def _by_outcome(claims: Sequence[tuple[int, ProposedClaim]]) -> list[tuple[int, ProposedClaim]]:
    parts = [pair for pair in claims if pair[1].unit in ("killed", "injured")]
    return parts if sorted(pair[1].unit or "" for pair in parts) == ["injured", "killed"] else []


def _by_population(claims: Sequence[tuple[int, ProposedClaim]], unit: str | None) -> list[tuple[int, ProposedClaim]]:
    parts = [pair for pair in claims if pair[1].population in ("civilians", "military") and pair[1].unit == unit]
    return parts if sorted(pair[1].population or "" for pair in parts) == ["civilians", "military"] else []
