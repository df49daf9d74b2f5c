"""Are finds of a programme laid over the ground as it was known before each find, and booked to the right district?"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from whitestone.domain.revision import Act, Draft
from whitestone.errors import InvalidValue, UnreadableFile, WrongCall
from whitestone.geodesy.areas import Plane
from whitestone.programme.dating import assumptions_of, date_finds
from whitestone.programme.dating_file import CountRow, DatingFile, date_file, read_dating_file
from whitestone.programme.opening import Programme, init_programme

PLANE = Plane(46.0, 40.0)
MARK = {"mark_reading_1": "3-21", "mark_reader_1": "r1", "mark_legibility_1": "legible", "mark_reading_2": "3 - 21",
        "mark_reader_2": "r2", "mark_legibility_2": "legible", "made_from": "2021", "mark_photographs": ["IMG-7"],
        "custody": "unbroken"}  # fmt: skip


def wkb(shape: Any) -> bytes:
    return bytes(shapely.to_wkb(PLANE.unproject(np.array([shape], dtype=object))[0]))


def square(x: float, y: float, size: float) -> bytes:
    return wkb(shapely.box(x, y, x + size, y + size))


class Desk:
    """A programme with two districts side by side, 10 km each."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        province = self.say("place", {"name": "Province", "admin_level": 1}, square(0, 0, 20_000))
        self.east = self.say("place", {"name": "East", "admin_level": 2, "parent_id": str(province)},
                             square(10_000, 0, 10_000))  # fmt: skip
        self.west = self.say("place", {"name": "West", "admin_level": 2, "parent_id": str(province)},
                             square(0, 0, 10_000))  # fmt: skip

    def say(self, kind: str, body: dict[str, Any], shape: bytes | None = None, on: str | None = None) -> uuid.UUID:
        record_id = uuid.uuid4()
        draft = Draft(kind=kind, record_id=record_id, body=body, geometry=shape, information_date=on)
        self.programme.journal.append(Act(author="anna"), [draft])
        return record_id

    def find(self, name: str, x: float, y: float, day: str, **body: Any) -> None:
        said = {"local_id": name, "found_on": day, "geo_accuracy_m": 3.0, **body}
        self.say("item", said, wkb(shapely.Point(x, y)), day)

    def release(self, x: float, y: float, size: float, day: str, outcome: str = "cleared") -> None:
        self.say("release", {"outcome": outcome, "completed_on": day}, square(x, y, size), day)

    def table(self, on: str = "2023-12-31", **more: Any) -> dict[str, Any]:
        programme = self.programme
        return date_finds(programme, programme.clocks(on), assumptions_of(programme, "2020-11-10"), **more)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    settings = {"equal_area_lon": 46.0, "equal_area_lat": 40.0}
    with init_programme(str(tmp_path / "p"), name="P", who="anna", settings=settings) as programme:
        yield Desk(programme)


def rungs(answer: dict[str, Any]) -> dict[str, str]:
    return {row["name"]: row["rung"] for row in answer["finds"]}


def test_each_find_stands_on_its_rung_by_the_ground_as_it_was_before_it(desk: Desk) -> None:
    desk.release(1000, 1000, 500, "2021-06-20")
    desk.release(5000, 5000, 500, "2019-06-20")
    open_area = {"classification": "sha", "status": "open"}
    desk.say("hazard", {"local_id": "H-1", **open_area}, square(8000, 8000, 400), "2018-01-01")
    desk.say("hazard", {"local_id": "H-2", **open_area}, square(3000, 8000, 400), "2023-01-01")
    desk.say("release", {"outcome": "cleared"}, square(6000, 1000, 500))
    desk.find("undated release", 6100, 1100, "2022-03-04")
    desk.find("A", 1100, 1100, "2022-03-04", **MARK)
    desk.find("B", 2500, 2500, "2022-03-04", **MARK)
    desk.find("old release", 5100, 5100, "2022-03-04")
    desk.find("in hazard", 8100, 8100, "2022-03-04")
    desk.find("hazard came later", 3100, 8100, "2022-03-04")
    desk.find("before its release", 1400, 1400, "2021-06-01")
    desk.say("accident", {"local_id": "E", "occurred_on": "2022-05-01"}, wkb(shapely.Point(9000, 1000)), "2022-05-01")
    assert rungs(desk.table()) == {
        "A": "A", "B": "B", "old release": "none", "in hazard": "none", "hazard came later": "D",
        "before its release": "D", "E": "E", "undated release": "none",
    }  # fmt: skip


