"""Does the page of a reconciliation show totals, ages and both outlines, from this machine alone and in any width?"""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely

from whitestone.domain.revision import Act, Draft
from whitestone.geodesy.areas import Plane
from whitestone.programme.opening import init_programme, open_programme
from whitestone.programme.reconciling import Reconciliation, reconcile
from whitestone.programme.reconciling_kept import keep

PLANE = Plane(18.0, 44.0)


def _hazard(number: int, side: int, east_m: float, **body: Any) -> Draft:
    ring = [(0, 0), (160, 20), (190, 110), (120, 180), (60, 140), (20, 170), (-20, 90)]
    at = [(x * (1 + number % 5 / 10) + 600 * number + east_m, y + 25 * (number % 3)) for x, y in ring]
    shape = shapely.to_wkb(PLANE.unproject([shapely.Polygon(at)])[0])
    said = {"local_id": f"H-{number}", "classification": "sha", "status": "open", **body}
    return Draft(kind="hazard", record_id=uuid.UUID(int=1000 * side + number), body=said, geometry=bytes(shape))


def _make(folder: Path, name: str, drafts: list[Draft]) -> None:
    settings = {"equal_area_lon": 18.0, "equal_area_lat": 44.0, "simulated": True}
    with init_programme(str(folder), name=name, who="anna", settings=settings) as made:
        made.journal.append(Act(author="anna"), drafts)


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Reconciliation]:
    """Reconcile two editions 13 m apart, with one of each difference, and keep it."""
    _make(tmp_path / "ours", "Authority", [_hazard(number, 1, 0) for number in range(1, 30)])
    later = [_hazard(number, 2, 13) for number in range(2, 30)]
    later[0] = _hazard(2, 2, 40, status="closed", name="<script>alert(1)</script>")
    _make(tmp_path / "theirs", "Operator <b>North</b>", [*later, _hazard(77, 2, 13)])
    with open_programme(str(tmp_path / "ours"), "anna") as programme:
        made = reconcile(programme, str(tmp_path / "theirs"))
        keep(made)
        yield made


@pytest.fixture
def desk_here(found: Reconciliation, desk: Any) -> Iterator[Any]:
    """Show that programme, and afterwards the district again."""
    from whitestone.web.desk import Desk, install

    here = Desk(found.programme)
    install(here)
    yield here
    here.close()
    install(desk)


@pytest.fixture
def ask(desk_here: Any) -> Any:
    """Ask as a browser on this machine does."""
    from django.test import Client

    return Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)


def _text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def _differing(found: Reconciliation) -> str:
    return next(str(each.difference.id) for each in found.kinds["hazard"].judged if each.difference.status == "differs")


def _address(found: Reconciliation) -> str:
    from whitestone.programme.reconciling_kept import kept

    return f"/reconciliation/{kept(found.programme)[0].name}/{_differing(found)}"


def test_the_page_shows_shift_totals_ages_and_differences(ask: Any, found: Reconciliation) -> None:
    answer = ask.get("/reconciliation")
    page = _text(answer)
    assert answer.status_code == 200
    assert "Theirs lie 13.00 m to the east of ours" in page
    assert "Ours less theirs" in page
    totals = found.kinds["hazard"].totals
    for figure in ("ours_m2", "theirs_m2", "difference_m2"):
        assert f"{totals[figure]:,.2f}".replace(",", " ").replace("-", "\u2212") in page
    assert "Age of what is undecided" in page
    assert "<script>alert" not in answer.content.decode()
    assert "Simulated data" in page


def test_a_difference_shows_both_claims_and_the_score_part_by_part(ask: Any, found: Reconciliation) -> None:
    page = _text(ask.get(_address(found)))
    assert "Both claims" in page
    assert "Open" in page
    assert "Closed" in page
    for part in ("id", "place", "size", "form", "attributes"):
        assert part in page
    assert "both use one id" in page
    shapes = ask.get(_address(found) + ".json").json()
    assert [each["properties"]["side"] for each in shapes["features"]] == ["ours", "theirs", "moved"]
    assert len(shapes["bbox"]) == 4


def test_filters_and_links_keep_both_clocks(ask: Any, found: Reconciliation) -> None:
    for path in ("/reconciliation?state=open&status=only_theirs", _address(found)):
        joined = f"{path}{'&' if '?' in path else '?'}on=2018-01-01&known=2100-01-01"
        page = ask.get(joined).content.decode()
        inner = re.findall(r'href="(/(?!static)[^"#]*)', page)
        assert inner
        lost = [html.unescape(link) for link in inner if "on=2018-01-01" not in link or "known=2100" not in link]
        assert [link for link in lost if link != path] == []
    assert "1 to 1 of 1" in _text(ask.get("/reconciliation?status=only_theirs"))


