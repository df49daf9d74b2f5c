"""Is every wrong value found, one by one and by column alike, and nothing right blamed?"""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whitestone.domain.codes import code_list
from whitestone.domain.extensions import ExtraField, add_field
from whitestone.domain.kinds import KINDS, Attribute
from whitestone.domain.validate import as_struct, validate, validate_columns, validate_extra
from whitestone.errors import InvalidValue

RECORD_ID = "01890a5d-ac96-774b-bcce-b302099a8057"
ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.floats(), st.text(max_size=5),
                     st.lists(st.text(max_size=3), max_size=3), st.dictionaries(st.text(max_size=2), st.integers()))


def right_value(attribute: Attribute) -> Any:
    """Make a value that the attribute must take."""
    code = next(iter(code_list(attribute.codes).codes)) if attribute.codes else None
    return {"text": "words", "identifier": "A-1", "texts": ["a", "b"], "count": 3, "number": 1.5, "area": 2e4,
            "share": 0.5, "flag": True, "date": "2014-05", "code": code, "codes": [code], "link": RECORD_ID,
            "links": [RECORD_ID], "value": {"any": 1}}[attribute.type]


@pytest.mark.parametrize("name", list(KINDS))
def test_every_attribute_takes_a_right_value_and_none_and_the_struct_agrees(name: str) -> None:
    for attribute in KINDS[name].attributes.values():
        body = {attribute.name: right_value(attribute)}
        assert validate(name, body) == []
        assert validate(name, {attribute.name: None}) == []
        if attribute.type != "value":
            as_struct(name, body)


@pytest.mark.parametrize(("attribute", "value", "code"), [
    ("area_reported_m2", -1.0, "out-of-bounds"), ("area_reported_m2", "12", "wrong-type"),
    ("area_reported_m2", float("nan"), "wrong-type"), ("classification", "CHA", "unknown-code"),
    ("contamination", ["ap_mine", "ap_mine"], "wrong-type"), ("contamination", "ap_mine", "wrong-type"),
    ("contamination", ["ap"], "unknown-code"), ("discovered_on", "2014-13", "bad-date"),
    ("discovered_on", "2014-02-30", "bad-date"), ("discovered_on", "03.05.2014", "bad-date"),
    ("beneficiaries_expected", 2.5, "wrong-type"), ("beneficiaries_expected", True, "wrong-type"),
    ("place_id", "Doboj", "bad-link"), ("parent_ids", [RECORD_ID, "x"], "bad-link"), ("geo_safe", "yes", "wrong-type"),
    ("name", 5, "wrong-type"), ("remarks", "x" * 100_001, "too-long"), ("colour", "red", "unknown-attribute"),
])
def test_a_wrong_value_is_named_with_its_code(attribute: str, value: Any, code: str) -> None:
    found = validate("hazard", {attribute: value})
    assert [(fault[0], fault[2]) for fault in found] == [(attribute, code)]
    assert found[0][3]


@given(st.sampled_from(list(KINDS)), st.data())
def test_a_column_is_judged_as_its_values_are_one_by_one(name: str, data: st.DataObject) -> None:
    attribute = data.draw(st.sampled_from(sorted(KINDS[name].attributes)))
    values = data.draw(st.lists(ANYTHING, max_size=6))
    one_by_one = [(row, *fault[2:]) for row, value in enumerate(values) for fault in validate(name, {attribute: value})]
    assert [(row, code, said) for row, _, _, code, said in validate_columns(name, {attribute: values})] == one_by_one


@given(st.sampled_from([name for name, kind in KINDS.items() if not kind.programme]), st.data())
def test_what_validates_fits_the_struct(name: str, data: st.DataObject) -> None:
    attribute = data.draw(st.sampled_from(sorted(KINDS[name].attributes)))
    value = data.draw(ANYTHING)
    if KINDS[name].attributes[attribute].type != "value" and not validate(name, {attribute: value}):
        as_struct(name, {attribute: value})


def test_a_struct_refuses_what_its_types_refuse() -> None:
    with pytest.raises(InvalidValue):
        as_struct("hazard", {"area_reported_m2": "large"})
    with pytest.raises(InvalidValue):
        validate("minefield", {})


def test_a_million_codes_are_checked_in_passing() -> None:
    column = ["male", "female", "unknown", None] * 250_000
    column[777_777] = "m"
    start = time.process_time()
    found = validate_columns("casualty", {"sex": column})
    assert [(row, code) for row, _, _, code, _ in found] == [(777_777, "unknown-code")]
    assert time.process_time() - start < 3


def test_national_fields_are_checked_and_undeclared_ones_are_kept_and_said() -> None:
    soil = ExtraField(name="soil", type="code", own_codes={"clay": {"en": "Clay"}}, labels={"en": "Soil"})
    grades = ExtraField(name="grades", type="codes", codes="source_reliability", labels={"en": "Grades"})
    schema = add_field(add_field([], soil), grades)
    assert validate_extra({"soil": "clay", "grades": ["A"]}, schema) == []
    codes = [fault[2] for fault in validate("hazard", {}, {"soil": "sand", "grades": ["Z"], "new": 1}, schema)]
    assert codes == ["unknown-code", "unknown-code", "undeclared"]


def test_a_programme_widens_its_schema_but_never_narrows_it() -> None:
    soil = ExtraField(name="soil", type="code", own_codes={"clay": {"en": "Clay"}}, labels={"en": "Soil"})
    wider = ExtraField(name="soil", type="code", own_codes={"clay": {"en": "Clay"}, "sand": {"en": "Sand"}},
                       labels={"en": "Soil", "es": "Suelo"})
    assert add_field(add_field([], soil), wider) == [wider]
    with pytest.raises(InvalidValue):
        add_field([wider], soil)
    with pytest.raises(InvalidValue):
        add_field([soil], ExtraField(name="soil", type="text", labels={"en": "Soil"}))
    with pytest.raises(InvalidValue):
        add_field([ExtraField(name="head", labels={"en": "Head"}, personal=True)],
                  ExtraField(name="head", labels={"en": "Head"}))


@pytest.mark.parametrize("wrong", [
    {"name": "Soil"}, {"name": "status"}, {"type": "colour"}, {"type": "code"}, {"labels": {}},
    {"type": "code", "codes": "sex", "own_codes": {"x": {"en": "X"}}},
])
def test_a_field_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    stated: dict[str, Any] = {"name": "soil", "type": "text", "labels": {"en": "Soil"}} | wrong
    with pytest.raises(InvalidValue):
        add_field([], ExtraField(**stated), taken=KINDS["hazard"].attributes)
