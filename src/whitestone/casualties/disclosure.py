"""Which figures of a table may go out, so that nobody can work out a small number from the ones beside it?

A small figure (fewer than the least that may be published) is suppressed; others are suppressed with it until no
suppressed figure can be told from the published ones: for each there is another table of whole numbers that agrees with
everything published, in this release and in all earlier ones, and in which that figure differs by at least the
protection (or two such tables, so far apart). Such a table is found by a linear programme and is the proof; `bounds`
is the attack that tests it.
Source: statistical disclosure control by cell suppression (Fischetti and Salazar 2001; Hundepool and others 2012,
chapter 4). Zero is published, since it is about nobody; so a reader knows of every suppressed figure that it is not
0, and every table that proves keeps it at 1 or more.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from scipy import sparse

from whitestone.casualties.settling import Settled, rows_of, within_zero
from whitestone.errors import CannotPublish, InvalidValue

__all__ = ["MOST_ATOMS", "PUBLISHED", "SECONDARY", "SMALL", "Figures", "Protected", "bounds", "protect", "union_of"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

PUBLISHED, SMALL, SECONDARY = 0, 1, 2
"""What becomes of a figure: it goes out; it is small itself; it would tell a small one."""
MOST_ATOMS = 20_000
"""More combinations than this are not looked at together: the table has to be coarser."""
_NEAR = 60
"""How many of the smallest figures are tried first as partners of one that must be hidden."""
_ROUNDS = 6
"""How often many sums are tried at once before each is tried alone."""
_TIMES = 5.0
"""Seconds that one search for a table may take."""
_BUDGET_S = 40.0
"""Seconds of the processor after which hidden sums are no longer tried one by one; twice that, and nothing goes out."""
_WHOLE = 1_500
"""Up to so many atoms the tables that prove are made of whole numbers; beyond, of any numbers: the usual attack."""
_EXACT = 1e-6


class Figures(msgspec.Struct, frozen=True):
    """Figures as sums of atoms: `values[q]` is the sum of the atoms that row q of `sums` (Q, n) names with 1."""

    sums: Any
    """A scipy.sparse.csr_array of shape (Q, n)."""
    cost: Floats
    """How much is lost when a figure is suppressed: small for a cell, large for a total."""

    def values(self, atoms: Ints) -> Ints:
        """Add the atoms up."""
        return np.asarray(self.sums @ atoms, dtype=np.int64)


class Protected(msgspec.Struct, frozen=True):
    """What may go out: PUBLISHED, SMALL or SECONDARY for each figure, and which could not be protected.

    `told_before`: numbers of those in `hidden` (figures of earlier releases, or groups) that earlier releases tell.
    `not_tried`: how many of them were too many to be looked at in the time.
    """

    status: npt.NDArray[np.int8]
    told_before: tuple[int, ...] = ()
    not_tried: int = 0


def protect(atoms: Ints, figures: Figures, least: int, protection: int, *, before: Any = None, hidden: Any = None,
            not_zero: Any = None, also: Flags | None = None) -> Protected:
    """Choose what is suppressed, so that nothing suppressed can be told within `protection` persons.

    `atoms` (n) are the true numbers of the finest groups; `before` (R, n) the sums that earlier releases published,
    `hidden` (H, n) further sums that must not be told (what earlier releases suppressed, small differences between
    releases), `not_zero` (S, n) the sums that earlier releases suppressed, and so told to be 1 or more; `also` marks
    figures that are to be suppressed for a reason of their own. Refuses a least or protection below 1, and more than
    MOST_ATOMS atoms, with InvalidValue, and figures that would be told by their very suppression beside what earlier
    releases published with CannotPublish.

    >>> grid = np.array([1, 5, 7, 9])  # two rows, two columns; their sums are published
    >>> sums = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1],
    ...                  [1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1]])
    >>> protect(grid, Figures(sparse.csr_array(sums), np.array([1.0] * 4 + [9.0] * 4)), 3, 3).status.tolist()
    [1, 2, 2, 2, 0, 0, 0, 0]
    >>> protect(np.zeros(0, int), Figures(sparse.csr_array((0, 0)), np.zeros(0)), 3, 3).status.tolist()
    []
    """
    if least < 1 or protection < 1:
        raise InvalidValue(field="min-cell", value=least, why="1 or more")
    if len(atoms) > MOST_ATOMS:
        raise InvalidValue(field="by", value=f"{len(atoms):,} combinations",
                           why=f"at most {MOST_ATOMS:,} can be protected together: fewer dimensions, or coarser ones")
    return _Search(atoms, figures, least, protection, before, hidden, not_zero, also).run()


class _Search:
    """One search: which figures are suppressed so far, and of which it is proven that they cannot be told."""

    def __init__(self, atoms: Ints, figures: Figures, least: int, protection: int, before: Any, hidden: Any,
                 not_zero: Any, also: Flags | None) -> None:
        self.atoms, self.figures, self.least, self.protection = atoms, figures, least, protection
        self.values = figures.values(atoms)
        small = (self.values > 0) & (self.values < least)
        self.status = np.where(small, SMALL, PUBLISHED).astype(np.int8)
        if also is not None:
            self.status[also & (self.values > 0) & ~small] = SECONDARY
        self.before = rows_of(before, len(atoms))
        self.hidden = rows_of(hidden, len(atoms))
        known = rows_of(not_zero, len(atoms))
        self.told_not_zero = known[np.flatnonzero(np.asarray(known @ atoms) > 0)]
        # Of which sums a reader knows that they are not 0: all that this release or an earlier one names.
        self.not_zero = sparse.vstack([figures.sums[np.flatnonzero(self.values > 0)], self.told_not_zero], format="csr")
        self.proven = np.zeros(len(self.values), dtype=bool)
        self.hidden_proven = np.zeros(self.hidden.shape[0], dtype=bool)
        # What is published as 0 is 0 in every table that agrees: none of its atoms can be otherwise.
        self.free = ~within_zero(figures.sums, self.values) & ~within_zero(self.before, self.before @ atoms)
        self.settled = Settled(self.before, np.asarray(self.before @ atoms))

    def run(self) -> Protected:
        """Go on until everything that is suppressed is proven."""
        told: list[int] = []
        tries, begun = _ROUNDS, time.process_time()
        while (target := self._next()) is not None:
            kind, number = target
            taken = time.process_time() - begun
            if kind == 1 and taken > _BUDGET_S:
                break
            if taken > 2 * _BUDGET_S:
                raise InvalidValue(field="by", value=f"{len(self.atoms):,} combinations",
                                   why="too many to be protected with earlier releases: fewer or coarser dimensions")
            if kind == 1 and tries and self._many():
                tries -= 1
                continue
            tries = 0 if kind == 1 else _ROUNDS
            row = (self.figures.sums if kind == 0 else self.hidden)[[number]]
            # What adding and taking away settles no table can move: that search need not fail eight times.
            is_settled = bool(self.settled.settles(row)[0])
            moves = [] if is_settled else self._moves(row)
            for move in moves:
                self._take(move)
            if not moves:
                if not (is_settled or self._was_told(row)):
                    raise CannotPublish(before="the", least=self.least)
                told += [number] if kind == 1 else []  # nothing that is left out now can take that back
            (self.proven if kind == 0 else self.hidden_proven)[number] = True
        return Protected(self.status, tuple(told), int((~self.hidden_proven).sum()))

    def _next(self) -> tuple[int, int] | None:
        open_ = np.flatnonzero((self.status != PUBLISHED) & ~self.proven)
        if len(open_):
            return 0, int(open_[np.argmax(self.values[open_])])
        rest = np.flatnonzero(~self.hidden_proven)
        return (1, int(rest[0])) if len(rest) else None

    def _many(self) -> bool:
        """Move as many of the hidden sums at once as can be without changing what is published; say if any was."""
        open_, free = np.flatnonzero(~self.hidden_proven), np.flatnonzero(self.free)
        shown = self.figures.sums[np.flatnonzero(self.status == PUBLISHED)]
        fixed = sparse.vstack([shown, self.before], format="csr")[:, free]
        found = _widest(self.atoms[free], fixed, (self.not_zero[:, free], self.not_zero @ self.atoms),
                        self.hidden[open_][:, free], self.protection)
        if found is None:
            return False
        move = np.zeros(len(self.atoms))
        move[free] = found
        was = int(self.hidden_proven.sum())
        self._take(move)
        return int(self.hidden_proven.sum()) > was

    def _take(self, move: Floats) -> None:
        """Suppress what a move changes, and note of what it proves that it cannot be told."""
        change = np.asarray(self.figures.sums @ move)
        self.status[(np.abs(change) > _EXACT) & (self.status == PUBLISHED)] = SECONDARY
        self.proven |= np.abs(change) >= self.protection - _EXACT
        self.hidden_proven |= np.abs(np.asarray(self.hidden @ move)) >= self.protection - _EXACT

    def _moves(self, row: Any) -> list[Floats]:
        """Find a table in which a sum is farther by the protection, else two between which it is; none: an empty list.

        Near partners are tried first: those of small figures and of what is suppressed already; then all.
        """
        of_row = np.zeros(len(self.atoms), dtype=bool)
        of_row[row.indices] = True
        cells = np.flatnonzero((self.status == PUBLISHED) & (self.values > 0))
        cells = cells[np.argsort(self.values[cells] * self.figures.cost[cells], kind="stable")[:_NEAR]]
        tried = np.concatenate([np.flatnonzero(self.status != PUBLISHED), cells])
        near = np.asarray(abs(self.figures.sums[tried]).sum(axis=0)).ravel() > 0
        # What earlier releases fixed may need partners anywhere.
        chosen = np.flatnonzero((of_row | near | (self.before.shape[0] > 0)) & self.free)
        every = np.flatnonzero(self.free)
        for some in (chosen, every) if len(chosen) < len(every) else (every,):
            for step in (self.protection, -self.protection):
                if (found := self._solved(row, some, step)) is not None:
                    return [found]
        for up in range(self.protection - 1, 0, -1):
            pair = [self._solved(row, every, step) for step in (up, up - self.protection)]
            if pair[0] is not None and pair[1] is not None:
                return [pair[0], pair[1]]
        return []

    def _was_told(self, row: Any) -> bool:
        """Say whether earlier releases tell a sum by themselves, without anything of this one."""
        low, high = bounds(self.atoms, self.before, row, self.told_not_zero)
        return bool(high[0] - low[0] < self.protection - 1e-6)

    def _solved(self, row: Any, chosen: Ints, step: int) -> Floats | None:
        """Move a sum by a step in whole numbers, at the least loss of what is published."""
        if step < 0 and int((row @ self.atoms)[0]) < -step:
            return None
        found = _cheapest(self.atoms[chosen], self.figures.sums[:, chosen], self._costs(),
                          (self.not_zero[:, chosen], self.not_zero @ self.atoms), self.before[:, chosen],
                          row[:, chosen], step)
        if found is None:
            return None
        move = np.zeros(len(self.atoms))
        move[chosen] = found
        return move

    def _costs(self) -> Floats:
        return np.where(self.status == PUBLISHED, self.figures.cost * (1 + np.log2(1 + self.values)), 0.0)


def bounds(atoms: Ints, published: Any, targets: Any, not_zero: Any = None) -> tuple[Floats, Floats]:
    """Attack: give the least and most that sums of atoms can be, when only the published sums are known.

    `published` (P, n) and `targets` (T, n) are sums of atoms that are not negative; `atoms` serve only to give the
    published sums their values. `not_zero` (S, n): sums of which a reader knows that they are 1 or more. Gives (T)
    least and (T) most, infinite where nothing binds it.

    >>> least, most = bounds(np.array([1, 4]), np.array([[1, 1]]), np.array([[1, 0]]))
    >>> least.tolist(), most.tolist()
    ([0.0], [5.0])
    >>> bounds(np.array([1]), np.zeros((0, 1)), np.array([[1]]))[1].tolist()
    [inf]
    """
    from scipy.optimize import linprog

    known, wanted = rows_of(published, len(atoms)), rows_of(targets, len(atoms))
    sums, least_one = known @ atoms, rows_of(not_zero, len(atoms))
    rules: dict[str, Any] = {"bounds": (0, None), "method": "highs"}
    if known.shape[0]:
        rules |= {"A_eq": known, "b_eq": sums}
    if least_one.shape[0]:
        rules |= {"A_ub": -least_one, "b_ub": -np.ones(least_one.shape[0])}
    low, high = np.zeros(wanted.shape[0]), np.full(wanted.shape[0], np.inf)
    for number in range(wanted.shape[0]):
        goal = wanted[[number]].toarray().ravel()
        lowest, highest = linprog(goal, **rules), linprog(-goal, **rules)
        # The true table is always feasible: whatever has no optimum is not bound.
        low[number] = lowest.fun if lowest.status == 0 else 0.0
        high[number] = -highest.fun if highest.status == 0 else np.inf
    return low, high


def _cheapest(atoms: Ints, sums: Any, costs: Floats, not_zero: tuple[Any, Ints], before: Any, row: Any, step: int
              ) -> Floats | None:
    """Move a sum by `step` at the least cost of published figures that change; None where that cannot be."""
    from scipy.optimize import Bounds, LinearConstraint

    count = len(atoms)
    priced = np.flatnonzero((costs > 0) & (np.diff(sums.indptr) > 0))
    some = sums[priced]
    # Unknowns: the change of each atom, then for each priced figure how far it is moved at most.
    eye = sparse.eye_array(len(priced), format="csr")
    over = sparse.vstack([sparse.hstack([some, -eye]), sparse.hstack([-some, -eye])], format="csr")
    rules = [LinearConstraint(over, -np.inf, 0.0)] if len(priced) else []
    rules += _stay_above_zero(not_zero, len(priced))
    fixed = sparse.vstack([before, row], format="csr")
    goal = np.zeros(fixed.shape[0])
    goal[-1] = step
    wide = sparse.hstack([fixed, sparse.csr_array((fixed.shape[0], len(priced)))], format="csr")
    rules.append(LinearConstraint(wide, goal, goal))
    price = np.concatenate([np.zeros(count), costs[priced]])
    # No atom has to move farther than all moves of a chain together: this keeps the numbers small.
    reach = float(abs(step)) * 50.0
    lowest = np.concatenate([-np.minimum(atoms, reach), np.zeros(len(priced))])
    highest = np.concatenate([np.full(count, reach), np.full(len(priced), np.inf)])
    kinds = np.concatenate([np.ones(count), np.zeros(len(priced))])
    return _whole_first(price, rules, Bounds(lowest, highest), kinds, count)


def _whole_first(price: Floats, rules: list[Any], limits: Any, kinds: Floats, count: int) -> Floats | None:
    """Solve in any numbers, and again in whole ones where they did not come out whole and are not too many."""
    from scipy.optimize import milp

    for whole in (np.zeros_like(kinds), kinds):  # mostly the numbers come out whole by themselves
        solved = milp(price, constraints=rules, bounds=limits, integrality=whole, options={"time_limit": _TIMES})
        if solved.x is None:
            return None
        found = np.asarray(solved.x[:count], dtype=np.float64)
        if count > _WHOLE or np.abs(found - np.rint(found)).max(initial=0.0) < _EXACT:
            return found if count > _WHOLE else np.rint(found)
    return None


def _stay_above_zero(not_zero: tuple[Any, Ints], others: int) -> list[Any]:
    """Keep a figure that is not 0 from being 0 in a table that agrees: 0 would have been published as 0."""
    from scipy.optimize import LinearConstraint

    sums, values = not_zero
    touched = np.flatnonzero(np.diff(sums.indptr) > 0)
    if not len(touched):
        return []
    kept = sparse.hstack([sums[touched], sparse.csr_array((len(touched), others))], format="csr")
    return [LinearConstraint(kept, 1.0 - np.asarray(values)[touched], np.inf)]


def _widest(atoms: Ints, fixed: Any, not_zero: tuple[Any, Ints], hidden: Any, step: int) -> Floats | None:
    """Raise as many hidden sums as possible by `step`, all in one change that leaves the fixed sums as they are."""
    from scipy.optimize import Bounds, LinearConstraint

    count, goals = len(atoms), hidden.shape[0]
    none = sparse.csr_array((fixed.shape[0], goals))
    rules = [LinearConstraint(sparse.hstack([fixed, none], format="csr"), 0.0, 0.0)] if fixed.shape[0] else []
    eye = sparse.eye_array(goals, format="csr")
    rules.append(LinearConstraint(sparse.hstack([-hidden, eye], format="csr"), -np.inf, 0.0))
    rules += _stay_above_zero(not_zero, goals)
    reach = float(step) * 50.0
    lowest = np.concatenate([-np.minimum(atoms, reach), np.full(goals, -reach * count)])
    highest = np.concatenate([np.full(count, reach), np.full(goals, float(step))])
    # A hidden sum that cannot rise may fall: nothing is lost by it.
    price = np.concatenate([np.zeros(count), np.full(goals, -1.0)])
    kinds = np.concatenate([np.ones(count), np.zeros(goals)])
    return _whole_first(price, rules, Bounds(lowest, highest), kinds, count)


def union_of(parts: Sequence[Any], count: int) -> Any:
    """Put sums of several releases one under the other; (0, n) of none.

    >>> union_of([], 2).shape
    (0, 2)
    """
    kept = [rows_of(each, count) for each in parts if each is not None and each.shape[0]]
    return sparse.vstack(kept, format="csr") if kept else sparse.csr_array((0, count))
