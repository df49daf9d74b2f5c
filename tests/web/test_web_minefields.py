"""Do the pages of minefield records ask what for before they show a place, log each reading, and keep what is sent?"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from whitestone.domain.revision import Workflow
from whitestone.minefields.sheet_format import OBJECTS
from whitestone.programme import minefield_assessing
from whitestone.programme.accounts import ledger
from whitestone.programme.minefield_assessing import assess_programme
from whitestone.programme.minefield_entry import enter_file
from whitestone.programme.opening import Programme, init_programme, open_programme
from whitestone.web.views import minefields
from whitestone.web.views.minefields_entry import LISTS
from whitestone.web.writing import TOKEN

LEG = {"unit": "degrees", "north": "unknown", "distance_unit": "m", "method": "tape"}
SHEET: dict[str, Any] = {
    "id": "A-17", "batch": "first", "recorded_on": "1993-06-14",
    "crs": {"epsg": 4326, "basis": "stated"}, "reference_points": [{"no": "R1", "x": 46.93, "y": 39.99}],
    "legs": [{"from": "R1", "to": "T1", "bearing": 90, "distance": 100, **LEG},
             {"from": "T1", "to": "T2", "bearing": 0, "distance": 80, **LEG},
             {"from": "T2", "to": "T3", "bearing": 90, "distance": 60, **LEG}],
    "perimeter": ["T1", "T2", "T3"], "quantities": {"PMN-2": 40},
    "transfer": {"date": "2021-06-12", "claim": "all of them are complete", "claimed_by": "Party A"},
}  # fmt: skip
OTHER = {**SHEET, "id": "B-2", "batch": "second", "reference_points": [{"no": "R1", "x": 46.95, "y": 39.99}]}
FILE = {"records": [SHEET, OTHER], "finds": [{"id": "F-1", "lon": 46.9312, "lat": 39.9903, "type": "PMN-2"}],
        "searched": [{"id": "S-1", "p_detect": 0.9, "geometry": {"type": "Polygon", "coordinates": [
            [[46.93, 39.99], [46.932, 39.99], [46.932, 39.991], [46.93, 39.99]]]}}]}  # fmt: skip
OFF = {"east_m": {"value": 12.3, "low": 8.0, "high": 16.0}, "north_m": {"value": -4.2, "low": -9.0, "high": 1.0}}
TAUGHT = {"matched_records": 51, "assumed": {}, "learned_factors": {"turn": {"value": 1.2, "low": 0.9, "high": 1.5}},
          "outline_levels": {"fields": 40, "finds": 999, "levels": {"50": 0.44, "90": 0.8, "99": 0.99}},
          "shared_shifts": [{"of": of, "name": name, "sheets": 60, "matched_records": 51, "clear": of != "unit", **OFF}
                            for of, name in (("batch", None), ("district", "North"), ("unit", "7"))]}  # fmt: skip
PURPOSE = "planning of survey; план «долина»"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Make a programme with two sheets and an assessment that is kept: its folder, and the assessment's SHA-256."""
    folder = str(tmp_path_factory.mktemp("records") / "programme")
    path = tmp_path_factory.mktemp("sheets") / "batch.json"
    path.write_text(json.dumps(FILE))
    with pytest.MonkeyPatch.context() as patch, init_programme(folder, name="Test", who="clerk") as programme:
        patch.setattr(minefield_assessing, "USUAL", minefield_assessing.SHORT)
        enter_file(programme, path)
        yield folder, assess_programme(programme, seed=1, purpose="scoring", keep=True)["kept"]


@pytest.fixture
def pages(kept: tuple[str, str], at_desk: Any) -> Iterator[Any]:
    """Ask for the pages of that programme as a browser does that has stated no purpose yet."""
    from django.test import Client

    with open_programme(kept[0], "reader", readonly=True) as programme, at_desk(programme):
        yield Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)


@pytest.fixture
def asked(pages: Any) -> Any:
    """Ask for the pages after stating a purpose."""
    answer = pages.post("/minefields/purpose", {"purpose": PURPOSE, "next": "/minefields", "token": TOKEN})
    assert answer.status_code == 302
    # A header holds ASCII only: a purpose in another script must not break the answer on its way.
    assert answer.cookies["minefields-purpose"].OutputString().isascii()
    return pages


