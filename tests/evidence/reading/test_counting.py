"""What do numbers count, beside each other in one sentence?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.evidence.reading.marked_set import marked_texts

from whitestone.evidence.reading import read_claims

Row = tuple[float | None, str | None, str | None]


def counted(text: str) -> list[Row]:
    """List value, unit and population of the proposals of a text."""
    return [(claim.value, claim.unit, claim.population) for claim in read_claims(text, dated_on="2024-05-01").claims]


@pytest.mark.parametrize(("text", "rows"), [
    ("Mines killed 20 people and injured 30.", [(20, "killed", "all"), (30, "injured", "all")]),
    ("20 people were killed and 30 injured by mines.", [(20, "killed", "all"), (30, "injured", "all")]),
    ("Mines killed 20 people, and 30 were injured.", [(20, "killed", "all"), (30, "injured", "all")]),
    ("20 civilians and 5 soldiers were killed by mines.", [(20, "killed", "civilians"), (5, "killed", "military")]),
    ("Mines killed 20 civilians and 5 soldiers.", [(20, "killed", "civilians"), (5, "killed", "military")]),
    ("Last year, 11 people, including 4 children, were killed and 23 wounded by landmines.",
     [(11, "killed", "all"), (4, "killed", "children"), (23, "injured", "all")]),
    ("A total of 312 civilians and soldiers were killed or wounded by mines.",
     [(312, "killed_or_injured", "civilians_and_military")]),
    ("The number of mine casualties fell from 300 in 2008 to 186 in 2012.",
     [(300, "casualties", "all"), (186, "casualties", "all")]),
    ("Civilian casualties of mines reached 1,068, including 100 children.",
     [(1068, "casualties", "civilians"), (100, "casualties", "children")]),
    ("Of the 48 casualties of mines, 31 were children.", [(48, "casualties", "all"), (31, "casualties", "children")]),
    ("A bus carrying 40 passengers hit a landmine, killing 14 of them.", [(14, "killed", "all")]),
    ("Two landmines killed seven soldiers.", [(7, "killed", "military")]),
    ("They removed 44 anti-personnel mines, 12 anti-tank mines and 300 items of UXO.",
     [(44, "mines", None), (12, "mines", None), (300, "items", None)]),
    ("About 300,000 displaced people have returned to mined districts.", [(300_000, "returned", "all")]),
    ("Mines kill or maim more than 15 people every day.", []),
    ("Five boxes of mines were found.", []),
    ("Two thirds of the casualties of mines are children.", []),
    ("Ayer las minas mataron a 12 niños.", [(12, "killed", "children")]),
    ("Tres policías murieron y siete campesinos resultaron heridos por una mina.",
     [(3, "killed", "military"), (7, "injured", "civilians")]),
    ("Un bilan de 25 morts et 40 blessés par mines a été établi.", [(25, "killed", "all"), (40, "injured", "all")]),
    ("По данным МИД, с ноября 2020 года 361 человек подорвался на минах, из них 68 погибли.",
     [(361, "casualties", "all"), (68, "killed", "all")]),
    ("От мин погибли не менее 30 мирных жителей, в том числе 7 детей, и свыше 50 получили ранения.",
     [(30, "killed", "civilians"), (7, "killed", "children"), (50, "injured", "civilians")]),
    ("МИД заявил о передаче 189 000 карт минных полей.", [(189_000, "records", None)]),
    ("Унаслідок підриву на міні одна людина загинула, троє поранені.", [(1, "killed", "all"), (3, "injured", "all")]),
    ("Mina partlayışı nəticəsində 2 hərbi qulluqçu şəhid olub, 5 nəfər yaralanıb.",
     [(2, "killed", "military"), (5, "injured", "all")]),
    ("Ականի պայթյունից 2 քաղաքացի է զոհվել, 5-ը՝ վիրավորվել։", [(2, "killed", "all"), (5, "injured", "all")]),
    ("Od mina je stradalo 1.782 osobe, od kojih je 625 smrtno stradalo.",
     [(1782, "casualties", "all"), (625, "killed", "all")]),
])  # fmt: skip
def test_each_number_has_its_own_noun_and_verb(text: str, rows: list[Row]) -> None:
    """Verbs before and after, shared, and of parts; things that no list knows count nothing."""
    assert counted(text) == rows


TEXTS = [each.text for each in marked_texts()]
SIGNS = "0123456789.,-–«»“”\"'()/\n%$;: aЯիİ\u0307։՞\x00"


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(TEXTS), st.integers(0, 3000), st.lists(st.tuples(st.integers(0, 400), st.sampled_from(SIGNS)),
                                                              max_size=30))  # fmt: skip
def test_spoilt_texts_are_read_calmly_and_spans_stay_true(text: str, start: int, spoilt: list[tuple[int, str]]) -> None:
    """Cut anywhere and with any signs put in: no exception, and every proposal keeps what is promised."""
    part = list(text[start % len(text) :][:400])
    for at, sign in spoilt:
        if part:
            part[at % len(part)] = sign
    said = "".join(part)
    for claim in read_claims(said, dated_on="2024-02-29").claims:
        assert said[claim.start : claim.end] == claim.quote
        assert claim.speaker.strip() == claim.speaker != ""
        assert (claim.value is None) == (claim.unit is None)
        assert claim.value_max is None or (claim.value is not None and claim.value_max > claim.value)


def test_reading_twice_gives_the_same() -> None:
    """Nothing is remembered from one text to the next."""
    assert [read_claims(text) for text in TEXTS[:8]] == [read_claims(text) for text in reversed(TEXTS[:8])][::-1]
