"""What does a batch of records come to: a place and a probability for every sheet, an owner for every find, two
scores?"""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from whitestone.minefields.batch_model import Question, ask, posed
from whitestone.minefields.error_model import ErrorModel, scaled
from whitestone.minefields.joint import Draws, Effort
from whitestone.minefields.outline_levels import MANY_FINDS, Levels, finds_at, learned_levels
from whitestone.minefields.outlines import SHARES, Spread, outline_of, sets_of, spread_of
from whitestone.minefields.scores import (
    accuracy_draws,
    as_written_share,
    completeness_draws,
    groups,
    score,
    true_draws,
)
from whitestone.minefields.searched_ground import CELL_M
from whitestone.minefields.shared_shifts import shift_of, shifts_told
from whitestone.minefields.sheet_parts import Batch
from whitestone.minefields.traverse import to_lonlat

__all__ = ["Assessment", "assess", "formed", "placements", "report"]

Floats = npt.NDArray[np.float64]

_LEAST_DRAWS = 20
"""With fewer draws in which a sheet has a field, where it would lie is told from the sheet and the ground searched."""
_MATCHED_SHEETS = 50
"""Fewer matched sheets than this say nothing about the error model."""


class Assessment(msgspec.Struct, frozen=True):
    """The question, its answer, and per draw which sheets describe a field that exists or existed."""

    question: Question
    draws: Draws
    true: npt.NDArray[np.bool_]
    seed: int


def assess(
    batch: Batch,
    *,
    seed: int,
    model: ErrorModel = ErrorModel(),  # noqa: B008
    effort: Effort = Effort(),  # noqa: B008
    threads: int | None = None,
) -> Assessment:
    """Explain all finds by the sheets of a batch, jointly. Same batch, seed, model and effort: same result.

    >>> assess(Batch(), seed=1).draws.on.shape[1]
    0
    """
    question = posed(batch, model, seed=seed)
    draws = ask(question, seed=seed, effort=effort, threads=threads)
    return Assessment(question, draws, true_draws(question, draws, seed), seed)


def placements(assessment: Assessment, sheet: int) -> tuple[Floats, Floats]:
    """Return sampled places (n, 5) of the field of a placed sheet, if there is one, and their weights (n,)."""
    at, weight, _ = formed(assessment, sheet)
    return at, weight


def formed(assessment: Assessment, sheet: int) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    """Return the same with the form (n,) of each: 0 as written, k: as in the prior's `forms[k - 1]`."""
    prior, draws, known = assessment.question.priors[sheet], assessment.draws, assessment.question.known
    picked = draws.at[draws.on[:, sheet], sheet]
    if known.informed[sheet] and len(picked) >= _LEAST_DRAWS:
        return picked, np.ones(len(picked)), draws.form[draws.on[:, sheet], sheet]
    rng = np.random.default_rng([assessment.seed, sheet])
    number = rng.choice(len(prior.at), 600, p=prior.share)
    chosen = prior.at[number]
    factor = np.median(draws.numbers[:, 3:6], axis=0) if len(draws.numbers) else np.ones(3)
    middle = prior.mean[0]
    chosen = middle + (chosen - middle) * factor[[0, 0, 1, 2, 2]]
    chosen[:, :2] += shift_of(sheet, assessment.question.shared, draws)
    return chosen, _unfound(assessment, sheet, chosen), prior.form[number]


