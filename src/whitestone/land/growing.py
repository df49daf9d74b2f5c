"""How does a long column get a few rows more without being copied, and without a change for who read it before?

Numbers never move and nothing is ever written over, so all books that grow out of one another share what they have in
common. Two that grow out of the same one do not: the second takes a copy.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

import numpy as np

__all__ = ["Room", "Table"]

Array = np.ndarray[Any, Any]
Key = TypeVar("Key")
Value = TypeVar("Value")

SPARE = 1 / 8
"""Room for so many more rows when a column is moved, as a share of those that it has."""
MOST_ADDED = 512
"""A table with more entries than this beside its base becomes a base itself."""


class Room:
    """An array with space behind its rows; `used` rows are taken by those who read it."""

    __slots__ = ("_lock", "data", "used")

    def __init__(self, data: Array) -> None:
        self.data, self.used = data, len(data)
        self._lock = threading.Lock()

    def longer(self, length: int, more: Array) -> tuple[Room, Array]:
        """Return a column of the first `length` rows and some more behind them, and the room where it lies.

        >>> room, column = Room(np.arange(3)).longer(3, np.array([7]))
        >>> column.tolist(), room.longer(4, np.array([8]))[0] is room, room.longer(4, np.array([9]))[0] is room
        ([0, 1, 2, 7], True, False)
        >>> Room(np.zeros(0)).longer(0, np.zeros(0))[1].shape
        (0,)
        """
        needed = length + len(more)
        with self._lock:
            is_mine = self.used == length and needed <= len(self.data) and self.data.flags.writeable
            if is_mine:
                self.used = needed
        room = self if is_mine else self._moved(length, needed)
        room.data[length:needed] = more
        return room, room.data[:needed]

    def _moved(self, length: int, needed: int) -> Room:
        data = np.empty((needed + int(needed * SPARE) + 64, *self.data.shape[1:]), dtype=self.data.dtype)
        data[:length] = self.data[:length]
        made = Room(data)
        made.used = needed
        return made


class Table(Mapping[Key, Value]):
    """A mapping of which a few entries were added, exchanged or taken out; `base` is shared and never written to."""

    __slots__ = ("added", "base", "gone")

    def __init__(self, base: dict[Key, Value], added: dict[Key, Value] | None = None, gone: frozenset[Key] = frozenset()
                 ) -> None:
        self.base, self.added, self.gone = base, added or {}, gone

    def changed(self, more: Mapping[Key, Value], gone: Iterable[Key] = ()) -> Table[Key, Value]:
        """Return the table without some keys and with some entries more; this one stays as it is.

        >>> first = Table({"a": 1, "b": 2})
        >>> dict(first.changed({"c": 3}, ["a"])), dict(first), len(Table({}).changed({}))
        ({'b': 2, 'c': 3}, {'a': 1, 'b': 2}, 0)
        """
        out = {key for key in gone if key in self}
        if not more and not out:
            return self
        added = {key: value for key, value in self.added.items() if key not in out} | dict(more)
        kept_out = frozenset((self.gone | {key for key in out if key in self.base}) - more.keys())
        if len(added) + len(kept_out) <= MOST_ADDED:
            return Table(self.base, added, kept_out)
        base = {key: value for key, value in self.base.items() if key not in kept_out} | added
        return Table(base)

    def __getitem__(self, key: Key) -> Value:
        if key in self.added:
            return self.added[key]
        if key in self.gone:
            raise KeyError(key)
        return self.base[key]

    def __contains__(self, key: object) -> bool:
        return key in self.added or (key in self.base and key not in self.gone)

    def __iter__(self) -> Iterator[Key]:
        yield from (key for key in self.base if key not in self.added and key not in self.gone)
        yield from self.added

    def __len__(self) -> int:
        return len(self.base) - len(self.gone) + sum(key not in self.base or key in self.gone for key in self.added)
