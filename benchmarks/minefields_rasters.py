"""How long do the 10 m rasters of 10,000 records take, and how much memory do all of them hold?

Each record of 20 legs is placed 10,000 times; 500 of its sampled fields make a raster of P(in field), 128 x 128 cells
of 10 m in parts of 65,535. All rasters are kept. The peer draws each sampled field by itself with rasterio.
"""

from __future__ import annotations

import numpy as np

from common import Claim, arguments, measure, memory_watch, report
from minefields_placing import SAMPLES, way
from whitestone.minefields.covering import covering
from whitestone.minefields.walking import noise, walked

DRAWN, CELLS, CELL_M = 500, 128, 10.0


class Rasters:
    """Rasters of some records, one after the other on one thread."""

    def __init__(self, count: int) -> None:
        self.ways = [way(seed) for seed in range(min(count, 200))]
        self.held = np.zeros((count, CELLS, CELLS), np.uint16)
        self.places = np.empty((SAMPLES, 4, 2), np.float32)
        self.fate, self.weight = np.empty(SAMPLES, np.int8), np.empty(SAMPLES, np.float32)
        self.tables, self.part = noise(), np.full(DRAWN, 1.0 / DRAWN)

    def rings(self, number: int) -> tuple[np.ndarray, float, float]:
        """Place one record; return the sampled fields that are drawn and the corner of its raster."""
        walked(self.ways[number % len(self.ways)], number, SAMPLES, *self.tables, self.places, self.fate, self.weight)
        drawn = self.places[:: SAMPLES // DRAWN].astype(np.float64)
        middle = np.median(drawn.reshape(-1, 2), axis=0) - CELLS * CELL_M / 2
        return drawn, float(middle[0]), float(middle[1])

    def all(self) -> None:
        """Make every raster."""
        for number in range(len(self.held)):
            drawn, west, south = self.rings(number)
            shares = covering(drawn, self.part, west, south, CELL_M, CELLS, CELLS)
            self.held[number] = np.round(np.clip(shares, 0.0, 1.0) * 65535.0)

    def with_rasterio(self, count: int) -> None:
        """Make some rasters as one does it without a kernel."""
        import rasterio.features
        import shapely
        from rasterio.transform import Affine

        for number in range(count):
            drawn, west, south = self.rings(number)
            place, total = Affine(CELL_M, 0.0, west, 0.0, CELL_M, south), np.zeros((CELLS, CELLS))
            for ring in drawn:
                total += rasterio.features.rasterize([(shapely.Polygon(ring), 1)], out_shape=(CELLS, CELLS),
                                                     transform=place) / DRAWN  # fmt: skip


def main() -> None:
    """Measure both and print."""
    asked = arguments(__doc__)
    count = 10 if asked.quick else 10_000
    Rasters(1).all()
    with memory_watch() as most:
        rasters = Rasters(count)
        mine = measure(rasters.all, runs=1 if asked.quick else 2)
        peak = most()
    beside = min(count, 20)
    peer = measure(lambda: rasters.with_rasterio(beside), runs=2)
    rate, other = count / mine.cpu_s, beside / peer.cpu_s
    note = "processor seconds of one thread; rasters in memory, placing counted in"
    report([
        Claim(name=f"10 m rasters of {count:,} records", value=mine.cpu_s, unit="s", goal="under 90 s", peer="rasterio",
              peer_value=count / other, ratio=rate / other, peak_mib=peak, cpu_s=mine.cpu_s, note=note,
              holds=None if asked.quick else mine.cpu_s < 90),
        Claim(name="memory of it", value=peak, unit="MiB", goal="under 2,048 MiB", peak_mib=peak,
              holds=None if asked.quick else peak < 2048),
    ], as_json=asked.json)  # fmt: skip


if __name__ == "__main__":
    main()
