"""How does every command find its programme, print its answer and end?"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import msgspec

from whitestone.errors import Problem

__all__ = ["Context", "emit", "fail", "is_watched"]


class Context(msgspec.Struct):
    """Which programme a command is about, and who calls."""

    target: str = "."
    who: str | None = None


def is_watched() -> bool:
    """Say whether a person watches standard error: only then is progress drawn."""
    return sys.stderr.isatty()


def emit(answer: dict[str, Any], as_json: bool, text: Callable[[], str]) -> None:
    """Print the answer: one JSON object and nothing else, or the text that `text` makes."""
    if as_json:
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, default=str) + "\n")
    else:
        sys.stdout.write(text().rstrip("\n") + "\n")


def fail(problem: Problem, as_json: bool) -> int:
    """Print a problem with its code and the next step on standard error; return the exit code."""
    if as_json:
        sys.stderr.write(json.dumps(problem.as_dict(), ensure_ascii=False) + "\n")
    else:
        sys.stderr.write(f"{problem.code}: {problem}\n  Next: {problem.next}\n")
    return problem.exit_code
