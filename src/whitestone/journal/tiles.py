"""Where do map tiles wait once they are made? In an SQLite table of their own, which anybody may delete.

Tiles are a projection of a projection: they are kept under the head of the journal and the two clocks that they were
made for, so a tile can be missing but never stale. The file lies beside the programme and is not part of a backup.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path

__all__ = ["Tile", "TileTable"]

Tile = tuple[bytes, int, int]
"""Encoded bytes, how many shapes are drawn as marks that are not to scale, how many of those share a mark."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tile (
  picture TEXT NOT NULL, z INTEGER NOT NULL, x INTEGER NOT NULL, y INTEGER NOT NULL,
  data BLOB NOT NULL, marks INTEGER NOT NULL, merged INTEGER NOT NULL,
  PRIMARY KEY (picture, z, x, y)
) WITHOUT ROWID
"""


class TileTable:
    """A table of made tiles, safe to read from many threads; `":memory:"` keeps nothing.

    >>> table = TileTable(":memory:")
    >>> table.put([("p", 0, 0, 0, (b"x", 1, 0))])
    >>> table.get("p", 0, 0, 0), table.get("p", 1, 0, 0)
    ((b'x', 1, 0), None)
    """

    def __init__(self, path: str | Path) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None, timeout=30)
        self._connection.execute("PRAGMA journal_mode=WAL")
        # A lost tile is made again: durability would only cost time here.
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.execute(_SCHEMA)

    @classmethod
    def in_folder(cls, folder: Path) -> TileTable:
        """Open `tiles.db` in a folder; where nothing can be written there, keep tiles in memory."""
        try:
            return cls(folder / "tiles.db")
        except (OSError, sqlite3.Error):
            return cls(":memory:")

    def get(self, picture: str, z: int, x: int, y: int) -> Tile | None:
        """Return a made tile, or None when it has not been made yet."""
        with self._lock:
            row = self._connection.execute(
                "SELECT data, marks, merged FROM tile WHERE picture=? AND z=? AND x=? AND y=?", (picture, z, x, y)
            ).fetchone()
        return (bytes(row[0]), int(row[1]), int(row[2])) if row else None

    def put(self, tiles: Iterable[tuple[str, int, int, int, Tile]]) -> None:
        """Keep tiles; a tile made twice by two threads is the same tile."""
        rows = [(picture, z, x, y, *tile) for picture, z, x, y, tile in tiles]
        with self._lock:
            self._connection.execute("BEGIN")
            self._connection.executemany("INSERT OR REPLACE INTO tile VALUES (?,?,?,?,?,?,?)", rows)
            self._connection.execute("COMMIT")

    def forget_other(self, pictures: Iterable[str]) -> int:
        """Delete the tiles of every other picture (older heads, other clocks); return how many went."""
        kept = list(pictures)
        with self._lock:
            self._connection.execute("CREATE TEMP TABLE IF NOT EXISTS kept (picture TEXT PRIMARY KEY)")
            self._connection.execute("DELETE FROM kept")
            self._connection.executemany("INSERT OR IGNORE INTO kept VALUES (?)", [(each,) for each in kept])
            gone = self._connection.execute("DELETE FROM tile WHERE picture NOT IN (SELECT picture FROM kept)").rowcount
        return int(gone)

    def forget_all(self) -> int:
        """Delete every tile and what it left on the disk, because something drawn on one was erased; say how many went.

        >>> table = TileTable(":memory:")
        >>> table.put([("p", 0, 0, 0, (b"x", 1, 0))])
        >>> table.forget_all(), table.get("p", 0, 0, 0), table.forget_all()
        (1, None, 0)
        """
        with self._lock:
            self._connection.execute("PRAGMA secure_delete=ON")
            gone = self._connection.execute("DELETE FROM tile").rowcount
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return int(gone)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
