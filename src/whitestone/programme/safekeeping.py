"""How is a programme kept safe: backed up, restored, proved, rebuilt, and a person in it unsealed or erased?

Each verb takes who acts and gives plain values, the same for the command line and the pages.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from whitestone.domain.revision import Revision
from whitestone.errors import UnknownRecord
from whitestone.journal.keys import remember_head, remembered_head
from whitestone.journal.surroundings import kept_rows
from whitestone.journal.tiles import TileTable
from whitestone.programme.opening import Programme
from whitestone.programme.periods import period_faults
from whitestone.programme.recalling import COUNTED_ONLY

__all__ = ["back_up", "erase", "history", "prove", "remake", "restore_to", "unseal"]

Progress = Callable[[str, int, int], None]


def back_up(
    programme: Programme, path: Path, *, key: Path | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Write one encrypted backup while others go on working; refuses as `journal.backup.backup`."""
    from whitestone.journal.backup import backup

    made = backup(programme.journal, path, key=key, progress=progress)
    remember_head(programme.journal.node_id, made.entries, made.head)
    return {"backup": str(made.path), "entries": made.entries, "head": made.head, "attachments": made.attachments,
            "size_bytes": made.size_bytes, "faults": list(made.faults)}


def restore_to(target: str, path: Path, *, key: Path | None = None, same_node: bool = False,
               progress: Progress | None = None) -> dict[str, Any]:
    """Make a programme out of a backup; refuses as `journal.restore.restore` and leaves nothing then."""
    from whitestone.journal.restore import restore

    with restore(path, target, key=key, same_node=same_node, progress=progress) as journal:
        seq, head = journal.head()
        remember_head(journal.node_id, seq, head)  # the same node may well begin again from an older head
        return {"restored": target.split("@", 1)[-1], "programme_id": str(journal.programme_id),
                "node_id": str(journal.node_id), "same_node": same_node, "entries": seq, "head": head}


def prove(
    programme: Programme, *, against: tuple[int, str] | None = None, progress: Callable[..., None] | None = None
) -> dict[str, Any]:
    """Verify the chain, the logs, the rows of all runs, attachments and closings; `ok`: nothing was changed or lost.

    `against` is a head (number, hash) that was kept elsewhere: the chain must still contain it. By default it is the
    one that was last proved or backed up on this machine, so that a tail cut off with its signatures shows.
    """
    kept = against or remembered_head(programme.journal.node_id)
    verdict = programme.journal.verify(progress, against=kept if kept and kept[0] else None)
    faults = programme.journal.attachments.check(by=programme.who)
    if verdict.ok:
        remember_head(programme.journal.node_id, *verdict.head)
        programme.journal.seals.keep_log()
    missing = _missing_rows(programme)
    closings = period_faults(programme)
    return {
        "ok": verdict.ok and not faults and not missing and not closings,
        "entries": verdict.entries, "head": verdict.head[1],
        "first_broken": verdict.first_broken, "why": verdict.why,
        "signed_through": verdict.signed_through,
        "attachments": [{"sha256": fault.sha256, "name": fault.name, "why": fault.why} for fault in faults],
        "runs": missing, "periods": closings,
    }


def _missing_rows(programme: Programme) -> list[dict[str, Any]]:
    """Compare what each finished run's record says of its rows (in the chain) with the rows that are kept beside it."""
    with programme.journal.store.reading() as session:
        kept = kept_rows(session)
    found = []
    for state in programme.journal.states("run", geometry=False):
        counts = state.body.get("counts") or {}
        if state.body.get("run_status") != "finished" or "input" not in counts:
            continue
        rows, held = kept.get(state.record_id, (0, 0))
        if (rows, held) != (counts["input"], counts["held"]):
            found.append({"run": str(state.record_id), "input": counts["input"], "rows_kept": rows,
                          "held": counts["held"], "held_kept": held})
    return found


def remake(programme: Programme, *, progress: Callable[..., None] | None = None) -> dict[str, Any]:
    """Make the projections again from the truth and compare them with what stood there."""
    made = programme.journal.rebuild(progress)
    return {"states": made.states, "hash_before": made.hash_before, "hash_after": made.hash_after,
            "same": made.hash_before == made.hash_after}


