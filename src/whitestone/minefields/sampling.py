"""How many units must be looked at before finding nothing says that few of them hold anything?

Accept on zero: one find rejects the lot. Units are drawn at random without replacement (hypergeometric), and a look
at a unit that holds something finds it with a probability below one. Checked against Table 1 of ISPM 31 (FAO 2008),
Cannon and Roe (1982) and 40 CFR 1090.1805, see docs/guides/residual_risk.md; IMAS 09.20 asks for such a plan and
acceptance number zero.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
from scipy import special

from whitestone.errors import InvalidValue

__all__ = ["SamplingPlan", "accept_on_zero", "chance_of_zero", "drawn_units"]

Array = np.ndarray[Any, Any]


MOST_UNITS = 10_000_000
"""A larger lot is cut into several."""


class SamplingPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan: how many of `units` to look at (None: even all are not enough), and what zero finds would say.

    `defective_units` is the smallest number of units with something in them that the plan is to notice; `confidence`
    the probability that it does so, as asked, `reached` as the plan reaches it (of all units where `sample` is None).
    `accepted` gives the probability of finding nothing for some numbers of defective units.
    """

    units: int
    defective_share: float
    defective_units: int
    confidence: float
    detection: float
    sample: int | None
    reached: float
    accepted: list[tuple[int, float]]
    assumptions: list[str]


def accept_on_zero(units: int, defective_share: float, confidence: float, detection: float = 1.0) -> SamplingPlan:
    """Plan the smallest sample in which at least one defective unit is found with the confidence asked.

    `units` of equal size make the lot; `defective_share` of them (rounded down to whole units, at least one: the
    stricter reading, as in ISPM 31) hold something; `detection` is the probability that a look at such a unit finds
    it. Refuses an empty lot and shares outside 0 to 1 with InvalidValue.

    >>> accept_on_zero(100, 0.05, 0.95).sample, accept_on_zero(1600, 0.01, 0.99).sample
    (45, 399)
    >>> accept_on_zero(100, 0.01, 0.95, 0.9).sample is None, accept_on_zero(1, 0.5, 0.95).sample
    (True, 1)
    """
    if not 1 <= units <= MOST_UNITS:
        raise InvalidValue(field="units", value=units, why=f"from 1 to {MOST_UNITS:,}")
    for field, value in (("defective_share", defective_share), ("confidence", confidence)):
        if not 0 < value < 1:
            raise InvalidValue(field=field, value=value, why="above 0 and below 1")
    if not 0 < detection <= 1:
        raise InvalidValue(field="detection", value=detection, why="above 0, and 1 at most")
    defective = max(1, math.floor(round(units * defective_share, 9)))
    sample = _smallest(units, defective, detection, 1 - confidence)
    looked = units if sample is None else sample
    others = sorted({1, max(1, defective // 2), defective, min(units, 2 * defective), min(units, 4 * defective)})
    return SamplingPlan(
        units=units, defective_share=defective_share, defective_units=defective, confidence=confidence,
        detection=detection, sample=sample, reached=1 - chance_of_zero(units, defective, looked, detection),
        accepted=[(each, chance_of_zero(units, each, looked, detection)) for each in others],
        assumptions=_assumptions(units, defective, detection),
    )  # fmt: skip


def chance_of_zero(units: int, defective: int, sample: int, detection: float = 1.0) -> float:
    """Give the probability that a random sample finds none of the defective units.

    Refuses more defective or sampled units than there are with InvalidValue.

    >>> round(chance_of_zero(100, 5, 45), 4), chance_of_zero(100, 0, 45), chance_of_zero(10, 3, 0)
    (0.0462, 1.0, 1.0)
    >>> round(chance_of_zero(100, 1, 100, 0.9), 4)
    0.1
    """
    if not (0 <= defective <= units and 0 <= sample <= units):
        raise InvalidValue(field="sample", value=sample, why=f"from 0 to {units} units, as the defective ones")
    most = min(defective, sample)
    least = max(0, sample - (units - defective))
    drawn = np.arange(least, most + 1)
    logs = _log_choose(defective, drawn) + _log_choose(units - defective, sample - drawn) - _log_choose(units, sample)
    missed = np.power(1.0 - detection, drawn)
    return float(min(1.0, np.sum(np.exp(logs) * missed)))


def drawn_units(units: int, sample: int, seed: int) -> list[int]:
    """Draw which units to look at, numbered from 1, in order; the same seed draws the same.

    Refuses a sample larger than the lot with InvalidValue.

    >>> len(set(drawn_units(100, 45, 1))), drawn_units(100, 45, 1) == drawn_units(100, 45, 1), drawn_units(5, 0, 1)
    (45, True, [])
    """
    if not 0 <= sample <= units:
        raise InvalidValue(field="sample", value=sample, why=f"from 0 to {units}")
    return sorted(int(each) + 1 for each in np.random.default_rng(seed).choice(units, size=sample, replace=False))


def _smallest(units: int, defective: int, detection: float, risk: float) -> int | None:
    """Find the smallest sample by halving: the chance of finding nothing only falls as the sample grows."""
    tolerance = risk * 1e-9
    if chance_of_zero(units, defective, units, detection) > risk + tolerance:
        return None
    low, high = 0, units
    while low < high:
        middle = (low + high) // 2
        if chance_of_zero(units, defective, middle, detection) <= risk + tolerance:
            high = middle
        else:
            low = middle + 1
    return low


def _log_choose(n: Any, k: Any) -> Any:
    return special.gammaln(np.add(n, 1.0)) - special.gammaln(np.add(k, 1.0)) - special.gammaln(np.subtract(n, k) + 1.0)


def _assumptions(units: int, defective: int, detection: float) -> list[str]:
    return [
        f"The lot is {units:,} units of equal size, all listed before the draw; every unit can be drawn, each as "
        f"likely.",
        f"The plan is to notice {defective:,} or more units with something in them, spread in whatever way; fewer "
        f"may pass.",
        f"A look at such a unit finds what is there with probability {detection:g}, whatever other looks found.",
        "One find rejects the lot. Zero finds do not say that there is nothing: they say what the table says.",
    ]
