"""Do parts of a whole, ages, named agencies and pronouns lead the reader astray?"""

from __future__ import annotations

import pytest

from whitestone.evidence.reading import read_claims

PARTS = [
    "One in five mine casualties is a child.",
    "About half of the 1.2 million hectares of farmland is mined.",
    "Most of the 400 minefields lie in the north.",
    "Un sur dix blessés par mines est un enfant.",
    "La moitié des 300 hectares minés reste interdite.",
    "La mitad de las 300 minas fue destruida.",
    "Nueve de cada diez heridos por minas son civiles.",
    "Обезврежена половина из 300 мин.",
    "Знешкоджено половину з 300 мін.",
]
AGES = [
    "Ivanov, 45, lost his leg to a mine in 2016.",
    "Shepherds, aged 14 and 62, were killed by a mine.",
    "Villagers, aged 14, 20 and 62, were killed by a mine.",
]
AGENCIES = [
    ("Агентство «Арменпресс» сообщило: «Более 20 мирных жителей погибли на минах».", "Агентство «Арменпресс»"),
    ("Агентство «Арменпресс» сообщило, что более 20 мирных жителей погибли на минах.", "Агентство «Арменпресс»"),
    ("Более 20 мирных жителей погибли на минах, сообщило агентство «Арменпресс».", "агентство «Арменпресс»"),
    ("Агенція «Укрінформ» повідомила: «Понад 20 цивільних загинули на мінах цього року».", "Агенція «Укрінформ»"),
]  # fmt: skip


@pytest.mark.parametrize("text", PARTS)
def test_a_part_of_a_whole_does_not_claim_the_whole(text: str) -> None:
    """Shares are left to a person: neither 5 of "one in five" nor the whole of "half of" is claimed."""
    assert read_claims(text).claims == ()


@pytest.mark.parametrize("text", AGES)
def test_no_age_of_a_list_is_a_count(text: str) -> None:
    """A word of age reaches over "and" and over commas to all the ages that it leads in."""
    assert read_claims(text).claims == ()


@pytest.mark.parametrize(("text", "speaker"), AGENCIES)
def test_a_name_between_quotation_marks_belongs_to_its_speaker(text: str, speaker: str) -> None:
    """A name in quotation marks neither is speech nor ends the words that name a speaker."""
    (claim,) = read_claims(text).claims
    assert (claim.value, claim.qualifier, claim.speaker) == (20, "at_least", speaker)


def test_a_pronoun_after_a_short_quote_is_the_person_named_before() -> None:
    """Speech with a dash behind it is speech however short; "he" is whom the text named last."""
    said = read_claims("Губернатор Прокудин заявил, что работы идут. «Двое сапёров погибли на минах», — сообщил он.")
    assert [(claim.value, claim.speaker) for claim in said.claims] == [(2, "Губернатор Прокудин")]


def test_it_said_after_a_denial_is_who_denied_and_without_a_name_nothing_is_proposed() -> None:
    """A pronoun alone is no speaker."""
    said = read_claims("The Ministry denied that mines killed 40. It said that seven were injured by mines.")
    assert [(claim.value, claim.speaker) for claim in said.claims] == [(7, "The Ministry")]
    assert read_claims("It said that seven were injured by mines.").claims == ()


@pytest.mark.parametrize(("text", "speaker"), [
    ("A spokesman, however, claimed that 40 soldiers died in mine blasts.", "A spokesman"),
    ("\"We heard 'the soldiers told us that 200 mines had been buried here',\" Mr Okello said.", "the soldiers"),
])  # fmt: skip
def test_a_speaker_is_named_without_what_joins_sentences_and_without_marks(text: str, speaker: str) -> None:
    """"However" between commas and an opening mark are no part of a name."""
    assert [claim.speaker for claim in read_claims(text).claims] == [speaker]


def test_last_year_beside_a_number_keeps_the_date_of_another_event_away() -> None:
    """Without a date of the document nobody knows which year it is: no period rather than a wrong one."""
    text = "Mines killed four on 18 January 2024, and there were 60 mine incidents last year."
    first, second = read_claims(text).claims
    assert (first.period_from, second.period_from) == ("2024-01-18", None)
    assert read_claims(text, dated_on="2024-02-01").claims[1].period_from == "2023"


