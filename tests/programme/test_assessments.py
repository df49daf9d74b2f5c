"""Is an assessment kept as it was shown, with its input and what parties say, and is every reading of it logged?"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from whitestone.domain.revision import Act, Draft
from whitestone.errors import InvalidValue, UnknownAttachment, WrongCall
from whitestone.programme import minefield_assessing
from whitestone.programme.assessments import assessments, keep_assessment, read_assessment
from whitestone.programme.minefield_assessing import assess_files, assess_programme, joined, model_at
from whitestone.programme.minefield_claims import claims_about_records, is_about_records
from whitestone.programme.minefield_entry import enter_file
from whitestone.programme.opening import Programme, init_programme

LEG = {"unit": "degrees", "north": "true", "distance_unit": "m", "method": "tape"}
SHEET: dict[str, Any] = {
    "id": "A-17", "batch": "first", "recorded_on": "1993-06-14", "prepared_by": "Invented Name",
    "crs": {"epsg": 4326, "basis": "stated"}, "reference_points": [{"no": "R1", "x": 46.93, "y": 39.99}],
    "legs": [{"from": "R1", "to": "T1", "bearing": 90, "distance": 100, **LEG},
             {"from": "T1", "to": "T2", "bearing": 0, "distance": 80, **LEG},
             {"from": "T2", "to": "T3", "bearing": 90, "distance": 60, **LEG}],
    "perimeter": ["T1", "T2", "T3"], "quantities": {"PMN-2": 40},
    "transfer": {"from_party": "Party A", "date": "2021-06-12", "claim": "complete", "claimed_by": "Party A"},
}  # fmt: skip
FILE = {"records": [SHEET], "finds": [{"id": "F-1", "lon": 46.9312, "lat": 39.9903, "type": "PMN-2"}]}


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Search for a moment only: what is tested here is what becomes of the answer."""
    monkeypatch.setattr(minefield_assessing, "USUAL", minefield_assessing.SHORT)


@pytest.fixture
def programme(target: str, tmp_path: Path) -> Iterator[Programme]:
    """Make a programme with one sheet and one find, on each engine."""
    path = tmp_path / "batch.json"
    path.write_text(json.dumps(FILE))
    with init_programme(target, name="Test", who="clerk") as made:
        enter_file(made, path)
        yield made


def claim(programme: Programme, **stated: Any) -> None:
    """Record what a party says in a letter."""
    letter = {"title": "Letter", "symbols": ["S/1"], "dated_on": "2021-07-01"}
    document = Draft(kind="document", record_id=uuid.uuid4(), body=letter)
    body = {"document_id": str(document.record_id), "asserted_by": "Party B", **stated}
    said = Draft(kind="claim", record_id=uuid.uuid4(), body=body)
    programme.journal.append(Act(author="clerk", reason="press review"), [document, said])


def test_an_assessment_is_kept_with_its_input_and_read_back_as_it_was(programme: Programme) -> None:
    answer = assess_programme(programme, seed=1, purpose="scoring", keep=True)
    [kept] = assessments(programme)
    assert (kept.sha256, kept.batch, kept.by) == (answer["kept"], "first", "clerk")
    held = read_assessment(programme, kept.sha256, purpose="planning of survey")
    assert held["input"]["records"][0]["id"] == "A-17"
    assert held["records_detail"] == json.loads(json.dumps(answer["records_detail"]))
    assert [each["errors_times"] for each in held["sensitivity"]] == [0.5, 2.0]
    assert "Invented Name" not in json.dumps(held)


def test_without_keep_nothing_is_kept(programme: Programme) -> None:
    before = len(list(programme.journal.attachments.list()))
    answer = assess_programme(programme, seed=1, purpose="scoring", sensitivity=False)
    assert "kept" not in answer
    assert len(list(programme.journal.attachments.list())) == before
    assert assessments(programme) == []


def test_who_read_an_assessment_and_what_for_is_logged_before_it_is_returned(programme: Programme) -> None:
    sha256 = keep_assessment(programme, {"batch": "b", "records_detail": []})
    read_assessment(programme, sha256, purpose="planning of survey")
    logged = [line for line in programme.journal.seals.access_log() if line.event == "assessment read"]
    assert [(line.purpose, line.by) for line in logged] == [("planning of survey", "clerk")]


