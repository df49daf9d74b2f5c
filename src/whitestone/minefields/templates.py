"""Which shape does a sheet give its field, and how are the mines spread in it?

A template is a shape of unit size in the frame of its tightest rectangle (length along x), with the share of mines in
each of its cells. Edges are soft: a mine lies a few metres off the line that was measured, and so does its receiver's
fix.
"""

from __future__ import annotations

import functools
import math

import msgspec
import numpy as np
import numpy.typing as npt
import scipy.ndimage
import shapely

from whitestone.minefields.joint_state import LANES

__all__ = [
    "COLUMNS",
    "POINTS",
    "ROWS",
    "Frame",
    "Template",
    "frame_of",
    "plain_template",
    "rectangle",
    "row_template",
    "scattered",
]

Floats = npt.NDArray[np.float64]
Raster = npt.NDArray[np.float32]

COLUMNS, ROWS, POINTS = 96, 48, 128
_LEAST_M = 6.0
"""A field is not narrower than this."""
_TAIL_SHARE, _TAIL = 0.05, 3.0
"""Share of finds that lie off by several times the usual: a perimeter is not a law, and some fixes are poor."""

_UNTOLD_SOFT_M = 4.5
"""How soft the edge of a field is of which nobody wrote: as those of sheets are, with their bends and receivers."""


class Frame(msgspec.Struct, frozen=True):
    """The tightest rectangle of a shape: centre, turn of its length (radians from east), length and width in metres."""

    x: float
    y: float
    turn: float
    length: float
    width: float

    @property
    def at(self) -> Floats:
        """Return the five numbers of a field.

        >>> Frame(0.0, 0.0, 0.0, 1.0, 1.0).at.tolist()
        [0.0, 0.0, 0.0, 0.0, 0.0]
        """
        return np.array([self.x, self.y, self.turn, math.log(self.length), math.log(self.width)])

    def local(self, points: Floats) -> Floats:
        """Return points (n, 2) in the frame, in units of its length and width.

        >>> Frame(0.0, 0.0, 0.0, 2.0, 4.0).local(np.array([[1.0, 1.0]])).tolist()
        [[0.5, 0.25]]
        """
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        off = points - (self.x, self.y)
        return np.column_stack(
            [(cos * off[:, 0] + sin * off[:, 1]) / self.length, (cos * off[:, 1] - sin * off[:, 0]) / self.width]
        )


class Template(msgspec.Struct, frozen=True):
    """Density (rows, columns; sums to one in unit squares), half extent, and points of equal weight."""

    density: Raster
    """Where finds of its mines may lie, with the error of receivers, and a few far off: what explains finds."""
    mines: Raster
    """Where the mines themselves lie, of the same form: what outlines show."""
    reach: Floats
    points: Raster
    lane: npt.NDArray[np.int8]
    """(rows, columns) which lane from one long side to the other a cell lies in."""
    point_lane: npt.NDArray[np.int8]


def frame_of(points: Floats) -> Frame:
    """Return the frame of points (n, 2) in metres; one point or a line gets the least width.

    >>> frame_of(np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 100.0], [0.0, 100.0]])).length
    100.0
    """
    hull = shapely.MultiPoint(points).convex_hull
    if hull.geom_type != "Polygon":
        hull = hull.buffer(_LEAST_M / 2.0, quad_segs=1, cap_style="square")
    ring = shapely.get_coordinates(shapely.oriented_envelope(hull))[:4]
    first, second = ring[1] - ring[0], ring[2] - ring[1]
    lengths = float(np.hypot(*first)), float(np.hypot(*second))
    along = first if lengths[0] >= lengths[1] else second
    turn = math.atan2(along[1], along[0])
    x, y = ring.mean(axis=0)
    return Frame(float(x), float(y), turn, max(max(lengths), _LEAST_M), max(min(lengths), _LEAST_M))


