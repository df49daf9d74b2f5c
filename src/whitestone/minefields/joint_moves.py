"""Which changes does the joint search for fields propose, and with which odds is each taken?

Metropolis-Hastings with fields that come and go (Green 1995, reversible jump). A sheet's field moves by small steps or
jumps to another place that the sheet allows; it appears and vanishes; it hands its finds to a field of which nobody
wrote, or to another sheet, and takes them back. So a false sheet in a crowded front does not keep its neighbour's
finds.
"""

from __future__ import annotations

import math

import numpy as np

from whitestone.minefields.joint_guided import allowed, guided
from whitestone.minefields.joint_state import FALSE, LANES, REAL, Beliefs, Floats, Ground, Hyper, Shapes, Sheets, State
from whitestone.minefields.joint_terms import (
    covered,
    crowding,
    forget,
    gain,
    keep,
    lay,
    place_density,
    sheet_density,
    unwritten_density,
)
from whitestone.minefields.kernels import kernel

__all__ = [
    "LANE_PRIOR",
    "born",
    "converted",
    "drawn_lanes",
    "exchanged",
    "for_sheet",
    "nudged",
    "odds",
    "put",
    "redrawn",
    "reverted",
    "shaped",
    "spread",
    "switched",
    "taken_over",
]

BIRTH_M = 35.0
"""Spread of the middle of a new field around the find that suggests it, metres."""
FLOOR = 1e-15
LANE_PRIOR = 1.5
"""Parameter of the Dirichlet prior of lanes."""
LEAST = math.log(14.0)
"""A field of which nobody wrote is not narrower: else every row of mines would count as one."""


@kernel
def accepted(log_ratio: float) -> bool:
    """Decide on a move."""
    return log_ratio >= 0.0 or math.log(np.random.random()) < log_ratio


@kernel
def odds(sheet: int, sheets: Sheets, hyper: Hyper) -> float:
    """Return the logarithm of the odds that a sheet has a field with mines in it, before any find."""
    here = hyper.truth[0] * (1.0 - sheets.lifted[sheet])
    return math.log(here / (1.0 - here))


@kernel
def put(o: int, at: Floats, mines: float, mix: Floats, lanes: Floats, template: int, state: State) -> None:
    """Write a field down."""
    state.on[o] = REAL
    state.at[o] = at
    state.mines[o] = mines
    state.mix[o] = mix
    state.lanes[o] = lanes
    state.template[o] = template


@kernel
def stepped(at: Floats, o: int, sheets_count: int) -> Floats:
    """Return a place a small step away; the step is as likely there as back."""
    new = at.copy()
    size = math.exp(np.random.uniform(-2.0, 1.5))
    kind = np.random.randint(0, 5)
    length, width = math.exp(at[3]), math.exp(at[4])
    cos, sin = math.cos(at[2]), math.sin(at[2])
    if kind == 0 or kind == 4:
        new[0] += 4.0 * size * np.random.standard_normal()
        new[1] += 4.0 * size * np.random.standard_normal()
    if kind == 1 or kind == 4:
        new[2] += 0.02 * size * np.random.standard_normal()
    if kind == 2:
        new[3] += 0.06 * size * np.random.standard_normal()
        push = 0.5 * (math.exp(new[3]) - length) * np.random.randint(-1, 2)
        new[0] += cos * push
        new[1] += sin * push
    if kind == 3:
        new[4] += 0.1 * size * np.random.standard_normal()
        push = 0.5 * (math.exp(new[4]) - width) * np.random.randint(-1, 2)
        new[0] -= sin * push
        new[1] += cos * push
    return new


