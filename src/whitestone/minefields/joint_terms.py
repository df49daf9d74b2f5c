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
    "dirichlet",
    "forget",
    "gain",
    "gamma",
    "keep",
    "lay",
    "normal",
    "place_density",
    "sheet_density",
    "sheet_mines",
    "sureness",
    "told_by",
    "unsearched",
    "unwritten_density",
    "unwritten_mean",
    "unwritten_place",
]

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
            seen = ground.seen[row, column]
            total += part * (seen if seen > 0.0 else ground.chance[0])
    return total / whole


@kernel
def unsearched(at: Floats, lanes: Floats, template: int, ground: Ground, shapes: Shapes) -> float:
    """Return the share of a field's mines that lie where nobody searched."""
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
        if 0 <= column < columns and 0 <= row < rows and ground.seen[row, column] == 0.0:
            total += part
    return total / whole


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
    return sheet_mines(sheet, mines, sheets, hyper) + dirichlet(mix, sheets.mix[sheet])


@kernel
def sheet_mines(sheet: int, mines: float, sheets: Sheets, hyper: Hyper) -> float:
    """Return the logarithm of the density of a number of mines under a sheet."""
    return gamma(mines, sureness(sheet, sheets, hyper), sheets.mines[sheet] * hyper.amount[0])


@kernel
def sureness(sheet: int, sheets: Sheets, hyper: Hyper) -> float:
    """Return the shape of the Gamma prior of the number of mines under a sheet."""
    return float(sheets.shape[sheet] * (hyper.sure[0] if sheets.stated[sheet] else 1.0))


@kernel
def unwritten_mean(at: Floats, beliefs: Beliefs) -> float:
    """Return how many mines a field of which nobody wrote holds on average, by its area."""
    return math.exp(beliefs.mines_log + beliefs.mines_slope * (at[3] + at[4]))


@kernel
def unwritten_place(at: Floats, mines: float, beliefs: Beliefs) -> float:
    """Return the logarithm of the density of turn, size and number of mines of a field of which nobody wrote.

    Its number per area is left out.
    """
    return (
        normal(at[3], beliefs.log_length, beliefs.log_length_sd)
        + normal(at[4], beliefs.log_width, beliefs.log_width_sd)
        - math.log(math.pi)
        + gamma(mines, beliefs.mines_shape, unwritten_mean(at, beliefs))
    )


@kernel
def unwritten_density(at: Floats, mines: float, mix: Floats, beliefs: Beliefs) -> float:
    """Return the same with its types: people who wrote nothing laid what others wrote of."""
    best = -math.inf
    logs = np.empty(beliefs.mix_share.size)
    for k in range(beliefs.mix_share.size):
        logs[k] = math.log(beliefs.mix_share[k]) + dirichlet(mix, beliefs.mixes[k])
        best = max(best, logs[k])
    total = 0.0
    for k in range(beliefs.mix_share.size):
        total += math.exp(logs[k] - best)
    return unwritten_place(at, mines, beliefs) + best + math.log(total)


@kernel
def told_by(counts: Floats, beliefs: Beliefs) -> int:
    """Draw which set of types a field of which nobody wrote holds, given its finds of each type."""
    kinds = beliefs.mix_share.size
    logs = np.empty(kinds)
    for k in range(kinds):
        whole, found = 0.0, 0.0
        logs[k] = math.log(beliefs.mix_share[k])
        for t in range(counts.size):
            whole += beliefs.mixes[k, t]
            found += counts[t]
            if counts[t] > 0.0:
                logs[k] += math.lgamma(beliefs.mixes[k, t] + counts[t]) - math.lgamma(beliefs.mixes[k, t])
        logs[k] += math.lgamma(whole) - math.lgamma(whole + found)
    best = logs.max()
    left = np.random.random() * np.exp(logs - best).sum()
    for k in range(kinds):
        left -= math.exp(logs[k] - best)
        if left <= 0.0:
            return k
    return kinds - 1