def record_id(folder: str, number: str = "A-17") -> uuid.UUID:
    """Find a record by the number on its sheet."""
    with open_programme(folder, "tester", readonly=True) as programme:
        return next(each.record_id for each in programme.journal.states("minefield_record")
                    if each.body["local_id"] == number)  # fmt: skip


def read(folder: str, event: str) -> list[str | None]:
    """List the purposes of the readings that are logged for the person at the pages."""
    with open_programme(folder, "tester", readonly=True) as programme:
        return [each.purpose for each in programme.journal.seals.access_log()
                if each.event == event and each.by == "reader"]  # fmt: skip


def test_a_purpose_is_asked_for_first_and_nothing_is_shown_without_one(pages: Any, kept: tuple[str, str]) -> None:
    own = record_id(kept[0])
    for path in (f"/minefields/{kept[1]}", f"/minefields/{kept[1]}/A-17", f"/minefields/record/{own}"):
        answer = pages.get(path)
        assert answer.status_code == 403
        assert path in answer.content.decode()
        assert "A-17</a>" not in answer.content.decode()
    for path in (f"/minefields/{kept[1]}/A-17/shapes.json", f"/minefields/record/{own}/placed.json"):
        answer = pages.get(path)
        assert (answer.status_code, answer.json()["features"]) == (403, [])
    assert read(kept[0], "assessment read") == []


def test_every_reading_is_logged_with_its_purpose(asked: Any, kept: tuple[str, str]) -> None:
    before = len(read(kept[0], "assessment read"))
    for path in (f"/minefields/{kept[1]}", f"/minefields/{kept[1]}/A-17", f"/minefields/{kept[1]}/A-17/shapes.json"):
        assert asked.get(path).status_code == 200
    assert read(kept[0], "assessment read")[before:] == [PURPOSE] * 3
    before = len(read(kept[0], "minefield record read"))
    path = f"/minefields/record/{record_id(kept[0])}"
    while (answer := asked.get(path)).status_code == 202:
        assert "A-17" not in answer.content.decode()  # who waits is shown nothing, and reads nothing
        assert read(kept[0], "minefield record read")[before:] == []
    assert asked.head(path).content == b""
    assert "A-17" in answer.content.decode()
    assert read(kept[0], "minefield record read")[before:] == [PURPOSE]


def test_the_scoreboard_shows_scores_their_sensitivity_the_parts_and_what_parties_say(
    asked: Any, kept: tuple[str, str]
) -> None:
    page = asked.get(f"/minefields/{kept[1]}").content.decode()
    for words in ("Completeness", "Accuracy", "Drawn as written", "all of them are complete", "Party A", "By batch",
                  ">first</th>", ">second</th>", "× 0.5", "× 2.0"):  # fmt: skip
        assert words in page, words
    assert "By district" not in page  # one part is the whole
    shapes = asked.get(f"/minefields/{kept[1]}/A-17/shapes.json").json()
    roles = [each["properties"]["role"] for each in shapes["features"]]
    assert roles.count("outline") == 3
    assert {"find", "searched"} <= set(roles)


def test_what_is_not_there_is_not_found(asked: Any, kept: tuple[str, str]) -> None:
    for path in (f"/minefields/{kept[1]}/Z-9", f"/minefields/{'0' * 64}", f"/minefields/record/{uuid.uuid4()}",
                 f"/minefields/{kept[1]}/Z-9/shapes.json"):  # fmt: skip
        assert asked.get(path).status_code == 404, path


def test_sliders_place_the_record_again_and_keep_nothing(asked: Any, kept: tuple[str, str]) -> None:
    path = f"/minefields/record/{record_id(kept[0])}/placed.json"
    usual, wide = asked.get(path).json(), asked.get(path, {"landmark_m": "90"}).json()
    assert [each["properties"]["level"] for each in usual["features"] if each["properties"]["role"] == "outline"] == [
        "99", "90", "50",
    ]  # fmt: skip
    width = [given["bbox"][2] - given["bbox"][0] for given in (usual, wide)]
    assert width[1] > 1.5 * width[0]
    assert asked.get(path).json() == usual
    for wrong in ({"landmark_m": "much"}, {"landmark_m": "-1"}, {"pace_scale": "9"}):
        assert asked.get(path, wrong).status_code == 422


