"""Does the dating page show each result with what it turns on, name nobody, and fit a telephone?"""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from web_district import wait_ready

from whitestone.domain.revision import Act, Draft
from whitestone.geodesy.areas import Plane
from whitestone.programme.opening import Programme, init_programme

PLANE = Plane(18.0, 44.0)
ASK = "/dating?after=2020-11-10&on=2023-12-31"
READ = {"mark_reading_1": "3-21", "mark_reader_1": "r1", "mark_legibility_1": "legible", "mark_reading_2": "3-21",
        "mark_reader_2": "r2", "mark_legibility_2": "legible", "made_from": "2021", "mark_photographs": ["IMG-7"],
        "custody": "unbroken"}  # fmt: skip


def _drafts() -> Iterator[Draft]:
    def draft(kind: str, number: int, shape: Any, on: str | None, **body: Any) -> Draft:
        drawn = bytes(shapely.to_wkb(PLANE.unproject([shape])[0]))
        return Draft(kind=kind, record_id=uuid.UUID(int=number), body=body, geometry=drawn, information_date=on)

    yield draft("place", 1, shapely.box(-5000, -5000, 5000, 5000), None, name="Upper <b>Valley</b>", admin_level=2)
    yield draft("release", 2, shapely.box(0, 0, 700, 700), "2021-06-20", outcome="cleared", completed_on="2021-06-20")
    for at in range(4):
        day = f"2022-0{at + 1}-10"
        body = {"local_id": f"I-{at}", "found_on": day, "geo_accuracy_m": 3.0, **(READ if at == 2 else {})}
        yield draft("item", 10 + at, shapely.Point(60 + 160 * at, 90), day, **body)
    yield draft("accident", 20, shapely.Point(-3000, 2000), "2022-07-01", local_id="A-1", occurred_on="2022-07-01")


@pytest.fixture
def dated(tmp_path: Path) -> Iterator[Programme]:
    settings = {"equal_area_lon": 18.0, "equal_area_lat": 44.0, "simulated": True}
    with init_programme(str(tmp_path / "p"), name="P", who="anna", settings=settings) as programme:
        programme.journal.append(Act(author="anna"), list(_drafts()))
        yield programme


@pytest.fixture
def desk_here(dated: Programme, desk: Any) -> Iterator[Any]:
    """Show that programme, and afterwards the district again."""
    from whitestone.web.desk import Desk, install

    here = Desk(dated)
    install(here)
    yield here
    here.close()
    install(desk)


@pytest.fixture
def ask(desk_here: Any) -> Any:
    from django.test import Client

    return Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_the_table_shows_results_with_their_sensitivity_and_what_stays_open(ask: Any) -> None:
    answer = wait_ready(ask, ASK)
    page = text(answer)
    assert answer.status_code == 200
    assert "1 of 1 later; p 0.01" in page
    assert "at 1 % misread" in page
    assert "25 at 2 %" in page
    assert "missed expected" in page
    assert "Bayes factor" in page
    for words in ("missed when the ground was cleared", "polygon that lies in the wrong place", "moved by water"):
        assert words in page
    assert "Plan of looks" in page
    assert "Power" in page
    assert "<b>Valley" not in answer.content.decode()


def test_the_page_names_nobody_and_calls_nothing_safe(ask: Any) -> None:
    page = text(wait_ready(ask, ASK))
    assert "Nothing here says who laid anything" in page
    assert not re.search(r"\b(laid|planted|emplaced|placed) by\b|\bresponsib|\bsafe\b", page, re.I)


def test_a_month_and_a_district_narrow_the_page_and_the_map(ask: Any) -> None:
    whole = wait_ready(ask, "/dating/finds.json?after=2020-11-10&on=2023-12-31").json()
    (valley,) = [each for each in whole["features"] if "district" in each["properties"]]
    points = [each["properties"] for each in whole["features"] if "rung" in each["properties"]]
    assert valley["geometry"]["type"] == "Polygon"
    assert valley["properties"]["alarm"]
    assert len(points) == 5
    assert {each["rung"] for each in points} >= {"A", "C", "E"}
    part = ask.get("/dating/finds.json?after=2020-11-10&on=2023-12-31&month=2022-03").json()
    assert [each["properties"].get("name") for each in part["features"]] == [None, "I-2"]
    early = ask.get("/dating/finds.json?after=2020-11-10&on=2023-12-31&month=2022-01").json()
    assert not early["features"][0]["properties"]["alarm"]
    page = text(wait_ready(ask, f"{ASK}&month=2022-03"))
    assert "1 of 1 finds" in page


def test_finds_without_a_position_make_no_map_and_no_box(ask: Any) -> None:
    answer = wait_ready(ask, "/dating/finds.json?after=2020-11-10&on=2023-12-31&month=1999-01").json()
    assert answer == {"type": "FeatureCollection", "features": [], "bbox": None}


def test_without_a_day_the_page_asks_for_one_and_wrong_ones_are_told(ask: Any) -> None:
    assert "Which day is D?" in text(ask.get("/dating"))
    assert wait_ready(ask, "/dating?after=soon").status_code == 422
    assert wait_ready(ask, "/dating?after=2020-11-10&level=x").status_code == 422
    assert wait_ready(ask, "/dating?after=2020-11-10&level=7").status_code == 422


@pytest.fixture
def served(desk_here: Any) -> Iterator[str]:
    """Serve it on a free port of loopback."""
    import os

    from whitestone.errors import MissingService
    from whitestone.web.serving import make_server

    try:
        server = make_server(desk_here, 0)
    except MissingService as error:
        if os.environ.get("WHITESTONE_REQUIRE") == "1":
            raise
        pytest.skip(str(error))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_in_a_browser_the_map_draws_and_nothing_sticks_out(served: str, chromium: Any, width: int) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 800})
    foreign: list[str] = []
    faults: list[str] = []
    own = (served, "blob:", "data:")
    page.on("request", lambda asked: None if asked.url.startswith(own) else foreign.append(asked.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    try:
        page.goto(f"{served}{ASK}")
        page.wait_for_selector("#dating-map[data-drawn]", timeout=60_000)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
        until = page.locator("#dating-until")
        assert until.locator("output").all_inner_texts() == ["2023-12", "5"]
        slider = until.locator("input")
        slider.evaluate("(it, at) => { it.value = at; it.dispatchEvent(new Event('input')); }", 15)
        assert until.locator("output").all_inner_texts() == ["2022-02", "2"]
        assert foreign == []
        assert faults == []
    finally:
        page.close()
