"""What do matched sheets teach of all: how many are true, how wrong they are, which shift they share?

Numbers that rule the batch are drawn given one explanation, in every sweep of the joint search. Only fields with
several finds teach how wrong sheets are: an empty one would excuse itself by calling every sheet worthless.
"""

from __future__ import annotations

import math

import numpy as np

from whitestone.minefields.joint_guided import scatter
from whitestone.minefields.joint_laying import accepted, field_of, unsearched
from whitestone.minefields.joint_state import REAL, Floats, Ints, Scene, Sheets, State
from whitestone.minefields.joint_terms import gamma, normal, place_density
from whitestone.minefields.kernels import bare_kernel, kernel

__all__ = ["learned"]

MATCHED = 6
"""A field with so many finds teaches how wrong sheets are."""
SURE_SD = 0.7
"""Spread of the logarithm of the factor on the shape of stated numbers."""
CHANCE_MET, CHANCE_MISSED = 0.5, 30.0
"""Beta prior of the chance that a mine outside of searched ground is met: few are, before anything is known."""


@kernel
def learned(scene: Scene, given: Ints) -> None:
    """Draw all numbers that rule the batch, given this explanation; `given` (objects, types + 1) counts finds."""
    _learn_rates(scene, given)
    _learn_model(scene, given)
    _learn_amounts(scene, given)
    _learn_chance(scene)


@kernel
def _learn_rates(scene: Scene, given: Ints) -> None:
    """Draw the share of true sheets, strays and unwritten fields per area, given this explanation."""
    sheets, beliefs, hyper, state = scene.sheets, scene.beliefs, scene.hyper, scene.state
    true, false, strays, unwritten = 0, 0, 0, 0
    for o in range(state.on.size):
        if o >= sheets.mines.size:
            unwritten += state.on[o] == REAL and given[o].sum() >= 4  # fewer finds are as likely the rest of a field
        elif sheets.informed[o]:
            lifted = hyper.truth[0] * sheets.lifted[o]
            if state.on[o] == REAL or np.random.random() < lifted / (lifted + 1.0 - hyper.truth[0]):
                true += 1
            else:
                false += 1
    for f in range(state.owner.size):
        strays += state.owner[f] < 0
    hyper.truth[0] = min(max(np.random.beta(beliefs.true_a + true, beliefs.true_b + false), 1e-4), 1.0 - 1e-4)
    looked_m2 = beliefs.stray_b + beliefs.searched_m2 + scene.ground.chance[0] * beliefs.open_m2
    hyper.stray[0] = np.random.gamma(beliefs.stray_a + strays, 1.0) / looked_m2 + 1e-15
    hyper.unwritten[0] = (
        np.random.gamma(beliefs.unwritten_a + unwritten, 1.0) / (beliefs.unwritten_b + beliefs.reach_m2) + 1e-15
    )


@bare_kernel
def _is_of(o: int, group: int, sheets: Sheets) -> bool:
    """Say whether a sheet shares the shift of a group; of the first (and of -1) all are."""
    for k in range(sheets.group.shape[1]):
        if sheets.group[o, k] == group:
            return True
    return group < 0


@kernel
def _placed(group: int, scene: Scene, given: Ints, wide: Floats) -> float:
    """Return the logarithm of the density of matched places under their sheets, in one group or (-1) in all.

    Only fields with several finds teach: an empty one would excuse itself by calling every sheet worthless.
    """
    sheets, hyper, state, total = scene.sheets, scene.hyper, scene.state, 0.0
    for o in range(sheets.mines.size):
        if state.on[o] == REAL and _is_of(o, group, sheets) and given[o].sum() >= MATCHED:
            near = place_density(o, state.at[o], scene.shapes.form[state.template[o]], sheets, hyper)
            total += _either(near, wide[o])
    return total


@bare_kernel
def _either(one: float, two: float) -> float:
    """Return the logarithm of the sum of two densities, given by their logarithms."""
    return max(one, two) + math.log(1.0 + math.exp(-abs(one - two)))


@kernel
def _lengths(scene: Scene, given: Ints) -> float:
    """Return the logarithm of the density of the lengths of matched fields in the form of their first component."""
    sheets, state, factor, total = scene.sheets, scene.state, scene.hyper.factor[2], 0.0
    for o in range(sheets.mines.size):
        same = scene.shapes.form[state.template[o]] == sheets.form[o, 0]
        if same and state.on[o] == REAL and given[o].sum() >= MATCHED:
            off = (state.at[o, 3] - sheets.mean[o, 0, 3]) / scatter(o, 0, 3, sheets) / factor
            total += math.log(math.exp(-0.5 * off * off) / factor + 0.03)
    return total


@kernel
def _fit(k: int, scene: Scene, given: Ints, wide: Floats) -> float:
    """Return what matched fields say of factor `k`; rows make a field look narrow: its length tells of the pace."""
    return _lengths(scene, given) if k == 2 else _placed(-1, scene, given, wide)


