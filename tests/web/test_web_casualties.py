"""Does the page of casualties show figures that open rows, and nothing that could identify a person?"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely

from whitestone.domain.revision import Act, Draft
from whitestone.programme.opening import Programme, init_programme

SPOT = (46.123456, 39.987654)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programme]:
    """Make a programme with eight men killed at one spot, a girl injured elsewhere, and an accident that states two."""
    with init_programme(str(tmp_path_factory.mktemp("people") / "p"), name="People", who="t") as programme:
        at = shapely.to_wkb(shapely.Point(*SPOT))
        man = {"outcome": "killed", "sex": "male", "age_years": 30, "person_status": "civilian",
               "occurred_on": "2020-01-05", "activity_at_time": "farming", "device_category": "ap_mine"}
        girl = {"outcome": "injured", "sex": "female", "age_years": 9, "occurred_on": "2021", "place_name": "<b>x</b>"}
        drafts = [Draft(kind="casualty", record_id=uuid.uuid4(), body=man, geometry=at,
                        sealed={"person_name": "CANARY NAME", "home": "CANARY HOME"}) for _ in range(8)]
        drafts += [Draft(kind="casualty", record_id=uuid.uuid4(), body=girl),
                   Draft(kind="accident", record_id=uuid.uuid4(), body={"injured": 2, "occurred_on": "2020-03-01"})]
        programme.journal.append(Act(author="t"), drafts)
        yield programme


@pytest.fixture
def ask(people: Programme, desk: Any) -> Iterator[Any]:
    """Ask for pages of that programme."""
    from django.test import Client

    from whitestone.web.desk import Desk, install

    own = Desk(people)
    install(own)
    yield Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)
    own.close()
    install(desk)


def text(page: str) -> str:
    """Take the markup and scripts out of a page."""
    return " ".join(re.sub(r"<script.*?</script>|<[^>]+>", " ", page, flags=re.DOTALL).split())


def test_the_page_says_totals_denominators_and_unknowns_under_both_clocks(ask: Any) -> None:
    page = ask.get("/casualties?on=2025-12-31").content.decode()
    said = text(page)
    assert "Casualties 11 Killed 8 Injured 3 Outcome unknown 0" in said
    assert "2 of them are stated by accidents, with no person recorded" in said
    assert "Per cent of 9 known; 2 unknown." in said
    assert 'value="2025-12-31"' in page
    assert "victim" not in page.lower()


def test_a_bar_narrows_everything_and_each_figure_opens_its_rows(ask: Any) -> None:
    page = ask.get("/casualties").content.decode()
    assert "/casualties?f.sex_age=girl" in page
    narrowed = text(ask.get("/casualties?f.sex_age=girl").content.decode())
    assert "Casualties 1 Killed 0 Injured 1" in narrowed
    rows = text(ask.get("/casualties/rows?f.sex_age=girl").content.decode())
    assert "1 casualties in 1 rows" in rows
    assert "2021, month unknown" in rows


def test_charts_hold_the_figures_of_the_tables_and_lead_on(ask: Any) -> None:
    page = ask.get("/casualties").content.decode()
    spec = json.loads(re.search(r'id="spec-status">(.*?)</script>', page)[1])  # type: ignore[index]
    civil = [each for each in spec["data"]["values"] if each["label"] == "Civilian"]
    assert [(each["outcome"], each["persons"]) for each in civil] == [("killed", 8)]
    assert civil[0]["href"].endswith("f.status=civilian")


@pytest.mark.parametrize("path", ["/casualties", "/casualties/rows", "/casualties/cells.json", "/records/casualty"])
def test_no_name_no_home_no_exact_position_and_no_record_id_reaches_a_page(
    ask: Any, people: Programme, path: str
) -> None:
    page = ask.get(path).content.decode()
    assert "CANARY" not in page
    assert not any(str(part)[:6] in page for part in SPOT)
    assert not any(str(state.record_id) in page for state in people.journal.states("casualty"))
    assert "<b>x</b>" not in page


def test_the_map_has_squares_only_and_says_how_many_have_no_position(ask: Any) -> None:
    found = ask.get("/casualties/cells.json").json()
    assert [each["geometry"]["coordinates"] for each in found["features"]] == [[46.125, 39.875]]
    assert found["features"][0]["properties"]["casualties"] == 8
    assert "3 casualties have no position" in text(ask.get("/casualties").content.decode())
    square = text(ask.get("/casualties?f.cell=39.875,46.125").content.decode())
    assert "Casualties 8" in square


@pytest.mark.parametrize("query", ["f.sex_age=nobody", "f.cell=1,1", "from=2031", "on=1999", "page=99", "page=x"])
def test_a_choice_that_holds_nobody_says_so_calmly(ask: Any, query: str) -> None:
    for path in ("/casualties", "/casualties/rows"):
        page = ask.get(f"{path}?{query}")
        assert page.status_code == 200
    assert "victim" not in page.content.decode().lower()


@pytest.mark.parametrize("query", ["from=yesterday", "level=x", "level=11", "on=2020-02-31"])
def test_what_is_no_date_and_no_level_is_refused(ask: Any, query: str) -> None:
    assert ask.get(f"/casualties?{query}").status_code == 422


def test_a_period_that_ends_before_it_begins_is_said_and_not_shown_as_nobody(ask: Any) -> None:
    for path in ("/casualties", "/casualties/rows", "/casualties/cells.json"):
        page = ask.get(f"{path}?from=2021&to=2020")
        assert page.status_code == 400
        assert "ends before it begins" in page.content.decode()


def test_who_is_of_a_year_that_is_not_over_is_told_of_as_in_tables(ask: Any) -> None:
    assert "1 casualties of a month or year that is not over yet" in text(ask.get("/casualties?on=2021-06-30"
                                                                                  ).content.decode())
    assert "not over yet" not in text(ask.get("/casualties?on=2022-06-30").content.decode())


def test_an_empty_programme_has_an_empty_page(tmp_path: Path, desk: Any) -> None:
    from django.test import Client

    from whitestone.web.desk import Desk, install

    with init_programme(str(tmp_path / "p"), name="Empty", who="t") as programme:
        own = Desk(programme)
        install(own)
        page = Client(SERVER_NAME="127.0.0.1").get("/casualties").content.decode()
        own.close()
        install(desk)
    assert "No casualty is recorded as of these dates" in page


def test_a_browser_draws_charts_and_map_fits_a_phone_and_narrows_by_a_click(
    chromium: Any, people: Programme, serve: Any, desk: Any
) -> None:
    from whitestone.web.desk import Desk, install

    own = Desk(people)
    install(own)
    complaints: list[str] = []
    with serve(own) as where:
        page = chromium.new_page(viewport={"width": 360, "height": 740})
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{where}/casualties")
        page.wait_for_selector(".chart svg", timeout=20_000)
        page.wait_for_selector("#casualties-map[data-drawn=yes]", timeout=20_000)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.get_by_role("link", name="Civilian", exact=True).click()
        page.wait_for_url("**/casualties?f.status=civilian")
        assert page.locator(".totals dd").first.inner_text() == "8"
        page.close()
    own.close()
    install(desk)
    assert complaints == []
