"""How are all units of a programme counted, on as many threads as there are, and what comes back?

Pieces are the dated bookings of units as plain arrays: they can be stored, sent from another machine, put together and
asked for any period without looking at a shape again.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from whitestone.land.dated import Pieces, in_order, join
from whitestone.land.rings import Outlines, meeting
from whitestone.land.shots import count_shots
from whitestone.land.story import Facts
from whitestone.land.sweep import FULL, Edges, new_cells, new_edges
from whitestone.land.units import FULL_OUTPUT, count_units, new_output

__all__ = ["Ground", "Pieces", "in_order", "join", "measure", "meet", "vertices_to_meet"]

Array = np.ndarray[Any, Any]

CHUNK = 512
"""Units that a thread takes at a time."""
CELLS, ITEMS = 1 << 10, 1 << 13
LINES, SETS, MEMBERS = 1 << 15, 1 << 13, 1 << 15
"""Room to begin with; what is too small is made larger, and the unit at hand counted again."""


class Ground(NamedTuple):
    """All that the kernel needs: outlines, what they stand for, and which outlines each unit has to look at.

    `units` are the outlines counted, by number; `members[first[u]:first[u + 1]]` those whose boxes meet that of u.
    """

    outlines: Outlines
    facts: Facts
    first: Array
    members: Array


def meet(outlines: Outlines, facts: Facts) -> Ground:
    """Find which outlines each unit has to look at."""
    first, members = meeting(outlines.boxes, outlines.boxes)
    return Ground(outlines, facts, first, members)


def measure(ground: Ground, chosen: Array | None = None, *, threads: int | None = None, proves: bool = True) -> Pieces:
    """Count the chosen units (None: all) on so many threads (None: one a processor); the same pieces for any number.

    `proves` False leaves out the second way to the stock, and the residual with it.
    """
    if chosen is None:
        chosen = np.arange(ground.first.size - 1)
    chosen = chosen[ground.first[chosen + 1] > ground.first[chosen]]
    # Neighbours one after the other: what they share is then still at hand, however large the programme is.
    near = chosen[_along_curve(ground.outlines.boxes[chosen])]
    vertices = vertices_to_meet(ground)
    parts = [near[at : at + CHUNK] for at in range(0, near.size, CHUNK)]
    workers = threads or os.cpu_count() or 1
    if workers == 1 or len(parts) < 2:
        return in_order(join([_measure_part(ground, part, vertices, proves) for part in parts]))
    with ThreadPoolExecutor(workers) as pool:
        return in_order(join(list(pool.map(lambda part: _measure_part(ground, part, vertices, proves), parts))))


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


def vertices_to_meet(ground: Ground) -> Array:
    """Count for each unit the vertices of all outlines that it has to look at; 0 for a unit without ground.

    >>> from whitestone.land.timeline import Timeline
    >>> vertices_to_meet(Timeline([], []).ground()).tolist()
    []
    """
    sums = np.zeros(len(ground.members) + 1, dtype=np.int64)
    np.cumsum(ground.outlines.vertices[ground.members], out=sums[1:])
    counts: Array = sums[ground.first[1:]] - sums[ground.first[:-1]]
    return counts


def _measure_part(ground: Ground, chosen: Array, vertices: Array, proves: bool) -> Pieces:
    """Count some units; whatever is too small for the next one is made larger."""
    outlines, facts, first, members = ground
    edges_most = max(1, int(vertices[chosen].max(initial=0)))
    most = max(1, int((first[chosen + 1] - first[chosen]).max(initial=0)))
    edges = new_edges(3 * edges_most // 2 + 1)
    room = [CELLS, ITEMS, LINES, SETS, MEMBERS]
    cells, output = new_cells(room[0], room[1], most), new_output(*room[2:])
    found: list[Pieces] = []
    done = 0
    while done < chosen.size:
        booked, status = count_units(outlines, facts, first, members, chosen[done:], 0, edges, cells, output)
        done += booked
        if status == FULL:
            room[:2] = [4 * room[0], 4 * room[1]]
            cells = new_cells(room[0], room[1], most)
        elif status == FULL_OUTPUT or done == chosen.size:
            found.append(_taken(output))
            if status == FULL_OUTPUT and booked == 0:
                room[2:] = [4 * each for each in room[2:]]
                output = new_output(*room[2:])
            output.counts[:] = 0
            output.slot[:] = -1
    pieces = join(found)
    if not proves:
        return pieces
    shots, shot_m2 = _shots_of(ground, chosen, edges, room, most)
    return pieces._replace(shots=shots, shot_m2=shot_m2)


def _taken(output: Any) -> Pieces:
    lines, sets, members = output.counts
    nothing = join([])
    return Pieces(output.lines[:lines].copy(), output.cents[:lines].copy(), output.sets[:sets].copy(),
                  output.members[:members].copy(), nothing.shots, nothing.shot_m2)


def _shots_of(ground: Ground, chosen: Array, edges: Edges, room: list[int], most: int
              ) -> tuple[Array, Array]:
    """Tell the stock of some units again: swept the other way, and from what stands on each day alone."""
    cells = new_cells(room[0], room[1], most)
    shots: list[Array] = []
    shot_m2: list[Array] = []
    done, rows = 0, LINES
    while done < chosen.size:
        found, areas = np.empty((rows, 2), dtype=np.int64), np.zeros(rows)
        ended = count_shots(*ground, chosen[done:], edges, cells, found, areas)
        booked, status, count = ended
        done += booked
        shots.append(found[:count])
        shot_m2.append(areas[:count])
        if status == FULL:
            room[:2] = [4 * room[0], 4 * room[1]]
            cells = new_cells(room[0], room[1], most)
        elif status == FULL_OUTPUT and booked == 0:
            rows *= 4
    return np.concatenate([join([]).shots, *shots]), np.concatenate([join([]).shot_m2, *shot_m2])
