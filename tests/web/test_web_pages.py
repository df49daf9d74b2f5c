"""Does every page answer its question, with both clocks in every link, and without showing what is sealed?"""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from web_district import IDS, PERSON, wait_ready

PAGES = [
    "/",
    "/map",
    "/records",
    "/records/hazard",
    "/records/release",
    "/records/casualty",
    "/records/run",
    "/ledger",
    "/findings",
    "/findings/geometry-missing",
    "/runs",
    "/periods",
    "/dating",
    "/dating?after=2010-01-01",
    f"/runs/{IDS['run']}",
    f"/record/{IDS['north']}",
    f"/record/{IDS['nowhere']}",
    "/ledger/records?column=closing",
    "/ledger/records?line=size_unknown",
    "/ledger?by=year&unit=m2",
    "/ledger?by=hazard",
    "/ledger?by=organisation&row=%28not+attributed%29",
    "/ledger/records?flow=closing&class=sha&of=counts",
]


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers_and_carries_both_clocks(client: Any, path: str) -> None:
    answer = wait_ready(client, path)
    page = answer.content.decode()
    assert answer.status_code == 200, text(answer)[:400]
    assert 'name="on"' in page
    assert 'name="known"' in page
    assert "Simulated data" in page
    assert "<title>" in page


@pytest.mark.parametrize("path", PAGES)
def test_no_page_shows_what_is_sealed(client: Any, path: str) -> None:
    assert PERSON not in wait_ready(client, path).content.decode()


@pytest.mark.parametrize("path", [path for path in PAGES if "?" not in path])
def test_links_keep_both_clocks(client: Any, path: str) -> None:
    page = wait_ready(client, f"{path}?on=2018-01-01&known=2100-01-01").content.decode()
    inner = re.findall(r'href="(/(?!static)[^"#]*)', page)
    assert inner
    lost = [link for link in inner if "on=2018-01-01" not in link or "known=2100-01-01" not in link]
    assert [link for link in lost if link != path] == []


def test_no_page_calls_a_place_safe(client: Any) -> None:
    for path in PAGES:
        assert not re.search(r"\bsafe\b", text(wait_ready(client, path)), re.IGNORECASE)


def test_the_map_says_that_blank_is_not_clear_and_lists_what_has_no_place(client: Any) -> None:
    page = text(client.get("/map"))
    assert "Blank is not clear" in page
    assert "1 hazards" in page


def test_the_situation_follows_the_first_clock(client: Any) -> None:
    before, after = (text(client.get(f"/record/{IDS['north']}?on={day}")) for day in ("2015-01-01", "2020-01-01"))
    assert "Classification Suspected hazardous area" in before
    assert "Classification Confirmed hazardous area" in after


def test_what_was_not_known_is_not_shown(client: Any) -> None:
    assert "No records as of these two dates" in text(client.get("/records?known=2001-01-01"))
    assert "Nothing to draw" in text(client.get("/map?known=2001-01-01"))


def test_a_wrong_date_is_explained_not_guessed(client: Any) -> None:
    answer = client.get("/records?on=31.12.2019")
    assert answer.status_code == 422
    assert "is not understood" in text(answer)


def test_unknown_is_written(client: Any) -> None:
    page = client.get(f"/record/{IDS['north']}").content.decode()
    assert re.search(r'Area reported</th><td><span class="unknown">unknown</span>', page)


def test_history_shows_differences_as_entered_and_reason(client: Any) -> None:
    page = client.get(f"/record/{IDS['north']}").content.decode()
    assert "<del>Suspected hazardous area</del>" in page
    assert "<ins>Confirmed hazardous area</ins>" in page
    assert "direct evidence found" in page
    assert "SUSP. &lt;b&gt;area&lt;/b&gt;" in page


def test_linked_records_point_both_ways(client: Any) -> None:
    assert f"/record/{IDS['organisation']}" in client.get(f"/record/{IDS['north']}").content.decode()
    assert f"/record/{IDS['release']}" in client.get(f"/record/{IDS['north']}").content.decode()


def test_casualties_are_counts_only(client: Any) -> None:
    page = text(client.get("/records/casualty"))
    assert "counts only" in page
    assert "C-1" not in page
    refused = client.get(f"/record/{IDS['casualty']}")
    assert refused.status_code == 403
    assert client.get(f"/shape/{IDS['casualty']}.json").status_code == 404


