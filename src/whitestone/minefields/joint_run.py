"""How is one chain of joint explanations run, and what does it leave behind?

A chain starts hot (finds count little) and cools to the stated heat; then every sweep visits all sheets and fields,
gives
each find to one field or to none, and learns the numbers that rule the batch. Chains differ by their seed alone; one
runs
on one thread from start to end, so that the result does not depend on how many run at once.
"""

from __future__ import annotations

import math

import numpy as np

from whitestone.minefields.joint_births import born
from whitestone.minefields.joint_claims import ceded, claimed
from whitestone.minefields.joint_moves import (
    LANE_PRIOR,
    accepted,
    converted,
    drawn_lanes,
    nudged,
    redrawn,
    reverted,
    shaped,
    spread,
    switched,
)
from whitestone.minefields.joint_state import (
    FALSE,
    LANES,
    REAL,
    Beliefs,
    Floats,
    Ground,
    Hyper,
    Ints,
    Shapes,
    Sheets,
    State,
)
from whitestone.minefields.joint_swaps import exchanged, taken_over
from whitestone.minefields.joint_terms import (
    centre_shift,
    covered,
    gamma,
    keep,
    lay,
    normal,
    place_density,
    sureness,
    told_by,
    unsearched,
    unwritten_mean,
)
from whitestone.minefields.kernels import kernel

__all__ = ["begin", "chain"]

FREE = 0.7
"""Part of the warming up during which all sheets look for their fields: it is easily seen that a sheet has none, but a
sheet that was given up early hardly finds its field again."""
MATCHED = 6
"""A field with so many finds teaches how wrong sheets are."""
SURE_SD = 0.7
"""Spread of the logarithm of the factor on the shape of stated numbers."""
CHANCE_MET, CHANCE_MISSED = 0.5, 30.0
"""Beta prior of the chance that a mine outside of searched ground is met: few are, before anything is known."""


@kernel
def begin(sheets: Sheets, hyper: Hyper, ground: Ground, state: State) -> None:
    """Start where the sheets say, all of them true."""
    state.total[:] = hyper.stray[0]
    for f in range(ground.x.size):
        if ground.kind[f] >= 0:
            state.total[f] *= ground.stray_mix[ground.kind[f]]
    for o in range(sheets.mines.size):
        state.on[o] = FALSE
        state.at[o] = centre_shift(o, sheets, hyper)
        state.mines[o] = sheets.mines[o] * hyper.amount[0]
        state.mix[o] = spread(sheets.mix[o])
        state.lanes[o] = drawn_lanes()
        state.template[o] = sheets.template[o, 0]


@kernel
def _visit(
    o: int,
    steps: int,
    free: bool,
    heat: float,
    ground: Ground,
    shapes: Shapes,
    sheets: Sheets,
    beliefs: Beliefs,
    hyper: Hyper,
    state: State,
) -> None:
    if state.on[o] == REAL:
        for _ in range(steps):
            nudged(o, heat, ground, shapes, sheets, beliefs, hyper, state)
        redrawn(o, heat, ground, shapes, sheets, hyper, state)
        shaped(o, heat, ground, shapes, sheets, state)
        if free:
            converted(o, heat, ground, shapes, sheets, beliefs, hyper, state)
    else:
        reverted(o, heat, ground, shapes, sheets, beliefs, hyper, state)
    for _ in range(3):
        if state.on[o] != REAL:
            claimed(o, heat, ground, shapes, sheets, beliefs, hyper, state)
        elif free:
            ceded(o, heat, ground, shapes, sheets, beliefs, hyper, state)
    if free or state.on[o] != REAL:
        switched(o, heat, ground, shapes, sheets, hyper, state)


@kernel
def _barter(
    o: int, heat: float, ground: Ground, shapes: Shapes, sheets: Sheets, beliefs: Beliefs, hyper: Hyper, state: State
) -> None:
    """Let a sheet change places with a neighbour or with a field of which nobody wrote."""
    if state.on[o] != REAL:
        return
    degree = sheets.near_start[o + 1] - sheets.near_start[o]
    if degree > 0:
        other = sheets.near[sheets.near_start[o] + np.random.randint(0, degree)]
        if state.on[other] == REAL:
            exchanged(o, other, heat, ground, shapes, sheets, beliefs, hyper, state)
        elif sheets.informed[other]:
            taken_over(o, other, heat, ground, shapes, sheets, hyper, state)
    if state.on[o] != REAL:
        return
    for other in range(sheets.mines.size, state.on.size):
        if (
            state.on[other] == REAL
            and math.hypot(state.at[other, 0] - sheets.middle[o, 0], state.at[other, 1] - sheets.middle[o, 1])
            < sheets.reach[o]
        ):
            exchanged(o, other, heat, ground, shapes, sheets, beliefs, hyper, state)


