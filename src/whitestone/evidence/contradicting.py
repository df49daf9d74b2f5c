"""Which claims cannot both be true, which figure did its own speaker restate, and which number changed its unit?

Neutral by construction: speakers are compared for being the same one, never for who they are. A flag names both sides
and picks none.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence

from whitestone.evidence.claim_model import Claimed, Flag, bounds, said_first
from whitestone.evidence.overlaps import contains
from whitestone.evidence.sums import written

__all__ = ["agreeing", "contradictions", "restated", "unit_shifts"]

COUNTED = ("killed", "injured", "unknown", "others", "accidents")
"""Things that add up over time and place: a part can never hold more than the whole that it lies in."""


def contradictions(claims: Sequence[Claimed]) -> list[Flag]:
    """List pairs of claims of different speakers that cannot both be true, given their qualifiers.

    Two of one scope contradict each other where their ranges share no number; one within another's scope where the part
    is more than the whole. Claims that are withdrawn, superseded or folded are the caller's to leave out.

    >>> same = {"unit": "casualties", "place_key": "x", "period_from": "2020", "period_to": "2020"}
    >>> one, two = (Claimed(id=s, speaker=s, value=n, **same) for s, n in (("A", 10), ("B", 12)))
    >>> [flag.sentence for flag in contradictions([one, two])], contradictions([])
    (['10 and 12 are stated for the same people, days and place: not both can be true.'], [])
    """
    return [flag for one, two in _pairs(claims) if one.speaker_key != two.speaker_key or not one.speaker_key
            for flag in _judged("contradiction", one, two)]  # fmt: skip


def restated(claims: Sequence[Claimed]) -> list[Flag]:
    """List pairs of claims by which one speaker says something else than before of the same thing.

    >>> same = {"unit": "casualties", "place_key": "x", "period_from": "2016", "period_to": "2016", "speaker": "M"}
    >>> was = Claimed(id="1", value=8605, qualifier="at_least", as_of="2017", **same)
    >>> now = Claimed(id="2", value=9437, as_of="2018", **same)
    >>> [flag.flag for flag in restated([was, now])], restated([])
    (['restated'], [])
    """
    found = []
    for one, two in _pairs(claims):
        if not one.speaker_key or one.speaker_key != two.speaker_key or _covers(one) != _covers(two):
            continue
        earlier, later = sorted((one, two), key=said_first)
        if contains(earlier, later) and contains(later, earlier):
            if _range(earlier) != _range(later):
                told = f"One speaker gives {_number(earlier)}, and {_number(later)} for the same thing later."
                found.append(Flag("restated", (earlier.id, later.id), told, _numbers(earlier, later)))
        else:
            found += _judged("restated", earlier, later)
    return found


def unit_shifts(claims: Sequence[Claimed]) -> list[Flag]:
    """List claims of one speaker with one number for the same days and place under two units (deaths, casualties).

    Such a number most often changed its meaning on the way into a headline.

    >>> same = {"speaker": "U", "value": 1052, "place_key": "x", "period_from": "2023", "period_to": "2023"}
    >>> found = unit_shifts([Claimed(id="1", unit="casualties", **same), Claimed(id="2", unit="killed", **same)])
    >>> found[0].sentence, unit_shifts([])
    ('1,052 is given as casualties and as killed, by one speaker for the same days and place.', [])
    """
    groups: dict[tuple[object, ...], list[Claimed]] = defaultdict(list)
    for each in claims:
        if each.speaker_key and each.value and each.measure is not None and (each.period_from or each.period_to):
            groups[each.speaker_key, each.value, each.place_key, each.period_from, each.period_to].append(each)
    found = []
    for group in groups.values():
        units = {each.measure.name: each.id for each in group if each.measure is not None}
        if len(units) > 1:
            names = " and as ".join(unit.replace("_", " ") for unit in sorted(units))
            number = written(float(group[0].value or 0))
            told = f"{number} is given as {names}, by one speaker for the same days and place."
            found.append(Flag("unit-shift", tuple(sorted(units.values())), told, {"value": group[0].value}))
    return found


def agreeing(claim: Claimed, others: Iterable[Claimed]) -> list[str]:
    """List the claims of other speakers on the very same thing whose range shares a number with this one's.

    Only these confirm: a repetition, and a second figure of the same speaker, do not.

    >>> same = {"unit": "casualties", "place_key": "x", "period_from": "2020", "period_to": "2020"}
    >>> one = Claimed(id="1", speaker="A", value=10, qualifier="at_least", **same)
    >>> agreeing(one, [Claimed(id="2", speaker="B", value=12, **same)]), agreeing(one, [])
    (['2'], [])
    """
    own = _range(claim)
    found = []
    for each in others:
        theirs = _range(each)
        if each.id == claim.id or each.speaker_key == claim.speaker_key or not own or not theirs:
            continue
        shared = own[0] <= theirs[1] and theirs[0] <= own[1]
        if shared and contains(claim, each) and contains(each, claim):
            found.append(each.id)
    return sorted(found)


def _pairs(claims: Sequence[Claimed]) -> Iterable[tuple[Claimed, Claimed]]:
    """Give pairs that may be compared: of one place, each with a number, a unit and days."""
    places: dict[str, list[Claimed]] = defaultdict(list)
    for each in claims:
        if each.place_key is not None and bounds(each) is not None and each.measure is not None:
            places[each.place_key].append(each)
    for group in places.values():
        for one, two in itertools.combinations(sorted(group, key=lambda each: each.id), 2):
            if two.id not in one.supersedes and one.id not in two.supersedes:
                yield one, two


def _judged(flag: str, one: Claimed, two: Claimed) -> list[Flag]:
    first, second = _range(one), _range(two)
    if first is None or second is None or one.measure is None or two.measure is None:
        return []
    if first[0] <= second[1] and second[0] <= first[1]:
        return []  # they share a number: nothing speaks against both
    is_same = contains(one, two) and contains(two, one)
    if is_same:
        assumed = " (a population is not said: taken for all)" if (one.people is None) != (two.people is None) else ""
        told = f"{_number(one)} and {_number(two)} are stated for the same people, days and place{assumed}: "
        return [Flag(flag, (one.id, two.id), told + "not both can be true.", _numbers(one, two))]
    if not (one.measure.covers | two.measure.covers) <= set(COUNTED):
        return []
    for whole, part, most, least in ((one, two, first[1], second[0]), (two, one, second[1], first[0])):
        if contains(whole, part) and least > most:
            told = f"{_number(part)} is stated for a part, {_number(whole)} for the whole that it lies in."
            return [Flag(flag, (whole.id, part.id), told, _numbers(whole, part))]
    return []


def _range(claim: Claimed) -> tuple[float, float] | None:
    """Return a claim's bounds in the unit that is computed in, so that hectares and km2 compare."""
    own, measure = bounds(claim), claim.measure
    return None if own is None or measure is None else (own[0] * measure.factor, own[1] * measure.factor)


def _covers(claim: Claimed) -> frozenset[str]:
    return claim.measure.covers if claim.measure is not None else frozenset()


def _number(claim: Claimed) -> str:
    words = {"at_least": "at least ", "more_than": "more than ", "about": "about ", "up_to": "up to ",
             "at_most": "at most ", "less_than": "less than "}  # fmt: skip
    number = written(claim.value) if claim.value is not None else "?"
    until = f" to {written(claim.value_max)}" if claim.value_max is not None else ""
    return f"{words.get(claim.qualifier or '', '')}{number}{until}"


def _numbers(one: Claimed, two: Claimed) -> dict[str, object]:
    return {one.id: [one.value, one.value_max, one.qualifier], two.id: [two.value, two.value_max, two.qualifier]}
