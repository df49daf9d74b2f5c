"""How do revisions enter the journal, acknowledged together or not at all?

A Batch is one act in one transaction under the one writing lock: entries are hashed onto the chain, written, and the
projection follows, before the commit that acknowledges them. Drafts come from desks, a few at a time; an EncodedBatch
brings columns that are JSON already, for imports of a million rows.
"""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from operator import add
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import numpy.typing as npt

from whitestone.domain.ids import new_ids
from whitestone.domain.revision import Act, Draft
from whitestone.errors import WrongCall
from whitestone.journal import entries, projection
from whitestone.journal.drafts import EncodedBatch, encode_drafts
from whitestone.journal.layout import ACT_COLUMNS, PARTS, REVISION_COLUMNS, SCHEMA_VERSION

if TYPE_CHECKING:
    from whitestone.journal.dialect import Session
    from whitestone.journal.journal import Journal
    from whitestone.journal.runs import HeldRow, RunBatch

__all__ = ["Batch", "Receipt", "now_us", "receipt", "writing"]


class Receipt(msgspec.Struct, frozen=True):
    """What was acknowledged: entries `first_seq` to `last_seq` (0, 0: none), their ids in the order given."""

    first_seq: int
    last_seq: int
    revision_ids: tuple[uuid.UUID, ...]
    recorded_at: int

_MANY = 1_000
"""From how many new entries on the engine counts its rows anew, when they are a tenth of all."""


