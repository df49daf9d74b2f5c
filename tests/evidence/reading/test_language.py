"""Is the language of a text told by its script, letters and small words?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.evidence.reading.marked_set import marked_texts

from whitestone.evidence.reading import detect_language

ALL = ("en", "fr", "es", "ru", "uk", "az", "hy", "bs", "pt", "ar", "und")


@pytest.mark.parametrize(("text", "code"), [
    ("More than 260 people were killed by mines.", "en"),
    ("Plus de 260 personnes ont été tuées par des mines.", "fr"),
    ("Más de 260 personas han muerto por las minas.", "es"),
    ("Более 260 человек погибли на минах.", "ru"),
    ("Понад 260 осіб загинули на мінах і вибухівці.", "uk"),
    ("Minalar nəticəsində 260 nəfər həlak olub.", "az"),
    ("Ականներից զոհվել է 260 մարդ։", "hy"),
    ("Više od 260 osoba je stradalo od mina na području opštine.", "bs"),
    ("Mais de 260 pessoas não sobreviveram às minas em Angola.", "pt"),
    ("قتل أكثر من 260 شخصا بسبب الألغام.", "ar"),
    ("地雷で260人が死亡した。", "und"),
    ("260 - 300", "und"),
])  # fmt: skip
def test_a_sentence_is_enough(text: str, code: str) -> None:
    """Ten languages; others are said to be unknown."""
    assert detect_language(text) == code


def test_all_marked_texts_are_told_rightly() -> None:
    """Each of the marked texts."""
    assert [each.name for each in marked_texts() if detect_language(each.text) != each.language] == []


@given(st.text(max_size=200))
def test_any_text_has_a_language_or_none(text: str) -> None:
    """Never an exception, always a known code."""
    assert detect_language(text) in ALL
