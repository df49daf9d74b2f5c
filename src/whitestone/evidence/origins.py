"""Where does a claim come from, and which claims only hand it on?

A repetition confirms nothing, however many print it. A claim repeats another because a person said so (`repeats`), or
because one speaker gives one figure for one period and place again. Chains are followed to their origin; a chain that
comes back to itself has none and is flagged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from whitestone.domain.chains import cycles
from whitestone.evidence.claim_model import Claimed, Flag, said_first

__all__ = ["fold", "origin_of"]

STATED, ALIKE = "stated", "same speaker, figure, unit, period and place"


def origin_of(claim: str, repeats: Mapping[str, Sequence[str]]) -> str | None:
    """Follow `repeats` to the claim that repeats nothing; None where the chain comes back to itself.

    >>> origin_of("c", {"c": ["b"], "b": ["a"]}), origin_of("a", {"a": ["b"], "b": ["a"]}), origin_of("x", {})
    ('a', None, 'x')
    """
    seen = {claim}
    while linked := repeats.get(claim):
        claim = linked[0]
        if claim in seen:
            return None
        seen.add(claim)
    return claim


def fold(claims: Sequence[Claimed]) -> tuple[dict[str, tuple[str, str]], list[Flag]]:
    """Say of each claim that only repeats which origin it is folded under, and by which rule; with flags of rings.

    An origin that is not among the claims is kept as the origin all the same: claim -> (origin, rule).

    >>> one = Claimed(id="1", speaker="A", value=4, unit="killed", period_from="2020", as_of="2020-05")
    >>> two = Claimed(id="2", speaker="a", value=4, unit="killed", period_from="2020", as_of="2020-06")
    >>> fold([two, one])[0], fold([])
    ({'2': ('1', 'same speaker, figure, unit, period and place')}, ({}, []))
    """
    links = {each.id: each.repeats for each in claims if each.repeats}
    folded: dict[str, tuple[str, str]] = {}
    for each in claims:
        origin = origin_of(each.id, links)
        if origin is not None and origin != each.id:
            folded[each.id] = (origin, STATED)
    for group in _alike([each for each in claims if each.id not in folded]):
        first, *rest = sorted(group, key=said_first)
        folded |= {each.id: (first.id, ALIKE) for each in rest if each.id not in {to for to, _ in folded.values()}}
    # What was folded under a claim that is itself folded now belongs to that one's origin.
    folded = {claim: (folded[to][0] if to in folded else to, rule) for claim, (to, rule) in folded.items()}
    rings = [Flag("repeats-cycle", ring, "These claims are said to repeat each other in a ring: none of them is the "
                  "origin.") for ring in cycles(links)]  # fmt: skip
    return folded, rings


def _alike(claims: Sequence[Claimed]) -> list[list[Claimed]]:
    groups: dict[tuple[object, ...], list[Claimed]] = defaultdict(list)
    for each in claims:
        if each.speaker_key and each.value is not None and each.measure is not None and each.status != "withdrawn":
            key = (each.speaker_key, each.value, each.value_max, each.measure.name, each.place_key,
                   each.period_from, each.period_to, each.population)  # fmt: skip
            groups[key].append(each)
    return [group for group in groups.values() if len(group) > 1]
