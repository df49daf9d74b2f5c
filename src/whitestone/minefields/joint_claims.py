"""Is a field of which nobody wrote that of a sheet held false, although it lies, turns or stretches a little otherwise?

Such a field was put together from finds alone, so its turn and size are rough. A sheet that claims it brings its own
turn and size along; a sheet that cedes its field leaves a rough one. Without these steps a true sheet with a gross
error, once it has lost its field, hardly finds it again.
"""

from __future__ import annotations

import math

import numpy as np

from whitestone.minefields.joint_guided import sized, sized_density
from whitestone.minefields.joint_moves import FLOOR, LEAST, accepted, first_free, for_sheet, put
from whitestone.minefields.joint_state import FALSE, REAL, Beliefs, Floats, Ground, Hyper, Shapes, Sheets, State
from whitestone.minefields.joint_terms import covered, forget, gain, keep, lay, normal
from whitestone.minefields.kernels import kernel

__all__ = ["ceded", "claimed"]

ASIDE_M, TURNED, SIZED = 15.0, 0.2, 0.3
"""How far apart both may lie (metres), turn (radians) and stretch (logarithms)."""


@kernel
def _claimable(sheet: int, at: Floats, sheets: Sheets) -> bool:
    return bool(math.hypot(at[0] - sheets.middle[sheet, 0], at[1] - sheets.middle[sheet, 1]) < sheets.reach[sheet])


@kernel
def _candidate(sheet: int, pick: int, sheets: Sheets, state: State) -> int:
    """Return how many unwritten fields a sheet may claim (`pick` below nought), or which is number `pick` of them."""
    number = 0
    for o in range(sheets.mines.size, state.on.size):
        if state.on[o] == REAL and state.template[o] == 0 and _claimable(sheet, state.at[o], sheets):
            if number == pick:
                return o
            number += 1
    return number


@kernel
def _rough(fine: Floats, rough: Floats) -> float:
    """Return the logarithm of the density with which a ceded field is left turned and stretched as it is."""
    turn = rough[2] - fine[2]
    turn -= math.pi * math.floor(turn / math.pi + 0.5)
    return (
        normal(turn, 0.0, TURNED) + normal(rough[3], fine[3], SIZED) + normal(rough[4], fine[4], SIZED)
    )  # the step aside is as likely there as back


@kernel
def claimed(
    sheet: int,
    heat: float,
    ground: Ground,
    shapes: Shapes,
    sheets: Sheets,
    beliefs: Beliefs,
    hyper: Hyper,
    state: State,
) -> None:
    """Propose that a field of which nobody wrote is that of a sheet held false, turned and sized as the sheet says."""
    count = _candidate(sheet, -1, sheets, state)
    if count == 0:
        return
    other = _candidate(sheet, np.random.randint(0, count), sheets, state)
    old, mines, mix, lanes = state.at[other].copy(), state.mines[other], state.mix[other], state.lanes[other]
    new = sized(sheet, sheets, hyper)
    new[0] = old[0] + ASIDE_M * np.random.standard_normal()
    new[1] = old[1] + ASIDE_M * np.random.standard_normal()
    template = sheets.template[sheet, np.random.randint(0, 2)]
    flipped = math.floor((new[2] - old[2]) / math.pi + 0.5) % 2 != 0
    own = lanes[::-1].copy() if flipped else lanes.copy()
    ratio = for_sheet(sheet, new, old, mines, mix, sheets, beliefs, hyper)
    ratio += _rough(new, old) + math.log(count) - math.log(sized_density(sheet, new, sheets, hyper) + 1e-300)
    if ratio < -60.0:
        return
    state.on[other] = FALSE
    lay(-1.0, old, mines, mix, lanes, 0, ground, shapes, state)
    lay(1.0, new, mines, mix, own, template, ground, shapes, state)
    ratio += heat * (
        gain(state, FLOOR)
        + mines * (covered(old, lanes, 0, ground, shapes) - covered(new, own, template, ground, shapes))
    )
    if accepted(ratio):
        keep(state)
        put(sheet, new, mines, mix, own, template, state)
    else:
        forget(state)
        state.on[other] = REAL


@kernel
def ceded(
    sheet: int,
    heat: float,
    ground: Ground,
    shapes: Shapes,
    sheets: Sheets,
    beliefs: Beliefs,
    hyper: Hyper,
    state: State,
) -> None:
    """Propose that the field of a sheet is a rough one of which nobody wrote, and the sheet false."""
    free = first_free(sheets, state)
    old, mines, mix, lanes = state.at[sheet].copy(), state.mines[sheet], state.mix[sheet], state.lanes[sheet]
    new = old.copy()
    for i in range(2):
        new[i] += ASIDE_M * np.random.standard_normal()
    new[2] += TURNED * np.random.standard_normal()
    for i in range(3, 5):
        new[i] += SIZED * np.random.standard_normal()
    if free < 0 or new[3] > 9.0 or new[4] > 9.0 or new[4] < LEAST or not _claimable(sheet, new, sheets):
        return
    ratio = -for_sheet(sheet, old, new, mines, mix, sheets, beliefs, hyper) - _rough(old, new)
    ratio += math.log(sized_density(sheet, old, sheets, hyper) + 1e-300)
    ratio -= math.log(_candidate(sheet, -1, sheets, state) + 1.0)
    if ratio < -60.0:
        return
    state.on[sheet] = FALSE
    lay(-1.0, old, mines, mix, lanes, state.template[sheet], ground, shapes, state)
    lay(1.0, new, mines, mix, lanes, 0, ground, shapes, state)
    ratio += heat * (
        gain(state, FLOOR)
        + mines * (covered(old, lanes, state.template[sheet], ground, shapes) - covered(new, lanes, 0, ground, shapes))
    )
    if accepted(ratio):
        keep(state)
        put(free, new, mines, mix, lanes, 0, state)
    else:
        forget(state)
        state.on[sheet] = REAL
