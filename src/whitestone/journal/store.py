"""What can be done with a place where a journal lies, whatever the engine?

SQL is written with `?` for values; a Session runs it on either engine inside one transaction. A Store keeps a few
connections: `reading()` lends one with a steady snapshot, `writing()` takes the one writing lock. What differs between
the engines is in `dialect`.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from whitestone.errors import WrongCall

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["Session", "Store"]

Row = tuple[Any, ...]

BUSY_SECONDS = 30.0
"""How long a writer waits for another before it gives up with Busy."""


class Session(ABC):
    """One connection inside one transaction."""

    dialect: str

    @abstractmethod
    def rows(self, sql: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        """Stream the rows of a query; memory stays flat."""

    @abstractmethod
    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run one statement; return the number of rows that it touched."""

    @abstractmethod
    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for every row of values."""

    @abstractmethod
    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Insert many rows as fast as the engine can (executemany, binary COPY)."""

    @abstractmethod
    def load_columns(self, table: str, columns: dict[str, Any], count: int) -> None:
        """Insert `count` rows given as columns; a column that is no list is one number, or None, for all rows."""

    @abstractmethod
    def index_boxes(self, seqs: npt.NDArray[np.int64], bounds: npt.NDArray[np.float64]) -> None:
        """Enter bounds (n, 4: min x, min y, max x, max y; no NaN) of geometries by the seq of their revision."""

    @abstractmethod
    def in_box(self, column: str, box: Sequence[float]) -> tuple[str, list[Any]]:
        """Give the condition (and its values) that `column`, a geometry's seq, is a candidate for the box."""

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return all rows of a query."""
        return list(self.rows(sql, values))

    def one(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        """Return the first row of a query, or None."""
        with contextlib.closing(self.rows(sql, values)) as rows:  # type: ignore[type-var]
            return next(rows, None)

    def take_stock(self) -> None:  # noqa: B027 - most engines need nothing
        """Count the rows anew after much was entered, so that the engine plans by what is there."""


class Store(ABC):
    """Where a journal lies and how it is reached."""

    dialect: str
    where: str

    def __init__(self, *, readonly: bool = False) -> None:
        self.readonly = readonly
        self.busy_seconds = BUSY_SECONDS
        self._idle: list[Any] = []
        self._lock = threading.Lock()
        self._seen = threading.local()

    @abstractmethod
    def _connect(self) -> Any: ...

    @abstractmethod
    def _begin(self, connection: Any, *, write: bool) -> Session: ...

    def _commit(self, connection: Any, session: Session) -> None:
        connection.commit()

    @abstractmethod
    def _translate(self, error: Exception) -> Exception | None: ...

    @abstractmethod
    def for_writing(self) -> Store:
        """Reach the same place with the right to write, for what is kept of an answer; to be closed by the caller."""

    @abstractmethod
    def create_tables(self) -> None:
        """Make what only this engine has; the common tables are there already."""

    @abstractmethod
    def scrub(self, *, thorough: bool = False) -> bool:
        """Rewrite what erased values may linger in (write-ahead log, dead rows); False: a reader still holds it.

        `thorough`: what was erased had not been sealed, so that its old bytes must go as well as its keys.
        """

    @abstractmethod
    def size_bytes(self) -> int:
        """Return the bytes that the database takes on disk."""

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """Lend a connection with one steady snapshot; writers are not held up.

        Within `seeing` it is the writer's own session, which sees what it has not acknowledged yet.
        """
        own = getattr(self._seen, "session", None)
        if own is not None:
            yield own
            return
        with self._lent(write=False) as session:
            yield session

    @property
    def writes_here(self) -> bool:
        """Say whether this thread is within `writing`: to ask for the lock again would be to wait for itself."""
        return bool(getattr(self._seen, "writes", False))

    @contextlib.contextmanager
    def seeing(self, session: Session) -> Iterator[None]:
        """Let what this thread reads in the block be what a session that writes has written so far."""
        self._seen.session = session
        try:
            yield
        finally:
            self._seen.session = None

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        """Take the writing lock, and commit durably at the end; any error leaves nothing written.

        Refuses with Busy when another holds the lock for `busy_seconds`, with StoreFull when the disk is full.
        """
        if self.readonly:
            raise WrongCall(why="This programme was opened for reading only.")
        with self._lent(write=True) as session:
            self._seen.writes = True
            try:
                yield session
            finally:
                self._seen.writes = False

    @contextlib.contextmanager
    def _lent(self, *, write: bool) -> Iterator[Session]:
        connection = None
        try:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            connection = connection or self._connect()
            session = self._begin(connection, write=write)
            yield session
            self._commit(connection, session)
        except BaseException as error:
            if connection is not None:
                # Rolling back may fail as well when the disk is full or the server is gone; the first error counts.
                with contextlib.suppress(Exception):
                    connection.rollback()
                connection = self._dropped(connection, error)
            problem = self._translate(error) if isinstance(error, Exception) else None
            if problem is not None:
                raise problem from error
            raise
        finally:
            if connection is not None:
                with self._lock:
                    self._idle.append(connection)

    def _dropped(self, connection: Any, error: BaseException) -> Any:
        """Close a connection after a failure of the engine; keep it after one of the caller."""
        if isinstance(error, (sqlite3.Error, OSError)) or type(error).__module__.startswith("psycopg"):
            with contextlib.suppress(Exception):
                connection.close()
            return None
        return connection

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
