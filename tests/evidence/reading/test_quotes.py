"""Who speaks, inside quotes and outside?"""

from __future__ import annotations

import pytest

from whitestone.evidence.reading import DOCUMENT, read_claims

CLAIM = "More than 260 civilians were killed by mines in the valley"


def speakers(text: str) -> list[str]:
    """List the speakers of the proposals of a text."""
    return [claim.speaker for claim in read_claims(text).claims]


@pytest.mark.parametrize(("text", "speaker"), [
    (f"{CLAIM}.", DOCUMENT),
    (f'"{CLAIM}," the letter says.', "the letter"),
    (f"“{CLAIM}”, said the minister of defence.", "the minister of defence"),
    (f"«{CLAIM}», the diplomat wrote.", "the diplomat"),
    (f"„{CLAIM}“, the governor stated.", "the governor"),
    (f"The ambassador wrote: “{CLAIM}.\"", "The ambassador"),
    (f"According to the mine action centre, {CLAIM.lower()}.", "the mine action centre"),
    (f"{CLAIM}, said the governor.", "the governor"),
    (f"{CLAIM}, the governor of the Tarn region said on Monday.", "the governor of the Tarn region"),
    (f"The authority reported that {CLAIM.lower()}.", "The authority"),
    (f"{CLAIM}, according to Reuters.", "Reuters"),
    ("«Мины убили 12 человек, — заявил глава центра. — Это много».", "глава центра"),
    ("По словам министра, мины убили 12 человек, 12 человек погибли.", "министра"),
    ("« Les mines ont tué 12 civils dans la vallée », a déclaré le préfet.", "le préfet"),
    ("Según la ONU, 12 civiles murieron por las minas.", "la ONU"),
    ("Agentliyin məlumatına görə, minalar nəticəsində 12 nəfər həlak olub.", "Agentliyin"),
    ("Ըստ ոստիկանության՝ ականից զոհվել է 12 մարդ։", "ոստիկանության"),
])  # fmt: skip
def test_the_speaker_is_whom_the_words_around_name(text: str, speaker: str) -> None:
    """In every style of quote, and in reported speech; the document where nobody is named."""
    assert set(speakers(text)) == {speaker}


def test_a_running_quote_has_one_speaker() -> None:
    """Each paragraph opens with a mark, the last one closes; the name stands at the end."""
    text = (f"“{CLAIM}.\n\n“Another 31 people were injured by mines in 2020.\n\n"
            "“We cleared 14 minefields in 2021”, the ambassador wrote.\n\nMines killed 5 people in 2019.")  # fmt: skip
    assert speakers(text) == ["the ambassador", "the ambassador", "the ambassador", DOCUMENT]


def test_a_quote_within_a_quote_has_its_own_speaker_or_none() -> None:
    """What the minister quotes is not the minister's claim."""
    text = ("“The enemy told us: ‘Our mines killed 300 of your soldiers in one day.’ We cleared 14 minefields”, "
            "said the minister.")  # fmt: skip
    found = {claim.value: claim.speaker for claim in read_claims(text).claims}
    assert found.get(300.0) in (None, "The enemy")
    assert found[14.0] == "the minister"


def test_a_quote_that_nobody_is_named_for_gives_no_claim() -> None:
    """Nothing without a speaker."""
    assert speakers(f"He paused. The room was silent. “{CLAIM} and everybody knows it.”") in ([], ["He"])


def test_short_quotes_stay_in_the_voice_around_them() -> None:
    """Single words in quotes are no speech."""
    assert speakers("The “silent killers”, mines, killed 12 people in 2020.") == [DOCUMENT]


def test_the_quote_of_another_paragraph_lends_its_speaker_to_no_other_text() -> None:
    """Text outside quotes after a quoted paragraph is the document's own."""
    text = f'"{CLAIM}," the letter says.\n\nThe mines were manufactured by the Corvane company.'
    assert speakers(text) == ["the letter", DOCUMENT]
