"""What is a case of a proof line, and what may a person do about it?

Plain values. A case names records, how much of the line is theirs, and proposals; a proposal says what accepting it
would state, why, on which evidence, and by how much the line would move. Nothing here decides or writes anything.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any

import msgspec
import numpy as np
import shapely

from whitestone.land.book import CENTS, Book
from whitestone.land.inputs import UNDATED
from whitestone.land.repairs_words import day_of
from whitestone.land.shapes import pack, subtract, union

__all__ = [
    "ASK", "BASES", "MEASURED", "STATED", "Beside", "Case", "Claim", "Dating", "Party", "Repair", "Seed", "Side",
    "Statement", "View", "case_id",
]  # fmt: skip

MEASURED, STATED, ASK = "measured", "stated", "ask"
BASES: Mapping[str, str] = MappingProxyType({
    MEASURED: "follows from the outlines as they are recorded",
    STATED: "follows from what a record states",
    ASK: "the records cannot tell; it takes a person who knows the ground or the paper",
})
"""On what a proposal rests. None of them is a fact about the ground."""

Array = np.ndarray[Any, Any]
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
    (kept, absorbed). `chosen` settles a dispute for one of its sides,
    `decided` ("approved", "returned") a claim that awaits approval. A proposal without any of these points at what to
    look at; it writes nothing.
    """

    kind: str
    sentence: str
    why: str
    basis: str
    statements: tuple[Statement, ...] = ()
    same: tuple[uuid.UUID, uuid.UUID] | None = None
    evidence: tuple[str, ...] = ()
    promised: float | None = None
    chosen: tuple[Claim, Side] | None = None
    decided: tuple[Claim, str] | None = None

    @property
    def writes(self) -> bool:
        """Say whether accepting it states anything."""
        return bool(self.statements) or any(each is not None for each in (self.same, self.chosen, self.decided))


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


class Side(msgspec.Struct, frozen=True):
    """One statement of the ground of a record: what it is called, who said it and when, and its shape in the plane.

    `record_id` is the record of which it was said; `revisions` the revisions that say it.
    """

    record_id: uuid.UUID
    what: str
    organisation: str | None
    day: dt.date | None
    shape: Any
    revisions: tuple[uuid.UUID, ...] = ()


class Claim(msgspec.Struct, frozen=True):
    """Ground of one record that stands otherwise in another statement: the one that counts now, and the other.

    `becomes`: the hazard's slices, or the release's pieces, if all that was said were approved. `asked`: which
    statement awaits approval ("submitted", "verified"); empty where two statements dispute.
    """

    record_id: uuid.UUID
    kind: str
    counted: Side
    other: Side
    asked: str = ""
    becomes: tuple[Any, ...] = ()


class Dating(msgspec.Struct, frozen=True):
    """A day that another statement gives for a record without a date: why, and on what that rests (see BASES)."""

    day: dt.date
    why: str
    evidence: str
    basis: str = ASK


