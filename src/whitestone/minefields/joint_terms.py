"""How likely is a field before any find: what do sheets say of theirs, and what is usual where nobody wrote?

Densities and draws of the joint search, all of them logarithms unless they say otherwise.
"""

from __future__ import annotations

import math

import numpy as np

from whitestone.minefields.joint_state import LANES, Beliefs, Floats, Hyper, Sheets
from whitestone.minefields.kernels import bare_kernel, kernel

__all__ = [
    "LANE_PRIOR",
    "centre_shift",
    "component_drawn",
    "dirichlet",
    "form_share",
    "gamma",
    "laned",
    "normal",
    "odds",
    "place_density",
    "sheet_mines",
    "spread",
    "sureness",
    "template_drawn",
    "told",
    "told_by",
    "told_weights",
    "unwritten_mean",
    "unwritten_place",
]

LANE_PRIOR = 1.5
"""Parameter of the Dirichlet prior of lanes."""


@bare_kernel
def odds(sheet: int, sheets: Sheets, hyper: Hyper) -> float:
    """Return the logarithm of the odds that a sheet has a field with mines in it, before any find."""
    here = hyper.truth[0] * (1.0 - sheets.lifted[sheet])
    return math.log(here / (1.0 - here))


@kernel
def spread(parameters: Floats) -> Floats:
    """Draw shares from a Dirichlet distribution, none of them quite zero."""
    shares = np.empty(parameters.size)
    for t in range(parameters.size):
        shares[t] = np.random.gamma(parameters[t], 1.0) + 1e-9
    _divided(shares)
    return shares


@bare_kernel
def _divided(shares: Floats) -> None:
    """Divide shares by their sum, in place."""
    total = 0.0
    for t in range(shares.size):
        total += shares[t]
    for t in range(shares.size):
        shares[t] /= total


@bare_kernel
def laned(lanes: Floats, found: Floats) -> float:
    """Return the logarithm of the density of how dense the lanes of a field are, with finds counted in each."""
    value, total = 0.0, 0.0
    for k in range(LANES):
        total += LANE_PRIOR + found[k]
        value += (LANE_PRIOR + found[k] - 1.0) * math.log(lanes[k] / LANES) - math.lgamma(LANE_PRIOR + found[k])
    return value + math.lgamma(total)


@bare_kernel
def shifted(sheet: int, sheets: Sheets, hyper: Hyper) -> tuple[float, float]:
    """Return how far east and north a sheet is off together with others: of the batch, of its district, of its unit."""
    east = north = 0.0
    for k in range(sheets.group.shape[1]):
        if sheets.group[sheet, k] >= 0:
            east += hyper.shift[sheets.group[sheet, k], 0]
            north += hyper.shift[sheets.group[sheet, k], 1]
    return east, north


@bare_kernel
def place_density(sheet: int, at: Floats, form: int, sheets: Sheets, hyper: Hyper) -> float:
    """Return the logarithm of the density with which a sheet places its field at `at`, in this form."""
    best, total = -math.inf, 0.0
    east, north = shifted(sheet, sheets, hyper)
    scale = 2.0 * math.log(hyper.factor[0]) + math.log(hyper.factor[1]) + 2.0 * math.log(hyper.factor[2])
    for c in range(sheets.weight.shape[1]):
        if sheets.weight[sheet, c] <= 0.0 or sheets.form[sheet, c] != form:
            continue
        turn = at[2] - sheets.mean[sheet, c, 2]
        off = (
            (at[0] - sheets.mean[sheet, c, 0] - east) / hyper.factor[0],
            (at[1] - sheets.mean[sheet, c, 1] - north) / hyper.factor[0],
            (turn - 2.0 * math.pi * math.floor(turn / (2.0 * math.pi) + 0.5)) / hyper.factor[1],
            (at[3] - sheets.mean[sheet, c, 3]) / hyper.factor[2],
            (at[4] - sheets.mean[sheet, c, 4]) / hyper.factor[2],
        )
        value = math.log(sheets.weight[sheet, c]) - 4.594692666023363 - scale
        for i in range(5):
            whitened = 0.0
            for j in range(i + 1):
                whitened += sheets.inverse[sheet, c, i, j] * off[j]
            value += math.log(sheets.inverse[sheet, c, i, i]) - 0.5 * whitened * whitened
        best, total = _summed(best, total, value)
    return best + math.log(total) if total > 0.0 else -1e9


@bare_kernel
def form_share(sheet: int, form: int, sheets: Sheets) -> float:
    """Return the share of a form in what a sheet says."""
    share = 0.0
    for c in range(sheets.weight.shape[1]):
        if sheets.form[sheet, c] == form:
            share += sheets.weight[sheet, c]
    return share


@bare_kernel
def component_drawn(sheet: int, form: int, sheets: Sheets) -> int:
    """Draw one of the components of what a sheet says, among those of a form."""
    component, left = 0, np.random.random() * form_share(sheet, form, sheets)
    for c in range(sheets.weight.shape[1]):
        if sheets.form[sheet, c] == form and sheets.weight[sheet, c] > 0.0:
            component = c
            left -= sheets.weight[sheet, c]
            if left <= 0.0:
                break
    return component


@bare_kernel
def template_drawn(sheet: int, sheets: Sheets) -> int:
    """Draw in which form a sheet's field lies, and if as written, whether along its rows or all over it."""
    left = np.random.random()
    for c in range(sheets.weight.shape[1]):
        left -= sheets.weight[sheet, c]
        if left <= 0.0:
            if sheets.form[sheet, c] > 0:
                return int(sheets.more[sheet] + sheets.form[sheet, c] - 1)
            break
    return int(sheets.template[sheet, np.random.randint(0, 2)])


