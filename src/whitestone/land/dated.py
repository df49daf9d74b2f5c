"""What comes back when ground was counted: the dated bookings of units as plain arrays?

They can be stored, sent from another machine, put together and asked for any period without looking at a shape again,
and without the kernel that counted them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

__all__ = ["Pieces", "in_order", "join"]

Array = np.ndarray[Any, Any]


class Pieces(NamedTuple):
    """Dated bookings: `lines` (unit, day, column, hazard, account, release, to hazard, to account) with `cents`.

    `sets` (unit, kind, cents, first member) and `members` (release, until day) are claims on ground: see `units`.
    `shots` (unit, day) with `shot_m2` tell the stock again in another way: by how much it changes on a day.
    """

    lines: Array
    cents: Array
    sets: Array
    members: Array
    shots: Array
    shot_m2: Array


def in_order(pieces: Pieces) -> Pieces:
    """Put pieces into the order of their units, in whatever order these were counted.

    >>> in_order(join([])).lines.shape
    (0, 8)
    """
    lines, sets, shots = (np.argsort(each[:, 0], kind="stable") for each in (pieces.lines, pieces.sets, pieces.shots))
    sizes = np.diff(np.append(pieces.sets[:, 3], len(pieces.members)))[sets]
    ordered = pieces.sets[sets]
    first = np.cumsum(sizes) - sizes
    members = np.arange(int(sizes.sum())) + np.repeat(ordered[:, 3] - first, sizes)
    ordered[:, 3] = first
    return Pieces(pieces.lines[lines], pieces.cents[lines], ordered, pieces.members[members], pieces.shots[shots],
                  pieces.shot_m2[shots])  # fmt: skip


def join(parts: Sequence[Pieces]) -> Pieces:
    """Put the pieces of several parts together, in their order.

    >>> join([]).lines.shape
    (0, 8)
    """
    if not parts:
        return Pieces(np.empty((0, 8), np.int32), np.empty(0, np.int64), np.empty((0, 4), np.int64),
                      np.empty((0, 2), np.int32), np.empty((0, 2), np.int64), np.empty(0))  # fmt: skip
    offsets = np.cumsum([0, *(len(part.members) for part in parts[:-1])])
    sets = [part.sets + np.array([0, 0, 0, offset]) for part, offset in zip(parts, offsets, strict=True)]
    return Pieces(
        np.concatenate([part.lines for part in parts]), np.concatenate([part.cents for part in parts]),
        np.concatenate(sets), np.concatenate([part.members for part in parts]),
        np.concatenate([part.shots for part in parts]), np.concatenate([part.shot_m2 for part in parts]),
    )  # fmt: skip
