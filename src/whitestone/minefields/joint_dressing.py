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
    sheet_mines,
    spread,
    sureness,
    told,
    told_by,
    unwritten_mean,
    unwritten_place,
)
from whitestone.minefields.kernels import bare_kernel, kernel

__all__ = ["believed", "dressed"]


@bare_kernel
def _usual(o: int, at: Floats, template: int, scene: Scene) -> tuple[Field, float]:
    """Return what object `o` would have at a place before any find, and the shape of the prior of its mines."""
    sheets, beliefs, mix = scene.sheets, scene.beliefs, scene.state.usual_mix
    mix[:] = 0.0
    if o < sheets.mines.size:
        _add(mix, sheets.mix[o], 1.0)
        mean, shape = sheets.mines[o] * scene.hyper.amount[0], sureness(o, sheets, scene.hyper)
    else:
        for k in range(beliefs.mix_share.size):
            _add(mix, beliefs.mixes[k], beliefs.mix_share[k])
        mean, shape = unwritten_mean(at, beliefs), beliefs.mines_shape
    return Field(at, mean, mix, scene.state.usual_lanes, template), shape


@bare_kernel
def _add(mix: Floats, parameters: Floats, share: float) -> None:
    """Add the mean of a Dirichlet distribution, times a share."""
    whole = parameters.sum()
    for t in range(mix.size):
        mix[t] += share * parameters[t] / whole


@bare_kernel
def _suggested(o: int, at: Floats, template: int, heat: float, scene: Scene) -> tuple[float, float]:
    """Return shape and rate of the mines that others leave to a field here; write down the finds by type and lane."""
    state, kind = scene.state, scene.ground.kind
    usual, shape = _usual(o, at, template, scene)
    kinds, lanes, found = state.left_kinds, state.left_lanes, 0.0
    kinds[:] = 0.0
    lanes[:] = 0.0
    for k in range(under(usual, scene, state.under, state.density, state.lane)):
        f = state.under[k]
        own = usual.mines * state.density[k] * (usual.mix[kind[f]] if kind[f] >= 0 else 1.0)
        part = heat * own / (own + max(state.total[f] + state.change[f], FLOOR))
        found += part
        lanes[state.lane[k]] += part
        if kind[f] >= 0:
            kinds[kind[f]] += part
    return shape + found, shape / usual.mines + heat * covered(usual, scene)


@kernel
def dressed(o: int, at: Floats, template: int, heat: float, scene: Scene) -> tuple[Field, float]:
    """Draw mines, types and lanes for a field of object `o` at a place, given all else that lies there.

    Return the field, and what `believed` says of it.
    """
    shape, rate = _suggested(o, at, template, heat, scene)
    kinds = scene.state.left_kinds
    if o < scene.sheets.mines.size:
        parameters = scene.sheets.mix[o] + kinds
    else:
        parameters = scene.beliefs.mixes[told_by(kinds, scene.beliefs)] + kinds
    mines = np.random.gamma(shape, 1.0) / rate + 1e-6
    new = Field(at, mines, spread(parameters), LANES * spread(LANE_PRIOR + scene.state.left_lanes), template)
    return new, _weighed(o, new, shape, rate, scene)


@bare_kernel
def believed(o: int, field: Field, heat: float, scene: Scene) -> float:
    """Return what is believed of a field of object `o` before any find, beside how often `dressed` draws it.

    Logarithm. Of a sheet's field it holds place, mines, types and lanes; of one of which nobody wrote turn and size
    instead of the place. Asked while the field is taken up.
    """
    shape, rate = _suggested(o, field.at, field.template, heat, scene)
    return _weighed(o, field, shape, rate, scene)


@bare_kernel
def _weighed(o: int, field: Field, shape: float, rate: float, scene: Scene) -> float:
    """Return what `believed` says, where `_suggested` has just said what others leave to the field."""
    sheets, kinds, lanes, none = scene.sheets, scene.state.left_kinds, scene.state.left_lanes, scene.state.none
    ratio = laned(field.lanes, none) - laned(field.lanes, lanes) - gamma(field.mines, shape, shape / rate)
    if o < sheets.mines.size:
        ratio += dirichlet(field.mix, sheets.mix[o], none) - dirichlet(field.mix, sheets.mix[o], kinds)
        ratio += sheet_mines(o, field.mines, sheets, scene.hyper)
        ratio += place_density(o, field.at, scene.shapes.form[field.template], sheets, scene.hyper)
    else:
        ratio += told(field.mix, none, scene.beliefs) - told(field.mix, kinds, scene.beliefs)
        ratio += unwritten_place(field.at, field.mines, scene.beliefs)
    return float(ratio)
