"""Do two editions of the same ground lie apart by one constant shift, how far and which way, and how sure is that?

A shift is looked for in the offsets of pairs that are the same thing for another reason: an id, an outline found again
elsewhere, the nearest neighbour. The densest place of the offsets is taken, so records that really changed do not pull
it. It is believed only if the opposite offset, which is as likely where there is no shift, is not as common.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from whitestone.land.sides import Side

__all__ = ["LEAST_PAIRS", "LEAST_SHIFT_M", "Shift", "Shifts", "find_shift", "find_shifts", "mutual_nearest"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEAST_SHIFT_M = 0.05
"""Shorter offsets are the rounding of coordinates, not a shift."""
LEAST_PAIRS = 10
"""Fewer pairs cannot tell a shift from chance."""
LEAST_SHARE = 0.2
"""The share of pairs that must agree on a shift."""
CLEAR_SHARE = 0.5
"""The share that settles the question without looking for other evidence."""
LARGEST_P = 0.01
SURE_TIMES = 5.0
"""A shift is at least so many times its standard error."""
_COARSE_M, _FINE_M = 32.0, 0.02
_BEARINGS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """How far theirs lie from ours, in metres of the plane (x east, y north), and on what that rests.

    `agree` of `pairs` lie within `reach_m` of it, `against` as close to its opposite; `p` bounds the chance of such an
    imbalance where there is no shift, times the number of places looked at. `is_found` False: none, and `why` says so.
    """

    dx_m: float = 0.0
    dy_m: float = 0.0
    spread_m: float = 0.0
    error_m: float = 0.0
    reach_m: float = 0.0
    pairs: int = 0
    agree: int = 0
    against: int = 0
    p: float = 1.0
    evidence: str = "none"
    is_found: bool = False
    why: str = "no pair of records could be compared"

    @property
    def distance_m(self) -> float:
        """Return its length in metres."""
        return math.hypot(self.dx_m, self.dy_m)

    @property
    def bearing_deg(self) -> float:
        """Return its direction in degrees from the plane's north, clockwise."""
        return math.degrees(math.atan2(self.dx_m, self.dy_m)) % 360

    @property
    def direction(self) -> str:
        """Name its direction.

        >>> Shift(dx_m=1, dy_m=1).direction
        'north-east'
        """
        return _BEARINGS[round(self.bearing_deg / 45) % 8]

    def sentence(self) -> str:
        """Say in one sentence what was found and on what it rests.

        >>> Shift().sentence()
        'No constant shift: no pair of records could be compared.'
        """
        if not self.is_found:
            return f"No constant shift: {self.why}."
        share = f"{self.agree:,} of {self.pairs:,} pairs ({100 * self.agree / self.pairs:.1f} %)"
        return (
            f"Theirs lie {self.distance_m:.2f} m to the {self.direction} of ours (bearing {self.bearing_deg:.1f}°, "
            f"{self.dx_m:+.2f} m east, {self.dy_m:+.2f} m north): {share} {_EVIDENCE[self.evidence]} lie within "
            f"{self.reach_m:.2f} m of that, {self.against:,} within as much of its opposite; standard error "
            f"{self.error_m:.3f} m."
        )


_EVIDENCE = {
    "id": "with one id", "outline": "with one outline", "nearest": "that are each other's nearest", "none": "",
}  # fmt: skip


class Shifts(msgspec.Struct):
    """The shift that both sides share, and those of groups (operators, datasets) that lie otherwise."""

    common: Shift
    groups: dict[str, Shift] = {}

    def offsets(self, side: Side) -> Floats:
        """Return for each record of their side the offset (n, 2) that a shift gave it; 0 where none was found."""
        out = np.zeros((len(side), 2))
        if self.common.is_found:
            out[:] = (self.common.dx_m, self.common.dy_m)
        for label, shift in self.groups.items():
            rows = np.array([group == label for group in side.groups], dtype=bool)
            out[rows] = (shift.dx_m, shift.dy_m) if shift.is_found else 0.0
        return out

    @property
    def is_found(self) -> bool:
        """Say whether any shift was found."""
        return self.common.is_found or any(each.is_found for each in self.groups.values())


def find_shift(offsets: Any, evidence: str = "nearest") -> Shift:
    """Find the constant shift in offsets theirs minus ours (n, 2), metres; says why there is none.

    The densest place is found in squares of 32 m, then in ever finer ones as long as they keep most of it; its centre
    is the median of what lies there. The test is a sign test along the shift, with Chernoff's bound of the binomial
    tail times the number of pairs (Bonferroni), so that the best of many places is not taken for a shift.

    >>> found = find_shift(np.tile([5.0, 12.0], (40, 1)))
    >>> found.is_found, round(found.distance_m, 6), find_shift(np.zeros((40, 2))).is_found, find_shift([]).pairs
    (True, 13.0, False, 0)
    """
    offsets = np.asarray(offsets, dtype=float).reshape(-1, 2)
    offsets = offsets[np.isfinite(offsets).all(axis=1)]
    count = len(offsets)
    if count < LEAST_PAIRS:
        if not count:
            return Shift(evidence=evidence)
        return Shift(pairs=count, evidence=evidence, why=f"{count} pairs are too few to tell (at least {LEAST_PAIRS})")
    centre, reach = _densest(offsets)
    centre, spread, reach, near = _settle(offsets, centre, reach)
    agree = int(near.sum())
    error = 1.2533 * spread / math.sqrt(max(agree, 1))
    for_it, against = _signs(offsets, centre, reach)
    p = min(1.0, count * _tail(for_it, for_it + against))
    distance = float(np.hypot(*centre))
    why = _why_not(distance, error, agree / count, p, count)
    return Shift(
        dx_m=float(centre[0]), dy_m=float(centre[1]), spread_m=spread, error_m=error, reach_m=reach, pairs=count,
        agree=agree, against=against, p=p, evidence=evidence, is_found=not why, why=why,
    )  # fmt: skip


