"""How does a kept book become right again when a few records change, or as it was before they changed?

The changed records are read again, the ground that they touch is counted again, and what stands beside the book (names,
imprecise dates, work that reports without a release) is exchanged for them alone. So a book follows what is recorded;
and a book of now becomes one of an earlier moment when what was recorded since is read as it was known then.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

import msgspec

from whitestone.journal import books
from whitestone.journal.drafts import instant_us
from whitestone.journal.store import Session
from whitestone.land.book import Book
from whitestone.land.changing import Change, apply_change
from whitestone.land.growing import Table
from whitestone.land.places import assign
from whitestone.land.toil import steps_of
from whitestone.programme.accounts_inputs import EVER, Inputs, read_records
from whitestone.programme.accounts_shapes import ShapesOfRecords
from whitestone.programme.opening import Clocks, Programme

__all__ = [
    "FOLLOWED", "Besides", "Said", "besides_of", "book_by_name", "can_follow", "changed_book", "grown_book",
    "place_hazards",
]  # fmt: skip

Key = TypeVar("Key")

FOLLOWED = ("hazard", "release", "activity")
FOLLOWING_MINUTES = 0.5
"""A record waits so long at most for a kept book to follow it; on more crowded ground that is counted anew later."""
_ANEW = ("place", "organisation")
_SAMENESS = ("same", "undone")


class Besides(msgspec.Struct):
    """What is kept beside a book: its inputs without hazards and releases, and what it takes to follow changes.

    `located` are the hazards that were placed by location, `releases_of` the releases of each activity, `moot` the
    records that statements dispute or of which something is not approved.
    """

    inputs: Inputs
    located: frozenset[uuid.UUID]
    releases_of: Table[str, frozenset[uuid.UUID]]
    moot: frozenset[uuid.UUID]

    def merged(self, said: Said) -> Besides:
        """Put what was read of a few records in the place of what was known of them."""
        old = self.inputs
        gone = {str(each) for each in (*said.hazards, *said.releases, *said.work)}
        imprecise = {kind: [each for each in listed if each[1] not in gone] + said.imprecise.get(kind, [])
                     for kind, listed in old.imprecise.items()}
        days = [each for each in (old.valid_from, said.valid_from) if each is not None]
        reporting = (old.reporting - said.work) | said.reporting if said.work or said.reporting else old.reporting
        inputs = msgspec.structs.replace(
            old, labels=_table(old.labels).changed(said.labels), imprecise=imprecise, reporting=frozenset(reporting),
            activity_of=_table(old.activity_of).changed(said.activity_of, said.releases),
            valid_from=max(days) if days else None,
        )
        located = (self.located - said.hazards) | said.located if said.hazards else self.located
        return Besides(inputs, located, _releases_of(self, said), (self.moot - said.looked_at) | said.moot)


class Said(msgspec.Struct, array_like=True):
    """What a few records say that stands beside the book: the records looked at by kind, and what is true of them."""

    hazards: frozenset[uuid.UUID]
    releases: frozenset[uuid.UUID]
    work: frozenset[uuid.UUID]
    labels: dict[str, str]
    imprecise: dict[str, list[tuple[int, str]]]
    reporting: frozenset[uuid.UUID]
    activity_of: dict[uuid.UUID, str]
    located: frozenset[uuid.UUID]
    moot: frozenset[uuid.UUID]
    valid_from: dt.date | None

    @property
    def looked_at(self) -> frozenset[uuid.UUID]:
        """Return all records that were looked at."""
        return self.hazards | self.releases | self.work


def besides_of(inputs: Inputs, located: set[uuid.UUID] | frozenset[uuid.UUID], moot: frozenset[uuid.UUID]) -> Besides:
    """Gather what was read beside a book: which hazards were placed, and what is moot."""
    inputs.labels, inputs.activity_of = Table(dict(inputs.labels)), Table(dict(inputs.activity_of))
    releases_of: dict[str, set[uuid.UUID]] = {}
    for release, activity in inputs.activity_of.items():
        releases_of.setdefault(activity, set()).add(release)
    table = Table({activity: frozenset(releases) for activity, releases in releases_of.items()})
    return Besides(inputs, frozenset(located), table, moot)


def can_follow(programme: Programme, changed: Iterable[tuple[str, uuid.UUID]]) -> bool:
    """Say whether a book can follow what changed; a decision that two records are one, or a place, it cannot."""
    decisions = []
    for kind, record in changed:
        if kind in _ANEW:
            return False
        if kind == "decision":
            decisions.append(record)
    # All that a decision ever said: one that was withdrawn says nothing now, and that is what cannot be followed.
    return not any(each.body.get("decision_type") in _SAMENESS for each in programme.journal.histories(decisions))


def changed_book(
    programme: Programme, book: Book, besides: Besides, changed: Collection[tuple[str, uuid.UUID]], clocks: Clocks,
    session: Session, *, threads: int | None = 1,
) -> tuple[Said, Change]:
    """Read changed records as known at `clocks.known`; say what exchanges them in the book and beside it."""
    # Only who counts needs the kernel and its compiler.
    from whitestone.land.renewing import count_change

    hazards, releases, activities = ({record for own, record in changed if own == kind} for kind in FOLLOWED)
    # A change of work changes every release of it; and whether the work has a release decides if it reports alone.
    for each in activities:
        releases |= besides.releases_of.get(str(each), frozenset())
    work = activities | _works(besides.inputs.activity_of.get(each) for each in releases)
    moment = Clocks(EVER, clocks.known_on, clocks.known)
    some = read_records(programme, moment, hazards, releases, work)
    work |= _works(some.activity_of.values())
    every = hazards | releases | work
    said = Said(frozenset(hazards), frozenset(releases), frozenset(work), dict(some.labels), some.imprecise,
                frozenset(), dict(some.activity_of), frozenset(), _moot(programme, session, clocks, every),
                some.valid_from)
    releases_of = _releases_of(besides, said)
    said.reporting = frozenset(each for each in some.reporting if not releases_of.get(str(each)))
    some.levels = besides.inputs.levels
    some.releases = [each for each in some.releases if each.record_id not in work or not releases_of.get(
        str(each.record_id))]
    said.located = frozenset(place_hazards(some))
    change, _, _ = count_change(book, every, some.hazards, some.releases, threads=threads,
                                most_steps=steps_of(programme.settings.counting_minutes if threads is None
                                                    else FOLLOWING_MINUTES))
    return said, change


def grown_book(programme: Programme, book: Book, change: Change, known: dt.datetime | None) -> Book:
    """Return a book after a change, its shapes where they lie: with their records, as known at a moment (None: now)."""
    before = getattr(book.line.shapes_of, "__self__", None)
    plane = programme.plane()
    assert plane is not None
    finder = (before.following() if isinstance(before, ShapesOfRecords) and before.known == known
              else ShapesOfRecords(programme, plane, known))
    made = apply_change(book, change, finder.of_slices, finder.of_releases)
    if made.line.is_fork:
        finder.forget(len(book.line.slices), len(book.line.releases))
    finder.line = made.line
    return made


def place_hazards(inputs: Inputs) -> set[uuid.UUID]:
    """Book hazards without a place to the one in which they lie; say which hazards that was."""
    located: set[uuid.UUID] = set()
    for level in inputs.levels:
        # The deepest level first; what lies outside it is offered to the next one up.
        before = {each.record_id for each in inputs.hazards if not each.keys.get("place")}
        inputs.hazards, _ = assign(inputs.hazards, level)
        located |= before - {each.record_id for each in inputs.hazards if not each.keys.get("place")}
    book_by_name(inputs)
    return located


def book_by_name(inputs: Inputs) -> None:
    """Book a hazard that no gazetteer entry holds to the place as its source writes it."""
    for at, hazard in enumerate(inputs.hazards):
        name = hazard.keys.get("place_name")
        if hazard.keys.get("place") is None and name:
            inputs.hazards[at] = msgspec.structs.replace(hazard, keys={**hazard.keys, "place": name})


def _moot(programme: Programme, session: Session, clocks: Clocks, records: set[uuid.UUID]) -> frozenset[uuid.UUID]:
    known = None if clocks.known is None else instant_us(clocks.known)
    return books.moot(programme.journal, session, known, records)


def _releases_of(besides: Besides, said: Said) -> Table[str, frozenset[uuid.UUID]]:
    """Say again which releases each activity has, for those that a few releases named or name now."""
    found: dict[str, frozenset[uuid.UUID]] = {}
    for release in said.releases:
        before, now = besides.inputs.activity_of.get(release), said.activity_of.get(release)
        for activity, is_there in ((before, False), (now, True)):
            if activity is not None:
                mine = found.get(activity, besides.releases_of.get(activity, frozenset()))
                found[activity] = mine | {release} if is_there else mine - {release}
    return besides.releases_of.changed(found)


def _table(mapping: Mapping[Key, str]) -> Table[Key, str]:
    return mapping if isinstance(mapping, Table) else Table(dict(mapping))


def _works(named: Iterable[str | None]) -> set[uuid.UUID]:
    found = set()
    for each in named:
        with contextlib.suppress(ValueError):
            found.add(uuid.UUID(each or ""))
    return found
