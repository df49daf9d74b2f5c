"""What does every reader of documents hand back?"""

from __future__ import annotations

import bisect

import msgspec

from whitestone.exchange.readers.model import Note

__all__ = ["DocumentDate", "DocumentText"]


class DocumentDate(msgspec.Struct, frozen=True):
    """A date that the properties of the file state, never its text: what it is the date of, and the day (ISO 8601)."""

    what: str
    """`created`, `modified` or `published`, as the file's program says."""
    day: str


class DocumentText(msgspec.Struct, frozen=True, kw_only=True):
    """The text of one document: the same file always gives the same text, so that an offset in it stays true.

    Lines end in LF alone. `pages` counts the pages of a format that has pages, None for the others; then
    `page_starts` holds the offset at which each page begins, in their order.
    """

    text: str
    kind: str
    """`text`, `html`, `pdf` or `docx`, by the content."""
    title: str | None = None
    pages: int | None = None
    page_starts: tuple[int, ...] = ()
    language: str | None = None
    """What the file itself states (such as `en` or `az-Latn`); a hint, never detected here."""
    dates: tuple[DocumentDate, ...] = ()
    findings: tuple[Note, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """Return the page, from 1, on which the character at an offset stands; None where there are no pages.

        >>> two = DocumentText(text="One.\\n\\nTwo.", kind="pdf", pages=2, page_starts=(0, 6))
        >>> two.page_at(0), two.page_at(6), DocumentText(text="", kind="text").page_at(0)
        (1, 2, None)
        """
        return bisect.bisect_right(self.page_starts, offset) or 1 if self.page_starts else None
