"""What came in when, which rows wait for a person, and how is a whole run taken back and brought back?"""

from __future__ import annotations

import base64
import csv
import datetime as dt
import json
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from whitestone.domain.revision import RANK, Act, Draft, Nature, Revision, State, Workflow
from whitestone.errors import Locked, UnknownRecord, WrongCall
from whitestone.exchange.mapping.rows import CORRECTION_COLUMNS
from whitestone.journal import EncodedBatch, HeldRow
from whitestone.programme.importing_said import Again, said_by, unmoved, write_again
from whitestone.programme.opening import Clocks, Programme

__all__ = ["Preview", "find_run", "held_rows", "list_runs", "preview_take_back", "show_run", "take_back", "write_held"]

_LEDGER_KINDS = {"hazard", "release"}
_FORMULA = ("=", "@", "\t", "\r")
_AT_ONCE = 5_000
FINDINGS_SHOWN = 20_000
"""Findings that one answer lists; the answer says how many there are."""


def list_runs(programme: Programme) -> list[dict[str, Any]]:
    """List all runs, the oldest first, each with its file, dataset, state and counts."""
    datasets = {str(state.record_id): state.body.get("local_id") for state in programme.journal.states("dataset")}
    runs = sorted(programme.journal.states("run", geometry=False), key=_started)
    return [_summary(state, datasets) for state in runs]


def find_run(programme: Programme, text: str) -> State:
    """Find a run by its id or the first characters of it; refuses none or several with UnknownRecord or WrongCall."""
    found = [state for state in programme.journal.states("run", geometry=False)
             if str(state.record_id).startswith(text.strip().lower())]  # fmt: skip
    if not found or not text.strip():
        raise UnknownRecord(record=f"of a run {text!r}", fix="'whitestone runs list' lists the runs.")
    if len(found) > 1:
        raise WrongCall(why=f"{len(found)} runs begin with {text!r}.", fix="Give more of the id.")
    return found[0]


def show_run(programme: Programme, text: str) -> dict[str, Any]:
    """Show one run with its findings and the number of rows that are still held."""
    state = find_run(programme, text)
    datasets = {str(each.record_id): each.body.get("local_id") for each in programme.journal.states("dataset")}
    answer = _summary(state, datasets)
    every = [found for found in programme.journal.runs.findings(state.record_id) if found["code"] != "held-record"]
    answer["findings"] = every[:FINDINGS_SHOWN]
    answer["findings_left_out"] = max(0, len(every) - FINDINGS_SHOWN)
    answer["still_held"] = sum(1 for _ in programme.journal.runs.held(state.record_id))
    answer["unmapped_columns"] = state.body.get("unmapped_columns") or []
    return answer


def held_rows(programme: Programme, text: str | None = None) -> list[dict[str, Any]]:
    """List the rows that are still held, of one run or of all; what is sealed stays so."""
    run = find_run(programme, text).record_id if text else None
    return [_held(row) for row in programme.journal.runs.held(run)]


def write_held(programme: Programme, text: str, path: Path, *, purpose: str = "correcting held rows") -> int:
    """Write the held rows of a run to a CSV, with the columns that lead each back when it is brought in corrected.

    Returns how many were written. Rows of a personal mapping are unsealed for it, which is logged; refuses them with
    Locked while the programme is locked. A cell that a spreadsheet would take for a formula gets an apostrophe.
    """
    run = find_run(programme, text).record_id
    rows = list(programme.journal.runs.held(run))
    if any(row.personal for row in rows) and programme.journal.seals.locked:
        raise Locked(what=f"The text of {sum(row.personal for row in rows)} held row(s)")
    opened = [(row, _cells(_raw(programme, row, purpose))) for row in rows]
    counts = find_run(programme, text).body.get("counts") or {}
    columns = [*counts.get("columns", []), *(name for _, cells in opened for name in cells)]
    columns = [name for name in dict.fromkeys(columns) if name not in CORRECTION_COLUMNS]
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow([*CORRECTION_COLUMNS, *columns])
        for row, cells in opened:
            reasons = "; ".join(f"{reason['code']}: {reason['message']}" for reason in row.reasons)
            unread = _guarded(cells.get("whitestone_raw"))
            lead = [str(row.run), str(row.row), row.digest.hex(), reasons, cells.get("whitestone_wkt"), unread]
            writer.writerow([*lead, *(_guarded(cells.get(name)) for name in columns)])
    return len(rows)