def test_the_programmes_own_errors_are_where_the_sliders_stand(asked: Any, kept: tuple[str, str]) -> None:
    with open_programme(kept[0], "clerk") as programme:
        programme.set({"minefield_landmark_m": 44.0}, reason="fitted")
    try:
        page = asked.get(f"/minefields/record/{record_id(kept[0])}").content.decode()
        assert 'name="landmark_m" min="1.0" max="120.0" step="1.0" value="44.0"' in page
    finally:
        with open_programme(kept[0], "clerk") as programme:
            programme.set({"minefield_landmark_m": 18.0}, reason="the default again")


def test_a_landmark_found_again_is_a_revision_with_its_reason(asked: Any, kept: tuple[str, str]) -> None:
    own = record_id(kept[0], "B-2")
    sent = {"point": "R1", "lon": "46.9551", "lat": "39,9902", "accuracy_m": "5", "method": "satellite image",
            "reason": "east pier stands", "token": TOKEN}  # fmt: skip
    path = f"/minefields/record/{own}/landmark"
    assert asked.post(path, {**sent, "reason": " "}).status_code == 422
    assert asked.post(path, {**sent, "token": "guessed"}).status_code == 403
    assert asked.post(path, sent).status_code == 302
    with open_programme(kept[0], "tester", readonly=True) as programme:
        history = programme.journal.history(own)
        state = programme.journal.state(own)
    assert [(each.author, each.reason) for each in history[1:]] == [("reader", "east pier stands")]
    assert state.body["interpretation"]["resolved"]["R1"]["lat"] == 39.9902
    assert state.body["transcription"]["reference_points"] == OTHER["reference_points"]


def remaining_m2(programme: Programme) -> float:
    """Ask the ledger how much ground remains, on a day that is over everywhere."""
    return float(ledger(programme, programme.clocks(on=(dt.date.today() + dt.timedelta(days=2)).isoformat()))
                 ["total"]["closing_m2"])  # fmt: skip


def test_a_proposed_hazard_is_submitted_and_counts_nowhere(asked: Any, kept: tuple[str, str]) -> None:
    own = record_id(kept[0])
    path = f"/minefields/record/{own}/propose"
    assert asked.post(path, {"share": "75", "reason": "believed", "token": TOKEN}).status_code == 422
    answer = asked.post(path, {"share": "90", "reason": "finds in a row", "token": TOKEN})
    assert answer.status_code == 302
    hazard = uuid.UUID(answer.headers["Location"].rsplit("/", 1)[1])
    assert asked.get(answer.headers["Location"]).status_code == 200
    with open_programme(kept[0], "tester") as programme:
        state = programme.journal.state(hazard, approved_only=False)
        assert (state.workflow, state.body["minefield_record_ids"]) == (Workflow.SUBMITTED, [str(own)])
        assert remaining_m2(programme) == 0.0


def test_a_sheet_that_is_typed_in_lands_as_a_record(asked: Any, kept: tuple[str, str]) -> None:
    sheet = {**SHEET, "id": "C-3", "batch": "typed"}
    answer = asked.post("/minefields/enter", {"sheet": json.dumps(sheet), "token": TOKEN})
    assert answer.status_code == 200
    assert asked.get(answer.json()["address"]).status_code in (200, 202)
    with open_programme(kept[0], "tester", readonly=True) as programme:
        state = programme.journal.state(uuid.UUID(answer.json()["record"]))
    assert (state.kind, state.body["local_id"], state.body["transcription"]) == ("minefield_record", "C-3", sheet)


def test_a_sheet_without_its_number_is_not_kept(asked: Any) -> None:
    answer = asked.post("/minefields/enter", {"sheet": json.dumps({**SHEET, "id": ""}), "token": TOKEN})
    assert answer.status_code == 422


def test_a_scan_that_is_not_the_records_is_refused(asked: Any, kept: tuple[str, str], tmp_path: Path) -> None:
    assert asked.get(f"/minefields/record/{record_id(kept[0])}/scan/{'0' * 64}").status_code == 422


def test_the_map_of_an_assessed_record_draws_the_sheet_as_written_beside_its_outlines(
    asked: Any, kept: tuple[str, str]
) -> None:
    drawn = asked.get(f"/minefields/{kept[1]}/A-17/shapes.json").json()
    roles = [each["properties"]["role"] for each in drawn["features"]]
    assert roles.count("as_written") == 1
    assert {"outline", "leg", "reference"} <= set(roles)


