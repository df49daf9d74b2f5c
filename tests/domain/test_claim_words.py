"""Do words of claims mean one thing each, and do document symbols compare however they are written?"""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whitestone.domain.claim_words import METRICS, metric, population_of, symbol, symbols_in, unit_of
from whitestone.domain.codes import folded
from whitestone.errors import InvalidValue

DATA = tomllib.loads((resources.files("whitestone.domain") / "claim_words.toml").read_text("utf-8"))
PART = st.from_regex(r"[A-Z0-9]{1,5}", fullmatch=True)
SYMBOL = st.builds(lambda organ, year, number: f"{organ}/{year}/{number}", st.sampled_from(["A", "S", "E"]), PART, PART)


@pytest.mark.parametrize("group", ["units", "populations"])
def test_a_word_stands_under_one_meaning_only(group: str) -> None:
    owners: dict[str, set[str]] = {}
    for name, each in DATA[group].items():
        for word in [name, *each["words"]]:
            owners.setdefault(folded(word), set()).add(name)
    assert owners
    assert {word: names for word, names in owners.items() if len(names) > 1} == {}


def test_every_unit_of_a_metric_is_known() -> None:
    for each in METRICS.values():
        for unit in (*each.same, *each.part, *each.wider):
            assert unit_of(unit).name == unit, each.name


def test_deaths_lie_within_casualties_and_these_within_victims() -> None:
    killed, casualties, victims = (unit_of(name) for name in ("muertos", "casualties", "victimas"))
    assert killed.covers < casualties.covers < victims.covers
    assert metric("casualties").relation(victims.name) == "wider"


@pytest.mark.parametrize("text", ["per cent", "casualties per month", "%"])
def test_shares_and_rates_answer_no_question_of_numbers(text: str) -> None:
    unit = unit_of(text)
    assert all(each.relation(unit.name) is None for each in METRICS.values())


def test_what_is_not_known_means_nothing() -> None:
    assert (unit_of("rumours"), population_of("visitors"), unit_of(None), population_of("")) == (None, None, None, None)
    with pytest.raises(InvalidValue):
        metric("guilt")


@given(SYMBOL, SYMBOL, st.sampled_from(["-", "–", " - ", "; ", ", ", " and "]))
def test_a_letter_to_two_organs_has_two_symbols(one: str, two: str, between: str) -> None:
    expected = list(dict.fromkeys([one, two]))
    assert symbols_in(f"{one}{between}{two}") == expected
    assert symbols_in([one.lower(), f" {two} "]) == expected


@given(st.text(max_size=60))
def test_no_text_of_symbols_is_lost_or_breaks(text: str) -> None:
    assert symbol(symbol(text)) == symbol(text)
    kept = "".join(symbols_in(text))
    assert all(sign in kept for sign in symbol(text) if sign.isdigit())
