"""How does a backup become a programme again, on either engine, whole or not at all?

Every frame, count and digest is checked, the chain is verified from its first entry, later erasures are applied again
and the projections are made, all before the target shows a programme: on SQLite in a folder of its own whose database
is moved into place at the end, on PostgreSQL in one transaction. A restored copy is a new node that cites the head
that it came from.
"""

from __future__ import annotations

import contextlib
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import msgspec

from whitestone.domain.ids import new_id
from whitestone.errors import BackupInvalid, NotAProgramme, ProgrammeExists, WrongCall
from whitestone.journal import erasures
from whitestone.journal.access import log_access, now_us
from whitestone.journal.attachments import attachments_folder
from whitestone.journal.backup import table_columns
from whitestone.journal.bundle import TableDigest, messages, read_head
from whitestone.journal.cipher import DamagedError
from whitestone.journal.dialect import Session, Store, open_store
from whitestone.journal.files import FileStore
from whitestone.journal.keys import ProgrammeKey, key_path, load_key, node_key, sync_folder
from whitestone.journal.layout import DATABASE_NAME

if TYPE_CHECKING:
    from whitestone.journal.journal import Journal

__all__ = ["restore"]

Progress = Callable[[str, int, int], None]
Messages = Iterator[tuple[str, Any]]

STAGING = ".restoring-"


class _Begin(msgspec.Struct):
    programme_id: bytes
    node_id: bytes
    made_at: int
    seq: int
    head: bytes
    columns: dict[str, list[str]]


class _End(msgspec.Struct):
    tables: dict[str, tuple[int, bytes]]
    files: tuple[int, bytes]
    seq: int
    head: bytes


def restore(path: Path, target: str | Path, *, key: Path | None = None, same_node: bool = False,
            progress: Progress | None = None) -> Journal:
    """Make a programme at `target` (an empty folder or database) out of a backup, and open it.

    Refuses a damaged, cut or foreign file with BackupInvalid, a missing key with KeyMissing, a target that holds
    something with ProgrammeExists or WrongCall; then nothing is left at the target.
    """
    from whitestone.journal.opening import open_journal

    path = Path(path)
    try:
        with path.open("rb") as stream:
            head = read_head(stream)
            secret = load_key(key or key_path(head.programme_id))
            stream.seek(0)
            _into(stream, secret, str(target), head.programme_id, same_node, progress or _silent)
    except DamagedError as error:
        raise BackupInvalid(path=path, why=error) from None
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not path.exists():
            raise BackupInvalid(path=path, why="it is not there") from None
        raise
    journal = open_journal(target)
    journal.seals.keep_log()  # the same node may well begin again with shorter logs
    return journal


def _into(stream: BinaryIO, secret: ProgrammeKey, target: str, programme_id: uuid.UUID, same_node: bool,
          progress: Progress) -> None:
    _require_empty(target)
    if target.startswith(("postgresql://", "postgres://")):
        _into_server(stream, secret, target, programme_id, same_node, progress)
    else:
        _into_folder(stream, secret, Path(target), programme_id, same_node, progress)


def _require_empty(target: str) -> None:
    """Refuse a target that holds a programme, or a folder that holds anything else."""
    from whitestone.journal.opening import open_journal

    try:
        open_journal(target, readonly=True).close()
    except NotAProgramme:
        pass
    else:
        raise ProgrammeExists(where=target.split("@", 1)[-1])
    if target.startswith(("postgresql://", "postgres://")) or not Path(target).exists():
        return
    if not Path(target).is_dir():
        raise WrongCall(why=f"{target} is not a folder.", fix="Name a folder that is empty or not there yet.")
    # What an earlier restore left when it was killed does not count.
    kept = [item.name for item in Path(target).iterdir() if not item.name.startswith((STAGING, "attachments"))]
    if kept:
        named = ", ".join(sorted(kept)[:3])
        raise WrongCall(why=f"{target} holds other things already ({named}).",
                        fix="Name a folder that is empty or not there yet.")


