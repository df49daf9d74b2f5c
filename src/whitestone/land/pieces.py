"""How are all units of a programme counted, on as many threads as there are, and what comes back?

Pieces are the dated bookings of units as plain arrays: they can be stored, sent from another machine, put together and
asked for any period without looking at a shape again.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from whitestone.land.cells import ALLOWED, TOO_MUCH
from whitestone.land.dated import Pieces, join, ordered
from whitestone.land.folding import count_crowded, shots_crowded
from whitestone.land.rings import Outlines
from whitestone.land.shots import count_shots
from whitestone.land.story import Facts
from whitestone.land.sweep import DONE, FULL, Cells, Edges, new_cells, new_edges
from whitestone.land.toil import MOST_STEPS, SURELY, crowded_sample, too_crowded
from whitestone.land.units import FULL_OUTPUT, count_units, new_output

__all__ = ["Ground", "Pieces", "join", "measure", "vertices_to_meet"]

Array = np.ndarray[Any, Any]

CHUNK = 512
"""Units that a thread takes at a time."""
CELLS, ITEMS = 1 << 10, 1 << 13
MOST_CELLS = 1 << 16
"""A unit of more cells is told strip by strip, so that memory does not grow with what lies on it."""
LINES, SETS, MEMBERS = 1 << 15, 1 << 13, 1 << 15
"""Room to begin with; what is too small is made larger, and the unit at hand counted again: a crowded one goes on."""


class Ground(NamedTuple):
    """All that the kernel needs: outlines, what they stand for, and which outlines each unit has to look at.

    `units` are the outlines counted, by number; `members[first[u]:first[u + 1]]` those whose boxes meet that of u.
    """

    outlines: Outlines
    facts: Facts
    first: Array
    members: Array


def measure(ground: Ground, chosen: Array | None = None, *, threads: int | None = None, proves: bool = True,
            most_steps: int = MOST_STEPS, toil: Array | None = None) -> Pieces:
    """Count the chosen units (None: all) on so many threads (None: one a processor); the same pieces for any number.

    `proves` False leaves out the second way to the stock, and the residual with it. What takes more than `most_steps`
    (see `toil`) of all threads together is refused with GroundTooCrowded; at once, where a sample already says so.
    `toil` holds how many steps were taken and how many are allowed (see `cells`), where several grounds share both.
    """
    if chosen is None:
        chosen = np.arange(ground.first.size - 1)
    chosen = chosen[ground.first[chosen + 1] > ground.first[chosen]]
    # Neighbours one after the other: what they share is then still at hand, however large the programme is.
    near = chosen[_along_curve(ground.outlines.boxes[chosen])]
    vertices = vertices_to_meet(ground)
    parts = [near[at : at + CHUNK] for at in range(0, near.size, CHUNK)]
    workers = threads or os.cpu_count() or 1
    pile = _Pile(len(parts))
    toil = np.array([0, most_steps]) if toil is None else toil
    some, share = crowded_sample(ground.first, near)
    if share > 1.0:
        _measure_part(ground, some, vertices, np.array([0, int(SURELY * toil[ALLOWED] / share)]), proves)
    if workers == 1 or len(parts) < 2:
        for part in parts:
            pile.add(_measure_part(ground, part, vertices, toil, proves))
    else:
        with ThreadPoolExecutor(workers) as pool:
            for pieces in pool.map(lambda part: _measure_part(ground, part, vertices, toil, proves), parts):
                pile.add(pieces)
    return pile.taken(workers)


def _along_curve(boxes: Array) -> Array:
    """Order boxes along a curve that fills the plane (Morton's), so that what lies together comes together."""
    if not len(boxes):
        return np.zeros(0, dtype=np.int64)
    centres = 0.5 * (boxes[:, :2] + boxes[:, 2:])
    low = centres.min(axis=0)
    side = max(float((centres.max(axis=0) - low).max()), 1e-9)
    cell = ((centres - low) / side * 0xFFFF).astype(np.uint64)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        cell = (cell | (cell << np.uint64(shift))) & np.uint64(mask)
    order: Array = np.argsort(cell[:, 0] | (cell[:, 1] << np.uint64(1)), kind="stable")
    return order


class _Pile:
    """Pieces of parts as they come, one behind the other: what a part holds is let go of at once."""

    def __init__(self, parts: int) -> None:
        self._fields: list[Array] = list(join([]))
        self._sizes = [0] * len(self._fields)
        self._parts, self._done = parts, 0

    def add(self, part: Pieces) -> None:
        """Put the pieces of a part on the pile."""
        members = self._sizes[Pieces._fields.index("members")]
        part.sets[:, 3] += members
        self._done += 1
        for at, more in enumerate(part):
            size = self._sizes[at] + len(more)
            if size > len(self._fields[at]):  # room that is not written to takes no memory: for all parts
                room = max(size + size // 2, (size + size // 8) * self._parts // self._done)
                grown = np.empty((room, *more.shape[1:]), dtype=self._fields[at].dtype)
                grown[: self._sizes[at]] = self._fields[at][: self._sizes[at]]
                self._fields[at] = grown
            self._fields[at][self._sizes[at] : size] = more
            self._sizes[at] = size

    def taken(self, threads: int) -> Pieces:
        """Give all pieces in the order of their units, and nothing the next time."""
        fields = [each[:size] for each, size in zip(self._fields, self._sizes, strict=True)]
        self._fields, self._sizes = list(join([])), [0] * len(fields)
        return ordered(fields, threads)


def vertices_to_meet(ground: Ground) -> Array:
    """Count for each unit the vertices of all outlines that it has to look at; 0 for a unit without ground.

    >>> from whitestone.land.timeline import Timeline
    >>> vertices_to_meet(Timeline([], []).ground()).tolist()
    []
    """
    sizes, first = ground.outlines.vertices, ground.first
    counts = np.zeros(len(first) - 1, dtype=np.int64)
    for at in range(0, len(counts), CHUNK):  # never for all pairs at a time: where all lies on one spot they are many
        some = first[at : at + CHUNK + 1]
        sums = np.zeros(some[-1] - some[0] + 1, dtype=np.int64)
        np.cumsum(sizes[ground.members[some[0] : some[-1]]], out=sums[1:])
        counts[at : at + CHUNK] = np.diff(sums[some - some[0]])
    return counts


def _measure_part(ground: Ground, chosen: Array, vertices: Array, toil: Array, proves: bool) -> Pieces:
    """Count some units; whatever is too small for the next one is made larger, cells only up to MOST_CELLS."""
    first = ground.first
    edges = new_edges(3 * max(1, int(vertices[chosen].max(initial=0))) // 2 + 1)
    most = max(1, int((first[chosen + 1] - first[chosen]).max(initial=0)))
    room = [CELLS, ITEMS, LINES, SETS, MEMBERS]
    cells, output = new_cells(room[0], room[1], most, toil), new_output(*room[2:])
    found: list[Pieces] = []
    done, is_crowded = 0, False
    while done < chosen.size:
        if is_crowded:
            booked, status, output = count_crowded(*ground, chosen[done], edges, cells, output)
        else:
            booked, status = count_units(*ground, chosen[done:], 0, edges, cells, output)
        done += booked
        if status == TOO_MUCH:
            raise too_crowded(ground.first, ground.outlines.boxes)
        if status == FULL:
            cells, is_crowded = _roomier(room, most, is_crowded, cells)
            continue
        if is_crowded and booked:
            cells, is_crowded = _as_usual(room, most, cells), False
        if status != DONE or done == chosen.size:
            found.append(_taken(output))
            if booked == 0:
                grown = slice(2, 3) if status == FULL_OUTPUT else slice(3, 5)
                room[grown] = [4 * each for each in room[grown]]
                output = new_output(*room[2:])
            output.counts[:] = 0
            output.slot[:] = -1
    pieces = found[0] if len(found) == 1 else join(found)
    if not proves:
        return pieces
    shots, shot_m2 = _shots_of(ground, chosen, edges, room, cells)
    return pieces._replace(shots=shots, shot_m2=shot_m2)


def _roomier(room: list[int], most: int, is_crowded: bool, cells: Cells) -> tuple[Cells, bool]:
    """Make more room for cells, or none: then the unit at hand is crowded, and told strip by strip (see `folding`).

    How large the room was before does not matter: the same units are crowded on every machine.
    """
    if room[0] >= MOST_CELLS and not is_crowded:
        return cells, True
    room[:2] = [4 * room[0], 4 * room[1]]
    return new_cells(room[0], room[1], most, cells.toil), is_crowded


def _as_usual(room: list[int], most: int, cells: Cells) -> Cells:
    """Give back room that a single strip of a crowded unit needed."""
    while room[0] > MOST_CELLS:
        room[:2] = [room[0] // 4, room[1] // 4]
    return cells if cells.area.size == room[0] else new_cells(room[0], room[1], most, cells.toil)


def _taken(output: Any) -> Pieces:
    lines, sets, members = output.counts
    nothing = join([])
    return Pieces(output.lines[:lines].copy(), output.cents[:lines].copy(), output.sets[:sets].copy(),
                  output.members[:members].copy(), nothing.shots, nothing.shot_m2)


def _shots_of(ground: Ground, chosen: Array, edges: Edges, room: list[int], cells: Cells) -> tuple[Array, Array]:
    """Tell the stock of some units again: swept the other way, and from what stands on each day alone."""
    most, is_crowded = cells.inside.size, False
    shots: list[Array] = [join([]).shots]
    shot_m2: list[Array] = [join([]).shot_m2]
    done, rows = 0, LINES
    while done < chosen.size:
        if is_crowded:
            status, days, areas = shots_crowded(*ground, chosen[done], edges, cells)
            if status == DONE:
                shots.append(np.column_stack([np.full(days.size, chosen[done]), days]))
                shot_m2.append(areas)
                done += 1
                cells, is_crowded = _as_usual(room, most, cells), False
        else:
            found, areas = np.empty((rows, 2), dtype=np.int64), np.zeros(rows)
            booked, status, count = count_shots(*ground, chosen[done:], edges, cells, found, areas)
            done += booked
            shots.append(found[:count])
            shot_m2.append(areas[:count])
            if status == FULL_OUTPUT and booked == 0:
                rows *= 4
        if status == TOO_MUCH:
            raise too_crowded(ground.first, ground.outlines.boxes)
        if status == FULL:
            cells, is_crowded = _roomier(room, most, is_crowded, cells)
    return np.concatenate(shots), np.concatenate(shot_m2)