def test_several_finds_in_little_released_land_reach_c_and_in_much_land_do_not(desk: Desk) -> None:
    desk.release(1000, 1000, 500, "2021-06-20")
    for at in range(3):
        desk.find(f"F-{at}", 1050 + 150 * at, 1100, f"2022-0{at + 1}-04")
    few = desk.table()
    assert set(rungs(few).values()) == {"C"}
    assert few["districts"][0]["district"] == "West"
    desk.release(2000, 2000, 4000, "2021-06-20")
    assert set(rungs(desk.table()).values()) == {"none"}


def test_a_square_metre_released_twice_since_d_counts_once(desk: Desk) -> None:
    desk.release(1000, 1000, 1000, "2021-06-20")
    once = desk.table()["districts"]
    desk.release(1000, 1000, 1000, "2021-06-25", "reduced")
    twice = desk.table()["districts"]
    expected = [each[0]["at_last_look"]["released"]["expected"] for each in (once, twice)]
    assert expected[0] == pytest.approx(31 * 0.5 / 12, rel=1e-6)
    assert expected[1] == pytest.approx(expected[0], rel=1e-9)


def test_a_find_is_booked_to_its_assigned_place_else_to_where_it_lies(desk: Desk) -> None:
    desk.find("lies west", 1100, 1100, "2022-03-04")
    desk.find("assigned east", 1900, 1100, "2022-03-04", place_id=str(desk.east))
    desk.find("nowhere", 90_000, 1100, "2022-03-04", place_name="as written")
    booked = {row["name"]: row["district"] for row in desk.table()["finds"]}
    assert booked == {"lies west": "West", "assigned east": "East", "nowhere": "as written"}
    assert {row["district"] for row in desk.table(level=1)["finds"]} == {"Province", "as written"}
    with pytest.raises(InvalidValue):
        desk.table(level=7)


def test_both_clocks_cut_the_table(desk: Desk) -> None:
    desk.find("F-1", 1100, 1100, "2022-03-04")
    assert desk.table("2021-12-31")["finds"] == []
    assert len(desk.table("2022-03-31")["finds"]) == 1
    asked = desk.programme.clocks("2023", "2001-01-01")
    assert date_finds(desk.programme, asked, assumptions_of(desk.programme, "2020-11-10"))["finds"] == []


def test_settings_are_the_assumptions_unless_others_are_given(desk: Desk) -> None:
    with pytest.raises(WrongCall, match="day D"):
        assumptions_of(desk.programme)
    desk.programme.set({"dating_after": "2020-11-10", "dating_misreading_rate": 0.03}, reason="double readings counted")
    assert assumptions_of(desk.programme).misreading_rate == 0.03
    assert assumptions_of(desk.programme, "2021", misreading_rate=0.2).misreading_rate == 0.2
    assert assumptions_of(desk.programme, "2021").after == dt.date(2021, 12, 31)
    for wrong in ({"alpha": 1.0}, {"missed_per_km2_year": 0.0}):
        with pytest.raises(InvalidValue):
            assumptions_of(desk.programme, **wrong)
    with pytest.raises(InvalidValue):
        desk.programme.set({"dating_after": "last winter"}, reason="no day")


