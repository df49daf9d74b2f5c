"""Does every proof line open its records, both outlines on a map, and the command that accepts a proposal?"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from whitestone.domain.ids import new_id
from whitestone.domain.revision import Act, Draft
from whitestone.geodesy.areas import Plane
from whitestone.land.repairs import LINES
from whitestone.programme.opening import Programme, init_programme

PLANE = Plane(18.0, 44.0)


def planted(folder: Path) -> Programme:
    """Plant a suspected area with a confirmed one inside it, work past an edge, and a hazard without a place."""
    settings = {"equal_area_lon": 18.0, "equal_area_lat": 44.0, "simulated": True}
    programme = init_programme(str(folder), name="Planted", who="anna", settings=settings)

    def say(kind: str, body: dict[str, Any], day: str, *box: float) -> Any:
        shape = bytes(shapely.to_wkb(PLANE.unproject(np.array([shapely.box(*box)], dtype=object))[0])) if box else None
        record_id = new_id()
        draft = Draft(kind=kind, record_id=record_id, body=body, information_date=day, geometry=shape)
        programme.journal.append(Act(author="anna"), [draft])
        return record_id

    wide = {"local_id": "H-1", "classification": "sha", "status": "open", "organisation_name": "<b>Alpha</b>"}
    hazard = say("hazard", wide, "2015-01-01", 0, 0, 300, 200)
    inner = {"local_id": "H-2", "classification": "cha", "status": "open", "organisation_name": "Beta"}
    say("hazard", inner, "2017-01-01", 100, 50, 180, 120)
    say("hazard", {"local_id": "H-3", "classification": "sha"}, "2016-01-01")
    work = {"local_id": "R-1", "outcome": "cleared", "completed_on": "2016-06-01", "hazard_ids": [str(hazard)]}
    say("release", work, "2016-06-01", 250, 150, 315, 200)
    return programme


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, desk: Any) -> Iterator[Any]:
    """Install the planted programme for this module; afterwards the district is shown again."""
    from whitestone.web.desk import Desk, install

    with planted(tmp_path_factory.mktemp("planted") / "p") as programme:
        mine = Desk(programme)
        install(mine)
        yield mine
        mine.close()
        install(desk)


@pytest.fixture
def page(served: Any) -> Any:
    """Ask for a page until its figures are there."""
    from django.test import Client

    from whitestone.web.desk import install

    install(served)
    client = Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)

    def ask(path: str) -> Any:
        for _ in range(200):
            answer = client.get(path)
            if answer.status_code != 202:
                return answer
        raise AssertionError(f"{path} is never ready")

    return ask


def case_path(served: Any, line: str) -> str:
    from whitestone.programme.repairing import worklist

    (case,) = worklist(served.programme, served.programme.clocks()).cases(line)
    return f"/ledger/work/{line}/{case.case_id}"


def test_the_ledger_leads_to_the_work_list(page: Any) -> None:
    text = page("/ledger").content.decode()
    assert "/ledger/work/hazards_overlap_m2" in text
    assert "/ledger/work/outside_any_hazard_m2" in text
    overview = page("/ledger/work").content.decode()
    assert all(each.label in overview for each in LINES.values())
    assert "/ledger/work/hazards_overlap_m2" in page("/ledger/records?line=hazards_overlap_m2").content.decode()


def test_a_line_lists_its_records_by_whom_with_share_and_proposal(page: Any) -> None:
    text = page("/ledger/work/hazards_overlap_m2").content.decode()
    assert "H-1" in text
    assert "Beta" in text
    assert "&lt;b&gt;Alpha" in text
    assert "<b>Alpha" not in text
    assert "5\u202f600.00" in text
    assert "without the 5\u202f600.00 m² that H-2 holds" in text


@pytest.mark.parametrize("line", ["hazards_overlap_m2", "outside_any_hazard_m2"])
def test_a_case_shows_command_effect_and_outlines(page: Any, served: Any, line: str) -> None:
    path = case_path(served, line)
    text = ""
    for _ in range(100):
        text = page(path).content.decode()
        if "is being counted" not in text:
            break
    assert "whitestone repairs accept" in text
    assert "whitestone repairs leave" in text
    assert "If accepted" in text
    assert "Blank is not clear" in text
    shapes = page(path + ".json").json()
    assert [each["properties"]["role"] for each in shapes["features"]] == ["0", "1", "ground"]
    assert all(17.9 < side < 18.1 or 43.9 < side < 44.1 for side in shapes["bbox"])


def test_what_is_not_there_is_not_found(page: Any) -> None:
    assert page("/ledger/work/residual_m2").status_code == 404
    assert page("/ledger/work/hazards_overlap_m2/00000000-0000-0000-0000-000000000000").status_code == 404
    assert page("/ledger/work/closed_unproven_m2").status_code == 200


def test_the_clocks_hold_for_the_work_list(page: Any) -> None:
    text = page("/ledger/work/hazards_overlap_m2?on=2016-12-31").content.decode()
    assert "No case is open" in text


@pytest.fixture(scope="module")
def planted_address(served: Any) -> Iterator[str]:
    from whitestone.web.serving import make_server

    server = make_server(served, 0)
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


@pytest.mark.parametrize("width", [1280, 360])
def test_a_real_browser_draws_both_outlines_and_nothing_sticks_out(
    chromium: Any, planted_address: str, served: Any, width: int
) -> None:
    from whitestone.web.desk import install

    install(served)
    complaints: list[str] = []
    context = chromium.new_context(viewport={"width": width, "height": 800})
    shown = context.new_page()
    shown.on("pageerror", lambda error: complaints.append(str(error)))
    shown.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for path in ("/ledger/work", "/ledger/work/hazards_overlap_m2", case_path(served, "hazards_overlap_m2")):
        shown.goto(planted_address + path)
        shown.wait_for_selector(".loading", state="detached", timeout=30_000)
        wide = shown.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= width, f"{path} is {wide} px wide"
    shown.wait_for_selector("#case-map[data-drawn=yes]", timeout=30_000)
    context.close()
    assert complaints == []
