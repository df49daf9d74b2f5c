"""A field is proposed at a place: how many mines, of which types, and how dense are its lanes, given the finds there?

Drawn from what the finds under it suggest that no other field explains, so that a field that jumps does not have to
guess them. What is proposed so is weighed by its density: the answer stays the same, it is only reached.
"""

from __future__ import annotations

import numpy as np

from whitestone.minefields.joint_laying import FLOOR, covered, under
from whitestone.minefields.joint_state import LANES, Field, Floats, Scene
from whitestone.minefields.joint_terms import (
    LANE_PRIOR,
    dirichlet,
    gamma,
    laned,
    place_density,
    sheet_density,
    spread,
    sureness,
    told,
    told_by,
    told_weights,
    unwritten_density,
    unwritten_mean,
)
from whitestone.minefields.kernels import kernel

__all__ = ["believed", "dressed"]


@kernel
def _usual(o: int, at: Floats, template: int, scene: Scene) -> tuple[Field, float]:
    """Return what object `o` would have at a place before any find, and the shape of the prior of its mines."""
    sheets, beliefs = scene.sheets, scene.beliefs
    mix = np.zeros(scene.state.mix.shape[1])
    if o < sheets.mines.size:
        mix += sheets.mix[o] / sheets.mix[o].sum()
        mean, shape = sheets.mines[o] * scene.hyper.amount[0], sureness(o, sheets, scene.hyper)
    else:
        for k in range(beliefs.mix_share.size):
            mix += beliefs.mix_share[k] * beliefs.mixes[k] / beliefs.mixes[k].sum()
        mean, shape = unwritten_mean(at, beliefs), beliefs.mines_shape
    return Field(at, mean, mix, np.ones(LANES), template), shape


@kernel
def _suggested(o: int, at: Floats, template: int, heat: float, scene: Scene) -> tuple[float, float, Floats, Floats]:
    """Return shape and rate of the mines, and the finds by type and by lane, that others leave to a field here."""
    state, kind = scene.state, scene.ground.kind
    usual, shape = _usual(o, at, template, scene)
    kinds, lanes, found = np.zeros(usual.mix.size), np.zeros(LANES), 0.0
    for k in range(under(usual, scene, state.under, state.density, state.lane)):
        f = state.under[k]
        own = usual.mines * state.density[k] * (usual.mix[kind[f]] if kind[f] >= 0 else 1.0)
        part = heat * own / (own + max(state.total[f] + state.change[f], FLOOR))
        found += part
        lanes[state.lane[k]] += part
        if kind[f] >= 0:
            kinds[kind[f]] += part
    return shape + found, shape / usual.mines + heat * covered(usual, scene), kinds, LANE_PRIOR + lanes


@kernel
def dressed(o: int, at: Floats, template: int, heat: float, scene: Scene) -> Field:
    """Draw mines, types and lanes for a field of object `o` at a place, given all else that lies there."""
    shape, rate, kinds, lanes = _suggested(o, at, template, heat, scene)
    if o < scene.sheets.mines.size:
        parameters = scene.sheets.mix[o] + kinds
    else:
        parameters = scene.beliefs.mixes[told_by(kinds, scene.beliefs)] + kinds
    mines = np.random.gamma(shape, 1.0) / rate + 1e-6
    return Field(at, mines, spread(parameters), LANES * spread(lanes), template)


@kernel
def believed(o: int, field: Field, heat: float, scene: Scene) -> float:
    """Return what is believed of a field of object `o` before any find, beside how often `dressed` draws it.

    Logarithm. Of a sheet's field it holds place, mines, types and lanes; of one of which nobody wrote turn and size
    instead of the place. Asked while the field is taken up.
    """
    shape, rate, kinds, lanes = _suggested(o, field.at, field.template, heat, scene)
    drawn = gamma(field.mines, shape, shape / rate) + dirichlet(field.lanes / LANES, lanes)
    if o < scene.sheets.mines.size:
        before = sheet_density(o, field.mines, field.mix, scene.sheets, scene.hyper)
        before += place_density(o, field.at, scene.shapes.form[field.template], scene.sheets, scene.hyper)
        drawn += dirichlet(field.mix, scene.sheets.mix[o] + kinds)
    else:
        before = unwritten_density(field.at, field.mines, field.mix, scene.beliefs)
        drawn += told(field.mix, told_weights(kinds, scene.beliefs), kinds, scene.beliefs)
    return float(before + laned(field.lanes) - drawn)
