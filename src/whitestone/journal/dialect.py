"""What differs between SQLite and PostgreSQL: connecting, locking, bulk loading, boxes, and what failures are called?

Everything else in this room is written once, against `store.Session` and `store.Store`.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whitestone.errors import Busy, MissingService, NotAProgramme, StoreFull, WrongCall
from whitestone.journal.layout import DATABASE_NAME
from whitestone.journal.logmoving import LogMover
from whitestone.journal.store import Session, Store

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["PostgresStore", "Session", "SqliteStore", "Store", "open_store"]

Row = tuple[Any, ...]

ADVISORY_LOCK = 0x57_48_49_54_45  # "WHITE": one lock per database, held until the transaction ends
FETCH_ROWS = 5_000
_OWN_MOVING = "wal_autocheckpoint=4096"
"""At how many pages of the log a commit moves it into the file by itself."""
_MANY_ROWS = 1_000
"""From how many rows on a commit leaves that to a thread."""


def open_store(target: str | Path, *, readonly: bool = False, create: bool = False) -> Store:
    """Reach the store at a folder or a `postgresql://` URL; refuses a folder without one with NotAProgramme."""
    text = str(target)
    if text.startswith(("postgresql://", "postgres://")):
        return PostgresStore(text, readonly=readonly)
    path = Path(text)
    if not create and not (path / DATABASE_NAME).is_file():
        raise NotAProgramme(where=text)
    return SqliteStore(path, readonly=readonly)


class SqliteStore(Store):
    """A file in a folder: write-ahead log, full synchronisation at each commit, deleted content overwritten."""

    dialect = "sqlite"

    def __init__(self, folder: Path, *, readonly: bool = False) -> None:
        super().__init__(readonly=readonly)
        self.folder = folder
        self.path = folder / DATABASE_NAME
        self.where = str(folder)
        self._mover = LogMover(self._connect)

    def _connect(self) -> sqlite3.Connection:
        uri = f"{self.path.resolve().as_uri()}?mode={'ro' if self.readonly else 'rwc'}"
        connection = sqlite3.connect(uri, uri=True, timeout=self.busy_seconds, isolation_level=None,
                                     check_same_thread=False, cached_statements=256)
        for pragma in ("synchronous=FULL", "secure_delete=ON", "cache_size=-65536", "temp_store=MEMORY",
                       "mmap_size=268435456", _OWN_MOVING):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _begin(self, connection: sqlite3.Connection, *, write: bool) -> Session:
        connection.execute(f"PRAGMA busy_timeout={int(self.busy_seconds * 1000)}")
        if write:
            self._mover.before_writing()
        connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
        return _SqliteSession(connection)

    def _commit(self, connection: sqlite3.Connection, session: Session) -> None:
        """Commit; after many rows the log is moved into the file in the background."""
        if not (isinstance(session, _SqliteSession) and session.loaded >= _MANY_ROWS and self._mover.trusted):
            connection.commit()
            return
        connection.execute("PRAGMA wal_autocheckpoint=0")
        try:
            connection.commit()
        finally:
            connection.execute(f"PRAGMA {_OWN_MOVING}")
        self._mover.start()

    def close(self) -> None:
        """Close the idle connections; what the log holds is being moved no more."""
        self._mover.wait()
        super().close()

    def _translate(self, error: Exception) -> Exception | None:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return Busy(seconds=f"{self.busy_seconds:g}")
        if code == sqlite3.SQLITE_FULL:
            return StoreFull(where=self.where)
        if code == sqlite3.SQLITE_NOTADB:
            return NotAProgramme(where=self.where)
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            return WrongCall(why=f"{self.where} cannot be written.",
                             fix="Check that the folder is there and that you may write in it; then call again.")
        return _duplicate(error) if isinstance(error, sqlite3.IntegrityError) else None

    def for_writing(self) -> Store:
        """Open the same file for writing."""
        return SqliteStore(self.folder)

    def create_tables(self) -> None:
        """Make the index of boxes."""
        from whitestone.journal import boxes

        with self.writing() as session:
            boxes.create(session)

    def scrub(self, *, thorough: bool = False) -> bool:
        """Bring the write-ahead log into the file and empty it; False: a reader is in the way."""
        self._mover.wait()
        connection = self._connect()
        try:
            held_up: int = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            connection.close()
        return not held_up

    def size_bytes(self) -> int:
        """Add up the file and its write-ahead log."""
        return sum(path.stat().st_size for path in self.folder.glob(f"{DATABASE_NAME}*"))


class _SqliteSession(Session):
    dialect = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.loaded = 0

    def rows(self, sql: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        cursor = self.connection.execute(sql, values)
        try:
            yield from cursor
        finally:
            cursor.close()

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        return self.connection.execute(sql, values).fetchall()

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        return self.connection.execute(sql, values).rowcount

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self.connection.executemany(sql, rows)

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        marks = ",".join("?" * len(columns))
        self.connection.executemany(f"INSERT INTO {table} ({_names(columns)}) VALUES ({marks})", rows)  # noqa: S608

    def load_columns(self, table: str, columns: dict[str, Any], count: int) -> None:
        # Half of a revision's columns are the same in a whole batch: written into the statement they cost no binding.
        lists = {name: column for name, column in columns.items() if isinstance(column, list)}
        alike = {name: int(column) for name, column in columns.items() if name not in lists and column is not None}
        marks = [*("?" for _ in lists), *(str(number) for number in alike.values())]
        sql = f"INSERT INTO {table} ({_names([*lists, *alike])}) VALUES ({','.join(marks)})"  # noqa: S608
        self.connection.executemany(sql, zip(*map(_bindable, lists.values()), strict=True))
        self.loaded += count

    def index_boxes(self, seqs: npt.NDArray[np.int64], bounds: npt.NDArray[np.float64]) -> None:
        from whitestone.journal import boxes

        boxes.insert(self.connection, seqs, bounds)

    def in_box(self, column: str, box: Sequence[float]) -> tuple[str, list[Any]]:
        from whitestone.journal import boxes

        return boxes.in_box(self, column, box)


class PostgresStore(Store):
    """A database on a server with PostGIS; one advisory lock serves for writing."""

    dialect = "postgresql"

    def __init__(self, url: str, *, readonly: bool = False) -> None:
        super().__init__(readonly=readonly)
        self.url = url
        # The password belongs in no message.
        self.where = url.split("@", 1)[-1] if "@" in url else url.split("//", 1)[-1]

    def _connect(self) -> Any:
        import psycopg

        try:
            return psycopg.connect(self.url, connect_timeout=10)
        except psycopg.OperationalError as error:
            if "does not exist" in str(error):
                raise NotAProgramme(where=self.where) from error
            raise MissingService(what="The database server", why=str(error).strip(),
                                 fix="Start the server or correct the URL given with -C.") from error

    def _begin(self, connection: Any, *, write: bool) -> Session:
        import psycopg

        connection.read_only = not write
        connection.isolation_level = None if write else psycopg.IsolationLevel.REPEATABLE_READ
        session = _PostgresSession(connection)
        if write:
            session.run(f"SET LOCAL lock_timeout = {int(self.busy_seconds * 1000)}")
            session.run("SELECT pg_advisory_xact_lock(?)", [ADVISORY_LOCK])
        return session

    def _translate(self, error: Exception) -> Exception | None:
        state = getattr(error, "sqlstate", None)
        if state in ("55P03", "40P01"):
            return Busy(seconds=f"{self.busy_seconds:g}")
        if state in ("53100", "53200"):
            return StoreFull(where=self.where)
        if state == "42P01":
            return NotAProgramme(where=self.where)
        if state in ("25006", "42501"):
            return WrongCall(why=f"{self.where} cannot be written by this user.",
                             fix="Name a user of the database who may write, or ask for the right to.")
        return _duplicate(error) if state == "23505" else None

    def for_writing(self) -> Store:
        """Reach the same database for writing."""
        return PostgresStore(self.url)

    def create_tables(self) -> None:
        """Make the generated geometry, its index and the views for QGIS."""
        from whitestone.journal.postgis import ground_statements

        with self.writing() as session:
            for statement in ground_statements():
                session.run(statement)

    def scrub(self, *, thorough: bool = False) -> bool:
        """Vacuum the tables that held what was erased."""
        import psycopg

        connection = self._connect()
        try:
            connection.autocommit = True
            connection.execute("SET lock_timeout = '2s'")
            # A plain VACUUM leaves the old bytes in the holes of a page; FULL writes the table anew. The wrapped
            # keys are what must be gone; what they sealed is noise without them.
            connection.execute("VACUUM FULL seal_key")
            connection.execute("VACUUM FULL revision, state" if thorough else "VACUUM revision, held")
        except psycopg.errors.LockNotAvailable:
            return False
        finally:
            connection.close()
        return True

    def size_bytes(self) -> int:
        """Ask the server for the size of the database."""
        with self.reading() as session:
            row = session.one("SELECT pg_database_size(current_database())")
        return int(row[0]) if row else 0


class _PostgresSession(Session):
    dialect = "postgresql"
    _numbers = itertools.count()

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self._types: dict[tuple[str, ...], list[int]] = {}

    def rows(self, sql: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        with self.connection.cursor(name=f"ws{next(self._numbers)}", binary=True) as cursor:
            cursor.itersize = FETCH_ROWS
            cursor.execute(_percent(sql), values)
            while chunk := cursor.fetchmany(FETCH_ROWS):
                yield from chunk

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        found: list[Row] = self.connection.cursor(binary=True).execute(_percent(sql), values).fetchall()
        return found

    def one(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        found: Row | None = self.connection.cursor(binary=True).execute(_percent(sql), values).fetchone()
        return found

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        return int(self.connection.execute(_percent(sql), values).rowcount)

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with self.connection.cursor() as cursor:
            cursor.executemany(_percent(sql), rows)

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        command = f"COPY {table} ({_names(columns)}) FROM STDIN (FORMAT binary)"
        types = self._types_of(table, columns)  # asked before: during a COPY the connection answers nothing else
        with self.connection.cursor() as cursor, cursor.copy(command) as copy:
            copy.set_types(types)
            write = copy.write_row
            for row in rows:
                write(row)

    def load_columns(self, table: str, columns: dict[str, Any], count: int) -> None:
        said = {name: column for name, column in columns.items() if column is not None}
        spread = [column if isinstance(column, list) else itertools.repeat(column, count) for column in said.values()]
        self.load(table, list(said), zip(*spread, strict=True))

    def _types_of(self, table: str, columns: Sequence[str]) -> list[int]:
        key = (table, *columns)
        if key not in self._types:
            found: dict[str, int] = dict(self.all("SELECT attname::text, atttypid::int8 FROM pg_attribute "
                                  "WHERE attrelid = ?::text::regclass", [table]))
            self._types[key] = [found[column] for column in columns]
        return self._types[key]

    def index_boxes(self, seqs: npt.NDArray[np.int64], bounds: npt.NDArray[np.float64]) -> None:
        """Leave it to the generated geometry column and its index."""

    def take_stock(self) -> None:
        """Analyse what is read together: until the server does so itself, it plans as if the tables were empty."""
        self.run("ANALYZE act, revision, state, alias")

    def in_box(self, column: str, box: Sequence[float]) -> tuple[str, list[Any]]:
        sql = f"{column} IN (SELECT seq FROM revision WHERE geom && ST_MakeEnvelope(?,?,?,?,4326))"  # noqa: S608
        return sql, list(box)


def _bindable(column: list[Any]) -> Iterable[Any]:
    """Hand bytes to SQLite as bytearrays, each made when its row is bound.

    The driver searches for an adapter, and finds none, for every value that is not a number, a text or a bytearray:
    that takes several times as long as it takes to bind it.
    """
    first = next((value for value in column if value is not None), None)
    if type(first) is not bytes:
        return column
    if all(column):  # an empty value is not missing, but rare: asking for None itself takes four times as long
        return map(bytearray, column)
    return (None if value is None else bytearray(value) for value in column)


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _percent(sql: str) -> str:
    return sql.replace("?", "%s")


def _duplicate(error: Exception) -> Exception | None:
    if "revision_id" in str(error) or "revision_by_id" in str(error):
        return WrongCall(why="A revision with the same id is already in the journal.")
    return None
