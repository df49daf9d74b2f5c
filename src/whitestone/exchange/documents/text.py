"""What does a plain text say, in whatever encoding it was written?"""

from __future__ import annotations

from pathlib import Path

from whitestone.errors import UnreadableFile
from whitestone.exchange.documents.model import DocumentText
from whitestone.exchange.readers.encodings import Encoding, detect_encoding, transcode
from whitestone.exchange.readers.model import Note

__all__ = ["decoded", "lf_only", "read_text", "refuse_binary"]


def read_text(path: Path) -> DocumentText:
    """Read a plain text as it stands; only its line ends become LF. Form feeds part pages.

    Refuses with UnreadableFile what is no text.
    """
    text, notes = decoded(path, detect_encoding(path))
    refuse_binary(path, text)
    text = lf_only(text)
    if not text.strip():
        raise UnreadableFile(path=path.name, why="it is empty", fix="Get the document again; it did not arrive whole.")
    starts = (0, *(at + 1 for at, sign in enumerate(text) if sign == "\f" and at + 1 < len(text)))
    paged = len(starts) > 1
    return DocumentText(text=text, kind="text", pages=len(starts) if paged else None,
                        page_starts=starts if paged else (), findings=tuple(notes))  # fmt: skip


def decoded(path: Path, encoding: Encoding) -> tuple[str, list[Note]]:
    """Decode a whole file, and say where a guess was needed or bytes stood that the encoding does not know."""
    odd: list[int] = []
    text = b"".join(transcode(path, encoding, odd.append)).decode("utf-8", errors="replace")
    notes = []
    if not encoding.pure_utf8 and not encoding.mark_bytes:
        notes.append(Note("encoding-guessed", f"No encoding is stated; it was read as {encoding.name}."))
    if sum(odd):
        within = f", lines as {encoding.fallback}" if encoding.fallback else ""
        notes.append(Note("encoding-mixed", f"{sum(odd)} place(s) are not {encoding.name}{within}: read them again."))
    return text, notes


def lf_only(text: str) -> str:
    """Give every line the same end.

    >>> lf_only("a\\r\\nb\\rc\\n"), lf_only("")
    ('a\\nb\\nc\\n', '')
    """
    return text.replace("\r\n", "\n").replace("\r", "\n")


def refuse_binary(path: Path, text: str) -> None:
    """Refuse, with UnreadableFile, what has more control signs than a text has."""
    sample = text[: 1 << 16]
    control = sum(1 for sign in sample if (sign < " " and sign not in "\t\n\f\r") or sign in "\x7f\ufffd")
    if control > len(sample) * 0.05 + 3:
        raise UnreadableFile(path=path.name, why="it is neither text nor a document of a kind that is known here",
                             fix="Save it from its program as DOCX, PDF, HTML or plain text.")  # fmt: skip
