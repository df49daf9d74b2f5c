"""How does SQLite find geometries in a window, without an import paying for every box on its own?

An R*Tree takes one box at a time, and dearly. A large batch is therefore packed first: boxes that lie together share a
leaf (sort-tile-recursive: Leutenegger, Lopez and Edgington, 1997); the tree `bbox` gets one box a leaf, under its
negative number, and `leaf_box` the boxes inside it in one appending table. A few boxes go into the tree as they are,
under the seq of their revision. Both are projections: `rebuild` makes them again.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from whitestone.journal.dialect import Session

__all__ = ["LEAF", "PACKED", "clear", "create", "forget", "in_box", "insert", "packed"]

LEAF = 64
"""Boxes that share a leaf."""

PACKED = 512
"""From how many boxes on a batch is packed: fewer would make leaves that reach over half a country."""

Boxes = npt.NDArray[np.float64]

_TREE = "CREATE VIRTUAL TABLE IF NOT EXISTS bbox USING rtree(seq, min_x, max_x, min_y, max_y)"
_LEAVES = """CREATE TABLE IF NOT EXISTS leaf_box (leaf INTEGER NOT NULL, seq INTEGER NOT NULL, min_x REAL NOT NULL,
 min_y REAL NOT NULL, max_x REAL NOT NULL, max_y REAL NOT NULL, PRIMARY KEY (leaf, seq)) WITHOUT ROWID"""
_IN_BOX = """{column} IN (
 SELECT seq FROM bbox WHERE max_x>=? AND min_x<=? AND max_y>=? AND min_y<=? AND seq > 0 UNION ALL
 SELECT l.seq FROM bbox b JOIN leaf_box l ON l.leaf = -b.seq
 WHERE b.max_x>=? AND b.min_x<=? AND b.max_y>=? AND b.min_y<=? AND b.seq < 0
 AND l.max_x>=? AND l.min_x<=? AND l.max_y>=? AND l.min_y<=?)"""


def create(session: Session) -> None:
    """Make the tree and the table of leaves."""
    session.run(_TREE)
    session.run(_LEAVES)


def insert(connection: sqlite3.Connection, seqs: npt.NDArray[np.int64], boxes: Boxes) -> None:
    """Enter boxes (n, 4: min x, min y, max x, max y) by the seq of their revision; none may be NaN."""
    if len(seqs) < PACKED:
        rows = np.column_stack((boxes[:, 0], boxes[:, 2], boxes[:, 1], boxes[:, 3])).tolist()
        connection.executemany("INSERT INTO bbox VALUES (?,?,?,?,?)",
                               ((seq, *row) for seq, row in zip(seqs.tolist(), rows, strict=True)))
        return
    connection.execute(_LEAVES)  # a journal from before there were leaves gets its table here
    first = (connection.execute("SELECT max(leaf) FROM leaf_box").fetchone()[0] or 0) + 1
    order, leaves, bounds = packed(boxes)
    # In the order of leaf and seq, so that the table only appends.
    order = order[np.lexsort((seqs[order], leaves))]
    points = bool((boxes[:, :2] == boxes[:, 2:]).all())
    columns = [column.tolist() for column in boxes[order, : 2 if points else 4].T]
    sides = "?3,?4,?3,?4" if points else "?3,?4,?5,?6"
    connection.executemany(f"INSERT INTO leaf_box VALUES (?1,?2,{sides})",  # noqa: S608
                           zip((leaves + first).tolist(), seqs[order].tolist(), *columns, strict=True))
    numbers = (-first - np.arange(len(bounds))).tolist()
    outer = [column.tolist() for column in bounds[:, [0, 2, 1, 3]].T]
    connection.executemany("INSERT INTO bbox VALUES (?,?,?,?,?)", zip(numbers, *outer, strict=True))


def packed(boxes: Boxes) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64], Boxes]:
    """Put boxes that lie together into leaves: the order of the boxes, the leaf of each in it, the leaves' bounds.

    Shapes: (n, 4) boxes; n places, n numbers of leaves that rise from 0, (leaves, 4) bounds in the order of the boxes'
    columns.

    >>> order, leaves, bounds = packed(np.array([[0.0, 0, 1, 1], [2, 2, 3, 3]]))
    >>> sorted(order.tolist()), leaves.tolist(), bounds.tolist()
    ([0, 1], [0, 0], [[0.0, 0.0, 3.0, 3.0]])
    >>> [part.shape for part in packed(np.empty((0, 4)))]
    [(0,), (0,), (0, 4)]
    """
    count = len(boxes)
    leaves = np.arange(count, dtype=np.int64) // LEAF
    if not count:
        return np.empty(0, dtype=np.intp), leaves, np.empty((0, 4))
    strip_rows = LEAF * max(1, math.isqrt(-(-count // LEAF)))
    strip = np.empty(count, dtype=np.int64)
    strip[np.argsort(boxes[:, 0] + boxes[:, 2], kind="stable")] = np.arange(count) // strip_rows
    order = np.lexsort((boxes[:, 1] + boxes[:, 3], strip))
    starts = np.arange(0, count, LEAF)
    near, far = boxes[order, :2], boxes[order, 2:]
    bounds = np.hstack((np.minimum.reduceat(near, starts), np.maximum.reduceat(far, starts)))
    return order, leaves, bounds


def in_box(session: Session, column: str, box: Sequence[float]) -> tuple[str, list[Any]]:
    """Give the condition, and its values, that `column` (the seq of a geometry) is a candidate for a window."""
    window = [box[0], box[2], box[1], box[3]]
    if _has_leaves(session):
        return _IN_BOX.format(column=column), window * 3
    return f"{column} IN (SELECT seq FROM bbox WHERE max_x>=? AND min_x<=? AND max_y>=? AND min_y<=?)", window  # noqa: S608


def forget(session: Session, seqs: Sequence[int]) -> None:
    """Take boxes out, and shrink the leaves that they were in: nothing may tell where an erased geometry lay."""
    session.many("DELETE FROM bbox WHERE seq = ?", [(seq,) for seq in seqs])
    if not seqs or not _has_leaves(session):
        return
    marks = ",".join("?" * len(seqs))
    met = session.all(f"SELECT DISTINCT leaf FROM leaf_box WHERE seq IN ({marks})", seqs)  # noqa: S608
    session.run(f"DELETE FROM leaf_box WHERE seq IN ({marks})", seqs)  # noqa: S608
    for (leaf,) in met:
        session.run("DELETE FROM bbox WHERE seq = ?", [-leaf])
        session.run("INSERT INTO bbox SELECT -leaf, min(min_x), max(max_x), min(min_y), max(max_y) FROM leaf_box "
                    "WHERE leaf = ? GROUP BY leaf", [leaf])


def clear(session: Session) -> None:
    """Take all boxes out."""
    session.run("DELETE FROM bbox")
    if _has_leaves(session):
        session.run("DELETE FROM leaf_box")


def _has_leaves(session: Session) -> bool:
    return session.one("SELECT 1 FROM sqlite_master WHERE name = 'leaf_box'") is not None
