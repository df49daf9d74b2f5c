"""What does a PDF say, page by page, and is there any text in it at all?

Nothing in it runs, and files inside it are listed, never opened. Lines that a paragraph was broken into are joined
again (`documents.lines`), since sentences are read from this text.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whitestone.errors import UnreadableFile
from whitestone.exchange.documents.lines import HYPHEN, Line, join_lines, join_pages
from whitestone.exchange.documents.model import DocumentDate, DocumentText
from whitestone.exchange.readers.model import Note

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfTextPage

__all__ = ["PAGE_LIMIT", "SIGN_LIMIT", "read_pdf"]

PAGE_LIMIT = 50_000
SIGN_LIMIT = 200_000_000
"""A text of more signs is no document that anybody reads; it is held in memory."""
_ONE_AT_A_TIME = threading.Lock()  # the library may not be entered by two threads
_LISTED = 20
_FILE_NAME = re.compile(r"\.(?:docx?|odt|rtf|pdf|html?|txt|tex|indd|pptx?|xlsx?)$|^(?:untitled|about:blank)$", re.I)


def read_pdf(path: Path) -> DocumentText:
    """Read the text of each page; `page_starts` has one offset a page, also of a page without text.

    Refuses with UnreadableFile what is damaged, needs a password, or is larger than PAGE_LIMIT or SIGN_LIMIT. A PDF
    without text is a finding: it may be a scan.
    """
    import pypdfium2 as pdfium

    with _ONE_AT_A_TIME:
        try:
            document = pdfium.PdfDocument(path)
        except pdfium.PdfiumError as error:
            raise _refusal(path, str(error)) from None
        try:
            return _read(path, document)
        finally:
            document.close()


def _refusal(path: Path, why: str) -> UnreadableFile:
    if "password" in why.lower():
        return UnreadableFile(path=path.name, why="it is protected by a password",
                              fix="Open it with its password, print it to a new PDF without one, and read that.")
    return UnreadableFile(path=path.name, why="it is a damaged or incomplete PDF",
                          fix="Get the document again. If a viewer opens it, print it to a new PDF and read that.")


def _read(path: Path, document: PdfDocument) -> DocumentText:
    count = len(document)
    if not count:
        raise _refusal(path, "no pages")
    if count > PAGE_LIMIT:
        raise UnreadableFile(path=path.name, why=f"it has {count} pages, more than {PAGE_LIMIT}",
                             fix="Cut the document into parts and read each.")  # fmt: skip
    pages, broken, size = [], [], 0
    for number in range(count):
        words = _page(document, number)
        if words is None:
            broken.append(number + 1)
        pages.append(words or "")
        size += len(pages[-1])
        if size > SIGN_LIMIT:
            raise UnreadableFile(path=path.name, why=f"its text has more than {SIGN_LIMIT} signs",
                                 fix="Cut the document into parts and read each.")  # fmt: skip
    text, starts = join_pages(pages)
    blank = [number for number, words in enumerate(pages, 1) if not words and number not in set(broken)]
    return DocumentText(
        text=text, kind="pdf", title=_title(document), pages=count, page_starts=tuple(starts),
        language=_language(document), dates=tuple(_dates(document)),
        findings=tuple(_notes(path, document, blank, broken, count)),
    )  # fmt: skip


def _page(document: PdfDocument, number: int) -> str | None:
    """Return the text of one page, or None where the page cannot be read; it is let go before the next."""
    import pypdfium2 as pdfium

    try:
        page = document.get_page(number)
    except pdfium.PdfiumError:
        return None
    try:
        text = page.get_textpage()
        try:
            return join_lines(list(_lines(text)))
        finally:
            text.close()
    except (pdfium.PdfiumError, AssertionError):
        return None
    finally:
        page.close()


def _lines(page: PdfTextPage) -> Iterator[Line]:
    whole = page.get_text_range().replace("\ufffe", HYPHEN).replace("\x00", " ")
    at = 0
    for raw in whole.split("\n"):
        words = raw.replace("\r", " ").rstrip(" \t\u00a0")
        first = len(words) - len(words.lstrip())
        if words.strip():
            left, bottom, _right, top, size = _place(page, at + first)
            _left, _bottom, right, _top, _size = _place(page, at + len(words) - 1)
            yield Line(words.strip(), left, right, (bottom + top) / 2, size)
        at += len(raw) + 1


def _place(page: PdfTextPage, at: int) -> tuple[float, float, float, float, float]:
    """Return the box of a sign of the text and its size, in points; zeros where the library knows none."""
    import pypdfium2.raw as raw

    index = raw.FPDFText_GetCharIndexFromTextIndex(page, at)
    box = [ctypes.c_double() for _ in range(4)]
    left, right, bottom, top = box
    if index < 0 or not raw.FPDFText_GetCharBox(page, index, left, right, bottom, top):
        return 0.0, 0.0, 0.0, 0.0, 0.0
    return left.value, bottom.value, right.value, top.value, float(raw.FPDFText_GetFontSize(page, index))


def _notes(path: Path, document: PdfDocument, blank: list[int], broken: list[int], count: int) -> Iterator[Note]:
    import pypdfium2 as pdfium

    if len(blank) + len(broken) == count:
        yield Note("no-text", f"None of its {count} page(s) has text: it may be a scan. Have the text recognised or "
                   "copy it out, check it against the pages, and read that.")
    elif blank:
        yield Note("pages-without-text", f"{len(blank)} of {count} page(s) have no text, as a scan: {_some(blank)}.")
    if broken:
        yield Note("pages-unreadable", f"{len(broken)} of {count} page(s) are damaged and not read: {_some(broken)}.")
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 2048))
        if b"%%EOF" not in file.read():
            yield Note("cut-off", "The file does not end as a PDF does; it may be cut off. Compare with the original.")
    names = []
    for index in range(document.count_attachments()):
        try:
            names.append(document.get_attachment(index).get_name()[:80])
        except (pdfium.PdfiumError, UnicodeError):
            names.append("without a name")
    if names:
        yield Note("embedded-files", f"It holds {len(names)} embedded file(s), not opened: {_some(names)}.")


def _some(values: list[Any]) -> str:
    more = f" and {len(values) - _LISTED} more" if len(values) > _LISTED else ""
    return ", ".join(str(value) for value in values[:_LISTED]) + more


def _title(document: PdfDocument) -> str | None:
    """Return the stated title, unless a program only put the name of a file there: "Microsoft Word - letter.docx"."""
    title = _stated(document, "Title")
    return None if title is not None and _FILE_NAME.search(title) else title


def _stated(document: PdfDocument, key: str) -> str | None:
    return " ".join(document.get_metadata_value(key).replace("\x00", "").split()) or None


def _dates(document: PdfDocument) -> Iterator[DocumentDate]:
    for what, key in (("created", "CreationDate"), ("modified", "ModDate")):
        found = re.match(r"(?:D:)?(\d{4})-?(\d{2})-?(\d{2})", _stated(document, key) or "")
        if found:
            try:
                yield DocumentDate(what, dt.date(*map(int, found.groups())).isoformat())
            except ValueError:
                continue  # a date that no calendar has is no date


def _language(document: PdfDocument) -> str | None:
    import pypdfium2.raw as raw

    size = raw.FPDFCatalog_GetLanguage(document, None, 0)
    if not 2 < size < 256:
        return None
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFCatalog_GetLanguage(document, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)
    return buffer.raw.decode("utf-16-le", "ignore").strip("\x00 ") or None
