"""How complete and how accurate is a batch of records: with which interval, for whom, and hanging on what?

*Completeness*: share of found mines that lie in a field which some sheet of the batch describes. *Accuracy*: share of
sheets, duplicates counted as sheets, that describe a field which exists or existed. Both come from every joint
explanation drawn; the interval holds the middle 90 % of them, and is wider where searches disagree.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt
import scipy.stats
import shapely
from scipy.spatial import cKDTree

from whitestone.minefields.batch_model import Question
from whitestone.minefields.joint import Draws
from whitestone.minefields.sheet_parts import Sheet

__all__ = ["Score", "accuracy_draws", "as_written_share", "completeness_draws", "groups", "of_few", "score"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Score(msgspec.Struct, frozen=True):
    """A share with its 90 % interval; None where there is nothing to share out."""

    value: float | None
    low: float | None
    high: float | None


def score(draws: Floats, chain: Ints | None = None) -> Score:
    """Return mean and a 90 % interval of draws of a share; `chain` (draws,) tells which search each came from.

    The interval holds the middle 90 % of the draws. Searches that disagree have not seen all explanations, so their
    means count as a sample of few: the interval is stretched, on the scale of the logarithm of the odds, by the
    spread between them and by Student's t (Rubin 1987, rules for combining).

    >>> score(np.array([0.5, 0.5])), score(np.array([]))
    (Score(value=0.5, low=0.5, high=0.5), Score(value=None, low=None, high=None))
    >>> wide = score(np.array([0.4, 0.5, 0.6, 0.7]), np.array([0, 0, 1, 1]))
    >>> wide.low < 0.4, wide.high > 0.7
    (True, True)
    """
    if not draws.size or not np.isfinite(draws).all():
        return Score(None, None, None)
    mean = float(draws.mean())
    bounds = np.quantile(draws, [0.05, 0.95])
    if chain is None or not 0.0 < mean < 1.0:
        return Score(mean, float(bounds[0]), float(bounds[1]))
    bounds = np.clip(bounds, 0.25 / (1.0 + draws.size), 1.0 - 0.25 / (1.0 + draws.size))
    middle = np.log(mean / (1.0 - mean))
    off = (np.log(bounds / (1.0 - bounds)) - middle) * _stretch(draws, chain)
    low, high = 1.0 / (1.0 + np.exp(-middle - off))
    return Score(mean, float(min(low, mean)), float(max(high, mean)))


def of_few(draws: Floats, number: int | Floats, chain: Ints | None = None) -> Score:
    """Return mean and a 90 % interval of a share among few, which is that of the many of whom they are a sample.

    `number` is how many sheets (or places of finds) the share is of, in each draw. Three true ones of three do not say
    that all of such a district are: each draw stands for a Beta distribution (Jeffreys), given by its quantiles.

    >>> few = of_few(np.ones(4), 3)
    >>> few.value, round(few.low, 2), few.high
    (1.0, 0.57, 1.0)
    >>> of_few(np.array([]), 0)
    Score(value=None, low=None, high=None)
    """
    held = score(draws, chain)
    if held.value is None or held.low is None or held.high is None:
        return held
    true, every = draws * number, np.broadcast_to(np.asarray(number, dtype=float), draws.shape)
    levels = (np.arange(100) + 0.5) / 100.0
    spread = scipy.stats.beta.ppf(levels[:, None], true + 0.5, every - true + 0.5)
    low, high = np.quantile(spread, [0.05, 0.95])
    return Score(held.value, float(min(low, held.low)), float(max(high, held.high)))


def _stretch(draws: Floats, chain: Ints) -> float:
    """Return by how much searches that disagree stretch an interval."""
    parts = [draws[chain == each] for each in np.unique(chain)]
    if len(parts) < 2 or not draws.var() > 0.0:
        return 1.0
    within = float(np.mean([part.var() for part in parts]))
    between = (1.0 + 1.0 / len(parts)) * float(np.var([part.mean() for part in parts], ddof=1))
    if not between > 0.0:
        return 1.0
    freedom = (len(parts) - 1) * (1.0 + within / between) ** 2
    student = float(scipy.stats.t.ppf(0.95, freedom) / scipy.stats.norm.ppf(0.95))
    return max(student * math.sqrt((within + between) / float(draws.var())), 1.0)


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
    """Return the scores by batch, district, unit, year of laying, type, and year of finding (`found_in`).

    Accuracy is that of the sheets of a group, for a type of those that state it. Completeness of a batch or a unit is
    the share of all finds that its sheets explain; of a type, a year of finding and a district that of their own finds.
    A find lies in the district that it states, else in that of the sheet drawn nearest to it.
    """
    sheets = question.sheets
    held: dict[str, list[dict[str, object]]] = {}
    for name, keys in (
        ("batch", [sheet.batch for sheet in sheets]),
        ("unit", [sheet.unit_as_written for sheet in sheets]),
    ):
        held[name] = [
            {"key": word, **_of_sheets(question, draws, true, members), **_by_sheets(question, draws, members)}
            for word, members in _split(keys)
        ]
    held["year"] = [
        {"key": word, **_of_sheets(question, draws, true, members)}
        for word, members in _split([sheet.laid_from.first_day.year if sheet.laid_from else None for sheet in sheets])
    ]
    found = dict(_split(_districts(question)))
    stated = dict(_split([sheet.district for sheet in sheets]))
    held["district"] = _joined(question, draws, true, stated, found)
    kinds = {kind for sheet in sheets for kind in _kinds(sheet)}
    stated = {kind: np.array([kind in _kinds(sheet) for sheet in sheets]) for kind in kinds}
    held["type"] = _joined(question, draws, true, stated, dict(_split([find.type for find in question.finds])))
    years = [find.found_on.first_day.year if find.found_on else None for find in question.finds]
    held["found_in"] = [{"key": word, **_of_finds(question, draws, members)} for word, members in _split(years)]
    return held


Members = npt.NDArray[np.bool_]


def _joined(
    question: Question, draws: Draws, true: Members, stated: Mapping[str, Members], found: Mapping[str, Members]
) -> list[dict[str, object]]:
    """Return rows of what sheets state and finds are: either side may be empty."""
    return [
        {
            "key": word,
            **(_of_sheets(question, draws, true, stated[word]) if word in stated else {}),
            **(_of_finds(question, draws, found[word]) if word in found else {}),
        }
        for word in sorted({*stated, *found})
    ]


def _of_sheets(question: Question, draws: Draws, true: Members, members: Members) -> dict[str, object]:
    number = int(members.sum())
    return {
        "sheets": number,
        "accuracy": msgspec.to_builtins(of_few(accuracy_draws(true, members), number, draws.chain)),
        "finds_explained": _explained(question, draws, members),
    }


def _of_finds(question: Question, draws: Draws, members: Members) -> dict[str, object]:
    share = completeness_draws(question, draws, members)
    return {
        "finds": int(members.sum()),
        "completeness": msgspec.to_builtins(of_few(share, _places(draws, members), draws.chain)),
    }


def _by_sheets(question: Question, draws: Draws, members: Members) -> dict[str, object]:
    """Return the share of all finds that lie in fields of these sheets."""
    everything = np.ones(len(question.finds), dtype=bool)
    own = np.unique(question.placed[members & (question.placed >= 0)])
    share = np.isin(draws.owner, own).mean(axis=1) if draws.owner.size else np.empty(0)
    number = _places(draws, everything) if draws.owner.size else 0
    return {"finds": len(question.finds), "completeness": msgspec.to_builtins(of_few(share, number, draws.chain))}


def _kinds(sheet: Sheet) -> set[str]:
    return {*sheet.quantities, *(kind for row in sheet.rows for kind in row.count)}


def _districts(question: Question) -> list[object]:
    """Return the district of each find: as it states it, else that of the sheet drawn nearest."""
    drawn = [(own, sheet) for sheet, own in zip(question.sheets, question.placed.tolist(), strict=True) if own >= 0]
    stated = [find.as_written.get("district") for find in question.finds]
    if not drawn or not stated:
        return stated
    frames = [question.priors[own].frame for own, _ in drawn]
    places = np.column_stack([question.ground.x, question.ground.y])
    nearest = cKDTree([(frame.x, frame.y) for frame in frames]).query(places)[1].tolist()
    return [own or drawn[at][1].district for own, at in zip(stated, nearest, strict=True)]


def _places(draws: Draws, members: npt.NDArray[np.bool_]) -> Floats:
    """Return for each draw in how many places finds lie: those of one field are one, each stray is one."""
    owner = np.sort(draws.owner[:, members], axis=1)
    fields = ((np.diff(owner, axis=1) != 0) & (owner[:, 1:] >= 0)).sum(axis=1) + (owner[:, :1] >= 0).sum(axis=1)
    return np.asarray(fields + (owner < 0).sum(axis=1), dtype=float)


def _explained(question: Question, draws: Draws, members: npt.NDArray[np.bool_]) -> float:
    """Return how many finds lie in fields of these sheets, on average."""
    own = np.unique(question.placed[members & (question.placed >= 0)])
    return round(float(np.isin(draws.owner, own).sum(axis=1).mean()), 1) if draws.owner.size else 0.0


def _split(keys: Sequence[object]) -> list[tuple[str, npt.NDArray[np.bool_]]]:
    words = np.array(["not stated" if key is None else str(key) for key in keys])
    return [(str(word), words == word) for word in sorted(set(words.tolist()))]