@kernel
def nudged(
    o: int, heat: float, ground: Ground, shapes: Shapes, sheets: Sheets, beliefs: Beliefs, hyper: Hyper, state: State
) -> None:
    """Propose a small step of a field."""
    count = sheets.mines.size
    at, mines, template = state.at[o], state.mines[o], state.template[o]
    new = stepped(at, o, count)
    if new[3] > 9.0 or new[4] > 9.0 or new[3] < 0.0 or new[4] < (LEAST if o >= count else 0.0):
        return
    grown = new[3] + new[4] - at[3] - at[4]
    crowd, new_mines = crowding(o, at, state) - crowding(o, new, state), mines
    ratio = 0.0
    if o >= count or np.random.random() < 0.5:
        new_mines = mines * math.exp(grown)
        ratio = grown
    if o >= count:
        ratio += unwritten_density(new, new_mines, state.mix[o], beliefs, ground) - unwritten_density(
            at, mines, state.mix[o], beliefs, ground
        )
    else:
        ratio += place_density(o, new, sheets, hyper) - place_density(o, at, sheets, hyper)
        ratio += sheet_density(o, new_mines, state.mix[o], sheets, hyper) - sheet_density(
            o, mines, state.mix[o], sheets, hyper
        )
    lay(-1.0, at, mines, state.mix[o], state.lanes[o], template, ground, shapes, state)
    lay(1.0, new, new_mines, state.mix[o], state.lanes[o], template, ground, shapes, state)
    ratio += crowd + heat * (
        gain(state, FLOOR)
        - new_mines * covered(new, state.lanes[o], template, ground, shapes)
        + mines * covered(at, state.lanes[o], template, ground, shapes)
    )
    if accepted(ratio):
        keep(state)
        state.at[o] = new
        state.mines[o] = new_mines
    else:
        forget(state)


@kernel
def redrawn(o: int, heat: float, ground: Ground, shapes: Shapes, sheets: Sheets, hyper: Hyper, state: State) -> None:
    """Propose another place for the field of a sheet, drawn from what the sheet says and where finds lie."""
    at, mines, template = state.at[o], state.mines[o], state.template[o]
    new = guided(o, ground, sheets, hyper)
    lay(-1.0, at, mines, state.mix[o], state.lanes[o], template, ground, shapes, state)
    lay(1.0, new, mines, state.mix[o], state.lanes[o], template, ground, shapes, state)
    ratio = heat * (
        gain(state, FLOOR)
        - mines * covered(new, state.lanes[o], template, ground, shapes)
        + mines * covered(at, state.lanes[o], template, ground, shapes)
    )
    ratio += crowding(o, at, state) - crowding(o, new, state)
    ratio += allowed(o, new, ground, sheets, hyper) - allowed(o, at, ground, sheets, hyper)
    if accepted(ratio):
        keep(state)
        state.at[o] = new
    else:
        forget(state)


@kernel
def spread(parameters: Floats) -> Floats:
    """Draw shares of types from a Dirichlet distribution, none of them quite zero."""
    shares = np.empty(parameters.size)
    total = 0.0
    for t in range(parameters.size):
        shares[t] = np.random.gamma(parameters[t], 1.0) + 1e-9
        total += shares[t]
    for t in range(parameters.size):
        shares[t] /= total
    return shares


@kernel
def drawn_lanes() -> Floats:
    """Draw how dense each lane of a field is, before any find."""
    lanes: Floats = LANES * spread(np.full(LANES, LANE_PRIOR))
    return lanes


@kernel
def switched(o: int, heat: float, ground: Ground, shapes: Shapes, sheets: Sheets, hyper: Hyper, state: State) -> None:
    """Propose that the field of a sheet appears, or vanishes."""
    if state.on[o] == REAL:
        at, mines, template = state.at[o], state.mines[o], state.template[o]
        lay(-1.0, at, mines, state.mix[o], state.lanes[o], template, ground, shapes, state)
        ratio = -odds(o, sheets, hyper) + heat * (
            gain(state, FLOOR) + mines * covered(at, state.lanes[o], template, ground, shapes)
        )
        ratio += crowding(o, at, state) - allowed(o, at, ground, sheets, hyper)
        if accepted(ratio):
            keep(state)
            state.on[o] = FALSE
        else:
            forget(state)
        return
    new = guided(o, ground, sheets, hyper)
    mines = np.random.gamma(sheets.shape[o], sheets.mines[o] * hyper.amount[0] / sheets.shape[o]) + 1e-6
    mix = spread(sheets.mix[o])
    template = sheets.template[o, np.random.randint(0, 2)]
    lanes = drawn_lanes()
    lay(1.0, new, mines, mix, lanes, template, ground, shapes, state)
    ratio = odds(o, sheets, hyper) + heat * (gain(state, FLOOR) - mines * covered(new, lanes, template, ground, shapes))
    ratio += allowed(o, new, ground, sheets, hyper) - crowding(o, new, state)
    if accepted(ratio):
        keep(state)
        put(o, new, mines, mix, lanes, template, state)
    else:
        forget(state)