def plain_template(ring: Floats, frame: Frame, soft_m: float, lie_m: float | None = None) -> Template:
    """Return the template of a polygon over which mines are spread evenly.

    Its finds lie off by `soft_m`, its mines by `lie_m` (None: by the same).
    """
    shape = (
        shapely.Polygon(ring)
        if len(ring) >= 3
        else shapely.LineString(ring)
        if len(ring) == 2
        else shapely.Point(*ring[0])
    )
    if shape.geom_type != "Polygon" or not shape.is_valid:
        shape = shapely.make_valid(shape)
        shape = shape if shape.area > 0.0 else shape.buffer(_LEAST_M / 2.0)
        shape = shape if shape.geom_type in ("Polygon", "MultiPolygon") else shape.buffer(1.0)
    reach, points = _grid(frame, soft_m)
    inside = shapely.contains_xy(shape, points[..., 0], points[..., 1]).astype(float)
    if not inside.any():
        inside = np.exp(-shapely.distance(shape, shapely.points(points)))
    return _template(inside, reach, frame, (soft_m, soft_m if lie_m is None else lie_m), _across(shape, frame, points))


def row_template(lines: Floats, weights: Floats, frame: Frame, soft_m: float) -> Template:
    """Return the template of rows (n, 2, 2), each with its share of the mines."""
    reach, points = _grid(frame, soft_m)
    cell_m = 2.0 * reach * (frame.length, frame.width) / (COLUMNS, ROWS)
    laid = np.zeros((ROWS, COLUMNS))
    for line, weight in zip(lines, weights, strict=True):
        away = shapely.distance(shapely.LineString(line), shapely.points(points))
        on = np.exp(-0.5 * (away / max(0.5 * float(cell_m.max()), 1.0)) ** 2)
        laid += weight * on / max(float(on.sum()), 1e-300)
    return _template(laid, reach, frame, (soft_m, soft_m), _straight(reach))


@functools.cache
def rectangle() -> Template:
    """Return the template of a strip of 250 by 36 m of which nobody wrote.

    >>> rectangle().density.shape == (ROWS, COLUMNS)
    True
    """
    frame = Frame(0.0, 0.0, 0.0, 250.0, 36.0)
    ring = np.array([[-125.0, -18.0], [125.0, -18.0], [125.0, 18.0], [-125.0, 18.0]])
    return plain_template(ring, frame, _UNTOLD_SOFT_M)


def _grid(frame: Frame, soft_m: float) -> tuple[Floats, Floats]:
    margin = 3.0 * soft_m + 4.0
    reach = np.array([0.5 + margin / frame.length, 0.5 + margin / frame.width])
    u = ((np.arange(COLUMNS) + 0.5) / COLUMNS * 2.0 - 1.0) * reach[0] * frame.length
    v = ((np.arange(ROWS) + 0.5) / ROWS * 2.0 - 1.0) * reach[1] * frame.width
    cos, sin = math.cos(frame.turn), math.sin(frame.turn)
    across, along = np.meshgrid(u, v)
    return reach, np.stack([frame.x + cos * across - sin * along, frame.y + sin * across + cos * along], axis=-1)


def _straight(reach: Floats) -> Floats:
    """Return how far across the frame each cell lies, 0 to 1."""
    v = 0.5 + ((np.arange(ROWS) + 0.5) / ROWS * 2.0 - 1.0) * reach[1]
    return np.repeat(v[:, None], COLUMNS, axis=1)


