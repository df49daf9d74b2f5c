"""In which place of a level did it happen, and what is that place called in a table?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import msgspec
import numpy as np

from whitestone.casualties.columns import NOT_STATED, Coded

__all__ = ["NO_PLACES", "Gazetteer", "Spot", "place_column"]


class Spot(msgspec.Struct, frozen=True):
    """One place: its name, code, level (0 country, 1 first level, …; None: not stated), and in which place it lies."""

    name: str
    code: str | None = None
    level: int | None = None
    parent: str | None = None


class Gazetteer(msgspec.Struct, frozen=True):
    """Places by record id, and for each place that was declared the same as another the one that is kept."""

    spots: Mapping[str, Spot]
    same: Mapping[str, str] = {}

    def up_to(self, place: str, level: int | None) -> str | None:
        """Return the place itself, or the one of a level that it lies in; None where there is none.

        >>> places = Gazetteer({"a": Spot("A", level=1), "b": Spot("B", level=2, parent="a")})
        >>> places.up_to("b", 1), places.up_to("b", None), places.up_to("a", 2), places.up_to("x", 1)
        ('a', 'b', None, None)
        """
        return next((at for at in self.chain(place) if level is None or self.spots[at].level == level), None)

    def chain(self, place: str) -> list[str]:
        """List a place and those that it lies in, the smallest first; nothing of a place that is not there.

        >>> Gazetteer({"a": Spot("A", parent="b"), "b": Spot("B", parent="a")}).chain("a"), Gazetteer({}).chain("a")
        (['a', 'b'], [])
        """
        found: list[str] = []
        at: str | None = self.same.get(place, place)
        while at is not None and at not in found and at in self.spots:
            found.append(at)
            parent = self.spots[at].parent
            at = None if parent is None else self.same.get(parent, parent)
        return found

    def names(self, places: list[str]) -> dict[str, str]:
        """Name places so that no two share a name: by name, with code, parent's name or id where names repeat.

        >>> Gazetteer({"a": Spot("San Luis", "CO1"), "b": Spot("San Luis", "CO2")}).names(["a", "b"])
        {'a': 'San Luis (CO1)', 'b': 'San Luis (CO2)'}
        >>> Gazetteer({}).names([])
        {}
        """
        plain = {place: self.spots[place].name for place in places}
        often = Counter(plain.values())
        told = {place: f"{name} ({self._apart(place)})" if often[name] > 1 else name for place, name in plain.items()}
        again = Counter(told.values())
        return {place: f"{plain[place]} ({place})" if again[name] > 1 else name for place, name in told.items()}

    def _apart(self, place: str) -> str:
        spot = self.spots[place]
        parent = self.spots.get(spot.parent or "")
        return spot.code or (parent.name if parent is not None else place)


NO_PLACES = Gazetteer({})
"""A gazetteer without places."""


def place_column(place: Coded, place_name: Coded, gazetteer: Gazetteer, level: int | None, unknown: str) -> Coded:
    """Name the place of each row at a level, or the place as recorded (None); unknown where there is none.

    Without a level, a name as written stands where no place of the gazetteer is linked.

    >>> from whitestone.casualties.columns import coded
    >>> places = Gazetteer({"a": Spot("A", level=1), "b": Spot("B", level=2, parent="a")})
    >>> place_column(coded(["b", "a", None]), coded([None, None, "C"]), places, 1, "unknown").texts()
    ['A', 'A', 'unknown']
    >>> place_column(coded(["b", None, None]), coded(["x", "C", None]), places, None, "unknown").texts()
    ['B', 'C', 'unknown']
    """
    found = [gazetteer.up_to(word, level) for word in place.words]
    ids = list(dict.fromkeys(each for each in found if each is not None))
    names = gazetteer.names(ids)
    words = sorted(set(names.values()) | (set(place_name.words) if level is None else set()))
    words = [word for word in words if word != unknown] + [unknown]
    at = {word: number for number, word in enumerate(words)}
    linked = np.array([*(NOT_STATED if each is None else at[names[each]] for each in found), NOT_STATED], np.int32)
    codes = linked[place.codes]
    if level is None:
        written = np.array([*(at[word] for word in place_name.words), NOT_STATED], dtype=np.int32)
        codes = np.where(codes == NOT_STATED, written[place_name.codes], codes)
    return Coded(np.where(codes == NOT_STATED, len(words) - 1, codes).astype(np.int32), tuple(words))