def _why_not(distance: float, error: float, share: float, p: float, count: int) -> str:
    if share < LEAST_SHARE:
        return f"no offset is shared by more than {100 * share:.0f} % of {count:,} pairs"
    if distance < LEAST_SHIFT_M:
        return f"{100 * share:.0f} % of {count:,} pairs lie on the same place (apart {distance:.3f} m)"
    if distance < SURE_TIMES * error:
        return f"the usual offset of {distance:.2f} m is not more than chance (standard error {error:.2f} m)"
    if p > LARGEST_P:
        return f"offsets of {distance:.2f} m point the other way about as often"
    return ""


def _densest(offsets: Floats) -> tuple[Floats, float]:
    size, inside = _COARSE_M, np.ones(len(offsets), dtype=bool)
    inside = _best_block(offsets, inside, size)
    while size > _FINE_M:
        finer = _best_block(offsets, inside, size / 2)
        if finer.sum() < 0.6 * inside.sum():
            break
        inside, size = finer, size / 2
    return np.median(offsets[inside], axis=0), size


def _best_block(offsets: Floats, inside: npt.NDArray[np.bool_], size: float) -> npt.NDArray[np.bool_]:
    """Choose the 3 x 3 squares that hold most; of equals those nearest to no shift, so that order does not matter."""
    cells = np.rint(offsets / size).astype(np.int64)
    known, counts = np.unique(cells[inside], axis=0, return_counts=True)
    keys = _key(known[:, 0], known[:, 1])
    order = np.argsort(keys)
    keys, sizes = keys[order], counts[order]
    total = np.zeros(len(known), dtype=np.int64)
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            wanted = _key(known[:, 0] + dx, known[:, 1] + dy)
            at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            total += np.where(keys[at] == wanted, sizes[at], 0)
    best = np.lexsort((np.hypot(known[:, 0], known[:, 1]), -total))[0]
    kept: npt.NDArray[np.bool_] = inside & (np.abs(cells - known[best]) <= 1).all(axis=1)
    return kept


def _key(x: Ints, y: Ints) -> Ints:
    return x * np.int64(1 << 32) + y


def _settle(offsets: Floats, centre: Floats, reach: float) -> tuple[Floats, float, float, npt.NDArray[np.bool_]]:
    """Move to the median of what lies near until that is steady; four spreads are near, at least 2 cm."""
    reach = max(1.5 * reach, _FINE_M)
    near = np.hypot(*(offsets - centre).T) <= reach
    spread = 0.0
    for _ in range(8):
        if not near.any():
            break
        centre = np.median(offsets[near], axis=0)
        apart = np.hypot(*(offsets - centre).T)
        # Of a round cloud in the plane half lies within 1.1774 standard deviations.
        spread = float(np.median(apart[near])) / 1.1774
        reach = max(4 * spread, _FINE_M)
        near = apart <= reach
    return centre, spread, reach, near


def _signs(offsets: Floats, centre: Floats, reach: float) -> tuple[int, int]:
    near = (np.hypot(*(offsets - centre).T) <= reach) | (np.hypot(*(offsets + centre).T) <= reach)
    along = offsets[near] @ centre
    return int((along > 0).sum()), int((along < 0).sum())


def _tail(more: int, count: int) -> float:
    """Bound the chance of `more` or more heads in `count` tosses (Chernoff); 1 where it is not the greater part."""
    if count == 0 or 2 * more <= count:
        return 1.0
    share = more / count
    divergence = share * math.log(2 * share) + (0.0 if share == 1 else (1 - share) * math.log(2 * (1 - share)))
    return math.exp(-count * divergence)


