"""How is the ground of a programme cut into parts that can be counted anywhere, and how do they become one again?

A unit looks only at the outlines whose boxes meet its own. A part is some units that lie together, with the outlines
that they look at and what these stand for, numbered by itself. Numbers keep their order, so a part decides every tie
and rounds every booking as the whole would: put together, the pieces are those of one machine to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from whitestone.land.dated import Pieces, in_order, join
from whitestone.land.pieces import Ground, measure, vertices_to_meet
from whitestone.land.rings import Outlines
from whitestone.land.story import ACCOUNT, HAZARD, RECLASSIFIED, Facts

__all__ = ["PartNumbers", "Part", "assemble", "count", "cut", "sub_ground", "whole", "work_of"]

Array = np.ndarray[Any, Any]


class Part(NamedTuple):
    """What is sent away: a small ground, and which of its units are to be counted."""

    ground: Ground
    chosen: Array


class PartNumbers(NamedTuple):
    """What stays here: the numbers in the whole of a part's outlines, hazards, accounts and releases."""

    outlines: Array
    hazards: Array
    accounts: Array
    releases: Array


def work_of(ground: Ground) -> Array:
    """Tell how much work each unit is: the vertices of all outlines that it looks at; 0 for a unit without ground."""
    return vertices_to_meet(ground)


def cut(ground: Ground, parts: int) -> list[Array]:
    """Cut the units into at most so many parts of about equal work that lie together, each in the order of numbers.

    Halves are cut across the longer side, again and again: the same ground gives the same parts on every machine.
    Units without ground are in no part; a part is never empty.

    >>> from whitestone.land.timeline import Timeline
    >>> cut(Timeline([], []).ground(), 4)
    []
    """
    work = work_of(ground)
    units = np.flatnonzero(work)
    boxes = ground.outlines.boxes
    middles = 0.5 * (boxes[:, :2] + boxes[:, 2:])
    found: list[Array] = []
    waiting = [(units, max(1, parts))]
    while waiting:
        some, wanted = waiting.pop()
        if wanted == 1 or some.size <= 1:
            found += [np.sort(some)] if some.size else []
            continue
        spread = np.ptp(middles[some], axis=0)
        across = int(spread[1] > spread[0])
        ordered = some[np.lexsort((some, middles[some, 1 - across], middles[some, across]))]
        sums = np.cumsum(work[ordered])
        left = wanted // 2
        at = int(np.searchsorted(sums * wanted, int(sums[-1]) * left, side="right"))
        at = min(max(at, 1), ordered.size - 1)
        waiting += [(ordered[at:], wanted - left), (ordered[:at], left)]
    return found


def sub_ground(ground: Ground, chosen: Array) -> tuple[Part, PartNumbers]:
    """Take out what the chosen units need and no more, numbered by itself, in the order of the whole.

    >>> from whitestone.land.timeline import Timeline
    >>> part, numbers = sub_ground(Timeline([], []).ground(), np.zeros(0, dtype=np.int64))
    >>> part.ground.outlines.xy.shape, numbers.outlines.size
    ((0, 2), 0)
    """
    chosen = np.unique(chosen)
    _, looked_at = _spans(ground.first, chosen)
    looked_at = ground.members[looked_at]
    outlines = np.unique(np.concatenate([chosen, looked_at]))
    first_ring, rings_at = _spans(ground.outlines.first_ring, outlines)
    rings, xy_at = _spans(ground.outlines.rings, rings_at)
    shapes = Outlines(ground.outlines.xy[xy_at], rings, first_ring, ground.outlines.boxes[outlines])
    here = np.searchsorted(outlines, chosen)
    sizes = np.zeros(outlines.size, dtype=np.int64)
    sizes[here] = ground.first[chosen + 1] - ground.first[chosen]
    facts, numbers = _sub_facts(ground.facts, outlines)
    return Part(Ground(shapes, facts, _starts(sizes), np.searchsorted(outlines, looked_at)), here), numbers


def count(part: Part, *, threads: int = 1, toil: Array | None = None) -> Pieces:
    """Count a part, wherever it has come to; the pieces carry the numbers of the part (see `whole`).

    `toil` as in `measure`; more work than that allows is refused with GroundTooCrowded.

    >>> from whitestone.land.timeline import Timeline
    >>> count(sub_ground(Timeline([], []).ground(), np.zeros(0, dtype=np.int64))[0]).cents.size
    0
    """
    # Arrays that came over a wire may be read-only or lie askew; the kernel would be compiled again for such.
    shapes, facts = Outlines(*map(_owned, part.ground.outlines)), Facts(*map(_owned, part.ground.facts))
    ground = Ground(shapes, facts, _owned(part.ground.first), _owned(part.ground.members))
    return measure(ground, _owned(part.chosen), threads=threads, toil=toil)


