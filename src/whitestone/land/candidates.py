"""Which records of one side may be which of the other, and how do the two shapes of each such pair lie?

Candidates come by id, by ground that meets, by nearness of points, by one outline found elsewhere, and, for records
without any shape, by saying the same. All measures are taken on whole arrays; a shift is taken off before.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from whitestone.land.shapes import distinct, intersect
from whitestone.land.sides import Cells, Side

__all__ = ["FORMER_ID", "NO_ID", "OWN_ID", "SAME_RECORD", "Pairs", "common_m2", "find_candidates", "id_pairs",
           "measure", "shape_forms"]  # fmt: skip

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NO_ID, FORMER_ID, OWN_ID, SAME_RECORD = 0, 1, 2, 3
"""By which id a pair belongs together, from none to the identity of the record itself."""

POINT_REACH_M = 50.0
"""How near a point must lie to be a candidate."""
WANDER_M = 500.0
"""How far away an outline is looked for again."""
SAME_SIZE = 0.9
"""The share of the larger area that the smaller must have for an outline to be looked for elsewhere."""
MANY_CORNERS = 7
"""Vertices (the closing one included) from which on an outline is its own: squares have many twins."""
EXPANDED = 64
"""Of outlines that several records of both sides share, at most so many pairs are weighed; beyond that in order."""
CROWD = 400
"""Where a record's box meets more boxes than this, in the mean of a piece of work, each record keeps its best."""
KEPT_IN_CROWD = 16
_PIECE = 250
_EXACT_M = 1e-6
_NONE = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
_FEW = 2_000
"""Pairs for which a second thread is not worth its while."""


class Pairs(msgspec.Struct):
    """Candidate pairs, column by column: rows `a` of ours and `b` of theirs, and how their shapes lie.

    Areas are in m2, theirs with the shift taken off; NaN where a side has no area, or both are too thin to be compared
    by it. `drawn_alike` holds where both
    outlines are the same to the vertex. `form` is the overlap by union of both outlines laid centre on centre at one
    size: NaN where it was not measured.
    """

    a: Ints
    b: Ints
    id_code: Ints
    common_m2: Floats
    area_a_m2: Floats
    area_b_m2: Floats
    apart_m: Floats
    """How far the centres lie apart, the shift taken off; NaN where a place is unknown."""
    form: Floats
    drawn_alike: Bools

    def __len__(self) -> int:
        return len(self.a)

    @property
    def overlap(self) -> Floats:
        """Return common ground by the ground of either, 0 to 1; NaN where a side has no area."""
        with np.errstate(invalid="ignore", divide="ignore"):
            found: Floats = self.common_m2 / (self.area_a_m2 + self.area_b_m2 - self.common_m2)
        return np.clip(found, 0, 1)

    @property
    def inside_a(self) -> Floats:
        """Return which share of theirs lies inside ours."""
        return _share(self.common_m2, self.area_b_m2)

    @property
    def inside_b(self) -> Floats:
        """Return which share of ours lies inside theirs."""
        return _share(self.common_m2, self.area_a_m2)

    @property
    def scale(self) -> Floats:
        """Return the smaller area by the larger."""
        return _share(np.minimum(self.area_a_m2, self.area_b_m2), np.maximum(self.area_a_m2, self.area_b_m2))

    def take(self, rows: Any) -> Pairs:
        """Return some of the pairs, by mask or numbers."""
        return Pairs(*(getattr(self, name)[rows] for name in self.__struct_fields__))