@kernel
def lane_of(o: int, x: float, y: float, shapes: Shapes, state: State) -> int:
    """Return the lane of a field that a place under it lies in."""
    at, template = state.at[o], state.template[o]
    cos, sin = math.cos(at[2]), math.sin(at[2])
    rows, columns = shapes.lane.shape[1], shapes.lane.shape[2]
    u = (cos * (x - at[0]) + sin * (y - at[1])) / math.exp(at[3]) / shapes.reach[template, 0]
    v = (cos * (y - at[1]) - sin * (x - at[0])) / math.exp(at[4]) / shapes.reach[template, 1]
    column = min(max(int((u + 1.0) * 0.5 * columns), 0), columns - 1)
    lane: int = shapes.lane[template, min(max(int((v + 1.0) * 0.5 * rows), 0), rows - 1), column]
    return lane


@kernel
def _give(
    ground: Ground, shapes: Shapes, sheets: Sheets, hyper: Hyper, state: State, given: Ints, lane_given: Floats
) -> None:
    """Give each find to one field or to none, in proportion to what they promise there; count by field and type."""
    given[:] = 0
    lane_given[:] = 0.0
    for f in range(ground.x.size):
        state.owner[f] = -1
        state.total[f] = hyper.stray[0] * (ground.stray_mix[ground.kind[f]] if ground.kind[f] >= 0 else 1.0)
    for o in range(state.on.size):
        if state.on[o] != REAL:
            continue
        lay(1.0, state.at[o], state.mines[o], state.mix[o], state.lanes[o], state.template[o], ground, shapes, state)
        for k in range(state.touched[-1]):
            f = state.touched[k]
            if np.random.random() * (state.total[f] + state.change[f]) < state.change[f]:
                state.owner[f] = o
        keep(state)
    for f in range(ground.x.size):
        if state.owner[f] >= 0:
            given[state.owner[f], ground.kind[f] if ground.kind[f] >= 0 else given.shape[1] - 1] += 1
            lane_given[state.owner[f], lane_of(state.owner[f], ground.x[f], ground.y[f], shapes, state)] += 1.0


@kernel
def _amounts(
    heat: float,
    ground: Ground,
    shapes: Shapes,
    sheets: Sheets,
    beliefs: Beliefs,
    hyper: Hyper,
    state: State,
    given: Ints,
    lane_given: Floats,
) -> None:
    """Draw the number and the types of mines of every field, given the finds that it was given."""
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
        seen = covered(state.at[o], state.lanes[o], state.template[o], ground, shapes)
        state.mines[o] = np.random.gamma(shape + heat * found, 1.0) / (shape / mean + heat * seen) + 1e-6
        state.mix[o] = spread(parameters)
        state.lanes[o] = LANES * spread(LANE_PRIOR + heat * lane_given[o])


@kernel
def _learn_rates(
    chance: float, sheets: Sheets, beliefs: Beliefs, hyper: Hyper, state: State, given: Ints
) -> None:
    """Draw the share of true sheets, strays and unwritten fields per area, given this explanation."""
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
    looked_m2 = beliefs.stray_b + beliefs.searched_m2 + chance * beliefs.open_m2
    hyper.stray[0] = np.random.gamma(beliefs.stray_a + strays, 1.0) / looked_m2 + 1e-15
    hyper.unwritten[0] = (
        np.random.gamma(beliefs.unwritten_a + unwritten, 1.0) / (beliefs.unwritten_b + beliefs.reach_m2) + 1e-15
    )


@kernel
def _placed(region: int, sheets: Sheets, hyper: Hyper, state: State, given: Ints, wide: Floats) -> float:
    """Return the logarithm of the density of matched places under their sheets, in one region or (-1) in all.

    Only fields with several finds teach: an empty one would excuse itself by calling every sheet worthless.
    """
    total = 0.0
    for o in range(sheets.mines.size):
        if state.on[o] == REAL and (region < 0 or sheets.region[o] == region) and given[o].sum() >= MATCHED:
            near = place_density(o, state.at[o], sheets, hyper)
            total += max(near, wide[o]) + math.log(
                math.exp(min(near - wide[o], 0.0)) + math.exp(min(wide[o] - near, 0.0))
            )
    return total