def erase(
    programme: Programme, record_id: uuid.UUID, *, reason: str, parts: Iterable[str] = ("sealed",),
    originals: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Destroy what identifies a person in a record, for good; the statistical part stays.

    Tiles, kept reconciliations and proposed pairs, which lie beside the journal and may show the erased part, are
    forgotten as well: the next who asks has them made again. Guardians' names in the person's consents go with it;
    records decided to be the same person are named and left. The sealed files that the record came in by hold other
    persons too: they are named, and with `originals` their keys are destroyed as well, with those of their held rows.
    """
    from whitestone.programme.casualties_linking import forget_pairs
    from whitestone.programme.reconciling_kept import forget

    files = _originals(programme, record_id)
    done = programme.journal.seals.erase(record_id, programme.who, reason, parts=parts)
    gone = [each for each in files if originals and _erase_original(programme, each, reason)]
    beside, others = _beside(programme, record_id)
    for each in beside:
        programme.journal.seals.erase(each, programme.who, reason)
    forget(programme)
    forget_pairs(programme, record_id)
    tiles = TileTable.in_folder(programme.journal.folder)
    tiles.forget_all()
    tiles.close()
    return {"record": str(record_id), "keys": done.keys, "parts": done.parts, "pages_remain": done.pages_remain,
            "consents_erased": len(beside), "same_person_left": [str(each) for each in others],
            "originals_erased": gone, "originals_left": [each for each in files if each not in gone]}  # fmt: skip


def _beside(programme: Programme, record_id: uuid.UUID) -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    """Find what else is sealed about a person: guardians' names in their consents, and records decided to be the same.

    The first are erased with the person. The second are told: that they are the same is a decision, and may be wrong.
    """
    from whitestone.programme.sameness import same_groups

    alive = {record for record, _, _ in programme.journal.seals.holders() if record is not None}
    consents = [state.record_id for state in programme.journal.states("consent", approved_only=False, geometry=False)
                if state.body.get("casualty_id") == str(record_id) and state.record_id in alive]  # fmt: skip
    groups = same_groups(programme.journal)
    kept = groups.get(record_id, record_id)
    same = {kept, *(each for each, of in groups.items() if of == kept)} - {record_id}
    return consents, sorted(same & alive)


def _originals(programme: Programme, record_id: uuid.UUID) -> list[str]:
    """Name the sealed files, by SHA-256 or run, whose keys live and that a record came in by."""
    journal = programme.journal
    runs = {each.run for each in journal.history(record_id) if each.run is not None}
    alive = {file.hex() for _, file, _ in journal.seals.holders() if file is not None}
    named = [run.hex for run in sorted(runs)]
    named += [str(state.body.get("file_sha256")) for state in journal.states("run", geometry=False, ids=sorted(runs))]
    return [each for each in dict.fromkeys(named) if each in alive]


def _erase_original(programme: Programme, name: str, reason: str) -> bool:
    return programme.journal.seals.erase_file(bytes.fromhex(name), programme.who, reason).keys > 0


def unseal(programme: Programme, record_id: uuid.UUID, *, purpose: str, key: Path | None = None) -> dict[str, Any]:
    """Open what is sealed of a record, for a stated purpose; logged. The programme is locked again afterwards."""
    seals = programme.journal.seals
    seals.unlock(key)
    try:
        values = seals.open_record(record_id, purpose, programme.who)
    finally:
        seals.lock()
    return {"record": str(record_id), "purpose": purpose, "by": programme.who, "values": values}


def history(programme: Programme, record_id: uuid.UUID) -> dict[str, Any]:
    """Tell the whole history of a record, oldest first, with what each revision changed; refuses UnknownRecord.

    Of a person who was hurt it tells who stated something and when, never what: sex, day and place can name one.
    """
    revisions = programme.journal.history(record_id)
    if not revisions:
        raise UnknownRecord(record=record_id)
    if revisions[-1].kind in COUNTED_ONLY:
        kept = [{**_told(each), "as_entered": {}, "changed": {}, "geometry_changed": False} for each in revisions]
        return {"record": str(record_id), "kind": revisions[-1].kind, "revisions": kept, "values_shown": False}
    told: list[dict[str, Any]] = []
    before: dict[str, Any] = {}
    shape: bytes | None = None
    for revision in revisions:
        stated = {**revision.body, **{f"extra.{name}": value for name, value in revision.extra.items()}}
        changed = {name: {"before": before.get(name), "after": value} for name, value in stated.items()
                   if name not in before or before[name] != value}
        moved = revision.geometry is not None and revision.geometry != shape
        told.append({**_told(revision), "changed": changed, "geometry_changed": moved})
        before.update(stated)
        shape = revision.geometry or shape
    return {"record": str(record_id), "kind": revisions[-1].kind, "revisions": told}


def _told(revision: Revision) -> dict[str, Any]:
    """Give a revision as plain values; of what is sealed only the names."""
    return {
        "seq": revision.seq, "revision": str(revision.revision_id), "nature": revision.nature.name.lower(),
        "workflow": revision.workflow.name.lower(), "information_date": revision.information_date,
        "recorded_at": revision.recorded_at.isoformat(),
        "source_recorded_at": revision.source_recorded_at.isoformat() if revision.source_recorded_at else None,
        "author": revision.author, "organisation": revision.organisation, "source": revision.source,
        "reason": revision.reason, "node": str(revision.node),
        "dataset": str(revision.dataset) if revision.dataset else None,
        "run": str(revision.run) if revision.run else None,
        "parents": [str(each) for each in revision.parents],
        "corrects": str(revision.corrects) if revision.corrects else None,
        "as_entered": revision.as_entered, "sealed": list(revision.sealed), "erased": list(revision.erased),
    }