def _share(part: Floats, whole: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.clip(part / whole, 0, 1)


def id_pairs(ours: Side, theirs: Side) -> tuple[Ints, Ints, Ints]:
    """Pair records that carry one id: the record's own identity, the id that people use, or a former one.

    An id that stands twice on one side tells nothing and is left out. Returns rows of both and the code of the id.

    >>> from whitestone.land.sides import make_side
    >>> one = make_side(["x", "y"], [None, None], [{}, {}], own_ids=["H-1", "H-2"])
    >>> two = make_side(["x", "z"], [None, None], [{}, {}], own_ids=["H-9", "H-2"])
    >>> [each.tolist() for each in id_pairs(one, two)]
    [[0, 1], [0, 1], [3, 2]]
    """
    found: dict[tuple[int, int], int] = {}
    own = [_once(enumerate(side.own_ids)) for side in (ours, theirs)]
    former = [_once((at, each) for at, ids in enumerate(side.former_ids) for each in dict.fromkeys(ids))
              for side in (ours, theirs)]  # fmt: skip
    names = [_once(enumerate(side.names)) for side in (ours, theirs)]
    for code, (here, there) in ((SAME_RECORD, names), (OWN_ID, own), (FORMER_ID, (former[0], own[1])),
                                (FORMER_ID, (own[0], former[1]))):  # fmt: skip
        for key in here.keys() & there.keys():
            found.setdefault((here[key], there[key]), code)
    rows = np.array(sorted(found), dtype=np.int64).reshape(-1, 2)
    return rows[:, 0], rows[:, 1], np.array([found[a, b] for a, b in rows.tolist()], dtype=np.int64)


def _once(keys: Iterable[tuple[int, str | None]]) -> dict[str, int]:
    """Give the row of each id that stands on one row only."""
    first: dict[str, int] = {}
    several: set[str] = set()
    for at, key in keys:
        if key is None:
            continue
        if key in first:
            several.add(key)
        first[key] = at
    return {key: at for key, at in first.items() if key not in several}


def find_candidates(
    ours: Side, theirs: Side, by_id: tuple[Ints, Ints, Ints], cells: list[Cells]
) -> tuple[Pairs, list[str]]:
    """Gather candidate pairs with their measures (theirs as moved by the shift), and what was cut short in words.

    >>> from whitestone.land.sides import make_side
    >>> one = make_side(["a"], [shapely.box(0, 0, 2, 1)], [{}])
    >>> two = make_side(["b"], [shapely.box(1, 0, 3, 1)], [{}])
    >>> pairs, limits = find_candidates(one, two, id_pairs(one, two), [])
    >>> round(float(pairs.overlap[0]), 3), limits
    (0.333, [])
    """
    limits: list[str] = []
    meeting = _meeting(ours, theirs, limits)
    points = _near_points(ours, theirs, limits)
    found = [by_id[:2], meeting, points]
    seen = [np.unique(np.concatenate([each[side] for each in (meeting, points)])) for side in (0, 1)]
    found.append(_wanderers(ours, theirs, seen, limits))
    found.append(_alike(ours, theirs, by_id, cells))
    a, b = (np.concatenate([each[side] for each in found]).astype(np.int64) for side in (0, 1))
    keys = np.unique(a * max(len(theirs), 1) + b)
    a, b = keys // max(len(theirs), 1), keys % max(len(theirs), 1)
    codes = np.zeros(len(keys), dtype=np.int64)
    codes[np.searchsorted(keys, by_id[0] * max(len(theirs), 1) + by_id[1])] = by_id[2]
    return measure(ours, theirs, a, b, codes), list(dict.fromkeys(limits))


def measure(ours: Side, theirs: Side, a: Ints, b: Ints, codes: Ints) -> Pairs:
    """Measure pairs of rows: common ground, centres apart, and form where place alone does not settle it.

    >>> from whitestone.land.sides import make_side
    >>> none = np.zeros(0, dtype=np.int64)
    >>> len(measure(make_side([], [], []), make_side([], [], []), none, none, none))
    0
    """
    left, right = ours.shapes[a], theirs.shapes[b]
    thin = ours.is_thin[a] & theirs.is_thin[b]
    areas = [np.where(thin, np.nan, side.areas_m2[rows]) for side, rows in ((ours, a), (theirs, b))]
    both = ours.is_area[a] & theirs.is_area[b]
    alike = np.zeros(len(a), dtype=bool)
    alike[both] = shapely.equals_exact(left[both], right[both], tolerance=_EXACT_M)
    common = np.where(both, 0.0, np.nan)
    common[alike] = np.minimum(ours.areas_m2[a], theirs.areas_m2[b])[alike]
    work = np.flatnonzero(both & ~alike & shapely.intersects(left, right))
    common[work] = common_m2(left[work], right[work])
    apart = np.hypot(*(theirs.centres_m[b] - ours.centres_m[a]).T) if len(a) else np.zeros(0)
    pairs = Pairs(a, b, codes, common, areas[0], areas[1], apart, np.full(len(a), np.nan), alike)
    pairs.form = _forms(ours, theirs, pairs)
    return pairs


def common_m2(left: Any, right: Any) -> Floats:
    """Measure the common ground of pairs of areas, m2, on as many threads as there are cores.

    >>> common_m2(np.array([shapely.box(0, 0, 2, 1)]), np.array([shapely.box(1, 0, 3, 1)])).tolist()
    [1.0]
    >>> len(common_m2([], []))
    0
    """
    threads = min(os.cpu_count() or 1, 1 + len(left) // _FEW)
    if threads == 1:
        return np.asarray(shapely.area(intersect(left, right)), dtype=float)
    from concurrent.futures import ThreadPoolExecutor

    pieces = zip(np.array_split(left, 4 * threads), np.array_split(right, 4 * threads), strict=True)
    with ThreadPoolExecutor(threads) as pool:
        return np.concatenate(list(pool.map(lambda each: shapely.area(intersect(*each)), pieces)))


def _forms(ours: Side, theirs: Side, pairs: Pairs) -> Floats:
    """Measure the form of pairs that lie otherwise but have about one size; of the rest it would tell nothing."""
    form = np.where(pairs.drawn_alike, 1.0, np.nan)
    asked = np.flatnonzero(~pairs.drawn_alike & (pairs.overlap < SAME_SIZE) & (pairs.scale >= 0.5)
                           & ((pairs.common_m2 > 0) | (pairs.id_code > 0) | (pairs.scale >= SAME_SIZE)))  # fmt: skip
    form[asked] = shape_forms(ours, theirs, pairs.a[asked], pairs.b[asked])
    return form


def shape_forms(ours: Side, theirs: Side, a: Ints, b: Ints) -> Floats:
    """Lay the areas of pairs centre on centre at one size and return overlap by union, 0 to 1.

    >>> from whitestone.land.sides import make_side
    >>> one, two = (make_side(["a"], [shapely.box(0, 0, side, side)], [{}]) for side in (2, 3))
    >>> shape_forms(one, two, np.array([0]), np.array([0])).round(6).tolist()
    [1.0]
    """
    laid = []
    for side, rows in ((ours, a), (theirs, b)):
        counts = shapely.get_num_coordinates(side.shapes[rows])
        centre = np.repeat(side.centres_m[rows], counts, axis=0)
        size = np.repeat(np.sqrt(side.areas_m2[rows]), counts)[:, None]
        laid.append(shapely.transform(side.shapes[rows], lambda xy, c=centre, s=size: 100 * (xy - c) / s))
    common = common_m2(laid[0], laid[1])
    form: Floats = np.clip(common / (2e4 - common), 0, 1)
    return form


def _meeting(ours: Side, theirs: Side, limits: list[str]) -> tuple[Ints, Ints]:
    """Find areas that meet."""
    rows = np.flatnonzero(ours.is_area), np.flatnonzero(theirs.is_area)
    return _by_outline(ours, theirs, rows, limits)


def _by_outline(ours: Side, theirs: Side, rows: tuple[Ints, Ints], limits: list[str],
                reach_m: float = 0.0) -> tuple[Ints, Ints]:  # fmt: skip
    """Find rows that meet, or lie within a reach; an outline that several records share is looked up once."""
    if not len(rows[0]) or not len(rows[1]):
        return _NONE
    left, left_of = distinct(ours.shapes[rows[0]])
    right, right_of = distinct(theirs.shapes[rows[1]])
    a, b = _tree_pairs(left, right, limits, reach_m)
    ours_of, theirs_of = _members(left_of, len(left)), _members(right_of, len(right))
    if (ours_of[2] == 1).all() and (theirs_of[2] == 1).all():
        return rows[0][ours_of[0][a]], rows[1][theirs_of[0][b]]
    a, b = _expand(a, b, ours_of, theirs_of, limits)
    return rows[0][a], rows[1][b]


def _members(owner: Ints, count: int) -> tuple[Ints, Ints, Ints]:
    counts = np.bincount(owner, minlength=count)
    return np.argsort(owner, kind="stable"), np.cumsum(counts) - counts, counts


def _expand(a: Ints, b: Ints, ours: tuple[Ints, Ints, Ints], theirs: tuple[Ints, Ints, Ints],
            limits: list[str]) -> tuple[Ints, Ints]:  # fmt: skip
    """Give every pair of records of a pair of outlines; of very many twins the first with the first, and so on."""
    counts = ours[2][a] * theirs[2][b]
    whole = counts <= EXPANDED
    sizes = np.where(whole, counts, np.minimum(ours[2][a], theirs[2][b]))
    if not whole.all():
        limits.append(f"{int((~whole).sum()):,} outlines are shared by so many records of both sides that these were "
                      f"paired in their order, not each with each")  # fmt: skip
    pair = np.repeat(np.arange(len(a)), sizes)
    number = np.arange(len(pair)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    width = theirs[2][b][pair]
    row = np.where(whole[pair], number // width, number)
    column = np.where(whole[pair], number % width, number)
    return ours[0][ours[1][a[pair]] + row], theirs[0][theirs[1][b[pair]] + column]


def _tree_pairs(left: Any, right: Any, limits: list[str], reach_m: float) -> tuple[Ints, Ints]:
    """Find the pairs that meet, in pieces; where a crowd lies on one place, each record keeps those most alike."""
    tree = shapely.STRtree(right)
    boxes = [shapely.bounds(each) for each in (left, right)]
    found: list[tuple[Ints, Ints]] = [_NONE]
    crowded = False
    for begin in range(0, len(left), _PIECE):
        # Boxes first: in a crowd the exact test of every pair would be what costs.
        west, south, east, north = boxes[0][begin : begin + _PIECE].T
        a, b = tree.query(shapely.box(west - reach_m, south - reach_m, east + reach_m, north + reach_m))
        a = a + begin
        if len(a) > CROWD * len(west):
            a, b = _thin(boxes, a, b)
            crowded = True
        meet = shapely.dwithin(left[a], right[b], reach_m) if reach_m else shapely.intersects(left[a], right[b])
        found.append((a[meet], b[meet]))
    if crowded:
        limits.append(f"where very many outlines lie over or near each other, the {KEPT_IN_CROWD} most alike in place "
                      f"and extent were weighed for each record")  # fmt: skip
    return _joined(found)


def _joined(found: list[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    return np.concatenate([each[0] for each in found]), np.concatenate([each[1] for each in found])


def _thin(boxes: list[Floats], a: Ints, b: Ints) -> tuple[Ints, Ints]:
    """Keep for each record of a crowd those whose boxes are most like its own; pairs come in the order of `a`."""
    unlike = np.abs(boxes[0][a] - boxes[1][b]).sum(axis=1)
    first = np.flatnonzero(np.r_[True, a[1:] != a[:-1]])
    kept = []
    for begin, end in zip(first.tolist(), [*first[1:].tolist(), len(a)], strict=True):
        some = np.argpartition(unlike[begin:end], min(KEPT_IN_CROWD, end - begin) - 1)[:KEPT_IN_CROWD]
        kept.append(begin + np.sort(some))
    rows = np.concatenate(kept)
    return a[rows], b[rows]


def _near_points(ours: Side, theirs: Side, limits: list[str]) -> tuple[Ints, Ints]:
    """Find pairs near each other of which one at least is no area, or too thin to be one."""
    bare = [np.flatnonzero(side.is_placed & (~side.is_area | side.is_thin)) for side in (ours, theirs)]
    areas = np.setdiff1d(np.flatnonzero(ours.is_placed), bare[0])
    placed = np.flatnonzero(theirs.is_placed)
    return _joined([_by_outline(ours, theirs, (bare[0], placed), limits, POINT_REACH_M),
                    _by_outline(ours, theirs, (areas, bare[1]), limits, POINT_REACH_M)])  # fmt: skip


def _wanderers(ours: Side, theirs: Side, met: list[Ints], limits: list[str]) -> tuple[Ints, Ints]:
    """Find one outline elsewhere: areas that met nothing, of about one size and with corners enough to be told."""
    rows = []
    for side, seen in zip((ours, theirs), met, strict=True):
        alone = side.is_area & ~side.is_thin & (shapely.get_num_coordinates(side.shapes) >= MANY_CORNERS)
        alone[seen] = False
        rows.append(np.flatnonzero(alone))
    a, b = _by_outline(ours, theirs, (rows[0], rows[1]), limits, WANDER_M)
    scale = _share(np.minimum(ours.areas_m2[a], theirs.areas_m2[b]), np.maximum(ours.areas_m2[a], theirs.areas_m2[b]))
    fits = scale >= SAME_SIZE
    return a[fits], b[fits]


def _alike(ours: Side, theirs: Side, by_id: tuple[Ints, Ints, Ints], cells: list[Cells]) -> tuple[Ints, Ints]:
    """Pair records without a shape that say the same, the first with the first: nothing else tells them apart.

    What states something, and nothing that the other side could agree to, does not say the same.
    """
    compared = [each for each in cells if each.is_compared]
    waiting: list[dict[tuple[int, ...], list[int]]] = []
    for side, taken, column in ((ours, by_id[0], "ours"), (theirs, by_id[1], "theirs")):
        free = ~side.is_placed
        free[taken] = False
        says = np.zeros(len(side), dtype=bool)
        for each in cells:
            says |= getattr(each, column) >= 0
        for each in compared:
            says &= getattr(each, column) < 0
        rows = np.flatnonzero(free & ~says)
        codes = np.column_stack([getattr(each, column)[rows] for each in compared]) if compared else None
        said: dict[tuple[int, ...], list[int]] = {}
        for at, row in enumerate(rows.tolist()):
            said.setdefault(tuple(codes[at].tolist()) if codes is not None else (), []).append(row)
        waiting.append(said)
    a: list[int] = []
    b: list[int] = []
    for key in sorted(waiting[0].keys() & waiting[1].keys()):
        count = min(len(waiting[0][key]), len(waiting[1][key]))
        a += waiting[0][key][:count]
        b += waiting[1][key][:count]
    return np.array(a, dtype=np.int64), np.array(b, dtype=np.int64)
