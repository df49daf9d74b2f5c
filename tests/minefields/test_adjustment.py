"""Is an adjusted traverse a version of its own that closes, and does it stay apart from the sheet?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whitestone.errors import Refused
from whitestone.minefields.adjustment import adjust
from whitestone.minefields.sheets import read_sheets
from whitestone.minefields.traverse import SheetGeometry, lay_out, to_lonlat


def laid(legs: list[tuple[str, str, float, float]], *more: dict[str, Any]) -> SheetGeometry:
    """Lay out legs of true degrees and metres from a point in WGS 84."""
    points = [{"no": "R1", "x": 46.93, "y": 39.99}, *more]
    named = [
        {"from": a, "to": b, "bearing": bearing, "unit": "degrees", "north": "true", "distance": metres}
        for a, b, bearing, metres in legs
    ]
    return lay_out(
        read_sheets([{"id": "A", "crs": {"epsg": 4326}, "reference_points": points, "legs": named}]).records[0]
    )


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 359), st.lists(st.tuples(st.floats(40, 400), st.floats(0.9, 1.1)), min_size=3, max_size=6))
def test_each_leg_of_a_loop_takes_the_share_of_its_length(lead: float, sides: list[tuple[float, float]]) -> None:
    """Walked again with the corrections, the loop closes; the lead-in and its stations stay where they are."""
    turn = 360 / len(sides)
    legs = [("R1", "S0", lead, 150.0)]
    legs += [
        (f"S{k}", f"S{(k + 1) % len(sides)}", (lead + turn * k) % 360, side * error)
        for k, (side, error) in enumerate(sides)
    ]
    made = laid(legs)
    version = adjust(made)
    total = sum(leg[3] for leg in legs[1:])
    assert version.moved_m[made.stations.index("R1")] == 0
    assert version.moved_m[made.stations.index("S0")] == 0
    walked = 0.0
    for k, leg in enumerate(legs[1:-1], 1):
        walked += leg[3]
        at = made.stations.index(f"S{k}")
        assert version.moved_m[at] == pytest.approx(version.misclosure_m * walked / total, abs=1e-6)
    # What the last leg takes is the rest: the corrections add up to the misclosure.
    last = made.stations.index(f"S{len(sides) - 1}")
    rest = version.misclosure_m * legs[-1][3] / total
    assert version.moved_m[last] + rest == pytest.approx(version.misclosure_m, abs=1e-6)
    assert "not as written" in version.label


def test_the_way_to_a_second_reference_point_ends_on_it() -> None:
    lon, lat = to_lonlat([510.0], [12.0], (46.93, 39.99))
    made = laid([("R1", "A", 90, 200), ("A", "R2", 90, 300)], {"no": "R2", "x": float(lon[0]), "y": float(lat[0])})
    version = adjust(made)
    at = made.stations.index("R2")
    assert (version.east_m[at], version.north_m[at]) == (pytest.approx(510, abs=0.01), pytest.approx(12, abs=0.01))
    share = version.moved_m[made.stations.index("A")] / version.moved_m[at]
    assert share == pytest.approx(0.4, abs=1e-6)


def test_stations_off_the_loop_move_with_the_station_from_which_they_were_measured() -> None:
    made = laid(
        [("R1", "A", 0, 100), ("A", "B", 90, 100), ("B", "C", 180, 100), ("C", "R1", 270, 90), ("B", "D", 45, 50)]
    )
    version = adjust(made)
    b, d = made.stations.index("B"), made.stations.index("D")
    assert version.moved_m[d] == pytest.approx(version.moved_m[b])


def test_the_sheet_itself_is_not_touched() -> None:
    made = laid([("R1", "A", 0, 100), ("A", "B", 90, 100), ("B", "R1", 225, 130)])
    before = made.east_m.copy()
    adjust(made)
    assert np.array_equal(before, made.east_m)


def test_what_nothing_closes_is_not_adjusted() -> None:
    with pytest.raises(Refused, match="nothing is known of its error"):
        adjust(laid([("R1", "A", 0, 100)]))
