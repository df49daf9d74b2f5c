"""What does a field promise at the finds and in the ground searched, and what changes when it is laid or taken up?

Finds are a Poisson process: the intensity at a find is that of all fields that lie over it plus strays, and every field
pays for the mines that should have been found in the ground searched. A move is weighed by what it changes: `lay` takes
fields away (sign -1) and puts them down again (sign +1) in a scratch array, `gain` weighs it, `keep` or `forget`
ends it.
"""

from __future__ import annotations

import math

import numpy as np

from whitestone.minefields.joint_state import LANES, REAL, Field, Floats, Ints, Scene, State
from whitestone.minefields.kernels import bare_kernel, kernel

__all__ = [
    "accepted",
    "cells",
    "covered",
    "difference",
    "field_of",
    "forget",
    "gain",
    "instead",
    "keep",
    "lane_of",
    "lay",
    "put",
    "settled",
    "under",
    "unsearched",
]

FLOOR = 1e-15


@bare_kernel
def accepted(log_ratio: float) -> bool:
    """Decide on a move."""
    return log_ratio >= 0.0 or math.log(np.random.random()) < log_ratio


@kernel
def field_of(o: int, state: State) -> Field:
    """Return the field of an object, as a copy."""
    return Field(state.at[o].copy(), state.mines[o], state.mix[o].copy(), state.lanes[o].copy(), state.template[o])


@kernel
def put(o: int, field: Field, state: State) -> None:
    """Write a field down."""
    state.on[o] = REAL
    state.at[o] = field.at
    state.mines[o] = field.mines
    state.mix[o] = field.mix
    state.lanes[o] = field.lanes
    state.template[o] = field.template


@bare_kernel
def cells(west: float, east: float, south: float, north: float, net: Floats) -> tuple[int, int, int, int]:
    """Return first and last column, first and last row of the cells of the net of finds that a box touches.

    All four lie in the net, or the last one before the first: none is touched.
    """
    left, low, size, columns, rows = net
    return (
        max(math.floor((west - left) / size), 0),
        min(math.floor((east - left) / size), int(columns) - 1),
        max(math.floor((south - low) / size), 0),
        min(math.floor((north - low) / size), int(rows) - 1),
    )


@bare_kernel
def under(field: Field, scene: Scene, finds: Ints, density: Floats, lane: Ints) -> int:
    """List the finds that a field can hold: their numbers, share of its mines per square metre there, and lanes."""
    ground, shapes, template = scene.ground, scene.shapes, field.template
    length, width = math.exp(field.at[3]), math.exp(field.at[4])
    cos, sin = math.cos(field.at[2]), math.sin(field.at[2])
    ex, ey = shapes.reach[template, 0], shapes.reach[template, 1]
    half_x = abs(cos) * ex * length + abs(sin) * ey * width
    half_y = abs(sin) * ex * length + abs(cos) * ey * width
    rows, columns = shapes.density.shape[1], shapes.density.shape[2]
    first_column, last_column, first_row, last_row = cells(
        field.at[0] - half_x, field.at[0] + half_x, field.at[1] - half_y, field.at[1] + half_y, ground.net
    )
    count = 0
    if last_column < first_column:
        return 0
    for row in range(first_row, last_row + 1):
        base = row * int(ground.net[3])
        for f in range(ground.start[base + first_column], ground.start[base + last_column + 1]):
            dx, dy = ground.x[f] - field.at[0], ground.y[f] - field.at[1]
            u = ((cos * dx + sin * dy) / length / ex + 1.0) * 0.5 * columns
            v = ((cos * dy - sin * dx) / width / ey + 1.0) * 0.5 * rows
            if u < 0.0 or v < 0.0 or u >= columns or v >= rows:
                continue
            value = shapes.density[template, int(v), int(u)]
            if value > 0.0:
                finds[count], density[count] = f, value / (length * width)
                lane[count] = shapes.lane[template, int(v), int(u)]
                count += 1
    return count


