"""What does a DOCX say: paragraphs, tables, notes, heads and feet, without running or fetching anything?

The archive passes the importers' guards (`readers.archives`, `readers.safe_xml`) before a part of it is parsed. Changes
that were tracked are read as accepted; comments and hidden text are no part of the text, and are counted.
"""

from __future__ import annotations

import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from whitestone.errors import UnreadableFile
from whitestone.exchange.documents.model import DocumentDate, DocumentText
from whitestone.exchange.documents.text import lf_only
from whitestone.exchange.readers.archives import blocks_of, safe_zip
from whitestone.exchange.readers.model import Note
from whitestone.exchange.readers.safe_xml import SafeParser

if TYPE_CHECKING:
    from docx.opc.package import OpcPackage
    from docx.opc.part import Part

__all__ = ["UNPACKED_LIMIT_BYTES", "XML_LIMIT_BYTES", "read_docx"]

XML_LIMIT_BYTES = 256 << 20
"""All parts with text together, unpacked: they are held in memory."""
UNPACKED_LIMIT_BYTES = 1 << 30
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SIGNS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "\u2011",
          f"{_W}softHyphen": "\u00ad"}  # fmt: skip
_LEFT_OUT = {f"{_W}del": "deleted", f"{_W}moveFrom": "deleted", f"{_W}instrText": "code", f"{_W}delText": "deleted",
             f"{_W}pPr": "", f"{_W}sectPr": "", f"{_W}tblPr": "", f"{_W}rPr": "", _FALLBACK: ""}  # fmt: skip
_ORDER = ("header", "main", "footer", "footnotes", "endnotes")
_SAVE = "Open it in a word processor and save it again as DOCX, or as PDF."
_MAIN = "officeDocument"


