"""Does reading find what people find, in seven languages, and little else?"""

from __future__ import annotations

import pytest
from tests.evidence.reading.marked_set import MarkedText, marked_texts, proposals, score

from whitestone.evidence.reading import SUBJECTS, UNITS, detect_language

SETS = {"speech": 15, "shown": 421, "held_out": 125}
PRECISION, RECALL, FIELDS = 0.95, 0.80, 0.90


def test_the_set_is_large_enough_and_every_mark_stands_where_it_says() -> None:
    """At least 120 marks in at least seven languages; the words of a mark are in its text at its place."""
    texts = marked_texts()
    assert sum(len(each.claims) for each in texts) >= 120
    assert {each.language for each in texts} >= {"en", "fr", "es", "ru", "uk", "az", "hy"}
    for each in texts:
        for mark in each.claims:
            assert each.text[mark["start"] : mark["end"]] == mark["words"], each.name
            assert mark["subject"] in SUBJECTS
            assert mark["unit"] is None or mark["unit"] in UNITS
    assert {kind: sum(each.kind == kind for each in texts) >= least for kind, least in SETS.items()} == dict.fromkeys(
        SETS, True
    )


@pytest.mark.parametrize("kind", SETS)
def test_precision_and_recall_hold_on_each_set(kind: str) -> None:
    """At least 0.95 of the proposals are marked, at least 0.80 of the marks proposed."""
    scored = score(marked_texts(kind))
    assert scored.precision >= PRECISION, scored.wrong
    assert scored.recall >= RECALL, scored.missed


@pytest.mark.parametrize("language", ["en", "fr", "es", "ru", "uk", "az", "hy"])
def test_no_language_hides_behind_another(language: str) -> None:
    """The goals hold in each language, not on average only."""
    scored = score([each for each in marked_texts() if each.language == language])
    assert scored.precision >= PRECISION, scored.wrong
    assert scored.recall >= RECALL, scored.missed


def test_speaker_qualifier_people_place_and_period_are_right_where_they_are_marked() -> None:
    """Nine of ten of each field, over all sets."""
    for name, (right, of) in score(marked_texts()).fields.items():
        assert right >= FIELDS * of, (name, right, of)


@pytest.mark.parametrize("each", marked_texts(), ids=lambda each: each.name)
def test_every_proposal_has_its_words_a_speaker_and_a_unit_where_it_has_a_value(each: MarkedText) -> None:
    """Nothing without a span and a speaker; the quote is verbatim; the language is known."""
    assert detect_language(each.text) == each.language
    for claim in proposals(each.text):
        assert each.text[claim.start : claim.end] == claim.quote
        assert claim.speaker
        assert claim.speaker == claim.speaker.strip()
        assert (claim.value is None) == (claim.unit is None) == (claim.qualifier is None)
        assert claim.value_max is None or (claim.value is not None and claim.value_max > claim.value)
