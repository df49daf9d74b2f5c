"""Are days and periods read at the precision that is known?"""

from __future__ import annotations

import pytest

from whitestone.evidence.reading.days import find_days
from whitestone.evidence.reading.lexicon import lexicon
from whitestone.evidence.reading.numbers import find_numbers
from whitestone.evidence.reading.sentence import Sentence
from whitestone.evidence.reading.times import find_periods
from whitestone.evidence.reading.tokens import tokens_of

TODAY = "2022-12-03"


def periods(language: str, text: str, today: str | None = TODAY) -> list[tuple[str | None, str | None]]:
    """Read the periods of a sentence as pairs of ISO dates."""
    sentence = Sentence(lexicon(language), tokens_of(text), None, today=today)
    days = find_days(sentence)
    for day in days:
        sentence.masked.update(range(day.first, day.last))
    return [(period.begin, period.end) for period in find_periods(sentence, days, find_numbers(sentence), today)]


@pytest.mark.parametrize(("language", "text", "begin", "end"), [
    ("en", "over the past two years mines killed people", "2020-12-03", "2022-12-03"),
    ("en", "since 10 November 2020", "2020-11-10", TODAY),
    ("en", "since November 10, 2020", "2020-11-10", TODAY),
    ("en", "between 1992 and 1998", "1992", "1998"),
    ("en", "from 1979 to May 2020", "1979", "2020-05"),
    ("en", "between January and June 2021", "2021-01", "2021-06"),
    ("en", "in the first quarter of 2022", "2022-01", "2022-03"),
    ("en", "last year mines killed people", "2021", "2021"),
    ("en", "as of 31 December 2021", None, "2021-12-31"),
    ("en", "by July this year", None, "2022-07"),
    ("en", "since the war ended in 1995", "1995", TODAY),
    ("en", "in 2012", "2012", "2012"),
    ("fr", "depuis le 1er juin 2018", "2018-06-01", TODAY),
    ("fr", "au cours des deux dernières années", "2020-12-03", TODAY),
    ("es", "en los últimos cinco años", "2017-12-03", TODAY),
    ("es", "entre enero y junio de 2021", "2021-01", "2021-06"),
    ("es", "el año pasado", "2021", "2021"),
    ("ru", "с ноября 2020 года", "2020-11", TODAY),
    ("ru", "за последние два года", "2020-12-03", TODAY),
    ("ru", "с 2015 по 2020 год", "2015", "2020"),
    ("uk", "з 24 лютого 2022 року", "2022-02-24", TODAY),
    ("az", "2020-ci ilin noyabrından bəri", "2020-11", TODAY),
    ("az", "son iki ildə", "2020-12-03", TODAY),
    ("hy", "2020 թվականի նոյեմբերից", "2020-11", TODAY),
    ("hy", "վերջին երկու տարում", "2020-12-03", TODAY),
])  # fmt: skip
def test_a_period_has_the_ends_that_the_words_give(language: str, text: str, begin: str | None, end: str) -> None:
    """Both ends, in every language, relative ones by the date of the document."""
    assert periods(language, text) == [(begin, end)]


def test_relative_times_without_a_date_of_the_document_have_no_ends() -> None:
    """Nobody knows which year was last year."""
    assert [pair for pair in periods("en", "last year, over the past two years", None) if any(pair)] == []


@pytest.mark.parametrize("text", ["2000 mines were found", "on 31 February 2020x", "12.45.2020"])
def test_what_is_no_date_gives_no_period(text: str) -> None:
    """Numbers of things, and days that no calendar has, are no days."""
    assert not any("02-31" in str(pair) or pair == ("2000", "2000") for pair in periods("en", text))
