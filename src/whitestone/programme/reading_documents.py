"""What does a file claim, which types does it name, and what is its text, without a programme?

The one seam between files (`exchange.documents`), the reader of claims (`evidence.reading`) and the finder of
designations (`evidence.designations`). Nothing is kept here: proposals count after a person has confirmed them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from whitestone.domain.dates import parse_partial
from whitestone.evidence.designations import find_designations
from whitestone.evidence.reading import read_claims, why_not_read
from whitestone.exchange.documents import DocumentText, read_document

__all__ = ["claims_in_file", "text_of_file"]


def claims_in_file(path: Path, dated_on: str | None = None) -> dict[str, Any]:
    """Read a file and list what it claims, with `language`, `document`, `claims`, `devices`, `flags` and `findings`.

    Offsets are characters of the text that `text_of_file` gives. `dated_on` (ISO) is the date of the document, where
    the file does not state it or states another. Refuses what is no date with InvalidValue, and a file that is no
    document with the errors of `read_document`.
    """
    if dated_on is not None:
        parse_partial(dated_on)
    document = read_document(path)
    title = None if document.kind == "text" else document.title  # the first line of a plain text may be anything
    reading = read_claims(document.text, dated_on, title)
    return {
        "language": reading.language,
        "document": {"title": reading.document.title, "dates": list(reading.document.dates),
                     "symbols": list(reading.document.symbols)},
        "claims": [msgspec.to_builtins(claim) for claim in reading.claims],
        "devices": [{"designation": device.designation, "catalogue_id": device.catalogue_id, "start": device.start,
                     "end": device.end, "as_written": device.as_written}
                    for device in find_designations(document.text)],
        "flags": [msgspec.to_builtins(flag) for flag in reading.flags],
        "findings": _findings(document) + _unread(document, reading.language),
    }  # fmt: skip


def text_of_file(path: Path) -> dict[str, Any]:
    """Give the text of a file, which all offsets count in, its pages (None where it has none) and what was found.

    Refuses a file that is no document with the errors of `read_document`.
    """
    document = read_document(path)
    return {"text": document.text, "pages": document.pages, "page_starts": list(document.page_starts),
            "findings": _findings(document)}  # fmt: skip


def _unread(document: DocumentText, language: str) -> list[Any]:
    why = why_not_read(language) if document.text.strip() else None
    return [{"code": "language-not-read", "message": why}] if why else []


def _findings(document: DocumentText) -> list[Any]:
    return [msgspec.to_builtins(note) for note in document.findings]
