"""Which records of two parties are the same, which differ, and which does only one of them have?

The whole way on plain values: the shift between both editions first, then candidates, scores, what was split or merged,
and one for one. It mirrors itself: ours against theirs and theirs against ours give one answer seen from two sides.
"""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from whitestone.land.candidates import Pairs, find_candidates, id_pairs
from whitestone.land.scoring import Scores, Trust, match_one_to_one, score, trust_ids
from whitestone.land.shifts import Shifts, find_shifts
from whitestone.land.sides import NOT_STATED, Cells, Side, attribute_cells

__all__ = ["TOLERANCE_M", "Comparison", "Group", "compare", "find_groups"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

TOLERANCE_M = 0.2
"""Outlines that lie apart by less than this in the mean are the same ground: six decimals of a degree are 0.1 m."""
SAME_GROUND = 0.9
"""And at least this share of the ground of either is common."""
INSIDE = 0.8
"""A piece lies inside by at least this share of itself, and pieces cover at least this share of the whole."""


class Group(msgspec.Struct, frozen=True):
    """One record of one side and the several of the other that it was split into (or merged from)."""

    a: tuple[int, ...]
    b: tuple[int, ...]
    cover: float
    """The smaller share of the ground of either side that is common to both."""
    common_m2: float

    @property
    def is_split(self) -> bool:
        """Say whether ours is the whole and theirs are the pieces."""
        return len(self.a) == 1


class Comparison(msgspec.Struct):
    """Two sides laid against each other; `theirs` as moved back by the shift, `theirs_drawn` as they lie.

    `pairs` are the matched ones with their `scores`; `candidates` all that were weighed. `same` says of each matched
    pair whether nothing differs, `same_ground` whether the ground does not. `second_a` and `second_b` give for every
    record the number of the best candidate pair that it was in, -1 where there was none.
    """

    ours: Side
    theirs: Side
    theirs_drawn: Side
    shifts: Shifts
    trust: Trust
    cells: list[Cells]
    candidates: Pairs
    candidate_scores: Floats
    pairs: Pairs
    scores: Scores
    groups: list[Group]
    same: Bools
    same_ground: Bools
    only_ours: Ints
    only_theirs: Ints
    second_a: Ints
    second_b: Ints
    limits: list[str]
    tolerance_m: float

    @property
    def compared(self) -> list[str]:
        """Name the attributes that both sides state."""
        return [each.attribute for each in self.cells if each.is_compared]

    @property
    def not_compared(self) -> dict[str, str]:
        """Name the attributes that one side never states, and which side that is."""
        return {each.attribute: "theirs" if (each.theirs == NOT_STATED).all() else "ours"
                for each in self.cells if not each.is_compared}  # fmt: skip


def compare(
    ours: Side, theirs: Side, *, left_out: tuple[str, ...] = (), tolerance_m: float = TOLERANCE_M,
    shifts: Shifts | None = None,
) -> Comparison:  # fmt: skip
    """Lay theirs against ours; `left_out` names attributes that are not compared, `shifts` a shift that is known.

    Shapes are in metres of one equal-area plane. Nothing is refused: what cannot be matched stands alone.

    >>> from whitestone.land.sides import make_side
    >>> one = make_side(["a"], [shapely.box(0, 0, 10, 10)], [{"status": "open"}])
    >>> found = compare(one, make_side(["b"], [shapely.box(0, 0, 10, 10)], [{"status": "closed"}]))
    >>> len(found.pairs), found.same_ground.tolist(), found.same.tolist()
    (1, [True], [False])
    >>> nothing = compare(make_side([], [], []), one)
    >>> nothing.only_theirs.tolist(), len(nothing.pairs)
    ([0], 0)
    """
    by_id = id_pairs(ours, theirs)
    found = shifts or find_shifts(ours, theirs, by_id[:2])
    moved = theirs.moved(-found.offsets(theirs))
    cells = attribute_cells(ours, theirs, left_out)
    candidates, limits = find_candidates(ours, moved, by_id, cells)
    trust = trust_ids(candidates)
    scores = score(candidates, ours, moved, cells, trust)
    groups = find_groups(candidates, trust, ours, moved)
    free = _free(candidates, groups)
    chosen = match_one_to_one(candidates, np.where(free, scores.total, 0.0), ours, moved)
    pairs = candidates.take(chosen)
    same_ground = _same_ground(pairs, ours, moved, tolerance_m)
    same = same_ground & ~_any_differs(pairs, cells)
    used_a = {*pairs.a.tolist(), *(row for each in groups for row in each.a)}
    used_b = {*pairs.b.tolist(), *(row for each in groups for row in each.b)}
    return Comparison(
        ours=ours, theirs=moved, theirs_drawn=theirs, shifts=found, trust=trust, cells=cells, candidates=candidates,
        candidate_scores=scores.total, pairs=pairs, scores=_chosen(scores, chosen), groups=groups, same=same,
        same_ground=same_ground, only_ours=_rest(len(ours), used_a), only_theirs=_rest(len(theirs), used_b),
        second_a=_best(candidates.a, scores.total, len(ours)), second_b=_best(candidates.b, scores.total, len(theirs)),
        limits=limits, tolerance_m=tolerance_m,
    )  # fmt: skip


def _chosen(scores: Scores, rows: Ints) -> Scores:
    parts = {name: value[rows] for name, value in scores.parts.items()}
    return Scores(parts, scores.total[rows], scores.stated[rows], scores.agreeing[rows])


def _rest(count: int, used: set[int]) -> Ints:
    free = np.ones(count, dtype=bool)
    free[np.fromiter(used, dtype=np.int64, count=len(used))] = False
    return np.flatnonzero(free)


def _best(owner: Ints, scores: Floats, count: int) -> Ints:
    """Give each record its best candidate pair."""
    order = np.argsort(scores, kind="stable")
    out = np.full(count, -1, dtype=np.int64)
    out[owner[order]] = order
    return out


def _same_ground(pairs: Pairs, ours: Side, theirs: Side, tolerance_m: float) -> Bools:
    """Say of pairs whether they lie on the same ground, within the tolerance; two unknown places are not told apart."""
    lengths = (shapely.length(ours.shapes[pairs.a]) + shapely.length(theirs.shapes[pairs.b])) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = (pairs.area_a_m2 + pairs.area_b_m2 - 2 * pairs.common_m2) / lengths
        near = (apart <= tolerance_m) & (pairs.overlap >= SAME_GROUND)
    neither_area = np.isnan(pairs.area_a_m2) & np.isnan(pairs.area_b_m2)
    nowhere = ~ours.is_placed[pairs.a] & ~theirs.is_placed[pairs.b]
    found: Bools = pairs.drawn_alike | near | (neither_area & (pairs.apart_m <= tolerance_m)) | nowhere
    return found


def _any_differs(pairs: Pairs, cells: list[Cells]) -> Bools:
    out = np.zeros(len(pairs), dtype=bool)
    for each in cells:
        if each.is_compared:
            out |= each.differ(pairs.a, pairs.b)
    return out


def _free(candidates: Pairs, groups: list[Group]) -> Bools:
    """Say which candidates have no record in a group."""
    taken_a = np.array([row for each in groups for row in each.a], dtype=np.int64)
    taken_b = np.array([row for each in groups for row in each.b], dtype=np.int64)
    free: Bools = ~np.isin(candidates.a, taken_a) & ~np.isin(candidates.b, taken_b)
    return free


def find_groups(candidates: Pairs, trust: Trust, ours: Side, theirs: Side) -> list[Group]:
    """Find what one side holds as one record and the other as several: two pieces or more that together cover it.

    A piece lies inside the whole by INSIDE of itself, and the pieces cover INSIDE of the whole; a record that has one
    on the other side with which it shares INSIDE of the ground of either is that one, not a whole of pieces.

    >>> from whitestone.land.sides import make_side
    >>> whole = make_side(["w"], [shapely.box(0, 0, 4, 1)], [{}])
    >>> parts = make_side(["p", "q"], [shapely.box(0, 0, 2, 1), shapely.box(2, 0, 4, 1)], [{}, {}])
    >>> found = compare(whole, parts).groups
    >>> found[0].a, found[0].b, find_groups(Pairs(*([np.zeros(0)] * 9)), Trust(), whole, parts)
    ((0,), (0, 1), [])
    """
    turned = msgspec.structs.replace(
        candidates, a=candidates.b, b=candidates.a, area_a_m2=candidates.area_b_m2, area_b_m2=candidates.area_a_m2
    )
    found = _splits(candidates, trust)
    found += [Group(each.b, each.a, each.cover, each.common_m2) for each in _splits(turned, trust)]

    def rank(group: Group) -> tuple[float, float, list[str]]:
        """Put the group that covers most first; names decide between equals, the same from either side."""
        names = [ours.names[row] for row in group.a] + [theirs.names[row] for row in group.b]
        return -round(group.cover, 6), -round(group.common_m2, 2), sorted(names)

    taken: set[tuple[str, int]] = set()
    kept = []
    for group in sorted(found, key=rank):
        members = {*(("a", row) for row in group.a), *(("b", row) for row in group.b)}
        if not members & taken:
            taken |= members
            kept.append(group)
    return kept


def _splits(pairs: Pairs, trust: Trust) -> list[Group]:
    """Find wholes among `a` with their pieces among `b`."""
    inside, overlap = pairs.inside_a, pairs.overlap
    piece = (inside >= INSIDE) & (overlap < INSIDE)
    if trust.is_trusted:
        # A record whose id stands on another one of the other side belongs there.
        named = pairs.b[pairs.id_code > 0]
        piece &= (pairs.id_code > 0) | ~np.isin(pairs.b, named)
    equal = overlap >= INSIDE
    piece &= ~np.isin(pairs.a, pairs.a[equal]) & ~np.isin(pairs.b, pairs.b[equal])
    rows = np.flatnonzero(piece)
    # Each piece belongs to the whole in which most of it lies; of equals to the smaller whole.
    rows = rows[np.lexsort((pairs.area_a_m2[rows], -inside[rows].round(9), pairs.b[rows]))]
    rows = rows[np.unique(pairs.b[rows], return_index=True)[1]]
    rows = rows[np.lexsort((pairs.b[rows], pairs.a[rows]))]
    wholes, first, counts = np.unique(pairs.a[rows], return_index=True, return_counts=True)
    found = []
    for whole, begin, count in zip(wholes.tolist(), first.tolist(), counts.tolist(), strict=True):
        part = rows[begin : begin + count]
        common = float(pairs.common_m2[part].sum())
        cover = min(common / float(pairs.area_a_m2[part[0]]), common / float(pairs.area_b_m2[part].sum()), 1.0)
        if count >= 2 and common >= INSIDE * float(pairs.area_a_m2[part[0]]):
            found.append(Group((whole,), tuple(pairs.b[part].tolist()), cover, common))
    return found
