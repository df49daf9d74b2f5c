"""What do the pages ask of a programme: how many, which, what exactly, since when, and linked with what?

Plain values out, no markup. Answers are kept per picture (head of the journal and both clocks): a page costs a look-up
once somebody has asked, and a new act makes new answers.
"""

from __future__ import annotations

import threading
import uuid
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from whitestone.domain.kinds import KINDS, kind
from whitestone.domain.revision import Revision, State
from whitestone.errors import UnknownRecord
from whitestone.programme.opening import Clocks, Programme
from whitestone.programme.sameness import same_groups
from whitestone.programme.tiling import MAPPED, Tiler

__all__ = ["ALL_PERSONS", "Looker", "Page", "RecordView", "Step", "Table", "steps_of"]

ALL_PERSONS = frozenset({"casualty", "consent", "protected_source"})
"""Kinds shown as counts only until disclosure control exists."""

T = TypeVar("T")
_KEPT = 64
_KNOWN_BY_NAME = frozenset({"place", "organisation", "source", "dataset"})
_HIDDEN = frozenset({"toml", "counts", "figures"})


class Table(msgspec.Struct):
    """All records of one kind as of two clocks, by column; `located` says which have a geometry (None: not mapped)."""

    kind: str
    ids: list[uuid.UUID]
    columns: dict[str, list[Any]]
    located: list[bool] | None
    texts: list[str] = []
    orders: dict[str, list[int]] = {}
    places: dict[uuid.UUID, int] = {}

    def order(self, column: str) -> list[int]:
        """Give the row numbers sorted by a column; unknown values come last."""
        if column not in self.orders:
            values = self.columns[column]
            known = [at for at in range(len(values)) if values[at] is not None]
            unknown = [at for at in range(len(values)) if values[at] is None]
            self.orders[column] = sorted(known, key=lambda at: _sortable(values[at])) + unknown
        return self.orders[column]

    def holding(self, text: str) -> set[int]:
        """Give the rows in which `text` occurs in any column, letter case ignored."""
        if not self.texts and self.ids:
            columns = [[_flat(value) for value in values] for values in self.columns.values()]
            self.texts = (
                ["\n".join(row).casefold() for row in zip(*columns, strict=True)] if columns else [""] * len(self.ids)
            )
        wanted = text.casefold()
        return {at for at, own in enumerate(self.texts) if wanted in own}

    def tally(self, column: str) -> list[tuple[str | None, int]]:
        """Count the values of a column, most frequent first; None counts what is unknown or not stated."""
        counted = Counter(_flat(value) if value is not None else None for value in self.columns.get(column, []))
        return counted.most_common()


class Page(msgspec.Struct):
    """One page of a table: which rows, how many match, how many there are."""

    rows: list[int]
    matching: int
    total: int
    first: int
    pages: int
    number: int


class Step(msgspec.Struct):
    """One revision of a record beside what it changed: attribute -> (before, after)."""

    revision: Revision
    changes: dict[str, tuple[Any, Any]]
    moved: bool
    counted: bool


class RecordView(msgspec.Struct):
    """A record as of two clocks with its whole history."""

    record_id: uuid.UUID
    kind: str
    state: State | None
    steps: list[Step]
    outgoing: list[tuple[str, str, uuid.UUID, str]]
    incoming: list[tuple[str, str, uuid.UUID, str]]