class Preview(msgspec.Struct):
    """What taking a run back would do."""

    run: str
    file: str
    revisions: int
    records: dict[str, int]
    """Records that the run speaks of, by kind."""
    leave: int
    """Of them, records of which nothing else is known: they leave every figure (their history stays)."""
    ledger: dict[str, Any] | None
    """Totals of the ledger now and as known before the run; None where the run has nothing to do with land."""

    def as_dict(self) -> dict[str, Any]:
        """Give the preview as the command prints it."""
        return msgspec.structs.asdict(self)


def preview_take_back(programme: Programme, text: str) -> Preview:
    """Count what taking a run back would do; nothing is written."""
    state = find_run(programme, text)
    kinds: Counter[str] = Counter()
    records: set[uuid.UUID] = set()
    count = 0
    for revision in _statements(programme, state.record_id):
        count += 1
        if revision.record_id not in records:
            records.add(revision.record_id)
            kinds[revision.kind] += 1
    kept = _spoken_of_elsewhere(programme, records, state.record_id)
    ledger = _ledger_effect(programme, state) if _LEDGER_KINDS & kinds.keys() else None
    file = str(state.body.get("file_name") or "")
    return Preview(str(state.record_id), file, count, dict(kinds), len(records) - len(kept), ledger)


def take_back(programme: Programme, text: str, *, undo: bool = False, reason: str | None = None) -> dict[str, Any]:
    """Withdraw all that a run said, as one act of decisions that can be undone; with `undo`, let it count again.

    Refuses with WrongCall a run that is taken back already, or was not.
    """
    state = find_run(programme, text)
    status = state.body.get("run_status")
    if (status == "taken_back") != undo:
        fix = "With --undo it counts again." if status == "taken_back" else "Only what was taken back can come back."
        raise WrongCall(why=f"The run {state.record_id} is {str(status).replace('_', ' ')}.", fix=fix)
    word = "brought back" if undo else "taken back"
    why = f"run {state.record_id} {word}" + (f": {reason}" if reason else "")
    before = state.body.get("counts", {}).get("status_before", "finished")
    counts = {**(state.body.get("counts") or {}), "status_before": status}
    body = {"run_status": before if undo else "taken_back", "counts": counts}
    decided = 0
    with programme.journal.writing(Act(author=programme.who, reason=why)) as batch:
        for decisions in _decisions(programme, state.record_id, undo):
            batch.append_encoded(decisions)
            decided += len(decisions.record_ids)
        batch.append([Draft(kind="run", record_id=state.record_id, body=body, parents=state.revisions[-1:])])
        write_again(batch, _unmoved(programme, state, undo), programme.who, why)
    return {"run": str(state.record_id), "revisions": decided, "state": body["run_status"]}


def _unmoved(programme: Programme, state: State, undo: bool) -> Iterator[Again]:
    """Say again what other editions of the dataset said of the run's records, as far as it rested on what it said."""
    journal, run = programme.journal, state.record_id
    dataset = uuid.UUID(state.body["dataset_id"])
    mine = {each.record_id for each in _statements(programme, run)}
    others = {each.record_id for each in journal.revisions(dataset=dataset)
              if each.run != run and each.record_id in mine}  # fmt: skip
    gone = {each.record_id for each in journal.states("run", geometry=False)
            if each.body.get("run_status") == "taken_back"} - {run}  # fmt: skip
    every = sorted(record.bytes for record in others)
    for start in range(0, len(every), _AT_ONCE):
        ids = every[start : start + _AT_ONCE]
        counting, without = (said_by(journal, dataset, ids, each) for each in (gone, gone | {run}))
        before, after = (without, counting) if undo else (counting, without)
        for record, said in after.items():
            if record in before:
                yield from unmoved(before[record], said)


def _statements(programme: Programme, run: uuid.UUID) -> Iterator[Revision]:
    """Stream what a run said of the ground: not the dataset, mapping and run records that it wrote beside."""
    for revision in programme.journal.revisions(run=run):
        if revision.nature != Nature.DECISION and revision.kind not in ("dataset", "mapping", "run"):
            yield revision


