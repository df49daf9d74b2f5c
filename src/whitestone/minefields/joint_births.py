"""When does a field of which nobody wrote begin, around a find that no sheet explains, and when does it end?

Moves of the joint search, as in `joint_moves`: proposed, weighed by what they change, accepted or forgotten.
"""

from __future__ import annotations

import math

import numpy as np

from whitestone.minefields.joint_moves import FLOOR, LEAST, accepted, drawn_lanes, put, spread
from whitestone.minefields.joint_state import FALSE, REAL, Beliefs, Ground, Hyper, Shapes, Sheets, State
from whitestone.minefields.joint_terms import covered, forget, gain, keep, lay, told_by, unwritten_mean
from whitestone.minefields.kernels import kernel

__all__ = ["born"]

BIRTH_M = 35.0
"""Spread of the middle of a new field around the find that suggests it, metres."""


@kernel
def birth_density(x: float, y: float, ground: Ground) -> float:
    """Return the density with which new fields are proposed at a place, per square metre."""
    west, south, size, columns, rows = ground.net
    reach = 3.0 * BIRTH_M
    first_column = max(math.floor((x - reach - west) / size), 0)
    last_column = min(math.floor((x + reach - west) / size), int(columns) - 1)
    first_row = max(math.floor((y - reach - south) / size), 0)
    last_row = min(math.floor((y + reach - south) / size), int(rows) - 1)
    total = 0.0
    for row in range(first_row, last_row + 1):
        for column in range(first_column, last_column + 1):
            cell = row * int(columns) + column
            for f in range(ground.start[cell], ground.start[cell + 1]):
                squared = ((ground.x[f] - x) ** 2 + (ground.y[f] - y) ** 2) / BIRTH_M**2
                if squared < 9.0:
                    total += math.exp(-0.5 * squared)
    return total / (2.0 * math.pi * BIRTH_M**2 * ground.x.size)


@kernel
def born(
    heat: float, ground: Ground, shapes: Shapes, sheets: Sheets, beliefs: Beliefs, hyper: Hyper, state: State
) -> None:
    """Propose a field of which nobody wrote near a find, or the end of one."""
    count, first = 0, sheets.mines.size
    free = -1
    for o in range(first, state.on.size):
        if state.on[o] == REAL:
            count += 1
        elif free < 0:
            free = o
    if np.random.random() < 0.5:
        if count > 0:
            _ended(np.random.randint(0, count), count, heat, ground, shapes, sheets, hyper, state)
        return
    if free < 0:
        return
    f = np.random.randint(0, ground.x.size)
    at = np.empty(5)
    at[0] = ground.x[f] + BIRTH_M * np.random.standard_normal()
    at[1] = ground.y[f] + BIRTH_M * np.random.standard_normal()
    at[2] = math.pi * np.random.random()
    at[3] = beliefs.log_length + beliefs.log_length_sd * np.random.standard_normal()
    at[4] = beliefs.log_width + beliefs.log_width_sd * np.random.standard_normal()
    if at[4] < LEAST or (at[0] - ground.x[f]) ** 2 + (at[1] - ground.y[f]) ** 2 >= 9.0 * BIRTH_M**2:
        return
    mines = np.random.gamma(beliefs.mines_shape, unwritten_mean(at, beliefs) / beliefs.mines_shape) + 1e-6
    lanes = drawn_lanes()
    mix = spread(beliefs.mixes[told_by(np.zeros(beliefs.mixes.shape[1]), beliefs)])
    ratio = math.log(hyper.unwritten[0]) - math.log(birth_density(at[0], at[1], ground)) - math.log(count + 1.0)
    lay(1.0, at, mines, mix, lanes, 0, ground, shapes, state)
    if state.touched[-1] > 0 and accepted(
        ratio + heat * (gain(state, FLOOR) - mines * covered(at, lanes, 0, ground, shapes))
    ):
        keep(state)
        put(free, at, mines, mix, lanes, 0, state)
    else:
        forget(state)


@kernel
def _ended(
    pick: int, count: int, heat: float, ground: Ground, shapes: Shapes, sheets: Sheets, hyper: Hyper, state: State
) -> None:
    other = -1
    for o in range(sheets.mines.size, state.on.size):
        if state.on[o] == REAL:
            if pick == 0:
                other = o
                break
            pick -= 1
    at, lanes = state.at[other], state.lanes[other]
    density = birth_density(at[0], at[1], ground)
    if state.template[other] != 0 or density <= 0.0:
        return
    ratio = math.log(count) + math.log(density) - math.log(hyper.unwritten[0])
    lay(-1.0, at, state.mines[other], state.mix[other], lanes, 0, ground, shapes, state)
    ratio += heat * (gain(state, FLOOR) + state.mines[other] * covered(at, lanes, 0, ground, shapes))
    if accepted(ratio):
        keep(state)
        state.on[other] = FALSE
    else:
        forget(state)
