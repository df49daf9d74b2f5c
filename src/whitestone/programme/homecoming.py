"""How does one of our own exports come back in, so that the same records are the same records again?"""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shapely

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft, State, Workflow
from whitestone.errors import Refused
from whitestone.exchange.exported import is_ours, read_back
from whitestone.exchange.readers import open_file
from whitestone.exchange.writers import REFUSED_KINDS, ExportRecord, file_sha256
from whitestone.programme.importing_report import Report
from whitestone.programme.opening import Programme

__all__ = ["bring_home", "is_export"]

_BATCH = 5_000


def is_export(path: Path) -> bool:
    """Say whether a file is an export of this program, which needs no mapping to come in."""
    return is_ours(open_file(path))


def bring_home(programme: Programme, path: Path) -> Report:
    """Bring an export in, all of it in one act: records keep their ids; what they state already is unchanged.

    A record that is known and states something else gets a revision with what differs; what a cell no longer holds is
    not unsaid. The run can be taken back like any other. Refuses with UnreadableFile a file that is not whole, and with
    Refused rows about persons.
    """
    run, started = new_id(), dt.datetime.now(dt.UTC).isoformat(timespec="microseconds")
    changes: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    centre: tuple[float, float] | None = None
    act = Act(author=programme.who, reason=f"an export came home: {path.name}", run=run)
    with programme.journal.writing(act) as batch:
        for records in _batches(read_back(path)):
            drafts = []
            known = {state.record_id: state for state in programme.journal.states(
                ids=[record.record_id for record in records], approved_only=False)}
            for record in records:
                draft, change = _draft(record, known.get(record.record_id))
                changes[change] += 1
                kinds[record.kind] += 1
                drafts += [draft] if draft else []
            if drafts:
                batch.append(drafts)
            centre = centre or _centre(records)
        report = _report(run, changes, kinds)
        body = {"file_name": path.name, "file_sha256": file_sha256(path), "file_size": path.stat().st_size,
                "run_status": "finished", "counts": {**report.counts(), "started_at": started}, "unmapped_columns": []}
        batch.append([Draft(kind="run", record_id=run, body=body)])
    if centre is not None:
        programme.fix_plane(*centre)
    return report


def _batches(records: Iterator[ExportRecord]) -> Iterator[list[ExportRecord]]:
    while batch := list(itertools.islice(records, _BATCH)):
        for record in batch:
            if record.kind in REFUSED_KINDS:
                raise Refused(what="Bringing casualties in from an export", rule="exports hold no rows about persons",
                              remedy="Import them from their source, under a mapping.")
        yield batch


def _centre(records: list[ExportRecord]) -> tuple[float, float] | None:
    """Find the middle of what came: the first geometry that arrives fixes the equal-area plane of a new programme."""
    shapes = [record.geometry for record in records if record.geometry is not None]
    if not shapes:
        return None
    west, south, east, north = shapely.total_bounds(shapely.from_wkb(shapes)).tolist()
    return (west + east) / 2, (south + north) / 2


def _draft(record: ExportRecord, state: State | None) -> tuple[Draft | None, str]:
    body, extra, geometry = record.body, record.extra, record.geometry
    parents: tuple[uuid.UUID, ...] = ()
    if state is not None:
        body, extra = _differing(body, state.body), _differing(extra, state.extra)
        geometry = None if _same_shape(geometry, state.geometry) else geometry
        parents = state.revisions[-1:]
        if not body and not extra and geometry is None:
            return None, "unchanged"
    draft = Draft(kind=record.kind, record_id=record.record_id, body=body, extra=extra, geometry=geometry,
                  information_date=record.information_date, workflow=Workflow[record.workflow.upper()], parents=parents)
    return draft, "new" if state is None else "changed"


def _differing(new: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in new.items() if name not in old or old[name] != value}


def _same_shape(one: bytes | None, other: bytes | None) -> bool:
    if one is None or one == other:
        return True
    if other is None:
        return False
    left, right = (shapely.normalize(shapely.from_wkb(each)) for each in (one, other))
    return bool(left == right)


def _report(run: uuid.UUID, changes: Counter[str], kinds: Counter[str]) -> Report:
    total = changes.total()
    return Report(run=str(run), input=total, accepted=total, accepted_with_findings=0, held=0, new=changes["new"],
                  changed=changes["changed"], unchanged=changes["unchanged"], gone=0, conflicts=0, records=dict(kinds),
                  unmapped_columns=[], findings=[], findings_by_code={})
