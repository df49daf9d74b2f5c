"""How does a file become text, and what does reading propose to claim from it?

One seam between the register and the reading of documents: the register asks here for the text of a file and for
proposals with spans into that text, and knows nothing of formats and languages.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from whitestone.errors import UnreadableFile

__all__ = ["ReadText", "propose_from", "read_text"]


class ReadText(msgspec.Struct, frozen=True):
    """The text of a file and what it says of itself; `dates` and `symbols` in the order in which they stand."""

    text: str
    title: str | None = None
    language: str | None = None
    dates: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    pages: int | None = None
    notes: tuple[str, ...] = ()


def read_text(path: Path) -> ReadText:
    """Read a file as text; refuses one that is not there, or that holds no text, with UnreadableFile."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(path=path, why=error.strerror or error, fix="Check the name, then call again.") from None
    if b"\x00" in raw[:4096] or raw.startswith(b"%PDF"):
        raise UnreadableFile(path=path, why="it is no plain text", fix="Save it as text, then call again.")
    return ReadText(raw.decode("utf-8-sig", "replace"))


def propose_from(path: Path, names: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """List what reading proposes to claim from a file, each with `quote`, `start` and `end` in its text."""
    return []
