"""How does a file become text, and what does reading propose to claim from it?

One seam between the register and the reading of documents: the register asks here for the text of a file and for
proposals with spans into that text, and knows nothing of formats and languages.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import msgspec

from whitestone.errors import MissingService, UnreadableFile

__all__ = ["DOCUMENT", "ReadText", "proposals_of", "read_text"]

DOCUMENT = "document"
"""The speaker that a reader names where the words stand outside all quotes: the document itself."""
_READER = "whitestone.evidence.reading"
_LARGEST = 64 * 1024 * 1024


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
    """Read a file as text, with the title, dates and symbols that it states where reading knows them.

    Refuses a file that is not there, too large, or holds no text, with UnreadableFile.
    """
    text, notes, pages = _text_of(path)
    facts = _reading(text) if text.strip() else None
    if facts is None:
        return ReadText(text, notes=(*notes, *(() if text.strip() else ("The file holds no text.",))), pages=pages)
    language = facts.language if facts.language != "und" else None
    return ReadText(text, facts.document.title, language, tuple(facts.document.dates), tuple(facts.document.symbols),
                    pages, tuple(notes))  # fmt: skip


def proposals_of(text: str, *, dated_on: str | None = None, title: str | None = None) -> list[dict[str, Any]]:
    """List what reading proposes to claim from a text, each with `speaker`, `quote`, `start` and `end`.

    What has no span or no speaker is left out: nothing counts without. Refuses with MissingService where no reader is
    installed.
    """
    reading = _reading(text, dated_on, title)
    if reading is None:
        raise MissingService(what="Reading claims out of text", why="no reader is installed", fix="Add claims by hand.")
    made = [msgspec.to_builtins(each) for each in reading.claims]
    return [each for each in made if each["speaker"] and text[each["start"]:each["end"]] == each["quote"]]


def _reading(text: str, dated_on: str | None = None, title: str | None = None) -> Any:
    try:
        return importlib.import_module(_READER).read_claims(text, dated_on, title)
    except ModuleNotFoundError as error:
        if not str(error.name or "").startswith(_READER):
            raise
        return None


def _text_of(path: Path) -> tuple[str, tuple[str, ...], int | None]:
    try:
        if path.stat().st_size > _LARGEST:
            raise UnreadableFile(path=path, why=f"it is larger than {_LARGEST:,} bytes", fix="Take it apart first.")
        raw = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(path=path, why=error.strerror or error, fix="Check the name, then call again.") from None
    if b"\x00" in raw[:4096] or raw.startswith((b"%PDF", b"PK\x03\x04")):
        raise UnreadableFile(path=path, why="it is no plain text", fix="Save it as text, then call again.")
    try:
        return raw.decode("utf-8-sig"), (), None
    except UnicodeDecodeError:
        told = "The file is not UTF-8; it was read as Windows-1252: check accents and quotes."
        return raw.decode("cp1252", "replace"), (told,), None
