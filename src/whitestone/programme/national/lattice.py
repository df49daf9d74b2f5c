"""How is ground drawn so that its area is known without any geometry library?

Each site is a small lattice of cells. Two cells share one edge, and that edge is one line for both: straight, or bent
through whole metres inside the diamond around it, so that no two edges ever cross. What is drawn is a set of cells; its
outline runs along the edges, its area is the sum of its cells, and a cell's area follows from the trapezoids under
its four edges in whole numbers. Turning points in line are left out, so shapes also cross each other in mid-edge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np
import shapely

from whitestone.programme.national.dice import Dice

__all__ = ["CELL_M", "SIDE", "Cells", "Lattice", "bow_tie", "dot", "rectangle", "repeated", "spiked"]

CELL_M = 60
SIDE = 12
"""A site is twelve cells wide and deep."""
_SWING_M = 10
_STRAIGHT = 0.35

Cell = tuple[int, int]
Cells = frozenset[Cell]
Point = tuple[int, int]
Ring = list[Cell]
Whole = np.ndarray[Any, np.dtype[np.int64]]


def rectangle(x: int, y: int, width: int, height: int) -> Cells:
    """Return the cells of a rectangle, as far as they lie on the site.

    >>> sorted(rectangle(11, 0, 5, 1)), rectangle(0, 0, 0, 3)
    ([(11, 0)], frozenset())
    """
    return frozenset(
        (i, j) for i in range(max(x, 0), min(x + width, SIDE)) for j in range(max(y, 0), min(y + height, SIDE))
    )


class Lattice:
    """The edges of every site of one world; `joints` is how many turning points a bent edge has between its ends.

    In the sites of `straight` no edge is bent.

    >>> land = Lattice(seed=1, joints=3)
    >>> cells = rectangle(2, 3, 4, 2)
    >>> land.draw(0, cells, (0, 0)).area == land.cents(0, cells) / 100, land.draw(0, frozenset(), (0, 0))
    (True, None)
    """

    def __init__(self, seed: int, joints: int, straight: Iterable[int] = ()) -> None:
        self.seed, self.joints, self.straight = seed, max(0, min(joints, CELL_M - 2)), frozenset(straight)
        self._along = [CELL_M * step // (self.joints + 1) for step in range(1, self.joints + 1)]
        self._site = lru_cache(maxsize=20_000)(self._bend)

    def _bend(self, site: int) -> tuple[Whole, Whole]:
        """Bend the edges of a site: how far each joint lies to the side, and hundredths of m2 by cell.

        Joints are counted by direction (0: along x, 1: along y), the node where the edge begins, and the way along it.
        """
        share = Dice(self.seed, "edges", site).share
        nodes = SIDE + 1
        thrown = np.array([share() for _ in range(2 * nodes * nodes * (self.joints + 1))])
        thrown = thrown.reshape(2, nodes, nodes, self.joints + 1)
        room = np.array([min(step, CELL_M - step, _SWING_M) - 1 for step in self._along], dtype=np.int64)
        swings = np.floor(thrown[..., 1:] * (2 * room + 1)).astype(np.int64) - room
        swings[(thrown[..., 0] < _STRAIGHT) | (site in self.straight)] = 0
        ends = np.zeros((2, nodes, nodes, 1), dtype=np.int64)
        line = np.concatenate([ends, swings, ends], axis=-1)
        steps = np.diff(np.array([0, *self._along, CELL_M]))
        bulge = ((line[..., 1:] + line[..., :-1]) * steps).sum(axis=-1)
        along, up = bulge[0, :SIDE], bulge[1, :, :SIDE]
        twice = 2 * CELL_M * CELL_M - along[:, :SIDE] + along[:, 1:] - up[:SIDE] + up[1:]
        return swings, twice * 50

    def cents(self, site: int, cells: Cells) -> int:
        """Sum the area of cells in hundredths of a square metre, in whole numbers."""
        areas = self._site(site)[1]
        return sum(int(areas[cell]) for cell in cells)

    def cell_cents(self, site: int) -> dict[Cell, int]:
        """Give the area of every cell of a site in hundredths of a square metre."""
        areas = self._site(site)[1].tolist()
        return {(x, y): areas[x][y] for x in range(SIDE) for y in range(SIDE)}

    def draw(self, site: int, cells: Cells, origin: Point) -> Any:
        """Draw cells as a valid polygon or multipolygon with whole coordinates; None where there are no cells."""
        shells: dict[int, list[Point]] = {}
        holes: dict[int, list[list[Point]]] = defaultdict(list)
        component = _components(cells)
        for ring in _rings(cells):
            part = component[_left_of(ring[0], ring[1])]
            outline = self._outline(site, ring, origin)
            if _turns_left(ring):
                shells[part] = outline
            else:
                holes[part].append(outline)
        polygons = [shapely.Polygon(shells[part], holes[part]) for part in sorted(shells)]
        if not polygons:
            return None
        return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)

    def _outline(self, site: int, ring: Ring, origin: Point) -> list[Point]:
        swings, line = self._site(site)[0], list[Point]()
        for start, end in zip(ring, [*ring[1:], ring[0]], strict=True):
            line.append((start[0] * CELL_M, start[1] * CELL_M))
            first, up = min(start, end), start[0] == end[0]
            x, y = first[0] * CELL_M, first[1] * CELL_M
            offs = zip(self._along, swings[int(up), first[0], first[1]].tolist(), strict=True)
            joints = [(x + off, y + step) if up else (x + step, y + off) for step, off in offs]
            line += joints if first == start else reversed(joints)
        return [(x + origin[0], y + origin[1]) for x, y in _without_straight_points(line)]


def _components(cells: Cells) -> dict[Cell, int]:
    """Number the parts that hang together along an edge."""
    found: dict[Cell, int] = {}
    for seed in sorted(cells):
        if seed in found:
            continue
        number, queue = len(found), [seed]
        found[seed] = number
        while queue:
            x, y = queue.pop()
            for near in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)):
                if near in cells and near not in found:
                    found[near] = number
                    queue.append(near)
    return found


def _rings(cells: Cells) -> list[Ring]:
    """Trace the outlines with the ground on the left; a ring that comes to one node twice becomes two."""
    leaving: dict[Cell, list[Cell]] = defaultdict(list)
    for x, y in sorted(cells):
        for near, start, end in (
            ((x, y - 1), (x, y), (x + 1, y)), ((x + 1, y), (x + 1, y), (x + 1, y + 1)),
            ((x, y + 1), (x + 1, y + 1), (x, y + 1)), ((x - 1, y), (x, y + 1), (x, y)),
        ):  # fmt: skip
            if near not in cells:
                leaving[start].append(end)
    rings = []
    for start in sorted(leaving):
        while leaving[start]:
            walk, here = [start], leaving[start].pop()
            while here != start or len(walk) < 4:
                previous = walk[-1]
                walk.append(here)
                here = _take_left(leaving[here], previous, here)
            rings += _split_where_it_touches(walk)
    return rings


def _take_left(ways: list[Cell], previous: Cell, here: Cell) -> Cell:
    left = (here[0] - (here[1] - previous[1]), here[1] + (here[0] - previous[0]))
    return ways.pop(ways.index(left) if left in ways else 0)


def _split_where_it_touches(walk: Ring) -> list[Ring]:
    rings: list[Ring] = []
    path: Ring = []
    for node in walk:
        if node in path:
            at = path.index(node)
            rings.append(path[at:])
            del path[at:]
        path.append(node)
    return [*rings, path]


def _left_of(start: Cell, end: Cell) -> Cell:
    return {
        (1, 0): start, (0, 1): (start[0] - 1, start[1]), (-1, 0): (start[0] - 1, start[1] - 1),
        (0, -1): (start[0], start[1] - 1),
    }[end[0] - start[0], end[1] - start[1]]  # fmt: skip


def _turns_left(ring: Ring) -> bool:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)) > 0


def _without_straight_points(line: list[Point]) -> list[Point]:
    before, after = [line[-1], *line[:-1]], [*line[1:], line[0]]
    return [
        here
        for a, here, b in zip(before, line, after, strict=True)
        if (here[0] - a[0]) * (b[1] - here[1]) != (here[1] - a[1]) * (b[0] - here[0])
    ]


def dot(origin: Point) -> Any:
    """Give the middle of a site as a point: where it is, and not how much.

    >>> dot((0, 0)).wkt
    'POINT (360 360)'
    """
    return shapely.Point(origin[0] + SIDE * CELL_M // 2, origin[1] + SIDE * CELL_M // 2)


def bow_tie(x: int, y: int, size: int, origin: Point) -> Any:
    """Draw two squares of cells corner to corner as one ring that crosses itself where they meet: an invalid polygon.

    The squares begin at (x, y) and (x + size, y + size); repaired by linework they are exactly those two, straight.

    >>> bow_tie(0, 0, 1, (0, 0)).is_valid, shapely.make_valid(bow_tie(0, 0, 1, (0, 0))).area
    (False, 7200.0)
    """
    west, south = origin[0] + x * CELL_M, origin[1] + y * CELL_M
    side = size * CELL_M
    across = ((0, 1), (2, 1), (2, 2), (1, 2), (1, 0), (0, 0))
    return shapely.Polygon([(west + i * side, south + j * side) for i, j in across])


def repeated(shape: Any) -> Any:
    """State the first vertex of a polygon twice: the ground stays the same.

    >>> repeated(shapely.box(0, 0, 1, 1)).exterior.coords[:2]
    [(1.0, 0.0), (1.0, 0.0)]
    """
    shell, holes = _open_ring(shape)
    return shapely.Polygon([shell[0], *shell], holes)


def spiked(shape: Any, length_m: int) -> Any:
    """Let a polygon's outline run out to a point and back on the same line: invalid, and the ground stays the same.

    >>> spike = spiked(shapely.box(0, 0, 1, 1), 5)
    >>> spike.is_valid, shapely.make_valid(spike, method="linework").area
    (False, 1.0)
    """
    shell, holes = _open_ring(shape)
    tip = (shell[0][0] + length_m, shell[0][1] - length_m)
    return shapely.Polygon([shell[0], tip, *shell], holes)


def _open_ring(shape: Any) -> tuple[list[Any], list[Any]]:
    return list(shape.exterior.coords)[:-1], [list(hole.coords) for hole in shape.interiors]
