"""How is one chain of joint explanations run, and what does it leave behind?

A chain starts hot (finds count little) and cools to the stated heat; then every sweep visits all sheets and fields,
gives each find to one field or to none, and learns the numbers that rule the batch. Chains differ by their seed alone;
one runs on one thread from start to end, so that the result does not depend on how many run at once.
"""

from __future__ import annotations

import numpy as np

from whitestone.minefields.joint_births import born
from whitestone.minefields.joint_claims import bartered, ceded, claimed, shaped
from whitestone.minefields.joint_giving import amounts, give
from whitestone.minefields.joint_laying import covered, field_of
from whitestone.minefields.joint_learning import learned
from whitestone.minefields.joint_moves import nudged, redrawn, switched
from whitestone.minefields.joint_state import FALSE, LANES, REAL, Kept, Scene
from whitestone.minefields.joint_terms import LANE_PRIOR, centre_shift, spread, template_drawn
from whitestone.minefields.kernels import kernel

__all__ = ["FREE", "begin", "chain"]

FREE = (0.7, 0.15)
"""Part of the warming up during which all sheets look for their fields, of every other chain. It is easily seen that a
sheet has none, but a sheet that was given up early hardly finds its field again; and a false one that was given its
neighbour's hardly gives it up. Where the two kinds of chains come to different answers, their doubt is told."""
CLAIMS = 3
"""How often in a sweep a sheet without a field looks for one."""


@kernel
def begin(scene: Scene) -> None:
    """Start with no field at all; where that of each sheet would lie is drawn from what the sheet says."""
    ground, sheets, hyper, state = scene.ground, scene.sheets, scene.hyper, scene.state
    state.total[:] = hyper.stray[0]
    for f in range(ground.x.size):
        if ground.kind[f] >= 0:
            state.total[f] *= ground.stray_mix[ground.kind[f]]
    for o in range(sheets.mines.size):
        state.on[o] = FALSE
        state.template[o] = template_drawn(o, sheets)
        state.at[o] = centre_shift(o, scene.shapes.form[state.template[o]], sheets, hyper)
        state.mines[o] = sheets.mines[o] * hyper.amount[0]
        state.mix[o] = spread(sheets.mix[o])
        state.lanes[o] = LANES * spread(np.full(LANES, LANE_PRIOR))


@kernel
def _visit(o: int, steps: int, free: bool, heat: float, scene: Scene) -> None:
    state = scene.state
    if state.on[o] == REAL:
        for _ in range(steps):
            nudged(o, heat, scene)
        redrawn(o, heat, scene)
        shaped(o, heat, scene)
    for _ in range(CLAIMS):
        if state.on[o] != REAL:
            claimed(o, heat, scene)
        elif free:
            ceded(o, heat, scene)
    if free or state.on[o] != REAL:
        switched(o, heat, scene)
    if state.on[o] == REAL:
        claimed(o, heat, scene)


@kernel
def chain(seed: int, burn: int, draws: int, steps: int, births: int, looking: float, scene: Scene, kept: Kept) -> None:
    """Run one chain; leave each draw after the first `burn` in the arrays given; `looking` is one of `FREE`."""
    np.random.seed(seed)
    begin(scene)
    sheets, state = scene.sheets, scene.state
    count = sheets.mines.size
    given = np.zeros((state.on.size, state.mix.shape[1] + 1), np.int64)
    lane_given = np.zeros((state.on.size, LANES))
    for sweep in range(burn + draws):
        part = min(1.0, sweep / (0.7 * burn + 1.0))
        heat = scene.beliefs.heat * 0.03 ** (1.0 - part)
        for o in range(count):
            if sheets.informed[o]:
                _visit(o, steps, part > looking, heat, scene)
        for o in range(count):
            if sheets.informed[o]:
                bartered(o, heat, scene)
        # Sheets choose first: a field is handed over more easily than it is put together.
        if scene.ground.x.size > 0 and part > looking:
            for _ in range(births):
                born(heat, scene)
        for o in range(count, state.on.size):
            if state.on[o] == REAL:
                for _ in range(steps):
                    nudged(o, heat, scene)
        give(scene, given, lane_given)
        amounts(heat, scene, given, lane_given)
        if part > looking:
            learned(scene, given)
        give(scene, given, lane_given)
        if sweep >= burn:
            _note(sweep - burn, scene, kept)


@kernel
def _note(draw: int, scene: Scene, kept: Kept) -> None:
    hyper, state = scene.hyper, scene.state
    for o in range(scene.sheets.mines.size):
        kept.on[draw, o] = state.on[o]
        kept.at[draw, o] = state.at[o]
        kept.form[draw, o] = scene.shapes.form[state.template[o]]
        kept.seen[draw, o] = covered(field_of(o, state), scene) if state.on[o] == REAL else 0.0
    kept.owner[draw] = state.owner
    kept.shift[draw] = hyper.shift
    kept.numbers[draw, 0] = hyper.truth[0]
    kept.numbers[draw, 1] = hyper.stray[0]
    kept.numbers[draw, 2] = hyper.unwritten[0]
    kept.numbers[draw, 3:6] = hyper.factor
    kept.numbers[draw, 6] = hyper.amount[0]
    kept.numbers[draw, 7] = (state.on[scene.sheets.mines.size :] == REAL).sum()
