"""Where would the field of a sheet lie if something went badly wrong, and finds tell where?

A sheet whose landmark or first leg is grossly off allows a wide ground, and a place drawn from it seldom falls on the
finds. So half of the proposals lay the field over one of the finds within reach, turned and sized as the sheet says.
What is proposed so is weighed by its density: the answer stays the same, it is only reached.
"""

from __future__ import annotations

import math

import numpy as np

from whitestone.minefields.joint_laying import cells
from whitestone.minefields.joint_state import Floats, Ground, Hyper, Sheets
from whitestone.minefields.joint_terms import centre_shift, component_drawn, normal, place_density
from whitestone.minefields.kernels import bare_kernel, kernel

__all__ = ["guided", "guided_density", "scatter", "sized", "sized_density"]


@bare_kernel
def scatter(sheet: int, component: int, number: int, sheets: Sheets) -> float:
    """Return the spread of one of the five numbers under one component, before any factor on it is learned."""
    total = 0.0
    for j in range(number + 1):
        total += sheets.root[sheet, component, number, j] ** 2
    return math.sqrt(total)


@bare_kernel
def _spread(sheet: int, component: int, number: int, sheets: Sheets, hyper: Hyper) -> float:
    """Return the spread of turn, length or width under one component."""
    return scatter(sheet, component, number, sheets) * float(hyper.factor[1 if number == 2 else 2])


@kernel
def sized(sheet: int, form: int, sheets: Sheets, hyper: Hyper) -> Floats:
    """Draw turn, length and width of the field of a sheet, each for itself; the place is left at nought."""
    component = component_drawn(sheet, form, sheets)
    at = np.zeros(5)
    for i in range(2, 5):
        at[i] = sheets.mean[sheet, component, i]
        at[i] += _spread(sheet, component, i, sheets, hyper) * np.random.standard_normal()
    return at


@bare_kernel
def sized_density(sheet: int, at: Floats, form: int, sheets: Sheets, hyper: Hyper) -> float:
    """Return the density with which a form is drawn and `sized` draws turn, length and width in it."""
    total = 0.0
    for c in range(sheets.weight.shape[1]):
        if sheets.weight[sheet, c] <= 0.0 or sheets.form[sheet, c] != form:
            continue
        turn = at[2] - sheets.mean[sheet, c, 2]
        turn -= 2.0 * math.pi * math.floor(turn / (2.0 * math.pi) + 0.5)
        value = normal(turn, 0.0, _spread(sheet, c, 2, sheets, hyper))
        for i in range(3, 5):
            value += normal(at[i], sheets.mean[sheet, c, i], _spread(sheet, c, i, sheets, hyper))
        total += sheets.weight[sheet, c] * math.exp(value)
    return total


@bare_kernel
def _reached(sheet: int, pick: int, ground: Ground, sheets: Sheets) -> int:
    """Return how many finds lie within reach of a sheet (`pick` below nought), or which is number `pick` of them."""
    x, y, far = sheets.middle[sheet, 0], sheets.middle[sheet, 1], sheets.reach[sheet]
    first_column, last_column, first_row, last_row = cells(x - far, x + far, y - far, y + far, ground.net)
    number = 0
    if last_column < first_column:
        return 0
    for row in range(first_row, last_row + 1):
        base = row * int(ground.net[3])
        begin, end = ground.start[base + first_column], ground.start[base + last_column + 1]
        if number <= pick < number + end - begin:
            found: int = begin + pick - number
            return found
        number += end - begin
    return number


@bare_kernel
def _under(sheet: int, at: Floats, ground: Ground, sheets: Sheets) -> int:
    """Return how many of the finds within reach of a sheet lie in the rectangle of a place."""
    x, y, far = sheets.middle[sheet, 0], sheets.middle[sheet, 1], sheets.reach[sheet]
    length, width = math.exp(at[3]), math.exp(at[4])
    cos, sin = math.cos(at[2]), math.sin(at[2])
    half_x, half_y = 0.5 * (abs(cos) * length + abs(sin) * width), 0.5 * (abs(sin) * length + abs(cos) * width)
    # The same cells as in `_reached`, cut to those that the rectangle touches.
    first_column, last_column, first_row, last_row = cells(
        max(x - far, at[0] - half_x),
        min(x + far, at[0] + half_x),
        max(y - far, at[1] - half_y),
        min(y + far, at[1] + half_y),
        ground.net,
    )
    count = 0
    if last_column < first_column:
        return 0
    for row in range(first_row, last_row + 1):
        base = row * int(ground.net[3])
        for f in range(ground.start[base + first_column], ground.start[base + last_column + 1]):
            dx, dy = ground.x[f] - at[0], ground.y[f] - at[1]
            if abs(cos * dx + sin * dy) <= 0.5 * length and abs(cos * dy - sin * dx) <= 0.5 * width:
                count += 1
    return count


@kernel
def guided(sheet: int, form: int, ground: Ground, sheets: Sheets, hyper: Hyper) -> Floats:
    """Draw a place for the field of a sheet: as the sheet says, or in half of all cases over a find within reach."""
    near = _reached(sheet, -1, ground, sheets)
    if near == 0 or np.random.random() < 0.5:
        return centre_shift(sheet, form, sheets, hyper)
    f = _reached(sheet, np.random.randint(0, near), ground, sheets)
    at = sized(sheet, form, sheets, hyper)
    u = (np.random.random() - 0.5) * math.exp(at[3])
    v = (np.random.random() - 0.5) * math.exp(at[4])
    cos, sin = math.cos(at[2]), math.sin(at[2])
    at[0] = ground.x[f] - cos * u + sin * v
    at[1] = ground.y[f] - sin * u - cos * v
    return at


@kernel
def guided_density(sheet: int, at: Floats, form: int, ground: Ground, sheets: Sheets, hyper: Hyper) -> float:
    """Return the logarithm of the density with which a form is drawn and `guided` proposes a place for it."""
    own = place_density(sheet, at, form, sheets, hyper)
    near = _reached(sheet, -1, ground, sheets)
    if near == 0:
        return own
    over = sized_density(sheet, at, form, sheets, hyper) * _under(sheet, at, ground, sheets) / near
    over *= math.exp(-at[3] - at[4])
    return math.log(0.5 * math.exp(own) + 0.5 * over + 1e-300)
