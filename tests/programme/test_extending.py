"""Can a country add its own fields and codes while the programme runs, and do figures stay comparable?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from whitestone.domain.codes import CODE_LISTS
from whitestone.domain.dictionary import dictionary
from whitestone.domain.extensions import ExtraField, NationalCode
from whitestone.errors import InvalidValue, MappingInvalid
from whitestone.programme.accounts import ledger
from whitestone.programme.checking import picture_of
from whitestone.programme.extending import extend_codes, extend_fields, list_codes, list_fields
from whitestone.programme.importing import import_file
from whitestone.programme.opening import Programme, init_programme, open_programme, setting_id
from whitestone.programme.revising import revise

MAPPING = """
[dataset]
name = "Survey"
edition = "increment"

[position]
x = "lon"
y = "lat"

[[record]]
kind = "hazard"
fields.local_id = "id"
fields.classification = { column = "class", unknown = "%s" }
fields.contamination = "found"
"""
ROWS = "id,class,found,lon,lat,soil_colour\nA-1,Dense minefield,PMD zone,10,40,Sand\nA-2,SHA,AP mine,10.1,40,Clay\n"
DENSE = NationalCode(parent="cha", labels={"en": "Dense minefield", "fr": "Zone dense"})
ZONE = NationalCode(parent="ap_mine", labels={"en": "Wooden box mine"}, also=["PMD zone"])


@pytest.fixture
def programme(tmp_path: Path) -> Programme:
    return init_programme(str(tmp_path / "p"), name="Simulated")


def bring_in(programme: Programme, folder: Path, mapping: str, rows: str = ROWS) -> dict[str, Any]:
    """Import rows under a mapping and return the report."""
    (folder / "rows.csv").write_text(rows)
    (folder / "m.toml").write_text(mapping)
    return import_file(programme, folder / "rows.csv", folder / "m.toml").as_dict()


def codes_of(report: dict[str, Any]) -> set[str]:
    return {found["code"] for found in report["findings"]}


def hazards(programme: Programme) -> dict[str, dict[str, Any]]:
    states = programme.journal.states("hazard")
    return {state.body["local_id"]: {**state.body, "extra": state.extra} for state in states}


def test_a_national_code_is_held_or_found_before_it_is_added_and_understood_after(
    programme: Programme, tmp_path: Path
) -> None:
    held = bring_in(programme, tmp_path, MAPPING % "hold")
    assert held["held"] == 1
    assert "code-not-understood" in codes_of(held)
    extend_codes(programme, "hazard_class", "dense", DENSE, reason="national standard 7")
    extend_codes(programme, "eo_category", "pmd", ZONE, reason="national standard 7")
    again = bring_in(programme, tmp_path, MAPPING % "hold")
    assert again["held"] == 0
    assert not {"code-not-understood", "codes-not-understood"} & codes_of(again)
    assert hazards(programme)["A-1"]["classification"] == "dense", "kept as it is said"
    assert hazards(programme)["A-1"]["contamination"] == ["pmd"]


def test_figures_and_rules_take_a_national_code_for_its_parent(programme: Programme, tmp_path: Path) -> None:
    extend_codes(programme, "hazard_class", "dense", DENSE, reason="r")
    extend_codes(programme, "eo_category", "pmd", ZONE, reason="r")
    bring_in(programme, tmp_path, MAPPING % "hold")
    by_class = {row["key"]: row["hazards"] for row in ledger(programme, programme.clocks(), by="class")["rows"]}
    assert by_class == {"cha": 1, "sha": 1}
    by_treaty = {row["key"] for row in ledger(programme, programme.clocks(), by="treaty")["rows"]}
    assert by_treaty == {"apmbc"}
    seen = {subject.body["classification"] for subject in picture_of(programme, programme.clocks()).subjects["hazard"]}
    assert seen == {"cha", "sha"}


@pytest.mark.parametrize(("name", "code", "new"), [
    ("hazard_class", "wild", NationalCode(parent="nothing", labels={"en": "Wild"})),
    ("hazard_class", "cha", DENSE),
    ("hazard_class", "Not plain", DENSE),
    ("hazard_class", "dense", NationalCode(parent="cha", labels={"fr": "Dense"})),
    ("hazard_class", "dense", NationalCode(parent="cha", labels={"en": "SHA"})),
    ("no_list", "dense", DENSE),
])  # fmt: skip
def test_a_code_without_a_core_parent_or_with_a_taken_word_is_refused(
    programme: Programme, name: str, code: str, new: NationalCode
) -> None:
    with pytest.raises(InvalidValue):
        extend_codes(programme, name, code, new, reason="r")
    with pytest.raises(InvalidValue, match="core"):
        programme.set({"national_codes": {"sex": {"x": {"parent": "y", "labels": {"en": "X"}}}}}, reason="r")
    assert programme.lists is CODE_LISTS


def test_a_code_keeps_its_parent_and_may_learn_words(programme: Programme) -> None:
    extend_codes(programme, "hazard_class", "dense", DENSE, reason="r")
    wider = NationalCode(parent="cha", labels={"en": "Dense field"}, also=["dense one"])
    extend_codes(programme, "hazard_class", "dense", wider, reason="r")
    assert programme.lists["hazard_class"].understand("Dense one") == "dense"
    with pytest.raises(InvalidValue, match="parent"):
        extend_codes(programme, "hazard_class", "dense", NationalCode(parent="sha", labels={"en": "D"}), reason="r")


def test_each_change_is_a_revision_with_its_reason_and_survives_reopening(programme: Programme, tmp_path: Path) -> None:
    extend_codes(programme, "hazard_class", "dense", DENSE, reason="national standard 7")
    extend_fields(programme, "hazard", ExtraField(name="soil_colour", labels={"en": "Soil"}), reason="form 3")
    reasons = [step.reason for key in ("national_codes", "extra_fields")
               for step in programme.journal.history(setting_id(programme.journal.programme_id, key))]  # fmt: skip
    assert reasons == ["national standard 7", "form 3"]
    programme.close()
    with open_programme(str(tmp_path / "p")) as again:
        assert [(row["list"], row["code"], row["parent"]) for row in list_codes(again)] == [
            ("hazard_class", "dense", "cha")
        ]
        assert [(row["kind"], row["name"]) for row in list_fields(again)] == [("hazard", "soil_colour")]
        page = dictionary(again.settings.extra_fields, again.settings.national_codes)
    assert "| `dense` | Dense minefield |" in page
    assert "| `soil_colour` |" in page


def test_a_mapping_fills_a_national_field_once_it_is_declared(programme: Programme, tmp_path: Path) -> None:
    mapping = MAPPING % "finding" + 'fields.soil_colour = "soil_colour"\n'
    with pytest.raises(MappingInvalid, match="no such attribute"):
        bring_in(programme, tmp_path, mapping)
    soil = ExtraField(name="soil_colour", type="code", own_codes={"s": {"en": "Sand"}, "c": {"en": "Clay"}},
                      labels={"en": "Soil"})  # fmt: skip
    extend_fields(programme, "hazard", soil, reason="form 3")
    bring_in(programme, tmp_path, mapping)
    assert {name: body["extra"] for name, body in hazards(programme).items()} == {
        "A-1": {"soil_colour": "s"}, "A-2": {"soil_colour": "c"}
    }  # fmt: skip


def test_a_personal_national_field_is_sealed(programme: Programme, tmp_path: Path) -> None:
    extend_fields(programme, "hazard", ExtraField(name="owner", labels={"en": "Owner"}, personal=True), reason="form 3")
    bring_in(
        programme, tmp_path, MAPPING % "finding" + 'fields.owner = "soil_colour"\n', ROWS.replace("Sand", "Canary-Jane")
    )
    assert {frozenset(body["extra"]) for body in hazards(programme).values()} == {frozenset()}
    programme.close()
    assert not [path for path in (tmp_path / "p").rglob("*") if path.is_file() and b"Canary-Jane" in path.read_bytes()]


def test_a_person_states_a_national_code_by_hand(programme: Programme, tmp_path: Path) -> None:
    bring_in(programme, tmp_path, MAPPING % "finding")
    record = next(programme.journal.states("hazard")).record_id
    with pytest.raises(InvalidValue, match="not a code"):
        revise(programme, record, {"contamination": ["pmd"]}, reason="seen")
    extend_codes(programme, "eo_category", "pmd", ZONE, reason="r")
    revise(programme, record, {"contamination": ["pmd"]}, reason="seen")


def test_fields_are_for_records_about_the_ground(programme: Programme) -> None:
    with pytest.raises(InvalidValue):
        extend_fields(programme, "run", ExtraField(name="soil_colour", labels={"en": "Soil"}), reason="r")
    with pytest.raises(InvalidValue):
        extend_fields(programme, "hazard", ExtraField(name="status", labels={"en": "Status"}), reason="r")


def test_labels_follow_the_languages_of_the_programme(programme: Programme) -> None:
    extend_codes(programme, "hazard_class", "dense", DENSE, reason="r")
    programme.set({"languages": ["hy", "fr", "en"]}, reason="r")
    assert {row["code"]: row["label"] for row in list_codes(programme)} == {"dense": "Zone dense"}


def test_a_process_that_stays_sees_what_another_added(programme: Programme, tmp_path: Path) -> None:
    with open_programme(str(tmp_path / "p"), readonly=True) as staying:
        extend_codes(programme, "hazard_class", "dense", DENSE, reason="r")
        assert "dense" not in staying.lists["hazard_class"].codes
        staying.refresh()
        assert "dense" in staying.lists["hazard_class"].codes
