"""Does every failure say its code, its sentence and the next step, in one shape on every surface?

The contract: `{"error": {"code", "message", "next", "details"}}`, code in kebab-case, exit code 1 or 2, status 4xx/5xx.
"""

from __future__ import annotations

import json
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest

from whitestone.errors import CATALOGUE, InvalidValue, Problem


@pytest.mark.parametrize("problem", CATALOGUE.values(), ids=CATALOGUE.keys())
def test_a_problem_is_complete(problem: type[Problem]) -> None:
    """Sentence and next step are there and use only details that the caller gives."""
    parsed = [part for text in (problem.sentence, problem.next_step) for part in string.Formatter().parse(text)]
    fields = {name for _, name, _, _ in parsed if name}
    made = problem(**dict.fromkeys(fields, "x"))
    assert re.fullmatch(r"[a-z][a-z0-9-]+", problem.code)
    assert 400 <= problem.status < 600
    assert problem.exit_code in (1, 2)
    assert set(made.as_dict()["error"]) == {"code", "message", "next", "details"}
    assert str(made)
    assert made.next
    assert problem.__doc__


def test_a_command_that_fails_says_code_and_next_step_and_no_traceback(tmp_path: Path) -> None:
    """Exit 2, the code on standard error, nothing on standard output."""
    ran = subprocess.run(
        [sys.executable, "-m", "whitestone.cli", "-C", str(tmp_path / "nowhere"), "check", "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert json.loads(ran.stderr)["error"]["code"] == "not-a-programme"


def test_a_wrong_option_is_a_wrong_call_not_a_traceback(tmp_path: Path) -> None:
    """A misspelt option exits 2 and says what is wrong."""
    ran = subprocess.run(
        [sys.executable, "-m", "whitestone.cli", "-C", str(tmp_path), "check", "--no-such-option"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr


def test_numbers_that_json_does_not_have_are_words_in_a_failure() -> None:
    """NaN and infinity, at any depth, come out as text: the answer stays JSON."""
    told = InvalidValue(field="value", value=float("nan"), why=[{"most": float("inf")}]).as_dict()
    assert json.loads(json.dumps(told, allow_nan=False))["error"]["details"] == {
        "field": "value", "value": "nan", "why": [{"most": "inf"}]}  # fmt: skip
