"""Which rows of a chunk say something new, something else, or the same as before, and what is written for each?

New rows go to the journal as columns. A row that differs from what its dataset last said becomes a revision that
states only what differs, with the dataset's own last revision as its parent: what somebody else changed meanwhile is
then a conflict only where both moved.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from whitestone.domain.extensions import NO_CODES, NationalCodes
from whitestone.domain.ids import new_ids
from whitestone.domain.revision import Draft, Workflow
from whitestone.exchange.mapping.rows import FOUND, HELD, Made, Mapped, RowFinding, sixteen
from whitestone.journal import EncodedBatch, Journal
from whitestone.programme.importing_editions import Known
from whitestone.programme.importing_lifecycle import step_findings
from whitestone.programme.importing_parts import Column, Parts, aligned
from whitestone.programme.importing_said import Again, day_of_text, said_by
from whitestone.programme.importing_writing import changed_drafts, encode_rows, linked_bodies

__all__ = ["CHANGED", "NEW", "NONE", "UNCHANGED", "Compared", "Comparing"]

NONE, NEW, CHANGED, UNCHANGED = 0, 1, 2, 3
"""How a row compares with what its dataset last said; 0 for held rows."""

Bools = npt.NDArray[np.bool_]
Ids = npt.NDArray[np.bytes_]


class Compared(msgspec.Struct):
    """What a chunk comes to: what is written, and what is kept of each row."""

    changes: npt.NDArray[np.uint8]
    records: Ids
    """(input rows, blocks)"""
    moved: Bools
    """Rows of which something else was said before."""
    altered: Bools
    """Rows whose raw text is not that of before: what is sealed in them cannot be compared, and is said again."""
    batches: list[Iterator[EncodedBatch]] = []
    """Of each block; encoded when they are asked for, to be written and forgotten."""
    drafts: list[Draft] = []
    again: list[Again] = []
    """What earlier runs said of later days, to be said again."""
    seen: list[bytes] = []
    """Records that the file names only in rows that are held."""


class Comparing:
    """The comparison of one run with the dataset's earlier editions (and with the part of itself that is written)."""

    def __init__(
        self, journal: Journal, dataset: uuid.UUID, known: Known, labels: Sequence[str], workflow: Workflow,
        withdrawn: set[uuid.UUID], national: NationalCodes = NO_CODES, apart: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        """Take what is known; `apart` are the blocks that are dated by something else than their event."""
        self.apart = apart
        self.national = national
        self.journal, self.dataset, self.known = journal, dataset, known
        self.labels, self.workflow, self.withdrawn = list(labels), workflow, withdrawn
        self.given: list[dict[str, bytes]] = [{} for _ in labels]
        """For each block the ids of this file so far: record and digest, 32 bytes."""

    def compare(self, mapped: Mapped, parts: Sequence[Sequence[Parts]]) -> Compared:
        """Decide for every row whether it is new, changed or unchanged, and encode what has to be written.

        `parts` are those of the chunk's blocks, in their order.
        """
        self._pardon(mapped)
        records = np.zeros((mapped.count, len(self.labels)), dtype="S16")
        twins = self._by_id(mapped, records)
        earlier = self._earlier(mapped, records)
        changes = self._judge(mapped, earlier)
        altered = self._altered(mapped, earlier)
        compared = Compared(changes, records, np.zeros(mapped.count, dtype=bool), altered)
        self._identify(mapped, records, earlier)
        for made, encoded in zip(mapped.made, parts, strict=True):
            self._write(mapped, made, encoded, compared)
        changes[(changes == CHANGED) & ~compared.moved] = UNCHANGED
        for place, first in twins.items():
            records[place] = records[first] if first >= 0 else records[place]
            changes[place] = UNCHANGED
        records[mapped.outcomes == HELD] = b""
        compared.seen = self._seen(mapped)
        return compared

    def _pardon(self, mapped: Mapped) -> None:
        """Take a held row whose raw text was corrected and brought in before for that record's row."""
        if not mapped.held or not len(self.known):
            return
        places = [row.row - mapped.first_row for row in mapped.held]
        corrected = self.known.has_digest(mapped.digests[places]).tolist()
        message = "this row was corrected and brought in before; the correction stands"
        for row, place, known in zip(list(mapped.held), places, corrected, strict=True):
            if known:
                mapped.outcomes[place] = FOUND
                mapped.held.remove(row)
                mapped.findings.append(RowFinding(row.row, None, None, "corrected-before", message))

    def _by_id(self, mapped: Mapped, records: Ids) -> dict[int, int]:
        """Find the records of rows that carry ids, and deal with ids that stand in the file twice.

        A second row of one id is held unless it repeats the first to the letter; then it is accepted and said once.
        Returns such twins: place -> place of the first in this chunk, -1 if the first is in an earlier one.
        """
        held: dict[int, tuple[str, str]] = {}
        twins: dict[int, int] = {}
        for block, made in enumerate(mapped.made):
            if made.ids is None:
                continue
            asked = [text for text in made.ids if text is not None]
            found = self.journal.find_external(self.dataset, made.kind, asked) if len(self.known) else {}
            given = self.given[block]
            first: dict[str, int] = {}
            for at, text in zip(made.at.tolist(), made.ids, strict=True):
                place = int(mapped.place[at])
                if text is None:
                    continue
                if text in found:
                    records[place, block] = found[text].bytes
                if text in first or text in given or self._own(block, records[place, block]):
                    self._double(mapped, at, text, first.get(text), block, (held, twins))
                else:
                    first[text] = place
        mapped.hold(held)
        frame_rows = {int(place): row for row, place in enumerate(mapped.place)} if twins else {}
        mapped.drop([frame_rows[place] for place in twins])
        return twins

    def _own(self, block: int, record: bytes) -> bool:
        """Say whether this very run wrote the record before it was interrupted."""
        if not record or not self.known.has_own:
            return False
        row = int(self.known.by_record(block, np.array([record], dtype="S16"))[0])
        return row >= 0 and self.known.is_own(row)

    def _double(
        self, mapped: Mapped, at: int, text: str, first: int | None, block: int,
        into: tuple[dict[int, tuple[str, str]], dict[int, int]],
    ) -> None:  # fmt: skip
        place = int(mapped.place[at])
        digest = sixteen(mapped.digests[place])
        if first is not None:
            same = sixteen(mapped.digests[first]) == digest
        else:
            same = self.given[block].get(text, b"")[16:] == digest
        message = f"the id {text!r} stands in an earlier row of this file"
        if same:
            into[1][place] = -1 if first is None else first
            mapped.outcomes[place] = FOUND
            message += ", word for word"
        else:
            message += " with other content; which one counts is for a person to say"
            into[0][at] = ("id-duplicated", message)
        mapped.findings.append(RowFinding(mapped.first_row + place, "local_id", text, "id-duplicated", message))

    def _earlier(self, mapped: Mapped, records: Ids) -> npt.NDArray[np.intp]:
        """Find for each input row the latest row in which the dataset said something of the same record."""
        earlier = np.full(mapped.count, -1, dtype=np.intp)
        if not len(self.known):
            return earlier
        by_id = np.zeros(mapped.count, dtype=bool)
        for block, made in enumerate(mapped.made):
            if made.ids is not None:
                by_id[mapped.place[made.at]] = True
                found = self.known.by_record(block, records[:, block])
                earlier = np.where(earlier < 0, found, earlier)
        plain = np.flatnonzero(~by_id & (mapped.outcomes != HELD))
        earlier[plain] = self.known.by_digest(mapped.digests[plain])
        return earlier

    def _judge(self, mapped: Mapped, earlier: npt.NDArray[np.intp]) -> npt.NDArray[np.uint8]:
        standing = mapped.outcomes != HELD
        changes = np.where(standing, NEW, NONE).astype(np.uint8)
        rows = np.flatnonzero(standing & (earlier >= 0))
        if len(rows):
            before = earlier[rows]
            edition = self.known.edition[before]
            lives = self.known.live[edition]
            same = lives & self.known.same_meaning[edition] & (self.known.digests[before] == mapped.digests[rows])
            changes[rows[lives]] = CHANGED
            changes[rows[same]] = UNCHANGED
        return changes

    def _altered(self, mapped: Mapped, earlier: npt.NDArray[np.intp]) -> Bools:
        if not len(self.known):
            return np.ones(mapped.count, dtype=bool)
        before = np.maximum(earlier, 0)
        return np.array((earlier < 0) | (self.known.digests[before] != mapped.digests), dtype=bool)

    def _identify(self, mapped: Mapped, records: Ids, earlier: npt.NDArray[np.intp]) -> None:
        """Give every record its id: the one that it had, or a new one made here."""
        if len(self.known):
            known = np.where((earlier >= 0)[:, None], self.known.records[np.maximum(earlier, 0)], b"")
            np.copyto(records, known, where=records == b"")
        for block, made in enumerate(mapped.made):
            places = mapped.place[made.at]
            fresh = places[records[places, block] == b""]
            records[fresh, block] = np.array(new_ids(len(fresh)), dtype="S16")
            if made.ids is not None:
                for place, text in zip(places.tolist(), made.ids, strict=True):
                    if text is not None:
                        self.given[block][text] = sixteen(records[place, block]) + sixteen(mapped.digests[place])

    def _write(self, mapped: Mapped, made: Made, parts: Sequence[Parts], compared: Compared) -> None:
        places = mapped.place[made.at]
        records = compared.records[places]
        changes = compared.changes[places]
        linked = linked_bodies(made, records, self.labels) if made.same_row else None
        ids = np.ascontiguousarray(records[:, self.labels.index(made.label)])
        fresh = changes == NEW
        if made.kind == "hazard" and fresh.any():
            for span, piece in aligned(parts, made.at):
                bodies = linked[span] if linked is not None else piece.columns(made.at[span]).body or []
                for row in np.flatnonzero(fresh[span]).tolist():
                    self._judge_step(mapped, int(places[span][row]), None, bodies[row])
        compared.batches.append(encode_rows(made, parts, fresh, ids, self.workflow, linked))
        if (changes == CHANGED).any():
            self._write_changed(mapped, made, parts, (ids, changes == CHANGED, linked), compared)

    def _write_changed(
        self, mapped: Mapped, made: Made, parts: Sequence[Parts], which: tuple[Ids, Bools, Column | None],
        compared: Compared,
    ) -> None:  # fmt: skip
        ids, changed, linked = which
        said = said_by(self.journal, self.dataset, map(sixteen, ids[changed].tolist()), self.withdrawn)
        for span, piece in aligned(parts, made.at):
            rows = np.flatnonzero(changed[span]).tolist()
            columns = piece.columns(made.at[span]) if rows else None
            for row in rows:
                assert columns is not None
                at = span.start + row
                columns.body = linked[span] if linked is not None else columns.body
                place, earlier = int(mapped.place[made.at[at]]), said.get(sixteen(ids[at]))
                stated = made.dates[at], None if made.recorded is None else made.recorded[at]
                drafts, again = changed_drafts(
                    made.kind, columns, row, sixteen(ids[at]), stated, earlier, self.workflow,
                    bool(compared.altered[place]), made.label in self.apart,
                )  # fmt: skip
                if made.kind == "hazard" and drafts:
                    before = earlier.on(day_of_text(stated[0])).body if earlier else None
                    self._judge_step(mapped, place, before or None, (columns.body or [None])[row])
                compared.drafts += drafts
                compared.again += again
                compared.moved[place] |= bool(drafts)

    def _judge_step(self, mapped: Mapped, place: int, before: dict[str, Any] | None, after: bytes | None) -> None:
        """Note what in a hazard's step breaks the lifecycle; it is accepted all the same."""
        for column, code, message in step_findings(before, None if after is None else after.decode(), self.national):
            mapped.outcomes[place] = FOUND
            mapped.findings.append(RowFinding(mapped.first_row + place, column, None, code, message))

    def _seen(self, mapped: Mapped) -> list[bytes]:
        """Find the records that held rows name: the file knows them, so they are not gone."""
        seen: list[bytes] = []
        for made in mapped.made:
            asked = [text for text in made.held_ids if text]
            if asked and len(self.known):
                found = self.journal.find_external(self.dataset, made.kind, asked)
                seen += [record.bytes for record in found.values()]
        return seen
