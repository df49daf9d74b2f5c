"""How well does one joint explanation fit: what do fields promise at the finds, and what do sheets say of fields?

Finds are a Poisson process: the intensity at a find is that of all fields that lie over it plus strays, and every field
pays for the mines that should have been found in the ground searched. A move is weighed by what it changes: `lay` takes
fields away (sign -1) and puts them down again (sign +1) in a scratch array, `gain` weighs it, `keep` or `forget`
ends it.
"""

from __future__ import annotations

import math

import numpy as np

from whitestone.minefields.joint_state import Beliefs, Floats, Ground, Hyper, Shapes, Sheets, State
from whitestone.minefields.kernels import kernel

__all__ = [
    "centre_shift",
    "covered",
    "crowding",
    "dirichlet",
    "forget",
    "gain",
    "gamma",
    "keep",
    "lay",
    "normal",
    "place_density",
    "sheet_density",
    "unwritten_density",
]

CROWDING = 12.0
"""Price of a field that lies wholly on another."""


@kernel
def lay(
    sign: float,
    at: Floats,
    mines: float,
    mix: Floats,
    lanes: Floats,
    template: int,
    ground: Ground,
    shapes: Shapes,
    state: State,
) -> None:
    """Add or take away what a field promises at the finds under it."""
    length, width = math.exp(at[3]), math.exp(at[4])
    cos, sin = math.cos(at[2]), math.sin(at[2])
    ex, ey = shapes.reach[template, 0], shapes.reach[template, 1]
    half_x = abs(cos) * ex * length + abs(sin) * ey * width
    half_y = abs(sin) * ex * length + abs(cos) * ey * width
    rows, columns = shapes.density.shape[1], shapes.density.shape[2]
    west, south, size, net_columns, net_rows = ground.net
    first_column = max(math.floor((at[0] - half_x - west) / size), 0)
    last_column = min(math.floor((at[0] + half_x - west) / size), int(net_columns) - 1)
    first_row = max(math.floor((at[1] - half_y - south) / size), 0)
    last_row = min(math.floor((at[1] + half_y - south) / size), int(net_rows) - 1)
    scale = sign * mines / (length * width)
    for row in range(first_row, last_row + 1):
        base = row * int(net_columns)
        for f in range(
            ground.start[base + first_column],
            ground.start[base + last_column + 1] if last_column >= first_column else ground.start[base + first_column],
        ):
            dx, dy = ground.x[f] - at[0], ground.y[f] - at[1]
            u = ((cos * dx + sin * dy) / length / ex + 1.0) * 0.5 * columns
            v = ((cos * dy - sin * dx) / width / ey + 1.0) * 0.5 * rows
            if u < 0.0 or v < 0.0 or u >= columns or v >= rows:
                continue
            value = scale * shapes.density[template, int(v), int(u)] * lanes[shapes.lane[template, int(v), int(u)]]
            if ground.kind[f] >= 0:
                value *= mix[ground.kind[f]]
            if value == 0.0:
                continue
            if state.change[f] == 0.0:
                state.touched[state.touched[-1]] = f
                state.touched[-1] += 1
            state.change[f] += value
            if state.change[f] == 0.0:
                state.change[f] = 1e-300


@kernel
def gain(state: State, floor: float) -> float:
    """Return how much the logarithm of the likelihood of the finds changes by what was laid."""
    total = 0.0
    for k in range(state.touched[-1]):
        f = state.touched[k]
        total += math.log(max(state.total[f] + state.change[f], floor) / max(state.total[f], floor))
    return total


@kernel
def keep(state: State) -> None:
    """Accept what was laid."""
    for k in range(state.touched[-1]):
        f = state.touched[k]
        state.total[f] += state.change[f]
        state.change[f] = 0.0
    state.touched[-1] = 0


@kernel
def forget(state: State) -> None:
    """Drop what was laid."""
    for k in range(state.touched[-1]):
        state.change[state.touched[k]] = 0.0
    state.touched[-1] = 0


@kernel
def covered(at: Floats, lanes: Floats, template: int, ground: Ground, shapes: Shapes) -> float:
    """Return the share of a field's mines that should have been found by now."""
    length, width = math.exp(at[3]), math.exp(at[4])
    cos, sin = math.cos(at[2]), math.sin(at[2])
    west, south, size, columns, rows = ground.seen_net
    total, whole = 0.0, 0.0
    for k in range(shapes.points.shape[1]):
        part = lanes[shapes.point_lane[template, k]]
        whole += part
        u, v = shapes.points[template, k, 0] * length, shapes.points[template, k, 1] * width
        column = math.floor((at[0] + cos * u - sin * v - west) / size)
        row = math.floor((at[1] + sin * u + cos * v - south) / size)
        if 0 <= column < columns and 0 <= row < rows:
            total += part * ground.seen[row, column]
    return total / whole


@kernel
def _share_in(one: Floats, two: Floats) -> float:
    """Return the share of one field's rectangle that lies in another's."""
    cos1, sin1, cos2, sin2 = math.cos(one[2]), math.sin(one[2]), math.cos(two[2]), math.sin(two[2])
    length1, width1, length2, width2 = math.exp(one[3]), math.exp(one[4]), math.exp(two[3]), math.exp(two[4])
    count = 0
    for i in range(8):
        u = (i - 3.5) * 0.115 * length1
        for j in range(3):
            v = (j - 1) * 0.3 * width1
            x, y = one[0] + cos1 * u - sin1 * v - two[0], one[1] + sin1 * u + cos1 * v - two[1]
            if abs(cos2 * x + sin2 * y) < 0.5 * length2 and abs(cos2 * y - sin2 * x) < 0.5 * width2:
                count += 1
    return count / 24.0