@kernel
def centre_shift(sheet: int, form: int, sheets: Sheets, hyper: Hyper) -> Floats:
    """Draw a place for the field of a sheet, in this form, from what the sheet says."""
    component = component_drawn(sheet, form, sheets)
    at = np.empty(5)
    noise = np.random.standard_normal(5)
    for i in range(5):
        value = 0.0
        for j in range(i + 1):
            value += sheets.root[sheet, component, i, j] * noise[j]
        at[i] = value
    east, north = shifted(sheet, sheets, hyper)
    at[0] = sheets.mean[sheet, component, 0] + hyper.factor[0] * at[0] + east
    at[1] = sheets.mean[sheet, component, 1] + hyper.factor[0] * at[1] + north
    at[2] = sheets.mean[sheet, component, 2] + hyper.factor[1] * at[2]
    at[3] = sheets.mean[sheet, component, 3] + hyper.factor[2] * at[3]
    at[4] = sheets.mean[sheet, component, 4] + hyper.factor[2] * at[4]
    return at


@bare_kernel
def normal(value: float, mean: float, sd: float) -> float:
    """Return the logarithm of a normal density."""
    return -0.5 * ((value - mean) / sd) ** 2 - math.log(sd) - 0.9189385332046727


@bare_kernel
def gamma(value: float, shape: float, mean: float) -> float:
    """Return the logarithm of a Gamma density, given by its shape and its mean."""
    rate = shape / mean
    return shape * math.log(rate) - math.lgamma(shape) + (shape - 1.0) * math.log(value) - rate * value


@bare_kernel
def dirichlet(shares: Floats, parameters: Floats, found: Floats) -> float:
    """Return the logarithm of a Dirichlet density, with finds counted of each kind."""
    total, value = 0.0, 0.0
    for t in range(shares.size):
        total += parameters[t] + found[t]
        value += (parameters[t] + found[t] - 1.0) * math.log(shares[t]) - math.lgamma(parameters[t] + found[t])
    return value + math.lgamma(total)


@bare_kernel
def sheet_mines(sheet: int, mines: float, sheets: Sheets, hyper: Hyper) -> float:
    """Return the logarithm of the density of a number of mines under a sheet."""
    return gamma(mines, sureness(sheet, sheets, hyper), sheets.mines[sheet] * hyper.amount[0])


@bare_kernel
def sureness(sheet: int, sheets: Sheets, hyper: Hyper) -> float:
    """Return the shape of the Gamma prior of the number of mines under a sheet."""
    return float(sheets.shape[sheet] * (hyper.sure[0] if sheets.stated[sheet] else 1.0))


@bare_kernel
def unwritten_mean(at: Floats, beliefs: Beliefs) -> float:
    """Return how many mines a field of which nobody wrote holds on average, by its area."""
    return math.exp(beliefs.mines_log + beliefs.mines_slope * (at[3] + at[4]))


@bare_kernel
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


@bare_kernel
def _added(k: int, counts: Floats, beliefs: Beliefs) -> float:
    """Return by how much finds counted change the logarithm of what set `k` of types is divided by."""
    found, whole, value = 0.0, 0.0, 0.0
    for t in range(beliefs.mixes.shape[1]):
        whole += beliefs.mixes[k, t]
        if counts[t] > 0.0:
            found += counts[t]
            value += math.lgamma(beliefs.mixes[k, t] + counts[t]) - beliefs.mix_weight[k, t]
    return value - math.lgamma(whole + found) - beliefs.mix_weight[k, -1] if found > 0.0 else value


@bare_kernel
def told(mix: Floats, counts: Floats, beliefs: Beliefs) -> float:
    """Return the logarithm of the density of the types of a field of which nobody wrote, with finds counted of each.

    People who wrote nothing laid what others wrote of.
    """
    best, total, heard, whole = -math.inf, 0.0, -math.inf, 0.0
    for k in range(beliefs.mix_share.size):
        share = math.log(beliefs.mix_share[k])
        weight = share + _added(k, counts, beliefs)
        # The share of a set that finds were counted for is divided by the sum over all sets.
        heard, whole = _summed(heard, whole, weight)
        value = share - beliefs.mix_weight[k, -1]
        for t in range(mix.size):
            value += (beliefs.mixes[k, t] + counts[t] - 1.0) * math.log(mix[t]) - beliefs.mix_weight[k, t]
        best, total = _summed(best, total, value)
    return best + math.log(total) - heard - math.log(whole)


@bare_kernel
def _summed(best: float, total: float, value: float) -> tuple[float, float]:
    """Add one more logarithm to a sum that is kept as its largest term and what all are beside it."""
    if value > best:
        return value, total * math.exp(best - value) + 1.0
    return best, total + math.exp(value - best)


@kernel
def told_weights(counts: Floats, beliefs: Beliefs) -> Floats:
    """Return the shares of the sets of types that a field of which nobody wrote may hold, given finds of each type."""
    shares = np.empty(beliefs.mix_share.size)
    for k in range(shares.size):
        shares[k] = math.log(beliefs.mix_share[k]) + _added(k, counts, beliefs)
    best = shares.max()
    for k in range(shares.size):
        shares[k] = math.exp(shares[k] - best)
    _divided(shares)
    return shares


@kernel
def told_by(counts: Floats, beliefs: Beliefs) -> int:
    """Draw which set of types a field of which nobody wrote holds, given its finds of each type."""
    shares = told_weights(counts, beliefs)
    left = np.random.random()
    for k in range(shares.size):
        left -= shares[k]
        if left <= 0.0:
            return k
    return shares.size - 1
