"""Does a real browser draw the map from this machine alone, by keyboard alone, at 360 px, and in both directions?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from web_district import IDS

OPEN = Callable[..., Any]


@pytest.fixture
def visit(chromium: Any, address: str) -> Iterator[OPEN]:
    """Open pages, and fail afterwards when one asked another machine or broke the policy."""
    context = chromium.new_context()
    asked: list[str] = []
    complaints: list[str] = []

    def go(path: str, width: int = 1280, height: int = 800) -> Any:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address + path)
        if path.startswith("/map"):
            page.wait_for_selector("html[data-map=idle]", timeout=30_000)
        return page

    yield go
    context.close()
    assert [url for url in asked if not url.startswith((address, "blob:", "data:"))] == []
    assert complaints == []


def test_the_map_draws_hazards_in_imas_colours_from_this_machine_alone(visit: OPEN) -> None:
    page = visit("/map#at=11/44.01/18.03")
    drawn = page.evaluate("() => window.whitestoneMap.queryRenderedFeatures().map((each) => each.layer.id)")
    assert "hazard-fill" in drawn
    assert "hazard-worked_on" in drawn
    assert "release-fill" in drawn
    assert "accident-point" in drawn
    assert page.evaluate("() => window.whitestoneMap.getPaintProperty('hazard-fill', 'fill-opacity')") == 0.5
    colours = str(page.evaluate("() => window.whitestoneMap.getPaintProperty('hazard-fill', 'fill-color')")).lower()
    assert "#ff0000" in colours or "#f00" in colours
    assert "#f4a718" in colours


def test_a_legend_line_switches_its_records_off(visit: OPEN) -> None:
    page = visit("/map#at=11/44.01/18.03")
    page.get_by_label("Confirmed hazardous area").uncheck()
    page.wait_for_timeout(800)
    left = page.evaluate(
        "() => window.whitestoneMap.queryRenderedFeatures({layers: ['hazard-fill']}).map((each) => each.properties.c)"
    )
    assert "cha" not in left


def test_the_ground_that_is_left_is_drawn_when_it_is_asked_for(visit: OPEN) -> None:
    page = visit("/map#at=11/44.01/18.03")
    there = "() => Boolean(window.whitestoneMap.getLayer('left-fill'))"
    assert not page.evaluate(there)
    page.get_by_label("Ground that is left").check()
    page.wait_for_function("() => window.whitestoneMap.getLayer('left-fill') && "
                           "window.whitestoneMap.queryRenderedFeatures({layers: ['left-fill']}).length > 0",
                           timeout=30_000)
    page.get_by_label("Ground that is left").uncheck()
    page.wait_for_timeout(600)
    assert page.evaluate("() => window.whitestoneMap.queryRenderedFeatures({layers: ['left-fill']}).length") == 0


def test_a_click_opens_the_card_and_leads_to_the_record(visit: OPEN) -> None:
    page = visit("/map#at=14/44.015/18.015")
    page.locator("#map canvas").click(position={"x": 300, "y": 300})
    page.wait_for_selector("#card article")
    assert "H-1" in page.locator("#card").inner_text()
    page.get_by_role("link", name="Whole record and history").click()
    page.wait_for_url("**/record/**")


def test_the_map_works_by_keyboard_alone(visit: OPEN) -> None:
    page = visit("/map#at=14/44.015/18.015")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.tagName") == "CANVAS":
            break
    before = page.evaluate("() => window.whitestoneMap.getZoom()")
    page.keyboard.press("Equal")
    page.wait_for_timeout(600)
    assert page.evaluate("() => window.whitestoneMap.getZoom()") > before
    page.keyboard.press("Enter")
    page.wait_for_selector("#card article")
    assert "H-1" in page.locator("#at").inner_text()


def test_every_page_can_be_reached_by_keyboard(visit: OPEN) -> None:
    page = visit("/records/hazard")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("() => document.activeElement.getAttribute('href') || document.activeElement.name || ''")
        )
    assert {"/map", "/ledger", "/findings", "/runs", "on", "known", "q"} <= reached


@pytest.mark.parametrize(
    "path",
    ["/", "/map", "/records", "/records/hazard", "/runs", "/findings", "/ledger", "/periods", "/dating",
     f"/record/{IDS['north']}"],
)
@pytest.mark.parametrize("turned", ["", "?dir=rtl"])
def test_nothing_sticks_out_at_360_pixels(visit: OPEN, path: str, turned: str) -> None:
    page = visit(path + turned, 360, 740)
    page.wait_for_selector(".loading", state="detached", timeout=30_000)
    wide = page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= 360, f"{path} is {wide} px wide"


def test_the_chart_draws_under_the_policy(visit: OPEN) -> None:
    page = visit("/ledger")
    page.wait_for_selector("#chart svg", timeout=30_000)
    assert "Closing" in page.locator("#chart").inner_text()
    page.wait_for_selector("#flow-chart svg", timeout=30_000)
    assert "Closing" in page.locator("#flow-chart").inner_text()


def test_a_cell_of_the_matrix_leads_to_its_record_on_the_map(visit: OPEN) -> None:
    page = visit("/ledger")
    page.locator("a[href*='flow=closing'][href*='class=all']").first.click()
    page.get_by_role("link", name="on the map").first.click()
    page.wait_for_selector("#at article", timeout=30_000)
    assert "H-" in page.locator("#at").inner_text()


def test_a_table_filters_without_a_new_page(visit: OPEN) -> None:
    page = visit("/records/hazard")
    page.get_by_label("Find").fill("H-2")
    page.wait_for_selector("text=that match")
    assert page.locator("tbody tr").count() == 1
    assert "q=H-2" in page.url


@pytest.mark.parametrize(
    "path", ["/", "/records/hazard", "/findings", f"/record/{IDS['north']}", "/ledger", "/runs", "/map"]
)
def test_text_stands_out_from_its_ground(visit: OPEN, path: str) -> None:
    page = visit(path)
    page.wait_for_selector(".loading", state="detached", timeout=30_000)
    faint = page.evaluate(CONTRAST)
    assert faint == []


def test_a_record_leads_to_its_place_on_the_map(visit: OPEN) -> None:
    page = visit(f"/map?record={IDS['south']}")
    page.wait_for_selector("#at article")
    assert "H-2" in page.locator("#at").inner_text()
    centre = page.evaluate("() => window.whitestoneMap.getCenter().toArray()")
    assert abs(centre[0] - 18.055) < 0.01
    assert abs(centre[1] - 44.005) < 0.01


def test_a_page_that_waits_for_its_figures_becomes_the_whole_page(visit: OPEN) -> None:
    page = visit("/ledger?by=treaty&from=2013")
    page.wait_for_selector("#chart svg", timeout=30_000)


CONTRAST = """() => {
  const parse = (text) => {
    const n = text.match(/[\\d.]+/g).map(Number); return { rgb: n.slice(0, 3), a: n[3] ?? 1 }; };
  const lum = (rgb) => {
    const [r, g, b] = rgb.map((c) => {
       c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const faint = [];
  for (const node of document.querySelectorAll("main *, header *, form *, footer *")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
    const box = node.getBoundingClientRect();
    if (!own || !box.width || node.closest("svg, script, [class*=maplibregl], .band, .visually-hidden")) continue;
    const style = getComputedStyle(node);
    let ground = null;
    for (let at = node; at && !ground; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.a === 1) ground = colour.rgb;
    }
    const [a, b] = [lum(parse(style.color).rgb), lum(ground ?? [255, 255, 255])].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) faint.push(node.tagName + ": " + node.textContent.trim().slice(0, 30) + " " + ratio.toFixed(2));
  }
  return faint.slice(0, 5);
}"""
