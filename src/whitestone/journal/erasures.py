"""Which erasures must every copy obey, also one that was made before them?

Erasing is final, but a backup made earlier still holds the wrapped key. So each erasure is also written to a list
beside the programme key, outside database and backup, before it is done; a restore applies the list again. The list
names ids only, never values.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Sequence
from pathlib import Path

import msgspec

from whitestone.journal.books import drop_books
from whitestone.journal.dialect import Session
from whitestone.journal.keys import keys_folder, sync_folder
from whitestone.journal.layout import PARTS

__all__ = ["Erasure", "apply", "list_path", "note", "noted", "tombstones"]


PROJECTED = frozenset({"body", "extra", "geometry"})
"""The parts that states show."""


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """One erasure: of a record (a person) or of a file, at a moment, with the keys that it destroys."""

    at: int
    by: str
    reason: str
    record_id: uuid.UUID | None = None
    file: str | None = None
    key_ids: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


def list_path(programme_id: uuid.UUID) -> Path:
    """Name the file that lists a programme's erasures."""
    return keys_folder() / f"{programme_id}.erased"


def note(programme_id: uuid.UUID, erasure: Erasure) -> None:
    """Append an erasure to the list, durably; a list is made for its owner alone."""
    path = list_path(programme_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        # The line break stands first: a line that a crash cut off spoils itself and not the next one.
        os.write(handle, b"\n" + msgspec.json.encode(erasure) + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)
    sync_folder(path.parent)


def noted(programme_id: uuid.UUID) -> list[Erasure]:
    """Read the list of erasures; empty when there is none; a line that was cut off is passed over."""
    path = list_path(programme_id)
    found = []
    for line in path.read_bytes().splitlines() if path.exists() else []:
        try:
            found.append(msgspec.json.decode(line, type=Erasure))
        except msgspec.DecodeError:
            continue
    return found


def apply(session: Session, erasure: Erasure) -> tuple[int, int]:
    """Destroy the keys of an erasure and the parts that it names; give both counts; a second time changes nothing."""
    drop_books(session)
    keys = 0
    for key_id in erasure.key_ids:
        keys += session.run(
            "UPDATE seal_key SET wrapped = NULL, erased_at = ?, erased_by = ?, erased_why = ? "
            "WHERE key_id = ? AND wrapped IS NOT NULL",
            [erasure.at, erasure.by, erasure.reason, bytes.fromhex(key_id)],
        )
    parts = _erase_parts(session, erasure) if erasure.record_id is not None and erasure.parts else 0
    return keys, parts


def _erase_parts(session: Session, erasure: Erasure) -> int:
    assert erasure.record_id is not None
    query = (
        f"SELECT r.seq, r.salts, r.tombs, {', '.join(f'r.{name}' for name in PARTS)} FROM revision r "  # noqa: S608
        "JOIN act a ON a.act_id = r.act_id WHERE r.record_id = ? AND a.recorded_at <= ?"
    )
    changed: list[int] = []
    for seq, salts, tombs, *contents in session.all(query, [erasure.record_id.bytes, erasure.at]):
        values = tombstones(bytes(salts), bytes(tombs or b""), contents, erasure.parts)
        if values:
            named = ", ".join(f"{name} = ?" for name in values)
            session.run(f"UPDATE revision SET {named} WHERE seq = ?", [*values.values(), seq])  # noqa: S608
            changed.append(seq)
    if changed and PROJECTED.intersection(erasure.parts):
        _project_again(session, erasure.record_id.bytes, changed if "geometry" in erasure.parts else [])
    return len(changed)


def _project_again(session: Session, record_id: bytes, seqs: Sequence[int]) -> None:
    """Make the states of a record anew, those known before included: none may keep what was erased."""
    from whitestone.journal import boxes
    from whitestone.journal.layout import STATE_COLUMNS
    from whitestone.journal.projection import read_entries, state_rows

    session.run("DELETE FROM state WHERE record_id = ?", [record_id])
    if session.dialect == "sqlite":  # the server generates its boxes from the geometry that is gone
        boxes.forget(session, seqs)
    entries = list(read_entries(session, "r.record_id = ?", [record_id]))
    for record, kind, found in entries:
        session.load("state", STATE_COLUMNS, state_rows(session, record, kind, found))


def tombstones(
    salts: bytes, tombs: bytes, contents: Sequence[bytes | None], wanted: Sequence[str]
) -> dict[str, bytes | None]:
    """Give the columns of a revision after erasing: the part and its salt are gone, its digest stays.

    Shapes: `contents` in the order of PARTS; `salts` 16 bytes for each part present or erased; `tombs` 33 bytes each.

    >>> gone = tombstones(b"s" * 32, b"", [b"{}", None, None, None, b"secret"], ["sealed"])
    >>> gone["sealed"], gone["salts"] == b"s" * 16 + bytes(16), len(gone["tombs"])
    (None, True, 33)
    >>> tombstones(b"s" * 16, b"", [b"{}", None, None, None, None], ["sealed"])
    {}
    """
    dead = set(tombs[::33])
    left = bytearray(salts)
    values: dict[str, bytes | None] = {}
    slot = 0
    for place, (name, content) in enumerate(zip(PARTS, contents, strict=True)):
        if content is not None and name in wanted:
            span = slice(16 * slot, 16 * slot + 16)
            tombs += bytes([place]) + hashlib.sha256(bytes(left[span]) + bytes(content)).digest()
            left[span] = bytes(16)
            values[name] = None
        slot += content is not None or place in dead
    return {**values, "salts": bytes(left), "tombs": tombs} if values else {}
