"""Does what stands beside the chain still agree with it: logs, keys, erasures, and the secrets kept on this machine?

The chain alone cannot tell an erasure that was ordered from a part that somebody wiped, nor a programme whose public
keys were exchanged so that later personal data open for another. These checks do.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping

from whitestone.errors import Problem
from whitestone.journal.access import LOGS, broken_log
from whitestone.journal.checkpoints import node_meta_key
from whitestone.journal.dialect import Session
from whitestone.journal.keys import held_node_key, held_public_key, remembered_logs
from whitestone.journal.seals import public_key

__all__ = ["cut_off", "fault", "kept_rows"]

Fault = tuple[int | None, str]


def fault(session: Session, erased: Iterable[tuple[int, bytes]], key_ids: Mapping[bytes, int]) -> Fault | None:
    """Say what does not agree: the entry (None: not one entry) and why; None when everything does.

    `erased` gives entries with erased parts and their records, `key_ids` the data keys that envelopes name and the
    first entry that names each.
    """
    return _logs(session) or _erasures(session, erased) or _keys(session, key_ids) or _secrets(session)


def kept_rows(session: Session) -> dict[uuid.UUID, tuple[int, int]]:
    """Count, for each run, the rows whose fate is kept, and those kept as held; its record says how many there were."""
    fates = {run: int(count) for run, count in session.all("SELECT run, sum(count) FROM run_batch GROUP BY run")}
    held = {run: int(count) for run, count in session.all("SELECT run, count(*) FROM held GROUP BY run")}
    return {uuid.UUID(bytes=run): (fates.get(run, 0), held.get(run, 0)) for run in fates.keys() | held.keys()}


def _logs(session: Session) -> Fault | None:
    broken = broken_log(session)
    return broken and (None, f"line {broken[1]} of the log {broken[0]} is missing or was changed")


def cut_off(session: Session) -> str | None:
    """Say which line of a log was written on this machine and is no longer there; None when all are."""
    stated = session.one("SELECT value FROM meta WHERE key = 'node_id'")
    seen = remembered_logs(uuid.UUID(stated[0])) if stated else {}
    for log, (number, head) in seen.items():
        row = session.one(f"SELECT hash FROM {log} WHERE id = ?", [number]) if log in LOGS else None  # noqa: S608
        if log in LOGS and (row is None or bytes(row[0]).hex() != head):
            return f"line {number} of the log {log} was written on this machine and is missing"
    return None


def _erasures(session: Session, erased: Iterable[tuple[int, bytes]]) -> Fault | None:
    query = "SELECT DISTINCT record_id FROM access_log WHERE event LIKE ? AND record_id IS NOT NULL"
    ordered = {bytes(record_id) for (record_id,) in session.all(query, ["erased%"])}
    wiped = next((seq for seq, record_id in erased if record_id not in ordered), None)
    return None if wiped is None else (wiped, "a part of it was wiped without an erasure in the access log")


def _keys(session: Session, key_ids: Mapping[bytes, int]) -> Fault | None:
    known = set()
    for key_id, wrapped, erased_at in session.rows("SELECT key_id, wrapped, erased_at FROM seal_key"):
        known.add(bytes(key_id))
        if (wrapped is None) != (erased_at is not None):
            return key_ids.get(bytes(key_id)), "the key of what it seals was wiped without an erasure"
    lost = min((seq for key_id, seq in key_ids.items() if key_id not in known), default=None)
    return None if lost is None else (lost, "the key of what it seals is missing")


def _secrets(session: Session) -> Fault | None:
    """Compare the public keys inside with the private ones on this machine, where there are any."""
    stated: dict[str, str] = dict(session.all("SELECT key, value FROM meta WHERE key IN ('programme_id', 'node_id')"))
    programme_id, node_id = uuid.UUID(stated["programme_id"]), uuid.UUID(stated["node_id"])
    try:
        ours, mine = held_public_key(programme_id), held_node_key(node_id)
    except Problem as problem:
        return None, str(problem)
    if ours is not None and ours != public_key(session):
        return None, "the public key under which it seals is not that of the programme key on this machine"
    found = session.one("SELECT value FROM meta WHERE key = ?", [node_meta_key(node_id.bytes)])
    if mine is not None and (found is None or bytes.fromhex(found[0]) != mine):
        return None, "the public key of this node is not that of its signing key on this machine"
    return None
