"""What is a case of a proof line, and what may a person do about it?

Plain values. A case names records, how much of the line is theirs, and proposals; a proposal says what accepting it
would state, why, on which evidence, and by how much the line would move. Nothing here decides or writes anything.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

import msgspec
import numpy as np
import shapely

from whitestone.land.book import CENTS, Book
from whitestone.land.inputs import UNDATED
from whitestone.land.shapes import intersect, pack, subtract, union

__all__ = [
    "ASK", "BASES", "MEASURED", "STATED", "Beside", "Case", "Party", "Repair", "Seed", "Statement", "View", "area",
    "case_id", "common", "day_of", "said", "without",
]  # fmt: skip

MEASURED, STATED, ASK = "measured", "stated", "ask"
BASES: Mapping[str, str] = MappingProxyType({
    MEASURED: "follows from the outlines as they are recorded",
    STATED: "follows from what a record states",
    ASK: "the records cannot tell; it takes a person who knows the ground or the paper",
})
"""On what a proposal rests. None of them is a fact about the ground."""

Seed = tuple[float | None, Any]
"""How much of a line a case holds (None: it is counted), and which numbers of the book it is about."""

_SPACE = uuid.UUID("6e1f6b6e-6a57-5c0b-9a57-3f5d4b7c2a10")


class Statement(msgspec.Struct, frozen=True):
    """What would be stated of one record: attributes, an outline in the plane, or an earlier information date.

    `since` None: a correction, what was said was wrong; a day: true from that day on, and right before it.
    """

    record_id: uuid.UUID
    kind: str
    values: dict[str, Any] = {}
    geometry: Any = None
    since: dt.date | None = None
    information_date: dt.date | None = None


class Repair(msgspec.Struct, frozen=True):
    """One proposal: what it is, what it would state, why, on which evidence, and the change of the line it promises.

    `promised` is in the unit of the line (m2, or a count of records); None where only a person can tell. `same` is
    (kept, absorbed). A proposal without statements and without `same` points at what to look at; it writes nothing.
    """

    kind: str
    sentence: str
    why: str
    basis: str
    statements: tuple[Statement, ...] = ()
    same: tuple[uuid.UUID, uuid.UUID] | None = None
    evidence: tuple[str, ...] = ()
    promised: float | None = None

    @property
    def writes(self) -> bool:
        """Say whether accepting it states anything."""
        return bool(self.statements) or self.same is not None


class Party(msgspec.Struct, frozen=True):
    """One record of a case: whose it is, what it is, since when, and its outline in the plane (None: no outline)."""

    record_id: uuid.UUID
    kind: str
    organisation: str | None
    what: str | None
    day: dt.date | None
    shape: Any


class Case(msgspec.Struct, frozen=True):
    """Records that stand together behind a proof line, with their share of it and the proposals.

    `case_id` stays the same as long as nothing about these records moves. `ground` is the part in question.
    """

    case_id: uuid.UUID
    line: str
    m2: float | None
    parties: tuple[Party, ...]
    sentence: str
    proposals: tuple[Repair, ...] = ()
    ground: Any = None
    note: str = ""
    """Why it may stay as it is, where that is so."""

    def proposal_id(self, number: int) -> uuid.UUID:
        """Return the id of a proposal by its place in the case."""
        each = self.proposals[number]
        about = [each.kind, *(str(own.record_id) for own in each.statements), *map(str, each.same or ()), each.sentence]
        return uuid.uuid5(self.case_id, "|".join(about))


class Beside(msgspec.Struct, frozen=True):
    """What records state beside the ledger's own inputs.

    `discovered`: hazard -> the day on which it says that it was discovered; `own_links`: release -> the hazards that
    it names itself (its activity may name others); `finds`: hazard -> (record, point in the plane) of items that name
    it; `organisations`: hazard -> who recorded it; `labels`: record -> the name that people use; `tolerance_m2`: what
    counts as nothing left.
    """

    discovered: Mapping[uuid.UUID, dt.date] = {}
    own_links: Mapping[uuid.UUID, tuple[uuid.UUID, ...]] = {}
    finds: Mapping[uuid.UUID, tuple[tuple[uuid.UUID, Any], ...]] = {}
    organisations: Mapping[uuid.UUID, str] = {}
    labels: Mapping[str, str] = {}
    tolerance_m2: float = 1.0


class View:
    """A book as cases look at it, from `first_day` on; trees over outlines are made once.

    >>> from whitestone.land.book import simulate
    >>> View(simulate([], [])).near_hazards(shapely.Polygon())
    []
    """

    def __init__(self, book: Book, beside: Beside | None = None, first_day: int = UNDATED) -> None:
        self.book, self.line, self.first_day = book, book.line, first_day
        self.beside = beside or Beside()
        self.memo: dict[str, Any] = {}
        """What a line found out once for all of its cases."""

    @cached_property
    def _slices(self) -> Any:
        return shapely.STRtree(self.line.shapes)

    @cached_property
    def _works(self) -> Any:
        return shapely.STRtree(self.line.release_shapes)

    def near_hazards(self, shape: Any) -> list[int]:
        """List the hazards of which some outline crosses a shape, by number."""
        if shapely.is_empty(shape):
            return []
        found: list[int] = np.unique(self.line.hazard_of[self._slices.query(shape, predicate="intersects")]).tolist()
        return found

    def near_releases(self, shape: Any) -> list[int]:
        """List the releases that cross a shape, by number."""
        return [] if shapely.is_empty(shape) else np.sort(self._works.query(shape, predicate="intersects")).tolist()

    def outside(self, release: int) -> Any:
        """Return the ground of a release outside every hazard on which it acts, at the end of the book."""
        line, taken = self.line, []
        for hazard in self.near_hazards(line.release_shapes[release]):
            acts = line.acts_on(release, hazard)
            held = line.slice_on(hazard, acts) if acts is not None and acts <= self.book.last_day else -1
            if held >= 0:
                taken.append(line.shapes[held])
        return subtract(line.release_shapes[[release]], pack([union(pack(taken))]))[0]

    def name(self, record_id: uuid.UUID) -> str:
        """Name a record as people do."""
        return self.beside.labels.get(str(record_id)) or f"…{str(record_id)[-8:]}"

    def hazard(self, hazard: int) -> Party:
        """Describe a hazard as it stands on the last day, or as it stood last."""
        line = self.line
        at = self.book.now[hazard] if self.book.now[hazard] >= 0 else int(line.slices_of(hazard)[-1])
        one = line.slices[at]
        return Party(line.ids[hazard], "hazard", self.beside.organisations.get(line.ids[hazard]), one.classification,
                     day_of(line.known[hazard]), line.shapes[at] if line.has_ground[at] else one.geometry)

    def release(self, release: int) -> Party:
        """Describe a release."""
        piece = self.line.releases[release]
        organisation = piece.keys.get("organisation")
        shape = self.line.release_shapes[release] if self.line.is_drawn[release] else None
        links = self.beside.own_links
        # What an activity reports without a release stands among the releases, and opens as what it is.
        kind = "activity" if links and piece.record_id not in links else "release"
        return Party(piece.record_id, kind, organisation if isinstance(organisation, str) else None,
                     piece.outcome, piece.on, shape)

    def stock_m2(self, hazard: int) -> float:
        """Return what is left of a hazard, in m2."""
        return float(self.book.stock[hazard]) / CENTS


def day_of(number: int) -> dt.date | None:
    """Return the calendar day of a day number, None for undated.

    >>> day_of(0), day_of(1)
    (None, datetime.date(1, 1, 1))
    """
    return dt.date.fromordinal(number) if 0 < number <= dt.date.max.toordinal() else None


def said(day: int) -> str:
    """Write a day number for a sentence.

    >>> said(0), said(1)
    ('no known day', '0001-01-01')
    """
    found = day_of(day)
    return found.isoformat() if found is not None else "no known day"


def area(m2: float | None) -> str:
    """Write an area in m2 for a sentence; None is unknown.

    >>> area(1234.5), area(None)
    ('1,234.50 m2', 'an unknown area')
    """
    return "an unknown area" if m2 is None else f"{m2:,.2f} m2"


def common(left: Any, right: Any) -> Any:
    """Return the ground that two shapes share.

    >>> common(shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)).area, common(*[shapely.Polygon()] * 2).area
    (1.0, 0.0)
    """
    return intersect(pack([left]), pack([right]))[0]


def without(left: Any, right: Any) -> Any:
    """Return the first shape without the second.

    >>> without(shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)).area, without(*[shapely.Polygon()] * 2).area
    (1.0, 0.0)
    """
    return subtract(pack([left]), pack([right]))[0]


def case_id(view: View, line: str, parties: tuple[Party, ...]) -> uuid.UUID:
    """Name a case by its records and by all that it depends on: when one of them moves, it is another case.

    >>> from whitestone.land.book import simulate
    >>> case_id(View(simulate([], [])), "x", ()) == case_id(View(simulate([], [])), "x", ())
    True
    """
    digest = hashlib.sha256()
    number = {each.record_id: each for each in view.line.releases} if any(p.kind == "release" for p in parties) else {}
    for each in sorted(parties, key=lambda party: party.record_id.bytes):
        digest.update(each.record_id.bytes)
        digest.update(shapely.to_wkb(each.shape) if each.shape is not None else b"-")
        said: list[Any] = [each.what, each.day]
        if each.kind == "release" and each.record_id in number:
            piece = number[each.record_id]
            said += [sorted(map(str, piece.hazard_ids)), piece.area_reported_m2]
        elif each.kind == "hazard":
            mine = view.line.slices_of(view.line.number[each.record_id])
            said += [view.line.slices[at].status for at in mine.tolist()]
        digest.update(repr(said).encode())
    return uuid.uuid5(_SPACE, f"{line}|{digest.hexdigest()}")
