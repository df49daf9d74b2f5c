"""Do proposals change with the names of the parties in nothing but those names?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.evidence.reading.marked_set import MarkedText, marked_texts

from whitestone.evidence.reading import read_claims

PARTIES = {
    "en": (
        "Ardania", "Velkia", "Tessaly", "Orvania", "Belmora", "Pelagia", "Castria", "Medoria", "Cambodia",
        "Croatia", "Galmar", "Rudania", "Ostria", "Keld", "Marland", "Tessia", "Kerria", "Sudovia", "Pelara",
        "Doria", "Rudenia", "Sarvia", "Ortania", "Sevra", "Dalia", "Halvia", "Crenia", "Torand",
    ),
    "fr": (
        "Sorane", "Belvar", "Kourane", "Ralvie", "Rovénie", "Sarvonie", "Kéranie", "Tavane", "Argavie",
        "Borénie", "Orlande", "Sudovie", "Kérie", "Dorie", "Pélarie", "Rudénie", "Ortanie", "Dalie",
    ),
    "es": (
        "Tierralba", "Marca", "Valdoria", "Novaria", "Duria", "Serrania", "Llanura", "Altamira", "Cantera",
        "Quirania", "Loria", "Kerria", "Sudovia", "Doria", "Pelaria", "Ortania", "Dalia", "Sebra", "Torand",
    ),
    "ru": (
        "Нория", "Тальвия", "Орания", "Литария", "Мерия", "Лорания", "Кестрия", "Дорния", "Керрия", "Судовия",
        "Дория", "Пелария", "Ортания", "Далия", "Севра",
    ),
    "uk": (
        "Лаврія", "Мерідія", "Таврія", "Корсія", "Долинія", "Зарінія", "Поділлія", "Тальгія", "Керрія",
        "Судовія", "Дорія", "Пеларія", "Ортанія", "Далія", "Севра",
    ),
    "az": (
        "Sarvan", "Kornan", "Ermənistan", "Dərvan", "Talan", "Tirsan", "Kerriya", "Sudoviya", "Doriya",
        "Pelariya", "Ortaniya", "Daliya", "Sevra", "Kreniya", "Halviya",
    ),
    "hy": (
        "Սորվանը", "Դարմանը", "Հայաստանը", "Կալիան", "Տալանը", "Լորանը", "Սուդովիան", "Դորիան", "Պելարիան",
        "Օրտանիան", "Դալիան", "Սևրան", "Կրենիա",
    ),
}  # fmt: skip
OTHERS = {
    "en": ("Bosnia and Herzegovina", "Chad", "Armenia", "Azerbaijan", "Viet Nam", "Lao People's Democratic Republic"),
    "fr": ("Bosnie-Herzégovine", "Tchad", "Azerbaïdjan", "Arménie", "Côte d'Ivoire"),
    "es": ("Bosnia y Herzegovina", "Chad", "Armenia", "Azerbaiyán", "Costa Rica"),
    "ru": ("Армения", "Босния и Герцеговина", "Чад", "Мавритания"),
    "uk": ("Україна", "Боснія і Герцеговина", "Малі", "Мавританія"),
    "az": ("Azərbaycan", "Türkmənistan", "Çad"),
    "hy": ("Ադրբեջանը", "Մալին", "Մավրիտանիան"),
}
STEMS = (
    ("ru_pismo_oon_zaria", "Зари", "Мери"), ("ru_brifing_merii", "Зари", "Мери"), ("ru2_kestria", "Лорани", "Кестри"),
    ("ru2_pismo_sovbez", "Лоран", "Кестр"), ("ru_mid_norii_zayavlenie", "Нори", "Тальви"),
    ("uk2_lyst", "Зарін", "Поділл"), ("az_xin_beyanat", "Dərvan", "Alazan"), ("az_dervan_cavab", "Dərvan", "Alazan"),
    ("en2_letter_annex_keld", "Ostria", "Keld"), ("fr2_lettre_conseil", "Borénie", "Argavie"),
    ("es2_carta_consejo", "Altamira", "Cantera"),
)  # fmt: skip
TEXTS = [each for each in marked_texts() if any(name in each.text for name in PARTIES[each.language])]


def swapped(text: str, names: dict[str, str]) -> str:
    """Put other names in the place of names, all at once."""
    found = re.compile("|".join(rf"(?<!\w){re.escape(name)}" for name in sorted(names, key=len, reverse=True)))
    return found.sub(lambda match: names[match.group()], text)


def shapes(text: str, names: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """List proposals without their offsets, with names swapped in what stands as written."""
    told = []
    for claim in read_claims(text).claims:
        shape = {key: value for key, value in msgspec.to_builtins(claim).items() if key not in ("start", "end")}
        shape["instruments"] = list(shape["instruments"])
        for key in ("speaker", "about", "place", "quote") if names else ():
            shape[key] = swapped(shape[key], names or {}) if shape[key] else shape[key]
        told.append(shape)
    return told


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_other_names_give_the_same_proposals_with_other_names(data: st.DataObject) -> None:
    """For any marked text, any of its parties and any other name, also one of several words."""
    each: MarkedText = data.draw(st.sampled_from(TEXTS))
    there = [name for name in PARTIES[each.language] if name in each.text]
    free = [name for name in OTHERS[each.language] if name not in each.text]
    old = data.draw(st.sampled_from(there))
    names = {old: data.draw(st.sampled_from(free))}
    assert shapes(each.text, names) == shapes(swapped(each.text, names))


@pytest.mark.parametrize("each", TEXTS, ids=lambda each: each.name)
def test_two_parties_that_change_places_change_places_in_the_proposals(each: MarkedText) -> None:
    """A and B swapped in the text are A and B swapped in the proposals, and nothing else."""
    there = [name for name in PARTIES[each.language] if name in each.text][:2]
    names = {there[0]: there[-1], there[-1]: there[0]}
    assert shapes(each.text, names) == shapes(swapped(each.text, names))


@pytest.mark.parametrize(("name", "one", "other"), STEMS)
def test_parties_change_places_in_every_case_and_with_their_adjectives(name: str, one: str, other: str) -> None:
    """Names that are inflected alike are swapped by their stems, small letters too: зарийских and мерийских."""
    text = next(each.text for each in marked_texts() if each.name == name)
    names = {one: other, other: one, one.lower(): other.lower(), other.lower(): one.lower()}
    assert shapes(text, names) == shapes(swapped(text, names))
    assert shapes(text, names) != shapes(text), "the names stand in the proposals"


def test_the_parties_of_a_real_letter_can_be_swapped(shared_data: Path) -> None:
    """The parties of a real letter change places, with the words that are made of their names."""
    text = (shared_data / "texts" / "letter_2022-12-03.txt").read_text(encoding="utf-8")
    names = {"Armenia": "Azerbaijan", "Azerbaijan": "Armenia", "Armenian": "Azerbaijani", "Azerbaijani": "Armenian"}
    assert shapes(text, names) == shapes(swapped(text, names))
    assert shapes(text)
