"""What leaves the account when the releases of a day act, by whose work, and with which outcome?

A square metre leaves with the first release over it; on one day the stronger outcome comes first, then the record id.
A stronger outcome on a later day is booked as work done and given back in `reclassified` on the same day, so that the
pair moves nothing and no earlier year changes (docs/decisions/007-ledger-telescopes.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from whitestone.land.book import Book, to_cents
from whitestone.land.inputs import OUTCOMES, STRENGTH
from whitestone.land.shapes import EMPTY, NOISE_M2, intersect, pack, subtract, union, union_by_group

__all__ = ["release_ground"]

Queue = dict[int, list[int]]


def release_ground(book: Book, day: int, pairs: Sequence[tuple[int, int]]) -> None:
    """Let the releases of a day act; `pairs` are (hazard, release) indexes in the order in which they act.

    >>> from whitestone.land.timeline import lay_out
    >>> book = Book(lay_out([], []))
    >>> release_ground(book, 0, [])
    >>> book.entries
    []
    """
    queue: Queue = defaultdict(list)
    for hazard, release in pairs:
        queue[hazard].append(release)
        book.applied[hazard].append(release)
    live = sorted(hazard for hazard in queue if book.now[hazard] >= 0)
    for hazard in live:
        if hazard in book.out:
            _reclassify(book, day, hazard, queue[hazard])
    passing = [hazard for hazard in live if _bystanders(book, hazard, queue[hazard])]
    # Where a hazard owns all that it claims, one overlay serves both figures; elsewhere its own is taken apart.
    same = [] if passing else [hazard for hazard in live if book.left[hazard] is book.own_left[hazard]]
    apart = sorted(set(live) - set(same))
    if apart:
        _take_own(book, day, apart, queue)
    heirs: set[int] = set()
    for hazard in passing:
        heirs |= _pass_on(book, day, hazard, queue[hazard])
    _take_in_turn(book, day, live, queue)
    book.own_left[same] = book.left[same]
    book.measure_own(day, same)
    if heirs:
        book.settle_ownership(sorted(heirs))


def _take_own(book: Book, day: int, hazards: list[int], queue: Queue) -> None:
    owner = np.repeat(np.arange(len(hazards)), [len(queue[hazard]) for hazard in hazards])
    taken = book.line.release_shapes[[release for hazard in hazards for release in queue[hazard]]]
    book.own_left[hazards] = subtract(book.own_left[hazards], union_by_group(taken, owner, len(hazards)))
    book.measure_own(day, hazards)


def _take_in_turn(book: Book, day: int, live: list[int], queue: Queue) -> None:
    """Subtract the first release of every hazard, then the second: each piece is the work of one release."""
    for turn in range(max((len(queue[hazard]) for hazard in live), default=0)):
        index = [hazard for hazard in live if len(queue[hazard]) > turn and book.area[hazard] > 0]
        if not index:
            continue
        chosen = [queue[hazard][turn] for hazard in index]
        old, old_area = book.left[index].copy(), book.area[index].copy()
        new = subtract(old, book.line.release_shapes[chosen])
        areas = shapely.area(new)
        taken = old_area - areas >= NOISE_M2
        # What was not touched stays the same object: its area cannot drift.
        for position in np.flatnonzero(taken).tolist():
            hazard = index[position]
            book.left[hazard], book.area[hazard] = new[position], areas[position]
            _book_release(book, day, hazard, chosen[position], old[position])


def _book_release(book: Book, day: int, hazard: int, release: int, old: Any) -> None:
    outcome = book.line.releases[release].outcome
    goal = to_cents(book.area[hazard])
    if book.stock[hazard] > goal:
        book.write(day, hazard, book.accounts[hazard], release, outcome, book.stock[hazard] - goal)
        book.stock[hazard] = goal
    if book.is_stronger_to_come(day, hazard, outcome):
        piece = intersect(pack([old]), book.line.release_shapes[[release]])[0]
        kept = book.out.setdefault(hazard, {})
        kept[outcome] = union(pack([kept[outcome], piece])) if outcome in kept else piece


def _bystanders(book: Book, hazard: int, releases: list[int]) -> set[int]:
    """Find neighbours that these releases cross without acting on them, because they were found later."""
    crossed: set[int] = set()
    for release in releases:
        crossed |= book.line.bystanders.get(release, set())
    return {other for other in crossed & book.line.neighbours[hazard] if book.own_area[other] > 0}


def _pass_on(book: Book, day: int, hazard: int, releases: list[int]) -> set[int]:
    """Pass ground to a hazard that the release does not act on: it stays in the account, under that one."""
    lost = intersect(book.left[[hazard]], pack([union(book.line.release_shapes[releases])]))
    others = [other for other in book.line.neighbours[hazard] if book.own_area[other] > 0 and book.now[other] >= 0]
    heirs: set[int] = set()
    for other in sorted(others, key=lambda each: book.line.rank[book.now[each]]):
        part = intersect(lost, book.own_left[[other]])
        if shapely.area(part[0]) < NOISE_M2:
            continue
        source, target = (hazard, book.accounts[hazard]), (other, book.accounts[other])
        book.transfer(day, source, target, to_cents(shapely.area(part[0])))
        book.left[hazard] = subtract(book.left[[hazard]], part)[0]
        book.left[other] = union(pack([book.left[other], part[0]]))
        book.area[other] = shapely.area(book.left[other])
        lost = subtract(lost, part)
        heirs |= {hazard, other}
    book.area[hazard] = shapely.area(book.left[hazard])
    return heirs


def _reclassify(book: Book, day: int, hazard: int, releases: list[int]) -> None:
    """Book a stronger outcome over ground that left earlier: the work, and the same area given back."""
    kept = book.out[hazard]
    for release in releases:
        outcome = book.line.releases[release].outcome
        shape = book.line.release_shapes[[release]]
        for weaker in [each for each in OUTCOMES if each in kept and STRENGTH[each] < STRENGTH[outcome]]:
            piece = intersect(pack([kept[weaker]]), shape)[0]
            area = float(shapely.area(piece))
            if area < NOISE_M2 or not to_cents(area):
                continue
            kept[weaker] = subtract(pack([kept[weaker]]), shape)[0]
            if outcome != "cleared":
                kept[outcome] = union(pack([kept.get(outcome, EMPTY), piece]))
            book.write(day, hazard, book.accounts[hazard], release, outcome, to_cents(area))
            book.write(day, hazard, book.accounts[hazard], release, "reclassified", to_cents(area))
            book.reclassified.append((day, weaker, outcome, to_cents(area)))
