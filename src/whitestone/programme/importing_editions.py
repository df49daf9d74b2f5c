"""What did this dataset say before, which earlier row is each row of the new file, and what moved since?

Rows with an id are found by it; rows without one are matched as a multiset of raw-row digests, so that two identical
rows stay two persons. All of it works on the arrays that the journal keeps of every run.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from whitestone.journal import Journal

__all__ = ["Edition", "Known", "editions_of", "match_multiset"]

Ids = npt.NDArray[np.bytes_]
Places = npt.NDArray[np.intp]
_NOBODY = b""


class Edition(msgspec.Struct):
    """One earlier run of the dataset: its rows in order, and what it was."""

    run: uuid.UUID
    version_key: str
    file_sha256: str
    coverage: str | None
    live: bool
    own: bool
    """It is the run that goes on now."""
    finished: bool
    labels: list[str]
    digests: Ids
    records: Ids
    """(rows, blocks): the record that each block made of the row, empty where none."""
    as_of: str | None = None
    """The day for which its mapping said that it speaks."""

    @property
    def first(self) -> Ids:
        """Give the first record of each row."""
        return first_of(self.records)


def first_of(records: Ids) -> Ids:
    """Give the first record of each row, empty where the row made none.

    >>> first_of(np.array([[b"", b"b"], [b"a", b""]], dtype="S16")).tolist()
    [b'b', b'a']
    """
    found = np.zeros(len(records), dtype="S16")
    for block in range(records.shape[1]):
        found = np.where(found == _NOBODY, records[:, block], found)
    return found


def editions_of(journal: Journal, dataset: uuid.UUID, current: uuid.UUID) -> list[Edition]:
    """Read all runs of a dataset, oldest first, the current one last; what was taken back is marked."""
    found = []
    for state in journal.states("run", geometry=False):
        if state.body.get("dataset_id") == str(dataset):
            counts = state.body.get("counts") or {}
            found.append((state.record_id == current, counts.get("started_at", ""), state.known_from, state))
    editions = []
    for own, _, _, state in sorted(found, key=lambda each: each[:3]):
        counts = state.body["counts"]
        labels = list(counts.get("labels") or [])
        pieces = list(journal.runs.batches(state.record_id))
        digests = np.frombuffer(b"".join(piece.digests for piece in pieces), dtype="S16")
        records = np.frombuffer(b"".join(piece.record_ids for piece in pieces), dtype="S16")
        editions.append(Edition(
            run=state.record_id, version_key=counts.get("mapping_key", ""),
            file_sha256=state.body.get("file_sha256", ""), coverage=counts.get("coverage"),
            live=state.body.get("run_status") != "taken_back", own=own,
            finished=state.body.get("run_status") == "finished", labels=labels, digests=digests,
            records=records.reshape(len(digests), -1) if len(records) else np.zeros((len(digests), 0), dtype="S16"),
            as_of=counts.get("as_of"),
        ))  # fmt: skip
    return editions


class Known:
    """The rows that a dataset has said so far, each record by its latest row."""

    def __init__(self, editions: Sequence[Edition], labels: Sequence[str], version_key: str | None) -> None:
        """Take the editions oldest first; `version_key` None: no earlier row is taken for the same unread."""
        self.editions = list(editions)
        self.live = np.array([edition.live for edition in editions], dtype=bool)
        self.same_meaning = np.array([version_key == edition.version_key for edition in editions], dtype=bool)
        self.has_own = any(edition.own for edition in editions)
        self.digests: Ids = _join([edition.digests for edition in editions])
        aligned = [_aligned(edition, labels) for edition in editions]
        self.records: Ids = np.concatenate(aligned) if aligned else np.zeros((0, len(labels)), dtype="S16")
        sizes = [len(edition.digests) for edition in editions]
        self.edition = np.repeat(np.arange(len(editions)), sizes)
        self._alive = self.live[self.edition]
        self._latest = _latest_rows(first_of(self.records), self._alive)
        # What this run wrote before it was interrupted has found its row already.
        others = np.array([not edition.own for edition in editions], dtype=bool)
        free = self._latest[others[self.edition[self._latest]]] if len(self._latest) else self._latest
        self._by_digest = free[np.argsort(self.digests[free], kind="stable")]
        self._sorted = self.digests[self._by_digest]
        self._used = np.zeros(len(self._sorted), dtype=np.int64)
        self._blocks: dict[int, tuple[Ids, Places]] = {}

    def __len__(self) -> int:
        return len(self.digests)

    def is_own(self, row: int) -> bool:
        """Say whether a known row was written by this run."""
        return self.editions[int(self.edition[row])].own

    def by_digest(self, digests: Ids) -> Places:
        """Match rows to known rows of equal digest, each known row once; -1 where there is none left."""
        at, self._used = match_multiset(self._sorted, self._used, digests)
        return np.where(at >= 0, self._by_digest[np.maximum(at, 0)], -1) if len(self._sorted) else at

    def has_digest(self, digests: Ids) -> npt.NDArray[np.bool_]:
        """Say which digests are known at all."""
        return np.isin(digests, self._sorted)

    def by_record(self, block: int, records: Ids) -> Places:
        """Find the latest known row that said something of each record; -1 where there is none."""
        if block not in self._blocks:
            column = self.records[:, block]
            rows = _latest_rows(column, self._alive)
            order = np.argsort(column[rows])
            self._blocks[block] = (column[rows][order], rows[order])
        keys, rows = self._blocks[block]
        if not len(keys):
            return np.full(len(records), -1, dtype=np.intp)
        at = np.minimum(np.searchsorted(keys, records), len(keys) - 1)
        return np.where((keys[at] == records) & (records != _NOBODY), rows[at], -1)


def match_multiset(known: Ids, used: npt.NDArray[np.int64], asked: Ids) -> tuple[Places, npt.NDArray[np.int64]]:
    """Match digests to a sorted list of known ones, the n-th equal one to the n-th, each known one once.

    `used` counts, at the first place of each group of equal digests, how many were matched before. Returns the places
    (-1: none left) and the new counts.

    >>> known = np.array([b"a", b"a", b"b"], dtype="S16")
    >>> at, used = match_multiset(known, np.zeros(3, dtype=np.int64), np.array([b"a", b"c", b"a", b"a"], dtype="S16"))
    >>> at.tolist(), used.tolist()
    ([0, -1, 1, -1], [3, 0, 0])
    >>> match_multiset(known[:0], used[:0], known)[0].tolist()
    [-1, -1, -1]
    """
    if not len(known) or not len(asked):
        return np.full(len(asked), -1, dtype=np.intp), used
    values, inverse, counts = np.unique(asked, return_inverse=True, return_counts=True)
    inverse = inverse.reshape(-1)
    start = np.searchsorted(known, values, side="left")
    size = np.searchsorted(known, values, side="right") - start
    order = np.argsort(inverse, kind="stable")
    rank = np.empty(len(asked), dtype=np.int64)
    rank[order] = np.arange(len(asked)) - np.repeat(np.cumsum(counts) - counts, counts)
    group = np.minimum(start, len(known) - 1)
    taken = used[group]
    nth = rank + taken[inverse]
    places = np.where(nth < size[inverse], start[inverse] + nth, -1)
    used = used.copy()
    there = size > 0
    used[group[there]] += counts[there]
    return places.astype(np.intp), used


def _join(arrays: Sequence[Ids]) -> Ids:
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype="S16")


def _aligned(edition: Edition, labels: Sequence[str]) -> Ids:
    """Put the records of an earlier edition under the blocks of today's mapping, by their labels."""
    found = np.zeros((len(edition.digests), len(labels)), dtype="S16")
    for block, label in enumerate(labels):
        if label in edition.labels and edition.records.shape[1]:
            found[:, block] = edition.records[:, edition.labels.index(label)]
    if len(labels) == 1 and edition.records.shape[1] == 1:
        found[:, 0] = edition.records[:, 0]
    return found


def _latest_rows(column: Ids, alive: npt.NDArray[np.bool_]) -> Places:
    """List the last row of each record that the column names; rows taken back only where there is no other."""
    rows = np.argsort(alive, kind="stable") if len(alive) and not alive.all() else np.arange(len(column))
    ordered = column[rows]
    _, back = np.unique(ordered[::-1], return_index=True)
    found = rows[len(column) - 1 - back]
    return np.sort(found[column[found] != _NOBODY])
