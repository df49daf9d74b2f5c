"""How does a field change hands: from sheet to sheet, or between a sheet and those of which nobody wrote?

A field of which nobody wrote was put together from finds alone, so its turn and size are rough; that of another sheet
is turned and sized as the other sheet says. Who takes a field over brings its own turn and size along, or keeps those
that it finds; mines, types and lanes are drawn anew. Without these steps a true sheet that has lost its field hardly
finds it again, and a false sheet in a crowded front keeps its neighbour's finds.
"""

from __future__ import annotations

import math

import numpy as np

from whitestone.minefields.joint_dressing import believed, dressed
from whitestone.minefields.joint_guided import sized, sized_density
from whitestone.minefields.joint_laying import covered, difference, field_of, lay, put, settled
from whitestone.minefields.joint_moves import first_free, fits, replaced
from whitestone.minefields.joint_state import REAL, Floats, Scene
from whitestone.minefields.joint_terms import form_share, normal, odds, shifted, template_drawn
from whitestone.minefields.kernels import bare_kernel, kernel

__all__ = ["bartered", "ceded", "claimed", "exchanged", "near", "near_density", "shaped"]

WIDE_M, WIDE_TURN, WIDE_SIZE = 12.0, 0.2, 0.3
CLOSE_M, CLOSE_TURN, CLOSE_SIZE = 3.5, 0.04, 0.12
"""How far apart both may lie (metres), turn (radians) and stretch (logarithms): a half of all steps, the other half."""
PULL_M = 30.0
"""How far the middle of a rough field lies from that of the field (metres)."""
CEDED = 0.3
"""Share of the turns of a sheet to look for a field in which one that has a field would give it up."""
ANYWHERE = 1e-9
"""With which density a sheet looks where it does not point to, per square metre."""


@bare_kernel
def _turned(turn: float) -> float:
    """Return the difference of two turns without their sense."""
    return turn - math.pi * math.floor(turn / math.pi + 0.5)


@bare_kernel
def _anchor(o: int, template: int, scene: Scene) -> float:
    """Return the turn of the first component of a form: a strip has no sense of direction, a sheet has."""
    for c in range(scene.sheets.weight.shape[1]):
        if scene.sheets.form[o, c] == scene.shapes.form[template]:
            return float(scene.sheets.mean[o, c, 2])
    return 0.0


@kernel
def near(o: int, at: Floats, template: int, scene: Scene) -> Floats:
    """Draw a place for object `o` where another's field lies: turned and sized as its sheet says, or as that field."""
    close = np.random.random() < 0.5
    new = at.copy()
    if o < scene.sheets.mines.size and not close:
        new = sized(o, scene.shapes.form[template], scene.sheets, scene.hyper)
    else:
        new[2] += (CLOSE_TURN if close else WIDE_TURN) * np.random.standard_normal()
        for i in range(3, 5):
            new[i] += (CLOSE_SIZE if close else WIDE_SIZE) * np.random.standard_normal()
        if o < scene.sheets.mines.size:
            anchor = _anchor(o, template, scene)
            new[2] = anchor + _turned(new[2] - anchor)
    for i in range(2):
        new[i] = at[i] + (CLOSE_M if close else WIDE_M) * np.random.standard_normal()
    return new


@bare_kernel
def near_density(o: int, new: Floats, template: int, at: Floats, scene: Scene) -> float:
    """Return the logarithm of the density with which a form is drawn and `near` draws a place for it."""
    sheets, form, total = scene.sheets, scene.shapes.form[template], 0.0
    for close in range(2):
        aside, turn, size = (CLOSE_M, CLOSE_TURN, CLOSE_SIZE) if close else (WIDE_M, WIDE_TURN, WIDE_SIZE)
        value = normal(new[0], at[0], aside) + normal(new[1], at[1], aside)
        if o < sheets.mines.size and not close:
            total += 0.5 * math.exp(value) * sized_density(o, new, form, sheets, scene.hyper)
            continue
        share = 1.0
        if o < sheets.mines.size:
            share = form_share(o, form, sheets)
            sense = new[2] - _anchor(o, template, scene)
            if abs(sense - 2.0 * math.pi * math.floor(sense / (2.0 * math.pi) + 0.5)) > 0.5 * math.pi:
                continue
        value += normal(_turned(new[2] - at[2]), 0.0, turn)
        value += normal(new[3], at[3], size) + normal(new[4], at[4], size)
        total += 0.5 * share * math.exp(value)
    return math.log(total + 1e-300)