def test_no_purpose_no_assessment_and_nothing_else_is_one(programme: Programme) -> None:
    sha256 = keep_assessment(programme, {"batch": None, "records_detail": []})
    with pytest.raises(WrongCall):
        read_assessment(programme, sha256, purpose="  ")
    with pytest.raises(UnknownAttachment):
        read_assessment(programme, "0" * 64, purpose="planning")
    with pytest.raises(InvalidValue, match="records_detail"):
        keep_assessment(programme, {"batch": "b"})


def test_parties_are_quoted_beside_the_scores_and_change_none(programme: Programme) -> None:
    before = assess_programme(programme, seed=1, purpose="scoring", sensitivity=False)
    claim(programme, subject="accuracy of the minefield maps", quote="a quarter accurate", locator="p. 2",
          as_of="2021-08-01")  # fmt: skip
    claim(programme, subject="houses rebuilt", quote="many")
    after = assess_programme(programme, seed=1, purpose="scoring", sensitivity=False)
    assert [(each["speaker"], each["quote"], each["source"]) for each in after["claims"]] == [
        ("Party B", "a quarter accurate", "Letter, S/1, p. 2"),
        ("Party A", "complete", "said of batch first when it was handed over"),
    ]
    for name in ("completeness", "accuracy", "as_written_share", "records_detail"):
        assert after[name] == before[name]


def test_what_was_said_of_a_batch_by_its_name_is_about_records() -> None:
    assert is_about_records({"about": "first"}, {"first"})
    assert not is_about_records({"about": "second"}, {"first"})
    assert is_about_records({"population": "карты минных полей"}, set())
    assert not is_about_records({"subject": "mines laid in the district"}, set())


def test_a_programme_without_claims_has_none(target: str) -> None:
    with init_programme(target, name="Test") as made:
        assert claims_about_records(made) == []


def test_the_programmes_own_error_model_is_used_for_its_records_and_for_files(
    programme: Programme, tmp_path: Path
) -> None:
    programme.set({"minefield_landmark_m": 60.0}, reason="fitted")
    wide = assess_programme(programme, seed=1, purpose="scoring", sensitivity=False)
    assert wide["error_model"]["assumed"]["landmark_m"] == 60.0
    model = model_at(programme.target)
    assert model.landmark_m == 60.0
    paths = [tmp_path / "sheet.json"]
    paths[0].write_text(json.dumps({"records": [SHEET]}))
    usual, same = (assess_files(paths, seed=1, sensitivity=False, **more) for more in ({}, {"model": model}))
    assert same["records_detail"][0]["p90_m2"] > 1.5 * usual["records_detail"][0]["p90_m2"]


def test_what_is_said_of_a_batch_stands_beside_the_scores_of_a_file(tmp_path: Path) -> None:
    """Attributed, each said once, and no score moves by it."""
    said = {"claim": "a quarter of them is right", "claimed_by": "Party B", "date": "2024-02-12"}
    path = tmp_path / "claimed.json"
    path.write_text(json.dumps({"records": [{**SHEET, "transfer": said}, {**SHEET, "id": "B", "transfer": said}]}))
    told = assess_files([path], seed=1, sensitivity=False)
    assert [(each["speaker"], each["date"], each["quote"]) for each in told["claims"]] == [
        ("Party B", "2024-02-12", "a quarter of them is right")]  # fmt: skip
    path.write_text(json.dumps({"records": [{**SHEET, "transfer": None}, {**SHEET, "id": "B", "transfer": None}]}))
    silent = assess_files([path], seed=1, sensitivity=False)
    assert silent["claims"] == []
    assert silent["accuracy"] == told["accuracy"]


def test_finds_are_counted_in_the_district_that_they_state_else_in_the_nearest_sheets(tmp_path: Path) -> None:
    path = tmp_path / "districts.json"
    finds = [{"id": "F-1", "lon": 46.93, "lat": 39.99}, {"id": "F-2", "lon": 46.93, "lat": 39.99, "district": "West"}]
    path.write_text(json.dumps({"records": [{**SHEET, "district": "East"}], "finds": finds}))
    by = assess_files([path], seed=1, sensitivity=False)["by"]["district"]
    assert [(each["key"], each.get("sheets"), each["finds"]) for each in by] == [("East", 1, 1), ("West", None, 1)]


def test_the_same_key_in_two_files_is_told_apart(tmp_path: Path) -> None:
    from whitestone.programme.minefield_files import read_records_file

    path = tmp_path / "one.json"
    path.write_text(json.dumps(FILE))
    batch = read_records_file(path).batch
    both = joined([batch, batch])
    assert len({each.key for each in both.records}) == 2
    assert len(both.finds) == 2
