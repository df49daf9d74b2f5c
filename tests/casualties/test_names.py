"""Do the written forms of one name meet in a token, in whatever script, and do different names mostly not?"""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whitestone.casualties.names import KINDS, NameTokens, romanise, tokens_of, words_of

# Common given names and family names, as five scripts write them; no pair of them is meant for anybody.
FORMS = [
    ("Mohammed", "Мухаммед", "Մուհամմադ", "محمد", "មូហាម៉ាត់"),
    ("Ahmed", "Ахмед", "Ահմեդ", "أحمد", "អាហ្មេដ"),
    ("Hassan", "Гасан", "Հասան", "حسن", "ហាសាន"),
    ("Ibrahim", "Ибрагим", "Իբրահիմ", "إبراهيم", "អ៊ីប្រាហ៊ីម"),
    ("Yusuf", "Юсуф", "Յուսուֆ", "يوسف", "យូសុហ្វ"),
    ("Fatima", "Фатима", "Ֆատիմա", "فاطمة", "ហ្វាទីម៉ា"),
    ("Mariam", "Мариам", "Մարիամ", "مريم", "ម៉ារៀម"),
    ("Armen", "Армен", "Արմեն", "أرمين", "អារមែន"),
    ("Ivan", "Иван", "Իվան", "إيفان", "អ៊ីវ៉ាន់"),
    ("Sokha", "Сокха", "Սոկխա", "سوخا", "សុខា"),
    ("Abdullah", "Абдулла", "Աբդուլլա", "عبد الله", "អាប់ឌុលឡា"),
    ("Hussein", "Гусейн", "Հուսեյն", "حسين", "ហ៊ូសេន"),
]
DIFFERENT = ["Petrova", "Kovač", "Ramirez", "Sokha", "Nguyen", "Tigran", "Laleh", "Bopha"]


@pytest.mark.parametrize("forms", FORMS, ids=[each[0] for each in FORMS])
def test_written_forms_of_one_name_in_five_scripts_meet_in_a_token(forms: tuple[str, ...]) -> None:
    tokens = [tokens_of(form).all() for form in forms]
    for at, some in enumerate(tokens):
        for others in tokens[at + 1 :]:
            assert some & others, (forms, some, others)


@pytest.mark.parametrize(("one", "other"), [
    ("Mammadov Ali", "Али Мамедов"), ("Əliyev Vaqif", "Алиев Вагиф"), ("Vaqif Əli oğlu Əliyev", "Aliyev Vagif"),
    ("Jovan Kovačević", "Јован Ковачевић"), ("Ովսեփյան Դավիթ", "Davit Hovsepyan"), ("O'Neil Ana", "ana oneil"),
    ("Хачатрян Анаит", "Khachatryan Anahit"), ("Abdul Rahman", "Rahman, Abdul"), ("José da Silva", "SILVA Jose"),
])  # fmt: skip
def test_spellings_of_common_names_share_the_bones_of_every_word(one: str, other: str) -> None:
    shared = {sound for sound in set(tokens_of(one).sound) & set(tokens_of(other).sound) if sound.islower()}
    assert tokens_of(one).key == tokens_of(other).key or len(shared) > 1


def test_different_names_do_not_meet_in_a_word() -> None:
    for at, one in enumerate(DIFFERENT):
        for other in DIFFERENT[at + 1 :]:
            assert not set(tokens_of(one).word) & set(tokens_of(other).word)
            assert tokens_of(one).key != tokens_of(other).key, (one, other)


def test_a_patronymic_an_initial_and_a_particle_change_nothing() -> None:
    assert words_of("Ivanov Ivan Petrovich") == words_of("Ivanov Ivan") == words_of("Ivanov I. Ivan")
    assert tokens_of("Hassan bin Ali").full == tokens_of("Ali Hassan").full
    assert words_of("Petrovich Ivan") == ["petrovich", "ivan"]


@pytest.mark.parametrize("name", ["", "  ", "unknown", "N/A", "неизвестно", "Desconocido", "???", None, "12345"])
def test_what_stands_for_no_name_has_no_token(name: str | None) -> None:
    assert not tokens_of(name)
    assert tokens_of(name).all() == frozenset()
    assert tokens_of(name).sealed(lambda value: value) == {kind: [] for kind in ("full", "key", *KINDS[1:])}


@given(st.lists(st.sampled_from(["Ana", "Иван", "محمد", "សុខា", "Լիլիթ", "Kovač", "Abdul"]), min_size=1, max_size=4))
def test_the_order_of_the_words_never_matters(words: list[str]) -> None:
    assert tokens_of(" ".join(words)).all() == tokens_of(", ".join(reversed(words))).all()
    assert tokens_of(" ".join(words)).key == tokens_of(" ".join(reversed(words))).key


@given(st.text(max_size=40))
def test_any_text_makes_latin_tokens_and_never_fails(text: str) -> None:
    tokens = tokens_of(text)
    assert isinstance(tokens, NameTokens)
    assert set(romanise(text)) <= set("abcdefghijklmnopqrstuvwxyz ")
    kinds = {token.partition(":")[0] for token in tokens_of(text.upper()).all()}
    assert kinds <= {"full", "word", "bones", "sound"}


def test_sealed_tokens_hold_no_letter_of_the_name_and_depend_on_the_key() -> None:
    def keyed(secret: str) -> dict[str, list[int]]:
        return tokens_of("Sokha Bopha").sealed(lambda value: hashlib.sha256((secret + value).encode()).hexdigest())

    one, other = keyed("a"), keyed("b")
    assert all(0 <= number < 1 << 63 for numbers in one.values() for number in numbers)
    every, others = ({number for each in some.values() for number in each} for some in (one, other))
    assert not every & others
    assert len(one["word"]) == 2
