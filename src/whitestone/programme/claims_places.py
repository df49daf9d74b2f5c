"""How does the place that a claim names, as it names it, lie to the place of a question?

By the gazetteer where it knows both: the same place, a place in it, a place that holds it, or neither. Where it does
not know one of them, only a name that stands whole within the other's name says anything; all else is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from whitestone.domain.codes import folded
from whitestone.programme.opening import Clocks, Programme

__all__ = ["Places", "places_of"]

_NEARBY = re.compile(r"\b(near|close to|around|outside|cerca de|pres de|около|возле|pored|kod|поблизу)\b")


class Places:
    """The places of a programme, by id, name and code.

    >>> places = Places([("a", {"name": "North"}), ("b", {"name": "Hill", "parent_id": "a"})])
    >>> places.overlap("Hill", None, "north"), places.overlap("North", None, "Hill"), places.key(None, None)
    ('inside', 'partly', None)
    """

    def __init__(self, places: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        self._parents: dict[str, str] = {}
        self._named: dict[str, set[str]] = {}
        codes: dict[str, str] = {}
        wanted: list[tuple[str, str]] = []
        for record, body in places:
            also = [each.get("name") for each in body.get("names") or [] if isinstance(each, Mapping)]
            for word in [body.get("name"), body.get("pcode"), *also, record]:
                if word:
                    self._named.setdefault(folded(str(word)), set()).add(record)
            if body.get("pcode"):
                codes[str(body["pcode"])] = record
            if body.get("parent_id"):
                self._parents[record] = str(body["parent_id"])
            elif body.get("parent_pcode"):
                wanted.append((record, str(body["parent_pcode"])))
        self._parents |= {record: codes[parent] for record, parent in wanted if parent in codes}

    def known(self, name: str | None) -> frozenset[str]:
        """Return the ids of the places that a name, code or id means; a shared name means all of them."""
        return frozenset(self._named.get(folded(name), ())) if name else frozenset()

    def key(self, name: str | None, place_id: str | None) -> str | None:
        """Return what makes two places one: the gazetteer's id where exactly one is meant, else the folded name."""
        found = {place_id} if place_id else self.known(name)
        if len(found) == 1:
            return str(next(iter(found)))
        return folded(name) if name else None

    def inside(self, outer: frozenset[str]) -> frozenset[str]:
        """Return places and all that lies in them."""
        return frozenset(each for each in {*self._parents, *outer} if not outer.isdisjoint(self._chain(each)))

    def overlap(self, name: str | None, place_id: str | None, asked: str) -> str:
        """Say how a claim's place lies to the place asked for: inside, partly (it is wider), outside, unknown."""
        own = frozenset({place_id}) if place_id else self.known(name)
        wanted = self.known(asked)
        if own and wanted:
            if all(not wanted.isdisjoint(self._chain(each)) for each in own):
                return "inside"
            if any(not own.isdisjoint(self._chain(each)) for each in wanted):
                return "partly"
            return "outside" if len(own) == 1 else "unknown"
        here, there = folded(name or ""), folded(asked)
        if not here or not there:
            return "unknown"
        if here == there:
            return "inside"
        within = re.search(rf"(?<!\w){re.escape(there)}(?!\w)", here) is not None
        return "inside" if within and not _NEARBY.search(here) else "unknown"

    def _chain(self, place: str) -> set[str]:
        seen: set[str] = set()
        while place and place not in seen:
            seen.add(place)
            place = self._parents.get(place, "")
        return seen


def places_of(programme: Programme, clocks: Clocks) -> Places:
    """Read the places of a programme as known at a moment, whatever day they are valid on."""
    states = programme.journal.states("place", known=clocks.known, geometry=False)
    return Places((str(state.record_id), state.body) for state in states)
