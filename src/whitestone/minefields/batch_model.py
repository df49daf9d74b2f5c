"""How does a batch become one joint question, and which sheets are one sheet handed over twice?"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from whitestone.minefields.anchors import Hypothesis
from whitestone.minefields.believing import beliefs_of, shapes_of, sheets_of
from whitestone.minefields.error_model import ErrorModel
from whitestone.minefields.joint import Draws, Effort, explain
from whitestone.minefields.joint_state import Beliefs, Ground, Shapes, Sheets
from whitestone.minefields.priors import Prior, place_before
from whitestone.minefields.searched_ground import find_places, ground_of, kinds_of, said_searched, searched_raster
from whitestone.minefields.shared_shifts import Shared, shared_by
from whitestone.minefields.sheet_parts import Batch, Find, Sheet
from whitestone.minefields.traverse import to_plane
from whitestone.minefields.ways import Reading, read_ways

__all__ = ["Question", "ask", "middle_of", "posed"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_PLAIN = Hypothesis()
_SAME_M, _SAME_TURN, _SAME_SIZE = 3.0, 0.02, 0.02
"""Sheets drawn so close, so parallel and of a size are one sheet under two numbers: they share all their errors."""


class Question(msgspec.Struct, frozen=True):
    """All that the joint search is asked: sheets sorted by key, those that can be placed, finds with a position."""

    middle: tuple[float, float]
    sheets: tuple[Sheet, ...]
    readings: tuple[tuple[Reading, ...], ...]
    placed: Ints
    """(sheets,) number among the placed ones that stands for the sheet (its first copy's), -1: cannot be placed."""
    priors: tuple[Prior, ...]
    finds: tuple[Find, ...]
    """In the order of `ground`."""
    ground: Ground
    searched: npt.NDArray[np.bool_]
    """Which cells of the ground's net somebody says were searched."""
    shapes: Shapes
    beliefs: Beliefs
    known: Sheets
    shared: Shared
    model: ErrorModel


def middle_of(batch: Batch) -> tuple[float, float]:
    """Return the middle of finds and searched ground, else of the reference points of the sheets."""
    lon = [find.lon for find in batch.finds] + [
        each.geometry.centroid.x for each in batch.searched if not each.geometry.is_empty
    ]
    lat = [find.lat for find in batch.finds] + [
        each.geometry.centroid.y for each in batch.searched if not each.geometry.is_empty
    ]
    if np.isfinite(lon).any():
        return float(np.nanmedian(lon)), float(np.nanmedian(lat))
    from whitestone.minefields.traverse import lay_out_many

    laid = [
        each.anchor_lonlat for each in lay_out_many([(sheet, _PLAIN) for sheet in batch.records]) if each.anchor_lonlat
    ]
    return (
        (float(np.median([each[0] for each in laid])), float(np.median([each[1] for each in laid])))
        if laid
        else (0.0, 0.0)
    )


def posed(
    batch: Batch, model: ErrorModel, *, seed: int, samples: int = 2000, learn_sd: float = 0.35, heat: float = 1.0
) -> Question:
    """Place every sheet before any find and lay the finds beside; the order in the file changes nothing."""
    middle = middle_of(batch)
    sheets = tuple(sorted(batch.records, key=lambda sheet: sheet.key))
    readings = tuple(tuple(each) for each in read_ways(sheets, model, middle, _ground_known(batch, middle)))
    able = [at for at, each in enumerate(readings) if each]
    every = {at: place_before(sheets[at], readings[at], model, seed=seed, samples=samples) for at in able}
    first, placed = _copies([every[at] for at in able]), np.full(len(sheets), -1, dtype=np.int64)
    own = sorted(set(first.tolist()))
    placed[able] = [own.index(each) for each in first.tolist()]
    chosen = [able[each] for each in own]
    priors = tuple(every[at] for at in chosen)
    finds = tuple(
        sorted(
            (find for find in batch.finds if np.isfinite(find.lon) and np.isfinite(find.lat)), key=lambda find: find.key
        )
    )
    kinds = kinds_of(batch)
    places = find_places(finds, middle)
    number = np.array([kinds.get((find.type or "").casefold().strip(), -1) for find in finds], dtype=np.int64)
    searched = sorted(batch.searched, key=lambda each: each.key)
    seen, net = searched_raster(searched, places, middle)
    ground, order = ground_of(places, number, len(kinds), seen, net)
    shapes, numbers = shapes_of(priors)
    picked = [sheets[at] for at in chosen]
    shared = shared_by(picked, model)
    known = sheets_of(picked, priors, numbers, kinds, ground, model, shared.group)
    beliefs = beliefs_of(
        picked, priors, known.mix, ground, model, shift_sd=shared.spread_m, learn_sd=learn_sd, heat=heat
    )
    return Question(
        middle,
        sheets,
        readings,
        placed,
        priors,
        tuple(finds[at] for at in order),
        ground,
        said_searched(searched, net, middle),
        shapes,
        beliefs,
        known,
        shared,
        model,
    )


def _ground_known(batch: Batch, middle: tuple[float, float]) -> Floats:
    """Return where finds and searched ground lie (n, 2), metres; NaN for a find without a position."""
    searched = [each.geometry.centroid for each in batch.searched if not each.geometry.is_empty]
    x, y = to_plane([each.x for each in searched], [each.y for each in searched], middle)
    return np.vstack([find_places(batch.finds, middle), np.column_stack([x, y])])


def ask(question: Question, *, seed: int, effort: Effort, threads: int | None = None) -> Draws:
    """Answer it: joint explanations of all finds."""
    return explain(
        question.ground, question.shapes, question.known, question.beliefs, seed=seed, effort=effort, threads=threads
    )


def _copies(priors: Sequence[Prior]) -> Ints:
    """Return for each placed sheet the first one that is drawn the same: a copy knows nothing of its own."""
    at = np.array([prior.frame.at for prior in priors]).reshape(-1, 5)
    first = np.arange(len(priors))
    for k in range(len(priors)):
        off = np.abs(at[:k] - at[k])
        turn = np.minimum(off[:, 2] % np.pi, np.pi - off[:, 2] % np.pi)
        same = (np.hypot(off[:, 0], off[:, 1]) < _SAME_M) & (turn < _SAME_TURN) & (off[:, 3:] < _SAME_SIZE).all(axis=1)
        if same.any():
            first[k] = first[int(np.flatnonzero(same)[0])]
    return first