def test_the_table_knows_no_party_whoever_reported_what(tmp_path: Path) -> None:
    """Names of parties, operators and authors swapped: the same table, and none of the names in it."""
    told = []
    for number, (one, two) in enumerate((("Party North", "Party South"), ("Party South", "Party North"))):
        settings = {"equal_area_lon": 46.0, "equal_area_lat": 40.0}
        with init_programme(str(tmp_path / str(number)), name="P", who=one, settings=settings) as programme:
            here = Desk(programme)
            here.say("release", {"outcome": "cleared", "completed_on": "2021-06-20", "organisation_name": one},
                     square(1000, 1000, 500), "2021-06-20")  # fmt: skip
            here.find("F-1", 1100, 1100, "2022-03-04", organisation_name=two, remarks=f"laid by {one}", **MARK)
            answer = here.table()
        said = json.dumps(answer)
        assert "Party" not in said
        assert "laid by" not in said
        for row in answer["finds"]:
            row["id"] = row["event"] = ""
        told.append(answer)
    assert told[0] == told[1]


def test_an_empty_programme_has_an_empty_table_with_its_assumptions(desk: Desk) -> None:
    answer = desk.table()
    assert answer["finds"] == answer["rows"] == []
    assert answer["assumptions"]


def test_a_file_of_finds_gives_the_table_of_the_same_finds_in_a_programme(desk: Desk, tmp_path: Path) -> None:
    desk.release(1000, 1000, 500, "2021-06-20")
    for at in range(3):
        desk.find(f"F-{at}", 1050 + 150 * at, 1100, f"2022-0{at + 1}-04", **(MARK if at == 1 else {}))
    ours = desk.table()
    rows = [{"id": row["name"], "found_on": row["found_on"], "district": row["district"], "lon": row["lon"],
             "lat": row["lat"], "released": row["released"], "released_on": row["released_on"]}
            for row in ours["finds"]]  # fmt: skip
    read = {"first": {"text": "3-21", "reader": "r1", "legibility": "legible"},
            "second": {"text": "3-21", "reader": "r2", "legibility": "legible"},
            "made_from": "2021", "photographed": True, "custody": "unbroken"}  # fmt: skip
    rows[1]["mark"] = read
    path = tmp_path / "finds.json"
    path.write_text(json.dumps({"after": "2020-11-10", "until": "2023-12-31", "finds": rows,
                                "released": [{"district": "West", "month": "2021-06", "km2": 0.25}]}))  # fmt: skip
    theirs = date_file(read_dating_file(str(path)))
    told = [[{**row["at_last_look"], "rungs": row["rungs"]} for row in each["districts"]] for each in (ours, theirs)]
    assert told[0][0]["e"] == pytest.approx(told[1][0]["e"], rel=1e-6)
    assert told[0][0]["rungs"] == told[1][0]["rungs"]


def test_counts_of_ten_thousand_districts_are_dated_and_raise_few_false_alarms() -> None:
    rng = np.random.default_rng(8)
    rows = []
    for district in range(10_000):
        for month in range(1, 13):
            read = int(rng.poisson(0.5))
            rows.append(CountRow(district=f"{district:05d}", month=f"2022-{month:02d}", read=read,
                                 later=int(rng.binomial(read, 0.01)), found=int(rng.poisson(0.03)), expected=0.03))
    answer = date_file(DatingFile(after="2021-12-31", counts=rows))
    alarms = [row for row in answer["districts"] if row["alarm_in"]]
    assert len(answer["districts"]) == 10_000
    assert len(alarms) <= 500
    assert not any(row["listed_in"] for row in answer["districts"])


def test_files_that_cannot_be_dated_say_why(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    for text in ("", "[]", '{"finds": [{"id": 1}]}', '{"finds": [{"id": "a"}, {"id": "a"}]}', '{"unknown": 1}'):
        path.write_text(text)
        with pytest.raises(UnreadableFile):
            read_dating_file(str(path))
    for wrong in (DatingFile(), DatingFile(after="2020", counts=[CountRow(district="a", month="2021")]),
                  DatingFile(after="2020", counts=[CountRow(district="a", month="2021-01", read=1, later=2)]),
                  DatingFile(after="2020", counts=[CountRow(district="a", month="2021-01", found=1)])):  # fmt: skip
        with pytest.raises(InvalidValue):
            date_file(wrong)
