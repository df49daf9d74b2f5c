"""Where could the stations of one sheet lie, ten thousand times over?

One table of noise is made once and read by every sheet from another place, in another stride: drawing numbers inside
the
loop costs thirty times as much as walking. Legs turn by small angles, so that no sine is taken in the loop.
"""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from whitestone.minefields.kernels import kernel

__all__ = ["GROSS_LANDMARK", "GROSS_LEG", "SOUND", "Way", "noise", "walked"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SOUND, GROSS_LANDMARK, GROSS_LEG = 0, 1, 2
"""What happened in a sample: only small errors, a wrong landmark, a leg written backwards (plus the number of the
leg)."""
GROSS_DRAWN = 0.025
"""Legs are drawn backwards this often, and weighed down: else too few samples would show where such a sheet leads."""
_SIZE = 1 << 20


class Way(NamedTuple):
    """One sheet under one hypothesis, ready to be walked. Lengths in metres, angles in radians, plane of the batch."""

    node: Ints
    """(steps,) stations in the order in which they are reached."""
    parent: Ints
    """(steps,) station before; -1 at a reference point."""
    leg: Ints
    """(steps,) leg that leads there."""
    sign: Floats
    """(steps,) 1 walked forwards, -1 backwards."""
    start: Floats
    """(steps, 2) position of the reference points, else 0."""
    landmark: Floats
    """(steps, 2) spread of a sound and of a wrong landmark."""
    east: Floats
    """(legs,) as written."""
    north: Floats
    paced: Floats
    """(legs,) 1 where the sheet's pace counts, 0 where it was measured by tape or instrument."""
    turn: Floats
    """(legs,) spread of the bearing of this leg alone."""
    rounding: Floats
    """(legs,) half the step to which the bearing was written."""
    stretch: Floats
    """(legs,) spread of the distance of this leg alone, as a share of it."""
    closing: Ints
    """(closings, 3) leg that leads to a station reached otherwise, its start and its end."""
    checked: Ints
    """Stations with a position of their own that were reached otherwise."""
    checked_at: Floats
    """(checked, 4) that position, spread if sound and if wrong."""
    wanted: Ints
    """Stations whose places are asked for."""
    bias: float
    scale: float
    datum: float
    gross_landmark: float
    gross_leg: float
    stations: int


@functools.cache
def noise() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return the table of standard normal numbers and that of uniform ones; the same in every run.

    >>> noise()[0].size == noise()[1].size
    True
    """
    rng = np.random.default_rng(20260101)
    return rng.standard_normal(_SIZE, dtype=np.float32), rng.random(_SIZE, dtype=np.float32)


@kernel
def walked(
    way: Way,
    seed: int,
    samples: int,
    gauss: npt.NDArray[np.float32],
    flat: npt.NDArray[np.float32],
    places: npt.NDArray[np.float32],
    fate: npt.NDArray[np.int8],
    weight: npt.NDArray[np.float32],
) -> None:
    """Fill `places` (samples, wanted, 2), what happened (samples,) and the logarithm of each sample's weight."""
    mask = gauss.size - 1
    start = (seed * 2654435761) & mask
    stride = ((seed * 40503 + 977) & 8191) | 1
    at = np.empty((way.stations, 2))
    gross_log = math.log((way.gross_leg + 1e-12) / GROSS_DRAWN)
    sound_log = math.log((1.0 - way.gross_leg) / (1.0 - GROSS_DRAWN))
    for s in range(samples):
        g = (start + s * (stride + 64)) & mask
        u = (start + 7919 + s * (stride + 62)) & mask
        bias = way.bias * gauss[g & mask]
        scale = 1.0 + way.scale * gauss[(g + 1) & mask]
        datum_x, datum_y = way.datum * gauss[(g + 2) & mask], way.datum * gauss[(g + 3) & mask]
        g, u, extra = g + 4, u + 1, 0.0
        fate[s] = SOUND
        for k in range(way.node.size):
            here = way.node[k]
            if way.parent[k] < 0:
                wrong = flat[u & mask] < way.gross_landmark
                spread = way.landmark[k, 1] if wrong else way.landmark[k, 0]
                if wrong:
                    fate[s] = GROSS_LANDMARK
                at[here, 0] = way.start[k, 0] + spread * gauss[g & mask] + datum_x
                at[here, 1] = way.start[k, 1] + spread * gauss[(g + 1) & mask] + datum_y
                g, u = g + 2, u + 1
                continue
            leg = way.leg[k]
            delta = bias + way.turn[leg] * gauss[g & mask] + way.rounding[leg] * (2.0 * flat[u & mask] - 1.0)
            long = way.sign[k] * (1.0 + way.stretch[leg] * gauss[(g + 1) & mask])
            long *= 1.0 + (scale - 1.0) * way.paced[leg]
            if flat[(u + 1) & mask] < GROSS_DRAWN:
                long = -long
                fate[s] = GROSS_LEG + min(leg, 100)
                extra += gross_log
            else:
                extra += sound_log
            g, u = g + 2, u + 2
            cos, sin = long * (1.0 - 0.5 * delta * delta), long * (delta - delta * delta * delta / 6.0)
            before = way.parent[k]
            at[here, 0] = at[before, 0] + way.east[leg] * cos + way.north[leg] * sin
            at[here, 1] = at[before, 1] + way.north[leg] * cos - way.east[leg] * sin
        weight[s] = _weighed(way, at, bias, scale, datum_x, datum_y) + extra
        for k in range(way.wanted.size):
            places[s, k, 0] = at[way.wanted[k], 0]
            places[s, k, 1] = at[way.wanted[k], 1]


@kernel
def _weighed(way: Way, at: Floats, bias: float, scale: float, datum_x: float, datum_y: float) -> float:
    """Return how well a sample agrees with legs that close a loop and with further reference points."""
    total = 0.0
    for k in range(way.closing.shape[0]):
        leg, begin, end = way.closing[k, 0], way.closing[k, 1], way.closing[k, 2]
        long = 1.0 + (scale - 1.0) * way.paced[leg]
        dx = at[begin, 0] + long * (way.east[leg] + bias * way.north[leg]) - at[end, 0]
        dy = at[begin, 1] + long * (way.north[leg] - bias * way.east[leg]) - at[end, 1]
        length = math.hypot(way.east[leg], way.north[leg])
        spread = math.hypot(way.stretch[leg] * length, 1.0)
        spread = math.sqrt(0.5 * (spread**2 + (way.turn[leg] * length) ** 2 + (way.rounding[leg] * length) ** 2 / 3.0))
        near = math.exp(-0.5 * (dx * dx + dy * dy) / spread**2) / (6.283185307 * spread**2)
        total += math.log((1.0 - 2.0 * way.gross_leg) * near + (2.0 * way.gross_leg + 1e-4) * 1e-5)
    for k in range(way.checked.size):
        station = way.checked[k]
        dx = at[station, 0] - way.checked_at[k, 0] - datum_x
        dy = at[station, 1] - way.checked_at[k, 1] - datum_y
        value = 0.0
        for wrong in range(2):
            share = way.gross_landmark if wrong else 1.0 - way.gross_landmark
            spread = way.checked_at[k, 2 + wrong]
            value += share * math.exp(-0.5 * (dx * dx + dy * dy) / spread**2) / (6.283185307 * spread**2)
        total += math.log(value + 1e-9)
    return total
