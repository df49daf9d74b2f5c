"""What comes back when ground was counted: the dated bookings of units as plain arrays?

They can be stored, sent from another machine, put together and asked for any period without looking at a shape again,
and without the kernel that counted them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from whitestone.land.shapes import aside

__all__ = ["Pieces", "in_order", "join", "ordered"]

Array = np.ndarray[Any, Any]

MEMBERS_AT_ONCE = 1 << 16
"""Claims whose members are moved at a time: an index of all would be larger than they are."""


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
    return ordered(list(pieces))


def ordered(fields: list[Array], threads: int = 1) -> Pieces:
    """Put the fields of pieces into the order of their units; each is let go of once its ordered copy is made.

    The list is emptied of its old arrays, so that memory never holds all of them twice.

    >>> ordered(list(join([]))).cents.size
    0
    """
    claims = aside(threads, _order_claims, fields, threads)
    for first, second in ((0, 1), (4, 5)):
        order = _by_unit(fields[first][:, 0])
        for each in (first, second):
            fields[each] = fields[each].take(order, axis=0)
    claims()
    return Pieces(*fields)


def _order_claims(fields: list[Array], threads: int) -> None:
    sets, members = fields[2:4]
    order = _by_unit(sets[:, 0])
    moved = sets[order, 3]
    sizes = np.diff(sets[:, 3], append=len(members))[order]
    taken = aside(threads, lambda: sets.take(order, axis=0))
    ends = np.cumsum(sizes)
    ordered = np.empty((int(sizes.sum()), 2), dtype=members.dtype)
    for begin in range(0, len(sizes), MEMBERS_AT_ONCE):  # an index of all members would be larger than they are
        some = slice(begin, begin + MEMBERS_AT_ONCE)
        first = ends[some] - sizes[some]
        low, high = first[0], ends[some][-1]
        places = np.arange(low, high) + np.repeat(moved[some] - first, sizes[some])
        ordered[low:high] = members.take(places, axis=0)
    fields[2:4] = taken(), ordered
    fields[2][:, 3] = ends - sizes


def _by_unit(units: Array) -> Array:
    """Put rows into the order of their units, and else leave them as they are. Those of one unit mostly lie together:
    only the first of each run is sorted."""
    first = np.flatnonzero(np.diff(units, prepend=-1))
    order = np.argsort(units[first], kind="stable")
    sizes = np.diff(first, append=len(units))[order]
    places: Array = np.arange(len(units)) + np.repeat(first[order] - (np.cumsum(sizes) - sizes), sizes)
    return places


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
