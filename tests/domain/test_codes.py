"""Do lists, nouns and labels agree, and are foreign words understood without guessing?"""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whitestone.domain.codes import CODE_LISTS, LANGUAGES, Code, code_list, folded, label
from whitestone.domain.kinds import KINDS
from whitestone.domain.revision import Workflow
from whitestone.errors import InvalidValue

OPTIONAL = {"nonconformity", "workflow"}
"""Lists used inside values rather than as an attribute of a noun."""


def test_every_list_that_a_noun_references_exists_and_no_list_is_orphaned() -> None:
    used = {attribute.codes for kind in KINDS.values() for attribute in kind.attributes.values() if attribute.codes}
    assert used <= set(CODE_LISTS)
    assert set(CODE_LISTS) - used == OPTIONAL


def test_every_link_names_a_kind() -> None:
    targets = {attribute.links_to for kind in KINDS.values() for attribute in kind.attributes.values()} - {None}
    assert targets <= set(KINDS)


@pytest.mark.parametrize("name", list(CODE_LISTS))
def test_every_code_has_an_english_label_and_its_parent_in_the_list(name: str) -> None:
    codes = CODE_LISTS[name]
    assert codes.purpose.endswith(".")
    assert codes.codes
    for code, entry in codes.codes.items():
        assert entry.labels["en"].strip() == entry.labels["en"] != "", (name, code)
        assert set(entry.labels) <= set(LANGUAGES)
        assert entry.parent is None or entry.parent in codes.codes
        codes.core(code)


@pytest.mark.parametrize("name", list(CODE_LISTS))
def test_labels_of_one_language_differ_within_a_list(name: str) -> None:
    for language in LANGUAGES:
        codes = CODE_LISTS[name].codes.values()
        labels = [folded(entry.labels[language]) for entry in codes if language in entry.labels]
        assert len(labels) == len(set(labels)), (name, language)


@pytest.mark.parametrize("name", list(CODE_LISTS))
def test_no_word_means_two_codes_of_one_list(name: str) -> None:
    doubled = {word: hits for word, hits in CODE_LISTS[name]._words(None).items() if len(hits) > 1}
    assert doubled == {}


@pytest.mark.parametrize("name", list(CODE_LISTS))
def test_a_language_that_a_list_speaks_is_complete_for_its_core_codes(name: str) -> None:
    codes = CODE_LISTS[name].codes.values()
    for language in ("es", "fr"):
        spoken = [entry.code for entry in codes if language in entry.labels]
        assert len(spoken) in (0, len(codes)), (name, language)


@given(st.sampled_from([(name, code) for name, codes in CODE_LISTS.items() for code in codes.codes]), st.data())
def test_every_label_and_synonym_is_understood_whatever_its_case_and_spaces(
    which: tuple[str, str], data: st.DataObject
) -> None:
    codes = code_list(which[0])
    entry = codes.codes[which[1]]
    word = data.draw(st.sampled_from([entry.code, *entry.labels.values(), *entry.synonyms]))
    spaces = data.draw(st.sampled_from(["", " ", "\t ", " "]))
    assert codes.understand(spaces + word + spaces) == entry.code
    assert codes.understand(word.upper()) == codes.understand(word.lower()) == entry.code


@given(st.text(max_size=12))
def test_words_that_nobody_declared_are_not_understood(text: str) -> None:
    codes = code_list("hazard_class")
    understood = codes.understand(text)
    assert understood is None or folded(text) in codes._words(None)


def test_a_near_miss_is_a_question_not_an_answer() -> None:
    assert code_list("hazard_class").understand("Suspectd hazardous area") is None
    assert code_list("release_outcome").understand("released") is None, "released is not a synonym of cancelled"


def test_historic_vocabulary_maps() -> None:
    assert code_list("hazard_class").understand("Defined hazardous area") == "cha"
    assert code_list("hazard_class").understand("dangerous area") == "sha"
    assert code_list("release_outcome").understand("Area reduction") == "reduced"
    assert code_list("release_outcome").understand("area cancellation") == "cancelled"
    assert code_list("release_outcome").understand("cancelled_nts") == "cancelled"


def test_a_national_code_must_be_the_child_of_a_code_and_keeps_its_core() -> None:
    base = code_list("eo_category")
    more = base.extended({"pfm1": Code("pfm1", {"en": "Type as catalogued"}, parent="ap_mine")})
    assert more.core("pfm1") == "ap_mine"
    with pytest.raises(InvalidValue):
        base.extended({"stray": Code("stray", {"en": "Stray"})})
    with pytest.raises(InvalidValue):
        base.extended({"ap_mine": Code("ap_mine", {"en": "Again"}, parent="av_mine")})
    with pytest.raises(InvalidValue):
        base.extended({"mute": Code("mute", {}, parent="av_mine")})


def test_labels_fall_back_to_english_and_then_to_what_was_stored() -> None:
    assert label("sensitivity", "internal", "ru") == "Internal"
    assert label("hazard_class", "sha", "bs") == "Sumnjivo opasno područje"
    assert label("hazard_class", "no such code") == "no such code"


def test_the_workflow_list_names_every_workflow_of_a_revision() -> None:
    assert {each.name.lower() for each in Workflow} <= set(code_list("workflow").codes)


def test_validity_bounds_are_inclusive() -> None:
    code = Code("x", {"en": "X"}, valid_from=date(2000, 1, 1), valid_to=date(2009, 12, 31))
    assert code.valid_on(date(2000, 1, 1))
    assert code.valid_on(date(2009, 12, 31))
    assert not code.valid_on(date(1999, 12, 31))


def test_every_value_of_the_colombian_register_is_understood(shared_data: Path) -> None:
    columns = {"estado": "casualty_outcome", "genero": "sex", "rangoedad": "age_group", "condicion": "person_status",
               "tipoevento": "event_type", "Actividad": "casualty_activity"}
    file = shared_data / "colombia_victims" / "Situaci_n_V_ctimas_Minas_Antipersonal_en_Colombia.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for column, name in columns.items():
        foreign = {row[column] for row in rows}
        assert {word for word in foreign if code_list(name).understand(word, "es") is None} == set(), column


def test_every_event_number_of_colombia_has_a_code(shared_data: Path) -> None:
    numbers = set()
    for file in (shared_data / "colombia_events").glob("*.json"):
        numbers |= {each["properties"]["TIPO_EVENTO"] for each in json.loads(file.read_text("utf-8"))["features"]}
    assert all(code_list("event_type").from_scheme("colombia_event", number) for number in numbers), numbers


def test_the_words_of_the_cambodian_and_bosnian_files_are_understood(shared_data: Path) -> None:
    features = json.loads((shared_data / "cambodia_casualties" / "dataset.json").read_text("utf-8"))["features"]
    for key in ("DEVICES", "ERW_TYPE", "MINE_TYPE"):
        words = {each["properties"][key] for each in features} - {None}
        assert {word for word in words if code_list("eo_category").understand(word) is None} == set()
    assert code_list("hazard_class").understand("Suspected Minefield") == "sha"
    assert code_list("release_outcome").understand("Cleared Areas") == "cleared"


def test_the_ng_columns_named_are_columns_of_that_schema(shared_data: Path) -> None:
    import openpyxl
    sheet = openpyxl.load_workbook(shared_data / "imsma_ng_codes" / "Enum_Value_Review.xlsx")["Enum"]
    known = {row[3].split("= ")[1].strip() for row in sheet.iter_rows(min_row=2, values_only=True) if row[3]}
    named = {column for codes in CODE_LISTS.values() for column in codes.ng_columns}
    assert named <= known
