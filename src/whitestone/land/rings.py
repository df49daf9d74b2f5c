"""How do shapes become plain arrays that a kernel can walk along?

An outline is one distinct shape. Its rings lie one behind the other, closed, in one array of coordinates; whatever
the rings do (holes, overlaps, crossings), a point is inside where a ray from it meets the rings an odd number of times.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import shapely

from whitestone.errors import GroundTooCrowded

__all__ = ["Outlines", "meeting", "to_outlines"]

Array = np.ndarray[Any, Any]


CHUNK = 4_096
"""Shapes that are taken apart, or looked up, at a time."""
MOST_PAIRS = 60_000_000
"""Pairs of boxes that meet which are listed at most: half a GiB."""
PAIRS_AT_ONCE, PROBES = 4_000_000, 16
"""Pairs that a thread finds at a time at most, as far as some boxes of a chunk foretell."""
LOW_BITS = 40
"""A pair of a box of a chunk and one that it meets is one number: the second in so many bits."""


class Outlines(NamedTuple):
    """Shapes as arrays: `xy` (vertices, 2), `rings` where each ring begins, `first_ring` where each outline begins.

    `boxes` (outlines, 4): least x, least y, greatest x, greatest y; of an outline without area not a number.
    """

    xy: Array
    rings: Array
    first_ring: Array
    boxes: Array

    @property
    def vertices(self) -> Array:
        """Count the vertices of each outline."""
        counts: Array = np.diff(self.rings[self.first_ring])
        return counts


def to_outlines(shapes: Array) -> Outlines:
    """Take shapes (an array of polygons and multipolygons, metres in a plane) apart into arrays.

    >>> found = to_outlines(np.array([shapely.box(0, 0, 2, 1), shapely.Polygon()]))
    >>> found.vertices.tolist(), found.boxes[0].tolist(), to_outlines(np.array([], dtype=object)).xy.shape
    ([5, 0], [0.0, 0.0, 2.0, 1.0], (0, 2))
    """
    sizes = shapely.get_num_coordinates(shapes).astype(np.int64)
    xy = np.empty((int(sizes.sum()), 2))
    ring_sizes, ring_counts = [], []
    at = 0
    for begin in range(0, len(shapes), CHUNK):  # never all of them at a time: what is taken apart is a copy
        some = slice(begin, begin + CHUNK)
        few = shapely.get_coordinates(shapes[some])
        xy[at : at + len(few)] = few
        at += len(few)
        of_rings, counts = _rings_of(shapes[some], sizes[some])
        ring_sizes.append(of_rings)
        ring_counts.append(counts)
    return Outlines(xy, _starts(ring_sizes), _starts(ring_counts), shapely.bounds(shapes).reshape(-1, 4))


def _rings_of(shapes: Array, sizes: Array) -> tuple[Array, Array]:
    """Give the number of vertices of each ring, and the number of rings of each shape with so many vertices."""
    alone = (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON) & (sizes > 0)
    alone &= shapely.get_num_interior_rings(shapes) == 0
    counts = np.ones(len(shapes), dtype=np.int64)  # most shapes are one ring: only others have to be taken apart
    parts, owner = shapely.get_parts(shapes[~alone], return_index=True)
    rings, part_of = shapely.get_rings(parts, return_index=True)
    counts[~alone] = np.bincount(owner[part_of], minlength=int((~alone).sum()))
    of_rings = np.repeat(sizes, counts)
    of_rings[np.repeat(~alone, counts)] = shapely.get_num_coordinates(rings)
    return of_rings, counts


def _starts(sizes: list[Array]) -> Array:
    """Say where each begins when they lie one behind the other, and where the last ends."""
    starts: Array = np.cumsum(np.concatenate([np.zeros(1, dtype=np.int64), *sizes]))
    return starts


def meeting(boxes: Array, others: Array, most: int = MOST_PAIRS, threads: int = 1
            ) -> tuple[Array, Array]:
    """Find which boxes meet which others: starts (len(boxes) + 1) into a list of indexes of others, each in order.

    Boxes that only touch meet too; a box that is not a number meets none. More than `most` pairs are refused with
    GroundTooCrowded before they are listed, so that a spot on which everything lies does not fill the memory.

    >>> few = np.array([[0.0, 0, 2, 2], [5, 5, 6, 6], [np.nan] * 4])
    >>> [part.tolist() for part in meeting(few, few)]
    [[0, 1, 2, 2], [0, 1]]
    >>> meeting(few[:0], few)[0].tolist()
    [0]
    """
    starts = np.zeros(len(boxes) + 1, dtype=np.int64)
    known = np.flatnonzero(~np.isnan(others).any(axis=1))
    asked = np.flatnonzero(~np.isnan(boxes).any(axis=1))
    if not known.size or not asked.size:
        return starts, np.zeros(0, dtype=np.int64)
    tree = shapely.STRtree(shapely.box(*others[known].T))
    drawn = tree.geometries if boxes is others else None  # who asks for all that meet each other: drawn once
    found: list[Array] = []
    room = most
    for some, left, right in _looked_up(tree, boxes, asked, drawn, threads):
        counts = np.bincount(left, minlength=some.size)
        room -= left.size
        if room < 0:
            worst = boxes[some[int(counts.argmax())]]
            x_m, y_m = (f"{worst[[at, at + 2]].mean():,.0f}" for at in (0, 1))
            raise GroundTooCrowded(on_it=f"{int(counts.max()) - 1:,}", x_m=x_m, y_m=y_m)
        starts[1 + some] = counts
        found.append(known[right].astype(np.int32))  # half the memory until all are laid out
    np.cumsum(starts, out=starts)
    return starts, _behind(found, int(starts[-1]))


def _behind(found: list[Array], size: int) -> Array:
    """Lay arrays one behind the other; each is let go of as soon as it is copied."""
    laid = np.empty(size, dtype=np.int64)
    while found:
        part = found.pop()
        laid[size - part.size : size] = part
        size -= part.size
    return laid


def _looked_up(tree: shapely.STRtree, boxes: Array, asked: Array, drawn: Array | None, threads: int
               ) -> Iterator[tuple[Array, Array, Array]]:
    """Look boxes up in a tree, a chunk a thread at a time: which boxes, and pairs of one and what it meets.

    `drawn` are the boxes that are asked about as shapes, where there are such already.
    """

    def look_up(chunk: slice) -> tuple[Array, Array, Array]:
        shapes = shapely.box(*boxes[asked[chunk]].T) if drawn is None else drawn[chunk]
        left, right = tree.query(shapes)
        pairs = (left << LOW_BITS) | right  # as one number each they are sorted many times faster than as two
        pairs.sort()
        return asked[chunk], pairs >> LOW_BITS, pairs & ((1 << LOW_BITS) - 1)

    chunks = _chunks(tree, boxes[asked])
    if threads < 2 or len(chunks) < 2:
        yield from map(look_up, chunks)
        return
    with ThreadPoolExecutor(threads) as pool:
        for at in range(0, len(chunks), threads):  # never more at a time: what lies on one spot is stopped early
            yield from pool.map(look_up, chunks[at : at + threads])


def _chunks(tree: shapely.STRtree, boxes: Array) -> list[slice]:
    """Cut boxes into chunks to look up at a time, small ones where a probe says that very many meet each."""
    chunks = []
    for begin in range(0, len(boxes), CHUNK):
        some = boxes[begin : begin + CHUNK]
        probe = some[:: max(1, len(some) // PROBES)]
        met = max(1, tree.query(shapely.box(*probe.T)).shape[1] // len(probe))
        size = min(CHUNK, max(1, PAIRS_AT_ONCE // met))
        chunks += [slice(at, min(at + size, begin + len(some))) for at in range(begin, begin + len(some), size)]
    return chunks
