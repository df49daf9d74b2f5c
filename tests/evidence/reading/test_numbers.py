"""Are numbers read as they are meant, in digits and in words?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whitestone.evidence.reading.lexicon import lexicon
from whitestone.evidence.reading.numbers import find_numbers, value_of
from whitestone.evidence.reading.sentence import Sentence
from whitestone.evidence.reading.tokens import tokens_of


def numbers(language: str, text: str) -> list[tuple[float, float | None, str]]:
    """Read the numbers of a sentence: value, greatest value, qualifier."""
    found = find_numbers(Sentence(lexicon(language), tokens_of(text), None))
    return [(number.value, number.value_max, number.qualifier) for number in found]


@pytest.mark.parametrize(("language", "text", "value", "most", "qualifier"), [
    ("en", "more than 260 civilians", 260, None, "at_least"),
    ("en", "hundreds of thousands of mines", 200_000, None, "about"),
    ("en", "two dozen soldiers", 24, None, "exact"),
    ("en", "dozens of people", 24, None, "about"),
    ("en", "up to 174,000 mines", 174_000, None, "up_to"),
    ("en", "a total of 345 casualties", 345, None, "sum"),
    ("en", "two hundred and sixty mines", 260, None, "exact"),
    ("en", "Twenty-three deminers", 23, None, "exact"),
    ("en", "half a million mines", 500_000, None, "exact"),
    ("en", "1.5 million landmines", 1_500_000, None, "exact"),
    ("en", "20-30 mines", 20, 30, "about"),
    ("en", "from 20 to 30 mines", 20, 30, "about"),
    ("en", "between 6 million and 10 million mines", 6e6, 1e7, "about"),
    ("en", "6-10 million mines", 6e6, 1e7, "about"),
    ("en", "no fewer than 12 mines", 12, None, "at_least"),
    ("en", "15 or more mines", 15, None, "at_least"),
    ("fr", "plus de deux cents mines", 200, None, "at_least"),
    ("fr", "quatre-vingt-dix mines", 90, None, "exact"),
    ("fr", "soixante et onze mines", 71, None, "exact"),
    ("fr", "entre 60 et 80 civils", 60, 80, "about"),
    ("fr", "27 400 engins", 27_400, None, "exact"),
    ("fr", "7,8 hectares", 7.8, None, "exact"),
    ("es", "cientos de miles de minas", 200_000, None, "about"),
    ("es", "treinta y cinco minas", 35, None, "exact"),
    ("es", "1.240.500 metros", 1_240_500, None, "exact"),
    ("es", "medio millón de minas", 500_000, None, "exact"),
    ("ru", "более двухсот пятидесяти мин", 250, None, "at_least"),
    ("ru", "полмиллиона мин", 500_000, None, "exact"),
    ("ru", "189 000 карт", 189_000, None, "exact"),
    ("ru", "1,2 млн мин", 1_200_000, None, "exact"),
    ("ru", "сто девять мин", 109, None, "exact"),
    ("uk", "більш ніж двісті осіб", 200, None, "at_least"),
    ("uk", "близько тисячі мін", 1_000, None, "about"),
    ("az", "iki yüzdən çox nəfər", 200, None, "at_least"),
    ("az", "260-dan çox mina", 260, None, "at_least"),
    ("az", "yüz minlərlə mina", 200_000, None, "about"),
    ("hy", "ավելի քան 260 մարդ", 260, None, "at_least"),
    ("hy", "երկու հարյուր վաթսուն մարդ", 260, None, "exact"),
    ("hy", "հարյուր հազարավոր ականներ", 200_000, None, "about"),
])  # fmt: skip
def test_a_number_is_the_least_that_the_words_allow(
    language: str, text: str, value: float, most: float | None, qualifier: str
) -> None:
    """Value, greatest value and qualifier, in every language."""
    assert numbers(language, text) == [(value, most, qualifier)]


@pytest.mark.parametrize("text", [
    "PMN-2 and OZM-72", "the ArmHiTec -2016 exhibition", "document S/2024/1", "at 15:00", "M14 and M16A1",
])  # fmt: skip
def test_digits_that_belong_to_a_name_are_no_numbers(text: str) -> None:
    """Designations, symbols and times of day."""
    assert numbers("en", text) == []


def test_over_that_belongs_to_a_verb_is_no_qualifier() -> None:
    """Handed over 214 maps, scattered over 6,000 square kilometres."""
    assert numbers("en", "Velkia handed over 214 maps") == [(214, None, "exact")]
    assert numbers("en", "mines scattered over 6,000 square kilometres") == [(6000, None, "exact")]


@given(st.integers(min_value=0, max_value=10**12), st.sampled_from([",", ".", " ", "\u00a0", "\u202f", "'", "’"]))
def test_thousands_are_read_back_whatever_parts_them(value: int, mark: str) -> None:
    """Any whole number, grouped by any mark that is not the language's decimal mark."""
    written = f"{value:,}".replace(",", mark)
    assert value_of(written, "." if mark == "," else ",") == value


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_none(text: str) -> None:
    """Never an exception."""
    value = value_of(text)
    assert value is None or value >= 0
