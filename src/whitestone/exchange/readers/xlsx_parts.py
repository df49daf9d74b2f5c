"""What do the parts of a workbook say: its sheets, shared strings, date formats, and the cells row by row?"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from xml.parsers import expat

from whitestone.errors import UnreadableFile
from whitestone.exchange.readers.archives import blocks_of
from whitestone.exchange.readers.safe_xml import SafeParser
from whitestone.exchange.readers.xlsx_cells import CellCollector
from whitestone.exchange.readers.xlsx_values import BUILT_IN_DATES, Book, SheetRow, is_date_format, unescaped

__all__ = ["open_book", "sheet_rows"]

_STRINGS_LIMIT = 256 << 20


def open_book(path: Path, archive: zipfile.ZipFile) -> Book:
    """Read a workbook's directory; refuses a damaged one with UnreadableFile."""
    sheets: list[tuple[str, str]] = []
    targets: dict[str, str] = {}
    flags = {"1904": False}

    def on_workbook(name: str, given: dict[str, str]) -> None:
        """Note the sheets in their order, and from when days are counted."""
        if name == "sheet":
            reference = next((value for key, value in given.items() if key.rpartition(":")[2] == "id"
                              and ":" in key), "")
            sheets.append((given.get("name", f"Sheet{len(sheets) + 1}"), reference))
        elif name == "workbookPr":
            flags["1904"] = given.get("date1904", "0") in ("1", "true")

    def on_relation(name: str, given: dict[str, str]) -> None:
        """Note which part of the archive an id means; what lies outside is never followed."""
        if name == "Relationship" and given.get("TargetMode") != "External":
            targets[given.get("Id", "")] = given.get("Target", "")

    _parse(path, archive, "xl/workbook.xml", on_workbook)
    if "xl/_rels/workbook.xml.rels" in archive.NameToInfo:
        _parse(path, archive, "xl/_rels/workbook.xml.rels", on_relation)
    parts = {}
    for index, (title, reference) in enumerate(sheets, 1):
        part = _part(targets.get(reference, f"worksheets/sheet{index}.xml"))
        if part in archive.NameToInfo and "chartsheet" not in part:
            parts[title] = part
    return Book(parts, _strings(path, archive), _date_styles(path, archive), flags["1904"])


def _part(target: str) -> str:
    joined = PurePosixPath(target.lstrip("/")) if target.startswith("/") else PurePosixPath("xl") / target
    return joined.as_posix()


def _parse(path: Path, archive: zipfile.ZipFile, name: str, start: Callable[[str, dict[str, str]], None],
           end: Callable[[str], None] = lambda _name: None, text: Callable[[str], None] = lambda _text: None) -> None:
    parser = SafeParser(path, start, end, text)
    try:
        for block in blocks_of(path, archive, name):
            parser.feed(block)
        parser.feed(b"", final=True)
    except expat.ExpatError as error:
        raise UnreadableFile(path=path.name, why=f"its part {name} is damaged ({error})",
                             fix="Open it in a spreadsheet program and save it again.") from None


def _strings(path: Path, archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.NameToInfo:
        return []
    strings: list[str] = []
    parts: list[str] = []
    state = {"text": False, "phonetic": False, "size": 0}

    def start(name: str, _given: dict[str, str]) -> None:
        """Begin a text; readings in another script (phonetic) are no part of it."""
        if name == "si":
            parts.clear()
        elif name == "rPh":
            state["phonetic"] = True
        elif name == "t":
            state["text"] = not state["phonetic"]

    def end(name: str) -> None:
        """Keep a whole text, up to a limit for all of them."""
        if name == "si":
            strings.append(unescaped("".join(parts)))
            state["size"] += len(strings[-1]) + 50
            if state["size"] > _STRINGS_LIMIT:
                raise UnreadableFile(path=path.name, why=f"its texts take more than {_STRINGS_LIMIT} bytes",
                                     fix="Save the sheet as CSV and import that.")
        elif name == "rPh":
            state["phonetic"] = False
        elif name == "t":
            state["text"] = False

    def text(data: str) -> None:
        """Take a piece of a text."""
        if state["text"]:
            parts.append(data)

    _parse(path, archive, "xl/sharedStrings.xml", start, end, text)
    return strings


def _date_styles(path: Path, archive: zipfile.ZipFile) -> list[bool]:
    if "xl/styles.xml" not in archive.NameToInfo:
        return []
    formats: dict[str, str] = {}
    styles: list[bool] = []
    state = {"cells": False}

    def start(name: str, given: dict[str, str]) -> None:
        """Note which styles write a number as a date."""
        if name == "numFmt":
            formats[given.get("numFmtId", "")] = given.get("formatCode", "")
        elif name == "cellXfs":
            state["cells"] = True
        elif name == "xf" and state["cells"]:
            number = given.get("numFmtId", "0")
            code = formats.get(number)
            styles.append(is_date_format(code) if code is not None
                          else number.isdigit() and int(number) in BUILT_IN_DATES)

    def end(name: str) -> None:
        """Leave the list of cell styles."""
        if name == "cellXfs":
            state["cells"] = False

    _parse(path, archive, "xl/styles.xml", start, end)
    return styles


def sheet_rows(path: Path, archive: zipfile.ZipFile, book: Book, part: str) -> Iterator[SheetRow]:
    """Stream the rows of a sheet that hold anything; raises expat's error where the part is damaged."""
    collector = CellCollector(book)
    parser = SafeParser(path, collector.start, collector.end, collector.text)
    for block in blocks_of(path, archive, part):
        for at in range(0, len(block), 1 << 17):
            parser.feed(block[at:at + (1 << 17)])
            yield from collector.taken()
    parser.feed(b"", final=True)
    yield from collector.taken()
