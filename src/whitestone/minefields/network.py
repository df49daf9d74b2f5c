"""In which order are the stations of a sheet reached, from which reference point, and which legs are to spare?

The first reference point with a position is the root; its legs are walked in the order of the sheet, forwards before
backwards. Legs that lead to a station already reached close a loop: they are what a traverse is checked with.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from whitestone.minefields.directions import Legs
from whitestone.minefields.sheet_parts import Sheet

__all__ = ["Network", "connect"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Network(msgspec.Struct, frozen=True):
    """Stations and legs by number; `spare` are the legs that close a loop. See `SheetGeometry` for the arrays."""

    stations: tuple[str, ...]
    anchors: Ints
    leg_start: Ints
    leg_end: Ints
    order: Ints
    parent: Ints
    tree_leg: Ints
    sign: npt.NDArray[np.int8]
    spare: tuple[int, ...]
    perimeter: Ints
    rows: Ints

    def way(self, length_m: Floats, station: int) -> float:
        """Return the metres walked from the root to a station.

        >>> connect(Sheet(id="A", key="A"), None, []).stations
        ()
        """
        total = 0.0
        while self.tree_leg[station] >= 0:
            total += float(length_m[self.tree_leg[station]])
            station = int(self.parent[station])
        return total

    def round(self, length_m: Floats, leg: int) -> float:
        """Return the metres around the loop that a spare leg closes.

        >>> connect(Sheet(id="A", key="A"), None, []).spare
        ()
        """
        ways = [self._legs(int(end)) for end in (self.leg_start[leg], self.leg_end[leg])]
        return float(length_m[leg]) + sum(float(length_m[each]) for each in ways[0] ^ ways[1])

    def _legs(self, station: int) -> set[int]:
        found: set[int] = set()
        while self.tree_leg[station] >= 0:
            found.add(int(self.tree_leg[station]))
            station = int(self.parent[station])
        return found


def connect(sheet: Sheet, legs: Legs | None, placed: Sequence[str]) -> Network:
    """Number the stations and find the way to each; `placed` are reference points that have a position, in order.

    Legs without a known length or bearing (`legs`; None: all are known) lead nowhere. Where no reference point is
    placed, the first station of the first leg is the root.

    >>> connect(Sheet(id="A", key="A"), None, []).order.tolist()
    []
    """
    names = _names(sheet)
    number = {name: at for at, name in enumerate(names)}
    starts = np.array([number[leg.start] for leg in sheet.legs], dtype=np.int64)
    ends = np.array([number[leg.end] for leg in sheet.legs], dtype=np.int64)
    usable = np.ones(len(starts), dtype=bool)
    if legs is not None:
        usable = np.isfinite(legs.bearing_deg) & np.isfinite(legs.length_m)
    anchors = [number[name] for name in dict.fromkeys(placed)]
    roots = anchors or ([int(starts[0])] if len(starts) else [0] if names else [])
    order, parent, tree, sign = _tree(len(names), starts, ends, usable, roots)
    walked = {int(leg) for leg in tree if leg >= 0}
    reached = set(order)
    spare = tuple(leg for leg in np.flatnonzero(usable).tolist() if leg not in walked and int(starts[leg]) in reached)
    rows = [[number.get(each or "", -1) for each in (row.start, row.end)] for row in sheet.rows]
    ring = np.array([number[name] for name in _ring(sheet)], dtype=np.int64)
    return Network(
        names,
        np.array(anchors, dtype=np.int64),
        starts,
        ends,
        np.array(order, dtype=np.int64),
        parent,
        tree,
        sign,
        spare,
        ring,
        np.array(rows, dtype=np.int64).reshape(-1, 2),
    )


def _names(sheet: Sheet) -> tuple[str, ...]:
    """List every station that the sheet names, reference points first, then in the order of the legs."""
    named = [point.no for point in sheet.reference_points]
    named += [name for leg in sheet.legs for name in (leg.start, leg.end)]
    named += list(sheet.perimeter)
    named += [name for row in sheet.rows for name in (row.start, row.end) if name]
    return tuple(dict.fromkeys(named))


def _ring(sheet: Sheet) -> tuple[str, ...]:
    """Return the perimeter; where the sheet states none, the stations of the first loop of legs, if there is one."""
    if sheet.perimeter:
        return sheet.perimeter
    seen: dict[str, int] = {}
    for at, leg in enumerate(sheet.legs):
        seen.setdefault(leg.start, at)
        if leg.end in seen and at - seen[leg.end] >= 2:
            return tuple(each.start for each in sheet.legs[seen[leg.end] : at + 1])
    return ()


def _tree(
    count: int,
    starts: Ints,
    ends: Ints,
    usable: npt.NDArray[np.bool_],
    roots: Sequence[int],
) -> tuple[list[int], Ints, Ints, npt.NDArray[np.int8]]:
    """Walk from the first root, then from the next one that was not reached: as the sheet was measured, forwards.

    A leg is walked backwards only where no way forwards leads to its start.
    """
    forwards: list[list[int]] = [[] for _ in range(count)]
    for leg in np.flatnonzero(usable).tolist():
        forwards[starts[leg]].append(leg)
    parent, tree = np.full(count, -1, dtype=np.int64), np.full(count, -1, dtype=np.int64)
    sign = np.ones(count, dtype=np.int8)
    order: list[int] = []
    reached = np.zeros(count, dtype=bool)

    def walk(root: int) -> None:
        reached[root] = True
        waiting = deque([root])
        while waiting:
            here = waiting.popleft()
            order.append(here)
            for leg in forwards[here]:
                there = int(ends[leg])
                if not reached[there]:
                    parent[there], tree[there], reached[there] = here, leg, True
                    waiting.append(there)

    for root in roots:
        if reached[root]:
            continue
        walk(root)
        while (turned := np.flatnonzero(usable & reached[ends] & ~reached[starts])).size if len(starts) else 0:
            leg = int(turned[0])
            there = int(starts[leg])
            parent[there], tree[there], sign[there] = ends[leg], leg, -1
            walk(there)
    return order, parent, tree, sign
