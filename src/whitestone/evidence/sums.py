"""Does what a claim adds up come to what it says: 65 dead and 278 injured against 345?

What does not add up is flagged with its numbers and left as it was said. Three places are looked at: the parts that a
claim states, sums that stand in its words or in a remark (`17 killed + 112 injured`), and claims of one document that
are parts of one total.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from whitestone.evidence.claim_model import Claimed, Flag

__all__ = ["failing_sums", "over_total", "sums_in", "written"]

_NUMBER = r"\d{1,3}(?:[,   ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_TERM = rf"(?:{_NUMBER})(?![\d%])"
_SUM = re.compile(rf"({_TERM})((?:[^+\d=;.]{{0,40}}\+\s*(?:{_TERM}))+)(?:[^+\d=;.]{{0,40}}=\s*({_TERM}))?")
_HUNDREDTH = 0.005
_OPEN = ("at_least", "more_than", "about", "up_to", "at_most", "less_than", "range")


def sums_in(text: str | None) -> list[tuple[list[float], float | None]]:
    """List the sums that a text writes with plus signs: the terms, and the total after an equals sign or None.

    >>> sums_in("6 killed + 29 injured + 9 amputees = 44"), sums_in("650.28 + 152.29 add up"), sums_in(None)
    ([([6.0, 29.0, 9.0], 44.0)], [([650.28, 152.29], None)], [])
    """
    found = []
    # What stands in brackets is a part of the term before it: `83 civilians (17 minors) + 35 combatants`.
    for match in _SUM.finditer(re.sub(r"\([^()]*\)", " ", text or "")):
        terms = [_number(each) for each in re.findall(_TERM, match[1] + match[2])]
        found.append((terms, _number(match[3]) if match[3] else None))
    return found


def over_total(parts: Iterable[float], total: float) -> bool:
    """Say whether parts come to more than their total.

    >>> over_total([65, 290], 345), over_total([], 0)
    (True, False)
    """
    return sum(parts) > total + _HUNDREDTH


def failing_sums(claims: Sequence[Claimed]) -> list[Flag]:
    """List what does not add up within claims, and among the claims of one document and speaker.

    >>> said = {"speaker": "A", "document": "d", "place_key": "x", "period_from": "2020", "period_to": "2021"}
    >>> parts = [Claimed(id=str(n), value=n, unit=unit, **said)
    ...          for n, unit in ((65, "killed"), (278, "injured"), (345, "victims"))]
    >>> [(flag.flag, flag.sentence) for flag in failing_sums(parts)]
    [('sum-fails', '65 + 278 = 343, where 345 is stated.')]
    >>> failing_sums([])
    []
    """
    flags = [flag for each in claims for flag in _within(each)]
    groups: dict[tuple[object, ...], list[Claimed]] = defaultdict(list)
    for each in claims:
        if each.document and each.value is not None and each.qualifier not in _OPEN and each.status != "withdrawn":
            groups[each.document, each.speaker_key, each.place_key, each.period_from, each.period_to].append(each)
    return flags + [flag for group in groups.values() for flag in _among(group)]


def _within(claim: Claimed) -> list[Flag]:
    if claim.value is None or claim.qualifier in ("up_to", "at_most", "less_than", "about"):
        return []
    stated = [float(each["value"]) for each in claim.parts if _is_number(each.get("value"))]
    told = [(stated, None)] if len(stated) > 1 and len(stated) == len(claim.parts) else []
    flags = []
    for terms, total in [*told, *sums_in(claim.quote), *sums_in(claim.remarks)]:
        wanted = claim.value if total is None else total
        # A sum about something else than the claim's figure carries its own total; without one it is the claim's.
        if abs(sum(terms) - wanted) > _HUNDREDTH and not (claim.qualifier in _OPEN and sum(terms) >= wanted):
            flags.append(_flag(terms, wanted, (claim.id,)))
    return flags


def _among(group: Sequence[Claimed]) -> list[Flag]:
    """Compare killed and injured with the totals of one document that have the same scope and people."""
    flags = []
    by_people: dict[str | None, dict[str, Claimed]] = defaultdict(dict)
    for each in group:
        if each.measure is not None:
            by_people[each.population].setdefault(each.measure.name, each)
    for units in by_people.values():
        if "killed" in units and "injured" in units:
            flags += [_among_units(units, total) for total in ("killed_or_injured", "casualties", "victims")
                      if total in units]  # fmt: skip
    for name in {each.measure.name for each in group if each.measure is not None}:
        people = {each.population: each for each in group if each.measure is not None and each.measure.name == name}
        whole = people.get("all") or people.get("civilians_and_military") or people.get("civilians and military")
        if whole is not None and "civilians" in people and "military" in people:
            flags.append(_judged([people["civilians"], people["military"]], whole))
    return [flag for flag in flags if flag is not None]


def _among_units(units: dict[str, Claimed], total: str) -> Flag | None:
    return _judged([units["killed"], units["injured"]], units[total])


def _judged(parts: Sequence[Claimed], total: Claimed) -> Flag | None:
    terms = [float(each.value or 0) for each in parts]
    wanted = float(total.value or 0)
    if abs(sum(terms) - wanted) <= _HUNDREDTH:
        return None
    return _flag(terms, wanted, (*(each.id for each in parts), total.id))


def _flag(terms: Sequence[float], total: float, claims: tuple[str, ...]) -> Flag:
    name = "parts-over-total" if over_total(terms, total) else "sum-fails"
    sum_of = " + ".join(written(each) for each in terms)
    sentence = f"{sum_of} = {written(round(sum(terms), 6))}, where {written(total)} is stated."
    return Flag(name, claims, sentence, {"parts": list(terms), "sum": round(sum(terms), 6), "stated": total})


def _number(text: str) -> float:
    return float(re.sub(r"[,\s  ]", "", text))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def written(value: float) -> str:
    """Write a number as flags do: thousands apart, decimals only where there are any.

    >>> written(1052.0), written(0.5), written(0)
    ('1,052', '0.5', '0')
    """
    return f"{value:,.0f}" if value == int(value) else f"{value:,}"
