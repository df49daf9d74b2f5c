"""How complete and how accurate is a batch of records: with which interval, for whom, and hanging on what?

*Completeness*: share of found mines that lie in a field which some sheet of the batch describes. *Accuracy*: share of
sheets, duplicates counted as sheets, that describe a field which exists or existed. Both come from every joint
explanation drawn; the interval holds the middle 90 % of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from whitestone.minefields.batch_model import Question
from whitestone.minefields.joint import Draws
from whitestone.minefields.sheet_parts import Find, Sheet

__all__ = ["Score", "accuracy_draws", "as_written_share", "completeness_draws", "groups", "score"]

Floats = npt.NDArray[np.float64]


class Score(msgspec.Struct, frozen=True):
    """A share with its 90 % interval; None where there is nothing to share out."""

    value: float | None
    low: float | None
    high: float | None


def score(draws: Floats) -> Score:
    """Return mean and the middle 90 % of draws of a share.

    >>> score(np.array([0.5, 0.5])), score(np.array([]))
    (Score(value=0.5, low=0.5, high=0.5), Score(value=None, low=None, high=None))
    """
    if not draws.size or not np.isfinite(draws).all():
        return Score(None, None, None)
    low, high = np.quantile(draws, [0.05, 0.95])
    return Score(float(draws.mean()), float(low), float(high))


def completeness_draws(question: Question, draws: Draws, members: npt.NDArray[np.bool_] | None = None) -> Floats:
    """Return for each draw the share of finds that lie in a field which some sheet describes."""
    held = (draws.owner >= 0) & (draws.owner < len(question.priors))
    held = held if members is None else held[:, members]
    return held.mean(axis=1) if held.shape[1] else np.empty(0)


def true_draws(question: Question, draws: Draws, seed: int) -> npt.NDArray[np.bool_]:
    """Return (draws, sheets) whether each sheet describes a field that exists or existed."""
    rng = np.random.default_rng([seed, 4])
    truth = draws.numbers[:, :1]
    lifted = np.append(question.known.lifted, question.model.lifted_share)[question.placed]
    informed = np.append(question.known.informed, False)[question.placed]
    on = np.column_stack([draws.on, np.zeros(len(draws.on), dtype=bool)])[:, question.placed]
    # A copy stands or falls with what it copies: both are given the same number.
    luck = rng.random((len(draws.on), len(question.priors) + len(question.sheets)))
    own = np.where(question.placed >= 0, question.placed, len(question.priors) + np.arange(len(question.sheets)))
    gone = truth * lifted / (truth * lifted + 1.0 - truth)
    return np.where(informed, on | (luck[:, own] < gone), luck[:, own] < truth)


def accuracy_draws(true: npt.NDArray[np.bool_], members: npt.NDArray[np.bool_] | None = None) -> Floats:
    """Return for each draw the share of sheets that describe a field which exists or existed."""
    held = true if members is None else true[:, members]
    return held.mean(axis=1) if held.shape[1] else np.empty(0)


def as_written_share(question: Question) -> float | None:
    """Return the share of finds inside a polygon drawn as written: often called accuracy, no score of ours."""
    if not question.finds:
        return None
    rings = [shapely.make_valid(shapely.Polygon(prior.ring)) for prior in question.priors if len(prior.ring) >= 3]
    tree = shapely.STRtree(rings)
    points = shapely.points(question.ground.x, question.ground.y)
    return len(set(tree.query(points, predicate="within")[0].tolist())) / len(points) if rings else 0.0


def groups(question: Question, draws: Draws, true: npt.NDArray[np.bool_]) -> dict[str, list[dict[str, object]]]:
    """Return the scores by batch, district, unit, year of laying (sheets), type and year of finding (finds)."""
    by_sheet: dict[str, Callable[[Sheet], object]] = {
        "batch": lambda sheet: sheet.batch,
        "district": lambda sheet: sheet.district,
        "unit": lambda sheet: sheet.unit_as_written,
        "year": lambda sheet: sheet.laid_from.first_day.year if sheet.laid_from else None,
    }
    by_find: dict[str, Callable[[Find], object]] = {
        "type": lambda find: find.type,
        "found_in": lambda find: find.found_on.first_day.year if find.found_on else None,
    }
    held: dict[str, list[dict[str, object]]] = {}
    for name, key in by_sheet.items():
        held[name] = [
            {
                "key": word,
                "sheets": int(members.sum()),
                "accuracy": msgspec.to_builtins(score(accuracy_draws(true, members))),
                "finds_explained": _explained(question, draws, members),
            }
            for word, members in _split([key(sheet) for sheet in question.sheets])
        ]
    for name, of in by_find.items():
        held[name] = [
            {
                "key": word,
                "finds": int(members.sum()),
                "completeness": msgspec.to_builtins(score(completeness_draws(question, draws, members))),
            }
            for word, members in _split([of(find) for find in question.finds])
        ]
    return held


def _explained(question: Question, draws: Draws, members: npt.NDArray[np.bool_]) -> float:
    """Return how many finds lie in fields of these sheets, on average."""
    own = np.unique(question.placed[members & (question.placed >= 0)])
    return round(float(np.isin(draws.owner, own).sum(axis=1).mean()), 1) if draws.owner.size else 0.0


def _split(keys: Sequence[object]) -> list[tuple[str, npt.NDArray[np.bool_]]]:
    words = np.array(["not stated" if key is None else str(key) for key in keys])
    return [(str(word), words == word) for word in sorted(set(words.tolist()))]
