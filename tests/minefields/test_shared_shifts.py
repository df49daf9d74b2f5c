"""Do sheets of one district, or of one unit, teach each other how far they are off together?"""

from __future__ import annotations

import numpy as np
import pytest
from tests.minefields.test_joint import SHORT, box, degrees, detail, sheet

from whitestone.minefields.assessing import assess, report
from whitestone.minefields.error_model import ErrorModel
from whitestone.minefields.shared_shifts import shared_by
from whitestone.minefields.sheet_parts import Sheet
from whitestone.minefields.sheets import read_sheets

MODEL = ErrorModel(landmark_m=5.0, landmark_gross_share=0.02, datum_m=15.0, unit_shift_m=15.0)
OFF = {"North": (24.0, 0.0), "South": (-6.0, -18.0)}
"""How far fields lie from where the sheets of a district (or of a unit) say, metres."""


def told(by: str, seed: int = 1) -> dict[str, object]:
    """Assess six sheets of each group: five with twenty finds, one of which nobody searched anything."""
    rng = np.random.default_rng(seed)
    records, finds, searched = [], [], []
    for row, (group, off) in enumerate(OFF.items()):
        for number in range(6):
            east, north = 1500.0 * number, 6000.0 * row
            records.append({**sheet(f"{group}-{number}", east, north), by: group})
            if number == 5:
                continue
            here = np.array([east + off[0], north + off[1] + 50.0]) + rng.normal(0.0, 3.0, 2)
            for find, (u, v) in enumerate(rng.uniform(0.0, 1.0, (20, 2))):
                lon, lat = degrees(here[0] + 200.0 * u, here[1] + 50.0 * v)
                finds.append({"id": f"{group}-{number}-{find}", "lon": lon, "lat": lat, "type": "PMN-2"})
            ground = box(east - 150.0, north - 150.0, east + 400.0, north + 300.0)
            searched.append({"id": f"{group}-{number}", "p_detect": 0.99, "geometry": ground})
    held = {"records": records, "finds": finds, "searched": searched}
    return report(assess(read_sheets(held), seed=seed, model=MODEL, effort=SHORT))


@pytest.mark.parametrize(("by", "of"), [("district", "district"), ("unit_as_written", "unit")])
def test_a_sheet_that_nobody_searched_moves_as_others_of_its_group(by: str, of: str) -> None:
    held = told(by)
    middle = {}
    for row, (group, off) in enumerate(OFF.items()):
        lon, lat = detail(held, f"{group}-5")["centroid"]
        at = degrees(7500.0 + 100.0, 6000.0 * row + 75.0)
        one = np.subtract(degrees(1.0, 1.0), degrees(0.0, 0.0))
        middle[group] = np.subtract((lon, lat), at) / one
        assert np.hypot(*(middle[group] - off)) < 7.0, group
    shifts = {(each["of"], each["name"]): each for each in held["error_model"]["shared_shifts"]}
    assert set(shifts) == {("batch", None), (of, "North"), (of, "South")}
    north, south = shifts[of, "North"], shifts[of, "South"]
    assert north["sheets"] == 6
    assert north["matched_records"] == 5
    assert north["clear"]
    for axis, side in enumerate(("east_m", "north_m")):
        apart = north[side]["value"] - south[side]["value"]
        assert abs(apart - (OFF["North"][axis] - OFF["South"][axis])) < 10.0
        assert north[side]["low"] < north[side]["value"] < north[side]["high"]


def test_names_differ_in_case_and_spaces_and_groups_of_few_or_of_all_are_none() -> None:
    sheets = [Sheet(id=str(at), key=str(at), district=name, unit_as_written="7") for at, name in
              enumerate(["North  side", "north side", "NORTH SIDE", "South", "South", None])]  # fmt: skip
    shared = shared_by(sheets, ErrorModel(datum_m=3.0, unit_shift_m=9.0))
    assert shared.names == (("batch", None), ("district", "North  side"))
    assert shared.group.tolist() == [[0, 1, -1]] * 3 + [[0, -1, -1]] * 3
    assert shared.spread_m.tolist() == [3.0, 3.0]
    units = [Sheet(id=str(at), key=str(at), unit_as_written="7" if at < 3 else "8") for at in range(5)]
    assert shared_by(units, ErrorModel(unit_shift_m=9.0)).spread_m.tolist() == [4.0, 9.0]
