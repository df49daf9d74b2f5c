"""Do the rules hold that two rounds of cold texts asked for: averages, ages, receivers, years, lists, parts?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.evidence.reading.short_texts import values

from whitestone.evidence.reading import read_claims


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Սարվանը Կալիային հանձնել է 97 հազար ականի քարտեզ։ Կալիայի պատասխանը չկա։", "Սարվանը"),
        ("Dərvan Alazana 120 mina xəritəsi təhvil verib. Alazanın cavabı yoxdur.", "Dərvan"),
        ("Pelia received 300 minefield maps from Castria in 2010.", "Castria"),
        ("Castria handed over maps of 97,000 mines to Pelia.", "Castria"),
        ("Tormian armed forces laid 400 mines in the valley.", "Tormian armed forces"),
    ],
)
def test_who_gave_is_named_and_not_who_received(text: str, about: str) -> None:
    """Two names that touch are two names; an adjective is no doer."""
    assert [claim.about for claim in read_claims(text).claims] == [about]


@pytest.mark.parametrize("text", ["97 հազար ականի քարտեզ հանձնվել է։", "Maps of 97,000 mines were handed over.",
                                  "Переданы карты 97 тысяч мин."])  # fmt: skip
def test_maps_of_so_many_mines_are_counted_in_mines(text: str) -> None:
    """97,000 is no number of maps."""
    assert values(text) == [("records", 97000.0, "mines")]


def test_a_short_year_ends_a_sentence_before_a_capital_letter_and_leads_one_in() -> None:
    """Two sentences where the year closes the first; one where "В марте 2018 г." opens it."""
    two = read_claims("На минах погибли 12 человек в 2018 г. Мерия передала 35 формуляров минных полей.").claims
    assert [(claim.value, claim.quote[:5]) for claim in two] == [(12.0, "На ми"), (35.0, "Мерия")]
    (one,) = read_claims("В марте 2018 г. Мерия передала 35 формуляров минных полей.").claims
    assert (one.period_from, one.quote[:7]) == ("2018-03", "В марте")


def test_a_period_does_not_reach_over_a_semicolon_or_a_contrast() -> None:
    """Since 1999 tells of the forty, not of those who wait now."""
    claims = read_claims("Since 1999, mines have killed 40 people; 300 mines were destroyed.", "2022-06-01").claims
    assert [(claim.value, claim.period_from) for claim in claims] == [(40.0, "1999"), (300.0, None)]


def test_a_day_without_a_year_is_the_last_one_before_the_document() -> None:
    """And nothing where the document has no day."""
    text = "On {} a mine killed two farmers."
    for said, dated, found in (("7 August", "2019-08-13", "2019-08-07"), ("28 December", "2020-01-15", "2019-12-28"),
                               ("7 August", None, None)):  # fmt: skip
        (claim,) = read_claims(text.format(said), dated).claims
        assert claim.period_from == found


def test_parts_of_the_sentence_before_are_counted_in_its_unit() -> None:
    """Of these and of them; and a part of casualties that are named at once."""
    assert values("Mines killed 31 people. Of them, 12 were children.") == [
        ("casualties", 31.0, "killed"), ("casualties", 12.0, "killed")]  # fmt: skip
    assert values("Среди пострадавших от мин 163 ребенка.") == [("casualties", 163.0, "casualties")]


def test_every_point_of_a_list_is_read_by_itself() -> None:
    """No period and no verb runs over from one point into the next."""
    text = ("- 6 Oct: 2 killed by a mine\n- 31 mines and 7 UXO destroyed\n- Handed over: 3 minefield records\n"
            "- 12 ha cleared")  # fmt: skip
    assert [claim.quote.count("\n") for claim in read_claims(text, "2020-10-11").claims] == [0, 0, 0, 0, 0]


def test_two_lines_that_were_cut_are_one_sentence() -> None:
    """A letter of two long lines: the place goes over the line's end."""
    text = ("Over the past two years, more than 260 civilians and military personnel were killed or injured by mines "
            "in North\nDistrict. Of them, 65 people were killed and 278 people were injured.\n")  # fmt: skip
    claims = read_claims(text, "2023-12-03").claims
    assert [claim.value for claim in claims] == [260.0, 65.0, 278.0]
    assert claims[0].place == "North District"


@given(st.integers(2, 99), st.integers(100, 999))
def test_killed_and_another_person_injured_are_two_outcomes(dead: int, hurt: int) -> None:
    """ "And" joins two outcomes of one subject only; "or" joins them always."""
    two = values(f"Mines killed {dead} people and their neighbours injured {hurt} people.")
    assert two == [("casualties", float(dead), "killed"), ("casualties", float(hurt), "injured")]
    (one,) = values(f"Mines killed or injured {hurt} people.")
    assert one == ("casualties", float(hurt), "killed_or_injured")