def read_docx(path: Path) -> DocumentText:
    """Read a DOCX (or DOCM, whose macros never run): heads, body, feet, footnotes and endnotes, in this order.

    A paragraph is a line with an empty line after it, cells of a row are parted by tabs. Refuses with UnreadableFile
    what is damaged, a danger to unpack or to parse, protected by a password, or another kind of archive.
    """
    with safe_zip(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > UNPACKED_LIMIT_BYTES:
            raise UnreadableFile(path=path.name, why=f"it unpacks to more than {UNPACKED_LIMIT_BYTES >> 20} MiB",
                                 fix="Take the pictures out and read it again.")  # fmt: skip
        notes = _look_over(path, archive)
    package = _package(path)
    counts: Counter[str] = Counter()
    texts = [_text_of(part, counts) for part in _parts(path, package)]
    text = lf_only("\n\n".join(dict.fromkeys(each for each in texts if each)))
    for what, words in (("deleted", "place(s) that were deleted as a tracked change are left out"),
                        ("hidden", "run(s) of hidden text are left out")):  # fmt: skip
        if counts[what]:
            notes.append(Note(f"{what}-left-out", f"{counts[what]} {words}."))
    if not text.strip():
        notes.append(Note("no-text", "It holds no text; it may hold pictures of text. Copy them out by hand."))
    title, language, dates = _properties(package)
    return DocumentText(text=text, kind="docx", title=title, language=language, dates=dates, findings=tuple(notes))


def _look_over(path: Path, archive: zipfile.ZipFile) -> list[Note]:
    """Parse every XML part once with the guarded parser, and note what is in the archive and never opened."""
    names = [entry.filename for entry in archive.infolist()]
    if "[Content_Types].xml" not in names or not any(name.startswith("word/") for name in names):
        kind = "a workbook" if "xl/workbook.xml" in names else "an archive of another kind"
        fix = "Import it as a table." if "xl/workbook.xml" in names else "Unpack it, and read the document in it."
        raise UnreadableFile(path=path.name, why=f"it is {kind}, no DOCX", fix=fix)
    size, outside = 0, set()

    def start(_name: str, given: dict[str, str]) -> None:
        """Note what lies outside the file; a link is no reference."""
        if given.get("TargetMode") == "External" and not given.get("Type", "").endswith("/hyperlink"):
            outside.add(given.get("Type", "").rpartition("/")[2] or "unknown")

    for name in names:
        if name.lower().endswith((".xml", ".rels")):
            size += _guarded(path, archive, name, start)
            if size > XML_LIMIT_BYTES:
                raise UnreadableFile(path=path.name, why=f"its parts unpack to more than {XML_LIMIT_BYTES >> 20} MiB",
                                     fix="Cut the document into parts and read each.")  # fmt: skip
    return list(_noted(names, outside))


def _guarded(path: Path, archive: zipfile.ZipFile, name: str, start: Any) -> int:
    parser = SafeParser(path, start, lambda _name: None, lambda _text: None)
    size = 0
    try:
        for block in blocks_of(path, archive, name):
            size += len(block)
            if size > XML_LIMIT_BYTES:
                break
            parser.feed(block)
        else:
            parser.feed(b"", final=True)
    except expat.ExpatError as error:
        raise UnreadableFile(path=path.name, why=f"its part {name[:80]} is damaged ({error})", fix=_SAVE) from None
    return size


def _noted(names: list[str], outside: set[str]) -> Iterator[Note]:
    if outside:
        yield Note("refers-outside", f"It refers to files outside ({', '.join(sorted(outside))}); none is fetched.")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        yield Note("macros", "It holds macros; they are not run.")
    embedded = sorted(name.rpartition("/")[2] for name in names if "/embeddings/" in name)
    if embedded:
        listed = ", ".join(embedded[:20])
        yield Note("embedded-files", f"It holds {len(embedded)} embedded file(s), not opened: {listed}.")
    if "word/comments.xml" in names:
        yield Note("comments-left-out", "It has comments, which are no part of its text.")
    pictures = sum("/media/" in name for name in names)
    if pictures:
        yield Note("pictures", f"It has {pictures} picture(s); text in a picture is not read.")


def _package(path: Path) -> OpcPackage:
    import docx.opc.exceptions
    from docx.package import Package
    from lxml import etree

    try:
        return Package.open(str(path))
    except (docx.opc.exceptions.OpcError, etree.LxmlError, zlib.error, zipfile.BadZipFile, zipfile.LargeZipFile,
            LookupError, ValueError, AttributeError, TypeError, OSError, EOFError, RuntimeError) as error:
        raise UnreadableFile(path=path.name, why=f"its parts do not fit together ({type(error).__name__})",
                             fix=_SAVE) from None  # fmt: skip


def _parts(path: Path, package: OpcPackage) -> list[Part]:
    """Return the parts with text in the order of reading, whatever their names."""
    main = next((rel.target_part for rel in package.rels.values()
                 if not rel.is_external and rel.reltype.endswith(f"/{_MAIN}")), None)  # fmt: skip
    if main is None:
        raise UnreadableFile(path=path.name, why="it names no main part", fix=_SAVE)
    found: dict[str, list[Part]] = {name: [] for name in _ORDER}
    found["main"].append(main)
    for rel in main.rels.values():
        kind = rel.reltype.rpartition("/")[2]
        if not rel.is_external and kind in found and rel.target_part not in found[kind]:
            found[kind].append(rel.target_part)
    return [part for name in _ORDER for part in found[name]]


def _text_of(part: Part, counts: Counter[str]) -> str:
    root = getattr(part, "element", None)
    if root is None:
        from lxml import etree

        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        try:
            root = etree.fromstring(part.blob, parser)
        except etree.XMLSyntaxError:
            counts["damaged"] += 1
            return ""
    lines: list[str] = []
    _blocks(root, lines, counts)
    return "\n\n".join(line for line in lines if line.strip()).strip("\n")


def _blocks(node: Any, lines: list[str], counts: Counter[str]) -> None:
    """Collect paragraphs and rows below a node; depth is bounded by the guard (`safe_xml.DEPTH_LIMIT`)."""
    for child in node:
        if child.tag == f"{_W}p":
            inner: list[str] = []
            lines.append("".join(_signs(child, counts, inner)))
            lines += inner
        elif child.tag == f"{_W}tbl":
            lines.append("\n".join(_rows(child, counts)))
        elif child.tag in (f"{_W}footnote", f"{_W}endnote") and child.get(f"{_W}type") is not None:
            continue  # separators between text and notes
        elif isinstance(child.tag, str) and child.tag not in _LEFT_OUT:
            _blocks(child, lines, counts)
        elif _LEFT_OUT.get(child.tag):
            counts[_LEFT_OUT[child.tag]] += 1


def _rows(table: Any, counts: Counter[str]) -> Iterator[str]:
    for row in table.iter(f"{_W}tr"):
        if next(row.iterancestors(f"{_W}tbl")) is not table:
            continue  # of a table inside a cell, which is read with its cell
        cells = []
        for cell in row.iter(f"{_W}tc"):
            if next(cell.iterancestors(f"{_W}tr")) is row:
                inside: list[str] = []
                _blocks(cell, inside, counts)
                cells.append(" ".join(" ".join(inside).split("\n")).replace("\t", " "))
        yield "\t".join(cells)


def _signs(node: Any, counts: Counter[str], inner: list[str]) -> Iterator[str]:
    """Give the text of a paragraph; paragraphs of a text box in it are collected in `inner`, after it."""
    for child in node:
        tag = child.tag
        if tag == f"{_W}t":
            yield child.text or ""
        elif tag in _SIGNS:
            yield _SIGNS[tag]
        elif tag == f"{_W}r" and child.find(f"{_W}rPr/{_W}vanish") is not None:
            counts["hidden"] += 1
        elif tag in _LEFT_OUT:
            if _LEFT_OUT[tag] == "deleted":
                counts["deleted"] += 1
        elif tag == f"{_W}txbxContent":
            _blocks(child, inner, counts)
        elif isinstance(tag, str):
            yield from _signs(child, counts, inner)


def _properties(package: OpcPackage) -> tuple[str | None, str | None, tuple[DocumentDate, ...]]:
    try:
        core = package.core_properties
        stated = [("created", core.created), ("modified", core.modified)]
        title, language = core.title or None, core.language or None
    except (AttributeError, ValueError, TypeError, KeyError):
        return None, None, ()
    return title, language, tuple(DocumentDate(what, when.date().isoformat()) for what, when in stated if when)
