"""How is the code of this room compiled before anybody asks a question?

Compiling takes about 100 seconds of processor time, once for each version:

    python -m whitestone.minefields.compiled      # do it now, so that no question has to wait for it
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from whitestone.minefields.kernels import cache_folder

__all__ = ["compile_ahead"]

_LEG = {"unit": "degrees", "north": "true", "distance": 9, "distance_unit": "m"}
_SHEET = {
    "id": "1",
    "crs": {"epsg": 4326, "operation": None, "basis": "stated"},
    "reference_points": [{"no": "R", "x": 0.0, "y": 0.0}],
    "legs": [
        {"from": start, "to": end, "bearing": bearing, **_LEG}
        for start, end, bearing in (("R", "A", 0), ("A", "B", 90), ("B", "C", 9))
    ],
    "perimeter": ["A", "B", "C"],
    "quantities": {"x": 9},
}
"""The smallest sheet that can be placed; invented."""


def compile_ahead() -> Path:
    """Compile all kernels by explaining one find with one sheet; return where they are kept.

    >>> compile_ahead().is_dir()
    True
    """
    from whitestone.minefields.assessing import assess
    from whitestone.minefields.joint import Effort
    from whitestone.minefields.outlines import field_raster
    from whitestone.minefields.sheets import read_sheets

    ground = {"type": "Polygon", "coordinates": [[[0, 0], [0.001, 0], [0.001, 0.001], [0, 0.001], [0, 0]]]}
    batch = read_sheets(
        {
            "records": [_SHEET],
            "finds": [{"id": "1", "lon": 0.0, "lat": 0.0, "type": "x"}],
            "searched": [{"id": "1", "p_detect": 0.9, "geometry": ground}],
        }
    )
    assess(batch, seed=1, effort=Effort(chains=1, burn=1, draws=1), threads=1)
    field_raster(np.zeros((1, 5)), np.ones(1), np.zeros((3, 2)), 0.0, 0.0, 10.0, 1, 1)
    return cache_folder()


if __name__ == "__main__":
    compile_ahead()
