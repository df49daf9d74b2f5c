"""Does the reading of sheets agree with a computation that shares no code with it?"""

from __future__ import annotations

import numpy as np
import pyproj
import pytest

from whitestone.minefields import traverse
from whitestone.minefields.sheets import read_sheets
from whitestone.minefields.simulator.drawing import drawn_as_written
from whitestone.minefields.simulator.making import simulate
from whitestone.minefields.simulator.plane import Plane
from whitestone.minefields.simulator.regimes import REGIMES


@pytest.mark.parametrize("seed", [1, 2])
def test_corners_agree_within_a_tenth_of_a_metre_per_kilometre(seed: int) -> None:
    """Every corner of every sheet whose north, unit and reference system are stated; true north to the micrometre."""
    geod, plane = pyproj.Geod(ellps="WGS84"), Plane(46.93, 39.99)
    batch, _ = simulate(seed, REGIMES["orderly"], fields=150)
    read = traverse.lay_out_many([(sheet, traverse.Hypothesis()) for sheet in read_sheets(batch).records])
    compared = 0
    for sheet, laid, drawn in zip(batch["records"], read, drawn_as_written(batch["records"], plane), strict=True):
        said = {sheet["legs"][0]["north"], sheet["legs"][0]["unit"]}
        if drawn is None or sheet["crs"]["epsg"] is None or "unknown" in said:
            continue
        ring, there = laid.ring_lonlat, plane.lonlat(drawn)
        *_, off = geod.inv(ring[:, 0], ring[:, 1], there[:, 0], there[:, 1])
        way_km = sum(float(leg["distance"]) for leg in sheet["legs"]) / 1000
        assert np.max(off) <= 0.1 * way_km, sheet["id"]
        if sheet["legs"][0]["north"] == "true":
            assert np.max(off) < 1e-5, sheet["id"]
        compared += 1
    assert compared > 80
