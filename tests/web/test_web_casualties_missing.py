"""Does the page of what is missing show figures with their doubt, refuse calmly, and name nobody?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.programme.importing_links import dataset_id
from whitestone.programme.opening import Programme, init_programme
from whitestone.programme.sameness import declare_same


def _point(lon: float) -> bytes:
    return bytes(shapely.to_wkb(shapely.Point(lon, 44.005)))


def _seed(programme: Programme) -> None:
    """Two lists that share seven persons, and three accidents about one hazard."""
    lists = []
    for name, count in (("police", 20), ("hospital <b>", 15)):
        home = dataset_id(programme.journal.programme_id, name)
        drafts = [Draft(kind="casualty", record_id=new_id(), body={
            "occurred_on": f"{2016 + n % 5}-0{n % 9 + 1}", "outcome": "injured"}) for n in range(count)]  # fmt: skip
        programme.journal.append(Act(author="anna"),
                                 [Draft(kind="dataset", record_id=home, body={"local_id": name})])  # fmt: skip
        programme.journal.append(Act(author="anna", dataset=home), drafts)
        lists.append([each.record_id for each in drafts])
    for one, other in zip(lists[0][:7], lists[1][:7], strict=True):
        declare_same(programme, one, other, reason="one person")
    field = bytes(shapely.to_wkb(shapely.box(18, 44, 18.01, 44.01)))
    hazard = Draft(kind="hazard", record_id=new_id(), body={"local_id": "H", "classification": "cha"}, geometry=field,
                   information_date="2015-01-01")  # fmt: skip
    accidents = [Draft(kind="accident", record_id=new_id(), geometry=_point(lon), body={
        "local_id": name, "occurred_on": "2019-05-01"}) for name, lon in (("A-in", 18.005), ("A-out", 18.3))]
    programme.journal.append(Act(author="anna"), [hazard, *accidents])


@pytest.fixture
def ask(tmp_path: Path, desk: Any) -> Iterator[Any]:
    """Show a programme of our own, and afterwards the district again."""
    from django.test import Client

    from whitestone.web.desk import Desk, install

    settings = {"equal_area_lon": 18.0, "equal_area_lat": 44.0}
    with init_programme(str(tmp_path / "p"), name="P", who="anna", settings=settings) as programme:
        _seed(programme)
        here = Desk(programme)
        install(here)
        yield Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)
        here.close()
        install(desk)


def shown(ask: Any, address: str) -> Any:
    """Ask until what is computed beside the page is there."""
    for _ in range(40):
        answer = ask.get(address)
        if answer.status_code != 202:
            return answer
    raise AssertionError("the page never came")


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_the_page_shows_trend_and_how_accidents_lie(ask: Any) -> None:
    answer = shown(ask, "/casualties/missing")
    told = text(answer)
    assert answer.status_code == 200
    assert "28 casualties" in told
    assert "A-out" in told
    assert "A-in" not in told.split("accidents in released land or outside")[1]
    assert "blank ground is not clear" in told
    chart = json.loads(re.search(r'id="chart-spec">(.*?)</script>', answer.content.decode(), re.DOTALL)[1])
    assert sum(row["casualties"] for row in chart["data"]["values"]) == 28


def test_an_estimate_comes_with_its_assumptions_and_when_not_to_use_it(ask: Any) -> None:
    answer = shown(ask, "/casualties/missing?lists=police,hospital <b>")
    told = text(answer)
    assert "Distinct persons in any of them: 28" in told
    assert "Do not use it for" in told
    assert "Assumptions" in told
    assert "hospital <b>" not in answer.content.decode()
    assert str((20 + 1) * (15 + 1) / (7 + 1) - 1)[:2] in told


def test_clusters_are_looked_for_when_asked(ask: Any) -> None:
    told = text(shown(ask, "/casualties/missing?by=month&clusters=1"))
    assert "Clusters in space and time" in told


def test_the_map_has_a_letter_for_how_each_accident_lies(ask: Any) -> None:
    shown(ask, "/casualties/missing")
    read = ask.get("/casualties/missing/accidents.json").json()
    assert {each["properties"]["lies"] for each in read["features"]} == {"H", "O"}
    assert read["bbox"][0] < 18.005 < 18.3 < read["bbox"][2]


@pytest.mark.parametrize("query", ["by=week", "lists=police", "lists=police,nobody", "on=soon"])
def test_what_is_not_understood_is_said_calmly(ask: Any, query: str) -> None:
    answer = shown(ask, f"/casualties/missing?{query}")
    assert answer.status_code in (400, 422)
    assert "Traceback" not in answer.content.decode()


def test_an_empty_programme_has_a_page(tmp_path: Path, ask: Any) -> None:
    from whitestone.web.desk import Desk, current, install

    before = current()
    with init_programme(str(tmp_path / "e"), name="E", who="anna") as empty:
        here = Desk(empty)
        install(here)
        told = text(shown(ask, "/casualties/missing?clusters=1"))
        here.close()
        install(before)
    assert "No dated casualty is recorded" in told
