"""Can a person read and extend the word lists without breaking what reads them?"""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from whitestone.domain.codes import CODE_LISTS
from whitestone.evidence.reading import UNITS
from whitestone.evidence.reading.lexicon import LANGUAGES, Lexicon, lexicon
from whitestone.evidence.reading.tokens import tokens_of

FULL = ("en", "fr", "es", "ru", "uk", "az", "hy")
KINDS = ("before", "unit", "people", "outcome", "action", "context", "no", "say", "time", "statement", "duty",
         "instrument")  # fmt: skip


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_list_is_packaged_and_readable(code: str) -> None:
    """The file is there, is TOML, and loads."""
    folder = resources.files("whitestone.evidence.reading") / "languages"
    assert tomllib.loads((folder / f"{code}.toml").read_text(encoding="utf-8"))
    assert lexicon(code).code == code


@pytest.mark.parametrize("code", FULL)
def test_a_full_list_has_every_kind_and_its_codes_are_known(code: str) -> None:
    """Units are units of the model, qualifiers codes of the domain; months come from the locale data."""
    folder = resources.files("whitestone.evidence.reading") / "languages"
    marks = tomllib.loads((folder / f"{code}.toml").read_text(encoding="utf-8"))["marks"]
    assert set(KINDS) <= marks.keys()
    assert set(marks["unit"]) <= set(UNITS)
    assert set(marks["before"]) - {"skip"} <= set(CODE_LISTS["claim_qualifier"].codes)
    assert len({mark.code for month in range(12) for mark in lexicon(code).marks(tokens_of(_month(code, month)))
                if mark.kind == "month"}) == 12  # fmt: skip


def test_a_star_stands_for_any_ending_and_the_longest_phrase_wins() -> None:
    """`mine*` finds mines; of two phrases at one place the longer one stands."""
    words = Lexicon("xx", {})
    assert words.marks(tokens_of("mines")) == []
    made = Lexicon("", {"marks": {"thing": {"short": ["land mine*"], "long": ["land mine* map*"]}}})
    (mark,) = made.marks(tokens_of("Land mines maps"))
    assert (mark.code, mark.first, mark.last) == ("long", 0, 3)


def test_words_that_are_added_are_read() -> None:
    """A new phrase is found at once; nothing else has to change."""
    made = Lexicon("", {"marks": {"unit": {"mines": ["zork*"]}}})
    assert [mark.code for mark in made.marks(tokens_of("three zorkas"))] == ["mines"]


def _month(code: str, month: int) -> str:
    from babel.dates import get_month_names

    return str(get_month_names("wide", "format", code)[month + 1])
