"""Is the language of a text told by its script, letters and small words?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.evidence.reading.marked_set import marked_texts

from whitestone.evidence.reading import detect_language, read_claims
from whitestone.evidence.reading.language import languages_in

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


TWO = [("en18_letter", "ru18_soobshchenie"), ("fr18_lettre", "en18_press"), ("es18_carta", "fr18_communique"),
       ("uk18_povidomlennia", "en18_letter"), ("hy18_haghordagrutyun", "az18_melumat")]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), TWO)
def test_a_letter_and_its_annex_in_another_language_are_read_each_in_its_own(first: str, second: str) -> None:
    """The proposals of both texts together are those of each alone, at their places."""
    texts = {each.name: each.text for each in marked_texts()}
    joined = f"{texts[first].rstrip()}\n\n{texts[second]}"
    start = len(joined) - len(texts[second])
    read = read_claims(joined)
    alone = {(claim.subject, claim.value, claim.start) for claim in read_claims(texts[first]).claims}
    alone |= {(claim.subject, claim.value, claim.start + start) for claim in read_claims(texts[second]).claims}
    assert {(claim.subject, claim.value, claim.start) for claim in read.claims} == alone
    assert all(joined[claim.start : claim.end] == claim.quote for claim in read.claims)
    assert [claim.start for claim in read.claims] == sorted(claim.start for claim in read.claims)


def test_a_marked_text_is_of_one_language() -> None:
    """A quote, a name or a short line in another language parts nothing."""
    assert all(len(languages_in(each.text, each.language)) == 1 for each in marked_texts())