def test_since_a_month_is_open_at_its_end_in_azerbaijani() -> None:
    """`noyabr ayından bəri` is since November, not in November."""
    (claim,) = read_claims("2020-ci ilin noyabr ayından bəri minalar nəticəsində 350 nəfər həlak olub.").claims
    assert (claim.period_from, claim.period_to) == ("2020-11", None)


def test_who_reports_a_passive_deed_has_not_done_it() -> None:
    """The minister who says that mines were laid did not lay them."""
    (claim,) = read_claims("Nazir dedi ki, ölkədə bir milyondan çox mina basdırılıb.").claims
    assert (claim.value, claim.speaker, claim.about) == (1_000_000, "Nazir", None)


@pytest.mark.parametrize("text", ["Las minas fueron fabricadas por la empresa FAMAE.",
                                  "Las minas fueron fabricadas por la empresa española FAMAE."])  # fmt: skip
def test_the_name_of_a_maker_says_more_than_its_kind(text: str) -> None:
    """The company is named, so the name is what the claim is about."""
    assert [(claim.subject, claim.about) for claim in read_claims(text).claims] == [("producer", "FAMAE")]


@pytest.mark.parametrize("text", [
    "We reject the claim that 2,000 mines were planted.",
    "Nous rejetons l'affirmation selon laquelle 2 000 mines ont été posées.",
    "Rechazamos la afirmación de que se sembraron 2.000 minas.",
    "Мы отвергаем утверждение, что было установлено 2000 мин.",
    "Ми спростовуємо твердження, що було встановлено 2000 мін.",
])  # fmt: skip
def test_what_the_document_itself_rejects_is_not_its_claim(text: str) -> None:
    """Denials in the first person are denials as well."""
    assert read_claims(text).claims == ()


@pytest.mark.parametrize("text", [
    "The state retains 4,851 anti-personnel mines for permitted purposes.",
    "L'État conserve 4 851 mines antipersonnel à des fins permises.",
    "El Estado retiene 4.851 minas antipersonal para fines permitidos.",
])  # fmt: skip
def test_mines_that_are_retained_are_stocks_and_not_contamination(text: str) -> None:
    """What Article 3 permits lies in stores."""
    assert [(claim.subject, claim.value) for claim in read_claims(text).claims] == [("stockpiles", 4851)]


def test_the_day_of_a_speech_is_no_period_of_what_it_says() -> None:
    """A day before "said that" is the day on which it was said; a year there is the period of the figure."""
    (claim,) = read_claims("On 5 April 2022 the minister said that 40 people had been killed by mines.").claims
    assert (claim.period_from, claim.speaker) == (None, "the minister")
    (claim,) = read_claims("In 2021, the ministry said that 40 people had been killed by mines.").claims
    assert claim.period_from == "2021"


@pytest.mark.parametrize(("text", "speaker", "about"), [
    ("Nazirliyin sözçüsü Ayxan Hacızadə bildirib ki, Ermənistan tərəfindən 900 mina basdırılıb.", "Hacızadə",
     "Ermənistan"),
    ("Речник Міноборони повідомив, що чужі війська встановили близько 2 млн мін.", "Речник Міноборони", None),
    ("Spokesman Ivan Orlo said that foreign troops laid 900 mines.", "Spokesman Ivan Orlo", None),
])  # fmt: skip
def test_who_reports_is_not_who_did_it(text: str, speaker: str, about: str | None) -> None:
    """A doer stands within the reported words, or behind a word of agency, and a speaker's name is no place."""
    (claim,) = read_claims(text).claims
    assert claim.speaker.endswith(speaker)
    assert (claim.about, claim.place) == (about, None)


