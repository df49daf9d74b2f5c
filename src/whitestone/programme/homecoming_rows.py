"""What did a record say when it left in an export, and what does its row say otherwise now?"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
import shapely

from whitestone.domain.dates import parse_partial
from whitestone.domain.kinds import KINDS
from whitestone.domain.revision import Draft, Nature, Revision, State, Workflow
from whitestone.domain.validate import validate
from whitestone.exchange.exported_rows import Homed, entered_geometry
from whitestone.exchange.mapping.rows import FOUND, HELD, Mapped, RowFinding, sixteen
from whitestone.exchange.writers.model import ExportRecord
from whitestone.journal import Journal
from whitestone.programme.importing_editions import Known
from whitestone.programme.importing_parts import Parts
from whitestone.programme.importing_rows import CHANGED, NEW, UNCHANGED, Compared, Comparing
from whitestone.programme.opening import Programme

__all__ = ["HomeComparing", "stated_date"]

_OUT = (Workflow.WITHDRAWN, Workflow.RETURNED, Workflow.DRAFT)


class Base(msgspec.Struct):
    """What a row is compared with: what the record said when it left, with what was brought home of that since."""

    body: dict[str, Any]
    extra: dict[str, Any]
    geometry: bytes | None
    date: str | None
    parents: tuple[uuid.UUID, ...]
    workflow: Workflow | None = None


class HomeComparing(Comparing):
    """The comparison of the rows of one export with what is known of their records."""

    def __init__(
        self, programme: Programme, dataset: uuid.UUID, known: Known, labels: Sequence[str],
        withdrawn: set[uuid.UUID], source: str, run: uuid.UUID,
    ) -> None:  # fmt: skip
        national = programme.settings.national_codes
        super().__init__(programme.journal, dataset, known, labels, Workflow.APPROVED, withdrawn, national)
        self.programme, self.source = programme, source
        self.seen_before = _rows_of(programme.journal, run)

    def compare(self, mapped: Mapped, parts: Sequence[Sequence[Parts]] = ()) -> Compared:
        """Decide for every row whether it is new, changed or unchanged, and draft what has to be written."""
        if not isinstance(mapped, Homed):
            raise TypeError("a row of an export comes with its record")
        count = mapped.count
        compared = Compared(np.zeros(count, dtype=np.uint8), np.zeros((count, len(self.labels)), dtype="S16"),
                            np.zeros(count, dtype=bool), np.ones(count, dtype=bool))
        self._pardoned(mapped, compared)
        wanted = [record for record in mapped.records if record is not None]
        states = {state.record_id: state for state in self.journal.states(
            ids=[record.record_id for record in wanted], approved_only=False)} if wanted else {}
        bases = self._bases(wanted, states)
        held: dict[int, tuple[str, str]] = {}
        for row, record in enumerate(mapped.records):
            if record is not None:
                fault = self._one(mapped, row, record, bases.get(record.record_id), compared)
                if fault is not None:
                    held[row] = fault
                    found = RowFinding(mapped.first_row + int(mapped.place[row]), None, None, *fault)
                    mapped.findings.append(found)
        mapped.hold(held)
        compared.changes[mapped.outcomes == HELD] = 0
        compared.records[mapped.outcomes == HELD] = b""
        return compared

    def _pardoned(self, mapped: Mapped, compared: Compared) -> None:
        """Take a held row that was corrected and brought in before for that record's row."""
        before = {row.row for row in mapped.held}
        self._pardon(mapped)
        places = np.array(sorted(before - {row.row for row in mapped.held}), dtype=np.intp) - mapped.first_row
        if len(places):
            rows = self.known.by_digest(mapped.digests[places])
            compared.records[places] = np.where((rows >= 0)[:, None], self.known.records[np.maximum(rows, 0)], b"")
            compared.changes[places] = UNCHANGED

    def _one(self, mapped: Homed, row: int, record: ExportRecord, base: Base | None,
             compared: Compared) -> tuple[str, str] | None:  # fmt: skip
        """Deal with one row; gives the reason for which it is held, if it is."""
        place = int(mapped.place[row])
        digest, key = sixteen(mapped.digests[place]), record.record_id.bytes
        block = self.labels.index(record.kind)
        compared.records[place, block] = key
        if key in self.seen_before:
            return self._twice(mapped, place, record, self.seen_before[key] == digest, compared)
        self.seen_before[key] = digest
        if self._said_so(block, key, digest):
            compared.changes[place] = UNCHANGED
            return None
        draft, notes = _draft(record, base)
        notes += _emptied(record, base, mapped.frame.columns)
        if draft is None:
            compared.changes[place] = UNCHANGED
        else:
            faults = validate(record.kind, draft.body, lists=self.programme.lists) + _shape_faults(draft)
            faults = [fault for fault in faults if fault[2] != "unknown-attribute"]
            if faults:
                del self.seen_before[key]
                name, value, code, message = faults[0]
                return code, f"{name} {value!r}: {message}"
            compared.changes[place] = NEW if base is None else CHANGED
            compared.moved[place] = True
            as_entered = entered_geometry(mapped.entered[row]) if draft.geometry is not None else {}
            compared.drafts.append(msgspec.structs.replace(draft, as_entered=as_entered))
            if record.kind == "hazard":
                self._judge_step(mapped, place, base.body if base else None, json.dumps(record.body).encode())
        for column, code, message in notes:
            mapped.outcomes[place] = FOUND
            mapped.findings.append(RowFinding(mapped.first_row + place, column, None, code, message))
        return None

    def _twice(self, mapped: Mapped, place: int, record: ExportRecord, same: bool,
               compared: Compared) -> tuple[str, str] | None:  # fmt: skip
        message = f"the record {record.record_id} stands in an earlier row of this file"
        if not same:
            return "id-duplicated", message + " with other content; which one counts is for a person to say"
        compared.changes[place] = UNCHANGED
        mapped.outcomes[place] = FOUND
        mapped.findings.append(RowFinding(mapped.first_row + place, "record_id", str(record.record_id),
                                          "id-duplicated", message + ", word for word"))
        return None

    def _said_so(self, block: int, key: bytes, digest: bytes) -> bool:
        """Say whether the last row that was brought home of this record is this very row, and still counts."""
        if not len(self.known):
            return False
        row = int(self.known.by_record(block, np.array([key], dtype="S16"))[0])
        return row >= 0 and bool(self.known.live[self.known.edition[row]]) and \
            sixteen(self.known.digests[row]) == digest

    def _bases(self, records: list[ExportRecord], states: dict[uuid.UUID, State]) -> dict[uuid.UUID, Base]:
        bases: dict[uuid.UUID, Base] = {}
        moved: list[tuple[ExportRecord, State]] = []
        for record in records:
            state = states.get(record.record_id)
            if state is not None and state.revisions == record.revisions:
                bases[record.record_id] = _from_state(self.journal, state)
            elif state is not None:
                moved.append((record, state))
        told = _histories(self.journal, [state for _record, state in moved])
        for record, state in moved:
            bases[record.record_id] = self._earlier_base(record, state, told[record.record_id])
        return bases

    def _earlier_base(self, record: ExportRecord, state: State, history: list[Revision]) -> Base:
        """Fold the revisions that the row names, then what came home of the same export; else what came home at all."""
        counted = _counted(history)
        named = [counted[each] for each in record.revisions if each in counted]
        home = [each for each in counted.values() if each.dataset == self.dataset and each.run not in self.withdrawn
                and each not in named and (not named or each.source == self.source)]
        if not named and not home:
            return _from_state(self.journal, state)
        base = Base({}, {}, None, None, ())
        for each in (*named, *sorted(home, key=lambda one: one.seq)):
            base.body |= each.body
            base.extra |= each.extra
            base.geometry = each.geometry or base.geometry
            base.parents = (each.revision_id,)
        base.date = _latest_date(each.information_date for each in (*named, *home))
        return base


