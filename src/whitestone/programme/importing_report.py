"""What does an import report: counts that close, what was found, what is gone, what is in conflict?"""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

import msgspec
import numpy as np

from whitestone.exchange.mapping.check import UNKNOWN_KIND
from whitestone.exchange.mapping.model import Mapping
from whitestone.exchange.mapping.rows import ACCEPTED, FOUND, HELD, RowFinding, sixteen
from whitestone.journal import Journal
from whitestone.programme.importing_editions import Edition
from whitestone.programme.importing_rows import CHANGED, NEW, UNCHANGED
from whitestone.programme.importing_said import day_of_text
from whitestone.programme.importing_writing import uuid_text
from whitestone.programme.opening import Programme

__all__ = ["FINDINGS_SHOWN", "Report", "run_findings", "tell"]

FINDINGS_SHOWN = 20_000
"""Findings that one answer lists; all are kept with the run, and the answer says how many it leaves out."""


class Report(msgspec.Struct):
    """What became of the rows of one run; the counts are in rows or features."""

    run: str
    input: int
    accepted: int
    accepted_with_findings: int
    held: int
    new: int
    changed: int
    unchanged: int
    gone: int
    conflicts: int
    records: dict[str, int]
    unmapped_columns: list[str]
    findings: list[RowFinding]
    findings_by_code: dict[str, int]

    def counts(self) -> dict[str, Any]:
        """Give the counts alone, as the run's record keeps them."""
        names = ("input", "accepted", "accepted_with_findings", "held", "new", "changed", "unchanged", "gone",
                 "conflicts", "records", "findings_by_code")
        return {name: getattr(self, name) for name in names}

    def as_dict(self) -> dict[str, Any]:
        """Give the answer of `import --json`."""
        total = sum(self.findings_by_code.values())
        answer = {"run": self.run, **self.counts(), "unmapped_columns": self.unmapped_columns}
        answer["findings"] = [msgspec.structs.asdict(found) for found in self.findings]
        answer["findings_left_out"] = total - len(self.findings)
        return answer


def tell(
    programme: Programme, mapping: Mapping, run: uuid.UUID, notes: list[RowFinding], unmapped: list[str]
) -> Report:
    """Add up a run from what the journal keeps of its rows."""
    journal = programme.journal
    kinds = [record.kind for record in mapping.records if record.kind != UNKNOWN_KIND]
    outcomes, changes = np.zeros(3, dtype=np.int64), np.zeros(4, dtype=np.int64)
    records: Counter[str] = Counter()
    codes: Counter[str] = Counter(note.code for note in notes)
    shown = list(notes[:FINDINGS_SHOWN])
    moved: set[bytes] = set()
    for batch in journal.runs.batches(run):
        if batch.count == 0:
            continue
        outcomes += np.bincount(np.frombuffer(batch.outcomes, dtype=np.uint8), minlength=3)
        change = np.frombuffer(batch.changes, dtype=np.uint8)
        changes += np.bincount(change, minlength=4)
        ids = np.frombuffer(batch.record_ids, dtype="S16").reshape(batch.count, -1)
        for kind, count in zip(kinds, (ids != b"").sum(axis=0).tolist(), strict=False):
            records[kind] += count
        moved |= {sixteen(each) for each in ids[change == CHANGED].ravel().tolist() if each}
        for found in batch.findings:
            if found["code"] == "held-record":
                continue
            codes[found["code"]] += 1
            if len(shown) < FINDINGS_SHOWN:
                shown.append(RowFinding(**found))
    disputed = {conflict.record_id.bytes for conflict in journal.conflicts()} if moved else set()
    return Report(
        run=str(run), input=int(outcomes.sum()), accepted=int(outcomes[ACCEPTED]),
        accepted_with_findings=int(outcomes[FOUND]), held=int(outcomes[HELD]), new=int(changes[NEW]),
        changed=int(changes[CHANGED]), unchanged=int(changes[UNCHANGED]), gone=codes.get("gone", 0),
        conflicts=len(disputed & moved), records={kind: count for kind, count in records.items() if count},
        unmapped_columns=unmapped, findings=shown, findings_by_code=dict(codes.most_common()),
    )  # fmt: skip


def run_findings(journal: Journal, mapping: Mapping, editions: list[Edition], run: uuid.UUID) -> list[RowFinding]:
    """Find the records that the last edition of the same coverage had and this one has no longer."""
    if mapping.dataset.edition != "snapshot":
        return []
    now = next((edition for edition in editions if edition.run == run), None)
    before = [each for each in editions
              if each.run != run and each.live and each.finished and each.coverage == mapping.dataset.coverage]
    if now is not None and now.as_of and all(each.as_of for each in before):
        # Late paper: what was found only later is not gone from the edition of an earlier day.
        until = day_of_text(now.as_of)
        before = sorted((each for each in before if day_of_text(each.as_of) <= until),
                        key=lambda each: day_of_text(each.as_of))  # fmt: skip
    if now is None or not before:
        return []
    last = before[-1]
    present = set(now.first.tolist())
    for batch in journal.runs.batches(run):
        named = (found["value"] for found in batch.findings if found["code"] == "held-record")
        present |= {bytes.fromhex(value).rstrip(b"\0") for value in named}
    gone = [record for record in dict.fromkeys(last.first.tolist()) if record and record not in present]
    message = f"the edition before had this record ({mapping.dataset.coverage}), this one has it no longer"
    return [RowFinding(None, None, uuid_text(record), "gone", message) for record in gone]
