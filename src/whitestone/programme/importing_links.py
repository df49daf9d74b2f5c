"""Which known record or place does a text of a row mean? Found by id, code or exact name; never guessed."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence

import msgspec

from whitestone.domain.codes import folded
from whitestone.exchange.mapping.model import PlaceSpec
from whitestone.journal import Journal
from whitestone.journal.reading import Mark

__all__ = ["Gazetteer", "KnownPlace", "Links", "dataset_id"]


def dataset_id(programme_id: uuid.UUID, name: str) -> uuid.UUID:
    """Return the record id of a dataset: the same on every node, and for two imports at once.

    >>> dataset_id(uuid.UUID(int=1), "a") == dataset_id(uuid.UUID(int=1), "a ")
    True
    """
    return uuid.uuid5(programme_id, f"dataset:{name.strip()}")


_MARKS = re.compile(r"[.,;:'’`()\[\]\"]")


class KnownPlace(msgspec.Struct, frozen=True, gc=False):
    """A place as the gazetteer knows it."""

    record_id: str
    names: tuple[str, ...]
    pcode: str | None = None
    parent: str | None = None
    level: int | None = None
    country: str | None = None


def plain(text: str) -> str:
    """Fold a name for comparison: case, accents, punctuation and spaces do not tell two places apart.

    >>> plain("Bogotá, D.C."), plain("BOGOTA DC")
    ('bogota dc', 'bogota dc')
    """
    return " ".join(_MARKS.sub("", folded(text)).split())


class Gazetteer:
    """The places of a programme by code and by name.

    >>> one, two = KnownPlace("1", ("San Carlos",), "A1", "A"), KnownPlace("2", ("San Carlos",), "B1", "B")
    >>> Gazetteer([one, two]).find(PlaceSpec(name="m"), "", "SAN CARLOS", "")[0]
    'place-ambiguous'
    >>> Gazetteer([one, two]).find(PlaceSpec(pcode="c"), "b1", "", ""), Gazetteer([]).find(PlaceSpec(), "", "", "")
    ('2', '')
    """

    def __init__(self, places: Sequence[KnownPlace]) -> None:
        self.by_code: dict[str, list[KnownPlace]] = {}
        self.by_name: dict[str, list[KnownPlace]] = {}
        for place in places:
            if place.pcode:
                self.by_code.setdefault(place.pcode.casefold(), []).append(place)
            for name in {plain(name) for name in place.names if name}:
                self.by_name.setdefault(name, []).append(place)

    def __len__(self) -> int:
        return len(self.by_code) + len(self.by_name)

    def find(self, spec: PlaceSpec, code: str, name: str, within: str) -> str | tuple[str, str]:
        """Return the record id of the one place that is meant, "" where nothing is said, or a fault."""
        if code:
            found = self._fitting(self.by_code.get(code.casefold(), []), spec)
            asked = f"the code {code!r}"
        elif name:
            found = self._fitting(self.by_name.get(plain(name), []), spec)
            if within:
                found = [place for place in found if self._lies_in(place, within)]
            asked = f"{name!r}" + (f" in {within!r}" if within else "")
        else:
            return ""
        if len(found) == 1:
            return found[0].record_id
        if not found:
            return "place-unknown", f"no place is known here by {asked}"
        listed = ", ".join(sorted(f"{place.names[0] if place.names else '?'} ({place.pcode})" for place in found)[:6])
        return "place-ambiguous", f"{asked} may be any of {len(found)} places: {listed}"

    def _fitting(self, places: list[KnownPlace], spec: PlaceSpec) -> list[KnownPlace]:
        return [
            place
            for place in places
            if (spec.level is None or place.level == spec.level)
            and (spec.country is None or place.country is None or place.country.casefold() == spec.country.casefold())
        ]

    def _lies_in(self, place: KnownPlace, within: str) -> bool:
        if place.parent is None:
            return False
        wanted = plain(within)
        parents = self.by_code.get(place.parent.casefold(), [])
        named = any(wanted == plain(name) for parent in parents for name in parent.names)
        return named or place.parent.casefold() == within.strip().casefold()


class Links:
    """What the rows of one import may link to; places are read from the journal when first asked for."""

    def __init__(self, journal: Journal, dataset: uuid.UUID) -> None:
        self.journal = journal
        self.dataset = dataset
        self.no_places = False
        self._gazetteer: Gazetteer | None = None

    def records(self, dataset: str | None, kind: str, ids: Sequence[str]) -> dict[str, str]:
        """Give the record id of each local id that is known in a dataset (default: the one being imported)."""
        owner = self.dataset if dataset is None else dataset_id(self.journal.programme_id, dataset)
        found = self.journal.find_external(owner, kind, list(ids))
        return {text: str(record) for text, record in found.items()}

    def places(self, spec: PlaceSpec, asked: Sequence[tuple[str, str, str]]) -> list[str | tuple[str, str]]:
        """Give the place of each (code, name, within); a programme without places makes no link and says so once."""
        known = self.gazetteer
        if not len(known):
            self.no_places = True
            return [""] * len(asked)
        return [known.find(spec, code, name, within) for code, name, within in asked]

    @property
    def gazetteer(self) -> Gazetteer:
        """Return the places of the programme, as they were when first asked for."""
        if self._gazetteer is None:
            self._gazetteer = _places_now(self.journal)
        return self._gazetteer


_held: dict[uuid.UUID, tuple[Mark, Gazetteer]] = {}
"""Of the programme that was asked for last: file after file of one register asks for the same places."""


def _places_now(journal: Journal) -> Gazetteer:
    """Return the places as they are, read again only where one may have become another since this process did."""
    mark = journal.mark()
    before, found = _held.get(journal.programme_id, (None, None))
    if before is None or found is None or journal.moved_since(before, "place"):
        found = Gazetteer(_known_places(journal))
    _held.clear()
    _held[journal.programme_id] = (mark, found)
    return found


def _known_places(journal: Journal) -> list[KnownPlace]:
    places = []
    for state in journal.states("place", geometry=False):
        body = state.body
        attested = [each.get("name") for each in body.get("names") or () if isinstance(each, dict)]
        names = tuple(str(name) for name in (body.get("name"), *attested) if name)
        place = KnownPlace(str(state.record_id), names, body.get("pcode"), body.get("parent_pcode"),
                           body.get("admin_level"), body.get("country"))
        places.append(place)
    return places
