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
    forget,
    gain,
    keep,
    lay,
    place_density,
    sheet_density,
    sheet_mines,
    sureness,
    unwritten_density,
    unwritten_place,
)
from whitestone.minefields.kernels import kernel

__all__ = [
    "FLOOR",
    "LANE_PRIOR",
    "LEAST",
    "accepted",
    "converted",
    "drawn_lanes",
    "first_free",
    "for_sheet",
    "nudged",
    "odds",
    "put",
    "redrawn",
    "retold",
    "reverted",
    "shaped",
    "spread",
    "switched",
]

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
def first_free(sheets: Sheets, state: State) -> int:
    """Return the first place for a field of which nobody wrote, -1: all are taken."""
    for o in range(sheets.mines.size, state.on.size):
        if state.on[o] != REAL:
            return o
    return -1


@kernel
def retold(
    at: Floats,
    mines: float,
    mix: Floats,
    lanes: Floats,
    old: int,
    new: int,
    ground: Ground,
    shapes: Shapes,
    state: State,
) -> float:
    """Lay a field down again where it is with its mines spread in another way; return what that changes of the fit."""
    if new == old:
        return 0.0
    lay(-1.0, at, mines, mix, lanes, old, ground, shapes, state)
    lay(1.0, at, mines, mix, lanes, new, ground, shapes, state)
    paid = mines * (covered(at, lanes, old, ground, shapes) - covered(at, lanes, new, ground, shapes))
    return gain(state, FLOOR) + paid


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
    new_mines = mines
    ratio = 0.0
    if np.random.random() < 0.5:
        new_mines = mines * math.exp(grown)
        ratio = grown
    if o >= count:
        ratio += unwritten_place(new, new_mines, beliefs) - unwritten_place(at, mines, beliefs)
    else:
        ratio += place_density(o, new, sheets, hyper) - place_density(o, at, sheets, hyper)
        ratio += sheet_mines(o, new_mines, sheets, hyper) - sheet_mines(o, mines, sheets, hyper)
    lay(-1.0, at, mines, state.mix[o], state.lanes[o], template, ground, shapes, state)
    lay(1.0, new, new_mines, state.mix[o], state.lanes[o], template, ground, shapes, state)
    ratio += heat * (
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
        ratio -= allowed(o, at, ground, sheets, hyper)
        if accepted(ratio):
            keep(state)
            state.on[o] = FALSE
        else:
            forget(state)
        return
    new = guided(o, ground, sheets, hyper)
    shape = sureness(o, sheets, hyper)
    mines = np.random.gamma(shape, sheets.mines[o] * hyper.amount[0] / shape) + 1e-6
    mix = spread(sheets.mix[o])
    template = sheets.template[o, np.random.randint(0, 2)]
    lanes = drawn_lanes()
    lay(1.0, new, mines, mix, lanes, template, ground, shapes, state)
    ratio = odds(o, sheets, hyper) + heat * (gain(state, FLOOR) - mines * covered(new, lanes, template, ground, shapes))
    ratio += allowed(o, new, ground, sheets, hyper)
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
    hyper: Hyper,
) -> float:
    """Return the logarithm of the odds that a field at `at` is the sheet's, against a false sheet beside an unwritten
    field at `rough`."""
    return (
        odds(sheet, sheets, hyper)
        + place_density(sheet, at, sheets, hyper)
        + sheet_density(sheet, mines, mix, sheets, hyper)
        - math.log(hyper.unwritten[0])
        - unwritten_density(rough, mines, mix, beliefs)
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
    free = first_free(sheets, state)
    at, mines, mix, template = state.at[sheet], state.mines[sheet], state.mix[sheet], state.template[sheet]
    lanes = state.lanes[sheet]
    if free < 0 or math.hypot(at[0] - sheets.middle[sheet, 0], at[1] - sheets.middle[sheet, 1]) >= sheets.reach[sheet]:
        return
    rows = sheets.template[sheet, 0] != sheets.template[sheet, 1]
    new = template_drawn(sheet, template, sheets)
    back = 0.5 if (rows and new != template) else 1.0
    ratio = -for_sheet(sheet, at, at, mines, mix, sheets, beliefs, hyper) + (math.log(2.0) if rows else 0.0)
    ratio += math.log(back / (candidates(sheet, sheets, state) + 1.0))
    ratio -= math.log(template_chance(sheet, template, new, sheets))
    ratio += heat * retold(at, mines, mix, lanes, template, new, ground, shapes, state)
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
    ratio = for_sheet(sheet, at, at, mines, mix, sheets, beliefs, hyper) - (math.log(2.0) if rows else 0.0)
    ratio += math.log(template_chance(sheet, new, old, sheets) + 1e-300) - math.log(there / count)
    ratio += heat * retold(at, mines, mix, lanes, old, new, ground, shapes, state)
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
    ratio = heat * retold(at, mines, mix, lanes, old, new, ground, shapes, state)
    if accepted(ratio):
        keep(state)
        state.template[sheet] = new
    else:
        forget(state)
