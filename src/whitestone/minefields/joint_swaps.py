"""When does one sheet's field belong to another: two fields change places, or a false sheet takes a field over?

Moves of the joint search, as in `joint_moves`: proposed, weighed by what they change, accepted or forgotten.
"""

from __future__ import annotations

import math

import numpy as np

from whitestone.minefields.joint_moves import FLOOR, accepted, odds, put, retold
from whitestone.minefields.joint_state import FALSE, Beliefs, Ground, Hyper, Shapes, Sheets, State
from whitestone.minefields.joint_terms import (
    covered,
    forget,
    gain,
    keep,
    lay,
    place_density,
    sheet_density,
    unwritten_density,
)
from whitestone.minefields.kernels import kernel

__all__ = ["exchanged", "taken_over"]


@kernel
def exchanged(
    one: int,
    two: int,
    heat: float,
    ground: Ground,
    shapes: Shapes,
    sheets: Sheets,
    beliefs: Beliefs,
    hyper: Hyper,
    state: State,
) -> None:
    """Propose that two fields change places, with their mines; `two` may be a field of which nobody wrote."""
    at1, mines1, mix1, template1 = state.at[one].copy(), state.mines[one], state.mix[one].copy(), state.template[one]
    at2, mines2, mix2, template2 = state.at[two].copy(), state.mines[two], state.mix[two].copy(), state.template[two]
    lanes1, lanes2 = state.lanes[one].copy(), state.lanes[two].copy()
    ratio = place_density(one, at2, sheets, hyper) - place_density(one, at1, sheets, hyper)
    ratio += sheet_density(one, mines2, mix2, sheets, hyper) - sheet_density(one, mines1, mix1, sheets, hyper)
    if two < sheets.mines.size:
        ratio += place_density(two, at1, sheets, hyper) - place_density(two, at2, sheets, hyper)
        ratio += sheet_density(two, mines1, mix1, sheets, hyper) - sheet_density(two, mines2, mix2, sheets, hyper)
    else:
        ratio += unwritten_density(at1, mines1, mix1, beliefs)
        ratio -= unwritten_density(at2, mines2, mix2, beliefs)
    if ratio < -50.0:
        return
    lay(-1.0, at1, mines1, mix1, lanes1, template1, ground, shapes, state)
    lay(-1.0, at2, mines2, mix2, lanes2, template2, ground, shapes, state)
    lay(1.0, at2, mines2, mix2, lanes2, template1, ground, shapes, state)
    lay(1.0, at1, mines1, mix1, lanes1, template2, ground, shapes, state)
    paid = mines1 * covered(at1, lanes1, template1, ground, shapes) + mines2 * covered(
        at2, lanes2, template2, ground, shapes
    )
    paid -= mines2 * covered(at2, lanes2, template1, ground, shapes) + mines1 * covered(
        at1, lanes1, template2, ground, shapes
    )
    if accepted(ratio + heat * (gain(state, FLOOR) + paid)):
        keep(state)
        put(one, at2, mines2, mix2, lanes2, template1, state)
        put(two, at1, mines1, mix1, lanes1, template2, state)
    else:
        forget(state)


@kernel
def taken_over(
    one: int, two: int, heat: float, ground: Ground, shapes: Shapes, sheets: Sheets, hyper: Hyper, state: State
) -> None:
    """Propose that the field of sheet `one` is that of sheet `two`, which was held false, and `one` false instead."""
    at, mines, mix, old = state.at[one], state.mines[one], state.mix[one], state.template[one]
    lanes = state.lanes[one]
    new = sheets.template[two, np.random.randint(0, 2)]
    ratio = odds(two, sheets, hyper) - odds(one, sheets, hyper)
    ratio += place_density(two, at, sheets, hyper) - place_density(one, at, sheets, hyper)
    ratio += sheet_density(two, mines, mix, sheets, hyper) - sheet_density(one, mines, mix, sheets, hyper)
    ratio += math.log(sheets.near_start[one + 1] - sheets.near_start[one])
    ratio -= math.log(sheets.near_start[two + 1] - sheets.near_start[two])
    ratio += heat * retold(at, mines, mix, lanes, old, new, ground, shapes, state)
    if accepted(ratio):
        keep(state)
        put(two, at, mines, mix, lanes, new, state)
        state.on[one] = FALSE
    else:
        forget(state)
