"""How do a million casualties lie in memory, so that any table of them is a few passes over arrays?

Two tables. `Said` holds what was said, as it was said, for every dated state under both clocks: words once, numbers for
them a row. `CasualtyTable` holds who counts on one day as known at one moment, each person once, under the rules of
`rules.py`. Neither holds anything that may identify a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

__all__ = ["ALWAYS", "EVER", "NEVER", "NOT_STATED", "NO_DAY", "CasualtyTable", "Coded", "Said", "coded", "coded_by"]

Int8 = npt.NDArray[np.int8]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ids = npt.NDArray[np.bytes_]

NOT_STATED = -1
"""A code or number that nobody stated, or that was stated as unknown."""
NO_DAY = int(np.iinfo(np.int32).min)
"""Days since 1970-01-01 of something undated."""
NEVER, EVER = NO_DAY, int(np.iinfo(np.int32).max)
"""True since ever, and until further notice."""
ALWAYS = int(np.iinfo(np.int64).max)
"""Known until now."""


class Coded(msgspec.Struct, frozen=True):
    """A column of few values: `words[codes[row]]`; a code of NOT_STATED is no word.

    >>> column = coded(["b", None, "b"])
    >>> column.codes.tolist(), column.words, column.texts()
    ([0, -1, 0], ('b',), ['b', None, 'b'])
    """

    codes: Int32
    words: tuple[str, ...]

    def texts(self) -> list[str | None]:
        """Return the words row by row; None where nothing is stated."""
        words = (*self.words, None)
        return [words[code] for code in self.codes.tolist()]

    def take(self, rows: Int64 | Flags) -> Coded:
        """Return some rows."""
        return Coded(self.codes[rows], self.words)

    def filled(self, other: Coded) -> Coded:
        """Return this column with the other's values where this one states nothing.

        >>> coded(["a", None]).filled(coded(["b", "b"])).texts(), coded([]).filled(coded([])).texts()
        (['a', 'b'], [])
        """
        is_open = self.codes == NOT_STATED
        if not is_open.any() or not (other.codes[is_open] != NOT_STATED).any():
            return self
        place = {word: at for at, word in enumerate(self.words)}
        words = (*self.words, *(word for word in other.words if word not in place))
        place = {word: at for at, word in enumerate(words)}
        moved = np.array([*(place[word] for word in other.words), NOT_STATED], dtype=np.int32)
        return Coded(np.where(is_open, moved[other.codes], self.codes), words)

    def joined(self, other: Coded) -> Coded:
        """Return the rows of both, one after the other.

        >>> coded(["a"]).joined(coded(["b", "a", None])).texts(), coded([]).joined(coded([])).texts()
        (['a', 'b', 'a', None], [])
        """
        place = {word: at for at, word in enumerate(self.words)}
        words = (*self.words, *(word for word in other.words if word not in place))
        place = {word: at for at, word in enumerate(words)}
        moved = np.array([*(place[word] for word in other.words), NOT_STATED], dtype=np.int32)
        return Coded(np.concatenate([self.codes, moved[other.codes]]).astype(np.int32), words)


def coded(values: Sequence[str | None]) -> Coded:
    """Give each distinct text a number, in the order in which they come; None is NOT_STATED.

    >>> coded([]).words
    ()
    """
    words = tuple(dict.fromkeys(value for value in values if value is not None))
    place: dict[str | None, int] = {None: NOT_STATED, **{word: at for at, word in enumerate(words)}}
    return Coded(np.fromiter((place[value] for value in values), np.int32, len(values)), words)


def coded_by(column: Coded, meaning: Mapping[str, str], words: Sequence[str], other: str | None = None) -> Coded:
    """Translate a column by what each word means, into a column over `words`; what has no meaning becomes `other`.

    `other` None: it stays NOT_STATED. Refuses nothing: a meaning that is none of `words` counts as none.

    >>> coded_by(coded(["x", "y", None]), {"x": "a"}, ("a", "u"), "u").texts()
    ['a', 'u', 'u']
    >>> coded_by(coded([]), {}, ("u",)).texts()
    []
    """
    place = {word: at for at, word in enumerate(words)}
    rest = NOT_STATED if other is None else place[other]
    moved = np.array([*(place.get(meaning.get(word, ""), rest) for word in column.words), rest], dtype=np.int32)
    return Coded(moved[column.codes], tuple(words))


class Said(msgspec.Struct, frozen=True):
    """What was said of all records of one kind: a row for each dated state, all arrays of one length, by record id.

    `ids` are 16 byte record ids. A row holds for days from `true_from` until before `true_to` (days since 1970-01-01)
    and for moments from `known_from` until before `known_to` (microseconds since 1970 UTC). `texts` by attribute,
    `numbers` by attribute (NOT_STATED: none; flags are 0 and 1), `lon` and `lat` in degrees, NaN where no position is.
    """

    ids: Ids
    true_from: Int32
    true_to: Int32
    known_from: Int64
    known_to: Int64
    texts: dict[str, Coded]
    numbers: dict[str, Int32]
    lon: Floats
    lat: Floats

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.ids)

    def rows_at(self, day: int, moment_us: int | None) -> Flags:
        """Say which rows hold on a day as known at a moment (None: now)."""
        holds = (self.true_from <= day) & (day < self.true_to)
        if moment_us is None:
            return np.asarray(holds & (self.known_to == ALWAYS))
        return np.asarray(holds & (self.known_from <= moment_us) & (moment_us < self.known_to))

    def take(self, rows: Int64 | Flags) -> Said:
        """Return some rows; all of them without copying."""
        if rows.dtype == np.bool_ and bool(rows.all()):
            return self
        return Said(self.ids[rows], self.true_from[rows], self.true_to[rows], self.known_from[rows],
                    self.known_to[rows], {name: each.take(rows) for name, each in self.texts.items()},
                    {name: each[rows] for name, each in self.numbers.items()}, self.lon[rows], self.lat[rows])

    def joined(self, other: Said) -> Said:
        """Return the rows of both, ordered by record id and first day."""
        ids = np.concatenate([self.ids, other.ids])
        true_from = np.concatenate([self.true_from, other.true_from])
        both = Said(ids, true_from, np.concatenate([self.true_to, other.true_to]),
                    np.concatenate([self.known_from, other.known_from]),
                    np.concatenate([self.known_to, other.known_to]),
                    {name: each.joined(other.texts[name]) for name, each in self.texts.items()},
                    {name: np.concatenate([each, other.numbers[name]]) for name, each in self.numbers.items()},
                    np.concatenate([self.lon, other.lon]), np.concatenate([self.lat, other.lat]))
        return both.ordered()

    def ordered(self) -> Said:
        """Return the rows ordered by record id, first day and moment; as they are where no record has two."""
        if (self.ids[1:] > self.ids[:-1]).all():
            return self
        return self.take(np.lexsort((self.known_to, self.known_from, self.true_from, self.ids)))

    def without(self, ids: Iterable[bytes]) -> Said:
        """Return the rows of all other records."""
        gone = np.array(sorted(ids), dtype="S16")
        return self if not len(gone) else self.take(~np.isin(self.ids, gone))


class CasualtyTable(msgspec.Struct, frozen=True, kw_only=True):
    """Who counts, situation on one day as known at one moment: one row a record, or group of records that are one.

    All arrays have one length. `ids`: 16 byte record ids, of the accident where `from_accident`. `persons`: how many
    persons a row stands for. `outcome` over killed, injured, unknown. Every `Coded` is under the rules of `rules.py`
    and has the word `unknown`; `place` holds record ids of the gazetteer and `place_name` the name as written, both
    NOT_STATED where none is. `first_day`, `last_day`: days since 1970-01-01 between which it happened, NO_DAY where it
    is undated; `died_later_day` likewise. `lon`, `lat`: degrees, NaN where no position is. `accident`: 32 hexadecimal
    digits. `from_accident`: not recorded as persons, only stated by an accident. `members`: how many records a row was
    made of.
    """

    ids: Ids
    persons: Int64
    outcome: Coded
    sex: Coded
    age_group: Coded
    sex_age: Coded
    status: Coded
    person_status: Coded
    device: Coded
    activity: Coded
    amputation: Coded
    month: Coded
    year: Coded
    source: Coded
    place: Coded
    place_name: Coded
    accident: Coded
    age_years: Int32
    first_day: Int32
    last_day: Int32
    died_later_day: Int32
    lon: Floats
    lat: Floats
    from_accident: Flags
    members: Int32

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.ids)

    def take(self, rows: Int64 | Flags) -> CasualtyTable:
        """Return some rows; all of them without copying."""
        if rows.dtype == np.bool_ and bool(rows.all()):
            return self
        made: dict[str, Any] = {name: value.take(rows) if isinstance(value, Coded) else value[rows]
                                for name, value in msgspec.structs.asdict(self).items()}
        return CasualtyTable(**made)
