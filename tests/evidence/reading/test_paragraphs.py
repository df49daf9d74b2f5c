"""Are paragraphs and sentences cut where a reader would cut them?"""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whitestone.evidence.reading.paragraphs import head_length, paragraphs_of, sentences_of


def paragraphs(text: str) -> list[str]:
    """Cut a text into paragraphs."""
    return [text[start:end] for start, end in paragraphs_of(text)]


def sentences(text: str) -> list[str]:
    """Cut a text of one paragraph into sentences."""
    return [text[start:end] for start, end in sentences_of(text, 0, len(text))]


def test_blank_lines_part_paragraphs_and_the_head_is_not_read() -> None:
    """Lines that say where a text is from are no part of it."""
    assert paragraphs("# source: x\n# year: 1996\n\nOne.\n\nTwo.\n") == ["One.", "Two."]
    assert head_length("# source: x\n# year: 1996\n\nOne.") == len("# source: x\n# year: 1996\n")


def test_lines_cut_to_a_width_are_one_paragraph() -> None:
    """A page of a printed speech; a page number between two lines does not part them."""
    lines = ["The Republic is today one of the countries in which the",
             "largest number of anti-personnel mines can be found and", "36",
             "there are over ten million mines laid in its territory,",
             "which have inflicted innumerable casualties."]  # fmt: skip
    assert len(paragraphs("\n".join(lines))) == 1


def test_every_line_is_a_paragraph_where_lines_are_whole() -> None:
    """A report with one line a paragraph."""
    text = "The first paragraph ends here.\nThe second paragraph ends here.\nThe third one too."
    assert len(paragraphs(text)) == 3


@pytest.mark.parametrize(("text", "count"), [
    ("Mr. Smith and Dr. Jones came. They left.", 2),
    ("It cost 3.5 million. That is a lot.", 2),
    ("The U.S. gave money. It was spent.", 2),
    ("В 2020 г. погибли 12 чел. и 3 ранены. Это много.", 2),
    ("Զոհվել է 12 մարդ։ Վիրավորվել է 5-ը։", 2),
    ("One; two; three.", 1),
    ("He asked: was it so? It was!", 2),
    ("27. Cambodia is proud.", 1),
    ("", 0),
])  # fmt: skip
def test_abbreviations_initials_and_numbers_end_no_sentence(text: str, count: int) -> None:
    """Full stops that end nothing, and stops of other scripts that do."""
    assert len(sentences(text)) == count


@given(st.text(alphabet="ab .\n!?;“”«»\"'0", max_size=120))
def test_no_letter_is_lost_and_no_letter_is_read_twice(text: str) -> None:
    """Paragraphs and sentences cover every letter once, in order."""
    spans = [span for start, end in paragraphs_of(text) for span in sentences_of(text, start, end)]
    assert spans == sorted(spans)
    assert all(one[1] <= two[0] for one, two in itertools.pairwise(spans))
    covered = {at for start, end in spans for at in range(start, end)}
    assert all(at in covered for at, sign in enumerate(text) if sign.isalpha())