@kernel
def _wide(scene: Scene) -> Floats:
    """Return the density of each place if the sheet were wrong in an unusual way: such a match teaches little."""
    sheets, hyper, state = scene.sheets, scene.hyper, scene.state
    held = hyper.factor.copy()
    hyper.factor[:] = 4.0
    wide = np.zeros(sheets.mines.size)
    for o in range(sheets.mines.size):
        if state.on[o] == REAL:
            wide[o] = place_density(o, state.at[o], scene.shapes.form[state.template[o]], sheets, hyper) - 2.0
    hyper.factor[:] = held
    return wide


@kernel
def _learn_model(scene: Scene, given: Ints) -> None:
    """Draw the factors on the error model and the shift of each group of sheets."""
    beliefs, hyper = scene.beliefs, scene.hyper
    wide = _wide(scene)
    if beliefs.learn_sd > 0.0:
        for k in range(3):
            before, old = _fit(k, scene, given, wide), hyper.factor[k]
            new = old * math.exp(0.12 * np.random.standard_normal())
            hyper.factor[k] = new
            ratio = _fit(k, scene, given, wide) - before
            ratio += normal(math.log(new), 0.0, beliefs.learn_sd) - normal(math.log(old), 0.0, beliefs.learn_sd)
            if not 0.35 < new < 3.0 or not accepted(ratio):
                hyper.factor[k] = old
    for group in range(hyper.shift.shape[0]):
        _learn_shift(group, scene, given, wide)


@kernel
def _learn_shift(group: int, scene: Scene, given: Ints, wide: Floats) -> None:
    """Draw the shift that the sheets of one group share."""
    shift, sd = scene.hyper.shift, scene.beliefs.shift_sd[group]
    if sd <= 0.0:
        return
    before = _placed(group, scene, given, wide)
    for _ in range(2):
        x, y = shift[group, 0], shift[group, 1]
        size = 3.0 * math.exp(np.random.uniform(-1.0, 1.5))
        shift[group, 0] += size * np.random.standard_normal()
        shift[group, 1] += size * np.random.standard_normal()
        now = _placed(group, scene, given, wide)
        ratio = now - before + normal(shift[group, 0], 0.0, sd) - normal(x, 0.0, sd)
        ratio += normal(shift[group, 1], 0.0, sd) - normal(y, 0.0, sd)
        if accepted(ratio):
            before = now
        else:
            shift[group, 0], shift[group, 1] = x, y


@kernel
def _counted(amount: float, sure: float, sheets: Sheets, state: State, given: Ints) -> float:
    """Return the logarithm of the density of the mines in matched fields; a number that is far off teaches little."""
    total = 0.0
    for o in range(sheets.mines.size):
        if state.on[o] == REAL and sheets.stated[o] and given[o].sum() >= MATCHED:
            near = gamma(state.mines[o], sheets.shape[o] * sure, sheets.mines[o] * amount)
            wide = gamma(state.mines[o], 1.5, sheets.mines[o]) - 2.0
            total += _either(near, wide)
    return total


@kernel
def _learn_amounts(scene: Scene, given: Ints) -> None:
    """Draw the factor on stated numbers of mines, and how closely sheets and ground agree on them."""
    sheets, beliefs, hyper, state = scene.sheets, scene.beliefs, scene.hyper, scene.state
    for k in range(2):
        amount, sure = hyper.amount[0], hyper.sure[0]
        if k == 0:
            amount *= math.exp(0.1 * np.random.standard_normal())
        else:
            sure *= math.exp(0.4 * np.random.standard_normal())
        ratio = _counted(amount, sure, sheets, state, given)
        ratio -= _counted(hyper.amount[0], hyper.sure[0], sheets, state, given)
        ratio += normal(math.log(amount), 0.0, beliefs.amount_sd) - normal(
            math.log(hyper.amount[0]), 0.0, beliefs.amount_sd
        )
        ratio += normal(math.log(sure), 0.0, SURE_SD) - normal(math.log(hyper.sure[0]), 0.0, SURE_SD)
        if 0.25 < sure < 4.0 and accepted(ratio):
            hyper.amount[0], hyper.sure[0] = amount, sure


@kernel
def _learn_chance(scene: Scene) -> None:
    """Draw the chance that a mine outside of searched ground has been met, from the fields of sheets alone.

    A field of which nobody wrote is known only where something was found.
    """
    ground, sheets, state = scene.ground, scene.sheets, scene.state
    met, mines = 0, 0.0
    for f in range(state.owner.size):
        met += ground.open[f] and 0 <= state.owner[f] < sheets.mines.size
    for o in range(sheets.mines.size):
        if state.on[o] == REAL:
            mines += state.mines[o] * unsearched(field_of(o, state), scene)
    rest = max(mines - met, 0.0)
    ground.chance[0] = np.random.beta(CHANCE_MET + met, CHANCE_MISSED + rest)