def find_shifts(ours: Side, theirs: Side, id_pairs: tuple[Ints, Ints]) -> Shifts:
    """Find the shift of theirs against ours, and of each group that lies otherwise, from the best evidence there is.

    Pairs with one id come first; where too few agree, outlines that are found again wherever they lie, then nearest
    neighbours. Groups count where both records of a pair name the same one.

    >>> from whitestone.land.sides import make_side
    >>> nothing = make_side([], [], [])
    >>> find_shifts(nothing, nothing, (np.zeros(0, int), np.zeros(0, int))).common.is_found
    False
    """
    best, pairs = Shift(), (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    for evidence, find in _EVIDENCE_OF.items():
        found = find(ours, theirs, id_pairs)
        shift = find_shift(theirs.centres_m[found[1]] - ours.centres_m[found[0]], evidence)
        if not best.pairs or shift.agree * max(best.pairs, 1) > best.agree * max(shift.pairs, 1):
            best, pairs = shift, found
        if shift.pairs >= LEAST_PAIRS and shift.agree >= CLEAR_SHARE * shift.pairs:
            break
    return Shifts(best, _groups(ours, theirs, pairs, best))


def _groups(ours: Side, theirs: Side, pairs: tuple[Ints, Ints], common: Shift) -> dict[str, Shift]:
    rows: dict[str, list[int]] = {}
    for at, (a, b) in enumerate(zip(pairs[0].tolist(), pairs[1].tolist(), strict=True)):
        label = ours.groups[a]
        if label is not None and label == theirs.groups[b]:
            rows.setdefault(label, []).append(at)
    found = {}
    usual = (common.dx_m, common.dy_m) if common.is_found else (0.0, 0.0)
    for label in sorted(rows):
        if len(rows[label]) < LEAST_PAIRS or len(rows) < 2:
            continue
        chosen = np.array(rows[label])
        shift = find_shift(theirs.centres_m[pairs[1][chosen]] - ours.centres_m[pairs[0][chosen]], common.evidence)
        own = (shift.dx_m, shift.dy_m) if shift.is_found else (0.0, 0.0)
        clear = shift.agree >= CLEAR_SHARE * shift.pairs
        apart = math.hypot(own[0] - usual[0], own[1] - usual[1])
        if clear and apart > max(LEAST_SHIFT_M, SURE_TIMES * (shift.error_m + common.error_m), common.spread_m):
            found[label] = shift
    return found


def _placed(ours: Side, theirs: Side, pairs: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    both = ours.is_placed[pairs[0]] & theirs.is_placed[pairs[1]]
    return pairs[0][both], pairs[1][both]


def _twins(ours: Side, theirs: Side, _: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """Pair areas whose outline is found again, wherever it lies: alike in size, length and extent."""
    rows = [np.flatnonzero(side.is_area & (side.areas_m2 > 0)) for side in (ours, theirs)]
    forms = [_forms(side.shapes[at]) for side, at in zip((ours, theirs), rows, strict=True)]
    a, b = mutual_nearest(forms[0][:, :2], forms[1][:, :2])
    alike = np.abs(forms[0][a] - forms[1][b]).max(axis=1, initial=0.0) <= 0.01
    return rows[0][a[alike]], rows[1][b[alike]]


def _forms(shapes: Any) -> Floats:
    """Describe outlines whatever their place: logarithms of area, length, width and height, so that 0.01 is 1 %."""
    west, south, east, north = shapely.bounds(shapes).reshape(-1, 4).T
    sizes = np.column_stack([shapely.area(shapes), shapely.length(shapes), east - west, north - south])
    logs: Floats = np.log(np.maximum(sizes, 1e-9))
    return logs


def _nearest(ours: Side, theirs: Side, _: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    rows = [np.flatnonzero(side.is_placed) for side in (ours, theirs)]
    a, b = mutual_nearest(ours.centres_m[rows[0]], theirs.centres_m[rows[1]])
    return rows[0][a], rows[1][b]


_EVIDENCE_OF: dict[str, Callable[[Side, Side, tuple[Ints, Ints]], tuple[Ints, Ints]]] = {
    "id": _placed, "outline": _twins, "nearest": _nearest,
}  # fmt: skip
"""What makes a pair, the best evidence first."""


def mutual_nearest(left: Floats, right: Floats) -> tuple[Ints, Ints]:
    """Pair points (n, 2) and (m, 2) of which each is the other's nearest, without ties.

    >>> [each.tolist() for each in mutual_nearest(np.array([[0.0, 0], [9, 0]]), np.array([[1.0, 0]]))]
    [[0], [0]]
    >>> [each.tolist() for each in mutual_nearest(np.empty((0, 2)), np.array([[1.0, 0]]))]
    [[], []]
    """
    none = np.zeros(0, dtype=np.int64)
    if not len(left) or not len(right):
        return none, none
    there = _one_nearest(left, right)
    back = _one_nearest(right, left)
    a = np.flatnonzero(there >= 0)
    a = a[back[there[a]] == a]
    return a.astype(np.int64), there[a]


def _one_nearest(points: Floats, others: Floats) -> Ints:
    """Return for each point its one nearest of the others; -1 where two lie equally near."""
    # A point that stands twice among the others has a tie for sure, and many such would cost a square of work.
    known, first, counts = np.unique(others, axis=0, return_index=True, return_counts=True)[:3]
    tree = shapely.STRtree(shapely.points(known))
    at, found = tree.query_nearest(shapely.points(points), all_matches=True)
    out = np.full(len(points), -1, dtype=np.int64)
    ties = np.asarray(np.bincount(at, minlength=len(points)) > 1)
    single = ~ties[at] & (counts[found] == 1)
    out[at[single]] = first[found[single]]
    return out
