"""Are treaty categories derived from what was found, the same whatever the order, with nothing dropped?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whitestone.domain.codes import code_list
from whitestone.domain.kinds import KINDS
from whitestone.domain.treaty import (
    FLAGS,
    MAPPING_VERSION,
    TREATIES,
    mapping_version,
    treaties,
    treaty_flags,
    undetermined,
)
from whitestone.errors import InvalidValue

CATEGORIES = sorted(code_list("eo_category").codes)
STATES = [None, *code_list("eo_state").codes]


@given(st.lists(st.sampled_from(CATEGORIES), max_size=8), st.sampled_from(STATES), st.randoms())
def test_the_derivation_never_depends_on_order_or_repetition(categories: list[str], state: str, random: object) -> None:
    shuffled = categories * 2
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert treaty_flags(shuffled, state) == treaty_flags(categories, state)
    assert undetermined(shuffled) == undetermined(categories)


@given(st.lists(st.sampled_from(CATEGORIES), max_size=6), st.lists(st.sampled_from(CATEGORIES), max_size=6))
def test_a_mixed_area_has_the_flags_of_its_parts_and_no_others(first: list[str], second: list[str]) -> None:
    assert set(treaty_flags(first + second)) == set(treaty_flags(first)) | set(treaty_flags(second))


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_has_a_flag_or_is_said_to_be_undetermined(category: str) -> None:
    assert bool(treaty_flags([category])) != bool(undetermined([category]))


@pytest.mark.parametrize("flag", FLAGS)
def test_every_flag_is_reported_under_one_known_treaty(flag: str) -> None:
    assert len(treaties([flag])) == 1
    assert treaties([flag])[0] in TREATIES


def test_an_improvised_mine_set_off_by_a_person_falls_under_the_mine_ban() -> None:
    assert treaties(treaty_flags(["improvised_ap_mine"])) == ("apmbc",)
    assert "ap" not in treaty_flags(["improvised_ap_mine"]), "counted apart"


def test_the_state_is_of_the_find_not_of_the_model() -> None:
    assert treaty_flags(["mortar"], "unexploded") == ("uxo",)
    assert treaty_flags(["mortar"], "abandoned") == ("axo",)
    assert treaty_flags(["mortar"], "stored") == ()
    assert treaty_flags(["ap_mine"], "component_or_scrap") == ()
    assert treaty_flags(["submunition"], "unexploded") == ("cmr",), "once, not again as unexploded ordnance"


def test_what_does_not_exist_is_refused() -> None:
    with pytest.raises(InvalidValue):
        treaty_flags(["mine-ish"])
    with pytest.raises(InvalidValue):
        treaties(["mines"])


def test_the_version_is_that_of_the_data_and_no_noun_lets_a_treaty_be_typed() -> None:
    assert mapping_version() == MAPPING_VERSION
    assert not [name for kind in KINDS.values() for name in kind.attributes if "treaty" in name]
