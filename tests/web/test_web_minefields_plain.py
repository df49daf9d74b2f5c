"""Is the shape of a sheet that lies nowhere yet drawn while it is typed, and said to have no place?"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from whitestone.minefields.sheets import read_sheets
from whitestone.minefields.traverse import lay_out
from whitestone.web.views.minefields_plain import HEIGHT, MOST_NAMES, WIDTH, PlainGround, plain_ground
from whitestone.web.writing import TOKEN

WAYS = (("R1", "T1", "15-00", 300), ("T1", "T2", "0-00", 100), ("T2", "T3", "15-00", 200), ("T3", "T4", "30-00", 100),
        ("T4", "T1", "45-00", 190))  # fmt: skip


def sheet(**more: Any) -> dict[str, Any]:
    """Make a sheet of legs and perimeter whose landmark is not resolved."""
    legs = [{"from": start, "to": end, "bearing": bearing, "distance": distance, "unit": "mil6000", "north": "magnetic"}
            for start, end, bearing, distance in WAYS]  # fmt: skip
    return {"id": "A-17", "reference_points": [{"no": "R1", "description": "bridge"}], "legs": legs,
            "perimeter": ["T1", "T2", "T3", "T4"], "rows": [{"no": 1, "from": "T1", "to": "T2"}], **more}  # fmt: skip


def grounds(given: dict[str, Any]) -> list[PlainGround]:
    """Draw one sheet of the published format; nothing where it has no shape."""
    (read,) = read_sheets([given]).records
    return [ground for ground in [plain_ground(read, lay_out(read))] if ground]


def checked(client: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Ask as the form asks while somebody types."""
    answer = client.post("/minefields/check", json.dumps(given), content_type="application/json",
                         HTTP_X_WHITESTONE_TOKEN=TOKEN)  # fmt: skip
    assert answer.status_code == 200
    return dict(answer.json())


def test_a_sheet_without_coordinates_draws_its_shape_and_says_that_it_has_no_place(client: Any) -> None:
    told = checked(client, sheet())
    for words in ("No place on the map yet", "found again on the map", "revision", "<polygon", "100 m", ">R1</text>",
                  "Up is the north of the compass", "misses T1 by 10.0 m after 590 m, 1:59"):  # fmt: skip
        assert words in told["plain"], words
    assert told["drawn"] == {"features": [], "bbox": None}
    assert told["facts"]["Points reached"] == "5 / 5"


def test_a_sheet_with_a_place_is_drawn_on_the_map_alone(client: Any) -> None:
    placed = [{"no": "R1", "x": 46.93, "y": 39.99}]
    told = checked(client, sheet(reference_points=placed, crs={"epsg": 4326, "basis": "stated"}))
    assert (told["plain"], bool(told["drawn"]["features"])) == ("", True)
    # An easting whose zone is lost is no place: nothing is guessed, the shape is shown.
    assert "<svg" in checked(client, sheet(reference_points=[{"no": "R1", "x": 664842, "y": 4430282}]))["plain"]


def test_the_drawing_keeps_the_shape_north_up_and_its_scale() -> None:
    (ground,) = grounds(sheet())
    at = {each.name: (float(each.x), float(each.y)) for each in ground.stations}
    assert at["T2"][1] < at["T1"][1]  # north is up
    assert at["R1"] == tuple(map(float, ground.origin))
    metres = (at["T1"][0] - at["R1"][0]) / 300
    assert (at["T1"][1] - at["T2"][1]) / metres == pytest.approx(100, abs=0.5)
    assert float(ground.bar_width) / metres == pytest.approx(int(re.sub(r"\D", "", ground.bar_label)), abs=0.5)
    assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in at.values())
    # What does not close is drawn as it is walked, with the gap: T4 to T1 ends 10 m short of T1.
    roles = [role for role, _ in ground.lines]
    assert (roles.count("leg"), roles.count("row"), roles.count("gap")) == (5, 1, 1)
    ends = dict(ground.lines)["gap"]
    assert (float(ends[0]) - float(ends[2])) / metres == pytest.approx(10, abs=0.5)


@pytest.mark.parametrize("given", [
    {"legs": []}, {"legs": [{"from": "R1", "to": "T1", "bearing": "0-00", "distance": 0}]},
    {"legs": [{"from": "R1", "to": "T1"}], "perimeter": []}, {"legs": [None, "torn"], "reference_points": []},
    {"legs": [{"from": "R1", "to": "T1", "bearing": 10, "distance": 1e9}]},
])  # fmt: skip
def test_what_has_no_shape_draws_none(given: dict[str, Any]) -> None:
    assert grounds({**sheet(), **given}) == []


def test_stations_that_nothing_reaches_and_a_north_that_differs_are_said() -> None:
    legs = [*sheet()["legs"], {"from": "X1", "to": "X2", "bearing": 0, "distance": 5, "north": "grid"}]
    (ground,) = grounds(sheet(legs=legs))
    assert any("not drawn: 2 of 7" in each for each in ground.says)
    assert any("They differ" in each for each in ground.says)
    many = [{"from": f"P{at}", "to": f"P{at + 1}", "bearing": at * 5, "distance": 20} for at in range(MOST_NAMES + 5)]
    (ground,) = grounds(sheet(legs=many, perimeter=[], rows=[], reference_points=[{"no": "P0"}]))
    assert [each.name for each in ground.stations if each.name] == ["P0"]
    assert any("does not say which" in each for each in ground.says)


def test_names_of_stations_cannot_break_the_page(client: Any) -> None:
    legs = [{**each, "to": "<script>" if each["to"] == "T2" else each["to"]} for each in sheet()["legs"]]
    told = checked(client, sheet(legs=legs, perimeter=[]))
    assert "<script>" not in told["plain"]
    assert "&lt;script&gt;" in told["plain"]