def whole(pieces: Pieces, numbers: PartNumbers) -> Pieces:
    """Write the numbers of the whole into the pieces of a part.

    >>> none = np.zeros(0, dtype=np.int64)
    >>> whole(join([]), PartNumbers(none, none, none, none)).lines.shape
    (0, 8)
    """
    lines, sets = pieces.lines.copy(), pieces.sets.copy()
    members, shots = pieces.members.copy(), pieces.shots.copy()
    for units in (lines, sets, shots):
        units[:, 0] = numbers.outlines[units[:, 0]]
    lines[:, 3] = numbers.hazards[lines[:, 3]]
    lines[:, 4] = numbers.accounts[lines[:, 4]]
    worked, moved = lines[:, 5] >= 0, lines[:, 6] >= 0
    lines[worked, 5] = numbers.releases[lines[worked, 5]]
    lines[moved, 6] = numbers.hazards[lines[moved, 6]]
    moved &= lines[:, 2] != RECLASSIFIED  # whose last number is no account
    lines[moved, 7] = numbers.accounts[lines[moved, 7]]
    members[:, 0] = numbers.releases[members[:, 0]]
    return Pieces(lines, pieces.cents, sets, members, shots, pieces.shot_m2)


def assemble(parts: Sequence[Pieces]) -> Pieces:
    """Put pieces with the numbers of the whole together, in whatever order they came, into the order of units.

    >>> assemble([]).lines.shape
    (0, 8)
    """
    return in_order(join(parts))


def _sub_facts(facts: Facts, outlines: Array) -> tuple[Facts, PartNumbers]:
    """Take out what some outlines stand for. Days, ranks and strengths stay as they are: only numbers are new."""
    slice_first, slice_at = _spans(facts.slice_first, outlines)
    work_first, work_at = _spans(facts.work_first, outlines)
    slice_of, work_of = facts.slice_of[slice_at], facts.work_of[work_at]
    slices, works = np.unique(slice_of), np.unique(work_of)
    rows = np.ascontiguousarray(facts.slices[:, slices])
    hazards, accounts = np.unique(rows[HAZARD]), np.unique(rows[ACCOUNT])
    rows[HAZARD], rows[ACCOUNT] = np.searchsorted(hazards, rows[HAZARD]), np.searchsorted(accounts, rows[ACCOUNT])
    # A hazard that is named, or out of which another came, but is not here has no ground here.
    named_first, named = _among(facts.named_first, facts.named, works, hazards)
    kin_first, kin = _among(facts.kin_first, facts.kin, hazards, hazards)
    some = Facts(
        rows, np.ascontiguousarray(facts.hazards[:, hazards]), np.ascontiguousarray(facts.works[:, works]),
        named_first, named, slice_first, np.searchsorted(slices, slice_of), work_first,
        np.searchsorted(works, work_of), kin_first, kin,
    )  # fmt: skip
    return some, PartNumbers(outlines, hazards, accounts, works)


def _among(first: Array, values: Array, chosen: Array, hazards: Array) -> tuple[Array, Array]:
    """Give the lists of the chosen, of hazards that are here, by their new numbers."""
    starts, at = _spans(first, chosen)
    found = values[at]
    here = np.isin(found, hazards)
    return np.concatenate([[0], np.cumsum(here)])[starts], np.searchsorted(hazards, found[here])


def _spans(first: Array, chosen: Array) -> tuple[Array, Array]:
    """Give where the chosen spans first[i]:first[i + 1] begin when they lie one behind the other, and their indexes."""
    sizes = first[chosen + 1] - first[chosen]
    starts = _starts(sizes)
    return starts, np.arange(starts[-1]) + np.repeat(first[chosen] - starts[:-1], sizes)


def _starts(sizes: Array) -> Array:
    starts = np.zeros(sizes.size + 1, dtype=np.int64)
    np.cumsum(sizes, out=starts[1:])
    return starts


def _owned(array: Array) -> Array:
    owned: Array = np.require(array, requirements=["C", "A", "W"])
    return owned