def stated_date(journal: Journal, state: State) -> str | None:
    """Give the date from which a state is true as exactly as it was stated: `2014` stays a year.

    A state knows the day on which a date acts, the last of its span; only such a day may have been less exact.
    """
    day = state.true_from
    if day is None:
        return None
    if not _is_month_end(day):
        return day.isoformat()
    for revision in reversed(state.revisions):
        text = journal.revision(revision).information_date
        if text and parse_partial(text).last_day == day:
            return text
    return day.isoformat()


def _is_month_end(day: Any) -> bool:
    return bool(parse_partial(f"{day.year:04d}-{day.month:02d}").last_day == day)


def _latest_date(texts: Iterable[str | None]) -> str | None:
    found = [text for text in texts if text]
    return max(found, key=lambda text: parse_partial(text).last_day) if found else None


def _from_state(journal: Journal, state: State) -> Base:
    return Base(dict(state.body), dict(state.extra), state.geometry, stated_date(journal, state),
                state.revisions, state.workflow)


def _rows_of(journal: Journal, run: uuid.UUID) -> dict[bytes, bytes]:
    """List the records that this very run has written before it was interrupted, with the digests of their rows."""
    seen: dict[bytes, bytes] = {}
    for piece in journal.runs.batches(run):
        if piece.count:
            records = np.frombuffer(piece.record_ids, dtype="S16").reshape(piece.count, -1)
            digests = np.frombuffer(piece.digests, dtype="S16")
            for row, block in zip(*np.nonzero(records != b""), strict=True):
                seen.setdefault(sixteen(records[row, block]), sixteen(digests[row]))
    return seen