def test_an_accident_does_not_list_its_casualties(client: Any) -> None:
    assert str(IDS["casualty"]) not in client.get(f"/record/{IDS['accident']}").content.decode()


def test_held_rows_stand_with_reason_and_cannot_inject(client: Any) -> None:
    page = client.get(f"/runs/{IDS['run']}").content.decode()
    assert "The position is missing." in page
    assert "<script>H-9" not in page
    assert "the counts add up" in page
    assert "remarks 2" in page


@pytest.mark.parametrize(
    ("query", "first", "matching"),
    [
        ("sort=local_id", "H-1", 4),
        ("sort=local_id&desc=1", "H-4", 4),
        ("q=h-2", "H-2", 1),
        ("f.classification=cha&sort=local_id", "H-1", 2),
        ("f.status=unknown", "H-3", 1),
        ("located=no", "H-3", 1),
        ("sort=area_reported_m2&desc=1", "H-2", 4),
        ("q=none-of-these", None, 0),
    ],
)
def test_tables_sort_and_filter_on_the_server(client: Any, query: str, first: str | None, matching: int) -> None:
    page = client.get(f"/records/hazard?{query}").content.decode()
    found = re.findall(r'<th scope="row"[^>]*><a[^>]*>([^<]*)</a>', page)
    assert len(found) == matching
    assert (found[0] if found else None) == first


