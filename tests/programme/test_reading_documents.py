"""Do the text of a file, its claims and its types share one set of offsets, whatever the format?"""

from __future__ import annotations

from pathlib import Path

import docx
import pytest

from whitestone.errors import InvalidValue, UnreadableFile
from whitestone.programme.reading_documents import claims_in_file, text_of_file

SAID = "In 2020, more than 260 civilians were killed or injured by PMN-2 mines in Osten region, said the governor."


def written(folder: Path, kind: str) -> Path:
    """Write one sentence as a document of a kind."""
    path = folder / f"said.{kind}"
    if kind == "docx":
        made = docx.Document()
        made.add_paragraph(SAID)
        made.save(str(path))
    elif kind == "html":
        path.write_text(f"<html><body><script>var mines = 900;</script><p>{SAID}</p></body></html>", encoding="utf-8")
    else:
        path.write_text(SAID, encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ["txt", "html", "docx"])
def test_one_sentence_gives_one_claim_and_one_type_in_every_format(tmp_path: Path, kind: str) -> None:
    """Offsets of claims and types count in the text that the other command prints."""
    path = written(tmp_path, kind)
    answer, text = claims_in_file(path), text_of_file(path)["text"]
    (claim,), (device,) = answer["claims"], answer["devices"]
    assert (claim["value"], claim["qualifier"], claim["speaker"]) == (260, "at_least", "the governor")
    assert text[claim["start"] : claim["end"]] == claim["quote"] == SAID
    assert text[device["start"] : device["end"]] == "PMN-2"


def test_a_date_that_is_none_and_a_file_that_is_none_are_refused(tmp_path: Path) -> None:
    """Before anything is read."""
    path = written(tmp_path, "txt")
    with pytest.raises(InvalidValue):
        claims_in_file(path, "tomorrow")
    with pytest.raises(UnreadableFile):
        claims_in_file(tmp_path / "nowhere.txt")
    with pytest.raises(UnreadableFile):
        text_of_file(tmp_path)
