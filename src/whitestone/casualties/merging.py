"""How is a person counted once whom several records report?

Records that people declared to be one (decisions, never likeness) are one row: the kept record speaks, and what it does
not state is taken from the others, in the order of their ids. Nothing of any record is lost: they stay in the journal.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from whitestone.casualties.columns import NOT_STATED, Coded, Int32, Said

__all__ = ["merged", "roots_of"]

NEVER_FILLED = frozenset({"persons"})
"""How many persons a row stands for is its own: the other record's number is about the same people."""


def roots_of(ids: npt.NDArray[np.bytes_], same: Mapping[bytes, bytes]) -> npt.NDArray[np.bytes_]:
    """Give each record the one that is kept for it: itself, unless `same` (absorbed -> kept) says otherwise.

    >>> roots_of(np.array([b"a", b"b"], dtype="S16"), {b"b": b"a"}).tolist(), roots_of(np.array([], "S16"), {}).tolist()
    ([b'a', b'a'], [])
    """
    if not same or not len(ids):
        return ids
    absorbed = np.array(list(same), dtype="S16")
    order = np.argsort(absorbed)
    absorbed, kept = absorbed[order], np.array(list(same.values()), dtype="S16")[order]
    at = np.minimum(np.searchsorted(absorbed, ids), len(absorbed) - 1)
    return np.where(absorbed[at] == ids, kept[at], ids).astype("S16")


def merged(said: Said, same: Mapping[bytes, bytes], source: str = "dataset") -> tuple[Said, Int32]:
    """Make one row of each group of records that are one; give the rows and of how many records each was made.

    `said` holds one row a record. The kept record speaks first; where it is not among the rows (not yet true on the
    day, or taken back) the first of the others does. `source` names the text column in which all sources of a group
    are joined by ` + `.

    >>> from whitestone.casualties.columns import ALWAYS, EVER, NEVER, coded
    >>> rows = Said(np.array([b"a", b"b"], dtype="S16"), *(np.full(2, day, np.int32) for day in (NEVER, EVER)),
    ...             *(np.full(2, us, np.int64) for us in (0, ALWAYS)),
    ...             {"sex": coded([None, "male"]), "dataset": coded(["police", "hospital"])}, {},
    ...             np.full(2, np.nan), np.full(2, np.nan))
    >>> one, members = merged(rows, {b"b": b"a"})
    >>> one.texts["sex"].texts(), one.texts["dataset"].texts(), members.tolist()
    (['male'], ['hospital + police'], [2])
    >>> merged(rows, {})[1].tolist()
    [1, 1]
    """
    roots = roots_of(said.ids, same)
    in_group = np.isin(roots, np.array(sorted(set(same.values())), dtype="S16")) if same else np.zeros(len(said), bool)
    some = np.flatnonzero(in_group)
    # The kept record first, then the others by id: its own row lies before those that it absorbed.
    some = some[np.lexsort((said.ids[some], said.ids[some] != roots[some], roots[some]))]
    starts = np.flatnonzero(np.r_[True, roots[some][1:] != roots[some][:-1]]) if len(some) else np.zeros(0, np.int64)
    sizes = np.diff(np.r_[starts, len(some)])
    stays = ~in_group
    stays[some[starts]] = True
    members = np.ones(len(said), dtype=np.int32)
    members[some[starts]] = sizes
    if len(some) > len(starts):
        said = _filled(said, some, starts, sizes, source)
    return said.take(stays), members[stays]


def _filled(said: Said, some: npt.NDArray[np.int64], starts: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64],
            source: str) -> Said:
    """Fill each first row of a group from the second, then the third, and so on: all groups at once."""
    texts = {name: Coded(each.codes.copy(), each.words) for name, each in said.texts.items()}
    numbers = {name: each.copy() for name, each in said.numbers.items()}
    lon, lat = said.lon.copy(), said.lat.copy()
    for rank in range(1, int(sizes.max(initial=1))):
        has = sizes > rank
        first, other = some[starts[has]], some[starts[has] + rank]
        columns = [each.codes for name, each in texts.items() if name != source]
        for column in [*columns, *(each for name, each in numbers.items() if name not in NEVER_FILLED)]:
            column[first] = np.where(column[first] == NOT_STATED, column[other], column[first])
        is_open = np.isnan(lon[first])
        lon[first], lat[first] = (np.where(is_open, each[other], each[first]) for each in (lon, lat))
    if source in texts:
        texts[source] = _joined_sources(texts[source], some, starts, sizes)
    return Said(said.ids, said.true_from, said.true_to, said.known_from, said.known_to, texts, numbers, lon, lat)


def _joined_sources(column: Coded, some: npt.NDArray[np.int64], starts: npt.NDArray[np.int64],
                    sizes: npt.NDArray[np.int64]) -> Coded:
    """Name all sources of a group; groups are many, sets of sources few."""
    words, codes = list(column.words), column.codes.copy()
    place = {word: at for at, word in enumerate(words)}
    known: dict[tuple[int, ...], int] = {}
    told = column.codes[some].tolist()
    for start, size in zip(starts.tolist(), sizes.tolist(), strict=True):
        key = tuple(sorted(set(told[start : start + size]) - {NOT_STATED}))
        if key not in known:
            word = " + ".join(sorted(words[code] for code in key))
            if key and word not in place:
                place[word] = len(words)
                words.append(word)
            known[key] = place[word] if key else NOT_STATED
        codes[some[start]] = known[key]
    return Coded(codes, tuple(words))
