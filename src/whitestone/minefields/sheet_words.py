"""What do the words of a sheet mean: units, norths, distances, methods, directions, and how is a member named?

Words that are not understood are unknown, a finding, and kept as written; no word is bent to the nearest meaning.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

__all__ = ["DIRECTIONS", "DISTANCES", "METHODS", "NORTHS", "UNITS", "member", "plain", "spellings", "word"]


def _inverted(meanings: Mapping[str, str]) -> Mapping[str, str]:
    pairs = ((each, name) for name, words in meanings.items() for each in (name, *words.split("|")))
    return MappingProxyType({plain(each): name for each, name in pairs})


def plain(text: Any) -> str:
    """Reduce a word to letters and digits in lower case, to compare it.

    >>> plain("Mil-6000 "), plain(None)
    ('mil6000', '')
    """
    return _reduced(str(text)) if text is not None else ""


@functools.lru_cache(maxsize=4096)
def _reduced(text: str) -> str:
    """Reduce a text once: a file of ten thousand sheets repeats a few hundred words."""
    return "".join(sign for sign in text.casefold() if sign.isalnum() or sign in "°?")


UNITS = _inverted(
    {
        "degrees": "deg|degree|°|dd|градусы|градус",
        "gon": "gons|grad|grads|gradian|gradians|400|гоны",
        "mil6400": "nato mil|mil nato|6400|mils6400|mil-6400|nato",
        "mil6000": "thousandths|6000|mils6000|тысячные|тысячных|делений угломера|ru_thousandths|ru_thousandths_ccw|"
        "ru_thousandths_cw",
        "unknown": "|?|unstated|not stated|none|null|mil|mils",
    }
)
"""Word -> unit of a bearing. `mil` alone is unknown: it may be 6400 or 6000, 9.8 m sideways in every 100 m."""

NORTHS = _inverted(
    {
        "true": "tn|geographic|true north|истинный|географический|astronomic",
        "grid": "gn|grid north|directional|дирекционный|map",
        "magnetic": "mn|mag|magnetic north|compass|магнитный",
        "unknown": "|?|unstated|not stated|none|null",
    }
)

DISTANCES = _inverted(
    {
        "m": "metre|metres|meter|meters|м|метр|метров|mt",
        "pace": "paces|шаг|шагов|step|steps",
        "step_pair": "pair of paces|pairs of paces|double pace|double paces|step pairs|pace_pair|пара шагов|пар шагов",
        "yard": "yards|yd|yds",
        "foot": "feet|ft",
        "km": "kilometre|kilometres|kilometer|kilometers|км",
        "unknown": "|?|none|null|unstated",
    }
)

METHODS = _inverted(
    {
        "pace": "paces|paced|pacing|steps|шагами",
        "tape": "taped|chain|chained|cable|rope|measured|лентой",
        "instrument": "theodolite|total station|rangefinder|laser|aiming circle|stereo",
        "gnss": "gps|satellite",
        "map": "from map|scaled",
        "estimate": "estimated|eye|by eye|на глаз",
        "unknown": "|?|none|null|unstated",
    }
)

DIRECTIONS = _inverted(
    {
        "clockwise": "cw|right|true|по часовой",
        "anticlockwise": "ccw|counterclockwise|counter-clockwise|left|false|против часовой",
        "unknown": "|?|none|null|unstated",
    }
)


def word(raw: Any, meanings: Mapping[str, str]) -> tuple[str, bool]:
    """Look a word up; return its meaning (`unknown` where it has none) and whether it was understood.

    >>> word("DEG", UNITS), word(None, UNITS), word("furlong", DISTANCES)
    (('degrees', True), ('unknown', True), ('unknown', False))
    """
    found = meanings.get(plain(raw))
    return (found or "unknown"), found is not None


def member(held: Mapping[str, Any], names: Sequence[str]) -> tuple[str | None, Any]:
    """Find the first member of an object that bears one of the names, spelling aside; (None, None) when there is none.

    >>> member({"Distance_Unit": "m"}, ("distance_unit",)), member({}, ("x",))
    (('Distance_Unit', 'm'), (None, None))
    """
    for name in names:
        if name in held:
            return name, held[name]
    spelled = spellings(held)
    for name in names:
        if (own := spelled.get(plain(name))) is not None:
            return own, held[own]
    return None, None


def spellings(held: Mapping[str, Any]) -> dict[str, str]:
    """Return the members of an object by their name without case and signs.

    >>> spellings({"Distance_Unit": "m", "x": 1}), spellings({})
    ({'distanceunit': 'Distance_Unit', 'x': 'x'}, {})
    """
    return {plain(key): key for key in held}