@pytest.mark.parametrize("text", [
    "The governor said that the work continues. According to him, 84 people were injured by mines.",
    "Le gouverneur a déclaré que le travail continue. Selon lui, 84 personnes ont été blessées par des mines.",
    "El gobernador dijo que se trabaja. Según él, 84 personas resultaron heridas por minas.",
    "Губернатор сообщил, что работы идут. По его словам, на минах пострадали 84 человека.",
    "Губернатор повідомив, що роботи тривають. За його словами, на мінах поранено 84 людини.",
])  # fmt: skip
def test_in_his_words_is_whom_the_text_named_last(text: str) -> None:
    """"According to him" is a pronoun too."""
    (claim,) = read_claims(text).claims
    assert claim.value == 84
    assert claim.speaker.split()[-1].lower() in ("governor", "gouverneur", "gobernador", "губернатор")


def test_the_people_of_a_part_do_not_colour_the_next_figure() -> None:
    """Twelve girls among the injured do not make children of the dead of another year."""
    found = read_claims("Mines injured 214 (including 77 boys and 12 girls) in 2021, up from 96 deaths in 2020.").claims
    assert [(claim.value, claim.population) for claim in found][-1] == (96, "all")


@pytest.mark.parametrize("text", [
    "The clearance team cleared its 10 millionth square metre of mined land.",
    "Mortar shells and mines were found in a 7 km2 area.",
])  # fmt: skip
def test_ordinals_and_areas_where_things_are_found_are_not_cleared(text: str) -> None:
    """Finding clears nothing."""
    assert [claim for claim in read_claims(text).claims if claim.unit in ("m2", "km2")] == []


def test_maps_of_minefields_are_maps_in_azerbaijani() -> None:
    """`mina sahəsinin xəritəsi`: what is counted are the maps."""
    (claim,) = read_claims("Ermənistan 972 mina sahəsinin xəritəsini təhvil verib.").claims
    assert (claim.subject, claim.value, claim.unit) == ("records", 972, "records")


@pytest.mark.parametrize(("text", "subject"), [
    ("Близько 174 тис. км² замінованих земель потребують обстеження.", "contamination"),
    ("Около 174 тыс. км² заминированных земель требуют обследования.", "contamination"),
    ("El país ha destruido minas y aún le faltan 174.000 km².", "contamination"),
])  # fmt: skip
def test_what_is_still_to_be_surveyed_or_cleared_is_not_cleared(text: str, subject: str) -> None:
    """Work that is needed is not work done."""
    assert [(claim.subject, claim.value) for claim in read_claims(text).claims] == [(subject, 174_000)]


@pytest.mark.parametrize(("text", "speaker"), [
    ("Les mines ont tué au nord. Bamako évoque 15 morts.", "Bamako"),
    ("Prezident demişdir: “Ərazilərdə bir milyondan artıq mina basdırılıb, 340 nəfər həlak olub.”", "Prezident"),
])  # fmt: skip
def test_more_words_of_saying_name_their_speaker(text: str, speaker: str) -> None:
    """What is spoken of, and the solemn past of Azerbaijani."""
    found = read_claims(text).claims
    assert found
    assert {claim.speaker for claim in found} == {speaker}


@pytest.mark.parametrize("since", ["2020-ci ildən bəri", "2020-ci ildən", "2020-ci ildən etibarən"])
def test_since_a_year_is_open_at_its_end_in_azerbaijani(since: str) -> None:
    """The ending of the year and the words behind it say since, not in."""
    (claim,) = read_claims(f"{since} 340 nəfər minaya düşüb.").claims
    assert (claim.period_from, claim.period_to) == ("2020", None)


@pytest.mark.parametrize("text", [
    "The side has cleared 15 of 29 mined areas.",
    "El presidente dijo que de los 1.122 municipios, 673 están afectados por minas.",
])  # fmt: skip
def test_the_whole_of_a_part_and_parts_of_other_things_are_not_claimed(text: str) -> None:
    """The 29 areas were not cleared, and towns are not people."""
    assert read_claims(text).claims == ()


def test_a_name_in_another_script_is_another_name() -> None:
    """The place ends where the organisation begins."""
    (claim,) = read_claims("В Абхазии HALO Trust уничтожил 9 788 мин.").claims
    assert claim.place == "Абхазии"


def test_what_came_of_stepping_on_a_mine_says_more_than_the_step() -> None:
    """Injured is more exact than harmed."""
    (claim,) = read_claims("Füzulidə 3 nəfər minaya düşərək yaralanıb.").claims
    assert (claim.value, claim.unit) == (3, "injured")