@kernel
def crowding(o: int, at: Floats, state: State) -> float:
    """Return the price of ground that a field would share with others: fields seldom lie on one another."""
    total = 0.0
    for other in range(state.on.size):
        if state.on[other] != 0 and other != o:
            far = 0.5 * (
                math.exp(at[3]) + math.exp(at[4]) + math.exp(state.at[other, 3]) + math.exp(state.at[other, 4])
            )
            if abs(state.at[other, 0] - at[0]) < far and abs(state.at[other, 1] - at[1]) < far:
                total += _share_in(at, state.at[other]) + _share_in(state.at[other], at)
    return CROWDING * total


@kernel
def place_density(sheet: int, at: Floats, sheets: Sheets, hyper: Hyper) -> float:
    """Return the logarithm of the density with which a sheet places its field at `at`."""
    components = sheets.weight.shape[1]
    best = -math.inf
    logs = np.empty(components)
    off = np.empty(5)
    shift = hyper.shift[sheets.region[sheet]]
    scale = 2.0 * math.log(hyper.factor[0]) + math.log(hyper.factor[1]) + 2.0 * math.log(hyper.factor[2])
    for c in range(components):
        logs[c] = -math.inf
        if sheets.weight[sheet, c] <= 0.0:
            continue
        off[0] = (at[0] - sheets.mean[sheet, c, 0] - shift[0]) / hyper.factor[0]
        off[1] = (at[1] - sheets.mean[sheet, c, 1] - shift[1]) / hyper.factor[0]
        turn = at[2] - sheets.mean[sheet, c, 2]
        off[2] = (turn - 2.0 * math.pi * math.floor(turn / (2.0 * math.pi) + 0.5)) / hyper.factor[1]
        off[3] = (at[3] - sheets.mean[sheet, c, 3]) / hyper.factor[2]
        off[4] = (at[4] - sheets.mean[sheet, c, 4]) / hyper.factor[2]
        value = math.log(sheets.weight[sheet, c]) - 4.594692666023363 - scale
        for i in range(5):
            whitened = 0.0
            for j in range(i + 1):
                whitened += sheets.inverse[sheet, c, i, j] * off[j]
            value += math.log(sheets.inverse[sheet, c, i, i]) - 0.5 * whitened * whitened
        logs[c] = value
        best = max(best, value)
    total = 0.0
    for c in range(components):
        total += math.exp(logs[c] - best)
    return best + math.log(total)


@kernel
def centre_shift(sheet: int, sheets: Sheets, hyper: Hyper) -> Floats:
    """Draw a place for the field of a sheet from what the sheet says."""
    component, left = 0, np.random.random()
    for c in range(sheets.weight.shape[1]):
        component = c
        left -= sheets.weight[sheet, c]
        if left <= 0.0:
            break
    at = np.empty(5)
    noise = np.random.standard_normal(5)
    for i in range(5):
        value = 0.0
        for j in range(i + 1):
            value += sheets.root[sheet, component, i, j] * noise[j]
        at[i] = value
    at[0] = sheets.mean[sheet, component, 0] + hyper.factor[0] * at[0] + hyper.shift[sheets.region[sheet], 0]
    at[1] = sheets.mean[sheet, component, 1] + hyper.factor[0] * at[1] + hyper.shift[sheets.region[sheet], 1]
    at[2] = sheets.mean[sheet, component, 2] + hyper.factor[1] * at[2]
    at[3] = sheets.mean[sheet, component, 3] + hyper.factor[2] * at[3]
    at[4] = sheets.mean[sheet, component, 4] + hyper.factor[2] * at[4]
    return at


@kernel
def normal(value: float, mean: float, sd: float) -> float:
    """Return the logarithm of a normal density."""
    return -0.5 * ((value - mean) / sd) ** 2 - math.log(sd) - 0.9189385332046727


@kernel
def gamma(value: float, shape: float, mean: float) -> float:
    """Return the logarithm of a Gamma density, given by its shape and its mean."""
    rate = shape / mean
    return shape * math.log(rate) - math.lgamma(shape) + (shape - 1.0) * math.log(value) - rate * value


@kernel
def dirichlet(shares: Floats, parameters: Floats) -> float:
    """Return the logarithm of a Dirichlet density."""
    total, value = 0.0, 0.0
    for t in range(shares.size):
        total += parameters[t]
        value += (parameters[t] - 1.0) * math.log(shares[t]) - math.lgamma(parameters[t])
    return value + math.lgamma(total)


@kernel
def sheet_density(sheet: int, mines: float, mix: Floats, sheets: Sheets, hyper: Hyper) -> float:
    """Return the logarithm of the density of a number of mines and their types under a sheet."""
    return gamma(mines, sheets.shape[sheet], sheets.mines[sheet] * hyper.amount[0]) + dirichlet(mix, sheets.mix[sheet])


@kernel
def unwritten_density(at: Floats, mines: float, mix: Floats, beliefs: Beliefs, ground: Ground) -> float:
    """Return the same for a field of which nobody wrote, with its turn and size; without its number per area."""
    area = math.exp(at[3] + at[4])
    return (
        normal(at[3], beliefs.log_length, beliefs.log_length_sd)
        + normal(at[4], beliefs.log_width, beliefs.log_width_sd)
        - math.log(math.pi)
        + gamma(mines, beliefs.density_shape, beliefs.density * area)
        + dirichlet(mix, 0.5 + 4.0 * ground.stray_mix)
    )
