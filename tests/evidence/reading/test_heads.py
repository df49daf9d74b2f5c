"""Does a document say of itself what it says?"""

from __future__ import annotations

import pytest

from whitestone.evidence.reading import read_claims
from whitestone.evidence.reading.heads import find_symbols

BODY = "\n\nLast year mines killed 12 people in the valley. The villages were closed since 3 March 2001.\n"


@pytest.mark.parametrize(("head", "day", "year"), [
    ("14 March 2023", "2023-03-14", "2022"),
    ("Date: 14 March 2023", "2023-03-14", "2022"),
    ("date 2022-12-03 3 Dec. 15:00", "2022-12-03", "2021"),
    ("Letter dated 14 March 2023 from the Permanent Representative to the Secretary-General", "2023-03-14", "2022"),
    ("KYIV, 4 November 2023 (Agency) - The ministry gave figures for mines on Monday.", "2023-11-04", "2022"),
    ("# year: 1996", "1996", "1995"),
    ("Published 30.10.2021", "2021-10-30", "2020"),
])  # fmt: skip
def test_the_date_at_the_head_is_what_last_year_hangs_on(head: str, day: str, year: str) -> None:
    """A line of its own, "dated", a dateline, or the lines that say where a text is from."""
    reading = read_claims(head + BODY)
    assert reading.document.dates[0] == day
    assert [claim.period_from for claim in reading.claims] == [year]


def test_a_date_in_the_text_is_not_the_date_of_the_document() -> None:
    """Since 3 March 2001 dates the closing and not the report."""
    reading = read_claims("A report on mines in the valley" + BODY)
    assert reading.document.dates == ()
    assert [claim.period_from for claim in reading.claims] == [None]


def test_a_date_that_is_given_goes_before_the_one_that_is_written() -> None:
    """Both are listed."""
    reading = read_claims("14 March 2023" + BODY, dated_on="2020-01-01")
    assert reading.document.dates == ("2020-01-01", "2023-03-14")
    assert [claim.period_from for claim in reading.claims] == ["2019"]


def test_symbols_are_found_in_pairs_and_once() -> None:
    """A letter to two organs has two symbols; words with strokes are none."""
    text = "A/77/801–S/2023/194, again S/2023/194, APLC/MSP.11/2011/8 and A/RES/60/97; HIV/AIDS, and/or, 12/2020"
    assert [found.group() for found in find_symbols(text)] == [
        "A/77/801", "S/2023/194", "S/2023/194", "APLC/MSP.11/2011/8", "A/RES/60/97",
    ]  # fmt: skip
    assert read_claims(text).document.symbols == ("A/77/801", "S/2023/194", "APLC/MSP.11/2011/8", "A/RES/60/97")


def test_a_title_is_a_first_line_that_stands_alone() -> None:
    """And what is given goes before it; a sentence is no title."""
    assert read_claims("Mines in the valley" + BODY).document.title == "Mines in the valley"
    assert read_claims("Mines in the valley" + BODY, title="Report 7").document.title == "Report 7"
    assert read_claims("Mines lie in the valley." + BODY).document.title is None