class Looker:
    """Answers the questions of the pages about one programme."""

    def __init__(self, programme: Programme, tiler: Tiler) -> None:
        self._programme = programme
        self._tiler = tiler
        self._kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._locks: dict[tuple[Any, ...], threading.Lock] = {}
        self._lock = threading.Lock()

    def _once(self, key: tuple[Any, ...], compute: Callable[[], T]) -> T:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]  # type: ignore[no-any-return]
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._kept:
                value = compute()
                with self._lock:
                    self._kept[key] = value
                    while len(self._kept) > _KEPT:
                        self._locks.pop(self._kept.popitem(last=False)[0], None)
            return self._kept[key]  # type: ignore[no-any-return]

    def counts(self, clocks: Clocks) -> dict[str, int]:
        """Count the records of each kind that holds any, in the order of the registry; those declared the same once."""
        found = self._once((self._tiler.key(clocks), "counts"), lambda: self._count(clocks))
        return {name: found[name] for name in KINDS if found.get(name)}

    def _count(self, clocks: Clocks) -> Counter[str]:
        journal = self._programme.journal
        every = Counter(journal.count(on=clocks.on, known=clocks.known))
        absorbed = journal.states(on=clocks.on, known=clocks.known, ids=self._same(clocks), geometry=False)
        return every - Counter(state.kind for state in absorbed)

    def _same(self, clocks: Clocks) -> dict[uuid.UUID, uuid.UUID]:
        """Map each record that was declared the same as another to the one that is kept."""
        return self._once(
            (self._tiler.key(clocks), "same"), lambda: same_groups(self._programme.journal, known=clocks.known)
        )

    def table(self, name: str, clocks: Clocks) -> Table:
        """Return the table of one kind; refuses an unknown kind with InvalidValue."""
        kind(name)
        return self._once((self._tiler.key(clocks), "table", name), lambda: self._make_table(name, clocks))

    def _make_table(self, name: str, clocks: Clocks) -> Table:
        journal = self._programme.journal
        absorbed = self._same(clocks)
        states = [
            state
            for state in journal.states(name, on=clocks.on, known=clocks.known, geometry=False)
            if state.record_id not in absorbed
        ]
        stated = {attribute for state in states for attribute in state.body}
        names = [each for each in KINDS[name].attributes if each in stated and each not in _HIDDEN]
        columns = {each: [state.body.get(each) for state in states] for each in names}
        located = None
        if name in MAPPED:
            missing = set(self._tiler.picture(clocks).unlocated[name])
            located = [state.record_id not in missing for state in states]
        ids = [state.record_id for state in states]
        return Table(name, ids, columns, located, places={own: at for at, own in enumerate(ids)})

    def page(
        self,
        table: Table,
        *,
        sort: str | None = None,
        descending: bool = False,
        text: str = "",
        equal: Mapping[str, str] | None = None,
        located: bool | None = None,
        ids: Iterable[uuid.UUID] | None = None,
        number: int = 1,
        size: int = 50,
    ) -> Page:
        """Choose, sort and cut a table; `equal` holds attribute -> value as text, "unknown" for what is not known."""
        order: Sequence[int] = table.order(sort) if sort in table.columns else range(len(table.ids))
        if descending:
            values = table.columns.get(sort or "", [])
            known = [at for at in order if not values or values[at] is not None]
            order = known[::-1] + [at for at in order if values and values[at] is None]
        tests: list[Callable[[int], bool]] = []
        if ids is not None:
            wanted = {table.places[own] for own in ids if own in table.places}
            tests.append(wanted.__contains__)
        if text:
            tests.append(table.holding(text).__contains__)
        for attribute, value in (equal or {}).items():
            tests.append(_equals(table.columns.get(attribute, [None] * len(table.ids)), value))
        if located is not None and table.located is not None:
            flags = table.located
            tests.append(lambda at: flags[at] is located)
        rows = [at for at in order if all(test(at) for test in tests)] if tests else order
        pages = max(1, -(-len(rows) // size))
        number = min(max(1, number), pages)
        first = (number - 1) * size
        return Page(list(rows[first : first + size]), len(rows), len(table.ids), first, pages, number)

    def record(self, record_id: uuid.UUID, clocks: Clocks) -> RecordView:
        """Return a record with its history and links; refuses an id that is in no revision with UnknownRecord."""
        journal = self._programme.journal
        history = journal.history(record_id)
        if not history:
            raise UnknownRecord(record=str(record_id))
        name = history[-1].kind
        state = journal.state(record_id, on=clocks.on, known=clocks.known)
        outgoing = self._outgoing(name, state.body if state else {}, clocks)
        for absorbed, kept in self._same(clocks).items():
            if record_id in (absorbed, kept):
                other, word = (kept, "same_as") if record_id == absorbed else (absorbed, "absorbed_ids")
                outgoing.append((word, name, other, self.title(other, name, clocks)))
        incoming = self._links(clocks).get(str(record_id), [])
        return RecordView(record_id, name, state, steps_of(history, state), outgoing, incoming)

    def title(self, record_id: uuid.UUID, name: str, clocks: Clocks) -> str:
        """Give the shortest words by which people know a record: its local id or name, else the end of its id.

        Places, organisations and datasets are known by name; everything else by the id on its paper.
        """
        table = self.table(name, clocks)
        at = table.places.get(record_id)
        for column in ("name", "local_id") if name in _KNOWN_BY_NAME else ("local_id", "name"):
            if at is not None and column in table.columns and table.columns[column][at]:
                return str(table.columns[column][at])
        if record_id in self._same(clocks):  # in no table, but still on its paper
            state = self._programme.journal.state(record_id, on=clocks.on, known=clocks.known)
            if state is not None and state.body.get("local_id"):
                return str(state.body["local_id"])
        return f"…{str(record_id)[-8:]}"

    def kinds_of(self, ids: Iterable[uuid.UUID], clocks: Clocks) -> dict[uuid.UUID, str]:
        """Find the kind of each record that stands in a table as of the clocks."""
        wanted = set(ids)
        found: dict[uuid.UUID, str] = {}
        for name in self.counts(clocks):
            if KINDS[name].programme or not wanted:
                continue
            here = wanted & self.table(name, clocks).places.keys()
            found.update(dict.fromkeys(here, name))
            wanted -= here
        return found

    def _outgoing(self, name: str, body: Mapping[str, Any], clocks: Clocks) -> list[tuple[str, str, uuid.UUID, str]]:
        found = []
        for attribute in KINDS[name].attributes.values():
            if attribute.links_to and body.get(attribute.name):
                value = body[attribute.name]
                for own in value if isinstance(value, list) else [value]:
                    target = _uuid(own)
                    if target:
                        title = self.title(target, attribute.links_to, clocks)
                        found.append((attribute.name, attribute.links_to, target, title))
        return found

    def _links(self, clocks: Clocks) -> dict[str, list[tuple[str, str, uuid.UUID, str]]]:
        """Index who points at whom: record id as text -> (attribute, kind, id, title) of those that name it."""
        return self._once((self._tiler.key(clocks), "links"), lambda: self._index_links(clocks))

    def _index_links(self, clocks: Clocks) -> dict[str, list[tuple[str, str, uuid.UUID, str]]]:
        index: dict[str, list[tuple[str, str, uuid.UUID, str]]] = {}
        for name in self.counts(clocks):
            if KINDS[name].programme or name in ALL_PERSONS:
                continue
            table = self.table(name, clocks)
            for column, values in table.columns.items():
                if not KINDS[name].attributes[column].links_to:
                    continue
                for at, value in enumerate(values):
                    for own in (value if isinstance(value, list) else [value]) if value else ():
                        entry = (column, name, table.ids[at], self.title(table.ids[at], name, clocks))
                        index.setdefault(str(own), []).append(entry)
        return index


def steps_of(history: Sequence[Revision], state: State | None) -> list[Step]:
    """Lay a history out, newest first, each revision with what differs from all that was recorded before it.

    >>> steps_of([], None)
    []
    """
    folded: dict[str, Any] = {}
    shape: bytes | None = None
    counted = set(state.revisions) if state else set()
    steps = []
    for revision in history:
        stated = {**revision.body, **{f"extra.{name}": value for name, value in revision.extra.items()}}
        changes = {
            name: (folded.get(name, msgspec.UNSET), value)
            for name, value in stated.items()
            if name not in folded or folded[name] != value
        }
        moved = revision.geometry is not None and revision.geometry != shape
        steps.append(Step(revision, changes, moved, revision.revision_id in counted))
        folded.update(stated)
        shape = revision.geometry or shape
    return steps[::-1]


def _equals(values: list[Any], wanted: str) -> Callable[[int], bool]:
    if wanted == "unknown":
        return lambda at: values[at] is None
    return lambda at: (
        values[at] is not None
        and (wanted in map(str, values[at]) if isinstance(values[at], list) else str(values[at]) == wanted)
    )


def _sortable(value: Any) -> tuple[int, float, str]:
    if isinstance(value, (int, float)):
        return (0, float(value), "")
    return (1, 0.0, _flat(value).casefold())


def _flat(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(_flat, value)) if isinstance(value, list) else str(value)


def _uuid(text: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None
