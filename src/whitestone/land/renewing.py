"""Which ground must be counted again when a few records change, and how does the book become right without the rest?

A changed, added or withdrawn record touches the units whose boxes meet one of its outlines, old or new. These are
counted again among all that meets them, and exchanged; every other booking stays as it is. The result is the same, to
the last digit, as counting everything again.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import numpy as np

from whitestone.land.book import Book
from whitestone.land.changing import Change, apply_change
from whitestone.land.columns import Releases, Slices, ids_of
from whitestone.land.dated import Pieces
from whitestone.land.inputs import HazardSlice, ReleasePiece, day_number
from whitestone.land.partitions import PartNumbers, whole
from whitestone.land.pieces import measure
from whitestone.land.roster import PER_RELEASE, PER_SLICE, Gone, Part, Roster, Shapes
from whitestone.land.timeline import Timeline
from whitestone.land.toil import MOST_STEPS
from whitestone.land.touching import meets

__all__ = ["count_change", "renew"]

Array = np.ndarray[Any, Any]

def renew(
    book: Book, changed: Collection[uuid.UUID], hazards: Sequence[HazardSlice], releases: Sequence[ReleasePiece]
) -> Book:
    """Return the book with some records as they are now: `changed` ids, with all slices and releases of them.

    Shapes are in metres in the plane of the book. A changed record without slices and releases is gone from it.

    >>> from whitestone.land.book import simulate
    >>> renew(simulate([], []), [], [], []).stock.tolist()
    []
    """
    change, shapes, drawn = count_change(book, changed, hazards, releases)
    first, first_work = len(book.line.slices), len(book.line.releases)
    return apply_change(book, change, _after(book.line.shapes_of, shapes, first),
                        _after(book.line.release_shapes_of, drawn, first_work))


def count_change(
    book: Book, changed: Collection[uuid.UUID], hazards: Sequence[HazardSlice], releases: Sequence[ReleasePiece], *,
    threads: int | None = 1, most_steps: int = MOST_STEPS,
) -> tuple[Change, Array, Array]:
    """Count what a change of some records touches (see `renew`); with it the shapes of the new slices and releases."""
    gone = _gone(book.line, changed)
    fresh = Timeline(hazards, releases)
    # What came out of a changed hazard inherits from it, wherever it lies: it is touched as well.
    parts = [book.line.slices_of(each) for each in sorted(book.line.descended(changed))]
    boxes = np.concatenate([book.line.boxes[gone.slices], book.line.release_boxes[gone.releases], fresh.boxes,
                            fresh.release_boxes, *(book.line.boxes[each] for each in parts)])
    boxes = np.unique(boxes[~np.isnan(boxes[:, 0])], axis=0)
    touched = np.flatnonzero(meets(book.unit_boxes, boxes) & book.unit_stands)
    around = np.concatenate([book.unit_boxes[touched], boxes])
    local, numbers = _local(book.line, gone, around, hazards, releases)
    ground = local.ground()
    chosen = np.flatnonzero(meets(ground.outlines.boxes, boxes))
    counted = measure(ground, chosen, threads=threads, most_steps=most_steps)
    pieces = _renumbered(counted, numbers, chosen, len(book.unit_boxes))
    change = Change(gone, _part(book.line, local, numbers), touched, ground.outlines.boxes[chosen], pieces)
    return change, local.shapes_of(numbers.new_slices), local.release_shapes_of(numbers.new_releases)


def _after(old: Shapes, added: Array, first: int) -> Shapes:
    """Find shapes of before where they were, and the new ones, from a number on, in memory."""

    def join(index: Array) -> Array:
        found = np.empty(len(index), dtype=object)
        is_old = index < first
        found[is_old] = old(index[is_old])
        found[~is_old] = added[index[~is_old] - first]
        return found

    return join


class _Numbers(NamedTuple):
    """How the numbers of a few records are those of the whole, and which of the few are new there, in order."""

    slices: Array
    releases: Array
    hazards: Array
    new_slices: Array
    new_releases: Array
    new_ids: list[uuid.UUID]


def _part(line: Roster, local: Timeline, numbers: _Numbers) -> Part:
    """Take what is new out of what was looked at, with the numbers of the whole."""
    new, work = numbers.new_slices, numbers.new_releases
    columns = {name: getattr(local, name)[new] for name in PER_SLICE}
    columns |= {name: getattr(local, name)[work] for name in PER_RELEASE}
    named = [own for each in work for own in local.releases[each].hazard_ids]
    fresh = {own: len(line.ids) + at for at, own in enumerate(numbers.new_ids)}
    return Part(
        slices=Slices.of([local.slices[each] for each in new]), ids=ids_of(numbers.new_ids),
        releases=Releases.of([local.releases[each] for each in work]),
        hazard_of=numbers.hazards[local.hazard_of[new]], account=numbers.slices[local.account[new]],
        names_hazard=np.array([fresh.get(own, line.number.get(own, -1)) for own in named], dtype=np.int32), **columns,
    )  # fmt: skip


def _gone(line: Roster, changed: Collection[uuid.UUID]) -> Gone:
    hazards = np.array(sorted(line.number[each] for each in changed if each in line.number), dtype=np.int64)
    slices = np.flatnonzero(_among(line.hazard_of, hazards, len(line.ids)) & line.stands)
    return Gone(slices, line.releases_of(changed), hazards)


def _among(numbers: Array, wanted: Array, count: int) -> Array:
    """Say which of some numbers 0..count-1 are wanted."""
    is_wanted = np.zeros(count, dtype=bool)
    is_wanted[wanted] = True
    found: Array = is_wanted[numbers]
    return found


def _local(line: Roster, gone: Gone, around: Array, hazards: Sequence[HazardSlice], releases: Sequence[ReleasePiece]
           ) -> tuple[Timeline, _Numbers]:
    """Gather what has to be looked at: the new records, and all others with an outline near, with all their slices."""
    near = meets(line.boxes, around) & line.stands
    near[gone.slices] = False
    needed = set(np.unique(line.hazard_of[near]).tolist())
    ahead = [line.number[one] for each in hazards for one in each.parents if one in line.number]
    for each in (*needed, *ahead):
        needed |= {each, *line.kin_of(each)}
    needed -= set(gone.hazards.tolist())
    old = np.flatnonzero(_among(line.hazard_of, np.array(sorted(needed), dtype=np.int64), len(line.ids)) & line.stands)
    work = meets(line.release_boxes, around) & line.counts
    work[gone.releases] = False
    old_work = np.flatnonzero(work)
    shapes, drawn = line.shapes_of(old), line.release_shapes_of(old_work)
    slices, pieces = line.said.drawn(old, shapes), line.done.drawn(old_work, drawn)
    every, every_work = [*slices, *hazards], [*pieces, *releases]
    local = Timeline(every, every_work)
    order = sorted(range(len(every)), key=lambda at: (every[at].record_id, day_number(every[at].true_from)))
    work_order = sorted(range(len(every_work)), key=lambda at: every_work[at].record_id)
    return local, _numbers(line, local, (old, order), (old_work, work_order))


def _numbers(line: Roster, local: Timeline, slices: tuple[Array, list[int]], releases: tuple[Array, list[int]]
             ) -> _Numbers:
    """Number what is local as it is, or will be, in the whole."""
    (old, order), (old_work, work_order) = slices, releases
    place, work_place = np.array(order, dtype=np.int64), np.array(work_order, dtype=np.int64)
    new, new_work = np.flatnonzero(place >= len(old)), np.flatnonzero(work_place >= len(old_work))
    slice_number, release_number = np.empty(len(order), dtype=np.int64), np.empty(len(work_order), dtype=np.int64)
    slice_number[place < len(old)] = old[place[place < len(old)]]
    slice_number[new] = len(line.slices) + np.arange(len(new))
    release_number[work_place < len(old_work)] = old_work[work_place[work_place < len(old_work)]]
    release_number[new_work] = len(line.releases) + np.arange(len(new_work))
    new_ids = [each for each in local.ids if each not in line.number]
    fresh = {each: len(line.ids) + at for at, each in enumerate(new_ids)}
    hazard_number = np.array([fresh[each] if each in fresh else line.number[each] for each in local.ids],
                             dtype=np.int64)
    return _Numbers(slice_number, release_number, hazard_number, new, new_work, new_ids)


def _renumbered(pieces: Pieces, numbers: _Numbers, chosen: Array, first_unit: int) -> Pieces:
    """Write the numbers of the whole into pieces that were counted locally."""
    units = np.zeros(int(chosen.max(initial=-1)) + 1, dtype=np.int64)
    units[chosen] = first_unit + np.arange(chosen.size)
    return whole(pieces, PartNumbers(units, numbers.hazards, numbers.slices, numbers.releases))
