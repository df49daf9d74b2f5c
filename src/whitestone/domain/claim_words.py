"""Which words of claims mean the same: what is counted, who is counted, and how is a document symbol written?

Data in `claim_words.toml`, so that a person can read and extend it. Words are understood exactly, never by likeness;
what is not understood stays as written and is laid beside nothing.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any

import msgspec

from whitestone.domain.codes import folded
from whitestone.errors import InvalidValue

__all__ = ["METRICS", "TOPICS", "Metric", "Unit", "metric", "population_of", "symbol", "symbols_in", "unit_of"]

_DASHES = re.compile(r"[‐‑‒–—−]")
_SYMBOL = re.compile(r"[A-Z]{1,6}(?:[./][A-Z0-9()\[\]*.-]+)+")
_NEXT = re.compile(r"[\s,;]*(?:\band\b|[-,;]|\s)\s*(?=(?:A|S|E|ST|CCW|APLC|CCM|HRC|CRC)/)")


class Unit(msgspec.Struct, frozen=True):
    """What a claim counts: its name, the things that it covers, and the factor to the unit that is computed in."""

    name: str
    covers: frozenset[str]
    factor: float = 1.0


class Metric(msgspec.Struct, frozen=True):
    """A question's measure: units that answer it, that say a part of it, more than it, or another side of it.

    `subjects` are what a claim may be about (empty: anything); `unsaid` lets in a claim that does not say it.
    """

    name: str
    same: tuple[str, ...]
    part: tuple[str, ...] = ()
    wider: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    unsaid: bool = False

    def is_about(self, topic: str | None) -> bool:
        """Say whether a claim about a topic (None: not said) may answer this question.

        >>> metric("clearance").is_about("contamination"), metric("contamination").is_about(None)
        (False, True)
        """
        return not self.subjects or topic in self.subjects or (topic is None and self.unsaid)

    def relation(self, unit: str | None) -> str | None:
        """Say how a unit answers this question: `same`, `part`, `wider`, `other`, or None where it does not.

        >>> metric("casualties").relation("killed"), metric("casualties").relation("per_cent")
        ('part', None)
        >>> metric("casualties").relation(None) is None
        True
        """
        for relation, units in (("same", self.same), ("part", self.part), ("wider", self.wider), ("other", self.other)):
            if unit in units:
                return relation
        return None


@functools.lru_cache(4096)
def unit_of(text: str | None) -> Unit | None:
    """Return the unit that a word means; None where nothing is said or the word is not known.

    >>> unit_of("Killed or injured").name, unit_of("ha").factor, unit_of("")
    ('killed_or_injured', 10000.0, None)
    """
    found = _words("units").get(folded(text)) if text else None
    if found is None:
        return None
    entry = _data()["units"][found]
    return Unit(found, frozenset(entry["covers"]), float(entry.get("factor", 1.0)))


@functools.lru_cache(4096)
def population_of(text: str | None) -> frozenset[str] | None:
    """Return who a word of population covers; None where nothing is said or the word is not known.

    >>> sorted(population_of("civilians and military")), population_of("civilians") < population_of("all")
    (['civilian', 'military'], True)
    >>> population_of(None) is None
    True
    """
    found = _words("populations").get(folded(text)) if text else None
    return None if found is None else frozenset(_data()["populations"][found]["covers"])


def metric(name: str) -> Metric:
    """Return a measure by its name; refuses an unknown one with InvalidValue.

    >>> metric("contamination").same
    ('m2', 'hectares', 'km2')
    >>> metric("")
    Traceback (most recent call last):
    ...
    whitestone.errors.InvalidValue: metric: '' is not understood (one of accidents, accuracy, casualties, \
clearance, contamination, displacement, injured, killed, mines, records, stockpiles).
    """
    if name not in METRICS:
        raise InvalidValue(field="metric", value=name, why=f"one of {', '.join(sorted(METRICS))}")
    return METRICS[name]


def symbol(text: str) -> str:
    """Write one document symbol as it is compared: capital letters, plain dashes, no spaces.

    >>> symbol(" a/78/ 123 "), symbol("S/2024/45"), symbol("")
    ('A/78/123', 'S/2024/45', '')
    """
    return re.sub(r"\s+", "", _DASHES.sub("-", text)).upper().rstrip(".,;")


def symbols_in(texts: str | Iterable[str]) -> list[str]:
    """List the document symbols of one or several texts, normalised, each once; a letter to two organs has two.

    What is no symbol of the pattern ORGAN/NUMBER is kept as one entry, so that nothing is lost.

    >>> symbols_in("A/78/123–S/2024/45"), symbols_in(["A/78/123", "a/78/123"]), symbols_in([])
    (['A/78/123', 'S/2024/45'], ['A/78/123'], [])
    """
    found: dict[str, None] = {}
    for text in [texts] if isinstance(texts, str) else texts:
        for part in _NEXT.split(_DASHES.sub("-", text).upper().replace(" AND ", " and ")):
            if made := symbol(part):
                found[made] = None
    return list(found)


def is_symbol(text: str) -> bool:
    """Say whether a normalised text has the form of a document symbol.

    >>> is_symbol("A/78/123"), is_symbol("LETTER"), is_symbol("")
    (True, False, False)
    """
    return bool(_SYMBOL.fullmatch(text))


@functools.cache
def _data() -> Mapping[str, Any]:
    text = (resources.files("whitestone.domain") / "claim_words.toml").read_text("utf-8")
    return tomllib.loads(text)


@functools.cache
def _words(group: str) -> Mapping[str, str]:
    return {folded(word): name for name, entry in _data()[group].items() for word in [name, *entry["words"]]}


METRICS: Mapping[str, Metric] = {
    name: msgspec.convert({"name": name, **each}, Metric)
    for name, each in _data()["metrics"].items()
}
"""The measures that can be asked for."""
TOPICS = frozenset(subject for each in METRICS.values() for subject in each.subjects)
"""What a claim can be about that changes what its unit means: mines cleared are no mines in the ground."""
