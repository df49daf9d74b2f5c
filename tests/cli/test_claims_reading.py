"""Do `claims read` and `claims text` keep their contract, without a programme?"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from whitestone.cli import app, collect

TEXT = """5 March 2024

Last year, 11 people, including 4 children, were killed by PMN-2 mines in Osten region, said the governor.

The agency reported 345 casualties (65 killed and 278 injured). See S/2024/1.
"""
CLAIM_KEYS = {"subject", "value", "value_max", "qualifier", "unit", "population", "place", "period_from", "period_to",
              "speaker", "about", "quote", "start", "end"}  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write a short report."""
    path = tmp_path / "report.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def ran(*words: str) -> tuple[int, str, str]:
    """Run a command; give exit code, standard output and standard error."""
    collect()
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.stdout, result.stderr


def test_read_gives_the_shape_that_was_agreed(file: Path) -> None:
    """Language, document, claims and devices, with offsets into the text that `claims text` prints."""
    code, out, _ = ran("claims", "read", str(file), "--json")
    answer = json.loads(out)
    text = json.loads(ran("claims", "text", str(file), "--json")[1])["text"]
    assert code == 0
    assert answer["language"] == "en"
    assert answer["document"] == {"title": None, "dates": ["2024-03-05"], "symbols": ["S/2024/1"]}
    assert [claim["value"] for claim in answer["claims"]] == [11, 4, 345, 65, 278]
    for claim in answer["claims"]:
        assert claim.keys() >= CLAIM_KEYS
        assert text[claim["start"] : claim["end"]] == claim["quote"]
    (device,) = answer["devices"]
    assert (device["designation"], device["catalogue_id"]) == ("PMN-2", "pmn-2")
    assert text[device["start"] : device["end"]] == "PMN-2"
    assert answer["flags"][0]["sum"] == 343


def test_the_date_of_the_document_can_be_given(file: Path) -> None:
    """What hangs on it moves with it."""
    answer = json.loads(ran("claims", "read", str(file), "--dated-on", "2020-01-01", "--json")[1])
    assert answer["claims"][0]["period_from"] == "2019"


def test_a_person_reads_the_same_in_words(file: Path) -> None:
    """One line a claim with its words beneath; what does not add up; the types."""
    code, out, _ = ran("claims", "read", str(file))
    assert code == 0
    assert "exact 11 killed" in out
    assert "said by the governor" in out
    assert "! 345 is said, 65 + 278 is 343." in out
    assert "PMN-2" in out
    assert ran("claims", "text", str(file))[1] == TEXT


@pytest.mark.parametrize("words", [("claims", "read", "nowhere.txt"), ("claims", "text", "nowhere.txt")])
def test_a_file_that_is_not_there_is_said_calmly(words: tuple[str, ...]) -> None:
    """Exit 2, a code and the next step, nothing on standard output."""
    done = subprocess.run([sys.executable, "-m", "whitestone.cli", *words, "--json"], capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert done.returncode == 2
    assert done.stdout == ""
    assert json.loads(done.stderr)["error"]["code"] == "unreadable-file"
