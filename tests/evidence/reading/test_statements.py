"""Are statements without a number read with the party that they are about?"""

from __future__ import annotations

import pytest

from whitestone.evidence.reading import read_claims


def stated(text: str) -> list[tuple[str, str | None]]:
    """List subject and party of the statements of a text."""
    return [(claim.subject, claim.about) for claim in read_claims(text).claims if claim.value is None]


@pytest.mark.parametrize(("text", "subject", "about"), [
    ("The mines were manufactured by Corvane.", "producer", "Corvane"),
    ("The producer of most mines is the Velkian company Corvane.", "producer", "Velkian company Corvane"),
    ("Velkia bears full responsibility for the people whom its mines killed.", "responsibility", "Velkia"),
    ("The deployment of mines is contrary to Velkia's international obligations.", "obligation", "Velkia"),
    ("Velkia has violated the Mine Ban Convention.", "obligation", "Velkia"),
    ("Velkia refuses to hand over the minefield maps.", "records", "Velkia"),
    ("Velkia has never provided maps of its minefields.", "records", "Velkia"),
    ("Velkia handed over maps of minefields to Ardania.", "records", "Velkia"),
    ("Les mines ont été fabriquées par Corvane.", "producer", "Corvane"),
    ("La Sorane refuse de remettre les cartes des champs de mines.", "records", "Sorane"),
    ("Marca ha violado la Convención de Ottawa al sembrar minas.", "obligation", "Marca"),
    ("Нория несет ответственность за эти мины.", "responsibility", "Нория"),
    ("Лаврія відмовляється надати карти мінних полів.", "records", "Лаврія"),
    ("Sarvan minalanmış ərazilərin xəritələrini verməkdən imtina edir.", "records", "Sarvan"),
    ("Սորվանը հրաժարվում է տրամադրել ականադաշտերի քարտեզները։", "records", "Սորվանը"),
])  # fmt: skip
def test_a_statement_has_a_subject_and_a_party(text: str, subject: str, about: str) -> None:
    """In every language, and never with a value."""
    assert (subject, about) in stated(text)


@pytest.mark.parametrize("text", [
    "Progress was made in Velkia in the clearance of mines.",
    "The Centre is responsible for coordinating mine clearance in Velkia.",
    "If Velkia violated the Mine Ban Convention, mines would return.",
    "Ardania denies that the mines were made by Corvane.",
    "Velkia plans to hand over the maps of minefields.",
    "We welcome the Mine Ban Convention.",
    "Velkia handed over the town to Ardania; mines were found.",
])  # fmt: skip
def test_what_only_looks_like_a_statement_is_left_out(text: str) -> None:
    """Progress that was made, mandates, conditions, denials, plans, and welcomes."""
    assert stated(text) == []


def test_an_obligation_names_its_agreements_as_written() -> None:
    """All that the sentence names."""
    text = "Velkia lays mines contrary to its obligations under the Geneva Conventions and the Mine Ban Treaty."
    (claim,) = (claim for claim in read_claims(text).claims if claim.subject == "obligation")
    assert claim.instruments == ("Geneva Conventions", "Mine Ban Treaty")
