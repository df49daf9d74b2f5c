"""What do records say beside the ledger's inputs that a proposal may rest on, read only where a case asks for it?"""

from __future__ import annotations

import copy
import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import shapely

from whitestone.domain.dates import parse_partial
from whitestone.domain.revision import Nature, Revision, State
from whitestone.errors import InvalidValue, UnknownRecord
from whitestone.land.inputs import HazardSlice, ReleasePiece
from whitestone.land.proof import Disagreement
from whitestone.land.repairs import Beside, Claim, Dating, Side
from whitestone.land.repairs_model import ASK, STATED
from whitestone.programme.accounts import Accounts
from whitestone.programme.accounts_following import place_hazards
from whitestone.programme.accounts_inputs import EVER, Inputs, booked_on, read_records
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.sameness import same_groups

if TYPE_CHECKING:
    from whitestone.journal import Journal

__all__ = ["beside_of", "read_some"]

K = TypeVar("K")
V = TypeVar("V")


class Looked(Mapping[K, V], Generic[K, V]):
    """A mapping whose values are looked up where they are asked for, each once; what is not there is None inside."""

    def __init__(self, look: Callable[[K], V | None]) -> None:
        self._look, self._found = look, dict[K, V | None]()

    def __getitem__(self, key: K) -> V:
        if key not in self._found:
            self._found[key] = self._look(key)
        value = self._found[key]
        if value is None:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[K]:
        return iter(self._found)

    def __len__(self) -> int:
        return max(1, len(self._found))  # never empty: there is always more to look up


def beside_of(programme: Programme, clocks: Clocks, opened: Accounts) -> Beside:
    """Give what hazards, releases and finds state, as of two clocks; nothing is read before it is asked for."""
    reader = _Reader(programme, clocks, opened)
    return Beside(
        discovered=Looked(reader.discovered), own_links=Looked(reader.own_links),
        finds=Looked(lambda own: reader.finds.get(own)), organisations=Looked(reader.organisation),
        labels=Looked(reader.label), tolerance_m2=programme.settings.closing_tolerance_m2,
        levels=tuple(opened.inputs.levels), claims=Looked(reader.claims), dates=reader.dates, position=reader.position,
    )  # fmt: skip


def read_some(programme: Programme, clocks: Clocks, opened: Accounts, ids: set[uuid.UUID]) -> Inputs:
    """Read some hazards, releases and activities as the book of the situation has them, with shapes and places."""
    early = opened.inputs.valid_from is not None and clocks.on < opened.inputs.valid_from
    asked = Clocks(clocks.on if early else EVER, clocks.known_on, clocks.known)
    hazards = {each for each in ids if each in opened.book.line.number}
    work = ids & opened.inputs.reporting
    some = read_records(programme, asked, hazards, ids - hazards - work, work)
    some.levels = opened.inputs.levels
    place_hazards(some)
    return some