def _histories(journal: Journal, states: list[State]) -> dict[uuid.UUID, list[Revision]]:
    if len(states) <= 500:
        return {state.record_id: journal.history(state.record_id) for state in states}
    told: dict[uuid.UUID, list[Revision]] = {state.record_id: [] for state in states}
    for kind in {state.kind for state in states}:
        for revision in journal.revisions(kind=kind):
            if revision.record_id in told:
                told[revision.record_id].append(revision)
    return told


def _counted(history: list[Revision]) -> dict[uuid.UUID, Revision]:
    """Keep the revisions that state something and were not decided away since."""
    workflow = {each.revision_id: each.workflow for each in history}
    for each in history:
        if each.nature == Nature.DECISION:
            workflow |= dict.fromkeys(each.parents, each.workflow)
    return {each.revision_id: each for each in history
            if each.nature != Nature.DECISION and workflow[each.revision_id] not in _OUT}


Note = tuple[str | None, str, str]


def _draft(record: ExportRecord, base: Base | None) -> tuple[Draft | None, list[Note]]:
    """Draft what a row says otherwise; nothing when it says the same."""
    body, extra, geometry = record.body, record.extra, record.geometry
    workflow = Workflow[record.workflow.upper()]
    parents: tuple[uuid.UUID, ...] = ()
    notes: list[Note] = []
    if base is not None:
        body, extra = _differing(body, base.body), _differing(extra, base.extra)
        geometry = None if _same_shape(geometry, base.geometry) else geometry
        parents = base.parents
        if base.workflow is not None and workflow != base.workflow:
            notes.append(("workflow", "workflow-not-taken", "a step of the workflow is decided in the programme "
                          "(records decide), never by a file; what this row changes stands where the record stood"))
            workflow = base.workflow
        if not body and not extra and geometry is None and record.information_date == base.date:
            return None, notes
    return Draft(kind=record.kind, record_id=record.record_id, body=body, extra=extra, geometry=geometry,
                 information_date=record.information_date, workflow=workflow, parents=parents), notes


def _emptied(record: ExportRecord, base: Base | None, columns: Iterable[str]) -> list[Note]:
    """Note the cells that held something when the record left and hold nothing now."""
    if base is None:
        return []
    there, attributes = set(columns), KINDS[record.kind].attributes
    return [(name, "cell-emptied", f"{name} had a value when it left and its cell is empty now: nothing was unsaid; "
             "name it in stated_unknown to say that it is unknown")
            for name, value in base.body.items()
            if value is not None and name not in record.body and name in there and name in attributes
            and not attributes[name].personal]  # fmt: skip


def _shape_faults(draft: Draft) -> list[tuple[str, Any, str, str]]:
    if draft.geometry is None:
        return []
    name = shapely.from_wkb(draft.geometry).geom_type
    if name in KINDS[draft.kind].geometry:
        return []
    return [("geometry", name, "geometry-type-not-allowed", f"a {draft.kind} cannot be one")]


def _differing(new: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in new.items() if name not in old or old[name] != value}


def _same_shape(one: bytes | None, other: bytes | None) -> bool:
    if one is None or one == other:
        return True
    if other is None:
        return False
    left, right = (shapely.normalize(shapely.from_wkb(each)) for each in (one, other))
    return bool(left == right)
