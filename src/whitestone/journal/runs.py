"""What became of every row of every import?

Truth beside the revisions: for each piece of a run, a byte of outcome and of change, a digest and a record id a row,
and its findings; and the held rows themselves, as they stood in the file, until a person has dealt with them.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from whitestone.errors import UnknownRecord
from whitestone.journal.values import uuid_of

if TYPE_CHECKING:
    from whitestone.journal.dialect import Session
    from whitestone.journal.journal import Journal

__all__ = ["HELD", "RESOLVED", "SET_ASIDE", "HeldRow", "RunBatch", "Runs", "hold", "put_rows"]

HELD, RESOLVED, SET_ASIDE = 0, 1, 2

_BATCH = ("run", "first_row", "count", "outcomes", "changes", "digests", "record_ids", "findings")
_names = 'run, "row", digest, raw, sealed, reasons, state, resolution'
_HELD = ("run", "row", "digest", "raw", "sealed", "reasons", "state", "resolution")


class RunBatch(msgspec.Struct, kw_only=True):
    """What became of `count` rows of a run, from data row `first_row` on (1-based).

    `outcomes` and `changes` are a byte a row (the meaning is programme.importing's), `digests` and `record_ids` 16
    bytes a row (zeros: none), `findings` a list of JSON objects.
    """

    run: uuid.UUID
    first_row: int
    count: int
    outcomes: bytes
    changes: bytes
    digests: bytes
    record_ids: bytes
    findings: list[dict[str, Any]] = []


class HeldRow(msgspec.Struct, kw_only=True):
    """A row that was held: as it stood in the file, why, and what became of it (HELD, RESOLVED, SET_ASIDE).

    `personal` marks content that must be sealed; read back while locked, `raw` of such a row is empty.
    """

    run: uuid.UUID
    row: int
    digest: bytes
    raw: bytes
    reasons: list[dict[str, Any]]
    personal: bool = False
    state: int = HELD
    resolution: dict[str, Any] | None = None


def put_rows(session: Session, rows: RunBatch) -> None:
    """Keep a piece of a run; the same piece again replaces it, since a rerun goes on where it stopped."""
    session.run("DELETE FROM run_batch WHERE run = ? AND first_row = ?", [rows.run.bytes, rows.first_row])
    session.load("run_batch", _BATCH, [(rows.run.bytes, rows.first_row, rows.count, rows.outcomes, rows.changes,
                                        rows.digests, rows.record_ids, msgspec.json.encode(rows.findings))])


def hold(session: Session, rows: Sequence[HeldRow]) -> None:
    """Keep held rows; personal ones are sealed before they are stored, one key for each run's piece."""
    sealed = _seal(session, [row for row in rows if row.personal])
    made = [(row.run.bytes, row.row, row.digest, sealed.get((row.run, row.row), row.raw), int(row.personal),
             msgspec.json.encode(row.reasons), row.state,
             None if row.resolution is None else msgspec.json.encode(row.resolution)) for row in rows]
    session.many('DELETE FROM held WHERE run = ? AND "row" = ?', [(row[0], row[1]) for row in made])
    session.load("held", _HELD, made)


def _seal(session: Session, rows: Sequence[HeldRow]) -> dict[tuple[uuid.UUID, int], bytes]:
    from whitestone.journal.seals import encrypt_rows

    sealed: dict[tuple[uuid.UUID, int], bytes] = {}
    for run in {row.run for row in rows}:
        mine = [row for row in rows if row.run == run]
        blobs = encrypt_rows(session, run.bytes, [row.raw for row in mine])
        sealed.update(zip(((run, row.row) for row in mine), blobs, strict=True))
    return sealed


class Runs:
    """The rows of all runs of one open programme."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def batches(self, run: uuid.UUID) -> Iterator[RunBatch]:
        """Stream the pieces of a run in the order of their rows."""
        with self._journal.store.reading() as session:
            yield from _read_batches(session, run)

    def pieces(self, run: uuid.UUID) -> dict[int, int]:
        """Say which pieces of a run are written: their first row and how many rows they have."""
        with self._journal.store.reading() as session:
            return dict(session.all("SELECT first_row, count FROM run_batch WHERE run = ?", [run.bytes]))

    def last_editions(self, dataset: uuid.UUID) -> Iterator[RunBatch]:
        """Stream the pieces of the finished runs of a dataset, the newest run first, rows in order within a run.

        A run is finished when its `run` record says so (`run_status` "finished"; one taken back no longer counts).
        """
        for run in self.finished(dataset):
            yield from self.batches(run)

    def finished(self, dataset: uuid.UUID) -> list[uuid.UUID]:
        """List the finished runs of a dataset, the newest first, as the `run` records state them now."""
        found = [(state.known_from, state.record_id) for state in self._journal.states("run", geometry=False)
                 if state.body.get("run_status") == "finished" and state.body.get("dataset_id") == str(dataset)]
        return [run for _, run in sorted(found, reverse=True)]

    def findings(self, run: uuid.UUID) -> Iterator[dict[str, Any]]:
        """Stream the findings of a run, in the order of its pieces."""
        for batch in self.batches(run):
            yield from batch.findings

    def held(self, run: uuid.UUID | None = None, *, all_states: bool = False) -> Iterator[HeldRow]:
        """Stream the rows that are still held (or all that ever were), of one run or of all."""
        conditions = ["1 = 1"] if all_states else [f"state = {HELD}"]
        values: list[Any] = []
        if run is not None:
            conditions.append("run = ?")
            values.append(run.bytes)
        where = " AND ".join(conditions)
        with self._journal.store.reading() as session:
            sql = f'SELECT {_names} FROM held WHERE {where} ORDER BY run, "row"'  # noqa: S608
            for row in session.rows(sql, values):
                yield HeldRow(run=uuid_of(row[0]), row=row[1], digest=row[2], raw=b"" if row[4] else row[3],
                              personal=bool(row[4]), reasons=msgspec.json.decode(row[5]), state=row[6],
                              resolution=msgspec.json.decode(row[7]) if row[7] else None)

    def resolve_held(self, run: uuid.UUID, row: int, *, by: str, why: str, into: uuid.UUID | None = None) -> None:
        """Say what became of a held row: brought in by the run `into`, or set aside; the row itself stays.

        Refuses a row that is not held with UnknownRecord.
        """
        state = SET_ASIDE if into is None else RESOLVED
        said = msgspec.json.encode({"by": by, "why": why, "run": None if into is None else str(into),
                                    "at": self._journal.clock()})
        with self._journal.store.writing() as session:
            changed = session.run('UPDATE held SET state = ?, resolution = ? WHERE run = ? AND "row" = ?',
                                  [state, said, run.bytes, row])
            if not changed:
                raise UnknownRecord(record=f"of held row {row} in run {run}")


def _read_batches(session: Session, run: uuid.UUID) -> Iterator[RunBatch]:
    for row in session.rows("SELECT first_row, count, outcomes, changes, digests, record_ids, findings FROM run_batch "
                            "WHERE run = ? ORDER BY first_row", [run.bytes]):
        yield RunBatch(run=run, first_row=row[0], count=row[1], outcomes=row[2], changes=row[3], digests=row[4],
                       record_ids=row[5], findings=msgspec.json.decode(row[6]))