@kernel
def _lengths(factor: float, sheets: Sheets, hyper: Hyper, state: State, given: Ints) -> float:
    """Return the logarithm of the density of the lengths of matched fields."""
    total = 0.0
    for o in range(sheets.mines.size):
        if state.on[o] == REAL and given[o].sum() >= MATCHED:
            spread = math.sqrt(
                sheets.root[o, 0, 3, 0] ** 2
                + sheets.root[o, 0, 3, 1] ** 2
                + sheets.root[o, 0, 3, 2] ** 2
                + sheets.root[o, 0, 3, 3] ** 2
            )
            off = (state.at[o, 3] - sheets.mean[o, 0, 3]) / spread / factor
            total += math.log(math.exp(-0.5 * off * off) / factor + 0.03)
    return total


@kernel
def _wide(sheets: Sheets, hyper: Hyper, state: State) -> Floats:
    """Return the density of each place if the sheet were wrong in an unusual way: such a match teaches little."""
    held = hyper.factor.copy()
    hyper.factor[:] = 4.0
    wide = np.zeros(sheets.mines.size)
    for o in range(sheets.mines.size):
        if state.on[o] == REAL:
            wide[o] = place_density(o, state.at[o], sheets, hyper) - 2.0
    hyper.factor[:] = held
    return wide


@kernel
def _learn_model(sheets: Sheets, beliefs: Beliefs, hyper: Hyper, state: State, given: Ints) -> None:
    """Draw the factors on the error model, the shift of each region and the factor on stated numbers."""
    wide = _wide(sheets, hyper, state)
    if beliefs.learn_sd > 0.0:
        for k in range(3):
            before, old = _placed(-1, sheets, hyper, state, given, wide), hyper.factor[k]
            new = old * math.exp(0.12 * np.random.standard_normal())
            hyper.factor[k] = new
            ratio = _placed(-1, sheets, hyper, state, given, wide) - before
            ratio += normal(math.log(new), 0.0, beliefs.learn_sd) - normal(math.log(old), 0.0, beliefs.learn_sd)
            if k == 2:  # rows make a field look narrow: only its length tells of the pace
                ratio = _lengths(new, sheets, hyper, state, given) - _lengths(old, sheets, hyper, state, given)
                ratio += normal(math.log(new), 0.0, beliefs.learn_sd) - normal(math.log(old), 0.0, beliefs.learn_sd)
            if not 0.35 < new < 3.0 or not accepted(ratio):
                hyper.factor[k] = old
    for region in range(hyper.shift.shape[0]):
        for _ in range(2):
            before = _placed(region, sheets, hyper, state, given, wide)
            x, y = hyper.shift[region, 0], hyper.shift[region, 1]
            size = 3.0 * math.exp(np.random.uniform(-1.0, 1.5))
            hyper.shift[region, 0] += size * np.random.standard_normal()
            hyper.shift[region, 1] += size * np.random.standard_normal()
            ratio = _placed(region, sheets, hyper, state, given, wide) - before
            ratio += normal(hyper.shift[region, 0], 0.0, beliefs.shift_sd) - normal(x, 0.0, beliefs.shift_sd)
            ratio += normal(hyper.shift[region, 1], 0.0, beliefs.shift_sd) - normal(y, 0.0, beliefs.shift_sd)
            if not accepted(ratio):
                hyper.shift[region, 0], hyper.shift[region, 1] = x, y
    _learn_amounts(sheets, beliefs, hyper, state, given)


@kernel
def _counted(amount: float, sure: float, sheets: Sheets, state: State, given: Ints) -> float:
    """Return the logarithm of the density of the mines in matched fields; a number that is far off teaches little."""
    total = 0.0
    for o in range(sheets.mines.size):
        if state.on[o] == REAL and sheets.stated[o] and given[o].sum() >= MATCHED:
            near = gamma(state.mines[o], sheets.shape[o] * sure, sheets.mines[o] * amount)
            wide = gamma(state.mines[o], 1.5, sheets.mines[o]) - 2.0
            total += max(near, wide) + math.log(1.0 + math.exp(-abs(near - wide)))
    return total


