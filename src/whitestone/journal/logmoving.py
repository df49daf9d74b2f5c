"""How does what was committed get from SQLite's write-ahead log into the file without a large import waiting for it?

A commit is durable once it is in the log; moving it into the file is housekeeping. After large commits a thread with a
connection of its own does it while the next rows are written. SQLite begins the log anew when all of it was moved at
the moment when a writer begins, so beyond a limit a writer waits for the thread: the log stays bounded.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable

__all__ = ["LogMover"]

LIMIT_BYTES = 256 << 20
"""From how large a log on a writer waits until it was moved."""


class LogMover:
    """Moves the log of one file in the background; a failure leaves the work to SQLite's own housekeeping."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._log_bytes = 0
        self.trusted = True
        """Whether the last attempt succeeded; where it did not, commits move the log themselves."""

    def start(self) -> None:
        """Begin to move what is committed, unless the thread is at it."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            thread = threading.Thread(target=self._move, name="write-ahead log")
            try:
                thread.start()
            except RuntimeError:  # no thread can be had: what was committed stays committed
                self.trusted = False
                return
            self._thread = thread

    def wait(self) -> None:
        """Return when the thread is done."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def before_writing(self) -> None:
        """Wait where the log has grown beyond its limit."""
        if self._log_bytes > LIMIT_BYTES:
            self.wait()

    def _move(self) -> None:
        try:
            with contextlib.closing(self._connect()) as connection:
                page_bytes = connection.execute("PRAGMA page_size").fetchone()[0]
                busy, frames, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            self._log_bytes = frames * page_bytes
            self.trusted = not busy
        except sqlite3.Error:  # a full disk, say: the next commit meets it too, and tells
            self.trusted = False