class Batch:
    """An act being written, or several; nothing of it is seen by others, or kept, before the block ends."""

    def __init__(self, journal: Journal, session: Session, act: Act) -> None:
        self.journal = journal
        self.session = session
        self.act = act
        head = session.one("SELECT seq, hash FROM revision ORDER BY seq DESC LIMIT 1")
        self.seq, self.hash = head or (0, entries.GENESIS)
        self.first_seq = self.seq + 1
        self._boxes: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]] = []
        self._enter_act()

    def _enter_act(self) -> None:
        last = self.session.one("SELECT act_id, recorded_at FROM act ORDER BY act_id DESC LIMIT 1")
        last_id, last_at = last or (0, 0)
        # The clock of a node never goes back, and no two acts share an instant: "as known on K" is unambiguous.
        self.recorded_at: int = max(self.journal.clock(), last_at + 1)
        self.act_id: int = last_id + 1
        act = self.act
        fields = (self.act_id, self.recorded_at, self.journal.node_id.bytes, act.author, act.organisation, act.reason,
                  act.source, _bytes(act.dataset), _bytes(act.run), SCHEMA_VERSION)
        self.act_digest = entries.act_digest(fields)
        self.session.load("act", ACT_COLUMNS, [(*fields, self.act_digest)])

    def under(self, act: Act) -> None:
        """Go on under another act, in the same transaction: what follows is acknowledged with what came before.

        Refuses an act without an author with WrongCall.
        """
        if not act.author:
            raise WrongCall(why="Every act has an author.")
        self.act = act
        self._enter_act()

    def append(self, drafts: Iterable[Draft]) -> list[uuid.UUID]:
        """Append drafts in their order; returns their revision ids.

        Refuses with InvalidValue a kind, a date or a geometry that cannot be understood.
        """
        made: list[uuid.UUID] = []
        for batch in encode_drafts(drafts):
            made.extend(uuid.UUID(bytes=each) for each in self.append_encoded(batch))
        return made

    def append_encoded(self, batch: EncodedBatch) -> list[bytes]:
        """Append columns whose parts are JSON already; returns the revision ids, 16 bytes each.

        Columns are lists of equal length or None; the body's JSON is stored as it is given, to the byte.
        """
        count = len(batch.record_ids)
        if count == 0:
            return []
        ids = batch.revision_ids or new_ids(count)
        first = self.seq + 1
        seqs = list(range(first, first + count))
        kind_id = self.journal.kinds.number(self.session, batch.kind)
        head = [seqs, ids, batch.record_ids, batch.kind, int(batch.nature), int(batch.workflow), batch.parents,
                batch.corrects, batch.information_date, batch.acts_on, batch.source_recorded_at, batch.external_ids]
        parts = [getattr(batch, part) for part in PARTS]
        parts[-1] = self._seal(batch)
        if batch.geometry is not None and batch.bbox is None:  # before anything is written: it may be no geometry
            batch.bbox = projection.boxes_of(batch.geometry)
        known = projection.known_before(self.session, batch.record_ids)
        salts, digests = self._salted(batch, parts, count)
        hashes = entries.chain(self.hash, self.act_digest, entries.heads_of(head, count), digests)
        head[3] = kind_id
        columns = dict(zip(REVISION_COLUMNS, [*head, self.act_id, salts, None, hashes, *parts], strict=True))
        if isinstance(batch.information_date, str):
            columns["information_date"] = [batch.information_date] * count
        self.session.load_columns("revision", columns, count)
        self.seq, self.hash = seqs[-1], hashes[-1]
        self._project(batch, kind_id, first, known)
        return ids

    def _salted(self, batch: EncodedBatch, parts: list[Any], count: int) -> tuple[list[bytes], list[bytes]]:
        """Salt and digest the parts; what was drawn ahead is completed by what could only be sealed here."""
        if batch.salts is None or batch.digests is None:
            return entries.salted(parts, count)
        if parts[-1] is None:
            return batch.salts, batch.digests
        drawn = entries.salted([*[None] * (len(PARTS) - 1), parts[-1]], count)
        return list(map(add, batch.salts, drawn[0])), list(map(add, batch.digests, drawn[1]))

    def _seal(self, batch: EncodedBatch) -> list[bytes | None] | None:
        if not batch.sealed or not any(batch.sealed):
            return None
        from whitestone.journal import seals

        return seals.encrypt_batch(self.session, batch.record_ids, batch.sealed)

    def _project(self, batch: EncodedBatch, kind_id: int, first: int, known: set[bytes]) -> None:
        if batch.geometry is not None and batch.bbox is not None:
            self._boxes.append((np.arange(first, self.seq + 1), batch.bbox))
        if self.act.dataset is not None and batch.external_ids is not None:
            projection.index_aliases(self.session, self.act.dataset.bytes, first, self.seq)
        projection.project_batch(self.session, batch, kind_id, first, self.recorded_at, known)

    def put_rows(self, rows: RunBatch) -> None:
        """Keep what became of each row of a piece of a run (truth, in the same transaction)."""
        from whitestone.journal import runs

        runs.put_rows(self.session, rows)

    def hold(self, rows: Sequence[HeldRow]) -> None:
        """Keep rows that were held, with their reasons; personal ones are sealed first."""
        from whitestone.journal import runs

        runs.hold(self.session, rows)

    def finish(self) -> None:
        """Index the boxes of the whole act, and sign the head if anything was entered and this node's key is here."""
        if self._boxes:  # together, so that boxes that lie together share a leaf
            projection.index_boxes(self.session, *map(np.concatenate, zip(*self._boxes, strict=True)))
        if self.seq >= self.first_seq:
            from whitestone.journal import checkpoints

            checkpoints.sign_head(self.session, self.journal.node_id, self.seq, self.hash, self.recorded_at)
        added = self.seq - self.first_seq + 1
        if added >= _MANY and added * 10 >= self.seq:
            self.session.take_stock()


@contextlib.contextmanager
def writing(journal: Journal, act: Act) -> Iterator[Batch]:
    """Open a batch under the writing lock; leaving the block commits it durably, an error leaves nothing.

    Refuses with Busy when another writer holds the lock for too long, with StoreFull when the disk is full.
    """
    if not act.author:
        raise WrongCall(why="Every act has an author.")
    with journal.store.writing() as session:
        batch = Batch(journal, session, act)
        yield batch
        batch.finish()
        for follow in journal.followers:
            follow(batch)


def receipt(batch: Batch, ids: Sequence[uuid.UUID]) -> Receipt:
    """Say what a finished batch acknowledged."""
    empty = batch.seq < batch.first_seq
    return Receipt(0 if empty else batch.first_seq, 0 if empty else batch.seq, tuple(ids), batch.recorded_at)


def now_us() -> int:
    """Return the instant in microseconds since 1970, UTC.

    >>> now_us() > 0
    True
    """
    return time.time_ns() // 1000


def _bytes(value: uuid.UUID | None) -> bytes | None:
    return None if value is None else value.bytes
