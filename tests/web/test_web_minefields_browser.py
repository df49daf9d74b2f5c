"""Does a person with one paper record enter it at 360 px, see where to look, and lay its scan on the map?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from whitestone.programme.opening import init_programme, open_programme

LEGS = [("R1", "T-1", "40", "300"), ("T-1", "T-2", "95", "240"), ("T-2", "T-3", "185", "60"),
        ("T-3", "T-4", "275", "240")]  # fmt: skip


@pytest.fixture
def served(serve: Any, tmp_path: Path, at_desk: Any) -> Iterator[str]:
    """Serve an empty programme that its pages may write to."""
    folder = str(tmp_path / "programme")
    with init_programme(folder, name="Test", who="clerk"):
        pass
    with open_programme(folder, "clerk", readonly=True) as opened, at_desk(opened) as desk, serve(desk) as address:
        yield address


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """Open a page of a small telephone, and fail afterwards when a script complained."""
    complaints: list[str] = []
    made = chromium.new_page(viewport={"width": 360, "height": 740})
    made.on("pageerror", lambda error: complaints.append(str(error)))
    yield made
    made.close()
    assert complaints == []


def fill(page: Any, table: str, number: int, **cells: str) -> None:
    """Fill in one line of a table of the form."""
    line = page.locator(f'[data-list="{table}"] tbody tr').nth(number)
    for name, text in cells.items():
        line.locator(f'[data-field="{name}"]').fill(text)


def entered(page: Any, address: str, scan: Path) -> None:
    """Copy the sheet of the guide: units are chosen once, and the lines below follow."""
    page.goto(f"{address}/minefields/enter")
    page.fill("[name=id]", "A-17")
    page.fill("[name=recorded_on]", "1993-06-14")
    page.set_input_files("[name=scan]", str(scan))
    page.select_option("[name=epsg]", "4326")
    fill(page, "reference_points", 0, no="R1", description="bridge", x="46.93", y="39.99")
    first = page.locator('[data-list="legs"] tbody tr').first
    for name, choice in (("unit", "degrees"), ("north", "magnetic"), ("distance_unit", "pace")):
        first.locator(f'[data-field="{name}"]').select_option(choice)
    for number, (start, end, bearing, distance) in enumerate(LEGS):
        fill(page, "legs", number, **{"from": start, "to": end, "bearing": bearing, "distance": distance})
    page.fill("[name=perimeter]", "T-1 T-2 T-3 T-4")
    page.fill("[name=quantities]", "PMN-2: 8?")


def test_one_paper_record_from_the_form_to_where_to_look_on_a_small_telephone(
    page: Any, served: str, tmp_path: Path
) -> None:
    scan = tmp_path / "scan.png"
    page.set_content("<p>A-17</p>")
    page.screenshot(path=str(scan))
    entered(page, served, scan)
    page.locator("#facts", has_text="5 / 5").wait_for()
    assert "can be read in 10 ways" in page.inner_text("#findings")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    widths = page.evaluate("[...document.querySelectorAll('.grid input')].map((each) => each.offsetWidth)")
    assert min(each for each in widths if each) > 100  # hidden ones have none
    without_place(page)
    page.keyboard.press("Enter")
    assert page.inner_text("#kept") == ""
    page.click("#sheet button[type=submit]")
    page.click("#kept a")
    page.fill("[name=purpose]", "planning of survey")
    page.keyboard.press("Enter")
    page.wait_for_selector("#minefield-map[data-drawn]")
    assert page.inner_text("#p99") not in ("", "unknown")
    laid(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def without_place(page: Any) -> None:
    """Take the coordinate of the landmark away and give it back: the shape alone stands where the map stood."""
    east = page.locator('[data-list="reference_points"] [data-field="x"]').first
    east.fill("")
    page.locator("#entry-plain svg").wait_for()
    assert "No place on the map yet" in page.inner_text("#entry-plain")
    assert not page.locator("#entry-map").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    east.fill("46.93")
    page.locator("#entry-map").wait_for()
    assert not page.locator("#entry-plain").is_visible()


def laid(page: Any) -> None:
    """Lay the scan on the map by three points, written down as somebody without a mouse does."""
    page.locator("summary", has_text="Lay a sketch").click()
    for number, (x, y, lon, lat) in enumerate((("0", "0", "46.93", "39.992"), ("360", "0", "46.934", "39.992"),
                                               ("0", "740", "46.93", "39.986"))):  # fmt: skip
        line = page.locator(".control tbody tr").nth(number)
        for name, text in (("x", x), ("y", y), ("lon", lon), ("lat", lat)):
            line.locator(f'[data-field="{name}"]').fill(text)
    page.locator(".control output", has_text=".").nth(2).wait_for()
    page.wait_for_selector("#minefield-map[data-sketched]")
    page.fill(".scan .reason", "three corners")
    page.click("[data-keep]")
    page.locator(".scan .said", has_text="Kept").wait_for()
