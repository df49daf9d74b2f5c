"""Who opened what was sealed, and through whose hands did each attachment go?

Two logs that only grow: `access_log` (every opening and erasing, with its purpose) and `custody` (what happened to an
attachment). Each entry's hash covers the one before, so a changed or missing entry in the middle shows in `verify`;
the engine itself refuses updates and deletions. The last entry is kept outside the database as well, so that lines
cut off at the end show on the machine that wrote them. They are truth: a backup carries them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from whitestone.journal.dialect import Session

__all__ = ["LOGS", "Entry", "broken_log", "entries", "log_access", "log_custody", "log_heads", "now_us"]

LOGS: dict[str, tuple[str, ...]] = {
    "access_log": ("at", "by", "detail", "event", "id", "purpose", "record_id", "revision_id"),
    "custody": ("at", "by", "detail", "event", "id", "sha256"),
}
"""The columns that an entry's hash covers, in that order."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a log, as a person reads it; ids and digests in hexadecimal."""

    at: dt.datetime
    by: str
    event: str
    detail: str | None = None
    purpose: str | None = None
    record_id: str | None = None
    revision_id: str | None = None
    sha256: str | None = None


def now_us() -> int:
    """Give this moment in microseconds since 1970, UTC.

    >>> now_us() > 1_700_000_000_000_000
    True
    """
    return int(dt.datetime.now(dt.UTC).timestamp() * 1_000_000)


def log_access(
    session: Session, *, by: str, purpose: str, event: str, record_id: bytes | None = None,
    revision_id: bytes | None = None, detail: str | None = None,
) -> None:
    """Append to the access log; the session holds the writing lock."""
    values = {"at": now_us(), "by": by, "purpose": purpose, "event": event, "record_id": record_id,
              "revision_id": revision_id, "detail": detail}
    _append(session, "access_log", values)


def log_custody(session: Session, *, sha256: bytes, by: str, event: str, detail: str | None = None) -> None:
    """Append to the custody log of an attachment; the session holds the writing lock."""
    _append(session, "custody", {"sha256": sha256, "at": now_us(), "by": by, "event": event, "detail": detail})


def entries(session: Session, log: str, column: str | None = None, value: bytes | None = None) -> Iterator[Entry]:
    """Read a log, oldest first, whole or of one attachment (`sha256`) or record (`record_id`)."""
    columns = LOGS[log]
    where = f'WHERE "{column}" = ?' if column else ""
    for row in session.rows(f"SELECT {_quoted(columns)} FROM {log} {where} ORDER BY id", [value] if column else []):  # noqa: S608
        named: dict[str, Any] = {name: _plain(value) for name, value in zip(columns, row, strict=True) if name != "id"}
        named["at"] = dt.datetime.fromtimestamp(named["at"] / 1_000_000, dt.UTC)
        yield Entry(**named)


def broken_log(session: Session) -> tuple[str, int] | None:
    """Name the first entry of a log whose hash does not hold; None when both logs are whole."""
    for log, columns in LOGS.items():
        previous, expected = bytes(32), 1
        number = columns.index("id")
        for *values, digest in session.rows(f"SELECT {_quoted(columns)}, hash FROM {log} ORDER BY id"):  # noqa: S608
            if values[number] != expected or bytes(digest) != _hash(previous, values):
                return log, expected
            previous, expected = bytes(digest), expected + 1
    return None


def log_heads(session: Session) -> dict[str, tuple[int, str]]:
    """Give the last entry of each log that has any: its number and its hash in hexadecimal."""
    rows = {log: session.one(f"SELECT id, hash FROM {log} ORDER BY id DESC LIMIT 1") for log in LOGS}  # noqa: S608
    return {log: (int(row[0]), bytes(row[1]).hex()) for log, row in rows.items() if row}


def _append(session: Session, log: str, values: dict[str, Any]) -> None:
    last = session.one(f"SELECT id, hash FROM {log} ORDER BY id DESC LIMIT 1")  # noqa: S608
    values["id"], previous = (last[0] + 1, bytes(last[1])) if last else (1, bytes(32))
    ordered = [values[name] for name in LOGS[log]]
    marks = ", ".join("?" * (len(ordered) + 1))
    statement = f"INSERT INTO {log} ({_quoted(LOGS[log])}, hash) VALUES ({marks})"  # noqa: S608
    session.run(statement, [*ordered, _hash(previous, ordered)])


def _plain(value: Any) -> Any:
    return bytes(value).hex() if isinstance(value, (bytes, memoryview)) else value


def _quoted(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _hash(previous: bytes, ordered: list[Any]) -> bytes:
    return hashlib.sha256(previous + msgspec.msgpack.encode(ordered)).digest()