@kernel
def template_chance(sheet: int, own: int, other: int, sheets: Sheets) -> float:
    """Return with which chance a sheet hands over its field, of template `own`, as one of template `other`.

    A neighbour's shape is among them: else a field that was handed over by one sheet could not be taken by the next.
    """
    chance = 0.0
    if other == own:
        chance += 0.5
    if other == 0:
        chance += 0.25
    first, last = sheets.near_start[sheet], sheets.near_start[sheet + 1]
    for k in range(first, last):
        for variant in range(2):
            if sheets.template[sheets.near[k], variant] == other:
                chance += 0.125 / (last - first)
    if first == last and other == 0:
        chance += 0.25
    return chance


@kernel
def template_drawn(sheet: int, own: int, sheets: Sheets) -> int:
    """Draw a template with those chances."""
    luck = np.random.random()
    if luck < 0.5:
        return own
    first, last = sheets.near_start[sheet], sheets.near_start[sheet + 1]
    if luck < 0.75 or first == last:
        return 0
    drawn: int = sheets.template[sheets.near[np.random.randint(first, last)], np.random.randint(0, 2)]
    return drawn


@kernel
def within(sheet: int, o: int, sheets: Sheets, state: State) -> bool:
    """Return whether a field of which nobody wrote could be that of a sheet."""
    if state.on[o] != REAL:
        return False
    known = template_chance(sheet, sheets.template[sheet, 0], state.template[o], sheets) > 0.0
    if not known and state.template[o] != sheets.template[sheet, 1]:
        return False
    far = math.hypot(state.at[o, 0] - sheets.middle[sheet, 0], state.at[o, 1] - sheets.middle[sheet, 1])
    return bool(far < sheets.reach[sheet])


@kernel
def candidates(sheet: int, sheets: Sheets, state: State) -> int:
    """Return how many fields of which nobody wrote could be that of a sheet."""
    count = 0
    for o in range(sheets.mines.size, state.on.size):
        if within(sheet, o, sheets, state):
            count += 1
    return count


@kernel
def for_sheet(
    sheet: int,
    at: Floats,
    rough: Floats,
    mines: float,
    mix: Floats,
    sheets: Sheets,
    beliefs: Beliefs,
    ground: Ground,
    hyper: Hyper,
) -> float:
    """Return the logarithm of the odds that a field at `at` is the sheet's, against a false sheet beside an unwritten
    field at `rough`."""
    return (
        odds(sheet, sheets, hyper)
        + place_density(sheet, at, sheets, hyper)
        + sheet_density(sheet, mines, mix, sheets, hyper)
        - math.log(hyper.unwritten[0])
        - unwritten_density(rough, mines, mix, beliefs, ground)
    )


@kernel
def converted(
    sheet: int,
    heat: float,
    ground: Ground,
    shapes: Shapes,
    sheets: Sheets,
    beliefs: Beliefs,
    hyper: Hyper,
    state: State,
) -> None:
    """Propose that the field of a sheet is one of which nobody wrote, and the sheet false."""
    free = -1
    for o in range(sheets.mines.size, state.on.size):
        if state.on[o] != REAL:
            free = o
            break
    at, mines, mix, template = state.at[sheet], state.mines[sheet], state.mix[sheet], state.template[sheet]
    lanes = state.lanes[sheet]
    if free < 0 or math.hypot(at[0] - sheets.middle[sheet, 0], at[1] - sheets.middle[sheet, 1]) >= sheets.reach[sheet]:
        return
    rows = sheets.template[sheet, 0] != sheets.template[sheet, 1]
    new = template_drawn(sheet, template, sheets)
    back = 0.5 if (rows and new != template) else 1.0
    ratio = -for_sheet(sheet, at, at, mines, mix, sheets, beliefs, ground, hyper) + (math.log(2.0) if rows else 0.0)
    ratio += math.log(back / (candidates(sheet, sheets, state) + 1.0))
    ratio -= math.log(template_chance(sheet, template, new, sheets))
    if new != template:
        lay(-1.0, at, mines, mix, lanes, template, ground, shapes, state)
        lay(1.0, at, mines, mix, lanes, new, ground, shapes, state)
        ratio += heat * (
            gain(state, FLOOR)
            + mines * (covered(at, lanes, template, ground, shapes) - covered(at, lanes, new, ground, shapes))
        )
    if accepted(ratio):
        keep(state)
        put(free, at, mines, mix, lanes, new, state)
        state.on[sheet] = FALSE
    else:
        forget(state)


