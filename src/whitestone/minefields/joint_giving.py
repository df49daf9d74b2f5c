"""To which field does each find belong in one explanation, and what do its finds say of a field?

Draws given all else: each find goes to one field or to none, then every field has its mines, types and lanes drawn.
"""

from __future__ import annotations

import math

import numpy as np

from whitestone.minefields.joint_laying import accepted, covered, field_of, keep, lane_of, lay
from whitestone.minefields.joint_state import FALSE, LANES, REAL, Field, Floats, Ints, Scene
from whitestone.minefields.joint_terms import LANE_PRIOR, spread, sureness, told_by, unwritten_mean
from whitestone.minefields.kernels import kernel

__all__ = ["amounts", "give"]


@kernel
def give(scene: Scene, given: Ints, lane_given: Floats) -> None:
    """Give each find to one field or to none, in proportion to what they promise there; count by field and type."""
    ground, hyper, state = scene.ground, scene.hyper, scene.state
    given[:] = 0
    lane_given[:] = 0.0
    for f in range(ground.x.size):
        state.owner[f] = -1
        state.total[f] = hyper.stray[0] * (ground.stray_mix[ground.kind[f]] if ground.kind[f] >= 0 else 1.0)
    for o in range(state.on.size):
        if state.on[o] != REAL:
            continue
        lay(1.0, field_of(o, state), scene)
        for k in range(state.touched[-1]):
            f = state.touched[k]
            if np.random.random() * (state.total[f] + state.change[f]) < state.change[f]:
                state.owner[f] = o
        keep(state)
    for f in range(ground.x.size):
        owner = state.owner[f]
        if owner >= 0:
            given[owner, ground.kind[f] if ground.kind[f] >= 0 else given.shape[1] - 1] += 1
            lane_given[owner, lane_of(owner, ground.x[f], ground.y[f], scene)] += 1.0


@kernel
def amounts(heat: float, scene: Scene, given: Ints, lane_given: Floats) -> None:
    """Draw the number and the types of mines of every field, given the finds that it was given."""
    sheets, beliefs, hyper, state = scene.sheets, scene.beliefs, scene.hyper, scene.state
    count, kinds = sheets.mines.size, state.mix.shape[1]
    parameters = np.empty(kinds)
    for o in range(state.on.size):
        if state.on[o] != REAL:
            continue
        if o < count:
            shape, mean = sureness(o, sheets, hyper), sheets.mines[o] * hyper.amount[0]
        else:
            shape, mean = beliefs.mines_shape, unwritten_mean(state.at[o], beliefs)
        found = float(given[o].sum())
        parameters[:] = heat * given[o, :kinds]
        parameters += sheets.mix[o] if o < count else beliefs.mixes[told_by(parameters, beliefs)]
        if o >= count and found == 0.0:
            state.on[o] = FALSE  # nothing speaks for it any more
            continue
        seen = covered(field_of(o, state), scene)
        state.mines[o] = np.random.gamma(shape + heat * found, 1.0) / (shape / mean + heat * seen) + 1e-6
        state.mix[o] = spread(parameters)
        _laned_again(o, heat, found, scene, lane_given[o])


@kernel
def _laned_again(o: int, heat: float, found: float, scene: Scene, lane_given: Floats) -> None:
    """Draw the lanes of a field; lanes that hold unequal parts of it, or were not searched alike, weigh the draw."""
    old = field_of(o, scene.state)
    new = Field(old.at, old.mines, old.mix, LANES * spread(LANE_PRIOR + heat * lane_given), old.template)
    share = scene.shapes.lane_share[old.template]
    ratio = found * math.log((share * old.lanes).sum() / (share * new.lanes).sum())
    ratio -= old.mines * (covered(new, scene) - covered(old, scene))
    if accepted(heat * ratio):
        scene.state.lanes[o] = new.lanes