@bare_kernel
def _pull(sheet: int, at: Floats, scene: Scene) -> float:
    """Return how strongly a sheet looks for its field at a place."""
    sheets, hyper, total = scene.sheets, scene.hyper, ANYWHERE
    off = shifted(sheet, sheets, hyper)
    x, y = at[0] - off[0], at[1] - off[1]
    for c in range(sheets.weight.shape[1]):
        if sheets.weight[sheet, c] > 0.0:
            east, north = sheets.root[sheet, c, 0, 0], sheets.root[sheet, c, 1, 1]
            width = PULL_M**2 + hyper.factor[0] ** 2 * (east**2 + north**2)
            far = ((x - sheets.mean[sheet, c, 0]) ** 2 + (y - sheets.mean[sheet, c, 1]) ** 2) / width
            if far < 40.0:
                total += sheets.weight[sheet, c] * math.exp(-far) / width
    return total


@bare_kernel
def _pulled(sheet: int, beside: int, luck: float, scene: Scene) -> tuple[float, int]:
    """Return how strongly all fields of which nobody wrote but `beside` pull a sheet, and where a part of it is met."""
    total, state = 0.0, scene.state
    for o in range(scene.sheets.mines.size, state.on.size):
        if state.on[o] == REAL and o != beside:
            total += _pull(sheet, state.at[o], scene)
            if total > luck:
                return total, o
    return total, -1


@bare_kernel
def _chosen(sheet: int, beside: int, at: Floats, scene: Scene) -> float:
    """Return the logarithm of the chance that a sheet chooses a field at a place, beside all others but `beside`."""
    own = _pull(sheet, at, scene)
    return math.log(own / (own + _pulled(sheet, beside, math.inf, scene)[0]))


@bare_kernel
def _choice(sheet: int, scene: Scene) -> int:
    """Choose a field of which nobody wrote for a sheet, -1: there is none."""
    total = _pulled(sheet, -1, math.inf, scene)[0]
    return int(_pulled(sheet, -1, total * np.random.random(), scene)[1])


@bare_kernel
def _worth(o: int, scene: Scene) -> float:
    """Return the logarithm of the odds of a sheet's field, or of the density of those of which nobody wrote."""
    if o < scene.sheets.mines.size:
        return float(odds(o, scene.sheets, scene.hyper))
    return math.log(scene.hyper.unwritten[0])


@bare_kernel
def _template(o: int, scene: Scene) -> int:
    """Draw how the mines of a field of an object lie: as its sheet may mean it, or all over a strip."""
    if o < scene.sheets.mines.size:
        return template_drawn(o, scene.sheets)
    return 0


@bare_kernel
def _any(sheet: int, scene: Scene) -> int:
    """Draw one of the forms of a sheet's field, each as likely as any other; as written along its rows or all over."""
    sheets, most = scene.sheets, 0
    for c in range(sheets.weight.shape[1]):
        most = max(most, sheets.form[sheet, c])
    form = np.random.randint(0, most + 1)
    if form > 0:
        return int(sheets.more[sheet] + form - 1)
    return int(sheets.template[sheet, np.random.randint(0, 2)])