def test_the_form_tells_what_a_check_of_the_file_tells_with_its_place_in_the_sheet(asked: Any) -> None:
    legs = [{**SHEET["legs"][0], "bearing": "63-20", "unit": "mil6000"}, *SHEET["legs"][1:]]
    sheet = {**SHEET, "legs": legs, "total": 50, "laid_to": "1960"}
    answer = asked.post("/minefields/check", json.dumps(sheet), content_type="application/json",
                        HTTP_X_WHITESTONE_TOKEN=TOKEN)  # fmt: skip
    told = {each["where"]: each for each in answer.json()["findings"]}
    assert "64th hundred" in told["leg 1, bearing"]["message"]
    assert told["leg 1, bearing"]["severity"] == "error"
    assert "sum to 40" in told["total"]["message"]
    assert "PMN-2 is known from 1970" in told["laid to"]["message"]


def test_the_form_asks_for_every_member_of_the_published_format(asked: Any) -> None:
    page = asked.get("/minefields/enter").content.decode()
    own = {each.name for name in ("record", "reference_points", "legs", "rows", *LISTS) for each in OBJECTS[name]}
    lacking = {name for name in own if f'"{name}"' not in page}
    # What is rarely on paper: legs that differ from the sheet, a grid reference as one text, a landmark that is gone.
    assert lacking <= {"coordinate", "exists", "declination_deg", "length_m"}
    assert '<option value="" selected>unknown</option>' in page


def test_a_sketch_is_fitted_before_it_is_kept_and_a_reason_is_asked(
    asked: Any, kept: tuple[str, str], tmp_path: Path
) -> None:
    from whitestone.programme.minefield_interpretation import add_scan

    own = record_id(kept[0])
    (tmp_path / "scan.png").write_bytes(b"\x89PNG invented")
    with open_programme(kept[0], "clerk") as programme:
        scan = add_scan(programme, str(own), tmp_path / "scan.png", reason="paper")["sha256"]
    points = [{"x": 0, "y": 0, "lon": 46.93, "lat": 40.0}, {"x": 100, "y": 0, "lon": 46.932, "lat": 40.0},
              {"x": 0, "y": 100, "lon": 46.93, "lat": 39.9985}]  # fmt: skip

    def sent(**more: Any) -> Any:
        body = json.dumps({"points": points, "width": 100, "height": 100, **more})
        return asked.post(f"/minefields/record/{own}/sketch/{scan}", body, content_type="application/json",
                          HTTP_X_WHITESTONE_TOKEN=TOKEN)  # fmt: skip

    tried = sent().json()
    assert len(tried["residuals"]) == 3
    assert tried["corners"][0] == pytest.approx([46.93, 40.0], abs=1e-4)
    assert sent(keep=True).status_code == 422
    assert sent(points=[]).status_code == 422
    assert sent(points=[{"x": "left"}]).status_code == 422
    with open_programme(kept[0], "tester", readonly=True) as programme:
        assert "georeferences" not in programme.journal.state(own).body
    assert sent(keep=True, reason="three corners").json()["kept"]
    with open_programme(kept[0], "tester", readonly=True) as programme:
        assert programme.journal.state(own).body["georeferences"][scan]["points"] == points
    page = asked.get(f"/minefields/record/{own}")
    assert page.status_code in (200, 202)


def test_an_assessment_of_two_batches_names_both(asked: Any, kept: tuple[str, str]) -> None:
    assert "Batch first, second" in asked.get(f"/minefields/{kept[1]}").content.decode()


def test_what_matched_records_teach_stands_on_the_page_of_the_batch(
    asked: Any, kept: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = asked.get(f"/minefields/{kept[1]}").content.decode()
    assert "What matched records teach" not in page  # one find teaches nothing
    told = minefields._read(kept[1], "test") | {"error_model": TAUGHT}
    monkeypatch.setattr(minefields, "_read", lambda *_: told)
    page = asked.get(f"/minefields/{kept[1]}").content.decode()
    for words in ("What matched records teach", "Errors of direction", "× 1.20", "0.90 – 1.50", "to the north",
                  "Sheets of district North are off, to the east", "All sheets together are off",
                  "Level at which the 50 % outline", ">44.0 <"):  # fmt: skip
        assert words in page, words
    assert "\u22124 <span" in page  # four metres to the south
    assert "Sheets of unit" not in page
