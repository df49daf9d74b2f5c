"""How does every command find its programme, print its answer and end?"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from whitestone.errors import Problem

if TYPE_CHECKING:
    from whitestone.programme.opening import Programme

__all__ = ["Context", "WorkersOption", "counted_by", "emit", "fail", "is_watched"]

WorkersOption = Annotated[
    str | None,
    typer.Option(
        "--workers",
        help="Who counts the ground: so many processes here (4, or 4x2 with two threads each), or those of a dask "
        "scheduler (tcp://HOST:PORT); default: this process.",
    ),
]


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


@contextlib.contextmanager
def counted_by(programme: Programme, workers: str | None) -> Iterator[None]:
    """Have the ground of a programme counted by workers within the block; None: by this process.

    They may take as much work as one process may (`counting_minutes`). Refuses a word that names no workers with
    InvalidValue, and workers that cannot be had with NoWorkers.
    """
    if workers is None:
        yield
        return
    from whitestone.land.toil import steps_of
    from whitestone.programme.scattering import read_workers, scattered

    with _parts_drawn() as progress, scattered(read_workers(workers), progress) as count:
        programme.count = lambda ground: count(ground, steps_of(programme.settings.counting_minutes))
        try:
            yield
        finally:
            programme.count = None


@contextlib.contextmanager
def _parts_drawn() -> Iterator[Callable[[int, int], None] | None]:
    """Draw how many parts are counted while a person watches."""
    if not is_watched():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("parts of the ground", total=None, visible=False)
        yield lambda done, of: bar.update(task, completed=done, total=of, visible=done < of)
