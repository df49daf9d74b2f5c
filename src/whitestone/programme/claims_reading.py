"""How does a file become text, and what does reading propose to claim from it?

One seam between the register and the reading of documents: the register asks here for the text of a file and for
proposals with spans into that text, and knows nothing of formats and languages.
"""

from __future__ import annotations

import bisect
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from whitestone.evidence.reading import Reading

__all__ = ["DOCUMENT", "ReadText", "proposals_of", "read_text"]

DOCUMENT = "document"
"""The speaker that a reader names where the words stand outside all quotes: the document itself."""


class ReadText(msgspec.Struct, frozen=True):
    """The text of a file and what it says of itself; `dates` and `symbols` in the order in which they stand."""

    text: str
    title: str | None = None
    language: str | None = None
    dates: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    pages: int | None = None
    page_starts: tuple[int, ...] = ()
    """Character at which each page begins, where the format has pages."""
    notes: tuple[str, ...] = ()

    def page_at(self, offset: int) -> str | None:
        """Name the page on which a character stands, as a locator; None where the format has no pages.

        >>> ReadText("one two", page_starts=(0, 4)).page_at(5), ReadText("one").page_at(0)
        ('p. 2', None)
        """
        return f"p. {max(1, bisect.bisect_right(self.page_starts, offset))}" if self.page_starts else None


def read_text(path: Path) -> ReadText:
    """Read a file as text, with the title, dates and symbols that it states where reading knows them.

    The text is the one that `claims text` prints: spans count in it. Refuses a file that is not there, or that is no
    document, with UnreadableFile.
    """
    read = _text_of(path)
    if not read.text.strip():
        return msgspec.structs.replace(read, notes=(*read.notes, "The file holds no text."))
    facts = _reading(read.text, None, read.title)
    from whitestone.evidence.reading import why_not_read

    unread = why_not_read(facts.language)
    language = facts.language if facts.language != "und" else read.language
    return msgspec.structs.replace(read, title=facts.document.title or read.title, language=language,
                                   dates=tuple(facts.document.dates),
                                   symbols=tuple(facts.document.symbols),
                                   notes=(*read.notes, unread) if unread else read.notes)  # fmt: skip


def proposals_of(text: str, *, dated_on: str | None = None, title: str | None = None) -> list[dict[str, Any]]:
    """List what reading proposes to claim from a text, each with `speaker`, `quote`, `start` and `end`.

    What has no span or no speaker is left out: nothing counts without.
    """
    reading = _reading(text, dated_on, title)
    made = [msgspec.to_builtins(each) for each in reading.claims]
    return [each for each in made if each["speaker"] and text[each["start"]:each["end"]] == each["quote"]]


def _reading(text: str, dated_on: str | None = None, title: str | None = None) -> Reading:
    from whitestone.evidence.reading import read_claims

    return read_claims(text, dated_on, title)


def _text_of(path: Path) -> ReadText:
    from whitestone.exchange.documents import read_document

    made = read_document(path)
    # The first line of a plain text may be anything; other formats state a title of their own.
    title = None if made.kind == "text" else made.title
    return ReadText(made.text, title=title, language=made.language, pages=made.pages,
                    page_starts=tuple(made.page_starts),
                    notes=tuple(note.message for note in made.findings))  # fmt: skip
