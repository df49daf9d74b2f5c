"""By how many square metres do two parties differ, and of which records is that difference made up?

Square metres are counted in hundredths, as whole numbers: total ours less total theirs is the sum of the lines to the
last digit. Each square metre counts once; what a side claims twice is a line of its own.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from whitestone.land.candidates import common_m2
from whitestone.land.comparing import Comparison
from whitestone.land.shapes import distinct, intersect, pack, union
from whitestone.land.sides import NOT_STATED, UNKNOWN, Side

__all__ = ["LINES", "Account", "Ground", "Line", "account", "attribute_differences", "once_m2"]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]

_CROWDED = 4
"""Pieces for each record, from which on both sides are united instead of the pieces."""

LINES = ("same", "differs", "split", "merged", "only_ours", "only_theirs", "twice_in_ours", "twice_in_theirs")
"""What becomes of every record, and what each side claims more than once."""


class Line(msgspec.Struct, frozen=True):
    """One line of the difference: records and hundredths of m2 of both sides; `difference` is ours less theirs."""

    name: str
    records_ours: int
    records_theirs: int
    ours: int
    theirs: int

    @property
    def difference(self) -> int:
        """Return ours less theirs, in hundredths of m2."""
        return self.ours - self.theirs

    def as_dict(self) -> dict[str, Any]:
        """Return the line in m2."""
        return {"line": self.name, "records_ours": self.records_ours, "records_theirs": self.records_theirs,
                "ours_m2": self.ours / 100, "theirs_m2": self.theirs / 100,
                "difference_m2": self.difference / 100}  # fmt: skip


class Ground(msgspec.Struct, frozen=True):
    """Ground of both sides, each square metre once, in hundredths: what is common, and what one side alone has."""

    common: int
    only_ours: int
    only_theirs: int

    def as_dict(self) -> dict[str, float]:
        """Return the three in m2."""
        return {"common_m2": self.common / 100, "only_ours_m2": self.only_ours / 100,
                "only_theirs_m2": self.only_theirs / 100}  # fmt: skip


class Account(msgspec.Struct, frozen=True):
    """Totals of both sides and the lines between them, in hundredths of m2; `drawn` is the ground before the shift
    was taken off. Records of unknown size are counted, never taken for 0."""

    ours: int
    theirs: int
    lines: list[Line]
    ground: Ground
    drawn: Ground
    unknown_size_ours: int
    unknown_size_theirs: int

    @property
    def difference(self) -> int:
        """Return total ours less total theirs."""
        return self.ours - self.theirs

    def as_dict(self) -> dict[str, Any]:
        """Return what `reconcile --json` prints under `totals`."""
        return {
            "ours_m2": self.ours / 100,
            "theirs_m2": self.theirs / 100,
            "difference_m2": self.difference / 100,
            "lines": [line.as_dict() for line in self.lines],
            "sum_of_lines_m2": sum(line.difference for line in self.lines) / 100,
            "ground": self.ground.as_dict(),
            "ground_as_drawn": self.drawn.as_dict(),
            "unknown_size": {"ours": self.unknown_size_ours, "theirs": self.unknown_size_theirs},
        }


def account(found: Comparison) -> Account:
    """Account for the whole difference between both sides.

    >>> from whitestone.land.comparing import compare
    >>> from whitestone.land.sides import make_side
    >>> one = make_side(["a", "b"], [shapely.box(0, 0, 10, 10), shapely.box(50, 0, 55, 1)], [{}, {}])
    >>> told = account(compare(one, make_side(["c"], [shapely.box(0, 0, 10, 9)], [{}]))).as_dict()
    >>> told["ours_m2"], told["theirs_m2"], told["difference_m2"], told["sum_of_lines_m2"]
    (105.0, 90.0, 15.0, 15.0)
    >>> account(compare(make_side([], [], []), make_side([], [], []))).difference
    0
    """
    # A move changes no area; both sides are counted as they are drawn, so that either side sees the same totals.
    sizes = [np.rint(100 * np.nan_to_num(side.areas_m2)).astype(np.int64) for side in (found.ours, found.theirs)]
    crossing = [_self_crossing(side) for side in (found.ours, found.theirs_drawn)]
    once = [round(100 * _once_of(side, rows)) for side, rows in
            zip((found.ours, found.theirs_drawn), crossing, strict=True)]  # fmt: skip
    lines = _lines(found, sizes)
    lines.append(Line("twice_in_ours", 0, 0, once[0] - int(sizes[0].sum()), 0))
    lines.append(Line("twice_in_theirs", 0, 0, 0, once[1] - int(sizes[1].sum())))
    ground = drawn = _ground(_common_m2(found, found.theirs, crossing), once)
    if found.shifts.is_found:
        drawn = _ground(_common_m2(found, found.theirs_drawn, crossing), once)
    unknown = [int((~side.is_area).sum()) for side in (found.ours, found.theirs)]
    return Account(once[0], once[1], lines, ground, drawn, unknown[0], unknown[1])


def _lines(found: Comparison, sizes: list[Ints]) -> list[Line]:
    def line(name: str, a: Any, b: Any) -> Line:
        """Sum some rows of both sides."""
        a, b = np.asarray(a, dtype=np.int64), np.asarray(b, dtype=np.int64)
        return Line(name, len(a), len(b), int(sizes[0][a].sum()), int(sizes[1][b].sum()))

    def members(is_split: bool) -> tuple[list[int], list[int]]:
        """List the rows of both sides that stand in splits, or in merges."""
        kept = [each for each in found.groups if each.is_split == is_split]
        return [row for each in kept for row in each.a], [row for each in kept for row in each.b]

    pairs, same = found.pairs, found.same
    return [
        line("same", pairs.a[same], pairs.b[same]),
        line("differs", pairs.a[~same], pairs.b[~same]),
        line("split", *members(True)),
        line("merged", *members(False)),
        line("only_ours", found.only_ours, []),
        line("only_theirs", [], found.only_theirs),
    ]


def _self_crossing(side: Side) -> Bools:
    """Say which records share ground with another one of their own side; neighbours that touch do not."""
    rows = np.flatnonzero(side.is_area)
    out = np.zeros(len(side), dtype=bool)
    shapes, owner = distinct(side.shapes[rows])
    crossing = np.bincount(owner, minlength=len(shapes)) > 1
    # Pieces bound the memory: on one place there may be very many.
    tree = shapely.STRtree(shapes)
    for begin in range(0, len(shapes), 250):
        left, right = tree.query(shapes[begin : begin + 250])
        left = left + begin
        fresh = (left < right) & ~(crossing[left] & crossing[right])
        left, right = left[fresh], right[fresh]
        meet = shapely.intersects(shapes[left], shapes[right])
        left, right = left[meet], right[meet]
        cross = ~shapely.touches(shapes[left], shapes[right])
        crossing[left[cross]] = True
        crossing[right[cross]] = True
    out[rows] = crossing[owner]
    return out


def _once_of(side: Side, crossing: Bools) -> float:
    alone = side.is_area & ~crossing
    return float(side.areas_m2[alone].sum()) + once_m2(side.shapes[crossing])


def once_m2(shapes: Any) -> float:
    """Measure the ground that any of the areas covers, each square metre once, in m2.

    >>> once_m2([shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)]), once_m2([])
    (3.0, 0.0)
    """
    # One outline many times over adds nothing, and GEOS is slowest where edges lie on edges.
    return float(union(distinct(pack(shapes))[0]).area)


def _ground(common_m2: float, once: list[int]) -> Ground:
    common = min(round(100 * common_m2), *once)
    return Ground(common, once[0] - common, once[1] - common)


def _common_m2(found: Comparison, theirs: Side, crossing: list[Bools]) -> float:
    """Measure the ground of both sides in common: pieces of pairs that meet, united where records cross their own.

    Pieces of two pairs share ground only where two records of one side do; all others can be added up. Where very many
    lie over each other (a limit was met, or pieces are more than records by far) both sides are united instead.
    """
    if found.limits:
        return _common_of(found.ours.shapes[found.ours.is_area], theirs.shapes[theirs.is_area])
    if theirs is found.theirs:
        a, b = found.candidates.a, found.candidates.b
        measured = np.nan_to_num(found.candidates.common_m2)
    else:
        a, b = _meeting(found.ours, theirs)
        measured = np.full(len(a), np.nan)
    once = ~(crossing[0][a] | crossing[1][b])
    left = np.flatnonzero(once & np.isnan(measured))
    measured[left] = common_m2(found.ours.shapes[a[left]], theirs.shapes[b[left]])
    rest = np.flatnonzero(~once & (np.isnan(measured) | (measured > 0)))
    rows = [np.unique(each[rest]) for each in (a, b)]
    if len(rest) > _CROWDED * (len(rows[0]) + len(rows[1])) + 100:
        # What lies in both unions is in their common ground already.
        apart = once & ~(np.isin(a, rows[0]) & np.isin(b, rows[1]))
        return float(measured[apart].sum()) + _common_of(found.ours.shapes[rows[0]], theirs.shapes[rows[1]])
    return float(measured[once].sum()) + once_m2(intersect(found.ours.shapes[a[rest]], theirs.shapes[b[rest]]))


def _common_of(left: Shapes, right: Shapes) -> float:
    return once_m2(left) + once_m2(right) - once_m2(np.concatenate([left, right]))


def _meeting(ours: Side, theirs: Side) -> tuple[Ints, Ints]:
    """Find the areas that meet, of those drawn alike the first."""
    rows = [_first_of_each(side) for side in (ours, theirs)]
    a, b = shapely.STRtree(theirs.shapes[rows[1]]).query(ours.shapes[rows[0]], predicate="intersects")
    return rows[0][a], rows[1][b]


def _first_of_each(side: Side) -> Ints:
    """Give the rows of areas, of those that are drawn alike the first."""
    rows = np.flatnonzero(side.is_area)
    first: Ints = np.unique(distinct(side.shapes[rows])[1], return_index=True)[1] if len(rows) else rows
    return rows[first]


def attribute_differences(found: Comparison, pairs: Any) -> dict[int, list[dict[str, Any]]]:
    """List for matched pairs (numbers in `found.pairs`) what differs, attribute by attribute, with both statements.

    `how` is `other` where both state another value, `unknown` where one says that it is not known, `ours` or `theirs`
    where that side alone states it.

    >>> from whitestone.land.comparing import compare
    >>> from whitestone.land.sides import make_side
    >>> one, two = (make_side([word], [None], [{"status": word}], own_ids=["H"]) for word in ("x", "y"))
    >>> attribute_differences(compare(one, two), [0])
    {0: [{'attribute': 'status', 'how': 'other', 'ours': 'x', 'theirs': 'y'}]}
    """
    numbers = np.asarray(pairs, dtype=np.int64)
    a, b = found.pairs.a[numbers], found.pairs.b[numbers]
    told: dict[int, list[dict[str, Any]]] = {}
    for cell in found.cells:
        if not cell.is_compared:
            continue
        for at in np.flatnonzero(cell.differ(a, b)).tolist():
            left, right = int(a[at]), int(b[at])
            how = _how(int(cell.ours[left]), int(cell.theirs[right]))
            told.setdefault(int(numbers[at]), []).append({
                "attribute": cell.attribute, "how": how, "ours": found.ours.bodies[left].get(cell.attribute),
                "theirs": found.theirs.bodies[right].get(cell.attribute),
            })  # fmt: skip
    return told


def _how(ours: int, theirs: int) -> str:
    if theirs == NOT_STATED:
        return "ours"
    if ours == NOT_STATED:
        return "theirs"
    return "unknown" if UNKNOWN in (ours, theirs) else "other"
