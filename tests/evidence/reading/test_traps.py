"""What must not become a claim?"""

from __future__ import annotations

import pytest
from tests.evidence.reading.short_texts import read

from whitestone.evidence.reading import read_claims

NOTHING = [
    "No mines were laid in 2023 near the 14 villages.",
    "The army did not kill 20 villagers with mines.",
    "The ministry denied that 300 soldiers were killed by mines.",
    "Velkia rejects the claim that 5,000 mines were planted.",
    "If the work stopped, 100 people could die on mines every year.",
    "Some 30 hectares of mined land would be cleared by 2027.",
    "The agency plans to clear 30 hectares of mined land.",
    "Was it true that 40 people were killed by mines?",
    "A deminer aged 34 stepped on a mine 20 km from Osten.",
    "A 34-year-old man found a mine 300 metres from his house in 2019.",
    "Mine action cost 40 million dollars in 2021, and $12 million in 2022.",
    "The PMN-2 and OZM-72 mines were shown at ArmHiTec-2016.",
    "Resolution 2365 (2017) on mine action was adopted; see S/2024/1 and Article 7.",
    "27. We extend a warm invitation to the Mine Ban Convention's meeting.",
    "The 122 mm rockets lay beside the mine.",
    "The bus carried 40 pilgrims past the minefield.",
    "An explosion of a mine killed 300 sheep.",
    "The fire killed 12 people in a cinema.",
    "The earthquake killed 1,200 people; mines were not involved in the village.",
    "Les démineurs prévoient de dépolluer 200 hectares minés.",
    "Le gouvernement dément que 300 mines aient été posées.",
    "El ministro desmintió que hubiera 90 heridos por minas.",
    "No hubo 30 muertos por minas, dijo el alcalde.",
    "Министерство опровергло, что на минах погибли 60 солдат.",
    "В 2026 году планируется очистить 900 гектаров от мин.",
    "Уряд планує розмінувати ще 5 000 гектарів.",
    "Nazirlik 300 mina basdırıldığını təkzib edib.",
    "2026-cı ildə minalardan 700 hektarın təmizlənməsi planlaşdırılır.",
    "Նախարարը հերքել է, թե 300 ական է տեղադրվել։",
    "The average age of the mine casualties was 24.",
    "Средний возраст пострадавших от мин - 38 лет.",
    "He stepped on a mine in 2003 and died at 52.",
    "Every month mines kill 10 of our people.",
    "Teams documented POMZ-2M mines and remnants of 9M27K rockets.",
    "Improvised mines in the basin: 2022 update",
    "Пиротехники обследовали 214 га в поисках мин.",
    "How many mines did you lift? More than 1,800 mines.",
    "The museum displays 140 mines from eleven countries.",
    "We will finish by 2030, whatever it costs: another 70,000 mines, another 2 billion.",
    "The factory made 10,000 mines in 1987.",
    "There are 1,398 mine-affected communities.",
    "Mine accidents rose by 40 cases.",
    "Mines were discussed at the 34th session by 62 speakers.",
    "Nobody was hurt when the mine exploded; 40 workers were evacuated as a precaution.",
    "It is not true that our mines have killed 300 civilians.",
    "She called the figure of 163 deaths by mines a fantasy.",
    "In the scenario a bus strikes a mine, 4 passengers are killed and 9 injured.",
    "Bidders must show that they have cleared at least 2,000,000 m2 of mined land.",
    "After the mines were found, 1,100 miners lost their jobs.",
    "Un démineur dépollue de 15 à 50 mètres carrés par jour en terrain miné.",
    "Le programme formera 120 démineurs et dépolluera 45 hectares de terres minées.",
    "El programa formará a 120 desminadores y despejará 45 hectáreas de tierra minada.",
    "Las minas causaban la muerte o heridas a una persona cada 20 minutos.",
    "Doce víctimas de minas recibieron prótesis; el presupuesto ascendió a 3,1 millones.",
    "Программа за три года очистит 45 гектаров заминированной земли.",
    "Неправда, что наши мины убили 300 мирных жителей.",
    "На мине подорвался автомобиль, в котором ехали четыре человека.",
    "Програма за три роки очистить 45 гектарів замінованої землі.",
    "Həlak olanların 34 və 41 yaşı var idi, mina sahəsi bağlanıb.",
    "Ականները արտադրվել են 1980-ականներին։",
    "Նախարարությունը պլանավորում է մաքրել 400 հեկտար և ոչնչացնել 3000 ական։",
]


@pytest.mark.parametrize("text", NOTHING)
def test_nothing_is_claimed_where_nothing_is_said_to_be_so(text: str) -> None:
    """Denials, plans, questions, conditions, ages, rates, lengths, money, designations, exhibits and things unknown."""
    assert read(text) == []
    assert read(text, None) == []


@pytest.mark.parametrize("text", ["", " ", "\n\n\n", "[...]", "# year: 1996\n", "“", "«»", "12", "١٢ لغم", "地雷"])
def test_texts_without_words_give_nothing_and_no_error(text: str) -> None:
    """Empty and broken texts are read calmly."""
    assert read_claims(text).claims == ()


def test_a_number_of_a_page_is_passed_over() -> None:
    """Lines that hold a page number only do not break a sentence and count nothing."""
    text = ("There are many mines in the fields of the north, and a great many\n36\n"
            "people of the valley were killed by mines in 2019.\n")  # fmt: skip
    assert all(claim.value != 36 for claim in read_claims(text).claims)


def test_states_are_no_verb_and_may_is_no_doubt_in_a_date() -> None:
    """Capital letters make names, and a month is not a supposition."""
    found = read_claims("In May 2020, mines killed 12 people in the United States.").claims
    assert [(claim.value, claim.period_from, claim.speaker) for claim in found] == [(12.0, "2020-05", "document")]