def _into_folder(stream: BinaryIO, secret: ProgrammeKey, folder: Path, programme_id: uuid.UUID, same_node: bool,
                 progress: Progress) -> None:
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    for leftover in folder.glob(f"{STAGING}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    staging = folder / f"{STAGING}{uuid.uuid4().hex}"
    whole = False
    try:
        with _files(attachments_folder(programme_id, folder)) as files:
            staging.mkdir()
            store = open_store(staging, create=True)
            _fill(store, stream, secret, files, same_node, progress)
            store.scrub()
            store.close()
            (staging / DATABASE_NAME).rename(folder / DATABASE_NAME)
            sync_folder(folder)
            whole = True
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        if made and not whole:
            with contextlib.suppress(OSError):
                folder.rmdir()


def _into_server(stream: BinaryIO, secret: ProgrammeKey, url: str, programme_id: uuid.UUID, same_node: bool,
                 progress: Progress) -> None:
    store = open_store(url, create=True)
    whole = False
    try:
        with _files(attachments_folder(programme_id, None)) as files:
            _fill(store, stream, secret, files, same_node, progress)
            whole = True
    finally:
        if not whole:
            _drop_tables(store)
        store.close()


@contextlib.contextmanager
def _files(folder: Path) -> Iterator[_Taken]:
    """Take attachments into a folder; an error takes away again what was not there before."""
    taken = _Taken(folder)
    try:
        yield taken
        taken.done = True
    finally:
        if not taken.done:
            taken.undo()


class _Taken:
    """The attachments that a restore has put into their place."""

    def __init__(self, folder: Path) -> None:
        self.files = FileStore(folder)
        self.done = False
        self.digest = TableDigest()
        self._fresh: list[Path] = []
        self._made = not folder.exists()

    def take(self, sha256: bytes, sealed: bool, rest: Messages) -> None:
        """Read one file out of the messages that follow, check it, and settle it."""
        source = _Pieces(rest)
        incoming = self.files.receive(cast(BinaryIO, source))
        if incoming.stored != source.declared or (not sealed and incoming.stored != sha256):
            incoming.path.unlink(missing_ok=True)
            raise DamagedError(f"attachment {sha256.hex()} is not what it was")
        place = self.files.path(sha256, sealed=sealed)
        if not place.exists():
            self._fresh.append(place)
        self.files.settle(msgspec.structs.replace(incoming, sha256=sha256), sealed=sealed)
        self.digest.add([[sha256, incoming.stored]])

    def undo(self) -> None:
        """Remove what was taken."""
        if self._made:
            shutil.rmtree(self.files.folder, ignore_errors=True)
        for place in self._fresh:
            place.unlink(missing_ok=True)


class _Pieces:
    """Read the data messages of one file as a stream."""

    def __init__(self, rest: Messages) -> None:
        self._rest = rest
        self.declared: bytes | None = None

    def read(self, _size: int = -1) -> bytes:
        """Give the next piece; empty at the end of the file."""
        while self.declared is None:
            name, value = next(self._rest, ("", b""))
            if name == "data" and value:
                return bytes(value)
            if name == "file end":
                self.declared = bytes(value)
            elif name != "data":
                raise DamagedError("an attachment does not end")
        return b""


def _fill(store: Store, stream: BinaryIO, secret: ProgrammeKey, taken: _Taken, same_node: bool,
          progress: Progress) -> None:
    """Make the tables and fill them; commits only when everything has been checked."""
    from whitestone.journal.opening import make_tables

    rest = messages(stream, secret)
    begin = _typed(next(rest, ("", None)), "begin", _Begin)
    make_tables(store)
    with store.writing() as session:
        session.run("DELETE FROM kind")
        end = _load(session, begin, rest, taken, progress)
        progress("verify", 0, end.seq)
        _verify(session, end)
        for erasure in erasures.noted(uuid.UUID(bytes=begin.programme_id)):
            _erase_again(session, erasure)
        if not same_node:
            _become_a_node(session, begin)
        progress("rebuild", 0, end.seq)
        _project(session)


def _load(session: Session, begin: _Begin, rest: Messages, taken: _Taken, progress: Progress) -> _End:
    """Load rows and files until `end`; refuses (DamagedError) counts and digests that do not agree with it."""
    known = {table: columns for table, (columns, _) in table_columns().items()}
    if {table: tuple(columns) for table, columns in begin.columns.items()} != known:
        raise DamagedError("its tables are those of another version of the program")
    digests = {table: TableDigest() for table in known}
    end: _End | None = None
    for name, value in rest:
        if end is not None:
            raise DamagedError("something follows its manifest")
        if name == "rows":
            table, rows = value
            digests[table].add(rows)
            session.load(table, known[table], rows)
            progress(table, digests[table].count, begin.seq if table == "revision" else 0)
        elif name == "file":
            taken.take(bytes(value[0]), bool(value[1]), rest)
            progress("attachments", taken.digest.count, 0)
        else:
            end = _typed((name, value), "end", _End)
    if end is None:
        raise DamagedError("it has no manifest")
    for table, digest in digests.items():
        if end.tables.get(table) != (digest.count, digest.value()):
            raise DamagedError(f"the table {table} does not agree with the manifest")
    if end.files != (taken.digest.count, taken.digest.value()):
        raise DamagedError("the attachments do not agree with the manifest")
    return end


def _typed(message: tuple[str, Any], name: str, shape: type[Any]) -> Any:
    if message[0] != name:
        raise DamagedError(f"it holds '{message[0]}' where '{name}' was expected")
    try:
        return msgspec.convert(message[1], shape)
    except msgspec.ValidationError:
        raise DamagedError(f"its message '{name}' has another shape") from None


def _verify(session: Session, end: _End) -> None:
    from whitestone.journal.verifying import verify_session

    verdict = verify_session(session)
    if not verdict.ok:
        raise DamagedError(f"its chain is broken at entry {verdict.first_broken}: {verdict.why}")
    if verdict.head != (end.seq, end.head.hex()):
        raise DamagedError("its chain does not end where the manifest says")


def _project(session: Session) -> None:
    from whitestone.journal.rebuilding import rebuild_session

    rebuild_session(session)


def _erase_again(session: Session, erasure: erasures.Erasure) -> None:
    keys, parts = erasures.apply(session, erasure)
    if keys or parts:
        log_access(
            session, by=erasure.by, purpose=erasure.reason, event="erased again after a restore",
            record_id=erasure.record_id.bytes if erasure.record_id else None, detail=erasure.file,
        )


def _become_a_node(session: Session, begin: _Begin) -> None:
    """Give this copy an id and a signing key of its own, and cite the head that it came from."""
    from whitestone.journal.checkpoints import node_meta_key

    node = new_id()
    origin = {"node": str(uuid.UUID(bytes=begin.node_id)), "seq": begin.seq, "head": begin.head.hex(),
              "made_at": begin.made_at, "restored_at": now_us()}
    rows = {"node_id": str(node), node_meta_key(node.bytes): node_key(node).hex(),
            "restored_from": msgspec.json.encode(origin).decode()}
    for name, value in rows.items():
        session.run("DELETE FROM meta WHERE key = ?", [name])
        session.load("meta", ("key", "value"), [(name, value)])


def _drop_tables(store: Store) -> None:
    """Leave a server's database as empty as it was found."""
    from whitestone.journal.schema import metadata

    with store.writing() as session:
        for table in [*metadata.tables, "alembic_version"]:
            session.run(f'DROP TABLE IF EXISTS "{table}" CASCADE')


def _silent(_what: str, _done: int, _all: int) -> None:
    """Report to nobody."""


