"""How improbable is it that these figures came about by counting and measuring?

Small statistics for the screens, in closed form: no screen is proof of anything, it says where to look first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

__all__ = ["Tested", "benford", "chi_square_tail", "holm", "last_digits"]


class Tested(msgspec.Struct, frozen=True):
    """A chi-square test: statistic, degrees of freedom, p, how many figures, and the effect sqrt(chi2 / n)."""

    statistic: float
    degrees: int
    p: float
    count: int
    effect: float


def chi_square_tail(statistic: float, degrees: int) -> float:
    """Return P(chi-square with `degrees` degrees of freedom >= statistic), by the finite series.

    >>> round(chi_square_tail(14.067, 7), 4), round(chi_square_tail(15.507, 8), 4), chi_square_tail(0.0, 3)
    (0.05, 0.05, 1.0)
    """
    half = statistic / 2
    if half <= 0:
        return 1.0
    if degrees % 2 == 0:
        return math.exp(-half) * sum(float(half**i) / math.factorial(i) for i in range(degrees // 2))
    series = sum(float(half ** (i - 0.5)) / math.gamma(i + 0.5) for i in range(1, (degrees - 1) // 2 + 1))
    return math.erfc(math.sqrt(half)) + math.exp(-half) * series


def _tested(seen: Sequence[int], expected: Sequence[float]) -> Tested:
    count = sum(seen)
    statistic = sum((n - count * share) ** 2 / (count * share) for n, share in zip(seen, expected, strict=True))
    degrees = len(seen) - 1
    return Tested(statistic, degrees, chi_square_tail(statistic, degrees), count, math.sqrt(statistic / count))


def last_digits(values: Sequence[float]) -> Tested | None:
    """Test whether the last digits of whole numbers of at least three digits are uniform over 1-4 and 6-9.

    Endings 0 and 5 are left out: rounding is honest. None from fewer than 100 such figures.

    >>> last_digits([]) is None
    True
    >>> last_digits([100 + 10 * i + d for i in range(100) for d in (1, 2, 3, 4, 6, 7, 8, 9)]).p
    1.0
    """
    seen = [0] * 10
    for value in values:
        if value >= 100 and float(value).is_integer():
            seen[int(value) % 10] += 1
    kept = [seen[digit] for digit in (1, 2, 3, 4, 6, 7, 8, 9)]
    return _tested(kept, [1 / 8] * 8) if sum(kept) >= 100 else None


def benford(values: Sequence[float]) -> Tested | None:
    """Test whether first digits follow Benford's law; None from fewer than 300 figures or less than three decades.

    Sizes that spread over decades tend to follow it; sizes of one order have no reason to.

    >>> benford([1.0] * 400) is None
    True
    >>> benford([1.02**i for i in range(500)]).p > 0.5
    True
    """
    positive = sorted(value for value in values if value > 0)
    if len(positive) < 300 or positive[-1 - len(positive) // 50] / positive[len(positive) // 50] < 1_000:
        return None
    seen = [0] * 9
    for value in positive:
        seen[int(f"{value:e}"[0]) - 1] += 1
    return _tested(seen, [math.log10(1 + 1 / digit) for digit in range(1, 10)])


def holm(ps: Sequence[float]) -> list[float]:
    """Adjust p values for having looked several times (Holm's step-down; controls the family-wise error).

    >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])], holm([])
    ([0.03, 0.06, 0.06], [])
    """
    adjusted, highest = [0.0] * len(ps), 0.0
    for rank, index in enumerate(sorted(range(len(ps)), key=lambda at: ps[at])):
        highest = max(highest, min(1.0, (len(ps) - rank) * ps[index]))
        adjusted[index] = highest
    return adjusted
