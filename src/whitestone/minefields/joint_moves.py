"""How does the field of a sheet move, appear and vanish, and with which odds is each change taken?

Metropolis-Hastings with fields that come and go (Green 1995, reversible jump). A field moves by small steps or jumps to
another place that the sheet allows. How fields change hands is told in `joint_claims`.
"""

from __future__ import annotations

import math

import numpy as np

from whitestone.minefields.joint_dressing import believed, dressed
from whitestone.minefields.joint_guided import guided, guided_density
from whitestone.minefields.joint_laying import covered, difference, field_of, gain, instead, lay, put, settled
from whitestone.minefields.joint_state import FALSE, REAL, Field, Floats, Scene
from whitestone.minefields.joint_terms import odds, place_density, sheet_mines, template_drawn, unwritten_place
from whitestone.minefields.kernels import bare_kernel, kernel

__all__ = ["LEAST", "first_free", "fits", "nudged", "redrawn", "replaced", "switched"]

LEAST = math.log(14.0)
"""A field of which nobody wrote is not narrower: else every row of mines would count as one."""
MOST = 9.0


@bare_kernel
def first_free(scene: Scene) -> int:
    """Return the first place for a field of which nobody wrote, -1: all are taken."""
    for o in range(scene.sheets.mines.size, scene.state.on.size):
        if scene.state.on[o] != REAL:
            return o
    return -1


@bare_kernel
def fits(o: int, at: Floats, scene: Scene) -> bool:
    """Return whether a field of an object may be of this size."""
    narrowest = LEAST if o >= scene.sheets.mines.size else 0.0
    return bool(0.0 <= at[3] <= MOST and narrowest <= at[4] <= MOST)


@bare_kernel
def stepped(at: Floats, new: Floats) -> None:
    """Write down a place a small step away; the step is as likely there as back."""
    for i in range(5):
        new[i] = at[i]
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


@bare_kernel
def nudged(o: int, heat: float, scene: Scene) -> None:
    """Propose a small step of a field."""
    sheets, hyper, state = scene.sheets, scene.hyper, scene.state
    at, mines, new = state.at[o], state.mines[o], state.step
    old = Field(at, mines, state.mix[o], state.lanes[o], state.template[o])
    stepped(at, new)
    if not fits(o, new, scene):
        return
    new_mines, ratio = mines, 0.0
    if np.random.random() < 0.5:
        ratio = new[3] + new[4] - at[3] - at[4]
        new_mines = mines * math.exp(ratio)
    if o >= sheets.mines.size:
        ratio += unwritten_place(new, new_mines, scene.beliefs) - unwritten_place(at, mines, scene.beliefs)
    else:
        form = scene.shapes.form[old.template]
        ratio += place_density(o, new, form, sheets, hyper) - place_density(o, at, form, sheets, hyper)
        ratio += sheet_mines(o, new_mines, sheets, hyper) - sheet_mines(o, mines, sheets, hyper)
    moved = Field(new, new_mines, state.mix[o], state.lanes[o], state.template[o])
    if settled(ratio + heat * instead(old, moved, scene), state):
        for i in range(5):
            at[i] = new[i]
        state.mines[o] = new_mines


@kernel
def replaced(
    ratio: float, one: int, old: Field, two: int, at: Floats, template: int, heat: float, scene: Scene
) -> None:
    """Take up the field of `one`, dress one for `two` at a place, and decide; `ratio` is that of places and owners."""
    state = scene.state
    lay(-1.0, old, scene)
    new, worth = dressed(two, at, template, heat, scene)
    ratio += worth - believed(one, old, heat, scene)
    lay(1.0, new, scene)
    if settled(ratio + heat * difference(old, new, scene), state):
        state.on[one] = FALSE
        put(two, new, state)


@kernel
def redrawn(o: int, heat: float, scene: Scene) -> None:
    """Propose another place for the field of a sheet, drawn from what the sheet says and where finds lie."""
    ground, sheets, hyper, form = scene.ground, scene.sheets, scene.hyper, scene.shapes.form
    old, template = field_of(o, scene.state), template_drawn(o, sheets)
    at = guided(o, form[template], ground, sheets, hyper)
    if not fits(o, at, scene):
        return
    ratio = guided_density(o, old.at, form[old.template], ground, sheets, hyper)
    ratio -= guided_density(o, at, form[template], ground, sheets, hyper)
    replaced(ratio, o, old, o, at, template, heat, scene)


@kernel
def switched(o: int, heat: float, scene: Scene) -> None:
    """Propose that the field of a sheet appears, or vanishes."""
    ground, sheets, hyper, state, form = scene.ground, scene.sheets, scene.hyper, scene.state, scene.shapes.form
    if state.on[o] == REAL:
        old = field_of(o, state)
        lay(-1.0, old, scene)
        ratio = guided_density(o, old.at, form[old.template], ground, sheets, hyper) - odds(o, sheets, hyper)
        ratio -= believed(o, old, heat, scene)
        if settled(ratio + heat * (gain(state) + old.mines * covered(old, scene)), state):
            state.on[o] = FALSE
        return
    template = template_drawn(o, sheets)
    at = guided(o, form[template], ground, sheets, hyper)
    if not fits(o, at, scene):
        return
    new, worth = dressed(o, at, template, heat, scene)
    ratio = odds(o, sheets, hyper) - guided_density(o, at, form[template], ground, sheets, hyper)
    ratio += worth
    lay(1.0, new, scene)
    if settled(ratio + heat * (gain(state) - new.mines * covered(new, scene)), state):
        put(o, new, state)
