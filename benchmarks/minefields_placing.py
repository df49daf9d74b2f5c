"""How many records of 20 legs are placed 10,000 times in a second, beside NumPy that does all samples of a leg at once?

Single thread on both sides, float32 in NumPy as its fastest form. The peer draws its own noise, as one writes it; the
second peer reads ready-made noise, so that what the walk itself costs is seen too.
"""

from __future__ import annotations

import math

import numpy as np

from common import Claim, arguments, measure, report
from whitestone.minefields.walking import Way, noise, walked

LEGS, SAMPLES = 20, 10_000


def way(seed: int) -> Way:
    """Make a record of 20 legs in a row, the last four of which are its perimeter."""
    rng = np.random.default_rng(seed)
    bearing, length = rng.uniform(0.0, 2.0 * math.pi, LEGS), rng.uniform(40.0, 200.0, LEGS)
    steps = LEGS + 1
    start, landmark = np.zeros((steps, 2)), np.tile([18.0, 110.0], (steps, 1))
    return Way(
        np.arange(steps), np.arange(steps) - 1, np.maximum(np.arange(steps) - 1, 0), np.ones(steps), start, landmark,
        length * np.sin(bearing), length * np.cos(bearing), np.ones(LEGS), np.full(LEGS, 0.02), np.full(LEGS, 0.005),
        0.03 + 1.0 / length, np.zeros((0, 3), np.int64), np.zeros(0, np.int64), np.zeros((0, 4)),
        np.arange(steps - 4, steps), 0.026, 0.055, 4.0, 0.1, 0.01, steps,
    )  # fmt: skip


def with_numpy(each: Way, rng: np.random.Generator) -> np.ndarray:
    """Place one record with arrays of all samples, float32."""
    count, legs = SAMPLES, each.east.size
    f = np.float32
    spread = np.where(rng.random(count, dtype=f) < each.gross_landmark, f(110.0), f(18.0))
    at = rng.standard_normal((count, 2), dtype=f) * spread[:, None] + rng.standard_normal((count, 2), dtype=f) * f(
        each.datum
    )
    bias = rng.standard_normal(count, dtype=f) * f(each.bias)
    scale = 1 + rng.standard_normal(count, dtype=f) * f(each.scale)
    delta = bias[:, None] + rng.standard_normal((count, legs), dtype=f) * each.turn.astype(f)
    delta += each.rounding.astype(f) * (2 * rng.random((count, legs), dtype=f) - 1)
    long = scale[:, None] * (1 + rng.standard_normal((count, legs), dtype=f) * each.stretch.astype(f))
    long = np.where(rng.random((count, legs), dtype=f) < each.gross_leg, -long, long)
    cos, sin = long * np.cos(delta), long * np.sin(delta)
    east = np.cumsum(each.east.astype(f) * cos + each.north.astype(f) * sin, axis=1)
    north = np.cumsum(each.north.astype(f) * cos - each.east.astype(f) * sin, axis=1)
    return np.stack([at[:, :1] + east[:, -4:], at[:, 1:] + north[:, -4:]], axis=-1)


def main() -> None:
    """Measure both and print."""
    asked = arguments(__doc__)
    records = [way(seed) for seed in range(20 if asked.quick else 200)]
    places, fate = np.empty((SAMPLES, 4, 2), np.float32), np.empty(SAMPLES, np.int8)
    weight, tables = np.empty(SAMPLES, np.float32), noise()
    walked(records[0], 1, SAMPLES, *tables, places, fate, weight)

    def ours() -> None:
        for number, each in enumerate(records):
            walked(each, number, SAMPLES, *tables, places, fate, weight)

    rng = np.random.default_rng(1)
    mine, peer = measure(ours, runs=5), measure(lambda: [with_numpy(each, rng) for each in records[:20]], runs=5)
    rate, other = len(records) / mine.cpu_s, 20 / peer.cpu_s
    report([Claim(
        name="records placed 10,000 times", value=rate, unit="records/s", goal="at least 10 times NumPy",
        peer="NumPy float32, vectorised over samples and legs", peer_value=other, ratio=rate / other,
        holds=rate / other >= 10,
        peak_mib=mine.peak_mib, note="processor seconds of one thread",
    )], as_json=asked.json)  # fmt: skip


if __name__ == "__main__":
    main()
