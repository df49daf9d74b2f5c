"""What moves in the account when records change: hazards appear, move a boundary, change class, vanish?

Ground that enters is discovered (the first measured ground of a hazard) or a boundary increase; ground that leaves
unreleased is a boundary decrease, a correction and never a release; ground that passes to another hazard, class or
place is a transfer, out of one account and into another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely

from whitestone.land.book import Book, to_cents
from whitestone.land.shapes import EMPTY, NOISE_M2, intersect, pack, subtract, union, union_by_group

__all__ = ["change_records"]

Pair = tuple[int, int]


class _Moves(NamedTuple):
    """Who gave how much to whom (m2), and what stayed with each."""

    transfers: dict[Pair, float]
    stay: dict[int, float]
    given: dict[int, float]
    taken: dict[int, float]


class _Before(NamedTuple):
    """The touched hazards with the ground that they owned before the change."""

    order: list[int]
    left: np.ndarray[Any, Any]
    area: np.ndarray[Any, Any]


def change_records(book: Book, day: int, changed: Sequence[int]) -> None:
    """Take over the slices that begin or end on a day, and book what that moves.

    `changed` are hazard indexes. Only these and the neighbours that share ground with them are looked at.

    >>> from whitestone.land.timeline import lay_out
    >>> book = Book(lay_out([], []))
    >>> change_records(book, 0, [])
    >>> book.entries
    []
    """
    moved = _renew_own(book, day, changed)
    touched = set(changed)
    for hazard in moved:
        touched |= {other for other in book.line.neighbours[hazard] if book.now[other] >= 0}
    order = sorted(touched)
    before = _Before(order, book.left[order].copy(), book.area[order].copy())
    book.settle_ownership(order)
    _book_moves(book, day, before, _compare(book, before))
    for hazard in moved:
        book.measured[hazard] = book.measured[hazard] or book.has_ground(hazard)
    _forget_settled(book, before, moved)


def _renew_own(book: Book, day: int, changed: Sequence[int]) -> list[int]:
    """Give changed hazards their new shape less what was released; return those whose claim changed."""
    line, moved = book.line, []
    for hazard in changed:
        old, new = book.now[hazard], line.slice_on(hazard, day)
        book.now[hazard] = new
        old_shape = line.shapes[old] if old >= 0 else EMPTY
        new_shape = line.shapes[new] if new >= 0 else EMPTY
        if old >= 0 and new >= 0 and line.rank[old] == line.rank[new] and shapely.equals_exact(old_shape, new_shape):
            continue
        book.own_left[hazard] = new_shape
        moved.append(hazard)
    index = [hazard for hazard in moved if book.applied[hazard]]
    if index:
        owner = np.repeat(np.arange(len(index)), [len(book.applied[hazard]) for hazard in index])
        taken = line.release_shapes[[release for hazard in index for release in book.applied[hazard]]]
        book.own_left[index] = subtract(book.own_left[index], union_by_group(taken, owner, len(index)))
    book.measure_own(day, moved)
    return moved


def _compare(book: Book, before: _Before) -> _Moves:
    """Measure the ground that passed from one hazard to another, and what stayed with each."""
    stay: dict[int, float] = {}
    pairs: list[Pair] = []
    position = {hazard: index for index, hazard in enumerate(before.order)}
    for index, hazard in enumerate(before.order):
        if book.area[hazard] == 0:
            continue
        if before.left[index] is book.left[hazard]:
            stay[hazard] = float(book.area[hazard])
            continue
        sources = [hazard, *sorted(book.line.neighbours[hazard])]
        pairs += [(each, hazard) for each in sources if each in position and before.area[position[each]] > 0]
    transfers: dict[Pair, float] = {}
    if pairs:
        old = before.left[[position[source] for source, _ in pairs]]
        common = shapely.area(intersect(old, book.left[[target for _, target in pairs]]))
        for (source, target), area in zip(pairs, common.tolist(), strict=True):
            if source == target:
                stay[source] = area
            elif area >= NOISE_M2:
                transfers[source, target] = area
    given: dict[int, float] = defaultdict(float)
    taken: dict[int, float] = defaultdict(float)
    for (source, target), area in transfers.items():
        given[source] += area
        taken[target] += area
    return _Moves(transfers, stay, given, taken)


def _book_moves(book: Book, day: int, before: _Before, moves: _Moves) -> None:
    old_accounts = {hazard: book.accounts[hazard] for hazard in before.order}
    for hazard in before.order:
        if book.now[hazard] >= 0:
            book.accounts[hazard] = book.line.account[book.now[hazard]]
    own_change: dict[int, int] = dict.fromkeys(before.order, 0)
    opening = {hazard: book.stock[hazard] for hazard in before.order}
    for (source, target), cents in _transfer_cents(book, before, moves).items():
        book.transfer(day, (source, old_accounts[source]), (target, book.accounts[target]), cents)
        own_change[source] += cents
    for index, hazard in enumerate(before.order):
        stay = moves.stay.get(hazard, 0.0)
        lost = float(before.area[index]) - stay - moves.given.get(hazard, 0.0)
        won = float(book.area[hazard]) - stay - moves.taken.get(hazard, 0.0)
        lost_cents, won_cents = _balance(book, hazard, lost, won)
        if lost_cents:
            book.write(day, hazard, old_accounts[hazard], -1, "boundary_decrease", lost_cents)
        rest = opening[hazard] - own_change[hazard] - lost_cents
        if old_accounts[hazard] not in (-1, book.accounts[hazard]) and rest > 0:
            book.transfer(day, (hazard, old_accounts[hazard]), (hazard, book.accounts[hazard]), rest)
        if won_cents:
            column = "boundary_increase" if book.measured[hazard] else "discovered"
            book.write(day, hazard, book.accounts[hazard], -1, column, won_cents)
        book.stock[hazard] += won_cents - lost_cents


def _transfer_cents(book: Book, before: _Before, moves: _Moves) -> dict[Pair, int]:
    """Round transfers; a hazard that gives away all that it has gives it to the last hundredth."""
    cents = {pair: to_cents(area) for pair, area in moves.transfers.items()}
    gifts: dict[int, list[Pair]] = defaultdict(list)
    for pair in cents:
        gifts[pair[0]].append(pair)
    for index, hazard in enumerate(before.order):
        rest = float(before.area[index]) - moves.given.get(hazard, 0.0)
        if hazard in gifts and abs(rest) < NOISE_M2:
            largest = max(gifts[hazard], key=lambda pair: (cents[pair], pair))
            cents[largest] += book.stock[hazard] - sum(cents[pair] for pair in gifts[hazard])
    return {pair: amount for pair, amount in cents.items() if amount > 0}


def _balance(book: Book, hazard: int, lost: float, won: float) -> Pair:
    """Round what left and what entered so that the stock is again the area, to the last hundredth."""
    gap = to_cents(book.area[hazard]) - book.stock[hazard]
    lost_cents = to_cents(lost) if lost >= NOISE_M2 else 0
    won_cents = max(0, gap + lost_cents) if won >= NOISE_M2 else 0
    if lost >= NOISE_M2:
        lost_cents = max(0, won_cents - gap)
    return lost_cents, won_cents


def _forget_settled(book: Book, before: _Before, moved: list[int]) -> None:
    """Drop released ground that is back in the account or outside its hazard: its story is settled."""
    if not book.out:
        return
    for hazard in moved:
        for outcome, shape in book.out.get(hazard, {}).items():
            book.out[hazard][outcome] = intersect(pack([shape]), pack([book.shape_now(hazard)]))[0]
    was = pack([union(before.left)])
    for hazard in before.order:
        holders = [each for each in (hazard, *book.line.neighbours[hazard]) if each in book.out]
        if not holders or book.area[hazard] == 0:
            continue
        entered = subtract(book.left[[hazard]], was)
        for holder in holders:
            for outcome, shape in book.out[holder].items():
                book.out[holder][outcome] = subtract(pack([shape]), entered)[0]
