"""What is said of hundreds of thousands of slices and releases, without unpacking one that nobody asks for?

Columns: ids and days as numbers, and what few records say otherwise than others (class, status, keys) as one number,
the *face*. A slice or release is made of them where it is asked for by its number. Shapes lie elsewhere.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any, overload

import msgspec
import numpy as np

from whitestone.land.growing import Room
from whitestone.land.inputs import HazardSlice, RecordedSlice, ReleasePiece

__all__ = ["Faces", "Ids", "ReleaseFace", "Releases", "SliceFace", "Slices", "ids_of", "same_ids"]

Array = np.ndarray[Any, Any]
_HALF = (1 << 64) - 1
_FEW = 16


class SliceFace(msgspec.Struct, frozen=True, array_like=True):
    """What many slices have in common: see RecordedSlice."""

    classification: str | None
    status: str | None
    keys: dict[str, str | tuple[str, ...] | None]
    void: bool
    closure: str | None
    access: str | None
    discovered: bool


class ReleaseFace(msgspec.Struct, frozen=True, array_like=True):
    """What many releases have in common: see ReleasePiece."""

    outcome: str
    keys: dict[str, str | tuple[str, ...] | None]


class Ids(Sequence[uuid.UUID]):
    """Record ids as pairs of numbers; each becomes an id where it is asked for.

    >>> list(Ids(ids_of([uuid.UUID(int=7)]))), len(Ids(ids_of([])))
    ([UUID('00000000-0000-0000-0000-000000000007')], 0)
    """

    __slots__ = ("pairs",)

    def __init__(self, pairs: Array) -> None:
        self.pairs = pairs

    def __len__(self) -> int:
        return len(self.pairs)

    @overload
    def __getitem__(self, at: int) -> uuid.UUID: ...
    @overload
    def __getitem__(self, at: slice) -> list[uuid.UUID]: ...
    def __getitem__(self, at: int | slice) -> uuid.UUID | list[uuid.UUID]:
        if isinstance(at, slice):
            return list(Ids(self.pairs[at]))
        high, low = self.pairs[at].tolist()
        return uuid.UUID(int=(high << 64) | low)

    def __iter__(self) -> Iterator[uuid.UUID]:
        for high, low in self.pairs.tolist():
            yield uuid.UUID(int=(high << 64) | low)


def ids_of(ids: Iterable[uuid.UUID]) -> Array:
    """Write ids as pairs of numbers (n, 2), which order as the ids do.

    >>> ids_of([uuid.UUID(int=1 << 64)]).tolist(), ids_of([]).shape
    ([[1, 0]], (0, 2))
    """
    numbers = [each.int for each in ids]
    return np.array([(each >> 64, each & _HALF) for each in numbers], dtype=np.uint64).reshape(-1, 2)


def same_ids(pairs: Array, wanted: Array) -> Array:
    """Give the places, in order, at which one of the wanted ids stands; both as pairs of numbers.

    >>> some = ids_of([uuid.UUID(int=1), uuid.UUID(int=2), uuid.UUID(int=1)])
    >>> same_ids(some, some[:1]).tolist(), same_ids(some, some[:0]).tolist()
    ([0, 2], [])
    """
    if len(wanted) <= _FEW:
        found = [np.flatnonzero((pairs[:, 1] == low) & (pairs[:, 0] == high)) for high, low in wanted]
        return np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)
    near = np.flatnonzero(np.isin(pairs[:, 1], wanted[:, 1]))
    asked = set(map(tuple, wanted.tolist()))
    is_asked = [tuple(each) in asked for each in pairs[near].tolist()]
    found_here: Array = near[np.array(is_asked, dtype=bool)]
    return found_here


class Faces:
    """Distinct faces by number. They are only ever added, so all books that grow out of one another share them."""

    def __init__(self, faces: Iterable[Any] = ()) -> None:
        self.every: list[Any] = []
        self._number: dict[Hashable, int] = {}
        self._coded: dict[Hashable, tuple[list[int], dict[Any, int]]] = {}
        self.codes(list(faces))

    def codes(self, faces: Sequence[Any]) -> Array:
        """Number some faces, as before where one is known.

        >>> faces = Faces()
        >>> one, other = ReleaseFace("cleared", {}), ReleaseFace("reduced", {})
        >>> faces.codes([one, other, one]).tolist(), faces.codes([]).tolist()
        ([0, 1, 0], [])
        """
        return np.array([self._code(each) for each in faces], dtype=np.int32)

    def _code(self, face: Any) -> int:
        key = tuple(tuple(value.items()) if isinstance(value, dict) else value
                    for value in msgspec.structs.astuple(face))
        found = self._number.get(key)
        if found is None:
            self.every.append(face)
            found = self._number.setdefault(key, len(self.every) - 1)
        return found

    def named(self, question: Hashable, name: Callable[[Any], Hashable], first: Sequence[Any] = ()
              ) -> tuple[Array, list[Any]]:
        """Name every face; give the number of each one's name, and the distinct names by number, some of them first.

        >>> faces = Faces([ReleaseFace("cleared", {}), ReleaseFace("reduced", {})])
        >>> codes, names = faces.named("outcome", lambda each: each.outcome)
        >>> codes.tolist(), names, Faces().named("outcome", str)[1]
        ([0, 1], ['cleared', 'reduced'], [])
        """
        codes, number = self._coded.setdefault(question, ([], {each: at for at, each in enumerate(first)}))
        for at in range(len(codes), len(self.every)):
            codes.append(number.setdefault(name(self.every[at]), len(number)))
        return np.array(codes, dtype=np.int64), list(number)


def _day(number: int) -> dt.date | None:
    return dt.date.fromordinal(number) if number else None


def _ordinal(day: dt.date | None) -> int:
    return 0 if day is None else day.toordinal()


def _grown(columns: Any, more: dict[str, Array]) -> dict[str, Array]:
    """Lengthen columns by name; they remember in which rooms they lie."""
    made: dict[str, Array] = {}
    for name, added in more.items():
        old = getattr(columns, name)
        room = columns.rooms.get(name) or Room(old)
        columns.rooms[name], made[name] = room.longer(len(old), added)
    return made


class Slices(Sequence[HazardSlice]):
    """Slices of hazards as columns: `ids`, `days` (true from, true to, informed; 0: none), `stated_m2`, `face`.

    `parents` holds those of the few that name any.

    >>> len(Slices.of([])), list(Slices.of([]))
    (0, [])
    """

    def __init__(self, ids: Array, days: Array, stated_m2: Array, face: Array, faces: Faces,
                 parents: dict[int, tuple[uuid.UUID, ...]]) -> None:
        self.ids, self.days, self.stated_m2, self.face = ids, days, stated_m2, face
        self.faces, self.parents = faces, parents
        self.rooms: dict[str, Room] = {}

    @classmethod
    def of(cls, slices: Sequence[HazardSlice], faces: Faces | None = None) -> Slices:
        """Write slices as columns; their shapes are left out."""
        faces = Faces() if faces is None else faces
        said = [SliceFace(each.classification, each.status, each.keys, each.void, each.closure,
                          *((each.access, each.discovered) if isinstance(each, RecordedSlice) else (None, False)))
                for each in slices]
        days = [(_ordinal(each.true_from), _ordinal(each.true_to), _ordinal(each.information_date)) for each in slices]
        return cls(ids_of([each.record_id for each in slices]), np.array(days, dtype=np.int32).reshape(-1, 3),
                   np.array([np.nan if each.area_reported_m2 is None else each.area_reported_m2 for each in slices],
                            dtype=float),
                   faces.codes(said), faces, {at: each.parents for at, each in enumerate(slices) if each.parents})

    def __len__(self) -> int:
        return len(self.face)

    @overload
    def __getitem__(self, at: int) -> HazardSlice: ...
    @overload
    def __getitem__(self, at: slice) -> list[HazardSlice]: ...
    def __getitem__(self, at: int | slice) -> HazardSlice | list[HazardSlice]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        return self.drawn(np.array([range(len(self))[at]]), [None])[0]

    def __iter__(self) -> Iterator[HazardSlice]:
        yield from self.drawn(np.arange(len(self)), [None] * len(self))

    def drawn(self, index: Array, shapes: Iterable[Any]) -> list[HazardSlice]:
        """Make some slices, each with its shape.

        >>> Slices.of([]).drawn(np.zeros(0, dtype=np.int64), [])
        []
        """
        found: list[HazardSlice] = []
        for number, own, (begins, ends, informed), at, stated, shape in zip(
            index.tolist(), Ids(self.ids[index]), self.days[index].tolist(), self.face[index].tolist(),
            self.stated_m2[index].tolist(), shapes, strict=True,
        ):  # fmt: skip
            face = self.faces.every[at]
            found.append(RecordedSlice(
                own, _day(begins), _day(ends), face.classification, face.status, shape, _day(informed), face.keys,
                None if stated != stated else stated, face.void, self.parents.get(number, ()), face.closure,
                face.access, face.discovered,
            ))  # fmt: skip
        return found

    def grown(self, more: Slices) -> Slices:
        """Return these and some more behind them."""
        columns = _grown(self, {"ids": more.ids, "days": more.days, "stated_m2": more.stated_m2,
                                "face": self.faces.codes([more.faces.every[each] for each in more.face.tolist()])})
        parents = {len(self) + at: each for at, each in more.parents.items()}
        made = Slices(faces=self.faces, parents={**self.parents, **parents} if parents else self.parents, **columns)
        made.rooms = dict(self.rooms)
        return made


class Releases(Sequence[ReleasePiece]):
    """Releases as columns: `ids`, `on` (0: undated), `stated_m2`, `face`, and the hazards that they name.

    `named_to[r]` says where the names of release r end; `named` are ids, `namer` the release that names.

    >>> len(Releases.of([])), list(Releases.of([]))
    (0, [])
    """

    def __init__(self, ids: Array, on: Array, stated_m2: Array, face: Array, named_to: Array, named: Array,
                 namer: Array, faces: Faces) -> None:
        self.ids, self.on, self.stated_m2, self.face = ids, on, stated_m2, face
        self.named_to, self.named, self.namer, self.faces = named_to, named, namer, faces
        self.rooms: dict[str, Room] = {}

    @classmethod
    def of(cls, releases: Sequence[ReleasePiece], faces: Faces | None = None) -> Releases:
        """Write releases as columns; their shapes are left out."""
        faces = Faces() if faces is None else faces
        counts = [len(each.hazard_ids) for each in releases]
        return cls(ids_of([each.record_id for each in releases]),
                   np.array([_ordinal(each.on) for each in releases], dtype=np.int32),
                   np.array([np.nan if each.area_reported_m2 is None else each.area_reported_m2 for each in releases],
                            dtype=float),
                   faces.codes([ReleaseFace(each.outcome, each.keys) for each in releases]),
                   np.cumsum(counts, dtype=np.int64), ids_of([own for each in releases for own in each.hazard_ids]),
                   np.repeat(np.arange(len(releases)), counts).astype(np.int32), faces)  # fmt: skip

    def __len__(self) -> int:
        return len(self.face)

    @overload
    def __getitem__(self, at: int) -> ReleasePiece: ...
    @overload
    def __getitem__(self, at: slice) -> list[ReleasePiece]: ...
    def __getitem__(self, at: int | slice) -> ReleasePiece | list[ReleasePiece]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        return self.drawn(np.array([range(len(self))[at]]), [None])[0]

    def __iter__(self) -> Iterator[ReleasePiece]:
        yield from self.drawn(np.arange(len(self)), [None] * len(self))

    def drawn(self, index: Array, shapes: Iterable[Any]) -> list[ReleasePiece]:
        """Make some releases, each with its shape.

        >>> Releases.of([]).drawn(np.zeros(0, dtype=np.int64), [])
        []
        """
        found = []
        ends = self.named_to[index]
        counts = ends - np.where(index > 0, self.named_to[np.maximum(index, 1) - 1], 0)
        for own, day, at, stated, end, count, shape in zip(
            Ids(self.ids[index]), self.on[index].tolist(), self.face[index].tolist(), self.stated_m2[index].tolist(),
            ends.tolist(), counts.tolist(), shapes, strict=True,
        ):  # fmt: skip
            face = self.faces.every[at]
            named = tuple(Ids(self.named[end - count : end])) if count else ()
            found.append(ReleasePiece(own, face.outcome, _day(day), named, shape,
                                      None if stated != stated else stated, face.keys))
        return found

    def grown(self, more: Releases) -> Releases:
        """Return these and some more behind them."""
        columns = _grown(self, {
            "ids": more.ids, "on": more.on, "stated_m2": more.stated_m2,
            "face": self.faces.codes([more.faces.every[each] for each in more.face.tolist()]),
            "named_to": len(self.named) + more.named_to, "named": more.named,
            "namer": (len(self) + more.namer).astype(np.int32),
        })  # fmt: skip
        made = Releases(faces=self.faces, **columns)
        made.rooms = dict(self.rooms)
        return made
