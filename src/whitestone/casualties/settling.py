"""Which sums do published sums settle by adding and taking away alone, and what are they?

A reader with a pencil does no more. A sum is settled where it is a combination of published ones; what moves no
published sum (a vector of their null space) then does not move it either. A few random such vectors show of nearly
every other sum at once that it is not settled, so that least squares are left for the few that may be.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

__all__ = ["Settled", "rows_of", "told_by", "within_zero"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_EXACT = 1e-6
_MOVED = 1e-5
"""A sum that a vector of the null space moves by more is not settled."""
_STILL = 1e-8
"""So little may such a vector move what is published, for its rounding."""
_DRAWS = 3
_SEED = 20


class Settled:
    """What sums `published` (P, n) with `values` (P) settle; atoms in a published 0 are 0."""

    def __init__(self, published: Any, values: Ints) -> None:
        known = rows_of(published, np.shape(published)[1])
        self.free = np.flatnonzero(~within_zero(known, values))
        some = np.flatnonzero(np.asarray(values) != 0)
        self.values = np.asarray(values)[some]
        self.turned = sparse.csr_array(known[some][:, self.free].T.astype(np.float64))
        self._moves: Floats | None = None

    def told(self, wanted: Any) -> Floats:
        """Give the values of sums `wanted` (T, n), NaN where they are not settled."""
        goals = rows_of(wanted, np.shape(wanted)[1])[:, self.free].astype(np.float64)
        found = np.full(goals.shape[0], np.nan)
        for number in np.flatnonzero(~self._is_moved(goals)):
            goal = goals[[number]].toarray().ravel()
            if not goal.any():
                found[number] = 0.0
            elif self.turned.shape[1]:
                solution, miss = self._solved(goal)
                found[number] = solution @ self.values if miss < _EXACT else np.nan
        return np.rint(found)

    def settles(self, wanted: Any) -> Flags:
        """Say which of the sums `wanted` (T, n) are settled.

        >>> told = Settled(np.array([[1, 1, 0], [0, 1, 0]]), np.array([7, 4]))
        >>> told.settles(np.array([[1, 0, 0], [0, 0, 1]])).tolist()
        [True, False]
        >>> Settled(np.zeros((0, 1)), np.zeros(0, int)).settles(np.array([[1]])).tolist()
        [False]
        """
        return ~np.isnan(self.told(wanted))

    def _solved(self, goal: Floats) -> tuple[Floats, float]:
        from scipy.sparse.linalg import lsqr

        solved = lsqr(self.turned, goal, atol=1e-12, btol=1e-12, iter_lim=4 * max(self.turned.shape))
        return solved[0], float(solved[3])

    def _is_moved(self, goals: Any) -> Flags:
        """Say which sums a random vector moves that moves no published one."""
        if not self.turned.shape[1] or not self.turned.shape[0]:
            return np.zeros(goals.shape[0], dtype=bool)
        if self._moves is None:
            rng = np.random.default_rng(_SEED)
            drawn = []
            for _ in range(_DRAWS):
                start = rng.standard_normal(self.turned.shape[0])
                drawn.append(start - self.turned @ self._solved(start)[0])
            moves = np.column_stack(drawn)
            # Only what truly moves nothing published shows anything.
            self._moves = moves[:, np.abs(self.turned.T @ moves).max(axis=0) < _STILL]
        return np.asarray((np.abs(goals @ self._moves) > _MOVED).any(axis=1))


def told_by(published: Any, values: Ints, wanted: Any) -> Floats:
    """Work out sums from published ones by adding and taking away: what a reader with a pencil does.

    `published` (P, n) with `values` (P) and `wanted` (T, n) are sums of atoms; gives (T) the values, NaN where the
    published ones do not settle it. Atoms in a published 0 are 0.

    >>> told_by(np.array([[1, 1, 0], [0, 1, 0]]), np.array([7, 4]), np.array([[1, 0, 0], [0, 0, 1]])).tolist()
    [3.0, nan]
    >>> told_by(np.zeros((0, 1)), np.zeros(0, int), np.array([[1]])).tolist()
    [nan]
    """
    return Settled(published, values).told(wanted)


def rows_of(given: Any, count: int) -> Any:
    """Give sums as a sparse array (Q, count) of rows; none of None.

    >>> rows_of(None, 2).shape
    (0, 2)
    """
    return sparse.csr_array((0, count)) if given is None else sparse.csr_array(given)


def within_zero(sums: Any, values: Ints) -> Flags:
    """Say which atoms stand in a sum that is 0.

    >>> within_zero(sparse.csr_array([[1, 0], [1, 1]]), np.array([0, 2])).tolist()
    [True, False]
    >>> within_zero(sparse.csr_array((0, 1)), np.zeros(0, int)).tolist()
    [False]
    """
    zero = sums[np.flatnonzero(np.asarray(values) == 0)]
    return np.asarray(abs(zero).sum(axis=0)).ravel() > 0
