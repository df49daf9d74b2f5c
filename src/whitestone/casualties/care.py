"""Who was referred to care and was not followed up, and how long did it take to reach a facility?

Counts only, with what is not known beside them: a follow-up that nobody wrote down is not a follow-up that failed.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import UNSET

__all__ = ["CARE_RULE", "follow_up"]

CARE_RULE = (
    "Survivors, those who died later, and those of unknown outcome. Referred: the record states a "
    "referral. Not followed up: it states that there was no follow-up; where it says nothing, the follow-up is not "
    "known and counted apart. Hours to a facility: the median over records that state it, never over guesses."
)

_REFERRED = ("referral", "referred_to", "referred_on")
_FOLLOWED = ("follow_up", "followed_up_on")
_NO = frozenset({"no", "none", "not_referred", "false"})
_UNKNOWN = frozenset({"", "unknown", "not_known"})


def follow_up(persons: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Count the care chain of persons given as their stated attributes; an attribute that is absent was not stated.

    Reads `outcome`, `died_later_on`, `referred_to` or `referred_on` (or a flag `referral`), `followed_up_on` or
    `follow_up`, `facility`, `hours_to_facility`. Those killed at once are not in the chain. Hours that are negative or
    no number count as not stated.

    >>> told = follow_up([{"outcome": "injured", "referred_to": "rehabilitation", "hours_to_facility": 2.0},
    ...                   {"outcome": "injured", "referral": True, "follow_up": False}, {"outcome": "killed"}])
    >>> told["persons"], told["referred"], told["referred_not_followed_up"], told["referred_follow_up_unknown"]
    (2, 2, 1, 1)
    >>> follow_up([])["median_hours_to_facility"] is None
    True
    """
    chain = [person for person in persons
             if person.get("outcome") != "killed" or _said(person, ("died_later_on",))]  # fmt: skip
    referral = [_said(person, _REFERRED) for person in chain]
    followed = [_said(person, _FOLLOWED) for person, was in zip(chain, referral, strict=True) if was]
    hours = [each for each in (_hours(person) for person in chain) if each is not None]
    return {
        "persons": len(chain),
        "referred": len(followed),
        "not_referred": sum(each is False for each in referral),
        "referral_unknown": sum(each is None for each in referral),
        "referred_followed_up": sum(each is True for each in followed),
        "referred_not_followed_up": sum(each is False for each in followed),
        "referred_follow_up_unknown": sum(each is None for each in followed),
        "facility_known": sum(_said(person, ("facility",)) is True for person in chain),
        "median_hours_to_facility": statistics.median(hours) if hours else None,
        "hours_known": len(hours),
        "hours_unknown": len(chain) - len(hours),
    }


def _said(person: Mapping[str, Any], names: tuple[str, ...]) -> bool | None:
    """Read a stated yes, else a stated no, else nothing, from attributes that all speak of one thing."""
    told = [_one(person.get(name)) for name in names]
    return True if True in told else False if False in told else None


def _one(value: Any) -> bool | None:
    """Read a flag, a code, a date or a name of something that happened."""
    if value is None or value is UNSET:
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, (list, tuple)):
        return bool(value)
    word = str(value).strip().casefold()
    return None if word in _UNKNOWN else word not in _NO


def _hours(person: Mapping[str, Any]) -> float | None:
    try:
        hours = float(person.get("hours_to_facility"))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return hours if math.isfinite(hours) and hours >= 0 else None