@kernel
def _passed(one: int, two: int, heat: float, scene: Scene) -> None:
    """Propose that the field of `one` is that of `two`, which has none or is the same; one may have no sheet."""
    count = scene.sheets.mines.size
    old, template = field_of(one, scene.state), _template(two, scene)
    if one == two:
        template = _any(two, scene)
    at = near(two, old.at, template, scene)
    if not fits(two, at, scene):
        return
    ratio = _worth(two, scene) - _worth(one, scene)
    ratio += near_density(one, old.at, old.template, at, scene) - near_density(two, at, template, old.at, scene)
    if one == two:  # each form is tried as often as any other, not as often as it is believed
        form = scene.shapes.form
        ratio += math.log(form_share(two, form[template], scene.sheets) + 1e-300)
        ratio -= math.log(form_share(two, form[old.template], scene.sheets))
    if one >= count:
        ratio += math.log(CEDED) - _chosen(two, one, old.at, scene)
    if two >= count:
        ratio += _chosen(one, -1, at, scene) - math.log(CEDED)
    replaced(ratio, one, old, two, at, template, heat, scene)


@kernel
def shaped(sheet: int, heat: float, scene: Scene) -> None:
    """Propose that the field of a sheet lies where it is in another form, or along its rows, or all over it."""
    _passed(sheet, sheet, heat, scene)


@kernel
def ceded(sheet: int, heat: float, scene: Scene) -> None:
    """Propose, in some turns, that the field of a sheet is one of which nobody wrote, and the sheet false."""
    free = first_free(scene)
    if free >= 0 and np.random.random() < CEDED:
        _passed(sheet, free, heat, scene)


@kernel
def exchanged(one: int, two: int, heat: float, scene: Scene) -> None:
    """Propose that sheet `one` and object `two` change fields, each turned and sized in its own way."""
    state = scene.state
    old_one, old_two = field_of(one, state), field_of(two, state)
    form_one, form_two = _template(one, scene), _template(two, scene)
    at_one, at_two = near(one, old_two.at, form_one, scene), near(two, old_one.at, form_two, scene)
    if not fits(one, at_one, scene) or not fits(two, at_two, scene):
        return
    ratio = near_density(one, old_one.at, old_one.template, at_two, scene)
    ratio += near_density(two, old_two.at, old_two.template, at_one, scene)
    ratio -= near_density(one, at_one, form_one, old_two.at, scene)
    ratio -= near_density(two, at_two, form_two, old_one.at, scene)
    if two >= scene.sheets.mines.size:
        ratio += _chosen(one, two, at_two, scene) - _chosen(one, two, old_two.at, scene)
    lay(-1.0, old_one, scene)
    lay(-1.0, old_two, scene)
    new_one, worth_one = dressed(one, at_one, form_one, heat, scene)
    new_two, worth_two = dressed(two, at_two, form_two, heat, scene)
    ratio += worth_one - believed(one, old_one, heat, scene)
    ratio += worth_two - believed(two, old_two, heat, scene)
    lay(1.0, new_one, scene)
    lay(1.0, new_two, scene)
    paid = old_two.mines * covered(old_two, scene) - new_two.mines * covered(new_two, scene)
    if settled(ratio + heat * (difference(old_one, new_one, scene) + paid), state):
        put(one, new_one, state)
        put(two, new_two, state)


@kernel
def _handed(one: int, two: int, heat: float, scene: Scene) -> None:
    """Propose that two change fields, or that the one that has a field gives it to the other."""
    on = scene.state.on
    if on[one] == REAL and on[two] == REAL:
        exchanged(one, two, heat, scene)
    elif on[one] == REAL:
        _passed(one, two, heat, scene)
    elif on[two] == REAL:
        _passed(two, one, heat, scene)


@kernel
def claimed(sheet: int, heat: float, scene: Scene) -> None:
    """Propose that a field of which nobody wrote is that of a sheet, which gives up its own for it if it has one."""
    other = _choice(sheet, scene)
    if other >= 0:
        _handed(sheet, other, heat, scene)


@kernel
def bartered(one: int, heat: float, scene: Scene) -> None:
    """Let a sheet change fields with a neighbour, or give its own to one that has none, or take it."""
    sheets = scene.sheets
    first, last = sheets.near_start[one], sheets.near_start[one + 1]
    if first == last:
        return
    two = sheets.near[np.random.randint(first, last)]
    if sheets.informed[two]:
        _handed(one, two, heat, scene)
