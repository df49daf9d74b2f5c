"""Does the page of a record give the field sheet that is asked of it, logged, and say calmly what is missing?"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import shapely

from whitestone.domain.revision import Act, Draft, Workflow
from whitestone.programme.assessments import keep_assessment
from whitestone.programme.minefield_entry import enter_file
from whitestone.programme.opening import init_programme, open_programme
from whitestone.reports.model import LAW_5
from whitestone.web.writing import TOKEN

LEG = {"unit": "degrees", "north": "true", "distance_unit": "m", "method": "tape"}
LEGS = [{"from": "R1", "to": "T1", "bearing": 90, "distance": 100, **LEG},
        {"from": "T1", "to": "T2", "bearing": 0, "distance": 80, **LEG},
        {"from": "T2", "to": "T3", "bearing": 90, "distance": 60, **LEG}]  # fmt: skip
SHEET = {"id": "A-17", "batch": "first", "crs": {"epsg": 4326, "basis": "stated"}, "legs": LEGS,
         "perimeter": ["T1", "T2", "T3"], "reference_points": [{"no": "R1", "x": 46.93, "y": 39.99}]}  # fmt: skip
BARE = {"id": "B-2", "legs": LEGS, "perimeter": ["T1", "T2", "T3"], "reference_points": [{"no": "R1"}]}
ORDER = {"team": "Team 3, Organisation A", "begins": "2026-12-01", "until": "2027-01-15", "level": "99", "form": "pdf",
         "token": TOKEN}  # fmt: skip
PURPOSE = "task T-12"
AREAS = {"p50_m2": None, "p90_m2": None, "p99_m2": None}
MEDIA = {"pdf": "application/pdf", "gpx": "application/gpx+xml", "kml": "application/vnd.google-earth.kml+xml",
         "geojson": "application/geo+json"}  # fmt: skip


def box(half: float, lon: float = 46.93) -> shapely.Polygon:
    """Return a square about a place, `half` degrees each way."""
    return shapely.box(lon - half, 39.99 - half, lon + half, 39.99 + half)


def placed(number: str, lon: float = 46.93) -> dict[str, Any]:
    """Return one record of an assessment, its outlines about a place."""
    outlines = {level: json.loads(shapely.to_geojson(box(half, lon)))
                for level, half in (("50", 0.0005), ("90", 0.001), ("99", 0.002))}  # fmt: skip
    return {"id": number, "p_field": 0.9, "finds_explained": 2.0, "outlines": outlines, **AREAS}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Make a programme with two sheets, a hazard drawn from one of them, one elsewhere, and an assessment."""
    folder = str(tmp_path_factory.mktemp("ordered") / "programme")
    path = tmp_path_factory.mktemp("sheets") / "batch.json"
    path.write_text(json.dumps({"records": [SHEET, BARE]}))
    hazards = {"H-1": uuid.uuid4(), "H-far": uuid.uuid4(), "H-draft": uuid.uuid4()}
    with init_programme(folder, name="Test", who="clerk") as programme:
        entered = {each["id"]: each["record"] for each in enter_file(programme, path)["records_detail"]}
        programme.journal.append(Act(author="clerk"), [
            Draft(kind="hazard", record_id=hazards["H-1"], geometry=shapely.to_wkb(box(0.004)),
                  body={"local_id": "H-1", "minefield_record_ids": [entered["A-17"]]}),
            Draft(kind="hazard", record_id=hazards["H-far"], body={"local_id": "H-far"},
                  geometry=shapely.to_wkb(box(0.004, lon=47.5))),
            Draft(kind="hazard", record_id=hazards["H-draft"], body={"local_id": "H-draft"},
                  geometry=shapely.to_wkb(box(0.004, lon=45.0)), workflow=Workflow.SUBMITTED),
        ])  # fmt: skip
        west = shapely.to_geojson(shapely.box(46.92, 39.98, 46.93, 40.0))
        searched = [{"id": "S-1", "geometry": json.loads(west)}, {"id": "S-2", "geometry": {"type": "Polygon"}}]
        rows = [placed("A-17"), placed("Д 5/a"), placed("C-3", lon=45.0), {**placed("B-2"), "outlines": {}}]
        sha256 = keep_assessment(programme, {"batch": "first", "records_detail": rows, "finds_detail": [], "seed": 1,
                                             "input": {"records": [SHEET, BARE], "searched": searched}})  # fmt: skip
    return SimpleNamespace(folder=folder, sha256=sha256, entered=entered, hazards=hazards)


@pytest.fixture
def desk_there(kept: SimpleNamespace, at_desk: Any) -> Iterator[Any]:
    """Install the desk of that programme."""
    with open_programme(kept.folder, "reader", readonly=True) as programme, at_desk(programme) as desk:
        yield desk


@pytest.fixture
def asked(desk_there: Any) -> Any:
    """Ask for the pages of that programme after stating a purpose."""
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)
    client.post("/minefields/purpose", {"purpose": PURPOSE, "next": "/minefields", "token": TOKEN})
    return client


def logged(folder: str, event: str) -> list[Any]:
    """List what the log tells of one kind of event, done at the pages."""
    with open_programme(folder, "tester", readonly=True) as programme:
        return [each for each in programme.journal.seals.access_log() if each.event == event and each.by == "reader"]


def order(kept: SimpleNamespace, **changes: Any) -> dict[str, Any]:
    """Fill in the form, with the hazard that is drawn from the record."""
    return {**ORDER, "hazard": [str(kept.hazards["H-1"])], **changes}