def _decisions(programme: Programme, run: uuid.UUID, undo: bool) -> list[EncodedBatch]:
    """Encode one decision for each revision of the run, those of one kind and workflow together."""
    grouped: dict[tuple[str, Workflow], list[Revision]] = {}
    for revision in _statements(programme, run):
        workflow = revision.workflow if undo else Workflow.WITHDRAWN
        grouped.setdefault((revision.kind, workflow), []).append(revision)
    ranked = sorted(grouped.items(), key=lambda each: (each[0][0], RANK[each[0][1]]))
    return [
        EncodedBatch(
            kind=kind, record_ids=[each.record_id.bytes for each in found],
            body=list[bytes | None]([None] * len(found)),
            parents=[each.revision_id.bytes for each in found], nature=Nature.DECISION, workflow=workflow,
        )
        for (kind, workflow), found in ranked
    ]  # fmt: skip


def _spoken_of_elsewhere(programme: Programme, records: set[uuid.UUID], run: uuid.UUID) -> set[uuid.UUID]:
    """Find the records of which another run or a person said something too."""
    found = set()
    for revision in programme.journal.revisions():
        if revision.run != run and revision.record_id in records and revision.nature != Nature.DECISION:
            found.add(revision.record_id)
    return found


def _ledger_effect(programme: Programme, state: State) -> dict[str, Any]:
    """Compare the ledger now with the ledger as known just before the run began."""
    from whitestone.programme.accounts import accounts

    first = next(iter(programme.journal.revisions(run=state.record_id)))
    now = programme.clocks()
    before = Clocks(now.on, None, first.recorded_at - dt.timedelta(microseconds=1))
    totals = [accounts(programme, clocks).table(by="year").as_dict()["total"] for clocks in (now, before)]
    later = sum(1 for each in programme.journal.revisions(after_seq=first.seq) if each.run != state.record_id)
    return {
        "now": totals[0], "before": totals[1],
        "note": f"{later} revision(s) of other acts since then are in the difference" if later else
        "nothing else was recorded since the run began",
    }  # fmt: skip


def _summary(state: State, datasets: dict[str, Any]) -> dict[str, Any]:
    body = state.body
    counts = dict(body.get("counts") or {})
    keep = ("input", "accepted", "accepted_with_findings", "held", "new", "changed", "unchanged", "gone", "conflicts",
            "records", "findings_by_code")  # fmt: skip
    return {
        "run": str(state.record_id), "dataset": datasets.get(str(body.get("dataset_id"))),
        "file": body.get("file_name"), "sha256": body.get("file_sha256"), "state": body.get("run_status"),
        "started_at": counts.get("started_at"), **{name: counts[name] for name in keep if name in counts},
    }  # fmt: skip


def _started(state: State) -> str:
    return str((state.body.get("counts") or {}).get("started_at", ""))


def _held(row: HeldRow) -> dict[str, Any]:
    raw: Any = None if row.personal else _cells(row.raw)
    return {"run": str(row.run), "row": row.row, "reasons": row.reasons, "sealed": row.personal, "cells": raw}


def _raw(programme: Programme, row: HeldRow, purpose: str) -> bytes:
    if not row.personal:
        return row.raw
    return programme.journal.seals.open_held(row.run, row.row, purpose, programme.who)


def _cells(raw: bytes) -> dict[str, str | None]:
    """Read a held row back: its cells, or its whole text where it could not be read as a row."""
    text = raw.decode("utf-8", "surrogatepass")
    try:
        kept = json.loads(text)
    except (json.JSONDecodeError, RecursionError):  # it may be held because its lists are nested without end
        kept = None
    if not isinstance(kept, dict) or not isinstance(kept.get("cells"), dict):
        return {"whitestone_raw": text.encode("utf-8", "replace").decode()}
    cells: dict[str, str | None] = kept["cells"]
    if "wkb" in kept:
        import shapely

        cells["whitestone_wkt"] = shapely.to_wkt(shapely.from_wkb(base64.b64decode(kept["wkb"])), rounding_precision=-1)
    return cells


def _guarded(cell: str | None) -> str:
    """Keep a spreadsheet from running a cell: a formula gets an apostrophe, which the import takes off again."""
    text = cell or ""
    risky = text.startswith(_FORMULA) or (text.startswith(("+", "-")) and not _is_number(text))
    return "'" + text if risky else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def count_by_code(findings: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Count findings by their code, the most frequent first.

    >>> count_by_code([{"code": "a"}, {"code": "b"}, {"code": "b"}]), count_by_code([])
    ({'b': 2, 'a': 1}, {})
    """
    return dict(Counter(found["code"] for found in findings).most_common())