def _unfound(assessment: Assessment, sheet: int, at: Floats) -> Floats:
    """Weigh places by how likely it is that nothing was found there, if the field lies there."""
    question = assessment.question
    west, south, size, columns, rows = question.ground.seen_net
    points = question.priors[sheet].plain.points.astype(float)
    u, v = points[:, 0] * np.exp(at[:, 3:4]), points[:, 1] * np.exp(at[:, 4:5])
    cos, sin = np.cos(at[:, 2:3]), np.sin(at[:, 2:3])
    column = ((at[:, :1] + cos * u - sin * v - west) // size).astype(np.int64)
    row = ((at[:, 1:2] + sin * u + cos * v - south) // size).astype(np.int64)
    inside = (column >= 0) & (row >= 0) & (column < columns) & (row < rows)
    seen = np.where(inside, question.ground.seen[np.where(inside, row, 0), np.where(inside, column, 0)], 0.0).mean(
        axis=1
    )
    shape = question.known.shape[sheet]
    log = -shape * np.log1p(seen * question.known.mines[sheet] / shape)
    return np.asarray(np.exp(log - log.max()))


def report(assessment: Assessment) -> dict[str, Any]:
    """Return the assessment as the published JSON object."""
    question, draws, levels = assessment.question, assessment.draws, taught_levels(assessment)
    batches = sorted({sheet.batch for sheet in question.sheets if sheet.batch})
    held: dict[str, Any] = {
        "batch": batches[0] if len(batches) == 1 else batches or None,
        "records": len(question.sheets),
        "finds": len(question.finds),
        "seed": assessment.seed,
        "completeness": msgspec.to_builtins(score(completeness_draws(question, draws), draws.chain)),
        "accuracy": msgspec.to_builtins(
            score(accuracy_draws(assessment.true) if question.sheets else np.empty(0), draws.chain)
        ),
        "as_written_share": as_written_share(question),
        "limits": _limits(question),
        "definitions": _DEFINITIONS,
        "error_model": _model(assessment, levels),
        "by": groups(question, draws, assessment.true),
        "records_detail": _records(assessment, levels),
        "finds_detail": _finds(assessment),
    }
    return held


_DEFINITIONS = {
    "completeness": "share of found mines that lie in a field which some sheet of the batch describes",
    "accuracy": "share of sheets (duplicates counted as sheets) that describe a field which exists or existed",
    "as_written_share": "share of found mines inside a polygon drawn as written; for comparison: it measures errors of "
    "position, not what the records hold",
    "interval": "low and high hold the middle 90 % of the joint explanations drawn, stretched by the spread between "
    "searches that began differently; by district, unit, year, batch and type it is wider: that of all those of whom "
    "these few sheets, or places of finds, are a sample",
    "by": "accuracy is that of the sheets of a group (of a type: those that state it); completeness of a batch or unit "
    "is the share of all finds that its sheets explain, of a district, type or year of finding that of its own finds; "
    "a find lies in the district that it states, else in that of the sheet drawn nearest",
    "outlines": "smallest ground that holds 50, 90 and 99 % of the mines expected, if the sheet describes a field; "
    "ground outside of an outline is not free of mines",
}


def sensitivity_of(batch: Batch, *, seed: int, model: ErrorModel, effort: Effort) -> list[dict[str, Any]]:
    """Return both scores, whole and by group, with all sizes of error halved and doubled and not learned from this
    batch."""
    held = []
    for factor in (0.5, 2.0):
        question = posed(batch, scaled(model, factor), seed=seed, samples=1000, learn_sd=0.0)
        draws = ask(question, seed=seed, effort=effort)
        true = true_draws(question, draws, seed)
        held.append(
            {
                "errors_times": factor,
                "completeness": msgspec.to_builtins(score(completeness_draws(question, draws), draws.chain)),
                "accuracy": msgspec.to_builtins(
                    score(accuracy_draws(true) if question.sheets else np.empty(0), draws.chain)
                ),
                "by": groups(question, draws, true),
            }
        )
    return held


def _limits(question: Question) -> list[str]:
    """Say how far the answer carries where the batch is more than one search holds finely."""
    cell_m = float(question.ground.seen_net[2])
    if cell_m <= CELL_M:
        return []
    return [
        f"Finds and searches lie so far apart that searched ground is held in cells of {cell_m:.0f} m instead of "
        f"{CELL_M:.0f}: assess the records of one district after the other where that is too coarse."
    ]


def _model(assessment: Assessment, levels: Levels) -> dict[str, Any]:
    """Return the error model as assumed, and what matched sheets teach of it."""
    draws, question = assessment.draws, assessment.question
    finds = [(draws.owner == sheet).sum(axis=1).mean() for sheet in range(len(question.priors))]
    matched = int(sum(count >= 6.0 for count in finds))
    held: dict[str, Any] = {"assumed": msgspec.to_builtins(question.model), "matched_records": matched}
    held["shared_shifts"] = shifts_told(question.shared, draws)
    if levels.fields:
        at = {str(share): round(level, 3) for share, level in levels.level.items()}
        held["outline_levels"] = {"fields": levels.fields, "finds": levels.finds, "levels": at}
    if matched >= _MATCHED_SHEETS:
        held["learned_factors"] = {
            name: dict(
                zip(
                    ("value", "low", "high"),
                    (float(each) for each in np.quantile(draws.numbers[:, at], [0.5, 0.05, 0.95])),
                    strict=True,
                )
            )
            for name, at in (("place", 3), ("turn", 4), ("size", 5), ("mines_left", 6))
        }
    return held


def _records(assessment: Assessment, levels: Levels) -> list[dict[str, Any]]:
    question, draws = assessment.question, assessment.draws
    made: dict[int, dict[str, Any]] = {}
    probability = assessment.true.mean(axis=0)
    explained = np.array([(draws.owner == sheet).sum(axis=1).mean() for sheet in range(len(question.priors))])
    held = []
    for at, (sheet, own) in enumerate(zip(question.sheets, question.placed.tolist(), strict=True)):
        head: dict[str, Any] = {"id": sheet.id, "p_field": round(float(probability[at]), 4)}
        if own < 0:
            held.append(
                head
                | {
                    "p50_m2": None,
                    "p90_m2": None,
                    "p99_m2": None,
                    "outlines": None,
                    "centroid": None,
                    "shift_m": None,
                    "finds_explained": 0.0,
                    "searched_share": 0.0,
                    "hypotheses": [],
                }
            )
            continue
        if own not in made:
            made[own] = _place(assessment, own, levels.of(float(explained[own])))
        readings = [
            {
                "share": round(share, 4),
                **{
                    name: value
                    for name, value in msgspec.to_builtins(each.hypothesis).items()
                    if value is not None and (value is not False or name == "clockwise")
                },
            }
            for each, share in zip(question.readings[at], question.priors[own].shares, strict=False)
        ]
        held.append(head | made[own] | {"finds_explained": round(float(explained[own]), 2), "hypotheses": readings})
    return held


def taught_levels(assessment: Assessment) -> Levels:
    """Return at which levels outlines hold their share, as the finds of fields with many of them teach it."""
    question, draws = assessment.question, assessment.draws
    told = []
    for sheet in range(len(question.priors)):
        share = (draws.owner == sheet).mean(axis=0)
        if share.sum() >= MANY_FINDS:
            mine = share > 0.5
            told.append(finds_at(_spread(assessment, sheet), question.ground.x[mine], question.ground.y[mine]))
    return learned_levels(told)


def _spread(assessment: Assessment, sheet: int) -> Spread:
    """Return where the mines of a sheet's field are expected."""
    at, weight, form = formed(assessment, sheet)
    prior = assessment.question.priors[sheet]
    return spread_of(at, weight, prior.plain, others=[each.plain for each in prior.forms], form=form)


def _place(assessment: Assessment, sheet: int, levels: dict[int, float]) -> dict[str, Any]:
    question = assessment.question
    prior, spread = question.priors[sheet], _spread(assessment, sheet)
    sets = sets_of(spread, levels)
    rows, columns = spread.mass.shape
    x = float((spread.mass.sum(axis=0) * (spread.west + (np.arange(columns) + 0.5) * spread.cell_m)).sum())
    y = float((spread.mass.sum(axis=1) * (spread.south + (np.arange(rows) + 0.5) * spread.cell_m)).sum())
    lon, lat = to_lonlat([x], [y], question.middle)
    return {
        "p50_m2": _area(sets[50], spread),
        "p90_m2": _area(sets[90], spread),
        "p99_m2": _area(sets[99], spread),
        "outlines": {str(share): _geometry(sets[share], spread, question.middle) for share in SHARES},
        "centroid": [round(float(lon[0]), 7), round(float(lat[0]), 7)],
        "shift_m": round(math.hypot(x - prior.frame.x, y - prior.frame.y), 1),
        "searched_share": round(_searched(sets[90], spread, question), 3),
    }


def _area(inside: npt.NDArray[np.bool_], spread: Spread) -> float:
    return round(float(inside.sum()) * spread.cell_m**2, 1)


def _geometry(inside: npt.NDArray[np.bool_], spread: Spread, middle: tuple[float, float]) -> dict[str, Any]:
    shape = outline_of(inside, spread)
    placed = shapely.transform(
        shape, lambda points: np.column_stack(to_lonlat(points[:, 0], points[:, 1], middle)).round(7)
    )
    return dict(shapely.geometry.mapping(placed))


def _searched(inside: npt.NDArray[np.bool_], spread: Spread, question: Question) -> float:
    """Return the share of a set's ground that somebody says was searched."""
    west, south, size, columns, rows = question.ground.seen_net
    row, column = np.nonzero(inside)
    c = ((spread.west + (column + 0.5) * spread.cell_m - west) // size).astype(np.int64)
    r = ((spread.south + (row + 0.5) * spread.cell_m - south) // size).astype(np.int64)
    good = (c >= 0) & (r >= 0) & (c < columns) & (r < rows)
    return float(question.searched[r[good], c[good]].sum() / max(row.size, 1))


def _finds(assessment: Assessment) -> list[dict[str, Any]]:
    question, draws = assessment.question, assessment.draws
    names: dict[int, str] = {}
    for sheet, own in zip(question.sheets, question.placed.tolist(), strict=True):
        if own >= 0:
            names.setdefault(own, sheet.id)
    held = []
    for at, find in enumerate(question.finds):
        owners = draws.owner[:, at]
        mine = owners[(owners >= 0) & (owners < len(question.priors))]
        best = int(np.bincount(mine).argmax()) if mine.size else None
        held.append(
            {
                "id": find.id,
                "p_recorded": round(mine.size / max(owners.size, 1), 4),
                "record": None if best is None or mine.size * 2 < owners.size else names[best],
            }
        )
    return sorted(held, key=lambda each: str(each["id"]))
