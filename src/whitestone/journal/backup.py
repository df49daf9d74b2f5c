"""How is everything that is true of a programme carried away in one file, while others go on writing?

One encrypted file, whatever the engine (journal.bundle): all truth tables out of one snapshot and the attachments as
they lie on the disk, sealed ones still sealed; never the key, never the projections. It is written under another name
and renamed when it is whole and durable, so that what carries the name of a backup is one.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from whitestone.errors import StoreFull, WrongCall
from whitestone.journal.access import now_us
from whitestone.journal.bundle import BundleWriter, TableDigest
from whitestone.journal.cipher import FRAME_BYTES
from whitestone.journal.dialect import Session
from whitestone.journal.files import DISK_FULL, FileStore
from whitestone.journal.keys import give_name, key_path, load_key, sync_folder
from whitestone.journal.seals import public_key

if TYPE_CHECKING:
    from whitestone.journal.journal import Journal

__all__ = ["BackedUp", "backup", "canonical_dump", "table_columns"]

Progress = Callable[[str, int, int], None]
"""Called with what is being written, how much of it is done, and how much there is (0: not known)."""

CHUNK_ROWS = 2_000
CHUNK_BYTES = 4 << 20
STALE_SECONDS = 86_400
_ELSEWHERE = "Name another file, or move the one that is there away."


class BackedUp(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds; `faults` names attachments that were lost or changed before it was made."""

    path: Path
    entries: int
    head: str
    attachments: int
    size_bytes: int
    faults: tuple[str, ...] = ()


def backup(journal: Journal, path: Path, *, key: Path | None = None, progress: Progress | None = None) -> BackedUp:
    """Write a backup of the programme to `path`; others go on reading and writing meanwhile.

    Refuses a file that is already there (WrongCall), a missing or foreign key (KeyMissing, KeyInvalid), a full disk
    (StoreFull); then, and after a kill, nothing stands at `path`.
    """
    path = Path(path)
    if path.exists():
        raise WrongCall(why=f"{path} is already there, and a backup never overwrites.", fix=_ELSEWHERE)
    if not path.parent.is_dir():
        raise WrongCall(why=f"There is no folder {path.parent} to write a backup to.",
                        fix="Make the folder, or name another place.")
    with journal.store.reading() as session:
        secret = load_key(key or key_path(journal.programme_id), public_key(session))
        with _whole_or_nothing(path) as stream:
            writer = BundleWriter(stream, journal.programme_id, secret)
            made = _write(writer, journal, session, progress or _silent)
            writer.close()
    return msgspec.structs.replace(made, path=path, size_bytes=path.stat().st_size)


def table_columns() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Name the columns of each truth table, and those of its key, in the order in which they are restored."""
    from whitestone.journal.schema import TRUTH

    # SQLAlchemy's names are not plain strings; what is written must be.
    return {str(table.name): (_plain_names(table.columns), _plain_names(table.primary_key)) for table in TRUTH}


def _plain_names(columns: Iterable[Any]) -> tuple[str, ...]:
    return tuple(str(column.name) for column in columns)


def canonical_dump(session: Session) -> dict[str, tuple[int, str]]:
    """Sum up every truth table: count and SHA-256 over its rows, the same on every engine."""
    found = {}
    for table, (columns, keys) in table_columns().items():
        digest = TableDigest()
        for rows in _chunks(session, table, columns, keys):
            digest.add(rows)
        found[table] = (digest.count, digest.value().hex())
    return found


def _write(writer: BundleWriter, journal: Journal, session: Session, progress: Progress) -> BackedUp:
    seq, head = session.one("SELECT seq, hash FROM revision ORDER BY seq DESC LIMIT 1") or (0, bytes(32))
    tables = table_columns()
    writer.message("begin", {
        "programme_id": journal.programme_id.bytes, "node_id": journal.node_id.bytes, "made_at": now_us(),
        "seq": seq, "head": bytes(head), "columns": {name: list(columns) for name, (columns, _) in tables.items()},
    })
    sums: dict[str, list[Any]] = {}
    for table, (columns, keys) in tables.items():
        digest = TableDigest()
        for rows in _chunks(session, table, columns, keys):
            digest.add(rows)
            writer.message("rows", [table, rows])
            progress(table, digest.count, seq if table == "revision" else 0)
        sums[table] = [digest.count, digest.value()]
    files, faults = _write_files(writer, journal.attachments.files, session, progress)
    writer.message("end", {"tables": sums, "files": [files.count, files.value()], "seq": seq, "head": bytes(head)})
    return BackedUp(path=Path(), entries=seq, head=bytes(head).hex(), attachments=files.count, size_bytes=0,
                    faults=tuple(faults))


def _chunks(session: Session, table: str, columns: Sequence[str], keys: Sequence[str]) -> Iterator[list[list[Any]]]:
    """Read a table in the order of its keys, in chunks bounded in rows and bytes."""
    # A text key sorts by its bytes on both engines, whatever the language of the server.
    collate = ' COLLATE "C"' if session.dialect == "postgresql" and table == "meta" else ""
    order = ", ".join(f'"{key}"{collate}' for key in keys)
    named = ", ".join(f'"{column}"' for column in columns)
    chunk: list[list[Any]] = []
    size = 0
    for row in session.rows(f"SELECT {named} FROM {table} ORDER BY {order}"):  # noqa: S608
        chunk.append([bytes(value) if isinstance(value, memoryview) else value for value in row])
        size += sum(len(value) for value in row if isinstance(value, (bytes, str)))
        if len(chunk) >= CHUNK_ROWS or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _write_files(
    writer: BundleWriter, files: FileStore, session: Session, progress: Progress
) -> tuple[TableDigest, list[str]]:
    listed = TableDigest()
    faults: list[str] = []
    rows = session.all("SELECT sha256, sealed, stored, name FROM attachment ORDER BY sha256")
    for sha256, sealed, stored, name in rows:
        digest = _write_file(writer, files.path(bytes(sha256), sealed=bool(sealed)), bytes(sha256), bool(sealed))
        if digest != bytes(stored):
            faults.append(f"{bytes(sha256).hex()} ({name}): {'changed' if digest else 'lost'}")
        if digest is not None:
            listed.add([[bytes(sha256), digest]])
        progress("attachments", listed.count, len(rows))
    return listed, faults


def _write_file(writer: BundleWriter, path: Path, sha256: bytes, sealed: bool) -> bytes | None:
    digest = hashlib.sha256()
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        return None
    with stream:
        writer.message("file", [sha256, sealed])
        while piece := stream.read(FRAME_BYTES):
            digest.update(piece)
            writer.message("data", piece)
    writer.message("file end", digest.digest())
    return digest.digest()


@contextlib.contextmanager
def _whole_or_nothing(path: Path) -> Iterator[BinaryIO]:
    """Give a stream whose file takes its name only when it is whole and durable."""
    for stale in path.parent.glob(f"{path.name}.*.part"):
        with contextlib.suppress(FileNotFoundError):
            if stale.stat().st_mtime < time.time() - STALE_SECONDS:
                stale.unlink()
    part = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        give_name(part, path)
        sync_folder(path.parent)
    except FileExistsError:
        raise WrongCall(why=f"{path} is already there, and a backup never overwrites.", fix=_ELSEWHERE) from None
    except OSError as error:
        if error.errno in DISK_FULL:
            raise StoreFull(where=path.parent) from error
        raise
    finally:
        part.unlink(missing_ok=True)


def _silent(_what: str, _done: int, _all: int) -> None:
    """Report to nobody."""
