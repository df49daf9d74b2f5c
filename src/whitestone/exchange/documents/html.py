"""What does a page of HTML say to the person who reads it?

What a browser does not show is left out: scripts, styles, comments, hidden elements; so is navigation, which is no part
of what is said. Blocks become lines, cells of a row are parted by tabs, spaces run together as on the page.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whitestone.errors import UnreadableFile
from whitestone.exchange.documents.model import DocumentDate, DocumentText
from whitestone.exchange.documents.text import decoded, lf_only, refuse_binary
from whitestone.exchange.readers.encodings import Encoding, detect_encoding
from whitestone.exchange.readers.model import Note

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

__all__ = ["HTML_LIMIT_BYTES", "read_html"]

HTML_LIMIT_BYTES = 64 << 20
_SILENT = frozenset({
    "script", "style", "template", "noscript", "head", "nav", "iframe", "object", "embed", "applet", "svg", "canvas",
    "audio", "video", "select", "datalist", "textarea", "button", "map", "menu", "dialog", "input",
})  # fmt: skip
_NAVIGATION = frozenset({"navigation", "menu", "menubar", "search", "toolbar", "dialog", "alertdialog"})
_PARAGRAPHS = frozenset({
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre", "section", "article",
    "header", "footer", "main", "aside", "figure", "hr", "fieldset", "address",
})  # fmt: skip
_LINES = frozenset({
    "div", "li", "dt", "dd", "tr", "caption", "figcaption", "center", "form", "body", "html", "thead", "tbody", "tfoot",
    "summary", "details", "legend",
})  # fmt: skip
_CELLS = frozenset({"td", "th"})
_LINE, _PARAGRAPH = "\x01", "\x02"  # control signs, which no page may hold
_CONTROL = {0: "\ufffd", ord(_LINE): " ", ord(_PARAGRAPH): " "}
_HIDDEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)
_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{2,40})", re.I)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{2,40})[\"']", re.I)
_BLANK = re.compile(r"[ \t\n\f\r]+")
_DATES = {"article:published_time": "published", "datepublished": "published", "dc.date": "published",
          "dcterms.created": "created", "dcterms.issued": "published", "date": "published",
          "dc.date.issued": "published",
          "article:modified_time": "modified", "datemodified": "modified", "last-modified": "modified",
          "dcterms.modified": "modified", "pubdate": "published"}  # fmt: skip


def read_html(path: Path) -> DocumentText:
    """Read what a page shows; nothing in it runs and nothing that it refers to is fetched.

    Refuses with UnreadableFile a page over HTML_LIMIT_BYTES and what is no text.
    """
    if path.stat().st_size > HTML_LIMIT_BYTES:
        raise UnreadableFile(path=path.name, why=f"it is a page of more than {HTML_LIMIT_BYTES >> 20} MiB",
                             fix="Save the part that is needed as plain text and read that.")  # fmt: skip
    source, notes = decoded(path, _encoding(path))
    refuse_binary(path, source)
    soup = _soup(path, lf_only(source).translate(_CONTROL))
    counts = {"silent": 0, "hidden": 0}
    text = _flowed(_pieces(soup, counts))
    if counts["hidden"]:
        notes.append(Note("hidden-left-out", f"{counts['hidden']} element(s) that the page hides are left out."))
    if not text.strip():
        notes.append(Note("no-text", "The page shows no text; a script may fill it. Save it from a browser as PDF."))
    return DocumentText(text=text, kind="html", title=_title(soup), language=_language(soup), dates=tuple(_dates(soup)),
                        findings=tuple(notes))  # fmt: skip


def _encoding(path: Path) -> Encoding:
    """Detect as the importers do; what the page declares counts unless its bytes are valid UTF-8 or it has a mark."""
    found = detect_encoding(path)
    if found.pure_utf8 or found.mark_bytes or "utf" in found.name:
        return found
    with path.open("rb") as file:
        head = file.read(4096)
    declared = _CHARSET.search(head) or _DECLARED.search(head)
    name = declared.group(1).decode().lower() if declared else ""
    if name and "utf" not in name:
        try:
            # Browsers read latin-1 as its superset of Windows; so do writers.
            return detect_encoding(path, "cp1252" if name in ("iso-8859-1", "latin1", "us-ascii") else name)
        except LookupError:
            pass
    return found


def _soup(path: Path, source: str) -> BeautifulSoup:
    import bs4

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return bs4.BeautifulSoup(source, "lxml")
        except (bs4.exceptions.ParserRejectedMarkup, RecursionError, ValueError) as error:
            raise UnreadableFile(path=path.name, why=f"its markup cannot be read ({str(error)[:80]})",
                                 fix="Open it in a browser and save it as plain text or PDF.") from None  # fmt: skip


def _pieces(soup: BeautifulSoup, counts: dict[str, int]) -> Iterator[str]:
    """Walk the tree in its order without recursion: texts, and marks for what a block or a cell breaks."""
    import bs4

    stack: list[tuple[Any, bool]] = [(soup, False)]
    pre = 0
    while stack:
        node, is_left = stack.pop()
        if isinstance(node, bs4.element.Tag):
            name = node.name.lower()
            if is_left:
                pre -= name == "pre"
                yield _break(name)
                continue
            if node is not soup and _is_silent(node, name, counts):
                continue
            pre += name == "pre"
            yield "\n" if name == "br" else _break(name)
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(node.contents))
        elif type(node) in (bs4.element.NavigableString, bs4.element.CData):
            yield str(node) if pre else _BLANK.sub(" ", str(node))


def _break(name: str) -> str:
    return _PARAGRAPH if name in _PARAGRAPHS else _LINE if name in _LINES else "\t" if name in _CELLS else ""


def _is_silent(node: Tag, name: str, counts: dict[str, int]) -> bool:
    if name in _SILENT or str(node.get("role", "")).lower() in _NAVIGATION:
        return True
    style = node.get("style")
    if node.has_attr("hidden") or (style and _HIDDEN.search(str(style))):
        counts["hidden"] += 1
        return True
    return False


def _flowed(pieces: Iterator[str]) -> str:
    """Join the pieces: marks side by side are one break, the widest of them, and spaces beside a break are no text."""
    text = re.sub(r" {2,}", " ", lf_only("".join(pieces)))
    text = re.sub(rf"[ \t]*[{_LINE}{_PARAGRAPH}][ \t\n{_LINE}{_PARAGRAPH}]*", _broken, text)
    text = re.sub(r" *\t[ \t]*", "\t", text)
    return re.sub(r" *\n *", "\n", text).strip("\n\t ")


def _broken(found: re.Match[str]) -> str:
    return "\n\n" if _PARAGRAPH in found.group() or found.group().count("\n") > 1 else "\n"


def _title(soup: BeautifulSoup) -> str | None:
    for tag in (soup.find("title"), soup.find("h1")):
        words = _BLANK.sub(" ", tag.get_text()).strip() if tag is not None else ""
        if words:
            return words
    return None


def _language(soup: BeautifulSoup) -> str | None:
    tag = soup.find("html")
    stated = (tag.get("lang") or tag.get("xml:lang")) if tag is not None else None
    return str(stated).strip() or None if stated else None


def _dates(soup: BeautifulSoup) -> Iterator[DocumentDate]:
    seen = set()
    for tag in soup.find_all("meta"):
        name = str(tag.get("property") or tag.get("name") or tag.get("itemprop") or tag.get("http-equiv") or "").lower()
        day = re.match(r"\s*(\d{4}-\d{2}-\d{2})", str(tag.get("content") or ""))
        found = (_DATES.get(name), day.group(1)) if day else None
        if found and found[0] and found not in seen:
            seen.add(found)
            yield DocumentDate(found[0], found[1])
