"""How do sheets, finds and searched ground become the arrays of the joint search?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.ndimage
import scipy.special
from scipy.spatial import cKDTree

from whitestone.minefields.error_model import ErrorModel
from whitestone.minefields.joint_state import LANES, Beliefs, Ground, Shapes, Sheets
from whitestone.minefields.priors import COMPONENTS, Prior
from whitestone.minefields.sheet_parts import Sheet
from whitestone.minefields.templates import Template, rectangle

__all__ = ["beliefs_of", "shapes_of", "sheets_of", "stated_mines"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_NEIGHBOUR_M = 450.0
_MOST_NEIGHBOURS = 24
_SURE_TYPES = 20.0
"""How closely the types found follow those stated: as after so many mines seen."""
_UNTOLD_TYPES, _LEAST_MIX, _ANY_MIX = 8.0, 0.2, 2.0
"""How closely an unwritten field follows a set of types that sheets name; what any other type gets; and how many sheets
the chance of any other mix weighs."""
_SLOPE_PULL, _SCATTER, _SCATTER_SHEETS = 2.0, 0.6, 4.0
"""How much the usual number of mines per area weighs; scatter of the logarithm about it, and its weight in sheets."""
_FIRST_TRUE = 6.0
"""How much the stated share of false sheets weighs: as after so many sheets checked."""
_LIFTING = ("lifted", "lift", "cleared", "removed", "destroyed")


def stated_mines(sheet: Sheet) -> float | None:
    """Return how many mines a sheet states: its total, else the sum of its quantities, rows or items; None: no number.

    >>> stated_mines(Sheet(id="A", key="A")) is None
    True
    """
    if sheet.total.middle:
        return sheet.total.middle
    for counts in (sheet.quantities, *[row.count for row in sheet.rows]):
        total = sum(each.middle or 0.0 for each in counts.values())
        if total > 0.0:
            return (
                total
                if counts is sheet.quantities
                else sum(each.middle or 0.0 for row in sheet.rows for each in row.count.values())
            )
    return float(len(sheet.items)) if sheet.items else None


def shapes_of(priors: Sequence[Prior]) -> tuple[Shapes, Ints]:
    """Stack the templates; return them and, for each sheet, the numbers of those as written, with rows, of form 1."""
    held: list[Template] = [rectangle()]
    numbers, form = np.zeros((len(priors), 3), dtype=np.int64), [0]
    for at, prior in enumerate(priors):
        held.append(prior.plain)
        numbers[at] = len(held) - 1
        if prior.rows is not None:
            held.append(prior.rows)
            numbers[at, 1] = len(held) - 1
        numbers[at, 2] = len(held)
        form += [0] * (len(held) - len(form)) + [number + 1 for number in range(len(prior.forms))]
        held += [each.plain for each in prior.forms]
    return Shapes(
        np.stack([each.density for each in held]),
        np.stack([each.reach for each in held]),
        np.stack([each.points for each in held]),
        np.stack([each.lane for each in held]),
        np.stack([each.point_lane for each in held]),
        np.stack([np.bincount(each.point_lane, minlength=LANES) / len(each.point_lane) for each in held]),
        np.array(form, dtype=np.int64),
    ), numbers


def sheets_of(
    sheets: Sequence[Sheet],
    priors: Sequence[Prior],
    numbers: Ints,
    kinds: dict[str, int],
    ground: Ground,
    model: ErrorModel,
    group: Ints,
) -> Sheets:
    """Return what is believed of each sheet before any find; `group` (sheets, 3) as in `Sheets`."""
    count = len(sheets)
    density = _usual_density(sheets, priors)
    mines, shape, counted = np.empty(count), np.empty(count), np.zeros(count, dtype=bool)
    mix = np.full((count, max(len(kinds), 1)), 0.3)
    lifted = np.full(count, model.lifted_share)
    for at, (sheet, prior) in enumerate(zip(sheets, priors, strict=True)):
        stated = stated_mines(sheet)
        mines[at] = model.mines_left_share * (stated or density * prior.frame.length * prior.frame.width)
        shape[at], counted[at] = (model.mines_shape, True) if stated else (1.5, False)
        total = sum(each.middle or 0.0 for each in sheet.quantities.values())
        for name, each in sheet.quantities.items():
            mix[at, kinds[name.casefold().strip()]] += _SURE_TYPES * (each.middle or 0.0) / max(total, 1e-9)
        if total <= 0.0:
            mix[at] += 4.0 * ground.stray_mix
        if any(event.kind.casefold().startswith(_LIFTING) for event in sheet.events):
            lifted[at] = 0.85
    weight, mean = _stack(priors, "weight"), _stack(priors, "mean")
    covariance = _stack(priors, "covariance")
    root = np.linalg.cholesky(covariance)
    middle = np.array([[prior.frame.x, prior.frame.y] for prior in priors]).reshape(-1, 2)
    off = np.hypot(*(mean[..., :2] - middle[:, None]).transpose(2, 0, 1)) + 4.0 * np.sqrt(
        covariance[..., 0, 0] + covariance[..., 1, 1]
    )
    reach = np.minimum(np.where(weight > 0.0, off, 0.0).max(axis=1, initial=100.0), 2500.0)
    start, near = _neighbours(middle)
    return Sheets(
        weight,
        mean,
        np.asarray(root, dtype=np.float64),
        np.asarray(np.linalg.inv(root), dtype=np.float64),
        _stack(priors, "component_form"),
        numbers[:, :2].copy(),
        numbers[:, 2].copy(),
        np.maximum(mines, 0.5),
        shape,
        counted,
        mix,
        lifted,
        _informed(priors, ground),
        group,
        middle,
        reach,
        start,
        near,
    )


def beliefs_of(
    sheets: Sequence[Sheet],
    priors: Sequence[Prior],
    mix: Floats,
    ground: Ground,
    model: ErrorModel,
    *,
    shift_sd: Floats,
    learn_sd: float,
    heat: float,
) -> Beliefs:
    """Return what is believed of the whole batch before any find; `mix` (sheets, types) as in `Sheets`, `shift_sd`
    (groups,) as in `Beliefs`.

    Fields of which nobody wrote are as long and wide, hold as many mines and the same types as those that sheets
    describe.
    """
    frames = [prior.frame for prior in priors]
    long = np.log([frame.length for frame in frames]) if frames else np.array([math.log(250.0)])
    wide = np.log([frame.width for frame in frames]) if frames else np.array([math.log(40.0)])
    cell = float(ground.seen_net[2]) ** 2
    mines_log, mines_slope, mines_shape = _mines_by_area(sheets, priors, model)
    mixes, mix_share = _usual_mixes(sheets, mix, ground)
    return Beliefs(
        true_a=_FIRST_TRUE * (1.0 - model.false_share),
        true_b=_FIRST_TRUE * model.false_share,
        stray_a=0.5,
        stray_b=0.5e6,
        unwritten_a=0.5,
        unwritten_b=0.5e6,
        searched_m2=float(ground.seen.sum()) * cell,
        open_m2=float((ground.seen == 0.0).sum()) * cell,
        reach_m2=_reach_m2(ground),
        log_length=float(long.mean()),
        log_length_sd=max(float(long.std()), 0.4),
        log_width=float(wide.mean()),
        log_width_sd=max(float(wide.std()), 0.4),
        mines_log=mines_log,
        mines_slope=mines_slope,
        mines_shape=mines_shape,
        mixes=mixes,
        mix_share=mix_share,
        mix_weight=np.column_stack([scipy.special.gammaln(mixes), -scipy.special.gammaln(mixes.sum(axis=1))]),
        shift_sd=shift_sd,
        learn_sd=learn_sd,
        amount_sd=0.3,
        heat=heat,
    )


def _stack(priors: Sequence[Prior], name: str) -> npt.NDArray[Any]:
    """Stack an array of each prior; of no priors none, with the right number of axes."""
    rows = {"mean": (5,), "covariance": (5, 5)}.get(name, ())
    empty = np.zeros((0, COMPONENTS, *rows), np.int64 if name == "component_form" else np.float64)
    return np.stack([getattr(prior, name) for prior in priors]) if priors else empty


def _usual_density(sheets: Sequence[Sheet], priors: Sequence[Prior]) -> float:
    """Return the middle of the stated mines per square metre; 50 a hectare where nobody states any."""
    held = [
        stated / (prior.frame.length * prior.frame.width)
        for sheet, prior in zip(sheets, priors, strict=True)
        if (stated := stated_mines(sheet))
    ]
    return float(np.median(held)) if held else 0.005


def _mines_by_area(
    sheets: Sequence[Sheet], priors: Sequence[Prior], model: ErrorModel
) -> tuple[float, float, float]:
    """Return level and slope of the logarithm of mines by that of area, and the shape of the scatter about it.

    A line through what sheets state, drawn towards as many mines per area as usual: as after a few more sheets.
    """
    rows = [
        (math.log(prior.frame.length * prior.frame.width), math.log(model.mines_left_share * stated))
        for sheet, prior in zip(sheets, priors, strict=True)
        if (stated := stated_mines(sheet))
    ]
    area, mines = np.array(rows or [(math.log(1e4), math.log(1e4 * _usual_density(sheets, priors)))]).T
    off = area - area.mean()
    slope = float((off @ mines + _SLOPE_PULL) / (off @ off + _SLOPE_PULL))
    left = mines - mines.mean() - slope * off
    variance = float((_SCATTER_SHEETS * _SCATTER**2 + left @ left) / (_SCATTER_SHEETS + len(mines)))
    shape = 1.0 / variance + 0.5  # the logarithm of a Gamma variable scatters so
    level = float(mines.mean()) - slope * float(area.mean()) + math.log(shape) - float(scipy.special.digamma(shape))
    return level, slope, shape


def _usual_mixes(sheets: Sequence[Sheet], mix: Floats, ground: Ground) -> tuple[Floats, Floats]:
    """Return a Dirichlet prior for each set of types that sheets name and its share, and one for any mix at all."""
    told = [
        at for at, sheet in enumerate(sheets) if sum(each.middle or 0.0 for each in sheet.quantities.values()) > 0.0
    ]
    named = mix[told] > 0.5 + 0.02 * _SURE_TYPES
    sets, back = np.unique(named, axis=0, return_inverse=True)
    rows, share = [0.5 + 4.0 * ground.stray_mix], [_ANY_MIX]
    for number in range(len(sets)):
        members = mix[told][back.ravel() == number]
        rows.append(_LEAST_MIX + _UNTOLD_TYPES * (members / members.sum(axis=1, keepdims=True)).mean(axis=0))
        share.append(float(len(members)))
    return np.array(rows), np.array(share) / sum(share)


def _neighbours(middle: Floats) -> tuple[Ints, Ints]:
    if not len(middle):
        return np.zeros(1, np.int64), np.zeros(0, np.int64)
    tree = cKDTree(middle)
    pairs = set()
    for at, near in enumerate(
        tree.query(middle, k=min(_MOST_NEIGHBOURS, len(middle)), distance_upper_bound=_NEIGHBOUR_M)[1].reshape(
            len(middle), -1
        )
    ):
        pairs |= {(at, int(other)) for other in near if other < len(middle) and other != at}
    pairs |= {(b, a) for a, b in pairs}
    ordered = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    return np.searchsorted(ordered[:, 0], np.arange(len(middle) + 1)).astype(np.int64), ordered[:, 1].copy()


def _informed(priors: Sequence[Prior], ground: Ground) -> npt.NDArray[np.bool_]:
    """Say for which sheets anything can be told.

    Something was searched or found where their field can lie; or others were met by chance, and this one was not.
    """
    west, south, size, columns, rows = ground.seen_net
    known = ground.seen > 0.0
    if ground.x.size:
        known[((ground.y - south) / size).astype(int), ((ground.x - west) / size).astype(int)] = True
    found = np.zeros(len(priors), dtype=bool)
    for at, prior in enumerate(priors):
        picked = prior.at[:: max(len(prior.at) // 300, 1)]
        points = prior.plain.points[::8].astype(float)
        u, v = points[:, 0] * np.exp(picked[:, 3:4]), points[:, 1] * np.exp(picked[:, 4:5])
        cos, sin = np.cos(picked[:, 2:3]), np.sin(picked[:, 2:3])
        column = ((picked[:, :1] + cos * u - sin * v - west) // size).astype(np.int64)
        row = ((picked[:, 1:2] + sin * u + cos * v - south) // size).astype(np.int64)
        inside = (column >= 0) & (row >= 0) & (column < columns) & (row < rows)
        found[at] = inside.any() and bool(ground.open.any() or known[row[inside], column[inside]].any())
    return found


def _reach_m2(ground: Ground) -> float:
    """Return how much ground has searched ground or finds within 40 m."""
    west, south, size, _, _ = ground.seen_net
    step = max(round(20.0 / float(size)), 1)
    known = ground.seen > 0.0
    if ground.x.size:
        known[((ground.y - south) / size).astype(int), ((ground.x - west) / size).astype(int)] = True
    rows, columns = (-(-length // step) * step for length in known.shape)
    padded = np.zeros((rows, columns), dtype=bool)
    padded[: known.shape[0], : known.shape[1]] = known
    coarse = padded.reshape(rows // step, step, columns // step, step).any(axis=(1, 3))
    grown = scipy.ndimage.binary_dilation(coarse, iterations=2)
    return float(grown.sum()) * float(step * size) ** 2
