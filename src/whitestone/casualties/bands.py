"""What does a source's own band of age say on the common axis: child, adult, or neither?

Bands differ between countries (0-9, 10-17, 18-45, 46+ beside 5-12, 13-17, 18+). The band is kept as the source writes
it; here it is only read, and a band that crosses the age of 18 is never forced to either side.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType

from whitestone.domain.codes import folded

__all__ = ["ADULT_FROM_YEARS", "age_group_of_band", "read_bands"]

ADULT_FROM_YEARS = 18
"""A child is under 18 (Convention on the Rights of the Child, article 1; Landmine Monitor)."""

_SPAN = re.compile(r"(\d{1,3}) (?:to|a|bis|do|до|and|y|et|ans a)? ?(\d{1,3})")
_FROM = re.compile(r"(?:(?:over|from|mas de|plus de|ab|od|от|старше|mayor de|>=|≥) ?(\d{1,3})|(\d{1,3}) ?\+|"
                   r"(\d{1,3}) (?:and over|and older|or older|y mas|o mas|et plus|i vise|и старше))")
_UNDER = re.compile(r"(?:under|below|less than|menor de|menos de|moins de|unter|ispod|до|<) ?(\d{1,3})")
_UNITS = re.compile(r"\b(years?|yrs?|y\.?o\.?|anos|ans|лет|godina|old)\b")


def read_bands(text: str) -> Mapping[str, str]:
    """Read a table of words for bands (TOML: child, adult); gives word -> age group.

    >>> dict(read_bands('child = ["niño"]')), dict(read_bands(""))
    ({'nino': 'child'}, {})
    """
    rows = tomllib.loads(text)
    return MappingProxyType({folded(word): group for group, words in rows.items() for word in words})


@functools.lru_cache(maxsize=4096)
def age_group_of_band(band: str) -> str:
    """Say whether a band as written is a child's, an adult's, or neither for certain (unknown).

    Source of the limit: `ADULT_FROM_YEARS`. Refuses nothing: what is not understood is unknown.

    >>> age_group_of_band("13-17"), age_group_of_band("46+"), age_group_of_band("15 - 24 years")
    ('child', 'adult', 'unknown')
    >>> age_group_of_band("Menor de 18 años"), age_group_of_band("under 5"), age_group_of_band("")
    ('child', 'child', 'unknown')
    """
    word = folded(band)
    if word in _words():
        return _words()[word]
    word = " ".join(_UNITS.sub(" ", word).split())
    under, span, beyond = _UNDER.fullmatch(word), _SPAN.fullmatch(word), _FROM.fullmatch(word)
    if under:
        return "child" if int(under[1]) <= ADULT_FROM_YEARS else "unknown"
    if span:
        return _between(int(span[1]), int(span[2]))
    if beyond:
        least = int(next(part for part in beyond.groups() if part))
        return "adult" if least >= ADULT_FROM_YEARS else "unknown"
    return _between(int(word), int(word)) if re.fullmatch(r"\d{1,3}", word) else "unknown"


def _between(least: int, most: int) -> str:
    if least > most:
        return "unknown"
    return "child" if most < ADULT_FROM_YEARS else "adult" if least >= ADULT_FROM_YEARS else "unknown"


@functools.cache
def _words() -> Mapping[str, str]:
    return read_bands(resources.files("whitestone.casualties").joinpath("bands.toml").read_text("utf-8"))
