"""Where on the ground lies a place on a scanned sketch, by points found on both, and how well do they fit?

Four parameters (Helmert: shift, turn, one scale) keep the shape of the drawing, six (affine) let it be stretched and
sheared. The residuals show what the sketch is worth: it was rarely drawn to scale.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from whitestone.errors import InvalidValue

__all__ = ["KINDS", "Fit", "fit_sketch"]

Floats = npt.NDArray[np.float64]
KINDS = {"helmert": 2, "affine": 3}
"""Kind of transformation -> the fewest points that determine it; only more points show residuals."""


class Fit(msgspec.Struct, frozen=True):
    """A fitted transformation: [2, 3] matrix from image to metres east and north, residuals [n, 2] in metres.

    `rms_m` is the root mean square over the redundancy (None: nothing to spare, so the fit proves nothing),
    `scale_m` metres a pixel, `turn_deg` how far the sketch's up lies from grid north, clockwise.
    """

    kind: str
    matrix: Floats
    residuals_m: Floats
    rms_m: float | None
    scale_m: float
    turn_deg: float

    def __call__(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Turn image coordinates (x right, y down) into metres east and north."""
        points = np.vstack([np.atleast_1d(x), np.atleast_1d(y), np.ones(np.size(x))])
        east, north = self.matrix @ points
        return east, north


Points = Sequence[tuple[float, float]]


def fit_sketch(image: Points, ground: Points, kind: str = "helmert") -> Fit:
    """Fit image points (x right, y down, pixels) to ground points (metres east, north of a local plane).

    Least squares, all points of equal weight. Refuses with InvalidValue: an unknown kind, lists of different length,
    fewer points than the kind needs, and points that lie in one place or (affine) on one line.

    >>> fit = fit_sketch([(0, 0), (100, 0), (0, 100)], [(10, 50), (60, 50), (10, 0)])
    >>> round(fit.scale_m, 3), round(abs(fit.turn_deg), 3), round(fit.rms_m, 6)
    (0.5, 0.0, 0.0)
    >>> fit_sketch([], [])
    Traceback (most recent call last):
    ...
    whitestone.errors.InvalidValue: control points: 0 is not understood (helmert needs at least 2).
    """
    if kind not in KINDS:
        raise InvalidValue(field="transformation", value=kind, why=f"one of {', '.join(KINDS)}")
    if len(image) != len(ground):
        raise InvalidValue(field="control points", value=(len(image), len(ground)), why="as many here as there")
    if len(image) < KINDS[kind]:
        raise InvalidValue(field="control points", value=len(image), why=f"{kind} needs at least {KINDS[kind]}")
    x, y = np.asarray(image, dtype=float).T
    target = np.asarray(ground, dtype=float)
    matrix, parameters = _helmert(x, y, target) if kind == "helmert" else _affine(x, y, target)
    fitted = (matrix @ np.vstack([x, y, np.ones(len(x))])).T
    residuals = target - fitted
    spare = 2 * len(x) - parameters
    rms = float(np.sqrt((residuals**2).sum() / spare)) if spare > 0 else None
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    turn = float(np.degrees(np.arctan2(-matrix[0, 1], -matrix[1, 1])))
    return Fit(kind, matrix, residuals, rms, scale, turn)


def _helmert(x: Floats, y: Floats, target: Floats) -> tuple[Floats, int]:
    """Fit east = a x + b y + c, north = b x - a y + d: y of an image runs down, so the drawing is mirrored once."""
    one, nought = np.ones(len(x)), np.zeros(len(x))
    rows = np.concatenate([np.column_stack([x, y, one, nought]), np.column_stack([-y, x, nought, one])])
    a, b, c, d = _solved(rows, np.concatenate([target[:, 0], target[:, 1]]))
    return np.array([[a, b, c], [b, -a, d]]), 4


def _affine(x: Floats, y: Floats, target: Floats) -> tuple[Floats, int]:
    rows = np.column_stack([x, y, np.ones(len(x))])
    return np.array([_solved(rows, target[:, 0]), _solved(rows, target[:, 1])]), 6


def _solved(rows: Floats, target: Floats) -> Floats:
    found, _, rank, _ = np.linalg.lstsq(rows, target, rcond=None)
    if rank < rows.shape[1]:
        raise InvalidValue(field="control points", value=len(target), why="they lie in one place or on one line")
    return np.asarray(found, dtype=float)
