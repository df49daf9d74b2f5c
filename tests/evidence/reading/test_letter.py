"""What does the real letter of 3 December 2022 give?"""

from __future__ import annotations

from pathlib import Path

import pytest

from whitestone.evidence.designations import find_designations
from whitestone.evidence.reading import DOCUMENT, ProposedClaim, read_claims


@pytest.fixture(scope="module")
def letter(shared_data: Path) -> str:
    """Give the news item about the letter."""
    return (shared_data / "texts" / "letter_2022-12-03.txt").read_text(encoding="utf-8")


def of(text: str, subject: str) -> list[ProposedClaim]:
    """List the proposals of one subject."""
    return [claim for claim in read_claims(text).claims if claim.subject == subject]


def test_the_casualties_of_two_years(letter: str) -> None:
    """At least 260, killed or injured, civilians and military, two years up to the date of the letter."""
    (claim,) = of(letter, "casualties")
    assert (claim.value, claim.qualifier, claim.unit) == (260, "at_least", "killed_or_injured")
    assert claim.population == "civilians_and_military"
    assert (claim.period_from, claim.period_to) == ("2020-12-03", "2022-12-03")
    assert claim.speaker == "the Azerbaijani diplomat"


def test_the_mines_that_are_said_to_lie_there(letter: str) -> None:
    """Hundreds of thousands: 200,000 about, in the words of the letter, about the party that it names."""
    (claim,) = of(letter, "contamination")
    assert (claim.value, claim.qualifier, claim.unit) == (200_000, "about", "mines")
    assert (claim.speaker, claim.about) == ("the letter", "Armenia")
    assert "hundreds of thousands of mines" in claim.quote


def test_the_producer_is_named_by_the_article_and_not_by_the_letter(letter: str) -> None:
    """The statement stands outside all quotes."""
    claims = of(letter, "producer")
    assert {claim.speaker for claim in claims} == {DOCUMENT}
    assert claims[0].about == "Armenian company Hayk-Meg LLC"


def test_the_obligations_that_it_names(letter: str) -> None:
    """The trilateral statement and the international obligations, and the law that it says is broken."""
    named = {name for claim in of(letter, "obligation") for name in claim.instruments}
    assert {"trilateral statement", "international obligations"} <= named
    assert {claim.about for claim in of(letter, "obligation")} == {"Armenia"}


def test_nothing_else_is_proposed(letter: str) -> None:
    """Ten proposals, each with a verdict in docs/claims_reading.md."""
    subjects = [claim.subject for claim in read_claims(letter).claims]
    assert sorted(subjects) == sorted(["records", "casualties", "contamination", *["producer"] * 2, *["obligation"] * 3,
                                       *["responsibility"] * 2])  # fmt: skip


def test_the_six_types_are_found_where_they_stand(letter: str) -> None:
    """Six designations, canonical beside as written."""
    found = [device.designation for device in find_designations(letter)]
    assert found == ["PMN-E", "PMN-2", "POMZ-2", "OZM-72", "MON-50", "PFM-1"]
