"""What can be asked of a programme's memory, and how is something told to it?

The one object that the floors above hold. Every method is a line: the work is in the module that its name leads to.
Reading is safe from many threads; writing takes the one lock for as long as a batch is open.
"""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whitestone.domain.revision import Act, Draft, Revision, State
from whitestone.journal import asof, reading
from whitestone.journal.append import Batch, Receipt, now_us, receipt, writing
from whitestone.journal.asof import Question
from whitestone.journal.dialect import SqliteStore, Store
from whitestone.journal.kindtable import KindTable

if TYPE_CHECKING:
    from whitestone.journal.attachments import Attachments
    from whitestone.journal.rebuilding import Rebuilt
    from whitestone.journal.runs import Runs
    from whitestone.journal.seals import Seals
    from whitestone.journal.verifying import Verdict

__all__ = ["Journal"]

Kinds = str | Sequence[str] | None
Box = tuple[float, float, float, float]


class Journal:
    """The open journal of one programme; a context manager that closes its connections.

    `clock` gives the instant in microseconds since 1970 UTC; tests replace it. `followers` are called with every batch
    at its end, within its transaction: what is kept of the journal is then never behind it.
    """

    def __init__(self, store: Store, meta: Mapping[str, str]) -> None:
        self.store = store
        self.meta = dict(meta)
        self.programme_id = uuid.UUID(self.meta["programme_id"])
        self.node_id = uuid.UUID(self.meta["node_id"])
        self.dialect = store.dialect
        self.kinds = KindTable()
        self.clock: Callable[[], int] = now_us
        self.followers: list[Callable[[Batch], None]] = []

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self.store.close()

    @property
    def name(self) -> str:
        """Return the programme's name as it was given at creation."""
        return self.meta["name"]

    @property
    def folder(self) -> Path:
        """Return where files lie: the programme's folder, or one of the user's for a programme on a server."""
        if isinstance(self.store, SqliteStore):
            return self.store.folder
        from whitestone.journal.attachments import attachments_folder

        return attachments_folder(self.programme_id, None).parent

    @functools.cached_property
    def seals(self) -> Seals:
        """Give access to what is sealed."""
        from whitestone.journal.seals import Seals

        return Seals(self.programme_id, self.store)

    @functools.cached_property
    def attachments(self) -> Attachments:
        """Give access to the attached files."""
        from whitestone.journal.attachments import Attachments, attachments_folder

        folder = self.store.folder if isinstance(self.store, SqliteStore) else None
        return Attachments(self.store, attachments_folder(self.programme_id, folder), self.seals)

    @functools.cached_property
    def runs(self) -> Runs:
        """Give access to what became of the rows of imports."""
        from whitestone.journal.runs import Runs

        return Runs(self)

    def head(self) -> tuple[int, str]:
        """Return the last entry's number and hash (hexadecimal); 0 and zeros for an empty journal."""
        with self.store.reading() as session:
            row = session.one("SELECT seq, hash FROM revision ORDER BY seq DESC LIMIT 1")
        return (row[0], row[1].hex()) if row else (0, bytes(32).hex())

    def mark(self) -> reading.Mark:
        """Return a mark of what is known now, to be asked later what moved since."""
        return reading.mark(self)

    def moved_since(self, mark: reading.Mark, kind: str) -> bool:
        """Say whether any record of a kind may be otherwise now than it was at a mark."""
        return reading.moved_since(self, mark, kind)

    def append(self, act: Act, drafts: Iterable[Draft]) -> Receipt:
        """Append drafts as one act in one durable transaction.

        Refuses what cannot be understood with InvalidValue; Busy and StoreFull as `writing` does.
        """
        with self.writing(act) as batch:
            made = batch.append(drafts)
        return receipt(batch, made)

    def writing(self, act: Act) -> AbstractContextManager[Batch]:
        """Open a batch: what is appended in the block is acknowledged together at its end, or not at all."""
        return writing(self, act)

    def states(self, kind: Kinds = None, *, on: dt.date | None = None, known: dt.datetime | None = None,
               bbox: Box | None = None, ids: Iterable[uuid.UUID] | None = None, approved_only: bool = True,
               geometry: bool = True, source_clock: bool = False) -> Iterator[State]:
        """Stream states on a day as known at a moment, in the order of record ids.

        `on` None: the last dated state; `known` None: now. `source_clock`: what counts as the moment of recording is
        what a migrated database said, where it said so. See `asof.Question`.
        """
        asked = _question(kind, on, known, bbox, ids, approved_only, geometry or bbox is not None)
        if not source_clock:
            return asof.states(self, asked)
        from whitestone.journal.sourceclock import states_by_source

        return states_by_source(self, asked)

    def state(self, record_id: uuid.UUID, *, on: dt.date | None = None, known: dt.datetime | None = None,
              approved_only: bool = True) -> State | None:
        """Return one record's state, or None when nothing that counts was said of it by then."""
        return next(self.states(on=on, known=known, ids=[record_id], approved_only=approved_only), None)

    def dated_states(self, kind: Kinds = None, *, known: dt.datetime | None = None,
                     ids: Iterable[uuid.UUID] | None = None, approved_only: bool = True,
                     geometry: bool = True) -> Iterator[State]:
        """Stream all dated states as known at a moment, ordered by record and first day."""
        return asof.dated_states(self, _question(kind, None, known, None, ids, approved_only, geometry))

    def columns(self, kind: Kinds, attributes: Sequence[str], on: dt.date | None = None,
                known: dt.datetime | None = None, *, approved_only: bool = True) -> dict[str, list[Any]]:
        """Read states as columns, `record_id` first; see `asof.columns` for what may be asked beside attributes."""
        return asof.columns(self, attributes, _question(kind, on, known, None, None, approved_only, True))

    def count(self, kind: Kinds = None, on: dt.date | None = None, known: dt.datetime | None = None, *,
              approved_only: bool = True) -> dict[str, int]:
        """Count records that have a state, by kind; kinds without any are absent."""
        return asof.count(self, _question(kind, on, known, None, None, approved_only, False))

    def history(self, record_id: uuid.UUID) -> list[Revision]:
        """Return all revisions of a record, oldest first; refuses an unknown one with UnknownRecord."""
        return reading.history(self, record_id)

    def revision(self, revision_id: uuid.UUID) -> Revision:
        """Return one revision; refuses an unknown id with UnknownRecord."""
        return reading.revision(self, revision_id)

    def histories(self, record_ids: Iterable[uuid.UUID]) -> Iterator[Revision]:
        """Stream all revisions of some records, those of one record oldest first; records without any are left out."""
        return reading.histories(self, record_ids)

    def revisions(self, after_seq: int = 0, *, run: uuid.UUID | None = None, dataset: uuid.UUID | None = None,
                  kind: str | None = None) -> Iterator[Revision]:
        """Stream revisions in the order of their entries, of one run, dataset or kind when asked."""
        conditions, values = ["r.seq > ?"], [after_seq]  # type: tuple[list[str], list[Any]]
        for column, wanted in (("a.run", run), ("a.dataset", dataset)):
            if wanted is not None:
                conditions.append(f"{column} = ?")
                values.append(wanted.bytes)
        if kind is not None:
            with self.store.reading() as session:
                values.append(self.kinds.find(session, kind))
            conditions.append("r.kind = ?")
        return reading.revisions(self, " AND ".join(conditions), values)

    def find_external(self, dataset: uuid.UUID, kind: str, ids: Iterable[str]) -> dict[str, uuid.UUID]:
        """Find which records a dataset's own ids stand for, exactly as written."""
        return reading.find_external(self, dataset, kind, ids)

    def last_said(self, dataset: uuid.UUID, kind: str, record_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Revision]:
        """Return what a dataset last said of each record."""
        return reading.last_said(self, dataset, kind, record_ids)

    def conflicts(self, known: dt.datetime | None = None, *, approved_only: bool = False,
                  ids: Iterable[uuid.UUID] | None = None) -> list[reading.Conflict]:
        """List the attributes that revisions dispute as known at a moment (None: now), by record, of some or of all.

        `approved_only`: only approved revisions dispute; otherwise all that count (submitted, verified, approved).
        """
        return list(reading.conflicts(self, known, approved_only=approved_only, ids=ids))

    def mixed(self, kind: str, known: dt.datetime | None = None, *, ids: Iterable[uuid.UUID] | None = None
              ) -> list[uuid.UUID]:
        """List the records of a kind, some or all, of which something counts that is not approved, as known then."""
        return asof.mixed(self, _question(kind, None, known, None, ids, False, False))

    def verify(self, progress: Callable[[int], None] | None = None, *,
               against: tuple[int, str] | None = None) -> Verdict:
        """Walk the whole chain and name the first entry that does not fit."""
        from whitestone.journal.verifying import verify

        return verify(self, progress, against)

    def rebuild(self, progress: Callable[[int], None] | None = None) -> Rebuilt:
        """Make the projection again from the revisions, and compare."""
        from whitestone.journal.rebuilding import rebuild

        return rebuild(self, progress)

    def projection_hash(self) -> str:
        """Hash the projection: equal on two engines or nodes that hold the same revisions."""
        from whitestone.journal.rebuilding import projection_hash

        with self.store.reading() as session:
            return projection_hash(session)


def _question(kind: Kinds, on: dt.date | None, known: dt.datetime | None, bbox: Box | None,
              ids: Iterable[uuid.UUID] | None, approved_only: bool, geometry: bool) -> Question:
    kinds = None if kind is None else (kind,) if isinstance(kind, str) else tuple(kind)
    return Question(kinds=kinds, on=on, known=known, bbox=bbox, ids=None if ids is None else tuple(ids),
                    approved_only=approved_only, geometry=geometry)
