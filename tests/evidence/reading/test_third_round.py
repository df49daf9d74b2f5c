"""Do the rules hold that six more rounds of cold texts asked for: causes, targets, asides, one person, days?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.evidence.reading.short_texts import read, values

from whitestone.evidence.reading import DOCUMENT, detect_language


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("In May shelling killed 12 people and mines killed 4.", [("casualties", 4, "killed")]),
        ("We cleared 312 ha of mined land against a target of 400 ha.", [("clearance", 312, "hectares")]),
        ("Two brothers, 8 and 11, were killed by a mine.", [("casualties", 2, "killed")]),
        ("A mine killed a farmer.", [("casualties", 1, "killed")]),
        ("Several civilians were injured by mines.", [("casualties", 2, "injured")]),
        ("Погиб тракторист, наехавший на мину.", [("casualties", 1, "killed")]),
        ("Mines killed 26 civil-\nians.", [("casualties", 26, "killed")]),
        ("15 people (4 women) were injured by mines.",
         [("casualties", 15, "injured"), ("casualties", 4, "injured")]),
        ("They laid 40,000 mines, of which only 6,500 have been removed.",
         [("contamination", 40_000, "mines"), ("clearance", 6_500, "mines")]),
        ("The army released 8.3 million sq. m of mined land.", [("clearance", 8_300_000, "m2")]),
        ("Un suboficial falleció y dos soldados sufrieron heridas por una mina.",
         [("casualties", 1, "killed"), ("casualties", 2, "injured")]),
        ("L'Orlande n'a communiqué que des cartes portant sur 92 000 mines.", [("records", 92_000, "mines")]),
        ("Число жертв мин снизилось со 180 в 2019 году до 95 в 2020 году.",
         [("casualties", 180, "casualties"), ("casualties", 95, "casualties")]),
        ("Саперы уничтожили несколько десятков тысяч взрывоопасных предметов.", [("clearance", 20_000, "items")]),
        ("Zərərçəkənlərdən 12-si mina partlayışında yaralanıb.", [("casualties", 12, "injured")]),
        ("Piyada əleyhinə 93, tank əleyhinə 33 mina aşkarlanıb.",
         [("clearance", 93, "mines"), ("clearance", 33, "mines")]),
        ("Ականներից զոհվել է քսանմեկ տղամարդ։", [("casualties", 21, "killed")]),
    ],
)  # fmt: skip
def test_each_number_gets_its_own_cause_noun_and_verb(text: str, rows: list[tuple[str, float, str]]) -> None:
    """The nearest cause, the part and not the whole, one person for an article, words that a line cuts."""
    assert values(text) == rows


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("Between 2 and 9 March 2021 mines killed 4 people.", "2021-03-02", "2021-03-09"),
        ("Du 2 au 9 mars 2021, des mines ont tué 4 personnes.", "2021-03-02", "2021-03-09"),
        ("Entre el 2 y el 9 de marzo de 2021 las minas mataron a 4 personas.", "2021-03-02", "2021-03-09"),
        ("С 2 по 9 марта 2021 года на минах погибли 4 человека.", "2021-03-02", "2021-03-09"),
        ("За период (январь — июнь 2018 года) на минах погибли 4 человека.", "2018-01", "2018-06"),
        ("2021-ci ilin yanvar-iyun aylarında minalardan 4 nəfər həlak olub.", "2021-01", "2021-06"),
        ("Mayın 17-dən 22-dək minalardan 4 nəfər həlak olub.", "2023-05-17", "2023-05-22"),
        ("Mines laid in 1993 have killed 4 people.", None, None),
        ("Mines killed 4 people, the highest toll since 2006.", None, None),
    ],
)
def test_days_that_share_a_month_are_one_period(text: str, begin: str | None, end: str | None) -> None:
    """Both ends are known; when mines were laid, and what a record is held against, is no period of the harm."""
    (claim,) = read(text)
    assert (claim.period_from, claim.period_to) == (begin, end)


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Mines. «Nous avons perdu neuf hommes sur des mines», a confié à la presse la colonelle Perov.",
         "la colonelle Perov"),
        ("The envoy, Ms. Halloran, told members that mines had killed 43 people.", "The envoy, Ms. Halloran"),
        ("The toll from mines, said the minister, stands at 40 dead.", "the minister"),
        ("У ДСНС зазначають, що на мінах загинули 50 людей.", "ДСНС"),
        ("10 листопада президент Орест Дуб заявив, що на мінах загинули 50 людей.", "президент Орест Дуб"),
        ("Ordu minalardan 4 nəfərin həlak olduğunu bildirir.", "Ordu"),
        ("Progress was reported, as mines killed 40 people fewer.", DOCUMENT),
        ("Торландия обязана по Оттавской конвенции; на минах погибли 50 человек.", DOCUMENT),
    ],
)  # fmt: skip
def test_the_speaker_is_who_speaks_and_not_who_listens(text: str, speaker: str) -> None:
    """Listeners, titles, asides and agreements are no speakers; a report in the passive has none."""
    assert {claim.speaker for claim in read(text)} == {speaker}


def test_the_headline_is_not_counted_beside_the_text() -> None:
    """The same figure stands once, from the sentence that says who and where; a figure of the headline alone stays."""
    text = "Mine kills four herders, five hurt\n\nFour herders were killed by a mine in Brenn, police said."
    assert [(claim.value, claim.speaker) for claim in read(text)] == [(5.0, DOCUMENT), (4.0, "police")]


def test_a_tag_opens_no_head() -> None:
    """`# key: value` is the head of a file; a tag and a heading of Markdown are text."""
    assert values("#Kestria police: 2 dead, 5 injured after minibus hit landmine") == [
        ("casualties", 2, "killed"), ("casualties", 5, "injured")]  # fmt: skip
    assert detect_language("# Las víctimas de las minas\n\nLas minas mataron a 4 personas en 2019.\n") == "es"


LETTERS = st.characters(codec="utf-8")
WORDS = st.sampled_from([
    "mines", "мин", "ական", "mina", "12", "1 234", "killed", "погибли", "զոհվել", "3-dən", "(", ")", "«", "“", "—",
    "\n", "-", "%", "2020", "de", "\u00ad", "\u202f", "№", "и", "։",
])  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(WORDS, st.text(LETTERS, max_size=6)), max_size=40))
def test_no_mixture_of_scripts_breaks_the_reader(words: list[str]) -> None:
    """Any text is read; each quote stands where it says."""
    text = " ".join(words)
    for claim in read(text):
        assert text[claim.start : claim.end] == claim.quote