def test_what_was_recorded_since_is_said(ask: Any, found: Reconciliation) -> None:
    assert "Something was recorded since" not in _text(ask.get("/reconciliation"))
    found.programme.journal.append(Act(author="anna"), [_hazard(99, 1, 0)])
    assert "Something was recorded since" in _text(ask.get("/reconciliation"))


def test_nothing_was_reconciled_yet_is_a_designed_state(client: Any) -> None:
    page = _text(client.get("/reconciliation"))
    assert "No other party has been laid against this programme yet" in page
    assert client.get(f"/reconciliation/none/{uuid.UUID(int=1)}").status_code == 404


def test_no_page_calls_a_place_safe(ask: Any, found: Reconciliation) -> None:
    for path in ("/reconciliation", _address(found)):
        assert not re.search(r"\bsafe\b", _text(ask.get(path)), re.IGNORECASE)


@pytest.fixture
def served(desk_here: Any, serve: Any) -> Iterator[str]:
    """Serve it on a free port of loopback."""
    with serve(desk_here) as where:
        yield where


def test_a_browser_draws_both_outlines_from_this_machine_alone(
    chromium: Any, served: str, found: Reconciliation
) -> None:
    """Both are drawn, each can be taken away, and nothing is asked of another machine."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(served + _address(found))
    page.wait_for_selector("#two-outlines[data-drawn=yes]", timeout=30_000)
    sides = "() => [...new Set(window.whitestoneOutlines.queryRenderedFeatures().map((each) => each.properties.side))]"
    assert set(page.evaluate(sides)) >= {"ours", "theirs", "moved"}
    page.get_by_label("theirs, as they drew it").uncheck()
    page.wait_for_timeout(600)
    assert "theirs" not in page.evaluate(sides)
    context.close()
    assert [url for url in asked if not url.startswith((served, "blob:", "data:"))] == []
    assert complaints == []


@pytest.mark.parametrize("turned", ["", "?dir=rtl"])
def test_nothing_sticks_out_at_360_pixels(chromium: Any, served: str, found: Reconciliation, turned: str) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    for path in ("/reconciliation", _address(found)):
        page = context.new_page()
        page.goto(served + path + turned)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 360, path
    context.close()


CENTRES = ("() => [window.whitestoneOutlines, ...window.whitestonePair].map((map) => "
           "[map.getCenter().lng, map.getCenter().lat, map.getZoom()])")


def test_two_maps_stand_side_by_side_and_move_together(chromium: Any, served: str, found: Reconciliation) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 1400})
    page = context.new_page()
    page.goto(served + _address(found))
    for name in ("two-outlines", "map-ours", "map-theirs"):
        page.wait_for_selector(f"#{name}[data-drawn=yes]", timeout=30_000)
    ours, theirs = (page.locator(f"#map-{name}").bounding_box() for name in ("ours", "theirs"))
    assert ours["y"] == theirs["y"]
    assert ours["x"] + ours["width"] <= theirs["x"]
    drawn = ("(at) => [...new Set(window.whitestonePair[at].queryRenderedFeatures()"
             ".map((each) => each.properties.side).filter(Boolean))]")  # the graticule is of no side
    assert page.evaluate(drawn, 0) == ["ours"]
    assert set(page.evaluate(drawn, 1)) == {"theirs", "moved"}
    for at in (0, 1):
        page.evaluate("(at) => window.whitestonePair[at].jumpTo("
                      "{center: [18.001 + at / 1000, 44.001], zoom: 15 + at})", at)
        centres = page.evaluate(CENTRES)
        for each in centres:
            assert each == pytest.approx([18.001 + at / 1000, 44.001, 15 + at], abs=1e-9)
    page.get_by_label("theirs, as they drew it").uncheck()
    page.wait_for_timeout(600)
    assert "theirs" not in page.evaluate(drawn, 1)
    context.close()


def test_on_a_narrow_screen_the_two_maps_stand_one_below_the_other(chromium: Any, served: str, found: Reconciliation
                                                                   ) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(served + _address(found))
    page.wait_for_selector("#map-theirs[data-drawn=yes]", timeout=30_000)
    ours, theirs = (page.locator(f"#map-{name}").bounding_box() for name in ("ours", "theirs"))
    assert ours["x"] == theirs["x"]
    assert ours["y"] + ours["height"] <= theirs["y"]
    assert theirs["x"] + theirs["width"] <= 360
    context.close()