class _AllThatCounts:
    """A journal that tells of hazards and releases all that counts, approved or not."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)

    def dated_states(self, kind: str, **asked: Any) -> Iterator[State]:
        return self._journal.dated_states(kind, **asked, approved_only=kind not in ("hazard", "release"))


class _Reader:
    def __init__(self, programme: Programme, clocks: Clocks, opened: Accounts) -> None:
        self.programme, self.clocks, self.opened = programme, clocks, opened
        self.journal, self.plane = programme.journal, opened.inputs.plane
        self._bodies: dict[uuid.UUID, dict[str, Any]] = {}

    @cached_property
    def same(self) -> dict[uuid.UUID, uuid.UUID]:
        return same_groups(self.journal, self.clocks.on, self.clocks.known)

    def _state(self, record_id: uuid.UUID, *, approved_only: bool = True) -> State | None:
        return self.journal.state(record_id, on=self.clocks.on, known=self.clocks.known, approved_only=approved_only)

    def _body(self, record_id: uuid.UUID) -> dict[str, Any]:
        if record_id not in self._bodies:
            found = self._state(record_id) or self._state(record_id, approved_only=False)
            if found is None:  # work that was reported later counts by its first statement
                told = [each for each in self._history(record_id) if each.nature != Nature.DECISION]
                self._bodies[record_id] = told[0].body if told else {}
            else:
                self._bodies[record_id] = found.body
        return self._bodies[record_id]

    def _history(self, record_id: uuid.UUID) -> list[Revision]:
        try:
            told = self.journal.history(record_id)
        except UnknownRecord:
            return []
        return [each for each in told if self.clocks.known is None or each.recorded_at <= self.clocks.known]

    def discovered(self, hazard: uuid.UUID) -> dt.date | None:
        return _last_day(self._body(hazard).get("discovered_on"))

    def own_links(self, release: uuid.UUID) -> tuple[uuid.UUID, ...] | None:
        if release in self.opened.inputs.reporting:
            return None
        return _ids(self._body(release), self.same)

    def organisation(self, record: uuid.UUID) -> str | None:
        body = self._body(record)
        named = _as_id(body.get("organisation_id"))
        name = self._body(named).get("name") if named is not None else None
        return str(name or body.get("organisation_name") or "") or None

    def label(self, key: str) -> str | None:
        if key in self.opened.inputs.labels:
            return self.opened.inputs.labels[key]
        record = _as_id(key)
        body = self._body(record) if record is not None else {}
        return str(body.get("local_id") or body.get("name") or "") or None

    def position(self, hazard: uuid.UUID) -> Any:
        state = self._state(hazard)
        return self.plane.project([shapely.from_wkb(state.geometry)])[0] if state and state.geometry else None

    @cached_property
    def finds(self) -> dict[uuid.UUID, tuple[tuple[uuid.UUID, Any], ...]]:
        finds: dict[uuid.UUID, list[tuple[uuid.UUID, Any]]] = {}
        for each in self.journal.states("item", on=self.clocks.on, known=self.clocks.known):
            if each.geometry is not None:
                for hazard in _ids(each.body, self.same):
                    finds.setdefault(hazard, []).append((each.record_id, each.geometry))
        return {
            hazard: tuple(zip([own for own, _ in some],
                              self.plane.project(shapely.from_wkb([wkb for _, wkb in some])), strict=True))
            for hazard, some in finds.items()
        }  # fmt: skip

    def claims(self, line: str) -> tuple[Claim, ...] | None:
        """Tell who says what of disputed ground, or of ground that awaits approval, in the order of the figures."""
        if line == "in_conflict_m2":
            return tuple(map(self._disputed, self.opened.inputs.disputed))
        return self._awaiting() if line == "not_approved_m2" else None

    def _disputed(self, pair: Disagreement) -> Claim:
        if pair.other_id is not None:
            kept = Side(pair.record_id, "the outline of the record that is kept", self.organisation(pair.record_id),
                        None, pair.right)
            other = Side(pair.other_id, "the outline of the record that is not", self.organisation(pair.other_id),
                         None, pair.left)
            return Claim(pair.record_id, pair.kind, kept, other)
        sides = [self._side(pair.record_id, revision, shape, what)
                 for revision, shape, what in zip(pair.revisions, (pair.left, pair.right),
                                                  ("the one that counts", "the one that does not count"), strict=True)]
        return Claim(pair.record_id, pair.kind, sides[0], sides[1])

    def _side(self, record_id: uuid.UUID, revision_id: uuid.UUID, shape: Any, what: str) -> Side:
        said = self.journal.revision(revision_id)
        return Side(record_id, f"{what}, entry {said.seq}", said.organisation or said.author,
                    _last_day(said.information_date), shape, (revision_id,))

    def _awaiting(self) -> tuple[Claim, ...]:
        pairs = self.opened.inputs.awaiting
        becomes: dict[uuid.UUID, list[HazardSlice | ReleasePiece]] = {}
        if pairs:
            then = copy.copy(self.programme)
            then.journal = _AllThatCounts(self.journal)  # type: ignore[assignment]
            ids = {kind: {each.record_id for each in pairs if each.kind == kind} for kind in ("hazard", "release")}
            asked = Clocks(EVER, self.clocks.known_on, self.clocks.known)
            some = read_records(then, asked, ids["hazard"], ids["release"], set())
            some.levels = self.opened.inputs.levels
            place_hazards(some)
            for one in some.hazards:
                becomes.setdefault(one.record_id, []).append(one)
            for piece in some.releases:
                becomes.setdefault(piece.record_id, []).append(piece)
        return tuple(self._waits(each, tuple(becomes.get(each.record_id, ()))) for each in pairs)

    def _waits(self, pair: Disagreement, becomes: tuple[Any, ...]) -> Claim:
        state = self._state(pair.record_id, approved_only=False)
        word = state.workflow.name.lower() if state is not None else "submitted"
        last = self.journal.revision(state.revisions[-1]) if state is not None else None
        day = _last_day(last.information_date) if last is not None else None
        counted = Side(pair.record_id, "what counts", self.organisation(pair.record_id), None, pair.left)
        other = Side(pair.record_id, f"what was {word}", (last.organisation or last.author) if last else None, day,
                     pair.right, pair.revisions)
        return Claim(pair.record_id, pair.kind, counted, other, word, becomes)

    def dates(self, record: uuid.UUID) -> list[Dating]:
        """List days that other statements give for a record without a date; the nearest to it first."""
        found = self._dated_by_work(record) if record in self.opened.book.line.number else self._dated_by_kin(record)
        entered = [each.source_recorded_at for each in self._history(record) if each.source_recorded_at is not None]
        if entered:
            day = min(entered).astimezone(self.programme.zone).date()
            found.append(Dating(day, "Its source had it in its own database by then: it is not younger.",
                                f"the source recorded it on {day.isoformat()}", STATED))
        return found

    def _dated_by_work(self, hazard: uuid.UUID) -> list[Dating]:
        """Date a hazard by the first dated work that names it: it was there by then."""
        line = self.opened.book.line
        works = [each for each in line.releases if hazard in each.hazard_ids and each.on is not None]
        works = [each for each in works if line.releases_of([each.record_id]).size]
        if not works:
            return []
        first = min(works, key=lambda each: (each.on, each.record_id))
        assert first.on is not None
        return [Dating(first.on, "Work that names it was done on that day: it was known by then, and perhaps before.",
                       f"{self.label(str(first.record_id)) or first.record_id} names it and is of "
                       f"{first.on.isoformat()}", ASK)]  # fmt: skip

    def _dated_by_kin(self, release: uuid.UUID) -> list[Dating]:
        """Date a release by the other releases of its activity: the last of them."""
        activity = self.opened.inputs.activity_of.get(release)
        kin = [own for own, each in self.opened.inputs.activity_of.items() if each == activity and own != release]
        days = []
        for own in kin if activity is not None else []:
            body = self._body(own)
            day = booked_on(body.get("completed_on"), body.get("approved_on"), self.programme.settings.approval_rule)
            if day is not None:
                days.append((day.last_day, own))
        if not days:
            return []
        last, own = max(days)
        return [Dating(last, "Another release of the same activity has this date; this one may be of another day.",
                       f"{self.label(str(own)) or own} is of the same activity and of {last.isoformat()}", ASK)]


def _as_id(text: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None


def _ids(body: dict[str, Any], same: Mapping[uuid.UUID, uuid.UUID]) -> tuple[uuid.UUID, ...]:
    found = [_as_id(text) for text in dict.fromkeys(body.get("hazard_ids") or ())]  # a broken link: the check lists it
    return tuple(same.get(own, own) for own in found if own is not None)


def _last_day(text: Any) -> dt.date | None:
    try:
        return parse_partial(text).last_day if isinstance(text, str) else None
    except InvalidValue:
        return None