@kernel
def reverted(
    sheet: int,
    heat: float,
    ground: Ground,
    shapes: Shapes,
    sheets: Sheets,
    beliefs: Beliefs,
    hyper: Hyper,
    state: State,
) -> None:
    """Propose that a field of which nobody wrote is that of a sheet held false."""
    count = candidates(sheet, sheets, state)
    if count == 0:
        return
    pick, other = np.random.randint(0, count), -1
    for o in range(sheets.mines.size, state.on.size):
        if within(sheet, o, sheets, state):
            if pick == 0:
                other = o
                break
            pick -= 1
    at, mines, mix, old = state.at[other], state.mines[other], state.mix[other], state.template[other]
    lanes = state.lanes[other]
    rows = sheets.template[sheet, 0] != sheets.template[sheet, 1]
    own = old == sheets.template[sheet, 0] or old == sheets.template[sheet, 1]
    new = old if own else sheets.template[sheet, np.random.randint(0, 2)]
    there = 0.5 if (rows and not own) else 1.0
    ratio = for_sheet(sheet, at, at, mines, mix, sheets, beliefs, ground, hyper) - (math.log(2.0) if rows else 0.0)
    ratio += math.log(template_chance(sheet, new, old, sheets) + 1e-300) - math.log(there / count)
    if new != old:
        lay(-1.0, at, mines, mix, lanes, old, ground, shapes, state)
        lay(1.0, at, mines, mix, lanes, new, ground, shapes, state)
        ratio += heat * (
            gain(state, FLOOR)
            + mines * (covered(at, lanes, old, ground, shapes) - covered(at, lanes, new, ground, shapes))
        )
    if accepted(ratio):
        keep(state)
        put(sheet, at, mines, mix, lanes, new, state)
        state.on[other] = FALSE
    else:
        forget(state)


@kernel
def shaped(sheet: int, heat: float, ground: Ground, shapes: Shapes, sheets: Sheets, state: State) -> None:
    """Propose that the mines of a sheet's field lie along its rows, or all over it."""
    first, second = sheets.template[sheet, 0], sheets.template[sheet, 1]
    if first == second:
        return
    at, mines, mix, old = state.at[sheet], state.mines[sheet], state.mix[sheet], state.template[sheet]
    lanes = state.lanes[sheet]
    new = second if old == first else first
    lay(-1.0, at, mines, mix, lanes, old, ground, shapes, state)
    lay(1.0, at, mines, mix, lanes, new, ground, shapes, state)
    ratio = heat * (
        gain(state, FLOOR) + mines * (covered(at, lanes, old, ground, shapes) - covered(at, lanes, new, ground, shapes))
    )
    if accepted(ratio):
        keep(state)
        state.template[sheet] = new
    else:
        forget(state)


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
        ratio += unwritten_density(at1, mines1, mix1, beliefs, ground)
        ratio -= unwritten_density(at2, mines2, mix2, beliefs, ground)
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
    lay(-1.0, at, mines, mix, lanes, old, ground, shapes, state)
    lay(1.0, at, mines, mix, lanes, new, ground, shapes, state)
    ratio += heat * (
        gain(state, FLOOR) + mines * (covered(at, lanes, old, ground, shapes) - covered(at, lanes, new, ground, shapes))
    )
    if accepted(ratio):
        keep(state)
        put(two, at, mines, mix, lanes, new, state)
        state.on[one] = FALSE
    else:
        forget(state)


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
    mean = beliefs.density * math.exp(at[3] + at[4])
    mines = np.random.gamma(beliefs.density_shape, mean / beliefs.density_shape) + 1e-6
    lanes = drawn_lanes()
    mix = spread(0.5 + 4.0 * ground.stray_mix)
    ratio = math.log(hyper.unwritten[0]) - math.log(birth_density(at[0], at[1], ground)) - math.log(count + 1.0)
    ratio -= crowding(free, at, state)
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
    ratio += crowding(other, at, state)
    if accepted(ratio):
        keep(state)
        state.on[other] = FALSE
    else:
        forget(state)
