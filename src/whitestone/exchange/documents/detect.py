"""What kind of document is a file, by what it holds rather than by what it is called?"""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import msgspec

from whitestone.errors import UnreadableFile
from whitestone.exchange.documents.model import DocumentText
from whitestone.exchange.readers.model import Note

__all__ = ["SIZE_LIMIT_BYTES", "detect_kind", "read_document"]

SIZE_LIMIT_BYTES = 1 << 30
"""A document is held in memory as one text; nothing that is larger is one document."""
_HEAD_BYTES = 1 << 16
_READERS = {kind: (f"whitestone.exchange.documents.{kind}", f"read_{kind}") for kind in ("text", "html", "pdf", "docx")}
_PICTURES = ((b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF"), (b"II*\x00", "TIFF"),
             (b"MM\x00*", "TIFF"))  # fmt: skip
_SUFFIXES = {".txt": "text", ".text": "text", ".md": "text", ".htm": "html", ".html": "html", ".xhtml": "html",
             ".pdf": "pdf", ".docx": "docx", ".docm": "docx"}  # fmt: skip
_HTML = re.compile(
    r"(?:\s|<!--(?:(?!-->).)*-->|<\?xml[^>]*>)*<(?:!doctype\s+html|html|head|body|meta|title|div|p|article|section|table|"
    r"h[1-6]|script|style|base|link)\b", re.I | re.S)  # fmt: skip


def read_document(path: str | Path) -> DocumentText:
    """Read the text of a document: plain text, HTML, PDF or DOCX, told apart by their content.

    Refuses with UnreadableFile what is missing, empty, damaged, protected by a password, of another kind, or a danger
    to open; the problem says what to do next. What was left out or looks odd is in `findings`.
    """
    path = Path(path)
    if path.is_dir():
        raise UnreadableFile(path=path.name, why="it is a folder", fix="Name one file in it.")
    if not path.is_file():
        raise UnreadableFile(path=path.name, why="there is no such file", fix="Check the name and the folder.")
    try:
        kind = detect_kind(path)
    except OSError as error:
        raise UnreadableFile(path=path.name, why=str(error.strerror), fix="Check the file's permissions.") from error
    module, function = _READERS[kind]
    read: DocumentText = getattr(importlib.import_module(module), function)(path)
    named = _SUFFIXES.get(path.suffix.lower(), kind)
    if named == kind:
        return read
    note = Note("named-otherwise", f"It is called {path.suffix} and was read as what it is: {kind}.")
    return msgspec.structs.replace(read, findings=(*read.findings, note))


def detect_kind(path: Path) -> str:
    """Name the kind of a document by its first bytes: `text`, `html`, `pdf` or `docx`; refuses any other."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if len(head) < _HEAD_BYTES and not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\f\x00"):
        raise UnreadableFile(path=path.name, why="it is empty", fix="Get the document again; it did not arrive whole.")
    if path.stat().st_size > SIZE_LIMIT_BYTES:
        raise UnreadableFile(path=path.name, why=f"it is larger than {SIZE_LIMIT_BYTES >> 20} MiB",
                             fix="Cut the document into parts and read each.")
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "docx"
    _refuse(path, head)
    return "html" if _HTML.match(_plain(head)) else "text"


def _refuse(path: Path, head: bytes) -> None:
    why = fix = None
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        why = "it is a Word or Office file from before 2007, or one that is protected by a password"
        fix = "Open it, take the password away, and save it as DOCX or PDF."
    elif head.startswith(b"{\\rtf"):
        why, fix = "it is RTF", "Open it and save it as DOCX, PDF or plain text."
    elif head.startswith((b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")):
        why, fix = "it is an archive", "Unpack it yourself where that is no danger, and read the document in it."
    elif name := next((name for magic, name in _PICTURES if head.startswith(magic)), None):
        why = f"it is a picture ({name}), which has no text"
        fix = "Copy the text out by hand or with text recognition, check it against the picture, and read that."
    if why:
        raise UnreadableFile(path=path.name, why=why, fix=fix)


def _plain(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="replace").lstrip("\ufeff")
    return head.replace(b"\x00", b"").decode("latin-1").removeprefix("ï»¿")
