"""What is a book after a change that was counted before, by whomever?

A change is plain: which records go, which come, which units count no more and what counts instead. So it can be kept,
and made again on what is kept without counting anything.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from whitestone.land.book import Book
from whitestone.land.dated import Pieces
from whitestone.land.roster import Gone, Part, Roster, Shapes
from whitestone.land.touching import meets

__all__ = ["Change", "apply_change"]

Array = np.ndarray[Any, Any]


class Change(NamedTuple):
    """What exchanges a few records of a book: what goes, what comes, and the units that are counted anew.

    `touched` are the units whose bookings are taken out; `pieces` come instead, for units that lie in `boxes`.
    """

    gone: Gone
    more: Part
    touched: Array
    boxes: Array
    pieces: Pieces


def apply_change(book: Book, change: Change, shapes_of: Shapes, release_shapes_of: Shapes) -> Book:
    """Return the book after a change; shapes of all its slices and releases are found by the two functions."""
    line = book.line.grown(change.more, change.gone, shapes_of, release_shapes_of)
    room, unit_boxes = book.unit_room.longer(len(book.unit_boxes), change.boxes)
    stands = np.concatenate([book.unit_stands, np.ones(len(change.boxes), dtype=bool)])
    stands[change.touched] = False
    shelf = book.shelf.exchange(change.touched, change.pieces)
    if line.is_fork:
        shelf.met = {pair: shared for pair, shared in shelf.met.items()
                     if pair[0] < len(book.line.releases) and pair[1] < len(book.line.slices)}
    shelf.elsewhere = book.shelf.elsewhere.after(len(book.line.slices), _touched(book, line, change))
    return Book(line, shelf, unit_boxes, book.last_day, unit_stands=stands, unit_room=room)


def _touched(book: Book, line: Roster, change: Change) -> Array:
    """Say for each hazard whether anything may have changed on its ground: a slice of it meets a unit that did."""
    is_touched = np.zeros(len(line.ids), dtype=bool)
    is_touched[change.gone.hazards] = True
    is_touched[len(book.line.ids) :] = True
    if book.shelf.elsewhere.shares:
        boxes = np.concatenate([book.unit_boxes[change.touched], change.boxes])
        is_touched[line.hazard_of[meets(line.boxes, boxes)]] = True
    return is_touched
