"""When does a field of which nobody wrote begin, around a find that no sheet explains, and when does it end?

Moves of the joint search, as in `joint_moves`: proposed, weighed by what they change, accepted or forgotten.
"""

from __future__ import annotations

import math

import numpy as np

from whitestone.minefields.joint_dressing import believed, dressed
from whitestone.minefields.joint_laying import cells, covered, field_of, forget, gain, lay, put, settled
from whitestone.minefields.joint_moves import first_free, fits
from whitestone.minefields.joint_state import FALSE, REAL, Beliefs, Floats, Ground, Scene
from whitestone.minefields.joint_terms import normal
from whitestone.minefields.kernels import bare_kernel, kernel

__all__ = ["born"]

BIRTH_M = 35.0
"""Spread of the middle of a new field around the find that suggests it, metres."""


@bare_kernel
def birth_density(x: float, y: float, ground: Ground) -> float:
    """Return the density with which new fields are proposed at a place, per square metre."""
    reach = 3.0 * BIRTH_M
    first_column, last_column, first_row, last_row = cells(x - reach, x + reach, y - reach, y + reach, ground.net)
    total = 0.0
    if last_column < first_column:
        return total
    for row in range(first_row, last_row + 1):
        base = row * int(ground.net[3])
        for f in range(ground.start[base + first_column], ground.start[base + last_column + 1]):
            squared = ((ground.x[f] - x) ** 2 + (ground.y[f] - y) ** 2) / BIRTH_M**2
            if squared < 9.0:
                total += math.exp(-0.5 * squared)
    return total / (2.0 * math.pi * BIRTH_M**2 * ground.x.size)


@bare_kernel
def _usually(at: Floats, beliefs: Beliefs) -> float:
    """Return the logarithm of the density with which new fields are turned and sized."""
    long = normal(at[3], beliefs.log_length, beliefs.log_length_sd)
    return long + normal(at[4], beliefs.log_width, beliefs.log_width_sd) - math.log(math.pi)


@bare_kernel
def _numbered(pick: int, scene: Scene) -> int:
    """Return how many fields of which nobody wrote there are (`pick` below nought), or which is number `pick`."""
    count = 0
    for o in range(scene.sheets.mines.size, scene.state.on.size):
        if scene.state.on[o] == REAL:
            if count == pick:
                return o
            count += 1
    return count


@kernel
def born(heat: float, scene: Scene) -> None:
    """Propose a field of which nobody wrote near a find, or the end of one."""
    count, ground, beliefs, state = _numbered(-1, scene), scene.ground, scene.beliefs, scene.state
    if np.random.random() < 0.5:
        if count > 0:
            _ended(_numbered(np.random.randint(0, count), scene), count, heat, scene)
        return
    free, f = first_free(scene), np.random.randint(0, ground.x.size)
    at = np.empty(5)
    at[0] = ground.x[f] + BIRTH_M * np.random.standard_normal()
    at[1] = ground.y[f] + BIRTH_M * np.random.standard_normal()
    at[2] = math.pi * np.random.random()
    at[3] = beliefs.log_length + beliefs.log_length_sd * np.random.standard_normal()
    at[4] = beliefs.log_width + beliefs.log_width_sd * np.random.standard_normal()
    far = math.hypot(at[0] - ground.x[f], at[1] - ground.y[f])
    if free < 0 or not fits(free, at, scene) or far >= 3.0 * BIRTH_M:
        return
    new, worth = dressed(free, at, 0, heat, scene)
    ratio = math.log(scene.hyper.unwritten[0] / birth_density(at[0], at[1], ground) / (count + 1.0))
    ratio += worth - _usually(at, beliefs)
    lay(1.0, new, scene)
    if state.touched[-1] == 0:
        forget(state)
    elif settled(ratio + heat * (gain(state) - new.mines * covered(new, scene)), state):
        put(free, new, state)


@kernel
def _ended(other: int, count: int, heat: float, scene: Scene) -> None:
    state = scene.state
    old = field_of(other, state)
    density = birth_density(old.at[0], old.at[1], scene.ground)
    lay(-1.0, old, scene)
    if density <= 0.0 or state.touched[-1] == 0:
        forget(state)
        return
    ratio = math.log(count * density / scene.hyper.unwritten[0])
    ratio += _usually(old.at, scene.beliefs) - believed(other, old, heat, scene)
    if settled(ratio + heat * (gain(state) + old.mines * covered(old, scene)), state):
        state.on[other] = FALSE
