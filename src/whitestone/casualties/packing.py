"""How do columns of what was said become bytes that are kept, and rows become columns?

A short head in JSON names what follows; the arrays lie one after the other as they are used, so that reading them back
copies nothing. Words are joined by a sign that no text of a record holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np

from whitestone.casualties.columns import ALWAYS, EVER, NEVER, NOT_STATED, Coded, Said
from whitestone.casualties.tabling import ACCIDENT_NUMBERS, ACCIDENT_TEXTS, CASUALTY_NUMBERS, CASUALTY_TEXTS

__all__ = ["FORMAT", "Collector", "nothing_said", "pack", "unpack"]

FORMAT = "casualties-1"
"""Another format of kept columns has another name; what has another name is made again."""
_APART = "\x1f"
_ARRAYS = ("ids", "true_from", "true_to", "known_from", "known_to", "lon", "lat")
_LARGEST = int(np.iinfo(np.int32).max)


class _Head(msgspec.Struct):
    count: int
    arrays: list[tuple[str, str, int]]
    words: list[tuple[str, int, int]]
    """Name of a text column, number of its words, and their length in bytes."""


class Collector:
    """Gathers rows of dated states and makes them columns; words are kept once.

    >>> got = Collector(("sex",), ("persons",))
    >>> got.add(bytes(16), None, None, 0, None, ["male"], [2], (float("nan"), float("nan")))
    >>> made = got.done()
    >>> len(made), made.texts["sex"].texts(), made.numbers["persons"].tolist(), len(Collector((), ()).done())
    (1, ['male'], [2], 0)
    """

    def __init__(self, texts: Sequence[str], numbers: Sequence[str]) -> None:
        self.texts, self.numbers = tuple(texts), tuple(numbers)
        self._words: list[dict[str | None, int]] = [{None: NOT_STATED} for _ in texts]
        self._codes: list[list[int]] = [[] for _ in texts]
        self._numbers: list[list[int]] = [[] for _ in numbers]
        self._ids: list[bytes] = []
        self._clocks: tuple[list[int], list[int], list[int], list[int]] = ([], [], [], [])
        self._spots: list[tuple[float, float]] = []

    def add(self, record: bytes, true_from: int | None, true_to: int | None, known_from: int, known_to: int | None,
            texts: Iterable[Any], numbers: Iterable[Any], spot: tuple[float, float]) -> None:
        """Add one dated state; None of a clock is since ever, until further notice, until now."""
        self._ids.append(record)
        clocks = (NEVER if true_from is None else true_from, EVER if true_to is None else true_to, known_from,
                  ALWAYS if known_to is None else known_to)
        for column, value in zip(self._clocks, clocks, strict=True):
            column.append(value)
        for words, codes, text in zip(self._words, self._codes, texts, strict=True):
            known = words.get(text) if text is None or isinstance(text, str) else None
            if known is None:
                known = words.setdefault(str(text).replace(_APART, " "), len(words) - 1)
            codes.append(known)
        for column, number in zip(self._numbers, numbers, strict=True):
            column.append(_whole(number))
        self._spots.append(spot)

    def done(self) -> Said:
        """Return what was gathered, in the order in which it came."""
        lows = [np.array(each, dtype=kind) for each, kind in
                zip(self._clocks, (np.int32, np.int32, np.int64, np.int64), strict=True)]
        spots = np.array(self._spots, dtype=np.float64).reshape(-1, 2)
        texts = {name: Coded(np.array(codes, dtype=np.int32), tuple(str(word) for word in words if word is not None))
                 for name, words, codes in zip(self.texts, self._words, self._codes, strict=True)}
        numbers = {name: np.array(column, dtype=np.int32)
                   for name, column in zip(self.numbers, self._numbers, strict=True)}
        return Said(np.array(self._ids, dtype="S16"), lows[0], lows[1], lows[2], lows[3], texts, numbers,
                    np.ascontiguousarray(spots[:, 0]), np.ascontiguousarray(spots[:, 1]))


def _whole(value: Any) -> int:
    """Make a whole number of what is stated; what is none, or beyond all counting, is not stated."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, float)) and 0 <= value <= _LARGEST and value == int(value):
        return int(value)
    return NOT_STATED


def nothing_said() -> tuple[Said, Said]:
    """Return columns of no casualty and no accident.

    >>> [len(each) for each in nothing_said()]
    [0, 0]
    """
    return Collector(CASUALTY_TEXTS, CASUALTY_NUMBERS).done(), Collector(ACCIDENT_TEXTS, ACCIDENT_NUMBERS).done()


def pack(said: Said) -> bytes:
    """Write columns down as bytes.

    >>> len(unpack(pack(nothing_said()[0])))
    0
    """
    arrays = [(name, getattr(said, name)) for name in _ARRAYS]
    arrays += [(f"text {name}", each.codes) for name, each in said.texts.items()]
    arrays += [(f"number {name}", each) for name, each in said.numbers.items()]
    words = [(name, len(each.words), _APART.join(each.words).encode()) for name, each in said.texts.items()]
    head = msgspec.json.encode(_Head(len(said), [(name, each.dtype.str, each.nbytes) for name, each in arrays],
                                     [(name, count, len(data)) for name, count, data in words]))
    head += b" " * (-len(head) % 8)  # arrays of eight bytes lie where they can be used
    parts = [len(head).to_bytes(8, "little"), head]
    for _, each in arrays:
        parts += [np.ascontiguousarray(each).tobytes(), bytes(-each.nbytes % 8)]
    return b"".join([*parts, *(data for _, _, data in words)])


def unpack(data: bytes) -> Said:
    """Read columns back; arrays are views of the bytes and cannot be written to."""
    size = int.from_bytes(data[:8], "little")
    head = msgspec.json.decode(data[8 : 8 + size], type=_Head)
    at = 8 + size
    arrays: dict[str, Any] = {}
    for name, kind, length in head.arrays:
        arrays[name] = np.frombuffer(data, dtype=kind, count=head.count, offset=at)
        at += length + -length % 8
    texts = {}
    for name, count, length in head.words:
        text = data[at : at + length].decode()
        texts[name] = Coded(arrays[f"text {name}"], tuple(text.split(_APART)) if count else ())
        at += length
    numbers = {name.removeprefix("number "): each for name, each in arrays.items() if name.startswith("number ")}
    return Said(arrays["ids"], arrays["true_from"], arrays["true_to"], arrays["known_from"], arrays["known_to"], texts,
                numbers, arrays["lon"], arrays["lat"])
