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
    """Fill `places` (samples, wanted, 2), what happened (samples,) and the logarithm of each sample's weight.

    All samples of a leg are walked before the next leg, so that the processor does several at once. At most half a
    million samples.
    """
    room = gauss.size - samples
    draw = (seed * 2654435761) & 0x7FFFFFFF
    x, y = np.empty((way.stations, samples), np.float32), np.empty((way.stations, samples), np.float32)
    bias, scale = np.empty(samples, np.float32), np.empty(samples, np.float32)
    datum_x, datum_y = np.empty(samples, np.float32), np.empty(samples, np.float32)
    offsets = np.empty(4, np.int64)
    for k in range(4):
        draw = (draw * 1103515245 + 12345) & 0x7FFFFFFF
        offsets[k] = draw % room
    sound = np.float32(way.node.size * math.log((1.0 - way.gross_leg) / (1.0 - GROSS_DRAWN)))
    bias_size, scale_size, datum_size = np.float32(way.bias), np.float32(way.scale), np.float32(way.datum)
    for s in range(samples):
        bias[s] = bias_size * gauss[offsets[0] + s]
        scale[s] = scale_size * gauss[offsets[1] + s]
        datum_x[s], datum_y[s] = datum_size * gauss[offsets[2] + s], datum_size * gauss[offsets[3] + s]
        fate[s], weight[s] = SOUND, sound
    for k in range(way.node.size):
        for n in range(4):
            draw = (draw * 1103515245 + 12345) & 0x7FFFFFFF
            offsets[n] = draw % room
        if way.parent[k] < 0:
            _begun(way, k, samples, offsets, gauss, flat, datum_x, datum_y, x, y, fate)
        else:
            _stepped(way, k, samples, offsets, gauss, flat, bias, scale, x, y, fate, weight)
    if way.closing.shape[0] + way.checked.size > 0:
        at = np.empty((way.stations, 2))
        for s in range(samples):
            for k in range(way.node.size):
                at[way.node[k], 0], at[way.node[k], 1] = x[way.node[k], s], y[way.node[k], s]
            weight[s] += _weighed(way, at, bias[s], 1.0 + scale[s], datum_x[s], datum_y[s])
    for k in range(way.wanted.size):
        for s in range(samples):
            places[s, k, 0] = x[way.wanted[k], s]
            places[s, k, 1] = y[way.wanted[k], s]


@kernel
def _begun(
    way: Way,
    k: int,
    samples: int,
    offsets: Ints,
    gauss: npt.NDArray[np.float32],
    flat: npt.NDArray[np.float32],
    datum_x: npt.NDArray[np.float32],
    datum_y: npt.NDArray[np.float32],
    x: npt.NDArray[np.float32],
    y: npt.NDArray[np.float32],
    fate: npt.NDArray[np.int8],
) -> None:
    """Place a reference point."""
    here, chance = way.node[k], np.float32(way.gross_landmark)
    sound, wrong = np.float32(way.landmark[k, 0]), np.float32(way.landmark[k, 1])
    for s in range(samples):
        spread = sound
        if flat[offsets[2] + s] < chance:
            spread = wrong
            fate[s] = GROSS_LANDMARK
        x[here, s] = np.float32(way.start[k, 0]) + spread * gauss[offsets[0] + s] + datum_x[s]
        y[here, s] = np.float32(way.start[k, 1]) + spread * gauss[offsets[1] + s] + datum_y[s]


@kernel
def _stepped(
    way: Way,
    k: int,
    samples: int,
    offsets: Ints,
    gauss: npt.NDArray[np.float32],
    flat: npt.NDArray[np.float32],
    bias: npt.NDArray[np.float32],
    scale: npt.NDArray[np.float32],
    x: npt.NDArray[np.float32],
    y: npt.NDArray[np.float32],
    fate: npt.NDArray[np.int8],
    weight: npt.NDArray[np.float32],
) -> None:
    """Walk one leg, all samples of it. Sine and cosine of a small angle are the first terms of their series."""
    leg, here, before = way.leg[k], way.node[k], way.parent[k]
    east, north = np.float32(way.east[leg]), np.float32(way.north[leg])
    turn, rounding = np.float32(way.turn[leg]), np.float32(way.rounding[leg])
    stretch, paced, sign = np.float32(way.stretch[leg]), np.float32(way.paced[leg]), np.float32(way.sign[k])
    gross_log = np.float32(math.log((way.gross_leg + 1e-12) / GROSS_DRAWN))
    sound_log = np.float32(math.log((1.0 - way.gross_leg) / (1.0 - GROSS_DRAWN)))
    drawn, label = np.float32(GROSS_DRAWN), np.int8(GROSS_LEG + min(leg, 100))
    for s in range(samples):
        if flat[offsets[3] + s] < drawn:
            weight[s] += gross_log - sound_log
            fate[s] = label
    _moved(
        gauss[offsets[0] : offsets[0] + samples], gauss[offsets[2] : offsets[2] + samples],
        flat[offsets[1] : offsets[1] + samples], flat[offsets[3] : offsets[3] + samples], bias, scale,
        x[before], y[before], x[here], y[here],
        (east, north, turn, rounding, stretch, paced, sign, drawn),
    )  # fmt: skip


@kernel
def _moved(
    turned: npt.NDArray[np.float32],
    stretched: npt.NDArray[np.float32],
    rounded: npt.NDArray[np.float32],
    luck: npt.NDArray[np.float32],
    bias: npt.NDArray[np.float32],
    scale: npt.NDArray[np.float32],
    from_x: npt.NDArray[np.float32],
    from_y: npt.NDArray[np.float32],
    to_x: npt.NDArray[np.float32],
    to_y: npt.NDArray[np.float32],
    leg: tuple[np.float32, ...],
) -> None:
    """Add one leg; the loop holds no branch and no call, so that eight samples are walked at once."""
    east, north, turn, rounding, stretch, paced, sign, drawn = leg
    one, two, half, sixth = np.float32(1.0), np.float32(2.0), np.float32(0.5), np.float32(1.0 / 6.0)
    for s in range(bias.size):
        delta = bias[s] + turn * turned[s] + rounding * (two * rounded[s] - one)
        forward = -sign if luck[s] < drawn else sign
        long = forward * (one + stretch * stretched[s]) * (one + scale[s] * paced)
        squared = delta * delta
        cos, sin = long * (one - half * squared), long * delta * (one - sixth * squared)
        to_x[s] = from_x[s] + east * cos + north * sin
        to_y[s] = from_y[s] + north * cos - east * sin


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