def _across(shape: shapely.Geometry, frame: Frame, points: Floats) -> Floats:
    """Return how far each cell lies from one long side to the other, 0 to 1: lanes follow the bends of a strip."""
    if shape.geom_type != "Polygon":
        return _straight(np.array([0.5 + 8.0 / frame.length, 0.5 + 8.0 / frame.width]))
    ring = shapely.get_coordinates(shape.exterior)[:-1]
    local = frame.local(ring)
    sum_, gap = local[:, 0] + 0.5 * local[:, 1], local[:, 0] - 0.5 * local[:, 1]
    ends = [int(np.argmin(sum_)), int(np.argmax(gap)), int(np.argmax(sum_)), int(np.argmin(gap))]
    if len(set(ends)) < 4:
        ends = [int(np.argmin(local[:, 0]))] * 2 + [int(np.argmax(local[:, 0]))] * 2
    low, high = _side(ring, ends[0], ends[1]), _side(ring, ends[2], ends[3])
    if len({*map(tuple, ring[[ends[0], ends[1]]])}) == 1:
        low, high = _side(ring, ends[0], ends[2]), _side(ring, ends[2], ends[0])
    near, far = (shapely.distance(shapely.LineString(side), shapely.points(points)) for side in (low, high))
    return np.asarray(near / np.maximum(near + far, 1e-9))


def _side(ring: Floats, first: int, last: int) -> Floats:
    """Return the corners from one to another, whichever way round is the shorter in corners."""
    count = len(ring)
    there = [(first + k) % count for k in range((last - first) % count + 1)]
    back = [(last + k) % count for k in range((first - last) % count + 1)]
    picked = there if len(there) <= len(back) else back
    return ring[picked] if len(picked) > 1 else np.vstack([ring[picked], ring[picked] + 0.01])


def _template(laid: Floats, reach: Floats, frame: Frame, soft_m: tuple[float, float], across: Floats) -> Template:
    cell_m = 2.0 * reach * (frame.length, frame.width) / (COLUMNS, ROWS)
    near, far, mines = (
        scipy.ndimage.gaussian_filter(laid, (wide_m / cell_m)[::-1], mode="constant")
        for wide_m in (soft_m[0], _TAIL * soft_m[0], soft_m[1])
    )
    blurred = (1.0 - _TAIL_SHARE) * near / near.sum() + _TAIL_SHARE * far / far.sum()
    blurred /= blurred.sum()
    unit = 4.0 * reach[0] * reach[1] / (COLUMNS * ROWS)
    lane = np.clip((across * LANES).astype(np.int64), 0, LANES - 1).astype(np.int8)
    row, column = _points(blurred)
    u = ((column + 0.5) / COLUMNS * 2.0 - 1.0) * reach[0]
    v = ((row + 0.5) / ROWS * 2.0 - 1.0) * reach[1]
    return Template(
        (blurred / unit).astype(np.float32),
        (mines / mines.sum() / unit).astype(np.float32),
        reach,
        np.column_stack([u, v]).astype(np.float32),
        lane,
        lane[row, column],
    )


def scattered(template: Template, count: int) -> Floats:
    """Return `count` places of mines of equal weight (count, 2), in units of the length and width of a template.

    >>> scattered(rectangle(), 0).shape
    (0, 2)
    """
    row, column = _points(template.mines.astype(float), count)
    # Multiples of these two numbers fill a square evenly, so that the cells leave no pattern.
    inside = np.modf(np.outer(np.arange(count), (0.7548776662466927, 0.5698402909980532)))[0]
    u = ((column + inside[:, 0]) / COLUMNS * 2.0 - 1.0) * template.reach[0]
    v = ((row + inside[:, 1]) / ROWS * 2.0 - 1.0) * template.reach[1]
    return np.column_stack([u, v])


def _points(shares: Floats, count: int = POINTS) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Pick cells of equal weight: every share of the mines is met by its share of the points."""
    order: npt.NDArray[np.int64] = np.arange(shares.size).reshape(shares.shape)
    order[1::2] = order[1::2, ::-1]  # a snake, so that neighbours in the order are neighbours on the ground
    order = order.T.ravel()
    total = np.cumsum(shares.ravel()[order])
    middle = (np.arange(count) + 0.5) / max(count, 1) * total[-1]
    picked = order[np.minimum(np.searchsorted(total, middle), total.size - 1)]
    row, column = np.divmod(picked, COLUMNS)
    return row, column