@kernel
def _learn_amounts(sheets: Sheets, beliefs: Beliefs, hyper: Hyper, state: State, given: Ints) -> None:
    """Draw the factor on stated numbers of mines, and how closely sheets and ground agree on them."""
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
def _learn_chance(ground: Ground, shapes: Shapes, sheets: Sheets, state: State) -> None:
    """Draw the chance that a mine outside of searched ground has been met, from the fields of sheets alone.

    A field of which nobody wrote is known only where something was found.
    """
    met, mines = 0, 0.0
    for f in range(state.owner.size):
        met += ground.open[f] and 0 <= state.owner[f] < sheets.mines.size
    for o in range(sheets.mines.size):
        if state.on[o] == REAL:
            mines += state.mines[o] * unsearched(state.at[o], state.lanes[o], state.template[o], ground, shapes)
    rest = max(mines - met, 0.0)
    ground.chance[0] = np.random.beta(CHANCE_MET + met, CHANCE_MISSED + rest)


@kernel
def chain(
    seed: int,
    burn: int,
    draws: int,
    steps: int,
    births: int,
    ground: Ground,
    shapes: Shapes,
    sheets: Sheets,
    beliefs: Beliefs,
    hyper: Hyper,
    state: State,
    kept_on: Ints,
    kept_at: Floats,
    kept_owner: Ints,
    kept_hyper: Floats,
    kept_seen: Floats,
) -> None:
    """Run one chain; leave each draw after the first `burn` in the arrays given."""
    np.random.seed(seed)
    begin(sheets, hyper, ground, state)
    count = sheets.mines.size
    given = np.zeros((state.on.size, state.mix.shape[1] + 1), np.int64)
    lane_given = np.zeros((state.on.size, LANES))
    for sweep in range(burn + draws):
        part = min(1.0, sweep / (0.7 * burn + 1.0))
        heat = beliefs.heat * 0.03 ** (1.0 - part)
        for o in range(count):
            if sheets.informed[o]:
                _visit(o, steps, part > FREE, heat, ground, shapes, sheets, beliefs, hyper, state)
        for o in range(count):
            if sheets.informed[o]:
                _barter(o, heat, ground, shapes, sheets, beliefs, hyper, state)
        if (
            ground.x.size > 0 and part > FREE
        ):  # sheets choose first: a field is handed over more easily than it is put together
            for _ in range(births):
                born(heat, ground, shapes, sheets, beliefs, hyper, state)
        for o in range(count, state.on.size):
            if state.on[o] == REAL:
                for _ in range(steps):
                    nudged(o, heat, ground, shapes, sheets, beliefs, hyper, state)
        _give(ground, shapes, sheets, hyper, state, given, lane_given)
        _amounts(heat, ground, shapes, sheets, beliefs, hyper, state, given, lane_given)
        if part > FREE:
            _learn_rates(ground.chance[0], sheets, beliefs, hyper, state, given)
            _learn_model(sheets, beliefs, hyper, state, given)
            _learn_chance(ground, shapes, sheets, state)
        _give(ground, shapes, sheets, hyper, state, given, lane_given)
        if sweep >= burn:
            _note(
                sweep - burn, ground, shapes, sheets, hyper, state, kept_on, kept_at, kept_owner, kept_hyper, kept_seen
            )


@kernel
def _note(
    draw: int,
    ground: Ground,
    shapes: Shapes,
    sheets: Sheets,
    hyper: Hyper,
    state: State,
    kept_on: Ints,
    kept_at: Floats,
    kept_owner: Ints,
    kept_hyper: Floats,
    kept_seen: Floats,
) -> None:
    for o in range(sheets.mines.size):
        kept_on[draw, o] = state.on[o]
        kept_at[draw, o] = state.at[o]
        kept_seen[draw, o] = (
            covered(state.at[o], state.lanes[o], state.template[o], ground, shapes) if state.on[o] == REAL else 0.0
        )
    for f in range(ground.x.size):
        kept_owner[draw, f] = state.owner[f]
    kept_hyper[draw, 0] = hyper.truth[0]
    kept_hyper[draw, 1] = hyper.stray[0]
    kept_hyper[draw, 2] = hyper.unwritten[0]
    kept_hyper[draw, 3:6] = hyper.factor
    kept_hyper[draw, 6] = hyper.amount[0]
    number = 0
    for o in range(sheets.mines.size, state.on.size):
        number += state.on[o] == REAL
    kept_hyper[draw, 7] = number