class Beside(msgspec.Struct, frozen=True):
    """What records state beside the ledger's own inputs.

    `discovered`: hazard -> the day on which it says that it was discovered; `own_links`: release -> the hazards that
    it names itself (its activity may name others); `finds`: hazard -> (record, point in the plane) of items that name
    it; `organisations`: hazard -> who recorded it; `labels`: record -> the name that people use; `tolerance_m2`: what
    counts as nothing left; `levels`: the places by level, the deepest first, each place -> its shape in the plane;
    `claims`: what is disputed and what awaits approval, by proof line; `dates`: what may date a record without a date;
    `position` gives the geometry of a hazard that has no measured ground.
    """

    discovered: Mapping[uuid.UUID, dt.date] = {}
    own_links: Mapping[uuid.UUID, tuple[uuid.UUID, ...]] = {}
    finds: Mapping[uuid.UUID, tuple[tuple[uuid.UUID, Any], ...]] = {}
    organisations: Mapping[uuid.UUID, str] = {}
    labels: Mapping[str, str] = {}
    tolerance_m2: float = 1.0
    levels: tuple[Mapping[str, Any], ...] = ()
    claims: Mapping[str, tuple[Claim, ...]] = {}
    dates: Callable[[uuid.UUID], Sequence[Dating]] | None = None
    position: Callable[[uuid.UUID], Any] | None = None


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
    def _slices(self) -> tuple[Array, Any]:
        return _boxed(self.line.boxes, self.line.stands)

    @cached_property
    def _works(self) -> tuple[Array, Any]:
        return _boxed(self.line.release_boxes, self.line.counts)

    def ground(self, at: int) -> Any:
        """Return the ground of a slice, by number."""
        return self.line.shapes_of(np.array([at]))[0]

    def work(self, release: int) -> Any:
        """Return the ground of a release, by number."""
        return self.line.release_shapes_of(np.array([release]))[0]

    def near_hazards(self, shape: Any) -> list[int]:
        """List the hazards of which some outline crosses a shape, by number; only outlines near it are read."""
        near = _near(shape, self._slices, self.line.shapes_of)
        found: list[int] = np.unique(self.line.hazard_of[near]).tolist()
        return found

    def near_releases(self, shape: Any) -> list[int]:
        """List the releases that cross a shape, by number; only outlines near it are read."""
        found: list[int] = _near(shape, self._works, self.line.release_shapes_of).tolist()
        return found

    def naming(self, hazard: int) -> list[int]:
        """List the releases that name a hazard, by number."""
        if "naming" not in self.memo:
            named: dict[uuid.UUID, list[int]] = {}
            for at in np.flatnonzero(self.line.counts).tolist():
                for own in self.line.releases[at].hazard_ids:
                    named.setdefault(own, []).append(at)
            self.memo["naming"] = named
        found: list[int] = self.memo["naming"].get(self.line.ids[hazard], [])
        return found

    def slices_by_now(self, hazard: int) -> list[int]:
        """List the slices of a hazard that began by the last day, in order."""
        mine = self.line.slices_of(hazard)
        found: list[int] = mine[self.line.begins[mine] <= self.book.last_day].tolist()
        return found

    def outside(self, release: int) -> Any:
        """Return the ground of a release outside every hazard on which it acts, at the end of the book."""
        line, taken, drawn = self.line, [], self.work(release)
        for hazard in self.near_hazards(drawn):
            acts = line.acts_on(release, hazard)
            held = line.slice_on(hazard, acts) if acts is not None and acts <= self.book.last_day else -1
            if held >= 0:
                taken.append(self.ground(held))
        return subtract(pack([drawn]), pack([union(pack(taken))]))[0]

    def case(self, line: str, m2: float | None, parties: tuple[Party, ...], sentence: str,
             proposals: Iterable[Repair] = (), ground: Any = None, note: str = "") -> Case:  # fmt: skip
        """Put a case together, named by its records and all that it depends on."""
        return Case(case_id(self, line, parties), line, m2, parties, sentence, tuple(proposals), ground, note)

    def name(self, record_id: uuid.UUID) -> str:
        """Name a record as people do."""
        return self.beside.labels.get(str(record_id)) or f"…{str(record_id)[-8:]}"

    def hazard(self, hazard: int) -> Party:
        """Describe a hazard as it stands on the last day, or as it stood last."""
        line = self.line
        at = self.book.now[hazard] if self.book.now[hazard] >= 0 else int(line.slices_of(hazard)[-1])
        one, own = line.slices[at], line.ids[hazard]
        shape = self.ground(at) if line.has_ground[at] else one.geometry
        if shape is None and line.has_position[at] and self.beside.position is not None:
            shape = self.beside.position(own)
        return Party(own, "hazard", self.beside.organisations.get(own), one.classification, day_of(line.known[hazard]),
                     shape)

    def release(self, release: int) -> Party:
        """Describe a release."""
        piece = self.line.releases[release]
        organisation = piece.keys.get("organisation")
        shape = self.work(release) if self.line.is_drawn[release] else None
        links = self.beside.own_links
        # What an activity reports without a release stands among the releases, and opens as what it is.
        kind = "activity" if links and piece.record_id not in links else "release"
        return Party(piece.record_id, kind, organisation if isinstance(organisation, str) else None,
                     piece.outcome, piece.on, shape)

    def stock_m2(self, hazard: int) -> float:
        """Return what is left of a hazard, in m2."""
        return float(self.book.stock[hazard]) / CENTS


def _boxed(boxes: Array, chosen: Array) -> tuple[Array, Any]:
    """Make a tree over the boxes of what is chosen and has one; with it the numbers of these."""
    numbers = np.flatnonzero(chosen & ~np.isnan(boxes).any(axis=1))
    return numbers, shapely.STRtree(shapely.box(*boxes[numbers].T))


def _near(shape: Any, tree: tuple[Array, Any], shapes_of: Any) -> Array:
    if shapely.is_empty(shape):
        return np.zeros(0, dtype=np.int64)
    near: Array = np.sort(tree[0][tree[1].query(shape)])
    crossing: Array = near[shapely.intersects(shapes_of(near), shape)]
    return crossing


def case_id(view: View, line: str, parties: tuple[Party, ...]) -> uuid.UUID:
    """Name a case by its records and by all that it depends on: when one of them moves, it is another case.

    >>> from whitestone.land.book import simulate
    >>> case_id(View(simulate([], [])), "x", ()) == case_id(View(simulate([], [])), "x", ())
    True
    """
    digest = hashlib.sha256()
    for each in sorted(parties, key=lambda party: party.record_id.bytes):
        digest.update(each.record_id.bytes)
        digest.update(shapely.to_wkb(each.shape) if each.shape is not None else b"-")
        said: list[Any] = [each.what, each.day]
        if each.kind == "release":
            for piece in [view.line.releases[at] for at in view.line.releases_of([each.record_id])[-1:]]:
                said += [sorted(map(str, piece.hazard_ids)), piece.area_reported_m2]
        elif each.record_id in view.line.number:
            mine = view.line.slices_of(view.line.number[each.record_id])
            said += [view.line.slices[at].status for at in mine.tolist()]
        digest.update(repr(said).encode())
    return uuid.uuid5(_SPACE, f"{line}|{digest.hexdigest()}")