def test_a_part_of_a_page_is_answered_alone(client: Any) -> None:
    page = client.get("/records/hazard?q=H-1", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert "H-1" in page


def test_every_figure_of_the_ledger_opens_its_records(client: Any) -> None:
    page = wait_ready(client, "/ledger?by=class&unit=m2").content.decode()
    links = re.findall(r'href="(/ledger/records\?[^"]*column=closing[^"]*)"', page)
    assert links
    behind = wait_ready(client, links[-1].replace("&amp;", "&"))
    assert "H-1" in text(behind)
    assert "Sum of all" in text(behind)


def test_the_records_behind_the_total_sum_to_it(client: Any) -> None:
    page = wait_ready(client, "/ledger?by=class&unit=m2").content.decode()
    total = re.search(r'<tfoot>.*?column=closing"[^>]*>([^<]*)<', page, re.DOTALL)
    behind = wait_ready(client, "/ledger/records?column=closing").content.decode()
    assert total
    assert re.search(r"Sum of all</th><td class=\"number\">([^<]*)<", behind)[1] == total[1]  # type: ignore[index]


def test_every_cell_of_the_matrix_opens_its_records_and_they_sum_to_it(client: Any) -> None:
    page = wait_ready(client, "/ledger?by=class&unit=m2").content.decode()
    cells = re.findall(r'href="(/ledger/records\?[^"]*flow=[^"]*)">([^<]*)<', page)
    assert {"flow=opening", "flow=closing", "of=counts", "class=sha"} <= {part for link, _ in cells
                                                                         for part in link.split("&amp;")}  # fmt: skip
    said = [(link.replace("&amp;", "&"), figure) for link, figure in cells if re.search("[1-9]", figure)]
    assert said
    for link, figure in said:
        answer = wait_ready(client, link)
        behind = answer.content.decode()
        if "of=counts" in link:
            assert f"{figure} hazard" in text(answer)
        else:
            assert re.search(r"Sum of all</th><td class=\"number\">([^<]*)<", behind)[1] == figure  # type: ignore[index]
        assert "on the map" in behind
    empty = wait_ready(client, "/ledger/records?flow=handed_over&class=cha&of=counts").content.decode()
    assert "No record stands behind this figure" in empty
    assert wait_ready(client, "/ledger/records?flow=nothing&class=cha").status_code == 422


def test_a_chosen_row_has_its_own_account_and_its_own_matrix(client: Any) -> None:
    total = wait_ready(client, "/ledger?by=hazard&unit=m2").content.decode()
    key = re.search(r'<option value="([0-9a-f-]{36})"', total)
    assert key
    page = wait_ready(client, f"/ledger?by=hazard&unit=m2&row={key[1]}").content.decode()
    assert f'<option value="{key[1]}" selected' in page
    assert f"key={key[1]}" in page[page.index('id="flows"') :]
    spec = json.loads(re.search(r'id="chart-spec">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    steps = {each["step"]: each["amount_m2"] for each in spec["data"]["values"]}
    row = re.search(rf'column=closing&amp;key={key[1]}">([^<]*)<', page)
    assert row
    assert round(steps["Closing"], 2) == float(row[1].replace("\u202f", ""))
    # Rows of releases hold no stock: nothing is drawn from an opening to a closing that are not theirs.
    page = wait_ready(client, "/ledger?by=organisation").content.decode()
    name = re.search(r'name="row">.*?<option value="([^"(]+)"', page, re.DOTALL)
    if name:
        page = wait_ready(client, f"/ledger?by=organisation&row={quote(name[1])}").content.decode()
        assert "hold no stock" in page
        assert 'id="flow-chart"' not in page
    assert wait_ready(client, "/ledger?by=class&row=nowhere").status_code == 200


def test_what_stands_beside_the_areas_is_on_the_page(client: Any) -> None:
    page = text(wait_ready(client, "/ledger"))
    for words in ("Hazards on the last day", "Land not accessible", "Cleared depth", "Items destroyed", "Suspected"):
        assert words in page


def test_every_proof_line_that_says_something_opens_its_records(client: Any) -> None:
    page = wait_ready(client, "/ledger?by=class&unit=m2").content.decode()
    proof = page[page.index("Work outside any hazard") :]
    for figure in re.findall(r"<tr><th scope=\"row\">[^<]*</th><td class=\"number\">([^<\s]+)", proof):
        assert not re.search("[1-9]", figure), "a figure without a link"
    for line in ("elsewhere_m2", "in_conflict_m2", "not_approved_m2", "releases_older_than_hazard"):
        answer = wait_ready(client, f"/ledger/records?by=class&line={line}")
        assert answer.status_code == 200
        assert "Its share" in text(answer) or "No record stands behind this figure" in text(answer)


def test_the_legend_tells_a_spot_from_a_storage_site_and_an_indication(client: Any) -> None:
    from whitestone.web.templatetags import ws  # its registry needs the settings of the client

    signs = [ws.fill_of(code) for code in ("indication", "eod_spot", "storage_site", "sha", "national")]
    assert signs == ["indication", "eod_spot", "storage_site", "sha", "class-unknown"]
    static = Path(ws.__file__).parents[1] / "static" / "whitestone"
    for sign in signs:
        assert f".swatch.{sign} {{" in (static / "map.css").read_text(encoding="utf-8")
    drawn = (static / "map_style.js").read_text(encoding="utf-8")
    assert all(f"  {sign}: (pen)" in drawn for sign in signs[:3])


def test_what_is_not_there_is_said(client: Any) -> None:
    assert client.get(f"/record/{uuid.uuid4()}").status_code == 404
    assert client.get("/records/dragons").status_code == 422
    assert client.get("/nowhere").status_code == 404
    assert client.get("/findings/no-such-rule").status_code == 404
    assert client.get("/map/at?lon=x").status_code == 422


def test_problems_have_one_json_shape(client: Any) -> None:
    answer = client.get(f"/record/{uuid.uuid4()}", headers={"Accept": "application/json"})
    assert answer.json()["error"]["code"] == "unknown-record"


def test_the_place_lists_what_lies_there(client: Any) -> None:
    page = text(client.get("/map/at?lon=18.003&lat=44.003&reach=0.0001"))
    assert "4 records here" in page
    assert "No record does not mean" in text(client.get("/map/at?lon=10&lat=10&reach=0.0001"))


def test_writing_direction_can_be_turned(client: Any) -> None:
    assert 'dir="rtl"' in client.get("/?dir=rtl").content.decode()


def test_what_is_computed_of_a_ledger_is_kept_under_what_it_was_asked_by(client: Any, desk: Any) -> None:
    for by in ("class", "year"):
        wait_ready(client, f"/ledger?by={by}")
        wait_ready(client, f"/ledger/records?by={by}&column=closing")
    kept = [key for key in desk.jobs._answers if key[0] in ("beside", "behind")]
    assert {key[1][4] for key in kept} >= {"class", "year"}
    assert all(key[1] in desk.jobs._answers for key in kept)  # the ledger's own key: no address that may be used again
