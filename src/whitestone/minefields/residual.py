"""How many items are likely to remain in ground that was searched, and how sure can one be?

Items lie at an unknown density with a proper Gamma prior; the search found each with some probability; what was found
and what remains are then two Poisson counts of one density (Gamma-Poisson). A probability of detection that was
tested with placed targets is itself uncertain, and its doubt is carried through.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from scipy import special

from whitestone.errors import InvalidValue

__all__ = ["PRIOR_PER_HA", "PRIOR_SHAPE", "Residual", "residual_items", "scattered_stop"]

Array = np.ndarray[Any, Any]

PRIOR_SHAPE = 0.5
PRIOR_PER_HA = 1.0
"""The prior unless another is given: one item a hectare on average, worth half a find. A programme replaces it by its
own."""
_NODES = 200
"""At how many equally likely values an uncertain probability of detection is looked at."""
LEVELS = (0.5, 0.9, 0.95, 0.99)


MOST = 1e7
"""Counts, hectares and priors beyond it are slips of the pen."""


class Residual(msgspec.Struct, frozen=True, kw_only=True):
    """What remains: its mean, the probability that nothing does, and numbers not exceeded with some probability."""

    mean: float
    none: float
    not_more_than: dict[str, int]
    density_per_ha: float
    detection: float
    assumptions: list[str]


def residual_items(found: int, area_ha: float, detection: float | None = None, *, seeded: tuple[int, int] | None = None,
                   searched_ha: float | None = None, prior_per_ha: float = PRIOR_PER_HA,
                   prior_shape: float = PRIOR_SHAPE) -> Residual:
    """Foretell how many items remain in an area after a search that found some.

    `area_ha` in hectares, of which `searched_ha` (default: all) was searched; `detection` is the probability that the
    search finds an item where it searches, or `seeded` how many of so many placed targets it found. Prior: Gamma of
    `prior_shape` with mean `prior_per_ha`. Refuses what cannot be, and a prior that is not proper, with InvalidValue.

    >>> left = residual_items(9, 1.0, 0.9, prior_per_ha=10.0, prior_shape=1.0)
    >>> round(left.mean, 3), round(left.none, 3), left.not_more_than["0.95"]
    (1.0, 0.386, 3)
    >>> residual_items(0, 1.0, 1.0).none
    1.0
    """
    searched = area_ha if searched_ha is None else searched_ha
    _check(found, area_ha, searched, prior_per_ha, prior_shape)
    chances, weights = _detections(detection, seeded)
    rate = prior_shape / prior_per_ha
    weights = _reweighed(weights, chances, found, searched, rate, prior_shape)
    shape = prior_shape + found
    told = rate + searched * chances
    left = area_ha - searched * chances
    stays = told / (told + left)
    mean = float(np.sum(weights * shape * left / told))
    return Residual(
        mean=mean, none=float(np.sum(weights * stays**shape)),
        not_more_than={f"{level:g}": _quantile(level, weights, shape, stays) for level in LEVELS},
        density_per_ha=float(np.sum(weights * shape / told)), detection=float(np.sum(weights * chances)),
        assumptions=_assumptions(area_ha, searched, detection, seeded, prior_per_ha, prior_shape),
    )  # fmt: skip


def scattered_stop(found: int, searched_ha: float, detection: float, limit_per_ha: float, confidence: float, *,
                   prior_per_ha: float = PRIOR_PER_HA, prior_shape: float = PRIOR_SHAPE) -> dict[str, Any]:
    """Say whether a survey of scattered items may stop, and how much more ground it would have to search.

    It may stop when the density is below `limit_per_ha` with the confidence asked, after what was found on the ground
    searched so far; `more_ha` is how much more would do if nothing else were found. Refuses what cannot be with
    InvalidValue.

    >>> told = scattered_stop(0, 2.0, 0.9, 0.5, 0.95)
    >>> told["may_stop"], round(told["more_ha"], 2), round(told["confidence_reached"], 3)
    (False, 1.71, 0.871)
    >>> scattered_stop(0, 0.0, 0.9, 0.5, 0.95)["may_stop"]
    False
    """
    _check(found, searched_ha, searched_ha, prior_per_ha, prior_shape, may_be_empty=True)
    if not (0 < detection <= 1 and 0 < confidence < 1 and limit_per_ha > 0):
        raise InvalidValue(field="limit_per_ha", value=limit_per_ha, why="above 0; detection and confidence are shares")
    rate, shape = prior_shape / prior_per_ha, prior_shape + found
    reached = float(special.gammainc(shape, (rate + searched_ha * detection) * limit_per_ha))
    needed = (float(special.gammaincinv(shape, confidence)) / limit_per_ha - rate) / detection
    return {
        "may_stop": reached >= confidence, "confidence_reached": reached, "needed_ha": max(0.0, needed),
        "more_ha": max(0.0, needed - searched_ha),
        "assumptions": [
            *_assumptions(searched_ha, searched_ha, detection, None, prior_per_ha, prior_shape)[1:],
            "The ground searched was drawn at random from the whole, and the items lie scattered, each on its own: not "
            "in rows or strips, for which 'residual row' and 'residual lanes' ask other questions.",
            f"A density below {limit_per_ha:g} items a hectare is not none.",
        ],
    }  # fmt: skip


def _check(found: int, area_ha: float, searched_ha: float, prior_per_ha: float, prior_shape: float, *,
           may_be_empty: bool = False) -> None:
    if not 0 <= found <= MOST:
        raise InvalidValue(field="found", value=found, why=f"from 0 to {MOST:g}")
    if not (MOST >= area_ha > 0 or (may_be_empty and area_ha == 0)) or not 0 <= searched_ha <= area_ha:
        raise InvalidValue(field="area_ha", value=area_ha, why="above 0, and not less than what was searched")
    if not (MOST >= prior_per_ha > 1 / MOST and MOST >= prior_shape > 1 / MOST):
        raise InvalidValue(field="prior", value=(prior_shape, prior_per_ha),
                           why="a proper prior: shape and mean above 0")


def _detections(detection: float | None, seeded: tuple[int, int] | None) -> tuple[Array, Array]:
    """Give the probabilities of detection to look at, with their weights: one, or those of a test with placed
    targets."""
    if (detection is None) == (seeded is None):
        raise InvalidValue(field="detection", value=detection, why="either a probability or a test with placed targets")
    if seeded is None:
        if detection is None or not 0 < detection <= 1:
            raise InvalidValue(field="detection", value=detection, why="above 0, and 1 at most")
        return np.array([detection]), np.ones(1)
    hit, placed = seeded
    if not 0 <= hit <= placed <= MOST:
        raise InvalidValue(field="seeded", value=seeded, why="found, then placed, and not more found than placed")
    middles = (np.arange(_NODES) + 0.5) / _NODES
    return special.betaincinv(hit + 0.5, placed - hit + 0.5, middles), np.full(_NODES, 1 / _NODES)


def _reweighed(weights: Array, chances: Array, found: int, searched: float, rate: float, shape: float) -> Array:
    """Let what was found speak on the detection too: Gamma-Poisson likelihood of the count, value by value."""
    seen = searched * chances
    told = weights * np.exp(special.xlogy(found, seen) - (shape + found) * np.log(rate + seen)
                            - (special.xlogy(found, seen) - (shape + found) * np.log(rate + seen)).max())  # fmt: skip
    return np.asarray(told / told.sum())


def _quantile(level: float, weights: Array, shape: float, stays: Array) -> int:
    """Find the smallest count not exceeded with the probability: negative binomials, mixed over the detection."""
    def below(count: int) -> float:
        return float(np.sum(weights * special.betainc(shape, count + 1.0, stays)))

    high = 0
    while below(high) < level:
        high = 2 * high + 1
    low = high // 2 if high else 0
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if below(middle) >= level else (middle + 1, high)
    return low


def _assumptions(area_ha: float, searched_ha: float, detection: float | None, seeded: tuple[int, int] | None,
                 prior_per_ha: float, prior_shape: float) -> list[str]:
    known = f"with probability {detection:g}" if seeded is None else (
        f"with a probability that a test showed: {seeded[0]} of {seeded[1]} placed targets found (prior Beta of 1/2 "
        f"and 1/2)"
    )  # fmt: skip
    return [
        f"{searched_ha:g} of {area_ha:g} ha were searched; the rest is as dense as what was searched.",
        f"The search finds an item {known}, each on its own, and to the depth that it was tested for only.",
        f"Before the search: {prior_per_ha:g} items a hectare on average, Gamma of shape {prior_shape:g}. It weighs "
        f"as much "
        f"as {prior_shape:g} finds on {prior_shape / prior_per_ha:g} ha; give --prior-per-ha and --prior-shape of "
        f"your own.",
        "Nothing was laid, moved or removed by others since.",
    ]