def test_the_page_of_a_record_gives_its_field_sheet_and_logs_reading_and_export(
    asked: Any, kept: SimpleNamespace
) -> None:
    own = f"/minefields/record/{kept.entered['A-17']}"
    page = asked.get(own)
    while page.status_code == 202:
        page = asked.get(own)
    for words in ("Who searches", "Until, last day", "H-1", "drawn from this record", LAW_5,
                  "assessment of batch first"):  # fmt: skip
        assert words in page.content.decode(), words
    assert "H-far" not in page.content.decode()
    before = len(logged(kept.folder, "restricted exported")), len(logged(kept.folder, "minefield record read"))
    answer = asked.post(f"{own}/field-sheet", order(kept))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, MEDIA["pdf"])
    assert answer.headers["Content-Disposition"] == 'attachment; filename="field_sheet_A-17.pdf"'
    assert answer.content.startswith(b"%PDF")
    exports = logged(kept.folder, "restricted exported")[before[0] :]
    assert [(each.purpose, "Team 3" in each.detail, "H-1" in each.detail) for each in exports] == [
        (PURPOSE, True, True)]
    assert [each.purpose for each in logged(kept.folder, "minefield record read")[before[1] :]] == [PURPOSE]


@pytest.mark.parametrize("form", ["gpx", "kml", "geojson"])
def test_every_format_leaves_with_its_type_its_name_the_order_and_the_words_of_law_5(
    asked: Any, kept: SimpleNamespace, form: str
) -> None:
    answer = asked.post(f"/minefields/{kept.sha256}/A-17/field-sheet", order(kept, form=form))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, MEDIA[form])
    assert f"field_sheet_A-17.{form}" in answer.headers["Content-Disposition"]
    content = answer.content.decode()
    for words in (LAW_5, "Team 3, Organisation A", "until 2027-01-15", "H-1", "99 %", "RESTRICTED"):
        assert words in content, words


def test_a_number_in_any_script_names_its_file(asked: Any, kept: SimpleNamespace) -> None:
    answer = asked.post(f"/minefields/{kept.sha256}/Д 5/a/field-sheet", order(kept, form="gpx"))
    assert answer.headers["Content-Disposition"].endswith("field_sheet_%D0%94_5_a.gpx")


def test_what_is_missing_is_said_beside_its_field_and_what_was_written_stays(asked: Any, kept: SimpleNamespace) -> None:
    before = len(logged(kept.folder, "restricted exported"))
    path = f"/minefields/{kept.sha256}/A-17/field-sheet"
    answer = asked.post(path, {**ORDER, "team": " ", "until": "in spring", "begins": "2026-12-03"})
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in ('id="wrong-team" role="alert">Say who searches', 'id="wrong-until">Say until which day',
                  'id="wrong-hazard">Choose the hazard', 'value="in spring"', 'value="2026-12-03"',
                  'aria-invalid="true" aria-describedby="wrong-team" autofocus', 'id="field-sheet" open'):  # fmt: skip
        assert words in page, words
    assert "wrong-begins" not in page
    for changes, words in (({"until": "2026-11-30"}, "lies before the first"), ({"form": "shp"}, "one of the formats"),
                           ({"level": "95"}, "one of the outlines"), ({"begins": ""}, "on which day the search begins"),
                           ({"hazard": [str(kept.hazards["H-far"])]}, "Choose the hazard")):  # fmt: skip
        answer = asked.post(path, order(kept, **changes))
        assert (answer.status_code, words in answer.content.decode()) == (422, True), words
    assert len(logged(kept.folder, "restricted exported")) == before


def test_a_record_without_a_place_or_a_hazard_says_so_where_the_form_would_stand(
    asked: Any, kept: SimpleNamespace
) -> None:
    for number, words in (("B-2", "has no place yet"), ("C-3", "no approved hazard touches its 99 % outline")):
        path = f"/minefields/{kept.sha256}/{number}"
        page = asked.get(path).content.decode()
        assert words in page
        assert 'name="team"' not in page
        answer = asked.post(f"{path}/field-sheet", order(kept))
        assert (answer.status_code, words in answer.content.decode()) == (422, True)


def test_no_field_sheet_leaves_without_a_purpose_or_from_another_page(desk_there: Any, kept: SimpleNamespace) -> None:
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)
    for path in (f"/minefields/record/{kept.entered['A-17']}", f"/minefields/{kept.sha256}/A-17"):
        answer = client.post(f"{path}/field-sheet", order(kept))
        assert (answer.status_code, "What are these results needed for?" in answer.content.decode()) == (403, True)
        # After the purpose is stated, the browser asks for that address: the form is there again.
        assert client.get(f"{path}/field-sheet").headers["Location"] == f"{path}#field-sheet"
        assert client.post(f"{path}/field-sheet", order(kept, token="guessed")).status_code == 403


def test_a_field_sheet_is_made_at_360_px_without_javascript(
    desk_there: Any, kept: SimpleNamespace, serve: Any, chromium: Any, tmp_path: Path
) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page = context.new_page()
    with serve(desk_there) as address:
        page.goto(f"{address}/minefields/{kept.sha256}/A-17")
        page.get_by_label("Purpose").fill(PURPOSE)
        page.keyboard.press("Enter")
        page.locator("#field-sheet summary").focus()
        page.keyboard.press("Enter")
        page.get_by_label("Who searches").fill("Team 3")
        page.keyboard.press("Enter")
        page.locator("#wrong-until", has_text="Say until which day the order holds.").wait_for()
        assert page.locator("#field-sheet input:focus").get_attribute("name") == "until"
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.keyboard.type("2027-01-15")
        with page.expect_download() as download:
            page.keyboard.press("Enter")
        assert download.value.suggested_filename == "field_sheet_A-17.pdf"
        assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    context.close()