@bare_kernel
def lay(sign: float, field: Field, scene: Scene) -> None:
    """Add or take away what a field promises at the finds under it."""
    state, kind = scene.state, scene.ground.kind
    whole = 0.0
    for k in range(LANES):
        whole += scene.shapes.lane_share[field.template, k] * field.lanes[k]
    count = under(field, scene, state.under, state.density, state.lane)
    for k in range(count):
        f = state.under[k]
        value = sign * field.mines / whole * state.density[k] * field.lanes[state.lane[k]]
        if kind[f] >= 0:
            value *= field.mix[kind[f]]
        if value == 0.0:
            continue
        if state.change[f] == 0.0:
            state.touched[state.touched[-1]] = f
            state.touched[-1] += 1
        state.change[f] += value
        if state.change[f] == 0.0:
            state.change[f] = 1e-300


@bare_kernel
def gain(state: State) -> float:
    """Return how much the logarithm of the likelihood of the finds changes by what was laid."""
    total = 0.0
    for k in range(state.touched[-1]):
        f = state.touched[k]
        total += math.log(max(state.total[f] + state.change[f], FLOOR) / max(state.total[f], FLOOR))
    return total


@bare_kernel
def keep(state: State) -> None:
    """Accept what was laid."""
    for k in range(state.touched[-1]):
        f = state.touched[k]
        state.total[f] += state.change[f]
        state.change[f] = 0.0
    state.touched[-1] = 0


@bare_kernel
def forget(state: State) -> None:
    """Drop what was laid."""
    for k in range(state.touched[-1]):
        state.change[state.touched[k]] = 0.0
    state.touched[-1] = 0


@bare_kernel
def settled(log_ratio: float, state: State) -> bool:
    """Decide on a move, and keep or forget what was laid."""
    if accepted(log_ratio):
        keep(state)
        return True
    forget(state)
    return False


@bare_kernel
def instead(old: Field, new: Field, scene: Scene) -> float:
    """Lay one field down in the place of another; return what that changes of the fit."""
    lay(-1.0, old, scene)
    lay(1.0, new, scene)
    return difference(old, new, scene)


@bare_kernel
def difference(old: Field, new: Field, scene: Scene) -> float:
    """Return what it changes of the fit that one field was taken up and another laid down."""
    return gain(scene.state) - new.mines * covered(new, scene) + old.mines * covered(old, scene)


@bare_kernel
def _looked(field: Field, scene: Scene, open_only: bool) -> float:
    """Return the share of a field's mines that should have been found by now, or that lie where nobody searched."""
    ground, shapes, template = scene.ground, scene.shapes, field.template
    length, width = math.exp(field.at[3]), math.exp(field.at[4])
    cos, sin = math.cos(field.at[2]), math.sin(field.at[2])
    west, south, size, columns, rows = ground.seen_net
    total, whole = 0.0, 0.0
    for k in range(shapes.points.shape[1]):
        part = field.lanes[shapes.point_lane[template, k]]
        whole += part
        u, v = shapes.points[template, k, 0] * length, shapes.points[template, k, 1] * width
        column = math.floor((field.at[0] + cos * u - sin * v - west) / size)
        row = math.floor((field.at[1] + sin * u + cos * v - south) / size)
        if 0 <= column < columns and 0 <= row < rows:
            seen = ground.seen[row, column]
            if open_only:
                total += part * (seen == 0.0)
            else:
                total += part * (seen if seen > 0.0 else ground.chance[0])
    return total / whole


@bare_kernel
def covered(field: Field, scene: Scene) -> float:
    """Return the share of a field's mines that should have been found by now."""
    return float(_looked(field, scene, False))


@bare_kernel
def unsearched(field: Field, scene: Scene) -> float:
    """Return the share of a field's mines that lie where nobody searched."""
    return float(_looked(field, scene, True))


@bare_kernel
def lane_of(o: int, x: float, y: float, scene: Scene) -> int:
    """Return the lane of a field that a place under it lies in."""
    at, template, shapes = scene.state.at[o], scene.state.template[o], scene.shapes
    cos, sin = math.cos(at[2]), math.sin(at[2])
    rows, columns = shapes.lane.shape[1], shapes.lane.shape[2]
    u = (cos * (x - at[0]) + sin * (y - at[1])) / math.exp(at[3]) / shapes.reach[template, 0]
    v = (cos * (y - at[1]) - sin * (x - at[0])) / math.exp(at[4]) / shapes.reach[template, 1]
    column = min(max(int((u + 1.0) * 0.5 * columns), 0), columns - 1)
    lane: int = shapes.lane[template, min(max(int((v + 1.0) * 0.5 * rows), 0), rows - 1), column]
    return lane
